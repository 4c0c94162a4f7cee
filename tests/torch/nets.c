/* nets.c: nets lstm|gpt f32|f64 TEXT WEIGHTS: 300 steps on the bytes of the file TEXT, with Adam. The weights
 * before the first step go to the file WEIGHTS (safetensors). Prints the loss of each step. nets.py does the
 * same with PyTorch. */
#include <stdlib.h>
#include <string.h>
#include <wengert/wengert.h>

enum { STEPS = 300, TOKENS = 32, BATCH = 8, WIDTH = 64, LETTERS = 256, LAYERS = 2, HEADS = 4 };

static wg_node lstm(wg_node letters, wg_params *p)
{
    wg_node x = wg_nn_embedding(letters, p, "letter", LETTERS, 16);
    return wg_nn_dense(wg_nn_lstm(x, p, "lstm", WIDTH).y, p, "out", LETTERS);
}

static wg_node gpt(wg_node letters, wg_params *p)
{
    int32_t place[TOKENS];
    for (int i = 0; i < TOKENS; i++) place[i] = i;
    wg_node at = wg_input(wg_graph_of(letters), "place", wg_view_i32(place, WG_SHAPE(TOKENS)));
    wg_node x = wg_add(wg_nn_embedding(letters, p, "letter", LETTERS, WIDTH),
                       wg_nn_embedding(at, p, "place", TOKENS, WIDTH));
    for (int i = 0; i < LAYERS; i++) {
        const char *name[] = { "block.0", "block.1" };
        x = wg_nn_transformer_block(x, p, name[i], .heads = HEADS, .causal = true);
    }
    return wg_nn_dense(wg_nn_layer_norm(x, p, "norm"), p, "out", LETTERS);
}

int main(int argc, char **argv)
{
    static unsigned char text[1 << 16];
    FILE *f = argc == 5 ? fopen(argv[3], "rb") : NULL;
    if (!f) return EXIT_FAILURE;
    const int length = (int)fread(text, 1, sizeof text, f);
    fclose(f);
    const bool is_gpt = !strcmp(argv[1], "gpt");
    wg_context *c = wg_start(.seed = 1, .dtype = strcmp(argv[2], "f64") ? WG_F32 : WG_F64);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 3e-3);
    wg_graph *g = wg_graph_new(c);
    for (int step = 0; step < STEPS; step++) {
        int32_t x[BATCH * TOKENS], y[BATCH * TOKENS];
        for (int i = 0; i < BATCH * TOKENS; i++) {
            const int from = step * 7 + i / TOKENS * (length / BATCH) + i % TOKENS;
            x[i] = text[from % length], y[i] = text[(from + 1) % length];
        }
        wg_begin(g, WG_TRAIN);
        wg_node in = wg_input(g, "x", wg_view_i32(x, WG_SHAPE(BATCH, TOKENS)));
        wg_node next = is_gpt ? gpt(in, p) : lstm(in, p);
        wg_node want = wg_input(g, "y", wg_view_i32(y, WG_SHAPE(BATCH, TOKENS)));
        wg_node loss = wg_softmax_cross_entropy(next, want);
        if (step == 0) wg_params_save(p, argv[4]);
        wg_backward(loss, p);
        wg_optim_step(adam);
        printf("%.17g\n", wg_item(loss));
    }
    return wg_finish(c, stderr) ? EXIT_FAILURE : EXIT_SUCCESS;
}
