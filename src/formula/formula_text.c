/* formula_text.c: a tree as one line, in Unicode or in the language itself. */
#include <stdio.h>
#include <string.h>

#include "formula/formula_words.h"
#include "text/text.h"

typedef struct printer {
    wgi_line *to;
    const wgi_formula *f;
    bool ascii;
    bool open;    /* what follows could be taken for a part of "sin x": it has parentheses */
    bool in_bars; /* inside |x|, where another | must be in parentheses to be read again */
} printer;

static void put_node(printer *p, int node);

static void put(printer *p, const char *s) { wgi_line_put(p->to, s); }
static void put_either(printer *p, const char *unicode, const char *ascii)
{
    put(p, p->ascii ? ascii : unicode);
}

static void put_in(printer *p, const char *open, int node, const char *close)
{
    put(p, open);
    put_node(p, node);
    put(p, close);
}

static void put_parens(printer *p, int node)
{
    const printer before = *p;
    p->open = p->in_bars = false;
    put_in(p, "(", node, ")");
    p->open = before.open, p->in_bars = before.in_bars;
}

static void put_child(printer *p, int node, int k)
{
    const int child = wgi_formula_child(p->f, node, k);
    if (wgi_formula_parens(p->f, node, k)) put_parens(p, child);
    else put_node(p, child);
}

/* A child with something behind it. */
static void put_first(printer *p, int node)
{
    const bool before = p->open;
    p->open = true;
    put_child(p, node, 0);
    p->open = before;
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

/* ---- names and numbers ---- */

static void put_unicode_name(printer *p, const wgi_formula_node *n)
{
    const wgi_name_parts w = wgi_name_split(n->text, n->length);
    const char *whole = w.accent ? wgi_whole_accent(w.base, w.base_length, w.accent) : NULL;
    if (w.below_length && !has_small(w.below, w.below_length, false)) { /* no letters for it */
        wgi_line_add(p->to, n->text, n->length);
        return;
    }
    if (whole) put(p, whole);
    else wgi_line_add(p->to, w.base, w.base_length);
    if (w.accent && !whole) put(p, wgi_accent(w.accent));
    put_small(p, w.below, w.below_length, false);
}

static void put_name(printer *p, const wgi_formula_node *n)
{
    if (p->ascii) wgi_line_add(p->to, n->text, n->length);
    else if (n->length == 3 && memcmp(n->text, "inf", 3) == 0) put(p, "∞");
    else put_unicode_name(p, n);
    for (int i = 0; i < n->sign; i++) put_either(p, "′", "'");
}

static void put_number(printer *p, const wgi_formula_node *n)
{
    char digits[32], power[16];
    if (p->ascii && n->text) {
        wgi_line_add(p->to, n->text, n->length);
        return;
    }
    const int e = wgi_number_text(n->number, digits);
    put(p, n->number < 0 ? (p->ascii ? "-" : "−") : "");
    put(p, e && !p->ascii && strcmp(digits, "1") == 0 ? "" : digits);
    if (!e) return;
    put(p, p->ascii ? "e" : strcmp(digits, "1") == 0 ? "10" : "·10");
    snprintf(power, sizeof power, "%d", e);
    if (p->ascii) put(p, power);
    else put_small(p, power, (int)strlen(power), true);
}

/* ---- operators ---- */

static void put_matmul(printer *p, int node)
{
    const bool close = wgi_formula_is_close(p->f, node);
    put_first(p, node);
    put(p, p->ascii ? " @ " : close ? "" : " ");
    put_child(p, node, 1);
}

static void put_product(printer *p, int node)
{
    const int s = p->f->node[node].sign;
    const bool dot = s == '.' || wgi_formula_digit_second(p->f, node);
    put_first(p, node);
    if (s == '*') put_either(p, " ⊙ ", " * ");
    else put_either(p, dot ? " · " : " ", s == '.' ? " · " : " ");
    put_child(p, node, 1);
}

static void put_between(printer *p, int node, const char *sign)
{
    put_child(p, node, 0);
    put(p, sign);
    put_child(p, node, 1);
}

/* (ln a)², not ln a². */
static void put_base(printer *p, int node)
{
    const int base = p->f->node[node].child;
    const wgi_formula_node *n = &p->f->node[base];
    if (n->kind == WGI_F_CALL && wgi_formula_is_function(n->text, n->length) && !p->ascii)
        put_parens(p, base);
    else put_first(p, node);
}

static void put_quotient(printer *p, int node)
{
    put_first(p, node);
    put_either(p, "/", " / ");
    put_child(p, node, 1);
}

/* e^z1 is not e to the z times 1: names of more than a letter stay on the line. */
static bool has_long_name(const printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    if ((n->kind == WGI_F_NAME && (n->length > 1 || n->sign)) || n->kind == WGI_F_CALL || n->kind == WGI_F_AT)
        return true;
    for (int k = n->child; k; k = p->f->node[k].next)
        if (has_long_name(p, k)) return true;
    return false;
}

/* The text of a power in small letters, if there are such. The power is printed to `text` by the language. */
static bool put_small_power(printer *p, int node)
{
    char text[24], clean[24];
    wgi_line t = { text, sizeof text, 0 };
    int n = 0;
    wgi_formula_text(&t, p->f, wgi_formula_child(p->f, node, 1), true);
    if (t.length >= sizeof text || has_long_name(p, wgi_formula_child(p->f, node, 1)) || strchr(text, '^') ||
        strchr(text, '_'))
        return false;
    for (const char *c = text; *c; c++)
        if (*c != ' ') clean[n++] = *c;
    if (!has_small(clean, n, true)) return false;
    put_base(p, node);
    put_small(p, clean, n, true);
    return true;
}

static void put_power(printer *p, int node)
{
    const int right = wgi_formula_child(p->f, node, 1), kind = p->f->node[right].kind;
    const bool plain = kind == WGI_F_NAME || kind == WGI_F_NUMBER || kind == WGI_F_AT || p->ascii;
    if (!p->ascii && put_small_power(p, node)) return;
    put_base(p, node);
    put(p, "^");
    if (plain) put_child(p, node, 1);
    else put_parens(p, right);
}

static void put_compare(printer *p, int node)
{
    const char *sign = "";
    switch (p->f->node[node].sign) {
    case '<': sign = " < "; break;
    case '>': sign = " > "; break;
    case 'l': sign = p->ascii ? " <= " : " ≤ "; break;
    case 'g': sign = p->ascii ? " >= " : " ≥ "; break;
    case '=': sign = p->ascii ? " == " : " = "; break;
    case '!': sign = p->ascii ? " != " : " ≠ "; break;
    }
    put_between(p, node, sign);
}

/* ---- calls ---- */

static bool is_clause(const printer *p, int node)
{
    return p->f->node[node].kind == WGI_F_ALONG || p->f->node[node].kind == WGI_F_OVER;
}

static void put_arguments(printer *p, int node)
{
    int k = p->f->node[node].child;
    for (bool first = true; k; k = p->f->node[k].next, first = false) {
        put(p, first ? "" : is_clause(p, k) ? " " : ", ");
        put_node(p, k);
    }
}

static void put_call(printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    const char *other = p->ascii || n->word ? NULL : wgi_function_unicode(n->text, n->length);
    const bool root = !p->ascii && !n->word && wgi_formula_is(p->f, node, "sqrt");
    if (root) put(p, "√");
    else if (other) put(p, other);
    else wgi_line_add(p->to, n->text, n->length);
    const bool bare = !p->ascii && wgi_formula_is_bare(p->f, node, p->open), open = p->open,
               bars = p->in_bars;
    put(p, bare ? (root ? "" : " ") : "(");
    p->open = p->in_bars = false;
    put_arguments(p, node);
    p->open = open, p->in_bars = bars;
    put(p, bare ? "" : ")");
}

static void put_list(printer *p, int node, const char *between)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next) {
        put_node(p, k);
        put(p, p->f->node[k].next ? between : "");
    }
}

static void put_over(printer *p, int node)
{
    int at = 0;
    put(p, "over ");
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next, at++) {
        put(p, at == 0 ? "" : at == p->f->node[node].sign ? " where " : ", ");
        put_node(p, k);
    }
}

static void put_along(printer *p, int node)
{
    put(p, p->f->node[node].sign ? "along all but " : "along ");
    put_list(p, node, " ");
}

static void put_bars(printer *p, int node)
{
    const bool open = p->open, bars = p->in_bars, parens = bars && p->ascii;
    p->open = false, p->in_bars = true;
    put(p, parens ? "(" : "");
    put_in(p, "|", p->f->node[node].child, "|");
    put(p, parens ? ")" : "");
    p->open = open, p->in_bars = bars;
}

static void put_elements(printer *p, int node)
{
    put_child(p, node, 0);
    put(p, "[");
    for (int k = p->f->node[p->f->node[node].child].next; k; k = p->f->node[k].next) {
        put_node(p, k);
        put(p, p->f->node[k].next ? ", " : "");
    }
    put(p, "]");
}

static void put_cases(printer *p, int node)
{
    const int n = wgi_formula_children(p->f, node);
    for (int k = 0; k < n; k++) {
        put(p, k == 0 ? "" : k % 2 ? " where " : k == n - 1 ? ", else " : ", ");
        put_child(p, node, k);
    }
}

static void put_equation(printer *p, int node)
{
    const int left = p->f->node[node].child, right = p->f->node[left].next;
    const bool truth = right && !p->ascii && wgi_formula_is_truth(p->f, right); /* [a = b] is 1 or 0 */
    put_node(p, left);
    if (right) put_in(p, truth ? " = [" : " = ", right, truth ? "]" : "");
    if (right && p->f->node[right].next) put_in(p, " ", p->f->node[right].next, "");
}

static void put_equations(printer *p, int node)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next) {
        if (k != p->f->node[node].child) put(p, p->f->node[k].sign == ';' ? "; " : ", ");
        put_node(p, k);
    }
}

static void put_after(printer *p, int node, const char *unicode, const char *ascii)
{
    put_first(p, node);
    put_either(p, unicode, ascii);
}

/* A^-T is the transpose of an inverse. */
static void put_transposed(printer *p, int node)
{
    const int of = p->f->node[node].child;
    if (p->f->node[of].kind == WGI_F_INVERSE) put_after(p, of, "⁻ᵀ", "^-T");
    else put_after(p, node, "ᵀ", "^T");
}

static void put_leaf(printer *p, const wgi_formula_node *n)
{
    if (n->kind == WGI_F_NUMBER) put_number(p, n);
    else if (n->kind == WGI_F_NAME) put_name(p, n);
    else {
        put(p, p->ascii ? "\"" : "");
        wgi_line_add(p->to, n->text, n->length);
        put(p, p->ascii ? "\"" : "");
    }
}

static void put_node(printer *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_LIST: put_equations(p, node); break;
    case WGI_F_EQUATION: put_equation(p, node); break;
    case WGI_F_NUMBER:
    case WGI_F_NAME:
    case WGI_F_WORDS: put_leaf(p, n); break;
    case WGI_F_ADD: put_between(p, node, " + "); break;
    case WGI_F_SUB: put_between(p, node, p->ascii ? " - " : " − "); break;
    case WGI_F_NEG:
        put_either(p, "−", "-");
        put_child(p, node, 0);
        break;
    case WGI_F_MUL: put_product(p, node); break;
    case WGI_F_DIV: put_quotient(p, node); break;
    case WGI_F_MOD: put_between(p, node, " mod "); break;
    case WGI_F_MATMUL: put_matmul(p, node); break;
    case WGI_F_POW: put_power(p, node); break;
    case WGI_F_TRANSPOSED: put_transposed(p, node); break;
    case WGI_F_INVERSE: put_after(p, node, "⁻¹", "^-1"); break;
    case WGI_F_ABS: put_bars(p, node); break;
    case WGI_F_CALL: put_call(p, node); break;
    case WGI_F_ALONG: put_along(p, node); break;
    case WGI_F_OVER: put_over(p, node); break;
    case WGI_F_AT: put_elements(p, node); break;
    case WGI_F_REST:
        if (n->child) put_node(p, n->child);
        put_either(p, "…", "...");
        break;
    case WGI_F_COMPARE: put_compare(p, node); break;
    case WGI_F_AND: put_between(p, node, " and "); break;
    case WGI_F_OR: put_between(p, node, " or "); break;
    case WGI_F_NOT: put_in(p, "not ", n->child, ""); break;
    case WGI_F_CASES: put_cases(p, node); break;
    }
}

void wgi_formula_text(wgi_line *to, const wgi_formula *f, int node, bool ascii)
{
    printer p = { .to = to, .f = f, .ascii = ascii };
    if (to->size) to->at[0] = 0;
    if (!ascii && wgi_formula_is_truth(f, node)) put_in(&p, "[", node, "]"); /* 1 or 0 */
    else put_node(&p, node);
}

int wgi_formula_print_name(const char *name, char *buf, size_t size)
{
    wgi_line to = { buf, size, 0 };
    printer p = { .to = &to };
    if (size) buf[0] = 0;
    put_unicode_name(&p, &(wgi_formula_node){ .text = name, .length = (int)strlen(name) });
    return (int)to.length;
}
