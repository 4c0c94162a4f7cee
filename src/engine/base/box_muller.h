/* box_muller.h: a standard normal number from two uniform numbers (Box and Muller 1958), without branches, so
 * that the compiler vectorises it. It adds and multiplies in double, divides, takes square roots, and uses no
 * fused multiply-add, so it has the same bits with every instruction set. The relative error is below 2^-50:
 * logarithm and sine are polynomials that interpolate at Chebyshev nodes. */
#ifndef WGI_BOX_MULLER_H
#define WGI_BOX_MULLER_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t bm_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
static inline double bm_from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* k / 2^53 for k < 2^53. Each half of k becomes a double by its bits, since AVX2 converts no 64-bit
 * integers. Nothing is rounded. */
static inline double bm_unit(uint64_t k)
{
    double high = bm_from_bits(k >> 32 | UINT64_C(0x453) << 52);         /* 2^84 + 2^32 (k >> 32) */
    double low = bm_from_bits((k & UINT32_MAX) | UINT64_C(0x433) << 52); /* 2^52 + the lower half */
    return ((high - 0x1.00000001p84) + low) * 0x1p-53;
}

/* ln u for 0 < u <= 1. u = 2^e m with sqrt(1/2) <= m < sqrt 2; ln m = 2 artanh(s), s = (m - 1) / (m + 1). */
static inline double bm_log(double u)
{
    const uint64_t half_root = 0x3FE6A09E667F3BCD, bias = 1024; /* the bits of sqrt(1/2) */
    uint64_t n = (bm_bits(u) - half_root + (bias << 52)) >> 52; /* e + 1024 */
    double m = bm_from_bits(bm_bits(u) - ((n - bias) << 52));
    double e = bm_from_bits(n | UINT64_C(0x433) << 52) - (0x1p52 + 1024);
    double f = m - 1, s = f / (2 + f), z = s * s;
    double p = z * 0.14616449685043406 + 0.15331721600556042;
    p = p * z + 0.18182889125261723;
    p = p * z + 0.2222221113479508;
    p = p * z + 0.28571428625975487;
    p = p * z + 0.39999999999899505;
    p = p * z + 0.666666666666667;
    /* ln 2 in two parts: the product of the first one and e is exact */
    return e * 0x1.62e42fefa38p-1 + (e * 0x1.ef35793c7673p-45 + (s * z * p + 2 * s));
}

/* sin 2 pi t for |t| <= 1/4 */
static inline double bm_sin(double t)
{
    double z = t * t, p = z * 0.10089695501646812 - 0.7177337921413454;
    p = p * z + 3.8199280942271643;
    p = p * z - 15.0946416761179;
    p = p * z + 42.058693925428685;
    p = p * z - 76.70585975282492;
    p = p * z + 81.60524927607362;
    p = p * z - 41.341702240399755;
    p = p * z + 6.283185307179586;
    return p * t;
}

/* sqrt(-2 ln u) cos 2 pi v, for u in (0, 1] and v in [0, 1]. cos 2 pi v = sin 2 pi (|v - 1/2| - 1/4), and
 * these two subtractions round nothing. */
static inline double bm_normal(double u, double v)
{
    return sqrt(-2 * bm_log(u)) * bm_sin(fabs(v - 0.5) - 0.25);
}

/* sqrt(-2 ln u) sin 2 pi v, the second number of the same two: independent of the first. sin 2 pi v equals
 * cos 2 pi w with w = v - 1/4 or v + 3/4, the one that is in [0, 1). w is exact if v is a multiple of
 * 2^-53. */
static inline double bm_second_normal(double u, double v)
{
    return bm_normal(u, v < 0.25 ? v + 0.75 : v - 0.25);
}

#endif
