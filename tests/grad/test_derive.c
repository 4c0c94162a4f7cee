/* test_derive.c: Jacobians and Hessians of operands with as many axes as a shape can have, and refusals where
 * the result would have more axes than that. */
#include "wgtest.h"

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
    wg_hessian(wg_sum(wg_square(x)), x, x);
    wgt_expect_error(c, WG_ERROR_SHAPE,
                     "[1,2,1,1,3,1,1,1] by [1,2,1,1,3,1,1,1] would have 16 axes; at most 8");
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

/* One of the functions in a new graph, whose arenas are empty. */
static void derive(wg_context *c, int which)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    double v[4] = { 1, 2, 3, 4 }, out[4];
    wg_node w = wg_param(g, p, "w", WG_SHAPE(4), wg_const(0.5)), x = wg_any(g, WG_SHAPE(4)), hv[2];
    wg_node y = wg_var(wg_mul(w, x)), both[2] = { w, x };
    switch (which) {
    case 0: wg_value(wg_jvp(wg_softmax(x), &x, &w, 1)); break;
    case 1: wg_hvp(y, both, ((wg_node[2]){ x, w }), 2, hv); break;
    case 2: wg_params_hvp(p, y, v, out); break;
    case 3: wg_value(wg_jacobian(wg_softmax(x), x)); break;
    case 4: wg_value(wg_grad(wg_sum(wg_grad(wg_softmax_cross_entropy(x, w), x)), x)); break;
    }
}

static void fail_everywhere(int which)
{
    wgt_memory all = { 0 };
    wg_context *c = wgt_start(&all, WG_F64, NULL);
    derive(c, which);
    wgt_drop(c, &all);
    for (int64_t at = 1; at <= all.calls; at++)
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            wgt_memory m = { .fail_at = at, .for_ever = for_ever };
            c = wgt_start(&m, WG_F64, NULL);
            derive(c, which);
            wgt_drop(c, &m);
        }
}

Test(derive, every_failed_allocation_is_survived, .timeout = 100)
{
    for (int which = 0; which < 5; which++) fail_everywhere(which);
}
