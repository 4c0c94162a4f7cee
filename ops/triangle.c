/* triangle.c: parts of matrices, which are the last two axes: tril, triu, diagonal. */
#include "axis_runs.h"
#include "rules.h"

#include "sample_shapes.h"

#define TRIANGLE_FIELDS(F, S) F(S, INT, offset, "0")
OPTIONS(triangle, TRIANGLE_FIELDS);

SHAPE(triangle) { return wg_rule_rank(r, 0, 2, WG_MAX_RANK) && wg_rule_broadcast(r); }

/* The numbers 0, 1, ... along an axis of x, i64; on other axes at most one element. */
static wg_node numbers_along(wg_site here, wg_node x, int axis)
{
    const wg_shape s = wg_node_shape(x);
    for (int i = 0; i < s.rank; i++)
        if (i != axis && s.dim[i] > 1) x = wg_slice(x, .axis = i, .to = 1);
    return wg_index_along(x, .axis = axis);
}
/* Numbers of columns, from the diagonal `offset` on, and numbers of rows. They broadcast to a matrix. */
static wg_node columns_from(wg_site here, wg_node x, int offset)
{
    return wg_sub(numbers_along(here, x, wg_node_shape(x).rank - 1), offset);
}
static wg_node rows_of(wg_site here, wg_node x) { return numbers_along(here, x, wg_node_shape(x).rank - 2); }
/* The triangle from the diagonal `offset` on, else 0. A bool stays a bool: masks have triangles too. */
static wg_node triangle_of(wg_site here, wg_node x, const struct triangle *a, bool upper)
{
    wg_node row = rows_of(here, x), column = columns_from(here, x, a->offset);
    wg_node keep = upper ? wg_greater_equal(column, row) : wg_less_equal(column, row);
    return wg_cast(wg_where(keep, x, 0), wg_node_dtype(x));
}

#define TRIANGLE_OP(n, upper, ...)                                                                           \
    SAMPLES(n, wg_##n(ANY(3, 4)), wg_##n(ANY(2, 4, 3), .offset = 1), wg_##n(CLASSES(5, 3, 3), .offset = -1), \
            wg_##n(ANY(2, 0)));                                                                              \
    ERRORS(n, (wg_##n(ANY(3)), "axes, must have 2 to"));                                                     \
    EXPAND(n) { y[0] = triangle_of(here, x[0], attr, upper); }                                               \
    BUILDER(n, triangle) { APPLY(n, triangle, TRIANGLE_FIELDS, a->x); }                                      \
    DEFINE_OP(n, .operands = 1, .kind = WG_OPAQUE, TAKES(triangle), .options = wg_triangle_args_rows,        \
              .shape = triangle_shape, .expand = n##_expand, .leads = true, __VA_ARGS__)

TRIANGLE_OP(
    tril, false,
    .summary = "Lower triangle of matrices: 0 at what is more than `offset` to the right of the diagonal.",
    .formula = "y[..., i, j] = x[..., i, j] where j - i <= offset, else 0",
    .adjoint = "x'[..., i, j] = y'[..., i, j] where j - i <= offset, else 0");
TRIANGLE_OP(
    triu, true,
    .summary = "Upper triangle of matrices: 0 at what is less than `offset` to the right of the diagonal.",
    .formula = "y[..., i, j] = x[..., i, j] where j - i >= offset, else 0",
    .adjoint = "x'[..., i, j] = y'[..., i, j] where j - i >= offset, else 0");

/* ---- diagonal ---- */

SHAPE(diagonal)
{
    wg_shape s = *r->x[0].shape;
    if (!wg_rule_rank(r, 0, 2, WG_MAX_RANK)) return false;
    if (s.dim[s.rank - 1] < s.dim[s.rank - 2]) s.dim[s.rank - 2] = s.dim[s.rank - 1];
    s.rank--;
    return shaped_to(r, s);
}

/* Each matrix as one row, from which elements 0, columns + 1, ... are gathered. */
EXPAND(diagonal)
{
    const wg_shape s = wg_node_shape(x[0]);
    const int last = s.rank - 1;
    const int64_t rows = s.dim[last - 1], columns = s.dim[last], least = rows < columns ? rows : columns;
    wg_shape to = s;
    to.dim[--to.rank - 1] = least;
    if (!wg_shape_size(s)) {
        wg_node none = wg_slice(x[0], .axis = last - 1, .to = least);
        y[0] = wg_cast(wg_sum(none, .axis = -1), wg_node_dtype(x[0]));
        return;
    }
    wg_node at = wg_slice(numbers_along(here, x[0], last), .axis = last, .to = least);
    at = wg_reshape(wg_mul(at, (double)(columns + 1)), WG_SHAPE(1, least));
    wg_node flat = wg_reshape(x[0], WG_SHAPE(outer_of(&s, last - 1), rows * columns));
    y[0] = wg_reshape(wgi_gather(here, flat, at, 1), to);
}
SAMPLES(diagonal, wg_diagonal(ANY(3, 4)), wg_diagonal(ANY(2, 4, 3)), wg_diagonal(CLASSES(5, 3, 3)),
        wg_diagonal(ANY(2, 0)));
ERRORS(diagonal, (wg_diagonal(ANY(3)), "axes, must have 2 to"));

DEFINE_OP(diagonal, .summary = "The diagonal of matrices.", .formula = "y[..., i] = x[..., i, i]",
          .adjoint = "x'[..., i, j] = y'[..., i] where i = j, else 0", .operands = 1, .kind = WG_OPAQUE,
          RULES(diagonal, shape, expand), .leads = true);
wg_node wg_diagonal_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_diagonal); }
