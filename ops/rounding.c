/* rounding.c: sign, rounding, clip. */
#include <float.h>

#include "rules.h"
#include "sample_shapes.h"

#define FLOOR(x) _Generic((x), float : floorf, double : floor, default : whole)(x)
#define CEIL(x)  _Generic((x), float : ceilf, double : ceil, default : whole)(x)
#define ROUND(x) _Generic((x), float : rintf, double : rint, default : whole)(x)
static inline int64_t whole(int64_t v) { return v; }

KERNEL(sign) { WG_MAP1_ALL(k, a > 0 ? (T)1 : a < 0 ? (T)-1 : a); }
KERNEL(floor) { WG_MAP1_ALL(k, FLOOR(a)); }
KERNEL(ceil) { WG_MAP1_ALL(k, CEIL(a)); }
KERNEL(round) { WG_MAP1_ALL(k, ROUND(a)); }
#define MOST(x) _Generic((x), float : FLT_MAX, default : DBL_MAX)
KERNEL(nearest_finite) { WG_MAP1(k, a > MOST(a) ? MOST(a) : a < -MOST(a) ? -MOST(a) : a); }

#if WG_BASE

/* ---- sign ---- */

KINKED_OP(sign, .summary = "1, 0 or -1: the sign of each element. NaN stays.",
          .formula = "y = 1 where x > 0, -1 where x < 0, else x", .adjoint = "piecewise constant",
          .zero = WG_EVERY_OPERAND, .kernel = KERNELS(sign));

/* ---- floor, ceil, round ---- */

#define STEPS_OP(n, ...) \
    KINKED_OP(n, .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .kernel = KERNELS(n), __VA_ARGS__)

STEPS_OP(floor, .summary = "Rounds down to whole numbers.", .formula = "y = floor(x)");
STEPS_OP(ceil, .summary = "Rounds up to whole numbers.", .formula = "y = ceil(x)");
STEPS_OP(round, .hint.computed = "y = x where |x| > 2^51, else x + 3 2^51 - 3 2^51",
         .summary = "Rounds to the nearest whole number, halves to the even one.", .formula = "y = round(x)");

/* ---- nearest_finite: for derivative rules ---- */

VJP(nearest_finite) { gx[0] = gy; }
SAMPLE(nearest_finite) { return kinked(g, i, nearest_finite, here); }
ERROR_SAMPLE(nearest_finite) { return single_error(here, g, i, &wgi_op_nearest_finite); }

DEFINE_OP(nearest_finite,
          .summary = "The largest number of the dtype for infinity, its opposite for -infinity, else x.",
          .formula = "y = min(max(x, -m), m); m = \"the largest number\"", .adjoint = "x' = y'",
          .operands = 1, .promote = WG_PROMOTE_FLOAT, .kernel = KERNELS(nearest_finite),
          .vjp = nearest_finite_vjp);

/* ---- clip: the limits are operands, since numbers may change from run to run ---- */

/* NaN: it is no number. */
static double number_of(wg_node n)
{
    return wg_node_leaf(n) == WG_LEAF_NUMBER ? wgi_node_of(n)->number : NAN;
}
SHAPE(clip)
{
    const double low = number_of(r->node[1]), high = number_of(r->node[2]);
    if (low > high) return wg_rule_fail(r, WG_ERROR_VALUE, "low %g is above high %g", low, high);
    return wg_rule_broadcast(r);
}
/* Whether the limit stands for x: x is beyond it, or it is NaN. Most limits are numbers, and no NaN. */
static wg_node stands(wg_site here, wg_node limit, wg_node beyond)
{
    const bool may_be_nan = wg_dtype_is_float(wg_node_dtype(limit)) &&
                            !(wg_node_leaf(limit) == WG_LEAF_NUMBER && !isnan(number_of(limit)));
    return may_be_nan ? wg_logical_or(beyond, wg_not_equal(limit, limit)) : beyond;
}
EXPAND(clip)
{
    wg_node v = wg_where(stands(here, x[1], wg_less(x[0], x[1])), x[1], x[0]);
    y[0] = wg_where(stands(here, x[2], wg_greater(v, x[2])), x[2], v);
}
EXACT(clip)
{
    const wg_site here = wg_inside(ask->here);
    const wg_node x = operand_of(y, 0), low = operand_of(y, 1), high = operand_of(y, 2);
    if (ask->what != WGI_REST || !answers(ask, x)) return wg_none;
    return ask->make ? wg_clip(wg_sub(ask->limit, x), wg_sub(ask->limit, high), wg_sub(ask->limit, low)) : y;
}
/* Of x = NaN the slope is NaN. */
VJP(clip)
{
    wg_node low = stands(here, x[1], wg_less(x[0], x[1])), v = wg_where(low, x[1], x[0]),
            high = stands(here, x[2], wg_greater(v, x[2])), out = wg_logical_or(low, high),
            slope = wg_where(wg_logical_or(out, wg_equal(x[0], x[0])), 1, NAN);
    wg_node g[] = { wg_where(out, 0, wg_mul(gy, slope)),
                    wg_where(wg_logical_and(low, wg_logical_not(high)), gy, 0), wg_where(high, gy, 0) };
    for (int k = 0; k < 3; k++) gx[k] = wg_sum_to(g[k], wg_node_shape(x[k]));
}
SAMPLES(clip, wg_clip(BETWEEN(-0.4, 0.4, 3, 4), -0.5, 0.5),
        wg_clip(BETWEEN(1, 2, 3, 4), BETWEEN(-1, 0, 3, 1), BETWEEN(0.2, 0.8, 4)),
        wg_clip(BETWEEN(-2, -1, 5), BETWEEN(-0.5, 0, 5), 1), wg_clip(ANY(2, 0), 0, 6));
ERRORS(clip, (wg_clip(ANY(3), ANY(4), 1), "shapes do not broadcast"),
       (wg_clip(ANY(3), 2, 1), "low 2 is above high 1"));

DEFINE_OP(clip,
          .summary = "Each element, but at least low and at most high. Numbers with low above high are an "
                     "error; where a tensor low is above high it is high. NaN if one of the three is NaN.",
          .formula = "y = high where v > high or high != high, else v; v = low where x < low or low != low, "
                     "else x",
          .adjoint = "x' = y' where low <= x <= high, else 0; low' = y' where x < low and low <= high, else "
                     "0; high' = y' where v > high, else 0; v = low where x < low, else x",
          .operands = 3, .names = "x low high", RULES(clip, shape, expand, exact, vjp));
wg_node wg_clip_at(wg_site here, wg_node x, wg_node low, wg_node high)
{
    return NODE_OF(clip, NULL, x, low, high);
}

#endif
