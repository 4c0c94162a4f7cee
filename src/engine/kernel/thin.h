/* thin.h: products of a matrix by up to WGI_THIN vectors, or of a matrix of up to WGI_THIN rows by
 * any number of vectors. The matrix is read where it lies. BLAS would first copy it.
 * docs/inside/arithmetic.md defines the order of the sums: it depends on k and `across` alone. */
#ifndef WGI_THIN_H
#define WGI_THIN_H

#include "wengert/kernel.h"

enum { WGI_THIN = 4 };

/* across: c[v, j] = sum over l of v[v, l] m[l, j], where m is [k, n]. At most WGI_THIN vectors, or
 * as many terms. else:   c[v, j] = sum over l of v[v, l] m[j, l], where m is [n, k]. At most
 * WGI_THIN vectors. */
typedef struct wgi_thin {
    wg_dtype dtype; /* f32 or f64 */
    bool across;
    int64_t count, n, k, ld, ldc; /* vectors; lengths of stored rows of m and c, in elements */
    int64_t apart, next; /* from vector to vector, and from element to element, which is 1 unless across */
    wg_dtype
        matrix; /* of m: dtype or WG_DEFAULT_DTYPE, or for floats also u8, f16, bf16, which are widened */
    const void *m, *v;
    void *c;
} wgi_thin;

typedef void (*wgi_thin_fn)(const wgi_thin *t);
extern const wgi_thin_fn wgi_thin_run[WG_ISAS]; /* by instruction set */

#endif
