/* lapack.h: decompositions of matrices by the LAPACK that is part of OpenBLAS. Matrices are in
 * row-major order. Where it is missing, wgi_lapack_has is false, and ops use their own loops.
 *
 * LAPACK calls BLAS. So what gemm.h says of threads holds here. */
#ifndef WG_LAPACK_H
#define WG_LAPACK_H

#include "wengert/kernel.h"

bool wgi_lapack_has(void);

/* Bytes of memory that a decomposition needs beside its operands: a multiple of 64. */
size_t wgi_lapack_eigh_room(wg_dtype t, int64_t n);
size_t wgi_lapack_svd_room(wg_dtype t, int64_t m, int64_t n);
size_t wgi_lapack_qr_room(wg_dtype t, int64_t m, int64_t n);

/* Each returns false if the method did not converge.
 *
 * eigh: a [n, n], symmetric, becomes its eigenvectors, which are rows; w becomes the eigenvalues,
 * ascending. svd: u [m, k], s [k] descending, vt [k, n] of a [m, n], which is overwritten; k is the
 * smaller of m and n. qr: a [m, n], m >= n, becomes q, and r [n, n] the upper triangle. */
bool wgi_lapack_eigh(wg_dtype t, int64_t n, void *a, void *w, void *room);
bool wgi_lapack_svd(wg_dtype t, int64_t m, int64_t n, void *a, void *u, void *s, void *vt, void *room);
bool wgi_lapack_qr(wg_dtype t, int64_t m, int64_t n, void *a, void *r, void *room);

#endif
