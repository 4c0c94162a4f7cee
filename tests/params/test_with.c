/* test_with.c: nodes in the place of parameters; layers that have a mode of their own. */
#include <math.h>
#include <string.h>

#include "wgtest.h"

/* ---- a step that is differentiated: loss(w - a loss'(w)) ---- */

/* loss = (w - 3)^2, so the step gives w - 2 a (w - 3), and the derivative of the loss after it by w is
 * 2 (1 - 2 a)^2 (w - 3). With w = 1, a = 0.25: 2 * 0.25 * -2 = -1. */
static wg_node loss_of(wg_graph *g, wg_params *p)
{
    return wg_square(wg_sub(wg_param(g, p, "w", WG_SCALAR, wg_const(1)), 3));
}

Test(with, a_step_is_differentiated)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_params *all = wg_params_new(c), *p = wg_params_in(all, "net");
    wg_graph *g = wg_graph_new(c);
    for (int k = 0; k < 3; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node before = loss_of(g, p), w = wg_param(g, p, "w", WG_SCALAR, wg_const(1));
        wg_params *moved =
            wg_params_with(p, (wg_given[]){ { "w", wg_sub(w, wg_mul(0.25, wg_grad(before, w))) } }, 1);
        wg_backward(loss_of(g, moved), p);
        cr_expect_eq(*(double *)wg_params_grad(p, 0).data, -1);
        cr_expect_eq(wg_params_count(all), 1);
    }
}

/* ---- layers ---- */

/* A dense layer that is in the graph twice: by its parameters, and by given ones. W (2 by 1) is 1, 1 at
 * first. */
Test(with, a_layer_takes_the_nodes)
{
    WGT_IN_COUNTED(WG_F64, NULL);
    const wg_init ones = wg_const(1);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 3, 5 }, WG_SHAPE(1, 2)));
    wg_node own = wg_nn_dense(x, wg_params_in(p, "net"), "fc", 1, .W_init = ones);
    wg_node W = wg_input(g, "W", wg_view_f64((double[]){ 10, 100 }, WG_SHAPE(2, 1)));
    wg_node b = wg_input(g, "b", wg_view_f64((double[]){ 1000 }, WG_SHAPE(1)));
    wg_params *given = wg_params_with(p, (wg_given[]){ { "net.fc.W", W } }, 1);
    cr_expect_eq(wg_item(own), 8);
    cr_expect_eq(wg_item(wg_nn_dense(x, wg_params_in(given, "net"), "fc", 1)), 530, "b is the parameter");
    given = wg_params_with(wg_params_in(given, "net"), (wg_given[]){ { "fc.b", b } }, 1);
    cr_expect_eq(wg_item(wg_nn_dense(x, given, "fc", 1)), 1530, "both");
    given = wg_params_with(given, (wg_given[]){ { "fc.b", wg_mul(2, b) } }, 1);
    cr_expect_eq(wg_item(wg_nn_dense(x, given, "fc", 1)), 2530, "the node that was given last");
}

Test(with, what_does_not_fit)
{
    WGT_WORLD(WG_F64, NULL);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 3, 5 }, WG_SHAPE(1, 2)));
    wg_params *given = wg_params_with(p, (wg_given[]){ { "fc.W", x } }, 1);
    wg_nn_dense(x, given, "fc", 1);
    wgt_expect_error(c, WG_ERROR_SHAPE, "fc.W is given by wg_params_with as [1,2], and must be [2,1]");
    wg_params_with(p, (wg_given[]){ { "fc.W", wg_none } }, 1);
    wgt_expect_error(c, WG_ERROR_USE, "takes a list of names with nodes of one graph");
    WGT_REFUSED(c, VALUE, "given 0 has no name", wg_params_with(p, (wg_given[]){ { "fc..W", x } }, 1));
    wgt_drop(c, NULL);
}

/* ---- the mode of a layer ---- */

Test(layer_mode, dropout)
{
    enum { N = 1000 };
    static double ones[N];
    for (int i = 0; i < N; i++) ones[i] = 1;
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int mode = WG_TRAIN; mode <= WG_EVAL; mode++) {
        wg_begin(g, (wg_mode)mode);
        wg_node x = wg_input(g, "x", wg_view_f64(ones, WG_SHAPE(N)));
        cr_expect_neq(wg_item(wg_sum(wg_dropout(x, .keep_prob = 0.5, .mode = WG_AS_TRAIN))), N);
        cr_expect_eq(wg_item(wg_sum(wg_dropout(x, .keep_prob = 0.5, .mode = WG_AS_EVAL))), N);
    }
}

/* As in WG_EVAL: before the first batch the averages are mean 0, variance 1, and nothing changes them. */
Test(layer_mode, batch_norm_that_holds_still)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 2, 4 }, WG_SHAPE(2, 1)));
    wg_node y = wg_nn_batch_norm(x, p, "bn", .mode = WG_AS_EVAL);
    wg_backward(wg_sum(y), p);
    cr_expect_lt(wgt_relative(wg_item(wg_sum(y)), 6 / sqrt(1 + 1e-5)), 1e-15);
    cr_expect_eq(wg_params_item(p, "bn.count"), 0);
}
