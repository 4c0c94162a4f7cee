/* axis_runs.h: a tensor as [outer, axis, inner]. */
#ifndef WG_AXIS_RUNS_H
#define WG_AXIS_RUNS_H

#include "ops.h"

enum {
    RUN_BYTES = 1 << 13
}; /* bytes that stay in the first-level cache while their rows are written in parts */

/* Elements of the axes [from, to). */
static inline int64_t elements(const wg_shape *s, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++) n *= s->dim[i];
    return n;
}
/* Elements before an axis, and after it. */
static inline int64_t outer_of(const wg_shape *s, int axis) { return elements(s, 0, axis); }
static inline int64_t inner_of(const wg_shape *s, int axis) { return elements(s, axis + 1, s->rank); }
/* Bytes of one run: the axis and all axes after it. */
static inline size_t run_bytes(const wg_type *t, int axis)
{
    return (size_t)(t->shape->dim[axis] * inner_of(t->shape, axis)) * wg_dtype_size(t->dtype);
}

#if WG_BASE

/* The shape rule of an op whose options begin with an axis, and whose result is shaped as operand 0; of one
 * that sums or multiplies along it: integers and bools give i64. */
static inline bool axis_fits(wg_rule *r) { return wg_rule_axis(r, r->attr, r->x[0].shape->rank); }
static inline bool totals_fit(wg_rule *r)
{
    if (!wg_dtype_is_float(r->x[0].dtype)) r->y[0].dtype = WG_I64;
    return axis_fits(r);
}

/* Operand k differs from operand j along the axis alone. */
static inline bool fits_beside(wg_rule *r, int k, int j, int axis)
{
    const wg_shape *a = r->x[k].shape, *b = r->x[j].shape;
    bool fits = a->rank == b->rank;
    for (int i = 0; fits && i < a->rank; i++) fits = i == axis || a->dim[i] == b->dim[i];
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "%s and %s differ beside axis %d", wg_rule_who(r, j),
                                wg_rule_who(r, k), axis);
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
