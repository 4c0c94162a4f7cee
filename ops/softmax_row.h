/* softmax_row.h: slices of softmax for one element type T; both_floats.h includes it. */
#include "row_sum.h"
#include "exp_row.h"

static inline double N(slice_exp)(const T *restrict x, T *restrict e, bool keep, int64_t n, int64_t step,
                                  T most)
{
    double sum = 0;
    for (int64_t at = 0; at < n; at += FOLD)
        sum += (double)N(leaf_exp)(x + at * step, keep ? e + at * step : NULL, keep,
                                   n - at < FOLD ? n - at : FOLD, step, most);
    return sum;
}

static inline void N(softmax_slice)(const T *restrict x, T *restrict y, int64_t n, int64_t step)
{
    T most = N(row_max)(x, n, step), sum = (T)N(slice_exp)(x, y, true, n, step, most);
    for (int64_t i = 0; i < n; i++) y[i * step] /= sum;
}

static inline void N(log_softmax_slice)(const T *restrict x, T *restrict y, int64_t n, int64_t step)
{
    T most = N(row_max)(x, n, step), log_sum = (T)log(N(slice_exp)(x, NULL, false, n, step, most));
    for (int64_t i = 0; i < n; i++) y[i * step] = (x[i * step] - most) - log_sum;
}

/* Slices [begin, end) along an axis of n elements, which are `inner` apart. logs: log_softmax. */
static void N(softmax)(const T *x, T *y, int64_t begin, int64_t end, int64_t n, int64_t inner, bool logs)
{
    for (int64_t u = begin; u < end; u++) {
        int64_t at = u / inner * n * inner + u % inner;
        if (logs && inner == 1) N(log_softmax_slice)(x + at, y + at, n, 1);
        else if (logs) N(log_softmax_slice)(x + at, y + at, n, inner);
        else if (inner == 1) N(softmax_slice)(x + at, y + at, n, 1);
        else N(softmax_slice)(x + at, y + at, n, inner);
    }
}
