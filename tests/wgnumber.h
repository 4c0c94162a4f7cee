/* wgnumber.h: numbers with two directions, v + a s + b t + c s t where s^2 = t^2 = 0, in long double. With
 * them wgformula.c gives, beside the value of a formula, its derivatives in two directions and the second
 * derivative in both. has says which of the parts there are: a part that is left out is 0 whatever it is
 * multiplied by, infinity included.
 *
 * At kinks the conventions of docs/inside/arithmetic.md hold: |x| has the slope 0 at 0, max and min of two
 * equals half of each. */
#ifndef WG_NUMBER_H
#define WG_NUMBER_H

#include <math.h>
#include <stdbool.h>

enum { WGF_A = 1, WGF_B = 2, WGF_C = 4 };

typedef struct wgf_number {
    long double v, a, b, c;
    unsigned has;
} wgf_number;

static inline wgf_number wgf_constant(long double v) { return (wgf_number){ .v = v }; }

/* f(x) from f, f' and f'' at x.v. */
static inline wgf_number wgf_chain(wgf_number x, long double f, long double f1, long double f2)
{
    wgf_number y = { .v = f, .has = x.has };
    if (x.has & WGF_A) y.a = f1 * x.a;
    if (x.has & WGF_B) y.b = f1 * x.b;
    if (x.has & WGF_C) y.c = f1 * x.c;
    if ((x.has & 3) == 3) y.c += f2 * (x.a * x.b), y.has |= WGF_C;
    return y;
}

/* ---- arithmetic ---- */

static inline wgf_number wgf_add(wgf_number x, wgf_number y)
{
    return (wgf_number){ x.v + y.v, x.a + y.a, x.b + y.b, x.c + y.c, x.has | y.has };
}
static inline wgf_number wgf_neg(wgf_number x) { return (wgf_number){ -x.v, -x.a, -x.b, -x.c, x.has }; }
static inline wgf_number wgf_sub(wgf_number x, wgf_number y) { return wgf_add(x, wgf_neg(y)); }
/* k x; k is no function of anything. */
static inline wgf_number wgf_scaled(wgf_number x, long double k)
{
    return (wgf_number){ k * x.v, k * x.a, k * x.b, k * x.c, x.has };
}
static inline long double wgf_times_part(unsigned has, long double part, long double by)
{
    return has ? part * by : 0;
}
static inline wgf_number wgf_mul(wgf_number x, wgf_number y)
{
    wgf_number p = { .v = x.v * y.v, .has = x.has | y.has };
    p.a = wgf_times_part(x.has & WGF_A, x.a, y.v) + wgf_times_part(y.has & WGF_A, y.a, x.v);
    p.b = wgf_times_part(x.has & WGF_B, x.b, y.v) + wgf_times_part(y.has & WGF_B, y.b, x.v);
    p.c = wgf_times_part(x.has & WGF_C, x.c, y.v) + wgf_times_part(y.has & WGF_C, y.c, x.v);
    if ((x.has & WGF_A) && (y.has & WGF_B)) p.c += x.a * y.b, p.has |= WGF_C;
    if ((x.has & WGF_B) && (y.has & WGF_A)) p.c += x.b * y.a, p.has |= WGF_C;
    return p;
}
static inline wgf_number wgf_reciprocal(wgf_number x)
{
    return wgf_chain(x, 1 / x.v, -1 / x.v / x.v, 2 / x.v / x.v / x.v);
}
static inline wgf_number wgf_div(wgf_number x, wgf_number y)
{
    wgf_number q = wgf_mul(x, wgf_reciprocal(y));
    q.v = x.v / y.v;
    return q;
}

/* ---- choices ---- */

static inline wgf_number wgf_abs(wgf_number x)
{
    return isnan(x.v) ? wgf_scaled(x, NAN) : x.v == 0 ? wgf_scaled(x, 0) : x.v < 0 ? wgf_neg(x) : x;
}
static inline wgf_number wgf_larger(wgf_number x, wgf_number y)
{
    if (isnan(x.v) || isnan(y.v)) return wgf_scaled(wgf_add(x, y), NAN);
    return x.v > y.v ? x : x.v < y.v ? y : wgf_scaled(wgf_add(x, y), 0.5L);
}
static inline wgf_number wgf_smaller(wgf_number x, wgf_number y)
{
    return wgf_neg(wgf_larger(wgf_neg(x), wgf_neg(y)));
}

/* ---- functions ---- */

static inline wgf_number wgf_exp(wgf_number x)
{
    const long double e = expl(x.v);
    return wgf_chain(x, e, e, e);
}
static inline wgf_number wgf_log(wgf_number x)
{
    const bool in = x.v >= 0;
    return wgf_chain(x, logl(x.v), in ? 1 / x.v : NAN, in ? -1 / x.v / x.v : NAN);
}
static inline wgf_number wgf_log1p(wgf_number x)
{
    const long double d = x.v >= -1 ? 1 + x.v : NAN;
    return wgf_chain(x, log1pl(x.v), 1 / d, -1 / d / d);
}
static inline wgf_number wgf_expm1(wgf_number x) { return wgf_chain(x, expm1l(x.v), expl(x.v), expl(x.v)); }
static inline wgf_number wgf_sqrt(wgf_number x)
{
    const long double r = sqrtl(x.v);
    return wgf_chain(x, r, 0.5L / r, -0.25L / r / x.v);
}
static inline wgf_number wgf_sin(wgf_number x) { return wgf_chain(x, sinl(x.v), cosl(x.v), -sinl(x.v)); }
static inline wgf_number wgf_cos(wgf_number x) { return wgf_chain(x, cosl(x.v), -sinl(x.v), -cosl(x.v)); }
static inline wgf_number wgf_tan(wgf_number x)
{
    const long double t = tanl(x.v), d = 1 + t * t;
    return wgf_chain(x, t, d, 2 * t * d);
}
/* 1 / sqrt((1 - x) (1 + x)); NaN outside. */
static inline long double wgf_arc_slope(long double x)
{
    return fabsl(x) <= 1 ? 1 / sqrtl(1 - x) / sqrtl(1 + x) : NAN;
}
static inline wgf_number wgf_asin(wgf_number x)
{
    const long double d = wgf_arc_slope(x.v);
    return wgf_chain(x, asinl(x.v), d, x.v * d * d * d);
}
static inline wgf_number wgf_acos(wgf_number x)
{
    const long double d = wgf_arc_slope(x.v);
    return wgf_chain(x, acosl(x.v), -d, -x.v * d * d * d);
}
static inline wgf_number wgf_atan(wgf_number x)
{
    const long double d = 1 / (1 + x.v * x.v);
    return wgf_chain(x, atanl(x.v), d, -2 * (x.v * d) * d);
}
static inline wgf_number wgf_sinh(wgf_number x) { return wgf_chain(x, sinhl(x.v), coshl(x.v), sinhl(x.v)); }
static inline wgf_number wgf_cosh(wgf_number x) { return wgf_chain(x, coshl(x.v), sinhl(x.v), coshl(x.v)); }
static inline wgf_number wgf_tanh(wgf_number x)
{
    const long double t = tanhl(x.v), d = 1 / coshl(x.v) / coshl(x.v);
    return wgf_chain(x, t, d, -2 * t * d);
}
static inline wgf_number wgf_asinh(wgf_number x)
{
    const long double d = 1 / hypotl(x.v, 1);
    return wgf_chain(x, asinhl(x.v), d, -(x.v * d) * d * d);
}
static inline wgf_number wgf_acosh(wgf_number x)
{
    const long double d = x.v >= 1 ? 1 / sqrtl(x.v - 1) / sqrtl(x.v + 1) : NAN;
    return wgf_chain(x, acoshl(x.v), d, -(x.v * d) * d * d);
}
static inline wgf_number wgf_atanh(wgf_number x)
{
    const long double d = fabsl(x.v) <= 1 ? 1 / (1 - x.v) / (1 + x.v) : NAN;
    return wgf_chain(x, atanhl(x.v), d, 2 * x.v * d * d);
}
static inline wgf_number wgf_erf(wgf_number x)
{
    const long double d = expl(-x.v * x.v) * 2 / sqrtl(acosl(-1));
    return wgf_chain(x, erfl(x.v), d, d == 0 ? 0 : -2 * x.v * d);
}
static inline wgf_number wgf_sigmoid(wgf_number x)
{
    const long double s = 1 / (1 + expl(-x.v)), q = 1 / (1 + expl(x.v));
    return wgf_chain(x, s, s * q, s * q * (q - s));
}
static inline wgf_number wgf_relu(wgf_number x)
{
    return isnan(x.v) ? wgf_scaled(x, NAN) : x.v > 0 ? x : wgf_constant(0);
}
static inline wgf_number wgf_sign(wgf_number x) { return wgf_constant(x.v > 0 ? 1 : x.v < 0 ? -1 : x.v); }
static inline wgf_number wgf_floor(wgf_number x) { return wgf_constant(floorl(x.v)); }
static inline wgf_number wgf_ceil(wgf_number x) { return wgf_constant(ceill(x.v)); }
static inline wgf_number wgf_round(wgf_number x) { return wgf_constant(rintl(x.v)); }

/* f(x, y) from f and its derivatives at both values. */
static inline wgf_number wgf_chain2(wgf_number x, wgf_number y, long double f, const long double d[5])
{
    wgf_number p = wgf_chain(x, f, d[0], d[2]), q = wgf_chain(y, 0, d[1], d[4]), s = wgf_add(p, q);
    if ((x.has & WGF_A) && (y.has & WGF_B)) s.c += d[3] * (x.a * y.b), s.has |= WGF_C;
    if ((x.has & WGF_B) && (y.has & WGF_A)) s.c += d[3] * (x.b * y.a), s.has |= WGF_C;
    return s;
}
/* c x^y where c is no function of anything. 0 if c is. */
static inline long double wgf_term(long double c, long double x, long double y)
{
    return c == 0 ? 0 : c * powl(x, y);
}
/* x^y (ln x)^n, 0 at x = 0 where y says so. */
static inline long double wgf_log_term(long double x, long double y, int n)
{
    return x == 0 && y >= 0 ? 0 : powl(x, y) * powl(logl(x), n);
}
static inline wgf_number wgf_pow(wgf_number x, wgf_number y)
{
    const long double u = x.v, w = y.v;
    const long double d[] = { wgf_term(w, u, w - 1), wgf_log_term(u, w, 1), wgf_term(w * (w - 1), u, w - 2),
                              wgf_term(1, u, w - 1) + (w == 0 ? 0 : w * wgf_log_term(u, w - 1, 1)),
                              wgf_log_term(u, w, 2) };
    return wgf_chain2(x, y, powl(u, w), d);
}
static inline wgf_number wgf_atan2(wgf_number x, wgf_number y)
{
    const long double u = x.v, w = y.v, r = u * u + w * w, f = atan2l(u, w);
    if (r == 0) return wgf_chain2(x, y, f, (long double[5]){ 0 });
    const long double d[] = { w / r, -u / r, -2 * (u / r) * (w / r), (u / r) * (u / r) - (w / r) * (w / r),
                              2 * (u / r) * (w / r) };
    return wgf_chain2(x, y, f, d);
}

#endif
