/* Whole matrices of derivatives: of operands with as many axes as there can be, and with more than the result can have. */
#include "wgtest.h"

static const wg_shape most = { 8, { 1, 2, 1, 1, 3, 1, 1, 1 } };

/* y = sum of x[i]^3: dy/dx[i] = 3 x[i]^2, in x's shape. */
Test(derive, the_jacobian_of_a_scalar_by_eight_axes)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      data[6] = { 1, -2, 3, 0.5, -1.5, 4 }, got[6];
    wg_node     x = wg_input(g, "x", wg_view_f64(data, most));
    wg_node     j = wg_jacobian(wg_sum(wg_mul(wg_square(x), x)), x);
    cr_assert(wg_shape_equal(wg_node_shape(j), most));
    wg_copy_f64(j, got, 6);
    for (int i = 0; i < 6; i++) cr_assert_float_eq(got[i], 3 * data[i] * data[i], 1e-12);
    wgt_finish(c, NULL);
}

/* y[k] = (k + 1) x[k]^2 along seven axes and one: the result would fit if x had no more axes than one. */
Test(derive, the_jacobian_of_seven_axes_by_one)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      data[2] = { 3, -5 }, weight[2] = { 1, 2 }, got[4];
    wg_node     x = wg_input(g, "x", wg_view_f64(data, WG_SHAPE(2)));
    wg_node     y = wg_mul(wg_square(x), wg_input(g, "w", wg_view_f64(weight, WG_SHAPE(2))));
    wg_node     j = wg_jacobian(wg_reshape(y, WG_SHAPE(1, 1, 1, 1, 1, 1, 2)), x);
    cr_assert_eq(wg_node_shape(j).rank, 8);
    wg_copy_f64(j, got, 4);
    cr_assert(got[0] == 6 && got[1] == 0 && got[2] == 0 && got[3] == -20);
    wgt_finish(c, NULL);
}

Test(derive, more_axes_than_there_can_be_are_an_error_with_both_shapes)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    wg_node     x = wg_fill(g, 2, WG_SHAPE(1, 2, 1, 1, 3, 1, 1, 1)), y = wg_square(wg_fill(g, 2, WG_SHAPE(3)));
    wg_jacobian(wg_mul(y, wg_sum(x)), x);
    wgt_expect_error(c, WG_ERROR_SHAPE, "[3] by [1,2,1,1,3,1,1,1] would have 9 axes; at most 8");
    wg_hessian(wg_sum(wg_square(x)), x, x);
    wgt_expect_error(c, WG_ERROR_SHAPE, "[1,2,1,1,3,1,1,1] by [1,2,1,1,3,1,1,1] would have 16 axes; at most 8");
    wgt_finish(c, NULL);
}

/* A Hessian by eight axes and none: d2 (a x) / dx da = 1. */
Test(derive, the_hessian_by_eight_axes_and_a_scalar)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    wg_node     x = wg_fill(g, 2, most), a = wg_scalar(g, 3), y = wg_sum(wg_mul(a, x));
    double      got[6], transposed[6];
    wg_copy_f64(wg_hessian(y, x, a), got, 6);
    wg_copy_f64(wg_hessian(y, a, x), transposed, 6);
    for (int i = 0; i < 6; i++) cr_assert(got[i] == 1 && transposed[i] == 1);
    wgt_finish(c, NULL);
}
