/* test_pool.c: pooling by counting: windows, padding, ties, NaN, means, adaptive windows; and where
 * gradients go. */
#include <math.h>

#include "wgnode.h"

/* 0, 1, 2, ... as one image of one channel. */
static wg_node counted(wg_graph *g, wg_shape s)
{
    double v[128];
    for (int i = 0; i < 128; i++) v[i] = i;
    return wg_input(g, "x", wg_view_f64(v, s));
}
static wg_node row(wg_graph *g, const double *v, int64_t n)
{
    return wg_input(g, "x", wg_view_f64(v, WG_SHAPE(1, n, 1)));
}
#define ROW(g, ...)        row(g, (const double[]){ __VA_ARGS__ }, (int64_t)COUNT_(__VA_ARGS__))
#define EXPECT_ROW(y, ...) EXPECT(y, WG_F64, WG_SHAPE(1, (int64_t)COUNT_(__VA_ARGS__), 1), __VA_ARGS__)

/* The gradient of the sum of y times 1, 2, 3, ... */
static wg_node weighted(wg_node y, wg_node x)
{
    return wg_grad(wg_sum(wg_mul(y, wg_add(counted(wg_graph_of(y), wg_node_shape(y)), 1))), x);
}

Test(pool, largest_of_windows)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = counted(g, WG_SHAPE(1, 4, 6, 1));
    EXPECT(wg_max_pool(x, .size = WG_SHAPE(2)), WG_F64, WG_SHAPE(1, 2, 3, 1), 7, 9, 11, 19, 21, 23);
    EXPECT(wg_max_pool(x, .size = WG_SHAPE(3, 2), .stride = WG_SHAPE(1, 3)), WG_F64, WG_SHAPE(1, 2, 2, 1), 13,
           16, 19, 22);
    EXPECT(wg_max_pool(x, .size = WG_SHAPE(3), .stride = WG_SHAPE(2), .padding = WG_SHAPE(1)), WG_F64,
           WG_SHAPE(1, 2, 3, 1), 7, 9, 11, 19, 21, 23);
    EXPECT(wg_max_pool(x, .size = WG_SHAPE(3), .stride = WG_SHAPE(2), .same = true), WG_F64,
           WG_SHAPE(1, 2, 3, 1), 14, 16, 17, 20, 22, 23);
    EXPECT(wg_max_pool(counted(g, WG_SHAPE(1, 2, 3, 2)), .size = WG_SHAPE(2), .stride = WG_SHAPE(1)), WG_F64,
           WG_SHAPE(1, 1, 2, 2), 8, 9, 10, 11);
    EXPECT(wg_max_pool(counted(g, WG_SHAPE(1, 2, 2, 2, 1)), .size = WG_SHAPE(2)), WG_F64,
           WG_SHAPE(1, 1, 1, 1, 1), 7);
    EXPECT_ROW(wg_max_pool(ROW(g, -3, -2, -5, -4), .size = WG_SHAPE(3), .padding = WG_SHAPE(1),
                           .stride = WG_SHAPE(1)),
               -2, -2, -2, -4); /* what is beside x is no zero */
    done(g);
}

/* The first of equals is chosen, in the order of memory; NaN is the largest. */
Test(pool, ties_and_nan)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = ROW(g, 2, 2, 1, 3, 3, 3), y = wg_max_pool(x, .size = WG_SHAPE(2));
    EXPECT_ROW(y, 2, 3, 3);
    EXPECT_ROW(weighted(y, x), 1, 0, 0, 2, 3, 0);
    y = wg_max_pool(x, .size = WG_SHAPE(3), .stride = WG_SHAPE(1));
    EXPECT_ROW(weighted(y, x), 1, 0, 0, 2 + 3 + 4, 0, 0);
    wg_node square = INPUT(g, WG_SHAPE(1, 2, 2, 1), 0, 7, 7, 7);
    EXPECT(weighted(wg_max_pool(square, .size = WG_SHAPE(2)), square), WG_F64, WG_SHAPE(1, 2, 2, 1), 0, 1, 0,
           0);
    wg_node n = ROW(g, 1, NAN, 5, NAN, 2, 3), z = wg_max_pool(n, .size = WG_SHAPE(3));
    EXPECT_ROW(weighted(z, n), 0, 1, 0, 2, 0, 0);
    EXPECT_ROW(wg_cast(wg_not_equal(z, z), WG_F64), 1, 1);
    done(g);
}

/* The second derivative of the sum of y^3 is 6 y at the places of the largest elements. */
Test(pool, second_derivative)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = ROW(g, 1, 2, 5, 4), y = wg_max_pool(x, .size = WG_SHAPE(2));
    wg_node d = wg_grad(wg_sum(wg_mul(y, wg_square(y))), x);
    EXPECT_ROW(d, 0, 12, 75, 0);
    EXPECT_ROW(wg_grad(wg_sum(d), x), 0, 12, 30, 0);
    done(g);
}

Test(pool, means)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = counted(g, WG_SHAPE(1, 4, 4, 1)), r = ROW(g, 3, 6, 9, 12);
    EXPECT(wg_avg_pool(x, .size = WG_SHAPE(2)), WG_F64, WG_SHAPE(1, 2, 2, 1), 2.5, 4.5, 10.5, 12.5);
    EXPECT(weighted(wg_avg_pool(x, .size = WG_SHAPE(2, 4)), x), WG_F64, WG_SHAPE(1, 4, 4, 1), 0.125, 0.125,
           0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25);
    EXPECT_ROW(wg_avg_pool(r, .size = WG_SHAPE(2), .stride = WG_SHAPE(1), .padding = WG_SHAPE(1)), 1.5, 4.5,
               7.5, 10.5, 6);
    EXPECT_ROW(wg_avg_pool(r, .size = WG_SHAPE(2), .stride = WG_SHAPE(1), .padding = WG_SHAPE(1),
                           .skip_padding = true),
               3, 4.5, 7.5, 10.5, 12);
    EXPECT(wg_avg_pool(counted(g, WG_SHAPE(1, 2, 2, 2)), .size = WG_SHAPE(2)), WG_F64, WG_SHAPE(1, 1, 1, 2),
           3, 4);
    done(g);
}

/* 5 elements in 3 windows: 0 and 1, 1 to 3, 3 and 4. */
Test(pool, adaptive)
{
    wg_graph *g = graph(WG_F64);
    wg_node r = ROW(g, 4, 2, 6, 8, 1), x = counted(g, WG_SHAPE(1, 4, 6, 1));
    EXPECT_ROW(wg_adaptive_pool(r, .size = WG_SHAPE(3)), 4, 8, 8);
    EXPECT_ROW(weighted(wg_adaptive_pool(r, .size = WG_SHAPE(3)), r), 1, 0, 0, 5, 0);
    EXPECT_ROW(wg_adaptive_pool(ROW(g, 4, 2, 6, 8, 2), .by = WG_POOL_MEAN, .size = WG_SHAPE(2)), 4, 16.0 / 3);
    EXPECT_ROW(wg_adaptive_pool(ROW(g, 1, 2), .size = WG_SHAPE(4)), 1, 1, 2, 2);
    EXPECT(wg_adaptive_pool(x, .size = WG_SHAPE(2, 3)), WG_F64, WG_SHAPE(1, 2, 3, 1), 7, 9, 11, 19, 21, 23);
    EXPECT(wg_adaptive_pool(x, .by = WG_POOL_MEAN, .size = WG_SHAPE(1)), WG_F64, WG_SHAPE(1, 1, 1, 1), 11.5);
    wg_node same = INPUT(g, WG_SHAPE(1, 2, 2, 1), 0, 7, 7, 7);
    EXPECT(weighted(wg_adaptive_pool(same, .size = WG_SHAPE(1)), same), WG_F64, WG_SHAPE(1, 2, 2, 1), 0, 1, 0,
           0);
    done(g);
}
