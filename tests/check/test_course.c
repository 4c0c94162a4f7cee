/* test_course.c: the check of the course alone: what it computes, and what it cannot see. */
#include <stdlib.h>
#include <string.h>

#include "wgcheck.h"

/* f(x) = 1e6 x0^2 + 1e-4 x1^2. The rounding errors of f, about 1e-10, are as large over the course's step as
 * its second partial derivative. */
static double uneven(size_t n, const double *x, double *g, void *user)
{
    const bool wrong = user;
    if (g) g[0] = 2e6 * x[0], g[1] = (wrong ? 1 : 2) * 1e-4 * x[1];
    return 1e6 * x[0] * x[0] + 1e-4 * x[1] * x[1];
}

static wg_check *course(void *wrong, bool alone)
{
    return wg_gradcheck_fn(uneven, 2, ((double[]){ 1, 2 }), wrong, .course_only = alone);
}

Test(course, an_error_of_a_small_component_is_seen_by_slopes_and_not_by_the_course)
{
    int wrong = 1;
    wg_check *full = course(&wrong, false), *alone = course(&wrong, true);
    cr_expect_eq(wg_check_verdict(full), WG_FAIL);
    cr_expect_eq(wg_check_verdict(alone), WG_PASS, "%s", wg_check_facts_of(alone)->reason);
    wg_check_free(full);
    wg_check_free(alone);
}

static double bowl(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * x[i];
        if (g) g[i] = 2 * x[i];
    }
    return sum;
}

static int64_t evaluations(size_t n)
{
    static const double x[100] = { 0.5, -0.25, 1, 2 };
    wg_check *r = wg_gradcheck_fn(bowl, n, x, NULL, .course_only = true);
    const wg_check_input in = wg_check_input_at(r, 0);
    const int64_t count = wg_check_facts_of(r)->evaluations;
    cr_expect_eq(in.course, (int64_t)n);
    cr_expect_eq(in.alone, 0);
    cr_expect_eq(in.directions, 0);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    return count;
}

/* What is evaluated besides does not depend on n: the noise of f. */
Test(course, every_component_takes_two_evaluations)
{
    cr_expect_eq(evaluations(100) - evaluations(4), 2 * (100 - 4));
}

Test(course, its_scale_decides_for_a_graph_too)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 0.5, -1 }, WG_SHAPE(2)));
    wg_check *r = wg_gradcheck(wg_sum(wg_exp(x)), NULL, .course_only = true);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);
    cr_expect_leq(wg_check_facts_of(r)->ratio, 1e-7);
    wgt_expect_report(r, "differences with one step alone: no rules, no slopes");
    char *text = wgt_report(r);
    cr_expect(!strstr(text, "rules of the nodes"), "%s", text);
    free(text);
    wg_check_free(r);
    r = wg_gradcheck(wg_sum(wg_exp(x)), NULL, .course_only = true, .order = 2);
    cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE);
    cr_expect(strstr(wg_check_facts_of(r)->reason, "order 2"), "%s", wg_check_facts_of(r)->reason);
    wg_check_free(r);
    cr_expect_eq(wg_finish(c, stderr), 0);
}
