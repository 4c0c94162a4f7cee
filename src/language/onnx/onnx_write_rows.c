/* onnx_write_rows.c: ops along an axis: norms, sorting, and results that are made of those before them. */
#include "onnx/onnx_write.h"

#include <math.h>

/* From opset 17 on there is an operator. The mean and the variance are for gradients. */
WRITER(write_layer_norm)
{
    if (w->opset < 17) return 0;
    const int x = in[0], mean = wgi_ow_mean_last(w, x, true), gap = wgi_ow_2(w, "Sub", x, mean);
    const wg_shape s = wgi_ow_without(k->shape, k->shape.rank - 1);
    wgi_ow_int(w, "axis", -1);
    wgi_ow_float(w, "epsilon", wgi_ow_option(k, "eps").real);
    const int y = wgi_ow_op(w, row->onnx, k->type, k->shape, x, in[1], in[2]);
    k->y[1] = wgi_ow_shaped(w, mean, s);
    k->y[2] = wgi_ow_mean_last(w, wgi_ow_2(w, "Mul", gap, gap), false);
    return y;
}

/* The order of all elements, or the first `count` of it. */
WRITER(write_sorted)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    const bool largest = wgi_ow_option(k, "count").kind == WG_ATTR_SIZE ? !wgi_ow_whole(k, "smallest")
                                                                        : wgi_ow_whole(k, "descending");
    const int x = k->type == WG_BOOL ? wgi_ow_cast(w, in[0], WG_I32) : in[0],
              count = wgi_ow_list(w, &k->shape.dim[axis], 1);
    wgi_ow_int(w, "axis", axis);
    wgi_ow_int(w, "largest", largest);
    wgi_ow_int(w, "sorted", 1);
    const int y = wgi_ow_op(w, row->onnx, wgi_ow_type(w, x), k->shape, x, count, 0);
    k->y[1] = wgi_ow_also(w, WG_I64, k->shape);
    return wgi_ow_cast(w, y, k->type);
}

/* 1 - y, as the sum of the others in a row that adds up to 1. */
WRITER(write_softmax_rest)
{
    const int sum = wgi_ow_reduced(w, row->onnx, in[0], WG_SHAPE(wgi_ow_whole(k, "axis")), true);
    return wgi_ow_2(w, "Sub", sum, in[0]);
}

/* ---- results along an axis: after step d each is made of the 2 d elements up to it ---- */

/* x, moved along the axis by d elements: to the end, or if it goes backwards to the beginning. */
static int moved(wgi_ow *w, int x, int axis, int64_t d, bool back, double fill)
{
    return wgi_ow_padded(w, x, axis, back ? -d : d, back ? d : -d, fill);
}

WRITER(write_linear_scan)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    const bool back = wgi_ow_whole(k, "reverse");
    int a = in[0], b = in[1];
    for (int64_t d = 1; d < k->shape.dim[axis]; d *= 2) {
        b = wgi_ow_2(w, "Add", wgi_ow_2(w, row->onnx, a, moved(w, b, axis, d, back, 0)), b);
        a = wgi_ow_2(w, row->onnx, a, moved(w, a, axis, d, back, 0));
    }
    return b;
}

WRITER(write_cumprod)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    const bool back = wgi_ow_whole(k, "reverse");
    int y = wgi_ow_cast(w, in[0], k->type);
    if (wgi_ow_whole(k, "exclusive")) y = moved(w, y, axis, 1, back, 1);
    for (int64_t d = 1; d < k->shape.dim[axis]; d *= 2)
        y = wgi_ow_2(w, row->onnx, y, moved(w, y, axis, d, back, 1));
    return y;
}

/* ln(e^a + e^b). Where both are -inf it is -inf. */
static int log_sum(wgi_ow *w, int a, int b)
{
    const wg_dtype t = wgi_ow_type(w, a);
    const int most = wgi_ow_2(w, "Max", a, b),
              none = wgi_ow_compare(w, "Equal", most, wgi_ow_number(w, t, -INFINITY)),
              from = wgi_ow_where(w, none, wgi_ow_number(w, t, 0), most),
              first = wgi_ow_1(w, "Exp", wgi_ow_2(w, "Sub", a, from)),
              second = wgi_ow_1(w, "Exp", wgi_ow_2(w, "Sub", b, from));
    return wgi_ow_2(w, "Add", from, wgi_ow_1(w, "Log", wgi_ow_2(w, "Add", first, second)));
}

WRITER(write_logcumsumexp)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    const bool back = wgi_ow_whole(k, "reverse");
    int y = in[0];
    for (int64_t d = 1; d < k->shape.dim[axis]; d *= 2)
        y = log_sum(w, y, moved(w, y, axis, d, back, -INFINITY));
    return y;
}

const wgi_ow_rule wgi_ow_rows[] = {
    { "layer_norm", write_layer_norm, "LayerNormalization" },
    { "sort", write_sorted, "TopK" },
    { "topk", write_sorted, "TopK" },
    { "softmax_rest", write_softmax_rest, "ReduceSum" },
    { "others", write_softmax_rest, "ReduceSum" },
    { "linear_scan", write_linear_scan, "Mul" },
    { "cumprod", write_cumprod, "Mul" },
    { "logcumsumexp", write_logcumsumexp, NULL },
    { NULL, NULL, NULL },
};
