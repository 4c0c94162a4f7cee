/* test_stairs.c: functions whose digits are lost: they climb stairs, run into a pole, or look like a saw.
 * Their gradients are known in closed form. A right one is not called wrong, and one that is 1.5 times it
 * does not pass. */
#include <math.h>

#include "wgcheck.h"

static const double WRONG = 1.5;

/* x[0] goes into f, and the sine of x[1] is added, if there is one. */
typedef struct example {
    const char *name;
    double (*f)(double), (*by_x)(double);
    double x;
    double factor, sine_factor; /* of the gradient */
} example;

static double value(size_t n, const double *x, double *g, void *user)
{
    const example *e = user;
    if (g) g[0] = e->factor * e->by_x(x[0]);
    if (g && n > 1) g[1] = e->sine_factor * cos(x[1]);
    return e->f(x[0]) + (n > 1 ? sin(x[1]) : 0);
}

static wg_verdict verdict(const example *e, double factor, double sine_factor, size_t n)
{
    example user = *e;
    user.factor = factor, user.sine_factor = sine_factor;
    return wgt_verdict(wg_gradcheck_fn(value, n, ((double[]){ e->x, 0.4 }), &user));
}

/* sees: a wrong gradient fails. Else it does not pass. */
static void expect(const example *e, bool sees)
{
    for (size_t n = 1; n < 3; n++) {
        cr_expect_neq(verdict(e, 1, 1, n), WG_FAIL, "%s at %.17g, of %zu", e->name, e->x, n);
        const wg_verdict of_wrong = verdict(e, WRONG, 1, n);
        cr_expect(sees ? of_wrong == WG_FAIL : of_wrong != WG_PASS, "%s at %.17g times 1.5, of %zu: %s",
                  e->name, e->x, n, wg_verdict_name(of_wrong));
    }
    cr_expect_neq(verdict(e, 1, WRONG, 2), WG_PASS, "the sine beside %s at %.17g", e->name, e->x);
}

static double one(double x) { return (void)x, 1; }

/* ---- stairs ---- */

static double halves(double x) { return x < 36.2 ? round(2 * x) / 2 : NAN; }
static double halves_to_the_left(double x) { return x > -36.2 ? round(2 * x) / 2 : NAN; }
static double halves_to_the_end(double x) { return x <= 36.1 ? round(2 * x) / 2 : NAN; }

static double rest(double x) { return -log(1 - 1 / (1 + exp(-x))); }
static double rest_by_x(double x) { return 1 / (1 + exp(-x)); }

Test(stairs, flat_ones_at_the_end_of_the_domain)
{
    expect(&(example){ .name = "halves", .f = halves, .by_x = one, .x = 36.1 }, false);
    expect(&(example){ .name = "halves_to_the_left", .f = halves_to_the_left, .by_x = one, .x = -36.1 },
           false);
    expect(&(example){ .name = "halves_to_the_end", .f = halves_to_the_end, .by_x = one, .x = 36.1 }, false);
    for (int z = 28; z <= 36; z++)
        expect(&(example){ .name = "rest", .f = rest, .by_x = rest_by_x, .x = z }, false);
}

static double fiftieths(double x) { return round(50 * x) / 50; }
static double hundredths(double x) { return round(100 * x + 0.3) / 100; }

/* In a direction the stairs are noise, and one of the halves is flat. */
Test(stairs, coarse_ones_beside_a_smooth_term)
{
    expect(&(example){ .name = "fiftieths", .f = fiftieths, .by_x = one, .x = 1.003 }, false);
    expect(&(example){ .name = "hundredths", .f = hundredths, .by_x = one, .x = 1.003 }, false);
}

/* ---- poles ---- */

static double pole(double x) { return 1 / (1 - x); }
static double pole_by_x(double x) { return 1 / ((1 - x) * (1 - x)); }
static double double_pole(double x) { return 1 / ((1 - x) * (1 - x)); }
static double double_pole_by_x(double x) { return 2 / ((1 - x) * (1 - x) * (1 - x)); }
static double tangent_by_x(double x) { return 1 + tan(x) * tan(x); }

/* The points that noise is measured at lie on both sides of the pole, or run away from it. */
Test(stairs, beside_a_pole)
{
    static const double off[] = { 2e-14, 2e-13, 2e-12, 1e-11, 1e-10, 1e-9, 1e-7 };
    for (int k = 0; k < 14; k++) {
        const double far = k % 2 ? off[k / 2] : -off[k / 2];
        expect(&(example){ .name = "pole", .f = pole, .by_x = pole_by_x, .x = 1 + far }, false);
        expect(&(example){ .name = "double_pole", .f = double_pole, .by_x = double_pole_by_x, .x = 1 + far },
               false);
        expect(&(example){ .name = "tangent", .f = tan, .by_x = tangent_by_x, .x = acos(0) + far }, false);
    }
}

/* ---- saws ---- */

static double saw(double x) { return (exp(x) - 1) / x; }
static double saw_by_x(double x) { return 0.5 + x / 3 + x * x / 8; }
static double other_saw(double x) { return ((1 + x) - 1) / x; }
static double no_slope(double x) { return (void)x, 0; }
static double root_saw(double x) { return (sqrt(1 + x) - 1) / x; }
static double root_saw_by_x(double x) { return -0.125 + x / 8; }

/* Near 0 f is a constant divided by x on each stair of 1 + x. */
Test(stairs, a_saw_is_smooth_on_each_stair)
{
    static const double at[] = { 3e-15, 3e-14, -3e-13, 3e-12, 3e-11, 3e-10 };
    for (int k = 0; k < 6; k++) {
        expect(&(example){ .name = "saw", .f = saw, .by_x = saw_by_x, .x = at[k] }, false);
        expect(&(example){ .name = "root_saw", .f = root_saw, .by_x = root_saw_by_x, .x = at[k] }, false);
        cr_expect_neq(
            verdict(&(example){ .name = "other_saw", .f = other_saw, .by_x = no_slope, .x = at[k] }, 1, 1, 2),
            WG_FAIL, "other_saw at %g", at[k]);
    }
}

/* A steep term beside a flat one is no saw: without it the gradient is wrong. */
static double steep(double x) { return x + tanh(1e6 * x); }
static double bent(double x) { return x + 1e-3 * fmin(1e6 * fabs(x), 1); }

Test(stairs, a_steep_term_is_missed)
{
    static const double at[] = { 1e-7, 1e-9, 1e-12, -1e-9 };
    for (int k = 0; k < 4; k++)
        for (size_t n = 1; n < 3; n++) {
            cr_expect_eq(verdict(&(example){ .name = "steep", .f = steep, .by_x = one, .x = at[k] }, 1, 1, n),
                         WG_FAIL, "steep at %g, of %zu", at[k], n);
            cr_expect_eq(verdict(&(example){ .name = "bent", .f = bent, .by_x = one, .x = at[k] }, 1, 1, n),
                         WG_FAIL, "bent at %g, of %zu", at[k], n);
        }
}
