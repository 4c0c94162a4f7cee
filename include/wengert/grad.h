/* SPDX-License-Identifier: MIT */
/* grad.h: derivatives. Those that return nodes append ordinary nodes, which you can read, draw, check and
 * differentiate.
 *
 *     wg_backward(loss, p);                        computes the gradients of p, appends no node
 *     wg_node g  = wg_grad(y, x);                  d y / d x, y a scalar
 *     wg_node g2 = wg_grad(wg_sum(g), x);          second order
 */
#ifndef WENGERT_GRAD_H
#define WENGERT_GRAD_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"

WG_BEGIN_DECLS

/* Computes the loss, a scalar, and its gradients with respect to all parameters of p that it depends on. They
 * replace the gradients that p had; a part of a set leaves those of other parts. Then stores the values of
 * wg_assign. A loss that depends on no parameter of p is an error. So is a loss that is NaN: then p has no
 * gradients, no state is stored, and the error says where the NaN first arose. (A program that expects NaN,
 * such as a line search, reads the loss first.) A loss that is infinite is a warning, since its gradients may
 * be finite: wg_optim_step looks at those. */
WG_API wg_status wg_backward_at(wg_site here, wg_node loss, wg_params *p);
#define wg_backward(loss, p) wg_backward_at(WG_AT(#loss), loss, p)
/* The same, but adds to the gradients that p has. It begins from zero where wg_optim_step has used them. */
WG_API wg_status wg_backward_add_at(wg_site here, wg_node loss, wg_params *p);
#define wg_backward_add(loss, p) wg_backward_add_at(WG_AT(#loss), loss, p)

/* Finds where NaN or infinities in the value of n first arose: the op, its place in your source, and the
 * ranges of its operands. If n is finite and p is not NULL, the same for the gradients of n by the parameters
 * of p. Prints lines to out, which may be NULL. Returns false, and prints nothing, if all is finite or cannot
 * be computed. It computes on a copy of the graph, with the inputs, parameters and random draws of the present
 * evaluation. It changes nothing and records no error, so call it anywhere, in a debugger too. */
WG_API bool wg_trace_nan(wg_node n, wg_params *p, FILE *out);

/* d y / d x of a scalar y, in the shape of x. It is zero if y does not depend on x, or only by masks, choices
 * and comparisons. It is an error if every path from y to x ends at an op without a derivative. */
WG_API wg_node wg_grad_at(wg_site here, wg_node y, wg_node x);
#define wg_grad(y, x) wg_grad_at(WG_AT(#y ", " #x), y, x)
/* The same for n nodes x, in one reverse sweep. gx gets n nodes. */
WG_API wg_status wg_grads_at(wg_site here, wg_node y, const wg_node x[], int n, wg_node gx[]);
#define wg_grads(y, ...) wg_grads_at(WG_AT(#y ", " #__VA_ARGS__), y, __VA_ARGS__) /* y, x, n, gx */
/* gy' J, with J = d y / d x, in the shapes of x. gy has the shape of y. gx gets n nodes. */
WG_API wg_status wg_vjp_at(wg_site here, wg_node y, wg_node gy, const wg_node x[], int n, wg_node gx[]);
#define wg_vjp(y, gy, ...) /* y, gy, x, n, gx */ \
    wg_vjp_at(WG_AT(#y ", " #gy ", " #__VA_ARGS__), y, gy, __VA_ARGS__)
/* J v, in the shape of y: forward mode. v[i] has the shape of x[i]. */
WG_API wg_node wg_jvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n);
#define wg_jvp(y, ...) wg_jvp_at(WG_AT(#y ", " #__VA_ARGS__), y, __VA_ARGS__) /* y, x, v, n */
/* H v, with H the second derivatives of a scalar y by x. v[i] has the shape of x[i]. hv gets n nodes. */
WG_API wg_status wg_hvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n,
                           wg_node hv[]);
#define wg_hvp(y, ...) wg_hvp_at(WG_AT(#y ", " #__VA_ARGS__), y, __VA_ARGS__) /* y, x, v, n, hv */
/* The Jacobian d y / d x: its shape is that of y followed by that of x. At most 8 axes. The Hessian of a
 * scalar y: the shape of a followed by that of b. All rows are computed together (wg_vmap), by tangents if x
 * has no more elements than y, by gradients otherwise; in parts if their values are large. A plan does not
 * keep the values on the way to them: a later read of such a value computes it again. At a kink, as of abs(x) at 0,
 * second derivatives are those of conventions and need not be those of y: a check with .order = 2 tells (check.h). */
WG_API wg_node wg_jacobian_at(wg_site here, wg_node y, wg_node x);
#define wg_jacobian(y, x) wg_jacobian_at(WG_AT(#y ", " #x), y, x)
/* The second derivatives of a scalar y by a and b: the shape of a followed by that of b. */
WG_API wg_node wg_hessian_at(wg_site here, wg_node y, wg_node a, wg_node b);
#define wg_hessian(y, a, b) wg_hessian_at(WG_AT(#y ", " #a ", " #b), y, a, b)

/* Places in a matrix: element k is in row[k] and column[k]. In any order, repeats are allowed. */
typedef struct wg_pattern {
    int64_t count;
    const int32_t *row, *column;
} wg_pattern;

/* The elements of the Jacobian d y / d x at the places p, as a vector of p.count elements. A row is an element
 * of y, a column one of x, both counted in row-major order. All elements that p leaves out must be zero: else
 * the result is wrong, and no error tells so. Compare with wg_jacobian at a small size.
 *
 * Columns that have no row in common get the same colour. One tangent gives all columns of a colour, since
 * each of its elements belongs to one of them. So a Jacobian of 100,000 by 100,000 with three diagonals costs
 * three tangents. If colours of rows are fewer, gradients give the rows in the same way. p is copied. The
 * colours are found at each call, in time proportional to the sum of squares of the rows' lengths, and of the
 * columns'. */
WG_API wg_node wg_jacobian_sparse_at(wg_site here, wg_node y, wg_node x, wg_pattern p);
#define wg_jacobian_sparse(y, x, ...) /* y, x, pattern */ \
    wg_jacobian_sparse_at(WG_AT(#y ", " #x), y, x, __VA_ARGS__)

/* H v of the loss, by all parameters of p as one vector: v and out have wg_params_size(p) elements. They
 * may be the same array. */
WG_API wg_status wg_params_hvp_at(wg_site here, wg_params *p, wg_node loss, const double *v, double *out);
#define wg_params_hvp(p, loss, v, out) wg_params_hvp_at(WG_AT(#p ", " #loss), p, loss, v, out)

/* y for many values of x at once. rows has the shape of x behind an axis of n elements. The result has the
 * shape of y behind that axis: element i is what y would be if x had the value of element i of rows. Nodes
 * between x and y are made once for all rows; nodes that do not depend on x are used as they are.
 *
 *     wg_node g = wg_grad(loss, w);                     of one example x [3]
 *     wg_node each = wg_vmap(g, x, batch);              batch [100,3]: the gradient of each of 100 examples
 *
 * Random nodes draw for each row what they draw for y: all rows have the same dropout mask. Assignments of
 * wg_assign are not repeated. C functions (wg_extern), and ops of yours that say nothing of rows (op.h), are
 * called for each row by itself. A product of matrices with rows may differ from that of one row in the last
 * bits. */
WG_API wg_node wg_vmap_at(wg_site here, wg_node y, wg_node x, wg_node rows);
#define wg_vmap(y, x, rows) wg_vmap_at(WG_AT(#y ", " #x ", " #rows), y, x, rows)
/* The same of ny nodes y for nx nodes x, in one walk. to gets ny nodes. */
WG_API wg_status wg_vmaps_at(wg_site here, const wg_node y[], int ny, const wg_node x[], const wg_node rows[],
                             int nx, wg_node to[]);
#define wg_vmaps(y, ...) wg_vmaps_at(WG_AT(#y), y, __VA_ARGS__) /* y, ny, x, rows, nx, to */

/* The value of y with a derivative of your own. y is made from x[0 .. n) by ordinary ops; the derivatives of
 * those are not used. The rule sets gx[k] to the gradient of x[k], made from x, y, gy (the gradient of y) and
 * numbers, or to wg_number(0) where that is zero. A gx[k] that it leaves out says: no derivative. It may not
 * make an input, parameter, state or random stream. It is called for each derivative, so its numbers may be
 * variables of your program. If only their values have changed since the last time, the plan stays. */
typedef void (*wg_vjp_rule)(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]);
/* y with a derivative rule of yours */
WG_API wg_node wg_custom_vjp_at(wg_site here, wg_node y, const wg_node x[], int n, wg_vjp_rule rule);
#define wg_custom_vjp(y, ...) wg_custom_vjp_at(WG_AT(#y), y, __VA_ARGS__) /* y, x, n, rule */
/* For bindings: the attribute of such a node, wg_attr(y). A rule that needs a pointer of yours finds it there:
 * wg_apply(here, wg_op_find("custom_vjp"), nodes, n + 1, &attribute), where the nodes are y and x. */
typedef struct wg_custom_vjp_attr {
    wg_vjp_rule rule;
    void *user; /* wg_custom_vjp: NULL */
} wg_custom_vjp_attr;

WG_END_DECLS
#endif
