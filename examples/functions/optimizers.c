/* optimizers.c: optimizers. These functions change parameters by their gradients. wg_lion and wg_adamax
 * step by about the rate, however small the gradient is, so let the rate fall. The last two places are
 * those of 2,000 steps of plain descent by a thousandth of its rate. */
#include <math.h>
#include <wengert/wengert.h>

static double falling(double t) { return wg_lr_exponential(0.3, 0.99, t); }

/* Steps from w = [3, -2] towards the minimum of (w_0 - 1)^2 + 10 (w_1 + 1)^2, which is at [1, -1]. */
static void descend(const char *name, wg_params *p, wg_optim *o, double (*rate)(double t))
{
    wg_graph *g = wg_graph_new(wg_params_context(p));
    double from[] = { 3, -2 }, to[] = { 1, -1 }, steep[] = { 1, 10 };
    for (int t = 0; t < 2000; t++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_values(from));
        wg_node off = wg_sub(w, wg_input(g, "to", wg_view_f64(to, WG_SHAPE(2))));
        wg_backward(wg_sum(wg_mul(wg_input(g, "s", wg_view_f64(steep, WG_SHAPE(2))), wg_square(off))), p);
        if (rate) wg_optim_set_lr(o, rate(t));
        wg_optim_step(o);
    }
    wg_params_get(p, from);
    printf("%-26s [%.3f, %.3f]\n", name, from[0], from[1]);
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_params *p[8];
    for (int i = 0; i < 8; i++) p[i] = wg_params_new(c);
    descend("adadelta", p[0], wg_adadelta(p[0], .lr = 10), NULL);
    descend("adagrad", p[1], wg_adagrad(p[1], .lr = 1), NULL);
    descend("adamax", p[2], wg_adamax(p[2]), falling);
    descend("adamw", p[3], wg_adamw(p[3]), falling);
    descend("lion", p[4], wg_lion(p[4]), falling);
    descend("nadam", p[5], wg_nadam(p[5]), falling);
    descend("rmsprop", p[6], wg_rmsprop(p[6]), falling);
    wg_optim *sgd = wg_sgd(p[7], .lr = 0.05);
    wg_optim_group(sgd, "w", .lr_scale = 1e-3);
    descend("sgd, its rate times 1e-3", p[7], sgd, NULL);
    printf("%-26s [%.3f, %.3f]\n", "the formula", 1 + 2 * pow(1 - 1e-4, 2000), -1 - pow(1 - 1e-3, 2000));
    return wg_finish(c, stderr);
}
