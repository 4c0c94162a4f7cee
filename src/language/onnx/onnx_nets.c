/* onnx_nets.c: convolutions and pooling. In ONNX the channels are the second axis, here the last: what lies
 * with its channels last already is taken so, and the result lies so. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>
#include <string.h>

enum { IMAGE_AXES = 3, WIDEST = 4096, LARGEST = 1 << 24 }; /* the largest number of an attribute */

/* A window that moves over an image. */
typedef struct window {
    int axes;
    int64_t size[IMAGE_AXES], stride[IMAGE_AXES], dilation[IMAGE_AXES], before[IMAGE_AXES], after[IMAGE_AXES];
    int64_t pixels[IMAGE_AXES]; /* of the image */
} window;

/* A list of the attribute, or 1 for each axis. */
static bool each_axis(wgi_onnx_call *k, const char *name, int axes, int64_t standard, int64_t to[])
{
    for (int i = 0; i < axes; i++) to[i] = standard;
    if (!wgi_ox_attribute(k, name)) return true;
    if (wgi_ox_ints(k, name, to, axes) != axes)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "%s has not one number for each of the %d axes", name, axes);
    for (int i = 0; i < axes; i++)
        if (to[i] < standard || to[i] > LARGEST)
            return wgi_ox_fail(k, WG_ERROR_VALUE, "%s is out of range", name);
    return true;
}

static int64_t reach(const window *w, int i) { return (w->size[i] - 1) * w->dilation[i] + 1; }

static bool said_pads(wgi_onnx_call *k, window *w)
{
    int64_t pads[2 * IMAGE_AXES] = { 0 };
    if (wgi_ox_attribute(k, "pads") && wgi_ox_ints(k, "pads", pads, 2 * IMAGE_AXES) != 2 * w->axes)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "pads has not two numbers for each of the %d axes", w->axes);
    for (int i = 0; i < w->axes; i++) {
        w->before[i] = pads[i], w->after[i] = pads[i + w->axes];
        if (w->before[i] < 0 || w->after[i] < 0 || w->before[i] > LARGEST || w->after[i] > LARGEST)
            return wgi_ox_fail(k, WG_ERROR_VALUE, "a margin is out of range");
    }
    return true;
}

/* Half of a margin stands before the image; of an odd one the larger half behind it, or before it. */
static void halves(window *w, int i, int64_t all, bool upper)
{
    all = all < 0 ? 0 : all;
    w->before[i] = upper ? all / 2 : all - all / 2;
    w->after[i] = all - w->before[i];
}

/* Reads all of it. size: the window's, of a convolution that of its kernel. */
static bool window_of(wgi_onnx_call *k, const int64_t size[], window *w)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const char *pad = wgi_ox_s(k, "auto_pad", "NOTSET");
    *w = (window){ .axes = s.rank - 2 };
    if (w->axes < 1 || w->axes > IMAGE_AXES)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "images of 1, 2 or 3 axes are there, not of %d", w->axes);
    for (int i = 0; i < w->axes; i++) {
        w->pixels[i] = s.dim[i + 2], w->size[i] = size ? size[i] : 1;
        if (w->pixels[i] > INT32_MAX || w->size[i] > LARGEST)
            return wgi_ox_fail(k, WG_ERROR_SHAPE, "an image or a window is too large");
    }
    if (!size && !each_axis(k, "kernel_shape", w->axes, 1, w->size)) return false;
    if (!each_axis(k, "strides", w->axes, 1, w->stride) ||
        !each_axis(k, "dilations", w->axes, 1, w->dilation))
        return false;
    if (!strcmp(pad, "NOTSET")) return said_pads(k, w);
    if (!strcmp(pad, "VALID")) return true;
    for (int i = 0; i < w->axes; i++) {
        const int64_t results = (w->pixels[i] + w->stride[i] - 1) / w->stride[i];
        halves(w, i, (results - 1) * w->stride[i] + reach(w, i) - w->pixels[i], !strcmp(pad, "SAME_UPPER"));
    }
    return true;
}

static wg_shape list_of(const int64_t *from, int n)
{
    wg_shape s = { n, { 0 } };
    for (int i = 0; i < n; i++) s.dim[i] = from[i];
    return s;
}

/* Before and behind, axis by axis. */
static wg_shape pads_of(const window *w)
{
    wg_shape s = { 2 * w->axes, { 0 } };
    for (int i = 0; i < w->axes; i++) s.dim[2 * i] = w->before[i], s.dim[2 * i + 1] = w->after[i];
    return s;
}

/* ---- convolutions ---- */

/* [a, b, sizes...] as [sizes..., b, a] */
static wg_node kernel_of(wgi_onnx_call *k)
{
    const int rank = wgi_ox_shape(k, 1).rank;
    int order[WG_MAX_RANK];
    for (int i = 0; i < rank - 2; i++) order[i] = i + 2;
    order[rank - 2] = 1, order[rank - 1] = 0;
    return wgi_ox_permuted(k, wgi_ox(k, 1), order);
}

static bool put_image(wgi_onnx_call *k, wg_node y)
{
    if (wgi_ox_has(k, 2)) y = wg_add(y, wgi_ox(k, 2));
    return wgi_ox_put_last(k, 0, y);
}

static bool fits_kernel(wgi_onnx_call *k)
{
    const wg_shape s = wgi_ox_shape(k, 0), w = wgi_ox_shape(k, 1);
    if (s.rank == w.rank && s.rank > 2) return true;
    return wgi_ox_fail(k, WG_ERROR_SHAPE, "a kernel of %d axes for an image of %d", w.rank, s.rank);
}

OPERATOR(conv)
{
    const wg_shape s = wgi_ox_shape(k, 1);
    window w;
    if (!fits_kernel(k) || !window_of(k, s.dim + 2, &w)) return false;
    return put_image(k, wg_conv(wgi_ox_last(k, 0), kernel_of(k), .stride = list_of(w.stride, w.axes),
                                .dilation = list_of(w.dilation, w.axes), .padding = pads_of(&w),
                                .groups = wgi_ox_i(k, "group", 1)));
}

/* What is left out of the result before and behind; output_padding is left in behind. */
static bool pads_of_result(wgi_onnx_call *k, window *w)
{
    const char *pad = wgi_ox_s(k, "auto_pad", "NOTSET");
    int64_t more[IMAGE_AXES], shape[IMAGE_AXES + 2];
    const int n = wgi_ox_ints(k, "output_shape", shape, IMAGE_AXES + 2);
    const bool same = !strncmp(pad, "SAME", 4);
    if (!each_axis(k, "output_padding", w->axes, 0, more)) return false;
    for (int i = 0; i < w->axes; i++) {
        const int64_t whole = w->stride[i] * (w->pixels[i] - 1) + more[i] + reach(w, i);
        const int64_t want = n >= w->axes ? shape[n - w->axes + i] : w->pixels[i] * w->stride[i];
        if (want < 0 || want > INT32_MAX) return wgi_ox_fail(k, WG_ERROR_SHAPE, "a result is too large");
        if (n >= w->axes || same) {
            const int64_t all = whole - want;
            w->before[i] = !strcmp(pad, "SAME_UPPER") ? all / 2 : all - all / 2;
            w->after[i] = all - w->before[i];
            if (w->before[i] < 0) w->after[i] += w->before[i], w->before[i] = 0;
        }
        w->after[i] -= more[i];
    }
    return true;
}

OPERATOR(conv_transpose)
{
    const wg_shape s = wgi_ox_shape(k, 1);
    window w;
    if (!fits_kernel(k) || !window_of(k, s.dim + 2, &w) || !pads_of_result(k, &w)) return false;
    return put_image(k,
                     wg_conv_transpose(wgi_ox_last(k, 0), kernel_of(k), .stride = list_of(w.stride, w.axes),
                                       .dilation = list_of(w.dilation, w.axes), .padding = pads_of(&w),
                                       .groups = wgi_ox_i(k, "group", 1)));
}

/* ---- pooling ---- */

/* With ceil_mode the last window may end behind the margin, which becomes so much wider. One that would begin
 * behind the image is left out. */
static void widen(wgi_onnx_call *k, window *w)
{
    for (int i = 0; wgi_ox_i(k, "ceil_mode", 0) && i < w->axes; i++) {
        const int64_t room = w->pixels[i] + w->before[i] + w->after[i] - reach(w, i);
        const int64_t over = room > 0 ? room % w->stride[i] : 0,
                      last = room + (over ? w->stride[i] - over : 0); /* where that window begins */
        if (over && last < w->pixels[i] + w->before[i]) w->after[i] += w->stride[i] - over;
    }
}

/* Whether wg_max_pool has it. */
static bool is_plain(const window *w)
{
    for (int i = 0; i < w->axes; i++)
        if (w->dilation[i] != 1 || w->before[i] >= w->size[i] || w->after[i] >= w->size[i]) return false;
    return true;
}

/* The image with its margins. */
static wg_node framed(wgi_onnx_call *k, wg_node x, const window *w, double value)
{
    for (int i = 0; i < w->axes; i++)
        if (w->before[i] || w->after[i])
            x = wg_pad(x, .axis = i + 1, .before = w->before[i], .after = w->after[i], .value = value);
    return x;
}

/* Of each window the element number `at`, of a framed image. */
static wg_node elements(wgi_onnx_call *k, wg_node x, const window *w, int64_t at)
{
    for (int i = w->axes - 1; i >= 0; at /= w->size[i--]) {
        const int64_t from = at % w->size[i] * w->dilation[i],
                      results = (w->pixels[i] + w->before[i] + w->after[i] - reach(w, i)) / w->stride[i] + 1;
        x = wg_slice(x, .axis = i + 1, .from = from, .to = from + (results - 1) * w->stride[i] + 1,
                     .step = w->stride[i]);
    }
    return x;
}

/* Of each element its number in the order of the file, as whole numbers [1, pixels..., 1] and of examples and
 * channels. */
static wg_node numbers_of(wgi_onnx_call *k, const window *w)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    wg_shape last = s;
    for (int i = 2; i < s.rank; i++) last.dim[i - 1] = s.dim[i];
    last.dim[s.rank - 1] = s.dim[1];
    const wg_tensor t = wgi_ox_room(k, WG_I64, last);
    int64_t pixels = 1;
    for (int i = 0; i < w->axes; i++) pixels *= w->pixels[i];
    for (int64_t at = 0; t.data && at < wg_shape_size(last); at++) {
        const int64_t c = at % s.dim[1], pixel = at / s.dim[1] % pixels, n = at / s.dim[1] / pixels;
        int64_t number = pixel, rest = pixel;
        if (wgi_ox_i(k, "storage_order", 0)) { /* columns first */
            int64_t place[IMAGE_AXES] = { 0 };
            for (int i = w->axes - 1; i >= 0; rest /= w->pixels[i--]) place[i] = rest % w->pixels[i];
            number = 0;
            for (int i = w->axes - 1; i >= 0; i--) number = number * w->pixels[i] + place[i];
        }
        ((int64_t *)t.data)[at] = (n * s.dim[1] + c) * pixels + number;
    }
    return wgi_ox_leaf(k, t);
}

/* The largest along one axis, of windows of w along it. */
static wg_node largest_along(wgi_onnx_call *k, wg_node x, const window *w, int axis)
{
    window one = { .axes = w->axes };
    for (int i = 0; i < w->axes; i++) {
        one.size[i] = i == axis ? w->size[i] : 1, one.stride[i] = i == axis ? w->stride[i] : 1;
        one.dilation[i] = i == axis ? w->dilation[i] : 1, one.pixels[i] = wg_node_shape(x).dim[i + 1];
    }
    wg_node best = elements(k, x, &one, 0);
    for (int64_t i = 1; i < w->size[axis]; i++) best = wg_maximum(best, elements(k, x, &one, i));
    return best;
}

/* With the places of the largest, by the elements of windows, one after the other. */
static bool pool_with_places(wgi_onnx_call *k, const window *w, wg_node x)
{
    int64_t n = 1;
    for (int i = 0; i < w->axes; i++) n *= w->size[i];
    if (n > WIDEST)
        return wgi_ox_fail(k, WG_ERROR_MISSING, "the places of windows of this size are not there");
    const wg_node number = framed(k, numbers_of(k, w), w, 0);
    wg_node best = elements(k, x, w, 0), at = elements(k, number, w, 0);
    for (int64_t i = 1; i < n; i++) {
        const wg_node next = elements(k, x, w, i);
        at = wg_where(wg_greater(next, best), elements(k, number, w, i), at);
        best = wg_maximum(best, next);
    }
    return wgi_ox_put_last(k, 0, best) && wgi_ox_put_last(k, 1, at);
}

/* By elements of windows: for dilations, wide margins, and the places of the largest. */
static bool pool_by_elements(wgi_onnx_call *k, const window *w)
{
    wg_node x = framed(k, wgi_ox_last(k, 0), w, -INFINITY);
    if (k->outs > 1 && k->out[1]) return pool_with_places(k, w, x);
    for (int i = 0; i < w->axes; i++) {
        if (w->size[i] > WIDEST)
            return wgi_ox_fail(k, WG_ERROR_MISSING, "windows of this size are not there");
        x = largest_along(k, x, w, i);
    }
    return wgi_ox_put_last(k, 0, x);
}

OPERATOR(max_pool)
{
    window w;
    if (!window_of(k, NULL, &w)) return false;
    widen(k, &w);
    if (!is_plain(&w) || (k->outs > 1 && k->out[1])) return pool_by_elements(k, &w);
    return wgi_ox_put_last(k, 0,
                           wg_max_pool(wgi_ox_last(k, 0), .size = list_of(w.size, w.axes),
                                       .stride = list_of(w.stride, w.axes), .padding = pads_of(&w)));
}

static wg_node mean_pool(wgi_onnx_call *k, wg_node x, const window *w, bool skip)
{
    return wg_avg_pool(x, .size = list_of(w->size, w->axes), .stride = list_of(w->stride, w->axes),
                       .padding = pads_of(w), .skip_padding = skip);
}

/* The mean counts the margin that the file says, and not what ceil_mode has added: by how much each mean over
 * whole windows is too small. */
static wg_node over_counted(wgi_onnx_call *k, wg_node y, const window *whole, const window *said)
{
    for (int i = 0; i < whole->axes; i++) {
        if (whole->after[i] == said->after[i]) continue;
        wg_shape s = wg_node_shape(y);
        const int64_t results = s.dim[i + 1], end = said->before[i] + said->pixels[i] + said->after[i];
        for (int a = 0; a < s.rank; a++) s.dim[a] = a == i + 1 ? results : 1;
        const wg_tensor t = wgi_ox_room(k, WG_F64, s);
        for (int64_t r = 0; t.data && r < results; r++) {
            const int64_t from = r * said->stride[i], to = from + said->size[i];
            ((double *)t.data)[r] = (double)said->size[i] / (double)((to < end ? to : end) - from);
        }
        y = wg_mul(y, wg_cast(wgi_ox_leaf(k, t), wg_node_dtype(y)));
    }
    return y;
}

OPERATOR(avg_pool)
{
    window w, said;
    if (!window_of(k, NULL, &w)) return false;
    said = w;
    widen(k, &w);
    if (!is_plain(&w)) return wgi_ox_fail(k, WG_ERROR_MISSING, "margins as wide as the window are not there");
    const bool skip = !wgi_ox_i(k, "count_include_pad", 0);
    const wg_node y = mean_pool(k, wgi_ox_last(k, 0), &w, skip);
    return wgi_ox_put_last(k, 0, skip ? y : over_counted(k, y, &w, &said));
}

OPERATOR(lp_pool)
{
    window w;
    double n = 1;
    if (!window_of(k, NULL, &w)) return false;
    for (int i = 0; i < w.axes; i++) n *= (double)w.size[i];
    const double p = k->version < 2 ? wgi_ox_f(k, "p", 2) : (double)wgi_ox_i(k, "p", 2);
    const wg_node power = wg_pow(wg_abs(wgi_ox_last(k, 0)), p);
    const wg_node sum = wg_mul(mean_pool(k, power, &w, false), n);
    return wgi_ox_put_last(k, 0, wg_pow(sum, 1 / p));
}

/* Over all pixels. */
OPERATOR(global_pool)
{
    const int rank = wgi_ox_shape(k, 0).rank;
    int axes[WG_MAX_RANK] = { 0 };
    if (rank < 3) return wgi_ox_fail(k, WG_ERROR_SHAPE, "an image is needed");
    for (int i = 0; i < rank - 2; i++) axes[i] = i + 1;
    const wg_reduce_args a =
        WG_OPTS(wg_reduce_args, .x = wgi_ox_last(k, 0), .axes = wg_axes_of(rank - 2, axes), .keepdims = true);
    return wgi_ox_put_last(k, 0, k->row->u.number ? wg_max_at(k->here, &a) : wg_mean_at(k->here, &a));
}

OPERATOR(global_lp_pool)
{
    const int rank = wgi_ox_shape(k, 0).rank;
    int axes[WG_MAX_RANK] = { 0 };
    for (int i = 0; i < rank - 2; i++) axes[i] = i + 1;
    if (rank < 3) return wgi_ox_fail(k, WG_ERROR_SHAPE, "an image is needed");
    const double p = k->version < 2 ? wgi_ox_f(k, "p", 2) : (double)wgi_ox_i(k, "p", 2);
    return wgi_ox_put_last(
        k, 0, wg_norm(wgi_ox_last(k, 0), .axes = wg_axes_of(rank - 2, axes), .keepdims = true, .p = p));
}

/* Elements back at the places that a max_pool had them from; zeros elsewhere. */
OPERATOR(max_unpool)
{
    window w;
    wg_shape s = wgi_ox_shape(k, 0);
    if (!window_of(k, NULL, &w)) return false;
    for (int i = 0; i < w.axes; i++)
        s.dim[i + 2] = (w.pixels[i] - 1) * w.stride[i] - w.before[i] - w.after[i] + w.size[i];
    const wg_shape narrow = s;
    if (wgi_ox_has(k, 2) && wgi_ox_whole(k, 2, s.dim, s.rank) != s.rank)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "the shape of the result does not fit");
    /* the places count in an image without what the given shape adds */
    const wg_tensor zeros = wgi_ox_room(k, wgi_ox_dtype(k, 0), WG_SHAPE(wg_shape_size(narrow)));
    wg_node y = wg_scatter_add(wgi_ox_leaf(k, zeros), wg_reshape(wgi_ox(k, 1), WG_SHAPE(-1)),
                               wg_reshape(wgi_ox(k, 0), WG_SHAPE(-1)), .axis = 0);
    y = wg_reshape(y, narrow);
    for (int i = 2; i < s.rank; i++)
        if (s.dim[i] > narrow.dim[i]) y = wg_pad(y, .axis = i, .after = s.dim[i] - narrow.dim[i]);
    return wgi_ox_put(k, 0, y);
}
