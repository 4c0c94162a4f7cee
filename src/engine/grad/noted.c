/* noted.c: which node is the gradient of which, for the names of pictures: dz.
 *
 * A graph that is built again keeps its notes, also where it reuses nodes without a sweep. A note holds as
 * long as the nodes up to the gradient have the structure that they had: their hash tells. */
#include "grad/grad.h"
#include "wgx/grad.h"

enum { MOST = 1 << 16 }; /* of a gradient beyond it nothing is noted: nobody draws so many nodes */

struct wgi_noted {
    uint64_t hash;
    uint32_t of; /* 0: nothing is noted */
};

bool wgi_note_gradient(wg_graph *g, uint32_t gradient, uint32_t of)
{
    const size_t before = g->noted_capacity;
    if (gradient >= MOST || gradient <= of) return true;
    if (!WGI_GROW(g->c, g->noted, g->noted_capacity, (size_t)gradient + 1)) return false;
    if (g->noted_capacity > before)
        memset(g->noted + before, 0, (g->noted_capacity - before) * sizeof *g->noted);
    struct wgi_noted *to = &g->noted[gradient];
    /* A node that is the gradient of several, as of both terms of a sum, is called after the sum. */
    if (!to->of || to->hash != g->node[gradient].hash) *to = (struct wgi_noted){ g->node[gradient].hash, of };
    return true;
}

wg_node wgx_node_gradient_of(wg_node n)
{
    const wg_graph *g = n.graph;
    wgi_rule_looks_around(g);
    if (!wgx_node_is_derived(n) || n.index >= g->noted_capacity) return wg_none;
    const struct wgi_noted *at = &g->noted[n.index];
    const bool holds = at->of && at->hash == g->node[n.index].hash && at->of < n.index;
    return holds && g->node[at->of].shape == g->node[n.index].shape ? wgi_handle(n.graph, at->of) : wg_none;
}
