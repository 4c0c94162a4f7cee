/* test_measure_zero.c: derivatives against closed forms at points where random values never are: zeros, ones,
 * ties, integers as exponents, saturation, the ends of a range. Where a function has no derivative the
 * convention of its op is expected. The rest: test_formula_values.c, test_registry_halves.c. */
#include <float.h>
#include <float.h>
#include <math.h>

#include "wgnearest.h"
#include "wgnode.h"

static wg_node scalar(wg_graph *g, wg_dtype t, double v)
{
    float single = (float)v;
    return wg_input(g, "x", t == WG_F64 ? wg_view_f64(&v, WG_SCALAR) : wg_view_f32(&single, WG_SCALAR));
}

/* Equal to 1e-13, or both infinite with the same sign. */
static bool close(double a, double b) { return a == b || fabs(a - b) <= 1e-13 * fmax(1, fabs(b)); }

/* ---- powers ---- */

static double nth_derivative(double at, double e, int n)
{
    wg_graph *b = graph(WG_F64);
    wg_node x = scalar(b, WG_F64, at), y = wg_pow(x, e);
    while (n--) y = wg_grad(y, x);
    double v = wg_item(y);
    done(b);
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

/* An exponent that changes at each step: a plan is found, since numbers are no part of its key. */
Test(measure_zero, exponents_may_change_from_step_to_step)
{
    wg_graph *b = graph(WG_F64);
    wg_params *p = wg_params_new(wg_graph_context(b));
    for (int step = 0; step < 40; step++) {
        double e = 1 + step % 7 * 0.5, d;
        wg_begin(b, WG_TRAIN);
        wg_node w = wg_param(b, p, "w", WG_SCALAR, wg_const(4));
        wg_backward(wg_pow(w, e), p);
        wg_params_get_grad(p, &d);
        cr_expect(close(d, e * pow(4, e - 1)), "exponent %g: %.17g", e, d);
    }
    done(b);
}

/* Near 0 a power is beyond the range of its dtype where the derivative, its product with a small exponent, is
 * not: f = x^u(x) = e^g, g = u ln x, so f' = f g' and f'' = f (g'^2 + g''). u = x, 2 x, sin x and x^2. */
static wg_node self_power(wg_node x, int i)
{
    return wg_pow(x, i == 0 ? x : i == 1 ? wg_mul(2, x) : i == 2 ? wg_sin(x) : wg_square(x));
}
static void self_power_slopes(long double x, int i, long double d[2])
{
    const long double L = logl(x), s = sinl(x), c = cosl(x);
    const long double u = i == 2   ? s
                          : i == 3 ? x * x
                                   : (i + 1) * x,
                      v = i == 2   ? c
                          : i == 3 ? 2 * x
                                   : i + 1,
                      w = i == 2   ? -s
                          : i == 3 ? 2
                                   : 0;
    const long double g1 = v * L + u / x, g2 = w * L + 2 * v / x - u / x / x, f = expl(u * L);
    d[0] = f * g1, d[1] = f * (g1 * g1 + g2);
}

Test(measure_zero, powers_near_zero_have_finite_derivatives)
{
    for (int k = 0; k < 2; k++) {
        const double least = k ? 1e-307 : 1e-37, most = k ? DBL_MAX : FLT_MAX, error = k ? 1e-12 : 2e-5;
        for (int i = 0; i < 4; i++)
            for (double at = 0.5; at > least; at *= k ? 1e-3 : 0.1) {
                if (i == 3 && at * at < least) continue; /* u has no digits */
                WGT_IN_GRAPH(k ? WG_F64 : WG_F32, NULL);
                wg_node x = wg_scalar(g, at), first = wg_grad(self_power(x, i), x);
                const double got[2] = { wg_item(first), wg_item(wg_grad(first, x)) };
                long double want[2];
                self_power_slopes(k ? at : (double)(float)at, i, want);
                for (int n = 0; n < 2; n++)
                    if (fabsl(want[n]) < most / 8)
                        cr_expect(fabsl(got[n] - want[n]) <= error * fabsl(want[n]),
                                  "%s, u %d, x %g, order %d: %g, not %Lg", k ? "f64" : "f32", i, at, n + 1,
                                  got[n], want[n]);
            }
    }
}

/* The derivative by a is b a^(b - 1), whatever a^(b - 1) is. Each row: a, b, the derivative. */
Test(measure_zero, the_slope_of_a_power_that_is_out_of_range)
{
    static const double rows[][3] = { { 1e-310, 1e-200, 1e110 },
                                      { -1e-310, 0, 0 },
                                      { 1e-250, -1e-200, -1e50 },
                                      { 0, 1e-3, INFINITY },
                                      { 0, 1.5, 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        wg_node a = wg_fill(g, rows[i][0], WG_SHAPE(200)), b = wg_fill(g, rows[i][1], WG_SHAPE(200));
        wg_node d = wg_grad(wg_sum(wg_pow(a, b)), a);
        const double want = rows[i][2], *got = wg_value(d).data;
        for (int n = 0; n < 200; n += 199)
            cr_expect(got[n] == want || fabs(got[n] - want) <= 1e-12 * fabs(want), "row %zu: %g", i, got[n]);
    }
}

/* ---- quotients, losses ---- */

Test(measure_zero, zero_divided_by_something_tiny)
{
    const double tiny[] = { 1e-320, -1e-320, DBL_MIN, 1 };
    for (int i = 0; i < 4; i++) {
        wg_graph *b = graph(WG_F64);
        wg_node zero = scalar(b, WG_F64, 0), x = scalar(b, WG_F64, tiny[i]), y = wg_div(zero, x);
        cr_expect_eq(wg_item(wg_grad(y, x)), 0, "0 / %g", tiny[i]);
        cr_expect_eq(wg_item(wg_grad(y, zero)), WGT_NEAREST(1 / tiny[i]));
        done(b);
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
            wg_graph *b = graph(f);
            wg_node x = scalar(b, f, z[i]), L = wg_bce_with_logits(x, scalar(b, f, t[i]));
            double v = wg_item(L), d = wg_item(wg_grad(L, x));
            cr_expect(v == loss[i] || (isnan(v) && isnan(loss[i])), "%g, %g: %g", z[i], t[i], v);
            cr_expect(d == slope[i] || (isnan(d) && isnan(slope[i])), "%g, %g: slope %g", z[i], t[i], d);
            done(b);
        }
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
    wg_graph *b = graph(t);
    double x[1000], d[1000], worst = 0, worst_at = 0;
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(n == 1 ? 17 : -40 + 80.0 * (double)(i * 7 % n) / (double)n);
    wg_node v = wg_cast(wg_input(b, "x", wg_view_f64(x, WG_SHAPE(n))), t);
    wg_node y = tanh ? wg_tanh(v) : wg_sigmoid(v);
    wg_copy_f64(wg_grad(wg_sum(weighted ? wg_mul(y, wg_add(wg_mul(v, 0), 1)) : y), v), d, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        double want = tanh ? sech2(x[i]) : logistic_slope(x[i]), error = fabs(d[i] / want - 1);
        if (error > worst) worst = error, worst_at = x[i];
    }
    cr_expect_leq(worst, tolerance, "%s of %lld in %s: relative error %g at %g", tanh ? "tanh" : "sigmoid",
                  (long long)n, wg_dtype_name(t), worst, worst_at);
    done(b);
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
        wg_graph *b = graph(WG_F32);
        double at = 17.0 * sign, s = logistic_slope(at), y = 1 / (1 + exp(-at));
        wg_node z = scalar(b, WG_F32, at);
        double second = wg_item(wg_grad(wg_grad(wg_sigmoid(z), z), z));
        cr_expect_leq(fabs(second / (s * (1 - 2 * y)) - 1), 1e-6, "%g", second);
        second = wg_item(wg_grad(wg_grad(wg_tanh(z), z), z));
        cr_expect_leq(fabs(second / (-2 * tanh(at) * sech2(at)) - 1), 1e-6, "%g", second);
        done(b);
    }
}
