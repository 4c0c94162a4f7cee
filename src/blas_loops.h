/* blas_loops.h: C = op(A) op(B) for one element type REAL, as function GEMM; blas.c includes it once for each. Every sum is
 * taken over k in order. Sixteen columns of op(B) at a time are copied side by side, DEPTH rows of them. */

static void GEMM(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const REAL *a, int64_t lda, const REAL *b, int64_t ldb,
                 REAL *c, int64_t ldc)
{
    enum { WIDTH = 16, DEPTH = 128 };
    REAL panel[DEPTH][WIDTH], sum[WIDTH];
    for (int64_t j0 = 0; j0 < n; j0 += WIDTH) {
        int64_t w = n - j0 < WIDTH ? n - j0 : WIDTH;
        for (int64_t k0 = 0; k0 < k || k0 == 0; k0 += DEPTH) {
            int64_t d = k - k0 < DEPTH ? k - k0 : DEPTH;
            for (int64_t l = 0; l < d; l++)
                for (int64_t j = 0; j < WIDTH; j++)
                    panel[l][j] = j >= w ? 0 : tb ? b[(j0 + j) * ldb + k0 + l] : b[(k0 + l) * ldb + j0 + j];
            for (int64_t i = 0; i < m; i++) {
                REAL *y = c + i * ldc + j0;
                for (int64_t j = 0; j < WIDTH; j++) sum[j] = k0 && j < w ? y[j] : 0;
                for (int64_t l = 0; l < d; l++) {
                    REAL v = ta ? a[(k0 + l) * lda + i] : a[i * lda + k0 + l];
                    for (int64_t j = 0; j < WIDTH; j++) sum[j] += v * panel[l][j];
                }
                for (int64_t j = 0; j < w; j++) y[j] = sum[j];
            }
        }
    }
}
