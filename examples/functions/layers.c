/* layers.c: layers. These functions own parameters, whose names begin with the name of the layer. gru has
 * one bias more than the other recurrent layers: that of the state h in its third gate, which r multiplies.
 * */
#include <wengert/wengert.h>

/* The shape of a result, the numbers that its layer has, and how many that are by the formula. */
static void row(const char *name, wg_node y, wg_params *p, int formula)
{
    char shape[32];
    int64_t n = 0;
    wg_params *own = wg_params_in(p, name);
    for (int i = 0; i < wg_params_count(own); i++) n += wg_shape_size(wg_params_tensor(own, i).shape);
    wg_shape_text(wg_node_shape(y), shape, sizeof shape);
    printf("%-10s %-9s %3d numbers, formula %d\n", name, shape, (int)n, formula);
}

int main(void)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node x = wg_fill(g, 1, WG_SHAPE(2, 7, 6)); /* 2 examples of 7 steps, or places, of 6 numbers */
    wg_node now = wg_fill(g, 1, WG_SHAPE(2, 6));
    const wg_nn_states zero = { wg_none, wg_none, wg_none };
    row("rnn", wg_nn_rnn(x, p, "rnn", 4).y, p, 6 * 4 + 4 * 4 + 4);
    row("gru", wg_nn_gru(x, p, "gru", 4).y, p, 3 * (6 * 4 + 4 * 4 + 4) + 4);
    row("rnn_cell", wg_nn_rnn_cell(now, zero, p, "rnn_cell", 4).h, p, 6 * 4 + 4 * 4 + 4);
    row("gru_cell", wg_nn_gru_cell(now, zero, p, "gru_cell", 4).h, p, 3 * (6 * 4 + 4 * 4 + 4) + 4);
    row("lstm_cell", wg_nn_lstm_cell(now, zero, p, "lstm_cell", 4).h, p, 4 * (6 * 4 + 4 * 4 + 4));
    row("attention", wg_nn_attention(x, p, "attention", .heads = 3), p, 6 * 18 + 18 + 6 * 6 + 6);
    row("up", wg_nn_conv_transpose(x, p, "up", 5, .stride = WG_SHAPE(2)), p, 3 * 5 * 6 + 5);
    row("groups", wg_nn_group_norm(x, p, "groups", 3), p, 6 + 6);
    row("rms", wg_nn_rms_norm(x, p, "rms"), p, 6);
    wg_node y = wg_nn_sequential(x, p, "net", { .conv = 8, .same = true }, { .op = wg_relu_at },
                                 { .flatten = true }, { .dense = 10 });
    row("net", y, p, 3 * 6 * 8 + 8 + 7 * 8 * 10 + 10);
    wg_nn_cache *k = wg_nn_cache_new(c); /* for text that is written token by token */
    wg_begin(g, WG_EVAL);
    wg_nn_attention(wg_fill(g, 1, WG_SHAPE(1, 3, 6)), p, "attention", .heads = 3, .causal = true, .cache = k);
    wg_nn_cache_step(k);
    printf("tokens in the cache: %d", (int)wg_nn_cache_tokens(k));
    wg_nn_cache_clear(k);
    printf(", cleared: %d\n", (int)wg_nn_cache_tokens(k));
    wg_nn_cache_free(k);
    return wg_finish(c, stderr);
}
