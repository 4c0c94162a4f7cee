/* core_nodes.c: what the core (`make CORE=1`) has in place of the files in graph/fast: a node is always
 * made the general way, no call is remembered, no answer is kept, and no value is computed before it is
 * asked for. */
#ifdef WG_CORE
#include "graph/graph.h"
#include "graph/composites.h"

/* ---- append_plain.c ---- */

uint32_t wgi_apply_plain(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n) { return 0; }
wg_node wg_apply1(wg_site here, wg_node x, const wg_op *op) { return wg_apply(here, op, &x, 1, NULL); }
wg_node wg_apply2(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    return wg_apply(here, op, (wg_node[]){ a, b }, 2, NULL);
}
void wgi_view_note(wg_graph *g, uint32_t i) {}
const wgi_node *wgi_view_before(wg_site here, const wg_op *op, wg_node x) { return NULL; }
wg_node wgi_view_like(wg_site here, const wgi_node *last, wg_node x, const void *attr) { return wg_none; }
void wgi_eager_drop(wg_graph *g) {}
void wgi_eager_take(wg_graph *g) {}

/* ---- kinds.c ---- */

void *wgi_kind_entry_of(wg_context *c, wgi_kind_answer which, size_t size, const wgi_kind *k) { return NULL; }

/* ---- remembered.c ---- */

void wgi_rebuild_begin(wg_graph *g, wg_mode mode) { wgi_arena_reset(&g->arena), wgi_composites_forget(g, 0); }
void wgi_rebuild_differs(wg_graph *g) {}
void wgi_rebuild_forget(wg_graph *g, uint32_t mark) { wgi_composites_forget(g, mark), wgi_idle_forget(g); }
void wgi_rebuild_forget_empty(wg_graph *g, uint32_t mark) {}
uint32_t wgi_rebuild_call(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n,
                          const void *attr)
{
    return 0;
}
const wgi_called *wgi_rebuild_at(const wg_graph *g, wg_site here, const wg_op *op) { return NULL; }
uint32_t wgi_rebuild_reuse(wg_graph *g) { return 0; }
void wgi_limits_set(wg_graph *g) {}
wgi_calling wgi_call_begin(wg_graph *g) { return (wgi_calling){ .at = WGI_NO_CALL }; }
void wgi_call_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, const wg_node x[], int n,
                  const void *attr, wg_node result)
{
}
wg_node wgi_leaf_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, wg_node result)
{
    return result;
}
uint32_t wgi_remember_plain(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n)
{
    return 0;
}
bool wgi_derived_reuse(wg_graph *g, wg_site here, const wg_op *what, const wg_node x[], int n, wg_node y[],
                       int m)
{
    return false;
}
wgi_calling wgi_derived_begin(wg_graph *g)
{
    g->build.within++;
    return wgi_call_begin(g);
}
void wgi_derived_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *what, const wg_node x[], int n,
                     const wg_node y[], int m)
{
    g->build.within--;
}
#endif
