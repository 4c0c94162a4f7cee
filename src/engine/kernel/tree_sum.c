/* tree_sum.c: adds an array to a tree of sums. */
#include "kernel/tree_sum.h"
#include "kernel/kernel.h"

#include <string.h>

enum { PART = 1 << 12 }; /* elements that stay in the nearest cache meanwhile */

/* No order of operations differs: what waits is added in turn, the lowest first. */
#define ADD(T)                                                                          \
    do {                                                                                \
        const T share = (T)l->share, *x = l->values ? (const T *)l->values + at : NULL; \
        T *y = (T *)l->sum[l->waiting] + at;                                            \
        if (!x) memset(y, 0, sizeof *y *(size_t)n);                                     \
        else if (x != y || share != 1)                                                  \
            for (int64_t i = 0; i < n; i++) y[i] = share * x[i];                        \
        for (int k = 0; k < l->waiting; k++) {                                          \
            const T *restrict before = (const T *)l->sum[k] + at;                       \
            for (int64_t i = 0; i < n; i++) y[i] = before[i] + y[i];                    \
        }                                                                               \
    } while (0)

EACH_ISA(wgi_leaf_part, const wgi_leaf *l)
{
    for (int64_t at = l->from; at < l->to; at += PART) {
        const int64_t n = l->to - at < PART ? l->to - at : PART;
        if (l->dtype == WG_F32) ADD(float);
        else ADD(double);
    }
}

#if WG_BASE

const wgi_leaf_fn wgi_add_leaf[WG_ISAS] = WG_ISA_NAMES_(wgi_leaf_part);

#endif
