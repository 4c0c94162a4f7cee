/* onnx_norms.c: normalisation, and losses of class numbers. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <string.h>

/* ---- normalisation ---- */

/* A running average after a step, and its next value where the file's initializer is one. */
static bool step_average(wgi_onnx_call *k, int operand, int result, wg_node now)
{
    const double keep = wgi_ox_f(k, "momentum", 0.9);
    const wg_node was = wgi_ox(k, operand), next = wg_add(wg_mul(was, keep), wg_mul(now, 1 - keep));
    if (wg_node_leaf(was) == WG_LEAF_STATE && k->o->q->now.mode == WG_TRAIN) wg_assign(was, next);
    return wgi_ox_put(k, result, next);
}

OPERATOR(batch_norm)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const bool training = k->version >= 14 ? wgi_ox_i(k, "training_mode", 0) != 0
                                           : k->version < 7 && !wgi_ox_i(k, "is_test", 0);
    if (k->ins < 5 || !k->in[3] || !k->in[4] || s.rank < 2)
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "five operands are needed");
    wg_batch_norm_args a = WG_OPTS(wg_batch_norm_args, .x = wgi_ox_last(k, 0), .gamma = wgi_ox(k, 1),
                                   .beta = wgi_ox(k, 2), .eps = wgi_ox_f(k, "epsilon", 1e-5));
    if (!training) a.mean = wgi_ox(k, 3), a.variance = wgi_ox(k, 4);
    const wg_node y = wg_batch_norm_at(k->here, &a);
    if (!(s.rank > 2 ? wgi_ox_put_last(k, 0, y) : wgi_ox_put(k, 0, y))) return false;
    return !training || (step_average(k, 3, 1, wg_part(y, 1)) && step_average(k, 4, 2, wg_part(y, 2)));
}

OPERATOR(instance_norm)
{
    return wgi_ox_put_last(
        k, 0,
        wg_instance_norm(wgi_ox_last(k, 0), wgi_ox(k, 1), wgi_ox(k, 2), .eps = wgi_ox_f(k, "epsilon", 1e-5)));
}

/* Over all axes from this one on. Mean and 1 / deviation are results, too. */
OPERATOR(layer_norm)
{
    const wg_shape s = wgi_ox_shape(k, 0), w = wgi_ox_shape(k, 1);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", -1), s.rank);
    const double eps = wgi_ox_f(k, "epsilon", 1e-5);
    int axes[WG_MAX_RANK] = { 0 }, n = 0;
    if (axis < 0) return false;
    for (int i = axis; i < s.rank; i++) axes[n++] = i;
    const wg_node x = wgi_ox(k, 0);
    const wg_tensor zeros = wgi_ox_has(k, 2) ? (wg_tensor){ 0 } : wgi_ox_room(k, wgi_ox_dtype(k, 0), w);
    const wg_node beta = wgi_ox_has(k, 2) ? wgi_ox(k, 2) : wgi_ox_leaf(k, zeros);
    if (!wgi_ox_put(k, 0, wg_layer_norm(x, wgi_ox(k, 1), beta, .eps = eps, .axes = wg_axes_of(n, axes))))
        return false;
    if (k->outs < 2) return true;
    const wg_axes over = wg_axes_of(n, axes);
    const wg_node mean = wg_mean(x, .axes = over, .keepdims = true),
                  v = wg_var(x, .axes = over, .keepdims = true);
    return wgi_ox_put(k, 1, mean) && wgi_ox_put(k, 2, wg_rsqrt(wg_add(v, eps)));
}

/* x / (bias + alpha / size * sum)^beta, with the sum of the squares of `size` channels around each. */
OPERATOR(lrn)
{
    const int64_t size = wgi_ox_i(k, "size", 1), c = wgi_ox_shape(k, 0).dim[1];
    const int axis = wgi_ox_shape(k, 0).rank - 1;
    if (size < 1 || size > 1000 || axis < 1) return wgi_ox_fail(k, WG_ERROR_VALUE, "a window of this size");
    const wg_node x = wgi_ox_last(k, 0),
                  wide = wg_pad(wg_square(x), .axis = axis, .before = (size - 1) / 2, .after = size / 2);
    wg_node sum = wg_none;
    for (int64_t i = 0; i < size; i++) {
        const wg_node part = wg_slice(wide, .axis = axis, .from = i, .to = i + c);
        sum = i ? wg_add(sum, part) : part;
    }
    sum = wg_mul(sum, wgi_ox_f(k, "alpha", 1e-4) / (double)size);
    const wg_node by = wg_pow(wg_add(sum, wgi_ox_f(k, "bias", 1)), wgi_ox_f(k, "beta", 0.75));
    return wgi_ox_put_last(k, 0, wg_div(x, by));
}

OPERATOR(mean_variance)
{
    int64_t list[WG_MAX_RANK] = { 0, 2, 3 };
    int axes[WG_MAX_RANK] = { 0 },
        n = wgi_ox_attribute(k, "axes") ? wgi_ox_ints(k, "axes", list, WG_MAX_RANK) : 3;
    for (int i = 0; i < n; i++)
        if ((axes[i] = wgi_ox_axis(k, list[i], wgi_ox_shape(k, 0).rank)) < 0) return false;
    if (n < 0) return wgi_ox_fail(k, WG_ERROR_SHAPE, "too many axes");
    const wg_axes over = wg_axes_of(n, axes);
    const wg_node x = wgi_ox(k, 0), mean = wg_mean(x, .axes = over, .keepdims = true),
                  deviation = wg_std(x, .axes = over, .keepdims = true);
    return wgi_ox_put(k, 0, wg_div(wg_sub(x, mean), wg_add(deviation, 1e-9)));
}

OPERATOR(lp_norm)
{
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", -1), wgi_ox_shape(k, 0).rank);
    if (axis < 0) return false;
    const wg_node x = wgi_ox(k, 0),
                  n = wg_norm(x, .axis = axis, .keepdims = true, .p = (double)wgi_ox_i(k, "p", 2));
    return wgi_ox_put(k, 0, wg_div(x, n));
}

/* ---- losses of class numbers ---- */

/* The loss of rows of classes: the classes are the second axis, or the last one where an image lies so. */
static bool loss_by(wgi_onnx_call *k, wg_node (*loss)(wg_site here, const wg_class_loss_args *a))
{
    static const char *const words[] = { "mean", "sum", "none" };
    const wgi_onnx_attribute *ignore = wgi_ox_attribute(k, "ignore_index");
    const char *how = wgi_ox_s(k, "reduction", "mean");
    int kind = 0;
    while (kind < 3 && strcmp(how, words[kind]) != 0) kind++;
    if (kind == 3) return wgi_ox_fail(k, WG_ERROR_MISSING, "the reduction '%.40s' is not there", how);
    wg_class_loss_args a = WG_OPTS(wg_class_loss_args, .x = wgi_ox_last(k, 0), .y = wgi_ox(k, 1),
                                   .reduction = (wg_reduction)kind);
    if (wgi_ox_has(k, 2)) a.weights = wgi_ox(k, 2);
    if (ignore) a.ignore = (double)ignore->i;
    return wgi_ox_put(k, 0, loss(k->here, &a));
}

OPERATOR(nll) { return loss_by(k, wg_nll_at); }

/* The logarithms of the probabilities are a result, too. */
OPERATOR(softmax_loss)
{
    if (!loss_by(k, wg_softmax_cross_entropy_at) || k->outs < 2 || !k->out[1]) return !wg_failed(k->o->c);
    return wgi_ox_put(k, 1, wg_log_softmax(wgi_ox(k, 0), .axis = 1));
}
