/* norm.h: for both normalisations: the option eps, the checks of shapes, and sums over rows in blocks of 32
 * rows (docs/inside/arithmetic.md). The last axis counts features, all other axes are rows. */
#ifndef WG_NORM_H
#define WG_NORM_H

#include "rules.h"

/* ROW_BLOCK: rows of a block. UNIT: columns of a unit. PANEL: columns that a pass takes at a time. PIECE:
 * elements of a result that are computed in a buffer and then streamed; few, so that the writes to memory go
 * on while the next are computed. */
enum { ROW_BLOCK = 32, UNIT = 32, PANEL = 1024, PIECE = 256 };

#define NORM_FIELDS(F, S) F(S, DOUBLE, eps, "1e-5")
OPTIONS(norm, NORM_FIELDS);
/* The shape rule has put the default. */
static inline double eps_of(const struct norm *a) { return a->eps; }

/* Where a variance exceeds its dtype, or without eps is so small that squares have lost digits, the deviation
 * is that of x times this power of 2. Elsewhere it is 1. */
static inline double far_scale(bool narrow, double variance, double eps)
{
    if (!(variance < INFINITY)) return narrow ? 0x1p-70 : 0x1p-560;
    return eps > 0 || variance >= (narrow ? 0x1p-100 : 0x1p-900) ? 1 : narrow ? 0x1p100 : 0x1p800;
}

/* x as rows of f features, in blocks of rows. */
typedef struct matrix {
    int64_t rows, f, blocks;
} matrix;

static inline matrix matrix_of(const wg_kernel *k)
{
    const wg_shape *s = k->xt[0].shape;
    const int64_t f = s->dim[s->rank - 1], rows = f ? wg_shape_size(*s) / f : 0;
    return (matrix){ rows, f, (rows + ROW_BLOCK - 1) / ROW_BLOCK };
}

static inline int64_t block_end(const matrix *m, int64_t b)
{
    return (b + 1) * ROW_BLOCK < m->rows ? (b + 1) * ROW_BLOCK : m->rows;
}

static inline int64_t column_units(const matrix *m) { return (m->f + UNIT - 1) / UNIT; }

/* to[j] = the sum of `value` over rows r in [r0, r1), in order. value is an expression in j < w and in i, the
 * index of row r, column c + j. Four rows at a time, so that sums stay in registers. */
#define BLOCK_SUM(to, value)                         \
    do {                                             \
        int64_t r = r0;                              \
        for (int64_t j = 0; j < w; j++) (to)[j] = 0; \
        for (; r + 4 <= r1; r += 4)                  \
            for (int64_t j = 0; j < w; j++) {        \
                int64_t i = r * f + c + j;           \
                T t = (to)[j] + (value);             \
                i += f, t += (value);                \
                i += f, t += (value);                \
                i += f, t += (value);                \
                (to)[j] = t;                         \
            }                                        \
        for (; r < r1; r++)                          \
            for (int64_t j = 0; j < w; j++) {        \
                const int64_t i = r * f + c + j;     \
                (to)[j] += (value);                  \
            }                                        \
    } while (0)

/* total[j], a double: the sum of part[j], part[step + j], ..., one for each block, in order */
#define JOIN_BLOCKS(total, part, step)                                                    \
    do {                                                                                  \
        for (int64_t j = 0; j < w; j++) (total)[j] = 0;                                   \
        for (int64_t b = 0; b < m->blocks; b++)                                           \
            for (int64_t j = 0; j < w; j++) (total)[j] += (double)(part)[b * (step) + j]; \
    } while (0)

#if WG_BASE

/* layer_norm over the axes that `a` names: norm_over.c. */
wg_node wgi_layer_norm_over(wg_site here, const wg_layer_norm_args *a);

/* x has at least `rank` axes, operands [from, to) have one element for each feature: for each index of
 * an axis of x, where -1 is the last. */
static inline bool features_fit(wg_rule *r, int rank, int axis, int from, int to)
{
    if (!wg_rule_rank(r, 0, rank, WG_MAX_RANK) || !wg_rule_float(r, 0)) return false;
    const wg_shape *x = r->x[0].shape;
    const int at = axis < 0 ? x->rank - 1 : axis;
    for (int k = from; k < to; k++)
        if (r->x[k].shape->rank != 1 || r->x[k].shape->dim[0] != x->dim[at])
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not fit %s %d of %s: it must be [%lld]",
                                wg_rule_who(r, k), at == x->rank - 1 ? "the last axis," : "axis", at,
                                wg_rule_who(r, 0), (long long)x->dim[at]);
    return true;
}

/* The features are the last axis. The result is shaped as x. */
static inline bool norm_shapes(wg_rule *r, int rank, int from, int to)
{
    return features_fit(r, rank, -1, from, to);
}

/* All axes but the last, and the sum over them. */
static inline wg_axes all_but_last(wg_node x)
{
    wg_axes a = { .count = wg_node_shape(x).rank - 1 };
    for (int i = 0; i < a.count; i++) a.axis[i] = i;
    return a;
}
static inline wg_node sum_of_rows(wg_site here, wg_node x)
{
    const wg_axes a = all_but_last(x);
    return a.count ? wg_sum(x, .axes = AXES_OF(a)) : x;
}

/* sqrt(v + eps), and the deviation itself where it is that of a far scale. */
static inline wg_node sigma_of(wg_site here, wg_node v, wg_node deviation, double eps)
{
    wg_node near = wg_less(v, INFINITY);
    if (eps == 0)
        near = wg_logical_and(near, wg_greater_equal(v, wg_node_dtype(v) == WG_F32 ? 0x1p-100 : 0x1p-900));
    return wg_where(near, wg_sqrt(wg_add(wg_where(near, v, 1), eps)), deviation);
}

/* The derivatives of y, mean and variance of x, gamma and beta by those three: parts of an op. */
static inline void norm_gradients(wg_site here, const wg_op *grad, wg_node y, wg_node gy, const wg_node x[],
                                  wg_node gx[])
{
    const wg_node all[] = { x[0], x[1], wg_part(y, 1), wg_part(y, 2), gy };
    gx[0] = wg_apply(here, grad, all, 5, wg_attr(y));
    gx[1] = wg_part(gx[0], 1), gx[2] = wg_part(gx[0], 2);
}

/* Samples: x, gamma and beta; of the gradient x, gamma, mean, variance and the result's gradient. */
static inline wg_node norm_sample(wg_site here, wg_graph *g, const wg_op *op, double eps, wg_shape s)
{
    const wg_shape f = { 1, { s.dim[s.rank - 1] } };
    const wg_node x[] = { wg_any(g, s), wg_between(g, 0.5, 1.5, f), wg_any(g, f) };
    return wg_apply(here, op, x, 3, &(struct norm){ eps });
}
static inline wg_node norm_grad_sample(wg_site here, wg_graph *g, const wg_op *op, bool by_rows, wg_shape s)
{
    const wg_shape f = { 1, { s.dim[s.rank - 1] } }, each = by_rows ? without_last(&s) : f;
    const wg_node x[] = { wg_any(g, s), wg_between(g, 0.5, 1.5, f), wg_any(g, each),
                          wg_between(g, 0.5, 2, each), wg_any(g, s) };
    return wg_apply(here, op, x, 5, NULL);
}

#endif

#endif
