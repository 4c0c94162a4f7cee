/* wengert_lenet.c: the side of Wengert of W9, with the public headers alone. The graph is built again
 * at every step. */
#include "lenet.h"
#include "wengert_training.h"

static wg_node loss_of(void *self)
{
    training *n = self;
    const wg_shape five = WG_SHAPE(5), two = WG_SHAPE(2);
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_input_borrow(n->g, "x", n->x), y = wg_input_borrow(n->g, "y", n->y);
    wg_node h = wg_max_pool(wg_relu(wg_nn_conv(x, n->p, "conv1", 6, .size = five)), .size = two);
    h = wg_max_pool(wg_relu(wg_nn_conv(h, n->p, "conv2", 16, .size = five)), .size = two);
    h = wg_relu(wg_nn_dense(wg_reshape(h, WG_SHAPE(LENET_BATCH, 256)), n->p, "fc1", 120));
    h = wg_relu(wg_nn_dense(h, n->p, "fc2", 84));
    return wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "out", 10), y);
}

static void *start(bench_setup s)
{
    training *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, loss_of);
    n->x = training_values(n, STREAM_X, 1, 0, WG_SHAPE(LENET_BATCH, LENET_SIDE, LENET_SIDE, 1));
    n->y = training_classes(n, LENET_BATCH, LENET_CLASSES);
    training_weights_by(n, "conv1.W", lenet_weight, 0, WG_SHAPE(5, 5, 1, 6));
    training_weights_by(n, "conv2.W", lenet_weight, 1, WG_SHAPE(5, 5, 6, 16));
    training_weights_by(n, "fc1.W", lenet_weight, 2, WG_SHAPE(256, 120));
    training_weights_by(n, "fc2.W", lenet_weight, 3, WG_SHAPE(120, 84));
    training_weights_by(n, "out.W", lenet_weight, 4, WG_SHAPE(84, 10));
    n->o = wg_momentum(n->p, .lr = lenet_rate(s), .beta = LENET_MOMENTUM, .classical = true);
    return n;
}

const bench_side wengert_lenet = TRAINING(start);
