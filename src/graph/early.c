/* early.c: values that are computed while nodes are made. In a large program of scalars the record, the
 * operands and their values are in the cache when a node is made, and the processor knows which op comes.
 * To come back later costs as much again.
 *
 * Nobody can tell: these values are those that the first read would compute. So they are dropped when it
 * would compute others, because parameters or inputs have changed since. Where the program has set another
 * arithmetic (base/floats.h) no value is early. Nodes that have no early value,
 * as their kernel fails, or an operand has none, are computed when they are read. Values are early as long
 * as no evaluation is open, and in graphs whose weight is 0. */
#include "graph/graph.h"
#include "base/floats.h"

enum { CELLS = 512 };

/* ---- one node ---- */

/* The value of a leaf that cannot change unnoticed. NULL: node i is no such leaf, or has no value. */
const void *wgi_early_leaf(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    if (wgi_has_parameter(n)) return g->value[i] = n->parameter->data; /* the next time it is found at once */
    if (n->op == &wgi_op_input && n->input->borrowed) return NULL;     /* the caller may write to it */
    return n->op == &wgi_op_stream ? NULL : wgi_value_of_leaf(n);
}

bool wgi_early_room(wg_graph *g)
{
    g->plain.cell = wgi_arena_alloc(&g->values, CELLS * sizeof *g->plain.cell);
    g->plain.cell_end = g->plain.cell ? g->plain.cell + CELLS : NULL;
    return g->plain.cell;
}

static void prepare(wg_graph *g, wgi_plain_op *k, wg_dtype t)
{
    static const unsigned char step[2] = { 1, 1 };
    const wg_op *op = k->node.op;
    int isa = g->c->isa;
    while (isa > 0 && !op->kernel[isa]) isa--;
    k->fn = wgi_op_is_ours(op) && !op->users && !op->impure ? op->kernel[isa] : NULL;
    k->type[0] = k->type[1] = (wg_type){ g->node[0].shape, t };
    k->k = (wg_kernel){ .end = 1,
                        .operands = op->operands,
                        .outputs = 1,
                        .x = k->x,
                        .y = &k->y,
                        .step = step,
                        .xt = k->type,
                        .yt = k->type,
                        .fault = &g->plain.fault };
    wgi_fault_clear(&g->plain.fault);
}

bool wgi_early_call(wg_graph *g, wgi_plain_op *k, wg_dtype t, const void *a, const void *b, void *y)
{
    if (!k->type[0].shape || k->type[0].dtype != t) prepare(g, k, t);
    if (!k->fn) return false;
    k->x[0] = a, k->x[1] = b, k->y = y;
    if (k->fn(&k->k)) return true;
    wgi_fault_clear(k->k.fault);
    return false;
}

/* An element of a tensor that has a value. */
static void element(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i], *x = &g->node[n->in[0]];
    const char *from = wgi_early_operand(g, n->in[0]);
    const int64_t at = from && wgi_size(n->shape) == 1 ? wgi_view_at(n, x) : -1;
    if (at < 0 || (g->plain.cell == g->plain.cell_end && !wgi_early_room(g))) return;
    const size_t size = wg_dtype_size((wg_dtype)n->dtype);
    from += (size_t)at * size;
    if (size == sizeof(double)) memcpy(g->plain.cell, from, sizeof(double));
    else memcpy(g->plain.cell, from, size);
    g->value[i] = g->plain.cell++;
}

void wgi_early_node(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    if (n->flags & WGI_EVEN) {
        wgi_plain_op *k = wgi_plain_place(g, n->op);
        if (k->node.op == n->op) wgi_early_value(g, k, n, n->in[0], n->in[n->operands - 1]);
    } else if (n->op->view) element(g, i);
}

/* ---- begin and end ---- */

/* The parameters' values, while their records can be fetched ahead. */
static void leaves(wg_graph *g)
{
    enum { AHEAD = 16 };
    for (size_t k = 0; k < g->params; k++) {
        if (k + AHEAD < g->params) __builtin_prefetch(g->node[g->param[k + AHEAD]].parameter);
        wgi_early_leaf(g, g->param[k]);
    }
}

void wgi_early_begin(wg_graph *g)
{
    wg_context *c = g->c;
    if (g->plain.early || g->now.open || g->now.early || g->weight != 0 || c->o.interpret < 0 ||
        wgi_without(c, WG_WITHOUT_TAPE) || c->o.trace & WG_TRACE_VALUE || g->build.within || !wgi_ok(c))
        return;
    if (wgi_floats_get() != 0 || !wgi_valued(g, 1, 1)) return;
    g->plain.early = g->now.early = true;
    g->plain.cell = g->plain.cell_end = NULL;
    leaves(g);
    for (uint32_t i = 1; i < g->count; i++)
        if (!wgi_is_leaf(&g->node[i])) wgi_early_node(g, i);
}

static void end(wg_graph *g)
{
    g->plain.early = g->now.early = false;
    g->plain.cell = g->plain.cell_end = NULL;
}

void wgi_early_drop(wg_graph *g)
{
    end(g);
    memset(g->value, 0, sizeof *g->value * g->count);
    wgi_arena_reset(&g->values);
    g->now.spans = 0;
}

void wgi_early_take(wg_graph *g)
{
    end(g);
    if (g->weight != 0 || wgi_params_changed(g)) wgi_early_drop(g);
    else g->now.span[0].last = g->count - 1;
}
