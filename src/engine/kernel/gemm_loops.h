/* gemm_loops.h: the product of gemm.c for elements of type T. */
#include "kernel/turn_cached.h"

/* What a block reads and writes. Element (i, l) of a is a[i down + l next], and the next HIGH rows begin at a
 * + step. Row l of b is b + l stride. Rows of c have `width` elements. */
typedef struct N(part) {
    const T *a, *b;
    T *c;
    int64_t depth, down, next, step, stride, ldc, width;
    bool begun; /* c has sums to add to: of the parts of k before this one, or .adds */
} N(part);

/* A block of rows by vectors. Both are constants, so that the sums stay in registers. beside: the elements of
 * a column of a lie side by side. */
ALWAYS_INLINE void N(block)(const N(part) * p, int rows, int vectors, bool beside)
{
    N(vector) sum[HIGH][2];
    const bool whole = p->width == vectors * LANES(T);
    const int64_t down = beside ? 1 : p->down;
    T edge[HIGH][2 * BYTES / sizeof(T)];
    const T *a = p->a, *b = p->b;
    for (int i = 0; i < rows && !whole && p->begun; i++)
        for (int64_t j = 0; j < vectors * LANES(T); j++) edge[i][j] = j < p->width ? p->c[i * p->ldc + j] : 0;
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++) sum[i][v] = (N(vector)){ 0 };
    for (int i = 0; i < rows && p->begun; i++)
        for (int v = 0; v < vectors; v++)
            sum[i][v] = *(const N(any) *)((whole ? p->c + i * p->ldc : edge[i]) + v * LANES(T));
    for (int64_t l = 0; l < p->depth; l++, a += p->next, b += p->stride) {
        N(vector) column[2];
        for (int v = 0; v < vectors; v++) column[v] = *(const N(any) *)(b + v * LANES(T));
        for (int i = 0; i < rows; i++) {
            N(vector) left = a[i * down] - (N(vector)){ 0 };
            for (int v = 0; v < vectors; v++) sum[i][v] = N(MULADD)(left, column[v], sum[i][v]);
        }
    }
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
            *(N(any) *)((whole ? p->c + i * p->ldc : edge[i]) + v * LANES(T)) = sum[i][v];
    for (int i = 0; i < rows && !whole; i++) memcpy(p->c + i * p->ldc, edge[i], (size_t)p->width * sizeof(T));
}

ALWAYS_INLINE void N(columns)(N(part) * p, int64_t rows, int vectors, bool beside)
{
    while (rows > 0) {
        const int n = rows >= HIGH ? HIGH : HIGH > 8 && rows >= 8 ? 8 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
        if (n == HIGH) N(block)(p, HIGH, vectors, beside);
        else if (n == 8) N(block)(p, HIGH > 8 ? 8 : 1, vectors, beside);
        else if (n == 4) N(block)(p, 4, vectors, beside);
        else if (n == 2) N(block)(p, 2, vectors, beside);
        else N(block)(p, 1, vectors, beside);
        p->a += n == HIGH ? p->step : n * p->down;
        p->c += n * p->ldc, rows -= n;
    }
}

/* Copies columns of op(b) side by side, as wide as `vectors`. Elements beyond p->width may be anything: they
 * are not stored in c. */
static void N(copy_columns)(const wgi_gemm *g, int64_t k, int64_t j, const N(part) * p, int vectors, T *to)
{
    const T *b = (const T *)g->b + (g->tb ? j * g->ldb + k : k * g->ldb + j);
    const int64_t wide = vectors * LANES(T);
    if (g->tb) {
        if (p->width < wide) memset(to, 0, (size_t)(p->depth * wide) * sizeof *to);
        N(turn_cached)(to, wide, b, g->ldb, p->width, p->depth);
        return;
    }
    const int64_t whole = (g->k * g->ldb + g->n - j - wide) / g->ldb - k; /* rows that can be read whole */
    int64_t l = 0;
    for (; l < p->depth && l < whole; l++)
        for (int v = 0; v < vectors; v++)
            *(N(any) *)(to + l * wide + v * LANES(T)) = *(const N(any) *)(b + l * g->ldb + v * LANES(T));
    for (; l < p->depth; l++)
        for (int64_t q = 0; q < wide; q++) to[l * wide + q] = q < p->width ? b[l * g->ldb + q] : 0;
}

/* Copies blocks of HIGH rows of op(a): in a block column after column. */
static void N(copy_rows)(const wgi_gemm *g, int64_t k, int64_t i, int64_t rows, int64_t depth, T *to)
{
    enum { TOGETHER = 8 }; /* rows of a transposed a that are read together */
    const T *a = (const T *)g->a + (g->ta ? k * g->lda + i : i * g->lda + k);
    const int64_t whole = rows / HIGH * HIGH, rest = rows - whole;
    for (int64_t r = 0; r < rows && !g->ta; r += HIGH)
        N(turn_cached)(to + r * depth, HIGH, a + r * g->lda, g->lda, r < whole ? HIGH : rest, depth);
    for (int64_t l = 0, end; l < depth && g->ta; l = end) {
        end = l + TOGETHER < depth ? l + TOGETHER : depth;
        for (int64_t r = 0; r < whole; r += HIGH)
            for (int64_t q = l; q < end; q++)
                memcpy(to + r * depth + q * HIGH, a + q * g->lda + r, HIGH * sizeof *to);
        for (int64_t q = l; q < end; q++)
            for (int64_t v = 0; v < rest; v++) to[whole * depth + q * HIGH + v] = a[q * g->lda + whole + v];
    }
}

/* Copies all columns of a b that is not transposed: row by row, since its rows are far apart. */
static void N(copy_panels)(const wgi_gemm *g, int64_t k, int64_t depth, T *to)
{
    const int64_t wide = 2 * LANES(T), whole = g->n / wide * wide, rest = g->n - whole;
    for (int64_t l = 0; l < depth; l++) {
        const T *b = (const T *)g->b + (k + l) * g->ldb;
        for (int64_t j = 0; j < whole; j += wide)
            for (int v = 0; v < 2; v++)
                *(N(any) *)(to + j * depth + l * wide + v * LANES(T)) =
                    *(const N(any) *)(b + j + v * LANES(T));
        T *last = to + whole * depth + l * (rest > LANES(T) ? wide : LANES(T));
        for (int64_t q = 0; q < rest; q++) last[q] = b[whole + q];
    }
}

static void N(product)(const wgi_gemm *g)
{
    T panel[DEEP * 2 * LANES(T)], stack[LEFT / sizeof(T)];
    const bool copies = wgi_gemm_copies_a(g), panels = g->room && wgi_gemm_copies_b(g),
               near = g->k * g->ldb * (int64_t)sizeof(T) <= NEAR;
    T *left = !copies ? NULL : g->room ? g->room : stack;
    T *right = panels ? (T *)g->room + (copies ? (g->m + HIGH - 1) * DEEP : 0) : NULL;
    const int64_t high = copies && !g->room ? LEFT / DEPTH / HIGH * HIGH : g->m;
    int64_t k = 0, depth;
    do { /* once even if k is 0: c becomes zeros */
        depth = g->k - k < DEEP ? g->k - k : DEEP;
        if (panels) N(copy_panels)(g, k, depth, right);
        for (int64_t i = 0, rows; i < g->m; i += rows) {
            rows = g->m - i < high ? g->m - i : high;
            if (copies) N(copy_rows)(g, k, i, rows, depth, left);
            for (int64_t j = 0; j < g->n; j += 2 * LANES(T)) {
                N(part) p = { .depth = depth, .ldc = g->ldc, .begun = k > 0 || g->adds };
                p.width = g->n - j < 2 * LANES(T) ? g->n - j : 2 * LANES(T);
                const int vectors = p.width > LANES(T) ? 2 : 1;
                const bool in_place =
                    !panels && !g->tb && p.width == vectors * LANES(T) && (rows <= 8 * HIGH || near);
                p.a = copies ? left : (const T *)g->a + i * g->lda + k;
                p.down = copies ? 1 : g->lda, p.next = copies ? HIGH : 1;
                p.step = HIGH * (copies ? depth : g->lda);
                p.stride = in_place ? g->ldb : vectors * LANES(T);
                p.b = panels ? right + j * depth : in_place ? (const T *)g->b + k * g->ldb + j : panel;
                p.c = (T *)g->c + i * g->ldc + j;
                if (p.b == panel) N(copy_columns)(g, k, j, &p, vectors, panel);
                if (vectors == 2 && copies) N(columns)(&p, rows, 2, true);
                else if (vectors == 2) N(columns)(&p, rows, 2, false);
                else if (copies) N(columns)(&p, rows, 1, true);
                else N(columns)(&p, rows, 1, false);
            }
        }
        k += depth;
    } while (k < g->k);
}
