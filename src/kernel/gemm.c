/* gemm.c: products of matrices of our own: for builds without BLAS, and where BLAS has no kernels for this processor and falls
 * back to those of one much older.
 *
 * Every sum is taken over k in order, with products and sums in one rounding where the instruction set has it, so that no
 * element's bits depend on its place or on how the work is cut. Blocks of HIGH rows by two vectors stay in registers; the
 * columns that they read of b are first laid side by side, and so are the rows of a transposed a. */
#include "kernel/kernel.h"

#include "kernel/gemm.h"

#if WG_ISA_INDEX == 2
#include <immintrin.h>
#define BYTES                  64
#define MULADD_float(a, b, c)  (f32s) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#define MULADD_double(a, b, c) (f64s) _mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c))
enum { HIGH = 8 };
#elif WG_ISA_INDEX == 1
#include <immintrin.h>
#define BYTES                  32
#define MULADD_float(a, b, c)  (f32s) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#define MULADD_double(a, b, c) (f64s) _mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c))
enum { HIGH = 4 };
#else
#define BYTES                  16
#define MULADD_float(a, b, c)  ((a) * (b) + (c))
#define MULADD_double(a, b, c) ((a) * (b) + (c))
enum { HIGH = 4 };
#endif

typedef float f32s __attribute__((vector_size(BYTES), may_alias));
typedef double f64s __attribute__((vector_size(BYTES), may_alias));
typedef float f32s_anywhere __attribute__((vector_size(BYTES), aligned(4), may_alias));
typedef double f64s_anywhere __attribute__((vector_size(BYTES), aligned(8), may_alias));

/* Sums are kept in c between parts of DEPTH of k; the rows of a transposed a are laid out ROWS at a time. A b of no more than
 * NEAR bytes is read where it lies, and so is one for a few rows. */
enum { DEPTH = 256, ROWS = 64, NEAR = 1 << 15 };

#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)
#define REAL        float
#define VECTOR      f32s
#define ANYWHERE    f32s_anywhere
#include "kernel/gemm_loops.h"
#undef REAL
#undef VECTOR
#undef ANYWHERE
#define REAL     double
#define VECTOR   f64s
#define ANYWHERE f64s_anywhere
#include "kernel/gemm_loops.h"

void WG_ISA_NAME_(wgi_k_gemm)(const wgi_gemm *g);
void WG_ISA_NAME_(wgi_k_gemm)(const wgi_gemm *g)
{
    if (g->dtype == WG_F32) product_float(g);
    else product_double(g);
}

#if WG_BASE

void wgi_k_gemm_avx2(const wgi_gemm *g), wgi_k_gemm_avx512(const wgi_gemm *g);

const wgi_gemm_fn wgi_gemm_own[WG_ISAS] = KERNELS(gemm);

#endif
