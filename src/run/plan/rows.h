/* rows.h: row groups: steps that run together, block of rows by block of rows.
 *
 * A reduction over the last axes needs a whole row before it has a result, so it ends a program over
 * tiles. But it needs no more than its row. In a layer norm that is written by parts (mean, difference,
 * square, mean, root, quotient) row r of every value depends on row r of the values before it. Such
 * items become one step, a row group. It runs all its parts for a block of a few rows, then for the
 * next block. So a part finds in the cache what the part before it has written, and a value that
 * nothing else reads has memory for one block alone, not for all rows.
 *
 * A part is a program over tiles, or a kernel whose units are rows (wg_op.rows). It computes the same
 * rows, by the same calls, as it would in a step of its own, only at other times. So no bit of a result
 * depends on how rows are cut into blocks, or on the threads that claim the blocks.
 *
 * A value of the group that another part reads is row-aligned: it is made of as many equal parts, one
 * behind the other, as there are rows, and row r of the reader needs part r alone. What was made before
 * the group may be read in any way. */
#ifndef WGI_ROWS_H
#define WGI_ROWS_H

#include "run/run.h"

/* An operand or a result of a kernel in a row group. */
typedef struct wgi_row_ref {
    wgi_ref at; /* WGI_FULL or WGI_BLOCK; of the first row */
    size_t row; /* bytes of a row */
} wgi_row_ref;

enum { WGI_ROW_OPERANDS = 4 }; /* of a kernel in a row group, at most */

typedef struct wgi_row_part {
    const wgi_program *tiles; /* NULL: the part is a kernel, and `of` is its signature */
    int64_t wide;             /* elements of a row: of the program, or of the longest operand */
    const wgi_signature *of;
    const wgi_row_ref *x, *y;
    uint32_t node; /* the first node that is computed */
} wgi_row_part;

typedef struct wgi_rows {
    wgi_row_part *part;
    int parts;
    int64_t rows, block; /* rows in all, and in a block; the last block may have fewer */
    size_t bytes;        /* of the memory for the values of a block; each thread has its own */
} wgi_rows;

/* Runs all parts for the blocks [first, last). memory: wgi_rows_bytes(s) bytes, for this call alone.
 * False: a part failed, and e->failed_node says which. */
bool wgi_rows_run(const wgi_rows *s, wgi_env *e, void *memory, int64_t first, int64_t last);
size_t wgi_rows_bytes(const wgi_rows *s);

#endif
