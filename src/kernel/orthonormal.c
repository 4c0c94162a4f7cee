/* orthonormal.c: orthonormal columns by Householder's reflections (Golub and Van Loan, Matrix
 * Computations, 5.2). The rows are walked along, so that the memory is read in order. */
#include "kernel/orthonormal.h"
#include "kernel/kernel.h"

#if WG_BASE

/* Column k of A below the diagonal becomes the vector of the reflection that makes it zero. Returns the
 * factor tau of I - tau v v^T, and the diagonal of R. v[k] = 1 is not written. */
static double reflection(const wgi_columns *a, int64_t k, double *diagonal)
{
    double below = 0, *v = a->v + k;
    const int64_t n = a->cols;
    for (int64_t i = k + 1; i < a->rows; i++) below += v[i * n] * v[i * n];
    const double first = v[k * n], length = sqrt(first * first + below);
    *diagonal = first > 0 ? -length : length;
    if (length == 0) return 0;
    for (int64_t i = k + 1; i < a->rows; i++) v[i * n] /= first - *diagonal;
    return (*diagonal - first) / *diagonal;
}

/* Applies the reflection in column k to the columns [from, cols). sums: room for a row. */
static void reflect(const wgi_columns *a, int64_t k, double tau, int64_t from, double *restrict sums)
{
    const int64_t n = a->cols;
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int64_t i = k; i < a->rows; i++) {
        const double *restrict r = a->v + i * n, v = i == k ? 1 : r[k];
        for (int64_t j = from; j < n; j++) sums[j] += v * r[j];
    }
    for (int64_t i = k; i < a->rows; i++) {
        double *restrict r = a->v + i * n;
        const double v = tau * (i == k ? 1 : r[k]);
        for (int64_t j = from; j < n; j++) r[j] -= v * sums[j];
    }
}

/* Column k of Q: the reflection applied to the k-th unit vector; its own entries are below the diagonal. */
static void unit_column(const wgi_columns *a, int64_t k, double tau)
{
    const int64_t n = a->cols;
    for (int64_t i = 0; i < k; i++) a->v[i * n + k] = 0;
    for (int64_t i = k + 1; i < a->rows; i++) a->v[i * n + k] *= -tau;
    a->v[k * n + k] = 1 - tau;
}

void wgi_orthonormal(const wgi_columns *a, double *room)
{
    double *tau = room, *diagonal = room + a->cols, *sums = room + 2 * a->cols;
    for (int64_t k = 0; k < a->cols; k++) {
        tau[k] = reflection(a, k, &diagonal[k]);
        reflect(a, k, tau[k], k + 1, sums);
    }
    for (int64_t k = a->cols; k-- > 0;) {
        reflect(a, k, tau[k], k + 1, sums);
        unit_column(a, k, tau[k]);
    }
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t k = 0; k < a->cols; k++)
            if (diagonal[k] < 0) a->v[i * a->cols + k] = -a->v[i * a->cols + k];
}

#endif
