/* test_sequential.c: layers from a list, against the same layers called one after the other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

static wg_node twice(wg_node x, wg_params *p, const char *name)
{
    (void)p;
    cr_expect_str_eq(name, "net.5");
    return wg_mul(2, x);
}

static wg_node by_list(wg_node x, wg_params *p)
{
    return wg_nn_sequential(x, p, "net", { .conv = 3, .size = WG_SHAPE(3), .same = true },
                            { .op = wg_tanh_at }, { .max_pool = WG_SHAPE(2) }, { .flatten = true },
                            { .dense = 5, .no_bias = true }, { .layer = twice }, { .layer_norm = true },
                            { .drop = 0.5 });
}

static wg_node by_calls(wg_node x, wg_params *p)
{
    wg_node h = wg_tanh(wg_nn_conv(x, p, "net.0", 3, .size = WG_SHAPE(3), .same = true));
    h = wg_reshape(wg_max_pool(h, .size = WG_SHAPE(2)), WG_SHAPE(2, -1));
    h = wg_mul(2, wg_nn_dense(h, p, "net.4", 5, .bias = false));
    return wg_dropout(wg_nn_layer_norm(h, p, "net.6"), .drop = 0.5, .name = "net.7");
}

Test(sequential, is_the_layers_one_after_the_other)
{
    static double input[2 * 4 * 4], *y[2], *gradient[2][4];
    for (int i = 0; i < 32; i++) input[i] = sin(i);
    wg_node (*const ways[])(wg_node, wg_params *) = { by_list, by_calls };
    for (int k = 0; k < 2; k++) {
        wg_graph *g = graph(WG_F64);
        wg_begin(g, WG_TRAIN);
        wg_params *p = wg_params_new(wg_graph_context(g));
        wg_node out = ways[k](wg_input(g, "x", wg_view_f64(input, WG_SHAPE(2, 4, 4, 1))), p);
        wg_backward(wg_sum(wg_mul(out, wg_add(out, 1))), p);
        y[k] = wgt_values(out);
        cr_assert_eq(wg_params_count(p), 5);
        cr_expect_str_eq(wg_params_name(p, 2), "net.4.W");
        for (int i = 0; i < 4; i++) {
            const wg_tensor t = wg_params_grad(p, i);
            gradient[k][i] = malloc(sizeof(double) * (size_t)wg_shape_size(t.shape));
            memcpy(gradient[k][i], t.data, sizeof(double) * (size_t)wg_shape_size(t.shape));
            if (k)
                cr_expect_arr_eq(gradient[0][i], gradient[1][i],
                                 sizeof(double) * (size_t)wg_shape_size(t.shape));
        }
        done(g);
    }
    cr_expect_arr_eq(y[0], y[1], 10 * sizeof(double));
    for (int k = 0; k < 2; k++) {
        free(y[k]);
        for (int i = 0; i < 4; i++) free(gradient[k][i]);
    }
}

Test(sequential, has_all_layers)
{
    IN_WORLD(WG_F64);
    wg_node y =
        wg_nn_sequential(INTS(g, 0, 2, 1), p, "words", { .embedding = 3, .width = 4 }, { .rms_norm = true });
    y = wg_nn_sequential(wg_reshape(y, WG_SHAPE(1, 3, 4)), p, "net", { .lstm = 4 },
                         { .gru = 2, .bidirectional = true }, { .rnn = 4 }, { .attention = 2 },
                         { .transformer = 2, .causal = true }, { .batch_norm = true });
    y = wg_nn_sequential(wg_reshape(y, WG_SHAPE(1, 3, 4, 1)), p, "image",
                         { .conv_transpose = 2, .stride = WG_SHAPE(2) },
                         { .avg_pool = WG_SHAPE(2), .stride = WG_SHAPE(1) });
    wg_backward(wg_sum(y), p);
    cr_expect_geq(wg_params_find(p, "net.1.reverse.U"), 0);
    cr_expect_eq(wg_node_shape(y).rank, 4);
    /* ceil(5 / 2), and of that ceil(3 / 2) */
    y = wg_nn_sequential(wg_fill(g, 1, WG_SHAPE(1, 5, 1)), p, "odd",
                         { .avg_pool = WG_SHAPE(2), .same = true },
                         { .max_pool = WG_SHAPE(2), .same = true });
    cr_expect_eq(wg_dim(y, 1), 2);
}

Test(sequential, takes_an_empty_batch)
{
    IN_WORLD(WG_F64);
    wg_node x = wg_input(g, "x", wg_view_f64(NULL, WG_SHAPE(0, 3, 4)));
    EXPECT_EMPTY(wg_nn_sequential(x, p, "net", { .flatten = true }, { .dense = 5 }), WG_F64, WG_SHAPE(0, 5));
}

Test(sequential, shares_by_name)
{
    IN_WORLD(WG_F64);
    const wg_nn_part list[] = { { .dense = 2 }, { .op = wg_tanh_at }, { .transformer = 1 } };
    wg_nn_sequential_args a =
        WG_OPTS(wg_nn_sequential_args, .x = VECTOR(g, 1, 2), .p = p, .name = "net", .part = list, .count = 3);
    a.x = wg_reshape(a.x, WG_SHAPE(1, 2));
    wg_node first = wg_nn_sequential_at(WG_HERE, &a);
    a.share = true;
    wg_node off = wg_sub(first, wg_nn_sequential_at(WG_HERE, &a));
    cr_expect_eq(wg_item(wg_sum(wg_abs(off))), 0);
}

static wg_node nothing(wg_node x, wg_params *p, const char *name)
{
    (void)x, (void)p, (void)name;
    return wg_none;
}

Test(sequential, says_what_is_wrong)
{
    IN_WORLD(WG_F64);
    wg_node x = VECTOR(g, 1, 2);
    wg_nn_sequential(x, p, "net", { .dense = 2 }, { .same = true });
    wgt_expect_error(c, WG_ERROR_USE, "nn_sequential: layer 1 of \"net\" is none: give it one field");
    wg_nn_sequential(x, p, "both", { .dense = 2, .flatten = true });
    wgt_expect_error(c, WG_ERROR_USE, "layer 0 of \"both\" is several layers");
    wg_nn_sequential(x, p, "twice", { .op = wg_relu_at });
    wg_nn_sequential(x, p, "twice", { .op = wg_relu_at });
    wgt_expect_error(c, WG_ERROR_USE, "layer \"twice\" is in this graph already");
    wg_nn_dense(x, p, "shared.0", 2);
    wg_nn_sequential(x, p, "shared", { .dense = 2 });
    wgt_expect_error(c, WG_ERROR_USE, "layer \"shared.0\" is in this graph already");
    wg_nn_sequential(x, p, "none", { .layer = nothing });
    wgt_expect_error(c, WG_ERROR_USE, "nn_sequential: layer 0 of \"none\" gave wg_none");
    wg_nn_sequential(x, p, "minus", { .dense = -2 });
    wgt_expect_error(c, WG_ERROR_SHAPE, "nn_sequential: \"minus.0\" of -2 units");
}
