/* blas.c: the gate: the only file that sees a BLAS. */
#if WG_BASE

#include "kernel/gemm.h"
#include "base/base.h"

#include <limits.h>
#include <strings.h>

#if WG_WITH_BLAS
#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* What only OpenBLAS has; in a build with another BLAS these are NULL. */
#pragma weak openblas_get_parallel
#pragma weak openblas_set_num_threads
#pragma weak openblas_get_config
#pragma weak openblas_get_corename
extern int openblas_get_parallel(void);
extern void openblas_set_num_threads(int);
extern char *openblas_get_config(void);
extern char *openblas_get_corename(void);

static pthread_once_t started = PTHREAD_ONCE_INIT;
static char about[300] = "a CBLAS other than OpenBLAS";
static int64_t light; /* what wgi_gemm_light says, of BLAS */
static bool behind;   /* its kernels are for processors without AVX, and this one has AVX2 */

static bool is_one_of(const char *core, const char *const names[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(core, names[i]) == 0) return true;
    return false;
}
#define IS_ONE_OF(core, names) is_one_of(core, names, sizeof(names) / sizeof *(names))

/* OpenBLAS has kernels that pack nothing for AVX-512, since 0.3.17, for up to 1e6 multiplications. */
static int64_t light_of(const char *config, const char *core)
{
    static const char *const cores[] = { "SkylakeX", "Cooperlake", "SapphireRapids" };
    const char *version = strstr(config, "OpenBLAS 0.3.");
    return version && atoi(version + 13) >= 17 && IS_ONE_OF(core, cores) ? 1000000 : 0;
}

/* What OpenBLAS takes for a processor that it does not know, being older: a fifth of the speed of AVX-512, as measured. */
static bool is_behind(const char *core)
{
    static const char *const cores[] = { "Unknown",    "Generic", "Katmai", "Coppermine", "Northwood",
                                         "Prescott",   "Banias",  "Atom",   "Core2",      "Penryn",
                                         "Dunnington", "Nehalem", "Athlon", "Opteron",    "Opteron_SSE3",
                                         "Barcelona",  "Nano",    "Bobcat" };
    return IS_ONE_OF(core, cores) && wgi_isa_best() > 0;
}

/* The pthread build has threads of its own, which OpenMP's number does not reach: it is told once to have one. */
static void start(void)
{
    static const char *const kind[] = { "serial", "pthreads, held to one", "OpenMP" };
    int parallel = openblas_get_parallel ? openblas_get_parallel() : 0;
    if (parallel == 1 && openblas_set_num_threads) openblas_set_num_threads(1);
    if (!openblas_get_config || !openblas_get_corename) return;
    light = light_of(openblas_get_config(), openblas_get_corename());
    behind = is_behind(openblas_get_corename());
    snprintf(about, sizeof about, "%s; kernels %s; threads %s", openblas_get_config(),
             openblas_get_corename(), kind[parallel >= 0 && parallel <= 2 ? parallel : 0]);
}

static void asked(void) { pthread_once(&started, start); }

const char *wgi_blas_about(void)
{
    asked();
    return about;
}

bool wgi_gemm_unfit(void)
{
    asked();
    return behind;
}

bool wgi_gemm_is_own(int isa) { return wgi_gemm_unfit() && isa > 0; }
int64_t wgi_gemm_light(void)
{
    asked();
    return light;
}

/* BLAS counts in int, and wants rows of at least one element. */
static bool fits(const wgi_gemm *g)
{
    return g->m > 0 && g->n > 0 && g->k > 0 && g->m <= INT_MAX && g->n <= INT_MAX && g->k <= INT_MAX &&
           g->lda <= INT_MAX && g->ldb <= INT_MAX && g->ldc <= INT_MAX;
}

void wgi_gemm_run(const wgi_gemm *g, int isa)
{
    const CBLAS_TRANSPOSE ta = g->ta ? CblasTrans : CblasNoTrans, tb = g->tb ? CblasTrans : CblasNoTrans;
    const int m = (int)g->m, n = (int)g->n, k = (int)g->k, lda = (int)g->lda, ldb = (int)g->ldb,
              ldc = (int)g->ldc;
    if (wgi_gemm_is_own(isa) || !fits(g)) wgi_gemm_own[isa](g);
    else if (g->dtype == WG_F32)
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, 0, g->c, ldc);
    else cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, 0, g->c, ldc);
}

#else

const char *wgi_blas_about(void) { return "none"; }
bool wgi_gemm_unfit(void) { return true; }
bool wgi_gemm_is_own(int isa) { return true; }
int64_t wgi_gemm_light(void) { return 0; }
void wgi_gemm_run(const wgi_gemm *g, int isa) { wgi_gemm_own[isa](g); }

#endif

#endif
