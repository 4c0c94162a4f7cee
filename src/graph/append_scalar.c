/* scalars.c: the short way into a graph of many nodes, for programs of scalars. Where a node is like one that apply.c has made, a
 * plain op of float scalars of one dtype, its record is that one's but for operands, place, scope and hash. Operands come in
 * registers, and are checked as everywhere.
 *
 * Invariant, while count < quick: nothing is remembered of calls, and there is room for a node. */
#include "graph/graph.h"

void wgi_kind_learn(wg_graph *g, uint32_t i)
{
    const wgi_node *y = &g->node[i];
    if (!(y->flags & WGI_EVEN) || g->count < WGI_SHARE_FROM) return;
    wgi_kind *k = &g->kind[y->operands - 1][wgi_op_place(y->op)];
    k->node = *y;
    k->node.flags = WGI_SCALAR | WGI_EVEN;
    k->hash = wgi_hash_of(y->op, y->shape, y->dtype | y->operands << 16);
    k->number = g->number;
    g->quick = g->room;
}

/* ---- the short way ---- */

/* Each way out of it is a call that takes what it took, so that nothing has to be saved. */
#define OUT __attribute__((noinline)) static

OUT wg_node apply1(wg_site here, wg_node x, const wg_op *op) { return wg_apply(here, op, &x, 1, NULL); }

OUT wg_node apply2(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    return wg_apply(here, op, (wg_node[]){ a, b }, 2, NULL);
}

/* NULL: not by the short way, which is for a node x that is SCALAR, of the graph g, among others of its kind. */
static inline wgi_kind *kind_of(wg_graph *g, const wg_op *op, int n, wg_node x)
{
    if (g->count >= g->quick || x.generation != g->generation || x.index >= g->count) return NULL;
    const wgi_node *m = &g->node[x.index];
    wgi_kind       *k = &g->kind[n - 1][wgi_op_place(op)];
    return m->flags & WGI_SCALAR && k->node.op == op && k->node.dtype == m->dtype ? k : NULL;
}

static inline wg_node quick(wg_graph *g, wg_site here, const wgi_kind *k, wg_node x, uint64_t a, uint64_t b)
{
    wgi_node *m = &g->node[x.index];
    uint64_t  in = b << 32 | a;
    if (m->flags & WGI_USED) g->loose++;
    else m->flags |= WGI_USED;
    x.index = g->count++;
    wgi_node *y = &g->node[x.index];
    __builtin_prefetch(y + WGI_AHEAD, 1);
    *y = k->node;
    y->in[0] = (uint32_t)in, y->in[1] = (uint32_t)(in >> 32), y->here = here, y->scope = g->scope;
    y->hash = wgi_hash_after(y[-1].hash, k->hash, in);
    return x;
}

/* A number beside x that is not the one that stood there last. */
OUT wg_node other_number(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_node   x = a.graph ? a : b;
    wg_graph *g = x.graph;
    wgi_kind *k = kind_of(g, op, 2, x);
    uint64_t  bits = wgi_number_bits(a.graph ? b : a);
    k->number = wgi_number_place(g, bits);
    if (!wgi_holds_number(k->number, bits, k->node.dtype)) return apply2(here, a, b, op);
    return quick(g, here, k, x, a.graph ? a.index : k->number->leaf, a.graph ? k->number->leaf : b.index);
}

OUT wg_node number_first(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = b.graph;
    wgi_kind *k = g ? kind_of(g, op, 2, b) : NULL;
    if (!k) return apply2(here, a, b, op);
    if (!wgi_holds_number(k->number, wgi_number_bits(a), k->node.dtype)) return other_number(here, a, b, op);
    return quick(g, here, k, b, k->number->leaf, b.index);
}

OUT wg_node two_nodes(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = a.graph;
    wgi_kind *k = b.graph == g ? kind_of(g, op, 2, a) : NULL;
    if (!k || kind_of(g, op, 2, b) != k) return apply2(here, a, b, op);
    wgi_use(g, b.index);
    return quick(g, here, k, a, a.index, b.index);
}

wg_node wg_apply1(wg_site here, wg_node x, const wg_op *op)
{
    wg_graph *g = x.graph;
    wgi_kind *k = g ? kind_of(g, op, 1, x) : NULL;
    return k ? quick(g, here, k, x, x.index, 0) : apply1(here, x, op);
}

wg_node wg_apply2(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = a.graph;
    if (!g) return number_first(here, a, b, op);
    if (b.graph) return two_nodes(here, a, b, op);
    wgi_kind *k = kind_of(g, op, 2, a);
    if (!k) return apply2(here, a, b, op);
    if (!wgi_holds_number(k->number, wgi_number_bits(b), k->node.dtype)) return other_number(here, a, b, op);
    return quick(g, here, k, a, a.index, k->number->leaf);
}
