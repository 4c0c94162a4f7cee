/* grid.c: images and contours: a grid of values, given as a tensor or by a function. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

enum { IMAGE_GRID = 120, CONTOUR_GRID = 200, MOST = 4000 };

static wg_series *fail(const wg_panel *p, wg_site here, const char *call, const char *text)
{
    wg_fail(p->figure->c, here, WG_ERROR_VALUE, "%s: %s", call, text);
    return NULL;
}

static bool is_given(const double e[2]) { return e[0] != 0 || e[1] != 0; }

/* The extent in one direction: by the options, else the limits of the axis. */
static bool extent(double e[2], const wg_axis_opts *a)
{
    if (!is_given(e)) e[0] = a->low, e[1] = a->high;
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
    const wg_grid_opts *o = &s->grid;
    for (int i = 0; i < s->rows; i++)
        for (int j = 0; j < s->columns; j++)
            s->cell[(size_t)i * (size_t)s->columns + (size_t)j] =
                o->f(o->user, place(o->x, j, s->columns, image), place(o->y, i, s->rows, image));
}

static void fill_from_values(wg_series *s)
{
    for (int64_t i = 0; i < (int64_t)s->rows * s->columns; i++)
        s->cell[i] = wg_tensor_item(&s->grid.values, i);
}

/* Without an extent the pixels are at whole numbers, and row 0 is at the top. */
static void pixel_extent(wg_series *s, bool image)
{
    const double half = image ? 0.5 : 0;
    wg_grid_opts *o = &s->grid;
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
    if (kind == WGI_CONTOUR && (o->map || o->low != 0 || o->high != 0 || o->numbers || o->no_bar))
        return ".map, .low, .high, .numbers and .no_bar are of an image";
    if (kind == WGI_IMAGE && (o->levels || o->level_count || o->log_levels || o->no_level_texts))
        return ".levels, .level_count, .log_levels and .no_level_texts are of a contour";
    return NULL;
}

static const char *wrong_grid(const wg_panel *p, const wg_grid_opts *o)
{
    const wg_tensor *t = &o->values;
    if (!o->f == !t->data) return "give .values or .f";
    if ((unsigned)o->map > WG_MAP_CLASSES || (unsigned)o->color >= WG_COLOR_KINDS)
        return "a .map or .color that does not exist";
    if (o->nx < 0 || o->ny < 0 || o->nx == 1 || o->ny == 1 || o->nx > MOST || o->ny > MOST)
        return ".nx and .ny must be from 2 to 4000";
    if (o->level_count < 0 || o->level_count > WGI_TICKS) return ".level_count must be from 1 to 64";
    if ((o->low != 0 || o->high != 0) && !(wg_or_standard(o->low, 0) < wg_or_standard(o->high, 0)))
        return ".low must be below .high";
    if (isinf(o->low) || isinf(o->high)) return ".low and .high must be finite";
    if (!(o->width >= 0 && o->width <= 100)) return ".width must be from 0 to 100";
    if (t->data && (t->shape.rank != 2 || t->shape.dim[0] > MOST || t->shape.dim[1] > MOST))
        return ".values must have two axes, rows and columns, of at most 4000 each";
    if (t->data && (t->shape.dim[0] < 1 || t->shape.dim[1] < 1)) return ".values are empty";
    if (log_axis(&p->o.x) || log_axis(&p->o.y)) return "images and contours need linear axes";
    double x[2] = { o->x[0], o->x[1] }, y[2] = { o->y[0], o->y[1] };
    if ((o->f || is_given(x) || is_given(y)) && !(extent(x, &p->o.x) && extent(y, &p->o.y)))
        return "say over which .x and .y, here or by the limits of the panel's axes";
    return NULL;
}

static wg_series *new_grid(wg_site here, wg_panel *p, const wg_grid_opts *o, int kind, const char *call)
{
    static const wg_grid_opts standard = { 0 };
    if (!o) o = &standard;
    const char *wrong = of_the_other(o, kind) ? of_the_other(o, kind) : wrong_grid(p, o);
    if (wrong) return fail(p, here, call, wrong);
    wg_series *s =
        wgi_series_new(p, kind, &(wg_series_opts){ .name = o->name, .color = o->color, .width = o->width });
    if (!s) return NULL;
    s->grid = *o;
    s->grid.low = wg_or_standard(o->low, 0), s->grid.high = wg_or_standard(o->high, 0);
    const int grid = kind == WGI_IMAGE ? IMAGE_GRID : CONTOUR_GRID;
    s->columns = o->f ? o->nx ? o->nx : grid : (int)o->values.shape.dim[1];
    s->rows = o->f ? o->ny ? o->ny : grid : (int)o->values.shape.dim[0];
    s->cell = wgi_figure_alloc(p->figure, (size_t)s->rows * (size_t)s->columns, sizeof *s->cell);
    double *levels = o->levels && o->level_count
                         ? wgi_figure_alloc(p->figure, (size_t)o->level_count, sizeof *levels)
                         : NULL;
    if (levels) memcpy(levels, o->levels, (size_t)o->level_count * sizeof *levels);
    s->grid.levels = levels;
    if (!s->cell) {
        s->rows = s->columns = 0;
        return NULL;
    }
    if (o->f) {
        extent(s->grid.x, &p->o.x), extent(s->grid.y, &p->o.y);
        fill_from_function(s, kind == WGI_IMAGE);
    } else {
        pixel_extent(s, kind == WGI_IMAGE);
        fill_from_values(s);
    }
    return s;
}

wg_series *wg_panel_image_at(wg_site here, wg_panel *p, const wg_grid_opts *o)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "panel_image: the panel is NULL"), NULL;
    return new_grid(here, p, o, WGI_IMAGE, "panel_image");
}

wg_series *wg_panel_contour_at(wg_site here, wg_panel *p, const wg_grid_opts *o)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "panel_contour: the panel is NULL"), NULL;
    return new_grid(here, p, o, WGI_CONTOUR, "panel_contour");
}
