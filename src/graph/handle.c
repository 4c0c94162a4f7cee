/* handle.c: handles of nodes. A handle is good while its node is in the graph, and the build is the same. */
#include "graph/graph.h"

wg_graph *wg_graph_of(wg_node n) { return n.graph; }
wg_node wgi_error_node(wg_graph *g) { return g ? wgi_handle(g, 0) : wg_none; }

wg_node wg_graph_node(const wg_graph *g, int64_t i)
{
    return g && i >= 0 && i < g->count && !g->busy.depth ? wgi_handle((wg_graph *)(uintptr_t)g, (uint32_t)i)
                                                         : wg_none;
}

bool wg_node_ok(wg_node n) { return n.index && wgi_node_of(n); }
