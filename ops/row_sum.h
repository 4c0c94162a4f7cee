/* row_sum.h: sums over a row for one element type, T, by the fixed tree of docs/arithmetic.md: leaves of FOLD elements in 64
 * lanes, lanes halved, leaf results added in double. N(name) is the name of T's function. */

#ifndef ROW_LANES
#define ROW_LANES 64
#endif

/* The first `used` lanes, the others being 0, which halving would add. */
static inline T N(lanes_sum)(T *lane, int64_t used)
{
    int w = ROW_LANES / 2;
    while (w >= used && w > 1) w /= 2;
    for (; w > 0; w /= 2)
        for (int j = 0; j < w; j++) lane[j] += lane[j + w];
    return lane[0];
}

#ifndef ROW_SUM
/* total, a double: the sum of value, an expression in i, over 0 <= i < n */
#define ROW_SUM(total, n, value)                                                         \
    do {                                                                                 \
        total = 0;                                                                       \
        for (int64_t leaf = 0; leaf < (n); leaf += FOLD) {                               \
            T             lane[ROW_LANES] = { 0 };                                       \
            const int64_t end = (n)-leaf < FOLD ? (n) : leaf + FOLD;                     \
            int64_t       at = leaf;                                                     \
            for (; at + ROW_LANES <= end; at += ROW_LANES)                               \
                for (int64_t j = 0, i = at; j < ROW_LANES; j++, i++) lane[j] += (value); \
            for (int64_t j = 0, i = at; i < end; j++, i++) lane[j] += (value);           \
            total += (double)N(lanes_sum)(lane, end - leaf);                             \
        }                                                                                \
    } while (0)
#endif
