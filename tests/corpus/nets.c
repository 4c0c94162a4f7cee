/* nets.c: the list of nets; their training. */
#include "corpus/nets.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the list ---- */

typedef struct list {
    wgt_net *to;
    int count;
    uint64_t seed;
} list;

static wgt_net *add(list *l, const char *kind, wg_node (*build)(const wgt_net *, wg_graph *, wg_params *),
                    wgt_activation a, wgt_loss loss)
{
    if (l->count >= WGT_NETS) abort();
    wgt_net *n = &l->to[l->count];
    *n = (wgt_net){ .kind = kind, .build = build, .activation = a, .loss = loss };
    n->seed = 1000 * l->seed + (uint64_t)l->count++;
    n->adam = n->seed % 2;
    return n;
}

static void add_layers(list *l)
{
    for (wgt_activation a = 0; a < WGT_ACTIVATIONS; a++) {
        for (wgt_loss o = 0; o < WGT_LOSSES; o++) {
            add(l, "plain", wgt_net_plain, a, o)->adam = false;
            add(l, "plain", wgt_net_plain, a, o)->adam = true;
        }
        add(l, "batch norm", wgt_net_batch_norm, a, WGT_CROSS_ENTROPY);
        add(l, "batch norm", wgt_net_batch_norm, a, WGT_SQUARES);
        add(l, "layer norm", wgt_net_layer_norm, a, WGT_CROSS_ENTROPY);
        add(l, "dropout", wgt_net_dropout, a, WGT_BCE);
        add(l, "convolution", wgt_net_convolution, a, a % 2 ? WGT_SQUARES : WGT_CROSS_ENTROPY);
        add(l, "l2", wgt_net_plain, a, WGT_CROSS_ENTROPY)->l2 = 0.01;
    }
}

static void add_others(list *l)
{
    for (wgt_loss o = 0; o < WGT_LOSSES; o++) {
        add(l, "recurrent", wgt_net_recurrent, WGT_TANH, o);
        add(l, "recurrent", wgt_net_recurrent, WGT_RELU, o);
        add(l, "LSTM", wgt_net_lstm, WGT_TANH, o);
        add(l, "attention", wgt_net_attention, WGT_GELU, o);
        add(l, "attention", wgt_net_attention, WGT_RELU, o);
        add(l, "embedding", wgt_net_embedding, WGT_TANH, o);
        add(l, "tied weights", wgt_net_tied, WGT_TANH, o);
        add(l, "stop_gradient", wgt_net_stopped, o % 2 ? WGT_RELU : WGT_SIGMOID, o);
        add(l, "straight through", wgt_net_straight, WGT_TANH, o);
        add(l, "straight through", wgt_net_straight, WGT_RELU, o);
    }
    for (int k = 0; k < 10; k++) {
        add(l, "tiny weights", wgt_net_plain, WGT_RELU, (wgt_loss)(k % WGT_LOSSES))->deviation = 1e-4;
        add(l, "tiny weights", wgt_net_plain, k % 2 ? WGT_LEAKY : WGT_TANH, WGT_SQUARES)->deviation = 1e-4;
    }
}

int wgt_nets(wgt_net *to, uint64_t seed)
{
    list l = { to, 0, seed };
    add_layers(&l);
    add_others(&l);
    return l.count;
}

const char *wgt_net_name(const wgt_net *n, char *buf, size_t size)
{
    static const char *const activation[] = { "relu", "leaky relu", "tanh", "sigmoid", "softplus", "gelu" },
                             *const loss[] = { "cross-entropy", "squares", "binary cross-entropy" };
    snprintf(buf, size, "%s, %s, %s, %s, seed %d", n->kind, activation[n->activation], loss[n->loss],
             n->adam ? "Adam" : "SGD", (int)n->seed);
    return buf;
}

/* ---- training ---- */

void wgt_net_check(const wgt_net *n, const int *steps, int count, wgt_net_seer see, void *self)
{
    wg_context *c = wg_start(&(wg_options){ .seed = n->seed + 1, .threads = 1 });
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_begin(g, WG_TRAIN);
    wg_node loss = n->build(n, g, p);
    if (n->l2 > 0) loss = wg_add(loss, wg_l2(g, p, n->l2));
    wg_optim *o =
        n->adam ? wg_adam(p, &(wg_adam_opts){ .lr = 5e-3 }) : wg_sgd(p, &(wg_sgd_opts){ .lr = 0.1 });
    for (int k = 0, done = 0; k < count; k++) {
        for (; done < steps[k] && !wg_failed(c); done++) wg_backward(loss, p), wg_optim_step(o);
        if (wg_failed(c)) fprintf(stderr, "corpus: %s\n", wg_message(c));
        wg_check *r = wg_gradcheck(loss, p, NULL);
        see(self, n, steps[k], r);
        wg_check_free(r);
    }
    wg_finish(c, NULL);
}
