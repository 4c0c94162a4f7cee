/* inference.c: one example through 784-256-128-10 with ReLU.
 *
 * The work is reading the weights once. A thread has half of the columns of each hidden layer, whose sums
 * stay in vector registers. The output layer is small and is done by one thread.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "hand.h"

enum { LANES = 16, HIDDEN1 = 256, HIDDEN2 = 128, OUT = 10, IN = 784 };

typedef struct net {
    float W1[IN][HIDDEN1], W2[HIDDEN1][HIDDEN2], W3[HIDDEN2][OUT];
    float b1[HIDDEN1], b2[HIDDEN2], b3[OUT];
    float x[IN], h1[HIDDEN1], h2[HIDDEN2], y[OUT];
} net;

typedef float vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static void fill(float *W, int n, int layer)
{
    for (int i = 0; i < n; i++)
        W[i] = (float)(bench_weight_scale(mlp_width[layer]) *
                       (double)bench_value(STREAM_WEIGHTS + (uint32_t)layer, (uint32_t)i));
}

static void *start(bench_setup s)
{
    net *n = hand_zeroed(sizeof *n);
    (void)s;
    fill(n->W1[0], IN * HIDDEN1, 0), fill(n->W2[0], HIDDEN1 * HIDDEN2, 1), fill(n->W3[0], HIDDEN2 * OUT, 2);
    for (uint32_t i = 0; i < IN; i++) n->x[i] = bench_value(STREAM_X, i);
    return n;
}

/* y = relu(x W + b), columns [from, from + columns); W is [in, stride]. */
__attribute__((always_inline)) static inline void layer(const float *x, int in, const float *W, int stride,
                                                        const float *b, int from, int columns, float *y)
{
    vector sum[HIDDEN1 / LANES];
    for (int j = 0; j < columns / LANES; j++) sum[j] = ((const vector *)(b + from))[j];
    for (int k = 0; k < in; k++)
        for (int j = 0; j < columns / LANES; j++)
            sum[j] += x[k] * ((const vector *)(W + k * stride + from))[j];
    memcpy(y + from, sum, (size_t)columns * sizeof *y);
    for (int j = from; j < from + columns; j++) y[j] = y[j] > 0 ? y[j] : 0;
}

static bool infer(void *self)
{
    net *n = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        enum { OWN1 = HIDDEN1 / BENCH_THREADS, OWN2 = HIDDEN2 / BENCH_THREADS };
        const int thread = omp_get_thread_num();
        layer(n->x, IN, n->W1[0], HIDDEN1, n->b1, thread * OWN1, OWN1, n->h1);
#pragma omp barrier
        layer(n->h1, HIDDEN1, n->W2[0], HIDDEN2, n->b2, thread * OWN2, OWN2, n->h2);
    }
    memcpy(n->y, n->b3, sizeof n->y);
    for (int k = 0; k < HIDDEN2; k++)
        for (int j = 0; j < OUT; j++) n->y[j] += n->h2[k] * n->W3[k][j];
    return true;
}

static double answer(void *self) { return inference_answer(((net *)self)->y); }

const bench_side hand_inference = { start, infer, hand_stop, 1, .answer = answer };
