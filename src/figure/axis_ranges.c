/* axis_ranges.c: the limits of a panel's axes, by its options, else by what its series show. */
#include "figure/figure_private.h"

#include <math.h>

typedef struct range {
    double low, high, least_positive;
    bool tight; /* a grid lies in it: no room at its ends */
    bool zero;  /* bars stand on 0 */
} range;

static void widen(range *r, double v)
{
    if (!wgi_is_shown(v)) return;
    r->low = fmin(r->low, v), r->high = fmax(r->high, v);
    if (v > 0) r->least_positive = fmin(r->least_positive, v);
}

static void see_points(const wg_series *s, range *x, range *y)
{
    for (int64_t i = 0; i < s->n; i++) {
        if (!wgi_is_shown(s->x[i]) || !wgi_is_shown(s->y[i])) continue;
        widen(x, s->x[i]), widen(y, s->y[i]);
        if (s->low) widen(y, s->low[i]);
    }
    y->zero |= s->kind == WG_SERIES_BARS;
}

static void see_histogram(wg_figure *memory, const wg_series *s, range *x, range *y)
{
    wgi_bins b;
    if (!wgi_histogram(memory, s, &b)) return;
    widen(x, b.low), widen(x, b.high), widen(y, 0), widen(y, (double)b.most);
    y->zero = true;
}

static void see(wg_figure *memory, const wg_series *s, range *x, range *y)
{
    switch (s->kind) {
    case WG_SERIES_HISTOGRAM: see_histogram(memory, s, x, y); break;
    case WGI_AT_X:
        if (s->n) widen(x, s->x[0]);
        break;
    case WGI_AT_Y:
        if (s->n) widen(y, s->y[0]);
        break;
    case WGI_IMAGE:
    case WGI_CONTOUR:
        for (int e = 0; e < 2; e++) widen(x, s->grid.x[e]), widen(y, s->grid.y[e]);
        x->tight = y->tight = true;
        break;
    default: see_points(s, x, y);
    }
}

/* A bar is 0.8 wide, or 1 between the places of two bars. */
static void see_bars(const wg_panel *p, range *x)
{
    for (const wg_series *s = p->series; s; s = s->next)
        for (int64_t i = 0; s->kind == WG_SERIES_BARS && i < s->n; i++)
            widen(x, s->x[i] - 0.6), widen(x, s->x[i] + 0.6), x->tight = true;
}

static bool is_logarithmic(const wg_axis_opts *o, const range *r)
{
    if (o->names) return false;
    if (o->scale == WG_SCALE_AUTO) return r->low > 0 && isfinite(r->high) && r->high / r->low > 1000;
    return o->scale == WG_SCALE_LOG;
}

/* Room for a single value, and `share` of the span at both ends. */
static void add_room(wgi_axis *a, double share, bool low, bool high)
{
    if (a->logarithmic) {
        double l = log10(a->low), h = log10(a->high);
        if (h - l < 1e-9) l -= 0.5, h += 0.5;
        const double room = share * (h - l);
        if (low) a->low = fmax(pow(10, l - room), 1e-307);
        if (high) a->high = fmin(pow(10, h + room), 1e307);
        return;
    }
    const double least = fmax(fmax(fabs(a->low), fabs(a->high)) * 1e-12, 1e-290);
    if (a->high - a->low <= least) {
        const double half = a->low != 0 ? fabs(a->low) / 2 : 1;
        if (low) a->low -= half;
        if (high) a->high += half;
    }
    const double room = share * (a->high - a->low);
    if (low) a->low -= room;
    if (high) a->high += room;
}

static void find_axis(wgi_axis *a, const wg_axis_opts *o, const range *r, double share)
{
    const bool given = o->low != 0 || o->high != 0;
    const bool low = !given || isnan(o->low), high = !given || isnan(o->high);
    a->label = o->label, a->hidden = o->hidden, a->reversed = o->reversed;
    a->name = o->names, a->names = o->name_count;
    a->logarithmic = is_logarithmic(o, r);
    const double lowest = a->logarithmic ? r->least_positive : r->low;
    const bool any = lowest <= r->high;
    a->low = low ? (any ? lowest : a->logarithmic ? 0.1 : 0) : o->low;
    a->high = high ? (any ? r->high : 1) : o->high;
    if (!low && !(a->high > a->low)) a->high = a->logarithmic ? 10 * a->low : a->low + fmax(fabs(a->low), 1);
    if (!high && !(a->low < a->high))
        a->low = a->logarithmic ? a->high / 10 : a->high - fmax(fabs(a->high), 1);
    if (r->zero && !a->logarithmic && low && a->low >= 0) a->low = 0;
    if (r->zero && !a->logarithmic && high && a->high <= 0) a->high = 0;
    add_room(a, r->tight ? 0 : share, low && !(r->zero && a->low == 0), high && !(r->zero && a->high == 0));
}

/* Lines reach from side to side. Markers need room. */
static double x_room(const wg_panel *p)
{
    for (const wg_series *s = p->series; s; s = s->next)
        if (s->kind == WG_SERIES_POINTS || s->kind == WG_SERIES_PATH || s->kind == WGI_DISC || s->o.marker)
            return 0.05;
    for (const wg_series *s = p->series; s; s = s->next)
        if (s->kind == WG_SERIES_HISTOGRAM) return 0.02;
    return 0;
}

void wgi_find_ranges(wg_figure *memory, const wg_panel *p, wgi_axis *x, wgi_axis *y)
{
    range rx = { INFINITY, -INFINITY, INFINITY, false, false }, ry = rx;
    wg_axis_opts ox = p->o.x, oy = p->o.y;
    for (const wg_series *s = p->series; s; s = s->next) see(memory, s, &rx, &ry);
    see_bars(p, &rx);
    if (p->categories) ox.names = p->category, ox.name_count = p->categories;
    oy.reversed ^= p->matrix;
    find_axis(x, &ox, &rx, x_room(p));
    find_axis(y, &oy, &ry, 0.06);
}
