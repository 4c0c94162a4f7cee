/* kind_rules.c: the nodes that a derivative rule appends, kept for nodes of one kind: nodes with equal
 * ops, options, types and ops of operands. While wg_backward is interpreted, the rule is called for the
 * first node of a kind, and copies of its nodes serve the others. The copies are removed with the
 * derivative.
 *
 * A rule may look at shapes, dtypes and ops of y, of y's operands and of gy, and at the options of y:
 * these decide the kind. A rule that has looked at more (wgi_rule_looks) is called each time. Nodes
 * that do not lead to a gradient that is wanted are left out. */
#include "grad/kind_rules.h"

/* NODES: most nodes of a rule that are kept. OPERANDS: most of y, and of a node of the rule. ALL_OPTIONS: bytes of
 * the options of all nodes of the rule together. */
enum { NODES = 8, OPERANDS = WGI_KIND_OPERANDS, ALL_OPTIONS = 192 };

/* What a node of a rule is made of: node number 0, 1, ... of the rule, or one of these. X + k: operand
 * k. */
enum { GY = 32, Y, X, NOTHING = 64 };

typedef struct rule_node {
    wgi_node node; /* of a number: with the value, without a cell */
    double weight;
    uint8_t in[OPERANDS];
    uint8_t options; /* where its options are in all_options, in units of 8 bytes */
} rule_node;

typedef struct wgi_kind_rule {
    wgi_kept kept;
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
        if (r->x[k].index == r->gy.index) return false;
        for (uint32_t j = 0; j < k; j++)
            if (r->x[j].index == r->x[k].index) return false;
    }
    return true;
}

static kind_rule *find(const wg_graph *g, const wgi_rule_call *r)
{
    const wgi_node *n = &g->node[r->y], *gy = &g->node[r->gy.index];
    wgi_kind k;
    if (n->operands > OPERANDS || !n->op->vjp || n->op->users || !wgi_op_has_kinds(n->op) ||
        !are_different(r, n->operands))
        return NULL;
    k.op = n->op, k.attr = n->attr, k.words = 0;
    wgi_kind_add(&k, wgi_type_word(n->shape, n->dtype));
    wgi_kind_add(&k, wgi_type_word(gy->shape, gy->dtype));
    wgi_kind_add(&k, (uintptr_t)gy->op + g->mode);
    for (uint32_t i = 0; i < n->operands; i++) {
        const wgi_node *x = &g->node[r->x[i].index];
        wgi_kind_add(&k, wgi_type_word(x->shape, x->dtype));
        wgi_kind_add(&k, (uintptr_t)x->op + r->wanted[i]);
    }
    return wgi_kept_of(g->c, WGI_KIND_RULE, sizeof(kind_rule), &k);
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
    for (uint32_t k = 0; k < w->operands; k++)
        if (i == w->r->x[k].index) return (uint8_t)(X + k);
    uint8_t none = NOTHING, *at = i < w->mark ? &none : &w->of[i - w->mark];
    if (*at == NOTHING && n->op == &wgi_op_number) *at = keep_number(w, n); /* it may be shared */
    else if (*at == NOTHING && i >= w->mark) *at = keep_node(w, n);
    return *at;
}

void wgi_kind_rule_keep(wg_graph *g, wgi_kind_rule *e, const wgi_rule_call *r, uint32_t mark, bool ok)
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

bool wgi_kind_rule_use(wg_graph *g, wgi_rule_call *r, wgi_kind_rule **keep_in)
{
    kind_rule *e = find(g, r);
    *keep_in = NULL;
    if (!e || e->kept.state == WGI_KIND_NEVER) return false;
    if (e->kept.state == WGI_KIND_USABLE) return use(g, e, r);
    e->kept.state = WGI_KIND_NEVER;
    e->kept.busy = true;
    *keep_in = e;
    return false;
}
