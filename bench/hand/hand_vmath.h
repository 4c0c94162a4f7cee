/* hand_vmath.h: exp, tanh, sigmoid, log1p, sin, cos of floats, for loops that the compiler vectorises.
 *
 * The functions have no branches. The argument is reduced to |r| <= ln 2 / 2 by the nearest multiple of ln 2;
 * a polynomial, fitted by reweighted least squares on Chebyshev nodes, is nearly minimax. check_vmath.c
 * measures the errors against libm in double: at most 2 ulp (exp, log1p, sin, cos), 3 ulp (tanh, sigmoid).
 * The polynomials of sin and cos are those of Cephes' sinf and cosf.
 */
#ifndef HAND_VMATH_H
#define HAND_VMATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define VECTOR_LOOP _Pragma("omp simd")

/* The files are compiled with -fassociative-math, for fast sums. VMATH_KEEP keeps the order of operations
 * where digits depend on it. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#define VMATH_KEEP(x) __builtin_assoc_barrier(x)
#else
#define VMATH_KEEP(x) (x)
#endif

static inline float vmath_clip(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

static inline float vmath_power_of_two(int32_t n)
{
    uint32_t bits = (uint32_t)(n + 127) << 23;
    float y;
    memcpy(&y, &bits, sizeof y);
    return y;
}

/* Sets n and returns e^r - 1, where x = n ln 2 + r. Unlike e^r, e^r - 1 does not lose digits near 0. */
static inline float vmath_reduced_expm1(float x, float *n)
{
    *n = __builtin_rintf(x * 1.44269504F);
    float r = VMATH_KEEP(x - *n * 0x1.62e4p-1F) - *n * 0x1.7f7d1cp-20F;
    r = VMATH_KEEP(r);
    float z = r * r;
    float q = (0.5F + 1.6666539e-1F * r) + z * ((4.1667223e-2F + 8.36718082e-3F * r) + z * 1.38823933e-3F);
    return VMATH_KEEP(r + z * q);
}

/* Arguments are clipped to -87 .. 88. */
static inline float vmath_exp(float x)
{
    float n, p = vmath_reduced_expm1(vmath_clip(x, -87, 88), &n), s = vmath_power_of_two((int32_t)n);
    return s + s * p;
}

static inline float vmath_tanh(float x)
{
    float n, p = vmath_reduced_expm1(2 * vmath_clip(x, -9.1F, 9.1F), &n), s = vmath_power_of_two((int32_t)n);
    float e = s * p + VMATH_KEEP(s - 1); /* e^2x - 1 */
    return e / (e + 2);
}

static inline float vmath_sigmoid(float x) { return 1 / (1 + vmath_exp(-x)); }

/* For 0 <= e <= 1. Computed as 2 artanh(e / (2 + e)). */
static inline float vmath_log1p(float e)
{
    float s = e / (2 + e), z = s * s;
    float q = (0.333332062F + 0.200108856F * z) + z * z * (0.139989316F + 0.140156403F * z);
    return 2 * (s + s * z * q);
}

/* max(z, 0) + ln(1 + e^-|z|), given e = e^-|z|. */
static inline float vmath_softplus(float z, float e) { return (z > 0 ? z : 0) + vmath_log1p(e); }

typedef struct vmath_pair {
    float sin, cos;
} vmath_pair;

/* For |x| up to 100. x = n pi / 2 + r; an odd n exchanges sine and cosine. */
static inline vmath_pair vmath_sincos(float x)
{
    float n = __builtin_rintf(x * 0.636619772F);
    int32_t quarter = (int32_t)n;
    float r = VMATH_KEEP(VMATH_KEEP(x - n * 1.5703125F) - n * 4.837512969970703e-4F);
    r = VMATH_KEEP(r - n * 7.54978995489188e-8F);
    float z = r * r;
    float s = r + r * z * (-1.6666654611e-1F + z * (8.3321608736e-3F - z * 1.9515295891e-4F));
    float c = 1 - 0.5F * z +
              z * z * (4.166664568298827e-2F + z * (-1.388731625493765e-3F + z * 2.443315711809948e-5F));
    float sine = quarter & 1 ? c : s, cosine = quarter & 1 ? s : c;
    return (vmath_pair){ quarter & 2 ? -sine : sine, (quarter + 1) & 2 ? -cosine : cosine };
}

#endif
