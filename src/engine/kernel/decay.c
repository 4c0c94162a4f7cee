/* decay.c: coupled decay and the soft threshold of optimizers. */
#include "kernel/decay.h"
#include "kernel/kernel.h"

#define FLOATS(LOOP)                         \
    do {                                     \
        if (d->dtype == WG_F32) LOOP(float); \
        else LOOP(double);                   \
    } while (0)

#define COUPLE(T)                                                    \
    do {                                                             \
        const T by = (T)d->by;                                       \
        const T *restrict w = d->w, *restrict g = d->g;              \
        T *restrict to = d->to;                                      \
        for (int64_t i = 0; i < d->n; i++) to[i] = g[i] + by * w[i]; \
    } while (0)

EACH_ISA(wgi_couple_block, const wgi_decay *d) { FLOATS(COUPLE); }

#define SHRINK(T)                                                 \
    do {                                                          \
        const T by = (T)d->by;                                    \
        T *restrict w = d->w;                                     \
        for (int64_t i = 0; i < d->n; i++) {                      \
            const T wi = w[i], less = wi < 0 ? wi + by : wi - by; \
            w[i] = wi <= by && wi >= -by ? 0 : less;              \
        }                                                         \
    } while (0)

EACH_ISA(wgi_shrink_block, const wgi_decay *d) { FLOATS(SHRINK); }

#if WG_BASE

const wgi_decay_fn wgi_couple[WG_ISAS] = WG_ISA_NAMES_(wgi_couple_block);
const wgi_decay_fn wgi_shrink[WG_ISAS] = WG_ISA_NAMES_(wgi_shrink_block);

#endif
