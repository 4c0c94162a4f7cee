/* append_view.c: the short way to make a view like the last one. A program of scalars takes the
 * elements of a vector one by one, in a loop. The views of a loop have the same op, call site, shapes
 * and dtype, and differ in their options. Here the record of the last one is copied. It is the record
 * that apply.c would make. */
#include "graph/graph.h"

/* Nothing is forgotten when nodes are removed: whatever node of op stands at the index that is kept is
 * as good as the last one. */
static uint32_t *last_of(wg_graph *g, const wg_op *op)
{
    for (int k = 0; k < WGI_VIEWS; k++)
        if (g->plain.view[k].op == op) return &g->plain.view[k].node;
    return NULL;
}

void wgi_view_note(wg_graph *g, uint32_t i)
{
    const wg_op *op = g->node[i].op;
    if (g->plain.early) wgi_early_node(g, i);
    uint32_t *at = last_of(g, op);
    if (at) *at = i;
    if (at || wgi_without(g->c, WG_WITHOUT_SHORT)) return;
    memmove(g->plain.view + 1, g->plain.view, sizeof *g->plain.view * (WGI_VIEWS - 1));
    g->plain.view[0] = (wgi_last_view){ op, i };
}

const wgi_node *wgi_view_before(wg_site here, const wg_op *op, wg_node x)
{
    wg_graph *g = x.graph;
    if (!g || x.generation != g->generation || x.index >= g->count || !x.index) return NULL;
    wgi_settle(g);
    const uint32_t *at =
        g->count < g->build.most || g->build.again || g->count >= g->room ? NULL : last_of(g, op);
    const wgi_node *n = at && *at < g->count ? &g->node[*at] : NULL;
    if (!n || n->op != op || n->here != here) return NULL;
    const wgi_node *before = &g->node[n->in[0]], *now = &g->node[x.index];
    return before->shape == now->shape && before->dtype == now->dtype ? n : NULL;
}

wg_node wgi_view_like(wg_site here, const wgi_node *last, wg_node x, const void *attr)
{
    wg_graph *g = x.graph;
    wgi_node *y = &g->node[g->count];
    __builtin_prefetch(y + WGI_AHEAD, 1);
    *y = *last;
    y->in[0] = x.index, y->attr = attr, y->here = here, y->name = 0, y->rewritten = false;
    y->flags &= WGI_SCALAR;
    y->hash = wgi_node_hash(y[-1].hash, y);
    wgi_use(g, x.index);
    const uint32_t i = wgi_node_count(g, y);
    if (g->plain.early) wgi_early_node(g, i);
    return wgi_handle(g, i);
}
