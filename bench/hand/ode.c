/* ode.c: W13, the adaptive solution of y' = k sin(y + t) and the gradient of the mean of y(ODE_END)^2 by y(0)
 * and k; one thread.
 *
 * The elements depend on each other by the step size alone. So a trial step, with its error, is one pass over
 * the state, in blocks whose stages stay in the L1 cache. The state before each accepted step is kept. The
 * reverse pass computes the stages again.
 */
#include <stdlib.h>
#include <string.h>

#include "../ode.h"
#include "hand.h"
#include "hand_vmath.h"

enum { N = ODE_STATE, BLOCK = 64, STEPS = 512, LAST = ODE_STAGES - 1 };

typedef struct ode {
    float rate, d_rate, loss;
    int steps;
    double t[STEPS], h[STEPS];
    float y[STEPS + 1][N], gradient[N];
} ode;

/* h times the numbers of the method, as floats, and the times of the stages. */
typedef struct scaled {
    float stage[ODE_STAGES][ODE_STAGES], error[ODE_STAGES], t[ODE_STAGES];
} scaled;

static scaled scale(double t, double h)
{
    scaled s;
    for (int i = 0; i < ODE_STAGES; i++) {
        for (int j = 0; j < ODE_STAGES; j++) s.stage[i][j] = (float)(h * ode_stage[i][j]);
        s.error[i] = (float)(h * ode_error[i]);
        s.t[i] = (float)(t + h * ode_node[i]);
    }
    return s;
}

/* z = y + sum of a[j] k[j] */
static inline void combine(const float *y, const float a[ODE_STAGES], float k[][BLOCK], int n, float *z)
{
    memcpy(z, y, BLOCK * sizeof *z);
    for (int j = 0; j < n; j++) {
        VECTOR_LOOP
        for (int e = 0; e < BLOCK; e++) z[e] += a[j] * k[j][e];
    }
}

/* One block of a trial step. Returns the sum of its squared errors. */
static float trial(const scaled *s, float rate, const float *y, float *next)
{
    float k[ODE_STAGES][BLOCK], z[BLOCK], zero[BLOCK] = { 0 }, sum = 0;
    for (int i = 0; i < ODE_STAGES; i++) {
        combine(y, s->stage[i], k, i, z);
        VECTOR_LOOP
        for (int e = 0; e < BLOCK; e++) k[i][e] = rate * vmath_sincos(z[e] + s->t[i]).sin;
    }
    memcpy(next, z, sizeof z);
    combine(zero, s->error, k, ODE_STAGES, z);
#pragma omp simd reduction(+ : sum)
    for (int e = 0; e < BLOCK; e++) sum += z[e] * z[e];
    return sum;
}

/* Returns false if the steps are too many. */
static bool forward(ode *o)
{
    double left = ODE_END, h = ODE_FIRST;
    for (o->steps = 0; left > 0 && o->steps < STEPS;) {
        double sum = 0, error;
        int i = o->steps;
        h = fmin(h, left);
        o->h[i] = h, o->t[i] = ODE_END - left;
        scaled s = scale(o->t[i], h);
        for (int e = 0; e < N; e += BLOCK) sum += (double)trial(&s, o->rate, o->y[i] + e, o->y[i + 1] + e);
        error = sqrt(sum / N) / ODE_TOLERANCE;
        if (error <= 1) left -= h, o->steps++;
        h = ode_next_step(h, error);
    }
    return left <= 0;
}

/* One block of an accepted step: g becomes the gradient by y. Returns what is added to that by the rate. */
static float reverse(const scaled *s, float rate, const float *y, float *g)
{
    float k[LAST][BLOCK], cosine[LAST][BLOCK], d[LAST][BLOCK], z[BLOCK], sum = 0;
    for (int i = 0; i < LAST; i++) {
        combine(y, s->stage[i], k, i, z);
        VECTOR_LOOP
        for (int e = 0; e < BLOCK; e++) {
            vmath_pair f = vmath_sincos(z[e] + s->t[i]);
            k[i][e] = rate * f.sin, cosine[i][e] = rate * f.cos;
            d[i][e] = s->stage[LAST][i] * g[e];
        }
    }
    for (int i = LAST - 1; i >= 0; i--) {
#pragma omp simd reduction(+ : sum)
        for (int e = 0; e < BLOCK; e++) {
            sum += d[i][e] * k[i][e];
            z[e] = d[i][e] * cosine[i][e];
            g[e] += z[e];
        }
        for (int j = 0; j < i; j++) {
            VECTOR_LOOP
            for (int e = 0; e < BLOCK; e++) d[j][e] += s->stage[i][j] * z[e];
        }
    }
    return sum / rate;
}

static void backward(ode *o)
{
    double sum = 0, d_rate = 0;
    for (int e = 0; e < N; e++) {
        float y = o->y[o->steps][e];
        sum += (double)(y * y);
        o->gradient[e] = 2 * y / N;
    }
    o->loss = (float)(sum / N);
    for (int i = o->steps - 1; i >= 0; i--) {
        scaled s = scale(o->t[i], o->h[i]);
        for (int e = 0; e < N; e += BLOCK)
            d_rate += (double)reverse(&s, o->rate, o->y[i] + e, o->gradient + e);
    }
    o->d_rate = (float)d_rate;
}

static void *start(bench_setup s)
{
    ode *o = hand_zeroed(sizeof *o);
    (void)s;
    o->rate = (float)ODE_RATE;
    for (uint32_t i = 0; i < N; i++) o->y[0][i] = bench_value(STREAM_X, i);
    return o;
}

static bool step(void *self)
{
    if (!forward(self)) return false;
    backward(self);
    return true;
}

static double answer(void *self)
{
    const ode *o = self;
    return (double)o->loss + (double)o->d_rate + ode_weighted(o->gradient);
}

const bench_side hand_ode = { start, step, hand_stop, 1, .answer = answer };
