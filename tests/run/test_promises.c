/* test_promises.c: what the headers promise about contexts, errors, evaluation, states, gradients and parameters. Each test is
 * one promise; expectations are closed forms or the promise itself. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "wgtest.h"

#define HERE_LINE(text, line) snprintf(text, sizeof text, "%s:%d: ", __FILE__, line)

static wg_node vector(wg_graph *g, const char *name, double a, double b)
{
    return wg_input(g, name, wg_view_f64((double[]){ a, b }, WG_SHAPE(2)));
}

/* ---- errors ---- */

Test(errors, a_mistake_is_reported_with_the_users_line_names_and_shapes)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_node h = wg_fill(g, 1, WG_SHAPE(32, 784)), W = wg_fill(g, 1, WG_SHAPE(785, 10));
    char place[200];
    HERE_LINE(place, __LINE__ + 1);
    wg_node bad = wg_matmul(h, W);
    cr_assert_eq(strncmp(wg_message(c), place, strlen(place)), 0, "%s", wg_message(c));
    cr_assert_not_null(strstr(wg_message(c), "matmul: inner dimensions differ: h [32,784] @ W [785,10]"),
                       "%s", wg_message(c));
    char first[1024];
    snprintf(first, sizeof first, "%s", wg_message(c));
    wg_node next = wg_relu(wg_add(bad, 1));
    wg_add(vector(g, "a", 1, 2), wg_fill(g, 0, WG_SHAPE(3)));
    cr_assert_str_eq(wg_message(c), first, "the first error stays");
    cr_assert(isnan(wg_item(wg_sum(next))));
    cr_assert_null(wg_value(next).data);
    wgt_drop(c, NULL);
}

Test(errors, a_composite_or_a_gradient_names_the_users_line)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    char place[200];
    HERE_LINE(place, __LINE__ + 1);
    wg_mse(vector(g, "a", 1, 2), wg_fill(g, 0, WG_SHAPE(3)));
    cr_assert_eq(strncmp(wg_message(c), place, strlen(place)), 0, "%s", wg_message(c));
    wg_recover(c);
    wg_begin(g, WG_TRAIN);
    wg_node a = vector(g, "a", 1, 2), y = wg_square(a);
    cr_assert_not_null(strstr(wg_site_place(wg_node_site(wg_grad(wg_sum(y), a))), "test_promises.c"));
    wgt_finish(c, NULL);
}

Test(errors, loops_end_by_themselves)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_data *d = wg_data_digits(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_batch b;
    int steps = 0;
    while (wg_data_next(d, &b, 100)) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", b.x),
                W = wg_param(g, p, "W", WG_SHAPE(steps == 3 ? 63 : 64, 10), wg_zeros());
        wg_backward(wg_mean(wg_square(wg_matmul(x, W))), p);
        wg_optim_step(o);
        steps++;
    }
    cr_assert_eq(steps, 4);
    cr_assert_eq(wg_failed(c), WG_ERROR_SHAPE);
    cr_assert_not_null(strstr(wg_message(c), "W [63,10] was made as a parameter [64,10] at"), "%s",
                       wg_message(c));
    wgt_drop(c, NULL);
}

Test(errors, only_recover_forgives_and_begin_does_not)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_add(vector(g, "a", 1, 2), wg_fill(g, 0, WG_SHAPE(3)));
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_failed(c), WG_ERROR_SHAPE);
    cr_assert(isnan(wg_item(wg_add(wg_scalar(g, 1), 1))));
    wg_recover(c);
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_item(wg_add(wg_scalar(g, 1), 1)), 2);
    wgt_finish(c, NULL);
}

Test(errors, nodes_of_before_begin_of_other_graphs_and_none_are_refused_by_name)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c), *other = wg_graph_new(c);
    wg_node old = vector(g, "a", 1, 2);
    wg_begin(g, WG_TRAIN);
    wg_node now = vector(g, "b", 1, 2);
    wg_add(now, old);
    wgt_expect_error(c, WG_ERROR_USE, "old is a node of before the last wg_begin");
    wg_node stranger = vector(other, "c", 1, 2);
    wg_add(now, stranger);
    wgt_expect_error(c, WG_ERROR_USE, "stranger belongs to another graph");
    wg_node nothing = wg_none;
    wg_add(now, nothing);
    wgt_expect_error(c, WG_ERROR_USE, "nothing is wg_none");
    wg_item(old);
    wgt_expect_error(c, WG_ERROR_USE, "before the last wg_begin");
    wgt_finish(c, NULL);
}

Test(errors, a_failed_step_changes_no_parameter)
{
    for (int mode = -1; mode <= 1; mode++) {
        wg_context *c = wgt_start(NULL, WG_F64, &(wg_options){ .interpret = mode, .threads = 1 });
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *o = wg_adam(p, NULL);
        double before[6], after[6];
        int32_t labels[2] = { 1, 3 }; /* three classes: 3 is out of range */
        wg_node x = wg_fill(g, 1, WG_SHAPE(2, 2)), W = wg_param(g, p, "W", WG_SHAPE(2, 3), wg_he());
        wg_node m = wg_state(g, p, "m", WG_SCALAR, wg_const(5));
        wg_params_get(p, before);
        wg_assign(m, wg_add(m, 1));
        wg_backward(
            wg_softmax_cross_entropy(wg_matmul(x, W), wg_input(g, "y", wg_view_i32(labels, WG_SHAPE(2)))), p);
        wg_optim_step(o);
        cr_assert_not_null(strstr(wg_message(c), "label out of range"), "%s", wg_message(c));
        wg_recover(c);
        wg_params_get(p, after);
        cr_assert_arr_eq(before, after, sizeof before);
        cr_assert_eq(wg_params_item(p, "m"), 5, "nothing is committed by a failed run");
        wg_optim_step(o);
        wgt_expect_error(c, WG_ERROR_USE, "no gradients");
        wgt_finish(c, NULL);
    }
}

/* ---- evaluation ---- */

Test(evaluation, once_a_parameter_moved_only_results_can_be_read_however_it_was_run)
{
    for (int mode = -1; mode <= 1; mode++) {
        wg_context *c = wgt_start(NULL, WG_F64, &(wg_options){ .interpret = mode, .threads = 1 });
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *o = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.1 });
        for (int step = 0; step < 3; step++) {
            wg_begin(g, WG_TRAIN);
            wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(3)), h = wg_mul(w, 2), read = wg_add(w, 10),
                    kept = wg_keep(wg_add(w, 20));
            wg_node L = wg_square(h);
            double v = wg_params_item(p, "w");
            cr_assert_eq(wg_item(read), v + 10);
            wg_backward(L, p);
            wg_optim_step(o);
            cr_assert_eq(wg_item(L), 4 * v * v, "the loss is a result");
            cr_assert_eq(wg_item(read), v + 10);
            cr_assert_eq(wg_item(kept), v + 20);
            wg_item(h);
            wgt_expect_error(c, WG_ERROR_USE, "h was not computed before the parameters changed");
        }
        wgt_finish(c, NULL);
    }
}

/* The next run is a doer or the read of what is no result yet: that the bytes are there from the last, as an operand's are
 * without a plan, is no matter. */
Test(evaluation, what_is_kept_late_is_a_result_from_the_next_run_on)
{
    for (int how = -1; how <= 1; how++)
        for (int reads = 0; reads < 3; reads++) {
            wg_context *c = wgt_start(NULL, WG_F64, &(wg_options){ .interpret = how, .threads = 1 });
            wg_graph *g = wg_graph_new(c);
            wg_params *p = wg_params_new(c);
            wg_optim *o = wg_sgd(p, NULL);
            wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2)), h = wg_mul(w, vector(g, "x", 3, 4)),
                    L = wg_sum(h);
            wg_backward(L, p);
            wg_keep(h);
            if (reads) cr_assert_eq(wg_item(L), 14);
            if (reads == 2) cr_assert_eq(wg_item(wg_square(L)), 196);
            wg_optim_step(o);
            const double *v = wg_value(h).data;
            if (reads == 2) cr_assert(v && v[0] == 6 && v[1] == 8);
            else wgt_expect_error(c, WG_ERROR_USE, "h was not computed before the parameters changed");
            wgt_finish(c, NULL);
        }
}

Test(evaluation, a_parameter_that_was_read_keeps_its_value_of_then)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, &(wg_sgd_opts){ .lr = 1 });
    wg_node w = wg_param(g, p, "w", WG_SHAPE(1), wg_const(3)), view = wg_reshape(w, WG_SCALAR);
    cr_assert_eq(wg_item(w), 3);
    cr_assert_eq(wg_item(view), 3);
    wg_backward(wg_sum(w), p);
    wg_optim_step(o);
    cr_assert_eq(wg_params_item(p, "w"), 2);
    cr_assert_eq(wg_item(w), 3);
    cr_assert_eq(wg_item(view), 3);
    wgt_finish(c, NULL);
}

Test(evaluation, full_batch_loops_on_a_fixed_graph_work)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.1 });
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_zeros()),
            L = wg_add(wg_sub(wg_square(w), wg_mul(10, w)), 25);
    for (int k = 1; k <= 50; k++) {
        wg_backward(L, p);
        wg_optim_step(o);
        double want = 5 - 5 * pow(0.8, k); /* w - 5 shrinks by 1 - 2 lr a step */
        cr_assert(fabs(wg_params_item(p, "w") - want) < 1e-12 * 5, "step %d: %.17g, not %.17g", k,
                  wg_params_item(p, "w"), want);
    }
    wgt_finish(c, NULL);
}

Test(evaluation, input_set_ends_it_and_a_wrong_tensor_is_refused)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_node x = vector(g, "x", 1, 2), s = wg_sum(wg_square(x));
    cr_assert_eq(wg_item(s), 5);
    wg_input_set(x, wg_view_f64((double[]){ 3, 4 }, WG_SHAPE(2)));
    cr_assert_eq(wg_item(s), 25);
    wg_input_set(x, wg_view_f64((double[]){ 3, 4, 5 }, WG_SHAPE(3)));
    wgt_expect_error(c, WG_ERROR_SHAPE, "\"x\" is f64 [2], the tensor f64 [3]");
    wgt_finish(c, NULL);
}

Test(evaluation, an_input_is_copied_a_borrowed_one_is_not)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double data[2] = { 1, 2 };
    wg_node a = wg_input(g, "a", wg_view_f64(data, WG_SHAPE(2))),
            b = wg_input_borrow(g, "b", wg_view_f64(data, WG_SHAPE(2)));
    data[0] = 100;
    cr_assert_eq(wg_item(wg_sum(a)), 3);
    cr_assert_eq(wg_item(wg_sum(b)), 102);
    wgt_finish(c, NULL);
}

Test(evaluation, states_are_committed_by_a_backward_that_succeeds_once_and_by_nothing_else)
{
    for (int mode = -1; mode <= 1; mode++) {
        wg_context *c = wgt_start(NULL, WG_F64, &(wg_options){ .interpret = mode, .threads = 1 });
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        for (int k = 0; k < 3; k++) {
            wg_begin(g, WG_TRAIN);
            wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1)),
                    m = wg_state(g, p, "m", WG_SCALAR, wg_const(0));
            wg_node next = wg_add(m, 1);
            wg_assign(m, next);
            wg_item(wg_mul(w, 2));
            wg_item(next);
            cr_assert_eq(wg_params_item(p, "m"), k, "a read commits nothing");
            wg_backward(wg_square(w), p);
            cr_assert_eq(wg_params_item(p, "m"), k + 1);
            wg_backward(wg_square(w), p);
            cr_assert_eq(wg_params_item(p, "m"), k + 1, "once an evaluation");
            cr_assert_eq(wg_item(m), k, "this evaluation sees the old value");
            cr_assert_eq(wg_item(wg_mul(m, 10)), 10 * k);
        }
        wg_begin(g, WG_TRAIN);
        wg_node m = wg_state(g, p, "m", WG_SCALAR, wg_const(0));
        wg_assign(m, wg_mul(m, 2));
        wg_commit(g);
        cr_assert_eq(wg_params_item(p, "m"), 6);
        wgt_finish(c, NULL);
    }
}

/* ---- gradients ---- */

Test(gradients, backward_sets_add_adds_and_a_step_uses_up)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.5 });
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(3)), L = wg_square(w);
    int64_t nodes = wg_graph_nodes(g);
    double gradient;
    wg_backward(L, p);
    wg_backward(L, p);
    wg_params_get_grad(p, &gradient);
    cr_assert_eq(gradient, 6);
    wg_backward_add(L, p);
    wg_params_get_grad(p, &gradient);
    cr_assert_eq(gradient, 12);
    cr_assert_eq(wg_graph_nodes(g), nodes, "backward appends no node");
    wg_optim_step(o);
    cr_assert_eq(wg_params_item(p, "w"), -3);
    wg_params_get_grad(p, &gradient);
    cr_assert_eq(gradient, 12, "the values stay readable");
    wg_optim_step(o);
    wgt_expect_error(c, WG_ERROR_USE, "the gradients were used by the step at " __FILE__);
    wg_backward_add(L, p);
    wg_params_get_grad(p, &gradient);
    cr_assert_eq(gradient, -6, "the first after a step starts from nothing");
    wgt_finish(c, NULL);
}

Test(gradients, a_parameter_not_reached_is_skipped_and_a_loss_that_reaches_none_is_an_error)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, &(wg_adam_opts){ .weight_decay = 0.1, .decay_all = true });
    wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(3)), b = wg_param(g, p, "b", WG_SCALAR, wg_const(4));
    wg_backward(wg_square(a), p);
    wg_optim_step(o);
    cr_assert_neq(wg_params_item(p, "a"), 3);
    cr_assert_eq(wg_params_item(p, "b"), 4);
    cr_assert_null(wg_params_grad(p, 1).data);
    wg_backward(wg_square(wg_scalar(g, 2)), p);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "reaches no parameter");
    wg_begin(g, WG_TRAIN);
    b = wg_param(g, p, "b", WG_SCALAR, wg_const(4));
    wg_backward(wg_cast(wg_greater(b, 1), WG_F64), p);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "greater");
    wgt_finish(c, NULL);
}

Test(gradients, none_is_known_from_zero)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_node x = vector(g, "x", 1, 2), y = vector(g, "y", 3, 4);
    wg_tensor zero = wg_value(wg_grad(wg_sum(y), x));
    cr_assert_eq(((double *)zero.data)[0], 0, "no path: zeros");
    wg_grad(wg_sum(wg_stop_gradient(x)), x);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "every path to x ends at stop_gradient");
    wgt_finish(c, NULL);
}

Test(gradients, a_hessian_equals_its_closed_form)
{
    /* f = a^2 b + sin(a b): f_aa = 2b - b^2 sin ab, f_ab = 2a + cos ab - ab sin ab, f_bb = -a^2 sin ab */
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double a = 0.7, b = -1.3, s = sin(a * b), k = cos(a * b);
    wg_node x = wg_input(g, "x", wg_view_f64(&a, WG_SCALAR)),
            y = wg_input(g, "y", wg_view_f64(&b, WG_SCALAR));
    wg_node f = wg_add(wg_mul(wg_square(x), y), wg_sin(wg_mul(x, y)));
    double want[3] = { 2 * b - b * b * s, 2 * a + k - a * b * s, -a * a * s };
    double got[3] = { wg_item(wg_hessian(f, x, x)), wg_item(wg_hessian(f, x, y)),
                      wg_item(wg_hessian(f, y, y)) };
    for (int i = 0; i < 3; i++)
        cr_assert(wgt_relative(got[i], want[i]) < 1e-14, "%d: %.17g, not %.17g", i, got[i], want[i]);
    wgt_finish(c, NULL);
}

/* J v and v'J of y = A tanh(x), by the closed form A diag(1 - tanh^2) */
Test(gradients, forward_and_reverse_give_the_same_jacobian)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double A[6] = { 1, 2, 3, 4, 5, 6 }, x[2] = { 0.3, -0.8 }, v[2] = { 0.5, 2 }, jv[3], J[6];
    wg_node nA = wg_input(g, "A", wg_view_f64(A, WG_SHAPE(3, 2))),
            nx = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(2)));
    wg_node nv = wg_input(g, "v", wg_view_f64(v, WG_SHAPE(2))), y = wg_matmul(nA, wg_tanh(nx));
    wg_copy_f64(wg_jvp(y, &nx, &nv, 1), jv, 3);
    wg_copy_f64(wg_jacobian(y, nx), J, 6);
    for (int i = 0; i < 3; i++) {
        double want = 0;
        for (int j = 0; j < 2; j++) {
            double d = A[2 * i + j] * (1 - tanh(x[j]) * tanh(x[j]));
            cr_assert(wgt_relative(J[2 * i + j], d) < 1e-14);
            want += d * v[j];
        }
        cr_assert(wgt_relative(jv[i], want) < 1e-13);
    }
    wgt_finish(c, NULL);
}

Test(gradients, third_order_and_hessian_products)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_values((double[]){ 2, 3 })), cube = wg_sum(wg_pow(w, 3));
    double v[2] = { 1, -2 }, hv[2], third[2];
    int64_t nodes = wg_graph_nodes(g);
    wg_params_hvp(p, cube, v, hv);
    cr_assert_eq(wg_graph_nodes(g), nodes);
    cr_assert(wgt_relative(hv[0], 6 * 2 * v[0]) < 1e-14 && wgt_relative(hv[1], 6 * 3 * v[1]) < 1e-14);
    wg_node d = wg_grad(wg_sum(wg_grad(wg_sum(wg_grad(cube, w)), w)), w);
    wg_copy_f64(d, third, 2);
    cr_assert(fabs(third[0] - 6) < 1e-13 && fabs(third[1] - 6) < 1e-13);
    wgt_finish(c, NULL);
}

/* ---- parameters ---- */

Test(parameters, one_name_is_one_node_and_prefixes_are_part_of_it)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c), *enc = wg_params_in(p, "enc");
    wg_node a = wg_param(g, p, "W", WG_SHAPE(2), wg_he());
    wg_scope_push(g, "inner");
    wg_node b = wg_param(g, p, "W", WG_SHAPE(2), wg_he()), e = wg_param(g, enc, "W", WG_SHAPE(2), wg_he());
    wg_scope_pop(g);
    cr_assert_eq(a.index, b.index, "scopes never rename");
    cr_assert_str_eq(wg_node_name(e), "enc.W");
    cr_assert_eq(wg_params_count(enc), 1);
    cr_assert_eq(wg_params_count(p), 2);
    wg_backward(wg_sum(wg_mul(a, e)), enc);
    cr_assert_null(wg_params_grad(p, 0).data, "a backward into the sub-set leaves the others");
    wgt_finish(c, NULL);
}

Test(parameters, first_values_depend_on_seed_and_name_alone)
{
    double v[3][8];
    for (int i = 0; i < 3; i++) {
        wg_context *c = wgt_start(NULL, WG_F64, &(wg_options){ .seed = i == 2 ? 8 : 7, .threads = 1 });
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        if (i == 1) wg_param(g, p, "other", WG_SHAPE(5), wg_he());
        wg_copy_f64(wg_param(g, p, "W", WG_SHAPE(8), wg_he()), v[i], 8);
        wgt_finish(c, NULL);
    }
    cr_assert_arr_eq(v[0], v[1], sizeof v[0]);
    cr_assert_neq(v[0][0], v[2][0]);
}

/* 100,000 draws: mean within 5 standard errors of 0, variance within 5 of its own: sqrt(2/n) */
Test(parameters, initialisers_have_the_variance_that_they_name)
{
    enum { IN = 250, OUT = 400, N = IN * OUT };
    static double w[N];
    wg_init init[] = { wg_xavier(), wg_he(), wg_glorot(), wg_normal(0, 0.1), wg_uniform(-1, 1) };
    double var[] = { 1.0 / IN, 2.0 / IN, 2.0 / (IN + OUT), 0.01, 1.0 / 3 };
    for (int i = 0; i < 5; i++) {
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_copy_f64(wg_param(g, wg_params_new(c), "W", WG_SHAPE(IN, OUT), init[i]), w, N);
        double mean = 0, square = 0;
        for (int k = 0; k < N; k++) mean += w[k] / N, square += w[k] * w[k] / N;
        cr_assert(fabs(mean) < 5 * sqrt(var[i] / N), "%d: mean %g", i, mean);
        cr_assert(fabs(square / var[i] - 1) < 5 * sqrt(2.0 / N), "%d: variance %g, not %g", i, square,
                  var[i]);
        wgt_finish(c, NULL);
    }
}

typedef struct rule_case {
    const char *name;
    double (*next)(double w, double g, int t, double *m, double *v);
} rule_case;

static double sgd_next(double w, double g, int t, double *m, double *v)
{
    return (void)t, (void)m, (void)v, w - 0.1 * g;
}
static double course_next(double w, double g, int t, double *m, double *v)
{
    (void)t, (void)v;
    *m = 0.9 * *m + 0.1 * g;
    return w - 0.1 * *m;
}
static double classical_next(double w, double g, int t, double *m, double *v)
{
    (void)t, (void)v;
    *m = 0.9 * *m + g;
    return w - 0.1 * *m;
}
static double adam_next(double w, double g, int t, double *m, double *v)
{
    *m = 0.9 * *m + 0.1 * g;
    *v = 0.999 * *v + 0.001 * g * g;
    return w - 0.1 * (*m / (1 - pow(0.9, t))) / (sqrt(*v / (1 - pow(0.999, t))) + 1e-8);
}

/* f = w^3 / 3 - w by the textbook recurrences */
Test(parameters, optimizers_follow_their_recurrences)
{
    const rule_case cases[] = { { "sgd", sgd_next },
                                { "momentum", course_next },
                                { "classical", classical_next },
                                { "adam", adam_next } };
    for (int i = 0; i < 4; i++) {
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *o = i == 0   ? wg_sgd(p, &(wg_sgd_opts){ .lr = 0.1 })
                      : i == 3 ? wg_adam(p, &(wg_adam_opts){ .lr = 0.1 })
                               : wg_momentum(p, &(wg_momentum_opts){ .lr = 0.1, .classical = i == 2 });
        double w = 2, m = 0, v = 0;
        wg_node n = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), L = wg_sub(wg_div(wg_pow(n, 3), 3), n);
        for (int t = 1; t <= 20; t++) {
            wg_backward(L, p);
            wg_optim_step(o);
            w = cases[i].next(w, w * w - 1, t, &m, &v);
            cr_assert(fabs(wg_params_item(p, "w") - w) < 1e-13 * 4, "%s, step %d: %.17g, not %.17g",
                      cases[i].name, t, wg_params_item(p, "w"), w);
        }
        wgt_finish(c, NULL);
    }
}

Test(parameters, clipping_scales_all_gradients_to_the_norm)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, NULL);
    wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(0)), b = wg_param(g, p, "b", WG_SCALAR, wg_const(0));
    wg_backward(wg_add(wg_mul(3, a), wg_mul(4, b)), p);
    double gradient[2];
    cr_assert_eq(wg_optim_clip_norm(o, 1), 5);
    wg_params_get_grad(p, gradient);
    cr_assert(fabs(gradient[0] - 0.6) < 1e-15 && fabs(gradient[1] - 0.8) < 1e-15);
    cr_assert(fabs(wg_optim_clip_norm(o, 2) - 1) < 1e-15);
    wgt_finish(c, NULL);
}

/* ---- random draws ---- */

static void masks(bool more, int evaluations, double *last)
{
    wg_context *c = wgt_start(NULL, WG_F64, &(wg_options){ .seed = 3, .threads = 1 });
    wg_graph *g = wg_graph_new(c);
    for (int k = 0; k < evaluations; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_fill(g, 1, WG_SHAPE(64));
        if (more) wg_item(wg_sum(wg_relu(x)));
        wg_copy_f64(wg_dropout(x, .keep_prob = 0.5), last, 64);
    }
    wgt_finish(c, NULL);
}

Test(random, adding_a_relu_or_a_read_changes_no_mask_and_evaluations_do)
{
    double a[64], b[64], third[64];
    masks(false, 2, a);
    masks(true, 2, b);
    masks(false, 3, third);
    cr_assert_arr_eq(a, b, sizeof a);
    cr_assert(memcmp(a, third, sizeof a) != 0);
}

Test(random, peeking_uses_up_no_epoch)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_tensor t;
    uint64_t epoch = wg_graph_epoch(g);
    cr_assert(wg_peek(wg_dropout(wg_fill(g, 1, WG_SHAPE(8)), .drop = 0.5), &t));
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_graph_epoch(g), epoch);
    wgt_finish(c, NULL);
}

/* ---- shapes and dtypes ---- */

Test(shapes, axes_of_size_zero_and_one_work)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_node none = wg_fill(g, 1, WG_SHAPE(0, 3));
    cr_assert_eq(wg_item(wg_sum(none)), 0);
    cr_assert(isnan(wg_item(wg_mean(none))));
    cr_assert_eq(wg_item(wg_sum(wg_sum(none, .axes = WG_AXES(0)))), 0);
    cr_assert_eq(wg_item(wg_sum(wg_matmul(wg_fill(g, 1, WG_SHAPE(2, 0)), wg_fill(g, 1, WG_SHAPE(0, 3))))), 0);
    wg_max(none, .axes = WG_AXES(0));
    cr_assert_eq(wg_failed(c), WG_ERROR_SHAPE);
    wgt_drop(c, NULL);
}

Test(dtypes, numbers_are_weak_integers_take_the_float_and_f32_with_f64_is_an_error)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_node f = wg_fill(g, 1, WG_SHAPE(2)), d = wg_cast(f, WG_F64), i = wg_cast(f, WG_I32),
            l = wg_cast(f, WG_I64);
    cr_assert_eq(wg_node_dtype(wg_mul(f, 2)), WG_F32);
    cr_assert_eq(wg_node_dtype(wg_mul(0.5, d)), WG_F64);
    cr_assert_eq(wg_node_dtype(wg_add(i, 1)), WG_I32);
    cr_assert_eq(wg_node_dtype(wg_add(i, 0.5)), WG_F32);
    cr_assert_eq(wg_node_dtype(wg_add(i, l)), WG_I64);
    cr_assert_eq(wg_node_dtype(wg_add(i, d)), WG_F64);
    cr_assert_eq(wg_node_dtype(wg_div(i, l)), WG_F32);
    cr_assert_eq(wg_node_dtype(wg_mul(wg_greater(f, 0), d)), WG_F64);
    wg_add(f, d);
    wgt_expect_error(c, WG_ERROR_DTYPE, "f is f32, d is f64: say wg_cast");
    wgt_finish(c, NULL);
}

/* ---- memory, threads, size ---- */

static void train_step(wg_graph *g, wg_params *p, wg_optim *o, const float *data)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f32(data, WG_SHAPE(32, 16)));
    wg_node h = wg_dropout(wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, "fc", 24), p, "bn")), .keep_prob = 0.8);
    wg_backward(wg_mean(wg_square(wg_nn_dense(h, p, "out", 4))), p);
    wg_optim_step(o);
}

Test(memory, a_step_that_repeats_allocates_nothing)
{
    static float data[32 * 16];
    for (int i = 0; i < 32 * 16; i++) data[i] = (float)(i % 37) / 37;
    for (int mode = -1; mode <= 1; mode++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F32, &(wg_options){ .interpret = mode, .threads = 2 });
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *o = wg_adam(p, NULL);
        for (int k = 0; k < 5; k++) train_step(g, p, o, data);
        int64_t warm = m.calls;
        for (int k = 0; k < 50; k++) train_step(g, p, o, data);
        cr_assert_eq(m.calls, warm, "mode %d: %lld allocations in 50 steps", mode,
                     (long long)(m.calls - warm));
        wgt_finish(c, &m);
    }
}

static void *train_alone(void *result)
{
    static float data[32 * 16];
    wg_context *c = wgt_start(NULL, WG_F32, &(wg_options){ .seed = 5, .threads = 1 });
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, NULL);
    float own[32 * 16];
    (void)data;
    for (int i = 0; i < 32 * 16; i++) own[i] = (float)(i % 41) / 41;
    for (int k = 0; k < 40; k++) train_step(g, p, o, own);
    *(double *)result = wg_params_grad_norm(p);
    wgt_finish(c, NULL);
    return NULL;
}

Test(threads, contexts_in_several_threads_do_not_meet)
{
    pthread_t t[4];
    double norm[5];
    train_alone(&norm[4]);
    for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, train_alone, &norm[i]);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
        cr_assert_eq(norm[i], norm[4]);
    }
}

Test(size, a_chain_of_a_million_nodes_builds_runs_differentiates_and_is_freed)
{
    enum { N = 500000 };
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node x = wg_param(g, p, "x", WG_SCALAR, wg_const(1));
    for (int i = 0; i < N; i++) {
        x = wg_mul(x, 1.000001);
        x = wg_add(x, 1e-7);
    }
    double a = pow(1.000001, N), want = a + 1e-7 * (a - 1) / 1e-6; /* geometric sum */
    cr_assert(wgt_relative(wg_item(x), want) < 1e-9, "%.17g, not %.17g", wg_item(x), want);
    wg_backward(x, p);
    double gradient;
    wg_params_get_grad(p, &gradient);
    cr_assert(wgt_relative(gradient, a) < 1e-9);
    wgt_finish(c, &m);
}

/* A read after a read, then a backward: the later request finds what it needs, from the second time on without running twice. */
Test(plans, requests_that_follow_give_the_same_bits_as_one_alone)
{
    double loss[2][6], gradient[2][6][4];
    for (int apart = 0; apart < 2; apart++) {
        wg_context *c = wgt_start(NULL, WG_F64, &(wg_options){ .interpret = -1, .threads = 1 });
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        for (int k = 0; k < 6; k++) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_fill(g, 0.1 * (k + 1), WG_SHAPE(3, 2)),
                    W = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_he());
            wg_node h = wg_tanh(wg_matmul(x, W)), L = wg_sum(wg_exp(h));
            if (apart) wg_item(wg_sum(h)), wg_item(L);
            wg_backward(L, p);
            loss[apart][k] = wg_item(L);
            wg_params_get_grad(p, gradient[apart][k]);
        }
        wgt_finish(c, NULL);
    }
    cr_assert_arr_eq(loss[0], loss[1], sizeof loss[0]);
    cr_assert_arr_eq(gradient[0], gradient[1], sizeof gradient[0]);
}

static double half(double x, const void *attr) { return (void)attr, x / 2; }
static const wg_op half_op = { .name = "half", .operands = 1, .map = half };

Test(dtypes, a_function_of_the_users_takes_integers_as_floats)
{
    for (int how = -1; how <= 1; how++) {
        wg_context *c = wgt_start(NULL, WG_F32, &(wg_options){ .interpret = how, .threads = 1 });
        wg_graph *g = wg_graph_new(c);
        int32_t v[5] = { 1, 2, 3, 4, 5 };
        wg_node y = wg_apply1(WG_HERE, wg_input(g, "x", wg_view_i32(v, WG_SHAPE(5))), &half_op);
        wg_tensor t = wg_value(y);
        cr_assert_eq(t.dtype, WG_F32);
        for (int i = 0; i < 5; i++) cr_assert_eq(((const float *)t.data)[i], (float)v[i] / 2);
        wgt_finish(c, NULL);
    }
}

static int widths_made, widths_read;

static bool width_prepare(const wg_kernel *k, void *to)
{
    *(int64_t *)to = k->xt[0].shape->dim[1];
    widths_made++;
    return false;
}
static int64_t width_units(const wg_kernel *k) { return k->xt[0].shape->dim[0]; }
/* y = n x, for rows of n elements. */
static bool width_kernel(const wg_kernel *k)
{
    int64_t n = k->prepared ? *(const int64_t *)k->prepared : k->xt[0].shape->dim[1];
    widths_read += k->prepared != NULL;
    for (int64_t i = k->begin * n; i < k->end * n; i++)
        ((float *)k->y[0])[i] = ((const float *)k->x[0])[i] * (float)n;
    return true;
}
static const wg_op width_op = { .name = "width",
                                .operands = 1,
                                .kind = WG_ROWS,
                                .prepared = sizeof(int64_t),
                                .prepare = width_prepare,
                                .units = width_units,
                                .kernel = { width_kernel } };

/* Whatever it runs on; node by node nothing is prepared. */
Test(plans, what_an_op_prepares_is_made_once_for_a_plan)
{
    for (int how = -1; how <= 1; how += 2) {
        wg_context *c = wgt_start(NULL, WG_F32, &(wg_options){ .interpret = how, .threads = 1 });
        wg_graph *g = wg_graph_new(c);
        float v[6] = { 1, 2, 3, 4, 5, 6 };
        wg_node x = wg_input(g, "x", wg_view_f32(v, WG_SHAPE(2, 3)));
        wg_node y = wg_sum(wg_apply1(WG_HERE, x, &width_op));
        widths_made = widths_read = 0;
        for (int run = 0; run < 4; run++) {
            v[0] = (float)run;
            wg_input_set(x, wg_view_f32(v, WG_SHAPE(2, 3)));
            cr_assert_eq(wg_item(y), 3 * (20 + run));
        }
        cr_assert_eq(widths_made, how < 0 ? 1 : 0);
        cr_assert_eq(widths_read, how < 0 ? 4 : 0);
        wgt_finish(c, NULL);
    }
}
