/* SPDX-License-Identifier: MIT */
/* sequential.h: layers one after the other, written as a list. nn.h includes this.
 *
 *     wg_node y = wg_nn_sequential(x, p, "net", { .conv = 6, .size = WG_SHAPE(5) }, { .op = wg_relu_at },
 *                                  { .max_pool = WG_SHAPE(2) }, { .flatten = true }, { .dense = 10 });
 *
 * To share the parameters with an earlier call, call wg_nn_sequential_at with .share.
 *
 * Layer i has the name NAME.i, counted from 0: here the parameters are net.0.W, net.0.b, net.4.W and net.4.b.
 */
#ifndef WENGERT_SEQUENTIAL_H
#define WENGERT_SEQUENTIAL_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "params.h"

WG_BEGIN_DECLS

/* A layer of the list. Exactly one of the first fields says what it is. */
typedef struct wg_nn_part {
    int64_t dense, conv, conv_transpose; /* units */
    int64_t rnn, lstm, gru;              /* units; the result is that of all steps */
    int64_t attention, transformer;      /* heads of wg_nn_attention, of wg_nn_transformer_block */
    int64_t embedding;                   /* rows of the table; .width is their size */
    bool batch_norm, layer_norm, rms_norm;
    wg_shape max_pool, avg_pool;                                 /* windows */
    double drop;                                                 /* of wg_dropout */
    bool flatten;                                                /* [n, ...] becomes [n, all others] */
    wg_node (*op)(wg_site here, wg_node x);                      /* wg_relu_at and its like */
    wg_node (*layer)(wg_node x, wg_params *p, const char *name); /* a function of yours */

    /* Options of some of them, as of the layers in nn.h, recurrent.h and transformer.h. */
    bool no_bias;                   /* dense, conv */
    wg_shape size, stride, padding; /* conv; stride and padding: pools, too */
    bool same;                      /* conv and pools */
    bool bidirectional;             /* rnn, lstm, gru */
    bool causal;                    /* attention, transformer */
    int64_t width;                  /* embedding */
} wg_nn_part;

#define wg_nn_sequential_args_list(P, X) \
    P(wg_node, x) \
    P(wg_params *, p) \
    P(const char *, name) \
    P(const wg_nn_part *, part) /* the first one first */ \
    P(int, count) \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name")
WG_OPTIONS_AND_OPERANDS(wg_nn_sequential_args);
/* Layers one after the other. */
WG_API wg_node wg_nn_sequential_at(wg_site here, const wg_nn_sequential_args *a);
#ifndef __cplusplus
#define wg_nn_sequential(node, params, title, ...)                       \
    WG_CALL_WITH(wg_nn_sequential_at, (WG_AT(#node)), wg_nn_sequential_args, .x = (node), .p = (params), .name = (title), \
            .part = (const wg_nn_part[]){ __VA_ARGS__ }, \
            .count = (int)(sizeof((wg_nn_part[]){ __VA_ARGS__ }) / sizeof(wg_nn_part)))
#else
}
template <int N>
static inline wg_node wg_nn_sequential_of(wg_site here, wg_node x, wg_params *p, const char *name,
                                          const wg_nn_part (&part)[N])
{
    wg_nn_sequential_args a = wg_nn_sequential_args();
    a.x = x, a.p = p, a.name = name, a.part = part, a.count = N;
    return wg_nn_sequential_at(here, &a);
}
#define wg_nn_sequential(node, params, title, ...) \
    WG_SEQUENTIAL_(WG_NEW_NAME_, WG_AT(#node), node, params, title, __VA_ARGS__)
#define WG_SEQUENTIAL_(y, here, node, params, title, ...)                             \
    __extension__({                                                                   \
        _Pragma("GCC diagnostic push")                                                \
        _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")            \
        wg_node y = wg_nn_sequential_of(here, node, params, title, { __VA_ARGS__ });  \
        _Pragma("GCC diagnostic pop")                                                 \
        y;                                                                            \
    })
extern "C" {
#endif

WG_END_DECLS
#endif
