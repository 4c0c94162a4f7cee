/* cofactor_loops.h: cofactors of a square matrix of any rank, and their derivative in a direction.
 * Elimination with the largest number left as pivot gives A = F E H: F and H are regular, E has r ones in
 * its diagonal and zeros elsewhere, r is the rank. The cofactors of a product are the product of the
 * cofactors, so cof(A) = d F^-T cof(E) H^-T, d = det F det H, and their derivative in the direction C is d
 * F^-T M H^-T with M that of cof(E) in the direction B = F^-1 C H^-1: with P[i, j] the product of all e
 * but e[i] and e[j], M[i, i] = sum(P[i, j] B[j, j] over j != i) and M[i, j] = -P[i, j] B[j, i]. No number
 * is divided by a small pivot that it is not multiplied by again, nor are large numbers subtracted: digits
 * are kept where a pivot is some rounding error. In long double, whose range holds the products of pivots. */
#ifndef WG_COFACTOR_LOOPS_H
#define WG_COFACTOR_LOOPS_H

#include "matrix.h"

typedef struct factors {
    int64_t n, rank, *row, *column; /* pivot i was in row[i], column[i] of A */
    long double *a, d;              /* L below the diagonal, U from it on */
} factors;

static inline size_t cofactors_room(int64_t n)
{
    return (size_t)((2 * n + 1) * n) * sizeof(long double) + (size_t)(2 * n) * sizeof(int64_t);
}

static long double number_of(const wg_kernel *k, int operand, int64_t i)
{
    return k->xt[operand].dtype == WG_F32 ? ((const float *)k->x[operand])[i]
                                          : ((const double *)k->x[operand])[i];
}

static void exchange_lines(factors *f, int64_t s, int64_t row, int64_t column)
{
    const int64_t n = f->n, r = f->row[s], c = f->column[s];
    for (int64_t j = 0; row != s && j < n; j++) {
        const long double v = f->a[s * n + j];
        f->a[s * n + j] = f->a[row * n + j], f->a[row * n + j] = v;
    }
    for (int64_t i = 0; column != s && i < n; i++) {
        const long double v = f->a[i * n + s];
        f->a[i * n + s] = f->a[i * n + column], f->a[i * n + column] = v;
    }
    f->row[s] = f->row[row], f->row[row] = r;
    f->column[s] = f->column[column], f->column[column] = c;
    if ((row != s) != (column != s)) f->d = -f->d;
}

static void factorize(factors *f)
{
    const int64_t n = f->n;
    long double *a = f->a;
    for (int64_t i = 0; i < n; i++) f->row[i] = f->column[i] = i;
    for (f->d = 1, f->rank = 0; f->rank < n; f->rank++) {
        const int64_t s = f->rank;
        int64_t at = s * n + s;
        for (int64_t i = s; i < n; i++)
            for (int64_t j = s; j < n; j++)
                if (fabsl(a[i * n + j]) > fabsl(a[at])) at = i * n + j;
        if (a[at] == 0) return;
        exchange_lines(f, s, at / n, at % n);
        f->d *= a[s * n + s];
        for (int64_t i = s + 1; i < n; i++) {
            const long double l = a[i * n + s] /= a[s * n + s];
            for (int64_t j = s + 1; j < n; j++) a[i * n + j] -= l * a[s * n + j];
        }
    }
}

/* v = F^-1 C H^-1; C is operand c of the kernel. */
static void into_factors(const wg_kernel *k, const factors *f, int64_t u, int c, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            long double t = number_of(k, c, (u * n + f->row[i]) * n + f->column[j]);
            for (int64_t s = 0; s < i && s < f->rank; s++) t -= f->a[i * n + s] * v[s * n + j];
            v[i * n + j] = t;
        }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            for (int64_t s = 0; s < j && s < f->rank; s++) v[i * n + j] -= v[i * n + s] * f->a[s * n + j];
            if (j < f->rank) v[i * n + j] /= f->a[j * n + j];
        }
}

/* The result u of the kernel: d F^-T v H^-T. */
static void out_of_factors(const wg_kernel *k, const factors *f, int64_t u, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = n - 1; i >= 0; i--)
        for (int64_t j = 0; j < n; j++)
            for (int64_t s = i + 1; s < n && i < f->rank; s++) v[i * n + j] -= f->a[s * n + i] * v[s * n + j];
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = n - 1; j >= 0; j--) {
            for (int64_t s = j + 1; s < n && j < f->rank; s++) v[i * n + j] -= f->a[j * n + s] * v[i * n + s];
            if (j < f->rank) v[i * n + j] /= f->a[j * n + j];
            const int64_t at = (u * n + f->row[i]) * n + f->column[j];
            if (k->yt[0].dtype == WG_F32) ((float *)k->y[0])[at] = (float)(f->d * v[i * n + j]);
            else ((double *)k->y[0])[at] = (double)(f->d * v[i * n + j]);
        }
}

/* cof(E) */
static void cofactors_of_ones(const factors *f, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = 0; i < n * n; i++) v[i] = 0;
    for (int64_t i = 0; i < n; i++) v[i * n + i] = f->rank == n || (f->rank == n - 1 && i == n - 1);
}
/* The product of all e but e[i] and e[j], i != j: are all zeros of E among them? */
static bool without_two(const factors *f, int64_t i, int64_t j)
{
    return (i >= f->rank) + (j >= f->rank) == f->n - f->rank;
}
/* v becomes M of B = v. */
static void slope_of_ones(const factors *f, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++) {
            const long double above = v[i * n + j];
            v[i * n + j] = without_two(f, i, j) ? -v[j * n + i] : 0;
            v[j * n + i] = without_two(f, i, j) ? -above : 0;
        }
    long double *diagonal = f->a + n * n + n * n; /* behind v */
    for (int64_t i = 0; i < n; i++) {
        diagonal[i] = 0;
        for (int64_t j = 0; j < n; j++)
            if (j != i && without_two(f, i, j)) diagonal[i] += v[j * n + j];
    }
    for (int64_t i = 0; i < n; i++) v[i * n + i] = diagonal[i];
}

/* Cofactors of matrix u, or with c >= 0 their derivative in the direction of operand c, where operand
 * `where` is not 0. Elsewhere 0. */
static void cofactors_of(const wg_kernel *k, int64_t u, int64_t n, int where, int c)
{
    factors f = { .n = n, .a = k->scratch };
    long double *v = f.a + n * n;
    f.row = (int64_t *)(v + n * n + n), f.column = f.row + n;
    if (number_of(k, where, u) == 0) {
        memset((char *)k->y[0] + (size_t)(u * n * n) * wg_dtype_size(k->yt[0].dtype), 0,
               (size_t)(n * n) * wg_dtype_size(k->yt[0].dtype));
        return;
    }
    for (int64_t i = 0; i < n * n; i++) f.a[i] = number_of(k, 0, u * n * n + i);
    factorize(&f);
    if (c < 0) cofactors_of_ones(&f, v);
    else {
        into_factors(k, &f, u, c, v);
        slope_of_ones(&f, v);
    }
    out_of_factors(k, &f, u, v);
}

#endif
