/* adadelta.c: steps in the unit of the parameter, from running averages of squared gradients and
 * squared steps (Zeiler 2012). */
#include "optim/optim.h"

#define ADADELTA(T)                                                          \
    do {                                                                     \
        ELEMENTS(T, wg_adadelta_opts);                                       \
        const T rho = (T)o->rho, share = (T)(1 - o->rho), eps = (T)o->eps;   \
        MOMENT(T, v, 0);                                                     \
        MOMENT(T, s, 1);                                                     \
        for (int64_t i = 0; i < n; i++) {                                    \
            const T gi = g[i], si = s[i], vi = rho * v[i] + share * gi * gi; \
            const T di = gi * (SQRT(si + eps) / SQRT(vi + eps));             \
            const T wi = keep * w[i] - lr * di;                              \
            SET_SQUARE(T, v, vi);                                            \
            s[i] = rho * si + share * di * di;                               \
            SET_W(T, wi);                                                    \
        }                                                                    \
    } while (0)

UPDATE(adadelta) { FLOATS(ADADELTA); }

#if WG_BASE

OPTIMIZER(adadelta, .moment = { "v", "u" },
          .formula = "v = rho v + (1 - rho) g^2, d = g sqrt(u + eps) / sqrt(v + eps), "
                     "u = rho u + (1 - rho) d^2, w -= lr d");

#endif
