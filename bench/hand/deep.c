/* deep.c: W6, one training step of ten linear layers 1024 by 1024 with ReLU between them, batch 512, mean
 * squared error, SGD.
 *
 * The matrices are large enough for whole BLAS calls. Each of the two threads multiplies half of the rows of
 * each result.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "hand.h"
#include "hand_product.h"
#include "hand_vmath.h"

enum { L = DEEP_LAYERS, W = DEEP_WIDTH, B = DEEP_BATCH };

typedef struct deep {
    float *w[L], *b[L], *gw[L], *gb[L];
    float *a[L + 1], *d[2], *y; /* a[0] is the input */
    double loss[BENCH_THREADS];
    float lr;
} deep;

static float *floats(size_t n) { return memset(hand_memory(n * 4, 1 << 21), 0, n * 4); }

static void *start(bench_setup s)
{
    deep *n = hand_zeroed(sizeof *n);
    n->lr = (float)bench_rates_of(s).sgd;
    for (int l = 0; l < L; l++) {
        n->w[l] = floats(W * W), n->gw[l] = floats(W * W), n->b[l] = floats(W), n->gb[l] = floats(W);
        for (uint32_t i = 0; i < W * W; i++)
            n->w[l][i] = (float)bench_weight_scale(W) * bench_value(STREAM_WEIGHTS + (uint32_t)l, i);
    }
    for (int l = 0; l <= L; l++) n->a[l] = floats(B * W);
    n->d[0] = floats(B * W), n->d[1] = floats(B * W), n->y = floats(B * W);
    for (uint32_t i = 0; i < B * W; i++)
        n->a[0][i] = bench_value(STREAM_X, i), n->y[i] = bench_value(STREAM_Y, i);
    return n;
}

static void forward(deep *n, int l, share r)
{
    float *to = n->a[l + 1] + (long)r.from * W;
    product_whole(r.to - r.from, W, W, (matrix){ n->a[l] + (long)r.from * W, W, false },
                  (matrix){ n->w[l], W, false }, to, W);
    for (int i = 0; i < r.to - r.from; i++) {
        VECTOR_LOOP
        for (int j = 0; j < W; j++) {
            float z = to[(long)i * W + j] + n->b[l][j];
            to[i * W + j] = l == L - 1 || z > 0 ? z : 0;
        }
    }
}

static double loss_of_rows(deep *n, share r)
{
    const float *z = n->a[L];
    double loss = 0;
    for (int i = r.from; i < r.to; i++) {
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int j = i * W; j < (i + 1) * W; j++) {
            float e = z[j] - n->y[j];
            n->d[0][j] = e * (2.0F / (B * W));
            sum += e * e;
        }
        loss += (double)sum;
    }
    return loss / (B * W);
}

/* From the gradient of the output of layer l computes that of its input, for some rows of the batch. */
static void backward(deep *n, int l, const float *d, float *to, share r)
{
    product_whole(r.to - r.from, W, W, (matrix){ d + (long)r.from * W, W, false },
                  (matrix){ n->w[l], W, true }, to + (long)r.from * W, W);
    VECTOR_LOOP
    for (long i = (long)r.from * W; i < (long)r.to * W; i++) to[i] = n->a[l][i] > 0 ? to[i] : 0;
}

static void update(deep *n, int l, const float *d, share r)
{
    float *w = n->w[l], *g = n->gw[l], lr = n->lr;
    product_whole(r.to - r.from, W, B, (matrix){ n->a[l] + r.from, W, true }, (matrix){ d, W, false },
                  g + (long)r.from * W, W);
    VECTOR_LOOP
    for (long i = (long)r.from * W; i < (long)r.to * W; i++) w[i] -= lr * g[i];
    memset(n->gb[l] + r.from, 0, (size_t)(r.to - r.from) * sizeof(float));
    for (int i = 0; i < B; i++) {
        VECTOR_LOOP
        for (int j = r.from; j < r.to; j++) n->gb[l][j] += d[i * W + j];
    }
    for (int j = r.from; j < r.to; j++) n->b[l][j] -= lr * n->gb[l][j];
}

static bool step(void *self)
{
    deep *n = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        int t = omp_get_thread_num(), of = omp_get_num_threads();
        share batch = share_of(B, t, of), rows = share_of(W, t, of);
        for (int l = 0; l < L; l++) forward(n, l, batch);
        n->loss[t] = loss_of_rows(n, batch);
        for (int l = L - 1; l >= 0; l--) {
            const float *d = n->d[(L - 1 - l) % 2];
            if (l > 0) backward(n, l, d, n->d[(L - l) % 2], batch);
#pragma omp barrier
            update(n, l, d, rows);
#pragma omp barrier
        }
    }
    return true;
}

static double answer(void *self)
{
    double loss = 0;
    for (int t = 0; t < BENCH_THREADS; t++) loss += ((deep *)self)->loss[t];
    return loss;
}

/* For each layer: W, then b. */
static size_t gradient(void *self, double *to)
{
    const deep *n = self;
    size_t count = 0;
    for (int l = 0; l < L; l++) {
        count += hand_gradient(to + count, n->gw[l], W * W);
        count += hand_gradient(to + count, n->gb[l], W);
    }
    return count;
}

const bench_side hand_deep = { start, step, hand_stop, BENCH_CHECK_STEPS, answer, .gradient = gradient };
