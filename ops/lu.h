/* lu.h: triangles of square matrices, for the ops that are computed from them: lu.c, solve.c,
 * determinant.c.
 *
 * An op that reads the triangles of A has A among its operands, too: its kernel does not read A, but
 * its derivative is that by A. So nothing is differentiated through the choice of pivots, and A is
 * factored once. */
#ifndef WG_LU_H
#define WG_LU_H

#include "matrix.h"

#if WG_BASE

/* A, its triangles L and U in one matrix, and the rows of A in the order of their pivots (i64). */
typedef struct lu {
    wg_node a, lu, rows;
} lu;
lu wgi_lu(wg_site here, wg_node a);
/* A^-1 b, or A^-T b. b has the leading axes of A. */
wg_node wgi_lu_solve(wg_site here, lu a, wg_node b, bool transposed);

/* Operands are A, its triangles, its rows. */
static inline bool has_triangles(wg_rule *r)
{
    const wg_shape *a = r->x[0].shape;
    wg_shape rows = *a;
    rows.rank--;
    return is_square(r, 0) && shaped_as(r, 1, 0) &&
           ((wg_shape_equal(*r->x[2].shape, rows) && r->x[1].dtype == r->x[0].dtype &&
             r->x[2].dtype == WG_I64) ||
            wg_rule_fail(r, WG_ERROR_SHAPE, "%s are not the rows of %s", wg_rule_who(r, 2),
                         wg_rule_who(r, 0)));
}

#endif

#endif
