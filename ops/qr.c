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

#define FLOATS_FILE "qr_loops.h"
#include "both_floats.h"

KERNEL(qr_parts) { EACH_MATRIX(qr_of, a.m, a.n); }

#if WG_BASE

extern const wg_op wgi_op_qr_part;

/* ---- qr_parts ---- */

static bool is_tall(wg_rule *r, int k)
{
    const wg_shape *s = r->x[k].shape;
    return has_matrices(r, k) &&
           (s->dim[s->rank - 1] <= s->dim[s->rank - 2] ||
            wg_rule_fail(r, WG_ERROR_SHAPE, "%s has fewer rows than columns", wg_rule_who(r, k)));
}
static bool qr_parts_shape(wg_rule *r)
{
    if (!is_tall(r, 0)) return false;
    wg_shape *s = wg_rule_shape(r, 1);
    *s = *r->x[0].shape;
    s->dim[s->rank - 2] = s->dim[s->rank - 1];
    return true;
}
static size_t qr_parts_scratch(const wg_kernel *k)
{
    const matrices a = matrices_of(k->xt[0].shape);
    if (!is_small(a.m, a.n)) return wgi_lapack_qr_room(k->xt[0].dtype, a.m, a.n);
    return (size_t)((a.m + 2) * a.n) * wg_dtype_size(k->xt[0].dtype);
}
static double qr_parts_flops(const wg_kernel *k)
{
    const matrices a = matrices_of(k->xt[0].shape);
    return 4 * (double)a.count * (double)a.n * (double)a.n * (double)a.m;
}
SAMPLE(qr_parts)
{
    static const wg_shape s[] = { { 2, { 4, 3 } }, { 3, { 2, 3, 3 } }, { 2, { 36, 34 } }, { 2, { 3, 0 } } };
    return i > 3 ? wg_none : wg_apply1(here, regular_sample(here, g, s[i], false), &wgi_op_qr_parts);
}
ERRORS(qr_parts, (wg_apply1(here, ANY(2, 3), &wgi_op_qr_parts), "has fewer rows than columns"),
       (wg_apply1(here, BROKEN(3, 3), &wgi_op_qr_parts), "has a number that is not finite"));

DEFINE_OP(qr_parts,
          .summary = "Orthogonal unit vectors Q and, as part 1, upper triangles R of matrices with no fewer "
                     "rows than columns.",
          .formula = "y = Q, z = R; Q @ R = x, Q^T @ Q = I, R = triu(R)",
          .adjoint = "an intermediate result: qr_part has a derivative by x", .none = WG_EVERY_OPERAND,
          .operands = 1, .outputs = 2, .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT,
          RULES(qr_parts, shape, scratch, flops), .units = matrices_units, .kernel = KERNELS(qr_parts),
          .own_scratch = true, .leads = true);

/* ---- qr_part: Q or R; operands are Q and R, or R and Q, and the matrix ---- */

static wg_node qr_part(wg_site here, wg_node q, wg_node r, wg_node a, int part)
{
    wg_node first = part == Q ? q : r, second = part == Q ? r : q;
    return wg_apply(here, &wgi_op_qr_part, (wg_node[]){ first, second, a }, 3, &(struct qr){ part });
}
static bool qr_part_shape(wg_rule *r)
{
    const int q = ((const struct qr *)r->attr)->part == R;
    if (!is_tall(r, 2) || !shaped_as(r, q, 2)) return false;
    wg_shape s = *r->x[2].shape;
    s.dim[s.rank - 2] = s.dim[s.rank - 1];
    return wg_shape_equal(*r->x[1 - q].shape, s) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s are not the triangles of %s", wg_rule_who(r, 1 - q),
                        wg_rule_who(r, 2));
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
SAMPLE(qr_part)
{
    static const wg_shape s[] = {
        { 2, { 3, 3 } }, { 2, { 4, 2 } }, { 3, { 2, 3, 2 } }, { 2, { 2, 2 } }, { 2, { 3, 0 } }
    };
    if (i > 4) return wg_none;
    wg_node a = regular_sample(here, g, s[i], false), q = wg_apply1(here, a, &wgi_op_qr_parts);
    return qr_part(here, q, wg_part(q, 1), a, i % 2);
}
ERROR_SAMPLE(qr_part)
{
    if (i) return NULL;
    wg_node a = ANY(4, 3), q = wg_apply1(here, a, &wgi_op_qr_parts);
    qr_part(here, q, q, a, Q);
    return "are not the triangles of";
}

DEFINE_OP(qr_part,
          .summary = "Orthogonal unit vectors Q, or upper triangles R, of matrices A. Operands: Q and R, or "
                     "R and Q, and A.",
          .formula = "y = Q where part = q, else R; Q @ R = A, Q^T @ Q = I, R = triu(R)",
          .adjoint = "A' = (y' + Q @ S) @ R^-T where part = q, else Q @ S @ R^-T; S = tril(M) + tril(M)^T - "
                     "diag(diagonal(M)), M = -y'^T @ Q where part = q, else R @ y'^T",
          .zero = 1 << 0 | 1 << 1, .operands = 3, .names = "y z A", .kind = WG_ALIAS,
          .promote = WG_PROMOTE_NONE, TAKES(qr), RULES(qr_part, shape, vjp), .alias = at_start,
          .leads = true);

/* ---- qr ---- */

static bool qr_shape(wg_rule *r)
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
    wg_node a = n > m ? wg_slice(x, .axis = -1, .to = m) : x, parts = wg_apply1(here, a, &wgi_op_qr_parts);
    return qr_part(here, parts, wg_part(parts, 1), a, Q);
}
/* R of x, and products of Q and the other columns behind it. q: q_of(x). */
static wg_node r_of(wg_site here, wg_node q, wg_node x)
{
    wg_node a = wg_node_operand(q, 2), r = qr_part(here, wg_node_operand(q, 0), wg_node_operand(q, 1), a, R);
    const int axis = wg_node_shape(x).rank - 1;
    if (wg_dim(a, axis) == wg_dim(x, axis)) return r;
    wg_node others = wg_matmul(turned(here, q), wg_slice(x, .axis = axis, .from = wg_dim(a, axis)));
    return wg_concat(((wg_node[]){ r, others }), 2, axis);
}
EXPAND(qr)
{
    y[0] = q_of(here, x[0]);
    if (((const struct qr *)attr)->part == R) y[0] = r_of(here, y[0], x[0]);
}
SAMPLE(qr)
{
    static const wg_shape s[] = { { 2, { 3, 3 } }, { 2, { 4, 2 } }, { 2, { 2, 4 } }, { 3, { 2, 2, 3 } } };
    if (i > 3) return wg_none;
    wg_node a = regular_sample(here, g, s[i], true);
    return wg_apply(here, &wgi_op_qr, &a, 1, &(struct qr){ i % 2 });
}
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
    *q = wg_apply(here, &wgi_op_qr, &x, 1, &(struct qr){ Q });
    const bool ok = wg_node_ok(*q);
    *r = ok ? r_of(wg_inside(here), *q, x) : wg_none;
    if (!ok) *q = wg_none;
    return ok;
}

/* ---- lstsq ---- */

static bool lstsq_shape(wg_rule *r)
{
    const wg_shape *x = r->x[0].shape, *y = r->x[1].shape;
    if (!is_tall(r, 0) || !wg_rule_float(r, 1) || !wg_rule_rank(r, 1, 1, WG_MAX_RANK)) return false;
    const bool vector = y->rank == 1;
    if (y->dim[vector ? 0 : y->rank - 2] != x->dim[x->rank - 2])
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has not as many rows as %s", wg_rule_who(r, 1),
                            wg_rule_who(r, 0));
    wg_shape *to = wg_rule_shape(r, 0);
    *to = common_leading(x, y);
    if (to->rank < 0)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "leading axes do not broadcast: %s with %s", wg_rule_who(r, 0),
                            wg_rule_who(r, 1));
    to->dim[to->rank++] = x->dim[x->rank - 1];
    if (!vector) to->dim[to->rank++] = y->dim[y->rank - 1];
    return true;
}
EXPAND(lstsq)
{
    wg_node q = q_of(here, x[0]), t = wg_matmul(turned(here, q), as_column(here, x[1]));
    y[0] = wg_triangular_solve(r_of(here, q, x[0]), t, .upper = true);
    if (wg_node_shape(x[1]).rank == 1) y[0] = wg_squeeze(y[0], wg_node_shape(y[0]).rank - 1);
}
SAMPLE(lstsq)
{
    static const wg_shape a[] = { { 2, { 4, 2 } }, { 2, { 3, 3 } }, { 3, { 2, 3, 2 } }, { 2, { 3, 2 } } },
                          b[] = { { 2, { 4, 3 } }, { 1, { 3 } }, { 1, { 3 } }, { 3, { 2, 3, 1 } } };
    if (i > 3) return wg_none;
    wg_node x = regular_sample(here, g, a[i], true);
    return wg_lstsq(x, wg_any(g, b[i]));
}
ERROR_SAMPLE(lstsq)
{
    wg_node x = ANY(3, 2);
    FAILS(wg_lstsq(ANY(2, 3), x), "has fewer rows than columns");
    FAILS(wg_lstsq(x, ANY(2)), "has not as many rows as");
    FAILS(wg_lstsq(wg_mul(x, 0), ANY(3)), "is singular: pivot 0");
    return NULL;
}

DEFINE_OP(lstsq,
          .summary = "Least squares, for matrices a whose columns are independent. b: columns, or one "
                     "vector. Leading axes broadcast.",
          .formula = "y = (a^T @ a)^-1 @ a^T @ b",
          .adjoint = "b' = a @ z, a' = (b - a @ y) @ z^T - a @ z @ y^T; z = (a^T @ a)^-1 @ y'", .operands = 2,
          .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, RULES(lstsq, shape, expand));
wg_node wg_lstsq_at(wg_site here, wg_node a, wg_node b)
{
    return wg_apply(here, &wgi_op_lstsq, (wg_node[]){ a, b }, 2, NULL);
}

#endif
