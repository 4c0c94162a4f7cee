/* kernel.h: how a kernel is written. A file with kernels is compiled once for each instruction set. What is
 * not a kernel is under `#if WG_BASE`, so that it is compiled once. */
#ifndef WGI_KERNEL_H
#define WGI_KERNEL_H

#include <math.h>
#include <string.h>

#include "wengert/kernel.h"

#if WG_ISA_INDEX == 0
#define WG_ISA_NAME_(n) n##_base
#elif WG_ISA_INDEX == 1
#define WG_ISA_NAME_(n) n##_avx2
#else
#define WG_ISA_NAME_(n) n##_avx512
#endif

/* For all instruction sets: the prototypes of a kernel, and the initializer of an array of them. */
#if WG_ISA_COUNT == 3
#define WG_ISA_DECLARE_(type, n, args) type n##_base(args), n##_avx2(args), n##_avx512(args)
#define WG_ISA_NAMES_(n)               \
    {                                  \
        n##_base, n##_avx2, n##_avx512 \
    }
#elif WG_ISA_COUNT == 2
#define WG_ISA_DECLARE_(type, n, args) type n##_base(args), n##_avx2(args)
#define WG_ISA_NAMES_(n)   \
    {                      \
        n##_base, n##_avx2 \
    }
#else
#define WG_ISA_DECLARE_(type, n, args) type n##_base(args)
#define WG_ISA_NAMES_(n) \
    {                    \
        n##_base         \
    }
#endif

/* EACH_ISA(wgi_shrink_block, const wgi_decay *d) { ... } is a function of each instruction set, and
 * WG_ISA_NAMES_(wgi_shrink_block) their table. */
#define EACH_ISA(n, args)           \
    WG_ISA_DECLARE_(void, n, args); \
    void WG_ISA_NAME_(n)(args)

/* KERNEL(mul) { WG_MAP2(k, a * b); }, and in the descriptor .kernel = KERNELS(mul). */
#define KERNEL(n) \
    DECLARE(n);   \
    bool WG_ISA_NAME_(wgi_k_##n)(const wg_kernel *k)
#define KERNELS(n) WG_ISA_NAMES_(wgi_k_##n)
#define DECLARE(n) WG_ISA_DECLARE_(bool, wgi_k_##n, const wg_kernel *k)

/* For a function that is called with constants (keep, step 1): the compiler makes loops for each call. */
#define ALWAYS_INLINE __attribute__((always_inline)) static inline

#endif
