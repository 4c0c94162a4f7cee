/* exp_row.h: exponentials of rows, for softmax and cross-entropy, of one element type T (both_floats.h);
 * include row_sum.h first. A NaN in a row makes the whole row NaN. */

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

/* e^(x - most) of the last r < ROW_LANES elements of a leaf. Blocks are filled up, so that f32 is computed in
 * vectors. */
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

/* The sum of e^(x - most) over a leaf of n elements. keep, a constant: the exponentials are written to e. */
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
