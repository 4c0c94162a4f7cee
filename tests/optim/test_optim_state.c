/* test_optim_state.c: what bindings read and set of one optimizer: arrays, counts of steps, options,
 * gradients that stay. */
#include "wgtest.h"

static wg_node loss_of(wg_graph *g, wg_params *p, int t)
{
    wg_begin(g, WG_TRAIN);
    wg_node a = wg_param(g, p, "a", WG_SHAPE(3), wg_const(1)),
            b = wg_param(g, p, "b", WG_SHAPE(2, 2), wg_const(-1)),
            loss = wg_sum(wg_square(wg_sub(a, 0.5 + t % 3)));
    return t % 4 == 1 ? loss : wg_add(loss, wg_sum(wg_mul(wg_square(b), 0.25 + t % 2)));
}

static void steps(wg_graph *g, wg_params *p, wg_optim *o, int from, int to)
{
    for (int t = from; t < to; t++) {
        wg_backward(loss_of(g, p, t), p);
        wg_optim_step(o);
    }
}

/* All that `from` goes on from, as a caller would carry it. */
static void carry(wg_optim *to, wg_optim *from, int n)
{
    int64_t count[2];
    for (int i = 0; i < n; i++) count[i] = wgx_optim_steps(from, i);
    wgx_optim_set_steps(to, count, n);
    for (int k = 0; wgx_optim_array_name(from, k); k++)
        for (int i = 0; i < n; i++) {
            const wg_tensor t = wgx_optim_array(from, k, i);
            if (t.data) wgx_optim_set_array(to, k, i, t);
        }
}

Test(optim_state, carried_to_another_optimizer_gives_the_same_bits)
{
    for (int i = 0; wgx_optim_kind(i); i++) {
        if (!strcmp(wgx_optim_kind(i), "lbfgs")) continue; /* its arrays are not by parameter */
        WGT_WORLD(WG_F64, NULL);
        wg_params *q = wg_params_new(c);
        const wg_optim_setting lr = { "lr", 0.02 };
        wg_optim *o = wg_optim_named(p, wgx_optim_kind(i), &lr, 1),
                 *fresh = wg_optim_named(q, wgx_optim_kind(i), &lr, 1);
        double a[7], b[7];
        steps(g, p, o, 0, 6);
        wg_params_copy(q, p);
        carry(fresh, o, 2);
        steps(g, p, o, 6, 11);
        steps(g, q, fresh, 6, 11);
        wg_params_get(p, a), wg_params_get(q, b);
        for (int k = 0; k < 7; k++) cr_expect_eq(a[k], b[k], "%s: %g, %g", wgx_optim_kind(i), a[k], b[k]);
        wgt_finish(c, NULL);
    }
}

Test(optim_state, counts_are_those_of_each_parameter)
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = wg_adam(p);
    steps(g, p, o, 0, 6);
    cr_expect_eq(wgx_optim_steps(o, 0), 6);
    cr_expect_eq(wgx_optim_steps(o, 1), 4); /* two steps have not reached it */
    cr_expect_str_eq(wgx_optim_array_name(o, 0), "m");
    cr_expect_str_eq(wgx_optim_array_name(o, 1), "v");
    cr_expect_null(wgx_optim_array_name(o, 2));
    cr_expect_null(wgx_optim_array(o, 0, 2).data);
    cr_expect_eq(wgx_optim_steps(o, 2), 0);
    wgt_finish(c, NULL);
}

Test(optim_state, what_does_not_fit_is_an_error)
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = wg_adam(p);
    double x[4] = { 0 };
    const int64_t below = -1;
    steps(g, p, o, 0, 2);
    WGT_REFUSED(c, SHAPE, "f64 [4]", wgx_optim_set_array(o, 0, 1, wg_view_f64(x, WG_SHAPE(4))));
    WGT_REFUSED(c, USE, "array 2", wgx_optim_set_array(o, 2, 1, wg_view_f64(x, WG_SHAPE(2, 2))));
    WGT_REFUSED(c, USE, "parameter 7", wgx_optim_set_array(o, 0, 7, wg_view_f64(x, WG_SHAPE(2, 2))));
    WGT_REFUSED(c, VALUE, "parameter 0", wgx_optim_set_steps(o, &below, 1));
    WGT_REFUSED(c, USE, "no option 'rho'", wgx_optim_set_option(o, "rho", 0.5));
    WGT_REFUSED(c, VALUE, "beta1", wgx_optim_set_option(o, "beta1", 1));
    WGT_REFUSED(c, USE, "which arrays", wgx_optim_set_option(o, "amsgrad", true));
    wgt_finish(c, NULL);
}

Test(optim_state, an_option_counts_from_the_next_step_on)
{
    WGT_WORLD(WG_F64, NULL);
    wg_params *q = wg_params_new(c);
    wg_optim *o = wg_sgd(p, .lr = 0.25),
             *other = wg_sgd(q, .lr = 0.25, .weight_decay = 0.5, .decay_all = true);
    double a[7], b[7];
    steps(g, p, o, 0, 3);
    wg_params_copy(q, p);
    wgx_optim_set_option(o, "weight_decay", 0.5);
    wgx_optim_set_option(o, "decay_all", true);
    steps(g, p, o, 3, 6);
    steps(g, q, other, 3, 6);
    wg_params_get(p, a), wg_params_get(q, b);
    cr_expect_arr_eq(a, b, sizeof a);
    wgt_finish(c, NULL);
}

/* The gradient of w is 2. */
static void backward(wg_graph *g, wg_params *p, bool add)
{
    wg_begin(g, WG_TRAIN);
    const wg_node loss = wg_mul(2.0, wg_param(g, p, "w", WG_SCALAR, wg_const(8)));
    if (add) wg_backward_add(loss, p);
    else wg_backward(loss, p);
}

Test(optim_state, gradients_that_are_kept_are_used_again_and_added_to)
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = wg_sgd(p, .lr = 0.5);
    wgx_optim_keep_gradients(o, true);
    cr_expect_eq(wg_optim_step(o), WG_OK); /* there are no gradients */
    backward(g, p, false);
    wg_optim_step(o);
    wg_optim_step(o);
    cr_expect_eq(wg_params_item(p, "w"), 6);
    backward(g, p, true);
    wg_optim_step(o);
    cr_expect_eq(wg_params_item(p, "w"), 4);
    wgx_optim_zero_grad(o);
    wg_optim_step(o);
    cr_expect_eq(wg_params_item(p, "w"), 4);
    backward(g, p, true);
    wg_optim_step(o);
    cr_expect_eq(wg_params_item(p, "w"), 3);
    wgx_optim_keep_gradients(o, false);
    backward(g, p, false);
    wg_optim_step(o);
    WGT_REFUSED(c, USE, "were used by the step", wg_optim_step(o));
    wgt_finish(c, NULL);
}
