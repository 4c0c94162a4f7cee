/* limits.c: measures what the machine can do with one thread and two: memory bandwidth, multiply-adds, BLAS
 * at the shapes of the works. Prints the best of many repetitions; README.md has the figures.
 */
#include <cblas.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "machine.h"

enum { REPETITIONS = 40 };

typedef struct arrays {
    size_t n;
    float *a, *b, *c;
} arrays;

static arrays arrays_new(size_t n)
{
    arrays v = { n, NULL, NULL, NULL };
    float **to[] = { &v.a, &v.b, &v.c };
    for (int k = 0; k < 3; k++) {
        float *p = *to[k] = aligned_alloc(1 << 21, (n * sizeof(float) + (1 << 21) - 1) >> 21 << 21);
#pragma omp parallel for num_threads(BENCH_THREADS) schedule(static)
        for (size_t i = 0; i < n; i++) p[i] = 1;
    }
    return v;
}

static void arrays_free(arrays v) { free(v.a), free(v.b), free(v.c); }

static double triad(arrays v, int threads)
{
    double best = INFINITY;
    for (int r = 0; r < REPETITIONS; r++) {
        double t = bench_now();
#pragma omp parallel for simd num_threads(threads) schedule(static)
        for (size_t i = 0; i < v.n; i++) v.a[i] = v.b[i] + 3 * v.c[i];
        best = fmin(best, bench_now() - t);
    }
    return 12.0 * (double)v.n / best;
}

static void print_triad(const char *name, size_t n)
{
    arrays v = arrays_new(n);
    printf("%-44s %8.1f %8.1f GB/s\n", name, 1e-9 * triad(v, 1), 1e-9 * triad(v, BENCH_THREADS));
    arrays_free(v);
}

/* Twelve independent chains of 16 numbers: enough to hide the latency of a multiply-add. */
static float chains(int64_t n, float x)
{
    enum { CHAINS = 12, LANES = 16 };
    typedef float vector __attribute__((vector_size(4 * LANES)));
    vector s[CHAINS], factor = (vector){ 0 } + 0.999F + x, term = (vector){ 0 } + 1e-3F;
    for (int k = 0; k < CHAINS; k++) s[k] = factor * (float)k;
    for (int64_t i = 0; i < n; i++)
#pragma GCC unroll 12
        for (int k = 0; k < CHAINS; k++) s[k] = s[k] * factor + term;
    for (int k = 1; k < CHAINS; k++) s[0] += s[k];
    return s[0][0];
}

static double multiply_adds(int threads)
{
    const int64_t n = 2000000;
    double best = INFINITY;
    float sink = 0;
    for (int r = 0; r < REPETITIONS; r++) {
        double t = bench_now();
#pragma omp parallel num_threads(threads) reduction(+ : sink)
        sink += chains(n, 1e-6F * (float)(r + omp_get_thread_num()));
        best = fmin(best, bench_now() - t);
    }
    return 2.0 * 12 * 16 * (double)n * threads / best + 0 * (double)sink;
}

typedef struct shape {
    const char *name;
    bool ta, tb;
    int m, n, k;
} shape;

static double product(const shape *s, arrays v, int threads)
{
    double best = INFINITY;
    omp_set_num_threads(threads);
    for (int r = 0; r < REPETITIONS; r++) {
        double t = bench_now();
        cblas_sgemm(CblasRowMajor, s->ta ? CblasTrans : CblasNoTrans, s->tb ? CblasTrans : CblasNoTrans, s->m,
                    s->n, s->k, 1, v.a, s->ta ? s->m : s->k, v.b, s->tb ? s->k : s->n, 0, v.c, s->n);
        best = fmin(best, bench_now() - t);
    }
    return 2.0 * s->m * s->n * s->k / best;
}

static void print_products(void)
{
    static const shape shapes[] = {
        { "sgemm 128x256x784, W1", false, false, 128, 256, 784 },
        { "sgemm 784x256x128, A transposed, W1", true, false, 784, 256, 128 },
        { "sgemm 128x256x128, B transposed, W1", false, true, 128, 256, 128 },
        { "sgemm 128x128x256, W1", false, false, 128, 128, 256 },
        { "sgemm 128x10x128, W1", false, false, 128, 10, 128 },
        { "sgemm 512x1024x1024, W6", false, false, 512, 1024, 1024 },
        { "sgemm 512x1024x1024, B transposed, W6", false, true, 512, 1024, 1024 },
        { "sgemm 1024x1024x512, A transposed, W6", true, false, 1024, 1024, 512 },
    };
    arrays v = arrays_new(1024 * 1024);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        printf("%-44s %8.1f %8.1f GFLOP/s\n", shapes[i].name, 1e-9 * product(&shapes[i], v, 1),
               1e-9 * product(&shapes[i], v, BENCH_THREADS));
    arrays_free(v);
}

static double region(void)
{
    double best = INFINITY;
    for (int r = 0; r < REPETITIONS; r++) {
        double t = bench_now();
        for (int k = 0; k < 1000; k++)
#pragma omp parallel num_threads(BENCH_THREADS)
            __asm__ volatile("" ::: "memory");
        best = fmin(best, bench_now() - t);
    }
    return best / 1000;
}

static double first_touch(void)
{
    const size_t bytes = 64 << 20;
    double best = INFINITY;
    for (int r = 0; r < 5; r++) {
        char *p = aligned_alloc(4096, bytes);
        double t = bench_now();
        memset(p, 1, bytes);
        __asm__ volatile("" : : "r"(p) : "memory");
        best = fmin(best, bench_now() - t);
        free(p);
    }
    return (double)bytes / best;
}

int main(void)
{
    machine_print(stdout);
    printf("\n%-44s %8s %8s\n", "", "1 thread", "2");
    printf("%-44s %8.1f %8.1f GFLOP/s\n", "multiply-add, f32", 1e-9 * multiply_adds(1),
           1e-9 * multiply_adds(BENCH_THREADS));
    print_triad("triad a = b + 3 c, 3 x 64 MiB (12 B a number)", 16 << 20);
    print_triad("triad in the last cache, 3 x 4 MiB", 1 << 20);
    print_triad("triad in the second cache, 3 x 128 KiB", 1 << 15);
    printf("%-44s %8.1f          GB/s\n", "first touch of fresh memory", 1e-9 * first_touch());
    print_products();
    printf("%-44s          %8.2f us\n", "OpenMP region, entry and exit", 1e6 * region());
    return 0;
}
