/* test_ops_values.c: values by hand for the elementwise functions, comparisons, shapes, reductions and indices, and the
 * conventions at kinks, singular points and infinities. Expectations are closed forms and counting.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgtest.h"

static const double LN2 = 0.69314718055994530942, LN3 = 1.09861228866810969140, E = 2.71828182845904523536,
                    PI = 3.14159265358979323846;

/* ---- a graph of its own for each test, and what is expected of a node ---- */

static wg_graph *graph(wg_dtype t)
{
    wg_context *c = wgt_start(NULL, t, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_TRAIN);
    return g;
}

static void done(wg_graph *g) { wgt_finish(wg_graph_context(g), NULL); }

#define INPUT(g, s, ...) wg_input(g, "x", wg_view_f64((const double[]){ __VA_ARGS__ }, s))
#define VECTOR(g, ...) \
    INPUT(g, WG_SHAPE((int64_t)(sizeof((double[]){ __VA_ARGS__ }) / sizeof(double))), __VA_ARGS__)
#define INTS(g, ...)                                       \
    wg_input(g, "i",                                       \
             wg_view_i32((const int32_t[]){ __VA_ARGS__ }, \
                         WG_SHAPE((int64_t)(sizeof((int32_t[]){ __VA_ARGS__ }) / sizeof(int32_t)))))

static void expect(int line, wg_node y, wg_dtype t, wg_shape s, const double *want, size_t n,
                   double tolerance)
{
    wg_tensor v = wg_value(y);
    char a[80], b[80];
    cr_assert(v.data || !n, "line %d: %s", line, wg_message(wg_graph_context(wg_graph_of(y))));
    cr_assert_eq(v.dtype, t, "line %d: dtype %s, not %s", line, wg_dtype_name(v.dtype), wg_dtype_name(t));
    cr_assert(wg_shape_equal(v.shape, s), "line %d: shape %s, not %s", line,
              wg_shape_text(v.shape, a, sizeof a), wg_shape_text(s, b, sizeof b));
    cr_assert_eq((size_t)wg_shape_size(s), n, "line %d: %zu values wanted", line, n);
    for (size_t i = 0; i < n; i++) {
        double got = wg_tensor_item(&v, (int64_t)i);
        cr_assert(wgt_relative(got, want[i]) <= tolerance, "line %d: element %zu is %.17g, not %.17g", line,
                  i, got, want[i]);
    }
}
#define WANT(...)                 (const double[]){ __VA_ARGS__ }, sizeof((double[]){ __VA_ARGS__ }) / sizeof(double)
#define EXPECT(y, t, s, ...)      expect(__LINE__, y, t, s, WANT(__VA_ARGS__), 0)
#define EXPECT_NEAR(y, t, s, ...) expect(__LINE__, y, t, s, WANT(__VA_ARGS__), 4e-16)
#define EXPECT_VECTOR(y, ...) \
    EXPECT(y, WG_F64, WG_SHAPE((int64_t)(sizeof((double[]){ __VA_ARGS__ }) / sizeof(double))), __VA_ARGS__)
#define EXPECT_CLOSE(y, ...)                                                                        \
    EXPECT_NEAR(y, WG_F64, WG_SHAPE((int64_t)(sizeof((double[]){ __VA_ARGS__ }) / sizeof(double))), \
                __VA_ARGS__)
#define EXPECT_EMPTY(y, t, s) expect(__LINE__, y, t, s, NULL, 0, 0)

static wg_node slope(wg_node y, wg_node x) { return wg_grad(wg_sum(y), x); }

/* ---- functions of one operand ---- */

Test(unary, exponentials)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 0, 1, -INFINITY, INFINITY, NAN, LN3);
    EXPECT_CLOSE(wg_exp(x), 1, E, 0, INFINITY, NAN, 3);
    EXPECT_CLOSE(slope(wg_exp(x), x), 1, E, 0, INFINITY, NAN, 3);
    wg_node p = VECTOR(g, 1, E, 0, -1, INFINITY, 4);
    EXPECT_CLOSE(wg_log(p), 0, 1, -INFINITY, NAN, INFINITY, 2 * LN2);
    EXPECT_CLOSE(slope(wg_log(p), p), 1, 1 / E, INFINITY, -1, 0, 0.25);
    done(g);
}

Test(unary, roots_and_powers)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 9, 4, 0.25), zero = VECTOR(g, 0);
    EXPECT_VECTOR(wg_sqrt(x), 3, 2, 0.5);
    EXPECT_CLOSE(slope(wg_sqrt(x), x), 1.0 / 6, 0.25, 1);
    EXPECT_VECTOR(slope(wg_sqrt(zero), zero), INFINITY);
    EXPECT_VECTOR(wg_sqrt(VECTOR(g, -1)), NAN);
    wg_node y = VECTOR(g, -3, 0, 2);
    EXPECT_VECTOR(wg_square(y), 9, 0, 4);
    EXPECT_VECTOR(slope(wg_square(y), y), -6, 0, 4);
    done(g);
}

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

Test(unary, circle)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 0, PI / 6, PI / 2);
    wg_node s = wg_sin(x), c = wg_cos(x);
    EXPECT_CLOSE(s, 0, 0.49999999999999994, 1);
    EXPECT_CLOSE(wg_add(wg_square(s), wg_square(c)), 1, 1, 1);
    EXPECT_CLOSE(wg_sub(slope(s, x), c), 0, 0, 0);
    EXPECT_CLOSE(wg_add(slope(c, x), s), 0, 0, 0);
    done(g);
}

Test(unary, saturating_functions)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 0, LN2, -LN2, INFINITY, -INFINITY, NAN);
    EXPECT_CLOSE(wg_tanh(x), 0, 0.6, -0.6, 1, -1, NAN);
    EXPECT_CLOSE(slope(wg_tanh(x), x), 1, 0.64, 0.64, 0, 0, NAN);
    wg_node w = VECTOR(g, 0, sqrt(0.5), -sqrt(0.5), INFINITY, -INFINITY,
                       NAN); /* 68.3 % lie within a standard deviation */
    EXPECT_CLOSE(wg_erf(w), 0, 0.6826894921370859, -0.6826894921370859, 1, -1, NAN);
    EXPECT_CLOSE(slope(wg_erf(w), w), 2 / sqrt(PI), 2 / sqrt(PI * E), 2 / sqrt(PI * E), 0, 0, NAN);
    wg_node z = VECTOR(g, 0, LN3, -LN3, 800, -800, NAN);
    EXPECT_CLOSE(wg_sigmoid(z), 0.5, 0.75, 0.25, 1, 0, NAN);
    EXPECT_CLOSE(slope(wg_sigmoid(z), z), 0.25, 0.1875, 0.1875, 0, 0, NAN);
    EXPECT_CLOSE(wg_softplus(z), LN2, 2 * LN2, log(4.0 / 3), 800, 0, NAN);
    EXPECT_CLOSE(slope(wg_softplus(z), z), 0.5, 0.75, 0.25, 1, 0, NAN);
    done(g);
}

/* x / (1 + |x|), its derivatives 1 / (1 + |x|)^2 and -2 sign x / (1 + |x|)^3, the last 0 at 0. */
Test(unary, softsign)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 0, 1, -1, 3, -7, NAN);
    EXPECT_VECTOR(wg_softsign(x), 0, 0.5, -0.5, 0.75, -0.875, NAN);
    EXPECT_VECTOR(slope(wg_softsign(x), x), 1, 0.25, 0.25, 0.0625, 0.015625, NAN);
    wg_node y = VECTOR(g, 0, 1, -1, 3, -7);
    EXPECT_VECTOR(slope(slope(wg_softsign(y), y), y), 0, -0.25, 0.25, -0.03125, 2.0 / 512);
    EXPECT(wg_softsign(INTS(g, 3, -1)), WG_F64, WG_SHAPE(2), 0.75, -0.5);
    done(g);
}

Test(unary, kinks)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, -2, 0, -0.0, 3, NAN);
    EXPECT_VECTOR(wg_abs(x), 2, 0, 0, 3, NAN);
    EXPECT_VECTOR(slope(wg_abs(x), x), -1, 0, 0, 1, 0);
    EXPECT_VECTOR(wg_relu(x), 0, 0, 0, 3, NAN);
    EXPECT_VECTOR(slope(wg_relu(x), x), 0, 0, 0, 1, 0);
    wg_node y = VECTOR(g, -2, 0, 3);
    EXPECT_VECTOR(wg_leaky_relu(y), -0.02, 0, 3);
    EXPECT_VECTOR(slope(wg_leaky_relu(y), y), 0.01, 0.01, 1);
    EXPECT_VECTOR(wg_leaky_relu(y, .slope = 0.25), -0.5, 0, 3);
    EXPECT_VECTOR(slope(wg_leaky_relu(y, .slope = WG_ZERO), y), 0, 0, 1);
    done(g);
}

Test(unary, slope_is_an_operand)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, -2, 0, 3, -5), slopes = VECTOR(g, 0.5, 0.5, 0.5, 0.1);
    wg_node y = wg_apply(WG_HERE, wg_op_find("leaky"), (wg_node[]){ x, slopes }, 2, NULL);
    EXPECT_VECTOR(y, -1, 0, 3, -0.5);
    EXPECT_VECTOR(slope(y, slopes), -2, 0, 0, -5);
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

/* ---- comparisons, choice, casts ---- */

Test(compare, orders)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = VECTOR(g, 1, 2, 3, NAN, 0), b = VECTOR(g, 2, 2, 2, NAN, -0.0);
    EXPECT(wg_equal(a, b), WG_BOOL, WG_SHAPE(5), 0, 1, 0, 0, 1);
    EXPECT(wg_not_equal(a, b), WG_BOOL, WG_SHAPE(5), 1, 0, 1, 1, 0);
    EXPECT(wg_less(a, b), WG_BOOL, WG_SHAPE(5), 1, 0, 0, 0, 0);
    EXPECT(wg_less_equal(a, b), WG_BOOL, WG_SHAPE(5), 1, 1, 0, 0, 1);
    EXPECT(wg_greater(a, b), WG_BOOL, WG_SHAPE(5), 0, 0, 1, 0, 0);
    EXPECT(wg_greater_equal(a, b), WG_BOOL, WG_SHAPE(5), 0, 1, 1, 0, 1);
    wg_node p = wg_greater(a, 1), q = wg_less(a, 3);
    EXPECT(wg_equal(p, q), WG_BOOL, WG_SHAPE(5), 0, 1, 0, 1, 0);
    EXPECT(wg_less(p, q), WG_BOOL, WG_SHAPE(5), 1, 0, 0, 0, 1);
    EXPECT(wg_equal(INTS(g, 1, 2), 2.5), WG_BOOL, WG_SHAPE(2), 0, 0);
    done(g);
}

Test(compare, where_chooses_and_shares_the_gradient)
{
    wg_graph *g = graph(WG_F64);
    wg_node c = wg_greater(VECTOR(g, 1, -1, 1), 0), a = VECTOR(g, 10, 20, 30),
            b = INPUT(g, WG_SHAPE(2, 1), 5, NAN);
    wg_node y = wg_where(c, a, b);
    EXPECT(y, WG_F64, WG_SHAPE(2, 3), 10, 5, 30, 10, NAN, 30);
    EXPECT_VECTOR(slope(y, a), 2, 0, 2);
    EXPECT(slope(y, b), WG_F64, WG_SHAPE(2, 1), 1, 1);
    EXPECT(wg_where(c, 1, 0), WG_F64, WG_SHAPE(3), 1, 0, 1);
    EXPECT(wg_where(c, INTS(g, 1, 2, 3), 7), WG_I32, WG_SHAPE(3), 1, 7, 3);
    EXPECT(wg_where(c, c, wg_equal(a, 20)), WG_BOOL, WG_SHAPE(3), 1, 1, 1);
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

Test(compare, casts_carry_gradients_between_floats)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2), y = wg_cast(x, WG_F32);
    EXPECT_VECTOR(slope(wg_mul(y, wg_cast(VECTOR(g, 3, 5), WG_F32)), x), 3, 5);
    done(g);
}

/* ---- shapes ---- */

Test(shape, reshape_keeps_the_order)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_reshape(x, WG_SHAPE(3, -1)), WG_F64, WG_SHAPE(3, 2), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_expand(x, 1), WG_F64, WG_SHAPE(2, 1, 3), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_expand(x, -1), WG_F64, WG_SHAPE(2, 3, 1), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_squeeze(wg_expand(x, 0), 0), WG_F64, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    EXPECT_EMPTY(wg_reshape(wg_slice(x, .from = 2, .to = 2), WG_SHAPE(5, 0)), WG_F64, WG_SHAPE(5, 0));
    cr_assert_eq(wg_reshape(x, WG_SHAPE(2, 3)).index, x.index, "a reshape to the same shape is no node");
    done(g);
}

Test(shape, broadcast_and_back)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 1), 1, 2), y = wg_broadcast_to(x, WG_SHAPE(2, 2, 3));
    EXPECT(y, WG_F64, WG_SHAPE(2, 2, 3), 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2);
    EXPECT(slope(wg_square(y), x), WG_F64, WG_SHAPE(2, 1), 12, 24);
    EXPECT(wg_sum_to(y, WG_SHAPE(2, 1)), WG_F64, WG_SHAPE(2, 1), 6, 12);
    EXPECT(wg_sum_to(y, WG_SHAPE(3)), WG_F64, WG_SHAPE(3), 6, 6, 6);
    EXPECT(wg_sum_to(y, WG_SCALAR), WG_F64, WG_SCALAR, 18);
    EXPECT(wg_broadcast_to(wg_cast(x, WG_BOOL), WG_SHAPE(2, 2)), WG_BOOL, WG_SHAPE(2, 2), 1, 1, 1, 1);
    EXPECT(wg_sum_to(wg_slice(y, .from = 2, .to = 2), WG_SHAPE(1, 3)), WG_F64, WG_SHAPE(1, 3), 0, 0, 0);
    done(g);
}

Test(shape, transposes)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6), y = wg_transpose(x);
    EXPECT(y, WG_F64, WG_SHAPE(3, 2), 1, 4, 2, 5, 3, 6);
    cr_assert_eq(wg_transpose(y).index, x.index, "transposed twice");
    wg_node z = INPUT(g, WG_SHAPE(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    EXPECT(wg_transpose(z, .axes = WG_AXES(1, 2, 0)), WG_F64, WG_SHAPE(2, 2, 2), 1, 5, 2, 6, 3, 7, 4, 8);
    EXPECT(wg_transpose(z, .axes = WG_AXES(1, 0, 2)), WG_F64, WG_SHAPE(2, 2, 2), 1, 2, 5, 6, 3, 4, 7, 8);
    EXPECT(wg_transpose(wg_greater(x, 3)), WG_BOOL, WG_SHAPE(3, 2), 0, 1, 0, 1, 0, 1);
    EXPECT(slope(wg_mul(y, INPUT(g, WG_SHAPE(3, 2), 1, 2, 3, 4, 5, 6)), x), WG_F64, WG_SHAPE(2, 3), 1, 3, 5,
           2, 4, 6);
    done(g);
}

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

Test(shape, concat_and_slice)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = INPUT(g, WG_SHAPE(2, 2), 1, 2, 3, 4), b = INPUT(g, WG_SHAPE(2, 1), 5, 6), both[] = { a, b };
    wg_node y = wg_concat(both, 2, 1);
    EXPECT(y, WG_F64, WG_SHAPE(2, 3), 1, 2, 5, 3, 4, 6);
    EXPECT(slope(wg_mul(y, INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6)), b), WG_F64, WG_SHAPE(2, 1), 3, 6);
    EXPECT(wg_slice(y, .axis = 1, .from = 1), WG_F64, WG_SHAPE(2, 2), 2, 5, 4, 6);
    EXPECT(wg_slice(y, .from = -1), WG_F64, WG_SHAPE(1, 3), 3, 4, 6);
    EXPECT(wg_slice(y, .axis = -1, .to = -2), WG_F64, WG_SHAPE(2, 1), 1, 3);
    EXPECT_EMPTY(wg_slice(y, .axis = 1, .from = 1, .to = 1), WG_F64, WG_SHAPE(2, 0));
    EXPECT_EMPTY(wg_slice(y, .axis = 1, .from = 0, .to = -3), WG_F64, WG_SHAPE(2, 0));
    done(g);
}

Test(shape, gradients_of_slices)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 3, 4, 5);
    wg_node head = wg_slice(x, .to = 2), mid = wg_slice(x, .from = 2, .to = 3), tail = wg_slice(x, .from = 4);
    EXPECT_VECTOR(slope(wg_slice(x, .from = 1, .to = 3), x), 0, 1, 1, 0, 0);
    wg_node apart =
        wg_add(wg_sum(wg_square(head)), wg_add(wg_sum(wg_mul(mid, 7)), wg_sum(wg_mul(tail, tail))));
    EXPECT_VECTOR(wg_grad(apart, x), 2, 4, 7, 0, 10);
    wg_node overlapping = wg_add(wg_sum(wg_slice(x, .to = 3)), wg_sum(wg_mul(wg_slice(x, .from = 2), 10)));
    EXPECT_VECTOR(wg_grad(overlapping, x), 1, 1, 11, 10, 10);
    wg_node empty = wg_add(wg_sum(wg_slice(x, .from = 2, .to = 2)), wg_sum(head));
    EXPECT_VECTOR(wg_grad(empty, x), 1, 1, 0, 0, 0);
    wg_node first = wg_grad(apart, x);
    EXPECT_VECTOR(wg_grad(wg_sum(wg_mul(first, first)), x), 8, 16, 0, 0, 40);
    done(g);
}

Test(shape, stop_gradient_is_a_constant)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 2, -3);
    EXPECT_VECTOR(slope(wg_mul(x, wg_stop_gradient(x)), x), 2, -3);
    done(g);
}

/* ---- reductions ---- */

Test(reduce, sums)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_sum(x), WG_F64, WG_SCALAR, 21);
    EXPECT(wg_sum(x, .axes = WG_AXES(0)), WG_F64, WG_SHAPE(3), 5, 7, 9);
    EXPECT(wg_sum(x, .axes = WG_AXES(-1), .keepdims = true), WG_F64, WG_SHAPE(2, 1), 6, 15);
    EXPECT(wg_mean(x, .axes = WG_AXES(1)), WG_F64, WG_SHAPE(2), 2, 5);
    EXPECT(slope(wg_square(wg_sum(x, .axes = WG_AXES(0))), x), WG_F64, WG_SHAPE(2, 3), 10, 14, 18, 10, 14,
           18);
    wg_node y = wg_reshape(VECTOR(g, 1, 2, 3, 4, 5, 6, 7, 8), WG_SHAPE(2, 2, 2));
    EXPECT(wg_sum(y, .axes = WG_AXES(1)), WG_F64, WG_SHAPE(2, 2), 4, 6, 12, 14);
    EXPECT(wg_sum(y, .axes = WG_AXES(0, 2)), WG_F64, WG_SHAPE(2), 14, 22);
    EXPECT(wg_sum(y, .axes = WG_AXES(0, 2), .keepdims = true), WG_F64, WG_SHAPE(1, 2, 1), 14, 22);
    EXPECT(wg_max(y, .axes = WG_AXES(0, 2)), WG_F64, WG_SHAPE(2), 6, 8);
    EXPECT(wg_var(VECTOR(g, 1, 2, 3, 4)), WG_F64, WG_SCALAR, 1.25);
    EXPECT(wg_var(x, .axes = WG_AXES(0)), WG_F64, WG_SHAPE(3), 2.25, 2.25, 2.25);
    done(g);
}

Test(reduce, integers_are_exact)
{
    wg_graph *g = graph(WG_F32);
    wg_node x = INTS(g, INT_MAX, INT_MAX, 1), b = wg_greater(INTS(g, 1, 0, 3, 4), 0);
    EXPECT(wg_sum(x), WG_I64, WG_SCALAR, 2.0 * INT_MAX + 1);
    EXPECT(wg_sum(wg_reshape(x, WG_SHAPE(3, 1)), .axes = WG_AXES(1)), WG_I64, WG_SHAPE(3), INT_MAX, INT_MAX,
           1);
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
    wg_node x = wg_reshape(wg_slice(VECTOR(g, 1), .from = 1, .to = 1), WG_SHAPE(2, 0));
    EXPECT(wg_sum(x), WG_F64, WG_SCALAR, 0);
    EXPECT(wg_sum(x, .axes = WG_AXES(1)), WG_F64, WG_SHAPE(2), 0, 0);
    EXPECT_EMPTY(wg_sum(x, .axes = WG_AXES(0)), WG_F64, WG_SHAPE(0));
    EXPECT(wg_sum(wg_reshape(x, WG_SHAPE(0, 2)), .axes = WG_AXES(0)), WG_F64, WG_SHAPE(2), 0, 0);
    EXPECT(wg_mean(x), WG_F64, WG_SCALAR, NAN);
    EXPECT_EMPTY(wg_max(x, .axes = WG_AXES(0)), WG_F64, WG_SHAPE(0));
    wg_max(x);
    wgt_expect_error(wg_graph_context(g), WG_ERROR_SHAPE, "has no elements to choose from");
    done(g);
}

Test(reduce, sums_so_far)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 4, 8), m = INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 10, 20, 30);
    EXPECT_VECTOR(wg_cumsum(x), 1, 3, 7, 15);
    EXPECT_VECTOR(wg_cumsum(x, .exclusive = true), 0, 1, 3, 7);
    EXPECT_VECTOR(wg_cumsum(x, .reverse = true), 15, 14, 12, 8);
    EXPECT_VECTOR(wg_cumsum(x, .exclusive = true, .reverse = true), 14, 12, 8, 0);
    EXPECT(wg_cumsum(m), WG_F64, WG_SHAPE(2, 3), 1, 2, 3, 11, 22, 33);
    EXPECT(wg_cumsum(m, .axis = -1), WG_F64, WG_SHAPE(2, 3), 1, 3, 6, 10, 30, 60);
    EXPECT(wg_cumsum(m, .axis = 1, .reverse = true), WG_F64, WG_SHAPE(2, 3), 6, 5, 3, 60, 50, 30);
    EXPECT_VECTOR(wg_cumsum(VECTOR(g, 1, NAN, 2)), 1, NAN, NAN);
    done(g);
}

/* y[i] has x[j] for j <= i: the gradient of sum w y by x[j] is the sum of w[i] for i >= j. */
Test(reduce, gradients_of_sums_so_far)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 4, 8), w = VECTOR(g, 1, 10, 100, 1000);
    EXPECT_VECTOR(slope(wg_mul(w, wg_cumsum(x)), x), 1111, 1110, 1100, 1000);
    EXPECT_VECTOR(slope(wg_mul(w, wg_cumsum(x, .exclusive = true)), x), 1110, 1100, 1000, 0);
    EXPECT_VECTOR(slope(wg_mul(w, wg_cumsum(x, .reverse = true)), x), 1, 11, 111, 1111);
    EXPECT_VECTOR(slope(wg_mul(w, wg_cumsum(x, .exclusive = true, .reverse = true)), x), 0, 1, 11, 111);
    done(g);
}

/* f32 is added in double and rounded once: 2^24 + 1 + 1 is 2^24 + 2, where sums in f32 stay at 2^24. */
Test(reduce, dtypes_of_sums_so_far)
{
    wg_graph *g = graph(WG_F32);
    EXPECT(wg_cumsum(wg_cast(VECTOR(g, 16777216, 1, 1), WG_F32)), WG_F32, WG_SHAPE(3), 16777216, 16777216,
           16777218);
    EXPECT(wg_cumsum(INTS(g, INT32_MAX, 1, -3)), WG_I64, WG_SHAPE(3), 2147483647.0, 2147483648.0,
           2147483645.0);
    EXPECT(wg_cumsum(wg_greater(INTS(g, 1, 0, 5), 0)), WG_I64, WG_SHAPE(3), 1, 1, 2);
    EXPECT_EMPTY(wg_cumsum(wg_fill(g, 1, WG_SHAPE(0, 3))), WG_F32, WG_SHAPE(0, 3));
    EXPECT_EMPTY(wg_cumsum(wg_fill(g, 1, WG_SHAPE(3, 0))), WG_F32, WG_SHAPE(3, 0));
    done(g);
}

Test(reduce, largest)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(3, 3), 1, 5, 5, 7, 7, 2, -1, NAN, NAN);
    EXPECT(wg_max(x, .axes = WG_AXES(1)), WG_F64, WG_SHAPE(3), 5, 7, NAN);
    EXPECT(slope(wg_max(x, .axes = WG_AXES(1)), x), WG_F64, WG_SHAPE(3, 3), 0, 1, 0, 1, 0, 0, 0, 1, 0);
    EXPECT(wg_argmax(x), WG_I64, WG_SHAPE(3), 1, 0, 1);
    EXPECT(wg_argmax(x, .axis = WG_AXES(0), .keepdims = true), WG_I64, WG_SHAPE(1, 3), 1, 2, 2);
    EXPECT(wg_max(VECTOR(g, -INFINITY, -INFINITY)), WG_F64, WG_SCALAR, -INFINITY);
    wg_node y = wg_reshape(VECTOR(g, 1, 9, 2, 3, 9, 4, 5, 8), WG_SHAPE(2, 2, 2));
    EXPECT(slope(wg_max(y, .axes = WG_AXES(0, 2)), y), WG_F64, WG_SHAPE(2, 2, 2), 0, 1, 0, 0, 0, 0, 0, 1);
    EXPECT(slope(wg_max(y), y), WG_F64, WG_SHAPE(2, 2, 2), 0, 1, 0, 0, 0, 0, 0, 0);
    done(g);
}

Test(reduce, logsumexp_at_infinities)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(5, 2), 0, 0, 1000, 1000, -INFINITY, -INFINITY, INFINITY, 1, NAN, 0);
    EXPECT_NEAR(wg_logsumexp(x, .axes = WG_AXES(1)), WG_F64, WG_SHAPE(5), LN2, 1000 + LN2, -INFINITY,
                INFINITY, NAN);
    wg_node y = INPUT(g, WG_SHAPE(3, 2), 0, LN3, -INFINITY, 1000, -INFINITY, -INFINITY);
    EXPECT_NEAR(slope(wg_logsumexp(y, .axes = WG_AXES(1), .keepdims = true), y), WG_F64, WG_SHAPE(3, 2), 0.25,
                0.75, 0, 1, 0, 0);
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
    static const int64_t sizes[] = { 1,   2,   7,   10,  63,  64,  65,   100, 128,
                                     255, 256, 257, 300, 511, 513, 1000, 5003 };
    float *v = random_floats(3 * 5003);
    wg_graph *g = graph(WG_F32);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int64_t n = sizes[s];
        wg_node x = wg_input(g, "x", wg_view_f32(v, WG_SHAPE(3, n))), row = wg_slice(x, .from = 1, .to = 2);
        EXPECT(wg_sum(x, .axes = WG_AXES(1)), WG_F32, WG_SHAPE(3), (double)row_by_hand(v, n),
               (double)row_by_hand(v + n, n), (double)row_by_hand(v + 2 * n, n));
        EXPECT(wg_sum(row), WG_F32, WG_SCALAR, (double)row_by_hand(v + n, n));
        wg_node f = wg_input(g, "f", wg_view_f32(v, WG_SHAPE(n)));
        EXPECT(wg_part(wg_layer_norm(x, f, f), 1), WG_F32, WG_SHAPE(3), mean_by_hand(v, n),
               mean_by_hand(v + n, n), mean_by_hand(v + 2 * n, n));
    }
    free(v);
    done(g);
}

Test(reduce, tree_of_columns)
{
    static const int64_t sizes[][2] = { { 1, 3 },  { 31, 64 },   { 32, 65 },
                                        { 33, 2 }, { 100, 130 }, { 1000, 10 } };
    float *v = random_floats(2 * 13000);
    wg_graph *g = graph(WG_F32);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int64_t n = sizes[s][0], m = sizes[s][1];
        wg_tensor y =
            wg_value(wg_sum(wg_input(g, "x", wg_view_f32(v, WG_SHAPE(2, n, m))), .axes = WG_AXES(1)));
        for (int64_t i = 0; i < 2 * m; i++)
            cr_assert_eq(((const float *)y.data)[i], column_by_hand(v + i / m * n * m + i % m, n, m),
                         "%lld rows, column %lld", (long long)n, (long long)i);
    }
    free(v);
    done(g);
}

/* ---- indices ---- */

Test(gather, rows_and_their_gradient)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(3, 2), 1, 2, 3, 4, 5, 6), rows = INTS(g, 2, 0, 2, 2);
    wg_node y = wg_gather(x, rows);
    EXPECT(y, WG_F64, WG_SHAPE(4, 2), 5, 6, 1, 2, 5, 6, 5, 6);
    EXPECT(slope(y, x), WG_F64, WG_SHAPE(3, 2), 1, 1, 0, 0, 3, 3);
    EXPECT(wg_gather(x, wg_reshape(rows, WG_SHAPE(2, 2))), WG_F64, WG_SHAPE(2, 2, 2), 5, 6, 1, 2, 5, 6, 5, 6);
    EXPECT(wg_gather(x, VECTOR(g, 1)), WG_F64, WG_SHAPE(1, 2), 3, 4);
    EXPECT(wg_gather(VECTOR(g, 7, 8), wg_reshape(INTS(g, 1), WG_SCALAR)), WG_F64, WG_SCALAR, 8);
    done(g);
}

Test(gather, mistakes_name_the_lowest_index)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = INPUT(g, WG_SHAPE(3, 1), 1, 2, 3);
    wg_value(wg_gather(x, INTS(g, 0, 3, -1)));
    wgt_expect_error(c, WG_ERROR_VALUE, "number out of range: 3 at index 1, must be from 0 to 2");
    wg_value(wg_gather(x, INTS(g, 0, -1)));
    wgt_expect_error(c, WG_ERROR_VALUE, "number out of range: -1 at index 1, must be from 0 to 2");
    wg_value(wg_gather(x, VECTOR(g, 0, 1, 1.5)));
    wgt_expect_error(c, WG_ERROR_VALUE, "not a whole number, at index 2");
    wg_value(wg_gather(x, VECTOR(g, NAN)));
    wgt_expect_error(c, WG_ERROR_VALUE, "not a whole number, at index 0");
    wg_value(wg_one_hot(INTS(g, 0, 4, 9), 4));
    wgt_expect_error(c, WG_ERROR_VALUE, "number out of range: 4 at index 1, must be from 0 to 3");
    done(g);
}

Test(gather, one_hot_rows)
{
    wg_graph *g = graph(WG_F32);
    EXPECT(wg_one_hot(INTS(g, 1, 0, 2), 3), WG_F32, WG_SHAPE(3, 3), 0, 1, 0, 1, 0, 0, 0, 0, 1);
    EXPECT(wg_one_hot(VECTOR(g, 1), 2), WG_F32, WG_SHAPE(1, 2), 0, 1);
    done(g);
}
