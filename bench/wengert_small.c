/* wengert_small.c: the side of Wengert of W3, W3s, W4 and W8, with the public headers alone. In these works
 * the cost of a node matters most. */
#include "wengert_training.h"

enum { IN = 2, HIDDEN = 4, BATCH = 32 };

typedef struct small {
    training t;
    wg_node fixed; /* the loss of W3s */
    uint32_t seed;
} small;

/* ---- W3, W3s ---- */

static wg_node small_loss(void *self)
{
    small *s = self;
    wg_begin(s->t.g, WG_TRAIN);
    wg_node x = wg_input(s->t.g, "x", s->t.x), y = wg_input(s->t.g, "y", s->t.y);
    if (s->t.setup.way == SMALL_LAYERS) {
        wg_node k = wg_tanh(wg_nn_dense(x, s->t.p, "fc1", HIDDEN));
        return wg_bce_with_logits(wg_nn_dense(k, s->t.p, "fc2", 1), y);
    }
    wg_node W1 = wg_param(s->t.g, s->t.p, "W1", WG_SHAPE(IN, HIDDEN), wg_zeros()),
            b1 = wg_param(s->t.g, s->t.p, "b1", WG_SHAPE(HIDDEN), wg_zeros());
    wg_node W2 = wg_param(s->t.g, s->t.p, "W2", WG_SHAPE(HIDDEN, 1), wg_zeros()),
            b2 = wg_param(s->t.g, s->t.p, "b2", WG_SHAPE(1), wg_zeros());
    wg_node h = wg_tanh(wg_dense(x, W1, b1));
    return wg_bce_with_logits(wg_dense(h, W2, b2), y);
}

static wg_node fixed_loss(void *self) { return ((small *)self)->fixed; }

static small *make_small(bench_setup setup, wg_node (*loss_of)(void *self))
{
    small *s = training_new(sizeof *s, setup, 1, WG_F32, loss_of);
    const bool layers = setup.way == SMALL_LAYERS;
    float *y = wg_alloc(s->t.c, (size_t)setup.size, sizeof *y);
    for (int i = 0; y && i < setup.size; i++) y[i] = (float)bench_class(STREAM_Y, (uint32_t)i, 2);
    s->t.y = wg_view_f32(y, WG_SHAPE(setup.size, 1));
    s->t.x = training_values(&s->t, STREAM_X, 1, 0, WG_SHAPE(setup.size, IN));
    training_make(&s->t, layers ? "fc1.W" : "W1", STREAM_WEIGHTS, 1, WG_SHAPE(IN, HIDDEN));
    training_make(&s->t, layers ? "fc2.W" : "W2", STREAM_WEIGHTS + 1, 1, WG_SHAPE(HIDDEN, 1));
    s->t.o = wg_sgd(s->t.p, .lr = setup.check ? 0.1 : 1e-9);
    s->fixed = small_loss(s);
    return s;
}
static void *start_small(bench_setup setup) { return make_small(setup, small_loss); }
static void *start_small_fixed(bench_setup setup) { return make_small(setup, fixed_loss); }

/* ---- W4 ---- */

static void *start_tape(bench_setup setup)
{
    small *s = training_new(sizeof *s, setup, 1, WG_F32, NULL);
    wg_params_make(s->t.p, "x0", wg_view_f32(&(float){ 1 }, WG_SCALAR), false);
    return s;
}

static wg_node tape_build(small *s)
{
    bench_chain c = bench_chain_of(s->t.setup.size, ++s->seed);
    int i = 0;
    wg_begin(s->t.g, WG_TRAIN);
    wg_node x = wg_param(s->t.g, s->t.p, "x0", WG_SCALAR, wg_const(1));
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
        s->t.loss = wg_item(x);
        double t2 = bench_now();
        wg_backward(x, s->t.p);
        double t3 = bench_now();
        seconds[0] += t2 - t0, seconds[1] += t3 - t2, seconds[2] += t1 - t0, seconds[3] += t2 - t1;
    }
    return !wg_failed(s->t.c);
}

static double answer_tape(void *self)
{
    const small *s = self;
    double g = NAN;
    wg_params_get_grad(s->t.p, &g);
    return s->t.loss + g;
}

/* ---- W8 ---- */

static void *start_gradcheck(bench_setup setup)
{
    small *s = training_new(sizeof *s, setup, BENCH_THREADS, WG_F64, NULL);
    s->t.y = training_classes(&s->t, CHECK_BATCH, CHECK_OUT);
    s->t.x = training_values(&s->t, STREAM_X, 1, 0, WG_SHAPE(CHECK_BATCH, CHECK_IN));
    training_weights(&s->t, "W1", STREAM_WEIGHTS, CHECK_IN, CHECK_HIDDEN);
    training_weights(&s->t, "W2", STREAM_WEIGHTS + 1, CHECK_HIDDEN, CHECK_OUT);
    return s;
}

static wg_check *gradcheck(small *s)
{
    wg_begin(s->t.g, WG_TRAIN);
    wg_node x = wg_input_borrow(s->t.g, "x", s->t.x), y = wg_input_borrow(s->t.g, "y", s->t.y);
    wg_node W1 = wg_param(s->t.g, s->t.p, "W1", WG_SHAPE(CHECK_IN, CHECK_HIDDEN), wg_zeros());
    wg_node b1 = wg_param(s->t.g, s->t.p, "b1", WG_SHAPE(CHECK_HIDDEN), wg_zeros());
    wg_node W2 = wg_param(s->t.g, s->t.p, "W2", WG_SHAPE(CHECK_HIDDEN, CHECK_OUT), wg_zeros());
    wg_node b2 = wg_param(s->t.g, s->t.p, "b2", WG_SHAPE(CHECK_OUT), wg_zeros());
    wg_node loss = wg_softmax_cross_entropy(wg_dense(wg_relu(wg_dense(x, W1, b1)), W2, b2), y);
    return wg_gradcheck_nodes(loss, ((wg_node[]){ W1, b1, W2, b2, x }), 5, .eps = 1e-7, .course_only = true);
}

static bool gradcheck_step(void *self)
{
    small *s = self;
    wg_check_free(gradcheck(s));
    return !wg_failed(s->t.c);
}

/* The norm of the numeric gradient. -1 if the check fails or components are missing. */
static double answer_gradcheck(void *self)
{
    wg_check *r = gradcheck(self);
    double sum = 0;
    int64_t count = 0;
    for (int k = 0; k < wg_check_facts_of(r)->inputs; k++) {
        wg_check_input in = wg_check_input_at(r, k);
        for (int64_t i = 0; i < wg_shape_size(in.shape); i++, count++) sum += in.numeric[i] * in.numeric[i];
    }
    sum = wg_check_exit(r) == 0 && count == 2410 + CHECK_BATCH * CHECK_IN ? sqrt(sum) : -1;
    wg_check_free(r);
    return sum;
}

const bench_side wengert_small = TRAINING(start_small);
const bench_side wengert_small_fixed = TRAINING(start_small_fixed);
const bench_side wengert_tape = { start_tape, NULL, training_stop, 1, answer_tape, .run = run_tape };
const bench_side wengert_gradcheck = { start_gradcheck, gradcheck_step, training_stop, 0,
                                       .answer = answer_gradcheck };
