/* cmd_step.c: the command step: a computation step by step, forward and backward, in the terminal. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"
#include "wengert/op.h"

static const flag step_flags[] = {
    { 0, "of", "NAME", "the root (default: the last statement's value)" },
    { 0, "wrt", "NAMES", "gradients only on the way to these" },
    { 0, "forward", NULL, "only the values" },
    { 0, "hide", "NAMES", "? in place of these, as z,dz: predict them first" },
    { 0, "all", NULL, "print all steps at once, also in a terminal" },
    { 0, "width", "N", "at most N columns a line (default: the terminal's, at most 100)" },
    { 0, NULL, NULL, NULL },
};

/* The end of the step that begins at `at`: before the next line with a number, or the next heading. */
static const char *end_of_step(const char *at)
{
    const bool heading = *at != ' ';
    for (const char *line = at;;) {
        line = strchr(line, '\n') + 1;
        const size_t spaces = strspn(line, " ");
        const bool number = spaces < 6 && line[spaces] >= '0' && line[spaces] <= '9';
        if (!*line || (heading && number) || (!heading && (number || !spaces))) return line;
    }
}

/* Enter: the next step, b: the one before, q: no more. A heading is printed with the step behind it. */
static void show(const char *text)
{
    enum { MOST = 10000 };
    const char *begin[MOST], *at = text;
    int steps = 0, now = 0;
    while (*at && steps < MOST - 1) {
        begin[steps++] = at;
        const char *end = end_of_step(at);
        at = *at != ' ' && *end && strncmp(at, "given", 5) ? end_of_step(end) : end;
    }
    begin[steps] = at;
    while (now < steps) {
        char word[80];
        fwrite(begin[now], 1, (size_t)(begin[now + 1] - begin[now]), stdout);
        if (now == steps - 1) fputs("(end) ", stdout);
        fputs("[Enter] next  [b] back  [q] quit ", stdout);
        fflush(stdout);
        if (!fgets(word, sizeof word, stdin)) {
            putchar('\n');
            return;
        }
        if (*word == 'q') return;
        if (*word == 'b') now = now ? now - 1 : 0;
        else now++;
    }
}

static void step(model *m)
{
    const char *names = args_value(m->a, "wrt"), *name;
    const bool alone = isatty(0) && isatty(1) && !args_has(m->a, "all") && !m->a->json;
    wg_draw_opts o = WG_OPTS(wg_draw_opts, .format = "txt", .values = true, .steps = true,
                             .backward = !args_has(m->a, "forward"), .source = wgx_program_source(m->q));
    wg_node root;
    name_list wrt = { 0 };
    long long width = terminal_width();
    if (!(o.backward ? model_differentiated : model_of)(m, &name, &root) ||
        (names && (!model_names(m, "wrt", names, &wrt) || !model_by_no_option(m, root, &wrt))))
        return;
    if (!args_long(m->a, "width", 40, &width)) {
        m->status = EXIT_FLAGS;
        return;
    }
    if (o.backward && !is_scalar(root)) {
        if (names) {
            model_fail(m, EXIT_TEXT, "--wrt: %s is no scalar: --of names one", name);
            return;
        }
        o.backward = false;
    }
    if (names && !model_leave_out(m, root, &wrt)) return;
    o.wrt = wrt.node, o.wrt_count = wrt.count, o.hide = args_value(m->a, "hide");
    o.width = (int)(width < 1000 ? width : 1000), o.ansi = false;
    WG_USER_CALL(NULL, "step");
    char *text = wg_draw_text_at(NULL, root, &o);
    if (!model_ok(m)) return;
    if (m->a->json) json_only_text("steps", text);
    else if (alone) show(text);
    else fputs(text, stdout);
    wg_free(m->c, text);
}

static int run(const args *a)
{
    model m;
    if (args_has(a, "forward") && args_has(a, "wrt"))
        return tool_wrong(a, "--wrt and --forward: gradients are backward");
    if (model_open(&m, a, WG_TRAIN)) step(&m);
    return model_close(&m);
}

const command cmd_step = {
    "step",
    "step FILE.wg | -e TEXT [flags]",
    "A program step by step: each value, then each term of each gradient.",
    { step_flags, model_flags, table_flags },
    "  wengert step logistic.wg --wrt w,b\n"
    "  wengert step logistic.wg --wrt w --hide dz,dw\n"
    "In a terminal Enter shows the next step, b the one before, q ends.\n",
    run,
};
