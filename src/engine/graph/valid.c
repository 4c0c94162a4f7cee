/* valid.c: what must hold in every graph, computed again from the records. */
#include "graph/graph.h"

static bool operands_are_before(const wgi_node *n, uint32_t i)
{
    WGI_EACH_OPERAND(k, n)
        if (wgi_in(n)[k] >= i) return false;
    return true;
}

/* A leaf and an operand of another node have the flag WGI_USED. At least `loose` nodes do not have it.
 * Nothing is checked while the build repeats the last one (build.repeats): a node that was made anew does not
 * know yet that reused nodes use it. Nothing is checked either when `loose` is not known, because nodes were
 * removed. */
static bool uses_are_right(const wg_graph *g)
{
    uint32_t unused = 0;
    if (g->build.repeats || g->loose >= WGI_UNKNOWN / 2) return true;
    for (uint32_t i = 1; i < g->count; i++) {
        const wgi_node *n = &g->node[i];
        WGI_EACH_OPERAND(k, n)
            if (!(g->node[wgi_in(n)[k]].flags & WGI_USED)) return false;
        if (wgi_is_leaf(n) && !(n->flags & WGI_USED)) return false;
        unused += !(n->flags & WGI_USED);
    }
    return g->loose <= unused;
}

static bool kind_is_right(const wgi_node *n)
{
    bool scalar = wgi_size(n->shape) == 1 && wg_dtype_is_float((wg_dtype)n->dtype);
    bool fixed = wgi_is_leaf(n) && n->op != &wgi_op_param;
    return !!(n->flags & WGI_SCALAR) == scalar && (!(n->flags & WGI_EVEN) || scalar) &&
           !!(n->flags & WGI_FIXED) == fixed;
}

bool wgi_graph_valid(const wg_graph *g)
{
    double weight = 0;
    for (uint32_t i = 1; i < g->count; i++) {
        const wgi_node *n = &g->node[i];
        /* Copies of a rule's nodes have no hash (wgi_append_copy). The rule of another node may read values
         * while they are there. */
        const bool hashed = !n->rewritten && n->hash;
        if ((hashed && n->hash != wgi_node_hash(n[-1].hash, n)) || !kind_is_right(n) ||
            !operands_are_before(n, i))
            return false;
        weight += wgi_node_weight(n);
    }
    return uses_are_right(g) && weight == g->weight;
}
