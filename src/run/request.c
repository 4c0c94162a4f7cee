/* request.c: chooses how a request is answered: by a plan in the cache, by a new plan, by the tape, or by
 * the interpreter. */
#include "run/plan/plan.h"

#include <stdio.h>

/* ---- compile when it pays ---- */

/* A request that was interpreted. spent: the work of all its runs (wgi_spent_on), divided by the number of
 * nodes, which is what compiling costs. */
typedef struct wgi_sight {
    uint64_t key;
    double spent;
} sight;

#ifdef WG_HOSTILE
enum { SEEN = 4096, COMPILE = 2 };
#else
enum { SEEN = 4096, COMPILE = 32 }; /* COMPILE: what compiling a node costs, in units of wgi_spent_on */
#endif

/* The record of a key, or the free record for it. NULL: out of memory. */
static sight *sight_of(wg_context *c, uint64_t key)
{
    if (!c->seen) c->seen = wg_alloc(c, SEEN, sizeof *c->seen);
    if (!c->seen) return NULL;
    uint32_t i = (uint32_t)(key >> 20) % SEEN;
    while (c->seen[i].key && c->seen[i].key != key) i = (i + 1) % SEEN;
    return &c->seen[i];
}

/* Adds g->run.spent to the record of a request that was interpreted. */
static void note(wg_graph *g, uint64_t key)
{
    wg_context *c = g->c;
    if (c->o.interpret || !c->seen) return;
    if (c->seen_count > SEEN / 2) {
        memset(c->seen, 0, SEEN * sizeof *c->seen);
        c->seen_count = 0;
    }
    sight *s = sight_of(c, key += !key);
    c->seen_count += !s->key;
    s->key = key;
    s->spent += g->run.spent / g->count;
}

/* A small graph is compiled when it is seen for the second time. A large graph is compiled when
 * interpreting it has cost as much as compiling it would. Scalar nodes that the tape runs do not count: a
 * plan would not run them faster. So a large program of scalars is never compiled. */
static bool has_paid(const wg_graph *g, uint64_t key)
{
    const sight *s = sight_of(g->c, key + !key);
    return s && s->key && (g->count < WGI_SHARE_FROM || s->spent >= COMPILE);
}

/* Whether to compile now. Large values, or much work for each node, are worth it at the first request. */
static bool pays(wg_graph *g, uint64_t key)
{
    int how = g->c->o.interpret;
    return how < 0 || (how == 0 && (g->weight / g->count > 1024 || has_paid(g, key)));
}

/* ---- wishes: values that an earlier plan of the evaluation should have left behind ---- */

/* Adds the nodes of `wish` that p makes to the wishes of p. */
static void wish_for(wg_graph *g, wgi_plan *p, const uint32_t *wish, int wishes)
{
    uint32_t *all = wgi_arena_alloc(&p->arena, sizeof *all * (size_t)(p->wishes + wishes));
    if (!all) return;
    int n = 0;
    for (; n < p->wishes; n++) {
        all[n] = p->wish[n];
        g->marked[all[n]] = 1;
    }
    for (int i = 0; i < wishes; i++)
        if (wgi_plan_makes(p, wish[i]) && !g->marked[wish[i]]) all[n++] = wish[i];
    for (int i = 0; i < p->wishes; i++) g->marked[p->wish[i]] = 0;
    p->stale |= n > p->wishes;
    p->wish = all;
    p->wishes = n;
}

static bool was_made(const wg_graph *g, uint32_t i)
{
    for (int k = 0; k < g->now.rans; k++)
        if (wgi_plan_makes(g->now.ran[k], i)) return true;
    return false;
}

/* Finds the nodes that this request has to compute a second time: an earlier plan of this evaluation computed
 * them and did not keep their values. If one such node is an operand of another, only the other is noted: a
 * plan that keeps its value makes the operand unnecessary. Returns false when memory is missing. */
static bool note_wishes(wg_graph *g, const wgi_asked *a)
{
    if (!g->now.rans) return true;
    unsigned char *need = wgi_arena_alloc(&g->temp, g->count);
    uint32_t *wish = wgi_arena_alloc(&g->temp, sizeof *wish * g->count);
    if (!need || !wish) return false;
    memset(need, 0, g->count);
    for (int i = 0; i < a->count; i++) need[a->node[i]] = 1;
    int wishes = 0;
    for (uint32_t i = g->count; i-- > 1;) {
        const wgi_node *n = &g->node[i];
        if (!need[i] || wgi_is_leaf(n) || g->value[i]) continue;
        if (was_made(g, i)) {
            wish[wishes++] = i;
            continue;
        }
        for (uint32_t k = 0; k < n->operands; k++) need[wgi_in(n)[k]] = 1;
        if (n->output) need[i - n->output] = 1;
    }
    for (int k = 0; k < g->now.rans && wishes; k++) wish_for(g, g->now.ran[k], wish, wishes);
    return true;
}

/* ---- one request ---- */

/* Appends the nodes of the gradients. They must not use the leaves of the user's numbers: those may have
 * other values when the plan runs again, while numbers of the derivative are part of the plan. So the
 * table of numbers is emptied meanwhile. */
static bool derive(wg_graph *g, wgi_request *r, wg_node gx[])
{
    wg_node *x = wgi_arena_alloc(&g->temp, sizeof *x * (size_t)WGI_MAX(r->targets, 1));
    if (!x) return false;
    for (int i = 0; i < r->targets; i++) x[i] = wgi_handle(g, r->target[i]);
    wgi_number users[WGI_NUMBERS];
    memcpy(users, g->plain.number, sizeof users);
    memset(g->plain.number, 0, sizeof g->plain.number);
    wg_site in = wg_inside(r->here);
    wg_node loss = wgi_handle(g, r->loss), one = wgi_leaf_number(g, in, 1, wg_node_dtype(loss));
    bool ok = wg_node_ok(one) && wgi_reverse(g, in, &loss, &one, 1, x, r->targets, gx, &r->blocked);
    memcpy(g->plain.number, users, sizeof users);
    return ok;
}

/* Lists what the request asks for. stale: a plan whose wishes are asked for too, or NULL. */
static bool ask(wg_graph *g, const wgi_request *r, const wg_node gx[], const wgi_plan *stale, wgi_asked *a)
{
    const int wishes = stale ? stale->wishes : 0;
    *a = (wgi_asked){ .values = r->roots + wishes };
    a->node = wgi_arena_alloc(&g->temp, sizeof *a->node * (size_t)(a->values + r->targets));
    if (!a->node) return false;
    for (int i = 0; i < r->roots; i++) a->node[a->count++] = r->root[i];
    for (int i = 0; i < wishes; i++) a->node[a->count++] = stale->wish[i];
    for (int i = 0; i < r->targets; i++)
        if (!wg_is_none(gx[i])) a->node[a->count++] = gx[i].index;
    return true;
}

/* Answers a backward request without a plan and without nodes for gradients. False: the tape cannot. */
static bool run_tape(wg_graph *g, wgi_request *r)
{
    if (wgi_without(g->c, WG_WITHOUT_TAPE) || !r->backward ||
        (r->roots && !wgi_interpret(g, r->root, r->roots)) || !wgi_tape_backward(g, r))
        return false;
    wgi_roots_done(g, r);
    return true;
}

static bool interpret(wg_graph *g, const wgi_request *r, const wg_node gx[], const wgi_asked *a)
{
    if (!wgi_interpret(g, a->node, a->count)) return false;
    wgi_roots_done(g, r);
    for (int i = 0; i < r->targets; i++) {
        const uint32_t n = gx[i].index;
        r->reached[i] = !wg_is_none(gx[i]);
        if (r->reached[i]) memcpy(r->into[i], wgi_value(g, n), wgi_value_bytes(&g->node[n]));
    }
    return true;
}

/* Reports how a request is answered, and why. */
static void trace(const wg_graph *g, const wgi_request *r, const char *way, const char *why)
{
    char root[40] = "";
    uint32_t first = r->backward ? r->loss : r->roots ? r->root[0] : 0;
    snprintf(root, sizeof root, "node %u (%s)", first, g->node[first].op->name);
    wgi_say(g->c, "request: %s: %s of %s, %d roots, %d gradients, nodes [0, %u): %s: %s",
            *wg_site_place(r->here) ? wg_site_place(r->here) : "?", r->backward ? "backward" : "read", root,
            r->roots, r->targets, wgi_plan_end(g, r), way, why);
}
#define TRACE(g, r, way, why) ((g)->c->o.trace & WG_TRACE_REQUEST ? trace(g, r, way, why) : (void)0)

static bool run_plan(wg_graph *g, wgi_plan *p, wgi_request *r, uint64_t key)
{
    r->plan = p, r->key = key;
    if (!wgi_plan_run(g, p, r)) return false;
    if (g->now.rans < (int)(sizeof g->now.ran / sizeof *g->now.ran)) g->now.ran[g->now.rans++] = p;
    g->now.trail = wgi_mix(wgi_mix(g->now.trail, key), p->serial);
    return true;
}

/* Removes the nodes of the derivative, and their memory. */
static void forget(wg_graph *g, uint32_t mark, wgi_place place)
{
    wgi_forget(g, mark);
    wgi_arena_rewind(&g->arena, place);
}

static wgi_plan *compile(wg_graph *g, const wgi_request *r, uint64_t key, uint32_t end, const wg_node gx[],
                         const wgi_asked *a, wgi_plan *stale)
{
    wgi_plan *p = wgi_plan_compile(g, r, gx, end, a);
    if (!p) return NULL;
    if (stale) wgi_plan_drop(g->c, stale);
    p->key = key;
    p->blocked = r->blocked;
    wgi_plan_add(g->c, p);
    return p;
}

/* Answers a request for which there is no plan, or a stale one: it is replaced. */
static bool run_new(wg_graph *g, wgi_request *r, uint64_t key, uint32_t end, wgi_plan *stale)
{
    uint32_t mark = g->count;
    wgi_place place = wgi_arena_place(&g->arena);
    bool compiles = stale || pays(g, key);
    wgi_asked a;
    g->run.spent = 0;
    if (!compiles && run_tape(g, r)) {
        TRACE(g, r, "tape", "a program of scalars, which has not been worth a plan");
        note(g, key);
        g->now.trail = wgi_mix(g->now.trail, wgi_mix(key, 0x5EE9));
        return true;
    }
    if (!wgi_ok(g->c)) return false;
    wg_node *gx = wgi_arena_alloc(&g->temp, sizeof *gx * (size_t)WGI_MAX(r->targets, 1));
    bool ok = gx && (!r->backward || derive(g, r, gx)) && ask(g, r, gx, stale, &a) && note_wishes(g, &a);
    if (ok && compiles) {
        wgi_plan *p = compile(g, r, key, end, gx, &a, stale);
        forget(g, mark, place);
        TRACE(g, r, "compiled", stale ? "an earlier plan has to keep more" : "its structure is worth a plan");
        return p && run_plan(g, p, r, key);
    }
    TRACE(g, r, "interpreted", "its structure is not worth a plan yet");
    g->run.spent += g->count - mark;
    ok = ok && interpret(g, r, gx, &a);
    note(g, key);
    forget(g, mark, place);
    g->now.trail = wgi_mix(g->now.trail, wgi_mix(key, 0x1117 + (uint64_t)!ok));
    return ok;
}

bool wgi_run(wg_graph *g, wgi_request *r)
{
    WGI_ASSERT(g->count > 2000 || wgi_graph_valid(g));
    if (!r->roots && !r->targets) return true;
    uint32_t end = wgi_plan_end(g, r);
    uint64_t key = wgi_plan_key(g, r, end);
    wgi_plan *p = g->c->o.interpret > 0 ? NULL : wgi_plan_find(g->c, g, r, key, end);
    if (!p || p->stale) return run_new(g, r, key, end, p);
    TRACE(g, r, p->bound ? "plan found, bound" : "plan found", "its structure was compiled before");
    return run_plan(g, p, r, key);
}

bool wgi_run_known(wg_graph *g, wgi_request *r)
{
    TRACE(g, r, "last request", "the same as the last backward of this graph");
    return run_plan(g, wgi_plan_to_front(g->c, r->plan), r, r->key);
}
