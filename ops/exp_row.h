/* exp_row.h: exponentials of rows, for softmax and cross-entropy, of one element type T
 * (both_floats.h); include row_sum.h first. A NaN in a row makes the whole row NaN. */

/* The order does not matter: the result is one of the elements. */
static inline T N(row_max)(const T *restrict x, int64_t n)
{
    T most = -INFINITY, lane[ROW_LANES];
    int64_t i = 0;
    if (n >= ROW_LANES) {
        for (int j = 0; j < ROW_LANES; j++) lane[j] = -INFINITY;
        for (; i + ROW_LANES <= n; i += ROW_LANES)
            for (int j = 0; j < ROW_LANES; j++) {
                T v = x[i + j];
                lane[j] = v > lane[j] ? v : lane[j];
            }
        for (int w = ROW_LANES / 2; w > 0; w /= 2)
            for (int j = 0; j < w; j++) lane[j] = lane[j + w] > lane[j] ? lane[j + w] : lane[j];
        most = lane[0];
    }
    for (; i < n; i++) most = x[i] > most ? x[i] : most;
    return most;
}

/* e^(x - most) of the last r < ROW_LANES elements of a leaf. Blocks are filled up, so that f32 is
 * computed in vectors. */
ALWAYS_INLINE void N(tail_exp)(const T *restrict x, T *restrict e, bool keep, int64_t r, T most,
                               T *restrict lane)
{
    for (int64_t i = 0; i < r; i += EXP_BLOCK) {
        T v[EXP_BLOCK];
        const int64_t m = r - i < EXP_BLOCK ? r - i : EXP_BLOCK,
                      filled = sizeof(T) == sizeof(float) ? EXP_BLOCK : m;
        for (int64_t j = 0; j < m; j++) v[j] = x[i + j];
        for (int64_t j = m; j < filled; j++) v[j] = most;
        for (int64_t j = 0; j < filled; j++) v[j] = EXP_BELOW(v[j] - most);
        for (int64_t j = 0; j < filled; j++) lane[i + j] += j < m ? v[j] : 0;
        for (int64_t j = 0; keep && j < m; j++) e[i + j] = v[j];
    }
}

/* Prefetches the elements AHEAD further on: where passes over a piece alternate, the processor does not
 * prefetch them. */
ALWAYS_INLINE void N(fetch_ahead)(const T *x)
{
    for (size_t b = 0; b < ROW_LANES * sizeof(T); b += 64) __builtin_prefetch((const char *)(x + AHEAD) + b);
}

/* The sum of e^(x - most) over a leaf of n elements. keep, a constant: the exponentials are written
 * to e. */
ALWAYS_INLINE T N(leaf_exp)(const T *restrict x, T *restrict e, bool keep, int64_t n, T most)
{
    T lane[ROW_LANES] = { 0 };
    int64_t i = 0;
    for (; i + ROW_LANES <= n; i += ROW_LANES) {
        N(fetch_ahead)(x + i);
        for (int j = 0; j < ROW_LANES; j++) {
            T v = EXP_BELOW(x[i + j] - most);
            if (keep) e[i + j] = v;
            lane[j] += v;
        }
    }
    N(tail_exp)(x + i, keep ? e + i : NULL, keep, n - i, most, lane);
    return N(lanes_sum)(lane, n);
}

/* The sum of e^(x - most) over a row. keep, a constant: the exponentials are written to e. */
ALWAYS_INLINE double N(row_exp)(const T *restrict x, T *restrict e, bool keep, int64_t n, T most)
{
    double sum = 0;
    for (int64_t at = 0; at < n; at += FOLD)
        sum += (double)N(leaf_exp)(x + at, keep ? e + at : NULL, keep, n - at < FOLD ? n - at : FOLD, most);
    return sum;
}

/* The place of the element `most`; n: there is none. */
static inline int64_t N(place_of)(const T *x, int64_t n, int64_t d, T most)
{
    int64_t i = 0;
    while (i < n && x[i * d] != most) i++;
    return i;
}
/* The sum of e^(x - most) of all elements but the one at `top`. */
static inline double N(others_exp)(const T *x, int64_t n, int64_t d, T most, int64_t top)
{
    double others = 0;
    for (int64_t i = 0; i < n; i++) others += i == top ? 0 : (double)EXP_BELOW(x[i * d] - most);
    return others;
}
/* ln sum, where sum is that of e^(x - most) over n elements at the distance d. Next to 1, which is the
 * largest's part, the others have left no digits in it: they are added by themselves. */
static inline double N(log_sum)(const T *x, int64_t n, int64_t d, T most, double sum)
{
    if (!(sum < 1 + 0x1p-8)) return vm_log(sum);
    return vm_log1p(N(others_exp)(x, n, d, most, N(place_of)(x, n, d, most)));
}

/* The sum of a leaf of n < ROW_LANES elements. v is overwritten. */
ALWAYS_INLINE T N(short_sum)(T *v, int64_t n)
{
    int64_t half = ROW_LANES / 2;
    while (half >= n && half > 1) half /= 2;
    for (; half > 0; half /= 2)
        for (int64_t j = 0; j < half && j + half < n; j++) v[j] += v[j + half];
    return v[0];
}

/* Rows of n < ROW_LANES elements: most, and the sum of e = e^(x - most). The exponentials of many
 * rows are computed at once, so that they fill vectors. keep, a constant: e keeps them. */
ALWAYS_INLINE void N(short_rows)(const T *restrict x, T *restrict e, bool keep, T *most, T *sum, int64_t rows,
                                 int64_t n)
{
    for (int64_t r = 0; r < rows; r++) {
        T m = -INFINITY;
        for (int64_t i = 0; i < n; i++) m = x[r * n + i] > m ? x[r * n + i] : m;
        for (int64_t i = 0; i < n; i++) e[r * n + i] = x[r * n + i] - m;
        most[r] = m;
    }
    for (int64_t i = 0; i < rows * n; i++) e[i] = EXP_BELOW(e[i]);
    for (int64_t r = 0; r < rows; r++) {
        T v[ROW_LANES];
        for (int64_t i = 0; keep && i < n; i++) v[i] = e[r * n + i];
        sum[r] = N(short_sum)(keep ? v : e + r * n, n);
    }
}
