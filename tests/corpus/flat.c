/* flat.c: functions with small gradients beside large values: saturated units, trained classifiers,
 * large sums, stationary points; and waves. */
#include "corpus/functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FUNCTION(name) static double name(size_t n, const double *x, double *g, void *with)
#define PARAMETERS     const wgt_with *w = with
#define AT(...) \
    sizeof((double[]){ __VA_ARGS__ }) / sizeof(double), (double[]) { __VA_ARGS__ }

/* ---- saturation ---- */

FUNCTION(sigmoids)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double e = exp(-fabs(x[i])), s = (x[i] > 0 ? 1 : e) / (1 + e);
        sum += s;
        if (g) g[i] = e / ((1 + e) * (1 + e));
    }
    return sum;
}

FUNCTION(tanhs)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double c = 1 / cosh(x[i]);
        sum += tanh(x[i]);
        if (g) g[i] = c * c;
    }
    return sum;
}

FUNCTION(softplus)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fmax(x[i], 0) + log1p(exp(-fabs(x[i])));
        if (g) g[i] = 1 / (1 + exp(-x[i]));
    }
    return sum;
}

/* Cross-entropy of softmax(x) for class 0. a 0: as ln(sum of e^x) - x[0]; 1: as ln(1 + the others'
 * share). */
FUNCTION(cross_entropy)
{
    PARAMETERS;
    double most = x[0], sum = 0, others = 0;
    for (size_t i = 1; i < n; i++) most = fmax(most, x[i]);
    for (size_t i = 0; i < n; i++) sum += exp(x[i] - most);
    for (size_t i = 1; i < n; i++) others += exp(x[i] - x[0]);
    for (size_t i = 0; g && i < n; i++) g[i] = exp(x[i] - most) / sum;
    if (g) g[0] = w->a > 0 ? -others / (1 + others) : g[0] - 1;
    return w->a > 0 ? log1p(others) : most + log(sum) - x[0];
}

static void add_saturated(wgt_list *l)
{
    static const double at[] = { 3, 8, 15, 20 };
    const char *s = "saturation", *t = "trained";
    for (int k = 0; k < 4; k++) {
        const double v = at[k];
        wgt_add_function(l, s, "sigmoid", WGT_PASS, sigmoids, 0, 0, AT(v));
        wgt_add_function(l, s, "sigmoid, below 0", WGT_PASS, sigmoids, 0, 0, AT(-2 * v));
        wgt_add_function(l, s, "sigmoids of all sizes", WGT_PASS, sigmoids, 0, 0, AT(v, -v, .1, -1));
        wgt_add_function(l, s, "tanh", WGT_PASS, tanhs, 0, 0, AT(v / 2));
        wgt_add_function(l, s, "tanh of all sizes", WGT_PASS, tanhs, 0, 0, AT(v / 2, -v / 2, .1));
        wgt_add_function(l, s, "softplus", WGT_PASS, softplus, 0, 0, AT(-v));
        wgt_add_function(l, s, "softplus of all sizes", WGT_PASS, softplus, 0, 0, AT(v, -v, .3));
        wgt_add_function(l, s, "softmax, another class", WGT_PASS, cross_entropy, 0, 0,
                         AT(-v, v / 2, v, 0, 1));
        wgt_add_function(l, t, "softmax, small loss", v < 10 ? WGT_PASS : WGT_NO_FAIL, cross_entropy, 0, 0,
                         AT(v, -v, 0, 1, -1));
        wgt_add_function(l, t, "softmax with log1p, small loss", WGT_PASS, cross_entropy, 1, 0,
                         AT(v, -v, 0, 1, -1));
        wgt_add_function(l, t, "softmax with log1p, tiny loss", WGT_PASS, cross_entropy, 1, 0,
                         AT(2 * v, -v, 0, 1, -1));
    }
    /* Here the values do not change by as much as their rounding error. */
    wgt_add_function(l, s, "sigmoid", WGT_NO_FAIL, sigmoids, 0, 0, AT(40));
    wgt_add_function(l, s, "tanh", WGT_NO_FAIL, tanhs, 0, 0, AT(20));
    wgt_add_function(l, s, "softmax of 100", WGT_NO_FAIL, cross_entropy, 0, 0, AT(-100, 100, 50, 0));
    wgt_add_function(l, s, "softmax of 700", WGT_NO_FAIL, cross_entropy, 0, 0, AT(700, -700, 0));
    wgt_add_function(l, s, "softmax of 700, log1p", WGT_NO_FAIL, cross_entropy, 1, 0, AT(350, -350, 0));
}

/* ---- trained logistic regression; a: how far it was trained ---- */

FUNCTION(logistic)
{
    static const double data[8][4] = { { 1, .3, -.2, 1 },   { .7, -.8, .4, 1 },   { 1.4, .1, .9, 1 },
                                       { .5, .6, .5, 1 },   { -1.1, .2, .1, -1 }, { -.6, -.5, .7, -1 },
                                       { -.9, .9, -1, -1 }, { -1.3, -.2, .3, -1 } };
    double sum = 0, d[3] = { 0 };
    for (int k = 0; k < 8; k++) {
        const double z = data[k][3] * (data[k][0] * x[0] + data[k][1] * x[1] + data[k][2] * x[2]),
                     e = exp(-z);
        sum += log1p(e) / 8;
        for (int i = 0; i < 3; i++) d[i] -= data[k][3] * data[k][i] * e / (1 + e) / 8;
    }
    if (g) memcpy(g, d, sizeof d);
    return sum;
}

static void add_trained(wgt_list *l)
{
    static const double size[] = { .1, 1, 5, 10, 20, 40, 80 };
    char name[64];
    for (int k = 0; k < 7; k++) {
        snprintf(name, sizeof name, "logistic regression, weights of size %g", size[k]);
        wgt_add_function(l, "trained", name, WGT_PASS, logistic, 0, 0,
                         AT(size[k], .1 * size[k], -.2 * size[k]));
    }
}

/* ---- large sums: a constant a beside the function ---- */

FUNCTION(beside_constant)
{
    PARAMETERS;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += sin(x[i]) + x[i] * x[i] / 3;
        if (g) g[i] = cos(x[i]) + 2 * x[i] / 3;
    }
    return w->a + sum;
}

FUNCTION(many_terms)
{
    PARAMETERS;
    double sum = 0, d0 = 0, d1 = 0;
    for (int i = 1; i <= (int)w->a; i++) {
        const double t = i / w->a, q = x[0] * t + x[1] - sin(6 * t);
        sum += q * q, d0 += 2 * q * t, d1 += 2 * q;
    }
    if (g) g[0] = d0, g[1] = d1;
    return sum;
}

FUNCTION(large_and_small)
{
    if (g) g[0] = 2e6 * x[0], g[1] = cos(x[1]), g[2] = 1e-3 * exp(x[2]);
    return 1e6 * x[0] * x[0] + sin(x[1]) + 1e-3 * exp(x[2]);
}

static void add_large(wgt_list *l)
{
    static const double c[] = { 1e3, 1e6, -1e6, 1e9, 1e12 }, terms[] = { 100, 1000, 10000 };
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < 2; j++)
            wgt_add_function(l, "large sum", "a constant and small terms", k < 4 ? WGT_PASS : WGT_NO_FAIL,
                             beside_constant, c[k], 0, AT(.7 + j, -1.2, .4));
    for (int k = 0; k < 3; k++)
        wgt_add_function(l, "large sum", "many squares", WGT_PASS, many_terms, terms[k], 0, AT(1.3, -.4));
    wgt_add_function(l, "large sum", "terms of all sizes", WGT_PASS, large_and_small, 0, 0, AT(1.5, .5, .2));
    wgt_add_function(l, "large sum", "terms of all sizes", WGT_PASS, large_and_small, 0, 0, AT(-.3, 2, 1));
}

/* ---- stationary points; a: the power or the form ---- */

FUNCTION(power)
{
    PARAMETERS;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += pow(x[i], w->a);
        if (g) g[i] = w->a * pow(x[i], w->a - 1);
    }
    return sum;
}

FUNCTION(cosines)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += cos(x[i]);
        if (g) g[i] = -sin(x[i]);
    }
    return sum;
}

FUNCTION(saddle)
{
    if (g) g[0] = 2 * x[0] + x[1], g[1] = x[0] - 2 * x[1], g[2] = 0;
    return x[0] * x[0] - x[1] * x[1] + x[0] * x[1];
}

FUNCTION(constant)
{
    if (g) memset(g, 0, n * sizeof *g);
    return 3;
}

/* Depends on the first component alone. */
FUNCTION(dead_components)
{
    if (g) memset(g, 0, n * sizeof *g), g[0] = 2 * x[0] * cos(x[0] * x[0]);
    return sin(x[0] * x[0]);
}

static void add_stationary(wgt_list *l)
{
    const char *s = "stationary", *z = "zero gradient";
    for (int p = 2; p <= 6; p++) {
        char name[64];
        snprintf(name, sizeof name, "x^%d at 0", p);
        wgt_add_function(l, s, name, WGT_PASS, power, p, 0, AT(0));
        wgt_add_function(l, s, name, WGT_PASS, power, p, 0, AT(0, 0, 0));
        wgt_add_function(l, s, name, WGT_PASS, power, p, 0, AT(0, 1, -2));
    }
    wgt_add_function(l, s, "cos at 0", WGT_PASS, cosines, 0, 0, AT(0));
    wgt_add_function(l, s, "cos at 0 and pi", WGT_PASS, cosines, 0, 0, AT(0, 3.14159265358979323846));
    wgt_add_function(l, s, "a saddle", WGT_PASS, saddle, 0, 0, AT(0, 0, 1));
    wgt_add_function(l, z, "a constant", WGT_NO_FAIL, constant, 0, 0, AT(1, 2));
    wgt_add_function(l, z, "a constant at 0", WGT_NO_FAIL, constant, 0, 0, AT(0));
    wgt_add_function(l, z, "components without effect", WGT_PASS, dead_components, 0, 0, AT(.7, 2, 3));
    wgt_add_function(l, z, "components without effect", WGT_PASS, dead_components, 0, 0, AT(-1.4, 0, 1e9));
}

/* ---- waves: sin(a x) / a ---- */

FUNCTION(wave)
{
    PARAMETERS;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += sin(w->a * x[i]) / w->a;
        if (g) g[i] = cos(w->a * x[i]);
    }
    return sum;
}

FUNCTION(chirp)
{
    if (g) g[0] = -cos(1 / x[0]) / (x[0] * x[0]);
    return sin(1 / x[0]);
}

FUNCTION(slow_and_fast)
{
    PARAMETERS;
    if (g) g[0] = 2 * x[0] + cos(w->a * x[0]) * x[1], g[1] = sin(w->a * x[0]) / w->a + 1;
    return x[0] * x[0] + sin(w->a * x[0]) / w->a * x[1] + x[1];
}

static void add_waves(wgt_list *l)
{
    static const double rate[] = { 10, 1e3, 1e5, 1e7 };
    char name[64];
    for (int k = 0; k < 4; k++) {
        snprintf(name, sizeof name, "sin(%g x) / %g", rate[k], rate[k]);
        wgt_add_function(l, "wave", name, WGT_PASS, wave, rate[k], 0, AT(.3));
        wgt_add_function(l, "wave", name, WGT_PASS, wave, rate[k], 0, AT(1));
        wgt_add_function(l, "wave", name, WGT_PASS, wave, rate[k], 0, AT(3, -.8, .5));
        snprintf(name, sizeof name, "x^2 and a wave of %g", rate[k]);
        wgt_add_function(l, "wave", name, WGT_PASS, slow_and_fast, rate[k], 0, AT(.6, .2));
    }
    wgt_add_function(l, "wave", "sin(1/x) at 0.1", WGT_PASS, chirp, 0, 0, AT(.1));
    wgt_add_function(l, "wave", "sin(1/x) at 0.001", WGT_PASS, chirp, 0, 0, AT(.001));
}

void wgt_add_flat(wgt_list *l)
{
    add_saturated(l);
    add_trained(l);
    add_large(l);
    add_stationary(l);
    add_waves(l);
}
