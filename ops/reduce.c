/* reduce.c: sums and means along axes; sums over what broadcast_to repeats. */
#include "reduce_rules.h"

#define SUM_TO_FIELDS(F, S) F(S, SHAPE, shape, NULL)
OPTIONS(sum_to, SUM_TO_FIELDS);

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
/* The limit minus a sum of n elements is the sum of what is left of each to limit / n. */
EXACT(sum)
{
    const wg_node x = operand_of(y, 0);
    const int64_t all = wg_shape_size(wg_node_shape(x)), rows = wg_shape_size(wg_node_shape(y));
    if (ask->what != WGI_REST || !all || !rows) return wg_none;
    const wgi_exact each = for_rest(ask, ask->limit * (double)rows / (double)all);
    if (!answers(&each, x) || !ask->make) return answers(&each, x) ? y : wg_none;
    const wg_node r = wgi_exactly(&each, x);
    return wg_apply(wg_inside(ask->here), &wgi_op_sum, &r, 1, wgi_node_of(y)->attr);
}
REDUCE_SAMPLES(sum, wg_sum(ANY(3, 0), .axis = 1), wg_sum(ANY(2, 300)), wg_sum(ANY(35, 70), .axis = 0),
               wg_sum(CLASSES(9, 5, 3), .axis = 0), wg_sum(wg_greater(CLASSES(3, 300), 0)));
REDUCE_OP(sum, .summary = "Sum along axes. The sum of no elements is 0. Integers and bools give i64.",
          .formula = "y = sum(x along axis)", .adjoint = "x' = y'", BY_TREE, .shape = total_shape,
          RULES(sum, rewrite, exact, vjp), .kernel = KERNELS(sum), .leads = true);

/* ---- sum_to ---- */

SHAPE(sum_to)
{
    const wg_shape *s = &((struct sum_to *)r->attr)->shape;
    char text[80];
    if (!rank_fits(r, s)) return false;
    return broadcasts(s, r->x[0].shape) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not sum to %s", wg_rule_who(r, 0),
                        wg_shape_text(*s, text, sizeof text));
}
REWRITE(sum_to)
{
    return wg_shape_equal(wg_node_shape(x[0]), ((const struct sum_to *)attr)->shape) ? x[0] : wg_none;
}
EXPAND(sum_to)
{
    const wg_shape *s = &((const struct sum_to *)attr)->shape;
    wg_shape xs = wg_node_shape(x[0]);
    wg_axes a = { 0 };
    int ahead = xs.rank - s->rank;
    for (int i = 0; i < xs.rank; i++)
        if (xs.dim[i] != (i < ahead ? 1 : s->dim[i - ahead])) a.axis[a.count++] = i;
    y[0] = wg_reshape(a.count ? wg_sum(x[0], .axes = AXES_OF(a), .keepdims = true) : x[0], *s);
}
SAMPLES(sum_to, wg_sum_to(ANY(2, 3, 4), WG_SHAPE(3, 1)), wg_sum_to(ANY(3, 4), WG_SCALAR),
        wg_sum_to(ANY(0, 4), WG_SHAPE(1, 4)), wg_sum_to(ANY(1, 4), WG_SHAPE(4)));
ERRORS(sum_to, (wg_sum_to(ANY(3, 4), WG_SHAPE(2, 4)), "does not sum to [2,4]"),
       (wg_sum_to(ANY(4), WG_SHAPE(1, 4)), "does not sum to [1,4]"));

DEFINE_OP(sum_to,
          .summary = "Sum over everything that broadcast_to would repeat. The adjoint of broadcast_to.",
          .formula = "y = sum_to(x)", .adjoint = "x' = y'", .operands = 1, TAKES(sum_to),
          RULES(sum_to, shape, rewrite, expand));
wg_node wg_sum_to_at(wg_site here, wg_node x, wg_shape s) { return NODE_OF(sum_to, WITH(sum_to, s), x); }

/* ---- mean ---- */

EXPAND(mean)
{
    const struct reduce *a = attr;
    wg_shape s = wg_node_shape(x[0]);
    const bool wide = wg_node_dtype(x[0]) == WG_I64; /* whose sum may have more than 64 bits */
    y[0] = wg_div(wg_sum(wide ? wg_cast(x[0], WG_F64) : x[0], AS_IN(a)), (double)reduced_size(&s, &a->axes));
    if (wide) y[0] = wg_cast(y[0], wgi_default_dtype(x[0].graph));
}
REDUCE_SAMPLES(mean, wg_mean(CLASSES(9, 5, 3), .axis = 0));
REDUCE_OP(mean,
          .summary = "Mean along axes. The mean of no elements is NaN. Integers and bools give a float.",
          .formula = "y = mean(x along axis)", .adjoint = "x' = y' / length(x along axis)", .kind = WG_REDUCE,
          .shape = reduce_shape, .expand = mean_expand);

#endif
