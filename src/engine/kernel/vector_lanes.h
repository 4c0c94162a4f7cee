/* vector_lanes.h: a part of the lanes of vectors of T (vectors.h). */

#if WG_ISA_INDEX == 0
ALWAYS_INLINE N(mask) N(mask_of)(int64_t count) { return count; }
ALWAYS_INLINE N(vector) N(load)(const T *x, N(mask) count)
{
    N(vector) v = { 0 };
    for (int64_t i = 0; i < count; i++) v[i] = x[i];
    return v;
}
ALWAYS_INLINE void N(store)(T *y, N(mask) count, N(vector) v)
{
    for (int64_t i = 0; i < count; i++) y[i] = v[i];
}
#endif

/* A vector; of the last one of a row the first lanes alone. */
ALWAYS_INLINE N(vector) N(get)(const T *x, bool last, N(mask) m)
{
    if (last) return N(load)(x, m);
    return *(const N(any) *)x;
}
