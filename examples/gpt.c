/* gpt.c: a small GPT learns a text, character by character, and writes it from its first letters. It gets
 * only the new letters then: a cache has the keys and values of the others. */
#include <wengert/wengert.h>

static const char text[] = "the graph is a list of nodes in the order of their making. a node never changes. "
                           "the reader of a value asks for what the value depends on, and the machine "
                           "computes it once. a gradient is a graph as well: it can be read, drawn and "
                           "differentiated again. ";

enum { TOKENS = 32, BATCH = 8, WIDTH = 64, LETTERS = 128, SAMPLE = TOKENS, LENGTH = sizeof text - 1 };

static wg_node logits(wg_graph *g, const int32_t *letters, int64_t rows, int64_t n, wg_params *p,
                      wg_nn_cache *cache)
{
    int32_t place[TOKENS];
    for (int i = 0; i < n; i++) place[i] = (int32_t)wg_nn_cache_tokens(cache) + i;
    wg_node x = wg_nn_embedding(wg_input(g, "x", wg_view_i32(letters, WG_SHAPE(rows, n))), p, "letter",
                                LETTERS, WIDTH);
    x = wg_add(
        x, wg_nn_embedding(wg_input(g, "place", wg_view_i32(place, WG_SHAPE(n))), p, "place", TOKENS, WIDTH));
    for (int i = 0; i < 2; i++) {
        const char *name[] = { "block.0", "block.1" };
        x = wg_nn_transformer_block(x, p, name[i], .heads = 4, .causal = true, .cache = cache);
    }
    return wg_nn_dense(wg_nn_layer_norm(x, p, "norm"), p, "out", LETTERS);
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 3e-3);
    wg_graph *g = wg_graph_new(c);
    for (int step = 0; step <= 300; step++) {
        int32_t x[BATCH * TOKENS], y[BATCH * TOKENS];
        for (int i = 0; i < BATCH * TOKENS; i++) {
            const int from = step * 7 + i / TOKENS * LENGTH / BATCH + i % TOKENS;
            x[i] = text[from % LENGTH], y[i] = text[(from + 1) % LENGTH];
        }
        wg_begin(g, WG_TRAIN);
        wg_node next = wg_input(g, "y", wg_view_i32(y, WG_SHAPE(BATCH, TOKENS)));
        wg_node loss = wg_softmax_cross_entropy(logits(g, x, BATCH, TOKENS, p, NULL), next);
        if (step == 0) wg_summary(loss, stdout);
        wg_backward(loss, p);
        wg_optim_step(adam);
        if (step % 50 == 0) printf("step %3d  loss %.3f\n", step, wg_item(loss));
    }
    int32_t out[SAMPLE] = { 't', 'h', 'e' };
    wg_nn_cache *cache = wg_nn_cache_new(c);
    for (int n = 3; n < SAMPLE; n++) {
        const int64_t seen = wg_nn_cache_tokens(cache);
        wg_begin(g, WG_EVAL);
        wg_node next = wg_select(logits(g, out + seen, 1, n - seen, p, cache), .axis = 0, .index = 0);
        out[n] = (int32_t)wg_item(wg_argmax(wg_select(next, .axis = 0, .index = -1), .axis = 0));
        wg_nn_cache_step(cache);
    }
    for (int n = 0; n < SAMPLE; n++) putchar(out[n]);
    putchar('\n');
    return wg_finish(c, stderr);
}
