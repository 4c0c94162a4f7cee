/* wengert_mlp.c: the side of Wengert of W1, W2, W6, W15 and inference, with the public headers alone. The
 * graph is built again at every step. */
#include <stdlib.h>

#include <wengert/wengert.h>

#include "bench.h"

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    wg_tensor x, y;
    bool norm, drop;
    double loss;     /* the loss of the last step */
    wg_node in, out; /* of the present graph of inference */
    float result[16];
} net;

static net *net_new(int threads)
{
    net *n = calloc(1, sizeof *n);
    n->c = wg_start(&(wg_options){ .threads = threads });
    n->g = wg_graph_new(n->c);
    n->p = wg_params_new(n->c);
    return n;
}

static void stop(void *self)
{
    net *n = self;
    wg_finish(n->c, stderr);
    free(n);
}

static wg_tensor floats(net *n, uint32_t stream, wg_shape s)
{
    float *v = wg_alloc(n->c, (size_t)wg_shape_size(s), sizeof *v);
    for (int64_t i = 0; v && i < wg_shape_size(s); i++) v[i] = bench_value(stream, (uint32_t)i);
    return wg_view_f32(v, s);
}

static void make_weights(net *n, const char *name, uint32_t stream, int in, int out)
{
    wg_tensor t = floats(n, stream, WG_SHAPE(in, out));
    float *v = t.data;
    for (int64_t i = 0; v && i < (int64_t)in * out; i++)
        v[i] = (float)(bench_weight_scale(in) * (double)v[i]);
    wg_params_make(n->p, name, t, false);
    wg_free(n->c, v);
}

/* ---- W1, W2 ---- */

static int threads_of(bench_setup s) { return s.way == MLP_ONE_THREAD ? 1 : BENCH_THREADS; }

static net *make_mlp(bench_setup s, bool norm)
{
    static const char *const names[MLP_LAYERS] = { "fc1.W", "fc2.W", "fc3.W" };
    net *n = net_new(threads_of(s));
    int32_t *y = wg_alloc(n->c, MLP_BATCH, sizeof *y);
    n->norm = norm, n->drop = norm && !s.check;
    n->x = floats(n, STREAM_X, WG_SHAPE(MLP_BATCH, mlp_width[0]));
    for (uint32_t i = 0; y && i < MLP_BATCH; i++) y[i] = bench_class(STREAM_Y, i, mlp_width[MLP_LAYERS]);
    n->y = wg_view_i32(y, WG_SHAPE(MLP_BATCH));
    for (int l = 0; l < MLP_LAYERS; l++)
        make_weights(n, names[l], STREAM_WEIGHTS + (uint32_t)l, mlp_width[l], mlp_width[l + 1]);
    n->o = wg_adam(n->p, &(wg_adam_opts){ .lr = bench_rates_of(s).adam });
    return n;
}

static void *start_mlp(bench_setup s) { return make_mlp(s, false); }
static void *start_mlp_norm(bench_setup s) { return make_mlp(s, true); }

static wg_node hidden(net *n, wg_node x, const char *fc, const char *bn, int width)
{
    if (!n->norm) return wg_relu(wg_nn_dense(x, n->p, fc, width));
    wg_node h = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, n->p, fc, width, .no_bias = true), n->p, bn));
    return n->drop ? wg_dropout(h, .drop = MLP_DROP) : h;
}

static wg_node mlp_loss(net *n)
{
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_input_borrow(n->g, "x", n->x), y = wg_input_borrow(n->g, "y", n->y);
    wg_node h = hidden(n, x, "fc1", "bn1", mlp_width[1]);
    wg_node k = hidden(n, h, "fc2", "bn2", mlp_width[2]);
    return wg_softmax_cross_entropy(wg_nn_dense(k, n->p, "fc3", mlp_width[3]), y);
}

/* ---- inference ---- */

static void build_inference(net *n)
{
    wg_begin(n->g, WG_EVAL);
    n->in = wg_input(n->g, "x", n->x);
    wg_node h = hidden(n, n->in, "fc1", "bn1", mlp_width[1]);
    wg_node k = hidden(n, h, "fc2", "bn2", mlp_width[2]);
    n->out = wg_nn_dense(k, n->p, "fc3", mlp_width[3]);
}

static void *start_inference(bench_setup s)
{
    net *n = start_mlp(s);
    n->x = floats(n, STREAM_X, WG_SHAPE(1, mlp_width[0]));
    build_inference(n);
    return n;
}

static bool run_inference(void *self, int64_t count, double seconds[])
{
    net *n = self;
    (void)seconds;
    for (int64_t k = 0; k < count; k++) {
        build_inference(n);
        wg_copy_f32(n->out, n->result, (size_t)mlp_width[MLP_LAYERS]);
    }
    return !wg_failed(n->c);
}

static bool run_inference_fixed(void *self, int64_t count, double seconds[])
{
    net *n = self;
    (void)seconds;
    for (int64_t k = 0; k < count; k++) {
        wg_input_set(n->in, n->x);
        wg_copy_f32(n->out, n->result, (size_t)mlp_width[MLP_LAYERS]);
    }
    return !wg_failed(n->c);
}

static double answer_inference(void *self)
{
    return run_inference(self, 1, NULL) ? inference_answer(((net *)self)->result) : NAN;
}

static double answer_inference_fixed(void *self)
{
    return run_inference_fixed(self, 1, NULL) ? inference_answer(((net *)self)->result) : NAN;
}

/* ---- W15 ---- */

static void *start_net64(bench_setup s)
{
    net *n = net_new(threads_of(s));
    int32_t *y = wg_alloc(n->c, NET64_BATCH, sizeof *y);
    n->x = floats(n, STREAM_X, WG_SHAPE(NET64_BATCH, NET64_IN));
    for (uint32_t i = 0; y && i < NET64_BATCH; i++) y[i] = bench_class(STREAM_Y, i, NET64_OUT);
    n->y = wg_view_i32(y, WG_SHAPE(NET64_BATCH));
    make_weights(n, "fc1.W", STREAM_WEIGHTS, NET64_IN, NET64_HIDDEN);
    make_weights(n, "fc2.W", STREAM_WEIGHTS + 1, NET64_HIDDEN, NET64_OUT);
    n->o = wg_adam(n->p, &(wg_adam_opts){ .lr = bench_rates_of(s).adam });
    return n;
}

static wg_node net64_loss(net *n)
{
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_input_borrow(n->g, "x", n->x), y = wg_input_borrow(n->g, "y", n->y);
    wg_node h = wg_relu(wg_nn_dense(x, n->p, "fc1", NET64_HIDDEN));
    return wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "fc2", NET64_OUT), y);
}

/* ---- W6 ---- */

static void *start_deep(bench_setup s)
{
    net *n = net_new(BENCH_THREADS);
    n->x = floats(n, STREAM_X, WG_SHAPE(DEEP_BATCH, DEEP_WIDTH));
    n->y = floats(n, STREAM_Y, WG_SHAPE(DEEP_BATCH, DEEP_WIDTH));
    for (int l = 0; l < DEEP_LAYERS; l++) {
        char name[] = { 'f', 'c', (char)('0' + l), '.', 'W', 0 };
        make_weights(n, name, STREAM_WEIGHTS + (uint32_t)l, DEEP_WIDTH, DEEP_WIDTH);
    }
    n->o = wg_sgd(n->p, &(wg_sgd_opts){ .lr = bench_rates_of(s).sgd });
    return n;
}

static wg_node deep_loss(net *n)
{
    wg_begin(n->g, WG_TRAIN);
    wg_node h = wg_input_borrow(n->g, "x", n->x), y = wg_input_borrow(n->g, "y", n->y);
    for (int l = 0; l < DEEP_LAYERS; l++) {
        char name[] = { 'f', 'c', (char)('0' + l), 0 };
        h = wg_nn_dense(l ? wg_relu(h) : h, n->p, name, DEEP_WIDTH);
    }
    return wg_mse(h, y);
}

/* ---- running ---- */

static bool steps(net *n, int64_t count, wg_node (*loss)(net *))
{
    for (int64_t k = 0; k < count; k++) {
        wg_node L = loss(n);
        wg_backward(L, n->p);
        wg_optim_step(n->o);
        n->loss = wg_item(L);
    }
    return !wg_failed(n->c);
}

static bool run_mlp(void *self, int64_t n, double seconds[])
{
    return (void)seconds, steps(self, n, mlp_loss);
}
static bool run_net64(void *self, int64_t n, double seconds[])
{
    return (void)seconds, steps(self, n, net64_loss);
}
static bool run_deep(void *self, int64_t n, double seconds[])
{
    return (void)seconds, steps(self, n, deep_loss);
}

static double answer_mlp(void *self)
{
    steps(self, BENCH_CHECK_STEPS, mlp_loss);
    return ((net *)self)->loss;
}

static double answer_net64(void *self)
{
    steps(self, BENCH_CHECK_STEPS, net64_loss);
    return ((net *)self)->loss;
}

static double answer_deep(void *self)
{
    steps(self, BENCH_CHECK_STEPS, deep_loss);
    return ((net *)self)->loss;
}

/* ---- memory ---- */

/* Backward needs the input of each layer, and the output for the loss. */
bool wengert_deep_bytes(double *plan, double *least)
{
    net *n = start_deep((bench_setup){ .check = false });
    const double layer = (DEEP_WIDTH + 1.0) * DEEP_WIDTH * sizeof(float),
                 values = (double)DEEP_BATCH * DEEP_WIDTH * sizeof(float);
    wg_plan *p = wg_plan_look(deep_loss(n), &(wg_plan_opts){ .params = n->p, .seconds = 1e-3 });
    *least = 2 * DEEP_LAYERS * layer + (DEEP_LAYERS + 1) * values + values; /* and the targets of the loss */
    if (p) *plan = (double)(p->inputs + p->parameters + p->gradients + p->workspace + p->results + p->tiles);
    bool fine = p != NULL;
    stop(n);
    return fine;
}

const bench_side wengert_mlp = { start_mlp, run_mlp, answer_mlp, stop, NULL };
const bench_side wengert_mlp_norm = { start_mlp_norm, run_mlp, answer_mlp, stop, NULL };
const bench_side wengert_inference = { start_inference, run_inference, answer_inference, stop, NULL };
const bench_side wengert_inference_fixed = { start_inference, run_inference_fixed, answer_inference_fixed,
                                             stop, NULL };
const bench_side wengert_net64 = { start_net64, run_net64, answer_net64, stop, NULL };
const bench_side wengert_deep = { start_deep, run_deep, answer_deep, stop, NULL };
