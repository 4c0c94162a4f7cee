/* edges.c: functions at kinks, at ties, beside them, near the edge of their domain, and away from
 * jumps. At a kink the gradient is a usual subgradient. */
#include "corpus/functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FUNCTION(name) static double name(size_t n, const double *x, double *g, void *with)
#define PARAMETERS     const wgt_with *w = with
#define AT(...) \
    sizeof((double[]){ __VA_ARGS__ }) / sizeof(double), (double[]) { __VA_ARGS__ }

static double sign(double x) { return (x > 0) - (x < 0); }

/* ---- kinks and ties ---- */

FUNCTION(relu_difference)
{
    if (g) g[0] = x[0] > 0, g[1] = -(x[1] > 0);
    return fmax(x[0], 0) - fmax(x[1], 0);
}

/* Units relu(x0 k + x1 - c), c = 0, b, 2 b, ... */
FUNCTION(relu_units)
{
    PARAMETERS;
    double sum = 0, d0 = 0, d1 = 0;
    for (int k = 0; k < 5; k++) {
        const double z = x[0] * k + x[1] - w->b * k;
        if (z > 0) sum += (k + 1) * z, d0 += (k + 1) * k, d1 += k + 1;
    }
    if (g) g[0] = d0, g[1] = d1;
    return sum;
}

FUNCTION(leaky)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] > 0 ? x[i] : 0.01 * x[i];
        if (g) g[i] = x[i] > 0 ? 1 : 0.01;
    }
    return sum;
}

FUNCTION(absolute)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)(i + 1) * fabs(x[i]);
        if (g) g[i] = (double)(i + 1) * sign(x[i]);
    }
    return sum;
}

/* a 0: the first of equals has the gradient; 1: equals share it. */
FUNCTION(largest)
{
    PARAMETERS;
    size_t best = 0, equal = 0;
    for (size_t i = 0; i < n; i++)
        if (x[i] > x[best]) best = i;
    for (size_t i = 0; i < n; i++) equal += x[i] == x[best];
    for (size_t i = 0; g && i < n; i++)
        g[i] = w->a > 0 ? (x[i] == x[best] ? 1 / (double)equal : 0) : (double)(i == best);
    return x[best];
}

FUNCTION(hinge)
{
    double sum = 0.05 * (x[0] * x[0] + x[1] * x[1]), d[2] = { 0.1 * x[0], 0.1 * x[1] };
    static const double data[][3] = { { 1, 2, 1 }, { -1, 1, -1 }, { 2, -1, 1 }, { .5, .5, -1 } };
    for (int k = 0; k < 4; k++) {
        const double margin = 1 - data[k][2] * (data[k][0] * x[0] + data[k][1] * x[1]);
        if (margin <= 0) continue;
        sum += margin;
        for (int i = 0; i < 2; i++) d[i] -= data[k][2] * data[k][i];
    }
    if (g) memcpy(g, d, sizeof d);
    return sum;
}

FUNCTION(huber)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fabs(x[i]) <= 1 ? x[i] * x[i] / 2 : fabs(x[i]) - 0.5;
        if (g) g[i] = fabs(x[i]) <= 1 ? x[i] : sign(x[i]);
    }
    return sum;
}

FUNCTION(total_variation)
{
    double sum = 0;
    if (g) memset(g, 0, n * sizeof *g);
    for (size_t i = 0; i + 1 < n; i++) {
        const double d = x[i + 1] - x[i];
        sum += fabs(d);
        if (g) g[i + 1] += sign(d), g[i] -= sign(d);
    }
    return sum;
}

FUNCTION(pinball)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)i / 2 - x[i];
        sum += d > 0 ? 0.9 * d : -0.1 * d;
        if (g) g[i] = d > 0 ? -0.9 : 0.1;
    }
    return sum;
}

FUNCTION(clipped)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double c = fmin(fmax(x[i], -1), 1);
        sum += c * c * c + c;
        if (g) g[i] = x[i] > -1 && x[i] < 1 ? 3 * c * c + 1 : 0;
    }
    return sum;
}

FUNCTION(length)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
    for (size_t i = 0; g && i < n; i++) g[i] = sum > 0 ? x[i] / sqrt(sum) : 0;
    return sqrt(sum);
}

/* |x|^a for 1 < a < 3: differentiable once. */
FUNCTION(rough_power)
{
    PARAMETERS;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += pow(fabs(x[i]), w->a);
        if (g) g[i] = w->a * pow(fabs(x[i]), w->a - 1) * sign(x[i]);
    }
    return sum;
}

static void add_kinks(wgt_list *l)
{
    const char *kink = "kink", *beside = "beside a kink";
    static const double gap[] = { 1e-1, 1e-3, 1e-6 };
    wgt_add_function(l, kink, "relu(x0) - relu(x1) at 0", WGT_NO_FAIL, relu_difference, 0, 0, AT(0, 0));
    wgt_add_function(l, kink, "relu(x0) - relu(x1), one at 0", WGT_NO_FAIL, relu_difference, 0, 0, AT(0, 2));
    wgt_add_function(l, kink, "five relu units at 0", WGT_NO_FAIL, relu_units, 0, 0, AT(0, 0));
    wgt_add_function(l, kink, "five relu units, one at its kink", WGT_NO_FAIL, relu_units, 0, .5,
                     AT(.25, .5));
    wgt_add_function(l, kink, "leaky relu at 0", WGT_NO_FAIL, leaky, 0, 0, AT(0, 0, 1));
    wgt_add_function(l, kink, "sum |x| at 0", WGT_NO_FAIL, absolute, 0, 0, AT(0, 0, 0, 0));
    wgt_add_function(l, kink, "sum |x|, some 0", WGT_NO_FAIL, absolute, 0, 0, AT(1, 0, -2, 0));
    wgt_add_function(l, kink, "max, 2 equal, the first", WGT_NO_FAIL, largest, 0, 0, AT(1, 1));
    wgt_add_function(l, kink, "max, 2 equal, halves", WGT_NO_FAIL, largest, 1, 0, AT(1, 1));
    wgt_add_function(l, kink, "max, 4 equal, the first", WGT_NO_FAIL, largest, 0, 0, AT(2, 2, 2, 2));
    wgt_add_function(l, kink, "max, 4 equal, quarters", WGT_NO_FAIL, largest, 1, 0, AT(2, 2, 2, 2));
    wgt_add_function(l, kink, "max, equal at 0, halves", WGT_NO_FAIL, largest, 1, 0, AT(0, 0, -1));
    wgt_add_function(l, kink, "max, 1e-13 apart", WGT_NO_FAIL, largest, 0, 0, AT(1, 1 + 1e-13, .5));
    wgt_add_function(l, kink, "hinge at the margin", WGT_NO_FAIL, hinge, 0, 0, AT(1, 0));
    wgt_add_function(l, kink, "hinge, two at the margin", WGT_NO_FAIL, hinge, 0, 0, AT(.6, .2));
    wgt_add_function(l, kink, "Huber at its joints", WGT_NO_FAIL, huber, 0, 0, AT(1, -1, 0));
    wgt_add_function(l, kink, "total variation, equal neighbours", WGT_NO_FAIL, total_variation, 0, 0,
                     AT(1, 1, 2, 2));
    wgt_add_function(l, kink, "total variation of zeros", WGT_NO_FAIL, total_variation, 0, 0, AT(0, 0, 0));
    wgt_add_function(l, kink, "pinball loss at its target", WGT_NO_FAIL, pinball, 0, 0, AT(0, .5, 3));
    wgt_add_function(l, kink, "clip at its borders", WGT_NO_FAIL, clipped, 0, 0, AT(1, -1, .5));
    wgt_add_function(l, kink, "length of 0", WGT_NO_FAIL, length, 0, 0, AT(0, 0, 0));
    for (int k = 0; k < 4; k++)
        wgt_add_function(l, kink, "|x|^p at 0", WGT_NO_FAIL, rough_power, 1.1 + .4 * k, 0, AT(0, 1));
    for (int k = 0; k < 3; k++) {
        const double e = gap[k];
        wgt_add_function(l, beside, "relu(x0) - relu(x1)", WGT_PASS, relu_difference, 0, 0, AT(e, -e));
        wgt_add_function(l, beside, "relu(x0) - relu(x1), mixed", WGT_PASS, relu_difference, 0, 0, AT(e, 1));
        wgt_add_function(l, beside, "five relu units", WGT_PASS, relu_units, 0, .5, AT(.25, .5 + e));
        wgt_add_function(l, beside, "leaky relu", WGT_PASS, leaky, 0, 0, AT(e, -e, 1));
        wgt_add_function(l, beside, "sum |x|", WGT_PASS, absolute, 0, 0, AT(e, -e, 1, 2));
        wgt_add_function(l, beside, "max", WGT_PASS, largest, 0, 0, AT(1, 1 + e, .5));
        wgt_add_function(l, beside, "hinge", WGT_PASS, hinge, 0, 0, AT(1 + e, e / 2));
        wgt_add_function(l, beside, "Huber", WGT_PASS, huber, 0, 0, AT(1 + e, -1 - 2 * e, 2));
        wgt_add_function(l, beside, "total variation", WGT_PASS, total_variation, 0, 0,
                         AT(1, 1 + e, 2, 2 - e));
        wgt_add_function(l, beside, "pinball loss", WGT_PASS, pinball, 0, 0, AT(e, .5 - e, 3));
        wgt_add_function(l, beside, "clip", WGT_PASS, clipped, 0, 0, AT(1 - e, -1 - e, .5));
        wgt_add_function(l, beside, "length", WGT_PASS, length, 0, 0, AT(e, -e, e));
        wgt_add_function(l, beside, "|x|^1.5", WGT_PASS, rough_power, 1.5, 0, AT(e, 1));
    }
}

/* ---- domain edges; a: which ---- */

/* The function of x whose number is `which`, and its derivative. */
static double at_edge(int which, double x, double *d)
{
    switch (which) {
    case 0: return *d = 0.5 / sqrt(x), sqrt(x);
    case 1: return *d = 1 / x, log(x);
    case 2: return *d = log(x) + 1, x * log(x);
    case 3: return *d = 1 / sqrt((2 - x) * x), asin(1 - x) * -1; /* x: the distance from 1 */
    case 4: return *d = (1 - x) / sqrt((2 - x) * x), sqrt((2 - x) * x);
    case 5: return *d = -1 / (x * x), 1 / x;
    case 6: return *d = 1.5 * sqrt(x), x * sqrt(x);
    default: return *d = -1 / x + 1, -log(x) + x;
    }
}

FUNCTION(edge)
{
    PARAMETERS;
    double sum = 0, d;
    for (size_t i = 0; i < n; i++) {
        sum += at_edge((int)w->a, x[i], &d);
        if (g) g[i] = d;
    }
    return sum;
}

static void add_domains(wgt_list *l)
{
    static const char *const name[] = { "sqrt",          "log", "x log x", "arcsin near 1",
                                        "half a circle", "1/x", "x^1.5",   "a barrier" };
    static const double at[] = { 1e-3, 1e-6, 1e-9, 1e-12 };
    for (int f = 0; f < 8; f++)
        for (int k = 0; k < 4; k++) /* 1 - 1e-12 is a number of 4 digits beside 1. */
            wgt_add_function(l, "domain edge", name[f], f == 3 && k == 3 ? WGT_NO_FAIL : WGT_PASS, edge, f, 0,
                             AT(at[k]));
    /* Beside a component of another size. Where the sum is not large, both show. */
    for (int f = 0; f < 8; f++)
        for (int k = 0; k < 2; k++)
            if (f != 5) wgt_add_function(l, "domain edge", name[f], WGT_PASS, edge, f, 0, AT(at[k], .5));
    wgt_add_function(l, "at a domain edge", "x^1.5", WGT_NO_FAIL, edge, 6, 0, AT(0));
    wgt_add_function(l, "at a domain edge", "x^1.5, one of two", WGT_NO_FAIL, edge, 6, 0, AT(0, 1));
}

/* ---- jumps ---- */

FUNCTION(stairs)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += floor(x[i]) + x[i] * x[i];
        if (g) g[i] = 2 * x[i];
    }
    return sum;
}

FUNCTION(step_times)
{
    const double s = x[0] > 1 ? 3 : -1;
    if (g) g[0] = s * cos(x[0]) * x[1], g[1] = s * sin(x[0]);
    return s * sin(x[0]) * x[1];
}

static void add_jumps(wgt_list *l)
{
    wgt_add_function(l, "away from a jump", "floor(x) + x^2", WGT_PASS, stairs, 0, 0, AT(2.5, -.5));
    wgt_add_function(l, "away from a jump", "floor(x) + x^2", WGT_PASS, stairs, 0, 0, AT(2.01, -.99));
    wgt_add_function(l, "away from a jump", "floor(x) + x^2", WGT_PASS, stairs, 0, 0, AT(2.001, 7.5));
    wgt_add_function(l, "away from a jump", "a step times sin", WGT_PASS, step_times, 0, 0, AT(1.3, 2));
    wgt_add_function(l, "away from a jump", "a step times sin", WGT_PASS, step_times, 0, 0, AT(.9999, 2));
    wgt_add_function(l, "at a jump", "floor(x) + x^2", WGT_NO_FAIL, stairs, 0, 0, AT(2, .5));
    wgt_add_function(l, "at a jump", "floor(x) + x^2 at 0", WGT_NO_FAIL, stairs, 0, 0, AT(0, 0));
    wgt_add_function(l, "at a jump", "a step times sin", WGT_NO_FAIL, step_times, 0, 0, AT(1, 2));
}

void wgt_add_edges(wgt_list *l)
{
    add_kinks(l);
    add_domains(l);
    add_jumps(l);
}
