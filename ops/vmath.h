/* vmath.h: exp, log, tanh, sigmoid, log1p for f32 without branches, so that the compiler vectorises them and an element's
 * bits do not depend on its place. No fused multiply-add, but in vm_exp_belowf, softmax's: one sequence of IEEE operations on
 * every instruction set.
 * Errors measured over all floats (make check-vmath): at most 2 ulp. f64 goes through libm.
 *
 * exp: x = n ln 2 + r, |r| <= ln 2 / 2, Cody and Waite's split of ln 2; the polynomial is the Taylor series of e^r to r^7,
 * with relative remainder below 2^-26 on that range.
 * log: x = 2^n m, sqrt(1/2) <= m < sqrt 2; ln m = 2 artanh(s), s = (m-1)/(m+1), by its series in s^2. */
#ifndef WG_VMATH_H
#define WG_VMATH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/* e^r - 1 for |r| <= 0.35, as r + r^2 p(r) */
static inline float vm_expm1_small(float r)
{
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    return r + r * r * p;
}

static inline float vm_expf(float x)
{
    float c = x < -104.0f ? -104.0f : x;
    c = c > 89.0f ? 89.0f : c;                  /* NaN passes through both */
    float    n = c * 1.44269504f + 12582912.0f; /* round to the nearest integer by adding 1.5 * 2^23 */
    uint32_t k = vm_bits(n);
    n = n - 12582912.0f;
    float r = c - n * 0.693145752f; /* ln 2 to 16 bits, exact product */
    r = r - n * 1.42860677e-6f;
    float   y = 1.0f + vm_expm1_small(r);
    int32_t e = (int32_t)(k - 0x4B400000u); /* n as an integer, -150..128 */
    int32_t h = e >> 1;                     /* 2^e in two factors, so that subnormal results round once */
    float   s1 = vm_from_bits((uint32_t)(h + 127) << 23), s2 = vm_from_bits((uint32_t)(e - h + 127) << 23);
    y = y * s1 * s2;
    return x != x ? x : y;
}

/* a b + c, rounded once where the instruction set has it so. */
#if defined(__FMA__) || defined(__AVX512F__)
#define VM_MULADD(a, b, c) __builtin_fmaf(a, b, c)
#else
#define VM_MULADD(a, b, c) ((a) * (b) + (c))
#endif

/* e^x for x <= 0, as softmax needs it: 0 where it would be below 2^-126 or so. */
static inline float vm_exp_belowf(float x)
{
    float    n = VM_MULADD(x, 1.44269504f, 12582912.0f);
    uint32_t k = vm_bits(n);
    n = n - 12582912.0f;
    float r = VM_MULADD(n, -0.693145752f, x);
    r = VM_MULADD(n, -1.42860677e-6f, r);
    float p = 1.0f / 5040;
    p = VM_MULADD(p, r, 1.0f / 720);
    p = VM_MULADD(p, r, 1.0f / 120);
    p = VM_MULADD(p, r, 1.0f / 24);
    p = VM_MULADD(p, r, 1.0f / 6);
    p = VM_MULADD(p, r, 0.5f);
    float y = 1.0f + VM_MULADD(r * r, p, r);
    y = y * vm_from_bits((k << 23) + 0x3F800000u); /* 2^n: the low bits of k are n */
    return x < -87.0f ? 0.0f : y;
}

/* v = 2^n m with sqrt(1/2) <= m < sqrt 2, for normal v > 0 */
static inline float vm_log_split(float v, float *m)
{
    uint32_t u = vm_bits(v);
    int32_t  e = (int32_t)(u - 0x3F3504F3u) >> 23;
    *m = vm_from_bits(u - ((uint32_t)e << 23));
    return (float)e;
}

/* ln m + n ln 2 + low, low below an ulp of m or n = 0 and m = 1 */
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
    bool  tiny = x < 1.17549435e-38f;
    float m, n = vm_log_split(x * (tiny ? 8388608.0f : 1.0f), &m);
    float y = vm_log_parts(m, n - (tiny ? 23.0f : 0.0f), 0.0f);
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    y = x == INFINITY ? x : y;
    return x != x ? x : y;
}

/* ln(1 + x) = ln u + c / u, where u is 1 + x rounded and c = 1 + x - u is exact (Dekker's sum, larger term first). */
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

/* tanh x = t / (t + 2) with t = e^2x - 1; t without cancellation: 2^n (e^r - 1) + (2^n - 1). Where n is 0 that is the small
 * polynomial itself. */
static inline float vm_tanhf(float x)
{
    float    a = fabsf(x);
    float    v = 2.0f * (a > 10.0f ? 10.0f : a);
    float    n = v * 1.44269504f + 12582912.0f;
    uint32_t k = vm_bits(n);
    n = n - 12582912.0f;
    float r = v - n * 0.693145752f;
    r = r - n * 1.42860677e-6f;
    float s = vm_from_bits((k - 0x4B400000u + 127u) << 23);
    float t = s * vm_expm1_small(r) + (s - 1.0f);
    float y = t / (t + 2.0f);
    /* below: t = 2x (1 + x ...) has lost the low bits of x; the odd series is exact there */
    float z = a * a;
    float small = a + a * z * (-1.0f / 3 + z * (2.0f / 15 + z * (-17.0f / 315 + z * (62.0f / 2835 + z * (-1382.0f / 155925)))));
    y = a < 0.35f ? small : y;
    y = copysignf(y, x);
    return x != x ? x : y;
}

/* e^-|x| cannot overflow; what its sum with 1 lost comes back as a correction of the quotient. */
static inline float vm_sigmoidf(float x)
{
    float e = vm_expf(x < 0 ? x : -x), s = 1.0f + e, lost = e - (s - 1.0f);
    float y = (x < 0 ? e : 1.0f) / s, inverse = x < 0 ? 1.0f - y : y;
    return y - y * (lost * inverse);
}

static inline double vm_sigmoid(double x)
{
    double e = exp(x < 0 ? x : -x), d = 1 / (1 + e);
    return x < 0 ? e * d : d;
}

#define EXP(x)       _Generic((x), float : vm_expf, default : exp)(x)
#define LOG(x)       _Generic((x), float : vm_logf, default : log)(x)
#define EXP_BELOW(x) _Generic((x), float : vm_exp_belowf, default : exp)(x)
#define LOG1P(x)     _Generic((x), float : vm_log1pf, default : log1p)(x)
#define TANH(x)      _Generic((x), float : vm_tanhf, default : tanh)(x)
#define SIGMOID(x)   _Generic((x), float : vm_sigmoidf, default : vm_sigmoid)(x)
#define SQRT(x)      _Generic((x), float : sqrtf, default : sqrt)(x)
#define SIN(x)       _Generic((x), float : sinf, default : sin)(x)
#define COS(x)       _Generic((x), float : cosf, default : cos)(x)
#define POW(x, y)    _Generic((x), float : powf, default : pow)(x, y)
#define ABS(x)       _Generic((x), float : fabsf, double : fabs, default : wg_abs_int)(x)
static inline int64_t wg_abs_int(int64_t v) { return v < 0 ? -v : v; }

#endif
