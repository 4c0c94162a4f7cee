/* item_apart.c: see steps.h. */
#include "steps/steps.h"
#include "wgx/graph.h"

/* Draws are those of the view's graph: they depend on the epoch. */
static wg_graph *graph_like(const wgi_apart *a)
{
    wg_graph *g = wg_graph_new(a->v->c);
    wgx_graph_freeze(g, true);
    wg_begin(g, wg_graph_mode(a->v->g));
    wgx_graph_set_epoch(g, wgx_graph_epoch(a->v->g));
    return g;
}

static void replay(wg_node n, wg_graph *into, const wg_replay_opts *o)
{
    wg_replay_at(wg_node_site(n), n, into, o);
}

wg_status wgi_apart_open(wgi_apart *a, wg_site here, const wgi_view *v, int64_t root)
{
    *a = (wgi_apart){ .v = v,
                      .here = here,
                      .copy = wgi_pool_take(v->pool, wg_graph_nodes(v->g), sizeof *a->copy) };
    if (!a->copy) return WG_ERROR_MEMORY;
    a->all = graph_like(a), a->one = graph_like(a);
    replay(wgi_item_node(v, root), a->all, &WG_OPTS(wg_replay_opts, .map = a->copy));
    for (int64_t i = 0; i <= root && !wg_failed(v->c); i++)
        if (wgi_apart_has(a, i)) wg_keep_at(here, wgi_apart_copy(a, i));
    wg_value_at(here, wgi_apart_copy(a, root)); /* and all that is kept */
    a->local = wgi_pool_take(v->pool, wg_graph_nodes(a->all), sizeof *a->local);
    a->held = wgi_pool_take(v->pool, wg_graph_nodes(a->all), 1);
    return v->pool->failed ? WG_ERROR_MEMORY : wg_failed(v->c);
}

void wgi_apart_close(wgi_apart *a) { wg_graph_free(a->all), wg_graph_free(a->one); }

wg_node wgi_apart_build(wgi_apart *a, int64_t item)
{
    const wgi_item *y = &a->v->item[item];
    wg_begin(a->one, wg_graph_mode(a->v->g));
    for (int pass = 1; pass >= 0; pass--) {
        for (int k = 0; k < y->operands; k++) {
            const int32_t at = *wgi_operand(a->v, y, k);
            if (at >= 0 && wg_node_leaf(wgi_apart_copy(a, at)) == WG_LEAF_NONE)
                a->held[wgi_apart_copy(a, at).index] = (unsigned char)pass;
        }
        if (pass)
            replay(wgi_apart_copy(a, item), a->one,
                   &WG_OPTS(wg_replay_opts, .held = a->held, .map = a->local));
    }
    return wgi_apart_local(a, item);
}
