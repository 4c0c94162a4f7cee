/* SPDX-License-Identifier: MIT */
/* functions.h: functions of one operand, elementwise. Operands that are bools or integers are cast to the context's
 * float dtype first. neg, square, abs, relu, leaky_relu, sign, floor, ceil and round keep integers. ops.h includes
 * this header.
 *
 *     wg_node h = wg_tanh(wg_add(wg_matmul(x, W), b));
 *     wg_node p = wg_sigmoid(h);
 *     wg_node q = wg_leaky_relu(h, .slope = 0.1); */
#ifndef WENGERT_FUNCTIONS_H
#define WENGERT_FUNCTIONS_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

WG_API wg_node wg_neg_at(wg_site here, wg_node x);      /* y = -x */
WG_API wg_node wg_exp_at(wg_site here, wg_node x);      /* y = e^x */
WG_API wg_node wg_log_at(wg_site here, wg_node x);      /* y = ln x */
WG_API wg_node wg_sqrt_at(wg_site here, wg_node x);     /* y = sqrt x */
WG_API wg_node wg_square_at(wg_site here, wg_node x);   /* y = x^2 */
WG_API wg_node wg_abs_at(wg_site here, wg_node x);      /* y = |x|, y'(0) = 0 */
WG_API wg_node wg_sin_at(wg_site here, wg_node x);      /* y = sin x, x in radians */
WG_API wg_node wg_cos_at(wg_site here, wg_node x);      /* y = cos x, x in radians */
WG_API wg_node wg_erf_at(wg_site here, wg_node x);      /* y = 2/sqrt(pi) integral of e^-t^2 from 0 to x */
WG_API wg_node wg_tanh_at(wg_site here, wg_node x);     /* y = tanh x */
WG_API wg_node wg_sigmoid_at(wg_site here, wg_node x);  /* y = 1 / (1 + e^-x) */
WG_API wg_node wg_softplus_at(wg_site here, wg_node x); /* y = ln(1 + e^x) */
WG_API wg_node wg_softsign_at(wg_site here, wg_node x); /* y = x / (1 + |x|) */
WG_API wg_node wg_relu_at(wg_site here, wg_node x);     /* y = max(x, 0), y'(0) = 0 */
#define wg_neg(x)      wg_neg_at(WG_AT(#x), x)
#define wg_exp(x)      wg_exp_at(WG_AT(#x), x)
#define wg_log(x)      wg_log_at(WG_AT(#x), x)
#define wg_sqrt(x)     wg_sqrt_at(WG_AT(#x), x)
#define wg_square(x)   wg_square_at(WG_AT(#x), x)
#define wg_abs(x)      wg_abs_at(WG_AT(#x), x)
#define wg_sin(x)      wg_sin_at(WG_AT(#x), x)
#define wg_cos(x)      wg_cos_at(WG_AT(#x), x)
#define wg_erf(x)      wg_erf_at(WG_AT(#x), x)
#define wg_tanh(x)     wg_tanh_at(WG_AT(#x), x)
#define wg_sigmoid(x)  wg_sigmoid_at(WG_AT(#x), x)
#define wg_softplus(x) wg_softplus_at(WG_AT(#x), x)
#define wg_softsign(x) wg_softsign_at(WG_AT(#x), x)
#define wg_relu(x)     wg_relu_at(WG_AT(#x), x)

#define wg_leaky_relu_args_list(P, X) \
    P(wg_node, x) \
    X(double, slope, 0.01, "", "below zero; y'(0) = slope")
WG_OPTIONS_AND_OPERANDS(wg_leaky_relu_args);
/* y = x where x > 0, else slope x. */
WG_API wg_node wg_leaky_relu_at(wg_site here, const wg_leaky_relu_args *a);
#define wg_leaky_relu(...) \
    WG_NAMED(wg_leaky_relu_at, wg_leaky_relu_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

WG_API wg_node wg_log1p_at(wg_site here, wg_node x);      /* y = ln(1 + x), exact also for small x */
WG_API wg_node wg_expm1_at(wg_site here, wg_node x);      /* y = e^x - 1, exact also for small x */
WG_API wg_node wg_reciprocal_at(wg_site here, wg_node x); /* y = 1 / x */
WG_API wg_node wg_rsqrt_at(wg_site here, wg_node x);      /* y = 1 / sqrt x */
WG_API wg_node wg_tan_at(wg_site here, wg_node x);        /* y = tan x, x in radians */
WG_API wg_node wg_asin_at(wg_site here, wg_node x);       /* y in radians, with sin y = x */
WG_API wg_node wg_acos_at(wg_site here, wg_node x);       /* y in radians, with cos y = x */
WG_API wg_node wg_atan_at(wg_site here, wg_node x);       /* y in radians, with tan y = x */
WG_API wg_node wg_sinh_at(wg_site here, wg_node x);       /* y = (e^x - e^-x) / 2 */
WG_API wg_node wg_cosh_at(wg_site here, wg_node x);       /* y = (e^x + e^-x) / 2 */
WG_API wg_node wg_asinh_at(wg_site here, wg_node x);      /* y with sinh y = x */
WG_API wg_node wg_acosh_at(wg_site here, wg_node x);      /* y >= 0 with cosh y = x */
WG_API wg_node wg_atanh_at(wg_site here, wg_node x);      /* y with tanh y = x */
WG_API wg_node wg_sign_at(wg_site here, wg_node x);       /* 1, 0 or -1; no derivative but 0 */
WG_API wg_node wg_floor_at(wg_site here, wg_node x);      /* rounded down */
WG_API wg_node wg_ceil_at(wg_site here, wg_node x);       /* rounded up */
WG_API wg_node wg_round_at(wg_site here, wg_node x); /* to the nearest whole number, halves to the even one */
WG_API wg_node wg_silu_at(wg_site here, wg_node x);  /* y = x sigmoid(x); also called swish */
WG_API wg_node wg_mish_at(wg_site here, wg_node x);  /* y = x tanh(ln(1 + e^x)) */
WG_API wg_node wg_selu_at(wg_site here, wg_node x);  /* y = 1.0507 x where x > 0, else 1.7581 (e^x - 1) */
WG_API wg_node wg_hard_sigmoid_at(wg_site here, wg_node x); /* y = min(max(x / 6 + 1/2, 0), 1) */
WG_API wg_node wg_hard_swish_at(wg_site here, wg_node x);   /* y = x hard_sigmoid(x) */
#define wg_log1p(x)        wg_log1p_at(WG_AT(#x), x)
#define wg_expm1(x)        wg_expm1_at(WG_AT(#x), x)
#define wg_reciprocal(x)   wg_reciprocal_at(WG_AT(#x), x)
#define wg_rsqrt(x)        wg_rsqrt_at(WG_AT(#x), x)
#define wg_tan(x)          wg_tan_at(WG_AT(#x), x)
#define wg_asin(x)         wg_asin_at(WG_AT(#x), x)
#define wg_acos(x)         wg_acos_at(WG_AT(#x), x)
#define wg_atan(x)         wg_atan_at(WG_AT(#x), x)
#define wg_sinh(x)         wg_sinh_at(WG_AT(#x), x)
#define wg_cosh(x)         wg_cosh_at(WG_AT(#x), x)
#define wg_asinh(x)        wg_asinh_at(WG_AT(#x), x)
#define wg_acosh(x)        wg_acosh_at(WG_AT(#x), x)
#define wg_atanh(x)        wg_atanh_at(WG_AT(#x), x)
#define wg_sign(x)         wg_sign_at(WG_AT(#x), x)
#define wg_floor(x)        wg_floor_at(WG_AT(#x), x)
#define wg_ceil(x)         wg_ceil_at(WG_AT(#x), x)
#define wg_round(x)        wg_round_at(WG_AT(#x), x)
#define wg_silu(x)         wg_silu_at(WG_AT(#x), x)
#define wg_mish(x)         wg_mish_at(WG_AT(#x), x)
#define wg_selu(x)         wg_selu_at(WG_AT(#x), x)
#define wg_hard_sigmoid(x) wg_hard_sigmoid_at(WG_AT(#x), x)
#define wg_hard_swish(x)   wg_hard_swish_at(WG_AT(#x), x)

#define wg_elu_args_list(P, X) \
    P(wg_node, x) \
    X(double, alpha, 1, "", "the limit below zero is -alpha; of celu not 0")
WG_OPTIONS_AND_OPERANDS(wg_elu_args);
WG_API wg_node wg_elu_at(wg_site here, const wg_elu_args *a); /* y = x where x > 0, else alpha (e^x - 1) */
WG_API wg_node wg_celu_at(wg_site here,
                          const wg_elu_args *a); /* y = x where x > 0, else alpha (e^(x / alpha) - 1) */
#define wg_elu(...)  WG_NAMED(wg_elu_at, wg_elu_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_celu(...) WG_NAMED(wg_celu_at, wg_elu_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_gelu_args_list(P, X) \
    P(wg_node, x) \
    X(bool, by_tanh, false, "", "y = x / 2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), as GPT-2 has it")
WG_OPTIONS_AND_OPERANDS(wg_gelu_args);
WG_API wg_node wg_gelu_at(wg_site here, const wg_gelu_args *a); /* y = x / 2 (1 + erf(x / sqrt 2)) */
#define wg_gelu(...) WG_NAMED(wg_gelu_at, wg_gelu_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
