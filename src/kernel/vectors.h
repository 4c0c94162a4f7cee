/* vectors.h: vectors as wide as the instruction set has them, and a b + c on them, rounded once
 * where it can. */
#ifndef WGI_VECTORS_H
#define WGI_VECTORS_H

#include "kernel/kernel.h"

#if WG_ISA_INDEX == 2
#include <immintrin.h>
#define BYTES                  64
#define MULADD_float(a, b, c)  (f32s) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#define MULADD_double(a, b, c) (f64s) _mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c))
#elif WG_ISA_INDEX == 1
#include <immintrin.h>
#define BYTES                  32
#define MULADD_float(a, b, c)  (f32s) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#define MULADD_double(a, b, c) (f64s) _mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c))
#else
#define BYTES                  16
#define MULADD_float(a, b, c)  ((a) * (b) + (c))
#define MULADD_double(a, b, c) ((a) * (b) + (c))
#endif

typedef float f32s __attribute__((vector_size(BYTES), may_alias));
typedef double f64s __attribute__((vector_size(BYTES), may_alias));
typedef float f32s_anywhere __attribute__((vector_size(BYTES), aligned(4), may_alias));
typedef double f64s_anywhere __attribute__((vector_size(BYTES), aligned(8), may_alias));

/* The same for numbers. */
#if WG_ISA_INDEX > 0
#define MULADD1_float(a, b, c)  __builtin_fmaf(a, b, c)
#define MULADD1_double(a, b, c) __builtin_fma(a, b, c)
#else
#define MULADD1_float(a, b, c)  ((a) * (b) + (c))
#define MULADD1_double(a, b, c) ((a) * (b) + (c))
#endif

#endif
