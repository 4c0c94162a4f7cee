/* test_functions.c: functions of one operand and their derivatives of order 1, 2, 3 against closed forms, at
 * points where random values never are too: zeros, ones, kinks, the ends of a domain. Where a function has no
 * derivative the convention of its op is expected. Their errors in f32: test_vmath.c. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

enum { ORDERS = 4, MOST = 16 };

/* d[n] is the derivative of order n. */
typedef void (*closed_form)(double x, double d[ORDERS]);
typedef struct function {
    const char *name;
    wg_node (*f)(wg_site, wg_node);
    closed_form exact;
} function;

static double sign(double x) { return (x > 0) - (x < 0); }
static void d_exp(double x, double d[ORDERS]) { d[0] = d[1] = d[2] = d[3] = exp(x); }
static void d_square(double x, double d[ORDERS]) { d[0] = x * x, d[1] = 2 * x, d[2] = 2, d[3] = 0; }
static void d_sin(double x, double d[ORDERS])
{
    d[0] = sin(x), d[1] = cos(x), d[2] = -sin(x), d[3] = -cos(x);
}
static void d_cos(double x, double d[ORDERS])
{
    d[0] = cos(x), d[1] = -sin(x), d[2] = -cos(x), d[3] = sin(x);
}
static void d_neg(double x, double d[ORDERS]) { d[0] = -x, d[1] = -1, d[2] = d[3] = 0; }
static void d_abs(double x, double d[ORDERS]) { d[0] = fabs(x), d[1] = sign(x), d[2] = d[3] = 0; }
static void d_relu(double x, double d[ORDERS]) { d[0] = x > 0 ? x : 0, d[1] = x > 0, d[2] = d[3] = 0; }
static void d_log(double x, double d[ORDERS])
{
    d[0] = log(x), d[1] = 1 / x, d[2] = -1 / (x * x), d[3] = 2 / (x * x * x);
}
static void d_sqrt(double x, double d[ORDERS])
{
    double y = sqrt(x);
    d[0] = y, d[1] = 1 / (2 * y), d[2] = -1 / (4 * y * x), d[3] = 3 / (8 * y * x * x);
}
static void d_erf(double x, double d[ORDERS])
{
    double s = 1.1283791670955126 * exp(-x * x);
    d[0] = erf(x), d[1] = s, d[2] = -2 * x * s, d[3] = (4 * x * x - 2) * s;
}
static void d_tanh(double x, double d[ORDERS])
{
    double y = tanh(x), s = 1 / (cosh(x) * cosh(x));
    d[0] = y, d[1] = s, d[2] = -2 * y * s, d[3] = (6 * y * y - 2) * s;
}
static void d_sigmoid(double x, double d[ORDERS])
{
    double y = 1 / (1 + exp(-x)), s = y / (1 + exp(x));
    d[0] = y, d[1] = s, d[2] = s * (1 - 2 * y), d[3] = s * (1 - 6 * s);
}
static void d_softplus(double x, double d[ORDERS])
{
    double s[ORDERS];
    d_sigmoid(x, s);
    d[0] = log1p(exp(x)), d[1] = s[0], d[2] = s[1], d[3] = s[2];
}
/* x / (1 + |x|): the second derivative jumps at 0 from 2 to -2; it is 0 there, as abs' (0) = 0. */
static void d_softsign(double x, double d[ORDERS])
{
    double s = 1 + fabs(x);
    d[0] = x / s, d[1] = 1 / (s * s), d[2] = -2 * sign(x) / (s * s * s),
    d[3] = 6 * fabs(sign(x)) / (s * s * s * s);
}

static void d_log1p(double x, double d[ORDERS])
{
    double s = 1 + x;
    d[0] = log1p(x), d[1] = 1 / s, d[2] = -1 / (s * s), d[3] = 2 / (s * s * s);
}
static void d_expm1(double x, double d[ORDERS]) { d[0] = expm1(x), d[1] = d[2] = d[3] = exp(x); }
static void d_reciprocal(double x, double d[ORDERS])
{
    d[0] = 1 / x, d[1] = -1 / (x * x), d[2] = 2 / (x * x * x), d[3] = -6 / (x * x * x * x);
}
static void d_rsqrt(double x, double d[ORDERS])
{
    double y = 1 / sqrt(x);
    d[0] = y, d[1] = -y / (2 * x), d[2] = 3 * y / (4 * x * x), d[3] = -15 * y / (8 * x * x * x);
}
static void d_tan(double x, double d[ORDERS])
{
    double y = tan(x), s = 1 + y * y;
    d[0] = y, d[1] = s, d[2] = 2 * y * s, d[3] = (2 + 6 * y * y) * s;
}
static void d_asin(double x, double d[ORDERS])
{
    double s = 1 - x * x;
    d[0] = asin(x), d[1] = pow(s, -0.5), d[2] = x * pow(s, -1.5), d[3] = (1 + 2 * x * x) * pow(s, -2.5);
}
static void d_acos(double x, double d[ORDERS])
{
    d_asin(x, d);
    d[0] = acos(x), d[1] = -d[1], d[2] = -d[2], d[3] = -d[3];
}
static void d_atan(double x, double d[ORDERS])
{
    double q = 1 / (1 + x * x);
    d[0] = atan(x), d[1] = q, d[2] = -2 * x * q * q, d[3] = (6 * x * x - 2) * q * q * q;
}
static void d_sinh(double x, double d[ORDERS]) { d[0] = d[2] = sinh(x), d[1] = d[3] = cosh(x); }
static void d_cosh(double x, double d[ORDERS]) { d[0] = d[2] = cosh(x), d[1] = d[3] = sinh(x); }
static void d_asinh(double x, double d[ORDERS])
{
    double s = 1 + x * x;
    d[0] = asinh(x), d[1] = pow(s, -0.5), d[2] = -x * pow(s, -1.5), d[3] = (2 * x * x - 1) * pow(s, -2.5);
}
static void d_acosh(double x, double d[ORDERS])
{
    double s = x * x - 1;
    d[0] = acosh(x), d[1] = pow(s, -0.5), d[2] = -x * pow(s, -1.5), d[3] = (2 * x * x + 1) * pow(s, -2.5);
}
static void d_atanh(double x, double d[ORDERS])
{
    double q = 1 / (1 - x * x);
    d[0] = atanh(x), d[1] = q, d[2] = 2 * x * q * q, d[3] = (6 * x * x + 2) * q * q * q;
}

/* A step to `to` for each element: its derivatives are 0. */
static void constant(double to, double d[ORDERS]) { d[0] = to, d[1] = d[2] = d[3] = 0; }
static void d_sign(double x, double d[ORDERS]) { constant(sign(x), d); }
static void d_floor(double x, double d[ORDERS]) { constant(floor(x), d); }
static void d_ceil(double x, double d[ORDERS]) { constant(ceil(x), d); }
static void d_round(double x, double d[ORDERS]) { constant(x - remainder(x, 1), d); }

/* x t, from the derivatives of t */
static void times_x(double x, const double t[ORDERS], double d[ORDERS])
{
    for (int n = ORDERS - 1; n >= 0; n--) d[n] = x * t[n] + (n ? n * t[n - 1] : 0);
}
static void d_silu(double x, double d[ORDERS])
{
    double s[ORDERS];
    d_sigmoid(x, s);
    times_x(x, s, d);
}
static void d_mish(double x, double d[ORDERS])
{
    double s[ORDERS], t[ORDERS] = { tanh(log1p(exp(x))) }, q = 1 - t[0] * t[0];
    d_sigmoid(x, s);
    t[1] = q * s[0];
    t[2] = q * s[1] - 2 * t[0] * t[1] * s[0];
    t[3] = q * s[2] - 4 * t[0] * t[1] * s[1] - 2 * (t[1] * t[1] + t[0] * t[2]) * s[0];
    times_x(x, t, d);
}
/* p is the density of the standard normal distribution. */
static void d_gelu(double x, double d[ORDERS])
{
    double p = exp(-x * x / 2) / sqrt(2 * acos(-1)), P = erfc(-x / sqrt(2)) / 2;
    d[0] = x * P, d[1] = P + x * p, d[2] = (2 - x * x) * p, d[3] = (x * x - 4) * x * p;
}
/* x sigmoid(v) with v = 2 sqrt(2 / pi) (x + 0.044715 x^3) */
static void d_gelu_by_tanh(double x, double d[ORDERS])
{
    const double A = 2 * sqrt(2 / acos(-1)), B = 0.044715 * A, v1 = A + 3 * B * x * x, v2 = 6 * B * x;
    double s[ORDERS], w[ORDERS];
    d_sigmoid(A * x + B * x * x * x, s);
    w[0] = s[0];
    w[1] = s[1] * v1;
    w[2] = s[2] * v1 * v1 + s[1] * v2;
    w[3] = s[3] * v1 * v1 * v1 + 3 * s[2] * v1 * v2 + s[1] * 6 * B;
    times_x(x, w, d);
}
static void d_elu(double x, double d[ORDERS])
{
    d_expm1(x, d);
    if (x > 0) d[0] = x, d[1] = 1, d[2] = d[3] = 0;
}
/* The numbers of Klambauer et al. 2017, to 16 digits. */
static void d_selu(double x, double d[ORDERS])
{
    const double scale = 1.050700987355480, alpha = 1.673263242354377;
    d_elu(x, d);
    for (int n = 0; n < ORDERS; n++) d[n] *= x > 0 ? scale : scale * alpha;
}
static void d_hard_sigmoid(double x, double d[ORDERS])
{
    constant(x < -3 ? 0 : x > 3 ? 1 : (x + 3) / 6, d);
    d[1] = x < -3 || x > 3 ? 0 : 1.0 / 6;
}
static void d_hard_swish(double x, double d[ORDERS])
{
    double t[ORDERS];
    d_hard_sigmoid(x, t);
    times_x(x, t, d);
}

static wg_node elu_at(wg_site here, wg_node x) { return wg_elu_at(here, &(wg_elu_args){ .x = x }); }
static wg_node celu_at(wg_site here, wg_node x) { return wg_celu_at(here, &(wg_elu_args){ .x = x }); }
static wg_node gelu_at(wg_site here, wg_node x) { return wg_gelu_at(here, &(wg_gelu_args){ .x = x }); }
static wg_node gelu_by_tanh_at(wg_site here, wg_node x)
{
    return wg_gelu_at(here, &(wg_gelu_args){ .x = x, .by_tanh = true });
}

#define BY_BUILDER(n)          \
    {                          \
#n, wg_##n##_at, d_##n \
    }
static const function functions[] = {
    BY_BUILDER(exp),
    BY_BUILDER(log),
    BY_BUILDER(sqrt),
    BY_BUILDER(square),
    BY_BUILDER(sin),
    BY_BUILDER(cos),
    BY_BUILDER(neg),
    BY_BUILDER(abs),
    BY_BUILDER(relu),
    BY_BUILDER(erf),
    BY_BUILDER(tanh),
    BY_BUILDER(sigmoid),
    BY_BUILDER(softplus),
    BY_BUILDER(softsign),
    BY_BUILDER(log1p),
    BY_BUILDER(expm1),
    BY_BUILDER(rsqrt),
    BY_BUILDER(tan),
    BY_BUILDER(reciprocal),
    BY_BUILDER(asin),
    BY_BUILDER(acos),
    BY_BUILDER(atan),
    BY_BUILDER(sinh),
    BY_BUILDER(cosh),
    BY_BUILDER(asinh),
    BY_BUILDER(acosh),
    BY_BUILDER(atanh),
    BY_BUILDER(sign),
    BY_BUILDER(floor),
    BY_BUILDER(ceil),
    BY_BUILDER(round),
    BY_BUILDER(silu),
    BY_BUILDER(mish),
    BY_BUILDER(selu),
    BY_BUILDER(hard_swish),
    BY_BUILDER(hard_sigmoid),
    { "elu", elu_at, d_elu },
    { "celu", celu_at, d_elu },
    { "gelu", gelu_at, d_gelu },
    { "gelu by tanh", gelu_by_tanh_at, d_gelu_by_tanh },
};

/* Equal to 1e-13, or both infinite with the same sign. */
static bool close(double a, double b) { return a == b || fabs(a - b) <= 1e-13 * fmax(1, fabs(b)); }

/* What is infinite in the closed form must not be finite. Outside the domain of f the value is NaN, and of
 * derivatives nothing is said. */
static void expect_order(const function *f, double x, int order, double got, double value, double want)
{
    if (isnan(value)) cr_expect(order || isnan(got), "%s at %g: %g", f->name, x, got);
    else if (isfinite(want))
        cr_expect(close(got, want), "%s at %g, order %d: %.17g, not %.17g", f->name, x, order, got, want);
    else cr_expect(!isfinite(got), "%s at %g, order %d: %.17g, not %g", f->name, x, order, got, want);
}

static void expect_function(const function *f, const double point[], int points)
{
    double got[MOST], want[ORDERS];
    wg_graph *g = graph(WG_F64);
    wg_node x = wg_input(g, "x", wg_view_f64(point, WG_SHAPE(points))), y = f->f(WG_HERE, x);
    for (int n = 0; n < ORDERS; n++) {
        wg_copy_f64(y, got, (size_t)points);
        for (int i = 0; i < points; i++) {
            f->exact(point[i], want);
            expect_order(f, point[i], n, got[i], want[0], want[n]);
        }
        y = wg_grad(wg_sum(y), x);
    }
    done(g);
}

Test(functions, have_their_derivatives)
{
    static const double point[] = { -4, -3, -1.5, -1, -0.5, 0, 0.25, 0.5, 1, 1.25, 2.5, 3, 5 };
    for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
        expect_function(&functions[k], point, sizeof point / sizeof *point);
}

/* Where e^x - 1, ln(1 + x) and the slopes would lose their digits, or overflow. */
Test(functions, far_out_and_close_to_zero)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1e-20, -1e-20, -40, 710);
    EXPECT_CLOSE(wg_expm1(x), 1e-20, -1e-20, expm1(-40), INFINITY);
    wg_node low = VECTOR(g, -40);
    EXPECT_CLOSE(slope(wg_expm1(low), low), exp(-40));
    EXPECT_CLOSE(wg_mul(1e20, wg_log1p(VECTOR(g, 1e-20))), 1);
    wg_node z = VECTOR(g, -1000, 1000);
    EXPECT_CLOSE(wg_elu(z), -1, 1000);
    EXPECT_CLOSE(slope(wg_elu(z), z), 0, 1);
    EXPECT_CLOSE(slope(slope(wg_elu(z), z), z), 0, 0);
    EXPECT_CLOSE(wg_silu(z), 0, 1000);
    EXPECT_CLOSE(slope(wg_gelu(z), z), 0, 1);
    EXPECT_CLOSE(slope(wg_mish(z), z), 0, 1);
    wg_node far = VECTOR(g, -1e200, 1e200);
    EXPECT_CLOSE(wg_gelu(far, .by_tanh = true), 0, 1e200);
    EXPECT_CLOSE(slope(wg_gelu(far, .by_tanh = true), far), 0, 1);
    done(g);
}

Test(functions, options)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, -2, -0.5, 0, 3);
    EXPECT_CLOSE(wg_elu(x, .alpha = 0.5), 0.5 * expm1(-2), 0.5 * expm1(-0.5), 0, 3);
    EXPECT_CLOSE(slope(wg_elu(x, .alpha = 0.5), x), 0.5 * exp(-2), 0.5 * exp(-0.5), 0.5, 1);
    EXPECT_CLOSE(wg_elu(x, .alpha = WG_ZERO), 0, 0, 0, 3);
    EXPECT_CLOSE(wg_celu(x, .alpha = 2), 2 * expm1(-1), 2 * expm1(-0.25), 0, 3);
    EXPECT_CLOSE(slope(wg_celu(x, .alpha = 2), x), exp(-1), exp(-0.25), 1, 1);
    /* sqrt(2/pi) (x + 0.044715 x^3) at 1 is 0.83356... (Hendrycks and Gimpel 2016) */
    EXPECT_CLOSE(wg_gelu(VECTOR(g, 1), .by_tanh = true), 0.5 * (1 + tanh(sqrt(2 / acos(-1)) * 1.044715)));
    done(g);
}

Test(functions, clip)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, -2, -1, 0, 1, 2, NAN), low = VECTOR(g, -1), high = VECTOR(g, 1);
    wg_node y = wg_clip(x, low, high);
    EXPECT_VECTOR(y, -1, -1, 0, 1, 1, NAN);
    EXPECT_VECTOR(slope(y, x), 0, 1, 1, 1, 0, 1);
    EXPECT_VECTOR(slope(y, low), 1);
    EXPECT_VECTOR(slope(y, high), 1);
    EXPECT_VECTOR(wg_clip(x, 0, 1), 0, 0, 0, 1, 1, NAN);
    EXPECT_VECTOR(wg_clip(VECTOR(g, 0.5, 3), VECTOR(g, 2), high), 1, 1);
    done(g);
}

/* atan2 in the four quarters, on the axes, with signs of zero. The slopes: b / r^2, -a / r^2. */
Test(functions, atan2)
{
    const double pi = acos(-1);
    wg_graph *g = graph(WG_F64);
    wg_node a = VECTOR(g, 1, 1, -1, -1, 0, 0, 2), b = VECTOR(g, 1, -1, -1, 1, 2, -2, 0), y = wg_atan2(a, b);
    EXPECT_CLOSE(y, pi / 4, 3 * pi / 4, -3 * pi / 4, -pi / 4, 0, pi, pi / 2);
    EXPECT_CLOSE(slope(y, a), 0.5, -0.5, -0.5, 0.5, 0.5, -0.5, 0);
    EXPECT_CLOSE(slope(y, b), -0.5, -0.5, 0.5, 0.5, 0, 0, -0.5);
    EXPECT_CLOSE(wg_atan2(VECTOR(g, -0.0), VECTOR(g, -1)), -pi);
    /* Far out, very close, and at the origin, where the convention is 0: squares overflow or vanish. */
    wg_node h = VECTOR(g, 1e200, 1e-200, 0), w = VECTOR(g, 1e200, 1e-200, 0);
    EXPECT_CLOSE(slope(wg_atan2(h, w), h), 0.5e-200, 0.5e200, 0);
    EXPECT_CLOSE(slope(wg_atan2(h, w), w), -0.5e-200, -0.5e200, 0);
    wg_node far = VECTOR(g, 1e200, -1e200);
    EXPECT_CLOSE(slope(wg_asinh(far), far), 1e-200, 1e-200);
    wg_node high = VECTOR(g, 1e200);
    EXPECT_CLOSE(slope(wg_acosh(high), high), 1e-200);
    done(g);
}
