/* kernel.h: how a kernel is written. A file with kernels is compiled once for each instruction set: its kernels always, the rest
 * under `#if WG_BASE`. */
#ifndef WGI_KERNEL_H
#define WGI_KERNEL_H

#include <math.h>
#include <string.h>

#include "wengert/op.h"

#if WG_ISA_INDEX == 0
#define WG_ISA_NAME_(n) n##_base
#elif WG_ISA_INDEX == 1
#define WG_ISA_NAME_(n) n##_avx2
#else
#define WG_ISA_NAME_(n) n##_avx512
#endif

/* KERNEL(mul) { WG_MAP2(k, a * b); } */
#define KERNEL(n)                                     \
    bool WG_ISA_NAME_(wgi_k_##n)(const wg_kernel *k); \
    bool WG_ISA_NAME_(wgi_k_##n)(const wg_kernel *k)

/* In a descriptor: .kernel = KERNELS(mul), after a line DECLARE(mul) when the kernel is in this file. */
#if WG_ISA_COUNT > 1
#define KERNELS(n)                                             \
    {                                                          \
        wgi_k_##n##_base, wgi_k_##n##_avx2, wgi_k_##n##_avx512 \
    }
#define DECLARE(n) bool wgi_k_##n##_avx2(const wg_kernel *k), wgi_k_##n##_avx512(const wg_kernel *k)
#else
#define KERNELS(n)       \
    {                    \
        wgi_k_##n##_base \
    }
#define DECLARE(n) bool wgi_k_##n##_base(const wg_kernel *k)
#endif

/* Of a function whose loops are made anew for constant arguments: keep or not, step 1. */
#define ALWAYS_INLINE __attribute__((always_inline)) static inline

#endif
