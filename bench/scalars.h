/* scalars.h: programs written in scalars, what their sides share. All are f64 and run on one thread, and
 * their graphs are built anew at each pass.
 *
 * Rosenbrock: the sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2 and its gradient by all x.
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

/* The size of the first is the number of x, of the second the ops. The numbers of nodes count operations and
 * parameters. */
#define ROSENBROCK_NODES(n) (9.0 * (n)-9)

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
