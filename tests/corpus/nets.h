/* nets.h: correct nets, built with the graph API. The check is asked at the start, after 300 and after
 * 3,000 steps of training. */
#ifndef CORPUS_NETS_H
#define CORPUS_NETS_H

#include "wengert/wengert.h"

enum { WGT_NETS = 200 /* room for all nets */ };

typedef enum wgt_activation {
    WGT_RELU,
    WGT_LEAKY,
    WGT_TANH,
    WGT_SIGMOID,
    WGT_SOFTPLUS,
    WGT_GELU,
    WGT_ACTIVATIONS
} wgt_activation;
typedef enum wgt_loss { WGT_CROSS_ENTROPY, WGT_SQUARES, WGT_BCE, WGT_LOSSES } wgt_loss;

typedef struct wgt_net wgt_net;
struct wgt_net {
    const char *kind;
    wg_node (*build)(const wgt_net *n, wg_graph *g, wg_params *p); /* the loss */
    wgt_activation activation;
    wgt_loss loss;
    double deviation; /* of the first weights; 0: by He */
    double l2;
    bool adam;
    uint64_t seed;
};

/* Writes all nets to `to`, which has room for WGT_NETS, and returns their number. */
int wgt_nets(wgt_net *to, uint64_t seed);

const char *wgt_net_name(const wgt_net *n, char *buf, size_t size); /* returns buf */

/* Calls see after each number of steps in `steps`, which rise. The context may have failed: see r. */
typedef void (*wgt_net_seer)(void *self, const wgt_net *n, int steps, const wg_check *r);
void wgt_net_check(const wgt_net *n, const int *steps, int count, wgt_net_seer see, void *self);

/* ---- for the files that hold the nets ---- */

wg_node wgt_data(wg_graph *g, const char *name, uint64_t seed, wg_shape s); /* standard normal */
wg_node wgt_layer(const wgt_net *n, wg_node x, wg_params *p, const char *name, int64_t units);
wg_node wgt_activate(wg_node x, wgt_activation a);
wg_node wgt_loss_of(const wgt_net *n, wg_node x); /* x: [rows, units] */

wg_node wgt_net_plain(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_batch_norm(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_layer_norm(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_dropout(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_convolution(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_recurrent(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_lstm(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_attention(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_embedding(const wgt_net *n, wg_graph *g, wg_params *p);
wg_node wgt_net_tied(const wgt_net *n, wg_graph *g, wg_params *p);     /* weights used several times */
wg_node wgt_net_stopped(const wgt_net *n, wg_graph *g, wg_params *p);  /* a branch without gradient */
wg_node wgt_net_straight(const wgt_net *n, wg_graph *g, wg_params *p); /* rounding, straight through */

#endif
