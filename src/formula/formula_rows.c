/* formula_rows.c: boxes of the layout of a formula, joined to rows. */
#include "formula/formula_rows.h"

#include <string.h>

/* Parts of the size of the letters. */
static const double RISE = 0.42, DROP = 0.2, LETTER_UP = 0.75, LETTER_DOWN = 0.22, TALL = 1.35;

typedef wgi_formula_layout layout;
typedef wgi_formula_box box;

static double larger(double a, double b) { return a > b ? a : b; }

/* ---- boxes ---- */

box wgi_box_empty(const layout *l) { return (box){ .first = l->to->count }; }

void wgi_box_move(layout *l, int first, int end, double x, double y)
{
    for (int i = first; i < end && i < l->to->count; i++) {
        wgi_formula_piece *p = &l->to->piece[i];
        p->x += x, p->x2 += x, p->y += y, p->y2 += y;
    }
}

/* A new piece before piece `at`, which is not below the first piece of the last box. */
static wgi_formula_piece *insert(layout *l, int at, wgi_formula_piece p)
{
    wgi_formula_boxes *to = l->to;
    if (to->count == WGI_F_PIECES) to->full = true;
    if (to->full) at = WGI_F_PIECES;
    else {
        memmove(&to->piece[at + 1], &to->piece[at], (size_t)(to->count - at) * sizeof *to->piece);
        to->count++;
    }
    to->piece[at] = p;
    return &to->piece[at];
}

wgi_formula_piece *wgi_box_shape(layout *l, wgi_formula_shape shape, double size)
{
    return insert(l, l->to->count, (wgi_formula_piece){ .shape = (uint8_t)shape, .size = size });
}

/* Puts the text before piece `at`, and gives its width. */
static double insert_text(layout *l, int at, const char *s, int length, double size, wgi_formula_face face)
{
    wgi_formula_boxes *to = l->to;
    if (to->used + length + 1 > WGI_F_LETTERS) to->full = true;
    if (to->full) return 0;
    char *kept = to->letters + to->used;
    memcpy(kept, s, (size_t)length);
    kept[length] = 0;
    const double width = l->width(kept, size, face);
    insert(l, at,
           (wgi_formula_piece){
               .shape = WGI_F_TEXT, .face = (uint8_t)face, .size = size, .x2 = width, .text = to->used });
    to->used += length + 1;
    return width;
}

box wgi_box_text(layout *l, const char *s, int length, double size, wgi_formula_face face)
{
    box b = wgi_box_empty(l);
    if (!length) return b;
    b.width = insert_text(l, l->to->count, s, length, size, face);
    b.above = LETTER_UP * size, b.below = LETTER_DOWN * size;
    b.begins = b.ends = b.line = true;
    return b;
}

box wgi_box_words(layout *l, const char *s, double size)
{
    return wgi_box_text(l, s, (int)strlen(s), size, WGI_F_ROMAN);
}

void wgi_box_centre(layout *l, box b)
{
    if (b.line && !l->to->full) l->to->piece[b.first].centred = true;
}

/* ---- rows ---- */

/* Both boxes lie where they belong. */
static void glue(layout *l, box *row, box b)
{
    const bool none = row->first == b.first, glued = !none && row->ends && b.begins;
    if (glued && !l->to->full) l->to->piece[b.first].glued = true;
    row->begins = none ? b.begins : row->begins;
    row->line = none ? b.line : row->line && glued && b.line;
    row->ends = b.ends;
}

void wgi_row_join(layout *l, box *row, box b)
{
    wgi_box_move(l, b.first, l->to->count, row->width, 0);
    row->width += b.width;
    row->above = larger(row->above, b.above);
    row->below = larger(row->below, b.below);
    if (b.first < l->to->count) glue(l, row, b);
}

void wgi_row_put(layout *l, box *row, const char *s, double size)
{
    wgi_row_join(l, row, wgi_box_words(l, s, size));
}

box wgi_row_small(layout *l, box base, box small, bool up, double size)
{
    const double shift = up ? -larger(RISE * size, base.above - LETTER_UP * size + RISE * size)
                            : larger(DROP * size, base.below - LETTER_DOWN * size + DROP * size);
    wgi_box_move(l, small.first, l->to->count, 0, shift);
    small.above -= shift, small.below += shift;
    wgi_row_join(l, &base, small);
    return base;
}

/* ---- parentheses ---- */

static box enclosed_in_text(layout *l, box inner, bool bars, double size)
{
    if (inner.first == l->to->count) inner.ends = inner.line = true; /* f() */
    const double wide = insert_text(l, inner.first, bars ? "|" : "(", 1, size, WGI_F_ROMAN);
    if (l->to->full) return inner;
    wgi_box_move(l, inner.first + 1, l->to->count, wide, 0);
    if (inner.begins) l->to->piece[inner.first + 1].glued = true;
    insert_text(l, l->to->count, bars ? "|" : ")", 1, size, WGI_F_ROMAN);
    if (l->to->full) return inner;
    wgi_box_move(l, l->to->count - 1, l->to->count, wide + inner.width, 0);
    l->to->piece[l->to->count - 1].glued = inner.ends;
    inner.width += 2 * wide;
    inner.begins = inner.ends = true;
    return inner;
}

static void draw_side(layout *l, box inner, bool bars, bool right, double x, double wide, double size)
{
    wgi_formula_piece *p = wgi_box_shape(l, bars ? WGI_F_LINE : WGI_F_PAREN, right && !bars ? -size : size);
    p->x = bars ? x + wide / 2 : x, p->x2 = bars ? p->x : x + wide;
    p->y = -inner.above, p->y2 = inner.below;
}

box wgi_row_enclosed(layout *l, box inner, bool bars, double size)
{
    const double wide = 0.3 * size;
    if (!l->drawn || inner.first == l->to->count || inner.above + inner.below <= TALL * size) {
        inner.above = larger(inner.above, LETTER_UP * size),
        inner.below = larger(inner.below, LETTER_DOWN * size);
        return enclosed_in_text(l, inner, bars, size);
    }
    wgi_box_move(l, inner.first, l->to->count, wide, 0);
    draw_side(l, inner, bars, false, 0, wide, size);
    draw_side(l, inner, bars, true, inner.width + wide, wide, size);
    inner.width += 2 * wide;
    inner.begins = inner.ends = inner.line = false;
    return inner;
}
