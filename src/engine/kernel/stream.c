/* stream.c: the kernel that copies a part of a result from the buffer of a tile to memory, past the
 * caches. */
#include "kernel/finite.h"
#include "kernel/stream.h"

#define LOOK(T)                                                       \
    do {                                                              \
        const T *x = k->x[0];                                         \
        const int64_t whole = n / FINITE_LINE * FINITE_LINE;          \
        bool finite = wgi_finite_##T(x, whole);                       \
        for (int64_t i = whole; i < n; i++) finite &= isfinite(x[i]); \
        return finite;                                                \
    } while (0)
static bool is_finite(const wg_kernel *k)
{
    const int64_t n = k->end - k->begin;
    if (k->yt[0].dtype == WG_F32) LOOK(float);
    else LOOK(double);
}

/* scratch: NULL, or a bool that becomes true if a number is NaN or infinite. */
KERNEL(stream)
{
    if (k->scratch && !is_finite(k)) __atomic_store_n((bool *)k->scratch, true, __ATOMIC_RELAXED);
    stream_out(k->y[0], k->x[0], (size_t)(k->end - k->begin) * wg_dtype_size(k->yt[0].dtype));
    return true;
}

#if WG_BASE

#include <stdio.h>
#include <unistd.h>

const wg_kernel_fn wgi_stream[WG_ISAS] = KERNELS(stream);

/* ---- from how many bytes on ---- */

/* The size of the third-level cache, 0 if it is not known. On some processors sysconf adds up all caches of
 * the third level, of which a core uses one. */
static size_t last_cache(void)
{
    unsigned long kib = 0;
    FILE *f = fopen("/sys/devices/system/cpu/cpu0/cache/index3/size", "r");
    if (f && fscanf(f, "%luK", &kib) != 1) kib = 0;
    if (f) fclose(f);
#ifdef _SC_LEVEL3_CACHE_SIZE
    if (!kib && sysconf(_SC_LEVEL3_CACHE_SIZE) > 0) kib = (unsigned long)sysconf(_SC_LEVEL3_CACHE_SIZE) >> 10;
#endif
    return (size_t)kib << 10;
}

/* A cache of up to 64 MiB belongs to few cores, and keeps a result of half its size; writing that to memory
 * would take twice as long. A larger one is that of a server and is shared by many: with 260 and 480 MiB
 * streaming is faster from 8 MiB on, also for whoever reads the result next. */
size_t wgi_stream_least(void)
{
    enum { LEAST = 8 << 20, OF_FEW_CORES = 64 << 20 };
    static size_t known;
    size_t n = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (n) return n;
    n = last_cache() / 2;
    n = n < LEAST || n > OF_FEW_CORES / 2 ? LEAST : n;
    __atomic_store_n(&known, n, __ATOMIC_RELAXED);
    return n;
}

#endif
