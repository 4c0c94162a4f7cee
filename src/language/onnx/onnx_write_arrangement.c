/* onnx_write_arrangement.c: ops that move elements, reduce axes, and multiply matrices. */
#include "onnx/onnx_write.h"

#include <math.h>

/* ---- shapes ---- */

WRITER(write_transpose)
{
    const wgx_setting axes = wgi_ow_option(k, "axis");
    int order[WG_MAX_RANK];
    for (int i = 0; i < axes.list.rank; i++) order[i] = (int)axes.list.dim[i];
    return wgi_ow_turned(w, in[0], order);
}

WRITER(write_broadcast_to) { return wgi_ow_spread(w, in[0], k->shape); }

WRITER(write_slice)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    return wgi_ow_cut(w, in[0], axis, wgi_ow_whole(k, "from"), k->shape.dim[axis], wgi_ow_whole(k, "step"));
}

WRITER(write_unslice)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    const int64_t from = wgi_ow_whole(k, "from"), n = wgi_ow_shape(w, in[0]).dim[axis];
    return wgi_ow_padded(w, in[0], axis, from, k->shape.dim[axis] - from - n, 0);
}

WRITER(write_concat) { return wgi_ow_joined(w, in, k->operands, (int)wgi_ow_whole(k, "axis")); }

WRITER(write_flip)
{
    const wgx_setting axes = wgi_ow_option(k, "axis");
    int y = in[0];
    for (int i = 0; i < axes.list.rank; i++) {
        const int axis = (int)axes.list.dim[i];
        y = wgi_ow_cut(w, y, axis, k->shape.dim[axis] - 1, k->shape.dim[axis], -1);
    }
    return y;
}

/* ---- reductions ---- */

/* Whole numbers are added as i64, and bools have no largest one. */
WRITER(write_reduced)
{
    const wg_dtype by = k->type == WG_BOOL ? WG_I32 : k->type;
    const int x = wgi_ow_cast(w, in[0], by);
    const int y = wgi_ow_reduced(w, row->onnx, x, wgi_ow_option(k, "axis").list, wgi_ow_whole(k, "keepdims"));
    return wgi_ow_cast(w, y, k->type);
}

WRITER(write_argmax)
{
    const int x = wgi_ow_type(w, in[0]) == WG_BOOL ? wgi_ow_cast(w, in[0], WG_I32) : in[0];
    wgi_ow_int(w, "axis", wgi_ow_option(k, "axis").list.dim[0]);
    wgi_ow_int(w, "keepdims", wgi_ow_whole(k, "keepdims"));
    return wgi_ow_op(w, row->onnx, WG_I64, k->shape, x, 0, 0);
}

/* Of neighbouring axes, which become one. */
WRITER(write_max_mask)
{
    const wg_shape axes = wgi_ow_option(k, "axis").list, s = k->shape;
    const int from = axes.rank ? (int)axes.dim[0] : 0, to = axes.rank ? (int)axes.dim[axes.rank - 1] + 1 : 0;
    const int64_t n = wgi_ow_size(&s, from, to);
    const wg_shape flat = WG_SHAPE(wgi_ow_size(&s, 0, from), n, wgi_ow_size(&s, to, s.rank));
    const wg_dtype t = wgi_ow_type(w, in[0]);
    const int x = wgi_ow_shaped(w, wgi_ow_cast(w, in[0], t == WG_BOOL ? WG_I32 : t), flat);
    wgi_ow_int(w, "axis", 1);
    wgi_ow_int(w, "keepdims", 1);
    const int first = wgi_ow_op(w, row->onnx, WG_I64, wgi_ow_resized(flat, 1, 1), x, 0, 0);
    return wgi_ow_shaped(w, wgi_ow_compare(w, "Equal", wgi_ow_counted(w, 3, 1, n), first), s);
}

WRITER(write_cumsum)
{
    const int64_t axis = wgi_ow_whole(k, "axis");
    const int x = wgi_ow_cast(w, in[0], k->type);
    wgi_ow_int(w, "exclusive", wgi_ow_whole(k, "exclusive"));
    wgi_ow_int(w, "reverse", wgi_ow_whole(k, "reverse"));
    return wgi_ow_op(w, row->onnx, k->type, k->shape, x, wgi_ow_number(w, WG_I64, (double)axis), 0);
}

WRITER(write_softmax)
{
    const double temperature = wgi_ow_option(k, "temperature").real;
    const int x = temperature == 1 ? in[0] : wgi_ow_2n(w, "Div", in[0], temperature);
    wgi_ow_int(w, "axis", wgi_ow_whole(k, "axis"));
    return wgi_ow_1(w, row->onnx, x);
}

/* ---- products of matrices ---- */

/* Gemm transposes two matrices itself. */
WRITER(write_matmul)
{
    const bool ta = wgi_ow_whole(k, "ta"), tb = wgi_ow_whole(k, "tb");
    int a = wgi_ow_cast(w, in[0], k->type), b = wgi_ow_cast(w, in[1], k->type);
    const bool flat = wgi_ow_shape(w, a).rank == 2 && wgi_ow_shape(w, b).rank == 2;
    if (flat && (ta || tb) && wg_dtype_is_float(k->type)) {
        wgi_ow_int(w, "transA", ta);
        wgi_ow_int(w, "transB", tb);
        return wgi_ow_op(w, row->onnx, k->type, k->shape, a, b, 0);
    }
    if (ta) a = wgi_ow_swapped(w, a);
    if (tb) b = wgi_ow_swapped(w, b);
    return wgi_ow_product(w, a, b);
}

const wgi_ow_rule wgi_ow_arrangement[] = {
    { "transpose", write_transpose, NULL },
    { "broadcast_to", write_broadcast_to, NULL },
    { "slice", write_slice, NULL },
    { "unslice", write_unslice, NULL },
    { "concat", write_concat, NULL },
    { "flip", write_flip, NULL },
    { "sum", write_reduced, "ReduceSum" },
    { "max", write_reduced, "ReduceMax" },
    { "prod", write_reduced, "ReduceProd" },
    { "argmax", write_argmax, "ArgMax" },
    { "max_mask", write_max_mask, "ArgMax" },
    { "cumsum", write_cumsum, "CumSum" },
    { "softmax", write_softmax, "Softmax" },
    { "log_softmax", write_softmax, "LogSoftmax" },
    { "matmul", write_matmul, "Gemm" },
    { "matmul_stored", write_matmul, "Gemm" },
    { NULL, NULL, NULL },
};
