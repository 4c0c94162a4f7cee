/* test_batch_norm.c: the averages of the layer. */
#include "wgnode.h"

/* ---- a layer that is called several times ---- */

enum { CALLS = 3 };

/* The batch norm of batch k: (1 + k) times 1, 2, 3, 4. */
static wg_node call(wg_graph *g, wg_params *p, int k, int axis)
{
    const double x[4] = { 1 + k, 2 + 2 * k, 3 + 3 * k, 4 + 4 * k };
    wg_node t = wg_input(g, "x", wg_view_f64(x, axis ? WG_SHAPE(4, 1) : WG_SHAPE(1, 4)));
    return wg_sum(wg_nn_batch_norm(t, p, "bn", .share = true, .axis = axis));
}

/* turns times the batches, each in an evaluation of its own, or all in one graph. */
static void average(wg_graph *g, wg_params *p, int turns, int axis, bool apart)
{
    for (int i = 0; i < turns * CALLS; i++) {
        if (apart || i % CALLS == 0) wg_begin(g, WG_TRAIN);
        wg_node y = call(g, p, i % CALLS, axis);
        if (apart && i % 2) wg_backward(y, p);
        else if (apart || i % CALLS == CALLS - 1) wg_commit(g);
    }
}

Test(batch_norm, averages_each_call_of_a_shared_layer_as_if_it_were_alone)
{
    static const char *const state[] = { "bn.mean", "bn.variance", "bn.count" };
    for (int i = 0; i < 12; i++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = i % 3 - 1));
        wg_params *q = wg_params_new(c);
        average(g, p, 4, i / 3 % 2, true);
        average(g, q, 4, i / 3 % 2, false);
        for (int k = 0; k < 3; k++) cr_expect_eq(wg_params_item(q, state[k]), wg_params_item(p, state[k]));
        cr_expect_eq(wg_params_item(q, "bn.count"), 4 * CALLS);
    }
}

/* A graph that stays: each evaluation goes on from the averages of the one before. Batches of means 2.5 and
 * 25, whose averages are 0.1 * 2.5 * 0.9 + 0.1 * 25 = 2.725, and 2.725 * (1 + 0.81). */
Test(batch_norm, averages_two_branches_of_a_graph_that_stays)
{
    IN_WORLD(WG_F64);
    const double x[4] = { 1, 2, 3, 4 };
    wg_node t = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(4, 1)));
    wg_node a = wg_nn_batch_norm(t, p, "bn"), b = wg_nn_batch_norm(wg_mul(t, 10), p, "bn", .share = true);
    wg_node loss = wg_sum(wg_add(a, b));
    wg_backward(loss, p);
    cr_expect_float_eq(wg_params_item(p, "bn.mean"), 2.725, 1e-15);
    cr_expect_float_eq(wg_params_item(p, "bn.variance"), 0.1 * (1.25 * 0.9 + 125), 1e-14);
    wg_input_set(t, wg_view_f64(x, WG_SHAPE(4, 1)));
    wg_backward(loss, p);
    cr_expect_float_eq(wg_params_item(p, "bn.mean"), 2.725 * 1.81, 1e-15);
    cr_expect_eq(wg_params_item(p, "bn.count"), 4);
}

/* ---- a batch without rows: it has no mean, and y has no elements, so y depends on nothing: all derivatives
 * by gamma are those of the rest of the loss ---- */

static wg_node layer(wg_graph *g, wg_params *p, wg_mode mode, wg_shape s)
{
    wg_begin(g, mode);
    wg_node x = wg_input(g, "x", wg_view_f64((const double[]){ 0, 2 }, s));
    return wg_nn_batch_norm(x, p, "bn", .eps = 1e-300);
}

Test(batch_norm, without_rows_changes_no_average_and_has_no_derivative)
{
    IN_WORLD(WG_F64);
    wg_backward(wg_sum(layer(g, p, WG_TRAIN, WG_SHAPE(2, 1))), p);

    wg_node y = layer(g, p, WG_TRAIN, WG_SHAPE(0, 1));
    wg_node gamma = wg_param(g, p, "bn.gamma", WG_SHAPE(1), wg_zeros());
    wg_node loss = wg_add(wg_square(wg_sum(gamma)), wg_sum(wg_square(y)));
    wg_node first = wg_grad(loss, gamma);
    EXPECT_VECTOR(first, 2);
    EXPECT_VECTOR(wg_grad(first, gamma), 2);
    wg_backward(loss, p);

    cr_assert_eq(wg_params_item(p, "bn.count"), 1);
    EXPECT(layer(g, p, WG_EVAL, WG_SHAPE(2, 1)), WG_F64, WG_SHAPE(2, 1), -1, 1); /* mean 1, variance 1 */
}

/* A last batch that is empty: as after a dense layer, all gradients are 0, a step of descent changes nothing,
 * and no average is touched, whoever commits. */
Test(batch_norm, without_rows_has_gradients_of_zero)
{
    for (int way = 0; way < 12; way++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = way % 3 - 1));
        wg_optim *o = wg_sgd(p, .lr = 0.5);
        double first[8], second[8];
        for (int step = 0; step < 4; step++) {
            wg_begin(g, WG_TRAIN);
            const double rows[3] = { 5, 7, 11 };
            wg_node x = wg_input(g, "x", wg_view_f64(rows, WG_SHAPE(step ? 0 : 3, 1)));
            wg_node z = wg_nn_dense(x, p, "fc", 1, .W_init = wg_const(1));
            wg_node y = wg_nn_batch_norm(z, p, "bn");
            wg_node loss = way / 3 == 2 ? wg_sum(y) : wg_sum(wg_square(wg_mul(y, 3)));
            if (way / 3 == 1) wg_backward_add(loss, p);
            else if (way / 3 == 3) wg_commit(g);
            else wg_backward(loss, p);
            if (way / 3 < 3) wg_optim_step(o);
            wg_params_get(p, step ? second : first);
            cr_assert(!wg_failed(c), "way %d: %s", way, wg_message(c));
            cr_assert_eq(wg_params_item(p, "bn.count"), 1);
            cr_assert_float_eq(wg_params_item(p, "bn.mean"), 0.1 * 23 / 3, 1e-15);
            if (step) cr_assert_arr_eq(first, second, sizeof *first * wg_params_size(p));
        }
    }
}
