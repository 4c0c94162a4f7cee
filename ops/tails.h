/* tails.h: the part ln(1 + e^-|x|) of softplus and of a loss of logits. */
#ifndef WG_TAILS_H
#define WG_TAILS_H

#include "kernel/vmath.h"

/* In a MAP kernel whose operand 0 has all elements: y[i] = e for each element, an expression in a, x[i] of
 * operand 0, its tail t, and i. exp and log1p have loops of their own: registers do not hold the constants of
 * both, and one loop takes half as long again. */
enum { TAILS = 256 };
#define WITH_TAILS(T, e)                                                       \
    do {                                                                       \
        const int64_t n = k->end - k->begin;                                   \
        const T *restrict x = k->x[0];                                         \
        T *restrict y = k->y[0], tail[TAILS];                                  \
        for (int64_t at = 0, end; at < n; at = end) {                          \
            end = n - at < TAILS ? n : at + TAILS;                             \
            for (int64_t i = at; i < end; i++) tail[i - at] = EXP(-ABS(x[i])); \
            for (int64_t i = 0; i < end - at; i++) tail[i] = LOG1P(tail[i]);   \
            for (int64_t i = at; i < end; i++) {                               \
                const T a = x[i], t = tail[i - at];                            \
                y[i] = e;                                                      \
            }                                                                  \
        }                                                                      \
    } while (0)

#endif
