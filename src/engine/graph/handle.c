/* handle.c: handles of nodes. A handle is good while its node is in the graph, and the build is the same. */
#include "graph/graph.h"

/* No build of a graph of this context has the number, and no handle of a node that was removed. */
uint32_t wgi_new_stamp(wg_context *c)
{
    if (!++c->last.generation) c->last.generation = 1;
    return c->last.generation;
}

uint32_t wgi_past_stamp(const wg_graph *g, uint32_t i)
{
    size_t low = 0, high = g->pasts;
    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        if (g->past[mid].since <= i) low = mid;
        else high = mid;
    }
    return g->past[low].stamp;
}

/* Without memory for the list, which is an error that is recorded, nodes that are made next are taken for
 * those that were removed. */
void wgi_restamp(wg_graph *g, uint32_t mark)
{
    while (g->pasts && g->since > mark) {
        const wgi_past *older = &g->past[--g->pasts];
        g->since = older->since, g->stamp = older->stamp;
    }
    if (g->since < mark) {
        if (!WGI_GROW(g->c, g->past, g->past_capacity, g->pasts + 1)) return;
        g->past[g->pasts++] = (wgi_past){ g->since, g->stamp };
    }
    g->since = mark, g->stamp = wgi_new_stamp(g->c);
}

wg_graph *wg_graph_of(wg_node n) { return n.graph; }
wg_node wgi_error_node(wg_graph *g) { return g ? wgi_handle(g, 0) : wg_none; }

wg_node wg_graph_node(const wg_graph *g, int64_t i)
{
    wgi_rule_looks_around(g);
    return g && i >= 0 && i < g->count && !g->busy.depth ? wgi_handle((wg_graph *)(uintptr_t)g, (uint32_t)i)
                                                         : wg_none;
}

bool wg_node_ok(wg_node n) { return n.index && wgi_node_of(n); }
