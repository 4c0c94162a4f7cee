/* test_own_rules.c: derivative rules of users: one that leaves an operand out, one that is wrong where the
 * value is flat or has a kink, one that is meant to be another one, one that gives no number. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgcheck.h"
#include "wgtest.h"

#include <wengert/check.h>
#include <wengert/grad.h>
#include <wengert/implicit.h>
#include <wengert/nn.h>
#include <wengert/op.h>
#include <wengert/ops.h>

#define RULE(name) static void name(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])

/* ---- z y with the gradient by z alone ---- */

RULE(by_the_first)
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, x[1]);
}

static wg_node product(wg_node z, wg_node y)
{
    return wg_sum(wg_custom_vjp(wg_mul(z, y), (wg_node[]){ z, y }, 2, by_the_first));
}

/* w reaches the loss by both operands, so a path of it is missing. */
Test(own_rules, a_rule_that_leaves_an_operand_out_is_named)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node w = wg_input(g, "w", wg_view_f64((double[]){ 1.5, 0.5 }, WG_SHAPE(2)));
    WGT_FREED wg_check *r = wg_gradcheck(product(wg_tanh(w), wg_exp(w)), NULL);
    cr_assert_eq(wg_check_verdict(r), WG_FAIL);
    const wg_check_finding f = wg_check_finding_at(r, 0);
    cr_expect_str_eq(f.stage, "rule");
    cr_expect_str_eq(f.op, "custom_vjp");
    cr_expect_eq(f.yours, 0);
    cr_expect_str_eq(f.remedy, "the rule leaves it out: a path is missing");
}

/* y is data: that it has no derivative is what the rule says. */
Test(own_rules, an_operand_that_needs_no_gradient_may_be_left_out)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node w = wg_input(g, "w", wg_view_f64((double[]){ 1.5, 0.5 }, WG_SHAPE(2))),
                  y = wg_input(g, "y", wg_view_f64((double[]){ 2, 3 }, WG_SHAPE(2)));
    WGT_FREED wg_check *r = wg_gradcheck(product(wg_tanh(w), y), NULL);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);
    wgt_expect_report(r, "y     not checked: ");
}

/* The loss sum((z - y)^2 / 2): zero for y is no derivative. It is right as long as nobody asks for one. */
RULE(zero_for_targets)
{
    gx[0] = ((void)here, (void)y, wg_mul(gy, wg_sub(x[0], x[1]))), gx[1] = wg_number(0);
}

static wg_node squares(wg_node z, wg_node y)
{
    return wg_custom_vjp(wg_mul(0.5, wg_sum(wg_square(wg_sub(z, y)))), (wg_node[]){ z, y }, 2,
                         zero_for_targets);
}

Test(own_rules, zero_for_what_nobody_asks_is_right)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node w = wg_input(g, "w", wg_view_f64((double[]){ 1.5, 0.5 }, WG_SHAPE(2))),
                  t = wg_input(g, "t", wg_view_f64((double[]){ 2, 3 }, WG_SHAPE(2)));
    wg_check *r = wg_gradcheck_nodes(squares(wg_tanh(w), wg_sin(t)), &w, 1);
    cr_expect_eq(wg_check_facts_of(r)->findings, 0);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    r = wg_gradcheck_nodes(squares(wg_tanh(w), wg_exp(w)), &w, 1);
    cr_expect_str_eq(wg_check_finding_at(r, 0).op, "custom_vjp");
    cr_expect_eq(wg_check_finding_at(r, 0).operand, 2, "the value is operand 0");
    cr_expect_eq(wgt_verdict(r), WG_FAIL, "the targets are made of w");
    cr_expect_eq(wgt_verdict(wg_gradcheck_nodes(squares(w, t), ((wg_node[]){ w, t }), 2)), WG_FAIL);
}

/* ---- relu ---- */

/* At kink the slopes to both sides are 0 and 1. */
#define SLOPE_OF_RELU(x, kink) wg_where(wg_less(0, x), 1, wg_where(wg_less(x, 0), 0, kink))
RULE(one_at_the_kink) { gx[0] = ((void)here, (void)y, wg_mul(gy, SLOPE_OF_RELU(x[0], 1))); }
RULE(five_at_the_kink) { gx[0] = ((void)here, (void)y, wg_mul(gy, SLOPE_OF_RELU(x[0], 5))); }
RULE(everywhere_one) { gx[0] = ((void)here, (void)y, (void)x, gy); }

static wg_check *check_relu(wg_graph *g, wg_vjp_rule rule, const double at[3], const char *intended)
{
    const wg_node q = wg_input(g, "q", wg_view_f64(at, WG_SHAPE(3))), z = wg_sub(q, 1.7),
                  y = wg_custom_vjp(wg_relu(z), &z, 1, rule);
    wg_name(y, "my_relu");
    return wg_gradcheck(wg_sum(y), NULL, .intended = intended);
}

Test(own_rules, at_a_kink_the_slopes_between_both_sides_are_right)
{
    static const double on_kink[] = { 1.7, 3, -1 };
    WGT_IN_GRAPH(WG_F64, NULL);
    cr_expect_eq(wgt_verdict(check_relu(g, one_at_the_kink, on_kink, NULL)), WG_PASS);
    WGT_FREED wg_check *r = check_relu(g, five_at_the_kink, on_kink, NULL);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    cr_expect_eq(wg_check_input_at(r, 0).wrong, 1);
    cr_expect_eq(wg_check_input_at(r, 0).worst, 0);
}

/* Where all units are off the value does not move. It moves elsewhere, so the rule is no estimator of a
 * staircase. */
Test(own_rules, a_unit_that_is_off_is_no_straight_through_estimator)
{
    static const double off[] = { -1, -2, -3 };
    WGT_IN_GRAPH(WG_F64, NULL);
    WGT_FREED wg_check *r = check_relu(g, everywhere_one, off, NULL);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    cr_expect_str_eq(wg_check_finding_at(r, 0).op, "custom_vjp");
}

Test(own_rules, what_is_meant_is_named_and_not_compared)
{
    static const double off[] = { -1, -2, -3 };
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int k = 0; k < 2; k++) {
        WGT_FREED wg_check *r = check_relu(g, everywhere_one, off, k ? "a, my_relu" : "custom_vjp");
        cr_expect_eq(wg_check_facts_of(r)->findings, 0);
        cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE, "nothing else depends on q");
        wgt_expect_report(r, "not compared, another derivative on purpose: custom_vjp, ");
    }
    const char *others = "custom, my, my_relu2, custom_vjps";
    cr_expect_eq(wgt_verdict(check_relu(g, everywhere_one, off, others)), WG_FAIL);
}

/* The steps of floor are flat everywhere. */
Test(own_rules, a_straight_through_estimator_needs_no_name)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node q = wg_input(g, "q", wg_view_f64((double[]){ 0.3, 1.2, -0.7 }, WG_SHAPE(3))),
                  y = wg_custom_vjp(wg_floor(q), &q, 1, everywhere_one);
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_mul(y, wg_square(q))), NULL);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);
    wgt_expect_report(r, "not compared, another derivative on purpose: custom_vjp, ");
}

RULE(half_more)
{
    (void)here, (void)y, (void)x;
    gx[0] = wg_mul(gy, 1.5);
}

/* Beside numbers of 1e15 and more the sum of the value shows nothing of one of size 1: that is no flat
 * value. */
Test(own_rules, a_wrong_rule_beside_a_mask_is_no_estimator)
{
    for (double large = 1e15; large < 1e200; large *= large) {
        WGT_IN_GRAPH(WG_F64, NULL);
        const wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 0.3, -0.2, 0.5 }, WG_SHAPE(3))),
                      mask = wg_input(g, "", wg_view_f64((double[]){ 0, 0, -large }, WG_SHAPE(3))),
                      y = wg_custom_vjp(wg_add(x, mask), &x, 1, half_more);
        WGT_FREED wg_check *r =
            wg_gradcheck(wg_add(wg_sum(wg_square(wg_softmax(y))), wg_sum(wg_square(x))), NULL);
        cr_expect_eq(wg_check_verdict(r), WG_FAIL, "%g", large);
        wgt_expect_report(r, "divided by 1.5 it holds");
    }
}

/* A node with two operands is one node of the list. */
RULE(to_both) { gx[0] = gx[1] = ((void)here, (void)y, (void)x, gy); }

Test(own_rules, an_estimator_by_two_operands_is_listed_once)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node a = wg_input(g, "a", wg_view_f64((double[]){ 0.3, 1.2 }, WG_SHAPE(2))),
                  b = wg_input(g, "b", wg_view_f64((double[]){ -0.7, 2.4 }, WG_SHAPE(2))),
                  y = wg_custom_vjp(wg_add(wg_floor(a), wg_floor(b)), (wg_node[]){ a, b }, 2, to_both);
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_mul(y, wg_mul(a, b))), NULL);
    cr_expect_eq(wg_check_facts_of(r)->rules.held, 1);
    char *text = wgt_report(r);
    const char *list = strstr(text, "on purpose: custom_vjp");
    cr_expect(list && !strstr(list + strlen("on purpose: custom_vjp"), "custom_vjp"), "%s", text);
    free(text);
}

/* ---- the same mistake in many layers ---- */

RULE(two_too_much) { gx[0] = ((void)here, (void)y, (void)x, wg_mul(gy, 2)); }
static double itself(double x, const void *attr) { return (void)attr, x; }
static const wg_op twofold = { .name = "twofold", .operands = 1, .map = itself, .vjp = two_too_much };

/* 12 layers, each with a scope, and 24 parameters: the report names the first nodes and counts the others. */
Test(own_rules, one_mistake_in_all_layers_is_a_short_report)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_params *p = wg_params_new(c);
    wg_node h = wg_input(g, "x", wg_view_f64((double[]){ 0.5, -1, 2, 0.1 }, WG_SHAPE(2, 2)));
    for (int i = 0; i < 12; i++) {
        char name[16];
        snprintf(name, sizeof name, "fc%d", i);
        wg_scope_push_i(g, "layer", i);
        h = wg_apply(WG_HERE, &twofold, (wg_node[]){ wg_nn_dense(h, p, name, 2) }, 1, NULL);
        wg_name(h, "act");
        wg_scope_pop(g);
    }
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_square(h)), p);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    cr_expect_str_eq(wg_check_finding_at(r, 0).name, "layer.0/act");
    char *text = wgt_report(r);
    int lines = 0;
    for (const char *s = text; *s; s++) lines += *s == '\n';
    cr_expect_leq(lines, 20, "%s", text);
    cr_expect(strstr(text, "twofold layer.0/act, ") && strstr(text, "and 9 more of twofold"), "%s", text);
    cr_expect(strstr(text, "divided by 2 it holds"), "%s", text);
    cr_expect(strstr(text, " more fail, too"), "%s", text);
    free(text);
}

/* ---- beside a solver, whose own error is allowed ---- */

static wg_node decay(wg_node t, wg_node y, void *user)
{
    (void)t, (void)user;
    return wg_neg(wg_tanh(y));
}

Test(own_rules, a_solver_does_not_hide_a_wrong_rule)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 0.5, -1, 2 }, WG_SHAPE(3)));
    wg_node y = wg_odeint(x, decay, NULL, 0, 1, .method = WG_ODE_RK4, .steps = 20, .adjoint = true);
    y = wg_apply(WG_HERE, &twofold, &y, 1, NULL);
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_square(y)), NULL);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    cr_expect_str_eq(wg_check_finding_at(r, 0).op, "twofold");
    cr_expect_str_eq(wg_check_finding_at(r, 0).remedy, "divided by 2 it holds");
}

/* ---- no number ---- */

/* sqrt(x^4) = x^2 by sqrt' of 0: infinite times 0. The slope at 0 is 0. */
static double square_by_root(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n; i++) sum += sqrt(x[i] * x[i] * x[i] * x[i]);
    for (size_t i = 0; g && i < n; i++) {
        const double inside = x[i] * x[i] * x[i] * x[i];
        g[i] = 0.5 / sqrt(inside) * (4 * x[i] * x[i] * x[i]);
    }
    return sum;
}

Test(own_rules, nan_is_wrong_where_the_function_has_a_slope)
{
    WGT_FREED wg_check *r = wg_gradcheck_fn(square_by_root, 2, ((double[]){ 0, 2 }), NULL);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    wgt_expect_report(r, "component x[0] of the gradient is NaN, and f has a slope there");
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(square_by_root, 2, ((double[]){ 1, 2 }), NULL)), WG_PASS);
}

/* ---- rules that say f32 ---- */

/* In a context of f32, the default. The check computes in double. */
RULE(mask_of_f32) { gx[0] = ((void)here, (void)y, wg_mul(gy, wg_cast(wg_greater(x[0], 0), WG_F32))); }
RULE(wrong_mask) { gx[0] = ((void)here, (void)y, wg_mul(gy, wg_cast(wg_less(x[0], 0), WG_F32))); }
RULE(mask_of_ones)
{
    const wg_node one = wg_cast(wg_add(wg_mul(x[0], 0), 1), WG_F32);
    gx[0] = ((void)here, (void)y, wg_mul(gy, wg_where(wg_greater(x[0], 0), one, wg_mul(x[0], 0))));
}
RULE(by_classes)
{
    const wg_node on = wg_cast(wg_cast(wg_greater(x[0], 0), WG_I32), WG_F32);
    gx[0] = ((void)here, (void)y,
             wg_mul(gy, wg_sum(wg_mul(wg_one_hot(on, .count = 2),
                                      wg_cast(wg_index_along(wg_one_hot(on, .count = 2), .axis = 1), WG_F32)),
                               .axis = 1)));
}
static double ramp(double x, const void *attr) { return (void)attr, x > 0 ? x : 0; }

Test(own_rules, a_cast_to_f32_is_no_obstacle)
{
    static const struct {
        wg_vjp_rule rule;
        wg_verdict verdict;
    } all[] = {
        { mask_of_f32, WG_PASS }, { mask_of_ones, WG_PASS }, { by_classes, WG_PASS }, { wrong_mask, WG_FAIL }
    };
    static const float v[] = { 0.5f, -1, 2, -0.25f };
    for (size_t i = 0; i < 2 * (sizeof all / sizeof *all); i++) {
        WGT_IN_GRAPH(WG_F32, NULL);
        wg_op own = { .name = "own_relu", .operands = 1, .map = ramp, .vjp = all[i / 2].rule };
        const wg_node w = wg_input(g, "w", wg_view_f32(v, WG_SHAPE(4))), z = wg_mul(w, 1.5);
        const wg_node y =
            i % 2 ? wg_custom_vjp(wg_relu(z), &z, 1, all[i / 2].rule) : wg_apply(WG_HERE, &own, &z, 1, NULL);
        WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_exp(y)), NULL);
        cr_expect_eq(wg_check_verdict(r), all[i / 2].verdict, "%zu: %s", i, wg_check_facts_of(r)->reason);
        if (all[i / 2].verdict == WG_FAIL)
            cr_expect_str_eq(wg_check_finding_at(r, 0).op, i % 2 ? "custom_vjp" : "own_relu");
    }
}

/* A rule that rounds to f16 gives what is rounded: 1/3 becomes 0.33325. */
RULE(rounded_to_f16)
{
    gx[0] = ((void)here, (void)y, (void)x,
             wg_mul(gy, wg_cast(wg_cast(wg_add(wg_mul(x[0], 0), 1. / 3), WG_F16), WG_F32)));
}
static double third(double x, const void *attr) { return (void)attr, x / 3; }

Test(own_rules, a_cast_to_f16_still_rounds)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    wg_op own = { .name = "third", .operands = 1, .map = third, .vjp = rounded_to_f16 };
    const wg_node w = wg_input(g, "w", wg_view_f32((float[]){ 0.5f, -1 }, WG_SHAPE(2)));
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_apply(WG_HERE, &own, &w, 1, NULL)), NULL);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    const wg_check_finding f = wg_check_finding_at(r, 0);
    cr_expect_float_eq(f.yours / f.numeric, 0.333251953125 * 3, 1e-9);
}

/* In a context of f64 a product of f32 and f64 is an error of the rule, as wg_backward says. */
Test(own_rules, in_a_context_of_f64_a_cast_to_f32_is_an_error)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_op own = { .name = "own_relu", .operands = 1, .map = ramp, .vjp = mask_of_f32 };
    const wg_node w = wg_input(g, "w", wg_view_f64((double[]){ 0.5, -1 }, WG_SHAPE(2)));
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_apply(WG_HERE, &own, &w, 1, NULL)), NULL);
    cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE);
    cr_expect(strstr(wg_check_facts_of(r)->reason, "wg_cast"), "%s", wg_check_facts_of(r)->reason);
}

/* ---- a kink behind a product ---- */

/* relu over relu, or over a kernel of one's own, with this derivative at 0. */
static double at_zero;
RULE(some_at_the_kink) { gx[0] = ((void)here, (void)y, wg_mul(gy, SLOPE_OF_RELU(x[0], at_zero))); }

/* Rows of zeros, and weights whose sum is 0: the units of two rows are at the kink. */
static wg_check *check_dense(wg_graph *g, bool over_relu)
{
    static const wg_op own = { .name = "own_relu", .operands = 1, .map = ramp, .vjp = some_at_the_kink };
    static const double v[] = { 0, 0, 1, 1, 0.3, -0.4 }, m[] = { 0.5, -1, 0.25, -0.5, 1, 0.75 };
    const wg_node x = wg_input(g, "", wg_view_f64(v, WG_SHAPE(3, 2))),
                  w = wg_input(g, "w", wg_view_f64(m, WG_SHAPE(2, 3))), z = wg_matmul(x, w),
                  y = over_relu ? wg_custom_vjp(wg_relu(z), &z, 1, some_at_the_kink)
                                : wg_apply(WG_HERE, &own, &z, 1, NULL);
    return wg_gradcheck_nodes(wg_sum(wg_mul(wg_sin(y), wg_add(y, 1))), &w, 1);
}

Test(own_rules, behind_a_product_a_kink_is_no_mistake)
{
    static const double right[] = { 0, 0.5, 1 }, wrong[] = { 2, -1 };
    for (int over_relu = 0; over_relu < 2; over_relu++)
        for (int i = 0; i < 5; i++) {
            WGT_IN_GRAPH(WG_F64, NULL);
            at_zero = i < 3 ? right[i] : wrong[i - 3];
            wg_check *r = check_dense(g, over_relu);
            cr_expect_eq(wg_check_verdict(r), i < 3 ? WG_PASS : WG_FAIL, "%d %g", over_relu, at_zero);
            if (i >= 3) cr_expect_str_eq(wg_check_finding_at(r, 0).op, over_relu ? "custom_vjp" : "own_relu");
            wg_check_free(r);
        }
}
