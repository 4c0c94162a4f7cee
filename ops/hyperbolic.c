/* hyperbolic.c: hyperbolic functions but tanh (activation.c), and their inverses. kernel/vwide.h computes
 * them for f32. */
#include "rules.h"
#include "sample_shapes.h"
#include "kernel/vwide.h"

KERNEL(sinh) { WG_MAP1(k, SINH(a)); }
KERNEL(cosh) { WG_MAP1(k, COSH(a)); }
KERNEL(asinh) { WG_MAP1(k, ASINH(a)); }
KERNEL(acosh) { WG_MAP1(k, ACOSH(a)); }
KERNEL(atanh) { WG_MAP1(k, ATANH(a)); }

#if WG_BASE

EXTERN(log_sech2, unit_gap);

/* ---- sinh ---- */

VJP(sinh) { gx[0] = wg_mul(gy, wg_cosh(x[0])); }
UNARY_OP(sinh, -2, 2, .summary = "Hyperbolic sine of each element.", .formula = "y = (e^x - e^-x) / 2",
         .adjoint = "x' = y' cosh x", .cost = 14, MAPS(sinh));

/* ---- cosh ---- */

/* ln cosh x is half of -ln(1 - tanh^2 x). */
EXACT(cosh)
{
    const wg_site here = wg_inside(ask->here);
    const wg_node x = operand_of(y, 0);
    if (!wants_log(ask)) return wg_none;
    return ask->make ? log_of_scaled(ask, wg_mul(-0.5, NODE_OF(log_sech2, NULL, wg_tanh(x), x))) : y;
}
VJP(cosh) { gx[0] = wg_mul(gy, wg_sinh(x[0])); }
UNARY_OP(cosh, -2, 2, .summary = "Hyperbolic cosine of each element.", .formula = "y = (e^x + e^-x) / 2",
         .adjoint = "x' = y' sinh x", .cost = 14, .hint.source = true, .hint.exact = cosh_exact, MAPS(cosh));

/* ---- asinh ---- */

/* With m = max(|x|, 1), sqrt(x^2 + 1) = m sqrt((x / m)^2 + (1 / m)^2), where no square overflows. The value
 * does not depend on m, so m has no derivative. */
VJP(asinh)
{
    wg_node m = wg_stop_gradient(wg_maximum(wg_abs(x[0]), 1));
    wg_node part = wg_div(nearest_finite(here, x[0]), nearest_finite(here, m));
    wg_node s = wg_add(wg_square(part), wg_square(wg_div(1, m)));
    gx[0] = wg_div(wg_div(gy, m), wg_sqrt(s));
}
UNARY_OP(asinh, -2, 2, .summary = "Inverse hyperbolic sine of each element.",
         .formula = "y = ln(x + sqrt(x^2 + 1))", .adjoint = "x' = y' / sqrt(x^2 + 1)", .cost = 24,
         MAPS(asinh));

/* ---- acosh ---- */

/* At x = 1 the slope of x - 1 is infinite, and that of x + 1 is left out: it would be multiplied by 0. At
 * infinity all derivatives are 0. */
VJP(acosh)
{
    wg_node far = nearest_finite(here, x[0]), above = wg_where(wg_equal(far, 1), 2, wg_add(far, 1));
    wg_node slope = wg_div(gy, wg_mul(wg_sqrt(wg_sub(far, 1)), wg_sqrt(above)));
    gx[0] = wg_where(wg_equal(x[0], INFINITY), 0, slope);
}
UNARY_OP(acosh, 1.5, 4, .summary = "Inverse hyperbolic cosine of each element. NaN below 1.",
         .formula = "y = ln(x + sqrt(x^2 - 1))", .adjoint = "x' = y' / sqrt((x - 1) (x + 1))", .cost = 24,
         MAPS(acosh));

/* ---- atanh ---- */

REWRITE(atanh)
{
    const wgi_exact ask = { .make = false };
    if (wg_is_none(rest_of(&ask, x[0], 1)) && wg_is_none(rest_of(&ask, x[0], -1))) return wg_none;
    return wg_mul(0.5, wg_sub(wg_log1p(x[0]), wg_log1p(wg_neg(x[0]))));
}
VJP(atanh) { gx[0] = wg_div(gy, wg_apply1(here, x[0], &wgi_op_unit_gap)); }
UNARY_OP(atanh, -0.8, 0.8,
         .summary = "Inverse hyperbolic tangent of each element. Infinite at -1 and 1, NaN beyond.",
         .formula = "y = ln((1 + x) / (1 - x)) / 2", .adjoint = "x' = y' / ((1 - x) (1 + x))", .cost = 24,
         .hint.own = true, .hint.rewrite = atanh_rewrite, MAPS(atanh));

#endif
