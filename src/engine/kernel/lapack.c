/* lapack.c: calls of LAPACK, which is loaded with the BLAS. No other file declares its functions.
 *
 * LAPACK takes matrices in column-major order, so it gets the transposes of ours without a copy. The
 * transpose of a = q r is r^T q^T, which is what LAPACK calls LQ. The transpose of u s vt is vt^T s
 * u^T. */
#include "kernel/lapack.h"
#include "kernel/gemm.h"

#include <limits.h>
#include <string.h>

#include <pthread.h>

/* Functions of the library of the BLAS; NULL: it has no LAPACK. */
#define EACH(X) X(float, s) X(double, d)
#define DECLARE_EACH(T, p)                                                                              \
    static void (*p##syevd_)(const char *, const char *, const int *, T *, const int *, T *, T *,       \
                             const int *, int *, const int *, int *, size_t, size_t);                   \
    static void (*p##gesdd_)(const char *, const int *, const int *, T *, const int *, T *, T *,        \
                             const int *, T *, const int *, T *, const int *, int *, int *, size_t);    \
    static void (*p##gelqf_)(const int *, const int *, T *, const int *, T *, T *, const int *, int *); \
    static void (*p##orglq_)(const int *, const int *, const int *, T *, const int *, const T *, T *,   \
                             const int *, int *);
EACH(DECLARE_EACH)

#define FIND(name)      name = (__typeof__(name))wgi_blas_function(#name);
#define FIND_EACH(T, p) FIND(p##syevd_) FIND(p##gesdd_) FIND(p##gelqf_) FIND(p##orglq_)
static void find_all(void) { EACH(FIND_EACH) }

bool wgi_lapack_has(void)
{
    static pthread_once_t found = PTHREAD_ONCE_INIT;
    pthread_once(&found, find_all);
    return ssyevd_ && dsyevd_ && sgesdd_ && dgesdd_ && sgelqf_ && dgelqf_ && sorglq_ && dorglq_;
}

static size_t line(size_t bytes) { return (bytes + 63) / 64 * 64; }

/* Lengths of the arrays of work. */
static int eigh_work(int64_t n) { return (int)(1 + 6 * n + 2 * n * n); }
static int eigh_integers(int64_t n) { return (int)(3 + 5 * n); }
static int svd_work(int64_t m, int64_t n)
{
    const int64_t least = m < n ? m : n, most = m < n ? n : m;
    return (int)(4 * least * least + 7 * least + 64 * (most + least));
}
enum { BLOCK = 64 }; /* columns that LAPACK treats at once */

size_t wgi_lapack_eigh_room(wg_dtype t, int64_t n)
{
    return line((size_t)eigh_work(n) * wg_dtype_size(t)) + line((size_t)eigh_integers(n) * sizeof(int));
}
size_t wgi_lapack_svd_room(wg_dtype t, int64_t m, int64_t n)
{
    return line((size_t)svd_work(m, n) * wg_dtype_size(t)) +
           line((size_t)(8 * (m < n ? m : n)) * sizeof(int));
}
size_t wgi_lapack_qr_room(wg_dtype t, int64_t m, int64_t n)
{
    return line((size_t)((BLOCK + 1) * n) * wg_dtype_size(t));
}

static void *behind(void *room, int work, wg_dtype t)
{
    return (char *)room + line((size_t)work * wg_dtype_size(t));
}

bool wgi_lapack_eigh(wg_dtype t, int64_t rows, void *a, void *w, void *room)
{
    const int n = (int)rows, work = eigh_work(n), integers = eigh_integers(n);
    int failed = 0;
    wgi_blas_enter();
    if (t == WG_F32)
        ssyevd_("V", "U", &n, a, &n, w, room, &work, behind(room, work, t), &integers, &failed, 1, 1);
    else dsyevd_("V", "U", &n, a, &n, w, room, &work, behind(room, work, t), &integers, &failed, 1, 1);
    wgi_blas_leave();
    return !failed;
}

bool wgi_lapack_svd(wg_dtype t, int64_t rows, int64_t columns, void *a, void *u, void *s, void *vt,
                    void *room)
{
    const int m = (int)rows, n = (int)columns, k = m < n ? m : n, work = svd_work(m, n);
    int failed = 0, *integers = behind(room, work, t);
    wgi_blas_enter();
    if (t == WG_F32) sgesdd_("S", &n, &m, a, &n, s, vt, &n, u, &k, room, &work, integers, &failed, 1);
    else dgesdd_("S", &n, &m, a, &n, s, vt, &n, u, &k, room, &work, integers, &failed, 1);
    wgi_blas_leave();
    return !failed;
}

/* Copies the upper triangle of a [m, n] to r [n, n]. */
static void upper_triangle(char *r, const char *a, size_t n, size_t size)
{
    memset(r, 0, n * n * size);
    for (size_t i = 0; i < n; i++) memcpy(r + (i * n + i) * size, a + (i * n + i) * size, (n - i) * size);
}

bool wgi_lapack_qr(wg_dtype t, int64_t rows, int64_t columns, void *a, void *r, void *room)
{
    const int m = (int)rows, n = (int)columns, work = BLOCK * n;
    void *scales = (char *)room + (size_t)work * wg_dtype_size(t);
    int failed = 0;
    wgi_blas_enter();
    if (t == WG_F32) sgelqf_(&n, &m, a, &n, scales, room, &work, &failed);
    else dgelqf_(&n, &m, a, &n, scales, room, &work, &failed);
    upper_triangle(r, a, (size_t)n, wg_dtype_size(t));
    if (t == WG_F32) sorglq_(&n, &m, &n, a, &n, scales, room, &work, &failed);
    else dorglq_(&n, &m, &n, a, &n, scales, room, &work, &failed);
    wgi_blas_leave();
    return !failed;
}
