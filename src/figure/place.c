/* place.c: where texts fit in a frame. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

enum { CELL = 4 };
static const double up = 0.78, down = 0.24; /* a letter above and below its line, in sizes */

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

static void set(wgi_ink *k, double u, double v)
{
    const int i = (int)(u * k->columns), j = (int)((1 - v) * k->rows);
    if (i >= 0 && j >= 0 && i < k->columns && j < k->rows) k->on[j * k->columns + i] = 1;
}

static void set_segment(wgi_ink *k, const double *u, const double *v)
{
    double a[2] = { u[0], u[1] }, b[2] = { v[0], v[1] };
    if (!wgi_clip(a, b)) return;
    const int n = (int)(fmax(fabs(a[1] - a[0]) * k->columns, fabs(b[1] - b[0]) * k->rows) * 2) + 1;
    for (int i = 0; i <= n; i++) set(k, a[0] + (a[1] - a[0]) * i / n, b[0] + (b[1] - b[0]) * i / n);
}

static void set_rect(wgi_ink *k, const double *u, const double *v)
{
    const double left = fmax(fmin(u[0], u[1]), 0), right = fmin(fmax(u[0], u[1]), 1);
    const double low = fmax(fmin(v[0], v[1]), 0), high = fmin(fmax(v[0], v[1]), 1);
    for (double a = left; a <= right; a += 1.0 / k->columns)
        for (double b = low; b <= high; b += 1.0 / k->rows) set(k, a, b);
}

bool wgi_ink_make(wgi_page *g, const wgi_plot *t, wgi_ink *k)
{
    k->columns = (int)(t->width / CELL) + 1, k->rows = (int)(t->height / CELL) + 1;
    k->on = wgi_figure_alloc(g->f, (size_t)k->columns * (size_t)k->rows, 1);
    for (int64_t i = 0; k->on && i < t->shapes; i++) {
        const wgi_shape *s = &t->shape[i];
        const double *u = &t->u[s->first], *v = &t->v[s->first];
        for (int64_t j = 0; j < s->n && !s->faint; j++) {
            if (s->kind == WGI_SHAPE_MARKS) set(k, u[j], v[j]);
            if (s->kind == WGI_SHAPE_LINE && j) set_segment(k, u + j - 1, v + j - 1);
            if (s->kind == WGI_SHAPE_RECTS && j % 2) set_rect(k, u + j - 1, v + j - 1);
        }
    }
    return k->on != NULL;
}

int wgi_ink_under(const wgi_ink *k, const wgi_plot *t, const double box[4])
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

/* The corners, in order around the label. */
static void corners(const wgi_label *l, double x[4], double y[4])
{
    const double c = cos(l->angle), s = sin(l->angle), from = -l->width * l->anchor / 2;
    const double a[4] = { from, from + l->width, from + l->width, from };
    const double b[4] = { -up * l->size, -up * l->size, down * l->size, down * l->size };
    for (int i = 0; i < 4; i++) x[i] = l->x + a[i] * c - b[i] * s, y[i] = l->y + a[i] * s + b[i] * c;
}

void wgi_label_box(const wgi_label *l, double box[4])
{
    double x[4], y[4];
    corners(l, x, y);
    box[0] = fmin(fmin(x[0], x[1]), fmin(x[2], x[3])), box[2] = fmax(fmax(x[0], x[1]), fmax(x[2], x[3]));
    box[1] = fmin(fmin(y[0], y[1]), fmin(y[2], y[3])), box[3] = fmax(fmax(y[0], y[1]), fmax(y[2], y[3]));
}

/* Whether a line along one of a's sides separates the two. */
static bool separated(const double ax[4], const double ay[4], const double bx[4], const double by[4])
{
    for (int side = 0; side < 2; side++) {
        const double nx = ay[side + 1] - ay[side], ny = ax[side] - ax[side + 1];
        double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
        for (int i = 0; i < 4; i++) {
            const double p = nx * ax[i] + ny * ay[i], q = nx * bx[i] + ny * by[i];
            low[0] = fmin(low[0], p), high[0] = fmax(high[0], p), low[1] = fmin(low[1], q),
            high[1] = fmax(high[1], q);
        }
        if (high[0] <= low[1] || high[1] <= low[0]) return true;
    }
    return false;
}

bool wgi_labels_overlap(const wgi_label *a, const wgi_label *b)
{
    double ax[4], ay[4], bx[4], by[4];
    corners(a, ax, ay), corners(b, bx, by);
    return !separated(ax, ay, bx, by) && !separated(bx, by, ax, ay);
}

/* ---- placing ---- */

static bool is_free(const wgi_page *g, const wgi_plot *t, const wgi_label *l)
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
        if (o->panel != l->panel || o->kind != WGI_LABEL_INSIDE) continue;
        if ((o->frame == 0 || l->frame == 0 || o->frame == l->frame) && wgi_labels_overlap(o, l))
            return false;
    }
    return true;
}

wgi_label *wgi_place_label(wgi_page *g, const wgi_plot *t, int panel, const wgi_ink *k, const wgi_label *like,
                           const wgi_spot spot[], int n)
{
    wgi_label best = *like;
    double least = INFINITY;
    for (int i = 0; i < n && *like->text; i++) {
        wgi_label l = *like;
        double box[4];
        l.x = spot[i].x, l.y = spot[i].y, l.angle = spot[i].angle, l.anchor = spot[i].anchor, l.panel = panel;
        if (!is_free(g, t, &l)) continue;
        wgi_label_box(&l, box);
        const double cost = wgi_ink_under(k, t, box) + 3.0 * i;
        if (cost < least) least = cost, best = l;
    }
    if (!isfinite(least)) return NULL;
    wgi_label *l = wgi_label_add(g, WGI_LABEL_INSIDE, best.text, best.x, best.y, best.anchor);
    *l = best;
    return l;
}

const char *wgi_fit_text(wgi_page *g, const char *text, double width, double size, bool bold)
{
    text = wgi_page_text(g, text);
    if (wgi_figure_text_width(text, size, bold) <= width) return text;
    for (int most = wgi_characters(text) - 1; most > 0; most--) {
        wgi_strbuf b = { .c = g->f->c };
        wgi_strbuf_clean(&b, text, most);
        const char *cut = wgi_figure_copy(g->f, wgi_strbuf_text(&b));
        g->f->lost |= b.failed;
        wgi_strbuf_free(&b);
        if (wgi_figure_text_width(cut, size, bold) <= width) return cut;
    }
    return "";
}
