/* test_no_slope.c: functions of x that have no slope at 0, and gradients that are no number there. The
 * gradient is right everywhere else. None passes, and the reason says what f does. */
#include <math.h>
#include <string.h>

#include "wgcheck.h"

/* f, its derivative beside 0, and what a gradient may be at 0. */
#define FUNCTION(name, f, derivative)          \
    static double name(double x) { return f; } \
    static double name##_by_x(double x) { return derivative; }
#define SIGN(x)  (((x) > 0) - ((x) < 0))
#define POWER(p) pow(fabs(x), p)

FUNCTION(root, sqrt(fabs(x)), SIGN(x) / (2 * sqrt(fabs(x))))
FUNCTION(root_beside_30, sqrt(fabs(x)) + 30, SIGN(x) / (2 * sqrt(fabs(x))))
FUNCTION(small_root, x + 0.001 * sqrt(fabs(x)), 1 + 0.0005 * SIGN(x) / sqrt(fabs(x)))
FUNCTION(tiny_root, 1 + x + 1e-6 * sqrt(fabs(x)), 1 + 5e-7 * SIGN(x) / sqrt(fabs(x)))
FUNCTION(cube_root, cbrt(x), 1 / (3 * cbrt(x) * cbrt(x)))
FUNCTION(cube_root_beside_5, 5 + cbrt(x), 1 / (3 * cbrt(x) * cbrt(x)))
FUNCTION(small_cube_root, x + 0.001 * cbrt(x), 1 + 0.001 / (3 * cbrt(x) * cbrt(x)))
FUNCTION(two_thirds, POWER(2 / 3.0), SIGN(x) * (2 / 3.0) * POWER(-1 / 3.0))
FUNCTION(three_tenths, POWER(0.3), SIGN(x) * 0.3 * POWER(-0.7))
FUNCTION(nine_tenths, POWER(0.9), SIGN(x) * 0.9 * POWER(-0.1))
FUNCTION(odd_nine_tenths, SIGN(x) * POWER(0.9), 0.9 * POWER(-0.1))
FUNCTION(nearly_one, POWER(0.99), SIGN(x) * 0.99 * POWER(-0.01))
FUNCTION(x_log_x, x == 0 ? 0 : x * log(fabs(x)), 1 + log(fabs(x)))
FUNCTION(even_x_log_x, x == 0 ? 0 : fabs(x) * log(fabs(x)), SIGN(x) * (1 + log(fabs(x))))
FUNCTION(arc, acos(1 - fabs(x)), SIGN(x) / sqrt(fabs(x) * (2 - fabs(x))))
FUNCTION(root_times_exp, sqrt(fabs(x)) * exp(x), exp(x) * (sqrt(fabs(x)) + SIGN(x) / (2 * sqrt(fabs(x)))))
FUNCTION(root_to_the_right, x > 0 ? sqrt(x) : -x, x > 0 ? 1 / (2 * sqrt(x)) : -1)
FUNCTION(cube_root_to_the_left, x > 0 ? x : cbrt(x), x > 0 ? 1 : 1 / (3 * cbrt(x) * cbrt(x)))
FUNCTION(edge, sqrt(x), 1 / (2 * sqrt(x)))
FUNCTION(step, x > 0, 0)
FUNCTION(both_steps, SIGN(x), 0)
FUNCTION(floored, floor(x), 0)
FUNCTION(saw, x - floor(x), 1)
FUNCTION(line_and_step, x + (x > 0), 1)
FUNCTION(small_step, x + 1e-6 * (x > 0), 1)
FUNCTION(tiny_step, x + 1e-9 * (x > 0), 1)
FUNCTION(step_in_a_valley, x *x + 1e-9 * (x > 0), 2 * x)
FUNCTION(spike, x == 0 ? 1 : x * x, 2 * x)
FUNCTION(small_spike, x == 0 ? 1e-3 : x, 1)
FUNCTION(wave, x == 0 ? 0 : sin(1 / x), -cos(1 / x) / (x * x))
FUNCTION(shrinking_wave, x == 0 ? 0 : x * sin(1 / x), sin(1 / x) - cos(1 / x) / x)
FUNCTION(pole, 1 / x, -1 / (x * x))
FUNCTION(even_pole, 1 / (x * x), -2 / (x * x * x))
FUNCTION(logarithm, log(fabs(x)), 1 / x)
FUNCTION(beside_a_pole, 1 / (x - 1e-9), -1 / ((x - 1e-9) * (x - 1e-9)))
FUNCTION(hole, x == 0 ? NAN : x, 1)
FUNCTION(hole_to_the_left, x > 0 ? x : NAN, 1)
FUNCTION(distance, sqrt(x *x), x / sqrt(x * x))
FUNCTION(unit, x > 0 ? x : 0, x > 0)
FUNCTION(parabola, x *x + x, 2 * x + 1)

typedef struct one {
    const char *name;
    double (*f)(double), (*by_x)(double), at_zero;
    wg_verdict wanted;
    const char *why; /* a part of the reason; NULL: any */
} one;

#define ONE(f, at_zero, wanted, why)          \
    {                                         \
#f, f, f##_by_x, at_zero, wanted, why \
    }
#define P WG_PASS
#define F WG_FAIL
#define I WG_INCONCLUSIVE

static const one all[] = {
    ONE(root, 0, I, "cusp: its slopes tend to -inf and +inf"),
    ONE(root_beside_30, 0, I, "cusp"),
    ONE(small_root, 1, I, "cusp: its slopes tend to -inf and +inf"),
    ONE(tiny_root, 1, I, "cusp"),
    ONE(cube_root, 0, I, "vertical tangent: its slopes tend to +inf and +inf"),
    ONE(cube_root, 1, I, "vertical"),
    ONE(cube_root, 1e8, I, "vertical"),
    ONE(cube_root_beside_5, 0, I, "vertical"),
    ONE(small_cube_root, 1, I, "vertical"),
    ONE(two_thirds, 0, I, "cusp"),
    ONE(three_tenths, 0, I, "cusp"),
    ONE(nine_tenths, 0, I, "cusp"),
    ONE(nine_tenths, 0.5, I, "cusp"),
    ONE(odd_nine_tenths, 1, I, "vertical"),
    ONE(odd_nine_tenths, 9, I, "vertical"),
    ONE(nearly_one, 0, I, NULL),
    ONE(nearly_one, 0.5, I, NULL),
    ONE(x_log_x, 0, I, "vertical tangent: its slopes tend to -inf and -inf"),
    ONE(x_log_x, -20, I, "vertical"),
    ONE(even_x_log_x, 0, I, "cusp: its slopes tend to +inf and -inf"),
    ONE(arc, 0, I, "cusp"),
    ONE(root_times_exp, 0, I, "cusp"),
    ONE(root_to_the_right, 0, I, "cusp: its slopes tend to -1 and +inf"),
    ONE(root_to_the_right, -1, I, "cusp"),
    ONE(root_to_the_right, 5, I, "cusp"),
    ONE(cube_root_to_the_left, 1, I, "cusp: its slopes tend to +inf and +1"),
    ONE(cube_root_to_the_left, 0, I, "cusp"),
    ONE(edge, 0, I, "slope of f to the right tends to +inf"),
    ONE(edge, 1, I, "slope of f to the right tends to +inf"),
    ONE(line_and_step, 1, I, "where f jumps"),
    ONE(small_step, 1, I, "where f jumps"),
    ONE(tiny_step, 1, I, "where f jumps"),
    ONE(step_in_a_valley, 0, I, "where f jumps"),
    ONE(spike, 0, I, "where f jumps"),
    ONE(small_spike, 1, I, "where f jumps"),
    ONE(saw, 1, I, "where f jumps"),
    ONE(step, 0, I, NULL),
    ONE(both_steps, 0, I, NULL),
    ONE(floored, 0, I, NULL),
    ONE(wave, 0, I, NULL),
    ONE(shrinking_wave, 0, I, NULL),
    ONE(pole, 0, I, "f is infinite at the point"),
    ONE(pole, NAN, I, "f is infinite at the point"),
    ONE(even_pole, 0, I, "f is infinite at the point"),
    ONE(logarithm, 0, I, "f is infinite at the point"),
    ONE(beside_a_pole, 0, F, NULL),
    ONE(beside_a_pole, 1e18, F, NULL),
    ONE(hole, 1, I, "f is NaN at the point"),
    ONE(hole_to_the_left, 1, I, "f is NaN at the point"),
    ONE(root, NAN, I, "is NaN"),
    ONE(root, INFINITY, I, "is infinite"),
    ONE(step, NAN, I, "is NaN"),
    ONE(distance, NAN, F, "is NaN, and f has a slope to each side"),
    ONE(distance, 3, F, NULL),
    ONE(distance, INFINITY, F, "is infinite, and f has a slope to each side"),
    ONE(unit, NAN, F, "is NaN, and f has a slope to each side"),
    ONE(unit, -1, F, NULL),
    ONE(unit, -INFINITY, F, "is infinite, and f has a slope to each side"),
    ONE(parabola, NAN, F, "is NaN, and f has a slope there"),
    ONE(parabola, INFINITY, F, "is infinite, and f has a slope there"),
    ONE(parabola, 0, F, NULL),
    /* and these are right */
    ONE(distance, -0.5, P, NULL),
    ONE(unit, 0, P, NULL),
    ONE(parabola, 1, P, NULL),
};

/* x[0] has no slope; the others are a parabola. */
static double function(size_t n, const double *x, double *g, void *user)
{
    const one *k = user;
    double f = k->f(x[0]);
    if (g) g[0] = x[0] == 0 ? k->at_zero : k->by_x(x[0]);
    for (size_t i = 1; i < n; i++) {
        f += x[i] * x[i];
        if (g) g[i] = 2 * x[i];
    }
    return f;
}

static void check(const one *k, size_t n)
{
    const double x[3] = { 0, 1, -0.5 };
    one user = *k;
    WGT_FREED wg_check *r = wg_gradcheck_fn(function, n, x, &user);
    cr_expect_eq(wg_check_verdict(r), k->wanted, "%s, %g at 0, of %zu: %s", k->name, k->at_zero, n,
                 wg_verdict_name(wg_check_verdict(r)));
    if (k->why)
        cr_expect(strstr(wg_check_facts_of(r)->reason, k->why), "%s, %g at 0, of %zu: \"%s\" says no \"%s\"",
                  k->name, k->at_zero, n, wg_check_facts_of(r)->reason, k->why);
}

Test(no_slope, alone_nothing_passes)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) check(&all[i], 1);
}

Test(no_slope, beside_others_nothing_passes)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) check(&all[i], 3);
}
