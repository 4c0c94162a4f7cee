/* lu_loops.h: triangles of a square matrix with exchanged rows, for one element type T (both_floats.h). */
#include "matrix_loops.h"

/* Columns [c, end) of a [n, n], below row c. The largest number of a column is its pivot. A column of
 * zeros stays as it is. */
static void N(triangles)(T *a, int64_t n, int64_t c, int64_t end, int64_t *row, T *room)
{
    if (end - c > NARROW) {
        const int64_t mid = c + (end - c + 1) / 2;
        N(triangles)(a, n, c, mid, row, room);
        N(forward)((N(part)){ a + c * n + c, n, false }, true, mid - c, a + c * n + mid, end - mid, n, room);
        N(subtract_product)
        (a + mid * n + mid, n, (N(part)){ a + mid * n + c, n, false }, (N(part)){ a + c * n + mid, n, false },
         n - mid, end - mid, mid - c, room);
        N(triangles)(a, n, mid, end, row, room);
        return;
    }
    for (int64_t j = c; j < end; j++) {
        int64_t most = j;
        for (int64_t i = j + 1; i < n; i++)
            if (ABS(a[i * n + j]) > ABS(a[most * n + j])) most = i;
        const int64_t was = row[j];
        N(exchange_rows)(a, j, most, n);
        row[j] = row[most], row[most] = was;
        const T pivot = a[j * n + j];
        for (int64_t i = j + 1; i < n && pivot != 0; i++) {
            const T f = a[i * n + j] /= pivot;
            N(subtract_row)(a + i * n + j + 1, a + j * n + j + 1, f, end - j - 1);
        }
    }
}

static bool N(lu_of)(const wg_kernel *k, int64_t u, int64_t n)
{
    T *a = RESULT(T, 0) + u * n * n;
    int64_t *row = RESULT(int64_t, 1) + u * n;
    if (!N(copy_finite)(a, OPERAND(T, 0) + u * n * n, n * n)) return not_finite(k, u, n);
    for (int64_t i = 0; i < n; i++) row[i] = i;
    N(triangles)(a, n, 0, n, row, k->scratch);
    return true;
}

/* Some columns of the solution. P a = L U, where row i of P a is row[i] of a. */
static bool N(lu_solve_columns)(const wg_kernel *k, bool transposed, matrices b, right_side s)
{
    const int64_t n = b.m, u = s.matrix, c = s.c, wide = s.wide, *row = OPERAND(int64_t, 2) + u * n;
    const N(part) a = { OPERAND(T, 1) + u * n * n, n, transposed };
    const T *x = OPERAND(T, 3) + u * n * b.n + c;
    T *y = RESULT(T, 0) + u * n * b.n + c, *v = k->scratch, *room = v + n * COLUMNS;
    for (int64_t i = 0; i < n; i++) {
        if (N(element)(a, i, i) == 0) return pivot_fault(k, u, n, i, "is singular");
        memcpy(v + i * wide, x + (transposed ? i : row[i]) * b.n, (size_t)wide * sizeof(T));
    }
    N(forward)(a, !transposed, n, v, wide, wide, room);
    N(backward)(a, transposed, n, v, wide, wide, room);
    for (int64_t i = 0; i < n; i++)
        memcpy(y + (transposed ? row[i] : i) * b.n, v + i * wide, (size_t)wide * sizeof(T));
    return true;
}
