/* norm_over.c: normalisations that are composed of others: rms_norm, layer_norm over other axes than
 * the last, group_norm, instance_norm. A plan runs what goes along rows as one step. */
#include "norm.h"

#include "axis_runs.h"
#include "reduce_rules.h"

/* ---- over axes ---- */

#define OVER_FIELDS(F, S) F(S, DOUBLE, eps, "1e-5") F(S, AXES, axes, "-1")
OPTIONS(over, OVER_FIELDS);

/* The sizes of the axes of s. */
static wg_shape sizes_of(const wg_shape *s, const wg_axes *axes)
{
    wg_shape y = { axes->count, { 0 } };
    for (int i = 0; i < axes->count; i++) y.dim[i] = s->dim[axes->axis[i]];
    return y;
}
/* gamma and beta, operands from 1 on where they are given, have the sizes of the axes. */
SHAPE(over)
{
    struct over *a = r->attr;
    char text[80];
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_float(r, 0)) return false;
    if (!a->axes.count) a->axes = LISTED(-1);
    if (!wg_rule_axes(r, &a->axes, r->x[0].shape->rank, false)) return false;
    const wg_shape s = sizes_of(r->x[0].shape, &a->axes);
    for (int k = 1; k < r->operands; k++)
        if (!wg_is_none(r->node[k]) && !wg_shape_equal(*r->x[k].shape, s))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not fit the axes of %s: it must be %s",
                                wg_rule_who(r, k), wg_rule_who(r, 0), wg_shape_text(s, text, sizeof text));
    return true;
}
/* gamma or beta with axes of size 1 for those that are not normalised. */
static wg_node beside_axes(wg_site here, wg_node f, const wg_shape *s, const wg_axes *axes)
{
    wg_shape to = *s;
    for (int i = 0; i < to.rank; i++) to.dim[i] = 1;
    for (int i = 0; i < axes->count; i++) to.dim[axes->axis[i]] = s->dim[axes->axis[i]];
    return wg_reshape(f, to);
}

/* ---- sizes whose squares fit ---- */

/* A factor for what is of this size, or of that of sqrt(eps) if eps is larger: squares of the product fit its
 * dtype. A result that is divided by the root of them does not depend on it. */
static wg_node norm_factor(wg_site here, wg_node size, double eps)
{
    return factor_of_size(here, eps > 0 ? wg_maximum(size, sqrt(eps)) : size, high_of_squares(size));
}
/* 1 / sqrt(v + eps), of the variance v of what was multiplied by the factor f. */
static wg_node inverse_root(wg_site here, wg_node v, wg_node f, double eps)
{
    return wg_rsqrt(eps > 0 ? wg_add(v, wg_mul(eps, wg_square(f))) : v);
}

/* ---- rms_norm ---- */

EXPAND(rms_norm)
{
    const struct over *a = attr;
    const wg_shape s = wg_node_shape(x[0]);
    const wg_node f = norm_factor(here, wg_sum(wg_abs(wg_stop_gradient(x[0])), KEPT(a->axes)), a->eps);
    const wg_node z = wg_mul(x[0], f);
    y[0] = wg_mul(z, inverse_root(here, wg_mean(wg_square(z), KEPT(a->axes)), f, a->eps));
    if (!wg_is_none(x[1])) y[0] = wg_mul(y[0], beside_axes(here, x[1], &s, &a->axes));
}
SAMPLES(rms_norm, wg_rms_norm(ANY(3, 5), BETWEEN(0.5, 1.5, 5)),
        wg_rms_norm(ANY(2, 300), wg_none, .eps = 0.125),
        wg_rms_norm(ANY(2, 3, 4), BETWEEN(0.5, 1.5, 3, 4), .axes = WG_AXES(1, 2)),
        wg_rms_norm(ANY(2, 3, 4), BETWEEN(0.5, 1.5, 3), .axis = 1), wg_rms_norm(ANY(0, 3), wg_none));
ERRORS(rms_norm, (wg_rms_norm(ANY(5, 3), ANY(5)), "it must be [3]"),
       (wg_rms_norm(ANY(5, 3), wg_none, .eps = -1), "eps -1: must be in [0, inf)"),
       (wg_rms_norm(ANY(5, 3), wg_none, .axis = 2), "no axis 2 in"));

DEFINE_OP(
    rms_norm,
    .summary =
        "Normalisation by the root of the mean square along axes, by default the last. gamma may be missing.",
    .formula = "y = gamma x / sqrt(mean(x^2 along axis) + eps)",
    .adjoint = "x' = (d - x_hat mean(x_hat d along axis)) / sigma, gamma' = sum(x_hat y' along all but "
               "axis); d = gamma y', "
               "x_hat = x / sigma, sigma = sqrt(mean(x^2 along axis) + eps)",
    .operands = 2, .names = "x gamma", .hint.optional = 1, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
    TAKES(over), .options = wg_rms_norm_args_rows, .shape = over_shape, .expand = rms_norm_expand);
BUILDER(rms_norm, rms_norm) { APPLY(rms_norm, over, OVER_FIELDS, a->x, a->gamma); }

/* ---- layer_norm_over ---- */

/* The axes are made the last ones, and one. */
EXPAND(layer_norm_over)
{
    const struct over *a = attr;
    const wg_shape s = wg_node_shape(x[0]);
    wg_axes to = { .count = s.rank }, back = to;
    unsigned last = 0;
    int64_t f = 1;
    int at = 0;
    for (int i = 0; i < a->axes.count; i++) last |= 1u << a->axes.axis[i], f *= s.dim[a->axes.axis[i]];
    for (unsigned pass = 0; pass < 2; pass++)
        for (int i = 0; i < s.rank; i++)
            if ((last >> i & 1) == pass) to.axis[at++] = i;
    for (int i = 0; i < s.rank; i++) back.axis[to.axis[i]] = i;
    wg_node turned = wg_transpose(x[0], .axes = AXES_OF(to)), flat[3] = { turned, x[1], x[2] };
    const wg_shape t = wg_node_shape(turned);
    const int64_t rows = outer_of(&t, s.rank - a->axes.count);
    flat[0] = wg_reshape(turned, WG_SHAPE(rows, f));
    for (int k = 1; k < 3; k++) flat[k] = wg_reshape(x[k], WG_SHAPE(f));
    wg_node z = wg_reshape(wg_layer_norm(flat[0], flat[1], flat[2], .eps = a->eps), t);
    y[0] = wg_transpose(z, .axes = AXES_OF(back));
}
#define OVER(f, ...) \
    NODE_OF(layer_norm_over, WITH(over, __VA_ARGS__), ANY(2, 3, 4), wg_between(g, 0.5, 1.5, f), wg_any(g, f))
SAMPLES(layer_norm_over, OVER(WG_SHAPE(3, 4), 1e-5, LISTED(1, 2)), OVER(WG_SHAPE(3), 0.125, LISTED(1)),
        OVER(WG_SHAPE(4), 1e-5, LISTED(-1)), OVER(WG_SHAPE(2, 4), 0.125, LISTED(0, 2)));
ERRORS(layer_norm_over,
       (wg_layer_norm(ANY(2, 5, 3), ANY(3), ANY(3), .axes = WG_AXES(1, 2)), "it must be [5,3]"),
       (wg_layer_norm(ANY(2, 5, 3), ANY(3), ANY(3), .axis = 1, .eps = -1), "eps -1: must be in [0, inf)"),
       (wg_layer_norm(ANY(2, 5, 3), ANY(3), ANY(3), .axis = 3), "no axis 3 in"));

DEFINE_OP(
    layer_norm_over,
    .summary = "Layer normalisation over axes that are named. gamma and beta have the sizes of these axes.",
    .formula = "y = gamma x_hat + beta; x_hat = (x - mu) / sqrt(v + eps), mu = mean(x along axis), v = "
               "mean((x - mu)^2 "
               "along axis)",
    .adjoint = "x' = (d - mean(d along axis) - x_hat mean(x_hat d along axis)) / sigma, gamma' = sum(x_hat "
               "y' along all but "
               "axis), beta' = sum(y' along all but axis); d = gamma y', x_hat = (x - mu) / sigma, sigma = "
               "sqrt(v + eps), "
               "mu = mean(x along axis), v = mean((x - mu)^2 along axis)",
    .operands = 3, .names = "x gamma beta", .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, TAKES(over),
    .options = wg_layer_norm_args_rows, .shape = over_shape, .expand = layer_norm_over_expand);
wg_node wgi_layer_norm_over(wg_site here, const wg_layer_norm_args *a)
{
    return NODE_OF(layer_norm_over, &GIVEN(over, OVER_FIELDS), a->x, a->gamma, a->beta);
}

/* ---- group_norm, instance_norm ---- */

#define GROUP_FIELDS(F, S) F(S, INT, groups, "1") F(S, DOUBLE, eps, "1e-5") F(S, AXIS, axis, "-1")
OPTIONS(group, GROUP_FIELDS);
#define INSTANCE_FIELDS(F, S) F(S, DOUBLE, eps, "1e-5") F(S, AXIS, axis, "-1")
OPTIONS(instance, INSTANCE_FIELDS);

/* The axis of the channels is not that of the examples, which is axis 0. gamma and beta, if they are
 * given, have one number for each channel. */
static bool channels_fit(wg_rule *r, int *axis)
{
    const wg_shape *s = r->x[0].shape;
    if (!wg_rule_rank(r, 0, 2, WG_MAX_RANK) || !wg_rule_float(r, 0) || !wg_rule_axis(r, axis, s->rank))
        return false;
    if (!*axis)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "axis 0 of %s has the examples, not the channels",
                            wg_rule_who(r, 0));
    const int64_t channels = s->dim[*axis];
    for (int k = 1; k < 3; k++)
        if (!wg_is_none(r->node[k]) && (r->x[k].shape->rank != 1 || r->x[k].shape->dim[0] != channels))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not fit axis %d of %s: it must be [%lld]",
                                wg_rule_who(r, k), *axis, wg_rule_who(r, 0), (long long)channels);
    return true;
}
SHAPE(group_norm)
{
    struct group *a = r->attr;
    if (!channels_fit(r, &a->axis)) return false;
    const int64_t channels = r->x[0].shape->dim[a->axis];
    return (a->groups > 0 && channels % a->groups == 0) ||
           wg_rule_fail(r, WG_ERROR_VALUE, "%lld channels in %d groups: not a multiple", (long long)channels,
                        a->groups);
}
/* x as [examples, before, channels, behind], and the number of groups. */
typedef struct grouped {
    int64_t examples, before, channels, behind, groups;
} grouped;

/* The mean of each group: over what stands before the channels first, then over the channels of the
 * group and what stands behind them. */
static wg_node mean_of_group(wg_site here, wg_node x, const grouped *o)
{
    if (o->before != 1) x = wg_mean(x, .axis = 1);
    x = wg_reshape(x, WG_SHAPE(o->examples, o->groups, o->channels / o->groups * o->behind));
    return wg_mean(x, .axis = 2);
}
/* One number of each group as one for each of its channels: it broadcasts to x. */
static wg_node of_channels(wg_site here, wg_node m, const grouped *o)
{
    const int64_t each = o->channels / o->groups;
    m = wg_broadcast_to(wg_reshape(m, WG_SHAPE(o->examples, o->groups, 1)),
                        WG_SHAPE(o->examples, o->groups, each));
    return wg_reshape(m, WG_SHAPE(o->examples, 1, o->channels, 1));
}
EXPAND(group_norm)
{
    const struct group *a = attr;
    const wg_shape s = wg_node_shape(x[0]);
    const int axis = a->axis;
    const grouped o = { s.dim[0], s.dim[0] ? outer_of(&s, axis) / s.dim[0] : 1, s.dim[axis],
                        inner_of(&s, axis), a->groups };
    wg_node z = wg_reshape(x[0], WG_SHAPE(o.examples, o.before, o.channels, o.behind));
    wg_node d = wg_sub(z, of_channels(here, mean_of_group(here, z, &o), &o));
    const wg_node f = norm_factor(here, mean_of_group(here, wg_abs(wg_stop_gradient(d)), &o), a->eps);
    d = wg_mul(d, of_channels(here, f, &o));
    const wg_node variance = mean_of_group(here, wg_square(d), &o);
    wg_node scale = of_channels(here, inverse_root(here, variance, f, a->eps), &o);
    if (!wg_is_none(x[1])) scale = wg_mul(scale, wg_reshape(x[1], WG_SHAPE(o.channels, 1)));
    wg_node h = wg_mul(d, scale);
    if (!wg_is_none(x[2])) h = wg_add(h, wg_reshape(x[2], WG_SHAPE(o.channels, 1)));
    y[0] = wg_reshape(h, s);
}
#define GAMMA BETWEEN(0.5, 1.5, 6)
SAMPLES(group_norm, wg_group_norm(ANY(2, 6), GAMMA, ANY(6), 2),
        wg_group_norm(ANY(2, 3, 6), GAMMA, ANY(6), 3, .eps = 0.125),
        wg_group_norm(ANY(2, 6, 2, 2), GAMMA, ANY(6), 2, .axis = 1),
        wg_group_norm(ANY(2, 2, 2, 6), wg_none, wg_none, 1), wg_group_norm(ANY(0, 6), GAMMA, wg_none, 2));
ERRORS(group_norm, (wg_group_norm(ANY(2, 3, 6), ANY(6), ANY(6), 4), "6 channels in 4 groups"),
       (wg_group_norm(ANY(2, 3, 6), ANY(6), ANY(3), 2), "it must be [6]"),
       (wg_group_norm(ANY(2, 3, 6), ANY(6), ANY(6), 2, .axis = 0), "axis 0 of"),
       (wg_group_norm(ANY(2, 3, 6), ANY(6), ANY(6), 2, .eps = -1), "eps -1: must be in [0, inf)"));

DEFINE_OP(
    group_norm,
    .summary = "Normalisation of each group of neighbouring channels of each example, over all other axes. "
               "gamma and beta may be missing.",
    .formula =
        "y = gamma x_hat + beta; x_hat = (x - mu) / sqrt(v + eps), mu = \"mean of x in the group\", v = "
        "\"variance of x in the group\"",
    .adjoint = "x' = (d - \"its mean in the group\" - x_hat \"times the mean of the product of both in the "
               "group\") / sigma, gamma' = sum(x_hat "
               "y' along all but axis), beta' = sum(y' along all but axis); d = gamma y', x_hat = (x - mu) / "
               "sigma, sigma "
               "= sqrt(v + eps), mu = \"mean of x in the group\", v = \"variance of x in the group\"",
    .operands = 3, .names = "x gamma beta", .hint.optional = 2, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
    TAKES(group), .options = wg_group_norm_args_rows, RULES(group_norm, shape, expand));
BUILDER(group_norm, group_norm) { APPLY(group_norm, group, GROUP_FIELDS, a->x, a->gamma, a->beta); }

SHAPE(instance_norm)
{
    struct instance *a = r->attr;
    return channels_fit(r, &a->axis);
}
EXPAND(instance_norm)
{
    const struct instance *a = attr;
    y[0] = wg_group_norm(x[0], x[1], x[2], (int)wg_dim(x[0], a->axis), .eps = a->eps, .axis = a->axis);
}
SAMPLES(instance_norm, wg_instance_norm(ANY(2, 3, 4), BETWEEN(0.5, 1.5, 4), ANY(4)),
        wg_instance_norm(ANY(2, 4, 3), wg_none, wg_none, .axis = 1));
ERRORS(instance_norm, (wg_instance_norm(ANY(2, 3, 6), ANY(5), ANY(5)), "it must be [6]"),
       (wg_instance_norm(ANY(3), ANY(5), ANY(5)), "must have 2 to 8"));

DEFINE_OP(
    instance_norm,
    .summary = "Normalisation of each channel of each example, over all other axes: group_norm with a group "
               "for each channel.",
    .formula =
        "y = gamma x_hat + beta; x_hat = (x - mu) / sqrt(v + eps), mu = \"mean of x in the channel\", v = "
        "\"variance of x in the channel\"",
    .adjoint = "x' = (d - \"its mean in the channel\" - x_hat \"times the mean of the product of both in the "
               "channel\") / sigma, gamma' = sum(x_hat y' "
               "along all but axis), beta' = sum(y' along all but axis); d = gamma y', x_hat = (x - mu) / "
               "sigma, sigma = sqrt(v "
               "+ eps), mu = \"mean of x in the channel\", v = \"variance of x in the channel\"",
    .operands = 3, .names = "x gamma beta", .hint.optional = 2, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
    TAKES(instance), .options = wg_group_norm_args_rows, RULES(instance_norm, shape, expand));
BUILDER(instance_norm, group_norm)
{
    APPLY(instance_norm, instance, INSTANCE_FIELDS, a->x, a->gamma, a->beta);
}
