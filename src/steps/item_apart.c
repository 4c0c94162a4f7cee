/* item_apart.c: what item_apart.h promises. */
#include "steps/item_apart.h"

/* Draws are those of the view's graph: they depend on the epoch. */
static wg_graph *graph_like(const wgi_apart *a)
{
    wg_graph *g = wg_graph_new(a->v->c);
    wg_graph_freeze(g, true);
    wg_begin(g, wg_graph_mode(a->v->g));
    wg_graph_set_epoch(g, wg_graph_epoch(a->v->g));
    return g;
}

wg_status wgi_apart_open(wgi_apart *a, wg_site here, const wgi_view *v, int64_t root)
{
    wg_context *c = v->c;
    *a = (wgi_apart){ .v = v, .here = here };
    a->copy = wg_alloc(c, (size_t)wg_graph_nodes(v->g) + 1, sizeof *a->copy);
    if (!a->copy) return WG_ERROR_MEMORY;
    a->all = graph_like(a), a->one = graph_like(a);
    wg_replay(wgi_item_node(v, root), a->all, &(wg_replay_opts){ .map = a->copy });
    for (int64_t i = 0; i <= root && !wg_failed(c); i++) wg_keep_at(here, wgi_apart_copy(a, i));
    wg_value_at(here, wgi_apart_copy(a, root)); /* and all that is kept */
    const size_t nodes = (size_t)wg_graph_nodes(a->all) + 1;
    a->local = wg_alloc(c, nodes, sizeof *a->local);
    a->held = wg_alloc(c, nodes, 1);
    return wg_failed(c);
}

void wgi_apart_close(wgi_apart *a)
{
    wg_graph_free(a->all), wg_graph_free(a->one);
    wg_free(a->v->c, a->copy), wg_free(a->v->c, a->local), wg_free(a->v->c, a->held);
}

wg_node wgi_apart_build(wgi_apart *a, int64_t item)
{
    const wgi_item *y = &a->v->item[item];
    wg_begin(a->one, wg_graph_mode(a->v->g));
    for (int pass = 1; pass >= 0; pass--) {
        for (int k = 0; k < y->operands; k++) {
            const int32_t at = a->v->arg[y->first + k];
            if (at >= 0 && wg_node_leaf(wgi_apart_copy(a, at)) == WG_LEAF_NONE)
                a->held[wgi_apart_copy(a, at).index] = (unsigned char)pass;
        }
        if (pass)
            wg_replay(wgi_apart_copy(a, item), a->one, &(wg_replay_opts){ .held = a->held, .map = a->local });
    }
    return wgi_apart_local(a, item);
}
