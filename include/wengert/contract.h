/* SPDX-License-Identifier: MIT */
/* contract.h: products of tensors: matmul, outer, einsum; and the order of axes. ops.h includes this
 * header.
 *
 *     wg_node y = wg_matmul(x, W);                            [m, k] and [k, n]: [m, n]
 *     wg_node s = wg_matmul(q, k, .tb = true);                q k^T
 *     wg_node t = wg_einsum("ii->", a);                       the trace
 *     wg_node z = wg_einsum("bij,bjk->bik", a, b);            a product for each b
 *     wg_node w = wg_swap(x);                                 the last two axes change places */
#ifndef WENGERT_CONTRACT_H
#define WENGERT_CONTRACT_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

/* ---- products ---- */

#define wg_matmul_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, y) \
    X(bool, ta, false, "", "the last two axes of x are swapped first, without a copy") \
    X(bool, tb, false, "", "the last two axes of y are swapped first, without a copy")
WG_OPTIONS_AND_OPERANDS(wg_matmul_args);
/* [..., m, k] @ [..., k, n] is [..., m, n]; leading axes broadcast. A vector on the left is a row, on the
 * right a column. */
WG_API wg_node wg_matmul_at(wg_site here, const wg_matmul_args *a);
WG_API wg_node wg_dot_at(wg_site here, wg_node a, wg_node b);   /* sum of all elements of a b; equal shapes */
WG_API wg_node wg_outer_at(wg_site here, wg_node a, wg_node b); /* y[i..., j...] = a[i...] b[j...] */
WG_API wg_node wg_dense_at(wg_site here, wg_node x, wg_node W, wg_node b); /* x @ W + b; b may be wg_none */
/* The sum of products that the letters say, as in NumPy: wg_einsum("bij,bjk->bik", a, b). A letter
 * stands for an axis, an operand's letter that the result lacks is summed over, a letter twice in one
 * operand takes the diagonal. Without "->" the result has the letters that stand there once, in
 * alphabetical order. Operands are multiplied from left to right; no result on the way may have more
 * than 8 axes. No ellipsis. */
WG_API wg_node wg_einsum_at(wg_site here, const char *letters, const wg_node x[], int n);
#define wg_matmul(...)    WG_NAMED(wg_matmul_at, wg_matmul_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_dot(a, b)      wg_dot_at(WG_AT(#a ", " #b), a, b)
#define wg_outer(a, b)    wg_outer_at(WG_AT(#a ", " #b), a, b)
#define wg_dense(x, W, b) wg_dense_at(WG_AT(#x ", " #W ", " #b), x, W, b)
#ifndef __cplusplus
/* At most 16 operands, one by one. An array and its size would be taken for the members of one handle, so they are as many
 * nodes as they are arguments, or that does not compile. */
extern __typeof__(wg_einsum_at) wg_einsum_of_an_array
    __attribute__((error("behind the letters operands stand one by one, \"ij,jk->ik\", a, b: an array is for wg_einsum_at")));
#define WG_17TH_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, ...) q
#define WG_ARGUMENTS_(...) WG_17TH_(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define wg_einsum(letters, ...)                                                                            \
    _Generic((char(*)[1 + (WG_COUNT_(wg_node, __VA_ARGS__) == WG_ARGUMENTS_(__VA_ARGS__))])0,              \
             char(*)[2] : wg_einsum_at, default : wg_einsum_of_an_array)(                                  \
        WG_AT(#__VA_ARGS__), letters, (const wg_node[]){ __VA_ARGS__ }, WG_COUNT_(wg_node, __VA_ARGS__))
#else
}
template <class... N>
static inline wg_node wg_einsum_of(wg_site here, const char *letters, const N &...operands)
{
    const wg_node x[] = { operands... };
    return wg_einsum_at(here, letters, x, static_cast<int>(sizeof...(N)));
}
#define wg_einsum(letters, ...) wg_einsum_of(WG_AT(#__VA_ARGS__), letters, __VA_ARGS__)
extern "C" {
#endif

/* ---- the order of axes ---- */

#define wg_transpose_args_list(P, X) \
    P(wg_node, x) \
    X(wg_axes, axes, WG_NO_AXES, "", "axis i of the result is axis axes[i] of x; default: the axes in reverse order")
WG_OPTIONS_BY_PLACE(wg_transpose_args, 1);
WG_API wg_node wg_transpose_at(wg_site here, const wg_transpose_args *a); /* x with its axes in another order */
WG_API wg_node wg_swap_at(wg_site here, wg_node x); /* the last two axes swapped: matrices transposed */
#define wg_transpose(...) WG_NAMED(wg_transpose_at, wg_transpose_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_swap(x)        wg_swap_at(WG_AT(#x), x)
#define wg_permute(...)   WG_NOW_("write wg_transpose(x, .axes = WG_AXES(1, 0, 2))")

WG_END_DECLS
#endif
