/* hand_product.h: matrix products in a parallel region. Each thread multiplies its own part with serial BLAS
 * calls.
 *
 * OpenBLAS (OpenMP build) is serial in a region of two threads. For M N K up to 1e6 its AVX-512 kernels do
 * not pack their operands. At the narrow shapes of W1 such small calls are a tenth faster than one large
 * call, so products are cut to that size.
 */
#ifndef HAND_PRODUCT_H
#define HAND_PRODUCT_H

#include <cblas.h>
#include <stdbool.h>

enum { PRODUCT_LIMIT = 1000000, PRODUCT_COLUMNS = 128 };

typedef struct matrix {
    const float *at;
    int stride;
    bool transposed;
} matrix;

static inline const float *matrix_row(matrix a, int i)
{
    return a.transposed ? a.at + i : a.at + (long)i * a.stride;
}
static inline const float *matrix_column(matrix a, int j)
{
    return a.transposed ? a.at + (long)j * a.stride : a.at + j;
}

/* c = a b in one call. */
static inline void product_whole(int m, int n, int k, matrix a, matrix b, float *c, int stride)
{
    cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
                b.transposed ? CblasTrans : CblasNoTrans, m, n, k, 1, a.at, a.stride, b.at, b.stride, 0, c,
                stride);
}

/* The number of rows of a tile that has n columns. */
static inline int product_rows(int m, int n, int k)
{
    int rows = PRODUCT_LIMIT / (n * k) / 8 * 8;
    return rows < 8 ? 8 : rows > m ? m : rows;
}

/* c = a b in tiles. If b is transposed, a tile has all rows, because that is faster. */
static inline void product(int m, int n, int k, matrix a, matrix b, float *c, int stride)
{
    for (int j = 0; j < n; j += PRODUCT_COLUMNS) {
        int columns = n - j < PRODUCT_COLUMNS ? n - j : PRODUCT_COLUMNS,
            rows = b.transposed ? m : product_rows(m, columns, k);
        for (int i = 0; i < m; i += rows) {
            matrix ai = { matrix_row(a, i), a.stride, a.transposed },
                   bj = { matrix_column(b, j), b.stride, b.transposed };
            product_whole(m - i < rows ? m - i : rows, columns, k, ai, bj, c + (long)i * stride + j, stride);
        }
    }
}

/* The part of n columns (or rows) that belongs to a thread. It begins at a multiple of 8. */
typedef struct share {
    int from, to;
} share;
static inline share share_of(int n, int thread, int threads)
{
    int lines = (n + 7) / 8, from = lines * thread / threads * 8, to = lines * (thread + 1) / threads * 8;
    return (share){ from < n ? from : n, to < n ? to : n };
}

#endif
