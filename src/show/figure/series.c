/* series.c: what is added to a panel: series of points; texts, arrows, reference lines,
 * which are series of one or two points; images and contours, a grid of values given as a tensor or by a
 * function. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

/* Then the error is recorded. */
static bool is_null(const void *thing, const char *what)
{
    if (!thing) wg_fail(NULL, NULL, WG_ERROR_USE, "%s is NULL", what);
    return !thing;
}

static wg_series *new_series(wg_panel *p, int kind, const char *name, const wg_series_opts *o)
{
    wg_series *s = wgi_pool_alloc(&p->figure->pool, 1, sizeof *s);
    if (!s) return NULL;
    s->panel = p, s->kind = kind, s->o = *o, s->frame = p->figure->frame;
    s->name = wgi_pool_copy(&p->figure->pool, name);
    if (p->last) p->last->next = s;
    else p->series = s;
    return p->last = s;
}

/* Whether t can be the same series as s in an earlier frame: number n of those without a name that take
 * colours. */
static bool is_before(const wg_series *t, const wg_series *s, int *n)
{
    return t->kind < WG_SERIES_KINDS && t->kind == s->kind && !*t->name && t->frame == 1 && !(*n)--;
}

/* The series of one name are one thing: in several frames, and a curve and a point on it. It keeps its
 * colour. Without a name, series number n of its kind in a frame is the one of the first frame. */
static int order_of(const wg_panel *p, const wg_series *s)
{
    int n = 0;
    for (const wg_series *t = p->series; t != s; t = t->next) {
        if (t->kind >= WG_SERIES_KINDS) continue;
        if (*s->name && strcmp(t->name, s->name) == 0) return t->order;
        n += !*t->name && t->kind == s->kind && t->frame == s->frame;
    }
    for (const wg_series *t = p->series; t != s && !*s->name && s->frame > 1; t = t->next)
        if (is_before(t, s, &n)) return t->order;
    return -1;
}

WG_OPTION_ROWS(wg_series_opts)

wg_series *wg_series_new_at(wg_site here, wg_panel *p, wg_series_kind kind, const char *name,
                            const wg_series_opts *o)
{
    WG_OPTIONS_FILL(wg_series_opts, o);
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "series_new: the panel is NULL"), NULL;
    static const char *const calls[] = { "panel_line", "panel_points", "panel_steps",    "panel_bars",
                                         "panel_band", "panel_path",   "panel_histogram" };
    const char *call = (unsigned)kind < WG_SERIES_KINDS ? calls[kind] : "series_new";
    wg_context *c = p->figure->pool.c;
    if ((unsigned)kind >= WG_SERIES_KINDS)
        return wg_fail(c, here, WG_ERROR_VALUE, "%s: a kind that does not exist", call), NULL;
    if (!wg_options_fit(c, here, call, wg_series_opts_rows(), o)) return NULL;
    wg_series *s = new_series(p, (int)kind, name, o);
    if (!s) return NULL;
    const int order = order_of(p, s);
    s->order = order >= 0 ? order : o->color ? p->orders : p->orders++;
    return s;
}

/* ---- points ---- */

static void add_point(wg_series *s, double x, double low, double high)
{
    wgi_pool *f = &s->panel->figure->pool;
    int64_t room = s->room, again = s->room, third = s->room;
    if (!wgi_pool_room(f, &s->x, sizeof *s->x, s->n, &room) ||
        !wgi_pool_room(f, &s->y, sizeof *s->y, s->n, &again) ||
        (s->kind == WG_SERIES_BAND && !wgi_pool_room(f, &s->low, sizeof *s->low, s->n, &third)))
        return;
    s->room = room;
    s->x[s->n] = x, s->y[s->n] = high;
    if (s->low) s->low[s->n] = low;
    s->n++;
}

void wg_series_band(wg_series *s, double x, double low, double high)
{
    if (is_null(s, "series_band: the series") || s->kind >= WG_SERIES_KINDS) return;
    add_point(s, x, low, high);
}

void wg_series_add(wg_series *s, double x, double y)
{
    if (!is_null(s, "series_add: the series")) wg_series_band(s, x, 0, y);
}

static double next_x(const wg_series *s) { return (double)s->n + (s->kind == WG_SERIES_BARS ? 0 : 1); }

void wg_series_push(wg_series *s, double y)
{
    if (is_null(s, "series_push: the series")) return;
    wg_series_band(s, s->kind == WG_SERIES_HISTOGRAM ? y : next_x(s), 0, y);
}

void wg_series_add_all(wg_series *s, const double *x, const double *y, int64_t n)
{
    if (is_null(s, "series_add_all: the series")) return;
    for (int64_t i = 0; y && i < n; i++)
        if (x && s->kind != WG_SERIES_HISTOGRAM) wg_series_add(s, x[i], y[i]);
        else wg_series_push(s, y[i]);
}

void wg_series_tensor(wg_series *s, wg_tensor t)
{
    if (is_null(s, "series_tensor: the series")) return;
    const int64_t n = t.data ? wg_shape_size(t.shape) : 0;
    for (int64_t i = 0; i < n; i++) wg_series_push(s, wg_tensor_item(&t, i));
}

/* ---- bars ---- */

static int category(wg_panel *p, const char *name)
{
    for (int i = 0; i < p->categories; i++)
        if (strcmp(p->category[i], name) == 0) return i;
    if (!wgi_pool_room(&p->figure->pool, &p->category, sizeof *p->category, p->categories, &p->category_room))
        return -1;
    p->category[p->categories] = wgi_pool_copy(&p->figure->pool, name);
    return p->categories++;
}

void wg_series_bar(wg_series *s, const char *name, double y)
{
    if (is_null(s, "series_bar: the series")) return;
    const int at = category(s->panel, name ? name : "");
    if (at >= 0) wg_series_band(s, at, 0, y);
}

/* ---- notes ---- */

static wg_series *note(wg_panel *p, const char *what, int kind, wg_figure_color color, const char *text,
                       const double x[], const double y[], int n)
{
    wg_series *s =
        is_null(p, what) ? NULL : new_series(p, kind, text, &WG_OPTS(wg_series_opts, .color = color));
    for (int i = 0; s && i < n; i++) add_point(s, x[i], 0, y[i]);
    return s;
}

void wg_panel_text(wg_panel *p, double x, double y, const char *text)
{
    note(p, "panel_text: the panel", WGI_TEXT, WG_COLOR_DEFAULT, text, &x, &y, 1);
}

void wg_panel_arrow(wg_panel *p, double x0, double y0, double x1, double y1, const char *text)
{
    const double x[] = { x0, x1 }, y[] = { y0, y1 };
    note(p, "panel_arrow: the panel", WGI_ARROW, WG_COLOR_DEFAULT, text, x, y, 2);
}

void wg_panel_at_x(wg_panel *p, double x, const char *text)
{
    note(p, "panel_at_x: the panel", WGI_AT_X, WG_COLOR_GREY, text, &x, &(double){ 0 }, 1);
}

void wg_panel_at_y(wg_panel *p, double y, const char *text)
{
    note(p, "panel_at_y: the panel", WGI_AT_Y, WG_COLOR_GREY, text, &(double){ 0 }, &y, 1);
}

/* ---- images and contours ---- */

enum { IMAGE_GRID = 120, CONTOUR_GRID = 200, SURFACE_GRID = 25, MOST = 4000, MOST_FACES = 200 };

static wg_series *fail(const wg_panel *p, wg_site here, const char *call, const char *text)
{
    wg_fail(p->figure->pool.c, here, WG_ERROR_VALUE, "%s: %s", call, text);
    return NULL;
}

static bool is_given(const double e[2]) { return !isnan(e[0]) || !isnan(e[1]); }

/* The extent in one direction: by the options, else the limits of the axis. */
static bool extent(double e[2], const wg_axis_opts *a)
{
    if (isnan(e[0])) e[0] = a->low;
    if (isnan(e[1])) e[1] = a->high;
    return isfinite(e[0]) && isfinite(e[1]) && e[0] < e[1] && fabs(e[0]) < 1e299 && fabs(e[1]) < 1e299;
}

static bool log_axis(const wg_axis_opts *a) { return a->scale == WG_SCALE_LOG; }

/* Place i of n: of an image the middles of cells, of a contour from end to end. */
static double place(const double e[2], int i, int n, bool image)
{
    return image ? e[0] + (e[1] - e[0]) * (i + 0.5) / n : e[0] + (e[1] - e[0]) * i / (n - 1);
}

static void fill_from_function(wg_series *s, bool image)
{
    const wg_grid_opts *o = s->grid;
    for (int i = 0; i < s->rows; i++)
        for (int j = 0; j < s->columns; j++)
            s->cell[(size_t)i * (size_t)s->columns + (size_t)j] =
                o->f(o->user, place(o->x, j, s->columns, image), place(o->y, i, s->rows, image));
}

static void fill_from_values(wg_series *s)
{
    for (int64_t i = 0; i < (int64_t)s->rows * s->columns; i++)
        s->cell[i] = wg_tensor_item(&s->grid->values, i);
}

/* Without an extent the pixels are at whole numbers, and row 0 is at the top. */
static void pixel_extent(wg_series *s, bool image)
{
    const double half = image ? 0.5 : 0;
    wg_grid_opts *o = s->grid;
    if (is_given(o->x) || is_given(o->y)) {
        extent(o->x, &s->panel->o.x), extent(o->y, &s->panel->o.y);
        return;
    }
    o->x[0] = o->y[0] = -half;
    o->x[1] = s->columns - 1 + half, o->y[1] = s->rows - 1 + half;
    s->panel->matrix |= image;
}

/* An option of the other kind, which would change nothing. */
static const char *of_the_other(const wg_grid_opts *o, int kind)
{
    if (kind != WGI_IMAGE && (o->map || !isnan(o->low) || !isnan(o->high) || o->numbers || !o->bar))
        return ".map, .low, .high, .numbers and .bar are of an image";
    if (kind != WGI_CONTOUR &&
        (o->levels || o->level_count != WG_AUTO || o->log_levels != WG_AUTO || !o->level_texts))
        return ".levels, .level_count, .log_levels and .level_texts are of a contour";
    return NULL;
}

static const char *wrong_grid(const wg_panel *p, const wg_grid_opts *o)
{
    const wg_tensor *t = &o->values;
    if (!o->f == !t->data) return "give .values or .f";
    if (o->levels && o->level_count == WG_AUTO) return ".levels without .level_count";
    if (o->low >= o->high) return ".low must be below .high";
    if (t->data && (t->shape.rank != 2 || t->shape.dim[0] > MOST || t->shape.dim[1] > MOST))
        return ".values must have two axes, rows and columns, of at most 4000 each";
    if (t->data && (t->shape.dim[0] < 1 || t->shape.dim[1] < 1)) return ".values are empty";
    if (log_axis(&p->o.x) || log_axis(&p->o.y)) return "images, contours and surfaces need linear axes";
    double x[2] = { o->x[0], o->x[1] }, y[2] = { o->y[0], o->y[1] };
    if ((o->f || is_given(x) || is_given(y)) && !(extent(x, &p->o.x) && extent(y, &p->o.y)))
        return "say over which .x and .y, here or by the limits of the panel's axes";
    return NULL;
}

static bool has_many_faces(const wg_grid_opts *o)
{
    const int64_t *size = o->values.shape.dim;
    return o->f ? o->nx > MOST_FACES || o->ny > MOST_FACES : size[0] > MOST_FACES || size[1] > MOST_FACES;
}

WG_OPTION_ROWS(wg_grid_opts)

static wg_series *new_grid(wg_site here, wg_panel *p, const char *name, const wg_grid_opts *o, int kind,
                           const char *call)
{
    wgi_pool *pool = &p->figure->pool;
    if (!wg_options_fit(pool->c, here, call, wg_grid_opts_rows(), o)) return NULL;
    const char *wrong = of_the_other(o, kind) ? of_the_other(o, kind) : wrong_grid(p, o);
    if (wrong) return fail(p, here, call, wrong);
    if (kind == WGI_SURFACE && has_many_faces(o))
        return fail(p, here, call, "a surface has at most 200 rows and columns");
    wg_grid_opts *own = wgi_pool_alloc(pool, 1, sizeof *own);
    wg_series *s =
        own ? new_series(p, kind, name, &WG_OPTS(wg_series_opts, .color = o->color, .width = o->width))
            : NULL;
    if (!s) return NULL;
    if (kind == WGI_SURFACE && !p->surface) p->surface = s;
    s->grid = own, *own = *o;
    const int grid = kind == WGI_IMAGE ? IMAGE_GRID : kind == WGI_CONTOUR ? CONTOUR_GRID : SURFACE_GRID;
    s->columns = !o->f ? (int)o->values.shape.dim[1] : o->nx != WG_AUTO ? o->nx : grid;
    s->rows = !o->f ? (int)o->values.shape.dim[0] : o->ny != WG_AUTO ? o->ny : grid;
    s->cell = wgi_pool_alloc(pool, (size_t)s->rows * (size_t)s->columns, sizeof *s->cell);
    double *levels = o->levels ? wgi_pool_alloc(pool, (size_t)o->level_count, sizeof *levels) : NULL;
    if (levels) memcpy(levels, o->levels, (size_t)o->level_count * sizeof *levels);
    own->levels = levels;
    if (!s->cell) {
        s->rows = s->columns = 0;
        return NULL;
    }
    if (o->f) {
        extent(own->x, &p->o.x), extent(own->y, &p->o.y);
        fill_from_function(s, kind == WGI_IMAGE);
    } else {
        pixel_extent(s, kind == WGI_IMAGE);
        fill_from_values(s);
    }
    return s;
}

wg_series *wg_panel_image_at(wg_site here, wg_panel *p, const char *name, const wg_grid_opts *o)
{
    WG_OPTIONS_FILL(wg_grid_opts, o);
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "panel_image: the panel is NULL"), NULL;
    return new_grid(here, p, name, o, WGI_IMAGE, "panel_image");
}

wg_series *wg_panel_contour_at(wg_site here, wg_panel *p, const char *name, const wg_grid_opts *o)
{
    WG_OPTIONS_FILL(wg_grid_opts, o);
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "panel_contour: the panel is NULL"), NULL;
    return new_grid(here, p, name, o, WGI_CONTOUR, "panel_contour");
}

wg_series *wg_panel_surface_at(wg_site here, wg_panel *p, const char *name, const wg_grid_opts *o)
{
    WG_OPTIONS_FILL(wg_grid_opts, o);
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "panel_surface: the panel is NULL"), NULL;
    return new_grid(here, p, name, o, WGI_SURFACE, "panel_surface");
}
