/* softmax_row.h: softmax and log_softmax along the last axis, for one element type T; both_floats.h
 * includes it. */
#include "row_sum.h"
#include "exp_row.h"
#include "exp_columns.h"

static inline void N(softmax_row)(const T *restrict x, T *restrict y, int64_t n)
{
    T most = N(row_max)(x, n), sum = (T)N(row_exp)(x, y, true, n, most);
    for (int64_t i = 0; i < n; i++) y[i] /= sum;
}

static inline void N(log_softmax_row)(const T *restrict x, T *restrict y, int64_t n)
{
    T most = N(row_max)(x, n), log_sum = (T)N(log_sum)(x, n, 1, most, N(row_exp)(x, NULL, false, n, most));
    for (int64_t i = 0; i < n; i++) y[i] = (x[i] - most) - log_sum;
}

/* As many short rows as make TOGETHER elements. */
static void N(short_softmax)(const T *restrict x, T *restrict y, int64_t rows, int64_t n, bool logs)
{
    T most[TOGETHER], sum[TOGETHER], e[TOGETHER];
    if (logs) N(short_rows)(x, e, false, most, sum, rows, n);
    else N(short_rows)(x, y, true, most, sum, rows, n);
    for (int64_t r = 0; r < rows; r++)
        if (logs) sum[r] = (T)N(log_sum)(x + r * n, n, 1, most[r], (double)sum[r]);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < n; i++)
            y[r * n + i] = logs ? (x[r * n + i] - most[r]) - sum[r] : y[r * n + i] / sum[r];
}

ALWAYS_INLINE void N(softmax_strip)(N(strip) * s, bool logs)
{
    N(columns_max)(s);
    N(columns_exp)(s, !logs);
    for (int64_t j = 0; j < s->wide; j++)
        s->sum[j] = (T)(logs ? N(log_sum)(s->x + j, s->n, s->inner, s->most[j], s->total[j]) : s->total[j]);
    N(columns_end)(s, logs);
}

static void N(softmax_columns)(const wg_kernel *k, int64_t u, const slices *a, bool logs)
{
    const int64_t c = u % a->strips * a->wide, at = u / a->strips * a->n * a->inner + c;
    N(strip) s = { .n = a->n, .inner = a->inner, .step = a->inner, .stream = streams(k, 0) };
    s.wide = a->inner - c < a->wide ? a->inner - c : a->wide;
    s.high = a->inner < EXP_BLOCK ? ROW_LANES : 1;
    s.x = s.from = OPERAND(T, 0) + at;
    s.y = s.e = RESULT(T, 0) + at;
    if (a->copied) s.from = s.e = k->scratch, s.step = s.wide;
    if (logs) N(softmax_strip)(&s, true);
    else N(softmax_strip)(&s, false);
}

static void N(softmax_rows)(const wg_kernel *k, int64_t n, bool logs)
{
    const T *x = k->x[0];
    T *y = k->y[0];
    const int64_t together = n < ROW_LANES ? TOGETHER / n : 1;
    for (int64_t u = k->begin, rows; u < k->end; u += rows) {
        rows = k->end - u < together ? k->end - u : together;
        if (n < ROW_LANES) N(short_softmax)(x + u * n, y + u * n, rows, n, logs);
        else if (logs) N(log_softmax_row)(x + u * n, y + u * n, n);
        else N(softmax_row)(x + u * n, y + u * n, n);
    }
}

/* Units [begin, end): rows if the slices are rows, else strips of columns. logs: log_softmax. */
static bool N(softmax)(const wg_kernel *k, slices a, bool logs)
{
    if (a.inner == 1) N(softmax_rows)(k, a.n, logs);
    for (int64_t u = k->begin; u < k->end && a.inner > 1; u++) N(softmax_columns)(k, u, &a, logs);
    stream_end();
    return true;
}
