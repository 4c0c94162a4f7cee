/* test_failed_layers.c: a layer that fails gives its name back: the same name in the corrected call is no
 * mistake. */
#include "wgnode.h"

typedef struct given {
    wg_params *p;
    wg_node image, sequence, tokens, letters, wrong; /* wrong: no operand of any layer */
    bool right;
} given;

/* The call that is wrong before the first parameter is made, or behind it, unless x->right. */
#define CASE(name, ...) \
    static wg_node name(given *x) { return __VA_ARGS__; }
#define OR(wrong_value, right_value) (x->right ? (right_value) : (wrong_value))
#define NO_VALUES                    ((wg_init){ .kind = 99 })
CASE(dense, wg_nn_dense(x->tokens, x->p, "a", OR(0, 5)))
CASE(dense_bias, wg_nn_dense(x->tokens, x->p, "a", 5, .b_init = OR(NO_VALUES, wg_zeros())))
CASE(conv, wg_nn_conv(x->image, x->p, "a", OR(0, 5)))
CASE(conv_stride, wg_nn_conv(x->image, x->p, "a", 5, .stride = OR(WG_SHAPE(-1, 1), WG_SHAPE(1, 1))))
CASE(conv_transpose, wg_nn_conv_transpose(x->image, x->p, "a", 5, .groups = OR(2, 1)))
CASE(batch_norm, wg_nn_batch_norm(x->tokens, x->p, "a", .axis = OR(7, -1)))
CASE(batch_norm_eps, wg_nn_batch_norm(x->tokens, x->p, "a", .eps = OR(-1, 1e-5)))
CASE(layer_norm, wg_nn_layer_norm(x->tokens, x->p, "a", .axes = OR(WG_AXES(7), WG_AXES(-1))))
CASE(layer_norm_eps, wg_nn_layer_norm(x->tokens, x->p, "a", .eps = OR(-1, 1e-5)))
CASE(rms_norm, wg_nn_rms_norm(x->tokens, x->p, "a", .axes = OR(WG_AXES(7), WG_AXES(-1))))
CASE(group_norm, wg_nn_group_norm(x->tokens, x->p, "a", OR(3, 2)))
CASE(embedding, wg_nn_embedding(x->letters, x->p, "a", OR(0, 11), 8))
CASE(embedding_rows, wg_nn_embedding(x->letters, x->p, "a", 11, 8, .W_init = OR(NO_VALUES, wg_zeros())))
CASE(attention, wg_nn_attention(x->tokens, x->p, "a", .heads = OR(3, 2)))
CASE(attention_mask, wg_nn_attention(x->tokens, x->p, "a", .mask = OR(x->wrong, wg_none)))
CASE(block, wg_nn_transformer_block(x->tokens, x->p, "a", .heads = OR(3, 2), .hidden = 5))
CASE(block_drop, wg_nn_transformer_block(x->tokens, x->p, "a", .hidden = 5, .drop = OR(2, 0)))
CASE(rnn, wg_nn_rnn(x->sequence, x->p, "a", OR(0, 5)).y)
CASE(lstm, wg_nn_lstm(x->sequence, x->p, "a", 5, .lengths = OR(x->wrong, wg_none)).y)
CASE(lstm_both,
     wg_nn_lstm(x->sequence, x->p, "a", 5, .bidirectional = true, .U_init = OR(NO_VALUES, wg_zeros())).y)
CASE(gru, wg_nn_gru(x->sequence, x->p, "a", 5, .state.h = OR(x->wrong, wg_none)).y)
#define NOW wg_sum(x->sequence, .axis = 1)
CASE(gru_cell, wg_nn_gru_cell(NOW, ((wg_nn_states){ .h = OR(x->wrong, wg_none) }), x->p, "a", 5).y)
CASE(lstm_cell, wg_nn_lstm_cell(NOW, ((wg_nn_states){ .h = wg_none }), x->p, "a", OR(0, 5)).y)
CASE(sequential, wg_nn_sequential(x->tokens, x->p, "a", { .dense = 6 }, { .attention = OR(4, 2) }))
CASE(sequential_kinds,
     wg_nn_sequential(x->tokens, x->p, "a", { .dense = 6 }, { .dense = 4, .drop = OR(0.5, 0) }))

static wg_node (*const cases[])(given *) = { dense,
                                             dense_bias,
                                             conv,
                                             conv_stride,
                                             conv_transpose,
                                             batch_norm,
                                             batch_norm_eps,
                                             layer_norm,
                                             layer_norm_eps,
                                             rms_norm,
                                             group_norm,
                                             embedding,
                                             embedding_rows,
                                             attention,
                                             attention_mask,
                                             block,
                                             block_drop,
                                             rnn,
                                             lstm,
                                             lstm_both,
                                             gru,
                                             gru_cell,
                                             lstm_cell,
                                             sequential,
                                             sequential_kinds };

Test(failed_layers, give_their_names_back)
{
    static const float v[2 * 6 * 5 * 8] = { 0 };
    static const int32_t letters[8] = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        IN_WORLD(WG_F32);
        given x = { .p = p,
                    .image = wg_input(g, "image", wg_view_f32(v, WG_SHAPE(2, 6, 5, 4))),
                    .sequence = wg_input(g, "sequence", wg_view_f32(v, WG_SHAPE(2, 4, 3))),
                    .tokens = wg_input(g, "tokens", wg_view_f32(v, WG_SHAPE(2, 4, 8))),
                    .letters = wg_input(g, "letters", wg_view_i32(letters, WG_SHAPE(2, 4))),
                    .wrong = wg_input(g, "wrong", wg_view_f32(v, WG_SHAPE(7, 7))) };
        wg_nn_dense(x.tokens, p, "before", 3);
        for (int k = 0; k < 2; k++) {
            cases[i](&x);
            cr_expect(wg_failed(c), "case %zu", i);
            wg_recover(c);
        }
        x.right = true;
        cr_expect(wg_node_ok(cases[i](&x)), "case %zu: %s", i, wg_message(c));
        cases[i](&x);
        cr_expect(strstr(wg_message(c), "layer \"a\" is in this graph already") ||
                      strstr(wg_message(c), "layer \"a\" was made at this line before"),
                  "case %zu: %s", i, wg_message(c));
        wg_recover(c);
        wg_nn_dense(x.tokens, p, "before", 3);
        cr_expect(wg_failed(c), "case %zu", i);
        wg_recover(c);
    }
}
