/* wengert_mlp.c: the side of Wengert of W1, W6 and W15, with the public headers alone. The graph is built
 * again at every step. */
#include "wengert_training.h"

/* ---- W1, W15 ---- */

static wg_node mlp_loss(void *self)
{
    training *n = self;
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_input_borrow(n->g, "x", n->x), y = wg_input_borrow(n->g, "y", n->y);
    wg_node h = wg_relu(wg_nn_dense(x, n->p, "fc1", mlp_width[1]));
    wg_node k = wg_relu(wg_nn_dense(h, n->p, "fc2", mlp_width[2]));
    return wg_softmax_cross_entropy(wg_nn_dense(k, n->p, "fc3", mlp_width[3]), y);
}

static void *start_mlp(bench_setup s)
{
    static const char *const names[MLP_LAYERS] = { "fc1.W", "fc2.W", "fc3.W" };
    training *n = training_new(sizeof *n, s, s.way == MLP_ONE_THREAD ? 1 : BENCH_THREADS, WG_F32, mlp_loss);
    n->x = training_values(n, STREAM_X, 1, 0, WG_SHAPE(MLP_BATCH, mlp_width[0]));
    n->y = training_classes(n, MLP_BATCH, mlp_width[MLP_LAYERS]);
    for (int l = 0; l < MLP_LAYERS; l++)
        training_weights(n, names[l], STREAM_WEIGHTS + (uint32_t)l, mlp_width[l], mlp_width[l + 1]);
    n->o = wg_adam(n->p, .lr = bench_rates_of(s).adam);
    return n;
}

/* ---- W6 ---- */

static wg_node deep_loss(void *self)
{
    training *n = self;
    wg_begin(n->g, WG_TRAIN);
    wg_node h = wg_input_borrow(n->g, "x", n->x), y = wg_input_borrow(n->g, "y", n->y);
    for (int l = 0; l < DEEP_LAYERS; l++) {
        char name[] = { 'f', 'c', (char)('0' + l), 0 };
        h = wg_nn_dense(l ? wg_relu(h) : h, n->p, name, DEEP_WIDTH);
    }
    return wg_mse(h, y);
}

static void *start_deep(bench_setup s)
{
    training *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, deep_loss);
    n->x = training_values(n, STREAM_X, 1, 0, WG_SHAPE(DEEP_BATCH, DEEP_WIDTH));
    n->y = training_values(n, STREAM_Y, 1, 0, WG_SHAPE(DEEP_BATCH, DEEP_WIDTH));
    for (int l = 0; l < DEEP_LAYERS; l++) {
        char name[] = { 'f', 'c', (char)('0' + l), '.', 'W', 0 };
        training_weights(n, name, STREAM_WEIGHTS + (uint32_t)l, DEEP_WIDTH, DEEP_WIDTH);
    }
    n->o = wg_sgd(n->p, .lr = bench_rates_of(s).sgd);
    return n;
}

/* ---- memory ---- */

/* Backward needs the input of each layer, and the output for the loss. */
bool wengert_deep_bytes(double *plan, double *least)
{
    training *n = start_deep((bench_setup){ .check = false });
    const double layer = (DEEP_WIDTH + 1.0) * DEEP_WIDTH * sizeof(float),
                 values = (double)DEEP_BATCH * DEEP_WIDTH * sizeof(float);
    wg_plan *p = wg_plan_look(deep_loss(n), .params = n->p, .seconds = 1e-3);
    *least = 2 * DEEP_LAYERS * layer + (DEEP_LAYERS + 1) * values + values; /* and the targets of the loss */
    if (p) *plan = (double)(p->inputs + p->parameters + p->gradients + p->workspace + p->results + p->tiles);
    bool fine = p != NULL;
    training_stop(n);
    return fine;
}

const bench_side wengert_mlp = TRAINING(start_mlp);
const bench_side wengert_deep = TRAINING(start_deep);
