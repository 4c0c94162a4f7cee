/* index.c: gather (rows by their numbers), its adjoint, one_hot. Numbers are integers or whole floats. A
 * number out of range makes the run fail with a message that names it.
 *
 * With `batch` the first axes of x and of the numbers, so many, belong together: each index of them is a
 * gather of its own. */
#include "ops.h"
#include "unit_rows.h"

#define COUNTED_FIELDS(F, S) F(S, SIZE, count, NULL)
OPTIONS(counted, COUNTED_FIELDS);
#define GATHER_FIELDS(F, S) F(S, INT, batch, "0")
OPTIONS(gather, GATHER_FIELDS);
#define GATHER_GRAD_FIELDS(F, S) F(S, SIZE, count, NULL) F(S, INT, batch, "0")
OPTIONS(gather_grad, GATHER_GRAD_FIELDS);
#if WG_BASE
OPTION_TABLE(unit_rows_attrs, unit_rows, UNIT_ROWS_FIELDS);
#endif

/* Number i of operand j. false after a fault: it is negative, not below limit, or not whole. */
static bool number_at(const wg_kernel *k, int j, int64_t i, int64_t limit, int64_t *to)
{
    const void *x = k->x[j];
    int64_t n = 0;
    double v = 0;
    switch (k->xt[j].dtype) {
    case WG_I32: n = ((const int32_t *)x)[i]; break;
    case WG_I64: n = ((const int64_t *)x)[i]; break;
    case WG_BOOL: n = ((const bool *)x)[i]; break;
    case WG_F32: v = ((const float *)x)[i]; break;
    default: v = ((const double *)x)[i]; break;
    }
    if (wg_dtype_is_float(k->xt[j].dtype)) n = fabs(v) < 0x1p53 ? (int64_t)v : -1;
    *to = n;
    if (v != floor(v) || fabs(v) >= 0x1p53) return wg_fault_at(k, i, n, WG_FAULT_PLACE, "not a whole number");
    return (n >= 0 && n < limit) || wg_fault_at(k, i, n, limit, "number out of range");
}

/* The elements of axes [from, to). */
static int64_t elements(const wg_shape *s, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++) n *= s->dim[i];
    return n;
}

KERNEL(gather)
{
    const wg_shape *x = k->xt[0].shape, *rows = k->xt[1].shape;
    const int batch = ((const struct gather *)k->attr)->batch;
    const size_t n = (size_t)elements(x, batch + 1, x->rank) * wg_dtype_size(k->xt[0].dtype);
    const int64_t limit = x->dim[batch], each = elements(rows, batch, rows->rank);
    for (int64_t i = k->begin; i < k->end; i++) {
        int64_t row;
        if (!number_at(k, 1, i, limit, &row)) return false;
        if (batch) row += i / each * limit;
        if (n) memcpy((char *)k->y[0] + (size_t)i * n, (const char *)k->x[0] + (size_t)row * n, n);
    }
    return true;
}

enum { COLUMNS = 64 };

/* What gather_grad adds: `rows` rows of `columns` elements for each index of the batch. */
typedef struct added {
    int64_t batches, rows, columns, blocks;
} added;
static added added_of(const wg_kernel *k)
{
    const wg_shape *rows = k->xt[1].shape, *y = k->yt[0].shape;
    const int batch = ((const struct gather_grad *)k->attr)->batch;
    added a = { elements(rows, 0, batch), elements(rows, batch, rows->rank), elements(y, batch + 1, y->rank),
                0 };
    a.blocks = (a.columns + COLUMNS - 1) / COLUMNS;
    return a;
}

/* A unit is a block of columns for one index of the batch, in which rows are added in order. */
#define ADD_ROWS(T, unused)                                                                          \
    do {                                                                                             \
        T *to = (T *)k->y[0] + b * count * a.columns + c;                                            \
        for (int64_t r = 0; r < count; r++) memset(to + r * a.columns, 0, (size_t)wide * sizeof(T)); \
        for (int64_t i = b * a.rows; i < (b + 1) * a.rows; i++) {                                    \
            const T *restrict x = (const T *)k->x[0] + i * a.columns + c;                            \
            int64_t row;                                                                             \
            if (!number_at(k, 1, i, count, &row)) return false;                                      \
            T *restrict y = to + row * a.columns;                                                    \
            for (int64_t j = 0; j < wide; j++) y[j] += x[j];                                         \
        }                                                                                            \
    } while (0)
KERNEL(gather_grad)
{
    const int64_t count = ((const struct gather_grad *)k->attr)->count;
    const added a = added_of(k);
    for (int64_t u = k->begin; u < k->end; u++) {
        const int64_t b = u / a.blocks, c = u % a.blocks * COLUMNS,
                      wide = a.columns - c < COLUMNS ? a.columns - c : COLUMNS;
        switch (k->xt[0].dtype) {
        case WG_F32: ADD_ROWS(float, 0); break;
        case WG_F64: ADD_ROWS(double, 0); break;
        case WG_I32: ADD_ROWS(int32_t, 0); break;
        default: ADD_ROWS(int64_t, 0); break;
        }
    }
    return true;
}

KERNEL(one_hot)
{
    int64_t count = *(const int64_t *)k->attr;
    size_t size = wg_dtype_size(k->yt[0].dtype);
    for (int64_t i = k->begin; i < k->end; i++) {
        char *y = (char *)k->y[0] + (size_t)(i * count) * size;
        int64_t class;
        if (!number_at(k, 0, i, count, &class)) return false;
        memset(y, 0, (size_t)count * size);
        if (k->yt[0].dtype == WG_F32) ((float *)(void *)y)[class] = 1;
        else ((double *)(void *)y)[class] = 1;
    }
    return true;
}

KERNEL(unit_rows)
{
    const int64_t n = k->yt[0].shape->dim[1], from = ((const struct unit_rows *)k->attr)->from;
    const size_t size = wg_dtype_size(k->yt[0].dtype);
    memset((char *)k->y[0] + (size_t)(k->begin * n) * size, 0, (size_t)((k->end - k->begin) * n) * size);
    for (int64_t i = k->begin; i < k->end; i++) {
        if (k->yt[0].dtype == WG_F32) ((float *)k->y[0])[i * n + from + i] = 1;
        else ((double *)k->y[0])[i * n + from + i] = 1;
    }
    return true;
}

#if WG_BASE

#include "graph/graph.h"

DECLARE(unit_rows);
DECLARE(gather);
DECLARE(gather_grad);
DECLARE(one_hot);

/* The first `batch` axes of operands 0 and 1 are equal. */
static bool belong_together(wg_rule *r, int batch)
{
    const wg_shape *x = r->x[0].shape, *rows = r->x[1].shape;
    bool fits = batch >= 0 && batch <= rows->rank && batch <= x->rank;
    for (int i = 0; fits && i < batch; i++) fits = x->dim[i] == rows->dim[i];
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "batch=%d: the first axes of %s and %s differ", batch,
                                wg_rule_who(r, 0), wg_rule_who(r, 1));
}

/* The result has the axes of head, then the axes of tail from `from` on. */
static bool joined(wg_rule *r, const wg_shape *head, const wg_shape *tail, int from)
{
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *head;
    if (y->rank + tail->rank - from > WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the result would have %d axes", y->rank + tail->rank - from);
    for (int i = from; i < tail->rank; i++) y->dim[y->rank++] = tail->dim[i];
    return true;
}

/* ---- gather ---- */

static bool gather_shape(wg_rule *r)
{
    const int batch = ((const struct gather *)r->attr)->batch;
    return belong_together(r, batch) && wg_rule_rank(r, 0, batch + 1, WG_MAX_RANK) &&
           joined(r, r->x[1].shape, r->x[0].shape, batch + 1);
}
static int64_t gather_units(const wg_kernel *k) { return wg_shape_size(*k->xt[1].shape); }
static wg_node gather(wg_site here, wg_node x, wg_node rows, int batch);
static wg_node gather_grad(wg_site here, wg_node x, wg_node rows, int64_t count, int batch);
VJP(gather)
{
    const int batch = ((const struct gather *)wg_attr(y))->batch;
    gx[0] = gather_grad(here, gy, x[1], wg_dim(x[0], batch), batch);
}
/* Rows of numbers alone are more numbers. */
VMAP(gather)
{
    const int batch = ((const struct gather *)wg_attr(y))->batch;
    if (!rows[0] && !batch) return gather(here, x[0], x[1], 0);
    return gather(here, rows[0] ? x[0] : wg_rows_repeated(here, x[0], n),
                  rows[1] ? x[1] : wg_rows_repeated(here, x[1], n), batch + 1);
}
SAMPLE(gather)
{
    switch (i) {
    case 0: return wg_gather(wg_any(g, WG_SHAPE(4, 3)), wg_any_class(g, 4, WG_SHAPE(6)));
    case 1: return wg_gather(wg_any(g, WG_SHAPE(4, 2, 3)), wg_any_class(g, 4, WG_SHAPE(2, 2)));
    case 2: return wg_gather(wg_any(g, WG_SHAPE(4)), wg_any_class(g, 4, WG_SCALAR));
    case 3: return wg_gather(wg_any(g, WG_SHAPE(4, 3)), wg_any_class(g, 4, WG_SHAPE(0)));
    case 4: return wg_gather(wg_any(g, WG_SHAPE(5, 70)), wg_any_class(g, 5, WG_SHAPE(9)));
    case 5: return gather(here, wg_any(g, WG_SHAPE(2, 4, 3)), wg_any_class(g, 4, WG_SHAPE(2, 5)), 1);
    case 6: return gather(here, wg_any(g, WG_SHAPE(2, 3, 4)), wg_any_class(g, 4, WG_SHAPE(2, 3)), 2);
    }
    return wg_none;
}
ERROR_SAMPLE(gather)
{
    switch (i) {
    case 0:
        wg_gather(wg_any(g, WG_SCALAR), wg_any_class(g, 4, WG_SHAPE(6)));
        return "has 0 axes, must have 1 to 8";
    case 1:
        wg_gather(wg_any(g, WG_SHAPE(4, 3)), wg_add(wg_any_class(g, 1, WG_SHAPE(2)), 4));
        return "number out of range";
    case 2:
        gather(here, wg_any(g, WG_SHAPE(2, 3)), wg_any_class(g, 3, WG_SHAPE(4)), 1);
        return "the first axes of";
    case 3:
        gather(here, wg_any(g, WG_SHAPE(2)), wg_any_class(g, 3, WG_SHAPE(2)), 1);
        return "has 1 axes, must have 2 to 8";
    }
    return NULL;
}

const wg_op wgi_op_gather = {
    OP(gather),
    .summary = "Rows of x, along axis 0, chosen by their numbers. batch: so many first axes of x and of the "
               "numbers belong together, and rows are chosen along the axis of x behind them.",
    .formula = "y[i...] = x[rows[i...]]",
    .adjoint = "x' = y' added to the chosen rows; rows: none",
    .none = 1 << 1,
    .operands = 2,
    .kind = WG_ROWS,
    TAKES(gather),
    .shape = gather_shape,
    .kernel = KERNELS(gather),
    .units = gather_units,
    .vmap = gather_vmap,
    .vjp = gather_vjp,
};
static wg_node gather(wg_site here, wg_node x, wg_node rows, int batch)
{
    return wg_apply(here, &wgi_op_gather, (wg_node[]){ x, rows }, 2, &(struct gather){ batch });
}
wg_node wg_gather_at(wg_site here, wg_node x, wg_node rows) { return gather(here, x, rows, 0); }

/* ---- gather_grad ---- */

static bool gather_grad_shape(wg_rule *r)
{
    const struct gather_grad *a = r->attr;
    const int64_t count = a->count;
    const wg_shape *x = r->x[0].shape, *rows = r->x[1].shape;
    bool fits =
        count >= 0 && x->rank >= rows->rank && x->rank - rows->rank < WG_MAX_RANK && r->x[0].dtype != WG_BOOL;
    for (int i = 0; fits && i < rows->rank; i++) fits = x->dim[i] == rows->dim[i];
    if (!fits)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s holds no rows for the numbers %s", wg_rule_who(r, 0),
                            wg_rule_who(r, 1));
    if (!belong_together(r, a->batch)) return false;
    wg_shape head = *x;
    head.rank = a->batch + 1;
    head.dim[a->batch] = count;
    return joined(r, &head, x, rows->rank);
}
static int64_t gather_grad_units(const wg_kernel *k)
{
    const added a = added_of(k);
    return a.batches * a.blocks;
}
VJP(gather_grad) { gx[0] = gather(here, gy, x[1], ((const struct gather_grad *)wg_attr(y))->batch); }
VMAP(gather_grad)
{
    const struct gather_grad *a = wg_attr(y);
    return gather_grad(here, rows[0] ? x[0] : wg_rows_repeated(here, x[0], n),
                       rows[1] ? x[1] : wg_rows_repeated(here, x[1], n), a->count, a->batch + 1);
}
SAMPLE(gather_grad)
{
    switch (i) {
    case 0: return gather_grad(here, wg_any(g, WG_SHAPE(6, 3)), wg_any_class(g, 4, WG_SHAPE(6)), 4, 0);
    case 1: return gather_grad(here, wg_any(g, WG_SHAPE(2, 2)), wg_any_class(g, 3, WG_SHAPE(2, 2)), 3, 0);
    case 2: return gather_grad(here, wg_any(g, WG_SHAPE(0, 3)), wg_any_class(g, 4, WG_SHAPE(0)), 4, 0);
    case 3: return gather_grad(here, wg_any(g, WG_SHAPE(7, 70)), wg_any_class(g, 5, WG_SHAPE(7)), 5, 0);
    case 4: return gather_grad(here, wg_any(g, WG_SHAPE(2, 5, 3)), wg_any_class(g, 4, WG_SHAPE(2, 5)), 4, 1);
    case 5: return gather_grad(here, wg_any(g, WG_SHAPE(2, 3)), wg_any_class(g, 4, WG_SHAPE(2, 3)), 4, 2);
    }
    return wg_none;
}
ERROR_SAMPLE(gather_grad)
{
    if (i > 1) return NULL;
    gather_grad(here, wg_any(g, WG_SHAPE(3, 2)), wg_any_class(g, 4, WG_SHAPE(i ? 3 : 2)), 4, i ? 2 : 0);
    return i ? "batch=2: the first axes of" : "holds no rows for the numbers";
}

const wg_op wgi_op_gather_grad = {
    OP(gather_grad),
    .summary = "Rows added, in order, to `count` rows of zeros at the given row numbers. The adjoint of "
               "gather, with "
               "the same batch.",
    .formula = "y[r] = sum of x[i...] where rows[i...] = r",
    .adjoint = "x' = rows of y'; rows: none",
    .none = 1 << 1,
    .operands = 2,
    .kind = WG_OPAQUE,
    TAKES(gather_grad),
    .shape = gather_grad_shape,
    .kernel = KERNELS(gather_grad),
    .units = gather_grad_units,
    .vmap = gather_grad_vmap,
    .vjp = gather_grad_vjp,
};
static wg_node gather_grad(wg_site here, wg_node x, wg_node rows, int64_t count, int batch)
{
    return wg_apply(here, &wgi_op_gather_grad, (wg_node[]){ x, rows }, 2,
                    &(struct gather_grad){ count, batch });
}

/* ---- one_hot ---- */

static bool one_hot_shape(wg_rule *r)
{
    int64_t count = *(int64_t *)r->attr;
    if (count < 1) return wg_rule_fail(r, WG_ERROR_VALUE, "%lld classes", (long long)count);
    r->y[0].dtype = wg_context_dtype(wg_graph_context(r->graph));
    return joined(r, r->x[0].shape, &WG_SHAPE(count), 0);
}
static int64_t one_hot_units(const wg_kernel *k) { return wg_shape_size(*k->xt[0].shape); }
SAMPLE(one_hot)
{
    switch (i) {
    case 0: return wg_one_hot(wg_any_class(g, 4, WG_SHAPE(6)), 4);
    case 1: return wg_one_hot(wg_any_class(g, 3, WG_SHAPE(2, 2)), 5);
    case 2: return wg_one_hot(wg_any_class(g, 3, WG_SCALAR), 3);
    case 3: return wg_one_hot(wg_any_class(g, 3, WG_SHAPE(0)), 3);
    }
    return wg_none;
}
ERROR_SAMPLE(one_hot)
{
    switch (i) {
    case 0: wg_one_hot(wg_any_class(g, 4, WG_SHAPE(6)), 0); return "0 classes";
    case 1: wg_one_hot(wg_add(wg_any_class(g, 1, WG_SHAPE(2)), 3), 3); return "number out of range";
    }
    return NULL;
}

const wg_op wgi_op_one_hot = {
    OP(one_hot),
    .summary =
        "1 at the class number and 0 elsewhere, along a new last axis. The result has the default dtype.",
    .formula = "y[i..., j] = 1 where classes[i...] = j, else 0",
    .adjoint = "piecewise constant",
    .zero = WG_EVERY_OPERAND,
    .operands = 1,
    .kind = WG_ROWS,
    TAKES(counted),
    .shape = one_hot_shape,
    .kernel = KERNELS(one_hot),
    .units = one_hot_units,
    .leads = true,
};
wg_node wg_one_hot_at(wg_site here, wg_node classes, int64_t count)
{
    return wg_apply(here, &wgi_op_one_hot, &classes, 1, &count);
}

/* ---- unit_rows ---- */

extern const wg_op wgi_op_unit_rows;

static bool unit_rows_shape(wg_rule *r)
{
    const struct unit_rows *a = r->attr;
    const int64_t n = wg_shape_size(*r->x[0].shape);
    if (!wg_rule_float(r, 0)) return false;
    if (a->from < 0 || a->count < 0 || a->from > n - a->count)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no elements %lld to %lld", wg_rule_who(r, 0),
                            (long long)a->from, (long long)(a->from + a->count - 1));
    *wg_rule_shape(r, 0) = WG_SHAPE(a->count, n);
    return true;
}
static int64_t unit_rows_units(const wg_kernel *k) { return k->yt[0].shape->dim[0]; }
/* They depend on the shape of x alone. */
VMAP(unit_rows) { return wg_rows_repeated(here, y, n); }
SAMPLE(unit_rows)
{
    switch (i) {
    case 0: return wgi_unit_rows(here, wg_any(g, WG_SHAPE(4)), 0, 4);
    case 1: return wgi_unit_rows(here, wg_any(g, WG_SHAPE(2, 3)), 2, 3);
    case 2: return wgi_unit_rows(here, wg_any(g, WG_SCALAR), 0, 1);
    case 3: return wgi_unit_rows(here, wg_any(g, WG_SHAPE(0, 2)), 0, 0);
    }
    return wg_none;
}
ERROR_SAMPLE(unit_rows)
{
    if (i > 1) return NULL;
    wgi_unit_rows(here, i ? wg_any_class(g, 3, WG_SHAPE(4)) : wg_any(g, WG_SHAPE(4)), 2, 3);
    return i ? "must be f32 or f64" : "has no elements 2 to 4";
}

const wg_op wgi_op_unit_rows = {
    OP(unit_rows),
    .summary =
        "Unit vectors as rows, one for each of `count` elements of x, which has its shape and dtype only. A "
        "product of them and a matrix is rows of the matrix.",
    .formula = "y[i, j] = 1 where j = from + i, else 0",
    .adjoint = "the values of x do not matter",
    .zero = WG_EVERY_OPERAND,
    .operands = 1,
    .kind = WG_ROWS,
    TAKES(unit_rows),
    .shape = unit_rows_shape,
    .kernel = KERNELS(unit_rows),
    .units = unit_rows_units,
    .vmap = unit_rows_vmap,
};
wg_node wgi_unit_rows(wg_site here, wg_node x, int64_t from, int64_t n)
{
    return wg_apply(here, &wgi_op_unit_rows, &x, 1, &(struct unit_rows){ from, n });
}

#endif
