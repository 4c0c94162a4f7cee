/* orthonormal.c: orthonormal columns by Householder's reflections (Golub and Van Loan, Matrix Computations,
 * 5.2). */
#include "kernel/orthonormal.h"
#include "kernel/kernel.h"

/* The vector of the reflection that makes column k of A zero below the diagonal; its first element is 1.
 * Returns the factor tau of I - tau v v^T, and the diagonal of R. */
static double reflection(const wgi_column_matrix *a, int64_t k, double *v, double *diagonal)
{
    const double first = a->v[k * a->cols + k];
    double below = 0;
    for (int64_t i = k + 1; i < a->rows; i++) below += a->v[i * a->cols + k] * a->v[i * a->cols + k];
    const double length = sqrt(first * first + below);
    *diagonal = first > 0 ? -length : length;
    v[k] = 1;
    for (int64_t i = k + 1; i < a->rows; i++)
        v[i] = length == 0 ? a->v[i * a->cols + k] : a->v[i * a->cols + k] / (first - *diagonal);
    return length == 0 ? 0 : (*diagonal - first) / *diagonal;
}

/* Applies reflection k to the columns behind it. */
static void reflect(const wgi_column_matrix *a, int64_t k, double tau, const double *restrict v,
                    double *restrict sums)
{
    const int64_t n = a->cols;
    for (int64_t j = k + 1; j < n; j++) sums[j] = 0;
    for (int64_t i = k; i < a->rows; i++)
        for (int64_t j = k + 1; j < n; j++) sums[j] += v[i] * a->v[i * n + j];
    for (int64_t i = k; i < a->rows; i++) {
        const double w = tau * v[i];
        for (int64_t j = k + 1; j < n; j++) a->v[i * n + j] -= w * sums[j];
    }
}

/* A becomes Q, with the signs that make the diagonal of R positive. */
EACH_ISA(wgi_orthonormal_columns, const wgi_column_matrix *a)
{
    const int64_t n = a->cols;
    double *tau = a->room, *diagonal = tau + n, *sums = diagonal + n, *vectors = sums + n;
    for (int64_t k = 0; k < n; k++) {
        tau[k] = reflection(a, k, vectors + k * a->rows, &diagonal[k]);
        reflect(a, k, tau[k], vectors + k * a->rows, sums);
    }
    memset(a->v, 0, (size_t)(a->rows * n) * sizeof *a->v);
    for (int64_t k = n; k-- > 0;) {
        const double *v = vectors + k * a->rows;
        reflect(a, k, tau[k], v, sums);
        a->v[k * n + k] = 1 - tau[k];
        for (int64_t i = k + 1; i < a->rows; i++) a->v[i * n + k] = v[i] * -tau[k];
    }
    for (int64_t i = 0; i < a->rows * n; i++) a->v[i] = diagonal[i % n] < 0 ? -a->v[i] : a->v[i];
}

#if WG_BASE

const wgi_orthonormal_fn wgi_orthonormal[WG_ISAS] = WG_ISA_NAMES_(wgi_orthonormal_columns);

int64_t wgi_orthonormal_room(const wgi_column_matrix *a) { return (3 + a->rows) * a->cols; }

#endif
