/* check_scalars.c: the programs in scalars, in plain double. */
#include <string.h>

#include "../scalars.h"
#include "check.h"

enum { UNKNOWNS = 100, STEPS = 300, EXAMPLES = 5, OPS = 1000 };

/* ---- Rosenbrock ---- */

static void fill_rosenbrock(double *theta) { fill(theta, UNKNOWNS, 1, 0, STREAM_X); }

static double f_rosenbrock(const double *x, size_t component)
{
    double sum = 0;
    (void)component;
    for (int i = 0; i + 1 < UNKNOWNS; i++)
        sum += 100 * pow(x[i + 1] - x[i] * x[i], 2) + (1 - x[i]) * (1 - x[i]);
    return sum;
}

/* ---- Lotka-Volterra ---- */

static void fill_lotka(double *theta) { memcpy(theta, lotka_parameter, sizeof lotka_parameter); }

static void lotka_rate(const double *p, const double y[2], double rate[2])
{
    rate[0] = y[0] * (p[0] - p[1] * y[1]);
    rate[1] = y[1] * (p[3] * y[0] - p[2]);
}

static double f_lotka(const double *p, size_t component)
{
    static const double ahead[] = { 0, 0.5, 0.5, 1 }, weight[] = { 1, 2, 2, 1 };
    double y[2] = { p[4], p[5] }, sum = 0;
    (void)component;
    for (int i = 0; i < STEPS; i++) {
        double k[2] = { 0 }, next[2] = { y[0], y[1] };
        for (int stage = 0; stage < 4; stage++) {
            const double h = LOTKA_STEP * ahead[stage], at[2] = { y[0] + h * k[0], y[1] + h * k[1] };
            lotka_rate(p, at, k);
            for (int j = 0; j < 2; j++) next[j] += LOTKA_STEP * weight[stage] / 6 * k[j];
        }
        memcpy(y, next, sizeof y);
        sum += pow(y[0] - lotka_data(i), 2);
    }
    return sum / STEPS;
}

/* ---- a net: each unit has its weights, then its bias ---- */

static void fill_net(double *theta)
{
    for (int i = 0; i < NET_PARAMETERS; i++) theta[i] = net_parameter(i);
}

static double unit(const double *w, const double *x, int n)
{
    double sum = w[n];
    for (int k = 0; k < n; k++) sum += w[k] * x[k];
    return sum;
}

static double f_net(const double *w, size_t component)
{
    double sum = 0;
    (void)component;
    for (int e = 0; e < EXAMPLES; e++) {
        const double in[NET_IN] = { net_input(e, 0), net_input(e, 1) };
        double a[NET_HIDDEN], b[NET_HIDDEN];
        const double *second = w + NET_HIDDEN * (NET_IN + 1), *last = second + NET_HIDDEN * (NET_HIDDEN + 1);
        for (int j = 0; j < NET_HIDDEN; j++) a[j] = tanh(unit(w + j * (NET_IN + 1), in, NET_IN));
        for (int j = 0; j < NET_HIDDEN; j++) b[j] = tanh(unit(second + j * (NET_HIDDEN + 1), a, NET_HIDDEN));
        sum += pow(unit(last, b, NET_HIDDEN) - net_target(e), 2);
    }
    return sum / EXAMPLES;
}

/* ---- ops in random order ---- */

static void fill_random_ops(double *theta) { theta[0] = 1; }

static double f_random_ops(const double *theta, size_t component)
{
    double x = theta[0];
    uint32_t bits = 0;
    (void)component;
    for (int i = 0; i < OPS; i++) {
        uint32_t op = random_op(1, i, &bits);
        if (op == RANDOM_MUL) x *= RANDOM_FACTOR;
        else if (op == RANDOM_DIV) x /= RANDOM_DIVISOR;
        else x += op == RANDOM_ADD ? RANDOM_TERM : -RANDOM_TERM;
    }
    return x;
}

const subject scalar_subjects[] = {
    { "W4r (1,000 ops)", &hand_random_ops, OPS, 1, 1e-5, fill_random_ops, .f = f_random_ops },
    { "Rosenbrock", &hand_rosenbrock, UNKNOWNS, UNKNOWNS, 1e-6, fill_rosenbrock, .f = f_rosenbrock },
    { "Lotka-Volterra", &hand_lotka, STEPS, LOTKA_PARAMETERS, 1e-6, fill_lotka, .f = f_lotka },
    { "net in scalars", &hand_scalar_net, EXAMPLES, NET_PARAMETERS, 1e-6, fill_net, .f = f_net },
    { .name = NULL },
};
