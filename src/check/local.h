/* local.h: stage 1 of a graph's check: each node's rule against the kernel of the same node.
 *
 * A node y = op(x[0], x[1], ...) is built alone: a small graph whose inputs have the values that the operands
 * have in the clone. For each operand x[k], a random direction u and random weights v, the rule's
 * sum(vjp(v) u) is compared with the slope of sum(v op(x + t u)) at t = 0. If they differ, the elements of u
 * are halved until one element is left. So an error is found at its node, its operand and its element, in a
 * number of calls of the kernel that does not depend on the size of the graph.
 */
#ifndef WGI_CHECK_LOCAL_H
#define WGI_CHECK_LOCAL_H

#include "check/check_private.h"
#include "check/slope.h"

/* A node that was built alone. The memory is the report's context's. */
typedef struct wgi_alone {
    wg_graph *g;
    const wg_op *op;
    const void *attr;
    wg_node *x, y, seed; /* seed: the input that holds the weights v */
    int operands;
    bool wide; /* operands of f32 were converted to f64 */
    wg_node
        *gx; /* by operand: the rule's gradient, for the seeds v; wg_none: the op has no derivative by it */
    double **point; /* by operand: the values; NULL: not of a float dtype */
    double *v;      /* the weights of the elements of y */
} wgi_alone;

/* Builds node n alone. stream: of the random weights. wide: with f32 operands converted to f64. False:
 * it cannot be built, or nothing is to be compared. */
bool wgi_alone_open(wg_check *r, wg_node n, uint64_t stream, bool wide, wgi_alone *a);
void wgi_alone_close(wg_check *r, wgi_alone *a);

/* From now on y is the sum of the rule's gradients, each times random weights, gx are the gradients of that
 * sum, and the seed is one more operand, the last. So what compared the rule with the kernel compares the
 * derivative of the rule with the rule. False: the rule has no derivative; then *a can only be closed. */
bool wgi_alone_derive(wg_check *r, wgi_alone *a, uint64_t stream);

/* Operand k moves by t u. u has a value for each element. */
wgi_compared wgi_alone_compare(wg_check *r, wgi_alone *a, int k, const double u[]);

/* remedy.c. Finds out what would make the rule right for f->operand, and writes it to f->remedy. */
void wgi_check_remedy(wg_check *r, wgi_alone *a, wgi_finding *f);

/* The stage. Adds a finding for each wrong operand of a node: see check_private.h. Sets held[i] to 1
 * for nodes whose derivative is meant not to be that of their value: they must stand still when the
 * whole function is compared. These are stop_gradient, and wg_custom_vjp on a value that does not move
 * with the operand, as in a straight-through estimator, or that is the operand itself, as where a
 * gradient is clipped or reversed. */
void wgi_check_local(wg_check *r, wg_graph *clone, wg_node root, unsigned char *held);

/* If a second derivative is wrong: the same for the nodes from `first` on that the gradients gx[0 .. n)
 * depend on, to find an op inside a rule. Ops of the library are left out: those that a rule calls with x and
 * y = f(x) may divide their derivative between the two as they like. */
void wgi_check_local_second(wg_check *r, wg_graph *clone, int64_t first, const wg_node gx[], int n);

#endif
