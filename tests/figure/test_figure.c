/* test_figure.c: figures: axes, shapes, texts and files. */
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure_private.h"
#include "picture.h"
#include "wgx/figure.h"

/* A test with a context c and a figure f in it. */
#define FIGURE_TEST(suite, name)                       \
    static void name(wg_context *c, wg_figure *f);     \
    Test(suite, name)                                  \
    {                                                  \
        wg_context *c = wgt_start(NULL, WG_F64, NULL); \
        name(c, wg_figure_new(c, ""));                 \
        wgt_finish(c, NULL);                           \
    }                                                  \
    static void name(wg_context *c, wg_figure *f)

/* ---- ticks, places and numbers of axes, against their definitions ---- */

enum { CASES = 20000 };

/* The number that a text of wgi_axis_number stands for. */
static double number_of(const char *text)
{
    static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
    const bool negative = strncmp(text, "−", strlen("−")) == 0;
    if (negative) text += strlen("−");
    char *end;
    double m =
        strncmp(text, "10", 2) == 0 && text[2] && !strchr("0123456789.", text[2]) ? 1 : strtod(text, &end);
    const char *power = strstr(text, "10");
    const char *dot = strstr(text, "·");
    if (dot) power = dot + strlen("·");
    if ((dot || m == 1) && power && power[2] && (unsigned char)power[2] > 127) {
        const char *s = power + 2;
        int e = 0, sign = 1;
        if (strncmp(s, "⁻", strlen("⁻")) == 0) sign = -1, s += strlen("⁻");
        for (; *s;) {
            int digit = -1;
            for (int i = 0; i < 10; i++)
                if (strncmp(s, raised[i], strlen(raised[i])) == 0) digit = i;
            cr_assert(digit >= 0, "not a power: %s", text);
            e = 10 * e + digit, s += strlen(raised[digit]);
        }
        m *= pow(10, sign * e);
    }
    return negative ? -m : m;
}

/* Ticks are whole multiples of a step that is 1, 2 or 5 times a power of ten; they fill the axis; their
 * texts say their values. */
Test(figure_axes, linear_ticks_are_round)
{
    wgt_random r = { wgt_seed() };
    for (int i = 0; i < CASES; i++) {
        const double span = pow(10, wgt_uniform(&r, -12, 12)), low = wgt_uniform(&r, -3, 3) * span;
        wgi_axis *a = calloc(1, sizeof *a);
        a->low = low, a->high = low + span;
        wgi_axis_ticks(a, 3 + (int)wgt_below(&r, 6));
        cr_assert(a->ticks >= 2 && a->ticks <= 14, "%d ticks over %g", a->ticks, span);
        const double step = a->tick[1] - a->tick[0], m = step / pow(10, floor(log10(step) + 1e-6));
        cr_assert(fabs(m - 1) < 1e-5 || fabs(m - 2) < 1e-5 || fabs(m - 5) < 1e-5, "step %g", step);
        cr_assert(a->tick[0] - step < a->low && a->tick[a->ticks - 1] + step > a->high, "a tick is missing");
        for (int k = 0; k < a->ticks; k++) {
            cr_assert(a->tick[k] >= a->low - 1e-6 * step && a->tick[k] <= a->high + 1e-6 * step);
            cr_assert(fabs(a->tick[k] / step - round(a->tick[k] / step)) < 1e-6, "%g is no multiple of %g",
                      a->tick[k], step);
            cr_assert(fabs(number_of(a->text[k]) - a->tick[k]) <= 1e-6 * step, "%s for %.17g", a->text[k],
                      a->tick[k]);
        }
        free(a);
    }
}

Test(figure_axes, logarithmic_places_are_those_of_logarithms)
{
    wgi_axis a = { .low = 1e-9, .high = 1e3, .logarithmic = true };
    for (int e = -9; e <= 3; e++) cr_expect_float_eq(wgi_axis_unit(&a, pow(10, e)), (e + 9) / 12.0, 1e-12);
    cr_expect_float_eq(wgi_axis_value(&a, 0.5), 1e-3, 1e-12);
    cr_expect_not(wgi_axis_shows(&a, 0));
    cr_expect_not(wgi_axis_shows(&a, -1));
    cr_expect_not(wgi_axis_shows(&a, NAN));
    cr_expect(wgi_axis_shows(&a, 1e-20));
    a.reversed = true;
    cr_expect_float_eq(wgi_axis_unit(&a, 1e3), 0, 1e-12);
    cr_expect_float_eq(wgi_axis_value(&a, 0), 1e3, 1e-9);
}

/* The ticks of several powers of ten are powers of ten. Over two powers they are 1, 2 and 5 times them,
 * and together with the minor ones all of 1, 2, ..., 9, 10, 20, ..., 100. */
Test(figure_axes, logarithmic_ticks)
{
    for (int low = -40; low < 30; low += 7)
        for (int span = 2; span < 60; span += 5) {
            wgi_axis *a = calloc(1, sizeof *a);
            a->low = pow(10, low), a->high = pow(10, low + span), a->logarithmic = true;
            wgi_axis_ticks(a, 7);
            cr_assert(a->ticks >= 2 && a->ticks <= 9, "%d ticks over %d powers", a->ticks, span);
            for (int k = 0; k < a->ticks; k++) {
                const double m = a->tick[k] / pow(10, floor(log10(a->tick[k]) + 1e-9));
                cr_assert(fabs(m - 1) < 1e-9 || (span == 2 && (fabs(m - 2) < 1e-9 || fabs(m - 5) < 1e-9)),
                          "%g", m);
                cr_assert(wgt_relative(number_of(a->text[k]), a->tick[k]) < 1e-9, "%s for %g", a->text[k],
                          a->tick[k]);
            }
            if (span == 2) cr_assert_eq(a->minors + a->ticks, 19);
            free(a);
        }
}

Test(figure_axes, numbers_have_so_many_digits)
{
    static const struct {
        double v;
        int digits;
        const char *text;
    } known[] = { { 1.6e-9, 4, "1.6·10⁻⁹" },  { -1.3333333, 4, "−1.333" }, { 0, 4, "0" },
                  { 1e6, 4, "10⁶" },          { -1e-12, 4, "−10⁻¹²" },     { 9.9996, 4, "10" },
                  { 0.28731, 4, "0.2873" },   { 123456, 4, "123456" },     { 9.8e-5, 4, "9.8·10⁻⁵" },
                  { INFINITY, 4, "∞" },       { -INFINITY, 4, "−∞" },      { 0.1, 3, "0.1" },
                  { 2.5e300, 3, "2.5·10³⁰⁰" } };
    char text[WGI_TICK_TEXT];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        wgi_axis_number(text, sizeof text, known[i].v, known[i].digits);
        cr_expect_str_eq(text, known[i].text);
    }
    wgi_axis_number(text, sizeof text, NAN, 4);
    cr_expect_str_eq(text, "NaN");
}

Test(figure_axes, places_have_inverses)
{
    wgt_random r = { wgt_seed() + 1 };
    for (int i = 0; i < CASES; i++) {
        wgi_axis a = { .low = wgt_uniform(&r, -5, 5), .reversed = i & 1, .logarithmic = i & 2 };
        if (a.logarithmic) a.low = pow(10, a.low);
        a.high = a.low * (a.low > 0 ? 1 : -1) + wgt_uniform(&r, 0.1, 9) + fabs(a.low);
        const double u = wgt_unit(&r);
        cr_assert_float_eq(wgi_axis_unit(&a, wgi_axis_value(&a, u)), u, 1e-9);
    }
}

/* Limits by what is shown, by the options, and of nothing at all. */
FIGURE_TEST(figure_axes, limits)
{
    wgi_axis x = { 0 }, y = { 0 };
    wg_panel *p = wg_panel_new(f, "");
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(x.low < x.high && y.low < y.high);
    wg_series *s = wg_panel_line(p, "");
    for (int i = 0; i < 5; i++) wg_series_add(s, i, 10 * i);
    wg_series_add(s, 1e9, NAN);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(x.low == 0 && x.high == 4 && y.low <= 0 && y.high >= 40 && y.high < 50, "gaps do not count");
    p = wg_panel_new(f, "");
    s = wg_panel_band(p, "");
    wg_series_band(s, 0, -90, 1), wg_series_band(s, 1, 0, 70);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(y.low <= -90 && y.high >= 70, "both edges of a band are seen");
    p = wg_panel_new(f, "", .x.low = -1, .x.high = NAN, .y.scale = WG_SCALE_AUTO);
    s = wg_panel_line(p, "");
    wg_series_add(s, 0, 1e-4), wg_series_add(s, 7, 1);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(x.low == -1 && x.high == 7 && y.logarithmic && y.low < 1e-4);
    p = wg_panel_new(f, "");
    s = wg_panel_bars(p, "");
    wg_series_bar(s, "a", 3), wg_series_bar(s, "b", 5), wg_series_bar(s, "a", 1);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(y.low == 0 && x.names == 2 && x.low < -0.4 && x.high > 1.4);
}

FIGURE_TEST(figure_axes, values_alone_have_the_places_1_2_and_bars_0_1)
{
    wg_panel *p = wg_panel_new(f, "");
    wg_series *s[] = { wg_panel_line(p, ""), wg_panel_bars(p, "") };
    for (int k = 0; k < 2; k++) {
        wg_series_push(s[k], 7), wg_series_push(s[k], 8);
        cr_expect(s[k]->x[0] == 1 - k && s[k]->x[1] == 2 - k);
    }
}

static bool sign_of(void *user, const double *x, int64_t n, double *y)
{
    for (int64_t i = 0; i < n; i++) y[i] = (x[i] > *(double *)user) - (x[i] < *(double *)user);
    return true;
}

FIGURE_TEST(figure_shapes, points_beside_a_jump_lie_on_the_curve)
{
    double at = 0.3, x[] = { -1, -0.5, 0, 0.5, 1 }, y[5], want;
    wg_series *s = wg_panel_line(wg_panel_new(f, ""), "");
    sign_of(&at, x, 5, y);
    wgx_series_curve(s, x, y, 5, sign_of, &at);
    cr_expect_gt(s->n, 6, "the ends of the jump");
    for (int64_t i = 0; i < s->n; i++) {
        sign_of(&at, &s->x[i], 1, &want);
        cr_expect(isnan(s->y[i]) || s->y[i] == want, "%g at %.17g", s->y[i], s->x[i]);
    }
}

/* ---- contours, histograms, and the thinning of long curves, against mathematics ---- */

enum { SIDE = 61, MOST = 100000 };

typedef struct line {
    double x[MOST], y[MOST];
    int n;
} line;

static void add(void *user, double x, double y)
{
    line *l = user;
    cr_assert(l->n < MOST);
    l->x[l->n] = x, l->y[l->n++] = y;
}

static double circle(double x, double y) { return x * x + y * y; }

static line *contour(wg_figure *f, double (*of)(double, double), double level)
{
    static double v[SIDE * SIDE];
    const wgi_lattice l = { v, SIDE, SIDE, -1.5, -1.5, 3.0 / (SIDE - 1), 3.0 / (SIDE - 1) };
    line *out = calloc(1, sizeof *out);
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) v[i * SIDE + j] = of(l.x0 + j * l.dx, l.y0 + i * l.dy);
    cr_assert(wgi_contour(&f->pool, &l, level, add, out));
    return out;
}

/* Along an edge of length h the function is quadratic with second derivative 2, so a straight line is
 * off by at most h²/4. The circle is one closed line that goes once around. */
FIGURE_TEST(figure_shapes, the_contour_of_a_circle)
{
    const double h = 3.0 / (SIDE - 1);
    for (double radius = 0.2; radius < 1.45; radius += 0.17) {
        line *l = contour(f, circle, radius * radius);
        double turn = 0;
        int lines = 0;
        for (int i = 0; i < l->n; i++) {
            lines += isnan(l->x[i]);
            if (isnan(l->x[i])) continue;
            cr_assert(fabs(circle(l->x[i], l->y[i]) - radius * radius) <= h * h / 4 + 1e-12);
            if (i && !isnan(l->x[i - 1]))
                turn += atan2(l->x[i - 1] * l->y[i] - l->y[i - 1] * l->x[i],
                              l->x[i - 1] * l->x[i] + l->y[i - 1] * l->y[i]);
        }
        cr_assert_eq(lines, 1);
        cr_assert_float_eq(fabs(turn), 2 * acos(-1), 1e-9);
        cr_assert(l->x[0] == l->x[l->n - 2] && l->y[0] == l->y[l->n - 2], "not closed");
        free(l);
    }
}

/* In the middle of a cell with 1 at two opposite corners and 0 at the others is 1/2. A line for a higher
 * level is around each 1, from 0.6 of the way on, one for a lower level around each 0. */
FIGURE_TEST(figure_shapes, a_saddle_is_cut_on_the_side_of_its_middle)
{
    for (int k = 0; k < 2; k++) {
        const wgi_lattice l = { (double[]){ 1, 0, 0, 1 }, 2, 2, 0, 0, 1, 1 };
        line *out = calloc(1, sizeof *out);
        cr_assert(wgi_contour(&f->pool, &l, k ? 0.6 : 0.4, add, out));
        cr_assert_eq(out->n, 6, "two pieces, with a gap behind each");
        for (int i = 0; i < 6; i += 3) {
            const double to_ones = fabs(out->x[i] + out->x[i + 1] - out->y[i] - out->y[i + 1]);
            cr_expect_float_eq(to_ones, k ? 0 : 1.2, 1e-12);
        }
        free(out);
    }
}

static double hill(void *user, double x, double y)
{
    (void)user;
    return x * y;
}

/* A point over a place of the grid is a corner of the faces there, and between two corners it lies on the
 * edge. The faces are drawn from behind: y falls, and in a row x rises. */
FIGURE_TEST(figure_shapes, points_lie_on_a_surface)
{
    wg_panel *p = wg_panel_new(f, "");
    wg_panel_surface(p, "J", .f = hill, .x = { -1, 1 }, .y = { -2, 2 }, .nx = 5, .ny = 5);
    wg_series *s = wg_panel_points(p, "");
    wg_series_add(s, 0.5, 2), wg_series_add(s, -0.5, -2), wg_series_add(s, 0.25, 2), wg_series_add(s, 3, 0);
    wg_series_add(s, 0, 0);
    wgi_figure_page g;
    cr_assert(wgi_page_make(&g, f));
    const wgi_plot *t = &g.plot[0];
    const wgi_drawn_shape *marks = &t->shape[t->shapes - 1];
    cr_assert_eq(marks->n, 4, "the place outside is left out");
    double at[5][5][2];
    int corner = 0;
    for (int64_t i = 0; i < t->shapes; i++)
        for (int64_t k = t->shape[i].first;
             t->shape[i].kind == WGI_SHAPE_AREA && k < t->shape[i].first + t->shape[i].n; k++) {
            static const int turn[4][2] = { { 0, 0 }, { 0, 1 }, { 1, 1 }, { 1, 0 } };
            if (isnan(t->u[k])) continue;
            const int face = corner / 4, row = 3 - face / 4 + turn[corner % 4][0],
                      column = face % 4 + turn[corner % 4][1];
            at[row][column][0] = t->u[k], at[row][column][1] = t->v[k], corner++;
        }
    cr_assert_eq(corner, 4 * 16);
    const double *u = &t->u[marks->first], *v = &t->v[marks->first];
    for (int k = 0; k < 2; k++) {
        const double *one[] = { at[4][3], at[0][1] };
        cr_expect(fabs(u[k] - one[k][0]) < 1e-12 && fabs(v[k] - one[k][1]) < 1e-12, "point %d", k);
        cr_expect_float_eq(k ? v[2] : u[2], (at[4][2][k] + at[4][3][k]) / 2, 1e-12);
    }
    /* opposite places of the floor are as far to the right and left of its middle */
    cr_expect_float_eq(at[0][1][0] + at[4][3][0], at[0][0][0] + at[4][4][0], 1e-12);
    cr_expect(at[0][0][0] < at[4][0][0] && at[4][0][0] < at[0][4][0] && at[0][4][0] < at[4][4][0]);
    wgi_page_free(&g);
}

FIGURE_TEST(figure_shapes, levels_are_round)
{
    static const double v[4] = { 0, 1, 2, 10 };
    double level[WGI_TICKS];
    wg_panel *p = wg_panel_new(wg_figure_new(c, ""), "");
    const wg_series *s = wg_panel_contour(p, "", .values = wg_view_f64(v, WG_SHAPE(2, 2)), .level_count = 9);
    cr_assert_eq(wgi_contour_levels(&f->pool, s, level), 9);
    for (int i = 0; i < 9; i++) cr_expect_float_eq(level[i], i + 1, 1e-12);
    s = wg_panel_contour(p, "", .values = wg_view_f64(v, WG_SHAPE(2, 2)), .levels = (double[]){ 3, 7 },
                         .level_count = 2);
    cr_assert_eq(wgi_contour_levels(&f->pool, s, level), 2);
    cr_expect(level[0] == 3 && level[1] == 7);
}

/* ---- histograms ---- */

static wg_series *histogram(wg_context *c, int bins)
{
    return wg_panel_histogram(wg_panel_new(wg_figure_new(c, ""), ""), "", .bins = bins);
}

/* Each value lies in one bin, the greatest in the last. */
Test(figure_shapes, histograms_count)
{
    wgt_random r = { wgt_seed() };
    for (int round = 0; round < 200; round++) {
        WGT_IN_CONTEXT(WG_F64, NULL);
        const int n = 1 + (int)wgt_below(&r, 400);
        wg_series *s = histogram(c, round % 3 ? WG_AUTO : 1 + (int)wgt_below(&r, 30));
        for (int i = 0; i < n; i++) wg_series_push(s, floor(wgt_uniform(&r, -20, 20)) / 4);
        wg_series_push(s, NAN), wg_series_push(s, INFINITY);
        wgi_bins b;
        cr_assert(wgi_histogram(&s->panel->figure->pool, s, &b));
        const double width = (b.high - b.low) / b.n;
        int64_t sum = 0;
        for (int k = 0; k < b.n; k++) {
            int64_t count = 0;
            for (int i = 0; i < n; i++) {
                const double at = (s->y[i] - b.low) / width;
                count += at >= k && (at < k + 1 || k == b.n - 1);
            }
            cr_assert_eq(b.count[k], count, "bin %d of %d", k, b.n);
            sum += b.count[k];
        }
        cr_assert_eq(sum, n);
    }
}

/* 0, 1, ..., 999: the quartiles are 499.5 apart, and 2 · 499.5 / 1000^(1/3) = 99.9 is rounded to 100. */
FIGURE_TEST(figure_shapes, bins_by_freedman_and_diaconis)
{
    wg_series *s = histogram(c, WG_AUTO);
    wgi_bins b;
    for (int i = 0; i < 1000; i++) wg_series_push(s, i);
    cr_assert(wgi_histogram(&s->panel->figure->pool, s, &b));
    cr_expect(b.n == 10 && b.low == 0 && b.high == 1000, "%d bins from %g to %g", b.n, b.low, b.high);
    for (int k = 0; k < 10; k++) cr_expect_eq(b.count[k], 100);
    s = histogram(c, 7);
    wg_series_tensor(s, wg_view_f64((double[]){ 1, 2, 3, 8 }, WG_SHAPE(2, 2)));
    cr_assert(wgi_histogram(&s->panel->figure->pool, s, &b));
    cr_expect(b.n == 7 && b.low == 1 && b.high == 8 && b.count[0] == 1 && b.count[6] == 1);
    s = histogram(c, WG_AUTO);
    wg_series_push(s, 5), wg_series_push(s, 5);
    cr_assert(wgi_histogram(&s->panel->figure->pool, s, &b));
    cr_expect(b.n == 1 && b.count[0] == 2 && b.low < 5 && b.high > 5);
}

/* ---- thinning ---- */

static const wgi_drawn_shape *first_line(const wgi_plot *t)
{
    for (int64_t i = 0; i < t->shapes; i++)
        if (t->shape[i].kind == WGI_SHAPE_LINE) return &t->shape[i];
    return NULL;
}

/* Column by column of half a unit, the least and the greatest value are among the points drawn. */
FIGURE_TEST(figure_shapes, long_curves_keep_their_extremes)
{
    enum { N = 1000000, COLUMNS = 4000 };
    double *low = malloc(COLUMNS * sizeof *low), *high = malloc(COLUMNS * sizeof *high);
    wgt_random r = { wgt_seed() };
    wg_series *s = wg_panel_line(wg_panel_new(f, ""), "");
    wgi_figure_page g;
    for (int i = 0; i < N; i++)
        wg_series_push(s, sin(i * 0.37) + (wgt_below(&r, 5000) ? 0 : wgt_uniform(&r, -9, 9)));
    cr_assert(wgi_page_make(&g, f));
    const wgi_plot *t = &g.plot[0];
    const wgi_drawn_shape *k = first_line(t);
    cr_assert(k->n <= 4 * (2 * t->width + 2), "%lld points", (long long)k->n);
    for (int i = 0; i < COLUMNS; i++) low[i] = INFINITY, high[i] = -INFINITY;
    for (int64_t i = 0; i < k->n; i++) {
        const int at = (int)floor(2 * t->u[k->first + i] * t->width);
        low[at] = fmin(low[at], t->v[k->first + i]), high[at] = fmax(high[at], t->v[k->first + i]);
    }
    for (int i = 0; i < N; i++) {
        const int at = (int)floor(2 * wgi_axis_unit(&t->x, s->x[i]) * t->width);
        const double v = wgi_axis_unit(&t->y, s->y[i]);
        cr_assert(v >= low[at] && v <= high[at], "point %d is lost", i);
    }
    wgi_page_free(&g);
    free(low), free(high);
}

FIGURE_TEST(figure_shapes, numbers_that_have_no_place_leave_gaps)
{
    const double y[] = { 1, 2, NAN, 3, 4, INFINITY, 5, 0, 6, 1e301, 7, 8 };
    wgi_figure_page g;
    for (int log = 0; log < 2; log++) {
        f = wg_figure_new(c, "");
        wg_panel *p = wg_panel_new(f, "", .y.scale = log ? WG_SCALE_LOG : WG_SCALE_LINEAR);
        wg_series_add_all(wg_panel_line(p, ""), NULL, y, 12);
        cr_assert(wgi_page_make(&g, f));
        const wgi_drawn_shape *k = first_line(&g.plot[0]);
        int gaps = 0, points = 0;
        for (int64_t i = 0; i < k->n; i++) isnan(g.plot[0].u[k->first + i]) ? gaps++ : points++;
        cr_expect_eq(gaps, log ? 4 : 3);
        cr_expect_eq(points, log ? 8 : 9);
        wgi_page_free(&g);
    }
}

/* ---- no two texts lie on each other, and none leaves the page ---- */

static const char *const words[] = { "a",
                                     "gradient descent",
                                     "learning rate α = 0.01",
                                     "W₁",
                                     "∂L/∂W of the second layer",
                                     "held out",
                                     "a very long name of a series that nobody would wish to read to its end",
                                     "",
                                     "σ(z)",
                                     "best step 1·10⁻⁶: error 2·10⁻¹¹" };

static const char *word(wgt_random *r) { return words[wgt_below(r, sizeof words / sizeof *words)]; }

static void add_series(wg_panel *p, wgt_random *r)
{
    const wg_series_kind kind = (wg_series_kind)wgt_below(r, WG_SERIES_KINDS);
    wg_series *s = wg_series_new_at(WG_HERE, p, kind, word(r), &WG_OPTS(wg_series_opts));
    const int n = (int)wgt_below(r, 60);
    const double scale = pow(10, wgt_uniform(r, -3, 3));
    for (int i = 0; i < n; i++)
        if (kind == WG_SERIES_BARS) wg_series_bar(s, words[i % 7], scale * wgt_unit(r));
        else if (kind == WG_SERIES_HISTOGRAM) wg_series_push(s, scale * wgt_unit(r));
        else wg_series_add(s, i, scale * wgt_unit(r));
}

static void add_notes(wg_panel *p, wgt_random *r)
{
    for (int i = (int)wgt_below(r, 8); i > 0; i--) {
        const double x = wgt_uniform(r, 0, 60), y = pow(10, wgt_uniform(r, -2, 2));
        switch (wgt_below(r, 4)) {
        case 0: wg_panel_at_x(p, x, word(r)); break;
        case 1: wg_panel_at_y(p, y, word(r)); break;
        case 2: wg_panel_text(p, x, y, word(r)); break;
        default: wg_panel_arrow(p, x, y, x + 3, 2 * y, word(r));
        }
    }
}

static void add_grid(wg_panel *p, wgt_random *r)
{
    double v[12 * 9];
    for (int i = 0; i < 12 * 9; i++) v[i] = wgt_uniform(r, -1, 1) * 100;
    const wg_tensor t = wg_view_f64(v, WG_SHAPE(9, 12));
    switch (wgt_below(r, 3)) {
    case 0:
        wg_panel_image(p, word(r), .values = t, .numbers = wgt_below(r, 2), .map = wgt_below(r, 5));
        break;
    case 1: wg_panel_surface(p, word(r), .values = t, .x = { 0, 60 }, .y = { -1, 1 }); break;
    default: wg_panel_contour(p, word(r), .values = t);
    }
}

static wg_figure *random_figure(wg_context *c, wgt_random *r)
{
    const int columns = (int)wgt_below(r, 4);
    wg_figure *f = wg_figure_new(c, word(r), .columns = columns ? columns : WG_AUTO);
    for (int panels = 1 + (int)wgt_below(r, 5); panels > 0; panels--) {
        const bool grid = wgt_below(r, 4) == 0;
        wg_panel *p = wg_panel_new(f, word(r), .x.label = word(r), .x.hidden = wgt_below(r, 8) == 0,
                                   .x.reversed = wgt_below(r, 8) == 0, .y.label = word(r),
                                   .y.scale = grid ? WG_SCALE_LINEAR : (wg_scale)wgt_below(r, 3),
                                   .equal = wgt_below(r, 6) == 0);
        if (grid) add_grid(p, r);
        for (int i = (int)wgt_below(r, 5); i > 0; i--) add_series(p, r);
        add_notes(p, r);
    }
    return f;
}

static bool share_a_frame(const wgi_label *a, const wgi_label *b)
{
    return !a->frame || !b->frame || a->frame == b->frame;
}

static void expect_apart(const wgi_figure_page *g, uint64_t seed)
{
    for (int64_t i = 0; i < g->labels; i++) {
        double box[4];
        const wgi_label *a = &g->label[i];
        if (!*a->text) continue;
        wgi_label_box(a, box);
        cr_assert(box[0] >= -1 && box[1] >= -1 && box[2] <= g->width + 1 && box[3] <= g->height + 1,
                  "seed %llu: \"%s\" is cut: %g %g %g %g of %g %g", (unsigned long long)seed, a->text, box[0],
                  box[1], box[2], box[3], g->width, g->height);
        for (int64_t j = 0; j < i; j++)
            cr_assert(!*g->label[j].text || !share_a_frame(a, &g->label[j]) ||
                          !wgi_labels_overlap(a, &g->label[j]),
                      "seed %llu: \"%s\" (kind %d, at %g %g) lies on \"%s\" (kind %d, at %g %g)",
                      (unsigned long long)seed, a->text, a->kind, a->x, a->y, g->label[j].text,
                      g->label[j].kind, g->label[j].x, g->label[j].y);
    }
}

Test(figure_labels, do_not_overlap)
{
    for (uint64_t k = 0; k < 400; k++) {
        wgt_random r = { wgt_seed() * 1000 + k };
        WGT_IN_CONTEXT(WG_F64, NULL);
        wg_figure *f = random_figure(c, &r);
        wgi_figure_page g;
        cr_assert(wgi_page_make(&g, f));
        expect_apart(&g, wgt_seed() * 1000 + k);
        wgi_page_free(&g);
    }
}

/* Reference lines one beside the other all have their names. */
FIGURE_TEST(figure_labels, near_lines_are_all_named)
{
    char name[32];
    f = wg_figure_new(c, "lines");
    wg_panel *p = wg_panel_new(f, "", .x.low = 0, .x.high = 100, .y.low = 0, .y.high = 1);
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "event number %d", i);
        wg_panel_at_x(p, 50 + 0.3 * i, name);
    }
    wgi_figure_page g;
    int named = 0;
    cr_assert(wgi_page_make(&g, f));
    expect_apart(&g, 0);
    for (int64_t i = 0; i < g.labels; i++) named += strncmp(g.label[i].text, "event", 5) == 0;
    cr_expect_eq(named, 8);
    wgi_page_free(&g);
}

/* A legend lies on no curve: in an empty frame it stands inside, in a full one above. */
FIGURE_TEST(figure_labels, legends_cover_nothing)
{
    wgt_random r = { 1 };
    for (int full = 0; full < 2; full++) {
        f = wg_figure_new(c, "");
        wg_panel *p = wg_panel_new(f, "");
        wg_series *a = wg_panel_points(p, "one"), *b = wg_panel_points(p, "two");
        for (int i = 0; i < 2000; i++) {
            const double x = wgt_unit(&r), y = full ? wgt_unit(&r) : x;
            wg_series_add(i % 2 ? a : b, x, y);
        }
        wgi_figure_page g;
        cr_assert(wgi_page_make(&g, f));
        const wgi_plot *t = &g.plot[0];
        cr_assert_eq(t->entries, 2);
        cr_expect_eq(t->legend_inside, !full);
        for (int64_t i = 0; i < t->points; i++) {
            const double x = wgi_px(t, t->u[i]), y = wgi_py(t, t->v[i]);
            cr_expect(x < t->legend_left || x > t->legend_left + t->legend_width || y < t->legend_top ||
                      y > t->legend_top + t->legend_height);
        }
        cr_expect(t->legend_top >= 0 && t->legend_left + t->legend_width <= g.width);
        wgi_page_free(&g);
    }
}

static double bowl(void *user, double x, double y)
{
    return x * x + 3 * y * y + (user ? *(double *)user : 0);
}

/* On a slide of 1920 by 1080 letters are at least 24 high, for figures of up to three panels in a row; with
 * up to six panels in a page, too, whose figure has 1888 by 950 of the window. On a phone, whose page is 358
 * wide, they are at least 11. */
FIGURE_TEST(figure_labels, letters_are_large)
{
    for (int panels = 1; panels <= 9; panels++) {
        f = wg_figure_new(c, "title");
        for (int i = 0; i < panels; i++) {
            wg_panel *p = wg_panel_new(f, "panel", .x.label = "x", .x.low = -2, .x.high = 2, .y.label = "y",
                                       .y.low = -2, .y.high = 2);
            if (i % 2) wg_panel_contour(p, "", .f = bowl);
            else wg_panel_at_x(p, 1, "rule"), wg_panel_text(p, 0, 0, "text");
        }
        for (int phone = 0; phone < 2; phone++) {
            wgi_figure_page g;
            f->phone = phone;
            if (phone) f->o.columns = 1, f->o.width = 400, f->o.height = 340 * panels;
            cr_assert(wgi_page_make(&g, f));
            const double scale = phone        ? 358 / g.width
                                 : panels < 7 ? fmin(1888 / g.width, 0.88 * 1080 / g.height)
                                              : fmin(1920 / g.width, 1080 / g.height);
            for (int64_t i = 0; i < g.labels; i++)
                cr_expect(g.label[i].size * scale >= (phone ? 11 : 23.99), "%d panels: %s: %g of %g by %g",
                          panels, g.label[i].text, g.label[i].size, g.width, g.height);
            wgi_page_free(&g);
        }
    }
}

/* ---- the four kinds of files: well-formed whatever is shown, the same bytes each time, ids of one picture
 * only, errors that say what is wrong ---- */

static const char hostile[] = "<&>\"'\\\n\x01\xff #$%_{}~^ ]]> </svg><script>alert(1)</script> \u202e α₁";

/* A panel of every kind of series and note. */
static wg_figure *everything(wg_context *c, const char *name)
{
    static const double cells[6] = { -1, 0, 1, 2, NAN, 4 };
    wg_figure *f = wg_figure_new(c, name, .description = name);
    wg_panel *p = wg_panel_new(f, name, .x.label = name, .y.label = name);
    for (int k = 0; k < WG_SERIES_KINDS; k++) {
        const wg_series_opts o =
            WG_OPTS(wg_series_opts, .marker = k == 0 ? WG_MARKER_TRIANGLE : WG_MARKER_DEFAULT);
        wg_series *s = wg_series_new_at(WG_HERE, p, (wg_series_kind)k, name, &o);
        for (int i = 0; i < 12; i++)
            k == WG_SERIES_BARS ? wg_series_bar(s, name, i) : wg_series_add(s, i, i % 5);
    }
    wg_panel_text(p, 3, 3, name), wg_panel_arrow(p, 1, 1, 4, 4, name), wg_panel_at_x(p, 2, name),
        wg_panel_at_y(p, 2, name);
    p = wg_panel_new(f, name);
    wg_panel_image(p, name, .values = wg_view_f64(cells, WG_SHAPE(2, 3)), .numbers = true);
    p = wg_panel_new(f, name, .x.low = -1, .x.high = 1, .y.low = -1, .y.high = 1);
    wg_panel_contour(p, name, .f = bowl);
    p = wg_panel_new(f, name, .x.label = name, .y.label = name);
    wg_panel_surface(p, name, .f = bowl, .x = { -1, 1 }, .y = { -1, 1 });
    wg_series_add(wg_panel_path(p, name), 0, 0);
    wg_figure_frame(f, name), wg_panel_text(p, 0, 0, name);
    wg_figure_frame(f, ""), wg_panel_text(p, 0.5, 0, name);
    return f;
}

static char *text_of(wg_figure *f, wg_figure_format format)
{
    char *text = wg_figure_text(f, "figure", .format = format);
    cr_assert(text, "%s", wg_message(f->pool.c));
    return text;
}

FIGURE_TEST(figure_files, svg_is_well_formed)
{
    f = everything(c, hostile);
    char *svg = text_of(f, WG_FIGURE_SVG);
    pic_expect_well_formed(svg);
    HAS(svg, "&lt;script&gt;");
    HAS(svg, "prefers-color-scheme:dark");
    HAS_NOT(svg, "nan");
    HAS_NOT(svg, "inf");
    if (system("xmllint --version >/dev/null 2>&1") == 0) {
        char *path = pic_path("all.svg"), command[300];
        cr_assert_eq(wg_figure_save(f, path), WG_OK);
        snprintf(command, sizeof command, "xmllint --noout '%s'", path);
        cr_expect_eq(system(command), 0);
        pic_clean_up();
    }
}

/* What the page has from elsewhere, it has by name alone: the namespace. */
FIGURE_TEST(figure_files, html_loads_nothing)
{
    char *html = text_of(everything(c, hostile), WG_FIGURE_HTML);
    cr_expect_eq(pic_count(html, "http"), pic_count(html, "xmlns=\"http://www.w3.org/2000/svg\""));
    HAS_NOT(html, "@import");
    HAS_NOT(html, " src=");
    HAS_NOT(html, "<link");
    HAS_NOT(html, "alert(1)</script>");
    cr_expect_eq(pic_count(html, "type=\"range\""), 1);
    char *script = strstr(html, "<script>"), *end = script ? strstr(script, "</script>") : NULL;
    cr_assert(script && end && !strstr(end + 1, "<script>"), "one script, of our own");
    memset(script, ' ', (size_t)(end + 9 - script));
    script = strstr(html, "<script type"), end = strstr(script, "</script>"); /* the frames, as JSON */
    memset(script, ' ', (size_t)(end + 9 - script));
    pic_expect_well_formed(html);
}

/* All ids, and all selectors of the style, begin with the picture's id: it is unlike that of another file. */
FIGURE_TEST(figure_files, ids_belong_to_one_picture)
{
    f = everything(c, "a");
    char *svg = wg_figure_text(f, "out/loss curve 1.svg");
    cr_assert(svg);
    for (const char *s = svg; (s = strstr(s, "id=\"")); s++)
        cr_assert(strncmp(s + 4, "wg-loss_curve_1", 15) == 0, "%.30s", s);
    for (const char *s = svg; (s = strstr(s, "url(#")); s++)
        cr_assert(strncmp(s + 5, "wg-loss_curve_1", 15) == 0, "%.30s", s);
    const char *style = strstr(svg, "<style>") + 7, *end = strstr(svg, "</style>");
    for (const char *s = style; s < end; s++)
        if (*s == '{' && s[1] != '#') {
            const char *from = s;
            while (from > style && from[-1] != '}' && from[-1] != '\n' && from[-1] != '{') from--;
            cr_assert(strncmp(from, "#wg-loss_curve_1", 16) == 0, "%.40s", from);
        }
    char *named = wg_figure_text(f, "loss.svg", .id = "second");
    HAS(named, "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"second\"");
    HAS_NOT(named, "wg-loss");
}

Test(figure_files, the_bytes_are_the_same_each_time)
{
    static const wg_figure_format formats[] = { WG_FIGURE_SVG, WG_FIGURE_HTML, WG_FIGURE_TEX, WG_FIGURE_TXT };
    char *first[4] = { NULL };
    for (int round = 0; round < 40; round++) {
        if (round == 20) setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed */
        WGT_IN_CONTEXT(WG_F64, NULL);
        void *hole = wg_alloc(c, (size_t)round * 31 + 1, 1);
        wg_figure *f = everything(c, "name");
        for (int k = 0; k < 4; k++) {
            char *text = text_of(f, formats[k]);
            if (!first[k]) first[k] = strdup(text);
            cr_assert_str_eq(text, first[k]);
            wg_free(c, text);
        }
        wg_free(c, hole);
    }
    for (int k = 0; k < 4; k++) free(first[k]);
}

/* Nothing, one point, NaN alone, numbers at the ends of the range: each is a figure. */
Test(figure_files, odd_data_are_drawn)
{
    static const double odd[][4] = { { 5, 5, 5, 5 },
                                     { NAN, NAN, NAN, NAN },
                                     { 1e308, -1e308, 1e-310, 0 },
                                     { 0, 5e-324, 0, 0 },
                                     { 1e299, -1e299, 0, 1 },
                                     { 1e15, 1e15 + 1, 1e15 + 2, 1e15 },
                                     { 1e-300, 2e-300, 3e-300, 0 },
                                     { INFINITY, -INFINITY, 1, 2 } };
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
        for (int kind = 0; kind < WG_SERIES_KINDS; kind++)
            for (int log = 0; log < 3; log++) {
                WGT_IN_CONTEXT(WG_F64, NULL);
                const wg_series_opts none = WG_OPTS(wg_series_opts);
                wg_figure *f = wg_figure_new(c, NULL);
                wg_panel *p = wg_panel_new(f, NULL, .x.scale = (wg_scale)log, .y.scale = (wg_scale)log);
                wg_series_add_all(wg_series_new_at(WG_HERE, p, (wg_series_kind)kind, NULL, &none), odd[k],
                                  odd[k], k == 0 ? 1 : 4);
                wg_series_new_at(WG_HERE, p, (wg_series_kind)kind, NULL, &none);
                p = wg_panel_new(f, NULL);
                wg_panel_image(p, NULL, .values = wg_view_f64(odd[k], WG_SHAPE(2, 2)), .numbers = true);
                wg_panel_contour(p, NULL, .values = wg_view_f64(odd[k], WG_SHAPE(2, 2)));
                for (int format = WG_FIGURE_SVG; format <= WG_FIGURE_TXT; format++) {
                    char *text = text_of(f, (wg_figure_format)format);
                    if (format == WG_FIGURE_SVG) {
                        pic_expect_well_formed(text);
                        HAS_NOT(text, "nan");
                        HAS_NOT(text, "inf");
                    }
                    wg_free(c, text);
                }
            }
}

FIGURE_TEST(figure_files, a_terminal_has_so_many_columns)
{
    f = everything(c, "α name");
    for (int columns = 40; columns <= 200; columns += 20)
        for (int ascii = 0; ascii < 2; ascii++) {
            char *text = wg_figure_text(f, "x.txt", .columns = columns, .ascii = ascii);
            cr_assert(text && !strchr(text, '\033'));
            for (const char *s = text, *end; *s; s = end + 1) {
                int letters = 0;
                end = strchr(s, '\n');
                for (const char *t = s; t < end; t++) letters += ((unsigned char)*t & 0xC0) != 0x80;
                cr_assert(letters <= columns, "%d letters of %d: %.*s", letters, columns, (int)(end - s), s);
            }
            for (const unsigned char *s = (const unsigned char *)text; ascii && *s; s++) cr_assert(*s < 128);
            wg_free(c, text);
        }
    char *colored = wg_figure_text(f, "x.txt", .color = true);
    HAS(colored, "\033[38;5;33m");
    setenv("NO_COLOR", "1", 1); /* says what is so by default */
    HAS(wg_figure_text(f, "x.txt", .color = true), "\033[38;5;33m");
    HAS_NOT(wg_figure_text(f, "x.txt", .color = false), "\033");
    HAS_NOT(wg_figure_text(f, "x.txt"), "\033");
}

/* Braces are balanced, and a special letter of a name is escaped. */
FIGURE_TEST(figure_files, tex_is_escaped)
{
    char *tex = text_of(everything(c, hostile), WG_FIGURE_TEX);
    int depth = 0;
    for (const char *s = tex; *s; s++) {
        if (*s == '\\' && s[1]) s++;
        else if (*s == '{') depth++;
        else if (*s == '}') cr_assert(--depth >= 0);
    }
    cr_expect_eq(depth, 0);
    HAS(tex, "\\#\\$\\%\\_\\{\\}");
    HAS(tex, "\\end{document}");
    HAS(tex, "$\\alpha$");
}

/* Where LaTeX cannot tell the numbers of an axis apart, it has the places, which are reversed already. */
FIGURE_TEST(figure_files, an_axis_is_reversed_once)
{
    for (int k = 0; k < 2; k++) {
        wg_figure *g = wg_figure_new(c, "");
        wg_panel *p = wg_panel_new(g, "", .x.reversed = true, .x.low = 1, .x.high = k ? 1.00001 : 2);
        wg_series_add(wg_panel_points(p, ""), 1, 0);
        const char *tex = text_of(g, WG_FIGURE_TEX);
        if (k) HAS_NOT(tex, "dir=reverse");
        else HAS(tex, "x dir=reverse");
    }
}

FIGURE_TEST(figure_files, a_frame_is_chosen)
{
    wg_panel *p = wg_panel_new(f, "", .x.low = 0, .x.high = 2, .y.low = 0, .y.high = 2);
    wg_panel_text(p, 1, 1, "always");
    wg_figure_frame(f, "first"), wg_panel_text(p, 1, 0.5, "early");
    wg_figure_frame(f, "second"), wg_panel_text(p, 1, 0.5, "late");
    char *one = wg_figure_text(f, "a.svg", .frame = 1), *last = wg_figure_text(f, "a.svg");
    HAS(one, ">early<");
    HAS(one, ">first<");
    HAS(one, ">always<");
    HAS_NOT(one, ">late<");
    HAS(last, ">late<");
    HAS_NOT(last, ">early<");
    cr_expect_null(wg_figure_text(f, "a.svg", .frame = 3));
    wgt_expect_error(c, WG_ERROR_VALUE, ".frame = 3 of 2 frames");
}

/* Two pixels for a unit: the sides stand in the head of a PNG as numbers of four bytes. */
FIGURE_TEST(figure_files, images_by_rsvg_convert)
{
    wgt_needs("rsvg-convert");
    wg_series_add(wg_panel_points(wg_panel_new(f, ""), ""), 3, 4);
    char *png = pic_path("x.png"), *other = pic_path("y.png"), *pdf = pic_path("x.pdf");
    cr_assert_eq(wg_figure_save(f, png), WG_OK, "%s", wg_message(c));
    cr_assert_eq(wg_figure_save(f, other), WG_OK);
    cr_assert_eq(wg_figure_save(f, pdf), WG_OK);
    const char *first = pic_read(png), *second = pic_read(other);
    const unsigned char *side = (const unsigned char *)first + 16;
    cr_expect(!memcmp(first, "\x89PNG", 4) && !memcmp(pic_read(pdf), "%PDF", 4));
    cr_expect(side[2] * 256 + side[3] == 1600 && side[6] * 256 + side[7] == 1000);
    cr_expect(!memcmp(first, second, 2000), "the same bytes");
    cr_expect_null(wg_figure_text(f, "x.png"));
    wgt_expect_error(c, WG_ERROR_VALUE, "a PNG or PDF is no text");
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    wg_figure_save(f, png);
    setenv("PATH", path, 1);
    free(path);
    wgt_expect_error(c, WG_ERROR_MISSING, "a png needs the program `rsvg-convert`");
    pic_clean_up();
}

/* An outline has the first run of each row, another one the second. */
FIGURE_TEST(figure_files, regions_are_outlines)
{
    double v[24][4] = { 0 };
    for (int i = 0; i < 24; i++)
        for (int j = 0; j < 4; j++) v[i][j] = i < 10 ? j == 3 : i < 20 ? j != 1 : 0;
    wg_panel_image(wg_panel_new(f, ""), "", .values = wg_view_f64(&v[0][0], WG_SHAPE(24, 4)),
                   .map = WG_MAP_CLASSES);
    const char *svg = text_of(f, WG_FIGURE_SVG);
    HAS(svg, " d=\"M0 0h3v10h-1v10h2v4h-4v-4h1v-10h-1z\"/>");
    HAS(svg, " d=\"M3 0h1v10h-3v10h-1v-10h3zM2 10h2v10h-2z\"/>");
}

/* Where the label of a row stands. */
static double height_of_row(const char *svg, const char *label)
{
    const char *at = strstr(svg, label);
    while (strncmp(at, " y=\"", 4) != 0) at--;
    return strtod(at + 4, NULL);
}

/* Row 0 is at the top, where y grows downwards; on a reversed axis at the bottom. */
FIGURE_TEST(figure_files, rows_of_an_image)
{
    const double v[4] = { 1, 2, 3, 4 };
    for (int i = 0; i < 2; i++) {
        wg_figure *rows = wg_figure_new(c, "");
        wg_panel_image(wg_panel_new(rows, "", .y.reversed = i), "", .values = wg_view_f64(v, WG_SHAPE(2, 2)));
        const char *svg = text_of(rows, WG_FIGURE_SVG);
        cr_expect_eq(height_of_row(svg, "\"end\">0<") > height_of_row(svg, "\"end\">1<"), i);
    }
}

/* Its colours are those of YlGnBu by ColorBrewer, from the foot to the top. */
FIGURE_TEST(figure_files, a_bar_of_colours_is_a_gradient)
{
    const double v[2] = { 0, 1 };
    wg_panel_image(wg_panel_new(f, ""), "", .values = wg_view_f64(v, WG_SHAPE(1, 2)));
    const char *svg = text_of(f, WG_FIGURE_SVG);
    HAS(svg, " x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\"><stop offset=\"0\" stop-color=\"#ffffd9\"/>");
    HAS(svg, "<stop offset=\"0.5\" stop-color=\"#41b6c4\"/>");
    HAS(svg, "<stop offset=\"1\" stop-color=\"#081d58\"/></linearGradient>");
}

FIGURE_TEST(figure_files, a_page_has_values_under_the_pointer)
{
    wg_series_add(wg_panel_points(wg_panel_new(f, ""), ""), 3, 4);
    char *html = text_of(f, WG_FIGURE_HTML);
    HAS(html, "<title>3, 4</title>");
    HAS_NOT(html, "<script>");
}

/* ---- frames of a page ---- */

/* The text of JSON that begins at *s, behind its quote, into to; *s goes behind it. */
static void read_text(const char **s, char *to)
{
    cr_assert_eq(**s, '"', "%.30s", *s);
    for (++*s; **s != '"'; ++*s)
        if (**s != '\\') *to++ = **s;
        else if ((*s)[1] != 'u') *to++ = *++*s == 'n' ? '\n' : **s;
        else *to++ = (char)strtol((char[]){ (*s)[4], (*s)[5], 0 }, NULL, 16), *s += 5;
    ++*s, *to = 0;
}

/* What the script puts into a group whose list begins at *s, in frame k. The group holds `now`. */
static void exchanged(const char **s, int k, const char *now, char *to)
{
    static char part[3][20000], value[20000];
    if (**s == '0') {
        ++*s, strcpy(to, now);
        return;
    }
    cr_assert_eq(*(*s)++, '[', "%.30s", *s);
    for (int i = 0; i < 3; i++) read_text(s, part[i]), ++*s;
    ++*s; /* [ */
    static char whole[20000], other[20000];
    long cut = -1;
    *whole = 0;
    for (int i = 0; i <= k || **s == ','; i++) {
        if (**s == ',') ++*s;
        if (**s == '"') {
            read_text(s, other);
            if (strlen(other) > strlen(whole)) strcpy(whole, other);
            if (i == k) strcpy(value, other);
        } else {
            const long n = strtol(*s, (char **)(uintptr_t)s, 10);
            if (i == k) cut = n;
        }
    }
    if (cut >= 0) snprintf(value, (size_t)cut + 1, "%s", whole);
    *s += 2; /* ]] */
    if (!*part[0]) {
        sprintf(to, "%s%s%s", part[1], value, part[2]);
        return;
    }
    char name[60];
    snprintf(name, sizeof name, " %.50s=\"", part[0]);
    const char *at = strstr(now, name);
    cr_assert(at, "no %s in %s", name, now);
    const char *end = strchr(at + strlen(name), '"');
    sprintf(to, "%.*s%s%s%s%s", (int)(at + (long)strlen(name) - now), now, part[1], value, part[2], end);
}

/* The picture number `which` of the page as its script shows it in frame k. */
static char *shown(const char *html, int which, int k)
{
    const char *list = strstr(html, "\"units\":["), *picture = html;
    char *to = calloc(1, 400000), *out = to;
    static char now[20000];
    cr_assert(list && to);
    list += 10;
    for (int depth = 0; which && (depth || *list != ']'); list++) { /* no text of the test has brackets in
                                                                     * it */
        depth += *list == '[' ? 1 : *list == ']' ? -1 : 0;
    }
    if (which) list += 3; /* ],[ */
    for (int i = 0; i <= which; i++) picture = strstr(picture + 1, "<svg ");
    const char *end = strstr(picture, "</svg>") + 7;
    for (const char *s = picture; s < end;) {
        static const char open[] = "<g class=\"u\">", close[] = "</g>\n";
        if (strncmp(s, open, sizeof open - 1) != 0) {
            *out++ = *s++;
            continue;
        }
        const char *stop = strstr(s, close);
        snprintf(now, sizeof now, "%.*s", (int)(stop - s - (long)sizeof open + 1), s + sizeof open - 1);
        exchanged(&list, k, now, out);
        if (*list == ',') list++;
        out += strlen(out), s = stop + sizeof close - 1;
    }
    return to;
}

/* Two panels, whose frames have other places, other numbers of points, of levels and of labels. */
static void draw_frames(wg_figure *f)
{
    wg_panel *p = wg_panel_new(f, "", .x.low = -2, .x.high = 2, .y.low = -2, .y.high = 2),
             *q = wg_panel_new(f, "");
    wg_series *fixed = wg_panel_line(p, "fixed");
    wg_series_add(fixed, -1, -1), wg_series_add(fixed, 1, 1);
    for (int k = 1; k <= 4; k++) {
        double v[9];
        char name[20];
        snprintf(name, sizeof name, "k = %d", k);
        wg_figure_frame(f, name);
        wg_series *curve = wg_panel_line(p, "moves"), *points = wg_panel_points(p, "some");
        for (int i = 0; i < 20; i++) wg_series_add(curve, i / 10.0 - 1, sin(i / 5.0 * k));
        wg_series *grows = wg_panel_path(p, "grows");
        for (int i = 0; i < 3 * k; i++) wg_series_add(grows, i % 5 / 3.0, i % 3 / 2.0 - 1);
        for (int i = 0; i < k % 3; i++) wg_series_add(points, i, 0.1 * k);
        if (k != 2) wg_panel_text(p, 0.3 * k - 1, 1, name);
        if (k > 2) wg_panel_arrow(p, 0, 0, 0.3 * k, 1, "");
        for (int i = 0; i < 9; i++) v[i] = i % (k + 1);
        wg_panel_image(q, "", .values = wg_view_f64(v, WG_SHAPE(3, 3)));
    }
}

/* Of three paths of other lengths, in frame k as in a figure of their first k + 1 points. Axes are those of
 * the whole. */
FIGURE_TEST(figure_files, frames_of_steps_show_the_beginnings_of_paths)
{
    enum { STEPS = 6 };
    for (int k = 0; k <= STEPS; k++) {
        char *text[2];
        for (int way = 0; way < 2; way++) {
            wg_figure *race = wg_figure_new(c, "");
            wg_panel *p = wg_panel_new(race, "", .x.label = "x", .x.low = 0, .x.high = 7, .y.label = "y",
                                       .y.low = -1, .y.high = 50);
            for (int path = 0; path < 3; path++) {
                wg_series *s = wg_panel_path(p, path == 1 ? "" : ((char[]){ 'a', (char)('0' + path), 0 }));
                for (int i = 0; i < STEPS + 1 - path && (way || i <= k); i++)
                    wg_series_add(s, i, i * i + path);
            }
            wg_panel_line(p, "");
            if (way) wgx_figure_steps(race, STEPS);
            else wg_figure_frame(race, "step 0");
            text[way] = wg_figure_text(race, "", .format = WG_FIGURE_TEX, .frame = way ? k + 1 : 1);
        }
        cr_assert(text[0] && text[1], "%s", wg_message(c));
        cr_expect_eq(pic_count(text[0], "coordinates"), pic_count(text[1], "coordinates"), "step %d", k);
        const char *a = text[0], *b = text[1];
        while ((a = strstr(a, "coordinates")) && (b = strstr(b, "coordinates"))) {
            const size_t n = strcspn(a, ";");
            cr_expect(!strncmp(a, b, n), "step %d: %.80s and %.80s", k, a, b);
            a += n, b += n;
        }
    }
    wgx_figure_steps(f, 3), wgx_figure_steps(f, 3);
    wgt_expect_error(c, WG_ERROR_VALUE, "has frames already");
}

FIGURE_TEST(figure_files, a_part_of_a_page_is_the_figure_alone)
{
    wg_series_add(wg_panel_points(wg_panel_new(f, ""), ""), 3, 4);
    const char *part = wg_figure_text(f, "", .format = WG_FIGURE_HTML, .part = true);
    cr_expect(!strncmp(part, "<figure class=\"plot\">\n<svg", 26) &&
                  !strcmp(part + strlen(part) - 10, "</figure>\n"),
              "%.100s", part);
    HAS_NOT(part, "<script");
    HAS_NOT(part, "<title>3, 4");
}

FIGURE_TEST(figure_files, a_page_shows_each_frame_as_its_own_file_does)
{
    draw_frames(f);
    char *html = wg_figure_text(f, "x", .format = WG_FIGURE_HTML, .frame = 2);
    for (int k = 1; k <= 4; k++) {
        char *is = shown(html, 0, k - 1), *file = wg_figure_text(f, "x", .format = WG_FIGURE_SVG, .frame = k);
        char *texts = strstr(is, "<text"), *of_file = strstr(file, "<text"); /* their order means nothing */
        cr_expect_eq(strlen(is), strlen(file));
        for (char *s = texts, *end; (end = strchr(s, '\n')); s = end + 1) {
            *end = 0;
            cr_expect(strstr(of_file, s), "frame %d: %s", k, s);
        }
        *texts = *of_file = 0;
        cr_expect_str_eq(is, file, "frame %d", k);
        free(is);
    }
    cr_expect_eq(pic_count(html, "; moves"), 2, "a name is said once in each of the two pictures");
    char *small = shown(html, 1, 2);
    HAS(small, ">k = 3<");
    HAS(small, "width=\"400\"");
    free(small);
}

/* What is written holds: 0 is no default. */
FIGURE_TEST(figure_files, zero_is_zero)
{
    static const double v[4] = { 0, 1, 2, 3 };
    double low, high;
    wg_color_map map;
    wgi_axis x, y;
    wg_panel *p = wg_panel_new(f, "", .x.low = 0, .y.high = 0);
    wg_series_add(wg_panel_points(p, ""), 5, -7);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(x.low == 0 && x.high > 5 && y.low < -7 && y.high == 0);
    const wg_tensor t = wg_view_f64(v, WG_SHAPE(2, 2));
    wgi_color_ends(wg_panel_image(p, "", .values = t, .high = 9), &low, &high, &map);
    cr_expect(low == 0 && high == 9);
    wgi_color_ends(wg_panel_image(p, "", .values = t, .low = 0, .map = WG_MAP_DIVERGING), &low, &high, &map);
    cr_expect(low == 0 && high == 3);
    cr_expect_null(wg_panel_line(p, "", .width = 0));
    wgt_expect_error(c, WG_ERROR_VALUE, "panel_line: width 0: must be in (0, 100]");
    cr_expect_null(wg_panel_new(f, "", .x.low = -INFINITY));
    wgt_expect_error(c, WG_ERROR_VALUE, "panel_new: x.low -inf: must be in (-1e299, 1e299)");
    cr_expect_null(wg_panel_new(f, "", .y = { .label = "loses its defaults" }));
    wgt_expect_error(c, WG_ERROR_USE, "write .y.label = ..., not .y = { ... }");
    cr_expect_null(wg_panel_contour(p, "", .values = t, .levels = v));
    wgt_expect_error(c, WG_ERROR_VALUE, ".levels without .level_count");
    cr_expect_eq(wg_figure_save(f, "a.txt", .columns = 0), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "figure_save: columns 0: must be in [40, 400]");
    cr_expect_eq(wg_figure_save_at(WG_HERE, f, "a.txt", NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "the options are NULL: write WG_OPTS(wg_figure_save_opts, ...)");
}

FIGURE_TEST(figure_files, a_legend_is_there_or_not_as_it_is_said)
{
    for (int i = 0; i < 6; i++) {
        const wg_maybe legend[] = { WG_AUTO, true, false };
        wgi_figure_page g = { 0 };
        f = wg_figure_new(c, "");
        wg_panel *p = wg_panel_new(f, "", .legend = legend[i % 3]);
        wg_series_add(wg_panel_line(p, "one"), 1, 2);
        if (i / 3) wg_series_add(wg_panel_line(p, "two"), 1, 3);
        cr_assert(wgi_page_make(&g, f));
        cr_expect_eq(g.plot->entries, i % 3 == 2 || (i == 0) ? 0 : 1 + i / 3, "%d", i);
        wgi_page_free(&g);
    }
}

FIGURE_TEST(figure_files, mistakes_are_named)
{
    static const double v[4] = { 1, 2, 3, 4 };
    wg_panel *p = wg_panel_new(f, "");
    cr_expect_eq(wg_figure_save(f, "a.gif"), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "must end in .svg, .html, .tex, .txt, .png or .pdf");
    cr_expect_eq(wg_figure_save(f, NULL), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "test_figure.c:");
    cr_expect_eq(wg_figure_save(f, "/nowhere/at/all.svg"), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.svg");
    cr_expect_null(wg_panel_new(f, "", .x.low = 2, .x.high = 1));
    wgt_expect_error(c, WG_ERROR_VALUE, ".low above .high");
    cr_expect_null(wg_panel_new(f, "", .y.low = -2, .y.high = 1, .y.scale = WG_SCALE_LOG));
    wgt_expect_error(c, WG_ERROR_VALUE, "above 0");
    cr_expect_null(wg_panel_image(p, "", .f = bowl));
    wgt_expect_error(c, WG_ERROR_VALUE, "say over which .x and .y");
    cr_expect_null(wg_panel_image(p, ""));
    wgt_expect_error(c, WG_ERROR_VALUE, "give .values or .f");
    cr_expect_null(wg_panel_contour(p, "", .values = wg_view_f64(v, WG_SHAPE(4))));
    wgt_expect_error(c, WG_ERROR_VALUE, "two axes");
    cr_expect_null(wg_panel_line(p, "", .dash = 9));
    wgt_expect_error(c, WG_ERROR_VALUE, "panel_line: dash 9: must be in [1, 4]");
    cr_expect_null(wg_figure_new(c, "", .width = 3));
    wgt_expect_error(c, WG_ERROR_VALUE, "figure_new: width 3: must be in [200, 20000]");
    cr_expect_eq(wg_figure_save(NULL, "a.svg"), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "figure_save: the figure is NULL");
    wg_series_add(NULL, 1, 2), wg_series_push(NULL, 1), wg_series_bar(NULL, "", 1),
        wg_panel_text(NULL, 1, 2, ""), wg_panel_at_x(NULL, 1, ""), wg_figure_frame(NULL, ""),
        wg_figure_free(NULL);
    wgt_expect_error(c, WG_ERROR_USE, "is NULL");
}

/* The points of the first line in the text. */
static int points_of(const char *text, double x[], double y[], int most)
{
    int n = 0;
    const char *d = strstr(text, "<path stroke-linejoin");
    for (d = d ? strstr(d, " d=\"M") + 4 : "\""; *d != '"' && n < most; n++) {
        char *end;
        x[n] = strtod(d + 1, &end), y[n] = strtod(end, &end), d = end;
    }
    return n;
}

/* A part of a page leaves out the points of a line that are nearer than 0.3 to it: these are a third of a
 * pixel. */
FIGURE_TEST(figure_files, parts_of_pages_have_the_points_that_are_seen)
{
    enum { N = 730 };
    double all[2][N], x[2][N];
    wg_series *s = wg_panel_line(wg_panel_new(f, ""), "sine");
    for (int i = 0; i < N; i++) wg_series_add(s, i, sin(i / 50.0));
    char *svg = wg_figure_text(f, "", .format = WG_FIGURE_SVG),
         *part = wg_figure_text(f, "", .format = WG_FIGURE_HTML, .part = true);
    const int n = points_of(svg, all[0], all[1], N), few = points_of(part, x[0], x[1], N);
    cr_expect(few > 20 && few * 1.7 < n, "%d of %d points", few, n);
    for (int i = 0; i < n; i++) {
        double least = INFINITY;
        for (int k = 0; k + 1 < few; k++) {
            const double dx = x[0][k + 1] - x[0][k], dy = x[1][k + 1] - x[1][k], px = all[0][i] - x[0][k],
                         py = all[1][i] - x[1][k],
                         t = fmin(fmax((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1);
            least = fmin(least, hypot(px - t * dx, py - t * dy));
        }
        cr_expect(least <= 0.3, "point %d is %g from the line", i, least);
    }
    wg_free(c, svg), wg_free(c, part);
}

/* A file appears whole or not at all, and nothing is left. */
Test(figure_files, every_failed_allocation_is_survived)
{
    char *path = pic_path("f.svg");
    for (int64_t k = 1;; k++) {
        wgt_memory m = { .fail_at = k };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_figure *f = wg_failed(c) ? NULL : everything(c, "name");
        const wg_status s = wg_figure_save(f, path);
        cr_assert((s == WG_OK) == !m.failed, "allocation %lld: %s", (long long)k, wg_status_text(s));
        wg_figure_free(f);
        const bool done = !m.failed;
        wgt_drop(c, &m);
        if (done) break;
    }
    pic_clean_up();
}
