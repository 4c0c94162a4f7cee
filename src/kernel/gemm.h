/* gemm.h: the gate to products of matrices, in row-major order: c = op(a) op(b), c overwritten. op(a) is [m,k], op(b) is [k,n];
 * lda, ldb, ldc are the lengths of stored rows, in elements.
 *
 * A product is BLAS' where there is one whose kernels are made for the processor, else our own (ops/gemm.c). Either is serial:
 * the callers stand inside an active parallel region of two threads or more, or between wgi_gate_open and wgi_gate_close. So
 * its bits depend on shapes and flags alone. */
#ifndef WG_GEMM_H
#define WG_GEMM_H

#include "wengert/op.h"

typedef struct wgi_gemm {
    wg_dtype dtype; /* f32 or f64 */
    bool ta, tb;
    int64_t m, n, k, lda, ldb, ldc;
    const void *a, *b;
    void *c;
} wgi_gemm;

/* isa: of the kernels that the caller belongs to, an index of wg_op.kernel. */
void wgi_gemm_run(const wgi_gemm *g, int isa);
bool wgi_gemm_is_own(int isa);
/* Whether there is no BLAS that fits the processor: the same for all instruction sets, and so are the tiles of a product. */
bool wgi_gemm_unfit(void);

/* BLAS calls of up to so many multiplications pack nothing; 0: all pack. */
int64_t wgi_gemm_light(void);

typedef void (*wgi_gemm_fn)(const wgi_gemm *g);
extern const wgi_gemm_fn wgi_gemm_own[WG_ISAS]; /* by instruction set: ops/gemm.c */

/* For people: which BLAS, its kernels, its threads. */
const char *wgi_blas_about(void);

#endif
