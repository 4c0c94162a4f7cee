/* grad.c: the reverse sweep, as nodes. For all ops it is done here, once: broadcasting is undone,
 * contributions are added, paths that lead to no target are left out. Of the ops it names only the builders
 * of grad.h.
 *
 * Invariant: the contributions to a node come from its users, which have higher indices. The sweep goes from
 * high indices to low ones, so a node's gradient is complete when the node is reached. The contributions are
 * in the order of the users from last to first, and of the operands of one user from first to last. */
#include "grad/kind_rules.h"

typedef struct contribution contribution;
struct contribution {
    contribution *next;
    wg_node g;
};

typedef struct queue {
    contribution *first, *last;
    int count;
} queue;

/* Kinds of paths from the outputs to a node, without a step that has no derivative. LATER: a node that a
 * derivation has made is on the path, so a derivative along it is of second order or higher. FIRST: there is
 * none. A node of the caller's that has no derivative ends a path of the first order. A path of higher order
 * it only makes zero: the first derivative was taken without it, and has the value of that node as a factor
 * that does not move. */
enum { FIRST = 1, LATER = 2 };

/* What the sweep knows of a node. */
typedef struct spot {
    queue q;           /* contributions to its gradient */
    wg_node total;     /* the gradient of a target */
    uint32_t end;      /* the first node without a derivative on a path to it; 0: none */
    unsigned char on;  /* sum of 1: an operand is 1 or 2, 2: a target, 4: first output of a target's op */
    unsigned char way; /* sum of FIRST, LATER: such paths lead here */
} spot;

typedef struct sweep {
    wg_graph *g;
    wg_site here;
    wgi_reached list; /* the nodes that the sweep covers; spot[] is by their positions */
    spot *spot;
    bool notes;       /* gradients are noted: the caller asked for nodes, of no derivative */
    uint32_t blocked; /* the first node that gives no node for an operand on a path; 0: none */
} sweep;

/* NULL: the sweep does not cover node i. */
static spot *spot_of(const sweep *s, uint32_t i)
{
    uint32_t at = wgi_reached_at(&s->list, i);
    return at == WGI_NOT_REACHED ? NULL : &s->spot[at];
}

static bool on_path(const sweep *s, uint32_t i)
{
    const spot *at = spot_of(s, i);
    return at && at->on & 3;
}

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
        spot *at = spot_of(s, x[k].index);
        if (!at) continue; /* no output depends on it */
        at->on |= 2;
        spot_of(s, first_output(s->g, x[k].index))->on |= 4;
    }
    for (uint32_t l = 0; l < s->list.count; l++)
        if (any_operand_on(s, &s->g->node[s->list.node[l]])) s->spot[l].on |= 1;
}

static bool contribute(sweep *s, spot *to, wg_node g)
{
    contribution *c = wgi_arena_alloc(&s->g->temp, sizeof *c);
    if (!c) return false;
    *c = (contribution){ NULL, g };
    queue *q = &to->q;
    if (q->last) q->last->next = c;
    else q->first = c;
    q->last = c;
    q->count++;
    return true;
}

/* Whether n is a node of op with the operands that were written. A rewritten one has others. */
static bool is_plain(wg_node n, const wg_op *op) { return wg_node_op(n) == op && !wgi_node_of(n)->rewritten; }

/* If the op of all[first] can merge, the sum of all contributions that it has made takes the place of
 * all[first], and wg_none that of the others. Rewritten nodes stay. tried: it was asked. of: memory for n
 * nodes. */
static void merge_op(wg_site here, wg_node all[], int n, int first, bool tried[], wg_node of[])
{
    const wg_op *op = wg_node_op(all[first]);
    int count = 0;
    if (!op || !op->merge || !is_plain(all[first], op)) return;
    for (int k = first; k < n; k++)
        if (!tried[k] && is_plain(all[k], op)) {
            of[count++] = all[k];
            tried[k] = true;
        }
    wg_node sum = count > 1 ? op->merge(here, of, count) : wg_none;
    if (wg_is_none(sum)) return;
    all[first] = sum;
    for (int k = first + 1; k < n; k++)
        if (is_plain(all[k], op)) all[k] = wg_none;
}

/* Merges contributions that one op has made. Returns how many are left; 0: out of memory. */
static int merge_all(wg_graph *g, wg_site here, wg_node all[], int n)
{
    const wgi_place place = wgi_arena_place(&g->temp);
    bool *tried = wgi_arena_zeroed(&g->temp, sizeof *tried * (size_t)n);
    wg_node *of = wgi_arena_alloc(&g->temp, sizeof *of * (size_t)n);
    int left = 0;
    for (int k = 0; tried && of && k < n; k++)
        if (!tried[k]) merge_op(here, all, n, k, tried, of);
    for (int k = 0; tried && of && k < n; k++)
        if (!wg_is_none(all[k])) all[left++] = all[k];
    wgi_arena_rewind(&g->temp, place);
    return left;
}

/* The sum of all contributions to node i; wg_none if there are none. */
static wg_node accumulate(sweep *s, uint32_t i, const queue *q)
{
    if (q->count <= 1) return q->first ? q->first->g : wg_none;
    wg_node *all = wgi_arena_alloc(&s->g->temp, sizeof *all * (size_t)q->count);
    if (!all) return wgi_error_node(s->g);
    int n = 0;
    for (contribution *c = q->first; c; c = c->next) all[n++] = c->g;
    wg_site here = wg_inside(s->g->node[i].here);
    n = merge_all(s->g, here, all, n);
    return n == 1 ? all[0] : n ? wg_addn_at(here, all, n) : wgi_error_node(s->g);
}

/* Makes one sum of the contributions so far. Contributions of recomputed parts are not kept one by one:
 * until the last has come they would need the memory that the parts save, and merging them the values of
 * all parts. */
static bool add_now(sweep *s, uint32_t i, queue *q)
{
    if (q->count <= 1) return true;
    wg_node sum = accumulate(s, i, q);
    if (!wg_node_ok(sum)) return false;
    *q->first = (contribution){ NULL, sum };
    q->last = q->first;
    q->count = 1;
    return true;
}

/* ---- rules ---- */

static bool in_mask(uint32_t mask, uint32_t k) { return mask >> k % 32 & 1; }

wgi_answer wgi_known_answer(const wg_graph *g, uint32_t i, uint32_t k)
{
    const wgi_node *n = &g->node[i];
    if (in_mask(n->op->zero, k)) return WGI_SAYS_ZERO;
    if (in_mask(n->op->none, k)) return WGI_SAYS_NONE;
    if (!wg_gradient_dtype((wg_dtype)g->node[wgi_in(n)[k]].dtype)) return WGI_SAYS_ZERO;
    return wg_gradient_dtype((wg_dtype)n->dtype) ? WGI_SAYS_NODE : WGI_SAYS_NONE;
}

wgi_answer wgi_answer_of(const wg_graph *g, uint32_t i, uint32_t k, wg_node gx)
{
    wgi_answer known = wgi_known_answer(g, i, k);
    if (known != WGI_SAYS_NODE) return known;
    return wg_is_none(gx) ? WGI_SAYS_NONE : wgi_is_zero(gx) ? WGI_SAYS_ZERO : WGI_SAYS_NODE;
}

/* For an op without a rule: differentiates its expansion. The expansion is made of copies of the operands (by
 * identity), so that this inner sweep ends at the copies. */
static bool by_expansion(sweep *s, uint32_t i, const wg_node gy[], int outputs, const wg_node x[],
                         wg_node gx[])
{
    wg_graph *g = s->g;
    wgi_node n = g->node[i];
    wg_site here = wg_inside(n.here);
    int k = (int)n.operands, live = 0, ny = 0;
    wg_node *own = wgi_arena_alloc(&g->temp, sizeof *own * (size_t)k * 3);
    uint32_t *end = wgi_arena_alloc(&g->temp, sizeof *end * (size_t)k), blocked;
    wg_node y[WG_MAX_OUTPUTS] = { 0 }, ry[WG_MAX_OUTPUTS], seed[WG_MAX_OUTPUTS];
    if (!own || !end) return false;
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
    if (!wgi_ok(g->c) || !wgi_reverse_ends(g, here, ry, seed, ny, want, live, got, end, &blocked))
        return false;
    for (int j = 0, m = 0; j < k; j++) {
        if (!on_path(s, x[j].index)) continue;
        gx[j] = wg_is_none(got[m]) && !end[m] ? wg_number(0) : got[m];
        m++;
    }
    return true;
}

bool wgi_vjp(wg_site here, const wg_op *op, wg_node y, wg_node gy, const wg_node x[], wg_node gx[], int n)
{
    wg_graph *g = y.graph;
    const wg_op *outer = wgi_rule_begin(g, op);
    g->rule.refused = false;
    for (int k = 0; k < n; k++) gx[k] = wg_none;
    op->vjp(here, y, gy, x, gx);
    for (uint32_t k = 0; (op->none || op->zero) && k < (uint32_t)n; k++)
        if (in_mask(op->zero, k)) gx[k] = wg_number(0);
        else if (in_mask(op->none, k)) gx[k] = wg_none;
    wgi_rule_end(g, outer);
    return !g->rule.refused;
}

/* ---- one node ---- */

static bool is_derived(const wg_graph *g, uint32_t i) { return g->node[i].flags & WGI_DERIVED; }

/* Where the paths to node i have led so far: the spots of all its outputs together. */
typedef struct arrival {
    unsigned char way;
    uint32_t end;
} arrival;

static uint32_t first_of(uint32_t a, uint32_t b) { return !a || (b && b < a) ? b : a; }

/* The paths to node i go on to an operand, for which the rule gave this answer. */
static void go_on(sweep *s, uint32_t i, arrival from, spot *to, wgi_answer answer)
{
    bool none = answer == WGI_SAYS_NONE;
    to->way |= !none ? from.way : is_derived(s->g, i) ? 0 : from.way & LATER;
    to->end = first_of(to->end, none ? i : from.end);
    if (answer != WGI_SAYS_NODE) s->blocked = i;
}

/* Paths alone arrive at node i, and no gradient. */
static void pass(sweep *s, uint32_t i, arrival from)
{
    const wgi_node *n = &s->g->node[i];
    for (uint32_t k = 0; k < n->operands; k++) {
        spot *to = spot_of(s, wgi_in(n)[k]);
        if (to && to->on & 3) go_on(s, i, from, to, wgi_known_answer(s->g, i, k));
    }
}

/* Calls the rule of r->y, or differentiates its expansion. gy: the gradient of each output. */
static bool call_rule(sweep *s, wgi_rule_call *r, const wg_node gy[], int outputs)
{
    wg_graph *g = s->g;
    const wg_op *op = g->node[r->y].op;
    const uint32_t n = g->node[r->y].operands;
    bool others = false;
    for (int j = 1; j < outputs; j++) others |= !wg_is_none(gy[j]);
    for (uint32_t k = 0; k < n; k++) r->gx[k] = wg_none;
    if (op->vjp && !others) wgi_vjp(r->here, op, wgi_handle(g, r->y), gy[0], r->x, r->gx, (int)n);
    else if (op->expand && !by_expansion(s, r->y, gy, outputs, r->x, r->gx)) return false;
    for (uint32_t k = 0; k < n; k++) {
        if (!r->wanted[k]) continue;
        r->said[k] = wgi_answer_of(g, r->y, k, r->gx[k]);
        if (r->said[k] == WGI_SAYS_NODE &&
            !wg_node_ok(r->gx[k] = wgi_fit(g, r->here, r->gx[k], r->y, r->x[k].index)))
            return false;
    }
    return wgi_ok(g->c);
}

/* Fills gx[] and said[] of r. While wg_backward is interpreted, nodes of one kind get copies of one rule's
 * nodes. */
static bool answer(sweep *s, wgi_rule_call *r, const wg_node gy[], int outputs)
{
    wg_graph *g = s->g;
    wgi_kind_rule *keep = NULL;
    if (g->run.derived && wgi_kind_rule_use(g, r, &keep)) return true;
    const uint32_t mark = g->count;
    const wgi_watch outer = wgi_rule_watch(g, r->y);
    const bool ok = wgi_ok(g->c) && call_rule(s, r, gy, outputs), alike = wgi_rule_watched(g, outer);
    if (keep) wgi_kind_rule_keep(g, keep, r, mark, ok && alike);
    return ok;
}

enum { FEW = 4 };

/* Memory for the call of a rule, for FEW operands or for more. */
typedef struct rule_lists {
    wg_node x[FEW], gx[FEW];
    wgi_answer said[FEW];
    bool wanted[FEW];
} rule_lists;

/* Adds the contributions of node i to its operands. gy: the gradient of each output. */
static bool apply_rule(sweep *s, uint32_t i, const wg_node gy[], int outputs, arrival from)
{
    wg_graph *g = s->g;
    const uint32_t n = g->node[i].operands;
    rule_lists few;
    wg_node *x = few.x, *gx = few.gx;
    wgi_answer *said = few.said;
    bool *wanted = few.wanted;
    if (n > FEW) {
        x = wgi_arena_alloc(&g->temp, sizeof *x * n);
        gx = wgi_arena_alloc(&g->temp, sizeof *gx * n);
        said = wgi_arena_alloc(&g->temp, sizeof *said * n);
        wanted = wgi_arena_alloc(&g->temp, sizeof *wanted * n);
        if (!x || !gx || !said || !wanted) return false;
    }
    for (uint32_t k = 0; k < n; k++) {
        x[k] = wgi_handle(g, wgi_in(&g->node[i])[k]);
        wanted[k] = on_path(s, x[k].index);
    }
    wgi_rule_call r = { i, gy[0], x, wanted, wg_inside(g->node[i].here), gx, said };
    if (!answer(s, &r, gy, outputs)) return false;
    for (uint32_t k = 0; k < n; k++) {
        if (!wanted[k]) continue;
        spot *to = spot_of(s, x[k].index);
        go_on(s, i, from, to, said[k]);
        if (said[k] == WGI_SAYS_NODE && !contribute(s, to, gx[k])) return false;
        if (g->node[i].op == &wgi_op_recompute && !add_now(s, x[k].index, &to->q)) return false;
    }
    return true;
}

/* Visits the node at position l of the list. */
static bool visit(sweep *s, uint32_t l)
{
    wg_graph *g = s->g;
    const uint32_t i = s->list.node[l];
    int outputs = wgi_outputs(g->node[i].op);
    wg_node gy[WG_MAX_OUTPUTS] = { 0 };
    bool any = false;
    arrival from = { 0 };
    if (g->node[i].output) /* the first output is visited for all outputs */
        return true;
    for (uint32_t j = 0; j < (uint32_t)outputs; j++) {
        spot *at = spot_of(s, i + j);
        if (!at) continue;
        gy[j] = accumulate(s, i + j, &at->q);
        from.way |= at->way;
        from.end = first_of(from.end, at->end);
        if (wg_is_none(gy[j])) continue;
        any = true;
        if (s->notes && !wgi_note_gradient(g, gy[j].index, i + j)) return false;
        if (at->on & 2) at->total = gy[j];
    }
    if (!(s->spot[l].on & 1)) return wgi_ok(g->c);
    if (from.way && is_derived(g, i)) from.way = LATER;
    if (any) return apply_rule(s, i, gy, outputs, from);
    if (from.way || from.end) pass(s, i, from);
    return wgi_ok(g->c);
}

/* ---- the sweep ---- */

static bool sweep_start(sweep *s, const wg_node y[], int ny, const wg_node x[], int nx)
{
    wg_graph *g = s->g;
    uint32_t *root = wgi_arena_alloc(&g->temp, sizeof *root * (size_t)WGI_MAX(ny, 1));
    for (int j = 0; root && j < ny; j++) root[j] = y[j].index;
    if (!root || !wgi_reach(g, &g->temp, root, ny, wgi_lowest(g, x, nx), NULL, NULL, &s->list)) return false;
    s->spot = wgi_arena_zeroed(&g->temp, sizeof *s->spot * (size_t)WGI_MAX(s->list.count, 1));
    if (!s->spot) return false;
    mark_paths(s, x, nx);
    return true;
}

/* Gives the outputs their gradients. */
static bool plant(sweep *s, const wg_node y[], const wg_node seed[], int ny)
{
    bool ok = true;
    for (int j = 0; ok && j < ny; j++) {
        spot *at = spot_of(s, y[j].index);
        if (!at || !(at->on & 3)) continue;
        const wgi_node *n = &s->g->node[y[j].index];
        wg_node v = wgi_to_shape(s->here, seed[j], n->shape, wg_gradient_dtype((wg_dtype)n->dtype));
        ok = wg_node_ok(v) && contribute(s, at, v);
        at->way |= FIRST;
    }
    return ok;
}

static bool run(sweep *s, const wg_node y[], const wg_node seed[], int ny, const wg_node x[], int nx,
                wg_node gx[])
{
    wgi_unwritten u;
    for (int k = 0; k < nx; k++) gx[k] = wg_none;
    if (nx == 0) return true;
    if (!wgi_as_written(s->g, wgi_lowest(s->g, x, nx), wgi_highest(y, ny), &u)) return false;
    bool ok = sweep_start(s, y, ny, x, nx) && plant(s, y, seed, ny);
    for (uint32_t l = s->list.count; ok && l-- > 0;)
        if (s->spot[l].on) ok = visit(s, l);
    wgi_as_rewritten(s->g, &u);
    return ok;
}

bool wgi_reverse_ends(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny,
                      const wg_node x[], int nx, wg_node gx[], uint32_t end[], uint32_t *blocked)
{
    sweep s = { .g = g, .here = here };
    wgi_place place = wgi_arena_place(&g->temp);
    const uint32_t mark = g->count;
    s.notes = g->build.within && ny == 1 && !is_derived(g, y[0].index);
    bool ok = run(&s, y, seed, ny, x, nx, gx);
    for (int k = 0; ok && k < nx; k++) {
        const spot *at = spot_of(&s, x[k].index);
        if (end) end[k] = at && !at->way ? at->end : 0;
        if (at) gx[k] = at->total;
    }
    *blocked = s.blocked;
    wgi_mark_derived(g, mark);
    wgi_arena_rewind(&g->temp, place);
    return ok && wgi_ok(g->c);
}

bool wgi_reverse(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny,
                 const wg_node x[], int nx, wg_node gx[], uint32_t *blocked)
{
    return wgi_reverse_ends(g, here, y, seed, ny, x, nx, gx, NULL, blocked);
}

bool wgi_reverse_whole(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny, wg_node u,
                       wg_node *gu, uint32_t *end)
{
    sweep s = { .g = g, .here = here };
    wgi_place place = wgi_arena_place(&g->temp);
    bool ok = run(&s, y, seed, ny, &u, 1, gu);
    const spot *at = ok ? spot_of(&s, u.index) : NULL;
    if (at) *gu = at->total;
    *end = at ? at->end : 0;
    wgi_arena_rewind(&g->temp, place);
    return ok && wgi_ok(g->c);
}
