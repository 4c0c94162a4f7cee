/* shapes.c: the shapes of a panel's series, in the order in which they are drawn: areas and images
 * first, then contours, reference lines, bars, curves, points. */
#include "figure/figure_private.h"

#include <math.h>
#include <stdlib.h>

enum {
    FULL = 20000, /* more points than these are drawn once for each half unit */
    FAR = 50      /* points are moved to that many panels away: pictures need small numbers */
};

/* ---- styles ---- */

int wgi_color_of(const wg_series *s) { return s->o.color ? (int)s->o.color : 1 + s->order % 8; }

int wgi_dash_of(const wg_series *s)
{
    if (s->o.dash != WG_AUTO) return s->o.dash;
    return s->kind == WG_SERIES_LINE || s->kind == WG_SERIES_STEPS ? 1 + s->order % 4 : 1;
}

int wgi_marker_of(const wg_series *s)
{
    if (s->o.marker) return s->o.marker;
    if (s->kind == WG_SERIES_POINTS) return 1 + s->order % (WG_MARKER_KINDS - 1);
    return s->kind == WG_SERIES_PATH ? WG_MARKER_DISC : WG_MARKER_DEFAULT;
}

/* ---- building ---- */

wgi_drawn_shape *wgi_shape_add(wgi_figure_page *g, wgi_plot *t, wgi_shape_kind kind, const wg_series *s)
{
    static wgi_drawn_shape none;
    if (!wgi_pool_room(g->pool, &t->shape, sizeof *t->shape, t->shapes, &t->shape_room)) return &none;
    wgi_drawn_shape *k = &t->shape[t->shapes++];
    *k = (wgi_drawn_shape){ .kind = kind,
                            .color = wgi_color_of(s),
                            .dash = kind == WGI_SHAPE_LINE ? wgi_dash_of(s) : 1,
                            .frame = s->frame,
                            .width = 2.4 * s->o.width,
                            .radius = 4.5 * s->o.size,
                            .opacity = 1,
                            .first = t->points,
                            .series = s };
    return k;
}

void wgi_point_add(wgi_figure_page *g, wgi_plot *t, double u, double v)
{
    if (!wgi_pool_room(g->pool, &t->u, sizeof *t->u, t->points, &t->point_room) ||
        !wgi_pool_room(g->pool, &t->v, sizeof *t->v, t->points, &t->v_room))
        return;
    t->u[t->points] = u, t->v[t->points++] = v;
    if (t->shapes) t->shape[t->shapes - 1].n++;
}

static void add_gap(wgi_figure_page *g, wgi_plot *t) { wgi_point_add(g, t, NAN, NAN); }

static double near_unit(const wgi_axis *a, double v) { return fmin(fmax(wgi_axis_unit(a, v), -FAR), FAR); }

/* The place of a point in its panel. */
static void place(const wgi_figure_page *g, const wgi_plot *t, double x, double y, double *u, double *v)
{
    if (!wgi_surface_place(g, t, x, y, u, v)) *u = near_unit(&t->x, x), *v = near_unit(&t->y, y);
}

static void add_at(wgi_figure_page *g, wgi_plot *t, double x, double y)
{
    double u, v;
    place(g, t, x, y, &u, &v);
    if (!isnan(v)) wgi_point_add(g, t, u, v);
}

static bool shows(const wgi_plot *t, const wg_series *s, int64_t i)
{
    return wgi_axis_shows(&t->x, s->x[i]) && wgi_axis_shows(&t->y, s->y[i]);
}

/* ---- curves ---- */

/* The points of lines, steps and bands as they are drawn.
 *
 * Of consecutive points in one column of half a unit the first, the lowest, the highest and the last
 * are kept, in the order in which they came: the picture is the same, and a million points take some
 * thousand. */
typedef struct column {
    int points;
    double at;
    double u[4], v[4]; /* first, lowest, highest, last */
    int64_t low, high; /* when they came */
} column;

typedef struct curve {
    wgi_figure_page *g;
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

static void add_to_curve(curve *c, double x, double y)
{
    column *k = &c->k;
    double u, v;
    place(c->g, c->t, x, y, &u, &v);
    if (isnan(v)) return;
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
    return i >= 0 && i < s->n && shows(c->t, s, i);
}

static double lower(const curve *c, const wg_series *s, int64_t i)
{
    const wgi_axis *a = &c->t->y;
    const double low = s->low ? s->low[i] : 0;
    return wgi_axis_shows(a, low) ? low : a->logarithmic ? a->low : 0;
}

/* One polygon for each part: along the upper curve and back along the lower one. */
static void band_points(curve *c, const wg_series *s)
{
    for (int64_t i = 0, end; i < s->n; i = end + 1) {
        for (end = i; is_point(c, s, end); end++) add_to_curve(c, s->x[end], s->y[end]);
        put_column(c);
        for (int64_t k = end - 1; k >= i; k--) add_to_curve(c, s->x[k], lower(c, s, k));
        put_column(c);
        if (end > i) add_gap(c->g, c->t);
    }
}

static void curve_points(wgi_figure_page *g, wgi_plot *t, const wg_series *s, bool steps)
{
    curve c = { .g = g, .t = t };
    if (s->kind == WG_SERIES_BAND) {
        band_points(&c, s);
        return;
    }
    for (int64_t i = 0; i < s->n; i++) {
        if (!is_point(&c, s, i)) {
            put_column(&c);
            if (is_point(&c, s, i - 1)) add_gap(g, t);
            continue;
        }
        add_to_curve(&c, s->x[i], s->y[i]);
        if (steps && is_point(&c, s, i + 1)) add_to_curve(&c, s->x[i + 1], s->y[i]);
    }
    put_column(&c);
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

static void points(wgi_figure_page *g, wgi_plot *t, const wg_series *s, int marker, double scale)
{
    const size_t cells = (size_t)(2 * t->width + 2) * (size_t)(2 * t->height + 2);
    unsigned char *taken = s->n > FULL ? wgi_pool_alloc(g->pool, cells, 1) : NULL;
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_MARKS, s);
    k->marker = marker, k->radius *= scale, k->opacity = s->kind == WG_SERIES_POINTS ? 0.85 : 1;
    for (int64_t i = 0; i < s->n; i++)
        if (shows(t, s, i) && (!taken || take(taken, t, s->x[i], s->y[i]))) add_at(g, t, s->x[i], s->y[i]);
}

static void path(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    int64_t first = 0;
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->arrow = true;
    for (int64_t i = 0; i < s->n; i++)
        if (shows(t, s, i)) add_at(g, t, s->x[i], s->y[i]);
        else add_gap(g, t);
    if (s->n <= 200) points(g, t, s, wgi_marker_of(s), 0.6);
    while (first < s->n && !shows(t, s, first)) first++;
    k = wgi_shape_add(g, t, WGI_SHAPE_MARKS, s);
    k->marker = WG_MARKER_RING, k->radius *= 1.3;
    if (first < s->n) add_at(g, t, s->x[first], s->y[first]);
}

/* ---- bars ---- */

static void rect(wgi_figure_page *g, wgi_plot *t, double x0, double y0, double x1, double y1)
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

static void bars(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    int slots;
    const int slot = slot_of(s, &slots);
    const double width = 0.8 / (slots ? slots : 1), from = -0.4 + slot * width;
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_RECTS, s);
    k->opacity = 0.85, k->outline = true;
    for (int64_t i = 0; i < s->n; i++)
        if (shows(t, s, i))
            rect(g, t, s->x[i] + from + 0.05 * width, 0, s->x[i] + from + 0.95 * width, s->y[i]);
}

static void histogram(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    wgi_bins b;
    if (!wgi_histogram(g->pool, s, &b)) return;
    const double width = (b.high - b.low) / b.n;
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_RECTS, s);
    k->opacity = 0.55, k->outline = true, k->width = 1;
    for (int i = 0; i < b.n; i++)
        if (b.count[i]) rect(g, t, b.low + i * width, 0, b.low + (i + 1) * width, (double)b.count[i]);
}

/* ---- notes ---- */

static void rule(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    const bool upright = s->kind == WGI_AT_X;
    const wgi_axis *a = upright ? &t->x : &t->y;
    const double v = s->n ? upright ? s->x[0] : s->y[0] : NAN;
    if (!wgi_axis_shows(a, v)) return;
    const double at = wgi_axis_unit(a, v);
    if (!(at >= -1e-9 && at <= 1 + 1e-9)) return;
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->dash = 2, k->width = 1.5;
    wgi_point_add(g, t, upright ? at : 0, upright ? 0 : at);
    wgi_point_add(g, t, upright ? at : 1, upright ? 1 : at);
}

static void arrow(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    if (s->n < 2 || !shows(t, s, 0) || !shows(t, s, 1)) return;
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->arrow = true, k->width = 1.8, k->color = WGI_INK, k->dash = 1;
    add_at(g, t, s->x[0], s->y[0]), add_at(g, t, s->x[1], s->y[1]);
}

/* ---- images ---- */

static void see_cells(const wg_series *s, double *low, double *high)
{
    for (int64_t i = 0; i < (int64_t)s->rows * s->columns; i++)
        if (wgi_is_shown(s->cell[i])) *low = fmin(*low, s->cell[i]), *high = fmax(*high, s->cell[i]);
}

/* The grids of one kind that change with the frame have one range, as they have one bar of colours. */
void wgi_cell_range(const wg_series *s, double *low, double *high)
{
    *low = INFINITY, *high = -INFINITY;
    if (!s->frame) see_cells(s, low, high);
    for (const wg_series *t = s->panel->series; t && s->frame; t = t->next)
        if (t->frame && t->kind == s->kind) see_cells(t, low, high);
}

void wgi_color_ends(const wg_series *s, double *low, double *high, wg_color_map *map)
{
    double least, most;
    wgi_cell_range(s, &least, &most);
    if (!(least <= most)) least = 0, most = 1;
    const wg_grid_opts *o = s->grid;
    *map = o->map ? o->map : least < 0 && most > 0 ? WG_MAP_DIVERGING : WG_MAP_SEQUENTIAL;
    const bool low_found = isnan(o->low), high_found = isnan(o->high);
    *low = low_found ? least : o->low, *high = high_found ? most : o->high;
    if (low_found && high_found) {
        if (*map == WG_MAP_DIVERGING) *high = fmax(fabs(least), fabs(most)), *low = -*high;
        if (!(*low < *high))
            *low -= *low != 0 ? fabs(*low) / 2 : 1, *high += *high != 0 ? fabs(*high) / 2 : 1;
    } else if (!(*low < *high)) { /* all values are beyond the end that is given */
        if (low_found) *low = *high - fmax(fabs(*high) / 2, 1);
        else *high = *low + fmax(fabs(*low) / 2, 1);
    }
}

typedef struct cell {
    int color;
    int row, from, to; /* columns, to is one beyond */
} cell;

static int by_color(const void *a, const void *b)
{
    const cell *x = a, *y = b;
    return x->color != y->color ? (x->color > y->color) - (x->color < y->color)
           : x->row != y->row   ? x->row - y->row
                                : x->from - y->from;
}

static int color_at(const wg_series *s, double low, double high, wg_color_map map, int64_t k)
{
    const double v = s->cell[k];
    if (!wgi_is_shown(v)) return 0;
    return wgi_map_color(map, map == WG_MAP_CLASSES ? v : (v / 2 - low / 2) / (high / 2 - low / 2));
}

/* Neighbours of one colour in a row are one rectangle. */
static int64_t find_cells(const wg_series *s, double low, double high, wg_color_map map, cell *list)
{
    int64_t n = 0;
    for (int i = 0; i < s->rows; i++)
        for (int j = 0, end; j < s->columns; j = end) {
            const int64_t k = (int64_t)i * s->columns;
            const int color = color_at(s, low, high, map, k + j);
            for (end = j + 1; end < s->columns && color_at(s, low, high, map, k + end) == color;) end++;
            if (color) list[n++] = (cell){ color, i, j, end };
        }
    return n;
}

static double edge(const double e[2], int i, int n) { return e[0] + (e[1] - e[0]) * i / n; }

static void image(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    double low, high;
    wg_color_map map;
    cell *list = wg_alloc(g->pool->c, (size_t)s->rows * (size_t)s->columns + 1, sizeof *list);
    if (!list) {
        g->pool->failed = true;
        return;
    }
    wgi_color_ends(s, &low, &high, &map);
    const int64_t n = find_cells(s, low, high, map, list);
    qsort(list, (size_t)n, sizeof *list, by_color);
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || list[i].color != list[i - 1].color) {
            wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_RECTS, s);
            k->color = list[i].color, k->faint = true, k->opacity = map == WG_MAP_CLASSES ? 0.28 : 1;
        }
        const double v0 = wgi_axis_unit(&t->y, edge(s->grid->y, list[i].row, s->rows)),
                     v1 = wgi_axis_unit(&t->y, edge(s->grid->y, list[i].row + 1, s->rows));
        wgi_point_add(g, t, wgi_axis_unit(&t->x, edge(s->grid->x, list[i].from, s->columns)), v0);
        wgi_point_add(g, t, wgi_axis_unit(&t->x, edge(s->grid->x, list[i].to, s->columns)), v1);
    }
    wg_free(g->pool->c, list);
}

/* ---- contours ---- */

typedef struct to_shape {
    wgi_figure_page *g;
    wgi_plot *t;
    double u, v; /* the last point */
    bool drawn;  /* it was added; false: it may be left out */
    bool any;    /* there is one */
} to_shape;

/* Points less than two units apart are left out, but for the ends of a line. */
static void add_point(void *user, double x, double y)
{
    to_shape *to = user;
    if (isnan(x)) {
        if (to->any && !to->drawn) wgi_point_add(to->g, to->t, to->u, to->v);
        add_gap(to->g, to->t);
        to->any = false;
        return;
    }
    const double u = wgi_axis_unit(&to->t->x, x), v = wgi_axis_unit(&to->t->y, y);
    const wgi_plot *t = to->t;
    const double far =
        to->any ? hypot((u - t->u[t->points - 1]) * t->width, (v - t->v[t->points - 1]) * t->height) : 9;
    to->drawn = far >= 2, to->any = true, to->u = u, to->v = v;
    if (to->drawn) wgi_point_add(to->g, to->t, u, v);
}

/* Grey lines cannot be seen on all colours of an image. */
static bool on_image(const wg_series *s)
{
    for (const wg_series *k = s->panel->series; k; k = k->next)
        if (k->kind == WGI_IMAGE && k->rows) return true;
    return false;
}

static void contour(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    double level[WGI_TICKS];
    to_shape to = { .g = g, .t = t };
    if (s->rows < 2 || s->columns < 2) return;
    const wgi_lattice l = { s->cell,
                            s->rows,
                            s->columns,
                            s->grid->x[0],
                            s->grid->y[0],
                            (s->grid->x[1] - s->grid->x[0]) / (s->columns - 1),
                            (s->grid->y[1] - s->grid->y[0]) / (s->rows - 1) };
    const int n = wgi_contour_levels(g->pool, s, level);
    for (int i = 0; i < n; i++) {
        char text[WGI_TICK_TEXT];
        wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
        wgi_axis_number(text, sizeof text,
                        fabs(level[i]) < 1e-12 * fabs(level[n - 1] - level[0]) ? 0 : level[i], 3);
        k->color = s->o.color ? (int)s->o.color : on_image(s) ? WGI_INK : WG_COLOR_GREY;
        k->width = 1.3 * s->o.width, k->dash = 1, k->faint = true;
        k->hint = wgi_page_text(g, text);
        if (!wgi_contour(g->pool, &l, level[i], add_point, &to)) g->pool->failed = true;
    }
}

/* ---- all ---- */

static void line(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    curve_points(g, t, s, s->kind == WG_SERIES_STEPS);
    if (s->o.marker) points(g, t, s, s->o.marker, 1);
}

static void band(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_AREA, s);
    k->opacity = 0.25, k->faint = true;
    curve_points(g, t, s, false);
}

static void scatter(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    points(g, t, s, wgi_marker_of(s), 1);
}

/* Those of the least depth are drawn first. */
static const struct {
    int depth;
    void (*add)(wgi_figure_page *g, wgi_plot *t, const wg_series *s);
} shapes_of[] = {
    [WGI_IMAGE] = { 0, image },
    [WG_SERIES_BAND] = { 1, band },
    [WGI_CONTOUR] = { 2, contour },
    [WGI_SURFACE] = { 0, wgi_surface_shapes },
    [WG_SERIES_BARS] = { 3, bars },
    [WG_SERIES_HISTOGRAM] = { 3, histogram },
    [WGI_AT_X] = { 4, rule },
    [WGI_AT_Y] = { 4, rule },
    [WG_SERIES_LINE] = { 5, line },
    [WG_SERIES_STEPS] = { 5, line },
    [WG_SERIES_POINTS] = { 5, scatter },
    [WG_SERIES_PATH] = { 5, path },
    [WGI_ARROW] = { 5, arrow },
};

void wgi_add_shapes(wgi_figure_page *g, wgi_plot *t)
{
    for (int d = 0; d < WGI_DEPTHS; d++) {
        const int64_t first = t->shapes;
        for (const wg_series *s = t->panel->series; s; s = s->next)
            if (s->kind != WGI_TEXT && shapes_of[s->kind].depth == d) shapes_of[s->kind].add(g, t, s);
        for (int64_t i = first; i < t->shapes; i++) t->shape[i].depth = d;
    }
}
