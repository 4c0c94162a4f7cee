/* wengert_lenet.c: the side of Wengert of W9, with the public headers alone. The graph is built again
 * at every step. */
#include <stdlib.h>

#include <wengert/wengert.h>

#include "lenet.h"

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    float *x;
    int32_t *y;
    double loss; /* of the last step */
} net;

enum { PIXELS = LENET_BATCH * LENET_SIDE * LENET_SIDE };

static void make_weights(net *n, const char *name, int layer, wg_shape s)
{
    float *v = wg_alloc(n->c, (size_t)wg_shape_size(s), sizeof *v);
    for (int i = 0; v && i < (int)wg_shape_size(s); i++) v[i] = lenet_weight(layer, i);
    if (v) wg_params_make(n->p, name, wg_view_f32(v, s), false);
    wg_free(n->c, v);
}

static void *start(bench_setup s)
{
    net *n = calloc(1, sizeof *n);
    n->c = wg_start(&(wg_options){ .threads = BENCH_THREADS });
    n->g = wg_graph_new(n->c);
    n->p = wg_params_new(n->c);
    n->x = calloc(PIXELS, sizeof *n->x);
    n->y = calloc(LENET_BATCH, sizeof *n->y);
    for (uint32_t i = 0; i < PIXELS; i++) n->x[i] = bench_value(STREAM_X, i);
    for (uint32_t i = 0; i < LENET_BATCH; i++) n->y[i] = bench_class(STREAM_Y, i, LENET_CLASSES);
    make_weights(n, "conv1.W", 0, WG_SHAPE(5, 5, 1, 6));
    make_weights(n, "conv2.W", 1, WG_SHAPE(5, 5, 6, 16));
    make_weights(n, "fc1.W", 2, WG_SHAPE(256, 120));
    make_weights(n, "fc2.W", 3, WG_SHAPE(120, 84));
    make_weights(n, "out.W", 4, WG_SHAPE(84, 10));
    n->o = wg_momentum(n->p,
                       &(wg_momentum_opts){ .lr = lenet_rate(s), .beta = LENET_MOMENTUM, .classical = true });
    return n;
}

static wg_node loss_of(net *n)
{
    const wg_shape five = WG_SHAPE(5), two = WG_SHAPE(2);
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_input_borrow(n->g, "x",
                                wg_view_f32(n->x, WG_SHAPE(LENET_BATCH, LENET_SIDE, LENET_SIDE, 1))),
            y = wg_input_borrow(n->g, "y", wg_view_i32(n->y, WG_SHAPE(LENET_BATCH)));
    wg_node h = wg_max_pool(wg_relu(wg_nn_conv(x, n->p, "conv1", 6, .size = five)), .size = two);
    h = wg_max_pool(wg_relu(wg_nn_conv(h, n->p, "conv2", 16, .size = five)), .size = two);
    h = wg_relu(wg_nn_dense(wg_reshape(h, WG_SHAPE(LENET_BATCH, 256)), n->p, "fc1", 120));
    h = wg_relu(wg_nn_dense(h, n->p, "fc2", 84));
    return wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "out", 10), y);
}

static bool run(void *self, int64_t count, double seconds[])
{
    net *n = self;
    (void)seconds;
    for (int64_t k = 0; k < count; k++) {
        wg_node L = loss_of(n);
        wg_backward(L, n->p);
        wg_optim_step(n->o);
        n->loss = wg_item(L);
    }
    return !wg_failed(n->c);
}

static double answer(void *self)
{
    run(self, BENCH_CHECK_STEPS, NULL);
    return ((net *)self)->loss;
}

static void stop(void *self)
{
    net *n = self;
    wg_finish(n->c, stderr);
    free(n->x), free(n->y), free(n);
}

const bench_side wengert_lenet = { start, run, answer, stop, NULL };
