/* answer.c: answers a request by a plan of the cache or by a new one, or decides that it is not worth a plan
 * yet. */
#include "base/floats.h"
#include "run/plan/plan.h"

/* ---- compile when it pays ---- */

/* A request that was interpreted. spent: the work of all its runs (wgi_spent_on), divided by the number of
 * nodes, which is what compiling costs. */
typedef struct wgi_cost {
    uint64_t key;
    double spent;
    uint32_t times;
    bool never; /* a plan could not ask again what functions of the user have said */
} cost;

/* COMPILE: what compiling a node costs, in units of wgi_spent_on. SCALARS: programs of so many scalar
 * nodes and more run faster by the tape than by a plan: a plan reads more memory for each node.
 *
 * AT_ONCE, in units of wgi_structure.weight for a node: from there on a plan pays at the first request.
 * Compiling costs 1.5 to 4 us a node of the user's. A first pass over 50 fresh nodes took, compiled, times
 * interpreted: products of 8 x 8, 16 x 16 and 32 x 32 2.7, 2.7 and 1.7, of 48 x 48 and 64 x 64 0.95 and 1.03;
 * elementwise nodes of 256, 1,024 and 4,096 elements 2.8, 2.5 and 2.0, of 16,384 elements 0.93. SOME and
 * MUCH: less for each node, but so much in all that the interpreter, which keeps all values, would take much
 * memory. */
#ifdef WG_HOSTILE
enum { SEEN = 4096, COMPILE = 2, SCALARS = 40, AT_ONCE = 1024, SOME = 256, MUCH = 1 << 21 };
#else
enum { SEEN = 4096, COMPILE = 32, SCALARS = 256, AT_ONCE = 8192, SOME = 256, MUCH = 1 << 21 };
#endif

/* The record of a key, or the free record for it. NULL: out of memory. */
static cost *cost_of(wg_context *c, uint64_t key)
{
    if (!c->plans.costs) c->plans.costs = wg_alloc(c, SEEN, sizeof *c->plans.costs);
    if (!c->plans.costs) return NULL;
    uint32_t i = (uint32_t)(key >> 20) % SEEN;
    while (c->plans.costs[i].key && c->plans.costs[i].key != key) i = (i + 1) % SEEN;
    return &c->plans.costs[i];
}

/* Adds g->run.spent to the record of a request for n nodes that was interpreted. */
static void note(wg_graph *g, uint64_t key, uint32_t n)
{
    wg_context *c = g->c;
    if (c->o.interpret || !c->plans.costs) return;
    if (c->plans.cost_count > SEEN / 2) {
        memset(c->plans.costs, 0, SEEN * sizeof *c->plans.costs);
        c->plans.cost_count = 0;
    }
    cost *s = cost_of(c, key += !key);
    c->plans.cost_count += !s->key;
    s->key = key;
    s->spent += g->run.spent / n;
    s->times++;
}

/* A request for few nodes is compiled when it is seen for the second time. One for many nodes is compiled
 * when interpreting it has cost as much as compiling it would. Scalar nodes that the tape runs do not
 * count. A request for scalars alone gains little by a plan, so it is compiled after many times. */
static bool has_paid(wg_context *c, const wgi_structure *s)
{
    const cost *seen = cost_of(c, s->kind + !s->kind);
    if (!seen || !seen->key) return false;
    if (s->scalars) return s->n < SCALARS && seen->times >= COMPILE;
    return s->n < WGI_SHARE_FROM || seen->spent >= COMPILE;
}

/* Notes that a request has been derived in vain: its derivative cannot be made part of a plan. */
static void never(wg_context *c, const wgi_structure *s)
{
    cost *seen = cost_of(c, s->kind + !s->kind);
    if (!seen) return;
    c->plans.cost_count += !seen->key;
    seen->key = s->kind + !s->kind, seen->never = true;
}

/* Whether to compile now. Much work for each node is worth it at the first request, and so is less work if
 * the interpreter, which keeps all values, would take much memory. */
static bool pays(wg_context *c, const wgi_structure *s)
{
    const double each = s->weight / s->n;
    const int how = c->o.interpret;
    const cost *seen = cost_of(c, s->kind + !s->kind);
    if (seen && seen->key && seen->never) return false;
    return how < 0 || (how == 0 && (each > AT_ONCE || (each > SOME && s->weight > MUCH) || has_paid(c, s)));
}

/* Whether g is a large program of scalars. Its requests are not compiled, so their structure is of no
 * interest. */
static bool is_large_program(const wg_graph *g)
{
    return !g->c->o.interpret && g->count >= SCALARS && g->weight == 0 && !g->now.rans;
}

/* ---- a new plan ---- */

/* Node i of the graph, which is one of s or of the derivative, whose first node is mark. 0: it is neither. */
static uint32_t local_of(const wgi_structure *s, uint32_t mark, uint32_t i)
{
    return i >= mark ? s->n + (i - mark) : wgi_local(s, i);
}

/* The records of s, and behind them those of the derivative, with local operands. NULL: out of memory, or the
 * derivative reads a node that the loss is not made from. */
static wgi_node *all_nodes(wg_graph *g, const wgi_structure *s, uint32_t mark)
{
    wgi_node *all = wgi_temp(g, sizeof *all * ((size_t)s->n + g->count - mark));
    if (!all) return NULL;
    memcpy(all, s->node, sizeof *all * s->n);
    for (uint32_t i = mark; i < g->count; i++) {
        wgi_node *n = &all[s->n + (i - mark)];
        *n = g->node[i];
        uint32_t *in = n->operands > 2 ? wgi_temp(g, sizeof *in * n->operands) : n->in;
        if (!in) return NULL;
        for (uint32_t k = 0; k < n->operands && !wgi_is_leaf(n); k++) {
            in[k] = local_of(s, mark, wgi_in(&g->node[i])[k]);
            if (!in[k]) return NULL;
        }
        if (n->operands > 2) n->list = in;
    }
    return all;
}

/* Lists what the request asks for. wishes_of: a plan whose wishes are asked for too, or NULL. */
static bool ask(wg_graph *g, const wgi_structure *s, const wg_node gx[], uint32_t mark,
                const wgi_plan *wishes_of, wgi_wanted *a)
{
    *a = (wgi_wanted){ 0 };
    const size_t most = (size_t)s->roots + (wishes_of ? (size_t)wishes_of->wishes : 0) + (size_t)s->targets;
    a->node = wgi_temp(g, sizeof *a->node * most);
    a->gradient = wgi_temp(g, sizeof *a->gradient * (size_t)WGI_MAX(s->targets, 1));
    if (!a->node || !a->gradient) return false;
    for (int i = 0; i < s->roots; i++) a->node[a->count++] = s->root[i];
    for (uint32_t k = 1; wishes_of && k < s->n; k++)
        if (wishes_of->wished[k]) a->node[a->count++] = k;
    a->values = a->count;
    for (int i = 0; i < s->targets; i++) {
        a->gradient[i] = wg_is_none(gx[i]) ? 0 : local_of(s, mark, gx[i].index);
        if (a->gradient[i]) a->node[a->count++] = a->gradient[i];
    }
    return true;
}

/* What the new plan needs of what earlier plans of this evaluation have computed. */
static bool wish_for(wg_graph *g, const wgi_request *r, const wg_node gx[])
{
    int n;
    const uint32_t *all = g->now.rans ? wgi_request_nodes(g, r, gx, &n) : NULL;
    return !g->now.rans || (all && wgi_wish_for(g, all, n));
}

/* Derives r, and notes in *said what functions of the user say meanwhile, with local indices. False: an error
 * was recorded, or no plan can ask them again. */
static bool derive(wg_graph *g, wgi_request *r, const wgi_structure *s, wg_node gx[], wgi_asks *said)
{
    const uint32_t users = g->rule.users, mark = said->mark = g->count;
    g->rule.asks = said;
    const bool ok = wgi_request_derive(g, r, gx);
    g->rule.asks = NULL;
    if (!ok || !wgi_ok(g->c)) return false;
    if (!wgi_asks_can_be_kept(said, g->rule.users - users)) return never(g->c, s), false;
    for (size_t i = 0; i < said->nodes; i++)
        if (said->node[i] < WGI_SAID_ZERO) said->node[i] = local_of(s, mark, said->node[i]);
    for (size_t i = 0; i < said->count; i++) {
        wgi_ask *k = &said->ask[i];
        k->y = local_of(s, mark, k->y), k->gy = k->expands ? 0 : local_of(s, mark, k->gy);
        k->first = s->n + (k->first - mark), k->after = s->n + (k->after - mark);
    }
    return true;
}

/* NULL: an error was recorded, or the derivative cannot be compiled. wishes_of: a plan whose wishes the new
 * plan keeps, or NULL. */
static wgi_plan *compile(wg_graph *g, wgi_request *r, const wgi_structure *s, const wgi_plan *wishes_of)
{
    const uint32_t mark = g->count;
    const wgi_place place = wgi_arena_place(&g->arena);
    wg_node *gx = wgi_request_gradients(g, r);
    wgi_node *node = NULL;
    wgi_wanted a;
    wgi_asks said = { 0 };
    wgi_plan *p = NULL;
    const unsigned char *left = gx ? wgi_first_keeps(g, r, s) : NULL;
    if (left && (!r->backward || derive(g, r, s, gx, &said)) && ask(g, s, gx, mark, wishes_of, &a) &&
        wish_for(g, r, gx) && (node = all_nodes(g, s, mark))) {
        a.left = left, a.asks = &said;
        p = wgi_plan_compile(g, r, s, node, s->n + (g->count - mark), &a);
    }
    if (r->backward) wgi_request_forget(g, r, mark, place);
    wg_free(g->c, said.ask), wg_free(g->c, said.node);
    if (!p && !node && said.count && wgi_ok(g->c)) never(g->c, s); /* a rule reads a node of its own */
    if (!p) return NULL;
    if (wishes_of) p->lineage = wishes_of->lineage;
    return wgi_plan_add(g->c, p) ? p : NULL;
}

/* ---- one request ---- */

/* Notes that p runs in this evaluation. */
static inline bool note_run(wg_graph *g, wgi_plan *p, const wgi_request *r)
{
    if (!WGI_GROW(g->c, g->now.ran, g->now.ran_capacity, g->now.rans + 1)) return false;
    g->now.ran[g->now.rans++] = (wgi_ran){ p, r->at };
    if (r->use) r->use->serial = g->now.serial, r->use->by = g;
    return true;
}

static void trace_values(const wg_graph *g, const wgi_plan *p, const uint32_t *at)
{
    for (uint32_t k = 1; k < p->of.n; k++)
        if (p->makes[k] && !p->of.node[k].output) wgi_trace_value(g, at[k]);
}

static bool run_plan(wg_graph *g, wgi_plan *p, wgi_request *r)
{
    r->plan = p;
    if (r->at && g->c->o.trace & WG_TRACE_VALUE) trace_values(g, p, r->at);
    if (!r->at || !note_run(g, p, r) || !wgi_plan_run(g, p, r)) return false;
    g->now.trail = wgi_mix(wgi_mix(g->now.trail, r->place), p->serial);
    return true;
}

/* Runs p, which was found or made for the structure s. */
static bool run_adopted(wg_graph *g, wgi_plan *p, wgi_request *r, const wgi_structure *s)
{
    return wgi_plan_adopt(g, p, s, r) && run_plan(g, p, r);
}

/* The nodes whose values a found plan needs of earlier plans of this evaluation. */
static bool wish_for_found(wg_graph *g, const wgi_request *r, const wgi_plan *p, const wgi_structure *s)
{
    uint32_t *all = wgi_temp(g, sizeof *all * ((size_t)s->n + (size_t)r->roots));
    int n = 0;
    for (uint32_t k = 1; all && k < s->n; k++)
        if (p->reads[k]) all[n++] = s->at[k];
    for (uint32_t k = 1; all && r->backward && k < s->n; k++)
        if (p->makes[k]) wgi_wish(g, s->at[k]);
    for (int i = 0; all && i < r->roots; i++) all[n++] = r->root[i];
    return all && wgi_wish_for(g, all, n);
}

enum { LARGE = 1 << 20 }; /* bytes of results */
static bool is_there(const wg_context *c, const wgi_plan *p)
{
    const wgi_plan *q = c->plans.first;
    while (q && q != p) q = q->older;
    return q;
}

/* Compiles a plan that is to run instead of `old`: a stale one, which is freed, or one that keeps all, which
 * is then needed only where the request is made at a new place. */
static wgi_plan *replace(wg_graph *g, wgi_request *r, const wgi_structure *s, wgi_plan *old)
{
    const size_t out = old->out;
    const bool same = old->of.keeps == s->keeps;
    old->running++; /* a rule that is called while the new one is made may make others */
    wgi_plan *p = compile(g, r, s, old);
    old->running--;
    if (p && p->out + LARGE < out) g->run.gives_back = true;
    if (p && is_there(g->c, old)) (same && !old->running ? wgi_plan_drop : wgi_plan_to_end)(g->c, old);
    WGI_TRACE_REQUEST(g, r, "compiled",
                      "another choice of values should be left behind, or a rule has changed");
    return p;
}

/* A plan in the place of `old`, of which functions of the user say something else now. NULL: there is
 * none. */
static wgi_plan *made_anew(wg_graph *g, wgi_request *r, const wgi_structure *s, wgi_plan *old)
{
    wgi_plan *p = wgi_ok(g->c) ? replace(g, r, s, old) : NULL;
    if (!p && wgi_ok(g->c) && is_there(g->c, old) && !old->running) wgi_plan_drop(g->c, old);
    return p;
}

/* The plan for s that keeps the wishes of earlier evaluations, found or compiled. NULL: there is no plan that
 * has learned wishes. */
static wgi_plan *plan_of_wishes(wg_graph *g, wgi_request *r, wgi_structure *s)
{
    s->keeps = r->look ? WGI_KEEP_LOOK : WGI_KEEP_WISHES;
    wgi_plan *p = wgi_plan_find(g->c, s);
    if (p && !r->look && !wgi_plan_has_learned(g, r, p)) return NULL;
    s->keeps = WGI_KEEP_ALL;
    wgi_plan *all = wgi_plan_peek(g->c, s);
    s->keeps = r->look ? WGI_KEEP_LOOK : WGI_KEEP_WISHES;
    if (p && all) wgi_wishes_join(p, all);
    if (p) return p->stale ? replace(g, r, s, p) : p;
    if (all && !r->look && !wgi_plan_has_learned(g, r, all)) return NULL;
    if (all && !r->look && !wgi_plan_is_due(all)) return wgi_plan_to_front(g->c, all);
    return all ? replace(g, r, s, all) : NULL;
}

/* The plan whose wishes are known for a plan that keeps all. NULL: there is none. */
static const wgi_plan *plan_with_wishes(wg_context *c, wgi_structure s)
{
    s.keeps = s.keeps == WGI_KEEP_ALL ? WGI_KEEP_WISHES : WGI_KEEP_ALL;
    return wgi_plan_find(c, &s);
}

static wgi_plan *plan_that_keeps_all(wg_graph *g, wgi_request *r, wgi_structure *s)
{
    s->keeps = r->look ? WGI_KEEP_LOOK : WGI_KEEP_ALL;
    wgi_plan *p = wgi_plan_find(g->c, s);
    if (p && p->stale) p = replace(g, r, s, p);
    else if (!p && pays(g->c, s)) {
        p = compile(g, r, s, plan_with_wishes(g->c, *s));
        WGI_TRACE_REQUEST(g, r, "compiled", "its structure is worth a plan");
    }
    if (p && !r->look) wgi_plan_learn(g, r, p);
    return p;
}

/* Answers a request whose place is new, or whose plan is due to be replaced. */
static bool run_by_structure(wg_graph *g, wgi_request *r)
{
    wgi_structure s;
    if (!wgi_structure_of(g, r, &s)) return false;
    const uint64_t before = g->c->last.plan;
    wgi_plan *p = plan_of_wishes(g, r, &s);
    if (!p && wgi_ok(g->c)) p = plan_that_keeps_all(g, r, &s);
    if (p && g->c->last.plan == before && !wgi_plan_says_same(g, p, s.at)) p = made_anew(g, r, &s, p);
    if (p) {
        if (g->c->last.plan == before)
            WGI_TRACE_REQUEST(g, r, "plan found", "its structure was compiled before");
        return (!g->now.rans || wish_for_found(g, r, p, &s)) && run_adopted(g, p, r, &s);
    }
    if (!wgi_ok(g->c)) return false;
    bool ok = wgi_run_without_plan(g, r);
    note(g, s.kind, s.n);
    return ok;
}

/* The place's list of nodes stays as it is while rules are asked, which may answer other requests. */
static void use_place(wg_graph *g, wgi_plan_use *k) { k->serial = g->now.serial, k->by = g; }

bool wgi_plan_answer(wg_graph *g, wgi_request *r)
{
    r->place = wgi_plan_place(g, r);
    if (is_large_program(g)) return wgi_run_without_plan(g, r);
    wgi_plan_use *k = wgi_plan_at(g, r, r->place);
    if (k) use_place(g, k);
    if (!k || wgi_plan_is_due(k->plan) || !wgi_plan_says_same(g, k->plan, k->at))
        return wgi_ok(g->c) && run_by_structure(g, r);
    WGI_TRACE_REQUEST(g, r, k->plan->bound ? "plan found, bound" : "plan found",
                      "the same request was answered by it before");
    r->use = k;
    r->at = k->at;
    return run_plan(g, wgi_plan_to_front(g->c, k->plan), r);
}

bool wgi_plan_is_repeatable(wg_graph *g, wgi_request *r)
{
    if (r->use) use_place(g, r->use);
    const wgi_floats was = wgi_floats_enter();
    const bool same = wgi_plan_says_same(g, r->plan, r->at);
    wgi_floats_leave(was);
    return same;
}

bool wgi_plan_repeat(wg_graph *g, wgi_request *r) { return run_plan(g, wgi_plan_to_front(g->c, r->plan), r); }
