/* turn_vectors.h: what turn_cached.h needs of an instruction set. A vector consists of pieces of 16 bytes. */
#ifndef WGI_TURN_VECTORS_H
#define WGI_TURN_VECTORS_H

#include "kernel/kernel.h"
#include "kernel/stream.h"

/* Vector i begins as pieces of the rows i, i + PIECE, i + 2 PIECE and so on. Then the elements of the first
 * half of the vectors are interleaved with those of the second, log2 PIECE times, piece by piece. */
#define TURN_TILE(vector, load, UNPACK, store)                                           \
    do {                                                                                 \
        vector v[N(PIECE)], w[N(PIECE)];                                                 \
        for (int i = 0; i < N(PIECE); i++)                                               \
            v[i] = load((const char *)(x + i * dx), (int64_t)sizeof(T) * N(PIECE) * dx); \
        for (int n = 1; n < N(PIECE); n *= 2) {                                          \
            for (int i = 0; i < N(PIECE) / 2; i++) {                                     \
                w[2 * i] = UNPACK(lo, BITS)(v[i], v[i + N(PIECE) / 2]);                  \
                w[2 * i + 1] = UNPACK(hi, BITS)(v[i], v[i + N(PIECE) / 2]);              \
            }                                                                            \
            for (int i = 0; i < N(PIECE); i++) v[i] = w[i];                              \
        }                                                                                \
        for (int i = 0; i < N(PIECE); i++) store((void *)(y + i * dy), v[i]);            \
    } while (0)

#if defined(__x86_64__)
#define TURN_UNPACK_PIECE(half, bits)  TURN_UNPACK_PIECE_(half, bits)
#define TURN_UNPACK_PIECE_(half, bits) _mm_unpack##half##_epi##bits
ALWAYS_INLINE __m128i turn_piece(const char *x, int64_t dx)
{
    (void)dx;
    return _mm_loadu_si128((const void *)x);
}
#endif

#if defined(__AVX512BW__)
#include <immintrin.h> /* all: bytes and words are none of intrinsics.h */
#define TURN_BYTES               64
#define TURN_UNPACK(half, bits)  TURN_UNPACK_(half, bits)
#define TURN_UNPACK_(half, bits) _mm512_unpack##half##_epi##bits
#define TURN_STORE               _mm512_storeu_si512
typedef __m512i turn_vector;
ALWAYS_INLINE turn_vector turn_pieces(const char *x, int64_t dx)
{
    __m512i v = _mm512_castsi128_si512(turn_piece(x, 0));
    v = _mm512_inserti32x4(v, turn_piece(x + dx, 0), 1);
    v = _mm512_inserti32x4(v, turn_piece(x + 2 * dx, 0), 2);
    return _mm512_inserti32x4(v, turn_piece(x + 3 * dx, 0), 3);
}
#elif defined(__AVX2__)
#define TURN_BYTES               32
#define TURN_UNPACK(half, bits)  TURN_UNPACK_(half, bits)
#define TURN_UNPACK_(half, bits) _mm256_unpack##half##_epi##bits
#define TURN_STORE               _mm256_storeu_si256
typedef __m256i turn_vector;
ALWAYS_INLINE turn_vector turn_pieces(const char *x, int64_t dx)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(turn_piece(x, 0)), turn_piece(x + dx, 0), 1);
}
#else
#define TURN_BYTES 16
#if defined(__x86_64__)
#define TURN_UNPACK TURN_UNPACK_PIECE
#define TURN_STORE  _mm_storeu_si128
#define turn_pieces turn_piece
typedef __m128i turn_vector;
#endif
#endif

#endif
