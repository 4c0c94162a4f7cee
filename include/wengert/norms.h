/* SPDX-License-Identifier: MIT */
/* norms.h: normalisation, and resizing of images. ops.h includes this header.
 *
 *     wg_node h = wg_layer_norm(x, gamma, beta);              each row has mean 0 and deviation 1, then gamma, beta
 *     wg_node b = wg_batch_norm(x, gamma, beta);              the same of each column, over the rows of the batch
 *     wg_node big = wg_resize(image, WG_SHAPE(64, 64), .mode = WG_BILINEAR);
 *
 * The layers with parameters and averages are those of nn.h: wg_nn_layer_norm, wg_nn_batch_norm. */
#ifndef WENGERT_NORMS_H
#define WENGERT_NORMS_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

/* gamma (x - mean) / sqrt(variance + eps) + beta, for each feature. For inference give mean and
 * variance. Without them those of the batch are used: over all axes but that of the features, the
 * variance divided by n. If the features are the last axis, they are then outputs 1 and 2 (wg_part).
 * gamma, beta, mean, variance: [features]. */
#define wg_batch_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, gamma) \
    P(wg_node, beta) \
    P(wg_node, mean) \
    P(wg_node, variance) \
    X(double, eps, 1e-5, "[0, inf)", "added to the variance") \
    X(int, axis, -1, "", "of the features")
WG_OPTIONS_AND_OPERANDS(wg_batch_norm_args);
WG_API wg_node wg_batch_norm_at(wg_site here, const wg_batch_norm_args *a);
#define wg_batch_norm(...) WG_NAMED(wg_batch_norm_at, wg_batch_norm_args, (x, gamma, beta, mean, variance), 3_5, #__VA_ARGS__, __VA_ARGS__)

/* The same for each row: mean and variance are over the last axis, or over other axes that you name.
 * Training and inference do not differ. gamma, beta: the sizes of these axes. Without .axes mean and
 * variance are outputs 1 and 2. */
#define wg_layer_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, gamma) \
    P(wg_node, beta) \
    X(double, eps, 1e-5, "[0, inf)", "added to the variance") \
    X(int, axis, WG_AUTO, "", "one axis; default: the last, or those of .axes") \
    X(wg_axes, axes, WG_NO_AXES, "", "several axes")
WG_OPTIONS_AND_OPERANDS(wg_layer_norm_args);
WG_API wg_node wg_layer_norm_at(wg_site here, const wg_layer_norm_args *a);
#define wg_layer_norm(...) WG_NAMED(wg_layer_norm_at, wg_layer_norm_args, (x, gamma, beta), 3, #__VA_ARGS__, __VA_ARGS__)

/* gamma x / sqrt(mean(x^2) + eps), the mean over the last axis or over axes that you name. gamma: the
 * sizes of these axes, or wg_none. */
#define wg_rms_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, gamma) \
    X(double, eps, 1e-5, "[0, inf)", "added to the mean of the squares") \
    X(int, axis, WG_AUTO, "", "one axis; default: the last, or those of .axes") \
    X(wg_axes, axes, WG_NO_AXES, "", "several axes")
WG_OPTIONS_AND_OPERANDS(wg_rms_norm_args);
WG_API wg_node wg_rms_norm_at(wg_site here, const wg_rms_norm_args *a);
#define wg_rms_norm(...) WG_NAMED(wg_rms_norm_at, wg_rms_norm_args, (x, gamma), 2, #__VA_ARGS__, __VA_ARGS__)

/* gamma (x - mean) / sqrt(variance + eps) + beta. Mean and variance are those of a group of
 * neighbouring channels of one example (axis 0), over all other axes. gamma, beta: [channels].
 * instance_norm: each channel is a group. */
#define wg_group_norm_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, gamma) \
    P(wg_node, beta) \
    P(int, groups) /* the number of channels must be a multiple of it; wg_instance_norm takes none */ \
    X(double, eps, 1e-5, "[0, inf)", "added to the variance") \
    X(int, axis, -1, "", "of the channels")
WG_OPTIONS_AND_OPERANDS(wg_group_norm_args);
WG_API wg_node wg_group_norm_at(wg_site here, const wg_group_norm_args *a);
/* wg_group_norm with a group for each channel */
WG_API wg_node wg_instance_norm_at(wg_site here, const wg_group_norm_args *a);
#define wg_group_norm(...)    WG_NAMED(wg_group_norm_at, wg_group_norm_args, (x, gamma, beta, groups), 4, #__VA_ARGS__, __VA_ARGS__)
#define wg_instance_norm(...) WG_NAMED(wg_instance_norm_at, wg_group_norm_args, (x, gamma, beta), 3, #__VA_ARGS__, __VA_ARGS__)

typedef enum wg_resize_mode { WG_NEAREST, WG_BILINEAR } wg_resize_mode;
#define wg_resize_args_list(P, X) \
    P(wg_node, x) \
    P(wg_shape, shape) /* the new sizes of the axes */ \
    X(wg_resize_mode, mode, WG_NEAREST, "nearest, bilinear", "how elements between are found") \
    X(int, axis, WG_AUTO, "", "one axis; default: those of .axes") \
    X(wg_axes, axes, WG_NO_AXES, "", "default: 1, 2, ...: images are [examples, height, width, channels]") \
    X(bool, align_corners, false, "", "bilinear: the first and last elements stay where they are")
WG_OPTIONS_AND_OPERANDS(wg_resize_args);
/* Along each of the axes, from n to m elements. nearest: y[i] = x[floor(i n / m)]. bilinear: the line
 * between the two neighbours of place (i + 1/2) n / m - 1/2 of x, or with align_corners of i (n - 1) /
 * (m - 1); outside x its ends. */
WG_API wg_node wg_resize_at(wg_site here, const wg_resize_args *a);
#define wg_resize(...) WG_NAMED(wg_resize_at, wg_resize_args, (x, shape), 2, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
