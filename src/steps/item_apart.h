/* item_apart.h: a view's graph once more, and each of its items by itself.
 *
 * The view's graph stays as it is. An item by itself has its operands as inputs: so what is computed from it
 * there depends on the item alone, not on how the graph has rewritten it together with its operands.
 */
#ifndef WGI_APART_H
#define WGI_APART_H

#include "view/view.h"

typedef struct wgi_apart {
    const wgi_view *v;
    wg_site here;
    wg_graph *all;  /* all items up to the root */
    wg_node *copy;  /* by node of the view's graph: the node of `all` */
    wg_graph *one;  /* one item */
    wg_node *local; /* by node of `all`: the node of `one` */
    unsigned char *held;
} wgi_apart;

/* Builds all items up to `root`, and computes them. An error is recorded if that is not possible. Close it in
 * either case. */
wg_status wgi_apart_open(wgi_apart *a, wg_site here, const wgi_view *v, int64_t root);
void wgi_apart_close(wgi_apart *a);

/* The item in `all`. */
static inline wg_node wgi_apart_copy(const wgi_apart *a, int64_t item)
{
    return a->copy[a->v->item[item].node];
}
/* Builds the item in `one`, which has nothing else then. Operands that are computed become inputs with their
 * values. */
wg_node wgi_apart_build(wgi_apart *a, int64_t item);
/* An operand of the item that was built last: its node in `one`. */
static inline wg_node wgi_apart_local(const wgi_apart *a, int64_t item)
{
    return a->local[wgi_apart_copy(a, item).index];
}

#endif
