/* grad.c: the reverse sweep, as nodes. For all ops it is done here, once: broadcasting is undone,
 * contributions are added, paths that lead to no target are left out. Of the ops it names only the builders
 * of grad.h.
 *
 * Invariant: the contributions to a node come from its users, which have higher indices. The sweep goes from
 * high indices to low ones, so a node's gradient is complete when the node is reached. The contributions are
 * in the order of the users from last to first, and of the operands of one user from first to last. */
#include "grad/grad.h"

typedef struct contribution contribution;
struct contribution {
    contribution *next;
    wg_node g;
};

typedef struct queue {
    contribution *first, *last;
    int count;
} queue;

typedef struct sweep {
    wg_graph *g;
    wg_site here;
    uint32_t lo, hi;   /* the sweep covers nodes [lo, hi]; the arrays below are by index - lo */
    unsigned char *on; /* sum of 1: on a path to a target, 2: a target, 4: first output of a target's op */
    queue *q;          /* contributions to the node's gradient */
    wg_node *total;    /* the gradient of a target */
    uint32_t blocked;  /* the first node whose rule has no derivative for an operand on a path; 0: none */
    uint32_t discrete; /* the first node on a path that is neither f32 nor f64; 0: none */
} sweep;

static bool on_path(const sweep *s, uint32_t i) { return i >= s->lo && i <= s->hi && s->on[i - s->lo] & 3; }

static bool any_operand_on(const sweep *s, const wgi_node *n)
{
    const uint32_t *in = wgi_in(n);
    if (wgi_is_leaf(n)) return false;
    for (uint32_t k = 0; k < n->operands; k++)
        if (on_path(s, in[k])) return true;
    return false;
}

static uint32_t first_output(const wg_graph *g, uint32_t i) { return i - g->node[i].output; }

static void mark_paths(sweep *s, const wg_node x[], int nx)
{
    for (int k = 0; k < nx; k++) {
        if (x[k].index > s->hi) continue; /* made after all outputs, so no output depends on it */
        s->on[x[k].index - s->lo] |= 2;
        s->on[first_output(s->g, x[k].index) - s->lo] |= 4;
    }
    for (uint32_t i = s->lo + 1; i <= s->hi; i++) {
        const wgi_node *n = &s->g->node[i];
        if (s->on[i - s->lo] & 3 || !any_operand_on(s, n)) continue;
        s->on[i - s->lo] |= 1;
        if (!s->discrete && !wg_dtype_is_float((wg_dtype)n->dtype)) s->discrete = i;
    }
}

static bool contribute(sweep *s, uint32_t i, wg_node g)
{
    contribution *c = wgi_arena_alloc(&s->g->temp, sizeof *c);
    if (!c) return false;
    *c = (contribution){ NULL, g };
    queue *q = &s->q[i - s->lo];
    if (q->last) q->last->next = c;
    else q->first = c;
    q->last = c;
    q->count++;
    return true;
}

wg_node wgi_to_shape(wg_site here, wg_node x, const wg_shape *s, wg_dtype t)
{
    if (wg_node_dtype(x) != t) x = wg_cast_at(here, x, t);
    const wgi_node *n = wgi_node_of(x);
    return !n || n->shape == s ? x : wg_broadcast_to_at(here, x, *s);
}

wg_node wgi_like(wg_site here, wg_node v, wg_node x)
{
    wg_dtype t = wg_node_dtype(x);
    return wgi_to_shape(here, wgi_number_to_leaf(x.graph, here, v, t), wgi_node_of(x)->shape, t);
}

/* gx, which a rule gave for operand x of node y, in the shape and dtype of x. The gradient of an elementwise
 * op may have the shape of y, which x was broadcast to. */
static wg_node fit(sweep *s, wg_site here, wg_node gx, uint32_t y, uint32_t x)
{
    wg_graph *g = s->g;
    wg_dtype t = (wg_dtype)g->node[x].dtype;
    const wg_shape *xs = g->node[x].shape, *ys = g->node[y].shape;
    wg_class kind = g->node[y].op->kind;
    gx = wgi_number_to_leaf(g, here, gx, t);
    if (!wg_node_ok(gx)) return gx;
    if (g->node[gx.index].shape == xs && g->node[gx.index].dtype == t) return gx;
    bool elementwise = kind == WG_MAP || kind == WG_RANDOM;
    gx = wgi_to_shape(here, gx, elementwise ? ys : xs, t);
    const wgi_node *n = wgi_node_of(gx);
    return !n || n->shape == xs ? gx : wg_sum_to_at(here, gx, *xs);
}

/* The sum of all contributions to node i; wg_none if there are none. */
static wg_node accumulate(sweep *s, uint32_t i)
{
    queue *q = &s->q[i - s->lo];
    if (q->count <= 1) return q->first ? q->first->g : wg_none;
    wg_node *all = wgi_arena_alloc(&s->g->temp, sizeof *all * (size_t)q->count);
    if (!all) return wgi_error_node(s->g);
    int n = 0;
    for (contribution *c = q->first; c; c = c->next) all[n++] = c->g;
    wg_site here = wg_inside(s->g->node[i].here);
    const wg_op *op = wg_node_op(all[0]);
    for (int k = 1; op && k < n; k++) op = wg_node_op(all[k]) == op ? op : NULL;
    wg_node merged = op && op->merge ? op->merge(here, all, n) : wg_none;
    return wg_is_none(merged) ? wg_addn_at(here, all, n) : merged;
}

/* For an op without a rule: differentiates its expansion. The expansion is made of copies of the operands (by
 * identity), so that this inner sweep ends at the copies. If *blocked stays 0, an operand without a gradient
 * has the gradient zero. */
static bool by_expansion(sweep *s, uint32_t i, const wg_node gy[], int outputs, const wg_node x[],
                         wg_node gx[], uint32_t *blocked)
{
    wg_graph *g = s->g;
    wgi_node n = g->node[i];
    wg_site here = wg_inside(n.here);
    int k = (int)n.operands, live = 0, ny = 0;
    wg_node *own = wgi_arena_alloc(&g->temp, sizeof *own * (size_t)k * 3);
    wg_node y[WG_MAX_OUTPUTS] = { 0 }, ry[WG_MAX_OUTPUTS], seed[WG_MAX_OUTPUTS];
    if (!own) return false;
    wg_node *want = own + k, *got = want + k;
    for (int j = 0; j < k; j++) {
        own[j] = on_path(s, x[j].index) ? wg_apply(here, &wgi_op_identity, &x[j], 1, NULL) : x[j];
        if (on_path(s, x[j].index)) want[live++] = own[j];
    }
    const wg_op *outer = wgi_rule_begin(g, n.op);
    n.op->expand(here, own, k, n.op->attr_size ? n.attr : NULL, y);
    wgi_rule_end(g, outer);
    for (int j = 0; j < outputs; j++)
        if (!wg_is_none(gy[j]) && wg_node_ok(y[j])) {
            ry[ny] = y[j];
            seed[ny++] = gy[j];
        }
    if (!wgi_ok(g->c) || !wgi_reverse(g, here, ry, seed, ny, want, live, got, blocked)) return false;
    for (int j = 0, m = 0; j < k; j++)
        if (on_path(s, x[j].index)) gx[j] = got[m++];
    return true;
}

bool wgi_vjp(wg_site here, const wg_op *op, wg_node y, wg_node gy, const wg_node x[], wg_node gx[], int n)
{
    wg_graph *g = y.graph;
    const wg_op *outer = wgi_rule_begin(g, op);
    g->rule.refused = false;
    for (int k = 0; k < n; k++) gx[k] = wg_none;
    op->vjp(here, y, gy, x, gx);
    for (int k = 0; op->none && k < n; k++)
        if (!wg_op_has_derivative(op, k)) gx[k] = wg_none;
    wgi_rule_end(g, outer);
    return !g->rule.refused;
}

/* Adds the contributions of node i to its operands. gy: the gradient of each output. */
static bool apply_rule(sweep *s, uint32_t i, const wg_node gy[], int outputs)
{
    wg_graph *g = s->g;
    const wg_op *op = g->node[i].op;
    uint32_t k = g->node[i].operands;
    wg_node few[8], *x = few, *gx = few + 4;
    if (k > 4) {
        x = wgi_arena_alloc(&g->temp, sizeof *x * 2 * k);
        if (!x) return false;
        gx = x + k;
    }
    for (uint32_t j = 0; j < k; j++) {
        x[j] = wgi_handle(g, wgi_in(&g->node[i])[j]);
        gx[j] = wg_none;
    }
    bool others = false;
    uint32_t blocked = i;
    wg_site here = wg_inside(g->node[i].here);
    for (int j = 1; j < outputs; j++) others |= !wg_is_none(gy[j]);
    if (op->vjp && !others) wgi_vjp(here, op, wgi_handle(g, i), gy[0], x, gx, (int)k);
    else if (op->expand && !by_expansion(s, i, gy, outputs, x, gx, &blocked)) return false;
    for (uint32_t j = 0; j < k; j++) {
        uint32_t to = x[j].index;
        if (!on_path(s, to)) continue;
        if (wg_is_none(gx[j]) || !wg_dtype_is_float((wg_dtype)g->node[to].dtype)) {
            s->blocked = blocked ? i : s->blocked;
            continue;
        }
        wg_node fitted = fit(s, here, gx[j], i, to);
        if (!wg_node_ok(fitted) || !contribute(s, to, fitted)) return false;
    }
    return wgi_ok(g->c);
}

static bool visit(sweep *s, uint32_t i)
{
    wg_graph *g = s->g;
    wgi_node *n = &g->node[i];
    int outputs = wgi_outputs(n->op);
    wg_node gy[WG_MAX_OUTPUTS] = { 0 };
    bool any = false;
    if (n->output) /* the first output is visited for all outputs */
        return true;
    for (uint32_t j = 0, at = i; j < (uint32_t)outputs && at <= s->hi; j++, at++) {
        gy[j] = accumulate(s, at);
        if (wg_is_none(gy[j])) continue;
        any = true;
        if (s->on[at - s->lo] & 2) s->total[at - s->lo] = gy[j];
    }
    if (!any || !any_operand_on(s, &g->node[i])) return wgi_ok(g->c);
    return apply_rule(s, i, gy, outputs);
}

static bool sweep_start(sweep *s, const wg_node y[], int ny, const wg_node x[], int nx)
{
    s->lo = UINT32_MAX;
    for (int k = 0; k < nx; k++) s->lo = WGI_MIN(s->lo, first_output(s->g, x[k].index));
    for (int j = 0; j < ny; j++) {
        const wgi_node *n = &s->g->node[y[j].index];
        s->hi = WGI_MAX(s->hi, y[j].index - n->output + (uint32_t)wgi_outputs(n->op) - 1);
    }
    if (s->lo > s->hi) s->hi = s->lo;
    size_t n = (size_t)s->hi - s->lo + 1;
    s->on = wgi_arena_zeroed(&s->g->temp, n);
    s->q = wgi_arena_zeroed(&s->g->temp, n * sizeof *s->q);
    s->total = wgi_arena_zeroed(&s->g->temp, n * sizeof *s->total);
    if (!s->on || !s->q || !s->total) return false;
    mark_paths(s, x, nx);
    return true;
}

bool wgi_reverse(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny,
                 const wg_node x[], int nx, wg_node gx[], uint32_t *blocked)
{
    sweep s = { .g = g, .here = here };
    wgi_place place = wgi_arena_place(&g->temp);
    bool ok = nx == 0 || sweep_start(&s, y, ny, x, nx);
    for (int k = 0; k < nx; k++) gx[k] = wg_none;
    for (int j = 0; ok && nx && j < ny; j++) {
        if (!on_path(&s, y[j].index)) continue;
        const wgi_node *n = &g->node[y[j].index];
        wg_node v = wgi_to_shape(here, seed[j], n->shape, (wg_dtype)n->dtype);
        ok = wg_node_ok(v) && contribute(&s, y[j].index, v);
    }
    for (uint32_t i = s.hi; ok && nx && i >= s.lo && i > 0; i--)
        if (s.on[i - s.lo]) ok = visit(&s, i);
    for (int k = 0; ok && k < nx; k++) gx[k] = x[k].index <= s.hi ? s.total[x[k].index - s.lo] : wg_none;
    *blocked = s.blocked && s.discrete ? WGI_MIN(s.blocked, s.discrete) : s.blocked;
    wgi_arena_rewind(&g->temp, place);
    return ok && wgi_ok(g->c);
}

/* ---- wg_grad, wg_vjp ---- */

/* Whether there is a path from y to x, with or without derivatives. */
static bool depends(wg_graph *g, uint32_t y, uint32_t x)
{
    sweep s = { .g = g };
    wgi_place place = wgi_arena_place(&g->temp);
    wg_node hx = wgi_handle(g, x), hy = wgi_handle(g, y);
    bool yes = x <= y && sweep_start(&s, &hy, 1, &hx, 1) && on_path(&s, y);
    wgi_arena_rewind(&g->temp, place);
    return yes;
}

static void fail_blocked(wg_graph *g, wg_site here, const char *what, uint32_t blocked)
{
    const wgi_node *b = &g->node[blocked];
    const char *why = b->op->none && b->op->adjoint ? b->op->adjoint : "";
    char who[80];
    wgi_argument(here, 1, who, sizeof who);
    wgi_fail(g->c, here, what, WG_ERROR_GRADIENT,
             "every path to %s ends at %s (%s), which has no derivative there%s%s",
             *who ? who : "the operand", b->op->name, wg_site_place(b->here), *why ? ": " : "", why);
}

wg_status wgi_all_failed(wg_graph *g, wg_node x[], int n)
{
    for (int k = 0; k < n; k++) x[k] = wgi_error_node(g);
    return g ? wg_failed(g->c) : WG_ERROR_USE;
}

static bool float_node(wg_graph *g, wg_site here, const char *what, wg_node x, int argument,
                       const char *otherwise)
{
    char who[80];
    if (x.graph == g && x.index && x.generation == g->generation && x.index < g->count &&
        wg_dtype_is_float((wg_dtype)g->node[x.index].dtype))
        return true;
    if (argument < 0 || !*wgi_argument(here, argument, who, sizeof who))
        snprintf(who, sizeof who, "%s", otherwise);
    if (!x.graph) wgi_fail(g->c, here, what, WG_ERROR_USE, "%s is no node", who);
    else if (x.graph != g) wgi_fail(g->c, here, what, WG_ERROR_USE, "%s belongs to another graph", who);
    else if (wgi_usable(x, here, what, who))
        wgi_fail(g->c, here, what, WG_ERROR_GRADIENT, "%s is %s: only f32 and f64 have derivatives", who,
                 wg_dtype_name(wg_node_dtype(x)));
    return false;
}

static bool float_nodes(wg_graph *g, wg_site here, const char *what, const wg_node x[], int n)
{
    char name[32];
    if (n > 0 && !x) {
        wgi_fail(g->c, here, what, WG_ERROR_USE, "the list of %d nodes is NULL", n);
        return false;
    }
    for (int k = 0; k < n; k++) {
        if (n > 1) snprintf(name, sizeof name, "input %d", k);
        if (!float_node(g, here, what, x[k], n > 1 ? -1 : 1, n > 1 ? name : "the input")) return false;
    }
    return true;
}

static wg_status gradients(wg_site here, const char *what, wg_node y, wg_node gy, const wg_node x[], int n,
                           wg_node gx[])
{
    wg_graph *g = y.graph;
    if (!g || !wgi_ok(g->c)) return wgi_all_failed(g, gx, n);
    uint32_t blocked = 0;
    wg_site in = wg_inside(here);
    bool ok = float_node(g, here, what, y, 0, "the output") && float_nodes(g, here, what, x, n);
    if (ok) gy = wgi_number_to_leaf(g, here, gy, wg_node_dtype(y));
    if (ok && !gy.graph) wgi_fail(g->c, here, what, WG_ERROR_USE, "the output's gradient is no node");
    ok = ok && wgi_usable(gy, here, what, "the output's gradient") &&
         wgi_reverse(g, in, &y, &gy, 1, x, n, gx, &blocked);
    for (int k = 0; ok && k < n; k++) {
        if (!wg_is_none(gx[k])) continue;
        ok = !blocked || !depends(g, y.index, x[k].index);
        if (ok) gx[k] = wgi_like(in, wg_number(0), x[k]);
        else fail_blocked(g, here, what, blocked);
    }
    return ok ? wg_failed(g->c) : wgi_all_failed(g, gx, n);
}

static bool scalar(wg_site here, const char *what, wg_node y)
{
    const wgi_node *n = wgi_node_of(y);
    if (!n || !y.index || wgi_size(n->shape) == 1) return true;
    char who[80], shape[80];
    wgi_argument(here, 0, who, sizeof who);
    wgi_fail(y.graph->c, here, what, WG_ERROR_SHAPE, "%s %s is not a scalar: take its wg_sum or wg_mean",
             *who ? who : "the node", wg_shape_text(*n->shape, shape, sizeof shape));
    return false;
}

wg_status wg_grads_at(wg_site here, wg_node y, const wg_node x[], int n, wg_node gx[])
{
    scalar(here, "grad", y);
    return gradients(here, "grad", y, wg_number(1), x, n, gx);
}

wg_node wg_grad_at(wg_site here, wg_node y, wg_node x)
{
    wg_node gx = wg_none;
    wg_grads_at(here, y, &x, 1, &gx);
    return gx;
}

wg_status wg_vjp_at(wg_site here, wg_node y, wg_node gy, const wg_node x[], int n, wg_node gx[])
{
    const wgi_node *a = wgi_node_of(y), *b = wgi_node_of(gy);
    if (a && b && a->shape != b->shape && b->shape->rank) {
        char p[80], q[80];
        wgi_fail(y.graph->c, here, "vjp", WG_ERROR_SHAPE, "the output is %s, its gradient %s",
                 wg_shape_text(*a->shape, p, sizeof p), wg_shape_text(*b->shape, q, sizeof q));
    }
    return gradients(here, "vjp", y, gy, x, n, gx);
}
