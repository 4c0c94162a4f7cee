/* test_digits.c: functions, slopes and gradients in binary128: ops against their values in double, slopes
 * against closed forms, and checks of what double cannot decide. */
#include "check/digits.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "check/check_private.h"
#include "wgcheck.h"

#if WGI_HAS_QUAD

enum { INPUTS = 8 };

/* The float inputs that y depends on. */
static int inputs_of(wg_graph *g, wg_node y, wg_node x[INPUTS])
{
    int n = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g) && n < INPUTS; i++) {
        const wg_node in = wg_graph_node(g, i);
        if (wg_node_leaf(in) == WG_LEAF_INPUT && wg_dtype_is_float(wg_node_dtype(in)) && wg_depends_on(y, in))
            x[n++] = in;
    }
    return n;
}

/* ---- ops ---- */

typedef enum outcome { NO_SAMPLE, NOT_EVALUABLE, EVALUABLE } outcome;

static outcome compare_sample(wg_context *c, const wg_op *op, int i)
{
    static const double ROUNDING = 1e-12;
    wg_check r = { .c = c, .solver = "" };
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_TRAIN);
    const wg_node y = wgx_hints(op)->sample("here", g, i);
    outcome is = wg_is_none(y) ? NO_SAMPLE : NOT_EVALUABLE;
    wg_node x[INPUTS];
    const int n = is ? inputs_of(g, y, x) : 0;
    wg_tensor t;
    if (n && wg_node_dtype(y) == WG_F64 && wgx_peek(y, &t)) {
        const wg_node root[] = { wg_sum(y), y };
        wgi_digits *d = wgi_digits_open(&r, root, 2, x, n);
        if (d) wgi_digits_settle(d, 1e-9);
        double *v = wgi_check_doubles(&r, wg_shape_size(t.shape)), most = 0;
        const bool ok = d && wgi_digits_gradient(d, 0, v, NULL);
        for (int64_t e = 0; ok && e < wg_shape_size(t.shape); e++)
            most = fmax(most, fabs(wg_tensor_item(&t, e)));
        for (int64_t e = 0; ok && e < wg_shape_size(t.shape); e++) {
            const double in_quad = v[e], in_double = wg_tensor_item(&t, e);
            cr_expect((isnan(in_quad) && isnan(in_double)) || in_quad == in_double ||
                          fabs(in_quad - in_double) <= ROUNDING * fmax(fabs(in_double), 1e-3 * most),
                      "%s sample %d element %lld: %.17g, in double %.17g", op->name, i, (long long)e, in_quad,
                      in_double);
        }
        if (ok) is = EVALUABLE;
        wg_free(c, v);
        wgi_digits_close(d);
    }
    wg_recover(c);
    wg_graph_free(g);
    return is;
}

Test(digits, ops_have_the_values_that_double_has)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    int count = 0, others = 0;
    for (int o = 0; o < wg_op_count(); o++) {
        const wg_op *op = wg_op_at(o);
        bool some = false, none = false;
        outcome is;
        for (int i = 0; (is = compare_sample(c, op, i)) != NO_SAMPLE; i++)
            some |= is == EVALUABLE, none |= is == NOT_EVALUABLE;
        count += some, others += none && !some;
        if (getenv("WG_LIST_DIGITS")) printf("%s %s\n", some ? "yes" : none ? "no" : "-", op->name);
    }
    cr_expect_geq(count, 150);
    cr_expect_leq(others, 90);
}

/* ---- slopes ---- */

typedef struct slope_case {
    const char *name;
    wg_node f, slope; /* the closed form, as a graph: it is computed in quad, too */
} slope_case;

/* The slope of f by x in quad against the closed form: of 113 bits more than 80 are right. */
static void expect_slope(wg_check *r, wg_node x, double at, slope_case s)
{
    const wg_node root[] = { s.f, s.slope };
    const double one = 1, yours = wg_item(s.slope),
                 least = 1e-20 * fabs(yours) + 1e-22 * fabs(wg_item(s.f) / at);
    wgi_digits *d = wgi_digits_open(r, root, 2, &x, 1);
    cr_assert(d && wgi_digits_settle(d, 1e-9), "%s has no digits", s.name);
    const wgi_exact_slope e =
        wgi_digits_slope(d, &(wgi_ray){ .high = 1, .u = &one, .yours = &yours, .scale = fabs(at) });
    cr_expect(e.is_known && e.has_rule, "%s has no slope", s.name);
    cr_expect_leq(e.off, least, "%s: off by %g of %g", s.name, e.off, yours);
    cr_expect_leq(e.bar, least, "%s: bar %g", s.name, e.bar);
    cr_expect_leq(e.rounding, 1e-14 * fabs(yours), "%s: rounding %g", s.name, e.rounding);
    cr_expect_leq(e.evaluations, 6);
    wgi_digits_close(d);
}

Test(digits, slopes_have_twenty_digits)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_check r = { .c = c, .solver = "" };
    static const double at[] = { 0.7, -1.3, 2.25, 1e-3, 30 };
    for (int i = 0; i < 5; i++) {
        wg_graph *g = wg_graph_new(c);
        wg_begin(g, WG_TRAIN);
        const wg_node x = wg_input(g, "x", wg_view_f64(&at[i], WG_SCALAR)), y = wg_exp(wg_sin(x)),
                      s = wg_sigmoid(x), q = wg_add(wg_square(x), 1);
        expect_slope(&r, x, at[i], (slope_case){ "exp(sin(x))", y, wg_mul(y, wg_cos(x)) });
        expect_slope(&r, x, at[i], (slope_case){ "sigmoid(x)", s, wg_mul(s, wg_sigmoid(wg_neg(x))) });
        expect_slope(&r, x, at[i],
                     (slope_case){ "1 / (x^2 + 1)", wg_reciprocal(q), wg_div(wg_mul(-2, x), wg_square(q)) });
        expect_slope(&r, x, at[i], (slope_case){ "softplus(x)", wg_softplus(x), s });
        wg_graph_free(g);
    }
}

/* ---- checks ---- */

static wg_check *check(wg_graph *g, wg_node (*f)(wg_node x), const double *at, int64_t n)
{
    return wg_gradcheck(f(wg_input(g, "x", wg_view_f64(at, WG_SHAPE(n)))), NULL);
}

static wg_node norm(wg_node x) { return wg_norm(x); }
static wg_node std(wg_node x) { return wg_std(x); }

/* Squares of these numbers are out of double's range, and what runs keeps its digits. */
Test(digits, the_ends_of_the_range)
{
    static const double small[] = { 3e-160, 4e-160, -5e-160 }, smaller[] = { 3e-171, 4e-171, -5e-171 },
                        large[] = { 3e199, 7e199, -5e199 };
    static const double *const at[] = { small, smaller, large };
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++) {
            WGT_IN_GRAPH(WG_F64, NULL);
            WGT_FREED wg_check *r = check(g, j ? std : norm, at[i], 3);
            cr_expect_eq(wg_check_verdict(r), WG_PASS, "%s at %g", j ? "std" : "norm", at[i][0]);
            cr_expect_leq(wg_check_input_at(r, 0).resolution, 1e-13);
        }
}

static wg_node sum_of_relu(wg_node x) { return wg_sum(wg_relu(x)); }
static wg_node sum_of_abs(wg_node x) { return wg_sum(wg_abs(x)); }
static wg_node largest(wg_node x) { return wg_max(x); }
static wg_node cube_of_max(wg_node x) { return wg_pow(wg_max(x), 3); }

/* The library's choice at a tie is the slope of the piece that it chooses. */
Test(digits, ties_pass)
{
    static const double at[] = { 0, 0, -1, 0, 2, 2 };
    static wg_node (*const f[])(wg_node x) = { sum_of_relu, sum_of_abs, largest, cube_of_max };
    for (int i = 0; i < 4; i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        cr_expect_eq(wgt_verdict(check(g, f[i], at, 6)), WG_PASS, "function %d", i);
    }
}

#define RULE(name) static void name(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
/* Off by so much of one component. */
static double error;
RULE(nearly)
{
    const wg_node by = wg_where(wg_equal(wg_index_along(x[0], .axis = 0), 1), 1 + error, 1);
    gx[0] = ((void)here, (void)y, wg_mul(gy, wg_mul(wg_cos(x[0]), by)));
}
static wg_node nearly_sin(wg_node x) { return wg_sum(wg_custom_vjp(wg_sin(x), &x, 1, nearly)); }

Test(digits, a_rule_that_is_off_by_little_fails)
{
    static const double at[] = { 0.5, 1.2, 2 };
    static const struct {
        double error;
        wg_verdict verdict;
    } cases[] = { { 1e-6, WG_FAIL }, { 1e-9, WG_FAIL }, { 1e-11, WG_FAIL }, { 0, WG_PASS } };
    for (int i = 0; i < 4; i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        error = cases[i].error;
        cr_expect_eq(wgt_verdict(check(g, nearly_sin, at, 3)), cases[i].verdict, "off by %g", error);
    }
}

/* The terms of the gradient cancel, and one of them has a constant in double. */
static wg_node flat(wg_node x) { return wg_sum(wg_sub(wg_erf(x), wg_mul(x, 2 / sqrt(M_PI) * exp(-0.25)))); }

Test(digits, constants_of_rules_are_no_errors)
{
    for (int i = -2; i <= 2; i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        const double at[] = { 0.5 + i * 1e-12, 0.5 };
        cr_expect_neq(wgt_verdict(check(g, flat, at, 2)), WG_FAIL);
    }
}

/* The expansion of bce has 0 for t ln p at t = 0, and no slope by t there. The kernel has one. */
Test(digits, an_expansion_need_not_have_the_slopes_of_its_op)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node p = wg_input(g, "p", wg_view_f64((double[]){ 0.3, 0.7, 0.6 }, WG_SHAPE(3))),
                  t = wg_input(g, "t", wg_view_f64((double[]){ 0, 1, 0.5 }, WG_SHAPE(3)));
    cr_expect_eq(wgt_verdict(wg_gradcheck(wg_binary_cross_entropy(p, t), NULL)), WG_PASS);
}

#else

/* Where there are no such numbers all graphs are checked in double. */
Test(digits, there_are_none)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_check r = { .c = c, .solver = "" };
    const wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 2 }, WG_SCALAR)), y = wg_square(x);
    cr_expect_null(wgi_digits_open(&r, &y, 1, &x, 1));
}

#endif
