/* curves.c: the points of lines, steps and bands as they are drawn.
 *
 * Of consecutive points in one column of half a unit the first, the lowest, the highest and the last
 * are kept, in the order in which they came: the picture is the same, and a million points take some
 * thousand. */
#include "figure/figure_private.h"

#include <math.h>

enum { FAR = 50 }; /* points are moved to that many panels away: pictures need small numbers */

typedef struct column {
    int points;
    double at;
    double u[4], v[4]; /* first, lowest, highest, last */
    int64_t low, high; /* when they came */
} column;

typedef struct curve {
    wgi_page *g;
    wgi_plot *t;
    column k;
    int64_t came;
} curve;

static void put_column(curve *c)
{
    column *k = &c->k;
    const int inner[2] = { k->low < k->high ? 1 : 2, k->low < k->high ? 2 : 1 };
    if (k->points > 0) wgi_point_add(c->g, c->t, k->u[0], k->v[0]);
    for (int i = 0; i < 2 && k->points > 2; i++) wgi_point_add(c->g, c->t, k->u[inner[i]], k->v[inner[i]]);
    if (k->points > 1) wgi_point_add(c->g, c->t, k->u[3], k->v[3]);
    k->points = 0;
}

static void add(curve *c, double x, double y)
{
    const double u = fmin(fmax(wgi_axis_unit(&c->t->x, x), -FAR), FAR);
    const double v = fmin(fmax(wgi_axis_unit(&c->t->y, y), -FAR), FAR);
    column *k = &c->k;
    const double at = floor(2 * u * c->t->width);
    if (k->points && at != k->at) put_column(c);
    if (!k->points++)
        for (int i = 0; i < 4; i++) k->u[i] = u, k->v[i] = v, k->low = k->high = c->came;
    if (v < k->v[1]) k->u[1] = u, k->v[1] = v, k->low = c->came;
    if (v > k->v[2]) k->u[2] = u, k->v[2] = v, k->high = c->came;
    k->u[3] = u, k->v[3] = v, k->at = at;
    c->came++;
}

static bool is_point(const curve *c, const wg_series *s, int64_t i)
{
    return i >= 0 && i < s->n && wgi_axis_shows(&c->t->x, s->x[i]) && wgi_axis_shows(&c->t->y, s->y[i]);
}

static double lower(const curve *c, const wg_series *s, int64_t i)
{
    const wgi_axis *a = &c->t->y;
    const double low = s->low ? s->low[i] : 0;
    return wgi_axis_shows(a, low) ? low : a->logarithmic ? a->low : 0;
}

/* One polygon for each part: along the upper curve and back along the lower one. */
static void band(curve *c, const wg_series *s)
{
    for (int64_t i = 0, end; i < s->n; i = end + 1) {
        for (end = i; is_point(c, s, end); end++) add(c, s->x[end], s->y[end]);
        put_column(c);
        for (int64_t k = end - 1; k >= i; k--) add(c, s->x[k], lower(c, s, k));
        put_column(c);
        if (end > i) wgi_gap_add(c->g, c->t);
    }
}

void wgi_curve_points(wgi_page *g, wgi_plot *t, const wg_series *s, bool steps)
{
    curve c = { .g = g, .t = t };
    if (s->kind == WG_SERIES_BAND) {
        band(&c, s);
        return;
    }
    for (int64_t i = 0; i < s->n; i++) {
        if (!is_point(&c, s, i)) {
            put_column(&c);
            if (is_point(&c, s, i - 1)) wgi_gap_add(g, t);
            continue;
        }
        add(&c, s->x[i], s->y[i]);
        if (steps && is_point(&c, s, i + 1)) add(&c, s->x[i + 1], s->y[i]);
    }
    put_column(&c);
}
