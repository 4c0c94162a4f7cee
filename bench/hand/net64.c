/* net64.c: one training step of 64-64-10 with ReLU, softmax cross-entropy and Adam, batch 64.
 *
 * A step is one parallel region. A thread has half of the examples until the gradients of the layers' values
 * are known, and then half of the rows of each weight matrix.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "hand.h"
#include "hand_product.h"
#include "hand_vmath.h"

enum { B = NET64_BATCH, IN = NET64_IN, H = NET64_HIDDEN, C = NET64_OUT };

typedef struct weights {
    float W1[IN][H], b1[H], W2[H][C], b2[C];
} weights;

typedef struct net {
    weights w, g, m, v;
    float x[B][IN], h[B][H], dh[B][H], z[B][C];
    int y[B], step;
    float loss[BENCH_THREADS];
    double lr;
} net;

static void *start(bench_setup s)
{
    net *n = hand_zeroed(sizeof *n);
    const double scale1 = bench_weight_scale(IN), scale2 = bench_weight_scale(H);
    n->lr = bench_rates_of(s).adam;
    for (uint32_t i = 0; i < IN * H; i++)
        n->w.W1[i / H][i % H] = (float)(scale1 * (double)bench_value(STREAM_WEIGHTS, i));
    for (uint32_t i = 0; i < H * C; i++)
        n->w.W2[i / C][i % C] = (float)(scale2 * (double)bench_value(STREAM_WEIGHTS + 1, i));
    for (uint32_t i = 0; i < B * IN; i++) n->x[i / IN][i % IN] = bench_value(STREAM_X, i);
    for (uint32_t i = 0; i < B; i++) n->y[i] = bench_class(STREAM_Y, i, C);
    return n;
}

static float loss_of_row(float *restrict z, const float *restrict b, int y)
{
    float high = -INFINITY, sum = 0, label;
    for (int j = 0; j < C; j++) z[j] += b[j], high = z[j] > high ? z[j] : high;
    label = z[y] - high;
    for (int j = 0; j < C; j++) z[j] = vmath_exp(z[j] - high), sum += z[j];
    for (int j = 0; j < C; j++) z[j] *= 1 / (sum * B);
    z[y] -= 1.0F / B;
    return logf(sum) - label;
}

/* The examples [r.from, r.to): values, loss, gradients of values. */
static float examples(net *n, share r)
{
    const int rows = r.to - r.from;
    float loss = 0;
    product(rows, H, IN, (matrix){ n->x[r.from], IN, false }, (matrix){ n->w.W1[0], H, false }, n->h[r.from],
            H);
    for (int i = r.from; i < r.to; i++) {
        VECTOR_LOOP
        for (int j = 0; j < H; j++) {
            float z = n->h[i][j] + n->w.b1[j];
            n->h[i][j] = z > 0 ? z : 0;
        }
    }
    product(rows, C, H, (matrix){ n->h[r.from], H, false }, (matrix){ n->w.W2[0], C, false }, n->z[r.from],
            C);
    for (int i = r.from; i < r.to; i++) loss += loss_of_row(n->z[i], n->w.b2, n->y[i]);
    product(rows, H, C, (matrix){ n->z[r.from], C, false }, (matrix){ n->w.W2[0], C, true }, n->dh[r.from],
            H);
    for (int i = r.from; i < r.to; i++) {
        VECTOR_LOOP
        for (int j = 0; j < H; j++) n->dh[i][j] = n->h[i][j] > 0 ? n->dh[i][j] : 0;
    }
    return loss / B;
}

static void bias_gradient(float *g, const float *d, int width, share c)
{
    for (int j = c.from; j < c.to; j++) g[j] = 0;
    for (int i = 0; i < B; i++) {
        VECTOR_LOOP
        for (int j = c.from; j < c.to; j++) g[j] += d[i * width + j];
    }
}

static void adam(net *n, size_t at, int count)
{
    float *restrict w = (float *)&n->w + at, *restrict m = (float *)&n->m + at,
                    *restrict v = (float *)&n->v + at;
    const float *restrict g = (const float *)&n->g + at;
    const float rate = (float)(n->lr / (1 - pow(0.9, n->step)));
    const float root = (float)(1 / sqrt(1 - pow(0.999, n->step)));
    VECTOR_LOOP
    for (int i = 0; i < count; i++) {
        m[i] += 0.1F * (g[i] - m[i]);
        v[i] += 0.001F * (g[i] * g[i] - v[i]);
        w[i] -= rate * m[i] / (sqrtf(v[i]) * root + 1e-8F);
    }
}

#define AT(field) (offsetof(weights, field) / sizeof(float))

/* The gradients and the update of a thread's rows of W1 and W2, and of its part of the biases. */
static void update(net *n, int thread, int threads)
{
    share in = share_of(IN, thread, threads), hidden = share_of(H, thread, threads),
          out = share_of(C, thread, threads);
    product(in.to - in.from, H, B, (matrix){ n->x[0] + in.from, IN, true }, (matrix){ n->dh[0], H, false },
            n->g.W1[in.from], H);
    product(hidden.to - hidden.from, C, B, (matrix){ n->h[0] + hidden.from, H, true },
            (matrix){ n->z[0], C, false }, n->g.W2[hidden.from], C);
    bias_gradient(n->g.b1, n->dh[0], H, hidden);
    bias_gradient(n->g.b2, n->z[0], C, out);
    adam(n, AT(W1) + (size_t)(in.from * H), (in.to - in.from) * H);
    adam(n, AT(W2) + (size_t)(hidden.from * C), (hidden.to - hidden.from) * C);
    adam(n, AT(b1) + (size_t)hidden.from, hidden.to - hidden.from);
    adam(n, AT(b2) + (size_t)out.from, out.to - out.from);
}

static bool step(void *self)
{
    net *n = self;
    n->step++;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        n->loss[thread] = examples(n, share_of(B, thread, threads));
#pragma omp barrier
        update(n, thread, threads);
    }
    return true;
}

static double answer(void *self)
{
    double loss = 0;
    for (int t = 0; t < BENCH_THREADS; t++) loss += (double)((net *)self)->loss[t];
    return loss;
}

/* W1, b1, W2, b2. */
static size_t gradient(void *self, double *to)
{
    const weights *g = &((net *)self)->g;
    return hand_gradient(to, (const float *)g, sizeof *g / sizeof(float));
}

const bench_side hand_net64 = { start, step, hand_stop, BENCH_CHECK_STEPS, answer, .gradient = gradient };
