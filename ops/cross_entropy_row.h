/* cross_entropy_row.h: rows of cross-entropy and of its gradient for one element type T; both_floats.h
 * includes it.
 *
 * The loss reads a row once, in panels of PANEL elements, which stay in the first-level cache. Of a panel it
 * computes the largest element, then the sum of e^(z - largest) in 64 lanes. The sums of panels are scaled to
 * the largest element so far and added in double. The gradient of a panel is e^(z - its largest) times one
 * factor, so it can use the exponentials of the loss. */
#include "row_sum.h"
#include "exp_row.h"

/* What the gradient of a row needs of its loss. */
typedef struct N(row_scale) {
    T most,
        sum; /* the largest logit, or the least finite number if that is larger; the sum of e^(z - most) */
} N(row_scale);

/* The exponentials of a row, when its loss and its gradient are computed in one call. */
typedef struct N(kept) {
    T *e, *top; /* [n]: e^(z - largest of its panel); the largest of each panel */
} N(kept);

/* The largest of a panel, but finite: then an infinity minus it is an infinity, not NaN. */
static inline T N(panel_top)(const T *z, int64_t m)
{
    const T least = sizeof(T) == sizeof(float) ? (T)-FLT_MAX : (T)-DBL_MAX, top = N(row_max)(z, m);
    return top > least ? top : least;
}

ALWAYS_INLINE N(row_scale) N(scale_of)(const T *z, int64_t n, bool keep, N(kept) to)
{
    T most = 0;
    double sum = 0;
    for (int64_t at = 0; at < n; at += PANEL) {
        const int64_t m = n - at < PANEL ? n - at : PANEL;
        const T top = N(panel_top)(z + at, m), now = !at || top > most ? top : most;
        const double part = (double)N(leaf_exp)(z + at, keep ? to.e + at : NULL, keep, m, top);
        sum = at ? sum * (double)EXP_BELOW(most - now) + part * (double)EXP_BELOW(top - now) : part;
        most = now;
        if (keep) to.top[at / PANEL] = top;
    }
    return (N(row_scale)){ most, (T)sum };
}

/* ln sum e^z - z[label] */
static inline T N(class_loss)(const T *z, int64_t n, int64_t label, N(row_scale) s)
{
    return (T)N(log_sum)(z, n, 1, s.most, (double)s.sum) - (z[label] - s.most);
}

/* Whether p, row r of an operand, is a distribution: no element is below 0, and its sum, which *sum is set
 * to, is 1 to a thousandth, which probabilities of 16 bits or of three decimals keep. Else a fault. */
static bool N(is_distribution)(const wg_kernel *k, int operand, const T *p, int64_t r, int64_t n, double *sum)
{
    double total;
    ROW_SUM(total, n, p[i] < 0 ? -(T)INFINITY : p[i]);
    *sum = total;
    if (fabs(total - 1) <= 1e-3) return true;
    int64_t at = 0;
    while (at < n && !(p[at] < 0)) at++;
    if (at < n)
        wg_fault_number(k, r * n + at, (double)p[at], "a probability is below 0 (any_rows takes other rows)");
    else wg_fault_number(k, r, total, "a row of probabilities adds up to 1 (any_rows takes other rows)");
    k->fault->operand = operand;
    return false;
}

/* Rows [begin, end) as they are, where they are distributions or do not count. */
static bool N(distributions)(const wg_kernel *k, int64_t n)
{
    const T *p = k->x[0], *counts = k->x[1];
    double sum;
    EACH_UNIT(r)
        if (counts[r] != 0 && !N(is_distribution)(k, 0, p + r * n, r, n, &sum)) return false;
    memcpy(RESULT(T, 0) + k->begin * n, p + k->begin * n, (size_t)((k->end - k->begin) * n) * sizeof(T));
    return true;
}

/* sum p (ln sum e^z - z), where 0 times an infinity is 0 */
static inline T N(share_loss)(const T *z, const T *p, int64_t n, N(row_scale) s)
{
    const T log_sum = (T)N(log_sum)(z, n, 1, s.most, (double)s.sum);
    double sum;
    ROW_SUM(sum, n, p[i] == 0 ? 0 : p[i] * (log_sum - (z[i] - s.most)));
    return (T)sum;
}

/* y = e^(z - most) f. The last block is filled up to EXP_BLOCK elements, so that f32 is computed in
 * vectors. */
static inline void N(scaled_exp)(const T *restrict z, T *restrict y, int64_t n, T most, T f)
{
    int64_t i = 0;
    for (; i + EXP_BLOCK <= n; i += EXP_BLOCK)
        for (int j = 0; j < EXP_BLOCK; j++) y[i + j] = EXP_BELOW(z[i + j] - most) * f;
    if (i == n) return;
    T v[EXP_BLOCK];
    const int64_t m = n - i, filled = sizeof(T) == sizeof(float) ? EXP_BLOCK : m;
    for (int64_t j = 0; j < m; j++) v[j] = z[i + j];
    for (int64_t j = m; j < filled; j++) v[j] = most;
    for (int64_t j = 0; j < filled; j++) v[j] = EXP_BELOW(v[j] - most) * f;
    for (int64_t j = 0; j < m; j++) y[i + j] = v[j];
}

/* 1 - softmax of the largest logit, at `top`: the sum of the others' parts. Below 0: s.sum is not rounded
 * from them. */
static double N(left_to_1)(const T *z, int64_t n, int64_t top, N(row_scale) s)
{
    const double others = N(others_exp)(z, n, 1, s.most, top), off = fabs((double)s.sum - (1 + others));
    return off <= (sizeof(T) == sizeof(float) ? 0x1p-20 : 0x1p-48) ? others / (double)s.sum : -1;
}

/* The gradient of a row, g (softmax(z) sum - p). p is a row of probabilities of this sum, or NULL: then it is
 * 1 at the label and 0 elsewhere. The element at the label is (softmax - 1) g. Where the softmax of the
 * largest logit is next to 1, it is 1 minus the sum of the others. A row that counts 0 has the gradient 0,
 * even if its logits are not finite. keep: `kept` has the exponentials. */
ALWAYS_INLINE void N(gradient)(const T *z, const T *p, double sum, int64_t label, T *y, int64_t n, T g,
                               N(row_scale) s, bool keep, N(kept) kept, bool stream)
{
    T tile[PANEL], f = (p ? (T)sum : g) / s.sum;
    const int64_t top = s.sum < 1 + (T)REST_LEAST ? N(place_of)(z, n, 1, s.most) : n;
    const double left = top < n ? N(left_to_1)(z, n, top, s) : -1;
    if (g == 0 && !(s.sum > 0 && s.sum < INFINITY)) {
        memset(y, 0, (size_t)n * sizeof(T));
        return;
    }
    for (int64_t at = 0; at < n; at += PANEL) {
        const int64_t m = n - at < PANEL ? n - at : PANEL;
        const T most = keep ? kept.top[at / PANEL] : N(panel_top)(z + at, m),
                factor = EXP_BELOW(most - s.most) * f;
        T *t = stream ? tile : y + at;
        if (!keep) N(scaled_exp)(z + at, t, m, most, factor);
        for (int64_t j = 0; keep && j < m; j++) t[j] = kept.e[at + j] * factor;
        for (int64_t j = 0; p && j < m; j++) t[j] = (t[j] - p[at + j]) * g;
        if (label >= at && label < at + m) t[label - at] = (EXP_BELOW(z[label] - s.most) / s.sum - 1) * g;
        if (left >= 0 && top >= at && top < at + m)
            t[top - at] = (T)((p ? sum - (double)p[top] - sum * left : (label != top) - left) * (double)g);
        if (stream) stream_out(y + at, t, (size_t)m * sizeof(T));
    }
}

/* Rows [begin, end): their losses, their gradients or both, which are constants. false: a label is out of
 * range. */
ALWAYS_INLINE bool N(cross_rows)(const wg_kernel *k, int64_t n, bool losses, bool gradients)
{
    const bool shares = wg_dtype_is_float(k->xt[1].dtype), both = losses && gradients;
    const bool strict = losses && ((const struct cross_entropy *)k->attr)->strict;
    T *const dz = gradients ? k->y[losses ? 3 : 0] : NULL;
    const bool stream = gradients && streams(k, losses ? 3 : 0);
    const N(kept) kept = { k->scratch, both ? (T *)k->scratch + n : NULL };
    EACH_UNIT(r) {
        const T *z = OPERAND(T, 0) + r * n, *p = shares ? OPERAND(T, 1) + r * n : NULL;
        const int64_t label = p ? -1 : label_of(k, r, n);
        if (!p && label < 0) return false;
        double sum = 1;
        if (losses && p && strict && !N(is_distribution)(k, 1, p, r, n, &sum)) return false;
        if (gradients && p && !strict) ROW_SUM(sum, n, p[i]);
        const N(row_scale) s =
            losses ? N(scale_of)(z, n, both, kept) : (N(row_scale)){ OPERAND(T, 3)[r], OPERAND(T, 4)[r] };
        if (losses) {
            RESULT(T, 0)[r] = p ? N(share_loss)(z, p, n, s) : N(class_loss)(z, n, label, s);
            RESULT(T, 1)[r] = s.most;
            RESULT(T, 2)[r] = s.sum;
        }
        if (gradients) N(gradient)(z, p, sum, label, dz + r * n, n, OPERAND(T, 2)[r], s, both, kept, stream);
    }
    if (gradients) stream_end();
    return true;
}
/* Functions of their own: inlined into one kernel, those of both types are 4 % slower. */
static bool N(losses)(const wg_kernel *k, int64_t n) { return N(cross_rows)(k, n, true, false); }
static bool N(gradients)(const wg_kernel *k, int64_t n) { return N(cross_rows)(k, n, false, true); }
static bool N(both)(const wg_kernel *k, int64_t n) { return N(cross_rows)(k, n, true, true); }
