/* scalars.h: programs written in scalars, what their sides share. All are f64 and run on one thread, and
 * their graphs are built anew at each pass.
 *
 * Rosenbrock: the sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2 and its gradient by all x.
 * Lotka-Volterra: u' = u (a - b v), v' = v (d u - c), by the classical Runge-Kutta method with steps of
 * LOTKA_STEP. The loss is the mean of (u - data)^2 over the steps; its gradient is by a, b, c, d, u(0), v(0).
 * Scalar net: 2-16-16-1 with tanh, the mean of squared errors over its examples, gradient by all weights.
 * Ops in random order: x = x p, x / q, x + r or x - r, at random, gradient by the first x.
 *
 * A seed decides at which places two operands of a sum are exchanged, or which ops come next. Two seeds give
 * different structures and, but for the last program, the same result.
 */
#ifndef BENCH_SCALARS_H
#define BENCH_SCALARS_H

#include "bench.h"

/* How often a structure occurs: once; at every pass; at five passes, of which the last four are timed. */
enum { STRUCTURE_NEW, STRUCTURE_SAME, STRUCTURE_FIVE_TIMES };

/* The size of the first is the number of x, of the second the steps, of the third the examples, of the last
 * the ops. The numbers of nodes count operations and parameters. */
enum { LOTKA_PARAMETERS = 6, NET_IN = 2, NET_HIDDEN = 16 };
enum { NET_PARAMETERS = (NET_IN + 1) * NET_HIDDEN + (NET_HIDDEN + 1) * NET_HIDDEN + NET_HIDDEN + 1 };
#define ROSENBROCK_NODES(n) (9.0 * (n)-9)
#define LOTKA_NODES(steps)  (57.0 * (steps) + LOTKA_PARAMETERS)
#define NET_NODES(examples) (643.0 * (examples) + NET_PARAMETERS)

#define LOTKA_STEP 0.002
static const double lotka_parameter[LOTKA_PARAMETERS] = { 1.5, 1, 3, 1, 1, 1 }; /* a, b, c, d, u(0), v(0) */
static inline double lotka_data(int step) { return 2 + (double)bench_value(STREAM_Y, (uint32_t)step); }

static inline double net_parameter(int i) { return 0.5 * (double)bench_value(STREAM_WEIGHTS, (uint32_t)i); }
static inline double net_input(int example, int i)
{
    return (double)bench_value(STREAM_X, (uint32_t)(example * NET_IN + i));
}
static inline double net_target(int example) { return (double)bench_value(STREAM_Y, (uint32_t)example); }

/* Whether the operands of sum i are exchanged: one time in eight. */
static inline bool exchanged(uint32_t seed, int i)
{
    return bench_mix(seed * 0x9E3779B9U + (uint32_t)i) % 8 == 0;
}

enum { RANDOM_MUL, RANDOM_DIV, RANDOM_ADD, RANDOM_SUB };
#define RANDOM_FACTOR  1.000001
#define RANDOM_DIVISOR 1.000002
#define RANDOM_TERM    1e-7
/* The two bits of op i. One call of bench_mix makes sixteen ops. */
static inline uint32_t random_op(uint32_t seed, int i, uint32_t *bits)
{
    if (i % 16 == 0) *bits = bench_mix(seed * 0x9E3779B9U + (uint32_t)i);
    return *bits >> i % 16 * 2 & 3;
}

/* The value and the gradient as one number. */
static inline double scalars_answer(double value, const double *gradient, int n)
{
    double sum = value;
    for (int i = 0; i < n; i++) sum += gradient[i] * (double)(i % 7 - 2);
    return sum;
}

#endif
