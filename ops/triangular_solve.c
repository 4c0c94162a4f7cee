/* triangular_solve.c: systems of equations whose matrix is a triangle. */
#include "matrix.h"
#include "kernel/gemm.h"
#include "wgx/op.h"

#define TRIANGLE_FIELDS(F, S) \
    F(S, BOOL, upper, "false") F(S, BOOL, transposed, "false") F(S, BOOL, unit, "false")
OPTIONS(triangle, TRIANGLE_FIELDS);

#define FLOATS_FILE "ops/triangular_solve_loops.h"
#include "kernel/both_floats.h"

KERNEL(triangular_solve)
{
    const matrices b = matrices_of(k->xt[1].shape);
    EACH_UNIT(u)
        if (!BY_FLOAT(k, solve_columns, k, k->attr, b, right_side_of(b, u))) return false;
    return true;
}

#if WG_BASE

EXTERN(triangular_solve);

static wg_node solved(wg_site here, wg_node a, wg_node b, struct triangle t)
{
    return NODE_OF(triangular_solve, &t, a, b);
}
/* The part of x that is read of a triangle. */
static wg_node read_part(wg_site here, wg_node x, const struct triangle *t)
{
    return t->upper ? wg_triu(x, .offset = t->unit) : wg_tril(x, .offset = -(int)t->unit);
}

SHAPE(triangular_solve) { return is_square(r, 0) && has_right_sides(r); }

/* One triangle for each matrix of right-hand sides. A vector is a column. */
REWRITE(triangular_solve)
{
    if (side_by_side(x[0], x[1])) return wg_none;
    const wg_shape a = wg_node_shape(x[0]), b = wg_node_shape(x[1]), to = common_leading(&a, &b);
    wg_node y = solved(here, spread(here, x[0], 2, to), spread(here, as_column(here, x[1]), 2, to),
                       *(const struct triangle *)attr);
    return b.rank == 1 ? wg_squeeze(y, .axis = wg_node_shape(y).rank - 1) : y;
}
SCRATCH(triangular_solve) { return (size_t)(STRIP * COLUMNS) * wg_dtype_size(k->xt[0].dtype); }
VJP(triangular_solve)
{
    struct triangle t = *(const struct triangle *)wg_attr(y), back = t;
    back.transposed = !t.transposed;
    gx[1] = solved(here, x[0], gy, back);
    wg_node left = t.transposed ? y : gx[1], right = t.transposed ? gx[1] : y;
    gx[0] = wg_neg(read_part(here, wg_matmul(left, turned(here, right)), &t));
}
JVP(triangular_solve)
{
    const struct triangle *t = wg_attr(y);
    wg_node b = tx[1], a = wg_is_none(tx[0]) ? wg_none : read_part(here, tx[0], t);
    if (!wg_is_none(a)) {
        wg_node moved = wg_matmul(t->transposed ? turned(here, a) : a, y);
        b = wg_is_none(b) ? wg_neg(moved) : wg_sub(b, moved);
    }
    return solved(here, x[0], b, *t);
}
/* If only the right-hand sides have rows, and there is one triangle, they become columns of one matrix. */
VMAP(triangular_solve)
{
    const wg_shape s = wg_node_shape(y);
    const struct triangle t = *(const struct triangle *)wg_attr(y);
    if (rows[0] || s.rank > 2)
        return solved(here, rows[0] ? x[0] : wgx_rows_repeated(here, x[0], n),
                      rows[1] ? x[1] : wgx_rows_repeated(here, x[1], n), t);
    return columns_as_rows(here, solved(here, x[0], rows_as_columns(here, x[1]), t), s, n);
}
#define SOLVED(a, b, ...) solved(here, a, b, (struct triangle){ __VA_ARGS__ })
SAMPLES(triangular_solve, SOLVED(REGULAR(3, 3), ANY(3, 2), .upper = false),
        SOLVED(REGULAR(3, 3), ANY(3), .upper = true),
        SOLVED(REGULAR(2, 2, 2), ANY(2, 2, 3), .transposed = true),
        SOLVED(REGULAR(3, 3), ANY(3, 1), .upper = true, .transposed = true),
        SOLVED(REGULAR(3, 3), ANY(3, 2), .unit = true),
        SOLVED(REGULAR(3, 3), ANY(3, 2), .upper = true, .transposed = true, .unit = true),
        SOLVED(REGULAR(2, 2), ANY(2, 2, 1), .upper = false), SOLVED(REGULAR(0, 0), ANY(0, 3), .upper = false),
        SOLVED(REGULAR(2, 2), ANY(2, 0), .upper = true), SOLVED(REGULAR(37, 37), ANY(37, 2), .upper = false));
ERRORS(triangular_solve, (wg_triangular_solve(ANY(3, 4), ANY(3, 2)), "is not square"),
       (wg_triangular_solve(ANY(2, 2), ANY(3, 2)), "each row is one equation"),
       (wg_triangular_solve(ANY(2, 3, 3), ANY(3, 3, 1)), "do not broadcast"),
       (wg_triangular_solve(wg_triu(ANY(3, 3), .offset = 1), ANY(3, 2)), "is singular: pivot 0"));

DEFINE_OP(
    triangular_solve,
    .summary =
        "Solutions of systems whose matrices are the lower or upper triangles of a. Leading axes broadcast.",
    .formula = "y = M^-1 @ b; M = S^T where transposed, else S, S = T + I - diag(diagonal(T)) where unit, "
               "else T, T = triu(a) where upper, else tril(a)",
    .adjoint =
        "b' = c, a' = H - diag(diagonal(H)) where unit, else H; c = M^-T @ y', H = triu(G) where upper, else "
        "tril(G), G = -y @ c^T where transposed, else -c @ y^T, M = S^T where transposed, else S, S = T + I "
        "- diag(diagonal(T)) where unit, else T, T = triu(a) where upper, else tril(a)",
    .operands = 2, .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, TAKES(triangle),
    .options = wg_triangular_solve_args_rows,
    RULES(triangular_solve, shape, rewrite, scratch, vjp, jvp, vmap), .units = right_sides_units,
    .hint.flops = right_sides_flops, .kernel = KERNELS(triangular_solve), .hint.own_scratch = true);
BUILDER(triangular_solve, triangular_solve)
{
    APPLY(triangular_solve, triangle, TRIANGLE_FIELDS, a->x, a->b);
}

#endif
