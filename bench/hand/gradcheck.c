/* gradcheck.c: W8, the two-sided gradient check of every component, as in the textbook: 2,410 parameters and
 * 512 inputs of 64-32-10 with ReLU and softmax cross-entropy, batch 8, in double. Each component takes two
 * complete forward runs.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "hand.h"
#include "hand_vmath.h"

enum {
    I = CHECK_IN,
    H = CHECK_HIDDEN,
    O = CHECK_OUT,
    B = CHECK_BATCH,
    COUNT = I * H + H + H * O + O + B * I
};
#define STEP 1e-7

typedef struct values {
    double W1[I][H], b1[H], W2[H][O], b2[O], x[B][I]; /* the components, one array after the other */
} values;

typedef struct gradcheck {
    values at, analytic, numeric;
    int y[B];
    double ratio;
} gradcheck;

_Static_assert(sizeof(values) == COUNT * sizeof(double), "no padding");

static void fill(double *to, int n, double scale, uint32_t stream)
{
    for (uint32_t i = 0; i < (uint32_t)n; i++) to[i] = scale * (double)bench_value(stream, i);
}

static void *start(bench_setup s)
{
    gradcheck *c = hand_zeroed(sizeof *c);
    (void)s;
    fill(&c->at.W1[0][0], I * H, bench_weight_scale(I), STREAM_WEIGHTS);
    fill(&c->at.W2[0][0], H * O, bench_weight_scale(H), STREAM_WEIGHTS + 1);
    fill(&c->at.x[0][0], B * I, 1, STREAM_X);
    for (uint32_t i = 0; i < B; i++) c->y[i] = bench_class(STREAM_Y, i, O);
    return c;
}

static void hidden(const values *v, int i, double h[H])
{
    memcpy(h, v->b1, sizeof v->b1);
    for (int k = 0; k < I; k++) {
        VECTOR_LOOP
        for (int j = 0; j < H; j++) h[j] += v->x[i][k] * v->W1[k][j];
    }
    for (int j = 0; j < H; j++) h[j] = h[j] > 0 ? h[j] : 0;
}

static void logits(const values *v, const double h[H], double z[O])
{
    memcpy(z, v->b2, sizeof v->b2);
    for (int k = 0; k < H; k++) {
        VECTOR_LOOP
        for (int j = 0; j < O; j++) z[j] += h[k] * v->W2[k][j];
    }
}

/* Replaces z by softmax(z). */
static double cross_entropy(double z[O], int y)
{
    double high = z[0], sum = 0, label;
    for (int j = 1; j < O; j++) high = z[j] > high ? z[j] : high;
    label = z[y] - high;
    for (int j = 0; j < O; j++) z[j] = exp(z[j] - high), sum += z[j];
    for (int j = 0; j < O; j++) z[j] /= sum;
    return log(sum) - label;
}

static double loss(const values *v, const int y[B])
{
    double sum = 0;
    for (int i = 0; i < B; i++) {
        double h[H], z[O];
        hidden(v, i, h);
        logits(v, h, z);
        sum += cross_entropy(z, y[i]);
    }
    return sum / B;
}

static void backward(const values *v, const int y[B], values *g)
{
    memset(g, 0, sizeof *g);
    for (int i = 0; i < B; i++) {
        double h[H], z[O], dh[H] = { 0 };
        hidden(v, i, h);
        logits(v, h, z);
        cross_entropy(z, y[i]);
        z[y[i]] -= 1;
        for (int j = 0; j < O; j++) z[j] /= B, g->b2[j] += z[j];
        for (int k = 0; k < H; k++)
            for (int j = 0; j < O; j++)
                g->W2[k][j] += h[k] * z[j], dh[k] += h[k] > 0 ? v->W2[k][j] * z[j] : 0;
        for (int j = 0; j < H; j++) g->b1[j] += dh[j];
        for (int k = 0; k < I; k++)
            for (int j = 0; j < H; j++) g->W1[k][j] += v->x[i][k] * dh[j], g->x[i][k] += v->W1[k][j] * dh[j];
    }
}

static void differences(gradcheck *c)
{
    double *numeric = (double *)&c->numeric;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        values v = c->at;
        double *theta = (double *)&v;
#pragma omp for schedule(static)
        for (int k = 0; k < COUNT; k++) {
            double was = theta[k], up, down;
            theta[k] = was + STEP;
            up = loss(&v, c->y);
            theta[k] = was - STEP;
            down = loss(&v, c->y);
            theta[k] = was;
            numeric[k] = (up - down) / (2 * STEP);
        }
    }
}

static double ratio(const gradcheck *c)
{
    const double *a = (const double *)&c->analytic, *n = (const double *)&c->numeric;
    double aa = 0, nn = 0, difference = 0;
    for (int k = 0; k < COUNT; k++)
        aa += a[k] * a[k], nn += n[k] * n[k], difference += (n[k] - a[k]) * (n[k] - a[k]);
    return sqrt(difference) / (sqrt(aa) + sqrt(nn));
}

static bool step(void *self)
{
    gradcheck *c = self;
    backward(&c->at, c->y, &c->analytic);
    differences(c);
    c->ratio = ratio(c);
    return true;
}

/* The norm of the numeric gradient; -1 if the check fails. */
static double answer(void *self)
{
    const gradcheck *c = self;
    const double *g = (const double *)&c->numeric;
    double sum = 0;
    for (int k = 0; k < COUNT; k++) sum += g[k] * g[k];
    return c->ratio < 1e-6 ? sqrt(sum) : -1;
}

const bench_side hand_gradcheck = { start, step, hand_stop, 1, .answer = answer };
