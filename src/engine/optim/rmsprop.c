/* rmsprop.c: steps divided by the root of a running average of squared gradients (Tieleman and Hinton 2012).
 * The options and the place of eps are PyTorch's. */
#include "optim/optim.h"

enum { V, A, B }; /* moments */

/* By rounding the variance can be below 0: then it counts as 0. NaN stays NaN. */
#define LOOP(T, centered, pushed)                                                \
    for (int64_t i = 0; i < n; i++) {                                            \
        const T gi = g[i], vi = rho * v[i] + share * gi * gi;                    \
        const T ai = centered ? rho * a[i] + share * gi : 0, aa = ai * ai;       \
        const T di = gi / (SQRT(vi < aa ? 0 : vi - aa) + eps);                   \
        const T bi = pushed ? push * b[i] + di : di, wi = keep * w[i] - lr * bi; \
        SET_SQUARE(T, v, vi);                                                    \
        if (centered) a[i] = ai;                                                 \
        if (pushed) b[i] = bi;                                                   \
        SET_W(T, wi);                                                            \
    }

#define RMSPROP(T)                                                                                \
    do {                                                                                          \
        ELEMENTS(T, wg_rmsprop_opts);                                                             \
        const T rho = (T)o->rho, share = (T)(1 - o->rho), eps = (T)o->eps, push = (T)o->momentum; \
        MOMENT(T, v, V);                                                                          \
        MOMENT(T, a, A);                                                                          \
        MOMENT(T, b, B);                                                                          \
        if (a && b) LOOP(T, true, true)                                                           \
        else if (a) LOOP(T, true, false)                                                          \
        else if (b) LOOP(T, false, true)                                                          \
        else LOOP(T, false, false)                                                                \
    } while (0)

UPDATE(rmsprop) { FLOATS(RMSPROP); }

#if WG_BASE

static unsigned rmsprop_moments(const void *options)
{
    const wg_rmsprop_opts *o = options;
    return 1U << V | (o->centered ? 1U << A : 0) | (o->momentum > 0 ? 1U << B : 0);
}

OPTIMIZER(rmsprop, .divides = true, .moment = { "v", "a", "b" }, .moments = rmsprop_moments,
          .formula = "v = rho v + (1 - rho) g^2, w -= lr g / (sqrt(v) + eps)");

#endif
