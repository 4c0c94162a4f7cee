/* factors.c: linear algebra. These functions split a matrix into factors, or invert it. Factors have their
 * signs by rule: the diagonal of R is not negative, and the first large element of an eigenvector is
 * positive. */
#include <math.h>
#include <wengert/wengert.h>

static void same(const char *claim, wg_node a, wg_node b)
{
    const double off = wg_item(wg_max(wg_abs(wg_sub(a, b))));
    printf("%-34s %s\n", claim, off <= 1e-14 ? "holds to 1e-14" : "does not hold");
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    double numbers[] = { 2, 1, 0, 1, 3, 1, 0, 1, 4 };
    wg_node A = wg_input(g, "A", wg_view_f64(numbers, WG_SHAPE(3, 3))), one = wg_eye(g, 3, 3);
    wg_node Q, R, U, s, Vt, w, V, sign, size;
    wg_qr(A, &Q, &R);
    wg_svd(A, &U, &s, &Vt);
    wg_eigh(A, &w, &V);
    wg_slogdet(wg_neg(A), &sign, &size);
    same("A @ inverse(A) = 1", wg_matmul(A, wg_inverse(A)), one);
    same("Q @ R = A", wg_matmul(Q, R), A);
    same("Q^T @ Q = 1", wg_matmul(Q, Q, .ta = true), one);
    same("triu(R) = R", wg_triu(R), R);
    same("U @ diag(s) @ V^T = A", wg_matmul(wg_mul(U, s), Vt), A);
    same("V @ diag(w) @ V^T = A", wg_matmul(wg_mul(V, w), V, .tb = true), A);
    same("s = w downwards, as all w > 0", s, wg_flip(w, .axis = 0));
    same("det(A) = product of w", wg_div(wg_det(A), wg_prod(w)), wg_scalar(g, 1));
    same("logdet(A) = sum of log w", wg_logdet(A), wg_sum(wg_log(w)));
    same("gradient of logdet = inverse^T", wg_grad(wg_logdet(A), A), wg_swap(wg_inverse(A)));
    printf("det(A) %.6f, by hand 2 (12 - 1) - 1 (4 - 0) = 18\n", wg_item(wg_det(A)));
    printf("slogdet(-A): sign %g, log %.6f, log 18 = %.6f\n", wg_item(sign), wg_item(size), log(18));
    return wg_finish(c, stderr);
}
