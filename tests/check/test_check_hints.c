/* test_check_hints.c: a wrong derivative rule is found, and the report says what is wrong with it. */
#include "wgcheck.h"

static void sign_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_neg(wg_mul(gy, wg_mul(2, x[0])));
}

static void half_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, x[0]);
}
static void right_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(2, x[0]));
}

static wg_check *check_rule(wg_graph *g, wg_vjp_rule rule)
{
    static const float at[3] = { -1, 0.5f, 2 };
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f32(at, WG_SHAPE(3)));
    return wg_gradcheck(wg_sum(wg_custom_vjp(wg_mul(x, x), &x, 1, rule)), NULL, NULL);
}

Test(check_hints, a_wrong_rule_is_caught)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_graph *g = wg_graph_new(c);
    cr_expect_eq(wgt_verdict(check_rule(g, right_vjp)), WG_PASS);
    wg_check *r = check_rule(g, sign_vjp);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "the sign is wrong");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
    r = check_rule(g, half_vjp);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "a factor 2 is missing");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
    wgt_finish(c, NULL);
}

static void batch_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_broadcast_to(gy, wg_node_shape(x[0])); /* of the sum, where y is the mean */
}

Test(check_hints, a_sum_for_a_mean_is_named)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double at[7] = { 1, 2, 3, 4, 5, 6, 7 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(7)));
    wg_check *r = wg_gradcheck(wg_custom_vjp(wg_mean(x), &x, 1, batch_vjp), NULL, NULL);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "the sum over the batch of 7 where f takes the mean");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
    wgt_finish(c, NULL);
}

/* y = W W: gy W' + W' gy, and its transpose instead. */
static void transposed_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_node t = wg_transpose(x[0]);
    gx[0] = wg_transpose(wg_add(wg_matmul(gy, t), wg_matmul(t, gy)));
}

Test(check_hints, a_transpose_is_named)
{
    double x[4] = { 1, 2, 3, 4 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *graph = wg_graph_new(c);
    wg_node W = wg_input(graph, "W", wg_view_f64(x, WG_SHAPE(2, 2)));
    wg_node f = wg_sum(wg_square(wg_custom_vjp(wg_matmul(W, W), &W, 1, transposed_vjp)));
    wg_check *r = wg_gradcheck(f, NULL, NULL);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "yours is the transpose");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
    wgt_finish(c, NULL);
}
