/* test_reduce_composed.c: min, prod, std, norm, argmin, any_of, all_of and logic, with values and derivatives
 * by hand, at zeros, ties, infinities and NaN. */
#include <limits.h>
#include <math.h>

#include "wgnode.h"

#define BOOLS(y, ...) EXPECT(y, WG_BOOL, WG_SHAPE((int64_t)COUNT_(__VA_ARGS__)), __VA_ARGS__)

Test(reduce_composed, min_is_the_first_of_equals)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 3, 1, 1, -2, 5, NAN);
    EXPECT_VECTOR(wg_min(x, .axes = WG_AXES(1)), 1, NAN);
    EXPECT_VECTOR(wg_min(x, .axes = WG_AXES(0)), -2, 1, NAN);
    wg_node v = VECTOR(g, 3, 1, 1, INFINITY, 4);
    EXPECT_VECTOR(slope(wg_min(v), v), 0, 1, 0, 0, 0);
    EXPECT(wg_min(INTS(g, 7, INT_MIN, INT_MAX)), WG_I32, WG_SCALAR, INT_MIN);
    EXPECT(wg_min(wg_greater(v, 2)), WG_BOOL, WG_SCALAR, 0);
    EXPECT(wg_min(wg_greater(v, 0)), WG_BOOL, WG_SCALAR, 1);
    EXPECT(wg_argmin(v), WG_I64, WG_SCALAR, 1);
    EXPECT(wg_argmin(VECTOR(g, 2, NAN, -INFINITY)), WG_I64, WG_SCALAR, 1);
    EXPECT(wg_argmin(INTS(g, 0, INT_MIN, INT_MIN)), WG_I64, WG_SCALAR, 1);
    done(g);
}

/* The derivative by an element is the product of the others: also beside one zero, two zeros, infinity. */
Test(reduce_composed, products_and_zeros)
{
    wg_graph *g = graph(WG_F64);
    wg_node none = VECTOR(g, 2, 3, 5, 7, 11), one = VECTOR(g, 2, 0, 5), two = VECTOR(g, 0, 4, 0);
    EXPECT(wg_prod(none), WG_F64, WG_SCALAR, 2310);
    EXPECT_VECTOR(slope(wg_prod(none), none), 1155, 770, 462, 330, 210);
    EXPECT_VECTOR(slope(wg_prod(one), one), 0, 10, 0);
    EXPECT_VECTOR(slope(wg_prod(two), two), 0, 0, 0);
    EXPECT(wg_hessian(wg_prod(one), one, one), WG_F64, WG_SHAPE(3, 3), 0, 5, 0, 5, 0, 2, 0, 2, 0);
    EXPECT(wg_prod(INTS(g, 100000, 100000, -3)), WG_I64, WG_SCALAR, -3e10);
    wg_node m = INPUT(g, WG_SHAPE(2, 3, 2), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    EXPECT_VECTOR(wg_prod(m, .axes = WG_AXES(0, 2)), 2 * 7 * 8, 3 * 4 * 9 * 10, 5 * 6 * 11 * 12);
    EXPECT(wg_prod(m, .axes = WG_AXES(1), .keepdims = true), WG_F64, WG_SHAPE(2, 1, 2), 15, 48, 693, 960);
    done(g);
}

/* The product of (i + 1) / i for i = 1 to n is n + 1: over the last axis, the first axis, and all axes, for
 * sizes around those of leaves and blocks. */
Test(reduce_composed, long_products)
{
    static const int64_t sizes[] = { 31, 33, 63, 65, 255, 256, 257, 511, 1000 };
    for (int i = 0; i < 9; i++) {
        wg_graph *g = graph(WG_F64);
        const int64_t n = sizes[i];
        wg_node t = wg_add(wg_arange(g, 0, (double)n, 1), 1), f = wg_div(wg_add(t, 1), t);
        wg_node rows = wg_broadcast_to(wg_reshape(f, WG_SHAPE(1, n)), WG_SHAPE(3, n));
        wg_node columns = wg_broadcast_to(wg_reshape(f, WG_SHAPE(n, 1)), WG_SHAPE(n, 70));
        const double want = (double)n + 1;
        double v[70];
        cr_expect_float_eq(wg_item(wg_prod(f)), want, 1e-13 * want);
        wg_copy_f64(wg_prod(rows, .axes = WG_AXES(1)), v, 3);
        for (int j = 0; j < 3; j++) cr_expect_float_eq(v[j], want, 1e-13 * want, "row %d of %d", j, (int)n);
        wg_copy_f64(wg_prod(columns, .axes = WG_AXES(0)), v, 70);
        for (int j = 0; j < 70; j++) cr_expect_float_eq(v[j], want, 1e-13 * want, "column %d", j);
        done(g);
    }
}

/* Integers wrap around: 3^300 modulo 2^64. */
Test(reduce_composed, products_of_integers_wrap_around)
{
    wg_graph *g = graph(WG_F64);
    uint64_t want = 1;
    for (int i = 0; i < 300; i++) want *= 3;
    wg_node three = wg_broadcast_to(INTS(g, 3), WG_SHAPE(300));
    wg_tensor y = wg_value(wg_prod(three));
    cr_expect(y.dtype == WG_I64 && *(const int64_t *)y.data == (int64_t)want);
    done(g);
}

/* 3 and 4 have the length 5; 2, 4, 4, 4, 5, 5, 7, 9 the deviation 2. */
Test(reduce_composed, lengths_and_deviations)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 3, -4), zero = VECTOR(g, 0, 0);
    EXPECT(wg_norm(x), WG_F64, WG_SCALAR, 5);
    EXPECT_CLOSE(slope(wg_norm(x), x), 0.6, -0.8);
    EXPECT(wg_norm(x, .p = 1), WG_F64, WG_SCALAR, 7);
    EXPECT_VECTOR(slope(wg_norm(x, .p = 1), x), 1, -1);
    EXPECT(wg_norm(x, .p = INFINITY), WG_F64, WG_SCALAR, 4);
    EXPECT_VECTOR(slope(wg_norm(x, .p = INFINITY), x), 0, -1);
    EXPECT_NEAR(wg_norm(VECTOR(g, 1, 2, -2), .p = 3), WG_F64, WG_SCALAR, cbrt(17));
    EXPECT_VECTOR(slope(wg_norm(zero), zero), 0, 0);
    EXPECT_VECTOR(slope(wg_norm(zero, .p = 3), zero), 0, 0);
    wg_node half = VECTOR(g, 0, 4, 9); /* (2 + 3)^2; by x: sqrt(25 / x), and 0 at 0 */
    EXPECT_NEAR(wg_norm(half, .p = 0.5), WG_F64, WG_SCALAR, 25);
    EXPECT_CLOSE(slope(wg_norm(half, .p = 0.5), half), 0, 2.5, 5 / 3.);
    wg_node v = VECTOR(g, 2, 4, 4, 4, 5, 5, 7, 9), same = VECTOR(g, 3, 3);
    EXPECT(wg_std(v), WG_F64, WG_SCALAR, 2);
    EXPECT_CLOSE(slope(wg_std(v), v), -3 / 16., -1 / 16., -1 / 16., -1 / 16., 0, 0, 2 / 16., 4 / 16.);
    EXPECT_VECTOR(slope(wg_std(same), same), 0, 0);
    done(g);
}

Test(reduce_composed, any_and_all)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(4, 2), 0, 0, 0, 3, -1, 2, NAN, 0);
    BOOLS(wg_any_of(x, .axes = WG_AXES(1)), 0, 1, 1, 1);
    BOOLS(wg_all_of(x, .axes = WG_AXES(1)), 0, 0, 1, 0);
    BOOLS(wg_any_of(INPUT(g, WG_SHAPE(2, 0), 0), .axes = WG_AXES(1)), 0, 0);
    BOOLS(wg_all_of(INPUT(g, WG_SHAPE(2, 0), 0), .axes = WG_AXES(1)), 1, 1);
    done(g);
}

Test(reduce_composed, logic)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = VECTOR(g, 0, 0, 2, NAN), b = VECTOR(g, 0, -1, 0, 5);
    BOOLS(wg_logical_and(a, b), 0, 0, 0, 1);
    BOOLS(wg_logical_or(a, b), 0, 1, 1, 1);
    BOOLS(wg_logical_xor(a, b), 0, 1, 1, 0);
    BOOLS(wg_logical_not(a), 1, 1, 0, 0);
    BOOLS(wg_logical_and(wg_greater(b, -2), wg_less(b, 1)), 1, 1, 1, 0);
    done(g);
}
