/* formula_boxes.c: the layout of formulas in two dimensions. */
#include "formula/formula_rows.h"

#include <string.h>

/* Parts of the size of the letters: the height of a fraction's bar, gaps. */
static const double AXIS = 0.29, GAP = 0.14, CLOSE = 0.1;

typedef wgi_formula_layout layout;
typedef wgi_formula_box box;

static box lay(layout *l, int node, double size);

static double larger(double a, double b) { return a > b ? a : b; }
static int kind_of(const layout *l, int node) { return l->f->node[node].kind; }

/* ---- children ---- */

static bool is_atom(const layout *l, int node)
{
    return kind_of(l, node) == WGI_F_NAME || kind_of(l, node) == WGI_F_NUMBER;
}

static bool is_on_line(const layout *l, int parent, int quotient)
{
    const bool sum = kind_of(l, parent) == WGI_F_ADD || kind_of(l, parent) == WGI_F_SUB;
    return l->flat || (sum && is_atom(l, wgi_formula_child(l->f, quotient, 0)) &&
                       is_atom(l, wgi_formula_child(l->f, quotient, 1)));
}

/* Whether something stands above the end of its first child. */
static bool is_raised(const layout *l, int node)
{
    const int kind = kind_of(l, node);
    return kind == WGI_F_POW || kind == WGI_F_TRANSPOSED || kind == WGI_F_INVERSE;
}

static box quotient(layout *l, int node, double size);

/* A fraction with a bar needs parentheses only below a power. */
static box child(layout *l, int node, int k, double size)
{
    const int at = wgi_formula_child(l->f, node, k);
    const bool bar = kind_of(l, at) == WGI_F_DIV && !is_on_line(l, node, at);
    const bool parens = bar ? k == 0 && is_raised(l, node) : wgi_formula_parens(l->f, node, k);
    const bool open = l->open;
    l->open &= !parens;
    const bool line = kind_of(l, at) == WGI_F_DIV && !bar;
    const box b = line ? quotient(l, at, size) : lay(l, at, size);
    l->open = open;
    return parens ? wgi_row_enclosed(l, b, false, size) : b;
}

/* A child with something behind it. */
static box first(layout *l, int node, double size)
{
    const bool before = l->open;
    l->open = true;
    const box b = child(l, node, 0, size);
    l->open = before;
    return b;
}

/* Small letters above or below: quotients in them are on one line. */
static box in_small(layout *l, int node)
{
    const bool flat = l->flat, open = l->open;
    l->flat = true, l->open = false;
    const box b = lay(l, node, l->small);
    l->flat = flat, l->open = open;
    return b;
}

/* ---- leaves ---- */

/* What has no form of its own is one line. */
static box plain(layout *l, int node, double size)
{
    char line[300];
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula_text(&to, l->f, node, false);
    return wgi_box_words(l, line, size);
}

/* ---- operators ---- */

/* The row with a sign and the second child behind it. */
static box with_second(layout *l, box row, int node, const char *sign, double size)
{
    if (*sign) wgi_row_put(l, &row, sign, size);
    else wgi_row_space(&row, CLOSE * size);
    wgi_row_join(l, &row, child(l, node, 1, size));
    return row;
}

static box between(layout *l, int node, const char *sign, double size)
{
    return with_second(l, child(l, node, 0, size), node, sign, size);
}

static box quotient(layout *l, int node, double size)
{
    return with_second(l, first(l, node, size), node, "/", size);
}

static box fraction(layout *l, int node, double size)
{
    const bool open = l->open;
    const double pad = GAP * size, y = -AXIS * size;
    l->flat = true, l->open = false;
    const box over = lay(l, wgi_formula_child(l->f, node, 0), size);
    const int middle = l->to->count;
    const box under = lay(l, wgi_formula_child(l->f, node, 1), size);
    l->flat = false, l->open = open;
    const double width = larger(over.width, under.width) + 2 * pad;
    wgi_box_centre(l, over), wgi_box_centre(l, under);
    wgi_box_move(l, over.first, middle, (width - over.width) / 2, y - pad - over.below);
    wgi_box_move(l, middle, l->to->count, (width - under.width) / 2, y + pad + under.above);
    wgi_formula_piece *bar = wgi_box_shape(l, WGI_F_LINE, size);
    bar->x = 0, bar->x2 = width, bar->y = bar->y2 = y;
    const double side = pad / 2; /* free on both sides of the bar */
    wgi_box_move(l, over.first, l->to->count, side, 0);
    return (box){ .first = over.first,
                  .width = width + 2 * side,
                  .above = over.above + over.below + pad - y,
                  .below = under.above + under.below + pad + y };
}

static box root(layout *l, int node, double size)
{
    const bool open = l->open;
    l->open = false;
    const box in = lay(l, l->f->node[node].child, size);
    l->open = open;
    const double sign = 0.62 * size, top = in.above + GAP * size, end = sign + in.width + GAP / 2 * size;
    wgi_box_move(l, in.first, l->to->count, sign + GAP / 4 * size, 0);
    wgi_formula_piece *r = wgi_box_shape(l, WGI_F_ROOT, size);
    r->x = 0, r->x2 = sign, r->y = -top, r->y2 = in.below;
    r = wgi_box_shape(l, WGI_F_LINE, size);
    r->x = sign, r->x2 = end, r->y = r->y2 = -top;
    return (box){ .first = in.first, .width = end, .above = top + 0.05 * size, .below = in.below };
}

/* (ln a)^2, not ln a^2 */
static box power(layout *l, int node, double size)
{
    const bool call = kind_of(l, l->f->node[node].child) == WGI_F_CALL, open = l->open;
    l->open = !call;
    box b = child(l, node, 0, size);
    l->open = open;
    if (call) b = wgi_row_enclosed(l, b, false, size);
    return wgi_row_small(l, b, in_small(l, wgi_formula_child(l->f, node, 1)), true, size);
}

static box raised(layout *l, int node, const char *what, double size)
{
    const box b = first(l, node, size);
    return wgi_row_small(l, b, wgi_box_words(l, what, l->small), true, size);
}

/* A^-T is the transpose of an inverse. */
static box transposed(layout *l, int node, double size)
{
    const int of = l->f->node[node].child;
    return kind_of(l, of) == WGI_F_INVERSE ? raised(l, of, "−T", size) : raised(l, node, "T", size);
}

static const char *compare_sign(int s)
{
    return s == '<'   ? " < "
           : s == '>' ? " > "
           : s == 'l' ? " ≤ "
           : s == 'g' ? " ≥ "
           : s == '=' ? " = "
                      : " ≠ ";
}

static bool has_two_letters(const layout *l, int node)
{
    const wgi_formula_node *n = &l->f->node[node];
    return n->kind == WGI_F_NAME && wgi_name_split(n->text, n->length).base_length == 2;
}

/* 2x stands close, as xy does. da times a would look like a name, daa. */
static bool is_close(const layout *l, int node)
{
    const int a = l->f->node[node].child, b = l->f->node[a].next;
    const bool names = kind_of(l, node) == WGI_F_MATMUL || !(has_two_letters(l, a) || has_two_letters(l, b));
    return (names && wgi_formula_is_close(l->f, node)) ||
           (kind_of(l, a) == WGI_F_NUMBER && kind_of(l, b) == WGI_F_NAME && l->f->node[b].length <= 2);
}

static box product(layout *l, int node, double size)
{
    const int s = l->f->node[node].sign;
    const bool matrices = kind_of(l, node) == WGI_F_MATMUL, close = is_close(l, node),
               dot = s == '.' || wgi_formula_digit_second(l->f, node);
    const char *sign = matrices ? "" : s == '*' ? " ⊙ " : dot ? " · " : "";
    return with_second(l, first(l, node, size), node, *sign || close ? sign : " ", size);
}

/* ---- calls and cases ---- */

static bool is_clause(const layout *l, int node)
{
    return kind_of(l, node) == WGI_F_ALONG || kind_of(l, node) == WGI_F_OVER;
}

/* The axes or indices of a sum. */
static box clause(layout *l, int node)
{
    const wgi_formula_node *n = &l->f->node[node];
    const bool over = n->kind == WGI_F_OVER;
    box row = wgi_box_empty(l);
    if (!over && n->sign) wgi_row_put(l, &row, "all but ", l->small);
    for (int i = n->child, at = 1; i; i = l->f->node[i].next, at++) {
        const bool last = !over && wgi_formula_is(l->f, i, "last");
        wgi_row_join(l, &row, last ? wgi_box_words(l, "last", l->small) : in_small(l, i));
        if (!l->f->node[i].next) continue;
        wgi_row_put(l, &row, !over ? " " : at == n->sign ? ": " : ", ", l->small);
    }
    return row;
}

/* Short limits stand below the sign of a sum, as in Σ with i below it. */
static box with_limits(layout *l, box sign, box limits, double size)
{
    if (!l->drawn || l->flat || limits.width > 1.6 * size) return wgi_row_small(l, sign, limits, false, size);
    const double width = larger(sign.width, limits.width), y = sign.below + 0.05 * size + limits.above;
    const int middle = limits.first;
    wgi_box_centre(l, sign), wgi_box_centre(l, limits);
    wgi_box_move(l, sign.first, middle, (width - sign.width) / 2, 0);
    wgi_box_move(l, middle, l->to->count, (width - limits.width) / 2, y);
    return (box){ .first = sign.first, .width = width, .above = sign.above, .below = y + limits.below };
}

static box called(layout *l, int node, double size)
{
    const wgi_formula_node *n = &l->f->node[node];
    const char *other = n->word ? NULL : wgi_function_unicode(n->text, n->length);
    const bool sum = wgi_formula_is(l->f, node, "sum") || wgi_formula_is(l->f, node, "prod");
    box b = other ? wgi_box_words(l, other, size) : wgi_box_text(l, n->text, n->length, size, WGI_F_ROMAN);
    for (int k = n->child; k; k = l->f->node[k].next) {
        if (!is_clause(l, k)) continue;
        const box below = clause(l, k);
        b = sum && kind_of(l, k) == WGI_F_OVER ? with_limits(l, b, below, size)
                                               : wgi_row_small(l, b, below, false, size);
    }
    return b;
}

static box call(layout *l, int node, double size)
{
    const bool sqrt = wgi_formula_is(l->f, node, "sqrt") && !l->f->node[node].word, open = l->open;
    const bool bare = wgi_formula_is_bare(l->f, node, open);
    if (sqrt && l->drawn) return root(l, node, size);
    box row = sqrt ? wgi_box_words(l, "√", size) : called(l, node, size);
    if (bare && !sqrt) wgi_row_put(l, &row, " ", size);
    box in = wgi_box_empty(l);
    l->open = false;
    for (int k = l->f->node[node].child, at = 0; k; k = l->f->node[k].next) {
        if (is_clause(l, k)) continue;
        if (at++) wgi_row_put(l, &in, ", ", size);
        wgi_row_join(l, &in, lay(l, k, size));
    }
    l->open = open;
    if (!bare) in = wgi_row_enclosed(l, in, false, size);
    wgi_row_join(l, &row, in);
    return row;
}

static box absolute(layout *l, int node, double size)
{
    const bool open = l->open;
    l->open = false;
    const box b = lay(l, l->f->node[node].child, size);
    l->open = open;
    return wgi_row_enclosed(l, b, true, size);
}

static box one_case(layout *l, int value, int condition, double size)
{
    box row = lay(l, value, size);
    wgi_row_space(&row, 0.4 * size);
    wgi_row_put(l, &row, condition ? " if " : " else", size);
    if (condition) wgi_row_join(l, &row, lay(l, condition, size));
    return row;
}

static box cases(layout *l, int node, double size)
{
    if (!l->drawn) return plain(l, node, size);
    const int n = wgi_formula_children(l->f, node), brace = l->to->count;
    const double wide = 0.5 * size, gap = 0.15 * size;
    wgi_box_shape(l, WGI_F_BRACE, size);
    double width = 0, y = 0;
    for (int k = 0; k < n; k += 2) {
        const int when = wgi_formula_child(l->f, node, k + 1);
        const box row = one_case(l, wgi_formula_child(l->f, node, k), when, size);
        wgi_box_move(l, row.first, l->to->count, wide, y + row.above);
        y += row.above + row.below + gap;
        width = larger(width, row.width);
    }
    const double above = (y - gap) / 2 + AXIS * size;
    if (!l->to->full) l->to->piece[brace].x2 = 0.35 * size, l->to->piece[brace].y2 = y - gap;
    wgi_box_move(l, brace, l->to->count, 0, -above);
    return (box){ .first = brace, .width = wide + width, .above = above, .below = y - gap - above };
}

/* Subscripts, which stand in brackets where the name has one of its own: x_k[i, j]. */
static box elements(layout *l, int node, double size)
{
    const int of = l->f->node[node].child;
    const wgi_formula_node *n = &l->f->node[of];
    const bool brackets = n->kind == WGI_F_NAME && wgi_name_split(n->text, n->length).below_length;
    box b = child(l, node, 0, size), below = brackets ? wgi_box_words(l, "[", size) : wgi_box_empty(l);
    for (int k = n->next; k; k = l->f->node[k].next) {
        wgi_row_join(l, &below, brackets ? lay(l, k, size) : in_small(l, k));
        if (l->f->node[k].next) wgi_row_put(l, &below, ", ", brackets ? size : l->small);
    }
    if (!brackets) return wgi_row_small(l, b, below, false, size);
    wgi_row_put(l, &below, "]", size);
    wgi_row_join(l, &b, below);
    return b;
}

/* [a < b] is 1 or 0. */
static box right_side(layout *l, int node, double size)
{
    box row = wgi_box_empty(l);
    const bool truth = wgi_formula_is_truth(l->f, node);
    if (truth) wgi_row_put(l, &row, "[", size);
    wgi_row_join(l, &row, lay(l, node, size));
    if (truth) wgi_row_put(l, &row, "]", size);
    return row;
}

static box equation(layout *l, int node, double size)
{
    const int left = l->f->node[node].child, right = l->f->node[left].next;
    box row = lay(l, left, size);
    if (!right) return row;
    wgi_row_put(l, &row, " = ", size);
    wgi_row_join(l, &row, right_side(l, right, size));
    const int along = l->f->node[right].next;
    if (along) wgi_row_put(l, &row, " ", size), wgi_row_join(l, &row, plain(l, along, size));
    return row;
}

static box list(layout *l, int node, double size)
{
    box row = wgi_box_empty(l);
    for (int k = l->f->node[node].child; k; k = l->f->node[k].next) {
        wgi_row_join(l, &row, lay(l, k, size));
        if (!l->f->node[k].next) continue;
        wgi_row_put(l, &row, l->f->node[l->f->node[k].next].sign == ';' ? "; " : ", ", size);
        wgi_row_space(&row, 0.3 * size);
    }
    return row;
}

static box with_prefix(layout *l, const char *prefix, int node, double size)
{
    box row = wgi_box_words(l, prefix, size);
    wgi_row_join(l, &row, child(l, node, 0, size));
    return row;
}

/* "..." and "i...": any number of axes or indices. */
static box rest(layout *l, int node, double size)
{
    box row = wgi_box_empty(l);
    if (l->f->node[node].child) wgi_row_join(l, &row, child(l, node, 0, size));
    wgi_row_put(l, &row, "…", size);
    return row;
}

static box lay(layout *l, int node, double size)
{
    const wgi_formula_node *n = &l->f->node[node];
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_LIST: return list(l, node, size);
    case WGI_F_EQUATION: return equation(l, node, size);
    case WGI_F_NUMBER: return wgi_box_number(l, n, size);
    case WGI_F_NAME: return wgi_box_name(l, n, size);
    case WGI_F_WORDS: return wgi_box_text(l, n->text, n->length, size, WGI_F_ROMAN);
    case WGI_F_ADD: return between(l, node, " + ", size);
    case WGI_F_SUB: return between(l, node, " − ", size);
    case WGI_F_NEG: return with_prefix(l, "−", node, size);
    case WGI_F_NOT: return with_prefix(l, "not ", node, size);
    case WGI_F_REST: return rest(l, node, size);
    case WGI_F_MUL:
    case WGI_F_MATMUL: return product(l, node, size);
    case WGI_F_DIV: return l->flat ? quotient(l, node, size) : fraction(l, node, size);
    case WGI_F_MOD: return between(l, node, " mod ", size);
    case WGI_F_POW: return power(l, node, size);
    case WGI_F_TRANSPOSED: return transposed(l, node, size);
    case WGI_F_INVERSE: return raised(l, node, "−1", size);
    case WGI_F_ABS: return absolute(l, node, size);
    case WGI_F_CALL: return call(l, node, size);
    case WGI_F_AT: return elements(l, node, size);
    case WGI_F_COMPARE: return between(l, node, compare_sign(n->sign), size);
    case WGI_F_AND: return between(l, node, " and ", size);
    case WGI_F_OR: return between(l, node, " or ", size);
    case WGI_F_CASES: return cases(l, node, size);
    default: return plain(l, node, size);
    }
}

bool wgi_formula_lay_out(wgi_formula_boxes *in, const wgi_formula *f, int node, double size,
                         wgi_formula_style style, wgi_formula_width width, wgi_laid_formula *laid)
{
    const bool flat = style == WGI_F_FLAT;
    layout l = { in, f, width, size, WGI_F_SMALL * size, flat, !flat, false };
    in->count = in->used = 0;
    in->full = false;
    const box b = right_side(&l, node, size);
    *laid = (wgi_laid_formula){ b.width, b.above, b.below, in->count, in->piece, in->letters, NULL };
    return !in->full;
}
