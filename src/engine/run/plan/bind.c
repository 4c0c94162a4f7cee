/* bind.c: what a plan keeps of its last run for the next. A training loop asks for the same gradients at
 * every step, of leaves at the same addresses. The graph's serial number `leaves` tells: while it does not
 * change, nodes and addresses are the same.
 *
 * 1. The request of wg_backward is kept. So the next one need not be made, hashed and compared with the
 *    plan.
 * 2. A small plan is bound: it becomes a list of calls with their addresses, and a run makes these calls
 *    and nothing else. A plan is small if each step is one chunk and each program is one tile. */
#include "run/plan/plan.h"

typedef struct call {
    wg_kernel_fn fn;
    const wg_op *op;
    uint32_t node; /* for errors */
    wg_kernel k;
} call;

/* Calls up to `end`, with one guard (wgi_plan_step). */
typedef struct stretch {
    int end;
    uint32_t guard;
    size_t guards;
} stretch;

struct wgi_bound {
    void **ptr;       /* the table of addresses that the calls were made for */
    void *work, *out; /* workspace and results then */
    uint32_t *moving; /* buffers that are in neither, so that their addresses may change alone */
    uint32_t movings;
    call *call;
    int calls;
    stretch *stretch;
    int stretches;
    void **at;           /* operands and results of all calls: the x[] and y[] of wg_kernel */
    unsigned char *step; /* for each place of at[]: the step[] of wg_kernel */
    char *regs;          /* tile buffers */
    size_t stride;       /* bytes of a tile buffer */
    wg_fault fault;
    wgi_setting run;
};

enum { MOST_CALLS = 400 };

typedef struct counts {
    size_t calls, places;
    int regs;
    size_t bytes; /* of the longest tile buffer */
} counts;

/* What a bound plan needs room for. False: the plan is not small. */
static bool count(const wgi_plan *p, counts *n)
{
    *n = (counts){ 0 };
    for (int i = 0; i < p->steps; i++) {
        const wgi_plan_step *s = &p->step[i];
        const wgi_program *t = s->tiles;
        if (s->chunks > 1 || s->rows || (t && t->size > WGI_TILE)) return false;
        n->calls += t ? (size_t)t->instrs : 1;
        n->places += t ? 0 : (size_t)(s->of->operands + s->of->outputs);
        for (int j = 0; t && j < t->instrs; j++) n->places += (size_t)t->instr[j].of->operands + 1;
        n->regs = t ? WGI_MAX(n->regs, t->regs) : n->regs;
        n->bytes = t ? WGI_MAX(n->bytes, (size_t)t->size * 8) : n->bytes;
    }
    return n->calls <= MOST_CALLS;
}

static bool moves(wgi_where w) { return w == WGI_LEAF || w == WGI_HELD || w == WGI_INTO || w == WGI_ALONG; }

bool wgi_bound_new(wgi_plan *p)
{
    counts n;
    if (wgi_without(p->c, WG_WITHOUT_BIND) || !count(p, &n)) return true;
    wgi_bound *b = wgi_plan_keep(p, 1, sizeof *b);
    if (!b) return false;
    b->stride = (n.bytes + 63) & ~(size_t)63;
    b->ptr = wgi_plan_keep(p, p->buffers, sizeof *b->ptr);
    b->moving = wgi_plan_keep(p, p->buffers, sizeof *b->moving);
    b->call = wgi_plan_keep(p, n.calls, sizeof *b->call);
    b->stretch = wgi_plan_keep(p, (size_t)p->steps, sizeof *b->stretch);
    b->at = wgi_plan_keep(p, n.places, sizeof *b->at);
    b->step = wgi_plan_keep(p, n.places, 1);
    b->regs = wgi_plan_keep(p, (size_t)n.regs, b->stride);
    if (!b->ptr || !b->moving || !b->call || !b->stretch || !b->at || !b->step || !b->regs) return false;
    for (uint32_t i = 0; i < p->buffers; i++)
        if (moves(p->buffer[i].where)) b->moving[b->movings++] = i;
    p->bound = b;
    return true;
}

/* ---- binding ---- */

static void *place_of(const wgi_bound *b, wgi_ref r)
{
    return r.kind == WGI_REG ? b->regs + r.index * b->stride : (char *)b->ptr[r.index];
}

/* For an op without a kernel. k is part of a call, which knows the op. */
static bool run_short(const wg_kernel *k)
{
    const call *c = (const call *)(const void *)((const char *)k - offsetof(call, k));
    return wgi_map_short(k, c->op);
}

/* Appends a call, whose operands and results are at b->at[place] and after it. */
static call *bind_call(wgi_bound *b, const wgi_signature *of, uint32_t node, size_t place)
{
    void **x = &b->at[place];
    call *c = &b->call[b->calls++];
    *c = (call){ of->fn ? of->fn : run_short, of->op, node,
                 wgi_kernel_call(of, (const void *const *)x, x + of->operands, &b->step[place], b->run) };
    return c;
}

static size_t bind_instr(wgi_bound *b, const wgi_instr *in, int64_t size, size_t place)
{
    call *c = bind_call(b, in->of, in->node, place);
    for (int k = 0; k < in->of->operands; k++, place++) {
        b->at[place] = place_of(b, in->x[k]);
        b->step[place] = in->x[k].kind != WGI_ONE;
    }
    b->at[place] = place_of(b, in->y);
    c->k.end = in->fold ? (size + WG_FOLD - 1) / WG_FOLD : size;
    c->k.scratch = in->fold ? b->at[place] : NULL;
    return place + 1;
}

static size_t bind_step(wgi_bound *b, const wgi_plan_step *s, size_t place)
{
    call *c = bind_call(b, s->of, s->node, place);
    for (int k = 0; k < s->of->operands; k++) b->at[place++] = b->ptr[s->x[k]];
    for (int k = 0; k < s->of->outputs; k++) b->at[place++] = b->ptr[s->y[k]];
    c->k.end = s->units, c->k.phase = s->phase;
    c->k.scratch = s->scratch == NO_BUFFER ? NULL : b->ptr[s->scratch];
    return place;
}

static void bind(wgi_bound *b, const wgi_plan *p)
{
    size_t place = 0;
    b->calls = b->stretches = 0;
    b->run = (wgi_setting){ .seed = p->c->o.seed, .fault = &b->fault }; /* each run sets the epoch */
    for (int i = 0; i < p->steps; i++) {
        const wgi_plan_step *s = &p->step[i];
        for (int j = 0; s->tiles && j < s->tiles->instrs && s->tiles->size; j++)
            place = bind_instr(b, &s->tiles->instr[j], s->tiles->size, place);
        if (!s->tiles && s->units) place = bind_step(b, s, place);
        if (!i || s->guard != p->step[i - 1].guard) b->stretches++;
        b->stretch[b->stretches - 1] = (stretch){ b->calls, s->guard, s->guards };
    }
}

static const void *moved_to(const wg_graph *g, const wgi_request *r, const wgi_buffer *b)
{
    return b->where == WGI_INTO    ? r->into[b->node]
           : b->where == WGI_ALONG ? r->along[b->node]
                                   : wgi_value(g, r->at[b->node]);
}

/* Whether no address of a leaf or a gradient can have changed since the last run of p. */
static bool repeats(const wg_graph *g, const wgi_plan *p, const wgi_request *r)
{
    return r->fresh && p->leaves == g->build.leaves && r->use == p->ran;
}

void **wgi_bound_pointers(wg_graph *g, wgi_plan *p, const wgi_request *r, void *out)
{
    wgi_bound *b = p->bound;
    bool same = b->work == g->run.work && b->out == out;
    if (same && repeats(g, p, r)) return b->ptr;
    for (uint32_t k = 0; k < b->movings && same; k++) {
        const wgi_buffer *u = &p->buffer[b->moving[k]];
        same = b->ptr[b->moving[k]] == moved_to(g, r, u);
    }
    if (same) return b->ptr;
    b->work = g->run.work, b->out = out;
    wgi_fill_pointers(g, p, r, b->ptr, out);
    bind(b, p);
    return b->ptr;
}

/* ---- running ---- */

/* Unrolled, so that each call of the list has its own place in the code. The processor predicts the target
 * of a call by its place, and here it is the same in every run. */
static int run_calls(call *c, int calls, uint64_t epoch)
{
#pragma GCC unroll 32
    for (int i = 0; i < calls; i++) {
        c[i].k.epoch = epoch;
        if (!c[i].fn(&c[i].k)) return i;
    }
    return calls;
}

bool wgi_bound_run(wgi_plan *p, uint64_t epoch, wgi_env *failed)
{
    wgi_bound *b = p->bound;
    wgi_fault_clear(&b->fault);
    int done = 0;
    for (const stretch *s = b->stretch; s < b->stretch + b->stretches; s++) {
        const bool runs = s->guard == NO_BUFFER || wgi_any_true(b->ptr[s->guard], s->guards);
        done += runs ? run_calls(b->call + done, s->end - done, epoch) : s->end - done;
        if (done < s->end) break;
    }
    if (done == b->calls) return true;
    *failed =
        (wgi_env){ .run.fault = &b->fault, .failed_node = b->call[done].node, .failed_op = b->call[done].op };
    return false;
}

/* ---- the last request ---- */

/* A backward request follows from the nodes up to the loss and the parameters among them, which are equal
 * if `leaves` is, and from kept nodes and assignments. A request with one of the latter is not repeated. */
wgi_request *wgi_last_request(wg_graph *g, const wg_params *p, uint32_t loss)
{
    wgi_plan *l = g->run.last;
    bool same = l && l->by == p && l->leaves == g->build.leaves && l->request.loss == loss &&
                l->params == g->params && !g->results.kepts && !g->results.assigns && !wgi_plan_is_due(l);
    return same ? &l->request : NULL;
}

void wgi_last_remember(wg_graph *g, const wg_params *by, const wgi_request *r)
{
    wgi_plan *p = r->plan;
    /* The roots of a repeated request are the loss and what it compares: nothing is kept or assigned. */
    const bool plain = !g->results.kepts && !g->results.assigns;
    const bool repeats = p && r->fresh && plain && r->use && !wgi_without(g->c, WG_WITHOUT_BIND);
    g->run.last = NULL;
    if (!repeats) return;
    wgi_request q = *r;
    q.root = p->request.root, q.target = p->request.target;
    q.into = p->request.into, q.reached = p->request.reached;
    memcpy(q.root, r->root, sizeof *q.root * (size_t)r->roots);
    memcpy(q.target, r->target, sizeof *q.target * (size_t)r->targets);
    memcpy(q.into, r->into, sizeof *q.into * (size_t)r->targets);
    memcpy(q.reached, r->reached, sizeof *q.reached * (size_t)r->targets);
    p->request = q;
    p->by = by, p->params = g->params;
    g->run.last = p;
}
