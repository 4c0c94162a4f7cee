/* parameters.c: sets of parameters. These functions read, mix and keep the numbers that are trained.
 * wg_optim_clip_value cuts each element, so the gradient gets another direction. A running average counts
 * what the set has at each wg_average_step. */
#include <wengert/wengert.h>

static void print(const char *what, wg_tensor t)
{
    printf("%s: %g %g\n", what, wg_tensor_item(&t, 0), wg_tensor_item(&t, 1));
}

int main(void)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c), *slow = wg_params_new(c);
    double start[] = { 3, 4 };
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_zeros());
    wg_params_assign(p, "w", start, 2);
    wg_node steps = wg_state(g, p, "steps", WG_SCALAR, wg_zeros());
    wg_assign(steps, wg_add(steps, 1));               /* stored by wg_backward, and not by a read */
    wg_assign(steps, wg_mul(wg_assigned(steps), 10)); /* goes on from it: 10 */
    wg_params_copy(slow, p);
    wg_optim *sgd = wg_sgd(p, .lr = 1);
    wg_average *mean = wg_average_new(p);
    wg_backward(wg_sum(wg_square(w)), p); /* the gradient is [6, 8] */
    wg_optim_clip_value(sgd, 7);
    print("gradient, clipped", wg_params_grad(p, wg_params_find(p, "w")));
    wg_average_step(mean);
    wg_optim_step(sgd); /* w = [3 - 6, 4 - 7] */
    wg_average_step(mean);
    wg_average_use(mean, true);
    print("mean of both w", wg_params_tensor(p, 0));
    wg_average_use(mean, false);
    wg_average_free(mean);
    wg_params_blend(slow, p, 0.25); /* 3/4 [3, 4] + 1/4 [-3, -3] */
    print("the slow set", wg_params_tensor(slow, 0));
    printf("numbers that are trained: %zu, steps: %g\n", wg_params_size(p), wg_params_item(p, "steps"));
    wg_params_save(p, "w.safetensors");
    wg_params_load(slow, "w.safetensors");
    print("loaded", wg_params_tensor(slow, 0));
    wg_save_with(c, "best", wg_view_f64(start, WG_SHAPE(2)));
    wg_save_end(c, "best");
    return wg_finish(c, stderr);
}
