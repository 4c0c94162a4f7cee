/* norm_columns.h: columns of batch normalisation for one element type: T, and N(name) its functions' names; norm.c includes
 * it once for each. A matrix has `rows` rows of f elements; a call does columns [c, end).
 *
 * Sums over rows go by the fixed tree of docs/arithmetic.md: blocks of 32 rows in order, blocks added in double. */

/* total[j] = sum over rows r of value, an expression in i, the place of row r and column c + j. */
#define COLUMN_SUMS(total, value)                                             \
    do {                                                                      \
        for (int64_t j = 0; j < w; j++) total[j] = 0;                         \
        for (int64_t r0 = 0; r0 < rows; r0 += ROW_BLOCK) {                    \
            const int64_t r1 = rows - r0 < ROW_BLOCK ? rows : r0 + ROW_BLOCK; \
            for (int64_t j = 0; j < w; j++) block[j] = 0;                     \
            for (int64_t r = r0; r < r1; r++)                                 \
                for (int64_t j = 0; j < w; j++) {                             \
                    const int64_t i = r * f + c + j;                          \
                    block[j] += value;                                        \
                }                                                             \
            for (int64_t j = 0; j < w; j++) total[j] += block[j];             \
        }                                                                     \
    } while (0)

static void N(train)(const T *x, const T *gamma, const T *beta, T *restrict y, T *restrict mean, T *restrict variance,
                     int64_t rows, int64_t f, int64_t c, int64_t end, T eps)
{
    T      block[COLUMNS], m[COLUMNS], scale[COLUMNS], shift[COLUMNS];
    double total[COLUMNS];
    for (; c < end; c += COLUMNS) {
        const int64_t w = end - c < COLUMNS ? end - c : COLUMNS;
        COLUMN_SUMS(total, x[i]);
        for (int64_t j = 0; j < w; j++) mean[c + j] = m[j] = (T)(total[j] / (double)rows);
        COLUMN_SUMS(total, (x[i] - m[j]) * (x[i] - m[j]));
        for (int64_t j = 0; j < w; j++) {
            variance[c + j] = (T)(total[j] / (double)rows);
            scale[j] = gamma[c + j] / SQRT(variance[c + j] + eps);
            shift[j] = beta[c + j];
        }
        for (int64_t r = 0; r < rows; r++)
            for (int64_t j = 0; j < w; j++) y[r * f + c + j] = (x[r * f + c + j] - m[j]) * scale[j] + shift[j];
    }
}

static void N(train_grad)(const T *x, const T *gamma, const T *mean, const T *variance, const T *gy, T *restrict dx,
                          T *restrict dgamma, T *restrict dbeta, int64_t rows, int64_t f, int64_t c, int64_t end, T eps)
{
    T      block[COLUMNS], m[COLUMNS], inverse[COLUMNS], scale[COLUMNS], level[COLUMNS], slope[COLUMNS];
    double total[COLUMNS];
    for (; c < end; c += COLUMNS) {
        const int64_t w = end - c < COLUMNS ? end - c : COLUMNS;
        for (int64_t j = 0; j < w; j++) {
            m[j] = mean[c + j];
            inverse[j] = 1 / SQRT(variance[c + j] + eps);
            scale[j] = gamma[c + j] * inverse[j];
        }
        COLUMN_SUMS(total, gy[i]);
        for (int64_t j = 0; j < w; j++) {
            dbeta[c + j] = (T)total[j];
            level[j] = (T)(total[j] / (double)rows);
        }
        COLUMN_SUMS(total, gy[i] * ((x[i] - m[j]) * inverse[j]));
        for (int64_t j = 0; j < w; j++) {
            dgamma[c + j] = (T)total[j];
            slope[j] = (T)(total[j] / (double)rows) * inverse[j];
        }
        for (int64_t r = 0; r < rows; r++)
            for (int64_t j = 0; j < w; j++) {
                const int64_t i = r * f + c + j;
                dx[i] = scale[j] * (gy[i] - level[j] - (x[i] - m[j]) * slope[j]);
            }
    }
}

#undef COLUMN_SUMS
