/* triangle.c: parts of matrices, which are the last two axes: tril, triu, diagonal. */
#include "ops.h"

#if WG_BASE

#include "sample_shapes.h"

#define TRIANGLE_FIELDS(F, S) F(S, INT, offset, "0")
OPTIONS(triangle, TRIANGLE_FIELDS);

static bool triangle_shape(wg_rule *r) { return wg_rule_rank(r, 0, 2, WG_MAX_RANK) && wg_rule_broadcast(r); }

/* How far an element is to the right of the diagonal, i64. */
static wg_node right_of_diagonal(wg_site here, wg_node x)
{
    return wg_sub(wg_index_along(x, -1), wg_index_along(x, -2));
}
/* x where `keep` is true, else 0. A bool stays a bool: masks have triangles too. */
static wg_node kept(wg_site here, wg_node keep, wg_node x)
{
    return wg_cast(wg_where(keep, x, 0), wg_node_dtype(x));
}
static wg_node triangle_sample(wg_site here, wg_graph *g, int i,
                               wg_node (*op)(wg_site, const wg_triangle_args *))
{
    switch (i) {
    case 0: return op(here, &(wg_triangle_args){ .x = wg_any(g, WG_SHAPE(3, 4)) });
    case 1: return op(here, &(wg_triangle_args){ .x = wg_any(g, WG_SHAPE(2, 4, 3)), .offset = 1 });
    case 2: return op(here, &(wg_triangle_args){ .x = wg_any_class(g, 5, WG_SHAPE(3, 3)), .offset = -1 });
    case 3: return op(here, &(wg_triangle_args){ .x = wg_any(g, WG_SHAPE(2, 0)) });
    }
    return wg_none;
}
static const char *triangle_error(wg_site here, wg_graph *g, int i,
                                  wg_node (*op)(wg_site, const wg_triangle_args *))
{
    if (i) return NULL;
    op(here, &(wg_triangle_args){ .x = wg_any(g, WG_SHAPE(3)) });
    return "axes, must have 2 to";
}

/* ---- tril ---- */

EXPAND(tril)
{
    const int offset = ((const struct triangle *)attr)->offset;
    y[0] = kept(here, wg_less_equal(right_of_diagonal(here, x[0]), offset), x[0]);
}
SAMPLE(tril) { return triangle_sample(here, g, i, wg_tril_at); }
ERROR_SAMPLE(tril) { return triangle_error(here, g, i, wg_tril_at); }

const wg_op wgi_op_tril = {
    OP(tril),
    .summary = "Lower triangle of matrices: 0 at what is more than `offset` to the right of the diagonal.",
    .formula = "y[i, j] = x[i, j] where j - i <= offset, else 0",
    .adjoint = "x' = y' there, else 0",
    .operands = 1,
    .kind = WG_OPAQUE,
    TAKES(triangle),
    .shape = triangle_shape,
    .expand = tril_expand,
    .leads = true,
};
wg_node wg_tril_at(wg_site here, const wg_triangle_args *a)
{
    return wg_apply(here, &wgi_op_tril, &a->x, 1, &GIVEN(triangle, TRIANGLE_FIELDS));
}

/* ---- triu ---- */

EXPAND(triu)
{
    const int offset = ((const struct triangle *)attr)->offset;
    y[0] = kept(here, wg_greater_equal(right_of_diagonal(here, x[0]), offset), x[0]);
}
SAMPLE(triu) { return triangle_sample(here, g, i, wg_triu_at); }
ERROR_SAMPLE(triu) { return triangle_error(here, g, i, wg_triu_at); }

const wg_op wgi_op_triu = {
    OP(triu),
    .summary = "Upper triangle of matrices: 0 at what is less than `offset` to the right of the diagonal.",
    .formula = "y[i, j] = x[i, j] where j - i >= offset, else 0",
    .adjoint = "x' = y' there, else 0",
    .operands = 1,
    .kind = WG_OPAQUE,
    TAKES(triangle),
    .shape = triangle_shape,
    .expand = triu_expand,
    .leads = true,
};
wg_node wg_triu_at(wg_site here, const wg_triangle_args *a)
{
    return wg_apply(here, &wgi_op_triu, &a->x, 1, &GIVEN(triangle, TRIANGLE_FIELDS));
}

/* ---- diagonal ---- */

static bool diagonal_shape(wg_rule *r)
{
    wg_shape s = *r->x[0].shape;
    if (!wg_rule_rank(r, 0, 2, WG_MAX_RANK)) return false;
    if (s.dim[s.rank - 1] < s.dim[s.rank - 2]) s.dim[s.rank - 2] = s.dim[s.rank - 1];
    s.rank--;
    *wg_rule_shape(r, 0) = s;
    return true;
}
/* Of a tall matrix the upper part. Then row i has the element i of the diagonal, and zeros beside it. */
EXPAND(diagonal)
{
    const wg_shape s = wg_node_shape(x[0]);
    const int rows = s.rank - 2;
    wg_node wide = s.dim[rows] > s.dim[rows + 1] ? wg_slice(x[0], .axis = rows, .to = s.dim[rows + 1]) : x[0];
    wg_node alone = kept(here, wg_equal(right_of_diagonal(here, wide), 0), wide);
    y[0] = wg_cast(wg_sum(alone, .axes = WG_AXES(-1)), wg_node_dtype(x[0]));
}
SAMPLE(diagonal)
{
    switch (i) {
    case 0: return wg_diagonal(wg_any(g, WG_SHAPE(3, 4)));
    case 1: return wg_diagonal(wg_any(g, WG_SHAPE(2, 4, 3)));
    case 2: return wg_diagonal(wg_any_class(g, 5, WG_SHAPE(3, 3)));
    case 3: return wg_diagonal(wg_any(g, WG_SHAPE(2, 0)));
    }
    return wg_none;
}
ERROR_SAMPLE(diagonal)
{
    if (i) return NULL;
    wg_diagonal(wg_any(g, WG_SHAPE(3)));
    return "axes, must have 2 to";
}

const wg_op wgi_op_diagonal = {
    OP(diagonal),
    .summary = "The diagonal of matrices.",
    .formula = "y[i] = x[i, i]",
    .adjoint = "x' = y' on the diagonal, else 0",
    .operands = 1,
    .kind = WG_OPAQUE,
    .shape = diagonal_shape,
    .expand = diagonal_expand,
    .leads = true,
};
wg_node wg_diagonal_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_diagonal); }

#endif
