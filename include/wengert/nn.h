/* SPDX-License-Identifier: MIT */
/* nn.h: layers that own parameters. The name of the layer is the prefix of their names.
 *
 *     wg_node h = wg_relu(wg_nn_dense(x, p, "fc1", 64));          makes fc1.W [in, 64] and fc1.b [64]
 *
 * Two layers of one name in a graph are an error that names both lines. Give .share to share the
 * parameters.
 * */
#ifndef WENGERT_NN_H
#define WENGERT_NN_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "op.h"
#include "ops.h"
#include "params.h"
#include "recurrent.h"
#include "sequential.h"
#include "transformer.h"

WG_BEGIN_DECLS

#define wg_nn_dense_args_list(P, X) \
    P(wg_node, x) /* [..., in] */ \
    P(wg_params *, p) \
    P(const char *, name) \
    P(int64_t, units) \
    X(bool, bias, true, "", "adds b") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_init, W_init, WG_NO_INIT, "", "default: wg_he()") \
    X(wg_init, b_init, WG_NO_INIT, "", "default: zeros")
WG_OPTIONS_AND_OPERANDS(wg_nn_dense_args);
/* x W + b. Parameters NAME.W [in, units] and NAME.b [units]. */
WG_API wg_node wg_nn_dense_at(wg_site here, const wg_nn_dense_args *a);
#define wg_nn_dense(...) WG_NAMED(wg_nn_dense_at, wg_nn_dense_args, (x, p, name, units), 4, #__VA_ARGS__, __VA_ARGS__)

/* Batch normalisation over all axes but that of the features. Parameters NAME.gamma and NAME.beta. In
 * WG_TRAIN it uses the mean and variance of the batch, and each wg_backward updates their averages, the
 * states NAME.mean and NAME.variance, by each call of a shared layer. In WG_EVAL it uses the averages, corrected
 * for their start at 0 by the state NAME.count. */
#define wg_nn_batch_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_params *, p) \
    P(const char *, name) \
    X(double, momentum, 0.9, "[0, 1)", "average = momentum * average + (1 - momentum) * new value") \
    X(double, eps, 1e-5, "[0, inf)", "added to the variance") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_layer_mode, mode, WG_AS_GRAPH, "graph, train, eval", "whether the batch's or the average numbers count") \
    X(int, axis, -1, "", "of the features")
WG_OPTIONS_AND_OPERANDS(wg_nn_batch_norm_args);
WG_API wg_node wg_nn_batch_norm_at(wg_site here, const wg_nn_batch_norm_args *a);
#define wg_nn_batch_norm(...) \
    WG_NAMED(wg_nn_batch_norm_at, wg_nn_batch_norm_args, (x, p, name), 3, #__VA_ARGS__, __VA_ARGS__)

/* Layer normalisation over the last axis, or over axes that you name. Parameters NAME.gamma and NAME.beta, of
 * their sizes. */
#define wg_nn_layer_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_params *, p) \
    P(const char *, name) \
    X(double, eps, 1e-5, "[0, inf)", "added to the variance") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(int, axis, WG_AUTO, "", "one axis; default: the last, or those of .axes") \
    X(wg_axes, axes, WG_NO_AXES, "", "several axes")
WG_OPTIONS_AND_OPERANDS(wg_nn_layer_norm_args);
WG_API wg_node wg_nn_layer_norm_at(wg_site here, const wg_nn_layer_norm_args *a);
#define wg_nn_layer_norm(...) \
    WG_NAMED(wg_nn_layer_norm_at, wg_nn_layer_norm_args, (x, p, name), 3, #__VA_ARGS__, __VA_ARGS__)

/* wg_rms_norm over the last axis, or over axes that you name. Parameter NAME.gamma, of their sizes. */
#define wg_nn_rms_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_params *, p) \
    P(const char *, name) \
    X(double, eps, 1e-5, "[0, inf)", "added to the mean of the squares") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(int, axis, WG_AUTO, "", "one axis; default: the last, or those of .axes") \
    X(wg_axes, axes, WG_NO_AXES, "", "several axes")
WG_OPTIONS_AND_OPERANDS(wg_nn_rms_norm_args);
WG_API wg_node wg_nn_rms_norm_at(wg_site here, const wg_nn_rms_norm_args *a);
#define wg_nn_rms_norm(...) WG_NAMED(wg_nn_rms_norm_at, wg_nn_rms_norm_args, (x, p, name), 3, #__VA_ARGS__, __VA_ARGS__)

/* wg_group_norm. Parameters NAME.gamma and NAME.beta, one for each channel. */
#define wg_nn_group_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_params *, p) \
    P(const char *, name) \
    P(int, groups) \
    X(double, eps, 1e-5, "[0, inf)", "added to the variance") \
    X(int, axis, -1, "", "of the channels") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name")
WG_OPTIONS_AND_OPERANDS(wg_nn_group_norm_args);
WG_API wg_node wg_nn_group_norm_at(wg_site here, const wg_nn_group_norm_args *a);
#define wg_nn_group_norm(...) \
    WG_NAMED(wg_nn_group_norm_at, wg_nn_group_norm_args, (x, p, name, groups), 4, #__VA_ARGS__, __VA_ARGS__)

/* Convolution over the axes between the first and the last: x is [n, h, w, channels], or has 1 or 3
 * such axes. Parameters NAME.W [size..., channels / groups, units] and NAME.b [units]. Transposed:
 * NAME.W is [size..., units / groups, channels]. The other options are those of wg_conv. */
#define wg_nn_conv_args_list(P, X) \
    P(wg_node, x) \
    P(wg_params *, p) \
    P(const char *, name) \
    P(int64_t, units) /* channels of the result */ \
    X(wg_shape, size, WG_NO_SHAPE, "", "of the kernel: one number for all axes, or one for each; default 3") \
    X(wg_shape, stride, WG_NO_SHAPE, "", "as of wg_conv") \
    X(wg_shape, dilation, WG_NO_SHAPE, "", "as of wg_conv") \
    X(wg_shape, padding, WG_NO_SHAPE, "", "as of wg_conv") \
    X(bool, same, false, "", "as of wg_conv") \
    X(int64_t, groups, 1, "[1, inf)", "as of wg_conv") \
    X(bool, bias, true, "", "adds b") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_init, W_init, WG_NO_INIT, "", "default: wg_he()") \
    X(wg_init, b_init, WG_NO_INIT, "", "default: zeros")
WG_OPTIONS_AND_OPERANDS(wg_nn_conv_args);
WG_API wg_node wg_nn_conv_at(wg_site here, const wg_nn_conv_args *a);
/* transposed convolution: each element of x adds a kernel to the result */
WG_API wg_node wg_nn_conv_transpose_at(wg_site here, const wg_nn_conv_args *a);
#define wg_nn_conv(...) WG_NAMED(wg_nn_conv_at, wg_nn_conv_args, (x, p, name, units), 4, #__VA_ARGS__, __VA_ARGS__)
#define wg_nn_conv_transpose(...) \
    WG_NAMED(wg_nn_conv_transpose_at, wg_nn_conv_args, (x, p, name, units), 4, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
