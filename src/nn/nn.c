/* nn.c: layers that own parameters. They use the public API alone. */
#include "wengert/nn.h"

#include <string.h>

#include "wengert/op.h"

/* A layer that is being made. full: room for a parameter's name, such as NAME.W. */
typedef struct layer {
    wg_graph *g;
    wg_params *p;
    wg_site here;
    const char *name;
    char full[400];
} layer;

/* Checks a layer's node and name; no other layer of this graph may have the name. False: after an error. */
static bool begin(layer *l, const char *what, wg_node x, bool share)
{
    l->g = wg_graph_of(x);
    wg_context *c = l->g ? wg_graph_context(l->g) : wg_params_context(l->p);
    if (!l->g && c) {
        wg_fail(c, l->here, WG_ERROR_USE, "%s: x is %s", what,
                wg_is_none(x) ? "wg_none, no node" : "a number, and must be a node");
        return false;
    }
    if (x.index && !wg_node_ok(x))
        wg_fail(c, l->here, WG_ERROR_USE, "%s: x is a node from before the last wg_begin of its graph", what);
    if (!wg_options_named(c, l->here, what) || !wg_node_ok(x) || wg_failed(c)) return false;
    if (!l->p || !l->name || !*l->name || strlen(l->name) > 300) {
        wg_fail(c, l->here, WG_ERROR_USE, "%s: takes a parameter set and a name of at most 300 characters",
                what);
        return false;
    }
    wg_site first = wg_layer_claim(l->g, l->p, l->name, l->here);
    if (!first || share) return !wg_failed(c);
    wg_fail(c, l->here, WG_ERROR_USE,
            strcmp(wg_site_place(first), wg_site_place(l->here)) == 0
                ? "%s: layer \"%s\" was made at this line before, %s: is a wg_begin missing in the loop? "
                  "Else give it another name, or say .share = true"
                : "%s: layer \"%s\" is in this graph already, made at %s: give it another name, or say "
                  ".share = true",
            what, l->name, wg_site_place(first));
    return false;
}

static const char *named(layer *l, const char *part)
{
    snprintf(l->full, sizeof l->full, "%s.%s", l->name, part);
    return l->full;
}

static wg_node param(layer *l, const char *part, wg_shape s, wg_init init)
{
    return wg_param_at(wg_inside(l->here), l->g, l->p, named(l, part), s, init);
}

static wg_node state(layer *l, const char *part, wg_shape s)
{
    return wg_state_at(wg_inside(l->here), l->g, l->p, named(l, part), s, wg_zeros());
}

static wg_node refused(wg_node x) { return wg_graph_node(wg_graph_of(x), 0); }

/* ---- dense ---- */

wg_node wg_nn_dense_at(wg_site here, const wg_nn_dense_args *a)
{
    layer l = { .p = a->p, .here = here, .name = a->name };
    if (!begin(&l, "nn_dense", a->x, a->share)) return refused(a->x);
    if (a->units < 1 || wg_node_shape(a->x).rank < 1) {
        char shape[96];
        wg_fail(wg_graph_context(l.g), here, WG_ERROR_SHAPE,
                "nn_dense: \"%s\" of %lld units on x %s: x needs an axis, units must be at least 1", a->name,
                (long long)a->units, wg_shape_text(wg_node_shape(a->x), shape, sizeof shape));
        return refused(a->x);
    }
    wg_node W =
        param(&l, "W", WG_SHAPE(wg_dim_at(here, a->x, -1), a->units), a->W_init ? *a->W_init : wg_he());
    wg_node b =
        a->no_bias ? wg_none : param(&l, "b", WG_SHAPE(a->units), a->b_init ? *a->b_init : wg_zeros());
    return wg_dense_at(wg_inside(here), a->x, W, b);
}

/* ---- batch_norm ---- */

typedef struct averages {
    wg_node mean, variance, count; /* states of the parameter set: they are saved, not trained */
    double momentum;
} averages;

/* Registers the assignment v = momentum v + (1 - momentum) now; a commit of the evaluation carries it out. */
static void update_average(wg_site here, wg_node v, wg_node now, double momentum)
{
    wg_node kept = wg_mul_at(here, v, wg_number(momentum)),
            added = wg_mul_at(here, now, wg_number(1 - momentum));
    wg_assign_at(here, v, wg_add_at(here, kept, added));
}

static wg_node train(wg_site here, const wg_nn_batch_norm_args *a, wg_node gamma, wg_node beta,
                     const averages *v)
{
    wg_node y = wg_batch_norm_at(
        here, &(wg_batch_norm_args){ .x = a->x, .gamma = gamma, .beta = beta, .eps = a->eps });
    if (!wg_node_ok(y)) return y;
    update_average(here, v->mean, wg_part_at(here, y, 1), v->momentum);
    update_average(here, v->variance, wg_part_at(here, y, 2), v->momentum);
    wg_assign_at(here, v->count, wg_add_at(here, v->count, wg_number(1)));
    return y;
}

/* The averages start at 0. Divided by 1 - momentum^count they are weighted means of the values of all batches
 * so far. Before the first batch mean 0 and variance 1 are used. */
static wg_node infer(wg_site here, const wg_nn_batch_norm_args *a, wg_node gamma, wg_node beta,
                     const averages *v)
{
    wg_node unseen = wg_less_equal_at(here, v->count, wg_number(0));
    wg_node weight = wg_sub_at(here, wg_number(1), wg_pow_at(here, wg_number(v->momentum), v->count));
    weight = wg_where_at(here, unseen, wg_number(1), weight);
    wg_node mean = wg_div_at(here, v->mean, weight);
    wg_node variance = wg_where_at(here, unseen, wg_number(1), wg_div_at(here, v->variance, weight));
    return wg_batch_norm_at(
        here,
        &(wg_batch_norm_args){
            .x = a->x, .gamma = gamma, .beta = beta, .mean = mean, .variance = variance, .eps = a->eps });
}

wg_node wg_nn_batch_norm_at(wg_site here, const wg_nn_batch_norm_args *a)
{
    layer l = { .p = a->p, .here = here, .name = a->name };
    averages v = { .momentum = a->momentum == WG_ZERO ? 0 : a->momentum == 0 ? 0.9 : a->momentum };
    if (!begin(&l, "nn_batch_norm", a->x, a->share)) return refused(a->x);
    if (wg_node_shape(a->x).rank < 1 || !(v.momentum >= 0 && v.momentum < 1)) {
        wg_fail(wg_graph_context(l.g), here, WG_ERROR_VALUE,
                "nn_batch_norm: \"%s\": x needs an axis, momentum %g must be in [0, 1)", a->name, v.momentum);
        return refused(a->x);
    }
    wg_shape f = WG_SHAPE(wg_dim_at(here, a->x, -1));
    wg_node gamma = param(&l, "gamma", f, wg_const(1)), beta = param(&l, "beta", f, wg_zeros());
    v.mean = state(&l, "mean", f);
    v.variance = state(&l, "variance", f);
    v.count = state(&l, "count", WG_SCALAR);
    return wg_graph_mode(l.g) == WG_TRAIN ? train(wg_inside(here), a, gamma, beta, &v)
                                          : infer(wg_inside(here), a, gamma, beta, &v);
}

/* ---- layer_norm ---- */

wg_node wg_nn_layer_norm_at(wg_site here, const wg_nn_layer_norm_args *a)
{
    layer l = { .p = a->p, .here = here, .name = a->name };
    if (!begin(&l, "nn_layer_norm", a->x, a->share)) return refused(a->x);
    if (wg_node_shape(a->x).rank < 1) {
        wg_fail(wg_graph_context(l.g), here, WG_ERROR_SHAPE, "nn_layer_norm: \"%s\": x needs an axis",
                a->name);
        return refused(a->x);
    }
    wg_shape f = WG_SHAPE(wg_dim_at(here, a->x, -1));
    wg_node gamma = param(&l, "gamma", f, wg_const(1)), beta = param(&l, "beta", f, wg_zeros());
    return wg_layer_norm_at(wg_inside(here),
                            &(wg_layer_norm_args){ .x = a->x, .gamma = gamma, .beta = beta, .eps = a->eps });
}
