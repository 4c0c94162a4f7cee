/* svd.c: singular values and singular vectors.
 *
 * svd_parts computes all three results and has no derivative. svd_part is one of them with its
 * derivative by the matrix: it has the matrix among its operands (as lu.h says of lu). */
#include "matrix.h"
#include "kernel/lapack.h"
#include "kernel/vmath.h"

enum { U, S, VT };
#define SVD_FIELDS(F, S) F(S, CHOICE, part, "s", "u s vt")
OPTIONS(svd, SVD_FIELDS);

enum { SWEEPS = 40, FEW = 8 }; /* FEW: up to so many rows or columns loops are faster than LAPACK */
static inline bool is_small(int64_t m, int64_t n)
{
    return (m < n ? m : n) <= FEW || (m < n ? m : n) > 20000 || !wgi_lapack_has();
}
static inline size_t copy_bytes(const wg_kernel *k, int64_t n)
{
    return ((size_t)n * wg_dtype_size(k->xt[0].dtype) + 63) / 64 * 64;
}

#define FLOATS_FILE "ops/turned_rows.h"
#include "kernel/both_floats.h"
#define FLOATS_FILE "ops/svd_loops.h"
#include "kernel/both_floats.h"

KERNEL(svd_parts) { EACH_MATRIX(svd_of, a.m, a.n); }

#if WG_BASE

EXTERN(svd, svd_grad, svd_part, svd_turned);

/* The shape of a result for matrices of shape a. */
static wg_shape part_shape(wg_shape a, int part)
{
    const int64_t m = a.dim[a.rank - 2], n = a.dim[a.rank - 1], least = m < n ? m : n;
    if (part == U) a.dim[a.rank - 1] = least;
    else a.dim[a.rank - 2] = least;
    if (part == S) a.rank--;
    return a;
}

/* ---- svd_parts ---- */

SHAPE(svd_parts)
{
    if (!has_matrices(r, 0)) return false;
    for (int p = U; p <= VT; p++) {
        *wg_rule_shape(r, p) = part_shape(*r->x[0].shape, p);
        r->y[p].dtype = r->x[0].dtype;
    }
    return true;
}
/* Of the loops: rows, and the square matrix that turns with them. */
SCRATCH(svd_parts)
{
    const matrices a = matrices_of(k->xt[0].shape);
    const int64_t least = a.m < a.n ? a.m : a.n;
    return copy_bytes(k, a.m * a.n) + (is_small(a.m, a.n) ? copy_bytes(k, least * least)
                                                          : wgi_lapack_svd_room(k->xt[0].dtype, a.m, a.n));
}
FLOPS(svd_parts)
{
    const matrices a = matrices_of(k->xt[0].shape);
    const double least = (double)(a.m < a.n ? a.m : a.n), most = (double)(a.m < a.n ? a.n : a.m);
    return (double)a.count * (14 * most * least * least + 8 * least * least * least);
}
#define PARTS_OF(a) wg_apply1(here, a, &wgi_op_svd_parts)
SAMPLES(svd_parts, PARTS_OF(APART(4, 3)), PARTS_OF(APART(2, 2, 3)), PARTS_OF(APART(13, 12)),
        PARTS_OF(APART(3, 0)));
ERRORS(svd_parts, (PARTS_OF(ANY(3)), "axes, must have 2 to"),
       (PARTS_OF(BROKEN(3, 3)), "has a number that is not finite"));

MATRICES_OP(svd_parts,
            .summary = "Left singular vectors U, as columns; as parts 1 and 2 singular values s, descending, "
                       "and right singular vectors V^T, as rows.",
            .formula = "y = U, z = sigma, w = V^T; U @ diag(sigma) @ V^T = x, U^T @ U = I, V^T @ V = I",
            .adjoint = "an intermediate result: svd_part has a derivative by x", .none = WG_EVERY_OPERAND,
            .outputs = 3, RULES(svd_parts, shape, scratch, flops));

/* ---- svd_part: operands are U, s, V^T, the wanted one first, and the matrix ---- */

typedef struct svd_parts {
    wg_node part[3], a;
} svd_parts;

/* The place of a part among the operands, if `first` is the wanted one. */
static int place_of(int part, int first) { return part == first ? 0 : part < first ? part + 1 : part; }

static wg_node svd_part(wg_site here, const svd_parts *p, int part)
{
    wg_node x[4] = { [3] = p->a };
    for (int i = U; i <= VT; i++) x[place_of(i, part)] = p->part[i];
    return wg_apply(here, &wgi_op_svd_part, x, 4, &(struct svd){ part });
}
static svd_parts decomposed(wg_site here, wg_node a)
{
    wg_node u = PARTS_OF(a);
    return (svd_parts){ { u, wg_part(u, 1), wg_part(u, 2) }, a };
}
static wg_node part_of(wg_site here, wg_node a, int part)
{
    const svd_parts p = decomposed(here, a);
    return svd_part(here, &p, part);
}
static svd_parts parts_of(const wg_node x[], int first)
{
    svd_parts p = { .a = x[3] };
    for (int i = U; i <= VT; i++) p.part[i] = x[place_of(i, first)];
    return p;
}
/* Operand `at` is a part of operand a. */
static bool is_part(wg_rule *r, int at, int part, int a)
{
    return wg_shape_equal(*r->x[at].shape, part_shape(*r->x[a].shape, part)) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is no result of svd for %s", wg_rule_who(r, at),
                        wg_rule_who(r, a));
}
SHAPE(svd_part)
{
    const int part = ((const struct svd *)r->attr)->part;
    bool ok = has_matrices(r, 3);
    for (int i = U; i <= VT && ok; i++) ok = is_part(r, place_of(i, part), i, 3);
    return ok;
}
/* Numbers of w times the rows of x. */
static wg_node scaled_rows(wg_site here, wg_node x, wg_node w)
{
    return wg_mul(x, wg_expand_dims(w, .axis = wg_node_shape(w).rank));
}

/* ---- svd_turned: U (T o [P | Q]) V^T + rest, the gradient of the matrix by U, by V^T, or by both. P = U^T
 * U', Q = V^T V'; T divides by differences of s (gaps.c). Of equal s the part by U or by V^T alone may be
 * infinite and their sum is not: so the sum is that of P and of Q. Operands: the value, U, s, V^T, the
 * matrix, [P | Q], rest; a scalar is no rest ---- */

static wg_node rest_added(wg_site here, wg_node rest, wg_node y)
{
    return wg_node_shape(rest).rank ? wg_add(y, rest) : y;
}
static wg_node svd_turned(wg_site here, const svd_parts *p, wg_node both, wg_node rest)
{
    const wgi_decomposition d = { p->a, p->part[S], p->part[U], p->part[VT], { p->part[U], p->part[VT] }, 2 };
    wg_node y = wg_matmul(wg_matmul(d.left, wgi_svd_turns(here, &d, both)), d.right);
    return NODE_OF(svd_turned, NULL, rest_added(here, rest, y), d.left, d.values, d.right, p->a, both, rest);
}
SHAPE(svd_turned)
{
    bool ok = has_matrices(r, 4) && shaped_as(r, 0, 4);
    for (int i = U; i <= VT && ok; i++) ok = is_part(r, 1 + i, i, 4);
    return ok;
}
/* The derivative is that of the value. */
VJP(svd_turned) { gx[0] = gy; }
/* Of those for one matrix. */
static wg_node merged_for(wg_site here, const wg_node x[], int n, uint32_t matrix)
{
    svd_parts p = { .a = wg_none };
    wg_node both = wg_none, rest = wg_none;
    for (int i = 0; i < n; i++) {
        wg_node a = wg_node_operand(x[i], 4), more = wg_node_operand(x[i], 6);
        if (a.index != matrix) continue;
        for (int k = U; k <= VT && wg_is_none(p.a); k++) p.part[k] = wg_node_operand(x[i], 1 + k);
        both = wg_is_none(p.a) ? wg_node_operand(x[i], 5) : wg_add(both, wg_node_operand(x[i], 5));
        rest = wg_is_none(p.a) || !wg_node_shape(rest).rank ? more : rest_added(here, more, rest);
        p.a = a;
    }
    return svd_turned(here, &p, both, rest);
}
static wg_node svd_turned_merge(wg_site here, const wg_node x[], int n)
{
    wg_node sum = wg_none;
    for (int i = 0; i < n; i++) {
        const uint32_t matrix = wg_node_operand(x[i], 4).index;
        int first = 0;
        while (wg_node_operand(x[first], 4).index != matrix) first++;
        if (first < i) continue;
        wg_node part = merged_for(here, x, n, matrix);
        sum = wg_is_none(sum) ? part : wg_add(sum, part);
    }
    return sum;
}
static wg_node side_by_side_with_zeros(wg_site here, wg_node p, bool right)
{
    wg_node zeros = wg_mul(p, 0), x[] = { right ? zeros : p, right ? p : zeros };
    return wg_concat(x, 2, .axis = wg_node_shape(p).rank - 1);
}
/* rest is (U' - U P) diag(1 / s) V^T: 0 where U is square. */
static wg_node by_left(wg_site here, const svd_parts *d, wg_node gu)
{
    const wg_shape shape = wg_node_shape(d->part[U]);
    wg_node u = d->part[U], p = wg_matmul(turned(here, u), gu), rest = wg_number(0);
    if (shape.dim[shape.rank - 2] > shape.dim[shape.rank - 1]) {
        rest = scaled_columns(here, wg_sub(gu, wg_matmul(u, p)), wg_reciprocal(d->part[S]));
        rest = wg_matmul(rest, d->part[VT]);
    }
    return svd_turned(here, d, side_by_side_with_zeros(here, p, false), rest);
}
/* rest is U diag(1 / s) (V'^T - Q^T V^T). */
static wg_node by_right(wg_site here, const svd_parts *d, wg_node gvt)
{
    const wg_shape shape = wg_node_shape(d->part[VT]);
    wg_node vt = d->part[VT], q = wg_matmul(vt, turned(here, gvt)), rest = wg_number(0);
    if (shape.dim[shape.rank - 1] > shape.dim[shape.rank - 2]) {
        rest = scaled_rows(here, wg_sub(gvt, wg_matmul(turned(here, q), vt)), wg_reciprocal(d->part[S]));
        rest = wg_matmul(d->part[U], rest);
    }
    return svd_turned(here, d, side_by_side_with_zeros(here, q, true), rest);
}
#define TURNED_SAMPLE(...)                                                                         \
    NODE_OF(svd_turned, NULL, ANY(__VA_ARGS__, 3, 3), ANY(__VA_ARGS__, 3, 3), ANY(__VA_ARGS__, 3), \
            ANY(__VA_ARGS__, 3, 3), ANY(__VA_ARGS__, 3, 3), ANY(__VA_ARGS__, 3, 6), wg_number(0))
SAMPLES(svd_turned, TURNED_SAMPLE(1), TURNED_SAMPLE(2));
#define TURNED_ERROR(y, u) \
    NODE_OF(svd_turned, NULL, y, u, ANY(3), ANY(3, 3), ANY(3, 3), ANY(3, 6), wg_number(0))
ERRORS(svd_turned, (TURNED_ERROR(ANY(3), ANY(3, 3)), "is not shaped as"),
       (TURNED_ERROR(ANY(3, 3), ANY(3)), "is no result of svd for"));

DEFINE_OP(
    svd_turned,
    .summary =
        "Gradient of a function of the singular vectors of matrices A, by A. Operands: the result, U, s, "
        "V^T, A, [U^T @ U' | V^T @ V'], and what comes from outside of the vectors. Results for one A are "
        "merged before a quotient is taken.",
    .formula = "y = v", .adjoint = "v' = y'", .zero = 0x7e, .operands = 7, .names = "v U s W A p r",
    .kind = WG_ALIAS, .promote = WG_PROMOTE_NONE, RULES(svd_turned, shape, vjp, merge),
    .hint.alias = at_start, .leads = true);

/* U diag(g) V^T, with a derivative of its own. */
static wg_node svd_grad(wg_site here, const svd_parts *p, wg_node g)
{
    wg_node y = wg_matmul(scaled_columns(here, p->part[U], g), p->part[VT]);
    return NODE_OF(svd_grad, NULL, y, p->part[U], p->part[S], p->part[VT], p->a, g);
}
/* The operands U, s, V^T have no derivative. So the rule makes nodes of svd_part in their place: these
 * have one. */
VJP(svd_part)
{
    const int part = ((const struct svd *)wg_attr(y))->part;
    const svd_parts p = parts_of(x, part);
    svd_parts d = p;
    d.part[part] = y;
    if (part == S) {
        gx[3] = svd_grad(here, &d, gy);
        return;
    }
    for (int i = U; i <= VT; i++) d.part[i] = i == part ? y : svd_part(here, &p, i);
    gx[3] = part == U ? by_left(here, &d, gy) : by_right(here, &d, gy);
}
SAMPLES(svd_part, part_of(here, APART(3, 3), U), part_of(here, APART(3, 2), S),
        part_of(here, APART(2, 3), VT), part_of(here, APART(4, 2), U), part_of(here, APART(2, 2, 2), S),
        part_of(here, APART(2, 4), VT), part_of(here, APART(2, 2), U));
ERRORS(svd_part, (svd_part(here, &(svd_parts){ { ANY(4, 3), ANY(3), ANY(4, 3) }, ANY(4, 3) }, U),
                  "is no result of svd for"));

DEFINE_OP(svd_part,
          .summary = "Singular vectors U or V^T, or singular values s, of matrices A. Operands: U, s and "
                     "V^T, the wanted one first, and A.",
          .formula = "y = U where part = u, sigma where part = s, else V^T; U @ diag(sigma) @ V^T = A, U^T @ "
                     "U = I, V^T @ V = I",
          .adjoint = "A' = U @ diag(y') @ V^T where part = s, else \"the formula of svd\"",
          .zero = 1 << 0 | 1 << 1 | 1 << 2, .operands = 4, .names = "y z w A", .kind = WG_ALIAS,
          .promote = WG_PROMOTE_NONE, TAKES(svd), RULES(svd_part, shape, vjp), .hint.alias = at_start,
          .leads = true);

/* ---- svd_grad: the gradient U diag(g) V^T of a function of the singular values s, by the matrix.
 * Operands: its value, U, s, V^T, the matrix, g ---- */

SHAPE(svd_grad)
{
    bool ok = has_matrices(r, 4) && shaped_as(r, 0, 4) && shaped_as(r, 5, 2);
    for (int i = U; i <= VT && ok; i++) ok = is_part(r, 1 + i, i, 4);
    return ok;
}
/* As that of eigh_grad. The antisymmetric part turns U against V: its slopes are those of sums. What y'
 * has outside of U and V meets the singular values that are 0 there. */
VJP(svd_grad)
{
    const svd_parts p = { { x[1], x[2], x[3] }, x[4] };
    const wg_shape shape = wg_node_shape(x[4]);
    const int64_t m = shape.dim[shape.rank - 2], n = shape.dim[shape.rank - 1];
    wg_node u = svd_part(here, &p, U), vt = svd_part(here, &p, VT), c = wg_matmul(gy, turned(here, vt)),
            b = wg_matmul(turned(here, u), c), bt = turned(here, b),
            sums = wgi_slopes(here, x[2], x[5], true);
    wg_node part = wg_mul(
        wg_add(wg_mul(wg_add(b, bt), wgi_slopes(here, x[2], x[5], false)), wg_mul(wg_sub(b, bt), sums)), 0.5);
    gx[4] = wg_matmul(wg_matmul(u, part), vt);
    if (m != n) {
        wg_node even = wg_sum(wg_mul(sums, unit_like(here, sums)), .axis = -1),
                rest = wg_sub(gy, wg_matmul(wg_matmul(u, b), vt));
        wg_node inside = m > n ? wg_matmul(rest, turned(here, vt)) : wg_matmul(turned(here, u), rest);
        gx[4] = wg_add(gx[4], m > n ? wg_matmul(scaled_columns(here, inside, even), vt)
                                    : wg_matmul(scaled_columns(here, u, even), inside));
    }
    gx[5] = wg_sum(wg_mul(u, c), .axis = -2);
}
static wg_node grad_sample(wg_site here, wg_graph *g, wg_node a)
{
    svd_parts p = decomposed(here, a);
    p.part[S] = svd_part(here, &p, S);
    return svd_grad(here, &p, wg_any(g, wg_node_shape(p.part[S])));
}
SAMPLES(svd_grad, grad_sample(here, g, APART(3, 3)), grad_sample(here, g, APART(3, 2)),
        grad_sample(here, g, APART(2, 2, 3)), grad_sample(here, g, APART(3, 0)));
#define GRAD_ERROR(y, u) NODE_OF(svd_grad, NULL, y, u, ANY(3), ANY(3, 3), ANY(3, 3), ANY(3))
ERRORS(svd_grad, (GRAD_ERROR(ANY(3), ANY(3, 3)), "is not shaped as"),
       (GRAD_ERROR(ANY(3, 3), ANY(3)), "is no result of svd for"));

DEFINE_OP(svd_grad,
          .summary = "Gradient of a function of the singular values s of matrices A, by A. g is its gradient "
                     "by s. Operands: the result, U, s, V^T, A, g. Where singular values are equal, and "
                     "their g, it has the derivative of a function that does not know one from the other; "
                     "where they are 0, that of an even one.",
          .formula = "y = U @ diag(g) @ W",
          .adjoint = "g' = diagonal(U^T @ y' @ W^T), A' = \"the formula, differentiated\"",
          .zero = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3, .operands = 6, .names = "G U s W A g", .kind = WG_ALIAS,
          .promote = WG_PROMOTE_NONE, RULES(svd_grad, shape, vjp), .hint.alias = at_start, .leads = true);

/* ---- svd ---- */

SHAPE(svd)
{
    return has_matrices(r, 0) &&
           shaped_to(r, part_shape(*r->x[0].shape, ((const struct svd *)r->attr)->part));
}
EXPAND(svd) { y[0] = part_of(here, x[0], ((const struct svd *)attr)->part); }
static wg_node one_of_three(wg_site here, wg_node x, int part) { return NODE_OF(svd, WITH(svd, part), x); }
SAMPLES(svd, one_of_three(here, APART_INPUT(3, 2), U), one_of_three(here, APART_INPUT(2, 2), S),
        one_of_three(here, APART_INPUT(2, 2, 3), VT));
ERRORS(svd, (wg_svd(ANY(3), NULL, NULL, NULL), "axes, must have 2 to"));

DEFINE_OP(
    svd,
    .summary = "Singular vectors U, as columns, singular values, descending, or singular vectors V^T, as "
               "rows. Of a column of U the first element that has at least 0.7 of the largest absolute value "
               "is positive. Vectors of equal singular values are a choice: what depends on it has no "
               "derivative, it "
               "is an error.",
    .formula = "y = U where part = u, sigma where part = s, else V^T; U @ diag(sigma) @ V^T = x, U^T @ U = "
               "I, V^T @ V = I",
    .adjoint = "x' = U @ diag(y') @ V^T where part = s, (U @ (F * (P - P^T)) @ diag(sigma) + (y' - U @ P) @ "
               "diag(1 / sigma)) @ V^T where part = u, else \"by V^T the same, transposed\"; P = U^T @ y', "
               "F[..., i, j] = 0 where i = j, else 1 / (sigma[..., j]^2 - sigma[..., i]^2)",
    .operands = 1, .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, TAKES(svd), RULES(svd, shape, expand));
bool wg_svd_at(wg_site here, wg_node x, wg_node *u, wg_node *s, wg_node *vt)
{
    wg_node y = one_of_three(here, x, S), unused;
    u = u ? u : &unused, s = s ? s : &unused, vt = vt ? vt : &unused;
    *u = *s = *vt = wg_none;
    if (!wg_node_ok(y)) return false;
    wg_node operand[4];
    for (int i = 0; i < 4; i++) operand[i] = wg_node_operand(y, i);
    const svd_parts p = parts_of(operand, S);
    *u = svd_part(wg_inside(here), &p, U);
    *s = y;
    *vt = svd_part(wg_inside(here), &p, VT);
    return true;
}

#endif
