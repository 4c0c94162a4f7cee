/* test_remainder.c: remainder, floor_divide and fmod. Numbers that are whole multiples of 1/1024 are divided
 * as whole numbers, exactly. Of others r and the whole number of times q obey what defines them: r is fmod(a,
 * b) of C or that and b, |r| < |b|, and q b + r is a. What stands as a number is of NumPy 1.24 and Python
 * 3.11. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

enum { PAIRS = 4000 };

typedef struct divided {
    double a[PAIRS], b[PAIRS], *q, *r, *f;
} divided;

/* The three results of all pairs, as doubles. */
static void divide(divided *d, wg_graph *g, wg_dtype t)
{
    const wg_node a = wg_cast(wg_input(g, "a", wg_view_f64(d->a, WG_SHAPE(PAIRS))), t),
                  b = wg_cast(wg_input(g, "b", wg_view_f64(d->b, WG_SHAPE(PAIRS))), t);
    d->q = wgt_values(wg_floor_divide(a, b)), d->r = wgt_values(wg_remainder(a, b));
    d->f = wgt_values(wg_fmod(a, b));
    cr_assert(d->q && d->r && d->f, "%s", wg_message(wg_graph_context(g)));
}
static void drop(divided *d) { free(d->q), free(d->r), free(d->f); }

static bool same(double a, double b) { return isnan(a) ? isnan(b) : a == b && !signbit(a) == !signbit(b); }

/* ---- whole multiples of a power of 2, and whole numbers ---- */

static int wrong_multiples(wg_dtype t, double unit, int most)
{
    static divided d;
    wgt_random random = { 1 };
    wg_graph *g = graph(WG_F64);
    int wrong = 0;
    for (int i = 0; i < PAIRS; i++) {
        d.a[i] = (double)(wgt_below(&random, 2 * most) - most) * unit;
        d.b[i] = (double)(wgt_below(&random, i % 2 ? 2 * most : 20) - (i % 2 ? most : 10)) * unit;
        if (d.b[i] == 0) d.b[i] = unit;
    }
    divide(&d, g, t);
    for (int i = 0; i < PAIRS; i++) {
        const int64_t a = (int64_t)(d.a[i] / unit), b = (int64_t)(d.b[i] / unit);
        const int64_t q = a / b - (a % b != 0 && (a < 0) != (b < 0));
        wrong +=
            d.q[i] != (double)q || d.r[i] != (double)(a - q * b) * unit || d.f[i] != (double)(a % b) * unit;
    }
    drop(&d), done(g);
    return wrong;
}
Test(remainder, of_numbers_that_are_divided_as_whole_numbers)
{
    cr_expect_eq(wrong_multiples(WG_F64, 1.0 / 1024, INT_MAX / 2), 0);
    cr_expect_eq(wrong_multiples(WG_F32, 1.0 / 1024, 1 << 22), 0);
    cr_expect_eq(wrong_multiples(WG_I32, 1, INT_MAX / 2), 0);
    cr_expect_eq(wrong_multiples(WG_I64, 1, INT_MAX / 2), 0);
}

/* ---- random numbers of all sizes ---- */

static int wrong_randoms(wg_dtype t, int exponent)
{
    static divided d;
    wgt_random random = { 2 };
    wg_graph *g = graph(WG_F64);
    int wrong = 0;
    for (int i = 0; i < PAIRS; i++) {
        d.a[i] = ldexp(wgt_uniform(&random, -1, 1), (int)wgt_below(&random, exponent) - exponent / 2);
        d.b[i] = ldexp(wgt_uniform(&random, -1, 1), (int)wgt_below(&random, exponent) - exponent / 2);
        if (t == WG_F32) d.a[i] = (float)d.a[i], d.b[i] = (float)d.b[i];
    }
    divide(&d, g, t);
    for (int i = 0; i < PAIRS; i++) {
        const double a = d.a[i], b = d.b[i], q = d.q[i], r = d.r[i], f = fmod(a, b);
        const double turned = t == WG_F32 ? (float)f + (float)b : f + b;
        const long double eps = t == WG_F32 ? FLT_EPSILON : DBL_EPSILON;
        wrong += !same(d.f[i], f) || !same(r, r == 0 ? copysign(0, b) : (f < 0) == (b < 0) ? f : turned);
        wrong += fabs(r) > fabs(b) || q != floor(q);
        wrong += fabsl((long double)q * b + r - a) > 2 * eps * (fabsl((long double)q * b) + fabs(b));
    }
    drop(&d), done(g);
    return wrong;
}
Test(remainder, of_random_numbers)
{
    cr_expect_eq(wrong_randoms(WG_F64, 60), 0);
    cr_expect_eq(wrong_randoms(WG_F64, 1000), 0);
    cr_expect_eq(wrong_randoms(WG_F32, 40), 0);
}

/* ---- numbers of NumPy ---- */

static const struct {
    double a, b, q, r, f;
} rows[] = {
    { 1, 0.1, 9, 0.09999999999999995, 0.09999999999999995 },
    { -1, 0.1, -10, 5.551115123125783e-17, -0.09999999999999995 },
    { 0.3, 0.1, 2, 0.09999999999999998, 0.09999999999999998 },
    { 1e17, 3, 33333333333333332, 1, 1 }, /* 1e17 is 3 times 33333333333333333, a number between two
                                           * doubles */
    { -3, 2, -2, 1, -1 },
    { 3, -2, -2, -1, 1 },
    { 6, 3, 2, 0, 0 },
    { -6, 3, -2, 0, -0.0 },
    { 6, -3, -2, -0.0, 0 },
    { 0, 3, 0, 0, 0 },
    { -0.0, 3, -0.0, 0, -0.0 },
    { 0, -3, -0.0, -0.0, 0 },
    { 5, INFINITY, 0, 5, 5 },
    { -5, INFINITY, -1, INFINITY, -5 },
    { 5, -INFINITY, -1, -INFINITY, 5 },
    { -5, -INFINITY, 0, -5, -5 },
    { 0, -INFINITY, -0.0, -0.0, 0 },
    { INFINITY, 2, NAN, NAN, NAN },
    { 5, 0, INFINITY, NAN, NAN },
    { -5, 0, -INFINITY, NAN, NAN },
    { 5, -0.0, -INFINITY, NAN, NAN },
    { 0, 0, NAN, NAN, NAN },
    { INFINITY, 0, INFINITY, NAN, NAN },
    { NAN, 2, NAN, NAN, NAN },
    { 2, NAN, NAN, NAN, NAN },
    { 5e-324, 3, 0, 5e-324, 5e-324 },
    { -5e-324, 3, -1, 3, -5e-324 },
};
enum { ROWS = sizeof rows / sizeof *rows };

Test(remainder, has_the_numbers_of_numpy)
{
    wg_graph *g = graph(WG_F64);
    for (int i = 0; i < ROWS; i++) {
        const wg_node a = wg_scalar(g, rows[i].a), b = wg_scalar(g, rows[i].b);
        const double q = wg_item(wg_floor_divide(a, b)), r = wg_item(wg_remainder(a, b)),
                     f = wg_item(wg_fmod(a, b));
        cr_expect(same(q, rows[i].q) && same(r, rows[i].r) && same(f, rows[i].f),
                  "%g by %g: %.17g, %.17g, %.17g", rows[i].a, rows[i].b, q, r, f);
    }
    done(g);
}

static wg_node wide(wg_graph *g, const int64_t v[], int n)
{
    return wg_input(g, "v", wg_view_i64(v, WG_SHAPE(n)));
}
static void expect_wide(wg_node y, const int64_t want[], int n)
{
    const wg_tensor t = wg_value(y);
    cr_assert(t.data && t.dtype == WG_I64);
    for (int i = 0; i < n; i++)
        cr_expect_eq(((const int64_t *)t.data)[i], want[i], "element %d: %lld", i,
                     (long long)((const int64_t *)t.data)[i]);
}
Test(remainder, of_whole_numbers_is_one)
{
    static const int64_t a[] = { INT64_MAX, 9007199254740993, 5, -5, INT64_MIN, INT64_MIN, 0, -7, 7, -7 },
                         b[] = { 3, 1, 0, 0, -1, INT64_MAX, 0, 2, -2, -2 },
                         q[] = { INT64_MAX / 3, 9007199254740993, 0, 0, INT64_MIN, -2, 0, -4, -4, 3 },
                         r[] = { 1, 0, 0, 0, 0, INT64_MAX - 1, 0, 1, -1, -1 },
                         f[] = { 1, 0, 0, 0, 0, -1, 0, -1, 1, -1 };
    wg_graph *g = graph(WG_F64);
    const wg_node x = wide(g, a, 10), y = wide(g, b, 10);
    expect_wide(wg_floor_divide(x, y), q, 10), expect_wide(wg_remainder(x, y), r, 10);
    expect_wide(wg_fmod(x, y), f, 10);
    const wg_node i = INTS(g, INT_MIN, INT_MIN, 7, -7, INT_MAX), j = INTS(g, -1, 0, 2, 2, INT_MIN);
    EXPECT(wg_floor_divide(i, j), WG_I32, WG_SHAPE(5), INT_MIN, 0, 3, -4, -1);
    EXPECT(wg_remainder(i, j), WG_I32, WG_SHAPE(5), 0, 0, 1, 1, -1);
    EXPECT(wg_fmod(i, j), WG_I32, WG_SHAPE(5), 0, 0, 1, -1, INT_MAX);
    EXPECT(wg_remainder(wg_greater(i, 0), 2), WG_I64, WG_SHAPE(5), 0, 0, 1, 0, 1);
    EXPECT(wg_floor_divide(i, 2.5), WG_F64, WG_SHAPE(5), -858993460, -858993460, 2, -3, 858993458);
    done(g);
}

/* ---- derivatives ---- */

Test(remainder, slopes)
{
    wg_graph *g = graph(WG_F64);
    const wg_node a = VECTOR(g, 7.5, -7.5, 7.5, -7.5, 5, -5), b = VECTOR(g, 2, 2, -2, -2, INFINITY, INFINITY);
    EXPECT_VECTOR(slope(wg_remainder(a, b), a), 1, 1, 1, 1, 1, 1);
    EXPECT_VECTOR(slope(wg_remainder(a, b), b), -3, 4, 4, -3, 0, 1);
    EXPECT_VECTOR(slope(wg_fmod(a, b), a), 1, 1, 1, 1, 1, 1);
    EXPECT_VECTOR(slope(wg_fmod(a, b), b), -3, 3, 3, -3, 0, 0);
    EXPECT_VECTOR(slope(wg_add(wg_floor_divide(a, b), a), a), 1, 1, 1, 1, 1, 1);
    done(g);
}
