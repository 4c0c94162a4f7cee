/* formula_boxes.c: the layout of formulas in two dimensions. A box is the pieces from `first` on, with
 * the origin at the left end of its baseline; boxes are joined to rows from left to right. */
#include "formula/formula_boxes.h"

#include <string.h>

typedef struct layout {
    wgi_formula_boxes *to;
    const wgi_formula *f;
    wgi_formula_width width;
} layout;

typedef struct box {
    int first;
    double width, above, below;
} box;

/* Parts of the size of the letters: small letters, the axis of fractions, gaps. */
static const double SMALL = 0.7, AXIS = 0.28, GAP = 0.12, RISE = 0.42, DROP = 0.18, LETTER_UP = 0.75,
                    LETTER_DOWN = 0.22;

static box lay(layout *l, int node, double size);

static double larger(double a, double b) { return a > b ? a : b; }

/* ---- boxes ---- */

static box empty(const layout *l) { return (box){ .first = l->to->count }; }

static void move(layout *l, int first, double x, double y)
{
    for (int i = first; i < l->to->count; i++) {
        wgi_formula_piece *p = &l->to->piece[i];
        p->x += x, p->x2 += x, p->y += y, p->y2 += y;
    }
}

/* Puts the last box at the end of the row. */
static void join(layout *l, box *row, box b)
{
    move(l, b.first, row->width, 0);
    row->width += b.width;
    row->above = larger(row->above, b.above);
    row->below = larger(row->below, b.below);
}

static wgi_formula_piece *add(layout *l, wgi_formula_shape shape, double size)
{
    if (l->to->count == WGI_F_PIECES) l->to->full = true;
    wgi_formula_piece *p = l->to->full ? &l->to->piece[WGI_F_PIECES] : &l->to->piece[l->to->count++];
    *p = (wgi_formula_piece){ .shape = (uint8_t)shape, .size = size };
    return p;
}

static box text(layout *l, const char *s, int length, double size, wgi_formula_face face)
{
    box b = empty(l);
    if (l->to->letters + length + 1 > WGI_F_LETTERS) l->to->full = true;
    if (!length || l->to->full) return b;
    wgi_formula_piece *p = add(l, WGI_F_TEXT, size);
    char *at = l->to->text + l->to->letters;
    memcpy(at, s, (size_t)length);
    at[length] = 0;
    p->face = (uint8_t)face, p->text = l->to->letters;
    l->to->letters += length + 1;
    b.width = l->width(at, size, face), b.above = LETTER_UP * size, b.below = LETTER_DOWN * size;
    return b;
}

static box words(layout *l, const char *s, double size)
{
    return text(l, s, (int)strlen(s), size, WGI_F_ROMAN);
}

static void put(layout *l, box *row, const char *s, double size) { join(l, row, words(l, s, size)); }
static void space(box *row, double size) { row->width += size; }

/* Parentheses as high as what they hold. */
static box in_parens(layout *l, box inner, double size)
{
    const bool tall = inner.above + inner.below > 1.3 * size;
    box row = empty(l);
    row.first = inner.first;
    const double wide = tall ? 0.3 * size : l->width("(", size, WGI_F_ROMAN);
    move(l, inner.first, wide, 0);
    row.above = larger(inner.above, LETTER_UP * size), row.below = larger(inner.below, LETTER_DOWN * size);
    row.width = inner.width + 2 * wide;
    for (int right = 0; right < 2; right++) {
        const double x = right ? inner.width + wide : 0;
        if (!tall) {
            box b = words(l, right ? ")" : "(", size);
            move(l, b.first, x, 0);
            continue;
        }
        wgi_formula_piece *p = add(l, WGI_F_PAREN, right ? -size : size);
        p->x = x, p->x2 = x + wide, p->y = -inner.above, p->y2 = inner.below;
    }
    return row;
}

static box child(layout *l, int node, int k, double size)
{
    const box b = lay(l, wgi_formula_child(l->f, node, k), size);
    return wgi_formula_parens(l->f, node, k) ? in_parens(l, b, size) : b;
}

static box with_small(layout *l, box base, box small, double shift)
{
    move(l, small.first, base.width, shift);
    base.width += small.width;
    base.above = larger(base.above, small.above - shift);
    base.below = larger(base.below, small.below + shift);
    return base;
}

/* ---- leaves ---- */

static box name(layout *l, const wgi_formula_node *n, double size)
{
    char letters[80];
    const wgi_name_parts w = wgi_name_split(n->text, n->length);
    if (n->length == 3 && memcmp(n->text, "inf", 3) == 0) return words(l, "∞", size);
    wgi_line base = { letters, sizeof letters, 0 };
    const char *whole = w.accent ? wgi_whole_accent(w.base, w.base_length, w.accent) : NULL;
    if (whole) wgi_line_put(&base, whole);
    else wgi_line_add(&base, w.base, w.base_length);
    if (w.accent && !whole) wgi_line_put(&base, wgi_accent(w.accent));
    const bool matrix = !w.greek && w.base_length == 1 && w.base[0] >= 'A' && w.base[0] <= 'Z';
    box b = base.length < sizeof letters
                ? text(l, letters, (int)base.length, size, matrix ? WGI_F_BOLD : WGI_F_ITALIC)
                : text(l, w.base, w.base_length, size, WGI_F_ITALIC);
    for (int i = 0; i < n->sign; i++) join(l, &b, words(l, "′", size));
    if (!w.below_length) return b;
    return with_small(l, b, text(l, w.below, w.below_length, SMALL * size, WGI_F_ROMAN), DROP * size);
}

static box number(layout *l, const wgi_formula_node *n, double size)
{
    char digits[32], power[16];
    const int e = wgi_number_text(n->number, digits);
    box row = empty(l);
    if (n->number < 0) put(l, &row, "−", size);
    if (!e || strcmp(digits, "1")) put(l, &row, digits, size);
    if (!e) return row;
    put(l, &row, strcmp(digits, "1") ? "·10" : "10", size);
    wgi_line to = { power, sizeof power, 0 };
    const wgi_formula f = { .count = 2, .node = { { 0 }, { .kind = WGI_F_NUMBER, .number = e } } };
    wgi_formula_text(&to, &f, 1, false);
    return with_small(l, row, words(l, power, SMALL * size), -RISE * size);
}

/* What has no form of its own is one line. */
static box plain(layout *l, int node, double size)
{
    char line[300];
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula_text(&to, l->f, node, false);
    return words(l, line, size);
}

/* ---- operators ---- */

static box between(layout *l, int node, const char *sign, double gap, double size)
{
    box row = empty(l);
    join(l, &row, child(l, node, 0, size));
    space(&row, gap * size);
    put(l, &row, sign, size);
    space(&row, gap * size);
    join(l, &row, child(l, node, 1, size));
    return row;
}

static box fraction(layout *l, int node, double size)
{
    const double pad = GAP * size;
    box over = lay(l, wgi_formula_child(l->f, node, 0), 0.9 * size);
    const int middle = l->to->count;
    box under = lay(l, wgi_formula_child(l->f, node, 1), 0.9 * size);
    const double width = larger(over.width, under.width) + 2 * pad, y = -AXIS * size;
    move(l, under.first, (width - under.width) / 2, y + pad + under.above);
    const int end = l->to->count;
    for (int i = over.first; i < middle && i < end; i++) { /* of the first box alone */
        wgi_formula_piece *p = &l->to->piece[i];
        const double x = (width - over.width) / 2, dy = y - pad - over.below;
        p->x += x, p->x2 += x, p->y += dy, p->y2 += dy;
    }
    wgi_formula_piece *bar = add(l, WGI_F_LINE, size);
    bar->x = 0, bar->x2 = width, bar->y = bar->y2 = y;
    return (box){ over.first, width, over.above + over.below + pad - y, under.above + under.below + pad + y };
}

static box root(layout *l, int node, double size)
{
    box in = lay(l, l->f->node[node].child, size);
    const double sign = 0.6 * size, top = in.above + GAP * size;
    move(l, in.first, sign, 0);
    wgi_formula_piece *r = add(l, WGI_F_ROOT, size), *bar;
    r->x = 0, r->x2 = sign, r->y = -top, r->y2 = in.below;
    bar = add(l, WGI_F_LINE, size);
    bar->x = sign, bar->x2 = sign + in.width, bar->y = bar->y2 = -top;
    return (box){ in.first, sign + in.width, top + 0.05 * size, in.below };
}

static box power(layout *l, int node, double size)
{
    const int base = l->f->node[node].child;
    box b = child(l, node, 0, size);
    if (l->f->node[base].kind == WGI_F_CALL) b = in_parens(l, b, size);
    return with_small(l, b, lay(l, wgi_formula_child(l->f, node, 1), SMALL * size), -RISE * size);
}

static box transposed(layout *l, int node, double size)
{
    const int of = l->f->node[node].child;
    const bool both = l->f->node[of].kind == WGI_F_INVERSE;
    const box b = child(l, both ? of : node, 0, size);
    return with_small(l, b, words(l, both ? "−T" : "T", SMALL * size), -RISE * size);
}

static box inverse(layout *l, int node, double size)
{
    const box b = child(l, node, 0, size);
    return with_small(l, b, words(l, "−1", SMALL * size), -RISE * size);
}

static const char *compare_sign(int s)
{
    return s == '<' ? "<" : s == '>' ? ">" : s == 'l' ? "≤" : s == 'g' ? "≥" : s == '=' ? "=" : "≠";
}

static box product(layout *l, int node, double size)
{
    const int s = l->f->node[node].sign, right = wgi_formula_child(l->f, node, 1);
    const bool dot = s == '.' || l->f->node[right].kind == WGI_F_NUMBER;
    if (l->f->node[node].kind == WGI_F_MATMUL) return between(l, node, "", GAP / 2, size);
    return between(l, node, s == '*' ? "⊙" : dot ? "·" : "", s == '*' || dot ? 0.2 : GAP / 2, size);
}

/* ---- calls and cases ---- */

static box call(layout *l, int node, double size)
{
    const wgi_formula_node *n = &l->f->node[node];
    const char *other = wgi_function_unicode(n->text, n->length);
    if (wgi_formula_is(l->f, node, "sqrt")) return root(l, node, size);
    box row = other ? words(l, other, size) : text(l, n->text, n->length, size, WGI_F_ROMAN);
    for (int k = n->child; k; k = l->f->node[k].next) {
        const int kind = l->f->node[k].kind;
        if (kind != WGI_F_ALONG && kind != WGI_F_OVER) continue;
        box below = empty(l);
        for (int i = l->f->node[k].child; i; i = l->f->node[i].next) {
            if (i != l->f->node[k].child) put(l, &below, ", ", SMALL * size);
            join(l, &below, lay(l, i, SMALL * size));
        }
        row = with_small(l, row, below, DROP * size);
    }
    box in = empty(l);
    for (int k = n->child, at = 0; k; k = l->f->node[k].next) {
        if (l->f->node[k].kind == WGI_F_ALONG || l->f->node[k].kind == WGI_F_OVER) continue;
        if (at++) put(l, &in, ", ", size);
        join(l, &in, lay(l, k, size));
    }
    join(l, &row, in_parens(l, in, size));
    return row;
}

static box one_case(layout *l, int value, int condition, double size)
{
    box row = empty(l);
    join(l, &row, lay(l, value, size));
    space(&row, 0.6 * size);
    put(l, &row, condition ? "if" : "else", size);
    space(&row, 0.3 * size);
    if (condition) join(l, &row, lay(l, condition, size));
    return row;
}

static box cases(layout *l, int node, double size)
{
    const int n = wgi_formula_children(l->f, node), brace = l->to->count;
    const double wide = 0.5 * size, gap = 0.15 * size;
    add(l, WGI_F_BRACE, size);
    double width = 0, y = 0;
    for (int k = 0; k < n; k += 2) {
        const int when = wgi_formula_child(l->f, node, k + 1);
        const box row = one_case(l, wgi_formula_child(l->f, node, k), when, size);
        move(l, row.first, wide, y + row.above);
        y += row.above + row.below + gap;
        width = larger(width, row.width);
    }
    const double above = (y - gap) / 2 + AXIS * size;
    if (!l->to->full) l->to->piece[brace].x2 = 0.35 * size, l->to->piece[brace].y2 = y - gap;
    move(l, brace, 0, -above);
    return (box){ brace, wide + width, above, y - gap - above };
}

static box elements(layout *l, int node, double size)
{
    const box b = child(l, node, 0, size);
    box below = empty(l);
    for (int k = l->f->node[l->f->node[node].child].next; k; k = l->f->node[k].next) {
        join(l, &below, lay(l, k, SMALL * size));
        if (l->f->node[k].next) put(l, &below, ", ", SMALL * size);
    }
    return with_small(l, b, below, DROP * size);
}

static box absolute(layout *l, int node, double size)
{
    box row = empty(l);
    put(l, &row, "|", size);
    join(l, &row, lay(l, l->f->node[node].child, size));
    put(l, &row, "|", size);
    return row;
}

static box equation(layout *l, int node, double size)
{
    const int left = l->f->node[node].child, right = l->f->node[left].next;
    box row = empty(l);
    join(l, &row, lay(l, left, size));
    if (!right) return row;
    space(&row, 0.25 * size);
    put(l, &row, "=", size);
    space(&row, 0.25 * size);
    join(l, &row, lay(l, right, size));
    return row;
}

static box list(layout *l, int node, double size)
{
    box row = empty(l);
    for (int k = l->f->node[node].child; k; k = l->f->node[k].next) {
        join(l, &row, lay(l, k, size));
        if (!l->f->node[k].next) continue;
        put(l, &row, l->f->node[l->f->node[k].next].sign == ';' ? ";" : ",", size);
        space(&row, 0.6 * size);
    }
    return row;
}

static box lay(layout *l, int node, double size)
{
    const wgi_formula_node *n = &l->f->node[node];
    box row = empty(l);
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_LIST: return list(l, node, size);
    case WGI_F_EQUATION: return equation(l, node, size);
    case WGI_F_NUMBER: return number(l, n, size);
    case WGI_F_NAME: return name(l, n, size);
    case WGI_F_WORDS: return text(l, n->text, n->length, size, WGI_F_ROMAN);
    case WGI_F_ADD: return between(l, node, "+", 0.22, size);
    case WGI_F_SUB: return between(l, node, "−", 0.22, size);
    case WGI_F_NEG:
        put(l, &row, "−", size);
        join(l, &row, child(l, node, 0, size));
        return row;
    case WGI_F_MUL:
    case WGI_F_MATMUL: return product(l, node, size);
    case WGI_F_DIV: return fraction(l, node, size);
    case WGI_F_MOD: return between(l, node, "mod", 0.25, size);
    case WGI_F_POW: return power(l, node, size);
    case WGI_F_TRANSPOSED: return transposed(l, node, size);
    case WGI_F_INVERSE: return inverse(l, node, size);
    case WGI_F_ABS: return absolute(l, node, size);
    case WGI_F_CALL: return call(l, node, size);
    case WGI_F_AT: return elements(l, node, size);
    case WGI_F_COMPARE: return between(l, node, compare_sign(n->sign), 0.25, size);
    case WGI_F_AND: return between(l, node, "and", 0.25, size);
    case WGI_F_OR: return between(l, node, "or", 0.25, size);
    case WGI_F_CASES: return cases(l, node, size);
    default: return plain(l, node, size);
    }
}

bool wgi_formula_lay_out(wgi_formula_boxes *to, const wgi_formula *f, int node, double size,
                         wgi_formula_width width)
{
    layout l = { to, f, width };
    to->count = to->letters = 0;
    to->full = false;
    const box b = lay(&l, node, size);
    to->width = b.width, to->above = b.above, to->below = b.below;
    return !to->full;
}
