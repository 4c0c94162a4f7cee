/* cache.c: the plans of a context. A plan is found in two ways: by the place of the request, which is
 * known at once, and by the structure of what the request reaches. Both begin with a hash and end with a
 * comparison. So two requests with the same hash cost time and are never mistaken for each other. */
#include "run/plan/plan.h"

/* ---- by place ---- */

/* Hash of a request and of all nodes below it. */
static uint64_t hash_of(const wg_graph *g, const wgi_request *r)
{
    uint64_t h = g->node[wgi_request_end(g, r) - 1].hash;
    h = wgi_mix(h, (uint64_t)r->backward << 62 | (uint64_t)r->look << 61 |
                       (uint64_t)(r->along != NULL) << 60 | (uint64_t)r->loss << 24 | (uint64_t)r->targets);
    for (int i = 0; i < r->roots; i++) h = wgi_mix(h, r->root[i]);
    for (int i = 0; i < r->targets; i++) h = wgi_mix(h, r->target[i]);
    return h;
}

uint64_t wgi_plan_place(const wg_graph *g, const wgi_request *r)
{
#ifdef WG_HOSTILE
    return 1;
#else
    return wgi_mix(hash_of(g, r), g->now.trail);
#endif
}

static bool same_nodes(const uint32_t *at, const uint32_t *local, int n, const uint32_t *list, int m)
{
    bool same = n == m;
    for (int k = 0; k < n && same; k++) same = at[local[k]] == list[k];
    return same;
}

/* The graph's number `structure` says that its nodes are the same, and the trail that the same ones have a
 * value. */
static bool is_at(const wgi_plan_use *k, const wg_graph *g, const wgi_request *r)
{
    const wgi_structure *s = &k->plan->of;
    return k->structure == g->build.structure && k->trail == g->now.trail && s->mode == g->mode &&
           s->backward == r->backward && s->along == (r->along != NULL) &&
           (s->keeps == WGI_KEEP_LOOK) == r->look && (!s->backward || k->at[s->loss] == r->loss) &&
           same_nodes(k->at, s->root, s->roots, r->root, r->roots) &&
           same_nodes(k->at, s->target, s->targets, r->target, r->targets);
}

enum { BUCKETS = 1 << 12 };

typedef struct wgi_plan_tables {
    wgi_plan_use *place[BUCKETS];
    wgi_plan *key[BUCKETS];
} tables;

static uint32_t bucket_of(uint64_t h) { return (uint32_t)(h >> 20) % BUCKETS; }

/* Graphs of one structure have the same place, each with its own number `structure`. */
static wgi_plan_use **first_at(wg_context *c, uint64_t place, uint64_t structure)
{
    return &c->plans.tables->place[bucket_of(wgi_mix(place, structure))];
}

wgi_plan_use *wgi_plan_at(const wg_graph *g, const wgi_request *r, uint64_t place)
{
    wgi_plan_use *k = g->c->plans.tables ? *first_at(g->c, place, g->build.structure) : NULL;
    for (; k; k = k->next)
        if (k->place == place && is_at(k, g, r)) return k;
    return NULL;
}

static void use_unlink(wg_context *c, const wgi_plan_use *k)
{
    wgi_plan_use **at = first_at(c, k->place, k->structure);
    while (*at != k) at = &(*at)->next;
    *at = k->next;
}

/* ---- by structure ---- */

wgi_plan *wgi_plan_peek(const wg_context *c, const wgi_structure *s)
{
    for (wgi_plan *p = c->plans.tables ? c->plans.tables->key[bucket_of(s->key)] : NULL; p; p = p->next)
        if (p->of.key == s->key && wgi_structure_equal(&p->of, s)) return p;
    return NULL;
}

wgi_plan *wgi_plan_find(wg_context *c, const wgi_structure *s)
{
    wgi_plan *p = wgi_plan_peek(c, s);
    return p ? wgi_plan_to_front(c, p) : NULL;
}

/* ---- what a plan should keep ---- */

bool wgi_plan_is_due(const wgi_plan *p) { return p->stale || (p->of.keeps == WGI_KEEP_ALL && p->idle > 0); }

/* A request at a place where a plan that keeps all has run. serial: of the last such evaluation. */
typedef struct wgi_learned {
    uint64_t learned, serial, lineage;
} learned;

enum { LEARNED = 4096 };

static learned *learned_at(wg_context *c, uint64_t h)
{
    if (!c->plans.learned) c->plans.learned = wg_alloc(c, LEARNED, sizeof *c->plans.learned);
    return c->plans.learned ? &c->plans.learned[h >> 40 & (LEARNED - 1)] : NULL;
}

bool wgi_plan_has_learned(const wg_graph *g, const wgi_request *r, const wgi_plan *p)
{
    const uint64_t h = hash_of(g, r);
    const learned *s = learned_at(g->c, h);
    return s && s->learned == h && s->serial != g->now.serial && s->lineage == p->lineage;
}

void wgi_plan_learn(const wg_graph *g, const wgi_request *r, const wgi_plan *p)
{
    const uint64_t h = hash_of(g, r);
    learned *s = learned_at(g->c, h);
    if (s) *s = (learned){ h, g->now.serial, p->lineage };
}

/* ---- places of a plan ---- */

/* Whether an evaluation that is open has run its plan with this list, which then must not change. A graph
 * that was freed has no open evaluation: its memory stays. */
static bool is_in_use(const wgi_plan_use *k)
{
    return k->by && k->by->now.open && k->by->now.serial == k->serial;
}

/* Of the next places the one that was not used for longest; NULL: they are all in use. At most WGI_PLACES are
 * looked at, and the next search goes on behind them. */
static wgi_plan_use *oldest_place(wgi_plan *p)
{
    wgi_plan_use *old = NULL;
    for (int i = WGI_MIN(p->place_count, WGI_PLACES); i > 0; i--, p->probes++) {
        wgi_plan_use *k = p->next_place ? p->next_place : p->places;
        p->next_place = k->of_plan;
        if (!is_in_use(k) && (!old || k->serial < old->serial)) old = k;
    }
    return old;
}

/* A further place of p, or one that is not in use. NULL: those that were looked at are in use, or out of
 * memory. */
static wgi_plan_use *free_place(wgi_plan *p)
{
    const bool full = sizeof *p->of.at * p->of.n * (size_t)p->place_count > WGI_PLACE_BYTES ||
                      p->place_count >= WGI_PLACES * (1 + p->c->graphs.count / WGI_PLACES);
    wgi_plan_use *old = p->place_count < WGI_PLACES || full ? oldest_place(p) : NULL;
    if (old || full) return old;
    const size_t before = wgi_arena_bytes(&p->arena);
    wgi_plan_use *k = wgi_plan_keep(p, 1, sizeof *k);
    if (k) k->at = wgi_plan_keep(p, p->of.n, sizeof *k->at);
    p->c->plans.bytes += wgi_arena_bytes(&p->arena) - before;
    if (!k || !k->at) return NULL;
    k->plan = p, k->of_plan = p->places;
    p->place_count++;
    return p->places = k;
}

/* Drops the oldest plans that do not run, but not `keep`, until the others fit. */
static void trim(wg_context *c, const wgi_plan *keep)
{
    for (wgi_plan *p = c->plans.oldest, *newer;
         p && (c->plans.count > WGI_PLANS || c->plans.bytes > (size_t)c->o.plan_bytes); p = newer) {
        newer = p->newer;
        if (p != keep && !p->running) wgi_plan_drop(c, p);
    }
}

bool wgi_plan_adopt(wg_graph *g, wgi_plan *p, const wgi_structure *s, wgi_request *r)
{
    wgi_plan_use *k = r->use = free_place(p);
    p->leaves = 0, p->by = NULL;
    r->at = NULL;
    uint32_t *at = k ? k->at : wgi_arena_alloc(&g->values, sizeof *at * s->n);
    trim(g->c, p);
    if (!at) return false;
    r->at = memcpy(at, s->at, sizeof *at * s->n);
    if (!k) return true;
    if (k->serial) use_unlink(g->c, k);
    k->place = r->place, k->trail = g->now.trail, k->structure = g->build.structure;
    k->serial = g->now.serial, k->by = g;
    wgi_plan_use **first = first_at(g->c, k->place, k->structure);
    k->next = *first;
    *first = k;
    return true;
}

/* ---- the cache: most recently used first ---- */

static void push(wg_context *c, wgi_plan *p)
{
    p->newer = NULL, p->older = c->plans.first;
    *(c->plans.first ? &c->plans.first->newer : &c->plans.oldest) = p;
    c->plans.first = p;
}

static void pull(wg_context *c, const wgi_plan *p)
{
    *(p->newer ? &p->newer->older : &c->plans.first) = p->older;
    *(p->older ? &p->older->newer : &c->plans.oldest) = p->newer;
}

static void forget(wg_context *c, const wgi_plan *p)
{
    wgi_plan **at = &c->plans.tables->key[bucket_of(p->of.key)];
    while (*at != p) at = &(*at)->next;
    *at = p->next;
    for (const wgi_plan_use *k = p->places; k; k = k->of_plan)
        if (k->serial) use_unlink(c, k);
}

void wgi_plan_drop(wg_context *c, wgi_plan *p)
{
    for (wg_graph *g = c->graphs.first; g; g = g->next) { /* graphs that refer to it */
        for (size_t i = 0; i < g->now.rans; i++)
            if (g->now.ran[i].plan == p) g->now.ran[i].plan = NULL;
        if (g->run.last == p) g->run.last = NULL;
    }
    forget(c, p);
    pull(c, p);
    c->plans.bytes -= wgi_arena_bytes(&p->arena);
    wgi_plan_free(p);
    c->plans.count--;
}

wgi_plan *wgi_plan_to_front(wg_context *c, wgi_plan *p)
{
    if (c->plans.first == p) return p;
    pull(c, p);
    push(c, p);
    return p;
}

void wgi_plan_to_end(wg_context *c, wgi_plan *p)
{
    if (c->plans.oldest == p) return;
    pull(c, p);
    p->newer = c->plans.oldest, p->older = NULL;
    c->plans.oldest->older = p;
    c->plans.oldest = p;
}

bool wgi_plan_add(wg_context *c, wgi_plan *p)
{
    if (!c->plans.tables) c->plans.tables = wg_alloc(c, 1, sizeof *c->plans.tables);
    if (!c->plans.tables) {
        wgi_plan_free(p);
        return false;
    }
    wgi_plan **first = &c->plans.tables->key[bucket_of(p->of.key)];
    p->next = *first;
    *first = p;
    push(c, p);
    c->plans.count++;
    c->plans.bytes += wgi_arena_bytes(&p->arena);
    trim(c, p);
    return true;
}
