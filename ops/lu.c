/* lu.c: triangles of square matrices by exchanges of rows (lu), and systems of equations solved with
 * them (lu_solve, solve, inverse). */
#include "lu.h"
#include "kernel/gemm.h"
#include "kernel/vmath.h"
#include "wgx/op.h"

#define LU_SOLVE_FIELDS(F, S) F(S, BOOL, transposed, "false") F(S, BOOL, or_zero, "false")
OPTIONS(lu_solve, LU_SOLVE_FIELDS);

enum { NARROW = 16 }; /* columns whose triangles are computed by loops */

#define FLOATS_FILE "ops/lu_loops.h"
#include "kernel/both_floats.h"

KERNEL(lu) { EACH_MATRIX(lu_of, a.n); }

/* These columns of the result become 0. */
static void clear_columns(const wg_kernel *k, matrices b, right_side s)
{
    const size_t size = wg_dtype_size(k->yt[0].dtype);
    for (int64_t i = 0; i < b.m; i++)
        memset(RESULT(char, 0) + (size_t)((s.matrix * b.m + i) * b.n + s.c) * size, 0, (size_t)s.wide * size);
}

KERNEL(lu_solve)
{
    const matrices b = matrices_of(k->xt[3].shape);
    const struct lu_solve *how = k->attr;
    EACH_UNIT(u) {
        const right_side s = right_side_of(b, u);
        if (how->or_zero && is_weak(k, 1, s.matrix, b.m)) clear_columns(k, b, s);
        else if (!BY_FLOAT(k, lu_solve_columns, k, how->transposed, b, s)) return false;
    }
    return true;
}

#if WG_BASE

EXTERN(lu, lu_solve);

/* ---- lu ---- */

SHAPE(lu)
{
    if (!is_square(r, 0)) return false;
    *wg_rule_shape(r, 1) = without_last(r->x[0].shape);
    r->y[1].dtype = WG_I64;
    return true;
}
SCRATCH(lu) { return (size_t)(STRIP * matrices_of(k->xt[0].shape).n) * wg_dtype_size(k->xt[0].dtype); }
FLOPS(lu) { return matrices_cubed(k) * 2 / 3; }
lu wgi_lu(wg_site here, wg_node a)
{
    wg_node y = wg_apply1(here, a, &wgi_op_lu);
    return (lu){ a, y, wg_node_ok(y) ? wg_part(y, 1) : y };
}
SAMPLES(lu, wgi_lu(here, ANY(3, 3)).lu, wgi_lu(here, ANY(2, 20, 20)).lu, wgi_lu(here, ANY(2, 0, 0)).lu);
ERRORS(lu, (wgi_lu(here, ANY(3, 4)), "is not square"),
       (wgi_lu(here, BROKEN(3, 3)), "has a number that is not finite"));

MATRICES_OP(
    lu,
    .summary = "Triangles of square matrices by Gaussian elimination: U with its diagonal, and L, whose "
               "diagonal is ones, below. Part 1: the rows of x in the order of their pivots.",
    .formula = "y = \"L below the diagonal, U from it on\", rows = \"the order of the rows of x in L @ U\"",
    .adjoint = "an intermediate result: what is computed from it has a derivative by x",
    .none = WG_EVERY_OPERAND, .outputs = 2, RULES(lu, shape, scratch, flops));

/* ---- lu_solve: operands are A, its triangles, its rows, the right-hand sides ---- */

static wg_node lu_solve(wg_site here, lu a, wg_node b, struct lu_solve how)
{
    return NODE_OF(lu_solve, &how, a.a, a.lu, a.rows, b);
}
wg_node wgi_lu_solve(wg_site here, lu a, wg_node b, bool transposed)
{
    return lu_solve(here, a, b, (struct lu_solve){ transposed, false });
}
wg_node wgi_inverse_or_0(wg_site here, lu a)
{
    return lu_solve(here, a, unit_like(here, a.a), (struct lu_solve){ true, true });
}
SHAPE(lu_solve)
{
    const wg_shape *a = r->x[0].shape, *b = r->x[3].shape;
    wg_shape like = *b;
    if (!has_triangles(r) || !wg_rule_rank(r, 3, 2, WG_MAX_RANK)) return false;
    like.dim[like.rank - 1] = a->dim[a->rank - 1];
    r->y[0] = r->x[3];
    return (wg_shape_equal(*a, like) && r->x[3].dtype == r->x[0].dtype) || other_rows(r, 3);
}
SCRATCH(lu_solve)
{
    return (size_t)((matrices_of(k->xt[0].shape).n + STRIP) * COLUMNS) * wg_dtype_size(k->xt[0].dtype);
}
FLOPS(lu_solve) { return 2 * right_sides_flops(k); }
VJP(lu_solve)
{
    const struct lu_solve how = *(const struct lu_solve *)wg_attr(y);
    gx[3] = lu_solve(here, (lu){ x[0], x[1], x[2] }, gy, (struct lu_solve){ !how.transposed, how.or_zero });
    gx[0] = wg_neg(how.transposed ? wg_matmul(y, turned(here, gx[3])) : wg_matmul(gx[3], turned(here, y)));
}
JVP(lu_solve)
{
    const struct lu_solve how = *(const struct lu_solve *)wg_attr(y);
    wg_node b = tx[3];
    if (!wg_is_none(tx[0])) {
        wg_node moved = wg_matmul(how.transposed ? turned(here, tx[0]) : tx[0], y);
        b = wg_is_none(b) ? wg_neg(moved) : wg_sub(b, moved);
    }
    return wg_is_none(b) ? wg_none : lu_solve(here, (lu){ x[0], x[1], x[2] }, b, how);
}
/* If only the right-hand sides have rows, and there is one matrix, they become columns of one matrix. */
VMAP(lu_solve)
{
    const struct lu_solve how = *(const struct lu_solve *)wg_attr(y);
    const wg_shape s = wg_node_shape(y);
    wg_node o[4];
    for (int i = 0; i < 4; i++) o[i] = rows[i] ? x[i] : wg_none;
    if (rows[0] || rows[1] || rows[2] || s.rank > 2) {
        for (int i = 0; i < 4; i++)
            if (!rows[i]) o[i] = wgx_rows_repeated(here, x[i], n);
        return lu_solve(here, (lu){ o[0], o[1], o[2] }, o[3], how);
    }
    wg_node all = lu_solve(here, (lu){ x[0], x[1], x[2] }, rows_as_columns(here, x[3]), how);
    return columns_as_rows(here, all, s, n);
}
#define SOLVED(a, b, transposed) wgi_lu_solve(here, wgi_lu(here, a), b, transposed)
SAMPLES(lu_solve, SOLVED(REGULAR(3, 3), ANY(3, 2), false), SOLVED(REGULAR(2, 2, 2), ANY(2, 2, 1), true),
        SOLVED(REGULAR(0, 0), ANY(0, 3), false), SOLVED(REGULAR(37, 37), ANY(37, 2), true));
ERRORS(lu_solve, (SOLVED(ANY(3, 3), ANY(2, 2), false), "each row is one equation"),
       (SOLVED(wg_tril(ANY(3, 3), .offset = -1), ANY(3, 2), false), "is singular: pivot"));

DEFINE_OP(lu_solve,
          .summary = "Solutions of systems of equations. Operands: matrices A, the parts of lu(A), "
                     "right-hand sides b. With `or_zero` they are 0 where A is singular or nearly so, "
                     "without it a singular matrix is an error.",
          .formula = "y = A^-T @ b where transposed, else A^-1 @ b",
          .adjoint = "b' = c, A' = -y @ c^T where transposed, else -c @ y^T; c = A^-1 @ y' where transposed, "
                     "else A^-T @ y'",
          .zero = 1 << 1 | 1 << 2, .operands = 4, .names = "A lu rows b", .kind = WG_CONTRACT,
          .promote = WG_PROMOTE_NONE, TAKES(lu_solve), RULES(lu_solve, shape, scratch, flops, vjp, jvp, vmap),
          .units = right_sides_units, .kernel = KERNELS(lu_solve), .hint.own_scratch = true);

/* ---- solve ---- */

SHAPE(solve) { return is_square(r, 0) && has_right_sides(r); }

EXPAND(solve)
{
    const wg_shape a = wg_node_shape(x[0]), b = wg_node_shape(x[1]), to = common_leading(&a, &b);
    const lu f = wgi_lu(here, x[0]),
             all = { spread(here, f.a, 2, to), spread(here, f.lu, 2, to), spread(here, f.rows, 1, to) };
    y[0] = wgi_lu_solve(here, all, spread(here, as_column(here, x[1]), 2, to), false);
    if (b.rank == 1) y[0] = wg_squeeze(y[0], .axis = wg_node_shape(y[0]).rank - 1);
}
SAMPLES(solve, wg_solve(REGULAR_INPUT(3, 3), ANY(3, 2)), wg_solve(REGULAR_INPUT(2, 2), ANY(2)),
        wg_solve(REGULAR_INPUT(2, 2, 2), ANY(2)), wg_solve(REGULAR_INPUT(2, 2), ANY(2, 2, 1)),
        wg_solve(REGULAR_INPUT(0, 0), ANY(0)));
ERRORS(solve, (wg_solve(ANY(3, 2), ANY(3, 3)), "is not square"),
       (wg_solve(ANY(3, 3), ANY(4)), "each row is one equation"),
       (wg_solve(wg_tril(ANY(3, 3), .offset = -1), ANY(3, 2)), "is singular: pivot"),
       (wg_solve(ANY(3, 3), wg_any_class(g, 3, WG_SCALAR)), "axes, must have 1 to"));

DEFINE_OP(solve,
          .summary = "Solutions of systems of equations with square matrices a. b: columns, or one vector. "
                     "Leading axes broadcast.",
          .formula = "y = a^-1 @ b", .adjoint = "b' = a^-T @ y', a' = -a^-T @ y' @ y^T", .operands = 2,
          .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, RULES(solve, shape, expand));
wg_node wg_solve_at(wg_site here, wg_node a, wg_node b) { return wg_apply2(here, a, b, &wgi_op_solve); }

/* ---- inverse ---- */

SHAPE(inverse) { return is_square(r, 0); }

EXPAND(inverse) { y[0] = wgi_lu_solve(here, wgi_lu(here, x[0]), unit_like(here, x[0]), false); }
ERRORS(inverse, (wg_inverse(ANY(3, 4)), "is not square"),
       (wg_inverse(wg_tril(ANY(3, 3), .offset = -1)), "is singular: pivot"));

SQUARE_OP(
    inverse,
    .summary =
        "Inverses of square matrices. To solve systems of equations use solve: it is faster and more exact.",
    .formula = "y = x^-1", .adjoint = "x' = -y^T @ y' @ y^T", .shape = inverse_shape);

#endif
