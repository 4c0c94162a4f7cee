/* onnx_pick.c: elements chosen by their numbers, and numbers of elements. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <string.h>

/* ---- along one axis ---- */

OPERATOR(gather)
{
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 0), wgi_ox_shape(k, 0).rank);
    if (axis < 0) return false;
    if (wgi_ox_has(k, 1) && !k->is_folding && wgi_onnx_is_known(k, k->in[1]) && !k->in[1]->known.shape.rank)
        return wgi_ox_put(k, 0, wg_select(wgi_ox(k, 0), .axis = axis, .index = wgi_ox_count(k, 1, 0)));
    return wgi_ox_put(k, 0, wg_take(wgi_ox(k, 0), wgi_ox(k, 1), .axis = axis));
}

/* On the other axes x may have more elements than there are indices. */
OPERATOR(gather_elements)
{
    const wg_shape s = wgi_ox_shape(k, 0), i = wgi_ox_shape(k, 1);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 0), s.rank);
    wg_node x = wgi_ox(k, 0);
    if (axis < 0) return false;
    for (int a = 0; a < s.rank && a < i.rank; a++)
        if (a != axis && i.dim[a] < s.dim[a]) x = wg_slice(x, .axis = a, .to = i.dim[a]);
    return wgi_ox_put(k, 0, wg_take_along(x, wgi_ox(k, 1), .axis = axis));
}

/* A whole number as a node. */
static wg_node whole(wgi_onnx_call *k, int64_t v, wg_dtype t)
{
    const wg_tensor to = wgi_ox_room(k, t, WG_SCALAR);
    if (!to.data) return wg_none;
    if (t == WG_I32) *(int32_t *)to.data = (int32_t)v;
    else *(int64_t *)to.data = v;
    return wgi_ox_leaf(k, to);
}

static wg_node times(wgi_onnx_call *k, wg_node x, int64_t by)
{
    return by == 1 ? x : wg_mul(x, whole(k, by, wg_node_dtype(x)));
}

/* A negative number counts from the end of n elements. */
static wg_node from_start(wgi_onnx_call *k, wg_node i, int64_t n)
{
    const wg_dtype t = wg_node_dtype(i);
    const wg_node below = wg_less(i, whole(k, 0, t));
    return wg_where(below, wg_add(i, whole(k, n, t)), i);
}

/* ---- along several axes ---- */

/* The places [rows...] that the last axis of the indices names, among the elements of `axes` axes of s from
 * `first` on, as one number each. */
static wg_node places(wgi_onnx_call *k, wg_node indices, wg_shape s, int first, int axes)
{
    const int last = wg_node_shape(indices).rank - 1;
    wg_node sum = wg_none;
    for (int a = 0; a < axes; a++) {
        int64_t width = 1;
        for (int b = a + 1; b < axes; b++) width *= s.dim[first + b];
        wg_node i = wg_select(indices, .axis = last, .index = a);
        i = times(k, from_start(k, i, s.dim[first + a]), width);
        sum = a ? wg_add(sum, i) : i;
    }
    return sum;
}

OPERATOR(gather_nd)
{
    const wg_shape s = wgi_ox_shape(k, 0), i = wgi_ox_shape(k, 1);
    const int batch = (int)wgi_ox_i(k, "batch_dims", 0),
              axes = i.rank && i.dim[i.rank - 1] <= WG_MAX_RANK ? (int)i.dim[i.rank - 1] : 0;
    if (!i.rank || batch < 0 || batch >= i.rank || axes < 1 || batch + axes > s.rank)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "the indices do not fit");
    int64_t batches = 1, each = 1;
    wg_shape flat = { 1, { 1 } }, to = { 0, { 0 } };
    for (int a = 0; a < batch; a++) batches *= s.dim[a];
    for (int a = 0; a < axes; a++) each *= s.dim[batch + a];
    flat.dim[0] = batches * each;
    for (int a = 0; a + 1 < i.rank; a++) to.dim[to.rank++] = i.dim[a];
    if (to.rank + s.rank - batch - axes > WG_MAX_RANK)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "more than 8 axes");
    for (int a = batch + axes; a < s.rank; a++)
        flat.dim[flat.rank++] = s.dim[a], to.dim[to.rank++] = s.dim[a];
    wg_node at = places(k, wgi_ox(k, 1), s, batch, axes);
    if (batch) { /* rows of one example */
        at = wg_reshape(at, WG_SHAPE(batches, -1));
        const wg_node example = wg_index_along(at, .axis = 0);
        at = wg_add(at, times(k, example, each));
    }
    const wg_node x = wg_reshape(wgi_ox(k, 0), flat);
    at = wg_reshape(at, WG_SHAPE(-1));
    return wgi_ox_put(k, 0, wg_reshape(wg_gather(x, at), to));
}

/* ---- scattered values ---- */

static wg_node zeros_like(wgi_onnx_call *k, wg_node x)
{
    return wgi_ox_leaf(k, wgi_ox_room(k, wg_node_dtype(x), wg_node_shape(x)));
}

static wg_node scattered(wgi_onnx_call *k, wg_node x, wg_node at, wg_node v)
{
    return wg_scatter_add(x, at, v, .axis = 0);
}

/* Of each row of x whether it is among those of `at`: bool [rows, 1, ...]. */
static wg_node is_hit(wgi_onnx_call *k, wg_node x, wg_node at)
{
    wg_shape rows = WG_SHAPE(wg_node_shape(x).dim[0]), s = wg_node_shape(x);
    const wg_tensor one = wgi_ox_room(k, WG_I64, wg_node_shape(at));
    for (int64_t i = 0; one.data && i < wg_shape_size(one.shape); i++) ((int64_t *)one.data)[i] = 1;
    const wg_node hits = scattered(k, wgi_ox_leaf(k, wgi_ox_room(k, WG_I64, rows)), at, wgi_ox_leaf(k, one));
    for (int i = 1; i < s.rank; i++) s.dim[i] = 1;
    return wg_reshape(wg_not_equal(hits, whole(k, 0, WG_I64)), s);
}

/* Rows v at the rows `at` of x: in their place, added to them, or times them. */
static wg_node combined(wgi_onnx_call *k, wg_node x, wg_node at, wg_node v)
{
    const char *how = wgi_ox_s(k, "reduction", "none");
    const int64_t rows = wg_node_shape(at).dim[0];
    if (!strcmp(how, "add")) return scattered(k, x, at, v);
    if (strcmp(how, "none") && strcmp(how, "mul"))
        return wgi_ox_fail(k, WG_ERROR_MISSING, "the reduction '%.20s' is not there", how), wg_none;
    if (!strcmp(how, "none")) return wg_where(is_hit(k, x, at), scattered(k, zeros_like(k, x), at, v), x);
    if (rows > 1000) return wgi_ox_fail(k, WG_ERROR_MISSING, "products at more than 1000 places"), wg_none;
    for (int64_t i = 0; i < rows; i++) { /* a place may stand twice */
        const wg_node one = wg_slice(at, .axis = 0, .from = i, .to = i + 1),
                      by = wg_slice(v, .axis = 0, .from = i, .to = i + 1);
        const wg_node product = wg_mul(x, scattered(k, zeros_like(k, x), one, by));
        x = wg_where(is_hit(k, x, one), product, x);
    }
    return x;
}

OPERATOR(scatter_nd)
{
    const wg_shape s = wgi_ox_shape(k, 0), i = wgi_ox_shape(k, 1);
    const int axes = i.rank && i.dim[i.rank - 1] <= WG_MAX_RANK ? (int)i.dim[i.rank - 1] : 0;
    if (axes < 1 || axes > s.rank) return wgi_ox_fail(k, WG_ERROR_SHAPE, "the indices do not fit");
    wg_shape flat = { 1, { 1 } };
    for (int a = 0; a < axes; a++) flat.dim[0] *= s.dim[a];
    for (int a = axes; a < s.rank; a++) flat.dim[flat.rank++] = s.dim[a];
    wg_shape rows = flat;
    rows.dim[0] = -1;
    const wg_node at = wg_reshape(places(k, wgi_ox(k, 1), s, 0, axes), WG_SHAPE(-1));
    const wg_node x = wg_reshape(wgi_ox(k, 0), flat), v = wg_reshape(wgi_ox(k, 2), rows);
    return wgi_ox_put(k, 0, wg_reshape(combined(k, x, at, v), s));
}

/* The number of each index's element among all elements of x. */
OPERATOR(scatter_elements)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 0), s.rank);
    if (axis < 0 || wgi_ox_shape(k, 1).rank != s.rank)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "the indices do not fit");
    wg_node at = wg_none;
    int64_t width = 1;
    for (int a = s.rank - 1; a >= 0; width *= s.dim[a--]) {
        const wg_node i = a == axis ? from_start(k, wg_cast(wgi_ox(k, 1), WG_I64), s.dim[a])
                                    : wg_index_along(wgi_ox(k, 1), .axis = a);
        const wg_node part = times(k, i, width);
        at = wg_is_none(at) ? part : wg_add(at, part);
    }
    const wg_node x = wg_reshape(wgi_ox(k, 0), WG_SHAPE(-1)), v = wg_reshape(wgi_ox(k, 2), WG_SHAPE(-1));
    return wgi_ox_put(k, 0, wg_reshape(combined(k, x, wg_reshape(at, WG_SHAPE(-1)), v), s));
}

/* ---- numbers of elements ---- */

OPERATOR(one_hot)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const double depth = wgi_ox_number(k, 1, 0);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", -1), s.rank + 1);
    if (axis < 0 || !(depth >= 0 && depth <= WGI_LANG_TENSOR) || s.rank == WG_MAX_RANK)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "a depth of this size");
    const wg_tensor range = wgi_ox_room(k, WG_I64, WG_SHAPE((int64_t)depth));
    wg_shape along = { s.rank + 1, { 0 } };
    for (int i = 0; i <= s.rank; i++) along.dim[i] = i == axis ? (int64_t)depth : 1;
    for (int64_t i = 0; range.data && i < range.shape.dim[0]; i++) ((int64_t *)range.data)[i] = i;
    const wg_node i = from_start(k, wg_cast(wgi_ox(k, 0), WG_I64), (int64_t)depth),
                  apart = wg_expand_dims(i, .axis = axis),
                  is = wg_equal(apart, wg_reshape(wgi_ox_leaf(k, range), along)), values = wgi_ox(k, 2),
                  off = wg_select(values, .axis = 0, .index = 0),
                  on = wg_select(values, .axis = 0, .index = 1);
    return wgi_ox_put(k, 0, wg_where(is, on, off));
}

OPERATOR(topk)
{
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", -1), wgi_ox_shape(k, 0).rank);
    const int64_t count = k->version < 10 ? wgi_ox_i(k, "k", 0) : wgi_ox_count(k, 1, 0);
    if (axis < 0) return false;
    const wg_node y =
        wg_topk(wgi_ox(k, 0), .count = (int64_t)count, .axis = axis, .smallest = !wgi_ox_i(k, "largest", 1));
    return wgi_ox_put(k, 0, y) && wgi_ox_put(k, 1, wg_part(y, 1));
}

/* How many there are is read while the graph is built. */
OPERATOR(nonzero)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    wg_node row[WG_MAX_RANK];
    const wg_node is = wg_not_equal(wgi_ox(k, 0), zeros_like(k, wgi_ox(k, 0)));
    const double count = wg_item(wg_sum(is));
    if (wg_failed(k->o->c)) return false;
    const wg_node at = wg_nonzero(is, .count = (int64_t)count);
    int64_t width = 1;
    for (int a = s.rank - 1; a >= 0; width *= s.dim[a--])
        row[a] = wg_remainder(wg_floor_divide(at, whole(k, width, WG_I64)), whole(k, s.dim[a], WG_I64));
    if (!s.rank) return wgi_ox_fail(k, WG_ERROR_MISSING, "of a scalar it is not there");
    return wgi_ox_put(k, 0, wg_stack(row, s.rank));
}

OPERATOR(compress)
{
    const wg_tensor *c = wgi_ox_known(k, 1);
    const bool all = !wgi_ox_attribute(k, "axis");
    const wg_node x = all ? wg_reshape(wgi_ox(k, 0), WG_SHAPE(-1)) : wgi_ox(k, 0);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 0), wg_node_shape(x).rank);
    if (!c || axis < 0) return false;
    const int64_t n = wg_shape_size(c->shape);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) count += wg_tensor_item(c, i) != 0;
    const wg_tensor rows = wgi_ox_room(k, WG_I64, WG_SHAPE(count));
    for (int64_t i = 0, to = 0; rows.data && i < n; i++)
        if (wg_tensor_item(c, i) != 0) ((int64_t *)rows.data)[to++] = i;
    return wgi_ox_put(k, 0, wg_take(x, wgi_ox_leaf(k, rows), .axis = axis));
}

/* The first elements of each example in reverse order, as many as its length says. */
OPERATOR(reverse_sequence)
{
    const wg_node x = wgi_ox(k, 0);
    const wg_shape s = wgi_ox_shape(k, 0);
    const int batch = wgi_ox_axis(k, wgi_ox_i(k, "batch_axis", 1), s.rank),
              time = wgi_ox_axis(k, wgi_ox_i(k, "time_axis", 0), s.rank);
    if (batch < 0 || time < 0) return false;
    wg_shape along = s;
    for (int i = 0; i < s.rank; i++) along.dim[i] = i == batch ? s.dim[i] : 1;
    const wg_node n = wg_reshape(wgi_ox(k, 1), along), i = wg_index_along(x, .axis = time),
                  back = wg_sub(wg_sub(n, whole(k, 1, wg_node_dtype(n))), i),
                  at = wg_where(wg_less(i, n), back, i);
    return wgi_ox_put(k, 0, wg_take_along(x, at, .axis = time));
}
