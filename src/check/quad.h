/* quad.h: numbers of 113 bits, and functions of them: WGI_Q(exp)(x). WGI_HAS_QUAD 0: there are none.
 *
 * With glibc: long double where that is binary128, __float128 on x86. Functions of long double in musl, and
 * so in WebAssembly, have the digits of double: with them all slopes would seem to be noise. */
#ifndef WGI_CHECK_QUAD_H
#define WGI_CHECK_QUAD_H

#include <float.h>
#include <math.h>

#if LDBL_MANT_DIG == 113 && defined(__GLIBC__)
#define WGI_HAS_QUAD 1
#define WGI_Q(f)     f##l
typedef long double wgi_quad;
#elif defined(__x86_64__) && defined(__GLIBC__) && defined(__SIZEOF_FLOAT128__)
#define WGI_HAS_QUAD 1
#define WGI_Q(f)     f##f128
typedef __float128 wgi_quad;
#if !defined(__HAVE_FLOAT128) || !__HAVE_FLOAT128 /* as glibc believes of clang */
__float128 expf128(__float128), expm1f128(__float128), logf128(__float128), log1pf128(__float128);
__float128 sinf128(__float128), cosf128(__float128), tanf128(__float128), asinf128(__float128);
__float128 acosf128(__float128), atanf128(__float128), sinhf128(__float128), coshf128(__float128);
__float128 tanhf128(__float128), asinhf128(__float128), acoshf128(__float128), atanhf128(__float128);
__float128 erff128(__float128), erfcf128(__float128), sqrtf128(__float128), fabsf128(__float128);
__float128 powf128(__float128, __float128), atan2f128(__float128, __float128);
#endif
#else
#define WGI_HAS_QUAD 0
#endif

#endif
