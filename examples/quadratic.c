/* quadratic.c: minimises w^2 - 10 w + 25 with Adam. The minimum is at w = 5. */
#include <wengert/wengert.h>

int main(void)
{
    wg_context *c = wg_start();
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 0.1);
    wg_graph *g = wg_graph_new(c);

    for (int step = 0; step < 1000; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_zeros());
        wg_backward(wg_add(wg_sub(wg_square(w), wg_mul(10, w)), 25), p);
        wg_optim_step(adam);
    }
    printf("w = %.4f\n", wg_params_item(p, "w"));
    return wg_finish(c, stderr);
}
