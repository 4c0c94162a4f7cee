/* early_stopping.c: stops when the held-out digits have not become better for some epochs, and takes the
 * parameters of the best epoch. A run that was killed goes on where it was: start the program again. */
#include <wengert/wengert.h>

static wg_node loss(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    (void)user;
    wg_node x = wg_input(g, "x", b->x), h = wg_relu(wg_nn_dense(x, p, "hidden", 128));
    return wg_softmax_cross_entropy(wg_nn_dense(h, p, "out", 10), wg_input(g, "y", b->y));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 3);
    wg_data *all = wg_data_digits(c), *dev = wg_data_split(all, 0.5), *train = wg_data_split(all, 0.2);
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_batch b;

    wg_fitted f = wg_fit(p, loss, train, .epochs = 200, .patience = 8, .batch = 32, .dev = dev,
                         .optimizer = wg_adam(p, .lr = 5e-3), .save = "early.run");
    printf("stopped after epoch %lld, the best is epoch %lld\n", (long long)f.epochs, (long long)f.best);
    wg_data_all(dev, &b);
    wg_begin(g, WG_EVAL);
    printf("best dev %.6f, again %.6f\n", f.dev, wg_item(loss(g, p, &b, NULL)));
    return wg_finish(c, stderr);
}
