#include <wengert/wengert.h>

static wg_node model(wg_node x, wg_params *p)
{
    wg_node h = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, "fc1", 64, .bias = false), p, "bn1"));
    return wg_nn_dense(wg_dropout(h, .keep_prob = 0.8), p, "out", 10);
}
int main(void)
{
    wg_context *c = wg_start(.seed = 42);
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 3e-3);
    wg_graph *g = wg_graph_new(c);
    wg_batch b;
    for (int epoch = 1; epoch <= 20; epoch++) {
        while (wg_data_next(train, &b, 64)) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
            wg_backward(wg_softmax_cross_entropy(model(x, p), y), p);
            wg_optim_step(adam);
        }
        wg_data_all(dev, &b);
        wg_begin(g, WG_EVAL);
        wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
        printf("epoch %2d  dev %.1f %%\n", epoch, 100 * wg_item(wg_accuracy(model(x, p), y)));
    }
    wg_params_save(p, "digits.safetensors");
    return wg_finish(c, stderr); /* prints the first error, frees everything; 0 if there was none */
}
