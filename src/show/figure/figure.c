/* figure.c: figures, frames and panels, and the memory that a figure owns. */
#include "figure/figure_private.h"
#include "wgx/figure.h"

#include <math.h>

void wg_figure_free(wg_figure *f)
{
    if (!f) return;
    wg_context *c = f->pool.c;
    wgi_pool_free(&f->pool);
    wg_free(c, f);
}

bool wgi_is_shown(double v) { return fabs(v) < 1e300; }

/* ---- figures ---- */

/* Recording an error must not end what a failed context can still do. */
static void *fail(wg_context *c, wg_site here, const char *text)
{
    wg_fail(c, here, WG_ERROR_VALUE, "%s", text);
    return NULL;
}

WG_OPTION_ROWS(wg_figure_opts)

wg_figure *wg_figure_new_at(wg_site here, wg_context *c, const char *title, const wg_figure_opts *o)
{
    WG_OPTIONS_FILL(wg_figure_opts, o);
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "figure_new: the context is NULL"), NULL;
    if (!wg_options_fit(c, here, "figure_new", wg_figure_opts_rows(), o)) return NULL;
    wg_figure *f = wg_alloc(c, 1, sizeof *f);
    if (!f) return NULL;
    f->pool.c = c, f->here = here, f->o = *o;
    f->title = wgi_pool_copy(&f->pool, title);
    f->description = wgi_pool_copy(&f->pool, o->description);
    return f;
}

void wg_figure_frame_at(wg_site here, wg_figure *f, const char *name)
{
    if (!f) {
        wg_fail(NULL, here, WG_ERROR_USE, "figure_frame: the figure is NULL");
        return;
    }
    if (f->frames >= 100000) {
        fail(f->pool.c, here, "figure_frame: a figure has at most 100,000 frames");
        return;
    }
    if (!wgi_pool_room(&f->pool, &f->frame_name, sizeof *f->frame_name, f->frames, &f->frame_room)) return;
    f->frame_name[f->frames++] = wgi_pool_copy(&f->pool, name);
    f->frame = f->frames;
}

/* A copy of the path with its first points, shown in one frame. */
static wg_series *shortened(wg_figure *f, const wg_series *path, int frame)
{
    wg_series *s = wgi_pool_alloc(&f->pool, 1, sizeof *s);
    if (!s) return NULL;
    *s = *path;
    s->next = NULL, s->frame = frame, s->n = frame < path->n ? frame : path->n;
    return s;
}

/* In the place of each path stand its beginnings. */
static void shorten_paths(wg_figure *f, wg_panel *p, int n)
{
    for (wg_series **at = &p->series; *at && !f->pool.failed;) {
        const wg_series *path = *at;
        if (path->kind != WG_SERIES_PATH || path->frame) {
            at = &(*at)->next;
            continue;
        }
        for (int k = 1; k <= n + 1; k++)
            if ((*at = shortened(f, path, k))) at = &(*at)->next;
        *at = path->next;
    }
    p->last = p->series;
    while (p->last && p->last->next) p->last = p->last->next;
}

void wgx_figure_steps_at(wg_site here, wg_figure *f, int n)
{
    char name[32];
    if (!f) {
        wg_fail(NULL, here, WG_ERROR_USE, "figure_steps: the figure is NULL");
        return;
    }
    if (n < 1 || n > 1000 || f->frames) {
        fail(f->pool.c, here,
             f->frames ? "figure_steps: the figure has frames already"
                       : "figure_steps: from 1 to 1,000 steps");
        return;
    }
    for (int k = 0; k <= n && !f->pool.failed; k++) {
        snprintf(name, sizeof name, "step %d", k);
        wg_figure_frame_at(here, f, name);
    }
    for (wg_panel *p = f->panel; p; p = p->next) shorten_paths(f, p, n);
}

/* ---- panels ---- */

static const char *const *copy_names(wg_figure *f, const wg_axis_opts *a)
{
    const char **names =
        a->name_count ? wgi_pool_alloc(&f->pool, (size_t)a->name_count, sizeof *names) : NULL;
    for (int i = 0; names && i < a->name_count; i++) names[i] = wgi_pool_copy(&f->pool, a->names[i]);
    return names;
}

static const char *wrong_axis(const wg_axis_opts *a)
{
    if (a->name_count && !a->names) return "panel_new: an axis has .name_count without .names";
    if (a->low >= a->high) return "panel_new: an axis has .low above .high";
    if (a->scale == WG_SCALE_LOG && (a->low <= 0 || a->high <= 0))
        return "panel_new: the limits of a logarithmic axis must be above 0";
    return NULL;
}

WG_INNER_OPTION_ROWS(wg_axis_opts)
WG_OPTION_ROWS(wg_panel_opts)

wg_panel *wg_panel_new_at(wg_site here, wg_figure *f, const char *title, const wg_panel_opts *o)
{
    WG_OPTIONS_FILL(wg_panel_opts, o);
    if (!f) return wg_fail(NULL, here, WG_ERROR_USE, "panel_new: the figure is NULL"), NULL;
    wg_context *c = f->pool.c;
    if (!wg_options_fit(c, here, "panel_new", wg_panel_opts_rows(), o) ||
        !wg_inner_options_fit(c, here, "panel_new", "x", wg_axis_opts_rows(), &o->x) ||
        !wg_inner_options_fit(c, here, "panel_new", "y", wg_axis_opts_rows(), &o->y))
        return NULL;
    const char *wrong = wrong_axis(&o->x) ? wrong_axis(&o->x) : wrong_axis(&o->y);
    if (wrong) return fail(c, here, wrong);
    wg_panel *p = wgi_pool_alloc(&f->pool, 1, sizeof *p);
    if (!p) return NULL;
    p->figure = f, p->o = *o;
    p->title = wgi_pool_copy(&f->pool, title);
    p->o.x.label = wgi_pool_copy(&f->pool, o->x.label), p->o.y.label = wgi_pool_copy(&f->pool, o->y.label);
    p->o.x.names = copy_names(f, &o->x), p->o.y.names = copy_names(f, &o->y);
    if (!p->o.x.names) p->o.x.name_count = 0;
    if (!p->o.y.names) p->o.y.name_count = 0;
    if (f->last) f->last->next = p;
    else f->panel = p;
    f->last = p;
    f->panels++;
    return p;
}

wg_panel *wg_figure_panel(const wg_figure *f, int i)
{
    wg_panel *p = f && i >= 0 ? f->panel : NULL;
    while (p && i-- > 0) p = p->next;
    return p;
}
