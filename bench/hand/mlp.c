/* mlp.c: W1, one training step of 784-256-128-10 with ReLU, softmax cross-entropy and Adam, batch 128.
 *
 * A step is one parallel region with five barriers. A thread has a part of the columns of each hidden layer
 * (values, gradients), a part of the batch for the loss, and a part of the rows of each
 * weight matrix for the update.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "hand.h"
#include "hand_product.h"
#include "hand_vmath.h"

enum { HIDDEN = MLP_LAYERS - 1, CLASSES = 10, PIECE = 56 };

typedef struct layer {
    int in, out;
    float *W, *b;     /* parameters, one after the other in mlp.theta; W is [in, out] */
    float *z, *a, *d; /* [batch, out]: before and after the activation, gradient of z */
    long at;          /* where W begins in theta */
    long count;       /* parameters of this layer */
} layer;

typedef struct mlp {
    long count; /* parameters */
    float *theta, *g, *m, *v;
    layer layer[MLP_LAYERS];
    float *x, loss[BENCH_THREADS];
    int *y, step;
    double lr;
} mlp;

typedef struct adam {
    float rate, root, eps;
} adam;

static void make_layer(mlp *n, int l)
{
    layer *a = &n->layer[l];
    a->in = mlp_width[l], a->out = mlp_width[l + 1];
    a->z = hand_floats(MLP_BATCH * a->out), a->a = hand_floats(MLP_BATCH * a->out),
    a->d = hand_floats(MLP_BATCH * a->out);
    a->at = n->count;
    a->count = (long)a->in * a->out + a->out;
    n->count += (a->count + 15) / 16 * 16;
}

static void fill_layer(mlp *n, int l)
{
    layer *a = &n->layer[l];
    double s = bench_weight_scale(a->in);
    long w = (long)a->in * a->out;
    a->W = n->theta + a->at, a->b = a->W + w;
    for (long i = 0; i < w; i++)
        a->W[i] = (float)(s * (double)bench_value(STREAM_WEIGHTS + (uint32_t)l, (uint32_t)i));
}

static void *start(bench_setup s)
{
    mlp *n = hand_zeroed(sizeof *n);
    n->lr = bench_rates_of(s).adam;
    for (int l = 0; l < MLP_LAYERS; l++) make_layer(n, l);
    n->theta = hand_floats(n->count), n->g = hand_floats(n->count), n->m = hand_floats(n->count),
    n->v = hand_floats(n->count);
    for (int l = 0; l < MLP_LAYERS; l++) fill_layer(n, l);
    n->x = hand_floats(MLP_BATCH * mlp_width[0]);
    n->y = hand_zeroed(MLP_BATCH * sizeof *n->y);
    for (int i = 0; i < MLP_BATCH * mlp_width[0]; i++) n->x[i] = bench_value(STREAM_X, (uint32_t)i);
    for (int i = 0; i < MLP_BATCH; i++) n->y[i] = bench_class(STREAM_Y, (uint32_t)i, CLASSES);
    return n;
}

/* ---- forward, columns [c.from, c.to) ---- */

/* a = relu(z + b) */
static void activate(layer *a, share c)
{
    for (int i = 0; i < MLP_BATCH; i++) {
        VECTOR_LOOP
        for (int j = c.from; j < c.to; j++) {
            float z = a->z[i * a->out + j] + a->b[j];
            a->a[i * a->out + j] = z > 0 ? z : 0;
        }
    }
}

static void forward(mlp *n, int l, const float *x, share c)
{
    layer *a = &n->layer[l];
    product(MLP_BATCH, c.to - c.from, a->in, (matrix){ x, a->in, false },
            (matrix){ a->W + c.from, a->out, false }, a->z + c.from, a->out);
    activate(a, c);
}

/* ---- the loss, rows [r.from, r.to): logits, softmax, their gradient ---- */

static float loss_of_row(float *restrict z, const float *restrict b, float *restrict d, int y)
{
    float high = -INFINITY, sum = 0, label;
    for (int j = 0; j < CLASSES; j++) z[j] += b[j], high = z[j] > high ? z[j] : high;
    label = z[y] - high;
    VECTOR_LOOP
    for (int j = 0; j < CLASSES; j++) d[j] = vmath_exp(z[j] - high);
    for (int j = 0; j < CLASSES; j++) sum += d[j];
    for (int j = 0; j < CLASSES; j++) d[j] *= 1 / (sum * MLP_BATCH);
    d[y] -= 1.0F / MLP_BATCH;
    return logf(sum) - label;
}

static float loss_of_rows(mlp *n, share r)
{
    layer *a = &n->layer[HIDDEN];
    float loss = 0;
    product(r.to - r.from, CLASSES, a->in, (matrix){ n->layer[HIDDEN - 1].a + r.from * a->in, a->in, false },
            (matrix){ a->W, CLASSES, false }, a->z + r.from * CLASSES, CLASSES);
    for (int i = r.from; i < r.to; i++)
        loss += loss_of_row(a->z + i * CLASSES, a->b, a->d + i * CLASSES, n->y[i]);
    return loss / MLP_BATCH;
}

/* ---- backward, columns [c.from, c.to) ---- */

static void deactivate(layer *a, share c)
{
    for (int i = 0; i < MLP_BATCH; i++) {
        VECTOR_LOOP
        for (int j = c.from; j < c.to; j++)
            a->d[i * a->out + j] = a->a[i * a->out + j] > 0 ? a->d[i * a->out + j] : 0;
    }
}

static void bias_gradient(mlp *n, int l, share c)
{
    layer *a = &n->layer[l];
    float *gb = n->g + a->at + (long)a->in * a->out;
    memset(gb + c.from, 0, (size_t)(c.to - c.from) * sizeof *gb);
    for (int i = 0; i < MLP_BATCH; i++) {
        VECTOR_LOOP
        for (int j = c.from; j < c.to; j++) gb[j] += a->d[i * a->out + j];
    }
}

static void backward(mlp *n, int l, share c)
{
    layer *a = &n->layer[l], *next = a + 1;
    product(MLP_BATCH, c.to - c.from, next->out, (matrix){ next->d, next->out, false },
            (matrix){ next->W + (long)c.from * next->out, next->out, true }, a->d + c.from, a->out);
    deactivate(a, c);
    bias_gradient(n, l, c);
}

/* ---- the update ---- */

static void adam_step(const mlp *n, adam s, long at, int count)
{
    float *restrict w = n->theta + at, *restrict m = n->m + at, *restrict v = n->v + at;
    const float *restrict g = n->g + at;
    VECTOR_LOOP
    for (int i = 0; i < count; i++) {
        m[i] += 0.1F * (g[i] - m[i]);
        v[i] += 0.001F * (g[i] * g[i] - v[i]);
        w[i] -= s.rate * m[i] / (sqrtf(v[i]) * s.root + s.eps);
    }
}

/* Computes the gradient of rows r of W in pieces, and updates each piece while its gradient is in the cache.
 * Then updates the thread's part of b. */
static void update(mlp *n, adam s, int l, const float *x, int thread, int threads)
{
    layer *a = &n->layer[l];
    share r = share_of(a->in, thread, threads), c = share_of(a->out, thread, threads);
    for (int i = r.from; i < r.to; i += PIECE) {
        int rows = r.to - i < PIECE ? r.to - i : PIECE;
        long at = a->at + (long)i * a->out;
        product(rows, a->out, MLP_BATCH, (matrix){ x + i, a->in, true }, (matrix){ a->d, a->out, false },
                n->g + at, a->out);
        adam_step(n, s, at, rows * a->out);
    }
    adam_step(n, s, a->at + (long)a->in * a->out + c.from, c.to - c.from);
}

static adam adam_of(const mlp *n)
{
    double c1 = 1 - pow(0.9, n->step), c2 = 1 - pow(0.999, n->step);
    return (adam){ (float)(n->lr / c1), (float)(1 / sqrt(c2)), 1e-8F };
}

static bool step(void *self)
{
    mlp *n = self;
    n->step++;
    adam s = adam_of(n);
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        int t = omp_get_thread_num(), of = omp_get_num_threads();
        share c0 = share_of(mlp_width[1], t, of), c1 = share_of(mlp_width[2], t, of),
              rows = share_of(MLP_BATCH, t, of);
        forward(n, 0, n->x, c0);
#pragma omp barrier
        forward(n, 1, n->layer[0].a, c1);
#pragma omp barrier
        n->loss[t] = loss_of_rows(n, rows);
#pragma omp barrier
        backward(n, 1, c1);
#pragma omp barrier
        backward(n, 0, c0);
        bias_gradient(n, HIDDEN, share_of(CLASSES, t, of));
#pragma omp barrier
        for (int l = 0; l < MLP_LAYERS; l++) update(n, s, l, l ? n->layer[l - 1].a : n->x, t, of);
    }
    return true;
}

static double answer(void *self)
{
    double loss = 0;
    for (int t = 0; t < BENCH_THREADS; t++) loss += (double)((mlp *)self)->loss[t];
    return loss;
}

/* For each layer: W, then b. */
static size_t gradient(void *self, double *to)
{
    const mlp *n = self;
    size_t count = 0;
    for (int l = 0; l < MLP_LAYERS; l++)
        count += hand_gradient(to + count, n->g + n->layer[l].at, (size_t)n->layer[l].count);
    return count;
}

const bench_side hand_mlp = { start, step, hand_stop, BENCH_CHECK_STEPS, answer, .gradient = gradient };
