/* early_stopping.c: stops when the held-out digits have not become better for some epochs, and takes the
 * parameters of the best epoch. A run that was killed goes on where it was: start the program again. */
#include <wengert/wengert.h>

enum { PATIENCE = 8, EPOCHS = 200 };

static wg_node model(wg_node x, wg_params *p)
{
    return wg_nn_dense(wg_relu(wg_nn_dense(x, p, "hidden", 128)), p, "out", 10);
}

static double loss_of(wg_graph *g, wg_params *p, wg_data *d)
{
    wg_batch b;
    wg_data_all(d, &b);
    wg_begin(g, WG_EVAL);
    return wg_item(wg_softmax_cross_entropy(model(wg_input(g, "x", b.x), p), wg_input(g, "y", b.y)));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 3);
    wg_data *all = wg_data_digits(c), *dev = wg_data_split(all, 0.5), *train = wg_data_split(all, 0.2);
    wg_params *p = wg_params_new(c), *best = wg_params_new(c);
    wg_optim *o = wg_adam(p, .lr = 5e-3);
    wg_graph *g = wg_graph_new(c);
    double least = 1e300;
    int64_t waited = 0;
    wg_batch b;

    wg_save_with(c, "least", wg_view_f64(&least, WG_SCALAR));
    wg_save_with(c, "waited", wg_view_i64(&waited, WG_SCALAR));
    if (wg_resume(c, "early.run")) printf("goes on after epoch %d\n", wg_data_epoch(train));
    while (waited < PATIENCE && wg_data_epoch(train) < EPOCHS) {
        while (wg_data_next(train, &b, 32)) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
            wg_backward(wg_softmax_cross_entropy(model(x, p), y), p);
            wg_optim_step(o);
        }
        const double now = loss_of(g, p, dev);
        printf("epoch %2d  train %.4f  dev %.4f\n", wg_data_epoch(train), loss_of(g, p, train), now);
        waited++;
        if (now < least) least = now, waited = 0, wg_params_copy(best, p);
        wg_save(c, "early.run");
    }
    wg_params_copy(p, best);
    printf("best dev %.6f, again %.6f\n", least, loss_of(g, p, dev));
    return wg_finish(c, stderr);
}
