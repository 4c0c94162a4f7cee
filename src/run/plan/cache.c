/* plan_cache.c: a request's way: a plan found by key and confirmed, or the derivative made, then compiled or interpreted.
 * A collision of keys costs time, never truth. */
#include "run/plan/plan.h"

/* ---- the key ---- */

static uint32_t end_of(const wg_graph *g, const wgi_request *r)
{
    uint32_t last = 0;
    for (int i = 0; i < r->roots; i++) {
        const wgi_node *n = &g->node[r->root[i]];
        int             outputs = n->op->outputs ? n->op->outputs : 1;
        last = WGI_MAX(last, r->root[i] - n->output + (uint32_t)outputs - 1);
    }
    if (r->backward) last = WGI_MAX(last, r->loss);
    for (int i = 0; i < r->targets; i++) last = WGI_MAX(last, r->target[i]);
    return last + 1;
}

static uint64_t key_of(const wg_graph *g, const wgi_request *r, uint32_t end)
{
#ifdef WG_HOSTILE
    (void)g, (void)r, (void)end;
    return 1;
#else
    uint64_t h = wgi_mix(g->node[end - 1].hash, g->trail);
    h = wgi_mix(h, (uint64_t)r->backward << 62 | (uint64_t)r->loss << 24 | (uint64_t)r->targets);
    for (int i = 0; i < r->roots; i++) h = wgi_mix(h, r->root[i]);
    for (int i = 0; i < r->targets; i++) h = wgi_mix(h, r->target[i]);
    return h;
#endif
}

static bool same_node(const wgi_node *a, const wgi_node *b)
{
    if (a->op != b->op || a->shape != b->shape || a->dtype != b->dtype || a->operands != b->operands || a->output != b->output)
        return false;
    if (a->op->kind == WG_LEAF) return true;
    if (a->operands && memcmp(wgi_in(a), wgi_in(b), sizeof(uint32_t) * a->operands) != 0) return false;
    return !a->op->attr_size || wgi_attr_equal(a->op, a->attr, b->attr);
}

static bool same_list(const uint32_t *a, int n, const uint32_t *b, int m)
{
    return n == m && (!n || memcmp(a, b, sizeof *a * (size_t)n) == 0);
}

static bool same_nodes(wgi_plan *p, const wg_graph *g)
{
    if (p->structure == g->structure) return true;
    for (uint32_t i = 0; i < p->end; i++)
        if (!same_node(&p->node[i], &g->node[i])) return false;
    p->structure = g->structure;
    return true;
}

static bool confirmed(wgi_plan *p, const wg_graph *g, const wgi_request *r, uint32_t end)
{
    return p->end == end && p->backward == r->backward && p->loss == r->loss && p->mode == g->mode && p->trail == g->trail &&
           same_list(p->root, p->roots, r->root, r->roots) && same_list(p->target, p->targets, r->target, r->targets) &&
           same_nodes(p, g);
}

/* ---- the cache: most recently used first ---- */

static void plan_free(wg_context *c, wgi_plan *p)
{
    for (wg_graph *g = c->graphs; g; g = g->next) { /* an open evaluation may have run it */
        for (int i = 0; i < g->rans; i++)
            if (g->ran[i] == p) g->ran[i--] = g->ran[--g->rans];
        if (g->asked.request.plan == p) g->asked.request.plan = NULL;
    }
    wgi_arena_free(&p->arena);
    wg_free(c, p);
    c->plan_count--;
}

void wgi_plans_free(wg_context *c)
{
    while (c->plans) {
        wgi_plan *p = c->plans;
        c->plans = p->next;
        plan_free(c, p);
    }
}

static wgi_plan *to_front(wg_context *c, wgi_plan **at)
{
    wgi_plan *p = *at;
    *at = p->next;
    p->next = c->plans;
    return c->plans = p;
}

static wgi_plan *find(wg_context *c, const wg_graph *g, const wgi_request *r, uint64_t key, uint32_t end)
{
    for (wgi_plan **at = &c->plans; *at; at = &(*at)->next)
        if ((*at)->key == key && confirmed(*at, g, r, end)) return to_front(c, at);
    return NULL;
}

static void enter(wg_context *c, wgi_plan *p)
{
    p->next = c->plans;
    c->plans = p;
    if (++c->plan_count <= WGI_PLANS) return;
    wgi_plan **at = &c->plans;
    while ((*at)->next) at = &(*at)->next;
    wgi_plan *last = *at;
    *at = NULL;
    plan_free(c, last);
}

static void drop(wg_context *c, wgi_plan *p)
{
    wgi_plan **at = &c->plans;
    while (*at != p) at = &(*at)->next;
    *at = p->next;
    plan_free(c, p);
}

/* ---- compile when it pays ---- */

enum { SEEN = 4096 };

/* True at the second sight of a key. */
static bool seen_before(wg_context *c, uint64_t key)
{
    if (!c->seen) c->seen = wg_alloc(c, SEEN, sizeof *c->seen);
    if (!c->seen) return false;
    if (c->seen_count > SEEN / 2) {
        memset(c->seen, 0, SEEN * sizeof *c->seen);
        c->seen_count = 0;
    }
    key += !key;
    uint32_t i = (uint32_t)(key >> 20) % SEEN;
    while (c->seen[i] && c->seen[i] != key) i = (i + 1) % SEEN;
    if (c->seen[i]) return true;
    c->seen[i] = key;
    c->seen_count++;
    return false;
}

/* Large values or much work a node are worth compiling at first sight. */
static bool pays(wg_graph *g, uint64_t key)
{
    int how = g->c->o.interpret;
    return how < 0 || (how == 0 && (g->weight / g->count > 1024 || seen_before(g->c, key)));
}

/* ---- requests that follow: an earlier plan should have kept what this one needs ---- */

static void wish_for(wgi_plan *p, const uint32_t *wish, int wishes)
{
    uint32_t *all = wgi_arena_alloc(&p->arena, sizeof *all * (size_t)(p->wishes + wishes));
    if (!all || !wishes) return;
    int n = 0;
    for (; n < p->wishes; n++) all[n] = p->wish[n];
    for (int i = 0; i < wishes; i++) {
        bool have = false;
        for (int j = 0; j < n && !have; j++) have = all[j] == wish[i];
        if (!have) all[n++] = wish[i];
    }
    p->stale |= n > p->wishes;
    p->wish = all;
    p->wishes = n;
}

/* The frontier: nodes that an earlier plan of this evaluation made and did not keep, read by nodes that it did not make. */
static bool remember(wg_graph *g, const wgi_request *r, const wg_node gx[])
{
    if (!g->rans) return true;
    unsigned char *need = wgi_arena_alloc(&g->temp, g->count);
    uint32_t      *wish = wgi_arena_alloc(&g->temp, sizeof *wish * g->count);
    if (!need || !wish) return false;
    memset(need, 0, g->count);
    for (int i = 0; i < r->roots; i++) need[r->root[i]] = 1;
    for (int i = 0; i < r->targets; i++)
        if (!wg_is_none(gx[i])) need[gx[i].index] = 1;
    int wishes = 0;
    for (uint32_t i = g->count; i-- > 1;) {
        const wgi_node *n = &g->node[i];
        if (!need[i] || wgi_is_leaf(n) || g->value[i]) continue;
        bool made = false;
        for (int k = 0; k < g->rans; k++) made |= wgi_plan_makes(g->ran[k], i);
        if (made) {
            wish[wishes++] = i;
            continue;
        }
        for (uint32_t k = 0; k < n->operands; k++) need[wgi_in(n)[k]] = 1;
        if (n->output) need[i - n->output] = 1;
    }
    for (int k = 0; k < g->rans && wishes; k++) {
        int mine = 0;
        for (int i = 0; i < wishes; i++)
            if (wgi_plan_makes(g->ran[k], wish[i])) {
                uint32_t t = wish[mine];
                wish[mine++] = wish[i];
                wish[i] = t;
            }
        wish_for(g->ran[k], wish, mine);
    }
    return true;
}

/* ---- one request ---- */

/* The derivative shares no number with the user's nodes: those may differ at the next run, its own are part of the plan. */
static bool derive(wg_graph *g, wgi_request *r, wg_node gx[])
{
    wg_node *x = wgi_arena_alloc(&g->temp, sizeof *x * (size_t)WGI_MAX(r->targets, 1));
    if (!x) return false;
    for (int i = 0; i < r->targets; i++) x[i] = wgi_handle(g, r->target[i]);
    wgi_number users[WGI_NUMBERS];
    memcpy(users, g->number, sizeof users);
    memset(g->number, 0, sizeof g->number);
    wg_site in = wg_inside(r->here);
    wg_node loss = wgi_handle(g, r->loss), one = wgi_leaf_number(g, in, 1, wg_node_dtype(loss));
    bool    ok = wg_node_ok(one) && wgi_reverse(g, in, &loss, &one, 1, x, r->targets, gx, &r->blocked);
    memcpy(g->number, users, sizeof users);
    return ok;
}

/* Without plan and without nodes for gradients. */
static bool sweep(wg_graph *g, wgi_request *r)
{
    if (!r->backward || (r->roots && !wgi_interpret(g, r->root, r->roots)) || !wgi_sweep(g, r)) return false;
    for (int i = 0; i < r->roots; i++) wgi_root_done(g, r, r->root[i]);
    return true;
}

static bool interpret(wg_graph *g, const wgi_request *r, const wg_node gx[])
{
    uint32_t *all = wgi_arena_alloc(&g->temp, sizeof *all * (size_t)(r->roots + r->targets + 1));
    int       n = 0;
    if (!all) return false;
    for (int i = 0; i < r->roots; i++) all[n++] = r->root[i];
    for (int i = 0; i < r->targets; i++)
        if (!wg_is_none(gx[i])) all[n++] = gx[i].index;
    if (!wgi_interpret(g, all, n)) return false;
    for (int i = 0; i < r->roots; i++) wgi_root_done(g, r, r->root[i]);
    for (int i = 0; i < r->targets; i++) {
        r->reached[i] = !wg_is_none(gx[i]);
        if (r->reached[i]) {
            const wgi_node *m = &g->node[gx[i].index];
            memcpy(r->into[i], wgi_value(g, gx[i].index), (size_t)wgi_size(m->shape) * wg_dtype_size((wg_dtype)m->dtype));
        }
    }
    return true;
}

static bool run_plan(wg_graph *g, wgi_plan *p, wgi_request *r, uint64_t key)
{
    r->plan = p, r->key = key;
    if (!wgi_plan_run(g, p, r)) return false;
    if (g->rans < (int)(sizeof g->ran / sizeof *g->ran)) g->ran[g->rans++] = p;
    g->trail = wgi_mix(wgi_mix(g->trail, key), p->serial);
    return true;
}

/* The derivative's nodes are forgotten, with what they allocated. */
static void forget(wg_graph *g, uint32_t mark, wgi_place place)
{
    wgi_forget(g, mark);
    wgi_arena_rewind(&g->arena, place);
}

static bool run_new(wg_graph *g, wgi_request *r, uint64_t key, uint32_t end, const uint32_t *wish, int wishes)
{
    uint32_t  mark = g->count;
    wgi_place place = wgi_arena_place(&g->arena);
    bool      compile = wishes >= 0 || pays(g, key);
    if (!compile && sweep(g, r)) {
        g->trail = wgi_mix(g->trail, wgi_mix(key, 0x5EE9));
        return true;
    }
    if (!wgi_ok(g->c)) return false;
    wg_node *gx = wgi_arena_alloc(&g->temp, sizeof *gx * (size_t)WGI_MAX(r->targets, 1));
    bool     ok = gx && (!r->backward || derive(g, r, gx)) && remember(g, r, gx);
    if (ok && compile) {
        wgi_plan *p = wgi_plan_compile(g, r, gx, end, wish, WGI_MAX(wishes, 0));
        ok = p != NULL;
        if (ok) {
            p->key = key;
            p->blocked = r->blocked;
            enter(g->c, p);
        }
        forget(g, mark, place);
        return ok && run_plan(g, p, r, key);
    }
    ok = ok && interpret(g, r, gx);
    forget(g, mark, place);
    g->trail = wgi_mix(g->trail, wgi_mix(key, 0x1117 + (uint64_t)!ok));
    return ok;
}

bool wgi_run(wg_graph *g, wgi_request *r)
{
    if (!r->roots && !r->targets) return true;
    uint32_t  end = end_of(g, r);
    uint64_t  key = key_of(g, r, end);
    wgi_plan *p = g->c->o.interpret > 0 ? NULL : find(g->c, g, r, key, end);
    if (p && p->stale) {
        uint32_t *wish = wgi_arena_alloc(&g->temp, sizeof *wish * (size_t)p->wishes);
        int       wishes = p->wishes;
        if (!wish) return false;
        memcpy(wish, p->wish, sizeof *wish * (size_t)wishes);
        drop(g->c, p);
        return run_new(g, r, key, end, wish, wishes);
    }
    return p ? run_plan(g, p, r, key) : run_new(g, r, key, end, NULL, -1);
}

bool wgi_run_known(wg_graph *g, wgi_request *r)
{
    wgi_plan **at = &g->c->plans;
    while (*at != r->plan) at = &(*at)->next;
    return run_plan(g, to_front(g->c, at), r, r->key);
}
