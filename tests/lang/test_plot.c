/* test_plot.c: the statement plot: curves, contours, regions and bars as LaTeX are read back, and compared
 * with closed forms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/figure.h"
#include "wglang.h"

/* The pairs of numbers that stand in a figure as LaTeX, from a word on up to a semicolon. */
typedef struct pairs {
    int n;
    double x[2000], y[2000];
} pairs;

static const char *read_pairs(const char *text, const char *word, pairs *to)
{
    to->n = 0;
    const char *s = text ? strstr(text, word) : NULL;
    if (!s) return NULL;
    for (s += strlen(word); *s && *s != ';'; s++) {
        char *end;
        if (*s != '(') continue;
        const double x = strtod(s + (strncmp(s, "(axis cs:", 9) ? 1 : 9), &end),
                     y = *end == ',' ? strtod(end + 1, &end) : NAN;
        cr_assert(to->n < 2000 && *end == ')', "%.40s", s);
        to->x[to->n] = x, to->y[to->n++] = y;
    }
    return s;
}

/* Figure i of the program as LaTeX. */
static char *drawn(wgt_run *r, int i)
{
    wg_figure *f = wg_program_figure(r->q, i, NULL);
    char *text = wg_figure_text(f, "x.tex");
    cr_assert(f && text, "%s", wg_message(r->c));
    return text;
}

/* Curve k of the first plot. */
static pairs curve(const char *program, int k)
{
    wgt_run r = wgt_build(program, WG_EVAL);
    char *text = drawn(&r, 0);
    pairs p = { 0 };
    const char *s = text;
    for (int i = 0; i <= k; i++) s = read_pairs(s, "coordinates {", &p);
    cr_assert(s, "%s: no curve %d", program, k);
    wg_free(r.c, text);
    wgt_finish(r.c, NULL);
    return p;
}

/* LaTeX has seven digits. */
#define CURVE(program, k, count, formula)                                                                   \
    do {                                                                                                    \
        const pairs p = curve(program, k);                                                                  \
        cr_expect_eq(p.n, count, "%s: %d points", program, p.n);                                            \
        for (int i = 0; i < p.n; i++) {                                                                     \
            const double x = p.x[i], y = formula;                                                           \
            cr_expect(fabs(p.y[i] - y) <= 1e-6 * fmax(fabs(y), 1), "%s: %g at %g, not %g", program, p.y[i], \
                      x, y);                                                                                \
        }                                                                                                   \
    } while (0)

Test(plot, a_curve_has_the_values_of_its_expression)
{
    CURVE("plot line tanh(z) over z in -6:6", 0, 201, tanh(x));
    CURVE("J(w) = w^2 - 10*w + 25; plot line grad(J(v), v) over v in -4:14", 0, 201, 2 * x - 10);
    CURVE("plot line [sigmoid(z), z^2] over z in -2:2", 0, 201, 1 / (1 + exp(-x)));
    CURVE("plot line [sigmoid(z), z^2] over z in -2:2", 1, 201, x * x);
    CURVE("plot line 3 over z in -2:2", 0, 201, 3);
}

Test(plot, a_name_of_the_program_takes_the_values_of_the_axis)
{
    CURVE("w = 0.3; L = (w - 5)^2; plot line L over w in 0:10", 0, 201, (x - 5) * (x - 5));
    CURVE("w = param(init=1); L = w^3; d = grad(L, w); plot line d over w in -1:1", 0, 201, 3 * x * x);
    CURVE("L = b^2; plot line L over b in 0:1", 0, 201, x * x);
    CURVE("w = [3]; plot line sum(2 * w) over w in 0:1", 0, 201, 2 * x);
    /* the name has its own value again */
    CURVE("w = 2; plot { line w^2 over w in 0:1; line w * [1, 2, 3] over [1, 2, 3] }", 1, 3, 2 * x);
}

Test(plot, values_over_values)
{
    CURVE("t = [1, 2, 4]; plot line t^2 over t", 0, 3, x * x);
    CURVE("plot line [5, 6, 7]", 0, 3, 5 + x);
    CURVE("plot line [[5, 6, 7]]", 0, 3, 5 + x);
    CURVE("plot line [[0, 1], [2, 4], [4, 7]] over [[0, 1, 2]]", 0, 3, 2 * x);
    CURVE("plot line [[0, 1], [2, 4], [4, 7]] over [0, 1, 2]", 1, 3, 3 * x + 1);
    CURVE("plot line 7 over [0, 1, 2]", 0, 3, 7);
    CURVE("plot points [1, 2, 3], [1, 4, 9]", 0, 3, x * x);
    CURVE("plot points [[1, 1], [2, 4], [3, 9]]", 0, 3, x * x);
    CURVE("plot path [[1, 1], [2, 4], [3, 9]]", 0, 3, x * x);
    CURVE("plot at 3, 9", 0, 1, x * x);
    CURVE("plot points [1, 2, 3, 4], [1, 4, 3, 4], [0, 1, 0, 1]", 0, 2, x);
    CURVE("plot points [1, 2, 3, 4], [1, 4, 9, 16], [0, 1, 0, 1]", 1, 2, x * x);
}

Test(plot, places_of_a_logarithmic_axis_stand_at_equal_factors)
{
    const pairs p = curve("plot { line e^2 over e in 0.001:1000; x \"e\" log }", 0);
    cr_assert_eq(p.n, 201);
    for (int i = 1; i < p.n; i++)
        cr_expect(fabs(p.x[i] / p.x[i - 1] - pow(10, 6.0 / 200)) < 1e-5, "%g after %g", p.x[i], p.x[i - 1]);
}

/* Between places of the grid, 0.05 apart, a contour runs straight: f = a^2 + b^2 differs by at most 0.05^2 /
 * 4. */
Test(plot, a_contour_joins_equal_values)
{
    wgt_run r = wgt_build("plot contour a^2 + b^2 over a in -3:3, b in -3:3", WG_EVAL);
    char *text = drawn(&r, 0);
    pairs p = { 0 };
    int lines = 0;
    for (const char *s = text; (s = read_pairs(s, "coordinates {", &p)); lines++)
        for (int i = 1; i < p.n; i++) {
            const double f = p.x[i] * p.x[i] + p.y[i] * p.y[i];
            if (isnan(f)) continue; /* a gap */
            cr_expect(fabs(f - round(f)) <= 0.05 * 0.05 / 4 + 1e-5, "%g at %g, %g", f, p.x[i], p.y[i]);
        }
    cr_expect_geq(lines, 8);
    wg_free(r.c, text);
    wgt_finish(r.c, NULL);
}

/* The colours of rectangles are the classes at their middles: here the class is by the angle. */
static void regions_are(const char *program)
{
    wgt_run r = wgt_build(program, WG_EVAL);
    char *text = drawn(&r, 0), word[40];
    pairs p = { 0 };
    int rectangles = 0;
    for (int k = 0; k < 3; k++) {
        snprintf(word, sizeof word, "fill=wgc%d]", k + 1);
        read_pairs(text, word, &p);
        for (int i = 0; i + 1 < p.n; i += 2, rectangles++) {
            const double a = (p.x[i] + p.x[i + 1]) / 2, b = (p.y[i] + p.y[i + 1]) / 2;
            if (fabs(a - b) < 1e-5 || fabs(2 * a + b) < 1e-5 || fabs(2 * b + a) < 1e-5)
                continue; /* two are greatest */
            const int class = a > b && a > -a - b ? 0 : b > -a - b ? 1 : 2;
            cr_expect_eq(class, k, "%s: %d at %g, %g", program, k, a, b);
        }
    }
    cr_expect_geq(rectangles, 121, "%d", rectangles);
    wg_free(r.c, text);
    wgt_finish(r.c, NULL);
}

Test(plot, regions_have_the_class_of_the_greatest_score)
{
    regions_are("plot regions [a, b, -a - b] over a in -3:3, b in -3:3");
    regions_are("plot regions argmax([a, b, -a - b]) over a in -3:3, b in -3:3 as \"A\" \"B\" \"C\"");
}

Test(plot, bars_and_images)
{
    wgt_run r = wgt_build(
        "plot bars [1, -2] over \"a\" \"b\"; plot image [[1, 2], [3, 4]]; plot histogram [1, 1, 2]", WG_EVAL);
    pairs p = { 0 };
    char *text = drawn(&r, 0);
    read_pairs(text, "draw=wgc1]", &p);
    cr_assert_eq(p.n, 4);
    cr_expect(p.y[0] == 0 && p.y[1] == 1 && p.y[2] == 0 && p.y[3] == -2);
    cr_expect(strstr(text, "{a},{b}"));
    wg_free(r.c, text);
    text = drawn(&r, 2);
    read_pairs(text, "draw=wgc1]", &p);
    double count = 0;
    for (int i = 0; i + 1 < p.n; i += 2) count += p.y[i + 1];
    cr_expect_eq(count, 3);
    wg_free(r.c, text);
    wgt_finish(r.c, NULL);
}

/* Frame k of a figure is the figure of a program whose name has the value from the beginning. */
Test(plot, frames_are_the_figures_of_their_values)
{
    const char *const text = "a = %g; plot { line a * x^2 over x in -1:1; y \"y\" from -3 to 3 }";
    char one[200];
    snprintf(one, sizeof one, text, 0.0);
    wgt_run r = wgt_build(one, WG_EVAL);
    wg_figure *f = wg_program_figure(r.q, 0, NULL);
    f = wg_figure_new(r.c, "");
    for (double a = 1; a <= 3; a++) {
        wg_program_set(r.q, "a", wg_view_f64(&a, WG_SCALAR));
        wg_program_build(r.q, r.g, r.p, WG_EVAL);
        wg_figure_frame(f, "");
        cr_assert_eq(wg_program_figure(r.q, 0, f), f, "%s", wg_message(r.c));
    }
    for (int a = 1; a <= 3; a++) {
        snprintf(one, sizeof one, text, (double)a);
        wgt_run other = wgt_build(one, WG_EVAL);
        char *frame = wg_figure_text(f, "x.tex", .frame = a), *alone = drawn(&other, 0);
        cr_expect_str_eq(frame, alone);
        wg_free(r.c, frame), wg_free(other.c, alone);
        wgt_finish(other.c, NULL);
    }
    cr_expect_null(wg_figure_panel(f, 1));
    wgt_finish(r.c, NULL);
}

/* The other commands see nothing of a plot. */
Test(plot, is_no_value)
{
    wgt_run r = wgt_build("y = 2; plot \"T\" line q^2 over q in 0:1; plot line [1, 2]", WG_EVAL),
            bare = wgt_build("y = 2", WG_EVAL);
    cr_expect_str_eq(wgx_program_last_name(r.q), "y");
    cr_expect_eq(wg_program_names(r.q), 1);
    cr_expect_eq(wg_graph_nodes(r.g), wg_graph_nodes(bare.g));
    cr_expect_eq(wgx_program_code(r.q), wgx_program_code(bare.q));
    cr_expect_str_eq(wg_program_drawn(r.q), "");
    cr_expect_eq(wg_program_plots(r.q), 2);
    cr_expect_str_eq(wg_program_plot_title(r.q, 0), "T");
    cr_expect_str_eq(wg_program_plot_title(r.q, 1), "");
    cr_expect_null(wg_program_plot_title(r.q, 2));
    cr_expect_null(wg_program_figure(r.q, 2, NULL));
    cr_expect_eq(wg_failed(r.c), WG_ERROR_USE);
    wgt_drop(r.c, NULL);
    wgt_finish(bare.c, NULL);
}
