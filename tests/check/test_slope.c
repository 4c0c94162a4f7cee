/* test_slope.c: slopes with measured error bars, against derivatives known in closed form, in long double. */
#include "check/slope.h"

#include <math.h>
#include <string.h>

#include "wgtest.h"

typedef struct function {
    const char *name;
    double (*f)(double x);
    long double (*slope)(long double x);
} function;

typedef struct line {
    double (*f)(double x);
    double x;
} line;

static double at(void *self, double t, double *moved)
{
    const line *l = self;
    const volatile double x = l->x + t;
    *moved = x - l->x;
    return l->f(x);
}

static wgi_slope slope_at(double (*f)(double), double x, double scale)
{
    line l = { f, x };
    return wgi_slope_of(&(wgi_slope_line){
        .at = at, .self = &l, .f0 = f(x), .scale = scale, .noise = wgi_noise_of(at, &l, scale, false) });
}

/* ---- smooth functions ---- */

#define FUNCTION(name, value, derivative)          \
    static double name(double x) { return value; } \
    static long double name##_slope(long double x) \
    {                                              \
        (void)x;                                   \
        return derivative;                         \
    }

FUNCTION(cube, x *x *x, 3 * x * x)
FUNCTION(fifth_power, x *x *x *x *x, 5 * x * x * x * x)
FUNCTION(line_of_slope_3, 3 * x + 1, 3)
FUNCTION(far_up, 1e6 + x, 1)
FUNCTION(huge_parabola, 1e10 * x * x, 2e10L * x)
FUNCTION(exponential, exp(x), expl(x))
FUNCTION(sine, sin(x), cosl(x))
FUNCTION(short_wave, sin(1e3 * x), 1e3L * cosl(1e3L * x))
FUNCTION(very_short_wave, sin(1e7 * x) / 1e7, cosl(1e7L * x))
FUNCTION(tangent, tan(x), 1 / (cosl(x) * cosl(x)))
FUNCTION(logarithm, log(x), 1 / x)
FUNCTION(root, sqrt(x), 0.5L / sqrtl(x))
FUNCTION(inverse, 1 / x, -1 / (x * x))
FUNCTION(pole, 1 / (1 - x), 1 / ((1 - x) * (1 - x)))
FUNCTION(bell, exp(-x *x * 1e4), -2e4L * x * expl(-x * x * 1e4L))
FUNCTION(softplus, log(1 + exp(x)), 1 / (1 + expl(-x)))
FUNCTION(hyperbolic, tanh(x), 1 / (coshl(x) * coshl(x)))
FUNCTION(cancels, (1 + x) - 1 + x * x, 1 + 2 * x)
/* the energy of two argon atoms, in joules, at a distance in metres (Lennard-Jones) */
FUNCTION(argon, 6.6e-21 * (pow(3.4e-10 / x, 12) - pow(3.4e-10 / x, 6)),
         6.6e-21L * (-12 * powl(3.4e-10L / x, 12) + 6 * powl(3.4e-10L / x, 6)) / x)
FUNCTION(parabola_in_float, (float)((float)x *(float)x), 2 * x)
FUNCTION(sine_in_float, sinf((float)x), cosl(x))
FUNCTION(six_decimals, round(x * 1e6) / 1e6, 1)

typedef struct example {
    function f;
    double x, scale, resolved; /* resolved: the bar, as a share of the slope, is at most this */
} example;

#define AT(name, x, scale, resolved)                      \
    {                                                     \
        { #name, name, name##_slope }, x, scale, resolved \
    }
static const example examples[] = {
    AT(cube, 1, 1, 1e-12),
    AT(cube, 1e-6, 1e-6, 1e-12),
    AT(cube, 1e-6, 1, 1e-12),
    AT(fifth_power, 2, 2, 1e-12),
    AT(line_of_slope_3, 2, 2, 1e-12),
    AT(line_of_slope_3, 1e10, 1e10, 1e-12),
    AT(far_up, 1, 1, 1e-7),
    AT(huge_parabola, 1, 1, 1e-12),
    AT(exponential, 0, 1, 1e-11),
    AT(exponential, 10, 10, 1e-11),
    AT(exponential, -30, 30, 1e-11),
    AT(sine, 1, 1, 1e-11),
    AT(sine, 0, 1, 1e-11),
    AT(short_wave, 0.3, 0.3, 1e-9),
    AT(short_wave, 3, 3, 1e-9),
    AT(very_short_wave, 0, 1, 1e-6),
    AT(very_short_wave, 0.3, 0.3, 1e-6),
    AT(tangent, 1.5, 1.5, 1e-9),
    AT(tangent, 1.57, 1.57, 1e-9),
    AT(logarithm, 1, 1, 1e-11),
    AT(logarithm, 1e-8, 1e-8, 1e-10),
    AT(logarithm, 1e-8, 1, 1e-9),
    AT(root, 1, 1, 1e-11),
    AT(root, 1e-12, 1e-12, 1e-11),
    AT(inverse, 1e-3, 1e-3, 1e-11),
    AT(inverse, 1e-3, 1, 1e-11),
    AT(pole, 0.999, 0.999, 1e-8),
    AT(bell, 0.005, 0.005, 1e-11),
    AT(softplus, 0, 1, 1e-11),
    AT(softplus, 30, 30, 1e-11),
    AT(hyperbolic, 3, 3, 1e-9),
    AT(cancels, 1e-9, 1e-9, 1e-4),
    AT(cancels, 1e-3, 1, 1e-11),
    AT(argon, 3.8e-10, 3.8e-10, 1e-10),
    AT(argon, 3.8163707e-10, 3.8e-10, 1e-4),
    AT(parabola_in_float, 1.3, 1.3, 1e-4),
    AT(sine_in_float, 1, 1, 1e-4),
    AT(sine_in_float, 1e-3, 1e-3, 1e-4),
    AT(six_decimals, 0.7, 0.7, 1e-3),
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

/* The bars are honest: no error is above three of them. And they are of use. */
Test(slope, smooth_functions)
{
    for (int i = 0; i < EXAMPLES; i++) {
        const example *e = &examples[i];
        const wgi_slope s = slope_at(e->f.f, e->x, e->scale);
        const double right = (double)e->f.slope(e->x);
        cr_expect_eq(s.kind, WGI_SLOPE_SMOOTH, "%s at %g", e->f.name, e->x);
        cr_expect(fabs(s.value - right) <= 3 * s.bar, "%s at %g: %.17g, bar %g, not %.17g", e->f.name, e->x,
                  s.value, s.bar, right);
        cr_expect(s.bar <= e->resolved * fabs(right), "%s at %g: bar %g of %g", e->f.name, e->x, s.bar,
                  right);
        cr_expect_leq(s.evaluations, 100); /* 44 to each side, and a look for a stair */
    }
}

/* The same at random points: fewer than one in 1,000 beyond three bars, and none beyond ten, from where on a
 * gradient counts as wrong. */
Test(slope, smooth_functions_at_random_points)
{
    const function all[] = { examples[0].f,  examples[8].f,  examples[11].f, examples[19].f,
                             examples[22].f, examples[28].f, examples[30].f };
    enum { POINTS = 10000 };
    wgt_random random = { wgt_seed() };
    int beyond = 0;
    for (int k = 0; k < POINTS; k++) {
        const function *f = &all[k % 7];
        const double x = wgt_uniform(&random, 0.1, 3);
        const wgi_slope s = slope_at(f->f, x, x);
        const double off = fabs(s.value - (double)f->slope(x));
        beyond += off > 3 * s.bar;
        cr_expect(s.kind == WGI_SLOPE_SMOOTH && off <= 10 * s.bar && s.bar < 1e-7 * (1 + fabs(s.value)),
                  "WG_SEED=%llu: %s at %.17g: off by %g, bar %g", (unsigned long long)wgt_seed(), f->name, x,
                  off, s.bar);
    }
    cr_expect_lt(beyond, POINTS / 1000, "WG_SEED=%llu: %d", (unsigned long long)wgt_seed(), beyond);
}

/* ---- zero ---- */

static double constant(double x) { return (void)x, 5; }
static double power_15(double x) { return pow(fabs(x), 1.5); }
static double signed_square(double x) { return x * fabs(x); }

Test(slope, zero)
{
    double (*const all[])(double) = { cube, fifth_power, constant, huge_parabola, power_15, signed_square };
    for (int i = 0; i < 6; i++) {
        const wgi_slope s = slope_at(all[i], 0, 1);
        cr_expect(s.kind == WGI_SLOPE_SMOOTH && fabs(s.value) <= 3 * s.bar && s.bar < 1e-9, "%d: %g, bar %g",
                  i, s.value, s.bar);
    }
}

/* ---- kinks, jumps, edges ---- */

static double relu(double x) { return x > 0 ? x : 0; }
static double bent(double x) { return x > 0 ? exp(2 * x) : cos(x) - x; }
static double bent_beside(double x) { return x > 1.00001 ? 2 * x : x + 1.00001; }
static double step(double x) { return x > 0 ? x + 1 : x; }
static double nowhere(double x) { return x == 0 ? 0 : NAN; }

Test(slope, kinks)
{
    wgi_slope s = slope_at(relu, 0, 1);
    cr_expect_eq(s.kind, WGI_SLOPE_KINK);
    cr_expect(s.left == 0 && fabs(s.right - 1) <= 3 * s.right_bar && s.right_bar < 1e-12);
    s = slope_at(bent, 0, 1); /* -1 and 2 */
    cr_expect_eq(s.kind, WGI_SLOPE_KINK);
    cr_expect(fabs(s.left + 1) <= 3 * s.left_bar && fabs(s.right - 2) <= 3 * s.right_bar, "%g %g", s.left,
              s.right);
    cr_expect(s.left_bar < 1e-6 && s.right_bar < 1e-6);
}

/* Steps that do not reach the kink see a smooth function. */
Test(slope, a_kink_beside_the_point)
{
    const double beside[] = { 1e-1, 1e-3, 1e-5, 1e-7 };
    for (int i = 0; i < 4; i++) {
        const wgi_slope s = slope_at(relu, beside[i], 1);
        cr_expect(s.kind == WGI_SLOPE_SMOOTH && fabs(s.value - 1) <= 3 * s.bar && s.bar < 1e-6,
                  "%g: %g, bar %g", beside[i], s.value, s.bar);
    }
    const wgi_slope s = slope_at(bent_beside, 1, 1);
    cr_expect(s.kind == WGI_SLOPE_SMOOTH && fabs(s.value - 1) <= 3 * s.bar && s.bar < 1e-6, "%g, bar %g",
              s.value, s.bar);
}

Test(slope, where_there_is_none)
{
    cr_expect_eq(slope_at(step, 0, 1).kind, WGI_SLOPE_JUMP);
    cr_expect_eq(slope_at(floor, 1, 1).kind, WGI_SLOPE_JUMP);
    cr_expect_eq(slope_at(nowhere, 0, 1).kind, WGI_SLOPE_NOWHERE);
    cr_expect_eq(slope_at(root, 0, 1).kind, WGI_SLOPE_CUSP);
}

static double from_zero_on(double x) { return x < 0 ? NAN : exp(x); }

Test(slope, an_edge_has_a_slope_on_one_side)
{
    const wgi_slope s = slope_at(from_zero_on, 0, 1);
    cr_expect_eq(s.kind, WGI_SLOPE_EDGE);
    cr_expect(fabs(s.value - 1) <= 3 * s.bar && s.bar < 1e-6, "%g, bar %g", s.value, s.bar);
}

/* ---- noise ---- */

/* A number in [-0.5, 0.5) that depends on all bits of x. */
static double scatter(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    wgt_random random = { bits };
    return wgt_unit(&random) - 0.5;
}
static double noisy(double x) { return x * x + 1e-6 * sqrt(12) * scatter(x); }

Test(slope, noise)
{
    wgt_random random = { wgt_seed() };
    int beyond = 0;
    for (int k = 0; k < 400; k++) {
        const double x = wgt_uniform(&random, 0.5, 2);
        const wgi_slope s = slope_at(noisy, x, x);
        cr_expect(s.kind == WGI_SLOPE_SMOOTH || s.kind == WGI_SLOPE_ROUGH);
        beyond += s.kind == WGI_SLOPE_SMOOTH && fabs(s.value - 2 * x) > 3 * s.bar;
        cr_expect(!(fabs(s.value - 2 * x) > 10 * s.bar), "WG_SEED=%llu: at %.17g: %g, bar %g",
                  (unsigned long long)wgt_seed(), x, s.value, s.bar);
    }
    cr_expect_leq(beyond, 4);
}

/* On a grid of 2^-50. From 1e-7 to 2e-7 it rises by two units, and so on: no difference is irregular. */
static double regular_grid(double x) { return 0x1p-50 * round(2e7 * x); }

Test(slope, a_regular_grid_is_noise)
{
    line l = { regular_grid, 0 };
    const wgi_noise n = wgi_noise_of(at, &l, 1, false);
    cr_expect_eq(n.sigma[0], 0);
    cr_expect_geq(n.sigma[WGI_SPACINGS - 1], 0x1p-50);
}

/* Flat, with a kink to one side: the change beyond it is no stair of a grid. */
static double off(double x) { return fmax(x - 1.1, 0) + 3; }
static double off_to_the_left(double x) { return fmax(0.9 - x, 0) + 3; }
static double off_and_full(double x) { return fmin(fmax(x - 1.1, 0), 0.01) + 3; }

Test(slope, flat_beside_a_kink)
{
    double (*const all[])(double) = { off, off_to_the_left, off_and_full };
    for (int i = 0; i < 3; i++) {
        const wgi_slope s = slope_at(all[i], 1, 1);
        cr_expect(s.kind == WGI_SLOPE_SMOOTH && s.value == 0 && s.bar < 1e-12, "%d: %g, bar %g", i, s.value,
                  s.bar);
    }
}

/* Flat, with a jump to the right alone, or a grid whose next jump to the left is beyond the end: the slope of
 * the line that it climbs may be 1. */
static double one_stair(double x) { return x > 1.1 ? 3.2 : 3; }
static double stair_at_an_end(double x) { return x > 0.9 ? round(5 * x) / 5 : NAN; }

Test(slope, flat_beside_a_stair)
{
    double (*const all[])(double) = { one_stair, stair_at_an_end };
    for (int i = 0; i < 2; i++) {
        const wgi_slope s = slope_at(all[i], 1, 1);
        cr_expect(s.kind != WGI_SLOPE_SMOOTH || fabs(s.value - 1) <= 10 * s.bar, "%d: %g, bar %g", i, s.value,
                  s.bar);
    }
}

/* On stairs of 1e-7 that climb by 1e-4 the digits climb others of 1e-12; the domain ends with the stair. */
static double two_grids(double x)
{
    const double first = floor(x * 1e7);
    return x < 1 + 1e-7 ? 1e3 * first / 1e7 + 1e-13 * round(20 * (x * 1e7 - first)) : NAN;
}

Test(slope, stairs_on_stairs)
{
    const wgi_slope s = slope_at(two_grids, 1 + 5e-8, 1);
    cr_expect(s.kind != WGI_SLOPE_SMOOTH || fabs(s.value - 1e3) <= 10 * s.bar, "%g, bar %g", s.value, s.bar);
}

/* Noise that falls as 1/x is noise, and a pole is none. */
static double noise_by_x(double x) { return 1 + 1e-16 * scatter(x) / x; }
static double near_pole(double x) { return 1 / x; }

Test(slope, a_pole_is_no_noise)
{
    line l = { near_pole, 2e-13 };
    const double far = wgi_noise_of(at, &l, 1, false).sigma[0];
    cr_expect_lt(far, 1e10); /* the slopes that it divides are 1e25, over steps of 1e-14 */
    l = (line){ noise_by_x, 2e-13 };
    cr_expect_gt(wgi_noise_of(at, &l, 1, false).sigma[0], 1e-5);
}
