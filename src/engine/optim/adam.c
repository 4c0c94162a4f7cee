/* adam.c: Adam, algorithm 1 of Kingma and Ba 2015. adamw.c has the same update. */
#include "optim/adam.h"

#define ADAM_LOOP(T, amsgrad)                                                       \
    for (int64_t i = 0; i < n; i++) {                                               \
        const T gi = g[i], mi = b1 * m[i] + o1 * gi, vi = b2 * v[i] + o2 * gi * gi; \
        const T si = amsgrad && x[i] > vi ? x[i] : vi;                              \
        const T wi = keep * w[i] - c1 * mi / (c2 * SQRT(si) + eps);                 \
        m[i] = mi;                                                                  \
        SET_SQUARE(T, v, vi);                                                       \
        if (amsgrad) x[i] = si;                                                     \
        SET_W(T, wi);                                                               \
    }

#define ADAM(T)                                                                                      \
    do {                                                                                             \
        ELEMENTS(T, wg_adam_opts);                                                                   \
        const T b1 = (T)o->beta1, o1 = (T)(1 - o->beta1), b2 = (T)o->beta2, o2 = (T)(1 - o->beta2);  \
        const T c1 = (T)(u->lr * u->rate[M_SCALE]), c2 = (T)sqrt(u->rate[V_SCALE]), eps = (T)o->eps; \
        MOMENT(T, m, M);                                                                             \
        MOMENT(T, v, V);                                                                             \
        MOMENT(T, x, MOST);                                                                          \
        if (o->amsgrad) ADAM_LOOP(T, true)                                                           \
        else ADAM_LOOP(T, false)                                                                     \
    } while (0)

UPDATE(adam) { FLOATS(ADAM); }

#if WG_BASE

void wgi_adam_rates(const void *options, double t, double *rate)
{
    const wg_adam_opts *o = options;
    rate[M_SCALE] = 1 / (1 - pow(o->beta1, t));
    rate[V_SCALE] = 1 / (1 - pow(o->beta2, t));
}

unsigned wgi_adam_moments(const void *options)
{
    return 1U << M | 1U << V | (((const wg_adam_opts *)options)->amsgrad ? 1U << MOST : 0);
}

OPTIMIZER(adam, LIKE_ADAM);

#endif
