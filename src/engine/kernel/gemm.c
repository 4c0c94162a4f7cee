/* gemm.c: products of matrices without BLAS: for builds that have none, and where the BLAS has only
 * kernels for much older processors than this one.
 *
 * Every sum is taken over k in order, with fused multiply-adds where the instruction set has them.
 * So the bits of an element do not depend on its place or on how the work is cut. Blocks of HIGH
 * rows by two vectors stay in registers. The columns of b that a block reads are first copied side
 * by side, and where it pays (wgi_gemm_copies) so are the rows of a. */
#include "kernel/kernel.h"

#include "kernel/gemm.h"
#include "kernel/turn_vectors.h"
#include "kernel/vectors.h"

/* AVX-512 has 32 registers: 24 sums, two vectors of b, and a number of a. */
enum { HIGH = WG_ISA_INDEX == 2 ? WGI_GEMM_HIGH : 4 };

/* k is cut into parts of DEPTH bytes of a row; between parts the sums are kept in c. The columns of b of a
 * part, and HIGH rows of a, stay in the first-level cache. LEFT: the bytes of a that are copied to the stack
 * at a time if there is no room. If b has at most NEAR bytes, or is read by few rows only, its columns are
 * not copied. */
enum { DEPTH = WGI_GEMM_DEPTH, LEFT = 1 << 16, NEAR = 1 << 16 };

#define DEEP        ((int64_t)(DEPTH / sizeof(T)))
#define FLOATS_FILE "kernel/gemm_loops.h"
#include "kernel/both_floats.h"

EACH_ISA(wgi_k_gemm, const wgi_gemm *g)
{
    if (g->dtype == WG_F32) product_f32(g);
    else product_f64(g);
}

#if WG_BASE

const wgi_gemm_fn wgi_gemm_own[WG_ISAS] = KERNELS(gemm);

#endif
