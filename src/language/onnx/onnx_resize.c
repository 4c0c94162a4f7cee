/* onnx_resize.c: other sizes of images. Each result along an axis is a sum of a few elements: 1, 2 or 4.
 * Which ones, and by which weights, is known when the graph is built. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>
#include <string.h>

enum { TAPS = 4 };
enum { NEAREST, LINEAR, CUBIC };

typedef struct resizing {
    wgi_onnx_call *k;
    int mode;
    const char *places, *rounding;
    double cubic;     /* of the cubic: a */
    bool inside_only; /* elements outside count nothing */
    double scale[WG_MAX_RANK], from[WG_MAX_RANK], to[WG_MAX_RANK], outside;
    int64_t size[WG_MAX_RANK];
} resizing;

/* ---- where a result is found ---- */

/* The nearest element is that of numbers of 32 bits, as others compute it: 6 / 1.2 is 5. */
static double divided(const resizing *r, double x, double by)
{
    return r->mode == NEAREST ? (double)((float)x / (float)by) : x / by;
}

/* The place in x of result i of n, of an axis of m elements. */
static double place(const resizing *r, int axis, int64_t m, int64_t n, int64_t i)
{
    const double s = r->scale[axis], x = (double)i,
                 whole = s * (double)m; /* of a scale the size before it is rounded */
    if (!strcmp(r->places, "asymmetric")) return divided(r, x, s);
    if (!strcmp(r->places, "align_corners")) return n > 1 ? x * (double)(m - 1) / (whole - 1) : 0;
    if (!strcmp(r->places, "pytorch_half_pixel")) return n > 1 ? divided(r, x + 0.5, s) - 0.5 : 0;
    if (!strcmp(r->places, "tf_half_pixel_for_nn")) return divided(r, x + 0.5, s);
    if (!strcmp(r->places, "tf_crop_and_resize")) {
        const double first = r->from[axis] * (double)(m - 1), last = r->to[axis] * (double)(m - 1);
        return n > 1 ? first + x * (last - first) / (whole - 1) : (first + last) / 2;
    }
    return divided(r, x + 0.5, s) - 0.5;
}

static int64_t rounded(const resizing *r, double x)
{
    if (!strcmp(r->rounding, "floor")) return (int64_t)floor(x);
    if (!strcmp(r->rounding, "ceil")) return (int64_t)ceil(x);
    if (!strcmp(r->rounding, "round_prefer_ceil")) return (int64_t)floor(x + 0.5);
    return (int64_t)ceil(x - 0.5);
}

/* The weights of the elements around a place that lies t behind element 1 of 4. */
static void cubic_weights(double a, double t, double w[])
{
    const double u = 1 - t;
    w[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
    w[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
    w[2] = ((a + 2) * u - (a + 3)) * u * u + 1;
    w[3] = ((a * (u + 1) - 5 * a) * (u + 1) + 8 * a) * (u + 1) - 4 * a;
}

/* The elements of result i, and their weights. Returns how many. */
static int taps(const resizing *r, int axis, int64_t m, int64_t i, int64_t at[], double w[])
{
    const double found = place(r, axis, m, r->size[axis], i), x = fabs(found) < 1e9 ? found : 0,
                 base = floor(x), t = x - base;
    const int n = r->mode == NEAREST ? 1 : r->mode == LINEAR ? 2 : 4;
    for (int j = 0; j < n; j++) at[j] = (int64_t)base + j - (n == 4), w[j] = 1;
    if (r->mode == NEAREST) at[0] = rounded(r, x);
    if (r->mode == LINEAR) w[0] = 1 - t, w[1] = t;
    if (r->mode == CUBIC) cubic_weights(r->cubic, t, w);
    double sum = 0;
    for (int j = 0; j < n; j++) {
        const bool is = at[j] >= 0 && at[j] < m;
        if (!is && r->inside_only && r->mode == CUBIC) w[j] = 0;
        at[j] = at[j] < 0 ? 0 : at[j] >= m ? m - 1 : at[j];
        sum += w[j];
    }
    for (int j = 0; r->inside_only && r->mode == CUBIC && j < n; j++) w[j] /= sum;
    return n;
}

static bool is_outside(const resizing *r, int axis, int64_t m, int64_t i)
{
    const double x = place(r, axis, m, r->size[axis], i);
    return !strcmp(r->places, "tf_crop_and_resize") && (x < 0 || x > (double)(m - 1));
}

/* ---- along an axis ---- */

static wg_node weighted(const resizing *r, wg_node x, int axis, wg_tensor at, wg_tensor w, bool all_one)
{
    wgi_onnx_call *k = r->k;
    const wg_node y = wg_take(x, wgi_ox_leaf(k, at), .axis = axis);
    wg_shape along = wg_node_shape(y);
    for (int i = 0; i < along.rank; i++) along.dim[i] = i == axis ? along.dim[i] : 1;
    return all_one ? y : wg_mul(y, wg_reshape(wgi_ox_leaf(k, w), along));
}

static void put(wg_tensor *t, int64_t i, double v)
{
    if (t->dtype == WG_F64) ((double *)t->data)[i] = v;
    else ((float *)t->data)[i] = (float)v;
}

static wg_node along(const resizing *r, wg_node x, int axis)
{
    wgi_onnx_call *k = r->k;
    const int64_t n = r->size[axis], m = wg_node_shape(x).dim[axis];
    const wg_dtype t = wg_dtype_is_float(wg_node_dtype(x)) ? wg_node_dtype(x) : wg_context_dtype(k->o->c);
    wg_tensor at[TAPS], w[TAPS];
    wg_node sum = wg_none;
    int count = 1;
    for (int j = 0; j < TAPS; j++) {
        at[j] = wgi_ox_room(k, WG_I64, WG_SHAPE(n)), w[j] = wgi_ox_room(k, t, WG_SHAPE(n));
        if (!at[j].data || !w[j].data) return wg_none;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t places[TAPS];
        double weights[TAPS];
        count = taps(r, axis, m, i, places, weights);
        for (int j = 0; j < count; j++) ((int64_t *)at[j].data)[i] = places[j], put(&w[j], i, weights[j]);
    }
    for (int j = 0; j < count; j++) {
        const wg_node part = weighted(r, x, axis, at[j], w[j], r->mode == NEAREST);
        sum = j ? wg_add(sum, part) : part;
    }
    const wg_tensor out = wgi_ox_room(k, WG_BOOL, WG_SHAPE(n));
    bool any = false;
    for (int64_t i = 0; out.data && i < n; i++) any |= ((bool *)out.data)[i] = is_outside(r, axis, m, i);
    wg_shape s = wg_node_shape(sum);
    for (int i = 0; i < s.rank; i++) s.dim[i] = i == axis ? n : 1;
    return any ? wg_where(wg_reshape(wgi_ox_leaf(k, out), s), r->outside, sum) : sum;
}

/* ---- the operators ---- */

static bool mode_of(resizing *r)
{
    wgi_onnx_call *k = r->k;
    const char *mode = wgi_ox_s(k, "mode", "nearest");
    r->mode = !strcmp(mode, "nearest")                               ? NEAREST
              : !strcmp(mode, "linear") || !strcmp(mode, "bilinear") ? LINEAR
                                                                     : CUBIC;
    if (r->mode == CUBIC && strcmp(mode, "cubic") != 0)
        return wgi_ox_fail(k, WG_ERROR_MISSING, "the mode '%.40s' is not there", mode);
    const bool old = k->version < 11;
    r->places = old ? "asymmetric" : wgi_ox_s(k, "coordinate_transformation_mode", "half_pixel");
    r->rounding = old ? "floor" : wgi_ox_s(k, "nearest_mode", "round_prefer_floor");
    r->cubic = wgi_ox_f(k, "cubic_coeff_a", -0.75);
    r->inside_only = wgi_ox_i(k, "exclude_outside", 0) != 0;
    r->outside = wgi_ox_f(k, "extrapolation_value", 0);
    return true;
}

/* Scales or sizes, of which one is given. */
static bool sizes_of(resizing *r, int scales, int sizes)
{
    wgi_onnx_call *k = r->k;
    const wg_shape s = wgi_ox_shape(k, 0);
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, "scales");
    const bool by_scale = a || (wgi_ox_has(k, scales) && wg_shape_size(wgi_ox_shape(k, scales)));
    const wg_tensor *t = a ? NULL : wgi_ox_known(k, by_scale ? scales : sizes);
    const int64_t n = a ? a->float_count : t ? wg_shape_size(t->shape) : 0;
    if (n != s.rank) return wgi_ox_fail(k, WG_ERROR_SHAPE, "a scale or size for each axis is needed");
    for (int i = 0; i < s.rank; i++) {
        const double v = a ? a->floats[i] : wg_tensor_item(t, i);
        r->scale[i] = by_scale ? v : v / (double)s.dim[i];
        const double size =
            by_scale ? (double)floorf((float)s.dim[i] * (float)v) : v; /* 9 times 13/9 is 13 */
        if (!(r->scale[i] > 0) || !(size >= 1 && size <= WGI_LANG_TENSOR))
            return wgi_ox_fail(k, WG_ERROR_VALUE, "a size that is not possible");
        r->size[i] = (int64_t)size;
    }
    return true;
}

static bool region(resizing *r)
{
    wgi_onnx_call *k = r->k;
    const int rank = wgi_ox_shape(k, 0).rank;
    if (strcmp(r->places, "tf_crop_and_resize") != 0) return true;
    const wg_tensor *t = wgi_ox_known(k, 1);
    if (!t || wg_shape_size(t->shape) != 2 * rank)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "a region of all axes is needed");
    for (int i = 0; i < rank; i++) r->from[i] = wg_tensor_item(t, i), r->to[i] = wg_tensor_item(t, i + rank);
    return true;
}

/* Images of the common kinds, by one op of the library. */
static bool by_one(resizing *r)
{
    wgi_onnx_call *k = r->k;
    const wg_shape s = wgi_ox_shape(k, 0);
    const bool half = !strcmp(r->places, "half_pixel") || !strcmp(r->places, "pytorch_half_pixel"),
               corners = !strcmp(r->places, "align_corners");
    const bool nearest =
                   r->mode == NEAREST && !strcmp(r->places, "asymmetric") && !strcmp(r->rounding, "floor"),
               linear = r->mode == LINEAR && (half || corners);
    wg_shape to = { s.rank - 2, { 0 } };
    bool fits = s.rank > 2 && s.rank < 6 && (nearest || linear) && r->size[0] == s.dim[0] &&
                r->size[1] == s.dim[1] && wg_dtype_is_float(wgi_ox_dtype(k, 0));
    for (int i = 2; i < s.rank; i++) {
        to.dim[i - 2] = r->size[i];
        fits &= r->size[i] > 1 &&
                fabs(r->scale[i] * (double)s.dim[i] - (double)r->size[i]) < 1e-6 * (double)r->size[i];
    }
    if (!fits) return false;
    wgi_ox_put_last(k, 0,
                    wg_resize(wgi_ox_last(k, 0), to, .mode = nearest ? WG_NEAREST : WG_BILINEAR,
                              .align_corners = corners));
    return true;
}

static bool resized(resizing *r)
{
    wgi_onnx_call *k = r->k;
    if (by_one(r)) return !wg_failed(k->o->c);
    wg_node y = wgi_ox(k, 0);
    const wg_dtype t = wg_node_dtype(y);
    for (int i = 0; i < wgi_ox_shape(k, 0).rank && !wg_failed(k->o->c); i++)
        if (r->size[i] != wg_node_shape(y).dim[i] || r->scale[i] != 1 ||
            !strcmp(r->places, "tf_crop_and_resize"))
            y = along(r, y, i);
    if (wg_node_dtype(y) != t) y = wg_cast(y, t);
    return wgi_ox_put(k, 0, y);
}

OPERATOR(resize)
{
    resizing r = { .k = k };
    const bool old = k->version < 11;
    return mode_of(&r) && sizes_of(&r, old ? 1 : 2, 3) && region(&r) && resized(&r);
}

OPERATOR(upsample)
{
    resizing r = { .k = k };
    return mode_of(&r) && sizes_of(&r, 1, 1) && resized(&r);
}
