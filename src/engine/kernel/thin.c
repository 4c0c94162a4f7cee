/* thin.c: products of a matrix by few vectors (thin.h).
 *
 * Along the rows of the matrix each sum has LINE bytes of lanes, which are halved at the end. Across
 * them, sums over DEEP rows are added to the result. Products and sums are rounded once where the
 * instruction set can. The bits do not depend on how many rows or vectors are computed at a time. */
#include "kernel/thin.h"
#include "kernel/vectors.h"

#include "kernel/stored_rows.h"

/* STRIP: columns whose results stay in the first-level cache. NEAR: bytes of rows of which a block
 * of columns is multiplied before the next: so few that rows are read in the order of memory.
 * ROWS_BY_1: rows of the matrix that are multiplied at a time by one vector, WIDE_BY_1: vectors of
 * columns; there are registers for their sums. */
enum { LINE = 64, DEEP = 8, STRIP = 1024, NEAR = 1 << 15 };
#if WG_ISA_INDEX == 2
enum { ROWS_BY_1 = 8, ROWS_BY_2 = 4, ROWS_BY_4 = 4, WIDE_BY_1 = 8, WIDE_BY_2 = 4, WIDE_BY_4 = 2 };
#elif WG_ISA_INDEX == 1
enum { ROWS_BY_1 = 4, ROWS_BY_2 = 2, ROWS_BY_4 = 1, WIDE_BY_1 = 4, WIDE_BY_2 = 2, WIDE_BY_4 = 2 };
#else
enum { ROWS_BY_1 = 2, ROWS_BY_2 = 1, ROWS_BY_4 = 1, WIDE_BY_1 = 4, WIDE_BY_2 = 2, WIDE_BY_4 = 1 };
#endif

/* Halves the lanes of four sums of LINE bytes of floats together, which takes a quarter of the instructions.
 * In each step the lower lane is the first operand. */
#if WG_ISA_INDEX == 2
enum { FOUR_SUMS = 1 };
ALWAYS_INLINE void four_sums(float *to, const vector_f32 *a, const vector_f32 *b, const vector_f32 *c,
                             const vector_f32 *d)
{
    const __m512 ab = _mm512_add_ps(_mm512_shuffle_f32x4((__m512)*a, (__m512)*b, 0x44),
                                    _mm512_shuffle_f32x4((__m512)*a, (__m512)*b, 0xEE)),
                 cd = _mm512_add_ps(_mm512_shuffle_f32x4((__m512)*c, (__m512)*d, 0x44),
                                    _mm512_shuffle_f32x4((__m512)*c, (__m512)*d, 0xEE)),
                 four = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xDD)),
                 two = _mm512_add_ps(four, _mm512_permute_ps(four, 0x4E)),
                 one = _mm512_add_ps(two, _mm512_permute_ps(two, 0xB1));
    const __m512i first = _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    _mm_storeu_ps(to, _mm512_castps512_ps128(_mm512_permutexvar_ps(first, one)));
}
#elif WG_ISA_INDEX == 1
enum { FOUR_SUMS = 1 };
ALWAYS_INLINE __m256 two_sums(const vector_f32 *a, const vector_f32 *b)
{
    const __m256 v = (__m256)(a[0] + a[1]), w = (__m256)(b[0] + b[1]),
                 four = _mm256_add_ps(_mm256_permute2f128_ps(v, w, 0x20), _mm256_permute2f128_ps(v, w, 0x31)),
                 two = _mm256_add_ps(four, _mm256_permute_ps(four, 0x4E));
    return _mm256_add_ps(two, _mm256_permute_ps(two, 0xB1));
}
ALWAYS_INLINE void four_sums(float *to, const vector_f32 *a, const vector_f32 *b, const vector_f32 *c,
                             const vector_f32 *d)
{
    const __m256 all = _mm256_unpacklo_ps(two_sums(a, b), two_sums(c, d));
    _mm_storeu_ps(to, _mm_unpacklo_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1)));
}
#else
enum { FOUR_SUMS = 0 };
ALWAYS_INLINE void four_sums(float *to, const vector_f32 *a, const vector_f32 *b, const vector_f32 *c,
                             const vector_f32 *d)
{
}
#endif

/* Vectors of a row's lanes. */
enum { GROUPS = LINE / BYTES };

#define FLOATS_FILE "kernel/thin_loops.h"
#include "kernel/both_floats.h"

/* A float product whose matrix is stored in fewer bits: its elements are widened as they are read. */
#define T      float
#define N(n)   n##_f32
#define MATRIX uint16_t
#define M(n)   n##_bf16
#define ROW(p) row_of_bf16(p)
#define ONE(p) wgi_of_bf16(*(p))
#include "kernel/thin_loops.h"
#define MATRIX uint16_t
#define M(n)   n##_f16
#define ROW(p) row_of_f16(p)
#define ONE(p) wgi_of_f16(*(p))
#include "kernel/thin_loops.h"
#define MATRIX uint8_t
#define M(n)   n##_u8
#define ROW(p) row_of_u8(p)
#define ONE(p) ((float)*(p))
#include "kernel/thin_loops.h"
#undef T
#undef N

EACH_ISA(wgi_k_thin, const wgi_thin *t)
{
    switch (t->matrix) {
    case WG_BF16: thin_bf16(t); break;
    case WG_F16: thin_f16(t); break;
    case WG_U8: thin_u8(t); break;
    default:
        if (t->dtype == WG_F32) thin_f32(t);
        else thin_f64(t);
    }
}

#if WG_BASE

const wgi_thin_fn wgi_thin_run[WG_ISAS] = KERNELS(thin);

#endif
