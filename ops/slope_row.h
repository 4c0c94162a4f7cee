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
    return ((direct >= 0) & (direct < (T)TANH_LEAST)) ? tail : direct;
}

static inline T N(sigmoid_rest)(T y, T x)
{
    const T direct = 1 - y, tail = N(sigmoid_tail)(x);
    return ((direct >= 0) & (direct < (T)SIGMOID_LEAST)) ? tail : direct;
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

/* ---- a - y, the rest of y, where a is 1 ---- */

static inline T N(tanh_rest)(T a, T y, T x)
{
    const T direct = a - y, e = EXP(-2 * ABS(x)), tail = 2 * e / (1 + e);
    return ((direct < (T)SIGMOID_LEAST) & (a == 1)) ? tail : direct;
}

ALWAYS_INLINE void N(rests)(bool tanh, const T *restrict a, int64_t da, const T *restrict y,
                            const T *restrict x, T *restrict d, int64_t n)
{
    N(word) near = 0;
    for (int64_t i = 0; i < n; i++) {
        d[i] = a[i * da] - y[i];
        near |= ABS(d[i]) < (T)SIGMOID_LEAST;
    }
    for (int64_t i = 0; near && i < n; i++)
        d[i] = tanh             ? N(tanh_rest)(a[i * da], y[i], x[i])
               : a[i * da] == 1 ? N(sigmoid_rest)(y[i], x[i])
                                : d[i];
}

ALWAYS_INLINE bool N(rest_kernel)(const wg_kernel *k, bool tanh)
{
    const T *a = (const T *)k->x[0], *y = (const T *)k->x[1], *x = (const T *)k->x[2];
    T *d = (T *)k->y[0];
    const int64_t n = k->end - k->begin, da = k->step[0], dy = k->step[1], dx = k->step[2];
    if (dy && dx && !da)
        for (int64_t i = 0; i < n; i += STRIP)
            N(rests)(tanh, a, 0, y + i, x + i, d + i, n - i < STRIP ? n - i : STRIP);
    else
        for (int64_t i = 0; i < n; i++) N(rests)(tanh, a + i * da, 0, y + i * dy, x + i * dx, d + i, 1);
    return true;
}

/* ---- logarithms of y, 1 - y and 1 - y^2, by x where they have lost digits ---- */

/* ln sigmoid |x| is -ln(1 + e^-|x|), and ln sigmoid -|x| that minus |x|; ln sech^2 x is 2 (ln 2 - |x| - ln(1
 * + e^-2|x|)). */
static inline T N(log_by_x)(T x, int kind)
{
    const T a = ABS(x);
    if (kind == LOG_SECH2) return 2 * (((T)M_LN2 - a) - LOG1P(EXP(-2 * a)));
    const bool positive = kind == LOG_SIGMOID ? x > 0 : x < 0;
    return (positive ? 0 : -a) - LOG1P(EXP(-a));
}

/* Between the limits, ln of y itself: elements that are there have the same bits as ln y, ln(1 - y). */
ALWAYS_INLINE void N(log_strip)(const T *restrict y, int64_t dy, const T *restrict x, int64_t dx,
                                T *restrict l, int64_t n, int kind)
{
    const T least = (T)SIGMOID_LEAST, most = 1 - least;
    N(word) near = 0;
    for (int64_t i = 0; i < n; i++) {
        const T v = y[i * dy], u = kind == LOG_SECH2 ? v * v : v;
        l[i] = LOG(kind == LOG_SIGMOID ? v : 1 - u);
        near |= (u < least) | (u > most);
    }
    for (int64_t i = 0; near && i < n; i++) {
        const T v = y[i * dy], u = kind == LOG_SECH2 ? v * v : v;
        if (u > most || (kind == LOG_SIGMOID && u < least)) l[i] = N(log_by_x)(x[i * dx], kind);
        else if (u < least) l[i] = LOG1P(-u);
    }
}

ALWAYS_INLINE bool N(log_kernel)(const wg_kernel *k, int kind)
{
    const T *y = (const T *)k->x[0], *x = (const T *)k->x[1];
    T *l = (T *)k->y[0];
    const int64_t n = k->end - k->begin, dy = k->step[0], dx = k->step[1];
    int64_t i = 0;
    for (; dy && dx && i + STRIP <= n; i += STRIP) N(log_strip)(y + i, 1, x + i, 1, l + i, STRIP, kind);
    N(log_strip)(y + i * dy, dy, x + i * dx, dx, l + i, n - i, kind);
    return true;
}

/* sigmoid x - t, the gradient of a loss of logits. Next to 1 the sigmoid is 1 minus its rest. */
ALWAYS_INLINE void N(less_strip)(const T *restrict x, int64_t dx, const T *restrict t, int64_t dt,
                                 T *restrict d, int64_t n)
{
    const T most = 1 - (T)SIGMOID_LEAST;
    N(word) near = 0;
    for (int64_t i = 0; i < n; i++) {
        const T s = SIGMOID(x[i * dx]);
        near |= s > most;
        d[i] = s - t[i * dt];
    }
    for (int64_t i = 0; near && i < n; i++) {
        const T s = x[i * dx] > 4 ? SIGMOID(x[i * dx]) : 0;
        if (s > most) d[i] = (1 - t[i * dt]) - N(sigmoid_tail)(x[i * dx]);
    }
}

ALWAYS_INLINE bool N(less_kernel)(const wg_kernel *k)
{
    const T *x = (const T *)k->x[0], *t = (const T *)k->x[1];
    T *d = (T *)k->y[0];
    const int64_t n = k->end - k->begin, dx = k->step[0], dt = k->step[1];
    int64_t i = 0;
    for (; dx && dt && i + STRIP <= n; i += STRIP) N(less_strip)(x + i, 1, t + i, 1, d + i, STRIP);
    N(less_strip)(x + i * dx, dx, t + i * dt, dt, d + i, n - i);
    return true;
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
