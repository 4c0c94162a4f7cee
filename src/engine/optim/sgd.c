/* sgd.c: gradient descent. */
#include "optim/optim.h"

#define SGD(T)                                    \
    do {                                          \
        ELEMENTS(T, wg_sgd_opts);                 \
        for (int64_t i = 0; i < n; i++) {         \
            const T wi = keep * w[i] - lr * g[i]; \
            SET_W(T, wi);                         \
        }                                         \
    } while (0)

UPDATE(sgd) { FLOATS(SGD); }

#if WG_BASE

OPTIMIZER(sgd, .formula = "w -= lr g");

#endif
