/* gpt.c: the yardstick of W16: the products of a step by BLAS, and a pass over as many bytes as the rest of
 * the step must read and write. It computes nothing of use and has no answer.
 *
 * Each thread takes half of the rows of each product, by serial calls. Causal attention counts the blocks of
 * 64 queries and 64 keys that have a score, with the products of the scores done twice, since they are not
 * kept. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../gpt.h"
#include "hand.h"
#include "hand_product.h"

enum { ROWS = GPT_BATCH * GPT_TOKENS, W = GPT_WIDTH, WIDEST = 4 * W, BLOCK = 64, HEAD = W / GPT_HEADS };
enum { PARAMETERS = GPT_LAYERS * 12 * W * W + (GPT_LETTERS + GPT_TOKENS) * W };

/* The numbers that pass, in units of an activation of ROWS by W. Forward, for each block: two layer norms
 * (4), two sums of three (6), GELU (8). Backward: the same layer norms with three (6), sums (6), GELU (12),
 * and sums of the gradients of biases (9). AdamW: seven numbers for each parameter. */
enum { ACTIVATIONS = 18 + 33 };
#define PASSED ((long)GPT_LAYERS * ACTIVATIONS * ROWS * W + 7L * PARAMETERS)

/* The arrays of a pass are as large as what lies between two uses of an activation: beyond the caches. */
enum { STRETCH = 1 << 22 };

typedef struct net {
    float *a, *b, *c, *x, *y, *z;
} net;

static float *filled(size_t n)
{
    float *x = hand_floats((long)n);
    for (size_t i = 0; i < n; i++) x[i] = bench_value(STREAM_X, (uint32_t)i);
    return x;
}

static void *start(bench_setup s)
{
    net *n = hand_zeroed(sizeof *n);
    (void)s;
    n->a = filled(ROWS * WIDEST), n->b = filled(ROWS * WIDEST), n->c = filled(ROWS * WIDEST);
    n->x = filled(STRETCH), n->y = filled(STRETCH), n->z = filled(STRETCH);
    return n;
}

/* A dense layer of ROWS rows: the result, and the gradients of rows and weights. */
static void dense(const net *n, int in, int out, int thread)
{
    const share r = share_of(ROWS, thread, BENCH_THREADS), w = share_of(in, thread, BENCH_THREADS);
    const int rows = r.to - r.from;
    product_whole(rows, out, in, (matrix){ n->a + r.from * in, in, false }, (matrix){ n->b, out, false },
                  n->c + r.from * out, out);
    product_whole(rows, in, out, (matrix){ n->a + r.from * out, out, false }, (matrix){ n->b, out, true },
                  n->c + r.from * in, in);
    product_whole(w.to - w.from, out, ROWS, (matrix){ n->a + w.from, in, true }, (matrix){ n->b, out, false },
                  n->c + w.from * out, out);
}

/* Of one head, by blocks: two products forward, and five backward. */
static void attention(const net *n, int thread)
{
    const share s = share_of(GPT_BATCH * GPT_HEADS * 8, thread, BENCH_THREADS);
    for (int head = s.from / 8; head < s.to / 8; head++)
        for (int query = 0; query < GPT_TOKENS; query += BLOCK)
            for (int key = 0; key <= query; key += BLOCK) {
                const int at = (head / GPT_HEADS * GPT_TOKENS) * W + head % GPT_HEADS * HEAD;
                const float *q = n->a + at + query * W, *k = n->b + at + key * W;
                float *y = n->c + at + query * W;
                for (int i = 0; i < 3; i++) /* scores, scores again, gradients of the exponentials */
                    product_whole(BLOCK, BLOCK, HEAD, (matrix){ q, W, false }, (matrix){ k, W, true }, y, W);
                for (int i = 0; i < 2; i++) /* the result, the gradient of the queries */
                    product_whole(BLOCK, HEAD, BLOCK, (matrix){ q, W, false }, (matrix){ k, W, false }, y, W);
                for (int i = 0; i < 2; i++) /* the gradients of keys and values */
                    product_whole(BLOCK, HEAD, BLOCK, (matrix){ q, W, true }, (matrix){ k, W, false }, y, W);
            }
}

static void pass(net *n, int thread)
{
    for (long left = PASSED / 3; left > 0; left -= STRETCH) {
        const share s = share_of(left < STRETCH ? (int)left : STRETCH, thread, BENCH_THREADS);
        float *restrict z = n->z;
        const float *restrict x = n->x, *restrict y = n->y;
        for (int i = s.from; i < s.to; i++) z[i] = x[i] + 0.5F * y[i];
    }
}

static bool step(void *self)
{
    net *n = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        const int t = omp_get_thread_num();
        for (int i = 0; i < GPT_LAYERS; i++) {
            dense(n, W, 3 * W, t);
            attention(n, t);
            dense(n, W, W, t);
            dense(n, W, 4 * W, t);
            dense(n, 4 * W, W, t);
        }
        dense(n, W, GPT_LETTERS, t);
        pass(n, t);
    }
    return true;
}

const bench_side hand_gpt = { start, step, .stop = hand_stop };
