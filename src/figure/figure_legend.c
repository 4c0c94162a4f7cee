/* figure_legend.c: which series a legend names, and where it stands: in the corner or at the side of
 * the frame where it covers nothing, else above the frame. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

static const double sample = 2.2, gap = 0.5, line = 1.45, pad = 0.45; /* in letters */

static bool is_named(const wg_series *s)
{
    return (s->kind < WG_SERIES_KINDS || s->kind == WGI_CONTOUR) && *s->name && !s->o.along;
}

/* A series that changes from frame to frame is named once. */
static bool is_again(const wgi_plot *t, const wg_series *s)
{
    for (int i = 0; i < t->entries; i++)
        if (t->entry[i].series->kind == s->kind && strcmp(t->entry[i].series->name, s->name) == 0)
            return true;
    return false;
}

static void collect(wgi_page *g, wgi_plot *t)
{
    int n = 0;
    for (const wg_series *s = t->panel->series; s; s = s->next) n += is_named(s);
    if (t->panel->o.no_legend || n < 2) return;
    t->entry = wgi_figure_alloc(g->f, (size_t)n, sizeof *t->entry);
    for (const wg_series *s = t->panel->series; s && t->entry; s = s->next)
        if (is_named(s) && !is_again(t, s)) t->entry[t->entries++].series = s;
    if (t->entries < 2) t->entries = 0;
    for (int i = 0; i < t->entries; i++)
        t->entry[i].text = wgi_fit_text(g, t->entry[i].series->name,
                                        t->width - (sample + gap + 2 * pad) * g->font, g->font, false);
}

static double width_of(const wgi_page *g, const wgi_entry *e)
{
    return (sample + gap) * g->font + wgi_figure_text_width(e->text, g->font, false);
}

/* One column. It is tried in the four corners and in the middles of the sides; with `must` it stands
 * where it covers least. */
static bool place_inside(wgi_page *g, wgi_plot *t, bool must)
{
    static const double spots[][2] = { { 1, 0 },   { 0, 0 },   { 1, 1 },   { 0, 1 },
                                       { 1, 0.5 }, { 0, 0.5 }, { 0.5, 0 }, { 0.5, 1 } };
    const double f = g->font, edge = 0.5 * f, height = (2 * pad + line * t->entries) * f;
    double width = 0;
    int least = -1;
    wgi_ink k;
    for (int i = 0; i < t->entries; i++) width = fmax(width, width_of(g, &t->entry[i]));
    width += 2 * pad * f;
    if (!must && (width > 0.6 * t->width || height > 0.6 * t->height)) return false;
    if (!wgi_ink_make(g, t, &k)) return false;
    for (size_t i = 0; i < sizeof spots / sizeof *spots; i++) {
        const double x = t->left + edge + spots[i][0] * (t->width - width - 2 * edge);
        const double y = t->top + edge + spots[i][1] * (t->height - height - 2 * edge);
        const int covered = wgi_ink_under(&k, t, (double[4]){ x, y, x + width, y + height });
        if (least >= 0 && covered >= least) continue;
        least = covered;
        t->legend_left = x, t->legend_top = y, t->legend_width = width, t->legend_height = height;
    }
    for (int e = 0; e < t->entries; e++)
        t->entry[e].x = t->legend_left + pad * f,
        t->entry[e].y = t->legend_top + (pad + line * (e + 0.5)) * f;
    return least == 0 || must;
}

/* Rows above the frame, from its left end. */
static void place_above(wgi_page *g, wgi_plot *t)
{
    const double f = g->font;
    const double room = t->cell_left + t->cell_width - t->left - 0.3 * f;
    double x = 0, y = 0, widest = 0;
    for (int i = 0; i < t->entries; i++) {
        t->entry[i].text = wgi_fit_text(g, t->entry[i].series->name, room - (sample + gap) * f, f, false);
        const double w = width_of(g, &t->entry[i]);
        if (x > 0 && x + w > room) x = 0, y += line * f;
        t->entry[i].x = x, t->entry[i].y = y;
        x += w + 1.3 * f, widest = fmax(widest, x - 1.3 * f);
    }
    t->legend_height = y + line * f, t->legend_width = widest;
    t->legend_left = t->left, t->legend_top = t->top - t->legend_height - 0.3 * f;
    for (int i = 0; i < t->entries; i++)
        t->entry[i].x += t->legend_left, t->entry[i].y += t->legend_top + line / 2 * f;
}

void wgi_place_legend(wgi_page *g, wgi_plot *t)
{
    if (t->entries) {
        if (t->legend_inside) place_inside(g, t, true);
        else place_above(g, t);
        return;
    }
    collect(g, t);
    if (!t->entries) return;
    t->legend_inside = place_inside(g, t, false);
    if (!t->legend_inside) place_above(g, t);
}
