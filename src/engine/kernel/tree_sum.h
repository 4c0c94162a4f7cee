/* tree_sum.h: sums of arrays in a binary tree whose leaves come one after the other. */
#ifndef WGI_TREE_SUM_H
#define WGI_TREE_SUM_H

#include "wengert/kernel.h"

typedef struct wgi_leaf {
    wg_dtype dtype;     /* f32 or f64 */
    double share;       /* the factor of the values */
    const void *values; /* NULL: zeros */
    int waiting;        /* how many sums wait for this leaf */
    void *const *sum;   /* those that wait, the lowest first; then the place of the result, which may be
                         * values */
    int64_t from, to;   /* the elements to add */
} wgi_leaf;
typedef void (*wgi_leaf_fn)(const wgi_leaf *l);

extern const wgi_leaf_fn wgi_add_leaf[WG_ISAS];

#endif
