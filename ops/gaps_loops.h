/* gaps_loops.h: the kernels of gaps.c for one element type T (both_floats.h). */

static T N(larger)(T most, T x) { return ABS(x) > most ? ABS(x) : most; }
static T N(largest)(const T *x, int64_t size)
{
    T most = 0;
    for (int64_t i = 0; i < size; i++) most = N(larger)(most, x[i]);
    return most;
}

/* False of NaN. */
static bool N(within)(T x, T most) { return ABS(x) <= most; }

static T N(root)(int64_t n) { return (T)sqrt((double)n); }
static T N(tie)(int64_t n) { return 8 * UNIT(T) * N(root)(n); }
static T N(noise)(int64_t n) { return 64 * UNIT(T) * N(root)(n); }

/* ---- quotients ---- */

/* Sizes in one matrix: the largest value, and numbers beside which the others are small. */
typedef struct N(scale) {
    T values, above; /* of the values; of the numerators */
    T steep;         /* of the limits of close values */
    int64_t n;
    bool close; /* whether some values are; where none are, d and e need not be computed, and are not read */
} N(scale);

/* A quotient, its limit where both are 0, and the numerator with other vectors of equal values. */
typedef struct N(fraction) {
    T above, below, limit, mixed;
} N(fraction);

static bool N(is_close)(const N(scale) * s, T below) { return N(within)(below, NEAR(T) * s->values); }

/* False: the values are equal, and the numerator is that of no function of the matrix. */
static bool N(quotient)(const N(scale) * s, N(fraction) f, T *y)
{
    const T noise = N(noise)(s->n) * (s->above + s->steep * s->values);
    const bool tied = N(within)(f.below, N(tie)(s->n) * s->values);
    const bool flat = N(is_close)(s, f.below) && N(within)(f.above, NEAR(T) * s->above + noise) &&
                      N(within)(f.above - f.limit * f.below, noise) && (!tied || N(within)(f.mixed, noise));
    *y = flat ? f.limit : f.above / f.below;
    return flat || !tied;
}

/* ---- inverse_gaps, slopes ---- */

static bool N(gaps)(const wg_kernel *k, int64_t u)
{
    const int64_t n = matrices_of(k->yt[0].shape).n;
    const T *w = OPERAND(T, 0) + u * n, tie = N(tie)(n) * N(largest)(w, n);
    T *y = RESULT(T, 0) + u * n * n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            if (i != j && N(within)(w[j] - w[i], tie))
                return wg_fault_at(k, u * n, n, WG_FAULT_MATRIX, TWICE);
            y[i * n + j] = i == j ? 0 : 1 / (w[j] - w[i]);
        }
    return true;
}

/* d: along 1, 2, ..., n; e: along n, ..., 2, 1; size: the largest of both. If the function knows one of the
 * equal values from the other, the limits differ, though its gradient by both may be the same by accident. */
static N(fraction)
    N(slope)(const T *w, const T *g, const T *d, const T *e, int64_t n, T size, int64_t i, int64_t j, T sign)
{
    const T apart = sign > 0 ? (T)(i + j + 2)
                    : i == j ? 1
                             : (T)(j - i),
            back = sign > 0 ? (T)(2 * n - i - j)
                   : i == j ? 1
                            : (T)(i - j);
    const T limit = (d[j] + sign * d[i]) / apart, other = (e[j] + sign * e[i]) / back;
    const bool same = N(within)(limit - other, NEAR(T) * (ABS(limit) + ABS(other)) + N(noise)(n) * size);
    return (N(fraction)){ g[j] + sign * g[i], w[j] + sign * w[i], limit, same ? 0 : (T)INFINITY };
}
static bool N(slope_all)(const wg_kernel *k, int64_t u, bool sums)
{
    const int64_t n = matrices_of(k->yt[0].shape).n;
    const T *w = OPERAND(T, 0) + u * n, *g = OPERAND(T, 1) + u * n, *d = OPERAND(T, 2) + u * n,
            *e = OPERAND(T, 3) + u * n, sign = sums ? 1 : -1;
    T *y = RESULT(T, 0) + u * n * n;
    N(scale) s = { N(largest)(w, n), N(largest)(g, n), 0, n, true };
    const T size = N(larger)(N(largest)(d, n), N(largest)(e, n));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            const N(fraction) f = N(slope)(w, g, d, e, n, size, i, j, sign);
            s.steep = ABS(f.limit);
            if (i == j && !sums) y[i * n + j] = 0;
            else if (!N(quotient)(&s, f, &y[i * n + j]))
                return wg_fault_at(k, u * n, n, WG_FAULT_MATRIX, TWICE);
        }
    return true;
}

/* ---- close_values, mixed ---- */

static bool N(any_close)(const T *w, int64_t n)
{
    const T near = NEAR(T) * N(largest)(w, n);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++)
            if (N(within)(w[j] - w[i], near)) return true;
    return false;
}
static bool N(close_all)(const wg_kernel *k, int64_t u)
{
    const wg_shape *s = k->xt[0].shape;
    const int64_t n = s->dim[s->rank - 1];
    RESULT(bool, 0)[u] = N(any_close)(OPERAND(T, 0) + u * n, n);
    return true;
}

/* One radian: no multiple of it is one of pi. */
static void N(mix_columns)(T *v, int64_t m, int64_t n, int64_t p, int64_t q, T sine)
{
    const T cosine = (T)0.54030230586813972;
    for (int64_t i = 0; i < m; i++) {
        const T a = v[i * n + p], b = v[i * n + q];
        v[i * n + p] = cosine * a - sine * b, v[i * n + q] = sine * a + cosine * b;
    }
}
static bool N(mix)(const wg_kernel *k, int64_t u, bool right)
{
    const matrices a = matrices_of(k->xt[0].shape);
    const T *w = OPERAND(T, 1) + u * a.n;
    const T tie = N(tie)(a.n) * N(largest)(w, a.n), sine = (T)0.84147098480789651;
    T *y = RESULT(T, 0) + u * a.m * a.n;
    memcpy(y, OPERAND(T, 0) + u * a.m * a.n, (size_t)(a.m * a.n) * sizeof *y);
    for (int64_t i = 0; i < a.n; i++)
        for (int64_t j = i + 1; j < a.n && N(within)(w[j] - w[i], tie); j++)
            N(mix_columns)(y, a.m, a.n, i, j, right && N(within)(w[i] + w[j], tie) ? -sine : sine);
    return true;
}

/* ---- turns, svd_turns ---- */

static T N(skew)(const T *p, int64_t wide, int64_t i, int64_t j) { return p[i * wide + j] - p[j * wide + i]; }

/* d and e are read where values are close, and only there. */
static N(fraction)
    N(turn)(const N(scale) * s, const T *w, const T *p, const T *d, const T *e, int64_t i, int64_t j)
{
    N(fraction) f = { N(skew)(p, s->n, i, j) / 2, w[j] - w[i], 0, 0 };
    if (N(is_close)(s, f.below)) {
        f.limit = N(skew)(d, s->n, i, j) / (T)(2 * (j - i));
        f.mixed = N(skew)(e, s->n, i, j) / 2;
    }
    return f;
}
static bool N(turn_all)(const wg_kernel *k, int64_t u)
{
    const int64_t n = matrices_of(k->yt[0].shape).n;
    const T *w = OPERAND(T, 0) + u * n, *p = OPERAND(T, 1) + u * n * n, *d = OPERAND(T, 2) + u * n * n,
            *e = OPERAND(T, 3) + u * n * n;
    T *y = RESULT(T, 0) + u * n * n;
    N(scale) s = { N(largest)(w, n), N(largest)(p, n * n), 0, n, OPERAND(bool, 4)[u] };
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n && N(is_close)(&s, w[j] - w[i]); j++)
            s.steep = N(larger)(s.steep, N(turn)(&s, w, p, d, e, i, j).limit);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i; j < n; j++) {
            if (i == j) y[i * n + i] = 0;
            else if (!N(quotient)(&s, N(turn)(&s, w, p, d, e, i, j), &y[i * n + j]))
                return wg_fault_at(k, u * n, n, WG_FAULT_MATRIX, TWICE);
            y[j * n + i] = y[i * n + j];
        }
    return true;
}

/* Of svd: the two halves of p, for U and for V, make one numerator. */
typedef struct N(halves) {
    T left, right;
} N(halves);
static N(halves) N(halves_of)(const T *p, int64_t n, int64_t i, int64_t j)
{
    return (N(halves)){ N(skew)(p, 2 * n, i, j), N(skew)(p + n, 2 * n, i, j) };
}
static T N(joined)(N(halves) h, T left, T right) { return h.left * left + right * h.right; }

static N(fraction)
    N(svd_turn)(const N(scale) * s, const T *w, const T *p, const T *d, const T *e, int64_t i, int64_t j)
{
    const N(halves) h = N(halves_of)(p, s->n, i, j);
    N(fraction) f = { N(joined)(h, w[j], w[i]), w[j] - w[i], 0, 0 };
    if (N(is_close)(s, f.below)) {
        const T moved =
            N(joined)(N(halves_of)(d, s->n, i, j), w[j], w[i]) + N(joined)(h, (T)(j + 1), (T)(i + 1));
        f.limit = moved / (T)(j - i);
        f.mixed = N(joined)(N(halves_of)(e, s->n, i, j), w[j], w[i]);
    }
    return f;
}
/* Of values that are 0 the vectors on both sides are a choice each. The numerator is 0 to second order, as is
 * the denominator. */
static bool N(svd_turn_of_zeros)(const N(scale) * s, const T *p, const T *d, const T *e, int64_t i, int64_t j,
                                 T *y)
{
    if (!s->close) return false;
    const N(halves) h = N(halves_of)(p, s->n, i, j), g = N(halves_of)(d, s->n, i, j),
                    m = N(halves_of)(e, s->n, i, j);
    const T noise =
        N(noise)(s->n) * (N(largest)(p, 2 * s->n * s->n) + N(largest)(d, 2 * s->n * s->n) * s->values);
    *y = N(joined)(g, (T)(j + 1), (T)(i + 1)) / (T)((j + 1) * (j + 1) - (i + 1) * (i + 1));
    return N(within)(h.left, noise) && N(within)(h.right, noise) && N(within)(m.left, noise) &&
           N(within)(m.right, noise);
}
static bool N(svd_turn_all)(const wg_kernel *k, int64_t u)
{
    const int64_t n = matrices_of(k->yt[0].shape).n;
    const T *w = OPERAND(T, 0) + u * n, *p = OPERAND(T, 1) + 2 * u * n * n,
            *d = OPERAND(T, 2) + 2 * u * n * n, *e = OPERAND(T, 3) + 2 * u * n * n;
    T *y = RESULT(T, 0) + u * n * n;
    const T most = N(largest)(w, n), tie = N(tie)(n) * most;
    N(scale) s = { most, N(largest)(p, 2 * n * n) * most, 0, n, OPERAND(bool, 4)[u] };
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n && N(is_close)(&s, w[j] - w[i]); j++)
            s.steep = N(larger)(s.steep, N(svd_turn)(&s, w, p, d, e, i, j).limit);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            T *to = &y[i * n + j];
            const T sum = w[i] + w[j];
            const bool ok = i == j      ? (*to = 0, true)
                            : sum > tie ? N(quotient)(&s, N(svd_turn)(&s, w, p, d, e, i, j), to)
                                        : N(svd_turn_of_zeros)(&s, p, d, e, i, j, to);
            if (!ok) return wg_fault_at(k, u * n, n, WG_FAULT_MATRIX, TWICE);
            if (i != j && sum > tie) *to /= sum;
        }
    return true;
}
