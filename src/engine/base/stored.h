/* stored.h: elements of the dtypes that are only stored (u8, f16, bf16) as floats, and floats as such
 * elements. docs/inside/arithmetic.md defines each conversion to the bit. All loops here are free of
 * branches, so that compilers make vectors of them. */
#ifndef WGI_STORED_H
#define WGI_STORED_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "wengert/base.h"

#include "base/intrinsics.h"

static inline uint32_t wgi_bits_of(float v)
{
    uint32_t b;
    memcpy(&b, &v, sizeof b);
    return b;
}

static inline float wgi_float_of(uint32_t b)
{
    float v;
    memcpy(&v, &b, sizeof v);
    return v;
}

/* ---- one element as a float: exact ---- */

/* bf16 is the upper half of an f32. */
static inline float wgi_of_bf16(uint16_t h) { return wgi_float_of((uint32_t)h << 16); }

/* IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. A NaN keeps its sign and fraction, and is
 * quiet. */
static inline float wgi_of_f16(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16, x = (uint32_t)(h & 0x7FFF) << 13;
    const uint32_t normal = x + (112u << 23);
    const uint32_t special = (x + (224u << 23)) | (x > 31u << 23 ? 1u << 22 : 0);
    /* fraction * 2^-24: the fraction is put behind the 1 of 2^-14, which is then taken away */
    const uint32_t small = wgi_bits_of(wgi_float_of(x + (113u << 23)) - 0x1p-14f);
    return wgi_float_of(sign | (x >= 31u << 23 ? special : x >= 1u << 23 ? normal : small));
}

/* ---- a float as one element: rounded to the nearest, of two the even one ---- */

/* A NaN keeps its sign and the upper part of its fraction, and is quiet. */
static inline uint16_t wgi_to_bf16(float v)
{
    const uint32_t x = wgi_bits_of(v), nan = x >> 16 | 0x40, rounded = (x + 0x7FFF + (x >> 16 & 1)) >> 16;
    return (uint16_t)((x & 0x7FFFFFFF) > 0x7F800000 ? nan : rounded);
}

/* 65,520 is half way from the largest f16 to the next power of two: from there on the result is infinite. */
static inline uint16_t wgi_to_f16(float v)
{
    const uint32_t all = wgi_bits_of(v), sign = all >> 16 & 0x8000, x = all & 0x7FFFFFFF;
    const uint32_t nan = 0x7E00 | (x >> 13 & 0x3FF);
    const uint32_t normal = (x - (112u << 23) + 0xFFF + (x >> 13 & 1)) >> 13;
    /* the sum with 0.5, whose last place is 2^-24, is rounded as an f16 below 2^-14 is */
    const uint32_t small = wgi_bits_of(wgi_float_of(x) + 0.5f) - wgi_bits_of(0.5f);
    const uint32_t y = x < 0x38800000 ? small : x < 0x477FF000 ? normal : 0x7C00;
    return (uint16_t)(sign | (x > 0x7F800000 ? nan : y));
}

/* Towards zero, cut to [0, 255], 0 for NaN. */
static inline uint8_t wgi_to_u8(float v) { return (uint8_t)(v > 0 ? v < 255 ? (int32_t)v : 255 : 0); }

/* ---- wider numbers as floats, on their way to such an element ---- */

/* v as a float that is rounded to odd: exact, or of the two floats around v the one with an odd last bit. A
 * float that is then rounded to 22 or fewer bits, or cut to an integer, has the bits of v rounded once. */
static inline float wgi_odd_float(double v)
{
    const float f = (float)v;
    const double back = (double)f, size = v < 0 ? -v : v, rounded = back < 0 ? -back : back;
    const uint32_t x = wgi_bits_of(f) - (rounded > size);
    return wgi_float_of(rounded == size || v != v ? wgi_bits_of(f) : x | 1);
}

/* An integer with the lowest 11 bits rounded to odd in the same manner: exact as a double. */
static inline float wgi_odd_float_of(int64_t v)
{
    const int64_t high = v & ~INT64_C(2047);
    const bool fits = v > -(INT64_C(1) << 53) && v < INT64_C(1) << 53;
    return wgi_odd_float((double)(fits ? v : v == high ? v : high | 2048));
}

/* ---- n elements ---- */

static inline void wgi_widen_bf16(const uint16_t *restrict x, float *restrict y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] = wgi_of_bf16(x[i]);
}

static inline void wgi_narrow_bf16(const float *restrict x, uint16_t *restrict y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] = wgi_to_bf16(x[i]);
}

static inline void wgi_widen_u8(const uint8_t *restrict x, float *restrict y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] = x[i];
}

static inline void wgi_narrow_u8(const float *restrict x, uint8_t *restrict y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] = wgi_to_u8(x[i]);
}

/* AVX-512 has instructions for f16. They round and treat NaNs as the functions above do. */
static inline void wgi_widen_f16(const uint16_t *restrict x, float *restrict y, int64_t n)
{
    int64_t i = 0;
#if defined(WG_ISA_INDEX) && WG_ISA_INDEX == 2
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(y + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)(x + i))));
#endif
    for (; i < n; i++) y[i] = wgi_of_f16(x[i]);
}

static inline void wgi_narrow_f16(const float *restrict x, uint16_t *restrict y, int64_t n)
{
    int64_t i = 0;
#if defined(WG_ISA_INDEX) && WG_ISA_INDEX == 2
    for (; i + 16 <= n; i += 16)
        _mm256_storeu_si256((__m256i *)(void *)(y + i),
                            _mm512_cvtps_ph(_mm512_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
#endif
    for (; i < n; i++) y[i] = wgi_to_f16(x[i]);
}

/* n elements of a stored dtype as floats. */
static inline void wgi_widen(wg_dtype t, const void *x, float *y, int64_t n)
{
    if (t == WG_BF16) wgi_widen_bf16((const uint16_t *)x, y, n);
    else if (t == WG_F16) wgi_widen_f16((const uint16_t *)x, y, n);
    else wgi_widen_u8((const uint8_t *)x, y, n);
}

static inline void wgi_narrow(wg_dtype t, const float *x, void *y, int64_t n)
{
    if (t == WG_BF16) wgi_narrow_bf16(x, (uint16_t *)y, n);
    else if (t == WG_F16) wgi_narrow_f16(x, (uint16_t *)y, n);
    else wgi_narrow_u8(x, (uint8_t *)y, n);
}

/* n elements of any dtype as floats, rounded to odd. Returns where they are: x itself, or y, which
 * has room. */
static inline const float *wgi_as_floats(wg_dtype t, const void *x, float *y, int64_t n)
{
    switch (t) {
    case WG_F32: return (const float *)x;
    case WG_F64:
        for (int64_t i = 0; i < n; i++) y[i] = wgi_odd_float(((const double *)x)[i]);
        break;
    case WG_I32:
        for (int64_t i = 0; i < n; i++) y[i] = wgi_odd_float(((const int32_t *)x)[i]);
        break;
    case WG_I64:
        for (int64_t i = 0; i < n; i++) y[i] = wgi_odd_float_of(((const int64_t *)x)[i]);
        break;
    case WG_BOOL:
        for (int64_t i = 0; i < n; i++) y[i] = ((const bool *)x)[i];
        break;
    default: wgi_widen(t, x, y, n); break;
    }
    return y;
}

#endif
