/* angle.c: the tangent, and the functions that give angles. kernel/vmath.h and
 * kernel/vwide.h compute them for f32, kernel/vdouble.h tan and atan for f64. sin and cos: unary.c. */
#include "rules.h"
#include "sample_shapes.h"
#include "strips.h"

KERNEL(tan) { return MAP_BY_STRIPS(k, vm_tanf, VM_TAN_MOST, vm_near_tan, vm_tan); }
KERNEL(unit_gap) { WG_MAP1(k, (1 - a) * (1 + a)); }
KERNEL(asin) { WG_MAP1(k, ASIN(a)); }
KERNEL(acos) { WG_MAP1(k, ACOS(a)); }
KERNEL(atan) { WG_MAP1(k, ATAN(a)); }
KERNEL(atan2) { WG_MAP2(k, ATAN2(a, b)); }

#if WG_BASE

EXTERN(unit_gap);

/* ---- tan ---- */

VJP(tan) { gx[0] = wg_mul(gy, wg_add(wg_square(y), 1)); }
UNARY_OP(tan, -1.2, 1.2, .summary = "Tangent of each element, in radians.", .formula = "y = tan x",
         .adjoint = "x' = y' (1 + y^2)", .cost = 24, MAPS(tan));

/* ---- unit_gap: 1 - x^2 in the derivatives of asin, acos, atanh ---- */

static wg_node unit_gap(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_unit_gap); }

/* Not by the factors: at -1 and 1, where gy may be infinite, one of the products would be 0 times
 * infinity. */
VJP(unit_gap) { gx[0] = wg_mul(gy, wg_mul(x[0], -2)); }
SAMPLE(unit_gap) { return single(g, i, unit_gap, here, -0.8, 0.8); }
ERROR_SAMPLE(unit_gap) { return single_error(here, g, i, &wgi_op_unit_gap); }

DEFINE_OP(unit_gap, .summary = "1 - x^2 of each element, exact also where x is near -1 or 1.",
          .formula = "y = (1 - x) (1 + x)", .adjoint = "x' = -2 y' x", .operands = 1,
          .promote = WG_PROMOTE_FLOAT, .kernel = KERNELS(unit_gap), .vjp = unit_gap_vjp);

/* ---- asin ---- */

VJP(asin) { gx[0] = wg_div(gy, wg_sqrt(unit_gap(here, x[0]))); }
UNARY_OP(asin, -0.8, 0.8, .summary = "Inverse sine of each element, from -pi/2 to pi/2. NaN beyond -1 and 1.",
         .formula = "y = asin x", .adjoint = "x' = y' / sqrt((1 - x) (1 + x))", .cost = 20, MAPS(asin));

/* ---- acos ---- */

VJP(acos) { gx[0] = wg_neg(wg_div(gy, wg_sqrt(unit_gap(here, x[0])))); }
UNARY_OP(acos, -0.8, 0.8, .summary = "Inverse cosine of each element, from 0 to pi. NaN beyond -1 and 1.",
         .formula = "y = acos x", .adjoint = "x' = -y' / sqrt((1 - x) (1 + x))", .cost = 20, MAPS(acos));

/* ---- atan ---- */

VJP(atan)
{
    wg_node far = nearest_finite(here, x[0]);
    gx[0] = wg_div(gy, wg_add(wg_mul(far, far), 1));
}
UNARY_OP(atan, -2, 2, .summary = "Inverse tangent of each element, from -pi/2 to pi/2.",
         .formula = "y = atan x", .adjoint = "x' = y' / (x^2 + 1)", .cost = 16, MAPS(atan));

/* ---- atan2: operand a is the height, operand b the width ---- */

/* a / (a^2 + b^2), from a / m and b / m with the larger one as m: squares of a and b may overflow, or vanish.
 * The division by m comes last: 1 / m may overflow where a / m is 0.
 * The value does not depend on m, so m has no derivative. Where a or b is infinite all derivatives are 0. */
VJP(atan2)
{
    wg_node h = nearest_finite(here, x[0]), w = nearest_finite(here, x[1]);
    wg_node m = wg_stop_gradient(wg_maximum(wg_abs(h), wg_abs(w)));
    wg_node far = wg_equal(wg_maximum(wg_abs(x[0]), wg_abs(x[1])), INFINITY);
    wg_node origin = wg_equal(m, 0), scale = wg_where(origin, 1, m);
    wg_node a = wg_div(h, scale), b = wg_div(w, scale), s = wg_add(wg_square(a), wg_square(b));
    wg_node share = wg_where(wg_logical_or(origin, far), 0, wg_div(gy, wg_where(origin, 1, s)));
    gx[0] = wg_div(wg_mul(share, b), scale);
    gx[1] = wg_neg(wg_div(wg_mul(share, a), scale));
}
SAMPLES(atan2, wg_atan2(BETWEEN(0.2, 2, 3, 4), BETWEEN(-2, 2, 3, 4)),
        wg_atan2(BETWEEN(-2, -0.2, 3, 1), BETWEEN(-2, 2, 4)), wg_atan2(ANY(2, 0), wg_any(g, WG_SCALAR)),
        wg_atan2(BETWEEN(-2, 2, 21), 0.5));
PAIR_OP(
    atan2,
    .summary = "Angle between the axis to the right and the point at width b and height a, from -pi to pi.",
    .formula = "y = atan2(a, b)",
    .adjoint = "a' = 0 where r = 0, else y' b / r; b' = 0 where r = 0, else -y' a / r; r = a^2 + b^2",
    .promote = WG_PROMOTE_FLOAT, .cost = 20, .kernel = KERNELS(atan2), .vjp = atan2_vjp);

#endif
