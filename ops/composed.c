/* composed.c: activation functions that are composed of other ops. A plan runs their parts as one pass. */

#include "sample_shapes.h"

EXTERN(gelu_tanh);

/* ---- gelu ---- */

#define GELU_FIELDS(F, S) F(S, BOOL, by_tanh, "false")
OPTIONS(gelu, GELU_FIELDS);

EXPAND(gelu)
{
    if (((const struct gelu *)attr)->by_tanh) y[0] = wg_apply1(here, x[0], &wgi_op_gelu_tanh);
    else y[0] = wg_mul(wg_mul(x[0], 0.5), wg_add(wg_erf(wg_mul(x[0], 0.70710678118654752)), 1));
}
SAMPLES(gelu, wg_gelu(BETWEEN(-2, 2, 3, 4)), wg_gelu(BETWEEN(-2, 2, 21), .by_tanh = true),
        wg_gelu(wg_between(g, -2, 2, WG_SCALAR)), wg_gelu(ANY(2, 0)));
ERROR_SAMPLE(gelu) { return single_error(here, g, i, &wgi_op_gelu); }

DEFINE_OP(
    gelu, .hint.activation = true,
    .summary =
        "Gaussian error linear unit: x times the probability that a standard normal number is below x.",
    .formula = "y = x (1 + tanh(u)) / 2 where by_tanh, else x (1 + erf(x / sqrt 2)) / 2; u = sqrt(2 / pi) (x "
               "+ 0.044715 x^3)",
    .adjoint =
        "x' = y' (1 + t + x (1 - t^2) v) / 2 where by_tanh, else y' ((1 + erf(x / sqrt 2)) / 2 + x e^(-x^2 / "
        "2) / sqrt(2 pi)); t = tanh(sqrt(2 / pi) (x + 0.044715 x^3)), v = sqrt(2 / pi) (1 + 0.134145 x^2)",
    .operands = 1, .promote = WG_PROMOTE_FLOAT, TAKES(gelu), .options = wg_gelu_args_rows,
    .expand = gelu_expand);
BUILDER(gelu, gelu) { APPLY(gelu, gelu, GELU_FIELDS, a->x); }

/* ---- silu ---- */

EXPAND(silu) { y[0] = wg_mul(x[0], wg_sigmoid(x[0])); }
UNARY_OP(silu, -3, 3, .hint.activation = true, .summary = "Sigmoid linear unit, also called swish.",
         .formula = "y = x sigmoid(x)", .adjoint = "x' = y' s (1 + x (1 - s)); s = sigmoid(x)",
         .promote = WG_PROMOTE_FLOAT, .expand = silu_expand);

/* ---- mish ---- */

EXPAND(mish) { y[0] = wg_mul(x[0], wg_tanh(wg_softplus(x[0]))); }
UNARY_OP(mish, -3, 3, .hint.activation = true, .summary = "x tanh(softplus(x)).",
         .formula = "y = x tanh(ln(1 + e^x))",
         .adjoint = "x' = y' (t + x (1 - t^2) sigmoid(x)); t = tanh(ln(1 + e^x))",
         .promote = WG_PROMOTE_FLOAT, .expand = mish_expand);
