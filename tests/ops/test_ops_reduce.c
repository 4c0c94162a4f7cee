/* test_ops_reduce.c: values by hand for reductions, and the tree of sums of docs/inside/arithmetic.md,
 * written down a second time. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"
#include "wgnearest.h"

/* ---- reductions ---- */

Test(reduce, integers_are_exact)
{
    wg_graph *g = graph(WG_F32);
    wg_node x = INTS(g, INT_MAX, INT_MAX, 1), b = wg_greater(INTS(g, 1, 0, 3, 4), 0);
    EXPECT(wg_sum(x), WG_I64, WG_SCALAR, 2.0 * INT_MAX + 1);
    EXPECT(wg_sum(wg_reshape(x, WG_SHAPE(3, 1)), .axis = 1), WG_I64, WG_SHAPE(3), INT_MAX, INT_MAX, 1);
    EXPECT(wg_sum(b), WG_I64, WG_SCALAR, 3);
    EXPECT(wg_mean(b), WG_F32, WG_SCALAR, 0.75);
    EXPECT(wg_mean(INTS(g, 1, 2)), WG_F32, WG_SCALAR, 1.5);
    EXPECT(wg_max(x), WG_I32, WG_SCALAR, INT_MAX);
    wg_node big = wg_add(wg_mul(wg_cast(INTS(g, 1, 0), WG_I64), 0x1p53), 1);
    int64_t sum = ((const int64_t *)wg_value(wg_sum(big)).data)[0];
    cr_assert_eq(sum, (INT64_C(1) << 53) + 2, "summed in double it would be %lld",
                 (long long)(INT64_C(1) << 53));
    done(g);
}

Test(reduce, over_nothing)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = wg_reshape(wg_slice(VECTOR(g, 1), .axis = 0, .from = 1, .to = 1), WG_SHAPE(2, 0));
    EXPECT(wg_sum(x), WG_F64, WG_SCALAR, 0);
    EXPECT(wg_sum(x, .axis = 1), WG_F64, WG_SHAPE(2), 0, 0);
    EXPECT_EMPTY(wg_sum(x, .axis = 0), WG_F64, WG_SHAPE(0));
    EXPECT(wg_sum(wg_reshape(x, WG_SHAPE(0, 2)), .axis = 0), WG_F64, WG_SHAPE(2), 0, 0);
    EXPECT(wg_mean(x), WG_F64, WG_SCALAR, NAN);
    EXPECT_EMPTY(wg_max(x, .axis = 0), WG_F64, WG_SHAPE(0));
    WGT_REFUSED(wg_graph_context(g), SHAPE, "has no elements to choose from", wg_max(x));
    done(g);
}

/* f32 is added in double and rounded once: 2^24 + 1 + 1 is 2^24 + 2, where sums in f32 stay at 2^24. */
/* Of 1, 2, 3, 6 the squared deviations from 3 are 4, 1, 0, 9. */
Test(reduce, corrected_variances)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 3, 6), far = wg_mul(x, 1e200), same = VECTOR(g, 2, 2, 2);
    EXPECT_CLOSE(wg_stack(((wg_node[]){ wg_var(x), wg_var(x, .correction = 1), wg_var(x, .correction = 1.5),
                                        wg_var(x, .correction = -3), wg_std(x, .correction = 2) }),
                          5),
                 3.5, 14.0 / 3, 5.6, 2, sqrt(7));
    EXPECT_CLOSE(wg_reshape(wg_std(wg_reshape(x, WG_SHAPE(2, 2)), .axis = 1, .correction = 1), WG_SHAPE(2)),
                 sqrt(0.5), sqrt(4.5));
    EXPECT(wg_var(x, .correction = 4), WG_F64, WG_SCALAR, INFINITY);
    EXPECT(wg_std(x, .correction = 9), WG_F64, WG_SCALAR, INFINITY);
    EXPECT(wg_var(wg_slice(x, .axis = 0, .to = 1), .correction = 1), WG_F64, WG_SCALAR, NAN);
    EXPECT(wg_std(wg_slice(x, .axis = 0, .to = 1), .correction = 1), WG_F64, WG_SCALAR, NAN);
    EXPECT_NEAR(wg_std(far, .correction = 1), WG_F64, WG_SCALAR, sqrt(14.0 / 3) * 1e200);
    EXPECT_NEAR(wg_std(wg_mul(x, 1e-200), .correction = 1), WG_F64, WG_SCALAR, sqrt(14.0 / 3) * 1e-200);
    const double s = 3 * sqrt(14.0 / 3);
    const double slopes[] = { -2 / s, -1 / s, 0, 3 / s };
    wgt_expect_close(slope(wg_std(x, .correction = 1), x), slopes, 4, 1e-15);
    wgt_expect_close(slope(wg_std(far, .correction = 1), far), slopes, 4, 1e-15);
    wgt_expect_close(slope(wg_var(x, .correction = 1), x), (double[]){ -4.0 / 3, -2.0 / 3, 0, 2 }, 4, 1e-15);
    EXPECT_VECTOR(slope(wg_std(same, .correction = 1), same), 0, 0, 0);
    EXPECT_VECTOR(slope(wg_norm(wg_mul(same, 0)), same), 0, 0, 0);
    done(g);
}

Test(reduce, dtypes_of_sums_so_far)
{
    wg_graph *g = graph(WG_F32);
    EXPECT(wg_cumsum(wg_cast(VECTOR(g, 16777216, 1, 1), WG_F32), .axis = 0), WG_F32, WG_SHAPE(3), 16777216,
           16777216, 16777218);
    EXPECT(wg_cumsum(INTS(g, INT32_MAX, 1, -3), .axis = 0), WG_I64, WG_SHAPE(3), 2147483647.0, 2147483648.0,
           2147483645.0);
    EXPECT(wg_cumsum(wg_greater(INTS(g, 1, 0, 5), 0), .axis = 0), WG_I64, WG_SHAPE(3), 1, 1, 2);
    EXPECT_EMPTY(wg_cumsum(wg_fill(g, 1, WG_SHAPE(0, 3)), .axis = 0), WG_F32, WG_SHAPE(0, 3));
    EXPECT_EMPTY(wg_cumsum(wg_fill(g, 1, WG_SHAPE(3, 0)), .axis = 0), WG_F32, WG_SHAPE(3, 0));
    done(g);
}

/* ---- the tree of sums, written down once more ---- */

static double leaf_by_hand(const float *x, int64_t n)
{
    float lane[64];
    int64_t wide = n < 64 ? n : 64;
    for (int64_t i = 0; i < n; i++) lane[i % 64] = i < 64 ? x[i] : lane[i % 64] + x[i];
    for (int64_t half = 32; half; half /= 2)
        for (int64_t j = 0; j < half; j++)
            if (j + half < wide) lane[j] += lane[j + half];
    return (double)lane[0];
}

static double row_total(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i += 256) sum += leaf_by_hand(x + i, n - i < 256 ? n - i : 256);
    return sum;
}

static float row_by_hand(const float *x, int64_t n) { return (float)row_total(x, n); }

static double mean_by_hand(const float *x, int64_t n) { return (double)(float)(row_total(x, n) / (double)n); }

static float column_by_hand(const float *x, int64_t n, int64_t stride)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i += 32) {
        float block = x[i * stride];
        for (int64_t j = i + 1; j < n && j < i + 32; j++) block += x[j * stride];
        sum += (double)block;
    }
    return (float)sum;
}

static float *random_floats(int64_t n)
{
    wgt_random r = { 7 };
    float *v = malloc((size_t)n * sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = (float)wgt_uniform(&r, -1, 1);
    return v;
}

Test(reduce, tree_of_rows)
{
    static const int64_t sizes[] = { 1,  2,  3,  4,   5,   6,   8,   9,   16,  31,  32,  33,   7,   10,
                                     63, 64, 65, 100, 128, 255, 256, 257, 300, 511, 513, 1000, 5003 };
    float *v = random_floats(3 * 5003);
    wg_graph *g = graph(WG_F32);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int64_t n = sizes[s];
        wg_node x = wg_input(g, "x", wg_view_f32(v, WG_SHAPE(3, n))),
                row = wg_slice(x, .axis = 0, .from = 1, .to = 2);
        EXPECT(wg_sum(x, .axis = 1), WG_F32, WG_SHAPE(3), WGT_NEAREST(row_by_hand(v, n)),
               WGT_NEAREST(row_by_hand(v + n, n)), WGT_NEAREST(row_by_hand(v + 2 * n, n)));
        EXPECT(wg_sum(row), WG_F32, WG_SCALAR, WGT_NEAREST(row_by_hand(v + n, n)));
        wg_node f = wg_input(g, "f", wg_view_f32(v, WG_SHAPE(n)));
        EXPECT(wg_part(wg_layer_norm(x, f, f), 1), WG_F32, WG_SHAPE(3), WGT_NEAREST(mean_by_hand(v, n)),
               WGT_NEAREST(mean_by_hand(v + n, n)), WGT_NEAREST(mean_by_hand(v + 2 * n, n)));
    }
    free(v);
    done(g);
}

Test(reduce, tree_of_columns)
{
    static const int64_t sizes[][2] = { { 1, 3 },   { 70, 3 }, { 40, 7 },    { 33, 22 },  { 31, 64 },
                                        { 32, 65 }, { 33, 2 }, { 100, 130 }, { 1000, 10 } };
    float *v = random_floats(2 * 13000);
    wg_graph *g = graph(WG_F32);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int64_t n = sizes[s][0], m = sizes[s][1];
        wg_tensor y = wg_value(wg_sum(wg_input(g, "x", wg_view_f32(v, WG_SHAPE(2, n, m))), .axis = 1));
        for (int64_t i = 0; i < 2 * m; i++)
            cr_assert_eq(((const float *)y.data)[i],
                         (float)WGT_NEAREST(column_by_hand(v + i / m * n * m + i % m, n, m)),
                         "%lld rows, column %lld", (long long)n, (long long)i);
    }
    free(v);
    done(g);
}

/* ---- products ---- */

/* The product of (i + 1) / i for i = 1 to n is n + 1: over the last axis, the first axis, and all axes, for
 * sizes around those of leaves and blocks. */
Test(reduce, long_products)
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
        wg_copy_f64(wg_prod(rows, .axis = 1), v, 3);
        for (int j = 0; j < 3; j++) cr_expect_float_eq(v[j], want, 1e-13 * want, "row %d of %d", j, (int)n);
        wg_copy_f64(wg_prod(columns, .axis = 0), v, 70);
        for (int j = 0; j < 70; j++) cr_expect_float_eq(v[j], want, 1e-13 * want, "column %d", j);
        done(g);
    }
}

/* Integers wrap around: 3^300 modulo 2^64. */
Test(reduce, products_of_integers_wrap_around)
{
    wg_graph *g = graph(WG_F64);
    uint64_t want = 1;
    for (int i = 0; i < 300; i++) want *= 3;
    wg_node three = wg_broadcast_to(INTS(g, 3), WG_SHAPE(300));
    wg_tensor y = wg_value(wg_prod(three));
    cr_expect(y.dtype == WG_I64 && *(const int64_t *)y.data == (int64_t)want);
    done(g);
}
