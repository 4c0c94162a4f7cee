/* sweep.c: gradients of a program of scalars as numbers, without a node for any of them: for structures seen for the first
 * time. The derivative rule of an op is traced once, into a program over single elements; the sweep replays it.
 *
 * Invariant: the same operations in the same order as in the nodes that grad.c would append, so the same bits. What is not a
 * program of scalars, or has a rule that cannot be traced, is left to grad.c. */
#include "run/plan/plan.h"

/* ---- traces ---- */

enum { OPERANDS = 4, GY = 0, Y = 1, X = 2, VARIABLES = X + OPERANDS };

typedef struct instr {
    const wg_op *op;
    wg_kernel_fn fn;
    wg_kernel    k;
    const void  *x[OPERANDS];
    void        *y;
    wg_type      xt[OPERANDS], yt;
    uint64_t     cell; /* what y points to */
} instr;

typedef struct patch { /* where a variable's address goes before a run */
    const void **slot;
    int          variable;
} patch;

struct wgi_trace {
    wgi_trace   *next;
    const wg_op *op;
    uint32_t     kind; /* dtype, and a bit for each operand whose gradient is wanted */
    bool         usable;
    int          instrs, patches;
    instr       *instr;
    patch       *patch;
    const void  *gx[OPERANDS]; /* the wanted gradients: addresses, NULL where it is a variable */
    int          gx_variable[OPERANDS];
    wg_fault     fault;
};

typedef struct tracer {
    wg_graph  *g;
    wgi_trace *t;
    uint32_t   variable[VARIABLES]; /* their nodes */
    uint32_t   first;               /* of the rule's nodes */
    instr    **of;                  /* by node - first */
} tracer;

static int variable_of(const tracer *r, uint32_t i)
{
    for (int v = 0; v < VARIABLES; v++)
        if (r->variable[v] == i) return v;
    return -1;
}

/* The address of node i's value; NULL: a variable. */
static const void *address(const tracer *r, uint32_t i, int *variable)
{
    const wgi_node *n = &r->g->node[i];
    *variable = variable_of(r, i);
    if (*variable >= 0) return NULL;
    if (i >= r->first && r->of[i - r->first]) return &r->of[i - r->first]->cell;
    return n->op == &wgi_op_number ? n->cell : NULL;
}

static bool is_traceable(const wg_graph *g, const wgi_node *n)
{
    return n->op->kind == WG_MAP && n->operands <= OPERANDS && n->shape == g->node[0].shape && !n->op->attr_size;
}

static bool trace_node(tracer *r, uint32_t i)
{
    static const unsigned char step[OPERANDS] = { 1, 1, 1, 1 };
    wg_graph                  *g = r->g;
    const wgi_node            *n = &g->node[i];
    if (!is_traceable(g, n)) return false;
    instr *in = r->of[i - r->first] = &r->t->instr[r->t->instrs++];
    *in = (instr){ .op = n->op, .fn = wgi_kernel_of(n->op, g->c->isa), .y = &in->cell };
    in->yt = (wg_type){ n->shape, (wg_dtype)n->dtype };
    in->k = (wg_kernel){ .end = 1,
                         .operands = (int)n->operands,
                         .outputs = 1,
                         .x = in->x,
                         .y = &in->y,
                         .step = step,
                         .xt = in->xt,
                         .yt = &in->yt,
                         .fault = &r->t->fault };
    for (uint32_t k = 0; k < n->operands; k++) {
        uint32_t from = wgi_in(n)[k];
        int      v;
        in->x[k] = address(r, from, &v);
        in->xt[k] = (wg_type){ n->shape, (wg_dtype)g->node[from].dtype };
        if (v >= 0) r->t->patch[r->t->patches++] = (patch){ &in->x[k], v };
        else if (!in->x[k]) return false;
    }
    return true;
}

/* The rule's nodes that the wanted gradients need. */
static bool trace_nodes(tracer *r, const wg_node gx[], uint32_t wanted)
{
    wg_graph  *g = r->g;
    uint32_t   n = g->count - r->first;
    wgi_trace *t = r->t;
    t->instr = wgi_arena_alloc(&g->c->arena, sizeof *t->instr * n);
    t->patch = wgi_arena_alloc(&g->c->arena, sizeof *t->patch * n * OPERANDS);
    r->of = wgi_arena_alloc(&g->temp, sizeof *r->of * n);
    if (!t->instr || !t->patch || !r->of) return false;
    memset(r->of, 0, sizeof *r->of * n);
    for (int k = 0; k < OPERANDS; k++)
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

/* The rule is called on scalars of a graph of its own. Numbers in it lie in that graph's memory, which is never reset. */
static bool trace_rule(wg_graph *g, wgi_trace *t, wg_site here, wg_dtype type, uint32_t wanted)
{
    tracer  r = { .g = g, .t = t };
    wg_node x[OPERANDS], gx[OPERANDS] = { 0 }, gy = operand(g, type);
    int     n = t->op->operands;
    for (int k = 0; k < n; k++) x[k] = operand(g, type);
    wg_node y = wg_apply(here, t->op, x, n, NULL);
    if (!wg_node_ok(gy) || !wg_node_ok(y)) return false;
    r.variable[GY] = gy.index, r.variable[Y] = y.index;
    for (int k = 0; k < n; k++) r.variable[X + k] = x[k].index;
    r.first = g->count;
    t->op->vjp(here, y, gy, x, gx);
    for (int k = 0; k < n; k++) {
        if (!(wanted >> k & 1)) continue;
        if (wgi_is_number(gx[k])) gx[k] = wgi_leaf_number(g, here, wgi_number_value(gx[k]), type);
        if (!wg_node_ok(gx[k]) || wg_node_dtype(gx[k]) != type || g->node[gx[k].index].shape != g->node[0].shape) return false;
    }
    if (!trace_nodes(&r, gx, wanted)) return false;
    for (int k = 0; k < n; k++)
        if (wanted >> k & 1) {
            t->gx[k] = address(&r, gx[k].index, &t->gx_variable[k]);
            if (!t->gx[k] && t->gx_variable[k] < 0) return false;
        }
    return true;
}

static wgi_trace *trace_of(wg_context *c, const wgi_node *n, uint32_t kind, uint32_t wanted)
{
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

/* ---- the sweep ---- */

enum { SITES = 6, WANTED = 1 << OPERANDS };

/* Nodes of one op and dtype. Whose value an operand is, and whether its gradient is wanted, is kept from node to node: most often
 * one operand is that of the node before. */
typedef struct site {
    uintptr_t   key; /* the op's address, which is a multiple of 8, and the dtype; 0: none */
    wgi_trace  *trace[WANTED];
    uint32_t    in[OPERANDS], bit[OPERANDS]; /* bit: of in[k], 0: not wanted */
    const void *x[OPERANDS];
} site;
_Static_assert(_Alignof(wg_op) >= 8 && WG_DTYPE_COUNT <= 8, "the key of a site");

typedef struct sweep {
    wg_graph *g;
    uint32_t  lo;
    uint64_t *adjoint; /* by node - lo; there when marked */
    site      site[SITES];
    int       next;
} sweep;

static bool is_sweepable(const wg_graph *g, const wgi_node *n)
{
    return is_traceable(g, n) && n->op->vjp && n->op->operands == (int)n->operands && n->op->outputs <= 1 &&
           wg_dtype_is_float((wg_dtype)n->dtype);
}

static site *site_new(sweep *s, const wgi_node *n, uintptr_t key)
{
    site *at = &s->site[s->next++ % SITES];
    if (!is_sweepable(s->g, n)) return NULL;
    *at = (site){ .key = key };
    return at;
}

static inline site *site_of(sweep *s, const wgi_node *n)
{
    uintptr_t key = (uintptr_t)n->op + n->dtype;
    for (int j = 0; j < SITES; j++)
        if (s->site[j].key == key) return &s->site[j];
    return site_new(s, n, key);
}

/* Whose operand k is node i from now on. */
static inline void turn_to(const sweep *s, site *at, uint32_t k, uint32_t i)
{
    const wg_graph *g = s->g;
    at->in[k] = i;
    at->x[k] = wgi_value(g, i);
    at->bit[k] = i >= s->lo && !(g->node[i].flags & WGI_FIXED) ? 1U << k : 0;
}

/* The addresses of what the rule reads, and the operands whose gradients are wanted, as bits. False: a value is missing, since
 * a plan ran it and kept the results alone; or this is no case for the sweep. */
static inline bool look(const sweep *s, site *at, uint32_t i, const void *variable[], uint32_t *wanted)
{
    const wg_graph *g = s->g;
    const wgi_node *n = &g->node[i];
    variable[GY] = &s->adjoint[i - s->lo], variable[Y] = g->value[i];
    if (n->flags & WGI_EVEN) { /* where there is no second operand, in[1] is the error node, which is never wanted */
        if (at->in[0] != n->in[0]) turn_to(s, at, 0, n->in[0]);
        if (at->in[1] != n->in[1]) turn_to(s, at, 1, n->in[1]);
        variable[X] = at->x[0], variable[X + 1] = at->x[1];
        *wanted = at->bit[0] | at->bit[1];
        return variable[Y] && variable[X] && (variable[X + 1] || n->operands == 1);
    }
    const uint32_t *in = wgi_in(n);
    bool            ok = variable[Y] && n->shape == g->node[0].shape && n->operands <= OPERANDS;
    *wanted = 0;
    for (uint32_t k = 0; ok && k < n->operands; k++) {
        if (at->in[k] != in[k]) turn_to(s, at, k, in[k]);
        variable[X + k] = at->x[k];
        *wanted |= at->bit[k];
        ok = at->x[k] && g->node[in[k]].dtype == n->dtype;
    }
    return ok;
}

static inline void contribute(sweep *s, uint32_t i, uint32_t t, const void *gx)
{
    uint64_t *to = &s->adjoint[i - s->lo];
    bool      first = !s->g->marked[i];
    s->g->marked[i] = 1;
    if (t == WG_F32) *(float *)(void *)to = first ? *(const float *)gx : *(float *)(void *)to + *(const float *)gx;
    else *(double *)(void *)to = first ? *(const double *)gx : *(double *)(void *)to + *(const double *)gx;
}

/* False: no case for the sweep, or an error. */
static inline bool visit(sweep *s, uint32_t i)
{
    wg_graph       *g = s->g;
    const wgi_node *n = &g->node[i];
    const void     *variable[VARIABLES];
    uint32_t        wanted;
    site           *at = site_of(s, n);
    if (!at || !look(s, at, i, variable, &wanted)) return false;
    if (!at->trace[wanted]) at->trace[wanted] = trace_of(g->c, n, n->dtype | wanted << 8, wanted);
    wgi_trace *t = at->trace[wanted];
    if (!t || !t->usable) return false;
    for (int j = 0; j < t->patches; j++) *t->patch[j].slot = variable[t->patch[j].variable];
    for (int j = 0; j < t->instrs; j++)
        if (!wgi_call(t->instr[j].op, t->instr[j].fn, &t->instr[j].k)) {
            wgi_fault_report(g, n->op, wg_inside(n->here), &t->fault);
            return false;
        }
    for (uint32_t k = 0; wanted; k++, wanted >>= 1)
        if (wanted & 1) contribute(s, wgi_in(n)[k], n->dtype, t->gx[k] ? t->gx[k] : variable[t->gx_variable[k]]);
    return true;
}

static void finish(sweep *s, wgi_request *r)
{
    wg_graph *g = s->g;
    for (int k = 0; k < r->targets; k++) {
        uint32_t i = r->target[k];
        r->reached[k] = g->marked[i];
        if (r->reached[k]) memcpy(r->into[k], &s->adjoint[i - s->lo], wg_dtype_size((wg_dtype)g->node[i].dtype));
    }
    r->blocked = 0;
}

bool wgi_sweep(wg_graph *g, wgi_request *r)
{
    sweep s = { .g = g, .lo = r->loss };
    for (int k = 0; k < r->targets; k++) s.lo = WGI_MIN(s.lo, r->target[k]);
    const wgi_node *loss = &g->node[r->loss];
    wgi_place       place = wgi_arena_place(&g->temp);
    bool            ok = loss->shape == g->node[0].shape;
    s.adjoint = ok ? wgi_arena_alloc(&g->temp, sizeof *s.adjoint * ((size_t)r->loss - s.lo + 1)) : NULL;
    if (!s.adjoint) return false;
    g->marked[r->loss] = 1;
    wgi_convert((wg_dtype)loss->dtype, &s.adjoint[r->loss - s.lo], WG_F64, &(double){ 1 }, 1);
    uint32_t i = r->loss + 1;
    while (ok && i-- > s.lo) {
        __builtin_prefetch(&g->node[i] - WGI_AHEAD);
        if (!g->marked[i] || g->node[i].op == &wgi_op_param) continue; /* no other leaf is wanted */
        g->marked[i] = 0;
        ok = visit(&s, i);
    }
    if (ok) finish(&s, r);
    memset(g->marked + s.lo, 0, ok ? 1 : i - s.lo);
    g->marked[r->loss] = 0; /* a leaf, perhaps */
    for (size_t k = 0; k < g->params; k++) g->marked[g->param[k]] = 0;
    wgi_arena_rewind(&g->temp, place);
    return ok;
}
