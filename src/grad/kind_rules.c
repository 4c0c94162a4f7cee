/* kind_rules.c: the nodes that a derivative rule appends, kept for nodes of one kind: nodes with equal
 * ops, options, types and ops of operands. While wg_backward is interpreted, the rule is called for the
 * first node of a kind, and copies of its nodes serve the others. The copies are removed with the
 * derivative.
 *
 * A rule may look at shapes, dtypes and ops of y, of y's operands and of gy, and at the options of y:
 * these decide the kind. A rule that has looked at more (wgi_rule_looks) is called each time. Nodes
 * that do not lead to a gradient that is wanted are left out. */
#include "grad/kind_rules.h"

/* RULES: entries of the table, 2 to the power of BITS. PLACES: where a kind may be. NODES: most nodes of a
 * rule that are kept. OPERANDS: most of y, and of a node of the rule. OPTIONS: bytes of the options of y, and
 * of all nodes of the rule together. */
#ifdef WG_HOSTILE
enum { BITS = 2 };
#else
enum { BITS = 6 };
#endif
enum { RULES = 1 << BITS, PLACES = 4, NODES = 8, OPERANDS = 4, OPTIONS = 80, ALL_OPTIONS = 192 };

/* What a node of a rule is made of: node number 0, 1, ... of the rule, or one of these. X + k: operand
 * k. */
enum { GY = 32, Y, X, NOTHING = 64 };

typedef struct rule_node {
    wgi_node node; /* of a number: with the value, without a cell */
    double weight;
    uint8_t in[OPERANDS];
    uint8_t options; /* where its options are in all_options, in units of 8 bytes */
} rule_node;

typedef struct operand {
    const wg_op *op;
    const wg_shape *shape;
    uint8_t dtype;
    bool wanted;
} operand;

/* y.op NULL: a free entry. */
typedef struct wgi_kind_rule {
    operand y, gy, x[OPERANDS];
    uint32_t operands;
    wg_mode mode;
    bool usable; /* false: the rule must be called each time */
    uint8_t nodes;
    uint8_t gx[OPERANDS];      /* for an operand whose answer is a node */
    wgi_answer said[OPERANDS]; /* for operands that are wanted */
    rule_node node[NODES];
    _Alignas(16) char options[OPTIONS];
    _Alignas(16) char all_options[ALL_OPTIONS];
} kind_rule;

struct wgi_kind_rules {
    uint64_t known; /* of wgi_shapes_gone */
    uint32_t turn;  /* how many kinds have taken the place of another */
    kind_rule rule[RULES];
    kind_rule *last[WGI_OPS]; /* by the place of an op: its last kind, which is tried first */
};

/* ---- finding ---- */

static uint32_t place_of(const wg_graph *g, const wgi_rule_call *r)
{
    const wgi_node *n = &g->node[r->y];
    uint64_t h = (uintptr_t)n->op ^ wgi_options_number(n->op, n->attr);
    h = wgi_kind_mix(wgi_kind_mix(h, n->shape), g->node[r->gy.index].op);
    for (uint32_t k = 0; k < n->operands; k++) {
        const wgi_node *x = &g->node[r->x[k].index];
        h = wgi_kind_mix(h + (uintptr_t)x->shape + r->wanted[k], x->op);
    }
    return wgi_kind_place(h, BITS);
}

static bool is_same(const operand *a, const wgi_node *n)
{
    return a->op == n->op && a->shape == n->shape && a->dtype == n->dtype;
}

static bool is_of(const kind_rule *e, const wg_graph *g, const wgi_rule_call *r)
{
    const wgi_node *n = &g->node[r->y];
    if (!is_same(&e->y, n) || e->operands != n->operands || e->mode != g->mode ||
        !is_same(&e->gy, &g->node[r->gy.index]))
        return false;
    for (uint32_t k = 0; k < n->operands; k++)
        if (!is_same(&e->x[k], &g->node[r->x[k].index]) || e->x[k].wanted != r->wanted[k]) return false;
    return wgi_options_same(n->op, e->options, n->attr);
}

/* Whether the nodes that the rule is given are different ones. */
static bool are_different(const wgi_rule_call *r, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        if (r->x[k].index == r->gy.index) return false;
        for (uint32_t j = 0; j < k; j++)
            if (r->x[j].index == r->x[k].index) return false;
    }
    return true;
}

static bool can_be_kept(const wg_graph *g, const wgi_rule_call *r)
{
    const wgi_node *n = &g->node[r->y];
    const wg_op *op = n->op;
    return n->operands <= OPERANDS && op->vjp && wgi_op_is_ours(op) && !op->users && wgi_outputs(op) == 1 &&
           op->attr_size <= OPTIONS && are_different(r, n->operands);
}

static operand operand_of(const wgi_node *n, bool wanted)
{
    return (operand){ n->op, n->shape, n->dtype, wanted };
}

static void claim(kind_rule *e, const wg_graph *g, const wgi_rule_call *r)
{
    const wgi_node *n = &g->node[r->y];
    e->y = operand_of(n, false), e->gy = operand_of(&g->node[r->gy.index], false);
    e->operands = n->operands, e->mode = g->mode;
    for (uint32_t k = 0; k < n->operands; k++) e->x[k] = operand_of(&g->node[r->x[k].index], r->wanted[k]);
    if (n->op->attr_size) memcpy(e->options, n->attr, n->op->attr_size);
    e->usable = false;
}

/* ---- keeping ---- */

/* The nodes [mark, count) that a rule has made, on the way into an entry. */
typedef struct keeper {
    wg_graph *g;
    const wgi_rule_call *r;
    kind_rule *e;
    uint32_t mark;
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
    for (uint32_t k = 0; k < n->operands; k++)
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
    for (uint32_t k = 0; k < w->e->operands; k++)
        if (i == w->r->x[k].index) return (uint8_t)(X + k);
    uint8_t none = NOTHING, *at = i < w->mark ? &none : &w->of[i - w->mark];
    if (*at == NOTHING && n->op == &wgi_op_number) *at = keep_number(w, n); /* it may be shared */
    else if (*at == NOTHING && i >= w->mark) *at = keep_node(w, n);
    return *at;
}

void wgi_kind_rule_keep(wg_graph *g, wgi_kind_rule *e, const wgi_rule_call *r, uint32_t mark)
{
    keeper w = { .g = g, .r = r, .e = e, .mark = mark };
    if (!is_of(e, g, r)) return; /* the rule has differentiated something, whose kind took the entry */
    bool ok = g->count - mark <= sizeof w.of;
    memset(w.of, NOTHING, sizeof w.of);
    e->nodes = 0;
    for (uint32_t k = 0; ok && k < e->operands; k++) {
        if (!r->wanted[k]) continue;
        e->said[k] = r->said[k];
        if (r->said[k] == WGI_SAYS_NODE) ok = (e->gx[k] = keep(&w, r->gx[k].index)) != NOTHING;
    }
    e->usable = ok;
}

/* ---- using ---- */

static uint32_t node_of(const wgi_rule_call *r, const uint32_t made[], uint8_t what)
{
    return what < GY ? made[what] : what == GY ? r->gy.index : what == Y ? r->y : r->x[what - X].index;
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
    for (uint32_t k = 0; k < n->operands; k++) in[k] = node_of(r, made, from->in[k]);
    if (n->op->attr_size) {
        void *options = wgi_arena_alloc(&g->arena, n->op->attr_size);
        if (!options) return 0;
        y->attr = memcpy(options, e->all_options + 8 * from->options, n->op->attr_size);
    }
    y->here = r->here;
    return i;
}

static bool use(wg_graph *g, const kind_rule *e, wgi_rule_call *r)
{
    uint32_t made[NODES];
    for (int j = 0; j < e->nodes; j++)
        if (!(made[j] = copy(g, e, j, r, made))) return false;
    for (uint32_t k = 0; k < e->operands; k++) {
        if (!r->wanted[k]) continue;
        r->said[k] = e->said[k];
        if (e->said[k] == WGI_SAYS_NODE) r->gx[k] = wgi_handle(g, node_of(r, made, e->gx[k]));
    }
    return true;
}

bool wgi_kind_rule_use(wg_graph *g, wgi_rule_call *r, wgi_kind_rule **keep_in)
{
    wg_context *c = g->c;
    *keep_in = NULL;
    if (wgi_without(c, WG_WITHOUT_KINDS) || !can_be_kept(g, r)) return false;
    if (!c->kind_rules) c->kind_rules = wg_alloc(c, 1, sizeof *c->kind_rules);
    if (!c->kind_rules) return false;
    if (wgi_shapes_gone(c, &c->kind_rules->known))
        *c->kind_rules = (struct wgi_kind_rules){ .known = c->kind_rules->known };
    kind_rule **last = &c->kind_rules->last[wgi_op_place(g->node[r->y].op)], *e = *last;
    bool found = e && is_of(e, g, r);
    if (!found) {
        kind_rule *const places = &c->kind_rules->rule[place_of(g, r) & ~(PLACES - 1u)];
        for (e = places; e < places + PLACES && !found; e += !found) {
            if (!e->y.op) break;
            found = is_of(e, g, r);
        }
        if (e == places + PLACES) e = &places[c->kind_rules->turn++ % PLACES];
    }
    *last = e;
    if (found) return e->usable && use(g, e, r);
    claim(e, g, r);
    *keep_in = e;
    return false;
}
