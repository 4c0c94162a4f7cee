/* surface.c: a function of two names as a surface in a box, seen from the side and from above: turned by 60
 * degrees about the upright axis, from 30 degrees above the floor, without perspective. The box is fitted
 * into the panel's frame. Points of other series of the panel lie on the surface. */
#include "figure/figure_private.h"

#include <math.h>

/* The box is as wide as it is deep, and not so high. */
static const double box_height = 0.7;
/* How far a step along x, y and z of the box goes to the right and upwards: sin and cos of the two angles. */
static const double right[3] = { 0.8660254037844386, 0.5, 0 },
                    up[3] = { -0.25, 0.4330127018922193, 0.8660254037844386 };

const wg_series *wgi_surface_of(const wg_panel *p) { return p->surface; }

/* ---- places ---- */

/* The place in the frame of a point of the box, whose sides go from 0 to 1. Around the box there is room for
 * texts, in letters. */
static void project(const wgi_plot *t, double font, const double at[3], double *u, double *v)
{
    const double p[3] = { at[0] - 0.5, at[1] - 0.5, (at[2] - 0.5) * box_height };
    const double wide = right[0] + right[1], high = -up[0] + up[1] + up[2] * box_height;
    const double size = fmin(fmax(t->width - 7 * font, t->width / 2) / wide,
                             fmax(t->height - 4 * font, t->height / 2) / high);
    double x = 0, y = 0;
    for (int i = 0; i < 3; i++) x += right[i] * p[i], y += up[i] * p[i];
    *u = 0.5 + x * size / t->width, *v = 0.5 + (y * size + 0.8 * font) / t->height;
}

static double share(double v, double low, double high) { return high > low ? (v - low) / (high - low) : 0.5; }

/* The height in the box over a place of the floor, between four values of the grid; NaN: it has none
 * there. */
static double height_at(const wg_series *s, double a, double b)
{
    double low, high, z = 0;
    wgi_cell_range(s, &low, &high);
    const double x = fmin(fmax(a, 0), 1) * (s->columns - 1), y = fmin(fmax(b, 0), 1) * (s->rows - 1);
    const int j = (int)fmin(x, s->columns - 2), i = (int)fmin(y, s->rows - 2);
    for (int k = 0; k < 4; k++) {
        const double part = (k & 1 ? x - j : 1 - x + j) * (k & 2 ? y - i : 1 - y + i);
        if (part > 0) z += part * s->cell[(i + (k >> 1)) * s->columns + j + (k & 1)];
    }
    return wgi_is_shown(z) ? share(z, low, high) : NAN;
}

bool wgi_surface_place(const wgi_figure_page *g, const wgi_plot *t, double x, double y, double *u, double *v)
{
    const wg_series *s = wgi_surface_of(t->panel);
    if (!s || s->rows < 2 || s->columns < 2) return false;
    const double a = share(x, s->grid->x[0], s->grid->x[1]), b = share(y, s->grid->y[0], s->grid->y[1]);
    const bool inside = a >= 0 && a <= 1 && b >= 0 && b <= 1;
    project(t, g->font, (const double[]){ a, b, inside ? height_at(s, a, b) : NAN }, u, v);
    return true;
}

/* ---- shapes ---- */

static void edge(wgi_figure_page *g, wgi_plot *t, const double from[3], const double to[3])
{
    double u, v;
    project(t, g->font, from, &u, &v), wgi_point_add(g, t, u, v);
    project(t, g->font, to, &u, &v), wgi_point_add(g, t, u, v);
    wgi_point_add(g, t, NAN, NAN);
}

/* The floor, the edge on the left, and lines over the two walls behind the surface. */
static void box(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    static const double corner[5][3] = { { 0, 0, 1 }, { 0, 0, 0 }, { 1, 0, 0 }, { 1, 1, 0 }, { 1, 1, 1 } },
                        behind[4][3] = { { 0, 0, 0 }, { 0, 1, 0 }, { 1, 1, 0 }, { 0, 1, 1 } };
    wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->color = WG_COLOR_GREY, k->width = 0.6, k->dash = 1, k->faint = true;
    edge(g, t, behind[0], behind[1]), edge(g, t, behind[1], behind[2]), edge(g, t, behind[1], behind[3]);
    edge(g, t, corner[0], behind[3]), edge(g, t, behind[3], corner[4]), edge(g, t, corner[3], corner[4]);
    k = wgi_shape_add(g, t, WGI_SHAPE_LINE, s);
    k->color = WG_COLOR_GREY, k->width = 1.2, k->dash = 1, k->faint = true;
    for (int i = 0; i < 3; i++) edge(g, t, corner[i], corner[i + 1]);
}

/* Faces of the grid, those behind first. Neighbours of one colour are one shape. */
static void faces(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    double low, high;
    int color = 0;
    wgi_cell_range(s, &low, &high);
    for (int i = s->rows - 2; i >= 0; i--)
        for (int j = 0; j + 1 < s->columns; j++) {
            static const int turn[4][2] = { { 0, 0 }, { 0, 1 }, { 1, 1 }, { 1, 0 } };
            double z[4], mean = 0;
            for (int k = 0; k < 4; k++) {
                z[k] = s->cell[(i + turn[k][0]) * s->columns + j + turn[k][1]];
                mean += (wgi_is_shown(z[k]) ? share(z[k], low, high) : NAN) / 4;
            }
            if (isnan(mean)) continue;
            const int next =
                wgi_map_color(WG_MAP_SEQUENTIAL, 0.12 + 0.7 * floor(fmin(mean, 0.999) * 12) / 11);
            if (next != color) {
                wgi_drawn_shape *k = wgi_shape_add(g, t, WGI_SHAPE_AREA, s);
                k->color = color = next, k->outline = true, k->faint = true;
            }
            for (int k = 0; k < 4; k++) {
                const double at[3] = { (double)(j + turn[k][1]) / (s->columns - 1),
                                       (double)(i + turn[k][0]) / (s->rows - 1), share(z[k], low, high) };
                double u, v;
                project(t, g->font, at, &u, &v), wgi_point_add(g, t, u, v);
            }
            wgi_point_add(g, t, NAN, NAN);
        }
}

void wgi_surface_shapes(wgi_figure_page *g, wgi_plot *t, const wg_series *s)
{
    if (s == wgi_surface_of(t->panel)) box(g, t, s);
    if (s->rows > 1 && s->columns > 1) faces(g, t, s);
}

/* ---- texts ---- */

/* A text at a point of the box, moved by letters to the right and downwards, within the panel. Left out where
 * another text is. */
static void text_at(wgi_figure_page *g, const wgi_plot *t, int panel, wgi_label_kind kind, const char *text,
                    const double at[3], const double moved[2], int anchor)
{
    double u, v;
    project(t, g->font, at, &u, &v);
    text = wgi_fit_text(g, text, t->cell_width / 2, g->font, WGI_REGULAR);
    if (!*text) return;
    wgi_label *l = wgi_label_add(g, panel, kind, text, wgi_px(t, u) + moved[0] * g->font,
                                 wgi_py(t, v) + moved[1] * g->font, anchor);
    const double before = anchor * l->width / 2, least = t->cell_left + 2,
                 most = t->cell_left + t->cell_width - 2;
    l->x = fmin(fmax(l->x, least + before), most - l->width + before);
    bool fits = l->y - g->font > t->top && l->y < t->top + t->height;
    for (int64_t i = 0; i + 1 < g->labels; i++)
        fits &= g->label[i].panel != panel || !wgi_labels_overlap(&g->label[i], l);
    g->labels -= !fits;
}

/* The numbers along an edge of the box that begins at `from`, and the name of the axis. Where two axes meet,
 * the numbers of one are left out. */
static void axis_texts(wgi_figure_page *g, const wgi_plot *t, int panel, int axis, const double ends[2],
                       const char *name)
{
    static const double from[3][3] = { { 0, 0, 0 }, { 1, 0, 0 }, { 0, 0, 0 } },
                        number[3][2] = { { -0.3, 1.2 }, { 0.45, 0.8 }, { -0.5, 0.35 } };
    static const int anchor[3] = { 2, 0, 2 };
    wgi_axis a = { .low = ends[0], .high = ends[1] };
    double at[3] = { from[axis][0], from[axis][1], from[axis][2] }, widest = 0;
    wgi_axis_ticks(&a, 4);
    for (int i = 0; i < a.ticks; i++) {
        at[axis] = share(a.tick[i], ends[0], ends[1]);
        if ((axis == 0 && fabs(at[0] - 0.5) > 0.47) || (axis == 1 && at[1] < 0.03)) continue;
        text_at(g, t, panel, WGI_LABEL_TICK, a.text[i], at, number[axis], anchor[axis]);
        widest = fmax(widest, wgi_text_width(a.text[i], 1, WGI_REGULAR));
    }
    const double moved[3][2] = { { -1.6, 2.5 }, { 1 + widest, 1.6 }, { 0, -1.3 } };
    at[axis] = axis == 2 ? 1 : 0.5;
    text_at(g, t, panel, WGI_LABEL_AXIS, name, at, moved[axis], axis == 2 ? 1 : anchor[axis]);
}

void wgi_surface_labels(wgi_figure_page *g, const wgi_plot *t, int panel)
{
    const wg_series *s = wgi_surface_of(t->panel);
    double z[2];
    if (!s || !s->rows) return;
    wgi_cell_range(s, &z[0], &z[1]);
    axis_texts(g, t, panel, 0, s->grid->x, t->panel->o.x.label);
    axis_texts(g, t, panel, 1, s->grid->y, t->panel->o.y.label);
    if (z[0] <= z[1]) axis_texts(g, t, panel, 2, z, s->name);
}
