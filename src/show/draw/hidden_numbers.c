/* hidden_numbers.c: the option `hide`: "?" in the place of values and gradients, for a class that predicts
 * them, and of all that is computed from them. */
#include <stdio.h>
#include <string.h>

#include "draw/step_states.h"
#include "wengert/op.h"
#include "wgx/op.h"

enum { DEEPEST = 8 }; /* of definitions */

/* ---- which numbers ---- */

/* By the name of the value in the program or as it is printed, W1 or W₁; or by that of the gradient as it
 * is printed: ∂s/∂z, d(1 − a). */
static bool mark(const wgi_picture *p, const char *word, size_t length, bool by_gradient,
                 unsigned char *hidden)
{
    bool found = false;
    for (int64_t i = 0; i < p->at.nodes; i++) {
        const wgi_box *x = &p->box[p->at.box_of[i]];
        const char *name = by_gradient ? wgi_gradient_of_box(p, x) : x->name;
        const bool is_result = x->node.index == wgi_node_at(p, i).index; /* the box has its name */
        const bool called =
            (!by_gradient && wgi_is_called(wgi_item_at(p, i)->name, word, length)) ||
            (is_result && (!by_gradient || p->at.on_path[i]) && wgi_is_called(name, word, length));
        if (called && x->times == 1) hidden[i] = 1, found = true;
    }
    return found;
}

typedef struct adjoint {
    wgi_formula formula, rule; /* of the op */
} adjoint;

/* Whether the tree has the name, or one that is defined by it. */
static bool has_name(const adjoint *a, const wgi_formula *f, int node, const char *name, int primes,
                     int depth)
{
    const wgi_formula_node *n = &f->node[node];
    if (n->kind == WGI_F_NAME) {
        if (n->sign == primes && wgi_formula_is(f, node, name)) return true;
        const wgi_formula *const places[] = { &a->rule, &a->formula };
        for (int k = 0; k < 2 && depth < DEEPEST; k++)
            for (int e = places[k]->node[places[k]->root].child; e; e = places[k]->node[e].next) {
                const int left = places[k]->node[e].child;
                const wgi_formula_node *l = &places[k]->node[left];
                if (l->kind == WGI_F_NAME && l->sign == n->sign && l->length == n->length &&
                    memcmp(l->text, n->text, (size_t)n->length) == 0 && l->next)
                    return has_name(a, places[k], l->next, name, primes, depth + 1);
            }
    }
    for (int k = n->child; k; k = f->node[k].next)
        if (has_name(a, f, k, name, primes, depth)) return true;
    return false;
}

/* Whether the rule for operand k of position i has a hidden value in it. Without a rule: if there is one. */
static bool uses_hidden(const wgi_picture *p, adjoint *a, int64_t i, int k, const unsigned char *value)
{
    const wgi_item *y = wgi_item_at(p, i);
    wgi_formula_error error;
    char name[32];
    const bool known = y->op && y->op->formula && y->op->adjoint &&
                       wgi_formula_parse(&a->formula, y->op->formula, &error) &&
                       wgi_formula_parse(&a->rule, y->op->adjoint, &error) &&
                       wgx_op_operand_name(y->op, k, name, sizeof name);
    const int e = known ? wgi_formula_equation_of(&a->rule, name, 1) : -1,
              rule = e >= 0 ? wgi_formula_child(&a->rule, a->rule.root, e) : 0,
              left = a->rule.node[rule].child;
    for (int j = 0; j < y->operands; j++) {
        const int32_t at = p->at.arg[p->at.first[i] + j];
        if (at < 0 || !value[at]) continue;
        if (!rule || !wgx_op_operand_name(y->op, j, name, sizeof name) ||
            has_name(a, &a->rule, a->rule.node[left].next, name, 0, 0))
            return true;
    }
    if (!value[i] || !rule) return value[i];
    const int first = wgi_formula_child(&a->formula, a->formula.root, 0),
              y_left = a->formula.node[first].child;
    const wgi_formula_node *n = &a->formula.node[y_left];
    snprintf(name, sizeof name, "%.*s", n->length, n->text);
    a->formula.root = 0; /* the result stands for itself */
    return has_name(a, &a->rule, a->rule.node[left].next, name, 0, 0);
}

/* A step without a name may have the number already, in another order: concat(a, b) of h = concat(a, b)ᵀ.
 * Ops that take numbers as they are stored, but for products, only move them. */
static void find_same(const wgi_picture *p, unsigned char *hidden)
{
    for (int64_t i = p->at.nodes - 1; i >= 0; i--) {
        const wgi_item *y = wgi_item_at(p, i);
        for (int k = 0; hidden[i] && y->op && y->op->kind != WG_CONTRACT && k < y->operands; k++) {
            const int32_t x = p->at.arg[p->at.first[i] + k];
            if (x < 0 || !(wgx_hints(y->op)->stored >> k % 32 & 1) || !wgi_item_at(p, x)->operands) continue;
            const wgi_name_source name = wgi_item_at(p, x)->source;
            if (name == WGI_NAME_EXPRESSION || name == WGI_NAME_OP ||
                strcmp(wg_node_scope(wgi_node_at(p, x)), wg_node_scope(wgi_node_at(p, i))))
                hidden[x] = 1;
        }
    }
}

/* What is computed from a hidden number would tell it. */
static void follow(const wgi_picture *p, adjoint *a, wgi_hidden *h)
{
    for (int64_t i = 0; i < p->at.nodes; i++)
        for (int64_t k = p->at.first[i]; k < p->at.first[i + 1]; k++)
            if (p->at.arg[k] >= 0 && h->value[p->at.arg[k]]) h->value[i] = 1;
    for (int64_t i = p->at.nodes - 1; i >= 0; i--)
        for (int64_t k = p->at.first[i]; p->at.on_path[i] && k < p->at.first[i + 1]; k++) {
            const int32_t x = p->at.arg[k];
            if (x < 0 || !p->at.on_path[x] || h->gradient[x]) continue;
            h->gradient[x] = h->gradient[i] || uses_hidden(p, a, i, (int)(k - p->at.first[i]), h->value);
        }
}

wg_status wgi_find_hidden(const wgi_picture *p, const char *names, wgi_hidden *h)
{
    const char *word, *unknown = NULL;
    size_t length;
    adjoint *a = wgi_pool_take(p->pool, 1, sizeof *a);
    h->value = wgi_pool_take(p->pool, p->at.nodes, 1), h->gradient = wgi_pool_take(p->pool, p->at.nodes, 1);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    while (!unknown && wgi_next_name(&names, &word, &length)) {
        if (mark(p, word, length, false, h->value))
            continue; /* "dz" is a gradient unless a node is called so */
        if (length > 1 && *word == 'd' && mark(p, word + 1, length - 1, false, h->gradient)) continue;
        if (!mark(p, word, length, true, h->gradient)) unknown = word;
    }
    find_same(p, h->value), follow(p, a, h);
    if (!unknown) return WG_OK;
    length = length < 60 ? length : 60;
    return WGI_REFUSE(
        p, "draw: .hide: no node of the picture is called '%.*s'%s; z hides a value, %s a gradient",
        (int)length, unknown, wgi_nearest_name(p, unknown, length, true),
        p->view.partial_of ? "its name in the picture" : "dz");
}

/* ---- in the boxes ---- */

static void hide(wgi_picture *p, wgi_box *x, bool gradient)
{
    if (x->times > 1) return;
    if (!gradient && !x->hidden_value) x->hidden_value = x->value, x->odd_value = false;
    if (gradient && !x->hidden_gradient) x->hidden_gradient = x->gradient, x->odd_gradient = false;
    if (!gradient && *x->value) x->value = "?";
    if (gradient && *x->gradient) x->gradient = wgi_pool_format(p->pool, "%s = ?", wgi_gradient_of_box(p, x));
}

wg_status wgi_hide_numbers(wgi_picture *p)
{
    wgi_hidden h;
    if (!p->o->hide) return WG_OK;
    const wg_status s = wgi_find_hidden(p, p->o->hide, &h);
    for (int64_t i = 0; s == WG_OK && i < p->at.nodes; i++) {
        if (h.value[i]) hide(p, &p->box[p->at.box_of[i]], false);
        if (h.gradient[i]) hide(p, &p->box[p->at.box_of[i]], true);
    }
    return s;
}

/* ---- in the texts of steps ---- */

/* Whether the rule of a state in numbers would tell a hidden one. */
static bool tells(const wgi_picture *p, const wgi_step_state *t)
{
    const int of = t->from >= 0 ? t->from : t->box;
    bool hidden = t->from < 0 ? p->box[t->box].hidden_value != NULL
                              : p->box[t->box].hidden_gradient || p->box[t->from].hidden_gradient;
    for (int64_t i = 0; i < p->links; i++) {
        const wgi_link *k = &p->link[i];
        if (!k->back && k->to == of && p->box[k->from].hidden_value) hidden = true;
    }
    return hidden;
}

/* Whether the term is the hidden gradient itself: "dk = dz". */
static bool is_hidden_gradient(const wgi_picture *p, const wgi_step_state *t)
{
    const wgi_box *from = t->from >= 0 ? &p->box[t->from] : NULL;
    return from && from->hidden_gradient && strcmp(t->rule, wgi_gradient_of_box(p, from)) == 0;
}

const char *wgi_state_text(const wgi_picture *p, const wgi_step_state *t)
{
    const wgi_box *x = &p->box[t->box];
    const bool hidden = (*t->total ? x->hidden_gradient : x->hidden_value) || is_hidden_gradient(p, t);
    if (!tells(p, t) && !hidden) return t->line;
    const char *rule = strcmp(t->rule, t->result) ? t->rule : "";
    return wgi_pool_format(p->pool, "%s %s %s%s%s%s%s", t->name, wgi_state_sign(t), rule, *rule ? " = " : "",
                           hidden ? "?" : t->result, !hidden && *t->sum ? ";  sum: " : "",
                           !hidden && *t->sum ? t->total : "");
}
