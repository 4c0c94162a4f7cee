/* svd_loops.h: singular values and vectors of a matrix, for one element type T (both_floats.h). */

/* g [k, n] becomes the products of singular values and vectors, in rows, and w [k, k] turns as the rows
 * of g do: one-sided Jacobi (Hestenes 1958). */
static void N(orthogonal_rows)(T *g, T *w, int64_t k, int64_t n)
{
    const T small = (sizeof(T) == 4 ? (T)0x1p-23 : (T)0x1p-52) * SQRT((T)n); /* rounding errors of the sums */
    bool turned = true;
    for (int64_t i = 0; i < k * k; i++) w[i] = i % (k + 1) == 0;
    for (int sweep = 0; turned && sweep < SWEEPS; sweep++) {
        turned = false;
        for (int64_t p = 0; p < k; p++)
            for (int64_t q = p + 1; q < k; q++) {
                T a = 0, b = 0, c = 0;
                for (int64_t i = 0; i < n; i++) {
                    const T x = g[p * n + i], z = g[q * n + i];
                    a += x * x, b += z * z, c += x * z;
                }
                if (!(ABS(c) > small * SQRT(a) * SQRT(b))) continue;
                const N(angle) angle = N(angle_of)((b - a) / (2 * c));
                N(turn_rows)(g + p * n, g + q * n, angle, n);
                N(turn_rows)(w + p * k, w + q * k, angle, k);
                turned = true;
            }
    }
}

/* Row i of v [k, n] becomes a unit vector at right angles to the rows before it, which are unit vectors. */
static void N(complete)(T *v, int64_t i, int64_t n)
{
    T *x = v + i * n, square = 0;
    for (int64_t e = 0; e < n && square * (T)(2 * n) < 1; e++) {
        for (int64_t j = 0; j < n; j++) x[j] = j == e;
        for (int64_t l = 0; l < 2 * i; l++) { /* twice: once leaves rounding errors */
            const T *z = v + l % i * n;
            T f = 0;
            for (int64_t j = 0; j < n; j++) f += x[j] * z[j];
            for (int64_t j = 0; j < n; j++) x[j] -= f * z[j];
        }
        square = 0;
        for (int64_t j = 0; j < n; j++) square += x[j] * x[j];
    }
    for (int64_t j = 0; j < n; j++) x[j] /= SQRT(square);
}

/* Splits the rows of g into lengths s, descending, and unit vectors. The rows of w follow. */
static void N(split_rows)(T *g, T *w, T *s, int64_t k, int64_t n)
{
    for (int64_t i = 0; i < k; i++) {
        T square = 0;
        for (int64_t j = 0; j < n; j++) square += g[i * n + j] * g[i * n + j];
        s[i] = SQRT(square);
    }
    for (int64_t i = 0; i < k; i++) {
        int64_t most = i;
        for (int64_t j = i + 1; j < k; j++)
            if (s[j] > s[most]) most = j;
        const T length = s[most];
        s[most] = s[i], s[i] = length;
        N(exchange_rows)(g, i, most, n);
        N(exchange_rows)(w, i, most, k);
        if (length > 0)
            for (int64_t j = 0; j < n; j++) g[i * n + j] /= length;
        else N(complete)(g, i, n);
    }
}

/* u, s, vt of a [m, n]. The rows of the loops are those of a or, if it has more rows than columns, of
 * a^T. The numbers are divided by a power of two, so that squares do not overflow. */
static void N(by_loops)(const T *a, T *u, T *s, T *vt, int64_t m, int64_t n, T *work)
{
    const bool tall = m >= n;
    const int64_t k = tall ? n : m, length = tall ? m : n;
    T *g = work, *w = g + k * length, most = 0;
    int power = 0;
    for (int64_t i = 0; i < m * n; i++) most = ABS(a[i]) > most ? ABS(a[i]) : most;
    frexp(most, &power);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < length; j++)
            g[i * length + j] = (T)ldexp(tall ? a[j * n + i] : a[i * n + j], -power);
    N(orthogonal_rows)(g, w, k, length);
    N(split_rows)(g, w, s, k, length);
    for (int64_t i = 0; i < k; i++) {
        s[i] = (T)ldexp(s[i], power);
        for (int64_t j = 0; j < m; j++) u[j * k + i] = tall ? g[i * length + j] : w[i * k + j];
        for (int64_t j = 0; j < n; j++) vt[i * n + j] = tall ? w[i * k + j] : g[i * length + j];
    }
}

static bool N(svd_of)(const wg_kernel *k, int64_t i, int64_t m, int64_t n)
{
    const int64_t least = m < n ? m : n;
    const T *x = OPERAND(T, 0) + i * m * n;
    T *u = RESULT(T, 0) + i * m * least, *s = RESULT(T, 1) + i * least, *vt = RESULT(T, 2) + i * least * n,
      *a = k->scratch;
    if (!N(copy_finite)(a, x, m * n)) return not_finite(k, i, least);
    if (is_small(m, n)) N(by_loops)(x, u, s, vt, m, n, a);
    else if (!wgi_lapack_svd(k->xt[0].dtype, m, n, a, u, s, vt, (char *)a + copy_bytes(k, m * n)))
        return wg_fault_at(k, i * least, least, WG_FAULT_MATRIX,
                           "has singular values that LAPACK does not find");
    for (int64_t c = 0; c < least; c++) {
        const bool turn = N(sign_of)(u + c, m, least) < 0;
        for (int64_t j = 0; turn && j < m; j++) u[j * least + c] = -u[j * least + c];
        for (int64_t j = 0; turn && j < n; j++) vt[c * n + j] = -vt[c * n + j];
    }
    return true;
}
