/* turned_rows.h: what eigenvectors and singular vectors share, for one element type T (both_floats.h):
 * rotations of rows, and the sign of a vector that is determined but for it. */
#include "matrix_rows.h"

/* Elements p and q turned by an angle. They are changed by differences: most angles are small, and then
 * the rounding errors are, too (Rutishauser 1966). */
ALWAYS_INLINE void N(turn)(T *p, T *q, T sine, T half)
{
    const T x = *p, z = *q;
    *p = x - sine * (z + half * x);
    *q = z + sine * (x - half * z);
}
/* sine / (1 + cosine) is the tangent of half the angle. */
typedef struct N(angle) {
    T sine, half;
} N(angle);
/* The angle whose cotangent of twice the angle is f: the smaller one. */
ALWAYS_INLINE N(angle) N(angle_of)(T f)
{
    const T t = (f < 0 ? -1 : 1) / (ABS(f) + SQRT(f * f + 1)), c = 1 / SQRT(t * t + 1);
    return (N(angle)){ t * c, t * c / (1 + c) };
}
static void N(turn_rows)(T *restrict p, T *restrict q, N(angle) a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) N(turn)(p + i, q + i, a.sine, a.half);
}

/* The sign of the first element that has at least 0.7 of the largest absolute value. The largest alone
 * would not do: two elements may have the same absolute value but for rounding. */
static T N(sign_of)(const T *v, int64_t n, int64_t step)
{
    T most = 0;
    for (int64_t i = 0; i < n; i++) most = ABS(v[i * step]) > most ? ABS(v[i * step]) : most;
    for (int64_t i = 0; i < n; i++)
        if (ABS(v[i * step]) >= (T)0.7 * most) return v[i * step] < 0 ? -1 : 1;
    return 1;
}
