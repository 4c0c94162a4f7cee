/* chain.c: W5, sum(tanh(1.1 x + 0.1) sigmoid(x) + relu(x)) over 16 Mi floats, and its gradient.
 *
 * The yardstick hand_chain passes over x twice: once for the sum, once for the gradient, which computes
 * everything again and is written past the caches. hand_chain_one_sweep does both in one pass. It can do so
 * only because the gradient of the sum itself is known to be 1.
 */
#include <omp.h>
#include <stdlib.h>

#include "../bench.h"
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
    chain *c = calloc(1, sizeof *c);
    c->n = (int64_t)s.size << 20;
    c->x = aligned_alloc(1 << 21, (size_t)c->n * sizeof(float));
    c->dx = aligned_alloc(1 << 21, (size_t)c->n * sizeof(float));
#pragma omp parallel for num_threads(BENCH_THREADS) schedule(static)
    for (int64_t i = 0; i < c->n; i++) c->x[i] = 4 * bench_value(STREAM_X, (uint32_t)i), c->dx[i] = 0;
    return c;
}

static void stop(void *self)
{
    chain *c = self;
    free(c->x), free(c->dx), free(c);
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
            stream_out(c->dx + i, dx, 1, BLOCK);
        }
        _mm_sfence();
    }
    return sum;
}

static bool run_two_sweeps(void *self, int64_t n, double seconds[])
{
    chain *c = self;
    (void)seconds;
    for (int64_t k = 0; k < n; k++) c->sum = sweep_sum(c), sweep_gradient(c);
    return true;
}

static bool run_one_sweep(void *self, int64_t n, double seconds[])
{
    chain *c = self;
    (void)seconds;
    for (int64_t k = 0; k < n; k++) c->sum = sweep_gradient(c);
    return true;
}

static double summary(const chain *c)
{
    double s = c->sum;
    for (int64_t i = 0; i < c->n; i++) s += (double)c->dx[i] * (double)(i % 7 - 2);
    return s / (double)c->n;
}

static double answer(void *self)
{
    run_two_sweeps(self, 1, NULL);
    return summary(self);
}

static double answer_one_sweep(void *self)
{
    run_one_sweep(self, 1, NULL);
    return summary(self);
}

static size_t gradient(void *self, double *to, size_t room)
{
    chain *c = self;
    run_two_sweeps(c, 1, NULL);
    for (size_t i = 0; i < room && i < (size_t)c->n; i++) to[i] = (double)c->dx[i];
    return (size_t)c->n;
}

const bench_side hand_chain = { start, run_two_sweeps, answer, stop, gradient };
const bench_side hand_chain_one_sweep = { start, run_one_sweep, answer_one_sweep, stop, gradient };
