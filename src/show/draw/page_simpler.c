/* page_simpler.c: ops that choose by the numbers they get, and scans, as nodes of simpler ops: of
 * comparisons, choices and sums. See page.h. */
#include <math.h>
#include <string.h>

#include "draw/page.h"
#include "wengert/op.h"
#include "wengert/ops.h"
#include "wgx/op.h"

/* The option of the op; all zero: it has none of this name. */
static wgx_setting setting(wg_node n, const char *name)
{
    const wg_attr_row *r = wg_node_op(n)->attrs;
    while (r && r->name && strcmp(r->name, name)) r++;
    return r && r->name ? wgx_attr_setting(r, wg_attr(n)) : (wgx_setting){ .whole = 0 };
}
static int64_t option(wg_node n, const char *name) { return setting(n, name).whole; }

static wg_axes axes_of(wg_node n)
{
    const wg_shape list = setting(n, "axis").list;
    wg_axes axes = { list.rank ? WG_AXES_GIVEN : WG_AXES_LEFT_OUT, list.rank, { 0 } };
    for (int i = 0; i < list.rank; i++) axes.axis[i] = (int)list.dim[i];
    return axes;
}

/* The sum of the elements along the axis that are chosen. */
static wg_node chosen(wg_node mask, wg_node x, int axis)
{
    return wg_sum(wg_where(mask, x, 0), .axis = axis);
}

static wg_node in_shape_of(wg_node x, wg_node n) { return wg_reshape(x, wg_node_shape(n)); }

static void make_one_hot(wg_node n, const wg_node x[], wg_node y[])
{
    const int axis = (int)option(n, "axis");
    y[0] = wg_equal(wg_expand_dims(x[0], .axis = axis), wg_index_along(n, .axis = axis));
}

/* ---- the largest: the first of several, and NaN before all ---- */

static wg_node first_of_largest(wg_node x, wg_axes axes)
{
    const int64_t count = wg_shape_size(wg_node_shape(x));
    const wg_node most = wg_max(x, .axes = axes, .keepdims = true);
    const wg_node best = wg_where(wg_equal(most, most), wg_equal(x, most), wg_not_equal(x, x));
    const wg_node place = in_shape_of(wg_index_along(wg_reshape(x, WG_SHAPE(count)), .axis = 0), x);
    const wg_node back = wg_where(best, wg_neg(place), -(double)count);
    return wg_equal(wg_neg(place), wg_max(back, .axes = axes, .keepdims = true));
}

static void make_mask(wg_node n, const wg_node x[], wg_node y[])
{
    y[0] = first_of_largest(x[0], axes_of(n));
}

static void make_argmax(wg_node n, const wg_node x[], wg_node y[])
{
    const int axis = axes_of(n).axis[0];
    const wg_node mask = first_of_largest(x[0], axes_of(n));
    y[0] = in_shape_of(chosen(mask, wg_index_along(x[0], .axis = axis), axis), n);
}

/* ---- rows by their numbers ---- */

/* Of tensors of shape [b..., rows, j...] and numbers [b..., i...]: [b, i, rows, j] of both. */
typedef struct rows_shape {
    int64_t b, i, rows, j;
} rows_shape;

static rows_shape shape_of_rows(wg_shape s, wg_shape numbers, int batch)
{
    rows_shape r = { 1, 1, s.dim[batch], 1 };
    for (int d = 0; d < batch; d++) r.b *= s.dim[d];
    for (int d = batch; d < numbers.rank; d++) r.i *= numbers.dim[d];
    for (int d = batch + 1; d < s.rank; d++) r.j *= s.dim[d];
    return r;
}

/* From the end if it is negative. An axis of the batch may be 1. */
static wg_node row_number(wg_node numbers, wg_shape s, int batch, rows_shape r)
{
    const wg_node n = wg_where(wg_less(numbers, 0), wg_add(numbers, (double)r.rows), numbers);
    wg_shape wide = wg_node_shape(numbers);
    for (int d = 0; d < batch; d++) wide.dim[d] = s.dim[d];
    return wg_reshape(wg_broadcast_to(n, wide), WG_SHAPE(r.b, r.i, 1, 1));
}

static wg_node takes_row(wg_node number, wg_node all, rows_shape r)
{
    return wg_equal(number, wg_index_along(wg_reshape(all, WG_SHAPE(r.b, 1, r.rows, r.j)), .axis = 2));
}

/* Beyond the last row stands NaN. */
static void make_gather(wg_node n, const wg_node x[], wg_node y[])
{
    const int batch = (int)option(n, "batch");
    const wg_shape s = wg_node_shape(x[0]);
    const rows_shape r = shape_of_rows(s, wg_node_shape(x[1]), batch);
    const wg_node at = row_number(x[1], s, batch, r), all = wg_reshape(x[0], WG_SHAPE(r.b, 1, r.rows, r.j));
    const wg_node is_row = wg_logical_and(wg_greater_equal(at, 0), wg_less(at, (double)r.rows));
    const wg_node row = chosen(takes_row(at, x[0], r), all, 2);
    const wg_node known = wg_reshape(is_row, WG_SHAPE(r.b, r.i, 1));
    y[0] = in_shape_of(wg_dtype_is_float(wg_node_dtype(n)) ? wg_where(known, row, NAN) : row, n);
}

static void make_gather_grad(wg_node n, const wg_node x[], wg_node y[])
{
    const int batch = (int)option(n, "batch");
    const wg_shape s = wg_node_shape(n);
    for (int k = 0; k + 1 < wg_node_operands(n); k += 2) {
        const rows_shape r = shape_of_rows(s, wg_node_shape(x[k + 1]), batch);
        const wg_node g = wg_reshape(x[k], WG_SHAPE(r.b, r.i, 1, r.j));
        const wg_node is_row = takes_row(row_number(x[k + 1], s, batch, r), n, r);
        const wg_node part = in_shape_of(chosen(is_row, g, 1), n);
        y[0] = k ? wg_add(y[0], part) : part;
    }
}

/* The n-th true element is the one up to which n are true. */
static void make_nonzero(wg_node n, const wg_node x[], wg_node y[])
{
    const int64_t count = wg_shape_size(wg_node_shape(x[0])), found = wg_shape_size(wg_node_shape(n));
    const wg_node is = wg_reshape(x[0], WG_SHAPE(count, 1)), row = wg_reshape(n, WG_SHAPE(1, found));
    const wg_node order = wg_cumsum(wg_cast(is, WG_I64), .axis = 0);
    const wg_node mask = wg_logical_and(is, wg_equal(order, wg_add(wg_index_along(row, .axis = 1), 1)));
    y[0] = chosen(mask, wg_index_along(is, .axis = 0), 0);
}

/* ---- order: an element's place is how many come before it; NaN is the largest ---- */

static wg_node is_below(wg_node a, wg_node b)
{
    const wg_node last = wg_logical_and(wg_not_equal(b, b), wg_equal(a, a));
    return wg_logical_or(wg_less(a, b), last);
}

static void make_order(wg_node n, const wg_node x[], wg_node y[])
{
    const bool is_topk = wgx_op_is(wg_node_op(n), "topk");
    const bool down = is_topk ? !option(n, "smallest") : option(n, "descending");
    const int axis = (int)option(n, "axis");
    const int64_t count = wg_dim(n, axis);
    const wg_node a = wg_expand_dims(x[0], .axis = axis + 1), b = wg_expand_dims(x[0], .axis = axis);
    const wg_node below = is_below(a, b), above = is_below(b, a);
    const wg_node equal = wg_logical_not(wg_logical_or(below, above));
    const wg_node own = wg_index_along(below, .axis = axis), other = wg_index_along(below, .axis = axis + 1);
    const wg_node earlier = wg_logical_and(equal, wg_less(other, own));
    const wg_node before = wg_logical_or(down ? below : above, earlier);
    const wg_node place = wg_sum(wg_cast(before, WG_I64), .axis = axis + 1, .keepdims = true);
    const wg_node stands = wg_equal(place, other);
    const wg_node values = chosen(stands, a, axis), numbers = chosen(stands, own, axis);
    y[0] = wg_slice(values, .axis = axis, .from = 0, .to = count);
    y[1] = wg_slice(numbers, .axis = axis, .from = 0, .to = count);
}

/* ---- scans: of 2, 4, 8 ... elements at a time ---- */

/* Along the axis the elements so many places before, from the end if `reverse`; before the first one
 * `first`. */
static wg_node earlier(wg_node n, wg_node x, int64_t by, double first)
{
    const int axis = (int)option(n, "axis");
    const bool reverse = option(n, "reverse");
    const wg_node place = wg_index_along(x, .axis = axis);
    const wg_node none =
        reverse ? wg_greater_equal(place, (double)(wg_dim(x, axis) - by)) : wg_less(place, (double)by);
    return wg_where(none, first, wg_roll(x, .axis = axis, .shift = reverse ? -by : by));
}

/* ln(e^a + e^b) */
static wg_node log_of_sum(wg_node a, wg_node b)
{
    const wg_node gap = wg_where(wg_equal(a, b), 0, wg_neg(wg_abs(wg_sub(a, b))));
    return wg_add(wg_maximum(a, b), wg_log1p(wg_exp(gap)));
}

static void make_scan(wg_node n, const wg_node x[], wg_node y[])
{
    const bool adds = wgx_op_is(wg_node_op(n), "cumsum"), multiplies = wgx_op_is(wg_node_op(n), "cumprod");
    const double first = adds ? 0 : multiplies ? 1 : -INFINITY;
    const int64_t count = wg_dim(n, (int)option(n, "axis"));
    y[0] = option(n, "exclusive") ? earlier(n, x[0], 1, first) : x[0];
    for (int64_t by = 1; by < count; by *= 2) {
        const wg_node before = earlier(n, y[0], by, first);
        y[0] = adds ? wg_add(y[0], before) : multiplies ? wg_mul(y[0], before) : log_of_sum(y[0], before);
    }
}

static void make_linear_scan(wg_node n, const wg_node x[], wg_node y[])
{
    const int64_t count = wg_dim(n, (int)option(n, "axis"));
    wg_node a = x[0];
    y[0] = x[1];
    for (int64_t by = 1; by < count; by *= 2) {
        y[0] = wg_add(y[0], wg_mul(a, earlier(n, y[0], by, 0)));
        a = wg_mul(a, earlier(n, a, by, 1));
    }
}

/* ---- all ---- */

bool wgi_page_simpler(wg_node n, const wg_node x[], wg_node y[])
{
    static const struct {
        const char *op;
        void (*make)(wg_node n, const wg_node x[], wg_node y[]);
    } made[] = {
        { "one_hot", make_one_hot },         { "max_mask", make_mask },   { "argmax", make_argmax },
        { "gather", make_gather },           { "nonzero", make_nonzero }, { "sort", make_order },
        { "gather_grad", make_gather_grad }, { "topk", make_order },      { "cumsum", make_scan },
        { "linear_scan", make_linear_scan }, { "cumprod", make_scan },    { "logcumsumexp", make_scan }
    };
    for (size_t i = 0; i < WGI_COUNT(made); i++)
        if (wgx_op_is(wg_node_op(n), made[i].op)) {
            made[i].make(n, x, y);
            return true;
        }
    return false;
}
