/* SPDX-License-Identifier: MIT */
/* ops.h: the operations. Binary arithmetic takes numbers on either side; of numbers alone it is a number. Options
 * are given by name:
 *
 *     wg_node h = wg_relu(wg_add(wg_matmul(x, W), 1));
 *     wg_node s = wg_sum(h, .axis = 0, .keepdims = true);
 *
 * Shapes broadcast as in NumPy. In arithmetic, bool and integer operands are cast to the float dtype of the
 * other operand. f32 with f64 is an error: use wg_cast. After a mistake the call returns the graph's error
 * node, and the mistake is reported once, with file:line, names and shapes. `wengert ops` prints what each op
 * computes and its derivative.
 */
#ifndef WENGERT_OPS_H
#define WENGERT_OPS_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "arrange.h"
#include "attention.h"
#include "contract.h"
#include "conv.h"
#include "functions.h"
#include "graph.h"
#include "linear.h"
#include "losses.h"
#include "makers.h"
#include "named.h"
#include "norms.h"
#include "pick.h"

WG_BEGIN_DECLS

/* ---- arithmetic, elementwise, broadcasting ---- */

WG_API wg_node wg_add_at(wg_site here, wg_node a, wg_node b);     /* y = a + b */
WG_API wg_node wg_sub_at(wg_site here, wg_node a, wg_node b);     /* y = a - b */
WG_API wg_node wg_mul_at(wg_site here, wg_node a, wg_node b);     /* y = a b */
WG_API wg_node wg_div_at(wg_site here, wg_node a, wg_node b);     /* y = a / b; of integers: float */
WG_API wg_node wg_pow_at(wg_site here, wg_node a, wg_node b);     /* y = a^b; d/db is 0 where a = 0 */
WG_API wg_node wg_maximum_at(wg_site here, wg_node a, wg_node b); /* the larger of two; of equals each gets half the gradient */
WG_API wg_node wg_minimum_at(wg_site here, wg_node a, wg_node b); /* the smaller of two; of equals each gets half the gradient */
WG_API wg_node wg_atan2_at(wg_site here, wg_node a,
                           wg_node b); /* y = the angle of the point (b, a), in radians */
WG_API wg_node wg_floor_divide_at(wg_site here, wg_node a, wg_node b); /* a / b, rounded down */
WG_API wg_node wg_remainder_at(wg_site here, wg_node a, wg_node b);    /* y = a mod b, with the sign of b */
WG_API wg_node wg_fmod_at(wg_site here, wg_node a, wg_node b);         /* the same, with the sign of a */
/* y = low where x < low, high where x > high, else x. low and high are numbers or nodes. */
WG_API wg_node wg_clip_at(wg_site here, wg_node x, wg_node low, wg_node high);
/* x[0] + x[1] + ..., in this order; all of one shape and dtype. */
WG_API wg_node wg_addn_at(wg_site here, const wg_node x[], int n);
#define wg_add(a, b)          wg_add_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_sub(a, b)          wg_sub_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_mul(a, b)          wg_mul_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_div(a, b)          wg_div_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_pow(a, b)          wg_pow_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_maximum(a, b)      wg_maximum_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_minimum(a, b)      wg_minimum_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_atan2(a, b)        wg_atan2_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_floor_divide(a, b) wg_floor_divide_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_remainder(a, b)    wg_remainder_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_fmod(a, b)         wg_fmod_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_clip(x, low, high) wg_clip_at(WG_AT(#x ", " #low ", " #high), x, WG_OPERAND(low), WG_OPERAND(high))
#define wg_addn(...)          wg_addn_at(WG_AT(""), __VA_ARGS__) /* x, n */

/* ---- comparisons (bool, no derivative), choice, casts ---- */

WG_API wg_node wg_equal_at(wg_site here, wg_node a, wg_node b); /* true where a = b */
WG_API wg_node wg_not_equal_at(wg_site here, wg_node a, wg_node b); /* true where a differs from b */
WG_API wg_node wg_less_at(wg_site here, wg_node a, wg_node b); /* true where a < b */
WG_API wg_node wg_less_equal_at(wg_site here, wg_node a, wg_node b); /* true where a <= b */
WG_API wg_node wg_greater_at(wg_site here, wg_node a, wg_node b); /* true where a > b */
WG_API wg_node wg_greater_equal_at(wg_site here, wg_node a, wg_node b); /* true where a >= b */
/* What is not 0 is true. */
WG_API wg_node wg_logical_and_at(wg_site here, wg_node a, wg_node b); /* true where both are */
WG_API wg_node wg_logical_or_at(wg_site here, wg_node a, wg_node b); /* true where one is, or both are */
WG_API wg_node wg_logical_xor_at(wg_site here, wg_node a, wg_node b); /* true where one is, but not both */
WG_API wg_node wg_logical_not_at(wg_site here, wg_node x); /* true where x is 0 */
WG_API wg_node wg_where_at(wg_site here, wg_node c, wg_node a, wg_node b); /* a where c is true, else b */
/* To integers: rounds towards zero. Values out of range become the nearest integer in range, NaN 0. */
WG_API wg_node wg_cast_at(wg_site here, wg_node x, wg_dtype to); /* x in another dtype */
#define wg_equal(a, b)         wg_equal_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_not_equal(a, b)     wg_not_equal_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_less(a, b)          wg_less_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_less_equal(a, b)    wg_less_equal_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_greater(a, b)       wg_greater_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_greater_equal(a, b) wg_greater_equal_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_logical_and(a, b)   wg_logical_and_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_logical_or(a, b)    wg_logical_or_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_logical_xor(a, b)   wg_logical_xor_at(WG_AT(#a ", " #b), WG_OPERAND(a), WG_OPERAND(b))
#define wg_logical_not(x)      wg_logical_not_at(WG_AT(#x), x)
#define wg_where(c, a, b)      wg_where_at(WG_AT(#c ", " #a ", " #b), WG_OPERAND(c), WG_OPERAND(a), WG_OPERAND(b))
#define wg_cast(x, to)         wg_cast_at(WG_AT(#x), x, to)

/* ---- reductions; over no elements sum is 0, prod 1, mean NaN, and max and min are errors ---- */

#define wg_reduce_args_list(P, X) \
    P(wg_node, x) \
    WG_ALL_AXES_(X) \
    X(bool, keepdims, false, "", "the reduced axes stay, with size 1")
WG_OPTIONS_BY_PLACE(wg_reduce_args, 1);
WG_API wg_node wg_sum_at(wg_site here, const wg_reduce_args *a); /* the sum along axes */
WG_API wg_node wg_mean_at(wg_site here, const wg_reduce_args *a); /* the mean along axes */
WG_API wg_node wg_max_at(wg_site here, const wg_reduce_args *a); /* the largest along axes; the first of equals gets the gradient */
WG_API wg_node wg_min_at(wg_site here, const wg_reduce_args *a); /* the smallest along axes; the first of equals gets the gradient */
WG_API wg_node wg_prod_at(wg_site here, const wg_reduce_args *a); /* the product along axes */
WG_API wg_node wg_any_of_at(wg_site here, const wg_reduce_args *a);    /* bool: an element is not 0 */
WG_API wg_node wg_all_of_at(wg_site here, const wg_reduce_args *a);    /* bool: no element is 0 */
WG_API wg_node wg_logsumexp_at(wg_site here, const wg_reduce_args *a); /* ln sum e^x, without overflow */
#define wg_sum(...)       WG_NAMED(wg_sum_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_mean(...)      WG_NAMED(wg_mean_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_max(...)       WG_NAMED(wg_max_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_min(...)       WG_NAMED(wg_min_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_prod(...)      WG_NAMED(wg_prod_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_any_of(...)    WG_NAMED(wg_any_of_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_all_of(...)    WG_NAMED(wg_all_of_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_logsumexp(...) WG_NAMED(wg_logsumexp_at, wg_reduce_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_var_args_list(P, X) \
    P(wg_node, x) \
    WG_ALL_AXES_(X) \
    X(bool, keepdims, false, "", "the reduced axes stay, with size 1") \
    X(double, correction, 0, "(-inf, inf)", "divided by n - correction; below 0 by 0")
WG_OPTIONS_BY_PLACE(wg_var_args, 1);
WG_API wg_node wg_var_at(wg_site here, const wg_var_args *a); /* mean squared deviation */
WG_API wg_node wg_std_at(wg_site here, const wg_var_args *a); /* sqrt of var, y' = 0 where it is 0 */
#define wg_var(...) WG_NAMED(wg_var_at, wg_var_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_std(...) WG_NAMED(wg_std_at, wg_var_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_norm_args_list(P, X) \
    P(wg_node, x) \
    WG_ALL_AXES_(X) \
    X(bool, keepdims, false, "", "the reduced axes stay, with size 1") \
    X(double, p, 2, "(0, inf]", "INFINITY: the largest |x|")
WG_OPTIONS_AND_OPERANDS(wg_norm_args);
/* (sum |x|^p)^(1/p). The derivative of the length 0 is 0. */
WG_API wg_node wg_norm_at(wg_site here, const wg_norm_args *a);
#define wg_norm(...) WG_NAMED(wg_norm_at, wg_norm_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_axis_args_list(P, X) \
    P(wg_node, x) \
    WG_ONE_AXIS_(X) \
    X(bool, keepdims, false, "", "the reduced axis stays, with size 1")
WG_OPTIONS_BY_PLACE(wg_axis_args, 1);
/* The index of the largest element, i64; of equals the first. */
WG_API wg_node wg_argmax_at(wg_site here, const wg_axis_args *a);
WG_API wg_node wg_argmin_at(wg_site here, const wg_axis_args *a); /* likewise of the smallest */
#define wg_argmin(...) WG_NAMED(wg_argmin_at, wg_axis_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_argmax(...) WG_NAMED(wg_argmax_at, wg_axis_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_cumsum_args_list(P, X) \
    P(wg_node, x) \
    WG_ONE_AXIS_(X) \
    X(bool, exclusive, false, "", "y[i] leaves out x[i]") \
    X(bool, reverse, false, "", "from the end of the axis")
WG_OPTIONS_BY_PLACE(wg_cumsum_args, 1);
/* y[i] = x[0] + ... + x[i] along axis; of integers and bools i64. */
WG_API wg_node wg_cumsum_at(wg_site here, const wg_cumsum_args *a);
WG_API wg_node wg_cumprod_at(wg_site here, const wg_cumsum_args *a); /* likewise x[0] x[1] ... x[i] */
#define wg_cumsum(...)  WG_NAMED(wg_cumsum_at, wg_cumsum_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_cumprod(...) WG_NAMED(wg_cumprod_at, wg_cumsum_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_logcumsumexp_args_list(P, X) \
    P(wg_node, x) \
    WG_ONE_AXIS_(X) \
    X(bool, reverse, false, "", "from the end of the axis")
WG_OPTIONS_BY_PLACE(wg_logcumsumexp_args, 1);
/* y[i] = ln (e^x[0] + ... + e^x[i]) along axis, without overflow. */
WG_API wg_node wg_logcumsumexp_at(wg_site here, const wg_logcumsumexp_args *a);
#define wg_logcumsumexp(...) WG_NAMED(wg_logcumsumexp_at, wg_logcumsumexp_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

#define wg_linear_scan_args_list(P, X) \
    P(wg_node, x) /* the factors a */ \
    P(wg_node, b) /* of the same shape */ \
    WG_ONE_AXIS_(X) \
    X(bool, reverse, false, "", "from the end of the axis")
WG_OPTIONS_AND_OPERANDS(wg_linear_scan_args);
/* y[i] = a[i] y[i - 1] + b[i] along axis, y[0] = b[0]. */
WG_API wg_node wg_linear_scan_at(wg_site here, const wg_linear_scan_args *a);
#define wg_linear_scan(...) WG_NAMED(wg_linear_scan_at, wg_linear_scan_args, (x, b), 2, #__VA_ARGS__, __VA_ARGS__)

/* ---- shapes ---- */

WG_API wg_node wg_reshape_at(wg_site here, wg_node x, wg_shape s); /* x in another shape; one size may be -1: what is left */
WG_API wg_node wg_broadcast_to_at(wg_site here, wg_node x, wg_shape s); /* x, repeated to this shape */
WG_API wg_node wg_sum_to_at(wg_site here, wg_node x, wg_shape s); /* sums what broadcasting would repeat */
#define wg_reshape(x, ...)      wg_reshape_at(WG_AT(#x), x, __VA_ARGS__)
#define wg_broadcast_to(x, ...) wg_broadcast_to_at(WG_AT(#x), x, __VA_ARGS__)
#define wg_sum_to(x, ...)       wg_sum_to_at(WG_AT(#x), x, __VA_ARGS__)

/* ---- indices ---- */

/* y[i...] = x[rows[i...]], along axis 0. Row -1 is the last, as in wg_take (pick.h). */
WG_API wg_node wg_gather_at(wg_site here, wg_node x, wg_node rows);
#define wg_gather(x, rows) wg_gather_at(WG_AT(#x ", " #rows), x, rows)

/* ---- softmax; losses are in losses.h ---- */

#define wg_softmax_args_list(P, X) \
    P(wg_node, x) \
    WG_LAST_AXIS_(X) \
    X(double, temperature, 1, "(0, inf)", "x is divided by it first")
WG_OPTIONS_BY_PLACE(wg_softmax_args, 1);
WG_API wg_node wg_softmax_at(wg_site here, const wg_softmax_args *a); /* y = e^x / sum of e^x along axis */
WG_API wg_node wg_log_softmax_at(wg_site here, const wg_softmax_args *a); /* the logarithm of softmax, without overflow */
#define wg_softmax(...)     WG_NAMED(wg_softmax_at, wg_softmax_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_log_softmax(...) WG_NAMED(wg_log_softmax_at, wg_softmax_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

/* ---- dropout; normalisation is in norms.h ---- */

#define wg_dropout_args_list(P, X) \
    P(wg_node, x) \
    X(double, keep_prob, WG_AUTO, "(0, 1]", "the probability that an element is kept; no default: give this or drop") \
    X(double, drop, WG_AUTO, "[0, 1)", "1 - keep_prob; no default") \
    X(const char *, name, NULL, "", "of its random stream; default: its number among the streams of the scope") \
    X(wg_layer_mode, mode, WG_AS_GRAPH, "graph, train, eval", "when elements are dropped")
WG_OPTIONS_AND_OPERANDS(wg_dropout_args);
/* In WG_TRAIN each element becomes 0 or x / keep_prob, drawn anew in each evaluation. In WG_EVAL it is x. */
WG_API wg_node wg_dropout_at(wg_site here, const wg_dropout_args *a);
#define wg_dropout(...) WG_NAMED(wg_dropout_at, wg_dropout_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

/* ---- others ---- */

WG_API wg_node wg_stop_gradient_at(wg_site here, wg_node x); /* x; derivatives take it as a constant */
#define wg_stop_gradient(x) wg_stop_gradient_at(WG_AT(#x), x)

/* A C function as a node. It sees doubles, whatever the dtype of x. forward computes m outputs y from n
 * inputs x. backward computes gx = J' gy from the gradient gy of y. Both return 0, or
 * another number for an error. They may be called from any thread of the library. shape is the shape of y.
 *
 *     wg_node y = wg_extern(x, WG_SHAPE(3), .forward = simulate, .backward = its_adjoint); */
typedef int (*wg_forward_fn)(size_t n, const double *x, size_t m, double *y, void *user);
typedef int (*wg_backward_fn)(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user);
#define wg_extern_opts_list(P, X)                                                      \
    X(const char *, name, NULL, "", "for errors and drawings")                         \
    X(wg_forward_fn, forward, NULL, "", "must be given")                               \
    X(wg_backward_fn, backward, NULL, "", "NULL: no derivative")                       \
    X(void *, user, NULL, "", "last argument of both")                                 \
    X(bool, impure, false, "", "equal calls may give different results: each is made")
WG_OPTIONS(wg_extern_opts);
/* a node that functions of yours compute */
WG_API wg_node wg_extern_at(wg_site here, wg_node x, wg_shape shape, const wg_extern_opts *o);
#define wg_extern(x, ...) /* x, shape, options */                                                       \
    WG_CALL_WITH(wg_extern_at, (WG_AT(WG_BYTE_2 #x ", " #__VA_ARGS__), x, WG_HEAD_(__VA_ARGS__)), wg_extern_opts, \
            WG_TAIL_(__VA_ARGS__, ))

WG_END_DECLS
#endif
