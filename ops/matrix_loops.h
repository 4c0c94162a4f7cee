/* matrix_loops.h: triangles of matrices in row-major order, for one element type T (both_floats.h). A
 * large triangle is cut into two small ones and a rectangle, which is a product. `room` is memory for
 * products: STRIP rows as long as those of the result. */
#include "matrix_rows.h"

/* A matrix, or its transpose: element (i, j) is x[i * step + j], or x[j * step + i] if `turned`. */
typedef struct N(part) {
    const T *x;
    int64_t step;
    bool turned;
} N(part);

ALWAYS_INLINE T N(element)(N(part) a, int64_t i, int64_t j)
{
    return a.x[a.turned ? j * a.step + i : i * a.step + j];
}
static inline N(part) N(from)(N(part) a, int64_t i, int64_t j)
{
    a.x += a.turned ? j * a.step + i : i * a.step + j;
    return a;
}

/* c [m, n], whose rows are `step` elements apart, minus a b. k: the columns of a. */
static __attribute__((noinline, unused)) void N(subtract_product)(T *c, int64_t step, N(part) a, N(part) b,
                                                                  int64_t m, int64_t n, int64_t k, T *room)
{
    for (int64_t r = 0; r < m; r += STRIP) {
        const int64_t high = m - r < STRIP ? m - r : STRIP;
        wgi_gemm_run(&(wgi_gemm){ sizeof(T) == 4 ? WG_F32 : WG_F64, a.turned, b.turned, high, n, k, a.step,
                                  b.step, n, N(from)(a, r, 0).x, b.x, room, false, NULL },
                     WG_ISA_INDEX);
        for (int64_t i = 0; i < high; i++)
            for (int64_t j = 0; j < n; j++) c[(r + i) * step + j] -= room[i * n + j];
    }
}

/* x - f z, of n elements. */
ALWAYS_INLINE void N(subtract_row)(T *restrict x, const T *restrict z, T f, int64_t n)
{
    for (int64_t c = 0; c < n; c++) x[c] -= f * z[c];
}
ALWAYS_INLINE void N(divide_row)(T *x, T by, int64_t n)
{
    for (int64_t c = 0; c < n; c++) x[c] /= by;
}

/* x [n, columns], whose rows are `step` elements apart, becomes t^-1 x, for a lower triangle t. unit:
 * its diagonal counts as ones. */
static __attribute__((noinline, unused)) void N(forward)(N(part) t, bool unit, int64_t n, T *x,
                                                         int64_t columns, int64_t step, T *room)
{
    const int64_t h = upper_half(n);
    if (n > SIDE) {
        N(forward)(t, unit, h, x, columns, step, room);
        N(subtract_product)
        (x + h * step, step, N(from)(t, h, 0), (N(part)){ x, step, false }, n - h, columns, h, room);
        N(forward)(N(from)(t, h, h), unit, n - h, x + h * step, columns, step, room);
        return;
    }
    for (int64_t j = 0; j < n; j++) {
        if (!unit) N(divide_row)(x + j * step, N(element)(t, j, j), columns);
        for (int64_t i = j + 1; i < n; i++)
            N(subtract_row)(x + i * step, x + j * step, N(element)(t, i, j), columns);
    }
}

/* The same for an upper triangle t. */
static __attribute__((noinline, unused)) void N(backward)(N(part) t, bool unit, int64_t n, T *x,
                                                          int64_t columns, int64_t step, T *room)
{
    const int64_t h = upper_half(n);
    if (n > SIDE) {
        N(backward)(N(from)(t, h, h), unit, n - h, x + h * step, columns, step, room);
        N(subtract_product)
        (x, step, N(from)(t, 0, h), (N(part)){ x + h * step, step, false }, h, columns, n - h, room);
        N(backward)(t, unit, h, x, columns, step, room);
        return;
    }
    for (int64_t j = n - 1; j >= 0; j--) {
        if (!unit) N(divide_row)(x + j * step, N(element)(t, j, j), columns);
        for (int64_t i = 0; i < j; i++)
            N(subtract_row)(x + i * step, x + j * step, N(element)(t, i, j), columns);
    }
}
