/* vdouble.h: exp, expm1, log, log1p, sigmoid, sinh, cosh, tanh, asinh, acosh, atanh, sin, cos, tan, asin,
 * acos, atan and atan2 for f64. They have no branches (but for sin, cos and tan beyond VM_CIRCLE_NEAR), so
 * compilers make vectors of them. Over 10^8 points (make check-vmath) the errors were at most
 * 0.98 ulp for tan and 0.83 for the others.
 *
 * There is no fused multiply-add in them: every operation is one of IEEE 754 and rounds once. So each
 * instruction set, each processor and each C library gives the same bits. What FMA would give, the rounding
 * error of a product, comes from halves instead: vm_upper keeps 26 bits of a number, and the product of two
 * such numbers is exact (Dekker 1971). vm_sum gives the rounding error of a sum.
 *
 * The arguments are reduced as by Cody and Waite (1980): x less n times a constant, which is split so that
 * the products with n are exact. Large arguments of sin, cos and tan are reduced in integers, as by Payne and
 * Hanek (1983). The leading terms of a result are added with their errors; the polynomial is only what is
 * left. Polynomials come from interpolation at Chebyshev's points, in 60 digits. Beside each stands its
 * largest error. */
#ifndef WG_VDOUBLE_H
#define WG_VDOUBLE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline double vm_wide_from_bits(uint64_t u)
{
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}
static inline uint64_t vm_wide_bits(double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    return u;
}

/* The first 26 bits of v, the others 0 */
static inline double vm_upper(double v) { return vm_wide_from_bits(vm_wide_bits(v) & ~UINT64_C(0x7FFFFFF)); }

/* s = a + b, and *e is the exact rest, for |a| >= |b| or a = 0 (Dekker 1971) */
static inline double vm_sum(double a, double b, double *e)
{
    const double s = a + b;
    *e = b - (s - a);
    return s;
}
/* The same for any a and b (Knuth) */
static inline double vm_any_sum(double a, double b, double *e)
{
    const double s = a + b, c = s - a;
    *e = (a - (s - c)) + (b - c);
    return s;
}

/* a where mask is -1, b where it is 0. Compilers may make a branch of a choice written with ?: */
static inline double vm_wide_choose(uint64_t mask, double a, double b)
{
    return vm_wide_from_bits((vm_wide_bits(a) & mask) | (vm_wide_bits(b) & ~mask));
}

#define VM_ROUND 0x1.8p52 /* v + VM_ROUND - VM_ROUND is the nearest integer */

/* 2^n, from the bits k of n + VM_ROUND */
static inline double vm_power_of(uint64_t k) { return vm_wide_from_bits((k + 1023) << 52); }

/* v 2^n for |n| < 2000, in two factors: only the second product can round. k: the bits of n + VM_ROUND */
static inline double vm_scaled(double v, uint64_t k)
{
    const uint64_t n = k - UINT64_C(0x4338000000000000) + 2046, half = n >> 1;
    return v * vm_wide_from_bits(half << 52) * vm_wide_from_bits((n - half) << 52);
}

/* (a + b) / (c + d), where b and d are small beside a and c: the upper bits, and *rest. */
static inline double vm_quotient(double a, double b, double c, double d, double *rest)
{
    const double y = 1 / c, q = vm_upper(a * y), upper = vm_upper(c);
    *rest = (((a - q * upper) - q * ((c - upper) + d)) + b) * y;
    return q;
}

/* ---- e^x and its kin: x = n ln 2 + r with |r| <= ln 2 / 2 ---- */

/* What they are made of: cosh(r + low) = 1 + even, sinh(r + low) = r + odd. */
typedef struct vm_exponent {
    double n, r, even, odd;
    uint64_t k; /* the bits of n + VM_ROUND */
} vm_exponent;

/* 42 bits of ln 2, whose product with n is exact, and the rest of it */
#define VM_LN2_UPPER 0x1.62e42fefa3800p-1
#define VM_LN2_LOWER 0x1.ef35793c76730p-45

/* (sinh r / r - 1) / z to 2^-58 of sinh r, (cosh r - 1 - z / 2) / z^2 to 2^-64 of cosh r; z = r^2 */
static inline double vm_sinh_part(double z)
{
    const double w = z * z;
    return (0.16666666666666669 + z * 0.008333333333330039) +
           w * ((0.00019841269863171557 + z * 2.7557268276905696e-06) + w * 2.5100472505694996e-08);
}
static inline double vm_cosh_part(double z)
{
    const double w = z * z;
    return (0.041666666666666664 + z * 0.0013888888888886537) +
           w * ((2.4801587317228724e-05 + z * 2.7557282838800484e-07) + w * 2.09112987659402e-09);
}

static inline vm_exponent vm_reduced_exponent(double x)
{
    const double turned = x * 1.4426950408889634 + VM_ROUND, n = turned - VM_ROUND;
    const double most = x - n * VM_LN2_UPPER, least = n * VM_LN2_LOWER;
    const double r = most - least, low = (most - r) - least, z = r * r;
    return (vm_exponent){ .n = n,
                          .r = r,
                          .even = 0.5 * z + (z * z * vm_cosh_part(z) + low * r),
                          .odd = r * z * vm_sinh_part(z) + low,
                          .k = vm_wide_bits(turned) };
}

static inline double vm_exp(double x)
{
    double c = x < -746 ? -746 : x, e;
    c = c > 710 ? 710 : c; /* NaN passes through both */
    const vm_exponent p = vm_reduced_exponent(c);
    const double s = vm_sum(1, p.r, &e), y = vm_scaled(s + (e + (p.odd + p.even)), p.k);
    return x != x ? x : y;
}

/* 2^n (1 - 2^-n + r + r^2 / 2 + ...). Where n is 1 half of it may cancel, so r^2 / 2 has its rounding error,
 * too. */
static inline double vm_expm1(double x)
{
    double c = x < -40 ? -40 : x, e[4];
    c = c > 710 ? 710 : c;
    const vm_exponent p = vm_reduced_exponent(c);
    const double least = p.n > 100 ? 100 : p.n, less = vm_power_of(vm_wide_bits(VM_ROUND - least));
    const double r = vm_upper(p.r), square = 0.5 * r * r, z = p.r * p.r;
    double s = vm_any_sum(1, -less, &e[0]);
    s = vm_sum(s, p.r, &e[1]);
    s = vm_sum(s, square, &e[2]);
    e[3] = 0.5 * (p.r - r) * (p.r + r) + z * z * vm_cosh_part(z);
    const double y = vm_scaled(s + (((e[0] + e[1]) + (e[2] + e[3])) + p.odd), p.k);
    return x == 0 || x != x ? x : y; /* -0 stays */
}

/* 2^(1-n) sinh x = (1 - g) cosh r + (1 + g) sinh r, and 2^(1-n) cosh x = (1 + g) cosh r + (1 - g) sinh r,
 * where g = 2^-2n. So no digit is lost where n is 0. The upper part, and *rest. */
static inline double vm_sinh_sum(vm_exponent p, double g, double *rest)
{
    double e[3], s = vm_sum(1, -g, &e[0]);
    s = vm_sum(s, p.r, &e[1]);
    s = vm_sum(s, g * p.r, &e[2]);
    *rest = ((e[0] + e[1]) + e[2]) + ((p.even - g * p.even) + (p.odd + g * p.odd));
    return s;
}
static inline double vm_cosh_sum(vm_exponent p, double g, double *rest)
{
    double e[3], s = vm_sum(1, g, &e[0]);
    s = vm_sum(s, p.r, &e[1]);
    s = vm_sum(s, -g * p.r, &e[2]);
    *rest = ((e[0] + e[1]) + e[2]) + ((p.even + g * p.even) + (p.odd - g * p.odd));
    return s;
}
/* 2^-2n. From n = 100 on it makes no difference. */
static inline double vm_inverse_square(double n)
{
    const double c = n > 100 ? 100 : n;
    return vm_power_of(vm_wide_bits(VM_ROUND - 2 * c));
}

static inline double vm_sinh(double x)
{
    const double a = fabs(x), c = a > 712 ? 712 : a;
    const vm_exponent p = vm_reduced_exponent(c);
    double rest, s = vm_sinh_sum(p, vm_inverse_square(p.n), &rest);
    s = vm_scaled(0.5 * (s + rest), p.k);
    return x != x ? x : copysign(s, x);
}
static inline double vm_cosh(double x)
{
    const double a = fabs(x), c = a > 712 ? 712 : a;
    const vm_exponent p = vm_reduced_exponent(c);
    double rest, s = vm_cosh_sum(p, vm_inverse_square(p.n), &rest);
    s = vm_scaled(0.5 * (s + rest), p.k);
    return x != x ? x : s;
}
/* sinh x / cosh x. From 22 on it is 1. */
static inline double vm_tanh(double x)
{
    const double a = fabs(x), c = a > 22 ? 22 : a;
    const vm_exponent p = vm_reduced_exponent(c);
    const double g = vm_inverse_square(p.n);
    double b, d;
    double num = vm_sinh_sum(p, g, &b), den = vm_cosh_sum(p, g, &d);
    num = vm_sum(num, b, &b);
    den = vm_sum(den, d, &d);
    const double q = vm_quotient(num, b, den, d, &b);
    return x != x ? x : copysign(q + b, x);
}

/* sigmoid x = 1 / (1 + e) or e / (1 + e) with e = e^-|x|, which cannot overflow */
static inline double vm_sigmoid(double x)
{
    const double a = fabs(x);
    double b, d, rest;
    const vm_exponent p = vm_reduced_exponent(a > 746 ? -746 : -a);
    double s = vm_sum(1, p.r, &b);
    s = vm_sum(s, b + (p.odd + p.even), &b);
    const double e = vm_scaled(s, p.k), low = vm_scaled(b, p.k), den = vm_sum(1, e, &d);
    const double num = x < 0 ? e : 1, q = vm_quotient(num, x < 0 ? low : 0, den, d + low, &rest);
    return x != x ? x : q + rest;
}

/* ---- sin, cos, tan: x = n pi/2 + r with |r| <= pi/4 ---- */

/* Up to here n has 20 bits, so its products with the first three parts of pi/2, of 33 bits each, are
 * exact. */
#define VM_CIRCLE_NEAR 0x1p20

/* r, and *low: their sum is x - n pi/2 to 2^-70 of it. *k: n in its lowest bits */
static inline double vm_near_rest(double x, double *low, uint64_t *k)
{
    const double turned = x * 0.6366197723675814 + VM_ROUND, n = turned - VM_ROUND;
    double e, f;
    double r = vm_any_sum(x - n * 0x1.921fb544p+0, -n * 0x1.0b4611a6p-34, &e);
    r = vm_any_sum(r, -n * 0x1.3198a2ep-69, &f);
    r = vm_sum(r, (e + f) - n * 0x1.b839a252049c1p-104, low);
    *k = vm_wide_bits(turned);
    return r;
}

/* The same for a finite |x| >= 32. |x| is m 2^e with an integer m. 192 bits of 2 / pi, from that on whose
 * product with 2^e is not a multiple of 4, times m, are n mod 4 and 190 bits behind the point. */
static inline double vm_far_rest(double x, double *low, uint64_t *k)
{
    static const uint64_t two_by_pi[] = {
        0x0000000000000000, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561,
        0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41,
        0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7,
        0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB,
    };
    const uint64_t u = vm_wide_bits(x), m = (u & UINT64_C(0xFFFFFFFFFFFFF)) | UINT64_C(0x10000000000000);
    const unsigned at = (unsigned)(u >> 52 & 2047) - 1075 - 2 + 64, shift = at % 64;
    const uint64_t *const from = two_by_pi + at / 64;
    uint64_t w[3];
    for (int i = 0; i < 3; i++) w[i] = from[i] << shift | from[i + 1] >> 1 >> (63 - shift);
    const unsigned __int128 c = (unsigned __int128)m * w[2],
                            b = (unsigned __int128)m * w[1] + (uint64_t)(c >> 64);
    const uint64_t top = m * w[0] + (uint64_t)(b >> 64), middle = (uint64_t)b;
    unsigned __int128 f =
        ((unsigned __int128)(top << 2 | middle >> 62) << 64) | (middle << 2 | (uint64_t)c >> 62);
    const bool above = f >> 127; /* more than half: the next n is nearer */
    const uint64_t n = (top >> 62) + above;
    const bool negative = above != (x < 0);
    f = above ? -f : f;
    unsigned zeros = 0;
    for (; !(f >> 127) && zeros < 127; zeros++) f <<= 1; /* about one */
    /* (h + l) pi/2, where the rounding error of h pi/2 comes from halves */
    const double h = (double)(uint64_t)(f >> 75), l = (double)(uint64_t)(f >> 11) * 0x1p-64;
    const double p = 0x1.921fb54442d18p+0, pu = vm_upper(p), hu = vm_upper(h), y = h * p;
    const double e = ((hu * pu - y) + hu * (p - pu) + (h - hu) * pu) + (h - hu) * (p - pu);
    double r = vm_sum(y, e + (h * 0x1.1a62633145c07p-54 + l * p), low);
    const double scale = (negative ? -1 : 1) * vm_wide_from_bits((uint64_t)(1023 - 53 - zeros) << 52);
    r *= scale;
    *low *= scale;
    *k = x < 0 ? -n : n;
    return r;
}

/* (sin r / r - 1) / z to 2^-57 of sin r, (cos r - 1 + z / 2) / z^2 to 2^-60 of cos r; z = r^2 */
static inline double vm_sin_part(double z)
{
    const double w = z * z, high = -2.5052106225992787e-08 + z * 1.6058530596390244e-10;
    return (-0.16666666666666666 + z * 0.008333333333333331) +
           w * ((-0.0001984126984126504 + z * 2.7557319219320575e-06) +
                w * (high + w * -7.586636867766497e-13));
}
static inline double vm_cos_part(double z)
{
    const double w = z * z, high = 2.087614504910828e-09 + z * -1.1382544623404291e-11;
    return (0.041666666666666664 + z * -0.0013888888888887389) +
           w * ((2.48015872987544e-05 + z * -2.7557317265876615e-07) + w * high);
}

/* sin(r + low) and cos(r + low): the upper part, and *rest */
static inline double vm_sin_sum(double r, double low, double *rest)
{
    const double z = r * r;
    *rest = r * z * vm_sin_part(z) + (low - 0.5 * z * low);
    return r;
}
static inline double vm_cos_sum(double r, double low, double *rest)
{
    const double z = r * r, u = vm_upper(r), s = vm_sum(1, -0.5 * u * u, rest);
    *rest += z * z * vm_cos_part(z) - (0.5 * (r - u) * (r + u) + low * r);
    return s;
}

/* sin(x + quarters pi/2), from r, low and k of x */
static inline double vm_circle_of(double r, double low, uint64_t k)
{
    double a, b;
    const double sine = vm_sin_sum(r, low, &a) + a, cosine = vm_cos_sum(r, low, &b) + b;
    return vm_wide_from_bits(vm_wide_bits(vm_wide_choose(-(k & 1), cosine, sine)) ^ (k & 2) << 62);
}
static inline double vm_tan_of(double r, double low, uint64_t k)
{
    double a, b, rest;
    double sine = vm_sin_sum(r, low, &a), cosine = vm_cos_sum(r, low, &b);
    sine = vm_sum(sine, a, &a);
    cosine = vm_sum(cosine, b, &b);
    const uint64_t odd = -(k & 1);
    const double num = vm_wide_choose(odd, -cosine, sine), den = vm_wide_choose(odd, sine, cosine);
    const double q = vm_quotient(num, vm_wide_choose(odd, -b, a), den, vm_wide_choose(odd, a, b), &rest);
    return q + rest;
}

/* For |x| <= VM_CIRCLE_NEAR */
static inline double vm_near_sin(double x)
{
    double low;
    uint64_t k;
    const double r = vm_near_rest(x, &low, &k), y = vm_circle_of(r, low, k);
    return x == 0 || x != x ? x : y; /* -0 stays */
}
static inline double vm_near_cos(double x)
{
    double low;
    uint64_t k;
    const double r = vm_near_rest(x, &low, &k), y = vm_circle_of(r, low, k + 1);
    return x != x ? x : y;
}
static inline double vm_near_tan(double x)
{
    double low;
    uint64_t k;
    const double r = vm_near_rest(x, &low, &k), y = vm_tan_of(r, low, k);
    return x == 0 || x != x ? x : y;
}

/* For any x */
static inline double vm_sin(double x)
{
    double low;
    uint64_t k;
    if (!(fabs(x) > VM_CIRCLE_NEAR)) return vm_near_sin(x);
    if (fabs(x) == INFINITY) return NAN;
    const double r = vm_far_rest(x, &low, &k);
    return vm_circle_of(r, low, k);
}
static inline double vm_cos(double x)
{
    double low;
    uint64_t k;
    if (!(fabs(x) > VM_CIRCLE_NEAR)) return vm_near_cos(x);
    if (fabs(x) == INFINITY) return NAN;
    const double r = vm_far_rest(x, &low, &k);
    return vm_circle_of(r, low, k + 1);
}
static inline double vm_tan(double x)
{
    double low;
    uint64_t k;
    if (!(fabs(x) > VM_CIRCLE_NEAR)) return vm_near_tan(x);
    if (fabs(x) == INFINITY) return NAN;
    const double r = vm_far_rest(x, &low, &k);
    return vm_tan_of(r, low, k);
}

/* ---- atan, atan2, logarithms and inverse functions ---- */

#define VM_PI     0x1.921fb54442d18p+1 /* pi - VM_PI_LOW */
#define VM_PI_LOW 0x1.1a62633145c07p-53

/* (atan t / t - 1) / z to 2^-58 of atan t, for |t| <= tan(pi/8), and the same for artanh, which has 1 and no
 * -1: z = t^2 */
static inline double vm_atan_part(double z)
{
    const double w = z * z, v = w * w;
    const double low =
        (-0.3333333333333333 + z * 0.199999999999998) + w * (-0.14285714285659326 + z * 0.11111111105106693);
    const double middle = (-0.09090908751076028 + z * 0.07692296304956911) +
                          w * (-0.06666423627754203 + z * 0.058789145407817524);
    const double high = (-0.05230347846389431 + z * 0.045511080049881907) +
                        w * (-0.03455808943398753 + z * 0.01627194130025032);
    return low + v * (middle + v * high);
}

/* -1 where a < b, else 0: from the sign, since SSE2 makes no 64 bits of a comparison */
static inline uint64_t vm_below(double a, double b) { return -(vm_wide_bits(a - b) >> 63); }
/* -1 where a is infinite, for a >= 0 */
static inline uint64_t vm_endless(double a) { return -((vm_wide_bits(a) + (UINT64_C(1) << 52)) >> 63); }

/* The angle of the point (den + den_low, num + num_low), from 0 to pi/2: its upper part, and *rest. It is c +
 * atan t, where c is 0, pi/4 or pi/2, and t is num / den, (num - den) / (num + den) or -den / num: at most
 * tan(pi/8). */
static inline double vm_angle(double num, double num_low, double den, double den_low, double *rest)
{
    const uint64_t low = vm_below(num, 0.41421356237309503 * den),
                   high = ~vm_below(num, 2.414213562373095 * den);
    double b, d, e;
    double above = vm_any_sum(num, -den, &b), below = vm_any_sum(num, den, &d);
    above = vm_wide_choose(high, -den, vm_wide_choose(low, num, above));
    below = vm_wide_choose(high, num, vm_wide_choose(low, den, below));
    b = vm_wide_choose(high, -den_low, vm_wide_choose(low, num_low, b + (num_low - den_low)));
    d = vm_wide_choose(high, num_low, vm_wide_choose(low, den_low, d + (num_low + den_low)));
    const double q = vm_quotient(above, b, below, d, rest), t = q + *rest, z = t * t;
    const double c = vm_wide_choose(low, 0, vm_wide_choose(high, VM_PI / 2, VM_PI / 4));
    const double y = vm_sum(c, q, &e);
    *rest = e + ((c * (VM_PI_LOW / VM_PI) + *rest) + t * z * vm_atan_part(z));
    return y;
}

static inline double vm_atan(double x)
{
    const double magnitude = fabs(x), a = magnitude > 0x1p60 ? 0x1p60 : magnitude;
    double rest;
    const double y = vm_angle(a, 0, 1, 0, &rest);
    return x != x ? x : copysign(y + rest, x);
}

/* The angle of the point (x, y), with the special cases of C99 (annex F). Infinite coordinates count as 1,
 * and finite ones beside them as 0. The coordinates are multiplied by a power of 2 first: nothing overflows,
 * and no digit of the smaller one is lost. */
static inline double vm_atan2(double y, double x)
{
    const double num = fabs(y), den = fabs(x), most = num > den ? num : den;
    const double scale = most > 0x1p500 ? 0x1p-300 : 0x1p500;
    const uint64_t far = vm_endless(most), wide = vm_endless(den), high = vm_endless(num);
    const double above = vm_wide_choose(far, vm_wide_choose(high, 1, 0), num * scale);
    double below = vm_wide_choose(far, vm_wide_choose(wide, 1, 0), den * scale);
    below = most == 0 ? 1 : below;
    double rest, e;
    const double a = vm_angle(above, 0, below, 0, &rest),
                 back = vm_sum(VM_PI, -a, &e) + (e + (VM_PI_LOW - rest));
    const double angle = vm_wide_choose(-(vm_wide_bits(x) >> 63), back, a + rest);
    return num + den != num + den ? NAN : copysign(angle, y);
}

/* artanh s / s - 1, divided by z = s^2, for |s| <= 3 - sqrt 8: to 2^-60 of artanh s */
static inline double vm_artanh_part(double z)
{
    const double w = z * z, v = w * w;
    const double low = (0.3333333333333333 + z * 0.20000000000000445) +
                       w * (0.14285714285397969 + z * 0.11111111196726314),
                 high = (0.0909089772726325 + z * 0.07693124894098052) +
                        w * (0.0663425165639738 + z * 0.06544722572623156);
    return low + v * high;
}

/* ln(w + low) + more ln 2 for w >= 2^-1022 and low small beside it: the upper part, and *rest. w = 2^n m with
 * sqrt(1/2) <= m < sqrt 2, and ln m = 2 artanh((m - 1) / (m + 1)). */
static inline double vm_log_of(double w, double low, double more, double *rest)
{
    const uint64_t k = (vm_wide_bits(w) + UINT64_C(0x00095F619980C433)) >> 52; /* n + 1023 */
    const double m = vm_wide_from_bits(vm_wide_bits(w) - (k << 52) + UINT64_C(0x3FF0000000000000));
    const double n = vm_wide_from_bits(k | UINT64_C(0x4330000000000000)) - (0x1p52 + 1023) + more;
    const double part = 0.5 * low * vm_wide_from_bits((2047 - k) << 52);
    double b, d, e;
    const double num = vm_sum(m - 1, part, &b), den = vm_any_sum(m, 1, &d);
    const double q = vm_quotient(num, b, den, d + part, rest), s = q + *rest, z = s * s;
    const double y = vm_sum(n * VM_LN2_UPPER, 2 * q, &e);
    *rest = e + (2 * (*rest + s * z * vm_artanh_part(z)) + n * VM_LN2_LOWER);
    return y;
}

static inline double vm_log(double x)
{
    const bool tiny = x < 0x1p-1022;
    double rest, y = vm_log_of(x * (tiny ? 0x1p54 : 1), 0, tiny ? -54 : 0, &rest) + rest;
    y = x == 0 ? -INFINITY : y;
    y = x < 0 ? NAN : y;
    y = x == INFINITY ? x : y;
    return x != x ? x : y;
}

static inline double vm_log1p(double x)
{
    double e, rest;
    const double w = vm_any_sum(1, x, &e);
    double y = vm_log_of(w, e, 0, &rest) + rest;
    y = fabs(x) < 0x1p-54 ? x : y;
    y = x == -1 ? -INFINITY : y;
    y = x < -1 ? NAN : y;
    y = x == INFINITY ? x : y;
    return x != x ? x : y;
}

/* sqrt((b + b_low) (c + c_low)), and *low, the rest of it */
static inline double vm_root(double b, double b_low, double c, double c_low, double *low)
{
    const double root = sqrt(b * c), u = vm_upper(root), bu = vm_upper(b), cu = vm_upper(c);
    const double bl = (b - bu) + b_low, cl = (c - cu) + c_low;
    const double left = (((bu * cu - u * u) + (bu * cl + bl * cu)) - (root - u) * (root + u)) + bl * cl;
    *low = left * (0.5 / root);
    *low = root == 0 ? 0 : *low;
    return root;
}

/* asinh x = ln(a + sqrt(a^2 + 1)). From 2^30 on that is ln 2a. */
static inline double vm_asinh(double x)
{
    const double a = fabs(x), u = vm_upper(a), square = u * u, big = a > 1 ? square : 1,
                 small = a > 1 ? 1 : square;
    double e, f, rest;
    const double t = vm_sum(big, small, &e), root = sqrt(t + (a - u) * (a + u)), upper = vm_upper(root);
    const double left = ((t - upper * upper) - (root - upper) * (root + upper)) + (e + (a - u) * (a + u));
    const uint64_t few = vm_below(a, 0x1p30);
    const double w = vm_any_sum(a, vm_wide_choose(few, root, 0), &f);
    const double low = vm_wide_choose(few, f + left * (0.5 / root), 0);
    const double y = vm_log_of(w, low, vm_wide_choose(few, 0, 1), &rest);
    return a > 0x1p-28 && a < INFINITY ? copysign(y + rest, x) : x;
}

/* acosh x = ln(x + sqrt((x - 1) (x + 1))) */
static inline double vm_acosh(double x)
{
    double e, f, low, rest;
    const double below = vm_any_sum(x, -1, &e), above = vm_any_sum(x, 1, &f);
    const double root = vm_root(below, e, above, f, &low);
    const uint64_t few = vm_below(x, 0x1p30);
    const double w = vm_any_sum(x, vm_wide_choose(few, root, 0), &e);
    double y = vm_log_of(w, vm_wide_choose(few, e + low, 0), vm_wide_choose(few, 0, 1), &rest) + rest;
    y = x < 1 ? NAN : y;
    return x < INFINITY ? y : x;
}

/* atanh x = 1/2 ln(b / c) with b = 1 + a and c = 1 - a: b / c = 2^n m, and (m - 1) / (m + 1) = (b - 2^n c) /
 * (b + 2^n c) */
static inline double vm_atanh(double x)
{
    const double a = fabs(x);
    double eb, ec, f, g, rest, e;
    const double b = vm_any_sum(1, a, &eb), c = vm_any_sum(1, -a, &ec);
    const uint64_t k = (vm_wide_bits(b / c) + UINT64_C(0x00095F619980C433)) >> 52;
    const double n = vm_wide_from_bits(k | UINT64_C(0x4330000000000000)) - (0x1p52 + 1023);
    const double power = vm_wide_from_bits(k << 52);
    double num = vm_any_sum(b, -power * c, &f), den = vm_any_sum(b, power * c, &g);
    num = vm_any_sum(num, f + (eb - power * ec), &f);
    const double q = vm_quotient(num, f, den, g + (eb + power * ec), &rest), s = q + rest, z = s * s;
    const double y = vm_sum(n * VM_LN2_UPPER, 2 * q, &e);
    double sum = 0.5 * (y + (e + (2 * (rest + s * z * vm_artanh_part(z)) + n * VM_LN2_LOWER)));
    sum = a == 1 ? INFINITY : sum;
    sum = a > 1 ? NAN : sum;
    return a > 0x1p-28 ? copysign(sum, x) : x;
}

/* asin x and acos x: angles of the points (root, a) and (a, root) of the circle, with root = sqrt((1 - a) (1
 * + a)) */
static inline double vm_asin(double x)
{
    const double a = fabs(x);
    double e, f, low, rest;
    const double below = vm_any_sum(1, -a, &e), above = vm_any_sum(1, a, &f);
    const double root = vm_root(below, e, above, f, &low), y = vm_angle(a, 0, root, low, &rest) + rest;
    return a > 1 ? NAN : x != x ? x : copysign(y, x);
}
static inline double vm_acos(double x)
{
    const double a = fabs(x);
    double e, f, low, rest;
    const double below = vm_any_sum(1, -a, &e), above = vm_any_sum(1, a, &f);
    const double root = vm_root(below, e, above, f, &low), y = vm_angle(root, low, a, 0, &rest);
    const double back = vm_sum(VM_PI, -y, &e) + (e + (VM_PI_LOW - rest));
    return a > 1 ? NAN : x < 0 ? back : y + rest;
}

#endif
