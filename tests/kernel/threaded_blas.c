/* threaded_blas.c: a library in the place of OpenBLAS that says of itself what the build with threads of its
 * own says, or with PARALLEL=0 or 2 what the builds without threads and with OpenMP say. Their number is one
 * variable of the process, which whoever loads the library shares with the program. At its end it prints how
 * many products there were, how many of them with more than one thread, and the number that it was left
 * with. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int threads = 3, products, shared;

int openblas_get_parallel(void);
int openblas_get_num_threads(void);
void openblas_set_num_threads(int n);
char *openblas_get_config(void);
char *openblas_get_corename(void);

int openblas_get_parallel(void) { return getenv("PARALLEL") ? atoi(getenv("PARALLEL")) : 1; }
int openblas_get_num_threads(void) { return __atomic_load_n(&threads, __ATOMIC_SEQ_CST); }
void openblas_set_num_threads(int n) { __atomic_store_n(&threads, n, __ATOMIC_SEQ_CST); }
char *openblas_get_config(void) { return "OpenBLAS 0.3.21"; }
char *openblas_get_corename(void) { return "Haswell"; }

static void count(void)
{
    __atomic_add_fetch(&products, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&shared, openblas_get_num_threads() != 1, __ATOMIC_SEQ_CST);
}

/* The product of rows by plain loops. Before and after it the number of threads is looked at. */
#define GEMM(name, T)                                                                                   \
    void name(int order, int ta, int tb, int m, int n, int k, T alpha, const T *a, int lda, const T *b, \
              int ldb, T beta, T *c, int ldc);                                                          \
    void name(int order, int ta, int tb, int m, int n, int k, T alpha, const T *a, int lda, const T *b, \
              int ldb, T beta, T *c, int ldc)                                                           \
    {                                                                                                   \
        enum { TURNED = 112 }; /* CblasTrans */                                                         \
        (void)order;                                                                                    \
        count();                                                                                        \
        for (int64_t i = 0; i < m; i++)                                                                 \
            for (int64_t j = 0; j < n; j++) {                                                           \
                T sum = 0;                                                                              \
                for (int64_t p = 0; p < k; p++)                                                         \
                    sum += a[ta == TURNED ? p * lda + i : i * lda + p] *                                \
                           b[tb == TURNED ? j * ldb + p : p * ldb + j];                                 \
                c[i * ldc + j] = alpha * sum + (beta != 0 ? beta * c[i * ldc + j] : 0);                 \
            }                                                                                           \
        count();                                                                                        \
    }
GEMM(cblas_sgemm, float)
GEMM(cblas_dgemm, double)

__attribute__((destructor)) static void report(void)
{
    fprintf(stderr, "%s, %d with several threads, %d at the end\n", products ? "products" : "no product",
            shared, threads);
}
