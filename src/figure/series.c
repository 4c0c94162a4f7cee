/* series.c: series of points, and what is added to them. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

wg_series *wgi_series_new(wg_panel *p, int kind, const wg_series_opts *o)
{
    wg_series *s = wgi_figure_alloc(p->figure, 1, sizeof *s);
    if (!s) return NULL;
    s->panel = p, s->kind = kind, s->o = *o, s->frame = p->figure->frame;
    s->name = wgi_figure_copy(p->figure, o->name);
    if (p->last) p->last->next = s;
    else p->series = s;
    return p->last = s;
}

/* The series of one name in several frames are one series that changes: it keeps its colour. */
static int order_of(const wg_panel *p, const wg_series *s)
{
    for (const wg_series *t = p->series; t != s; t = t->next)
        if (t->kind == s->kind && *s->name && strcmp(t->name, s->name) == 0) return t->order;
    return -1;
}

wg_series *wg_series_new_at(wg_site here, wg_panel *p, wg_series_kind kind, const wg_series_opts *o)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "series_new: the panel is NULL"), NULL;
    static const wg_series_opts standard = { 0 };
    static const char *const calls[] = { "panel_line", "panel_points", "panel_steps",    "panel_bars",
                                         "panel_band", "panel_path",   "panel_histogram" };
    const char *call = (unsigned)kind < WG_SERIES_KINDS ? calls[kind] : "series_new";
    if (!o) o = &standard;
    wg_context *c = p->figure->c;
    if ((unsigned)kind >= WG_SERIES_KINDS || (unsigned)o->color >= WG_COLOR_KINDS ||
        (unsigned)o->marker >= WG_MARKER_KINDS || o->dash < 0 || o->dash > 4)
        return wg_fail(c, here, WG_ERROR_VALUE, "%s: a kind, .color, .marker or .dash that does not exist",
                       call),
               NULL;
    if (!(o->width >= 0 && o->width <= 100 && o->size >= 0 && o->size <= 100) || o->bins < 0 ||
        o->bins > 100000)
        return wg_fail(c, here, WG_ERROR_VALUE,
                       "%s: .width and .size must be from 0 to 100, .bins from 1 to 100000", call),
               NULL;
    wg_series *s = wgi_series_new(p, (int)kind, o);
    if (!s) return NULL;
    const int order = order_of(p, s);
    s->order = order >= 0 ? order : o->color ? p->orders : p->orders++;
    return s;
}

/* ---- points ---- */

static bool make_room(wg_series *s)
{
    wg_figure *f = s->panel->figure;
    int64_t room = s->room, again = s->room, third = s->room;
    if (s->n < s->room) return true;
    if (!wgi_figure_room(f, &s->x, sizeof *s->x, s->n, &room) ||
        !wgi_figure_room(f, &s->y, sizeof *s->y, s->n, &again))
        return false;
    if (s->kind == WG_SERIES_BAND && !wgi_figure_room(f, &s->low, sizeof *s->low, s->n, &third)) return false;
    s->room = room;
    return true;
}

void wg_series_band(wg_series *s, double x, double low, double high)
{
    if (!s) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "series_band: the series is NULL");
        return;
    }
    if (s->kind >= WG_SERIES_KINDS || !make_room(s)) return;
    s->x[s->n] = x, s->y[s->n] = high;
    if (s->low) s->low[s->n] = low;
    s->n++;
}

void wg_series_add(wg_series *s, double x, double y)
{
    if (!s) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "series_add: the series is NULL");
        return;
    }
    wg_series_band(s, x, 0, y);
}

static double next_x(const wg_series *s) { return (double)s->n + (s->kind == WG_SERIES_BARS ? 0 : 1); }

void wg_series_push(wg_series *s, double y)
{
    if (!s) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "series_push: the series is NULL");
        return;
    }
    if (s) wg_series_band(s, s->kind == WG_SERIES_HISTOGRAM ? y : next_x(s), 0, y);
}

void wg_series_add_all(wg_series *s, const double *x, const double *y, int64_t n)
{
    if (!s) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "series_add_all: the series is NULL");
        return;
    }
    for (int64_t i = 0; s && y && i < n; i++)
        if (x && s->kind != WG_SERIES_HISTOGRAM) wg_series_add(s, x[i], y[i]);
        else wg_series_push(s, y[i]);
}

void wg_series_tensor(wg_series *s, wg_tensor t)
{
    if (!s) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "series_tensor: the series is NULL");
        return;
    }
    const int64_t n = t.data ? wg_shape_size(t.shape) : 0;
    for (int64_t i = 0; i < n; i++) wg_series_push(s, wg_tensor_item(&t, i));
}

/* ---- bars ---- */

static int category(wg_panel *p, const char *name)
{
    int64_t room = p->category_room;
    for (int i = 0; i < p->categories; i++)
        if (strcmp(p->category[i], name) == 0) return i;
    if (!wgi_figure_room(p->figure, &p->category, sizeof *p->category, p->categories, &room)) return -1;
    p->category_room = (int)room;
    p->category[p->categories] = wgi_figure_copy(p->figure, name);
    return p->categories++;
}

void wg_series_bar(wg_series *s, const char *name, double y)
{
    if (!s) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "series_bar: the series is NULL");
        return;
    }
    const int at = s ? category(s->panel, name ? name : "") : -1;
    if (at >= 0) wg_series_band(s, at, 0, y);
}
