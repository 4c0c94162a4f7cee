/* rows.c: W7, value and gradient of softmax cross-entropy on [512, 32768] with class numbers, and of layer
 * norm and batch norm on [4096, 1024] with a given gradient of the output.
 *
 * Each thread has a part of the rows. The column sums of batch norm are computed by each thread and then
 * added.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hand.h"
#include "hand_product.h"
#include "hand_stream.h"
#include "hand_vmath.h"

enum { F = ROWS_FEATURES };

typedef struct rows {
    int n, width;
    float *x, *dx, *y, *gy; /* [n, width]; only the norms have y and gy */
    int *label;             /* [n]; only softmax-CE has labels */
    float gamma[F], beta[F], dgamma[F], dbeta[F];
    float *spread, *mean;            /* for each row (layer norm) or column (batch norm) */
    float part[BENCH_THREADS][2][F]; /* the column sums of each thread */
    double loss;
} rows;

/* Allocates huge pages if the system provides them. */
static float *floats(size_t n)
{
    const size_t huge = 1 << 21, bytes = (n * 4 + huge - 1) / huge * huge;
    float *p = hand_memory(bytes, huge);
    madvise(p, bytes, MADV_HUGEPAGE);
    return memset(p, 0, bytes);
}

static rows *make(int n, int width)
{
    rows *r = hand_zeroed(sizeof *r);
    r->n = n, r->width = width;
    r->x = floats((size_t)n * (size_t)width), r->dx = floats((size_t)n * (size_t)width);
    for (uint32_t i = 0; i < (uint32_t)n * (uint32_t)width; i++) r->x[i] = bench_value(STREAM_X, i);
    return r;
}

static void *start_softmax(bench_setup s)
{
    rows *r = make(ROWS_SOFTMAX, ROWS_CLASSES);
    (void)s;
    r->label = hand_zeroed(ROWS_SOFTMAX * sizeof *r->label);
    for (uint32_t i = 0; i < ROWS_SOFTMAX; i++) r->label[i] = bench_class(STREAM_Y, i, ROWS_CLASSES);
    return r;
}

static void *start_norm(bench_setup s)
{
    size_t n = (size_t)ROWS_NORM * F;
    rows *r = make(ROWS_NORM, F);
    (void)s;
    r->y = floats(n), r->gy = floats(n), r->spread = floats(ROWS_NORM), r->mean = floats(ROWS_NORM);
    for (uint32_t i = 0; i < n; i++) r->gy[i] = bench_value(STREAM_Y, i);
    for (uint32_t j = 0; j < F; j++)
        r->gamma[j] = 1 + 0.5F * bench_value(STREAM_GAMMA, j), r->beta[j] = bench_value(STREAM_BETA, j);
    return r;
}

/* ---- softmax cross-entropy ---- */

static float highest(const float *x, int n)
{
    float high = x[0];
#pragma omp simd reduction(max : high)
    for (int j = 0; j < n; j++) high = x[j] > high ? x[j] : high;
    return high;
}

/* Writes e^(x - high) to e, where the gradient reads them while they are in the cache. Returns their sum,
 * added in pieces. */
static double exponentials(const float *restrict x, float *restrict e, int n, float high)
{
    double sum = 0;
    for (int from = 0; from < n; from += F) {
        float piece = 0;
#pragma omp simd reduction(+ : piece)
        for (int j = from; j < from + F; j++) {
            e[j] = vmath_exp(x[j] - high);
            piece += e[j];
        }
        sum += (double)piece;
    }
    return sum;
}

static double softmax_row(const rows *r, int i, float *e)
{
    const float *x = r->x + (long)i * r->width;
    float *dx = r->dx + (long)i * r->width, high = highest(x, r->width);
    double sum = exponentials(x, e, r->width, high);
    int y = r->label[i];
    e[y] -= (float)sum;
    stream_out(dx, e, (float)(1 / (sum * r->n)), r->width);
    return log(sum) - (double)(x[y] - high);
}

static bool softmax(void *self)
{
    rows *r = self;
    double loss = 0;
#pragma omp parallel num_threads(BENCH_THREADS) reduction(+ : loss)
    {
        _Alignas(64) float e[ROWS_CLASSES];
#pragma omp for schedule(static)
        for (int i = 0; i < r->n; i++) loss += softmax_row(r, i, e);
        _mm_sfence();
    }
    r->loss = loss / r->n;
    return true;
}

/* ---- norms: y = gamma z + beta, z = (x - mean) spread ---- */

static void clear_parts(rows *r, int t) { memset(r->part[t], 0, sizeof r->part[t]); }

/* Adds the column sums of all threads, in the order of the threads. */
static void add_parts(const rows *r, int which, float *to, int threads)
{
    for (int j = 0; j < F; j++) {
        to[j] = 0;
        for (int t = 0; t < threads; t++) to[j] += r->part[t][which][j];
    }
}

static void layer_norm_row(rows *r, int i, float *dgamma, float *dbeta)
{
    const float *x = r->x + (long)i * F, *gy = r->gy + (long)i * F;
    float sum = 0, square = 0, g = 0, gz = 0, mean, spread;
    _Alignas(64) float y[F], dx[F];
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < F; j++) sum += x[j];
    mean = sum / F;
#pragma omp simd reduction(+ : square)
    for (int j = 0; j < F; j++) square += (x[j] - mean) * (x[j] - mean);
    spread = 1 / sqrtf(square / F + (float)NORM_EPS);
#pragma omp simd reduction(+ : g, gz)
    for (int j = 0; j < F; j++) {
        float z = (x[j] - mean) * spread, d = gy[j] * r->gamma[j];
        y[j] = r->gamma[j] * z + r->beta[j];
        g += d, gz += d * z;
        dgamma[j] += gy[j] * z, dbeta[j] += gy[j];
    }
    g /= F, gz /= F;
    VECTOR_LOOP
    for (int j = 0; j < F; j++) dx[j] = spread * (gy[j] * r->gamma[j] - g - (x[j] - mean) * spread * gz);
    stream_out(r->y + (long)i * F, y, 1, F);
    stream_out(r->dx + (long)i * F, dx, 1, F);
}

static bool layer_norm(void *self)
{
    rows *r = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        int t = omp_get_thread_num();
        clear_parts(r, t);
#pragma omp for schedule(static)
        for (int i = 0; i < r->n; i++) layer_norm_row(r, i, r->part[t][0], r->part[t][1]);
        _mm_sfence();
#pragma omp single
        add_parts(r, 0, r->dgamma, omp_get_num_threads()), add_parts(r, 1, r->dbeta, omp_get_num_threads());
    }
    return true;
}

/* Sums x - origin and its square. The origin is the first row, so that the difference of the two sums does
 * not lose digits. */
static void column_moments(const rows *r, share rs, float *restrict sum, float *restrict square)
{
    for (int i = rs.from; i < rs.to; i++) {
        const float *restrict x = r->x + (long)i * F;
        VECTOR_LOOP
        for (int j = 0; j < F; j++) {
            float t = x[j] - r->x[j];
            sum[j] += t, square[j] += t * t;
        }
    }
}

static void finish_moments(rows *r, int threads)
{
    float sum[F], square[F];
    add_parts(r, 0, sum, threads), add_parts(r, 1, square, threads);
    for (int j = 0; j < F; j++) {
        float mean = sum[j] / (float)r->n;
        r->mean[j] = r->x[j] + mean;
        r->spread[j] = 1 / sqrtf(square[j] / (float)r->n - mean * mean + (float)NORM_EPS);
    }
}

/* Goes from the last row to the first, because the rows that the pass before read last are still in the
 * cache. */
static void column_gradients(rows *r, share rs, float *restrict dgamma, float *restrict dbeta)
{
    const float *mean = r->mean, *spread = r->spread, *gamma = r->gamma, *beta = r->beta;
    _Alignas(64) float y[F];
    for (int i = rs.to - 1; i >= rs.from; i--) {
        const float *restrict x = r->x + (long)i * F, *restrict gy = r->gy + (long)i * F;
        VECTOR_LOOP
        for (int j = 0; j < F; j++) {
            float z = (x[j] - mean[j]) * spread[j];
            y[j] = gamma[j] * z + beta[j];
            dgamma[j] += gy[j] * z, dbeta[j] += gy[j];
        }
        stream_out(r->y + (long)i * F, y, 1, F);
    }
}

/* dx = gamma spread (gy - (dbeta + z dgamma) / n) = a gy + b (x - mean) + c, by columns. */
static void batch_norm_dx(rows *r, share rs)
{
    const float *mean = r->mean;
    _Alignas(64) float a[F], b[F], c[F], dx[F];
    for (int j = 0; j < F; j++) {
        a[j] = r->gamma[j] * r->spread[j];
        b[j] = -a[j] * r->spread[j] * r->dgamma[j] / (float)r->n;
        c[j] = -a[j] * r->dbeta[j] / (float)r->n;
    }
    for (int i = rs.from; i < rs.to; i++) {
        const float *restrict x = r->x + (long)i * F, *restrict gy = r->gy + (long)i * F;
        VECTOR_LOOP
        for (int j = 0; j < F; j++) dx[j] = a[j] * gy[j] + b[j] * (x[j] - mean[j]) + c[j];
        stream_out(r->dx + (long)i * F, dx, 1, F);
    }
    _mm_sfence();
}

static bool batch_norm(void *self)
{
    rows *r = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        int t = omp_get_thread_num(), of = omp_get_num_threads();
        share rs = share_of(r->n, t, of);
        clear_parts(r, t);
        column_moments(r, rs, r->part[t][0], r->part[t][1]);
#pragma omp barrier
        if (t == 0) finish_moments(r, of);
#pragma omp barrier
        clear_parts(r, t);
        column_gradients(r, rs, r->part[t][0], r->part[t][1]);
#pragma omp barrier
        if (t == 0) add_parts(r, 0, r->dgamma, of), add_parts(r, 1, r->dbeta, of);
#pragma omp barrier
        batch_norm_dx(r, rs);
    }
    return true;
}

/* ---- answers ---- */

static double weighted(const float *v, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += (double)v[i] * (double)((int)(i % 7) - 2);
    return s;
}

static double answer_softmax(void *self)
{
    const rows *r = self;
    return r->loss + weighted(r->dx, (size_t)r->n * (size_t)r->width);
}

static double answer_norm(void *self)
{
    const rows *r = self;
    const size_t n = (size_t)r->n * F;
    return (weighted(r->y, n) + weighted(r->dx, n)) / F + weighted(r->dgamma, F) + weighted(r->dbeta, F);
}

const bench_side hand_softmax = { start_softmax, softmax, hand_stop, 1, .answer = answer_softmax };
const bench_side hand_layer_norm = { start_norm, layer_norm, hand_stop, 1, .answer = answer_norm };
const bench_side hand_batch_norm = { start_norm, batch_norm, hand_stop, 1, .answer = answer_norm };
