/* test_ops_layers.c: dropout, batch normalisation and the layers that own parameters. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgnearest.h"
#include "wgnode.h"

/* ---- dropout ---- */

/* Kept are those whose bits of the public wg_random_bits are below p, times 1 / p, whatever the dtype, the
 * threads and the way of running. */
Test(dropout, mask_is_the_streams_bits)
{
    static const double p[] = { 0.8, 0.5, 0.25, 0.125, 1 };
    for (int way = 0; way < 8 * 5; way++) {
        const double keep = p[way / 8], drop = keep == 1 ? 0 : 1 - keep;
        wg_start_opts o =
            WG_OPTS(wg_start_opts, .seed = 77, .threads = 1 + way % 2, .interpret = way & 2 ? -1 : 1);
        WGT_GRAPH(way & 4 ? WG_F64 : WG_F32, &o);
        wg_node x = wg_fill(g, 1, WG_SHAPE(7, 1001));
        wg_node y = way & 2 ? wg_dropout(x, .drop = drop, .name = "mask")
                            : wg_dropout(x, .keep_prob = keep, .name = "mask");
        wg_tensor t = wg_value(wg_add(y, 0)), stream = wg_value(wg_stream(WG_HERE, g, "mask"));
        for (int64_t i = 0; i < 7007; i++) {
            const bool kept = wg_random_bits(77, *(const uint64_t *)stream.data, wgx_graph_epoch(g),
                                             (uint64_t)i) < keep * 0x1p32;
            cr_assert(wgt_relative(wg_tensor_item(&t, i), kept / keep) <= 0x1p-23, "p %g, element %lld", keep,
                      (long long)i);
        }
        wgt_finish(c, NULL);
    }
}

/* The same mask backward as forward, another in the next evaluation; in inference x itself. */
Test(dropout, masks_in_training_and_inference)
{
    enum { UNITS = 10000 };
    WGT_GRAPH(WG_F64, NULL);
    double *mask[2];
    for (int i = 0; i < 2; i++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_fill(g, 1, WG_SHAPE(UNITS)), y = wg_dropout(x, .keep_prob = 0.5),
                gx = wg_grad(wg_sum(y), x);
        double *backward = wgt_values(gx);
        mask[i] = wgt_values(y);
        cr_assert_eq(memcmp(mask[i], backward, UNITS * sizeof(double)), 0);
        free(backward);
    }
    double same = 0;
    for (int i = 0; i < UNITS; i++) same += mask[0][i] == mask[1][i];
    cr_assert(fabs(same / UNITS - 0.5) < 5 * 0.5 / sqrt(UNITS));
    free(mask[0]), free(mask[1]);
    wg_begin(g, WG_EVAL);
    wg_node x = wg_any(g, WG_SHAPE(4));
    cr_assert_eq(wg_dropout(x, .keep_prob = 0.5).index, x.index);
    wgt_finish(c, NULL);
}

Test(dropout, unnamed_masks_differ_and_other_nodes_do_not_move_them)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_tensor t[3];
    wg_graph *g[2] = { wg_graph_new(c), wg_graph_new(c) };
    for (int i = 0; i < 2; i++) {
        wg_node x = wg_fill(g[i], 1, WG_SHAPE(500));
        if (i) wg_relu(x);
        wg_node y = wg_dropout(x, .keep_prob = 0.5), z = wg_dropout(x, .keep_prob = 0.5);
        t[i] = wg_value(y);
        t[2] = wg_value(z);
        cr_assert(!wgt_same_bits(&t[i], &t[2]));
    }
    cr_assert(wgt_same_bits(&t[0], &t[1]));
    wgt_finish(c, NULL);
}

/* ---- batch normalisation ---- */

/* More rows than one block, far from zero: of rows m + d and m - d in turn the mean is m, the variance d^2,
 * to the last digits of x. */
Test(batch_norm, moments_of_many_rows_far_from_zero)
{
    for (int t = 0; t < 2; t++) {
        WGT_GRAPH(t ? WG_F64 : WG_F32, NULL);
        double *v = malloc(sizeof *v * 1000 * 40);
        for (int i = 0; i < 1000; i++)
            for (int j = 0; j < 40; j++) v[i * 40 + j] = 4096 + j + (i % 2 ? 0.5 : -0.5) * (1 + j % 4);
        wg_node y = wg_batch_norm(wgt_given(g, WG_SHAPE(1000, 40), v), wg_fill(g, 1, WG_SHAPE(40)),
                                  wg_fill(g, 0, WG_SHAPE(40)));
        double mean[40], variance[40];
        for (int j = 0; j < 40; j++) mean[j] = 4096 + j, variance[j] = 0.25 * (1 + j % 4) * (1 + j % 4);
        wgt_expect_close(wg_part(y, 1), mean, 40, t ? 1e-15 : 1e-7);
        wgt_expect_close(wg_part(y, 2), variance, 40, t ? 1e-13 : 1e-5);
        free(v);
        wgt_finish(c, NULL);
    }
}

/* Few rows and many are summed in different passes: rows repeated 16 times have the same mean and variance, a
 * gradient repeated too, 16 times smaller in its sums. */
Test(batch_norm, repeated_rows)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_any(g, WG_SHAPE(64, 50)), gamma = wg_between(g, 0.5, 2, WG_SHAPE(50)),
            beta = wg_any(g, WG_SHAPE(50));
    wg_node many = wg_reshape(wg_broadcast_to(x, WG_SHAPE(16, 64, 50)), WG_SHAPE(16 * 64, 50));
    wg_node y[] = { wg_batch_norm(x, gamma, beta), wg_batch_norm(many, gamma, beta) }, gx[3], gx_many[3];
    wg_node gy = wg_any(g, WG_SHAPE(64, 50)),
            gy_many = wg_reshape(wg_broadcast_to(gy, WG_SHAPE(16, 64, 50)), WG_SHAPE(16 * 64, 50));
    wg_vjp(y[0], gy, (wg_node[]){ x, gamma, beta }, 3, gx);
    wg_vjp(y[1], gy_many, (wg_node[]){ many, gamma, beta }, 3, gx_many);
    double *once[] = { wgt_values(y[0]), wgt_values(gx[0]), wgt_values(wg_mul(gx[1], 16)),
                       wgt_values(wg_mul(gx[2], 16)) };
    wgt_expect_close(wg_slice(y[1], .axis = 0, .from = 320, .to = 384), once[0], 64 * 50, 1e-13);
    wgt_expect_close(wg_slice(gx_many[0], .axis = 0, .from = 960, .to = 1024), once[1], 64 * 50, 1e-13);
    wgt_expect_close(gx_many[1], once[2], 50, 1e-13);
    wgt_expect_close(gx_many[2], once[3], 50, 1e-13);
    for (int i = 0; i < 4; i++) free(once[i]);
    wgt_finish(c, NULL);
}

static void count_call(void *user, const char *text) { *(int *)user += strstr(text, "is one row") != NULL; }

Test(batch_norm, one_row_is_warned_of_in_training_alone)
{
    int warned = 0;
    WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .on_warning = count_call, .user = &warned));
    for (int train = 0; train < 2; train++) {
        wg_begin(g, train ? WG_TRAIN : WG_EVAL);
        wg_batch_norm(wg_fill(g, 1, WG_SHAPE(1, 3)), wg_fill(g, 1, WG_SHAPE(3)), wg_fill(g, 0, WG_SHAPE(3)));
        cr_expect_eq(warned, train);
    }
    wgt_finish(c, NULL);
}

static void count_pairs(void *user, const char *text) { *(int *)user += strstr(text, "to [2,2]") != NULL; }

Test(losses, pairs_of_predictions_and_targets_are_warned_of_from_two_on)
{
    int warned = 0;
    WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .on_warning = count_pairs, .user = &warned));
    wg_node p = wg_matmul(wg_fill(g, 1, WG_SHAPE(2, 3)),
                          wg_param(g, wg_params_new(c), "w", WG_SHAPE(3, 1), wg_zeros()));
    wg_mean(wg_square(wg_sub(p, VECTOR(g, 1, 2))));
    cr_expect_eq(warned, 1);
    wgt_finish(c, NULL);
}

/* ---- the layer's averages ---- */

static wg_node layer(wg_graph *g, wg_params *p, wg_mode mode, const double *v)
{
    wg_begin(g, mode);
    return wg_nn_batch_norm(wgt_given(g, WG_SHAPE(2, 1), v), p, "bn", .momentum = 0.75);
}

/* Batches {0, 2}, {4, 10}: means 1, 7, variances 1, 9. After both the corrected averages weigh them 0.75 *
 * 0.25 : 0.25. */
Test(nn_batch_norm, averages_are_weighted_means_of_what_was_seen)
{
    WGT_WORLD(WG_F64, NULL);
    double x[] = { 3, 8 };
    wgt_expect_close(layer(g, p, WG_EVAL, x), (double[]){ 3 / sqrt(1 + 1e-5), 8 / sqrt(1 + 1e-5) }, 2, 1e-15);
    wg_backward(wg_sum(layer(g, p, WG_TRAIN, (double[]){ 0, 2 })), p);
    wgt_expect_close(layer(g, p, WG_EVAL, x), (double[]){ 2 / sqrt(1 + 1e-5), 7 / sqrt(1 + 1e-5) }, 2, 1e-14);
    wg_backward(wg_sum(layer(g, p, WG_TRAIN, (double[]){ 4, 10 })), p);
    double a = 0.75 * 0.25, b = 0.25, mean = (a * 1 + b * 7) / (a + b),
           s = sqrt((a * 1 + b * 9) / (a + b) + 1e-5);
    wgt_expect_close(layer(g, p, WG_EVAL, x), (double[]){ (3 - mean) / s, (8 - mean) / s }, 2, 1e-14);
    cr_assert_eq(wg_params_item(p, "bn.count"), 2);
    wgt_finish(c, NULL);
}

/* A read does not change the averages. */
Test(nn_batch_norm, only_backward_moves_the_averages)
{
    WGT_WORLD(WG_F64, NULL);
    wg_item(wg_sum(layer(g, p, WG_TRAIN, (double[]){ 0, 2 })));
    cr_assert_eq(wg_params_item(p, "bn.count"), 0);
    cr_assert(wg_params_is_state(p, wg_params_find(p, "bn.mean")) &&
              !wg_params_is_state(p, wg_params_find(p, "bn.gamma")));
    wgt_finish(c, NULL);
}

/* ---- dense ---- */

Test(nn_dense, makes_its_parameters)
{
    WGT_WORLD(WG_F64, NULL);
    wg_init two = wg_const(2), seven = wg_const(7);
    wg_node x = wgt_given(g, WG_SHAPE(1, 3), (double[]){ 1, 2, 3 });
    wgt_expect_close(wg_nn_dense(x, p, "fc1", 2, .W_init = two, .b_init = seven), (double[]){ 19, 19 }, 2, 0);
    wg_nn_dense(x, wg_params_in(p, "enc"), "fc1", 4, .bias = false);
    const char *names[] = { "fc1.W", "fc1.b", "enc.fc1.W" };
    cr_assert_eq(wg_params_count(p), 3);
    for (int i = 0; i < 3; i++) cr_assert_str_eq(wg_params_name(p, i), names[i]);
    cr_assert(wg_shape_equal(wg_params_tensor(p, 2).shape, WG_SHAPE(3, 4)));
    wgt_finish(c, NULL);
}

/* A copied line must not share weights in silence; .share and a new wg_begin may. */
Test(nn_dense, twice_under_one_name_names_both_lines)
{
    WGT_WORLD(WG_F64, NULL);
    wg_node x = wg_any(g, WG_SHAPE(2, 3));
    char first[200], second[200];
    wg_nn_dense(x, p, "fc", 3), snprintf(first, sizeof first, "made at %s", wg_site_place(WG_HERE));
    wg_nn_dense(x, p, "fc", 3), snprintf(second, sizeof second, "%s: nn_dense", wg_site_place(WG_HERE));
    cr_assert(strstr(wg_message(c), second));
    wgt_expect_error(c, WG_ERROR_USE, first);
    wg_nn_dense(x, p, "fc", 3, .share = true);
    cr_assert_eq(wg_params_count(p), 2);
    wg_begin(g, WG_TRAIN);
    wg_nn_dense(wg_any(g, WG_SHAPE(2, 3)), p, "fc", 3);
    wgt_finish(c, NULL);
}
