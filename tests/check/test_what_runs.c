/* test_what_runs.c: the whole gradient as it runs in f32 beside that in double; numbers near the ends of a
 * dtype's range; numbers of a FAIL. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgcheck.h"

static wg_node logit(wg_graph *g, float z) { return wg_input(g, "z", wg_view_f32(&z, WG_SCALAR)); }
/* -ln(1 - p) of p = sigmoid x, whose slope is p. hidden: p is a sum, so nobody knows what is left of it to
 * 1. */
static wg_node surprise(wg_node x, bool hidden)
{
    const wg_node p = wg_sigmoid(x);
    return wg_neg(wg_log(wg_sub(1, hidden ? wg_add(p, wg_mul(0, x)) : p)));
}

/* The slope as wg_grad gives it in f32: what a user trains with. */
static double slope_in_f32(float z)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    const wg_node x = logit(g, z);
    return wg_item(wg_grad(surprise(x, true), x));
}

Test(what_runs, digits_that_f32_has_lost_fail)
{
    for (float z = 13; z < 16.6F; z += 0.7F) {
        WGT_IN_GRAPH(WG_F32, NULL);
        const double runs = slope_in_f32(z), is = 1 / (1 + exp(-(double)z)), off = fabs(runs - is) / is;
        WGT_FREED wg_check *r = wg_gradcheck(surprise(logit(g, z), true), NULL);
        if (off < 0.009) cr_expect_neq(wg_check_verdict(r), WG_FAIL, "z = %g", (double)z);
        if (off < 0.011) continue;
        cr_expect_eq(wg_check_verdict(r), WG_FAIL, "z = %g, off by %g", (double)z, off);
        cr_assert_eq(wg_check_facts_of(r)->findings, 1);
        const wg_check_finding f = wg_check_finding_at(r, 0);
        cr_expect_str_eq(f.stage, "run");
        cr_expect_str_eq(f.by, "z");
        cr_expect_eq(f.yours, runs, "%g, not %g", f.yours, runs);
        cr_expect(fabs(f.numeric - is) < 1e-6);
        wgt_expect_report(r, "in f32 the gradient is another one than in double");
    }
}

Test(what_runs, could_hide_is_said_of_f32)
{
    for (float z = 6; z < 12; z++) {
        WGT_IN_GRAPH(WG_F32, NULL);
        const double is = 1 / (1 + exp(-(double)z)), off = fabs(slope_in_f32(z) - is) / is;
        WGT_FREED wg_check *r = wg_gradcheck(surprise(logit(g, z), true), NULL);
        cr_expect_eq(wg_check_verdict(r), WG_PASS);
        cr_expect_geq(wg_check_input_at(r, 0).resolution, off * 0.999, "z = %g: %g", (double)z, off);
    }
}

Test(what_runs, a_rest_passes_in_f32)
{
    for (float z = -30; z < 40; z += 3.7F) {
        WGT_IN_GRAPH(WG_F32, NULL);
        WGT_FREED wg_check *r = wg_gradcheck(surprise(logit(g, z), false), NULL);
        cr_expect_eq(wg_check_facts_of(r)->findings, 0, "z = %g", (double)z);
        if (wg_check_verdict(r) == WG_PASS)
            cr_expect_leq(wg_check_input_at(r, 0).resolution, 1e-4, "z = %g", (double)z);
        cr_expect_neq(wg_check_verdict(r), WG_FAIL, "z = %g", (double)z);
    }
}

/* ---- the ends of the range: a right gradient does not fail ---- */

static wg_node function(int i, wg_node x)
{
    const wg_node n = wg_norm(x);
    switch (i) {
    case 0: return n;
    case 1: return wg_log(n);
    case 2: return wg_std(x);
    case 3: return wg_sum(wg_reciprocal(x));
    case 4: return wg_sum(wg_div(1, x));
    case 5: return wg_sum(wg_rsqrt(wg_abs(x)));
    case 6: return wg_sum(wg_mul(wg_div(x, n), wg_index_along(wg_div(x, n), .axis = 0)));
    case 7: return wg_div(wg_sum(wg_mul(x, wg_select(x, .axis = 0, .index = 0))), n);
    case 8: return wg_sum(wg_square(x));
    case 9: return wg_sum(wg_tanh(x));
    case 10: return wg_sum(wg_pow(x, 3));
    case 11: return wg_logsumexp(x);
    case 12: return wg_select(wg_div(wg_sub(x, wg_mean(x)), wg_std(x)), .axis = 0, .index = 1);
    case 13: return wg_sum(wg_sqrt(wg_abs(x)));
    case 14: return wg_sum(wg_log(wg_abs(x)));
    }
    return wg_none;
}

Test(what_runs, extremes_do_not_fail)
{
    static const double scales[] = { 1e-300, 1e-171, 1e-160, 1e160, 7e199, 1e249, 1e300 };
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++)
        for (int i = 0; i < 15; i++) {
            WGT_IN_GRAPH(WG_F64, NULL);
            const double at[] = { 3 * scales[s], 4 * scales[s], -5 * scales[s] };
            const wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3))), y = function(i, x);
            WGT_FREED wg_check *r = wg_gradcheck(y, NULL);
            char *text = wgt_report(r);
            cr_expect_neq(wg_check_verdict(r), WG_FAIL, "function %d at %g: %s", i, scales[s], text);
            free(text);
        }
}

/* ---- what fails shows two numbers that differ ---- */

/* Its gradient is off by the share *user. */
static double squares(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * x[i];
        if (g) g[i] = 2 * x[i] * (1 + *(const double *)user);
    }
    return sum;
}

Test(what_runs, a_failure_prints_two_numbers)
{
    const double x[] = { 0.7, -1.3, 2.9 };
    for (int e = 3; e < 12; e++) {
        double share = pow(10, -e);
        WGT_FREED wg_check *r = wg_gradcheck_fn(squares, 3, x, &share);
        char *text = wgt_report(r), *line = strtok(text, "\n"), yours[60], numeric[60];
        for (; line; line = strtok(NULL, "\n"))
            if (strstr(line, "FAIL") && sscanf(line, " x[%*d] yours %59s numeric %59s", yours, numeric) == 2)
                cr_expect_str_neq(yours, numeric, "10^-%d: %s", e, line);
        free(text);
    }
}
