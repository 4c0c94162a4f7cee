/* slices.h: slices along one axis, for softmax and its gradients. */
#ifndef WG_SLICES_H
#define WG_SLICES_H

#include "ops.h"

/* The operand as [outer, n, inner], where n is the axis. Slices are rows where inner is 1, else
 * columns. Columns are computed in strips of `wide`. */
typedef struct slices {
    int64_t n, inner, wide, strips;
    bool copied; /* of softmax: a strip is copied to scratch */
} slices;

static inline slices slices_of(const wg_kernel *k, const wg_axes *axis, int64_t wide)
{
    const wg_shape *s = k->xt[0].shape;
    slices a = { .n = s->dim[axis->axis[0]], .inner = 1, .wide = wide };
    for (int i = axis->axis[0] + 1; i < s->rank; i++) a.inner *= s->dim[i];
    a.strips = (a.inner + wide - 1) / wide;
    return a;
}

#if WG_BASE
/* A unit is a row, or a strip of columns. */
static inline int64_t slices_units(const wg_kernel *k, const slices *a)
{
    const int64_t all = wg_shape_size(*k->xt[0].shape);
    return all ? all / (a->n * a->inner) * a->strips : 0;
}
#endif

#endif
