/* gpt_text.c: the yardstick of W17: the products of a matrix by one vector, for each character, which read
 * every weight once, and the cached keys and values. It computes nothing of use and has no answer.
 *
 * Each thread has half of the columns of each matrix, whose sums stay in vector registers. The threads wait
 * for each other once for each character.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../gpt.h"
#include "hand.h"

enum { LANES = 16, VECTORS = 4, W = GPT_WIDTH, HEAD = W / GPT_HEADS };

typedef float vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

typedef struct block {
    float qkv[W * 3 * W], out[W * W], fc1[W * 4 * W], fc2[4 * W * W], keys[GPT_WRITTEN * W],
        values[GPT_WRITTEN * W];
} block;
typedef struct net {
    block block[GPT_LAYERS];
    float table[W * GPT_LETTERS], x[4 * W], y[4 * W], p[GPT_HEADS * GPT_WRITTEN];
} net;

static void *start(bench_setup s)
{
    (void)s;
    net *n = hand_zeroed(sizeof *n);
    float *v = (float *)n;
    for (size_t i = 0; i < sizeof *n / sizeof *v; i++) v[i] = gpt_weight(0, (int)i);
    return n;
}

/* y = x M, columns [from, to) of `count` in all. */
static void product(const float *x, int in, const float *M, int count, int from, int to, float *y)
{
    for (int j = from; j < to; j += VECTORS * LANES) {
        const int vectors = to - j < VECTORS * LANES ? (to - j) / LANES : VECTORS;
        vector sum[VECTORS] = { 0 };
        for (int k = 0; k < in; k++)
            for (int v = 0; v < vectors; v++)
                sum[v] += x[k] * *(const vector *)(M + k * count + j + v * LANES);
        for (int v = 0; v < vectors; v++) *(vector *)(y + j + v * LANES) = sum[v];
    }
}
static void half(const float *x, int in, const float *M, int count, float *y, int thread)
{
    const int middle = (count / 2 + LANES - 1) / LANES * LANES;
    product(x, in, M, count, thread ? middle : 0, thread ? count : middle, y);
}

/* A thread has half of the heads. The exponentials are left out. */
static void attention(net *n, const block *b, int tokens, int thread)
{
    for (int h = thread * GPT_HEADS / BENCH_THREADS; h < (thread + 1) * GPT_HEADS / BENCH_THREADS; h++) {
        float *p = n->p + h * GPT_WRITTEN;
        for (int t = 0; t < tokens; t++) {
            float sum = 0;
            for (int i = 0; i < HEAD; i++) sum += n->x[h * HEAD + i] * b->keys[t * W + h * HEAD + i];
            p[t] = sum;
        }
        product(p, tokens, b->values + h * HEAD, W, 0, HEAD, n->y + h * HEAD);
    }
}

static bool text(void *self)
{
    net *n = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    for (int t = 1; t <= GPT_WRITTEN; t++) {
        const int thread = omp_get_thread_num();
        for (int i = 0; i < GPT_LAYERS; i++) {
            const block *b = &n->block[i];
            half(n->x, W, b->qkv, 3 * W, n->y, thread);
            attention(n, b, t, thread);
            half(n->x, W, b->out, W, n->y, thread);
            half(n->x, W, b->fc1, 4 * W, n->y, thread);
            half(n->x, 4 * W, b->fc2, W, n->y, thread);
        }
        half(n->x, W, n->table, GPT_LETTERS, n->y, thread);
#pragma omp barrier
    }
    return true;
}

const bench_side hand_gpt_text = { start, text, .stop = hand_stop };
