/* eval.c: reading values, wg_backward, and the new values of states.
 *
 * All reads between two changes of parameters see one evaluation: the same inputs, parameters and random
 * epoch. Invariant: g->value[i] is NULL or the address of node i's value in the open evaluation. When no
 * evaluation is open, all are NULL. */
#include "base/floats.h"
#include "graph/composites.h"
#include "run/run.h"
#include "wengert/plan.h"
#include "wgx/base.h"
#include "wgx/graph.h"
#include "wgx/plan.h"

/* Whether every node that was marked by wg_keep is a result already. If not, the next read has to run. */
static bool kept_are_results(const wg_graph *g)
{
    for (size_t i = 0; i < g->results.kepts; i++)
        if (!(g->node[g->results.kept[i]].flags & WGI_RESULT)) return false;
    return true;
}

/* After a run. A kept node is no root if an earlier run computed it for others, so look at the values. */
static void keep_results(wg_graph *g)
{
    for (size_t i = 0; i < g->results.kepts; i++) {
        const uint32_t n = g->results.kept[i];
        if (!g->value[n] || g->node[n].flags & WGI_RESULT) continue;
        wgi_wish(g, n);
        wgi_result(g, n);
    }
}

static void add_root(const wg_graph *g, uint32_t i, wgi_request *r)
{
    if (g->value[i] || g->marked[i]) return;
    g->marked[i] = 1;
    r->root[r->roots++] = i;
}

bool wgi_request_roots(const wg_graph *from, const wg_graph *g, wgi_arena *a, const uint32_t *first, int n,
                       bool assigned, wgi_request *r)
{
    const wgi_results *s = &from->results;
    const size_t assigns = assigned ? s->assigns : 0;
    r->root = wgi_arena_alloc(a, sizeof *r->root * ((size_t)n + s->kepts + assigns));
    if (!r->root) return false;
    for (int i = 0; i < n; i++) add_root(g, first[i], r);
    for (size_t i = 0; i < s->kepts; i++) add_root(g, s->kept[i], r);
    for (size_t i = 0; i < assigns; i++) add_root(g, s->assign[i].value, r);
    for (int k = 0; k < r->roots; k++) g->marked[r->root[k]] = 0;
    return true;
}

static bool compute(wg_graph *g, wg_site here, const uint32_t *root, int n, bool assigned, bool quiet)
{
    wgi_place place = wgi_temp_place(g);
    wgi_request r = { .here = here, .quiet = quiet };
    bool ok = wgi_request_roots(g, g, &g->temp, root, n, assigned, &r) && wgi_run(g, &r);
    if (ok) keep_results(g);
    wgi_temp_rewind(g, place);
    return ok;
}

/* Without the nodes of wg_keep, which may depend on parameters that have changed. */
static bool compute_alone(wg_graph *g, wg_site here, const uint32_t *root, int n, bool assigned, bool quiet)
{
    const size_t kepts = g->results.kepts;
    g->results.kepts = 0;
    const bool ok = compute(g, here, root, n, assigned, quiet);
    g->results.kepts = kepts;
    return ok;
}

static bool has_changed(const wg_graph *g, const wgi_parameter *q, const void *arg)
{
    for (size_t i = 0; i < g->now.uses; i++)
        if (g->now.use[i].p == q->owner) return q->owner->version != g->now.use[i].version;
    return false;
}

static void *fail_changed(wg_site here, const char *what, wg_node n)
{
    char who[80];
    wgx_site_argument(here, 0, who, sizeof who);
    wgi_fail(n.graph->c, here, what, WG_ERROR_USE,
             "%s was not computed before the parameters changed: read it before wg_optim_step or wg_keep it",
             *who               ? who
             : *wg_node_name(n) ? wg_node_name(n)
                                : "the node");
    return NULL;
}

/* The value of node n, computed if it is missing. quiet: record no error, and make nothing a result. */
static void *read(wg_site here, const char *what, wg_node n, bool quiet)
{
    wg_graph *g = n.graph;
    if (!g && !quiet) wgi_is_node(NULL, n, here, what, 0, "the node");
    if (!g || (!quiet && !wgi_ok(g->c))) return NULL;
    if (quiet ? !wg_node_ok(n) : !wgi_usable(n, here, what, "the node")) return NULL;
    wgi_rule_looks_around(g);
    if (g->rule.aside) return NULL;
    uint32_t i = n.index;
    wgi_node *node = &g->node[i];
    bool fixed = wgi_is_leaf(node) && node->op != &wgi_op_param && node->op != &wgi_op_state;
    if (fixed) return wgi_value(g, i);
    if (g->now.open && g->now.peeked && wgi_params_changed(g)) wgi_close(g);
    const bool late = g->now.open && wgi_params_changed(g);
    if (late && g->value[i] && node->flags & WGI_RESULT) return g->value[i];
    if ((late && wgi_reads(g, i, has_changed, NULL)) || (wgi_is_lost(g, node) && !(node->flags & WGI_RESULT)))
        return quiet ? NULL : fail_changed(here, what, n);
    const bool unused = wgi_use_begin(g);
    g->now.peeked = quiet && unused;
    if (g->value[i] && !quiet && !(node->flags & WGI_RESULT)) wgi_wish(g, i);
    bool there = g->value[i] && (late || node->flags & WGI_RESULT || kept_are_results(g));
    bool ok = wgi_is_leaf(node) ? wgi_own_bytes(g, i)
                                : there || (late ? compute_alone : compute)(g, here, &i, 1, false, quiet);
    if (ok && !quiet) wgi_result(g, i);
    if (!ok || !wgi_ok(g->c)) g->now.peeked = unused;
    return ok ? g->value[i] : NULL;
}

static double item(wg_site here, wg_node n)
{
    const wgi_node *node = wgi_node_of(n);
    double v = NAN;
    if (wgi_is_number(n)) return wgi_number_value(n);
    if (node && n.index && wgi_size(node->shape) != 1 && wgi_ok(n.graph->c)) {
        char who[80], shape[80];
        wgx_site_argument(here, 0, who, sizeof who);
        wgi_fail(n.graph->c, here, "item", WG_ERROR_SHAPE, "%s %s has more than one element: use wg_value",
                 *who ? who : "the node", wg_shape_text(*node->shape, shape, sizeof shape));
        return NAN;
    }
    void *p = read(here, "item", n, false);
    if (p) wgi_convert(WG_F64, &v, wg_node_dtype(n), p, 1);
    return v;
}

/* The quick way for what a training loop reads most: a float that is a result already. False: call item. */
static bool read_result(wg_node n, double *v)
{
    const wg_graph *g = n.graph;
    if (!g || !wgi_has_node(g, n) || !g->now.open || g->now.peeked || !wgi_ok(g->c) || g->rule.op)
        return false;
    const wgi_node *node = &g->node[n.index];
    const void *p = g->value[n.index];
    if (!(node->flags & WGI_RESULT) || !p || wgi_size(node->shape) != 1 || node->dtype != WG_F32)
        return false;
    *v = (double)*(const float *)p;
    return true;
}

double wg_item_at(wg_site here, wg_node n)
{
    double v;
    return read_result(n, &v) ? v : item(here, n);
}

wg_tensor wg_value_at(wg_site here, wg_node n)
{
    void *p = read(here, "value", n, false);
    return (wg_tensor){ wg_node_dtype(n), wg_node_shape(n), p };
}

wgx_held *wgx_hold_at(wg_site here, wg_node n, wg_tensor *t)
{
    if (!t) {
        wgi_fail(n.graph ? n.graph->c : NULL, here, "hold", WG_ERROR_USE, "no tensor to write to");
        return NULL;
    }
    wg_graph *g = n.graph;
    const bool unused = g && (!g->now.open || g->now.peeked);
    *t = (wg_tensor){ wg_node_dtype(n), wg_node_shape(n), read(here, "hold", n, false) };
    wgx_held *h = t->data ? wgi_hold(g, t) : NULL;
    if (g && !h) g->now.peeked = unused;
    return h;
}

bool wgx_peek(wg_node n, wg_tensor *t)
{
    wg_graph *g = n.graph;
    if (!g || !t) return false;
    const wg_status was = wgi_quiet_begin(g->c);
    const bool waits = wgx_interrupts_wait(g->c, true); /* nobody would be told of it */
    void *p = read(wg_node_site(n), "peek", n, true);
    const bool starved = !p && g->c->status == WG_ERROR_MEMORY;
    wgx_interrupts_wait(g->c, waits);
    wgi_quiet_end(g->c, was);
    if (starved && wgi_ok(g->c))
        wgi_fail(g->c, wg_node_site(n), "memory", WG_ERROR_MEMORY, "no memory for a value");
    *t = (wg_tensor){ wg_node_dtype(n), wg_node_shape(n), p };
    return p != NULL;
}

static wg_status copy(wg_site here, const char *what, wg_node n, wg_dtype t, void *to, size_t count)
{
    if (wgi_is_number(n) && to && count) {
        double v = wgi_number_value(n);
        return wgi_convert(t, to, WG_F64, &v, 1), WG_OK;
    }
    void *p = read(here, what, n, false);
    if (!p) return n.graph ? wg_failed(n.graph->c) : WG_ERROR_USE;
    size_t have = (size_t)wg_shape_size(wg_node_shape(n));
    if (have && !to) return wgi_fail(n.graph->c, here, what, WG_ERROR_USE, "no memory to copy to");
    if (have > count)
        return wgi_fail(n.graph->c, here, what, WG_ERROR_SHAPE, "room for %zu elements, the node has %zu",
                        count, have);
    wgi_convert(t, to, wg_node_dtype(n), p, (int64_t)have);
    return WG_OK;
}

wg_status wg_copy_f32_at(wg_site here, wg_node n, float *to, size_t count)
{
    return copy(here, "copy_f32", n, WG_F32, to, count);
}
wg_status wg_copy_f64_at(wg_site here, wg_node n, double *to, size_t count)
{
    return copy(here, "copy_f64", n, WG_F64, to, count);
}

wg_node wg_keep_at(wg_site here, wg_node n)
{
    wgi_node *node = wgi_node_of(n);
    wg_graph *g = n.graph;
    if (!node || !n.index) wgi_is_node(NULL, n, here, "keep", 0, "the node");
    if (!node || !n.index || node->flags & WGI_KEPT) return n;
    if (!WGI_GROW(g->c, g->results.kept, g->results.kept_capacity, g->results.kepts + 1)) return n;
    g->results.kept[g->results.kepts++] = n.index;
    node->flags |= WGI_KEPT;
    return n;
}

/* ---- state ---- */

/* The open evaluation gets copies of the states that are to get new values. False: out of memory. */
static bool can_commit(wg_graph *g)
{
    for (size_t i = 0; i < g->results.assigns && !g->now.committed; i++)
        if (!wgi_own_bytes(g, g->results.assign[i].state)) return false;
    return wgi_ok(g->c);
}

/* Gives states their new values. The open evaluation still sees the old ones: see can_commit. */
static void commit(wg_graph *g)
{
    if (g->now.committed) return;
    for (size_t i = 0; i < g->results.assigns; i++) {
        wgi_node *s = &g->node[g->results.assign[i].state];
        if (s->parameter->frozen) continue;
        memcpy(s->parameter->data, wgi_value(g, g->results.assign[i].value), wgi_value_bytes(s));
        /* Evaluations of other graphs end here: they must not mix old and new values. */
        s->parameter->owner->version++;
    }
    for (size_t i = 0; i < g->now.uses && g->results.assigns; i++)
        g->now.use[i].version = g->now.use[i].p->version;
    g->now.committed = true;
}

wg_status wg_commit_at(wg_site here, wg_graph *g)
{
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "commit: the graph is NULL");
    if (!wgi_ok(g->c) || wgi_is_busy(g, here, "commit")) return g ? wg_failed(g->c) : WG_ERROR_USE;
    if (g->now.open && wgi_params_changed(g)) wgi_close(g);
    const bool unused = wgi_use_begin(g);
    if (compute(g, here, NULL, 0, true, false) && can_commit(g)) commit(g);
    else g->now.peeked = unused;
    return wg_failed(g->c);
}

/* ---- backward ---- */

/* An update would be rounded away, so these parameters are not trained. */
bool wgi_target_stored(wg_graph *g, wg_site here, const char *what, const wgi_parameter *q)
{
    if (!wg_dtype_is_stored(q->dtype)) return false;
    wgi_fail(g->c, here, what, WG_ERROR_DTYPE,
             "%s is %s, which is not trained: keep the parameter in f32 and cast it where it is used, or "
             "wg_params_freeze it",
             q->name, wg_dtype_name(q->dtype));
    return true;
}

bool wgi_request_targets(wg_graph *g, wgi_arena *a, const wg_params *p, size_t more, wgi_request *r)
{
    const size_t most = g->params + g->earliers + more;
    r->target = wgi_arena_alloc(a, sizeof *r->target * most);
    r->into = wgi_arena_alloc(a, sizeof *r->into * most);
    r->reached = wgi_arena_alloc(a, sizeof *r->reached * most);
    if (!r->target || !r->into || !r->reached) return false;
    const bool all =
        p && p->root == p && g->now.uses == 1 && g->now.use[0].p == p; /* spares a look at each */
    const bool some = p && p->root->frozen;
    for (size_t i = 0; p && i < g->params; i++) {
        const wgi_node *n = &g->node[g->param[i]];
        if (n->op == &wgi_op_param && (all || wgi_params_holds(p, n->parameter)) &&
            !(some && n->parameter->frozen)) {
            if (wgi_target_stored(g, r->here, "backward", n->parameter)) return false;
            r->target[r->targets++] = g->param[i];
        }
    }
    const size_t earliers = p ? wgi_earlier_targets(g, p, r->target + r->targets) : 0;
    r->targets += (int)earliers;
    if (earliers) r->fresh = false; /* their gradients do not go to the parameter's own memory */
    return true;
}

/* There may be many parameters, so they are fetched ahead. */
static inline void fetch_ahead(const wg_graph *g, const wgi_request *r, int i)
{
    enum { AHEAD = 16 };
    if (i + AHEAD < r->targets && !r->rows)
        __builtin_prefetch(&g->node[r->target[i + AHEAD]].parameter->owner, 1);
}

/* Memory for each gradient. It is the parameter's own, unless the call adds to a gradient that is there: that
 * one must stay as it is if the call fails. */
static bool gradient_memory(wg_graph *g, wgi_request *r, bool add)
{
    memset(r->into, 0, sizeof *r->into * (size_t)r->targets);
    for (int i = 0; i < r->targets; i++) {
        fetch_ahead(g, r, i);
        wgi_node *n = &g->node[r->target[i]];
        const bool rows = !wgi_is_leaf(n);
        wgi_parameter *q = rows ? wgi_table_of(g, n) : n->parameter;
        wgi_parameter *was = wgi_earlier_of(g, q);
        const bool apart = was || (add && q->reached);
        if (!(was ? was : q)->grad && !wgi_grad_memory(was ? was : q)) return false;
        r->into[i] = apart ? NULL : rows ? wgi_rows_apart(g, r, i) : q->grad;
        if (!r->into[i]) r->into[i] = wgi_temp(g, wgi_value_bytes(n));
        if (!r->into[i]) return false;
    }
    return true;
}

static void add_to(wgi_parameter *q, const void *more)
{
    if (q->dtype == WG_F32)
        for (int64_t i = 0; i < q->size; i++) ((float *)q->grad)[i] += ((const float *)more)[i];
    else
        for (int64_t i = 0; i < q->size; i++) ((double *)q->grad)[i] += ((const double *)more)[i];
}

/* The gradient of q becomes `from`, which may be its own memory, or if there is one already, their sum. */
static void take_gradient(wgi_parameter *q, const void *from)
{
    if (q->rows && from == q->grad) wgi_row_list_written(q);
    else if (q->rows) wgi_row_list_none(q);
    if (from == q->grad) return;
    if (q->reached) add_to(q, from);
    else memcpy(q->grad, from, (size_t)q->size * wg_dtype_size(q->dtype));
}

static void mark_reached(wg_graph *g, wg_params *p, const wgi_request *r, bool add)
{
    p->root->loss = wgi_handle(g, r->loss);
    p->root->explain = wgi_explain_gradient;
    p->root->again = &wgi_loss_again;
    if (p->root->keeps) wgi_spend(g, r->loss);
    if (!add && wgi_gradients_are_of(p, r->id)) return;
    wgi_gradients_change(p);
    const bool all = p->root == p && (size_t)r->targets == p->count && !r->rows && !g->earlier;
    if (!add && !all) wgi_gradients_clear(p);
    const wgi_floats was = wgi_floats_enter();
    for (int i = 0; i < r->targets; i++) {
        fetch_ahead(g, r, i);
        if (r->rows && wgi_add_rows_of(g, r, i)) continue;
        wgi_parameter *q = g->node[r->target[i]].parameter, *before = wgi_earlier_of(g, q);
        if (before) q = before;
        if (!add && all) q->reached = false;
        if (!r->reached[i]) continue;
        take_gradient(q, r->into[i]);
        q->reached = true;
    }
    if (!add) p->reached_by = r->id;
    wgi_floats_leave(was);
}

static void fail_unreached(wg_graph *g, const wgi_request *r)
{
    if (r->blocked && r->blocked < g->count)
        wgi_fail(g->c, r->here, "backward", WG_ERROR_GRADIENT,
                 "every path to the parameters ends at %s (%s), which has no derivative there",
                 wgi_called_name(g, r->blocked), wg_site_place(g->node[r->blocked].here));
    else wgi_fail(g->c, r->here, "backward", WG_ERROR_GRADIENT, "the loss reaches no parameter of p");
}

/* After a run. node: of wgi_loss_nodes. One that had its value before is no root. */
static void keep_loss(wg_graph *g, const uint32_t node[], int n)
{
    for (int k = 0; k < n; k++)
        if (g->value[node[k]] && !(g->node[node[k]].flags & WGI_RESULT)) wgi_result(g, node[k]);
}

/* Runs a backward request. node: of wgi_loss_nodes; NULL: it is the last request of the graph, of which all
 * these are roots. False: nothing was changed but memory of gradients. */
static bool run_backward(wg_graph *g, wgi_request *r, bool add, const uint32_t node[], int n)
{
    const bool again = !node;
    if (again ? !wgi_run_known(g, r) : !gradient_memory(g, r, add) || !wgi_run(g, r)) return false;
    if (!again) keep_results(g);
    keep_loss(g, node, n);
    return (wgi_loss_is_finite(g, r->loss) || wgi_accept_loss(g, r)) && can_commit(g);
}

static bool any_reached(const wgi_request *r)
{
    int k = 0;
    while (k < r->targets && !r->reached[k]) k++;
    return k < r->targets;
}

/* The run may have written to memory of gradients. */
static void backward_failed(const wg_graph *g, wg_params *p, const wgi_request *r, bool add)
{
    for (int i = 0; i < r->targets && p->root->lazy; i++) {
        const wgi_node *n = &g->node[r->target[i]];
        if (wgi_is_leaf(n) && n->parameter->rows && r->into[i] == n->parameter->grad)
            wgi_row_list_written(n->parameter);
    }
    if (add) p->root->backwards++; /* what the run has found out of new gradients is of no use */
    else wgi_gradients_lost(p);
}

/* The loss becomes a result, the parameters that were reached have gradients, and states get their new
 * values. An error changes nothing of that, but for one: if the computation of new gradients has failed,
 * there are none to step with. */
static void answer_backward(wg_graph *g, wg_params *p, wgi_request *r, bool add, const uint32_t node[], int n)
{
    if (!run_backward(g, r, add, node, n)) {
        backward_failed(g, p, r, add);
        return;
    }
    if (!any_reached(r)) {
        fail_unreached(g, r);
        return;
    }
    const bool adds = add && wgi_gradients_to_add_to(p);
    mark_reached(g, p, r, add);
    wgi_gradients_come(p, wgi_handle(g, r->loss), adds);
    if (node && !p->root->lazy) wgi_last_remember(g, p, r);
    commit(g);
}

static void request_backward(wg_graph *g, wg_params *p, bool add, wgi_request *r)
{
    uint32_t node[WGI_LOSS_NODES];
    const int n = wgi_loss_nodes(g, r->loss, node);
    /* Also if the request fails: what earlier plans leave must not depend on that. */
    for (int k = 1; k < n; k++) wgi_wish(g, node[k]);
    if (!wgi_request_roots(g, g, &g->temp, node, n, true, r) || !wgi_request_targets(g, &g->temp, p, 0, r) ||
        (p->root->lazy && !wgi_request_rows(g, r))) {
        if (!add) wgi_gradients_lost(p);
        return;
    }
    r->id = ++g->c->last.structure;
    if (r->targets) answer_backward(g, p, r, add, node, n);
    else
        wgi_fail(g->c, r->here, "backward", WG_ERROR_GRADIENT, "no parameter of p%s is in this graph",
                 p->root->frozen ? " that is not frozen" : "");
}

static void backward_anew(wg_graph *g, wg_site here, uint32_t loss, wg_params *p, bool add, bool fresh)
{
    wgi_place place = wgi_temp_place(g);
    wgi_request r = { .here = here, .backward = true, .loss = loss, .fresh = fresh && !add };
    request_backward(g, p, add, &r);
    wgi_temp_rewind(g, place);
}

bool wgi_is_loss(wg_node loss, wg_site here, const char *op, int argument)
{
    const wgi_node *n = wgi_node_of(loss);
    const bool one = wgi_size(n->shape) == 1;
    char who[80], shape[80];
    if (one && wg_dtype_is_float((wg_dtype)n->dtype)) return true;
    wgx_site_argument(here, argument, who, sizeof who);
    wgi_fail(loss.graph->c, here, op, WG_ERROR_SHAPE,
             !one ? "%s %s is not a scalar: take its wg_sum or wg_mean"
                  : "%s %s is neither f32 nor f64: it has no derivative",
             *who ? who : "the loss",
             !one ? wg_shape_text(*n->shape, shape, sizeof shape) : wg_dtype_name((wg_dtype)n->dtype));
    return false;
}

static wg_status backward(wg_site here, wg_node loss, wg_params *p, bool add)
{
    wg_graph *g = loss.graph;
    if (!p || !g || !wgi_ok(p->c) || !wgi_ok(g->c)) {
        if (!g) wgi_is_node(p ? p->c : NULL, loss, here, "backward", 0, "the loss");
        if (!p && g) wgi_fail_null(g->c, here, "backward", "parameter set");
        return p && !wgi_ok(p->c) ? wg_failed(p->c) : g ? wg_failed(g->c) : WG_ERROR_USE;
    }
    /* Gradients by rows are asked for anew. */
    wgi_request *last = p->root->lazy ? NULL : wgi_last_request(g, p, loss.index);
    if (!wgi_usable(loss, here, "backward", "the loss") || (!last && !wgi_is_loss(loss, here, "backward", 0)))
        return wg_failed(g->c);
    if (g->now.open && wgi_params_changed(g)) wgi_close(g);
    bool fresh = !g->now.open;
    wgi_warn_of_habits(g, here, add);
    const bool unused = wgi_use_begin(g);
    /* A rule that is asked may answer other requests: then this one is no longer the last. */
    const bool same = fresh && !add && last && wgi_plan_is_repeatable(g, last);
    wgi_request *again = same ? wgi_last_request(g, p, loss.index) : NULL;
    if (again) {
        again->here = here;
        answer_backward(g, p, again, false, NULL, 0);
    } else {
        backward_anew(g, here, loss.index, p, add, fresh);
    }
    if (!wgi_ok(g->c)) g->now.peeked = unused;
    return wg_failed(g->c);
}

wg_status wg_backward_at(wg_site here, wg_node loss, wg_params *p) { return backward(here, loss, p, false); }
wg_status wg_backward_add_at(wg_site here, wg_node loss, wg_params *p)
{
    WG_USER_CALL(here, "backward_add");
    return backward(here, loss, p, true);
}
