/* test_frontier.c: where a gradient becomes wrong, if the rule of each node agrees with its kernel when it is
 * looked at alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgcheck.h"

/* y = x^3. The first time that somebody asks for the rule it is right, then never again. */

static bool cube_kernel(const wg_kernel *k)
{
    const double *x = k->x[0];
    double *y = k->y[0];
    for (int64_t i = k->begin; i < k->end; i++) y[i] = x[i] * x[i] * x[i];
    return true;
}

static bool same(wg_rule *r) { return r->y[0] = r->x[0], true; }

static int asked, right_times;

static void cube_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(asked++ < right_times ? 3 : 2, wg_mul(gy, wg_square(x[0])));
}

static const wg_op cube = {
    .name = "cube", .operands = 1, .kind = WG_MAP, .shape = same, .kernel = { cube_kernel }, .vjp = cube_rule
};

static wg_node cube_of(wg_node x) { return wg_apply("x\nmodel.c:40", &cube, &x, 1, NULL); }

typedef struct subject {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node x;
} subject;

static subject start(void)
{
    static const double v[4] = { 0.4, -0.7, 1.1, 0.9 };
    subject k = { .c = wgt_start(NULL, WG_F64, NULL) };
    k.g = wg_graph_new(k.c), k.p = wg_params_new(k.c);
    wg_begin(k.g, WG_TRAIN);
    k.x = wg_mul(wg_input(k.g, "in", wg_view_f64(v, WG_SHAPE(4))),
                 wg_param(k.g, k.p, "w", WG_SHAPE(4), wg_uniform(0.5, 1.5)));
    asked = 0, right_times = 1;
    return k;
}

/* The finding of that stage; false: there is none. */
static bool find(const wg_check *r, const char *stage, wg_check_finding *f)
{
    for (int i = 0; i < wg_check_facts_of(r)->findings; i++) {
        *f = wg_check_finding_at(r, i);
        if (!strcmp(f->stage, stage)) return true;
    }
    return false;
}

/* The gradient is right at the culprit's result, and wrong at its operand. */
static void expect_culprit(const wg_check *r, wg_node culprit)
{
    wg_check_finding f;
    cr_assert_not(find(r, "rule", &f), "the rule was right when it was looked at");
    cr_assert(find(r, "slope", &f));
    cr_assert(find(r, "frontier", &f));
    cr_expect_eq(f.node, culprit.index, "%s %s, %s", f.op, f.where, f.remedy);
    cr_expect_str_eq(f.op, wg_node_op_name(culprit));
    cr_expect_str_eq(f.where, wg_site_place(wg_node_site(culprit)));
    cr_expect_eq(f.operand, 0);
    cr_expect_gt(fabs(f.yours - f.numeric), 10 * f.bar);
    cr_expect_str_eq(wg_check_finding_at(r, 0).stage, "frontier", "it is the nearest to the cause");
}

Test(frontier, between_two_nodes)
{
    WGT_ENDS subject k = start();
    wg_node h = wg_tanh(k.x), y = wg_name(cube_of(h), "h2"), loss = wg_sum(wg_exp(y));
    wg_check *r = wg_gradcheck(loss, k.p);
    expect_culprit(r, y);
    wgt_expect_report(r, "FAIL the rule of cube h2, model.c:40, by operand x: along a direction yours ");
    int n;
    const wg_node_mark *m = wg_check_marks(r, k.g, &n);
    cr_assert_geq(n, 3);
    cr_expect_eq(m[0].node.index, y.index);
    cr_expect_eq(m[0].kind, WG_MARK_WRONG);
    for (int i = 1; i < n; i++) cr_expect(m[i].kind == WG_MARK_AFFECTED && m[i].node.index <= h.index);
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* The gradient at h is 2 h^2 exp(h^3) where it should be 3 h^2 exp(h^3): the ratio of the numbers is 2/3. */
Test(frontier, the_numbers_are_those_of_the_node)
{
    WGT_ENDS subject k = start();
    wg_check_finding f;
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_exp(cube_of(wg_tanh(k.x)))), k.p);
    cr_assert(find(r, "frontier", &f));
    cr_expect_float_eq(f.yours / f.numeric, 2. / 3, 1e-9);
}

Test(frontier, in_a_long_chain)
{
    for (int at = 0; at < 60; at += 13) {
        WGT_ENDS subject k = start();
        wg_node h = k.x, wrong = wg_none;
        for (int i = 0; i < 60; i++) {
            if (i == at) wrong = h = cube_of(h);
            h = i % 2 ? wg_tanh(wg_mul(h, 1.1)) : wg_sin(wg_add(h, 0.1));
        }
        WGT_FREED wg_check *r = wg_gradcheck(wg_sum(h), k.p);
        expect_culprit(r, wrong);
    }
}

/* Right along one branch. The other one, which is made first or last, is the wrong one. */
Test(frontier, in_one_of_two_branches)
{
    for (int order = 0; order < 2; order++) {
        WGT_ENDS subject k = start();
        wg_node h = wg_tanh(k.x), s = wg_sin(h), a, b;
        if (order) a = cube_of(s), b = wg_exp(h);
        else b = wg_exp(h), a = cube_of(s);
        WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_mul(wg_cos(a), wg_square(b))), k.p);
        expect_culprit(r, a);
    }
}

/* Two parameters have wrong gradients. The one that is made last is the nearest to the loss. */
Test(frontier, of_the_parameter_nearest_to_the_loss)
{
    WGT_ENDS subject k = start();
    right_times = 2;
    wg_node a = cube_of(wg_tanh(k.x)), v = wg_param(k.g, k.p, "v", WG_SHAPE(4), wg_uniform(0.5, 1.5)),
            b = cube_of(wg_sin(v));
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_add(wg_exp(a), wg_exp(b))), k.p);
    expect_culprit(r, b);
}

/* A rule that is wrong from 0.5 on. At the given point all h are below, so the rule is right there. After a
 * few steps of descent it is not. */

static void late_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(wg_mul(gy, wg_square(x[0])), wg_sub(3, wg_cast(wg_greater(x[0], 0.5), WG_F64)));
}

Test(frontier, after_steps_of_descent)
{
    static wg_op late;
    late = cube, late.name = "late", late.vjp = late_rule;
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    const double v[2] = { 0.4999, 0.47 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2))), h = wg_mul(x, 1.0001);
    wg_node loss = wg_neg(wg_sum(wg_apply("x\nmodel.c:41", &late, &h, 1, NULL)));
    wg_check *r = wg_gradcheck_nodes(loss, &x, 1);
    wg_check_finding f, slope;
    cr_assert(find(r, "slope", &slope));
    cr_expect_str_neq(slope.point, "at the given point");
    cr_assert(find(r, "frontier", &f));
    cr_expect_str_eq(f.point, slope.point);
    cr_expect_str_eq(f.op, "late");
    cr_expect_str_eq(f.where, "model.c:41");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

Test(frontier, right_gradients_and_wrong_rules_need_none)
{
    wg_check_finding f;
    WGT_ENDS subject k = start();
    right_times = 1000;
    wg_check *r = wg_gradcheck(wg_sum(cube_of(wg_tanh(k.x))), k.p);
    cr_expect_eq(wg_check_facts_of(r)->findings, 0);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    asked = right_times = 0;
    r = wg_gradcheck(wg_sum(cube_of(wg_tanh(k.x))), k.p);
    cr_expect(find(r, "rule", &f));
    cr_expect_not(find(r, "frontier", &f));
    wg_check_free(r);
}

/* x goes to three nodes. The wrong one is found, whether it is made first, between, or last. */
Test(frontier, one_of_several_that_use_the_same_node)
{
    for (int at = 0; at < 3; at++) {
        WGT_ENDS subject k = start();
        const wg_node h = wg_tanh(k.x);
        wg_node culprit = wg_none, sum = wg_none;
        for (int i = 0; i < 3; i++) {
            const wg_node y = i == at ? culprit = cube_of(h) : i == 1 ? wg_exp(h) : wg_sin(h);
            sum = i ? wg_add(sum, wg_cos(y)) : wg_cos(y);
        }
        WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_square(sum)), k.p);
        expect_culprit(r, culprit);
    }
}

/* The rule is right wherever it is alone, so that of two nodes none is known to be wrong. */
static void inner_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(wg_node_leaf(x[0]) == WG_LEAF_NONE ? 2 : 3, wg_mul(gy, wg_square(x[0])));
}

Test(frontier, at_a_node_of_whose_users_none_is_wrong_alone)
{
    static wg_op inner;
    inner = cube, inner.name = "inner", inner.vjp = inner_rule;
    WGT_ENDS subject k = start();
    wg_check_finding f;
    wg_node h = wg_name(wg_tanh(k.x), "h"), y = wg_name(wg_apply("x\nmodel.c:43", &inner, &h, 1, NULL), "y");
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_add(wg_exp(y), wg_sin(h))), k.p);
    cr_assert(find(r, "frontier", &f));
    cr_expect(f.node == h.index && f.operand == -1 && !strcmp(f.by, "h"), "%s", f.by);
    cr_expect_str_eq(f.remedy, "it is right at y, inner, model.c:43, which is computed from it");
}

/* 20 nodes. */

/* It gives no more than a limit, which random weights of the rule's stage do not reach. */
static void limited_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    gx[0] = wg_maximum(wg_minimum(gy, 8), -8);
}
static bool copy_kernel(const wg_kernel *k)
{
    for (int64_t i = k->begin; i < k->end; i++) ((double *)k->y[0])[i] = ((const double *)k->x[0])[i];
    return true;
}
static const wg_op limited = { .name = "limited",
                               .operands = 1,
                               .kind = WG_MAP,
                               .shape = same,
                               .kernel = { copy_kernel },
                               .vjp = limited_rule };

Test(frontier, in_a_net_of_twenty_nodes)
{
    for (int at = 0; at < 20; at++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        wg_begin(g, WG_TRAIN);
        const double v[4] = { 0.4, -0.7, 1.1, 0.9 };
        wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(4))), h = x, skip = x, culprit = wg_none;
        for (int i = 0; i < 20; i++) {
            if (i == at) culprit = h = wg_apply("h\nmodel.c:42", &limited, &h, 1, NULL);
            else if (i % 5 == 4) h = wg_add(h, wg_mul(skip, 0.3)), skip = h;
            else h = i % 2 ? wg_tanh(wg_mul(h, 1.1)) : wg_sin(wg_add(h, 0.1));
        }
        WGT_FREED wg_check *r = wg_gradcheck_nodes(wg_sum(wg_mul(h, 1e7)), &x, 1);
        expect_culprit(r, culprit);
    }
}
