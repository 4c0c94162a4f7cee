/* axis_runs.h: a tensor as [outer, axis, inner]. */
#ifndef WG_AXIS_RUNS_H
#define WG_AXIS_RUNS_H

#include "ops.h"

enum {
    RUN_BYTES = 1 << 13
}; /* bytes that stay in the first-level cache while their rows are written in parts */

/* Elements after an axis. */
static inline int64_t inner_of(const wg_shape *s, int axis)
{
    int64_t n = 1;
    for (int i = axis + 1; i < s->rank; i++) n *= s->dim[i];
    return n;
}
/* Bytes of one run: the axis and all axes after it. */
static inline size_t run_bytes(const wg_type *t, int axis)
{
    return (size_t)(t->shape->dim[axis] * inner_of(t->shape, axis)) * wg_dtype_size(t->dtype);
}

#if WG_BASE

/* Elements before an axis. */
static inline int64_t outer_of(const wg_shape *s, int axis)
{
    int64_t n = 1;
    for (int i = 0; i < axis; i++) n *= s->dim[i];
    return n;
}

/* The units of a kernel whose options begin with an axis: the axes before it. */
static inline int64_t axis_units(const wg_kernel *k)
{
    return outer_of(k->yt[0].shape, *(const int *)k->attr);
}

/* x as a part of a longer axis of zeros, of length `size`, beginning at `from`: unslice.c. */
wg_node wgi_unslice(wg_site here, wg_node x, int axis, int64_t from, int64_t size);

#endif

#endif
