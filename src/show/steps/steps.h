/* steps.h: a picture's computation as a list of steps, forward and backward. Whatever shows steps reads
 * this list.
 *
 * Forward, a step computes one item. Backward, a step is one term of a gradient: item `from` hands its
 * gradient on to one of its operands. Of a node that several items use, the gradient is the sum of their
 * terms.
 */
#ifndef WGI_STEPS_H
#define WGI_STEPS_H

#include "view/view.h"

typedef enum wgi_step_kind {
    WGI_STEP_VALUE, /* the value of item `to` */
    WGI_STEP_START, /* the gradient of the root, 1 */
    WGI_STEP_TERM   /* what item `from` adds to the gradient of item `to` */
} wgi_step_kind;

typedef struct wgi_step {
    wgi_step_kind kind;
    int64_t from, to; /* items; of a value and of the start `from` is -1 */
    wg_tensor value;  /* the value, 1, or the term; all tensors are WG_F64 */
    wg_tensor sum;    /* backward: the gradient of `to` after this step */
    int nth;          /* backward: this is the nth term of that gradient, from 1 */
    bool last;        /* backward: the last one: the sum is the gradient */
    bool beyond;      /* it has digits that the numbers of its rule, as they are rounded, do not give */
    bool chosen;      /* a term: some of it is 0 by a choice (wg_op.chooses), whatever the slope there is */
} wgi_step;

typedef struct wgi_steps {
    wgi_step *step;
    int64_t steps, forward; /* the first `forward` are values */
} wgi_steps;

/* At most so many items: each backward step differentiates an item by itself, which takes time for the
 * whole graph. */
enum { WGI_STEPS_MOST = 4000 };

/* The steps of a view of one root, which is item `root`, a scalar if there are backward steps. on_path:
 * by item, which gradients are asked for (wgi_view_find_path); NULL: no backward steps. The graph stays
 * as it is. An error is recorded if a value or a derivative cannot be computed. The steps are in the view's
 * pool. */
wg_status wgi_steps_make(wgi_steps *s, wg_site here, const wgi_view *v, int64_t root,
                         const unsigned char *on_path);
/* The same of scalars, but each item on the path begins with a gradient of 1 of its own: a start, and behind
 * it its terms, which are its local derivatives. */
wg_status wgi_steps_local(wgi_steps *s, wg_site here, const wgi_view *v, int64_t root,
                          const unsigned char *on_path);

/* ---- item_apart.c: a view's graph once more, and each of its items by itself ---- */

/* The view's graph stays as it is. An item by itself has its operands as inputs: so what is computed from it
 * there depends on the item alone, not on how the graph has rewritten it together with its operands. */
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
/* The root may use not all items before it: of a whole graph. */
static inline bool wgi_apart_has(const wgi_apart *a, int64_t item)
{
    return !wg_is_none(wgi_apart_copy(a, item));
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
