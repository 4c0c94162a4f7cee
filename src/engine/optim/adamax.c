/* adamax.c: Adam with the largest of recent gradients in place of their mean square. */
#include "optim/optim.h"

#define ADAMAX(T)                                                                                       \
    do {                                                                                                \
        ELEMENTS(T, wg_adamax_opts);                                                                    \
        const T b1 = (T)o->beta1, o1 = (T)(1 - o->beta1), b2 = (T)o->beta2, eps = (T)o->eps;            \
        const T c1 = (T)(u->lr * *u->rate);                                                             \
        MOMENT(T, m, 0);                                                                                \
        MOMENT(T, most, 1);                                                                             \
        for (int64_t i = 0; i < n; i++) {                                                               \
            const T gi = g[i], mi = b1 * m[i] + o1 * gi;                                                \
            const T now = (gi < 0 ? -gi : gi) + eps, then = b2 * most[i], ui = then > now ? then : now; \
            const T wi = keep * w[i] - c1 * mi / ui;                                                    \
            m[i] = mi;                                                                                  \
            most[i] = ui;                                                                               \
            SET_W(T, wi);                                                                               \
        }                                                                                               \
    } while (0)

UPDATE(adamax) { FLOATS(ADAMAX); }

#if WG_BASE

static void adamax_rates(const void *options, double t, double *rate)
{
    *rate = 1 / (1 - pow(((const wg_adamax_opts *)options)->beta1, t));
}

OPTIMIZER(
    adamax, .moment = { "m", "u" }, .rates = adamax_rates,
    .formula = "m = beta1 m + (1 - beta1) g, u = max(beta2 u, |g| + eps), w -= lr m / (1 - beta1^t) / u");

#endif
