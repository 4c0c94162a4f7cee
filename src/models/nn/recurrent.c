/* recurrent.c: recurrent layers, as cells and over sequences. */
#define WG_AT(args) here /* nodes get the user's call site */
#include "nn/layer.h"
#include "wgx/params.h"

#include <math.h>
#include <stdio.h>

/* One kind of recurrent layer: the gates' names are in wengert/recurrent.h. */
typedef struct kind {
    const char *name, *cell_name;
    int gates;
    bool has_c, has_new; /* a cell state; the bias NAME.b_new */
} kind;
static const kind rnn = { "nn_rnn", "nn_rnn_cell", 1, false, false },
                  lstm = { "nn_lstm", "nn_lstm_cell", 4, true, false },
                  gru = { "nn_gru", "nn_gru_cell", 3, false, true };

/* What a step uses of its layer. */
typedef struct weights {
    const kind *kind;
    int64_t units;
    bool relu;
    wg_node W, U, b, b_new;
} weights;

static wg_nn_states no_states(wg_node x) { return (wg_nn_states){ refused(x), refused(x), refused(x) }; }

/* The parameters of direction `part`: "" or "reverse.". */
static weights weights_of(const layer *l, const kind *k, const char *part, int64_t in,
                          const wg_nn_recurrent_args *a)
{
    static const char *const name[2][4] = { { "W", "U", "b", "b_new" },
                                            { "reverse.W", "reverse.U", "reverse.b", "reverse.b_new" } };
    const char *const *of = name[*part != 0];
    const double bound = 1 / sqrt((double)a->units);
    const wg_init any = wg_uniform(-bound, bound);
    const wg_shape W = WG_SHAPE(in, k->gates * a->units), U = WG_SHAPE(a->units, k->gates * a->units),
                   b = WG_SHAPE(k->gates * a->units), b_new = WG_SHAPE(a->units);
    weights w = { .kind = k, .units = a->units, .relu = a->relu };
    w.W = weight(l, of[0], &W, &a->W_init, any);
    w.U = weight(l, of[1], &U, &a->U_init, any);
    w.b = weight(l, of[2], &b, &a->b_init, wg_zeros());
    if (k->has_new) w.b_new = param(l, of[3], &b_new, wg_zeros());
    return w;
}

/* ---- one step ---- */

static wg_node gate(wg_site here, wg_node z, const weights *w, int i)
{
    return w->kind->gates == 1 ? z : wg_slice(z, .axis = 1, .from = i * w->units, .to = (i + 1) * w->units);
}
static wg_nn_states lstm_step(wg_site here, const weights *w, wg_node z, wg_node c)
{
    wg_node i = wgx_layer_node(wg_sigmoid(gate(here, z, w, 0)), "i");
    wg_node f = wgx_layer_node(wg_sigmoid(gate(here, z, w, 1)), "f");
    wg_node g = wgx_layer_node(wg_tanh(gate(here, z, w, 2)), "g");
    wg_node o = wgx_layer_node(wg_sigmoid(gate(here, z, w, 3)), "o");
    wg_node kept = wg_mul(f, c), added = wg_mul(i, g);
    c = wgx_layer_node(wg_add(kept, added), "c");
    return (wg_nn_states){ .h = wgx_layer_node(wg_mul(o, wg_tanh(c)), "h"), .c = c };
}
/* u = h U. The candidate g has a bias inside its product with r. (1 - z) g + z h is g + z (h - g). */
static wg_nn_states gru_step(wg_site here, const weights *w, wg_node x, wg_node u, wg_node h)
{
    /* One call a statement: C does not say in which order operands are made. */
    const wg_node ur = gate(here, u, w, 0), xr = gate(here, x, w, 0);
    wg_node r = wgx_layer_node(wg_sigmoid(wg_add(xr, ur)), "r");
    const wg_node uz = gate(here, u, w, 1), xz = gate(here, x, w, 1);
    wg_node z = wgx_layer_node(wg_sigmoid(wg_add(xz, uz)), "z");
    wg_node inner = wg_mul(r, wg_add(gate(here, u, w, 2), w->b_new));
    wg_node g = wgx_layer_node(wg_tanh(wg_add(gate(here, x, w, 2), inner)), "g");
    return (wg_nn_states){ .h = wgx_layer_node(wg_add(g, wg_mul(z, wg_sub(h, g))), "h") };
}
/* x: x W + b of this step, [batch, gates units]. */
static wg_nn_states step(wg_site here, const weights *w, wg_node x, wg_nn_states s)
{
    wg_node u = wg_matmul(s.h, w->U);
    if (w->kind == &gru) return gru_step(here, w, x, u, s.h);
    wg_node z = wgx_layer_node(wg_add(x, u), "z");
    if (w->kind == &lstm) return lstm_step(here, w, z, s.c);
    return (wg_nn_states){ .h = wgx_layer_node(w->relu ? wg_relu(z) : wg_tanh(z), "h") };
}

/* ---- the first state ---- */

/* Direction d of n of a state [batch, n units] that the user gave, or zeros. wg_none: after an error. */
static wg_node first_state(const layer *l, const char *name, wg_node s, wg_node x, int64_t units, int d,
                           int n)
{
    wg_site here = l->inside;
    const wg_shape want = WG_SHAPE(wg_node_shape(x).dim[0], n * units);
    char is[96], must[96];
    if (wg_is_none(s)) {
        wg_node zeros = wg_fill(l->g, 0, WG_SHAPE(want.dim[0], units));
        if (wg_node_dtype(x) != wg_node_dtype(zeros)) zeros = wg_cast(zeros, wg_node_dtype(x));
        return wgx_layer_node(zeros, *name == 'h' ? "h0" : "c0");
    }
    if (!wg_node_ok(s) || !wg_shape_equal(wg_node_shape(s), want))
        return FAIL(l, WG_ERROR_SHAPE, ": the state %s is %s, must be %s", name,
                    wg_node_ok(s) ? wg_shape_text(wg_node_shape(s), is, sizeof is) : "no node",
                    wg_shape_text(want, must, sizeof must)),
               wg_none;
    return n == 1 ? s : wg_slice(s, .axis = 1, .from = d * units, .to = (d + 1) * units);
}
static bool first_states(const layer *l, const kind *k, const wg_nn_recurrent_args *a, int d, int n,
                         wg_nn_states *s)
{
    s->h = first_state(l, "h", a->state.h, a->x, a->units, d, n);
    s->c = k->has_c ? first_state(l, "c", a->state.c, a->x, a->units, d, n) : wg_none;
    return !wg_is_none(s->h) && (!k->has_c || !wg_is_none(s->c));
}

static bool begin_recurrent(layer *l, wg_site here, const kind *k, const char *what, int rank,
                            const wg_nn_recurrent_args *a)
{
    char shape[96];
    if (!begin(l, here, what, a->x, a->p, a->name, a->share, wg_nn_recurrent_args_rows(), a)) return false;
    if (a->relu && k != &rnn)
        return FAIL(l, WG_ERROR_USE, ": relu is of %s: the gates of this layer are sigmoid and tanh",
                    rank == 3 ? rnn.name : rnn.cell_name),
               false;
    const wg_shape s = wg_node_shape(a->x);
    if (s.rank == rank && a->units >= 1 && a->units <= INT64_C(1) << 60 &&
        wg_dtype_is_float(wg_node_dtype(a->x)))
        return true;
    return FAIL(l, WG_ERROR_SHAPE,
                " of %lld units on x %s: x must be floats [batch, %sin], units at least 1, at most 2^60",
                (long long)a->units, wg_shape_text(s, shape, sizeof shape), rank == 3 ? "time, " : ""),
           false;
}

/* ---- cells ---- */

static wg_nn_states cell(wg_site here, const kind *k, const wg_nn_cell_args *of)
{
    WG_USER_CALL(here, k->cell_name);
    WG_OPTIONS_FILL(wg_nn_cell_args, of);
    if (!IS_MARKED(wg_nn_cell_args, of)) return no_states(UNMARKED(k->cell_name, wg_nn_cell_args, of));
    const wg_nn_recurrent_args a =
        WG_OPTS(wg_nn_recurrent_args, .x = of->x, .p = of->p, .name = of->name, .units = of->units,
                .state = of->state, .relu = of->relu, .share = of->share, .W_init = of->W_init,
                .U_init = of->U_init, .b_init = of->b_init);
    LAYER l;
    wg_nn_states s;
    if (!begin_recurrent(&l, here, k, k->cell_name, 2, &a) || !first_states(&l, k, &a, 0, 1, &s))
        return no_states(a.x);
    const weights w = weights_of(&l, k, "", wg_node_shape(a.x).dim[1], &a);
    s = step(l.inside, &w, wg_dense_at(l.inside, a.x, w.W, w.b), s);
    s.y = s.h;
    return s;
}
wg_nn_states wg_nn_rnn_cell_at(wg_site here, const wg_nn_cell_args *a) { return cell(here, &rnn, a); }
wg_nn_states wg_nn_lstm_cell_at(wg_site here, const wg_nn_cell_args *a) { return cell(here, &lstm, a); }
wg_nn_states wg_nn_gru_cell_at(wg_site here, const wg_nn_cell_args *a) { return cell(here, &gru, a); }

/* ---- sequences ---- */

/* The state after step t: that before it in the sequences that have ended. */
static wg_nn_states held(wg_site here, wg_node runs, wg_nn_states after, wg_nn_states before)
{
    after.h = wg_where(runs, after.h, before.h);
    if (!wg_is_none(after.c)) after.c = wg_where(runs, after.c, before.c);
    return after;
}

/* One direction. x: the input with time as the first axis. Steps to y[0 .. time), each in a scope of its own:
 * NAME.0, or NAME.part.0. Returns the last state. */
static wg_nn_states run_steps(const layer *l, const char *part, const weights *w, wg_node x, wg_nn_states s,
                              wg_node lengths, bool reverse, wg_node y[])
{
    wg_site here = l->inside;
    char scope[NAME_MOST + 16];
    snprintf(scope, sizeof scope, "%s%s%s", l->name, *part ? "." : "", part);
    const int64_t time = wg_dim(x, 0);
    wg_node all = wgx_layer_node(wg_dense(x, w->W, w->b), "u");
    for (int64_t i = 0; i < time; i++) {
        const int64_t t = reverse ? time - 1 - i : i;
        wg_scope_push_i_at(here, l->g, scope, t);
        wg_nn_states after = step(here, w, wg_select(all, .axis = 0, .index = t), s);
        y[t] = after.h;
        if (!wg_is_none(lengths)) {
            wg_node runs = wg_expand_dims(wg_greater(lengths, (double)t), .axis = 1);
            y[t] = wg_where(runs, after.h, 0);
            after = held(here, runs, after, s);
        }
        wg_scope_pop_at(here, l->g);
        s = after;
    }
    return s;
}

/* All results of one direction as s.y, and its last state. */
static wg_nn_states direction(const layer *l, const kind *k, const wg_nn_recurrent_args *a, wg_node x,
                              wg_node lengths, int d, int n)
{
    wg_site here = l->inside;
    const int64_t time = wg_dim(x, 0);
    const bool reverse = a->reverse != (d == 1);
    const weights w = weights_of(l, k, d ? "reverse." : "", wg_dim(x, 2), a);
    wg_nn_states s;
    if (!first_states(l, k, a, d, n, &s)) return no_states(a->x);
    wg_node *y = wg_alloc(l->c, (size_t)(time ? time : 1), sizeof *y);
    if (!y) return no_states(a->x);
    s = run_steps(l, d ? "reverse" : "", &w, x, s, lengths, reverse, y);
    s.y = time ? wg_stack(y, (int)time, .axis = 1) : wg_fill(l->g, 0, WG_SHAPE(wg_dim(x, 1), 0, a->units));
    wg_free(l->c, y);
    return s;
}

static bool lengths_fit(const layer *l, const wg_nn_recurrent_args *a)
{
    const wg_shape want = WG_SHAPE(wg_node_shape(a->x).dim[0]);
    char is[96], must[96];
    if (wg_is_none(a->lengths) || (wg_node_ok(a->lengths) && wg_shape_equal(wg_node_shape(a->lengths), want)))
        return true;
    return FAIL(l, WG_ERROR_SHAPE, ": the lengths are %s, must be %s",
                wg_node_ok(a->lengths) ? wg_shape_text(wg_node_shape(a->lengths), is, sizeof is) : "no node",
                wg_shape_text(want, must, sizeof must)),
           false;
}

/* Whole numbers from 0 to `most`; others are an error of the run. */
static wg_node lengths_of(wg_site here, wg_node lengths, int64_t most)
{
    const op_option options[2] = { { "classes", most + 1 }, { "what", 1 } };
    return wgi_layer_op(here, "as_class", options, &lengths, 1);
}

static wg_node side_by_side(wg_site here, wg_node a, wg_node b)
{
    return wg_concat(((wg_node[]){ a, b }), 2, .axis = -1);
}

static wg_nn_states sequence(wg_site here, const kind *k, const wg_nn_recurrent_args *a)
{
    WG_USER_CALL(here, k->name);
    WG_OPTIONS_FILL(wg_nn_recurrent_args, a);
    if (!IS_MARKED(wg_nn_recurrent_args, a)) return no_states(UNMARKED(k->name, wg_nn_recurrent_args, a));
    LAYER l;
    if (!begin_recurrent(&l, here, k, k->name, 3, a) || !lengths_fit(&l, a)) return no_states(a->x);
    here = l.inside;
    wg_node x = wg_transpose(a->x, .axes = WG_AXES(1, 0, 2));
    wg_node lengths = wg_is_none(a->lengths) ? wg_none : lengths_of(here, a->lengths, wg_dim(x, 0));
    const int n = a->bidirectional ? 2 : 1;
    wg_nn_states s = direction(&l, k, a, x, lengths, 0, n);
    if (n == 1 || wg_failed(l.c)) return s;
    wg_nn_states r = direction(&l, k, a, x, lengths, 1, n);
    s.y = side_by_side(here, s.y, r.y);
    s.h = side_by_side(here, s.h, r.h);
    if (k->has_c) s.c = side_by_side(here, s.c, r.c);
    return s;
}
wg_nn_states wg_nn_rnn_at(wg_site here, const wg_nn_recurrent_args *a) { return sequence(here, &rnn, a); }
wg_nn_states wg_nn_lstm_at(wg_site here, const wg_nn_recurrent_args *a) { return sequence(here, &lstm, a); }
wg_nn_states wg_nn_gru_at(wg_site here, const wg_nn_recurrent_args *a) { return sequence(here, &gru, a); }
