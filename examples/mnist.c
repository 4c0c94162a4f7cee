/* mnist.c: the program of `make mnist`. The network 784-512-256-10 with batch norm and dropout learns the
 * 60,000 training digits of MNIST and is tested on the other 10,000. Arguments: the folder with the four IDX
 * files, the number of epochs. */
#include <stdlib.h>
#include <time.h>
#include <wengert/wengert.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static wg_node layer(wg_node x, wg_params *p, const char *name, int64_t units)
{
    wg_params *own = wg_params_in(p, name);
    wg_node z = wg_nn_dense(x, own, "dense", units, .bias = false);
    return wg_dropout(wg_relu(wg_nn_batch_norm(z, own, "norm")), .keep_prob = 0.7);
}

static wg_node model(wg_node x, wg_params *p)
{
    wg_node h1 = layer(x, p, "layer1", 512), h2 = layer(h1, p, "layer2", 256);
    return wg_nn_dense(h2, p, "out", 10);
}

static double accuracy(wg_graph *g, wg_params *p, wg_data *d)
{
    wg_mean m = { 0 };
    for (wg_batch b; wg_data_next(d, &b, 1000);) {
        wg_begin(g, WG_EVAL);
        wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
        wg_mean_add(&m, wg_item(wg_accuracy(model(x, p), y)), (double)b.n);
    }
    return m.value;
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : "data/mnist";
    int epochs = argc > 2 ? atoi(argv[2]) : 12;
    wg_context *c = wg_start(.seed = 1);
    wg_data *train = wg_data_mnist(c, folder, WG_TRAIN), *test = wg_data_mnist(c, folder, WG_EVAL);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 1e-3);
    wg_graph *g = wg_graph_new(c);
    for (int epoch = 1; epoch <= epochs && !wg_failed(c); epoch++) {
        double start = seconds();
        wg_mean loss = { 0 };
        wg_batch b;
        if (epoch > epochs * 2 / 3) /* smaller steps in the last third */
            wg_optim_set_lr(adam, wg_optim_lr(adam) * 0.5);
        while (wg_data_next(train, &b, 128)) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
            wg_node L = wg_softmax_cross_entropy(model(x, p), y);
            wg_backward(L, p);
            wg_optim_step(adam);
            wg_mean_add(&loss, wg_item(L), (double)b.n);
        }
        double took = seconds() - start;
        printf("epoch %2d/%d  loss %.4f  test %.2f %%  %.2f s an epoch\n", epoch, epochs, loss.value,
               100 * accuracy(g, p, test), took);
        fflush(stdout);
    }
    return wg_finish(c, stderr) ? EXIT_FAILURE : EXIT_SUCCESS;
}
