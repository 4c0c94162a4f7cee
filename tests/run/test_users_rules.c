/* test_users_rules.c: derivative rules of the user's that read variables of his program. Each way to write
 * such a rule, in each way of running, must give the gradient of this step's numbers. The gradients are
 * known: all numbers are short, so every product is exact. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

/* The variables. They change from step to step: some steps repeat them, make them 0 or 1, or equal. */
static double a, b;
static void set_numbers(int step)
{
    static const double as[] = { 3, 3, -2, 0, 0, 1, 1, 4, 2, 2, 2, -0.5, 8 },
                        bs[] = { 1, 1, 2, 2, -4, 1, 1, 4, 4, 0.25, 2 };
    a = as[step % 13] + (step % 50 == 49 ? step : 0);
    b = bs[step % 11];
}

/* ---- ways to write a rule: each is a function of a vector x of elements 0.5 ---- */

#define W 0.5

static double map_square(double x, const void *attr) { return (void)attr, a * x * x; }
static void rule_square(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(2 * a, x[0]));
}
static void expand_square(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    (void)here, (void)n, (void)attr;
    y[0] = wg_mul(a, wg_square(x[0]));
}
static const wg_op with_rule = { .name = "with_rule", .operands = 1, .map = map_square, .vjp = rule_square },
                   with_expansion = { .name = "with_expansion",
                                      .operands = 1,
                                      .map = map_square,
                                      .expand = expand_square },
                   composite = { .name = "composite", .operands = 1, .expand = expand_square },
                   composite_with_rule = { .name = "composite_with_rule",
                                           .operands = 1,
                                           .expand = expand_square,
                                           .vjp = rule_square };
static wg_node by_rule(wg_node x) { return wg_apply(WG_HERE, &with_rule, &x, 1, NULL); }
static wg_node by_expansion(wg_node x) { return wg_apply(WG_HERE, &with_expansion, &x, 1, NULL); }
static wg_node by_composite(wg_node x) { return wg_apply(WG_HERE, &composite, &x, 1, NULL); }
static wg_node by_composite_rule(wg_node x) { return wg_apply(WG_HERE, &composite_with_rule, &x, 1, NULL); }
static wg_node by_custom(wg_node x) { return wg_custom_vjp(wg_mul(x, 3), &x, 1, rule_square); }
static double two_a_x(double x) { return 2 * a * x; }
static double two_a(double x) { return (void)x, 2 * a; }

/* Gradient reversal: the rule of the identity. */
static void rule_reverse(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    gx[0] = wg_mul(wg_neg(gy), a);
}
static wg_node by_reversal(wg_node x) { return wg_custom_vjp(wg_mul(x, 1), &x, 1, rule_reverse); }
static double minus_a(double x) { return (void)x, -a; }
static double nothing(double x) { return (void)x, 0; }

/* An answer that is a number; 0 says that the gradient is known to be zero. */
static void rule_number(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x, (void)gy;
    gx[0] = wg_number(a);
}
static wg_node by_number(wg_node x)
{
    return wg_add(wg_custom_vjp(wg_mul(x, 3), &x, 1, rule_number), wg_mul(x, 4));
}
static double a_and_4(double x) { return (void)x, a + 4; }

/* Numbers that may be equal, or 1. */
static void rule_of_two(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_add(wg_mul(wg_mul(gy, a), x[0]), wg_mul(wg_mul(gy, b), x[0]));
}
static wg_node by_two_numbers(wg_node x) { return wg_custom_vjp(wg_mul(x, 3), &x, 1, rule_of_two); }
static double sum_x(double x) { return (a + b) * x; }
static double sum(double x) { return (void)x, a + b; }

/* Other nodes, and other options, for other numbers. */
static void rule_of_shapes(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    wg_node slope = wg_mul(x[0], b);
    if (a > 1) slope = wg_neg(wg_neg(slope));
    if (a < 0) slope = wg_mul(slope, a);
    const int k = (int)wg_dim(x[0], 0);
    gx[0] = wg_mul(gy, k > 1 ? wg_roll(slope, .axis = 0, .shift = b > 1) : slope);
}
static wg_node by_shapes(wg_node x) { return wg_custom_vjp(wg_mul(x, 3), &x, 1, rule_of_shapes); }
static double shaped(double x) { return (a < 0 ? a : 1) * b * x; }
static double shaped_2(double x) { return (void)x, (a < 0 ? a : 1) * b; }

/* Two rules in a chain, and one op twice: of the second the gradient is a node of the first. */
static wg_node by_chain(wg_node x)
{
    return wg_custom_vjp(wg_mul(by_rule(x), 2), (wg_node[]){ x }, 1, rule_of_two);
}
static wg_node by_both(wg_node x) { return wg_add(by_reversal(by_rule(x)), by_custom(x)); }
static double of_both(double x) { return -a * 2 * a * x + 2 * a * x; }
static double of_both_2(double x) { return (void)x, -a * 2 * a + 2 * a; }

/* Within other calls that take a part of a graph. */
static wg_node custom_part(wg_node x, void *user) { return (void)user, by_custom(x); }
static wg_node by_recompute(wg_node x) { return wg_recompute(x, custom_part, NULL); }
static wg_node by_vmap(wg_node x)
{
    wg_node one = wg_mean(x), rows = wg_reshape(x, WG_SHAPE(wg_dim(x, 0)));
    return wg_vmap(by_rule(one), one, rows);
}

/* Its rule looks at what it has been given, beyond types. */
static void rule_that_looks(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    const bool first = wg_node_operands(gy) && wg_node_ok(wg_node_operand(gy, 0));
    gx[0] = wg_mul(gy, wg_mul(first ? 2 * a : 2 * a, x[0]));
}
static wg_node by_looking(wg_node x)
{
    return wg_mul(wg_custom_vjp(wg_mul(x, 3), &x, 1, rule_that_looks), 1);
}

/* Its rule reads values: of its operand, and of the gradient, which is 1 here. */
static void rule_that_reads(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, a * wg_item(wg_max(x[0])) * wg_item(wg_max(gy)));
}
static wg_node by_reading(wg_node x) { return wg_custom_vjp(wg_mul(x, 3), &x, 1, rule_that_reads); }
static double a_x(double x) { return a * x; }

typedef struct way {
    const char *name;
    wg_node (*f)(wg_node x);
    double (*slope)(double x), (*curve)(double x); /* by each element */
    bool built;                                    /* the numbers are those of the time when it was built */
} way;
static const way ways[] = {
    { "map and vjp", by_rule, two_a_x, two_a, false },
    { "map and expand", by_expansion, two_a_x, two_a, false },
    { "expand alone", by_composite, two_a_x, two_a, true },
    { "expand and vjp", by_composite_rule, two_a_x, two_a, false },
    { "custom_vjp", by_custom, two_a_x, two_a, false },
    { "reversal", by_reversal, minus_a, nothing, false },
    { "a number", by_number, a_and_4, nothing, false },
    { "two numbers", by_two_numbers, sum_x, sum, false },
    { "other nodes", by_shapes, shaped, shaped_2, false },
    { "a chain", by_chain, sum_x, sum, false },
    { "two ops", by_both, of_both, of_both_2, false },
    { "recompute", by_recompute, two_a_x, two_a, false },
    { "vmap", by_vmap, two_a_x, two_a, false },
    { "looks further", by_looking, two_a_x, two_a, false },
    { "reads values", by_reading, a_x, nothing, false },
};
enum { WAYS = sizeof ways / sizeof *ways };

/* ---- ways to ask ---- */

typedef enum asking { BACKWARD, ADDED, HVP, AS_NODES, HALVES, ASKINGS } asking;
static const char *const asked[] = { "wg_backward", "wg_backward_add", "wg_params_hvp", "wg_grad",
                                     "two losses" };

typedef struct trial {
    const way *w;
    asking how;
    int n;
    bool rebuilds;
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node x, loss;
    double *values;
} trial;

static void build(trial *t)
{
    wg_begin(t->g, WG_TRAIN);
    t->x = wg_param(t->g, t->p, "w", WG_SHAPE(t->n), wg_const(W));
    t->loss = wg_sum(t->w->f(t->x));
}

/* Another evaluation, of the same values. */
static void same_values(trial *t)
{
    for (int i = 0; i < t->n; i++) t->values[i] = W;
    wg_params_set(t->p, t->values);
}

/* What the call gives for each element, less what else it has added. */
static void ask(trial *t, double got[])
{
    if (t->how == BACKWARD) wg_backward(t->loss, t->p);
    if (t->how == ADDED) wg_backward(wg_sum(t->x), t->p), wg_backward_add(t->loss, t->p);
    if (t->how == HALVES) { /* the build goes on after the first request */
        wg_backward(t->loss, t->p);
        wg_backward_add(wg_mean(wg_mul(wg_sum(t->x), 2)), t->p);
    }
    if (t->how == HVP) {
        for (int i = 0; i < t->n; i++) got[i] = 1;
        wg_params_hvp(t->p, t->loss, got, got);
    } else if (t->how == AS_NODES) {
        wg_copy_f64(wg_grad(t->loss, t->x), got, (size_t)t->n);
    } else {
        wg_params_get_grad(t->p, got);
    }
    for (int i = 0; i < t->n; i++) got[i] -= t->how == ADDED ? 1 : t->how == HALVES ? 2 : 0;
}

/* How many of the steps give another gradient than this step's numbers do. */
static int wrong_steps(trial *t, int steps, const wg_start_opts *o)
{
    int wrong = 0;
    double *got = calloc((size_t)t->n, sizeof *got);
    t->values = calloc((size_t)t->n, sizeof *got);
    t->c = wgt_start(NULL, WG_F64, o);
    t->g = wg_graph_new(t->c), t->p = wg_params_new(t->c);
    for (int k = 0; k < steps; k++) {
        set_numbers(k);
        if (!k || t->rebuilds) build(t);
        else if (t->how != AS_NODES) same_values(t);
        const double want = t->how == HVP ? t->w->curve(W) : t->w->slope(W);
        const uint32_t mark = (uint32_t)wgx_graph_mark(t->g);
        ask(t, got);
        if (!t->rebuilds) wgx_graph_rewind(t->g, (int)mark);
        bool same = !wg_failed(t->c);
        for (int i = 0; i < t->n; i++) same = same && got[i] == want;
        wrong += !same;
    }
    if (wg_failed(t->c)) printf("%s\n", wg_message(t->c));
    wgt_drop(t->c, NULL);
    free(got), free(t->values);
    return wrong;
}

/* ---- ways to run ---- */

static int wrong_ways;

static void expect_none_wrong(const way *w, asking how, int n, bool rebuilds, int interpret, unsigned without,
                              int steps)
{
    trial t = { .w = w, .how = how, .n = n, .rebuilds = rebuilds };
    if (w->built && !rebuilds) return;
    const int wrong = wrong_steps(
        &t, steps, &WG_OPTS(wg_start_opts, .threads = 2, .interpret = interpret, .without = without));
    if (!wrong) return;
    wrong_ways++;
    printf("%s, %s, %d elements, %s, .interpret = %d, .without = %#x: %d of %d steps wrong\n", w->name,
           asked[how], n, rebuilds ? "built anew" : "kept", interpret, without, wrong, steps);
}

static void each_way(asking how, int n, int interpret, unsigned without, int steps)
{
    for (int i = 0; i < WAYS; i++)
        for (int rebuilds = 0; rebuilds < 2; rebuilds++)
            expect_none_wrong(&ways[i], how, n, rebuilds, interpret, without, steps);
}

Test(users_rules, numbers_are_those_of_the_step)
{
    wrong_ways = 0;
    for (asking how = 0; how < ASKINGS; how++)
        for (int interpret = -1; interpret <= 1; interpret++) each_way(how, 5, interpret, 0, 300);
    cr_assert_eq(wrong_ways, 0);
}

Test(users_rules, and_of_one_element_and_of_many)
{
    wrong_ways = 0;
    for (asking how = 0; how < ASKINGS; how++) each_way(how, 1, 0, 0, 60), each_way(how, 20000, 0, 0, 15);
    cr_assert_eq(wrong_ways, 0);
}

Test(users_rules, and_without_a_fast_way)
{
    wrong_ways = 0;
    for (int i = 0; i < WG_WAYS; i++) each_way(BACKWARD, 3, 0, 1U << i, 60);
    cr_assert_eq(wrong_ways, 0);
}

/* ---- what a rule sees is the same in each way of running ---- */

enum { LOOKS = 9, LOOK_STEPS = 12 };
static int look_number;
static double seen;

static double looked_at(wg_node y, wg_node gy, wg_node x)
{
    wg_node equal[4];
    switch (look_number) {
    case 0: return wg_node_operands(gy);
    case 1: return wg_depends_on(gy, x);
    case 2: return wgx_equal_nodes(gy, x, equal, 4);
    case 3: return wgx_node_is_derived(gy);
    case 4: return wg_node_operands(y) + 10 * wg_node_operands(x);
    case 5: return (double)strlen(wg_node_op_name(wg_node_operand(gy, 0)));
    case 6: return (double)strlen(wg_node_name(gy));
    case 7: return wg_item(wg_sum(wg_square(gy)));
    default: return (double)wg_node_shape(gy).rank;
    }
}
static void rule_of_looks(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here;
    seen = looked_at(y, gy, x[0]);
    gx[0] = wg_mul(gy, seen + a);
}

static void follow_looks(int interpret, bool rebuilds, double what[2 * LOOK_STEPS])
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret));
    wg_node loss = wg_none;
    for (int k = 0; k < LOOK_STEPS; k++) {
        double got[3];
        set_numbers(k);
        if (!k || rebuilds) {
            wg_begin(g, WG_TRAIN);
            wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_const(W));
            loss = wg_sum(wg_square(wg_mul(wg_custom_vjp(wg_mul(w, 3), &w, 1, rule_of_looks), 0.5)));
        }
        wg_backward(loss, p);
        wg_params_get_grad(p, got);
        wg_params_set(p, (double[]){ W, W, W });
        what[2 * k] = seen, what[2 * k + 1] = got[2];
        if (!rebuilds)
            cr_assert_eq(wg_item(wg_mul(loss, 1)), wg_item(loss)); /* later values are of their own */
    }
}

Test(users_rules, see_the_same_in_each_way)
{
    for (look_number = 0; look_number < LOOKS; look_number++)
        for (int rebuilds = 0; rebuilds < 2; rebuilds++) {
            double want[2 * LOOK_STEPS], got[2 * LOOK_STEPS];
            follow_looks(1, rebuilds, want);
            for (int interpret = -1; interpret < 1; interpret++) {
                follow_looks(interpret, rebuilds, got);
                for (int k = 0; k < 2 * LOOK_STEPS; k++)
                    cr_expect_eq(want[k], got[k], "look %d, .interpret %d, built anew %d, step %d: %g not %g",
                                 look_number, interpret, rebuilds, k / 2, got[k], want[k]);
            }
        }
}

/* ---- a rule that trains another model, of the same structure and so by the same plan ---- */

static wg_node inner_loss;
static wg_params *inner_set;
static bool is_inner;
static void rule_that_trains(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const double now = a;
    if (!is_inner) {
        is_inner = true, a = b;
        wg_backward(inner_loss, inner_set);
        is_inner = false, a = now;
    }
    rule_square(here, y, gy, x, gx);
}

static wg_node trained(wg_graph *g, wg_params *p)
{
    wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_const(W));
    return wg_sum(wg_custom_vjp(wg_mul(w, 3), &w, 1, rule_that_trains));
}

Test(users_rules, train_another_model)
{
    for (int how = 0; how < 6; how++) {
        WGT_IN_WORLD(WG_F64,
                     &WG_OPTS(wg_start_opts, .interpret = how % 3 - 1, .plan_bytes = how < 3 ? WG_AUTO : 1));
        wg_graph *h = wg_graph_new(c);
        inner_set = wg_params_new(c);
        inner_loss = trained(h, inner_set);
        const wg_node loss = trained(g, p);
        for (int k = 0; k < 40; k++) {
            double got[3], inner[3];
            set_numbers(k / 2); /* each twice */
            wg_backward(loss, p);
            wg_params_get_grad(p, got);
            wg_params_get_grad(inner_set, inner);
            cr_expect_eq(got[1], two_a_x(W), "way %d, step %d: %g not %g", how, k, got[1], two_a_x(W));
            cr_expect_eq(inner[1], 2 * b * W, "way %d, step %d: inside %g not %g", how, k, inner[1],
                         2 * b * W);
            wg_params_set(p, (double[]){ W, W, W });
            wg_params_set(inner_set, (double[]){ W, W, W });
        }
    }
}

/* ---- what a rule must not do ---- */

static wg_node kept_by_rule, set_by_rule;
static void rule_of_old_node(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    if (wg_is_none(kept_by_rule)) kept_by_rule = wg_mul(gy, 7);
    gx[0] = kept_by_rule;
}
static void rule_that_sets(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    wg_input_set(set_by_rule, wg_view_f64((double[]){ 2 }, WG_SHAPE(1)));
    gx[0] = gy;
}
static void rule_that_rewinds(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    wgx_graph_rewind(wg_graph_of(gy), 1);
    gx[0] = gy;
}

Test(users_rules, what_they_must_not_do)
{
    static const struct {
        wg_vjp_rule rule;
        const char *said;
    } wrong[] = { { rule_of_old_node, "an earlier call" },
                  { rule_that_sets, "must not do this to its graph" },
                  { rule_that_rewinds, "must not do this to its graph" } };
    for (int interpret = -1; interpret <= 1; interpret++)
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret));
            kept_by_rule = wg_none;
            wg_node w = wg_param(g, p, "w", WG_SHAPE(1), wg_const(1));
            set_by_rule = wg_input(g, "x", wg_view_f64((double[]){ 1 }, WG_SHAPE(1)));
            wg_node loss = wg_sum(wg_mul(wg_custom_vjp(wg_mul(w, 1), &w, 1, wrong[i].rule), set_by_rule));
            for (int k = 0; k < 5; k++) {
                wg_backward(loss, p);
                if (i || k) wgt_expect_error(c, WG_ERROR_USE, wrong[i].said);
                wg_params_set(p, (double[]){ 1 });
            }
            cr_assert_eq(wg_item(loss), 1);
        }
}
