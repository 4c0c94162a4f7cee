/* gather.c: gather (rows by their numbers), and its adjoint.
 *
 * With `batch` the first axes of x and of the numbers, so many, belong together: each index of them is a
 * gather of its own. An axis of the numbers that is 1 there serves all indices of x. */
#include "rules.h"
#include "axis_runs.h"
#include "row_numbers.h"
#include "wgx/op.h"

/* strict: numbers below 0 are refused, else they count from the end. */
#define GATHER_FIELDS(F, S) F(S, INT, batch, "0") F(S, BOOL, strict, "false")
OPTIONS(gather, GATHER_FIELDS);
#define GATHER_GRAD_FIELDS(F, S) F(S, SIZE, count, NULL) F(S, INT, batch, "0") F(S, BOOL, strict, "false")
OPTIONS(gather_grad, GATHER_GRAD_FIELDS);

/* Where the numbers of index b of x's batch begin: at so many times those of one index. */
static int64_t batch_of_numbers(const wg_shape *x, const wg_shape *rows, int batch, int64_t b)
{
    int64_t at = 0, unit = 1;
    for (int i = batch - 1; i >= 0; i--) {
        at += rows->dim[i] == 1 ? 0 : b % x->dim[i] * unit;
        b /= x->dim[i];
        unit *= rows->dim[i];
    }
    return at;
}

/* Asks the memory for the row of number i, which will be read soon: rows lie anywhere. */
static inline void fetch_row(const wg_kernel *k, int64_t i, int64_t limit, const char *from, size_t n)
{
    enum { MOST = 1024 }; /* bytes; the processor itself fetches what comes behind */
    int64_t row = -1;
    if (k->xt[1].dtype == WG_I32) row = OPERAND(int32_t, 1)[i];
    if (k->xt[1].dtype == WG_I64) row = OPERAND(int64_t, 1)[i];
    if (row < 0 || row >= limit) return;
    for (size_t b = 0; b < n && b < MOST; b += 64) __builtin_prefetch(from + (size_t)row * n + b);
}

enum { AHEAD = 4, FAR = 1 << 20 }; /* FAR: bytes of a table that no near cache holds */

KERNEL(gather)
{
    const wg_shape *x = k->xt[0].shape, *rows = k->xt[1].shape;
    const int batch = ((const struct gather *)k->attr)->batch;
    const bool strict = ((const struct gather *)k->attr)->strict;
    const size_t n = (size_t)elements(x, batch + 1, x->rank) * wg_dtype_size(k->xt[0].dtype);
    const int64_t limit = x->dim[batch], each = elements(rows, batch, rows->rank);
    for (int64_t i = k->begin, end; i < k->end; i = end) {
        const int64_t b = batch ? i / each : 0, last = batch ? (b + 1) * each : k->end;
        const int64_t moved = (batch ? batch_of_numbers(x, rows, batch, b) - b : 0) * each;
        const char *from = OPERAND(char, 0) + (size_t)(b * limit) * n;
        end = last < k->end ? last : k->end;
        const int64_t ahead = n >= 64 && n * (size_t)limit >= FAR ? end - AHEAD : 0;
        for (int64_t j = i, row; j < end; j++) {
            char *to = RESULT(char, 0) + (size_t)j * n;
            if (j < ahead) fetch_row(k, moved + j + AHEAD, limit, from, n);
            if (!row_at(k, 1, moved + j, limit, strict, &row)) return false;
            if (n == 4) memcpy(to, from + row * 4, 4); /* no call */
            else if (n == 8) memcpy(to, from + row * 8, 8);
            else memcpy(to, from + (size_t)row * n, n);
        }
    }
    return true;
}

enum { COLUMNS = 64 };

/* What gather_grad adds: to each index of the batch, rows of `columns` elements. */
typedef struct added {
    int64_t batches, columns, blocks;
} added;
static added added_of(const wg_kernel *k)
{
    const wg_shape *y = k->yt[0].shape;
    const int batch = ((const struct gather_grad *)k->attr)->batch;
    added a = { elements(y, 0, batch), elements(y, batch + 1, y->rank), 0 };
    a.blocks = (a.columns + COLUMNS - 1) / COLUMNS;
    return a;
}

/* `wide` columns from column c on, for index b of the batch. */
typedef struct block {
    int64_t b, c, wide;
} block;

static void clear(const wg_kernel *k, const added a, const block u, int64_t count)
{
    const size_t size = wg_dtype_size(k->yt[0].dtype);
    char *to = RESULT(char, 0) + (size_t)(u.b * count * a.columns + u.c) * size;
    if (u.wide == a.columns) memset(to, 0, (size_t)(count * u.wide) * size);
    else
        for (int64_t r = 0; r < count; r++)
            memset(to + (size_t)(r * a.columns) * size, 0, (size_t)u.wide * size);
}

/* The rows of operand p are added in order. */
#define ADD_ROWS(T)                                                                 \
    do {                                                                            \
        T *to = RESULT(T, 0) + u.b * count * a.columns + u.c;                       \
        for (int64_t i = u.b * rows; i < (u.b + 1) * rows; i++) {                   \
            const T *restrict x = OPERAND(T, p) + i * a.columns + u.c;              \
            int64_t row;                                                            \
            if (!row_at(k, p + 1, moved + i, count, g->strict, &row)) return false; \
            T *restrict y = to + row * a.columns;                                   \
            for (int64_t j = 0; j < u.wide; j++) y[j] += x[j];                      \
        }                                                                           \
    } while (0)
static bool add_rows(const wg_kernel *k, const added a, const block u, int p)
{
    const struct gather_grad *g = k->attr;
    const wg_shape *numbered = k->xt[p + 1].shape;
    const int64_t count = g->count, rows = elements(numbered, g->batch, numbered->rank);
    const int64_t moved = (batch_of_numbers(k->yt[0].shape, numbered, g->batch, u.b) - u.b) * rows;
    switch (k->xt[p].dtype) {
    case WG_F32: ADD_ROWS(float); break;
    case WG_F64: ADD_ROWS(double); break;
    case WG_I32: ADD_ROWS(int32_t); break;
    default: ADD_ROWS(int64_t); break;
    }
    return true;
}
/* A unit is a block of columns for one index of the batch. Blocks that are neighbours are added together: the
 * longer the parts of rows, the faster they are read. */
KERNEL(gather_grad)
{
    const added a = added_of(k);
    for (int64_t i = k->begin, next; i < k->end; i = next) {
        const int64_t b = i / a.blocks, c = i % a.blocks * COLUMNS, last = (b + 1) * a.blocks;
        next = last < k->end ? last : k->end;
        const int64_t until = (next - i) * COLUMNS + c;
        const block u = { b, c, (until < a.columns ? until : a.columns) - c };
        clear(k, a, u, ((const struct gather_grad *)k->attr)->count);
        for (int p = 0; p < k->operands; p += 2)
            if (!add_rows(k, a, u, p)) return false;
    }
    return true;
}

#if WG_BASE

EXTERN(gather_grad);

/* The first `batch` axes of operands 0 and k are equal, or 1 in operand k, which holds numbers. */
static bool belong_together(wg_rule *r, int k, int batch)
{
    const wg_shape *x = r->x[0].shape, *rows = r->x[k].shape;
    bool fits = batch >= 0 && batch <= rows->rank && batch <= x->rank;
    for (int i = 0; fits && i < batch; i++) fits = x->dim[i] == rows->dim[i] || rows->dim[i] == 1;
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "batch=%d: the first axes of %s and %s differ", batch,
                                wg_rule_who(r, 0), wg_rule_who(r, k));
}

/* ---- gather ---- */

SHAPE(gather)
{
    const int batch = ((const struct gather *)r->attr)->batch;
    wg_shape head = *r->x[1].shape;
    if (!belong_together(r, 1, batch) || !wg_rule_rank(r, 0, batch + 1, WG_MAX_RANK)) return false;
    for (int i = 0; i < batch; i++) head.dim[i] = r->x[0].shape->dim[i];
    return joined(r, &head, r->x[0].shape, batch + 1);
}
UNITS(gather) { return elements(k->yt[0].shape, 0, k->xt[1].shape->rank); }
static bool gather_picks_rows(const void *attr) { return !((const struct gather *)attr)->batch; }
VJP(gather)
{
    const struct gather *a = wg_attr(y);
    gx[0] = NODE_OF(gather_grad, WITH(gather_grad, wg_dim(x[0], a->batch), a->batch, a->strict), gy, x[1]);
}
/* Rows of numbers alone are more numbers. */
VMAP(gather)
{
    const struct gather *a = wg_attr(y);
    if (!rows[0] && !a->batch) return NODE_OF(gather, a, x[0], x[1]);
    return NODE_OF(gather, WITH(gather, a->batch + 1, a->strict),
                   rows[0] ? x[0] : wgx_rows_repeated(here, x[0], n),
                   rows[1] ? x[1] : wgx_rows_repeated(here, x[1], n));
}
SAMPLES(gather, wg_gather(ANY(4, 3), CLASSES(4, 6)), wg_gather(ANY(4, 2, 3), CLASSES(4, 2, 2)),
        wg_gather(ANY(4), wg_any_class(g, 4, WG_SCALAR)), wg_gather(ANY(4, 3), CLASSES(4, 0)),
        wg_gather(ANY(5, 70), CLASSES(5, 9)), wgi_gather(here, ANY(2, 4, 3), CLASSES(4, 2, 5), 1),
        wgi_gather(here, ANY(2, 3, 4), CLASSES(4, 2, 3), 2),
        wgi_gather(here, ANY(2, 3, 4, 2), CLASSES(4, 2, 1, 5), 2),
        wgi_gather(here, ANY(3, 4), CLASSES(4, 1, 5), 1),
        NODE_OF(gather, WITH(gather, 0, true), ANY(4, 3), CLASSES(4, 6)));
ERRORS(gather, (wg_gather(wg_any(g, WG_SCALAR), CLASSES(4, 6)), "has 0 axes, must have 1 to 8"),
       (wg_gather(ANY(4, 3), wg_add(CLASSES(1, 2), 4)), "number out of range"),
       (NODE_OF(gather, WITH(gather, 0, true), ANY(4, 3), wg_sub(CLASSES(1, 2), 1)), "must be from 0 to 3"),
       (wgi_gather(here, ANY(2, 3), CLASSES(3, 4), 1), "the first axes of"),
       (wgi_gather(here, ANY(2), CLASSES(3, 2), 1), "has 1 axes, must have 2 to 8"));

DEFINE_OP(
    gather,
    .summary = "Rows of x, along axis 0, chosen by their numbers; -1 is the last. batch: so many first "
               "axes of x and of the numbers belong together, and rows are chosen along the axis of x "
               "behind them. An axis of the numbers may be 1 instead. strict: a number below 0 is an error.",
    .formula = "y[b..., i..., j...] = x[b..., rows[b..., i...], j...]",
    .adjoint = "x'[b..., r, j...] = sum(y'[b..., i..., j...] over i... where rows[b..., i...] = r)",
    .zero = 1 << 1, .hint.stored = 1 << 0, .operands = 2, .names = "x rows", .kind = WG_ROWS, TAKES(gather),
    .hint.exact = moved_exact, RULES(gather, shape, units, picks_rows, vmap, vjp), .kernel = KERNELS(gather));
wg_node wgi_gather(wg_site here, wg_node x, wg_node rows, int batch)
{
    return NODE_OF(gather, WITH(gather, batch, false), x, rows);
}
wg_node wg_gather_at(wg_site here, wg_node x, wg_node rows) { return wgi_gather(here, x, rows, 0); }

/* ---- gather_grad ---- */

/* Operand p holds rows for the numbers of operand p + 1, and they are shaped as the result, y, wants. */
static bool holds_rows(wg_rule *r, int p, const wg_shape *y)
{
    const int batch = ((const struct gather_grad *)r->attr)->batch;
    const wg_shape *x = r->x[p].shape, *rows = r->x[p + 1].shape;
    bool fits = x->rank - rows->rank == y->rank - batch - 1;
    for (int i = 0; fits && i < batch; i++) fits = x->dim[i] == y->dim[i];
    for (int i = batch; fits && i < rows->rank; i++) fits = x->dim[i] == rows->dim[i];
    for (int i = batch + 1; fits && i < y->rank; i++) fits = x->dim[x->rank - y->rank + i] == y->dim[i];
    if (!fits)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s holds no rows for the numbers %s", wg_rule_who(r, p),
                            wg_rule_who(r, p + 1));
    return belong_together(r, p + 1, batch) &&
           (r->x[p].dtype == r->x[0].dtype ||
            wg_rule_fail(r, WG_ERROR_DTYPE, "%s and %s have different dtypes", wg_rule_who(r, 0),
                         wg_rule_who(r, p)));
}
SHAPE(gather_grad)
{
    const struct gather_grad *a = r->attr;
    if (r->operands % 2)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%d operands, must be pairs of rows and their numbers",
                            r->operands);
    const wg_shape *x = r->x[0].shape, *rows = r->x[1].shape;
    if (a->count < 0 || x->rank < rows->rank || x->rank - rows->rank >= WG_MAX_RANK ||
        r->x[0].dtype == WG_BOOL)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s holds no rows for the numbers %s", wg_rule_who(r, 0),
                            wg_rule_who(r, 1));
    if (!belong_together(r, 1, a->batch)) return false;
    wg_shape head = *x;
    head.rank = a->batch + 1;
    head.dim[a->batch] = a->count;
    if (!joined(r, &head, x, rows->rank)) return false;
    for (int p = 0; p < r->operands; p += 2)
        if (!holds_rows(r, p, r->y[0].shape)) return false;
    return true;
}
UNITS(gather_grad)
{
    const added a = added_of(k);
    return a.batches * a.blocks;
}
VJP(gather_grad)
{
    const struct gather_grad *a = wg_attr(y);
    for (int p = 0; p < wg_node_operands(y); p += 2)
        gx[p] = NODE_OF(gather, WITH(gather, a->batch, a->strict), gy, x[p + 1]);
}
VMAP(gather_grad)
{
    const int operands = wg_node_operands(y);
    struct gather_grad a = *(const struct gather_grad *)wg_attr(y);
    wg_context *c = wg_graph_context(wg_graph_of(y));
    wg_node *with = wg_alloc(c, (size_t)operands, sizeof *with);
    if (!with) return wg_none;
    for (int k = 0; k < operands; k++) with[k] = rows[k] ? x[k] : wgx_rows_repeated(here, x[k], n);
    a.batch++;
    wg_node all = wg_apply(here, &wgi_op_gather_grad, with, operands, &a);
    wg_free(c, with);
    return all;
}
/* The pairs of all of x[], one after the other. */
static wg_node gather_grad_merge(wg_site here, const wg_node x[], int n)
{
    const struct gather_grad *a = wg_attr(x[0]);
    wg_context *c = wg_graph_context(wg_graph_of(x[0]));
    int operands = 0, at = 0;
    for (int j = 0; j < n; j++) {
        const struct gather_grad *b = wg_attr(x[j]);
        if (b->batch != a->batch || b->strict != a->strict) return wg_none;
        operands += wg_node_operands(x[j]);
    }
    wg_node *pair = wg_alloc(c, (size_t)operands, sizeof *pair);
    if (!pair) return wg_none;
    for (int j = 0; j < n; j++)
        for (int k = 0; k < wg_node_operands(x[j]); k++) pair[at++] = wg_node_operand(x[j], k);
    wg_node all = wg_apply(here, &wgi_op_gather_grad, pair, operands, a);
    wg_free(c, pair);
    return all;
}
static wg_node two_pairs(wg_site here, wg_node x, wg_node rows, wg_node x2, wg_node rows2, int64_t count,
                         int batch)
{
    return NODE_OF(gather_grad, WITH(gather_grad, count, batch, false), x, rows, x2, rows2);
}
SAMPLES(gather_grad, wgi_add_rows(here, ANY(6, 3), CLASSES(4, 6), 4, 0),
        wgi_add_rows(here, ANY(2, 2), CLASSES(3, 2, 2), 3, 0),
        wgi_add_rows(here, ANY(0, 3), CLASSES(4, 0), 4, 0),
        wgi_add_rows(here, ANY(7, 70), CLASSES(5, 7), 5, 0),
        wgi_add_rows(here, ANY(2, 5, 3), CLASSES(4, 2, 5), 4, 1),
        wgi_add_rows(here, ANY(2, 3), CLASSES(4, 2, 3), 4, 2),
        two_pairs(here, ANY(2, 3, 2), CLASSES(4, 2, 3), ANY(2), wg_any_class(g, 4, WG_SCALAR), 4, 0),
        two_pairs(here, ANY(2, 5, 3), CLASSES(4, 2, 5), ANY(2, 3), CLASSES(4, 2), 4, 1),
        two_pairs(here, ANY(2, 5, 3), CLASSES(4, 1, 5), ANY(2, 3), CLASSES(4, 2), 4, 1),
        wgi_add_rows(here, ANY(3, 5), CLASSES(4, 1, 5), 4, 1));
ERRORS(gather_grad, (wgi_add_rows(here, ANY(3, 2), CLASSES(4, 2), 4, 0), "holds no rows for the numbers"),
       (wgi_add_rows(here, ANY(3, 2), CLASSES(4, 3), 4, 2), "batch=2: the first axes of"),
       (two_pairs(here, ANY(3, 2), CLASSES(4, 3), ANY(3), CLASSES(4, 3), 4, 0), "holds no rows"),
       (two_pairs(here, ANY(3, 2), CLASSES(4, 3), wg_cast(ANY(3, 2), WG_I32), CLASSES(4, 3), 4, 0),
        "different dtypes"),
       (NODE_OF(gather_grad, NULL, ANY(3, 2)), "1 operands, must be pairs"),
       (two_pairs(here, ANY(3, 2), CLASSES(4, 1, 2), ANY(1, 2), CLASSES(4, 1, 2), 4, 1),
        "holds no rows for the numbers"));

DEFINE_OP(
    gather_grad,
    .summary = "Rows added, in order, to `count` rows of zeros at the given row numbers; operands are pairs "
               "of rows and their numbers. The adjoint of gather, with the same batch.",
    .formula = "y[b..., r, j...] = sum(x_k[b..., i..., j...] over k, i... where rows_k[b..., i...] = r)",
    .adjoint = "x_k'[b..., i..., j...] = y'[b..., rows_k[b..., i...], j...]",
    .zero = 0xAAAAAAAA, /* every second operand */
    .operands = -1, .names = "x_k rows_k", .kind = WG_OPAQUE, TAKES(gather_grad),
    RULES(gather_grad, shape, units, vmap, vjp, merge), .kernel = KERNELS(gather_grad));
wg_node wgi_add_rows(wg_site here, wg_node x, wg_node rows, int64_t count, int batch)
{
    return NODE_OF(gather_grad, WITH(gather_grad, count, batch, false), x, rows);
}

#endif
