/* earlier.c: nodes of parameters that have changed since. wgx_params_keep_values says of which sets. Such a
 * node gets a parameter of its own, a copy of what it had. So what was made of it keeps its number, read
 * before or not, and its evaluation goes on. Its gradient is one by the parameter that it was of. The next
 * wg_begin gives it back. */
#include "graph/graph.h"

#include "params/params.h"
#include "wgx/graph.h"
#include "wgx/state.h"

struct wgi_earlier {
    struct wgi_earlier *next;
    wgi_parameter *of; /* NULL: it was freed */
    uint32_t index;
    bool lost;          /* the copy has no data: all that somebody had was computed */
    wgi_parameter copy; /* the last member: its name follows */
};

/* The set of all copies: it is in no list, has no names, and never changes. */
static wg_params *owner(wg_context *c)
{
    if (c->earlier || !(c->earlier = wg_alloc(c, 1, sizeof *c->earlier))) return c->earlier;
    c->earlier->c = c;
    return c->earlier->root = c->earlier;
}

/* A value that lies in a parameter's memory lies in the copy's from now on. */
static void move_value(wg_graph *g, uint32_t i, const struct wgi_earlier *e)
{
    if (e->lost) return;
    const char *was = e->of->data, *p = g->value[i];
    const size_t bytes = WGI_MAX(wgi_value_bytes(&g->node[e->index]), 1);
    if (p && p >= was && p < was + bytes) g->value[i] = (char *)e->copy.data + (p - was);
}

static void move_values(wg_graph *g, const struct wgi_earlier *last)
{
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t base = i;
        while (g->node[base].op->kind == WG_ALIAS) base = wgi_in(&g->node[base])[0];
        if (!wgi_has_parameter(&g->node[base])) continue;
        for (const struct wgi_earlier *e = g->earlier; e != last; e = e->next)
            if (e->index == base) move_value(g, i, e);
    }
}

/* lose: without its data. False: out of memory, which is recorded. */
static bool copy(wg_graph *g, uint32_t i, bool lose)
{
    wgi_parameter *q = g->node[i].parameter;
    const size_t name = strlen(q->name) + 1, bytes = lose ? 0 : wgi_value_bytes(&g->node[i]);
    const size_t head = (sizeof(struct wgi_earlier) + name + 63) / 64 * 64;
    struct wgi_earlier *e = owner(g->c) ? wg_alloc(g->c, 1, head + bytes) : NULL;
    if (!e) return false;
    e->copy = (wgi_parameter){ .owner = g->c->earlier,
                               .data = lose ? NULL : (char *)e + head,
                               .size = q->size,
                               .dtype = q->dtype,
                               .state = q->state,
                               .shape = q->shape,
                               .hash = q->hash,
                               .here = q->here };
    memcpy(e->copy.name, q->name, name);
    if (bytes) memcpy(e->copy.data, q->data, bytes);
    e->index = i, e->of = q, e->lost = lose, e->next = g->earlier;
    g->lost += lose;
    g->earlier = e;
    g->earliers++;
    return true;
}

static bool is_result(const wg_graph *g, uint32_t i, const void *arg)
{
    return g->value[i] && g->node[i].flags & WGI_RESULT;
}

bool wgi_reads(wg_graph *g, uint32_t i, wgi_parameter_fn is, const void *arg)
{
    wgi_place place = wgi_temp_place(g);
    wgi_reached r;
    bool found = !wgi_reach(g, &g->temp, &i, 1, 0, is_result, NULL, &r);
    for (uint32_t k = 0; k < r.count && !found; k++) {
        const wgi_node *n = &g->node[r.node[k]];
        found = wgi_has_parameter(n) && !is_result(g, r.node[k], NULL) && is(g, n->parameter, arg);
    }
    wgi_temp_rewind(g, place);
    return found;
}

static bool is_of(const wg_graph *g, const wgi_parameter *q, const void *root) { return q->owner == root; }

static bool has_no_derivative(const wg_graph *g, uint32_t i, const void *arg)
{
    return wgi_called_op(&g->node[i])->none == WG_EVERY_OPERAND;
}

/* A walk from what somebody has, along derivatives, ends here: it was the way of a backward that keeps
 * nothing. */
static bool ends_derivative(const wg_graph *g, uint32_t i, const void *arg)
{
    return g->node[i].spent || has_no_derivative(g, i, arg);
}

/* Marks what a loss was made of, once its backward was the last one. */
void wgi_spend(wg_graph *g, uint32_t loss)
{
    wgi_place place = wgi_temp_place(g);
    wgi_reached r;
    if (g->watch && g->watch->nodes && !g->watch->retain &&
        wgi_reach(g, &g->temp, &loss, 1, 0, ends_derivative, NULL, &r))
        for (uint32_t k = 0; k < r.count; k++)
            if (!wgi_is_leaf(&g->node[r.node[k]])) g->node[r.node[k]].spent = 1;
    wgi_temp_rewind(g, place);
}

/* Whether node i has a derivative by the set, which no backward has taken yet. */
static bool may_derive(wg_graph *g, uint32_t i, const wg_params *root)
{
    wgi_place place = wgi_temp_place(g);
    wgi_reached r;
    bool found = !wgi_reach(g, &g->temp, &i, 1, 0, ends_derivative, NULL, &r);
    for (uint32_t k = 0; k < r.count && !found; k++) {
        const wgi_node *n = &g->node[r.node[k]];
        found = n->op == &wgi_op_param && n->parameter->owner == root;
    }
    wgi_temp_rewind(g, place);
    return found;
}

/* Whether a value that somebody has is still to be computed of the set, or to be differentiated by it. */
static bool is_needed(wg_graph *g, const wg_params *root)
{
    enum { ROOM = 64 };
    wg_node n[ROOM];
    const int count = g->watch && g->watch->nodes ? g->watch->nodes(g->watch, n, ROOM) : ROOM + 1;
    bool found = count > ROOM;
    for (int k = 0; k < count && !found; k++)
        found =
            wg_node_ok(n[k]) && (wgi_reads(g, n[k].index, is_of, root) || may_derive(g, n[k].index, root));
    return found;
}

/* Gives each node of a parameter of the set its copy. The graph finds no node of the parameter any more, so
 * the next wg_param makes one. */
static void keep(wg_graph *g, const wg_params *root)
{
    const struct wgi_earlier *last = g->earlier;
    const bool lose = !is_needed(g, root);
    size_t left = 0;
    for (size_t k = 0; k < g->params; k++) {
        const uint32_t i = g->param[k];
        if (g->node[i].parameter->owner == root && copy(g, i, lose && !is_result(g, i, NULL))) continue;
        g->param[left++] = i;
    }
    if (g->earlier == last) return;
    g->params = left;
    wgi_leaves_forget(g);
    move_values(g, last);
    for (struct wgi_earlier *e = g->earlier; e != last; e = e->next) g->node[e->index].parameter = &e->copy;
    for (size_t k = 0; k < g->now.uses; k++)
        if (g->now.use[k].p == root) g->now.use[k--] = g->now.use[--g->now.uses];
    wgi_leaf_moved(g);
    g->run.last = NULL;
}

/* Not while values are computed: who changes a parameter then is a function of the user's. */
static bool is_concerned(const wg_graph *g, const wg_params *root)
{
    return !g->busy.depth && wgi_has_nodes_of(g, root);
}
static bool has_readers(const wg_graph *g) { return !g->watch || g->watch->live > 0; }

static void keep_in_graphs(wg_params *root)
{
    for (wg_graph *g = root->c->graphs.first; g; g = g->next) {
        if (!is_concerned(g, root)) continue;
        if (g->watch) g->watch->changed = 1;
        if (has_readers(g)) keep(g, root);
    }
}

/* Opens an evaluation in each graph with nodes of the set, which the change then ends. So a value that was
 * not read before is an error afterwards. Without it the first read after the change would compute it from
 * the new values. */
static void open_evaluations(wg_params *root)
{
    for (wg_graph *g = root->c->graphs.first; g; g = g->next)
        if (is_concerned(g, root) && !g->now.open && has_readers(g)) wgi_use_begin(g);
}

void wgx_params_keep_values(wg_params *p, wgx_keep how)
{
    if (!p) wg_fail(NULL, NULL, WG_ERROR_USE, "params_keep_values: the parameter set is NULL");
    else p->root->keeps = how == WG_KEEP ? keep_in_graphs : how == WG_KEEP_READ ? open_evaluations : NULL;
}

bool wgx_node_is_current(wg_node n)
{
    const wgi_node *x = wg_node_ok(n) ? wgi_node_of(n) : NULL;
    return x && !(wgi_has_parameter(x) && x->parameter->owner == n.graph->c->earlier);
}

/* The set of a leaf, also of one that has changed since; NULL: it is no parameter or state, or the set was
 * freed. */
static wg_params *set_of(const wg_graph *g, const wgi_node *n)
{
    if (!wgi_has_parameter(n)) return NULL;
    if (n->parameter->owner != g->c->earlier) return n->parameter->owner;
    const wgi_parameter *q = wgi_earlier_of(g, n->parameter);
    return q ? q->owner : NULL;
}

wg_params *wgx_node_params(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    wgi_rule_looks(n);
    return x ? set_of(n.graph, x) : NULL;
}

int wgx_node_trained_by(wg_node n, wg_params **to, int room)
{
    wg_graph *g = n.graph;
    if (!wg_node_ok(n)) return 0;
    wgi_place place = wgi_temp_place(g);
    wgi_reached r;
    wg_params **set = wgi_temp(g, sizeof *set * ((size_t)g->params + g->earliers + 1));
    int found = 0;
    if (set && wgi_reach(g, &g->temp, &n.index, 1, 0, has_no_derivative, NULL, &r))
        for (uint32_t k = 0; k < r.count; k++) {
            const wgi_node *x = &g->node[r.node[k]];
            wg_params *p = x->op == &wgi_op_param ? set_of(g, x) : NULL;
            int known = 0;
            while (known < found && set[known] != p) known++;
            if (p && known == found) set[found++] = p;
        }
    for (int k = 0; to && k < found && k < room; k++) to[k] = set[k];
    wgi_temp_rewind(g, place);
    return found;
}

bool wgx_node_derives_from(wg_node y, wg_node x)
{
    wg_graph *g = y.graph;
    if (!wg_node_ok(y) || !wg_node_ok(x) || x.graph != g) return false;
    wgi_place place = wgi_temp_place(g);
    wgi_reached r;
    const bool is = wgi_reach(g, &g->temp, &y.index, 1, x.index, has_no_derivative, NULL, &r) &&
                    wgi_reached_at(&r, x.index) != WGI_NOT_REACHED;
    wgi_temp_rewind(g, place);
    return is;
}

/* ---- what needs the value of a node that has lost it ---- */

/* By node: WANTED: its value is to be read. ON_PATH: the derivative of the loss goes through it, so it is
 * computed again if need be. */
enum { WANTED = 1, ON_PATH = 2 };
typedef struct walk {
    wg_graph *g;
    uint8_t *seen, *trained; /* by node; trained: it has a derivative by a target of the request */
    uint32_t *todo, left, found;
} walk;

bool wgi_is_lost(const wg_graph *g, const wgi_node *n)
{
    return g->lost && wgi_has_parameter(n) && n->parameter->owner == g->c->earlier && !n->parameter->data;
}

static void visit(walk *w, uint32_t i, uint8_t how)
{
    const bool fresh = !(w->seen[i] & how);
    w->seen[i] |= how;
    if (fresh) w->todo[w->left++] = i;
}

/* From the nodes in todo on, each at most twice. A result is there, unless the derivative goes through it. */
static void visit_all(walk *w)
{
    wg_graph *g = w->g;
    while (w->left && !w->found) {
        const uint32_t i = w->todo[--w->left];
        const wgi_node *n = &g->node[i];
        const bool path = w->seen[i] & ON_PATH && w->trained[i];
        if (wgi_is_lost(g, n) && !is_result(g, i, NULL)) w->found = i;
        if (wgi_is_leaf(n) || (!path && is_result(g, i, NULL))) continue;
        const bool ends = wgi_called_op(n)->none == WG_EVERY_OPERAND;
        WGI_EACH_OPERAND(k, n) {
            const uint32_t x = wgi_in(n)[k];
            visit(w, x, path && !ends && w->trained[x] ? ON_PATH : WANTED);
        }
    }
}

/* The nodes that have a derivative by a target, or by a lost one: found. */
static void mark_trained(walk *w, const wgi_request *r)
{
    wg_graph *g = w->g;
    uint8_t *lost = w->seen;
    for (int k = 0; k < r->targets; k++) w->trained[r->target[k]] = 1;
    for (uint32_t i = 0; i <= r->loss; i++) {
        const wgi_node *n = &g->node[i];
        lost[i] = wgi_is_lost(g, n);
        if (wgi_is_leaf(n) || wgi_called_op(n)->none == WG_EVERY_OPERAND) continue;
        WGI_EACH_OPERAND(k, n) {
            w->trained[i] |= w->trained[wgi_in(n)[k]];
            lost[i] |= lost[wgi_in(n)[k]];
        }
    }
    if (lost[r->loss]) w->found = r->loss;
    memset(lost, 0, r->loss + 1);
}

static void find(walk *w, const wgi_request *r)
{
    memset(w->seen, 0, w->g->count), memset(w->trained, 0, w->g->count);
    if (r->backward) mark_trained(w, r);
    if (r->backward) visit(w, r->loss, ON_PATH);
    for (int k = 0; k < r->roots; k++) visit(w, r->root[k], WANTED);
    visit_all(w);
}

bool wgi_needs_lost(wg_graph *g, const wgi_request *r)
{
    if (!g->lost) return false;
    wgi_place place = wgi_temp_place(g);
    walk w = { .g = g,
               .seen = wgi_temp(g, g->count),
               .trained = wgi_temp(g, g->count),
               .todo = wgi_temp(g, sizeof *w.todo * 2 * g->count) };
    const bool room = w.seen && w.trained && w.todo;
    if (room) find(&w, r);
    wgi_temp_rewind(g, place);
    if (!room || !w.found) return !room; /* without memory the error is recorded already */
    wgi_fail(g->c, r->here, r->backward ? "backward" : "value", WG_ERROR_USE,
             "this needs parameters as they were before they changed, and only what was read then is kept: "
             "compute it before they change");
    return true;
}

/* ---- for other files ---- */

wgi_parameter *wgi_earlier_of(const wg_graph *g, const wgi_parameter *q)
{
    if (!g->earlier || q->owner != g->c->earlier) return NULL;
    return ((struct wgi_earlier *)((uintptr_t)q - offsetof(struct wgi_earlier, copy)))->of;
}

size_t wgi_earlier_targets(const wg_graph *g, const wg_params *p, uint32_t *to)
{
    size_t n = 0;
    for (const struct wgi_earlier *e = g->earlier; e; e = e->next)
        if (e->of && !e->of->state && !e->of->frozen && wgi_params_holds(p, e->of)) to[n++] = e->index;
    return n;
}

void wgi_earlier_freed(wg_graph *g, const wg_params *root)
{
    for (struct wgi_earlier *e = g->earlier; e; e = e->next)
        if (e->of && e->of->owner == root) e->of = NULL;
}

void wgi_earlier_forget(wg_graph *g, uint32_t mark)
{
    for (struct wgi_earlier **at = &g->earlier, *e; (e = *at);) {
        if (e->index < mark) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        g->earliers--;
        g->lost -= e->lost;
        if (e->index < g->count && g->node[e->index].parameter == &e->copy) {
            g->node[e->index].parameter = e->of;
            wgi_leaf_moved(g);
            g->run.last = NULL;
        }
        wg_free(g->c, e);
    }
}
