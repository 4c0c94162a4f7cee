/* loss_vectors.c: losses of vectors along an axis: kl of probabilities, cosine, triplet. */
#include "loss_rules.h"
#include "ops.h"

#if WG_BASE

#include "wengert/params.h"

#include "reduce_rules.h"

extern const wg_op wgi_op_kl, wgi_op_cosine_similarity, wgi_op_cosine_loss, wgi_op_triplet;

/* All operands are shaped as x, which has vectors along its last axis. The result has one number for
 * each vector, or one for all. */
static bool vector_losses(wg_rule *r, int reduction)
{
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK)) return false;
    for (int k = 1; k < r->operands; k++)
        if (r->x[k].shape != r->x[0].shape)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "shapes differ: %s with %s", wg_rule_who(r, 0),
                                wg_rule_who(r, k));
    *wg_rule_shape(r, 0) = reduction == WG_NONE ? without_last(r->x[0].shape) : WG_SCALAR;
    return true;
}
static bool vector_loss_shape(wg_rule *r)
{
    return vector_losses(r, ((const struct loss *)r->attr)->reduction);
}

/* ---- kl ---- */

/* Where y is 0 the term is 0, and its derivatives count as 0. */
EXPAND(kl)
{
    wg_node none = wg_equal(x[1], 0), entropy = wg_log(wg_where(none, 1, x[1]));
    wg_node term = wg_where(none, 0, wg_mul(x[1], wg_sub(entropy, x[0])));
    y[0] = reduced(here, wg_sum(term, .axes = WG_AXES(-1)), attr);
}
static wg_node vector_sample(wg_site here, wg_graph *g, int i, loss_fn f)
{
    static const wg_reduction reduction[] = { WG_MEAN, WG_SUM, WG_NONE };
    static const wg_shape s[] = { { 2, { 3, 4 } }, { 1, { 5 } }, { 3, { 2, 2, 3 } } };
    if (i > 2) return wg_none;
    wg_node x = wg_between(g, -2, -0.2, s[i]), y = wg_between(g, 0.1, 0.9, s[i]);
    return f(here, &(wg_loss_args){ .x = x, .y = y, .reduction = reduction[i] });
}
SAMPLE(kl) { return vector_sample(here, g, i, wg_kl_at); }
ERROR_SAMPLE(kl) { return loss_error(here, g, i, wg_kl_at); }

DEFINE_OP(kl,
          .summary = "Divergence of Kullback and Leibler of rows of probabilities y from predicted ones, "
                     "whose logarithms x are. 0 ln 0 counts as 0. The mean is over rows.",
          .formula = "L = reduction(sum(0 where y = 0, else y (ln y - x) along last))",
          .adjoint = "x' = -L' y / n, y' = 0 where y = 0, else L' (ln y - x + 1) / n; n = length(x) / "
                     "length(x along last) where reduction = mean, else 1",
          .operands = 2, .names = "x y", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, TAKES(loss),
          .loss = true, .shape = vector_loss_shape, .expand = kl_expand);
wg_node wg_kl_at(wg_site here, const wg_loss_args *a) { return loss_of(here, &wgi_op_kl, a); }

/* ---- cosine_similarity ---- */

#define COSINE_FIELDS(F, S) F(S, AXES, axis, "-1") F(S, DOUBLE, eps, "1e-8")
OPTIONS(cosine, COSINE_FIELDS);

static bool cosine_similarity_shape(wg_rule *r)
{
    struct cosine *a = r->attr;
    wg_shape s = *r->x[0].shape;
    if (!equal_shapes(r) || !one_axis(r, &a->axis) || !wg_rule_axis(r, &a->axis.axis[0], s.rank))
        return false;
    if (!(a->eps >= 0) && a->eps != WG_ZERO)
        return wg_rule_fail(r, WG_ERROR_VALUE, "eps is %g, must not be negative", a->eps);
    for (int i = a->axis.axis[0]; i + 1 < s.rank; i++) s.dim[i] = s.dim[i + 1];
    s.rank--;
    *wg_rule_shape(r, 0) = s;
    return true;
}
EXPAND(cosine_similarity)
{
    const struct cosine *a = attr;
    const double eps = wg_or_standard(a->eps, 1e-8);
    wg_node f[2], z[2], least = wg_number(eps), lengths = wg_none;
    for (int k = 0; k < 2; k++) {
        f[k] = wg_minimum(square_factor(here, x[k], &a->axis), 1);
        z[k] = wg_mul(x[k], f[k]), least = wg_mul(f[k], least);
        wg_node length = wg_norm(z[k], .axes = AXES_OF(a->axis), .keepdims = true);
        lengths = k ? wg_mul(lengths, length) : length;
    }
    wg_node c = wg_div(wg_sum(wg_mul(z[0], z[1]), .axes = AXES_OF(a->axis), .keepdims = true),
                       wg_maximum(lengths, least));
    const wg_shape s = wg_node_shape(x[0]);
    y[0] = wg_reshape(c, reduced_shape(&s, &a->axis, false));
}
SAMPLES(cosine_similarity, wg_cosine_similarity(ANY(3, 4), ANY(3, 4)),
        wg_cosine_similarity(ANY(2, 3, 2), ANY(2, 3, 2), .axis = WG_AXES(1)),
        wg_cosine_similarity(ANY(0, 2), ANY(0, 2), .eps = 0.5));
ERROR_SAMPLE(cosine_similarity)
{
    wg_node x = ANY(3, 4);
    switch (i) {
    case 0: wg_cosine_similarity(x, ANY(4)); return "shapes differ";
    case 1: wg_cosine_similarity(x, x, .axis = WG_AXES(2)); return "no axis 2 in";
    case 2: wg_cosine_similarity(x, x, .eps = -1); return "eps is -1";
    }
    return NULL;
}

DEFINE_OP(
    cosine_similarity,
    .summary = "Cosine of the angle between the vectors along an axis. The product of their lengths counts "
               "as at least eps.",
    .formula = "c = sum(x y along axis) / max(u v, eps); u = sqrt(sum(x^2 along axis)), v = sqrt(sum(y^2 "
               "along axis))",
    .adjoint =
        "x' = c' (y / (u v) - c x / u^2) where u v > eps, else c' y / eps; y' = c' (x / (u v) - c y / v^2) "
        "where u v > eps, else c' x / eps; u = sqrt(sum(x^2 along axis)), v = sqrt(sum(y^2 along axis))",
    .operands = 2, .names = "x y", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, TAKES(cosine),
    .shape = cosine_similarity_shape, .expand = cosine_similarity_expand);
wg_node wg_cosine_similarity_at(wg_site here, const wg_cosine_args *a)
{
    APPLY(cosine_similarity, cosine, COSINE_FIELDS, a->x, a->y);
}

/* ---- cosine_loss ---- */

EXPAND(cosine_loss) { y[0] = reduced(here, wg_sub(1, wg_cosine_similarity(x[0], x[1])), attr); }
SAMPLE(cosine_loss) { return vector_sample(here, g, i, wg_cosine_loss_at); }
ERROR_SAMPLE(cosine_loss) { return loss_error(here, g, i, wg_cosine_loss_at); }

DEFINE_OP(cosine_loss,
          .summary = "1 less the cosine of the angle between the vectors along the last axis. The mean is "
                     "over the vectors.",
          .formula = "L = reduction(1 - c); c = sum(x y along last) / max(u v, 1e-8), u = sqrt(sum(x^2 along "
                     "last)), v = sqrt(sum(y^2 along last))",
          .adjoint = "x' = -L' (y / (u v) - c x / u^2) / n, y' = -L' (x / (u v) - c y / v^2) / n; c = sum(x "
                     "y along last) / max(u v, 1e-8), u = sqrt(sum(x^2 along last)), v = sqrt(sum(y^2 along "
                     "last)), n = length(c) where reduction = mean, else 1",
          .operands = 2, .names = "x y", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, TAKES(loss),
          .loss = true, .shape = vector_loss_shape, .expand = cosine_loss_expand);
wg_node wg_cosine_loss_at(wg_site here, const wg_loss_args *a)
{
    a = WG_OR_NONE(a);
    return loss_of(here, &wgi_op_cosine_loss, a);
}

/* ---- triplet ---- */

#define TRIPLET_FIELDS(F, S) F(S, CHOICE, reduction, "mean", "mean sum none") F(S, DOUBLE, margin, "1")
OPTIONS(triplet, TRIPLET_FIELDS);

static bool triplet_shape(wg_rule *r)
{
    const struct triplet *a = r->attr;
    return ((a->margin >= 0 || a->margin == WG_ZERO) ||
            wg_rule_fail(r, WG_ERROR_VALUE, "margin is %g, must not be negative", a->margin)) &&
           vector_losses(r, a->reduction);
}
EXPAND(triplet)
{
    const struct triplet *a = attr;
    const double margin = wg_or_standard(a->margin, 1);
    wg_node near = wg_norm(wg_sub(x[0], x[1]), .axes = WG_AXES(-1)),
            far = wg_norm(wg_sub(x[0], x[2]), .axes = WG_AXES(-1));
    y[0] = reduced_to(here, wg_relu(wg_add(wg_sub(near, far), margin)), a->reduction);
}
SAMPLE(triplet)
{
    static const wg_reduction reduction[] = { WG_MEAN, WG_SUM, WG_NONE };
    if (i > 2) return wg_none;
    wg_shape s = i == 1 ? WG_SHAPE(4) : WG_SHAPE(3, 2);
    wg_node x = wg_any(g, s), p = wg_any(g, s), n = wg_any(g, s);
    return wg_triplet(x, p, n, .reduction = reduction[i], .margin = i ? 9 : 0.25);
}
ERROR_SAMPLE(triplet)
{
    wg_node x = ANY(3, 4);
    switch (i) {
    case 0: wg_triplet(x, x, ANY(4)); return "shapes differ";
    case 1: wg_triplet(x, x, x, .margin = -1); return "margin is -1";
    }
    return NULL;
}

DEFINE_OP(triplet,
          .summary = "How far x is from being nearer to `positive` than to `negative` by the margin. Vectors "
                     "stand along the last axis, the mean is over them.",
          .formula = "L = reduction(max(u - v + margin, 0)); u = sqrt(sum((x - positive)^2 along last)), v = "
                     "sqrt(sum((x - negative)^2 along last))",
          .adjoint = "x' = f ((x - positive) / u - (x - negative) / v), positive' = -f (x - positive) / u, "
                     "negative' = f (x - negative) / v; f = L' / n where u - v + margin > 0, else 0, u = "
                     "sqrt(sum((x - positive)^2 along last)), v = sqrt(sum((x - negative)^2 along last)), n "
                     "= length(u) where reduction = mean, else 1",
          .operands = 3, .names = "x positive negative", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT,
          TAKES(triplet), .shape = triplet_shape, .expand = triplet_expand);
wg_node wg_triplet_at(wg_site here, const wg_triplet_args *a)
{
    APPLY(triplet, triplet, TRIPLET_FIELDS, a->x, a->positive, a->negative);
}

#endif
