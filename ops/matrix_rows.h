/* matrix_rows.h: rows of matrices, for one element type T (both_floats.h). */

/* Copies n elements. Returns whether all are finite. */
static inline bool N(copy_finite)(T *restrict y, const T *restrict x, int64_t n)
{
    int wrong = 0;
    for (int64_t i = 0; i < n; i++) {
        y[i] = x[i];
        wrong |= !(x[i] - x[i] == 0);
    }
    return !wrong;
}

/* Rows i and j of n elements change their places. */
static inline void N(exchange_rows)(T *a, int64_t i, int64_t j, int64_t n)
{
    for (int64_t c = 0; i != j && c < n; c++) {
        const T was = a[i * n + c];
        a[i * n + c] = a[j * n + c];
        a[j * n + c] = was;
    }
}
