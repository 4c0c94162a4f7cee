/* adam.c: Adam, algorithm 1 of Kingma and Ba 2015. */
#include "optim/optim.h"

enum { M_SCALE, V_SCALE }; /* 1 / (1 - beta^t) */

#define ADAM(T)                                                                                     \
    do {                                                                                            \
        ELEMENTS(T, wg_adam_opts);                                                                  \
        const T b1 = (T)o->beta1, o1 = (T)(1 - o->beta1), b2 = (T)o->beta2, o2 = (T)(1 - o->beta2); \
        const T c1 = (T)(u->lr * u->rate[M_SCALE]), c2 = (T)u->rate[V_SCALE], eps = (T)o->eps;      \
        MOMENT(T, m, 0);                                                                            \
        MOMENT(T, v, 1);                                                                            \
        for (int64_t i = 0; i < n; i++) {                                                           \
            const T gi = g[i], mi = b1 * m[i] + o1 * gi, vi = b2 * v[i] + o2 * (gi * gi);           \
            const T wi = keep * w[i] - c1 * mi / (SQRT(vi * c2) + eps);                             \
            m[i] = mi;                                                                              \
            v[i] = vi;                                                                              \
            SET_W(T, wi);                                                                           \
        }                                                                                           \
    } while (0)

UPDATE(adam) { FLOATS(ADAM); }

#if WG_BASE

static void adam_rates(const void *options, double t, double *rate)
{
    const wg_adam_opts *o = options;
    rate[M_SCALE] = 1 / (1 - pow(o->beta1, t));
    rate[V_SCALE] = 1 / (1 - pow(o->beta2, t));
}

OPTIMIZER(adam, WG_ADAM_OPTIONS, .moment = { "m", "v" }, .rates = adam_rates,
          .formula = "m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, "
                     "w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)");

wg_optim *wg_adam_at(wg_site here, wg_params *p, const wg_adam_opts *o)
{
    return wgi_optim_new(here, p, &wgi_optimizer_adam, o);
}

#endif
