/* vmath.h: exp, expm1, log, tanh, sigmoid, log1p, erf, sin, cos, asin, acos, atan and pow for f32 without
 * branches. So the compiler vectorises them, and the bits of an element do not depend on its place. All but
 * log and log1p use fused multiply-adds where the instruction set has them, so their last bits depend on the
 * instruction set. log is the same sequence of operations everywhere. The errors over all floats (make
 * check-vmath) are at most 2 ulp. vdouble.h has those of f64, but for erf and pow:
 * they are libm's.
 *
 * exp: x = n ln 2 + r with |r| <= ln 2 / 2, where ln 2 is split as by Cody and Waite. The polynomial is
 * nearly minimax, with an error below 2^-26 of e^r - 1. Polynomials are summed by pairs, since in a chain
 * each step would wait for the one before.
 *
 * log: x = 2^n m with sqrt(1/2) <= m < sqrt 2. ln m = 2 artanh(s) with s = (m-1)/(m+1), by its series in
 * s^2. */
#ifndef WG_VMATH_H
#define WG_VMATH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernel/vwide.h"

static inline float vm_from_bits(uint32_t u)
{
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}
static inline uint32_t vm_bits(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return u;
}

/* a b + c, rounded once where the instruction set can. */
#if defined(__FMA__) || defined(__AVX512F__)
#define VM_MULADD(a, b, c) __builtin_fmaf(a, b, c)
#else
#define VM_MULADD(a, b, c) ((a) * (b) + (c))
#endif

/* 2^(n + bias - 127), where k are the bits of the float 1.5 * 2^23 + n */
static inline float vm_power(uint32_t k, uint32_t bias) { return vm_from_bits((k << 23) + (bias << 23)); }
static inline uint32_t vm_least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* a where mask is -1, b where it is 0. Compilers may make a branch of a choice written with ?: */
static inline float vm_choose(int32_t mask, float a, float b)
{
    return vm_from_bits((vm_bits(a) & (uint32_t)mask) | (vm_bits(b) & ~(uint32_t)mask));
}

/* e^r - 1 for |r| <= 0.35, as r + r^2 p(r) */
static inline float vm_expm1_small(float r)
{
    float z = r * r;
    float low = VM_MULADD(r, 0.166665405f, 0.5f), high = VM_MULADD(r, 0.00836690236f, 0.0416666158f);
    high = VM_MULADD(z, 0.00139166042f, high);
    return VM_MULADD(z, VM_MULADD(z, high, low), r);
}

/* x less n ln 2, where n is the nearest integer to x / ln 2, found by adding 1.5 * 2^23. k: the bits of that
 * sum. */
static inline float vm_exp_rest(float x, uint32_t *k)
{
    const float n = VM_MULADD(x, 1.44269504f, 12582912.0f), whole = n - 12582912.0f;
    *k = vm_bits(n);
    return VM_MULADD(whole, -1.42860677e-6f,
                     VM_MULADD(whole, -0.693145752f, x)); /* ln 2 to 16 bits: an exact product */
}

static inline float vm_expf(float x)
{
    float c = x < -104.0f ? -104.0f : x;
    c = c > 89.0f ? 89.0f : c; /* NaN passes through both */
    uint32_t k;
    float y = 1.0f + vm_expm1_small(vm_exp_rest(c, &k));
    int32_t e = (int32_t)(k - 0x4B400000u); /* n as an integer, -150..128 */
    int32_t h = e >> 1;                     /* 2^e in two factors, so that subnormal results round once */
    float s1 = vm_from_bits((uint32_t)(h + 127) << 23), s2 = vm_from_bits((uint32_t)(e - h + 127) << 23);
    y = y * s1 * s2;
    return x != x ? x : y;
}

/* e^x for x <= 0. Below about 2^-126 the result is 0. */
static inline float vm_exp_belowf(float x)
{
    uint32_t k;
    float y = 1.0f + vm_expm1_small(vm_exp_rest(x, &k));
    return x < -87.0f ? 0.0f : y * vm_power(k, 127);
}

/* e^x - 1 = 2^n (e^r - 1) + (2^n - 1), with n and r as for exp. 2^(n-1) is a float for all n. From -20
 * down the result is -1. For small x n is 0, and no digit is lost. */
static inline float vm_expm1f(float x)
{
    float c = x < -20.0f ? -20.0f : x;
    c = c > 89.0f ? 89.0f : c; /* NaN passes through both */
    uint32_t k;
    const float r = vm_exp_rest(c, &k), half = vm_power(k, 126);
    const float y = 2.0f * VM_MULADD(half, vm_expm1_small(r), half - 0.5f);
    return x == 0.0f || x != x ? x : y; /* -0 stays */
}

/* v = 2^n m with sqrt(1/2) <= m < sqrt 2, for normal v > 0 */
static inline float vm_log_split(float v, float *m)
{
    uint32_t u = vm_bits(v);
    int32_t e = (int32_t)(u - 0x3F3504F3u) >> 23;
    *m = vm_from_bits(u - ((uint32_t)e << 23));
    return (float)e;
}

/* ln m + n ln 2 + low. low is below an ulp of m, or n = 0 and m = 1. */
static inline float vm_log_parts(float m, float n, float low)
{
    float f = m - 1.0f, s = f / (2.0f + f), z = s * s;
    float p = 2.0f / 9;
    p = p * z + 2.0f / 7;
    p = p * z + 2.0f / 5;
    p = p * z + 2.0f / 3;
    float half = 0.5f * f * f; /* ln(1+f) = f - (half - s (half + z p)): the large part stays exact */
    low = low + n * 1.42860677e-6f;
    return n * 0.693145752f + (f - (half - (s * (half + z * p) + low)));
}

static inline float vm_logf(float x)
{
    bool tiny = x < 1.17549435e-38f;
    float m, n = vm_log_split(x * (tiny ? 8388608.0f : 1.0f), &m);
    float y = vm_log_parts(m, n - (tiny ? 23.0f : 0.0f), 0.0f);
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    y = x == INFINITY ? x : y;
    return x != x ? x : y;
}

/* ln(1 + x) = ln u + c / u, where u is 1 + x rounded and c = 1 + x - u is exact (Dekker's sum, larger term
 * first). */
static inline float vm_log1pf(float x)
{
    float u = 1.0f + x, big = x > 1.0f ? x : 1.0f, small = x > 1.0f ? 1.0f : x;
    float m, n = vm_log_split(u, &m);
    float y = vm_log_parts(m, n, (small - (u - big)) / u);
    y = u == 1.0f ? x : y;
    y = u == 0.0f ? -INFINITY : y;
    y = u < 0.0f ? NAN : y;
    y = u == INFINITY ? u : y;
    return x != x ? x : y;
}

/* tanh x = t / (t + 2) with t = e^2x - 1. Without cancellation t = 2^n (e^r - 1) + (2^n - 1), where e^r - 1
 * is twice h + h^2 p(h) for h = r / 2. NaN is computed as small x are. */
static inline float vm_tanhf(float x)
{
    float a = fabsf(x), v = vm_from_bits(vm_least(vm_bits(a), 0x4111999Au)); /* 9.1: from there on it is 1 */
    float n = VM_MULADD(v, 2.88539008f, 12582912.0f);
    uint32_t k = vm_bits(n);
    n = n - 12582912.0f;
    float h = VM_MULADD(n, -0.346572876f, v);
    h = VM_MULADD(n, -7.14303384e-7f, h);
    float q = h * h, low = VM_MULADD(h, 0.66666162f, 1.0f), high = VM_MULADD(h, 0.133870438f, 0.333332926f);
    high = VM_MULADD(q, 0.0445331335f, high);
    float t = VM_MULADD(vm_power(k, 128), VM_MULADD(q, VM_MULADD(q, high, low), h), vm_power(k, 127) - 1.0f);
    float y = t / (t + 2.0f);
    /* Below 0.3, t = 2x (1 + x ...) has lost the low bits of x: the odd series is used. */
    float z = a * a, series = VM_MULADD(z * z, -0.0503728054f, VM_MULADD(z, 0.133149147f, -0.333330631f));
    y = a >= 0.3f ? y : VM_MULADD(a * z, series, a);
    return copysignf(y, x);
}

/* e^-|x|. For NaN some number. Scaled by 2^64 until the end, so that subnormal results are rounded once. */
static inline float vm_exp_minus(float x)
{
    float c = vm_from_bits(vm_least(vm_bits(x) | 0x80000000u, 0xC2D00000u)); /* -|x|, at least -104 */
    uint32_t k;
    const float r = vm_exp_rest(c, &k);
    return (1.0f + vm_expm1_small(r)) * vm_power(k, 127 + 64) * 0x1p-64f;
}

/* sigmoid x from e = vm_exp_minus(x), which cannot overflow. The rounding error of 1 + e corrects the
 * quotient. */
static inline float vm_sigmoid_by(float x, float e)
{
    int32_t negative = (int32_t)vm_bits(x) >> 31;
    float s = 1.0f + e, lost = e - (s - 1.0f);
    float y = vm_choose(negative, e, 1.0f) / s, inverse = vm_choose(negative, 1.0f - y, y);
    y = VM_MULADD(-y, lost * inverse, y);
    return x != x ? x : y;
}
static inline float vm_sigmoidf(float x) { return vm_sigmoid_by(x, vm_exp_minus(x)); }

/* erf x = x + x p(x^2) for |x| < 1, else 1 - e^q(|x|), nearly minimax on [1, 4]. NaN is computed as small x
 * are. */
static inline float vm_erff(float x)
{
    float a = fabsf(x), z = x * x, w = z * z, v = vm_from_bits(vm_least(vm_bits(a), 0x40800000u));
    float p = VM_MULADD(w, 7.80690389e-5f, VM_MULADD(z, -0.00079978531f, 0.0051871622f));
    p = VM_MULADD(w, p, VM_MULADD(z, -0.0268533472f, 0.112835787f));
    p = VM_MULADD(w, p, VM_MULADD(z, -0.37612626f, 0.128379166f));
    float u = v * v, q = VM_MULADD(u, 0.000185578145f, VM_MULADD(v, -0.00293963216f, 0.0218053702f));
    q = VM_MULADD(u, q, VM_MULADD(v, -0.103037409f, -0.638225675f));
    q = VM_MULADD(u, q, VM_MULADD(v, -1.12704003f, -0.000353719952f));
    float y = copysignf(1.0f - vm_exp_belowf(q), x);
    return a >= 1.0f ? y : VM_MULADD(x, p, x);
}

/* ---- sin, cos ---- */

/* Up to here the reduction by multiples of pi/2 is exact enough: the errors of vm_circlef are at most 2 ulp.
 */
#define VM_CIRCLE_MOST 131072.0f

/* x - n pi/2, rounded once. The smallest result but 0, for floats up to VM_CIRCLE_MOST, is above 2^-31. */
static inline float vm_circle_rest(float x, float n)
{
#if defined(__FMA__) || defined(__AVX512F__)
    /* pi/2 in three floats. The first difference is exact, since it has no digit below 2^-24. */
    float r = __builtin_fmaf(n, -1.57079637f, x);
    r = __builtin_fmaf(n, 4.37113883e-8f, r);
    return __builtin_fmaf(n, 1.71512450e-15f, r);
#else
    /* The first 33 bits of pi/2, whose product with n is exact, and the rest of it. */
    double r = (double)x - (double)n * 1.57079632673412561417;
    return (float)(r - (double)n * 6.07710050650619224932e-11);
#endif
}

/* sin(x + quarters pi/2) for |x| <= VM_CIRCLE_MOST: with quarters = 0 sin x, with 1 cos x. x = n pi/2 + r
 * with |r| <= pi/4. The polynomials in r^2 are minimax, with relative errors below 2^-27 and 2^-32. That of
 * cos is 1 - r^2 q, so that no result exceeds 1. */
static inline float vm_circlef(float x, uint32_t quarters)
{
    float n = VM_MULADD(x, 0.636619772f, 12582912.0f); /* the nearest integer, by adding 1.5 * 2^23 */
    uint32_t k = vm_bits(n) + quarters;
    float r = vm_circle_rest(x, n - 12582912.0f), z = r * r;
    float odd = VM_MULADD(z, VM_MULADD(z, -1.95086192e-4f, 8.33211187e-3f), -0.166666538f);
    float even = VM_MULADD(z, VM_MULADD(z, 2.44255425e-5f, -1.38872501e-3f), 0.0416666456f);
    float sine = VM_MULADD(r * z, odd, r), cosine = VM_MULADD(z, VM_MULADD(z, even, -0.5f), 1.0f);
    float y = vm_choose(-(int32_t)(k & 1), cosine, sine);
    y = vm_from_bits(vm_bits(y) ^ (k & 2) << 30);
    return quarters == 0 && x == 0.0f ? x : y; /* -0 + r^2 (-0) is 0 */
}

/* ---- asin, acos, atan: the polynomials are nearly minimax, with errors of t below 2^-31 and 2^-28 ---- */

#define VM_HALF_PI_F    1.57079637f /* pi/2 + VM_HALF_PI_MORE */
#define VM_HALF_PI_MORE 4.37113883e-8f

/* asin s for 0 <= s <= 1/2, and z = s^2 */
static inline float vm_asin_small(float s, float z)
{
    float w = z * z, high = VM_MULADD(z, 0.0375164747f, 0.0144385872f);
    high = VM_MULADD(w, high, VM_MULADD(z, 0.0318077244f, 0.0445169546f));
    return VM_MULADD(s * z, VM_MULADD(w, high, VM_MULADD(z, 0.0750050396f, 0.166666597f)), s);
}
/* Above 1/2 asin a = pi/2 - 2 asin s with s = sqrt((1 - a) / 2). */
static inline float vm_asinf(float x)
{
    const float a = fabsf(x), rest = 0.5f - 0.5f * a;
    const bool big = a > 0.5f;
    const float z = big ? rest : a * a, t = vm_asin_small(big ? sqrtf(rest) : a, z);
    return copysignf(big ? VM_MULADD(-2.0f, t, VM_HALF_PI_F) - VM_HALF_PI_MORE : t, x);
}
/* acos x = pi/2 - asin x; 2 asin s above 1/2, and pi - 2 asin s below -1/2 */
static inline float vm_acosf(float x)
{
    const float a = fabsf(x), rest = 0.5f - 0.5f * a;
    const bool big = a > 0.5f;
    const float z = big ? rest : a * a, t = vm_asin_small(big ? sqrtf(rest) : a, z);
    const float middle = VM_HALF_PI_F - (copysignf(t, x) + VM_HALF_PI_MORE);
    const float end = x < 0.0f ? 2.0f * (VM_HALF_PI_F - (t + VM_HALF_PI_MORE)) : 2.0f * t;
    return big ? end : middle;
}
/* Above 1, atan a = pi/2 - atan(1 / a). */
static inline float vm_atanf(float x)
{
    const float a = fabsf(x);
    const bool big = a > 1.0f;
    const float t = big ? 1.0f / a : a, z = t * t, w = z * z, v = w * w;
    float low =
        VM_MULADD(w, VM_MULADD(z, 0.109521858f, -0.142642424f), VM_MULADD(z, 0.199985489f, -0.333332986f));
    float high = VM_MULADD(w, VM_MULADD(z, 0.0109145995f, -0.0311778337f),
                           VM_MULADD(z, 0.0579575822f, -0.0840344951f));
    high = VM_MULADD(v, -0.00179362029f, high);
    const float y = VM_MULADD(t * z, VM_MULADD(v, high, low), t);
    return copysignf(big ? VM_HALF_PI_F - (y + VM_HALF_PI_MORE) : y, x);
}

/* ---- pow, where the instruction set has fused multiply-adds ---- */

#if defined(__FMA__) || defined(__AVX512F__)

/* log2 v for a normal v > 0, with a relative error below 2^-37. v = 2^n m with sqrt(1/2) <= m < sqrt 2, and
 * ln m = 2 artanh((m - 1) / (m + 1)). */
static inline double vm_wide_log2(double v)
{
    uint64_t u = vm_wide_bits(v), k = (u + 0x00095F619980C433u) >> 52; /* n + 1023 */
    double m = vm_wide_from_bits(u - (k << 52) + 0x3FF0000000000000u);
    double n = vm_wide_from_bits(k | 0x4330000000000000u) - (0x1p52 + 1023);
    double s = (m - 1) / (m + 1), z = s * s, w = z * z;
    double p =
        __builtin_fma(w, 0.34073010658604513, __builtin_fma(z, 0.41167271899773017, 0.5770835849651524));
    p = __builtin_fma(w, p, __builtin_fma(z, 0.9617966733417975, 2.8853900817900864));
    return __builtin_fma(s, p, n);
}

/* 2^t for |t| <= 1000, with a relative error below 2^-29. */
static inline double vm_wide_exp2(double t)
{
    double n = t + 0x1.8p52, f = t - (n - 0x1.8p52), z = f * f;
    double high = __builtin_fma(f, 0.00133999836808603, 0.009618489621648274);
    high = __builtin_fma(z, 0.00015345743131461894, high);
    double low = __builtin_fma(f, 0.6931472057959797, 1.0000000005560223);
    low = __builtin_fma(z, __builtin_fma(f, 0.055503286480287, 0.2402264688068306), low);
    return vm_wide_from_bits(vm_wide_bits(__builtin_fma(z * z, high, low)) + (vm_wide_bits(n) << 52));
}

/* a^b with the special cases of C99 (annex F), in double until the end. The error is below 0.55 ulp, and a
 * result that is a float is exact. |a|^b = 2^(b log2 |a|), where 0 and infinity count as 2^-500 and 2^500.
 * From 2^24 on every float is even. All is in double and in 64 bits, since gcc makes vectors of that alone.
 */
static inline float vm_powf(float base, float exponent)
{
    double a = (double)base, b = (double)exponent, v = fabs(a), l = vm_wide_log2(v);
    l = v == 0 ? -0x1p500 : l;
    l = v == INFINITY ? 0x1p500 : l;
    double t = b * l;
    t = v == 1 ? 0 : t; /* b may be infinite */
    t = t < -200 ? -200 : t;
    t = t > 200 ? 200 : t;
    double y = vm_wide_exp2(t);
    double c = fabs(b) < 0x1p24 ? b : 0x1p24, n = c + 0x1.8p52; /* rounded to an integer */
    double turned = vm_wide_from_bits(vm_wide_bits(y) ^ (vm_wide_bits(a) & vm_wide_bits(n) << 63));
    double broken = a < 0 ? NAN : y;
    broken = v == INFINITY ? y : broken;
    y = n - 0x1.8p52 == c ? turned : broken;
    y = a != a ? a : y;
    y = b != b ? b : y;
    y = a == 1 ? 1 : y;
    return (float)(b == 0 ? 1 : y);
}

#else
static inline float vm_powf(float base, float exponent) { return powf(base, exponent); }
#endif

#define EXP(x)       _Generic((x), float : vm_expf, default : vm_exp)(x)
#define LOG(x)       _Generic((x), float : vm_logf, default : vm_log)(x)
#define EXP_BELOW(x) _Generic((x), float : vm_exp_belowf, default : vm_exp)(x)
#define EXPM1(x)     _Generic((x), float : vm_expm1f, default : vm_expm1)(x)
#define ASIN(x)      _Generic((x), float : vm_asinf, default : vm_asin)(x)
#define ACOS(x)      _Generic((x), float : vm_acosf, default : vm_acos)(x)
#define ATAN(x)      _Generic((x), float : vm_atanf, default : vm_atan)(x)
#define LOG1P(x)     _Generic((x), float : vm_log1pf, default : vm_log1p)(x)
#define TANH(x)      _Generic((x), float : vm_tanhf, default : vm_tanh)(x)
#define SIGMOID(x)   _Generic((x), float : vm_sigmoidf, default : vm_sigmoid)(x)
#define ERF(x)       _Generic((x), float : vm_erff, default : erf)(x)
#define SQRT(x)      _Generic((x), float : sqrtf, default : sqrt)(x)
#define ABS(x)       _Generic((x), float : fabsf, double : fabs, default : wg_abs_int)(x)
static inline int64_t wg_abs_int(int64_t v) { return v < 0 ? -v : v; }

#endif
