/* unary.c: elementwise functions of one operand. kernel/vmath.h computes exp, log, erf, sin and cos for f32,
 * kernel/vdouble.h exp, expm1, sin and cos for f64. */
#include "rules.h"
#include "sample_shapes.h"
#include "strips.h"

#define FLOATS_FILE "ops/rest_strip.h"
#include "kernel/both_floats.h"

KERNEL(exp) { WG_MAP1(k, EXP(a)); }
KERNEL(log) { WG_MAP1(k, LOG(a)); }
KERNEL(log_by_rest) { return BY_FLOAT(k, log_by_rest, k); }
KERNEL(erf_rest) { return BY_FLOAT(k, erf_rest, k); }
KERNEL(sqrt) { WG_MAP1(k, SQRT(a)); }
KERNEL(square) { WG_MAP1_ALL(k, a * a); }
KERNEL(abs) { WG_MAP1_ALL(k, ABS(a)); }

static inline float near_sin(float x) { return vm_circlef(x, 0); }
static inline float near_cos(float x) { return vm_circlef(x, 1); }
KERNEL(sin) { return MAP_BY_STRIPS(k, near_sin, VM_CIRCLE_MOST, vm_near_sin, vm_sin); }
KERNEL(cos) { return MAP_BY_STRIPS(k, near_cos, VM_CIRCLE_MOST, vm_near_cos, vm_cos); }
KERNEL(erf) { WG_MAP1(k, ERF(a)); }
KERNEL(log1p) { WG_MAP1(k, LOG1P(a)); }
KERNEL(expm1) { WG_MAP1(k, EXPM1(a)); }
KERNEL(reciprocal) { WG_MAP1(k, 1 / a); }
KERNEL(rsqrt) { WG_MAP1(k, 1 / SQRT(a)); }

#if WG_BASE

/* ---- exp ---- */

EXACT(exp)
{
    if (wants_rest(ask, 0)) return less(ask, y);
    if (!wants_rest(ask, 1)) return wg_none;
    return ask->make ? less(ask, wg_expm1_at(wg_inside(ask->here), operand_of(y, 0))) : y;
}
VJP(exp) { gx[0] = wg_mul(gy, y); }
UNARY_OP(exp, -2, 2, .summary = "Exponential function of each element.", .formula = "y = e^x",
         .adjoint = "x' = y' y", .cost = 6, .hint.source = true, .hint.exact = exp_exact, MAPS(exp));

/* ---- log ---- */

EXTERN(log_by_rest);
/* By what the operand says of its logarithm. Else, next to 1, by what is left to 1. */
REWRITE(log)
{
    const wgi_exact ask = { .here = here, .what = WGI_LOG, .limit = 1, .make = true };
    wg_node l = wgi_exact_of(&ask, x[0]), r = wg_is_none(l) ? rest_of(&ask, x[0], 1) : wg_none;
    return wg_is_none(r) ? l : wg_apply2(here, x[0], r, &wgi_op_log_by_rest);
}
VJP(log) { gx[0] = wg_div(gy, x[0]); }
UNARY_OP(log, 0.5, 3, .summary = "Natural logarithm of each element. -inf at 0, NaN below 0.",
         .formula = "y = ln x", .adjoint = "x' = y' / x", .cost = 8, .hint.asks = true, .hint.own = true,
         .hint.rewrite = log_rewrite, MAPS(log));

SAMPLE(log_by_rest)
{
    return NTH(wg_none, wg_apply2(here, BETWEEN(0.5, 3, 3, 4), BETWEEN(0.1, 0.5, 3, 4), &wgi_op_log_by_rest),
               wg_apply2(here, BETWEEN(0.5, 3, 5), BETWEEN(-2, -0.1, 5), &wgi_op_log_by_rest));
}
INNER_OP(log_by_rest, .hint.computed = "y = ln(1 - r) where |r| < 1/64, else ln x",
         .summary = "ln x, where r is 1 - x. Where that is next to 0 it is ln(1 - r).", .formula = "y = ln x",
         .adjoint = "that of ln x, which was written", .none = WG_EVERY_OPERAND, .operands = 2,
         .names = "x r", .cost = 10, .kernel = KERNELS(log_by_rest));

/* ---- sqrt ---- */

/* l - sqrt x = (l^2 - x) / (l + sqrt x). */
EXACT(sqrt)
{
    const wg_site here = wg_inside(ask->here);
    const wgi_exact inner = for_rest(ask, ask->limit * ask->limit);
    if (ask->what != WGI_REST || !(ask->limit > 0) || !answers(&inner, operand_of(y, 0))) return wg_none;
    return ask->make ? wg_div(wgi_exactly(&inner, operand_of(y, 0)), wg_add(ask->limit, y)) : y;
}
VJP(sqrt) { gx[0] = wg_div(gy, wg_mul(y, 2)); }
UNARY_OP(sqrt, 0.5, 3, .summary = "Square root of each element. NaN below 0.", .formula = "y = sqrt x",
         .adjoint = "x' = y' / (2 y)", .cost = 4, .hint.exact = sqrt_exact, MAPS(sqrt));

/* ---- square ---- */

EXACT(square) { return wgi_exact_square(ask, y, operand_of(y, 0)); }
VJP(square) { gx[0] = wg_mul(gy, wg_mul(x[0], 2)); }
UNARY_OP(square, -2, 2, .summary = "Square of each element.", .formula = "y = x^2", .adjoint = "x' = 2 y' x",
         .hint.arithmetic = WG_MULTIPLIES, .kernel = KERNELS(square), RULES(square, exact, vjp));

/* ---- abs ---- */

EXACT(abs)
{
    const wg_site here = wg_inside(ask->here);
    const wg_node x = operand_of(y, 0);
    if (ask->what != WGI_REST || !(ask->limit > 0) || !answers(ask, x)) return wg_none;
    return ask->make ? wg_where(wg_greater(x, 0), wgi_exactly(ask, x), wg_add(ask->limit, x)) : y;
}
VJP(abs) { gx[0] = wg_where(wg_greater(x[0], 0), gy, wg_where(wg_less(x[0], 0), wg_neg(gy), 0)); }
EXPAND(abs) { y[0] = wg_mul(x[0], wg_sign(x[0])); }
KINKED_OP(abs,
          .summary = "Absolute value of each element. For abs(x)^2 write x x: at 0 the second derivative of "
                     "abs(x)^2 comes out as 0.",
          .formula = "y = |x|", .adjoint = "x' = y' sign(x)", .kinked = true, .kernel = KERNELS(abs),
          RULES(abs, expand, exact, vjp));

/* ---- sin, cos ---- */

VJP(sin) { gx[0] = wg_mul(gy, wg_cos(x[0])); }
UNARY_OP(sin, -3, 3, .summary = "Sine of each element, in radians.", .formula = "y = sin x",
         .adjoint = "x' = y' cos x", .cost = 20, MAPS(sin));

VJP(cos) { gx[0] = wg_neg(wg_mul(gy, wg_sin(x[0]))); }
/* 1 - cos x = 2 sin^2(x / 2), and 1 + cos x = 2 cos^2(x / 2). */
EXACT(cos)
{
    const wg_site here = wg_inside(ask->here);
    if (!wants_rest(ask, 1) && !wants_rest(ask, -1)) return wg_none;
    if (!ask->make) return y;
    const wg_node half = wg_mul(0.5, operand_of(y, 0));
    return wg_mul(2 * ask->limit, wg_square(ask->limit == 1 ? wg_sin(half) : wg_cos(half)));
}
UNARY_OP(cos, -3, 3, .hint.source = true, .hint.exact = cos_exact,
         .summary = "Cosine of each element, in radians.", .formula = "y = cos x",
         .adjoint = "x' = -y' sin x", .cost = 20, MAPS(cos));

/* ---- erf ---- */

VJP(erf)
{
    wg_node far = nearest_finite(here, x[0]), bell = wg_exp(wg_neg(wg_mul(far, far)));
    gx[0] = wg_mul(gy, wg_mul(bell, 1.1283791670955126)); /* 2 / sqrt pi */
}
EXTERN(erf_rest);
EXACT(erf)
{
    if (wants_rest(ask, 0)) return less(ask, y);
    return wants_rest(ask, 1) || wants_rest(ask, -1) ? exact_by(ask, &wgi_op_erf_rest, y) : wg_none;
}
UNARY_OP(
    erf, -2, 2, .hint.source = true, .hint.exact = erf_exact,
    .hint.computed =
        "y = sign(x) where |x| > 6, else x / (2 pi) + 2 / pi sum(e^-(n / 4)^2 sin(n x / 2) / n over n <= 25)",
    .summary = "Error function of each element.", .formula = "y = erf(x)",
    .adjoint = "x' = 2 y' e^-x^2 / sqrt(pi)", .cost = 10, MAPS(erf));
VJP(erf_rest)
{
    wg_node far = nearest_finite(here, x[2]), bell = wg_exp(wg_neg(wg_mul(far, far)));
    gx[0] = gy, gx[2] = wg_mul(gy, wg_mul(-M_2_SQRTPI, bell));
}
REST_OP(erf_rest, wg_erf, "erf(x)", "2 e^-x^2 / sqrt(pi)", .hint.computed = "d = a - y",
        .hint.exact = wgi_exact_difference,
        .summary = "a - y, where y = erf x. Where that is next to 0, a is 1, and it is computed "
                   "from x.");

/* ---- log1p ---- */

/* At -inf, where log1p is NaN, it is NaN, and not 1 / -inf. */
REWRITE(log1p)
{
    const wgi_exact ask = { .make = false };
    const bool of_rest = !wg_is_none(rest_of(&ask, x[0], -1));
    return of_rest || wgi_node_of(x[0])->op == &wgi_op_exp ? wg_log(wg_add(x[0], 1)) : wg_none;
}
VJP(log1p) { gx[0] = wg_div(gy, wg_where(wg_equal(x[0], -INFINITY), NAN, wg_add(x[0], 1))); }
UNARY_OP(log1p, -0.5, 2,
         .summary = "Natural logarithm of 1 + x, exact also where x is small. -inf at -1, NaN below.",
         .formula = "y = ln(1 + x)", .adjoint = "x' = y' / (1 + x)", .cost = 10, .hint.asks = true,
         .hint.own = true, .hint.rewrite = log1p_rewrite, MAPS(log1p));

/* ---- expm1 ---- */

EXACT(expm1)
{
    if (wants_rest(ask, 0)) return less(ask, y);
    if (!wants_rest(ask, -1)) return wg_none;
    return ask->make ? less(ask, wg_exp_at(wg_inside(ask->here), operand_of(y, 0))) : y;
}
VJP(expm1) { gx[0] = wg_mul(gy, wg_exp(x[0])); }
UNARY_OP(expm1, -2, 2, .summary = "e^x - 1, exact also where x is small.", .formula = "y = e^x - 1",
         .adjoint = "x' = y' e^x", .cost = 10, .hint.source = true, .hint.exact = expm1_exact, MAPS(expm1));

/* ---- reciprocal ---- */

EXACT(reciprocal) { return wgi_exact_reciprocal(ask, y, operand_of(y, 0)); }
VJP(reciprocal) { gx[0] = wg_neg(wg_mul(gy, wg_square(y))); }
UNARY_OP(reciprocal, 0.5, 2, .summary = "1 / x of each element.", .formula = "y = 1 / x",
         .adjoint = "x' = -y' y^2", .cost = 4, .hint.exact = reciprocal_exact, MAPS(reciprocal));

/* ---- rsqrt ---- */

VJP(rsqrt) { gx[0] = wg_mul(gy, wg_mul(-0.5, wg_mul(y, wg_square(y)))); }
UNARY_OP(rsqrt, 0.5, 2, .summary = "1 / sqrt x of each element. Infinite at 0, NaN below.",
         .formula = "y = 1 / sqrt x", .adjoint = "x' = -y' y^3 / 2", .cost = 6, MAPS(rsqrt));

#endif
