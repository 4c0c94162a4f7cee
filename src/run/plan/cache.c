/* cache.c: the plans of a context. A plan is found in two ways: by the place of the request, which is
 * known at once, and by the structure of what the request reaches. Both begin with a hash and end with a
 * comparison. So two requests with the same hash cost time and are never mistaken for each other. */
#include "run/plan/plan.h"

/* ---- by place ---- */

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

/* Hash of a request and of all nodes below it. */
static uint64_t spot_of(const wg_graph *g, const wgi_request *r)
{
    uint64_t h = g->node[wgi_plan_end(g, r) - 1].hash;
    h = wgi_mix(h, (uint64_t)r->backward << 62 | (uint64_t)r->look << 61 | (uint64_t)r->loss << 24 |
                       (uint64_t)r->targets);
    for (int i = 0; i < r->roots; i++) h = wgi_mix(h, r->root[i]);
    for (int i = 0; i < r->targets; i++) h = wgi_mix(h, r->target[i]);
    return h;
}

uint64_t wgi_plan_place(const wg_graph *g, const wgi_request *r)
{
#ifdef WG_HOSTILE
    (void)g, (void)r;
    return 1;
#else
    return wgi_mix(spot_of(g, r), g->now.trail);
#endif
}

static bool same_nodes(const wgi_plan *p, const uint32_t *local, int n, const uint32_t *list, int m)
{
    bool same = n == m;
    for (int k = 0; k < n && same; k++) same = p->of.at[local[k]] == list[k];
    return same;
}

/* The graph's number `structure` says that its nodes are the same, and the trail that the same ones have a
 * value. */
static bool is_at(const wgi_plan *p, const wg_graph *g, const wgi_request *r)
{
    const wgi_structure *s = &p->of;
    return p->structure == g->build.structure && p->trail == g->now.trail && s->mode == g->mode &&
           s->backward == r->backward && (s->keeps == WGI_KEEP_LOOK) == r->look &&
           (!s->backward || s->at[s->loss] == r->loss) &&
           same_nodes(p, s->root, s->roots, r->root, r->roots) &&
           same_nodes(p, s->target, s->targets, r->target, r->targets);
}

wgi_plan *wgi_plan_at(const wg_graph *g, const wgi_request *r, uint64_t place)
{
    for (wgi_plan *p = g->c->plans; p; p = p->next)
        if (p->place == place && is_at(p, g, r)) return wgi_plan_to_front(g->c, p);
    return NULL;
}

/* ---- by structure ---- */

wgi_plan *wgi_plan_find(wg_context *c, const wgi_structure *s)
{
    for (wgi_plan *p = c->plans; p; p = p->next)
        if (p->of.key == s->key && wgi_structure_equal(&p->of, s)) return wgi_plan_to_front(c, p);
    return NULL;
}

/* ---- what a plan should keep ---- */

bool wgi_plan_is_due(const wgi_plan *p)
{
    return p->stale || (p->of.keeps == WGI_KEEP_ALL && p->wishes < p->spared);
}

/* A request at a place where a plan that keeps all has run. serial: of the last such evaluation. */
typedef struct wgi_spot {
    uint64_t spot, serial, lineage;
} spot;

enum { SPOTS = 4096 };

static spot *spot_at(wg_context *c, uint64_t h)
{
    if (!c->spots) c->spots = wg_alloc(c, SPOTS, sizeof *c->spots);
    return c->spots ? &c->spots[h >> 40 & (SPOTS - 1)] : NULL;
}

bool wgi_plan_has_learned(const wg_graph *g, const wgi_request *r, const wgi_plan *p)
{
    const uint64_t h = spot_of(g, r);
    const spot *s = spot_at(g->c, h);
    return s && s->spot == h && s->serial != g->now.serial && s->lineage == p->lineage;
}

void wgi_plan_learn(const wg_graph *g, const wgi_request *r, const wgi_plan *p)
{
    const uint64_t h = spot_of(g, r);
    spot *s = spot_at(g->c, h);
    if (s) *s = (spot){ h, g->now.serial, p->lineage };
}

/* Whether an evaluation that is open has run p with the list of.at, which then must not change. */
static bool list_is_in_use(const wgi_plan *p)
{
    for (const wg_graph *g = p->c->graphs; g; g = g->next)
        if (g->now.open && g->now.serial == p->at_serial) return true;
    return false;
}

const uint32_t *wgi_plan_adopt(wg_graph *g, wgi_plan *p, const wgi_structure *s, uint64_t place)
{
    uint32_t *at = p->of.at;
    p->leaves = 0, p->by = NULL;
    if (list_is_in_use(p)) {
        at = wgi_arena_alloc(&g->values, sizeof *at * s->n);
    } else {
        p->place = place, p->trail = g->now.trail;
        p->structure = g->build.structure;
    }
    return at ? memcpy(at, s->at, sizeof *at * s->n) : NULL;
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
        for (size_t i = 0; i < g->now.rans; i++)
            if (g->now.ran[i].plan == p) g->now.ran[i].plan = NULL;
        if (g->run.last == p) g->run.last = NULL;
    }
    unlink_plan(c, p);
    c->plan_bytes -= wgi_arena_bytes(&p->arena);
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

void wgi_plan_add(wg_context *c, wgi_plan *p)
{
    push(c, p);
    c->plan_count++;
    c->plan_bytes += wgi_arena_bytes(&p->arena);
    while (p->next && (c->plan_count > WGI_PLANS || c->plan_bytes > WGI_PLAN_BYTES)) {
        wgi_plan *last = p;
        while (last->next) last = last->next;
        wgi_plan_drop(c, last);
    }
}
