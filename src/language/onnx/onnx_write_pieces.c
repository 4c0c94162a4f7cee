/* onnx_write_pieces.c: what the rules are made of: operators of ONNX whose types and shapes follow from the
 * operands. */
#include "onnx/onnx_write.h"

#include <string.h>

/* ---- shapes ---- */

wg_shape wgi_ow_resized(wg_shape s, int axis, int64_t n)
{
    s.dim[axis] = n;
    return s;
}

wg_shape wgi_ow_without(wg_shape s, int axis)
{
    s.rank--;
    for (int i = axis; i < s.rank; i++) s.dim[i] = s.dim[i + 1];
    return s;
}

wg_shape wgi_ow_with(wg_shape s, int axis, int64_t n)
{
    for (int i = s.rank++; i > axis; i--) s.dim[i] = s.dim[i - 1];
    s.dim[axis] = n;
    return s;
}

int64_t wgi_ow_size(const wg_shape *s, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++) n *= s->dim[i];
    return n;
}

static wg_shape common_shape(wg_shape a, wg_shape b)
{
    if (a.rank < b.rank) return common_shape(b, a);
    for (int i = 0, lead = a.rank - b.rank; i < b.rank; i++)
        if (a.dim[lead + i] == 1) a.dim[lead + i] = b.dim[i];
    return a;
}

/* ---- elementwise ---- */

int wgi_ow_1(wgi_ow *w, const char *op, int a)
{
    return wgi_ow_op(w, op, wgi_ow_type(w, a), wgi_ow_shape(w, a), a, 0, 0);
}

int wgi_ow_2(wgi_ow *w, const char *op, int a, int b)
{
    const wg_shape s = common_shape(wgi_ow_shape(w, a), wgi_ow_shape(w, b));
    return wgi_ow_op(w, op, wgi_ow_type(w, a), s, a, b, 0);
}

int wgi_ow_2n(wgi_ow *w, const char *op, int a, double b)
{
    return wgi_ow_2(w, op, a, wgi_ow_number(w, wgi_ow_type(w, a), b));
}

int wgi_ow_compare(wgi_ow *w, const char *op, int a, int b)
{
    const wg_shape s = common_shape(wgi_ow_shape(w, a), wgi_ow_shape(w, b));
    return wgi_ow_op(w, op, WG_BOOL, s, a, b, 0);
}

int wgi_ow_not(wgi_ow *w, int a) { return wgi_ow_1(w, "Not", a); }

/* Where knows no bool in all runtimes. */
int wgi_ow_where(wgi_ow *w, int c, int a, int b)
{
    if (wgi_ow_type(w, a) == WG_BOOL)
        return wgi_ow_2(w, "Or", wgi_ow_2(w, "And", c, a), wgi_ow_2(w, "And", wgi_ow_not(w, c), b));
    const wg_shape s = common_shape(wgi_ow_shape(w, a), wgi_ow_shape(w, b));
    return wgi_ow_op(w, "Where", wgi_ow_type(w, a), common_shape(wgi_ow_shape(w, c), s), c, a, b);
}

int wgi_ow_onnx_type(wg_dtype t)
{
    static const int type[WG_DTYPE_COUNT] = { [WG_F32] = 1,  [WG_F64] = 11, [WG_I32] = 6,  [WG_I64] = 7,
                                              [WG_BOOL] = 9, [WG_U8] = 2,   [WG_F16] = 10, [WG_BF16] = 16 };
    return type[t];
}

int wgi_ow_cast(wgi_ow *w, int a, wg_dtype t)
{
    if (wgi_ow_type(w, a) == t) return a;
    wgi_ow_int(w, "to", wgi_ow_onnx_type(t));
    return wgi_ow_op(w, "Cast", t, wgi_ow_shape(w, a), a, 0, 0);
}

/* ---- axes ---- */

int wgi_ow_shaped(wgi_ow *w, int a, wg_shape s)
{
    if (wg_shape_equal(wgi_ow_shape(w, a), s)) return a;
    if (wg_shape_size(s) == 0)
        return wgi_ow_constant(w, wgi_ow_type(w, a), s, ""); /* Reshape reads 0 otherwise */
    return wgi_ow_op(w, "Reshape", wgi_ow_type(w, a), s, a, wgi_ow_list(w, s.dim, s.rank), 0);
}

/* Of a transpose of a transpose one stays, or none. */
int wgi_ow_turned(wgi_ow *w, int a, const int order[])
{
    const wgi_ow_value *x = &w->value[a];
    const int from = x->turned ? x->turned : a, rank = x->shape.rank;
    int64_t all[WG_MAX_RANK];
    wg_shape s = { rank, { 0 } };
    bool same = true;
    for (int i = 0; i < rank; i++) {
        all[i] = x->turned ? x->order[order[i]] : order[i];
        s.dim[i] = x->shape.dim[order[i]];
        same &= all[i] == i;
    }
    if (same || wg_failed(w->c)) return from;
    wgi_ow_ints(w, "perm", all, rank);
    const int y = wgi_ow_op(w, "Transpose", x->type, s, from, 0, 0);
    w->value[y].turned = from;
    for (int i = 0; i < rank; i++) w->value[y].order[i] = (int8_t)all[i];
    return y;
}

int wgi_ow_swapped(wgi_ow *w, int a)
{
    int order[WG_MAX_RANK];
    const int rank = wgi_ow_shape(w, a).rank;
    for (int i = 0; i < rank; i++) order[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
    return wgi_ow_turned(w, a, order);
}

int wgi_ow_spread(wgi_ow *w, int a, wg_shape s)
{
    if (wg_shape_equal(wgi_ow_shape(w, a), s)) return a;
    return wgi_ow_op(w, "Expand", wgi_ow_type(w, a), s, a, wgi_ow_list(w, s.dim, s.rank), 0);
}

/* ReduceSum has its axes as an operand from opset 13 on, the others from opset 18 on. */
int wgi_ow_reduced(wgi_ow *w, const char *op, int a, wg_shape axes, bool keep)
{
    wg_shape s = wgi_ow_shape(w, a);
    if (!axes.rank) return a;
    for (int i = axes.rank - 1; i >= 0; i--)
        s = keep ? wgi_ow_resized(s, (int)axes.dim[i], 1) : wgi_ow_without(s, (int)axes.dim[i]);
    const bool operand = !strcmp(op, "ReduceSum");
    if (!operand) wgi_ow_ints(w, "axes", axes.dim, axes.rank);
    wgi_ow_int(w, "keepdims", keep);
    return wgi_ow_op(w, op, wgi_ow_type(w, a), s, a, operand ? wgi_ow_list(w, axes.dim, axes.rank) : 0, 0);
}

int wgi_ow_mean_last(wgi_ow *w, int a, bool keep)
{
    return wgi_ow_reduced(w, "ReduceMean", a, WG_SHAPE(wgi_ow_shape(w, a).rank - 1), keep);
}

int wgi_ow_cut(wgi_ow *w, int a, int axis, int64_t from, int64_t count, int64_t step)
{
    const wg_shape s = wgi_ow_resized(wgi_ow_shape(w, a), axis, count);
    const int64_t at = axis, to = from + count * step;
    if (from == 0 && step == 1 && count == wgi_ow_shape(w, a).dim[axis]) return a;
    const int in[] = { a, wgi_ow_list(w, &from, 1), wgi_ow_list(w, &(int64_t){ to < 0 ? INT64_MIN : to }, 1),
                       wgi_ow_list(w, &at, 1), wgi_ow_list(w, &step, 1) };
    return wgi_ow_many(w, "Slice", wgi_ow_type(w, a), s, in, step == 1 ? 4 : 5);
}

int wgi_ow_padded(wgi_ow *w, int a, int axis, int64_t before, int64_t after, double value)
{
    const wg_shape s = wgi_ow_shape(w, a);
    const int64_t left = s.dim[axis] + (before < 0 ? before : 0) + (after < 0 ? after : 0);
    a = wgi_ow_cut(w, a, axis, before < 0 ? -before : 0, left, 1);
    const int64_t more[2] = { before > 0 ? before : 0, after > 0 ? after : 0 };
    int64_t pads[2 * WG_MAX_RANK] = { 0 };
    if (!more[0] && !more[1]) return a;
    pads[axis] = more[0], pads[s.rank + axis] = more[1];
    return wgi_ow_op(w, "Pad", wgi_ow_type(w, a), wgi_ow_resized(s, axis, left + more[0] + more[1]), a,
                     wgi_ow_list(w, pads, 2 * s.rank),
                     value != 0 ? wgi_ow_number(w, wgi_ow_type(w, a), value) : 0);
}

int wgi_ow_joined(wgi_ow *w, const int *in, int n, int axis)
{
    wg_shape s = wgi_ow_shape(w, in[0]);
    s.dim[axis] = 0;
    for (int i = 0; i < n; i++) s.dim[axis] += wgi_ow_shape(w, in[i]).dim[axis];
    wgi_ow_int(w, "axis", axis);
    return wgi_ow_many(w, "Concat", wgi_ow_type(w, in[0]), s, in, n);
}

int wgi_ow_product(wgi_ow *w, int a, int b)
{
    wg_shape s = wgi_ow_shape(w, a), t = wgi_ow_shape(w, b);
    const int64_t rows = s.rank > 1 ? s.dim[s.rank - 2] : 0, columns = t.rank > 1 ? t.dim[t.rank - 1] : 0;
    const bool has_rows = s.rank > 1, has_columns = t.rank > 1;
    s.rank = s.rank > 2 ? s.rank - 2 : 0, t.rank = t.rank > 2 ? t.rank - 2 : 0;
    s = common_shape(s, t);
    if (has_rows) s.dim[s.rank++] = rows;
    if (has_columns) s.dim[s.rank++] = columns;
    if (wg_shape_size(wgi_ow_shape(w, a)) == 0 || wg_shape_size(wgi_ow_shape(w, b)) == 0)
        return wgi_ow_spread(w, wgi_ow_number(w, wgi_ow_type(w, a), 0), s);
    return wgi_ow_op(w, "MatMul", wgi_ow_type(w, a), s, a, b, 0);
}

int wgi_ow_counted(wgi_ow *w, int rank, int axis, int64_t n)
{
    wg_shape s = { rank, { 1, 1, 1, 1, 1, 1, 1, 1 } };
    s.dim[axis] = n;
    int64_t *all = wg_alloc(w->c, (size_t)n, sizeof *all);
    for (int64_t i = 0; all && i < n; i++) all[i] = i;
    const int y = all ? wgi_ow_constant(w, WG_I64, s, all) : 0;
    wg_free(w->c, all);
    return y;
}

/* ---- options ---- */

wgx_setting wgi_ow_option(const wgi_ow_call *k, const char *name)
{
    for (const wg_attr_row *row = k->op->attrs; row && row->name; row++)
        if (!strcmp(row->name, name)) return wgx_attr_setting(row, wg_attr(k->n));
    return (wgx_setting){ 0 };
}
