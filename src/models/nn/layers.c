/* layers.c: the table of layers. */
#include <string.h>

#include "wengert/nn.h"
#include "wgx/nn.h"

#define ROWS(...)                                         \
    (const wg_attr_row[])                                 \
    {                                                     \
        __VA_ARGS__, { NULL, WG_ATTR_INT, 0, NULL, NULL } \
    }
#define LAYER(NAME, field, args, by_position, ...)                                                           \
    {                                                                                                        \
#NAME, NAME, offsetof(wg_nn_part, field), sizeof((wg_nn_part){ 0 }.field), wg_nn_##args##_args_rows, \
            offsetof(wg_nn_##args##_args, x), offsetof(wg_nn_##args##_args, share), by_position,             \
            .rows = __VA_ARGS__                                                                              \
    }
#define ROW(type, kind, field)                                                   \
    {                                                                            \
#field, WG_ATTR_##kind, offsetof(wg_nn_##type##_args, field), NULL, NULL \
    }
#define CONV                                                                           \
    ROWS(ROW(conv, SIZE, units), ROW(conv, SHAPE, size), ROW(conv, SHAPE, stride),     \
         ROW(conv, SHAPE, dilation), ROW(conv, SHAPE, padding), ROW(conv, BOOL, same), \
         ROW(conv, SIZE, groups), ROW(conv, BOOL, bias))
#define RECURRENT \
    ROWS(ROW(recurrent, SIZE, units), ROW(recurrent, BOOL, reverse), ROW(recurrent, BOOL, bidirectional))

static wg_node dense(wg_site here, const void *a) { return wg_nn_dense_at(here, a); }
static wg_node batch_norm(wg_site here, const void *a) { return wg_nn_batch_norm_at(here, a); }
static wg_node layer_norm(wg_site here, const void *a) { return wg_nn_layer_norm_at(here, a); }
static wg_node rms_norm(wg_site here, const void *a) { return wg_nn_rms_norm_at(here, a); }
static wg_node conv(wg_site here, const void *a) { return wg_nn_conv_at(here, a); }
static wg_node conv_transpose(wg_site here, const void *a) { return wg_nn_conv_transpose_at(here, a); }
static wg_node embedding(wg_site here, const void *a) { return wg_nn_embedding_at(here, a); }
static wg_node rnn(wg_site here, const void *a) { return wg_nn_rnn_at(here, a).y; }
static wg_node lstm(wg_site here, const void *a) { return wg_nn_lstm_at(here, a).y; }
static wg_node gru(wg_site here, const void *a) { return wg_nn_gru_at(here, a).y; }
static wg_node attention(wg_site here, const void *a) { return wg_nn_attention_at(here, a); }
static wg_node transformer_block(wg_site here, const void *a) { return wg_nn_transformer_block_at(here, a); }

WG_OPTION_ROWS(wg_nn_dense_args)
WG_OPTION_ROWS(wg_nn_batch_norm_args)
WG_OPTION_ROWS(wg_nn_layer_norm_args)
WG_OPTION_ROWS(wg_nn_rms_norm_args)
WG_OPTION_ROWS(wg_nn_group_norm_args)
WG_OPTION_ROWS(wg_nn_conv_args)
WG_OPTION_ROWS(wg_nn_cell_args)
WG_OPTION_ROWS(wg_nn_recurrent_args)
WG_OPTION_ROWS(wg_nn_embedding_args)
WG_OPTION_ROWS(wg_nn_attention_args)
WG_OPTION_ROWS(wg_nn_transformer_block_args)
WG_OPTION_ROWS(wg_nn_sequential_args)

static const wgx_nn_kind kinds[] = {
    LAYER(dense, dense, dense, 1, ROWS(ROW(dense, SIZE, units), ROW(dense, BOOL, bias)),
          .init = offsetof(wg_nn_dense_args, W_init)),
    LAYER(batch_norm, batch_norm, batch_norm, 0,
          ROWS(ROW(batch_norm, DOUBLE, eps), ROW(batch_norm, DOUBLE, momentum), ROW(batch_norm, AXIS, axis)),
          .is_norm = true),
    LAYER(layer_norm, layer_norm, layer_norm, 0,
          ROWS(ROW(layer_norm, DOUBLE, eps), ROW(layer_norm, AXIS, axis), ROW(layer_norm, AXES, axes)),
          .is_norm = true),
    LAYER(rms_norm, rms_norm, rms_norm, 0,
          ROWS(ROW(rms_norm, DOUBLE, eps), ROW(rms_norm, AXIS, axis), ROW(rms_norm, AXES, axes)),
          .is_norm = true),
    LAYER(conv, conv, conv, 1, CONV),
    LAYER(conv_transpose, conv_transpose, conv, 1, CONV),
    LAYER(
        embedding, embedding, embedding, 2,
        ROWS(ROW(embedding, SIZE, count), ROW(embedding, SIZE, width), ROW(embedding, SIZE, padding_index))),
    LAYER(rnn, rnn, recurrent, 1, RECURRENT),
    LAYER(lstm, lstm, recurrent, 1, RECURRENT),
    LAYER(gru, gru, recurrent, 1, RECURRENT),
    LAYER(attention, attention, attention, 0,
          ROWS(ROW(attention, SIZE, heads), ROW(attention, BOOL, causal), ROW(attention, BOOL, bias))),
    LAYER(transformer_block, transformer, transformer_block, 0,
          ROWS(ROW(transformer_block, SIZE, heads), ROW(transformer_block, SIZE, hidden),
               ROW(transformer_block, BOOL, causal), ROW(transformer_block, DOUBLE, drop))),
    { 0 }
};

const wgx_nn_kind *wgx_nn_kinds(void) { return kinds; }

/* Operands begin at multiples of 8 bytes, also where a pointer has 4: no struct of their own says it. */
void wgx_nn_first(const wgx_nn_kind *k, void *args, wg_node x, wg_params *p, const char *name)
{
    enum { X = offsetof(wg_nn_dense_args, x) };
    char *first = (char *)args + k->first;
    memcpy(first, &x, sizeof x);
    memcpy(first + offsetof(wg_nn_dense_args, p) - X, &p, sizeof p);
    memcpy(first + offsetof(wg_nn_dense_args, name) - X, &name, sizeof name);
}
