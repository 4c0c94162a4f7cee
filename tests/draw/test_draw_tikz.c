/* test_draw_tikz.c: graphs as TikZ: the coordinates of the SVG, names that LaTeX would read as commands,
 * overlays. What LaTeX makes of it is tested where pdflatex is installed. */
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char *as(wg_node root, const char *format, wg_draw_opts o)
{
    wg_context *c = wg_graph_context(wg_graph_of(root));
    o.format = format;
    char *text = wg_draw_text(root, &o), *copy;
    cr_assert(text, "%s", wg_message(c));
    copy = strdup(text);
    wg_free(c, text);
    return copy;
}

static const wg_draw_opts full = { .values = true, .backward = true };

/* Braces match, no control character, nothing that is not ASCII but letters of Latin-1, and every $ has its
 * partner. */
static void expect_syntax(const char *tex)
{
    int depth = 0, dollars = 0;
    for (const char *s = tex; *s; s++) {
        const unsigned char u = (unsigned char)*s;
        if (*s == '%' && (s == tex || s[-1] == '\n')) s += strcspn(s, "\n"); /* a comment of our own */
        if (*s == '\\' && s[1]) {
            s++;
            continue;
        }
        depth += (*s == '{') - (*s == '}');
        dollars += *s == '$';
        cr_assert_geq(depth, 0, "at %.60s", s);
        cr_assert(u >= 0x20 || u == '\n', "a control character at %.60s", s);
        cr_assert(u < 0x80 || u == 0xC3 || (s > tex && (unsigned char)s[-1] == 0xC3), "at %.60s", s);
    }
    cr_expect(depth == 0 && dollars % 2 == 0);
    cr_expect_eq(pic_count(tex, "\\begin{tikzpicture}"), 1);
    cr_expect_eq(pic_count(tex, "\\end{tikzpicture}"), 1);
}

/* ---- by LaTeX ---- */

static bool is_there(const char *class)
{
    char command[200];
    snprintf(command, sizeof command,
             "kpsewhich tikz.sty >/dev/null 2>&1 && kpsewhich %s >/dev/null 2>&1 && "
             "command -v pdflatex >/dev/null 2>&1",
             class);
    return system(command) == 0;
}

/* How many pages LaTeX makes; 0: it is not installed. */
static int pages_of(const char *tex, const char *class, const char *begin, const char *end)
{
    if (!is_there(class)) return 0;
    char *path = pic_path("picture.tex"), *main = pic_path("main.tex"), *log = pic_path("main.log"),
         text[600];
    char command[2000];
    pic_write(path, tex, 0600);
    snprintf(text, sizeof text,
             "\\documentclass{%.*s}\\usepackage{tikz,amsmath}\\begin{document}%s\\resizebox{\\linewidth}{!}{"
             "\\input{picture}}"
             "%s\\end{document}\n",
             (int)strcspn(class, "."), class, begin, end);
    pic_write(main, text, 0600);
    snprintf(command, sizeof command,
             "cd '%s' && timeout 60 pdflatex -interaction=nonstopmode -halt-on-error main.tex >out.txt 2>&1",
             pic_directory());
    const int status = system(command);
    char *said = pic_read(log), *at = said ? strstr(said, "main.pdf (") : NULL;
    cr_expect_eq(status, 0, "%.4000s", said && strstr(said, "\n! ") ? strstr(said, "\n! ") : "no log");
    const int pages = at ? atoi(at + 10) : -1;
    free(path), free(main), free(log), free(said);
    return pages;
}

/* ---- tests ---- */

/* Box n0 of the SVG and the first box of the TikZ have the same place and size; 15 px are 10 pt. */
Test(draw_tikz, has_the_coordinates_of_the_svg)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *tex = as(n.L, "tex", full), *svg = as(n.L, "svg", full);
    double x, y, w, h, left, top, right, bottom;
    int boxes = 0;
    const char *in_tex = strstr(tex, ",fill=wg"), *in_svg = svg;
    expect_syntax(tex);
    for (; (in_svg = strstr(in_svg, "<rect ")) && in_tex;
         in_svg++, in_tex = strstr(in_tex + 1, ",fill=wg"), boxes++) {
        cr_assert_eq(sscanf(in_svg, "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x, &y, &w, &h),
                     4);
        cr_assert_eq(
            sscanf(strchr(in_tex, '('), "(%lf,%lf) rectangle (%lf,%lf)", &left, &top, &right, &bottom), 4);
        cr_expect(fabs(1.5 * left - x) < 0.01 && fabs(1.5 * top - y) < 0.01, "%g %g %g %g", left, x, top, y);
        cr_expect(fabs(1.5 * (right - left) - w) < 0.01 && fabs(1.5 * (bottom - top) - h) < 0.01);
    }
    cr_expect_gt(boxes, 10);
    free(tex), free(svg);
    wgt_finish(c, NULL);
}

Test(draw_tikz, writes_formulas_as_mathematics)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    static const double four[4] = { 1, 2, 3, 4 };
    wg_node W = wg_input(g, "W1", wg_view_f64(four, WG_SHAPE(2, 2))),
            x = wg_input(g, "x", wg_view_f64(four, WG_SHAPE(2, 2)));
    wg_node z = wg_name(wg_matmul(W, x), "z_2"), a = wg_name(wg_sigmoid(z), "a_hat"),
            L = wg_name(wg_sum(wg_square(a)), "L");
    char *tex = as(L, "tex", full);
    HAS(tex, "{$\\mathbf{W}_{1}$}");
    HAS(tex, "{$\\mathbf{z}_{2} = \\mathbf{W}_{1} \\, \\mathbf{x}$}");
    HAS(tex, "{$\\hat{\\mathbf{a}} = \\sigma(\\mathbf{z}_{2})$}");
    HAS(tex, "{$\\mathrm{d}\\mathbf{z}_{2}$ = ");
    expect_syntax(tex);
    free(tex);
    wgt_finish(c, NULL);
}

static wg_node hostile(wg_context *c)
{
    static const char *const names[] = { "a_b{}%$#&~^\\",
                                         "x\ny\x01",
                                         "\\input{/etc/passwd}",
                                         "日本ж",
                                         "é«þÐ",
                                         "}\\end{document}",
                                         "\"\\\"'`<>|",
                                         "a\xff_1",
                                         "x_1_2",
                                         "_x",
                                         "%",
                                         "$" };
    wg_graph *g = wg_graph_new(c);
    double v = 0.5;
    wg_node sum = wg_none;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        wg_scope_push(g, names[i]);
        wg_node x = wg_input(g, names[i], wg_view_f64(&v, WG_SCALAR)), s = wg_sigmoid(x);
        wg_name(s, names[sizeof names / sizeof *names - 1 - i]);
        wg_scope_pop(g);
        sum = wg_node_ok(sum) ? wg_add(sum, s) : s;
    }
    return sum;
}

Test(draw_tikz, of_hostile_names, .timeout = 90)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_draw_opts o = full;
    o.title = "100% of $x_1$ \\end{frame} & \"more\"", o.legend = false;
    char *tex = as(hostile(c), "tex", o);
    expect_syntax(tex);
    HAS_NOT(tex, "\\input{/etc");
    HAS_NOT(tex, "\\end{document}");
    const int pages = pages_of(tex, "article.cls", "", "");
    cr_expect(pages == 0 || pages == 1, "%d pages", pages);
    free(tex);
    pic_clean_up();
    wgt_finish(c, NULL);
}

/* A slide for each step. */
Test(draw_tikz, has_overlays, .timeout = 150)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    const double two = 2, three = 3;
    wg_node x = wg_input(g, "x", wg_view_f64(&two, WG_SCALAR)),
            w = wg_input(g, "w", wg_view_f64(&three, WG_SCALAR));
    wg_node L = wg_name(wg_mul(x, w), "L");
    wg_draw_opts o = { .steps = true, .backward = true };
    char *tex = as(L, "tex", o);
    expect_syntax(tex);
    HAS(tex, "5 slides");                             /* what is given, L, dL, dx, dw */
    HAS(tex, "\\onslide<2->{\\node");                 /* L's value */
    cr_expect_eq(pic_count(tex, "\\onslide<4->"), 2); /* dx and its link */
    HAS(tex, "\\onslide<5>{");
    HAS(tex, "dw = dL $\\cdot$ x = 1 $\\cdot$ 2 = 2");
    const int pages = pages_of(tex, "beamer.cls", "\\begin{frame}", "\\end{frame}");
    cr_expect(pages == 0 || pages == 5, "%d pages", pages);
    free(tex);
    o.hide = "L,dw";
    tex = as(L, "tex", o);
    HAS(tex, "{$\\mathrm{d}w$ = ?}");
    HAS(tex, "dw = dL $\\cdot$ x = ?");
    HAS_NOT(tex, "{6}");
    free(tex);
    pic_clean_up();
    wgt_finish(c, NULL);
}
