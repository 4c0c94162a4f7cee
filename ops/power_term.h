/* power_term.h: pow_term for the type T; both_floats.h includes it. */

/* The j-th derivative by b of the product b (b - 1) ... (b - k + 1). */
static inline T N(factor_of)(T b, int k, int j)
{
    T c[MOST_TERMS + 1];
    if (j > k) return 0;
    for (int r = 0; r <= j; r++) c[r] = !r;
    for (int i = 0; i < k; i++)
        for (int r = j; r >= 0; r--) c[r] = c[r] * (b - (T)i) + (r ? (T)r * c[r - 1] : 0);
    return c[j];
}

/* c a^e, of which p is a^e. The power can be out of range though the product is not: 1e-200 (1e-200)^-2. */
static inline T N(product)(T c, T a, T e, T p)
{
    const bool single = sizeof(T) == sizeof(float);
    const double size = fabs((double)p);
    const bool fits = size >= (single ? FLT_MIN : DBL_MIN) && size <= (single ? FLT_MAX : DBL_MAX);
    return fits ? c * p : (T)times_power((double)c, (double)a, (double)e, (double)p);
}

/* Powers and logarithms are loops of their own, so that they are computed in vectors for f32. */
static inline void N(pow_terms)(const T *restrict a, const T *restrict b, T *restrict y, int64_t n,
                                const struct pow_term *f)
{
    T ln[STRIP];
    for (int64_t i = 0; i < n; i++) y[i] = POWER(a[i], b[i] - (T)f->m);
    for (int64_t i = 0; f->l && i < n; i++) ln[i] = LOG(a[i]);
    for (int64_t i = 0; i < n; i++) {
        const T c = N(factor_of)(b[i], f->k, f->j);
        y[i] = N(product)(c, a[i], b[i] - (T)f->m, y[i]);
        for (int l = 0; l < f->l; l++) y[i] *= ln[i];
        if (c == 0 || (a[i] == 0 && b[i] >= (T)f->m && f->l)) y[i] = 0;
    }
}

static inline bool N(by_strips)(const wg_kernel *k, const struct pow_term *f)
{
    const int64_t n = k->end - k->begin, da = k->step[0], db = k->step[1];
    const T *x = k->x[0], *e = k->x[1];
    T a[STRIP], b[STRIP];
    for (int64_t at = 0; at < n; at += STRIP) {
        const int64_t m = n - at < STRIP ? n - at : STRIP;
        for (int64_t i = 0; i < m; i++) a[i] = x[(at + i) * da], b[i] = e[(at + i) * db];
        N(pow_terms)(a, b, RESULT(T, 0) + at, m, f);
    }
    return true;
}

static bool N(pow_term)(const wg_kernel *k) { return N(by_strips)(k, k->attr); }
static bool N(pow_base)(const wg_kernel *k)
{
    return N(by_strips)(k, &(const struct pow_term){ .k = 1, .m = 1 });
}
