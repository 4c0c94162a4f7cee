/* test_summary.c: wg_summary of every kind of layer: the shape of its result, its parameters and its
 * multiply-adds, by the formulas of each kind. */
#include <stdio.h>
#include <string.h>

#include "wgnode.h"

/* An image [N, H, W, C], a sequence [N, T, I], tokens [N, T, D]. */
enum { N = 2, H = 6, W = 5, C = 3, T = 4, I = 3, D = 8, UNITS = 5, HEADS = 2 };

typedef struct given {
    wg_params *p;
    wg_node image, sequence, tokens, letters;
} given;

static given given_of(wg_graph *g, wg_params *p)
{
    static const float v[N * H * W * C] = { 0 };
    static const int32_t letters[N * T] = { 0 };
    return (given){ .p = p,
                    .image = wg_input(g, "image", wg_view_f32(v, WG_SHAPE(N, H, W, C))),
                    .sequence = wg_input(g, "sequence", wg_view_f32(v, WG_SHAPE(N, T, I))),
                    .tokens = wg_input(g, "tokens", wg_view_f32(v, WG_SHAPE(N, T, D))),
                    .letters = wg_input(g, "letters", wg_view_i32(letters, WG_SHAPE(N, T))) };
}

#define LAYER(name, ...) \
    static wg_node name(given *x) { return __VA_ARGS__; }
LAYER(dense, wg_nn_dense(x->tokens, x->p, "a", UNITS))
LAYER(dense_and_relu, wg_sum(wg_relu(wg_nn_dense(x->tokens, x->p, "a", UNITS, .bias = false)), .axis = 1))
LAYER(conv, wg_nn_conv(x->image, x->p, "a", UNITS, .same = true))
LAYER(conv_by_steps, wg_nn_conv(x->image, x->p, "a", UNITS, .size = WG_SHAPE(2, 3), .stride = WG_SHAPE(2, 1)))
LAYER(conv_depthwise, wg_nn_conv(x->image, x->p, "a", 2 * C, .groups = C, .bias = false))
LAYER(conv_of_lines, wg_nn_conv(x->sequence, x->p, "a", UNITS, .same = true))
LAYER(conv_transpose, wg_nn_conv_transpose(x->image, x->p, "a", UNITS))
LAYER(rnn, wg_nn_rnn(x->sequence, x->p, "a", UNITS).y)
LAYER(lstm, wg_nn_lstm(x->sequence, x->p, "a", UNITS).y)
LAYER(lstm_last, wg_nn_lstm(x->sequence, x->p, "a", UNITS).h)
LAYER(gru, wg_nn_gru(x->sequence, x->p, "a", UNITS).y)
LAYER(attention, wg_nn_attention(x->tokens, x->p, "a", .heads = HEADS))
LAYER(attention_causal, wg_nn_attention(x->tokens, x->p, "a", .heads = HEADS, .causal = true, .bias = false))
LAYER(embedding, wg_nn_embedding(x->letters, x->p, "a", 11, D))
LAYER(batch_norm, wg_nn_batch_norm(x->tokens, x->p, "a"))
LAYER(layer_norm, wg_nn_layer_norm(x->tokens, x->p, "a"))
LAYER(rms_norm, wg_nn_rms_norm(x->tokens, x->p, "a"))
LAYER(group_norm, wg_nn_group_norm(x->tokens, x->p, "a", 2))
LAYER(block, wg_nn_transformer_block(x->tokens, x->p, "a", .heads = HEADS, .hidden = UNITS))
LAYER(lstm_both_ways, wg_nn_lstm(x->sequence, x->p, "a", UNITS, .bidirectional = true).y)

/* The parameters of a recurrent layer of so many gates, and the multiply-adds of a step of one example. */
#define GATES(n) ((n)*UNITS * (I + UNITS + 1)), (N * T * (n)*UNITS * (I + UNITS))
/* Products of T tokens with W and Wo; and the scores, each with D / HEADS terms and as many in the
 * weighted sum. */
#define PRODUCTS  (N * T * 4 * D * D)
#define SCORES(n) (N * HEADS * (n)*2 * (D / HEADS))

static const struct {
    const char *name;
    wg_node (*layer)(given *);
    const char *shape;
    int parameters, products;
} layers[] = {
    { "dense", dense, "[2,4,5]", (D + 1) * UNITS, N *T *D *UNITS },
    { "dense_and_relu", dense_and_relu, "[2,4,5]", D *UNITS, N *T *D *UNITS },
    { "conv", conv, "[2,6,5,5]", (9 * C + 1) * UNITS, N *H *W *UNITS * 9 * C },
    { "conv_by_steps", conv_by_steps, "[2,3,3,5]", (6 * C + 1) * UNITS, N * 3 * 3 * UNITS * 6 * C },
    { "conv_depthwise", conv_depthwise, "[2,4,3,6]", 9 * 2 * C, N * 4 * 3 * 2 * C * 9 },
    { "conv_of_lines", conv_of_lines, "[2,4,5]", (3 * I + 1) * UNITS, N *T *UNITS * 3 * I },
    { "conv_transpose", conv_transpose, "[2,8,7,5]", (9 * C + 1) * UNITS, N *H *W *UNITS * 9 * C },
    { "rnn", rnn, "[2,4,5]", GATES(1) },
    { "lstm", lstm, "[2,4,5]", GATES(4) },
    { "lstm_last", lstm_last, "[2,5]", GATES(4) },
    { "gru", gru, "[2,4,5]", UNITS + GATES(3) }, /* and NAME.b_new */
    { "attention", attention, "[2,4,8]", 4 * D *(D + 1), PRODUCTS + SCORES(T *T) },
    { "attention_causal", attention_causal, "[2,4,8]", 4 * D *D, PRODUCTS + SCORES(T *(T + 1) / 2) },
    { "embedding", embedding, "[2,4,8]", 11 * D, 0 },
    { "batch_norm", batch_norm, "[2,4,8]", 2 * D, 0 },
    { "layer_norm", layer_norm, "[2,4,8]", 2 * D, 0 },
    { "rms_norm", rms_norm, "[2,4,8]", D, 0 },
    { "group_norm", group_norm, "[2,4,8]", 2 * D, 0 },
};

static char *summary_of(wg_node y, char *text, size_t size)
{
    FILE *f = fmemopen(text, size, "w");
    cr_assert(f);
    cr_assert_eq(wg_summary(y, f), WG_OK);
    fclose(f);
    return text;
}

static void expect_line(const char *text, const char *kind, const char *layer, const char *shape,
                        int parameters, int products)
{
    char want[200];
    snprintf(want, sizeof want, "\n%-10s  %-20s %12d %14d ", layer, shape, parameters, products);
    cr_expect(strstr(text, want), "%s:%s is not in\n%s", kind, want, text);
}

/* The last number of the layer's line. */
static void expect_bytes(const char *text, const char *layer, int bytes)
{
    char name[40], want[40];
    snprintf(name, sizeof name, "\n%-10s  ", layer);
    snprintf(want, sizeof want, " %14d\n", bytes);
    const char *line = strstr(text, name), *end = line ? strchr(line + 1, '\n') : NULL;
    cr_expect(end && !strncmp(end + 1 - strlen(want), want, strlen(want)), "%s:%s is not in\n%s", layer, want,
              text);
}

/* The averages of batch_norm, which are read in WG_EVAL, are no parameters. */
Test(summary, of_each_kind_of_layer)
{
    for (size_t k = 0; k < 2 * sizeof layers / sizeof *layers; k++) {
        const size_t i = k / 2;
        IN_WORLD(WG_F32);
        wg_begin(g, k % 2 ? WG_EVAL : WG_TRAIN);
        given x = given_of(g, p);
        char text[2000] = "";
        summary_of(layers[i].layer(&x), text, sizeof text);
        expect_line(text, layers[i].name, "a", layers[i].shape, layers[i].parameters, layers[i].products);
        expect_line(text, layers[i].name, "total", "", layers[i].parameters, layers[i].products);
    }
}

/* A block's layers have a line each; so have the directions of a recurrent layer. */
Test(summary, of_layers_in_layers)
{
    IN_WORLD(WG_F32);
    given x = given_of(g, p);
    char text[2000] = "";
    summary_of(block(&x), text, sizeof text);
    expect_line(text, "block", "a.ln1", "[2,4,8]", 2 * D, 0);
    expect_line(text, "block", "a.attn", "[2,4,8]", 4 * D * (D + 1), PRODUCTS + SCORES(T * T));
    expect_line(text, "block", "a.fc1", "[2,4,5]", (D + 1) * UNITS, N * T * D * UNITS);
    expect_line(text, "block", "a.fc2", "[2,4,8]", (UNITS + 1) * D, N * T * D * UNITS);
    wg_begin(g, WG_TRAIN);
    x = given_of(g, p);
    summary_of(lstm_both_ways(&x), text, sizeof text);
    const int both[] = { GATES(4) };
    expect_line(text, "both ways", "total", "", 2 * both[0], 2 * both[1]);
}

/* Of a layer without a bias the product is the only value. What is no layer's is in the total alone. */
Test(summary, bytes)
{
    IN_WORLD(WG_F32);
    given x = given_of(g, p);
    char text[2000] = "";
    summary_of(conv_depthwise(&x), text, sizeof text);
    expect_bytes(text, "a", N * 4 * 3 * 2 * C * 4);
    wg_begin(g, WG_TRAIN);
    wg_node cast = wg_cast(wg_input(g, "x", wg_view_f64((double[6]){ 0 }, WG_SHAPE(2, 3))), WG_F32);
    wg_node h = wg_relu(wg_nn_dense(cast, p, "fc", 5));
    wg_node y = wg_nn_dense(h, p, "out", 2, .bias = false);
    summary_of(wg_sum(y), text, sizeof text);
    expect_line(text, "two", "fc", "[2,5]", 20, 30);
    expect_line(text, "two", "out", "[2,2]", 10, 20);
    expect_line(text, "two", "total", "", 30, 50);
    expect_bytes(text, "fc", 3 * 10 * 4); /* product, sum and relu */
    expect_bytes(text, "out", 5 * 4);     /* product, and the sum of it */
    expect_bytes(text, "total", 6 * 4 + 3 * 10 * 4 + 5 * 4);
    cr_expect_eq(wg_summary(y, NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "takes a node");
}
