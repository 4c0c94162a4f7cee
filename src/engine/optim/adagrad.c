/* adagrad.c: steps divided by the root of the sum of all squared gradients. */
#include "optim/optim.h"

#define ADAGRAD(T)                                                             \
    do {                                                                       \
        ELEMENTS(T, wg_adagrad_opts);                                          \
        const T eps = (T)o->eps, initial = (T)o->initial;                      \
        MOMENT(T, v, 0);                                                       \
        for (int64_t i = 0; i < n; i++) {                                      \
            const T gi = g[i], vi = v[i] + gi * gi;                            \
            const T wi = keep * w[i] - lr * (gi / (SQRT(initial + vi) + eps)); \
            SET_SQUARE(T, v, vi);                                              \
            SET_W(T, wi);                                                      \
        }                                                                      \
    } while (0)

UPDATE(adagrad) { FLOATS(ADAGRAD); }

#if WG_BASE

OPTIMIZER(adagrad, .divides = true, .moment = { "v" },
          .formula = "v += g^2, w -= lr g / (sqrt(initial + v) + eps)");

#endif
