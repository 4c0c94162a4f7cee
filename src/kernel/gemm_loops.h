/* gemm_loops.h: the product of gemm.c for one element type REAL. VECTOR is a vector of it, ANYWHERE one at
 * any address. */

#define NAME(n) JOIN(n, REAL)
#define MULADD  JOIN(MULADD, REAL)
#define LANES   ((int64_t)(BYTES / sizeof(REAL)))

/* What a block reads and writes. Element (i, l) of a is a[i down + l next], and the next HIGH rows begin at a
 * + step. Row l of b is b + l stride. Rows of c have `width` elements. */
typedef struct NAME(part) {
    const REAL *a, *b;
    REAL *c;
    int64_t depth, down, next, step, stride, ldc, width;
    bool begun; /* c has sums to add to: of the parts of k before this one, or .adds */
} NAME(part);

/* A block of rows by vectors. Both are constants, so that the sums stay in registers. */
ALWAYS_INLINE void NAME(block)(const NAME(part) * p, int rows, int vectors)
{
    VECTOR sum[8][2];
    const bool whole = p->width == vectors * LANES;
    REAL edge[8][2 * BYTES / sizeof(REAL)];
    const REAL *a = p->a, *b = p->b;
    for (int i = 0; i < rows && !whole && p->begun; i++)
        for (int64_t j = 0; j < vectors * LANES; j++) edge[i][j] = j < p->width ? p->c[i * p->ldc + j] : 0;
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++) sum[i][v] = (VECTOR){ 0 };
    for (int i = 0; i < rows && p->begun; i++)
        for (int v = 0; v < vectors; v++)
            sum[i][v] = *(const ANYWHERE *)((whole ? p->c + i * p->ldc : edge[i]) + v * LANES);
    for (int64_t l = 0; l < p->depth; l++, a += p->next, b += p->stride) {
        VECTOR column[2];
        for (int v = 0; v < vectors; v++) column[v] = *(const ANYWHERE *)(b + v * LANES);
        for (int i = 0; i < rows; i++) {
            VECTOR left = a[i * p->down] - (VECTOR){ 0 };
            for (int v = 0; v < vectors; v++) sum[i][v] = MULADD(left, column[v], sum[i][v]);
        }
    }
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
            *(ANYWHERE *)((whole ? p->c + i * p->ldc : edge[i]) + v * LANES) = sum[i][v];
    for (int i = 0; i < rows && !whole; i++)
        memcpy(p->c + i * p->ldc, edge[i], (size_t)p->width * sizeof(REAL));
}

ALWAYS_INLINE void NAME(columns)(NAME(part) * p, int64_t rows, int vectors)
{
    while (rows > 0) {
        const int n = rows >= HIGH ? HIGH : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
        if (n == HIGH) NAME(block)(p, HIGH, vectors);
        else if (n == 4) NAME(block)(p, 4, vectors);
        else if (n == 2) NAME(block)(p, 2, vectors);
        else NAME(block)(p, 1, vectors);
        p->a += n == HIGH ? p->step : n * p->down;
        p->c += n * p->ldc, rows -= n;
    }
}

/* Copies columns of op(b) side by side, as wide as `vectors`. Elements beyond p->width may be anything: they
 * are not stored in c. */
static void NAME(copy_columns)(const wgi_gemm *g, int64_t k, int64_t j, const NAME(part) * p, int vectors,
                               REAL *to)
{
    const REAL *b = (const REAL *)g->b + (g->tb ? j * g->ldb + k : k * g->ldb + j);
    const int64_t wide = vectors * LANES;
    int64_t l = 0;
    for (int64_t q = 0; g->tb && q < wide; q++)
        for (int64_t i = 0; i < p->depth; i++) to[i * wide + q] = q < p->width ? b[q * g->ldb + i] : 0;
    if (g->tb) return;
    const int64_t whole = (g->k * g->ldb + g->n - j - wide) / g->ldb - k; /* rows that can be read whole */
    for (; l < p->depth && l < whole; l++)
        for (int v = 0; v < vectors; v++)
            *(ANYWHERE *)(to + l * wide + v * LANES) = *(const ANYWHERE *)(b + l * g->ldb + v * LANES);
    for (; l < p->depth; l++)
        for (int64_t q = 0; q < wide; q++) to[l * wide + q] = q < p->width ? b[l * g->ldb + q] : 0;
}

/* Copies blocks of HIGH rows of op(a), for a transposed a: in a block column after column. */
static void NAME(copy_rows)(const wgi_gemm *g, int64_t k, int64_t i, int64_t rows, int64_t depth, REAL *to)
{
    const REAL *a = (const REAL *)g->a + k * g->lda + i;
    for (; rows >= HIGH; rows -= HIGH, a += HIGH, to += depth * HIGH)
        for (int64_t l = 0; l < depth; l++)
            for (int64_t q = 0; q < HIGH; q++) to[l * HIGH + q] = a[l * g->lda + q];
    for (int64_t l = 0; l < depth; l++)
        for (int64_t q = 0; q < rows; q++) to[l * HIGH + q] = a[l * g->lda + q];
}

static void NAME(product)(const wgi_gemm *g)
{
    enum { ROWS = LEFT / DEPTH / sizeof(REAL) };
    REAL panel[DEPTH * 2 * BYTES / sizeof(REAL)], left[ROWS * DEPTH];
    const bool near = g->k * g->ldb * (int64_t)sizeof(REAL) <= NEAR;
    int64_t k = 0, depth;
    do { /* once even if k is 0: c becomes zeros */
        depth = g->k - k < DEPTH ? g->k - k : DEPTH;
        for (int64_t i = 0, rows; i < g->m; i += rows) {
            rows = g->ta && g->m - i > ROWS ? ROWS : g->m - i;
            if (g->ta) NAME(copy_rows)(g, k, i, rows, depth, left);
            for (int64_t j = 0; j < g->n; j += 2 * LANES) {
                NAME(part) p = { .depth = depth, .ldc = g->ldc, .begun = k > 0 || g->adds };
                p.width = g->n - j < 2 * LANES ? g->n - j : 2 * LANES;
                const int vectors = p.width > LANES ? 2 : 1;
                const bool in_place = !g->tb && p.width == vectors * LANES && (rows <= 2 * HIGH || near);
                p.down = g->ta ? 1 : g->lda, p.next = g->ta ? HIGH : 1,
                p.step = HIGH * (g->ta ? depth : g->lda);
                p.a = g->ta ? left : (const REAL *)g->a + i * g->lda + k;
                p.stride = in_place ? g->ldb : vectors * LANES;
                p.b = in_place ? (const REAL *)g->b + k * g->ldb + j : panel;
                p.c = (REAL *)g->c + i * g->ldc + j;
                if (!in_place) NAME(copy_columns)(g, k, j, &p, vectors, panel);
                if (vectors == 2) NAME(columns)(&p, rows, 2);
                else NAME(columns)(&p, rows, 1);
            }
        }
        k += depth;
    } while (k < g->k);
}

#undef NAME
#undef MULADD
#undef LANES
