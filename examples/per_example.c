/* per_example.c: a line fitted to measurements whose noise grows, with standard errors that allow for that
 * (White 1980).
 *
 * The covariance of the fit is H^-1 M H^-1. H is the Hessian of the loss of all examples. M is the sum of
 * g g' over the gradients g of the examples, which wg_vmap computes all at once from the gradient of one.
 */
#include <math.h>
#include <wengert/wengert.h>

enum { N = 12 };
static const double dose[N] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
static const double response[N] = { 2.1, 2.8, 4.2, 4.6, 6.5, 6.4, 9.1, 7.6, 11.8, 9.5, 14.2, 10.9 };

/* Half the squared residual of w = [slope, offset] for one example, or the sum for many. */
static wg_node loss_of(wg_node w, wg_node x, wg_node y)
{
    wg_node slope = wg_squeeze(wg_slice(w, .axis = 0, .to = 1), .axis = 0),
            offset = wg_squeeze(wg_slice(w, .axis = 0, .from = 1), .axis = 0);
    wg_node r = wg_sub(wg_add(wg_mul(slope, x), offset), y);
    return wg_mul(wg_sum(wg_square(r)), 0.5);
}

/* a = b^-1 c for 2 x 2 matrices */
static void solve(const double b[4], const double c[4], double a[4])
{
    const double det = b[0] * b[3] - b[1] * b[2];
    for (int j = 0; j < 2; j++) {
        a[j] = (b[3] * c[j] - b[1] * c[2 + j]) / det;
        a[2 + j] = (b[0] * c[2 + j] - b[2] * c[j]) / det;
    }
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    const double zero[2] = { 0 };
    double H[4], gradient[2], w[2], each[N * 2], M[4] = { 0 }, half[4], turned[4], cov[4];

    wg_node at = wg_input(g, "w", wg_view_f64(zero, WG_SHAPE(2)));
    wg_node X = wg_input(g, "dose", wg_view_f64(dose, WG_SHAPE(N)));
    wg_node Y = wg_input(g, "response", wg_view_f64(response, WG_SHAPE(N)));
    wg_node all = loss_of(at, X, Y);
    wg_node x = wg_input(g, "x", wg_view_f64(zero, WG_SCALAR)),
            y = wg_input(g, "y", wg_view_f64(zero, WG_SCALAR));
    wg_node one = wg_grad(loss_of(at, x, y), at), rows;

    /* The loss is quadratic: one step of Newton's method from 0 is the fit. */
    wg_copy_f64(wg_hessian(all, at, at), H, 4);
    wg_copy_f64(wg_grad(all, at), gradient, 2);
    const double det = H[0] * H[3] - H[1] * H[2];
    w[0] = -(H[3] * gradient[0] - H[1] * gradient[1]) / det;
    w[1] = -(H[0] * gradient[1] - H[2] * gradient[0]) / det;
    wg_input_set(at, wg_view_f64(w, WG_SHAPE(2)));

    wg_vmaps(&one, 1, (wg_node[]){ x, y }, (wg_node[]){ X, Y }, 2, &rows);
    wg_copy_f64(rows, each, N * 2);
    printf("slope %.6f  offset %.6f\n", w[0], w[1]);
    for (int i = 0; i < N; i++) {
        printf("example %2d  gradient %10.6f %10.6f\n", i + 1, each[2 * i], each[2 * i + 1]);
        for (int k = 0; k < 4; k++) M[k] += each[2 * i + k / 2] * each[2 * i + k % 2];
    }
    solve(H, M, half);
    for (int k = 0; k < 4; k++) turned[k] = half[k % 2 * 2 + k / 2];
    solve(H, turned, cov);
    printf("standard errors %.6f %.6f\n", sqrt(cov[0]), sqrt(cov[3]));
    return wg_finish(c, stderr);
}
