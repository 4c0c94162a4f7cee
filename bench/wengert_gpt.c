/* wengert_gpt.c: the side of Wengert of W16, with the public headers alone. The graph is
 * built again at every step. */
#include "gpt.h"
#include "wengert_training.h"

typedef struct net {
    training t;
    int32_t x[GPT_BATCH * GPT_TOKENS], y[GPT_BATCH * GPT_TOKENS], place[GPT_TOKENS];
} net;

static const char *const blocks[GPT_LAYERS] = { "h0", "h1", "h2", "h3" };

static void make_weights(net *n, const char *block, const char *name, int which, int rows, int columns)
{
    char full[64];
    snprintf(full, sizeof full, "%s%s", block, name);
    training_weights_by(&n->t, full, gpt_weight, which, WG_SHAPE(rows, columns));
}

static wg_node loss_of(void *self);

static void *start(bench_setup s)
{
    enum { W = GPT_WIDTH };
    net *n = training_new(sizeof *n, s, BENCH_THREADS, WG_F32, loss_of);
    for (uint32_t i = 0; i < GPT_BATCH * GPT_TOKENS; i++) {
        n->x[i] = bench_class(STREAM_X, i, GPT_LETTERS);
        n->y[i] = bench_class(STREAM_Y, i, GPT_LETTERS);
    }
    for (int i = 0; i < GPT_TOKENS; i++) n->place[i] = i;
    make_weights(n, "letter", ".W", 0, GPT_LETTERS, W);
    make_weights(n, "place", ".W", 1, GPT_TOKENS, W);
    for (int i = 0; i < GPT_LAYERS; i++) {
        make_weights(n, blocks[i], ".attn.W", 2 + 4 * i, W, 3 * W);
        make_weights(n, blocks[i], ".attn.Wo", 3 + 4 * i, W, W);
        make_weights(n, blocks[i], ".fc1.W", 4 + 4 * i, W, 4 * W);
        make_weights(n, blocks[i], ".fc2.W", 5 + 4 * i, 4 * W, W);
    }
    n->t.o = wg_adamw(n->t.p, .lr = bench_rates_of(s).adam);
    return n;
}

/* Of characters x [..., tokens] at `place` [tokens]. */
static wg_node logits_of(net *n, wg_node x, wg_node place)
{
    wg_node h = wg_nn_embedding(x, n->t.p, "letter", GPT_LETTERS, GPT_WIDTH);
    h = wg_add(h, wg_nn_embedding(place, n->t.p, "place", GPT_TOKENS, GPT_WIDTH));
    for (int i = 0; i < GPT_LAYERS; i++)
        h = wg_nn_transformer_block(h, n->t.p, blocks[i], .heads = GPT_HEADS, .causal = true);
    h = wg_nn_layer_norm(h, n->t.p, "norm");
    wg_node table = wg_param(n->t.g, n->t.p, "letter.W", WG_SHAPE(GPT_LETTERS, GPT_WIDTH), wg_zeros());
    return wg_matmul(h, table, .tb = true);
}
static wg_node loss_of(void *self)
{
    net *n = self;
    wg_begin(n->t.g, WG_TRAIN);
    const wg_shape s = WG_SHAPE(GPT_BATCH, GPT_TOKENS);
    wg_node x = wg_input_borrow(n->t.g, "x", wg_view_i32(n->x, s)),
            y = wg_input_borrow(n->t.g, "y", wg_view_i32(n->y, s)),
            place = wg_input_borrow(n->t.g, "place", wg_view_i32(n->place, WG_SHAPE(GPT_TOKENS)));
    return wg_softmax_cross_entropy(logits_of(n, x, place), y);
}

const bench_side wengert_gpt = TRAINING(start);

/* ---- memory ---- */

/* Of a block backward needs the inputs and outputs of both norms (4 widths), queries, keys and values (3),
 * the attention's result (1), GELU's input and output (8); after the blocks the input and output of the norm,
 * and the logits. */
bool wengert_gpt_bytes(double *plan, double *least)
{
    enum { MOMENTS = 2 };
    net *n = start((bench_setup){ .check = false });
    const double rows = GPT_BATCH * GPT_TOKENS, kept = (16.0 * GPT_LAYERS + 2) * GPT_WIDTH + GPT_LETTERS;
    wg_plan *p = wg_plan_look(loss_of(n), .params = n->t.p, .seconds = 1e-3);
    const bool fine = p != NULL;
    if (p) {
        const double parameters = (double)p->parameters,
                     held = (1 + MOMENTS) * parameters + (double)p->inputs;
        *least = held + parameters + rows * kept * sizeof(float);
        *plan = held + (double)(p->gradients + p->workspace + p->results + p->tiles);
    }
    wg_plan_free(p);
    training_stop(n);
    return fine;
}
