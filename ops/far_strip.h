/* far_strip.h: y = near(x) for one element type T, and any(x) where |x| > far; both_floats.h includes it. Few
 * elements are there, so a strip is computed by `near` first. Loops of a fixed length are the fastest. */
ALWAYS_INLINE void N(far_strip)(const T *restrict x, T *restrict y, int64_t n, T (*near)(T),
                                double (*any)(double), T far)
{
    N(strip_word) beyond = 0;
    for (int64_t i = 0; i < n; i++) {
        y[i] = near(x[i]);
        beyond |= ABS(x[i]) > far;
    }
    for (int64_t i = 0; beyond && i < n; i++)
        if (ABS(x[i]) > far) y[i] = (T)any((double)x[i]);
}

ALWAYS_INLINE bool N(strips)(const wg_kernel *k, T (*near)(T), double (*any)(double), T far)
{
    enum { LENGTH = 128 };
    const int64_t n = k->end - k->begin;
    const T *x = k->x[0];
    T *y = k->y[0];
    int64_t i = 0;
    for (; i + LENGTH <= n; i += LENGTH) N(far_strip)(x + i, y + i, LENGTH, near, any, far);
    N(far_strip)(x + i, y + i, n - i, near, any, far);
    return true;
}
