/* kind_calls.c: calls of kernels that the interpreter keeps for nodes of one kind: nodes with equal ops,
 * options and types of operands. A program that is built anew in each step has many nodes of few kinds. What
 * a call needs besides addresses is computed for the first of them. */
#include "run/kind_calls.h"

/* CALLS: entries of the table, 2 to the power of BITS. */
#ifdef WG_HOSTILE
enum { BITS = 2 };
#else
enum { BITS = 6 };
#endif
enum { CALLS = 1 << BITS, OPERANDS = WGI_KIND_OPERANDS };

typedef wgi_kind_call kind_call;

struct wgi_kind_calls {
    uint64_t known; /* of wgi_shapes_gone */
    kind_call call[CALLS];
    kind_call *last[WGI_OPS]; /* by the place of an op */
};

/* What a kind consists of. */
typedef struct kind {
    const wg_op *op;
    const void *attr;
    int operands;
    wg_type xt[OPERANDS], yt;
} kind;

/* Whether the calls of n's op follow from types and options alone, and in a form that is kept. */
static bool can_be_kept(const wgi_node *n)
{
    const wg_op *op = n->op;
    return wgi_op_is_ours(op) && !op->users && n->operands <= OPERANDS && op->attr_size <= WGI_KIND_OPTIONS &&
           op->outputs <= 1 && op->phases <= 1 && (op->kernel[0] || op->kind == WG_ALIAS);
}

static uint32_t place_of(const kind *n)
{
    uint64_t h = wgi_kind_mix((uintptr_t)n->op ^ wgi_options_number(n->op, n->attr), n->yt.shape);
    for (int k = 0; k < n->operands; k++) h = wgi_kind_mix(h, n->xt[k].shape);
    return wgi_kind_place(h, BITS);
}

static bool is_of(const kind_call *c, const kind *n)
{
    if (c->op != n->op || c->yt->shape != n->yt.shape || c->yt->dtype != n->yt.dtype ||
        c->k.operands != n->operands)
        return false;
    for (int k = 0; k < n->operands; k++)
        if (c->xt[k].shape != n->xt[k].shape || c->xt[k].dtype != n->xt[k].dtype) return false;
    return wgi_options_same(n->op, c->attr, n->attr);
}

/* Elementwise: whether each operand is one element or has all elements in the order of the result, so that
 * one call computes all. (Axes of size 1 before the others change no order.) */
static bool set_steps(kind_call *c)
{
    for (int k = 0; k < c->k.operands; k++) {
        const int64_t n = wgi_size(c->xt[k].shape);
        c->step[k] = n == wgi_size(c->yt->shape);
        if (!c->step[k] && n != 1) return false;
    }
    c->k.end = wgi_size(c->yt->shape);
    return true;
}

static bool set_prepared(wg_context *c, kind_call *k)
{
    if (!k->op->prepare) return true;
    if (k->room < k->op->prepared) {
        wg_free(c, k->prepared);
        k->prepared = wgi_raw(c, 1, k->op->prepared);
        k->room = k->prepared ? k->op->prepared : 0;
    }
    if (!k->prepared) return false;
    k->blas = k->op->prepare(&k->k, k->prepared);
    k->k.prepared = k->prepared;
    return true;
}

/* Whether the call can be kept. Also false without memory, and then an error is recorded. */
static bool fill(wg_graph *g, kind_call *c, const kind *n)
{
    const wg_op *op = n->op;
    c->fn = wgi_kernel_of(op, g->c->isa);
    c->yt[0] = n->yt;
    memcpy(c->xt, n->xt, sizeof c->xt);
    if (op->attr_size) memcpy(c->attr, n->attr, op->attr_size);
    const wgi_signature s = { .fn = c->fn,
                              .op = op,
                              .attr = op->attr_size ? c->attr : NULL,
                              .operands = n->operands,
                              .outputs = 1,
                              .xt = c->xt,
                              .yt = c->yt };
    c->k = wgi_kernel_call(&s, c->x, c->y, c->step, (wgi_setting){ 0 });
    c->op = op, c->blas = op->kind == WG_CONTRACT, c->alias = WGI_NO_ALIAS, c->flat = false;
    c->bytes = (size_t)wgi_size(n->yt.shape) * wg_dtype_size(n->yt.dtype), c->scratch = 0, c->together = 1;
    if (op->kind == WG_ALIAS && (c->alias = op->alias(&c->k)) >= 0) {
        c->alias *= (int64_t)wg_dtype_size(n->yt.dtype);
        return true;
    }
    if (op->kind == WG_MAP || op->kind == WG_RANDOM) {
        c->flat = op->kind == WG_MAP;
        return set_steps(c);
    }
    c->scratch = op->scratch ? op->scratch(&c->k) : 0;
    c->k.end = op->units ? op->units(&c->k) : 1;
    if (op->together) c->together = op->together(&c->k);
    return set_prepared(g->c, c);
}

/* The entry of a kind. NULL: its two places are taken by kinds whose nodes wait, or an error was recorded. */
static kind_call *entry_of(wg_context *c, const kind *n)
{
    if (!c->kind_calls && !wgi_without(c, WG_WITHOUT_KINDS)) {
        c->kind_calls = wg_alloc(c, 1, sizeof *c->kind_calls);
        if (c->kind_calls) c->kind_calls->known = c->shapes_freed;
    }
    if (!c->kind_calls) return NULL;
    const uint32_t place = place_of(n);
    kind_call *k = &c->kind_calls->call[place], *other = &c->kind_calls->call[place ^ 1];
    if (is_of(k, n)) return k;
    if (is_of(other, n)) return other;
    if (k->op && !other->busy) k = other;
    if (k->busy) return NULL;
    k->op = NULL;
    return k;
}

static kind_call *find(wg_graph *g, const kind *n)
{
    kind_call *k = entry_of(g->c, n);
    if (k && !k->op) {
        k->usable = fill(g, k, n);
        if (!wgi_ok(g->c)) k->op = NULL;
    }
    return k && k->op && k->usable ? k : NULL;
}

/* Whether c is the call for n. */
static inline bool is_for(const kind_call *c, const wg_graph *g, const wgi_node *n)
{
    if (c->op != n->op || c->yt->shape != n->shape || c->yt->dtype != n->dtype ||
        c->k.operands != (int)n->operands)
        return false;
    const uint32_t *in = wgi_in(n);
    for (uint32_t k = 0; k < n->operands; k++) {
        const wgi_node *x = &g->node[in[k]];
        if (c->xt[k].shape != x->shape || c->xt[k].dtype != x->dtype) return false;
    }
    return wgi_options_same(n->op, c->attr, n->attr);
}

/* The calls' memory for what is prepared stays. */
static void forget_calls(struct wgi_kind_calls *t)
{
    for (int i = 0; i < CALLS; i++) t->call[i].op = NULL;
    memset((void *)t->last, 0, sizeof t->last);
}

/* The nodes of one op that follow each other are mostly of one kind: the last call of the op is tried
 * first. */
wgi_kind_call *wgi_kind_call_of(wg_graph *g, const wgi_node *n)
{
    struct wgi_kind_calls *t = g->c->kind_calls;
    if (t && wgi_shapes_gone(g->c, &t->known)) forget_calls(t);
    kind_call **last = t ? &t->last[wgi_op_place(n->op)] : NULL;
    if (last && *last && is_for(*last, g, n)) return (*last)->usable ? *last : NULL;
    if (!can_be_kept(n)) return NULL;
    kind of = { .op = n->op, .attr = n->attr, .operands = (int)n->operands, .yt = wgi_type_of(n) };
    const uint32_t *in = wgi_in(n);
    for (uint32_t k = 0; k < n->operands; k++) of.xt[k] = wgi_type_of(&g->node[in[k]]);
    kind_call *c = find(g, &of);
    if (c) g->c->kind_calls->last[wgi_op_place(n->op)] = c;
    return c;
}

wgi_kind_call *wgi_kind_call_stacked(wg_graph *g, const wgi_kind_call *c, int64_t rows)
{
    kind of = { c->op, c->attr, c->k.operands, { { 0 } }, c->yt[0] };
    wg_shape x = *c->xt[0].shape, y = *c->yt->shape;
    memcpy(of.xt, c->xt, sizeof of.xt);
    x.dim[0] = y.dim[0] = rows;
    of.xt[0].shape = wgi_intern(g->c, &x), of.yt.shape = wgi_intern(g->c, &y);
    return of.xt[0].shape && of.yt.shape ? find(g, &of) : NULL;
}

/* ---- running ---- */

/* Calls the kernel. here: of the node, or of the first of several. */
static bool call(wg_graph *g, kind_call *c, wg_site here)
{
    wg_fault fault;
    const wgi_place place = wgi_arena_place(&g->temp);
    const int was = c->blas ? wgi_gate_open() : 0;
    bool ok = !c->scratch || (c->k.scratch = wgi_arena_alloc(&g->temp, c->scratch));
    wgi_fault_clear(&fault);
    c->k.fault = &fault, c->k.seed = g->c->o.seed, c->k.epoch = g->now.epoch;
    ok = ok && (c->k.end <= 0 || c->fn(&c->k));
    if (c->blas) wgi_gate_close(was);
    if (!ok && wgi_ok(g->c)) wgi_fault_report(g, c->op, here, &fault);
    if (c->scratch) wgi_arena_rewind(&g->temp, place);
    return ok;
}

static void set_operands(const wg_graph *g, uint32_t i, const wgi_kind_call *c, const void *x[])
{
    const uint32_t *in = wgi_in(&g->node[i]);
    for (int k = 0; k < c->k.operands; k++) {
        x[k] = wgi_value(g, in[k]);
        WGI_ASSERT(x[k]);
    }
}

bool wgi_kind_call_run(wg_graph *g, uint32_t i, wgi_kind_call *c)
{
    set_operands(g, i, c, c->x);
    if (c->alias >= 0) {
        g->value[i] = (char *)(uintptr_t)c->x[0] + c->alias;
        return wgi_own_bytes(g, i);
    }
    c->y[0] = wgi_memory_for(g, i, c->bytes);
    if (!c->y[0] || !call(g, c, g->node[i].here)) return false;
    g->value[i] = c->y[0];
    return true;
}

/* Gives n nodes their parts of y. */
static void spread(wg_graph *g, const uint32_t node[], uint32_t n, const kind_call *c, char *y)
{
    for (uint32_t j = 0; j < n; j++, y += c->bytes) g->value[node[j]] = y;
}

/* ---- several elementwise nodes ---- */

/* How many of the nodes, the first among them, have operands that are neighbours in memory, or the same
 * element. The operands of the first are left in c->x. */
static uint32_t neighbours(const wg_graph *g, const uint32_t node[], uint32_t n, kind_call *c)
{
    const void *x[OPERANDS];
    set_operands(g, node[0], c, c->x);
    for (uint32_t j = 1; j < n; j++) {
        set_operands(g, node[j], c, x);
        for (int k = 0; k < c->k.operands; k++) {
            const size_t size =
                c->step[k] ? (size_t)wgi_size(c->yt->shape) * wg_dtype_size(c->xt[k].dtype) : 0;
            if (x[k] != (const char *)c->x[k] + j * size) return j;
        }
    }
    return n;
}

static bool run_flat(wg_graph *g, const uint32_t node[], uint32_t n, kind_call *c)
{
    for (uint32_t j = 0, count; j < n; j += count) {
        count = neighbours(g, node + j, n - j, c);
        c->y[0] = wgi_arena_alloc(&g->values, c->bytes * count);
        const int64_t one = c->k.end;
        c->k.end = one * count;
        const bool ok = c->y[0] && call(g, c, g->node[node[j]].here);
        c->k.end = one;
        if (!ok) return false;
        spread(g, node + j, count, c, c->y[0]);
    }
    return true;
}

/* ---- several rows with the same other operands ---- */

/* Operand 0 of n nodes, one row each, as neighbours in memory: where they are, or copied. */
static const void *rows_of(wg_graph *g, const uint32_t node[], uint32_t n, const kind_call *c)
{
    const size_t size = (size_t)wgi_size(c->xt[0].shape) * wg_dtype_size(c->xt[0].dtype);
    const char *first = wgi_value(g, wgi_in(&g->node[node[0]])[0]);
    uint32_t j = 1;
    while (j < n && (const char *)wgi_value(g, wgi_in(&g->node[node[j]])[0]) == first + j * size) j++;
    if (j == n) return first;
    char *all = wgi_arena_alloc(&g->temp, n * size);
    for (j = 0; all && j < n; j++) memcpy(all + j * size, wgi_value(g, wgi_in(&g->node[node[j]])[0]), size);
    return all;
}

static uint32_t with_same_operands(const wg_graph *g, const uint32_t node[], uint32_t n)
{
    const wgi_node *a = &g->node[node[0]];
    for (uint32_t j = 1; j < n; j++) {
        const wgi_node *b = &g->node[node[j]];
        for (uint32_t k = 1; k < a->operands; k++)
            if (wgi_in(a)[k] != wgi_in(b)[k]) return j;
    }
    return n;
}

/* Computes n nodes by one call with n rows. False: an error was recorded. */
static bool run_stacked(wg_graph *g, const uint32_t node[], uint32_t n, const kind_call *c, kind_call *all)
{
    const wgi_place place = wgi_arena_place(&g->temp);
    set_operands(g, node[0], c, all->x);
    all->x[0] = rows_of(g, node, n, c);
    all->y[0] = wgi_arena_alloc(&g->values, c->bytes * n);
    const bool ok = all->x[0] && all->y[0] && call(g, all, g->node[node[0]].here);
    if (ok) spread(g, node, n, c, all->y[0]);
    wgi_arena_rewind(&g->temp, place);
    return ok;
}

static bool run_together(wg_graph *g, const uint32_t node[], uint32_t n, kind_call *c)
{
    for (uint32_t j = 0, count; j < n; j += count) {
        count = with_same_operands(g, node + j, WGI_MIN(n - j, (uint32_t)c->together));
        kind_call *all = count > 1 ? wgi_kind_call_stacked(g, c, count) : NULL;
        if (!all) count = 1;
        if (!wgi_ok(g->c)) return false;
        if (all ? !run_stacked(g, node + j, count, c, all) : !wgi_kind_call_run(g, node[j], c)) return false;
    }
    return true;
}

bool wgi_kind_call_run_all(wg_graph *g, const uint32_t node[], uint32_t n, wgi_kind_call *c)
{
    if (n > 1 && c->together > 1) return run_together(g, node, n, c);
    if (n > 1 && c->flat) return run_flat(g, node, n, c);
    for (uint32_t j = 0; j < n; j++)
        if (!wgi_kind_call_run(g, node[j], c)) return false;
    return true;
}
