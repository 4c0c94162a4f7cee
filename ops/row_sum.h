/* row_sum.h: sums over a row for one element type T (both_floats.h), by the fixed tree of
 * docs/inside/arithmetic.md: leaves of FOLD elements are summed in 64 lanes, the lanes are halved, the
 * results of leaves are added in double. */

#ifndef ROW_LANES
#define ROW_LANES 64
#endif

typedef T N(quad) __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));

/* The sum of half of the lanes, written out: gcc would turn a loop of known length that halves an array into
 * scalars. */
ALWAYS_INLINE T N(half_sum)(const T lane[ROW_LANES / 2])
{
    const N(quad) *l = (const N(quad) *)(const void *)lane;
    const N(quad) s = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
    return (s[0] + s[2]) + (s[1] + s[3]);
}

/* The sum of the lanes. Only the first `used` have an element: the others are 0, and halving skips them where
 * it can. */
static inline T N(lanes_sum)(T *lane, int64_t used)
{
    int w = ROW_LANES / 2;
    if (used > w) {
        for (int j = 0; j < w; j++) lane[j] += lane[j + w];
        return N(half_sum)(lane);
    }
    while (w >= used && w > 1) w /= 2;
    for (; w > 0; w /= 2)
        for (int j = 0; j < w; j++) lane[j] += lane[j + w];
    return lane[0];
}

#ifndef ROW_SUM
/* total, a double: the sum of `value`, an expression in i, over 0 <= i < n. In a whole leaf each lane is
 * summed at once, so that lanes stay in registers. */
#define ROW_SUM(total, n, value)                                                             \
    do {                                                                                     \
        total = 0;                                                                           \
        for (int64_t leaf = 0; leaf < (n); leaf += FOLD) {                                   \
            T lane[ROW_LANES];                                                               \
            const int64_t end = (n)-leaf < FOLD ? (n) : leaf + FOLD;                         \
            int64_t at = leaf;                                                               \
            if (end - leaf == FOLD) {                                                        \
                for (int64_t j = 0; j < ROW_LANES; j++) {                                    \
                    int64_t i = leaf + j;                                                    \
                    T t = 0 + (value);                                                       \
                    i += ROW_LANES, t += (value);                                            \
                    i += ROW_LANES, t += (value);                                            \
                    i += ROW_LANES, t += (value);                                            \
                    lane[j] = t;                                                             \
                }                                                                            \
            } else {                                                                         \
                for (int64_t j = 0; j < ROW_LANES; j++) lane[j] = 0;                         \
                for (; at + ROW_LANES <= end; at += ROW_LANES)                               \
                    for (int64_t j = 0, i = at; j < ROW_LANES; j++, i++) lane[j] += (value); \
                for (int64_t j = 0, i = at; i < end; j++, i++) lane[j] += (value);           \
            }                                                                                \
            total += (double)N(lanes_sum)(lane, end - leaf);                                 \
        }                                                                                    \
    } while (0)
#endif
