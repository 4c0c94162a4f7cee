/* gate.c: the symbol of a call as a gate of a circuit: the sign, the function or the short formula that its
 * op's formula has, with numbers in it and without the names of its operands: +, × 2, σ, 1/x. */
#include <stdio.h>
#include <string.h>

#include "formula/formula.h"
#include "view/equation.h"
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

static bool has_names_alone(const wgi_formula *f, int call)
{
    for (int k = f->node[call].child; k; k = f->node[k].next)
        if (!is_name(f, k)) return false;
    return f->node[call].child;
}

/* Copies the formula with its names and words, which stay as long as the view. */
static void copy_formula(const wgi_view *v, wgi_formula *to, const wgi_formula *f, int right)
{
    to->root = wgi_formula_copy(to, f, right);
    for (int i = 1; i < to->count; i++) {
        wgi_formula_node *n = &to->node[i];
        if (n->text) n->text = wgi_pool_part(v->pool, n->text, (size_t)n->length);
        if (v->pool->failed) n->length = 0;
    }
}

/* NULL: the formula is too long for a gate. */
static const char *symbol_of(const wgi_view *v, const wgi_formula *f, int right, wgi_formula *tree)
{
    const wgi_formula_node *n = &f->node[right];
    const int a = n->child, second = a ? f->node[a].next : 0;
    const char *sign = sign_of(n->kind);
    char text[LINE];
    wgi_line to = { text, sizeof text, 0 };
    if (sign && is_name(f, a) && is_name(f, second)) return sign;
    const bool swaps = n->kind == WGI_F_ADD || n->kind == WGI_F_MUL;
    const int x = sign && is_name(f, a) && is_number(f, second)    ? second
                  : swaps && is_number(f, a) && is_name(f, second) ? a
                                                                   : 0;
    wgi_formula_text(&to, f, x ? x : right, false);
    const bool call = n->kind == WGI_F_CALL && has_names_alone(f, right);
    if (to.length >= sizeof text || (!call && wgi_characters(text) > CHARACTERS)) return NULL;
    if (x) return wgi_pool_format(v->pool, f->node[x].number < 0 ? "%s (%s)" : "%s %s", sign, text);
    if (call) { /* "σ" of "σ(x)", "ln" of "ln x"; "√x" and "|x|" stay */
        const size_t name = strcspn(text, "( ");
        return wgi_pool_part(v->pool, text, name ? name : strlen(text));
    }
    if (n->kind == WGI_F_NEG && is_name(f, a)) return "× (−1)";
    copy_formula(v, tree, f, right);
    return wgi_pool_copy(v->pool, text);
}

const char *wgi_op_word(const wg_op *op)
{
    const char *sign = op->library == op ? wgi_function_unicode(op->name, (int)strlen(op->name)) : NULL;
    return sign ? sign : op->name;
}

const char *wgi_item_gate(const wgi_view *v, const wgi_item *y, wgi_formula *tree)
{
    wgi_right_side *r = wgi_pool_take(v->pool, 1, sizeof *r);
    int wires = 0;
    double x;
    if (!r) return "";
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = *wgi_operand(v, y, k);
        wires += at >= 0 && !wgi_item_number(v, at, &x);
    }
    for (int k = 0; k < WGI_FORMULA_OPERANDS; k++)
        snprintf(r->text[k], sizeof r->text[k], "%c", wires == 1 ? 'x' : 'a' + k);
    const int right = wgi_find_right_side(v, y, r);
    const bool clear = right > 0 && wgi_is_clear(&r->own, y->operands, false);
    const char *symbol = clear ? symbol_of(v, &r->own, right, tree) : NULL;
    return symbol ? symbol : wgi_pool_clean(v->pool, y->op ? wgi_op_word(y->op) : "", 2 * CHARACTERS);
}
