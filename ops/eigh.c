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

#if WG_BASE

EXTERN(eigh, eigh_grad, eigh_part);

/* ---- eigh_parts ---- */

SHAPE(eigh_parts) { return is_square(r, 0) && shaped_to(r, without_last(r->x[0].shape)); }
SCRATCH(eigh_parts)
{
    const int64_t n = matrices_of(k->xt[0].shape).n;
    const size_t bytes = (size_t)(n * n) * wg_dtype_size(k->xt[0].dtype);
    return is_small(n) ? 2 * bytes : (bytes + 63) / 64 * 64 + wgi_lapack_eigh_room(k->xt[0].dtype, n);
}
FLOPS(eigh_parts) { return 9 * matrices_cubed(k); }
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
SHAPE(eigh_part)
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
    const wgi_decomposition d = { x[2], w, y, turned(here, y), { y }, 1 };
    gx[2] = wg_matmul(wg_matmul(y, wgi_turns(here, &d, wg_matmul(d.right, gy))), d.right);
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
    TAKES(eigh), RULES(eigh_part, shape, vjp), .hint.alias = at_start, .leads = true);

/* ---- eigh_grad: the gradient V diag(g) V^T of a function of the eigenvalues w, by the matrix. Operands:
 * its value, w, V, the matrix, g ---- */

SHAPE(eigh_grad)
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
    .promote = WG_PROMOTE_NONE, RULES(eigh_grad, shape, vjp), .hint.alias = at_start, .leads = true);

/* ---- eigh ---- */

SHAPE(eigh)
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
        "+ x^T) / 2 is taken. Vectors of equal eigenvalues are a choice: what depends on it has no "
        "derivative, it is an error.",
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
