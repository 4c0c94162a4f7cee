/* doctor.c: wgx_doctor: prints what this build has and what it found on this machine. */
#include "group/group.h"
#include "kernel/gemm.h"
#include "run/run.h"
#include "wgx/base.h"

#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

static const char unfit[] =
    ", for those BLAS kernels are older than this processor; OPENBLAS_CORETYPE=SkylakeX (AVX-512)\n"
    "          or =Haswell in the environment gives OpenBLAS kernels that fit";

/* The processor's name as Linux tells it. */
static void processor(FILE *out)
{
    char line[300];
    FILE *f = fopen("/proc/cpuinfo", "r");
    const char *name = NULL;
    while (f && !name && fgets(line, sizeof line, f))
        if (!strncmp(line, "model name", 10)) name = strchr(line, ':');
    fprintf(out, "processor: %.*s\n", name ? (int)strcspn(name + 1, "\n") - 1 : 7,
            name ? name + 2 : "unknown");
    if (f) fclose(f);
}

static void c_library(FILE *out)
{
#ifdef __GLIBC__
    fprintf(out, "libc: glibc %s\n", gnu_get_libc_version());
#else
    fprintf(out, "libc: not glibc\n");
#endif
}

/* Variables that change results, speed or output, if they are set. */
static void environment(FILE *out)
{
    static const char *const names[] = {
        "WG_ISA",           "WG_WITHOUT",        "WG_TRACE",          "OMP_NUM_THREADS",
        "OMP_THREAD_LIMIT", "OMP_PROC_BIND",     "OMP_PLACES",        "OMP_DYNAMIC",
        "OMP_WAIT_POLICY",  "GOMP_CPU_AFFINITY", "GOMP_SPINCOUNT",    "LD_PRELOAD",
        "MALLOC_ARENA_MAX", "MALLOC_PERTURB_",   "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS",
        "LD_LIBRARY_PATH",  "NO_COLOR",          "COLUMNS",           "TERM",
    };
    int set = 0;
    fprintf(out, "environment:");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value) fprintf(out, " %s=%.200s", names[i], value), set++;
    }
    fprintf(out, "%s\n", set ? "" : " nothing that changes what the library does");
}

void wgx_doctor(FILE *out)
{
    if (!out) return;
    wg_context *c = wg_start();
    fprintf(out, "wengert: %s\n", WG_VERSION);
    if (wg_failed(c)) fprintf(out, "error: %s\n", wg_message(c));
    fprintf(out, "compiler: %s %s\n",
#ifdef __clang__
            "clang",
#else
            "gcc",
#endif
            __VERSION__);
    c_library(out);
    processor(out);
    fprintf(out, "kernels: %s%s\n", wgi_isa_names[c->isa],
            WG_ISA_COUNT > 1 ? " (chosen at run time; WG_ISA=base, avx2 or avx512 forces one)" : "");
    fprintf(out, "threads: %d of %d cores%s\n", wg_context_threads(c), wgi_cores(),
            WG_WITH_OPENMP ? " (OpenMP)" : " (built without OpenMP)");
    fprintf(out, "blas: %s\n", wgi_blas_about());
    const bool has_blas = wgi_blas_function("cblas_sgemm");
    if (wgi_gemm_is_own(c->isa)) fprintf(out, "products: the library's own%s\n", has_blas ? unfit : "");
    wgi_link_about(out);
    environment(out);
    wg_finish(c, NULL);
}
