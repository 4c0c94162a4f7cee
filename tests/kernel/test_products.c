/* test_products.c: the library's own products of matrices, and of a matrix by few vectors, for each
 * instruction set that the processor has. They have the bits of the order of sums in
 * docs/inside/arithmetic.md, which is written down a second time here. Where the instruction set has fused
 * multiply-add, the sums are made with the C library's fma. */
#include <math.h>
#include <stdlib.h>

#include "kernel/gemm.h"
#include "kernel/thin.h"
#include "run/run.h"
#include "wgtest.h"

enum { GUARD = 3, MOST = 1 << 17 }; /* elements between rows, which nobody may touch; the largest operand */

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

typedef struct operands {
    wg_dtype dtype;
    void *a, *b, *c;
} operands;

static operands operands_new(wg_dtype t, uint64_t seed)
{
    wgt_random r = { seed };
    return (operands){ t, filled(t, &r), filled(t, &r), filled(t, &r) };
}
static void operands_free(operands *o) { free(o->a), free(o->b), free(o->c); }

/* The last row ends at the end of its block of memory, so that ASan finds a read beyond it. */
static const void *last(wg_dtype t, const void *all, int64_t rows, int64_t length)
{
    const int64_t n = rows * length - GUARD;
    cr_assert(n <= MOST);
    return (const char *)all + (size_t)(MOST - (n > 0 ? n : 0)) * wg_dtype_size(t);
}

/* ---- matrices ---- */

static double in_order(const wgi_gemm *g, int64_t i, int64_t j, bool once)
{
    double sum = 0;
    for (int64_t l = 0; l < g->k; l++)
        sum = muladd(g->dtype, get(g->dtype, g->a, g->ta ? l * g->lda + i : i * g->lda + l),
                     get(g->dtype, g->b, g->tb ? j * g->ldb + l : l * g->ldb + j), sum, once);
    return sum;
}

static void expect_in_order(operands *o, int64_t m, int64_t n, int64_t k, bool ta, bool tb, int isa,
                            bool room)
{
    wgi_gemm made, *g = &made;
    *g = (wgi_gemm){
        o->dtype, ta,   tb,           m, n, k, (ta ? m : k) + GUARD, (tb ? k : n) + GUARD, n + GUARD, NULL,
        NULL,     o->c, .adds = false
    };
    g->a = last(g->dtype, o->a, ta ? k : m, g->lda);
    g->b = last(g->dtype, o->b, tb ? n : k, g->ldb);
    cr_assert(m * g->ldc <= MOST);
    for (int64_t i = 0; i < m * g->ldc; i++) set(g->dtype, o->c, i, 7);
    g->room = room ? malloc(wgi_gemm_room(g)) : NULL;
    wgi_gemm_own[isa](g);
    free(g->room);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < g->ldc; j++) {
            double expected = j < n ? in_order(g, i, j, isa > 0) : 7,
                   found = get(g->dtype, o->c, i * g->ldc + j);
            cr_assert_eq(expected, found, "%lldx%lldx%lld %d%d isa %d, element %lld,%lld: %.17g, not %.17g",
                         (long long)m, (long long)n, (long long)k, ta, tb, isa, (long long)i, (long long)j,
                         found, expected);
        }
}

static void expect_all_ways(wg_dtype t, int64_t m, int64_t n, int64_t k)
{
    wg_context *c = wg_start();
    operands o = operands_new(t, (uint64_t)(m * 64 + n * 8 + k));
    for (int isa = 0; isa <= c->isa; isa++)
        for (int way = 0; way < 8; way++) expect_in_order(&o, m, n, k, way & 1, way & 2, isa, way & 4);
    operands_free(&o);
    wg_finish(c, NULL);
}

/* Sizes next to the heights of blocks, the widths of one and two vectors, and the lengths into which k is
 * divided. */
Test(gemm, blocks_and_edges)
{
    static const int64_t rows[] = { 1, 2, 3, 7, 8, 11, 12, 13, 23 },
                         columns[] = { 1, 3, 4, 8, 15, 16, 17, 31, 32, 33, 64, 70 };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < sizeof columns / sizeof *columns; j++)
            for (wg_dtype t = WG_F32; t <= WG_F64; t++) expect_all_ways(t, rows[i], columns[j], 5);
}
Test(gemm, parts_of_k)
{
    static const int64_t inner[] = { 0, 1, 127, 128, 129, 255, 256, 257, 700 };
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        for (wg_dtype t = WG_F32; t <= WG_F64; t++) expect_all_ways(t, 11, 37, inner[i]);
}
Test(gemm, many_rows)
{
    for (wg_dtype t = WG_F32; t <= WG_F64; t++)
        expect_all_ways(t, 131, 70, 300), expect_all_ways(t, 65, 33, 20);
}

/* Rows that are far apart, and rows a multiple of 2 KiB apart (with GUARD), are copied. */
Test(gemm, rows_far_apart)
{
    for (wg_dtype t = WG_F32; t <= WG_F64; t++) {
        expect_all_ways(t, 77, 600, 150);
        expect_all_ways(t, 77, 550, 20);
        expect_all_ways(t, 29, 70, 512 - GUARD), expect_all_ways(t, 26, 83, 512 - GUARD);
    }
}

Test(gemm, empty_results)
{
    operands o = operands_new(WG_F32, 1);
    expect_in_order(&o, 0, 5, 4, false, false, 0, false);
    expect_in_order(&o, 5, 0, 4, true, true, 0, false);
    operands_free(&o);
}

/* Rows of no length at all. */
Test(gemm, no_inner_axis)
{
    wg_context *context = wg_start();
    for (int isa = 0; isa <= context->isa; isa++)
        for (int way = 0; way < 4; way++) {
            double nothing[1], c[6] = { 1, 2, 3, 4, 5, 6 };
            bool ta = way & 1, tb = way & 2;
            wgi_gemm g = { WG_F64,     ta, tb,      2,       3, 0,     ta ? 2 : 0,
                           tb ? 0 : 3, 3,  nothing, nothing, c, false, NULL };
            wgi_gemm_own[isa](&g);
            for (int i = 0; i < 6; i++) cr_assert_eq(c[i], 0);
        }
    wg_finish(context, NULL);
}

/* Columns that pad a vector must not carry a NaN into others. */
Test(gemm, infinities_stay_in_their_column)
{
    const float a[3] = { 1, INFINITY, 2 }, b[15] = { [0] = 1, [5] = 1, [11] = NAN };
    float c[5];
    wgi_gemm g = { WG_F32, false, false, 1, 5, 3, 3, 5, 5, a, b, c, false, NULL };
    wg_context *context = wg_start();
    for (int isa = 0; isa <= context->isa; isa++) {
        wgi_gemm_own[isa](&g);
        cr_assert(isinf(c[0]) && isnan(c[1]) && isnan(c[2]) && isnan(c[3]) && isnan(c[4]));
    }
    wg_finish(context, NULL);
}

/* ---- a matrix by few vectors ---- */

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

/* turned: the vectors are columns. */
static void expect_order(operands *o, int64_t count, int64_t n, int64_t k, bool is_across, bool turned,
                         int isa)
{
    wgi_thin made, *t = &made;
    *t = (wgi_thin){ .dtype = o->dtype, .across = is_across, .count = count, .n = n, .k = k, .next = 1 };
    t->ld = (is_across ? n : k) + GUARD, t->ldc = n + GUARD, t->apart = k + GUARD;
    if (turned) t->apart = 1, t->next = count + GUARD;
    t->m = last(t->dtype, o->a, is_across ? k : n, t->ld);
    t->v = last(t->dtype, o->b, turned ? k : count, turned ? t->next : t->apart);
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
    wg_context *c = wg_start();
    for (wg_dtype t = WG_F32; t <= WG_F64; t++) {
        operands o = operands_new(t, (uint64_t)(count * 64 + n * 8 + k));
        for (int isa = 0; isa <= c->isa; isa++) {
            expect_order(&o, count, n, k, true, false, isa);
            expect_order(&o, count, n, k, true, true, isa);
            if (count <= WGI_THIN) expect_order(&o, count, n, k, false, false, isa);
        }
        operands_free(&o);
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
