/* conv_vectors.h: vectors for files that both_floats.h includes: N(vector), N(any) at any address,
 * N(MULADD). */
#ifndef WG_CONV_VECTORS_H
#define WG_CONV_VECTORS_H

#include "kernel/vectors.h"

/* Before a loop with a constant number of turns: its arrays of vectors then stay in registers. */
#define UNROLL _Pragma("GCC unroll 12")

typedef f32s vector_f32;
typedef f64s vector_f64;
typedef f32s_anywhere any_f32;
typedef f64s_anywhere any_f64;
#define MULADD_f32  MULADD_float
#define MULADD_f64  MULADD_double
#define MULADD1_f32 MULADD1_float
#define MULADD1_f64 MULADD1_double

/* Loads and stores of the first `count` lanes, which a mask says. The others are 0, or are not written. */
#if WG_ISA_INDEX == 2
typedef __mmask16 mask_f32;
typedef __mmask8 mask_f64;
ALWAYS_INLINE mask_f32 mask_of_f32(int64_t count) { return (mask_f32)((1U << count) - 1); }
ALWAYS_INLINE mask_f64 mask_of_f64(int64_t count) { return (mask_f64)((1U << count) - 1); }
ALWAYS_INLINE f32s load_f32(const float *x, mask_f32 m) { return (f32s)_mm512_maskz_loadu_ps(m, x); }
ALWAYS_INLINE f64s load_f64(const double *x, mask_f64 m) { return (f64s)_mm512_maskz_loadu_pd(m, x); }
ALWAYS_INLINE void store_f32(float *y, mask_f32 m, f32s v) { _mm512_mask_storeu_ps(y, m, (__m512)v); }
ALWAYS_INLINE void store_f64(double *y, mask_f64 m, f64s v) { _mm512_mask_storeu_pd(y, m, (__m512d)v); }
#elif WG_ISA_INDEX == 1
typedef __m256i mask_f32, mask_f64;
ALWAYS_INLINE mask_f32 mask_of_f32(int64_t count)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
ALWAYS_INLINE mask_f64 mask_of_f64(int64_t count)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}
ALWAYS_INLINE f32s load_f32(const float *x, mask_f32 m) { return (f32s)_mm256_maskload_ps(x, m); }
ALWAYS_INLINE f64s load_f64(const double *x, mask_f64 m) { return (f64s)_mm256_maskload_pd(x, m); }
ALWAYS_INLINE void store_f32(float *y, mask_f32 m, f32s v) { _mm256_maskstore_ps(y, m, (__m256)v); }
ALWAYS_INLINE void store_f64(double *y, mask_f64 m, f64s v) { _mm256_maskstore_pd(y, m, (__m256d)v); }
#else
typedef int64_t mask_f32, mask_f64;
ALWAYS_INLINE mask_f32 mask_of_f32(int64_t count) { return count; }
ALWAYS_INLINE mask_f64 mask_of_f64(int64_t count) { return count; }
ALWAYS_INLINE f32s load_f32(const float *x, mask_f32 count)
{
    f32s v = { 0 };
    for (int64_t i = 0; i < count; i++) v[i] = x[i];
    return v;
}
ALWAYS_INLINE f64s load_f64(const double *x, mask_f64 count)
{
    f64s v = { 0 };
    for (int64_t i = 0; i < count; i++) v[i] = x[i];
    return v;
}
ALWAYS_INLINE void store_f32(float *y, mask_f32 count, f32s v)
{
    for (int64_t i = 0; i < count; i++) y[i] = v[i];
}
ALWAYS_INLINE void store_f64(double *y, mask_f64 count, f64s v)
{
    for (int64_t i = 0; i < count; i++) y[i] = v[i];
}
#endif

/* A vector; of the last one of a row the first lanes alone. */
ALWAYS_INLINE f32s get_f32(const float *x, bool last, mask_f32 m)
{
    if (last) return load_f32(x, m);
    return *(const f32s_anywhere *)x;
}
ALWAYS_INLINE f64s get_f64(const double *x, bool last, mask_f64 m)
{
    if (last) return load_f64(x, m);
    return *(const f64s_anywhere *)x;
}

#endif
