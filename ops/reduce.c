/* reduce.c: sums, means and variances along axes. */
#include "ops.h"
#include "reduce_rules.h"
#include "reduce_tree.h"

KERNEL(sum) { REDUCE(k, SUM_TYPES); }

#if WG_BASE

/* ---- sum ---- */

static bool sum_shape(wg_rule *r)
{
    if (!wg_dtype_is_float(r->x[0].dtype)) r->y[0].dtype = WG_I64;
    return reduce_shape(r);
}
REWRITE(sum)
{
    const struct reduce *a = attr;
    const wg_shape s = wg_node_shape(x[0]);
    if (s.rank && reduced_size(&s, &a->axes) == wg_shape_size(s)) wgi_warn_of_pairs(here, x[0]);
    wg_node y = reduce_apart(here, x[0], a, wg_sum_at);
    return wg_is_none(y) || wg_dtype_is_float(wg_node_dtype(y)) ? y : wg_cast(y, WG_I64);
}
VJP(sum)
{
    const struct reduce *a = wg_attr(y);
    if (wg_dtype_is_float(wg_node_dtype(x[0])))
        gx[0] = wg_broadcast_to(with_axes(here, gy, x[0], &a->axes), wg_node_shape(x[0]));
}
SAMPLE(sum)
{
    switch (i) {
    case 8: return wg_sum(ANY(3, 0), .axes = WG_AXES(1));
    case 9: return wg_sum(ANY(2, 300));
    case 10: return wg_sum(ANY(35, 70), .axes = WG_AXES(0));
    case 11: return wg_sum(CLASSES(9, 5, 3), .axes = WG_AXES(0));
    case 12: return wg_sum(wg_greater(CLASSES(3, 300), 0));
    }
    return reduce_any(g, i, wg_sum_at, here);
}
ERROR_SAMPLE(sum) { return reduce_error(g, i, wg_sum_at, here); }

DEFINE_OP(sum, .summary = "Sum along axes. The sum of no elements is 0. Integers and bools give i64.",
          .formula = "y = sum(x along axis)", .adjoint = "x' = y'", .operands = 1, BY_TREE,
          .shape = sum_shape, .rewrite = sum_rewrite, .kernel = KERNELS(sum), .leads = true, .vjp = sum_vjp);
wg_node wg_sum_at(wg_site here, const wg_reduce_args *a) { APPLY(sum, reduce, REDUCE_FIELDS, a->x); }

/* ---- mean ---- */

EXPAND(mean)
{
    const struct reduce *a = attr;
    wg_shape s = wg_node_shape(x[0]);
    y[0] = wg_div(wg_sum(x[0], .axes = AXES_OF(a->axes), .keepdims = a->keepdims),
                  (double)reduced_size(&s, &a->axes));
}
SAMPLE(mean)
{
    return i == 8 ? wg_mean(CLASSES(9, 5, 3), .axes = WG_AXES(0)) : reduce_any(g, i, wg_mean_at, here);
}
ERROR_SAMPLE(mean) { return reduce_error(g, i, wg_mean_at, here); }

DEFINE_OP(mean,
          .summary = "Mean along axes. The mean of no elements is NaN. Integers and bools give a float.",
          .formula = "y = mean(x along axis)", .adjoint = "x' = y' / length(x along axis)", .operands = 1,
          .kind = WG_REDUCE, TAKES(reduce), .shape = reduce_shape, .expand = mean_expand);
wg_node wg_mean_at(wg_site here, const wg_reduce_args *a) { APPLY(mean, reduce, REDUCE_FIELDS, a->x); }

/* ---- var ---- */

EXPAND(var)
{
    const struct reduce *a = attr;
    wg_node d = wg_sub(x[0], wg_mean(x[0], .axes = AXES_OF(a->axes), .keepdims = true));
    y[0] = wg_mean(wg_square(d), .axes = AXES_OF(a->axes), .keepdims = a->keepdims);
}
SAMPLE(var) { return reduce_any(g, i, wg_var_at, here); }
ERROR_SAMPLE(var) { return reduce_error(g, i, wg_var_at, here); }

DEFINE_OP(var, .summary = "Variance along axes: the mean squared deviation from the mean, divided by n.",
          .formula = "y = mean((x - mean(x along axis))^2 along axis)",
          .adjoint = "x' = 2 y' (x - mean(x along axis)) / length(x along axis)", .operands = 1,
          .kind = WG_REDUCE, .promote = WG_PROMOTE_FLOAT, TAKES(reduce), .shape = reduce_shape,
          .expand = var_expand);
wg_node wg_var_at(wg_site here, const wg_reduce_args *a) { APPLY(var, reduce, REDUCE_FIELDS, a->x); }

#endif
