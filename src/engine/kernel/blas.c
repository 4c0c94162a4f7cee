/* blas.c: products of matrices by a BLAS. No other file includes cblas.h.
 *
 * The library is loaded when it is first needed. Programs that multiply no matrices start without it, and
 * where it cannot be loaded the products are our own. */
#include "kernel/gemm.h"
#include "base/base.h"

#include <limits.h>
#include <math.h>
#include <strings.h>
#include <unistd.h>

#if WG_WITH_BLAS
#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static pthread_once_t started = PTHREAD_ONCE_INIT;
static void *library; /* NULL: it could not be loaded */
static __typeof__(cblas_sgemm) *sgemm;
static __typeof__(cblas_dgemm) *dgemm;
static char about[300];
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

/* Megabytes of addresses that the process may still take. */
static double room(void)
{
    struct rlimit limit;
    long pages = 0;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return INFINITY;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%ld", &pages) != 1) pages = 0;
    if (f) fclose(f);
    return ((double)limit.rlim_cur - (double)pages * (double)sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/* OpenBLAS takes 32 MB of addresses for each thread, which has a stack of 8 MB, and waits for ever if it
 * does not get them. */
static bool load(void)
{
    const char *isa = getenv("WG_ISA");
    if (isa && !strcmp(isa, "base")) {
        snprintf(about, sizeof about,
                 "not loaded: with WG_ISA=base products are the library's own, the same bits everywhere");
        return false;
    }
    const double need = 256 + 64 * (double)sysconf(_SC_NPROCESSORS_ONLN), have = room();
    if (have < need) {
        snprintf(about, sizeof about,
                 "not loaded: " WG_BLAS_LIBRARY " can need %.0f MB of addresses, the limit (ulimit "
                 "-v) leaves %.0f",
                 need, have > 0 ? have : 0);
        return false;
    }
    if ((library = dlopen(WG_BLAS_LIBRARY, RTLD_NOW | RTLD_LOCAL))) return true;
    const char *why = dlerror();
    snprintf(about, sizeof about, "not loaded: %s", why ? why : WG_BLAS_LIBRARY);
    return false;
}

static void *function(const char *name) { return library ? dlsym(library, name) : NULL; }

/* ---- one thread ----
 *
 * The pthread build of OpenBLAS has its own threads, which omp_set_num_threads does not limit. Their number
 * is one variable of the process, and the program's: NumPy may work with the same library. So it is one while
 * any thread of ours is in the BLAS, and what the program wants before and after that. */
static int (*get_threads)(void); /* NULL: the library is not that build */
static void (*set_threads)(int);
static struct {
    pthread_mutex_t lock;
    int calls;  /* that are in the BLAS */
    int wanted; /* by the program, while there are calls */
} held = { .lock = PTHREAD_MUTEX_INITIALIZER };

void wgi_blas_enter(void)
{
    if (!set_threads) return;
    pthread_mutex_lock(&held.lock);
    const int now = get_threads();
    if (!held.calls++ || now != 1) held.wanted = now;
    if (now != 1) set_threads(1);
    pthread_mutex_unlock(&held.lock);
}

void wgi_blas_leave(void)
{
    if (!set_threads) return;
    pthread_mutex_lock(&held.lock);
    /* Another number than 1 is one that the program has set meanwhile. */
    if (!--held.calls && get_threads() == 1) set_threads(held.wanted);
    pthread_mutex_unlock(&held.lock);
}

/* The calls of other threads do not end in a child of fork(). */
static void before_fork(void) { pthread_mutex_lock(&held.lock); }
static void in_parent(void) { pthread_mutex_unlock(&held.lock); }
static void in_child(void)
{
    if (held.calls) set_threads(held.wanted);
    held.calls = 0;
    pthread_mutex_unlock(&held.lock);
}

static void hold_threads(void)
{
    get_threads = (int (*)(void))function("openblas_get_num_threads");
    if (get_threads) set_threads = (void (*)(int))function("openblas_set_num_threads");
    if (set_threads) pthread_atfork(before_fork, in_parent, in_child);
}

static void start(void)
{
    static const char *const kind[] = { "serial", "pthreads, one in each call", "OpenMP" };
    if (!load()) return;
    sgemm = (__typeof__(sgemm))function("cblas_sgemm"), dgemm = (__typeof__(dgemm))function("cblas_dgemm");
    int (*get_parallel)(void) = (int (*)(void))function("openblas_get_parallel");
    char *(*get_config)(void) = (char *(*)(void))function("openblas_get_config");
    char *(*get_core)(void) = (char *(*)(void))function("openblas_get_corename");
    int parallel = get_parallel ? get_parallel() : 0;
    if (parallel == 1) hold_threads();
    snprintf(about, sizeof about, WG_BLAS_LIBRARY ", a CBLAS other than OpenBLAS");
    if (!get_config || !get_core) return;
    light = light_of(get_config(), get_core());
    behind = is_behind(get_core());
    snprintf(about, sizeof about, "%s; kernels %s; threads %s", get_config(), get_core(),
             kind[parallel >= 0 && parallel <= 2 ? parallel : 0]);
}

static void start_once(void) { pthread_once(&started, start); }

const char *wgi_blas_about(void)
{
    start_once();
    return about;
}

void *wgi_blas_function(const char *name)
{
    start_once();
    return function(name);
}

bool wgi_gemm_unfit(void)
{
    start_once();
    return behind || !sgemm || !dgemm;
}

bool wgi_gemm_is_own(int isa) { return wgi_gemm_unfit() && (isa > 0 || !sgemm || !dgemm); }
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
    if (wgi_gemm_is_own(isa) || !fits(g)) {
        wgi_gemm_own[isa](g);
        return;
    }
    wgi_blas_enter();
    if (g->dtype == WG_F32)
        sgemm(CblasRowMajor, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, g->adds, g->c, ldc);
    else dgemm(CblasRowMajor, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, g->adds, g->c, ldc);
    wgi_blas_leave();
}

#else

void wgi_blas_enter(void) {}
void wgi_blas_leave(void) {}
const char *wgi_blas_about(void) { return "none"; }
void *wgi_blas_function(const char *name) { return NULL; }
bool wgi_gemm_unfit(void) { return true; }
bool wgi_gemm_is_own(int isa) { return true; }
int64_t wgi_gemm_light(void) { return 0; }
void wgi_gemm_run(const wgi_gemm *g, int isa) { wgi_gemm_own[isa](g); }

#endif

int wgi_gemm_tiles(void)
{
    static int tiles;
    if (!tiles) {
        const long processors = sysconf(_SC_NPROCESSORS_ONLN);
        tiles = processors < 2 ? 4 : processors > 32 ? 64 : 2 * (int)processors;
    }
    return tiles;
}

size_t wgi_gemm_room(const wgi_gemm *g)
{
    enum { WIDE = 32 }; /* the most columns of a block of gemm.c */
    const int64_t rows = wgi_gemm_copies_a(g) ? g->m + WGI_GEMM_HIGH - 1 : 0,
                  columns = wgi_gemm_copies_b(g) ? g->n + WIDE - 1 : 0;
    return (size_t)(rows + columns) * WGI_GEMM_DEPTH;
}
