/* test_check_second.c: the gradient check with order 2. Rules whose values are right and whose own
 * derivatives are wrong pass with order 1, and are named with order 2. */
#include <math.h>
#include <string.h>

#include "wengert/op.h"
#include "wgcheck.h"

#define second WG_OPTS(wg_gradcheck_opts, .order = 2)

static wg_check *check(wg_node loss) { return wg_gradcheck_at(WG_HERE, loss, NULL, &second); }

static wg_node input(wg_graph *g, const char *name, double first)
{
    double at[3] = { first, 0.5, 2 };
    return wg_input(g, name, wg_view_f64(at, WG_SHAPE(3)));
}

/* The findings of the stage "second" that name this op; "" means no node. */
static int named(const wg_check *r, const char *op)
{
    int n = 0;
    for (int i = 0; i < wg_check_facts_of(r)->findings; i++) {
        const wg_check_finding f = wg_check_finding_at(r, i);
        n += !strcmp(f.stage, "second") && !strcmp(f.op, op);
    }
    return n;
}

/* Passes with order 1, fails with order 2; the finding names the op and a line of this file. */
static void expect_named(wg_node loss, const char *op, const char *text)
{
    cr_expect_eq(wgt_verdict(wg_gradcheck(loss, NULL)), WG_PASS);
    wg_check *r = check(loss);
    cr_expect_gt(named(r, op), 0, "%s", op);
    for (int i = 0; i < wg_check_facts_of(r)->findings; i++) {
        const wg_check_finding f = wg_check_finding_at(r, i);
        cr_expect_str_eq(f.stage, "second");
        if (*f.op) cr_expect(strstr(f.where, "test_check_second.c:"), "%s", f.where);
    }
    wgt_expect_report(r, text);
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* ---- right ones ---- */

Test(check_second, a_net_passes)
{
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 3));
    wg_begin(g, WG_TRAIN);
    wg_node h = wg_any(g, WG_SHAPE(6, 5)), y = wg_any_class(g, 3, WG_SHAPE(6));
    h = wg_tanh(wg_nn_batch_norm(wg_nn_dense(h, p, "fc1", 7), p, "bn"));
    h = wg_relu(wg_nn_dense(h, p, "fc2", 4));
    wg_check *r =
        wg_gradcheck_at(WG_HERE, wg_softmax_cross_entropy(wg_nn_dense(h, p, "out", 3), y), p, &second);
    wgt_expect_report(r, "H u compared with slopes of the gradient");
    cr_expect_eq(wg_check_facts_of(r)->findings, 0);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

Test(check_second, a_linear_function_passes)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_check *r = check(wg_sum(wg_mul(3, input(g, "x", 1))));
    wgt_expect_report(r, "all zero, the rules and their slopes");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

/* The gradients have kinks at the point: relu(x)^2, |x| x; or jump there: |x|. None of them fails. */
Test(check_second, kinks_of_the_gradient_do_not_fail)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = input(g, "x", 0), y = input(g, "y", 0);
    const wg_node f[] = { wg_sum(wg_square(wg_relu(x))), wg_sum(wg_mul(wg_abs(x), x)), wg_sum(wg_abs(x)),
                          wg_sum(wg_square(wg_maximum(x, y))), wg_max(wg_mul(x, y)) };
    for (int i = 0; i < (int)(sizeof f / sizeof *f); i++) {
        wg_check *r = check(f[i]);
        cr_expect_eq(wg_check_facts_of(r)->findings, 0, "%d", i);
        cr_expect_neq(wgt_verdict(r), WG_FAIL, "%d", i);
    }
}

/* ---- wrong ones ---- */

static void constant_factor(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(2, wg_stop_gradient(x[0])));
}
static void constant_seed(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(wg_stop_gradient(gy), wg_mul(2, x[0]));
}
static void right(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(2, x[0]));
}

static wg_node with_rule(wg_node x, wg_vjp_rule rule)
{
    return wg_sum(wg_exp(wg_mul(0.1, wg_custom_vjp(wg_mul(x, x), &x, 1, rule))));
}

Test(check_second, a_factor_held_constant_is_named)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = input(g, "x", -1);
    cr_expect_eq(wgt_verdict(check(with_rule(x, right))), WG_PASS);
    expect_named(with_rule(x, constant_factor), "custom_vjp", "something in the rule is held constant");
    expect_named(with_rule(x, constant_seed), "custom_vjp", "by the gradient of its result");
}

/* A net of eight parameters, with one such rule in it: the rule first, then a count. */
Test(check_second, one_mistake_is_a_short_report)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_params *p = wg_params_new(c);
    wg_node h = wg_input(g, "x", wg_view_f64((double[]){ 0.5, -1, 2, 0.1, 0.7, -0.3 }, WG_SHAPE(2, 3)));
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "fc%d", i);
        h = wg_tanh(wg_nn_dense(h, p, name, 6));
        if (i == 2) h = wg_custom_vjp(wg_mul(h, h), &h, 1, constant_factor);
    }
    wg_check *r = wg_gradcheck(wg_sum(wg_square(h)), p, .order = 2);
    char *text = wgt_report(r);
    int lines = 0;
    for (const char *s = text; *s; s++) lines += *s == '\n';
    cr_expect_leq(lines, 20, "%s", text);
    const char *culprit = strstr(text, "FAIL second derivative: custom_vjp, "),
               *other = strstr(text, "FAIL second derivative: fc");
    cr_expect(culprit && (!other || culprit < other), "%s", text);
    cr_expect_str_eq(wg_check_finding_at(r, 0).op, "custom_vjp");
    free(text);
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* y = x0 x1: the second derivatives by (x0, x1) and (x1, x0) are 1; here one of them is 0. */
static void one_sided(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, x[1]);
    gx[1] = wg_mul(gy, wg_stop_gradient(x[0]));
}

Test(check_second, an_unsymmetric_matrix_is_named)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x[2] = { input(g, "a", 1), input(g, "b", -2) };
    wg_node f = wg_sum(wg_custom_vjp(wg_mul(x[0], x[1]), x, 2, one_sided));
    expect_named(f, "custom_vjp", "something in the rule is held constant");
}

/* ---- ops of one's own: y = x^3, whose rule calls y = 3 x^2, whose rule is wrong by a factor ---- */

static bool slope_kernel(const wg_kernel *k)
{
    const double *x = k->x[0];
    for (int64_t i = k->begin; i < k->end; i++) ((double *)k->y[0])[i] = 3 * x[i] * x[i];
    return true;
}
static bool cube_kernel(const wg_kernel *k)
{
    const double *x = k->x[0];
    for (int64_t i = k->begin; i < k->end; i++) ((double *)k->y[0])[i] = x[i] * x[i] * x[i];
    return true;
}
static double factor;
static void slope_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(factor, x[0]));
}
static const wg_op slope_of_cube = {
    .name = "slope_of_cube", .operands = 1, .kind = WG_MAP, .kernel = { slope_kernel }, .vjp = slope_rule
};
static void cube_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_apply(here, &slope_of_cube, x, 1, NULL));
}
static const wg_op cube = {
    .name = "my_cube", .operands = 1, .kind = WG_MAP, .kernel = { cube_kernel }, .vjp = cube_rule
};

Test(check_second, the_op_in_the_rule_is_named)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = input(g, "x", -1), f = wg_sum(wg_apply(WG_HERE, &cube, &x, 1, NULL));
    factor = 6;
    cr_expect_eq(wgt_verdict(check(f)), WG_PASS);
    factor = 6.001;
    expect_named(f, "slope_of_cube", "second derivative: slope_of_cube, tests/check/test_check_second.c:");
    expect_named(f, "my_cube", "second derivative: my_cube, tests/check/test_check_second.c:");
    wg_check *r = wg_gradcheck_op_at(WG_HERE, &cube, &x, 1, NULL, &second);
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* ---- what cannot be compared ---- */

static int square(size_t n, const double *x, size_t m, double *y, void *user)
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] * x[i];
    return 0;
}
static int square_back(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    for (size_t i = 0; i < n; i++) gx[i] = 2 * x[i] * gy[i];
    return 0;
}

Test(check_second, what_has_no_second_derivative_is_inconclusive)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = input(g, "x", 1);
    wg_node y = wg_extern(x, WG_SHAPE(3), .forward = square, .backward = square_back);
    cr_expect_eq(wgt_verdict(wg_gradcheck(wg_sum(y), NULL)), WG_PASS);
    wg_check *r = check(wg_sum(y));
    wgt_expect_report(r, "second derivative by x");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
    r = wg_gradcheck(wg_sum(x), NULL, .order = 3);
    wgt_expect_report(r, "order 3: must be in [1, 2]");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
}

static double norm(size_t n, const double *x, double *g, void *user)
{
    double f = 0;
    for (size_t i = 0; i < n; i++) f += x[i] * x[i] / 2;
    if (g) memcpy(g, x, n * sizeof *g);
    return f;
}

Test(check_second, a_c_function_brings_no_second_derivative)
{
    wg_check *r = wg_gradcheck_fn_at(WG_HERE, norm, 2, (double[]){ 1, 2 }, NULL, &second);
    wgt_expect_report(r, "a C function brings no second derivative");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
}

/* ---- no side effects ---- */

Test(check_second, failing_allocations)
{
    int64_t failed = 1;
    for (int64_t k = 1; failed; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_node loss = wg_sum(wg_tanh(input(g, "x", 1)));
        const int64_t nodes = wg_graph_nodes(g);
        m.fail_at = m.calls + k;
        wg_check *r = check(loss);
        failed = m.failed;
        cr_expect_neq(wg_check_verdict(r), WG_FAIL);
        cr_expect(failed || wg_check_verdict(r) == WG_PASS);
        cr_expect_eq(wg_graph_nodes(g), nodes);
        wg_check_free(r);
        wgt_drop(c, &m);
    }
}

/* ---- numbers inside that cancel ---- */

static wg_node atanh_of_cos(wg_node x)
{
    return wg_mul(wg_atanh(wg_cos(x)), wg_add(wg_atanh(wg_cos(x)), 0.3));
}
static wg_node log_of_cos(wg_node x) { return wg_mul(wg_square(x), wg_log(wg_sub(1, wg_cos(x)))); }
static wg_node by_square(wg_node x) { return wg_div(wg_pow(x, 3), wg_sub(wg_add(wg_square(x), 1), 1)); }
static wg_node by_log(wg_node x) { return wg_div(x, wg_log(wg_add(x, 1))); }
static wg_node by_exp(wg_node x) { return wg_div(wg_sin(x), wg_sub(wg_exp(x), 1)); }
static wg_node far_off(wg_node x) { return wg_mul(x, wg_sub(wg_square(wg_add(x, 1e5)), 1e10)); }
static wg_node root(wg_node x) { return wg_div(wg_sub(wg_sqrt(wg_add(wg_square(x), 1)), 1), x); }
static wg_node log_of_sigmoid(wg_node x) { return wg_mul(x, wg_log(wg_sub(1, wg_sigmoid(wg_div(0.01, x))))); }
static wg_node by_sum(wg_node x)
{
    const wg_node terms[] = { wg_square(x), wg_mul(wg_exp(x), 1e6), wg_mul(wg_exp(x), -1e6) };
    return wg_div(x, wg_sum(wg_stack(terms, 3)));
}

/* Their derivatives, of which no digits cancel, or fewer than a long double has more. */
static double d_atanh_of_cos(double x) { return (2 * log(tan(x / 2)) - 0.3) / sin(x); }
static double d_log_of_cos(double x)
{
    const double s = sin(x / 2);
    return 2 * x * log(2 * s * s) + x * x / tan(x / 2);
}
static double d_by_square(double x) { return 1; }
static double d_by_log(double x)
{
    const long double l = log1pl(x);
    return (double)((l - x / (1.0L + x)) / (l * l));
}
static double d_by_exp(double x)
{
    const long double e = expm1l(x);
    return (double)((cosl(x) * e - sinl(x) * (1 + e)) / (e * e));
}
static double d_far_off(double x) { return 3 * x * x + 4e5 * x; }
static double d_root(double x)
{
    const double s = sqrt(1 + x * x);
    return 1 / (s * (1 + s));
}
static double d_log_of_sigmoid(double x)
{
    const double v = 0.01 / x;
    return -log1p(exp(-v)) - v / (1 + exp(v));
}
static double d_by_sum(double x) { return -1 / (x * x); }

/* Near x the rounding errors inside stay the same while x moves by much more than a unit in its last place:
 * cos(x) is one of a few numbers below 1. So f has slopes there that are not those of the function, and
 * that no noise blurs. The gradient fails only where it has lost its digits, too, and there it does not
 * pass. */
Test(check_second, numbers_inside_cancel)
{
    /* least: if atanh is nearer to its pole than 1e-12, the points where noise is measured lie on both
     * sides of it */
    static const struct {
        wg_node (*f)(wg_node x);
        double (*slope)(double x);
        double least;
    } all[] = { { atanh_of_cos, d_atanh_of_cos, 2e-6 },
                { log_of_cos, d_log_of_cos, 1e-9 },
                { by_square, d_by_square, 1e-9 },
                { by_log, d_by_log, 1e-9 },
                { by_exp, d_by_exp, 1e-9 },
                { far_off, d_far_off, 1e-9 },
                { root, d_root, 1e-9 },
                { log_of_sigmoid, d_log_of_sigmoid, 1e-9 },
                { by_sum, d_by_sum, 1e-9 } };
    static const double OFF = 0.01, NEARLY = 1e-3; /* between them either is right */
    wgt_random draw = { wgt_seed() };
    int lost = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int j = 0; j < 40; j++) {
            WGT_IN_GRAPH(WG_F64, NULL);
            const double at = pow(10, wgt_uniform(&draw, log10(all[i].least), -0.5));
            const wg_node x = wg_input(g, "x", wg_view_f64(&at, WG_SCALAR)), y = all[i].f(x);
            const double off = fabs(wg_item(wg_grad(y, x)) / all[i].slope(at) - 1);
            WGT_FREED wg_check *r = check(y);
            const wg_verdict v = wg_check_verdict(r);
            lost += off > OFF;
            if (off < NEARLY) cr_expect_neq(v, WG_FAIL, "function %zu at %.17g", i, at);
            if (!(off < OFF)) cr_expect_neq(v, WG_PASS, "function %zu at %.17g", i, at);
            if (at > 0.05)
                cr_expect_eq(wgt_verdict(wg_gradcheck(y, NULL)), WG_PASS, "function %zu at %.17g", i, at);
        }
    cr_expect_geq(lost, 12, "%d", lost);
}
