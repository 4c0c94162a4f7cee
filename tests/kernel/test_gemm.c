/* test_gemm.c: the library's own matrix products, for each instruction set that the processor has. They have
 * the bits of sums over k in order, for all sizes. Where the instruction set has fused multiply-add, the sums
 * are made with the C library's fma. */
#include <math.h>
#include <stdlib.h>

#include "kernel/gemm.h"
#include "run/run.h"
#include "wgtest.h"

enum { GUARD = 3, MOST = 1 << 17 }; /* elements between rows, which nobody may touch; the largest operand */

typedef struct operands {
    wgi_gemm g;
    void *a, *b, *c;
} operands;

static double get(wg_dtype t, const void *p, int64_t i)
{
    return t == WG_F32 ? ((const float *)p)[i] : ((const double *)p)[i];
}
static void set(wg_dtype t, void *p, int64_t i, double v)
{
    if (t == WG_F32) ((float *)p)[i] = (float)v;
    else ((double *)p)[i] = v;
}

static void *filled(wg_dtype t, wgt_random *r)
{
    void *p = malloc(MOST * wg_dtype_size(t));
    for (int64_t i = 0; i < MOST; i++) set(t, p, i, (double)(int64_t)(wgt_next(r) >> 20) / (1LL << 43) - 1);
    return p;
}

static operands operands_new(wg_dtype t, uint64_t seed)
{
    wgt_random r = { seed };
    return (operands){ { .dtype = t }, filled(t, &r), filled(t, &r), filled(t, &r) };
}

static void operands_free(operands *o) { free(o->a), free(o->b), free(o->c); }

static double in_order(const wgi_gemm *g, int64_t i, int64_t j, bool once)
{
    double sum = 0;
    for (int64_t l = 0; l < g->k; l++) {
        double a = get(g->dtype, g->a, g->ta ? l * g->lda + i : i * g->lda + l);
        double b = get(g->dtype, g->b, g->tb ? j * g->ldb + l : l * g->ldb + j);
        if (g->dtype == WG_F32)
            sum = once ? (double)fmaf((float)a, (float)b, (float)sum) : (double)((float)sum + (float)(a * b));
        else sum = once ? fma(a, b, sum) : sum + a * b;
    }
    return sum;
}

/* The last row ends at the end of its block of memory, so that ASan finds a read beyond it. */
static const void *last(wg_dtype t, const void *all, int64_t rows, int64_t length)
{
    int64_t n = rows ? rows * length - GUARD : 0;
    cr_assert(n <= MOST);
    return (const char *)all + (size_t)(MOST - n) * wg_dtype_size(t);
}

static void expect_in_order(operands *o, int64_t m, int64_t n, int64_t k, bool ta, bool tb, int isa,
                            bool room)
{
    wgi_gemm *g = &o->g;
    *g = (wgi_gemm){
        g->dtype, ta,   tb,           m, n, k, (ta ? m : k) + GUARD, (tb ? k : n) + GUARD, n + GUARD, NULL,
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
    wg_context *c = wg_start(NULL);
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
    wg_context *context = wg_start(NULL);
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
    wg_context *context = wg_start(NULL);
    for (int isa = 0; isa <= context->isa; isa++) {
        wgi_gemm_own[isa](&g);
        cr_assert(isinf(c[0]) && isnan(c[1]) && isnan(c[2]) && isnan(c[3]) && isnan(c[4]));
    }
    wg_finish(context, NULL);
}
