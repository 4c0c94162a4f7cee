/* SPDX-License-Identifier: MIT */
/* linear.h: linear algebra. Matrices are the last two axes; axes before them count matrices. ops.h includes this.
 *
 *     wg_node L = wg_cholesky(K), a = wg_triangular_solve(L, y);
 *     wg_node x = wg_solve(A, b);
 *
 * All have derivatives of any order. What no matrix of the operand has (a triangle of one that is not positive
 * definite, an inverse of a singular one) is an error when it is computed, and names the pivot: rows are counted
 * from 0.
 */
#ifndef WENGERT_LINEAR_H
#define WENGERT_LINEAR_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

/* The lower triangle L with L L^T = x. If x is not symmetric, (x + x^T) / 2 is taken. */
WG_API wg_node wg_cholesky_at(wg_site here, wg_node x);
#define wg_cholesky(x) wg_cholesky_at(WG_AT(#x), x)

#define wg_triangular_solve_args_list(P, X) \
    P(wg_node, x) /* triangles: [..., n, n]; what is on the other side of the diagonal is not read */ \
    P(wg_node, b) /* [..., n, k], or a vector [n] */ \
    X(bool, upper, false, "", "the upper triangle, not the lower one") \
    X(bool, transposed, false, "", "solve x^T y = b") \
    X(bool, unit, false, "", "the diagonal is not read: it is ones")
WG_OPTIONS_AND_OPERANDS(wg_triangular_solve_args);
/* y with x y = b. Leading axes broadcast. */
WG_API wg_node wg_triangular_solve_at(wg_site here, const wg_triangular_solve_args *a);
#define wg_triangular_solve(...) \
    WG_NAMED(wg_triangular_solve_at, wg_triangular_solve_args, (x, b), 2, #__VA_ARGS__, __VA_ARGS__)

/* y with a y = b. b: columns [..., n, k], or a vector [n]. Leading axes broadcast. */
WG_API wg_node wg_solve_at(wg_site here, wg_node a, wg_node b);
WG_API wg_node wg_inverse_at(wg_site here,
                             wg_node x);           /* to solve equations wg_solve is faster and more exact */
WG_API wg_node wg_det_at(wg_site here, wg_node x); /* the determinant */
WG_API wg_node wg_logdet_at(wg_site here, wg_node x); /* its logarithm; a determinant below 0 is an error */
/* The sign (1, 0 or -1) and the logarithm of the absolute value. False, after an error: both are wg_none. */
WG_API bool wg_slogdet_at(wg_site here, wg_node x, wg_node *sign, wg_node *log);
#define wg_solve(a, b)           wg_solve_at(WG_AT(#a ", " #b), a, b)
#define wg_inverse(x)            wg_inverse_at(WG_AT(#x), x)
#define wg_det(x)                wg_det_at(WG_AT(#x), x)
#define wg_logdet(x)             wg_logdet_at(WG_AT(#x), x)
#define wg_slogdet(x, sign, log) wg_slogdet_at(WG_AT(#x), x, sign, log)

/* Several results. False, after an error: they are wg_none.
 *
 * eigh: x = V diag(w) V^T for symmetric x: eigenvalues w [..., n], ascending, and eigenvectors as columns of V
 * [..., n, n]. If x is not symmetric, (x + x^T) / 2 is taken. Of a vector the first element that has at least
 * 0.7 of the largest absolute value is positive. Vectors of equal eigenvalues are a choice. What does not depend on
 * it, as V f(w) V^T, has a gradient (docs/inside/arithmetic.md); to ask for another one is an error. */
WG_API bool wg_eigh_at(wg_site here, wg_node x, wg_node *values, wg_node *vectors); /* eigenvalues and eigenvectors of symmetric matrices */
/* qr: x = Q R for x [..., m, n], with k the smaller of m and n: Q [..., m, k], whose columns are orthogonal unit
 * vectors, and the upper triangle R [..., k, n]. No number of R's diagonal is below 0. */
WG_API bool wg_qr_at(wg_site here, wg_node x, wg_node *q, wg_node *r);
/* svd: x = U diag(s) V^T for x [..., m, n]: U [..., m, k], singular values s [..., k], descending, and vt, which
 * is V^T [..., k, n]. Of a column of U the first element that has at least 0.7 of the largest absolute value is
 * positive. Vectors of equal singular values are a choice, as those of eigh. */
WG_API bool wg_svd_at(wg_site here, wg_node x, wg_node *u, wg_node *s, wg_node *vt);
#define wg_eigh(x, values, vectors) wg_eigh_at(WG_AT(#x), x, values, vectors)
#define wg_qr(x, q, r)              wg_qr_at(WG_AT(#x), x, q, r)
#define wg_svd(x, u, s, vt)         wg_svd_at(WG_AT(#x), x, u, s, vt)

/* The y for which the sum of (a y - b)^2 is smallest. a [..., m, n] has no fewer rows than columns, which are
 * independent. b: columns [..., m, k], or a vector [m]. Leading axes broadcast. */
WG_API wg_node wg_lstsq_at(wg_site here, wg_node a, wg_node b);
#define wg_lstsq(a, b) wg_lstsq_at(WG_AT(#a ", " #b), a, b)

WG_END_DECLS
#endif
