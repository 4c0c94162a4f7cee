/* softmax_row.h: softmax and log_softmax along the last axis, for one element type T; both_floats.h
 * includes it. */
#include "row_sum.h"
#include "exp_row.h"
#include "softmax_columns.h"

static inline double N(row_exp)(const T *restrict x, T *restrict e, bool keep, int64_t n, T most)
{
    double sum = 0;
    for (int64_t at = 0; at < n; at += FOLD)
        sum += (double)N(leaf_exp)(x + at, keep ? e + at : NULL, keep, n - at < FOLD ? n - at : FOLD, most);
    return sum;
}

static inline void N(softmax_row)(const T *restrict x, T *restrict y, int64_t n)
{
    T most = N(row_max)(x, n), sum = (T)N(row_exp)(x, y, true, n, most);
    for (int64_t i = 0; i < n; i++) y[i] /= sum;
}

static inline void N(log_softmax_row)(const T *restrict x, T *restrict y, int64_t n)
{
    T most = N(row_max)(x, n), log_sum = (T)log(N(row_exp)(x, NULL, false, n, most));
    for (int64_t i = 0; i < n; i++) y[i] = (x[i] - most) - log_sum;
}

static void N(softmax_columns)(const wg_kernel *k, int64_t u, const slices *a, bool logs)
{
    const int64_t c = u % a->strips * a->wide, at = u / a->strips * a->n * a->inner + c;
    N(strip) s = { .n = a->n, .inner = a->inner, .step = a->inner, .stream = streams(k, 0) };
    s.wide = a->inner - c < a->wide ? a->inner - c : a->wide;
    s.high = a->inner < EXP_BLOCK ? ROW_LANES : 1;
    s.x = s.from = (const T *)k->x[0] + at;
    s.y = s.e = (T *)k->y[0] + at;
    if (a->copied) s.from = s.e = k->scratch, s.step = s.wide;
    if (logs) N(log_softmax_strip)(&s);
    else N(softmax_strip)(&s);
}

/* Units [begin, end): rows if the slices are rows, else strips of columns. logs: log_softmax. */
static void N(softmax)(const wg_kernel *k, const slices *a, bool logs)
{
    const T *x = k->x[0];
    T *y = k->y[0];
    for (int64_t u = k->begin; u < k->end; u++)
        if (a->inner > 1) N(softmax_columns)(k, u, a, logs);
        else if (logs) N(log_softmax_row)(x + u * a->n, y + u * a->n, a->n);
        else N(softmax_row)(x + u * a->n, y + u * a->n, a->n);
    stream_end();
}
