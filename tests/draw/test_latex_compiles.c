/* test_latex_compiles.c: pdflatex compiles what is written for it: formulas of all ops, pictures, overlays,
 * figures. */
#include "latex.h"
#include "picture.h"

#include <math.h>
#include <stdlib.h>

#define FULL WG_OPTS(wg_draw_opts, .values = true, .backward = true)

static void expect_pages(wg_node root, wg_draw_opts o, const char *class, int pages)
{
    char *tex = pic_text(root, "tex", o);
    cr_expect_eq(latex_pages_of_picture(tex, class), pages);
}

/* ---- formulas ---- */

static void add(char **text, size_t *length, const char *more)
{
    const size_t n = strlen(more);
    *text = realloc(*text, *length + n + 1);
    memcpy(*text + *length, more, n + 1);
    *length += n;
}

static void add_formula(char **text, size_t *length, const char *formula)
{
    char latex[4000];
    if (!formula || wg_formula_print(formula, WG_FORMULA_LATEX, latex, sizeof latex) < 0) return;
    add(text, length, "\\[");
    add(text, length, latex);
    add(text, length, "\\]\n");
}

Test(latex_compiles, the_formulas_of_all_ops)
{
    latex_needed("amsmath.sty");
    char *text = NULL;
    size_t length = 0;
    add(&text, &length, "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n");
    for (int i = 0; i < wg_op_count(); i++)
        add_formula(&text, &length, wg_op_at(i)->formula), add_formula(&text, &length, wg_op_at(i)->adjoint);
    cr_assert_gt(pic_count(text, "\\["), 250);
    add(&text, &length, "\\end{document}\n");
    cr_expect_gt(latex_pages(text), 5);
    free(text);
    pic_clean_up();
}

/* ---- pictures ---- */

Test(latex_compiles, hostile_names)
{
    latex_needed("tikz.sty amsmath.sty");
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_draw_opts o = FULL;
    o.title = "100% of $x_1$ \\end{frame} & \"more\" θ̂ 🙂";
    expect_pages(latex_hostile_graph(c), o, "article", 1);
    pic_clean_up();
}

/* A net of two layers, with fractions, roots, matrices and many small numbers. */
static wg_node net(wg_context *c)
{
    static const double x[4] = { 1, -2, 0.5, 3 }, w[4] = { 0.5, -0.3, 1e-9, 2 }, b[2] = { 0, 1 };
    wg_graph *g = wg_graph_new(c);
    const wg_node X = wg_input(g, "X", wg_view_f64(x, WG_SHAPE(2, 2))),
                  W = wg_input(g, "W_1", wg_view_f64(w, WG_SHAPE(2, 2))),
                  beta = wg_input(g, "β", wg_view_f64(b, WG_SHAPE(2)));
    const wg_node z = wg_name(wg_add(wg_matmul(X, W), beta), "z_1"), a = wg_name(wg_tanh(z), "a_hat"),
                  v = wg_name(wg_mean(wg_square(a)), "v");
    return wg_name(wg_sum(wg_div(a, wg_sqrt(wg_add(v, wg_number(1e-5))))), "J");
}

Test(latex_compiles, pictures_with_values_and_gradients)
{
    latex_needed("tikz.sty amsmath.sty");
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_draw_opts o = FULL;
    expect_pages(net(c), o, "article", 1);
    o.level = "ops", o.legend = true, o.fit = "page";
    expect_pages(net(c), o, "article", 1);
    pic_clean_up();
}

/* A slide a step: what is given, three values, dL, and a term for each of the five operands. */
Test(latex_compiles, overlays_of_beamer)
{
    latex_needed("beamer.cls tikz.sty amsmath.sty");
    WGT_IN_CONTEXT(WG_F64, NULL);
    const double two = 2, three = 3;
    wg_graph *g = wg_graph_new(c);
    const wg_node x = wg_input(g, "x", wg_view_f64(&two, WG_SCALAR)),
                  w = wg_input(g, "w", wg_view_f64(&three, WG_SCALAR)), z = wg_name(wg_mul(w, x), "z"),
                  a = wg_name(wg_sigmoid(z), "a");
    wg_draw_opts o = WG_OPTS(wg_draw_opts, .steps = true, .backward = true, .hide = "dw");
    expect_pages(wg_name(wg_div(a, x), "L"), o, "beamer", 1 + 3 + 1 + 5);
    pic_clean_up();
}

/* ---- figures ---- */

static double bowl(void *user, double x, double y) { return x * x + (user ? 0 : 20 * y * y); }

static void add_curves(wg_figure *f)
{
    wg_panel *p =
        wg_panel_new(f, "J(θ̂)", .x.label = "step", .y.label = "loss 100 %", .y.scale = WG_SCALE_LOG);
    for (int k = 0; k < WG_SERIES_KINDS; k++) {
        const wg_series_opts o = WG_OPTS(wg_series_opts, .marker = (wg_marker)(k % WG_MARKER_KINDS));
        wg_series *s = wg_series_new_at(WG_HERE, p, (wg_series_kind)k, k % 2 ? "μ ± σ" : "W_1", &o);
        for (int i = 1; i < 12; i++)
            k == WG_SERIES_BARS ? wg_series_bar(s, "b_1", i) : wg_series_add(s, i, exp(-i));
    }
    wg_panel_text(p, 3, 0.1, "∂L/∂w"), wg_panel_arrow(p, 1, 0.1, 4, 0.2, "here");
    wg_panel_at_x(p, 2, "best & last"), wg_panel_at_y(p, 0.2, "target");
    p = wg_panel_new(f, "both", .x.scale = WG_SCALE_LOG, .y.scale = WG_SCALE_LOG);
    wg_series *s = wg_panel_line(p, "error");
    for (int i = 1; i < 12; i++) wg_series_add(s, pow(10, -i), pow(10, -2 * i));
    p = wg_panel_new(f, "narrow");
    s = wg_panel_line(p, "");
    for (int i = 0; i < 5; i++) wg_series_add(s, 1e9 + 1e-3 * i, i % 2 ? NAN : i);
}

static void add_fields(wg_figure *f)
{
    static const double cells[4] = { 5, -1, NAN, 7 };
    static const char *const names[] = { "cat_1", "dog" };
    for (wg_color_map map = WG_MAP_DEFAULT; map <= WG_MAP_CLASSES; map++) {
        wg_panel *p =
            wg_panel_new(f, "image", .x.label = "said", .x.names = names, .x.name_count = 2, .equal = true);
        wg_panel_image(p, "count", .values = wg_view_f64(cells, WG_SHAPE(2, 2)), .map = map, .numbers = true);
    }
    wg_panel *p = wg_panel_new(f, "", .x.low = -2, .x.high = 2, .x.reversed = true, .y.low = -1, .y.high = 1,
                               .y.hidden = true);
    wg_panel_contour(p, "J", .f = bowl, .log_levels = true);
    p = wg_panel_new(f, "field", .x.low = -1, .x.high = 1, .y.low = -1, .y.high = 1);
    wg_panel_image(p, "f", .f = bowl, .nx = 20, .ny = 20);
}

Test(latex_compiles, figures)
{
    latex_needed("pgfplots.sty amsmath.sty geometry.sty");
    WGT_IN_CONTEXT(WG_F64, NULL);
    for (int k = 0; k < 2; k++) {
        wg_figure *f = wg_figure_new(c, "Curves of {x} & y");
        k ? add_fields(f) : add_curves(f);
        wg_figure_frame(f, "first"), wg_figure_frame(f, "second");
        char *tex = wg_figure_text(f, "f.tex");
        cr_expect_eq(latex_pages(tex), 1);
        wg_free(c, tex);
    }
    pic_clean_up();
}
