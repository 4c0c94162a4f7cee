/* vectors.h: for files that both_floats.h includes, vectors as wide as the instruction set has them:
 * N(vector), N(any) at any address, N(MULADD) is a b + c, rounded once where the instruction set can,
 * N(MULADD1) the same for numbers, and loads and stores of some lanes. */
#ifndef WGI_VECTORS_H
#define WGI_VECTORS_H

#include "base/intrinsics.h"
#include "kernel/kernel.h"

/* Before a loop with a constant number of turns: its arrays of vectors then stay in registers. */
#define UNROLL _Pragma("GCC unroll 12")
/* Elements of a vector of T. */
#define LANES(T) ((int64_t)(BYTES / sizeof(T)))

#if WG_ISA_INDEX == 2
#define BYTES               64
#define MULADD_f32(a, b, c) (vector_f32) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#define MULADD_f64(a, b, c) (vector_f64) _mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c))
#elif WG_ISA_INDEX == 1
#define BYTES               32
#define MULADD_f32(a, b, c) (vector_f32) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#define MULADD_f64(a, b, c) (vector_f64) _mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c))
#else
#define BYTES               16
#define MULADD_f32(a, b, c) ((a) * (b) + (c))
#define MULADD_f64(a, b, c) ((a) * (b) + (c))
#endif
#if WG_ISA_INDEX > 0
#define MULADD1_f32(a, b, c) __builtin_fmaf(a, b, c)
#define MULADD1_f64(a, b, c) __builtin_fma(a, b, c)
#else
#define MULADD1_f32(a, b, c) ((a) * (b) + (c))
#define MULADD1_f64(a, b, c) ((a) * (b) + (c))
#endif

typedef float vector_f32 __attribute__((vector_size(BYTES), may_alias));
typedef double vector_f64 __attribute__((vector_size(BYTES), may_alias));
typedef float any_f32 __attribute__((vector_size(BYTES), aligned(4), may_alias));
typedef double any_f64 __attribute__((vector_size(BYTES), aligned(8), may_alias));

/* Loads and stores of the first `count` lanes, which a mask says. The others are 0, or are not written. */
#if WG_ISA_INDEX == 2
typedef __mmask16 mask_f32;
typedef __mmask8 mask_f64;
ALWAYS_INLINE mask_f32 mask_of_f32(int64_t count) { return (mask_f32)((1U << count) - 1); }
ALWAYS_INLINE mask_f64 mask_of_f64(int64_t count) { return (mask_f64)((1U << count) - 1); }
ALWAYS_INLINE vector_f32 load_f32(const float *x, mask_f32 m)
{
    return (vector_f32)_mm512_maskz_loadu_ps(m, x);
}
ALWAYS_INLINE vector_f64 load_f64(const double *x, mask_f64 m)
{
    return (vector_f64)_mm512_maskz_loadu_pd(m, x);
}
ALWAYS_INLINE void store_f32(float *y, mask_f32 m, vector_f32 v) { _mm512_mask_storeu_ps(y, m, (__m512)v); }
ALWAYS_INLINE void store_f64(double *y, mask_f64 m, vector_f64 v) { _mm512_mask_storeu_pd(y, m, (__m512d)v); }
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
ALWAYS_INLINE vector_f32 load_f32(const float *x, mask_f32 m) { return (vector_f32)_mm256_maskload_ps(x, m); }
ALWAYS_INLINE vector_f64 load_f64(const double *x, mask_f64 m)
{
    return (vector_f64)_mm256_maskload_pd(x, m);
}
ALWAYS_INLINE void store_f32(float *y, mask_f32 m, vector_f32 v) { _mm256_maskstore_ps(y, m, (__m256)v); }
ALWAYS_INLINE void store_f64(double *y, mask_f64 m, vector_f64 v) { _mm256_maskstore_pd(y, m, (__m256d)v); }
#else
typedef int64_t mask_f32, mask_f64;
#endif

#define FLOATS_FILE "kernel/vector_lanes.h"
#include "kernel/both_floats.h"

#endif
