/* cache.c: the plans of a context. A plan is found by a hash of the request and of the structure, and is
 * then compared with both. So two requests with the same hash cost time and are never mistaken for each
 * other. */
#include "run/plan/plan.h"

/* ---- the key ---- */

uint32_t wgi_plan_end(const wg_graph *g, const wgi_request *r)
{
    uint32_t last = 0;
    for (int i = 0; i < r->roots; i++) {
        const wgi_node *n = &g->node[r->root[i]];
        last = WGI_MAX(last, r->root[i] - n->output + (uint32_t)wgi_outputs(n->op) - 1);
    }
    if (r->backward) last = WGI_MAX(last, r->loss);
    for (int i = 0; i < r->targets; i++) last = WGI_MAX(last, r->target[i]);
    return last + 1;
}

uint64_t wgi_plan_key(const wg_graph *g, const wgi_request *r, uint32_t end)
{
#ifdef WG_HOSTILE
    (void)g, (void)r, (void)end;
    return 1;
#else
    uint64_t h = wgi_mix(g->node[end - 1].hash, g->now.trail);
    h = wgi_mix(h, (uint64_t)r->backward << 62 | (uint64_t)r->loss << 24 | (uint64_t)r->targets);
    for (int i = 0; i < r->roots; i++) h = wgi_mix(h, r->root[i]);
    for (int i = 0; i < r->targets; i++) h = wgi_mix(h, r->target[i]);
    return h;
#endif
}

bool wgi_same_kind(const wgi_node *a, const wgi_node *b)
{
    return a->op == b->op && a->shape == b->shape && a->dtype == b->dtype && a->operands == b->operands &&
           (!a->op->attr_size || wgi_attr_equal(a->op, a->attr, b->attr));
}

static bool same_node(const wgi_node *a, const wgi_node *b)
{
    return wgi_same_kind(a, b) && a->output == b->output &&
           (wgi_is_leaf(a) || !a->operands || !memcmp(wgi_in(a), wgi_in(b), sizeof(uint32_t) * a->operands));
}

static bool same_list(const uint32_t *a, int n, const uint32_t *b, int m)
{
    return n == m && (!n || memcmp(a, b, sizeof *a * (size_t)n) == 0);
}

static bool same_nodes(wgi_plan *p, const wg_graph *g)
{
    if (p->structure == g->build.structure) return true;
    for (uint32_t i = 0; i < p->end; i++)
        if (!same_node(&p->node[i], &g->node[i])) return false;
    p->structure = g->build.structure;
    return true;
}

/* Whether p was compiled for a request like r, for a graph of this structure. */
static bool confirmed(wgi_plan *p, const wg_graph *g, const wgi_request *r, uint32_t end)
{
    return p->end == end && p->backward == r->backward && p->loss == r->loss && p->mode == g->mode &&
           p->trail == g->now.trail && same_list(p->root, p->roots, r->root, r->roots) &&
           same_list(p->target, p->targets, r->target, r->targets) && same_nodes(p, g);
}

/* ---- the cache: most recently used first ---- */

static void push(wg_context *c, wgi_plan *p)
{
    p->next = c->plans;
    c->plans = p;
}

static void unlink_plan(wg_context *c, wgi_plan *p)
{
    wgi_plan **at = &c->plans;
    while (*at != p) at = &(*at)->next;
    *at = p->next;
}

void wgi_plan_drop(wg_context *c, wgi_plan *p)
{
    for (wg_graph *g = c->graphs; g; g = g->next) { /* graphs that refer to it */
        for (int i = 0; i < g->now.rans; i++)
            if (g->now.ran[i] == p) g->now.ran[i--] = g->now.ran[--g->now.rans];
        if (g->run.last == p) g->run.last = NULL;
    }
    unlink_plan(c, p);
    wgi_arena_free(&p->arena);
    wg_free(c, p);
    c->plan_count--;
}

void wgi_plans_free(wg_context *c)
{
    while (c->plans) wgi_plan_drop(c, c->plans);
}

wgi_plan *wgi_plan_to_front(wg_context *c, wgi_plan *p)
{
    if (c->plans == p) return p;
    unlink_plan(c, p);
    push(c, p);
    return p;
}

wgi_plan *wgi_plan_find(wg_context *c, const wg_graph *g, const wgi_request *r, uint64_t key, uint32_t end)
{
    for (wgi_plan *p = c->plans; p; p = p->next)
        if (p->key == key && confirmed(p, g, r, end)) return wgi_plan_to_front(c, p);
    return NULL;
}

void wgi_plan_add(wg_context *c, wgi_plan *p)
{
    push(c, p);
    if (++c->plan_count <= WGI_PLANS) return;
    wgi_plan *last = p;
    while (last->next) last = last->next;
    wgi_plan_drop(c, last);
}
