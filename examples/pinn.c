/* pinn.c: a physics-informed net (Raissi, Perdikaris and Karniadakis 2019). The net u(x) learns to solve
 * u'' + u' = f with u(0) = u(1) = 0 from the equation alone: u' and u'' are derivatives of the net by its
 * input, and parts of the loss. f is chosen so that sin(pi x) is the solution. */
#include <math.h>
#include <wengert/wengert.h>

enum { POINTS = 64, STEPS = 400 };
static const double pi = 3.14159265358979323846;

/* x (1 - x) is 0 at both ends, so u is. */
static wg_node net(wg_node x, wg_params *p)
{
    wg_node h = wg_tanh(wg_nn_dense(x, p, "hidden.1", 16));
    wg_node out = wg_nn_dense(wg_tanh(wg_nn_dense(h, p, "hidden.2", 16)), p, "out", 1);
    return wg_mul(wg_mul(x, wg_sub(1, x)), out);
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1, .dtype = WG_F64);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_lbfgs(p);
    wg_graph *g = wg_graph_new(c);
    double at[POINTS];
    for (int i = 0; i < POINTS; i++) at[i] = (i + 0.5) / POINTS;
    for (int step = 0; step <= STEPS; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(POINTS, 1))), u = net(x, p);
        wg_node u1 = wg_grad(wg_sum(u), x), u2 = wg_grad(wg_sum(u1), x);
        wg_node f = wg_sub(wg_mul(pi, wg_cos(wg_mul(pi, x))), wg_mul(pi * pi, wg_sin(wg_mul(pi, x))));
        wg_node loss = wg_mean(wg_square(wg_sub(wg_add(u2, u1), f)));
        wg_node off = wg_max(wg_abs(wg_sub(u, wg_sin(wg_mul(pi, x)))));
        wg_backward(loss, p);
        if (step % 50 == 0)
            printf("step %3d  loss %.2e  largest error %.2e\n", step, wg_item(loss), wg_item(off));
        wg_optim_step(o);
    }
    return wg_finish(c, stderr);
}
