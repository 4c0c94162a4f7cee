/* logsumexp_slice.h: logsumexp for one element type T; both_floats.h includes it. */
#include "row_sum.h"
#include "exp_row.h"
#include "exp_columns.h"

/* The results for slices [0, m) from their largest elements and sums: m = most, or 0 where that is
 * not finite, s = the sum of e^(x - m), y = m + ln s. */
static void N(finish)(T *restrict y, T *restrict m, T *restrict s, int64_t n)
{
    for (int64_t j = 0; j < n; j++) y[j] = LOG(s[j]) + m[j];
}

/* Where the largest element of a slice, NaN left out, is not finite: the sum of e^x is 0, infinite
 * or NaN. */
static T N(odd_sum)(const T *x, int64_t n, int64_t step)
{
    T sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i * step] == -INFINITY ? 0 : x[i * step];
    return sum;
}

static void N(logsumexp_rows)(const wg_kernel *k, const slices *a)
{
    const int64_t n = a->n, most = n < ROW_LANES ? TOGETHER / n : ROW_LANES;
    T e[TOGETHER];
    for (int64_t u = k->begin, rows; u < k->end; u += rows) {
        const T *x = OPERAND(T, 0) + u * n;
        T *m = RESULT(T, 1) + u, *s = RESULT(T, 2) + u;
        rows = k->end - u < most ? k->end - u : most;
        if (n < ROW_LANES) N(short_rows)(x, e, false, m, s, rows, n);
        for (int64_t r = 0; r < rows && n >= ROW_LANES; r++) {
            m[r] = N(row_max)(x + r * n, n);
            s[r] = (T)N(row_exp)(x + r * n, NULL, false, n, m[r]);
        }
        for (int64_t r = 0; r < rows; r++)
            if (!(ABS(m[r]) < INFINITY)) m[r] = 0, s[r] = N(odd_sum)(x + r * n, n, 1);
        N(finish)(RESULT(T, 0) + u, m, s, rows);
    }
}

static void N(logsumexp_columns)(const wg_kernel *k, const slices *a, int64_t u)
{
    const int64_t c = u % a->strips * a->wide, o = u / a->strips, at = o * a->inner + c;
    N(strip) p = { .n = a->n, .inner = a->inner, .step = a->inner };
    p.wide = a->inner - c < a->wide ? a->inner - c : a->wide;
    p.high = a->inner < EXP_BLOCK ? ROW_LANES : 1;
    p.x = p.from = OPERAND(T, 0) + o * a->n * a->inner + c;
    if (a->copied) p.from = p.e = k->scratch, p.step = p.wide;
    N(columns_max)(&p);
    N(columns_exp)(&p, false);
    T *m = RESULT(T, 1) + at, *s = RESULT(T, 2) + at;
    for (int64_t j = 0; j < p.wide; j++) {
        const bool odd = !(ABS(p.most[j]) < INFINITY);
        m[j] = odd ? 0 : p.most[j];
        s[j] = odd ? N(odd_sum)(p.x + j, p.n, p.inner) : (T)p.total[j];
    }
    N(finish)(RESULT(T, 0) + at, m, s, p.wide);
}

static bool N(logsumexp)(const wg_kernel *k, const slices *a)
{
    if (a->inner == 1) N(logsumexp_rows)(k, a);
    for (int64_t u = k->begin; u < k->end && a->inner > 1; u++) N(logsumexp_columns)(k, a, u);
    return true;
}
