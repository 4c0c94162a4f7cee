/* reduce_composed.c: reductions that are composed of sum, mean, max and elementwise ops. */

#include "reduce_rules.h"
#include "rules.h"

/* sqrt v, with the derivative 0 where v is 0: there a root has none, and the length of a vector of zeros has
 * its least value. */
static wg_node root(wg_site here, wg_node v)
{
    wg_node zero = wg_equal(v, 0);
    return wg_where(zero, 0, wg_sqrt(wg_where(zero, 1, v)));
}

/* The root of the sum, or of the mean, of squares. */
static wg_node root_of_squares(wg_site here, wg_node x, const wg_axes *axes, reduce_builder sum)
{
    wg_node f = square_factor(here, x, axes);
    const wg_reduce_args all = WG_OPTS(wg_reduce_args, .x = wg_square(wg_mul(x, f)), KEPT(*axes));
    return wg_div(root(here, sum(here, &all)), f);
}

/* The opposite of x in the order of numbers. Integers: -1 - x, since -x of the smallest one overflows. */
static wg_node opposite(wg_site here, wg_node x)
{
    const wg_dtype t = wg_node_dtype(x);
    return wg_dtype_is_float(t) ? wg_neg(x) : t == WG_BOOL ? wg_equal(x, 0) : wg_sub(-1, x);
}

/* ---- min ---- */

EXPAND(min) { y[0] = opposite(here, wg_max(opposite(here, x[0]), AS_IN(attr))); }
REDUCE_SAMPLES(min, wg_min(CLASSES(9, 5, 3), .axis = 0), wg_min(wg_greater(ANY(5, 3), 0), .axis = 0));
REDUCE_OP(min, .summary = "Smallest element along axes. NaN if one is NaN.",
          .formula = "y = min(x along axis)", .adjoint = "x' = y' where first(x == y along axis), else 0",
          .kind = WG_REDUCE, .shape = choose_shape, .expand = min_expand);

/* ---- var, std ---- */

#define VAR_FIELDS(F, S) F(S, AXES, axes, "all") F(S, BOOL, keepdims, "false") F(S, DOUBLE, correction, "0")
OPTIONS(var, VAR_FIELDS);

SHAPE(var)
{
    struct var *a = r->attr;
    return axes_shape(r, &a->axes, a->keepdims);
}
static wg_node deviation(wg_site here, wg_node x, const wg_axes *axes)
{
    return wg_sub(x, wg_mean(x, KEPT(*axes)));
}
/* What the mean of n squares is divided by: (n - correction) / n, or 0. */
static double corrected(wg_node x, const struct var *a)
{
    const wg_shape s = wg_node_shape(x);
    const double n = (double)reduced_size(&s, &a->axes);
    return fmax(n - a->correction, 0) / n;
}
#define DEVIATION_OP(name, ...)                                                                    \
    SAMPLES(name, wg_##name(ANY(3, 4)), wg_##name(ANY(3, 4), .axis = -1),                          \
            wg_##name(ANY(3, 4), .axis = 0, .keepdims = true), wg_##name(ANY(2, 3, 2), .axis = 1), \
            wg_##name(ANY(2, 3, 2), .axes = WG_AXES(2, 0), .keepdims = true),                      \
            wg_##name(ANY(3, 1, 2), .axis = 1), wg_##name(ANY(0, 3), .axis = 1),                   \
            wg_##name(wg_any(g, WG_SCALAR)), wg_##name(ANY(3, 4), .axis = 1, .correction = 1),     \
            wg_##name(ANY(4, 3), .correction = 1.5));                                              \
    ERRORS(name, (wg_##name(ANY(3, 4), .axis = 2), "no axis 2 in"),                                \
           (wg_##name(ANY(3, 4), .axes = WG_AXES(0, -2)), "axis 0 twice"),                         \
           (wg_##name(ANY(3, 4), .correction = INFINITY), "correction inf: must be in"));          \
    BUILDER(name, var) { APPLY(name, var, VAR_FIELDS, a->x); }                                     \
    DEFINE_OP(name, .operands = 1, .kind = WG_REDUCE, .promote = WG_PROMOTE_FLOAT, TAKES(var),     \
              .options = wg_var_args_rows, .shape = var_shape, .expand = name##_expand, __VA_ARGS__)

EXPAND(var)
{
    const struct var *a = attr;
    y[0] = wg_mean(wg_square(deviation(here, x[0], &a->axes)), .axes = AXES_OF(a->axes),
                   .keepdims = a->keepdims);
    if (a->correction != 0) y[0] = wg_div(y[0], corrected(x[0], a));
}
DEVIATION_OP(
    var,
    .summary = "Variance along axes: the mean squared deviation from the mean. Divided by n - correction "
               "instead of n, or by 0 where that is below 0.",
    .formula = "y = mean((x - mean(x along axis))^2 along axis) where correction = 0, else sum((x - mean(x "
               "along axis))^2 along axis) / max(length(x along axis) - correction, 0)",
    .adjoint = "x' = 2 y' (x - mean(x along axis)) / length(x along axis) where correction = 0, else 2 y' (x "
               "- mean(x along axis)) / max(length(x along axis) - correction, 0)");

EXPAND(std)
{
    const struct var *a = attr;
    const wg_shape s = wg_node_shape(x[0]);
    wg_node d = root_of_squares(here, deviation(here, x[0], &a->axes), &a->axes, wg_mean_at);
    if (a->correction != 0) d = wg_div(d, sqrt(corrected(x[0], a)));
    y[0] = wg_reshape(d, reduced_shape(&s, &a->axes, a->keepdims));
}
DEVIATION_OP(
    std,
    .summary = "Standard deviation along axes: the root of the variance, which is divided by n, or by n - "
               "correction. For std(x)^2 write var(x): where all of x are equal the second derivative of "
               "std(x)^2 comes out as 0.",
    .formula = "y = sqrt v; v = mean((x - mean(x along axis))^2 along axis) where correction = 0, else "
               "sum((x - mean(x along axis))^2 along axis) / max(length(x along axis) - correction, 0)",
    .adjoint = "x' = 0 where y = 0, y' (x - mean(x along axis)) / (y length(x along axis)) where correction "
               "= 0, else y' (x - mean(x along axis)) / (y max(length(x along axis) - correction, 0))");

/* ---- any_of, all_of ---- */

SHAPE(bool)
{
    r->y[0].dtype = WG_BOOL;
    return reduce_shape(r);
}
#define TRUTH_OP(n, ...)                                                                                 \
    REDUCE_SAMPLES(n, wg_##n(wg_greater(ANY(4, 2), 0), .axis = 0), wg_##n(CLASSES(2, 4, 2), .axis = 1)); \
    REDUCE_OP(n, .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .kind = WG_REDUCE,           \
              .shape = bool_shape, .expand = n##_expand, __VA_ARGS__)
EXPAND(any_of) { y[0] = wg_greater(wg_sum(wg_not_equal(x[0], 0), AS_IN(attr)), 0); }
TRUTH_OP(any_of, .summary = "Whether an element along axes is not 0. Of no elements: false. NaN is not 0.",
         .formula = "y = any(x != 0 along axis)");
EXPAND(all_of) { y[0] = wg_equal(wg_sum(wg_equal(x[0], 0), AS_IN(attr)), 0); }
TRUTH_OP(all_of, .summary = "Whether every element along axes is not 0. Of no elements: true. NaN is not 0.",
         .formula = "y = all(x != 0 along axis)");

/* ---- norm ---- */

#define NORM_FIELDS(F, S) F(S, AXES, axes, "all") F(S, BOOL, keepdims, "false") F(S, DOUBLE, p, "2")
OPTIONS(norm, NORM_FIELDS);

SHAPE(norm)
{
    struct norm *a = r->attr;
    if (!axes_shape(r, &a->axes, a->keepdims)) return false;
    return a->p != INFINITY || reduced_size(r->x[0].shape, &a->axes) > 0 ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no elements to choose from", wg_rule_who(r, 0));
}
static wg_node root_of_powers(wg_site here, wg_node x, const wg_axes *axes, double p)
{
    const wg_shape s = wg_node_shape(x);
    const reduce_builder size = reduced_size(&s, axes) ? wg_max_at : wg_sum_at;
    wg_node f = safe_factor(here, x, axes, size, 1), none = wg_equal(x, 0);
    wg_node part = wg_where(none, 0, wg_pow(wg_where(none, 1, wg_mul(wg_abs(x), f)), p));
    wg_node all = wg_sum(part, KEPT(*axes)), zero = wg_equal(all, 0);
    return wg_div(wg_where(zero, 0, wg_pow(wg_where(zero, 1, all), 1 / p)), f);
}
EXPAND(norm)
{
    const struct norm *a = attr;
    const double p = a->p;
    const wg_reduce_args along = WG_OPTS(wg_reduce_args, AS_IN(a));
    if (p == INFINITY) y[0] = wg_max(wg_abs(x[0]), .axes = along.axes, .keepdims = along.keepdims);
    else if (p == 1) y[0] = wg_sum(wg_abs(x[0]), .axes = along.axes, .keepdims = along.keepdims);
    else {
        const wg_shape s = wg_node_shape(x[0]);
        wg_node length = p == 2 ? root_of_squares(here, x[0], &a->axes, wg_sum_at)
                                : root_of_powers(here, x[0], &a->axes, p);
        y[0] = wg_reshape(length, reduced_shape(&s, &a->axes, a->keepdims));
    }
}
SAMPLES(norm, wg_norm(ANY(3, 4)), wg_norm(ANY(3, 4), .axis = 1, .keepdims = true),
        wg_norm(ANY(2, 3, 2), .axes = WG_AXES(0, 2), .p = 1), wg_norm(ANY(3, 4), .axis = 0, .p = 3),
        wg_norm(ANY(3, 4), .axis = 0, .p = INFINITY), wg_norm(ANY(0, 3), .axis = 0));
ERRORS(norm, (wg_norm(ANY(3, 4), .p = -1), "p -1: must be in (0, inf]"),
       (wg_norm(ANY(3, 4), .axis = 2), "no axis 2 in"));

DEFINE_OP(norm,
          .summary =
              "Length of the vectors along axes. p = 2: the Euclidean length. p = 1: the sum of |x|. "
              "p = inf: the largest |x|. For norm(x)^2 write sum(x x): where x is 0 the second derivative of "
              "norm(x)^2 comes out as 0.",
          .formula = "y = max(|x| along axis) where p = inf, else sum(|x|^p along axis)^(1 / p)",
          .adjoint =
              "x' = 0 where x = 0 or y = 0, y' sign(x) where p = inf and first(|x| == y along axis), 0 where "
              "p = inf, else y' sign(x) (|x| / y)^(p - 1)",
          .operands = 1, .kind = WG_REDUCE, .promote = WG_PROMOTE_FLOAT, TAKES(norm),
          .options = wg_norm_args_rows, RULES(norm, shape, expand));
BUILDER(norm, norm) { APPLY(norm, norm, NORM_FIELDS, a->x); }

/* ---- argmin ---- */

EXPAND(argmin)
{
    const struct reduce *a = attr;
    y[0] = wg_argmax(opposite(here, x[0]), .axis = a->axes.axis[0], .keepdims = a->keepdims);
}
SAMPLES(argmin, wg_argmin(ANY(3, 4), .axis = 1), wg_argmin(ANY(3, 4), .axis = 0, .keepdims = true),
        wg_argmin(CLASSES(3, 4, 9), .axis = -1));
PLACE_OP(argmin,
         .summary = "Index of the smallest element along one axis, of the first of several equal ones. NaN "
                    "counts as the smallest.",
         .formula = "y = argmin(x along axis)", .expand = argmin_expand);
