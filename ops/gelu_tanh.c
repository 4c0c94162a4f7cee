/* gelu_tanh.c: GELU by tanh, as x sigmoid(2 u), since (1 + tanh u) / 2 = sigmoid(2 u) without cancellation.
 * The derivative has an op of its own, which computes everything again from x: composed of its parts, GELU
 * would keep five arrays for it. */
#include "sample_shapes.h"
#include "kernel/vmath.h"

/* 2 u = x (A + B x^2), where u = sqrt(2 / pi) (x + 0.044715 x^3) */
#define GELU_A 1.5957691216057308
#define GELU_B 0.071354816272600252

/* Where the slope of the sigmoid is 0, x^2 may be infinite. */
#define GELU(x) ((x)*SIGMOID((x) * ((T)GELU_A + (T)GELU_B * ((x) * (x)))))
#define GELU_SLOPE(x)                                                             \
    ({                                                                            \
        const T z_ = (x) * (x), s_ = SIGMOID((x) * ((T)GELU_A + (T)GELU_B * z_)); \
        const T t_ = s_ * (1 - s_), u_ = (T)GELU_A + (T)(3 * GELU_B) * z_;        \
        s_ + (t_ == 0 ? 0 : (x)*t_ * u_);                                         \
    })

KERNEL(gelu_tanh) { WG_MAP1(k, GELU(a)); }
KERNEL(gelu_tanh_backward) { WG_MAP2(k, a * GELU_SLOPE(b)); }

#if WG_BASE

EXTERN(gelu_tanh_backward);

static wg_node sigmoid_of(wg_site here, wg_node x)
{
    return wg_sigmoid(wg_mul(x, wg_add(GELU_A, wg_mul(GELU_B, wg_square(x)))));
}

/* ---- gelu_tanh ---- */

EXPAND(gelu_tanh) { y[0] = wg_mul(x[0], sigmoid_of(here, x[0])); }
VJP(gelu_tanh) { gx[0] = wg_apply2(here, gy, x[0], &wgi_op_gelu_tanh_backward); }
static wg_node gelu_tanh_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_gelu_tanh); }
SAMPLE(gelu_tanh) { return single(g, i, gelu_tanh_at, here, -3, 3); }
ERROR_SAMPLE(gelu_tanh) { return single_error(here, g, i, &wgi_op_gelu_tanh); }

DEFINE_OP(gelu_tanh, .summary = "Gaussian error linear unit, by tanh.",
          .formula = "y = x (1 + tanh(u)) / 2; u = sqrt(2 / pi) (x + 0.044715 x^3)",
          .adjoint = "x' = y' (1 + t + x (1 - t^2) v) / 2; t = tanh(sqrt(2 / pi) (x + 0.044715 x^3)), v = "
                     "sqrt(2 / pi) (1 + 0.134145 x^2)",
          .operands = 1, .promote = WG_PROMOTE_FLOAT, .cost = 14, .kernel = KERNELS(gelu_tanh),
          RULES(gelu_tanh, expand, vjp));

/* ---- gelu_tanh_backward ---- */

EXPAND(gelu_tanh_backward)
{
    const wg_node s = sigmoid_of(here, x[1]), slope = wg_add(GELU_A, wg_mul(3 * GELU_B, wg_square(x[1])));
    y[0] = wg_mul(x[0], wg_add(s, wg_mul(wg_mul(x[1], wg_mul(s, wg_sub(1, s))), slope)));
}
SAMPLE(gelu_tanh_backward) { return inner_sample(here, g, i, &wgi_op_gelu_tanh_backward, -3, 3); }
INNER_OP(
    gelu_tanh_backward, .summary = "Gradient of gelu_tanh by its operand x. a is the gradient of the result.",
    .formula = "g = a (1 + t + x (1 - t^2) v) / 2; t = tanh(sqrt(2 / pi) (x + 0.044715 x^3)), v = sqrt(2 / "
               "pi) (1 + 0.134145 x^2)",
    .adjoint =
        "a' = g' (1 + t + x (1 - t^2) v) / 2, x' = g' a (1 - t^2) (v + x w / 2 - x t v^2); t = tanh(sqrt(2 / "
        "pi) (x + 0.044715 x^3)), v = sqrt(2 / pi) (1 + 0.134145 x^2), w = sqrt(2 / pi) 0.26829 x",
    .operands = 2, .names = "a x", .cost = 18, .kernel = KERNELS(gelu_tanh_backward),
    .expand = gelu_tanh_backward_expand);

#endif
