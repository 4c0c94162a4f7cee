/* trace_rule.c: turns the derivative rule of an op into a list of calls of kernels. The rule is called
 * once, on scalars of a graph that is kept for this. The calls are those of the nodes that grad.c would
 * append, in the same order: so the bits are the same. */
#include "run/tape.h"

typedef struct tracer {
    wg_graph *g;
    wgi_trace *t;
    uint32_t variable[WGI_VARIABLES]; /* the nodes of what the rule reads */
    uint32_t first;                   /* the first node that the rule has made */
    wgi_scalar_call **of;             /* the calls of the rule's nodes, by node - first */
} tracer;

static int variable_of(const tracer *r, uint32_t i)
{
    for (int v = 0; v < WGI_VARIABLES; v++)
        if (r->variable[v] == i) return v;
    return -1;
}

/* The address of node i's value. NULL: it is a variable, and *variable is its number; -1: it has no value. */
static const void *address(const tracer *r, uint32_t i, int *variable)
{
    const wgi_node *n = &r->g->node[i];
    *variable = variable_of(r, i);
    if (*variable >= 0) return NULL;
    if (i >= r->first && r->of[i - r->first]) return r->of[i - r->first]->y;
    return n->op == &wgi_op_number ? n->cell : NULL;
}

static bool trace_node(tracer *r, uint32_t i)
{
    wg_graph *g = r->g;
    const wgi_node *n = &g->node[i];
    wgi_trace *t = r->t;
    wg_dtype type[WGI_TAPE_OPERANDS];
    wgi_scalar_call *c = r->of[i - r->first] = &t->call[t->calls];
    if (!wgi_is_scalar_map(g, n)) return false;
    for (uint32_t k = 0; k < n->operands; k++) type[k] = (wg_dtype)g->node[wgi_in(n)[k]].dtype;
    wgi_scalar_call_make(c, g, n, type, &t->fault);
    c->y = &t->cell[t->calls++];
    for (uint32_t k = 0; k < n->operands; k++) {
        int v;
        c->x[k] = address(r, wgi_in(n)[k], &v);
        if (v >= 0) t->patch[t->patches++] = (wgi_patch){ &c->x[k], v };
        else if (!c->x[k]) return false;
    }
    return true;
}

/* Makes calls of the rule's nodes that the wanted gradients need. */
static bool trace_nodes(tracer *r, const wg_node gx[], uint32_t wanted)
{
    wg_graph *g = r->g;
    uint32_t n = g->count - r->first;
    wgi_trace *t = r->t;
    t->call = wgi_arena_alloc(&g->c->arena, sizeof *t->call * n);
    t->cell = wgi_arena_alloc(&g->c->arena, sizeof *t->cell * n);
    t->patch = wgi_arena_alloc(&g->c->arena, sizeof *t->patch * n * WGI_TAPE_OPERANDS);
    r->of = wgi_arena_alloc(&g->temp, sizeof *r->of * n);
    if (!t->call || !t->cell || !t->patch || !r->of) return false;
    memset(r->of, 0, sizeof *r->of * n);
    for (int k = 0; k < WGI_TAPE_OPERANDS; k++)
        if (wanted >> k & 1) g->marked[gx[k].index] = 1;
    for (uint32_t i = g->count; i-- > r->first;)
        for (uint32_t k = 0; g->marked[i] && !wgi_is_leaf(&g->node[i]) && k < g->node[i].operands; k++)
            g->marked[wgi_in(&g->node[i])[k]] = 1;
    bool ok = true;
    for (uint32_t i = r->first; i < g->count && ok; i++)
        if (g->marked[i] && !wgi_is_leaf(&g->node[i])) ok = trace_node(r, i);
    memset(g->marked, 0, g->count);
    return ok;
}

static wg_node operand(wg_graph *g, wg_dtype t)
{
    static const double zero = 0;
    return wg_input_borrow_at("", g, NULL, (wg_tensor){ t, WG_SCALAR, (void *)(uintptr_t)&zero });
}

/* Numbers of the rule have their values in the memory of graph g. So g must never be cleared: traces keep
 * the addresses. */
static bool trace_rule(wg_graph *g, wgi_trace *t, wg_site here, wg_dtype type, uint32_t wanted)
{
    tracer r = { .g = g, .t = t };
    wg_node x[WGI_TAPE_OPERANDS], gx[WGI_TAPE_OPERANDS] = { 0 }, gy = operand(g, type);
    int n = t->op->operands;
    for (int k = 0; k < n; k++) x[k] = operand(g, type);
    wg_node y = wg_apply(here, t->op, x, n, NULL);
    if (!wg_node_ok(gy) || !wg_node_ok(y)) return false;
    r.variable[WGI_GY] = gy.index, r.variable[WGI_Y] = y.index;
    for (int k = 0; k < n; k++) r.variable[WGI_X + k] = x[k].index;
    r.first = g->count;
    if (!wgi_vjp(here, t->op, y, gy, x, gx, n)) return false;
    for (int k = 0; k < n; k++) {
        if (!(wanted >> k & 1)) continue;
        if (wgi_is_zero(gx[k])) return false; /* grad.c makes no contribution of a known zero */
        if (wgi_is_number(gx[k])) gx[k] = wgi_leaf_number(g, here, wgi_number_value(gx[k]), type);
        if (!wg_node_ok(gx[k]) || wg_node_dtype(gx[k]) != type ||
            g->node[gx[k].index].shape != g->node[0].shape)
            return false;
    }
    if (!trace_nodes(&r, gx, wanted)) return false;
    for (int k = 0; k < n; k++)
        if (wanted >> k & 1) {
            t->gx[k] = address(&r, gx[k].index, &t->gx_variable[k]);
            if (!t->gx[k] && t->gx_variable[k] < 0) return false;
        }
    return true;
}

wgi_trace *wgi_trace_of(wg_context *c, const wgi_node *n, uint32_t wanted)
{
    uint32_t kind = n->dtype | wanted << 8;
    for (wgi_trace *t = c->traces; t; t = t->next)
        if (t->op == n->op && t->kind == kind) return t;
    wgi_trace *t = wgi_arena_alloc(&c->arena, sizeof *t);
    if (!c->tracer) c->tracer = wg_graph_new(c);
    if (!t || !c->tracer) return NULL;
    memset(t, 0, sizeof *t);
    t->op = n->op, t->kind = kind;
    wgi_fault_clear(&t->fault);
    wgi_place place = wgi_arena_place(&c->tracer->temp);
    t->usable = trace_rule(c->tracer, t, wg_inside(n->here), (wg_dtype)n->dtype, wanted);
    wgi_arena_rewind(&c->tracer->temp, place);
    t->next = c->traces;
    return c->traces = t;
}
