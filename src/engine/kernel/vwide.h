/* vwide.h: functions for f32 that are computed in double and rounded once: their errors are at most 0.501
 * ulp. They have no branches, so compilers make vectors of them. They are for functions that
 * programs call seldom: a vector holds half as many doubles as floats. vmath.h has exp, tanh and the other
 * frequent ones.
 *
 * The polynomials come from interpolation at Chebyshev's points. Beside each stands its largest relative
 * error. */
#ifndef WG_VWIDE_H
#define WG_VWIDE_H

#include "kernel/vdouble.h"

/* a b + c, rounded once where the instruction set can. */
#if defined(__FMA__) || defined(__AVX512F__)
#define VM_WIDE_MULADD(a, b, c) __builtin_fma(a, b, c)
#else
#define VM_WIDE_MULADD(a, b, c) ((a) * (b) + (c))
#endif

#define VM_LN2     0.69314718055994531
#define VM_HALF_PI 1.5707963267948966

/* e^x - 1 for |x| <= 100; beyond, the result of 100. x = n ln 2 + r, and e^r - 1 = r + r^2 p(r), to 2^-36.
 * 2^n (e^r - 1) + (2^n - 1) loses no digits, since for small x n is 0. */
static inline double vm_wide_expm1(double x)
{
    double c = x < -100 ? -100 : x;
    c = c > 100 ? 100 : c; /* NaN passes through both */
    double n = VM_WIDE_MULADD(c, 1 / VM_LN2, 0x1.8p52);
    const double power = vm_wide_from_bits((vm_wide_bits(n) + 1023) << 52);
    n = n - 0x1.8p52;
    const double r = VM_WIDE_MULADD(n, -VM_LN2, c), z = r * r;
    double high = VM_WIDE_MULADD(r, 2.4859589834589056e-05, 0.00019899285575896282);
    high = VM_WIDE_MULADD(z, high, VM_WIDE_MULADD(r, 0.001388885403566671, 0.00833329846980059));
    double low = VM_WIDE_MULADD(r, 0.04166666671901226, 0.16666666719028936);
    low = VM_WIDE_MULADD(z, high, low);
    const double p = VM_WIDE_MULADD(z, VM_WIDE_MULADD(r, low, 0.5), r);
    return VM_WIDE_MULADD(power, p, power - 1);
}

/* ln(1 + x). 1 + x = 2^n m with sqrt(1/2) <= m < sqrt 2, and ln m = 2 artanh((m - 1) / (m + 1)), by its odd
 * series, to 2^-43. Below 2^-22 1 + x would lose too many digits of x. */
static inline double vm_wide_log1p(double x)
{
    const double u = 1 + x;
    const uint64_t b = vm_wide_bits(u), k = (b + 0x00095F619980C433u) >> 52; /* n + 1023 */
    const double m = vm_wide_from_bits(b - (k << 52) + 0x3FF0000000000000u);
    const double n = vm_wide_from_bits(k | 0x4330000000000000u) - (0x1p52 + 1023);
    const double s = (m - 1) / (m + 1), z = s * s, w = z * z;
    double p =
        VM_WIDE_MULADD(w, 0.09681449986324675, VM_WIDE_MULADD(z, 0.11095694077360488, 0.142858773677909));
    p = VM_WIDE_MULADD(w, p, VM_WIDE_MULADD(z, 0.19999999398179782, 0.33333333333687903));
    double y = VM_WIDE_MULADD(n, VM_LN2, 2 * VM_WIDE_MULADD(s * z, p, s));
    y = fabs(x) < 0x1p-22 ? VM_WIDE_MULADD(x * x, -0.5, x) : y;
    y = u == 0 ? -INFINITY : y;
    y = u < 0 ? NAN : y;
    return u == INFINITY || u != u ? u : y;
}

/* atan(num / den) for num >= 0 and den >= 0, not both 0 or infinite. The quotient is turned by 0, pi/4 or
 * pi/2 so that it is at most tan(pi/8), with one division. atan t = t + t^3 p(t^2), to 2^-38. */
static inline double vm_wide_atan(double num, double den)
{
    const double turned = 2.414213562373095 * num, least = 2.414213562373095 * den;
    const int high = num > least, middle = turned > den; /* NaN: neither */
    const double above = high     ? -den
                         : middle ? num - den
                                  : num,
                 below = high     ? num
                         : middle ? num + den
                                  : den;
    const double t = above / below, z = t * t, w = z * z;
    double p = VM_WIDE_MULADD(z, -0.04043224825887161, 0.07135325122330678);
    p = VM_WIDE_MULADD(w, p, VM_WIDE_MULADD(z, -0.09028983500350463, 0.11107495135714474));
    p = VM_WIDE_MULADD(w, p, VM_WIDE_MULADD(z, -0.14285612511387016, 0.1999999891728858));
    p = VM_WIDE_MULADD(z, p, -0.3333333333144073);
    const double y = VM_WIDE_MULADD(t * z, p, t);
    return (high ? VM_HALF_PI : middle ? VM_HALF_PI / 2 : 0) + y;
}

static inline float vm_sinhf(float x)
{
    const double e = vm_wide_expm1(fabs((double)x));
    return copysignf((float)(0.5 * (e + e / (e + 1))), x);
}
static inline float vm_coshf(float x)
{
    const double e = vm_wide_expm1(fabs((double)x)) + 1;
    return (float)(0.5 * (e + 1 / e));
}
/* ln(a + sqrt(a^2 + 1)) = log1p(a + a^2 / (1 + sqrt(a^2 + 1))) */
static inline float vm_asinhf(float x)
{
    const double a = fabs((double)x), s = a * a;
    const double y = vm_wide_log1p(a + s / (1 + sqrt(s + 1)));
    return copysignf(a == INFINITY ? INFINITY : (float)y, x);
}
/* ln(x + sqrt(x^2 - 1)) = log1p(t + sqrt(t (t + 2))) with t = x - 1 */
static inline float vm_acoshf(float x)
{
    const double t = (double)x - 1, y = vm_wide_log1p(t + sqrt(t * (t + 2)));
    return x < 1 ? NAN : (float)y;
}
/* 1/2 ln((1 + a) / (1 - a)) = 1/2 log1p(2 a / (1 - a)) */
static inline float vm_atanhf(float x)
{
    const double a = fabs((double)x);
    return copysignf((float)(0.5 * vm_wide_log1p(2 * a / (1 - a))), x);
}
/* The angle of the point (x, y), with the special cases of C99 (annex F). Infinite coordinates count as 1,
 * and finite ones beside them as 0. */
static inline float vm_atan2f(float y, float x)
{
    const double num = fabs((double)y), den = fabs((double)x);
    const double most = num > den ? num : den;
    double above = most == INFINITY ? (num == INFINITY ? 1 : 0) : num;
    double below = most == INFINITY ? (den == INFINITY ? 1 : 0) : den;
    below = most == 0 ? 1 : below;
    double a = vm_wide_atan(above, below);
    a = copysign(1, (double)x) < 0 ? 2 * VM_HALF_PI - a : a;
    a = x != x || y != y ? NAN : a;
    return copysignf((float)a, y);
}

/* Up to here the reduction by multiples of pi/2 is exact enough. */
#define VM_TAN_MOST 131072.0f

/* tan x for |x| <= VM_TAN_MOST. x = n pi/2 + r with |r| <= pi/4. pi/2 is split: the product of n and the
 * first 33 bits is exact. sin r to 2^-35 and cos r to 2^-39; where n is odd, tan x = -cos r / sin r. */
static inline float vm_tanf(float x)
{
    double n = VM_WIDE_MULADD((double)x, 1 / VM_HALF_PI, 0x1.8p52);
    const int odd = (int)(vm_wide_bits(n) & 1);
    n = n - 0x1.8p52;
    double r = (double)x - n * 1.57079632673412561417;
    r = VM_WIDE_MULADD(n, -6.07710050650619224932e-11, r);
    const double z = r * r, w = z * z;
    double s = VM_WIDE_MULADD(z, 2.7249864655139585e-06, -0.00019840086263755443);
    s = VM_WIDE_MULADD(w, s, VM_WIDE_MULADD(z, 0.008333331873837089, -0.16666666663853044));
    s = VM_WIDE_MULADD(r * z, s, r);
    double c = VM_WIDE_MULADD(z, -2.7300908167996537e-07, 2.480059998353171e-05);
    c = VM_WIDE_MULADD(w, c, VM_WIDE_MULADD(z, -0.0013888887671288108, 0.04166666666431933));
    c = VM_WIDE_MULADD(w, c, VM_WIDE_MULADD(z, -0.5, 1));
    const double y = (odd ? -c : s) / (odd ? s : c);
    return x == 0 ? x : (float)y;
}

#define SINH(x)     _Generic((x), float : vm_sinhf, default : vm_sinh)(x)
#define COSH(x)     _Generic((x), float : vm_coshf, default : vm_cosh)(x)
#define ASINH(x)    _Generic((x), float : vm_asinhf, default : vm_asinh)(x)
#define ACOSH(x)    _Generic((x), float : vm_acoshf, default : vm_acosh)(x)
#define ATANH(x)    _Generic((x), float : vm_atanhf, default : vm_atanh)(x)
#define ATAN2(y, x) _Generic((x), float : vm_atan2f, default : vm_atan2)(y, x)

#endif
