/* busy.c: while values of a graph are computed, C functions of the user may be called: of wg_extern, or
 * kernels of an op. The graph is busy then. What is computed depends on its nodes and on memory that
 * wg_begin would free, and a read would use lists that are in use. So a function that uses the graph that
 * calls it gets an error.
 *
 * A busy graph has generation 0, which no handle has, and no room for a node. So everything that takes a
 * handle or makes a node refuses by the check that it has anyway. What takes the graph alone calls
 * wgi_is_busy. */
#include "graph/graph.h"

bool wgi_is_busy(wg_graph *g, wg_site here, const char *what)
{
    const wg_op *rule = g->rule.op;
    if (!g->generation && !g->busy.depth)
        return wgi_fail(g->c, here, what, WG_ERROR_USE, "the graph was freed");
    if (!g->busy.depth && !rule && !g->build.within && !g->build.open) return false;
    if (g->busy.depth) wgi_fail(g->c, here, what, WG_ERROR_USE, "%s", WGI_BUSY);
    else if (rule)
        wgi_fail(g->c, here, what, WG_ERROR_USE, "the derivative rule of %s must not do this to its graph",
                 rule->name);
    else
        wgi_fail(g->c, here, what, WG_ERROR_USE,
                 "a function that is called to build a part of the graph must not do this");
    return true;
}

/* A rule that uses the graph of the program, and not that of its operands, must leave it as it is. */
void wgi_shut(wg_graph *g)
{
    if (g->shut++) return;
    g->before_shut = wgi_quiet_begin(g->c);
    g->build.within++; /* no call of the last build is reused */
    g->room = g->plain.quick = 0;
}

void wgi_unshut(wg_graph *g, wg_graph *by)
{
    if (--g->shut) return;
    const bool used = !wgi_ok(g->c);
    g->build.within--;
    wgi_quiet_end(g->c, g->before_shut);
    if (used)
        wgi_fail(
            by->c, NULL, by->rule.op->name, WG_ERROR_USE,
            "the derivative rule uses a graph of the program: it is called for copies of that graph, too. "
            "Make its nodes in wg_graph_of(gy), the graph of its operands");
}
