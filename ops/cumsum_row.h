/* cumsum_row.h: cumulative sums of a row for one element type T (both_floats.h), in the order of
 * docs/inside/arithmetic.md: elements are taken in eights. reverse: an eight begins at its last element. */

#if WG_ISA_INDEX == 2
ALWAYS_INLINE __m512d N(eight)(const T *x, __mmask8 which)
{
    return sizeof(T) == 4 ? _mm512_cvtps_pd(_mm512_castps512_ps256(_mm512_maskz_loadu_ps(which, x)))
                          : _mm512_maskz_loadu_pd(which, x);
}
ALWAYS_INLINE void N(put_eight)(T *y, __m512d s, __mmask8 which)
{
    if (sizeof(T) == 4) _mm512_mask_storeu_ps(y, which, _mm512_castps256_ps512(_mm512_cvtpd_ps(s)));
    else _mm512_mask_storeu_pd(y, which, s);
}

/* The first `of` elements of an eight at x. Returns the sum with all of them, in each lane. */
ALWAYS_INLINE __m512d N(sum_eight)(T *y, const T *x, int64_t of, __m512d sum, bool reverse)
{
    const __mmask8 which = (__mmask8)(reverse ? 0xff00 >> of : (1 << of) - 1);
    __m512d s = N(eight)(x, which);
    s = _mm512_mask_add_pd(s, reverse ? 0x55 : 0xaa, s,
                           reverse ? _mm512_permute_pd(s, 0xff) : _mm512_movedup_pd(s));
    s = _mm512_mask_add_pd(s, reverse ? 0x33 : 0xcc, s,
                           reverse ? _mm512_permutex_pd(s, 0xaa) : _mm512_permutex_pd(s, 0x55));
    s = _mm512_mask_add_pd(s, reverse ? 0x0f : 0xf0, s,
                           _mm512_permutexvar_pd(_mm512_set1_epi64(reverse ? 4 : 3), s));
    N(put_eight)(y, _mm512_add_pd(sum, s), which);
    return _mm512_add_pd(sum, _mm512_permutexvar_pd(_mm512_set1_epi64(reverse ? 0 : 7), s));
}
typedef __m512d N(total);
#else
ALWAYS_INLINE double N(sum_eight)(T *y, const T *x, int64_t of, double sum, bool reverse)
{
    double s[8];
    for (int i = 0; i < 8; i++) s[i] = i < of ? x[reverse ? 7 - i : i] : 0;
    s[1] += s[0], s[3] += s[2], s[5] += s[4], s[7] += s[6];
    s[2] += s[1], s[3] += s[1], s[6] += s[5], s[7] += s[5];
    s[4] += s[3], s[5] += s[3], s[6] += s[3], s[7] += s[3];
    for (int i = 0; i < 8; i++)
        if (i < of) y[reverse ? 7 - i : i] = (T)(sum + s[i]);
    return sum + s[7];
}
typedef double N(total);
#endif

/* Continues `sum` over n elements. n is a multiple of 8, unless they are the last. */
ALWAYS_INLINE N(total) N(sums)(T *y, const T *x, int64_t n, N(total) sum, bool reverse)
{
    const int64_t whole = n / 8 * 8, left = n - whole;
    for (int64_t i = 0; i < whole; i += 8) {
        const int64_t at = reverse ? n - 8 - i : i;
        sum = N(sum_eight)(y + at, x + at, 8, sum, reverse);
    }
    if (left)
        N(sum_eight)(y + (reverse ? left - 8 : whole), x + (reverse ? left - 8 : whole), left, sum, reverse);
    return sum;
}

/* past: y is written past the caches. */
ALWAYS_INLINE void N(cumsum_way)(T *y, const T *x, int64_t n, bool reverse, bool past)
{
    enum { PIECE = 1024 };
    T piece[PIECE];
    N(total) sum = { 0 };
    if (!past) N(sums)(y, x, n, sum, reverse);
    else
        for (int64_t i = 0; i < n; i += PIECE) {
            const int64_t m = n - i < PIECE ? n - i : PIECE, at = reverse ? n - i - m : i;
            sum = N(sums)(piece, x + at, m, sum, reverse);
            stream_out(y + at, piece, (size_t)m * sizeof(T));
        }
}

/* exclusive: the first result is 0, and each other is the sum that belongs to the element before it. */
static void N(cumsum_row)(T *y, const T *x, int64_t n, bool exclusive, bool reverse, bool past)
{
    if (exclusive && n) {
        y[reverse ? n - 1 : 0] = 0;
        x += reverse;
        y += !reverse;
        n--;
    }
    if (reverse) N(cumsum_way)(y, x, n, true, past);
    else N(cumsum_way)(y, x, n, false, past);
}
