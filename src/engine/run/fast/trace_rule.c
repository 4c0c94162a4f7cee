/* trace_rule.c: turns the derivative rule of an op into a list of operations. A rule of the library is called
 * once, on scalars of a graph that is kept for this. A rule of the user's may read a variable of his program:
 * it is called once for each request. The operations are those of the nodes that grad.c would append, in the
 * same order: so the bits are the same. */
#include "run/fast/tape.h"

typedef struct tracer {
    wg_graph *g;
    wgi_trace *t;
    wgi_arena *arena;                 /* of the trace */
    uint32_t variable[WGI_VARIABLES]; /* the nodes of the variables */
    uint32_t first;                   /* the first node that the rule has made */
    uint8_t *of;                      /* the cells of the rule's nodes, by node - first; 0: none */
    int cells;
} tracer;

enum { NO_CELL = 0xFF, MOST_CELLS = NO_CELL };

/* The cell of node i's value. NO_CELL: it has no value. */
static uint8_t cell_of(tracer *r, uint32_t i)
{
    const wgi_node *n = &r->g->node[i];
    for (uint8_t v = 0; v < WGI_VARIABLES; v++)
        if (r->variable[v] == i) {
            r->t->reads |= 1U << v;
            return v;
        }
    if (i >= r->first && r->of[i - r->first]) return r->of[i - r->first];
    if (n->op != &wgi_op_number) return NO_CELL;
    r->t->cell[r->cells] = *n->cell;
    return (uint8_t)r->cells++;
}

static bool trace_node(tracer *r, uint32_t i)
{
    wg_graph *g = r->g;
    const wgi_node *n = &g->node[i];
    wgi_rule_step *s = &r->t->step[r->t->steps++];
    wg_dtype type[WGI_TAPE_OPERANDS];
    uint8_t in[WGI_TAPE_OPERANDS] = { 0 };
    if (!wgi_is_scalar_map(n)) return false;
    bool even = true;
    WGI_EACH_OPERAND(k, n) {
        type[k] = (wg_dtype)g->node[wgi_in(n)[k]].dtype;
        in[k] = cell_of(r, wgi_in(n)[k]);
        if (in[k] == NO_CELL) return false;
        even &= type[k] == (wg_dtype)n->dtype;
    }
    if (n->operands == 1) in[1] = in[0];
    const uint8_t y = r->of[i - r->first] = (uint8_t)r->cells++;
    *s = (wgi_rule_step){ (uint8_t)wgx_hints(n->op)->arithmetic, y, in[0], in[1], NULL };
    if (even && wg_dtype_is_float((wg_dtype)n->dtype) && s->what != WG_BY_KERNEL) return true;
    wgi_scalar_call *c = s->call = wgi_arena_alloc(r->arena, sizeof *c);
    if (!c) return false;
    s->what = WG_BY_KERNEL;
    wgi_scalar_call_make(c, g, n, type, &r->t->fault);
    WGI_EACH_OPERAND(k, n) c->x[k] = &r->t->cell[in[k]];
    c->y = &r->t->cell[y];
    return true;
}

/* Marks the rule's nodes that the wanted gradients need. */
static void mark_wanted(const tracer *r, const wg_node gx[], uint32_t wanted)
{
    wg_graph *g = r->g;
    for (int k = 0; k < WGI_TAPE_OPERANDS; k++)
        if (wanted >> k & 1) g->marked[gx[k].index] = 1;
    for (uint32_t i = g->count; i-- > r->first;)
        for (uint32_t k = 0; g->marked[i] && !wgi_is_leaf(&g->node[i]) && k < g->node[i].operands; k++)
            g->marked[wgi_in(&g->node[i])[k]] = 1;
}

/* Finds the one operation on variables that gradient k is. False: it is none. */
static bool find_last(wgi_trace *t, int k)
{
    const uint8_t y = t->gx[k];
    t->last[k] = (wgi_rule_step){ .what = WG_BY_KERNEL, .a = y, .b = y };
    for (int j = 0; j < t->steps; j++)
        if (t->step[j].y == y && t->step[j].what != WG_BY_KERNEL) t->last[k] = t->step[j];
    return t->last[k].a < WGI_VARIABLES && t->last[k].b < WGI_VARIABLES;
}

/* Makes the steps, and finds the cells of the gradients. */
static bool trace_nodes(tracer *r, const wg_node gx[], uint32_t wanted)
{
    wg_graph *g = r->g;
    wgi_trace *t = r->t;
    const size_t n = g->count - r->first, cells = WGI_VARIABLES + n + (n + 1) * WGI_TAPE_OPERANDS;
    t->step = wgi_arena_alloc(r->arena, sizeof *t->step * n);
    t->cell = cells < MOST_CELLS ? wgi_arena_alloc(r->arena, sizeof *t->cell * cells) : NULL;
    r->of = wgi_temp(g, n);
    if (!t->step || !t->cell || !r->of) return false;
    memset(t->cell, 0, sizeof *t->cell * cells);
    memset(r->of, 0, n);
    mark_wanted(r, gx, wanted);
    bool ok = true;
    for (uint32_t i = r->first; i < g->count && ok; i++)
        if (g->marked[i] && !wgi_is_leaf(&g->node[i])) ok = trace_node(r, i);
    memset(g->marked, 0, g->count);
    for (int k = 0; k < WGI_TAPE_OPERANDS && ok; k++)
        if (wanted >> k & 1) ok = (t->gx[k] = cell_of(r, gx[k].index)) != NO_CELL;
    t->is_short = ok;
    for (int k = 0; k < WGI_TAPE_OPERANDS; k++)
        if (t->is_short && wanted >> k & 1) t->is_short = find_last(t, k);
    return ok;
}

static wg_node operand(wg_graph *g, wg_dtype t)
{
    static const double zero = 0;
    return wg_input_borrow_at("", g, NULL, (wg_tensor){ t, WG_SCALAR, (void *)(uintptr_t)&zero });
}

static bool trace_rule(wg_graph *g, wgi_trace *t, wgi_arena *arena, wg_site here, wg_dtype type,
                       uint32_t wanted)
{
    tracer r = { .g = g, .t = t, .arena = arena, .cells = WGI_VARIABLES };
    wg_node x[WGI_TAPE_OPERANDS], gx[WGI_TAPE_OPERANDS] = { 0 }, gy = operand(g, type);
    int n = t->op->operands;
    for (int k = 0; k < n; k++) x[k] = operand(g, type);
    wg_node y = wg_apply(here, t->op, x, n, NULL);
    if (!wg_node_ok(gy) || !wg_node_ok(y)) return false;
    r.variable[WGI_GY] = gy.index, r.variable[WGI_Y] = y.index;
    for (int k = 0; k < n; k++) r.variable[WGI_X + k] = x[k].index;
    r.first = g->count;
    const wgi_watch outer = wgi_rule_watch(g, y.index);
    const bool ok = wgi_vjp(here, t->op, y, gy, x, gx, n), alike = wgi_rule_watched(g, outer);
    if (!ok || (wgi_op_asks(t->op) && !alike)) return false;
    for (int k = 0; k < n; k++) {
        if (!(wanted >> k & 1)) continue;
        if (wgi_is_zero(gx[k])) return false; /* grad.c makes no contribution of a known zero */
        if (wgi_is_number(gx[k])) gx[k] = wgi_leaf_number(g, here, wgi_number_value(gx[k]), type);
        if (!wg_node_ok(gx[k]) || wg_node_dtype(gx[k]) != type ||
            g->node[gx[k].index].shape != g->node[0].shape)
            return false;
    }
    return trace_nodes(&r, gx, wanted);
}

/* A rule of the user's that fails on other nodes than his is asked by the sweep, which reports errors. */
static bool trace(wg_context *c, wgi_trace *t, wgi_arena *arena, wg_site here, wg_dtype type, uint32_t wanted)
{
    wg_graph *g = c->graphs.tracer;
    const wgi_place place = wgi_temp_place(g);
    const wgi_aside aside = wgi_aside_begin(g);
    const wg_status was = wgi_quiet_begin(c);
    const bool outer = g->rule.aside;
    g->rule.aside = true;
    const bool usable = trace_rule(g, t, arena, here, type, wanted) && wgi_ok(c);
    const wg_status now = c->status;
    g->rule.aside = outer;
    wgi_quiet_end(c, was);
    if (now == WG_ERROR_MEMORY) wgi_fail(c, here, "backward", now, "no memory for a derivative");
    wgi_aside_end(g, &aside);
    wgi_temp_rewind(g, place);
    return usable;
}

wgi_trace *wgi_trace_of(wg_context *c, const wgi_node *n, uint32_t wanted, bool rounded, wgi_arena *a)
{
    const uint32_t kind = n->dtype | wanted << 8 | (uint32_t)rounded << 31;
    const bool users = wgi_op_asks(n->op);
    for (wgi_trace *t = users ? NULL : c->plans.traces; t; t = t->next)
        if (t->op == n->op && t->kind == kind) return t;
    if (!users) a = &c->arena;
    wgi_trace *t = wgi_arena_alloc(a, sizeof *t);
    if (!c->graphs.tracer) c->graphs.tracer = wg_graph_new(c);
    if (!t || !c->graphs.tracer) return NULL;
    memset(t, 0, sizeof *t);
    t->op = n->op, t->kind = kind;
    wgi_fault_clear(&t->fault);
    c->graphs.tracer->rule.rounded = rounded;
    t->usable = trace(c, t, a, wg_inside(n->here), (wg_dtype)n->dtype, wanted);
    if (users) return t;
    t->next = c->plans.traces;
    return c->plans.traces = t;
}
