/* thin_loops.h: the products of thin.c for one element type REAL. VECTOR is a vector of it, ANYWHERE
 * one at any address. The matrix has elements of type MATRIX: ROW(p) is a vector of them as REAL,
 * ONE(p) is one. The names of functions end with _KIND. */

#ifndef MATRIX
#define MATRIX REAL
#define KIND   REAL
#define ROW(p) (*(const ANYWHERE *)(p))
#define ONE(p) (*(p))
#endif
#define NAME(n) JOIN(n, KIND)
#define MULADD  JOIN(MULADD, REAL)
#define MULADD1 JOIN(MULADD1, REAL)
#define LANES   ((int64_t)(BYTES / sizeof(REAL)))
#define GROUPS  (LINE / BYTES) /* vectors of a row's lanes */

/* ---- sums along the rows of the matrix ---- */

typedef REAL NAME(quad) __attribute__((vector_size(4 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));

/* The sum of the lanes, which are halved. */
ALWAYS_INLINE REAL NAME(sum_of_lanes)(VECTOR *lane)
{
    enum { QUADS = BYTES / (4 * sizeof(REAL)) ? BYTES / (4 * sizeof(REAL)) : 1 };
    for (int half = GROUPS / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    if (LANES < 4) return lane[0][0] + lane[0][1];
    REAL each[LANES];
    NAME(quad) q[QUADS];
    memcpy(each, lane, sizeof each);
    memcpy(q, each, sizeof q);
    for (int half = QUADS / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) q[i] += q[i + half];
    return (q[0][0] + q[0][2]) + (q[0][1] + q[0][3]);
}

/* Writes the sums of `rows` rows of the matrix by all `vectors` vectors, floats four at a time. */
ALWAYS_INLINE void NAME(put_sums)(REAL *c, int64_t ldc, VECTOR sum[8][4][GROUPS], int rows, int vectors)
{
    const bool fours = FOUR_SUMS && sizeof(REAL) == sizeof(float);
    if (fours && rows == 1 && vectors == 4) {
        float four[4];
        four_sums(four, (const f32s *)sum[0][0], (const f32s *)sum[0][1], (const f32s *)sum[0][2],
                  (const f32s *)sum[0][3]);
        for (int i = 0; i < 4; i++) c[i * ldc] = four[i];
        return;
    }
    for (int i = 0; i < vectors; i++, c += ldc) {
        int r = 0;
        for (; fours && r + 4 <= rows; r += 4)
            four_sums((float *)(c + r), (const f32s *)sum[r][i], (const f32s *)sum[r + 1][i],
                      (const f32s *)sum[r + 2][i], (const f32s *)sum[r + 3][i]);
        for (; r < rows; r++) c[r] = NAME(sum_of_lanes)(sum[r][i]);
    }
}

/* `rows` rows of the matrix from row j on, by all `vectors` vectors. Both are constants, so that the
 * lanes stay in registers. */
ALWAYS_INLINE void NAME(along_block)(const wgi_thin *t, int64_t j, int rows, int vectors)
{
    const MATRIX *m = (const MATRIX *)t->m + j * t->ld;
    const REAL *x = t->v;
    REAL *c = (REAL *)t->c + j;
    VECTOR sum[8][4][GROUPS];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < vectors; i++)
            for (int g = 0; g < GROUPS; g++) sum[r][i][g] = (VECTOR){ 0 };
    int64_t l = 0;
    for (; l + GROUPS * LANES <= t->k; l += GROUPS * LANES)
        for (int g = 0; g < GROUPS; g++)
            for (int r = 0; r < rows; r++) {
                const VECTOR row = ROW(m + r * t->ld + l + g * LANES);
                for (int i = 0; i < vectors; i++)
                    sum[r][i][g] =
                        MULADD(row, *(const ANYWHERE *)(x + i * t->apart + l + g * LANES), sum[r][i][g]);
            }
    for (int g = 0; g < GROUPS && l < t->k; g++, l += LANES) {
        const int64_t left = t->k - l < LANES ? t->k - l : LANES;
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < vectors; i++) {
                VECTOR row = { 0 }, other = { 0 };
                if (left == LANES)
                    row = ROW(m + r * t->ld + l), other = *(const ANYWHERE *)(x + i * t->apart + l);
                else {
                    for (int64_t e = 0; e < left; e++) row[e] = ONE(m + r * t->ld + l + e);
                    memcpy(&other, x + i * t->apart + l, (size_t)left * sizeof(REAL));
                }
                sum[r][i][g] = MULADD(row, other, sum[r][i][g]);
            }
    }
    NAME(put_sums)(c, t->ldc, sum, rows, vectors);
}

ALWAYS_INLINE void NAME(along)(const wgi_thin *t, int rows, int vectors)
{
    int64_t j = 0;
    for (; j + rows <= t->n; j += rows) NAME(along_block)(t, j, rows, vectors);
    for (; j < t->n; j++) NAME(along_block)(t, j, 1, vectors);
}

/* As many rows and vectors at a time as there are registers for their lanes. */
static void NAME(all_along)(const wgi_thin *t)
{
    if (t->count == 1) NAME(along)(t, ROWS_BY_1, 1);
    else if (t->count == 2) NAME(along)(t, ROWS_BY_2, 2);
    else if (t->count == 3) NAME(along)(t, ROWS_BY_4, 3);
    else NAME(along)(t, ROWS_BY_4, 4);
}

/* ---- sums over the rows of the matrix ---- */

/* Adds to c the sums over rows [l, end) of the matrix, for columns [j, j + wide * LANES): DEEP rows
 * in order from the first product, then the sums of these in order. wide and vectors are constants,
 * so that sums stay in registers. */
ALWAYS_INLINE void NAME(across_block)(const wgi_thin *t, int64_t l, int64_t end, int64_t j, int wide,
                                      int vectors)
{
    const MATRIX *m = (const MATRIX *)t->m + l * t->ld + j;
    const REAL *x = (const REAL *)t->v + l * t->next;
    REAL *c = (REAL *)t->c + j;
    VECTOR sum[4][8], all[4][8];
    for (int v = 0; v < vectors; v++)
        for (int w = 0; w < wide; w++) {
            if (l) all[v][w] = *(const ANYWHERE *)(c + v * t->ldc + w * LANES);
            else all[v][w] = (VECTOR){ 0 };
        }
    for (; l < end; l += DEEP) {
        for (int q = 0; q < DEEP; q++, m += t->ld, x += t->next)
            for (int w = 0; w < wide; w++) {
                const VECTOR row = ROW(m + w * LANES);
                for (int v = 0; v < vectors; v++) {
                    const VECTOR a = x[v * t->apart] - (VECTOR){ 0 };
                    if (q) sum[v][w] = MULADD(a, row, sum[v][w]);
                    else sum[v][w] = a * row;
                }
            }
        for (int v = 0; v < vectors; v++)
            for (int w = 0; w < wide; w++) all[v][w] += sum[v][w];
    }
    for (int v = 0; v < vectors; v++)
        for (int w = 0; w < wide; w++) *(ANYWHERE *)(c + v * t->ldc + w * LANES) = all[v][w];
}

/* The same for one vector, the last columns, and the last rows, fewer than DEEP. */
static void NAME(across_edge)(const wgi_thin *t, int64_t l, int64_t end, int64_t j, int64_t n, int64_t v)
{
    const int64_t ld = t->ld;
    const REAL *x = (const REAL *)t->v + v * t->apart + l * t->next;
    const MATRIX *m = (const MATRIX *)t->m + l * ld + j;
    REAL *restrict c = (REAL *)t->c + v * t->ldc + j, a[DEEP];
    for (int64_t i = 0; i < n && !l; i++) c[i] = 0;
    for (; l + DEEP <= end; l += DEEP, m += DEEP * ld, x += DEEP * t->next) {
        for (int q = 0; q < DEEP; q++) a[q] = x[q * t->next];
        for (int64_t i = 0; i < n; i++) {
            REAL s = a[0] * ONE(m + i);
            for (int q = 1; q < DEEP; q++) s = MULADD1(a[q], ONE(m + q * ld + i), s);
            c[i] += s;
        }
    }
    for (int64_t i = 0; i < n && l < end; i++) {
        REAL s = x[0] * ONE(m + i);
        for (int64_t q = 1; q < end - l; q++) s = MULADD1(x[q * t->next], ONE(m + q * ld + i), s);
        c[i] += s;
    }
}

/* Columns [j, end) */
ALWAYS_INLINE void NAME(across)(const wgi_thin *t, int64_t j, int64_t end, int wide, int vectors)
{
    const int64_t near = NEAR / ((end - j) * (int64_t)sizeof(REAL)) / DEEP * DEEP,
                  depth = near > DEEP ? near : DEEP, whole = t->k / DEEP * DEEP;
    for (int64_t l = 0, to; l < whole; l = to) {
        int64_t i = j;
        to = whole - l < depth ? whole : l + depth;
        for (; i + wide * LANES <= end; i += wide * LANES) NAME(across_block)(t, l, to, i, wide, vectors);
        for (; i + LANES <= end; i += LANES) NAME(across_block)(t, l, to, i, 1, vectors);
        for (int v = 0; v < vectors && i < end; v++) NAME(across_edge)(t, l, to, i, end - i, v);
    }
    for (int v = 0; v < vectors && whole < t->k; v++) NAME(across_edge)(t, whole, t->k, j, end - j, v);
}

static void NAME(all_across)(const wgi_thin *t)
{
    for (int64_t j = 0; j < t->n; j += STRIP) {
        const int64_t end = t->n - j < STRIP ? t->n : j + STRIP;
        if (t->count == 1) NAME(across)(t, j, end, WIDE_BY_1, 1);
        else if (t->count == 2) NAME(across)(t, j, end, WIDE_BY_2, 2);
        else if (t->count == 3) NAME(across)(t, j, end, WIDE_BY_4, 3);
        else NAME(across)(t, j, end, WIDE_BY_4, 4);
    }
}

/* Columns [j, end) of the products of k rows, a constant, by any number of vectors. */
ALWAYS_INLINE void NAME(across_few)(const wgi_thin *t, int64_t j, int64_t end, int k)
{
    const int64_t ld = t->ld;
    const MATRIX *m = (const MATRIX *)t->m + j;
    for (int64_t v = 0; v < t->count; v++) {
        const REAL *x = (const REAL *)t->v + v * t->apart;
        REAL *restrict c = (REAL *)t->c + v * t->ldc + j, a[WGI_THIN];
        for (int q = 0; q < k; q++) a[q] = x[q * t->next];
        for (int64_t i = 0; i < end - j; i++) {
            REAL s = a[0] * ONE(m + i);
            for (int q = 1; q < k; q++) s = MULADD1(a[q], ONE(m + q * ld + i), s);
            c[i] = 0 + s;
        }
    }
}

static void NAME(all_few)(const wgi_thin *t)
{
    for (int64_t j = 0; j < t->n; j += STRIP) {
        const int64_t end = t->n - j < STRIP ? t->n : j + STRIP;
        if (t->k == 1) NAME(across_few)(t, j, end, 1);
        else if (t->k == 2) NAME(across_few)(t, j, end, 2);
        else if (t->k == 3) NAME(across_few)(t, j, end, 3);
        else NAME(across_few)(t, j, end, 4);
    }
}

static void NAME(thin)(const wgi_thin *t)
{
    if (t->k == 0)
        for (int64_t v = 0; v < t->count; v++)
            memset((REAL *)t->c + v * t->ldc, 0, (size_t)t->n * sizeof(REAL));
    else if (t->across && t->k <= WGI_THIN) NAME(all_few)(t);
    else if (t->across) NAME(all_across)(t);
    else NAME(all_along)(t);
}

#undef NAME
#undef MULADD
#undef MULADD1
#undef LANES
#undef GROUPS
#undef MATRIX
#undef KIND
#undef ROW
#undef ONE
