/* matmul_stored.c: products of matrices of which one or both are u8, f16 or bf16. wg_matmul makes
 * this node.
 *
 * The tiles and calls are those of the product of the widened operands, so the bits are, too. Few
 * rows by a stored matrix are multiplied where the matrix lies: half the bytes of an f32 matrix are
 * read. Otherwise the part of an operand that a tile needs is widened into the memory of the thread. */
#include "ops.h"

#include "base/stored.h"
#include "tiles_of_matmul.h"

/* A part of an operand: `rows` stored rows of `wide` elements, `ld` apart. */
typedef struct part {
    const char *from;
    wg_dtype dtype;
    int64_t rows, wide, ld;
} part;

/* The part in the dtype t: where it lies, if it has that dtype, else widened to `to`, and *ld is the
 * new distance of its rows. */
static const void *widened(const part *p, wg_dtype t, char *to, int64_t *ld)
{
    float room[256];
    enum { MOST = sizeof room / sizeof *room };
    *ld = p->ld;
    if (p->dtype == t) return p->from;
    *ld = p->wide;
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
    return to;
}

/* Where the two operands are, from tile to tile, and what is widened now. */
typedef struct job {
    const wg_kernel *k;
    const product *p;
    wg_dtype dtype; /* of the result */
    char *room[2];  /* for the widened part of each operand */
    part now[2];    /* what is there */
} job;

static const char *element(const job *w, int operand, int64_t at)
{
    return (const char *)w->k->x[operand] + (size_t)at * wg_dtype_size(w->k->xt[operand].dtype);
}

/* The part of an operand that begins at element `at`, widened. What is there from the last tile is
 * not widened again. */
static const void *operand(job *w, int j, int64_t at, int64_t rows, int64_t wide, int64_t *ld)
{
    const part p = { element(w, j, at), w->k->xt[j].dtype, rows, wide, *ld };
    const part *was = &w->now[j];
    const bool same = was->from == p.from && was->rows == rows && was->wide == wide && p.dtype != w->dtype;
    *ld = p.dtype == w->dtype ? p.ld : wide;
    if (same) return w->room[j];
    w->now[j] = p;
    return widened(&p, w->dtype, w->room[j], ld);
}

static void small_tile(job *w, int64_t a, int64_t b, char *y)
{
    const product *p = w->p;
    int64_t lda = p->lda, ldb = p->ldb;
    const void *u = operand(w, 0, a, p->ta ? p->k : p->m, lda, &lda),
               *v = operand(w, 1, b, p->tb ? p->n : p->k, ldb, &ldb);
    if (w->dtype == WG_F32) small_run_float(&p->loop, u, v, (float *)(void *)y);
    else small_run_double(&p->loop, u, v, (double *)(void *)y);
}

/* m rows and n columns of a thin product. A float product reads the matrix where it lies. */
static void thin_tile(job *w, int64_t a, int64_t b, char *y, int64_t m, int64_t n)
{
    const product *p = w->p;
    const int matrix = p->n == 1 ? 0 : 1;
    const int64_t at = matrix ? b : a;
    wgi_thin t = thin_of(p, w->dtype, NULL, NULL, y, m, n);
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
    wgi_gemm_run(&g, WG_ISA_INDEX);
}

/* A tile as in matmul.c. a, b, y: where the matrices begin, in elements. */
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

/* The product of the widened operands. */
static wg_dtype product_of_stored(product *p, const wg_kernel *k)
{
    const wg_dtype t = k->yt[0].dtype;
    const wg_type wide[2] = { { k->xt[0].shape, t }, { k->xt[1].shape, t } };
    wg_kernel of = *k;
    of.xt = wide;
    product_of(p, &of);
    return t;
}

KERNEL(matmul_stored)
{
    product p;
    int64_t n[2];
    job w = { .k = k, .p = &p, .dtype = product_of_stored(&p, k) };
    const int64_t tiles = p.down * p.across;
    elements_of_tile(&p, k, w.dtype, n);
    w.room[0] = k->scratch;
    w.room[1] = w.room[0] + (size_t)n[0] * wg_dtype_size(w.dtype);
    for (int64_t u = k->begin; u < k->end; u++) {
        int64_t a = 0, b = 0, y = u / tiles * p.m * p.n, left = u / tiles;
        for (int axis = p.axes - 1; axis >= 0; left /= p.dim[axis--]) {
            a += left % p.dim[axis] * p.sa[axis];
            b += left % p.dim[axis] * p.sb[axis];
        }
        if (p.small) small_tile(&w, a, b, (char *)k->y[0] + (size_t)y * wg_dtype_size(w.dtype));
        else one_tile(&w, a, b, y, u % tiles);
    }
    return true;
}

#if WG_BASE

#include "rules.h"

extern const wg_op wgi_op_matmul; /* matmul.c */

static int64_t matmul_stored_units(const wg_kernel *k)
{
    product p;
    product_of_stored(&p, k);
    return p.m && p.n ? p.batch * p.down * p.across : 0;
}

static size_t matmul_stored_scratch(const wg_kernel *k)
{
    product p;
    int64_t n[2];
    const wg_dtype t = product_of_stored(&p, k);
    elements_of_tile(&p, k, t, n);
    return (size_t)(n[0] + n[1] + 1) * wg_dtype_size(t);
}

/* Called for its answer, whether BLAS is called. */
static bool matmul_stored_prepare(const wg_kernel *k, void *to)
{
    product p;
    (void)to;
    product_of_stored(&p, k);
    return !p.small && !p.thin;
}

static double matmul_stored_flops(const wg_kernel *k)
{
    product p;
    product_of_stored(&p, k);
    return 2.0 * (double)p.batch * (double)p.m * (double)p.n * (double)p.k;
}

/* Shapes, derivatives and rows are those of matmul, which makes stored products again where it needs them. */
static bool matmul_stored_shape(wg_rule *r) { return wgi_op_matmul.shape(r); }
REWRITE(matmul_stored)
{
    const bool stored = wg_dtype_is_stored(wg_node_dtype(x[0])) || wg_dtype_is_stored(wg_node_dtype(x[1]));
    return stored ? wg_none : wg_apply(here, &wgi_op_matmul, x, n, attr);
}
VJP(matmul_stored) { wgi_op_matmul.vjp(here, y, gy, x, gx); }
static wg_node matmul_stored_jvp(wg_site here, wg_node y, const wg_node x[], const wg_node tx[])
{
    wg_node t[2]; /* the tangent of a stored operand is f32 */
    for (int k = 0; k < 2; k++) t[k] = wg_is_none(tx[k]) ? wg_none : wg_cast(tx[k], wg_node_dtype(y));
    return wgi_op_matmul.jvp(here, y, x, t);
}
VMAP(matmul_stored) { return wgi_op_matmul.vmap(here, y, x, rows, n); }

static wg_node stored_any(wg_site here, wg_graph *g, wg_shape s, wg_dtype t)
{
    if (t == WG_DEFAULT_DTYPE) return wg_any(g, s);
    const wg_node whole = wg_any_class(g, 90, s); /* no float: rounding has no slope to be measured */
    return wg_cast(t == WG_U8 ? whole : wg_sub(whole, 45), t);
}
SAMPLE(matmul_stored)
{
    static const struct {
        wg_shape a, b;
        wg_dtype ta, tb;
        bool turned; /* b is transposed */
    } s[] = {
        { { 2, { 3, 4 } }, { 2, { 4, 2 } }, WG_DEFAULT_DTYPE, WG_BF16, false },
        { { 2, { 3, 4 } }, { 2, { 2, 4 } }, WG_DEFAULT_DTYPE, WG_F16, true },
        { { 2, { 3, 4 } }, { 2, { 4, 2 } }, WG_U8, WG_DEFAULT_DTYPE, false },
        { { 2, { 3, 4 } }, { 2, { 4, 2 } }, WG_BF16, WG_F16, false },
        { { 3, { 2, 3, 4 } }, { 3, { 2, 4, 2 } }, WG_DEFAULT_DTYPE, WG_BF16, false },
        { { 2, { 1, 150 } }, { 2, { 150, 70 } }, WG_DEFAULT_DTYPE, WG_BF16, false },
        { { 2, { 2, 150 } }, { 2, { 70, 150 } }, WG_DEFAULT_DTYPE, WG_F16, true },
        { { 2, { 70, 150 } }, { 1, { 150 } }, WG_U8, WG_DEFAULT_DTYPE, false },
        { { 2, { 40, 30 } }, { 2, { 30, 50 } }, WG_DEFAULT_DTYPE, WG_BF16, false },
        { { 2, { 2, 0 } }, { 2, { 0, 3 } }, WG_BF16, WG_BF16, false },
        { { 2, { 0, 3 } }, { 2, { 3, 2 } }, WG_DEFAULT_DTYPE, WG_BF16, false },
    };
    if (i >= (int)(sizeof s / sizeof *s)) return wg_none;
    wg_node a = stored_any(here, g, s[i].a, s[i].ta), b = stored_any(here, g, s[i].b, s[i].tb);
    return wg_matmul(a, s[i].turned ? wg_swap(b) : b);
}
ERROR_SAMPLE(matmul_stored)
{
    wg_node x = stored_any(here, g, WG_SHAPE(3, 4), WG_BF16);
    FAILS(wg_matmul(ANY(2, 3), wg_transpose(x)), "inner dimensions differ");
    FAILS(wg_exp(x), "is bf16, which is stored only: cast it to f32 first");
    return NULL;
}

DEFINE_OP(
    matmul_stored,
    .summary =
        "The product of matrices of which one or both are u8, f16 or bf16: the product of their elements in "
        "the dtype of the other operand, or of the context if both are stored. wg_matmul makes it.",
    .formula = "y = A @ B; A = a^T where ta, else a, B = b^T where tb, else b",
    .adjoint = "a' = B @ y'^T where ta, else y' @ B^T; b' = y'^T @ A where tb, else A^T @ y'; A = a^T where "
               "ta, else a, B = b^T where tb, else b",
    .stored = 3, .operands = 2, .kind = WG_CONTRACT, .attr_size = sizeof(matmul_attr), .attrs = matmul_attrs,
    RULES(matmul_stored, shape, rewrite, units, scratch, flops, prepare, vjp, jvp, vmap),
    .kernel = KERNELS(matmul_stored), .own_scratch = true, .prepared = 1);

#endif
