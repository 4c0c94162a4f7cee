/* listing.c: a picture as a list of equations, a box a line, in the order of computation:
 *
 *     a = σ(z)    []    0.7503    da = −1.333
 *
 * The lines of a scope stand below its name. A line is cut where it would be too wide: first what takes most
 * room.
 */
#include <string.h>

#include "draw/draw_private.h"

enum { EQUATION, SHAPE, VALUE, GRADIENT, CELLS, GAP = 2, INDENT = 2, WIDTH = 100, LEAST_WIDTH = 40 };

typedef struct listing {
    const wgi_picture *p;
    wgi_strbuf *out;
    wgi_strbuf cell; /* of the line at hand */
    int column[CELLS];
    int frame; /* whose name was written last */
} listing;

/* ---- cells ---- */

static bool has_line(const wgi_box *x) { return !x->is_copy; }

/* The lines of a text side by side. The rows of a matrix close up: they begin with a space of a digit's
 * width. */
static void put_joined(wgi_strbuf *b, const char *text)
{
    static const char row[] = "\u2007";
    while (*text) {
        const size_t n = strcspn(text, "\n");
        wgi_strbuf_add(b, text, n);
        text += n + (text[n] == '\n');
        if (!strncmp(text, row, sizeof row - 1)) text += sizeof row - 1;
        if (*text) wgi_strbuf_put(b, " ");
    }
}

static void put_equation(wgi_strbuf *b, const wgi_box *x)
{
    const bool leaf = x->title == x->name && x->times == 1;
    put_joined(b, x->title);
    if (leaf) wgi_strbuf_format(b, "  %s", x->word);
    if (*x->detail && x->kind != WGI_BOX_FAILED)
        wgi_strbuf_put(b, x->times > 1 ? "  " : ", "), put_joined(b, x->detail);
    if (x->mark) wgi_strbuf_put(b, "  "), put_joined(b, x->mark);
}

/* Valid until the next call. */
static const char *cell(listing *l, const wgi_box *x, int c)
{
    wgi_strbuf_clear(&l->cell);
    switch (c) {
    case EQUATION: put_equation(&l->cell, x); break;
    case SHAPE:
        wgi_strbuf_put(&l->cell, x->shape);
        if (!strchr(x->shape, '[') && x->kind != WGI_BOX_FAILED)
            wgi_strbuf_put(&l->cell, *x->shape ? " []" : "[]");
        break;
    case VALUE: put_joined(&l->cell, x->value); break;
    default: put_joined(&l->cell, x->gradient);
    }
    return wgi_strbuf_text(&l->cell);
}

/* ---- columns ---- */

static int depth_of(const wgi_picture *p, int frame)
{
    int depth = 0;
    for (; frame >= 0; frame = p->frame[frame].parent) depth++;
    return depth;
}

static int indent_of(const listing *l, const wgi_box *x)
{
    const int deepest = 8;
    const int depth = depth_of(l->p, x->frame);
    return INDENT * (depth < deepest ? depth : deepest);
}

static int total(const listing *l)
{
    int all = 0;
    for (int c = 0; c < CELLS; c++) all += l->column[c] ? l->column[c] + (all ? GAP : 0) : 0;
    return all;
}

/* A call that failed makes no column wider. */
static void find_columns(listing *l, int width)
{
    const int most = 2 * width / 3;
    for (int64_t i = 0; i < l->p->boxes; i++)
        for (int c = 0; has_line(&l->p->box[i]) && c < CELLS; c++) {
            const wgi_box *x = &l->p->box[i];
            int now = wgi_columns(cell(l, x, c)) + (c == EQUATION ? indent_of(l, x) : 0);
            if (now > most) now = most;
            if (x->kind == WGI_BOX_FAILED) continue;
            if (now > l->column[c]) l->column[c] = now;
        }
    while (total(l) > width) {
        int widest = 0;
        for (int c = 1; c < CELLS; c++)
            if (l->column[c] > l->column[widest]) widest = c;
        l->column[widest]--;
    }
}

/* ---- lines ---- */

static void put_spaces(wgi_strbuf *b, int n)
{
    for (; n > 0; n--) wgi_strbuf_put(b, " ");
}

static void put_frames(listing *l, int frame)
{
    const wgi_picture *p = l->p;
    if (frame == l->frame) return;
    l->frame = frame;
    if (frame < 0) return;
    wgi_strbuf name = { .c = p->c };
    for (int at = frame; at >= 0; at = p->frame[at].parent) {
        wgi_strbuf whole = { .c = p->c };
        wgi_strbuf_clean(&whole, p->frame[at].name, 80);
        if (name.length) wgi_strbuf_put(&whole, " / "), wgi_strbuf_put(&whole, name.at);
        wgi_strbuf_free(&name);
        name = whole;
    }
    put_spaces(l->out, INDENT * (depth_of(p, frame) - 1));
    wgi_strbuf_fit(l->out, wgi_strbuf_text(&name), (p->o->width ? p->o->width : WIDTH) - 20);
    wgi_strbuf_put(l->out, ":\n");
    l->out->failed |= name.failed;
    wgi_strbuf_free(&name);
}

/* The cell in at most so many columns, the name at its start bold. How many columns it takes. */
static int put_cell(listing *l, const wgi_box *x, int c, int columns)
{
    const char *text = cell(l, x, c);
    const size_t name = strlen(x->name);
    wgi_strbuf fit = { .c = l->p->c };
    wgi_strbuf_fit(&fit, text, columns);
    text = wgi_strbuf_text(&fit);
    const int taken = wgi_columns(text);
    if (c == EQUATION && l->p->o->ansi && name && !strncmp(text, x->name, name)) {
        wgi_strbuf_format(l->out, "\033[1m%s\033[0m", x->name);
        text += name;
    }
    wgi_strbuf_put(l->out, text);
    l->out->failed |= fit.failed;
    wgi_strbuf_free(&fit);
    return taken;
}

/* The lines of the message below the call. */
static void put_message(listing *l, const char *text, int width)
{
    while (*text) {
        const size_t n = strcspn(text, "\n");
        wgi_strbuf_clear(&l->cell);
        wgi_strbuf_add(&l->cell, text, n);
        put_spaces(l->out, 4);
        wgi_strbuf_fit(l->out, wgi_strbuf_text(&l->cell), width - 4);
        wgi_strbuf_put(l->out, "\n");
        text += n + (text[n] == '\n');
    }
}

static void put_line(listing *l, const wgi_box *x, int width)
{
    int last = x->kind == WGI_BOX_FAILED ? EQUATION : CELLS - 1, at = 0, begin = 0;
    while (last > 0 && !*cell(l, x, last)) last--;
    for (int c = 0; c <= last; c++) {
        if (!l->column[c]) continue;
        const int indent = c == EQUATION ? indent_of(l, x) : 0;
        put_spaces(l->out, begin - at + indent);
        /* the last cell may use the rest of the line */
        const int room = (c == last ? width - begin : l->column[c]) - indent;
        at = begin + indent + put_cell(l, x, c, room);
        begin += l->column[c] + GAP;
    }
    wgi_strbuf_put(l->out, "\n");
    if (x->kind == WGI_BOX_FAILED) put_message(l, x->detail, width);
}

wg_status wgi_listing_write(const wgi_picture *p, wgi_strbuf *out)
{
    listing l = { .p = p, .out = out, .cell = { .c = p->c }, .frame = -1 };
    const int width = !p->o->width ? WIDTH : p->o->width < LEAST_WIDTH ? LEAST_WIDTH : p->o->width;
    find_columns(&l, width);
    for (int64_t i = 0; i < p->boxes; i++) {
        if (!has_line(&p->box[i])) continue;
        put_frames(&l, p->box[i].frame);
        put_line(&l, &p->box[i], width);
    }
    out->failed |= l.cell.failed;
    wgi_strbuf_free(&l.cell);
    return out->failed ? WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_MEMORY, "draw: no memory for the picture")
                       : WG_OK;
}
