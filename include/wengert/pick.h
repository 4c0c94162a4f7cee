/* SPDX-License-Identifier: MIT */
/* pick.h: elements chosen by their numbers, numbers of elements, elements in order of size. ops.h
 * includes this header. Numbers of elements are integers, or floats with integer values; they have no
 * derivative. As in NumPy a negative number counts from the end: -1 is the last. A number outside [-n, n) of
 * an axis of n makes the run fail.
 *
 *     wg_node rows = wg_take(x, i, .axis = 0);                the rows of x whose numbers are in i
 *     wg_node best = wg_topk(x, .count = 3);                  of each row the three largest
 *     wg_node where = wg_part(best, 1);                       and their numbers
 *     wg_node up = wg_sort(x, .axis = 0);                     each column in increasing order */
#ifndef WENGERT_PICK_H
#define WENGERT_PICK_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

/* ---- by number ---- */

#define wg_take_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, indices) \
    WG_ONE_AXIS_(X)
WG_OPTIONS_BY_PLACE(wg_take_args, 1);
/* y[..., i..., ...] = x[..., indices[i...], ...]: the axes of the indices take the place of the axis.
 * Along axis 0 it is wg_gather. */
WG_API wg_node wg_take_at(wg_site here, const wg_take_args *a);
/* y[..., i, ...] = x[..., indices[..., i, ...], ...]. On the other axes x and the indices have the same
 * sizes. */
WG_API wg_node wg_take_along_at(wg_site here, const wg_take_args *a);
#define wg_take(...)       WG_NAMED(wg_take_at, wg_take_args, (x, indices), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_take_along(...) WG_NAMED(wg_take_along_at, wg_take_args, (x, indices), 2, #__VA_ARGS__, __VA_ARGS__)

#define wg_scatter_add_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, indices) \
    P(wg_node, v) /* values */ \
    WG_ONE_AXIS_(X)
WG_OPTIONS_AND_OPERANDS(wg_scatter_add_args);
/* x, with v added at the elements that wg_take (wg_take_along) with these indices would choose. v has
 * the shape that its result would have. */
WG_API wg_node wg_scatter_add_at(wg_site here, const wg_scatter_add_args *a);
/* x, with v added at the elements that wg_take_along would choose */
WG_API wg_node wg_scatter_add_along_at(wg_site here, const wg_scatter_add_args *a);
#define wg_scatter_add(...) WG_NAMED(wg_scatter_add_at, wg_scatter_add_args, (x, indices, v), 3, #__VA_ARGS__, __VA_ARGS__)
#define wg_scatter_add_along(...) \
    WG_NAMED(wg_scatter_add_along_at, wg_scatter_add_args, (x, indices, v), 3, #__VA_ARGS__, __VA_ARGS__)

#define wg_nonzero_args_list(P, X) P(wg_node, x) X(int64_t, count, WG_NEEDED, "[0, inf)", "how many elements are true")
WG_OPTIONS_BY_PLACE(wg_nonzero_args, 1);
/* i64 [count]: the numbers of the true elements of a bool tensor, in order, counted over all axes. A
 * shape does not depend on values, so you say how many there are; another number makes the run fail:
 *
 *     wg_node rows = wg_nonzero(mask, .count = (int64_t)wg_item(wg_sum(mask)));
 * / */
WG_API wg_node wg_nonzero_at(wg_site here, const wg_nonzero_args *a);
#define wg_nonzero(...) WG_NAMED(wg_nonzero_at, wg_nonzero_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

/* ---- in order of size ---- */

#define wg_sort_args_list(P, X) \
    P(wg_node, x) \
    WG_LAST_AXIS_(X) \
    X(bool, descending, false, "", "the largest first")
WG_OPTIONS_BY_PLACE(wg_sort_args, 1);
/* The elements of the axis in order. Output 1 (wg_part) has their numbers, i64. Equal elements keep
 * their order. NaN counts as the largest number. */
WG_API wg_node wg_sort_at(wg_site here, const wg_sort_args *a);
WG_API wg_node wg_argsort_at(wg_site here, const wg_sort_args *a); /* the numbers alone */
#define wg_sort(...)    WG_NAMED(wg_sort_at, wg_sort_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_argsort(...) WG_NAMED(wg_argsort_at, wg_sort_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_topk_args_list(P, X) \
    P(wg_node, x) \
    X(int64_t, count, WG_NEEDED, "[0, inf)", "how many elements") \
    WG_LAST_AXIS_(X) \
    X(bool, smallest, false, "", "the smallest elements, and not the largest")
WG_OPTIONS_BY_PLACE(wg_topk_args, 2);
/* The `count` largest elements of the axis, in decreasing order; or the smallest, in increasing order.
 * Output 1 has their numbers, i64. Of equal elements the first comes first. */
WG_API wg_node wg_topk_at(wg_site here, const wg_topk_args *a);
#define wg_topk(...) WG_NAMED(wg_topk_at, wg_topk_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
