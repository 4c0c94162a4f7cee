/* test_check_hints.c: a wrong derivative rule is found, and the report says what is wrong with it. */
#include <math.h>
#include <string.h>

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
    return wg_gradcheck(wg_sum(wg_custom_vjp(wg_mul(x, x), &x, 1, rule)), NULL);
}

Test(check_hints, a_wrong_rule_is_caught)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    cr_expect_eq(wgt_verdict(check_rule(g, right_vjp)), WG_PASS);
    wg_check *r = check_rule(g, sign_vjp);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "the sign is wrong");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
    r = check_rule(g, half_vjp);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "a factor 2 is missing");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

static void batch_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_broadcast_to(gy, wg_node_shape(x[0])); /* of the sum, where y is the mean */
}

Test(check_hints, a_sum_for_a_mean_is_named)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double at[7] = { 1, 2, 3, 4, 5, 6, 7 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(7)));
    wg_check *r = wg_gradcheck(wg_custom_vjp(wg_mean(x), &x, 1, batch_vjp), NULL);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "the sum over the batch of 7 where f takes the mean");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
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
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node W = wg_input(g, "W", wg_view_f64(x, WG_SHAPE(2, 2)));
    wg_node f = wg_sum(wg_square(wg_custom_vjp(wg_matmul(W, W), &W, 1, transposed_vjp)));
    wg_check *r = wg_gradcheck(f, NULL);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "autodiff is the transpose");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* y[i][j] = x[i]: the sum over j. */
static void columns_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_sum(gy, .axis = 0);
}

Test(check_hints, another_axis_is_named)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, -2, 0.5 }, WG_SHAPE(3)));
    wg_node y = wg_broadcast_to(wg_reshape(x, WG_SHAPE(3, 1)), WG_SHAPE(3, 3));
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_exp(wg_custom_vjp(y, &x, 1, columns_vjp))), NULL);
    cr_expect_str_eq(wg_check_finding_at(r, 0).remedy, "with sum over axis 1 instead of axis 0 it holds");
}

/* ---- an op with an expansion and a rule, but no kernel ---- */

static void swish_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    y[0] = wg_mul(x[0], wg_sigmoid(x[0]));
}

/* s(x) (1 + x (1 - s(x))) */
static void swish_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_node s = wg_sigmoid(x[0]);
    gx[0] = wg_mul(gy, wg_mul(s, wg_add(1, wg_mul(x[0], wg_sub(1, s)))));
}
static void seven_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, 7);
}

static wg_node apply_swish(wg_graph *g, wg_vjp_rule rule, wg_node *x)
{
    static wg_op swish = { .name = "swish", .operands = 1, .expand = swish_expand };
    swish.vjp = rule;
    wg_begin(g, WG_TRAIN);
    *x = wg_input(g, "x", wg_view_f64((const double[]){ -1, 2 }, WG_SHAPE(2)));
    return wg_apply(WG_HERE, &swish, x, 1, NULL);
}

Test(check_hints, the_rule_of_an_op_without_a_kernel_is_used_and_checked)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x, y = apply_swish(g, seven_vjp, &x);
    cr_expect_str_eq(wg_node_op_name(y), "swish");
    cr_expect_eq(wg_node_operands(y), 1);
    cr_expect_eq(wg_item(wg_sum(wg_grad(wg_sum(y), x))), 14);
    wg_check *r = wg_gradcheck(wg_sum(y), NULL);
    cr_assert_geq(wg_check_facts_of(r)->findings, 1);
    cr_expect_str_eq(wg_check_finding_at(r, 0).op, "swish");
    cr_expect_str_eq(wg_check_finding_at(r, 0).by, "x");
    cr_expect_eq(wg_check_finding_at(r, 0).operand, 0);
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
    y = apply_swish(g, swish_vjp, &x);
    cr_expect_eq(wgt_verdict(wg_gradcheck(wg_sum(y), NULL)), WG_PASS);
}

/* The report of a wrong rule, from mathematics: y = x^2 has the derivative 2x, and the rule says x. */
static double square_map(double x, const void *attr) { return (void)attr, x * x; }

Test(check_hints, a_finding_names_op_operand_element_and_remedy)
{
    static const wg_op half_square = {
        .name = "half_square", .operands = 1, .map = square_map, .vjp = half_vjp
    };
    WGT_IN_GRAPH(WG_F64, NULL);
    const double at[3] = { 1, -2, 0.5 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3)));
    wg_check *r = wg_gradcheck(wg_sum(wg_exp(wg_apply(WG_HERE, &half_square, &x, 1, NULL))), NULL);
    const wg_check_finding f = wg_check_finding_at(r, 0);
    cr_expect_str_eq(f.stage, "rule");
    cr_expect_str_eq(f.op, "half_square");
    cr_expect(strstr(f.where, "test_check_hints.c:"), "%s", f.where);
    cr_expect_str_eq(f.by, "x");
    cr_expect(f.element >= 0 && f.element < 3);
    cr_expect(fabs(f.numeric - 2 * f.yours) <= 10 * f.bar, "%g, %g", f.yours, f.numeric);
    cr_expect_str_eq(f.remedy, "times 2 it holds");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* ---- names of the pieces of x ---- */

/* f = |W b|^2 / 2 with W [2,3] and b [3]. The gradient by W is (W b) b'; user: its transpose in memory. */
static double of_pieces(size_t n, const double *x, double *g, void *user)
{
    double y[2], sum = 0;
    (void)n;
    for (int i = 0; i < 2; i++) {
        y[i] = 0;
        for (int j = 0; j < 3; j++) y[i] += x[3 * i + j] * x[6 + j];
        sum += y[i] * y[i] / 2;
    }
    for (int i = 0; g && i < 2; i++)
        for (int j = 0; j < 3; j++) g[user ? 2 * j + i : 3 * i + j] = y[i] * x[6 + j];
    for (int j = 0; g && j < 3; j++) g[6 + j] = y[0] * x[j] + y[1] * x[3 + j];
    return sum;
}

static const double PIECES[] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, -0.2, 0.3 };

/* The gradient by W is transposed. It is left out if it is meant so, and b is compared. */
Test(check_hints, a_gradient_may_be_meant_to_be_another_one)
{
    static const struct {
        const char *intended, *says;
        wg_verdict verdict;
    } cases[] = { { NULL, "yours is the transpose", WG_FAIL },
                  { "b", "yours is the transpose", WG_FAIL },
                  { "W", "  not checked: its gradient is another one on purpose", WG_PASS },
                  { "b, W", "its gradient is another one on purpose", WG_INCONCLUSIVE },
                  { "V", "names of whole arguments are expected, as \"W\", not \"V\"", WG_INCONCLUSIVE },
                  { "W[0,1]", "names of whole arguments are expected", WG_INCONCLUSIVE } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const wg_gradcheck_opts o =
            WG_OPTS(wg_gradcheck_opts, .names = "W[2,3], b[3]", .intended = cases[k].intended);
        WGT_FREED wg_check *r = wg_gradcheck_fn_at(WG_HERE, of_pieces, 9, PIECES, &(int){ 1 }, &o);
        cr_expect_eq(wg_check_verdict(r), cases[k].verdict, "%zu", k);
        wgt_expect_report(r, cases[k].says);
    }
}

Test(check_hints, pieces_of_x_have_names)
{
    const wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts, .names = "W[2,3], b[3]");
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn_at(WG_HERE, of_pieces, 9, PIECES, NULL, &o)), WG_PASS);
    WGT_FREED wg_check *r = wg_gradcheck_fn_at(WG_HERE, of_pieces, 9, PIECES, &(int){ 1 }, &o);
    cr_assert_eq(wg_check_facts_of(r)->inputs, 2);
    cr_expect_str_eq(wg_check_input_at(r, 0).name, "W");
    cr_expect_eq(wg_check_input_at(r, 0).verdict, WG_FAIL);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "yours is the transpose");
    cr_expect_eq(wg_check_input_at(r, 1).verdict, WG_PASS);
    wgt_expect_report(r, "  b[");
}

Test(check_hints, names_that_do_not_fit_are_said)
{
    static const char *const wrong[][2] = { { "W[2,3], b[4]", "has 10 elements, and x has 9" },
                                            { "W[2,3 b[3]", "\"W[3,4], b[4], s\" is expected" },
                                            { "[9]", "is expected" },
                                            { "W[6], W[3]", "\"W\" is there twice" },
                                            { "", "is expected" },
                                            { "W[9999999999,9999999999,99999999999]",
                                              "elements, and x has 9" } };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        WGT_FREED wg_check *r = wg_gradcheck_fn(of_pieces, 9, PIECES, NULL, .names = wrong[k][0]);
        cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE);
        cr_expect(strstr(wg_check_facts_of(r)->reason, wrong[k][1]), "%s", wg_check_facts_of(r)->reason);
    }
}

/* ---- sentences that must be true ---- */

/* Some factor always makes one number right. */
static void odd_factor_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(4.73096, x[0]));
}

Test(check_hints, a_factor_explains_more_than_one_number)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int n = 1; n < 3; n++) {
        const wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 0.7, -1.3 }, WG_SHAPE(n)));
        WGT_FREED wg_check *r =
            wg_gradcheck(wg_sum(wg_custom_vjp(wg_mul(x, x), &x, 1, odd_factor_vjp)), NULL);
        cr_expect_str_eq(wg_check_finding_at(r, 0).remedy, n == 1 ? "" : "divided by 2.36548 it holds");
    }
}

/* At a kink the course's ratio is bad for each gradient but one. The verdict is pass, and its word is not
 * printed unless its check was asked for. */
static double one_kink(size_t n, const double *x, double *gx, void *user)
{
    (void)n, (void)user;
    if (gx) gx[0] = x[0] > 0 ? 1 : 0;
    return x[0] > 0 ? x[0] : 0;
}

Test(check_hints, no_word_contradicts_the_verdict)
{
    WGT_FREED wg_check *r = wg_gradcheck_fn(one_kink, 1, (double[]){ 0 }, NULL);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);
    char *text = wgt_report(r);
    cr_expect(strstr(text, "ratio at eps 1e-07: 1.0e+00  (floor ") && !strstr(text, "bug"), "%s", text);
    free(text);
    wg_check *by_course = wg_gradcheck_fn(one_kink, 1, (double[]){ 0 }, NULL, .eps = 1e-7);
    wgt_expect_report(by_course, "very likely a bug");
    wg_check_free(by_course);
}

/* Floats inside: f stands still where x moves by less than 6e-8 of itself. */
static double float_inside(size_t n, const double *x, double *gx, void *user)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++) sum += (float)x[i] * (float)x[i];
    for (size_t i = 0; gx && i < n; i++) gx[i] = 2 * x[i];
    return (void)user, (double)sum;
}

Test(check_hints, the_noise_of_the_head_is_that_of_the_bars)
{
    const double x[] = { 1.1, 2.3, -0.7, 3.1, 0.9 };
    WGT_FREED wg_check *r = wg_gradcheck_fn(float_inside, 5, x, NULL);
    cr_expect(wg_check_facts_of(r)->noise > 1e-8 && wg_check_facts_of(r)->noise < 1e-5, "%g",
              wg_check_facts_of(r)->noise);
}
