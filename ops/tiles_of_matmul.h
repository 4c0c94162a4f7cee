/* tiles_of_matmul.h: the sizes of a product, its leading axes, and its tiles. They follow from the
 * shapes and from the BLAS, never from the instruction set that this file is compiled for: the
 * baseline's code counts the units of every kernel. */
#ifndef WG_TILES_OF_MATMUL_H
#define WG_TILES_OF_MATMUL_H

#include "kernel/gemm.h"
#include "kernel/thin.h"
#include "ops.h"
#include "small_product.h"

/* ta, tb: the operand's last two axes are swapped. */
#define MATMUL_FIELDS(F, S) F(S, BOOL, ta, "false") F(S, BOOL, tb, "false")
OPTIONS(matmul, MATMUL_FIELDS);
typedef struct matmul matmul_attr;

/* `batch` products of op(a) [m,k] and op(b) [k,n]. Each has down * across tiles of `high` rows and
 * `wide` columns. */
typedef struct product {
    int64_t m, n, k, batch, lda, ldb;
    bool ta, tb, small, thin;
    struct small loop;
    int64_t high, wide, down, across;
    int64_t strip; /* rows of a tile for one call */
    int axes;      /* leading axes of y; an operand that is repeated along one has stride 0 there */
    int64_t dim[WG_MAX_RANK], sa[WG_MAX_RANK], sb[WG_MAX_RANK];
} product;

/* Limits of the rule of tiles, measured with two cores (docs/performance.md). In multiplications: up
 * to SMALL a loop is faster than a call, and a tile of less than WORTH does not pay for its call.
 * LONG is an inner size. NEAR and LINES are bytes. Columns of less than VECTOR are not computed in
 * vectors. */
enum { SMALL = 2048, WORTH = 1 << 16, LONG = 512, NEAR = 1 << 18, LINES = 1 << 20, VECTOR = 16 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Whether the operands of calls that pack nothing stay in the second-level cache. Each of their rows
 * is in another page, and processors do not prefetch across pages. A row that is not a whole number
 * of cache lines takes two loads for one. */
static bool is_near(const product *p, int64_t size)
{
    const int64_t bytes = ((p->ta ? p->m : 0) + p->n) * p->k * size;
    const bool lines = (p->ta ? p->m : 64) * size % 64 == 0 && (p->tb ? p->k : p->n) * size % 64 == 0;
    return bytes <= (lines ? LINES : NEAR);
}

/* Tiles for BLAS calls that pack nothing, which are calls of up to wgi_gemm_light() multiplications.
 * They are a tenth faster than others if three things hold: they have nearly that many
 * multiplications, they have 64 columns (32 for a transposed b with long rows), and their operands
 * stay in the second-level cache (is_near). A tile has 32 rows; one call takes as many of them as
 * the limit allows. Returns false where calls that pack are faster. */
static bool light_tiles(product *p, int64_t size)
{
    const int64_t light = wgi_gemm_light(), fewest = p->ta ? 16 : 8;
    p->high = p->strip = 32;
    p->wide = p->tb || (p->ta && 32 * 64 * p->k > light) ? 32 : 64;
    while (p->strip > fewest && p->strip * p->wide * p->k > light) p->strip /= 2;
    return p->strip * p->wide * p->k <= light && (!p->tb || p->k >= LONG) && is_near(p, size);
}

/* Tiles for other BLAS calls: 512 by 1024, halved until there are at least four. */
static void large_tiles(product *p)
{
    int64_t down = (p->m - 1) / 512 + 1, across = (p->n - 1) / 1024 + 1;
    for (;;) {
        p->high = ((p->m - 1) / down / 32 + 1) * 32;
        p->wide = ((p->n - 1) / across / 32 + 1) * 32;
        if (down * across >= 4 || p->high + p->wide <= 64) break;
        *(p->high > p->wide ? &down : &across) *= 2;
    }
    p->strip = p->high;
}

/* Tiles for gemm.c. Each copies the columns of b that it reads, so tiles are high; and as wide where rows
 * of a are copied, too. */
static void own_tiles(product *p)
{
    enum { HIGHEST = 264, WIDEST = 256, LOWEST = 48, NARROWEST = 64 };
    int64_t down = (p->m - 1) / HIGHEST + 1, across = (p->n - 1) / WIDEST + 1;
    for (;;) {
        p->high = ((p->m - 1) / down / 4 + 1) * 4;
        p->wide = ((p->n - 1) / across / 32 + 1) * 32;
        if (down * across >= wgi_gemm_tiles() || (p->wide <= NARROWEST && p->high <= LOWEST)) break;
        *(p->wide <= NARROWEST || (p->ta && p->high > p->wide) ? &down : &across) += 1;
    }
    p->strip = p->high;
}

static void tile_of(product *p, int64_t size)
{
    if (wgi_gemm_unfit()) own_tiles(p);
    else if (!light_tiles(p, size)) large_tiles(p);
    while (least(p->high, p->m) * least(p->wide, p->n) * p->k < WORTH && (p->high < p->m || p->wide < p->n))
        *(p->high < p->m ? &p->high : &p->wide) *= 2;
    if (p->strip >= 32) p->strip = p->high;
    p->down = (p->m - 1) / p->high + 1;
    p->across = (p->n - 1) / p->wide + 1;
}

/* Few rows, one column, or few terms: kernel/thin.h reads the matrix where it lies. Sums go across
 * its rows or along them. If along, the vectors must be rows, too. */
static bool goes_across(const product *p) { return p->n == 1 ? p->ta && p->m > 1 : !p->tb || p->k == 1; }
static bool is_thin(const product *p)
{
    const bool few_terms = p->k <= WGI_THIN && goes_across(p) && p->n >= VECTOR;
    return p->n == 1 || few_terms || (p->m <= WGI_THIN && (goes_across(p) || !p->ta || p->m == 1));
}

/* Tiles along the longer side, each worth a call. Where sums go across the rows of the matrix, a
 * tile has a part of each row, which is long if the matrix is large. */
static void thin_tiles(product *p)
{
    const bool by_rows = p->n == 1 || p->m > WGI_THIN, across = goes_across(p) && (p->n == 1 || !by_rows);
    const int64_t longer = by_rows ? p->m : p->n, each = (by_rows ? p->n : p->m) * p->k;
    int64_t size = across ? 128 : 32;
    while (size < longer && (size * each < WORTH || (across && size < 512 && 4 * size < longer))) size *= 2;
    p->high = p->strip = by_rows ? size : p->m;
    p->wide = by_rows ? p->n : size;
    p->down = by_rows ? (longer - 1) / size + 1 : 1;
    p->across = by_rows ? 1 : (longer - 1) / size + 1;
}

/* m rows and n columns of a thin product. If b has one column it is the vector, and a the matrix;
 * else the vectors are the rows of a. */
static wgi_thin thin_of(const product *p, wg_dtype dtype, const void *a, const void *b, void *c, int64_t m,
                        int64_t n)
{
    wgi_thin t = { .dtype = dtype, .across = goes_across(p), .k = p->k, .next = 1, .c = c };
    t.count = p->n == 1 ? 1 : m;
    t.n = p->n == 1 ? m : n;
    t.ld = p->n == 1 ? p->lda : p->ldb;
    t.ldc = p->n;
    t.apart = p->lda;
    if (p->n > 1 && p->ta) t.apart = 1, t.next = p->lda;
    t.m = p->n == 1 ? a : b;
    t.v = p->n == 1 ? b : a;
    return t;
}

/* m rows and n columns of a product, without the matrices. */
static wgi_gemm gemm_of(const product *p, wg_dtype dtype, int64_t m, int64_t n)
{
    return (wgi_gemm){ .dtype = dtype,
                       .ta = p->ta,
                       .tb = p->tb,
                       .m = m,
                       .n = n,
                       .k = p->k,
                       .lda = p->lda,
                       .ldb = p->ldb,
                       .ldc = p->n };
}

static void leading_strides(const wg_shape *x, int axes, const wg_shape *y, int64_t matrix, int64_t stride[])
{
    int shift = axes - (x->rank > 2 ? x->rank - 2 : 0);
    for (int i = axes - 1; i >= 0; i--) {
        int64_t d = i < shift ? 1 : x->dim[i - shift];
        stride[i] = d == 1 && y->dim[i] != 1 ? 0 : matrix;
        matrix *= d;
    }
}

static void leading_axes_of(product *p, const wg_shape *a, const wg_shape *b, const wg_shape *y)
{
    bool whole_a = true, one_b = true;
    leading_strides(a, p->axes, y, p->m * p->k, p->sa);
    leading_strides(b, p->axes, y, p->k * p->n, p->sb);
    for (int i = 0; i < p->axes; i++) {
        p->dim[i] = y->dim[i];
        p->batch *= y->dim[i];
        whole_a &= y->dim[i] == 1 || p->sa[i] != 0;
        one_b &= y->dim[i] == 1 || p->sb[i] == 0;
    }
    if (whole_a && one_b && !p->ta) { /* the rows of all matrices of a are contiguous: one product */
        p->m *= p->batch;
        p->batch = 1;
        p->axes = 0;
    }
}

static bool is_small(const product *p)
{
    const int64_t longer = p->m > p->n ? p->m : p->n;
    return longer <= PANEL && p->k <= PANEL && longer * p->k <= PANEL && p->m * p->n * p->k <= SMALL;
}

/* A vector on the left counts as a row, one on the right as a column; y does not have that axis. */
static void product_of(product *p, const wg_kernel *k)
{
    const wg_shape *a = k->xt[0].shape, *b = k->xt[1].shape, *y = k->yt[0].shape;
    const matmul_attr *f = k->attr;
    p->ta = f->ta, p->tb = f->tb;
    p->m = a->rank == 1 ? 1 : a->dim[a->rank - (f->ta ? 1 : 2)];
    p->k = a->dim[a->rank - (f->ta ? 2 : 1)];
    p->n = b->rank == 1 ? 1 : b->dim[b->rank - (f->tb ? 2 : 1)];
    p->lda = f->ta ? p->m : p->k;
    p->ldb = f->tb ? p->k : p->n;
    p->batch = p->down = p->across = 1;
    p->axes = y->rank - (a->rank > 1) - (b->rank > 1);
    if (p->axes) leading_axes_of(p, a, b, y);
    p->small = is_small(p);
    p->thin = !p->small && is_thin(p);
    if (p->thin) thin_tiles(p);
    else if (p->small) p->loop = small_of(p->m, p->n, p->k, p->ta, p->tb, p->lda, p->ldb);
    else tile_of(p, (int64_t)wg_dtype_size(k->xt[0].dtype));
}

#endif
