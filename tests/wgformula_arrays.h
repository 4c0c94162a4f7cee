/* wgformula_arrays.h: arrays of a pool, for wgformula.c: broadcasting, products of matrices. A number
 * is an array without axes. */
#ifndef WGFORMULA_ARRAYS_H
#define WGFORMULA_ARRAYS_H
#include "wgformula.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static wgf_number *pool;
static size_t used;
enum { POOL = 1 << 22 };

void wgf_clear(void) { used = 0; }

int64_t wgf_size(const wgf_array *a)
{
    int64_t n = 1;
    for (int i = 0; i < a->rank; i++) n *= a->dim[i];
    return n;
}

wgf_array wgf_make(int rank, const int64_t *dim)
{
    wgf_array a = { .rank = rank };
    if (!pool) pool = malloc(POOL * sizeof *pool);
    for (int i = 0; i < rank; i++) a.dim[i] = dim[i];
    const size_t n = (size_t)wgf_size(&a);
    cr_assert(pool && used + n < POOL, "the pool of the evaluation is too small");
    a.at = pool + used;
    used += n;
    return a;
}

static wgf_array scalar(wgf_number x)
{
    wgf_array a = wgf_make(0, NULL);
    a.at[0] = x;
    return a;
}
static wgf_array number(long double x) { return scalar(wgf_constant(x)); }

static wgf_array fail(wgf_scope *s, const char *why)
{
    if (!s->why) s->why = why;
    return number(NAN);
}

/* ---- broadcasting ---- */

int64_t wgf_place(const wgf_array *a, const wgf_array *y, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int k = y->rank - 1, j = a->rank - 1; k >= 0; k--, j--) {
        const int64_t c = i % y->dim[k];
        i /= y->dim[k];
        if (j < 0) continue;
        at += a->dim[j] == 1 ? 0 : c * step;
        step *= a->dim[j];
    }
    return at;
}

static wgf_array both_shapes(wgf_scope *s, const wgf_array *a, const wgf_array *b)
{
    wgf_array y = { .rank = a->rank > b->rank ? a->rank : b->rank };
    for (int k = 0; k < y.rank; k++) {
        const int i = k - (y.rank - a->rank), j = k - (y.rank - b->rank);
        const int64_t p = i < 0 ? 1 : a->dim[i], q = j < 0 ? 1 : b->dim[j];
        if (p != q && p != 1 && q != 1) return fail(s, "shapes do not broadcast");
        y.dim[k] = p == 1 ? q : p;
    }
    return wgf_make(y.rank, y.dim);
}

typedef wgf_number (*two)(wgf_number, wgf_number);
static wgf_array map2(wgf_scope *s, wgf_array a, wgf_array b, two f)
{
    wgf_array y = both_shapes(s, &a, &b);
    for (int64_t i = 0; !s->why && i < wgf_size(&y); i++)
        y.at[i] = f(a.at[wgf_place(&a, &y, i)], b.at[wgf_place(&b, &y, i)]);
    return y;
}

static wgf_number over(wgf_number a, wgf_number b) { return wgf_div(a, b); }
static wgf_number mod(wgf_number a, wgf_number b) { return wgf_sub(a, wgf_mul(b, wgf_floor(wgf_div(a, b)))); }
/* 0 ln 0 is 0. */
static wgf_number times_ln(wgf_number a, wgf_number b)
{
    wgf_number y = wgf_mul(a, b);
    if (a.v == 0) y.v = 0;
    return y;
}
#define CONDITION(name, e) \
    static wgf_number name(wgf_number a, wgf_number b) { return wgf_constant(e); }
CONDITION(both, a.v != 0 && b.v != 0)
CONDITION(either, a.v != 0 || b.v != 0)
CONDITION(lt, a.v < b.v)
CONDITION(gt, a.v > b.v)
CONDITION(le, a.v <= b.v)
CONDITION(ge, a.v >= b.v)
CONDITION(eq, a.v == b.v)
CONDITION(ne, a.v != b.v)

typedef wgf_number (*one)(wgf_number);
static wgf_array map1(wgf_array a, one f)
{
    wgf_array y = wgf_make(a.rank, a.dim);
    for (int64_t i = 0; i < wgf_size(&y); i++) y.at[i] = f(a.at[i]);
    return y;
}
static wgf_number not_it(wgf_number a) { return wgf_constant(a.v == 0); }

/* ---- matrices ---- */

static wgf_array transposed(wgf_scope *s, wgf_array a)
{
    if (a.rank < 2) return fail(s, "transpose of no matrix");
    const int64_t m = a.dim[a.rank - 2], n = a.dim[a.rank - 1], all = wgf_size(&a);
    wgf_array y = wgf_make(a.rank, a.dim);
    y.dim[a.rank - 2] = n, y.dim[a.rank - 1] = m;
    for (int64_t i = 0; i < all; i++) y.at[i / (m * n) * m * n + i % n * m + i / n % m] = a.at[i];
    return y;
}

/* Vectors count as rows on the left and columns on the right. Batches broadcast. */
static wgf_array product(wgf_scope *s, wgf_array a, wgf_array b)
{
    const bool row = a.rank == 1, column = b.rank == 1;
    if (!a.rank || !b.rank) return fail(s, "product of no matrices");
    if (row) a.rank = 2, a.dim[1] = a.dim[0], a.dim[0] = 1;
    if (column) b.rank = 2, b.dim[1] = 1;
    const int64_t m = a.dim[a.rank - 2], k = a.dim[a.rank - 1], n = b.dim[b.rank - 1];
    if (k != b.dim[b.rank - 2]) return fail(s, "inner sizes differ");
    wgf_array pa = a, pb = b;
    pa.rank -= 2, pb.rank -= 2;
    wgf_array batch = both_shapes(s, &pa, &pb), y = batch;
    y.dim[y.rank++] = m, y.dim[y.rank++] = n;
    y = wgf_make(y.rank, y.dim);
    for (int64_t i = 0; !s->why && i < wgf_size(&y); i++) {
        const int64_t u = i / (m * n), r = i / n % m, c = i % n;
        const wgf_number *x = a.at + wgf_place(&pa, &batch, u) * m * k,
                         *z = b.at + wgf_place(&pb, &batch, u) * k * n;
        y.at[i] = wgf_constant(0);
        for (int64_t j = 0; j < k; j++) y.at[i] = wgf_add(y.at[i], wgf_mul(x[r * k + j], z[j * n + c]));
    }
    if (row) y.dim[y.rank - 2] = y.dim[y.rank - 1], y.rank--;
    if (column) y.rank--;
    return y;
}

/* The inverse, by Gauss and Jordan with pivots. */
static void swap_rows(wgf_number *a, int64_t n, int64_t p, int64_t q)
{
    for (int64_t k = 0; p != q && k < n; k++) {
        const wgf_number t = a[p * n + k];
        a[p * n + k] = a[q * n + k], a[q * n + k] = t;
    }
}
static void invert(wgf_number *a, wgf_number *v, int64_t n)
{
    for (int64_t i = 0; i < n * n; i++) v[i] = wgf_constant(i / n == i % n);
    for (int64_t c = 0; c < n; c++) {
        int64_t p = c;
        for (int64_t r = c; r < n; r++)
            if (fabsl(a[r * n + c].v) > fabsl(a[p * n + c].v)) p = r;
        swap_rows(a, n, p, c), swap_rows(v, n, p, c);
        const wgf_number d = a[c * n + c];
        for (int64_t k = 0; k < n; k++)
            a[c * n + k] = wgf_div(a[c * n + k], d), v[c * n + k] = wgf_div(v[c * n + k], d);
        for (int64_t r = 0; r < n; r++) {
            const wgf_number w = a[r * n + c];
            for (int64_t k = 0; r != c && k < n; k++) {
                a[r * n + k] = wgf_sub(a[r * n + k], wgf_mul(w, a[c * n + k]));
                v[r * n + k] = wgf_sub(v[r * n + k], wgf_mul(w, v[c * n + k]));
            }
        }
    }
}
/* The determinant of the rows from r on and the columns that are not in used_columns, by the first row: a
 * polynomial, which has derivatives where the matrix is singular, too. */
static wgf_number minor(const wgf_number *a, int64_t n, int64_t r, unsigned used_columns)
{
    wgf_number d = wgf_constant(r == n);
    for (int64_t c = 0, k = 0; r < n && c < n; c++) {
        if (used_columns >> c & 1) continue;
        const wgf_number t = wgf_mul(a[r * n + c], minor(a, n, r + 1, used_columns | 1u << c));
        d = k++ % 2 ? wgf_sub(d, t) : wgf_add(d, t);
    }
    return d;
}

static wgf_array inverse(wgf_scope *s, wgf_array a, bool determinant)
{
    if (a.rank < 2 || a.dim[a.rank - 1] != a.dim[a.rank - 2]) return fail(s, "inverse of no square matrix");
    const int64_t n = a.dim[a.rank - 1];
    wgf_array copy = wgf_make(a.rank, a.dim), y = wgf_make(a.rank, a.dim), d = wgf_make(a.rank - 2, a.dim);
    memcpy(copy.at, a.at, (size_t)wgf_size(&a) * sizeof *a.at);
    for (int64_t i = 0; i < wgf_size(&d); i++)
        if (determinant) d.at[i] = minor(copy.at + i * n * n, n, 0, 0);
        else invert(copy.at + i * n * n, y.at + i * n * n, n);
    if (!determinant) return y;
    for (int k = 0; k < 2; k++) d.dim[d.rank++] = 1; /* it broadcasts beside the matrices */
    return d;
}

/* kind 'l', 'u': a triangle; 'd': the diagonal part, of a vector a matrix. */
static wgf_array part_of_matrix(wgf_scope *s, wgf_array a, char kind)
{
    if (a.rank < (kind == 'd' ? 1 : 2)) return fail(s, "part of no matrix");
    const int64_t n = a.dim[a.rank - 1];
    wgf_array y = a;
    if (kind == 'd') y.dim[y.rank++] = n;
    y = wgf_make(y.rank, y.dim);
    const int64_t m = y.dim[y.rank - 2];
    for (int64_t i = 0; i < wgf_size(&y); i++) {
        const int64_t r = i / n % m, c = i % n;
        const bool in = kind == 'l' ? c <= r : kind == 'u' ? c >= r : c == r;
        y.at[i] = !in ? wgf_constant(0) : kind == 'd' ? a.at[i / (n * n) * n + c] : a.at[i];
    }
    return y;
}

static wgf_array diagonal(wgf_scope *s, wgf_array a)
{
    if (a.rank < 2) return fail(s, "diagonal of no matrix");
    const int64_t m = a.dim[a.rank - 2], n = a.dim[a.rank - 1], k = m < n ? m : n;
    wgf_array y = a;
    y.dim[--y.rank - 1] = k;
    y = wgf_make(y.rank, y.dim);
    for (int64_t i = 0; i < wgf_size(&y); i++) y.at[i] = a.at[i / k * m * n + i % k * (n + 1)];
    return y;
}

#endif
