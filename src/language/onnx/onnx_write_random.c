/* onnx_write_random.c: what is drawn at random: of the same distributions, but other numbers than here. */
#include "onnx/onnx_write.h"

#include <float.h>

static int drawn(wgi_ow *w, const char *op, wg_dtype t, wg_shape s)
{
    const wg_shape least = s.rank ? s : WG_SHAPE(1);
    wgi_ow_ints(w, "shape", least.dim, least.rank);
    wgi_ow_int(w, "dtype", wgi_ow_onnx_type(t));
    return wgi_ow_shaped(w, wgi_ow_op(w, op, t, least, 0, 0, 0), s);
}

WRITER(write_random) { return drawn(w, row->onnx, k->type, k->shape); }

WRITER(write_bernoulli)
{
    const int u = drawn(w, row->onnx, wgi_ow_type(w, in[0]), k->shape);
    return wgi_ow_cast(w, wgi_ow_compare(w, "Less", u, in[0]), k->type);
}

/* The place of the largest of x - ln(-ln u). */
WRITER(write_categorical)
{
    const wg_dtype t = wgi_ow_type(w, in[0]);
    wgi_ow_float(w, "low", FLT_MIN);
    const int u = drawn(w, row->onnx, t, wgi_ow_shape(w, in[0])),
              log = wgi_ow_1(w, "Log", wgi_ow_1(w, "Neg", wgi_ow_1(w, "Log", u))),
              score = wgi_ow_2(w, "Sub", in[0], log);
    wgi_ow_int(w, "axis", -1);
    wgi_ow_int(w, "keepdims", 0);
    return wgi_ow_cast(w, wgi_ow_op(w, "ArgMax", WG_I64, k->shape, score, 0, 0), k->type);
}

/* Who uses a stream again, as a gradient does, keeps what the first one has kept. */
static int kept_by(const wgi_ow *w, uint32_t stream, const wg_shape *s)
{
    for (size_t i = 0; i < w->masks; i++)
        if (w->mask[i].stream == stream && wg_shape_equal(wgi_ow_shape(w, w->mask[i].value), *s))
            return w->mask[i].value;
    return 0;
}

WRITER(write_random_keep)
{
    const uint32_t stream = wg_node_operand(k->n, 2).index;
    const int mask = kept_by(w, stream, &k->shape), p = in[1], zero = wgi_ow_number(w, k->type, 0);
    if (mask) return wgi_ow_where(w, mask, wgi_ow_2(w, "Div", in[0], p), zero);
    const int drop = wgi_ow_2(w, "Sub", wgi_ow_number(w, k->type, 1), p), on = wgi_ow_number(w, WG_BOOL, 1);
    const int y = wgi_ow_op(w, row->onnx, k->type, k->shape, in[0], drop, on),
              kept = wgi_ow_also(w, WG_BOOL, k->shape);
    wgi_ow_mask *more = wgi_ow_grown(w, w->mask, w->masks, &w->mask_room, sizeof *more);
    if (!more) return 0;
    w->mask = more;
    w->mask[w->masks++] = (wgi_ow_mask){ stream, kept };
    return y;
}

const wgi_ow_rule wgi_ow_random[] = {
    { "random_normal", write_random, "RandomNormal" }, { "random_uniform", write_random, "RandomUniform" },
    { "bernoulli", write_bernoulli, "RandomUniform" }, { "categorical", write_categorical, "RandomUniform" },
    { "random_keep", write_random_keep, "Dropout" },   { NULL, NULL, NULL },
};
