/* slope_row.h: the derivatives of tanh and sigmoid for one element type T, from the result y; both_floats.h
 * includes it.
 *
 * Near |y| = 1 the differences 1 - y^2 and 1 - y are the rounding error of y and little else. Where they are
 * below TANH_LEAST and SIGMOID_LEAST they are computed from the operand x instead, by e^-|x|: sech^2 x =
 * 4 e^-2|x| / (1 + e^-2|x|)^2, and 1 - sigmoid x = sigmoid -x = e^-x / (1 + e^-x). Few elements are there, so
 * the elements are looked through first, a strip at a time: a strip without them goes the short way. Both
 * ways give the same bits. */

static inline T N(tanh_slope)(T y, T x)
{
    const T direct = 1 - y * y, e = N(exp_minus)(2 * x), s = 1 + e;
    return (direct >= 0) & (direct < (T)TANH_LEAST) ? 4 * e / (s * s) : direct;
}

static inline T N(sigmoid_rest)(T y, T x)
{
    const T direct = 1 - y, e = N(exp_minus)(x);
    return (direct >= 0) & (direct < (T)SIGMOID_LEAST) ? e / (1 + e) : direct;
}

/* Whether some |y[i]| is above the limit. Floats above 0 are ordered as the integers of their bits are. */
ALWAYS_INLINE bool N(any_above)(const T *y, int64_t n, T limit)
{
    N(word) most = 0, w;
    for (int64_t i = 0; i < n; i++) {
        memcpy(&w, &y[i], sizeof w);
        w = w & ~N(sign);
        most = w > most ? w : most;
    }
    memcpy(&w, &limit, sizeof w);
    return most > w;
}

/* g[i] = a[i] (1 - y[i]^2), or a[i] y[i] (1 - y[i]). da: the step of a, 1 or 0. exact: some may be near 1. */
ALWAYS_INLINE void N(slopes)(bool tanh, bool exact, const T *restrict a, int64_t da, const T *restrict y,
                             const T *restrict x, T *restrict g, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        g[i] = tanh ? a[i * da] * (exact ? N(tanh_slope)(y[i], x[i]) : 1 - y[i] * y[i])
                    : a[i * da] * (y[i] * (exact ? N(sigmoid_rest)(y[i], x[i]) : 1 - y[i]));
}

/* The short way if no element is near 1. */
ALWAYS_INLINE void N(slopes_of)(bool tanh, const T *a, int64_t da, const T *y, const T *x, T *g, int64_t n)
{
    if (N(any_above)(y, n, (T)(tanh ? TANH_HOT : SIGMOID_HOT))) N(slopes)(tanh, true, a, da, y, x, g, n);
    else N(slopes)(tanh, false, a, da, y, x, g, n);
}

/* In strips of STRIP elements, and those with an element near 1 in pieces of PIECE: loops of a fixed length
 * are the fastest. */
ALWAYS_INLINE void N(slopes_by_strips)(bool tanh, const T *a, int64_t da, const T *y, const T *x, T *g,
                                       int64_t n)
{
    const T limit = (T)(tanh ? TANH_HOT : SIGMOID_HOT);
    int64_t i = 0;
    for (; i + STRIP <= n; i += STRIP)
        if (!N(any_above)(y + i, STRIP, limit))
            N(slopes)(tanh, false, a + i * da, da, y + i, x + i, g + i, STRIP);
        else
            for (int64_t j = i; j < i + STRIP; j += PIECE)
                N(slopes_of)(tanh, a + j * da, da, y + j, x + j, g + j, PIECE);
    if (i < n) N(slopes_of)(tanh, a + i * da, da, y + i, x + i, g + i, n - i);
}

/* Steps are 0 for an operand that is one element for all. */
ALWAYS_INLINE bool N(slope_kernel)(const wg_kernel *k, bool tanh)
{
    const T *a = (const T *)k->x[0], *y = (const T *)k->x[1], *x = (const T *)k->x[2];
    T *g = (T *)k->y[0];
    const int64_t n = k->end - k->begin, da = k->step[0], dy = k->step[1], dx = k->step[2];
    if (n > 1 && dy && dx && da) N(slopes_by_strips)(tanh, a, 1, y, x, g, n);
    else if (n > 1 && dy && dx) N(slopes_by_strips)(tanh, a, 0, y, x, g, n);
    else
        for (int64_t i = 0; i < n; i++)
            N(slopes)(tanh, true, a + i * da, 0, y + i * dy, x + i * dx, g + i, 1);
    return true;
}
