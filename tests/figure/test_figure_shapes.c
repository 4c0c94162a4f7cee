/* test_figure_shapes.c: contours, histograms, and the thinning of long curves, against mathematics. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure_private.h"
#include "wgtest.h"

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
static double saddle(double x, double y) { return x * y; }

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
Test(figure_shapes, the_contour_of_a_circle)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "");
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
    wgt_finish(c, NULL);
}

/* xy is linear along the edges of a grid: crossings are exact. There are two branches. */
Test(figure_shapes, the_contour_of_a_saddle)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "");
    for (double level = -0.9; level < 1; level += 0.3) {
        line *l = contour(f, saddle, level + 1e-3);
        int lines = 0;
        for (int i = 0; i < l->n; i++) {
            lines += isnan(l->x[i]);
            if (!isnan(l->x[i])) cr_assert_float_eq(saddle(l->x[i], l->y[i]), level + 1e-3, 1e-12);
        }
        cr_assert_eq(lines, 2, "%d lines at %g", lines, level);
        free(l);
    }
    wgt_finish(c, NULL);
}

Test(figure_shapes, levels_are_round)
{
    static const double v[4] = { 0, 1, 2, 10 };
    double level[WGI_TICKS];
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_panel *p = wg_panel_new(wg_figure_new(c, ""), "");
    const wg_series *s = wg_panel_contour(p, "", .values = wg_view_f64(v, WG_SHAPE(2, 2)), .level_count = 9);
    cr_assert_eq(wgi_contour_levels(s, level), 9);
    for (int i = 0; i < 9; i++) cr_expect_float_eq(level[i], i + 1, 1e-12);
    s = wg_panel_contour(p, "", .values = wg_view_f64(v, WG_SHAPE(2, 2)), .levels = (double[]){ 3, 7 },
                         .level_count = 2);
    cr_assert_eq(wgi_contour_levels(s, level), 2);
    cr_expect(level[0] == 3 && level[1] == 7);
    wgt_finish(c, NULL);
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
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        const int n = 1 + (int)wgt_below(&r, 400);
        wg_series *s = histogram(c, round % 3 ? 0 : 1 + (int)wgt_below(&r, 30));
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
        wgt_finish(c, NULL);
    }
}

/* 0, 1, ..., 999: the quartiles are 499.5 apart, and 2 · 499.5 / 1000^(1/3) = 99.9 is rounded to 100. */
Test(figure_shapes, bins_by_freedman_and_diaconis)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_series *s = histogram(c, 0);
    wgi_bins b;
    for (int i = 0; i < 1000; i++) wg_series_push(s, i);
    cr_assert(wgi_histogram(&s->panel->figure->pool, s, &b));
    cr_expect(b.n == 10 && b.low == 0 && b.high == 1000, "%d bins from %g to %g", b.n, b.low, b.high);
    for (int k = 0; k < 10; k++) cr_expect_eq(b.count[k], 100);
    s = histogram(c, 7);
    wg_series_tensor(s, wg_view_f64((double[]){ 1, 2, 3, 8 }, WG_SHAPE(2, 2)));
    cr_assert(wgi_histogram(&s->panel->figure->pool, s, &b));
    cr_expect(b.n == 7 && b.low == 1 && b.high == 8 && b.count[0] == 1 && b.count[6] == 1);
    s = histogram(c, 0);
    wg_series_push(s, 5), wg_series_push(s, 5);
    cr_assert(wgi_histogram(&s->panel->figure->pool, s, &b));
    cr_expect(b.n == 1 && b.count[0] == 2 && b.low < 5 && b.high > 5);
    wgt_finish(c, NULL);
}

/* ---- thinning ---- */

static const wgi_shape *first_line(const wgi_plot *t)
{
    for (int64_t i = 0; i < t->shapes; i++)
        if (t->shape[i].kind == WGI_SHAPE_LINE) return &t->shape[i];
    return NULL;
}

/* Column by column of half a unit, the least and the greatest value are among the points drawn. */
Test(figure_shapes, long_curves_keep_their_extremes)
{
    enum { N = 1000000, COLUMNS = 4000 };
    double *low = malloc(COLUMNS * sizeof *low), *high = malloc(COLUMNS * sizeof *high);
    wgt_random r = { wgt_seed() };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "");
    wg_series *s = wg_panel_line(wg_panel_new(f, ""), "");
    wgi_page g;
    for (int i = 0; i < N; i++)
        wg_series_push(s, sin(i * 0.37) + (wgt_below(&r, 5000) ? 0 : wgt_uniform(&r, -9, 9)));
    cr_assert(wgi_page_make(&g, f));
    const wgi_plot *t = &g.plot[0];
    const wgi_shape *k = first_line(t);
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
    wgt_finish(c, NULL);
    free(low), free(high);
}

Test(figure_shapes, numbers_that_have_no_place_leave_gaps)
{
    const double y[] = { 1, 2, NAN, 3, 4, INFINITY, 5, 0, 6, 1e301, 7, 8 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wgi_page g;
    for (int log = 0; log < 2; log++) {
        wg_figure *f = wg_figure_new(c, "");
        wg_panel *p = wg_panel_new(f, "", .y = { .scale = log ? WG_SCALE_LOG : WG_SCALE_LINEAR });
        wg_series_add_all(wg_panel_line(p, ""), NULL, y, 12);
        cr_assert(wgi_page_make(&g, f));
        const wgi_shape *k = first_line(&g.plot[0]);
        int gaps = 0, points = 0;
        for (int64_t i = 0; i < k->n; i++) isnan(g.plot[0].u[k->first + i]) ? gaps++ : points++;
        cr_expect_eq(gaps, log ? 4 : 3);
        cr_expect_eq(points, log ? 8 : 9);
        wgi_page_free(&g);
    }
    wgt_finish(c, NULL);
}

/* Series of bars stand side by side: no two rectangles of a panel overlap. */
Test(figure_shapes, groups_of_bars_stand_side_by_side)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "");
    wg_panel *p = wg_panel_new(f, "");
    wgi_page g;
    for (int k = 0; k < 3; k++) {
        wg_series *s = wg_panel_bars(p, k == 0 ? "a" : k == 1 ? "b" : "c");
        for (int i = 0; i < 4; i++) wg_series_push(s, 1 + i + k);
    }
    cr_assert(wgi_page_make(&g, f));
    double from[12], to[12];
    int n = 0;
    for (int64_t i = 0; i < g.plot[0].shapes; i++)
        for (int64_t j = 0; j + 1 < g.plot[0].shape[i].n; j += 2, n++)
            from[n] = g.plot[0].u[g.plot[0].shape[i].first + j],
            to[n] = g.plot[0].u[g.plot[0].shape[i].first + j + 1];
    cr_assert_eq(n, 12);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) cr_expect(to[i] <= from[j] || to[j] <= from[i], "bars %d and %d", i, j);
    wgi_page_free(&g);
    wgt_finish(c, NULL);
}
