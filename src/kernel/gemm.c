/* gemm.c: products of matrices without BLAS: for builds that have none, and where the BLAS has only kernels
 * for much older processors than this one.
 *
 * Every sum is taken over k in order, with fused multiply-adds where the instruction set has them. So the
 * bits of an element do not depend on its place or on how the work is cut. Blocks of HIGH rows by two vectors
 * stay in registers. The columns of b that a block reads are first copied side by side, and so are the rows
 * of a transposed a. */
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

/* k is cut into parts of DEPTH; between parts the sums are kept in c. The rows of a transposed a are copied
 * ROWS at a time. If b has at most NEAR bytes, or is read by few rows only, its columns are not copied. */
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
