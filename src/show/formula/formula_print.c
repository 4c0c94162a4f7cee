/* formula_print.c: the one walk that prints formulas: as a line in Unicode or in the language itself, as
 * LaTeX for math mode with amsmath, and as boxes. */
#include "formula/formula_printer.h"
#include "text/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef wgi_formula_printer printer;
typedef wgi_formula_box box;
typedef wgi_formula_mark mark;

enum {
    UNICODE = WG_FORMULA_UNICODE,
    ASCII = WG_FORMULA_ASCII,
    LATEX = WG_FORMULA_LATEX,
    BOXES = WGI_F_BOXES,
    LONGEST = 120 /* bytes of a text in LaTeX */
};

/* ---- marks: Unicode, ASCII, LaTeX, boxes ---- */

static const wgi_formula_mark sign_of_kind[] = {
    [WGI_F_ADD] = { " + ", " + ", " + ", " + " },
    [WGI_F_SUB] = { " − ", " - ", " - ", " − " },
    [WGI_F_NEG] = { "−", "-", "-", "−" },
    [WGI_F_DIV] = { "/", " / ", "/", "/" },
    [WGI_F_MOD] = { " mod ", " mod ", " \\bmod ", " mod " },
    [WGI_F_TRANSPOSED] = { "ᵀ", "^T", "^{\\top}", "T" },
    [WGI_F_INVERSE] = { "⁻¹", "^-1", "^{-1}", "−1" },
    [WGI_F_REST] = { "…", "...", "\\dots ", "…" },
    [WGI_F_AND] = { " and ", " and ", " \\text{ and } ", " and " },
    [WGI_F_OR] = { " or ", " or ", " \\text{ or } ", " or " },
    [WGI_F_NOT] = { "not ", "not ", "\\text{not }", "not " },
};
static const struct {
    char sign;
    wgi_formula_mark as;
} compare[] = {
    { '<', { " < ", " < ", " < ", " < " } },     { '>', { " > ", " > ", " > ", " > " } },
    { 'l', { " ≤ ", " <= ", " \\le ", " ≤ " } }, { 'g', { " ≥ ", " >= ", " \\ge ", " ≥ " } },
    { '!', { " ≠ ", " != ", " \\ne ", " ≠ " } }, { '=', { " = ", " == ", " = ", " = " } },
};
static mark inverse_transposed = { "⁻ᵀ", "^-T", "^{-\\top}", "−T" },
            dot = { " · ", " · ", " \\cdot ", " · " }, star = { " ⊙ ", " * ", " \\odot ", " ⊙ " },
            space = { " ", " ", " \\, ", " " }, matrices = { " ", " @ ", " \\, ", "" },
            close_by = { "", " @ ", " ", "" }, comma = { ", ", ", ", ",\\quad ", ", " },
            semicolon = { "; ", "; ", ";\\quad ", "; " },
            all_but = { "all but ", "all but ", "\\text{all but }", "all but " },
            where = { " where ", " where ", " :\\, ", ": " };

/* ---- parentheses ---- */

/* A node needs parentheses where it binds less, which is a higher level, than its place wants: that of the
 * first child, or of another one. */
enum { ATOM, POWER, PRODUCT, SUM, COMPARE, NOT, AND, OR, CASES };
static const struct {
    int8_t level, first, second;
} binds[] = {
    [WGI_F_ADD] = { SUM, SUM, PRODUCT },
    [WGI_F_SUB] = { SUM, SUM, PRODUCT },
    [WGI_F_NEG] = { SUM, PRODUCT },
    [WGI_F_MUL] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_DIV] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_MOD] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_MATMUL] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_POW] = { POWER, ATOM, POWER },
    [WGI_F_TRANSPOSED] = { POWER, ATOM },
    [WGI_F_INVERSE] = { POWER, ATOM },
    [WGI_F_COMPARE] = { COMPARE, SUM, SUM },
    [WGI_F_AND] = { AND, AND, NOT },
    [WGI_F_OR] = { OR, OR, AND },
    [WGI_F_NOT] = { NOT, COMPARE },
    [WGI_F_CASES] = { CASES },
};

static bool is_negative(const wgi_formula_node *n) { return n->kind == WGI_F_NUMBER && n->number < 0; }

/* How a number binds as it is written: −2 as a sum, 1.6·10⁻⁹ as a product, 10⁻⁹ as a power. */
static int number_level(const printer *p, double x)
{
    char digits[32];
    if (x < 0) return SUM;
    return p->target == ASCII || !wgi_number_text(x, digits) ? ATOM : strcmp(digits, "1") ? PRODUCT : POWER;
}

/* tanh z, without parentheses. */
static bool is_bare_text(const wgi_formula_node *n)
{
    return n->kind == WGI_F_NAME && n->of == WGI_F_CALL && n->text[n->length - 1] != ')';
}

static int level(const printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    if (n->kind == WGI_F_NAME && n->of) return is_bare_text(n) ? POWER : binds[n->of].level;
    return n->kind == WGI_F_NUMBER ? number_level(p, n->number) : binds[n->kind].level;
}

/* The level that child k must have to stand without parentheses. */
static int wanted(const wgi_formula_node *n, int k)
{
    if (n->kind == WGI_F_CASES) return k % 2 ? OR : COMPARE; /* value, condition, value ... */
    if (!binds[n->kind].level) return n->kind == WGI_F_AT && !k ? ATOM : CASES;
    return n->chained && k ? COMPARE : k ? binds[n->kind].second : binds[n->kind].first;
}

/* A ⊙ B: a product of elements, which has a sign of its own. */
static bool is_of_elements(const printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    return n->kind == WGI_F_MUL && p->target != ASCII &&
           (n->sign == '*' ||
            (wgi_formula_has_axes(p->f, n->child) && wgi_formula_has_axes(p->f, p->f->node[n->child].next)));
}

/* b c d behind a, all with the same sign: a (b c d) is a b c d. But a * (B @ c) is not a * B @ c, nor
 * A ⊙ (2 · B) A ⊙ 2 · B. */
static bool is_product_alone(const printer *p, int parent, int node)
{
    const wgi_formula *f = p->f;
    if (f->node[node].kind != WGI_F_MUL) return false;
    for (; f->node[node].kind == WGI_F_MUL; node = f->node[node].child)
        if (is_of_elements(p, node) != is_of_elements(p, parent)) return false;
    return level(p, node) != PRODUCT;
}

/* What stands close together is read first: in A ⊙ B C the product of matrices, in a/b c that below the
 * bar. */
static bool is_read_otherwise(const printer *p, int kind, int k, int child)
{
    const wgi_formula_node *n = &p->f->node[child];
    const int inner = n->kind == WGI_F_NAME && n->of ? n->of : n->kind;
    const bool elements = n->of ? inner == WGI_F_MUL : is_of_elements(p, child);
    if (kind == WGI_F_MATMUL && k == 0 && (inner == WGI_F_DIV || elements)) return true;
    if (kind == WGI_F_NEG && inner == WGI_F_MOD) return true;
    return (inner == WGI_F_MOD && kind >= WGI_F_MUL && kind <= WGI_F_MATMUL) ||
           (kind == WGI_F_MOD && level(p, child) == PRODUCT);
}

/* The first product of a sum may begin with a minus: -a b + c. A power of a minus has none around it:
 * e^-x. */
static bool needs_parens(const printer *p, int node, int k)
{
    const wgi_formula *f = p->f;
    const int child = wgi_formula_child(f, node, k), kind = f->node[node].kind, inner = f->node[child].kind;
    const bool number = inner == WGI_F_NUMBER;
    if (p->target != ASCII && is_read_otherwise(p, kind, k, child)) return true;
    if (is_bare_text(&f->node[child]) && (p->open || (k == 0 && wanted(&f->node[node], 1) == POWER)))
        return true;
    if (kind == WGI_F_POW && k == 1 && number)
        return number_level(p, p->target == UNICODE ? f->node[child].number : fabs(f->node[child].number)) >
               ATOM;
    if (kind == WGI_F_POW && k == 1 && inner == WGI_F_NEG) return level(p, f->node[child].child) > POWER;
    if (kind == WGI_F_MUL && k == 1 && is_product_alone(p, node, child)) return false;
    if (kind == WGI_F_MUL && k == 1 && number) return is_negative(&f->node[child]); /* a · 1.6·10⁻⁹ */
    const bool factor = kind == WGI_F_MUL || kind == WGI_F_DIV || kind == WGI_F_EQUATION;
    if (k == 0 && factor && is_negative(&f->node[child])) return p->led; /* -2 a */
    return level(p, child) > wanted(&f->node[node], k);
}

/* ---- how a line is written ---- */

static bool is_truth(const wgi_formula *f, int node)
{
    const int kind = f->node[node].kind;
    return kind == WGI_F_COMPARE || kind == WGI_F_AND || kind == WGI_F_OR || kind == WGI_F_NOT;
}

static bool begins_with_digit(const printer *p, int node, int k)
{
    const wgi_formula *f = p->f;
    if (needs_parens(p, node, k)) return false;
    node = wgi_formula_child(f, node, k);
    const int kind = f->node[node].kind;
    return kind == WGI_F_NUMBER ||
           ((kind == WGI_F_POW || kind == WGI_F_MUL || kind == WGI_F_DIV) && begins_with_digit(p, node, 0));
}

static bool is_bare(const printer *p, int call, bool open)
{
    const wgi_formula_node *n = &p->f->node[call], *of = &p->f->node[n->child];
    if (n->word || wgi_formula_is(p->f, call, "sigmoid") || wgi_formula_is(p->f, call, "relu")) return false;
    if (of->kind == WGI_F_NAME ? of->of : (of->kind != WGI_F_NUMBER || level(p, n->child) != ATOM))
        return false;
    return wgi_formula_is_function(n->text, n->length) && wgi_formula_children(p->f, call) == 1 &&
           (!open || wgi_formula_is(p->f, call, "sqrt"));
}

/* ---- rows ---- */

static void put_node(printer *p, int node);
static void write(printer *p, int node);

static int kind_of(const printer *p, int node) { return p->f->node[node].kind; }
static int first_of(const printer *p, int node) { return p->f->node[node].child; }
static int next_of(const printer *p, int node) { return p->f->node[node].next; }

static void add(printer *p, const char *s, int length)
{
    if (p->target == BOXES) wgi_row_text(p, s, length, WGI_F_ROMAN);
    else wgi_line_add(p->line, s, length);
}

static void put(printer *p, const char *s) { add(p, s, (int)strlen(s)); }
static void put_mark(printer *p, mark m) { put(p, m[p->target]); }

/* Room in a row of boxes, in sizes of its letters. */
static void put_gap(printer *p, double width)
{
    if (p->target == BOXES) p->row.width += width * p->size;
}

/* What is written between these two is a box of its own. */
static printer begin(printer *p)
{
    const printer before = *p;
    if (p->target == BOXES) p->row = wgi_box_empty(p);
    return before;
}

static void end(printer *p, const printer *before)
{
    const box b = p->row;
    *p = *before;
    if (p->target == BOXES) wgi_row_join(p, &p->row, b);
}

static box lay(printer *p, int node)
{
    const printer before = begin(p);
    write(p, node);
    const box b = p->row;
    *p = before;
    return b;
}

static void put_node(printer *p, int node)
{
    const printer before = begin(p);
    write(p, node);
    end(p, &before);
}

static printer begin_script(printer *p, bool up)
{
    const printer before = begin(p);
    if (p->target == LATEX) put(p, up ? "^{" : "_{");
    p->flat = true, p->open = false, p->size = p->small;
    return before;
}

static void end_script(printer *p, const printer *before, bool up)
{
    const box b = p->row;
    *p = *before;
    if (p->target == LATEX) put(p, "}");
    if (p->target == BOXES) p->row = wgi_box_small(p, p->row, b, up);
}

/* ---- children ---- */

/* Whether it is higher than a line of letters, so that parentheses around it grow. */
static bool is_tall(const printer *p, int node)
{
    const int kind = kind_of(p, node);
    if ((kind == WGI_F_DIV && !p->flat) || kind == WGI_F_CASES || kind == WGI_F_OVER) return true;
    if (kind == WGI_F_POW) return is_tall(p, first_of(p, node));
    for (int k = first_of(p, node); k; k = next_of(p, k))
        if (is_tall(p, k)) return true;
    return false;
}

static void put_parens(printer *p, int node)
{
    const printer before = begin(p);
    const bool tall = p->target == LATEX && is_tall(p, node);
    p->open = p->in_bars = p->led = false;
    if (p->target != BOXES) put(p, tall ? "\\left(" : "(");
    put_node(p, node);
    if (p->target == BOXES) p->row = wgi_box_enclosed(p, p->row, false);
    else put(p, tall ? "\\right)" : ")");
    end(p, &before);
}

static bool is_atom(const printer *p, int node)
{
    return (kind_of(p, node) == WGI_F_NAME && !p->f->node[node].of) || kind_of(p, node) == WGI_F_NUMBER;
}

static bool is_on_line(const printer *p, int parent, int quotient)
{
    const bool sum = kind_of(p, parent) == WGI_F_ADD || kind_of(p, parent) == WGI_F_SUB;
    return p->flat ||
           (sum && is_atom(p, first_of(p, quotient)) && is_atom(p, wgi_formula_child(p->f, quotient, 1)));
}

/* Behind the place of a number in a pattern: how loosely a number may bind that stands there without
 * parentheses. */
static void put_limit(printer *p, int node, int k)
{
    const wgi_formula_node *n = &p->f->node[node];
    const wgi_formula_node *at = &p->f->node[wgi_formula_child(p->f, node, k)];
    const int kind = n->kind;
    const bool factor = kind == WGI_F_MUL || kind == WGI_F_DIV;
    const bool element =
        at->length == 6 && (unsigned char)at->text[5] >= 0xA0; /* the place of one of a tensor */
    if (p->target != UNICODE || at->kind != WGI_F_NAME || (at->length != 3 && !element) ||
        (unsigned char)*at->text < 0xEE)
        return;
    const int limit = kind == WGI_F_CALL || (kind == WGI_F_POW && k) ? ATOM
                      : kind == WGI_F_MUL && k                       ? PRODUCT
                      : factor && !k                                 ? p->led ? PRODUCT : SUM
                      : kind == WGI_F_NEG                            ? PRODUCT
                                                                     : wanted(n, k);
    const int code = kind == WGI_F_CALL ? WGI_F_LIMIT_CALL : limit;
    const char place[] = { '\xEF', '\x80', (char)(0x90 + code), 0 }; /* U+F010 and so on */
    if (limit < SUM) put(p, place);
}

/* A fraction with a bar needs parentheses only below a power. */
static void put_child(printer *p, int node, int k)
{
    const int at = wgi_formula_child(p->f, node, k), kind = kind_of(p, node);
    const bool quotient = kind_of(p, at) == WGI_F_DIV, line = quotient && is_on_line(p, node, at),
               raised = kind == WGI_F_POW || kind == WGI_F_TRANSPOSED || kind == WGI_F_INVERSE,
               flat = p->flat, led = p->led;
    p->flat |= line;
    p->led |= k && kind >= WGI_F_ADD && kind <= WGI_F_MATMUL;
    if (quotient && !line ? k == 0 && raised : needs_parens(p, node, k)) put_parens(p, at);
    else put_node(p, at), put_limit(p, node, k);
    p->flat = flat, p->led = led;
}

/* A child with something behind it. */
static void put_first(printer *p, int node)
{
    const bool before = p->open;
    p->open = true;
    put_child(p, node, 0);
    p->open = before;
}

static void put_between(printer *p, int node, mark m)
{
    put_child(p, node, 0);
    put_mark(p, m);
    put_child(p, node, 1);
}

/* ---- small letters above and below ---- */

static bool has_small(const char *s, int length, bool up)
{
    for (int i = 0; i < length; i++)
        if (!wgi_small(s[i], up)) return false;
    return length > 0;
}

static void put_small(printer *p, const char *s, int length, bool up)
{
    for (int i = 0; i < length; i++) put(p, wgi_small(s[i], up));
}

/* e^z1 is not e to the z times 1: names of more than a letter stay on the line. */
static bool has_long_name(const printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    if ((n->kind == WGI_F_NAME && (n->length > 1 || n->sign)) || n->kind == WGI_F_CALL || n->kind == WGI_F_AT)
        return true;
    if (n->kind == WGI_F_NUMBER && number_level(p, fabs(n->number)) > ATOM) return true;
    for (int k = n->child; k; k = next_of(p, k))
        if (has_long_name(p, k)) return true;
    return false;
}

/* (ln a)², not ln a². */
static void put_base(printer *p, int node)
{
    const int base = first_of(p, node);
    const wgi_formula_node *n = &p->f->node[base];
    const bool call = n->kind == WGI_F_CALL && p->target != ASCII &&
                      (p->target != UNICODE || wgi_formula_is_function(n->text, n->length) ||
                       wgi_formula_is(p->f, base, "sum") || wgi_formula_is(p->f, base, "prod"));
    if (call) put_parens(p, base);
    else put_first(p, node);
}

/* The text of a power in small letters, if there are such. The power is printed to `text` by the language. */
static bool put_small_power(printer *p, int node)
{
    char text[24], clean[24];
    const int power = wgi_formula_child(p->f, node, 1);
    wgi_line t = { text, sizeof text, 0 };
    int n = 0;
    wgi_formula_text(&t, p->f, power, true);
    if (t.length >= sizeof text || has_long_name(p, power) || strpbrk(text, "^_")) return false;
    for (const char *c = text; *c; c++)
        if (*c != ' ') clean[n++] = *c;
    if (!has_small(clean, n, true)) return false;
    put_base(p, node);
    put_small(p, clean, n, true);
    return true;
}

static void put_power(printer *p, int node)
{
    const int right = wgi_formula_child(p->f, node, 1);
    if (p->target == UNICODE && put_small_power(p, node)) return;
    put_base(p, node);
    if (p->target == LATEX || p->target == BOXES) {
        const printer before = begin_script(p, true);
        put_node(p, right);
        end_script(p, &before, true);
        return;
    }
    put(p, "^");
    if (p->target == ASCII || is_atom(p, right) || kind_of(p, right) == WGI_F_AT) put_child(p, node, 1);
    else put_parens(p, right);
}

static void put_raised(printer *p, int node, mark m)
{
    put_first(p, node);
    if (p->target != BOXES) {
        put_mark(p, m);
        return;
    }
    const printer before = begin_script(p, true);
    put_mark(p, m);
    end_script(p, &before, true);
}

/* A^-T is the transpose of an inverse. */
static void put_transposed(printer *p, int node)
{
    const int of = first_of(p, node);
    if (kind_of(p, of) == WGI_F_INVERSE) put_raised(p, of, inverse_transposed);
    else put_raised(p, node, sign_of_kind[WGI_F_TRANSPOSED]);
}

/* ---- names and numbers ---- */

static bool is_latin(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* LaTeX, of a part of a text that is not longer than LONGEST: for text mode, or for math mode, all letters of
 * which are one name. */
static void put_tex(printer *p, const char *s, int length, bool words)
{
    char text[LONGEST + 1], tex[WGI_TEX_BYTES];
    snprintf(text, sizeof text, "%.*s", length, s);
    for (const char *c = text; *c;) {
        bool math;
        const char *from = c;
        c += wgi_tex_character(c, tex, &math);
        const bool plain =
            words ? !math : math || (c == from + 1 && (is_latin(*from) || (*from >= '0' && *from <= '9')));
        put(p, plain ? "" : words ? "$" : "\\text{");
        put(p, tex);
        put(p, words ? (plain ? "" : "$") : math ? " " : plain ? "" : "}");
    }
}

static bool is_ascii(const char *s, int length)
{
    for (int i = 0; i < length; i++)
        if (s[i] & 0x80) return false;
    return true;
}

static bool is_bold(const wgi_formula_node *n, const wgi_name_parts *w)
{
    const bool capital = !w->greek && w->base_length == 1 && *w->base >= 'A' && *w->base <= 'Z';
    return n->axes == WGI_F_AXES_UNKNOWN ? capital : n->axes == WGI_F_HAS_AXES;
}

static void put_accented(wgi_line *to, const wgi_name_parts *w)
{
    const char *whole = w->accent ? wgi_whole_accent(w->base, w->base_length, w->accent) : NULL;
    if (whole) wgi_line_put(to, whole);
    else wgi_line_add(to, w->base, w->base_length);
    if (w->accent && !whole) wgi_line_put(to, wgi_accent(w->accent));
}

static void put_in_unicode(printer *p, const wgi_formula_node *n, const wgi_name_parts *w)
{
    if (w->below_length && !has_small(w->below, w->below_length, false)) /* no letters for it */
        wgi_line_add(p->line, n->text, n->length);
    else {
        put_accented(p->line, w);
        put_small(p, w->below, w->below_length, false);
    }
}

static void put_in_latex(printer *p, const wgi_formula_node *n, const wgi_name_parts *w)
{
    const bool ascii = is_ascii(w->base, w->base_length);
    const char *face = n->word                       ? "\\mathrm{"
                       : is_bold(n, w)               ? ascii ? "\\mathbf{" : "\\boldsymbol{"
                       : w->base_length > 1 && ascii ? "\\mathit{"
                                                     : "";
    const int d = w->differential && is_bold(n, w);
    if (w->accent) put(p, "\\"), put(p, w->accent), put(p, "{");
    put(p, d ? "d" : ""), put(p, face);
    put_tex(p, w->base + d, w->base_length - d, false);
    put(p, *face ? "}" : "");
    put(p, w->accent ? "}" : "");
}

static void put_in_boxes(printer *p, const wgi_formula_node *n, const wgi_name_parts *w)
{
    char letters[80];
    wgi_line base = { letters, sizeof letters, 0 };
    put_accented(&base, w);
    const bool fits = base.length < sizeof letters;
    const int d = w->differential && is_bold(n, w);
    if (d) wgi_row_text(p, "d", 1, WGI_F_ITALIC);
    wgi_row_text(p, (fits ? letters : w->base) + d, (fits ? (int)base.length : w->base_length) - d,
                 n->word         ? WGI_F_ROMAN
                 : is_bold(n, w) ? WGI_F_BOLD
                                 : WGI_F_ITALIC);
}

/* i of x_i is a name, too; 1 and max are none. */
static void put_below_name(printer *p, const wgi_name_parts *w)
{
    const bool letter = w->below_length == 1 && is_latin(*w->below),
               number = (int)strspn(w->below, "0123456789") >= w->below_length;
    const printer before = begin_script(p, false);
    if (p->target != LATEX) wgi_row_text(p, w->below, w->below_length, letter ? WGI_F_ITALIC : WGI_F_ROMAN);
    else {
        put(p, letter || number ? "" : "\\mathrm{");
        put_tex(p, w->below, w->below_length, false);
        put(p, letter || number ? "" : "}");
    }
    end_script(p, &before, false);
}

static void put_name(printer *p, int node)
{
    static mark infinity = { "∞", "inf", "\\infty ", "∞" }, prime = { "′", "'", "'", "′" };
    const wgi_formula_node *n = &p->f->node[node];
    const wgi_name_parts w = wgi_name_split(n->text, n->length, n->look);
    if (wgi_formula_is(p->f, node, "inf")) put_mark(p, infinity);
    else if (p->target == ASCII || (p->target == UNICODE && n->of)) wgi_line_add(p->line, n->text, n->length);
    else if (p->target == UNICODE) put_in_unicode(p, n, &w);
    else {
        if (p->target == LATEX) put_in_latex(p, n, &w);
        else put_in_boxes(p, n, &w);
        if (w.below_length) put_below_name(p, &w);
    }
    for (int i = 0; i < n->sign; i++) put_mark(p, prime);
}

static void put_number(printer *p, const wgi_formula_node *n)
{
    static mark times = { "·10", "e", " \\cdot 10", "·10" };
    char digits[32], power[16];
    if (p->target == ASCII && n->text) {
        wgi_line_add(p->line, n->text, n->length);
        return;
    }
    const int e = wgi_number_text(n->number, digits);
    const bool one = e && p->target != ASCII && strcmp(digits, "1") == 0;
    if (n->number < 0) put_mark(p, sign_of_kind[WGI_F_NEG]);
    if (!one) put(p, digits);
    if (!e) return;
    put(p, one ? "10" : times[p->target]);
    snprintf(power, sizeof power, "%s%d", e < 0 ? p->target == BOXES ? "−" : "-" : "", abs(e));
    if (p->target == UNICODE) put_small(p, power, (int)strlen(power), true);
    else if (p->target == ASCII) put(p, power);
    else {
        const printer before = begin_script(p, true);
        put(p, power);
        end_script(p, &before, true);
    }
}

/* ---- products and quotients ---- */

static bool ends_with_quotient(const printer *p, int node)
{
    const int kind = kind_of(p, node);
    return kind == WGI_F_DIV || (kind == WGI_F_NEG && ends_with_quotient(p, first_of(p, node)));
}

static void put_product(printer *p, int node)
{
    const int s = p->f->node[node].sign;
    const bool of_matrices = kind_of(p, node) == WGI_F_MATMUL,
               ends_below = p->flat && ends_with_quotient(p, first_of(p, node)),
               has_dot = s == '.' || (p->target != ASCII && (ends_below || begins_with_digit(p, node, 1))),
               elements = is_of_elements(p, node);
    const bool tight = p->target == BOXES && !of_matrices && kind_of(p, first_of(p, node)) == WGI_F_NUMBER &&
                       !has_dot && kind_of(p, next_of(p, first_of(p, node))) == WGI_F_NAME;
    const wgi_formula_mark *m = elements || (s == '*' && !of_matrices) ? &star
                                : !of_matrices && has_dot              ? &dot
                                : tight                                ? &close_by
                                : of_matrices                          ? &matrices
                                                                       : &space;
    put_first(p, node);
    put_mark(p, *m);
    if (!*(*m)[p->target]) put_gap(p, of_matrices ? 0.2 : 0.1);
    put_child(p, node, 1);
}

static void put_quotient(printer *p, int node)
{
    if (p->flat) {
        put_first(p, node);
        put_mark(p, sign_of_kind[WGI_F_DIV]);
        put_child(p, node, 1);
        return;
    }
    const int over = first_of(p, node), under = next_of(p, over);
    const printer before = *p;
    p->flat = true, p->open = p->led = false;
    if (p->target == BOXES) {
        const box above = lay(p, over), below = lay(p, under);
        p->row = wgi_box_fraction(p, above, below);
    } else put(p, "\\frac{"), put_node(p, over), put(p, "}{"), put_node(p, under), put(p, "}");
    p->flat = before.flat, p->open = before.open, p->led = before.led;
}

static void put_compare(printer *p, int node)
{
    size_t i = 0;
    while (compare[i].sign != '=' && compare[i].sign != p->f->node[node].sign) i++;
    put_between(p, node, compare[i].as);
}

static void put_bars(printer *p, int node)
{
    const printer before = begin(p);
    const bool parens = p->in_bars && p->target == ASCII;
    if (p->target != LATEX) p->open = false;
    p->in_bars = true, p->led = false;
    if (p->target != BOXES) put(p, p->target == LATEX ? "\\left|" : parens ? "(|" : "|");
    put_node(p, first_of(p, node));
    if (p->target == BOXES) p->row = wgi_box_enclosed(p, p->row, true);
    else put(p, p->target == LATEX ? "\\right|" : parens ? "|)" : "|");
    end(p, &before);
}

/* ---- calls ---- */

static bool is_clause(const printer *p, int node)
{
    return kind_of(p, node) == WGI_F_ALONG || kind_of(p, node) == WGI_F_OVER;
}

/* What has no form of its own in two dimensions is a line. */
static void put_plain(printer *p, int node)
{
    char text[300];
    wgi_line to = { text, sizeof text, 0 };
    wgi_formula_text(&to, p->f, node, false);
    put(p, text);
}

/* The axes or indices of a sum. In boxes and LaTeX they stand below its sign. */
static void put_clause(printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    const bool along = n->kind == WGI_F_ALONG, below = p->target == LATEX || p->target == BOXES;
    int at = 1;
    if (!below) put(p, along ? "along " : "over ");
    if (along && n->sign) put_mark(p, all_but);
    for (int k = n->child; k; k = next_of(p, k), at++) {
        if (along && p->target == BOXES && wgi_formula_is(p->f, k, "last")) put(p, "last");
        else put_node(p, k);
        if (!next_of(p, k)) continue;
        if (along && kind_of(p, k) == WGI_F_NUMBER) put(p, ", ");
        else if (along) put(p, p->target == LATEX ? "\\," : " ");
        else if (at == n->sign) put_mark(p, where);
        else put(p, ", ");
    }
}

static void put_function(printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    const char *known = p->target == ASCII || n->word ? NULL
                        : p->target == LATEX          ? wgi_function_latex(n->text, n->length)
                                                      : wgi_function_unicode(n->text, n->length);
    if (known) put(p, known);
    else if (p->target == LATEX) put(p, "\\operatorname{"), put_tex(p, n->text, n->length, true), put(p, "}");
    else add(p, n->text, n->length);
}

/* Short limits stand below the sign of a sum, as in Σ with i below it. */
static void put_below(printer *p, int node)
{
    const bool sum = wgi_formula_is(p->f, node, "sum") || wgi_formula_is(p->f, node, "prod");
    for (int k = first_of(p, node); k; k = next_of(p, k)) {
        if (!is_clause(p, k)) continue;
        const printer before = begin_script(p, false);
        put_clause(p, k);
        if (p->target == BOXES && sum && kind_of(p, k) == WGI_F_OVER) {
            const box limits = p->row;
            *p = before;
            p->row = wgi_box_limits(p, p->row, limits);
        } else end_script(p, &before, false);
    }
}

static void put_arguments(printer *p, int node, bool clauses)
{
    int at = 0;
    for (int k = first_of(p, node); k; k = next_of(p, k)) {
        if (is_clause(p, k) && !clauses) continue;
        if (at++) put(p, is_clause(p, k) ? " " : ", ");
        if (is_clause(p, k)) put_clause(p, k);
        else put_node(p, k);
    }
}

static bool has_tall_argument(const printer *p, int node)
{
    for (int k = first_of(p, node); k; k = next_of(p, k))
        if (!is_clause(p, k) && is_tall(p, k)) return true;
    return false;
}

static void put_call(printer *p, int node)
{
    const bool latex = p->target == LATEX, boxes = p->target == BOXES,
               root = p->target != ASCII && !p->f->node[node].word && wgi_formula_is(p->f, node, "sqrt"),
               bare = p->target != ASCII && is_bare(p, node, p->open),
               tall = latex && has_tall_argument(p, node);
    if (root) put(p, latex ? "\\sqrt" : "√");
    else put_function(p, node);
    if (!root && (latex || boxes)) put_below(p, node);
    if (latex && root) put(p, "{");
    else if (bare) put(p, root ? "" : " ");
    else if (!boxes) put(p, tall ? "\\!\\left(" : "(");
    const printer before = begin(p);
    p->open = p->in_bars = p->led = false;
    put_arguments(p, node, !latex && !boxes);
    if (bare) put_limit(p, node, 0);
    if (boxes && !bare) p->row = wgi_box_enclosed(p, p->row, false);
    end(p, &before);
    if (latex && root) put(p, "}");
    else if (!bare && !boxes) put(p, tall ? "\\right)" : ")");
}

static void put_row(printer *p, int node)
{
    const printer before = begin(p);
    p->open = p->in_bars = p->led = false;
    put(p, "[");
    put_arguments(p, node, true);
    put(p, "]");
    end(p, &before);
}

static void put_root(printer *p, int node)
{
    const bool open = p->open;
    p->open = false;
    const box in = lay(p, first_of(p, node));
    p->open = open;
    p->row = wgi_box_root(p, in);
}

/* ---- elements, cases, equations ---- */

static void put_subscripts(printer *p, int node)
{
    for (int k = next_of(p, first_of(p, node)); k; k = next_of(p, k)) {
        put_node(p, k);
        put(p, next_of(p, k) ? ", " : "");
    }
}

/* Subscripts. They stand in brackets on the line, where the name has a subscript of its own: x_k[i, j], and
 * where they are words: z[:, 3:4]. */
static void put_elements(printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[first_of(p, node)];
    const bool brackets = p->f->node[node].word || (p->target != LATEX && p->target != BOXES) ||
                          kind_of(p, next_of(p, first_of(p, node))) == WGI_F_WORDS ||
                          (n->kind == WGI_F_NAME && wgi_name_split(n->text, n->length, n->look).below_length);
    put_child(p, node, 0);
    const printer before = brackets ? begin(p) : begin_script(p, false);
    if (brackets) put(p, "[");
    if (p->target == LATEX) p->flat = true, p->open = false;
    put_subscripts(p, node);
    if (brackets) put(p, "]"), end(p, &before);
    else end_script(p, &before, false);
}

static void draw_cases(printer *p, int node)
{
    wgi_formula_cases c = wgi_cases_begin(p);
    for (int k = first_of(p, node), when; k; k = when ? next_of(p, when) : 0) {
        const printer before = begin(p);
        when = next_of(p, k);
        put_node(p, k), put_gap(p, 0.4);
        put(p, when ? " if " : " else");
        if (when) put_node(p, when);
        wgi_cases_add(p, &c, p->row);
        *p = before;
    }
    p->row = wgi_cases_end(p, &c);
}

static void put_cases(printer *p, int node)
{
    const int n = wgi_formula_children(p->f, node);
    if (p->target == LATEX) {
        put(p, "\\begin{cases} ");
        for (int k = 0; k < n; k++) {
            put(p, k == 0 ? "" : k % 2 ? " & \\text{if } " : " \\\\ ");
            put_node(p, wgi_formula_child(p->f, node, k));
        }
        put(p, " & \\text{else} \\end{cases}");
    } else
        for (int k = 0; k < n; k++) {
            put(p, k == 0 ? "" : k % 2 ? " where " : k == n - 1 ? ", else " : ", ");
            put_child(p, node, k);
        }
}

/* [a < b] is 1 or 0. */
static void put_side(printer *p, int node)
{
    const printer before = begin(p);
    const bool truth = p->target != ASCII && is_truth(p->f, node);
    if (truth) put(p, "[");
    put_node(p, node);
    if (truth) put(p, "]");
    end(p, &before);
}

static void put_equation(printer *p, int node)
{
    const int left = first_of(p, node), right = next_of(p, left), along = next_of(p, right);
    put_node(p, left);
    if (!right) return;
    put(p, p->f->node[node].chained ? " := " : " = "), put_side(p, right);
    if (!along) return;
    put(p, p->target == LATEX ? "\\;\\text{ along }" : " ");
    if (p->target == BOXES) put_plain(p, along);
    else put_clause(p, along);
}

static void put_equations(printer *p, int node)
{
    for (int k = first_of(p, node); k; k = next_of(p, k)) {
        if (k != first_of(p, node)) {
            put_mark(p, p->f->node[k].sign == ';' ? semicolon : comma);
            put_gap(p, 0.3);
        }
        put_node(p, k);
    }
}

static void put_words(printer *p, const wgi_formula_node *n)
{
    static mark before = { "", "\"", "\\text{", "" }, behind = { "", "\"", "}", "" };
    put_mark(p, before);
    if (p->target == LATEX) put_tex(p, n->text, n->length, true);
    else add(p, n->text, n->length);
    put_mark(p, behind);
}

static void write(printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_LIST: put_equations(p, node); break;
    case WGI_F_EQUATION: put_equation(p, node); break;
    case WGI_F_NUMBER: put_number(p, n); break;
    case WGI_F_NAME: put_name(p, node); break;
    case WGI_F_WORDS: put_words(p, n); break;
    case WGI_F_ADD:
    case WGI_F_SUB:
    case WGI_F_MOD:
    case WGI_F_AND:
    case WGI_F_OR: put_between(p, node, sign_of_kind[n->kind]); break;
    case WGI_F_NEG:
    case WGI_F_NOT:
        put_mark(p, sign_of_kind[n->kind]);
        p->led = true; /* put_node's printer is gone behind this */
        put_child(p, node, 0);
        break;
    case WGI_F_MUL:
    case WGI_F_MATMUL: put_product(p, node); break;
    case WGI_F_DIV: put_quotient(p, node); break;
    case WGI_F_POW: put_power(p, node); break;
    case WGI_F_TRANSPOSED: put_transposed(p, node); break;
    case WGI_F_INVERSE: put_raised(p, node, sign_of_kind[WGI_F_INVERSE]); break;
    case WGI_F_ABS: put_bars(p, node); break;
    case WGI_F_CALL:
        if (p->drawn && !n->word && wgi_formula_is(p->f, node, "sqrt")) put_root(p, node);
        else put_call(p, node);
        break;
    case WGI_F_ROW: put_row(p, node); break;
    case WGI_F_ALONG:
    case WGI_F_OVER:
        if (p->target == BOXES) put_plain(p, node);
        else put_clause(p, node);
        break;
    case WGI_F_AT: put_elements(p, node); break;
    case WGI_F_REST:
        if (n->child) put_node(p, n->child);
        put_mark(p, sign_of_kind[WGI_F_REST]);
        break;
    case WGI_F_COMPARE: put_compare(p, node); break;
    case WGI_F_CASES:
        if (p->drawn) draw_cases(p, node);
        else if (p->target == BOXES) put_plain(p, node);
        else put_cases(p, node);
        break;
    }
}

/* ---- the targets ---- */

static void print(wgi_line *to, const wgi_formula *f, int node, int target, bool flat)
{
    printer p = { .f = f, .target = target, .flat = flat, .line = to };
    if (to->size) to->at[0] = 0;
    put_side(&p, node);
}

void wgi_formula_text(wgi_line *to, const wgi_formula *f, int node, bool ascii)
{
    print(to, f, node, ascii ? ASCII : UNICODE, true);
}

void wgi_formula_latex(wgi_line *to, const wgi_formula *f, int node, bool flat)
{
    print(to, f, node, LATEX, flat);
}

bool wgi_formula_lay_out(wgi_formula_boxes *in, const wgi_formula *f, int node, double size,
                         wgi_formula_style style, wgi_formula_width width, wgi_laid_formula *laid)
{
    const bool flat = style == WGI_F_FLAT;
    printer p = { .f = f, .target = BOXES, .flat = flat, .to = in, .width = width, .drawn = !flat };
    p.size = size, p.small = WGI_F_SMALL * size;
    in->count = in->used = 0;
    in->full = false;
    put_side(&p, node);
    *laid =
        (wgi_laid_formula){ p.row.width, p.row.above, p.row.below, in->count, in->piece, in->letters, NULL };
    return !in->full;
}

int wg_formula_print(const char *formula, wg_formula_form form, char *buf, size_t size)
{
    wgi_formula f;
    wgi_formula_error e;
    wgi_line to = { buf, size, 0 };
    if (!formula || !wgi_formula_parse(&f, formula, &e)) {
        if (size && buf)
            snprintf(buf, size, "byte %d: %s", formula ? e.at : 0, formula ? e.text : "there is no formula");
        return -1;
    }
    print(&to, &f, f.root, (int)form, form != WG_FORMULA_LATEX);
    return (int)to.length;
}

int wgi_formula_print_name(const char *name, int look, char *buf, size_t size)
{
    wgi_line to = { buf, size, 0 };
    printer p = { .target = UNICODE, .line = &to };
    const int length = (int)strlen(name);
    const wgi_name_parts w = wgi_name_split(name, length, look);
    if (size) buf[0] = 0;
    put_in_unicode(&p, &(wgi_formula_node){ .text = name, .length = length }, &w);
    return (int)to.length;
}
