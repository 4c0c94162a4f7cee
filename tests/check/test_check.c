/* test_check.c: the gradient check of plain functions: gradients that pass, gradients that fail, and
 * functions that allow no verdict. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgcheck.h"
#include "wglocale.h"
#include "check/check_private.h"

/* ---- classical test functions, starting points and gradients (More, Garbow and Hillstrom 1981) ---- */

static double rosenbrock(size_t n, const double *x, double *g, void *user)
{
    double a = 1 - x[0], b = x[1] - x[0] * x[0];
    if (g) g[0] = -2 * a - 400 * x[0] * b, g[1] = 200 * b;
    return a * a + 100 * b * b;
}

static double powell(size_t n, const double *x, double *g, void *user)
{
    double a = x[0] + 10 * x[1], b = x[2] - x[3], c = x[1] - 2 * x[2], d = x[0] - x[3];
    if (g) {
        g[0] = 2 * a + 40 * d * d * d;
        g[1] = 20 * a + 4 * c * c * c;
        g[2] = 10 * b - 8 * c * c * c;
        g[3] = -10 * b - 40 * d * d * d;
    }
    return a * a + 5 * b * b + c * c * c * c + 10 * d * d * d * d;
}

static double wood(size_t n, const double *x, double *g, void *user)
{
    double a = x[1] - x[0] * x[0], b = 1 - x[0], c = x[3] - x[2] * x[2], d = 1 - x[2];
    double e = x[1] + x[3] - 2, f = x[1] - x[3];
    if (g) {
        g[0] = -400 * x[0] * a - 2 * b;
        g[1] = 200 * a + 20 * e + 0.2 * f;
        g[2] = -360 * x[2] * c - 2 * d;
        g[3] = 180 * c + 20 * e - 0.2 * f;
    }
    return 100 * a * a + b * b + 90 * c * c + d * d + 10 * e * e + 0.1 * f * f;
}

static double beale(size_t n, const double *x, double *g, void *user)
{
    static const double y[3] = { 1.5, 2.25, 2.625 };
    double sum = 0;
    if (g) g[0] = g[1] = 0;
    for (int i = 1; i <= 3; i++) {
        double p = pow(x[1], i), r = y[i - 1] - x[0] * (1 - p);
        if (g) g[0] -= 2 * r * (1 - p), g[1] += 2 * r * x[0] * i * pow(x[1], i - 1);
        sum += r * r;
    }
    return sum;
}

typedef struct problem {
    const char *name;
    wg_check_fn f;
    size_t n;
    double start[4];
} problem;

static const problem problems[] = { { "rosenbrock", rosenbrock, 2, { -1.2, 1 } },
                                    { "powell", powell, 4, { 3, -1, 0, 1 } },
                                    { "wood", wood, 4, { -3, -1, -3, -1 } },
                                    { "beale", beale, 2, { 1, 1 } } };
enum { PROBLEMS = sizeof problems / sizeof *problems };

Test(check_fn, right_gradients_pass)
{
    for (int i = 0; i < PROBLEMS; i++) {
        const problem *q = &problems[i];
        wg_check *r = wg_gradcheck_fn(q->f, q->n, q->start, NULL);
        cr_expect_lt(wg_check_facts_of(r)->ratio, 1e-7, "%s: %g", q->name, wg_check_facts_of(r)->ratio);
        cr_expect_lt(wg_check_facts_of(r)->floor, 1e-7, "%s: %g", q->name, wg_check_facts_of(r)->floor);
        cr_expect_float_eq(wg_check_facts_of(r)->value, q->f(q->n, q->start, NULL, NULL), 0.0);
        cr_expect_eq(wgt_verdict(r), WG_PASS, "%s", q->name);
    }
}

Test(check_fn, right_gradients_near_the_start_never_fail)
{
    wgt_random random = { wgt_seed() };
    for (int k = 0; k < 200; k++) {
        const problem *q = &problems[k % PROBLEMS];
        double x[4];
        for (size_t i = 0; i < q->n; i++) x[i] = q->start[i] * wgt_uniform(&random, 0.9, 1.1);
        cr_expect_eq(wgt_verdict(wg_gradcheck_fn(q->f, q->n, x, NULL)), WG_PASS, "%s, draw %d of seed %llu",
                     q->name, k, (unsigned long long)wgt_seed());
    }
}

/* ---- mutants ---- */

typedef enum mutation { SIGN, TWICE, HALF, ZEROED, SWAPPED, ONE_SIGN, MUTATIONS } mutation;
static const char *const mutation_name[] = { "sign", "twice", "half", "zeroed", "swapped", "one sign" };

static void mutate(mutation m, double *g, size_t n, size_t i)
{
    size_t j = (i + 1) % n;
    double was = g[i];
    for (size_t k = 0; k < n; k++)
        if (m == SIGN) g[k] = -g[k];
    if (m == TWICE) g[i] *= 2;
    if (m == HALF) g[i] /= 2;
    if (m == ZEROED) g[i] = 0;
    if (m == ONE_SIGN) g[i] = -g[i];
    if (m == SWAPPED) g[i] = g[j], g[j] = was;
}

Test(check_fn, mutants_fail)
{
    int mutants = 0;
    for (int p = 0; p < PROBLEMS; p++) {
        const problem *q = &problems[p];
        for (mutation m = 0; m < MUTATIONS; m++) {
            for (size_t i = 0; i < q->n; i++) {
                double g[4], right[4];
                q->f(q->n, q->start, right, NULL);
                memcpy(g, right, sizeof g);
                mutate(m, g, q->n, i);
                if (memcmp(g, right, q->n * sizeof *g) == 0)
                    continue; /* a zero component has no such mutants */
                if (fabs(g[i] - right[i]) == 0) continue;
                mutants++;
                WGT_FREED wg_check *r = wg_gradcheck_values(q->f, q->n, q->start, g, NULL);
                cr_expect_eq(wg_check_verdict(r), WG_FAIL, "%s, %s of component %zu passes", q->name,
                             mutation_name[m], i);
                if (m != SIGN && m != SWAPPED)
                    cr_expect_eq(wg_check_input_at(r, 0).worst, (int64_t)i, "%s, %s", q->name,
                                 mutation_name[m]);
            }
        }
    }
    cr_expect_geq(mutants, 50);
}

/* One small component of a thousand is wrong. The ratio, 5e-6, passes. The component must be found wrong all
 * the same. */
static double thousand(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double scale = i == 7 ? 1e-4 : 1;
        sum += scale * sin(x[i]);
        if (g) g[i] = scale * cos(x[i]);
    }
    if (g && user) g[7] = 0;
    return sum;
}

Test(check_fn, one_wrong_component_is_not_diluted)
{
    double x[1000];
    for (int i = 0; i < 1000; i++) x[i] = 0.001 * i;
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(thousand, 1000, x, NULL)), WG_PASS);
    wg_check *r = wg_gradcheck_fn(thousand, 1000, x, x);
    cr_expect_lt(wg_check_facts_of(r)->ratio, 1e-5);
    cr_expect_eq(wg_check_input_at(r, 0).worst, 7);
    wgt_expect_report(r, "x[7]");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* ---- the course's numbers ---- */

static double cube(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 3 * x[0] * x[0];
    return x[0] * x[0] * x[0];
}

/* Away from the start the gradient is off by a share. Where it was right before, less than 1e-4 is laid to
 * the slope. */
static double off_beside(size_t n, const double *x, double *g, void *user)
{
    const double *off = user;
    if (g) g[0] = 3 * x[0] * x[0] * (x[0] == 1.5 ? 1 : 1 + *off);
    return x[0] * x[0] * x[0];
}
Test(check_fn, an_error_at_another_point_counts)
{
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(off_beside, 1, (double[]){ 1.5 }, (double[]){ 5e-4 })), WG_FAIL);
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(off_beside, 1, (double[]){ 1.5 }, (double[]){ 5e-5 })), WG_PASS);
}

Test(check_fn, theta_cubed_at_one)
{
    wg_check *two = wg_gradcheck_fn(cube, 1, (double[]){ 1 }, NULL, .eps = 0.01);
    wg_check *one = wg_gradcheck_fn(cube, 1, (double[]){ 1 }, NULL, .eps = 0.01, .one_sided = true);
    /* ((1 + e)^3 - (1 - e)^3) / 2e = 3 + e^2 and ((1 + e)^3 - 1) / e = 3 + 3e + e^2 */
    cr_expect_float_eq(wg_check_input_at(two, 0).numeric[0], 3.0001, 1e-9);
    cr_expect_float_eq(wg_check_input_at(one, 0).numeric[0], 3.0301, 1e-9);
    cr_expect_float_eq(wg_check_facts_of(two)->ratio, 0.0001 / 6.0001, 1e-12);
    cr_expect_float_eq(wg_check_facts_of(one)->ratio, 0.0301 / 6.0301, 1e-12);
    cr_expect_eq(wgt_verdict(two), WG_INCONCLUSIVE); /* worry */
    cr_expect_eq(wgt_verdict(one), WG_FAIL); /* worse: what the course shows one-sided differences for */
}

Test(check_fn, the_scale_has_the_course_s_words)
{
    cr_expect_str_eq(wgi_check_word(1e-7), "great");
    cr_expect_str_eq(wgi_check_word(1.1e-7), "ok");
    cr_expect_str_eq(wgi_check_word(1e-5), "ok");
    cr_expect_str_eq(wgi_check_word(1e-4), "worry");
    cr_expect_str_eq(wgi_check_word(1e-3), "worry");
    cr_expect_str_eq(wgi_check_word(1), "very likely a bug");
}

/* ---- what shows nothing ---- */

static double relu(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = x[0] > 0;
    return x[0] > 0 ? x[0] : 0;
}

static double root(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 0.5 / sqrt(x[0]), g[1] = user ? 1 : 2;
    return sqrt(x[0]) + 2 * x[1];
}

static double constant(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 0;
    return 3;
}

static double counting(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 1;
    return x[0] + ++*(int *)user;
}

/* x^2 with noise of deviation 1e-6 that depends on x alone. */
static double noisy(size_t n, const double *x, double *g, void *user)
{
    uint64_t bits;
    memcpy(&bits, x, sizeof bits);
    wgt_random random = { bits };
    if (g) g[0] = 2 * x[0];
    return x[0] * x[0] + 1e-6 * sqrt(12) * (wgt_unit(&random) - 0.5);
}

/* Where the course's step says nothing, other steps and other points do. */
Test(check_fn, a_point_where_the_course_s_step_is_of_no_use)
{
    wg_check *r = wg_gradcheck_fn(relu, 1, (double[]){ 0 }, NULL);
    wgt_expect_report(r, "kink");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(root, 2, ((double[]){ 1e-9, 1 }), NULL)), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(root, 2, ((double[]){ 1e-9, 1 }), &(int){ 1 })), WG_FAIL,
                 "a wrong x[1] is seen beside an x[0] without a difference");
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(cube, 1, (double[]){ 1e12 }, NULL)), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(cube, 1, (double[]){ 0 }, NULL)), WG_PASS);
}

/* log(x) beside 0. how: 0: NaN, 1: infinite, 2: with a reason outside of the domain; 3: the same with a wrong
 * gradient. */
static double log_of(size_t n, const double *x, double *g, void *how)
{
    const int h = *(const int *)how;
    for (size_t i = 0; g && i < n; i++) g[i] = (h == 3 ? 1.5 : 1) / x[i];
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (x[i] <= 0)
            return h == 0 ? NAN : h == 1 ? -INFINITY : wg_check_no_value("log of a negative number");
        sum += log(x[i]);
    }
    return sum;
}

Test(check_fn, a_moved_point_without_a_value_is_left_out)
{
    for (int how = 0; how < 4; how++) {
        wg_check *r = wg_gradcheck_fn(log_of, 2, ((double[]){ 1e-5, 3 }), &how);
        cr_expect_eq(wg_check_verdict(r), how == 3 ? WG_FAIL : WG_PASS, "%d", how);
        const char *first = wg_check_facts_of(r)->first_gap;
        cr_expect_gt(wg_check_facts_of(r)->gaps, 0);
        cr_expect(!strncmp(first, "x[0] = -", 8), "%s", first);
        cr_expect(strstr(first, how == 0   ? ": NaN"
                                : how == 1 ? ": infinite"
                                           : ": log of a negative number"),
                  "%s", first);
        wg_check_free(r);
    }
    wg_check *r = wg_gradcheck_fn(log_of, 2, ((double[]){ -0.01, 3 }), &(int){ 2 });
    wgt_expect_report(r, "f has no value at the point itself: log of a negative number");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
    r = wg_gradcheck_fn(log_of, 2, ((double[]){ 2, 3 }), &(int){ 2 });
    cr_expect(isnan(wg_check_no_value(NULL)));
    cr_expect_eq(wg_check_facts_of(r)->gaps, 0);
    cr_expect_str_eq(wg_check_facts_of(r)->first_gap, "");
    wg_check_free(r);
}

Test(check_fn, inconclusive)
{
    int calls = 0;
    wg_check *r = wg_gradcheck_fn(root, 2, ((double[]){ -1, 1 }), NULL);
    wgt_expect_report(r, "f is NaN at the point itself");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_values(cube, 1, (double[]){ 1 }, (double[]){ NAN }, NULL);
    wgt_expect_report(r, "component x[0] of the gradient is NaN, and f has a slope there");
    cr_expect_eq(wgt_verdict(r), WG_FAIL, "the cube of 1 has the slope 3");

    r = wg_gradcheck_fn(constant, 1, (double[]){ 1 }, NULL);
    wgt_expect_report(r, "all zero");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(cube, 0, NULL, NULL);
    wgt_expect_report(r, "nothing to compare");
    cr_expect_eq(wg_check_facts_of(r)->inputs, 1);
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(counting, 1, (double[]){ 1 }, &calls);
    wgt_expect_report(r, "not a function");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(cube, 1, (double[]){ 1 }, NULL, .eps = -1);
    wgt_expect_report(r, "eps -1: must be in (0, inf)");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
}

Test(check_fn, noise_is_measured_and_no_failure)
{
    for (int k = 0; k < 50; k++) {
        WGT_FREED wg_check *r = wg_gradcheck_fn(noisy, 1, (double[]){ 0.5 + 0.01 * k }, NULL);
        cr_expect(wg_check_facts_of(r)->noise > 1e-7 && wg_check_facts_of(r)->noise < 1e-5,
                  "noise 1e-6 measured as %g", wg_check_facts_of(r)->noise);
        cr_expect_neq(wg_check_verdict(r), WG_FAIL, "at %g", 0.5 + 0.01 * k);
    }
}

/* ---- what is no function ---- */

typedef enum trouble { VALUE_CHANGES, VALUE_WITH_GRADIENT, GRADIENT_CHANGES, LAST_BITS_CHANGE } trouble;
typedef struct unsteady {
    trouble how;
    int calls;
} unsteady;

static double unsteady_square(size_t n, const double *x, double *g, void *user)
{
    unsteady *u = user;
    double f = x[0] * x[0] + x[1];
    u->calls++;
    if (g) g[0] = 2 * x[0], g[1] = 1;
    if (g && u->how == GRADIENT_CHANGES) g[0] += 0.001 * u->calls;
    if (g && u->how == LAST_BITS_CHANGE) g[0] *= 1 + DBL_EPSILON * (u->calls % 2);
    if (u->how == VALUE_CHANGES) f += u->calls;
    if (g && u->how == VALUE_WITH_GRADIENT) f += 1;
    return f;
}

Test(check_fn, the_same_x_gives_the_same_numbers)
{
    static const char *const said[] = {
        "f is not a function: it gives ", "f is 6 where its gradient is asked for, and 5",
        "the gradient is not a function: its component x[0] was 4.001 and 4.004 at the same"
    };
    for (int how = VALUE_CHANGES; how <= LAST_BITS_CHANGE; how++) {
        unsteady u = { (trouble)how, 0 };
        WGT_FREED wg_check *r = wg_gradcheck_fn(unsteady_square, 2, ((double[]){ 2, 1 }), &u);
        static const wg_verdict verdict[] = { WG_INCONCLUSIVE, WG_FAIL, WG_FAIL, WG_PASS };
        cr_expect_eq(wg_check_verdict(r), verdict[how], "%d", how);
        if (how < LAST_BITS_CHANGE)
            cr_expect(strstr(wg_check_facts_of(r)->reason, said[how]), "%s", wg_check_facts_of(r)->reason);
    }
}

/* ---- hints, rows ---- */

static void expect_hint(double factor, const char *hint)
{
    const problem *q = &problems[2];
    double g[4];
    q->f(q->n, q->start, g, NULL);
    for (size_t i = 0; i < q->n; i++) g[i] *= factor;
    WGT_FREED wg_check *r = wg_gradcheck_values(q->f, q->n, q->start, g, NULL, .name = "wood");
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, hint);
}

Test(check_fn, hints)
{
    expect_hint(-1, "the sign is wrong");
    expect_hint(0.5, "a factor 2 is missing");
    expect_hint(2, "a factor 2 too much");
    expect_hint(0, "yours is zero: a path is missing");
    expect_hint(3, "yours is 3 times the numeric everywhere");
    expect_hint(1, "");
}

Test(check_fn, at_most_so_many_components)
{
    double x[1000];
    for (int i = 0; i < 1000; i++) x[i] = 0.001 * i;
    wg_check *r = wg_gradcheck_fn(thousand, 1000, x, NULL, .components = 10);
    wg_check_input in = wg_check_input_at(r, 0);
    int computed = 0;
    for (int i = 0; i < 1000; i++) computed += !isnan(in.numeric[i]);
    cr_expect_eq(computed, 10);
    cr_expect_float_eq(in.numeric[900], cos(0.9), 1e-6);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

Test(check_fn, the_report_is_the_same_in_every_run_and_locale)
{
    double g[2] = { -215.6, -44 };
    char *first = NULL;
    for (int k = 0; k < 3; k++) {
        if (k == 2) wgt_comma_locale();
        WGT_FREED wg_check *r =
            wg_gradcheck_values(rosenbrock, 2, problems[0].start, g, NULL, .name = "rosen");
        char *text = wgt_report(r);
        if (!first) first = strdup(text);
        cr_expect_str_eq(text, first);
        free(text);
    }
    cr_expect(strstr(first, "gradcheck rosen  n 2  f 24.2  at x = [-1.2, 1]"), "%s", first);
    cr_expect(strstr(first, "ratio 0.5000   FAIL  a factor 2 is missing"), "%s", first);
    cr_expect(strstr(first, "very likely a bug"), "%s", first);
    free(first);
}
