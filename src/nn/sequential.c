/* sequential.c: layers one after the other, from a list. */
#include "wengert/sequential.h"

#include <stdio.h>

#include "nn/layer.h"

/* A layer of the list that is being made. */
typedef struct link {
    const wg_nn_part *part;
    wg_node x;
    wg_params *p;
    const char *name;
    bool share;
    wg_site here;
} link;

static int kinds_of(const wg_nn_part *l)
{
    return (l->dense != 0) + (l->conv != 0) + (l->conv_transpose != 0) + (l->rnn != 0) + (l->lstm != 0) +
           (l->gru != 0) + (l->attention != 0) + (l->transformer != 0) + (l->embedding != 0) + l->batch_norm +
           l->layer_norm + l->rms_norm + (l->max_pool.rank != 0) + (l->avg_pool.rank != 0) + (l->drop != 0) +
           l->flatten + (l->op != NULL) + (l->layer != NULL);
}

static wg_node conv(const link *k, int64_t units, wg_node (*make)(wg_site, const wg_nn_conv_args *))
{
    const wg_nn_part *l = k->part;
    return make(k->here, &(wg_nn_conv_args){ .x = k->x,
                                             .p = k->p,
                                             .name = k->name,
                                             .units = units,
                                             .size = l->size,
                                             .stride = l->stride,
                                             .padding = l->padding,
                                             .same = l->same,
                                             .no_bias = l->no_bias,
                                             .share = k->share });
}

static wg_node recurrent(const link *k, int64_t units,
                         wg_nn_states (*make)(wg_site, const wg_nn_recurrent_args *))
{
    return make(k->here, &(wg_nn_recurrent_args){ .x = k->x,
                                                  .p = k->p,
                                                  .name = k->name,
                                                  .units = units,
                                                  .bidirectional = k->part->bidirectional,
                                                  .share = k->share })
        .y;
}

static wg_node pool(const link *k, wg_shape size, wg_node (*make)(wg_site, const wg_pool_args *))
{
    const wg_nn_part *l = k->part;
    return make(k->here,
                &(wg_pool_args){
                    .x = k->x, .size = size, .stride = l->stride, .padding = l->padding, .same = l->same });
}

static wg_node flatten(const link *k)
{
    const wg_shape s = wg_node_shape(k->x);
    int64_t others = 1;
    for (int i = 1; i < s.rank; i++) others *= s.dim[i];
    return wg_reshape_at(k->here, k->x, WG_SHAPE(wg_dim_at(k->here, k->x, 0), others));
}

/* What the layers without units have in common. */
#define OWN(layer, ...)                                  \
    wg_nn_##layer##_at(k->here, &(wg_nn_##layer##_args){ \
                                    .x = k->x, .p = k->p, .name = k->name, .share = k->share, __VA_ARGS__ })

static wg_node make(const link *k)
{
    const wg_nn_part *l = k->part;
    if (l->dense) return OWN(dense, .units = l->dense, .no_bias = l->no_bias);
    if (l->conv) return conv(k, l->conv, wg_nn_conv_at);
    if (l->conv_transpose) return conv(k, l->conv_transpose, wg_nn_conv_transpose_at);
    if (l->rnn) return recurrent(k, l->rnn, wg_nn_rnn_at);
    if (l->lstm) return recurrent(k, l->lstm, wg_nn_lstm_at);
    if (l->gru) return recurrent(k, l->gru, wg_nn_gru_at);
    if (l->attention) return OWN(attention, .heads = l->attention, .causal = l->causal);
    if (l->transformer) return OWN(transformer_block, .heads = l->transformer, .causal = l->causal);
    if (l->embedding) return OWN(embedding, .count = l->embedding, .width = l->width);
    if (l->batch_norm) return OWN(batch_norm, .eps = 0);
    if (l->layer_norm) return OWN(layer_norm, .eps = 0);
    if (l->rms_norm) return OWN(rms_norm, .eps = 0);
    if (l->max_pool.rank) return pool(k, l->max_pool, wg_max_pool_at);
    if (l->avg_pool.rank) return pool(k, l->avg_pool, wg_avg_pool_at);
    if (l->drop != 0)
        return wg_dropout_at(k->here, &(wg_dropout_args){ .x = k->x, .drop = l->drop, .name = k->name });
    if (l->flatten) return flatten(k);
    return l->op ? l->op(k->here, k->x) : l->layer(k->x, k->p, k->name);
}

wg_node wg_nn_sequential_at(wg_site here, const wg_nn_sequential_args *a)
{
    WG_USER_CALL(here, "nn_sequential");
    a = WG_OR_NONE(a);
    layer l;
    char name[NAME_MOST + 16];
    if (!begin(&l, here, "nn_sequential", a->x, a->p, a->name, a->share)) return refused(a->x);
    wg_node y = a->x;
    if (a->count > 0 && !a->part) {
        wg_fail(wg_graph_context(l.g), here, WG_ERROR_USE, "nn_sequential: the list of \"%s\" is NULL",
                a->name);
        return refused(a->x);
    }
    for (int i = 0; i < a->count && wg_node_ok(y); i++) {
        const int kinds = kinds_of(&a->part[i]);
        if (kinds != 1) {
            wg_fail(wg_graph_context(l.g), here, WG_ERROR_USE,
                    "nn_sequential: layer %d of \"%s\" is %s: give it one field such as .dense = 10 or .op = "
                    "wg_relu_at",
                    i, a->name, kinds ? "several layers" : "none");
            return refused(a->x);
        }
        snprintf(name, sizeof name, "%s.%d", a->name, i);
        y = make(&(link){ &a->part[i], y, a->p, name, a->share, l.inside });
        if (!wg_graph_of(y) && !wg_failed(wg_graph_context(l.g)))
            wg_fail(wg_graph_context(l.g), here, WG_ERROR_USE,
                    "nn_sequential: layer %d of \"%s\" gave wg_none", i, a->name);
        if (wg_failed(wg_graph_context(l.g))) return refused(a->x);
    }
    return y;
}
