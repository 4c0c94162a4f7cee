/* exp_columns.h: softmax, log_softmax and logsumexp along an axis that is not the last, for one element
 * type T; both_floats.h includes it. Slices are columns. A strip of them is computed along its rows,
 * so that columns are computed in vectors. Sums have the order of row_sum.h: it does not depend on
 * where the axis stands. */

/* x and y are [n, inner]; the strip has `wide` of the columns. Each of the three passes over the
 * strip reads all of its rows. They lie in different pages, so the first pass copies them to
 * scratch, side by side, where they stay in the second-level cache. They are read in place if they
 * do not fit there, and if `inner` is small: then the rows are neighbours, and `high` of them are
 * passed as one. In that case most and sum hold the columns `high` times. */
typedef struct N(strip) {
    const T *x, *from; /* from: x, or its copy. Rows are `step` apart */
    T *y, *e;          /* e: where softmax keeps its exponentials: y, or the copy */
    int64_t n, inner, step, wide, high;
    bool stream;
    T most[STRIP_MOST], sum[STRIP_MOST]; /* the largest element; the sum of e^(x - most), or its logarithm */
    double total[STRIP];
} N(strip);

static inline int64_t N(elements)(const N(strip) * s, int64_t row, int64_t end)
{
    return (end - row < s->high ? end - row : s->high) * s->wide;
}
static void N(repeat)(const N(strip) * s, T *restrict v)
{
    for (int64_t j = s->wide; j < s->high * s->wide; j++) v[j] = v[j - s->wide];
}

/* Copies the rows if they do not stay in place. The order of a maximum does not matter: it is one of
 * the elements. */
static void N(columns_max)(N(strip) * s)
{
    T *restrict most = s->most, unused[STRIP_MOST];
    const int64_t wide = s->wide;
    for (int64_t j = 0; j < s->high * wide; j++) most[j] = -INFINITY;
    for (int64_t r = 0; r < s->n; r += s->high) {
        const T *x = s->x + r * s->inner;
        for (int64_t j = 0; j < wide; j += 64 / (int64_t)sizeof(T))
            __builtin_prefetch(x + AHEAD_ROWS * s->inner + j);
        T *restrict to = s->from == s->x ? unused : s->e + r * wide;
        const int64_t m = N(elements)(s, r, s->n);
        for (int64_t j = 0; j < m; j++) {
            const T v = x[j];
            to[j] = v;
            most[j] = v > most[j] ? v : most[j];
        }
    }
    for (int64_t i = 1; i < s->high; i++)
        for (int64_t j = 0; j < wide; j++)
            most[j] = most[i * wide + j] > most[j] ? most[i * wide + j] : most[j];
    N(repeat)(s, most);
}

/* The sum of the lanes, into lane 0. Lanes have `wide` columns, and the first `used` have elements. */
static void N(halve_rows)(T *lane, int64_t used, int64_t wide)
{
    int64_t half = ROW_LANES / 2;
    while (half >= used && half > 1) half /= 2;
    for (; half > 0; half /= 2) {
        const int64_t both = (used < 2 * half ? used : 2 * half) - half;
        for (int64_t j = 0; j < both * wide; j++) lane[j] += lane[half * wide + j];
    }
}

/* e = e^(e - most), in place, beside the lanes. first: nothing is in the lane. */
ALWAYS_INLINE void N(exp_in_place)(T *restrict e, const T *restrict most, T *restrict lane, int64_t m,
                                   bool first)
{
    for (int64_t j = 0; j < m; j++) {
        const T v = EXP_BELOW(e[j] - most[j]);
        e[j] = v;
        lane[j] = first ? v : lane[j] + v;
    }
}

/* total = the sum of e^(x - most) over the rows. keep: the exponentials are written to e. */
ALWAYS_INLINE void N(columns_exp)(N(strip) * s, bool keep)
{
    const int64_t wide = s->wide;
    T lanes[ROW_LANES * STRIP], unused[STRIP_MOST];
    for (int64_t j = 0; j < wide; j++) s->total[j] = 0;
    for (int64_t leaf = 0; leaf < s->n; leaf += FOLD) {
        const int64_t end = s->n - leaf < FOLD ? s->n : leaf + FOLD;
        for (int64_t r = leaf; r < end; r += s->high) {
            const T *x = s->from + r * s->step;
            T *e = keep ? s->e + r * s->step : unused, *lane = lanes + (r - leaf) % ROW_LANES * wide;
            const int64_t m = N(elements)(s, r, end);
            if (x != e) memcpy(e, x, (size_t)m * sizeof(T));
            if (r - leaf < ROW_LANES) N(exp_in_place)(e, s->most, lane, m, true);
            else N(exp_in_place)(e, s->most, lane, m, false);
        }
        N(halve_rows)(lanes, end - leaf < ROW_LANES ? end - leaf : ROW_LANES, wide);
        for (int64_t j = 0; j < wide; j++) s->total[j] += (double)lanes[j];
    }
}

/* y = e / sum, or logs: y = from - most - sum */
ALWAYS_INLINE void N(columns_end)(N(strip) * s, bool logs)
{
    T tile[STRIP_MOST];
    N(repeat)(s, s->sum);
    for (int64_t r = 0; r < s->n; r += s->high) {
        const T *v = (logs ? s->from : s->e) + r * s->step;
        const int64_t m = N(elements)(s, r, s->n);
        for (int64_t j = 0; j < m; j++) tile[j] = logs ? (v[j] - s->most[j]) - s->sum[j] : v[j] / s->sum[j];
        if (s->stream) stream_out(s->y + r * s->inner, tile, (size_t)m * sizeof(T));
        else memcpy(s->y + r * s->inner, tile, (size_t)m * sizeof(T));
    }
}
