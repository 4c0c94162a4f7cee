/* activation.c: activation functions. kernel/vmath.h computes them for f32.
 *
 * A derivative that takes several operations has an op of its own (tanh_backward), so that a plan runs it
 * as one instruction. Away from saturation its kernel does the operations of its expansion, in the same
 * order. */
#include "rules.h"
#include "sample_shapes.h"
#include "tails.h"

/* BLOCK: elements that stay in the first-level cache between two loops. STRIP: slope_row.h. */
enum { BLOCK = 1024, STRIP = 128 };

/* 1 - y^2 and 1 - y are computed from x where they are smaller than these. The direct way costs an exp
 * less, so it is left only where few inputs are: |x| > 3.1 and |x| > 4.1. A float y near 1 is within 2 ulp
 * (2^-23), so there 1 - y^2 has a relative error of at most 2^-22 / 2^-7, and 1 - y of 2^-23 / 2^-6. */
#define TANH_LEAST    0x1p-7
#define SIGMOID_LEAST 0x1p-6

/* sech^2 x = 4 e / (1 + e)^2 with e = e^-2|x|, where it is below TANH_LEAST. There e < 2^-8.9, and for
 * floats three terms of the series of 1 / (1 + e)^2 are enough. */
static inline float tanh_tail_f32(float x)
{
    const float e = vm_exp_minus(2 * x);
    return 4 * e * (1 + e * (3 * e - 2));
}
static inline double tanh_tail_f64(double x)
{
    const double e = vm_exp(-2 * fabs(x)), s = 1 + e;
    return 4 * e / (s * s);
}
/* sigmoid -|x| = e / (1 + e) with e = e^-|x|, where it is below SIGMOID_LEAST: e < 2^-5.9. */
static inline float sigmoid_tail_f32(float x)
{
    const float e = vm_exp_minus(x);
    return e * (1 - e * (1 - e * (1 - e * (1 - e))));
}
static inline double sigmoid_tail_f64(double x)
{
    const double e = vm_exp(-fabs(x));
    return e / (1 + e);
}
/* The kinds of log_kernel. */
enum { LOG_SIGMOID, LOG_SIGMOID_REST, LOG_SECH2 };
typedef int32_t word_f32;
typedef int64_t word_f64;
#define FLOATS_FILE "ops/slope_row.h"
#include "kernel/both_floats.h"

KERNEL(tanh) { WG_MAP1(k, TANH(a)); }
KERNEL(tanh_backward) { return BY_FLOAT(k, slope_kernel, k, true); }

/* Two loops, each so short that the processor overlaps several of its iterations. */
static void sigmoid_f32(const float *restrict x, float *restrict y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] = vm_exp_minus(x[i]);
    for (int64_t i = 0; i < n; i++) y[i] = vm_sigmoid_by(x[i], y[i]);
}
KERNEL(sigmoid)
{
    const int64_t n = k->end - k->begin;
    if (n == 1 || k->xt[0].dtype != WG_F32) WG_MAP1(k, SIGMOID(a));
    for (int64_t i = 0; i < n; i += BLOCK)
        sigmoid_f32(OPERAND(float, 0) + i, RESULT(float, 0) + i, n - i < BLOCK ? n - i : BLOCK);
    return true;
}
KERNEL(sigmoid_backward) { return BY_FLOAT(k, slope_kernel, k, false); }
KERNEL(tanh_slope) { WG_MAP2(k, a * ((1 - b) * (1 + b))); }
KERNEL(sigmoid_slope) { WG_MAP2(k, a * (b * (1 - b))); }
KERNEL(sigmoid_rest) { return BY_FLOAT(k, rest_kernel, k, false); }
KERNEL(log_sigmoid) { return BY_FLOAT(k, log_kernel, k, LOG_SIGMOID); }
KERNEL(log_sigmoid_rest) { return BY_FLOAT(k, log_kernel, k, LOG_SIGMOID_REST); }
KERNEL(log_sech2) { return BY_FLOAT(k, log_kernel, k, LOG_SECH2); }
KERNEL(sigmoid_less) { return BY_FLOAT(k, less_kernel, k); }
KERNEL(tanh_rest) { return BY_FLOAT(k, rest_kernel, k, true); }
#define SOFTPLUS(T) WITH_TAILS(T, (a > 0 ? a : 0) + t)
KERNEL(softplus)
{
    if (!k->step[0]) WG_MAP1(k, (a > 0 ? a : 0) + LOG1P(EXP(-ABS(a))));
    if (k->xt[0].dtype == WG_F32) SOFTPLUS(float);
    else SOFTPLUS(double);
    return true;
}
KERNEL(relu) { WG_MAP1_ALL(k, a <= 0 ? 0 : a); } /* NaN <= 0 is false: NaN stays */
KERNEL(softsign) { WG_MAP1(k, ABS(a) == (T)INFINITY ? (a > 0 ? 1 : -1) : a / (1 + ABS(a))); }
KERNEL(relu_backward) { WG_MAP2(k, b > 0 ? a : 0); }
KERNEL(leaky) { WG_MAP2(k, a > 0 ? a : a * b); }

#if WG_BASE

/* ---- derivatives of tanh and sigmoid: operand a is gy, y the result, x the operand. They are functions of
 * x: where y is used, it stands for x ---- */

EXTERN(log_sech2, log_sigmoid, log_sigmoid_rest, sigmoid_rest);
EXPAND(tanh_backward) { y[0] = wg_mul(x[0], wg_sub(1, wg_square(x[1]))); }
VJP(tanh_backward)
{
    gx[0] = NODE_OF(tanh_backward, NULL, gy, x[1], x[2]);
    const wg_node g = wg_mul(-2, wg_mul(wg_mul(gy, x[0]), x[1]));
    gx[2] = NODE_OF(tanh_backward, NULL, g, x[1], x[2]);
}
/* ln of 1 - y^2, where the gradient of y is the number 1. */
EXACT(tanh_backward)
{
    const wg_site here = ask->here;
    double a;
    if (!wants_log(ask) || !wgi_number_in(operand_of(y, 0), &a) || a != 1) return wg_none;
    return ask->make ? log_of_scaled(ask, NODE_OF(log_sech2, NULL, operand_of(y, 1), operand_of(y, 2))) : y;
}
TIED_SAMPLE(tanh_backward, wg_tanh)
INNER_OP(tanh_backward,
         .summary = "Gradient of y = tanh x. a is the gradient of y. Near |y| = 1 it is computed from x.",
         .hint.computed = "g = a / cosh(x)^2 where |x| > 4.5, else a (1 - y^2)",
         .formula = "g = a (1 - tanh(x)^2)",
         .adjoint = "a' = g' (1 - tanh(x)^2), x' = -2 g' a tanh(x) (1 - tanh(x)^2), y' = 0", .zero = 1 << 1,
         .operands = 3, .names = "a y x", .kernel = KERNELS(tanh_backward),
         RULES(tanh_backward, expand, exact, vjp));

EXPAND(sigmoid_backward) { y[0] = wg_mul(x[0], wg_mul(x[1], wg_sub(1, x[1]))); }
VJP(sigmoid_backward)
{
    gx[0] = NODE_OF(sigmoid_backward, NULL, gy, x[1], x[2]);
    const wg_node g = wg_mul(wg_mul(gy, x[0]), wg_sub(1, wg_mul(2, x[1])));
    gx[2] = NODE_OF(sigmoid_backward, NULL, g, x[1], x[2]);
}
TIED_SAMPLE(sigmoid_backward, wg_sigmoid)
INNER_OP(sigmoid_backward,
         .summary = "Gradient of y = sigmoid x. a is the gradient of y. Near y = 1 it is computed from x.",
         .hint.computed = "g = a e^-x / (1 + e^-x)^2 where x > 4.1, else a y (1 - y)",
         .formula = "g = a sigmoid(x) (1 - sigmoid(x))",
         .adjoint = "a' = g' sigmoid(x) (1 - sigmoid(x)), "
                    "x' = g' a sigmoid(x) (1 - sigmoid(x)) (1 - 2 sigmoid(x)), y' = 0",
         .zero = 1 << 1, .operands = 3, .names = "a y x", .kernel = KERNELS(sigmoid_backward),
         RULES(sigmoid_backward, expand, vjp));

/* ---- the same of a y that is rounded (wgi_rounds): functions of y alone ---- */

EXPAND(tanh_slope) { y[0] = wg_mul(x[0], wg_mul(wg_sub(1, x[1]), wg_add(1, x[1]))); }
VJP(tanh_slope)
{
    gx[0] = NODE_OF(tanh_slope, NULL, gy, x[1]);
    gx[1] = wg_mul(-2, wg_mul(wg_mul(gy, x[0]), x[1]));
}
SAMPLE(tanh_slope) { return inner_sample(here, g, i, &wgi_op_tanh_slope, -0.9, 0.9); }
INNER_OP(tanh_slope,
         .summary = "Gradient of y = tanh x, computed from y, where y is added to something. a is the "
                    "gradient of y.",
         .formula = "g = a (1 - y) (1 + y)", .adjoint = "a' = g' (1 - y) (1 + y), y' = -2 g' a y",
         .operands = 2, .names = "a y", .kernel = KERNELS(tanh_slope), RULES(tanh_slope, expand, vjp));

EXPAND(sigmoid_slope) { y[0] = wg_mul(x[0], wg_mul(x[1], wg_sub(1, x[1]))); }
VJP(sigmoid_slope)
{
    gx[0] = NODE_OF(sigmoid_slope, NULL, gy, x[1]);
    gx[1] = wg_mul(wg_mul(gy, x[0]), wg_sub(1, wg_mul(2, x[1])));
}
SAMPLE(sigmoid_slope) { return inner_sample(here, g, i, &wgi_op_sigmoid_slope, 0.1, 0.9); }
INNER_OP(sigmoid_slope,
         .summary = "Gradient of y = sigmoid x, computed from y, where y is added to something. a is the "
                    "gradient of y.",
         .formula = "g = a y (1 - y)", .adjoint = "a' = g' y (1 - y), y' = g' a (1 - 2 y)", .operands = 2,
         .names = "a y", .kernel = KERNELS(sigmoid_slope), RULES(sigmoid_slope, expand, vjp));

/* ---- 1 - sigmoid x and 1 - tanh x ---- */

/* ln(1 - sigmoid x), and ln(1 - tanh x) = ln 2 + ln sigmoid -2x. */
EXACT(sigmoid_rest)
{
    const wg_site here = ask->here;
    double a;
    if (ask->what != WGI_LOG) return wgi_exact_difference(ask, y);
    if (!wgi_number_in(operand_of(y, 0), &a) || a != 1 || !(ask->limit > 0)) return wg_none;
    return ask->make ? log_of_scaled(ask, NODE_OF(log_sigmoid_rest, NULL, operand_of(y, 1), operand_of(y, 2)))
                     : y;
}
EXACT(tanh_rest)
{
    const wg_site here = wg_inside(ask->here);
    double a;
    if (ask->what != WGI_LOG) return wgi_exact_difference(ask, y);
    if (!wgi_number_in(operand_of(y, 0), &a) || a != 1 || !(ask->limit > 0)) return wg_none;
    if (!ask->make) return y;
    const wg_node l = wg_neg(wg_softplus(wg_mul(2, operand_of(y, 2))));
    return ask->limit == 0.5 ? l : wg_add(log(2 * ask->limit), l);
}
VJP(sigmoid_rest) { gx[0] = gy, gx[2] = wg_neg(NODE_OF(sigmoid_backward, NULL, gy, x[1], x[2])); }
VJP(tanh_rest) { gx[0] = gy, gx[2] = wg_neg(NODE_OF(tanh_backward, NULL, gy, x[1], x[2])); }
REST_OP(sigmoid_rest, wg_sigmoid, "sigmoid(x)", "sigmoid(x) (1 - sigmoid(x))",
        .hint.exact = sigmoid_rest_exact,
        .hint.computed = "d = 1 / (1 + e^x) where a = 1 and x > 4.1, else a - y",
        .summary = "a - y, where y = sigmoid x. Where that is next to 0, a is 1, and it is computed from x.");
REST_OP(tanh_rest, wg_tanh, "tanh(x)", "(1 - tanh(x)^2)", .hint.exact = tanh_rest_exact,
        .hint.computed = "d = 2 / (1 + e^(2 x)) where a = 1 and x > 2.4, else a - y",
        .summary = "a - y, where y = tanh x. Where that is next to 0, a is 1, and it is computed from x.");

/* ---- ln sigmoid x, ln(1 - sigmoid x) and ln(1 - tanh^2 x). Operand y is the function's value at x. It is
 * there already, and derivatives go by x ---- */

#define LOG_OP(n, low, high, function, ...)                                                           \
    SAMPLE(n)                                                                                         \
    {                                                                                                 \
        const wg_node x = NTH(wg_none, BETWEEN(low, high, 3, 4), wg_between(g, low, high, WG_SCALAR), \
                              BETWEEN(low, high, 2, 0), BETWEEN(low, high, 1, 21));                   \
        return wg_is_none(x) ? x : wg_apply2(here, function(x), x, &wgi_op_##n);                      \
    }                                                                                                 \
    INNER_OP(n, .zero = 1 << 0, .operands = 2, .names = "y x", .cost = 12, .kernel = KERNELS(n),      \
             RULES(n, expand, vjp), __VA_ARGS__)

EXPAND(log_sigmoid) { y[0] = wg_neg(wg_softplus(wg_neg(x[1]))); }
VJP(log_sigmoid) { gx[1] = wg_mul(gy, NODE_OF(sigmoid_rest, NULL, wg_number(1), x[0], x[1])); }
LOG_OP(log_sigmoid, -3, 3, wg_sigmoid, .summary = "ln y, where y = sigmoid x.",
       .hint.computed = "l = min(x, 0) - ln(1 + e^-|x|)", .formula = "l = -ln(1 + e^-x)",
       .adjoint = "x' = l' (1 - sigmoid(x)), y' = 0");

EXPAND(log_sigmoid_rest) { y[0] = wg_neg(wg_softplus(x[1])); }
VJP(log_sigmoid_rest) { gx[1] = wg_neg(wg_mul(gy, x[0])); }
LOG_OP(log_sigmoid_rest, -3, 3, wg_sigmoid, .summary = "ln(1 - y), where y = sigmoid x.",
       .hint.computed = "l = min(-x, 0) - ln(1 + e^-|x|)", .formula = "l = -ln(1 + e^x)",
       .adjoint = "x' = -l' sigmoid(x), y' = 0");

EXPAND(log_sech2) { y[0] = wg_mul(-2, wg_log(wg_cosh(x[1]))); }
VJP(log_sech2) { gx[1] = wg_mul(-2, wg_mul(gy, x[0])); }
LOG_OP(log_sech2, -2, 2, wg_tanh, .summary = "ln(1 - y^2), where y = tanh x.",
       .hint.computed = "l = 2 (ln 2 - |x| - ln(1 + e^-(2 |x|)))", .formula = "l = -2 ln(cosh x)",
       .adjoint = "x' = -2 l' tanh(x), y' = 0");

/* ---- the derivative of relu: operand a is gy, operand b is y ---- */

VJP(relu_backward) { gx[0] = wg_apply2(here, gy, x[1], &wgi_op_relu_backward); }
EXPAND(relu_backward) { y[0] = wg_where(wg_greater(x[1], 0), x[0], 0); }
SAMPLE(relu_backward)
{
    return i < 3 ? inner_sample(here, g, i, &wgi_op_relu_backward, 0.2, 2)
                 : inner_sample(here, g, i - 3, &wgi_op_relu_backward, -2, -0.2);
}
INNER_OP(relu_backward, .summary = "Gradient of relu. a is the gradient of its result, b is its operand.",
         .formula = "y = a where b > 0, else 0", .adjoint = "a' = y' where b > 0, else 0; b' = 0",
         .zero = 1 << 1, .operands = 2, .kinked = true, .kernel = KERNELS(relu_backward),
         RULES(relu_backward, expand, vjp));

/* ---- tanh ---- */

/* 1 - y^2 is tanh_backward of 1. */
EXACT(tanh)
{
    const wg_site here = ask->here;
    if (wants_rest(ask, 0)) return less(ask, y);
    if (wants_rest(ask, 1) || wants_rest(ask, -1)) return exact_by(ask, &wgi_op_tanh_rest, y);
    if (ask->what != WGI_REST_OF_SQUARE || ask->limit != 1) return wg_none;
    return ask->make ? NODE_OF(tanh_backward, NULL, wg_number(1), y, operand_of(y, 0)) : y;
}
VJP(tanh)
{
    gx[0] = wgi_is_rounded(y) ? NODE_OF(tanh_slope, NULL, gy, y) : NODE_OF(tanh_backward, NULL, gy, y, x[0]);
}
UNARY_OP(tanh, -2, 2, .hint.activation = true, .summary = "Hyperbolic tangent of each element.",
         .formula = "y = tanh x", .adjoint = "x' = y' (1 - y^2)",
         .hint.adjoint_at_limits = "x' = y' / cosh(x)^2", .cost = 10, .hint.source = true,
         .hint.exact = tanh_exact, MAPS(tanh));

/* ---- sigmoid ---- */

EXACT(sigmoid)
{
    const wg_site here = ask->here;
    if (wants_rest(ask, 0)) return less(ask, y);
    if (wants_rest(ask, 1)) return exact_by(ask, &wgi_op_sigmoid_rest, y);
    if (!wants_log(ask)) return wg_none;
    return ask->make ? log_of_scaled(ask, NODE_OF(log_sigmoid, NULL, y, operand_of(y, 0))) : y;
}
VJP(sigmoid)
{
    gx[0] = wgi_is_rounded(y) ? NODE_OF(sigmoid_slope, NULL, gy, y)
                              : NODE_OF(sigmoid_backward, NULL, gy, y, x[0]);
}
UNARY_OP(sigmoid, -3, 3, .hint.activation = true,
         .summary = "Logistic function of each element, between 0 and 1.", .formula = "y = 1 / (1 + e^-x)",
         .adjoint = "x' = y' y (1 - y)", .hint.adjoint_at_limits = "x' = y' sigmoid(x) sigmoid(-x)",
         .cost = 10, .hint.source = true, .hint.exact = sigmoid_exact, MAPS(sigmoid));

/* ---- sigmoid x - t: the gradient of a loss of logits x and targets t ---- */

EXPAND(sigmoid_less) { y[0] = wg_sub(wg_sigmoid(x[0]), x[1]); }
VJP(sigmoid_less)
{
    gx[0] = NODE_OF(sigmoid_backward, NULL, gy, wg_sigmoid(x[0]), x[0]);
    gx[1] = wg_neg(gy);
}
SAMPLE(sigmoid_less) { return inner_sample(here, g, i, &wgi_op_sigmoid_less, -2, 2); }
INNER_OP(sigmoid_less, .summary = "sigmoid x - t, exact also where the sigmoid and t are next to 1.",
         .formula = "y = sigmoid(x) - t", .adjoint = "x' = y' sigmoid(x) (1 - sigmoid(x)), t' = -y'",
         .operands = 2, .names = "x t", .cost = 10, .kernel = KERNELS(sigmoid_less),
         RULES(sigmoid_less, expand, vjp));

/* ---- softplus ---- */

VJP(softplus) { gx[0] = wg_mul(gy, wg_sigmoid(x[0])); }
UNARY_OP(
    softplus, -3, 3, .hint.activation = true,
    .summary = "Smooth approximation of relu, computed as max(x, 0) + ln(1 + e^-|x|), which cannot overflow.",
    .hint.computed = "y = max(x, 0) + ln(1 + e^-|x|)", .formula = "y = ln(1 + e^x)",
    .adjoint = "x' = y' sigmoid(x)", .cost = 14, MAPS(softplus));

/* ---- softsign ---- */

/* |x| as x sign(x), whose derivative is NaN where x is. */
VJP(softsign)
{
    wg_node far = nearest_finite(here, x[0]), s = wg_add(1, wg_mul(far, wg_sign(far)));
    gx[0] = wg_div(gy, wg_mul(s, s));
}
KINKED_OP(softsign, .hint.activation = true,
          .summary = "Sigmoid-shaped function between -1 and 1 that approaches its limits slowly.",
          .formula = "y = x / (1 + |x|)", .adjoint = "x' = y' / (1 + |x|)^2", .cost = 4, MAPS(softsign));

/* ---- relu ---- */

VJP(relu) { gx[0] = wg_apply2(here, gy, y, &wgi_op_relu_backward); }
EXPAND(relu) { y[0] = wg_where(wg_less_equal(x[0], 0), 0, x[0]); }
KINKED_OP(relu, .hint.activation = true, .summary = "Positive part of each element. NaN stays NaN.",
          .formula = "y = max(x, 0)", .adjoint = "x' = y' where x > 0, else 0", .kinked = true,
          .kernel = KERNELS(relu), RULES(relu, expand, vjp));

/* ---- leaky: the slope is an operand, since numbers may change from run to run; leaky_relu: it is an option
 * ---- */

VJP(leaky)
{
    wg_node positive = wg_greater(x[0], 0);
    gx[0] = wg_where(positive, gy, wg_mul(gy, x[1]));
    gx[1] = wg_where(positive, 0, wg_mul(gy, x[0]));
}
EXPAND(leaky) { y[0] = wg_where(wg_greater(x[0], 0), x[0], wg_mul(x[0], x[1])); }
SAMPLES(leaky, wg_apply2(here, BETWEEN(-2, -0.2, 3, 4), BETWEEN(0.1, 0.5, 3, 4), &wgi_op_leaky),
        wg_apply2(here, BETWEEN(0.2, 2, 3, 4), BETWEEN(0.1, 0.5, 4), &wgi_op_leaky),
        wg_apply2(here, BETWEEN(-2, -0.2, 2, 0), wg_number(0.1), &wgi_op_leaky));
INNER_OP(leaky, .summary = "Relu with a slope below zero, which is an operand.",
         .formula = "y = x where x > 0, else slope x",
         .adjoint = "x' = y' where x > 0, else y' slope; slope' = 0 where x > 0, else y' x", .operands = 2,
         .names = "x slope", .kinked = true, .kernel = KERNELS(leaky), RULES(leaky, expand, vjp));

#define LEAKY_RELU_FIELDS(F, S) F(S, DOUBLE, slope, "0.01")
OPTIONS(leaky_relu, LEAKY_RELU_FIELDS);

EXPAND(leaky_relu)
{
    double slope = ((const struct leaky_relu *)attr)->slope;
    y[0] = wg_apply2(here, x[0], wg_number(slope), &wgi_op_leaky);
}
SAMPLES(leaky_relu, wg_leaky_relu(BETWEEN(-2, -0.2, 3, 4)),
        wg_leaky_relu(BETWEEN(0.2, 2, 3, 4), .slope = 0.3),
        wg_leaky_relu(BETWEEN(-2, -0.2, 2, 0), .slope = 0));
ERROR_SAMPLE(leaky_relu) { return single_error(here, g, i, &wgi_op_leaky_relu); }

DEFINE_OP(leaky_relu, .hint.activation = true, .summary = "Relu with a slope below zero, 0.01 by default.",
          .formula = "y = x where x > 0, else slope x", .adjoint = "x' = y' where x > 0, else slope y'",
          .operands = 1, TAKES(leaky_relu), .options = wg_leaky_relu_args_rows, .expand = leaky_relu_expand);
BUILDER(leaky_relu, leaky_relu) { APPLY(leaky_relu, leaky_relu, LEAKY_RELU_FIELDS, a->x); }

#endif
