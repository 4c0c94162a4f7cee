/* update.c: a step of an optimizer as nodes, for writers of programs. Each function does the operations of
 * the loop in src/engine/optim, in their order, on whole arrays: so the nodes have the bits of the step. */
#include "wengert/grad.h"
#include "wengert/ops.h"
#include "wgx/graph.h"
#include "wgx/optim.h"
#include "wgx/update.h"

#include <stdio.h>
#include <string.h>

enum { ARRAYS = 3 };

/* The update of one parameter. */
typedef struct job {
    wg_site here;
    wg_optim *o;
    wg_graph *g;
    wgx_manner how;
    int number; /* of the parameter in the set of the optimizer */
    const char *name;
    wg_node w, gradient;
    wg_node t;       /* the count of this step, an f64; wg_none: not needed so far */
    wg_node rate[2]; /* rates of the parameter before, whose lr was rate_lr */
    double rate_lr;
    wgx_moved *to;
    int n;
} job;

static wg_node add(job *j, wg_node a, wg_node b) { return wg_add_at(j->here, a, b); }
static wg_node sub(job *j, wg_node a, wg_node b) { return wg_sub_at(j->here, a, b); }
static wg_node mul(job *j, wg_node a, wg_node b) { return wg_mul_at(j->here, a, b); }
static wg_node div_by(job *j, wg_node a, wg_node b) { return wg_div_at(j->here, a, b); }
static wg_node root(job *j, wg_node a) { return wg_sqrt_at(j->here, a); }
static wg_node by(job *j, double a, wg_node b) { return mul(j, wg_number(a), b); }

static void moves(job *j, wg_node from, wg_node to, const char *name)
{
    j->to[j->n++] = (wgx_moved){ from, to, name };
}

/* Array `name` of the parameter, with the values that it has. */
static wg_node array(job *j, const char *name)
{
    char text[300];
    wg_tensor t = { .data = NULL };
    for (int k = 0; wgx_optim_array_name(j->o, k); k++)
        if (!strcmp(wgx_optim_array_name(j->o, k), name)) t = wgx_optim_array(j->o, k, j->number);
    snprintf(text, sizeof text, "%s.%s", j->name, name);
    const wg_shape s = wg_node_shape(j->w);
    if (t.data) return wg_input_at(j->here, j->g, text, t);
    void *zeros =
        wg_alloc(wg_graph_context(j->g), (size_t)wg_shape_size(s) + 1, wg_dtype_size(wg_node_dtype(j->w)));
    const wg_node leaf = wg_input_at(j->here, j->g, text, (wg_tensor){ wg_node_dtype(j->w), s, zeros });
    wg_free(wg_graph_context(j->g), zeros);
    return leaf;
}
static void array_moves(job *j, wg_node from, wg_node to) { moves(j, from, to, wg_node_name(from)); }

/* a x + b y. One statement each, since C orders no arguments. */
static wg_node blend(job *j, double a, wg_node x, double b, wg_node y)
{
    const wg_node first = by(j, a, x), second = by(j, b, y);
    return add(j, first, second);
}
/* a v + b g g */
static wg_node squares(job *j, double a, wg_node v, double b)
{
    const wg_node first = by(j, a, v), second = mul(j, by(j, b, j->gradient), j->gradient);
    return add(j, first, second);
}

/* The number of this step as an f64, for rates that depend on it. */
static wg_node step_count(job *j)
{
    if (!wg_is_none(j->t)) return j->t;
    const double steps = (double)wgx_optim_steps(j->o, j->number);
    const wg_node from = wg_input_at(j->here, j->g, "t", wg_view_f64(&steps, WG_SCALAR));
    j->t = wg_add_at(j->here, from, wg_number(1));
    moves(j, from, j->t, "t");
    return j->t;
}
/* 1 / (1 - beta^t), an f64 */
static wg_node correction(job *j, double beta)
{
    return div_by(j, wg_number(1), sub(j, wg_number(1), wg_pow_at(j->here, wg_number(beta), step_count(j))));
}
static wg_node rounded(job *j, wg_node x) { return wg_cast_at(j->here, x, wg_node_dtype(j->w)); }

/* lr / (1 - beta^t), and the root of 1 / (1 - second^t): one for all parameters of a rate. */
static void find_rates(job *j, double beta, double second)
{
    if (j->rate_lr == j->how.lr && !wg_is_none(j->rate[0])) return;
    j->rate_lr = j->how.lr;
    j->rate[0] = rounded(j, by(j, j->how.lr, correction(j, beta)));
    if (second > 0) j->rate[1] = rounded(j, root(j, correction(j, second)));
}

/* ---- the optimizers: each returns the new value of w ---- */

static wg_node less(job *j, wg_node step)
{
    return sub(j, j->how.keep == 1 ? j->w : by(j, j->how.keep, j->w), step);
}

static wg_node sgd(job *j) { return less(j, by(j, j->how.lr, j->gradient)); }

static wg_node momentum(job *j)
{
    const wg_momentum_opts *o = j->how.options;
    const double share = o->velocity ? j->how.lr : o->classical ? 1 : 1 - o->beta;
    const wg_node m = array(j, "m"), now = blend(j, o->beta, m, share, j->gradient);
    const wg_node d = o->nesterov ? blend(j, o->beta, now, share, j->gradient) : now;
    array_moves(j, m, now);
    return less(j, by(j, o->velocity ? 1 : j->how.lr, d));
}

static wg_node adam(job *j)
{
    const wg_adam_opts *o = j->how.options;
    find_rates(j, o->beta1, o->beta2);
    const wg_node m = array(j, "m"), v = array(j, "v"),
                  now = blend(j, o->beta1, m, 1 - o->beta1, j->gradient);
    const wg_node square = squares(j, o->beta2, v, 1 - o->beta2);
    wg_node most = square;
    array_moves(j, m, now), array_moves(j, v, square);
    if (o->amsgrad) {
        const wg_node x = array(j, "v_most");
        most = wg_where_at(j->here, wg_greater_at(j->here, x, square), x, square);
        array_moves(j, x, most);
    }
    const wg_node step = mul(j, j->rate[0], now);
    return less(j, div_by(j, step, add(j, mul(j, j->rate[1], root(j, most)), wg_number(o->eps))));
}

static wg_node adamax(job *j)
{
    const wg_adamax_opts *o = j->how.options;
    find_rates(j, o->beta1, 0);
    const wg_node m = array(j, "m"), u = array(j, "u"),
                  now = blend(j, o->beta1, m, 1 - o->beta1, j->gradient);
    const wg_node then = by(j, o->beta2, u),
                  here = add(j, wg_abs_at(j->here, j->gradient), wg_number(o->eps)),
                  most = wg_where_at(j->here, wg_greater_at(j->here, then, here), then, here);
    array_moves(j, m, now), array_moves(j, u, most);
    return less(j, div_by(j, mul(j, j->rate[0], now), most));
}

static wg_node adagrad(job *j)
{
    const wg_adagrad_opts *o = j->how.options;
    const wg_node v = array(j, "v"), now = add(j, v, mul(j, j->gradient, j->gradient));
    array_moves(j, v, now);
    return less(j, by(j, j->how.lr,
                      div_by(j, j->gradient,
                             add(j, root(j, add(j, wg_number(o->initial), now)), wg_number(o->eps)))));
}

static wg_node adadelta(job *j)
{
    const wg_adadelta_opts *o = j->how.options;
    const wg_node v = array(j, "v"), u = array(j, "u"), square = squares(j, o->rho, v, 1 - o->rho),
                  eps = wg_number(o->eps);
    const wg_node d = mul(j, j->gradient, div_by(j, root(j, add(j, u, eps)), root(j, add(j, square, eps))));
    array_moves(j, v, square);
    array_moves(j, u, add(j, by(j, o->rho, u), mul(j, by(j, 1 - o->rho, d), d)));
    return less(j, by(j, j->how.lr, d));
}

static wg_node rmsprop(job *j)
{
    const wg_rmsprop_opts *o = j->how.options;
    const wg_node v = array(j, "v"), square = squares(j, o->rho, v, 1 - o->rho);
    wg_node about = square, d;
    array_moves(j, v, square);
    if (o->centered) {
        const wg_node a = array(j, "a"), now = blend(j, o->rho, a, 1 - o->rho, j->gradient),
                      aa = mul(j, now, now);
        about = wg_where_at(j->here, wg_less_at(j->here, square, aa), wg_number(0), sub(j, square, aa));
        array_moves(j, a, now);
    }
    d = div_by(j, j->gradient, add(j, root(j, about), wg_number(o->eps)));
    if (o->momentum > 0) {
        const wg_node b = array(j, "b");
        d = add(j, by(j, o->momentum, b), d);
        array_moves(j, b, d);
    }
    return less(j, by(j, j->how.lr, d));
}

static wg_node lion(job *j)
{
    const wg_lion_opts *o = j->how.options;
    const wg_node m = array(j, "m"), c = blend(j, o->beta1, m, 1 - o->beta1, j->gradient),
                  zero = wg_number(0);
    const wg_node down = wg_where_at(j->here, wg_less_at(j->here, c, zero), wg_number(-j->how.lr), zero);
    array_moves(j, m, blend(j, o->beta2, m, 1 - o->beta2, j->gradient));
    return less(j, wg_where_at(j->here, wg_greater_at(j->here, c, zero), wg_number(j->how.lr), down));
}

static const struct {
    const char *kind;
    wg_node (*update)(job *j);
} updates[] = { { "sgd", sgd },           { "momentum", momentum }, { "adam", adam },
                { "adamw", adam },        { "adamax", adamax },     { "adagrad", adagrad },
                { "adadelta", adadelta }, { "rmsprop", rmsprop },   { "lion", lion } };

/* ---- a step ---- */

/* w moved by `threshold` to 0, and not beyond. */
static wg_node shrunk(job *j, wg_node w, double threshold)
{
    const wg_node s = wg_number(threshold), zero = wg_number(0);
    const wg_node moved = wg_where_at(j->here, wg_less_at(j->here, w, zero), add(j, w, s), sub(j, w, s));
    const wg_node inside = wg_logical_and_at(j->here, wg_less_equal_at(j->here, w, s),
                                             wg_greater_equal_at(j->here, w, wg_number(-threshold)));
    return wg_where_at(j->here, inside, zero, moved);
}

static bool update(job *j)
{
    for (size_t i = 0; i < sizeof updates / sizeof *updates; i++) {
        if (strcmp(updates[i].kind, j->how.kind) != 0) continue;
        if (j->how.coupled != 0) j->gradient = add(j, j->gradient, by(j, j->how.coupled, j->w));
        wg_node w = updates[i].update(j);
        if (j->how.shrink != 0) w = shrunk(j, w, j->how.shrink);
        moves(j, j->w, w, NULL);
        return true;
    }
    wg_fail(wg_graph_context(j->g), j->here, WG_ERROR_USE,
            "%s has no step of nodes: take sgd, momentum, adam, adamw, adamax, "
            "adagrad, adadelta, rmsprop or lion",
            j->how.kind);
    return false;
}

/* The parameters that a step changes, as nodes of the graph of the loss. */
static int trained(wg_optim *o, wg_node loss, wg_node *x)
{
    wg_graph *g = wg_graph_of(loss);
    int n = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        const wg_node p = wg_graph_node(g, i);
        wgx_manner m;
        if (wg_node_leaf(p) != WG_LEAF_PARAM || !wgx_node_derives_from(loss, p)) continue;
        const int number = wg_params_find(wgx_optim_params(o), wg_node_name(p));
        if (number >= 0 && wgx_optim_manner(o, number, &m)) x[n++] = p;
    }
    return n;
}

int wgx_optim_nodes_at(wg_site here, wg_optim *o, wg_node loss, wgx_moved **to)
{
    wg_graph *g = wg_graph_of(loss);
    wg_context *c = wg_graph_context(g);
    const size_t room = (size_t)wg_graph_nodes(g);
    wg_node *x = wg_alloc(c, room, sizeof *x), *gx = wg_alloc(c, room, sizeof *gx);
    *to = wg_alloc(c, room * (ARRAYS + 1) + 1, sizeof **to);
    job j = { .here = here, .o = o, .g = g, .t = wg_none, .rate = { wg_none, wg_none }, .to = *to };
    const int n = x && gx && *to ? trained(o, loss, x) : 0;
    if (!n && !wg_failed(c)) wg_fail(c, here, WG_ERROR_USE, "the loss reaches no parameter of the optimizer");
    if (n) wg_grads_at(here, loss, x, n, gx);
    for (int i = 0; i < n && !wg_failed(c); i++) {
        j.w = x[i], j.gradient = gx[i], j.name = wg_node_name(x[i]);
        j.number = wg_params_find(wgx_optim_params(o), j.name);
        wgx_optim_manner(o, j.number, &j.how);
        if (!update(&j)) break;
    }
    wg_free(c, x), wg_free(c, gx);
    return wg_failed(c) ? 0 : j.n;
}
