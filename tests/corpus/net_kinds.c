/* net_kinds.c: the kinds of nets. */
#include "corpus/nets.h"

#include <math.h>

#include "corpus/draw.h"

enum { ROWS = 8, IN = 5, HIDDEN = 8, OUT = 3 };

/* ---- parts ---- */

wg_node wgt_data(wg_graph *g, const char *name, uint64_t seed, wg_shape s)
{
    double x[1024];
    wgt_draws d = { seed, 0 };
    for (int64_t i = 0; i < wg_shape_size(s) && i < 1024; i++) x[i] = wgt_draw_normal(&d);
    return wg_cast(wg_input(g, name, wg_view_f64(x, s)), wg_context_dtype(wg_graph_context(g)));
}

static wg_node integers(wg_graph *g, const char *name, uint64_t seed, int below, wg_shape s)
{
    int32_t k[64];
    wgt_draws d = { seed, 0 };
    for (int64_t i = 0; i < wg_shape_size(s) && i < 64; i++) k[i] = (int32_t)(below * wgt_draw(&d));
    return wg_input(g, name, wg_view_i32(k, s));
}

static wg_node input(const wgt_net *n, wg_graph *g)
{
    return wgt_data(g, "x", n->seed + 100, WG_SHAPE(ROWS, IN));
}

static wg_init first_values(const wgt_net *n)
{
    return n->deviation > 0 ? wg_normal(0, n->deviation) : wg_he();
}

wg_node wgt_layer(const wgt_net *n, wg_node x, wg_params *p, const char *name, int64_t units)
{
    const wg_init W = first_values(n), b = wg_normal(0, n->deviation > 0 ? n->deviation : 0.1);
    return wg_nn_dense(x, p, name, units, .W_init = W, .b_init = b);
}

static wg_node gelu(wg_node x) { return wg_mul(wg_mul(x, 0.5), wg_add(wg_erf(wg_mul(x, sqrt(0.5))), 1)); }

wg_node wgt_activate(wg_node x, wgt_activation a)
{
    switch (a) {
    case WGT_RELU: return wg_relu(x);
    case WGT_LEAKY: return wg_leaky_relu(x, .slope = 0.1);
    case WGT_TANH: return wg_tanh(x);
    case WGT_SIGMOID: return wg_sigmoid(x);
    case WGT_SOFTPLUS: return wg_softplus(x);
    default: return gelu(x);
    }
}

wg_node wgt_loss_of(const wgt_net *n, wg_node x)
{
    wg_graph *g = wg_graph_of(x);
    const int64_t rows = wg_dim(x, 0), units = wg_dim(x, 1);
    const wg_node wish = wgt_data(g, "wish", n->seed + 200, WG_SHAPE(rows, units));
    if (n->loss == WGT_CROSS_ENTROPY)
        return wg_softmax_cross_entropy(x, integers(g, "class", n->seed + 300, (int)units, WG_SHAPE(rows)));
    if (n->loss == WGT_SQUARES) return wg_mse(x, wish);
    return wg_bce_with_logits(x, wg_cast(wg_greater(wish, 0), wg_node_dtype(x)));
}

/* ---- nets ---- */

wg_node wgt_net_plain(const wgt_net *n, wg_graph *g, wg_params *p)
{
    wg_node h = wgt_activate(wgt_layer(n, input(n, g), p, "a", HIDDEN), n->activation);
    h = wgt_activate(wgt_layer(n, h, p, "b", HIDDEN), n->activation);
    return wgt_loss_of(n, wgt_layer(n, h, p, "c", OUT));
}

wg_node wgt_net_batch_norm(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node z = wgt_layer(n, input(n, g), p, "a", HIDDEN);
    const wg_node h = wgt_activate(wg_nn_batch_norm(z, p, "norm"), n->activation);
    return wgt_loss_of(n, wgt_layer(n, h, p, "c", OUT));
}

wg_node wgt_net_layer_norm(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node z = wgt_layer(n, input(n, g), p, "a", HIDDEN);
    const wg_node h = wgt_activate(wg_nn_layer_norm(z, p, "norm"), n->activation);
    return wgt_loss_of(n, wgt_layer(n, h, p, "c", OUT));
}

wg_node wgt_net_dropout(const wgt_net *n, wg_graph *g, wg_params *p)
{
    wg_node h = wgt_activate(wgt_layer(n, input(n, g), p, "a", HIDDEN), n->activation);
    h = wg_dropout(h, .drop = 0.3);
    h = wg_dropout(wgt_activate(wgt_layer(n, h, p, "b", HIDDEN), n->activation), .drop = 0.5);
    return wgt_loss_of(n, wgt_layer(n, h, p, "c", OUT));
}

/* Windows of 3 of a signal of 10, by a gather; 4 filters; the largest of each along the signal. */
wg_node wgt_net_convolution(const wgt_net *n, wg_graph *g, wg_params *p)
{
    int32_t at[8][3];
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 3; j++) at[i][j] = i + j;
    const wg_node x = wgt_data(g, "x", n->seed + 100, WG_SHAPE(10, ROWS));
    const wg_node windows = wg_gather(x, wg_input(g, "at", wg_view_i32(at[0], WG_SHAPE(8, 3))));
    const wg_node rows = wg_transpose(windows, .axes = WG_AXES(2, 0, 1));
    const wg_node h = wgt_activate(wgt_layer(n, rows, p, "filter", 4), n->activation);
    const wg_node pooled = n->seed % 2 ? wg_max(h, .axes = WG_AXES(1)) : wg_mean(h, .axes = WG_AXES(1));
    return wgt_loss_of(n, wgt_layer(n, pooled, p, "c", OUT));
}

static wg_node at_time(wg_node x, int64_t t)
{
    return wg_squeeze(wg_slice(x, .axis = 0, .from = t, .to = t + 1), 0);
}

wg_node wgt_net_recurrent(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node x = wgt_data(g, "x", n->seed + 100, WG_SHAPE(6, ROWS, 3));
    const wg_node V = wg_param(g, p, "V", WG_SHAPE(3, 6), wg_xavier()),
                  W = wg_param(g, p, "W", WG_SHAPE(6, 6), wg_xavier()),
                  b = wg_param(g, p, "b", WG_SHAPE(6), wg_normal(0, 0.1));
    wg_node h = wgt_activate(wg_dense(at_time(x, 0), V, b), n->activation);
    for (int64_t t = 1; t < 6; t++) {
        const wg_node from_x = wg_dense(at_time(x, t), V, b);
        h = wgt_activate(wg_add(from_x, wg_matmul(h, W)), n->activation);
    }
    return wgt_loss_of(n, wgt_layer(n, h, p, "c", OUT));
}

static wg_node quarter(wg_node gates, int64_t k)
{
    return wg_slice(gates, .axis = 1, .from = 5 * k, .to = 5 * k + 5);
}

wg_node wgt_net_lstm(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node x = wgt_data(g, "x", n->seed + 100, WG_SHAPE(5, ROWS, 3));
    const wg_node V = wg_param(g, p, "V", WG_SHAPE(3, 20), wg_xavier()),
                  W = wg_param(g, p, "W", WG_SHAPE(5, 20), wg_xavier()),
                  b = wg_param(g, p, "b", WG_SHAPE(20), wg_zeros());
    wg_node h = wg_fill(g, 0, WG_SHAPE(ROWS, 5)), c = h;
    for (int64_t t = 0; t < 5; t++) {
        const wg_node from_x = wg_dense(at_time(x, t), V, b), gates = wg_add(from_x, wg_matmul(h, W));
        const wg_node keep = wg_sigmoid(quarter(gates, 0)), in = wg_sigmoid(quarter(gates, 1)),
                      out = wg_sigmoid(quarter(gates, 2)), new = wg_tanh(quarter(gates, 3));
        c = wg_add(wg_mul(keep, c), wg_mul(in, new));
        h = wg_mul(out, wg_tanh(c));
    }
    return wgt_loss_of(n, wgt_layer(n, h, p, "c", OUT));
}

wg_node wgt_net_attention(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node x = wgt_data(g, "x", n->seed + 100, WG_SHAPE(4, 5, 4));
    const wg_node q = wgt_layer(n, x, p, "q", 6), k = wgt_layer(n, x, p, "k", 6),
                  v = wgt_layer(n, x, p, "v", 6);
    const wg_node scores = wg_div(wg_matmul(q, wg_transpose(k, .axes = WG_AXES(0, 2, 1))), sqrt(6));
    const wg_node h = wg_matmul(wg_softmax(scores), v), normed = wg_nn_layer_norm(h, p, "norm");
    const wg_node mean = wg_mean(wgt_activate(normed, n->activation), .axes = WG_AXES(1));
    return wgt_loss_of(n, wgt_layer(n, mean, p, "c", OUT));
}

wg_node wgt_net_embedding(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node table = wg_param(g, p, "table", WG_SHAPE(7, 4), wg_normal(0, 1)),
                  words = integers(g, "words", n->seed + 400, 6, WG_SHAPE(ROWS, 3)); /* word 6 never occurs */
    const wg_node flat = wg_reshape(wg_gather(table, words), WG_SHAPE(ROWS, 12));
    return wgt_loss_of(
        n, wgt_layer(n, wgt_activate(wgt_layer(n, flat, p, "a", HIDDEN), n->activation), p, "c", OUT));
}

wg_node wgt_net_tied(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node W = wg_param(g, p, "W", WG_SHAPE(IN, HIDDEN), first_values(n)),
                  V = wg_param(g, p, "V", WG_SHAPE(HIDDEN, HIDDEN), first_values(n));
    wg_node h = wgt_activate(wg_matmul(input(n, g), W), n->activation);
    for (int k = 0; k < 3; k++) h = wg_add(h, wgt_activate(wg_matmul(h, V), n->activation));
    return wgt_loss_of(n, wg_matmul(h, wg_transpose(W)));
}

wg_node wgt_net_stopped(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node h = wgt_activate(wgt_layer(n, input(n, g), p, "a", HIDDEN), n->activation);
    const wg_node online = wgt_layer(n, h, p, "b", OUT),
                  target = wg_stop_gradient(wgt_layer(n, h, p, "c", OUT));
    return wg_add(wgt_loss_of(n, online), wg_mse(online, target));
}

wg_node wgt_net_straight(const wgt_net *n, wg_graph *g, wg_params *p)
{
    const wg_node h = wgt_activate(wgt_layer(n, input(n, g), p, "a", HIDDEN), n->activation),
                  z = wg_mul(h, 3);
    const wg_node whole = wg_cast(wg_cast(wg_add(z, 100.5), WG_I32), wg_node_dtype(z));
    const wg_node rounded = wg_add(z, wg_stop_gradient(wg_sub(wg_sub(whole, 100), z)));
    return wgt_loss_of(n, wgt_layer(n, rounded, p, "c", OUT));
}
