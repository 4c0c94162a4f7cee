/* qr_loops.h: orthogonal unit vectors for the columns of a matrix, for one element type T
 * (both_floats.h). */
#include "matrix_rows.h"

/* Rows [from, m) of x, columns [from, n), times I - c v v^T. sum: memory for n elements. */
static void N(reflect)(T *x, const T *v, T c, int64_t from, int64_t m, int64_t n, T *restrict sum)
{
    for (int64_t j = from; j < n; j++) sum[j] = 0;
    for (int64_t i = from; i < m; i++)
        for (int64_t j = from; j < n; j++) sum[j] += v[i] * x[i * n + j];
    for (int64_t i = from; i < m; i++) {
        const T f = c * v[i];
        for (int64_t j = from; j < n; j++) x[i * n + j] -= f * sum[j];
    }
}

/* The vector v of the reflection that makes column j of x zero below the diagonal. Returns c. */
static T N(reflection)(const T *x, T *v, int64_t j, int64_t m, int64_t n)
{
    T most = 0, sum = 0;
    for (int64_t i = j; i < m; i++) most = ABS(x[i * n + j]) > most ? ABS(x[i * n + j]) : most;
    if (most == 0) return 0;
    for (int64_t i = j; i < m; i++) {
        v[i] = x[i * n + j] / most;
        sum += v[i] * v[i];
    }
    const T length = SQRT(sum), first = v[j];
    v[j] += first < 0 ? -length : length;
    return 1 / (sum + ABS(first) * length); /* 2 / v^T v */
}

/* Householder's method: x [m, n] becomes q, and r its triangle. work: m n + 2 n elements. */
static void N(householder)(T *x, T *r, int64_t m, int64_t n, T *work)
{
    T *v = work, *c = v + m * n, *sum = c + n;
    for (int64_t j = 0; j < n; j++) {
        c[j] = N(reflection)(x, v + j * m, j, m, n);
        if (c[j] != 0) N(reflect)(x, v + j * m, c[j], j, m, n, sum);
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) r[i * n + j] = i <= j ? x[i * n + j] : 0;
    for (int64_t i = 0; i < m * n; i++) x[i] = i < n * n && i % (n + 1) == 0;
    for (int64_t j = n - 1; j >= 0; j--)
        if (c[j] != 0) N(reflect)(x, v + j * m, c[j], j, m, n, sum);
}

static bool N(qr_of)(const wg_kernel *k, int64_t u, int64_t m, int64_t n)
{
    T *q = RESULT(T, 0) + u * m * n, *r = RESULT(T, 1) + u * n * n;
    if (!N(copy_finite)(q, OPERAND(T, 0) + u * m * n, m * n)) return not_finite(k, u, n);
    if (is_small(m, n)) N(householder)(q, r, m, n, k->scratch);
    else wgi_lapack_qr(k->xt[0].dtype, m, n, q, r, k->scratch);
    for (int64_t i = 0; i < n; i++) {
        const bool turn = r[i * n + i] < 0;
        for (int64_t j = i; turn && j < n; j++) r[i * n + j] = -r[i * n + j];
        for (int64_t j = 0; turn && j < m; j++) q[j * n + i] = -q[j * n + i];
    }
    return true;
}
