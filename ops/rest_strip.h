/* rest_strip.h: the kernels of rests in unary.c for one element type T; both_floats.h includes it. Few
 * elements are next to a limit, so a strip is computed the short way first. Loops of a fixed length are the
 * fastest. */
enum { N(REST_STRIP) = 128 };

ALWAYS_INLINE void N(log_strip)(const T *restrict x, int64_t dx, const T *restrict r, int64_t dr,
                                T *restrict y, int64_t n)
{
    int near = 0;
    for (int64_t i = 0; i < n; i++) {
        y[i] = LOG(x[i * dx]);
        near |= ABS(r[i * dr]) < (T)REST_LEAST;
    }
    for (int64_t i = 0; near && i < n; i++)
        if (ABS(r[i * dr]) < (T)REST_LEAST) y[i] = LOG1P(-r[i * dr]);
}

ALWAYS_INLINE bool N(log_by_rest)(const wg_kernel *k)
{
    const T *x = k->x[0], *r = k->x[1];
    T *y = k->y[0];
    const int64_t n = k->end - k->begin, dx = k->step[0], dr = k->step[1];
    int64_t i = 0;
    for (; dx && dr && i + N(REST_STRIP) <= n; i += N(REST_STRIP))
        N(log_strip)(x + i, 1, r + i, 1, y + i, N(REST_STRIP));
    N(log_strip)(x + i * dx, dx, r + i * dr, dr, y + i, n - i);
    return true;
}

/* a - y, y = erf x, where a is 1, or any number that no y is next to. */
ALWAYS_INLINE bool N(erf_rest)(const wg_kernel *k)
{
    const T *a = k->x[0], *y = k->x[1], *x = k->x[2];
    T *d = k->y[0];
    const int64_t n = k->end - k->begin, da = k->step[0], dy = k->step[1], dx = k->step[2];
    for (int64_t i = 0; i < n; i++) {
        d[i] = a[i * da] - y[i * dy];
        if (ABS(d[i]) < (T)REST_LEAST && a[i * da] == 1) d[i] = (T)erfc((double)x[i * dx]);
    }
    return true;
}
