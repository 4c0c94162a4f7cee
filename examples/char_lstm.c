/* char_lstm.c: an LSTM learns a text, letter by letter, and writes it from its first letter. */
#include <string.h>
#include <wengert/wengert.h>

static const char text[] = "the graph is a list of nodes in the order of their making. a node never changes. "
                           "the reader of a value asks for what the value depends on, and the machine "
                           "computes it once. a gradient is a graph as well: it can be read, drawn and "
                           "differentiated again. ";

enum { STEPS = 40, BATCH = 8, UNITS = 64, LETTERS = 128, SAMPLE = 60 };

static wg_node logits(wg_node letters, wg_params *p, wg_nn_states *s)
{
    wg_node x = wg_nn_embedding(letters, p, "letter", LETTERS, 16);
    *s = wg_nn_lstm(x, p, "lstm", UNITS, .state = *s);
    return wg_nn_dense(s->y, p, "out", LETTERS);
}

/* Row b of x begins at letter (at + b length / BATCH) of the text; y is one letter further on. */
static double train(wg_graph *g, wg_params *p, wg_optim *o, int at)
{
    int32_t x[BATCH * STEPS], y[BATCH * STEPS];
    const int length = (int)strlen(text);
    for (int i = 0; i < BATCH * STEPS; i++) {
        const int from = at + i / STEPS * length / BATCH + i % STEPS;
        x[i] = text[from % length], y[i] = text[(from + 1) % length];
    }
    wg_begin(g, WG_TRAIN);
    wg_nn_states s = { .h = wg_none };
    wg_node in = wg_input(g, "x", wg_view_i32(x, WG_SHAPE(BATCH, STEPS))),
            want = wg_input(g, "y", wg_view_i32(y, WG_SHAPE(BATCH, STEPS)));
    wg_node loss = wg_softmax_cross_entropy(logits(in, p, &s), want);
    wg_backward(loss, p);
    wg_optim_clip_norm(o, 1);
    wg_optim_step(o);
    return wg_item(loss);
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 1e-2);
    wg_graph *g = wg_graph_new(c);
    for (int step = 0; step <= 300; step++) {
        const double loss = train(g, p, adam, step * 7);
        if (step % 50 == 0) printf("step %3d  loss %.3f\n", step, loss);
    }
    int32_t out[SAMPLE] = { text[0] };
    for (int n = 1; n < SAMPLE; n++) { /* the state is computed again from all letters so far */
        wg_begin(g, WG_EVAL);
        wg_nn_states s = { .h = wg_none };
        wg_node all = logits(wg_input(g, "x", wg_view_i32(out, WG_SHAPE(1, n))), p, &s);
        out[n] = (int32_t)wg_item(
            wg_argmax(wg_select(wg_select(all, .axis = 0, .index = 0), .axis = 0, .index = -1), .axis = 0));
    }
    for (int n = 0; n < SAMPLE; n++) putchar(out[n]);
    putchar('\n');
    return wg_finish(c, stderr);
}
