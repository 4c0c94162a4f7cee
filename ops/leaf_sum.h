/* leaf_sum.h: the sum or the product of a whole leaf for one float type T (both_floats.h), in the order of
 * docs/inside/arithmetic.md. It is written with vectors: gcc would turn loops that halve an array into
 * scalars. */

typedef T N(wide) __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));
typedef T N(quarter) __attribute__((vector_size(16)));

#define JOINED(a, b) (product ? (a) * (b) : (a) + (b))
/* Vector j of the lanes. */
#define OF_LANES(j) \
    JOINED(JOINED(JOINED(v[j], v[(j) + N(WIDES)]), v[(j) + 2 * N(WIDES)]), v[(j) + 3 * N(WIDES)])
enum { N(WIDES) = LANES * sizeof(T) / BYTES };
ALWAYS_INLINE T N(leaf_joined)(const T *x, bool product)
{
    const N(wide) *v = (const N(wide) *)x;
    N(wide) s[N(WIDES) / 2];
    N(quarter) q[BYTES / 16];
    for (int j = 0; j < N(WIDES) / 2; j++) s[j] = JOINED(OF_LANES(j), OF_LANES(j + N(WIDES) / 2));
    for (int h = N(WIDES) / 4; h > 0; h /= 2)
        for (int j = 0; j < h; j++) s[j] = JOINED(s[j], s[j + h]);
    memcpy(q, s, BYTES);
    for (int h = BYTES / 32; h > 0; h /= 2)
        for (int j = 0; j < h; j++) q[j] = JOINED(q[j], q[j + h]);
    T last[16 / sizeof(T)];
    memcpy(last, q, 16);
    for (size_t h = 8 / sizeof(T); h > 0; h /= 2)
        for (size_t j = 0; j < h; j++) last[j] = JOINED(last[j], last[j + h]);
    return last[0];
}
ALWAYS_INLINE T N(leaf_ADD)(const T *x) { return N(leaf_joined)(x, false); }
ALWAYS_INLINE T N(leaf_MULTIPLY)(const T *x) { return N(leaf_joined)(x, true); }
#undef OF_LANES
#undef JOINED
