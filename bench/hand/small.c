/* small.c: W3, one training step of 2-4-1: tanh, sigmoid with binary cross-entropy from logits, SGD; one
 * thread.
 *
 * With a batch of one the vector loops run over the four hidden units, with a larger batch over the examples.
 */
#include <stdlib.h>
#include <string.h>

#include "hand.h"
#include "hand_vmath.h"

enum { BATCH = 32, IN = 2, HIDDEN = 4, PARAMETERS = IN * HIDDEN + HIDDEN + HIDDEN + 1 };

typedef struct weights {
    float W1[IN][HIDDEN], b1[HIDDEN], W2[HIDDEN], b2;
} weights;

typedef struct small {
    int batch;
    float lr, loss;
    weights w, g;
    float x[BATCH][IN], y[BATCH];
} small;

static void *start(bench_setup s)
{
    small *m = hand_zeroed(sizeof *m);
    m->batch = s.size;
    m->lr = s.check ? 0.1F : 1e-9F;
    float *w = &m->w.W1[0][0];
    for (uint32_t i = 0; i < IN * HIDDEN; i++) w[i] = bench_value(STREAM_WEIGHTS, i);
    for (uint32_t i = 0; i < HIDDEN; i++) m->w.W2[i] = bench_value(STREAM_WEIGHTS + 1, i);
    for (uint32_t i = 0; i < BATCH; i++) {
        m->x[i][0] = bench_value(STREAM_X, 2 * i), m->x[i][1] = bench_value(STREAM_X, 2 * i + 1);
        m->y[i] = (float)bench_class(STREAM_Y, i, 2);
    }
    return m;
}

/* The loss of one example and its derivative with respect to the logit z. */
static inline float bce(float z, float y, float *dz)
{
    float e = vmath_exp(z > 0 ? -z : z), r = 1 / (1 + e);
    *dz = (z > 0 ? r : e * r) - y;
    return vmath_softplus(z, e) - y * z;
}

static void gradient_of_one(small *m)
{
    const weights *w = &m->w;
    weights *g = &m->g;
    float h[HIDDEN], x0 = m->x[0][0], x1 = m->x[0][1], z = w->b2, dz;
    VECTOR_LOOP
    for (int j = 0; j < HIDDEN; j++) h[j] = vmath_tanh(x0 * w->W1[0][j] + x1 * w->W1[1][j] + w->b1[j]);
    for (int j = 0; j < HIDDEN; j++) z += h[j] * w->W2[j];
    m->loss = bce(z, m->y[0], &dz);
    VECTOR_LOOP
    for (int j = 0; j < HIDDEN; j++) {
        float da = dz * w->W2[j] * (1 - h[j] * h[j]);
        g->W2[j] = dz * h[j];
        g->b1[j] = da;
        g->W1[0][j] = da * x0;
        g->W1[1][j] = da * x1;
    }
    g->b2 = dz;
}

static void gradient_of_batch(small *m)
{
    enum { n = BATCH };
    const weights w = m->w;
    weights g;
    float x0[n], x1[n], h[HIDDEN][n], dz[n], loss = 0, db2 = 0, scale = 1.0F / n;
    VECTOR_LOOP
    for (int i = 0; i < n; i++) x0[i] = m->x[i][0], x1[i] = m->x[i][1];
    for (int j = 0; j < HIDDEN; j++) {
        VECTOR_LOOP
        for (int i = 0; i < n; i++) h[j][i] = vmath_tanh(x0[i] * w.W1[0][j] + x1[i] * w.W1[1][j] + w.b1[j]);
    }
#pragma omp simd reduction(+ : loss, db2)
    for (int i = 0; i < n; i++) {
        float z = h[0][i] * w.W2[0] + h[1][i] * w.W2[1] + h[2][i] * w.W2[2] + h[3][i] * w.W2[3] + w.b2;
        loss += bce(z, m->y[i], &dz[i]);
        dz[i] *= scale;
        db2 += dz[i];
    }
    for (int j = 0; j < HIDDEN; j++) {
        float dW2 = 0, db1 = 0, dW10 = 0, dW11 = 0;
#pragma omp simd reduction(+ : dW2, db1, dW10, dW11)
        for (int i = 0; i < n; i++) {
            float da = dz[i] * w.W2[j] * (1 - h[j][i] * h[j][i]);
            dW2 += dz[i] * h[j][i], db1 += da, dW10 += da * x0[i], dW11 += da * x1[i];
        }
        g.W2[j] = dW2, g.b1[j] = db1, g.W1[0][j] = dW10, g.W1[1][j] = dW11;
    }
    g.b2 = db2;
    m->g = g;
    m->loss = loss * scale;
}

static inline void step(small *m)
{
    float *w = (float *)&m->w, *g = (float *)&m->g;
    if (m->batch == 1) gradient_of_one(m);
    else gradient_of_batch(m);
    VECTOR_LOOP
    for (int i = 0; i < PARAMETERS; i++) w[i] -= m->lr * g[i];
}

/* A call a step would count. */
static bool run(void *self, int64_t n, double seconds[])
{
    (void)seconds;
    for (int64_t k = 0; k < n; k++) {
        step(self);
        __asm__ volatile("" : : "r"(self) : "memory"); /* forces every step to write its results to memory */
    }
    return true;
}

static double answer(void *self) { return (double)((small *)self)->loss; }

static size_t gradient(void *self, double *to)
{
    return hand_gradient(to, (const float *)&((small *)self)->g, PARAMETERS);
}

const bench_side hand_small = { start, NULL, hand_stop, BENCH_CHECK_STEPS, answer, gradient, run };
