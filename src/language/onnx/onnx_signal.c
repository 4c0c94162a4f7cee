/* onnx_signal.c: Fourier transforms as products with matrices that are known, and windows. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* Of floats. */
static void put_float(wg_tensor *t, int64_t i, double v)
{
    if (t->dtype == WG_F64) ((double *)t->data)[i] = v;
    else ((float *)t->data)[i] = (float)v;
}

/* ---- windows ---- */

/* a - b cos(2 pi i / n) + c cos(4 pi i / n) */
OPERATOR(window)
{
    static const double sums[][3] = { { 0.5, 0.5, 0 }, { 25.0 / 46, 21.0 / 46, 0 }, { 0.42, 0.5, 0.08 } };
    const double *a = sums[k->row->u.number], size = wgi_ox_number(k, 0, 0),
                 n = wgi_ox_i(k, "periodic", 1) ? size : size - 1;
    const wg_dtype t = wgi_onnx_dtype(k->o->q, (int)wgi_ox_i(k, "output_datatype", ONNX_FLOAT));
    if (wg_failed(k->o->c)) return false;
    if (!wg_dtype_is_float(t) || !(size >= 0 && size <= WGI_LANG_TENSOR))
        return wgi_ox_fail(k, WG_ERROR_VALUE, "a window of this size or type is not there");
    wg_tensor to = wgi_ox_room(k, t, WG_SHAPE((int64_t)size));
    for (int64_t i = 0; to.data && i < to.shape.dim[0]; i++) {
        const double angle = 2 * pi * (double)i / n;
        put_float(&to, i, a[0] - a[1] * cos(angle) + a[2] * cos(2 * angle));
    }
    return wgi_ox_put_known(k, 0, to);
}

static double mel_of(double hertz) { return 2595 * log10(1 + hertz / 700); }
static double hertz_of(double mel) { return 700 * (pow(10, mel / 2595) - 1); }

/* Triangles over the bins of a spectrum, at equal distances on the scale of mel. */
OPERATOR(mel)
{
    const double bands = wgi_ox_number(k, 0, 0), length = wgi_ox_number(k, 1, 0),
                 rate = wgi_ox_number(k, 2, 0), low = mel_of(wgi_ox_number(k, 3, 0)),
                 high = mel_of(wgi_ox_number(k, 4, 0)), step = (high - low) / (bands + 2);
    const wg_dtype t = wgi_onnx_dtype(k->o->q, (int)wgi_ox_i(k, "output_datatype", ONNX_FLOAT));
    const int64_t n = (int64_t)bands, bins = (int64_t)length / 2 + 1;
    if (wg_failed(k->o->c)) return false;
    if (!wg_dtype_is_float(t) || !(bands >= 1 && bands < 1e5) || !(length >= 1 && length < 1e6))
        return wgi_ox_fail(k, WG_ERROR_VALUE, "a matrix of this size or type is not there");
    wg_tensor to = wgi_ox_room(k, t, WG_SHAPE(bins, n));
    for (int64_t i = 0; to.data && i < n; i++) {
        double edge[3];
        for (int e = 0; e < 3; e++)
            edge[e] = floor((length + 1) * hertz_of((double)(i + e) * step + low) / rate);
        for (int64_t j = 0; j < bins; j++) {
            const double x = (double)j, up = edge[1] - edge[0], down = edge[2] - edge[1];
            double v = x == edge[1] ? 1 : 0;
            if (x >= edge[0] && x < edge[1]) v = (x - edge[0]) / up;
            if (x > edge[1] && x < edge[2]) v = (edge[2] - x) / down;
            put_float(&to, j * n + i, v);
        }
    }
    return wgi_ox_put_known(k, 0, to);
}

/* ---- Fourier ---- */

/* cos or sin of 2 pi i j / n for i of the rows, j of the columns. */
static wg_node waves(wgi_onnx_call *k, wg_dtype t, int64_t n, int64_t rows, int64_t columns, bool sine,
                     double times)
{
    wg_tensor to = wgi_ox_room(k, t, WG_SHAPE(rows, columns));
    for (int64_t i = 0; to.data && i < rows * columns; i++) {
        const double angle = 2 * pi * (double)(i / columns * (i % columns) % n) / (double)n;
        put_float(&to, i, times * (sine ? sin(angle) : cos(angle)));
    }
    return wgi_ox_leaf(k, to);
}

static wg_node product(wgi_onnx_call *k, wg_node a, wg_node b) { return wg_matmul(a, b); }

static wg_node part_of(wgi_onnx_call *k, wg_node x, int64_t i)
{
    return wg_select(x, .axis = wg_node_shape(x).rank - 1, .index = i);
}

/* x [..., n, 1 or 2], of which the last axis is the real and imaginary part: [..., columns, 2] */
static wg_node transformed(wgi_onnx_call *k, wg_node x, int64_t n, bool one_side, bool inverse)
{
    const wg_shape s = wg_node_shape(x);
    const wg_dtype t = wg_node_dtype(x);
    const int64_t rows = s.dim[s.rank - 2], columns = one_side ? n / 2 + 1 : n;
    const double times = inverse ? 1 / (double)n : 1, sign = inverse ? times : -times;
    const wg_node c = waves(k, t, n, rows, columns, false, times),
                  d = waves(k, t, n, rows, columns, true, sign);
    const wg_node real = part_of(k, x, 0);
    wg_node parts[] = { product(k, real, c), product(k, real, d) };
    if (s.dim[s.rank - 1] == 2) {
        const wg_node imaginary = part_of(k, x, 1);
        parts[0] = wg_sub(parts[0], product(k, imaginary, d));
        parts[1] = wg_add(parts[1], product(k, imaginary, c));
    }
    return wg_stack(parts, 2, .axis = s.rank - 1);
}

/* The axis and the last but one change places. */
static wg_node swapped(wgi_onnx_call *k, wg_node x, int axis)
{
    const int rank = wg_node_shape(x).rank;
    int order[WG_MAX_RANK];
    for (int i = 0; i < rank; i++) order[i] = i == axis ? rank - 2 : i == rank - 2 ? axis : i;
    return axis == rank - 2 ? x : wgi_ox_permuted(k, x, order);
}

OPERATOR(dft)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 1), s.rank);
    if (axis < 0 || axis > s.rank - 2 || s.dim[s.rank - 1] > 2)
        return wgi_ox_fail(k, WG_ERROR_SHAPE,
                           "an axis of the signal is needed, and real and imaginary parts behind it");
    wg_node x = swapped(k, wgi_ox(k, 0), axis);
    const double said = wgi_ox_number(k, 1, (double)s.dim[axis]);
    const int64_t n = (int64_t)said;
    if (wg_failed(k->o->c)) return false;
    if (!(said >= 1 && said < 1e6)) return wgi_ox_fail(k, WG_ERROR_VALUE, "a length of this size");
    if (n < s.dim[axis]) x = wg_slice(x, .axis = s.rank - 2, .to = n);
    const wg_node y = transformed(k, x, n, wgi_ox_i(k, "onesided", 0) != 0, wgi_ox_i(k, "inverse", 0) != 0);
    return wgi_ox_put(k, 0, swapped(k, y, axis));
}

/* Frames of the signal [n, time, 1 or 2], each with the window, transformed: [n, frames, bins, 2] */
OPERATOR(stft)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const double step = wgi_ox_number(k, 1, 0),
                 length = wgi_ox_number(k, 3, wgi_ox_has(k, 2) ? (double)wgi_ox_shape(k, 2).dim[0] : 0);
    if (wg_failed(k->o->c)) return false;
    if (s.rank != 3 || !(step >= 1 && step < 1e9) || !(length >= 1 && length <= (double)s.dim[1]))
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "frames of this length do not fit");
    const int64_t each = (int64_t)length, by = (int64_t)step, frames = (s.dim[1] - each) / by + 1;
    const wg_tensor at = wgi_ox_room(k, WG_I64, WG_SHAPE(frames, each));
    for (int64_t i = 0; at.data && i < frames * each; i++) ((int64_t *)at.data)[i] = i / each * by + i % each;
    wg_node x = wg_take(wgi_ox(k, 0), wgi_ox_leaf(k, at), .axis = 1);
    if (wgi_ox_has(k, 2)) x = wg_mul(x, wg_reshape(wgi_ox(k, 2), WG_SHAPE(each, 1)));
    return wgi_ox_put(k, 0, transformed(k, x, each, wgi_ox_i(k, "onesided", 1) != 0, false));
}
