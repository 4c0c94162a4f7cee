/* labels.c: texts. Where there is room in a frame; the legend; the texts around a frame: titles, names of
 * axes, numbers at ticks, the colour bar; and those in it: numbers in cells, names of reference lines,
 * curves and points, and the levels of contours. Each of these offers places, and the best that is
 * free is taken. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

typedef struct ink { /* which of the frame's cells of 4 by 4 units hold something */
    int columns, rows;
    unsigned char *on;
} ink;
/* A place for a text. */
typedef struct spot {
    double x, y;
    int anchor;
} spot;
enum { CELL = 4, SPOTS = 96 };

/* The texts in a frame. */
typedef struct notes {
    wgi_figure_page *g;
    wgi_plot *t;
    int panel;
    ink ink;
    spot at[SPOTS]; /* that are offered for the next text: the first ones are better */
    int spots;
} notes;

static const double ABOVE = 0.78, BELOW = 0.24; /* a letter above and below its line, in sizes */

/* ---- what is drawn ---- */

bool wgi_clip(double u[2], double v[2])
{
    double from = 0, to = 1;
    const double du = u[1] - u[0], dv = v[1] - v[0];
    if (isnan(du + dv)) return false; /* a gap */
    const double step[4] = { -du, du, -dv, dv }, room[4] = { u[0], 1 - u[0], v[0], 1 - v[0] };
    for (int i = 0; i < 4; i++) { /* Liang and Barsky 1984 */
        if (step[i] == 0 && room[i] < 0) return false;
        if (step[i] < 0) from = fmax(from, room[i] / step[i]);
        if (step[i] > 0) to = fmin(to, room[i] / step[i]);
    }
    if (!(from <= to)) return false;
    const double a = u[0], b = v[0];
    u[0] = a + from * du, v[0] = b + from * dv, u[1] = a + to * du, v[1] = b + to * dv;
    return true;
}

static void set(ink *k, double u, double v)
{
    const int i = (int)(u * k->columns), j = (int)((1 - v) * k->rows);
    if (i >= 0 && j >= 0 && i < k->columns && j < k->rows) k->on[j * k->columns + i] = 1;
}

static void set_segment(ink *k, const double *u, const double *v)
{
    double a[2] = { u[0], u[1] }, b[2] = { v[0], v[1] };
    if (!wgi_clip(a, b)) return;
    const int n = (int)(fmax(fabs(a[1] - a[0]) * k->columns, fabs(b[1] - b[0]) * k->rows) * 2) + 1;
    for (int i = 0; i <= n; i++) set(k, a[0] + (a[1] - a[0]) * i / n, b[0] + (b[1] - b[0]) * i / n);
}

static void set_rect(ink *k, const double *u, const double *v)
{
    const double left = fmax(fmin(u[0], u[1]), 0), right = fmin(fmax(u[0], u[1]), 1);
    const double low = fmax(fmin(v[0], v[1]), 0), high = fmin(fmax(v[0], v[1]), 1);
    for (double a = left; a <= right; a += 1.0 / k->columns)
        for (double b = low; b <= high; b += 1.0 / k->rows) set(k, a, b);
}

static bool ink_make(wgi_figure_page *g, const wgi_plot *t, ink *k)
{
    k->columns = (int)(t->width / CELL) + 1, k->rows = (int)(t->height / CELL) + 1;
    k->on = wgi_pool_alloc(g->pool, (size_t)k->columns * (size_t)k->rows, 1);
    for (int64_t i = 0; k->on && i < t->shapes; i++) {
        const wgi_drawn_shape *s = &t->shape[i];
        const double *u = s->n ? &t->u[s->first] : NULL, *v = s->n ? &t->v[s->first] : NULL;
        for (int64_t j = 0; j < s->n && !s->faint; j++) {
            if (s->kind == WGI_SHAPE_MARKS) set(k, u[j], v[j]);
            if (s->kind == WGI_SHAPE_LINE && j) set_segment(k, u + j - 1, v + j - 1);
            if (s->kind == WGI_SHAPE_RECTS && j % 2) set_rect(k, u + j - 1, v + j - 1);
        }
    }
    return k->on != NULL;
}

static int ink_under(const ink *k, const wgi_plot *t, const double box[4])
{
    const double scale_x = k->columns / t->width, scale_y = k->rows / t->height;
    const int x0 = (int)fmax((box[0] - t->left) * scale_x, 0),
              x1 = (int)fmin((box[2] - t->left) * scale_x, k->columns - 1);
    const int y0 = (int)fmax((box[1] - t->top) * scale_y, 0),
              y1 = (int)fmin((box[3] - t->top) * scale_y, k->rows - 1);
    int n = 0;
    for (int j = y0; j <= y1; j++)
        for (int i = x0; i <= x1; i++) n += k->on[j * k->columns + i];
    return n;
}

/* ---- boxes of labels ---- */

void wgi_label_box(const wgi_label *l, double box[4])
{
    const double from = -l->width * l->anchor / 2, to = from + l->width, above = ABOVE * l->size,
                 below = BELOW * l->size;
    box[0] = l->x + (l->upwards ? -above : from), box[2] = l->x + (l->upwards ? below : to);
    box[1] = l->y - (l->upwards ? to : above), box[3] = l->y + (l->upwards ? -from : below);
}

bool wgi_labels_overlap(const wgi_label *a, const wgi_label *b)
{
    double p[4], q[4];
    wgi_label_box(a, p), wgi_label_box(b, q);
    return p[0] < q[2] && q[0] < p[2] && p[1] < q[3] && q[1] < p[3];
}

/* ---- placing ---- */

static bool is_free(const wgi_figure_page *g, const wgi_plot *t, const wgi_label *l)
{
    double box[4];
    wgi_label_box(l, box);
    if (box[0] < t->left + 1 || box[2] > t->left + t->width - 1 || box[1] < t->top + 1 ||
        box[3] > t->top + t->height - 1)
        return false;
    if (t->entries && t->legend_inside && box[0] < t->legend_left + t->legend_width &&
        box[2] > t->legend_left && box[1] < t->legend_top + t->legend_height && box[3] > t->legend_top)
        return false;
    for (int64_t i = g->labels - 1; i >= 0; i--) {
        const wgi_label *o = &g->label[i];
        if (o->panel != l->panel) continue;
        if ((o->frame == 0 || l->frame == 0 || o->frame == l->frame) && wgi_labels_overlap(o, l))
            return false;
    }
    return true;
}

static wgi_label *add_inside(const notes *n, const wgi_label *like)
{
    wgi_label *l =
        wgi_label_add(n->g, n->panel, WGI_LABEL_INSIDE, like->text, like->x, like->y, like->anchor);
    *l = *like;
    return l;
}

/* At the best of the spots that were offered. NULL: none is free. */
static wgi_label *place(notes *n, wgi_label l)
{
    wgi_label best = l;
    double least = INFINITY;
    for (int i = 0; i < n->spots && *l.text; i++) {
        double box[4];
        l.x = n->at[i].x, l.y = n->at[i].y, l.anchor = n->at[i].anchor;
        if (!is_free(n->g, n->t, &l)) continue;
        wgi_label_box(&l, box);
        const double cost = ink_under(&n->ink, n->t, box) + 3.0 * i;
        if (cost < least) least = cost, best = l;
    }
    n->spots = 0;
    return isfinite(least) ? add_inside(n, &best) : NULL;
}

const char *wgi_fit_text(const wgi_figure_page *g, const char *text, double width, double size, wgi_face face)
{
    text = wgi_page_text(g, text);
    if (wgi_text_width(text, size, face) <= width) return text;
    for (int most = wgi_characters(text) - 1; most > 0; most--) {
        const char *cut = wgi_pool_clean(g->pool, text, most);
        if (wgi_text_width(cut, size, face) <= width) return cut;
    }
    return "";
}

/* ---- the legend: in the frame where it covers nothing, else above it ---- */

static const double sample = 2.2, gap = 0.5, line = 1.45, pad = 0.45; /* in letters */

static bool is_named(const wg_series *s)
{
    return (s->kind < WG_SERIES_KINDS || s->kind == WGI_CONTOUR) && *s->name;
}

/* A series that changes from frame to frame is named once, and so is a point on a curve. */
static bool is_again(const wgi_plot *t, const wg_series *s)
{
    for (int i = 0; i < t->entries; i++)
        if (strcmp(t->entry[i].series->name, s->name) == 0) return true;
    return false;
}

static void collect(wgi_figure_page *g, wgi_plot *t)
{
    int n = 0;
    for (const wg_series *s = t->panel->series; s; s = s->next) n += is_named(s);
    const int least = t->panel->o.legend == WG_AUTO ? 2 : 1;
    if (t->panel->o.legend == false || n < least) return;
    t->entry = wgi_pool_alloc(g->pool, (size_t)n, sizeof *t->entry);
    for (const wg_series *s = t->panel->series; s && t->entry; s = s->next)
        if (is_named(s) && !is_again(t, s))
            t->entry[t->entries++] = (wgi_figure_entry){
                .series = s, .color = s->kind == WGI_CONTOUR && !s->o.color ? WG_COLOR_GREY : wgi_color_of(s)
            };
    if (t->entries < least) t->entries = 0;
    for (int i = 0; i < t->entries; i++)
        t->entry[i].text = wgi_fit_text(g, t->entry[i].series->name,
                                        t->width - (sample + gap + 2 * pad) * g->font, g->font, WGI_REGULAR);
}

static double width_of(const wgi_figure_page *g, const wgi_figure_entry *e)
{
    return (sample + gap) * g->font + wgi_text_width(e->text, g->font, WGI_REGULAR);
}

/* One column. It is tried in the four corners and in the middles of the sides; with `must` it stands
 * where it covers least. */
static bool place_inside(wgi_figure_page *g, wgi_plot *t, bool must)
{
    static const double spots[][2] = { { 1, 0 },   { 0, 0 },   { 1, 1 },   { 0, 1 },
                                       { 1, 0.5 }, { 0, 0.5 }, { 0.5, 0 }, { 0.5, 1 } };
    const double f = g->font, edge = 0.5 * f, height = (2 * pad + line * t->entries) * f;
    double width = 0;
    int least = -1;
    ink k;
    for (int i = 0; i < t->entries; i++) width = fmax(width, width_of(g, &t->entry[i]));
    width += 2 * pad * f;
    if (!must && (width > 0.6 * t->width || height > 0.6 * t->height)) return false;
    if (!ink_make(g, t, &k)) return false;
    for (size_t i = 0; i < WGI_COUNT(spots); i++) {
        const double x = t->left + edge + spots[i][0] * (t->width - width - 2 * edge);
        const double y = t->top + edge + spots[i][1] * (t->height - height - 2 * edge);
        const int covered = ink_under(&k, t, (double[4]){ x, y, x + width, y + height });
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
static void place_above(wgi_figure_page *g, wgi_plot *t)
{
    const double f = g->font;
    const double room = t->cell_left + t->cell_width - t->left - 0.3 * f;
    double x = 0, y = 0, widest = 0;
    for (int i = 0; i < t->entries; i++) {
        t->entry[i].text =
            wgi_fit_text(g, t->entry[i].series->name, room - (sample + gap) * f, f, WGI_REGULAR);
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

void wgi_place_legend(wgi_figure_page *g, wgi_plot *t)
{
    if (t->entries) {
        if (t->legend_inside) place_inside(g, t, true);
        else place_above(g, t);
        return;
    }
    collect(g, t);
    if (!t->entries) return;
    t->legend_inside =
        !wgi_surface_of(t->panel) && place_inside(g, t, false); /* there numbers stand in the frame */
    if (!t->legend_inside) place_above(g, t);
}

/* ---- texts around the frame ---- */

/* How wide a text over the middle of the frame may be. */
static double room_at_middle(const wgi_plot *t)
{
    const double middle = t->left + t->width / 2 - t->cell_left;
    return 2 * fmin(middle, t->cell_width - middle);
}

static void add_title(wgi_figure_page *g, wgi_plot *t, int panel)
{
    const double f = g->font, size = 1.08 * f;
    const double above = t->row_legend > 0 ? t->row_legend + 0.3 * f : 0;
    const char *text = wgi_fit_text(g, t->panel->title, room_at_middle(t) - 0.4 * f, size, WGI_BOLD);
    if (!*text) return;
    wgi_label *l =
        wgi_label_add(g, panel, WGI_LABEL_TITLE, text, t->left + t->width / 2, t->top - above - 0.85 * f, 1);
    l->size = size, l->bold = true, l->width = wgi_text_width(text, size, WGI_BOLD);
}

/* Texts of names are cut to the room between two ticks. */
static void add_x_ticks(wgi_figure_page *g, wgi_plot *t, int panel)
{
    const double f = g->font;
    const double room =
        t->x.ticks > 1
            ? fabs(wgi_axis_unit(&t->x, t->x.tick[1]) - wgi_axis_unit(&t->x, t->x.tick[0])) * t->width
            : t->width;
    double end = -INFINITY;
    for (int n = 0; n < t->x.ticks; n++) {
        const int i = t->x.reversed ? t->x.ticks - 1 - n : n;
        const double at = wgi_px(t, wgi_axis_unit(&t->x, t->x.tick[i]));
        const char *text = wgi_tick_text(&t->x, i);
        if (t->x.names) text = wgi_fit_text(g, text, fmax(room - 0.4 * f, 1.6 * f), f, WGI_REGULAR);
        const double half = wgi_text_width(text, f, WGI_REGULAR) / 2;
        if (!*text || at - half < end + 0.15 * f || at + half > g->width) continue;
        wgi_label_add(g, panel, WGI_LABEL_TICK, text, at, t->top + t->height + 1.5 * f, 1);
        end = at + half;
    }
}

static void add_y_ticks(wgi_figure_page *g, wgi_plot *t, int panel)
{
    const double f = g->font;
    double end = INFINITY;
    for (int n = 0; n < t->y.ticks; n++) {
        const int i = t->y.reversed ? t->y.ticks - 1 - n : n;
        const double at = wgi_py(t, wgi_axis_unit(&t->y, t->y.tick[i])) + 0.35 * f;
        if (at > end) continue;
        const char *text = wgi_fit_text(g, wgi_tick_text(&t->y, i), t->left - 0.9 * f, f, WGI_REGULAR);
        wgi_label_add(g, panel, WGI_LABEL_TICK, text, t->left - 0.55 * f, at, 2);
        end = at - 1.08 * f;
    }
}

static double widest_y_tick(const wgi_figure_page *g, int64_t from)
{
    double most = 0;
    for (int64_t i = from; i < g->labels; i++) most = fmax(most, g->label[i].width);
    return most;
}

static void add_axes(wgi_figure_page *g, wgi_plot *t, int panel)
{
    const double f = g->font;
    add_x_ticks(g, t, panel);
    const int64_t from = g->labels;
    add_y_ticks(g, t, panel);
    const double y_ticks = widest_y_tick(g, from) + (t->y.hidden ? 0 : 0.55 * f);
    const char *text = wgi_fit_text(g, t->x.label, room_at_middle(t) - 0.4 * f, f, WGI_REGULAR);
    if (*text)
        wgi_label_add(g, panel, WGI_LABEL_AXIS, text, t->left + t->width / 2,
                      t->top + t->height + (t->x.hidden ? 1.55 : 2.9) * f, 1);
    text = wgi_fit_text(g, t->y.label, t->height + 0.9 * f, f, WGI_REGULAR);
    if (*text) {
        wgi_label *l = wgi_label_add(g, panel, WGI_LABEL_AXIS, text, t->left - y_ticks - 0.65 * f,
                                     t->top + t->height / 2, 1);
        l->upwards = true;
    }
}

static void add_bar(wgi_figure_page *g, wgi_plot *t, int panel)
{
    const double f = g->font, x = t->bar_left + 0.9 * f + 0.4 * f;
    double widest = 0, end = INFINITY;
    for (int i = 0; t->bar && i < t->bar_axis.ticks; i++) {
        const double at = wgi_py(t, wgi_axis_unit(&t->bar_axis, t->bar_axis.tick[i])) + 0.35 * f;
        if (at > end) continue;
        wgi_label_add(g, panel, WGI_LABEL_BAR, t->bar_axis.text[i], x, at, 0);
        widest = fmax(widest, wgi_text_width(t->bar_axis.text[i], f, WGI_REGULAR)), end = at - 1.08 * f;
    }
    if (!t->bar || !*t->bar->name) return;
    const char *text = wgi_fit_text(g, t->bar->name, t->height, f, WGI_REGULAR);
    wgi_label *l =
        wgi_label_add(g, panel, WGI_LABEL_BAR, text, x + widest + 1.3 * f, t->top + t->height / 2, 1);
    l->upwards = true;
}

static void add_legend(wgi_figure_page *g, wgi_plot *t, int panel)
{
    for (int i = 0; i < t->entries; i++)
        wgi_label_add(g, panel, WGI_LABEL_LEGEND, t->entry[i].text, t->entry[i].x + 2.7 * g->font,
                      t->entry[i].y + 0.35 * g->font, 0);
}

static void offer(notes *n, double x, double y, int anchor)
{
    if (n->spots < SPOTS) n->at[n->spots++] = (spot){ x, y, anchor };
}

static wgi_label like(const notes *n, const wg_series *s, const char *text, double size)
{
    return (wgi_label){ .kind = WGI_LABEL_INSIDE,
                        .text = text,
                        .size = size,
                        .width = wgi_text_width(text, size, WGI_REGULAR),
                        .panel = n->panel,
                        .frame = s->frame,
                        .halo = true };
}

static const char *fit(notes *n, const char *text, double size)
{
    return wgi_fit_text(n->g, text, n->t->width - n->g->font, size, WGI_REGULAR);
}

/* ---- cells and boxes ---- */

static void number_at(notes *n, const wg_series *s, int i, int j, double size)
{
    char text[WGI_TICK_TEXT];
    double low, high;
    wg_color_map map;
    const double v = s->cell[(int64_t)i * s->columns + j];
    const double x = s->grid->x[0] + (s->grid->x[1] - s->grid->x[0]) * (j + 0.5) / s->columns;
    const double y = s->grid->y[0] + (s->grid->y[1] - s->grid->y[0]) * (i + 0.5) / s->rows;
    wgi_color_ends(s, &low, &high, &map);
    wgi_axis_number(text, sizeof text, v, 3);
    wgi_label l = like(n, s, wgi_page_text(n->g, text), size);
    const int color = wgi_map_color(map, map == WG_MAP_CLASSES ? v : (v - low) / (high - low));
    l.color = !(color & WGI_RGB) ? WGI_INK : wgi_is_dark(color) ? WGI_RGB | 0xffffff : WGI_RGB | 0x1f2328;
    l.x = wgi_px(n->t, wgi_axis_unit(&n->t->x, x)),
    l.y = wgi_py(n->t, wgi_axis_unit(&n->t->y, y)) + 0.35 * size;
    l.anchor = 1, l.halo = false;
    add_inside(n, &l);
}

static void numbers(notes *n, const wg_series *s)
{
    char text[WGI_TICK_TEXT];
    double widest = 0, size = n->g->font;
    if (!s->grid->numbers || (int64_t)s->rows * s->columns > 10000) return;
    for (int64_t i = 0; i < (int64_t)s->rows * s->columns; i++) {
        wgi_axis_number(text, sizeof text, s->cell[i], 3);
        widest = fmax(widest, wgi_text_width(text, 1, WGI_REGULAR));
    }
    const double w = fabs(wgi_axis_unit(&n->t->x, s->grid->x[1]) - wgi_axis_unit(&n->t->x, s->grid->x[0])) *
                     n->t->width / s->columns;
    const double h = fabs(wgi_axis_unit(&n->t->y, s->grid->y[1]) - wgi_axis_unit(&n->t->y, s->grid->y[0])) *
                     n->t->height / s->rows;
    size = fmin(size, fmin(0.9 * w / fmax(widest, 0.1), 0.7 * h));
    for (int i = 0; i < s->rows && size >= 0.3 * n->g->font; i++)
        for (int j = 0; j < s->columns; j++) number_at(n, s, i, j, size);
}

/* ---- lines ---- */

static void name_of_rule(notes *n, const wg_series *s)
{
    const bool upright = s->kind == WGI_AT_X;
    const double f = n->g->font;
    const wgi_plot *t = n->t;
    const wgi_axis *a = upright ? &t->x : &t->y;
    if (!s->n || !*s->name || !wgi_axis_shows(a, upright ? s->x[0] : s->y[0])) return;
    const double at = wgi_axis_unit(a, upright ? s->x[0] : s->y[0]);
    if (!(at >= 0 && at <= 1)) return;
    wgi_label l = like(n, s, fit(n, s->name, f), f);
    l.color = WG_COLOR_GREY;
    for (int i = 0; i < SPOTS / 2; i++)
        if (upright) {
            const double y = t->top + 1.2 * f + i * (t->height - 1.5 * f) / (SPOTS / 2);
            offer(n, wgi_px(t, at) + 0.4 * f, y, 0), offer(n, wgi_px(t, at) - 0.4 * f, y, 2);
        } else {
            const double x = t->left + t->width - 0.5 * f - i * (t->width - f) / (SPOTS / 2);
            offer(n, x, wgi_py(t, at) - 0.4 * f, 2), offer(n, x, wgi_py(t, at) + 1.1 * f, 2);
        }
    place(n, l);
}

/* The part of a line's segment that is in the frame, in units of the page. Returns its length. */
static double segment(const wgi_plot *t, const wgi_drawn_shape *k, int64_t i, double x[2], double y[2])
{
    double u[2] = { t->u[k->first + i - 1], t->u[k->first + i] },
           v[2] = { t->v[k->first + i - 1], t->v[k->first + i] };
    if (!wgi_clip(u, v)) return 0;
    for (int e = 0; e < 2; e++) x[e] = wgi_px(t, u[e]), y[e] = wgi_py(t, v[e]);
    return hypot(x[1] - x[0], y[1] - y[0]);
}

/* The point at a share of the visible length. */
static bool point_at(const wgi_plot *t, const wgi_drawn_shape *k, double share, double *px, double *py)
{
    double x[2], y[2], length = 0, left;
    for (int64_t i = 1; i < k->n; i++) length += segment(t, k, i, x, y);
    left = share * length;
    for (int64_t i = 1; i < k->n; i++) {
        const double here = segment(t, k, i, x, y);
        if (here > 0 && here >= left) {
            *px = x[0] + left / here * (x[1] - x[0]), *py = y[0] + left / here * (y[1] - y[0]);
            return true;
        }
        left -= here;
    }
    return false;
}

/* The level stands on the line where the line is longest, and only if it is much longer than the text. */
static void levels(notes *n, const wg_series *s)
{
    const double size = n->g->font;
    if (!s->grid->level_texts) return;
    for (int64_t i = 0; i < n->t->shapes; i++) {
        const wgi_drawn_shape *k = &n->t->shape[i];
        if (k->series != s || k->n < 2 || !k->hint) continue;
        wgi_label l = like(n, s, k->hint, size);
        double x, y;
        for (int j = 0; j < 24; j++)
            if (point_at(n->t, k, (j * 7 % 24 + 0.5) / 24, &x, &y)) offer(n, x, y + 0.3 * size, 1);
        l.color = k->color;
        place(n, l);
    }
}

/* ---- points ---- */

/* A thin line from a label that stands far away to its point. The series is that of the point. */
static void lead(notes *n, const wg_series *s, const wgi_label *l, double x, double y, double near)
{
    double box[4];
    wgi_label_box(l, box);
    const double ex = fmin(fmax(x, box[0]), box[2]), ey = fmin(fmax(y, box[1]), box[3]);
    if (hypot(ex - x, ey - y) < near) return;
    wgi_drawn_shape *k = wgi_shape_add(n->g, n->t, WGI_SHAPE_LINE, s);
    k->color = WG_COLOR_GREY, k->width = 0.8, k->dash = 1, k->faint = true;
    wgi_point_add(n->g, n->t, (x - n->t->left) / n->t->width, 1 - (y - n->t->top) / n->t->height);
    wgi_point_add(n->g, n->t, (ex - n->t->left) / n->t->width, 1 - (ey - n->t->top) / n->t->height);
}

static void name_of_text(notes *n, const wg_series *s)
{
    const double f = n->g->font;
    if (!s->n || !*s->name || !wgi_axis_shows(&n->t->x, s->x[0]) || !wgi_axis_shows(&n->t->y, s->y[0]))
        return;
    double u, v;
    if (!wgi_surface_place(n->g, n->t, s->x[0], s->y[0], &u, &v))
        u = wgi_axis_unit(&n->t->x, s->x[0]), v = wgi_axis_unit(&n->t->y, s->y[0]);
    if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) return;
    const double x = wgi_px(n->t, u), y = wgi_py(n->t, v);
    wgi_label l = like(n, s, fit(n, s->name, f), f);
    for (int i = 0; i < 15; i++) {
        const double side = 0.4 * f, dy = (i + 1) / 2 * (i % 2 ? 1.15 : -1.15) * f;
        offer(n, x + side, y + 0.35 * f + dy, 0), offer(n, x - side, y + 0.35 * f + dy, 2);
        if (i) offer(n, x, y + 0.35 * f + dy, 1);
        if (i > 1) offer(n, x + 4 * f, y + 0.35 * f + dy, 0), offer(n, x - 4 * f, y + 0.35 * f + dy, 2);
    }
    const wgi_label *at = place(n, l);
    if (at) lead(n, s, at, x, y, 0.8 * f);
}

/* ---- all, those with the fewest places first ---- */

static void add_note(notes *n, const wg_series *s, int turn)
{
    static const struct {
        int turn;
        void (*add)(notes *n, const wg_series *s);
    } notes_of[] = {
        [WGI_IMAGE] = { 0, numbers },     [WGI_AT_X] = { 1, name_of_rule },  [WGI_AT_Y] = { 1, name_of_rule },
        [WGI_TEXT] = { 2, name_of_text }, [WGI_ARROW] = { 2, name_of_text }, [WGI_CONTOUR] = { 3, levels },
    };
    if (s->kind >= WG_SERIES_KINDS && s->kind != WGI_SURFACE && notes_of[s->kind].turn == turn)
        notes_of[s->kind].add(n, s);
}

static void add_notes(wgi_figure_page *g, wgi_plot *t, int panel)
{
    notes n = { .g = g, .t = t, .panel = panel };
    if (!ink_make(g, t, &n.ink)) return;
    for (int turn = 0; turn < 4; turn++)
        for (const wg_series *s = t->panel->series; s; s = s->next) add_note(&n, s, turn);
}

void wgi_add_labels(wgi_figure_page *g, wgi_plot *t, int panel)
{
    add_title(g, t, panel);
    add_axes(g, t, panel);
    wgi_surface_labels(g, t, panel);
    add_bar(g, t, panel);
    add_legend(g, t, panel);
    add_notes(g, t, panel);
}
