/* test_gradients.c: what the headers promise about gradients, against closed forms; Jacobians and Hessians
 * of operands with as many axes as a shape can have, and refusals where the result would have more axes
 * than that. */
#include <math.h>

#include "wgtest.h"

Test(gradients, backward_sets_add_adds_and_a_step_uses_up)
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = wg_sgd(p, .lr = 0.5);
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
    WGT_REFUSED(c, USE, "the gradients were used by the step at " __FILE__, wg_optim_step(o));
    wg_backward_add(L, p);
    wg_params_get_grad(p, &gradient);
    cr_assert_eq(gradient, -6, "the first after a step starts from nothing");
    wgt_finish(c, NULL);
}

Test(gradients, a_parameter_not_reached_is_skipped_and_a_loss_that_reaches_none_is_an_error)
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = wg_adam(p, .weight_decay = 0.1, .decay_all = true);
    wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(3)), b = wg_param(g, p, "b", WG_SCALAR, wg_const(4));
    wg_backward(wg_square(a), p);
    wg_optim_step(o);
    cr_assert_neq(wg_params_item(p, "a"), 3);
    cr_assert_eq(wg_params_item(p, "b"), 4);
    cr_assert_null(wg_params_grad(p, 1).data);
    WGT_REFUSED(c, GRADIENT, "reaches no parameter", wg_backward(wg_square(wg_scalar(g, 2)), p));
    wg_begin(g, WG_TRAIN);
    b = wg_param(g, p, "b", WG_SCALAR, wg_const(4));
    WGT_REFUSED(c, GRADIENT, "greater", wg_backward(wg_cast(wg_greater(b, 1), WG_F64), p));
    wgt_finish(c, NULL);
}

Test(gradients, third_order_and_hessian_products)
{
    WGT_WORLD(WG_F64, NULL);
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

static void expect_values(const wg_node n[2], double a, double b, const char *what)
{
    cr_expect_eq(wg_item(n[0]), a, "%s: %g", what, wg_item(n[0]));
    cr_expect_eq(wg_item(n[1]), b, "%s: %g", what, wg_item(n[1]));
}

/* z = x^2 y + y^3 at (2, 3): the gradient is (12, 31), H (1, 2) with H = (6, 4; 4, 18) is (14, 40). The
 * operands' array is the room for the results, in the first build and in those that repeat it. */
Test(gradients, the_results_may_stand_in_the_array_of_the_operands)
{
    WGT_GRAPH(WG_F64, NULL);
    for (int build = 0; build < 3; build++) {
        wg_begin(g, WG_EVAL);
        const wg_node one = wg_scalar(g, 1), x = wg_input(g, "x", wg_view_f64((double[]){ 2 }, WG_SCALAR)),
                      y = wg_input(g, "y", wg_view_f64((double[]){ 3 }, WG_SCALAR)),
                      z = wg_add(wg_mul(wg_square(x), y), wg_pow(y, 3));
        wg_node a[2] = { x, y }, b[2] = { x, y }, d[2] = { x, y }, e[2] = { x, y }, f[2] = { x, y };
        wg_node v[2] = { one, wg_mul(one, 2) }, v2[2] = { v[0], v[1] };
        wg_node rows[2] = { wg_fill(g, 2, WG_SHAPE(1)), wg_fill(g, 3, WG_SHAPE(1)) },
                out[2] = { z, wg_mul(z, 2) };
        wg_grads(z, a, 2, a);
        expect_values(a, 12, 31, "grads");
        wg_vjp(z, one, b, 2, b);
        expect_values(b, 12, 31, "vjp");
        wg_hvp(z, d, v, 2, d);
        expect_values(d, 14, 40, "hvp into x");
        wg_hvp(z, e, v2, 2, v2);
        expect_values(v2, 14, 40, "hvp into v");
        wg_vmaps(out, 2, f, rows, 2, out);
        expect_values(out, 39, 78, "vmaps into y");
        out[0] = z, out[1] = wg_mul(z, 2);
        wg_vmaps(out, 2, f, rows, 2, f);
        expect_values(f, 39, 78, "vmaps into x");
        wg_vmaps(out, 2, (wg_node[]){ x, y }, rows, 2, rows);
        expect_values(rows, 39, 78, "vmaps into rows");
    }
    wgt_finish(c, NULL);
}

Test(gradients, a_scalar_is_the_gradient_of_each_element)
{
    WGT_GRAPH(WG_F64, NULL);
    double got[2];
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 2, -5 }, WG_SHAPE(2))), gx;
    wg_vjp(wg_square(x), wg_scalar(g, 3), &x, 1, &gx);
    wg_copy_f64(gx, got, 2);
    cr_expect(got[0] == 12 && got[1] == -30, "%g %g", got[0], got[1]);
    WGT_REFUSED(c, SHAPE, "the output is [2], its gradient [1]",
                wg_vjp(x, wg_fill(g, 1, WG_SHAPE(1)), &x, 1, &gx));
    wgt_finish(c, NULL);
}

/* The mean and the variance of x are parts 1 and 2 of its normalisation. */
Test(gradients, each_output_has_a_tangent_of_its_own)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 6 }, WG_SHAPE(3))),
            v = wg_input(g, "v", wg_view_f64((double[]){ 3, 0, 9 }, WG_SHAPE(3)));
    wg_node y = wg_layer_norm(x, wg_fill(g, 2, WG_SHAPE(3)), wg_fill(g, 0, WG_SHAPE(3)));
    cr_expect_float_eq(wg_item(wg_jvp(wg_part(y, 1), &x, &v, 1)), 4, 1e-14);
    cr_expect_float_eq(wg_item(wg_jvp(wg_part(y, 2), &x, &v, 1)), (-2 * 3 + 3 * 9) * 2 / 3.0, 1e-14);
    wgt_finish(c, NULL);
}

/* u and t depend on parameters, k does not: u t + k u + u k + u^2 has the slopes t + 2 k + 2 u and u. */
Test(gradients, a_rule_is_used_again_where_the_same_is_wanted)
{
    for (int interpret = -1; interpret <= 1; interpret++) {
        WGT_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret, .without = WG_WITHOUT_TAPE));
        wg_node u = wg_add(wg_param(g, p, "u", WG_SHAPE(2), wg_const(2)), 1),
                t = wg_add(wg_param(g, p, "t", WG_SHAPE(2), wg_const(4)), 1),
                k = wg_add(wg_input(g, "k", wg_view_f64((double[]){ 6, 6 }, WG_SHAPE(2))), 1);
        wg_node parts[4] = { wg_mul(u, t), wg_mul(k, u), wg_mul(u, k), wg_mul(u, u) };
        double got[4];
        wg_backward(wg_sum(wg_addn(parts, 4)), p);
        wg_params_get_grad(p, got);
        cr_expect(got[0] == 25 && got[1] == 25 && got[2] == 3 && got[3] == 3, "%g %g", got[0], got[2]);
        wgt_finish(c, NULL);
    }
}

/* ---- as many axes as there can be ---- */

static const wg_shape most = { 8, { 1, 2, 1, 1, 3, 1, 1, 1 } };

/* y = sum of x[i]^3: dy/dx[i] = 3 x[i]^2, in x's shape. */
Test(derive, the_jacobian_of_a_scalar_by_eight_axes)
{
    WGT_GRAPH(WG_F64, NULL);
    double data[6] = { 1, -2, 3, 0.5, -1.5, 4 }, got[6];
    wg_node x = wg_input(g, "x", wg_view_f64(data, most));
    wg_node j = wg_jacobian(wg_sum(wg_mul(wg_square(x), x)), x);
    cr_assert(wg_shape_equal(wg_node_shape(j), most));
    wg_copy_f64(j, got, 6);
    for (int i = 0; i < 6; i++) cr_assert_float_eq(got[i], 3 * data[i] * data[i], 1e-12);
    wgt_finish(c, NULL);
}

/* y[k] = (k + 1) x[k]^2 along seven axes and one: the result would fit if x had no more axes than one. */
Test(derive, the_jacobian_of_seven_axes_by_one)
{
    WGT_GRAPH(WG_F64, NULL);
    double data[2] = { 3, -5 }, weight[2] = { 1, 2 }, got[4];
    wg_node x = wg_input(g, "x", wg_view_f64(data, WG_SHAPE(2)));
    wg_node y = wg_mul(wg_square(x), wg_input(g, "w", wg_view_f64(weight, WG_SHAPE(2))));
    wg_node j = wg_jacobian(wg_reshape(y, WG_SHAPE(1, 1, 1, 1, 1, 1, 2)), x);
    cr_assert_eq(wg_node_shape(j).rank, 8);
    wg_copy_f64(j, got, 4);
    cr_assert(got[0] == 6 && got[1] == 0 && got[2] == 0 && got[3] == -20);
    wgt_finish(c, NULL);
}

Test(derive, more_axes_than_there_can_be_are_an_error_with_both_shapes)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_fill(g, 2, WG_SHAPE(1, 2, 1, 1, 3, 1, 1, 1)), y = wg_square(wg_fill(g, 2, WG_SHAPE(3)));
    wg_jacobian(wg_mul(y, wg_sum(x)), x);
    wgt_expect_error(c, WG_ERROR_SHAPE, "[3] by [1,2,1,1,3,1,1,1] would have 9 axes; at most 8");
    WGT_REFUSED(c, SHAPE, "[1,2,1,1,3,1,1,1] by [1,2,1,1,3,1,1,1] would have 16 axes; at most 8",
                wg_hessian(wg_sum(wg_square(x)), x, x));
    wgt_finish(c, NULL);
}

/* A Hessian by eight axes and none: d2 (a x) / dx da = 1. */
Test(derive, the_hessian_by_eight_axes_and_a_scalar)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_fill(g, 2, most), a = wg_scalar(g, 3), y = wg_sum(wg_mul(a, x));
    double got[6], transposed[6];
    wg_copy_f64(wg_hessian(y, x, a), got, 6);
    wg_copy_f64(wg_hessian(y, a, x), transposed, 6);
    for (int i = 0; i < 6; i++) cr_assert(got[i] == 1 && transposed[i] == 1);
    wgt_finish(c, NULL);
}

/* ---- memory ---- */

static void derive(wg_context *c)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    double v[4] = { 1, 2, 3, 4 }, out[4];
    wg_node w = wg_param(g, p, "w", WG_SHAPE(4), wg_const(0.5)), x = wg_any(g, WG_SHAPE(4)), hv[2];
    wg_node y = wg_var(wg_mul(w, x)), both[2] = { w, x };
    wg_value(wg_jvp(wg_softmax(x), &x, &w, 1));
    wg_hvp(y, both, ((wg_node[2]){ x, w }), 2, hv);
    wg_params_hvp(p, y, v, out);
    wg_value(wg_jacobian(wg_softmax(x), x));
    wg_value(wg_grad(wg_sum(wg_grad(wg_softmax_cross_entropy(x, w, .any_rows = true), x)), x));
}
Test(derive, every_failed_allocation_is_survived)
{
    wgt_each_allocation_fails(&WG_OPTS(wg_start_opts, .dtype = WG_F64), 2000, derive);
}

Test(derive, a_refusal_names_the_output)
{
    WGT_GRAPH(WG_F32, NULL);
    const float at[3] = { 1, 2, 3 };
    wg_node x = wg_input(g, "x", wg_view_f32(at, WG_SHAPE(3))), rows = wg_mul(x, 2),
            place = wg_argmax(x, .axis = 0);
    WGT_REFUSED(c, GRADIENT, "grad: place is i64: only f32 and f64 have derivatives", wg_grad(place, x));
    WGT_REFUSED(c, SHAPE, "grad: rows [3] is not a scalar: take its wg_sum or wg_mean", wg_grad(rows, x));
    wg_node one = wg_fill(g, 3, WG_SHAPE(1, 1));
    cr_expect_eq(wg_item(wg_grad(wg_square(one), one)), 6, "one element is a scalar");
    wgt_finish(c, NULL);
}
