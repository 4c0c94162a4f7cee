/* lang_fit.c: trainings inside a program: (p, costs) = fit(loss, start, batches, optimizer=adam(1e-3)).
 *
 * A fit is carried out while the program is built, and what it finds are leaves of the program's graph. The
 * function is built once, on a graph of its own, where the start is a set of parameters and a batch an input.
 * What the function names outside itself is captured: an input with the present value. Each step sets the
 * batch, differentiates and steps; so a training takes the memory of one step. A derivative ends at what was
 * found: wgi_fit_between says so. */
#include "lang/lang.h"

#include <math.h>
#include <string.h>

#include "wengert/fit.h"
#include "wengert/grad.h"
#include "wengert/state.h"
#include "wgx/fit.h"
#include "wgx/lang.h"
#include "wgx/op.h"

/* A fit of this build: the leaves that it found, and what these were found from. */
struct wgi_fit_record {
    struct wgi_fit_record *next; /* in the order in which they were carried out */
    uint32_t at;
    wg_node *leaf, *from;
    int leaves, froms;
};

/* ---- the graphs ---- */

static wg_site here_of(wg_program *q, const wgi_fitting *t) { return wgi_site_text(q, "", t->call->mark); }

static bool add_from(wg_program *q, wgi_fitting *t, wg_node was, wg_node now)
{
    if (t->captures == t->room) {
        const int room = t->room ? 2 * t->room : 64;
        wgi_capture *more = wgi_lang_built(q, (size_t)room * sizeof *more);
        if (!more) return false;
        if (t->captures) memcpy(more, t->capture, (size_t)t->captures * sizeof *more);
        t->capture = more, t->room = room;
    }
    t->capture[t->captures++] = (wgi_capture){ was, now };
    return true;
}

bool wgi_fit_number(wg_program *q, const wgi_ast *a, const char *what, wg_node x, double *value)
{
    if (wgi_failed(q)) return false;
    if (wg_shape_size(wg_node_shape(x)) != 1) return wgi_syntax_at(q, a, "%s must be one number", what);
    *value = wg_item_at(wg_node_site(x), x);
    return !wgi_failed(q) && add_from(q, q->now.fitting, x, wg_none);
}

/* The node of the open graph that stands for one of the program's graph. */
static wg_node captured(wg_program *q, wg_node was)
{
    wgi_fitting *t = q->now.fitting;
    if (was.graph != t->whole || wgi_failed(q)) return was;
    for (int i = t->captures; i-- > 0;)
        if (t->capture[i].was.index == was.index && t->capture[i].now.graph == q->now.g)
            return t->capture[i].now;
    const wg_tensor v = wg_value_at(wg_node_site(was), was);
    if (wgi_failed(q)) return wg_none;
    const wg_node now = wg_input_borrow_at(wg_node_site(was), q->now.g, wg_node_name(was), v);
    return add_from(q, t, was, now) ? now : wg_none;
}

wgi_val wgi_captured(wg_program *q, wgi_val v)
{
    wg_node x[WGI_LANG_PARTS];
    if (v.is_number || !q->now.fitting || q->now.g == q->now.fitting->whole) return v;
    if (!v.several) return wgi_node_val(captured(q, v.node));
    const int n = wgi_flatten(q, q->statements, v, x);
    for (int k = 0; k < n; k++) x[k] = captured(q, x[k]);
    return wgi_unflatten(q, v, x);
}

void wgi_fit_begin(wg_program *q, wgi_fitting *t, const wgi_ast *call)
{
    *t = (wgi_fitting){ .call = call, .whole = q->now.g, .outer = q->now.fitting, .options = q->now.options };
    q->now.fitting = t;
}

bool wgi_fit_open(wg_program *q, wgi_fitting *t, int k)
{
    t->own[k] = wg_graph_new(q->c);
    t->outer_p = q->now.p, t->outer_mode = q->now.mode, t->outer_open = q->now.open;
    if (wgi_failed(q)) return false;
    q->now.g = t->own[k], q->now.p = t->p, q->now.open = NULL;
    q->now.mode = k ? WG_EVAL : WG_TRAIN;
    wg_begin(q->now.g, q->now.mode);
    return true;
}

void wgi_fit_shut(wg_program *q, wgi_fitting *t)
{
    if (q->now.g == t->whole) return;
    q->now.g = t->whole, q->now.p = t->outer_p;
    q->now.mode = t->outer_mode, q->now.open = t->outer_open;
}

/* ---- what is fitted ---- */

bool wgi_fit_start(wg_program *q, wgi_fitting *t, wg_node x, const char *name)
{
    char shape[120];
    const wg_dtype own = wg_context_dtype(q->c);
    if (wg_node_dtype(x) != own)
        return wgi_fail_at(q, t->call, WG_ERROR_DTYPE,
                           "fit: %s is %s, and what is fitted are floats, here %s", name,
                           wg_dtype_name(wg_node_dtype(x)), wg_dtype_name(own));
    if (!t->p) t->p = wg_params_new(q->c);
    while (t->p && name && wg_params_find(t->p, name) >= 0) /* W in (W, W) */
        name = wgi_lang_join(q, name, "_", "");
    const wg_tensor v = wgi_failed(q) ? (wg_tensor){ 0 } : wg_value_at(wg_node_site(x), x);
    if (wgi_failed(q) || !t->p || !name) return false;
    if (!wg_shape_size(v.shape))
        return wgi_fail_at(q, t->call, WG_ERROR_SHAPE, "fit: %s has no elements: %s", name,
                           wg_shape_text(v.shape, shape, sizeof shape));
    t->start[t->leaves++] = x;
    return wg_params_make_at(here_of(q, t), t->p, name, v, false) == WG_OK && add_from(q, t, x, wg_none);
}

wg_node wgi_fit_param(wg_program *q, const wgi_fitting *t, int k)
{
    return wg_param_at(here_of(q, t), q->now.g, t->p, wg_params_name(t->p, k), wg_node_shape(t->start[k]),
                       wg_zeros());
}

static wg_tensor row_of(const wg_tensor *t, int64_t i)
{
    wg_tensor row = { .dtype = t->dtype, .shape = { .rank = t->shape.rank - 1 } };
    for (int k = 0; k < row.shape.rank; k++) row.shape.dim[k] = t->shape.dim[k + 1];
    row.data = (char *)t->data + (size_t)(i * wg_shape_size(row.shape)) * wg_dtype_size(t->dtype);
    return row;
}

wg_node wgi_fit_element(wg_program *q, wgi_fitting *t, wg_node xs, const char *name)
{
    const wg_tensor v = wg_value_at(wg_node_site(xs), xs);
    if (wgi_failed(q) || !add_from(q, t, xs, wg_none)) return wg_none;
    const int k = t->elements++;
    t->batches = v.shape.dim[0], t->rows[k] = v;
    return t->element[k] = wg_input_at(here_of(q, t), q->now.g, name, row_of(&v, 0));
}

/* ---- the steps ---- */

/* A training that goes on. */
typedef struct fit_run {
    wg_program *q;
    wgi_fitting *t;
    wg_site here;
    wg_optim *o;
    double *cost, *dev;         /* of each step, and of each epoch */
    int64_t steps, left;        /* those that were made; those that are left of this epoch */
    wgx_fit_loop loop;          /* of epochs, if there is a dev */
    bool diverged;              /* then what is found is NaN */
    char *path[WGI_LANG_PARTS]; /* of each leaf, after each step, if all are wanted */
} fit_run;

static size_t bytes_of(const wg_tensor *t)
{
    return (size_t)wg_shape_size(t->shape) * wg_dtype_size(t->dtype);
}

/* After an error of a step: if the loss has a value, its gradient or the new parameters are NaN or infinite;
 * as in a scan, all that follows is NaN. If it has none, as with a row number out of range, the error stays:
 * false. */
static bool diverge(fit_run *r)
{
    wg_context *c = r->q->c;
    char why[300];
    const char *message = wg_message(c), *text = strstr(message, ": ");
    snprintf(why, sizeof why, "%s", text ? text + 2 : message);
    why[strcspn(why, "\n")] = 0;
    wg_recover(c);
    r->cost[r->steps] = wg_item_at(r->here, r->t->loss);
    if (wg_failed(c)) return false;
    wg_warn(c, r->here, "fit stops at step %lld of %lld, and what it finds is NaN: %s",
            (long long)r->steps + 1, (long long)r->t->steps, why);
    for (int64_t i = r->steps + 1; i < r->t->steps; i++) r->cost[i] = NAN;
    for (int k = 0; k < r->t->leaves && r->t->all; k++) { /* NaN has all bits of its exponent and one more */
        const wg_tensor v = wg_params_tensor(r->t->p, k);
        const size_t done = (size_t)r->steps * bytes_of(&v);
        memset(r->path[k] + done, 0xFF, (size_t)r->t->steps * bytes_of(&v) - done);
    }
    r->steps = r->t->steps, r->diverged = true;
    return true;
}

static bool open_paths(fit_run *r)
{
    for (int k = 0; k < r->t->leaves && r->t->all; k++) {
        const wg_tensor v = wg_params_tensor(r->t->p, k);
        if (wg_shape_size(v.shape) > WGI_LANG_TENSOR / r->t->steps || v.shape.rank == WG_MAX_RANK)
            return wgi_fail_at(r->q, r->t->call, WG_ERROR_SHAPE,
                               "fit: all=true of %lld steps is too large for %s", (long long)r->t->steps,
                               wg_params_name(r->t->p, k));
        r->path[k] = wg_alloc(r->q->c, (size_t)r->t->steps, bytes_of(&v));
    }
    return !wg_failed(r->q->c);
}

static void note_path(fit_run *r)
{
    for (int k = 0; k < r->t->leaves && r->t->all; k++) {
        const wg_tensor v = wg_params_tensor(r->t->p, k);
        memcpy(r->path[k] + (size_t)r->steps * bytes_of(&v), v.data, bytes_of(&v));
    }
}

static bool one_step(fit_run *r)
{
    const wgi_fitting *t = r->t;
    const double rate = wgx_optim_choice_rate(&t->optimizer, (double)r->steps, (double)t->steps);
    for (int k = 0; k < t->elements; k++)
        wg_input_set_at(r->here, t->element[k], row_of(&t->rows[k], r->steps % t->batches));
    wg_backward_at(r->here, t->loss, t->p);
    r->cost[r->steps] = wg_item_at(r->here, t->loss);
    wg_status s = wg_failed(r->q->c);
    if (!s && t->optimizer.schedule) {
        wg_optim_set_lr_at(r->here, r->o, rate);
        if (wg_failed(r->q->c)) return false; /* a rate that is none */
    }
    if (!s) s = wg_optim_step_at(r->here, r->o);
    if (s == WG_ERROR_VALUE) return diverge(r);
    if (s) return false;
    note_path(r), r->steps++;
    return true;
}

static wgx_fit_turn turn(void *user)
{
    fit_run *r = user;
    if (!r->left) {
        r->left = r->t->batches ? r->t->batches : 1;
        return WG_FIT_EPOCH;
    }
    if (r->steps == r->t->steps || !one_step(r) || r->diverged) return WG_FIT_STOP;
    r->left--;
    return WG_FIT_STEP;
}

static bool measure(void *user, double *dev)
{
    fit_run *r = user;
    if (!wg_node_ok(r->t->dev)) return true;
    wg_commit_at(r->here, r->t->own[1]); /* begins an evaluation with the new parameters */
    r->dev[r->loop.epoch] = *dev = wg_item_at(r->here, r->t->dev);
    return !wg_failed(r->q->c);
}

static bool run(fit_run *r)
{
    wgi_fitting *t = r->t;
    r->left = t->batches ? t->batches : 1;
    r->cost = wg_alloc(r->q->c, (size_t)t->steps + 1, sizeof *r->cost);
    r->dev = wg_alloc(r->q->c, (size_t)(t->steps / r->left) + 1, sizeof *r->dev);
    r->o = wg_optim_named_at(r->here, t->p, t->optimizer.name, t->optimizer.setting, t->optimizer.settings);
    r->loop = (wgx_fit_loop){ .step = turn,
                              .measure = measure,
                              .user = r,
                              .epochs = t->steps + 1,
                              .patience = t->patience,
                              .p = t->p };
    if (t->patience) r->loop.kept = wg_params_new(r->q->c);
    if (wg_failed(r->q->c) || !open_paths(r)) return false;
    wgx_fit_run_at(r->here, &r->loop);
    if (r->loop.best && r->loop.kept && !r->diverged) wg_params_copy_at(r->here, t->p, r->loop.kept);
    return !wg_failed(r->q->c);
}

/* ---- what was found ---- */

/* A leaf with numbers of the program's dtype; x NULL: all are NaN. */
static wg_node leaf(fit_run *r, const double *x, wg_tensor of)
{
    const int64_t n = wg_shape_size(of.shape);
    void *copy = wg_alloc(r->q->c, (size_t)n + 1, sizeof(double));
    for (int64_t i = 0; copy && i < n; i++) {
        const double v = x ? x[i] : NAN;
        if (of.dtype == WG_F32) ((float *)copy)[i] = (float)v;
        else ((double *)copy)[i] = v;
    }
    of.data = copy;
    const wg_node y = copy ? wg_input_at(r->here, r->t->whole, "", of) : wg_none;
    wg_free(r->q->c, copy);
    return y;
}

static wg_node vector(fit_run *r, const double *x, int64_t n)
{
    return leaf(r, x, (wg_tensor){ wg_context_dtype(r->q->c), WG_SHAPE(n), NULL });
}

static wg_node fitted_leaf(fit_run *r, int k)
{
    wg_tensor v = wg_params_tensor(r->t->p, k);
    if (r->t->all) {
        memmove(v.shape.dim + 1, v.shape.dim, (size_t)v.shape.rank++ * sizeof *v.shape.dim);
        v.shape.dim[0] = r->steps, v.data = r->path[k];
        return wg_input_at(r->here, r->t->whole, "", v);
    }
    return r->diverged ? leaf(r, NULL, v) : wg_input_at(r->here, r->t->whole, "", v);
}

/* What has been found, and from what. */
static bool note(wg_program *q, const wgi_fitting *t)
{
    struct wgi_fit_record *r = wgi_lang_built(q, sizeof *r), **end = &q->now.fits;
    while (*end) end = &(*end)->next;
    if (!r) return false;
    *r = (struct wgi_fit_record){ .at = t->call->start, .leaves = t->founds, .froms = t->captures };
    r->leaf = wgi_lang_built(q, (size_t)r->leaves * sizeof *r->leaf);
    r->from = wgi_lang_built(q, (size_t)r->froms * sizeof *r->from + 1);
    if (!r->leaf || !r->from) return false;
    memcpy(r->leaf, t->found, (size_t)r->leaves * sizeof *r->leaf);
    for (int i = 0; i < r->froms; i++) r->from[i] = t->capture[i].was;
    *end = r;
    q->now.looks++;
    return true;
}

bool wgi_fit_run(wg_program *q, wgi_fitting *t)
{
    fit_run r = { .q = q, .t = t, .here = here_of(q, t) };
    bool fine = run(&r);
    for (int k = 0; fine && k < t->leaves; k++) t->found[t->founds++] = fitted_leaf(&r, k);
    if (fine) t->found[t->founds++] = vector(&r, r.cost, r.steps);
    if (fine && wg_node_ok(t->dev)) t->found[t->founds++] = vector(&r, r.dev, r.loop.epoch);
    for (int k = 0; k < t->leaves; k++) wg_free(q->c, r.path[k]);
    if (r.loop.kept) wg_params_free(r.loop.kept);
    wg_optim_free(r.o);
    wg_free(q->c, r.cost);
    wg_free(q->c, r.dev);
    return fine && !wgi_failed(q) && note(q, t);
}

/* ---- the end ---- */

static bool is_own(const wgi_fitting *t, wg_node x)
{
    return x.graph && (x.graph == t->own[0] || x.graph == t->own[1]);
}

static wg_node first_leaf(wgi_val v)
{
    while (v.several && v.several->count) v = v.several->part[0];
    return v.several ? wg_none : v.node;
}

/* An option whose number is used inside the function changes what is found. */
static void note_options(wg_program *q, const wgi_fitting *t)
{
    wgi_option_use *first = q->now.options;
    for (wgi_option_use *u = first; u && u != t->options; u = u->next) {
        if (!wg_is_none(u->result) && !is_own(t, u->result)) continue;
        u->result = t->founds ? t->found[0] : wg_none;
        for (int k = 1; k < t->founds; k++) {
            wgi_option_use *more = wgi_lang_built(q, sizeof *more);
            if (!more) return;
            *more = *u, more->result = t->found[k], more->next = q->now.options, q->now.options = more;
        }
    }
}

void wgi_fit_end(wg_program *q, wgi_fitting *t)
{
    wgi_fit_shut(q, t);
    note_options(q, t);
    EACH_BINDING(q, b) { /* the function's own names */
        if (is_own(t, b->node)) b->node = wg_none;
        if (b->several && is_own(t, first_leaf((wgi_val){ .several = b->several }))) b->several = NULL;
    }
    for (int k = 0; k < 2; k++)
        if (t->own[k]) wg_graph_free(t->own[k]);
    if (t->p) wg_params_free(t->p);
    q->now.fitting = t->outer;
}

/* ---- derivatives end at what was found ---- */

/* Sets by[i]: node i depends on x, perhaps by a fit. */
static void mark_by(const wg_program *q, wg_graph *g, wg_node x, bool by[])
{
    const struct wgi_fit_record *r = q->now.fits;
    const int64_t n = wg_graph_nodes(g);
    by[x.index] = true;
    for (int64_t i = 1; i < n; i++) {
        const wg_node node = wg_graph_node(g, i);
        for (int k = 0; k < wg_node_operands(node); k++) by[i] |= by[wg_node_operand(node, k).index];
        if (!r || r->leaf[0].index != i) continue;
        bool is = false;
        for (int k = 0; k < r->froms; k++) is |= by[r->from[k].index];
        for (int k = 0; k < r->leaves; k++) by[r->leaf[k].index] |= is;
        r = r->next;
    }
}

/* Sets in[i]: what is true of a node in[] is, but behind stop_gradient, of what it is made from. */
static void mark_in(wg_graph *g, bool in[])
{
    for (int64_t i = wg_graph_nodes(g) - 1; i > 0; i--) {
        const wg_node node = wg_graph_node(g, i);
        if (!in[i] || wgx_op_is(wg_node_op(node), "stop_gradient")) continue;
        for (int k = 0; k < wg_node_operands(node); k++) in[wg_node_operand(node, k).index] = true;
    }
}

/* Of y in an own graph: marks what stands in the program's graph for what y is made from. *x becomes the node
 * of the program's graph that it stands for. False: it stands for none. */
static bool to_whole(wg_program *q, const wgi_fitting *t, wg_node *x, wg_node y, bool in[])
{
    const wg_node own = *x;
    bool *of = wg_alloc(q->c, (size_t)wg_graph_nodes(y.graph), sizeof *of);
    if (!of) return false;
    of[y.index] = true;
    mark_in(y.graph, of);
    *x = wg_none;
    for (int i = 0; i < t->captures; i++) {
        const wgi_capture *c = &t->capture[i];
        if (c->now.graph != y.graph) continue;
        if (c->now.index == own.index) *x = c->was;
        in[c->was.index] |= of[c->now.index];
    }
    wg_free(q->c, of);
    return !wg_is_none(*x);
}

/* Whether a fit may have read what is made from x, a node of the program's graph: what it found is newer than
 * x. Without this question each step of a scan behind a fit would mark the whole graph. */
static bool fit_since(const wg_program *q, wg_node x)
{
    const struct wgi_fit_record *r = q->now.fits;
    while (r && r->leaf[0].index < x.index) r = r->next;
    return r;
}

const char *wgi_fit_between(wg_program *q, wg_node x, wg_node y, int *line)
{
    const wgi_fitting *t = q->now.fitting;
    wg_graph *whole = t ? t->whole : q->now.g;
    const char *name = NULL;
    if (!q->now.fits || !wg_node_ok(x) || !wg_node_ok(y) || x.graph != y.graph) return NULL;
    if (y.graph == whole && !fit_since(q, x)) return NULL;
    const size_t n = (size_t)wg_graph_nodes(whole);
    bool *by = wg_alloc(q->c, 2 * n, sizeof *by), *in = by + n;
    if (!by) return NULL;
    const bool fine = y.graph == whole ? (in[y.index] = true) : t && to_whole(q, t, &x, y, in);
    if (fine) mark_in(whole, in), mark_by(q, whole, x, by);
    for (const struct wgi_fit_record *r = q->now.fits; fine && r && !name; r = r->next)
        for (int k = 0; k < r->leaves && !name; k++)
            if (in[r->leaf[k].index] && by[r->leaf[k].index] && r->leaf[k].index != x.index)
                name = wg_node_name(r->leaf[k]), *line = wgi_line(q, r->at);
    wg_free(q->c, by);
    return name;
}
