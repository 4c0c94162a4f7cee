/* matmul.c: products of matrices (matmul), also of such that are stored as u8, f16 or bf16 (matmul_stored,
 * which wg_matmul makes).
 *
 * The shape decides how a product is cut into tiles. A tile is computed by serial calls of BLAS or of gemm.c
 * over all of K, so the number of threads changes no bit. The smallest products are computed by loops
 * (small_product.h). A transposed operand is not copied: ta and tb say so. */
#include "matrix.h"
#include "unit_rows.h"

#include "base/stored.h"
#include "kernel/gemm.h"
#include "kernel/thin.h"
#include "wgx/op.h"
#include "wgx/source.h"

/* ta, tb: the operand's last two axes are swapped. */
#define MATMUL_FIELDS(F, S) F(S, BOOL, ta, "false") F(S, BOOL, tb, "false")
OPTIONS(matmul, MATMUL_FIELDS);
typedef struct matmul matmul_attr;

/* ---- the smallest products: loops, where a call of BLAS would be slower ---- */

/* PANEL: most elements of an operand that can be copied into rows. FEW: fewer multiplications do not pay for
 * the copy. */
enum { PANEL = 512, FEW = 32 };

/* One operand is in the vector lanes: its row l is multiplied by number l of the other operand, for each l in
 * order. It is the operand that is stored in rows along the inner axis, or else the longer one, which is
 * first copied into rows. */
typedef enum small_form {
    SMALL_NUMBERS, /* no vectors */
    SMALL_ROWS,    /* vectors of 4, the operand as it is stored, lanes along the rows of the result */
    SMALL_ANY
} small_form;

typedef struct small {
    small_form form;
    int64_t length, count, inner; /* elements in the lanes, elements of the other operand, terms of a sum */
    int64_t stored;               /* distance between stored rows of the operand in the lanes */
    int64_t each, next; /* in the other operand: distance to the next element, and along the inner axis */
    int64_t apart;      /* distance between rows of the result */
    bool b;             /* b is in the lanes, else a */
    bool wide;          /* lanes are along the rows of the result */
    bool rows;          /* the operand in the lanes is stored in rows along the inner axis */
} small;

/* The loop for op(a) [m,k] and op(b) [k,n]. A result of one column counts as a row. */
ALWAYS_INLINE small small_of(int64_t m, int64_t n, int64_t k, bool ta, bool tb, int64_t lda, int64_t ldb)
{
    const bool b_rows = !tb || k == 1, a_rows = ta || k == 1;
    const bool b = b_rows && n >= 4 ? true : a_rows && m >= 4 ? false : n >= m, across = b ? ta : !tb;
    small s = { .inner = k, .apart = n, .b = b, .wide = b || n == 1, .rows = b ? b_rows : a_rows };
    s.length = b ? n : m, s.count = b ? m : n, s.stored = b ? ldb : lda;
    s.each = across ? 1 : b ? lda : ldb, s.next = across ? b ? lda : ldb : 1;
    if (s.length < 4 || (!s.rows && m * n * k <= FEW)) s.form = SMALL_NUMBERS;
    else s.form = s.rows && s.wide && s.length < 16 && s.length % 4 == 0 ? SMALL_ROWS : SMALL_ANY;
    return s;
}

/* Bytes of a vector. */
enum { WIDE = WG_ISA_INDEX == 2 ? 64 : WG_ISA_INDEX == 1 ? 32 : 16 };

/* Four elements of a (0 to 3) and b (4 to 7). gcc has a builtin for it since version 12. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define PICK(V, a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#endif
#endif
#ifndef PICK
#define ONE_OF(a, b, i)           ((i) < 4 ? (a)[(i)&3] : (b)[(i)&3])
#define PICK(V, a, b, i, j, k, l) ((V){ ONE_OF(a, b, i), ONE_OF(a, b, j), ONE_OF(a, b, k), ONE_OF(a, b, l) })
#endif

/* Four sums at a time, which do not wait for each other. The loop's numbers are copied to locals, since to
 * the compiler the result might overlap them. put(V, sum, i) stores the sums of element i of the other
 * operand. */
#define SMALL_LANES(V, lanes, stride, put)                                                      \
    do {                                                                                        \
        int64_t i = 0;                                                                          \
        if (s->count >= 4) {                                                                    \
            const int64_t count = s->count, inner = s->inner, each = s->each, next = s->next,   \
                          apart = s->apart, down = stride;                                      \
            for (; i + 4 <= count; i += 4) {                                                    \
                const T *o = other + i * each, *v = lanes;                                      \
                V s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };                               \
                for (int64_t l = 0; l < inner; l++, o += next, v += down) {                     \
                    const V x = *(const V *)v;                                                  \
                    s0 += o[0] * x;                                                             \
                    s1 += o[each] * x;                                                          \
                    s2 += o[2 * each] * x;                                                      \
                    s3 += o[3 * each] * x;                                                      \
                }                                                                               \
                put(V, s0, i);                                                                  \
                put(V, s1, i + 1);                                                              \
                put(V, s2, i + 2);                                                              \
                put(V, s3, i + 3);                                                              \
            }                                                                                   \
        }                                                                                       \
        const int64_t apart = s->apart;                                                         \
        for (; i + 2 <= s->count; i += 2) {                                                     \
            V s0 = { 0 }, s1 = { 0 };                                                           \
            for (int64_t l = 0; l < s->inner; l++) {                                            \
                const V x = *(const V *)((lanes) + l * (stride));                               \
                const T *o = other + i * s->each + l * s->next;                                 \
                s0 += o[0] * x;                                                                 \
                s1 += o[s->each] * x;                                                           \
            }                                                                                   \
            put(V, s0, i);                                                                      \
            put(V, s1, i + 1);                                                                  \
        }                                                                                       \
        for (; i < s->count; i++) {                                                             \
            V sum = { 0 };                                                                      \
            for (int64_t l = 0; l < s->inner; l++)                                              \
                sum += other[i * s->each + l * s->next] * *(const V *)((lanes) + l * (stride)); \
            put(V, sum, i);                                                                     \
        }                                                                                       \
    } while (0)
#define PUT_ROW(V, sum, i) (*(V *)(w + (i)*apart + j) = sum)
#define PUT_ANY(V, sum, i)                                                                               \
    do {                                                                                                 \
        if (s->wide) PUT_ROW(V, sum, i);                                                                 \
        else {                                                                                           \
            V put_ = sum;                                                                                \
            N(spread)(w + j * apart + (i), (const T *)&put_, (int64_t)(sizeof put_ / sizeof(T)), apart); \
        }                                                                                                \
    } while (0)

#define FLOATS_FILE "ops/small_product.h"
#include "kernel/both_floats.h"

/* ---- sizes, leading axes, tiles: they follow from the shapes and from the BLAS, never from the instruction
 * set that this file is compiled for, since the baseline's code counts the units of every kernel ---- */

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

/* Limits of the rule of tiles, measured with two cores (docs/inside/experiments.md). In multiplications: up
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
static wgi_thin thin_of(const product *p, wg_dtype dtype, void *c, int64_t m, int64_t n)
{
    wgi_thin t = { .dtype = dtype, .across = goes_across(p), .k = p->k, .next = 1, .c = c };
    t.count = p->n == 1 ? 1 : m;
    t.n = p->n == 1 ? m : n;
    t.ld = p->n == 1 ? p->lda : p->ldb;
    t.ldc = p->n;
    t.apart = p->lda;
    if (p->n > 1 && p->ta) t.apart = 1, t.next = p->lda;
    return t;
}

/* m rows and n columns of a product, without the matrices. */
static wgi_gemm gemm_of(const product *p, wg_dtype dtype, int64_t m, int64_t n)
{
    wgi_gemm g = { .dtype = dtype, .ta = p->ta, .tb = p->tb, .m = m, .n = n, .k = p->k };
    g.lda = p->lda, g.ldb = p->ldb, g.ldc = p->n;
    return g;
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
static product product_of(const wg_kernel *k)
{
    product made, *p = &made;
    const wg_shape *a = k->xt[0].shape, *b = k->xt[1].shape, *y = k->yt[0].shape;
    const matmul_attr *f = k->attr;
    p->ta = f->ta, p->tb = f->tb;
    p->m = a->rank == 1 ? 1 : a->dim[a->rank - (f->ta ? 1 : 2)];
    p->k = a->dim[a->rank == 1 ? 0 : a->rank - (f->ta ? 2 : 1)];
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
    else tile_of(p, (int64_t)wg_dtype_size(k->yt[0].dtype));
    return made;
}

/* ---- the kernels ---- */

static void offsets(const product *p, int64_t i, int64_t *a, int64_t *b)
{
    *a = *b = 0;
    for (int axis = p->axes - 1; axis >= 0; axis--) {
        int64_t at = i % p->dim[axis];
        i /= p->dim[axis];
        *a += at * p->sa[axis];
        *b += at * p->sb[axis];
    }
}

/* A part of an operand: `rows` stored rows of `wide` elements, `ld` apart. */
typedef struct part {
    const char *from;
    wg_dtype dtype;
    int64_t rows, wide, ld;
} part;

/* The part, widened to dtype t. */
static void widen(const part *p, wg_dtype t, char *to)
{
    float room[256];
    enum { MOST = sizeof room / sizeof *room };
    for (int64_t r = 0; r < p->rows; r++) {
        const char *from = p->from + (size_t)(r * p->ld) * wg_dtype_size(p->dtype);
        char *row = to + (size_t)(r * p->wide) * wg_dtype_size(t);
        if (t == WG_F32) wgi_widen(p->dtype, from, (float *)(void *)row, p->wide);
        for (int64_t j = 0; t == WG_F64 && j < p->wide; j += MOST) {
            const int64_t n = least(MOST, p->wide - j);
            wgi_widen(p->dtype, from + (size_t)j * wg_dtype_size(p->dtype), room, n);
            for (int64_t i = 0; i < n; i++) ((double *)(void *)row)[j + i] = (double)room[i];
        }
    }
}

/* The operands of tiles. One that is stored in fewer bits is widened, as far as a tile needs it. */
typedef struct job {
    const wg_kernel *k;
    const product *p;
    wg_dtype dtype; /* of the result */
    char *room[2];  /* for the widened part of each operand; NULL: none is stored in fewer bits */
    part now[2];    /* what is there */
} job;

static const char *element(const job *w, int operand, int64_t at)
{
    return (const char *)w->k->x[operand] + (size_t)at * wg_dtype_size(w->k->xt[operand].dtype);
}

/* The part of an operand that begins at element `at`; *ld: the distance of its rows. What is widened from the
 * last tile is not widened again. */
static const void *operand(job *w, int j, int64_t at, int64_t rows, int64_t wide, int64_t *ld)
{
    const part p = { element(w, j, at), w->k->xt[j].dtype, rows, wide, *ld };
    const part *was = &w->now[j];
    if (p.dtype == w->dtype) return p.from;
    if (was->from != p.from || was->rows != rows || was->wide != wide) widen(&p, w->dtype, w->room[j]);
    w->now[j] = p;
    *ld = wide;
    return w->room[j];
}

ALWAYS_INLINE void small_run(const product *p, wg_dtype t, const void *a, const void *b, void *y)
{
    if (t == WG_F32) small_run_f32(&p->loop, a, b, y);
    else small_run_f64(&p->loop, a, b, y);
}

static void small_tile(job *w, int64_t a, int64_t b, char *y)
{
    const product *p = w->p;
    int64_t lda = p->lda, ldb = p->ldb;
    if (w->room[0])
        small_run(p, w->dtype, operand(w, 0, a, p->ta ? p->k : p->m, lda, &lda),
                  operand(w, 1, b, p->tb ? p->n : p->k, ldb, &ldb), y);
    else small_run(p, w->dtype, element(w, 0, a), element(w, 1, b), y);
}

/* m rows and n columns of a thin product. A float product reads the matrix where it lies. */
static void thin_tile(job *w, int64_t a, int64_t b, char *y, int64_t m, int64_t n)
{
    const product *p = w->p;
    const int matrix = p->n == 1 ? 0 : 1;
    const int64_t at = matrix ? b : a;
    wgi_thin t = thin_of(p, w->dtype, y, m, n);
    t.m = element(w, matrix, at), t.matrix = w->k->xt[matrix].dtype;
    if (w->dtype != WG_F32) {
        t.m = operand(w, matrix, at, t.across ? t.k : t.n, t.across ? t.n : t.k, &t.ld);
        t.matrix = w->dtype;
    }
    int64_t step = t.next == 1 ? t.apart : t.next;
    t.v = operand(w, 1 - matrix, matrix ? a : b, t.next == 1 ? t.count : t.k, t.next == 1 ? t.k : t.count,
                  &step);
    *(t.next == 1 ? &t.apart : &t.next) = step;
    wgi_thin_run[WG_ISA_INDEX](&t);
}

static void wide_tile(job *w, int64_t a, int64_t b, char *y, int64_t m, int64_t n)
{
    const product *p = w->p;
    int64_t lda = p->lda, ldb = p->ldb;
    const void *u = operand(w, 0, a, p->ta ? p->k : m, p->ta ? m : p->k, &lda),
               *v = operand(w, 1, b, p->tb ? n : p->k, p->tb ? p->k : n, &ldb);
    wgi_gemm g = gemm_of(p, w->dtype, m, n);
    g.lda = lda, g.ldb = ldb, g.a = u, g.b = v, g.c = y;
    if (!w->room[0] && wgi_gemm_room(&g)) g.room = w->k->scratch;
    wgi_gemm_run(&g, WG_ISA_INDEX);
}

/* Consecutive tiles read the same part of the larger operand. A thread takes consecutive tiles, so that
 * threads read different parts: a cache line that two cores have read is written ten times as slowly. a, b,
 * y: where the matrices begin, in elements. */
static void one_tile(job *w, int64_t a, int64_t b, int64_t y, int64_t tile)
{
    const product *p = w->p;
    const bool rows = p->m >= p->n;
    int64_t i = (rows ? tile / p->across : tile % p->down) * p->high,
            j = (rows ? tile % p->across : tile / p->down) * p->wide;
    const int64_t end = least(p->m, i + p->high), n = least(p->n - j, p->wide);
    char *to = (char *)w->k->y[0];
    const size_t size = wg_dtype_size(w->dtype);
    b += p->tb ? j * p->ldb : j;
    for (const int64_t strip = p->thin ? p->high : p->strip; i < end; i += strip) {
        const int64_t m = least(end - i, strip), from = a + (p->ta ? i : i * p->lda);
        char *at = to + (size_t)(y + i * p->n + j) * size;
        if (p->thin) thin_tile(w, from, b, at, m, n);
        else wide_tile(w, from, b, at, m, n);
    }
}

/* The elements of each operand that are widened for a tile. t: the dtype of the result. */
static void elements_of_tile(const product *p, const wg_kernel *k, wg_dtype t, int64_t n[2])
{
    const int64_t high = least(p->thin ? p->high : p->strip, p->m), wide = least(p->wide, p->n);
    n[0] = (p->small ? p->m : high) * p->k;
    n[1] = (p->small ? p->n : wide) * p->k;
    for (int j = 0; j < 2; j++)
        if (k->xt[j].dtype == t) n[j] = 0;
    if (p->thin && t == WG_F32) n[p->n > 1] = 0;
}

static __attribute__((noinline)) bool all_tiles(const wg_kernel *k, const product *p, char *room[2])
{
    job w = { .k = k, .p = p, .dtype = k->yt[0].dtype, .room = { room[0], room[1] } };
    const int64_t tiles = p->down * p->across;
    EACH_UNIT(u) {
        int64_t a, b, y = u / tiles * p->m * p->n;
        offsets(p, u / tiles, &a, &b);
        if (p->small) small_tile(&w, a, b, RESULT(char, 0) + (size_t)y * wg_dtype_size(w.dtype));
        else one_tile(&w, a, b, y, u % tiles);
    }
    return true;
}

static __attribute__((noinline)) bool unprepared(const wg_kernel *k)
{
    const product p = product_of(k);
    return all_tiles(k, &p, (char *[2]){ NULL });
}

/* The smallest products come first: for them each instruction before the loop counts. */
KERNEL(matmul)
{
    const product *p = k->prepared;
    if (!p) return unprepared(k);
    if (!p->small || p->batch != 1) return all_tiles(k, p, (char *[2]){ NULL });
    small_run(p, k->xt[0].dtype, k->x[0], k->x[1], k->y[0]);
    return true;
}

/* Tiles and calls are those of the product of the widened operands, so the bits are, too. Few rows by a
 * stored matrix are multiplied where the matrix lies: half the bytes of an f32 matrix are read. */
KERNEL(matmul_stored)
{
    product own;
    const product *p = k->prepared;
    int64_t n[2];
    if (!p) own = product_of(k), p = &own;
    elements_of_tile(p, k, k->yt[0].dtype, n);
    char *room = k->scratch;
    return all_tiles(k, p, (char *[2]){ room, room + (size_t)n[0] * wg_dtype_size(k->yt[0].dtype) });
}

#if WG_BASE
#include "graph/composites.h"

EXTERN(matmul, matmul_stored, reshape, transpose, unit_rows);

wgx_product wgx_product_of(wg_node y)
{
    const wg_shape shape[3] = { wg_node_shape(wg_node_operand(y, 0)), wg_node_shape(wg_node_operand(y, 1)),
                                wg_node_shape(y) };
    const wg_type t[3] = { { &shape[0], wg_node_dtype(y) },
                           { &shape[1], wg_node_dtype(y) },
                           { &shape[2], wg_node_dtype(y) } };
    const product p =
        product_of(&(wg_kernel){ .operands = 2, .outputs = 1, .xt = t, .yt = t + 2, .attr = wg_attr(y) });
    wgx_product to = { .m = p.m, .n = p.n, .k = p.k, .ta = p.ta, .tb = p.tb, .axes = p.axes };
    to.order = !p.thin           ? p.small || wgi_gemm_is_own(0) ? WGX_IN_ORDER : WGX_BY_BLAS
               : goes_across(&p) ? WGX_BY_EIGHTS
                                 : WGX_IN_LANES;
    for (int i = 0; i < p.axes; i++) to.dim[i] = p.dim[i], to.sa[i] = p.sa[i], to.sb[i] = p.sb[i];
    return to;
}

static wg_node product_node(wg_site here, wg_node a, wg_node b, bool ta, bool tb)
{
    return NODE_OF(matmul, (&(matmul_attr){ ta, tb }), a, b);
}

wg_node wgi_product_transposed(wg_site here, wg_node y)
{
    const wgi_node n = wgi_composites_record(y);
    const matmul_attr *f = n.attr;
    wg_node a = wgi_handle(y.graph, wgi_in(&n)[0]), b = wgi_handle(y.graph, wgi_in(&n)[1]);
    wgi_rule_looks(y);
    if (wg_node_shape(a).rank < 2 || wg_node_shape(b).rank < 2) return wg_none;
    return product_node(here, b, a, !f->tb, !f->ta);
}

PREPARE(matmul)
{
    *(product *)to = product_of(k);
    return !((product *)to)->small && !((product *)to)->thin;
}

UNITS(matmul)
{
    const product p = product_of(k);
    return p.m && p.n ? p.batch * p.down * p.across : 0;
}

SCRATCH(matmul)
{
    const product p = product_of(k);
    const wgi_gemm g = gemm_of(&p, k->yt[0].dtype, least(p.high, p.m), least(p.wide, p.n));
    return p.small || p.thin || !wgi_gemm_unfit() ? 0 : wgi_gemm_room(&g);
}

FLOPS(matmul)
{
    const product p = product_of(k);
    return 2.0 * (double)p.batch * (double)p.m * (double)p.n * (double)p.k;
}

SHAPE(matmul)
{
    const wg_shape *a = r->x[0].shape, *b = r->x[1].shape;
    matmul_attr *f = r->attr;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_rank(r, 1, 1, WG_MAX_RANK)) return false;
    f->ta &= a->rank > 1;
    f->tb &= b->rank > 1;
    int64_t inner_a = a->dim[a->rank - (f->ta ? 2 : 1)],
            inner_b = b->dim[b->rank - (b->rank == 1 || f->tb ? 1 : 2)];
    wg_shape *y = wg_rule_shape(r, 0);
    if (!factors_fit(r, inner_a, inner_b)) return false;
    *y = common_leading(a, b);
    if (y->rank < 0)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "leading axes do not broadcast: %s @ %s", wg_rule_who(r, 0),
                            wg_rule_who(r, 1));
    if (a->rank > 1) y->dim[y->rank++] = a->dim[a->rank - (f->ta ? 1 : 2)];
    if (b->rank > 1) y->dim[y->rank++] = b->dim[b->rank - (f->tb ? 2 : 1)];
    r->y[0].dtype = product_dtype(r);
    return true;
}

/* The operand of the transposes that x is; swapped changes at each. */
static wg_node without_transpose(wg_node x, bool *swapped)
{
    while (wg_node_op(x) == &wgi_op_transpose && swaps_last_two(wg_attr(x))) {
        x = wg_node_operand(x, 0);
        *swapped = !*swapped;
    }
    return x;
}

/* The unit rows that x is, or is a reshape of with the same rows. wg_none: there are none. */
static wg_node units_of(wg_node x)
{
    if (wg_node_op(x) != &wgi_op_reshape && wg_node_op(x) != &wgi_op_unit_rows) return wg_none;
    const wg_shape s = wg_node_shape(x);
    while (wg_node_op(x) == &wgi_op_reshape) x = wg_node_operand(x, 0);
    const wg_shape u = wg_node_shape(x);
    const bool same = s.rank && u.rank && s.dim[s.rank - 1] == u.dim[u.rank - 1];
    return wg_node_op(x) == &wgi_op_unit_rows && same ? x : wg_none;
}

/* Unit rows times a matrix: rows of the matrix, or columns if it is transposed. s: the shape of the rows. */
static wg_node chosen_rows(wg_site here, wg_node units, wg_shape s, wg_node b, bool tb)
{
    const struct unit_rows *u = wg_attr(units);
    wg_node rows = wg_slice(b, .axis = tb, .from = u->from, .to = u->from + u->count);
    if (tb) rows = wg_transpose(rows);
    s.dim[s.rank - 1] = wg_node_shape(rows).dim[1];
    return wg_reshape(rows, s);
}

static bool is_stored(wg_node x) { return wg_dtype_is_stored(wg_node_dtype(x)); }

REWRITE(matmul)
{
    matmul_attr f = *(const matmul_attr *)attr;
    const wg_node units = f.ta || is_stored(x[1]) ? wg_none : units_of(x[0]);
    if (wg_node_ok(units) && wg_node_shape(x[1]).rank == 2)
        return chosen_rows(here, units, wg_node_shape(x[0]), x[1], f.tb);
    wg_node a = without_transpose(x[0], &f.ta), b = without_transpose(x[1], &f.tb);
    bool same = a.index == x[0].index && b.index == x[1].index;
    if (!same) return product_node(here, a, b, f.ta, f.tb);
    return is_stored(a) || is_stored(b) ? wg_apply(here, &wgi_op_matmul_stored, x, 2, attr) : wg_none;
}

/* An operand that was repeated along leading axes gets the sum over them as its gradient. */
static wg_node summed(wg_site here, wg_node gx, wg_node x)
{
    wg_shape s = wg_node_shape(x);
    return wg_shape_equal(wg_node_shape(gx), s) ? gx : wg_sum_to(gx, s);
}

/* x as a matrix: all axes but the last become one. */
static wg_node flat(wg_site here, wg_node x)
{
    const wg_shape s = wg_node_shape(x);
    return wg_reshape(x, WG_SHAPE(outer_of(&s, s.rank - 1), s.dim[s.rank - 1]));
}

static wg_node shaped(wg_site here, wg_node x, wg_shape s)
{
    return wg_shape_equal(wg_node_shape(x), s) ? x : wg_reshape(x, s);
}

/* a^T g, for a [k,m] and g [k,n]. A thin product with a long inner axis and a small result is one tile, which
 * one thread computes. So the axis is cut: PARTS products of equal parts of it, and their sum. */
static wg_node long_product(wg_site here, wg_node a, wg_node g)
{
    enum { PARTS = 16, SMALL_RESULT = 512, LONG_WORK = 1 << 19 };
    const wg_shape sa = wg_node_shape(a), sg = wg_node_shape(g);
    if (sa.rank != 2 || sg.rank != 2) return product_node(here, a, g, true, false);
    const int64_t k = sa.dim[0], m = sa.dim[1], n = sg.dim[1];
    const bool is_long = (n == 1 || m <= WGI_THIN) && m * n <= SMALL_RESULT && m * n * k >= LONG_WORK;
    int64_t parts = is_long ? PARTS : 1;
    while (parts > 1 && k % parts) parts--;
    if (parts == 1) return product_node(here, a, g, true, false);
    a = wg_reshape(a, WG_SHAPE(parts, k / parts, m)), g = wg_reshape(g, WG_SHAPE(parts, k / parts, n));
    return wg_sum(product_node(here, a, g, true, false), .axis = 0);
}

/* A vector on the left becomes a row, one on the right a column. */
static void as_matrices(wg_shape *a, wg_shape *b, wg_shape *y)
{
    if (b->rank == 1) {
        *b = (wg_shape){ 2, { b->dim[0], 1 } };
        y->dim[y->rank++] = 1;
    }
    if (a->rank == 1) {
        *a = (wg_shape){ 2, { 1, a->dim[0] } };
        y->dim[y->rank] = y->dim[y->rank - 1];
        y->dim[y->rank++ - 1] = 1;
    }
}

VJP(matmul)
{
    const matmul_attr *f = wg_attr(y);
    wg_shape sa = wg_node_shape(x[0]), sb = wg_node_shape(x[1]), sy = wg_node_shape(y);
    as_matrices(&sa, &sb, &sy);
    wg_node a = shaped(here, x[0], sa), b = shaped(here, x[1], sb), g = shaped(here, gy, sy);
    gx[0] = summed(
        here, f->ta ? product_node(here, b, g, f->tb, true) : product_node(here, g, b, false, !f->tb), a);
    gx[0] = shaped(here, gx[0], wg_node_shape(x[0]));
    if (!f->ta && sb.rank == 2 && sa.rank > 2) a = flat(here, a), g = flat(here, g);
    gx[1] = summed(here,
                   f->tb   ? product_node(here, g, a, true, f->ta)
                   : f->ta ? product_node(here, a, g, false, false)
                           : long_product(here, a, g),
                   b);
    gx[1] = shaped(here, gx[1], wg_node_shape(x[1]));
}

enum { MERGED_INNER = 64 }; /* products with a longer inner axis stay separate calls */

static bool can_merge(const wg_node x[], int n)
{
    const matmul_attr *f = wg_attr(x[0]);
    for (int i = 0; i < n; i++) {
        const matmul_attr *h = wg_attr(x[i]);
        if (wg_node_op(x[i]) != &wgi_op_matmul || h->ta != f->ta || h->tb != f->tb) return false;
        const wg_shape a = wg_node_shape(wg_node_operand(x[i], 0)),
                       b = wg_node_shape(wg_node_operand(x[i], 1));
        if (a.rank != 2 || b.rank != 2 || a.dim[f->ta ? 0 : 1] > MERGED_INNER) return false;
    }
    return true;
}

/* The sum of op(a_i) op(b_i) is op([a_1 a_2 ...]) op([b_1 b_2 ...]), concatenated along the inner
 * axes. */
static wg_node matmul_merge(wg_site here, const wg_node x[], int n)
{
    if (n < 2 || !can_merge(x, n)) return wg_none;
    const matmul_attr *f = wg_attr(x[0]);
    wg_context *c = wg_graph_context(wg_graph_of(x[0]));
    wg_node *a = wg_alloc(c, (size_t)n * 2, sizeof *a), *b = a ? a + n : NULL;
    if (!a) return wg_none;
    for (int i = 0; i < n; i++) {
        a[i] = wg_node_operand(x[i], 0);
        b[i] = wg_node_operand(x[i], 1);
    }
    wg_node all_a = wg_concat(a, n, .axis = f->ta ? 0 : 1), all_b = wg_concat(b, n, .axis = f->tb ? 1 : 0);
    wg_free(c, a);
    return product_node(here, all_a, all_b, f->ta, f->tb);
}

/* ---- matmul of rows ---- */

/* A factor with rows: [n, ones, leading axes, matrix], with as many leading axes as y has. A vector is a row
 * or a column of the matrix. */
static wg_node row_of_matrices(wg_site here, wg_node x, int leading, bool column)
{
    wg_shape s = wg_node_shape(x);
    if (s.rank == 2)
        x = wg_reshape(x, column ? WG_SHAPE(s.dim[0], s.dim[1], 1) : WG_SHAPE(s.dim[0], 1, s.dim[1]));
    return wgx_rows_aligned(here, x, leading + 2);
}

/* Rows of vectors b [n, k], or of matrices of one column, times one matrix a: the product b a^T. */
static wg_node rows_times(wg_site here, wg_node y, wg_node a, wg_node b, bool ta, int64_t n)
{
    const wg_shape s = wg_node_shape(a), vectors = { 2, { n, s.dim[s.rank - (ta ? 2 : 1)] } };
    if (s.rank > 2) a = flat(here, a);
    return shaped(here, product_node(here, shaped(here, b, vectors), a, false, s.rank > 1 && !ta),
                  with_axis(wg_node_shape(y), 0, n));
}

/* Where one factor is a single matrix, one product serves all rows: a @ B for columns B, and A @ b (the
 * kernel takes the rows of all matrices A together). Otherwise there is a product for each row. */
VMAP(matmul)
{
    const matmul_attr *f = wg_attr(y);
    wg_shape sa = wg_node_shape(wg_node_operand(y, 0)), sb = wg_node_shape(wg_node_operand(y, 1));
    const int leading = (sa.rank > sb.rank ? sa.rank : sb.rank) - 2;
    const bool column = sb.rank == 1 || (sb.rank == 2 && sb.dim[f->tb ? 0 : 1] == 1);
    if (!rows[0] && column && (sa.rank <= 2 || !f->ta)) return rows_times(here, y, x[0], x[1], f->ta, n);
    wg_node a = rows[0] ? row_of_matrices(here, x[0], leading, false) : x[0];
    wg_node b = rows[1] ? row_of_matrices(here, x[1], leading, true) : x[1];
    return shaped(here, product_node(here, a, b, f->ta, f->tb), with_axis(wg_node_shape(y), 0, n));
}

SAMPLES(matmul, wg_matmul(ANY(3, 4), ANY(4, 2)), wg_matmul(ANY(4, 3), ANY(4, 2), .ta = true),
        wg_matmul(ANY(3, 4), ANY(2, 4), .tb = true), wg_matmul(ANY(4, 3), ANY(2, 4), .ta = true, .tb = true),
        wg_matmul(ANY(2, 3, 4), ANY(4, 2)), wg_matmul(ANY(3, 4), ANY(2, 4, 2)),
        wg_matmul(ANY(2, 1, 2, 3), ANY(3, 3, 2)), wg_matmul(ANY(2, 4, 3), ANY(2, 4), .ta = true, .tb = true),
        wg_matmul(ANY(4), ANY(4, 2)), wg_matmul(ANY(3, 4), ANY(4)), wg_matmul(ANY(4), ANY(4)),
        wg_matmul(ANY(2, 0), ANY(0, 3)), wg_matmul(ANY(0, 3), ANY(3, 2)), wg_matmul(ANY(11, 9), ANY(9, 7)));

ERRORS(matmul, (wg_matmul(ANY(2, 3), ANY(4, 2)), "inner dimensions differ: "),
       (wg_matmul(ANY(2, 2, 3), ANY(3, 3, 2)), "leading axes do not broadcast"),
       (wg_matmul(CLASSES(5, 2, 3), CLASSES(5, 3, 2)), "wg_cast"),
       (wg_matmul(wg_any(g, WG_SCALAR), ANY(3)), "must have 1 to 8"));

/* What a product is, stored or not. */
#define PRODUCT                                                                                          \
    .formula = "y = A @ B; A = a^T where ta, else a, B = b^T where tb, else b",                          \
    .adjoint = "a' = B @ y'^T where ta, else y' @ B^T; b' = y'^T @ A where tb, else A^T @ y'; A = a^T "  \
               "where ta, else a, B = b^T where tb, else b",                                             \
    .hint.stored = 3, .operands = 2, .kind = WG_CONTRACT, TAKES(matmul), .options = wg_matmul_args_rows, \
    RULES(matmul, shape, prepare, units, flops, vjp, vmap), .hint.prepared = sizeof(product),            \
    .hint.own_scratch = true
DEFINE_OP(matmul,
          .summary = "Matrix product over the last two axes. Leading axes broadcast. ta, tb: the operand is "
                     "transposed first.",
          .cost = 16, PRODUCT, RULES(matmul, rewrite, scratch, merge), .jvp = product_jvp,
          .kernel = KERNELS(matmul));
BUILDER(matmul, matmul) { return product_node(here, a->x, a->y, a->ta, a->tb); }

/* ---- matmul_stored: shapes, derivatives and rows are those of matmul, which makes stored products again
 * where it needs them ---- */

SCRATCH(matmul_stored)
{
    const product p = product_of(k);
    int64_t n[2];
    const wg_dtype t = k->yt[0].dtype;
    elements_of_tile(&p, k, t, n);
    return (size_t)(n[0] + n[1] + 1) * wg_dtype_size(t);
}

REWRITE(matmul_stored)
{
    return is_stored(x[0]) || is_stored(x[1]) ? wg_none : wg_apply(here, &wgi_op_matmul, x, n, attr);
}
JVP(matmul_stored)
{
    wg_node t[2]; /* the tangent of a stored operand is f32 */
    for (int k = 0; k < 2; k++) t[k] = wg_is_none(tx[k]) ? wg_none : wg_cast(tx[k], wg_node_dtype(y));
    return product_jvp(here, y, x, t);
}

static wg_node stored_any(wg_site here, wg_graph *g, wg_shape s, wg_dtype t)
{
    const wg_node whole = wg_any_class(g, 90, s); /* no float: rounding has no slope to be measured */
    return wg_cast(t == WG_U8 ? whole : wg_sub(whole, 45), t);
}
#define STORED(t, ...) stored_any(here, g, WG_SHAPE(__VA_ARGS__), WG_##t)
SAMPLES(matmul_stored, wg_matmul(ANY(3, 4), STORED(BF16, 4, 2)),
        wg_matmul(ANY(3, 4), wg_swap(STORED(F16, 2, 4))), wg_matmul(STORED(U8, 3, 4), ANY(4, 2)),
        wg_matmul(STORED(BF16, 3, 4), STORED(F16, 4, 2)), wg_matmul(ANY(2, 3, 4), STORED(BF16, 2, 4, 2)),
        wg_matmul(ANY(1, 150), STORED(BF16, 150, 70)), wg_matmul(ANY(2, 150), wg_swap(STORED(F16, 70, 150))),
        wg_matmul(STORED(U8, 70, 150), ANY(150)), wg_matmul(ANY(40, 30), STORED(BF16, 30, 50)),
        wg_matmul(STORED(BF16, 2, 0), STORED(BF16, 0, 3)), wg_matmul(ANY(0, 3), STORED(BF16, 3, 2)));
ERRORS(matmul_stored, (wg_matmul(ANY(2, 3), wg_transpose(STORED(BF16, 3, 4))), "inner dimensions differ"),
       (wg_exp(STORED(BF16, 3, 4)), "is bf16, which is stored only: cast it to f32 first"));

DEFINE_OP(
    matmul_stored,
    .summary =
        "The product of matrices of which one or both are u8, f16 or bf16: the product of their elements in "
        "the dtype of the other operand, or of the context if both are stored. wg_matmul makes it.",
    PRODUCT, RULES(matmul_stored, rewrite, scratch, jvp), .kernel = KERNELS(matmul_stored));

#endif
