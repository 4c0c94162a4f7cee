/* momentum.c: gradient descent with momentum: along a running average of the gradients. */
#include "optim/optim.h"

#define LOOP(T, nesterov)                                    \
    for (int64_t i = 0; i < n; i++) {                        \
        const T gi = g[i], mi = beta * m[i] + share * gi;    \
        const T di = nesterov ? beta * mi + share * gi : mi; \
        const T wi = keep * w[i] - rate * di;                \
        m[i] = mi;                                           \
        SET_W(T, wi);                                        \
    }

#define MOMENTUM(T)                                                                \
    do {                                                                           \
        ELEMENTS(T, wg_momentum_opts);                                             \
        const T beta = (T)o->beta, rate = o->velocity ? 1 : lr;                    \
        const T share = (T)(o->velocity ? u->lr : o->classical ? 1 : 1 - o->beta); \
        MOMENT(T, m, 0);                                                           \
        if (o->nesterov) LOOP(T, true)                                             \
        else LOOP(T, false)                                                        \
    } while (0)

UPDATE(momentum) { FLOATS(MOMENTUM); }

#if WG_BASE

static const char *two_forms(const void *options)
{
    const wg_momentum_opts *o = options;
    return o->classical && o->velocity ? "classical and velocity are two forms of m: say one of them" : NULL;
}

OPTIMIZER(momentum, .formula = "m = beta m + (1 - beta) g, w -= lr m", .moment = { "m" }, .clash = two_forms);

#endif
