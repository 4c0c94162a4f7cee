/* notes_labels.c: the texts in a frame: numbers in cells, names of boxes, reference lines, curves,
 * discs and points, and the levels of contours. Each kind offers places; place.c takes the best that is
 * free. */
#include "figure/figure_private.h"

#include <math.h>

enum { SPOTS = 96 };

typedef struct notes {
    wgi_page *g;
    wgi_plot *t;
    int panel;
    wgi_ink ink;
} notes;

typedef struct spots {
    wgi_spot at[SPOTS];
    int n;
} spots;

static void offer(spots *s, double x, double y, double angle, int anchor)
{
    if (s->n < SPOTS) s->at[s->n++] = (wgi_spot){ x, y, angle, anchor };
}

static wgi_label like(notes *n, const wg_series *s, const char *text, double size)
{
    wgi_label l = { .kind = WGI_LABEL_INSIDE, .text = text, .size = size, .frame = s->frame, .halo = true };
    l.width = wgi_figure_text_width(text, size, false);
    return l;
}

static const char *fit(notes *n, const char *text, double size)
{
    return wgi_fit_text(n->g, text, n->t->width - n->g->font, size, false);
}

/* ---- cells and boxes ---- */

static void number_at(notes *n, const wg_series *s, int i, int j, double size)
{
    char text[WGI_TICK_TEXT];
    double low, high;
    wg_color_map map;
    const double v = s->cell[(int64_t)i * s->columns + j];
    const double x = s->grid.x[0] + (s->grid.x[1] - s->grid.x[0]) * (j + 0.5) / s->columns;
    const double y = s->grid.y[0] + (s->grid.y[1] - s->grid.y[0]) * (i + 0.5) / s->rows;
    wgi_color_ends(s, &low, &high, &map);
    wgi_axis_number(text, sizeof text, v, 3);
    wgi_label l = like(n, s, wgi_page_text(n->g, text), size);
    const int color = wgi_map_color(map, map == WG_MAP_CLASSES ? v : (v - low) / (high - low));
    l.color = !(color & WGI_RGB) ? WGI_INK : wgi_is_dark(color) ? WGI_RGB | 0xffffff : WGI_RGB | 0x1f2328;
    l.x = wgi_px(n->t, wgi_axis_unit(&n->t->x, x)),
    l.y = wgi_py(n->t, wgi_axis_unit(&n->t->y, y)) + 0.35 * size;
    l.anchor = 1, l.panel = n->panel, l.halo = false;
    wgi_label *to = wgi_label_add(n->g, WGI_LABEL_INSIDE, l.text, l.x, l.y, 1);
    *to = l;
}

static void numbers(notes *n, const wg_series *s)
{
    char text[WGI_TICK_TEXT];
    double widest = 0, size = n->g->font;
    if (!s->grid.numbers || (int64_t)s->rows * s->columns > 10000) return;
    for (int64_t i = 0; i < (int64_t)s->rows * s->columns; i++) {
        wgi_axis_number(text, sizeof text, s->cell[i], 3);
        widest = fmax(widest, wgi_figure_text_width(text, 1, false));
    }
    const double w = fabs(wgi_axis_unit(&n->t->x, s->grid.x[1]) - wgi_axis_unit(&n->t->x, s->grid.x[0])) *
                     n->t->width / s->columns;
    const double h = fabs(wgi_axis_unit(&n->t->y, s->grid.y[1]) - wgi_axis_unit(&n->t->y, s->grid.y[0])) *
                     n->t->height / s->rows;
    size = fmin(size, fmin(0.9 * w / fmax(widest, 0.1), 0.7 * h));
    for (int i = 0; i < s->rows && size >= 0.3 * n->g->font; i++)
        for (int j = 0; j < s->columns; j++) number_at(n, s, i, j, size);
}

static void name_of_box(notes *n, const wg_series *s)
{
    const double f = 0.85 * n->g->font;
    if (s->n < 2) return;
    double u[2], v[2];
    for (int i = 0; i < 2; i++)
        u[i] = wgi_axis_unit(&n->t->x, s->x[i]), v[i] = wgi_axis_unit(&n->t->y, s->y[i]);
    if (!wgi_clip(u, v)) return;
    const double width = fabs(u[1] - u[0]) * n->t->width, height = fabs(v[1] - v[0]) * n->t->height;
    if (height < 1.1 * f) return;
    wgi_label l = like(n, s, wgi_fit_text(n->g, s->name, width - 0.6 * f, f, false), f);
    if (wgi_characters(l.text) < 4 && wgi_characters(s->name) > wgi_characters(l.text)) return;
    const double left = wgi_px(n->t, fmin(u[0], u[1])), y = wgi_py(n->t, (v[0] + v[1]) / 2) + 0.35 * f;
    spots p = { .n = 0 };
    offer(&p, left + width / 2, y, 0, 1);
    offer(&p, left + 0.3 * f, y, 0, 0), offer(&p, left + width - 0.3 * f, y, 0, 2);
    for (int side = -1; side < 2 && height > 2.5 * f; side += 2)
        offer(&p, left + width / 2, y + side * (height / 2 - 0.7 * f), 0, 1);
    l.halo = false;
    wgi_place_label(n->g, n->t, n->panel, &n->ink, &l, p.at, p.n);
}

/* ---- lines ---- */

static void name_of_rule(notes *n, const wg_series *s, bool upright)
{
    const double f = n->g->font;
    const wgi_plot *t = n->t;
    const wgi_axis *a = upright ? &t->x : &t->y;
    if (!s->n || !*s->name || !wgi_axis_shows(a, upright ? s->x[0] : s->y[0])) return;
    const double at = wgi_axis_unit(a, upright ? s->x[0] : s->y[0]);
    if (!(at >= 0 && at <= 1)) return;
    wgi_label l = like(n, s, fit(n, s->name, 0.92 * f), 0.92 * f);
    l.color = WG_COLOR_GREY;
    spots p = { .n = 0 };
    for (int i = 0; i < SPOTS / 2; i++)
        if (upright) {
            const double y = t->top + 1.2 * f + i * (t->height - 1.5 * f) / (SPOTS / 2);
            offer(&p, wgi_px(t, at) + 0.4 * f, y, 0, 0), offer(&p, wgi_px(t, at) - 0.4 * f, y, 0, 2);
        } else {
            const double x = t->left + t->width - 0.5 * f - i * (t->width - f) / (SPOTS / 2);
            offer(&p, x, wgi_py(t, at) - 0.4 * f, 0, 2), offer(&p, x, wgi_py(t, at) + 1.1 * f, 0, 2);
        }
    wgi_place_label(n->g, n->t, n->panel, &n->ink, &l, p.at, p.n);
}

/* The part of a line that is in the frame, as a segment at a share of its length, in units of the page. */
static const wgi_shape *shape_of(const wgi_plot *t, const wg_series *s)
{
    for (int64_t i = 0; i < t->shapes; i++)
        if (t->shape[i].series == s && t->shape[i].kind == WGI_SHAPE_LINE && t->shape[i].n > 1)
            return &t->shape[i];
    return NULL;
}

static double segment(const wgi_plot *t, const wgi_shape *k, int64_t i, double x[2], double y[2])
{
    double u[2] = { t->u[k->first + i - 1], t->u[k->first + i] },
           v[2] = { t->v[k->first + i - 1], t->v[k->first + i] };
    if (!wgi_clip(u, v)) return 0;
    for (int e = 0; e < 2; e++) x[e] = wgi_px(t, u[e]), y[e] = wgi_py(t, v[e]);
    return hypot(x[1] - x[0], y[1] - y[0]);
}

/* The point and direction at a share of the visible length. */
static bool point_at(const wgi_plot *t, const wgi_shape *k, double share, double *px, double *py,
                     double *angle)
{
    double x[2], y[2], length = 0, left;
    for (int64_t i = 1; i < k->n; i++) length += segment(t, k, i, x, y);
    left = share * length;
    for (int64_t i = 1; i < k->n; i++) {
        const double here = segment(t, k, i, x, y);
        if (here > 0 && here >= left) {
            *px = x[0] + left / here * (x[1] - x[0]), *py = y[0] + left / here * (y[1] - y[0]);
            *angle = x[1] < x[0] ? atan2(y[0] - y[1], x[0] - x[1]) : atan2(y[1] - y[0], x[1] - x[0]);
            return true;
        }
        left -= here;
    }
    return false;
}

/* Along the line, above it or below; where that finds no place, level beside it. */
static void name_along(notes *n, const wg_series *s)
{
    static const double shares[] = { 0.5, 0.4,  0.6,  0.3,  0.7,  0.2,  0.8, 0.1,
                                     0.9, 0.25, 0.75, 0.15, 0.85, 0.35, 0.65 };
    const double f = n->g->font;
    const wgi_shape *k = shape_of(n->t, s);
    spots p = { .n = 0 };
    if (!k || !*s->name) return;
    wgi_label l = like(n, s, fit(n, s->name, 0.92 * f), 0.92 * f);
    l.color = wgi_color_of(s);
    for (int way = 0; way < 3; way++) /* along the line, along it further away, level */
        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
            double x, y, angle;
            if (!point_at(n->t, k, shares[i], &x, &y, &angle)) continue;
            const double more = way == 1 ? 0.45 * f : 0, up = 0.4 * f + more, down = 1.1 * f + more,
                         a = way == 2 ? 0 : angle;
            offer(&p, x + up * sin(a), y - up * cos(a), a, way == 2 ? angle < 0 ? 2 : 0 : 1);
            offer(&p, x - down * sin(a), y + down * cos(a), a, way == 2 ? angle < 0 ? 0 : 2 : 1);
        }
    wgi_place_label(n->g, n->t, n->panel, &n->ink, &l, p.at, p.n);
}

/* The level stands on the line where the line is longest, and only if it is much longer than the text. */
static void levels(notes *n, const wg_series *s)
{
    const double size = 0.8 * n->g->font;
    if (s->grid.no_level_texts) return;
    for (int64_t i = 0; i < n->t->shapes; i++) {
        const wgi_shape *k = &n->t->shape[i];
        if (k->series != s || k->n < 2 || !k->hint) continue;
        wgi_label l = like(n, s, k->hint, size);
        spots p = { .n = 0 };
        double x, y, angle;
        for (int j = 0; j < 24; j++)
            if (point_at(n->t, k, (j * 7 % 24 + 0.5) / 24, &x, &y, &angle))
                offer(&p, x, y + 0.3 * size, 0, 1);
        l.color = k->color;
        wgi_place_label(n->g, n->t, n->panel, &n->ink, &l, p.at, p.n);
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
    wgi_shape *k = wgi_shape_add(n->g, n->t, WGI_SHAPE_LINE, s);
    k->color = WG_COLOR_GREY, k->width = 0.8, k->dash = 1, k->faint = true;
    wgi_point_add(n->g, n->t, (x - n->t->left) / n->t->width, 1 - (y - n->t->top) / n->t->height);
    wgi_point_add(n->g, n->t, (ex - n->t->left) / n->t->width, 1 - (ey - n->t->top) / n->t->height);
}

static void name_of_point(notes *n, const wg_series *s, double radius, double size)
{
    const double f = size;
    if (!s->n || !*s->name || !wgi_axis_shows(&n->t->x, s->x[0]) || !wgi_axis_shows(&n->t->y, s->y[0]))
        return;
    const double u = wgi_axis_unit(&n->t->x, s->x[0]), v = wgi_axis_unit(&n->t->y, s->y[0]);
    if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) return;
    const double x = wgi_px(n->t, u), y = wgi_py(n->t, v);
    spots p = { .n = 0 };
    wgi_label l = like(n, s, fit(n, s->name, size), size);
    for (int i = 0; i < 15; i++) {
        const double side = radius + 0.4 * f, dy = (i + 1) / 2 * (i % 2 ? 1.15 : -1.15) * f;
        offer(&p, x + side, y + 0.35 * f + dy, 0, 0), offer(&p, x - side, y + 0.35 * f + dy, 0, 2);
        if (i) offer(&p, x, y + 0.35 * f + (dy > 0 ? 1 : -1) * radius + dy, 0, 1);
        if (i > 1)
            offer(&p, x + 4 * f, y + 0.35 * f + dy, 0, 0), offer(&p, x - 4 * f, y + 0.35 * f + dy, 0, 2);
    }
    const wgi_label *at = wgi_place_label(n->g, n->t, n->panel, &n->ink, &l, p.at, p.n);
    if (at)
        lead(n, s,
             &(wgi_label){
                 .x = at->x, .y = at->y, .size = at->size, .anchor = at->anchor, .width = at->width },
             x, y, radius + 0.8 * f);
}

/* ---- all, those with the fewest places first ---- */

static void add_note(notes *n, const wg_series *s, int turn)
{
    const double f = n->g->font;
    switch (s->kind) {
    case WGI_IMAGE:
        if (turn == 0) numbers(n, s);
        break;
    case WGI_BOX:
        if (turn == 0) name_of_box(n, s);
        break;
    case WGI_AT_X:
    case WGI_AT_Y:
        if (turn == 1) name_of_rule(n, s, s->kind == WGI_AT_X);
        break;
    case WGI_TEXT:
    case WGI_ARROW:
        if (turn == 2) name_of_point(n, s, 0, f);
        break;
    case WGI_DISC:
        if (turn == 4) name_of_point(n, s, fmax(3, 24 * sqrt(s->o.size)), 0.85 * f);
        break;
    case WGI_CONTOUR:
        if (turn == 5) levels(n, s);
        break;
    default:
        if (turn == 3 && s->o.along) name_along(n, s);
    }
}

void wgi_add_notes(wgi_page *g, wgi_plot *t, int panel)
{
    notes n = { .g = g, .t = t, .panel = panel };
    if (!wgi_ink_make(g, t, &n.ink)) return;
    for (int turn = 0; turn < 6; turn++)
        for (const wg_series *s = t->panel->series; s; s = s->next) add_note(&n, s, turn);
}
