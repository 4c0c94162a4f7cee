/* structure.c: the nodes that a request reaches, numbered by themselves. Two requests with equal structures
 * compute the same, wherever in their graphs the nodes are. */
#include "run/plan/plan.h"

static bool has_value(const wg_graph *g, uint32_t i, const void *unused) { return g->value[i]; }

/* ---- records with local operands ---- */

/* A value that a read does not look behind: for the plan it is an input. */
static wgi_node given(const wgi_node *n)
{
    return (wgi_node){ .op = &wgi_op_input, .shape = n->shape, .dtype = n->dtype };
}

static bool make_operands_local(wg_graph *g, const wgi_structure *s, const wgi_node *from, wgi_node *n)
{
    uint32_t *in = n->in;
    if (wgi_is_leaf(n)) return true;
    if (n->operands > 2) in = n->list = wgi_temp(g, sizeof *in * n->operands);
    for (uint32_t k = 0; in && k < n->operands; k++) in[k] = wgi_local(s, wgi_in(from)[k]);
    return in;
}

/* What computing node n costs, in elements of elementwise nodes. Of a product that is its multiplications,
 * which are the root of the three sizes' product, by MULTIPLIES for an element. */
static double cost_of(const wgi_structure *s, const wgi_node *n)
{
    enum { MULTIPLIES = 10 };
    const double weight = wgi_node_weight(n);
    if (n->op->kind != WG_CONTRACT || n->operands < 2) return weight;
    const double x = (double)wgi_size(s->node[wgi_in(n)[0]].shape),
                 w = (double)wgi_size(s->node[wgi_in(n)[1]].shape);
    return sqrt(x * w * (double)wgi_size(n->shape)) / MULTIPLIES;
}

static bool fill_nodes(wg_graph *g, wgi_structure *s)
{
    s->scalars = true;
    s->at[0] = 0;
    s->node[0] = g->node[0];
    s->held[0] = 0;
    for (uint32_t k = 1; k < s->n; k++) {
        const uint32_t i = s->at[k] = s->reached.node[k - 1];
        const wgi_node *n = &g->node[i];
        s->held[k] = !wgi_is_leaf(n) && g->value[i];
        s->node[k] = s->held[k] && !s->backward ? given(n) : *n;
        if (!make_operands_local(g, s, n, &s->node[k])) return false;
        if (!s->held[k]) s->weight += cost_of(s, &s->node[k]);
        s->scalars &= wgi_node_weight(n) == 0;
    }
    return true;
}

/* ---- the hash ---- */

#ifndef WG_HOSTILE
static uint64_t hash_of_list(uint64_t h, const uint32_t *list, int n)
{
    h = wgi_mix(h, (uint64_t)n);
    for (int k = 0; k < n; k++) h = wgi_mix(h, list[k]);
    return h;
}
#endif

static void hash(wgi_structure *s)
{
#ifdef WG_HOSTILE
    s->key = s->kind = 1;
#else
    uint64_t h = wgi_mix((uint64_t)s->mode << 2 | (uint64_t)s->along << 1 | s->backward, s->loss);
    h = hash_of_list(hash_of_list(h, s->root, s->roots), s->target, s->targets);
    for (uint32_t k = 1; k < s->n; k++) h = wgi_node_hash(h, &s->node[k]);
    s->kind = h;
    for (uint32_t k = 1; k < s->n; k++)
        if (s->held[k]) h = wgi_mix(h, k);
    s->key = h;
#endif
}

/* ---- all together ---- */

static uint32_t *local_list(wg_graph *g, const wgi_structure *s, const uint32_t *list, int n)
{
    uint32_t *local = wgi_temp(g, sizeof *local * (size_t)n);
    for (int k = 0; local && k < n; k++) local[k] = wgi_local(s, list[k]);
    return local;
}

/* The roots of the walk: the nodes that the request names. */
static uint32_t *named(wg_graph *g, const wgi_request *r, int *n)
{
    uint32_t *all = wgi_temp(g, sizeof *all * ((size_t)r->roots + (size_t)r->targets + 1));
    *n = 0;
    for (int k = 0; all && k < r->roots; k++) all[(*n)++] = r->root[k];
    for (int k = 0; all && k < r->targets; k++) all[(*n)++] = r->target[k];
    if (all && r->backward) all[(*n)++] = r->loss;
    return all;
}

bool wgi_structure_of(wg_graph *g, const wgi_request *r, wgi_structure *s)
{
    int n;
    uint32_t *all = named(g, r, &n);
    *s = (wgi_structure){
        .mode = g->mode, .backward = r->backward, .along = r->along, .roots = r->roots, .targets = r->targets
    };
    if (!all || !wgi_reach(g, &g->temp, all, n, 0, r->backward ? NULL : has_value, NULL, &s->reached))
        return false;
    s->n = s->reached.count + 1;
    s->at = wgi_temp(g, sizeof *s->at * s->n);
    s->node = wgi_temp(g, sizeof *s->node * s->n);
    s->held = wgi_temp(g, s->n);
    if (!s->at || !s->node || !s->held || !fill_nodes(g, s)) return false;
    s->root = local_list(g, s, r->root, r->roots);
    s->target = local_list(g, s, r->target, r->targets);
    s->loss = r->backward ? wgi_local(s, r->loss) : 0;
    hash(s);
    return s->root && s->target;
}

/* ---- comparing ---- */

bool wgi_same_kind(const wgi_node *a, const wgi_node *b)
{
    return a->op == b->op && a->shape == b->shape && a->dtype == b->dtype && a->operands == b->operands &&
           (!a->op->attr_size || wgi_attr_equal(a->op, a->attr, b->attr));
}

static bool same_node(const wgi_node *a, const wgi_node *b)
{
    return wgi_same_kind(a, b) && a->output == b->output && !((a->flags ^ b->flags) & WGI_INNER) &&
           (wgi_is_leaf(a) || !a->operands || !memcmp(wgi_in(a), wgi_in(b), sizeof(uint32_t) * a->operands));
}

static bool same_list(const uint32_t *a, int n, const uint32_t *b, int m)
{
    return n == m && (!n || memcmp(a, b, sizeof *a * (size_t)n) == 0);
}

bool wgi_structure_equal(const wgi_structure *a, const wgi_structure *b)
{
    bool same = a->n == b->n && a->backward == b->backward && a->along == b->along && a->keeps == b->keeps &&
                a->mode == b->mode && a->loss == b->loss && same_list(a->root, a->roots, b->root, b->roots) &&
                same_list(a->target, a->targets, b->target, b->targets) && !memcmp(a->held, b->held, a->n);
    for (uint32_t k = 1; k < a->n && same; k++) same = same_node(&a->node[k], &b->node[k]);
    return same;
}
