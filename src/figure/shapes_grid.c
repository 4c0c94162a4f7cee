/* shapes_grid.c: the shapes of images and contours. */
#include "figure/figure_private.h"

#include <math.h>
#include <stdlib.h>

/* ---- images ---- */

void wgi_color_ends(const wg_series *s, double *low, double *high, wg_color_map *map)
{
    double least = INFINITY, most = -INFINITY;
    for (int64_t i = 0; i < (int64_t)s->rows * s->columns; i++)
        if (wgi_is_shown(s->cell[i])) least = fmin(least, s->cell[i]), most = fmax(most, s->cell[i]);
    if (!(least <= most)) least = 0, most = 1;
    *map = s->grid.map ? s->grid.map : least < 0 && most > 0 ? WG_MAP_DIVERGING : WG_MAP_SEQUENTIAL;
    *low = s->grid.low, *high = s->grid.high;
    if (*low < *high) return;
    *low = least, *high = most;
    if (*map == WG_MAP_DIVERGING) *high = fmax(fabs(least), fabs(most)), *low = -*high;
    if (!(*low < *high)) *low -= *low != 0 ? fabs(*low) / 2 : 1, *high += *high != 0 ? fabs(*high) / 2 : 1;
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

static void image(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    double low, high;
    wg_color_map map;
    cell *list = wg_alloc(g->f->c, (size_t)s->rows * (size_t)s->columns + 1, sizeof *list);
    if (!list) {
        g->failed = true;
        return;
    }
    wgi_color_ends(s, &low, &high, &map);
    const int64_t n = find_cells(s, low, high, map, list);
    qsort(list, (size_t)n, sizeof *list, by_color);
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || list[i].color != list[i - 1].color) {
            wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_RECTS, s);
            k->color = list[i].color, k->faint = true, k->opacity = map == WG_MAP_CLASSES ? 0.28 : 1;
        }
        const double v0 = wgi_axis_unit(&t->y, edge(s->grid.y, list[i].row, s->rows)),
                     v1 = wgi_axis_unit(&t->y, edge(s->grid.y, list[i].row + 1, s->rows));
        wgi_point_add(g, t, wgi_axis_unit(&t->x, edge(s->grid.x, list[i].from, s->columns)), v0);
        wgi_point_add(g, t, wgi_axis_unit(&t->x, edge(s->grid.x, list[i].to, s->columns)), v1);
    }
    wg_free(g->f->c, list);
}

/* ---- contours ---- */

typedef struct to_shape {
    wgi_page *g;
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
        wgi_gap_add(to->g, to->t);
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

static void contour(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    double level[WGI_TICKS];
    to_shape to = { .g = g, .t = t };
    if (s->rows < 2 || s->columns < 2) return;
    const wgi_lattice l = { s->cell,
                            s->rows,
                            s->columns,
                            s->grid.x[0],
                            s->grid.y[0],
                            (s->grid.x[1] - s->grid.x[0]) / (s->columns - 1),
                            (s->grid.y[1] - s->grid.y[0]) / (s->rows - 1) };
    const int n = wgi_contour_levels(s, level);
    for (int i = 0; i < n; i++) {
        char text[WGI_TICK_TEXT];
        wgi_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
        wgi_axis_number(text, sizeof text,
                        fabs(level[i]) < 1e-12 * fabs(level[n - 1] - level[0]) ? 0 : level[i], 3);
        k->color = s->o.color ? (int)s->o.color : on_image(s) ? WGI_INK : WG_COLOR_GREY;
        k->width = 1.3 * (s->o.width != 0 ? s->o.width : 1), k->dash = 1, k->faint = true;
        k->hint = wgi_page_text(g, text);
        if (!wgi_contour(g->f, &l, level[i], add_point, &to)) g->failed = true;
    }
}

void wgi_grid_shapes(wgi_page *g, wgi_plot *t, const wg_series *s)
{
    if (!s->rows) return;
    if (s->kind == WGI_IMAGE) image(g, t, s);
    else contour(g, t, s);
}
