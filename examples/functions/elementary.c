/* elementary.c: elementary functions. These functions work on each element, with angles in radians.
 * wg_round takes halves to the even number: 0.5 becomes 0 and 1.5 becomes 2. */
#include <math.h>
#include <wengert/wengert.h>

static double largest;

static void row(const char *name, wg_node y, double formula)
{
    const double value = wg_item(y);
    largest = fmax(largest, fabs(value - formula));
    printf("%-12s %9.6f %9.6f\n", name, value, formula);
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_scalar(g, 0.5);
    printf("at x = 0.5       value   formula\n");
    row("reciprocal", wg_reciprocal(x), 1 / 0.5);
    row("log1p", wg_log1p(x), log(1.5));
    row("expm1", wg_expm1(x), exp(0.5) - 1);
    row("tan", wg_tan(x), sin(0.5) / cos(0.5));
    row("asin", wg_asin(x), acos(-1) / 6);
    row("acos", wg_acos(x), acos(-1) / 3);
    row("atan", wg_atan(x), atan(0.5));
    row("sinh", wg_sinh(x), (exp(0.5) - exp(-0.5)) / 2);
    row("cosh", wg_cosh(x), (exp(0.5) + exp(-0.5)) / 2);
    row("asinh", wg_asinh(x), log(0.5 + sqrt(1.25)));
    row("acosh(1/x)", wg_acosh(wg_reciprocal(x)), log(2 + sqrt(3)));
    row("atanh", wg_atanh(x), log(3) / 2);
    row("erf", wg_erf(x), erf(0.5));
    row("pow(x, 3)", wg_pow(x, 3), 0.125);
    row("atan2(x, -x)", wg_atan2(x, wg_neg(x)), 3 * acos(-1) / 4);
    row("remainder", wg_remainder(-1.75, x), 0.25);
    row("fmod", wg_fmod(-1.75, x), -0.25);
    row("floor_divide", wg_floor_divide(-1.75, x), -4);
    row("minimum", wg_minimum(x, 2), 0.5);
    row("sign(-x)", wg_sign(wg_neg(x)), -1);
    row("ceil", wg_ceil(x), 1);
    row("round", wg_round(x), 0);
    row("round(3 x)", wg_round(wg_mul(3, x)), 2);
    printf("largest difference %s 1e-14\n", largest <= 1e-14 ? "at most" : "above");
    return wg_finish(c, stderr);
}
