/* stream.h: writes past the caches, for large results. Such a write does not read the cache line first, and
 * evicts nothing. A kernel computes a piece at a time in a small buffer, which stays in the first-level
 * cache, and streams it to memory. */
#ifndef WGI_STREAM_H
#define WGI_STREAM_H

#include <string.h>

#include "wengert/kernel.h"

#include "base/intrinsics.h"

/* Results of at least this many bytes are streamed. Asked once in a process: it depends on the last cache. */
size_t wgi_stream_least(void);

extern const wg_kernel_fn
    wgi_stream[WG_ISAS]; /* by instruction set: copies from the buffer of a tile to memory */

static inline bool streams(const wg_kernel *k, int output)
{
    const wg_type *t = &k->yt[output];
    return (size_t)wg_shape_size(*t->shape) * wg_dtype_size(t->dtype) >= wgi_stream_least();
}

/* 64 bytes to an address that is a multiple of 64 */
static inline void stream_line(char *to, const char *from)
{
#if defined(__AVX512F__)
    _mm512_stream_si512((void *)to, _mm512_loadu_si512((const void *)from));
#elif defined(__AVX2__)
    for (int i = 0; i < 64; i += 32)
        _mm256_stream_si256((__m256i *)(void *)(to + i),
                            _mm256_loadu_si256((const __m256i *)(const void *)(from + i)));
#elif defined(__x86_64__)
    for (int i = 0; i < 64; i += 16)
        _mm_stream_si128((__m128i *)(void *)(to + i),
                         _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
#else
    memcpy(to, from, 64);
#endif
}

/* The parts at both ends that are less than a cache line are copied in the usual way. */
static inline void stream_out(void *to, const void *from, size_t n)
{
    size_t head = (size_t)(-(uintptr_t)to & 63), i = head < n ? head : n;
    char *y = to;
    const char *x = from;
    memcpy(y, x, i);
    for (; i + 64 <= n; i += 64) stream_line(y + i, x + i);
    memcpy(y + i, x + i, n - i);
}

/* Call this before another thread may read what was streamed. */
static inline void stream_end(void)
{
#if defined(__x86_64__)
    _mm_sfence();
#endif
}

#endif
