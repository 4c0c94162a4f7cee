/* cholesky_loops.h: the triangle of a positive definite matrix, for one element type T (both_floats.h). */
#include "matrix_loops.h"

/* In the upper triangle of a [n, n] stands a symmetric matrix. It becomes U with U^T U = a. Rows are
 * `step` elements apart. Returns the first pivot that is not above 0; -1: all are. */
static int64_t N(factor)(T *a, int64_t n, int64_t step, T *room)
{
    const int64_t h = upper_half(n);
    if (n > SIDE) {
        const int64_t bad = N(factor)(a, h, step, room);
        if (bad >= 0) return bad;
        N(forward)((N(part)){ a, step, true }, false, h, a + h, n - h, step, room);
        for (int64_t r = h; r < n; r += STRIP) N(subtract_product)
        (a + r * step + r, step, (N(part)){ a + r, step, true }, (N(part)){ a + r, step, false },
         n - r < STRIP ? n - r : STRIP, n - r, h, room);
        const int64_t below = N(factor)(a + h * step + h, n - h, step, room);
        return below < 0 ? below : below + h;
    }
    for (int64_t j = 0; j < n; j++) {
        T *row = a + j * step;
        if (!(row[j] > 0)) return j;
        row[j] = SQRT(row[j]);
        N(divide_row)(row + j + 1, row[j], n - j - 1);
        for (int64_t i = j + 1; i < n; i++) N(subtract_row)(a + i * step + i, row + i, row[i], n - i);
    }
    return -1;
}

static bool N(cholesky_of)(const wg_kernel *k, int64_t u, int64_t n)
{
    const T *x = OPERAND(T, 0) + u * n * n;
    T *y = RESULT(T, 0) + u * n * n, *a = k->scratch;
    int wrong = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i; j < n; j++) {
            const T v = (T)0.5 * x[i * n + j] + (T)0.5 * x[j * n + i];
            a[i * n + j] = v;
            wrong |= !(v - v == 0);
        }
    if (wrong) return not_finite(k, u, n);
    const int64_t bad = N(factor)(a, n, n, a + n * n);
    if (bad >= 0) return pivot_fault(k, u, n, bad, "is not positive definite");
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) y[i * n + j] = j <= i ? a[j * n + i] : 0;
    return true;
}
