/* test_sweep.c: the differences of one component at many steps, beside what calculus and the same arithmetic
 * say. */
#include <math.h>
#include <string.h>

#include "wgcheck.h"

/* sin(x0) exp(x1) */
static double wave(size_t n, const double *x, double *g, void *user)
{
    (void)n, (void)user;
    if (g) g[0] = cos(x[0]) * exp(x[1]), g[1] = sin(x[0]) * exp(x[1]);
    return sin(x[0]) * exp(x[1]);
}

static const double at[2] = { 1.1, 0.3 };

static wg_check *sweep(const char *of)
{
    return wg_gradcheck_fn(wave, 2, at, NULL, &(wg_gradcheck_opts){ .sweep = of });
}

Test(sweep, each_difference_is_that_of_its_step)
{
    WGT_FREED wg_check *r = sweep("x[0]");
    const wg_check_sweep s = wg_check_sweep_of(r);
    double least = 1, most = 0;
    bool has_the_course_s = false;
    cr_assert_gt(s.n, 50);
    for (int i = 0; i < s.n; i++) {
        const double h = s.step[i], high[2] = { at[0] + h, at[1] }, low[2] = { at[0] - h, at[1] };
        const double f = wave(2, high, NULL, NULL), b = wave(2, low, NULL, NULL), m = wave(2, at, NULL, NULL);
        cr_expect_eq(s.difference[i], (f - b) / (high[0] - low[0]), "h %g", h);
        cr_expect_eq(s.one_sided[i], (f - m) / (high[0] - at[0]), "h %g", h);
        least = fmin(least, h), most = fmax(most, h);
        has_the_course_s |= fabs(h / 1e-7 - 1) < 1e-14;
    }
    cr_expect(has_the_course_s && fabs(most / 0.1 - 1) < 1e-14 && fabs(least / 1e-15 - 1) < 1e-14);
}

/* The error by the step is f''' h^2 / 6 + ... */
Test(sweep, says_what_the_error_is_made_of)
{
    WGT_FREED wg_check *r = sweep("x[0]");
    const wg_check_sweep s = wg_check_sweep_of(r);
    const double slope = cos(at[0]) * exp(at[1]);
    cr_expect_str_eq(s.place, "x[0]");
    cr_expect_eq(s.yours, slope);
    cr_expect_leq(fabs(s.slope - slope), s.bar + 1e-15);
    cr_expect_float_eq(s.truncation, slope / 6, 0.05 * slope / 6);
    cr_expect_eq(s.noise, wg_check_noise(r));
    cr_expect_lt(s.noise, 1e-15);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);
}

Test(sweep, is_of_the_component_that_was_named)
{
    static const struct {
        const char *of, *place;
    } cases[] = { { "x[1]", "x[1]" }, { "x[2]", "" }, { "y", "" },
                  { "x[", "" },       { "x[1", "" },  { "x[1,0]", "" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wg_check *r = sweep(cases[i].of);
        const wg_check_sweep s = wg_check_sweep_of(r);
        cr_expect_str_eq(s.place, cases[i].place, "%s", cases[i].of);
        cr_expect_eq(s.n > 0, *cases[i].place != 0);
        cr_expect_eq(wgt_verdict(r), WG_PASS, "a wrong name spoils no verdict");
    }
    wg_check *worst = sweep(""), *of_x = sweep("x"), *none = sweep(NULL);
    int64_t row;
    cr_assert_eq(wg_check_worst(worst, 0, &row, 1), 1);
    cr_expect_eq(wg_check_sweep_of(worst).component, row);
    cr_expect_eq(wg_check_sweep_of(of_x).component, row);
    cr_expect_eq(wg_check_sweep_of(none).n, 0);
    cr_expect_eq(wg_check_sweep_of(none).input, -1);
    wg_check_free(worst), wg_check_free(of_x), wg_check_free(none);
}
