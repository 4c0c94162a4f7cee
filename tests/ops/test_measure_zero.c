/* test_measure_zero.c: derivatives against closed forms at points where random values never are: zeros, ones,
 * ties, integers as exponents, saturation, the ends of a range. Where a function has no derivative the
 * convention of its op is expected. Functions of one operand: test_functions.c. Every op against its
 * expansion: test_registry_halves.c. */
#include <float.h>
#include <math.h>

#include "wgnearest.h"
#include "wgtest.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
} bench;

static bench start(wg_dtype t)
{
    bench b = { .c = wgt_start(NULL, t, NULL) };
    b.g = wg_graph_new(b.c);
    return b;
}

static wg_node scalar(bench *b, wg_dtype t, double v)
{
    float single = (float)v;
    return wg_input(b->g, "x", t == WG_F64 ? wg_view_f64(&v, WG_SCALAR) : wg_view_f32(&single, WG_SCALAR));
}

/* Equal to 1e-13, or both infinite with the same sign. */
static bool close(double a, double b) { return a == b || fabs(a - b) <= 1e-13 * fmax(1, fabs(b)); }

static const double halves[] = { -1, -0.5, 0, 0.5, 1 };
enum { HALVES = 5 };

/* ---- powers ---- */

static double nth_derivative(double at, double e, int n)
{
    bench b = start(WG_F64);
    wg_node x = scalar(&b, WG_F64, at), y = wg_pow(x, e);
    while (n--) y = wg_grad(y, x);
    double v = wg_item(y);
    wgt_finish(b.c, NULL);
    return v;
}

/* e (e - 1) ... x^(e - n), which is 0 as soon as a factor is. */
Test(measure_zero, powers_of_zero_have_derivatives_of_every_order)
{
    const double points[] = { 0, 1e-160, -1e-160, DBL_TRUE_MIN, -0.5, 1, 2 };
    for (int e = 0; e <= 5; e++)
        for (size_t i = 0; i < sizeof points / sizeof *points; i++)
            for (int n = 0; n <= 6; n++) {
                double c = 1;
                for (int k = 0; k < n; k++) c *= e - k;
                double want = c == 0 ? 0 : c * pow(points[i], e - n), got = nth_derivative(points[i], e, n);
                cr_expect(close(got, want), "x^%d at %g, order %d: %.17g, not %.17g", e, points[i], n, got,
                          want);
            }
    cr_expect(close(nth_derivative(0.25, 0.5, 3), 12), "3/8 x^-5/2 at 1/4 is 12");
    cr_expect_eq(nth_derivative(0, -1, 1), -INFINITY);
    cr_expect_eq(nth_derivative(0, 0.5, 1), INFINITY);
    cr_expect_eq(nth_derivative(0, 2.5, 2), 0);
    cr_expect_eq(nth_derivative(0, 2.5, 3), INFINITY);
}

Test(measure_zero, a_sum_of_powers_at_zero)
{
    bench b = start(WG_F64);
    wg_node x = scalar(&b, WG_F64, 0), y = wg_add(wg_pow(x, 2), wg_pow(x, 5));
    const double want[] = { 0, 0, 2, 0, 0, 120, 0 };
    for (int n = 0; n < 7; n++, y = wg_grad(y, x))
        cr_expect_eq(wg_item(y), want[n], "order %d: %g", n, wg_item(y));
    wgt_finish(b.c, NULL);
}

/* x^x at 1: 1, 1, 2, 3, 8, 10, 54 (OEIS A005727) */
Test(measure_zero, x_to_the_x_at_one)
{
    bench b = start(WG_F64);
    wg_node x = scalar(&b, WG_F64, 1), y = wg_pow(x, x);
    const double want[] = { 1, 1, 2, 3, 8, 10, 54 };
    for (int n = 0; n < 7; n++, y = wg_grad(y, x))
        cr_expect_eq(wg_item(y), want[n], "order %d: %g", n, wg_item(y));
    wgt_finish(b.c, NULL);
}

/* By aa, ab, bb, aab, abb of a^b, for a > 0. */
static void of_power(double a, double b, double d[5])
{
    double l = log(a), p = pow(a, b);
    d[0] = b * (b - 1) * p / (a * a), d[1] = p / a * (1 + b * l), d[2] = p * l * l;
    d[3] = p / (a * a) * (2 * b - 1 + b * (b - 1) * l), d[4] = p / a * l * (2 + b * l);
}

Test(measure_zero, mixed_derivatives_of_powers)
{
    const double bases[] = { 0.5, 1, 2 };
    const char *by[] = { "aa", "ab", "ba", "bb", "aab", "aba", "baa", "abb", "bab", "bba" };
    const int which[] = { 0, 1, 1, 2, 3, 3, 3, 4, 4, 4 };
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < HALVES; j++) {
            double want[5];
            bench t = start(WG_F64);
            wg_node a = scalar(&t, WG_F64, bases[i]), b = scalar(&t, WG_F64, halves[j]);
            of_power(bases[i], halves[j], want);
            for (int k = 0; k < 10; k++) {
                wg_node y = wg_pow(a, b);
                for (const char *s = by[k]; *s; s++) y = wg_grad(y, *s == 'a' ? a : b);
                cr_expect(close(wg_item(y), want[which[k]]), "%g^%g by %s: %.17g, not %.17g", bases[i],
                          halves[j], by[k], wg_item(y), want[which[k]]);
            }
            wgt_finish(t.c, NULL);
        }
}

Test(measure_zero, zero_to_a_power)
{
    const double exponent[] = { -1, 0, 0.5, 1, 2 }, slope[] = { -INFINITY, 0, 0, 0, 0 };
    bench t = start(WG_F64);
    wg_node a = scalar(&t, WG_F64, 0);
    for (int k = 0; k < 5; k++) {
        wg_node b = scalar(&t, WG_F64, exponent[k]);
        cr_expect_eq(wg_item(wg_grad(wg_pow(a, b), b)), slope[k], "0^%g", exponent[k]);
    }
    wg_node two = scalar(&t, WG_F64, 2);
    cr_expect_eq(wg_item(wg_hessian(wg_pow(a, two), a, two)), 0);
    cr_expect_eq(wg_item(wg_hessian(wg_pow(a, two), two, a)), 0);
    cr_expect_eq(wg_item(wg_hessian(wg_pow(a, two), a, a)), 2);
    wgt_finish(t.c, NULL);
}

/* An exponent that changes at each step: a plan is found, since numbers are no part of its key. */
Test(measure_zero, exponents_may_change_from_step_to_step)
{
    bench b = start(WG_F64);
    wg_params *p = wg_params_new(b.c);
    for (int step = 0; step < 40; step++) {
        double e = 1 + step % 7 * 0.5, d;
        wg_begin(b.g, WG_TRAIN);
        wg_node w = wg_param(b.g, p, "w", WG_SCALAR, wg_const(4));
        wg_backward(wg_pow(w, e), p);
        wg_params_get_grad(p, &d);
        cr_expect(close(d, e * pow(4, e - 1)), "exponent %g: %.17g", e, d);
    }
    wgt_finish(b.c, NULL);
}

/* ---- quotients, losses ---- */

Test(measure_zero, zero_divided_by_something_tiny)
{
    const double tiny[] = { 1e-320, -1e-320, DBL_MIN, 1 };
    for (int i = 0; i < 4; i++) {
        bench b = start(WG_F64);
        wg_node zero = scalar(&b, WG_F64, 0), x = scalar(&b, WG_F64, tiny[i]), y = wg_div(zero, x);
        cr_expect_eq(wg_item(wg_grad(y, x)), 0, "0 / %g", tiny[i]);
        cr_expect_eq(wg_item(wg_grad(y, zero)), WGT_NEAREST(1 / tiny[i]));
        wgt_finish(b.c, NULL);
    }
}

/* -(t ln p + (1 - t) ln(1 - p)): by pp t / p^2 + (1 - t) / (1 - p)^2, by pt -1 / (p (1 - p)) */
Test(measure_zero, binary_cross_entropy_at_the_target)
{
    const double points[][2] = { { 0.3, 0.3 }, { 0.5, 0.5 }, { 0.75, 0.75 }, { 0.5, 0 }, { 0.5, 1 } };
    for (int i = 0; i < 5; i++) {
        double p = points[i][0], t = points[i][1], q = 1 - p;
        bench b = start(WG_F64);
        wg_node x = scalar(&b, WG_F64, p), y = scalar(&b, WG_F64, t), L = wg_binary_cross_entropy(x, y);
        cr_expect(close(wg_item(wg_grad(L, x)), (p - t) / (p * q)));
        cr_expect(close(wg_item(wg_hessian(L, x, x)), t / (p * p) + (1 - t) / (q * q)), "p = %g, t = %g", p,
                  t);
        cr_expect(close(wg_item(wg_hessian(L, x, y)), -1 / (p * q)));
        cr_expect(close(wg_item(wg_hessian(L, y, x)), -1 / (p * q)));
        wg_node third = wg_grad(wg_grad(wg_grad(L, x), x), x);
        cr_expect(close(wg_item(third), -2 * t / (p * p * p) + 2 * (1 - t) / (q * q * q)));
        wgt_finish(b.c, NULL);
    }
    for (int end = 0; end < 2; end++) { /* the convention at the ends */
        bench b = start(WG_F64);
        wg_node x = scalar(&b, WG_F64, end), y = scalar(&b, WG_F64, end), L = wg_binary_cross_entropy(x, y);
        cr_expect(wg_item(L) == 0 && wg_item(wg_grad(L, x)) == 0);
        wgt_finish(b.c, NULL);
    }
}

Test(measure_zero, logits_that_are_infinite)
{
    const double inf = INFINITY, z[] = { inf, inf, inf, -inf, -inf, -inf, NAN },
                 t[] = { 0, 0.5, 1, 0, 0.5, 1, 0 };
    const double loss[] = { inf, inf, 0, 0, inf, inf, NAN }, slope[] = { 1, 0.5, 0, 0, -0.5, -1, NAN };
    for (int type = 0; type < 2; type++)
        for (int i = 0; i < 7; i++) {
            wg_dtype f = type ? WG_F32 : WG_F64;
            bench b = start(f);
            wg_node x = scalar(&b, f, z[i]), L = wg_bce_with_logits(x, scalar(&b, f, t[i]));
            double v = wg_item(L), d = wg_item(wg_grad(L, x));
            cr_expect(v == loss[i] || (isnan(v) && isnan(loss[i])), "%g, %g: %g", z[i], t[i], v);
            cr_expect(d == slope[i] || (isnan(d) && isnan(slope[i])), "%g, %g: slope %g", z[i], t[i], d);
            wgt_finish(b.c, NULL);
        }
}

/* ---- ties ---- */

/* Of two equal elements each gets half; of several along an axis the first gets all. */
Test(measure_zero, the_larger_of_equals)
{
    bench b = start(WG_F64);
    wg_node x = scalar(&b, WG_F64, 0.5), y = scalar(&b, WG_F64, 0.5);
    wg_node z = wg_maximum(wg_square(x), wg_mul(y, 0.5));
    cr_expect(wg_item(wg_grad(z, x)) == 0.5 && wg_item(wg_grad(z, y)) == 0.25);
    cr_expect_eq(wg_item(wg_hessian(z, x, x)), 1, "half of (x^2)'' = 2");
    cr_expect(wg_item(wg_hessian(z, x, y)) == 0 && wg_item(wg_hessian(z, y, x)) == 0);
    double three[3] = { 1, 2, 2 }, h[9];
    wg_node v = wg_input(b.g, "v", wg_view_f64(three, WG_SHAPE(3)));
    wg_copy_f64(wg_hessian(wg_square(wg_max(v)), v, v), h, 9);
    for (int i = 0; i < 9; i++) cr_expect_eq(h[i], i == 4 ? 2 : 0, "[%d] is %g", i, h[i]);
    wg_copy_f64(wg_hessian(wg_max(wg_mul(v, v)), v, v), h, 9);
    for (int i = 0; i < 9; i++) cr_expect_eq(h[i], i == 4 ? 2 : 0, "[%d] is %g", i, h[i]);
    wgt_finish(b.c, NULL);
}

/* ---- saturation: sigma' = sigma(z) sigma(-z), tanh' = sech^2 ---- */

static double sech2(double x)
{
    double e = exp(-2 * fabs(x));
    return 4 * e / ((1 + e) * (1 + e));
}
static double logistic_slope(double x)
{
    double e = exp(-fabs(x));
    return e / ((1 + e) * (1 + e));
}

/* In a vector of many elements, in one of few, and in a single one. gy is 1 for all or an element each. */
static void expect_slopes(wg_dtype t, int64_t n, bool tanh, bool weighted, double tolerance)
{
    bench b = start(t);
    double x[1000], d[1000], worst = 0, worst_at = 0;
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(n == 1 ? 17 : -40 + 80.0 * (double)(i * 7 % n) / (double)n);
    wg_node v = wg_cast(wg_input(b.g, "x", wg_view_f64(x, WG_SHAPE(n))), t);
    wg_node y = tanh ? wg_tanh(v) : wg_sigmoid(v);
    wg_copy_f64(wg_grad(wg_sum(weighted ? wg_mul(y, wg_add(wg_mul(v, 0), 1)) : y), v), d, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        double want = tanh ? sech2(x[i]) : logistic_slope(x[i]), error = fabs(d[i] / want - 1);
        if (error > worst) worst = error, worst_at = x[i];
    }
    cr_expect_leq(worst, tolerance, "%s of %lld in %s: relative error %g at %g", tanh ? "tanh" : "sigmoid",
                  (long long)n, wg_dtype_name(t), worst, worst_at);
    wgt_finish(b.c, NULL);
}

/* The bounds are those of ops/activation.c: a result y within 2 ulp, and 1 - y^2 >= 2^-11, 1 - y >= 2^-6
 * where they are computed from y. */
Test(measure_zero, slopes_keep_their_precision_in_saturation)
{
    const int64_t sizes[] = { 1, 5, 127, 128, 1000 };
    for (int k = 0; k < 5; k++)
        for (int way = 0; way < 4; way++) {
            bool tanh = way & 1, weighted = way & 2;
            expect_slopes(WG_F32, sizes[k], tanh, weighted, tanh ? 0x1p-11 : 0x1p-17);
            expect_slopes(WG_F64, sizes[k], tanh, weighted, tanh ? 0x1p-40 : 0x1p-46);
        }
}

/* sigma'' = sigma' (1 - 2 sigma), tanh'' = -2 tanh tanh' at 17, in f32 */
Test(measure_zero, second_derivatives_in_saturation)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        bench b = start(WG_F32);
        double at = 17.0 * sign, s = logistic_slope(at), y = 1 / (1 + exp(-at));
        wg_node z = scalar(&b, WG_F32, at);
        double second = wg_item(wg_grad(wg_grad(wg_sigmoid(z), z), z));
        cr_expect_leq(fabs(second / (s * (1 - 2 * y)) - 1), 1e-6, "%g", second);
        second = wg_item(wg_grad(wg_grad(wg_tanh(z), z), z));
        cr_expect_leq(fabs(second / (-2 * tanh(at) * sech2(at)) - 1), 1e-6, "%g", second);
        wgt_finish(b.c, NULL);
    }
}
