/* slices.h: slices along axes that are neighbours, for softmax, its gradients and logsumexp. */
#ifndef WG_SLICES_H
#define WG_SLICES_H

#include "axis_runs.h"

/* AHEAD: elements, AHEAD_ROWS: rows that are fetched ahead. STRIP: most columns that are computed
 * together. STRIP_MOST: as many rows as a leaf has lanes, of fewer than EXP_BLOCK columns. A strip's
 * rows are not shorter than ROW bytes, so that each load from another page is worth it. Where they
 * can be longer, a copy of the strip has at most COPY bytes. Strips of more than 16 times as much
 * are not copied. TOGETHER: elements of short rows that are computed together. */
enum {
    AHEAD = 1024,
    AHEAD_ROWS = 16,
    EXP_BLOCK = 16,
    STRIP = 128,
    STRIP_MOST = 64 * (EXP_BLOCK - 1),
    ROW = 256,
    COPY = 1 << 19,
    TOGETHER = 1024
};

/* The operand as [outer, n, inner], where n are the axes. Slices are rows where inner is 1, else
 * columns. Columns are computed in strips of `wide`. */
typedef struct slices {
    int64_t n, inner, wide, strips;
    bool copied; /* a strip is copied to scratch */
} slices;

/* size: bytes of an element */
static inline slices slices_in_strips(int64_t n, int64_t inner, int64_t size)
{
    slices a = { .n = n, .inner = inner, .wide = ROW / size };
    while (a.wide < STRIP && 2 * n * a.wide * size <= COPY) a.wide *= 2;
    a.strips = (inner + a.wide - 1) / a.wide;
    a.copied = n > FOLD && inner >= EXP_BLOCK && n * a.wide * size <= 16 * COPY;
    return a;
}

#if WG_BASE

/* A unit is a row, or a strip of columns. */
static inline int64_t slices_units(const wg_kernel *k, slices a)
{
    const int64_t all = wg_shape_size(*k->xt[0].shape);
    return all ? all / (a.n * a.inner) * a.strips : 0;
}

/* wg_op.rows: 0 if slices are columns. */
static inline int64_t slices_rows(const wg_kernel *k, slices a)
{
    return a.inner == 1 ? slices_units(k, a) : 0;
}

static inline size_t slices_copy(const wg_kernel *k, slices a)
{
    return a.copied ? (size_t)(a.n * a.wide) * wg_dtype_size(k->xt[0].dtype) : 0;
}

#endif

#endif
