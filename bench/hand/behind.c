/* behind.c: the programs of behind.h by hand: an embedding, a step of an optimizer, a softmax of long rows,
 * logistic regression, n bodies. */
#include "../behind.h"

#include <immintrin.h>
#include <omp.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "hand.h"
#include "hand_product.h"
#include "hand_vmath.h"

/* Huge pages, if the system provides them. */
static void *large(size_t bytes)
{
    const size_t huge = 1 << 21, all = (bytes + huge - 1) / huge * huge;
    void *p = hand_memory(all, huge);
    madvise(p, all, MADV_HUGEPAGE);
    return memset(p, 0, all);
}

static float *values(uint32_t stream, double scale, size_t n)
{
    float *v = large(n * sizeof *v);
    for (size_t i = 0; i < n; i++) v[i] = (float)(scale * (double)bench_value(stream, (uint32_t)i));
    return v;
}

static double weighted(const float *v, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += (double)v[i] * (double)((int)(i % 7) - 2);
    return s / (double)n;
}

/* ---- an embedding: each thread has a half of the rows of the table ---- */

enum { E_W = EMBEDDING_WIDTH, E_N = EMBEDDING_IDS };

typedef struct embedding {
    float *table, *target, *g; /* g: [ids, width], the differences */
    int *id[EMBEDDING_BATCHES];
    float rate;
    int steps;
    double loss;
} embedding;

static void *start_embedding(bench_setup s)
{
    embedding *n = hand_zeroed(sizeof *n);
    n->table = values(STREAM_WEIGHTS, 1, (size_t)EMBEDDING_ROWS * E_W);
    n->target = values(STREAM_X, 1, (size_t)E_N * E_W);
    n->g = large((size_t)E_N * E_W * sizeof *n->g);
    for (int b = 0; b < EMBEDDING_BATCHES; b++) {
        n->id[b] = hand_zeroed(E_N * sizeof **n->id);
        for (int i = 0; i < E_N; i++) n->id[b][i] = embedding_id(b, i);
    }
    n->rate = (float)embedding_rate(s);
    return n;
}

/* The loss needs all rows as they were, so differences come first. A thread updates each second row. */
static bool embedding_step(void *self)
{
    embedding *n = self;
    const int *id = n->id[n->steps++ % EMBEDDING_BATCHES];
    double loss = 0;
#pragma omp parallel num_threads(BENCH_THREADS) reduction(+ : loss)
    {
#pragma omp for schedule(static)
        for (int i = 0; i < E_N; i++) {
            const float *row = n->table + (long)id[i] * E_W, *target = n->target + (long)i * E_W;
            float *g = n->g + (long)i * E_W, sum = 0;
#pragma omp simd reduction(+ : sum)
            for (int j = 0; j < E_W; j++) g[j] = row[j] - target[j], sum += g[j] * g[j];
            loss += (double)sum;
        }
        const int t = omp_get_thread_num(), of = omp_get_num_threads();
        for (int i = 0; i < E_N; i++) {
            if (id[i] % of != t) continue;
            float *row = n->table + (long)id[i] * E_W, *g = n->g + (long)i * E_W;
            VECTOR_LOOP
            for (int j = 0; j < E_W; j++) row[j] -= n->rate * (2.0F / E_N) * g[j];
        }
    }
    n->loss = loss / E_N;
    return true;
}

static double embedding_answer(void *self) { return ((embedding *)self)->loss; }

/* ---- the step of an optimizer ---- */

typedef struct step_of {
    float *w, *g, *m, rate;
} step_of;

static void *start_step(bench_setup s)
{
    step_of *n = hand_zeroed(sizeof *n);
    n->w = values(STREAM_WEIGHTS, 1, STEP_NUMBERS), n->g = large(STEP_NUMBERS * sizeof *n->g);
    if (s.size == STEP_MOMENTUM) n->m = large(STEP_NUMBERS * sizeof *n->m);
    for (int i = 0; i < STEP_NUMBERS; i++) n->g[i] = 0.5F;
    n->rate = (float)bench_rates_of(s).sgd;
    return n;
}

static bool step(void *self)
{
    const step_of *n = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        const share c = share_of(STEP_NUMBERS, omp_get_thread_num(), omp_get_num_threads());
        float *restrict w = n->w, *restrict m = n->m;
        const float *restrict g = n->g, rate = n->rate;
        if (m)
            for (int i = c.from; i < c.to; i++) m[i] = (float)STEP_BETA * m[i] + g[i], w[i] -= rate * m[i];
        else
            for (int i = c.from; i < c.to; i++) w[i] -= rate * g[i];
    }
    return true;
}

static double step_answer(void *self) { return weighted(((step_of *)self)->w, STEP_NUMBERS); }

/* ---- a softmax of long rows ---- */

typedef struct softmax {
    float *x, *y;
} softmax;

static void *start_softmax(bench_setup s)
{
    softmax *n = hand_zeroed(sizeof *n);
    (void)s;
    n->x = values(STREAM_X, 4, (size_t)SOFTMAX_ROWS * SOFTMAX_WIDTH);
    n->y = large((size_t)SOFTMAX_ROWS * SOFTMAX_WIDTH * sizeof *n->y);
    return n;
}

/* A row stays in the second cache between the passes. */
static bool softmax_step(void *self)
{
    const softmax *n = self;
#pragma omp parallel for num_threads(BENCH_THREADS) schedule(static)
    for (int i = 0; i < SOFTMAX_ROWS; i++) {
        const float *restrict x = n->x + (long)i * SOFTMAX_WIDTH;
        float *restrict y = n->y + (long)i * SOFTMAX_WIDTH, high = x[0], sum = 0;
#pragma omp simd reduction(max : high)
        for (int j = 0; j < SOFTMAX_WIDTH; j++) high = x[j] > high ? x[j] : high;
#pragma omp simd reduction(+ : sum)
        for (int j = 0; j < SOFTMAX_WIDTH; j++) y[j] = vmath_exp(x[j] - high), sum += y[j];
        sum = 1 / sum;
        VECTOR_LOOP
        for (int j = 0; j < SOFTMAX_WIDTH; j++) y[j] *= sum;
    }
    return true;
}

static double softmax_answer(void *self)
{
    return SOFTMAX_WIDTH * weighted(((softmax *)self)->y, (size_t)SOFTMAX_ROWS * SOFTMAX_WIDTH);
}

/* ---- logistic regression ---- */

enum { L_K = LOGISTIC_INPUTS, L_BLOCK = 512 };

typedef struct logistic {
    double *x, *y, w[L_K], b, g[BENCH_THREADS][L_K + 1], rate, loss;
} logistic;

static void *start_logistic(bench_setup s)
{
    logistic *n = hand_zeroed(sizeof *n);
    n->x = large((size_t)LOGISTIC_ROWS * L_K * sizeof *n->x), n->y = large(LOGISTIC_ROWS * sizeof *n->y);
    for (uint32_t i = 0; i < LOGISTIC_ROWS * L_K; i++) n->x[i] = (double)bench_value(STREAM_X, i);
    for (uint32_t i = 0; i < LOGISTIC_ROWS; i++) n->y[i] = bench_class(STREAM_Y, i, 2);
    for (uint32_t k = 0; k < L_K; k++) n->w[k] = (double)bench_value(STREAM_WEIGHTS, k);
    n->rate = bench_rates_of(s).sgd;
    return n;
}

/* e^-a and ln(1 + e) to about 1e-9: more digits than the answers are compared in, fewer than libm's. */
static inline double exp_of(double x)
{
    const double k = __builtin_rint(x * 1.4426950408889634);
    const double r = VMATH_KEEP(x - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45;
    double p = 1.0 / 3628800;
    for (int i = 9; i >= 0; i--) {
        static const double c[] = { 1,         1,         0.5,        1.0 / 6,     1.0 / 24,
                                    1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880 };
        p = p * r + c[i];
    }
    const uint64_t bits = (uint64_t)((int64_t)k + 1023) << 52;
    double s;
    memcpy(&s, &bits, sizeof s);
    return s * p;
}

/* 2 artanh(e / (2 + e)) for 0 <= e <= 1. */
static inline double log1p_of(double e)
{
    const double s = e / (2 + e), z = s * s;
    double q = 1.0 / 19;
    for (int i = 17; i >= 1; i -= 2) q = q * z + 1.0 / i;
    return 2 * s * q;
}

static double logistic_rows(const logistic *n, int from, int to, double *restrict g)
{
    double a[L_BLOCK], loss = 0;
    for (int i = from; i < to; i++) {
        const double *restrict x = n->x + (long)i * L_K;
        double s = n->b;
#pragma omp simd reduction(+ : s)
        for (int k = 0; k < L_K; k++) s += x[k] * n->w[k];
        a[i - from] = s;
    }
#pragma omp simd reduction(+ : loss)
    for (int i = 0; i < to - from; i++) {
        const double e = exp_of(-fabs(a[i])), p = 1 / (1 + e), y = n->y[from + i];
        loss += (a[i] > 0 ? a[i] : 0) - a[i] * y + log1p_of(e);
        a[i] = (a[i] > 0 ? p : e * p) - y;
    }
    for (int i = from; i < to; i++) {
        const double *restrict x = n->x + (long)i * L_K, d = a[i - from];
        VECTOR_LOOP
        for (int k = 0; k < L_K; k++) g[k] += d * x[k];
        g[L_K] += d;
    }
    return loss;
}

static bool logistic_step(void *self)
{
    logistic *n = self;
    double loss = 0;
    memset(n->g, 0, sizeof n->g);
#pragma omp parallel num_threads(BENCH_THREADS) reduction(+ : loss)
    {
        double g[L_K + 1] = { 0 };
#pragma omp for schedule(static)
        for (int i = 0; i < LOGISTIC_ROWS; i += L_BLOCK)
            loss += logistic_rows(n, i, i + L_BLOCK < LOGISTIC_ROWS ? i + L_BLOCK : LOGISTIC_ROWS, g);
        memcpy(n->g[omp_get_thread_num()], g, sizeof g);
    }
    n->loss = loss / LOGISTIC_ROWS;
    for (int k = 0; k <= L_K; k++) {
        double *at = k < L_K ? &n->w[k] : &n->b;
        n->g[0][k] = (n->g[0][k] + n->g[1][k]) / LOGISTIC_ROWS;
        *at -= n->rate * n->g[0][k];
    }
    return true;
}

static double logistic_answer(void *self) { return ((logistic *)self)->loss; }

static size_t logistic_gradient(void *self, double *to)
{
    memcpy(to, ((logistic *)self)->g[0], (L_K + 1) * sizeof *to);
    return L_K + 1;
}

/* ---- n bodies ---- */

typedef struct bodies {
    double x[3][BODIES], g[3][BODIES], sum;
} bodies;

static void *start_bodies(bench_setup s)
{
    bodies *n = hand_zeroed(sizeof *n);
    (void)s;
    for (uint32_t i = 0; i < 3 * BODIES; i++) n->x[i / BODIES][i % BODIES] = (double)bench_value(STREAM_X, i);
    return n;
}

/* Each pair is looked at from both of its ends, so that nothing is added at far places. */
static bool bodies_step(void *self)
{
    bodies *n = self;
    double all = 0;
#pragma omp parallel for num_threads(BENCH_THREADS) reduction(+ : all) schedule(static)
    for (int i = 0; i < BODIES; i++) {
        double sum = 0, gx = 0, gy = 0, gz = 0;
#pragma omp simd reduction(+ : sum, gx, gy, gz)
        for (int j = 0; j < BODIES; j++) {
            const double x = n->x[0][i] - n->x[0][j], y = n->x[1][i] - n->x[1][j],
                         z = n->x[2][i] - n->x[2][j];
            const double q = 1 / (x * x + y * y + z * z + BODIES_SOFT * BODIES_SOFT), r = sqrt(q), c = q * r;
            sum += r, gx -= 2 * c * x, gy -= 2 * c * y, gz -= 2 * c * z;
        }
        n->g[0][i] = gx, n->g[1][i] = gy, n->g[2][i] = gz;
        all += sum;
    }
    n->sum = all;
    return true;
}

static double bodies_answer(void *self) { return ((bodies *)self)->sum; }

static size_t bodies_gradient(void *self, double *to)
{
    memcpy(to, ((bodies *)self)->g, sizeof((bodies *)self)->g);
    return (size_t)3 * BODIES;
}

const bench_side hand_embedding = { start_embedding, embedding_step, hand_stop, BENCH_CHECK_STEPS,
                                    .answer = embedding_answer };
const bench_side hand_step = { start_step, step, hand_stop, BENCH_CHECK_STEPS, .answer = step_answer };
const bench_side hand_long_softmax = { start_softmax, softmax_step, hand_stop, 1, .answer = softmax_answer };
const bench_side hand_logistic = { start_logistic,    logistic_step,   hand_stop,
                                   BENCH_CHECK_STEPS, logistic_answer, .gradient = logistic_gradient };
const bench_side hand_bodies = { start_bodies,  bodies_step,
                                 hand_stop,     1,
                                 bodies_answer, .gradient = bodies_gradient };
