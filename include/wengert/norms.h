/* SPDX-License-Identifier: MIT */
/* norms.h: normalisation, and resizing of images. ops.h includes this header. */
#ifndef WENGERT_NORMS_H
#define WENGERT_NORMS_H

#include "graph.h"
#include "named.h"

#ifdef __cplusplus
extern "C" {
#endif

/* gamma (x - mean) / sqrt(variance + eps) + beta, for each feature. For inference give mean and
 * variance. Without them those of the batch are used: over all axes but that of the features, the
 * variance divided by n. If the features are the last axis, they are then outputs 1 and 2 (wg_part).
 * gamma, beta, mean, variance: [features]. */
typedef struct wg_batch_norm_args {
    wg_node x, gamma, beta;
    wg_node mean, variance;
    WG_BY_NAME;
    double eps;   /* added to the variance; default 1e-5 */
    wg_axis axis; /* of the features; default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    uint64_t reserved[2];
} wg_batch_norm_args;
WG_API wg_node wg_batch_norm_at(wg_site here, const wg_batch_norm_args *a);
#define wg_batch_norm(...) WG_NAMED(wg_batch_norm_at, wg_batch_norm_args, 3_5, #__VA_ARGS__, __VA_ARGS__)

/* The same for each row: mean and variance are over the last axis, or over other axes that you name.
 * Training and inference do not differ. gamma, beta: the sizes of these axes. Without .axes mean and
 * variance are outputs 1 and 2. */
typedef struct wg_layer_norm_args {
    wg_node x, gamma, beta;
    WG_BY_NAME;
    double eps;   /* added to the variance; default 1e-5 */
    wg_axis axes; /* default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    uint64_t reserved[2];
} wg_layer_norm_args;
WG_API wg_node wg_layer_norm_at(wg_site here, const wg_layer_norm_args *a);
#define wg_layer_norm(...) WG_NAMED(wg_layer_norm_at, wg_layer_norm_args, 3, #__VA_ARGS__, __VA_ARGS__)

/* gamma x / sqrt(mean(x^2) + eps), the mean over the last axis or over axes that you name. gamma: the
 * sizes of these axes, or wg_none. */
typedef struct wg_rms_norm_args {
    wg_node x, gamma;
    WG_BY_NAME;
    double eps;   /* default 1e-5 */
    wg_axis axes; /* default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    uint64_t reserved[2];
} wg_rms_norm_args;
WG_API wg_node wg_rms_norm_at(wg_site here, const wg_rms_norm_args *a);
#define wg_rms_norm(...) WG_NAMED(wg_rms_norm_at, wg_rms_norm_args, 2, #__VA_ARGS__, __VA_ARGS__)

/* gamma (x - mean) / sqrt(variance + eps) + beta. Mean and variance are those of a group of
 * neighbouring channels of one example (axis 0), over all other axes. gamma, beta: [channels].
 * instance_norm: each channel is a group. */
typedef struct wg_group_norm_args {
    wg_node x, gamma, beta;
    int groups; /* the number of channels must be a multiple of it; wg_instance_norm takes none */
    WG_BY_NAME;
    double eps;   /* default 1e-5 */
    wg_axis axis; /* of the channels; default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    uint64_t reserved[2];
} wg_group_norm_args;
WG_API wg_node wg_group_norm_at(wg_site here, const wg_group_norm_args *a);
WG_API wg_node wg_instance_norm_at(wg_site here, const wg_group_norm_args *a);
#define wg_group_norm(...)    WG_NAMED(wg_group_norm_at, wg_group_norm_args, 4, #__VA_ARGS__, __VA_ARGS__)
#define wg_instance_norm(...) WG_NAMED(wg_instance_norm_at, wg_group_norm_args, 3, #__VA_ARGS__, __VA_ARGS__)

typedef enum wg_resize_mode { WG_NEAREST, WG_BILINEAR } wg_resize_mode;
typedef struct wg_resize_args {
    wg_node x;
    wg_shape shape; /* the new sizes of the axes */
    WG_BY_NAME;
    wg_resize_mode mode; /* default: nearest */
    wg_axis axes;        /* default: 1, 2, ...: images are [examples, height, width, channels] */
    bool align_corners;  /* bilinear: the first and last elements stay where they are */
    uint64_t reserved[2];
} wg_resize_args;
/* Along each of the axes, from n to m elements. nearest: y[i] = x[floor(i n / m)]. bilinear: the line
 * between the two neighbours of place (i + 1/2) n / m - 1/2 of x, or with align_corners of i (n - 1) /
 * (m - 1); outside x its ends. */
WG_API wg_node wg_resize_at(wg_site here, const wg_resize_args *a);
#define wg_resize(...) WG_NAMED(wg_resize_at, wg_resize_args, 2, #__VA_ARGS__, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
