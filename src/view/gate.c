/* gate.c: the symbol of a call as a gate of a circuit: the sign, the function or the short formula that its
 * op's formula has, with numbers in it and without the names of its operands: +, × 2, σ, 1/x. */
#include <stdio.h>
#include <string.h>

#include "formula/formula.h"
#include "view/equation.h"
#include "view/formula_values.h"
#include "wengert/op.h"

enum { LINE = 120, CHARACTERS = 12 };

static const char *sign_of(int kind)
{
    return kind == WGI_F_ADD      ? "+"
           : kind == WGI_F_SUB    ? "−"
           : kind == WGI_F_MUL    ? "×"
           : kind == WGI_F_DIV    ? "÷"
           : kind == WGI_F_MATMUL ? "·"
                                  : NULL;
}

static bool is_name(const wgi_formula *f, int n) { return f->node[n].kind == WGI_F_NAME; }
static bool is_number(const wgi_formula *f, int n) { return f->node[n].kind == WGI_F_NUMBER; }

/* "σ" of "σ(x)", "ln" of "ln x"; "√x" and "|x|" stay. */
static void put_function(wgi_strbuf *b, const char *text)
{
    const size_t all = strlen(text), name = strcspn(text, "( ");
    wgi_strbuf_add(b, text, name ? name : all);
}

static bool has_names_alone(const wgi_formula *f, int call)
{
    for (int k = f->node[call].child; k; k = f->node[k].next)
        if (!is_name(f, k)) return false;
    return f->node[call].child;
}

/* Copies the formula with its names and words, which stay as long as the view. */
static void copy_formula(wgi_view *v, wgi_strbuf *b, wgi_formula *to, const wgi_formula *f, int right)
{
    to->root = wgi_formula_copy(to, f, right);
    for (int i = 1; i < to->count; i++) {
        wgi_formula_node *n = &to->node[i];
        char *kept = n->text ? wgi_view_keep(v, (size_t)n->length + 1) : NULL;
        if (!n->text) continue;
        if (kept) memcpy(kept, n->text, (size_t)n->length), kept[n->length] = 0;
        b->failed |= !kept;
        n->text = kept ? kept : "", n->length = kept ? n->length : 0;
    }
}

/* false: the formula is too long for a gate. */
static bool put_symbol(wgi_view *v, wgi_strbuf *b, const wgi_formula *f, int right, wgi_formula *tree)
{
    const wgi_formula_node *n = &f->node[right];
    const int a = n->child, second = a ? f->node[a].next : 0;
    const char *sign = sign_of(n->kind);
    char text[LINE];
    wgi_line to = { text, sizeof text, 0 };
    if (sign && is_name(f, a) && is_name(f, second)) {
        wgi_strbuf_put(b, sign);
        return true;
    }
    const bool swaps = n->kind == WGI_F_ADD || n->kind == WGI_F_MUL;
    const int x = sign && is_name(f, a) && is_number(f, second)    ? second
                  : swaps && is_number(f, a) && is_name(f, second) ? a
                                                                   : 0;
    wgi_formula_text(&to, f, x ? x : right, false);
    const bool call = n->kind == WGI_F_CALL && has_names_alone(f, right);
    if (to.length >= sizeof text || (!call && wgi_characters(text) > CHARACTERS)) return false;
    const bool negative = x && f->node[x].number < 0;
    if (x) wgi_strbuf_format(b, negative ? "%s (" : "%s ", sign);
    if (call) put_function(b, text);
    else wgi_strbuf_put(b, n->kind == WGI_F_NEG && is_name(f, a) ? "× (−1)" : text);
    if (!x && !call && !(n->kind == WGI_F_NEG && is_name(f, a))) copy_formula(v, b, tree, f, right);
    wgi_strbuf_put(b, negative ? ")" : "");
    return true;
}

static void put_name(wgi_strbuf *b, const wgi_item *y)
{
    const char *name = y->op ? y->op->name : "", *sign = wgi_function_unicode(name, (int)strlen(name));
    wgi_strbuf_clean(b, sign ? sign : name, 2 * CHARACTERS);
}

void wgi_item_put_gate(wgi_view *v, wgi_strbuf *b, const wgi_item *y, wgi_formula *tree)
{
    wgi_right_side *r = wg_alloc(v->c, 1, sizeof *r);
    int wires = 0;
    double x;
    if (!r) {
        b->failed = true;
        return;
    }
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = v->arg[y->first + k];
        wires += at >= 0 && !wgi_item_number(v, at, &x);
    }
    for (int k = 0; k < WGI_FORMULA_OPERANDS; k++)
        snprintf(r->text[k], sizeof r->text[k], "%c", wires == 1 ? 'x' : 'a' + k);
    const int right = wgi_find_right_side(v, y, r);
    if (right <= 0 || !wgi_is_clear(&r->own, y->operands, false) || !put_symbol(v, b, &r->own, right, tree))
        put_name(b, y);
    wg_free(v->c, r);
}
