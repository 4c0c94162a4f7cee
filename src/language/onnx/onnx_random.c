/* onnx_random.c: random numbers, drawn anew in each evaluation. A seed in the file does not count: the
 * numbers of another generator cannot be had again. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

static bool drawn(wgi_onnx_call *k, wg_shape s, wg_dtype standard)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, "dtype");
    const wg_dtype t = a ? wgi_onnx_dtype(k->o->q, (int)a->i) : standard;
    const wg_node y =
        k->row->u.number
            ? wg_random_normal(k->g, s, .mean = wgi_ox_f(k, "mean", 0), .deviation = wgi_ox_f(k, "scale", 1))
            : wg_random_uniform(k->g, s, .low = wgi_ox_f(k, "low", 0), .high = wgi_ox_f(k, "high", 1));
    if (!wg_dtype_is_float(t))
        return wgi_ox_fail(k, WG_ERROR_MISSING, "random numbers of this type are not there");
    return wgi_ox_put(k, 0, wg_node_dtype(y) == t ? y : wg_cast(y, t));
}

OPERATOR(random)
{
    wg_shape s = { 0, { 0 } };
    s.rank = wgi_ox_ints(k, "shape", s.dim, WG_MAX_RANK);
    if (s.rank < 0) return wgi_ox_fail(k, WG_ERROR_SHAPE, "it has no shape of at most 8 axes");
    return drawn(k, s, wg_context_dtype(k->o->c));
}

OPERATOR(random_like) { return drawn(k, wgi_ox_shape(k, 0), wgi_ox_dtype(k, 0)); }

OPERATOR(bernoulli)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, "dtype");
    const wg_dtype t = a ? wgi_onnx_dtype(k->o->q, (int)a->i) : wgi_ox_dtype(k, 0);
    const wg_node y = wg_bernoulli(k->g, wgi_ox_shape(k, 0), wgi_ox(k, 0));
    if (!t) return wgi_ox_fail(k, WG_ERROR_MISSING, "random numbers of this type are not there");
    return wgi_ox_put(k, 0, t == WG_BOOL ? y : wg_cast(y, t));
}
