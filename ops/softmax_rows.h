/* softmax_rows.h: rows of softmax and cross-entropy for one element type: T, and N(name) its functions' names; softmax.c
 * includes it once for each. Elements of a row stand `step` apart; callers pass 1 as a constant, so that loops are made for it.
 *
 * Sums of a row go by the fixed tree of docs/arithmetic.md: leaves of FOLD elements in 64 lanes, lanes halved, leaf results
 * added in double. A NaN in a row makes all of the row NaN. */

/* The first `used` lanes, the others being 0, which halving would add. */
static inline T N(lanes_sum)(T *lane, int64_t used)
{
    int w = LANES / 2;
    while (w >= used && w > 1) w /= 2;
    for (; w > 0; w /= 2)
        for (int j = 0; j < w; j++) lane[j] += lane[j + w];
    return lane[0];
}

/* In any order: it is one of them. */
static inline T N(row_max)(const T *restrict x, int64_t n, int64_t step)
{
    T       most = -INFINITY, lane[LANES];
    int64_t i = 0;
    if (n >= LANES) {
        for (int j = 0; j < LANES; j++) lane[j] = -INFINITY;
        for (; i + LANES <= n; i += LANES)
            for (int j = 0; j < LANES; j++) {
                T v = x[(i + j) * step];
                lane[j] = v > lane[j] ? v : lane[j];
            }
        for (int w = LANES / 2; w > 0; w /= 2)
            for (int j = 0; j < w; j++) lane[j] = lane[j + w] > lane[j] ? lane[j + w] : lane[j];
        most = lane[0];
    }
    for (; i < n; i++) most = x[i * step] > most ? x[i * step] : most;
    return most;
}

/* e^(x - most) of the last r < LANES elements of a leaf, in blocks filled up so that f32 stays in vectors. */
static inline void N(tail_exp)(const T *restrict x, T *restrict e, bool keep, int64_t r, int64_t step, T most, T *restrict lane)
{
    for (int64_t i = 0; i < r; i += BLOCK) {
        T             v[BLOCK];
        const int64_t m = r - i < BLOCK ? r - i : BLOCK, filled = sizeof(T) == sizeof(float) ? BLOCK : m;
        for (int64_t j = 0; j < m; j++) v[j] = x[(i + j) * step];
        for (int64_t j = m; j < filled; j++) v[j] = most;
        for (int64_t j = 0; j < filled; j++) v[j] = EXP(v[j] - most);
        for (int64_t j = 0; j < filled; j++) lane[i + j] += j < m ? v[j] : 0;
        for (int64_t j = 0; keep && j < m; j++) e[(i + j) * step] = v[j];
    }
}

/* The sum of e^(x - most), which it writes to e if it is to keep them: a constant, for which loops are made. */
static inline double N(row_exp)(const T *restrict x, T *restrict e, bool keep, int64_t n, int64_t step, T most)
{
    double sum = 0;
    for (int64_t leaf = 0; leaf < n; leaf += FOLD) {
        T       lane[LANES] = { 0 };
        int64_t end = n - leaf < FOLD ? n : leaf + FOLD, i = leaf;
        for (; i + LANES <= end; i += LANES)
            for (int j = 0; j < LANES; j++) {
                T v = EXP(x[(i + j) * step] - most);
                if (keep) e[(i + j) * step] = v;
                lane[j] += v;
            }
        N(tail_exp)(x + i * step, keep ? e + i * step : NULL, keep, end - i, step, most, lane);
        sum += N(lanes_sum)(lane, end - leaf);
    }
    return sum;
}

static inline void N(softmax_row)(const T *restrict x, T *restrict y, int64_t n, int64_t step)
{
    T most = N(row_max)(x, n, step), sum = (T)N(row_exp)(x, y, true, n, step, most);
    for (int64_t i = 0; i < n; i++) y[i * step] /= sum;
}

static inline void N(log_softmax_row)(const T *restrict x, T *restrict y, int64_t n, int64_t step)
{
    T most = N(row_max)(x, n, step), log_sum = (T)log(N(row_exp)(x, NULL, false, n, step, most));
    for (int64_t i = 0; i < n; i++) y[i * step] = (x[i * step] - most) - log_sum;
}

/* Slices [begin, end) along an axis of n elements, `inner` apart. */
static void N(softmax)(const T *x, T *y, int64_t begin, int64_t end, int64_t n, int64_t inner, bool logs)
{
    for (int64_t u = begin; u < end; u++) {
        int64_t at = u / inner * n * inner + u % inner;
        if (logs && inner == 1) N(log_softmax_row)(x + at, y + at, n, 1);
        else if (logs) N(log_softmax_row)(x + at, y + at, n, inner);
        else if (inner == 1) N(softmax_row)(x + at, y + at, n, 1);
        else N(softmax_row)(x + at, y + at, n, inner);
    }
}

/* What a row's loss leaves for its gradient. */
typedef struct N(row_scale) {
    T most, sum; /* the largest logit; the sum of e^(z - most) */
} N(row_scale);

static inline N(row_scale) N(scale_of)(const T *z, int64_t n)
{
    T most = N(row_max)(z, n, 1);
    return (N(row_scale)){ most, (T)N(row_exp)(z, NULL, false, n, 1, most) };
}

/* ln sum e^z - z[label] */
static inline T N(class_loss)(const T *z, int64_t label, N(row_scale) s) { return (T)log((double)s.sum) - (z[label] - s.most); }

/* sum p (ln sum e^z - z), where 0 times an infinity is 0 */
static inline T N(share_loss)(const T *z, const T *p, int64_t n, N(row_scale) s)
{
    T      log_sum = (T)log((double)s.sum);
    double sum = 0;
    for (int64_t leaf = 0; leaf < n; leaf += FOLD) {
        T       lane[LANES] = { 0 };
        int64_t end = n - leaf < FOLD ? n : leaf + FOLD;
        for (int64_t i = leaf; i < end; i++) lane[i % LANES] += p[i] == 0 ? 0 : p[i] * (log_sum - (z[i] - s.most));
        sum += N(lanes_sum)(lane, end - leaf);
    }
    return (T)sum;
}

/* y = e^(z - most) f, the last elements in blocks filled up so that f32 stays in vectors */
static inline void N(row_scaled)(const T *restrict z, T *restrict y, int64_t n, T most, T f)
{
    int64_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
        for (int j = 0; j < BLOCK; j++) y[i + j] = EXP(z[i + j] - most) * f;
    if (i == n) return;
    T             v[BLOCK];
    const int64_t m = n - i, filled = sizeof(T) == sizeof(float) ? BLOCK : m;
    for (int64_t j = 0; j < m; j++) v[j] = z[i + j];
    for (int64_t j = m; j < filled; j++) v[j] = most;
    for (int64_t j = 0; j < filled; j++) v[j] = EXP(v[j] - most) * f;
    for (int64_t j = 0; j < m; j++) y[i + j] = v[j];
}

static inline T N(row_sum)(const T *p, int64_t n)
{
    double sum = 0;
    for (int64_t leaf = 0; leaf < n; leaf += FOLD) {
        T       lane[LANES] = { 0 };
        int64_t end = n - leaf < FOLD ? n : leaf + FOLD;
        for (int64_t i = leaf; i < end; i++) lane[i % LANES] += p[i];
        sum += N(lanes_sum)(lane, end - leaf);
    }
    return (T)sum;
}

/* g (softmax(z) - one_hot(label)); the label's own is (p - 1) g, which keeps its digits where p is near 1 */
static inline void N(class_grad)(const T *restrict z, T *restrict y, int64_t n, int64_t label, T g, N(row_scale) s)
{
    N(row_scaled)(z, y, n, s.most, g / s.sum);
    y[label] = (EXP(z[label] - s.most) / s.sum - 1) * g;
}

/* g (softmax(z) sum(p) - p) */
static inline void N(share_grad)(const T *z, const T *p, T *restrict y, int64_t n, T g, N(row_scale) s)
{
    N(row_scaled)(z, y, n, s.most, N(row_sum)(p, n) / s.sum);
    for (int64_t i = 0; i < n; i++) y[i] = (y[i] - p[i]) * g;
}
