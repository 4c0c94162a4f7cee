/* write_terminal.c: a page as text, one panel below the other.
 *
 * The frame of a panel is a grid of letters. A letter of Braille has 2 by 4 dots, which are about as
 * far apart in both directions. In ASCII a letter is one dot, and each series has a letter of its own.
 * Images are letters of five shades. */
#include "figure/figure_private.h"
#include "wgx/base.h"

#include <math.h>
#include <string.h>

typedef struct canvas {
    const wgi_figure_page *g;
    const wgi_writing *w;
    const wgi_plot *t;
    int columns, rows;
    unsigned char *dots, *color; /* by letter; color 0: none */
    char (*text)[5];             /* a letter that stands there, "" if none */
    int dx, dy;                  /* dots in a letter */
} canvas;

static const char *const ascii_marks = "*o+x#@%&";

/* ---- dots ---- */

static int at(const canvas *c, int column, int row) { return row * c->columns + column; }

static void set_dot(canvas *c, double u, double v, int color)
{
    static const unsigned char bit[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };
    const int x = (int)(u * c->columns * c->dx), y = (int)((1 - v) * c->rows * c->dy);
    if (!(u >= 0 && v >= 0 && u <= 1 && v <= 1)) return;
    const int px = x < c->columns * c->dx ? x : c->columns * c->dx - 1,
              py = y < c->rows * c->dy ? y : c->rows * c->dy - 1;
    const int k = at(c, px / c->dx, py / c->dy);
    c->dots[k] |= c->w->ascii ? 1 : bit[py % 4][px % 2];
    c->color[k] = (unsigned char)color;
}

/* Whether a dot so far along a line belongs to a dash. */
static bool is_on(int dash, int64_t along)
{
    switch (dash) {
    case 2: return along % 10 < 6;
    case 3: return along % 4 == 0;
    case 4: return along % 14 < 8 || along % 14 == 11;
    default: return true;
    }
}

static void segment(canvas *c, const wgi_drawn_shape *k, const double *u, const double *v, int64_t *along)
{
    double a[2] = { u[0], u[1] }, b[2] = { v[0], v[1] };
    if (!wgi_clip(a, b)) return;
    const double x = (a[1] - a[0]) * c->columns * c->dx, y = (b[1] - b[0]) * c->rows * c->dy;
    const int n = (int)ceil(fmax(fabs(x), fabs(y))) + 1;
    for (int i = 0; i < n; i++, ++*along) {
        const double s = n > 1 ? (double)i / (n - 1) : 0;
        if (c->w->ascii || is_on(k->dash, *along))
            set_dot(c, a[0] + s * (a[1] - a[0]), b[0] + s * (b[1] - b[0]), k->color);
    }
    if (n > 1) --*along; /* the end is the start of the next */
}

static void marker(canvas *c, const wgi_drawn_shape *k, double u, double v)
{
    const double x = 1.0 / (c->columns * c->dx), y = 1.0 / (c->rows * c->dy);
    set_dot(c, u, v, k->color);
    if (c->w->ascii) return;
    if (k->marker == WG_MARKER_CROSS || k->marker == WG_MARKER_DIAMOND || k->marker == WG_MARKER_RING)
        for (int i = -1; i < 2; i += 2) {
            set_dot(c, u + i * x, v + (k->marker == WG_MARKER_CROSS ? y : 0), k->color);
            set_dot(c, u + (k->marker == WG_MARKER_CROSS ? i * x : 0),
                    v + (k->marker == WG_MARKER_CROSS ? -y : i * y), k->color);
        }
    if (k->marker == WG_MARKER_SQUARE)
        set_dot(c, u + x, v, k->color), set_dot(c, u, v + y, k->color), set_dot(c, u + x, v + y, k->color);
}

/* ---- rectangles ---- */

/* Light colours are few dots. On a dark terminal large values are therefore bright, on a light one dark. */
static const char *shade_of(const canvas *c, int color)
{
    static const char *const unicode[] = { " ", "░", "▒", "▓", "█" };
    static const char *const ascii[] = { " ", ".", ":", "+", "#" };
    const double light =
        (0.299 * (color >> 16 & 255) + 0.587 * (color >> 8 & 255) + 0.114 * (color & 255)) / 255;
    int i = (int)floor((1 - light) * 5);
    i = i < 0 ? 0 : i > 4 ? 4 : i;
    return c->w->ascii ? ascii[i] : unicode[i];
}

/* Class regions: the first is empty, the others have dots that lie ever closer. */
static bool class_dot(int color, int x, int y)
{
    static const int every[] = { 0, 3, 2, 4, 5, 6, 7, 8 };
    const int k = every[(color - 1) & 7];
    return k && x % k == 0 && y % k == 0;
}

static void rect(canvas *c, const wgi_drawn_shape *k, const double *u, const double *v)
{
    const double left = fmin(u[0], u[1]), right = fmax(u[0], u[1]), low = fmin(v[0], v[1]),
                 high = fmax(v[0], v[1]);
    const int nx = c->columns * c->dx, ny = c->rows * c->dy;
    if (k->color & WGI_RGB) {
        for (int i = 0; i < c->rows; i++)
            for (int j = 0; j < c->columns; j++) {
                const double x = (j + 0.5) / c->columns, y = 1 - (i + 0.5) / c->rows;
                if (x >= left && x < right && y >= low && y < high)
                    strcpy(c->text[at(c, j, i)], shade_of(c, k->color));
            }
        return;
    }
    const bool area = k->series->kind == WGI_IMAGE;
    for (int i = 0; i < ny; i++)
        for (int j = 0; j < nx; j++) {
            const double x = (j + 0.5) / nx, y = 1 - (i + 0.5) / ny;
            if (!(x >= left && x < right && y >= low && y < high) || (area && !class_dot(k->color, j, i)))
                continue;
            set_dot(c, x, y, k->color);
        }
}

/* An area has dots in every second place. */
static void area(canvas *c, const wgi_drawn_shape *k)
{
    const double *u = &c->t->u[k->first], *v = &c->t->v[k->first];
    const int nx = c->columns * c->dx, ny = c->rows * c->dy;
    for (int j = 0; j < nx; j += 2)
        for (int i = j / 2 % 2; i < ny; i += 2) {
            const double x = (j + 0.5) / nx, y = 1 - (i + 0.5) / ny;
            bool inside = false;
            for (int64_t p = 0, from = 0; p < k->n; p++) {
                if (isnan(u[p])) {
                    from = p + 1;
                    continue;
                }
                const int64_t q = p + 1 < k->n && !isnan(u[p + 1]) ? p + 1 : from;
                if ((u[p] > x) != (u[q] > x) && y < v[p] + (x - u[p]) / (u[q] - u[p]) * (v[q] - v[p]))
                    inside = !inside;
            }
            if (inside) set_dot(c, x, y, k->color);
        }
}

static void shape(canvas *c, const wgi_drawn_shape *k)
{
    const double *u = &c->t->u[k->first], *v = &c->t->v[k->first];
    int64_t along = 0;
    const bool face = k->series->kind == WGI_SURFACE; /* their edges are drawn */
    if (k->kind == WGI_SHAPE_AREA && !face) area(c, k);
    for (int64_t i = 0; i < k->n; i++) {
        if (k->kind == WGI_SHAPE_MARKS) marker(c, k, u[i], v[i]);
        if (k->kind == WGI_SHAPE_RECTS && i % 2) rect(c, k, u + i - 1, v + i - 1);
        if ((k->kind != WGI_SHAPE_LINE && !face) || isnan(u[i])) continue;
        if (i && !isnan(u[i - 1])) segment(c, k, u + i - 1, v + i - 1, &along);
        else set_dot(c, u[i], v[i], k->color), along = 0;
    }
}

/* ---- texts ---- */

static int bytes_of(const char *s) { return wgx_utf8_length(s) ? wgx_utf8_length(s) : 1; }

/* Letters beyond ASCII that numbers and formulas have often; others become "?". */
static void put_ascii(wgi_strbuf *b, const char *s)
{
    static const char *const known[][2] = { { "−", "-" }, { "·", "*" }, { "…", "..." }, { "×", "x" } };
    bool raised = false, up = false;
    for (int n; *s; s += n) {
        n = bytes_of(s);
        const char small = wgi_small_of(s, (size_t)n, &up), letter = (unsigned char)*s < 0x80 ? *s
                                                                     : small                  ? small
                                                                                              : '?';
        const char *as = NULL;
        for (size_t i = 0; i < WGI_COUNT(known); i++)
            if (strncmp(s, known[i][0], strlen(known[i][0])) == 0) as = known[i][1];
        if (small && up && !raised) wgi_strbuf_put(b, "^");
        raised = small && up;
        wgi_strbuf_add(b, as ? as : &letter, as ? strlen(as) : 1);
    }
}

/* A text that the figure owns, as the terminal can show it, at most so many letters. */
static const char *shown(const canvas *c, const char *text, int most)
{
    wgi_strbuf b = { .pool = c->g->pool };
    if (c->w->ascii) {
        put_ascii(&b, text), text = wgi_strbuf_keep(&b);
        text = wgi_pool_part(b.pool, text, strnlen(text, (size_t)most));
    }
    return wgi_pool_clean(b.pool, text, most - (wgi_characters(text) > most));
}

static bool is_free(const canvas *c, int column, int row, int n)
{
    for (int i = 0; i < n; i++) {
        const char *t = c->text[at(c, column + i, row)];
        if (*t && *t != ' ' && (unsigned char)*t < 0x80) return false;
    }
    return true;
}

static void put_inside(canvas *c, const wgi_label *l)
{
    const char *text = shown(c, l->text, c->columns);
    const int n = wgi_characters(text);
    int column = (int)((l->x - c->t->left) / c->t->width * c->columns) - n * l->anchor / 2;
    int row = (int)((l->y - 0.35 * l->size - c->t->top) / c->t->height * c->rows);
    column = column < 0 ? 0 : column + n > c->columns ? c->columns - n : column;
    row = row < 0 ? 0 : row >= c->rows ? c->rows - 1 : row;
    if (!is_free(c, column, row, n)) return;
    for (int i = 0; i < n; i++, text += bytes_of(text)) {
        char *to = c->text[at(c, column + i, row)];
        memcpy(to, text, (size_t)bytes_of(text)), to[bytes_of(text)] = 0;
        c->color[at(c, column + i, row)] = 0;
    }
}

/* ---- output ---- */

static void put_spaces(wgi_strbuf *b, int n) { wgi_strbuf_format(b, "%*s", n > 0 ? n : 0, ""); }

static void put_line(const canvas *c, wgi_strbuf *b, const char *text, int left, bool middle)
{
    const char *s = shown(c, text, c->w->columns - (middle ? 0 : left));
    const int room = c->w->columns - left - wgi_characters(s);
    if (!*s) return;
    put_spaces(b, middle && room > 0 ? left + room / 2 : room >= 0 ? left : 0);
    wgi_strbuf_put(b, s), wgi_strbuf_put(b, "\n");
}

static int code_of(int color)
{
    static const int codes[WG_COLOR_KINDS] = { 0, 33, 208, 36, 176, 178, 117, 137, 99, 245 };
    return color > 0 && color < WG_COLOR_KINDS ? codes[color] : 0;
}

static void put_letter(const canvas *c, wgi_strbuf *b, int k, int *color)
{
    const int want = c->w->color ? code_of(*c->text[k] ? 0 : c->dots[k] ? c->color[k] : 0) : 0;
    if (want != *color) wgi_strbuf_format(b, want ? "\033[38;5;%dm" : "\033[0m", want);
    *color = want;
    if (*c->text[k] && (*c->text[k] != ' ' || !c->dots[k])) wgi_strbuf_put(b, c->text[k]);
    else if (!c->dots[k]) wgi_strbuf_put(b, " ");
    else if (c->w->ascii) wgi_strbuf_add(b, &ascii_marks[(c->color[k] + 7) & 7], 1);
    else
        wgi_strbuf_add(
            b, (char[3]){ (char)0xE2, (char)(0xA0 | c->dots[k] >> 6), (char)(0x80 | (c->dots[k] & 63)) }, 3);
}

static int tick_row(const canvas *c, int i)
{
    const int row = (int)((1 - wgi_axis_unit(&c->t->y, c->t->y.tick[i])) * c->rows);
    return row >= c->rows ? c->rows - 1 : row;
}

static void put_rows(const canvas *c, wgi_strbuf *b, int left)
{
    const char *bar = c->w->ascii ? "|" : "│", *tick = c->w->ascii ? "+" : "┤";
    for (int i = 0; i < c->rows; i++) {
        const char *text = "";
        int color = 0, end = c->columns;
        for (int k = 0; k < c->t->y.ticks; k++)
            if (tick_row(c, k) == i && !*text) text = shown(c, wgi_tick_text(&c->t->y, k), left - 2);
        put_spaces(b, left - 1 - wgi_characters(text));
        wgi_strbuf_put(b, text);
        wgi_strbuf_put(b, *text ? tick : bar);
        while (end && !c->dots[at(c, end - 1, i)] &&
               (!*c->text[at(c, end - 1, i)] || *c->text[at(c, end - 1, i)] == ' '))
            end--;
        for (int j = 0; j < end; j++) put_letter(c, b, at(c, j, i), &color);
        wgi_strbuf_put(b, color ? "\033[0m\n" : "\n");
    }
}

static void put_x_axis(const canvas *c, wgi_strbuf *b, int left)
{
    const wgi_axis *x = &c->t->x;
    int used = 0;
    put_spaces(b, left - 1);
    wgi_strbuf_put(b, c->w->ascii ? "+" : "└");
    for (int j = 0; j < c->columns; j++) {
        bool is_tick = false;
        for (int k = 0; k < x->ticks; k++)
            is_tick |= (int)(wgi_axis_unit(x, x->tick[k]) * (c->columns - 1) + 0.5) == j;
        wgi_strbuf_put(b, c->w->ascii ? is_tick ? "+" : "-" : is_tick ? "┬" : "─");
    }
    wgi_strbuf_put(b, "\n");
    for (int n = 0; n < x->ticks; n++) {
        const int k = x->reversed ? x->ticks - 1 - n : n;
        const char *text = shown(c, wgi_tick_text(x, k), 16);
        const int length = wgi_characters(text),
                  want = left + (int)(wgi_axis_unit(x, x->tick[k]) * (c->columns - 1) + 0.5) - length / 2;
        const int from = want + length > left + c->columns ? left + c->columns - length : want;
        if (used && from <= used) continue;
        put_spaces(b, from - used), wgi_strbuf_put(b, text), used = from + length;
    }
    wgi_strbuf_put(b, x->ticks ? "\n" : "");
}

static void put_legend(const canvas *c, wgi_strbuf *b, int left)
{
    static const char *const samples[] = { "", "⠤⠤⠤", "⠤ ⠤", "⠄⠄⠄", "⠤⠄⠤" };
    for (int i = 0; i < c->t->entries; i++) {
        const wg_series *s = c->t->entry[i].series;
        const int code = c->w->color ? code_of(wgi_color_of(s)) : 0;
        const bool line = s->kind == WG_SERIES_LINE || s->kind == WG_SERIES_STEPS;
        put_spaces(b, left);
        if (code) wgi_strbuf_format(b, "\033[38;5;%dm", code);
        if (c->w->ascii) wgi_strbuf_add(b, &ascii_marks[(wgi_color_of(s) + 7) & 7], 1);
        else if (line) wgi_strbuf_put(b, samples[wgi_dash_of(s)]);
        else wgi_strbuf_put(b, s->kind == WG_SERIES_BARS ? "⣿⣿⣿" : "⠶⠶⠶");
        wgi_strbuf_put(b, code ? "\033[0m " : " ");
        wgi_strbuf_put(b, shown(c, s->name, c->w->columns - left - 5)), wgi_strbuf_put(b, "\n");
    }
}

/* ---- panels ---- */

static int left_of(const canvas *c)
{
    int most = 0;
    for (int i = 0; i < c->t->y.ticks; i++) {
        const int n = wgi_characters(shown(c, wgi_tick_text(&c->t->y, i), 12));
        most = n > most ? n : most;
    }
    return most + 2;
}

static bool size_canvas(canvas *c, int left)
{
    const double shape = c->t->height / c->t->width;
    c->dx = c->w->ascii ? 1 : 2, c->dy = c->w->ascii ? 1 : 4;
    c->columns = c->w->columns - left;
    c->rows = (int)lround(c->columns * shape / 2);
    if (c->rows > 28) c->rows = 28, c->columns = (int)fmin(c->columns, fmax(20, 28 / shape * 2));
    if (c->rows < 8) c->rows = 8;
    const size_t n = (size_t)c->columns * (size_t)c->rows;
    c->dots = wgi_pool_alloc(c->g->pool, n, 1), c->color = wgi_pool_alloc(c->g->pool, n, 1);
    c->text = wgi_pool_alloc(c->g->pool, n, sizeof *c->text);
    return c->dots && c->color && c->text;
}

static void put_panel(canvas *c, int panel, wgi_strbuf *b)
{
    const int left = left_of(c);
    if (!size_canvas(c, left)) {
        b->failed = true;
        return;
    }
    for (int64_t i = 0; i < c->t->shapes; i++)
        if (wgi_in_frame(c->t->shape[i].frame, c->w->frame)) shape(c, &c->t->shape[i]);
    for (int64_t i = 0; i < c->g->labels; i++) {
        const wgi_label *l = &c->g->label[i];
        if (l->kind == WGI_LABEL_INSIDE && l->panel == panel && wgi_in_frame(l->frame, c->w->frame))
            put_inside(c, l);
    }
    put_line(c, b, c->t->panel->title, left, true);
    put_legend(c, b, left);
    put_line(c, b, c->t->y.label, 0, false);
    put_rows(c, b, left);
    put_x_axis(c, b, left);
    put_line(c, b, c->t->x.label, left, true);
}

void wgi_write_terminal(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    for (int i = 0; i < g->plots; i++) {
        canvas c = { .g = g, .w = w, .t = &g->plot[i] };
        if (i) wgi_strbuf_put(b, "\n");
        else put_line(&c, b, g->of->title, 0, true);
        put_panel(&c, i, b);
    }
    if (!b->length) wgi_strbuf_put(b, "\n");
}
