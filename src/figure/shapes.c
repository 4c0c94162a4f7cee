/* shapes.c: the shapes of a panel's series, in the order in which they are drawn: areas and images
 * first, then contours, reference lines, bars, curves, points. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

enum { FULL = 20000 }; /* more points than these are drawn once for each half unit */

/* ---- styles ---- */

int wgi_color_of(const wg_series *s) { return s->o.color ? (int)s->o.color : 1 + s->order % 8; }

int wgi_dash_of(const wg_series *s)
{
    if (s->o.dash) return s->o.dash;
    return s->kind == WG_SERIES_LINE || s->kind == WG_SERIES_STEPS ? 1 + s->order % 4 : 1;
}

int wgi_marker_of(const wg_series *s)
{
    if (s->o.marker) return s->o.marker;
    if (s->kind == WG_SERIES_POINTS) return 1 + s->order % (WG_MARKER_KINDS - 1);
    return s->kind == WG_SERIES_PATH ? WG_MARKER_DISC : WG_MARKER_DEFAULT;
}

static double or_one(double v) { return v != 0 ? v : 1; }

/* ---- building ---- */

wgi_shape *wgi_shape_add(wgi_page *g, wgi_plot *t, wgi_shape_kind kind, const wg_series *s)
{
    static wgi_shape none;
    if (!wgi_figure_room(g->f, &t->shape, sizeof *t->shape, t->shapes, &t->shape_room)) {
        g->failed = true;
        return &none;
    }
    wgi_shape *k = &t->shape[t->shapes++];
    *k = (wgi_shape){ .kind = kind,
                      .color = wgi_color_of(s),
                      .dash = kind == WGI_SHAPE_LINE ? wgi_dash_of(s) : 1,
                      .frame = s->frame,
                      .width = 2.4 * or_one(s->o.width),
                      .radius = 4.5 * or_one(s->o.size),
                      .opacity = 1,
                      .first = t->points,
                      .series = s };
    return k;
}

void wgi_point_add(wgi_page *g, wgi_plot *t, double u, double v)
{
    if (!wgi_figure_room(g->f, &t->u, sizeof *t->u, t->points, &t->point_room) ||
        !wgi_figure_room(g->f, &t->v, sizeof *t->v, t->points, &t->v_room)) {
        g->failed = true;
        return;
    }
    t->u[t->points] = u, t->v[t->points++] = v;
    if (t->shapes) t->shape[t->shapes - 1].n++;
}

void wgi_gap_add(wgi_page *g, wgi_plot *t) { wgi_point_add(g, t, NAN, NAN); }

static void add_at(wgi_page *g, wgi_plot *t, double x, double y)
{
    wgi_point_add(g, t, fmin(fmax(wgi_axis_unit(&t->x, x), -50), 50),
                  fmin(fmax(wgi_axis_unit(&t->y, y), -50), 50));
}

static bool shows(const wgi_plot *t, const wg_series *s, int64_t i)
{
    return wgi_axis_shows(&t->x, s->x[i]) && wgi_axis_shows(&t->y, s->y[i]);
}

/* ---- points ---- */

/* Whether the half unit at a place of the panel is still free; it is taken then. */
static bool take(unsigned char *taken, const wgi_plot *t, double x, double y)
{
    const int64_t columns = (int64_t)(2 * t->width) + 1, rows = (int64_t)(2 * t->height) + 1;
    const double u = wgi_axis_unit(&t->x, x), v = wgi_axis_unit(&t->y, y);
    if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) return false;
    unsigned char *at =
        &taken[(int64_t)(v * (double)(rows - 1)) * columns + (int64_t)(u * (double)(columns - 1))];
    if (*at) return false;
    return *at = 1, true;
}

static void points(wgi_page *g, wgi_plot *t, const wg_series *s, int marker, double scale)
{
    const size_t cells = (size_t)(2 * t->width + 2) * (size_t)(2 * t->height + 2);
    unsigned char *taken = s->n > FULL ? wgi_figure_alloc(g->f, cells, 1) : NULL;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_MARKS, s);
    k->marker = marker, k->radius *= scale, k->opacity = s->kind == WG_SERIES_POINTS ? 0.85 : 1;
    for (int64_t i = 0; i < s->n; i++)
        if (shows(t, s, i) && (!taken || take(taken, t, s->x[i], s->y[i]))) add_at(g, t, s->x[i], s->y[i]);
}

static void path(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    int64_t first = 0;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->arrow = true;
    for (int64_t i = 0; i < s->n; i++)
        if (shows(t, s, i)) add_at(g, t, s->x[i], s->y[i]);
        else wgi_gap_add(g, t);
    if (s->n <= 200) points(g, t, s, wgi_marker_of(s), 0.6);
    while (first < s->n && !shows(t, s, first)) first++;
    k = wgi_shape_add(g, t, WGI_SHAPE_MARKS, s);
    k->marker = WG_MARKER_RING, k->radius *= 1.3;
    if (first < s->n) add_at(g, t, s->x[first], s->y[first]);
}

/* ---- bars ---- */

static void rect(wgi_page *g, wgi_plot *t, double x0, double y0, double x1, double y1)
{
    if (t->x.logarithmic) x0 = fmax(x0, t->x.low), x1 = fmax(x1, t->x.low);
    if (t->y.logarithmic) y0 = fmax(y0, t->y.low), y1 = fmax(y1, t->y.low);
    add_at(g, t, x0, y0), add_at(g, t, x1, y1);
}

/* Which of how many bars of a group is this series'. */
static int slot_of(const wg_series *s, int *slots)
{
    unsigned char seen[256] = { 0 };
    int slot = 0;
    *slots = 0;
    for (const wg_series *t = s->panel->series; t; t = t->next) {
        if (t->kind != WG_SERIES_BARS) continue;
        const int o = t->order & 255;
        if (t->order == s->order) slot = seen[o] ? slot : *slots;
        if (!seen[o]) seen[o] = 1, ++*slots;
    }
    return slot;
}

static void bars(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    int slots;
    const int slot = slot_of(s, &slots);
    const double width = 0.8 / (slots ? slots : 1), from = -0.4 + slot * width;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_RECTS, s);
    k->opacity = 0.85, k->outline = true;
    for (int64_t i = 0; i < s->n; i++)
        if (shows(t, s, i))
            rect(g, t, s->x[i] + from + 0.05 * width, 0, s->x[i] + from + 0.95 * width, s->y[i]);
}

static void histogram(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    wgi_bins b;
    if (!wgi_histogram(g->f, s, &b)) return;
    const double width = (b.high - b.low) / b.n;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_RECTS, s);
    k->opacity = 0.55, k->outline = true, k->width = 1;
    for (int i = 0; i < b.n; i++)
        if (b.count[i]) rect(g, t, b.low + i * width, 0, b.low + (i + 1) * width, (double)b.count[i]);
}

/* ---- notes ---- */

static void rule(wgi_page *g, wgi_plot *t, const wg_series *s, bool upright)
{
    const wgi_axis *a = upright ? &t->x : &t->y;
    const double v = s->n ? upright ? s->x[0] : s->y[0] : NAN;
    if (!wgi_axis_shows(a, v)) return;
    const double at = wgi_axis_unit(a, v);
    if (!(at >= -1e-9 && at <= 1 + 1e-9)) return;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->dash = 2, k->width = 1.5;
    wgi_point_add(g, t, upright ? at : 0, upright ? 0 : at);
    wgi_point_add(g, t, upright ? at : 1, upright ? 1 : at);
}

static void box(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    if (s->n < 2 || !shows(t, s, 0) || !shows(t, s, 1)) return;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_RECTS, s);
    k->opacity = 0.3, k->outline = true, k->width = 1.2, k->hint = *s->hint ? s->hint : NULL, k->faint = true;
    rect(g, t, s->x[0], s->y[0], s->x[1], s->y[1]);
}

static void disc(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    if (!s->n || !shows(t, s, 0)) return;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_MARKS, s);
    k->marker = WG_MARKER_DISC, k->radius = fmax(3, 24 * sqrt(s->o.size)), k->opacity = 0.35,
    k->outline = true;
    k->hint = *s->name ? s->name : NULL;
    add_at(g, t, s->x[0], s->y[0]);
}

static void arrow(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    if (s->n < 2 || !shows(t, s, 0) || !shows(t, s, 1)) return;
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->arrow = true, k->width = 1.8, k->color = WGI_INK, k->dash = 1;
    add_at(g, t, s->x[0], s->y[0]), add_at(g, t, s->x[1], s->y[1]);
}

/* ---- all ---- */

static void line(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    wgi_curve_points(g, t, s, s->kind == WG_SERIES_STEPS);
    if (s->o.marker) points(g, t, s, s->o.marker, 1);
}

static void band(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_AREA, s);
    k->opacity = 0.25, k->faint = true;
    wgi_curve_points(g, t, s, false);
}

static void add_shapes_of(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    switch (s->kind) {
    case WG_SERIES_LINE:
    case WG_SERIES_STEPS: line(g, t, s); break;
    case WG_SERIES_POINTS: points(g, t, s, wgi_marker_of(s), 1); break;
    case WG_SERIES_BARS: bars(g, t, s); break;
    case WG_SERIES_BAND: band(g, t, s); break;
    case WG_SERIES_PATH: path(g, t, s); break;
    case WG_SERIES_HISTOGRAM: histogram(g, t, s); break;
    case WGI_IMAGE:
    case WGI_CONTOUR: wgi_grid_shapes(g, t, s); break;
    case WGI_ARROW: arrow(g, t, s); break;
    case WGI_AT_X: rule(g, t, s, true); break;
    case WGI_AT_Y: rule(g, t, s, false); break;
    case WGI_BOX: box(g, t, s); break;
    case WGI_DISC: disc(g, t, s); break;
    default: break;
    }
}

static int depth(const wg_series *s)
{
    switch (s->kind) {
    case WGI_IMAGE: return 0;
    case WG_SERIES_BAND: return 1;
    case WGI_CONTOUR: return 2;
    case WG_SERIES_BARS:
    case WG_SERIES_HISTOGRAM:
    case WGI_BOX: return 3;
    case WGI_AT_X:
    case WGI_AT_Y: return 4;
    default: return 5;
    }
}

void wgi_add_shapes(wgi_page *g, wgi_plot *t)
{
    for (int d = 0; d < 6; d++)
        for (const wg_series *s = t->panel->series; s; s = s->next)
            if (depth(s) == d) add_shapes_of(g, t, s);
}
