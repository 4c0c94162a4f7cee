/* onnx_write_windows.c: convolutions, the largest elements of windows, and axes of other lengths. Here
 * channels stand last, in ONNX behind the images: values are turned, and turned back. */
#include "onnx/onnx_write.h"

#include <math.h>

enum { MOST_AXES = 3 };

/* The numbers of the options, one for each axis; padding has two. */
typedef struct window {
    int axes;
    int64_t size[MOST_AXES], stride[MOST_AXES], step[MOST_AXES], before[MOST_AXES], after[MOST_AXES];
} window;

static window window_of(const wgi_ow_call *k, int axes)
{
    const wgx_setting size = wgi_ow_option(k, "size"), stride = wgi_ow_option(k, "stride"),
                      step = wgi_ow_option(k, "dilation"), sides = wgi_ow_option(k, "padding");
    window o = { .axes = axes };
    for (int a = 0; a < axes; a++) {
        o.size[a] = size.list.dim[a], o.stride[a] = stride.list.dim[a];
        o.step[a] = step.list.rank ? step.list.dim[a] : 1;
        o.before[a] = sides.list.dim[2 * a], o.after[a] = sides.list.dim[2 * a + 1];
    }
    return o;
}

/* [n, ..., c] becomes [n, c, ...]. */
static int channels_first(wgi_ow *w, int x)
{
    int order[WG_MAX_RANK] = { 0 };
    const int rank = wgi_ow_shape(w, x).rank;
    for (int i = 1; i < rank; i++) order[i] = i == 1 ? rank - 1 : i - 1;
    return wgi_ow_turned(w, x, order);
}
static int channels_last(wgi_ow *w, int x)
{
    int order[WG_MAX_RANK] = { 0 };
    const int rank = wgi_ow_shape(w, x).rank;
    for (int i = 1; i < rank; i++) order[i] = i == rank - 1 ? 1 : i + 1;
    return wgi_ow_turned(w, x, order);
}
/* A kernel [..., in, out] becomes [out, in, ...]. */
static int kernel_first(wgi_ow *w, int W)
{
    int order[WG_MAX_RANK];
    const int rank = wgi_ow_shape(w, W).rank;
    for (int i = 0; i < rank; i++) order[i] = i < 2 ? rank - 1 - i : i - 2;
    return wgi_ow_turned(w, W, order);
}

static int64_t positive(int64_t v) { return v > 0 ? v : 0; }

/* What is less than no padding is cut off. */
static int cut_sides(wgi_ow *w, int x, window *o)
{
    for (int a = 0; a < o->axes; a++) {
        const int64_t before = o->before[a] < 0 ? o->before[a] : 0, after = o->after[a] < 0 ? o->after[a] : 0;
        x = wgi_ow_padded(w, x, a + 2, before, after, 0);
        o->before[a] -= before, o->after[a] -= after;
    }
    return x;
}

static void put_windows(wgi_ow *w, const window *o, int64_t groups)
{
    int64_t pads[2 * MOST_AXES];
    for (int a = 0; a < o->axes; a++) pads[a] = o->before[a], pads[o->axes + a] = o->after[a];
    wgi_ow_ints(w, "strides", o->stride, o->axes);
    wgi_ow_ints(w, "pads", pads, 2 * o->axes);
    if (groups) wgi_ow_ints(w, "dilations", o->step, o->axes);
    if (groups) wgi_ow_int(w, "group", groups);
}

/* A shape with channels last, as it is with channels first. */
static wg_shape turned_shape(wg_shape s)
{
    const int64_t channels = s.dim[s.rank - 1];
    s.rank--;
    return wgi_ow_with(s, 1, channels);
}

static int64_t axes_product(wg_shape s) { return wgi_ow_size(&s, 1, s.rank - 1); }

/* Of nothing the sum is 0. */
static bool write_no_terms(wgi_ow *w, wgi_ow_call *k)
{
    bool none = false;
    for (int i = 0; i < 2; i++) none |= wg_shape_size(wgi_ow_shape(w, k->x[i])) == 0;
    if (none) k->y[0] = wgi_ow_spread(w, wgi_ow_number(w, k->type, 0), k->shape);
    return none;
}

WRITER(write_conv)
{
    window o = window_of(k, k->shape.rank - 2);
    if (write_no_terms(w, k)) return k->y[0];
    const int x = cut_sides(w, channels_first(w, in[0]), &o), W = kernel_first(w, in[1]);
    put_windows(w, &o, wgi_ow_whole(k, "groups"));
    return channels_last(w, wgi_ow_op(w, row->onnx, k->type, turned_shape(k->shape), x, W, 0));
}

/* Elements beyond the last tap get nothing. */
WRITER(write_conv_transpose)
{
    window o = window_of(k, k->shape.rank - 2);
    const window all = o;
    wg_shape s = turned_shape(k->shape);
    if (write_no_terms(w, k)) return k->y[0];
    for (int a = 0; a < o.axes; a++) {
        o.before[a] = positive(o.before[a]), o.after[a] = positive(o.after[a]);
        s.dim[a + 2] += all.before[a] - o.before[a] + all.after[a] - o.after[a];
    }
    const int x = channels_first(w, in[0]), W = kernel_first(w, in[1]);
    put_windows(w, &o, wgi_ow_whole(k, "groups"));
    int y = wgi_ow_op(w, row->onnx, k->type, s, x, W, 0);
    for (int a = 0; a < o.axes; a++)
        y = wgi_ow_padded(w, y, a + 2, o.before[a] - all.before[a], o.after[a] - all.after[a], 0);
    return channels_last(w, y);
}

/* x [n, ..., groups in] as [in, groups n, ...]: its channels are the images of another convolution. */
static int images_of_channels(wgi_ow *w, int x, int64_t groups)
{
    wg_shape s = wgi_ow_shape(w, x);
    const int rank = s.rank + 1;
    s.dim[s.rank - 1] /= groups;
    x = wgi_ow_shaped(w, x, wgi_ow_with(s, s.rank - 1, groups));
    int order[WG_MAX_RANK + 1] = { rank - 1, rank - 2, 0 };
    for (int i = 3; i < rank; i++) order[i] = i - 2;
    const int turned = wgi_ow_turned(w, x, order);
    s = wgi_ow_shape(w, turned);
    s.dim[2] *= groups;
    return wgi_ow_shaped(w, turned, wgi_ow_without(s, 1));
}

/* The gradient of a kernel: a convolution whose images are channels of x and whose kernels are the gradients
 * of the channels of the result; strides and steps change places. */
WRITER(write_conv_weights)
{
    const int axes = k->shape.rank - 2;
    const int64_t groups = wgi_ow_whole(k, "groups");
    window o = window_of(k, axes);
    if (write_no_terms(w, k)) return k->y[0];
    for (int a = 0; a < axes; a++) {
        const int64_t stride = o.stride[a];
        o.stride[a] = o.step[a], o.step[a] = stride;
    }
    int order[WG_MAX_RANK] = { axes + 1, 0 };
    for (int i = 0; i < axes; i++) order[i + 2] = i + 1;
    const int x = cut_sides(w, images_of_channels(w, in[0], groups), &o), g = wgi_ow_turned(w, in[1], order);
    put_windows(w, &o, groups);
    wg_shape s = { axes + 2, { k->shape.dim[axes], k->shape.dim[axes + 1] } };
    for (int i = 0; i < axes; i++) s.dim[i + 2] = k->shape.dim[i], order[i] = i + 2;
    order[axes] = 0, order[axes + 1] = 1;
    return wgi_ow_turned(w, wgi_ow_op(w, row->onnx, k->type, s, x, g, 0), order);
}

/* ---- the largest elements of windows ---- */

WRITER(write_max_pool)
{
    window o = window_of(k, k->shape.rank - 2);
    const int x = cut_sides(w, channels_first(w, in[0]), &o);
    wgi_ow_ints(w, "kernel_shape", o.size, o.axes);
    put_windows(w, &o, 0);
    return channels_last(w, wgi_ow_op(w, row->onnx, k->type, turned_shape(k->shape), x, 0, 0));
}

/* Windows over places of the wide side, and all their taps. */
typedef struct taps {
    window o;
    wg_shape wide, narrow; /* [n, ..., channels] */
    int64_t count, windows;
    int64_t *place; /* by tap and window: the place of the wide side */
    bool *inside;   /* whether there is one */
} taps;

static void find_place(taps *t, int64_t tap, int64_t at)
{
    int64_t place = 0, size = 1, i = t->windows * tap + at;
    bool inside = true;
    for (int a = t->o.axes - 1; a >= 0; a--) {
        const int64_t n = t->wide.dim[a + 1], m = t->narrow.dim[a + 1],
                      j = at % m * t->o.stride[a] + tap % t->o.size[a] - t->o.before[a];
        inside &= j >= 0 && j < n;
        place += j * size;
        size *= n, at /= m, tap /= t->o.size[a];
    }
    t->inside[i] = inside, t->place[i] = inside ? place : 0;
}

static bool taps_of(wgi_ow *w, const wgi_ow_call *k, taps *t, wg_shape narrow)
{
    t->wide = wgi_ow_shape(w, k->x[0]), t->narrow = narrow;
    t->o = window_of(k, t->wide.rank - 2);
    t->count = 1, t->windows = axes_product(narrow);
    for (int a = 0; a < t->o.axes; a++) t->count *= t->o.size[a];
    t->place = wg_alloc(w->c, (size_t)(t->count * t->windows), sizeof *t->place);
    t->inside = wg_alloc(w->c, (size_t)(t->count * t->windows), sizeof *t->inside);
    for (int64_t i = 0; t->place && t->inside && i < t->count * t->windows; i++)
        find_place(t, i / t->windows, i % t->windows);
    return t->place && t->inside;
}
static void taps_free(wgi_ow *w, const taps *t)
{
    wg_free(w->c, t->place);
    wg_free(w->c, t->inside);
}

/* x [n, ..., channels] as [n, taps, windows, channels]. */
static int tapped(wgi_ow *w, const taps *t, int x)
{
    const wg_shape s = t->wide;
    const int64_t n = s.dim[0], c = s.dim[s.rank - 1];
    const int flat = wgi_ow_shaped(w, x, WG_SHAPE(n, axes_product(s), c)),
              at = wgi_ow_constant(w, WG_I64, WG_SHAPE(t->count, t->windows), t->place);
    wgi_ow_int(w, "axis", 1);
    return wgi_ow_op(w, "Gather", wgi_ow_type(w, x), WG_SHAPE(n, t->count, t->windows, c), flat, at, 0);
}

/* [n, taps, windows, channels]: true at the first largest element of x in each window. */
static int largest_tap(wgi_ow *w, const taps *t, int x)
{
    const int all = tapped(w, t, x),
              inside = wgi_ow_constant(w, WG_BOOL, WG_SHAPE(1, t->count, t->windows, 1), t->inside),
              none = wgi_ow_number(w, wgi_ow_type(w, x), -INFINITY),
              seen = wgi_ow_where(w, inside, all, none);
    wgi_ow_int(w, "axis", 1);
    wgi_ow_int(w, "keepdims", 1);
    const int first = wgi_ow_op(w, "ArgMax", WG_I64, wgi_ow_resized(wgi_ow_shape(w, all), 1, 1), seen, 0, 0);
    return wgi_ow_compare(w, "Equal", first, wgi_ow_counted(w, 4, 1, t->count));
}

WRITER(write_max_pool_pick)
{
    taps t = { 0 };
    int y = 0;
    if (taps_of(w, k, &t, k->shape)) {
        const int is = largest_tap(w, &t, in[0]), zero = wgi_ow_number(w, k->type, 0),
                  chosen = wgi_ow_where(w, is, tapped(w, &t, in[1]), zero);
        y = wgi_ow_shaped(w, wgi_ow_reduced(w, row->onnx, chosen, WG_SHAPE(1), false), k->shape);
    }
    taps_free(w, &t);
    return y;
}

/* A kernel that gives tap i to the place of tap i alone. */
static int unit_taps(wgi_ow *w, const taps *t, wg_dtype type)
{
    wg_shape s = { t->o.axes + 2, { t->count, 1 } };
    for (int a = 0; a < t->o.axes; a++) s.dim[a + 2] = t->o.size[a];
    const int rows = wgi_ow_counted(w, 2, 0, t->count), columns = wgi_ow_counted(w, 2, 1, t->count);
    return wgi_ow_shaped(w, wgi_ow_cast(w, wgi_ow_compare(w, "Equal", rows, columns), type), s);
}

/* [n, taps, windows, channels] added at their places, as [n, ..., channels]. */
static int added_taps(wgi_ow *w, const taps *t, int x)
{
    const int64_t n = t->wide.dim[0], c = t->wide.dim[t->wide.rank - 1];
    const wg_dtype type = wgi_ow_type(w, x);
    window o = t->o;
    wg_shape from = { o.axes + 2, { n * c, t->count } }, to = { o.axes + 2, { n * c, 1 } };
    for (int a = 0; a < o.axes; a++) {
        from.dim[a + 2] = t->narrow.dim[a + 1];
        o.after[a] = positive(o.after[a]);
        to.dim[a + 2] = (t->narrow.dim[a + 1] - 1) * o.stride[a] + o.size[a] - o.before[a] - o.after[a];
    }
    const int images = wgi_ow_shaped(w, wgi_ow_turned(w, x, (const int[]){ 0, 3, 1, 2 }), from),
              W = unit_taps(w, t, type);
    put_windows(w, &o, 1);
    int y = wgi_ow_op(w, "ConvTranspose", type, to, images, W, 0);
    for (int a = 0; a < o.axes; a++) y = wgi_ow_padded(w, y, a + 2, 0, t->wide.dim[a + 1] - to.dim[a + 2], 0);
    return channels_last(w, wgi_ow_shaped(w, y, turned_shape(t->wide)));
}

WRITER(write_max_pool_grad)
{
    taps t = { 0 };
    int y = 0;
    if (taps_of(w, k, &t, wgi_ow_shape(w, in[1]))) {
        const wg_shape s = WG_SHAPE(t.wide.dim[0], 1, t.windows, t.wide.dim[t.wide.rank - 1]);
        const int is = largest_tap(w, &t, in[0]), zero = wgi_ow_number(w, k->type, 0),
                  g = wgi_ow_where(w, is, wgi_ow_shaped(w, in[1], s), zero);
        y = added_taps(w, &t, g);
    }
    taps_free(w, &t);
    return y;
}

/* ---- axes of other lengths ---- */

/* Element i of the longer or shorter axis is (1 - part) x[place] + part x[place + 1]. */
typedef struct mixed {
    int64_t place;
    double part;
} mixed;

static mixed mixed_of(const wgi_ow_call *k, int64_t i, int64_t n, int64_t size)
{
    if (!wgi_ow_whole(k, "mode")) return (mixed){ i * n / size, 0 };
    const double t = wgi_ow_whole(k, "align_corners")
                         ? (double)i * (double)(n - 1) / (double)(size > 1 ? size - 1 : 1)
                         : ((double)i + 0.5) * (double)n / (double)size - 0.5;
    const double u = fmin(fmax(t, 0), (double)(n - 1));
    const int64_t place = (int64_t)u;
    return (mixed){ place, u - (double)place };
}

/* The weights of n elements in `size` of them, as [size, n], or transposed. */
static int weights_of(wgi_ow *w, const wgi_ow_call *k, int64_t n, int64_t size, bool transposed)
{
    double *all = wg_alloc(w->c, (size_t)(n * size), sizeof *all);
    float *floats = wg_alloc(w->c, (size_t)(n * size), sizeof *floats);
    const int64_t across = transposed ? 1 : n, along = transposed ? size : 1;
    int y = 0;
    for (int64_t i = 0; all && i < size; i++) {
        const mixed m = mixed_of(k, i, n, size);
        all[i * across + m.place * along] += 1 - m.part;
        if (m.part != 0) all[i * across + (m.place + 1) * along] += m.part;
    }
    for (int64_t i = 0; all && floats && i < n * size; i++) floats[i] = (float)all[i];
    if (all && floats)
        y = wgi_ow_constant(w, k->type, transposed ? WG_SHAPE(n, size) : WG_SHAPE(size, n),
                            k->type == WG_F32 ? (const void *)floats : all);
    wg_free(w->c, all);
    wg_free(w->c, floats);
    return y;
}

WRITER(write_resize_axis)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    const wg_shape s = wgi_ow_shape(w, in[0]);
    const int64_t n = s.dim[axis], size = k->shape.dim[axis];
    const bool nearest = !wgi_ow_whole(k, "mode"), back = row->onnx[0] == 'M';
    if (nearest && !back) {
        int64_t *place = wg_alloc(w->c, (size_t)size, sizeof *place);
        for (int64_t i = 0; place && i < size; i++) place[i] = mixed_of(k, i, n, size).place;
        const int at = place ? wgi_ow_list(w, place, (int)size) : 0;
        wg_free(w->c, place);
        wgi_ow_int(w, "axis", axis);
        return wgi_ow_op(w, row->onnx, k->type, k->shape, in[0], at, 0);
    }
    const wg_shape flat = WG_SHAPE(wgi_ow_size(&s, 0, axis), n, wgi_ow_size(&s, axis + 1, s.rank));
    const int W = back ? weights_of(w, k, size, n, true) : weights_of(w, k, n, size, false);
    return wgi_ow_shaped(w, wgi_ow_product(w, W, wgi_ow_shaped(w, in[0], flat)), k->shape);
}

const wgi_ow_rule wgi_ow_windows[] = {
    { "conv", write_conv, "Conv" },
    { "conv_transpose", write_conv_transpose, "ConvTranspose" },
    { "conv_weights", write_conv_weights, "Conv" },
    { "max_pool", write_max_pool, "MaxPool" },
    { "max_pool_pick", write_max_pool_pick, "ReduceSum" },
    { "max_pool_grad", write_max_pool_grad, NULL },
    { "resize_axis", write_resize_axis, "Gather" },
    { "resize_axis_grad", write_resize_axis, "MatMul" },
    { NULL, NULL, NULL },
};
