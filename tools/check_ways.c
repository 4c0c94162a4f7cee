/* check_ways.c: check works in one of four ways: on a program, on samples of ops (--op, --all), on another
 * program (--run), or on a gradient from elsewhere (--grad). A flag that a way does not use is an error. */
#include <string.h>

#include "tool.h"

enum { PROGRAM = 1, OPS = 2, RUN = 4, GIVEN = 8 };

static const struct {
    const char *flag;
    int ways;
} table[] = {
    { "of", PROGRAM | GIVEN },
    { "wrt", PROGRAM },
    { "eps", PROGRAM | OPS | RUN },
    { "one-sided", PROGRAM | OPS | RUN },
    { "course", PROGRAM | OPS | RUN },
    { "order", PROGRAM | OPS },
    { "components", PROGRAM | OPS | RUN },
    { "grad", GIVEN },
    { "op", OPS },
    { "all", OPS },
    { "run", RUN },
    { "at", RUN },
    { "timeout", RUN },
    { "draw", PROGRAM },
    { "case", PROGRAM },
    { "sweep", PROGRAM | RUN },
    { "sweep-of", PROGRAM | RUN },
    { "allow", PROGRAM | OPS | RUN | GIVEN },
};

static bool is_in(const flag *list, const flag *f)
{
    for (; list->name; list++)
        if (list == f) return true;
    return false;
}

static int ways_of(const flag *f)
{
    if (is_in(common_flags, f)) return PROGRAM | OPS | RUN | GIVEN;
    if (is_in(model_flags, f)) return PROGRAM | GIVEN;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].flag, f->name)) return table[i].ways;
    return 0;
}

bool check_way(const args *a)
{
    static const char *const chooses[] = { "run", "op", "all", "grad" };
    static const int ways[] = { RUN, OPS, OPS, GIVEN, PROGRAM };
    int k = 0;
    while (k < 4 && !args_has(a, chooses[k])) k++;
    for (int i = 0; i < a->given_count; i++) {
        const flag *f = a->given[i].flag;
        if (k == 4 && !(ways_of(f) & PROGRAM))
            return tool_fail(a, EXIT_FLAGS, "--%s: only with --run CMD", f->name), false;
        if (!(ways_of(f) & ways[k]) || (!strcmp(f->name, "all") && ways[k] == OPS && args_has(a, "op")))
            return tool_fail(a, EXIT_FLAGS, "--%s: not with --%s", f->name, chooses[k]), false;
    }
    if (a->operands && !(ways[k] & (PROGRAM | GIVEN)))
        return tool_fail(a, EXIT_FLAGS, "%s: no FILE with --%s", a->operand[0], chooses[k]), false;
    return true;
}
