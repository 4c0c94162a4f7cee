/* composed.c: activation functions that are composed of other ops. A plan runs their parts as one pass. At a
 * choice the side that is not taken gets 0 as its operand: its derivative must not overflow. */
#include "ops.h"

#if WG_BASE

#include "sample_shapes.h"
#include "wengert/params.h"

/* x where x <= 0, else 0 */
static wg_node below(wg_site here, wg_node x) { return wg_where(wg_greater(x, 0), 0, x); }

/* ---- elu, celu: 0 as alpha means the default ---- */

#define ELU_FIELDS(F, S) F(S, DOUBLE, alpha, "1")
OPTIONS(elu, ELU_FIELDS);

static double alpha_of(const struct elu *a) { return a->alpha == 0 ? 1 : a->alpha == WG_ZERO ? 0 : a->alpha; }

static wg_node unit_sample(wg_site here, wg_graph *g, int i, wg_node (*op)(wg_site, const wg_elu_args *))
{
    switch (i) {
    case 0: return op(here, &(wg_elu_args){ .x = wg_between(g, -2, -0.2, WG_SHAPE(3, 4)) });
    case 1: return op(here, &(wg_elu_args){ .x = wg_between(g, 0.2, 2, WG_SHAPE(3, 4)), .alpha = 0.5 });
    case 2: return op(here, &(wg_elu_args){ .x = wg_between(g, -2, -0.2, WG_SHAPE(5)), .alpha = 1.5 });
    case 3: return op(here, &(wg_elu_args){ .x = wg_between(g, -2, -0.2, WG_SHAPE(2, 0)) });
    }
    return wg_none;
}

EXPAND(elu)
{
    wg_node low = wg_mul(wg_expm1(below(here, x[0])), alpha_of(attr));
    y[0] = wg_where(wg_greater(x[0], 0), x[0], low);
}
SAMPLE(elu) { return unit_sample(here, g, i, wg_elu_at); }
ERROR_SAMPLE(elu) { return single_error(g, i, "elu", here); }

const wg_op wgi_op_elu = {
    OP(elu),
    .summary = "Exponential linear unit.",
    .formula = "y = x where x > 0, else alpha (e^x - 1)",
    .adjoint = "x' = y' where x > 0, else y' alpha e^x",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    TAKES(elu),
    .expand = elu_expand,
};
wg_node wg_elu_at(wg_site here, const wg_elu_args *a)
{
    return wg_apply(here, &wgi_op_elu, &a->x, 1, &GIVEN(elu, ELU_FIELDS));
}

static bool celu_shape(wg_rule *r)
{
    return ((const struct elu *)r->attr)->alpha != WG_ZERO ||
           wg_rule_fail(r, WG_ERROR_VALUE, "alpha is 0: x is divided by it");
}
EXPAND(celu)
{
    const double alpha = alpha_of(attr);
    wg_node low = wg_mul(wg_expm1(wg_div(below(here, x[0]), alpha)), alpha);
    y[0] = wg_where(wg_greater(x[0], 0), x[0], low);
}
SAMPLE(celu) { return unit_sample(here, g, i, wg_celu_at); }
ERROR_SAMPLE(celu)
{
    if (i != 1) return single_error(g, i, "celu", here);
    wg_celu(wg_any(g, WG_SHAPE(3)), .alpha = WG_ZERO);
    return "alpha is 0";
}

const wg_op wgi_op_celu = {
    OP(celu),
    .summary = "Exponential linear unit whose derivative is continuous at 0 for every alpha.",
    .formula = "y = x where x > 0, else alpha (e^(x / alpha) - 1)",
    .adjoint = "x' = y' where x > 0, else y' e^(x / alpha)",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    TAKES(elu),
    .shape = celu_shape,
    .expand = celu_expand,
};
wg_node wg_celu_at(wg_site here, const wg_elu_args *a)
{
    return wg_apply(here, &wgi_op_celu, &a->x, 1, &GIVEN(elu, ELU_FIELDS));
}

/* ---- selu: the two numbers keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017) ---- */

#define SELU_SCALE 1.0507009873554804934193349852946
#define SELU_ALPHA 1.6732632423543772848170429916717

EXPAND(selu)
{
    wg_node low = wg_mul(wg_expm1(below(here, x[0])), SELU_SCALE * SELU_ALPHA);
    y[0] = wg_where(wg_greater(x[0], 0), wg_mul(x[0], SELU_SCALE), low);
}
SAMPLE(selu) { return kinked(g, i, wg_selu_at, here); }
ERROR_SAMPLE(selu) { return single_error(g, i, "selu", here); }

const wg_op wgi_op_selu = {
    OP(selu),
    .summary = "Scaled exponential linear unit.",
    .formula = "y = s x where x > 0, else s alpha (e^x - 1); s = 1.0507009873554805, alpha = "
               "1.6732632423543772",
    .adjoint = "x' = s y' where x > 0, else s alpha y' e^x; s = 1.0507009873554805, alpha = "
               "1.6732632423543772",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .expand = selu_expand,
};
wg_node wg_selu_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_selu); }

/* ---- gelu ---- */

#define GELU_FIELDS(F, S) F(S, BOOL, by_tanh, "false")
OPTIONS(gelu, GELU_FIELDS);
extern const wg_op wgi_op_gelu_tanh; /* gelu_tanh.c */

EXPAND(gelu)
{
    if (((const struct gelu *)attr)->by_tanh) y[0] = wg_apply1(here, x[0], &wgi_op_gelu_tanh);
    else y[0] = wg_mul(wg_mul(x[0], 0.5), wg_add(wg_erf(wg_mul(x[0], 0.70710678118654752)), 1));
}
SAMPLE(gelu)
{
    switch (i) {
    case 0: return wg_gelu(wg_between(g, -2, 2, WG_SHAPE(3, 4)));
    case 1: return wg_gelu(wg_between(g, -2, 2, WG_SHAPE(21)), .by_tanh = true);
    case 2: return wg_gelu(wg_between(g, -2, 2, WG_SCALAR));
    case 3: return wg_gelu(wg_any(g, WG_SHAPE(2, 0)));
    }
    return wg_none;
}
ERROR_SAMPLE(gelu) { return single_error(g, i, "gelu", here); }

const wg_op wgi_op_gelu = {
    OP(gelu),
    .summary =
        "Gaussian error linear unit: x times the probability that a standard normal number is below x.",
    .formula = "y = x (1 + tanh(u)) / 2 where by_tanh, else x (1 + erf(x / sqrt 2)) / 2; u = sqrt(2 / "
               "pi) (x + 0.044715 x^3)",
    .adjoint = "x' = y' (1 + t + x (1 - t^2) v) / 2 where by_tanh, else y' ((1 + erf(x / sqrt 2)) / 2 "
               "+ x e^(-x^2 / 2) / sqrt(2 pi)); t = tanh(sqrt(2 / pi) (x + 0.044715 x^3)), v = sqrt(2 "
               "/ pi) (1 + 0.134145 x^2)",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    TAKES(gelu),
    .expand = gelu_expand,
};
wg_node wg_gelu_at(wg_site here, const wg_gelu_args *a)
{
    return wg_apply(here, &wgi_op_gelu, &a->x, 1, &GIVEN(gelu, GELU_FIELDS));
}

/* ---- silu ---- */

EXPAND(silu) { y[0] = wg_mul(x[0], wg_sigmoid(x[0])); }
SAMPLE(silu) { return single(g, i, wg_silu_at, here, -3, 3); }
ERROR_SAMPLE(silu) { return single_error(g, i, "silu", here); }

const wg_op wgi_op_silu = {
    OP(silu),
    .summary = "Sigmoid linear unit, also called swish.",
    .formula = "y = x sigmoid(x)",
    .adjoint = "x' = y' s (1 + x (1 - s)); s = sigmoid(x)",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .expand = silu_expand,
};
wg_node wg_silu_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_silu); }

/* ---- mish ---- */

EXPAND(mish) { y[0] = wg_mul(x[0], wg_tanh(wg_softplus(x[0]))); }
SAMPLE(mish) { return single(g, i, wg_mish_at, here, -3, 3); }
ERROR_SAMPLE(mish) { return single_error(g, i, "mish", here); }

const wg_op wgi_op_mish = {
    OP(mish),
    .summary = "x tanh(softplus(x)).",
    .formula = "y = x tanh(ln(1 + e^x))",
    .adjoint = "x' = y' (t + x (1 - t^2) sigmoid(x)); t = tanh(ln(1 + e^x))",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .expand = mish_expand,
};
wg_node wg_mish_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_mish); }

/* ---- hard_sigmoid, hard_swish ---- */

EXPAND(hard_sigmoid) { y[0] = wg_clip(wg_add(wg_div(x[0], 6), 0.5), 0, 1); }
SAMPLE(hard_sigmoid) { return single(g, i, wg_hard_sigmoid_at, here, -2.5, 2.5); }
ERROR_SAMPLE(hard_sigmoid) { return single_error(g, i, "hard_sigmoid", here); }

const wg_op wgi_op_hard_sigmoid = {
    OP(hard_sigmoid),
    .summary = "A sigmoid made of three straight lines. 0 from -3 down, 1 from 3 up.",
    .formula = "y = min(max(x / 6 + 1 / 2, 0), 1)",
    .adjoint = "x' = y' / 6 where -3 <= x <= 3, else 0",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .expand = hard_sigmoid_expand,
};
wg_node wg_hard_sigmoid_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_hard_sigmoid); }

EXPAND(hard_swish) { y[0] = wg_mul(x[0], wg_hard_sigmoid(x[0])); }
SAMPLE(hard_swish) { return single(g, i, wg_hard_swish_at, here, -2.5, 2.5); }
ERROR_SAMPLE(hard_swish) { return single_error(g, i, "hard_swish", here); }

const wg_op wgi_op_hard_swish = {
    OP(hard_swish),
    .summary = "x times hard_sigmoid(x).",
    .formula = "y = x min(max(x / 6 + 1 / 2, 0), 1)",
    .adjoint = "x' = y' (x / 3 + 1 / 2) where -3 <= x <= 3, y' where x > 3, else 0",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .expand = hard_swish_expand,
};
wg_node wg_hard_swish_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_hard_swish); }

#endif
