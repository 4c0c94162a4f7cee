/* nets.c: the list of nets; their programs, by nets.txt; their training. */
#include "corpus/nets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What act is, and the loss of the result z beside `wish`, of its shape, and `class`, a number for each
 * row. */
static const char *const activations[][2] = {
    { "relu", "relu(z)" },         { "leaky relu", "leaky_relu(z, slope=0.1)" },
    { "tanh", "tanh(z)" },         { "sigmoid", "sigmoid(z)" },
    { "softplus", "softplus(z)" }, { "gelu", "0.5*z*(1 + erf(z*sqrt(0.5)))" },
};
static const char *const losses[][2] = {
    { "cross-entropy", "softmax_cross_entropy(z, class)" },
    { "squares", "mse(z, wish)" },
    { "binary cross-entropy", "bce_with_logits(z, wish > 0)" },
};
enum { RELU, LEAKY, TANH, SIGMOID, SOFTPLUS, GELU, ACTIVATIONS };
enum { CROSS_ENTROPY, SQUARES, BCE, LOSSES };

/* ---- the list ---- */

typedef struct list {
    wgt_net *to;
    int count;
    uint64_t seed;
} list;

static wgt_net *add(list *l, const char *kind, int activation, int loss)
{
    if (l->count >= WGT_NETS) abort();
    wgt_net *n = &l->to[l->count];
    *n = (wgt_net){ .kind = kind, .activation = activation, .loss = loss };
    n->seed = 1000 * l->seed + (uint64_t)l->count++;
    n->adam = n->seed % 2;
    return n;
}

static void add_layers(list *l)
{
    for (int a = 0; a < ACTIVATIONS; a++) {
        for (int o = 0; o < LOSSES; o++) {
            add(l, "plain", a, o)->adam = false;
            add(l, "plain", a, o)->adam = true;
        }
        add(l, "batch norm", a, CROSS_ENTROPY);
        add(l, "batch norm", a, SQUARES);
        add(l, "layer norm", a, CROSS_ENTROPY);
        add(l, "dropout", a, BCE);
        if (a % 2) add(l, "convolution", a, SQUARES);
        else add(l, "mean convolution", a, CROSS_ENTROPY);
        add(l, "plain", a, CROSS_ENTROPY)->l2 = 0.01;
    }
}

static void add_others(list *l)
{
    for (int o = 0; o < LOSSES; o++) {
        add(l, "recurrent", TANH, o);
        add(l, "recurrent", RELU, o);
        add(l, "LSTM", TANH, o);
        add(l, "attention", GELU, o);
        add(l, "attention", RELU, o);
        add(l, "embedding", TANH, o);
        add(l, "tied weights", TANH, o);
        add(l, "stop_gradient", o % 2 ? RELU : SIGMOID, o);
        add(l, "straight through", TANH, o);
        add(l, "straight through", RELU, o);
    }
    for (int k = 0; k < 10; k++) { /* tiny weights */
        add(l, "plain", RELU, k % LOSSES)->deviation = 1e-4;
        add(l, "plain", k % 2 ? LEAKY : TANH, SQUARES)->deviation = 1e-4;
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
    snprintf(buf, size, "%s%s%s, %s, %s, %s, seed %d", n->kind, n->l2 > 0 ? ", l2" : "",
             n->deviation > 0 ? ", tiny weights" : "", activations[n->activation][0], losses[n->loss][0],
             n->adam ? "Adam" : "SGD", (int)n->seed);
    return buf;
}

/* ---- programs ---- */

/* Appends the lines below "KIND ROWS UNITS", and reads the two numbers. */
static void append_kind(const char *kind, char *to, int *rows, int *units)
{
    char line[500];
    const size_t length = strlen(kind);
    bool on = false;
    FILE *in = fopen("tests/corpus/nets.txt", "r");
    if (!in) abort();
    while (fgets(line, sizeof line, in)) {
        if (strncmp(line, "  ", 2))
            on = !strncmp(line, kind, length) && sscanf(line + length, "%d %d", rows, units) == 2;
        else if (on) strcat(to, line + 2);
    }
    fclose(in);
}

static void write_program(const wgt_net *n, char text[4000])
{
    char init[60] = "he", kind[2000] = "";
    int rows = 0, units = 0;
    if (n->deviation > 0) snprintf(init, sizeof init, "normal(0, %g)", n->deviation);
    append_kind(n->kind, kind, &rows, &units);
    snprintf(
        text, 4000,
        "data = %d\nact(z) = %s\nlayer(h, m, n) = { W = param(m, n, init=%s); b = param(n, init=normal(0, "
        "%g)); h @ W + b }\n"
        "class = input(%d, classes=%d)\nwish = normal(%d, %d, seed=data + 1)\n%sloss = %s%s\n",
        (int)n->seed + 100, activations[n->activation][1], init, n->deviation > 0 ? n->deviation : 0.1, rows,
        units, rows, units, kind, losses[n->loss][1], strstr(kind, "branch = ") ? " + branch" : "");
}

/* ---- training ---- */

void wgt_net_check(const wgt_net *n, const int *steps, int count, wgt_net_seer see, void *self)
{
    char text[4000];
    wg_context *c = wg_start(.seed = n->seed + 1, .threads = 1);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_begin(g, WG_TRAIN);
    write_program(n, text);
    wg_program *q = wg_program_text(c, "nets.txt", text);
    wg_program_build(q, g, p, WG_TRAIN);
    wg_node loss = wg_program_node(q, "loss");
    if (n->l2 > 0) loss = wg_add(loss, wg_l2(g, p, n->l2));
    wg_optim *o = n->adam ? wg_adam(p, .lr = 5e-3) : wg_sgd(p, .lr = 0.1);
    for (int k = 0, done = 0; k < count; k++) {
        for (; done < steps[k] && !wg_failed(c); done++) wg_backward(loss, p), wg_optim_step(o);
        if (wg_failed(c)) fprintf(stderr, "corpus: %s\n", wg_message(c));
        wg_check *r = wg_gradcheck(loss, p);
        see(self, n, steps[k], r);
        wg_check_free(r);
    }
    wg_finish(c, NULL);
}
