/* test_ops_values.c: values by hand for the elementwise functions, comparisons, choices and casts, and the
 * conventions at kinks, singular points and infinities. Expectations are closed forms and counting. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

static const double LN2 = 0.69314718055994530942, LN3 = 1.09861228866810969140, E = 2.71828182845904523536,
                    PI = 3.14159265358979323846;

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
