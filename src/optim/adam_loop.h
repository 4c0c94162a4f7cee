/* adam_loop.h: the update and the rates of Adam, for the files of Adam and AdamW. */
#ifndef WGI_ADAM_LOOP_H
#define WGI_ADAM_LOOP_H

#include "optim/optim.h"

enum { M, V, MOST };       /* moments; MOST: the largest v so far */
enum { M_SCALE, V_SCALE }; /* 1 / (1 - beta^t) */

#define ADAM_LOOP(T, amsgrad)                                                         \
    for (int64_t i = 0; i < n; i++) {                                                 \
        const T gi = g[i], mi = b1 * m[i] + o1 * gi, vi = b2 * v[i] + o2 * (gi * gi); \
        const T si = amsgrad && x[i] > vi ? x[i] : vi;                                \
        const T wi = keep * w[i] - c1 * mi / (SQRT(si * c2) + eps);                   \
        m[i] = mi;                                                                    \
        v[i] = vi;                                                                    \
        if (amsgrad) x[i] = si;                                                       \
        SET_W(T, wi);                                                                 \
    }

#define ADAM(T, opts)                                                                               \
    do {                                                                                            \
        ELEMENTS(T, opts);                                                                          \
        const T b1 = (T)o->beta1, o1 = (T)(1 - o->beta1), b2 = (T)o->beta2, o2 = (T)(1 - o->beta2); \
        const T c1 = (T)(u->lr * u->rate[M_SCALE]), c2 = (T)u->rate[V_SCALE], eps = (T)o->eps;      \
        MOMENT(T, m, M);                                                                            \
        MOMENT(T, v, V);                                                                            \
        MOMENT(T, x, MOST);                                                                         \
        if (o->amsgrad) ADAM_LOOP(T, true)                                                          \
        else ADAM_LOOP(T, false)                                                                    \
    } while (0)

#if WG_BASE

#define ADAM_FORMULA                                               \
    "m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, " \
    "w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)"

static inline void scales_of(double beta1, double beta2, double t, double *rate)
{
    rate[M_SCALE] = 1 / (1 - pow(beta1, t));
    rate[V_SCALE] = 1 / (1 - pow(beta2, t));
}

static inline unsigned moments_with(bool amsgrad) { return 1U << M | 1U << V | (amsgrad ? 1U << MOST : 0); }

#endif
#endif
