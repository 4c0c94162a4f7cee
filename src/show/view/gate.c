/* gate.c: the symbol of a call as a gate of a circuit: the sign, the function or the short formula that its
 * op's formula has, with numbers in it and without the names of its operands: +, × 2, σ, 1/x. */
#include <string.h>

#include "formula/formula.h"
#include "view/equation.h"
#include "wgx/op.h"

enum { LINE = 120, CHARACTERS = 12 };

#define WIRE "□" /* the name of an operand, until it is left out */

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

/* The operand's name is left out: a reader would take it for another node's. At an end of the text the wire
 * stands for it, 1/ or > 0; elsewhere a dot does, (·)². NULL: it is in there more than once. */
static const char *without_operand(const wgi_view *v, const char *text, bool power)
{
    static const char dot[] = "·";
    const size_t hole = strlen(WIRE);
    if (*text == '[')
        text = wgi_pool_part(v->pool, text + 1, strlen(text) - 2); /* of what is true or false */
    const size_t n = strlen(text);
    const char *at = strstr(text, WIRE);
    if (!at || strstr(at + hole, WIRE)) return NULL;
    const char *behind = at + hole;
    if (at == text && *behind == ' ') return wgi_pool_copy(v->pool, behind + 1);
    if (!*behind && at > text && at[-1] != '^')
        return wgi_pool_part(v->pool, text, n - hole - (at[-1] == ' '));
    return wgi_pool_format(v->pool, power ? "%.*s(%s)%s" : "%.*s%s%s", (int)(at - text), text, dot, behind);
}

/* NULL: the formula is too long for a gate, or needs the names of its operands. */
static const char *symbol_of(const wgi_view *v, const wgi_formula *f, int right)
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
    const bool call = n->kind == WGI_F_CALL;
    if (n->kind == WGI_F_POW && wgi_formula_is(f, a, "e")) return NULL; /* exp */
    if (to.length >= sizeof text || (call ? !has_names_alone(f, right) : wgi_characters(text) > CHARACTERS))
        return NULL;
    if (x) return wgi_pool_format(v->pool, f->node[x].number < 0 ? "%s (%s)" : "%s %s", sign, text);
    if (n->kind == WGI_F_NEG && is_name(f, a)) return "× (−1)";
    if (call && strcspn(text, "( ") < strlen(text)) /* "σ" of "σ(x)", "ln" of "ln x" */
        return wgi_pool_part(v->pool, text, strcspn(text, "( "));
    return without_operand(v, text, n->kind == WGI_F_POW);
}

const char *wgi_op_word(const wg_op *op)
{
    const char *sign =
        wgx_hints(op)->library == op ? wgi_function_unicode(op->name, (int)strlen(op->name)) : NULL;
    return sign ? sign : op->name;
}

const char *wgi_item_gate(const wgi_view *v, const wgi_item *y)
{
    wgi_right_side *r = wgi_pool_take(v->pool, 1, sizeof *r);
    if (!r) return "";
    for (int k = 0; k < WGI_FORMULA_OPERANDS; k++) strcpy(r->text[k], WIRE);
    const int right = wgi_find_right_side(v, y, r);
    const bool clear = right > 0 && wgi_is_clear(&r->own, y->operands, false);
    const char *symbol = clear ? symbol_of(v, &r->own, right) : NULL;
    return symbol ? symbol : wgi_pool_clean(v->pool, y->op ? wgi_op_word(y->op) : "", 2 * CHARACTERS);
}
