/* onnx_shapes.c: constants, shapes as values, and the same elements in another shape or order of axes. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <string.h>

/* ---- constants ---- */

static bool known_list(wgi_onnx_call *k, wg_dtype t, const wgi_onnx_attribute *a, bool scalar)
{
    const bool floats = wg_dtype_is_float(t);
    const int n = scalar ? 1 : floats ? a->float_count : a->int_count;
    wg_tensor to = wgi_ox_room(k, t, scalar ? WG_SCALAR : WG_SHAPE(n));
    for (int i = 0; to.data && i < n; i++) {
        const double v = scalar ? a->f : floats ? a->floats[i] : 0;
        if (t == WG_I64) ((int64_t *)to.data)[i] = scalar ? a->i : a->ints[i];
        else if (t == WG_F64) ((double *)to.data)[i] = v;
        else ((float *)to.data)[i] = (float)v;
    }
    return wgi_ox_put_known(k, 0, to);
}

OPERATOR(constant)
{
    const wg_dtype floats = wg_context_dtype(k->o->c);
    const wgi_onnx_attribute *a;
    if ((a = wgi_ox_attribute(k, "value")) && a->tensor)
        return wgi_ox_put_known(k, 0, wgi_onnx_values(k->o->q, a->tensor));
    if ((a = wgi_ox_attribute(k, "value_float"))) return known_list(k, floats, a, true);
    if ((a = wgi_ox_attribute(k, "value_int"))) return known_list(k, WG_I64, a, true);
    if ((a = wgi_ox_attribute(k, "value_floats"))) return known_list(k, floats, a, false);
    if ((a = wgi_ox_attribute(k, "value_ints"))) return known_list(k, WG_I64, a, false);
    return wgi_ox_fail(k, WG_ERROR_MISSING, "a constant of this kind is not there");
}

static bool shape_by(wgi_onnx_call *k, int i, wg_shape *s)
{
    s->rank = wgi_ox_whole(k, i, s->dim, WG_MAX_RANK);
    return s->rank >= 0;
}

OPERATOR(constant_of_shape)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, "value");
    wg_shape s;
    if (!shape_by(k, 0, &s)) return false;
    const wg_tensor one = a && a->tensor ? wgi_onnx_values(k->o->q, a->tensor) : (wg_tensor){ 0 };
    if (a && (!one.data || wg_shape_size(one.shape) != 1))
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "its value is no number");
    const wg_tensor to = wgi_ox_room(k, a ? one.dtype : wg_context_dtype(k->o->c), s);
    const size_t width = wg_dtype_size(to.dtype);
    const int64_t n = wg_shape_size(s);
    for (int64_t i = 0; a && to.data && i < n; i++)
        memcpy((char *)to.data + (size_t)i * width, one.data, width);
    return wgi_ox_put_known(k, 0, to);
}

/* ---- shapes as values ---- */

/* Behind the end it is the end, before the start the start. */
static int64_t within(int64_t at, int64_t n)
{
    if (at < 0) at += n;
    return at < 0 ? 0 : at > n ? n : at;
}

OPERATOR(shape)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const int64_t from = within(wgi_ox_i(k, "start", 0), s.rank),
                  to = within(wgi_ox_i(k, "end", s.rank), s.rank);
    const wg_tensor t = wgi_ox_room(k, WG_I64, WG_SHAPE(to > from ? to - from : 0));
    for (int64_t i = from; t.data && i < to; i++) ((int64_t *)t.data)[i - from] = s.dim[i];
    return wgi_ox_put_known(k, 0, t);
}

OPERATOR(size)
{
    const wg_tensor t = wgi_ox_room(k, WG_I64, WG_SCALAR);
    if (t.data) *(int64_t *)t.data = wg_shape_size(wgi_ox_shape(k, 0));
    return wgi_ox_put_known(k, 0, t);
}

/* ---- the same elements in another shape ---- */

/* An image of one pixel, or of one channel, has its elements in the same order either way. */
static wg_node any_order(wgi_onnx_call *k)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    int64_t pixels = 1;
    for (int i = 2; i < s.rank; i++) pixels *= s.dim[i];
    const bool either = wgi_ox_is_last(k, 0) && (pixels == 1 || s.dim[1] == 1);
    return either ? wgi_ox_last(k, 0) : wgi_ox(k, 0);
}

static bool reshaped(wgi_onnx_call *k, wg_shape s)
{
    if (wg_shape_equal(s, wgi_ox_shape(k, 0))) return wgi_onnx_same(k);
    return wgi_ox_put(k, 0, wg_reshape(any_order(k), s));
}

/* In the new shape 0 is the size that the axis had, unless allowzero is set, and -1 what is left. */
OPERATOR(reshape)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    wg_shape to = { 0, { 0 } };
    const bool old = k->version < 5;
    to.rank = old ? wgi_ox_ints(k, "shape", to.dim, WG_MAX_RANK) : wgi_ox_whole(k, 1, to.dim, WG_MAX_RANK);
    if (to.rank < 0) return wgi_ox_fail(k, WG_ERROR_SHAPE, "the new shape is missing, or has too many axes");
    int64_t rest = -1, size = 1;
    for (int i = 0; i < to.rank; i++) {
        if (!to.dim[i] && !wgi_ox_i(k, "allowzero", 0) && i < s.rank) to.dim[i] = s.dim[i];
        if (to.dim[i] == -1) rest = i;
        else if (to.dim[i] < 0 || (to.dim[i] && size > INT64_MAX / 2 / to.dim[i]))
            return wgi_ox_fail(k, WG_ERROR_SHAPE, "the new shape is not possible");
        else size *= to.dim[i];
    }
    if (rest >= 0) to.dim[rest] = size ? wg_shape_size(s) / size : 0;
    return reshaped(k, to);
}

OPERATOR(flatten)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const int64_t said = wgi_ox_i(k, "axis", 1), axis = said < 0 ? said + s.rank : said;
    wg_shape to = WG_SHAPE(1, 1);
    if (axis < 0 || axis > s.rank) return wgi_ox_axis(k, said, s.rank) >= 0;
    for (int i = 0; i < s.rank; i++) to.dim[i >= axis] *= s.dim[i];
    return reshaped(k, to);
}

/* The axes of a node: an attribute until set 12, operand 1 from there on. -1: not given; -2: after an
 * error. */
static int given_axes(wgi_onnx_call *k, int rank, bool is[])
{
    int64_t list[WG_MAX_RANK];
    const bool has = wgi_ox_attribute(k, "axes") || wgi_ox_has(k, 1);
    const int n = !has                          ? 0
                  : wgi_ox_attribute(k, "axes") ? wgi_ox_ints(k, "axes", list, WG_MAX_RANK)
                                                : wgi_ox_whole(k, 1, list, WG_MAX_RANK);
    for (int i = 0; i < rank; i++) is[i] = false;
    if (n < 0 || rank < n) return wgi_ox_fail(k, WG_ERROR_SHAPE, "too many axes"), -2;
    for (int i = 0; i < n; i++) {
        const int axis = wgi_ox_axis(k, list[i], rank);
        if (axis < 0) return -2;
        is[axis] = true;
    }
    return has ? n : -1;
}

OPERATOR(squeeze)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    wg_shape to = { 0, { 0 } };
    bool goes[WG_MAX_RANK];
    const int n = given_axes(k, s.rank, goes);
    if (n < -1) return false;
    for (int i = 0; i < s.rank; i++) {
        if (n < 0) goes[i] = s.dim[i] == 1;
        if (goes[i] && s.dim[i] != 1)
            return wgi_ox_fail(k, WG_ERROR_SHAPE, "axis %d has the size %lld, not 1", i, (long long)s.dim[i]);
        if (!goes[i]) to.dim[to.rank++] = s.dim[i];
    }
    return reshaped(k, to);
}

OPERATOR(unsqueeze)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    int64_t list[WG_MAX_RANK];
    const int n = wgi_ox_attribute(k, "axes") ? wgi_ox_ints(k, "axes", list, WG_MAX_RANK)
                                              : wgi_ox_whole(k, 1, list, WG_MAX_RANK);
    bool is[WG_MAX_RANK];
    wg_shape to = { s.rank + n, { 0 } };
    if (n < 0 || to.rank > WG_MAX_RANK)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "more than %d axes", WG_MAX_RANK);
    if (given_axes(k, to.rank, is) < 0) return false;
    for (int i = 0, from = 0; i < to.rank; i++) {
        if (!is[i] && from == s.rank) return wgi_ox_fail(k, WG_ERROR_SHAPE, "an axis is given twice");
        to.dim[i] = is[i] ? 1 : s.dim[from++];
    }
    return reshaped(k, to);
}

/* ---- other orders ---- */

OPERATOR(transpose)
{
    const int rank = wgi_ox_shape(k, 0).rank;
    int64_t order[WG_MAX_RANK];
    int to[WG_MAX_RANK];
    const int n = wgi_ox_ints(k, "perm", order, WG_MAX_RANK);
    if (n >= 0 && n != rank) return wgi_ox_fail(k, WG_ERROR_SHAPE, "an order of %d axes for %d", n, rank);
    bool same = true;
    for (int i = 0; i < rank; i++) {
        to[i] = n < 0 ? rank - 1 - i : wgi_ox_axis(k, order[i], rank);
        if (to[i] < 0) return false;
        same &= to[i] == i;
    }
    if (same) return wgi_onnx_same(k);
    if (wgi_ox_is_last(k, 0)) { /* one order instead of two */
        for (int i = 0; i < rank; i++) to[i] = !to[i] ? 0 : to[i] == 1 ? rank - 1 : to[i] - 1;
        for (int i = 0, kept = 0; i < rank; i++)
            if ((kept += to[i] == i) == rank) return wgi_ox_put(k, 0, wgi_ox_last(k, 0));
        return wgi_ox_put(k, 0, wgi_ox_permuted(k, wgi_ox_last(k, 0), to));
    }
    return wgi_ox_put(k, 0, wgi_ox_permuted(k, wgi_ox(k, 0), to));
}

OPERATOR(concat)
{
    const int rank = wgi_ox_shape(k, 0).rank, axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 1), rank);
    wg_node *x = wgi_lang_built(k->o->q, ((size_t)k->ins + 1) * sizeof *x);
    bool last = rank > 2;
    if (axis < 0 || !x) return false;
    for (int i = 0; i < k->ins; i++) last &= wgi_ox_is_last(k, i);
    for (int i = 0; i < k->ins; i++) x[i] = last ? wgi_ox_last(k, i) : wgi_ox(k, i);
    const int at = !last || !axis ? axis : axis == 1 ? rank - 1 : axis - 1;
    const wg_node y = wg_concat(x, k->ins, .axis = at);
    return last ? wgi_ox_put_last(k, 0, y) : wgi_ox_put(k, 0, y);
}
