/* chain.c: W5, sum(tanh(1.1 x + 0.1) sigmoid(x) + relu(x)) over 16 Mi floats, and its gradient.
 *
 * The yardstick hand_chain passes over x twice: once for the sum, once for the gradient, which computes
 * everything again and is written past the caches. hand_chain_one_sweep does both in one pass. It can do so
 * only because the gradient of the sum itself is known to be 1.
 */
#include <omp.h>
#include <stdlib.h>

#include "hand.h"
#include "hand_stream.h"
#include "hand_vmath.h"

enum { BLOCK = 1024 }; /* one block of gradients fits in the first-level cache */

typedef struct chain {
    int64_t n;
    float *x, *dx;
    double sum;
} chain;

static void *start(bench_setup s)
{
    chain *c = hand_zeroed(sizeof *c);
    c->n = (int64_t)s.size << 20;
    c->x = hand_memory((size_t)c->n * sizeof(float), 1 << 21);
    c->dx = hand_memory((size_t)c->n * sizeof(float), 1 << 21);
#pragma omp parallel for num_threads(BENCH_THREADS) schedule(static)
    for (int64_t i = 0; i < c->n; i++) c->x[i] = 4 * bench_value(STREAM_X, (uint32_t)i), c->dx[i] = 0;
    return c;
}

static float block_sum(const float *restrict x)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < BLOCK; i++)
        sum += vmath_tanh(1.1F * x[i] + 0.1F) * vmath_sigmoid(x[i]) + (x[i] > 0 ? x[i] : 0);
    return sum;
}

static float block_sum_and_gradient(const float *restrict x, float *restrict dx)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < BLOCK; i++) {
        float t = vmath_tanh(1.1F * x[i] + 0.1F), s = vmath_sigmoid(x[i]);
        sum += t * s + (x[i] > 0 ? x[i] : 0);
        dx[i] = 1.1F * (1 - t * t) * s + t * (s * (1 - s)) + (x[i] > 0 ? 1.0F : 0.0F);
    }
    return sum;
}

static double sweep_sum(const chain *c)
{
    double sum = 0;
#pragma omp parallel for num_threads(BENCH_THREADS) schedule(static) reduction(+ : sum)
    for (int64_t i = 0; i < c->n; i += BLOCK) sum += (double)block_sum(c->x + i);
    return sum;
}

static double sweep_gradient(chain *c)
{
    double sum = 0;
#pragma omp parallel num_threads(BENCH_THREADS) reduction(+ : sum)
    {
        _Alignas(64) float dx[BLOCK];
#pragma omp for schedule(static)
        for (int64_t i = 0; i < c->n; i += BLOCK) {
            sum += (double)block_sum_and_gradient(c->x + i, dx);
            stream_out(c->dx + i, dx, BLOCK);
        }
        _mm_sfence();
    }
    return sum;
}

static bool two_sweeps(void *self)
{
    chain *c = self;
    c->sum = sweep_sum(c), sweep_gradient(c);
    return true;
}

static bool one_sweep(void *self)
{
    chain *c = self;
    c->sum = sweep_gradient(c);
    return true;
}

static double answer(void *self)
{
    const chain *c = self;
    double s = c->sum;
    for (int64_t i = 0; i < c->n; i++) s += (double)c->dx[i] * (double)(i % 7 - 2);
    return s / (double)c->n;
}

const bench_side hand_chain = { start, two_sweeps, hand_stop, 1, .answer = answer };
const bench_side hand_chain_one_sweep = { start, one_sweep, hand_stop, 1, .answer = answer };
