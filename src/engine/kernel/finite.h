/* finite.h: whether numbers are finite, for kernels. A float is NaN or infinite if all bits of its exponent
 * are set. Then 1 added to the exponent, without the sign before it, sets the bit of the sign: the number is
 * `raised`. */
#ifndef WGI_FINITE_H
#define WGI_FINITE_H

#include "base/intrinsics.h"
#include "kernel/kernel.h"

/* wgi_raised_float, wgi_raised_double: the first bit is set if v is NaN or infinite. */
#define RAISED_(T, BITS, EXPONENT)                           \
    static inline BITS wgi_raised_##T(T v)                   \
    {                                                        \
        const BITS sign = (BITS)1 << (sizeof(BITS) * 8 - 1); \
        BITS bits;                                           \
        memcpy(&bits, &v, sizeof v);                         \
        return (bits & ~sign) + ((BITS)1 << (EXPONENT));     \
    }

/* wgi_finite_float, wgi_finite_double: whether none of x[0 .. n) is NaN or infinite. n is a multiple of
 * FINITE_LINE, and x is at a multiple of 64 bytes. */
enum { FINITE_LINE = 16 };

#if WG_ISA_INDEX > 0
#define FINITE_BYTES_ 32
#define SIGNS_float   _mm256_movemask_ps((__m256)any)
#define SIGNS_double  _mm256_movemask_pd((__m256d)any)
#elif defined(__SSE2__)
#define FINITE_BYTES_ 16
#define SIGNS_float   _mm_movemask_ps((__m128)any)
#define SIGNS_double  _mm_movemask_pd((__m128d)any)
#else
#define FINITE_BYTES_ 16
#define SIGNS_float   ((any[0] | any[1] | any[2] | any[3]) >> 31)
#define SIGNS_double  ((any[0] | any[1]) >> 63)
#endif
#define FINITE_(T, BITS, EXPONENT)                                                                       \
    static inline bool wgi_finite_##T(const T *x, int64_t n)                                             \
    {                                                                                                    \
        typedef BITS vector __attribute__((vector_size(FINITE_BYTES_), may_alias));                      \
        const BITS sign = (BITS)1 << (sizeof(BITS) * 8 - 1), one = (BITS)1 << (EXPONENT);                \
        const vector *v = (const vector *)(const void *)x, *end = (const vector *)(const void *)(x + n); \
        vector any = { 0 };                                                                              \
        for (; v < end; v += 2) any |= ((v[0] & ~sign) + one) | ((v[1] & ~sign) + one);                  \
        return !SIGNS_##T;                                                                               \
    }
FINITE_(float, uint32_t, 23)
FINITE_(double, uint64_t, 52)

RAISED_(float, uint32_t, 23)
RAISED_(double, uint64_t, 52)

#endif
