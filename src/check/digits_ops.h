/* digits_ops.h: ops of the library in binary128. */
#ifndef WGI_CHECK_DIGITS_OPS_H
#define WGI_CHECK_DIGITS_OPS_H

#include "check/quad.h"
#include "wengert/op.h"

#if WGI_HAS_QUAD

/* One evaluation of node n. x: the operands' elements; of an op that moves elements those of the operands
 * follow each other: from[i] is 1 + the number of the one that element i is, 0: it is a zero. */
typedef struct wgi_quad_call {
    wg_node n;
    const wgi_quad *const *x;
    wgi_quad *y;
    const int64_t *from;
} wgi_quad_call;

enum { WGI_QUAD_SUM = -2 };
typedef struct wgi_quad_op {
    const char *name;
    /* of elements, which broadcast */
    wgi_quad (*map)(const wgi_quad x[], const void *attr);
    /* of the whole */
    void (*run)(const wgi_quad_call *c);
    /* Moves the elements of the operands of these bits. Its kernel says where they go. */
    uint32_t moves;
    uint32_t ignores; /* operands of these bits are not read */
    /* With the moduli of the operands of these bits in their place it gives the sum of the moduli of the
     * terms of y. WGI_QUAD_SUM: it adds or subtracts */
    uint32_t linear;
    int cost; /* of an element, in additions; of `run` beside its own: 1 */
} wgi_quad_op;

const wgi_quad_op *wgi_quad_op_of(const wg_op *op); /* NULL: there is none */
void wgi_quad_run(const wgi_quad_op *op, const wgi_quad_call *c);
double wgi_quad_cost(const wgi_quad_op *op, wg_node n); /* in additions */

#endif
#endif
