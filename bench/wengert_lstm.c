/* wengert_lstm.c: the side of Wengert of W10 and W11, with the public headers alone. The graph is built anew
 * for each sequence, one time step after the other, or by the layer. */
#include "lstm.h"
#include "wengert_training.h"

typedef struct lstm {
    training t;
    int32_t *chars, *next; /* [longest, batch] */
    int32_t *rows;         /* of the layer: characters [batch, length], and those that follow */
    uint32_t seed;
} lstm;

static void *start(bench_setup setup)
{
    lstm *s = training_new(sizeof *s, setup, BENCH_THREADS, WG_F32, NULL);
    const int batch = setup.size, all = LSTM_LONGEST * batch;
    const bool layer = setup.way == LSTM_LAYER;
    training_weights_by(&s->t, layer ? "lstm.W" : "Wx", lstm_weight, LSTM_WX,
                        WG_SHAPE(LSTM_CHARS, LSTM_GATES));
    training_weights_by(&s->t, layer ? "lstm.U" : "Wh", lstm_weight, LSTM_WH,
                        WG_SHAPE(LSTM_HIDDEN, LSTM_GATES));
    training_weights_by(&s->t, "out.W", lstm_weight, LSTM_WO, WG_SHAPE(LSTM_HIDDEN, LSTM_CHARS));
    s->t.o = wg_sgd(s->t.p, .lr = bench_rates_of(setup).sgd);
    s->chars = wg_alloc(s->t.c, (size_t)all, sizeof *s->chars);
    s->next = wg_alloc(s->t.c, (size_t)all, sizeof *s->next);
    s->rows = wg_alloc(s->t.c, (size_t)all, 2 * sizeof *s->rows);
    for (int i = 0; i < all; i++) {
        s->chars[i] = lstm_char(i / batch, i % batch);
        s->next[i] = lstm_next(i / batch, i % batch);
    }
    return s;
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
    const int batch = s->t.setup.size;
    wg_begin(s->t.g, WG_TRAIN);
    wg_node zero = wg_fill(s->t.g, 0, WG_SHAPE(batch, LSTM_HIDDEN)), loss = wg_none;
    state now = { zero, zero };
    for (int t = 0; t < length; t++) {
        wg_node chars = wg_input_borrow(s->t.g, "c", wg_view_i32(s->chars + t * batch, WG_SHAPE(batch)));
        wg_node next = wg_input_borrow(s->t.g, "next", wg_view_i32(s->next + t * batch, WG_SHAPE(batch)));
        now = cell(s->t.p, chars, now);
        wg_node logits = wg_nn_dense(now.h, s->t.p, "out", LSTM_CHARS, .share = true);
        wg_node here = wg_softmax_cross_entropy(logits, next);
        loss = t ? wg_add(loss, here) : here;
    }
    return wg_div(loss, length);
}

static wg_node by_layer(lstm *s, int length)
{
    const int batch = s->t.setup.size, count = batch * length;
    for (int i = 0; i < count; i++) {
        s->rows[i] = s->chars[i % length * batch + i / length];
        s->rows[count + i] = s->next[i % length * batch + i / length];
    }
    wg_begin(s->t.g, WG_TRAIN);
    wg_node x = wg_input_borrow(s->t.g, "x", wg_view_i32(s->rows, WG_SHAPE(batch, length)));
    wg_node next = wg_input_borrow(s->t.g, "next", wg_view_i32(s->rows + count, WG_SHAPE(batch, length)));
    wg_node h = wg_nn_lstm(wg_one_hot(x, .count = LSTM_CHARS), s->t.p, "lstm", LSTM_HIDDEN).y;
    return wg_softmax_cross_entropy(wg_nn_dense(h, s->t.p, "out", LSTM_CHARS), next);
}

static void train(lstm *s, int length)
{
    wg_node loss = s->t.setup.way == LSTM_LAYER ? by_layer(s, length) : sequence(s, length);
    wg_backward(loss, s->t.p);
    wg_optim_step(s->t.o);
    s->t.loss = wg_item(loss);
}

/* ---- running ---- */

static double seconds_of(lstm *s, const int length[], int n)
{
    double t = bench_now();
    for (int i = 0; i < n; i++) train(s, length ? length[i] : LSTM_LENGTH);
    return bench_now() - t;
}

static double seconds_once(lstm *s)
{
    int length[LSTM_LONGEST] = { LSTM_SHORT };
    if (s->t.setup.way >= LSTM_ONE_STEP) return seconds_of(s, length, 1);
    if (s->t.setup.way == LSTM_ONE_LENGTH) return LSTM_SCALE * seconds_of(s, NULL, LSTM_SEQUENCES);
    lstm_shuffle(++s->seed, length);
    return seconds_of(s, length, LSTM_LONGEST);
}

static bool run(void *self, int64_t n, double seconds[])
{
    const bench_setup setup = ((training *)self)->setup;
    bool ok = true;
    for (int64_t k = 0; k < n && ok; k++) {
        lstm *s = setup.way == LSTM_FIRST_TIME ? start(setup) : self;
        seconds[0] += seconds_once(s);
        ok = !wg_failed(s->t.c);
        if (s != self) training_stop(s);
    }
    return ok;
}

static double answer(void *self)
{
    lstm *s = self;
    for (int k = 0; k < LSTM_CHECKED; k++) train(s, lstm_checked[k]);
    return s->t.loss;
}

/* Of the first checked sequence. */
static size_t gradient(void *self, double *to)
{
    train(self, lstm_checked[0]);
    return training_gradient(self, to);
}

const bench_side wengert_lstm = { start, NULL, training_stop, 0, answer, gradient, run };
