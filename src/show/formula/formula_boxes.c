/* formula_boxes.c: boxes of a formula in two dimensions, joined to rows, fractions, roots and cases. */
#include "formula/formula_printer.h"

#include <math.h>
#include <string.h>

/* Parts of the size of the letters: how far letters above and below are from the line, how high letters are,
 * from where on parentheses are drawn, the height of a fraction's bar, gaps. */
static const double RISE = 0.42, DROP = 0.2, LETTER_UP = 0.75, LETTER_DOWN = 0.22, TALL = 1.35, AXIS = 0.29,
                    GAP = 0.14;

typedef wgi_formula_printer printer;
typedef wgi_formula_box box;

/* ---- pieces ---- */

box wgi_box_empty(const printer *p) { return (box){ .first = p->to->count }; }

/* Moves the pieces [first, end). */
static void move(printer *p, int first, int end, double x, double y)
{
    for (int i = first; i < end && i < p->to->count; i++) {
        wgi_formula_piece *k = &p->to->piece[i];
        k->x += x, k->x2 += x, k->y += y, k->y2 += y;
    }
}

static void move_all(printer *p, box b, double x, double y) { move(p, b.first, p->to->count, x, y); }

/* A new piece before piece `at`, which is not below the first piece of the last box. */
static wgi_formula_piece *insert(printer *p, int at, wgi_formula_piece k)
{
    wgi_formula_boxes *to = p->to;
    if (to->count == WGI_F_PIECES) to->full = true;
    if (to->full) at = WGI_F_PIECES;
    else {
        memmove(&to->piece[at + 1], &to->piece[at], (size_t)(to->count - at) * sizeof *to->piece);
        to->count++;
    }
    to->piece[at] = k;
    return &to->piece[at];
}

static void draw(printer *p, wgi_formula_shape shape, double size, double x, double y, double x2, double y2)
{
    insert(p, p->to->count,
           (wgi_formula_piece){ .shape = (uint8_t)shape, .size = size, .x = x, .y = y, .x2 = x2, .y2 = y2 });
}

/* Puts the text before piece `at`, and gives its width. */
static double insert_text(printer *p, int at, const char *s, int length, wgi_formula_face face)
{
    wgi_formula_boxes *to = p->to;
    if (to->used + length + 1 > WGI_F_LETTERS) to->full = true;
    if (to->full) return 0;
    char *kept = to->letters + to->used;
    memcpy(kept, s, (size_t)length);
    kept[length] = 0;
    const double width = p->width(kept, p->size, face);
    insert(p, at,
           (wgi_formula_piece){
               .shape = WGI_F_TEXT, .face = (uint8_t)face, .size = p->size, .x2 = width, .text = to->used });
    to->used += length + 1;
    return width;
}

/* Its texts, if it is one line of them. */
static void centre(printer *p, box b)
{
    if (b.line && !p->to->full) p->to->piece[b.first].centred = true;
}

/* ---- rows ---- */

/* Both boxes lie where they belong. */
static void glue(printer *p, box *row, box b)
{
    const bool none = row->first == b.first, glued = !none && row->ends && b.begins;
    if (glued && !p->to->full) p->to->piece[b.first].glued = true;
    row->begins = none ? b.begins : row->begins;
    row->line = none ? b.line : row->line && glued && b.line;
    row->ends = b.ends;
}

void wgi_row_join(printer *p, box *row, box b)
{
    move_all(p, b, row->width, 0);
    row->width += b.width;
    row->above = fmax(row->above, b.above);
    row->below = fmax(row->below, b.below);
    if (b.first < p->to->count) glue(p, row, b);
}

void wgi_row_text(printer *p, const char *s, int length, wgi_formula_face face)
{
    box b = wgi_box_empty(p);
    if (!length) return;
    b.width = insert_text(p, p->to->count, s, length, face);
    b.above = LETTER_UP * p->size, b.below = LETTER_DOWN * p->size;
    b.begins = b.ends = b.line = true;
    wgi_row_join(p, &p->row, b);
}

box wgi_box_small(printer *p, box base, box small, bool up)
{
    const double rise = RISE * p->size, drop = DROP * p->size,
                 shift = up ? -fmax(rise, base.above - LETTER_UP * p->size + rise)
                            : fmax(drop, base.below - LETTER_DOWN * p->size + drop);
    move_all(p, small, 0, shift);
    small.above -= shift, small.below += shift;
    wgi_row_join(p, &base, small);
    return base;
}

/* ---- fractions, limits, roots ---- */

/* The boxes one below the other, both in the middle, the upper one moved by y, the lower one by y2. */
static void put_over(printer *p, box over, box under, double width, double y, double y2)
{
    centre(p, over), centre(p, under);
    move(p, over.first, under.first, (width - over.width) / 2, y);
    move_all(p, under, (width - under.width) / 2, y2);
}

box wgi_box_fraction(printer *p, box over, box under)
{
    const double pad = GAP * p->size, y = -AXIS * p->size, width = fmax(over.width, under.width) + 2 * pad,
                 side = pad / 2; /* free on both sides of the bar */
    put_over(p, over, under, width, y - pad - over.below, y + pad + under.above);
    draw(p, WGI_F_LINE, p->size, 0, y, width, y);
    move_all(p, over, side, 0);
    return (box){ .first = over.first,
                  .width = width + 2 * side,
                  .above = over.above + over.below + pad - y,
                  .below = under.above + under.below + pad + y };
}

box wgi_box_limits(printer *p, box sign, box limits)
{
    if (!p->drawn || p->flat || limits.width > 1.6 * p->size) return wgi_box_small(p, sign, limits, false);
    const double width = fmax(sign.width, limits.width), y = sign.below + 0.05 * p->size + limits.above;
    put_over(p, sign, limits, width, 0, y);
    return (box){ .first = sign.first, .width = width, .above = sign.above, .below = y + limits.below };
}

box wgi_box_root(printer *p, box in)
{
    const double sign = 0.62 * p->size, top = in.above + GAP * p->size,
                 end = sign + in.width + GAP / 2 * p->size;
    move_all(p, in, sign + GAP / 4 * p->size, 0);
    draw(p, WGI_F_ROOT, p->size, 0, -top, sign, in.below);
    draw(p, WGI_F_LINE, p->size, sign, -top, end, -top);
    return (box){ .first = in.first, .width = end, .above = top + 0.05 * p->size, .below = in.below };
}

/* ---- parentheses ---- */

static box enclosed_in_text(printer *p, box inner, bool bars)
{
    if (inner.first == p->to->count) inner.ends = inner.line = true; /* f() */
    const double wide = insert_text(p, inner.first, bars ? "|" : "(", 1, WGI_F_ROMAN);
    if (p->to->full) return inner;
    move(p, inner.first + 1, p->to->count, wide, 0);
    if (inner.begins) p->to->piece[inner.first + 1].glued = true;
    insert_text(p, p->to->count, bars ? "|" : ")", 1, WGI_F_ROMAN);
    if (p->to->full) return inner;
    wgi_formula_piece *last = &p->to->piece[p->to->count - 1];
    last->x += wide + inner.width, last->x2 += wide + inner.width;
    last->glued = inner.ends;
    inner.width += 2 * wide;
    inner.begins = inner.ends = true;
    return inner;
}

static void draw_side(printer *p, box inner, bool bars, bool right, double x, double wide)
{
    const double left = bars ? x + wide / 2 : x;
    draw(p, bars ? WGI_F_LINE : WGI_F_PAREN, right && !bars ? -p->size : p->size, left, -inner.above,
         bars ? left : x + wide, inner.below);
}

box wgi_box_enclosed(printer *p, box inner, bool bars)
{
    const double wide = 0.3 * p->size;
    if (!p->drawn || inner.first == p->to->count || inner.above + inner.below <= TALL * p->size) {
        inner.above = fmax(inner.above, LETTER_UP * p->size),
        inner.below = fmax(inner.below, LETTER_DOWN * p->size);
        return enclosed_in_text(p, inner, bars);
    }
    move_all(p, inner, wide, 0);
    draw_side(p, inner, bars, false, 0, wide);
    draw_side(p, inner, bars, true, inner.width + wide, wide);
    inner.width += 2 * wide;
    inner.begins = inner.ends = inner.line = false;
    return inner;
}

/* ---- cases ---- */

wgi_formula_cases wgi_cases_begin(printer *p)
{
    const wgi_formula_cases c = { .brace = p->to->count };
    draw(p, WGI_F_BRACE, p->size, 0, 0, 0, 0);
    return c;
}

void wgi_cases_add(printer *p, wgi_formula_cases *c, box row)
{
    move_all(p, row, 0.5 * p->size, c->height + row.above);
    c->height += row.above + row.below + 0.15 * p->size;
    c->width = fmax(c->width, row.width);
}

box wgi_cases_end(printer *p, const wgi_formula_cases *c)
{
    const double height = c->height - 0.15 * p->size, above = height / 2 + AXIS * p->size;
    if (!p->to->full) p->to->piece[c->brace].x2 = 0.35 * p->size, p->to->piece[c->brace].y2 = height;
    move(p, c->brace, p->to->count, 0, -above);
    return (
        box){ .first = c->brace, .width = 0.5 * p->size + c->width, .above = above, .below = height - above };
}
