/* blas.c: the gate: the only file that sees a BLAS. C = op(A) op(B), row-major, C overwritten; lda, ldb, ldc are the lengths
 * of stored rows.
 *
 * Invariant, kept by the callers: a call runs serially, because it stands inside an active parallel region of two threads or
 * more, or between wgi_gate_open and wgi_gate_close. Then its bits depend on shapes and flags alone. */
#include "wgi.h"

#include <limits.h>
#include <strings.h>

#if WG_WITH_BLAS
#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#endif

#define REAL float
#define GEMM loops_f32
#include "blas_loops.h"
#undef REAL
#undef GEMM
#define REAL double
#define GEMM loops_f64
#include "blas_loops.h"

#if WG_WITH_BLAS

/* What only OpenBLAS has; in a build with another BLAS these are NULL. */
#pragma weak openblas_get_parallel
#pragma weak openblas_set_num_threads
#pragma weak openblas_get_config
#pragma weak openblas_get_corename
extern int   openblas_get_parallel(void);
extern void  openblas_set_num_threads(int);
extern char *openblas_get_config(void);
extern char *openblas_get_corename(void);

/* BLAS counts in int, and wants rows of at least one element. */
static bool fits(int64_t m, int64_t n, int64_t k, int64_t lda, int64_t ldb, int64_t ldc)
{
    return m > 0 && n > 0 && k > 0 && m <= INT_MAX && n <= INT_MAX && k <= INT_MAX && lda <= INT_MAX && ldb <= INT_MAX &&
           ldc <= INT_MAX;
}

void wgi_gemm_f32(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb,
                  float *c, int64_t ldc)
{
    if (fits(m, n, k, lda, ldb, ldc))
        cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1, a,
                    (int)lda, b, (int)ldb, 0, c, (int)ldc);
    else loops_f32(ta, tb, m, n, k, a, lda, b, ldb, c, ldc);
}

void wgi_gemm_f64(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b, int64_t ldb,
                  double *c, int64_t ldc)
{
    if (fits(m, n, k, lda, ldb, ldc))
        cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1, a,
                    (int)lda, b, (int)ldb, 0, c, (int)ldc);
    else loops_f64(ta, tb, m, n, k, a, lda, b, ldb, c, ldc);
}

static pthread_once_t started = PTHREAD_ONCE_INIT;
static char           about[200] = "a CBLAS other than OpenBLAS";
static int64_t        light; /* what wgi_gemm_light says */

/* OpenBLAS has kernels that pack nothing for AVX-512, since 0.3.17, for up to 1e6 multiplications. */
static int64_t light_of(const char *config, const char *core)
{
    static const char *const cores[] = { "SkylakeX", "Cooperlake", "SapphireRapids" };
    const char              *version = strstr(config, "OpenBLAS 0.3.");
    for (size_t i = 0; version && atoi(version + 13) >= 17 && i < sizeof cores / sizeof *cores; i++)
        if (strcasecmp(core, cores[i]) == 0) return 1000000;
    return 0;
}

/* The pthread build has threads of its own, which OpenMP's number does not reach: it is told once to have one. */
static void start(void)
{
    static const char *const kind[] = { "serial", "pthreads, held to one", "OpenMP" };
    int                      parallel = openblas_get_parallel ? openblas_get_parallel() : 0;
    if (parallel == 1 && openblas_set_num_threads) openblas_set_num_threads(1);
    if (!openblas_get_config || !openblas_get_corename) return;
    light = light_of(openblas_get_config(), openblas_get_corename());
    snprintf(about, sizeof about, "%s; kernels %s; threads %s", openblas_get_config(), openblas_get_corename(),
             kind[parallel >= 0 && parallel <= 2 ? parallel : 0]);
}

void    wgi_blas_start(void) { pthread_once(&started, start); }
int64_t wgi_gemm_light(void) { return light; }

const char *wgi_blas_about(void)
{
    wgi_blas_start();
    return about;
}

#else

void wgi_gemm_f32(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb,
                  float *c, int64_t ldc)
{
    loops_f32(ta, tb, m, n, k, a, lda, b, ldb, c, ldc);
}

void wgi_gemm_f64(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b, int64_t ldb,
                  double *c, int64_t ldc)
{
    loops_f64(ta, tb, m, n, k, a, lda, b, ldb, c, ldc);
}

void        wgi_blas_start(void) {}
int64_t     wgi_gemm_light(void) { return 0; }
const char *wgi_blas_about(void) { return "none: the library's own loops"; }

#endif
