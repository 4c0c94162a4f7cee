/* wengert_mlp.c: the side of Wengert of W1, W2, W6, W15 and inference, with the public headers alone. The
 * graph is built again at every step. */
#include "wengert_training.h"

typedef struct net {
    training t;
    bool norm, drop;
    wg_node in, out; /* of the present graph of inference */
    float result[16];
} net;

/* ---- W1, W2 ---- */

static int threads_of(bench_setup s) { return s.way == MLP_ONE_THREAD ? 1 : BENCH_THREADS; }

static wg_node hidden(net *n, wg_node x, const char *fc, const char *bn, int width)
{
    if (!n->norm) return wg_relu(wg_nn_dense(x, n->t.p, fc, width));
    wg_node h = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, n->t.p, fc, width, .bias = false), n->t.p, bn));
    return n->drop ? wg_dropout(h, .drop = MLP_DROP) : h;
}

static wg_node mlp_loss(void *self)
{
    net *n = self;
    wg_begin(n->t.g, WG_TRAIN);
    wg_node x = wg_input_borrow(n->t.g, "x", n->t.x), y = wg_input_borrow(n->t.g, "y", n->t.y);
    wg_node h = hidden(n, x, "fc1", "bn1", mlp_width[1]);
    wg_node k = hidden(n, h, "fc2", "bn2", mlp_width[2]);
    return wg_softmax_cross_entropy(wg_nn_dense(k, n->t.p, "fc3", mlp_width[3]), y);
}

static net *make_mlp(bench_setup s, bool norm)
{
    net *n = training_new(sizeof *n, s, threads_of(s), WG_F32, mlp_loss);
    n->norm = norm, n->drop = norm && !s.check;
    training_mlp(&n->t);
    return n;
}

static void *start_mlp(bench_setup s) { return make_mlp(s, false); }
static void *start_mlp_norm(bench_setup s) { return make_mlp(s, true); }

/* ---- inference ---- */

static void build_inference(net *n)
{
    wg_begin(n->t.g, WG_EVAL);
    n->in = wg_input(n->t.g, "x", n->t.x);
    wg_node h = hidden(n, n->in, "fc1", "bn1", mlp_width[1]);
    wg_node k = hidden(n, h, "fc2", "bn2", mlp_width[2]);
    n->out = wg_nn_dense(k, n->t.p, "fc3", mlp_width[3]);
}

static void *start_inference(bench_setup s)
{
    net *n = start_mlp(s);
    n->t.x = training_values(&n->t, STREAM_X, 1, 0, WG_SHAPE(1, mlp_width[0]));
    build_inference(n);
    return n;
}

static bool infer(void *self)
{
    net *n = self;
    build_inference(n);
    return wg_copy_f32(n->out, n->result, (size_t)mlp_width[MLP_LAYERS]) == WG_OK;
}

static bool infer_fixed(void *self)
{
    net *n = self;
    wg_input_set(n->in, n->t.x);
    return wg_copy_f32(n->out, n->result, (size_t)mlp_width[MLP_LAYERS]) == WG_OK;
}

static double answer_inference(void *self) { return inference_answer(((net *)self)->result); }

/* ---- W15 ---- */

static wg_node net64_loss(void *self)
{
    training *n = self;
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_input_borrow(n->g, "x", n->x), y = wg_input_borrow(n->g, "y", n->y);
    wg_node h = wg_relu(wg_nn_dense(x, n->p, "fc1", NET64_HIDDEN));
    return wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "fc2", NET64_OUT), y);
}

static void *start_net64(bench_setup s)
{
    training *n = training_new(sizeof *n, s, threads_of(s), WG_F32, net64_loss);
    n->x = training_values(n, STREAM_X, 1, 0, WG_SHAPE(NET64_BATCH, NET64_IN));
    n->y = training_classes(n, NET64_BATCH, NET64_OUT);
    training_weights(n, "fc1.W", STREAM_WEIGHTS, NET64_IN, NET64_HIDDEN);
    training_weights(n, "fc2.W", STREAM_WEIGHTS + 1, NET64_HIDDEN, NET64_OUT);
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
const bench_side wengert_mlp_norm = TRAINING(start_mlp_norm);
const bench_side wengert_net64 = TRAINING(start_net64);
const bench_side wengert_deep = TRAINING(start_deep);
const bench_side wengert_inference = { start_inference, infer, training_stop, 1, .answer = answer_inference };
const bench_side wengert_inference_fixed = { start_inference, infer_fixed, training_stop, 1,
                                             .answer = answer_inference };
