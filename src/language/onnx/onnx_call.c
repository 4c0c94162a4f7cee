/* onnx_call.c: operands, attributes and results of one node, for the operators. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <stdarg.h>
#include <string.h>

bool wgi_ox_fail(const wgi_onnx_call *k, wg_status s, const char *format, ...)
{
    char text[600];
    va_list args;
    if (wg_failed(k->o->c)) return false;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    wg_fail(k->o->c, k->here, s, "%s", text);
    return false;
}

/* ---- operands ---- */

bool wgi_ox_has(const wgi_onnx_call *k, int i) { return i < k->ins && k->in[i]; }

static wgi_onnx_value *given(const wgi_onnx_call *k, int i)
{
    if (!wgi_ox_has(k, i)) wgi_ox_fail(k, WG_ERROR_FORMAT, "operand %d is missing", i);
    return wgi_ox_has(k, i) ? k->in[i] : NULL;
}

wg_node wgi_ox(wgi_onnx_call *k, int i)
{
    wgi_onnx_value *v = given(k, i);
    return v ? wgi_onnx_node_of(k, v) : wg_none;
}

wg_node wgi_ox_last(wgi_onnx_call *k, int i)
{
    wgi_onnx_value *v = given(k, i);
    return v ? wgi_onnx_last_of(k, v) : wg_none;
}

bool wgi_ox_is_last(const wgi_onnx_call *k, int i)
{
    return wgi_ox_has(k, i) && !k->is_folding && wg_is_none(k->in[i]->node) && !wg_is_none(k->in[i]->last);
}

wg_shape wgi_ox_shape(const wgi_onnx_call *k, int i)
{
    const wgi_onnx_value *v = given(k, i);
    return v ? wgi_onnx_shape_of(k->o, v) : WG_SCALAR;
}

wg_dtype wgi_ox_dtype(const wgi_onnx_call *k, int i)
{
    const wgi_onnx_value *v = given(k, i);
    return v ? wgi_onnx_dtype_of(k->o, v) : WG_DEFAULT_DTYPE;
}

const wg_tensor *wgi_ox_known(wgi_onnx_call *k, int i)
{
    wgi_onnx_value *v = given(k, i);
    return v ? wgi_onnx_known_of(k, v) : NULL;
}

/* The nearest whole number that an int64_t has; of NaN 0. */
static int64_t whole_of(double v)
{
    return v >= 0x1p62 ? INT64_C(1) << 62 : v <= -0x1p62 ? -(INT64_C(1) << 62) : v == v ? (int64_t)v : 0;
}

int wgi_ox_whole(wgi_onnx_call *k, int i, int64_t to[], int room)
{
    const wg_tensor *t = wgi_ox_known(k, i);
    const int64_t n = t ? wg_shape_size(t->shape) : -1;
    if (!t) return -1;
    if (n > room)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "operand %d has %lld numbers, at most %d are possible", i,
                           (long long)n, room),
               -1;
    for (int64_t j = 0; j < n; j++)
        to[j] = t->dtype == WG_I64 ? ((const int64_t *)t->data)[j] : whole_of(wg_tensor_item(t, j));
    return (int)n;
}

int64_t wgi_ox_count(wgi_onnx_call *k, int i, int64_t standard)
{
    int64_t v = standard;
    if (wgi_ox_has(k, i) && wgi_ox_whole(k, i, &v, 1) < 1) return standard;
    return v;
}

double wgi_ox_number(wgi_onnx_call *k, int i, double standard)
{
    const wg_tensor *t = wgi_ox_has(k, i) ? wgi_ox_known(k, i) : NULL;
    return t && wg_shape_size(t->shape) ? wg_tensor_item(t, 0) : standard;
}

/* ---- attributes ---- */

static const wgi_onnx_attribute *attribute_of(const wgi_onnx_node *n, const char *name)
{
    for (int i = 0; i < n->attributes; i++)
        if (!strcmp(n->attribute[i].name, name)) return &n->attribute[i];
    return NULL;
}

const wgi_onnx_attribute *wgi_ox_attribute(const wgi_onnx_call *k, const char *name)
{
    const wgi_onnx_attribute *a = attribute_of(k->n, name);
    for (const wgi_onnx_call *w = k->within; a && a->refers; w = w->within) {
        if (!w) return NULL;
        a = attribute_of(w->n, a->refers);
    }
    return a;
}

int64_t wgi_ox_i(const wgi_onnx_call *k, const char *name, int64_t standard)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, name);
    return a ? a->i : standard;
}

double wgi_ox_f(const wgi_onnx_call *k, const char *name, double standard)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, name);
    return a ? a->f : standard;
}

const char *wgi_ox_s(const wgi_onnx_call *k, const char *name, const char *standard)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, name);
    return a && a->s ? a->s : standard;
}

int wgi_ox_ints(const wgi_onnx_call *k, const char *name, int64_t to[], int room)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, name);
    if (!a || a->int_count > room) return -1;
    for (int i = 0; i < a->int_count; i++) to[i] = a->ints[i];
    return a->int_count;
}

int wgi_ox_axis(const wgi_onnx_call *k, int64_t axis, int rank)
{
    if (axis >= -rank && axis < rank) return (int)(axis < 0 ? axis + rank : axis);
    wgi_ox_fail(k, WG_ERROR_SHAPE, "axis %lld of a tensor with %d axes", (long long)axis, rank);
    return -1;
}

/* ---- results ---- */

static wgi_onnx_value *wanted(const wgi_onnx_call *k, int i) { return i < k->outs ? k->out[i] : NULL; }

/* A node that this call has made gets the name that the file has. */
static bool named(const wgi_onnx_call *k, const wgi_onnx_value *v, wg_node y)
{
    if (!wg_node_ok(y)) return wgi_ox_fail(k, WG_ERROR_SHAPE, "it cannot be built");
    if (v->binding && !v->is_inner && !k->is_folding && (int64_t)y.index >= k->before &&
        wg_node_leaf(y) == WG_LEAF_NONE && !*wg_node_name(y))
        wg_name(y, v->binding->name);
    return true;
}

bool wgi_ox_put(wgi_onnx_call *k, int i, wg_node y)
{
    wgi_onnx_value *v = wanted(k, i);
    if (!v) return !wg_failed(k->o->c);
    v->node = y;
    return named(k, v, y);
}

bool wgi_ox_put_last(wgi_onnx_call *k, int i, wg_node y)
{
    wgi_onnx_value *v = wanted(k, i);
    if (!v) return !wg_failed(k->o->c);
    v->last = y;
    if (!v->is_result || k->is_folding || !wg_node_ok(y)) return named(k, v, y);
    v->node = wgi_onnx_turned(k, y, false); /* here, so that it is in the scope of its module */
    return named(k, v, v->node);
}

bool wgi_ox_put_known(wgi_onnx_call *k, int i, wg_tensor t)
{
    wgi_onnx_value *v = wanted(k, i);
    if (v) v->known = t;
    return t.data;
}

bool wgi_ox_put_same(wgi_onnx_call *k, int i, const wgi_onnx_value *from)
{
    wgi_onnx_value *v = wanted(k, i), copy = *from;
    if (!v) return true;
    if (copy.stored && !copy.known.data) copy.node = wgi_onnx_node_of(k, &copy);
    v->node = copy.node, v->last = copy.last, v->known = copy.known, v->given = copy.given;
    return !wg_failed(k->o->c);
}

wg_tensor wgi_ox_room(wgi_onnx_call *k, wg_dtype t, wg_shape s)
{
    const int64_t n = wg_shape_size(s);
    if (n < 0 || n > WGI_LANG_TENSOR)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "a result with an impossible shape"), (wg_tensor){ 0 };
    return wg_view(t, wgi_lang_built(k->o->q, ((size_t)n + 1) * wg_dtype_size(t)), s);
}

wg_node wgi_ox_leaf(wgi_onnx_call *k, wg_tensor t)
{
    if (!t.data) return wg_none;
    if (!t.shape.rank && t.dtype == wg_context_dtype(k->o->c)) return wg_scalar(k->g, wg_tensor_item(&t, 0));
    return wg_input_at(k->here, k->g, NULL, t);
}

wg_node wgi_ox_permuted(wgi_onnx_call *k, wg_node x, const int order[])
{
    const int rank = wg_node_shape(x).rank;
    return wg_transpose(x, .axes = wg_axes_of(rank, order));
}
