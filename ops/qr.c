/* qr.c: orthogonal unit vectors Q and triangles R of matrices x = Q R, and least squares (lstsq).
 *
 * qr_parts computes both, for matrices with no fewer rows than columns, and has no derivative. qr_part
 * is one of them with its derivative by the matrix: it has the matrix among its operands (as lu.h says
 * of lu). */
#include "matrix.h"
#include "kernel/lapack.h"
#include "kernel/vmath.h"

enum { Q, R };
#define QR_FIELDS(F, S) F(S, CHOICE, part, "q", "q r")
OPTIONS(qr, QR_FIELDS);

enum { FEW = 128, MOST = 1 << 30 }; /* FEW: up to so many columns loops are faster than LAPACK */
static inline bool is_small(int64_t m, int64_t n) { return n <= FEW || m * n > MOST || !wgi_lapack_has(); }

#define FLOATS_FILE "ops/qr_loops.h"
#include "kernel/both_floats.h"

KERNEL(qr_parts) { EACH_MATRIX(qr_of, a.m, a.n); }

#if WG_BASE

EXTERN(qr, qr_part);

/* ---- qr_parts ---- */

static bool is_tall(wg_rule *r, int k)
{
    const wg_shape *s = r->x[k].shape;
    return has_matrices(r, k) &&
           (s->dim[s->rank - 1] <= s->dim[s->rank - 2] ||
            wg_rule_fail(r, WG_ERROR_SHAPE, "%s has fewer rows than columns", wg_rule_who(r, k)));
}
static wg_shape triangle_shape(wg_shape s)
{
    s.dim[s.rank - 2] = s.dim[s.rank - 1];
    return s;
}
SHAPE(qr_parts)
{
    if (!is_tall(r, 0)) return false;
    *wg_rule_shape(r, 1) = triangle_shape(*r->x[0].shape);
    return true;
}
SCRATCH(qr_parts)
{
    const matrices a = matrices_of(k->xt[0].shape);
    if (!is_small(a.m, a.n)) return wgi_lapack_qr_room(k->xt[0].dtype, a.m, a.n);
    return (size_t)((a.m + 2) * a.n) * wg_dtype_size(k->xt[0].dtype);
}
FLOPS(qr_parts)
{
    const matrices a = matrices_of(k->xt[0].shape);
    return 4 * (double)a.count * (double)a.n * (double)a.n * (double)a.m;
}
#define PARTS_OF(a) wg_apply1(here, a, &wgi_op_qr_parts)
SAMPLES(qr_parts, PARTS_OF(REGULAR(4, 3)), PARTS_OF(REGULAR(2, 3, 3)), PARTS_OF(REGULAR(36, 34)),
        PARTS_OF(REGULAR(3, 0)));
ERRORS(qr_parts, (PARTS_OF(ANY(2, 3)), "has fewer rows than columns"),
       (PARTS_OF(BROKEN(3, 3)), "has a number that is not finite"));

MATRICES_OP(qr_parts,
            .summary =
                "Orthogonal unit vectors Q and, as part 1, upper triangles R of matrices with no fewer "
                "rows than columns.",
            .formula = "y = Q, z = R; Q @ R = x, Q^T @ Q = I, R = triu(R)",
            .adjoint = "an intermediate result: qr_part has a derivative by x", .none = WG_EVERY_OPERAND,
            .outputs = 2, RULES(qr_parts, shape, scratch, flops));

/* ---- qr_part: Q or R; operands are Q and R, or R and Q, and the matrix ---- */

static wg_node qr_part(wg_site here, wg_node q, wg_node r, wg_node a, int part)
{
    wg_node first = part == Q ? q : r, second = part == Q ? r : q;
    return NODE_OF(qr_part, WITH(qr, part), first, second, a);
}
SHAPE(qr_part)
{
    const int q = ((const struct qr *)r->attr)->part == R;
    if (!is_tall(r, 2) || !shaped_as(r, q, 2)) return false;
    return wg_shape_equal(*r->x[1 - q].shape, triangle_shape(*r->x[2].shape)) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s are not the triangles of %s", wg_rule_who(r, 1 - q),
                        wg_rule_who(r, 2));
}
static wg_node part_of(wg_site here, wg_node a, int part)
{
    wg_node parts = PARTS_OF(a);
    return qr_part(here, parts, wg_part(parts, 1), a, part);
}
/* x R^-T */
static wg_node by_triangle(wg_site here, wg_node x, wg_node r)
{
    return turned(here, wg_triangular_solve(r, turned(here, x), .upper = true));
}
/* (Q' + Q S) R^-T, where S is symmetric and has the lower triangle of M = R R'^T - Q'^T Q (Seeger et
 * al. 2017). */
VJP(qr_part)
{
    const bool is_q = ((const struct qr *)wg_attr(y))->part == Q;
    wg_node q = is_q ? y : qr_part(here, x[1], x[0], x[2], Q),
            r = is_q ? qr_part(here, x[0], x[1], x[2], R) : y;
    wg_node m = is_q ? wg_neg(wg_matmul(turned(here, gy), q)) : wg_matmul(r, turned(here, gy));
    wg_node s = wg_add(wg_tril(m), turned(here, wg_tril(m, .offset = -1))), all = wg_matmul(q, s);
    gx[2] = by_triangle(here, is_q ? wg_add(gy, all) : all, r);
}
SAMPLES(qr_part, part_of(here, REGULAR(3, 3), Q), part_of(here, REGULAR(4, 2), R),
        part_of(here, REGULAR(2, 3, 2), Q), part_of(here, REGULAR(2, 2), R), part_of(here, REGULAR(3, 0), Q));
ERRORS(qr_part, (qr_part(here, ANY(4, 3), ANY(4, 3), ANY(4, 3), Q), "are not the triangles of"));

DEFINE_OP(qr_part,
          .summary = "Orthogonal unit vectors Q, or upper triangles R, of matrices A. Operands: Q and R, or "
                     "R and Q, and A.",
          .formula = "y = Q where part = q, else R; Q @ R = A, Q^T @ Q = I, R = triu(R)",
          .adjoint = "A' = (y' + Q @ S) @ R^-T where part = q, else Q @ S @ R^-T; S = tril(M) + tril(M)^T - "
                     "diag(diagonal(M)), M = -y'^T @ Q where part = q, else R @ y'^T",
          .zero = 1 << 0 | 1 << 1, .operands = 3, .names = "y z A", .kind = WG_ALIAS,
          .promote = WG_PROMOTE_NONE, TAKES(qr), RULES(qr_part, shape, vjp), .hint.alias = at_start,
          .leads = true);

/* ---- qr ---- */

SHAPE(qr)
{
    if (!has_matrices(r, 0)) return false;
    wg_shape *s = wg_rule_shape(r, 0);
    *s = *r->x[0].shape;
    int64_t *m = &s->dim[s->rank - 2], *n = &s->dim[s->rank - 1], least = *m < *n ? *m : *n;
    *(((const struct qr *)r->attr)->part == Q ? n : m) = least;
    return true;
}
/* Q of x; of a matrix with fewer rows than columns that of the first columns. */
static wg_node q_of(wg_site here, wg_node x)
{
    const wg_shape s = wg_node_shape(x);
    const int64_t m = s.dim[s.rank - 2], n = s.dim[s.rank - 1];
    return part_of(here, n > m ? wg_slice(x, .axis = -1, .to = m) : x, Q);
}
/* R of x, and products of Q and the other columns behind it. q: q_of(x). */
static wg_node r_of(wg_site here, wg_node q, wg_node x)
{
    wg_node a = wg_node_operand(q, 2), r = qr_part(here, wg_node_operand(q, 0), wg_node_operand(q, 1), a, R);
    const int axis = wg_node_shape(x).rank - 1;
    if (wg_dim(a, axis) == wg_dim(x, axis)) return r;
    wg_node others = wg_matmul(turned(here, q), wg_slice(x, .axis = axis, .from = wg_dim(a, axis)));
    return wg_concat(((wg_node[]){ r, others }), 2, .axis = axis);
}
EXPAND(qr)
{
    y[0] = q_of(here, x[0]);
    if (((const struct qr *)attr)->part == R) y[0] = r_of(here, y[0], x[0]);
}
static wg_node q_or_r(wg_site here, wg_node x, int part) { return NODE_OF(qr, WITH(qr, part), x); }
SAMPLES(qr, q_or_r(here, REGULAR_INPUT(3, 3), Q), q_or_r(here, REGULAR_INPUT(4, 2), R),
        q_or_r(here, REGULAR_INPUT(2, 4), Q), q_or_r(here, REGULAR_INPUT(2, 2, 3), R));
ERRORS(qr, (wg_qr(ANY(3), NULL, NULL), "axes, must have 2 to"));

DEFINE_OP(qr,
          .summary = "Orthogonal unit vectors Q, as columns, or upper triangles R, of matrices. R's diagonal "
                     "is not below 0. The derivative where it has a 0 is an error.",
          .formula = "y = Q where part = q, else R; Q @ R = x, Q^T @ Q = I, R = triu(R)",
          .adjoint = "x' = (y' + Q @ S) @ R^-T where part = q, else Q @ S @ R^-T; S = tril(M) + tril(M)^T - "
                     "diag(diagonal(M)), M = -y'^T @ Q where part = q, else R @ y'^T",
          .operands = 1, .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, TAKES(qr),
          RULES(qr, shape, expand));
bool wg_qr_at(wg_site here, wg_node x, wg_node *q, wg_node *r)
{
    wg_node unused[2];
    q = q ? q : &unused[0], r = r ? r : &unused[1];
    *q = q_or_r(here, x, Q);
    const bool ok = wg_node_ok(*q);
    *r = ok ? r_of(wg_inside(here), *q, x) : wg_none;
    if (!ok) *q = wg_none;
    return ok;
}

/* ---- lstsq ---- */

SHAPE(lstsq) { return is_tall(r, 0) && has_right_sides(r); }
EXPAND(lstsq)
{
    wg_node q = q_of(here, x[0]), t = wg_matmul(turned(here, q), as_column(here, x[1]));
    y[0] = wg_triangular_solve(r_of(here, q, x[0]), t, .upper = true);
    if (wg_node_shape(x[1]).rank == 1) y[0] = wg_squeeze(y[0], .axis = wg_node_shape(y[0]).rank - 1);
}
SAMPLES(lstsq, wg_lstsq(REGULAR_INPUT(4, 2), ANY(4, 3)), wg_lstsq(REGULAR_INPUT(3, 3), ANY(3)),
        wg_lstsq(REGULAR_INPUT(2, 3, 2), ANY(3)), wg_lstsq(REGULAR_INPUT(3, 2), ANY(2, 3, 1)));
ERRORS(lstsq, (wg_lstsq(ANY(2, 3), ANY(3, 2)), "has fewer rows than columns"),
       (wg_lstsq(ANY(3, 2), ANY(2)), "each row is one equation"),
       (wg_lstsq(wg_mul(ANY(3, 2), 0), ANY(3)), "is singular: pivot 0"));

DEFINE_OP(lstsq,
          .summary = "Least squares, for matrices a whose columns are independent. b: columns, or one "
                     "vector. Leading axes broadcast.",
          .formula = "y = (a^T @ a)^-1 @ a^T @ b",
          .adjoint = "b' = a @ z, a' = (b - a @ y) @ z^T - a @ z @ y^T; z = (a^T @ a)^-1 @ y'", .operands = 2,
          .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, RULES(lstsq, shape, expand));
wg_node wg_lstsq_at(wg_site here, wg_node a, wg_node b) { return wg_apply2(here, a, b, &wgi_op_lstsq); }

#endif
