/* SPDX-License-Identifier: MIT */
/* conv.h: convolutions and pooling over 1, 2 or 3 axes. Channels are the last axis: x is [n, h, w,
 * channels], or [n, w, channels], or [n, d, h, w, channels]. ops.h includes this.
 *
 *     wg_node h = wg_max_pool(wg_relu(wg_conv(x, W, .padding = WG_SHAPE(1))), .size = WG_SHAPE(2));
 *
 * PyTorch has channels first: its x is [n, channels, h, w], and its kernel [out, in / groups, kh, kw]
 * is here [kh, kw, in / groups, out].
 *
 * Lists have one number for all axes, or one for each. padding may also have two for each axis: before
 * and after. */
#ifndef WENGERT_CONV_H
#define WENGERT_CONV_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

#define wg_conv_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, W) \
    X(wg_shape, stride, WG_NO_SHAPE, "", "default 1") \
    X(wg_shape, dilation, WG_NO_SHAPE, "", "the distance of the kernel's elements; default 1") \
    X(wg_shape, padding, WG_NO_SHAPE, "", "zeros beside x; default 0") \
    X(bool, same, false, "", "the padding for ceil(elements / stride); if it is odd, one more after x") \
    X(int64_t, groups, 1, "[1, inf)", "groups of channels, each with a kernel of its own; as many as channels: depthwise")
WG_OPTIONS_AND_OPERANDS(wg_conv_args);
/* W is [..., channels / groups, results], not turned: y[i] = sum of x[i stride + k dilation - padding]
 * W[k]. */
WG_API wg_node wg_conv_at(wg_site here, const wg_conv_args *a);
/* The adjoint of wg_conv by x, with the same W and options: W is [..., results / groups, channels].
 * padding: elements of the result that are left out. A negative padding after x adds elements, as
 * output_padding of PyTorch does. same: stride times as many elements as x. */
WG_API wg_node wg_conv_transpose_at(wg_site here, const wg_conv_args *a);
#define wg_conv(...) WG_NAMED(wg_conv_at, wg_conv_args, (x, W), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_conv_transpose(...) \
    WG_NAMED(wg_conv_transpose_at, wg_conv_args, (x, W), 2, #__VA_ARGS__, __VA_ARGS__)

#define wg_pool_args_list(P, X) \
    P(wg_node, x) \
    X(wg_shape, size, WG_NO_SHAPE, "", "of a window; it must be given") \
    X(wg_shape, stride, WG_NO_SHAPE, "", "default: size") \
    X(wg_shape, padding, WG_NO_SHAPE, "", "less than size; default 0") \
    X(bool, same, false, "", "the padding for ceil(elements / stride) windows") \
    X(bool, skip_padding, false, "", "of avg_pool: the mean of the elements of x alone; otherwise the padding counts as zeros")
WG_OPTIONS_AND_OPERANDS(wg_pool_args);
/* The largest element of each window. The gradient goes to the first of equal ones. NaN counts as the
 * largest. */
WG_API wg_node wg_max_pool_at(wg_site here, const wg_pool_args *a);
WG_API wg_node wg_avg_pool_at(wg_site here, const wg_pool_args *a); /* the mean of each window */
#define wg_max_pool(...) WG_NAMED(wg_max_pool_at, wg_pool_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)
#define wg_avg_pool(...) WG_NAMED(wg_avg_pool_at, wg_pool_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

typedef enum wg_pool_by { WG_POOL_MAX, WG_POOL_MEAN } wg_pool_by;
#define wg_adaptive_pool_args_list(P, X) \
    P(wg_node, x) \
    X(wg_pool_by, by, WG_POOL_MAX, "max, mean", "of a window") \
    X(wg_shape, size, WG_NO_SHAPE, "", "of the result; it must be given. WG_SHAPE(1): one window over all elements")
WG_OPTIONS_AND_OPERANDS(wg_adaptive_pool_args);
/* Window i has the elements from floor(i n / size) to ceil((i + 1) n / size). */
WG_API wg_node wg_adaptive_pool_at(wg_site here, const wg_adaptive_pool_args *a);
#define wg_adaptive_pool(...) \
    WG_NAMED(wg_adaptive_pool_at, wg_adaptive_pool_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
