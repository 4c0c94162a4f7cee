/* layers.c: nets of many narrow layers, h = h + tanh(h W + b), mean squared error, SGD; one thread.
 *
 * A layer is updated as soon as the gradient of its input is known, so no gradient is kept. With a batch of
 * one the loops of a layer have constant bounds. Larger layers use BLAS, in calls so small that it does not
 * use threads.
 */
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "../layers.h"
#include "hand.h"
#include "hand_vmath.h"

enum { NARROW = 16 };

typedef struct layers {
    int count, width, batch;
    long in;       /* elements of the input of a layer */
    long size;     /* parameters of a layer */
    float *w;      /* of each layer W, then b */
    float *h;      /* the input of each layer, and the output of the last */
    float *t;      /* tanh of each layer */
    float *d, *dz; /* the gradients of a layer's output, and before its tanh */
    float *y, lr, loss;
    float *g; /* NULL, or where the gradient is written; then the weights do not change */
} layers;

static void *start(bench_setup s)
{
    layers *m = hand_zeroed(sizeof *m);
    const int w = layers_width(s), b = layers_batch(s);
    m->count = s.size, m->width = w, m->batch = b;
    m->in = (long)b * w, m->size = (long)w * w + w;
    m->w = hand_floats(m->count * m->size);
    m->h = hand_floats((m->count + 1) * m->in), m->t = hand_floats(m->count * m->in);
    m->d = hand_floats(m->in), m->dz = hand_floats(m->in), m->y = hand_floats(m->in);
    m->g = s.order ? hand_floats(m->count * m->size) : NULL;
    m->lr = (float)bench_rates_of(s).sgd;
    for (int l = 0; l < m->count; l++)
        for (int i = 0; i < w * w; i++) m->w[l * m->size + i] = layers_weight(s, l, i);
    for (int i = 0; i < m->in; i++) m->h[i] = bench_value(STREAM_X, (uint32_t)i);
    for (int i = 0; i < m->in; i++) m->y[i] = bench_value(STREAM_Y, (uint32_t)i);
    return m;
}

/* ---- a layer of width 16, batch 1 ---- */

static void narrow_forward(const float *restrict w, const float *restrict h, float *restrict t,
                           float *restrict next)
{
    const float *b = w + NARROW * NARROW;
    float z[NARROW];
    for (int j = 0; j < NARROW; j++) z[j] = b[j];
    for (int k = 0; k < NARROW; k++) {
        VECTOR_LOOP
        for (int j = 0; j < NARROW; j++) z[j] += h[k] * w[k * NARROW + j];
    }
    VECTOR_LOOP
    for (int j = 0; j < NARROW; j++) t[j] = vmath_tanh(z[j]), next[j] = h[j] + t[j];
}

/* to = keep w + rate times the gradient; to may be w. */
static void narrow_backward(const float *w, const float *restrict h, const float *restrict t,
                            float *restrict d, float *to, float keep, float rate)
{
    const float *b = w + NARROW * NARROW;
    float dz[NARROW];
    VECTOR_LOOP
    for (int j = 0; j < NARROW; j++) dz[j] = d[j] * (1 - t[j] * t[j]);
    for (int k = 0; k < NARROW; k++) {
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int j = 0; j < NARROW; j++) {
            float wj = w[k * NARROW + j];
            sum += wj * dz[j];
            to[k * NARROW + j] = keep * wj + rate * h[k] * dz[j];
        }
        d[k] += sum;
    }
    VECTOR_LOOP
    for (int j = 0; j < NARROW; j++) to[NARROW * NARROW + j] = keep * b[j] + rate * dz[j];
}

/* ---- a layer of any size ---- */

static void wide_forward(const layers *m, const float *w, const float *h, float *t, float *next)
{
    const int n = m->width;
    for (int i = 0; i < m->batch; i++) memcpy(t + i * n, w + n * n, (size_t)n * sizeof *t);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m->batch, n, n, 1, h, n, w, n, 1, t, n);
    VECTOR_LOOP
    for (int i = 0; i < m->in; i++) t[i] = vmath_tanh(t[i]), next[i] = h[i] + t[i];
}

/* to = keep to + rate times the gradient; to is w, or an array of its own and keep is 0. */
static void wide_backward(const layers *m, const float *w, const float *h, const float *t, float *to,
                          float keep, float rate)
{
    const int n = m->width;
    float *d = m->d, *dz = m->dz, *b = to + n * n;
    VECTOR_LOOP
    for (int i = 0; i < m->in; i++) dz[i] = d[i] * (1 - t[i] * t[i]);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m->batch, n, n, 1, dz, n, w, n, 1, d, n);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, n, m->batch, rate, h, n, dz, n, keep, to, n);
    for (int j = 0; j < n; j++) b[j] *= keep;
    for (int i = 0; i < m->batch; i++) {
        VECTOR_LOOP
        for (int j = 0; j < n; j++) b[j] += rate * dz[i * n + j];
    }
}

/* ---- a step ---- */

static bool step(void *self)
{
    layers *m = self;
    const float keep = m->g ? 0 : 1, rate = m->g ? 1 : -m->lr, *last = m->h + m->count * m->in;
    float sum = 0;
    for (int l = 0; l < m->count; l++) {
        float *w = m->w + l * m->size, *h = m->h + l * m->in, *t = m->t + l * m->in;
        if (m->batch == 1) narrow_forward(w, h, t, h + m->in);
        else wide_forward(m, w, h, t, h + m->in);
    }
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < m->in; i++) {
        float e = last[i] - m->y[i];
        sum += e * e;
        m->d[i] = 2 * e / (float)m->in;
    }
    m->loss = sum / (float)m->in;
    for (int l = m->count - 1; l >= 0; l--) {
        float *w = m->w + l * m->size, *h = m->h + l * m->in, *t = m->t + l * m->in;
        float *to = m->g ? m->g + l * m->size : w;
        if (m->batch == 1) narrow_backward(w, h, t, m->d, to, keep, rate);
        else wide_backward(m, w, h, t, to, keep, rate);
    }
    return true;
}

static double answer(void *self) { return (double)((layers *)self)->loss; }

/* Of each layer: W, then b. */
static size_t gradient(void *self, double *to)
{
    const layers *m = self;
    return hand_gradient(to, m->g, (size_t)(m->count * m->size));
}

const bench_side hand_layers = { start, step, hand_stop, BENCH_CHECK_STEPS, answer, .gradient = gradient };
