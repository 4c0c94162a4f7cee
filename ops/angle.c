/* angle.c: the tangent, and the functions that give angles. kernel/vmath.h and
 * kernel/vwide.h compute them for f32. sin and cos: unary.c. */
#include "ops.h"
#include "nearest_finite.h"
#include "sample_shapes.h"
#include "kernel/vmath.h"

enum { STRIP = 128 }; /* loops of a fixed length are the fastest */

/* Few elements are beyond VM_TAN_MOST. They are computed again by the C library. */
ALWAYS_INLINE void tan_strip(const float *restrict x, float *restrict y, int64_t n)
{
    int32_t far = 0;
    for (int64_t i = 0; i < n; i++) {
        y[i] = vm_tanf(x[i]);
        far |= fabsf(x[i]) > VM_TAN_MOST;
    }
    for (int64_t i = 0; far && i < n; i++)
        if (fabsf(x[i]) > VM_TAN_MOST) y[i] = (float)tan((double)x[i]);
}
KERNEL(tan)
{
    const int64_t n = k->end - k->begin;
    const float *x = k->x[0];
    float *y = k->y[0];
    if (k->xt[0].dtype != WG_F32) WG_MAP1(k, tan((double)a));
    int64_t i = 0;
    for (; i + STRIP <= n; i += STRIP) tan_strip(x + i, y + i, STRIP);
    tan_strip(x + i, y + i, n - i);
    return true;
}
KERNEL(unit_gap) { WG_MAP1(k, (1 - a) * (1 + a)); }
KERNEL(asin) { WG_MAP1(k, ASIN(a)); }
KERNEL(acos) { WG_MAP1(k, ACOS(a)); }
KERNEL(atan) { WG_MAP1(k, ATAN(a)); }
KERNEL(atan2) { WG_MAP2(k, ATAN2(a, b)); }

#if WG_BASE

DECLARE(tan);
DECLARE(unit_gap);
DECLARE(asin);
DECLARE(acos);
DECLARE(atan);
DECLARE(atan2);

/* ---- tan ---- */

VJP(tan) { gx[0] = wg_mul(gy, wg_add(wg_square(y), 1)); }
SAMPLE(tan) { return single(g, i, wg_tan_at, here, -1.2, 1.2); }
ERROR_SAMPLE(tan) { return single_error(g, i, "tan", here); }

const wg_op wgi_op_tan = {
    OP(tan),
    .summary = "Tangent of each element, in radians.",
    .formula = "y = tan x",
    .adjoint = "x' = y' (1 + y^2)",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 24,
    .kernel = KERNELS(tan),
    .vjp = tan_vjp,
};
wg_node wg_tan_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_tan); }

/* ---- unit_gap: 1 - x^2 in the derivatives of asin, acos, atanh ---- */

extern const wg_op wgi_op_unit_gap;
static wg_node unit_gap(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_unit_gap); }

/* Not by the factors: at -1 and 1, where gy may be infinite, one of the products would be 0 times
 * infinity. */
VJP(unit_gap) { gx[0] = wg_mul(gy, wg_mul(x[0], -2)); }
SAMPLE(unit_gap) { return single(g, i, unit_gap, here, -0.8, 0.8); }
ERROR_SAMPLE(unit_gap) { return single_error(g, i, "unit_gap", here); }

const wg_op wgi_op_unit_gap = {
    OP(unit_gap),
    .summary = "1 - x^2 of each element, exact also where x is near -1 or 1.",
    .formula = "y = (1 - x) (1 + x)",
    .adjoint = "x' = -2 y' x",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .kernel = KERNELS(unit_gap),
    .vjp = unit_gap_vjp,
};

/* ---- asin ---- */

VJP(asin) { gx[0] = wg_div(gy, wg_sqrt(unit_gap(here, x[0]))); }
SAMPLE(asin) { return single(g, i, wg_asin_at, here, -0.8, 0.8); }
ERROR_SAMPLE(asin) { return single_error(g, i, "asin", here); }

const wg_op wgi_op_asin = {
    OP(asin),
    .summary = "Inverse sine of each element, from -pi/2 to pi/2. NaN beyond -1 and 1.",
    .formula = "y = asin x",
    .adjoint = "x' = y' / sqrt((1 - x) (1 + x))",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 20,
    .kernel = KERNELS(asin),
    .vjp = asin_vjp,
};
wg_node wg_asin_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_asin); }

/* ---- acos ---- */

VJP(acos) { gx[0] = wg_neg(wg_div(gy, wg_sqrt(unit_gap(here, x[0])))); }
SAMPLE(acos) { return single(g, i, wg_acos_at, here, -0.8, 0.8); }
ERROR_SAMPLE(acos) { return single_error(g, i, "acos", here); }

const wg_op wgi_op_acos = {
    OP(acos),
    .summary = "Inverse cosine of each element, from 0 to pi. NaN beyond -1 and 1.",
    .formula = "y = acos x",
    .adjoint = "x' = -y' / sqrt((1 - x) (1 + x))",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 20,
    .kernel = KERNELS(acos),
    .vjp = acos_vjp,
};
wg_node wg_acos_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_acos); }

/* ---- atan ---- */

VJP(atan)
{
    wg_node far = nearest_finite(here, x[0]);
    gx[0] = wg_div(gy, wg_add(wg_mul(far, far), 1));
}
SAMPLE(atan) { return single(g, i, wg_atan_at, here, -2, 2); }
ERROR_SAMPLE(atan) { return single_error(g, i, "atan", here); }

const wg_op wgi_op_atan = {
    OP(atan),
    .summary = "Inverse tangent of each element, from -pi/2 to pi/2.",
    .formula = "y = atan x",
    .adjoint = "x' = y' / (x^2 + 1)",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 16,
    .kernel = KERNELS(atan),
    .vjp = atan_vjp,
};
wg_node wg_atan_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_atan); }

/* ---- atan2: operand a is the height, operand b the width ---- */

/* a / (a^2 + b^2), from a / m and b / m with the larger one as m: squares of a and b may overflow, or vanish.
 * The value does not depend on m, so m has no derivative. */
VJP(atan2)
{
    wg_node h = nearest_finite(here, x[0]), w = nearest_finite(here, x[1]);
    wg_node m = wg_stop_gradient(wg_maximum(wg_abs(h), wg_abs(w)));
    wg_node origin = wg_equal(m, 0), scale = wg_where(origin, 1, m);
    wg_node a = wg_div(h, scale), b = wg_div(w, scale), s = wg_add(wg_square(a), wg_square(b));
    wg_node slope = wg_where(origin, 0, wg_div(wg_div(gy, scale), wg_where(origin, 1, s)));
    gx[0] = wg_mul(slope, b);
    gx[1] = wg_neg(wg_mul(slope, a));
}
SAMPLE(atan2)
{
    switch (i) {
    case 0: return wg_atan2(wg_between(g, 0.2, 2, WG_SHAPE(3, 4)), wg_between(g, -2, 2, WG_SHAPE(3, 4)));
    case 1: return wg_atan2(wg_between(g, -2, -0.2, WG_SHAPE(3, 1)), wg_between(g, -2, 2, WG_SHAPE(4)));
    case 2: return wg_atan2(wg_any(g, WG_SHAPE(2, 0)), wg_any(g, WG_SCALAR));
    case 3: return wg_atan2(wg_between(g, -2, 2, WG_SHAPE(21)), 0.5);
    }
    return wg_none;
}
ERROR_SAMPLE(atan2) { return pair_error(g, i, wg_atan2_at, here); }

const wg_op wgi_op_atan2 = {
    OP(atan2),
    .summary = "Angle between the axis to the right and the point at width b and height a, from -pi to pi.",
    .formula = "y = atan2(a, b)",
    .adjoint = "a' = 0 where r = 0, else y' b / r; b' = 0 where r = 0, else -y' a / r; r = a^2 + b^2",
    .operands = 2,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 20,
    .kernel = KERNELS(atan2),
    .vjp = atan2_vjp,
};
wg_node wg_atan2_at(wg_site here, wg_node a, wg_node b) { return wg_apply2(here, a, b, &wgi_op_atan2); }

#endif
