/* SPDX-License-Identifier: MIT */
/* Made of the headers of C by tools/build/cpp_calls.py (make docs): do not edit. */
/* Functions in wg:: and layers in wg::nn::. wengert.hpp includes it. */
#ifndef WENGERT_CALLS_HPP
#define WENGERT_CALLS_HPP

#include "objects.hpp"

namespace wg
{

struct slogdet_parts {
    value sign, log;
};
struct eigh_parts {
    value values, vectors;
};
struct qr_parts {
    value q, r;
};
struct svd_parts {
    value u, s, vt;
};

/* y = -x */
inline value neg(const value &x, WG_CALLER) { return detail::made(wg_neg_at(WG_SITE, x), x); }
/* y = e^x */
inline value exp(const value &x, WG_CALLER) { return detail::made(wg_exp_at(WG_SITE, x), x); }
/* y = ln x */
inline value log(const value &x, WG_CALLER) { return detail::made(wg_log_at(WG_SITE, x), x); }
/* y = sqrt x */
inline value sqrt(const value &x, WG_CALLER) { return detail::made(wg_sqrt_at(WG_SITE, x), x); }
/* y = x^2 */
inline value square(const value &x, WG_CALLER) { return detail::made(wg_square_at(WG_SITE, x), x); }
/* y = |x|, y'(0) = 0 */
inline value abs(const value &x, WG_CALLER) { return detail::made(wg_abs_at(WG_SITE, x), x); }
/* y = sin x, x in radians */
inline value sin(const value &x, WG_CALLER) { return detail::made(wg_sin_at(WG_SITE, x), x); }
/* y = cos x, x in radians */
inline value cos(const value &x, WG_CALLER) { return detail::made(wg_cos_at(WG_SITE, x), x); }
/* y = 2/sqrt(pi) integral of e^-t^2 from 0 to x */
inline value erf(const value &x, WG_CALLER) { return detail::made(wg_erf_at(WG_SITE, x), x); }
/* y = tanh x */
inline value tanh(const value &x, WG_CALLER) { return detail::made(wg_tanh_at(WG_SITE, x), x); }
/* y = 1 / (1 + e^-x) */
inline value sigmoid(const value &x, WG_CALLER) { return detail::made(wg_sigmoid_at(WG_SITE, x), x); }
/* y = ln(1 + e^x) */
inline value softplus(const value &x, WG_CALLER) { return detail::made(wg_softplus_at(WG_SITE, x), x); }
/* y = x / (1 + |x|) */
inline value softsign(const value &x, WG_CALLER) { return detail::made(wg_softsign_at(WG_SITE, x), x); }
/* y = max(x, 0), y'(0) = 0 */
inline value relu(const value &x, WG_CALLER) { return detail::made(wg_relu_at(WG_SITE, x), x); }
/* y = x where x > 0, else slope x */
inline value leaky_relu(const value &x, wg_leaky_relu_args o = wg_leaky_relu_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_leaky_relu_at(WG_SITE, &o), x);
}
/* y = ln(1 + x), exact also for small x */
inline value log1p(const value &x, WG_CALLER) { return detail::made(wg_log1p_at(WG_SITE, x), x); }
/* y = e^x - 1, exact also for small x */
inline value expm1(const value &x, WG_CALLER) { return detail::made(wg_expm1_at(WG_SITE, x), x); }
/* y = 1 / x */
inline value reciprocal(const value &x, WG_CALLER) { return detail::made(wg_reciprocal_at(WG_SITE, x), x); }
/* y = 1 / sqrt x */
inline value rsqrt(const value &x, WG_CALLER) { return detail::made(wg_rsqrt_at(WG_SITE, x), x); }
/* y = tan x, x in radians */
inline value tan(const value &x, WG_CALLER) { return detail::made(wg_tan_at(WG_SITE, x), x); }
/* y in radians, with sin y = x */
inline value asin(const value &x, WG_CALLER) { return detail::made(wg_asin_at(WG_SITE, x), x); }
/* y in radians, with cos y = x */
inline value acos(const value &x, WG_CALLER) { return detail::made(wg_acos_at(WG_SITE, x), x); }
/* y in radians, with tan y = x */
inline value atan(const value &x, WG_CALLER) { return detail::made(wg_atan_at(WG_SITE, x), x); }
/* y = (e^x - e^-x) / 2 */
inline value sinh(const value &x, WG_CALLER) { return detail::made(wg_sinh_at(WG_SITE, x), x); }
/* y = (e^x + e^-x) / 2 */
inline value cosh(const value &x, WG_CALLER) { return detail::made(wg_cosh_at(WG_SITE, x), x); }
/* y with sinh y = x */
inline value asinh(const value &x, WG_CALLER) { return detail::made(wg_asinh_at(WG_SITE, x), x); }
/* y >= 0 with cosh y = x */
inline value acosh(const value &x, WG_CALLER) { return detail::made(wg_acosh_at(WG_SITE, x), x); }
/* y with tanh y = x */
inline value atanh(const value &x, WG_CALLER) { return detail::made(wg_atanh_at(WG_SITE, x), x); }
/* 1, 0 or -1; no derivative but 0 */
inline value sign(const value &x, WG_CALLER) { return detail::made(wg_sign_at(WG_SITE, x), x); }
/* rounded down */
inline value floor(const value &x, WG_CALLER) { return detail::made(wg_floor_at(WG_SITE, x), x); }
/* rounded up */
inline value ceil(const value &x, WG_CALLER) { return detail::made(wg_ceil_at(WG_SITE, x), x); }
/* to the nearest whole number, halves to the even one */
inline value round(const value &x, WG_CALLER) { return detail::made(wg_round_at(WG_SITE, x), x); }
/* y = x sigmoid(x); also called swish */
inline value silu(const value &x, WG_CALLER) { return detail::made(wg_silu_at(WG_SITE, x), x); }
/* y = x tanh(ln(1 + e^x)) */
inline value mish(const value &x, WG_CALLER) { return detail::made(wg_mish_at(WG_SITE, x), x); }
/* y = 1.0507 x where x > 0, else 1.7581 (e^x - 1) */
inline value selu(const value &x, WG_CALLER) { return detail::made(wg_selu_at(WG_SITE, x), x); }
/* y = min(max(x / 6 + 1/2, 0), 1) */
inline value hard_sigmoid(const value &x, WG_CALLER)
{
    return detail::made(wg_hard_sigmoid_at(WG_SITE, x), x);
}
/* y = x hard_sigmoid(x) */
inline value hard_swish(const value &x, WG_CALLER) { return detail::made(wg_hard_swish_at(WG_SITE, x), x); }
/* y = x where x > 0, else alpha (e^x - 1) */
inline value elu(const value &x, wg_elu_args o = wg_elu_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_elu_at(WG_SITE, &o), x);
}
/* y = x where x > 0, else alpha (e^(x / alpha) - 1) */
inline value celu(const value &x, wg_elu_args o = wg_elu_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_celu_at(WG_SITE, &o), x);
}
/* y = x / 2 (1 + erf(x / sqrt 2)) */
inline value gelu(const value &x, wg_gelu_args o = wg_gelu_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_gelu_at(WG_SITE, &o), x);
}
/* y = a + b */
inline value add(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_add_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y = a - b */
inline value sub(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_sub_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y = a b */
inline value mul(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_mul_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y = a / b; of integers: float */
inline value div(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_div_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y = a^b; d/db is 0 where a = 0 */
inline value pow(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_pow_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* the larger of two; of equals each gets half the gradient */
inline value maximum(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_maximum_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* the smaller of two; of equals each gets half the gradient */
inline value minimum(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_minimum_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y = the angle of the point (b, a), in radians */
inline value atan2(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_atan2_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* a / b, rounded down */
inline value floor_divide(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_floor_divide_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y = a mod b, with the sign of b */
inline value remainder(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_remainder_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* the same, with the sign of a */
inline value fmod(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_fmod_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y = low where x < low, high where x > high, else x */
inline value clip(const operand &x, const operand &low, const operand &high, WG_CALLER)
{
    return detail::made(wg_clip_at(WG_SITE, x.n, low.n, high.n), x.n, low.n, high.n);
}
/* x[0] + x[1] + ..., in this order; all of one shape and dtype */
inline value addn(const std::vector<value> &x, WG_CALLER)
{
    const std::vector<wg_node> x_ = detail::nodes(x);
    return detail::made(wg_addn_at(WG_SITE, x_.data(), static_cast<int>(x.size())), x);
}
/* true where a = b */
inline value equal(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_equal_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where a differs from b */
inline value not_equal(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_not_equal_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where a < b */
inline value less(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_less_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where a <= b */
inline value less_equal(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_less_equal_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where a > b */
inline value greater(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_greater_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where a >= b */
inline value greater_equal(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_greater_equal_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* What is not 0 is true */
inline value logical_and(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_logical_and_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where one is, or both are */
inline value logical_or(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_logical_or_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where one is, but not both */
inline value logical_xor(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_logical_xor_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* true where x is 0 */
inline value logical_not(const value &x, WG_CALLER)
{
    return detail::made(wg_logical_not_at(WG_SITE, x), x);
}
/* a where c is true, else b */
inline value where(const operand &c, const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_where_at(WG_SITE, c.n, a.n, b.n), c.n, a.n, b.n);
}
/* the sum along axes */
inline value sum(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_sum_at(WG_SITE, &o), x);
}
template <class = void> inline value sum(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return sum(x, o, at);
}
template <class B, class = if_bool<B>> inline value sum(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return sum(x, o, at);
}
/* the mean along axes */
inline value mean(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_mean_at(WG_SITE, &o), x);
}
template <class = void> inline value mean(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return mean(x, o, at);
}
template <class B, class = if_bool<B>> inline value mean(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return mean(x, o, at);
}
/* the largest along axes; the first of equals gets the gradient */
inline value max(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_max_at(WG_SITE, &o), x);
}
template <class = void> inline value max(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return max(x, o, at);
}
template <class B, class = if_bool<B>> inline value max(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return max(x, o, at);
}
/* the smallest along axes; the first of equals gets the gradient */
inline value min(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_min_at(WG_SITE, &o), x);
}
template <class = void> inline value min(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return min(x, o, at);
}
template <class B, class = if_bool<B>> inline value min(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return min(x, o, at);
}
/* the product along axes */
inline value prod(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_prod_at(WG_SITE, &o), x);
}
template <class = void> inline value prod(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return prod(x, o, at);
}
template <class B, class = if_bool<B>> inline value prod(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return prod(x, o, at);
}
/* bool: an element is not 0 */
inline value any_of(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_any_of_at(WG_SITE, &o), x);
}
template <class = void> inline value any_of(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return any_of(x, o, at);
}
template <class B, class = if_bool<B>> inline value any_of(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return any_of(x, o, at);
}
/* bool: no element is 0 */
inline value all_of(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_all_of_at(WG_SITE, &o), x);
}
template <class = void> inline value all_of(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return all_of(x, o, at);
}
template <class B, class = if_bool<B>> inline value all_of(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return all_of(x, o, at);
}
/* ln sum e^x, without overflow */
inline value logsumexp(const value &x, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_logsumexp_at(WG_SITE, &o), x);
}
template <class = void> inline value logsumexp(
    const value &x, const wg::axes &axes, wg_reduce_args o = wg_reduce_args(), WG_CALLER)
{
    o.axes = axes; return logsumexp(x, o, at);
}
template <class B, class = if_bool<B>> inline value logsumexp(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_reduce_args o; o.axes = axes; o.keepdims = keepdims; return logsumexp(x, o, at);
}
/* mean squared deviation */
inline value var(const value &x, wg_var_args o = wg_var_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_var_at(WG_SITE, &o), x);
}
template <class = void> inline value var(
    const value &x, const wg::axes &axes, wg_var_args o = wg_var_args(), WG_CALLER)
{
    o.axes = axes; return var(x, o, at);
}
template <class B, class = if_bool<B>> inline value var(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_var_args o; o.axes = axes; o.keepdims = keepdims; return var(x, o, at);
}
/* sqrt of var, y' = 0 where it is 0 */
inline value std(const value &x, wg_var_args o = wg_var_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_std_at(WG_SITE, &o), x);
}
template <class = void> inline value std(
    const value &x, const wg::axes &axes, wg_var_args o = wg_var_args(), WG_CALLER)
{
    o.axes = axes; return std(x, o, at);
}
template <class B, class = if_bool<B>> inline value std(
    const value &x, const wg::axes &axes, B keepdims, WG_CALLER)
{
    wg_var_args o; o.axes = axes; o.keepdims = keepdims; return std(x, o, at);
}
/* (sum |x|^p)^(1/p) */
inline value norm(const value &x, wg_norm_args o = wg_norm_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_norm_at(WG_SITE, &o), x);
}
/* The index of the largest element, i64; of equals the first */
inline value argmax(const value &x, wg_axis_args o = wg_axis_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_argmax_at(WG_SITE, &o), x);
}
template <class = void> inline value argmax(
    const value &x, int axis, wg_axis_args o = wg_axis_args(), WG_CALLER)
{
    o.axis = axis; return argmax(x, o, at);
}
/* likewise of the smallest */
inline value argmin(const value &x, wg_axis_args o = wg_axis_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_argmin_at(WG_SITE, &o), x);
}
template <class = void> inline value argmin(
    const value &x, int axis, wg_axis_args o = wg_axis_args(), WG_CALLER)
{
    o.axis = axis; return argmin(x, o, at);
}
/* y[i] = x[0] + ... + x[i] along axis; of integers and bools i64 */
inline value cumsum(const value &x, wg_cumsum_args o = wg_cumsum_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_cumsum_at(WG_SITE, &o), x);
}
template <class = void> inline value cumsum(
    const value &x, int axis, wg_cumsum_args o = wg_cumsum_args(), WG_CALLER)
{
    o.axis = axis; return cumsum(x, o, at);
}
/* likewise x[0] x[1] ... x[i] */
inline value cumprod(const value &x, wg_cumsum_args o = wg_cumsum_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_cumprod_at(WG_SITE, &o), x);
}
template <class = void> inline value cumprod(
    const value &x, int axis, wg_cumsum_args o = wg_cumsum_args(), WG_CALLER)
{
    o.axis = axis; return cumprod(x, o, at);
}
/* y[i] = ln (e^x[0] + ... + e^x[i]) along axis, without overflow */
inline value logcumsumexp(const value &x, wg_logcumsumexp_args o = wg_logcumsumexp_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_logcumsumexp_at(WG_SITE, &o), x);
}
template <class = void> inline value logcumsumexp(
    const value &x, int axis, wg_logcumsumexp_args o = wg_logcumsumexp_args(), WG_CALLER)
{
    o.axis = axis; return logcumsumexp(x, o, at);
}
/* y[i] = a[i] y[i - 1] + b[i] along axis, y[0] = b[0] */
inline value linear_scan(
    const operand &x, const operand &b, wg_linear_scan_args o = wg_linear_scan_args(), WG_CALLER)
{
    o.x = x.n; o.b = b.n; return detail::made(wg_linear_scan_at(WG_SITE, &o), x.n, b.n);
}
/* x, repeated to this shape */
inline value broadcast_to(const value &x, const wg::shape &s, WG_CALLER)
{
    return detail::made(wg_broadcast_to_at(WG_SITE, x, s), x);
}
/* sums what broadcasting would repeat */
inline value sum_to(const value &x, const wg::shape &s, WG_CALLER)
{
    return detail::made(wg_sum_to_at(WG_SITE, x, s), x);
}
/* y[i...] = x[rows[i...]], along axis 0 */
inline value gather(const operand &x, const operand &rows, WG_CALLER)
{
    return detail::made(wg_gather_at(WG_SITE, x.n, rows.n), x.n, rows.n);
}
/* y = e^x / sum of e^x along axis */
inline value softmax(const value &x, wg_softmax_args o = wg_softmax_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_softmax_at(WG_SITE, &o), x);
}
template <class = void> inline value softmax(
    const value &x, int axis, wg_softmax_args o = wg_softmax_args(), WG_CALLER)
{
    o.axis = axis; return softmax(x, o, at);
}
/* the logarithm of softmax, without overflow */
inline value log_softmax(const value &x, wg_softmax_args o = wg_softmax_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_log_softmax_at(WG_SITE, &o), x);
}
template <class = void> inline value log_softmax(
    const value &x, int axis, wg_softmax_args o = wg_softmax_args(), WG_CALLER)
{
    o.axis = axis; return log_softmax(x, o, at);
}
/* In WG_TRAIN each element becomes 0 or x / keep_prob, drawn anew in each evaluation */
inline value dropout(const value &x, wg_dropout_args o = wg_dropout_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_dropout_at(WG_SITE, &o), x);
}
/* x; derivatives take it as a constant */
inline value stop_gradient(const value &x, WG_CALLER)
{
    return detail::made(wg_stop_gradient_at(WG_SITE, x), x);
}
/* Cross-entropy of softmax(x), x: logits */
inline value softmax_cross_entropy(
    const operand &x, const operand &y, wg_class_loss_args o = wg_class_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_softmax_cross_entropy_at(WG_SITE, &o), x.n, y.n);
}
/* The same of logarithms of probabilities x, such as wg_log_softmax makes */
inline value nll(const operand &x, const operand &y, wg_class_loss_args o = wg_class_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_nll_at(WG_SITE, &o), x.n, y.n);
}
/* Binary cross-entropy of predicted probabilities x against targets y, of equal shapes: -(y ln x ... */
inline value binary_cross_entropy(
    const operand &x, const operand &y, wg_loss_args o = wg_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_binary_cross_entropy_at(WG_SITE, &o), x.n, y.n);
}
/* The same of each element, without a sum or mean: of a probability p and a target t, which broadcast */
inline value bce(const operand &p, const operand &t, WG_CALLER)
{
    return detail::made(wg_bce_at(WG_SITE, p.n, t.n), p.n, t.n);
}
/* binary_cross_entropy of the probabilities sigmoid(x), without overflow */
inline value bce_with_logits(const operand &x, const operand &y, wg_loss_args o = wg_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_bce_with_logits_at(WG_SITE, &o), x.n, y.n);
}
/* Kullback and Leibler's divergence of rows, along the last axis: sum y (ln y - x) */
inline value kl(const operand &x, const operand &y, wg_loss_args o = wg_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_kl_at(WG_SITE, &o), x.n, y.n);
}
/* squared error (x - y)^2, of equal shapes */
inline value mse(const operand &x, const operand &y, wg_loss_args o = wg_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_mse_at(WG_SITE, &o), x.n, y.n);
}
/* absolute error |x - y|, of equal shapes */
inline value mae(const operand &x, const operand &y, wg_loss_args o = wg_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_mae_at(WG_SITE, &o), x.n, y.n);
}
/* max(1 - x y, 0) of a score x against a target y, -1 or 1, of equal shapes */
inline value hinge(const operand &x, const operand &y, wg_loss_args o = wg_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_hinge_at(WG_SITE, &o), x.n, y.n);
}
/* d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2); d = x - y */
inline value huber(const operand &x, const operand &y, wg_huber_args o = wg_huber_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_huber_at(WG_SITE, &o), x.n, y.n);
}
/* The same divided by delta: d^2 / (2 delta) where |d| <= delta, else |d| - delta / 2 */
inline value smooth_l1(const operand &x, const operand &y, wg_huber_args o = wg_huber_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_smooth_l1_at(WG_SITE, &o), x.n, y.n);
}
/* The cosine of the angle between the vectors along an axis */
inline value cosine_similarity(
    const operand &x, const operand &y, wg_cosine_args o = wg_cosine_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_cosine_similarity_at(WG_SITE, &o), x.n, y.n);
}
/* 1 - that cosine, along the last axis */
inline value cosine_loss(const operand &x, const operand &y, wg_loss_args o = wg_loss_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_cosine_loss_at(WG_SITE, &o), x.n, y.n);
}
/* max(|x - positive| - |x - negative| + margin, 0) */
inline value triplet(
    const operand &x, const operand &positive, const operand &negative, wg_triplet_args o =
        wg_triplet_args(), WG_CALLER)
{
    o.x = x.n; o.positive = positive.n; o.negative = negative.n;
    return detail::made(wg_triplet_at(WG_SITE, &o), x.n, positive.n, negative.n);
}
/* The share of rows whose largest logit is at the class number, or at the largest probability, of y */
inline value accuracy(const operand &logits, const operand &y, WG_CALLER)
{
    return detail::made(wg_accuracy_at(WG_SITE, logits.n, y.n), logits.n, y.n);
}
/* lambda / 2 times the sum of w^2 over the parameters of p in g that have two or more axes */
inline value l2(wg_params *p, double lambda, WG_CALLER)
{
    return detail::made(wg_l2_at(WG_SITE, detail::current_graph(), p, lambda));
}
inline value l2(const graph &g, wg_params *p, double lambda, WG_CALLER)
{
    return detail::made(wg_l2_at(WG_SITE, detail::raw(g), p, lambda));
}
/* [..., m, k] @ [..., k, n] is [..., m, n]; leading axes broadcast */
inline value matmul(const operand &x, const operand &y, wg_matmul_args o = wg_matmul_args(), WG_CALLER)
{
    o.x = x.n; o.y = y.n; return detail::made(wg_matmul_at(WG_SITE, &o), x.n, y.n);
}
/* sum of all elements of a b; equal shapes */
inline value dot(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_dot_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* y[i..., j...] = a[i...] b[j...] */
inline value outer(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_outer_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* x @ W + b; b may be wg_none */
inline value dense(const operand &x, const operand &W, const operand &b, WG_CALLER)
{
    return detail::made(wg_dense_at(WG_SITE, x.n, W.n, b.n), x.n, W.n, b.n);
}
/* x with its axes in another order */
inline value transpose(const value &x, wg_transpose_args o = wg_transpose_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_transpose_at(WG_SITE, &o), x);
}
template <class = void> inline value transpose(
    const value &x, const wg::axes &axes, wg_transpose_args o = wg_transpose_args(), WG_CALLER)
{
    o.axes = axes; return transpose(x, o, at);
}
/* the last two axes swapped: matrices transposed */
inline value swap(const value &x, WG_CALLER) { return detail::made(wg_swap_at(WG_SITE, x), x); }
/* x at `index` of axis, which is dropped */
inline value select(const value &x, wg_select_args o = wg_select_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_select_at(WG_SITE, &o), x);
}
template <class = void> inline value select(
    const value &x, int axis, int64_t index, wg_select_args o = wg_select_args(), WG_CALLER)
{
    o.axis = axis; o.index = index; return select(x, o, at);
}
/* x[0], then x[1], ... along axis */
inline value concat(const std::vector<value> &x, wg_join_args o = wg_join_args(), WG_CALLER)
{
    const std::vector<wg_node> x_ = detail::nodes(x); o.x = x_.data(); o.n = static_cast<int>(x.size());
    return detail::made(wg_concat_at(WG_SITE, &o), x);
}
template <class = void> inline value concat(
    const std::vector<value> &x, int axis, wg_join_args o = wg_join_args(), WG_CALLER)
{
    o.axis = axis; return concat(x, o, at);
}
/* equal shapes, as parts of a new axis */
inline value stack(const std::vector<value> &x, wg_join_args o = wg_join_args(), WG_CALLER)
{
    const std::vector<wg_node> x_ = detail::nodes(x); o.x = x_.data(); o.n = static_cast<int>(x.size());
    return detail::made(wg_stack_at(WG_SITE, &o), x);
}
template <class = void> inline value stack(
    const std::vector<value> &x, int axis, wg_join_args o = wg_join_args(), WG_CALLER)
{
    o.axis = axis; return stack(x, o, at);
}
/* x, moved by `shift` places along axis; what leaves one end comes in at the other */
inline value roll(const value &x, wg_roll_args o = wg_roll_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_roll_at(WG_SITE, &o), x);
}
template <class = void> inline value roll(
    const value &x, int64_t shift, int axis, wg_roll_args o = wg_roll_args(), WG_CALLER)
{
    o.shift = shift; o.axis = axis; return roll(x, o, at);
}
template <class = void> inline value roll(
    const value &x, int64_t shift, wg_roll_args o = wg_roll_args(), WG_CALLER)
{
    o.shift = shift; return roll(x, o, at);
}
/* each element of x `count` times along axis */
inline value repeat(const value &x, wg_repeat_args o = wg_repeat_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_repeat_at(WG_SITE, &o), x);
}
template <class = void> inline value repeat(
    const value &x, int64_t count, int axis, wg_repeat_args o = wg_repeat_args(), WG_CALLER)
{
    o.count = count; o.axis = axis; return repeat(x, o, at);
}
template <class = void> inline value repeat(
    const value &x, int64_t count, wg_repeat_args o = wg_repeat_args(), WG_CALLER)
{
    o.count = count; return repeat(x, o, at);
}
/* x, `counts` times one behind the other */
inline value tile(const value &x, wg_tile_args o = wg_tile_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_tile_at(WG_SITE, &o), x);
}
template <class = void> inline value tile(
    const value &x, const wg::shape &counts, wg_tile_args o = wg_tile_args(), WG_CALLER)
{
    o.counts = counts; return tile(x, o, at);
}
/* i64, shaped as x: 0, 1, 2, ... along axis */
inline value index_along(const value &x, wg_index_along_args o = wg_index_along_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_index_along_at(WG_SITE, &o), x);
}
template <class = void> inline value index_along(
    const value &x, int axis, wg_index_along_args o = wg_index_along_args(), WG_CALLER)
{
    o.axis = axis; return index_along(x, o, at);
}
/* y[..., i] = x[..., i, i] */
inline value diagonal(const value &x, WG_CALLER) { return detail::made(wg_diagonal_at(WG_SITE, x), x); }
/* x in reverse order along axes */
inline value flip(const value &x, wg_axes_args o = wg_axes_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_flip_at(WG_SITE, &o), x);
}
template <class = void> inline value flip(
    const value &x, const wg::axes &axes, wg_axes_args o = wg_axes_args(), WG_CALLER)
{
    o.axes = axes; return flip(x, o, at);
}
/* the result has these axes more, of size 1 */
inline value expand_dims(const value &x, wg_axes_args o = wg_axes_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_expand_dims_at(WG_SITE, &o), x);
}
template <class = void> inline value expand_dims(
    const value &x, const wg::axes &axes, wg_axes_args o = wg_axes_args(), WG_CALLER)
{
    o.axes = axes; return expand_dims(x, o, at);
}
/* x without these axes, whose size is 1 */
inline value squeeze(const value &x, wg_squeeze_args o = wg_squeeze_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_squeeze_at(WG_SITE, &o), x);
}
template <class = void> inline value squeeze(
    const value &x, const wg::axes &axes, wg_squeeze_args o = wg_squeeze_args(), WG_CALLER)
{
    o.axes = axes; return squeeze(x, o, at);
}
/* x with more elements before and behind along axis */
inline value pad(const value &x, wg_pad_args o = wg_pad_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_pad_at(WG_SITE, &o), x);
}
/* x[i, j] where j - i <= offset, else 0 */
inline value tril(const value &x, wg_triangle_args o = wg_triangle_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_tril_at(WG_SITE, &o), x);
}
/* x[i, j] where j - i >= offset, else 0 */
inline value triu(const value &x, wg_triangle_args o = wg_triangle_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_triu_at(WG_SITE, &o), x);
}
/* y[..., i..., ...] = x[..., indices[i...], ...]: the axes of the indices take the place of the axis */
inline value take(const operand &x, const operand &indices, wg_take_args o = wg_take_args(), WG_CALLER)
{
    o.x = x.n; o.indices = indices.n; return detail::made(wg_take_at(WG_SITE, &o), x.n, indices.n);
}
template <class = void> inline value take(
    const operand &x, const operand &indices, int axis, wg_take_args o = wg_take_args(), WG_CALLER)
{
    o.axis = axis; return take(x, indices, o, at);
}
/* y[..., i, ...] = x[..., indices[..., i, ...], ...] */
inline value take_along(
    const operand &x, const operand &indices, wg_take_args o = wg_take_args(), WG_CALLER)
{
    o.x = x.n; o.indices = indices.n;
    return detail::made(wg_take_along_at(WG_SITE, &o), x.n, indices.n);
}
template <class = void> inline value take_along(
    const operand &x, const operand &indices, int axis, wg_take_args o = wg_take_args(), WG_CALLER)
{
    o.axis = axis; return take_along(x, indices, o, at);
}
/* x, with v added at the elements that wg_take (wg_take_along) with these indices would choose */
inline value scatter_add(
    const operand &x, const operand &indices, const operand &v, wg_scatter_add_args o =
        wg_scatter_add_args(), WG_CALLER)
{
    o.x = x.n; o.indices = indices.n; o.v = v.n;
    return detail::made(wg_scatter_add_at(WG_SITE, &o), x.n, indices.n, v.n);
}
/* x, with v added at the elements that wg_take_along would choose */
inline value scatter_add_along(
    const operand &x, const operand &indices, const operand &v, wg_scatter_add_args o =
        wg_scatter_add_args(), WG_CALLER)
{
    o.x = x.n; o.indices = indices.n; o.v = v.n;
    return detail::made(wg_scatter_add_along_at(WG_SITE, &o), x.n, indices.n, v.n);
}
/* i64 [count]: the numbers of the true elements of a bool tensor, in order, counted over all axes */
inline value nonzero(const value &x, wg_nonzero_args o = wg_nonzero_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_nonzero_at(WG_SITE, &o), x);
}
template <class = void> inline value nonzero(
    const value &x, int64_t count, wg_nonzero_args o = wg_nonzero_args(), WG_CALLER)
{
    o.count = count; return nonzero(x, o, at);
}
/* The elements of the axis in order */
inline value sort(const value &x, wg_sort_args o = wg_sort_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_sort_at(WG_SITE, &o), x);
}
template <class = void> inline value sort(
    const value &x, int axis, wg_sort_args o = wg_sort_args(), WG_CALLER)
{
    o.axis = axis; return sort(x, o, at);
}
/* the numbers alone */
inline value argsort(const value &x, wg_sort_args o = wg_sort_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_argsort_at(WG_SITE, &o), x);
}
template <class = void> inline value argsort(
    const value &x, int axis, wg_sort_args o = wg_sort_args(), WG_CALLER)
{
    o.axis = axis; return argsort(x, o, at);
}
/* The `count` largest elements of the axis, in decreasing order; or the smallest, in increasing order */
inline value topk(const value &x, wg_topk_args o = wg_topk_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_topk_at(WG_SITE, &o), x);
}
template <class = void> inline value topk(
    const value &x, int64_t count, int axis, wg_topk_args o = wg_topk_args(), WG_CALLER)
{
    o.count = count; o.axis = axis; return topk(x, o, at);
}
template <class = void> inline value topk(
    const value &x, int64_t count, wg_topk_args o = wg_topk_args(), WG_CALLER)
{
    o.count = count; return topk(x, o, at);
}
/* normal random numbers */
inline value random_normal(
    const wg::shape &shape, wg_random_normal_args o = wg_random_normal_args(), WG_CALLER)
{
    o.x = detail::current_graph(); o.shape = shape;
    return detail::made(wg_random_normal_at(WG_SITE, &o));
}
inline value random_normal(
    const graph &g, const wg::shape &shape, wg_random_normal_args o = wg_random_normal_args(), WG_CALLER)
{
    o.x = detail::raw(g); o.shape = shape; return detail::made(wg_random_normal_at(WG_SITE, &o));
}
/* Of [low, high) */
inline value random_uniform(
    const wg::shape &shape, wg_random_uniform_args o = wg_random_uniform_args(), WG_CALLER)
{
    o.x = detail::current_graph(); o.shape = shape;
    return detail::made(wg_random_uniform_at(WG_SITE, &o));
}
inline value random_uniform(
    const graph &g, const wg::shape &shape, wg_random_uniform_args o = wg_random_uniform_args(), WG_CALLER)
{
    o.x = detail::raw(g); o.shape = shape; return detail::made(wg_random_uniform_at(WG_SITE, &o));
}
/* bool: true with probability p, a number or a node that broadcasts to the shape */
inline value bernoulli(const wg::shape &s, const value &p, WG_CALLER)
{
    return detail::made(wg_bernoulli_at(WG_SITE, detail::current_graph(), s, p), p);
}
inline value bernoulli(const graph &g, const wg::shape &s, const value &p, WG_CALLER)
{
    return detail::made(wg_bernoulli_at(WG_SITE, detail::raw(g), s, p), p);
}
/* i64 [...]: class numbers with the probabilities softmax(x) */
inline value categorical(const value &x, wg_categorical_args o = wg_categorical_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_categorical_at(WG_SITE, &o), x);
}
/* `count` numbers at equal distances, from `from` to `to`, both included */
inline value linspace(double from, double to, wg_linspace_args o = wg_linspace_args(), WG_CALLER)
{
    o.x = detail::current_graph(); o.from = from; o.to = to;
    return detail::made(wg_linspace_at(WG_SITE, &o));
}
inline value linspace(
    const graph &g, double from, double to, wg_linspace_args o = wg_linspace_args(), WG_CALLER)
{
    o.x = detail::raw(g); o.from = from; o.to = to; return detail::made(wg_linspace_at(WG_SITE, &o));
}
template <class = void> inline value linspace(
    double from, double to, int64_t count, wg_linspace_args o = wg_linspace_args(), WG_CALLER)
{
    o.count = count; return linspace(from, to, o, at);
}
/* A new axis of size count: 1 at the class number, else 0, in the context's dtype */
inline value one_hot(const value &x, wg_one_hot_args o = wg_one_hot_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_one_hot_at(WG_SITE, &o), x);
}
template <class = void> inline value one_hot(
    const value &x, int64_t count, wg_one_hot_args o = wg_one_hot_args(), WG_CALLER)
{
    o.count = count; return one_hot(x, o, at);
}
/* gamma (x - mean) / sqrt(variance + eps) + beta, for each feature */
template <class = void> inline value batch_norm(
    const operand &x, const operand &gamma, const operand &beta, const operand &mean, const operand
        &variance, wg_batch_norm_args o = wg_batch_norm_args(), WG_CALLER)
{
    o.x = x.n; o.gamma = gamma.n; o.beta = beta.n; o.mean = mean.n; o.variance = variance.n;
    return detail::made(wg_batch_norm_at(WG_SITE, &o), x.n, gamma.n, beta.n);
}
inline value batch_norm(
    const operand &x, const operand &gamma, const operand &beta, wg_batch_norm_args o =
        wg_batch_norm_args(), WG_CALLER)
{
    return batch_norm(x, gamma, beta, operand(), operand(), o, at);
}
/* The same for each row: mean and variance are over the last axis, or over other axes that you name */
inline value layer_norm(
    const operand &x, const operand &gamma, const operand &beta, wg_layer_norm_args o =
        wg_layer_norm_args(), WG_CALLER)
{
    o.x = x.n; o.gamma = gamma.n; o.beta = beta.n;
    return detail::made(wg_layer_norm_at(WG_SITE, &o), x.n, gamma.n, beta.n);
}
/* gamma x / sqrt(mean(x^2) + eps), the mean over the last axis or over axes that you name */
inline value rms_norm(
    const operand &x, const operand &gamma, wg_rms_norm_args o = wg_rms_norm_args(), WG_CALLER)
{
    o.x = x.n; o.gamma = gamma.n; return detail::made(wg_rms_norm_at(WG_SITE, &o), x.n, gamma.n);
}
/* gamma (x - mean) / sqrt(variance + eps) + beta */
inline value group_norm(
    const operand &x, const operand &gamma, const operand &beta, int groups, wg_group_norm_args o =
        wg_group_norm_args(), WG_CALLER)
{
    o.x = x.n; o.gamma = gamma.n; o.beta = beta.n; o.groups = groups;
    return detail::made(wg_group_norm_at(WG_SITE, &o), x.n, gamma.n, beta.n);
}
/* wg_group_norm with a group for each channel */
inline value instance_norm(
    const operand &x, const operand &gamma, const operand &beta, int groups, wg_group_norm_args o =
        wg_group_norm_args(), WG_CALLER)
{
    o.x = x.n; o.gamma = gamma.n; o.beta = beta.n; o.groups = groups;
    return detail::made(wg_instance_norm_at(WG_SITE, &o), x.n, gamma.n, beta.n);
}
/* Along each of the axes, from n to m elements */
inline value resize(const value &x, const wg::shape &shape, wg_resize_args o = wg_resize_args(), WG_CALLER)
{
    o.x = x; o.shape = shape; return detail::made(wg_resize_at(WG_SITE, &o), x);
}
/* W is [..., channels / groups, results], not turned: y[i] = sum of x[i stride + k dilation - ... */
inline value conv(const operand &x, const operand &W, wg_conv_args o = wg_conv_args(), WG_CALLER)
{
    o.x = x.n; o.W = W.n; return detail::made(wg_conv_at(WG_SITE, &o), x.n, W.n);
}
/* The adjoint of wg_conv by x, with the same W and options: W is [..., results / groups, channels] */
inline value conv_transpose(const operand &x, const operand &W, wg_conv_args o = wg_conv_args(), WG_CALLER)
{
    o.x = x.n; o.W = W.n; return detail::made(wg_conv_transpose_at(WG_SITE, &o), x.n, W.n);
}
/* The largest element of each window */
inline value max_pool(const value &x, wg_pool_args o = wg_pool_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_max_pool_at(WG_SITE, &o), x);
}
/* the mean of each window */
inline value avg_pool(const value &x, wg_pool_args o = wg_pool_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_avg_pool_at(WG_SITE, &o), x);
}
/* Window i has the elements from floor(i n / size) to ceil((i + 1) n / size) */
inline value adaptive_pool(const value &x, wg_adaptive_pool_args o = wg_adaptive_pool_args(), WG_CALLER)
{
    o.x = x; return detail::made(wg_adaptive_pool_at(WG_SITE, &o), x);
}
/* y = softmax(scale q @ k^T) @ v for each head (Vaswani et al */
template <class = void> inline value attention(
    const operand &x, const operand &k, const operand &v, const operand &mask, wg_attention_args o =
        wg_attention_args(), WG_CALLER)
{
    o.x = x.n; o.k = k.n; o.v = v.n; o.mask = mask.n;
    return detail::made(wg_attention_at(WG_SITE, &o), x.n, k.n, v.n);
}
inline value attention(
    const operand &x, const operand &k, const operand &v, wg_attention_args o = wg_attention_args(),
        WG_CALLER)
{
    return attention(x, k, v, operand(), o, at);
}
/* The lower triangle L with L L^T = x */
inline value cholesky(const value &x, WG_CALLER) { return detail::made(wg_cholesky_at(WG_SITE, x), x); }
/* y with x y = b */
inline value triangular_solve(
    const operand &x, const operand &b, wg_triangular_solve_args o = wg_triangular_solve_args(), WG_CALLER)
{
    o.x = x.n; o.b = b.n; return detail::made(wg_triangular_solve_at(WG_SITE, &o), x.n, b.n);
}
/* y with a y = b */
inline value solve(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_solve_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* to solve equations wg_solve is faster and more exact */
inline value inverse(const value &x, WG_CALLER) { return detail::made(wg_inverse_at(WG_SITE, x), x); }
/* the determinant */
inline value det(const value &x, WG_CALLER) { return detail::made(wg_det_at(WG_SITE, x), x); }
/* its logarithm; a determinant below 0 is an error */
inline value logdet(const value &x, WG_CALLER) { return detail::made(wg_logdet_at(WG_SITE, x), x); }
/* The sign (1, 0 or -1) and the logarithm of the absolute value */
inline slogdet_parts slogdet(const value &x, WG_CALLER)
{
    wg_node sign_ = wg_node(); wg_node log_ = wg_node();
    wg_slogdet_at(WG_SITE, x, &sign_, &log_); detail::made(sign_, x); return slogdet_parts{ sign_, log_ };
}
/* Several results */
inline eigh_parts eigh(const value &x, WG_CALLER)
{
    wg_node values_ = wg_node(); wg_node vectors_ = wg_node();
    wg_eigh_at(WG_SITE, x, &values_, &vectors_); detail::made(values_, x); return eigh_parts{ values_,
        vectors_ };
}
/* qr: x = Q R for x [..., m, n], with k the smaller of m and n: Q [..., m, k], whose columns are ... */
inline qr_parts qr(const value &x, WG_CALLER)
{
    wg_node q_ = wg_node(); wg_node r_ = wg_node();
    wg_qr_at(WG_SITE, x, &q_, &r_); detail::made(q_, x); return qr_parts{ q_, r_ };
}
/* svd: x = U diag(s) V^T for x [..., m, n]: U [..., m, k], singular values s [..., k], ... */
inline svd_parts svd(const value &x, WG_CALLER)
{
    wg_node u_ = wg_node(); wg_node s_ = wg_node(); wg_node vt_ = wg_node();
    wg_svd_at(WG_SITE, x, &u_, &s_, &vt_); detail::made(u_, x); return svd_parts{ u_, s_, vt_ };
}
/* The y for which the sum of (a y - b)^2 is smallest */
inline value lstsq(const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_lstsq_at(WG_SITE, a.n, b.n), a.n, b.n);
}
/* gy' J, with J = d y / d x, in the shapes of x */
inline std::vector<value> vjp(const operand &y, const operand &gy, const std::vector<value> &x, WG_CALLER)
{
    const std::vector<wg_node> x_ = detail::nodes(x); std::vector<wg_node> gx_(x.size());
    wg_vjp_at(WG_SITE, y.n, gy.n, x_.data(), static_cast<int>(x.size()), gx_.data()); for (wg_node made :
        gx_) { detail::made(made, x); } return std::vector<value>(gx_.begin(), gx_.end());
}
/* J v, in the shape of y: forward mode */
inline value jvp(const value &y, const std::vector<value> &x, const std::vector<value> &v, WG_CALLER)
{
    const std::vector<wg_node> x_ = detail::nodes(x); const std::vector<wg_node> v_ = detail::nodes(v);
    return detail::made(wg_jvp_at(WG_SITE, y, x_.data(), v_.data(), static_cast<int>(x.size())), x);
}
/* H v, with H the second derivatives of a scalar y by x */
inline std::vector<value> hvp(
    const value &y, const std::vector<value> &x, const std::vector<value> &v, WG_CALLER)
{
    const std::vector<wg_node> x_ = detail::nodes(x); const std::vector<wg_node> v_ = detail::nodes(v);
    std::vector<wg_node> hv_(x.size());
    wg_hvp_at(WG_SITE, y, x_.data(), v_.data(), static_cast<int>(x.size()), hv_.data()); for (wg_node made
        : hv_) { detail::made(made, x); } return std::vector<value>(hv_.begin(), hv_.end());
}
/* The Jacobian d y / d x: its shape is that of y followed by that of x */
inline value jacobian(const operand &y, const operand &x, WG_CALLER)
{
    return detail::made(wg_jacobian_at(WG_SITE, y.n, x.n), y.n, x.n);
}
/* The elements of the Jacobian d y / d x at the places p, as a vector of p.count elements */
inline value jacobian_sparse(const operand &y, const operand &x, wg_pattern p, WG_CALLER)
{
    return detail::made(wg_jacobian_sparse_at(WG_SITE, y.n, x.n, p), y.n, x.n);
}
/* y for many values of x at once */
inline value vmap(const operand &y, const operand &x, const operand &rows, WG_CALLER)
{
    return detail::made(wg_vmap_at(WG_SITE, y.n, x.n, rows.n), y.n, x.n, rows.n);
}
/* The same of ny nodes y for nx nodes x, in one walk */
inline std::vector<value> vmaps(
    const std::vector<value> &y, const std::vector<value> &x, const std::vector<value> &rows, WG_CALLER)
{
    const std::vector<wg_node> y_ = detail::nodes(y); const std::vector<wg_node> x_ = detail::nodes(x);
    const std::vector<wg_node> rows_ = detail::nodes(rows); std::vector<wg_node> to_(y.size());
    wg_vmaps_at(WG_SITE, y_.data(), static_cast<int>(y.size()), x_.data(), rows_.data(),
        static_cast<int>(rows.size()), to_.data()); for (wg_node made : to_) { detail::made(made, y); }
        return std::vector<value>(to_.begin(), to_.end());
}
/* x */
inline value settled(
    const operand &x, const operand &before, wg_settled_args o = wg_settled_args(), WG_CALLER)
{
    o.x = x.n; o.before = before.n; return detail::made(wg_settled_at(WG_SITE, &o), x.n, before.n);
}
/* First values that are all the same */
inline wg_init constant(double value) { return wg_const(value); }
/* First values from a normal distribution */
inline wg_init normal(double mean, double deviation) { return wg_normal(mean, deviation); }
/* First values from a uniform distribution */
inline wg_init uniform(double low, double high) { return wg_uniform(low, high); }
/* normal, variance 1 / n_in (LeCun et al */
inline wg_init xavier() { return wg_xavier(); }
/* normal, variance 2 / n_in (He et al */
inline wg_init he() { return wg_he(); }
/* normal, variance 2 / (n_in + n_out) (Glorot and Bengio 2010) */
inline wg_init glorot() { return wg_glorot(); }
/* Normal numbers within two standard deviations of the mean */
inline wg_init truncated_normal(double mean, double deviation)
{
    return wg_truncated_normal(mean, deviation);
}
/* Uniformly distributed among such matrices (Saxe, McClelland and Ganguli 2014) */
inline wg_init orthogonal() { return wg_orthogonal(); }
/* 1 where both indices are equal, else 0; for two axes */
inline wg_init identity() { return wg_identity(); }
/* Each column, which has the weights of one output, has so large a share of zeros (Martens 2010) */
inline wg_init sparse(double zeros, double deviation) { return wg_sparse(zeros, deviation); }
/* lr at all times */
inline double lr_constant(double lr, double t) { return wg_lr_constant(lr, t); }
/* lr / (1 + decay t) */
inline double lr_inverse(double lr, double decay, double t) { return wg_lr_inverse(lr, decay, t); }
/* lr factor^t */
inline double lr_exponential(double lr, double factor, double t)
{
    return wg_lr_exponential(lr, factor, t);
}
/* lr / sqrt(t + 1) */
inline double lr_root(double lr, double t) { return wg_lr_root(lr, t); }
/* lr factor^floor(t / every) */
inline double lr_staircase(double lr, double factor, double every, double t)
{
    return wg_lr_staircase(lr, factor, every, t);
}
/* From lr at 0 to 0 at `steps`, and 0 afterwards: lr (1 + cos(pi t / steps)) / 2 (Loshchilov and ... */
inline double lr_cosine(double lr, double t, double steps) { return wg_lr_cosine(lr, t, steps); }
/* lr (t + 1) / steps until that is lr, then lr */
inline double lr_warm_up(double lr, double t, double steps) { return wg_lr_warm_up(lr, t, steps); }
/* One cycle (Smith 2018): by half a cosine from most / 25 to `most` in the first 30 % of `steps`, ... */
inline double lr_one_cycle(double most, double t, double steps) { return wg_lr_one_cycle(most, t, steps); }

/* ---- methods ---- */

inline value value::neg(call_site at) const { return wg::neg(*this, at); }
inline value value::exp(call_site at) const { return wg::exp(*this, at); }
inline value value::log(call_site at) const { return wg::log(*this, at); }
inline value value::sqrt(call_site at) const { return wg::sqrt(*this, at); }
inline value value::square(call_site at) const { return wg::square(*this, at); }
inline value value::abs(call_site at) const { return wg::abs(*this, at); }
inline value value::sin(call_site at) const { return wg::sin(*this, at); }
inline value value::cos(call_site at) const { return wg::cos(*this, at); }
inline value value::erf(call_site at) const { return wg::erf(*this, at); }
inline value value::tanh(call_site at) const { return wg::tanh(*this, at); }
inline value value::sigmoid(call_site at) const { return wg::sigmoid(*this, at); }
inline value value::softplus(call_site at) const { return wg::softplus(*this, at); }
inline value value::softsign(call_site at) const { return wg::softsign(*this, at); }
inline value value::relu(call_site at) const { return wg::relu(*this, at); }
inline value value::leaky_relu(wg_leaky_relu_args o, call_site at) const
{
    return wg::leaky_relu(*this, o, at);
}
inline value value::log1p(call_site at) const { return wg::log1p(*this, at); }
inline value value::expm1(call_site at) const { return wg::expm1(*this, at); }
inline value value::reciprocal(call_site at) const { return wg::reciprocal(*this, at); }
inline value value::rsqrt(call_site at) const { return wg::rsqrt(*this, at); }
inline value value::tan(call_site at) const { return wg::tan(*this, at); }
inline value value::asin(call_site at) const { return wg::asin(*this, at); }
inline value value::acos(call_site at) const { return wg::acos(*this, at); }
inline value value::atan(call_site at) const { return wg::atan(*this, at); }
inline value value::sinh(call_site at) const { return wg::sinh(*this, at); }
inline value value::cosh(call_site at) const { return wg::cosh(*this, at); }
inline value value::asinh(call_site at) const { return wg::asinh(*this, at); }
inline value value::acosh(call_site at) const { return wg::acosh(*this, at); }
inline value value::atanh(call_site at) const { return wg::atanh(*this, at); }
inline value value::sign(call_site at) const { return wg::sign(*this, at); }
inline value value::floor(call_site at) const { return wg::floor(*this, at); }
inline value value::ceil(call_site at) const { return wg::ceil(*this, at); }
inline value value::round(call_site at) const { return wg::round(*this, at); }
inline value value::silu(call_site at) const { return wg::silu(*this, at); }
inline value value::mish(call_site at) const { return wg::mish(*this, at); }
inline value value::selu(call_site at) const { return wg::selu(*this, at); }
inline value value::hard_sigmoid(call_site at) const { return wg::hard_sigmoid(*this, at); }
inline value value::hard_swish(call_site at) const { return wg::hard_swish(*this, at); }
inline value value::elu(wg_elu_args o, call_site at) const { return wg::elu(*this, o, at); }
inline value value::celu(wg_elu_args o, call_site at) const { return wg::celu(*this, o, at); }
inline value value::gelu(wg_gelu_args o, call_site at) const { return wg::gelu(*this, o, at); }
inline value value::add(const operand &b, call_site at) const { return wg::add(*this, b, at); }
inline value value::sub(const operand &b, call_site at) const { return wg::sub(*this, b, at); }
inline value value::mul(const operand &b, call_site at) const { return wg::mul(*this, b, at); }
inline value value::div(const operand &b, call_site at) const { return wg::div(*this, b, at); }
inline value value::pow(const operand &b, call_site at) const { return wg::pow(*this, b, at); }
inline value value::maximum(const operand &b, call_site at) const { return wg::maximum(*this, b, at); }
inline value value::minimum(const operand &b, call_site at) const { return wg::minimum(*this, b, at); }
inline value value::atan2(const operand &b, call_site at) const { return wg::atan2(*this, b, at); }
inline value value::floor_divide(const operand &b, call_site at) const
{
    return wg::floor_divide(*this, b, at);
}
inline value value::remainder(const operand &b, call_site at) const { return wg::remainder(*this, b, at); }
inline value value::fmod(const operand &b, call_site at) const { return wg::fmod(*this, b, at); }
inline value value::clip(const operand &low, const operand &high, call_site at) const
{
    return wg::clip(*this, low, high, at);
}
inline value value::equal(const operand &b, call_site at) const { return wg::equal(*this, b, at); }
inline value value::not_equal(const operand &b, call_site at) const { return wg::not_equal(*this, b, at); }
inline value value::less(const operand &b, call_site at) const { return wg::less(*this, b, at); }
inline value value::less_equal(const operand &b, call_site at) const
{
    return wg::less_equal(*this, b, at);
}
inline value value::greater(const operand &b, call_site at) const { return wg::greater(*this, b, at); }
inline value value::greater_equal(const operand &b, call_site at) const
{
    return wg::greater_equal(*this, b, at);
}
inline value value::logical_and(const operand &b, call_site at) const
{
    return wg::logical_and(*this, b, at);
}
inline value value::logical_or(const operand &b, call_site at) const
{
    return wg::logical_or(*this, b, at);
}
inline value value::logical_xor(const operand &b, call_site at) const
{
    return wg::logical_xor(*this, b, at);
}
inline value value::logical_not(call_site at) const { return wg::logical_not(*this, at); }
inline value value::where(const operand &a, const operand &b, call_site at) const
{
    return wg::where(*this, a, b, at);
}
inline value value::sum(wg_reduce_args o, call_site at) const { return wg::sum(*this, o, at); }
template <class> inline value value::sum(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::sum(*this, axes, o, at);
}
template <class B, class> inline value value::sum(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::sum(*this, axes, keepdims, at);
}
inline value value::mean(wg_reduce_args o, call_site at) const { return wg::mean(*this, o, at); }
template <class> inline value value::mean(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::mean(*this, axes, o, at);
}
template <class B, class> inline value value::mean(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::mean(*this, axes, keepdims, at);
}
inline value value::max(wg_reduce_args o, call_site at) const { return wg::max(*this, o, at); }
template <class> inline value value::max(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::max(*this, axes, o, at);
}
template <class B, class> inline value value::max(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::max(*this, axes, keepdims, at);
}
inline value value::min(wg_reduce_args o, call_site at) const { return wg::min(*this, o, at); }
template <class> inline value value::min(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::min(*this, axes, o, at);
}
template <class B, class> inline value value::min(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::min(*this, axes, keepdims, at);
}
inline value value::prod(wg_reduce_args o, call_site at) const { return wg::prod(*this, o, at); }
template <class> inline value value::prod(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::prod(*this, axes, o, at);
}
template <class B, class> inline value value::prod(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::prod(*this, axes, keepdims, at);
}
inline value value::any_of(wg_reduce_args o, call_site at) const { return wg::any_of(*this, o, at); }
template <class> inline value value::any_of(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::any_of(*this, axes, o, at);
}
template <class B, class> inline value value::any_of(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::any_of(*this, axes, keepdims, at);
}
inline value value::all_of(wg_reduce_args o, call_site at) const { return wg::all_of(*this, o, at); }
template <class> inline value value::all_of(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::all_of(*this, axes, o, at);
}
template <class B, class> inline value value::all_of(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::all_of(*this, axes, keepdims, at);
}
inline value value::logsumexp(wg_reduce_args o, call_site at) const { return wg::logsumexp(*this, o, at); }
template <class> inline value value::logsumexp(const wg::axes &axes, wg_reduce_args o, call_site at) const
{
    return wg::logsumexp(*this, axes, o, at);
}
template <class B, class> inline value value::logsumexp(
    const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::logsumexp(*this, axes, keepdims, at);
}
inline value value::var(wg_var_args o, call_site at) const { return wg::var(*this, o, at); }
template <class> inline value value::var(const wg::axes &axes, wg_var_args o, call_site at) const
{
    return wg::var(*this, axes, o, at);
}
template <class B, class> inline value value::var(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::var(*this, axes, keepdims, at);
}
inline value value::std(wg_var_args o, call_site at) const { return wg::std(*this, o, at); }
template <class> inline value value::std(const wg::axes &axes, wg_var_args o, call_site at) const
{
    return wg::std(*this, axes, o, at);
}
template <class B, class> inline value value::std(const wg::axes &axes, B keepdims, call_site at) const
{
    return wg::std(*this, axes, keepdims, at);
}
inline value value::norm(wg_norm_args o, call_site at) const { return wg::norm(*this, o, at); }
inline value value::argmax(wg_axis_args o, call_site at) const { return wg::argmax(*this, o, at); }
template <class> inline value value::argmax(int axis, wg_axis_args o, call_site at) const
{
    return wg::argmax(*this, axis, o, at);
}
inline value value::argmin(wg_axis_args o, call_site at) const { return wg::argmin(*this, o, at); }
template <class> inline value value::argmin(int axis, wg_axis_args o, call_site at) const
{
    return wg::argmin(*this, axis, o, at);
}
inline value value::cumsum(wg_cumsum_args o, call_site at) const { return wg::cumsum(*this, o, at); }
template <class> inline value value::cumsum(int axis, wg_cumsum_args o, call_site at) const
{
    return wg::cumsum(*this, axis, o, at);
}
inline value value::cumprod(wg_cumsum_args o, call_site at) const { return wg::cumprod(*this, o, at); }
template <class> inline value value::cumprod(int axis, wg_cumsum_args o, call_site at) const
{
    return wg::cumprod(*this, axis, o, at);
}
inline value value::logcumsumexp(wg_logcumsumexp_args o, call_site at) const
{
    return wg::logcumsumexp(*this, o, at);
}
template <class> inline value value::logcumsumexp(int axis, wg_logcumsumexp_args o, call_site at) const
{
    return wg::logcumsumexp(*this, axis, o, at);
}
inline value value::linear_scan(const operand &b, wg_linear_scan_args o, call_site at) const
{
    return wg::linear_scan(*this, b, o, at);
}
inline value value::broadcast_to(const wg::shape &s, call_site at) const
{
    return wg::broadcast_to(*this, s, at);
}
inline value value::sum_to(const wg::shape &s, call_site at) const { return wg::sum_to(*this, s, at); }
inline value value::gather(const operand &rows, call_site at) const { return wg::gather(*this, rows, at); }
inline value value::softmax(wg_softmax_args o, call_site at) const { return wg::softmax(*this, o, at); }
template <class> inline value value::softmax(int axis, wg_softmax_args o, call_site at) const
{
    return wg::softmax(*this, axis, o, at);
}
inline value value::log_softmax(wg_softmax_args o, call_site at) const
{
    return wg::log_softmax(*this, o, at);
}
template <class> inline value value::log_softmax(int axis, wg_softmax_args o, call_site at) const
{
    return wg::log_softmax(*this, axis, o, at);
}
inline value value::dropout(wg_dropout_args o, call_site at) const { return wg::dropout(*this, o, at); }
inline value value::stop_gradient(call_site at) const { return wg::stop_gradient(*this, at); }
inline value value::softmax_cross_entropy(const operand &y, wg_class_loss_args o, call_site at) const
{
    return wg::softmax_cross_entropy(*this, y, o, at);
}
inline value value::nll(const operand &y, wg_class_loss_args o, call_site at) const
{
    return wg::nll(*this, y, o, at);
}
inline value value::binary_cross_entropy(const operand &y, wg_loss_args o, call_site at) const
{
    return wg::binary_cross_entropy(*this, y, o, at);
}
inline value value::bce(const operand &t, call_site at) const { return wg::bce(*this, t, at); }
inline value value::bce_with_logits(const operand &y, wg_loss_args o, call_site at) const
{
    return wg::bce_with_logits(*this, y, o, at);
}
inline value value::kl(const operand &y, wg_loss_args o, call_site at) const
{
    return wg::kl(*this, y, o, at);
}
inline value value::mse(const operand &y, wg_loss_args o, call_site at) const
{
    return wg::mse(*this, y, o, at);
}
inline value value::mae(const operand &y, wg_loss_args o, call_site at) const
{
    return wg::mae(*this, y, o, at);
}
inline value value::hinge(const operand &y, wg_loss_args o, call_site at) const
{
    return wg::hinge(*this, y, o, at);
}
inline value value::huber(const operand &y, wg_huber_args o, call_site at) const
{
    return wg::huber(*this, y, o, at);
}
inline value value::smooth_l1(const operand &y, wg_huber_args o, call_site at) const
{
    return wg::smooth_l1(*this, y, o, at);
}
inline value value::cosine_similarity(const operand &y, wg_cosine_args o, call_site at) const
{
    return wg::cosine_similarity(*this, y, o, at);
}
inline value value::cosine_loss(const operand &y, wg_loss_args o, call_site at) const
{
    return wg::cosine_loss(*this, y, o, at);
}
inline value value::triplet(
    const operand &positive, const operand &negative, wg_triplet_args o, call_site at) const
{
    return wg::triplet(*this, positive, negative, o, at);
}
inline value value::accuracy(const operand &y, call_site at) const { return wg::accuracy(*this, y, at); }
inline value value::matmul(const operand &y, wg_matmul_args o, call_site at) const
{
    return wg::matmul(*this, y, o, at);
}
inline value value::dot(const operand &b, call_site at) const { return wg::dot(*this, b, at); }
inline value value::outer(const operand &b, call_site at) const { return wg::outer(*this, b, at); }
inline value value::dense(const operand &W, const operand &b, call_site at) const
{
    return wg::dense(*this, W, b, at);
}
inline value value::transpose(wg_transpose_args o, call_site at) const
{
    return wg::transpose(*this, o, at);
}
template <class> inline value value::transpose(
    const wg::axes &axes, wg_transpose_args o, call_site at) const
{
    return wg::transpose(*this, axes, o, at);
}
inline value value::swap(call_site at) const { return wg::swap(*this, at); }
inline value value::select(wg_select_args o, call_site at) const { return wg::select(*this, o, at); }
template <class> inline value value::select(int axis, int64_t index, wg_select_args o, call_site at) const
{
    return wg::select(*this, axis, index, o, at);
}
inline value value::roll(wg_roll_args o, call_site at) const { return wg::roll(*this, o, at); }
template <class> inline value value::roll(int64_t shift, int axis, wg_roll_args o, call_site at) const
{
    return wg::roll(*this, shift, axis, o, at);
}
template <class> inline value value::roll(int64_t shift, wg_roll_args o, call_site at) const
{
    return wg::roll(*this, shift, o, at);
}
inline value value::repeat(wg_repeat_args o, call_site at) const { return wg::repeat(*this, o, at); }
template <class> inline value value::repeat(int64_t count, int axis, wg_repeat_args o, call_site at) const
{
    return wg::repeat(*this, count, axis, o, at);
}
template <class> inline value value::repeat(int64_t count, wg_repeat_args o, call_site at) const
{
    return wg::repeat(*this, count, o, at);
}
inline value value::tile(wg_tile_args o, call_site at) const { return wg::tile(*this, o, at); }
template <class> inline value value::tile(const wg::shape &counts, wg_tile_args o, call_site at) const
{
    return wg::tile(*this, counts, o, at);
}
inline value value::index_along(wg_index_along_args o, call_site at) const
{
    return wg::index_along(*this, o, at);
}
template <class> inline value value::index_along(int axis, wg_index_along_args o, call_site at) const
{
    return wg::index_along(*this, axis, o, at);
}
inline value value::diagonal(call_site at) const { return wg::diagonal(*this, at); }
inline value value::flip(wg_axes_args o, call_site at) const { return wg::flip(*this, o, at); }
template <class> inline value value::flip(const wg::axes &axes, wg_axes_args o, call_site at) const
{
    return wg::flip(*this, axes, o, at);
}
inline value value::expand_dims(wg_axes_args o, call_site at) const
{
    return wg::expand_dims(*this, o, at);
}
template <class> inline value value::expand_dims(const wg::axes &axes, wg_axes_args o, call_site at) const
{
    return wg::expand_dims(*this, axes, o, at);
}
inline value value::squeeze(wg_squeeze_args o, call_site at) const { return wg::squeeze(*this, o, at); }
template <class> inline value value::squeeze(const wg::axes &axes, wg_squeeze_args o, call_site at) const
{
    return wg::squeeze(*this, axes, o, at);
}
inline value value::pad(wg_pad_args o, call_site at) const { return wg::pad(*this, o, at); }
inline value value::tril(wg_triangle_args o, call_site at) const { return wg::tril(*this, o, at); }
inline value value::triu(wg_triangle_args o, call_site at) const { return wg::triu(*this, o, at); }
inline value value::take(const operand &indices, wg_take_args o, call_site at) const
{
    return wg::take(*this, indices, o, at);
}
template <class> inline value value::take(
    const operand &indices, int axis, wg_take_args o, call_site at) const
{
    return wg::take(*this, indices, axis, o, at);
}
inline value value::take_along(const operand &indices, wg_take_args o, call_site at) const
{
    return wg::take_along(*this, indices, o, at);
}
template <class> inline value value::take_along(
    const operand &indices, int axis, wg_take_args o, call_site at) const
{
    return wg::take_along(*this, indices, axis, o, at);
}
inline value value::scatter_add(
    const operand &indices, const operand &v, wg_scatter_add_args o, call_site at) const
{
    return wg::scatter_add(*this, indices, v, o, at);
}
inline value value::scatter_add_along(
    const operand &indices, const operand &v, wg_scatter_add_args o, call_site at) const
{
    return wg::scatter_add_along(*this, indices, v, o, at);
}
inline value value::nonzero(wg_nonzero_args o, call_site at) const { return wg::nonzero(*this, o, at); }
template <class> inline value value::nonzero(int64_t count, wg_nonzero_args o, call_site at) const
{
    return wg::nonzero(*this, count, o, at);
}
inline value value::sort(wg_sort_args o, call_site at) const { return wg::sort(*this, o, at); }
template <class> inline value value::sort(int axis, wg_sort_args o, call_site at) const
{
    return wg::sort(*this, axis, o, at);
}
inline value value::argsort(wg_sort_args o, call_site at) const { return wg::argsort(*this, o, at); }
template <class> inline value value::argsort(int axis, wg_sort_args o, call_site at) const
{
    return wg::argsort(*this, axis, o, at);
}
inline value value::topk(wg_topk_args o, call_site at) const { return wg::topk(*this, o, at); }
template <class> inline value value::topk(int64_t count, int axis, wg_topk_args o, call_site at) const
{
    return wg::topk(*this, count, axis, o, at);
}
template <class> inline value value::topk(int64_t count, wg_topk_args o, call_site at) const
{
    return wg::topk(*this, count, o, at);
}
inline value value::categorical(wg_categorical_args o, call_site at) const
{
    return wg::categorical(*this, o, at);
}
inline value value::one_hot(wg_one_hot_args o, call_site at) const { return wg::one_hot(*this, o, at); }
template <class> inline value value::one_hot(int64_t count, wg_one_hot_args o, call_site at) const
{
    return wg::one_hot(*this, count, o, at);
}
template <class> inline value value::batch_norm(
    const operand &gamma, const operand &beta, const operand &mean, const operand &variance,
        wg_batch_norm_args o, call_site at) const
{
    return wg::batch_norm(*this, gamma, beta, mean, variance, o, at);
}
inline value value::batch_norm(
    const operand &gamma, const operand &beta, wg_batch_norm_args o, call_site at) const
{
    return wg::batch_norm(*this, gamma, beta, o, at);
}
inline value value::layer_norm(
    const operand &gamma, const operand &beta, wg_layer_norm_args o, call_site at) const
{
    return wg::layer_norm(*this, gamma, beta, o, at);
}
inline value value::rms_norm(const operand &gamma, wg_rms_norm_args o, call_site at) const
{
    return wg::rms_norm(*this, gamma, o, at);
}
inline value value::group_norm(
    const operand &gamma, const operand &beta, int groups, wg_group_norm_args o, call_site at) const
{
    return wg::group_norm(*this, gamma, beta, groups, o, at);
}
inline value value::instance_norm(
    const operand &gamma, const operand &beta, int groups, wg_group_norm_args o, call_site at) const
{
    return wg::instance_norm(*this, gamma, beta, groups, o, at);
}
inline value value::resize(const wg::shape &shape, wg_resize_args o, call_site at) const
{
    return wg::resize(*this, shape, o, at);
}
inline value value::conv(const operand &W, wg_conv_args o, call_site at) const
{
    return wg::conv(*this, W, o, at);
}
inline value value::conv_transpose(const operand &W, wg_conv_args o, call_site at) const
{
    return wg::conv_transpose(*this, W, o, at);
}
inline value value::max_pool(wg_pool_args o, call_site at) const { return wg::max_pool(*this, o, at); }
inline value value::avg_pool(wg_pool_args o, call_site at) const { return wg::avg_pool(*this, o, at); }
inline value value::adaptive_pool(wg_adaptive_pool_args o, call_site at) const
{
    return wg::adaptive_pool(*this, o, at);
}
template <class> inline value value::attention(
    const operand &k, const operand &v, const operand &mask, wg_attention_args o, call_site at) const
{
    return wg::attention(*this, k, v, mask, o, at);
}
inline value value::attention(const operand &k, const operand &v, wg_attention_args o, call_site at) const
{
    return wg::attention(*this, k, v, o, at);
}
inline value value::cholesky(call_site at) const { return wg::cholesky(*this, at); }
inline value value::triangular_solve(const operand &b, wg_triangular_solve_args o, call_site at) const
{
    return wg::triangular_solve(*this, b, o, at);
}
inline value value::solve(const operand &b, call_site at) const { return wg::solve(*this, b, at); }
inline value value::inverse(call_site at) const { return wg::inverse(*this, at); }
inline value value::det(call_site at) const { return wg::det(*this, at); }
inline value value::logdet(call_site at) const { return wg::logdet(*this, at); }
inline value value::lstsq(const operand &b, call_site at) const { return wg::lstsq(*this, b, at); }
inline value value::jvp(const std::vector<value> &x, const std::vector<value> &v, call_site at) const
{
    return wg::jvp(*this, x, v, at);
}
inline value value::jacobian(const operand &x, call_site at) const { return wg::jacobian(*this, x, at); }
inline value value::jacobian_sparse(const operand &x, wg_pattern p, call_site at) const
{
    return wg::jacobian_sparse(*this, x, p, at);
}
inline value value::vmap(const operand &x, const operand &rows, call_site at) const
{
    return wg::vmap(*this, x, rows, at);
}
inline value value::settled(const operand &before, wg_settled_args o, call_site at) const
{
    return wg::settled(*this, before, o, at);
}

namespace nn
{

/* x W + b */
inline value dense(
    const value &x, wg_params *p, const text &name, int64_t units, wg_nn_dense_args o = wg_nn_dense_args(),
        WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.units = units;
    return detail::made(wg_nn_dense_at(WG_SITE, &o), x);
}
/* Batch normalisation over all axes but that of the features */
inline value batch_norm(
    const value &x, wg_params *p, const text &name, wg_nn_batch_norm_args o = wg_nn_batch_norm_args(),
        WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; return detail::made(wg_nn_batch_norm_at(WG_SITE, &o), x);
}
/* Layer normalisation over the last axis, or over axes that you name */
inline value layer_norm(
    const value &x, wg_params *p, const text &name, wg_nn_layer_norm_args o = wg_nn_layer_norm_args(),
        WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; return detail::made(wg_nn_layer_norm_at(WG_SITE, &o), x);
}
/* wg_rms_norm over the last axis, or over axes that you name */
inline value rms_norm(
    const value &x, wg_params *p, const text &name, wg_nn_rms_norm_args o = wg_nn_rms_norm_args(),
        WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; return detail::made(wg_nn_rms_norm_at(WG_SITE, &o), x);
}
/* wg_group_norm */
inline value group_norm(
    const value &x, wg_params *p, const text &name, int groups, wg_nn_group_norm_args o =
        wg_nn_group_norm_args(), WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.groups = groups;
    return detail::made(wg_nn_group_norm_at(WG_SITE, &o), x);
}
/* Convolution over the axes between the first and the last: x is [n, h, w, channels], or has 1 or ... */
inline value conv(
    const value &x, wg_params *p, const text &name, int64_t units, wg_nn_conv_args o = wg_nn_conv_args(),
        WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.units = units;
    return detail::made(wg_nn_conv_at(WG_SITE, &o), x);
}
/* transposed convolution: each element of x adds a kernel to the result */
inline value conv_transpose(
    const value &x, wg_params *p, const text &name, int64_t units, wg_nn_conv_args o = wg_nn_conv_args(),
        WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.units = units;
    return detail::made(wg_nn_conv_transpose_at(WG_SITE, &o), x);
}
/* One step of a plain recurrent layer: h' = tanh(x W + h U + b) */
inline states rnn_cell(
    const value &x, const states &state, wg_params *p, const text &name, int64_t units, wg_nn_cell_args o =
        wg_nn_cell_args(), WG_CALLER)
{
    o.x = x; o.state = state; o.p = p; o.name = name.s; o.units = units;
    const wg_nn_states s = wg_nn_rnn_cell_at(WG_SITE, &o); detail::made(s.h, x); return s;
}
/* One step of a long short-term memory (Hochreiter and Schmidhuber 1997) */
inline states lstm_cell(
    const value &x, const states &state, wg_params *p, const text &name, int64_t units, wg_nn_cell_args o =
        wg_nn_cell_args(), WG_CALLER)
{
    o.x = x; o.state = state; o.p = p; o.name = name.s; o.units = units;
    const wg_nn_states s = wg_nn_lstm_cell_at(WG_SITE, &o); detail::made(s.h, x); return s;
}
/* One step of a gated recurrent unit (Cho et al */
inline states gru_cell(
    const value &x, const states &state, wg_params *p, const text &name, int64_t units, wg_nn_cell_args o =
        wg_nn_cell_args(), WG_CALLER)
{
    o.x = x; o.state = state; o.p = p; o.name = name.s; o.units = units;
    const wg_nn_states s = wg_nn_gru_cell_at(WG_SITE, &o); detail::made(s.h, x); return s;
}
/* a plain recurrent layer over all steps of x */
inline states rnn(
    const value &x, wg_params *p, const text &name, int64_t units, wg_nn_recurrent_args o =
        wg_nn_recurrent_args(), WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.units = units;
    const wg_nn_states s = wg_nn_rnn_at(WG_SITE, &o); detail::made(s.h, x); return s;
}
/* a long short-term memory over all steps of x */
inline states lstm(
    const value &x, wg_params *p, const text &name, int64_t units, wg_nn_recurrent_args o =
        wg_nn_recurrent_args(), WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.units = units;
    const wg_nn_states s = wg_nn_lstm_at(WG_SITE, &o); detail::made(s.h, x); return s;
}
/* gated recurrent units over all steps of x */
inline states gru(
    const value &x, wg_params *p, const text &name, int64_t units, wg_nn_recurrent_args o =
        wg_nn_recurrent_args(), WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.units = units;
    const wg_nn_states s = wg_nn_gru_at(WG_SITE, &o); detail::made(s.h, x); return s;
}
/* Rows of the table NAME.W [count, width] by their numbers: [...] gives [..., width] */
inline value embedding(
    const value &x, wg_params *p, const text &name, int64_t count, int64_t width, wg_nn_embedding_args o =
        wg_nn_embedding_args(), WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; o.count = count; o.width = width;
    return detail::made(wg_nn_embedding_at(WG_SITE, &o), x);
}
/* Attention of x [..., tokens, width] to itself, or to .memory [..., keys, width]: wg_attention ... */
inline value attention(
    const value &x, wg_params *p, const text &name, wg_nn_attention_args o = wg_nn_attention_args(),
        WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; return detail::made(wg_nn_attention_at(WG_SITE, &o), x);
}
/* A block of GPT-2: z = x + attention(layer_norm(x)), y = z + fc2(gelu(fc1(layer_norm(z)))) */
inline value transformer_block(
    const value &x, wg_params *p, const text &name, wg_nn_transformer_block_args o =
        wg_nn_transformer_block_args(), WG_CALLER)
{
    o.x = x; o.p = p; o.name = name.s; return detail::made(wg_nn_transformer_block_at(WG_SITE, &o), x);
}

} // namespace nn
} // namespace wg
#endif
