/* onnx_recurrent.c: RNN, GRU and LSTM over the steps of a sequence. The products of x of all steps are one
 * product; then step by step. Weights are [directions, gates units, in]; the gates lie one behind the
 * other. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>
#include <strings.h>

enum { RNN, GRU, LSTM };
static const int gates[] = { 1, 3, 4 };

typedef struct layer {
    wgi_onnx_call *k;
    int kind, directions, direction; /* direction: the one that is built, 0 or 1 */
    int64_t steps, rows, units;
    bool batch_first, backwards;
    wg_node x;        /* [steps, rows, in] */
    wg_node R, Rb[3]; /* [gates units, units]; of a GRU the bias of each gate */
    wg_node P[3];     /* of an LSTM: peepholes for i, o, f; or wg_none */
    wg_node lengths;  /* [rows, 1], or wg_none */
    wg_node h, c;     /* the states */
    double clip;      /* 0: none */
} layer;

/* ---- functions of gates ---- */

/* NAN: it is not given. */
static double listed(const wgi_onnx_call *k, const char *name, int i)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, name);
    return a && i < a->float_count ? a->floats[i] : NAN;
}

static wg_node line(wgi_onnx_call *k, wg_node x, double a, double b) { return wg_add(wg_mul(a, x), b); }

/* The function by its name, with its numbers. */
static wg_node named(wgi_onnx_call *k, const char *name, int i, wg_node x)
{
    const double alpha = listed(k, "activation_alpha", i), beta = listed(k, "activation_beta", i);
    const double a = isnan(alpha) ? 1 : alpha, b = isnan(beta) ? 0 : beta;
    if (!strcasecmp(name, "Sigmoid")) return wg_sigmoid(x);
    if (!strcasecmp(name, "Tanh")) return wg_tanh(x);
    if (!strcasecmp(name, "Relu")) return wg_relu(x);
    if (!strcasecmp(name, "Softsign")) return wg_softsign(x);
    if (!strcasecmp(name, "Softplus")) return wg_softplus(x);
    if (!strcasecmp(name, "Affine")) return line(k, x, a, b);
    if (!strcasecmp(name, "ScaledTanh")) return wg_mul(a, wg_tanh(wg_mul(isnan(beta) ? 1 : beta, x)));
    if (!strcasecmp(name, "Elu")) return wg_elu(x, .alpha = a);
    if (!strcasecmp(name, "LeakyRelu")) return wg_leaky_relu(x, .slope = isnan(alpha) ? 0.01 : alpha);
    if (!strcasecmp(name, "HardSigmoid"))
        return wg_clip(line(k, x, isnan(alpha) ? 0.2 : alpha, isnan(beta) ? 0.5 : beta), 0, 1);
    if (!strcasecmp(name, "ThresholdedRelu")) return wg_where(wg_greater(x, a), x, 0);
    wgi_ox_fail(k, WG_ERROR_MISSING, "the activation '%.40s' is not there", name);
    return wg_none;
}

/* Function f of a direction: of an LSTM that of the gates, of the new values, of the result. */
static wg_node act(const layer *l, int f, wg_node x)
{
    static const char *const standard[][3] = { { "Tanh" },
                                               { "Sigmoid", "Tanh" },
                                               { "Sigmoid", "Tanh", "Tanh" } };
    static const int count[] = { 1, 2, 3 };
    const wgi_onnx_attribute *a = wgi_ox_attribute(l->k, "activations");
    const int i = l->direction * count[l->kind] + f;
    const char *name = a && i < a->string_count ? a->strings[i] : standard[l->kind][f];
    if (l->clip > 0) x = wg_clip_at(l->k->here, x, wg_number(-l->clip), wg_number(l->clip));
    return named(l->k, name, i, x);
}

/* ---- parts ---- */

static wg_node part(wgi_onnx_call *k, wg_node x, int axis, int64_t from, int64_t n)
{
    if (!from && wg_node_shape(x).dim[axis] == n) return x;
    return wg_slice(x, .axis = axis, .from = from, .to = from + n);
}

static wg_node chosen(wgi_onnx_call *k, wg_node x, int axis, int64_t at)
{
    return wg_select(x, .axis = axis, .index = at);
}

/* x y^T */
static wg_node product(wgi_onnx_call *k, wg_node x, wg_node y) { return wg_matmul(x, y, .tb = true); }

/* Gate g of [rows, gates units]. */
static wg_node gate(const layer *l, wg_node x, int g) { return part(l->k, x, 1, g * l->units, l->units); }

static wg_node sum(const layer *l, wg_node a, wg_node b)
{
    return wg_is_none(b) ? a : wg_add_at(l->k->here, a, b);
}
static wg_node times(const layer *l, wg_node a, wg_node b) { return wg_mul_at(l->k->here, a, b); }

/* ---- one step ---- */

static wg_node rnn_step(layer *l, wg_node x) { return act(l, 0, sum(l, x, product(l->k, l->h, l->R))); }

/* z, r, h */
static wg_node gru_step(layer *l, wg_node x)
{
    wgi_onnx_call *k = l->k;
    const wg_node Rzr = part(k, l->R, 0, 0, 2 * l->units), Rh = part(k, l->R, 0, 2 * l->units, l->units),
                  both = product(k, l->h, Rzr);
    const wg_node z = act(l, 0, sum(l, sum(l, gate(l, x, 0), gate(l, both, 0)), l->Rb[0])),
                  r = act(l, 0, sum(l, sum(l, gate(l, x, 1), gate(l, both, 1)), l->Rb[1]));
    const bool before = wgi_ox_i(k, "linear_before_reset", 0);
    const wg_node inner = before ? times(l, r, sum(l, product(k, l->h, Rh), l->Rb[2]))
                                 : sum(l, product(k, times(l, r, l->h), Rh), l->Rb[2]);
    const wg_node n = act(l, 1, sum(l, gate(l, x, 2), inner));
    return sum(l, times(l, wg_sub(1, z), n), times(l, z, l->h));
}

static wg_node peeped(const layer *l, wg_node x, int g, wg_node c)
{
    return wg_is_none(l->P[g]) ? x : sum(l, x, times(l, l->P[g], c));
}

/* i, o, f, c */
static wg_node lstm_step(layer *l, wg_node x, wg_node *c)
{
    const wg_node all = sum(l, x, product(l->k, l->h, l->R));
    const wg_node i = act(l, 0, peeped(l, gate(l, all, 0), 0, l->c));
    const wg_node f = wgi_ox_i(l->k, "input_forget", 0) ? wg_sub_at(l->k->here, wg_number(1), i)
                                                        : act(l, 0, peeped(l, gate(l, all, 2), 2, l->c));
    *c = sum(l, times(l, f, l->c), times(l, i, act(l, 1, gate(l, all, 3))));
    const wg_node o = act(l, 0, peeped(l, gate(l, all, 1), 1, *c));
    return times(l, o, act(l, 2, *c));
}

/* The states stay from the end of a sequence on, and its results are 0 there. */
static wg_node step(layer *l, wg_node x, int64_t t)
{
    wgi_onnx_call *k = l->k;
    wg_node c = l->c, h = l->kind == RNN   ? rnn_step(l, x)
                          : l->kind == GRU ? gru_step(l, x)
                                           : lstm_step(l, x, &c);
    wg_node y = h;
    if (!wg_is_none(l->lengths)) {
        const wg_node on = wg_greater(l->lengths, (double)t);
        y = wg_where(on, h, 0);
        h = wg_where(on, h, l->h);
        if (l->kind == LSTM) c = wg_where(on, c, l->c);
    }
    l->h = h, l->c = c;
    return y;
}

/* ---- a direction ---- */

/* The first state: operand i, or zeros. */
static wg_node first_state(layer *l, int i)
{
    wgi_onnx_call *k = l->k;
    if (wgi_ox_has(k, i)) return chosen(k, wgi_ox(k, i), l->batch_first ? 1 : 0, l->direction);
    return wgi_ox_leaf(k, wgi_ox_room(k, wgi_ox_dtype(k, 0), WG_SHAPE(l->rows, l->units)));
}

/* W x + b of all steps. The biases of x and h are one, but those of h in a GRU. */
static wg_node products_of_x(layer *l)
{
    wgi_onnx_call *k = l->k;
    const int64_t n = gates[l->kind] * l->units;
    const wg_node y = product(k, l->x, chosen(k, wgi_ox(k, 1), 0, l->direction));
    if (!wgi_ox_has(k, 3)) return y;
    const wg_node b = chosen(k, wgi_ox(k, 3), 0, l->direction), of_x = part(k, b, 0, 0, n),
                  of_h = part(k, b, 0, n, n);
    if (l->kind != GRU) return wg_add(y, wg_add(of_x, of_h));
    for (int g = 0; g < 3; g++) l->Rb[g] = part(k, of_h, 0, g * l->units, l->units);
    return wg_add(y, of_x);
}

static bool direction(layer *l, wg_node y[])
{
    wgi_onnx_call *k = l->k;
    const wg_node all = products_of_x(l);
    l->R = chosen(k, wgi_ox(k, 2), 0, l->direction);
    l->h = first_state(l, 5);
    if (l->kind == LSTM) l->c = first_state(l, 6);
    for (int g = 0; g < 3; g++)
        l->P[g] = l->kind == LSTM && wgi_ox_has(k, 7)
                      ? part(k, chosen(k, wgi_ox(k, 7), 0, l->direction), 0, g * l->units, l->units)
                      : wg_none;
    for (int64_t i = 0; i < l->steps && !wg_failed(k->o->c); i++) {
        const int64_t t = l->backwards ? l->steps - 1 - i : i;
        y[t] = step(l, chosen(k, all, 0, t), t);
    }
    return !wg_failed(k->o->c);
}

/* ---- the layer ---- */

static wg_node stacked(wgi_onnx_call *k, const wg_node x[], int64_t n, int axis)
{
    return wg_stack(x, (int)n, .axis = axis);
}

static bool layer_of(wgi_onnx_call *k, layer *l)
{
    const wg_shape s = wgi_ox_shape(k, 0), r = wgi_ox_shape(k, 2);
    const char *way = wgi_ox_s(k, "direction", "forward");
    *l = (layer){ .k = k,
                  .kind = k->row->u.number,
                  .batch_first = wgi_ox_i(k, "layout", 0) != 0,
                  .clip = wgi_ox_f(k, "clip", 0) };
    if (s.rank != 3 || r.rank != 3)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "x and the weights need three axes");
    l->steps = s.dim[l->batch_first], l->rows = s.dim[!l->batch_first], l->units = r.dim[2];
    l->directions = (int)r.dim[0];
    l->backwards = !strcasecmp(way, "reverse");
    if (l->directions != (strcasecmp(way, "bidirectional") ? 1 : 2) ||
        r.dim[1] != gates[l->kind] * l->units || l->steps < 1 || l->steps > 100000)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "the weights, or the number of steps, do not fit");
    static const int swapped[] = { 1, 0, 2 };
    l->x = l->batch_first ? wgi_ox_permuted(k, wgi_ox(k, 0), swapped) : wgi_ox(k, 0);
    if (wgi_ox_has(k, 4)) l->lengths = wg_reshape(wgi_ox(k, 4), WG_SHAPE(l->rows, 1));
    return true;
}

OPERATOR(recurrent)
{
    layer l;
    wg_node whole[2], h[2], c[2];
    if (!layer_of(k, &l)) return false;
    wg_node *y = wgi_lang_built(k->o->q, (size_t)l.steps * sizeof *y);
    if (!y) return false;
    for (int d = 0; d < l.directions; d++) {
        l.direction = d;
        if (d) l.backwards = true;
        if (!direction(&l, y)) return false;
        whole[d] = k->out[0] ? stacked(k, y, l.steps, l.batch_first) : wg_none; /* [steps, rows, units] */
        h[d] = l.h, c[d] = l.c;
    }
    const int axis = l.batch_first ? 1 : 0;
    if (k->out[0] && !wgi_ox_put(k, 0, stacked(k, whole, l.directions, l.batch_first ? 2 : 1))) return false;
    if (k->outs > 1 && k->out[1] && !wgi_ox_put(k, 1, stacked(k, h, l.directions, axis))) return false;
    return k->outs < 3 || !k->out[2] || wgi_ox_put(k, 2, stacked(k, c, l.directions, axis));
}
