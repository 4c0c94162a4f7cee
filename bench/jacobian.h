/* jacobian.h: Jacobians and a Hessian, what their sides share. The net is y = tanh(tanh(x A + a) B + b), f64,
 * with x [in] and y [out]; one thread.
 *
 * The Jacobian is that of y by x. The Hessian is that of the mean of (y - target)^2 by x.
 */
#ifndef BENCH_JACOBIAN_H
#define BENCH_JACOBIAN_H

#include "bench.h"

/* The work is bench_setup.size. */
enum { HESSIAN_200, JACOBIAN_100_50, JACOBIAN_1000_4 };
enum { JACOBIAN_HIDDEN = 64, JACOBIAN_MOST_IN = 200, JACOBIAN_MOST_OUT = 1000 };
enum { JACOBIAN_MOST = JACOBIAN_MOST_IN * JACOBIAN_MOST_IN };

static inline int jacobian_in(int which)
{
    return which == HESSIAN_200 ? 200 : which == JACOBIAN_100_50 ? 50 : 4;
}
static inline int jacobian_out(int which)
{
    return which == HESSIAN_200 ? 10 : which == JACOBIAN_100_50 ? 100 : 1000;
}

/* The graph is made once and gets x by wg_input_set, or it is built anew each time. */
enum { JACOBIAN_FIXED, JACOBIAN_REBUILT };

/* The arrays are filled with numbers of these streams: x, A, a, B, b, target. */
enum { JACOBIAN_X, JACOBIAN_A, JACOBIAN_a, JACOBIAN_B, JACOBIAN_b, JACOBIAN_TARGET, JACOBIAN_ARRAYS };
static inline void jacobian_fill(double *to, int array, int n, int in)
{
    double scale = array == JACOBIAN_A   ? sqrt(3.0 / in)
                   : array == JACOBIAN_B ? sqrt(3.0 / JACOBIAN_HIDDEN)
                                         : 1;
    for (int i = 0; i < n; i++)
        to[i] = scale * (double)bench_value(STREAM_WEIGHTS + (uint32_t)array, (uint32_t)i);
}

/* The matrix as one number. */
static inline double jacobian_answer(const double *matrix, int rows, int columns)
{
    double sum = 0;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) sum += matrix[i * columns + j] * (double)((3 * i + j) % 7 - 2);
    return sum;
}

#endif
