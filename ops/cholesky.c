/* cholesky.c: the triangle L of a symmetric, positive definite matrix L L^T.
 *
 * The kernel computes the upper triangle U = L^T, so that its inner loops run along rows. */
#include "matrix.h"
#include "kernel/gemm.h"
#include "kernel/vmath.h"

#define FLOATS_FILE "ops/cholesky_loops.h"
#include "kernel/both_floats.h"

KERNEL(cholesky) { EACH_MATRIX(cholesky_of, a.n); }

#if WG_BASE

SHAPE(cholesky) { return is_square(r, 0); }
/* U, and the room of products. */
SCRATCH(cholesky)
{
    const int64_t n = matrices_of(k->xt[0].shape).n;
    return (size_t)((n + STRIP) * n) * wg_dtype_size(k->xt[0].dtype);
}
FLOPS(cholesky) { return matrices_cubed(k) / 3; }

static wg_node solved(wg_site here, wg_node l, wg_node b, bool transposed)
{
    return wg_triangular_solve_at(
        here, &WG_OPTS(wg_triangular_solve_args, .x = l, .b = b, .transposed = transposed));
}
/* L^-T x L^-1 or, if not transposed, L^-1 x L^-T, for a symmetric x. */
static wg_node solved_on_both_sides(wg_site here, wg_node l, wg_node x, bool transposed)
{
    return solved(here, l, turned(here, solved(here, l, x, transposed)), transposed);
}
/* Murray 2016, equation 10: x' = L^-T sym(P) L^-1, where P is the lower triangle of L^T y' with half its
 * diagonal. sym(P) = (P + P^T) / 2. */
VJP(cholesky)
{
    wg_node p = wg_matmul(turned(here, y), gy);
    wg_node s = wg_add(wg_tril(p), turned(here, wg_tril(p, .offset = -1)));
    gx[0] = solved_on_both_sides(here, y, wg_mul(s, 0.5), true);
}
/* L times the lower triangle of L^-1 x' L^-T with half its diagonal (equation 8). */
JVP(cholesky)
{
    wg_node t = wg_mul(wg_add(tx[0], turned(here, tx[0])), 0.5);
    wg_node w = solved_on_both_sides(here, y, t, false);
    return wg_matmul(y, wg_mul(wg_add(wg_tril(w), wg_tril(w, .offset = -1)), 0.5));
}
SAMPLES(cholesky, wg_cholesky(definite_sample(here, g, WG_SHAPE(3, 3))),
        wg_cholesky(definite_sample(here, g, WG_SHAPE(2, 2, 2))), wg_cholesky(REGULAR(1, 1)),
        wg_cholesky(ANY(2, 0, 0)), wg_cholesky(REGULAR(2, 2)));
ERROR_SAMPLE(cholesky)
{
    wg_node ones = wg_broadcast_to(wg_scalar_at(here, g, 1), WG_SHAPE(3, 3));
    FAILS(wg_cholesky(ANY(3, 4)), "is not square");
    FAILS(wg_cholesky(ANY(3)), "axes, must have 2 to");
    FAILS(wg_cholesky(ones), "is not positive definite: pivot 1");
    FAILS(wg_cholesky(wg_div(ones, 0)), "has a number that is not finite");
    return NULL;
}

MATRICES_OP(cholesky,
            .summary =
                "The lower triangle L of symmetric, positive definite matrices. If x is not symmetric, "
                "(x + x^T) / 2 is taken.",
            .formula = "y = L; L @ L^T = x, L = tril(L)",
            .adjoint = "x' = y^-T @ (S + S^T) @ y^-1 / 2; S = tril(M) - diag(diagonal(M)) / 2, M = y^T @ y'",
            RULES(cholesky, shape, scratch, flops, vjp, jvp));
wg_node wg_cholesky_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_cholesky); }

#endif
