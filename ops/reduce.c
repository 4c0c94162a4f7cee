/* reduce.c: sums, means and variances along axes. */
#include "reduce_rules.h"

KERNEL(sum) { REDUCE(k, SUM_TYPES); }

#if WG_BASE

/* ---- sum ---- */

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
REDUCE_SAMPLES(sum, wg_sum(ANY(3, 0), .axes = WG_AXES(1)), wg_sum(ANY(2, 300)),
               wg_sum(ANY(35, 70), .axes = WG_AXES(0)), wg_sum(CLASSES(9, 5, 3), .axes = WG_AXES(0)),
               wg_sum(wg_greater(CLASSES(3, 300), 0)));
REDUCE_OP(sum, .summary = "Sum along axes. The sum of no elements is 0. Integers and bools give i64.",
          .formula = "y = sum(x along axis)", .adjoint = "x' = y'", BY_TREE, .shape = total_shape,
          RULES(sum, rewrite, vjp), .kernel = KERNELS(sum), .leads = true);

/* ---- mean ---- */

EXPAND(mean)
{
    const struct reduce *a = attr;
    wg_shape s = wg_node_shape(x[0]);
    y[0] = wg_div(wg_sum(x[0], AS_IN(a)), (double)reduced_size(&s, &a->axes));
}
REDUCE_SAMPLES(mean, wg_mean(CLASSES(9, 5, 3), .axes = WG_AXES(0)));
REDUCE_OP(mean,
          .summary = "Mean along axes. The mean of no elements is NaN. Integers and bools give a float.",
          .formula = "y = mean(x along axis)", .adjoint = "x' = y' / length(x along axis)", .kind = WG_REDUCE,
          .shape = reduce_shape, .expand = mean_expand);

/* ---- var ---- */

EXPAND(var)
{
    const struct reduce *a = attr;
    wg_node d = wg_sub(x[0], wg_mean(x[0], KEPT(a->axes)));
    y[0] = wg_mean(wg_square(d), AS_IN(a));
}
SAMPLE(var) { return i < 8 ? reduce_any(g, i, wg_var_at, here) : wg_none; }
REDUCE_OP(var, .summary = "Variance along axes: the mean squared deviation from the mean, divided by n.",
          .formula = "y = mean((x - mean(x along axis))^2 along axis)",
          .adjoint = "x' = 2 y' (x - mean(x along axis)) / length(x along axis)", .kind = WG_REDUCE,
          .promote = WG_PROMOTE_FLOAT, .shape = reduce_shape, .expand = var_expand);

#endif
