/* gemm.h: products of matrices in row-major order. c = op(a) op(b) is overwritten, unless .adds; op(a) is
 * [m,k], op(b) is [k,n]; lda, ldb, ldc are the lengths of stored rows, in elements.
 *
 * A BLAS computes a product if it has kernels for the processor, else gemm.c does. Either runs on the calling
 * thread alone, so the bits depend on shapes and flags alone. Call it inside an active parallel region of at
 * least two threads, or between wgi_gate_open and wgi_gate_close: else an OpenMP build of OpenBLAS starts
 * threads. */
#ifndef WG_GEMM_H
#define WG_GEMM_H

#include "wengert/kernel.h"

typedef struct wgi_gemm {
    wg_dtype dtype; /* f32 or f64 */
    bool ta, tb;
    int64_t m, n, k, lda, ldb, ldc;
    const void *a, *b;
    void *c;
    bool adds; /* c += op(a) op(b): each sum begins with the element of c */
    void
        *room; /* for gemm.c: wgi_gemm_room bytes. NULL: copies of a take a little of the stack, b has none */
} wgi_gemm;

/* Bytes of a row of a that are worked on at a time, and the most rows of a block. */
enum { WGI_GEMM_DEPTH = 1024, WGI_GEMM_HIGH = 12 };

/* Whether gemm.c copies rows of op(a), or all columns of op(b), before it multiplies. Rows of a transposed a
 * are never read as they lie. Rows that are a multiple of 2 KiB apart would evict each other from the
 * first-level cache, and the processor does not fetch ahead rows that are far apart. Small products do not
 * pay. */
static inline bool wgi_gemm_copies_a(const wgi_gemm *g)
{
    return g->ta || (g->m > 16 && g->n > 64 && g->lda * (int64_t)wg_dtype_size(g->dtype) % 2048 == 0);
}
static inline bool wgi_gemm_copies_b(const wgi_gemm *g)
{
    return !g->tb && g->m > 64 && g->ldb * (int64_t)wg_dtype_size(g->dtype) >= 2048;
}
/* Bytes for these copies; 0: there are none. */
size_t wgi_gemm_room(const wgi_gemm *g);
/* How many tiles a large product should have for gemm.c: two for each processor, since each tile makes copies
 * of its own. No bit depends on the tiles. */
int wgi_gemm_tiles(void);

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
/* These stand around each call of a function of the library. Meanwhile it has one thread; afterwards it has
 * the number that the program has set. */
void wgi_blas_enter(void);
void wgi_blas_leave(void);

#endif
