/* hand_vmath.h: exp, tanh, sigmoid, log1p of floats, for loops that the compiler vectorises.
 *
 * The functions have no branches. The argument is reduced to |r| <= ln 2 / 2 by the nearest multiple of ln 2;
 * a polynomial, fitted by reweighted least squares on Chebyshev nodes, is nearly minimax. check_vmath.c
 * measures the errors against libm in double: at most 2 ulp (exp, log1p), 3 ulp (tanh, sigmoid).
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

#endif
