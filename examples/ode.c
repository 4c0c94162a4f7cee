/* ode.c: fits the rate k of the logistic equation y' = k y (1 - y) to observed values of y. There is no
 * network.
 *
 * The solution is computed in a C loop by the classical Runge-Kutta method of fourth order. Adam minimises
 * the squared error. The observed values are those of the exact solution for k = 0.8, so you can see whether
 * the fit is right.
 */
#include <math.h>
#include <wengert/wengert.h>

enum { SEEN = 20, STEPS = 10 };
static const double K = 0.8, Y0 = 0.05, H = 0.05;

static double seen(int i) { return 1 / (1 + (1 / Y0 - 1) * exp(-K * H * STEPS * (i + 1))); }

static wg_node f(wg_node y, wg_node k) { return wg_mul(k, wg_mul(y, wg_sub(1, y))); }

static wg_node step(wg_node y, wg_node k, double h)
{
    wg_node k1 = f(y, k);
    wg_node k2 = f(wg_add(y, wg_mul(h / 2, k1)), k);
    wg_node k3 = f(wg_add(y, wg_mul(h / 2, k2)), k);
    wg_node k4 = f(wg_add(y, wg_mul(h, k3)), k);
    return wg_add(y, wg_mul(h / 6, wg_add(wg_add(k1, k4), wg_mul(2, wg_add(k2, k3)))));
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = wg_adam(p, .lr = 0.05);

    for (int it = 0; it <= 400; it++) {
        wg_begin(g, WG_TRAIN);
        wg_node k = wg_param(g, p, "k", WG_SCALAR, wg_const(0.3));
        wg_node y = wg_scalar(g, Y0), loss = wg_scalar(g, 0);
        for (int i = 0; i < SEEN; i++) {
            for (int s = 0; s < STEPS; s++) y = step(y, k, H);
            loss = wg_add(loss, wg_square(wg_sub(y, seen(i))));
        }
        wg_backward(loss, p);
        wg_optim_step(o);
        if (it % 100 == 0) printf("%3d  loss %.3e  k %.5f\n", it, wg_item(loss), wg_params_item(p, "k"));
    }
    return wg_finish(c, stderr);
}
