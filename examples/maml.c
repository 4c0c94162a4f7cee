/* maml.c: learning to learn (Finn, Abbeel and Levine 2017). Each task is a sine of another amplitude
 * and phase, of which 10 points are known. Parameters are trained so that one step of gradient descent
 * with these points fits the task: the training differentiates through that step. */
#include <math.h>
#include <wengert/wengert.h>

enum { KNOWN = 10, TASKS = 4, STEPS = 2000 };
static const double RATE = 0.01;

static wg_node net(wg_node x, wg_params *p)
{
    wg_node h = wg_tanh(wg_nn_dense(x, p, "1", 40, .share = true));
    return wg_nn_dense(wg_tanh(wg_nn_dense(h, p, "2", 40, .share = true)), p, "3", 1, .share = true);
}

/* The parameters after one step with the loss. */
static wg_params *adapted(wg_graph *g, wg_params *p, wg_node loss)
{
    wg_given moved[6];
    wg_node w[6], gw[6];
    for (int i = 0; i < 6; i++) {
        moved[i].name = wg_params_name(p, i);
        w[i] = wg_param(g, p, moved[i].name, wg_params_tensor(p, i).shape, wg_zeros());
    }
    wg_grads(loss, w, 6, gw);
    for (int i = 0; i < 6; i++) moved[i].value = wg_sub(w[i], wg_mul(RATE, gw[i]));
    return wg_params_with(p, moved, 6);
}

static wg_node points(wg_graph *g) { return wg_random_uniform(g, WG_SHAPE(KNOWN, 1), .low = -5, .high = 5); }

/* The mean loss of new tasks after the step, and in *before that without it. */
static wg_node loss_of(wg_graph *g, wg_params *p, wg_node *before)
{
    wg_node sum = wg_scalar(g, 0);
    *before = wg_scalar(g, 0);
    for (int k = 0; k < TASKS; k++) {
        wg_node size = wg_random_uniform(g, WG_SCALAR, .low = 1, .high = 5);
        wg_node phase = wg_random_uniform(g, WG_SCALAR, .low = 0, .high = acos(-1)), x = points(g),
                other = points(g);
        wg_node known = wg_mse(net(x, p), wg_mul(size, wg_sin(wg_add(x, phase))));
        wg_node wanted = wg_mul(size, wg_sin(wg_add(other, phase)));
        *before = wg_add(*before, wg_mse(net(other, p), wanted));
        sum = wg_add(sum, wg_mse(net(other, adapted(g, p, known)), wanted));
    }
    *before = wg_div(*before, TASKS);
    return wg_div(sum, TASKS);
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, .lr = 1e-3);
    wg_graph *g = wg_graph_new(c);
    wg_mean before = { 0 }, after = { 0 };
    wg_node without;
    for (int step = 1; step <= STEPS + 100; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node loss = loss_of(g, p, &without);
        if (step > STEPS) wg_mean_add(&before, wg_item(without), 1), wg_mean_add(&after, wg_item(loss), 1);
        else wg_backward(loss, p), wg_optim_step(o);
    }
    printf("new tasks: loss %.3f, after one step with %d points %.3f\n", before.value, KNOWN, after.value);
    return wg_finish(c, stderr);
}
