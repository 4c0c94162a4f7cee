/* test_saturation.c: functions of 1 - p where p is next to 1, in the dtype that runs, beside closed forms
 * that subtract nothing: 15 quantities x 5 functions of them x 4 ways to write them, of z from -40 to 40.
 * Each value, gradient and second derivative has a relative error of at most 1e-4 in f32 and 1e-12 in f64, or
 * what its condition number explains: |z f''/f'| roundings of z in a gradient. */
#include <float.h>
#include <math.h>

#include "wgnode.h"

/* A function of z and its first two derivatives. */
typedef struct jet {
    double v, d, e;
} jet;

static double logistic(double z) { return z > 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z)); }
/* ln sigmoid z */
static jet log_sig(double z)
{
    const double n = logistic(-z);
    return (jet){ z > 0 ? -log1p(exp(-z)) : z - log1p(exp(z)), n, -n * logistic(z) };
}
/* b + f(c z), where f's value and derivatives at c z are given. */
static jet line(double b, double c, jet f) { return (jet){ b + f.v, c * f.d, c * c * f.e }; }

/* ---- the quantities: what is subtracted, and the closed form of the difference ---- */

typedef struct quantity {
    const char *text;
    wg_node (*p)(wg_node z);
    double limit;
    jet (*log)(double z);  /* of its logarithm: of products of it, too, nothing cancels by that */
    double (*a)(double z); /* itself; NULL: e^log */
    int orders;            /* which are compared: logarithms of a softmax and of a square cancel in the second
                            * one */
} quantity;

static wg_node p_sigmoid(wg_node z) { return wg_sigmoid(z); }
static wg_node p_tanh(wg_node z) { return wg_tanh(z); }
static wg_node p_minus_tanh(wg_node z) { return wg_neg(wg_tanh(z)); }
static wg_node p_tanh_square(wg_node z) { return wg_square(wg_tanh(z)); }
static wg_node p_tanh_times(wg_node z)
{
    const wg_node t = wg_tanh(z);
    return wg_mul(t, t);
}
static wg_node p_sigmoid_square(wg_node z) { return wg_pow(wg_sigmoid(z), 2); }
static wg_node p_erf(wg_node z) { return wg_erf(wg_div(z, 8)); }
static wg_node soft(wg_node z, int64_t k)
{
    const wg_node zero = wg_mul(0, z);
    const wg_node rows = wg_stack(((wg_node[]){ z, zero, wg_add(zero, 1) }), 3, .axis = -1);
    return wg_select(wg_softmax(rows), .axis = -1, .index = k);
}
static wg_node p_soft_0(wg_node z) { return soft(z, 0); }
static wg_node p_soft_1(wg_node z) { return soft(z, 1); }
static wg_node p_by_hand(wg_node z) { return wg_div(1, wg_add(1, wg_exp(wg_neg(z)))); }
static wg_node p_by_tanh(wg_node z) { return wg_mul(0.5, wg_add(1, wg_tanh(wg_div(z, 2)))); }
static wg_node p_by_growth(wg_node z)
{
    const wg_node e = wg_exp(z);
    return wg_div(e, wg_add(1, e));
}
static wg_node p_by_power(wg_node z) { return wg_pow(wg_add(1, wg_exp(wg_neg(z))), -1); }
static wg_node p_mean(wg_node z)
{
    const wg_node both = wg_stack(((wg_node[]){ wg_sigmoid(z), wg_sigmoid(z) }), 2, .axis = -1);
    return wg_mean(both, .axis = -1);
}
static wg_node p_clipped(wg_node z) { return wg_minimum(wg_clip(wg_sigmoid(z), 0, 1), 2); }
static wg_node p_product(wg_node z) { return wg_mul(wg_sigmoid(z), wg_sigmoid(wg_div(z, 2))); }
static wg_node p_rest(wg_node z) { return wg_sub(1, wg_sigmoid(z)); }
static wg_node p_hazard(wg_node z) { return wg_exp(wg_neg(wg_exp(wg_div(z, 8)))); }
static wg_node p_cos(wg_node z) { return wg_cos(z); }
static wg_node p_shifted(wg_node z) { return wg_sub(wg_mul(2, wg_sigmoid(z)), 0.5); }

static jet l_sigmoid(double z) { return line(0, -1, log_sig(-z)); }
static jet l_tanh(double z) { return line(M_LN2, -2, log_sig(-2 * z)); }
static jet l_minus_tanh(double z) { return line(M_LN2, 2, log_sig(2 * z)); }
static jet l_sech(double z)
{
    const double a = fabs(z), t = tanh(z), c = 1 / cosh(z);
    return (jet){ a < 0.5 ? log1p(-t * t) : 2 * (M_LN2 - a - log1p(exp(-2 * a))), -2 * t, -2 * c * c };
}
static jet l_square(double z)
{
    const double s = logistic(z), n = logistic(-z);
    return (jet){ z < 0 ? log1p(-s * s) : log1p(s) + log_sig(-z).v, -2 * s * s / (1 + s),
                  -2 * s * s * n * (2 + s) / (1 + s) / (1 + s) };
}
static jet l_erf(double z)
{
    const double u = z / 8, h = exp(-u * u) * M_2_SQRTPI / erfc(u);
    return (jet){ u < 0 ? log1p(-erf(u)) : log(erfc(u)), -h / 8, (2 * u - h) * h / 64 };
}
/* e^z + 1 + e is e^z + (1 + e). */
static jet l_soft_0(double z) { return line(0, -1, log_sig(log1p(M_E) - z)); }
static jet l_soft_1(double z)
{
    const double w = z - log1p(M_E), s = logistic(w), n = logistic(-w), p = n / (1 + M_E);
    const double d = p * s / (1 - p);
    return (jet){ log1p(-p), d, d * (n - s) - d * d };
}
static jet l_rest(double z) { return log_sig(z); }
static jet l_hazard(double z)
{
    const double h = exp(z / 8), m = expm1(h), d = h / m / 8;
    return (jet){ h < 1 ? log(-expm1(-h)) : log1p(-exp(-h)), d, isinf(m) ? 0 : d * (m - h * exp(h)) / m / 8 };
}
static double a_cos(double z) { return 2 * sin(z / 2) * sin(z / 2); }
static jet l_cos(double z)
{
    const double s = sin(z / 2), c = cos(z);
    return (jet){ c < 0.5 ? log1p(-c) : log(2 * s * s), cos(z / 2) / s, -0.5 / s / s };
}
/* 1 - s t = n + s m, where n = 1 - s, m = 1 - t. */
static jet l_product(double z)
{
    const double s = logistic(z), n = logistic(-z), t = logistic(z / 2), m = logistic(-z / 2), a = n + s * m;
    const double d = -s * t * (n + m / 2) / a,
                 e = -s * t * ((n + m / 2) * (n + m / 2) - s * n - t * m / 4) / a;
    return (jet){ s * t < 0.5 ? log1p(-s * t) : log(a), d, e - d * d };
}
static jet l_shifted(double z) { return line(M_LN2, -1, log_sig(-z)); }

static const quantity quantities[] = {
    { "1 - sigmoid z", p_sigmoid, 1, l_sigmoid, NULL, 3 },
    { "1 - tanh z", p_tanh, 1, l_tanh, NULL, 3 },
    { "1 - -tanh z", p_minus_tanh, 1, l_minus_tanh, NULL, 3 },
    { "1 - tanh^2 z", p_tanh_square, 1, l_sech, NULL, 3 },
    { "1 - tanh z tanh z", p_tanh_times, 1, l_sech, NULL, 3 },
    { "1 - sigmoid(z)^2", p_sigmoid_square, 1, l_square, NULL, 2 },
    { "1 - erf(z / 8)", p_erf, 1, l_erf, NULL, 3 },
    { "1 - softmax([z,0,1])[0]", p_soft_0, 1, l_soft_0, NULL, 2 },
    { "1 - softmax([z,0,1])[1]", p_soft_1, 1, l_soft_1, NULL, 2 },
    { "1 - 1/(1 + e^-z)", p_by_hand, 1, l_sigmoid, NULL, 3 },
    { "1 - (1 + tanh(z / 2))/2", p_by_tanh, 1, l_sigmoid, NULL, 3 },
    { "1 - (1 - sigmoid z)", p_rest, 1, l_rest, NULL, 3 },
    { "1 - e^-e^(z / 8)", p_hazard, 1, l_hazard, NULL, 3 },
    { "1 - cos z", p_cos, 1, l_cos, a_cos, 3 },
    { "3/2 - (2 sigmoid z - 1/2)", p_shifted, 1.5, l_shifted, NULL, 3 },
    { "1 - e^z/(1 + e^z)", p_by_growth, 1, l_sigmoid, NULL, 3 },
    { "1 - (1 + e^-z)^-1", p_by_power, 1, l_sigmoid, NULL, 3 },
    { "1 - mean(sigmoid z)", p_mean, 1, l_sigmoid, NULL, 2 },
    { "1 - clip(sigmoid z)", p_clipped, 1, l_sigmoid, NULL, 2 },
    { "1 - sigmoid z sigmoid(z / 2)", p_product, 1, l_product, NULL, 2 },
};
enum { SOFT = 7, BY_HAND = 9 };
enum { QUANTITIES = sizeof quantities / sizeof *quantities, FUNCTIONS = 5, WAYS = 4 };

/* ---- functions of a quantity ---- */

static wg_node function(int f, wg_node a)
{
    switch (f) {
    case 0: return wg_neg(wg_log(a));
    case 1: return wg_sqrt(a);
    case 2: return wg_mul(a, wg_log(a));
    case 3: return wg_pow(a, 1.5);
    }
    return wg_square(wg_log(a));
}
static const char *const called[] = { "-ln a", "sqrt a", "a ln a", "a^1.5", "(ln a)^2" };

static jet function_of(int f, const quantity *q, double z)
{
    const jet l = q->log(z);
    const double a = q->a ? q->a(z) : exp(l.v), k = f == 1 ? 0.5 : 1.5, power = exp(k * l.v);
    switch (f) {
    case 0: return (jet){ -l.v, -l.d, -l.e };
    case 2: return (jet){ a * l.v, a * l.d * (l.v + 1), a * ((l.e + l.d * l.d) * (l.v + 1) + l.d * l.d) };
    case 4: return (jet){ l.v * l.v, 2 * l.v * l.d, 2 * (l.d * l.d + l.v * l.e) };
    }
    return (jet){ power, k * power * l.d, k * power * (l.e + k * l.d * l.d) };
}

/* ---- ways to write it ---- */

/* The difference by p, z is a vector. */
static wg_node written(int way, wg_node z, const quantity *q)
{
    const wg_shape s = wg_node_shape(z);
    wg_node p = q->p(z);
    switch (way) {
    case 1: /* beside a condition, and a choice that is never taken */
        return wg_sub(q->limit, wg_where(wg_greater(wg_square(z), -1), p, 0.25));
    case 2: /* by other signs, with a name */ p = wg_name(wg_neg(p), "p"); return wg_add(p, q->limit);
    case 3: /* of elements that were moved, and put beside others */
        p = wg_broadcast_to(wg_expand_dims(p, .axis = 0), WG_SHAPE(2, s.dim[0]));
        return wg_select(wg_transpose(wg_sub(q->limit, wg_transpose(p))), .axis = 0, .index = 1);
    }
    return wg_sub(q->limit, p);
}

/* ---- the comparison ---- */

enum { POINTS = 45 };

static double point(int i)
{
    static const double odd[] = { 16.3, -16.3, 0.3125, -0.7, 9.7 };
    return i < 40 ? -39.0 + 2 * i : odd[i - 40];
}

static void compare(const char *what, int order, wg_dtype t, double z, double got, double want, double slope)
{
    const double eps = t == WG_F32 ? FLT_EPSILON : DBL_EPSILON, bar = t == WG_F32 ? 1e-4 : 1e-12;
    const double least = t == WG_F32 ? 1e-30 : 1e-300; /* beyond it intermediate results are no normal
                                                        * floats */
    if (!(fabs(want) > least && fabs(want) < 1 / least)) return;
    const double condition = fabs(z * slope / want), allowed = fmax(bar, 4 * eps * condition);
    cr_expect(fabs(got - want) <= allowed * fabs(want), "%s, order %d, %s, z = %g: %.9g, not %.9g", what,
              order, wg_dtype_name(t), z, got, want);
}

static wg_node vector(wg_graph *g, wg_dtype t, float single[], double twice[])
{
    for (int i = 0; i < POINTS; i++) single[i] = (float)point(i), twice[i] = single[i];
    return wg_input(
        g, "z", t == WG_F64 ? wg_view_f64(twice, WG_SHAPE(POINTS)) : wg_view_f32(single, WG_SHAPE(POINTS)));
}

static void check(wg_dtype t, int k, int f, int way)
{
    const quantity *q = &quantities[k];
    float single[POINTS];
    double z[POINTS], v[4][POINTS];
    wg_graph *g = graph(t);
    const wg_node x = vector(g, t, single, z), y = function(f, written(way, x, q));
    const wg_node d = wg_grad(wg_sum(y), x), e = wg_grad(wg_sum(d), x);
    const wg_node one = wg_cast(wg_fill(g, 1, wg_node_shape(x)), t);
    const wg_node forward = wg_jvp(y, &x, &one, 1);
    const wg_node all[] = { y, d, e, forward };
    for (int i = 0; i < 4; i++) wg_copy_f64(all[i], v[i], POINTS);
    char what[100];
    snprintf(what, sizeof what, "%s, a = %s, way %d", called[f], q->text, way);
    for (int i = 0; i < POINTS; i++) {
        const jet want = function_of(f, q, z[i]);
        if (k == BY_HAND && z[i] < -32 && t == WG_F32) continue; /* e^-z times what is squared underflows */
        compare(what, 0, t, z[i], v[0][i], want.v, want.d);
        compare(what, 1, t, z[i], v[1][i], want.d, want.e);
        compare(what, -1, t, z[i], v[3][i], want.d, want.e);
        if (q->orders > 2 || (k == SOFT && f == 0)) compare(what, 2, t, z[i], v[2][i], want.e, 0);
    }
    done(g);
}

Test(saturation, compositions_in_f32)
{
    for (int i = 0; i < QUANTITIES * FUNCTIONS * WAYS; i++)
        check(WG_F32, i / FUNCTIONS / WAYS, i / WAYS % FUNCTIONS, i % WAYS);
}
Test(saturation, compositions_in_f64)
{
    for (int i = 0; i < QUANTITIES * FUNCTIONS * WAYS; i++)
        check(WG_F64, i / FUNCTIONS / WAYS, i / WAYS % FUNCTIONS, i % WAYS);
}

/* ---- forms that keep no rest: what is rounded there must be divided by what is rounded alike ---- */

/* t = 1, as an array, of which nobody knows that it is a number. */
static wg_node less_log(wg_node a, wg_node b) { return wg_neg(wg_log(wg_sub(a, b))); }
static wg_node f_abs(wg_node z, wg_node t) { return less_log(wg_number(1), wg_abs(wg_sigmoid(z))); }
static wg_node f_sqrt(wg_node z, wg_node t) { return less_log(wg_number(1), wg_sqrt(wg_sigmoid(z))); }
static wg_node f_power(wg_node z, wg_node t) { return less_log(wg_number(1), wg_pow(wg_sigmoid(z), 1.5)); }
static wg_node f_ones(wg_node z, wg_node t) { return less_log(t, wg_sigmoid(z)); }
static wg_node f_mask(wg_node z, wg_node t) { return less_log(wg_number(1), wg_mul(wg_sigmoid(z), t)); }
static wg_node f_twice(wg_node z, wg_node t)
{
    return less_log(wg_number(1), wg_div(wg_add(wg_sigmoid(z), wg_sigmoid(z)), 2));
}
static wg_node f_from_0(wg_node z, wg_node t)
{
    return less_log(wg_number(1), wg_abs(wg_sub(wg_mul(t, 0), wg_sigmoid(z))));
}
static wg_node f_between(wg_node z, wg_node t)
{
    return less_log(wg_sigmoid(wg_add(z, 0.5)), wg_sigmoid(wg_sub(z, 0.5)));
}
static wg_node f_step(wg_node z, wg_node t) { return less_log(wg_sigmoid(z), wg_sigmoid(wg_sub(z, 1))); }
static wg_node f_tanh(wg_node z, wg_node t) { return less_log(t, wg_tanh(wg_div(z, 2))); }
static wg_node f_abs_tanh(wg_node z, wg_node t)
{
    return less_log(wg_number(1), wg_abs(wg_tanh(wg_div(z, 2))));
}
static wg_node f_tanh_step(wg_node z, wg_node t)
{
    return less_log(wg_tanh(wg_div(z, 2)), wg_tanh(wg_sub(wg_div(z, 2), 0.5)));
}
static wg_node f_square(wg_node z, wg_node t) { return less_log(t, wg_square(wg_tanh(wg_div(z, 2)))); }
static wg_node f_below(wg_node z, wg_node t)
{
    return less_log(wg_number(1), wg_mul(wg_tanh(wg_div(z, -2)), wg_tanh(wg_div(z, -2))));
}
static wg_node f_variance(wg_node z, wg_node t)
{
    return less_log(wg_sigmoid(z), wg_mul(wg_sigmoid(z), wg_sigmoid(z)));
}
static wg_node f_less_square(wg_node z, wg_node t)
{
    return less_log(wg_sigmoid(z), wg_square(wg_sigmoid(z)));
}
static wg_node f_alone(wg_node z, wg_node t) { return wg_mul(wg_sigmoid(z), t); }

static double s_sigmoid(double z) { return logistic(z); }
static double s_sqrt(double z) { return sqrt(logistic(z)) * (1 + sqrt(logistic(z))) / 2; }
static double s_power(double z)
{
    const double l = 1.5 * log_sig(z).v;
    return -1.5 * exp(l) * logistic(-z) / expm1(l);
}
static double s_between(double z) { return logistic(z - 0.5) - logistic(-z - 0.5); }
static double s_step(double z) { return logistic(z - 1) - logistic(-z); }
static double s_abs_tanh(double z) { return z > 0 ? logistic(z) : -logistic(-z); }
static double s_square(double z) { return tanh(z / 2); }
static double s_alone(double z) { return logistic(z) * logistic(-z); }

static const struct {
    const char *text;
    wg_node (*y)(wg_node z, wg_node ones);
    double (*slope)(double z);
} forms[] = {
    { "-ln(1 - |sigmoid z|)", f_abs, s_sigmoid },
    { "-ln(1 - sqrt(sigmoid z))", f_sqrt, s_sqrt },
    { "-ln(1 - sigmoid(z)^1.5)", f_power, s_power },
    { "-ln(ones - sigmoid z)", f_ones, s_sigmoid },
    { "-ln(1 - sigmoid z ones)", f_mask, s_sigmoid },
    { "-ln(1 - (sigmoid z + sigmoid z) / 2)", f_twice, s_sigmoid },
    { "-ln(1 - |zeros - sigmoid z|)", f_from_0, s_sigmoid },
    { "-ln(sigmoid(z + 1/2) - sigmoid(z - 1/2))", f_between, s_between },
    { "-ln(sigmoid z - sigmoid(z - 1))", f_step, s_step },
    { "-ln(ones - tanh(z / 2))", f_tanh, s_sigmoid },
    { "-ln(1 - |tanh(z / 2)|)", f_abs_tanh, s_abs_tanh },
    { "-ln(tanh(z / 2) - tanh((z - 1) / 2))", f_tanh_step, s_step },
    { "-ln(ones - tanh(z / 2)^2)", f_square, s_square },
    { "-ln(1 - tanh(-z / 2) tanh(-z / 2))", f_below, s_square },
    { "-ln(sigmoid z - sigmoid(z)^2)", f_variance, s_square },
    { "-ln(sigmoid z - square(sigmoid z))", f_less_square, s_square },
    { "sigmoid z ones", f_alone, s_alone },
};
enum { FORMS = sizeof forms / sizeof *forms };

/* meets: another node, which is none of y, adds something to sigmoid z. It changes no slope of y. */
static void check_form(wg_dtype t, int k, bool meets)
{
    static const double at[] = { 0.7, 2.3, 5.25, 7.5, 10.75, 13.5, 15.25, 16.25, 30.3, 33.5, 35, 36 };
    enum { ALL = sizeof at / sizeof *at };
    const int n = t == WG_F32 ? 8 : ALL;
    float single[2][ALL];
    double twice[2][ALL], slope[2][ALL];
    for (int i = 0; i < n; i++) {
        single[0][i] = (float)at[i], single[1][i] = 1;
        twice[0][i] = single[0][i], twice[1][i] = 1;
    }
    wg_graph *g = graph(t);
    wg_node x[2];
    for (int j = 0; j < 2; j++)
        x[j] =
            wg_input(g, j ? "ones" : "z",
                     t == WG_F64 ? wg_view_f64(twice[j], WG_SHAPE(n)) : wg_view_f32(single[j], WG_SHAPE(n)));
    const wg_node z = x[0], ones = x[1];
    if (meets) wg_sub(ones, wg_sigmoid(z));
    const wg_node y = forms[k].y(z, ones), one = wg_cast(wg_fill(g, 1, WG_SHAPE(n)), t);
    if (meets) wg_sub(ones, wg_sigmoid(z));
    wg_copy_f64(wg_grad(wg_sum(y), z), slope[0], n);
    wg_copy_f64(wg_jvp(y, &z, &one, 1), slope[1], n);
    for (int i = 0; i < n; i++)
        for (int way = 0; way < 2; way++)
            cr_expect(fabs(slope[way][i] / forms[k].slope(twice[0][i]) - 1) < 1e-4,
                      "%s, %s, way %d, z = %g: %.9g", forms[k].text, wg_dtype_name(t), way, at[i],
                      slope[way][i]);
    done(g);
}
Test(saturation, forms_without_a_rest)
{
    for (int k = 0; k < FORMS * 4; k++) check_form(k & 1 ? WG_F32 : WG_F64, k / 4, k & 2);
}
