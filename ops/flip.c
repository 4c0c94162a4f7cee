/* flip.c: flip (an axis from its end), and index_along (where an element stands). x is [outer, axis,
 * inner]. */
#include "rules.h"

#include "axis_runs.h"

#define FLIP_FIELDS(F, S) F(S, AXES, axes, "needed")
OPTIONS(flip, FLIP_FIELDS);
#define INDEX_ALONG_FIELDS(F, S) F(S, AXIS, axis, "needed")
OPTIONS(index_along, INDEX_ALONG_FIELDS);

#define REVERSE(T)                                            \
    do {                                                      \
        const T *restrict x = (const T *)from + n - 1;        \
        for (int64_t i = 0; i < n; i++) ((T *)to)[i] = x[-i]; \
    } while (0)
/* The n runs of `run` bytes at `from` to `to`, the last one first. size: of an element. */
static void reverse_runs(char *restrict to, const char *restrict from, int64_t n, size_t run, size_t size)
{
    if (run != size)
        for (int64_t i = 0; i < n; i++) memcpy(to + (size_t)i * run, from + (size_t)(n - 1 - i) * run, run);
    else if (size == 1) REVERSE(uint8_t);
    else if (size == 2) REVERSE(uint16_t);
    else if (size == 4) REVERSE(uint32_t);
    else REVERSE(uint64_t);
}
KERNEL(flip)
{
    const int axis = ((const struct flip *)k->attr)->axes.axis[0];
    const size_t size = wg_dtype_size(k->xt[0].dtype), row = run_bytes(&k->xt[0], axis);
    const int64_t n = k->xt[0].shape->dim[axis];
    for (int64_t u = k->begin; u < k->end && n; u++)
        reverse_runs(RESULT(char, 0) + (size_t)u * row, OPERAND(char, 0) + (size_t)u * row, n,
                     row / (size_t)n, size);
    return true;
}

KERNEL(index_along)
{
    const int axis = ((const struct index_along *)k->attr)->axis;
    const int64_t n = k->yt[0].shape->dim[axis], inner = inner_of(k->yt[0].shape, axis);
    int64_t *y = RESULT(int64_t, 0) + k->begin * n * inner;
    EACH_UNIT(u)
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < inner; j++) *y++ = i;
    return true;
}

#if WG_BASE

/* ---- flip: the kernel flips one axis ---- */

SHAPE(flip) { return axes_fit(r, &((struct flip *)r->attr)->axes, r->x[0].shape->rank); }
REWRITE(flip)
{
    const wg_axes *axes = &((const struct flip *)attr)->axes;
    if (axes->count == 1) return wg_none;
    wg_node y = x[0];
    for (int i = 0; i < axes->count; i++) y = wg_flip(y, .axes = WG_AXES(axes->axis[i]));
    return y;
}
UNITS(flip) { return outer_of(k->xt[0].shape, ((const struct flip *)k->attr)->axes.axis[0]); }
VJP(flip) { gx[0] = wg_flip(gy, .axes = AXES_OF(((const struct flip *)wg_attr(y))->axes)); }
SAMPLES(flip, wg_flip(ANY(3, 4), .axis = 1), wg_flip(ANY(2, 3, 2), .axis = 1),
        wg_flip(ANY(3, 4), .axes = WG_AXES(1, 0)), wg_flip(ANY(2, 0), .axis = -1));
ERRORS(flip, (wg_flip(ANY(3), .axis = 1), "no axis 1 in"),
       (wg_flip(ANY(3), .axes = WG_AXES(0, -1)), "axis 0 twice"), (wg_flip(ANY(3, 4)), "say its axis"));

DEFINE_OP(flip, .summary = "The elements along axes in reverse order.",
          .formula = "y[i] = x[length(x) - 1 - i] along axis",
          .adjoint = "x'[i] = y'[length(x) - 1 - i] along axis", .hint.stored = 1 << 0, .operands = 1,
          .kind = WG_ROWS, TAKES(flip), .options = wg_axes_args_rows, RULES(flip, shape, rewrite, units, vjp),
          .kernel = KERNELS(flip), .hint.exact = moved_exact, .leads = true);
BUILDER(flip, axes) { APPLY(flip, flip, FLIP_FIELDS, a->x); }

/* ---- index_along ---- */

SHAPE(index_along)
{
    r->y[0].dtype = WG_I64;
    return axis_fits(r);
}
SAMPLES(index_along, wg_index_along(ANY(3, 4), .axis = 1), wg_index_along(CLASSES(3, 2, 3, 2), .axis = -2),
        wg_index_along(ANY(2, 0), .axis = 0));
ERRORS(index_along, (wg_index_along(wg_any(g, WG_SCALAR), .axis = 0), "no axis 0 in"));

DEFINE_OP(index_along,
          .summary = "The index of each element along an axis, i64. The values of x do not matter.",
          .formula = "y[i] = i along axis", .adjoint = "the values of x do not matter",
          .zero = WG_EVERY_OPERAND, .operands = 1, .kind = WG_ROWS, TAKES(index_along),
          .options = wg_index_along_args_rows, RULES(index_along, shape), .units = axis_units,
          .kernel = KERNELS(index_along), .leads = true);
BUILDER(index_along, index_along) { APPLY(index_along, index_along, INDEX_ALONG_FIELDS, a->x); }

#endif
