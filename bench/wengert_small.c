/* wengert_small.c: the side of Wengert of W3, W3s, W4 and W8, with the public headers alone. In these works
 * the cost of a node matters most. */
#include <stdlib.h>

#include <wengert/wengert.h>

#include "bench.h"

enum { IN = 2, HIDDEN = 4, BATCH = 32 };

typedef struct small {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    wg_tensor x, y;
    wg_node fixed; /* the loss of W3s */
    double loss;   /* the loss of the last step */
    int size, way;
    uint32_t seed;
} small;

static small *small_new(int size, int threads, wg_dtype t)
{
    small *s = calloc(1, sizeof *s);
    s->size = size;
    s->c = wg_start(&(wg_options){ .threads = threads, .dtype = t });
    s->g = wg_graph_new(s->c);
    s->p = wg_params_new(s->c);
    return s;
}

static void stop(void *self)
{
    small *s = self;
    wg_finish(s->c, stderr);
    free(s);
}

/* The values are multiplied in double, then stored as f32 or f64. */
static wg_tensor values(small *s, uint32_t stream, double scale, wg_shape shape)
{
    wg_dtype t = wg_context_dtype(s->c);
    int64_t n = wg_shape_size(shape);
    void *v = wg_alloc(s->c, (size_t)n, wg_dtype_size(t));
    for (int64_t i = 0; v && i < n; i++) {
        double value = scale * (double)bench_value(stream, (uint32_t)i);
        if (t == WG_F64) ((double *)v)[i] = value;
        else ((float *)v)[i] = (float)value;
    }
    return wg_view(t, v, shape);
}

/* ---- W3, W3s ---- */

static wg_node small_loss(small *s)
{
    wg_begin(s->g, WG_TRAIN);
    wg_node x = wg_input(s->g, "x", s->x), y = wg_input(s->g, "y", s->y);
    if (s->way == SMALL_LAYERS) {
        wg_node k = wg_tanh(wg_nn_dense(x, s->p, "fc1", HIDDEN));
        return wg_bce_with_logits(wg_nn_dense(k, s->p, "fc2", 1), y);
    }
    wg_node W1 = wg_param(s->g, s->p, "W1", WG_SHAPE(IN, HIDDEN), wg_zeros()),
            b1 = wg_param(s->g, s->p, "b1", WG_SHAPE(HIDDEN), wg_zeros());
    wg_node W2 = wg_param(s->g, s->p, "W2", WG_SHAPE(HIDDEN, 1), wg_zeros()),
            b2 = wg_param(s->g, s->p, "b2", WG_SHAPE(1), wg_zeros());
    wg_node h = wg_tanh(wg_dense(x, W1, b1));
    return wg_bce_with_logits(wg_dense(h, W2, b2), y);
}

static void *start_small(bench_setup setup)
{
    small *s = small_new(setup.size, 1, WG_F32);
    const bool layers = setup.way == SMALL_LAYERS;
    float *y = wg_alloc(s->c, (size_t)s->size, sizeof *y);
    s->way = setup.way;
    for (int i = 0; y && i < s->size; i++) y[i] = (float)bench_class(STREAM_Y, (uint32_t)i, 2);
    s->y = wg_view_f32(y, WG_SHAPE(s->size, 1));
    s->x = values(s, STREAM_X, 1, WG_SHAPE(s->size, IN));
    wg_tensor W1 = values(s, STREAM_WEIGHTS, 1, WG_SHAPE(IN, HIDDEN));
    wg_tensor W2 = values(s, STREAM_WEIGHTS + 1, 1, WG_SHAPE(HIDDEN, 1));
    wg_params_make(s->p, layers ? "fc1.W" : "W1", W1, false);
    wg_params_make(s->p, layers ? "fc2.W" : "W2", W2, false);
    s->o = wg_sgd(s->p, &(wg_sgd_opts){ .lr = setup.check ? 0.1 : 1e-9 });
    s->fixed = small_loss(s);
    return s;
}

static bool run_small(void *self, int64_t n, double seconds[])
{
    small *s = self;
    (void)seconds;
    for (int64_t k = 0; k < n; k++) {
        wg_node loss = small_loss(s);
        wg_backward(loss, s->p);
        wg_optim_step(s->o);
        s->loss = wg_item(loss);
    }
    return !wg_failed(s->c);
}

static bool run_small_fixed(void *self, int64_t n, double seconds[])
{
    small *s = self;
    (void)seconds;
    for (int64_t k = 0; k < n; k++) {
        wg_backward(s->fixed, s->p);
        wg_optim_step(s->o);
        s->loss = wg_item(s->fixed);
    }
    return !wg_failed(s->c);
}

static double answer_small(void *self)
{
    run_small(self, BENCH_CHECK_STEPS, NULL);
    return ((small *)self)->loss;
}

static double answer_small_fixed(void *self)
{
    run_small_fixed(self, BENCH_CHECK_STEPS, NULL);
    return ((small *)self)->loss;
}

/* ---- W4 ---- */

static void *start_tape(bench_setup setup)
{
    small *s = small_new(setup.size, 1, WG_F32);
    wg_params_make(s->p, "x0", wg_view_f32(&(float){ 1 }, WG_SCALAR), false);
    return s;
}

static wg_node tape_build(small *s)
{
    bench_chain c = bench_chain_of(s->size, ++s->seed);
    int i = 0;
    wg_begin(s->g, WG_TRAIN);
    wg_node x = wg_param(s->g, s->p, "x0", WG_SCALAR, wg_const(1));
    for (int k = 0; k <= CHAIN_TURNS; k++)
        for (; i < c.turn[k]; i++) x = (i + k) % 2 ? wg_add(x, CHAIN_TERM) : wg_mul(x, CHAIN_FACTOR);
    return x;
}

static bool run_tape(void *self, int64_t n, double seconds[])
{
    small *s = self;
    for (int64_t k = 0; k < n; k++) {
        double t0 = bench_now();
        wg_node x = tape_build(s);
        double t1 = bench_now();
        s->loss = wg_item(x);
        double t2 = bench_now();
        wg_backward(x, s->p);
        double t3 = bench_now();
        seconds[0] += t2 - t0, seconds[1] += t3 - t2, seconds[2] += t1 - t0, seconds[3] += t2 - t1;
    }
    return !wg_failed(s->c);
}

static double answer_tape(void *self)
{
    small *s = self;
    double g = NAN;
    double seconds[BENCH_PARTS] = { 0 };
    run_tape(s, 1, seconds);
    wg_params_get_grad(s->p, &g);
    return s->loss + g;
}

/* ---- W8 ---- */

static void *start_gradcheck(bench_setup setup)
{
    small *s = small_new(CHECK_BATCH, BENCH_THREADS, WG_F64);
    int32_t *y = wg_alloc(s->c, CHECK_BATCH, sizeof *y);
    (void)setup;
    for (uint32_t i = 0; y && i < CHECK_BATCH; i++) y[i] = bench_class(STREAM_Y, i, CHECK_OUT);
    s->y = wg_view_i32(y, WG_SHAPE(CHECK_BATCH));
    s->x = values(s, STREAM_X, 1, WG_SHAPE(CHECK_BATCH, CHECK_IN));
    wg_params_make(s->p, "W1",
                   values(s, STREAM_WEIGHTS, bench_weight_scale(CHECK_IN), WG_SHAPE(CHECK_IN, CHECK_HIDDEN)),
                   false);
    wg_params_make(
        s->p, "W2",
        values(s, STREAM_WEIGHTS + 1, bench_weight_scale(CHECK_HIDDEN), WG_SHAPE(CHECK_HIDDEN, CHECK_OUT)),
        false);
    return s;
}

static wg_check *gradcheck(small *s)
{
    wg_begin(s->g, WG_TRAIN);
    wg_node x = wg_input_borrow(s->g, "x", s->x), y = wg_input_borrow(s->g, "y", s->y);
    wg_node W1 = wg_param(s->g, s->p, "W1", WG_SHAPE(CHECK_IN, CHECK_HIDDEN), wg_zeros());
    wg_node b1 = wg_param(s->g, s->p, "b1", WG_SHAPE(CHECK_HIDDEN), wg_zeros());
    wg_node W2 = wg_param(s->g, s->p, "W2", WG_SHAPE(CHECK_HIDDEN, CHECK_OUT), wg_zeros());
    wg_node b2 = wg_param(s->g, s->p, "b2", WG_SHAPE(CHECK_OUT), wg_zeros());
    wg_node loss = wg_softmax_cross_entropy(wg_dense(wg_relu(wg_dense(x, W1, b1)), W2, b2), y);
    return wg_gradcheck_nodes(loss, ((wg_node[]){ W1, b1, W2, b2, x }), 5,
                              &(wg_gradcheck_opts){ .eps = 1e-7, .course_only = true });
}

static bool run_gradcheck(void *self, int64_t n, double seconds[])
{
    small *s = self;
    (void)seconds;
    for (int64_t k = 0; k < n; k++) wg_check_free(gradcheck(s));
    return !wg_failed(s->c);
}

/* The norm of the numeric gradient. -1 if the check fails or components are missing. */
static double answer_gradcheck(void *self)
{
    wg_check *r = gradcheck(self);
    double sum = 0;
    int64_t count = 0;
    for (int k = 0; k < wg_check_inputs(r); k++) {
        wg_check_input in = wg_check_input_at(r, k);
        for (int64_t i = 0; i < wg_shape_size(in.shape); i++, count++) sum += in.numeric[i] * in.numeric[i];
    }
    sum = wg_check_exit(r) == 0 && count == 2410 + CHECK_BATCH * CHECK_IN ? sqrt(sum) : -1;
    wg_check_free(r);
    return sum;
}

const bench_side wengert_small = { start_small, run_small, answer_small, stop, NULL };
const bench_side wengert_small_fixed = { start_small, run_small_fixed, answer_small_fixed, stop, NULL };
const bench_side wengert_tape = { start_tape, run_tape, answer_tape, stop, NULL };
const bench_side wengert_gradcheck = { start_gradcheck, run_gradcheck, answer_gradcheck, stop, NULL };
