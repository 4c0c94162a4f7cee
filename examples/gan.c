/* gan.c: a generator that learns to draw numbers like those of a normal distribution with mean 3 and
 * standard deviation 0.5 (Goodfellow et al. 2014). It never sees one: it learns from a second net,
 * which learns to tell real numbers from drawn ones. Each has its own parameters and its own optimizer. */
#include <math.h>
#include <wengert/wengert.h>

enum { BATCH = 128, STEPS = 3000 };

static wg_node generate(wg_graph *g, wg_params *p)
{
    wg_node noise = wg_random_normal(g, WG_SHAPE(BATCH, 1));
    return wg_nn_dense(noise, p, "out", 1);
}

/* The logit of "this number is real". */
static wg_node judge(wg_node x, wg_params *p)
{
    wg_node h = wg_leaky_relu(wg_nn_dense(x, p, "hidden.1", 32, .share = true));
    return wg_nn_dense(wg_leaky_relu(wg_nn_dense(h, p, "hidden.2", 32, .share = true)), p, "out", 1,
                       .share = true);
}

static wg_node loss_of(wg_node logit, double is_real)
{
    return wg_bce_with_logits(logit, wg_fill(wg_graph_of(logit), is_real, wg_node_shape(logit)));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 5);
    wg_params *generator = wg_params_new(c), *judge_p = wg_params_new(c);
    wg_optim *og = wg_adam(generator, .lr = 2e-3, .beta1 = 0.5);
    wg_optim *oj = wg_adam(judge_p, .lr = 2e-3, .beta1 = 0.5);
    wg_average *mean = wg_average_new(generator, .decay = 0.99);
    wg_graph *g = wg_graph_new(c);
    for (int step = 1; step <= STEPS; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node real = wg_random_normal(g, WG_SHAPE(BATCH, 1), .mean = 3, .deviation = 0.5);
        wg_node fake = generate(g, generator), judged = judge(fake, judge_p);
        wg_backward(loss_of(judged, 1), generator);
        wg_backward(wg_add(loss_of(judge(real, judge_p), 1), loss_of(judged, 0)), judge_p);
        wg_optim_step(og), wg_optim_step(oj);
        wg_average_step(mean);
        if (step % 500) continue;
        wg_begin(g, WG_EVAL);
        wg_node x = generate(g, generator);
        printf("step %4d  mean %.3f  deviation %.3f\n", step, wg_item(wg_mean(x)), wg_item(wg_std(x)));
    }
    wg_average_use(mean, true);
    printf("average of the weights: mean %.3f  deviation %.3f\n", wg_params_item(generator, "out.b"),
           fabs(wg_params_item(generator, "out.W")));
    return wg_finish(c, stderr);
}
