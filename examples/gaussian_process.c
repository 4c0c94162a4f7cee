/* gaussian_process.c: regression by a Gaussian process, without a network. The parameters of its kernel
 * are fitted by Newton's method, with the exact Hessian.
 *
 * K[i, j] = s^2 exp(-(x[i] - x[j])^2 / (2 l^2)) + (i == j) e^2. The logarithm of the probability of the
 * observed y is -y^T K^-1 y / 2 - ln det K / 2 - n / 2 ln 2 pi, from the Cholesky triangle of K. The
 * parameters are ln l, ln s, ln e. */
#include <math.h>
#include <wengert/wengert.h>

enum { N = 12 };
static double X[N], Y[N] = { 0.1, 0.9, 1.2, 0.7, 0.4, -0.6, -1.1, -0.8, -0.1, 0.5, 1.1, 0.8 };

static wg_node kernel(wg_node x, wg_node theta)
{
    wg_node l = wg_exp(wg_select(theta, .axis = 0, .index = 0)),
            s = wg_exp(wg_select(theta, .axis = 0, .index = 1)),
            e = wg_exp(wg_select(theta, .axis = 0, .index = 2));
    wg_node d = wg_div(wg_sub(wg_expand_dims(x, .axis = 1), wg_expand_dims(x, .axis = 0)), l);
    wg_node smooth = wg_mul(wg_square(s), wg_exp(wg_mul(-0.5, wg_square(d))));
    return wg_add(smooth, wg_where(wg_equal(wg_index_along(d, .axis = 0), wg_index_along(d, .axis = 1)),
                                   wg_square(e), 0));
}

/* y^T K^-1 y is the square of z with L z = y, and det K that of the product of L's diagonal. */
static wg_node log_likelihood(wg_node x, wg_node y, wg_node theta)
{
    wg_node L = wg_cholesky(kernel(x, theta)), z = wg_triangular_solve(L, y);
    wg_node fit = wg_mul(0.5, wg_dot(z, z)), volume = wg_sum(wg_log(wg_diagonal(L)));
    return wg_sub(-0.91893853320467274 * N, wg_add(fit, volume));
}

int main(void)
{
    double theta[3] = { 0, 0, -1 };
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    for (int i = 0; i < N; i++) X[i] = 0.5 * i;

    for (int it = 0; it < 8; it++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64(X, WG_SHAPE(N))),
                y = wg_input(g, "y", wg_view_f64(Y, WG_SHAPE(N)));
        wg_node t = wg_input(g, "theta", wg_view_f64(theta, WG_SHAPE(3))), p = log_likelihood(x, y, t);
        wg_node gradient = wg_grad(p, t), H = wg_hessian(p, t, t), step = wg_solve(H, gradient);
        const double *v = wg_value(gradient).data, *h = wg_value(H).data, *s = wg_value(step).data;
        if (wg_failed(c)) break;
        printf("l %.4f  s %.4f  e %.4f  ln p %.12f\n", exp(theta[0]), exp(theta[1]), exp(theta[2]),
               wg_item(p));
        if (it == 0)
            for (int i = 0; i < 3; i++)
                printf("  gradient %.17g  Hessian %.17g %.17g %.17g\n", v[i], h[3 * i], h[3 * i + 1],
                       h[3 * i + 2]);
        for (int i = 0; i < 3; i++) theta[i] -= s[i];
    }
    return wg_finish(c, stderr);
}
