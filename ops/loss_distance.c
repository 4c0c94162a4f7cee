/* loss_distance.c: losses by the distance of a prediction from its target: mae, huber, smooth_l1; and by its
 * side: hinge. Shapes must be equal: loss.c. */
#include "loss_rules.h"
#include "ops.h"

#if WG_BASE

/* ---- mae ---- */

EXPAND(mae) { y[0] = reduced(here, wg_abs(wg_sub(x[0], x[1])), attr); }
SAMPLE(mae) { return loss_sample(here, g, i, wg_mae_at, 2, 4); }
ERROR_SAMPLE(mae) { return loss_error(here, g, i, wg_mae_at); }

DEFINE_OP(
    mae, .summary = "Mean absolute error of x against y. Shapes must be equal.",
    .formula = "L = reduction(|x - y|)",
    .adjoint =
        "x' = L' sign(x - y) / n, y' = -L' sign(x - y) / n; n = length(x) where reduction = mean, else 1",
    .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(loss), .loss = true,
    .shape = loss_shape, .expand = mae_expand);
wg_node wg_mae_at(wg_site here, const wg_loss_args *a) { return loss_of(here, &wgi_op_mae, a); }

/* ---- huber ---- */

#define HUBER_FIELDS(F, S) F(S, CHOICE, reduction, "mean", "mean sum none") F(S, DOUBLE, delta, "1")
OPTIONS(huber, HUBER_FIELDS);

static bool huber_shape(wg_rule *r)
{
    const struct huber *a = r->attr;
    if (!equal_shapes(r)) return false;
    if (!(a->delta >= 0))
        return wg_rule_fail(r, WG_ERROR_VALUE, "delta is %g, must be above 0", wg_or_standard(a->delta, 0));
    if (a->reduction != WG_NONE) wg_rule_shape(r, 0)->rank = 0;
    return true;
}
/* With c = d, cut off at -delta and delta, it is c (d - c / 2): d^2 / 2 up to there, a line behind. */
EXPAND(huber)
{
    const struct huber *a = attr;
    const double delta = a->delta == 0 ? 1 : a->delta;
    wg_node d = wg_sub(x[0], x[1]), c = wg_clip(d, -delta, delta);
    y[0] = reduced_to(here, wg_mul(c, wg_sub(d, wg_mul(c, 0.5))), a->reduction);
}
static wg_node plain_huber_at(wg_site here, const wg_loss_args *a)
{
    return wg_huber_at(here, &(wg_huber_args){ .x = a->x, .y = a->y, .reduction = a->reduction });
}
SAMPLE(huber)
{
    switch (i) {
    case 3: return wg_huber(BETWEEN(2, 4, 5), BETWEEN(0.1, 0.9, 5), .delta = 0.5);
    case 4: return wg_huber(BETWEEN(2, 4, 5), BETWEEN(0.1, 0.9, 5), .delta = 5);
    }
    return loss_sample(here, g, i, plain_huber_at, 2.5, 4);
}
ERROR_SAMPLE(huber)
{
    if (i != 1) return loss_error(here, g, i, plain_huber_at);
    wg_huber(ANY(3), ANY(3), .delta = -1);
    return "delta is -1";
}

DEFINE_OP(
    huber,
    .summary = "Squared error of x against y, but a straight line where they differ by more than delta, so "
               "that outliers count less. Shapes must be equal.",
    .formula = "L = reduction(l); l = d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), d = x - y",
    .adjoint = "x' = L' min(max(x - y, -delta), delta) / n, y' = -L' min(max(x - y, -delta), delta) / n; n = "
               "length(x) where reduction = mean, else 1",
    .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(huber), .shape = huber_shape,
    .expand = huber_expand);
wg_node wg_huber_at(wg_site here, const wg_huber_args *a) { APPLY(huber, huber, HUBER_FIELDS, a->x, a->y); }

/* ---- smooth_l1 ---- */

EXPAND(smooth_l1)
{
    const struct huber *a = attr;
    const double delta = a->delta == 0 ? 1 : a->delta;
    wg_node d = wg_sub(x[0], x[1]), c = wg_clip(d, -delta, delta);
    y[0] = reduced_to(here, wg_mul(c, wg_sub(wg_mul(d, 1 / delta), wg_mul(c, 0.5 / delta))), a->reduction);
}
static wg_node plain_smooth_l1_at(wg_site here, const wg_loss_args *a)
{
    return wg_smooth_l1_at(here, &(wg_huber_args){ .x = a->x, .y = a->y, .reduction = a->reduction });
}
SAMPLE(smooth_l1)
{
    switch (i) {
    case 3: return wg_smooth_l1(BETWEEN(2, 4, 5), BETWEEN(0.1, 0.9, 5), .delta = 0.5);
    case 4: return wg_smooth_l1(BETWEEN(2, 4, 5), BETWEEN(0.1, 0.9, 5), .delta = 5);
    }
    return loss_sample(here, g, i, plain_smooth_l1_at, 2.5, 4);
}
ERROR_SAMPLE(smooth_l1)
{
    if (i != 1) return loss_error(here, g, i, plain_smooth_l1_at);
    wg_smooth_l1(ANY(3), ANY(3), .delta = -1);
    return "delta is -1";
}

DEFINE_OP(
    smooth_l1,
    .summary =
        "The loss of huber, divided by delta: the straight lines have the slope 1. Shapes must be equal.",
    .formula = "L = reduction(l); l = d^2 / (2 delta) where |d| <= delta, else |d| - delta / 2, d = x - y",
    .adjoint = "x' = L' min(max((x - y) / delta, -1), 1) / n, y' = -L' min(max((x - y) / delta, -1), 1) / n; "
               "n = length(x) where reduction = mean, else 1",
    .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(huber), .shape = huber_shape,
    .expand = smooth_l1_expand);
wg_node wg_smooth_l1_at(wg_site here, const wg_huber_args *a)
{
    APPLY(smooth_l1, huber, HUBER_FIELDS, a->x, a->y);
}

/* ---- hinge ---- */

EXPAND(hinge) { y[0] = reduced(here, wg_relu(wg_sub(1, wg_mul(x[0], x[1]))), attr); }
SAMPLE(hinge) { return loss_sample(here, g, i, wg_hinge_at, 0.2, 0.8); }
ERROR_SAMPLE(hinge) { return loss_error(here, g, i, wg_hinge_at); }

DEFINE_OP(hinge,
          .summary = "How far a score x is from being at least 1 on the side of its target y, which is -1 or "
                     "1. Shapes must be equal.",
          .formula = "L = reduction(max(1 - x y, 0))",
          .adjoint = "x' = -L' y / n where x y < 1, else 0; y' = -L' x / n where x y < 1, else 0; n = "
                     "length(x) where reduction = mean, else 1",
          .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(loss), .loss = true,
          .shape = loss_shape, .expand = hinge_expand);
wg_node wg_hinge_at(wg_site here, const wg_loss_args *a) { return loss_of(here, &wgi_op_hinge, a); }

#endif
