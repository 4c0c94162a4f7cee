/* SPDX-License-Identifier: MIT */
/* arrange.h: elements in other places: one index of an axis, stacks, parts, reverse order, copies, margins,
 * triangles of matrices. ops.h includes this. A negative axis or index counts from the end.
 *
 *     wg_node last = wg_select(x, .axis = 1, .index = -1);                the last column: one axis less
 *     wg_node rows = wg_slice(x, .axis = 0, .from = 2, .to = 5);          rows 2, 3 and 4
 *     wg_node both = wg_concat(((wg_node[]){ x, y }), 2, .axis = 1);      y beside x
 *     wg_node ring = wg_roll(x, .axis = 0, .shift = 1);                   row 0 moves to row 1
 *     wg_node wide = wg_pad(x, .axis = -1, .before = 1, .after = 1);      a margin of zeros
 *     wg_node low  = wg_tril(x);                                          zeros above the diagonal */
#ifndef WENGERT_ARRANGE_H
#define WENGERT_ARRANGE_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

#define wg_select_args_list(P, X) \
    P(wg_node, x) \
    WG_ONE_AXIS_(X) \
    X(int64_t, index, WG_NEEDED, "", "the place along the axis")
WG_OPTIONS_BY_PLACE(wg_select_args, 2);
WG_API wg_node wg_select_at(wg_site here, const wg_select_args *a); /* x at `index` of axis, which is dropped */
#define wg_select(...) WG_NAMED(wg_select_at, wg_select_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_join_args_list(P, X) \
    P(const wg_node *, x) \
    P(int, n) \
    WG_FIRST_AXIS_(X)
WG_OPTIONS_BY_PLACE(wg_join_args, 1);
WG_API wg_node wg_concat_at(wg_site here, const wg_join_args *a); /* x[0], then x[1], ... along axis */
WG_API wg_node wg_stack_at(wg_site here, const wg_join_args *a);  /* equal shapes, as parts of a new axis */
#define wg_concat(...) WG_NAMED(wg_concat_at, wg_join_args, (x, n), 2, "", __VA_ARGS__)
#define wg_stack(...)  WG_NAMED(wg_stack_at, wg_join_args, (x, n), 2, "", __VA_ARGS__)

#define wg_split_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node *, y) /* the parts, from the first to the last */ \
    X(int, parts, WG_AUTO, "[1, inf)", "how many equal parts; default: those of .sizes") \
    WG_FIRST_AXIS_(X) \
    X(wg_shape, sizes, WG_NO_SHAPE, "", "the sizes of at most 8 parts; default: equal .parts")
WG_OPTIONS_BY_PLACE(wg_split_args, 2);
/* Parts of x along axis. False, after an error: as many of y as there should be are wg_none. */
WG_API bool wg_split_at(wg_site here, const wg_split_args *a);
#define wg_split(...) WG_NAMED(wg_split_at, wg_split_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)

#define wg_roll_args_list(P, X) \
    P(wg_node, x) \
    X(int64_t, shift, WG_NEEDED, "", "y[(i + shift) mod n] = x[i] along axis") \
    WG_ONE_AXIS_(X)
WG_OPTIONS_BY_PLACE(wg_roll_args, 2);
/* x, moved by `shift` places along axis; what leaves one end comes in at the other */
WG_API wg_node wg_roll_at(wg_site here, const wg_roll_args *a);
#define wg_roll(...) WG_NAMED(wg_roll_at, wg_roll_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_repeat_args_list(P, X) \
    P(wg_node, x) \
    X(int64_t, count, WG_NEEDED, "[0, inf)", "how often each element stands: a a b b c c") \
    WG_ONE_AXIS_(X)
WG_OPTIONS_BY_PLACE(wg_repeat_args, 2);
WG_API wg_node wg_repeat_at(wg_site here, const wg_repeat_args *a); /* each element of x `count` times along axis */
#define wg_repeat(...) WG_NAMED(wg_repeat_at, wg_repeat_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_tile_args_list(P, X) \
    P(wg_node, x) \
    X(wg_shape, counts, WG_NO_SHAPE, "", "how often x stands along its last axes: a b c a b c; must be written; more than x has " \
      "axes: new axes before them")
WG_OPTIONS_BY_PLACE(wg_tile_args, 1);
WG_API wg_node wg_tile_at(wg_site here, const wg_tile_args *a); /* x, `counts` times one behind the other */
#define wg_tile(...) WG_NAMED(wg_tile_at, wg_tile_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_index_along_args_list(P, X) P(wg_node, x) WG_ONE_AXIS_(X)
WG_OPTIONS_BY_PLACE(wg_index_along_args, 1);
WG_API wg_node wg_index_along_at(wg_site here, const wg_index_along_args *a); /* i64, shaped as x: 0, 1, 2, ... along axis */
WG_API wg_node wg_diagonal_at(wg_site here, wg_node x); /* y[..., i] = x[..., i, i] */
#define wg_index_along(...) WG_NAMED(wg_index_along_at, wg_index_along_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_diagonal(x)      wg_diagonal_at(WG_AT(#x), x)

#define wg_axes_args_list(P, X) P(wg_node, x) WG_THESE_AXES_(X)
WG_OPTIONS_BY_PLACE(wg_axes_args, 1);
WG_API wg_node wg_flip_at(wg_site here, const wg_axes_args *a); /* x in reverse order along axes */
WG_API wg_node wg_expand_dims_at(wg_site here, const wg_axes_args *a); /* the result has these axes more, of size 1 */
#define wg_flip(...)        WG_NAMED(wg_flip_at, wg_axes_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_expand_dims(...) WG_NAMED(wg_expand_dims_at, wg_axes_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_expand(...)      WG_NOW_("write wg_expand_dims(x, .axis = 1) for a new axis, wg_broadcast_to for copies")

#define wg_squeeze_args_list(P, X) \
    P(wg_node, x) \
    X(int, axis, WG_AUTO, "", "one axis; default: all axes of size 1, or those of .axes") \
    WG_SEVERAL_(X)
WG_OPTIONS_BY_PLACE(wg_squeeze_args, 1);
WG_API wg_node wg_squeeze_at(wg_site here, const wg_squeeze_args *a); /* x without these axes, whose size is 1 */
#define wg_squeeze(...) WG_NAMED(wg_squeeze_at, wg_squeeze_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define WG_END INT64_MAX
#define wg_slice_args_list(P, X) \
    P(wg_node, x) \
    WG_ONE_AXIS_(X) \
    X(int64_t, from, 0, "", "the first element; a negative number counts from the end") \
    X(int64_t, to, WG_END, "", "behind the last element; a negative number counts from the end; default: the end") \
    X(int64_t, step, 1, "[1, inf)", "each step-th element from the first on")
WG_OPTIONS_AND_OPERANDS(wg_slice_args);
WG_API wg_node wg_slice_at(wg_site here, const wg_slice_args *a); /* the elements from `from` to before `to` along axis */
#define wg_slice(...) WG_NAMED(wg_slice_at, wg_slice_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

typedef enum wg_pad_mode { WG_PAD_CONSTANT, WG_PAD_REFLECT, WG_PAD_EDGE } wg_pad_mode;
#define wg_pad_args_list(P, X) \
    P(wg_node, x) \
    WG_ONE_AXIS_(X) \
    X(int64_t, before, 0, "[0, inf)", "how many elements are added before") \
    X(int64_t, after, 0, "[0, inf)", "how many elements are added behind") \
    X(double, value, 0, "[-inf, inf] or nan", "of the elements that WG_PAD_CONSTANT adds") \
    X(wg_pad_mode, mode, WG_PAD_CONSTANT, "constant, reflect, edge", "a b c with 2 on each side: reflect gives c b a b c b a, edge a a a b c c c")
WG_OPTIONS_AND_OPERANDS(wg_pad_args);
WG_API wg_node wg_pad_at(wg_site here, const wg_pad_args *a); /* x with more elements before and behind along axis */
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

WG_END_DECLS
#endif
