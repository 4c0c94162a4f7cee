/* test_thin.c: products of a matrix by few vectors, for each instruction set that the processor has.
 * They have the bits of the order in docs/arithmetic.md, which is written down a second time here.
 * Where the instruction set has fused multiply-add, the sums are made with the C library's fma. */
#include <math.h>
#include <stdlib.h>

#include "kernel/thin.h"
#include "run/run.h"
#include "wgtest.h"

enum { GUARD = 3, MOST = 1 << 16 }; /* elements between rows, which nobody may touch; the largest operand */

typedef struct operands {
    wgi_thin t;
    void *m, *v, *c;
} operands;

static double get(wg_dtype t, const void *p, int64_t i)
{
    return t == WG_F32 ? (double)((const float *)p)[i] : ((const double *)p)[i];
}
static void set(wg_dtype t, void *p, int64_t i, double v)
{
    if (t == WG_F32) ((float *)p)[i] = (float)v;
    else ((double *)p)[i] = v;
}
static void *filled(wg_dtype t, wgt_random *r)
{
    void *p = malloc(MOST * wg_dtype_size(t));
    for (int64_t i = 0; i < MOST; i++) set(t, p, i, wgt_uniform(r, -1, 1));
    return p;
}

static double rounded(wg_dtype t, double v) { return t == WG_F32 ? (double)(float)v : v; }
/* a b + c; once: rounded once */
static double muladd(wg_dtype t, double a, double b, double c, bool once)
{
    if (t == WG_F32 && once) return (double)fmaf((float)a, (float)b, (float)c);
    return once ? fma(a, b, c) : rounded(t, rounded(t, a * b) + c);
}

static double element(const wgi_thin *t, int64_t l, int64_t j)
{
    return get(t->dtype, t->m, t->across ? l * t->ld + j : j * t->ld + l);
}
static double coefficient(const wgi_thin *t, int64_t v, int64_t l)
{
    return get(t->dtype, t->v, v * t->apart + l * t->next);
}

static double across(const wgi_thin *t, int64_t v, int64_t j, bool once)
{
    double sum = 0;
    for (int64_t l = 0; l < t->k; l += 8) {
        double part = rounded(t->dtype, coefficient(t, v, l) * element(t, l, j));
        for (int64_t q = l + 1; q < l + 8 && q < t->k; q++)
            part = muladd(t->dtype, coefficient(t, v, q), element(t, q, j), part, once);
        sum = rounded(t->dtype, sum + part);
    }
    return sum;
}
static double along(const wgi_thin *t, int64_t v, int64_t j, bool once)
{
    const int lanes = t->dtype == WG_F32 ? 16 : 8;
    double lane[16] = { 0 };
    for (int64_t l = 0; l < t->k; l++)
        lane[l % lanes] = muladd(t->dtype, coefficient(t, v, l), element(t, l, j), lane[l % lanes], once);
    for (int half = lanes / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] = rounded(t->dtype, lane[i] + lane[i + half]);
    return lane[0];
}

/* The last row ends at the end of its block of memory, so that ASan finds a read beyond it. */
static const void *last(wg_dtype t, const void *all, int64_t rows, int64_t length)
{
    const int64_t n = rows * length - GUARD;
    cr_assert(n <= MOST);
    return (const char *)all + (size_t)(MOST - (n > 0 ? n : 0)) * wg_dtype_size(t);
}

/* turned: the vectors are columns. */
static void expect_order(operands *o, int64_t count, int64_t n, int64_t k, bool is_across, bool turned,
                         int isa)
{
    wgi_thin *t = &o->t;
    *t = (wgi_thin){ .dtype = t->dtype, .across = is_across, .count = count, .n = n, .k = k, .next = 1 };
    t->ld = (is_across ? n : k) + GUARD, t->ldc = n + GUARD, t->apart = k + GUARD;
    if (turned) t->apart = 1, t->next = count + GUARD;
    t->m = last(t->dtype, o->m, is_across ? k : n, t->ld);
    t->v = last(t->dtype, o->v, turned ? k : count, turned ? t->next : t->apart);
    t->c = o->c;
    for (int64_t i = 0; i < count * t->ldc; i++) set(t->dtype, o->c, i, 7);
    wgi_thin_run[isa](t);
    for (int64_t v = 0; v < count; v++)
        for (int64_t j = 0; j < t->ldc; j++) {
            const double found = get(t->dtype, o->c, v * t->ldc + j), want = j >= n ? 7
                                                                             : is_across
                                                                                 ? across(t, v, j, isa > 0)
                                                                                 : along(t, v, j, isa > 0);
            cr_assert_eq(found, want,
                         "%lld by %lld by %lld, across %d, isa %d: element %lld,%lld is %.17g, not %.17g",
                         (long long)count, (long long)n, (long long)k, is_across, isa, (long long)v,
                         (long long)j, found, want);
        }
}

static void expect_all(int64_t count, int64_t n, int64_t k)
{
    wg_context *c = wg_start(NULL);
    for (wg_dtype t = WG_F32; t <= WG_F64; t++) {
        wgt_random r = { (uint64_t)(count * 64 + n * 8 + k) };
        operands o = { { .dtype = t }, filled(t, &r), filled(t, &r), filled(t, &r) };
        for (int isa = 0; isa <= c->isa; isa++) {
            expect_order(&o, count, n, k, true, false, isa);
            expect_order(&o, count, n, k, true, true, isa);
            if (count <= WGI_THIN) expect_order(&o, count, n, k, false, false, isa);
        }
        free(o.m), free(o.v), free(o.c);
    }
    wg_finish(c, NULL);
}

/* Sizes next to the numbers of rows and columns that are computed at a time, and to the lengths of
 * lanes. */
Test(thin, blocks_and_edges)
{
    static const int64_t longer[] = { 1, 2, 3, 7, 8, 9, 15, 17, 31, 33, 64, 100, 129, 300 };
    for (int64_t count = 1; count <= WGI_THIN; count++)
        for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) expect_all(count, longer[i], 21);
}
Test(thin, terms)
{
    static const int64_t inner[] = {
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 64, 100, 257, 1000
    };
    for (int64_t count = 1; count <= WGI_THIN; count++)
        for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) expect_all(count, 37, inner[i]);
}
/* More columns than a strip has. */
Test(thin, many_columns)
{
    expect_all(1, 2100, 19);
    expect_all(3, 1025, 9);
}
/* Many vectors, of few terms. */
Test(thin, few_terms)
{
    for (int64_t k = 0; k <= WGI_THIN; k++) expect_all(57, 70, k);
    expect_all(9, 1500, 3);
}
