/* onnx_places.c: parts of tensors, and tensors put together: slices, margins, copies, triangles, ranges. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>
#include <string.h>

/* ---- slices ---- */

static int64_t clamped(int64_t v, int64_t low, int64_t high) { return v < low ? low : v > high ? high : v; }

/* Elements from, from + step, ... before `to` of axis. Backwards: those of the reversed axis. */
static wg_node slice(wgi_onnx_call *k, wg_node x, int axis, int64_t from, int64_t to, int64_t step)
{
    const int64_t n = wg_node_shape(x).dim[axis];
    from += from < 0 ? n : 0;
    to += to < 0 && to > INT64_MIN / 2 ? n : 0;
    if (step > 0) from = clamped(from, 0, n), to = clamped(to, 0, n);
    else {
        const int64_t first = clamped(from, 0, n - 1), end = clamped(to, -1, n - 1);
        x = wg_flip(x, .axis = axis);
        from = n - 1 - first, to = n - 1 - end, step = -step;
    }
    if (from > to) to = from;
    if (!from && to == n && step == 1) return x;
    return wg_slice(x, .axis = axis, .from = from, .to = to, .step = step);
}

/* Until set 9 the lists are attributes. */
static int slice_list(wgi_onnx_call *k, int operand, const char *name, int64_t to[], int standard)
{
    if (k->version < 10) return wgi_ox_attribute(k, name) ? wgi_ox_ints(k, name, to, WG_MAX_RANK) : standard;
    return wgi_ox_has(k, operand) ? wgi_ox_whole(k, operand, to, WG_MAX_RANK) : standard;
}

OPERATOR(slice)
{
    int64_t from[WG_MAX_RANK], to[WG_MAX_RANK], axes[WG_MAX_RANK], steps[WG_MAX_RANK];
    for (int i = 0; i < WG_MAX_RANK; i++) axes[i] = i, steps[i] = 1;
    const int rank = wgi_ox_shape(k, 0).rank, n = slice_list(k, 1, "starts", from, -1),
              ends = slice_list(k, 2, "ends", to, -1), of = slice_list(k, 3, "axes", axes, n),
              step = slice_list(k, 4, "steps", steps, n);
    wg_node x = wgi_ox(k, 0);
    if (n < 0 || ends != n || of != n || step != n)
        return wgi_ox_fail(k, WG_ERROR_SHAPE,
                           "the lists of starts, ends, axes and steps are not of one length");
    for (int i = 0; i < n; i++) {
        const int axis = wgi_ox_axis(k, axes[i], rank);
        if (axis < 0) return false;
        if (!steps[i] || steps[i] == INT64_MIN) return wgi_ox_fail(k, WG_ERROR_VALUE, "a step of this size");
        x = slice(k, x, axis, from[i], to[i], steps[i]);
    }
    return wgi_ox_put(k, 0, x);
}

/* The sizes of the parts are given, or all parts are equal and the last one may be smaller. */
OPERATOR(split)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 0), s.rank);
    int64_t sizes[WGI_ONNX_OUTS];
    if (axis < 0 || k->outs < 1) return false;
    const bool last = wgi_ox_is_last(k, 0);
    const int at = !last || !axis ? axis : axis == 1 ? s.rank - 1 : axis - 1;
    const int64_t each = (s.dim[axis] + k->outs - 1) / k->outs;
    const int n = wgi_ox_attribute(k, "split") ? wgi_ox_ints(k, "split", sizes, WGI_ONNX_OUTS)
                  : wgi_ox_has(k, 1)           ? wgi_ox_whole(k, 1, sizes, WGI_ONNX_OUTS)
                                               : 0;
    if (n && n != k->outs) return wgi_ox_fail(k, WG_ERROR_SHAPE, "%d sizes for %d parts", n, k->outs);
    int64_t from = 0;
    for (int i = 0; i < k->outs; i++) {
        const int64_t size = n ? sizes[i] : from + each > s.dim[axis] ? s.dim[axis] - from : each;
        if (size < 0 || size > s.dim[axis] - from)
            return wgi_ox_fail(k, WG_ERROR_SHAPE, "the parts do not fit");
        const wg_node x = last ? wgi_ox_last(k, 0) : wgi_ox(k, 0), y = slice(k, x, at, from, from + size, 1);
        if (!(last ? wgi_ox_put_last(k, i, y) : wgi_ox_put(k, i, y))) return false;
        from += size;
    }
    return from == s.dim[axis] || wgi_ox_fail(k, WG_ERROR_SHAPE, "the parts do not fit");
}

/* ---- copies and margins ---- */

OPERATOR(expand)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    wg_shape want = { 0, { 0 } }, to = { 0, { 0 } };
    want.rank = wgi_ox_whole(k, 1, want.dim, WG_MAX_RANK);
    if (want.rank < 0) return false;
    to.rank = want.rank > s.rank ? want.rank : s.rank;
    for (int i = 0; i < to.rank; i++) {
        const int a = i - (to.rank - s.rank), b = i - (to.rank - want.rank);
        const int64_t has = a < 0 ? 1 : s.dim[a], wants = b < 0 ? 1 : want.dim[b];
        to.dim[i] = has == 1 ? wants : has;
        if (has != 1 && wants != 1 && has != wants)
            return wgi_ox_fail(k, WG_ERROR_SHAPE, "the shapes do not broadcast");
    }
    if (wg_shape_equal(s, to)) return wgi_onnx_same(k);
    return wgi_ox_put(k, 0, wg_broadcast_to(wgi_ox(k, 0), to));
}

OPERATOR(tile)
{
    wg_shape counts = { 0, { 0 } };
    const int rank = wgi_ox_shape(k, 0).rank;
    if (k->version < 6) { /* one axis */
        const int axis = wgi_ox_axis(k, wgi_ox_count(k, 2, 0), rank);
        if (axis < 0) return false;
        for (counts.rank = 0; counts.rank < rank; counts.rank++) counts.dim[counts.rank] = 1;
        counts.dim[axis] = wgi_ox_count(k, 1, 1);
    } else counts.rank = wgi_ox_whole(k, 1, counts.dim, WG_MAX_RANK);
    if (counts.rank != rank) return wgi_ox_fail(k, WG_ERROR_SHAPE, "a count for each axis is needed");
    return wgi_ox_put(k, 0, wg_tile(wgi_ox(k, 0), .counts = counts));
}

/* Negative margins cut. */
static wg_node margin(wgi_onnx_call *k, wg_node x, int axis, int64_t before, int64_t after, wg_pad_mode mode,
                      double value)
{
    const int64_t n = wg_node_shape(x).dim[axis];
    if (before < 0 || after < 0)
        x = slice(k, x, axis, before < 0 ? -before : 0, after < 0 ? clamped(n + after, 0, n) : n, 1);
    before = before < 0 ? 0 : before, after = after < 0 ? 0 : after;
    if (!before && !after) return x;
    return wg_pad(x, .axis = axis, .before = before, .after = after, .mode = mode, .value = value);
}

OPERATOR(pad)
{
    const int rank = wgi_ox_shape(k, 0).rank;
    const char *const words[] = { "constant", "reflect", "edge" }, *mode = wgi_ox_s(k, "mode", "constant");
    int64_t pads[2 * WG_MAX_RANK], axes[WG_MAX_RANK];
    const bool old = k->version < 11, last = wgi_ox_is_last(k, 0);
    const int n =
        old ? wgi_ox_ints(k, wgi_ox_attribute(k, "pads") ? "pads" : "paddings", pads, 2 * WG_MAX_RANK)
            : wgi_ox_whole(k, 1, pads, 2 * WG_MAX_RANK);
    const double value = old ? wgi_ox_f(k, "value", 0) : wgi_ox_number(k, 2, 0);
    int kind = 0, count = rank;
    while (kind < 3 && strcmp(mode, words[kind]) != 0) kind++;
    if (kind == 3) return wgi_ox_fail(k, WG_ERROR_MISSING, "the mode '%.40s' is not there", mode);
    for (int i = 0; i < rank; i++) axes[i] = i;
    if (wgi_ox_has(k, 3)) count = wgi_ox_whole(k, 3, axes, WG_MAX_RANK);
    if (n < 0 || n != 2 * count)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "two margins for each axis are needed");
    wg_node x = last ? wgi_ox_last(k, 0) : wgi_ox(k, 0);
    for (int i = 0; i < count; i++) {
        const int axis = wgi_ox_axis(k, axes[i], rank);
        if (axis < 0) return false;
        const int at = !last || !axis ? axis : axis == 1 ? rank - 1 : axis - 1;
        for (int e = i; e <= i + count; e += count)
            pads[e] = clamped(pads[e], -WGI_LANG_TENSOR, WGI_LANG_TENSOR);
        x = margin(k, x, at, pads[i], pads[i + count], (wg_pad_mode)kind, value);
    }
    return last ? wgi_ox_put_last(k, 0, x) : wgi_ox_put(k, 0, x);
}

/* ---- triangles, sums along an axis, ranges ---- */

OPERATOR(trilu)
{
    const double offset = wgi_ox_number(k, 1, 0);
    const wg_triangle_args a = WG_OPTS(wg_triangle_args, .x = wgi_ox(k, 0),
                                       .offset = (int)(offset > 1e6    ? 1e6
                                                       : offset < -1e6 ? -1e6
                                                                       : offset));
    return wgi_ox_put(k, 0, wgi_ox_i(k, "upper", 1) ? wg_triu_at(k->here, &a) : wg_tril_at(k->here, &a));
}

OPERATOR(cumsum)
{
    const int axis = wgi_ox_axis(k, wgi_ox_count(k, 1, 0), wgi_ox_shape(k, 0).rank);
    if (axis < 0) return false;
    const wg_node y = wg_cumsum(wgi_ox(k, 0), .axis = axis, .exclusive = wgi_ox_i(k, "exclusive", 0) != 0,
                                .reverse = wgi_ox_i(k, "reverse", 0) != 0);
    const wg_dtype t = wgi_ox_dtype(k, 0);
    return wgi_ox_put(k, 0, wg_node_dtype(y) == t ? y : wg_cast(y, t));
}

static void put_number(wg_tensor *t, int64_t i, double v)
{
    switch (t->dtype) {
    case WG_F32: ((float *)t->data)[i] = (float)v; break;
    case WG_F64: ((double *)t->data)[i] = v; break;
    case WG_I32: ((int32_t *)t->data)[i] = (int32_t)(int64_t)v; break;
    case WG_I64: ((int64_t *)t->data)[i] = (int64_t)v; break;
    default: ((bool *)t->data)[i] = v != 0; break;
    }
}

OPERATOR(range)
{
    const double from = wgi_ox_number(k, 0, NAN), to = wgi_ox_number(k, 1, NAN),
                 step = wgi_ox_number(k, 2, NAN), n = ceil((to - from) / step);
    if (wg_failed(k->o->c)) return false;
    if (!(step != 0) || !(n <= WGI_LANG_TENSOR) || !(fabs(from) < 0x1p62) || !(fabs(step) < 0x1p62))
        return wgi_ox_fail(k, WG_ERROR_VALUE, "a range that is not possible");
    wg_tensor t = wgi_ox_room(k, wgi_ox_dtype(k, 0), WG_SHAPE(n > 0 ? (int64_t)n : 0));
    for (int64_t i = 0; t.data && i < t.shape.dim[0]; i++) put_number(&t, i, from + (double)i * step);
    return wgi_ox_put_known(k, 0, t);
}

OPERATOR(eye_like)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, "dtype");
    const wg_dtype type = a ? wgi_onnx_dtype(k->o->q, (int)a->i) : wgi_ox_dtype(k, 0);
    const int64_t offset = clamped(wgi_ox_i(k, "k", 0), -WGI_LANG_TENSOR, WGI_LANG_TENSOR);
    if (s.rank != 2 || !type)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "a matrix of a type that is there is needed");
    wg_tensor t = wgi_ox_room(k, type, s);
    for (int64_t i = 0; t.data && i < s.dim[0]; i++)
        if (i + offset >= 0 && i + offset < s.dim[1]) put_number(&t, i * s.dim[1] + i + offset, 1);
    return wgi_ox_put_known(k, 0, t);
}

/* ---- pixels and channels ---- */

/* x as six axes, in another order, as four axes. */
static bool through_six(wgi_onnx_call *k, wg_shape six, const int order[], wg_shape four)
{
    const wg_node apart = wg_reshape(wgi_ox(k, 0), six);
    return wgi_ox_put(k, 0, wg_reshape(wgi_ox_permuted(k, apart, order), four));
}

OPERATOR(depth_to_space)
{
    static const int by_depth[] = { 0, 3, 4, 1, 5, 2 }, by_column[] = { 0, 1, 4, 2, 5, 3 };
    const wg_shape s = wgi_ox_shape(k, 0);
    const int64_t b = wgi_ox_i(k, "blocksize", 0);
    if (s.rank != 4 || b < 1 || b > 10000 || s.dim[1] % (b * b))
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "the channels are no blocks of this size");
    const int64_t c = s.dim[1] / (b * b);
    const bool columns = !strcmp(wgi_ox_s(k, "mode", "DCR"), "CRD");
    const wg_shape six = columns ? WG_SHAPE(s.dim[0], c, b, b, s.dim[2], s.dim[3])
                                 : WG_SHAPE(s.dim[0], b, b, c, s.dim[2], s.dim[3]);
    return through_six(k, six, columns ? by_column : by_depth,
                       WG_SHAPE(s.dim[0], c, s.dim[2] * b, s.dim[3] * b));
}

OPERATOR(space_to_depth)
{
    static const int order[] = { 0, 3, 5, 1, 2, 4 };
    const wg_shape s = wgi_ox_shape(k, 0);
    const int64_t b = wgi_ox_i(k, "blocksize", 0);
    if (s.rank != 4 || b < 1 || b > 10000 || s.dim[2] % b || s.dim[3] % b)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "the image is no blocks of this size");
    return through_six(k, WG_SHAPE(s.dim[0], s.dim[1], s.dim[2] / b, b, s.dim[3] / b, b), order,
                       WG_SHAPE(s.dim[0], s.dim[1] * b * b, s.dim[2] / b, s.dim[3] / b));
}

/* ---- dropout ---- */

static bool all_kept(wgi_onnx_call *k)
{
    if (wg_failed(k->o->c) || !wgi_onnx_same(k)) return false;
    if (k->outs < 2 || !k->out[1]) return true;
    wg_tensor t = wgi_ox_room(k, k->version < 10 ? wgi_ox_dtype(k, 0) : WG_BOOL, wgi_ox_shape(k, 0));
    for (int64_t i = 0; t.data && i < wg_shape_size(t.shape); i++) put_number(&t, i, 1);
    return wgi_ox_put_known(k, 1, t);
}

/* Until set 11 it drops in a training alone; from there on where an operand says so. */
OPERATOR(dropout)
{
    const bool said = k->version >= 12;
    const double drop = said ? wgi_ox_number(k, 1, 0.5) : wgi_ox_f(k, "ratio", 0.5);
    const bool on =
        said ? wgi_ox_number(k, 2, 0) != 0 : !wgi_ox_i(k, "is_test", 0) && k->o->q->now.mode == WG_TRAIN;
    if (!on || !(drop > 0)) return all_kept(k);
    if (k->outs < 2 || !k->out[1])
        return wgi_ox_put(k, 0, wg_dropout(wgi_ox(k, 0), .drop = drop, .mode = WG_AS_TRAIN));
    const wg_node kept = wg_bernoulli(k->g, wgi_ox_shape(k, 0), 1 - drop);
    const wg_node y = wg_where(kept, wg_div(wgi_ox(k, 0), 1 - drop), 0);
    return wgi_ox_put(k, 0, y) && wgi_ox_put(k, 1, kept);
}
