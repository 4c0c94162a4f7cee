/* tree_net.c: a recursive net (Socher et al. 2011). Formulas of and, or, not over true and false are trees
 * of ever new shape. A vector stands for each part: that of a whole is made of those of its parts. The net
 * is told the truth of whole formulas of at most 12 signs, and then asked about longer ones. */
#include <wengert/wengert.h>

enum { WIDTH = 16, SHORT = 12, LONG = 40, STEPS = 3000, BATCH = 8, TRIALS = 500 };

static uint64_t state = 1;
static int draw(int n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)((state >> 33) % (unsigned)n);
}

/* A random formula of `signs` signs: its vector; *truth is what it says. */
static wg_node formula(wg_graph *g, wg_params *p, int signs, bool *truth)
{
    if (signs == 1) {
        *truth = draw(2);
        return wg_param(g, p, *truth ? "true" : "false", WG_SHAPE(1, WIDTH), wg_normal(0, 1));
    }
    bool a, b;
    if (signs == 2 || draw(4) == 0) {
        wg_node x = formula(g, p, signs - 1, &a);
        *truth = !a;
        return wg_tanh(wg_nn_dense(x, p, "not", WIDTH, .share = true));
    }
    const bool is_and = draw(2);
    const int left = 1 + draw(signs - 2);
    wg_node x = formula(g, p, left, &a), y = formula(g, p, signs - 1 - left, &b);
    *truth = is_and ? a && b : a || b;
    wg_node both = wg_concat(((wg_node[]){ x, y }), 2, .axis = 1);
    return wg_tanh(wg_nn_dense(both, p, is_and ? "and" : "or", WIDTH, .share = true));
}

static wg_node logit(wg_graph *g, wg_params *p, int signs, bool *truth)
{
    return wg_nn_dense(formula(g, p, signs, truth), p, "out", 1, .share = true);
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 3e-3);
    wg_graph *g = wg_graph_new(c);
    bool truth;
    for (int step = 1; step <= STEPS; step++) {
        wg_node loss[BATCH];
        wg_begin(g, WG_TRAIN);
        for (int i = 0; i < BATCH; i++) {
            wg_node z = logit(g, p, 1 + draw(SHORT), &truth);
            loss[i] = wg_mean(wg_bce_with_logits(z, wg_fill(g, truth, WG_SHAPE(1, 1))));
        }
        wg_node mean = wg_div(wg_addn(loss, BATCH), BATCH);
        wg_backward(mean, p);
        wg_optim_step(adam);
        if (step % 500 == 0) printf("step %4d  loss %.5f\n", step, wg_item(mean));
    }
    int right = 0;
    for (int i = 0; i < TRIALS; i++) {
        wg_begin(g, WG_EVAL);
        double z = wg_item(logit(g, p, LONG, &truth));
        right += (z > 0) == truth;
    }
    printf("formulas of %d signs: %.1f %% right\n", LONG, 100.0 * right / TRIALS);
    return wg_finish(c, stderr);
}
