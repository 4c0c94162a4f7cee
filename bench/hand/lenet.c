/* lenet.c: W9 by hand. Each thread takes half of the batch through the whole net, image by image in the
 * convolutions: patches of an image become rows of a matrix that stays in the cache, products are
 * serial BLAS calls. Maxima come before bias and ReLU, which changes nothing and leaves a quarter of
 * the work. Then the threads add their gradients and update a half each. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../lenet.h"
#include "hand.h"
#include "hand_product.h"
#include "hand_vmath.h"

enum { HALF = LENET_BATCH / BENCH_THREADS, WIDEST = 256 };

/* A convolution and its maxima: sides of the square images. */
typedef struct conv {
    int in, side, channels, units, out, patch,
        rows; /* out: side after the maxima; rows: places of an image */
} conv;
static const conv layer1 = { 28, 24, 1, 6, 12, 25, 576 }, layer2 = { 12, 8, 6, 16, 4, 150, 64 };

/* What a thread computes. */
typedef struct part {
    float patches[576 * 25], places[576 * 16], back[64 * 150]; /* of one image */
    float a1[HALF * 864], a2[HALF * 256], d1[HALF * 864], d2[HALF * 256];
    unsigned char at1[HALF * 864], at2[HALF * 256]; /* which of four elements is the largest */
    float h1[HALF * 120], h2[HALF * 84], z[HALF * 10], e1[HALF * 120], e2[HALF * 84], e[HALF * 10];
    float loss, *g;
} part;

typedef struct net {
    float *theta, *m, *x;
    int *y, W[LENET_LAYERS], b[LENET_LAYERS], count; /* where parameters begin */
    float rate;
    part *part[BENCH_THREADS];
} net;

static void *start(bench_setup s)
{
    net *n = hand_zeroed(sizeof *n);
    for (int l = 0; l < LENET_LAYERS; l++) {
        n->W[l] = n->count;
        n->b[l] = n->W[l] + lenet_inputs[l] * lenet_units[l];
        n->count = (n->b[l] + lenet_units[l] + 15) / 16 * 16;
    }
    n->theta = hand_zeroed((size_t)n->count * 4), n->m = hand_zeroed((size_t)n->count * 4);
    for (int l = 0; l < LENET_LAYERS; l++)
        for (int i = 0; i < lenet_inputs[l] * lenet_units[l]; i++) n->theta[n->W[l] + i] = lenet_weight(l, i);
    n->x = hand_zeroed(LENET_BATCH * 784 * 4);
    n->y = hand_zeroed(LENET_BATCH * sizeof *n->y);
    for (uint32_t i = 0; i < LENET_BATCH * 784; i++) n->x[i] = bench_value(STREAM_X, i);
    for (uint32_t i = 0; i < LENET_BATCH; i++) n->y[i] = bench_class(STREAM_Y, i, LENET_CLASSES);
    for (int t = 0; t < BENCH_THREADS; t++) {
        n->part[t] = hand_zeroed(sizeof **n->part);
        n->part[t]->g = hand_zeroed((size_t)n->count * 4);
    }
    n->rate = (float)lenet_rate(s);
    return n;
}

/* ---- convolutions ---- */

/* Row i of the patches are the elements that place i of the result sees. */
static void make_patches(const conv *l, const float *x, float *to)
{
    const int run = 5 * l->channels;
    for (int i = 0; i < l->rows; i++)
        for (int k = 0; k < 5; k++, to += run)
            memcpy(to, x + ((i / l->side + k) * l->in + i % l->side) * l->channels, (size_t)run * sizeof *to);
}

/* The largest of four places, with bias and ReLU. */
static void maxima(const conv *l, const float *places, const float *b, float *a, unsigned char *at)
{
    for (int i = 0; i < l->out * l->out; i++, a += l->units, at += l->units) {
        const float *p = places + (i / l->out * 2 * l->side + i % l->out * 2) * l->units, *q = p + l->units,
                    *r = p + l->side * l->units, *s = r + l->units;
        VECTOR_LOOP
        for (int c = 0; c < l->units; c++) {
            const float above = p[c] >= q[c] ? p[c] : q[c], below = r[c] >= s[c] ? r[c] : s[c];
            const int first = p[c] >= q[c] ? 0 : 1, second = r[c] >= s[c] ? 2 : 3;
            const float best = (above >= below ? above : below) + b[c];
            a[c] = best > 0 ? best : 0;
            at[c] = (unsigned char)(best > 0 ? above >= below ? first : second : 4);
        }
    }
}

static void forward(const conv *l, part *p, const float *x, const float *W, const float *b, float *a,
                    unsigned char *at)
{
    make_patches(l, x, p->patches);
    product_whole(l->rows, l->units, l->patch, (matrix){ p->patches, l->patch, false },
                  (matrix){ W, l->units, false }, p->places, l->units);
    maxima(l, p->places, b, a, at);
}

/* The gradient of the places: that of the maxima at the largest of four. */
static void spread(const conv *l, const float *d, const unsigned char *at, float *places)
{
    for (int i = 0; i < l->out * l->out; i++, d += l->units, at += l->units) {
        float *p = places + (i / l->out * 2 * l->side + i % l->out * 2) * l->units, *q = p + l->units,
              *r = p + l->side * l->units, *s = r + l->units;
        VECTOR_LOOP
        for (int c = 0; c < l->units; c++) {
            p[c] = at[c] == 0 ? d[c] : 0, q[c] = at[c] == 1 ? d[c] : 0;
            r[c] = at[c] == 2 ? d[c] : 0, s[c] = at[c] == 3 ? d[c] : 0;
        }
    }
}

/* Adds to the gradients of W and b, and writes that of x, if it is wanted. */
static void backward(const conv *l, part *p, const float *x, const float *d, const unsigned char *at,
                     const float *W, float *gW, float *gb, float *gx)
{
    spread(l, d, at, p->places);
    make_patches(l, x, p->patches);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, l->patch, l->units, l->rows, 1, p->patches, l->patch,
                p->places, l->units, 1, gW, l->units);
    for (int i = 0; i < l->rows; i++) {
        VECTOR_LOOP
        for (int c = 0; c < l->units; c++) gb[c] += p->places[i * l->units + c];
    }
    if (!gx) return;
    product_whole(l->rows, l->patch, l->units, (matrix){ p->places, l->units, false },
                  (matrix){ W, l->units, true }, p->back, l->patch);
    memset(gx, 0, (size_t)(l->in * l->in * l->channels) * sizeof *gx);
    const int run = 5 * l->channels;
    for (int i = 0; i < l->rows; i++)
        for (int k = 0; k < 5; k++) {
            float *to = gx + ((i / l->side + k) * l->in + i % l->side) * l->channels;
            const float *from = p->back + i * l->patch + k * run;
            VECTOR_LOOP
            for (int c = 0; c < run; c++) to[c] += from[c];
        }
}

/* ---- dense layers, of a half of the batch ---- */

static void dense(const net *n, int l, const float *x, float *y, bool relu)
{
    const int units = lenet_units[l];
    product(HALF, units, lenet_inputs[l], (matrix){ x, lenet_inputs[l], false },
            (matrix){ n->theta + n->W[l], units, false }, y, units);
    for (int i = 0; i < HALF; i++) {
        VECTOR_LOOP
        for (int j = 0; j < units; j++) {
            const float z = y[i * units + j] + n->theta[n->b[l] + j];
            y[i * units + j] = relu && z < 0 ? 0 : z;
        }
    }
}

/* From the gradient d of layer l to those of its parameters and, where x > 0, of x. */
static void dense_back(const net *n, part *p, int l, const float *x, const float *d, float *gx)
{
    const int units = lenet_units[l], inputs = lenet_inputs[l];
    product(inputs, units, HALF, (matrix){ x, inputs, true }, (matrix){ d, units, false }, p->g + n->W[l],
            units);
    for (int i = 0; i < HALF; i++) {
        VECTOR_LOOP
        for (int j = 0; j < units; j++) p->g[n->b[l] + j] += d[i * units + j];
    }
    product(HALF, inputs, units, (matrix){ d, units, false }, (matrix){ n->theta + n->W[l], units, true }, gx,
            inputs);
    VECTOR_LOOP
    for (int i = 0; i < HALF * inputs; i++) gx[i] = x[i] > 0 ? gx[i] : 0;
}

static void losses(part *p, const int *y)
{
    p->loss = 0;
    for (int i = 0; i < HALF; i++) {
        const float *z = p->z + i * LENET_CLASSES;
        float *e = p->e + i * LENET_CLASSES, high = -INFINITY, sum = 0;
        for (int j = 0; j < LENET_CLASSES; j++) high = z[j] > high ? z[j] : high;
        VECTOR_LOOP
        for (int j = 0; j < LENET_CLASSES; j++) e[j] = vmath_exp(z[j] - high);
        for (int j = 0; j < LENET_CLASSES; j++) sum += e[j];
        for (int j = 0; j < LENET_CLASSES; j++) e[j] *= 1 / (sum * LENET_BATCH);
        e[y[i]] -= 1.0F / LENET_BATCH;
        p->loss += logf(sum) + high - z[y[i]];
    }
    p->loss /= LENET_BATCH;
}

/* ---- a step ---- */

static void half_of_batch(net *n, part *p, int thread)
{
    const float *x = n->x + thread * HALF * 784, *theta = n->theta;
    memset(p->g, 0, (size_t)n->count * sizeof *p->g);
    for (int i = 0; i < HALF; i++) {
        forward(&layer1, p, x + i * 784, theta + n->W[0], theta + n->b[0], p->a1 + i * 864, p->at1 + i * 864);
        forward(&layer2, p, p->a1 + i * 864, theta + n->W[1], theta + n->b[1], p->a2 + i * 256,
                p->at2 + i * 256);
    }
    dense(n, 2, p->a2, p->h1, true);
    dense(n, 3, p->h1, p->h2, true);
    dense(n, 4, p->h2, p->z, false);
    losses(p, n->y + thread * HALF);
    dense_back(n, p, 4, p->h2, p->e, p->e2);
    dense_back(n, p, 3, p->h1, p->e2, p->e1);
    dense_back(n, p, 2, p->a2, p->e1, p->d2);
    for (int i = 0; i < HALF; i++) {
        backward(&layer2, p, p->a1 + i * 864, p->d2 + i * 256, p->at2 + i * 256, theta + n->W[1],
                 p->g + n->W[1], p->g + n->b[1], p->d1 + i * 864);
        backward(&layer1, p, x + i * 784, p->d1 + i * 864, p->at1 + i * 864, theta + n->W[0], p->g + n->W[0],
                 p->g + n->b[0], NULL);
    }
}

static void update(net *n, share c)
{
    float *restrict w = n->theta, *restrict m = n->m;
    const float *restrict g = n->part[0]->g, *restrict h = n->part[1]->g;
    VECTOR_LOOP
    for (int i = c.from; i < c.to; i++) {
        m[i] = (float)LENET_MOMENTUM * m[i] + (g[i] + h[i]);
        w[i] -= n->rate * m[i];
    }
}

static bool step(void *self)
{
    net *n = self;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        const int t = omp_get_thread_num();
        half_of_batch(n, n->part[t], t);
#pragma omp barrier
        update(n, share_of(n->count, t, BENCH_THREADS));
    }
    return true;
}

static double answer(void *self)
{
    net *n = self;
    return (double)n->part[0]->loss + (double)n->part[1]->loss;
}

const bench_side hand_lenet = { start, step, hand_stop, BENCH_CHECK_STEPS, .answer = answer };
