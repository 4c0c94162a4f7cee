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

static wg_node given(again *u, uint32_t local)
{
    if (local == WGI_SAID_NONE) return wg_none;
    if (local == WGI_SAID_ZERO) return wg_number(0);
    if (local < u->q->from) return wgi_handle(u->g, u->at[local]);
    uint32_t i = stand_in(u, local);
    if (!i && u->stand_ins < STAND_INS) {
        wgi_node n = u->q->made[local - u->q->from];
        if (!wgi_is_leaf(&n)) n.operands = n.in[0] = n.in[1] = 0;
        i = wgi_append_copy(u->g, &n, 0);
        u->local[u->stand_ins] = local, u->node[u->stand_ins++] = i;
    }
    return wgi_handle(u->g, i);
}

static const void *options_of(const again *u)
{
    const uint32_t y = u->was->y;
    const void *attr = y < u->q->from ? u->g->node[u->at[y]].attr : u->q->made[y - u->q->from].attr;
    return u->was->op->attr_size ? attr : NULL;
}

static void call(again *u, wg_node x[], wg_node said[])
{
    const wgi_ask *was = u->was;
    const wg_node y = given(u, was->y), gy = was->expands ? wg_none : given(u, was->gy);
    const uint32_t *local = u->q->calls.node + was->at;
    for (uint32_t k = 0; k < was->operands; k++) x[k] = given(u, local[k]);
    const wg_site here = wg_inside(u->g->node[y.index].here);
    for (uint32_t k = 0; k < was->answers; k++) said[k] = wg_none;
    u->g->rule.asks = &u->now;
    if (was->expands) wgi_expand(u->g, here, was->op, options_of(u), y.index, x, (int)was->operands, said);
    else wgi_vjp(here, was->op, y, gy, x, said, (int)was->operands);
    u->g->rule.asks = NULL;
}

/* Whether node i of the graph is what stands for a node of the plan. */
static bool is_same(const again *u, uint32_t i, uint32_t local)
{
    const wgi_ask *was = u->was;
    if (local < u->q->from) return i == u->at[local];
    if (local >= was->first && local < was->after) return i == u->now.ask->first + (local - was->first);
    return i && i == stand_in(u, local);
}

static bool same_operands(const again *u, const wgi_node *now, const wgi_node *was)
{
    const uint32_t *in = wgi_in(now), *local = wgi_in(was);
    for (uint32_t k = 0; k < was->operands; k++)
        if (!is_same(u, in[k], local[k])) return false;
    return true;
}

/* A run of the plan that has not ended may still read its numbers. */
static bool take_number(const again *u, uint32_t local, uint64_t cell)
{
    const uint32_t buffer = u->q->number[local - u->q->from];
    uint64_t *to = u->q->made[local - u->q->from].cell;
    if (*to == cell) return true;
    if (u->p->running) return false;
    *to = cell;
    if (buffer != NO_BUFFER) u->p->buffer[buffer].cell = cell;
    return true;
}

static bool same_nodes(const again *u)
{
    const wgi_ask *was = u->was, *now = u->now.ask;
    if (now->after - now->first != was->after - was->first) return false;
    for (uint32_t k = 0; k < was->after - was->first; k++) {
        const wgi_node *n = &u->g->node[now->first + k], *m = &u->q->made[was->first + k - u->q->from];
        if (!wgi_same_kind(n, m) || n->output != m->output) return false;
        if (wgi_is_leaf(m) ? !take_number(u, was->first + k, *n->cell) : !same_operands(u, n, m))
            return false;
    }
    return true;
}

static bool same_answers(const again *u)
{
    const wgi_ask *was = u->was, *now = u->now.ask;
    const uint32_t *local = u->q->calls.node + was->at + was->operands,
                   *said = u->now.node + now->at + now->operands;
    for (uint32_t k = 0; k < was->answers; k++) {
        const bool word = local[k] >= WGI_SAID_ZERO || said[k] >= WGI_SAID_ZERO;
        if (word ? local[k] != said[k] : !is_same(u, said[k], local[k])) return false;
    }
    return true;
}

static bool ask_again(again *u, wg_node x[], wg_node said[])
{
    const wgi_aside aside = wgi_aside_begin(u->g);
    u->now.count = u->now.nodes = u->now.users = 0, u->now.mark = aside.mark, u->now.looked = false;
    u->stand_ins = 0;
    call(u, x, said);
    const bool same =
        wgi_ok(u->g->c) && u->now.count == 1 && !u->now.looked && same_nodes(u) && same_answers(u);
    wgi_aside_end(u->g, &aside);
    return same;
}

bool wgi_plan_says_same(wg_graph *g, wgi_plan *p, const uint32_t at[])
{
    const wgi_asked *q = p->asked;
    if (!q) return true;
    const wgi_place place = wgi_arena_place(&g->temp);
    wgi_ask one;
    wg_node *x = wgi_arena_alloc(&g->temp, sizeof *x * q->most);
    again u = { .g = g, .p = p, .q = q, .at = at };
    u.now = (wgi_asks){ .ask = &one, .capacity = 1, .node_capacity = q->most };
    u.now.node = wgi_arena_alloc(&g->temp, sizeof *u.now.node * q->most);
    bool same = x && u.now.node;
    for (size_t k = 0; k < q->calls.count && same; k++) {
        u.was = &q->calls.ask[k];
        same = ask_again(&u, x, x + u.was->operands);
    }
    wgi_arena_rewind(&g->temp, place);
    return same;
}
