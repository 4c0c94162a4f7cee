/* SPDX-License-Identifier: MIT */
/* arrange.h: elements in other places: one index of an axis, stacks, parts, reverse order, copies, margins,
 * triangles of matrices. ops.h includes this. A negative axis or index counts from the end. */
#ifndef WENGERT_ARRANGE_H
#define WENGERT_ARRANGE_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

#ifdef __cplusplus
extern "C" {
#endif

WG_API wg_node wg_select_at(wg_site here, wg_node x, int axis,
                            int64_t index); /* x at `index` of axis, which is dropped */
WG_API wg_node wg_stack_at(wg_site here, const wg_node x[], int n,
                           int axis); /* equal shapes, as parts of a new axis */
/* `parts` equal parts of x along axis, from the first to the last, to y[]. False, after an error: y is
 * wg_none. */
WG_API bool wg_split_at(wg_site here, wg_node x, int parts, int axis, wg_node y[]);
WG_API wg_node wg_roll_at(wg_site here, wg_node x, int axis,
                          int64_t by); /* y[(i + by) mod n] = x[i] along axis */
WG_API wg_node wg_tile_at(wg_site here, wg_node x, int axis, int64_t count);   /* a b c a b c */
WG_API wg_node wg_repeat_at(wg_site here, wg_node x, int axis, int64_t count); /* a a b b c c */
WG_API wg_node wg_index_along_at(wg_site here, wg_node x,
                                 int axis);             /* i64, shaped as x: 0, 1, 2, ... along axis */
WG_API wg_node wg_diagonal_at(wg_site here, wg_node x); /* y[..., i] = x[..., i, i] */
#define wg_select(x, axis, index)   wg_select_at(WG_AT(#x), x, axis, index)
#define wg_stack(...)               wg_stack_at(WG_AT(""), __VA_ARGS__) /* x, n, axis */
#define wg_split(x, parts, axis, y) wg_split_at(WG_AT(#x), x, parts, axis, y)
#define wg_roll(x, axis, by)        wg_roll_at(WG_AT(#x), x, axis, by)
#define wg_tile(x, axis, count)     wg_tile_at(WG_AT(#x), x, axis, count)
#define wg_repeat(x, axis, count)   wg_repeat_at(WG_AT(#x), x, axis, count)
#define wg_index_along(x, axis)     wg_index_along_at(WG_AT(#x), x, axis)
#define wg_diagonal(x)              wg_diagonal_at(WG_AT(#x), x)

#define wg_flip_args_list(P, X) \
    P(wg_node, x) \
    X(int, axis, WG_AUTO, "", "one axis; default: all axes, or those of .axes") \
    X(wg_axes, axes, WG_NO_AXES, "", "several axes")
WG_OPTIONS_AND_OPERANDS(wg_flip_args);
WG_API wg_node wg_flip_at(wg_site here, const wg_flip_args *a); /* in reverse order along axes */
#define wg_flip(...) WG_NAMED(wg_flip_at, wg_flip_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

typedef enum wg_pad_mode { WG_PAD_CONSTANT, WG_PAD_REFLECT, WG_PAD_EDGE } wg_pad_mode;
#define wg_pad_args_list(P, X) \
    P(wg_node, x) \
    X(int, axis, 0, "", "one axis") \
    X(int64_t, before, 0, "[0, inf)", "how many elements are added before") \
    X(int64_t, after, 0, "[0, inf)", "how many elements are added behind") \
    X(double, value, 0, "[-inf, inf] or nan", "of the elements that WG_PAD_CONSTANT adds") \
    X(wg_pad_mode, mode, WG_PAD_CONSTANT, "constant, reflect, edge", "a b c with 2 on each side: reflect gives c b a b c b a, edge a a a b c c c")
WG_OPTIONS_AND_OPERANDS(wg_pad_args);
WG_API wg_node wg_pad_at(wg_site here, const wg_pad_args *a);
#define wg_pad(...) WG_NAMED(wg_pad_at, wg_pad_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_triangle_args_list(P, X) \
    P(wg_node, x) /* matrices: [..., m, n] */ \
    X(int, offset, 0, "", "of the border from the diagonal, to the right")
WG_OPTIONS_AND_OPERANDS(wg_triangle_args);
WG_API wg_node wg_tril_at(wg_site here,
                          const wg_triangle_args *a); /* x[i, j] where j - i <= offset, else 0 */
WG_API wg_node wg_triu_at(wg_site here,
                          const wg_triangle_args *a); /* x[i, j] where j - i >= offset, else 0 */
#define wg_tril(...) WG_NAMED(wg_tril_at, wg_triangle_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_triu(...) WG_NAMED(wg_triu_at, wg_triangle_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
