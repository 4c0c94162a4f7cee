/* gemm.h: products of matrices in row-major order. c = op(a) op(b) is overwritten, unless .adds; op(a) is
 * [m,k], op(b) is [k,n]; lda, ldb, ldc are the lengths of stored rows, in elements.
 *
 * A BLAS computes a product if it has kernels for the processor, else gemm.c does. Either runs on the calling
 * thread alone, so the bits depend on shapes and flags alone. Call it inside an active parallel region of at
 * least two threads, or between wgi_gate_open and wgi_gate_close: else an OpenMP build of OpenBLAS starts
 * threads. */
#ifndef WG_GEMM_H
#define WG_GEMM_H

#include "wengert/op.h"

typedef struct wgi_gemm {
    wg_dtype dtype; /* f32 or f64 */
    bool ta, tb;
    int64_t m, n, k, lda, ldb, ldc;
    const void *a, *b;
    void *c;
    bool adds; /* c += op(a) op(b): each sum begins with the element of c */
} wgi_gemm;

/* isa: the instruction set of the caller, an index of wg_op.kernel. */
void wgi_gemm_run(const wgi_gemm *g, int isa);
bool wgi_gemm_is_own(int isa);
/* Whether no BLAS has kernels for the processor. The answer is the same for all instruction sets, since tiles
 * depend on it. */
bool wgi_gemm_unfit(void);

/* BLAS calls of at most this many multiplications pack nothing. 0: every call packs. */
int64_t wgi_gemm_light(void);

typedef void (*wgi_gemm_fn)(const wgi_gemm *g);
extern const wgi_gemm_fn wgi_gemm_own[WG_ISAS]; /* by instruction set: gemm.c */

/* A text for people: the BLAS, its kernels, its threads; or why it is not loaded. */
const char *wgi_blas_about(void);
/* A function of the library of the BLAS, which is loaded at the first call. NULL: there is none. */
void *wgi_blas_function(const char *name);

#endif
