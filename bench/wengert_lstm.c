/* wengert_lstm.c: the side of Wengert of W10 and W11, with the public headers alone. The graph is built anew
 * for each sequence, one time step after the other, or by the layer. */
#include <stdlib.h>

#include <wengert/wengert.h>

#include "lstm.h"

typedef struct lstm {
    bench_setup setup;
    float *array[LSTM_WO + 1];
    int32_t *chars, *next; /* [longest, batch] */
    int32_t *rows;         /* of the layer: characters [batch, length], and those that follow */
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    uint32_t seed;
    double loss; /* of the last sequence */
} lstm;

static float *weights(int array, int n)
{
    float *v = calloc((size_t)n, sizeof *v);
    for (int i = 0; i < n; i++) v[i] = lstm_weight(array, i);
    return v;
}

static void open_context(lstm *s)
{
    s->c = wg_start(&(wg_options){ .threads = BENCH_THREADS });
    s->g = wg_graph_new(s->c);
    s->p = wg_params_new(s->c);
    const bool layer = s->setup.way == LSTM_LAYER;
    const wg_tensor Wx = wg_view_f32(s->array[LSTM_WX], WG_SHAPE(LSTM_CHARS, LSTM_GATES)),
                    Wh = wg_view_f32(s->array[LSTM_WH], WG_SHAPE(LSTM_HIDDEN, LSTM_GATES));
    wg_params_make(s->p, layer ? "lstm.W" : "Wx", Wx, false);
    wg_params_make(s->p, layer ? "lstm.U" : "Wh", Wh, false);
    wg_params_make(s->p, "out.W", wg_view_f32(s->array[LSTM_WO], WG_SHAPE(LSTM_HIDDEN, LSTM_CHARS)), false);
    s->o = wg_sgd(s->p, &(wg_sgd_opts){ .lr = bench_rates_of(s->setup).sgd });
}

static void *start(bench_setup setup)
{
    lstm *s = calloc(1, sizeof *s);
    const int batch = setup.size;
    s->setup = setup;
    s->array[LSTM_WX] = weights(LSTM_WX, LSTM_CHARS * LSTM_GATES);
    s->array[LSTM_WH] = weights(LSTM_WH, LSTM_HIDDEN * LSTM_GATES);
    s->array[LSTM_WO] = weights(LSTM_WO, LSTM_HIDDEN * LSTM_CHARS);
    s->chars = calloc((size_t)(LSTM_LONGEST * batch), sizeof *s->chars);
    s->next = calloc((size_t)(LSTM_LONGEST * batch), sizeof *s->next);
    for (int t = 0; t < LSTM_LONGEST; t++)
        for (int e = 0; e < batch; e++) {
            s->chars[t * batch + e] = lstm_char(t, e);
            s->next[t * batch + e] = lstm_next(t, e);
        }
    s->rows = calloc((size_t)(2 * LSTM_LONGEST * batch), sizeof *s->rows);
    open_context(s);
    return s;
}

static void stop(void *self)
{
    lstm *s = self;
    wg_finish(s->c, stderr);
    for (int i = 0; i <= LSTM_WO; i++) free(s->array[i]);
    free(s->chars), free(s->next), free(s->rows), free(s);
}

/* ---- the program ---- */

typedef struct state {
    wg_node h, c;
} state;

static wg_node gate(wg_node z, int k)
{
    return wg_slice(z, .axis = 1, .from = k * LSTM_HIDDEN, .to = (k + 1) * LSTM_HIDDEN);
}

static state cell(wg_params *p, wg_node chars, state s)
{
    wg_graph *g = wg_graph_of(chars);
    wg_node Wx = wg_param(g, p, "Wx", WG_SHAPE(LSTM_CHARS, LSTM_GATES), wg_glorot());
    wg_node Wh = wg_param(g, p, "Wh", WG_SHAPE(LSTM_HIDDEN, LSTM_GATES), wg_glorot());
    wg_node b = wg_param(g, p, "b", WG_SHAPE(LSTM_GATES), wg_zeros());
    wg_node z = wg_add(wg_gather(Wx, chars), wg_dense(s.h, Wh, b));
    wg_node i = wg_sigmoid(gate(z, 0)), f = wg_sigmoid(gate(z, 1)), o = wg_sigmoid(gate(z, 3));
    wg_node c = wg_add(wg_mul(f, s.c), wg_mul(i, wg_tanh(gate(z, 2))));
    return (state){ wg_mul(o, wg_tanh(c)), c };
}

static wg_node sequence(lstm *s, int length)
{
    const int batch = s->setup.size;
    wg_begin(s->g, WG_TRAIN);
    wg_node zero = wg_fill(s->g, 0, WG_SHAPE(batch, LSTM_HIDDEN)), loss = wg_none;
    state now = { zero, zero };
    for (int t = 0; t < length; t++) {
        wg_node chars = wg_input_borrow(s->g, "c", wg_view_i32(s->chars + t * batch, WG_SHAPE(batch)));
        wg_node next = wg_input_borrow(s->g, "next", wg_view_i32(s->next + t * batch, WG_SHAPE(batch)));
        now = cell(s->p, chars, now);
        wg_node logits = wg_nn_dense(now.h, s->p, "out", LSTM_CHARS, .share = true);
        wg_node here = wg_softmax_cross_entropy(logits, next);
        loss = t ? wg_add(loss, here) : here;
    }
    return wg_div(loss, length);
}

static wg_node by_layer(lstm *s, int length)
{
    const int batch = s->setup.size, count = batch * length;
    for (int i = 0; i < count; i++) {
        s->rows[i] = s->chars[i % length * batch + i / length];
        s->rows[count + i] = s->next[i % length * batch + i / length];
    }
    wg_begin(s->g, WG_TRAIN);
    wg_node x = wg_input_borrow(s->g, "x", wg_view_i32(s->rows, WG_SHAPE(batch, length)));
    wg_node next = wg_input_borrow(s->g, "next", wg_view_i32(s->rows + count, WG_SHAPE(batch, length)));
    wg_node h = wg_nn_lstm(wg_one_hot(x, LSTM_CHARS), s->p, "lstm", LSTM_HIDDEN).y;
    return wg_softmax_cross_entropy(wg_nn_dense(h, s->p, "out", LSTM_CHARS), next);
}

static void train(lstm *s, int length)
{
    wg_node loss = s->setup.way == LSTM_LAYER ? by_layer(s, length) : sequence(s, length);
    wg_backward(loss, s->p);
    wg_optim_step(s->o);
    s->loss = wg_item(loss);
}

/* ---- running ---- */

static double seconds_of_all_lengths(lstm *s)
{
    int length[LSTM_LONGEST];
    lstm_shuffle(++s->seed, length);
    double t = bench_now();
    for (int i = 0; i < LSTM_LONGEST; i++) train(s, length[i]);
    return bench_now() - t;
}

static double seconds_of_one_length(lstm *s)
{
    double t = bench_now();
    for (int i = 0; i < LSTM_SEQUENCES; i++) train(s, LSTM_LENGTH);
    return LSTM_SCALE * (bench_now() - t);
}

static double seconds_of_one_step(lstm *s)
{
    double t = bench_now();
    train(s, LSTM_SHORT);
    return bench_now() - t;
}

static bool run(void *self, int64_t n, double seconds[])
{
    lstm *s = self;
    const int way = s->setup.way;
    for (int64_t k = 0; k < n && !wg_failed(s->c); k++) {
        if (way == LSTM_FIRST_TIME) wg_finish(s->c, stderr), open_context(s);
        seconds[0] += way >= LSTM_ONE_STEP     ? seconds_of_one_step(s)
                      : way == LSTM_ONE_LENGTH ? seconds_of_one_length(s)
                                               : seconds_of_all_lengths(s);
    }
    return !wg_failed(s->c);
}

static double answer(void *self)
{
    lstm *s = self;
    for (int k = 0; k < LSTM_CHECKED; k++) train(s, lstm_checked[k]);
    return s->loss;
}

const bench_side wengert_lstm = { start, run, answer, stop, NULL };
