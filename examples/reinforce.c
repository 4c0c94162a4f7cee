/* reinforce.c: REINFORCE (Williams 1992) in the corridor of Sutton and Barto (2018, example 13.1): three
 * places and the goal, a step costs 1, left and right are exchanged in the second place, and the policy
 * cannot tell the places apart. With the probability p of "right" the return is
 * (2 p - 4) / (p (1 - p)): the best p is 2 - sqrt(2) = 0.5858, with the return -11.66. */
#include <math.h>
#include <wengert/wengert.h>

enum { STEPS = 1000, BATCH = 16, MOST = 200 };

/* A walk: the actions (1: right) and their number; the return is its negative. */
static int walk(double right, int32_t *action, uint64_t *state)
{
    int place = 0, n = 0;
    while (place < 3 && n < MOST) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        const bool goes_right = (double)(*state >> 11) / 9007199254740992.0 < right;
        action[n++] = goes_right;
        place += (goes_right != (place == 1)) ? 1 : -1;
        if (place < 0) place = 0;
    }
    return n;
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, .lr = 0.02);
    wg_graph *g = wg_graph_new(c);
    static int32_t action[BATCH * MOST];
    static double advantage[BATCH * MOST];
    uint64_t state = 1;
    double baseline = 0, mean_p = 0;
    for (int step = 0; step < STEPS; step++) {
        wg_optim_set_lr(o, wg_lr_cosine(0.02, step, STEPS));
        wg_begin(g, WG_TRAIN);
        wg_node logits = wg_param(g, p, "logits", WG_SHAPE(2), wg_zeros()); /* left, right */
        const double right = 1 / (1 + exp(wg_item(wg_select(logits, .axis = 0, .index = 0)) -
                                          wg_item(wg_select(logits, .axis = 0, .index = 1))));
        int n = 0;
        double sum = 0;
        for (int k = 0; k < BATCH; k++) {
            const int steps = walk(right, action + n, &state);
            for (int i = 0; i < steps; i++, n++) advantage[n] = i - steps - baseline; /* of what follows */
            sum -= steps;
        }
        baseline += 0.05 * (sum / BATCH - baseline);
        wg_node taken = wg_input(g, "action", wg_view_i32(action, WG_SHAPE(n)));
        wg_node log_p = wg_gather(wg_log_softmax(logits), taken);
        wg_node gain = wg_sum(wg_mul(log_p, wg_input(g, "advantage", wg_view_f64(advantage, WG_SHAPE(n)))));
        wg_backward(wg_div(gain, -BATCH), p);
        wg_optim_step(o);
        if (step >= STEPS / 2) mean_p += right / (STEPS - STEPS / 2);
        if (step % 100 == 0) printf("step %4d  p %.3f  mean return %.2f\n", step, right, baseline);
    }
    printf("mean p %.3f, the best is %.3f\n", mean_p, 2 - sqrt(2));
    return wg_finish(c, stderr);
}
