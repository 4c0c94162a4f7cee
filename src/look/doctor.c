/* doctor.c: wg_doctor: prints what this build has and what it found on this machine. */
#include "kernel/gemm.h"
#include "run/run.h"

static const char unfit[] =
    ", for those BLAS kernels are older than this processor; OPENBLAS_CORETYPE=SkylakeX (AVX-512)\n"
    "          or =Haswell in the environment gives OpenBLAS kernels that fit";

void wg_doctor(FILE *out)
{
    wg_context *c = wg_start(NULL);
    fprintf(out, "wengert: %s\n", WG_VERSION);
    if (wg_failed(c)) fprintf(out, "error: %s\n", wg_message(c));
    fprintf(out, "kernels: %s%s\n", wgi_isa_names[c->isa],
            WG_ISA_COUNT > 1 ? " (chosen at run time; WG_ISA=base, avx2 or avx512 forces one)" : "");
    fprintf(out, "threads: %d of %d cores%s\n", wg_context_threads(c), wgi_cores(),
            WG_WITH_OPENMP ? " (OpenMP)" : " (built without OpenMP)");
    fprintf(out, "blas: %s\n", wgi_blas_about());
    if (wgi_gemm_is_own(c->isa)) fprintf(out, "products: the library's own%s\n", WG_WITH_BLAS ? unfit : "");
    fprintf(out, "graphviz: %s\n", WG_WITH_GRAPHVIZ ? "libcgraph" : "none: DOT is not written");
    wg_finish(c, NULL);
}
