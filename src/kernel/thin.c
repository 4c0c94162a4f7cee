/* thin.c: products of a matrix by few vectors (thin.h).
 *
 * Along the rows of the matrix each sum has LINE bytes of lanes, which are halved at the end. Across
 * them, sums over DEEP rows are added to the result. Products and sums are rounded once where the
 * instruction set can. The bits do not depend on how many rows or vectors are computed at a time. */
#include "kernel/thin.h"
#include "kernel/vectors.h"

/* STRIP: columns whose results stay in the first-level cache. NEAR: bytes of rows of which a block
 * of columns is multiplied before the next: so few that rows are read in the order of memory.
 * ROWS_BY_1: rows of the matrix that are multiplied at a time by one vector, WIDE_BY_1: vectors of
 * columns; there are registers for their sums. */
enum { LINE = 64, DEEP = 8, STRIP = 1024, NEAR = 1 << 15 };
#if WG_ISA_INDEX == 2
enum { ROWS_BY_1 = 8, ROWS_BY_2 = 4, ROWS_BY_4 = 4, WIDE_BY_1 = 8, WIDE_BY_2 = 4, WIDE_BY_4 = 2 };
#elif WG_ISA_INDEX == 1
enum { ROWS_BY_1 = 4, ROWS_BY_2 = 2, ROWS_BY_4 = 1, WIDE_BY_1 = 4, WIDE_BY_2 = 2, WIDE_BY_4 = 2 };
#else
enum { ROWS_BY_1 = 2, ROWS_BY_2 = 1, ROWS_BY_4 = 1, WIDE_BY_1 = 4, WIDE_BY_2 = 2, WIDE_BY_4 = 1 };
#endif

#define LOOPS "kernel/thin_loops.h"
#include "kernel/both_floats.h"

void WG_ISA_NAME_(wgi_k_thin)(const wgi_thin *t);
void WG_ISA_NAME_(wgi_k_thin)(const wgi_thin *t)
{
    if (t->dtype == WG_F32) thin_float(t);
    else thin_double(t);
}

#if WG_BASE

void wgi_k_thin_avx2(const wgi_thin *t), wgi_k_thin_avx512(const wgi_thin *t);

const wgi_thin_fn wgi_thin_run[WG_ISAS] = KERNELS(thin);

#endif
