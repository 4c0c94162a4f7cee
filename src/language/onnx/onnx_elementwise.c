/* onnx_elementwise.c: operators on each element. An image stays as it lies, with its channels first or
 * last. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>
#include <string.h>

/* ---- one operand ---- */

/* The first operand as it lies. */
static wg_node lying(wgi_onnx_call *k) { return wgi_ox_is_last(k, 0) ? wgi_ox_last(k, 0) : wgi_ox(k, 0); }

/* A result that lies as the first operand does. */
static bool put_lying(wgi_onnx_call *k, wg_node y)
{
    return wgi_ox_is_last(k, 0) ? wgi_ox_put_last(k, 0, y) : wgi_ox_put(k, 0, y);
}

OPERATOR(one) { return put_lying(k, k->row->u.one(k->here, lying(k))); }

/* Of whole numbers the result is of their dtype, too. */
OPERATOR(one_whole)
{
    const wg_node y = k->row->u.one(k->here, lying(k));
    const wg_dtype t = wgi_ox_dtype(k, 0);
    return put_lying(k, wg_node_dtype(y) == t ? y : wg_cast(y, t));
}

OPERATOR(same)
{
    if (!wgi_ox_has(k, 0)) return wgi_ox_fail(k, WG_ERROR_FORMAT, "operand 0 is missing");
    return wgi_ox_put_same(k, 0, k->in[0]);
}

OPERATOR(leaky_relu) { return put_lying(k, wg_leaky_relu(lying(k), .slope = wgi_ox_f(k, "alpha", 0.01))); }

OPERATOR(elu) { return put_lying(k, wg_elu(lying(k), .alpha = wgi_ox_f(k, "alpha", 1))); }

OPERATOR(celu) { return put_lying(k, wg_celu(lying(k), .alpha = wgi_ox_f(k, "alpha", 1))); }

/* x where x > 0, else y */
static wg_node above_zero(wgi_onnx_call *k, wg_node x, wg_node y) { return wg_where(wg_greater(x, 0), x, y); }

OPERATOR(selu)
{
    const double alpha = wgi_ox_f(k, "alpha", 1.67326319217681884765625),
                 gamma = wgi_ox_f(k, "gamma", 1.05070102214813232421875);
    const bool standard = fabs(alpha - 1.6732632) < 1e-6 && fabs(gamma - 1.0507010) < 1e-6;
    const wg_node x = lying(k);
    if (standard) return put_lying(k, wg_selu(x));
    const wg_node low = wg_mul(alpha, wg_expm1(x));
    return put_lying(k, wg_mul(gamma, above_zero(k, x, low)));
}

OPERATOR(hard_sigmoid)
{
    const double alpha = wgi_ox_f(k, "alpha", 0.2), beta = wgi_ox_f(k, "beta", 0.5);
    const wg_node line = wg_add(wg_mul(alpha, lying(k)), beta);
    return put_lying(k, wg_clip(line, 0, 1));
}

OPERATOR(thresholded_relu)
{
    const wg_node x = lying(k), is = wg_greater(x, wgi_ox_f(k, "alpha", 1));
    return put_lying(k, wg_where(is, x, 0));
}

OPERATOR(shrink)
{
    const double bias = wgi_ox_f(k, "bias", 0), edge = wgi_ox_f(k, "lambd", 0.5);
    const wg_node x = lying(k), low = wg_less(x, -edge), high = wg_greater(x, edge),
                  above = wg_where(high, wg_sub(x, bias), 0);
    return put_lying(k, wg_where(low, wg_add(x, bias), above));
}

OPERATOR(gelu)
{
    const bool by_tanh = !strcmp(wgi_ox_s(k, "approximate", "none"), "tanh");
    return put_lying(k, wg_gelu(lying(k), .by_tanh = by_tanh));
}

OPERATOR(is_nan)
{
    const wg_node x = lying(k);
    return put_lying(k, wg_not_equal(x, x));
}

OPERATOR(is_inf)
{
    const bool high = wgi_ox_i(k, "detect_positive", 1), low = wgi_ox_i(k, "detect_negative", 1);
    const wg_node x = lying(k), size = high && low ? wg_abs(x) : x;
    if (!high && !low) return put_lying(k, wg_logical_and(wg_less(x, x), wg_less(x, x)));
    return put_lying(k, wg_equal(size, high ? INFINITY : -INFINITY));
}

/* Bounds are attributes until set 11, and operands from there on. One that is not known is a node. */
static wg_node bound(wgi_onnx_call *k, int i, const char *name, double standard)
{
    if (k->version < 11) return wg_number(wgi_ox_f(k, name, standard));
    if (!wgi_ox_has(k, i)) return wg_number(standard);
    return wgi_onnx_is_known(k, k->in[i]) ? wg_number(wgi_ox_number(k, i, standard)) : wgi_ox(k, i);
}

OPERATOR(clip)
{
    const bool has_low = k->version < 11 ? wgi_ox_attribute(k, "min") != NULL : wgi_ox_has(k, 1),
               has_high = k->version < 11 ? wgi_ox_attribute(k, "max") != NULL : wgi_ox_has(k, 2);
    wg_node y = lying(k);
    if (!has_low && !has_high) return wgi_onnx_same(k);
    const wg_node low = bound(k, 1, "min", -INFINITY), high = bound(k, 2, "max", INFINITY);
    if (has_low && has_high) return put_lying(k, wg_clip(y, low, high));
    return put_lying(k, has_low ? wg_maximum(y, low) : wg_minimum(y, high));
}

static bool cast_to(wgi_onnx_call *k, wg_dtype t)
{
    if (wgi_ox_dtype(k, 0) == t) return wgi_onnx_same(k);
    return put_lying(k, wg_cast(lying(k), t));
}

OPERATOR(cast)
{
    static const char *const names[] = { "FLOAT", "INT32", "INT64", "BOOL", "DOUBLE" };
    static const int types[] = { ONNX_FLOAT, ONNX_INT32, ONNX_INT64, ONNX_BOOL, ONNX_DOUBLE };
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, "to");
    int type = a ? (int)a->i : 0;
    for (int i = 0; a && a->s && i < 5; i++) /* until set 6 it is a text */
        if (!strcmp(a->s, names[i])) type = types[i];
    const wg_dtype t = wgi_onnx_dtype(k->o->q, type);
    if (!t) return wgi_ox_fail(k, WG_ERROR_MISSING, "a cast to %s is not there", wgi_onnx_type_name(type));
    return cast_to(k, t);
}

OPERATOR(cast_like) { return cast_to(k, wgi_ox_dtype(k, 1)); }

/* ---- two operands ---- */

/* A known float of one element takes the dtype of the other operand, and is no node. */
static bool is_number(wgi_onnx_call *k, int i)
{
    wgi_onnx_value *v = k->in[i];
    return !k->is_folding && wgi_onnx_is_known(k, v) && wg_dtype_is_float(v->known.dtype) &&
           wg_shape_size(v->known.shape) == 1 && v->known.shape.rank <= wgi_ox_shape(k, 1 - i).rank;
}

/* Until set 6 the axes of b stand from `axis` on below those of a. */
static wg_node aligned(wgi_onnx_call *k, wg_node b)
{
    const wg_shape a = wgi_ox_shape(k, 0), s = wg_node_shape(b);
    const int64_t axis = wgi_ox_i(k, "axis", a.rank - s.rank);
    if (k->version >= 7 || !wgi_ox_i(k, "broadcast", 0) || axis < 0 || axis > a.rank - s.rank) return b;
    wg_shape to = { a.rank, { 0 } };
    for (int i = 0; i < a.rank; i++) to.dim[i] = i >= axis && i < axis + s.rank ? s.dim[i - axis] : 1;
    return wg_reshape(b, to);
}

/* Operand i with channels last, of as many axes as an image. */
static wg_node as_last(wgi_onnx_call *k, int i, int rank)
{
    const wg_shape s = wgi_ox_shape(k, i);
    wg_shape to = { rank, { 0 } };
    if (s.rank == rank) return wgi_ox_last(k, i);
    const int more = rank - s.rank;
    for (int a = 0; a < rank; a++) {
        const int from = !a ? 0 : a == rank - 1 ? 1 : a + 1; /* the axis of the file */
        to.dim[a] = from < more ? 1 : s.dim[from - more];
    }
    wg_node x = wgi_ox(k, i);
    if (s.rank == rank - 1) { /* its first axis is the channels */
        wg_shape whole = { rank, { 1 } };
        for (int a = 1; a < rank; a++) whole.dim[a] = s.dim[a - 1];
        return wgi_onnx_turned(k, wg_reshape(x, whole), true);
    }
    return wg_reshape(x, to);
}

/* The operands as nodes, or as numbers. Returns whether they have channels last. */
static bool pair(wgi_onnx_call *k, wg_node x[2])
{
    if (!wgi_ox_has(k, 0) || !wgi_ox_has(k, 1))
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "two operands are needed");
    const bool number[] = { is_number(k, 0), is_number(k, 1) && !is_number(k, 0) };
    const int rank[] = { wgi_ox_shape(k, 0).rank, wgi_ox_shape(k, 1).rank };
    const int most = rank[0] > rank[1] ? rank[0] : rank[1];
    const bool last = k->version >= 7 && ((wgi_ox_is_last(k, 0) && rank[0] == most) ||
                                          (wgi_ox_is_last(k, 1) && rank[1] == most));
    for (int i = 0; i < 2; i++)
        x[i] = number[i] ? wg_number(wgi_ox_number(k, i, 0)) : last ? as_last(k, i, most) : wgi_ox(k, i);
    if (!last && !number[1]) x[1] = aligned(k, x[1]);
    return last;
}

static bool put_pair(wgi_onnx_call *k, bool last, wg_node y)
{
    return last ? wgi_ox_put_last(k, 0, y) : wgi_ox_put(k, 0, y);
}

OPERATOR(two)
{
    wg_node x[2] = { wg_none, wg_none };
    const bool last = pair(k, x);
    return put_pair(k, last, k->row->u.two(k->here, x[0], x[1]));
}

/* Whole numbers are divided as in C: towards zero. */
OPERATOR(div)
{
    wg_node x[2] = { wg_none, wg_none };
    const bool last = pair(k, x), whole = wg_dtype_is_integer(wgi_ox_dtype(k, 0));
    if (!whole) return put_pair(k, last, wg_div(x[0], x[1]));
    const wg_node rest = wg_fmod(x[0], x[1]), even = wg_sub(x[0], rest);
    return put_pair(k, last, wg_floor_divide(even, x[1]));
}

OPERATOR(pow)
{
    wg_node x[2] = { wg_none, wg_none };
    const bool last = pair(k, x);
    const wg_dtype t = wgi_ox_dtype(k, 0), between = wg_dtype_is_float(t) ? t : WG_F64;
    if (!x[0].graph && !x[1].graph) return wgi_ox_fail(k, WG_ERROR_DTYPE, "two operands are needed");
    for (int i = 0; i < 2; i++)
        if (x[i].graph && wg_node_dtype(x[i]) != between) x[i] = wg_cast(x[i], between);
    const wg_node y = wg_pow(x[0], x[1]);
    return put_pair(k, last, t == between ? y : wg_cast(wg_round(y), t));
}

OPERATOR(mod)
{
    wg_node x[2] = { wg_none, wg_none };
    const bool last = pair(k, x);
    return put_pair(k, last, (wgi_ox_i(k, "fmod", 0) ? wg_fmod_at : wg_remainder_at)(k->here, x[0], x[1]));
}

/* The slope is broadcast to x. Until set 7 one of a channel each stands without its axes. */
OPERATOR(prelu)
{
    wg_node x[2] = { wg_none, wg_none };
    const wg_shape s = wgi_ox_shape(k, 0), w = wgi_ox_shape(k, 1);
    if (s.rank > 2 && w.rank == 1 && w.dim[0] == s.dim[1] && w.dim[0] != 1 && s.dim[s.rank - 1] != w.dim[0]) {
        wg_node image = wgi_ox_last(k, 0);
        return wgi_ox_put_last(k, 0, above_zero(k, image, wg_mul(image, wgi_ox(k, 1))));
    }
    const bool last = pair(k, x);
    return put_pair(k, last, above_zero(k, x[0], wg_mul(x[0], x[1])));
}

/* ---- several operands ---- */

OPERATOR(each)
{
    if (k->ins == 2) return wgi_onnx_two(k);
    wg_node y = wgi_ox(k, 0);
    for (int i = 1; i < k->ins; i++) y = k->row->u.two(k->here, y, wgi_ox(k, i));
    return k->ins == 1 ? wgi_onnx_same(k) : wgi_ox_put(k, 0, y);
}

OPERATOR(mean_of)
{
    wg_node y = wgi_ox(k, 0);
    for (int i = 1; i < k->ins; i++) y = wg_add(y, wgi_ox(k, i));
    return k->ins == 1 ? wgi_onnx_same(k) : wgi_ox_put(k, 0, wg_div(y, k->ins));
}

OPERATOR(where) { return wgi_ox_put(k, 0, wg_where(wgi_ox(k, 0), wgi_ox(k, 1), wgi_ox(k, 2))); }
