/* eigh.c: eigenvalues and eigenvectors of symmetric matrices.
 *
 * eigh_parts computes both and has no derivative. eigh_part is one of them with its derivative by the
 * matrix: it has the matrix among its operands (as lu.h says of lu). So values and vectors are
 * differentiated each by a rule of its own. */
#include "matrix.h"
#include "kernel/lapack.h"
#include "kernel/vmath.h"

enum { VALUES, VECTORS };
#define EIGH_FIELDS(F, S) F(S, CHOICE, part, "values", "values vectors")
OPTIONS(eigh, EIGH_FIELDS);

enum { SWEEPS = 30, FEW = 8 }; /* FEW: up to so many rows loops are faster than LAPACK */
static inline bool is_small(int64_t n) { return n <= FEW || n > 20000 || !wgi_lapack_has(); }

#define FLOATS_FILE "ops/turned_rows.h"
#include "kernel/both_floats.h"
#define FLOATS_FILE "ops/eigh_loops.h"
#include "kernel/both_floats.h"

KERNEL(eigh_parts) { EACH_MATRIX(eigh_of, a.n); }

#define TWICE "has an eigenvalue or singular value twice: vectors of these have no derivative"
/* 1 / (w[j] - w[i]) for i, j of one matrix. */
#define GAPS(T)                                                                                      \
    do {                                                                                             \
        const T *w = (const T *)k->x[0] + u * n;                                                     \
        T *y = (T *)k->y[0] + u * n * n;                                                             \
        for (int64_t i = 0; i < n; i++)                                                              \
            for (int64_t j = 0; j < n; j++) {                                                        \
                if (i != j && w[i] == w[j]) return wg_fault_at(k, u * n, n, WG_FAULT_MATRIX, TWICE); \
                y[i * n + j] = i == j ? 0 : 1 / (w[j] - w[i]);                                       \
            }                                                                                        \
    } while (0)
KERNEL(inverse_gaps)
{
    const int64_t n = k->yt[0].shape->dim[k->yt[0].shape->rank - 1];
    for (int64_t u = k->begin; u < k->end; u++) FLOATS(k, GAPS);
    return true;
}

#define SLOPES_FIELDS(F, S) F(S, BOOL, sums, "false")
OPTIONS(slopes, SLOPES_FIELDS);

/* The largest absolute value. */
#define SIZE_OF(T, v) \
    T v##_most = 0;   \
    for (int64_t i = 0; i < n; i++) v##_most = ABS(v[i]) > v##_most ? ABS(v[i]) : v##_most
/* Closer than `near` of the largest, a quotient of differences has lost half its digits, and the limit has
 * as many: it is taken where it is the quotient to rounding. A function that tells close eigenvalues apart
 * has another one. */
#define SLOPES(T)                                                                                    \
    do {                                                                                             \
        const T *w = (const T *)k->x[0] + u * n, *g = (const T *)k->x[1] + u * n,                    \
                *d = (const T *)k->x[2] + u * n,                                                     \
                near = sizeof(T) == sizeof(float) ? (T)0x1p-12 : (T)0x1p-26, eps = near * near;      \
        T *y = (T *)k->y[0] + u * n * n;                                                             \
        SIZE_OF(T, w);                                                                               \
        SIZE_OF(T, g);                                                                               \
        for (int64_t i = 0; i < n; i++)                                                              \
            for (int64_t j = 0; j < n; j++) {                                                        \
                const T dw = w[j] + sign * w[i], dg = g[j] + sign * g[i], dd = d[j] + sign * d[i];   \
                const bool close = ABS(dw) <= near * w_most, flat = ABS(dg) <= near * g_most;        \
                const T limit = dd / (T)(sign > 0 ? i + j + 2 : i == j ? 1 : j - i), q = dg / dw;    \
                const bool same = ABS(dg - limit * dw) <= 16 * eps * (g_most + ABS(limit) * w_most); \
                if (sign < 0 && i == j) y[i * n + j] = 0;                                            \
                else if (close && flat && same) y[i * n + j] = limit;                                \
                else if (dw == 0) return wg_fault_at(k, u * n, n, WG_FAULT_MATRIX, TWICE);           \
                else y[i * n + j] = q;                                                               \
            }                                                                                        \
    } while (0)
KERNEL(slopes)
{
    const int64_t n = k->yt[0].shape->dim[k->yt[0].shape->rank - 1];
    const int sign = ((const struct slopes *)k->attr)->sums ? 1 : -1;
    for (int64_t u = k->begin; u < k->end; u++) FLOATS(k, SLOPES);
    return true;
}

#if WG_BASE

EXTERN(eigh, eigh_grad, eigh_part, inverse_gaps, slopes);

/* ---- inverse_gaps ---- */

static bool inverse_gaps_shape(wg_rule *r)
{
    const wg_shape s = *r->x[0].shape;
    return wg_rule_float(r, 0) && wg_rule_rank(r, 0, 1, WG_MAX_RANK - 1) &&
           shaped_to(r, with_axis(s, s.rank, s.dim[s.rank - 1]));
}
static int64_t inverse_gaps_units(const wg_kernel *k)
{
    const matrices a = matrices_of(k->yt[0].shape);
    return a.n ? a.count : 0;
}
wg_node wgi_inverse_gaps(wg_site here, wg_node w) { return wg_apply1(here, w, &wgi_op_inverse_gaps); }
VJP(inverse_gaps)
{
    wg_node g = wg_mul(gy, wg_square(y));
    gx[0] = wg_sub(wg_sum(g, .axis = -1), wg_sum(g, .axis = -2));
}
SAMPLE(inverse_gaps)
{
    static const wg_shape s[] = { { 1, { 3 } }, { 2, { 2, 2 } }, { 1, { 1 } }, { 2, { 2, 0 } } };
    if (i > 3) return wg_none;
    wg_node place = wg_index_along(wg_any_class(g, 2, s[i]), -1);
    return wgi_inverse_gaps(here, wg_add(wg_between(g, -1, 1, s[i]), wg_mul(place, 3)));
}
ERRORS(inverse_gaps, (wgi_inverse_gaps(here, wg_any(g, WG_SCALAR)), "axes, must have 1 to"),
       (wgi_inverse_gaps(here, wg_mul(ANY(3), 0)), "has an eigenvalue or singular value twice"));

DEFINE_OP(
    inverse_gaps,
    .summary = "The reciprocals of all differences of the elements along the last axis, which must differ. "
               "The diagonal is 0. For the derivatives of eigenvectors and singular vectors.",
    .formula = "y[..., i, j] = 0 where i = j, else 1 / (x[..., j] - x[..., i])",
    .adjoint =
        "x'[..., k] = sum(y[..., k, j]^2 y'[..., k, j] over j) - sum(y[..., i, k]^2 y'[..., i, k] over i)",
    .operands = 1, .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, RULES(inverse_gaps, shape, units, vjp),
    .kernel = KERNELS(inverse_gaps), .leads = true);

/* ---- slopes: operands are w, g, and the derivative of g in the direction w[i]' = i + 1 ---- */

static bool slopes_shape(wg_rule *r)
{
    return shaped_as(r, 1, 0) && shaped_as(r, 2, 0) && inverse_gaps_shape(r);
}
/* Equal elements of w, of which a smooth function does not know one from the other, have equal elements of
 * its gradient g. Then the quotient of their differences has a limit: that of w moved by t (1, 2, ...), t
 * to 0. For sums, where w is 0 and the function even, likewise. */
wg_node wgi_slopes(wg_site here, wg_node w, wg_node g, bool sums)
{
    (void)wg_node_name(
        g); /* what it is made of is looked at: no rule of another node of its kind has this one */
    wg_node along = wg_cast(wg_add(wg_index_along(w, -1), 1), wg_node_dtype(w));
    wg_node d = wg_jvp(g, &w, &along, 1);
    return NODE_OF(slopes, WITH(slopes, sums), w, g, d);
}
/* Of differences: those of equal elements have no derivative, it is an error. */
VJP(slopes)
{
    const bool sums = ((const struct slopes *)wg_attr(y))->sums;
    const wg_shape s = wg_node_shape(x[0]);
    wg_node gaps = sums ? wg_reciprocal(wg_add(wg_expand(x[0], s.rank - 1), wg_expand(x[0], s.rank)))
                        : wgi_inverse_gaps(here, x[0]);
    wg_node g = wg_mul(gy, gaps), w = wg_neg(wg_mul(g, y));
    wg_node to[2] = { w, g };
    for (int i = 0; i < 2; i++) {
        wg_node column = wg_sum(to[i], .axis = -2), row = wg_sum(to[i], .axis = -1);
        gx[i] = sums ? wg_add(column, row) : wg_sub(column, row);
    }
}
SAMPLE(slopes)
{
    static const wg_shape s[] = { { 1, { 3 } }, { 2, { 2, 2 } }, { 2, { 2, 3 } }, { 2, { 2, 0 } } };
    if (i > 3) return wg_none;
    wg_node place = wg_index_along(wg_any_class(g, 2, s[i]), -1);
    wg_node w = wg_add(wg_between(g, 0.5, 1.5, s[i]), wg_mul(wg_add(place, 1), 3));
    return NODE_OF(slopes, WITH(slopes, i == 2), w, wg_any(g, s[i]), wg_any(g, s[i]));
}
#define SLOPES_OF(w, g) NODE_OF(slopes, WITH(slopes, false), w, g, ANY(3))
ERRORS(slopes,
       (SLOPES_OF(wg_mul(ANY(3), 0), wg_cast(wg_index_along(ANY(3), 0), wg_node_dtype(ANY(3)))),
        "has an eigenvalue or singular value twice"),
       (SLOPES_OF(ANY(3), ANY(4)), "is not shaped as"));

DEFINE_OP(
    slopes,
    .summary = "Differences, or with `sums` sums, of all pairs of elements of g along the last axis, divided "
               "by those of w. Where that is 0 / 0, the same quotient of d and of the numbers 1, 2, ...: its "
               "limit along them. Of equal elements of w with other elements of g it is an error.",
    .formula = "y[..., i, j] = (g[..., i] + g[..., j]) / (w[..., i] + w[..., j]) where sums, 0 where i = j, "
               "else (g[..., j] - g[..., i]) / (w[..., j] - w[..., i])",
    .adjoint = "w' = \"the formula, differentiated\", g' = \"the formula, differentiated\"", .zero = 1 << 2,
    .operands = 3, .names = "w g d", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, TAKES(slopes),
    RULES(slopes, shape, vjp), .kernel = KERNELS(slopes), .units = inverse_gaps_units, .leads = true);

/* ---- eigh_parts ---- */

static bool eigh_parts_shape(wg_rule *r)
{
    return is_square(r, 0) && shaped_to(r, without_last(r->x[0].shape));
}
static size_t eigh_parts_scratch(const wg_kernel *k)
{
    const int64_t n = matrices_of(k->xt[0].shape).n;
    const size_t bytes = (size_t)(n * n) * wg_dtype_size(k->xt[0].dtype);
    return is_small(n) ? 2 * bytes : (bytes + 63) / 64 * 64 + wgi_lapack_eigh_room(k->xt[0].dtype, n);
}
static double eigh_parts_flops(const wg_kernel *k) { return 9 * matrices_cubed(k); }
#define PARTS_OF(a) wg_apply1(here, a, &wgi_op_eigh_parts)
SAMPLES(eigh_parts, PARTS_OF(APART(3, 3)), PARTS_OF(APART(2, 12, 12)), PARTS_OF(APART(0, 0)));
ERRORS(eigh_parts, (PARTS_OF(ANY(3, 4)), "is not square"),
       (PARTS_OF(BROKEN(3, 3)), "has a number that is not finite"));

MATRICES_OP(
    eigh_parts,
    .summary = "Eigenvalues of symmetric matrices, ascending, and, as part 1, eigenvectors as columns.",
    .formula = "y = w, z = V; V @ diag(w) @ V^T = x, V^T @ V = I",
    .adjoint = "an intermediate result: eigh_part has a derivative by x", .none = WG_EVERY_OPERAND,
    .outputs = 2, RULES(eigh_parts, shape, scratch, flops));

/* ---- eigh_part: the values w or the vectors v; operands are w and v, or v and w, and the matrix ---- */

static wg_node eigh_part(wg_site here, wg_node w, wg_node v, wg_node a, int part)
{
    wg_node first = part == VALUES ? w : v, second = part == VALUES ? v : w;
    return NODE_OF(eigh_part, WITH(eigh, part), first, second, a);
}
static wg_node part_of(wg_site here, wg_node a, int part)
{
    wg_node w = PARTS_OF(a);
    return eigh_part(here, w, wg_part(w, 1), a, part);
}
/* V diag(g) V^T, with a derivative of its own. */
static wg_node eigh_grad(wg_site here, wg_node w, wg_node v, wg_node a, wg_node g)
{
    wg_node y = wg_matmul(scaled_columns(here, v, g), turned(here, v));
    return NODE_OF(eigh_grad, NULL, y, w, v, a, g);
}
static bool are_values(wg_rule *r, int w, int a)
{
    return wg_shape_equal(*r->x[w].shape, without_last(r->x[a].shape)) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s are not the eigenvalues of %s", wg_rule_who(r, w),
                        wg_rule_who(r, a));
}
static bool eigh_part_shape(wg_rule *r)
{
    const int v = ((const struct eigh *)r->attr)->part == VALUES;
    return is_square(r, 2) && shaped_as(r, v, 2) && are_values(r, 1 - v, 2);
}
/* Giles 2008, section 3.1: a' = V diag(w') V^T, or V sym(F o V^T V') V^T with F[i, j] = 1 / (w[j] -
 * w[i]). The operands w and V have no derivative. So the rule makes nodes of eigh_part in their place:
 * these have one. */
VJP(eigh_part)
{
    if (((const struct eigh *)wg_attr(y))->part == VALUES) {
        gx[2] = eigh_grad(here, y, x[1], x[2], gy);
        return;
    }
    wg_node w = eigh_part(here, x[1], x[0], x[2], VALUES);
    wg_node p = wg_mul(wgi_inverse_gaps(here, w), wg_matmul(turned(here, y), gy));
    wg_node s = wg_mul(wg_add(p, turned(here, p)), 0.5);
    gx[2] = wg_matmul(wg_matmul(y, s), turned(here, y));
}
SAMPLES(eigh_part, part_of(here, APART(3, 3), VALUES), part_of(here, APART(2, 2, 2), VALUES),
        part_of(here, APART(3, 3), VECTORS), part_of(here, APART(10, 10), VECTORS),
        part_of(here, APART(0, 0), VECTORS));
ERRORS(eigh_part, (eigh_part(here, ANY(2), ANY(3, 3), ANY(3, 3), VALUES), "are not the eigenvalues of"));

DEFINE_OP(
    eigh_part,
    .summary =
        "Eigenvalues w, or eigenvectors V, of symmetric matrices A. Operands: w and V, or V and w, and A.",
    .formula = "y = w where part = values, else V; V @ diag(w) @ V^T = A, V^T @ V = I",
    .adjoint = "A' = V @ diag(y') @ V^T where part = values, else V @ sym(F * (V^T @ y')) @ V^T; F[..., i, "
               "j] = 0 where i = j, else 1 / (w[..., j] - w[..., i])",
    .zero = 1 << 0 | 1 << 1, .operands = 3, .names = "y z A", .kind = WG_ALIAS, .promote = WG_PROMOTE_NONE,
    TAKES(eigh), RULES(eigh_part, shape, vjp), .alias = at_start, .leads = true);

/* ---- eigh_grad: the gradient V diag(g) V^T of a function of the eigenvalues w, by the matrix. Operands:
 * its value, w, V, the matrix, g ---- */

static bool eigh_grad_shape(wg_rule *r)
{
    return is_square(r, 3) && shaped_as(r, 0, 3) && are_values(r, 1, 3) && shaped_as(r, 2, 3) &&
           shaped_as(r, 4, 1);
}
/* The vectors of equal eigenvalues have no derivative, but V diag(g) V^T has one, if their g are equal: it
 * does not depend on which vectors of them are taken. */
VJP(eigh_grad)
{
    wg_node v = eigh_part(here, x[1], x[2], x[3], VECTORS), c = wg_matmul(gy, v),
            b = wg_matmul(turned(here, v), c);
    b = wg_mul(wg_mul(wg_add(b, turned(here, b)), 0.5), wgi_slopes(here, x[1], x[4], false));
    gx[3] = wg_matmul(wg_matmul(v, b), turned(here, v));
    gx[4] = wg_sum(wg_mul(v, c), .axis = -2);
}
static wg_node grad_sample(wg_site here, wg_graph *g, wg_node a)
{
    wg_node w = PARTS_OF(a), v = wg_part(w, 1);
    return eigh_grad(here, eigh_part(here, w, v, a, VALUES), v, a, wg_any(g, wg_node_shape(w)));
}
SAMPLES(eigh_grad, grad_sample(here, g, APART(3, 3)), grad_sample(here, g, APART(2, 2, 2)),
        grad_sample(here, g, APART(0, 0)));
#define GRAD_ERROR(y, w) NODE_OF(eigh_grad, NULL, y, w, ANY(3, 3), ANY(3, 3), ANY(3))
ERRORS(eigh_grad, (GRAD_ERROR(ANY(3), ANY(3)), "is not shaped as"),
       (GRAD_ERROR(ANY(3, 3), ANY(3, 3)), "are not the eigenvalues of"));

DEFINE_OP(
    eigh_grad,
    .summary = "Gradient of a function of the eigenvalues w of symmetric matrices A, by A. g is its gradient "
               "by w. Operands: the result, w, the eigenvectors V, A, g. Where eigenvalues are equal, and "
               "their g, it has the derivative of a function that does not know one from the other.",
    .formula = "y = V @ diag(g) @ V^T",
    .adjoint = "g' = diagonal(V^T @ y' @ V), A' = V @ (K * sym(V^T @ y' @ V)) @ V^T; K[..., i, j] = 0 where "
               "i = j, else (g[..., j] - g[..., i]) / (w[..., j] - w[..., i])",
    .zero = 1 << 0 | 1 << 1 | 1 << 2, .operands = 5, .names = "G w V A g", .kind = WG_ALIAS,
    .promote = WG_PROMOTE_NONE, RULES(eigh_grad, shape, vjp), .alias = at_start, .leads = true);

/* ---- eigh ---- */

static bool eigh_shape(wg_rule *r)
{
    const bool values = ((const struct eigh *)r->attr)->part == VALUES;
    return is_square(r, 0) && shaped_to(r, values ? without_last(r->x[0].shape) : *r->x[0].shape);
}
EXPAND(eigh) { y[0] = part_of(here, x[0], ((const struct eigh *)attr)->part); }
static wg_node one_of_both(wg_site here, wg_node x, int part) { return NODE_OF(eigh, WITH(eigh, part), x); }
SAMPLES(eigh, one_of_both(here, APART_INPUT(3, 3), VALUES), one_of_both(here, APART_INPUT(3, 3), VECTORS));
ERRORS(eigh, (wg_eigh(ANY(3, 4), NULL, NULL), "is not square"),
       (wg_eigh(ANY(3), NULL, NULL), "axes, must have 2 to"));

DEFINE_OP(
    eigh,
    .summary =
        "Eigenvalues of symmetric matrices, ascending, or eigenvectors, as columns. Of a vector the first "
        "element that has at least 0.7 of the largest absolute value is positive. If x is not symmetric, (x "
        "+ x^T) / 2 is taken. Vectors of equal eigenvalues have no derivative: it is an error.",
    .formula = "y = w where part = values, else V; V @ diag(w) @ V^T = x, V^T @ V = I",
    .adjoint = "x' = V @ diag(y') @ V^T where part = values, else V @ sym(F * (V^T @ y')) @ V^T; F[..., i, "
               "j] = 0 where i = j, else 1 / (w[..., j] - w[..., i])",
    .operands = 1, .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, TAKES(eigh), RULES(eigh, shape, expand));
bool wg_eigh_at(wg_site here, wg_node x, wg_node *values, wg_node *vectors)
{
    wg_node w = one_of_both(here, x, VALUES), unused;
    const bool ok = wg_node_ok(w);
    values = values ? values : &unused, vectors = vectors ? vectors : &unused;
    *values = ok ? w : wg_none;
    *vectors = ok ? eigh_part(wg_inside(here), wg_node_operand(w, 0), wg_node_operand(w, 1),
                              wg_node_operand(w, 2), VECTORS)
                  : wg_none;
    return ok;
}

#endif
