/* nn.c: layers that own parameters. They use the public API alone. */
#define WG_AT(args) here /* nodes get the user's call site */
#include "nn/layer.h"

static void set_option(const wg_op *op, char *attr, const op_option *o)
{
    const int whole = (int)o->value;
    const bool on = o->value != 0;
    for (const wg_attr_row *row = op->attrs; o->name && row->name; row++) {
        if (strcmp(row->name, o->name) != 0) continue;
        if (row->kind == WG_ATTR_SIZE) memcpy(attr + row->offset, &o->value, sizeof o->value);
        else if (row->kind == WG_ATTR_BOOL) memcpy(attr + row->offset, &on, sizeof on);
        else memcpy(attr + row->offset, &whole, sizeof whole);
    }
}

wg_node wgi_layer_op(wg_site here, const char *name, const op_option given[2], const wg_node x[], int n)
{
    _Alignas(16) char attr[256];
    const wg_op *op = wg_op_find(name);
    wg_attr_begin(op, attr);
    for (int i = 0; i < 2; i++) set_option(op, attr, &given[i]);
    return wg_apply(here, op, x, n, attr);
}

static bool bias_fits(const layer *l, bool bias, const wg_init *given)
{
    return bias || given->kind == WG_INIT_DEFAULT ||
           (FAIL(l, WG_ERROR_USE, ": b_init has no b: .bias = false leaves it out"), false);
}

/* ---- dense ---- */

wg_node wg_nn_dense_at(wg_site here, const wg_nn_dense_args *a)
{
    BEGIN_LAYER("nn_dense", wg_nn_dense_args);
    const wg_shape s = wg_node_shape(a->x);
    char shape[96];
    if (a->units < 1 || s.rank < 1)
        return FAIL(&l, WG_ERROR_SHAPE, " of %lld units on x %s: x needs an axis, units must be at least 1",
                    (long long)a->units, wg_shape_text(s, shape, sizeof shape)),
               refused(a->x);
    if (!bias_fits(&l, a->bias, &a->b_init)) return refused(a->x);
    const wg_shape W_shape = WG_SHAPE(s.dim[s.rank - 1], a->units), b_shape = WG_SHAPE(a->units);
    wg_node W = weight(&l, "W", &W_shape, &a->W_init, wg_he());
    wg_node b = !a->bias ? wg_none : weight(&l, "b", &b_shape, &a->b_init, wg_zeros());
    return wg_dense_at(l.inside, a->x, W, b);
}

/* ---- batch_norm ---- */

typedef struct averages {
    wg_node mean, variance, count; /* states of the parameter set: they are saved, not trained */
    double momentum;
} averages;

/* Registers the assignment v = momentum v + (1 - momentum) now; a commit of the evaluation carries it out. A
 * layer that is shared goes on from the averages that its calls before have assigned. */
static void update_average(wg_site here, wg_node v, wg_node now, double momentum)
{
    wg_node kept = wg_mul(wg_assigned(v), momentum), added = wg_mul(now, 1 - momentum);
    wg_assign(v, wg_add(kept, added));
}

static wg_node train(wg_site here, const wg_nn_batch_norm_args *a, wg_node gamma, wg_node beta,
                     const averages *v)
{
    wg_node y = wg_batch_norm(a->x, gamma, beta, .eps = a->eps);
    const bool is_empty = wg_shape_size(wg_node_shape(a->x)) == 0; /* then the batch has no mean */
    if (!wg_node_ok(y) || is_empty) return y;
    update_average(here, v->mean, wg_part(y, 1), v->momentum);
    update_average(here, v->variance, wg_part(y, 2), v->momentum);
    wg_assign(v->count, wg_add(wg_assigned(v->count), 1));
    return y;
}

/* The averages start at 0. Divided by 1 - momentum^count they are weighted means of the values of all batches
 * so far. Before the first batch mean 0 and variance 1 are used. */
static wg_node infer(wg_site here, const wg_nn_batch_norm_args *a, wg_node gamma, wg_node beta,
                     const averages *v)
{
    wg_node unseen = wg_less_equal(v->count, 0), weight = wg_sub(1, wg_pow(v->momentum, v->count));
    weight = wg_where(unseen, 1, weight);
    wg_node mean = wg_div(v->mean, weight), variance = wg_where(unseen, 1, wg_div(v->variance, weight));
    return wg_batch_norm(a->x, gamma, beta, mean, variance, .eps = a->eps);
}

/* The averages are those of outputs of the op, which there are if the features are the last axis. So another
 * axis is moved to the end, and back. */
static wg_node move_axis(wg_site here, wg_node x, int from, int to)
{
    wg_axes t = { .count = wg_node_shape(x).rank };
    for (int i = 0, k = 0; i < t.count; i++) {
        k += k == from;
        t.axis[i] = i == to ? from : k++;
    }
    return wg_transpose(x, .axes = wg_axes_of(t.count, t.axis));
}

static wg_node on_last_axis(const layer *l, const wg_nn_batch_norm_args *a)
{
    wg_shape f = WG_SHAPE(wg_dim_at(l->here, a->x, -1));
    wg_node gamma = param(l, "gamma", &f, wg_const(1)), beta = param(l, "beta", &f, wg_zeros());
    const averages v = { state(l, "mean", &f), state(l, "variance", &f), state(l, "count", &WG_SCALAR),
                         a->momentum };
    const bool trains = a->mode == WG_AS_TRAIN || (a->mode == WG_AS_GRAPH && wg_graph_mode(l->g) == WG_TRAIN);
    return trains ? train(l->inside, a, gamma, beta, &v) : infer(l->inside, a, gamma, beta, &v);
}

/* The axis, counted from the first; -1: x has none such. */
static int axis_of(int axis, int rank)
{
    const int at = axis < 0 ? axis + rank : axis;
    return at < 0 || at >= rank ? -1 : at;
}

/* The axis of features, or -1: an error is recorded. */
static int features_axis(const layer *l, wg_node x, int axis)
{
    const wg_shape s = wg_node_shape(x);
    const int at = axis_of(axis, s.rank);
    char shape[96];
    if (at < 0) FAIL(l, WG_ERROR_SHAPE, ": no axis %d in x %s", axis, wg_shape_text(s, shape, sizeof shape));
    return at;
}

wg_node wg_nn_batch_norm_at(wg_site here, const wg_nn_batch_norm_args *a)
{
    BEGIN_LAYER("nn_batch_norm", wg_nn_batch_norm_args);
    const int rank = wg_node_shape(a->x).rank, axis = features_axis(&l, a->x, a->axis);
    if (axis < 0) return refused(a->x);
    if (axis == rank - 1) return on_last_axis(&l, a);
    wg_nn_batch_norm_args b = *a;
    b.x = move_axis(l.inside, a->x, axis, rank - 1);
    return move_axis(l.inside, on_last_axis(&l, &b), rank - 1, axis);
}

/* ---- layer_norm, rms_norm ---- */

/* A sum over these axes is refused in the words of all ops. */
static bool refuse_axes(const layer *l, wg_node x, wg_axes axes)
{
    WG_USER_CALL(l->here, l->what);
    axes.mark = WG_AXES_GIVEN;
    wg_reduce_args of = WG_OPTS(wg_reduce_args, .x = x, .axes = axes);
    wg_sum_at(l->here, &of);
    return false;
}

/* The given axes in order; none: the last. *f: their sizes. False: an error is recorded. */
static bool order_axes(const layer *l, wg_node x, wg_axes *axes, wg_shape *f)
{
    const wg_shape s = wg_node_shape(x);
    const wg_axes given = *axes;
    bool in[WG_MAX_RANK] = { false }, fits = axes->count >= 0 && axes->count <= WG_MAX_RANK;
    if (!axes->count) *axes = (wg_axes){ .mark = WG_AXES_GIVEN, .count = 1, .axis = { -1 } };
    for (int i = 0; fits && i < axes->count; i++) {
        const int k = axis_of(axes->axis[i], s.rank);
        fits = k >= 0 && !in[k];
        if (fits) in[k] = true;
    }
    if (!fits) return refuse_axes(l, x, given.count ? given : *axes);
    *f = WG_SCALAR;
    axes->count = 0;
    for (int k = 0; k < s.rank; k++)
        if (in[k]) f->dim[f->rank++] = s.dim[k], axes->axis[axes->count++] = k;
    return true;
}

wg_node wg_nn_layer_norm_at(wg_site here, const wg_nn_layer_norm_args *a)
{
    BEGIN_LAYER("nn_layer_norm", wg_nn_layer_norm_args);
    wg_axes axes = wg_axes_given(a->axis, a->axes);
    wg_shape f;
    if (!order_axes(&l, a->x, &axes, &f)) return refused(a->x);
    if (axes.axis[0] == wg_node_shape(a->x).rank - 1) axes.count = 0; /* the last alone: the op's own way */
    wg_node gamma = param(&l, "gamma", &f, wg_const(1)), beta = param(&l, "beta", &f, wg_zeros());
    here = l.inside;
    axes.mark = axes.count ? WG_AXES_GIVEN : WG_AXES_LEFT_OUT;
    return wg_layer_norm(a->x, gamma, beta, .eps = a->eps, .axes = axes);
}

wg_node wg_nn_rms_norm_at(wg_site here, const wg_nn_rms_norm_args *a)
{
    BEGIN_LAYER("nn_rms_norm", wg_nn_rms_norm_args);
    wg_axes axes = wg_axes_given(a->axis, a->axes);
    wg_shape f;
    if (!order_axes(&l, a->x, &axes, &f)) return refused(a->x);
    wg_node gamma = param(&l, "gamma", &f, wg_const(1));
    here = l.inside;
    return wg_rms_norm(a->x, gamma, .eps = a->eps, .axes = wg_axes_of(axes.count, axes.axis));
}

/* ---- group_norm ---- */

wg_node wg_nn_group_norm_at(wg_site here, const wg_nn_group_norm_args *a)
{
    BEGIN_LAYER("nn_group_norm", wg_nn_group_norm_args);
    const int axis = features_axis(&l, a->x, a->axis);
    if (axis < 0) return refused(a->x);
    if (!axis)
        return FAIL(&l, WG_ERROR_SHAPE, ": axis 0 of x %s has the examples, not the channels",
                    wg_shape_text(wg_node_shape(a->x), (char[96]){ 0 }, 96)),
               refused(a->x);
    wg_shape f = WG_SHAPE(wg_dim_at(here, a->x, axis));
    wg_node gamma = param(&l, "gamma", &f, wg_const(1)), beta = param(&l, "beta", &f, wg_zeros());
    here = l.inside;
    return wg_group_norm(a->x, gamma, beta, a->groups, .eps = a->eps, .axis = axis);
}

/* ---- conv ---- */

/* The shape of W: [size..., channels / groups, units]; for a transposed convolution [size..., units / groups,
 * channels]. */
static bool conv_kernel(const layer *l, const wg_nn_conv_args *a, bool transposed, wg_shape *W)
{
    const wg_shape s = wg_node_shape(a->x);
    const int axes = s.rank - 2;
    const int64_t groups = a->groups, last = axes >= 1 ? s.dim[axes + 1] : 0,
                  divided = transposed ? a->units : last;
    char shape[96];
    *W = (wg_shape){ axes + 2, { 0 } };
    for (int i = 0; i < axes; i++)
        W->dim[i] = a->size.rank < 0    ? 3
                    : a->size.rank == 1 ? a->size.dim[0]
                    : i < a->size.rank  ? a->size.dim[i]
                                        : 0;
    bool fits = axes >= 1 && axes <= 3 && a->units >= 1 && groups >= 1 && divided % groups == 0 &&
                (a->size.rank <= 1 || a->size.rank == axes);
    for (int i = 0; fits && i < axes; i++) fits = W->dim[i] >= 1;
    if (fits) {
        W->dim[axes] = divided / groups;
        W->dim[axes + 1] = transposed ? last : a->units;
    } else
        FAIL(l, WG_ERROR_SHAPE,
             " of %lld units and %lld groups on x %s: x has 1 to 3 axes between examples and channels, size "
             "has a number for each, and groups divide channels",
             (long long)a->units, (long long)groups, wg_shape_text(s, shape, sizeof shape));
    return fits;
}

static wg_node conv(wg_site here, const wg_nn_conv_args *a, bool transposed)
{
    BEGIN_LAYER(transposed ? "nn_conv_transpose" : "nn_conv", wg_nn_conv_args);
    wg_shape W_shape;
    const wg_shape b_shape = WG_SHAPE(a->units);
    if (!bias_fits(&l, a->bias, &a->b_init) || !conv_kernel(&l, a, transposed, &W_shape))
        return refused(a->x);
    wg_conv_args of = WG_OPTS(wg_conv_args, .x = a->x, .stride = a->stride, .dilation = a->dilation,
                              .padding = a->padding, .same = a->same, .groups = a->groups);
    of.W = weight(&l, "W", &W_shape, &a->W_init, wg_he());
    wg_node y = transposed ? wg_conv_transpose_at(l.inside, &of) : wg_conv_at(l.inside, &of);
    if (!a->bias) return y;
    return wg_add_at(l.inside, y, weight(&l, "b", &b_shape, &a->b_init, wg_zeros()));
}

wg_node wg_nn_conv_at(wg_site here, const wg_nn_conv_args *a) { return conv(here, a, false); }
wg_node wg_nn_conv_transpose_at(wg_site here, const wg_nn_conv_args *a) { return conv(here, a, true); }
