/* units.c: activation functions that are linear on one side or between two corners. A kernel computes each in
 * one pass. The derivatives of elu, celu and selu are those of the expansions. At a choice the side that is
 * not taken gets 0 as its operand: its derivative must not overflow. */
#include "sample_shapes.h"
#include "kernel/vmath.h"

#define ELU_FIELDS(F, S) F(S, DOUBLE, alpha, "1")
OPTIONS(elu, ELU_FIELDS);

static inline double alpha_of(const struct elu *a) { return a->alpha; }

/* Both sides are computed, so that loops become vectors. */
#define UNIT(a, scale, factor, e)                             \
    ({                                                        \
        const T high_ = (a) * (scale), low_ = (e) * (factor); \
        (a) > 0 ? high_ : low_;                               \
    })
/* a / 6 + 1/2, at least 0 and at most 1. NaN stays. */
#define HARD(a)                                                        \
    ({                                                                 \
        const T line_ = (a) / 6 + (T)0.5, up_ = line_ < 0 ? 0 : line_; \
        up_ > 1 ? 1 : up_;                                             \
    })

#define SELU_SCALE 1.0507009873554804934193349852946
#define SELU_ALPHA 1.6732632423543772848170429916717

/* scale x where x > 0, else factor (e^(x / by) - 1) */
ALWAYS_INLINE bool unit_kernel(const wg_kernel *k, double scale, double factor, double by)
{
    WG_MAP1(k, UNIT(a, (T)scale, (T)factor, EXPM1(a / (T)by)));
}
KERNEL(elu) { return unit_kernel(k, 1, alpha_of(k->attr), 1); }
KERNEL(celu) { return unit_kernel(k, 1, alpha_of(k->attr), alpha_of(k->attr)); }
KERNEL(selu) { return unit_kernel(k, SELU_SCALE, SELU_SCALE * SELU_ALPHA, 1); }

KERNEL(hard_sigmoid) { WG_MAP1(k, HARD(a)); }
KERNEL(hard_swish) { WG_MAP1(k, a * HARD(a)); }

#if WG_BASE

/* x where x <= 0, else 0 */
static wg_node below(wg_site here, wg_node x) { return wg_where(wg_greater(x, 0), 0, x); }

/* ---- elu, celu ---- */

static wg_node unit_sample(wg_site here, wg_graph *g, int i, wg_node (*op)(wg_site, const wg_elu_args *))
{
    return NTH(wg_none, op(here, &WG_OPTS(wg_elu_args, .x = BETWEEN(-2, -0.2, 3, 4))),
               op(here, &WG_OPTS(wg_elu_args, .x = BETWEEN(0.2, 2, 3, 4), .alpha = 0.5)),
               op(here, &WG_OPTS(wg_elu_args, .x = BETWEEN(-2, -0.2, 5), .alpha = 1.5)),
               op(here, &WG_OPTS(wg_elu_args, .x = BETWEEN(-2, -0.2, 2, 0))));
}

EXPAND(elu)
{
    wg_node low = wg_mul(wg_expm1(below(here, x[0])), alpha_of(attr));
    y[0] = wg_where(wg_greater(x[0], 0), x[0], low);
}
SAMPLE(elu) { return unit_sample(here, g, i, wg_elu_at); }
ERROR_SAMPLE(elu) { return single_error(here, g, i, &wgi_op_elu); }

DEFINE_OP(elu, .hint.activation = true, .summary = "Exponential linear unit.",
          .formula = "y = x where x > 0, else alpha (e^x - 1)",
          .adjoint = "x' = y' where x > 0, else y' alpha e^x", .operands = 1, .promote = WG_PROMOTE_FLOAT,
          TAKES(elu), .options = wg_elu_args_rows, .cost = 12, .kinked = true, .kernel = KERNELS(elu),
          .expand = elu_expand);
BUILDER(elu, elu) { APPLY(elu, elu, ELU_FIELDS, a->x); }

SHAPE(celu)
{
    return ((const struct elu *)r->attr)->alpha != 0 ||
           wg_rule_fail(r, WG_ERROR_VALUE, "alpha is 0: x is divided by it");
}
EXPAND(celu)
{
    const double alpha = alpha_of(attr);
    wg_node low = wg_mul(wg_expm1(wg_div(below(here, x[0]), alpha)), alpha);
    y[0] = wg_where(wg_greater(x[0], 0), x[0], low);
}
SAMPLE(celu) { return unit_sample(here, g, i, wg_celu_at); }
ERRORS(celu, (wg_celu(ANY(3), .alpha = 0), "alpha is 0"));

DEFINE_OP(celu, .hint.activation = true,
          .summary = "Exponential linear unit whose derivative is continuous at 0 for every alpha.",
          .formula = "y = x where x > 0, else alpha (e^(x / alpha) - 1)",
          .adjoint = "x' = y' where x > 0, else y' e^(x / alpha)", .operands = 1, .promote = WG_PROMOTE_FLOAT,
          TAKES(elu), .options = wg_elu_args_rows, RULES(celu, shape, expand), .cost = 14, .kinked = true,
          .kernel = KERNELS(celu));
BUILDER(celu, elu) { APPLY(celu, elu, ELU_FIELDS, a->x); }

/* ---- selu: the two numbers keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017) ---- */

EXPAND(selu)
{
    wg_node low = wg_mul(wg_expm1(below(here, x[0])), SELU_SCALE * SELU_ALPHA);
    y[0] = wg_where(wg_greater(x[0], 0), wg_mul(x[0], SELU_SCALE), low);
}
KINKED_OP(
    selu, .hint.activation = true, .summary = "Scaled exponential linear unit.",
    .formula =
        "y = s x where x > 0, else s alpha (e^x - 1); s = 1.0507009873554805, alpha = 1.6732632423543772",
    .adjoint =
        "x' = s y' where x > 0, else s alpha y' e^x; s = 1.0507009873554805, alpha = 1.6732632423543772",
    .promote = WG_PROMOTE_FLOAT, .cost = 12, .kinked = true, .kernel = KERNELS(selu), .expand = selu_expand);

/* ---- hard_sigmoid, hard_swish ---- */

/* The line has the corners, as the rules say. */
static wg_node hard(wg_site here, wg_node x)
{
    wg_node beyond = wg_where(wg_greater(x, 0), 1, 0), line = wg_add(wg_div(x, 6), 0.5);
    return wg_where(wg_greater(wg_abs(x), 3), beyond, line);
}
EXPAND(hard_sigmoid) { y[0] = hard(here, x[0]); }
/* Of x = NaN the slope is NaN. */
VJP(hard_sigmoid)
{
    wg_node size = wg_abs(x[0]), by = wg_where(wg_equal(size, size), 6, NAN);
    gx[0] = wg_where(wg_greater(size, 3), 0, wg_div(gy, by));
}
UNARY_OP(hard_sigmoid, -2.5, 2.5, .hint.activation = true,
         .summary = "A sigmoid made of three straight lines. 0 from -3 down, 1 from 3 up.",
         .formula = "y = min(max(x / 6 + 1 / 2, 0), 1)", .adjoint = "x' = y' / 6 where -3 <= x <= 3, else 0",
         .cost = 5, .kinked = true, MAPS(hard_sigmoid), .expand = hard_sigmoid_expand);

EXPAND(hard_swish) { y[0] = wg_mul(x[0], hard(here, x[0])); }
VJP(hard_swish)
{
    wg_node beyond = wg_where(wg_greater(x[0], 0), 1, 0), slope = wg_add(wg_div(x[0], 3), 0.5);
    gx[0] = wg_mul(gy, wg_where(wg_greater(wg_abs(x[0]), 3), beyond, slope));
}
UNARY_OP(hard_swish, -2.5, 2.5, .hint.activation = true, .summary = "x times hard_sigmoid(x).",
         .formula = "y = x min(max(x / 6 + 1 / 2, 0), 1)",
         .adjoint = "x' = y' (x / 3 + 1 / 2) where -3 <= x <= 3, y' where x > 3, else 0", .cost = 5,
         .kinked = true, MAPS(hard_swish), .expand = hard_swish_expand);

#endif
