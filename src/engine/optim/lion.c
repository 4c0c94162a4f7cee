/* lion.c: steps of equal length for all parameters, by the sign of an average (Chen et al. 2023). */
#include "optim/optim.h"

#define LION(T)                                                                                     \
    do {                                                                                            \
        ELEMENTS(T, wg_lion_opts);                                                                  \
        const T b1 = (T)o->beta1, o1 = (T)(1 - o->beta1), b2 = (T)o->beta2, o2 = (T)(1 - o->beta2); \
        MOMENT(T, m, 0);                                                                            \
        for (int64_t i = 0; i < n; i++) {                                                           \
            const T gi = g[i], mi = m[i], ci = b1 * mi + o1 * gi;                                   \
            const T wi = keep * w[i] - (ci > 0 ? lr : ci < 0 ? -lr : 0);                            \
            m[i] = b2 * mi + o2 * gi;                                                               \
            SET_W(T, wi);                                                                           \
        }                                                                                           \
    } while (0)

UPDATE(lion) { FLOATS(LION); }

#if WG_BASE

OPTIMIZER(lion, .moment = { "m" },
          .formula = "w -= lr sign(beta1 m + (1 - beta1) g), m = beta2 m + (1 - beta2) g");

#endif
