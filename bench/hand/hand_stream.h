/* hand_stream.h: writes from[] to to[] with stores that go past the caches. Use it for results
 * that are not read again soon: their cache lines need not be fetched first, and they displace nothing in the
 * caches. Both arrays are aligned to 64 bytes and n is a multiple of 16. Call _mm_sfence at the end of a
 * region.
 */
#ifndef HAND_STREAM_H
#define HAND_STREAM_H

#include <immintrin.h>

static inline void stream_out(float *restrict to, const float *restrict from, int n)
{
#ifdef __AVX512F__
    for (int i = 0; i < n; i += 16) _mm512_stream_ps(to + i, _mm512_load_ps(from + i));
#else
    for (int i = 0; i < n; i += 4) _mm_stream_ps(to + i, _mm_load_ps(from + i));
#endif
}

#endif
