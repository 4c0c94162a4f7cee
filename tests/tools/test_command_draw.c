/* test_command_draw.c: `wengert draw`: pictures as text, files and JSON, and the flags that wg_draw_opts_list
 * makes. */
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"
#include "wgshell.h"

TestSuite(command_draw, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- flags ---- */

/* Every row of wg_draw_opts_list that has a flag: --help names it, and a kind of picture that cannot use it
 * refuses it. */
static void refused(unsigned kind, const char *const in[], const char *flag, const char *value)
{
    char name[40], why[80];
    const char *argv[16] = { "wengert", "draw", "-e", "x", name, value };
    snprintf(name, sizeof name, "--%s", flag);
    snprintf(why, sizeof why, "--%s goes with ", flag);
    for (int n = value ? 6 : 5; *in; in++) argv[n++] = *in;
    wgt_result r = wgt_run_command(argv);
    cr_assert_eq(r.status, 2, "--%s with picture %u", flag, kind);
    wgt_expect_result(&r, 2, "", why);
}

/* The help is as wide as the terminal: a space in the place of each gap. */
static void join_lines(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        const bool gap = *at == ' ' || *at == '\n';
        if (!gap) *to++ = *at;
        else if (to == text || to[-1] != ' ') *to++ = ' ';
    }
    *to = 0;
}

Test(command_draw, flags_are_refused_where_they_say_nothing)
{
#define ROW(type, name, standard, range, text, goes_with, flag, value) { goes_with, flag, value, text },
    static const struct {
        unsigned goes_with;
        const char *flag, *value, *text;
    } rows[] = { wg_draw_opts_list(WG_NO_, ROW) };
    static const struct {
        unsigned kind;
        const char *in[6];
    } pictures[] = { { WG_PICTURE_GRAPH, { "-o", "x.dot" } },
                     { WG_PICTURE_TEXT, { NULL } },
                     { WG_PICTURE_STEPS, { "--plan", "-o", "x.dot" } },
                     { WG_PICTURE_TABLE, { "--plan" } } };
    wgt_result help = RUN("draw", "--help");
    join_lines(help.out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && rows[i].flag; i++) {
        cr_assert(strstr(help.out, rows[i].flag) && strstr(help.out, rows[i].text), "--help has no --%s",
                  rows[i].flag);
        for (size_t k = 0; k < sizeof pictures / sizeof *pictures; k++)
            if (!(rows[i].goes_with & pictures[k].kind) &&
                strcmp(rows[i].flag, "format")) /* it makes a picture */
                refused(pictures[k].kind, pictures[k].in, rows[i].flag, rows[i].value);
    }
}

/* ---- pictures ---- */

Test(command_draw, into_files)
{
    char text[12];
    const char *path = wgt_in_folder("g.svg");
    EXPECT(0, "", NULL, "draw", wgt_script(wgt_logistic), "-o", path);
    FILE *f = fopen(path, "r");
    cr_assert(f && fgets(text, sizeof text, f));
    fclose(f);
    cr_expect(strstr(text, "<svg"), "%s", text);
    wgt_result r = RUN("draw", wgt_script(wgt_logistic), "--format", "SVG", "--values");
    cr_expect(r.status == 0 && !strncmp(r.out, "<svg", 4) && strstr(r.out, "</svg>"), "%s%s", r.out, r.err);
}

Test(command_draw, of_what_fails)
{
    const char *path = wgt_in_folder("f.svg");
    EXPECT(3, "", "p.wg:3:7: matmul: ", "draw", wgt_script("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W\n"),
           "-o", path);
    const char *text = wgt_shell("cat \"$in/f.svg\"");
    cr_expect(strstr(text, ">3 boxes, 2 links<") && strstr(text, "<g class=\"failed\"") &&
                  strstr(text, "p.wg:3:7: matmul: inner dimensions differ: x [5,4] @ W [3,2]</title>"),
              "%s", text);
    wgt_result r = RUN("draw", "-e", "exp(x)", "-o", "/nonexistent/x.svg");
    cr_expect_eq(r.status, 6);
    cr_expect(strstr(r.err, "/nonexistent/x.svg: cannot be written") && !strstr(r.err, ".c:"), "%s", r.err);
}

/* ---- Graphviz ---- */

/* A file that is no library stands in the place of libcgraph. */
Test(command_draw, without_libcgraph)
{
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("this build has no DOT");
    const char *said = wgt_shell("for n in 5 6 7 8 9; do echo none >\"$in/libcgraph.so.$n\"; done\n"
                                 "export LD_LIBRARY_PATH=\"$in\"\n"
                                 "\"$build/wengert\" draw -e 'sin(2)' --format svg | grep -c '</svg>'\n"
                                 "\"$build/wengert\" draw -e 'sin(2)' --format dot || echo status $?\n"
                                 "\"$build/wengert\" doctor | grep ^dot:");
    cr_expect(!strncmp(said, "1\n", 2) && strstr(said, "status 4\n"), "%s", said);
    cr_expect(strstr(said, "draw: libcgraph of Graphviz, which writes dot, cannot be loaded "
                           "(apt-get install graphviz)"),
              "%s", said);
    cr_expect(strstr(said, "\ndot: libcgraph of Graphviz"), "%s", said);
}

Test(command_draw, a_dot_file_is_drawn_by_graphviz)
{
    EXPECT(3, "",
           "other.dot is a DOT file and no program. Graphviz draws it: dot -Tsvg other.dot -o other.svg",
           "draw", "other.dot");
    EXPECT(3, "", "dot -Tsvg a.b/c.GV -o a.b/c.svg", "draw", "a.b/c.GV", "-o", "x.svg");
}

/* Its language of scripts, whose strings are the attributes; == compares with a pattern. z = 1.1, a =
 * 0.75026, da = -1/a, dz = a - 1. */
Test(command_draw, gvpr_reads_the_attributes)
{
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("this build has no DOT");
    const char *said =
        wgt_shell_or_skip("need gvpr\n"
                          "\"$build/wengert\" draw examples/logistic.wg --values --backward --format dot |\n"
                          "gvpr 'N[name == \"[az]\"] { printf(\"%s %.4f %.4f\\n\", name, (double)wg_value, "
                          "(double)wg_grad) }'");
    cr_expect(strstr(said, "z 1.1000 -0.2497\n") && strstr(said, "a 0.7503 -1.3329\n"), "%s", said);
}

/* ---- pictures that can be read ---- */

/* The least size of the element in the picture, on its canvas, which is as wide as `width` says. */
static double least_size(const char *svg, const char *element, const char *width, const char *height)
{
    double w = 0, view[4], least = 1e9, size;
    const char *at = strstr(svg, "viewBox=\"");
    cr_assert(strstr(svg, width) && strstr(svg, height), "%.300s", svg);
    cr_assert_eq(sscanf(strstr(svg, " width=\""), " width=\"%lf", &w), 1);
    cr_assert(at && sscanf(at, "viewBox=\"%lf %lf %lf %lf", view, view + 1, view + 2, view + 3) == 4);
    while ((at = strstr(at + 1, element))) {
        const char *given = strstr(at, "font-size=\"");
        if (given && given < strchr(at, '>') && sscanf(given, "font-size=\"%lf", &size) == 1 && size < least)
            least = size;
    }
    return least * w / view[2];
}

/* Body text; letters above and below a line have 0.7 of its size. */
static void expect_sizes(const char *svg, const char *name, const char *width, const char *height,
                         double least)
{
    cr_expect_geq(least_size(svg, "<text", width, height), least, "%s", name);
    cr_expect_geq(least_size(svg, "<tspan", width, height), 0.7 * least - 1e-9, "%s", name);
}

/* Every text that the picture has is inside the canvas, for the layout puts it into a box. */
Test(command_draw, the_gallery_can_be_read_from_the_back_row)
{
    static const char *const names[] = { "logistic", "net-3-3-2-1", "deep",  "batch-norm", "attention",
                                         "residual", "rnn",         "lenet", NULL };
    for (int i = 0; names[i]; i++) {
        char path[80];
        snprintf(path, sizeof path, "docs/drawing/%s.wg", names[i]);
        const bool backward = i == 0 || i == 1;
        wgt_result r = RUN("draw", path, "--for", "slide", "--values", "--format", "svg",
                           backward ? "--backward" : NULL);
        cr_assert_eq(r.status, 0, "%s: %s", names[i], r.err);
        expect_sizes(r.out, names[i], " width=\"1920\"", " height=\"1080\"", 24);
        cr_expect(!strstr(r.out, "more nodes than are legible"), "%s", names[i]);
        r = RUN("draw", path, "--for", "page", "--values", "--format", "svg");
        expect_sizes(r.out, names[i], " width=\"453.5pt\"", "pt\"", 7);
        r = RUN("draw", path, "--for", "screen", "--values", "--format", "svg");
        expect_sizes(r.out, names[i], " width=\"1440\"", " height=\"900\"", 11);
    }
}

Test(command_draw, cases_of_a_file)
{
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("this build has no DOT, which some cases are");
    wgt_run_cases("tests/tools/draw.txt", NULL);
    wgt_run_cases("tests/tools/rules.txt", NULL);
}

Test(command_draw, styles_of_layers) { wgt_run_cases("tests/tools/styles.txt", NULL); }
