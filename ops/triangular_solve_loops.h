/* triangular_solve_loops.h: for one element type T (both_floats.h). */
#include "matrix_loops.h"

/* Some columns of the result. */
static bool N(solve_columns)(const wg_kernel *k, const struct triangle *t, matrices b, right_side s)
{
    const int64_t n = b.m, u = s.matrix, c = s.c, wide = s.wide;
    const N(part) a = { OPERAND(T, 0) + u * n * n, n, t->transposed };
    const T *x = OPERAND(T, 1) + u * n * b.n + c;
    T *y = RESULT(T, 0) + u * n * b.n + c;
    for (int64_t i = 0; i < n; i++) {
        if (!t->unit && N(element)(a, i, i) == 0) return pivot_fault(k, u, n, i, "is singular");
        memcpy(y + i * b.n, x + i * b.n, (size_t)wide * sizeof(T));
    }
    if (t->upper != t->transposed) N(backward)(a, t->unit, n, y, wide, b.n, k->scratch);
    else N(forward)(a, t->unit, n, y, wide, b.n, k->scratch);
    return true;
}
