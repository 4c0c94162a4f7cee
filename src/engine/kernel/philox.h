/* philox.h: Philox 4x32-10 (src/engine/base/philox.c) of several blocks side by side, for kernels. */
#ifndef WGI_PHILOX_H
#define WGI_PHILOX_H

#include <string.h>

#include "base/base.h"
#include "base/intrinsics.h"

/* A word of each of several blocks, one in each lane. Only the lower half of a lane counts. */
#if defined(__AVX512F__)
typedef uint64_t ph_lanes __attribute__((vector_size(64)));
static inline ph_lanes ph_product(ph_lanes a, uint64_t b)
{
    return (ph_lanes)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64((long long)b));
}
#elif defined(__AVX2__)
typedef uint64_t ph_lanes __attribute__((vector_size(32)));
static inline ph_lanes ph_product(ph_lanes a, uint64_t b)
{
    return (ph_lanes)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x((long long)b));
}
#elif defined(__SSE2__)
typedef uint64_t ph_lanes __attribute__((vector_size(16)));
static inline ph_lanes ph_product(ph_lanes a, uint64_t b)
{
    return (ph_lanes)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x((long long)b));
}
#else
typedef uint64_t ph_lanes __attribute__((vector_size(16)));
static inline ph_lanes ph_product(ph_lanes a, uint64_t b) { return (a & UINT32_MAX) * b; }
#endif
enum { PH_WIDE = sizeof(ph_lanes) / sizeof(uint64_t) };

/* The four words of the blocks first, first + 1, ..., first + PH_WIDE - 1. */
static inline void ph_blocks(uint64_t key, uint64_t counter_high, uint64_t first, ph_lanes w[4])
{
    ph_lanes c0 = { 0 }, c1, c2 = (ph_lanes){ 0 } + counter_high, c3 = c2 >> 32;
    uint64_t k0 = key, k1 = key >> 32;
    for (int i = 0; i < PH_WIDE; i++) c0[i] = (uint64_t)i;
    c0 += first;
    c1 = c0 >> 32;
    for (int r = 0; r < 10; r++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        ph_lanes p = ph_product(c0, 0xD2511F53u), q = ph_product(c2, 0xCD9E8D57u);
        c0 = (q >> 32) ^ c1 ^ k0;
        c1 = q;
        c2 = (p >> 32) ^ c3 ^ k1;
        c3 = p;
    }
    w[0] = c0, w[1] = c1, w[2] = c2, w[3] = c3;
}

enum { DRAW_PAIRS = 64 };

/* The uniform numbers of blocks first to first + DRAW_PAIRS - 1, times 2^53: two of each. */
static inline void uniform_pairs(uint64_t key, uint64_t epoch, uint64_t first, uint64_t *restrict u,
                                 uint64_t *restrict v)
{
    for (int j = 0; j < DRAW_PAIRS; j += PH_WIDE) {
        ph_lanes w[4];
        ph_blocks(key, epoch, first + (uint64_t)j, w);
        ph_lanes a = (w[1] << 32 | (w[0] & UINT32_MAX)) >> 11, b = (w[3] << 32 | (w[2] & UINT32_MAX)) >> 11;
        memcpy(u + j, &a, sizeof a);
        memcpy(v + j, &b, sizeof b);
    }
}

#endif
