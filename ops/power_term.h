/* power_term.h: one element of pow_term for the type T; both_floats.h includes it. */

/* The j-th derivative by b of the product b (b - 1) ... (b - k + 1). */
static inline T N(factor_of)(T b, int k, int j)
{
    T c[MOST_TERMS + 1];
    for (int r = 0; r <= j; r++) c[r] = !r;
    for (int i = 0; i < k; i++)
        for (int r = j; r >= 0; r--) c[r] = c[r] * (b - (T)i) + (r ? (T)r * c[r - 1] : 0);
    return c[j];
}

static inline T N(pow_term)(T a, T b, const struct pow_term *f)
{
    const T c = f->j > f->k ? 0 : N(factor_of)(b, f->k, f->j), e = b - (T)f->m;
    if (c == 0 || (a == 0 && e >= 0 && f->l)) return 0;
    T y = c * POWER(a, e);
    for (int i = 0; i < f->l; i++) y *= LOG(a);
    return y;
}
