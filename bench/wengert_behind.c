/* wengert_behind.c: the side of Wengert of the programs of behind.h, with the public headers alone. The graph
 * is built again at every step. */
#include "behind.h"
#include "wengert_training.h"

enum { MOST_GRAPHS = 1000 };

typedef struct program {
    training t;
    wg_tensor ids[EMBEDDING_BATCHES];
    wg_tensor lengths;
    wg_tensor value;
    wg_graph *each[MOST_GRAPHS];
    uint32_t steps;
} program;

static double weighted(const wg_tensor *v)
{
    double s = 0;
    const int64_t n = wg_shape_size(v->shape);
    for (int64_t i = 0; i < n; i++) s += wg_tensor_item(v, i) * (double)(i % 7 - 2);
    return s / (double)n;
}

/* ---- an embedding ---- */

static wg_node embedding_loss(void *self)
{
    program *n = self;
    training *t = &n->t;
    wg_begin(t->g, WG_TRAIN);
    wg_node table = wg_param(t->g, t->p, "E", WG_SHAPE(EMBEDDING_ROWS, EMBEDDING_WIDTH), wg_zeros());
    wg_node ids = wg_input_borrow(t->g, "ids", n->ids[n->steps++ % EMBEDDING_BATCHES]);
    wg_node d = wg_sub(wg_gather(table, ids), wg_input_borrow(t->g, "target", t->x));
    return wg_div(wg_sum(wg_square(d)), EMBEDDING_IDS);
}

static void *start_embedding(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, embedding_loss);
    training_make(&n->t, "E", STREAM_WEIGHTS, 1, WG_SHAPE(EMBEDDING_ROWS, EMBEDDING_WIDTH));
    n->t.x = training_values(&n->t, STREAM_X, 1, 0, WG_SHAPE(EMBEDDING_IDS, EMBEDDING_WIDTH));
    for (int b = 0; b < EMBEDDING_BATCHES; b++) {
        int32_t *id = wg_alloc(n->t.c, EMBEDDING_IDS, sizeof *id);
        for (int i = 0; id && i < EMBEDDING_IDS; i++) id[i] = embedding_id(b, i);
        n->ids[b] = wg_view_i32(id, WG_SHAPE(EMBEDDING_IDS));
    }
    n->t.o = wg_sgd(n->t.p, .lr = embedding_rate(s));
    wg_optim_group(n->t.o, "E", .lazy = true);
    return n;
}

/* ---- the step of an optimizer ---- */

static void *start_step(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, NULL);
    training_make(&n->t, "w", STREAM_WEIGHTS, 1, WG_SHAPE(STEP_NUMBERS));
    const double lr = bench_rates_of(s).sgd;
    n->t.o = s.size == STEP_SGD ? wg_sgd(n->t.p, .lr = lr)
                                : wg_momentum(n->t.p, .lr = lr, .beta = STEP_BETA, .classical = true);
    return n;
}

static bool run_step(void *self, int64_t count, double seconds[])
{
    training *t = self;
    for (int64_t k = 0; k < count; k++) {
        wg_begin(t->g, WG_TRAIN);
        wg_node w = wg_param(t->g, t->p, "w", WG_SHAPE(STEP_NUMBERS), wg_zeros());
        wg_backward(wg_sum(wg_mul(w, 0.5)), t->p);
        const double from = bench_now();
        wg_optim_step(t->o);
        seconds[0] += bench_now() - from;
    }
    return !wg_failed(t->c);
}

static double answer_step(void *self)
{
    const wg_tensor w = wg_params_tensor(((training *)self)->p, 0);
    return weighted(&w);
}

/* ---- values: a residual block, a softmax ---- */

static bool value_step(void *self)
{
    program *n = self;
    n->value = wg_value(n->t.loss_of(self));
    return !wg_failed(n->t.c);
}

static double answer_value(void *self) { return weighted(&((program *)self)->value); }

static wg_node half_block(training *t, wg_node x, const char *W, const char *gamma, const char *beta)
{
    const wg_shape one = WG_SHAPE(BLOCK_CHANNELS), square = WG_SHAPE(3, 3, BLOCK_CHANNELS, BLOCK_CHANNELS);
    wg_node y = wg_conv(x, wg_param(t->g, t->p, W, square, wg_zeros()), .same = true);
    return wg_batch_norm(y, wg_param(t->g, t->p, gamma, one, wg_const(1)),
                         wg_param(t->g, t->p, beta, one, wg_zeros()), .eps = NORM_EPS);
}

static wg_node block_value(void *self)
{
    training *t = self;
    wg_begin(t->g, WG_TRAIN);
    wg_node x = wg_input_borrow(t->g, "x", t->x);
    wg_node h = wg_relu(half_block(t, x, "W1", "gamma1", "beta1"));
    return wg_relu(wg_add(half_block(t, h, "W2", "gamma2", "beta2"), x));
}

static void *start_block(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, block_value);
    const double scale = bench_weight_scale(9 * BLOCK_CHANNELS);
    n->t.x =
        training_values(&n->t, STREAM_X, 1, 0, WG_SHAPE(BLOCK_BATCH, BLOCK_SIDE, BLOCK_SIDE, BLOCK_CHANNELS));
    training_make(&n->t, "W1", STREAM_WEIGHTS, scale, WG_SHAPE(3, 3, BLOCK_CHANNELS, BLOCK_CHANNELS));
    training_make(&n->t, "W2", STREAM_WEIGHTS + 1, scale, WG_SHAPE(3, 3, BLOCK_CHANNELS, BLOCK_CHANNELS));
    return n;
}

static wg_node softmax_value(void *self)
{
    training *t = self;
    wg_begin(t->g, WG_EVAL);
    return wg_softmax(wg_input_borrow(t->g, "x", t->x));
}

static void *start_softmax(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, softmax_value);
    n->t.x = training_values(&n->t, STREAM_X, 4, 0, WG_SHAPE(SOFTMAX_ROWS, SOFTMAX_WIDTH));
    return n;
}

static double answer_softmax(void *self) { return SOFTMAX_WIDTH * answer_value(self); }

/* ---- sequences of many lengths ---- */

static wg_node sequences_loss(void *self)
{
    program *n = self;
    training *t = &n->t;
    wg_begin(t->g, WG_TRAIN);
    wg_node x = wg_input_borrow(t->g, "x", t->x), lengths = wg_input_borrow(t->g, "lengths", n->lengths);
    wg_nn_states s = wg_nn_lstm(x, t->p, "lstm", SEQUENCES_WIDTH, .lengths = lengths, .bidirectional = true);
    return wg_mean(wg_square(s.y));
}

static void *start_sequences(bench_setup s)
{
    static const char *const names[] = { "lstm.W", "lstm.U", "lstm.reverse.W", "lstm.reverse.U" };
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, sequences_loss);
    n->t.x =
        training_values(&n->t, STREAM_X, 1, 0, WG_SHAPE(SEQUENCES_BATCH, SEQUENCES_TIME, SEQUENCES_WIDTH));
    int32_t *lengths = wg_alloc(n->t.c, SEQUENCES_BATCH, sizeof *lengths);
    for (uint32_t i = 0; lengths && i < SEQUENCES_BATCH; i++)
        lengths[i] = SEQUENCES_LEAST + bench_class(STREAM_Y, i, SEQUENCES_TIME - SEQUENCES_LEAST + 1);
    n->lengths = wg_view_i32(lengths, WG_SHAPE(SEQUENCES_BATCH));
    for (uint32_t k = 0; k < 4; k++)
        training_make(&n->t, names[k], STREAM_WEIGHTS + k, sequences_scale(),
                      WG_SHAPE(SEQUENCES_WIDTH, 4 * SEQUENCES_WIDTH));
    n->t.o = wg_sgd(n->t.p, .lr = bench_rates_of(s).sgd);
    return n;
}

/* ---- trainings in f64 ---- */

static wg_node mlp_loss(void *self)
{
    training *t = self;
    wg_begin(t->g, WG_TRAIN);
    wg_node x = wg_input_borrow(t->g, "x", t->x), y = wg_input_borrow(t->g, "y", t->y);
    wg_node h = wg_relu(wg_nn_dense(x, t->p, "fc1", mlp_width[1]));
    wg_node k = wg_relu(wg_nn_dense(h, t->p, "fc2", mlp_width[2]));
    return wg_softmax_cross_entropy(wg_nn_dense(k, t->p, "fc3", mlp_width[3]), y);
}

static void *start_mlp(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F64, mlp_loss);
    training_mlp(&n->t);
    return n;
}

static wg_node gaussian_loss(void *self)
{
    training *t = self;
    wg_begin(t->g, WG_TRAIN);
    wg_node x = wg_input_borrow(t->g, "x", t->x), y = wg_input_borrow(t->g, "y", t->y);
    wg_node theta = wg_param(t->g, t->p, "theta", WG_SHAPE(3), wg_zeros());
    wg_node l = wg_exp(wg_select(theta, .axis = 0, .index = 0)),
            s = wg_exp(wg_select(theta, .axis = 0, .index = 1)),
            e = wg_exp(wg_select(theta, .axis = 0, .index = 2));
    wg_node d = wg_div(wg_sub(wg_expand_dims(x, .axis = 1), wg_expand_dims(x, .axis = 0)), l);
    wg_node smooth = wg_mul(wg_square(s), wg_exp(wg_mul(-0.5, wg_square(d))));
    wg_node same = wg_equal(wg_index_along(d, .axis = 0), wg_index_along(d, .axis = 1));
    wg_node L = wg_cholesky(wg_add(smooth, wg_where(same, wg_square(e), 0)));
    wg_node z = wg_triangular_solve(L, y);
    return wg_add(wg_mul(0.5, wg_dot(z, z)), wg_sum(wg_log(wg_diagonal(L))));
}

static void *start_gaussian(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F64, gaussian_loss);
    n->t.x = training_values(&n->t, STREAM_X, 10, 0, WG_SHAPE(GAUSSIAN_POINTS));
    n->t.y = training_values(&n->t, STREAM_Y, 1, 0, WG_SHAPE(GAUSSIAN_POINTS));
    training_make(&n->t, "theta", STREAM_WEIGHTS, 0.5, WG_SHAPE(3));
    return n;
}

static double answer_gaussian(void *self)
{
    const training *t = self;
    const wg_tensor g = wg_params_grad(t->p, 0);
    return t->loss + 7 * weighted(&g);
}

static wg_node logistic_loss(void *self)
{
    training *t = self;
    wg_begin(t->g, WG_TRAIN);
    wg_node x = wg_input_borrow(t->g, "x", t->x), y = wg_input_borrow(t->g, "y", t->y);
    wg_node w = wg_param(t->g, t->p, "w", WG_SHAPE(LOGISTIC_INPUTS), wg_zeros());
    wg_node b = wg_param(t->g, t->p, "b", WG_SCALAR, wg_zeros());
    return wg_bce_with_logits(wg_add(wg_matmul(x, w), b), y);
}

static void *start_logistic(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F64, logistic_loss);
    n->t.x = training_values(&n->t, STREAM_X, 1, 0, WG_SHAPE(LOGISTIC_ROWS, LOGISTIC_INPUTS));
    double *y = wg_alloc(n->t.c, LOGISTIC_ROWS, sizeof *y);
    for (uint32_t i = 0; y && i < LOGISTIC_ROWS; i++) y[i] = bench_class(STREAM_Y, i, 2);
    n->t.y = wg_view_f64(y, WG_SHAPE(LOGISTIC_ROWS));
    training_make(&n->t, "w", STREAM_WEIGHTS, 1, WG_SHAPE(LOGISTIC_INPUTS));
    n->t.o = wg_sgd(n->t.p, .lr = bench_rates_of(s).sgd);
    return n;
}

static wg_node bodies_loss(void *self)
{
    training *t = self;
    wg_begin(t->g, WG_TRAIN);
    wg_node x = wg_param(t->g, t->p, "x", WG_SHAPE(3, BODIES), wg_zeros());
    wg_node d = wg_sub(wg_expand_dims(x, .axis = 2), wg_expand_dims(x, .axis = 1));
    wg_node far = wg_add(wg_sum(wg_square(d), .axis = 0), BODIES_SOFT * BODIES_SOFT);
    return wg_sum(wg_div(1, wg_sqrt(far)));
}

static void *start_bodies(bench_setup s)
{
    program *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F64, bodies_loss);
    training_make(&n->t, "x", STREAM_X, 1, WG_SHAPE(3, BODIES));
    return n;
}

/* ---- many graphs, and structures that no plan has seen ---- */

static void *start_graphs(bench_setup s)
{
    program *n = training_new(sizeof *n, s, 1, WG_F32, NULL);
    n->each[0] = n->t.g;
    for (int i = 1; i < s.size; i++) n->each[i] = wg_graph_new(n->t.c);
    n->t.x = training_values(&n->t, STREAM_X, 1, 0, WG_SHAPE(1, 2));
    training_make(&n->t, "W", STREAM_WEIGHTS, 1, WG_SHAPE(2, 4));
    return n;
}

static bool graphs_step(void *self)
{
    program *n = self;
    wg_graph *g = n->each[n->steps++ % (uint32_t)n->t.setup.size];
    wg_begin(g, WG_TRAIN);
    wg_node W = wg_param(g, n->t.p, "W", WG_SHAPE(2, 4), wg_zeros());
    wg_node loss = wg_sum(wg_tanh(wg_matmul(wg_input_borrow(g, "x", n->t.x), W)));
    wg_backward(loss, n->t.p);
    n->t.loss = wg_item(loss);
    return !wg_failed(n->t.c);
}

static wg_node fresh_loss(void *self)
{
    static const char *const name[FRESH_MATRICES] = { "A", "B", "C", "D" };
    program *n = self;
    training *t = &n->t;
    wg_begin(t->g, WG_TRAIN);
    wg_node h = wg_input_borrow(t->g, "x", t->x);
    n->steps++;
    for (uint32_t i = 0; i < (uint32_t)t->setup.size; i++) {
        const int k = bench_class(STREAM_Y + n->steps, i, 2 * FRESH_MATRICES);
        h = k < FRESH_MATRICES
                ? wg_matmul(h, wg_param(t->g, t->p, name[k], WG_SHAPE(FRESH_WIDTH, FRESH_WIDTH), wg_zeros()))
                : wg_tanh(h);
    }
    return wg_sum(h);
}

static void *start_fresh(bench_setup s)
{
    static const char *const name[FRESH_MATRICES] = { "A", "B", "C", "D" };
    program *n = training_in(sizeof *n, s,
                             &WG_OPTS(wg_start_opts, .threads = 1, .interpret = s.way == FRESH_INTERPRETED),
                             fresh_loss);
    n->t.x = training_values(&n->t, STREAM_X, 1, 0, WG_SHAPE(FRESH_WIDTH, FRESH_WIDTH));
    for (uint32_t k = 0; k < FRESH_MATRICES; k++)
        training_weights(&n->t, name[k], STREAM_WEIGHTS + k, FRESH_WIDTH, FRESH_WIDTH);
    return n;
}

#define LOSS(start, ...)                                                                \
    {                                                                                   \
        start, NULL, training_stop, BENCH_CHECK_STEPS, .run = training_run, __VA_ARGS__ \
    }

const bench_side wengert_embedding = LOSS(start_embedding, .answer = training_loss);
const bench_side wengert_step = {
    start_step, NULL, training_stop, BENCH_CHECK_STEPS, .answer = answer_step, .run = run_step
};
const bench_side wengert_block = { start_block, value_step, training_stop, 1, .answer = answer_value };
const bench_side wengert_long_softmax = { start_softmax, value_step, training_stop, 1,
                                          .answer = answer_softmax };
const bench_side wengert_mlp64 = LOSS(start_mlp, .answer = training_loss);
const bench_side wengert_gaussian = LOSS(start_gaussian, .answer = answer_gaussian);
const bench_side wengert_logistic = TRAINING(start_logistic);
const bench_side wengert_bodies = TRAINING(start_bodies);
const bench_side wengert_sequences = LOSS(start_sequences, .answer = training_loss);
const bench_side wengert_graphs_kept = { start_graphs, graphs_step, training_stop, BENCH_CHECK_STEPS,
                                         .answer = training_loss };
const bench_side wengert_fresh = LOSS(start_fresh, .answer = training_loss);
