/* test_command_draw.c: `wengert draw`: pictures as text, files and JSON, and the flags that WG_DRAW_OPTIONS
 * makes. */
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"

TestSuite(command_draw, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- flags ---- */

/* Every row of WG_DRAW_OPTIONS that has a flag: --help names it, and a kind of picture that cannot use it
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
    join_lines(help.out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert(strstr(help.out, rows[i].flag) && strstr(help.out, rows[i].text), "--help has no --%s",
                  rows[i].flag);
        for (size_t k = 0; k < sizeof pictures / sizeof *pictures; k++)
            if (!(rows[i].goes_with & pictures[k].kind) &&
                strcmp(rows[i].flag, "format")) /* it makes a picture */
                refused(pictures[k].kind, pictures[k].in, rows[i].flag, rows[i].value);
    }
}

Test(command_draw, reads_flags_by_their_type)
{
    wgt_result r =
        RUN("draw", "-e", "x = 3; L = x * x", "-o", "-", "--format", "dot", "--dir", "TB", "--legend");
    cr_assert(!r.status && strstr(r.out, "rankdir=TB") && strstr(r.out, "is used by"), "%s", r.err);
}

/* ---- pictures ---- */

Test(command_draw, as_text)
{
    wgt_result r = RUN("draw", wgt_script(wgt_logistic), "--wrt", "w,b", "--backward");
    cr_expect_eq(r.status, 0, "%s", r.err);
    cr_expect(strstr(r.out, "a = σ(z)") && strstr(r.out, "0.7503"), "%s", r.out);
    cr_expect(strstr(r.out, "dw = [−0.2497, 0.4995]"), "%s", r.out);
    cr_expect(!strstr(r.out, "dx = ") && !strchr(r.out, '\033'), "%s", r.out);
    const char *path = wgt_in_folder("g.txt");
    wgt_result file =
        RUN("draw", wgt_script(wgt_logistic), "--wrt", "w,b", "--backward", "--values", "-o", path);
    cr_expect_eq(file.status, 0, "%s", file.err);
    wgt_bytes text = wgt_load(path);
    cr_expect(text.n == strlen(r.out) && memcmp(text.b, r.out, text.n) == 0, "%s", r.out);
}

/* A node without a derivative has none in the text, as in the picture, and the others have theirs. */
Test(command_draw, as_text_where_a_derivative_is_missing)
{
    static const char program[] = "x = [[1, 2], [0, 1]]\nt = [2, 0]\ny = one_hot(t, 3)\n"
                                  "L = -sum(y * log(softmax(x @ [[1, 0, 1], [0, 1, 0]])))\n";
    wgt_result r = RUN("draw", wgt_script(program), "--backward"),
               svg = RUN("draw", wgt_script(program), "--backward", "--values", "--format", "svg");
    cr_expect_eq(r.status, 0, "%s", r.err);
    cr_expect_eq(svg.status, 0, "%s", svg.err);
    cr_expect(strstr(r.out, "dx = [[") && !strstr(r.out, "dt = "), "%s", r.out);
}

/* Columns as COLUMNS says, else 100. */
Test(command_draw, as_text_of_a_width)
{
    static const char *const widths[] = { "60", "80", "100" };
    for (int i = 0; i < 3; i++) {
        wgt_result r =
            RUN("draw", "-e",
                "a_long_name_of_an_input = uniform(3, 4, seed=1); L = sum(exp(a_long_name_of_an_input))",
                "--backward", "--width", widths[i]);
        cr_expect_eq(r.status, 0, "%s", r.err);
        int columns = 0;
        for (const char *s = r.out; *s; s++) {
            columns = *s == '\n' ? 0 : columns + (((unsigned char)*s & 0xC0) != 0x80);
            cr_expect_leq(columns, atoi(widths[i]), "%s", r.out);
        }
    }
}

Test(command_draw, into_files)
{
    char text[12];
    const char *path = wgt_in_folder("g.dot");
    EXPECT(0, "", NULL, "draw", wgt_script(wgt_logistic), "-o", path);
    FILE *f = fopen(path, "r");
    cr_assert(f && fgets(text, sizeof text, f));
    fclose(f);
    cr_expect(strstr(text, "digraph"), "%s", text);
    wgt_result r = RUN("draw", wgt_script(wgt_logistic), "--format", "SVG", "--values");
    cr_expect(r.status == 0 && !strncmp(r.out, "<svg", 4) && strstr(r.out, "</svg>"), "%s%s", r.out, r.err);
}

Test(command_draw, as_json)
{
    wgt_result r = RUN("draw", "-e", "3");
    cr_expect(!strncmp(r.out, "3 ", 2), "%s", r.out);
}

Test(command_draw, of_a_plan)
{
    wgt_result r = RUN("draw", "-e", "x = param(30, 40); sum(x @ x.T)", "--plan", "--json");
    cr_expect_eq(r.status, 0, "%s", r.err);
    wgt_expect_json(r.out);
    cr_expect_eq(wgt_json_number(r.out, "\"matmul\"", "flops"), 2 * 30 * 30 * 40);
}

/* Written, a mean is one call; as ops it is a sum and a quotient; the plan has steps. */
Test(command_draw, at_three_levels)
{
    const char *text = "x = param(3, 4); J = mean(silu(x))";
    wgt_result r = RUN("draw", "-e", text);
    cr_expect(strstr(r.out, "mean("), "%s", r.out);
    wgt_result written = RUN("draw", "-e", text, "--level", "written");
    cr_expect_str_eq(written.out, r.out);
    r = RUN("draw", "-e", text, "--level", "ops");
    cr_expect(!strstr(r.out, "mean(") && strstr(r.out, "Σ"), "%s", r.out);
    wgt_result ops = RUN("draw", "-e", text, "--ops");
    cr_expect_str_eq(ops.out, r.out);
    cr_expect_neq(RUN("draw", "-e", text, "--level", "all").status, 0);
}

Test(command_draw, of_what_fails)
{
    char text[12] = "";
    const char *path = wgt_in_folder("f.dot");
    EXPECT(3, "", "p.wg:3:7: matmul: ", "draw", wgt_script("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W\n"),
           "-o", path);
    FILE *f = fopen(path, "r");
    cr_assert(f && fgets(text, sizeof text, f));
    fclose(f);
    cr_expect(strstr(text, "digraph"), "%s", text);
    wgt_result r = RUN("draw", "-e", "exp(x)", "-o", "/nonexistent/x.dot");
    cr_expect_eq(r.status, 6);
    cr_expect(strstr(r.err, "/nonexistent/x.dot: cannot be written") && !strstr(r.err, ".c:"), "%s", r.err);
}

Test(command_draw, names_sizes_that_nobody_gave)
{
    wgt_result r =
        RUN("draw", "-e", "x = input(m, 3); y = input(n); L = sum(concat(x, x, axis=0)) * sum(y) * 7");
    cr_expect_eq(r.status, 0, "%s", r.err);
    cr_expect(strstr(r.out, "[m,3]") && strstr(r.out, "[n]") && strstr(r.out, "[2m,3]"), "%s", r.out);
}

/* A note belongs to a picture: where there is none, the error stands alone. */
Test(command_draw, notes_are_of_pictures)
{
    static const char text[] = "x = input(3); w = param(3); z = x * w";
    wgt_result r = RUN("draw", "-e", text, "--backward", "-q", "-o", wgt_in_folder("z.svg"));
    cr_expect_str_eq(r.err, "");
    r = RUN("draw", "-e", text, "--backward", "--hide", "q", "-o", wgt_in_folder("z.svg"));
    cr_expect_eq(r.status, 3);
    cr_expect(!strstr(r.err, "drawn at random") && !strstr(r.err, "no scalar"), "%s", r.err);
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

/* The last statement is an accuracy, which has no derivative: the loss is drawn and differentiated. */
Test(command_draw, an_accuracy_gives_way_to_the_loss)
{
    static const char text[] =
        "x = input(m, 4); y = input(m, classes=3)\nf(h, n) = { z = dense(h, n); relu(z) }\n"
        "h = repeat(3, f, x, 4); p = dense(h, 3); loss = softmax_cross_entropy(p, y)\n"
        "accuracy = mean(argmax(p, axis=-1) == y)";
    static const char note[] = "accuracy has no derivative: the gradients are those of loss";
    EXPECT(0, "", note, "draw", "-e", text, "--backward", "-o", wgt_in_folder("a.svg"));
    wgt_result r = RUN("draw", "-e", text, "--backward");
    wgt_expect_result(&r, 0, NULL, note);
    cr_expect(strstr(r.out, "h.1.z.W"), "%s", r.out);
    r = RUN("grad", "-e", text, "--wrt", "h.1.z.b");
    wgt_expect_result(&r, 0, NULL, note);
    cr_expect_eq(strncmp(r.out, "dloss/dh.1.z.b [4]", 14), 0, "%s", r.out);
    r = RUN("step", "-e", text);
    wgt_expect_result(&r, 0, NULL, note);
    cr_expect(strstr(r.out, "dh.1.z.W = "), "%s", r.out);
}

Test(command_draw, cases_of_a_file) { wgt_run_cases("tests/tools/draw.txt", NULL); }
