/* lu.h: triangles of square matrices, for the ops that are computed from them: lu.c,
 * triangular_solve.c, determinant.c.
 *
 * An op that reads the triangles of A has A among its operands, too: its kernel does not read A, but
 * its derivative is that by A. So nothing is differentiated through the choice of pivots, and A is
 * factored once. */
#ifndef WG_LU_H
#define WG_LU_H

#include "matrix.h"

#include <float.h>

/* Element i of an operand. */
static inline long double number_of(const wg_kernel *k, int operand, int64_t i)
{
    return k->xt[operand].dtype == WG_F32 ? OPERAND(float, operand)[i] : OPERAND(double, operand)[i];
}

/* Whether triangles of matrix u say that it is singular, or so nearly that its inverse times its
 * determinant has lost its digits: of the diagonal of U the least is 0 beside the largest, or the product
 * is out of range. */
static inline bool is_weak(const wg_kernel *k, int operand, int64_t u, int64_t n)
{
    const bool single = k->xt[operand].dtype == WG_F32;
    double least = INFINITY, most = 0, product = 1;
    for (int64_t i = 0; i < n; i++) {
        const double d = (double)fabsl(number_of(k, operand, (u * n + i) * n + i));
        least = d < least ? d : least, most = d > most ? d : most, product *= d;
    }
    return n > 0 && (least <= most * (single ? 0x1p-10 : 0x1p-20) ||
                     !(product >= (single ? FLT_MIN : DBL_MIN) && product <= (single ? FLT_MAX : DBL_MAX)));
}

#if WG_BASE

/* A, its triangles L and U in one matrix, and the rows of A in the order of their pivots (i64). */
typedef struct lu {
    wg_node a, lu, rows;
} lu;
lu wgi_lu(wg_site here, wg_node a);
/* A^-1 b, or A^-T b. b has the leading axes of A. wgi_inverse_or_0: A^-T, or 0 where A is weak. */
wg_node wgi_lu_solve(wg_site here, lu a, wg_node b, bool transposed);
wg_node wgi_inverse_or_0(wg_site here, lu a);

/* Operands are A, its triangles, its rows. */
static inline bool has_triangles(wg_rule *r)
{
    const wg_shape *a = r->x[0].shape;
    return is_square(r, 0) && shaped_as(r, 1, 0) &&
           ((wg_shape_equal(*r->x[2].shape, without_last(a)) && r->x[1].dtype == r->x[0].dtype &&
             r->x[2].dtype == WG_I64) ||
            wg_rule_fail(r, WG_ERROR_SHAPE, "%s are not the rows of %s", wg_rule_who(r, 2),
                         wg_rule_who(r, 0)));
}

static inline wg_node square_sample(wg_site here, wg_graph *g, int i, wg_node (*op)(wg_site, wg_node))
{
    return NTH(wg_none, op(here, REGULAR_INPUT(3, 3)), op(here, REGULAR_INPUT(2, 2, 2)),
               op(here, REGULAR_INPUT(1, 1)), op(here, REGULAR_INPUT(0, 0)));
}
/* A composite of one operand, square matrices, with its samples and its builder. */
#define SQUARE_OP(n, ...)                                                                               \
    SAMPLE(n) { return square_sample(here, g, i, wg_##n##_at); }                                        \
    wg_node wg_##n##_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_##n); }            \
    DEFINE_OP(n, .operands = 1, .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, .expand = n##_expand, \
              __VA_ARGS__)

#endif

#endif
