/* floats.h: the arithmetic that results are promised in: rounding to nearest, and subnormal numbers as they
 * are. A program may have set another: a library linked with -Ofast or -ffast-math, anywhere in the process,
 * lets subnormal numbers count as zero. So what computes enters the arithmetic at its beginning, and gives
 * the caller's back at its end. Masks and flags of exceptions stay the caller's. */
#ifndef WG_BASE_FLOATS_H
#define WG_BASE_FLOATS_H

#include <fenv.h>

#if defined(__x86_64__)
typedef unsigned wgi_floats; /* of MXCSR: rounding, flush to zero, subnormal operands are zero */
enum { WGI_FLOATS_MODE = 0xE040 };
static inline wgi_floats wgi_floats_get(void) { return __builtin_ia32_stmxcsr() & WGI_FLOATS_MODE; }
static inline void wgi_floats_set(wgi_floats mode)
{
    __builtin_ia32_ldmxcsr((__builtin_ia32_stmxcsr() & ~(unsigned)WGI_FLOATS_MODE) | mode);
}
#elif defined(__aarch64__)
typedef unsigned long wgi_floats; /* of FPCR: rounding, flush to zero for all formats */
#define WGI_FLOATS_MODE (7UL << 22 | 1UL << 19)
static inline unsigned long wgi_floats_register(void)
{
    unsigned long all;
    __asm__ volatile("mrs %0, fpcr" : "=r"(all));
    return all;
}
static inline wgi_floats wgi_floats_get(void) { return wgi_floats_register() & WGI_FLOATS_MODE; }
static inline void wgi_floats_set(wgi_floats mode)
{
    const unsigned long all = (wgi_floats_register() & ~WGI_FLOATS_MODE) | mode;
    __asm__ volatile("msr fpcr, %0" ::"r"(all) : "memory");
}
#else
typedef int wgi_floats;
static inline wgi_floats wgi_floats_get(void) { return fegetround() - FE_TONEAREST; }
static inline void wgi_floats_set(wgi_floats mode) { fesetround(mode + FE_TONEAREST); }
#endif

/* The compiler must not move arithmetic over these two. */
static inline wgi_floats wgi_floats_enter(void)
{
    const wgi_floats was = wgi_floats_get();
    if (__builtin_expect(was != 0, 0)) wgi_floats_set(0);
    __asm__ volatile("" ::: "memory");
    return was;
}
static inline void wgi_floats_leave(wgi_floats was)
{
    __asm__ volatile("" ::: "memory");
    if (__builtin_expect(was != 0, 0)) wgi_floats_set(was);
}

#endif
