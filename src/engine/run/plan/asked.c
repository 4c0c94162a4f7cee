/* asked.c: a plan of a derivative that functions of the user have helped to make: their rules, or expansions
 * of their ops. Such a function may read a variable of the user's program. So before each run it is called
 * again, with the nodes that it was given when the plan was compiled. Where a number is another one now, the
 * plan gets it. Where anything else is other, the plan is of no use.
 *
 * The nodes of the derivative are not made for that. Those that the function is given are stand-ins, with the
 * op, shape and dtype of the nodes that they stand for, and without operands. A function that looks further
 * gets no plan. */
#include "run/plan/plan.h"

struct wgi_asked {
    wgi_asks calls;   /* with local indices */
    uint32_t from;    /* the first local index of the derivative */
    wgi_node *made;   /* its nodes, with local operands: made[i - from] */
    uint32_t *number; /* by i - from: the buffer of a number that was said; NO_BUFFER: the plan needs none */
    uint32_t most;    /* operands and answers of a call */
};

enum { STAND_INS = 64 };

bool wgi_asks_can_be_kept(const wgi_asks *a, uint32_t users)
{
    bool few = true;
    for (size_t k = 0; k < a->count; k++) few = few && a->ask[k].operands + 2 <= STAND_INS;
    return few && !a->looked && a->users == users;
}

/* Whether node i of the compilation is a number that a function of the user has said. */
void wgi_mark_said(wgi_work *w)
{
    const wgi_asks *a = w->asked->asks;
    w->said = a && a->count ? wgi_work_temp(w, w->n, 1) : NULL;
    for (size_t k = 0; w->said && k < a->count; k++)
        for (uint32_t i = a->ask[k].first; i < a->ask[k].after; i++)
            w->said[i] = w->node[i].op == &wgi_op_number;
}

static void keep_made(wgi_work *w, wgi_asked *q)
{
    const uint32_t n = w->n - w->end;
    q->made = wgi_work_copy(w, w->node + w->end, n, sizeof *q->made);
    q->number = wgi_work_keep(w, n, sizeof *q->number);
    uint64_t *cell = wgi_work_keep(w, n, sizeof *cell);
    for (uint32_t i = 0; i < n && !w->failed; i++) {
        wgi_node *m = &q->made[i];
        q->number[i] = w->said[w->end + i] && w->buf[w->end + i] ? w->buf[w->end + i] - 1 : NO_BUFFER;
        if (m->op == &wgi_op_number) cell[i] = *m->cell, m->cell = &cell[i];
        if (wgi_is_leaf(m)) continue;
        if (m->operands > 2) m->list = wgi_work_copy(w, m->list, m->operands, sizeof *m->list);
        m->attr = wgi_work_attr(w, m);
    }
}

void wgi_asks_keep(wgi_work *w)
{
    const wgi_asks *a = w->asked->asks;
    if (!w->said || w->failed) return;
    wgi_asked *q = wgi_work_keep(w, 1, sizeof *q);
    if (!q) return;
    q->calls.count = a->count, q->calls.nodes = a->nodes;
    q->calls.ask = wgi_work_copy(w, a->ask, a->count, sizeof *a->ask);
    q->calls.node = wgi_work_copy(w, a->node, a->nodes, sizeof *a->node);
    q->from = w->end;
    for (size_t k = 0; k < a->count; k++) q->most = WGI_MAX(q->most, a->ask[k].operands + a->ask[k].answers);
    keep_made(w, q);
    if (!w->failed) w->p->asked = q;
}

/* ---- asking again ---- */

/* One call that is made again. */
typedef struct again {
    wg_graph *g;
    wgi_plan *p;
    const wgi_asked *q;
    const wgi_ask *was;
    const uint32_t *at; /* by local index of the plan: the node of the graph */
    wgi_asks now;       /* the call as it is now */
    wg_node *x, *said;
    uint32_t local[STAND_INS], node[STAND_INS];
    int stand_ins;
} again;

/* The node that stands for a node of the derivative. 0: there is none. */
static uint32_t stand_in(const again *u, uint32_t local)
{
    for (int k = 0; k < u->stand_ins; k++)
        if (u->local[k] == local) return u->node[k];
    return 0;
}

static uint32_t stand_in_new(again *u, uint32_t local)
{
    wgi_node n = u->q->made[local - u->q->from];
    if (u->stand_ins == STAND_INS) return 0;
    if (!wgi_is_leaf(&n)) n.operands = n.in[0] = n.in[1] = 0;
    const uint32_t i = wgi_append_copy(u->g, &n, 0);
    u->local[u->stand_ins] = local, u->node[u->stand_ins++] = i;
    return i;
}

static wg_node given(again *u, uint32_t local)
{
    if (local < u->q->from) return wgi_handle(u->g, u->at[local]);
    if (local == WGI_SAID_NONE) return wg_none;
    if (local == WGI_SAID_ZERO) return wg_number(0);
    const uint32_t i = stand_in(u, local);
    return wgi_handle(u->g, i ? i : stand_in_new(u, local));
}

static const void *options_of(const again *u)
{
    const uint32_t y = u->was->y;
    const void *attr = y < u->q->from ? u->g->node[u->at[y]].attr : u->q->made[y - u->q->from].attr;
    return u->was->op->attr_size ? attr : NULL;
}

static void call(again *u)
{
    const wgi_ask *was = u->was;
    const wg_node y = given(u, was->y), gy = was->expands ? wg_none : given(u, was->gy);
    const uint32_t *local = u->q->calls.node + was->at;
    u->said = u->x + was->operands;
    WGI_EACH_OPERAND(k, was) u->x[k] = given(u, local[k]);
    for (uint32_t k = 0; k < was->answers; k++) u->said[k] = wg_none;
    const wg_site here = wg_inside(u->g->node[y.index].here);
    const int n = (int)was->operands;
    if (was->expands) wgi_expand(u->g, here, was->op, options_of(u), y.index, u->x, n, u->said);
    else wgi_vjp(here, was->op, y, gy, u->x, u->said, n);
}

/* Whether node i of the graph is what stands for a node of the plan. */
static inline bool is_same(const again *u, uint32_t i, uint32_t local)
{
    const wgi_ask *was = u->was;
    if (local < u->q->from) return i == u->at[local];
    if (local >= was->first && local < was->after) return i == u->now.ask->first + (local - was->first);
    return i && i == stand_in(u, local);
}

/* A run of the plan that has not ended may still read its numbers; it is one of those that p counts, with
 * this call. */
static bool take_number(const again *u, uint32_t local, uint64_t cell)
{
    const uint32_t i = local - u->q->from;
    uint64_t *to = u->q->made[i].cell;
    if (*to == cell) return true;
    if (u->p->running > 1) return false;
    *to = cell;
    if (u->q->number[i] != NO_BUFFER) u->p->buffer[u->q->number[i]].cell = cell;
    return true;
}

static bool same_node(const again *u, const wgi_node *now, uint32_t local)
{
    const wgi_node *was = &u->q->made[local - u->q->from];
    if (!wgi_same_kind(now, was) || now->output != was->output) return false;
    if (wgi_is_leaf(was)) return take_number(u, local, *now->cell);
    const uint32_t *in = wgi_in(now), *in_was = wgi_in(was);
    WGI_EACH_OPERAND(k, was)
        if (!is_same(u, in[k], in_was[k])) return false;
    return true;
}

static bool same_answers(const again *u)
{
    const wgi_ask *was = u->was;
    const uint32_t *local = u->q->calls.node + was->at + was->operands, *said = u->now.node + was->operands;
    for (uint32_t k = 0; k < was->answers; k++)
        if (local[k] >= WGI_SAID_ZERO ? local[k] != said[k] : !is_same(u, said[k], local[k])) return false;
    return true;
}

static bool says_same(const again *u)
{
    const wgi_ask *was = u->was, *now = u->now.ask;
    if (u->now.count != 1 || u->now.looked || now->after - now->first != was->after - was->first)
        return false;
    for (uint32_t k = 0; k < was->after - was->first; k++)
        if (!same_node(u, &u->g->node[now->first + k], was->first + k)) return false;
    return same_answers(u);
}

/* Makes each call again. */
static bool ask_all(again *u)
{
    wg_graph *g = u->g;
    const wgi_aside aside = wgi_aside_begin(g);
    const wgi_place place = wgi_arena_place(&g->arena);
    bool same = true;
    /* A call that fails is made again in earnest. */
    const wg_status was = wgi_quiet_begin(g->c);
    g->rule.asks = &u->now, g->rule.aside = true;
    u->now.mark = aside.mark;
    for (size_t k = 0; k < u->q->calls.count && same; k++) {
        u->was = &u->q->calls.ask[k];
        u->now.count = u->now.nodes = 0, u->now.looked = false, u->stand_ins = 0;
        call(u);
        same = wgi_ok(g->c) && says_same(u);
        wgi_aside_again(g, &aside, place);
    }
    g->rule.asks = NULL, g->rule.aside = false;
    wgi_aside_end(g, &aside);
    wgi_quiet_end(g->c, was);
    return same;
}

bool wgi_plan_says_same(wg_graph *g, wgi_plan *p, const uint32_t at[])
{
    const wgi_asked *q = p->asked;
    if (!q) return true;
    const wgi_place place = wgi_temp_place(g);
    wgi_ask one;
    again u;
    u.g = g, u.p = p, u.q = q, u.at = at;
    u.x = wgi_temp(g, sizeof *u.x * q->most);
    u.now = (wgi_asks){ .ask = &one, .capacity = 1, .node_capacity = q->most };
    u.now.node = wgi_temp(g, sizeof *u.now.node * q->most);
    p->running++; /* a rule may make plans, for which others must go, and run this one for another graph */
    const bool same = u.x && u.now.node && ask_all(&u);
    p->running--;
    wgi_temp_rewind(g, place);
    return same;
}
