/* random_graph.c: makes the calls that were drawn, in any graph. */
#include "random_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wg_node leaf(random_graph *r, const random_call *call)
{
    int k = call->first;
    char name[] = { 'x', (char)('0' + k), 0 };
    int64_t n = wg_shape_size(call->t.shape);
    double *v = calloc((size_t)n + 1, sizeof *v);
    if (n) memcpy(v, call->t.data, (size_t)n * sizeof *v);
    if (k == r->shift_leaf && n) v[r->shift_element] += r->shift;
    wg_node y = r->p && k % 2 ? wg_param(r->g, r->p, name, call->t.shape, wg_values(v))
                              : wg_cast(wg_input(r->g, name, wg_view_f64(v, call->t.shape)),
                                        wg_context_dtype(wg_graph_context(r->g)));
    free(v);
    return r->leaf[k] = y;
}

static wg_node operand(const random_graph *r, const random_call *call, int k)
{
    if (call->x[k] == OPERAND_NONE) return wg_none;
    return call->x[k] == OPERAND_NUMBER ? wg_number(call->number[k]) : r->value[call->x[k]];
}

static wg_node slice(wg_node x, const random_call *call)
{
    struct {
        int axis;
        int64_t from, to;
    } a;
    memcpy(&a, call->attr, sizeof a);
    return wg_slice(x, .axis = a.axis, .from = a.from, .to = a.to);
}

/* By the functions that users call, where they do more than wg_apply or go a shorter way. */
static wg_node apply(const random_graph *r, const random_call *call)
{
    _Alignas(16) char standard[CALL_ATTR];
    const wg_op *op = call->op;
    wg_attr_begin(op, standard);
    bool plain = !memcmp(call->attr, standard, op->attr_size);
    wg_node x[CALL_OPERANDS];
    for (int k = 0; k < call->operands; k++) x[k] = operand(r, call, k);
    if (plain && !strcmp(op->name, "matmul")) return wg_matmul(x[0], x[1]);
    if (!strcmp(op->name, "slice")) return slice(x[0], call);
    const wg_axes *axes = (const void *)call->attr;
    if (!strcmp(op->name, "squeeze") && axes->count == 1) return wg_squeeze(x[0], .axis = axes->axis[0]);
    if (!op->attr_size && call->operands == 1) return wg_apply1(WG_HERE, x[0], op);
    if (!op->attr_size && call->operands == 2) return wg_apply2(WG_HERE, x[0], x[1], op);
    return wg_apply(WG_HERE, op, x, call->operands, plain ? NULL : call->attr);
}

void random_graph_call(random_graph *r, const random_call *call)
{
    wg_node y = wg_none;
    switch (call->kind) {
    case CALL_LEAF: y = leaf(r, call); break;
    case CALL_CONSTANT: y = wg_input(r->g, "constant", call->t); break;
    case CALL_STREAM: y = wg_stream(WG_HERE, r->g, NULL); break;
    case CALL_OP: y = apply(r, call); break;
    }
    for (int k = 0; k < call->results; k++) r->value[call->first + k] = k ? wg_part(y, k) : y;
}

const char *random_name(const char *variable, uint64_t index)
{
    static char text[80];
    snprintf(text, sizeof text, "WG_SEED=%llu %s=%llu", (unsigned long long)wgt_seed(), variable,
             (unsigned long long)index);
    return text;
}

void random_graph_build(random_graph *r)
{
    const random_calls *c = r->calls;
    r->leaves = c->leaves;
    for (int i = 0; i < c->count; i++) random_graph_call(r, &c->call[i]);
    r->loss = wg_scalar(r->g, 0.5);
    for (int i = c->pooled - 1; i >= 0 && i >= c->pooled - 5; i--) {
        wg_node n = r->value[c->pool[i]];
        r->loss = wg_add(r->loss, wg_sum(wg_mul(n, wg_add(n, 0.3))));
    }
}
