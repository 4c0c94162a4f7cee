/* stored_rows.h: a vector of floats from elements that are stored in fewer bits, at any address. The
 * same floats as those of base/stored.h. */
#ifndef WGI_STORED_ROWS_H
#define WGI_STORED_ROWS_H

#include "base/stored.h"
#include "kernel/vectors.h"

#if WG_ISA_INDEX == 2

ALWAYS_INLINE vector_f32 row_of_bf16(const uint16_t *x)
{
    const __m512i v = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)x));
    return (vector_f32)_mm512_castsi512_ps(_mm512_slli_epi32(v, 16));
}
ALWAYS_INLINE vector_f32 row_of_f16(const uint16_t *x)
{
    return (vector_f32)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)x));
}
ALWAYS_INLINE vector_f32 row_of_u8(const uint8_t *x)
{
    const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)x);
    return (vector_f32)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(v));
}

#elif WG_ISA_INDEX == 1

ALWAYS_INLINE vector_f32 row_of_bf16(const uint16_t *x)
{
    const __m256i v = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)x));
    return (vector_f32)_mm256_castsi256_ps(_mm256_slli_epi32(v, 16));
}
/* As wgi_of_f16, in vectors: a processor with AVX2 need not have the instruction. */
ALWAYS_INLINE vector_f32 row_of_f16(const uint16_t *x)
{
    const __m256i h = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)x)),
                  sign = _mm256_slli_epi32(_mm256_and_si256(h, _mm256_set1_epi32(0x8000)), 16),
                  v = _mm256_slli_epi32(_mm256_and_si256(h, _mm256_set1_epi32(0x7FFF)), 13),
                  normal = _mm256_add_epi32(v, _mm256_set1_epi32(112 << 23)),
                  nan = _mm256_cmpgt_epi32(v, _mm256_set1_epi32(31 << 23)),
                  quiet = _mm256_and_si256(nan, _mm256_set1_epi32(1 << 22)),
                  special = _mm256_or_si256(_mm256_add_epi32(normal, _mm256_set1_epi32(112 << 23)), quiet);
    const __m256 up = _mm256_castsi256_ps(_mm256_add_epi32(v, _mm256_set1_epi32(113 << 23))),
                 small = _mm256_sub_ps(up, _mm256_set1_ps(0x1p-14f)),
                 is_small = _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(1 << 23), v)),
                 is_special = _mm256_castsi256_ps(_mm256_cmpgt_epi32(v, _mm256_set1_epi32((31 << 23) - 1)));
    __m256 y = _mm256_blendv_ps(_mm256_castsi256_ps(normal), small, is_small);
    y = _mm256_blendv_ps(y, _mm256_castsi256_ps(special), is_special);
    return (vector_f32)_mm256_or_ps(y, _mm256_castsi256_ps(sign));
}
ALWAYS_INLINE vector_f32 row_of_u8(const uint8_t *x)
{
    const __m128i v = _mm_loadl_epi64((const __m128i *)(const void *)x);
    return (vector_f32)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(v));
}

#else

ALWAYS_INLINE vector_f32 row_of_bf16(const uint16_t *x)
{
    return (vector_f32){ wgi_of_bf16(x[0]), wgi_of_bf16(x[1]), wgi_of_bf16(x[2]), wgi_of_bf16(x[3]) };
}
ALWAYS_INLINE vector_f32 row_of_f16(const uint16_t *x)
{
    return (vector_f32){ wgi_of_f16(x[0]), wgi_of_f16(x[1]), wgi_of_f16(x[2]), wgi_of_f16(x[3]) };
}
ALWAYS_INLINE vector_f32 row_of_u8(const uint8_t *x) { return (vector_f32){ x[0], x[1], x[2], x[3] }; }

#endif

#endif
