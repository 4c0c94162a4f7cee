/* interpret.c: runs nodes one by one, keeping every value until the evaluation ends: for structures seen for the first time
 * and the smallest graphs. One thread. Same kernels as plans, same bits. */
#include "run/run.h"

/* ---- which nodes: those below the roots without a value ---- */

static uint32_t base_of(const wg_graph *g, uint32_t i) { return i - g->node[i].output; }

static int64_t mark(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    if (n->output) n = &g->node[i = base_of(g, i)];
    if (g->marked[i] || wgi_is_leaf(n) || g->value[i]) return 0;
    g->marked[i] = 1;
    return 1;
}

/* Returns the lowest marked node; high: the highest. */
static uint32_t mark_needed(wg_graph *g, const uint32_t *root, int roots, uint32_t *high)
{
    int64_t open = 0;
    *high = 0;
    for (int k = 0; k < roots; k++) {
        open += mark(g, root[k]);
        *high = WGI_MAX(*high, base_of(g, root[k]));
    }
    uint32_t i = *high + 1;
    while (open > 0 && i-- > 0) {
        if (!g->marked[i]) continue;
        const wgi_node *n = &g->node[i];
        const uint32_t *in = wgi_in(n);
        open--;
        for (uint32_t k = 0; k < n->operands; k++) open += mark(g, in[k]);
    }
    return i;
}

/* ---- one node ---- */

enum { FEW = 8 };

typedef struct frame { /* a call's arrays */
    wg_kernel     k;
    const void   *x[FEW];
    void         *y[WG_MAX_OUTPUTS];
    wg_type       xt[FEW], yt[WG_MAX_OUTPUTS];
    unsigned char step[FEW];
    wg_fault      fault;
} frame;

static bool outputs_of(wg_graph *g, uint32_t i, frame *f)
{
    for (int j = 0; j < f->k.outputs; j++) {
        wgi_node *n = &g->node[i + (uint32_t)j];
        f->yt[j] = (wg_type){ n->shape, (wg_dtype)n->dtype };
        f->y[j] = wgi_arena_alloc(&g->values, (size_t)wgi_size(n->shape) * wg_dtype_size((wg_dtype)n->dtype));
        if (!f->y[j]) return false;
    }
    return true;
}

/* A MAP whose operands are broadcast by more than a scalar: a program of one instruction. */
static bool map_spread(wg_graph *g, const wgi_node *n, frame *f, wg_kernel_fn fn)
{
    int        count = f->k.operands;
    wgi_ref   *x = wgi_arena_alloc(&g->temp, sizeof *x * (size_t)count);
    wgi_load  *load = wgi_arena_alloc(&g->temp, sizeof *load * (size_t)count);
    wgi_instr *instr = wgi_arena_alloc(&g->temp, sizeof *instr * ((size_t)count + 1));
    void     **ptr = wgi_arena_alloc(&g->temp, sizeof *ptr * ((size_t)count + 1));
    if (!x || !load || !instr || !ptr) return false;
    wgi_program p = { .instr = instr, .most_operands = count, .size = wgi_size(n->shape) };
    for (int k = 0; k < count; k++) {
        uint32_t size = (uint32_t)wg_dtype_size(f->k.xt[k].dtype);
        ptr[k] = (void *)(uintptr_t)f->k.x[k];
        x[k] = (wgi_ref){ f->k.xt[k].shape == n->shape ? WGI_FULL : WGI_ONE, (uint32_t)k, size };
        if (x[k].kind == WGI_ONE && wgi_size(f->k.xt[k].shape) != 1) {
            wgi_load_make(&load[k], f->k.xt[k].shape, n->shape);
            load[k].from = (uint32_t)k, load[k].reg = (uint32_t)p.regs, load[k].size = size;
            instr[p.instrs++] = (wgi_instr){ .load = &load[k] };
            x[k] = (wgi_ref){ WGI_REG, (uint32_t)p.regs++, size };
        }
    }
    ptr[count] = f->y[0];
    instr[p.instrs++] = (wgi_instr){ .fn = fn,
                                     .op = n->op,
                                     .attr = f->k.attr,
                                     .operands = count,
                                     .x = x,
                                     .y = { WGI_FULL, (uint32_t)count, (uint32_t)wg_dtype_size((wg_dtype)n->dtype) },
                                     .xt = f->k.xt,
                                     .yt = f->yt };
    void   *regs = wgi_arena_alloc(&g->temp, wgi_tile_bytes(&p));
    wgi_env e = { .ptr = ptr, .seed = f->k.seed, .epoch = f->k.epoch, .fault = &f->fault };
    return regs && wgi_tiles(&p, &e, regs, 0, p.size);
}

static bool run_map(wg_graph *g, const wgi_node *n, frame *f, wg_kernel_fn fn)
{
    int64_t size = wgi_size(n->shape);
    bool    plain = f->k.operands <= FEW;
    if (!size) return true;
    for (int k = 0; plain && k < f->k.operands; k++) {
        f->step[k] = f->xt[k].shape == n->shape;
        plain &= f->step[k] || wgi_size(f->xt[k].shape) == 1;
    }
    if (!plain) return map_spread(g, n, f, fn);
    f->k.begin = 0;
    f->k.end = size;
    return wgi_call(n->op, fn, &f->k);
}

static bool run_phases(wg_graph *g, const wg_op *op, frame *f, wg_kernel_fn fn)
{
    int phases = op->phases ? op->phases : 1;
    if (op->scratch) {
        f->k.scratch = wgi_arena_alloc(&g->temp, op->scratch(&f->k));
        if (!f->k.scratch) return false;
    }
    for (f->k.phase = 0; f->k.phase < phases; f->k.phase++) {
        f->k.begin = 0;
        f->k.end = op->units ? op->units(&f->k) : f->k.phase == 0;
        if (f->k.end > 0 && !fn(&f->k)) return false;
    }
    return true;
}

static bool run_gated(wg_graph *g, const wg_op *op, frame *f, wg_kernel_fn fn)
{
    if (op->kind != WG_CONTRACT) return run_phases(g, op, f, fn);
    int  was = wgi_gate_open();
    bool ok = run_phases(g, op, f, fn);
    wgi_gate_close(was);
    return ok;
}

/* ---- scalars: most nodes of a program of scalars ---- */

/* A call of an elementwise op of one or two scalars, all but its pointers: kept from node to node. */
typedef struct scalar_call {
    const wg_op *op;
    uint32_t     types; /* the dtypes of both operands and the result */
    wg_kernel_fn fn;
    wg_kernel    k;
    uint32_t     in[2]; /* whose values x are: most often one of them is that of the call before */
    const void  *x[2];
    void        *y;
    wg_type      xt[2], yt;
} scalar_call;

enum { SITES = 6, CELLS = 512 };

typedef struct scalars {
    scalar_call call[SITES + 1]; /* in the order in which they came up; the last for all that found no place */
    wg_fault    fault;
    uint64_t   *cell, *end; /* room for values */
} scalars;

static bool is_scalar_map(const wg_graph *g, const wgi_node *n)
{
    return n->flags & WGI_EVEN ||
           (n->op->kind == WG_MAP && n->operands <= 2 && n->shape == g->node[0].shape && !n->op->attr_size);
}

static void call_make(wg_graph *g, scalars *s, scalar_call *c, const wgi_node *n, uint32_t types)
{
    static const unsigned char step[2] = { 1, 1 };
    const wg_shape            *shape = g->node[0].shape;
    *c = (scalar_call){ .op = n->op, .types = types, .fn = wgi_kernel_of(n->op, g->c->isa) };
    c->xt[0] = (wg_type){ shape, (wg_dtype)(types & 0xFF) };
    c->xt[1] = (wg_type){ shape, (wg_dtype)(types >> 8 & 0xFF) };
    c->yt = (wg_type){ shape, (wg_dtype)(types >> 16) };
    c->k = (wg_kernel){ .end = 1,
                        .operands = (int)n->operands,
                        .outputs = 1,
                        .x = c->x,
                        .y = &c->y,
                        .step = step,
                        .xt = c->xt,
                        .yt = &c->yt,
                        .seed = g->c->o.seed,
                        .epoch = g->epoch,
                        .fault = &s->fault };
    wgi_fault_clear(&s->fault);
}

static bool cells(wg_graph *g, scalars *s, uint32_t most)
{
    size_t n = WGI_MIN(most, CELLS);
    s->cell = wgi_arena_alloc(&g->values, n * sizeof *s->cell);
    s->end = s->cell ? s->cell + n : NULL;
    return s->cell;
}

static inline __attribute__((always_inline)) bool call_of(wg_graph *g, scalars *s, scalar_call *c, const wgi_node *n, uint32_t i)
{
    for (int k = 0; k < 2; k++)
        if (c->in[k] != n->in[k]) {
            c->in[k] = n->in[k];
            c->x[k] = wgi_value(g, n->in[k]);
        }
    c->y = g->value[i] = s->cell++;
    return wgi_call(c->op, c->fn, &c->k);
}

/* From a place in the code of its own for each of the first kinds: a call from one place to many targets is mispredicted at
 * every change, which costs as much as all the rest of a node. */
static inline __attribute__((always_inline)) bool call_scalar(wg_graph *g, scalars *s, const wgi_node *n, uint32_t i,
                                                              uint32_t types)
{
#define SITE(j)                                                    \
    do {                                                           \
        if (s->call[j].op == n->op && s->call[j].types == types) { \
            bool ok = call_of(g, s, &s->call[j], n, i);            \
            __asm__ volatile("" : "+r"(ok) : "i"(j));              \
            return ok;                                             \
        }                                                          \
    } while (0)
    SITE(0);
    SITE(1);
    SITE(2);
    SITE(3);
    SITE(4);
    SITE(5);
#undef SITE
    scalar_call *c = s->call;
    while (c < s->call + SITES && c->op) c++;
    if (c->op != n->op || c->types != types) call_make(g, s, c, n, types);
    return call_of(g, s, c, n, i);
}

static inline bool run_scalar(wg_graph *g, scalars *s, uint32_t i, uint32_t high)
{
    const wgi_node *n = &g->node[i];
    uint32_t        types = n->dtype * 0x10101u;
    if (!(n->flags & WGI_EVEN)) {
        const wgi_node *a = &g->node[n->in[0]], *b = n->operands > 1 ? &g->node[n->in[1]] : a;
        types = a->dtype | (uint32_t)b->dtype << 8 | (uint32_t)n->dtype << 16;
    }
    if ((s->cell == s->end && !cells(g, s, high - i + 1))) return false;
    if (call_scalar(g, s, n, i, types)) return true;
    g->value[i] = NULL;
    wgi_fault_report(g, n->op, n->here, &s->fault);
    return false;
}

/* ---- any node ---- */

static bool run_node(wg_graph *g, uint32_t i)
{
    wgi_node       *n = &g->node[i];
    const wg_op    *op = n->op;
    const uint32_t *in = wgi_in(n);
    frame           f;
    wg_type        *xt = f.xt;
    const void    **x = f.x;
    memset(&f.k, 0, sizeof f.k);
    if (n->operands > FEW) {
        x = wgi_arena_alloc(&g->temp, sizeof *x * n->operands);
        xt = wgi_arena_alloc(&g->temp, sizeof *xt * n->operands);
        if (!x || !xt) return false;
    }
    for (uint32_t k = 0; k < n->operands; k++) {
        const wgi_node *m = &g->node[in[k]];
        x[k] = wgi_value(g, in[k]);
        xt[k] = (wg_type){ m->shape, (wg_dtype)m->dtype };
        assert(x[k]);
    }
    f.k.operands = (int)n->operands;
    f.k.outputs = op->outputs ? op->outputs : 1;
    f.k.x = x, f.k.y = f.y, f.k.xt = xt, f.k.yt = f.yt, f.k.step = f.step;
    f.k.attr = op->attr_size ? n->attr : NULL;
    f.k.seed = g->c->o.seed, f.k.epoch = g->epoch, f.k.fault = &f.fault;
    wgi_fault_clear(&f.fault);
    if (op->kind == WG_ALIAS) {
        int64_t at = op->alias(&f.k);
        if (at >= 0) {
            g->value[i] = (char *)(uintptr_t)x[0] + (size_t)at * wg_dtype_size((wg_dtype)n->dtype);
            return wgi_own_bytes(g, i);
        }
    }
    wg_kernel_fn fn = wgi_kernel_of(op, g->c->isa);
    if (!outputs_of(g, i, &f)) return false;
    bool ok = op->kind == WG_MAP || op->kind == WG_RANDOM ? run_map(g, n, &f, fn) : run_gated(g, op, &f, fn);
    if (!ok) {
        if (wgi_ok(g->c)) wgi_fault_report(g, op, n->here, &f.fault);
        return false;
    }
    for (int j = 0; j < f.k.outputs; j++) g->value[i + (uint32_t)j] = f.y[j];
    return true;
}

static inline bool run(wg_graph *g, scalars *s, uint32_t i, uint32_t high)
{
    if (s && is_scalar_map(g, &g->node[i])) return run_scalar(g, s, i, high);
    wgi_place place = wgi_arena_place(&g->temp);
    bool      ok = run_node(g, i);
    wgi_arena_rewind(&g->temp, place);
    return ok;
}

/* all: every node but leaves and those with a value; else those that are marked. */
static inline bool is_due(wg_graph *g, uint32_t i, bool all)
{
    const wgi_node *n = &g->node[i];
    if (all) return !g->value[i] && (n->flags & WGI_EVEN || (!n->output && !wgi_is_leaf(n)));
    bool marked = g->marked[i];
    g->marked[i] = 0;
    return marked;
}

bool wgi_interpret(wg_graph *g, const uint32_t *root, int roots)
{
    scalars s;
    for (int k = 0; k <= SITES; k++) s.call[k].op = NULL;
    s.cell = s.end = NULL;
    /* Below the last node, when all others are used, no node is superfluous; unless a plan has run and kept its results alone. */
    bool     all = roots == 1 && root[0] == g->count - 1 && g->loose == 1 && !g->rans, ok = true;
    uint32_t high = root[0], low = all ? 1 : mark_needed(g, root, roots, &high);
    for (uint32_t i = low; i <= high && ok; i++) {
        __builtin_prefetch(&g->node[i] + WGI_AHEAD);
        if (!is_due(g, i, all)) continue;
        ok = run(g, &s, i, high);
        if (!ok) memset(g->marked + i, 0, high - i + 1);
    }
    return ok;
}
