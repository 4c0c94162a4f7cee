/* reduce_rules.h: shapes, rewrites, units and samples of reductions. Kernels read the operand as [outer, n,
 * inner], so the reduced axes must be neighbours. Where they are not, reduce_apart transposes the operand
 * first. */
#ifndef WG_REDUCE_RULES_H
#define WG_REDUCE_RULES_H

#include "rules.h"
#include "reduce_tree.h"

#if WG_BASE

/* ---- shapes ---- */

static inline bool is_reduced(const wg_axes *axes, int axis)
{
    for (int i = 0; i < axes->count; i++)
        if (axes->axis[i] == axis) return true;
    return false;
}
static inline wg_shape reduced_shape(const wg_shape *x, const wg_axes *axes, bool keepdims)
{
    wg_shape y = { 0, { 0 } };
    for (int i = 0; i < x->rank; i++)
        if (!is_reduced(axes, i)) y.dim[y.rank++] = x->dim[i];
        else if (keepdims) y.dim[y.rank++] = 1;
    return y;
}
/* How many elements are reduced to one. */
static inline int64_t reduced_size(const wg_shape *x, const wg_axes *axes)
{
    int64_t n = 1;
    for (int i = 0; i < axes->count; i++) n *= x->dim[axes->axis[i]];
    return n;
}
static inline bool axes_shape(wg_rule *r, wg_axes *axes, bool keepdims)
{
    return wg_rule_axes(r, axes, r->x[0].shape->rank, true) &&
           shaped_to(r, reduced_shape(r->x[0].shape, axes, keepdims));
}
static inline bool reduce_shape(wg_rule *r)
{
    struct reduce *a = r->attr;
    return axes_shape(r, &a->axes, a->keepdims);
}
/* For sums and products. */
static inline bool total_shape(wg_rule *r)
{
    if (!wg_dtype_is_float(r->x[0].dtype)) r->y[0].dtype = WG_I64;
    return reduce_shape(r);
}
static inline bool over_something(wg_rule *r)
{
    const struct reduce *a = r->attr;
    return reduced_size(r->x[0].shape, &a->axes) > 0 ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no elements to choose from", wg_rule_who(r, 0));
}
/* loss_of_pairs.c: warns if x, whose elements are all summed, compares all predictions with all targets. */
void wgi_warn_of_pairs(wg_site here, wg_node x);
/* For reductions that choose an element. */
static inline bool choose_shape(wg_rule *r) { return reduce_shape(r) && over_something(r); }

/* ---- nodes ---- */

typedef wg_node (*reduce_builder)(wg_site, const wg_reduce_args *);

/* A call of a reduction with the options of another; one that keeps the axes. */
#define AS_IN(a) \
    .axes = AXES_OF(((const struct reduce *)(a))->axes), .keepdims = ((const struct reduce *)(a))->keepdims
#define KEPT(a) .axes = AXES_OF(a), .keepdims = true

/* A factor for each vector along axes: powers of what it multiplies neither overflow nor underflow, nor do
 * their derivatives. It is 1 where the size of the vector is between 1 / high and high. A result that is
 * divided by it at the end does not depend on it, so it counts as a constant. */
static inline wg_node factor_of_size(wg_site here, wg_node most, double high)
{
    const double far = wg_node_dtype(most) == WG_F64 ? 0x1p1000 : 0x1p110;
    wg_node factor = wg_div(1, wg_minimum(wg_maximum(most, 1 / far), far));
    return wg_where(wg_greater(most, high), factor, wg_where(wg_less(most, 1 / high), factor, 1));
}
static inline wg_node safe_factor(wg_site here, wg_node x, const wg_axes *axes, reduce_builder size,
                                  double high)
{
    return factor_of_size(
        here, size(here, &WG_OPTS(wg_reduce_args, .x = wg_abs(wg_stop_gradient(x)), KEPT(*axes))), high);
}
/* Of squares. A sum of sizes is faster than a maximum. */
static inline double high_of_squares(wg_node x) { return wg_node_dtype(x) == WG_F64 ? 0x1p200 : 0x1p25; }
static inline wg_node square_factor(wg_site here, wg_node x, const wg_axes *axes)
{
    return safe_factor(here, x, axes, wg_sum_at, high_of_squares(x));
}

/* The gradient of a reduction's result, with the reduced axes as axes of size 1. */
static inline wg_node with_axes(wg_site here, wg_node gy, wg_node x, const wg_axes *axes)
{
    wg_shape s = wg_node_shape(x);
    return wg_node_shape(gy).rank == 0 ? gy : wg_reshape(gy, reduced_shape(&s, axes, true));
}

static inline bool are_neighbours(const wg_shape *s, const wg_axes *axes)
{
    span unused;
    return span_of(s, axes, &unused);
}

/* The transpose of x that puts the reduced axes last, and their numbers there. */
static inline wg_axes reduced_last(wg_node x, const wg_axes *axes, wg_axes *last)
{
    int rank = wg_node_shape(x).rank, at = 0;
    wg_axes to = { .count = rank };
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < rank; i++)
            if (is_reduced(axes, i) == pass) to.axis[at++] = i;
    *last = (wg_axes){ .count = axes->count };
    for (int i = 0; i < last->count; i++) last->axis[i] = rank - last->count + i;
    return to;
}

/* The .rewrite of a reduction. Reducing one element to one is a reshape. Axes that are apart are transposed
 * first. */
static inline wg_node reduce_apart(wg_site here, wg_node x, const struct reduce *a, reduce_builder op)
{
    wg_shape s = wg_node_shape(x), y = reduced_shape(&s, &a->axes, a->keepdims);
    if (reduced_size(&s, &a->axes) == 1) return wg_reshape(x, y);
    if (are_neighbours(&s, &a->axes)) return wg_none;
    wg_axes last, to = reduced_last(x, &a->axes, &last);
    wg_node turned = wg_transpose(x, .axes = AXES_OF(to));
    return wg_reshape(op(here, &WG_OPTS(wg_reduce_args, .x = turned, .axes = AXES_OF(last))), y);
}

/* ---- kernels ---- */

static inline bool reduce_prepare(const wg_kernel *k, void *to)
{
    *(span *)to = kernel_span(k);
    return false;
}
static inline int64_t reduce_units(const wg_kernel *k)
{
    const span s = kernel_span(k);
    bool whole = s.outer * s.inner == 1;
    if (k->phase) return whole;
    return whole ? (s.n + WG_FOLD - 1) / WG_FOLD : s.inner == 1 ? s.outer : s.outer * column_blocks(&s);
}
/* The units are rows where the last axes are reduced, and something else is left. */
static inline int64_t reduce_rows(const wg_kernel *k)
{
    const span s = kernel_span(k);
    return s.inner == 1 && s.outer > 1 ? s.outer : 0;
}
static inline size_t reduce_scratch(const wg_kernel *k)
{
    const span s = kernel_span(k);
    return s.outer * s.inner == 1 ? ((size_t)s.n / WG_FOLD + 1) * sizeof(double) : sizeof(double);
}

#define BY_TREE                                                                                          \
    .kind = WG_REDUCE, .hint.prepared = sizeof(span), .hint.prepare = reduce_prepare, .hint.fold = true, \
    .phases = 2, .units = reduce_units, .rows = reduce_rows, .scratch = reduce_scratch

/* ---- samples: trailing, leading, middle, apart, all axes, an axis of size 1, no elements, a scalar ---- */

static inline wg_node reduce_any(wg_graph *g, int i, reduce_builder op, wg_site here)
{
    static const wg_shape shape[] = { { 2, { 3, 4 } },    { 2, { 3, 4 } },    { 2, { 3, 4 } },
                                      { 3, { 2, 3, 2 } }, { 3, { 2, 3, 2 } }, { 3, { 3, 1, 2 } },
                                      { 2, { 0, 3 } },    { 0, { 0 } } };
    static const int axis[] = { WG_AUTO, -1, 0, 1, WG_AUTO, 1, 1, WG_AUTO };
    wg_reduce_args a =
        WG_OPTS(wg_reduce_args, .x = wg_any(g, shape[i]), .axis = axis[i], .keepdims = i == 2 || i == 4);
    if (i == 4) a.axes = WG_AXES(2, 0);
    return op(here, &a);
}
static inline const char *reduce_error(wg_graph *g, int i, reduce_builder op, wg_site here)
{
    return NTH(NULL, (op(here, &WG_OPTS(wg_reduce_args, .x = ANY(3, 4), .axis = 2)), "no axis 2 in"),
               (op(here, &WG_OPTS(wg_reduce_args, .x = ANY(3, 4), .axes = WG_AXES(0, -2))), "axis 0 twice"));
}

/* Further samples of a reduction, and the reduction with its builder. */
#define REDUCE_SAMPLES(n, ...)                                                                              \
    SAMPLE(n) { return i < 8 ? reduce_any(g, i, wg_##n##_at, here) : (i -= 8, NTH(wg_none, __VA_ARGS__)); } \
    EXTERN(n)
#define REDUCE_OP(n, ...)                                             \
    ERROR_SAMPLE(n) { return reduce_error(g, i, wg_##n##_at, here); } \
    BUILDER(n, reduce) { APPLY(n, reduce, REDUCE_FIELDS, a->x); }     \
    DEFINE_OP(n, .operands = 1, TAKES(reduce), .options = wg_reduce_args_rows, __VA_ARGS__)

/* The place of an element along one axis. */
#define PLACE_FIELDS(F, S) F(S, AXES, axes, "needed") F(S, BOOL, keepdims, "false")
OPTION_TABLE(place_attrs, reduce, PLACE_FIELDS);

/* Exactly one axis. */
static inline bool one_axis(wg_rule *r, wg_axes *axes)
{
    int none = WG_NEEDED;
    if (!axes->count) return wg_rule_axis(r, &none, r->x[0].shape->rank);
    return axes->count == 1 || wg_rule_fail(r, WG_ERROR_SHAPE, "takes one axis, not %d", axes->count);
}

static inline bool place_shape(wg_rule *r)
{
    r->y[0].dtype = WG_I64;
    return one_axis(r, &((struct reduce *)r->attr)->axes) && choose_shape(r);
}
#define PLACE_OP(n, ...)                                                                                 \
    ERRORS(n, (wg_##n(ANY(3, 0), .axis = 1), "has no elements to choose from"),                          \
           (wg_##n(ANY(3, 4)), "say its axis"),                                                          \
           (wg_##n(wg_any(g, WG_SCALAR), .axis = -1), "no axis -1 in"));                                 \
    BUILDER(n, axis)                                                                                     \
    {                                                                                                    \
        return NODE_OF(n, WITH(reduce, wg_axes_given(a->axis, (wg_axes)WG_NO_AXES), a->keepdims), a->x); \
    }                                                                                                    \
    DEFINE_OP(n, .adjoint = "the result is an index", .none = WG_EVERY_OPERAND, .operands = 1,           \
              .kind = WG_ROWS, .attr_size = sizeof(struct reduce), .attrs = place_attrs,                 \
              .options = wg_axis_args_rows, .shape = place_shape, __VA_ARGS__)

#endif

#endif
