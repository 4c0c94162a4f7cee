/* test_command_draw.c: the flags of `wengert draw` that WG_DRAW_OPTIONS makes.
 */
#include <string.h>

#include "wgcommand.h"

/* Every row of WG_DRAW_OPTIONS that has a flag: --help tells of it, a kind of picture that has no use for it refuses it. */
static void refused(unsigned kind, const char *const in[], const char *flag, const char *value)
{
    char name[40], why[80];
    char *argv[16] = { "wengert", "draw", "-e", "x", name, (char *)(uintptr_t)value };
    snprintf(name, sizeof name, "--%s", flag);
    snprintf(why, sizeof why, "--%s goes with ", flag);
    for (int n = value ? 6 : 5; *in; in++) argv[n++] = (char *)(uintptr_t)*in;
    wgt_result r = wgt_run_command(argv);
    cr_assert_eq(r.status, 2, "--%s with picture %u", flag, kind);
    wgt_expect_result(&r, 2, "", why);
}

Test(command_draw, flags_are_refused_where_they_say_nothing)
{
#define NO_FLAG(...)
#define ROW(type, name, goes_with, flag, value, text) { goes_with, flag, value, text },
    static const struct {
        unsigned goes_with;
        const char *flag, *value, *text;
    } rows[] = { WG_DRAW_OPTIONS(NO_FLAG, ROW) };
    static const struct {
        unsigned kind;
        const char *in[6];
    } pictures[] = { { WG_PICTURE_GRAPH, { "-o", "x.dot" } },
                     { WG_PICTURE_TEXT, { NULL } },
                     { WG_PICTURE_STEPS, { "--plan", "-o", "x.dot" } },
                     { WG_PICTURE_TABLE, { "--plan" } },
                     { WG_PICTURE_CHART, { "--plan", "--chart", "memory", "-o", "x.svg" } } };
    wgt_result help = RUN("draw", "--help");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert(strstr(help.out, rows[i].flag) && strstr(help.out, rows[i].text), "--help has no --%s",
                  rows[i].flag);
        for (size_t k = 0; k < sizeof pictures / sizeof *pictures; k++)
            if (!(rows[i].goes_with & pictures[k].kind))
                refused(pictures[k].kind, pictures[k].in, rows[i].flag, rows[i].value);
    }
}

Test(command_draw, reads_flags_by_their_type)
{
    wgt_result r =
        RUN("draw", "-e", "x = 3; L = x * x", "-o", "-", "--format", "dot", "--dir", "TB", "--legend");
    cr_assert(!r.status && strstr(r.out, "rankdir=TB") && strstr(r.out, "is used by"), "%s", r.err);
    r = RUN("draw", "-e", "x = 3; L = x * x", "-o", "-", "--format", "dot", "--dir", "LR");
    cr_assert(!r.status && strstr(r.out, "rankdir=LR") && !strstr(r.out, "is used by"), "%s", r.err);
    EXPECT(2, "", "--most 0: not a whole number", "draw", "-e", "x", "-o", "x.svg", "--most", "0");
    EXPECT(2, "", "--seconds -1: must be above 0", "draw", "-e", "x", "-o", "x.svg", "--seconds", "-1");
    EXPECT(2, "", "--dir : LR or TB", "draw", "-e", "x", "-o", "x.svg", "--dir", "");
    EXPECT(2, "", "--dir L: LR or TB", "draw", "-e", "x", "-o", "x.svg", "--dir", "L");
}
