/* grad.h: derivatives as nodes. This room may use these builders of ops: wg_addn_at, wg_sum_to_at,
 * wg_broadcast_to_at, wg_cast_at, wg_fill_at, wg_reshape_at, and wg_concat_at for the rows of a Jacobian. */
#ifndef WGI_GRAD_H
#define WGI_GRAD_H

#include "wengert/grad.h"

#include "graph/graph.h"

/* Appends nodes for the gradients of the sum of <seed[j], y[j]> with respect to x[]. gx[k] is wg_none where
 * no path with a derivative leads to x[k]. *blocked is the first node without a derivative on a path to x, 0
 * if there is none. */
bool wgi_reverse(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny,
                 const wg_node x[], int nx, wg_node gx[], uint32_t *blocked);
/* Calls op's derivative rule for n operands. gx[k] is wg_none where operand k has no derivative, by the rule
 * or by op->none. False: the rule tried to make a leaf. */
bool wgi_vjp(wg_site here, const wg_op *op, wg_node y, wg_node gy, const wg_node x[], wg_node gx[], int n);
/* x, cast and broadcast to a dtype and shape. */
wg_node wgi_to_shape(wg_site here, wg_node x, const wg_shape *s, wg_dtype t);
/* v, a node or a number, with the dtype and shape of x. */
wg_node wgi_like(wg_site here, wg_node v, wg_node x);
/* For all of x[0..n): the answer to a call that has failed. */
wg_status wgi_all_failed(wg_graph *g, wg_node x[], int n);

#endif
