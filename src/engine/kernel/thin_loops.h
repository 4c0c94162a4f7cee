/* thin_loops.h: the products of thin.c for elements of type T. The matrix has elements of type MATRIX: ROW(p)
 * is a vector of them as T, ONE(p) is one. M(name) is the name of a function. */

#ifndef MATRIX
#define MATRIX        T
#define M(n)          N(n)
#define ROW(p)        (*(const N(any) *)(p))
#define ONE(p)        (*(p))
#define PART(p, left) N(load)(p, N(mask_of)(left))
#else
#define PART(p, left) M(part)(p, left)
ALWAYS_INLINE N(vector) M(part)(const MATRIX *m, int64_t left)
{
    N(vector) row = { 0 };
    for (int64_t e = 0; e < left; e++) row[e] = ONE(m + e);
    return row;
}
#endif
/* ---- sums along the rows of the matrix ---- */

typedef T M(quad) __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));

/* The sum of the lanes, which are halved. */
ALWAYS_INLINE T M(sum_of_lanes)(N(vector) * lane)
{
    enum { QUADS = BYTES / (4 * sizeof(T)) ? BYTES / (4 * sizeof(T)) : 1 };
    for (int half = GROUPS / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    if (LANES(T) < 4) return lane[0][0] + lane[0][1];
    T each[LANES(T)];
    M(quad) q[QUADS];
    memcpy(each, lane, sizeof each);
    memcpy(q, each, sizeof q);
    for (int half = QUADS / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) q[i] += q[i + half];
    return (q[0][0] + q[0][2]) + (q[0][1] + q[0][3]);
}

/* Writes the sums of `rows` rows of the matrix by all `vectors` vectors, floats four at a time. */
ALWAYS_INLINE void M(put_sums)(T *c, int64_t ldc, N(vector) sum[8][4][GROUPS], int rows, int vectors)
{
    const bool fours = FOUR_SUMS && sizeof(T) == sizeof(float);
    if (fours && rows == 1 && vectors == 4) {
        float four[4];
        four_sums(four, (const vector_f32 *)sum[0][0], (const vector_f32 *)sum[0][1],
                  (const vector_f32 *)sum[0][2], (const vector_f32 *)sum[0][3]);
        for (int i = 0; i < 4; i++) c[i * ldc] = four[i];
        return;
    }
    for (int i = 0; i < vectors; i++, c += ldc) {
        int r = 0;
        for (; fours && r + 4 <= rows; r += 4)
            four_sums((float *)(c + r), (const vector_f32 *)sum[r][i], (const vector_f32 *)sum[r + 1][i],
                      (const vector_f32 *)sum[r + 2][i], (const vector_f32 *)sum[r + 3][i]);
        for (; r < rows; r++) c[r] = M(sum_of_lanes)(sum[r][i]);
    }
}

/* `rows` rows of the matrix from row j on, by all `vectors` vectors. Both are constants, so that the
 * lanes stay in registers. */
ALWAYS_INLINE void M(along_block)(const wgi_thin *t, int64_t j, int rows, int vectors)
{
    const MATRIX *m = (const MATRIX *)t->m + j * t->ld;
    const T *x = t->v;
    T *c = (T *)t->c + j;
    N(vector) sum[8][4][GROUPS];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < vectors; i++)
            for (int g = 0; g < GROUPS; g++) sum[r][i][g] = (N(vector)){ 0 };
    int64_t l = 0;
    for (; l + GROUPS * LANES(T) <= t->k; l += GROUPS * LANES(T))
        for (int g = 0; g < GROUPS; g++)
            for (int r = 0; r < rows; r++) {
                const N(vector) row = ROW(m + r * t->ld + l + g * LANES(T));
                for (int i = 0; i < vectors; i++)
                    sum[r][i][g] =
                        N(MULADD)(row, *(const N(any) *)(x + i * t->apart + l + g * LANES(T)), sum[r][i][g]);
            }
    for (int g = 0; g < GROUPS && l < t->k; g++, l += LANES(T)) {
        const int64_t left = t->k - l < LANES(T) ? t->k - l : LANES(T);
        for (int r = 0; r < rows; r++) {
            const N(vector) row = PART(m + r * t->ld + l, left);
            for (int i = 0; i < vectors; i++)
                sum[r][i][g] = N(MULADD)(row, N(load)(x + i * t->apart + l, N(mask_of)(left)), sum[r][i][g]);
        }
    }
    M(put_sums)(c, t->ldc, sum, rows, vectors);
}

ALWAYS_INLINE void M(along)(const wgi_thin *t, int rows, int vectors)
{
    int64_t j = 0;
    for (; j + rows <= t->n; j += rows) M(along_block)(t, j, rows, vectors);
    for (; j < t->n; j++) M(along_block)(t, j, 1, vectors);
}

/* As many rows and vectors at a time as there are registers for their lanes. */
static void M(all_along)(const wgi_thin *t)
{
    if (t->count == 1) M(along)(t, ROWS_BY_1, 1);
    else if (t->count == 2) M(along)(t, ROWS_BY_2, 2);
    else M(along)(t, ROWS_BY_4, 4);
}

/* ---- sums over the rows of the matrix ---- */

/* Adds to c the sums over rows [l, end) of the matrix, for columns [j, j + wide * LANES(T)): DEEP rows
 * in order from the first product, then the sums of these in order. wide and vectors are constants,
 * so that sums stay in registers. */
ALWAYS_INLINE void M(across_block)(const wgi_thin *t, int64_t l, int64_t end, int64_t j, int wide,
                                   int vectors)
{
    const MATRIX *m = (const MATRIX *)t->m + l * t->ld + j;
    const T *x = (const T *)t->v + l * t->next;
    T *c = (T *)t->c + j;
    N(vector) sum[4][8], all[4][8];
    for (int v = 0; v < vectors; v++)
        for (int w = 0; w < wide; w++) {
            if (l) all[v][w] = *(const N(any) *)(c + v * t->ldc + w * LANES(T));
            else all[v][w] = (N(vector)){ 0 };
        }
    for (; l < end; l += DEEP) {
        for (int q = 0; q < DEEP; q++, m += t->ld, x += t->next)
            for (int w = 0; w < wide; w++) {
                const N(vector) row = ROW(m + w * LANES(T));
                for (int v = 0; v < vectors; v++) {
                    const N(vector) a = x[v * t->apart] - (N(vector)){ 0 };
                    if (q) sum[v][w] = N(MULADD)(a, row, sum[v][w]);
                    else sum[v][w] = a * row;
                }
            }
        for (int v = 0; v < vectors; v++)
            for (int w = 0; w < wide; w++) all[v][w] += sum[v][w];
    }
    for (int v = 0; v < vectors; v++)
        for (int w = 0; w < wide; w++) *(N(any) *)(c + v * t->ldc + w * LANES(T)) = all[v][w];
}

/* The same for one vector, the last columns, and the last rows, fewer than DEEP. */
static __attribute__((noinline)) void M(across_edge)(const wgi_thin *t, int64_t l, int64_t end, int64_t j,
                                                     int64_t n, int64_t v)
{
    const int64_t ld = t->ld;
    const T *x = (const T *)t->v + v * t->apart + l * t->next;
    const MATRIX *m = (const MATRIX *)t->m + l * ld + j;
    T *restrict c = (T *)t->c + v * t->ldc + j, a[DEEP];
    for (int64_t i = 0; i < n && !l; i++) c[i] = 0;
    for (; l + DEEP <= end; l += DEEP, m += DEEP * ld, x += DEEP * t->next) {
        for (int q = 0; q < DEEP; q++) a[q] = x[q * t->next];
        for (int64_t i = 0; i < n; i++) {
            T s = a[0] * ONE(m + i);
            for (int q = 1; q < DEEP; q++) s = N(MULADD1)(a[q], ONE(m + q * ld + i), s);
            c[i] += s;
        }
    }
    for (int64_t i = 0; i < n && l < end; i++) {
        T s = x[0] * ONE(m + i);
        for (int64_t q = 1; q < end - l; q++) s = N(MULADD1)(x[q * t->next], ONE(m + q * ld + i), s);
        c[i] += s;
    }
}

/* Columns [j, end) */
ALWAYS_INLINE void M(across)(const wgi_thin *t, int64_t j, int64_t end, int wide, int vectors)
{
    const int64_t near = NEAR / ((end - j) * (int64_t)sizeof(T)) / DEEP * DEEP,
                  depth = near > DEEP ? near : DEEP, whole = t->k / DEEP * DEEP;
    for (int64_t l = 0, to; l < whole; l = to) {
        int64_t i = j;
        to = whole - l < depth ? whole : l + depth;
        for (; i + wide * LANES(T) <= end; i += wide * LANES(T)) M(across_block)(t, l, to, i, wide, vectors);
        for (; i + LANES(T) <= end; i += LANES(T)) M(across_block)(t, l, to, i, 1, vectors);
        for (int v = 0; v < vectors && i < end; v++) M(across_edge)(t, l, to, i, end - i, v);
    }
    for (int v = 0; v < vectors && whole < t->k; v++) M(across_edge)(t, whole, t->k, j, end - j, v);
}

static void M(all_across)(const wgi_thin *t)
{
    for (int64_t j = 0; j < t->n; j += STRIP) {
        const int64_t end = t->n - j < STRIP ? t->n : j + STRIP;
        if (t->count == 1) M(across)(t, j, end, WIDE_BY_1, 1);
        else if (t->count == 2) M(across)(t, j, end, WIDE_BY_2, 2);
        else M(across)(t, j, end, WIDE_BY_4, 4);
    }
}

/* Columns [j, end) of the products of k rows, a constant, by any number of vectors. */
ALWAYS_INLINE void M(across_few)(const wgi_thin *t, int64_t j, int64_t end, int k)
{
    const int64_t ld = t->ld;
    const MATRIX *m = (const MATRIX *)t->m + j;
    for (int64_t v = 0; v < t->count; v++) {
        const T *x = (const T *)t->v + v * t->apart;
        T *restrict c = (T *)t->c + v * t->ldc + j, a[WGI_THIN];
        for (int q = 0; q < k; q++) a[q] = x[q * t->next];
        for (int64_t i = 0; i < end - j; i++) {
            T s = a[0] * ONE(m + i);
            for (int q = 1; q < k; q++) s = N(MULADD1)(a[q], ONE(m + q * ld + i), s);
            c[i] = 0 + s;
        }
    }
}

static void M(all_few)(const wgi_thin *t)
{
    for (int64_t j = 0; j < t->n; j += STRIP) {
        const int64_t end = t->n - j < STRIP ? t->n : j + STRIP;
        if (t->k == 1) M(across_few)(t, j, end, 1);
        else if (t->k == 2) M(across_few)(t, j, end, 2);
        else if (t->k == 3) M(across_few)(t, j, end, 3);
        else M(across_few)(t, j, end, 4);
    }
}

static void M(thin)(const wgi_thin *t)
{
    if (t->k == 0)
        for (int64_t v = 0; v < t->count; v++) memset((T *)t->c + v * t->ldc, 0, (size_t)t->n * sizeof(T));
    else if (t->across && t->k <= WGI_THIN) M(all_few)(t);
    else if (t->count == 3) { /* rare, so it has no code of its own */ wgi_thin last = *t, first = *t;
        first.count = 2, last.count = 1;
        last.v = (const T *)t->v + 2 * t->apart, last.c = (T *)t->c + 2 * t->ldc;
        M(thin)(&first), M(thin)(&last);
    } else if (t->across) M(all_across)(t);
    else M(all_along)(t);
}

#undef MATRIX
#undef M
#undef ROW
#undef ONE
#undef PART
