/* lstm.h: W10 and W11, what their sides share: a character LSTM, trained on sequences of 32 characters, or of
 * many lengths.
 *
 *     i, f, g, o = four columns of Wx[char] + h Wh + b      i, f, o by sigmoid, g by tanh
 *     c = f c + i g, h = o tanh(c)                          both begin with 0
 *     loss += softmax_cross_entropy(h Wo + bo, next char)   the mean over the batch
 *
 * The loss is divided by the length. A sequence ends with a step of SGD.
 */
#ifndef BENCH_LSTM_H
#define BENCH_LSTM_H

#include "bench.h"

enum { LSTM_HIDDEN = 128, LSTM_GATES = 4 * LSTM_HIDDEN, LSTM_CHARS = 64, LSTM_LONGEST = 200 };

/* What is run once: 20 sequences of length 100; all lengths from 1 to 200 in a random order; the same in a
 * new context. The batch is bench_setup.size. Times are those of LSTM_STEPS time steps. W10: one sequence of
 * LSTM_SHORT, written with cells as in W11, or with wg_nn_lstm. */
enum { LSTM_ONE_LENGTH, LSTM_ALL_LENGTHS, LSTM_FIRST_TIME, LSTM_ONE_STEP, LSTM_LAYER };
enum {
    LSTM_SHORT = 32,
    LSTM_LENGTH = 100,
    LSTM_SEQUENCES = 20,
    LSTM_STEPS = LSTM_LONGEST * (LSTM_LONGEST + 1) / 2
};
#define LSTM_SCALE ((double)LSTM_STEPS / (LSTM_LENGTH * LSTM_SEQUENCES))

/* The answer is the loss of the last of these sequences. */
enum { LSTM_CHECKED = 3 };
static const int lstm_checked[LSTM_CHECKED] = { 7, 100, 40 };

enum { LSTM_WX, LSTM_WH, LSTM_WO };
static inline float lstm_weight(int array, int i)
{
    double scale = array == LSTM_WX ? 0.5 : sqrt(3.0 / LSTM_HIDDEN);
    return (float)(scale * (double)bench_value(STREAM_WEIGHTS + (uint32_t)array, (uint32_t)i));
}

/* The character that example e sees at time t, and the one that follows. */
static inline int32_t lstm_char(int t, int e)
{
    return bench_class(STREAM_X, (uint32_t)(t * 32 + e), LSTM_CHARS);
}
static inline int32_t lstm_next(int t, int e)
{
    return bench_class(STREAM_Y, (uint32_t)(t * 32 + e), LSTM_CHARS);
}

/* The lengths 1 .. LSTM_LONGEST in a random order. */
static inline void lstm_shuffle(uint32_t seed, int length[LSTM_LONGEST])
{
    for (int i = 0; i < LSTM_LONGEST; i++) {
        int j = (int)(bench_mix(seed * 0x9E3779B9U + (uint32_t)i) % (uint32_t)(i + 1));
        length[i] = length[j], length[j] = i + 1;
    }
}

#endif
