/* matrix.h: what the ops of linear algebra share. Matrices are the last two axes of an operand; the
 * axes before them count the matrices. A kernel computes a matrix, or some columns of one, on one
 * thread: products are computed inside it (matrix_loops.h). So the ops are of the class WG_CONTRACT:
 * the engine keeps BLAS to one thread. */
#ifndef WG_MATRIX_H
#define WG_MATRIX_H

#include "axis_runs.h"

/* How many matrices there are, and their rows and columns. */
typedef struct matrices {
    int64_t count, m, n;
} matrices;

static inline matrices matrices_of(const wg_shape *s)
{
    return (matrices){ outer_of(s, s->rank - 2), s->dim[s->rank - 2], s->dim[s->rank - 1] };
}

/* SIDE: the rows of the largest triangle that loops solve. STRIP: rows that are updated at once. */
enum { SIDE = 32, STRIP = 64 };

/* Right-hand sides are solved COLUMNS columns at a time. */
enum { COLUMNS = 64 };
static inline int64_t column_blocks(matrices b) { return b.m ? (b.n + COLUMNS - 1) / COLUMNS : 0; }

/* Unit u of right-hand sides b: columns [c, c + wide) of one matrix. */
typedef struct right_side {
    int64_t matrix, c, wide;
} right_side;
static inline right_side right_side_of(matrices b, int64_t u)
{
    const int64_t blocks = column_blocks(b), c = u % blocks * COLUMNS;
    return (right_side){ u / blocks, c, b.n - c < COLUMNS ? b.n - c : COLUMNS };
}

/* Where a triangle of n rows is cut: a multiple of SIDE. */
static inline int64_t upper_half(int64_t n) { return (n / 2 + SIDE - 1) / SIDE * SIDE; }

/* Reports that a matrix of n rows cannot be treated, because of pivot i. */
static inline bool pivot_fault(const wg_kernel *k, int64_t matrix, int64_t n, int64_t i, const char *text)
{
    return wg_fault_at(k, matrix * n + i, n, WG_FAULT_PIVOT, text);
}

static inline bool not_finite(const wg_kernel *k, int64_t matrix, int64_t n)
{
    return wg_fault_at(k, matrix * n, n, WG_FAULT_MATRIX, "has a number that is not finite");
}

/* The body of a kernel: f for each matrix u of the first operand, whose rows and columns are a.m and a.n. */
#define EACH_MATRIX(f, ...)                                   \
    const matrices a = matrices_of(k->xt[0].shape);           \
    EACH_UNIT(u)                                              \
        if (!BY_FLOAT(k, f, k, u, __VA_ARGS__)) return false; \
    return true

#if WG_BASE

#include "rules.h"

/* ---- shape rules ---- */

/* Operand k is of floats and has matrices; square ones. */
static inline bool has_matrices(wg_rule *r, int k)
{
    return wg_rule_float(r, k) && wg_rule_rank(r, k, 2, WG_MAX_RANK);
}
static inline bool is_square(wg_rule *r, int k)
{
    const wg_shape *s = r->x[k].shape;
    if (!has_matrices(r, k)) return false;
    return s->dim[s->rank - 1] == s->dim[s->rank - 2] ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not square", wg_rule_who(r, k));
}

static inline wg_shape leading(const wg_shape *s)
{
    wg_shape y = *s;
    y.rank -= 2;
    return y;
}
/* The axes before the last two of both, which broadcast. A vector has none. Rank -1: they do not. */
static inline wg_shape common_leading(const wg_shape *x, const wg_shape *y)
{
    const int lx = x->rank > 2 ? x->rank - 2 : 0, ly = y->rank > 2 ? y->rank - 2 : 0;
    wg_shape to = { lx > ly ? lx : ly, { 0 } };
    for (int i = 1; i <= to.rank; i++) {
        const int64_t dx = i <= lx ? x->dim[lx - i] : 1, dy = i <= ly ? y->dim[ly - i] : 1;
        if (dx != dy && dx != 1 && dy != 1) return (wg_shape){ -1, { 0 } };
        to.dim[to.rank - i] = dx == 1 ? dy : dx;
    }
    return to;
}

/* Operand 1, right-hand sides, columns or one vector, has as many rows as the matrices of operand 0. Sets the
 * shape of the result. */
/* Of a system of equations, whose right-hand sides are operand k. */
static inline bool other_rows(wg_rule *r, int k)
{
    const wg_shape *x = r->x[0].shape, *y = r->x[k].shape;
    return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %lld rows, %s has %lld: each row is one equation",
                        wg_rule_who(r, 0), (long long)x->dim[x->rank - 2], wg_rule_who(r, k),
                        (long long)y->dim[y->rank == 1 ? 0 : y->rank - 2]);
}

static inline bool has_right_sides(wg_rule *r)
{
    const wg_shape *x = r->x[0].shape, *y = r->x[1].shape;
    if (!wg_rule_float(r, 1) || !wg_rule_rank(r, 1, 1, WG_MAX_RANK)) return false;
    const bool vector = y->rank == 1;
    if (y->dim[vector ? 0 : y->rank - 2] != x->dim[x->rank - 2]) return other_rows(r, 1);
    wg_shape *to = wg_rule_shape(r, 0);
    *to = common_leading(x, y);
    if (to->rank < 0)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "leading axes do not broadcast: %s with %s", wg_rule_who(r, 0),
                            wg_rule_who(r, 1));
    to->dim[to->rank++] = x->dim[x->rank - 1];
    if (!vector) to->dim[to->rank++] = y->dim[y->rank - 1];
    return true;
}

/* Of right-hand sides, the last operand: their units, and how many products of numbers a solution takes. */
static inline int64_t right_sides_units(const wg_kernel *k)
{
    const matrices b = matrices_of(k->xt[k->operands - 1].shape);
    return b.count * column_blocks(b);
}
static inline double right_sides_flops(const wg_kernel *k)
{
    const matrices b = matrices_of(k->xt[k->operands - 1].shape);
    return (double)b.count * (double)b.m * (double)b.m * (double)b.n;
}
/* Rows of right-hand sides [n, m, columns] as columns of one matrix; and of its solution, back. */
static inline wg_node rows_as_columns(wg_site here, wg_node x)
{
    const wg_shape s = wg_node_shape(x);
    return wg_reshape(axis_moved(here, x, 0, 1), WG_SHAPE(s.dim[1], s.dim[0] * s.dim[2]));
}
static inline wg_node columns_as_rows(wg_site here, wg_node x, wg_shape s, int64_t n)
{
    return axis_moved(here, wg_reshape(x, WG_SHAPE(s.dim[0], n, s.dim[1])), 1, 0);
}

/* A unit for each matrix that has elements. */
static inline int64_t matrices_units(const wg_kernel *k)
{
    const matrices a = matrices_of(k->xt[0].shape);
    return a.m && a.n ? a.count : 0;
}

/* The cube of the rows, of all matrices: flops are a multiple of it. */
static inline double matrices_cubed(const wg_kernel *k)
{
    const matrices a = matrices_of(k->xt[0].shape);
    return (double)a.count * pow((double)a.n, 3);
}

/* An op of one operand, whose kernel computes a matrix a unit. */
#define MATRICES_OP(n, ...)                                                                                \
    DEFINE_OP(n, .operands = 1, .kind = WG_CONTRACT, .promote = WG_PROMOTE_FLOAT, .units = matrices_units, \
              .kernel = KERNELS(n), .hint.own_scratch = true, .leads = true, __VA_ARGS__)

/* ---- nodes ---- */

/* The transposes of matrices. */
static inline wg_node turned(wg_site here, wg_node x)
{
    const int rank = wg_node_shape(x).rank;
    return rank < 2 ? x /* the node of an error */ : axes_exchanged(here, x, rank - 2, rank - 1);
}

/* Unit matrices of the shape and dtype of square matrices x. */
static inline wg_node unit_like(wg_site here, wg_node x)
{
    return wg_cast(wg_equal(wg_index_along(x, .axis = -1), wg_index_along(x, .axis = -2)), wg_node_dtype(x));
}

/* A number for each matrix, with two axes of size 1 behind it, so that it broadcasts over the matrices. */
static inline wg_node over_matrices(wg_site here, wg_node x)
{
    return wg_expand_dims(wg_expand_dims(x, .axis = wg_node_shape(x).rank),
                          .axis = wg_node_shape(x).rank + 1);
}

/* x with the leading axes `to`; its last `own` axes stay. */
static inline wg_node spread(wg_site here, wg_node x, int own, wg_shape to)
{
    const wg_shape s = wg_node_shape(x);
    if (s.rank < own) return x; /* it has failed */
    for (int i = s.rank - own; i < s.rank; i++) to.dim[to.rank++] = s.dim[i];
    return wg_shape_equal(s, to) ? x : wg_broadcast_to(x, to);
}

static inline wg_node as_column(wg_site here, wg_node b)
{
    return wg_node_shape(b).rank == 1 ? wg_expand_dims(b, .axis = 1) : b;
}

/* Whether matrices a and b have the same leading axes, and b is no vector. */
static inline bool side_by_side(wg_node a, wg_node b)
{
    const wg_shape x = wg_node_shape(a), y = wg_node_shape(b);
    return y.rank >= 2 && wg_shape_equal(leading(&x), leading(&y));
}

/* (g[j] - g[i]) / (w[j] - w[i]), or with `sums` (g[j] + g[i]) / (w[j] + w[i]), where g is the gradient of
 * a function of w; where that is 0 / 0 its limit: gaps.c. */
wg_node wgi_slopes(wg_site here, wg_node w, wg_node g, bool sums);

/* A decomposition of a matrix, left diag(values) right. side: the nodes of its vectors, of which left and
 * right are made. */
typedef struct wgi_decomposition {
    wg_node matrix, values, left, right, side[2];
    int sides;
} wgi_decomposition;
/* p is V^T V' of eigh, or [U^T U' | V^T V'] of svd: what turns vectors into each other, in [i, j], to be
 * multiplied by left and right: gaps.c. */
wg_node wgi_turns(wg_site here, const wgi_decomposition *a, wg_node p);
wg_node wgi_svd_turns(wg_site here, const wgi_decomposition *a, wg_node p);

/* Numbers of w times the columns of matrices v. */
static inline wg_node scaled_columns(wg_site here, wg_node v, wg_node w)
{
    return wg_mul(v, wg_expand_dims(w, .axis = wg_node_shape(w).rank - 1));
}

/* ---- samples: random graphs put other operands in place of their inputs ---- */

/* Unit matrices of the shape of x. Of a kernel nothing may stand between its inputs and the op but what
 * has a derivative, so they are made from an input of their own. The only inputs of a composite are its
 * operands. */
static inline wg_node sample_unit(wg_site here, wg_graph *g, wg_node x, bool composite)
{
    return unit_like(here, composite ? x : wg_any_class(g, 2, wg_node_shape(x)));
}
/* Matrices of NaN. */
#define BROKEN(...) wg_log(wg_sub(ANY(__VA_ARGS__), 9))
/* A matrix with a large diagonal: regular, also where the inputs are zeros, ones or halves. */
static inline wg_node regular_sample(wg_site here, wg_graph *g, wg_shape s, bool composite)
{
    wg_node x = wg_between(g, -1, 1, s);
    return wg_add(x, wg_mul(sample_unit(here, g, x, composite), 4));
}
#define REGULAR(...)       regular_sample(here, g, WG_SHAPE(__VA_ARGS__), false)
#define REGULAR_INPUT(...) regular_sample(here, g, WG_SHAPE(__VA_ARGS__), true)
/* A symmetric, positive definite one. */
static inline wg_node definite_sample(wg_site here, wg_graph *g, wg_shape s)
{
    wg_node x = wg_any(g, s);
    return wg_add(wg_matmul(x, turned(here, x)), sample_unit(here, g, x, false));
}
/* One whose eigenvalues, and those of its symmetric part, are far apart. */
static inline wg_node apart_sample(wg_site here, wg_graph *g, wg_shape s, bool composite)
{
    wg_node x = wg_between(g, -1, 1, s), unit = sample_unit(here, g, x, composite);
    return wg_add(x, wg_mul(unit, wg_add(wg_mul(wg_index_along(unit, .axis = -1), 7), 5)));
}
#define APART(...)       apart_sample(here, g, WG_SHAPE(__VA_ARGS__), false)
#define APART_INPUT(...) apart_sample(here, g, WG_SHAPE(__VA_ARGS__), true)

#endif

#endif
