/* slope_row.h: the derivatives of tanh and sigmoid for one element type T, from the result y;
 * both_floats.h includes it.
 *
 * Near |y| = 1 the differences 1 - y^2 and 1 - y are the rounding error of y and little else. Where they
 * are below TANH_LEAST and SIGMOID_LEAST they are computed from the operand x instead, by e^-|x|: sech^2 x
 * = 4 e^-2|x| / (1 + e^-2|x|)^2, and 1 - sigmoid x = sigmoid -x = e^-x / (1 + e^-x). Few elements are
 * there, so a strip of elements is computed the short way first, and again from x if one of them is there.
 * Elements that are not there have the same bits both ways. */

static inline T N(tanh_slope)(T y, T x)
{
    const T direct = 1 - y * y, tail = N(tanh_tail)(x);
    return (direct >= 0) & (direct < (T)TANH_LEAST) ? tail : direct;
}

static inline T N(sigmoid_rest)(T y, T x)
{
    const T direct = 1 - y, tail = N(sigmoid_tail)(x);
    return (direct >= 0) & (direct < (T)SIGMOID_LEAST) ? tail : direct;
}

/* g[i] = a[i] (1 - y[i]^2), or a[i] y[i] (1 - y[i]). da: the step of a, 1 or 0. */
ALWAYS_INLINE void N(exact_slopes)(bool tanh, const T *restrict a, int64_t da, const T *restrict y,
                                   const T *restrict x, T *restrict g, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        g[i] = a[i * da] * (tanh ? N(tanh_slope)(y[i], x[i]) : y[i] * N(sigmoid_rest)(y[i], x[i]));
}

/* The same without a look at x. Returns whether some element is so near 1 that exact_slopes must compute the
 * array again. */
ALWAYS_INLINE bool N(short_slopes)(bool tanh, const T *restrict a, int64_t da, const T *restrict y,
                                   T *restrict g, int64_t n)
{
    const T least = (T)(tanh ? TANH_LEAST : SIGMOID_LEAST);
    N(word) near = 0;
    for (int64_t i = 0; i < n; i++) {
        const T rest = tanh ? 1 - y[i] * y[i] : 1 - y[i];
        near |= rest < least;
        g[i] = a[i * da] * (tanh ? rest : y[i] * rest);
    }
    return near;
}

/* In strips of STRIP elements: loops of a fixed length are the fastest. */
ALWAYS_INLINE void N(slopes_by_strips)(bool tanh, const T *a, int64_t da, const T *y, const T *x, T *g,
                                       int64_t n)
{
    int64_t i = 0;
    for (; i + STRIP <= n; i += STRIP)
        if (N(short_slopes)(tanh, a + i * da, da, y + i, g + i, STRIP))
            N(exact_slopes)(tanh, a + i * da, da, y + i, x + i, g + i, STRIP);
    if (i < n && N(short_slopes)(tanh, a + i * da, da, y + i, g + i, n - i))
        N(exact_slopes)(tanh, a + i * da, da, y + i, x + i, g + i, n - i);
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
            N(exact_slopes)(tanh, a + i * da, 0, y + i * dy, x + i * dx, g + i, 1);
    return true;
}
