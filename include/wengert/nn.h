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

#include "ops.h"
#include "params.h"
#include "recurrent.h"
#include "sequential.h"
#include "transformer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_nn_dense_args {
    wg_node x; /* [..., in] */
    wg_params *p;
    const char *name;
    int64_t units;
    WG_BY_NAME;
    bool no_bias;
    bool share;
    wg_init W_init; /* default: wg_he() */
    wg_init b_init; /* default: zeros */
    uint64_t reserved[4];
} wg_nn_dense_args;
WG_API wg_node wg_nn_dense_at(wg_site here, const wg_nn_dense_args *a);
#define wg_nn_dense(...) WG_NAMED(wg_nn_dense_at, wg_nn_dense_args, 4, #__VA_ARGS__, __VA_ARGS__)

/* Batch normalisation over all axes but that of the features. Parameters NAME.gamma and NAME.beta. In
 * WG_TRAIN it uses the mean and variance of the batch, and each wg_backward updates their averages, the
 * states NAME.mean and NAME.variance. In WG_EVAL it uses the averages, corrected for their start at 0 by
 * the state NAME.count. */
typedef struct wg_nn_batch_norm_args {
    wg_node x;
    wg_params *p;
    const char *name;
    WG_BY_NAME;
    double momentum; /* average = momentum * average + (1 - momentum) * new value; default 0.9 */
    double eps;      /* default 1e-5 */
    bool share;
    wg_layer_mode mode;
    wg_axis axis; /* of the features; default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    uint64_t reserved[4];
} wg_nn_batch_norm_args;
WG_API wg_node wg_nn_batch_norm_at(wg_site here, const wg_nn_batch_norm_args *a);
#define wg_nn_batch_norm(...) \
    WG_NAMED(wg_nn_batch_norm_at, wg_nn_batch_norm_args, 3, #__VA_ARGS__, __VA_ARGS__)

/* Layer normalisation over the last axis, or over axes that you name. Parameters NAME.gamma and NAME.beta, of
 * their sizes. */
typedef struct wg_nn_layer_norm_args {
    wg_node x;
    wg_params *p;
    const char *name;
    WG_BY_NAME;
    double eps; /* default 1e-5 */
    bool share;
    wg_axis axes; /* default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    uint64_t reserved[4];
} wg_nn_layer_norm_args;
WG_API wg_node wg_nn_layer_norm_at(wg_site here, const wg_nn_layer_norm_args *a);
#define wg_nn_layer_norm(...) \
    WG_NAMED(wg_nn_layer_norm_at, wg_nn_layer_norm_args, 3, #__VA_ARGS__, __VA_ARGS__)

/* wg_rms_norm over the last axis, or over axes that you name. Parameter NAME.gamma, of their sizes. */
typedef struct wg_nn_rms_norm_args {
    wg_node x;
    wg_params *p;
    const char *name;
    WG_BY_NAME;
    double eps; /* default 1e-5 */
    bool share;
    wg_axis axes; /* default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    uint64_t reserved[4];
} wg_nn_rms_norm_args;
WG_API wg_node wg_nn_rms_norm_at(wg_site here, const wg_nn_rms_norm_args *a);
#define wg_nn_rms_norm(...) WG_NAMED(wg_nn_rms_norm_at, wg_nn_rms_norm_args, 3, #__VA_ARGS__, __VA_ARGS__)

/* wg_group_norm. Parameters NAME.gamma and NAME.beta, one for each channel. */
typedef struct wg_nn_group_norm_args {
    wg_node x;
    wg_params *p;
    const char *name;
    int groups;
    WG_BY_NAME;
    double eps;   /* default 1e-5 */
    wg_axis axis; /* of the channels; default: the last. In a struct that you fill in, axis 0 is WG_AXES(0) */
    bool share;
    uint64_t reserved[4];
} wg_nn_group_norm_args;
WG_API wg_node wg_nn_group_norm_at(wg_site here, const wg_nn_group_norm_args *a);
#define wg_nn_group_norm(...) \
    WG_NAMED(wg_nn_group_norm_at, wg_nn_group_norm_args, 4, #__VA_ARGS__, __VA_ARGS__)

/* Convolution over the axes between the first and the last: x is [n, h, w, channels], or has 1 or 3
 * such axes. Parameters NAME.W [size..., channels / groups, units] and NAME.b [units]. Transposed:
 * NAME.W is [size..., units / groups, channels]. The other options are those of wg_conv. */
typedef struct wg_nn_conv_args {
    wg_node x;
    wg_params *p;
    const char *name;
    int64_t units; /* channels of the result */
    WG_BY_NAME;
    wg_shape size; /* of the kernel: one number for all axes, or one for each; default 3 */
    wg_shape stride, dilation, padding;
    bool same;
    int64_t groups;
    bool no_bias;
    bool share;
    wg_init W_init; /* default: wg_he() */
    wg_init b_init; /* default: zeros */
    uint64_t reserved[4];
} wg_nn_conv_args;
WG_API wg_node wg_nn_conv_at(wg_site here, const wg_nn_conv_args *a);
WG_API wg_node wg_nn_conv_transpose_at(wg_site here, const wg_nn_conv_args *a);
#define wg_nn_conv(...) WG_NAMED(wg_nn_conv_at, wg_nn_conv_args, 4, #__VA_ARGS__, __VA_ARGS__)
#define wg_nn_conv_transpose(...) \
    WG_NAMED(wg_nn_conv_transpose_at, wg_nn_conv_args, 4, #__VA_ARGS__, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
