/* test_ops_values.c: what the formulas of ops do not say, and tests/ops/test_formula_values.c does not
 * compare: integers, casts, places of elements, groups, what is refused. Expectations are closed forms and
 * counting. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

/* To the bit: each is one operation of IEEE arithmetic. */
Test(unary, frequent_powers)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 3, -3, 0.1, -0.0, INFINITY, -INFINITY, NAN, 1e-200);
    EXPECT_VECTOR(wg_pow(x, 2), 9, 9, 0.1 * 0.1, 0, INFINITY, INFINITY, NAN, 0);
    EXPECT_VECTOR(wg_pow(x, 1), 3, -3, 0.1, -0.0, INFINITY, -INFINITY, NAN, 1e-200);
    EXPECT_VECTOR(wg_pow(x, -1), 1.0 / 3, -1.0 / 3, 1 / 0.1, -INFINITY, 0, -0.0, NAN, 1e200);
    EXPECT_VECTOR(wg_pow(x, VECTOR(g, 2, 1, -1, 0, 3, 3, 0, 2)), 9, -3, 10, 1, INFINITY, -INFINITY, 1, 0);
    EXPECT_VECTOR(slope(wg_pow(x, 2), x), 6, -6, 0.2, -0.0, INFINITY, -INFINITY, NAN, 2e-200);
    done(g);
}

Test(unary, integers)
{
    wg_graph *g = graph(WG_F32);
    wg_node x = INTS(g, -2, 0, 3);
    EXPECT(wg_relu(x), WG_I32, WG_SHAPE(3), 0, 0, 3);
    EXPECT(wg_abs(x), WG_I32, WG_SHAPE(3), 2, 0, 3);
    EXPECT(wg_square(x), WG_I32, WG_SHAPE(3), 4, 0, 9);
    EXPECT(wg_square(wg_greater(x, 0)), WG_I64, WG_SHAPE(3), 0, 0, 1);
    EXPECT(wg_sqrt(wg_square(x)), WG_F32, WG_SHAPE(3), 2, 0, 3);
    EXPECT(wg_exp(wg_cast(wg_mul(x, 0), WG_I64)), WG_F32, WG_SHAPE(3), 1, 1, 1);
    done(g);
}

Test(unary, limits_of_clip_may_be_equal_but_not_cross)
{
    wg_graph *g = graph(WG_F64);
    EXPECT_VECTOR(wg_clip(VECTOR(g, -3, 1, 2), 1, 1), 1, 1, 1);
    WGT_REFUSED(wg_graph_context(g), VALUE, "low 2 is above high 1", wg_clip(VECTOR(g, 0), 2, 1));
    done(g);
}

/* ---- comparisons, casts ---- */

/* A number as the condition, as an array of it: all but 0 are true. */
Test(compare, where_of_a_number)
{
    wg_graph *g = graph(WG_F64);
    static const double conditions[] = { -1, -1e-300, 0, -0.0, 0.5, 2, NAN };
    const wg_node a = VECTOR(g, 1, 2), b = VECTOR(g, 3, 4);
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        const double c = conditions[i];
        EXPECT_VECTOR(wg_where(c, a, b), c != 0 ? 1 : 3, c != 0 ? 2 : 4);
        EXPECT_VECTOR(wg_where(wg_cast(wg_scalar(g, c), WG_BOOL), a, b), c != 0 ? 1 : 3, c != 0 ? 2 : 4);
    }
    done(g);
}

Test(compare, bools_and_integers)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = VECTOR(g, 1, 2, 3, NAN, 0), p = wg_greater(a, 1), q = wg_less(a, 3);
    EXPECT(wg_equal(p, q), WG_BOOL, WG_SHAPE(5), 0, 1, 0, 1, 0);
    EXPECT(wg_less(p, q), WG_BOOL, WG_SHAPE(5), 1, 0, 0, 0, 1);
    EXPECT(wg_equal(INTS(g, 1, 2), 2.5), WG_BOOL, WG_SHAPE(2), 0, 0);
    EXPECT(wg_tril(wg_not_equal(INPUT(g, WG_SHAPE(2, 2), 1, 1, 1, 1), 0)), WG_BOOL, WG_SHAPE(2, 2), 1, 0, 1,
           1);
    EXPECT(wg_triu(wg_not_equal(INPUT(g, WG_SHAPE(2, 2), 1, 1, 1, 1), 0)), WG_BOOL, WG_SHAPE(2, 2), 1, 1, 0,
           1);
    EXPECT(wg_logical_and(VECTOR(g, -1, NAN, 0), 1), WG_BOOL, WG_SHAPE(3), 1, 1, 0);
    EXPECT(wg_logical_not(VECTOR(g, -1, NAN, 0)), WG_BOOL, WG_SHAPE(3), 0, 0, 1);
    done(g);
}

/* NaN is far from every number, also where a number follows. */
Test(compare, nan_has_not_settled)
{
    wg_graph *g = graph(WG_F64);
    for (int k = 0; k < 2; k++) {
        wg_node y = wg_settled(VECTOR(g, k ? 1 : NAN, k ? NAN : 1), VECTOR(g, 1, 1));
        WGT_REFUSED(wg_graph_context(g), VALUE, k ? "at index 1" : "at index 0", wg_value(y));
    }
    done(g);
}

Test(compare, casts_saturate)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 2.9, -2.9, 1e10, -1e10, NAN, INFINITY, -INFINITY, 0x1p31 - 0.5);
    EXPECT(wg_cast(x, WG_I32), WG_I32, WG_SHAPE(8), 2, -2, INT_MAX, INT_MIN, 0, INT_MAX, INT_MIN, INT_MAX);
    EXPECT(wg_cast(x, WG_I64), WG_I64, WG_SHAPE(8), 2, -2, 1e10, -1e10, 0, 0x1p63, -0x1p63, 0x1p31 - 1);
    EXPECT(wg_cast(x, WG_BOOL), WG_BOOL, WG_SHAPE(8), 1, 1, 1, 1, 1, 1, 1, 1);
    EXPECT(wg_cast(wg_cast(x, WG_F32), WG_I32), WG_I32, WG_SHAPE(8), 2, -2, INT_MAX, INT_MIN, 0, INT_MAX,
           INT_MIN, INT_MAX);
    wg_node wide = wg_cast(VECTOR(g, 0x1p40, -0x1p40, 7, 0), WG_I64);
    EXPECT(wg_cast(wide, WG_I32), WG_I32, WG_SHAPE(4), INT_MAX, INT_MIN, 7, 0);
    EXPECT(wg_cast(wide, WG_F32), WG_F32, WG_SHAPE(4), 0x1p40, -0x1p40, 7, 0);
    EXPECT(wg_cast(wide, WG_BOOL), WG_BOOL, WG_SHAPE(4), 1, 1, 1, 0);
    EXPECT(wg_cast(wg_cast(wide, WG_BOOL), WG_I64), WG_I64, WG_SHAPE(4), 1, 1, 1, 0);
    EXPECT(wg_cast(VECTOR(g, 0.1), WG_F32), WG_F32, WG_SHAPE(1), (double)0.1f);
    done(g);
}

/* ---- shapes ---- */

/* Every permutation of four axes, against indexing; sizes on both sides of a tile. */
Test(shape, transposes_of_four_axes)
{
    static const int64_t dim[4] = { 3, 33, 2, 35 };
    enum { N = 3 * 33 * 2 * 35 };
    wg_graph *g = graph(WG_F64);
    double *v = malloc(N * sizeof *v);
    for (int i = 0; i < N; i++) v[i] = i;
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(3, 33, 2, 35)));
    for (int p = 0; p < 256; p++) {
        int a[4] = { p & 3, p >> 2 & 3, p >> 4 & 3, p >> 6 };
        if ((1 << a[0] | 1 << a[1] | 1 << a[2] | 1 << a[3]) != 15) continue;
        wg_tensor t = wg_value(wg_transpose(x, .axes = WG_AXES(a[0], a[1], a[2], a[3])));
        int64_t stride[4] = { 33 * 2 * 35, 2 * 35, 35, 1 }, at = 0;
        for (int64_t i = 0; i < dim[a[0]]; i++)
            for (int64_t j = 0; j < dim[a[1]]; j++)
                for (int64_t k = 0; k < dim[a[2]]; k++)
                    for (int64_t l = 0; l < dim[a[3]]; l++, at++) {
                        double want = (double)(i * stride[a[0]] + j * stride[a[1]] + k * stride[a[2]] +
                                               l * stride[a[3]]);
                        cr_assert_eq(((const double *)t.data)[at], want, "permutation %d, element %lld", p,
                                     (long long)at);
                    }
    }
    free(v);
    done(g);
}

/* ---- places of elements ---- */

Test(arrange, split)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = wgt_counted(g, WG_SHAPE(2, 6)), y[4];
    cr_assert(wg_split(x, y, .parts = 3, .axis = -1));
    EXPECT(y[1], WG_F64, WG_SHAPE(2, 2), 2, 3, 8, 9);
    cr_assert(!wg_split(wg_none, y, .parts = 3, .axis = 1) && wg_is_none(y[0]));
    cr_assert(!wg_split(x, y, .parts = 3, .axis = 2) && wg_is_none(y[0]));
    wgt_expect_error(c, WG_ERROR_SHAPE, "no axis 2 in");
    cr_assert(!wg_split(x, y, .parts = 4, .axis = 1) && wg_is_none(y[2]));
    wgt_expect_error(c, WG_ERROR_SHAPE, "axis 1 of x [2,6] has no 4 equal parts");
    done(g);
}

/* The diagonal of a node that a reshape has made: the way from it to that node goes on. */
Test(arrange, the_diagonal_of_a_part)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wgt_counted(g, WG_SHAPE(2, 3, 3)), m = wg_select(x, .axis = 0, .index = 1);
    cr_expect_eq(wg_item(wg_sum(wg_grad(wg_sum(wg_diagonal(m)), m))), 3);
    cr_expect_eq(wg_item(wg_sum(wg_grad(wg_sum(wg_diagonal(m)), x))), 3);
    double *rows = wgt_values(wg_vmap(wg_diagonal(m), m, x));
    static const double expected[] = { 0, 4, 8, 9, 13, 17 };
    cr_expect_arr_eq(rows, expected, sizeof expected);
    free(rows);
    wgt_finish(c, NULL);
}

static wg_node row(wg_graph *g, const double *v, int64_t n)
{
    return wg_input(g, "x", wg_view_f64(v, WG_SHAPE(1, n, 1)));
}
#define ROW(g, ...)        row(g, (const double[]){ __VA_ARGS__ }, (int64_t)COUNT_(__VA_ARGS__))
#define EXPECT_ROW(y, ...) EXPECT(y, WG_F64, WG_SHAPE(1, (int64_t)COUNT_(__VA_ARGS__), 1), __VA_ARGS__)

/* The first of equals is chosen, in the order of memory; NaN is the largest. */
Test(pool, ties_and_nan)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = ROW(g, 2, 2, 1, 3, 3, 3), y = wg_max_pool(x, .size = WG_SHAPE(2));
    EXPECT_ROW(y, 2, 3, 3);
    EXPECT_ROW(wgt_weighted(y, x), 1, 0, 0, 2, 3, 0);
    y = wg_max_pool(x, .size = WG_SHAPE(3), .stride = WG_SHAPE(1));
    EXPECT_ROW(wgt_weighted(y, x), 1, 0, 0, 2 + 3 + 4, 0, 0);
    wg_node square = INPUT(g, WG_SHAPE(1, 2, 2, 1), 0, 7, 7, 7);
    EXPECT(wgt_weighted(wg_max_pool(square, .size = WG_SHAPE(2)), square), WG_F64, WG_SHAPE(1, 2, 2, 1), 0, 1,
           0, 0);
    wg_node n = ROW(g, 1, NAN, 5, NAN, 2, 3), z = wg_max_pool(n, .size = WG_SHAPE(3));
    EXPECT_ROW(wgt_weighted(z, n), 0, 1, 0, 2, 0, 0);
    EXPECT_ROW(wg_cast(wg_not_equal(z, z), WG_F64), 1, 1);
    done(g);
}

/* ---- norms over groups ---- */

static wg_node normal(wg_node x, wg_axes over, double eps)
{
    wg_node mean = wg_mean(x, .axes = over, .keepdims = true),
            var = wg_var(x, .axes = over, .keepdims = true);
    return wg_div(wg_sub(x, mean), wg_sqrt(wg_add(var, eps)));
}
static void expect_close(wg_node y, wg_node want)
{
    cr_assert(wg_item(wg_max(wg_abs(wg_sub(y, want)))) < 1e-14, "%s",
              wg_message(wg_graph_context(wg_graph_of(y))));
}

Test(norms, of_groups)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_params *p = wg_params_new(c);
    wg_node x = wg_any(g, WG_SHAPE(3, 4, 6)), v = wg_any(g, WG_SHAPE(6)), u = wg_any(g, WG_SHAPE(4, 1));
    wg_node thirds = wg_reshape(x, WG_SHAPE(3, 4, 3, 2)), halves = wg_reshape(x, WG_SHAPE(3, 2, 2, 6));
    thirds = wg_reshape(normal(thirds, WG_AXES(1, 3), 1e-5), WG_SHAPE(3, 4, 6));
    halves = wg_reshape(normal(halves, WG_AXES(2, 3), 0.5), WG_SHAPE(3, 4, 6));
    expect_close(wg_group_norm(x, v, v, 3), wg_add(wg_mul(thirds, v), v));
    expect_close(wg_group_norm(x, wg_none, wg_none, 1), normal(x, WG_AXES(1, 2), 1e-5));
    wg_node flat = wg_reshape(u, WG_SHAPE(4));
    expect_close(wg_group_norm(x, flat, flat, 2, .axis = 1, .eps = 0.5), wg_add(wg_mul(halves, u), u));
    expect_close(wg_instance_norm(x, v, v), wg_add(wg_mul(normal(x, WG_AXES(1), 1e-5), v), v));
    expect_close(wg_batch_norm(x, flat, flat, .axis = 1),
                 wg_add(wg_mul(normal(x, WG_AXES(0, 2), 1e-5), u), u));
    expect_close(wg_nn_group_norm(x, p, "b", 3), thirds);
    cr_assert_eq(wg_params_size(p), 2 * 6);
    wg_nn_group_norm(x, p, "d", 3, .axis = 0);
    wgt_expect_error(c, WG_ERROR_SHAPE, "\"d\": axis 0 of x [");
    WGT_REFUSED(c, USE, "layer \"b\"", wg_nn_group_norm(x, p, "b", 3));
    done(g);
}
