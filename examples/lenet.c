/* lenet.c: LeNet-5 (LeCun et al. 1998) with ReLU and max pooling. It learns the 1,797 digits of 8 by 8
 * pixels that the library has, or MNIST from a folder with its files: lenet data/mnist 10. Images are
 * [n, height, width, channels]. */
#include <math.h>
#include <stdlib.h>
#include <wengert/wengert.h>

static wg_node model(wg_node x, wg_params *p)
{
    const int64_t n = wg_dim(x, 0), side = wg_dim(x, 1) == 784 ? 28 : 8;
    wg_node h = wg_reshape(x, WG_SHAPE(n, side, side, 1));
    const wg_shape five = WG_SHAPE(5), two = WG_SHAPE(2);
    h = wg_max_pool(wg_relu(wg_nn_conv(h, p, "conv1", 6, .size = five, .same = side == 8)), .size = two);
    h = wg_max_pool(wg_relu(wg_nn_conv(h, p, "conv2", 16, .size = five, .same = side == 8)), .size = two);
    h = wg_reshape(h, WG_SHAPE(n, -1));
    h = wg_relu(wg_nn_dense(h, p, "fc1", 120));
    h = wg_relu(wg_nn_dense(h, p, "fc2", 84));
    return wg_nn_dense(h, p, "out", 10);
}

static wg_node loss(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    (void)user;
    wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y), logits = model(x, p);
    wg_name(wg_accuracy(logits, y), "accuracy");
    return wg_softmax_cross_entropy(logits, y);
}

static int epochs = 20;

/* One rate for all steps of an epoch. */
static double rate(double lr, double t, double steps)
{
    return wg_lr_cosine(lr, floor(t * epochs / steps), epochs);
}

int main(int argc, char **argv)
{
    wg_context *c = wg_start(.seed = 1);
    wg_data *train = argc > 1 ? wg_data_mnist(c, argv[1], WG_TRAIN) : wg_data_digits(c);
    wg_data *test = argc > 1 ? wg_data_mnist(c, argv[1], WG_EVAL) : wg_data_split(train, 0.2);
    if (argc > 2) epochs = atoi(argv[2]);
    wg_params *p = wg_params_new(c);
    wg_fitted f = wg_fit(p, loss, train, .epochs = epochs, .dev = test, .optimizer = wg_adam(p, .lr = 2e-3),
                         .schedule = rate, .metric = "accuracy");
    printf("test %.2f %%\n", 100 * f.dev_metric);
    return wg_finish(c, stderr) ? EXIT_FAILURE : EXIT_SUCCESS;
}
