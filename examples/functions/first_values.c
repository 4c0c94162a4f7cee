/* first_values.c: first values and random numbers. These functions say from which law a parameter begins.
 * The draws depend on the seed and on the parameter's name alone. The variance of wg_xavier follows from
 * the number of inputs, that of wg_glorot from inputs and outputs. */
#include <math.h>
#include <wengert/wengert.h>

static wg_graph *g;
static wg_params *p;

/* Whether 200 times 300 first values have the mean and the deviation of their law. */
static void row(const char *name, wg_init init, double mean, double deviation)
{
    wg_node w = wg_param(g, p, name, WG_SHAPE(200, 300), init);
    const double m = wg_item(wg_mean(w)), d = wg_item(wg_std(w));
    const bool fits = fabs(m - mean) < 0.02 * deviation && fabs(d - deviation) < 0.02 * deviation;
    printf("%-16s %7.4f %7.4f  %s\n", name, mean, deviation, fits ? "as the law says, to 2 %" : "differs");
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64, .seed = 1);
    g = wg_graph_new(c), p = wg_params_new(c);
    printf("law of             mean deviation\n");
    row("uniform", wg_uniform(1, 3), 2, 1 / sqrt(3));
    row("xavier", wg_xavier(), 0, sqrt(1.0 / 200));
    row("he", wg_he(), 0, sqrt(2.0 / 200));
    row("glorot", wg_glorot(), 0, sqrt(2.0 / 500));
    const double tail = 4 * exp(-2) / sqrt(2 * acos(-1)) / erf(sqrt(2));
    row("truncated_normal", wg_truncated_normal(5, 2), 5, 2 * sqrt(1 - tail));
    row("sparse", wg_sparse(0.75, 0.4), 0, 0.4 / 2);
    row("identity", wg_identity(), 1 / 300.0, sqrt(1 / 300.0 - 1 / 9e4));
    row("orthogonal", wg_orthogonal(), 0, sqrt(1 / 300.0));
    wg_node w = wg_param(g, p, "orthogonal", WG_SHAPE(200, 300), wg_orthogonal());
    wg_node off = wg_sub(wg_matmul(w, w, .tb = true), wg_eye(g, 200, 200));
    printf("the rows of orthogonal are %sunit vectors at right angles\n",
           wg_item(wg_max(wg_abs(off))) < 1e-12 ? "" : "no ");
    wg_node coin = wg_bernoulli(g, WG_SHAPE(60000), 0.3), chances = wg_fill(g, 0, WG_SHAPE(60000, 4));
    printf("bernoulli(0.3) is true for %.2f of the draws\n", wg_item(wg_mean(coin)));
    printf("categorical of 4 equal logits is class 2 for %.2f\n",
           wg_item(wg_mean(wg_equal(wg_categorical(chances), 2))));
    return wg_finish(c, stderr);
}
