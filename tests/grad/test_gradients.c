/* test_gradients.c: what the headers promise about gradients, against closed forms. */
#include <math.h>

#include "wgtest.h"

static wg_node vector(wg_graph *g, const char *name, double a, double b)
{
    return wg_input(g, name, wg_view_f64((double[]){ a, b }, WG_SHAPE(2)));
}

Test(gradients, backward_sets_add_adds_and_a_step_uses_up)
{
    WGT_WORLD(WG_F64, NULL);
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
    WGT_WORLD(WG_F64, NULL);
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
    WGT_GRAPH(WG_F64, NULL);
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
    WGT_GRAPH(WG_F64, NULL);
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
    WGT_GRAPH(WG_F64, NULL);
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
