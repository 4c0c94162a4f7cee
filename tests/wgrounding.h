/* wgrounding.h: casts by the rules of docs/inside/arithmetic.md, by exact operations on binary exponents. */
#ifndef WG_ROUNDING_H
#define WG_ROUNDING_H

#include <math.h>

#include "wengert/base.h"

/* v as a number with so many binary digits, of two equally near ones the even one. The least exponent of a
 * normal number is `least`; numbers from 2^beyond on are infinite. */
static inline double rounded(long double v, int digits, int least, int beyond)
{
    int e;
    frexpl(v, &e);
    const int unit = (e - 1 > least ? e - 1 : least) - (digits - 1);
    const long double r = isfinite(v) ? ldexpl(rintl(ldexpl(v, -unit)), unit) : v;
    return (double)(fabsl(r) >= ldexpl(1, beyond) ? copysignl(INFINITY, r) : r);
}
static inline double as_f16(long double v) { return rounded(v, 11, -14, 16); }
static inline double as_bf16(long double v) { return rounded(v, 8, -126, 128); }
static inline double as_u8(long double v) { return isnan(v) ? 0 : (double)truncl(fminl(fmaxl(v, 0), 255)); }
static inline double as_bool(long double v) { return v != 0; }
static inline double as_whole(long double v) { return (double)truncl(v); }

typedef double (*wg_rounding)(long double);
static inline wg_rounding rounding_to(wg_dtype t)
{
    return t == WG_BOOL   ? as_bool
           : t == WG_F16  ? as_f16
           : t == WG_BF16 ? as_bf16
           : t == WG_U8   ? as_u8
                          : as_whole;
}

#endif
