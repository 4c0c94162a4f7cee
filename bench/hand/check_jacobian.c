/* check_jacobian.c: weighted sums of the rows of a Hessian and of Jacobians. */
#include <stdlib.h>

#include "../jacobian.h"
#include "check.h"

static double weight(int i) { return (double)bench_value(STREAM_Y, (uint32_t)i); }

/* y = tanh(x W + b), and dy its derivative along dx. */
static void layer(const double *x, const double *dx, int in, int W, int b, int outer, int out, double *y,
                  double *dy)
{
    double *w = calloc((size_t)(in * out), sizeof *w), *c = calloc((size_t)out, sizeof *c);
    jacobian_fill(w, W, in * out, outer), jacobian_fill(c, b, out, outer);
    for (int j = 0; j < out; j++) {
        double z = c[j], dz = 0;
        for (int k = 0; k < in; k++) z += x[k] * w[k * out + j], dz += dx[k] * w[k * out + j];
        y[j] = tanh(z), dy[j] = (1 - y[j] * y[j]) * dz;
    }
    free(w), free(c);
}

static void net(int work, const double *x, const double *dx, double *y, double *dy)
{
    double h[JACOBIAN_HIDDEN], dh[JACOBIAN_HIDDEN];
    const int in = jacobian_in(work);
    layer(x, dx, in, JACOBIAN_A, JACOBIAN_a, in, JACOBIAN_HIDDEN, h, dh);
    layer(h, dh, JACOBIAN_HIDDEN, JACOBIAN_B, JACOBIAN_b, in, jacobian_out(work), y, dy);
}

/* The derivative of the loss in the direction of the weights. */
static double f_hessian(const double *x, size_t component)
{
    enum { IN = 200, OUT = 10 };
    double dx[IN], y[OUT], dy[OUT], target[OUT], sum = 0;
    (void)component;
    for (int i = 0; i < IN; i++) dx[i] = weight(i);
    net(HESSIAN_200, x, dx, y, dy);
    jacobian_fill(target, JACOBIAN_TARGET, OUT, IN);
    for (int j = 0; j < OUT; j++) sum += 2 * (y[j] - target[j]) * dy[j] / OUT;
    return sum;
}

static double weighted_outputs(const double *x, int work)
{
    double y[JACOBIAN_MOST_OUT], dy[JACOBIAN_MOST_OUT], dx[JACOBIAN_MOST_IN] = { 0 }, sum = 0;
    net(work, x, dx, y, dy);
    for (int i = 0; i < jacobian_out(work); i++) sum += weight(i) * y[i];
    return sum;
}

static void fill_200(double *x) { jacobian_fill(x, JACOBIAN_X, 200, 200); }
static void fill_50(double *x) { jacobian_fill(x, JACOBIAN_X, 50, 50); }
static void fill_4(double *x) { jacobian_fill(x, JACOBIAN_X, 4, 4); }
static double f_100_50(const double *x, size_t k) { return (void)k, weighted_outputs(x, JACOBIAN_100_50); }
static double f_1000_4(const double *x, size_t k) { return (void)k, weighted_outputs(x, JACOBIAN_1000_4); }

const subject jacobian_subjects[] = {
    { "Hessian 200 x 200", &hand_jacobian, HESSIAN_200, 200, 1e-5, fill_200, .f = f_hessian },
    { "Jacobian 100 x 50", &hand_jacobian, JACOBIAN_100_50, 50, 1e-5, fill_50, .f = f_100_50 },
    { "Jacobian 1,000 x 4", &hand_jacobian, JACOBIAN_1000_4, 4, 1e-5, fill_4, .f = f_1000_4 },
    { .name = NULL },
};
