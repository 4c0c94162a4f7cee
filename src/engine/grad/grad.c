/* grad.c: the reverse sweep, as nodes. For all ops it is done here, once: broadcasting is undone,
 * contributions are added, paths that lead to no target are left out. Of the ops it names only the builders
 * of grad.h.
 *
 * Invariant: the contributions to a node come from its users, which have higher indices. The sweep goes from
 * high indices to low ones, so a node's gradient is complete when the node is reached. The contributions are
 * in the order of the users from last to first, and of the operands of one user from first to last. */
#include "grad/choice.h"

#include "wengert/ops.h"

typedef struct contribution contribution;
struct contribution {
    contribution *next;
    wg_node g;
    wgi_choice by;
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
typedef struct state {
    queue q;           /* contributions to its gradient */
    wgi_choice by;     /* of the sum of q */
    wg_node total;     /* the gradient of a target */
    uint32_t end;      /* the first node without a derivative on a path to it; 0: none */
    unsigned char on;  /* sum of 1: an operand is 1 or 2, 2: a target, 4: first output of a target's op */
    unsigned char way; /* sum of FIRST, LATER: such paths lead here */
} state;

typedef struct sweep {
    wg_graph *g;
    wg_site here;
    wgi_reached list; /* the nodes that the sweep covers; state[] is by their positions */
    state *state;
    bool *rounded;    /* by the same positions: wgi_meets_sums */
    bool notes;       /* gradients are noted: the caller asked for nodes, of no derivative */
    uint32_t blocked; /* the first node that gives no node for an operand on a path; 0: none */
} sweep;

/* NULL: the sweep does not cover node i. */
static state *state_of(const sweep *s, uint32_t i)
{
    uint32_t at = wgi_reached_at(&s->list, i);
    return at == WGI_NOT_REACHED ? NULL : &s->state[at];
}

static bool on_path(const sweep *s, uint32_t i)
{
    const state *at = state_of(s, i);
    return at && at->on & 3;
}

static bool any_operand_on(const sweep *s, const wgi_node *n)
{
    const uint32_t *in = wgi_in(n);
    if (wgi_is_leaf(n)) return false;
    WGI_EACH_OPERAND(k, n)
        if (on_path(s, in[k])) return true;
    return false;
}

static uint32_t first_output(const wg_graph *g, uint32_t i) { return i - g->node[i].output; }

static void mark_paths(sweep *s, const wg_node x[], int nx)
{
    for (int k = 0; k < nx; k++) {
        state *at = state_of(s, x[k].index);
        if (!at) continue; /* no output depends on it */
        at->on |= 2;
        state_of(s, first_output(s->g, x[k].index))->on |= 4;
    }
    for (uint32_t l = 0; l < s->list.count; l++)
        if (any_operand_on(s, &s->g->node[s->list.node[l]])) s->state[l].on |= 1;
}

static bool contribute(sweep *s, state *to, wg_node g, wgi_choice by)
{
    contribution *c = wgi_temp(s->g, sizeof *c);
    if (!c) return false;
    *c = (contribution){ NULL, g, by };
    queue *q = &to->q;
    if (q->last) q->last->next = c;
    else q->first = c;
    q->last = c;
    q->count++;
    return true;
}

/* ---- sums ---- */

/* Whether n is a node of op with the operands that were written. A rewritten one has others. */
static bool is_plain(wg_node n, const wg_op *op) { return wg_node_op(n) == op && !wgi_node_of(n)->rewritten; }

/* If the op of all[first] can merge, the sum of all contributions that it has made takes the place of
 * all[first], and wg_none that of the others. Rewritten nodes stay. tried: it was asked. of: memory for n
 * nodes. */
static void merge_op(wg_site here, wg_node all[], int n, int first, bool tried[], wg_node of[])
{
    const wg_op *op = wg_node_op(all[first]);
    int count = 0;
    if (!op || !wgx_hints(op)->merge || !is_plain(all[first], op)) return;
    for (int k = first; k < n; k++)
        if (!tried[k] && is_plain(all[k], op)) {
            of[count++] = all[k];
            tried[k] = true;
        }
    all[first].graph->rule.users += wgi_op_asks(op);
    wg_node sum = count > 1 ? wgx_hints(op)->merge(here, of, count) : wg_none;
    if (wg_is_none(sum)) return;
    all[first] = sum;
    for (int k = first + 1; k < n; k++)
        if (is_plain(all[k], op)) all[k] = wg_none;
}

/* Merges contributions that one op has made. Returns how many are left; 0: out of memory. */
static int merge_all(wg_graph *g, wg_site here, wg_node all[], int n)
{
    const wgi_place place = wgi_temp_place(g);
    bool *tried = wgi_temp_zeroed(g, sizeof *tried * (size_t)n);
    wg_node *of = wgi_temp(g, sizeof *of * (size_t)n);
    int left = 0;
    for (int k = 0; tried && of && k < n; k++)
        if (!tried[k]) merge_op(here, all, n, k, tried, of);
    for (int k = 0; tried && of && k < n; k++)
        if (!wg_is_none(all[k])) all[left++] = all[k];
    wgi_temp_rewind(g, place);
    return left;
}

/* all: memory for the contributions. */
static wg_node sum_of(wg_graph *g, wg_site here, wg_node all[], int n)
{
    n = merge_all(g, here, all, n);
    return n == 1 ? all[0] : n ? wg_addn_at(here, all, n) : wgi_error_node(g);
}

/* ---- sums of what is zero by choice ---- */

static bool is_open(wgi_choice by) { return wgi_is_open(by.each) || wgi_is_open(by.all); }

static wgi_taken *part_of(wgi_choice *by, bool each) { return each ? &by->each : &by->all; }

static bool have_same(contribution *a, contribution *b, bool each)
{
    return wgi_same_condition(part_of(&a->by, each)->where, part_of(&b->by, each)->where);
}

static bool all_have_same(const queue *q, bool each)
{
    for (contribution *c = q->first->next; c; c = c->next)
        if (!have_same(q->first, c, each)) return false;
    return true;
}

/* The part of the choices of all contributions, which they have in common. It is open if one is. */
static wgi_taken common_part(const queue *q, bool each)
{
    wgi_taken y = *part_of(&q->first->by, each);
    for (contribution *c = q->first->next; c; c = c->next) {
        y.open |= part_of(&c->by, each)->open;
        y.rest_open |= part_of(&c->by, each)->rest_open;
    }
    return y;
}

/* Whether all contributions were last chosen by one condition, on its sides, and have the other part of the
 * choice in common. */
static bool have_one_condition(const queue *q, bool each)
{
    const wgi_condition *first = wgi_last(*part_of(&q->first->by, each));
    if (!first || first->kind != WGI_IS || !all_have_same(q, !each)) return false;
    for (contribution *c = q->first; c; c = c->next) {
        const wgi_condition *last = wgi_last(*part_of(&c->by, each));
        if (!last || last->kind != WGI_IS || last->c != first->c) return false;
    }
    return true;
}

static bool have_one_rest(const queue *q, bool each)
{
    const wgi_condition *first = wgi_rest(*part_of(&q->first->by, each));
    for (contribution *c = q->first->next; c; c = c->next)
        if (!wgi_same_condition(first, wgi_rest(*part_of(&c->by, each)))) return false;
    return true;
}

/* The contributions that were last chosen on one side of a condition. */
typedef struct side {
    wgi_taken last, rest; /* rest: where one of them may be something */
    wg_node *g;
    int n;
} side;

static void add_to_side(wg_graph *g, side *to, wg_node gx, wgi_taken t)
{
    const wgi_taken rest = { wgi_rest(t), t.rest_open, t.rest_open };
    to->rest.where = to->n ? wgi_either(g, to->rest.where, rest.where) : rest.where;
    to->rest = wgi_opened(to->rest, to->rest.open || rest.open);
    to->last = (wgi_taken){ .where = wgi_last(t), .open = t.open || (to->n && to->last.open) };
    to->g[to->n++] = gx;
}

/* The choice of where(r, a, b), where r is the last condition of side a: zero is known where both are. */
static wgi_taken choice_of_two(wg_graph *g, const side *a, const side *b)
{
    if (wgi_same_condition(a->rest.where, b->rest.where)) {
        const bool open = wgi_is_open(a->rest) || wgi_is_open(b->rest);
        return wgi_opened(a->rest, open);
    }
    return (wgi_taken){ .where = wgi_either(g, wgi_both(g, a->last.where, a->rest.where),
                                            wgi_both(g, b->last.where, b->rest.where)) };
}

/* The sum of contributions that have one condition. Each is set to zero by what it lies within, unless they
 * all lie within the same. What only one side has stays open; of two sides each takes what is its own. */
static wg_node sum_of_sides(wg_graph *g, wg_site here, const queue *q, bool each, wgi_choice *by,
                            wg_node all[])
{
    const bool one_rest = have_one_rest(q, each);
    side sides[2] = { { .g = all }, { .g = all + q->count } };
    by->each = common_part(q, true), by->all = common_part(q, false);
    for (contribution *c = q->first; c; c = c->next) {
        wgi_taken t = *part_of(&c->by, each);
        const bool other = wgi_last(t)->other;
        if (!one_rest) {
            c->g = wgi_settled_by(g, here, c->g, (wgi_taken){ t.where, false, t.rest_open });
            t.rest_open = false;
        }
        add_to_side(g, &sides[other], c->g, t);
    }
    if (!sides[0].n || !sides[1].n) {
        const side *only = &sides[sides[1].n != 0];
        *part_of(by, each) = wgi_within(g, only->last, only->rest);
        return sum_of(g, here, only->g, only->n);
    }
    *part_of(by, each) = choice_of_two(g, &sides[0], &sides[1]);
    const wgi_mask m = wgi_mask_of(g, here, wgi_opened(sides[0].last, true));
    const wg_node a = sum_of(g, here, sides[0].g, sides[0].n), b = sum_of(g, here, sides[1].g, sides[1].n);
    return wg_where_at(here, m.c, a, b);
}

/* Of contributions with choices that have nothing to do with each other: each is set to zero by its own. */
static wg_node sum_of_settled(wg_graph *g, wg_site here, const queue *q, wgi_choice *by, wg_node all[])
{
    int n = 0;
    for (contribution *c = q->first; c; c = c->next) {
        all[n] = wgi_settled(g, here, c->g, c->by);
        *by = n++ ? wgi_choice_or(g, *by, c->by) : c->by;
    }
    by->each = wgi_opened(by->each, false), by->all = wgi_opened(by->all, false);
    return sum_of(g, here, all, n);
}

/* The sum of all contributions to node i; wg_none if there are none. *by: where it is zero by choice. */
static wg_node accumulate(sweep *s, uint32_t i, const queue *q, wgi_choice *by)
{
    wg_graph *g = s->g;
    int n = 0;
    *by = q->first ? q->first->by : WGI_NO_CHOICE;
    if (q->count <= 1) return q->first ? q->first->g : wg_none;
    wg_node *all = wgi_temp(g, sizeof *all * 2 * (size_t)q->count);
    if (!all) return wgi_error_node(g);
    const wg_site here = wg_inside(g->node[i].here);
    if (all_have_same(q, true) && all_have_same(q, false)) {
        *by = (wgi_choice){ common_part(q, true), common_part(q, false) };
        for (const contribution *c = q->first; c; c = c->next) all[n++] = c->g;
        return sum_of(g, here, all, n);
    }
    if (have_one_condition(q, true)) return sum_of_sides(g, here, q, true, by, all);
    if (have_one_condition(q, false)) return sum_of_sides(g, here, q, false, by, all);
    return sum_of_settled(g, here, q, by, all);
}

/* Makes one sum of the contributions so far. Contributions of recomputed parts are not kept one by one:
 * until the last has come they would need the memory that the parts save, and merging them the values of
 * all parts. */
static bool add_now(sweep *s, uint32_t i, queue *q)
{
    if (q->count <= 1) return true;
    wgi_choice by;
    wg_node sum = accumulate(s, i, q, &by);
    if (!wg_node_ok(sum)) return false;
    *q->first = (contribution){ NULL, sum, by };
    q->last = q->first;
    q->count = 1;
    return true;
}

/* ---- rules ---- */

static bool in_mask(uint32_t mask, uint32_t k) { return mask >> k % 32 & 1; }

wgi_answer wgi_static_answer(const wg_graph *g, uint32_t i, uint32_t k)
{
    const wgi_node *n = &g->node[i];
    if (in_mask(n->op->zero, k)) return WGI_SAYS_ZERO;
    if (in_mask(n->op->none, k)) return WGI_SAYS_NONE;
    if (!wg_gradient_dtype((wg_dtype)g->node[wgi_in(n)[k]].dtype)) return WGI_SAYS_ZERO;
    return wg_gradient_dtype((wg_dtype)n->dtype) ? WGI_SAYS_NODE : WGI_SAYS_NONE;
}

wgi_answer wgi_answer_of(const wg_graph *g, uint32_t i, uint32_t k, wg_node gx)
{
    wgi_answer known = wgi_static_answer(g, i, k);
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
    wg_node *own = wgi_temp(g, sizeof *own * (size_t)k * 3);
    uint32_t *end = wgi_temp(g, sizeof *end * (size_t)k), blocked;
    wg_node y[WG_MAX_OUTPUTS] = { 0 }, ry[WG_MAX_OUTPUTS], seed[WG_MAX_OUTPUTS];
    wgi_choice by[WG_MAX_OUTPUTS];
    if (!own || !end) return false;
    wg_node *want = own + k, *got = want + k;
    for (int j = 0; j < k; j++) {
        own[j] = on_path(s, x[j].index) ? wg_apply(here, &wgi_op_identity, &x[j], 1, NULL) : x[j];
        if (on_path(s, x[j].index)) want[live++] = own[j];
    }
    wgi_expand(g, here, n.op, n.op->attr_size ? n.attr : NULL, i, own, k, y);
    for (int j = 0; j < outputs; j++)
        if (!wg_is_none(gy[j]) && wg_node_ok(y[j])) {
            ry[ny] = y[j];
            by[ny] = state_of(s, i + (uint32_t)j)->by;
            seed[ny++] = gy[j];
        }
    if (!wgi_ok(g->c) || !wgi_reverse_by(g, here, ry, seed, by, ny, want, live, got, end, &blocked))
        return false;
    for (int j = 0, m = 0; j < k; j++) {
        if (!on_path(s, x[j].index)) continue;
        gx[j] = wg_is_none(got[m]) && !end[m] ? wg_number(0) : got[m];
        m++;
    }
    return true;
}

/* A rule of the user's may know a graph of his program, and be called for another one: a check works on a
 * copy. */
static void refuse_foreign(wg_graph *g, wg_site here, const wg_op *op, wg_node gx[], int n)
{
    for (int k = 0; k < n; k++) {
        if (!gx[k].graph || (gx[k].graph == g && wgi_has_node(g, gx[k]))) continue;
        const bool other = gx[k].graph != g;
        gx[k] =
            WGI_FAIL_NODE(g, here, op->name, WG_ERROR_USE,
                          "the derivative rule gives a node of %s: it makes nodes in wg_graph_of(gy), the "
                          "graph of its operands, each time that it is called",
                          other ? "another graph" : "an earlier call, which the graph no longer has");
    }
}

bool wgi_vjp(wg_site here, const wg_op *op, wg_node y, wg_node gy, const wg_node x[], wg_node gx[], int n)
{
    wg_graph *g = y.graph;
    const wgi_outer outer = wgi_rule_begin(g, op, &gy, 1);
    const bool widened = g->rule.widens;
    g->rule.refused = false;
    g->rule.widens = g->c->widens && wgi_op_asks(op) && g->node[y.index].dtype == WG_F64;
    for (int k = 0; k < n; k++) gx[k] = wg_none;
    const wgi_asking a = wgi_ask_begin(g, op, y.index);
    op->vjp(here, y, gy, x, gx);
    if (wgi_op_asks(op)) refuse_foreign(g, here, op, gx, n);
    g->rule.widens = widened;
    for (uint32_t k = 0; (op->none || op->zero) && k < (uint32_t)n; k++)
        if (in_mask(op->zero, k)) gx[k] = wg_number(0);
        else if (in_mask(op->none, k)) gx[k] = wg_none;
    const wgi_ask q = {
        .op = op, .y = y.index, .gy = gy.index, .operands = (uint32_t)n, .answers = (uint32_t)n
    };
    if (a.to) wgi_ask_ends(g, here, &a, q, x, gx);
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
static void go_on(sweep *s, uint32_t i, arrival from, state *to, wgi_answer answer)
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
    WGI_EACH_OPERAND(k, n) {
        state *to = state_of(s, wgi_in(n)[k]);
        if (to && to->on & 3) go_on(s, i, from, to, wgi_static_answer(s->g, i, k));
    }
}

/* ---- rules that are kept for a kind ---- */

/* The nodes that a derivative rule appends, kept for nodes of one kind: nodes with equal
 * ops, options, types and ops of operands. While wg_backward is interpreted, the rule is called for the
 * first node of a kind, and copies of its nodes serve the others. The copies are removed with the
 * derivative.
 *
 * A rule may look at shapes, dtypes and ops of y, of y's operands and of gy, and at the options of y:
 * these decide the kind. A rule that has looked at more (wgi_rule_looks) is called each time. Nodes
 * that do not lead to a gradient that is wanted are left out. */

/* A call of the derivative rule of node y. */
typedef struct wgi_rule_call {
    uint32_t y;
    wg_node gy;
    const wg_node *x;   /* its operands */
    const bool *wanted; /* by operand: whether its gradient is asked for */
    wg_site here;
    /* For the operands that are wanted: the answer, and if that is a node, the gradient in the operand's
     * shape and dtype. */
    wg_node *gx;
    wgi_answer *said;
    wgi_choice given; /* of gy */
    wgi_mask by;      /* of gy times a slope, before the sum over the axes of a broadcast operand */
} wgi_rule_call;

/* NODES: most nodes of a rule that are kept. OPERANDS: most of y, and of a node of the rule. ALL_OPTIONS:
 * bytes of the options of all nodes of the rule together. */
enum { NODES = 8, OPERANDS = WGI_KIND_OPERANDS, ALL_OPTIONS = 192 };

/* What a node of a rule is made of: node number 0, 1, ... of the rule, or one of these. BY: the condition of
 * a choice. X + k: operand k. */
enum { GY = 32, Y, BY, X, NOTHING = 64 };

typedef struct rule_node {
    wgi_node node; /* of a number: with the value, without a cell */
    double weight;
    uint8_t in[OPERANDS];
    uint8_t options; /* where its options are in all_options, in units of 8 bytes */
} rule_node;

typedef struct kind_rule {
    wgi_kind_entry kept;
    uint8_t nodes;
    uint8_t gx[OPERANDS];      /* for an operand whose answer is a node */
    wgi_answer said[OPERANDS]; /* for operands that are wanted */
    rule_node node[NODES];
    _Alignas(16) char all_options[ALL_OPTIONS];
} kind_rule;

/* ---- finding ---- */

/* Whether the nodes that the rule is given are different ones. */
static bool are_different(const wgi_rule_call *r, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        if (r->x[k].index == r->gy.index || r->x[k].index == r->by.c.index) return false;
        for (uint32_t j = 0; j < k; j++)
            if (r->x[j].index == r->x[k].index) return false;
    }
    return true;
}

static kind_rule *kept_rule(const wg_graph *g, const wgi_rule_call *r)
{
    const wgi_node *n = &g->node[r->y], *gy = &g->node[r->gy.index];
    wgi_kind k;
    if (n->operands > OPERANDS || !n->op->vjp || n->op->users || !wgi_op_has_kinds(n->op) ||
        !are_different(r, n->operands))
        return NULL;
    k.op = n->op, k.attr = n->attr, k.words = 0;
    wgi_kind_add(&k, wgi_type_word(n->shape, n->dtype));
    wgi_kind_add(&k, wgi_type_word(gy->shape, gy->dtype));
    wgi_kind_add(&k, (uintptr_t)gy->op + g->mode + 4 * g->rule.rounded);
    WGI_EACH_OPERAND(i, n) {
        const wgi_node *x = &g->node[r->x[i].index];
        wgi_kind_add(&k, wgi_type_word(x->shape, x->dtype));
        wgi_kind_add(&k, (uintptr_t)x->op + r->wanted[i]);
    }
    if (!wg_is_none(r->by.c)) {
        const wgi_node *c = wgi_node_of(r->by.c);
        wgi_kind_add(&k, wgi_type_word(c->shape, c->dtype));
        wgi_kind_add(&k, (uintptr_t)c->op + r->by.other);
    }
    return wgi_kind_entry_of(g->c, WGI_KIND_RULE, sizeof(kind_rule), &k);
}

/* ---- keeping ---- */

/* The nodes [mark, count) that a rule has made, on the way into an entry. */
typedef struct keeper {
    wg_graph *g;
    const wgi_rule_call *r;
    kind_rule *e;
    uint32_t mark, operands;
    uint8_t of[4 * NODES]; /* by node - mark: its number in the entry */
    size_t options;        /* bytes taken of all_options */
} keeper;

static uint8_t keep(keeper *w, uint32_t i);

static uint8_t keep_number(keeper *w, const wgi_node *n)
{
    kind_rule *e = w->e;
    if (e->nodes == NODES) return NOTHING;
    e->node[e->nodes] = (rule_node){ .node = *n };
    return e->nodes++;
}

static uint8_t keep_node(keeper *w, const wgi_node *n)
{
    kind_rule *e = w->e;
    rule_node to = { .node = *n, .weight = wgi_node_weight(n) };
    const size_t size = n->op->attr_size;
    if (wgi_is_leaf(n) || n->operands > OPERANDS || wgi_outputs(n->op) > 1 || !wgi_op_is_ours(n->op))
        return NOTHING;
    WGI_EACH_OPERAND(k, n)
        if ((to.in[k] = keep(w, wgi_in(n)[k])) == NOTHING) return NOTHING;
    if (e->nodes == NODES || w->options + size > ALL_OPTIONS) return NOTHING;
    to.options = (uint8_t)(w->options / 8);
    if (size) memcpy(e->all_options + w->options, n->attr, size);
    w->options += (size + 7) / 8 * 8;
    e->node[e->nodes] = to;
    return e->nodes++;
}

/* Keeps node i and what it is made of. NOTHING: it cannot be kept. The depth is at most the number of nodes
 * of the rule. */
static uint8_t keep(keeper *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    if (i == w->r->gy.index) return GY;
    if (i == w->r->y) return Y;
    if (!wg_is_none(w->r->by.c) && i == w->r->by.c.index) return BY;
    WGI_EACH_OPERAND(k, w)
        if (i == w->r->x[k].index) return (uint8_t)(X + k);
    uint8_t none = NOTHING, *at = i < w->mark ? &none : &w->of[i - w->mark];
    if (*at == NOTHING && n->op == &wgi_op_number) *at = keep_number(w, n); /* it may be shared */
    else if (*at == NOTHING && i >= w->mark) *at = keep_node(w, n);
    return *at;
}

/* Keeps the nodes from mark on, which the rule has appended. ok: the rule may be kept. */
static void keep_rule(wg_graph *g, kind_rule *e, const wgi_rule_call *r, uint32_t mark, bool ok)
{
    keeper w = { .g = g, .r = r, .e = e, .mark = mark, .operands = g->node[r->y].operands };
    ok = ok && g->count - mark <= sizeof w.of;
    e->kept.busy = false;
    memset(w.of, NOTHING, sizeof w.of);
    e->nodes = 0;
    for (uint32_t k = 0; ok && k < w.operands; k++) {
        if (!r->wanted[k]) continue;
        e->said[k] = r->said[k];
        if (r->said[k] == WGI_SAYS_NODE) ok = (e->gx[k] = keep(&w, r->gx[k].index)) != NOTHING;
    }
    e->kept.state = ok ? WGI_KIND_USABLE : WGI_KIND_NEVER;
}

/* ---- using ---- */

static uint32_t node_of(const wgi_rule_call *r, const uint32_t made[], uint8_t what)
{
    if (what < GY) return made[what];
    return what == GY ? r->gy.index : what == Y ? r->y : what == BY ? r->by.c.index : r->x[what - X].index;
}

/* Appends a copy of node j of the rule. 0: out of memory. */
static uint32_t copy(wg_graph *g, const kind_rule *e, int j, const wgi_rule_call *r, const uint32_t made[])
{
    const rule_node *from = &e->node[j];
    const wgi_node *n = &from->node;
    if (n->op == &wgi_op_number) return wgi_leaf_number(g, r->here, n->number, (wg_dtype)n->dtype).index;
    const uint32_t i = wgi_append_copy(g, n, from->weight);
    if (!i) return 0;
    wgi_node *y = &g->node[i];
    uint32_t *in = n->operands > 2 ? wgi_arena_alloc(&g->arena, sizeof *in * n->operands) : y->in;
    if (!in) return 0;
    if (n->operands > 2) y->list = in;
    WGI_EACH_OPERAND(k, n) in[k] = node_of(r, made, from->in[k]);
    if (n->op->attr_size) {
        void *options = wgi_arena_alloc(&g->arena, n->op->attr_size);
        if (!options) return 0;
        y->attr = memcpy(options, e->all_options + 8 * from->options, n->op->attr_size);
    }
    y->here = r->here;
    return i;
}

static bool use_rule(wg_graph *g, const kind_rule *e, wgi_rule_call *r)
{
    const uint32_t n = g->node[r->y].operands;
    uint32_t made[NODES];
    for (int j = 0; j < e->nodes; j++)
        if (!(made[j] = copy(g, e, j, r, made))) return false;
    for (uint32_t k = 0; k < n; k++) {
        if (!r->wanted[k]) continue;
        r->said[k] = e->said[k];
        if (e->said[k] == WGI_SAYS_NODE) r->gx[k] = wgi_handle(g, node_of(r, made, e->gx[k]));
    }
    return true;
}

/* If the nodes are kept for the kind of y, appends copies of them, fills gx[] and said[], and is true.
 * Otherwise, or after an error, false. Then, unless *keep_in is NULL, the caller calls the rule between
 * wgi_rule_watch and keep_rule, and always the latter. The nodes must be removed before the graph is used
 * otherwise. */
static bool use_kept_rule(wg_graph *g, wgi_rule_call *r, kind_rule **keep_in)
{
    kind_rule *e = kept_rule(g, r);
    *keep_in = NULL;
    if (!e || e->kept.state == WGI_KIND_NEVER) return false;
    if (e->kept.state == WGI_KIND_USABLE) return use_rule(g, e, r);
    e->kept.state = WGI_KIND_NEVER;
    e->kept.busy = true;
    *keep_in = e;
    return false;
}

/* ---- the rule of a node ---- */

/* Whether the derivative of node i is that of its expansion. */
static bool is_expanded(const wg_op *op, const wg_node gy[], int outputs)
{
    bool others = false;
    for (int j = 1; j < outputs; j++) others |= !wg_is_none(gy[j]);
    return !op->vjp || others;
}

/* Calls the rule of r->y, or differentiates its expansion. gy: the gradient of each output. */
static bool call_rule(sweep *s, wgi_rule_call *r, const wg_node gy[], int outputs)
{
    wg_graph *g = s->g;
    const wg_op *op = g->node[r->y].op;
    const uint32_t n = g->node[r->y].operands;
    const wgi_choice *outer = g->rule.choice;
    bool ok = true;
    g->rule.choice = &r->given;
    for (uint32_t k = 0; k < n; k++) r->gx[k] = wg_none;
    if (!is_expanded(op, gy, outputs)) wgi_vjp(r->here, op, wgi_handle(g, r->y), gy[0], r->x, r->gx, (int)n);
    else ok = !op->expand || by_expansion(s, r->y, gy, outputs, r->x, r->gx);
    g->rule.choice = outer;
    if (!ok) return false;
    for (uint32_t k = 0; k < n; k++) {
        if (!r->wanted[k]) continue;
        r->said[k] = wgi_answer_of(g, r->y, k, r->gx[k]);
        if (r->said[k] == WGI_SAYS_NODE && g->node[r->x[k].index].shape != g->node[r->y].shape)
            r->gx[k] = wgi_masked(r->here, r->gx[k], r->by);
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
    kind_rule *keep = NULL;
    if (g->run.derived && use_kept_rule(g, r, &keep)) return true;
    const uint32_t mark = g->count;
    const wgi_watch outer = wgi_rule_watch(g, r->y);
    const bool ok = wgi_ok(g->c) && call_rule(s, r, gy, outputs), alike = wgi_rule_watched(g, outer);
    if (keep) keep_rule(g, keep, r, mark, ok && alike);
    return ok;
}

/* ---- choices of a node ---- */

/* Whether node y broadcasts an operand whose gradient is asked for. */
static bool any_smaller(const wg_graph *g, const wgi_rule_call *r)
{
    const wgi_node *y = &g->node[r->y];
    WGI_EACH_OPERAND(k, y)
        if (r->wanted[k] && g->node[r->x[k].index].shape != y->shape) return true;
    return false;
}

/* The choice of *gy, the gradient of node i, as its rule's gradients have it. If the node cannot pass on that
 * of elements, *gy is settled. An expansion gives settled gradients. */
static wgi_choice choice_at(sweep *s, uint32_t i, wg_node gy[], int outputs, const wgi_rule_call *r)
{
    const wgi_node *y = &s->g->node[i];
    state *at = state_of(s, i);
    const bool expanded = is_expanded(y->op, gy, outputs), on = wgi_passes_each(y);
    /* The rule of such a node sums over the axes of a broadcast operand itself. */
    const bool sums = wgi_is_ruled(y) && on && any_smaller(s->g, r), keeps = wgi_keeps_zero(s->g, y);
    for (int j = 1; j < outputs; j++)
        if (!wg_is_none(gy[j])) return WGI_NO_CHOICE;
    if (!at || wg_is_none(gy[0])) return WGI_NO_CHOICE;
    if (!expanded && (!on || sums)) {
        gy[0] = wgi_settled_by(s->g, r->here, gy[0], at->by.each);
        at->by.each = wgi_opened(at->by.each, false);
    }
    wgi_choice by = at->by;
    if (!on) by.each.where = NULL;
    if (expanded || !keeps) {
        by.each = wgi_opened(by.each, !expanded);
        by.all = wgi_opened(by.all, !expanded);
    }
    return by;
}

/* The choice for the gradient of operand k. by: that of gy, after the rule. */
static wgi_choice passed_on(wg_graph *g, const wgi_rule_call *r, uint32_t k, wgi_choice by)
{
    wgi_choice own = wgi_own_choice(g, r->y, k);
    const wgi_node *y = &g->node[r->y], *x = &g->node[r->x[k].index];
    own.each.open = own.all.open = r->gx[k].index == r->gy.index;
    if (y->op->kind == WG_MAP && x->shape != y->shape)
        by.each = wgi_opened(by.each, false); /* settled before the sum */
    const wgi_choice all = { wgi_within(g, own.each, by.each), wgi_within(g, own.all, by.all) };
    if (wgi_is_leaf(x) && !is_open(all)) return WGI_NO_CHOICE; /* nobody asks */
    return wgi_choice_of_operand(g, r->here, all, &g->node[r->y], g->node[r->x[k].index].shape);
}

/* If the op chooses, its operands get gy as it is: the choice goes with it. False: an operand is broadcast,
 * or the op is another one. */
static bool hand_on(const wg_graph *g, wgi_rule_call *r)
{
    const wgi_node *y = &g->node[r->y];
    if (!wgx_hints(y->op)->chooses || any_smaller(g, r)) return false;
    WGI_EACH_OPERAND(k, y) {
        r->said[k] = r->wanted[k] ? wgi_static_answer(g, r->y, k) : WGI_SAYS_NONE;
        r->gx[k] = r->gy;
    }
    return true;
}

enum { FEW = 4 };

/* Memory for the call of a rule, for FEW operands or for more. */
typedef struct rule_lists {
    wg_node x[FEW], gx[FEW];
    wgi_answer said[FEW];
    bool wanted[FEW];
} rule_lists;

/* Adds the contributions of node i to its operands. gy: the gradient of each output. */
static bool apply_rule(sweep *s, uint32_t i, wg_node gy[], int outputs, arrival from)
{
    wg_graph *g = s->g;
    const uint32_t n = g->node[i].operands;
    rule_lists few;
    wg_node *x = few.x, *gx = few.gx;
    wgi_answer *said = few.said;
    bool *wanted = few.wanted;
    if (n > FEW) {
        x = wgi_temp(g, sizeof *x * n);
        gx = wgi_temp(g, sizeof *gx * n);
        said = wgi_temp(g, sizeof *said * n);
        wanted = wgi_temp(g, sizeof *wanted * n);
        if (!x || !gx || !said || !wanted) return false;
    }
    for (uint32_t k = 0; k < n; k++) {
        x[k] = wgi_handle(g, wgi_in(&g->node[i])[k]);
        wanted[k] = on_path(s, x[k].index);
    }
    wgi_rule_call r = {
        i, gy[0], x, wanted, wg_inside(g->node[i].here), gx, said, WGI_NO_CHOICE, WGI_NO_MASK
    };
    const wgi_choice by = choice_at(s, i, gy, outputs, &r);
    const wgi_node *y = &g->node[i];
    const state *at = state_of(s, i);
    r.gy = gy[0];
    if (at) r.given = at->by;
    if (wgi_is_elementwise(y) && !wgi_is_ruled(y) && any_smaller(g, &r))
        r.by = wgi_mask_of(g, r.here, by.each);
    if (!hand_on(g, &r) && !answer(s, &r, gy, outputs)) return false;
    for (uint32_t k = 0; k < n; k++) {
        if (!wanted[k]) continue;
        state *to = state_of(s, x[k].index);
        go_on(s, i, from, to, said[k]);
        if (said[k] == WGI_SAYS_NODE && !contribute(s, to, gx[k], passed_on(g, &r, k, by))) return false;
        if (g->node[i].op == &wgi_op_recompute && !add_now(s, x[k].index, &to->q)) return false;
    }
    return true;
}

static void settle(wg_graph *g, wg_site here, wg_node *gy, wgi_choice *by)
{
    *gy = wgi_settled(g, here, *gy, *by);
    by->each = wgi_opened(by->each, false), by->all = wgi_opened(by->all, false);
}

/* Pictures show the gradients of nodes by these names. So such a gradient is set to zero at its node. Layers
 * name nearly all of their nodes, and would be slow by that. */
static bool has_users_name(const wgi_node *n) { return n->name && !(n->name & WGI_OF_LAYER); }

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
        state *at = state_of(s, i + j);
        if (!at) continue;
        gy[j] = accumulate(s, i + j, &at->q, &at->by);
        from.way |= at->way;
        from.end = first_of(from.end, at->end);
        if (wg_is_none(gy[j])) continue;
        any = true;
        if (at->on & 2 || (s->notes && has_users_name(&g->node[i + j])))
            settle(g, wg_inside(g->node[i].here), &gy[j], &at->by);
        if (s->notes && !is_open(at->by) && !wgi_note_gradient(g, gy[j].index, i + j)) return false;
        if (at->on & 2) at->total = gy[j];
    }
    if (!(s->state[l].on & 1)) return wgi_ok(g->c);
    if (from.way && is_derived(g, i)) from.way = LATER;
    g->rule.rounded = s->rounded[l];
    if (any) return apply_rule(s, i, gy, outputs, from);
    if (from.way || from.end) pass(s, i, from);
    return wgi_ok(g->c);
}

/* ---- the sweep ---- */

static bool sweep_start(sweep *s, const wg_node y[], int ny, const wg_node x[], int nx)
{
    wg_graph *g = s->g;
    uint32_t *root = wgi_temp(g, sizeof *root * (size_t)WGI_MAX(ny, 1));
    for (int j = 0; root && j < ny; j++) root[j] = y[j].index;
    if (!root || !wgi_reach(g, &g->temp, root, ny, wgi_lowest(g, x, nx), NULL, NULL, &s->list)) return false;
    s->state = wgi_temp_zeroed(g, sizeof *s->state * (size_t)WGI_MAX(s->list.count, 1));
    s->rounded = wgi_meets_sums(g, &s->list);
    if (!s->state || !s->rounded) return false;
    mark_paths(s, x, nx);
    return true;
}

/* Gives the outputs their gradients. by: NULL, or where these are zero by choice. */
static bool plant(sweep *s, const wg_node y[], const wg_node seed[], const wgi_choice by[], int ny)
{
    bool ok = true;
    for (int j = 0; ok && j < ny; j++) {
        state *at = state_of(s, y[j].index);
        if (!at || !(at->on & 3)) continue;
        const wgi_node *n = &s->g->node[y[j].index];
        wg_node v = wgi_to_shape(s->here, seed[j], n->shape, wg_gradient_dtype((wg_dtype)n->dtype));
        ok = wg_node_ok(v) && contribute(s, at, v, by ? by[j] : WGI_NO_CHOICE);
        at->way |= FIRST;
    }
    return ok;
}

static bool run(sweep *s, const wg_node y[], const wg_node seed[], const wgi_choice by[], int ny,
                const wg_node x[], int nx, wg_node gx[])
{
    wgi_unwritten u;
    for (int k = 0; k < nx; k++) gx[k] = wg_none;
    if (nx == 0) return true;
    if (!wgi_as_written(s->g, wgi_lowest(s->g, x, nx), wgi_highest(y, ny), x, nx, &u)) return false;
    bool ok = sweep_start(s, y, ny, x, nx) && plant(s, y, seed, by, ny);
    for (uint32_t l = s->list.count; ok && l-- > 0;)
        if (s->state[l].on) ok = visit(s, l);
    s->g->rule.rounded = false;
    wgi_as_rewritten(s->g, &u);
    return ok;
}

/* One sweep, for the nodes of x with the mark `passed` alone. */
static bool sweep_for(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[],
                      const wgi_choice by[], int ny, const wg_node x[], int nx, const bool mark[],
                      bool passed, wg_node gx[], uint32_t end[], uint32_t *blocked)
{
    sweep s = { .g = g, .here = here };
    wg_node *some = mark ? wgi_temp(g, sizeof *some * (size_t)(2 * nx)) : NULL;
    int n = 0;
    if (mark && !some) return false;
    for (int k = 0; mark && k < nx; k++)
        if (mark[k] == passed) some[n++] = x[k];
    if (mark && !n) return true;
    s.notes = g->build.within && ny == 1 && !is_derived(g, y[0].index);
    const bool ok = run(&s, y, seed, by, ny, mark ? some : x, mark ? n : nx, mark ? some + nx : gx);
    for (int k = 0; ok && k < nx; k++) {
        if (mark && mark[k] != passed) continue;
        const state *at = state_of(&s, x[k].index);
        if (end) end[k] = at && !at->way ? at->end : 0;
        gx[k] = at ? at->total : wg_none;
    }
    *blocked = s.blocked ? s.blocked : *blocked;
    return ok;
}

/* By node of x, whether a call with derivatives of its own passes by it. NULL: none is, or there is no
 * memory. */
static bool *marks(wg_graph *g, const wg_node y[], int ny, const wg_node x[], int nx)
{
    bool any = false, *mark = NULL;
    const uint32_t to = g->composites && ny ? wgi_highest(y, ny) : 0;
    for (int k = 0; to && k < nx; k++) {
        const bool passed = !wgi_is_leaf(&g->node[x[k].index]) && wgi_passed_by(g, x[k], to);
        if (passed && !any) mark = wgi_temp_zeroed(g, (size_t)nx * sizeof *mark);
        if (passed && mark) mark[k] = true;
        any |= passed;
    }
    return mark;
}

/* One sweep finds all gradients. Nodes that calls pass by (wgi_passed_by) have one of their own, which
 * follows what was written: so what the others get does not depend on who else is asked for. */
bool wgi_reverse_by(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], const wgi_choice by[],
                    int ny, const wg_node x[], int nx, wg_node gx[], uint32_t end[], uint32_t *blocked)
{
    wgi_place place = wgi_temp_place(g);
    const uint32_t mark = g->count;
    const bool *passed = marks(g, y, ny, x, nx);
    *blocked = 0;
    bool ok = wgi_ok(g->c) && sweep_for(g, here, y, seed, by, ny, x, nx, passed, false, gx, end, blocked);
    if (passed) ok = ok && sweep_for(g, here, y, seed, by, ny, x, nx, passed, true, gx, end, blocked);
    wgi_mark_derived(g, mark);
    wgi_temp_rewind(g, place);
    return ok && wgi_ok(g->c);
}

bool wgi_reverse_ends(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny,
                      const wg_node x[], int nx, wg_node gx[], uint32_t end[], uint32_t *blocked)
{
    return wgi_reverse_by(g, here, y, seed, NULL, ny, x, nx, gx, end, blocked);
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
    wgi_place place = wgi_temp_place(g);
    bool ok = run(&s, y, seed, NULL, ny, &u, 1, gu);
    const state *at = ok ? state_of(&s, u.index) : NULL;
    if (at) *gu = at->total;
    *end = at ? at->end : 0;
    wgi_temp_rewind(g, place);
    return ok && wgi_ok(g->c);
}
