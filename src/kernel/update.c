/* update.c: the optimizers' inner loops: one pass over parameter, gradient and moments. Rates are rounded once to the dtype.
 * All is read before anything is written: where the arrays lie a multiple of 4 KiB apart, a load waits for a store to the same
 * place in another page (Adam's step of W1: 137 us against 94).
 *
 * SGD: w -= lr g. Momentum: m = beta m + one1 g, w -= lr m (one1 = 1 - beta in the course's form, 1 in the classical).
 * Adam: algorithm 1 of Kingma and Ba 2015. keep = 1 - lr weight_decay. */
#include "kernel/kernel.h"
#include "kernel/update.h"

#include "kernel/vmath.h"

#define RATES(T)                                       \
    const wgi_rates *r = (const wgi_rates *)k->attr;   \
    const int64_t    n = k->end - k->begin;            \
    const T          lr = (T)r->lr, keep = (T)r->keep; \
    T *restrict w = (T *)k->y[0];                      \
    const T *restrict g = (const T *)k->x[0]

#define SGD(T, unused)                                                  \
    do {                                                                \
        RATES(T);                                                       \
        for (int64_t i = 0; i < n; i++) w[i] = keep * w[i] - lr * g[i]; \
    } while (0)

#define MOMENTUM(T, unused)                        \
    do {                                           \
        RATES(T);                                  \
        const T b1 = (T)r->beta1, o1 = (T)r->one1; \
        T *restrict m = (T *)k->y[1];              \
        for (int64_t i = 0; i < n; i++) {          \
            const T mi = b1 * m[i] + o1 * g[i];    \
            const T wi = keep * w[i] - lr * mi;    \
            m[i] = mi;                             \
            w[i] = wi;                             \
        }                                          \
    } while (0)

#define ADAM(T, unused)                                                                   \
    do {                                                                                  \
        RATES(T);                                                                         \
        const T b1 = (T)r->beta1, o1 = (T)r->one1, b2 = (T)r->beta2, o2 = (T)r->one2;     \
        const T c1 = (T)(r->lr * r->c1), c2 = (T)r->c2, eps = (T)r->eps;                  \
        T *restrict m = (T *)k->y[1];                                                     \
        T *restrict v = (T *)k->y[2];                                                     \
        (void)lr;                                                                         \
        for (int64_t i = 0; i < n; i++) {                                                 \
            const T gi = g[i], mi = b1 * m[i] + o1 * gi, vi = b2 * v[i] + o2 * (gi * gi); \
            const T wi = keep * w[i] - c1 * mi / (SQRT(vi * c2) + eps);                   \
            m[i] = mi;                                                                    \
            v[i] = vi;                                                                    \
            w[i] = wi;                                                                    \
        }                                                                                 \
    } while (0)

KERNEL(sgd) { WG_FLOATS_(k, k->xt[0].dtype, SGD, 0); }
KERNEL(momentum) { WG_FLOATS_(k, k->xt[0].dtype, MOMENTUM, 0); }
KERNEL(adam) { WG_FLOATS_(k, k->xt[0].dtype, ADAM, 0); }

#if WG_BASE

DECLARE(sgd);
DECLARE(momentum);
DECLARE(adam);

const wg_kernel_fn wgi_update_kernels[WGI_UPDATES][WG_ISAS] = { KERNELS(sgd), KERNELS(momentum), KERNELS(adam) };

#endif
