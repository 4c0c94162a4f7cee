/* valid.c: what must hold in every graph, recomputed from the records alone. */
#include "graph/graph.h"

/* Which nodes are leaves or operands of another. */
static bool uses_are_right(const wg_graph *g, uint32_t *unused)
{
    *unused = 0;
    for (uint32_t i = 1; i < g->count; i++) {
        const wgi_node *n = &g->node[i];
        for (uint32_t k = 0; k < n->operands; k++)
            if (wgi_in(n)[k] >= i || !(g->node[wgi_in(n)[k]].flags & WGI_USED)) return false;
        if (wgi_is_leaf(n) && !(n->flags & WGI_USED)) return false;
        *unused += !(n->flags & WGI_USED);
    }
    return true;
}

static bool kind_is_right(const wgi_node *n)
{
    bool scalar = !n->shape->rank && wg_dtype_is_float((wg_dtype)n->dtype);
    bool fixed = wgi_is_leaf(n) && n->op != &wgi_op_param;
    return !!(n->flags & WGI_SCALAR) == scalar && (!(n->flags & WGI_EVEN) || scalar) && !!(n->flags & WGI_FIXED) == fixed;
}

bool wgi_graph_valid(const wg_graph *g)
{
    double   weight = 0;
    uint32_t unused;
    for (uint32_t i = 1; i < g->count; i++) {
        const wgi_node *n = &g->node[i];
        if (n->hash != wgi_node_hash(n[-1].hash, n) || !kind_is_right(n)) return false;
        weight += wgi_node_weight(n);
    }
    bool counted = g->loose < WGI_UNKNOWN / 2 && !g->again;
    return uses_are_right(g, &unused) && (!counted || g->loose <= unused) && weight == g->weight;
}
