/* softmax_grad_slice.h: the gradients of softmax and log_softmax for one element type T;
 * both_floats.h includes it. y is the result, g its gradient: x' = y (g - sum(g y)), or logs: x' = g
 * - e^y sum(g). The sums are those of wg_sum. */
#include "row_sum.h"

ALWAYS_INLINE T N(slope)(T y, T g, T sum, bool logs) { return logs ? g - EXP(y) * sum : y * (g - sum); }

ALWAYS_INLINE void N(row_grad)(const T *y, const T *g, T *restrict x, int64_t n, bool logs)
{
    double total;
    ROW_SUM(total, n, logs ? g[i] : g[i] * y[i]);
    const T sum = (T)total;
    for (int64_t i = 0; i < n; i++) x[i] = N(slope)(y[i], g[i], sum, logs);
}

/* The sums of `wide` columns of n rows: blocks of BLOCK rows are added in order, four rows at a
 * time, and the blocks in double. */
ALWAYS_INLINE void N(column_sums)(const T *y, const T *g, int64_t n, int64_t inner, int64_t wide,
                                  T *restrict sum, bool logs)
{
#define TERM(r) (logs ? g[(r)*inner + j] : g[(r)*inner + j] * y[(r)*inner + j])
    double total[WIDE] = { 0 };
    T block[WIDE];
    for (int64_t r = 0; r < n; r++, y += inner, g += inner) {
        if (r % BLOCK == 0)
            for (int64_t j = 0; j < wide; j++) block[j] = 0;
        if (r % BLOCK + 4 <= BLOCK && r + 4 <= n) {
            for (int64_t j = 0; j < wide; j++) {
                const T t = block[j] + TERM(0), u = t + TERM(1), v = u + TERM(2);
                block[j] = v + TERM(3);
            }
            r += 3, y += 3 * inner, g += 3 * inner;
        } else
            for (int64_t j = 0; j < wide; j++) block[j] += TERM(0);
        if (r % BLOCK == BLOCK - 1 || r == n - 1)
            for (int64_t j = 0; j < wide; j++) total[j] += (double)block[j];
    }
    for (int64_t j = 0; j < wide; j++) sum[j] = (T)total[j];
#undef TERM
}

ALWAYS_INLINE void N(columns_grad)(const T *y, const T *g, T *x, int64_t n, int64_t inner, int64_t wide,
                                   bool logs)
{
    T sum[WIDE];
    N(column_sums)(y, g, n, inner, wide, sum, logs);
    for (int64_t r = 0; r < n; r++, y += inner, g += inner, x += inner) {
        T *restrict to = x;
        for (int64_t j = 0; j < wide; j++) to[j] = N(slope)(y[j], g[j], sum[j], logs);
    }
}

/* Units [begin, end): rows if the slices are rows, else strips of columns. */
ALWAYS_INLINE bool N(softmax_grad)(const wg_kernel *k, slices a, bool logs)
{
    const T *y = k->x[0], *g = k->x[1];
    T *x = k->y[0];
    for (int64_t u = k->begin; u < k->end; u++) {
        const int64_t c = u % a.strips * WIDE, at = u / a.strips * a.n * a.inner + c;
        const int64_t wide = a.inner - c < WIDE ? a.inner - c : WIDE;
        if (a.inner == 1) N(row_grad)(y + at, g + at, x + at, a.n, logs);
        else N(columns_grad)(y + at, g + at, x + at, a.n, a.inner, wide, logs);
    }
    return true;
}
