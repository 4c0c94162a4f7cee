/* blas.c: products of matrices by a BLAS. No other file includes cblas.h. */
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

/* Functions of OpenBLAS. In a build with another BLAS they are NULL. */
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
static int64_t light; /* the result of wgi_gemm_light */
static bool behind; /* the kernels of the BLAS are for processors without AVX, and this processor has AVX2 */

static bool is_one_of(const char *core, const char *const names[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(core, names[i]) == 0) return true;
    return false;
}
#define IS_ONE_OF(core, names) is_one_of(core, names, sizeof(names) / sizeof *(names))

/* For AVX-512, OpenBLAS 0.3.17 and later has kernels that pack nothing, for up to 1e6 multiplications. */
static int64_t light_of(const char *config, const char *core)
{
    static const char *const cores[] = { "SkylakeX", "Cooperlake", "SapphireRapids" };
    const char *version = strstr(config, "OpenBLAS 0.3.");
    return version && atoi(version + 13) >= 17 && IS_ONE_OF(core, cores) ? 1000000 : 0;
}

/* The kernels that OpenBLAS takes when the processor is newer than itself. They were measured at a fifth of
 * the speed of AVX-512. */
static bool is_behind(const char *core)
{
    static const char *const cores[] = { "Unknown",    "Generic", "Katmai", "Coppermine", "Northwood",
                                         "Prescott",   "Banias",  "Atom",   "Core2",      "Penryn",
                                         "Dunnington", "Nehalem", "Athlon", "Opteron",    "Opteron_SSE3",
                                         "Barcelona",  "Nano",    "Bobcat" };
    return IS_ONE_OF(core, cores) && wgi_isa_best() > 0;
}

/* The pthread build of OpenBLAS has its own threads, which omp_set_num_threads does not limit. It is set to
 * one thread here. */
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

static void start_once(void) { pthread_once(&started, start); }

const char *wgi_blas_about(void)
{
    start_once();
    return about;
}

bool wgi_gemm_unfit(void)
{
    start_once();
    return behind;
}

bool wgi_gemm_is_own(int isa) { return wgi_gemm_unfit() && isa > 0; }
int64_t wgi_gemm_light(void)
{
    start_once();
    return light;
}

/* BLAS takes sizes as int, and rows of at least one element. */
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
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, g->adds, g->c, ldc);
    else cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, g->adds, g->c, ldc);
}

#else

const char *wgi_blas_about(void) { return "none"; }
bool wgi_gemm_unfit(void) { return true; }
bool wgi_gemm_is_own(int isa) { return true; }
int64_t wgi_gemm_light(void) { return 0; }
void wgi_gemm_run(const wgi_gemm *g, int isa) { wgi_gemm_own[isa](g); }

#endif

#endif
