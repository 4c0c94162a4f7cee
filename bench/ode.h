/* ode.h: W13, what its sides share: the method of Dormand and Prince of order 5(4) (J. Comput. Appl. Math. 6,
 * 1980, 19-26), and the rule for the step size.
 *
 * The state is 4,096 floats, and t begins at 0. Stage i of a trial step is k[i] = f(t + node[i] h, y + h sum
 * stage[i][j] k[j]). The y of the last stage is the new state, so k[6] of an accepted step is k[0] of the
 * next one. The error is h sum error[j] k[j].
 */
#ifndef BENCH_ODE_H
#define BENCH_ODE_H

#include "bench.h"

enum { ODE_STATE = 4096, ODE_STAGES = 7 };
/* Ways of Wengert: by plans where they pay, and by wg_start_opts.interpret = 1. */
enum { ODE_BY_DEFAULT, ODE_INTERPRETED };
#define ODE_TOLERANCE 1e-6
#define ODE_FIRST     2.0 /* the first trial step: too large, so that trial steps are rejected */

static const double ode_node[ODE_STAGES] = { 0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1 };
static const double ode_stage[ODE_STAGES][ODE_STAGES] = {
    { 0 },
    { 1.0 / 5 },
    { 3.0 / 40, 9.0 / 40 },
    { 44.0 / 45, -56.0 / 15, 32.0 / 9 },
    { 19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729 },
    { 9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656 },
    { 35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84 },
};
static const double ode_error[ODE_STAGES] = { 71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                                              -17253.0 / 339200, 22.0 / 525, -1.0 / 40 };

/* The sine: y' = k sin(y + t), k = 0.1, y between -1 and 1 at first. */
#define ODE_RATE 0.1
#define ODE_END  40.0

/* The net: y' = tanh(y W1) W2, y [64, 64]; the weights are between -ODE_NET_SCALE and ODE_NET_SCALE. */
#define ODE_NET_SCALE 0.4
#define ODE_NET_END   8.0

/* The next trial step after one of size h. error: the root of the mean square of its errors, divided by
 * ODE_TOLERANCE. */
static inline double ode_next_step(double h, double error)
{
    return h * fmin(5, fmax(0.2, 0.95 * pow(error, -0.2)));
}

/* The gradient by the initial state, as one number. */
static inline double ode_weighted(const float *g)
{
    double sum = 0;
    for (int i = 0; i < ODE_STATE; i++) sum += (double)g[i] * (double)(i % 7 - 2);
    return sum;
}

#endif
