/* fit.c: a training in one call. wg_fit is the loop that one would write. Here it runs beside that loop,
 * and the parameters are the same to the bit. With .patience a share of the rows is held out for the call,
 * and the parameters of the best epoch come back. */
#include <string.h>
#include <wengert/wengert.h>

static wg_node loss(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    (void)user;
    wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y);
    wg_node z = wg_nn_dense(wg_tanh(wg_nn_dense(x, p, "hidden", 16)), p, "out", 2);
    wg_name(wg_accuracy(z, y), "accuracy");
    return wg_softmax_cross_entropy(z, y);
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_data *d = wg_data_make(c, "moons", 400), *same = wg_data_copy(d);
    wg_params *p = wg_params_new(c), *q = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = wg_adam(q, .lr = 0.01);
    for (wg_batch b; wg_data_epoch(same) < 10;)
        while (wg_data_next(same, &b, 64)) {
            wg_begin(g, WG_TRAIN);
            wg_backward(loss(g, q, &b, NULL), q);
            wg_optim_step(o);
        }
    wg_optim *adam = wg_adam(p, .lr = 0.01);
    wg_fit(p, loss, d, .epochs = 10, .optimizer = adam, .print = false);
    const wg_tensor W = wg_params_tensor(p, 0), V = wg_params_tensor(q, 0);
    printf("the same bits: %d\n", !memcmp(W.data, V.data, sizeof(float) * wg_shape_size(W.shape)));

    wg_fitted f = wg_fit(p, loss, d, .epochs = 500, .patience = 20, .optimizer = adam,
                         .schedule = wg_lr_cosine, .metric = "accuracy", .print = false);
    printf("best epoch: %d, it waited for %lld more, dev accuracy above 0.9: %d\n", f.best > 0,
           (long long)(f.epochs - f.best), f.dev_metric > 0.9);
    printf("rows %lld, as before\n", (long long)wg_data_rows(d));
    return wg_finish(c, stderr);
}
