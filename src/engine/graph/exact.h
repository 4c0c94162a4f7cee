/* exact.h: expressions that keep the digits which a rounded value has lost.
 *
 * p = sigmoid z is rounded. Where it is next to 1, 1 - p is that rounding and little else, while the
 * derivative of sigmoid, p (1 - p), is computed from z. In the gradient of ln(1 - p) one is divided by the
 * other: it has no digit right, though each of its nodes has all. So 1 - p is computed from z, too: one
 * quantity is rounded once. An op that goes to a number answers by .exact; ops that keep or move values hand
 * the question on; sub, add and log ask it, by their .rewrite. What is drawn is the call that was written. */
#ifndef WGI_EXACT_H
#define WGI_EXACT_H

#include "wengert/op.h"

/* Asks for an expression of a node's value y that keeps the digits which y itself has lost: wgi_exact_of. */
typedef enum wgi_quantity {
    WGI_REST,           /* limit - y */
    WGI_REST_OF_SQUARE, /* limit - y^2 */
    WGI_LOG             /* ln(limit y); a limit of 0 or less has no answer */
} wgi_quantity;
typedef struct wgi_exact {
    wg_site here; /* the site of the nodes that are made */
    wgi_quantity what;
    double limit;
    bool make; /* false: only whether there is such a node */
    int depth; /* how many nodes have handed the question on; beyond 16 the answer is no. One that asks
                * several counts more */
} wgi_exact;

/* The node that is asked for, by .exact of y's op; wg_none: there is none. If ask->make is false, no node is
 * made, and any other node stands for the answer yes. In a derivative rule only nodes that the rule has made
 * are asked: what it makes does not depend on how its operands were made. */
wg_node wgi_exact_of(const wgi_exact *ask, wg_node y);
/* Whether n is a leaf that is a number, or one repeated: then *value is that number. */
bool wgi_number_in(wg_node n, double *value);
/* Whether an op that asks may get an answer from its operands. */
bool wgi_may_ask(const wg_node x[], int n);

/* For the rule of y: whether its slope is to be that of the rounded y: wgi_rounds. */
bool wgi_is_rounded(wg_node y);

#endif
