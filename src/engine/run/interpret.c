/* interpret.c: runs nodes one by one, on one thread, for programs that are not worth a plan. Every value
 * stays until the evaluation ends. */
#include "run/run.h"

/* ---- one node ---- */

enum { FEW = 8 };

/* The arrays of a call, for up to FEW operands. */
typedef struct frame {
    wg_kernel k;
    const void *x[FEW];
    void *y[WG_MAX_OUTPUTS];
    wg_type xt[FEW], yt[WG_MAX_OUTPUTS];
    unsigned char step[FEW];
    wg_fault fault;
} frame;

static bool outputs_of(wg_graph *g, uint32_t i, frame *f)
{
    for (int j = 0; j < f->k.outputs; j++) {
        wgi_node *n = &g->node[i + (uint32_t)j];
        f->yt[j] = wgi_type_of(n);
        f->y[j] = wgi_memory_for(g, i + (uint32_t)j, wgi_value_bytes(n));
        if (!f->y[j]) return false;
    }
    return true;
}

/* Fills in the operands of a program of one node, and the instructions that load some. */
static void spread_operands(wgi_program *p, const wgi_node *n, const frame *f, wgi_ref *x, wgi_load *load,
                            wgi_signature *of, int isa)
{
    const int count = f->k.operands;
    wgi_ref *from = x + count;
    for (int k = 0; k < count; k++) {
        const wg_shape *s = f->k.xt[k].shape;
        uint32_t size = (uint32_t)wg_dtype_size(f->k.xt[k].dtype);
        x[k] = (wgi_ref){ s == n->shape ? WGI_FULL : WGI_ONE, (uint32_t)k, size };
        if (s == n->shape || wgi_size(s) == 1) continue;
        from[k] = x[k];
        wgi_load_make(&load[k], s, n->shape, size);
        if (p->row) {
            x[k] = (wgi_ref){ WGI_SPREAD, (uint32_t)p->spreads, size };
            p->spread[p->spreads++] = wgi_spread_of(&load[k], from[k]);
        } else {
            of[k] = wgi_load_signature(&load[k], isa);
            p->instr[p->instrs] = wgi_load_instr(p, &of[k], &from[k], (uint32_t)p->regs++);
            x[k] = p->instr[p->instrs++].y;
        }
    }
}

/* An elementwise node with an operand that is broadcast along some axes: run as a program over tiles. */
static bool map_spread(wg_graph *g, const wgi_node *n, frame *f, wg_kernel_fn fn)
{
    const int count = f->k.operands;
    const size_t room = (size_t)count + 1;
    wgi_ref *x = wgi_temp(g, sizeof *x * 2 * room);
    wgi_load *load = wgi_temp(g, sizeof *load * room);
    wgi_signature *of = wgi_temp(g, sizeof *of * room); /* of the loads, and of the node */
    wgi_program p = { .instr = wgi_temp(g, sizeof *p.instr * room),
                      .spread = wgi_temp(g, sizeof *p.spread * room),
                      .size = wgi_size(n->shape) };
    void **ptr = wgi_temp(g, sizeof *ptr * room);
    wgi_broadcasts b = { 0 };
    if (!x || !load || !of || !p.instr || !p.spread || !ptr) return false;
    for (int k = 0; k < count; k++) {
        const wg_shape *s = f->k.xt[k].shape;
        ptr[k] = (void *)(uintptr_t)f->k.x[k];
        if (s != n->shape && wgi_size(s) != 1) wgi_note_broadcast(&b, s, n->shape);
    }
    ptr[count] = f->y[0];
    wgi_program_cut(&p, &b, 1, false);
    spread_operands(&p, n, f, x, load, of, g->c->isa);
    of[count] = wgi_signature_of(n, fn, f->k.xt, f->yt);
    p.instr[p.instrs++] = (wgi_instr){
        .of = &of[count],
        .x = x,
        .y = { WGI_FULL, (uint32_t)count, (uint32_t)wg_dtype_size((wg_dtype)n->dtype) },
    };
    void *regs = wgi_temp(g, wgi_tile_bytes(&p));
    wgi_env e = { .ptr = ptr, .run = { f->k.seed, f->k.epoch, &f->fault } };
    return regs && wgi_tiles(&p, &e, regs, 0, p.tiles);
}

static bool run_map(wg_graph *g, const wgi_node *n, frame *f, wg_kernel_fn fn)
{
    int64_t size = wgi_size(n->shape);
    bool plain = f->k.operands <= FEW;
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
        f->k.scratch = wgi_temp(g, op->scratch(&f->k));
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
    int was = wgi_gate_open();
    bool ok = run_phases(g, op, f, fn);
    wgi_gate_close(was);
    return ok;
}

static bool run_node(wg_graph *g, uint32_t i)
{
    wgi_node *n = &g->node[i];
    const wg_op *op = n->op;
    const uint32_t *in = wgi_in(n);
    frame f;
    wg_type *xt = f.xt;
    const void **x = f.x;
    if (n->operands > FEW) {
        x = wgi_temp(g, sizeof *x * n->operands);
        xt = wgi_temp(g, sizeof *xt * n->operands);
        if (!x || !xt) return false;
    }
    WGI_EACH_OPERAND(k, n) {
        x[k] = wgi_value(g, in[k]);
        xt[k] = wgi_type_of(&g->node[in[k]]);
        WGI_ASSERT(x[k] || wgx_hints(op)->lazy);
    }
    wg_kernel_fn fn = wgi_kernel_of(op, g->c->isa);
    wgi_signature s = wgi_signature_of(n, fn, xt, f.yt);
    f.k = wgi_kernel_call(&s, x, f.y, f.step, (wgi_setting){ g->c->o.seed, g->now.epoch, &f.fault });
    wgi_fault_clear(&f.fault);
    if (op->kind == WG_ALIAS) {
        int64_t at = wgx_hints(op)->alias(&f.k);
        if (at >= 0) {
            g->value[i] = (char *)(uintptr_t)x[0] + (size_t)at * wg_dtype_size((wg_dtype)n->dtype);
            /* an operand that is itself an alias has its own bytes already */
            return !wgi_is_leaf(&g->node[in[0]]) || wgi_own_bytes(g, i);
        }
    }
    if (!outputs_of(g, i, &f)) return false;
    bool ok = op->kind == WG_MAP || op->kind == WG_RANDOM ? run_map(g, n, &f, fn) : run_gated(g, op, &f, fn);
    if (!ok) {
        if (wgi_ok(g->c)) wgi_fault_report(g, i, op, n->here, &f.fault);
        return false;
    }
    for (int j = 0; j < f.k.outputs; j++) g->value[i + (uint32_t)j] = f.y[j];
    return true;
}

static bool interpret(wg_graph *g, const uint32_t *root, int roots);

static bool is_lazy(const wg_op *op, uint32_t k) { return wgx_hints(op)->lazy >> k % 32 & 1; }

/* Runs what the lazy operands of node i need, if it reads them (wg_op.lazy). */
static bool run_lazy(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    const uint32_t *in = wgi_in(n), guard = in[wgx_hints(n->op)->lazy_if];
    bool ok = true;
    if (!wgi_any_true(wgi_value(g, guard), (size_t)wgi_size(g->node[guard].shape))) return true;
    for (uint32_t k = 0; k < n->operands && ok; k++)
        if (is_lazy(n->op, k) && !wgi_value(g, in[k])) ok = interpret(g, &in[k], 1);
    return ok;
}

static bool run(wg_graph *g, uint32_t i)
{
    const bool lazy = wgx_hints(g->node[i].op)->lazy;
    g->run.spent += wgi_spent_on(wgi_size(g->node[i].shape));
    wgi_kind_call *c = lazy ? NULL : wgi_kind_call_of(g, &g->node[i]);
    if (c) return wgi_kind_call_run(g, i, c);
    const wgi_place place = wgi_temp_place(g);
    const bool ok = wgi_ok(g->c) && !wgi_interrupted(g->c, g->node[i].here) && (!lazy || run_lazy(g, i)) &&
                    run_node(g, i);
    wgi_temp_rewind(g, place);
    return ok;
}

static void trace_values(const wg_graph *g, uint32_t first, uint32_t last, bool all)
{
    for (uint32_t i = first; i <= last; i++)
        if (wgi_is_due(g, i, all) && (!g->run.derived || i < g->run.derived)) wgi_trace_value(g, i);
}

/* Runs the nodes [i, last] that are due. */
static bool run_range(wg_graph *g, uint32_t i, uint32_t last, bool all)
{
    if (i <= last && !wgi_valued(g, i, WGI_MIN(last + WG_MAX_OUTPUTS, g->count) - 1)) {
        memset(g->marked + i, 0, last - i + 1);
        return false;
    }
    if (g->c->o.trace & WG_TRACE_VALUE) trace_values(g, i, last, all);
    wgi_tape *t = wgi_tape_begin(g);
    for (; i <= last; i++) {
        const bool tensor = g->node[i].shape->rank && wgi_is_due(g, i, all);
        const uint32_t at = t && !tensor ? wgi_tape_forward(t, i, last, all) : i;
        if (!at) break;
        i = at;
        if (i > last || !wgi_is_due(g, i, all)) continue;
        if (!run(g, i)) break;
        g->marked[i] = 0;
    }
    if (i <= last) memset(g->marked + i, 0, last - i + 1);
    return i > last;
}

/* Runs the nodes of a list. */
static bool run_list(wg_graph *g, const wgi_reached *n)
{
    wgi_tape *t = wgi_tape_begin(g);
    bool ok = true;
    for (uint32_t k = 0; k < n->count; k++) {
        const uint32_t i = n->node[k];
        ok = ok && wgi_valued(g, i, i + (uint32_t)wgi_outputs(g->node[i].op) - 1);
        if (g->c->o.trace & WG_TRACE_VALUE) trace_values(g, i, i, false);
    }
    for (uint32_t k = 0; ok && k < n->count; k++) {
        const uint32_t i = n->node[k], at = t ? wgi_tape_forward(t, i, i, false) : i;
        ok = at > i || (at == i && run(g, i));
    }
    for (uint32_t k = 0; k < n->count; k++) g->marked[n->node[k]] = 0;
    return ok;
}

/* A walk ends at such a node. */
static bool is_given(const wg_graph *g, uint32_t i, const void *unused)
{
    return g->value[i] || wgi_is_leaf(&g->node[i]);
}

static bool ends_walk(const wg_graph *g, uint32_t i, const void *unused)
{
    return is_given(g, i, unused) || wgx_hints(g->node[i].op)->lazy;
}

/* Adds the operands that are not lazy of the nodes of list n that have lazy ones, to the roots. *more: there
 * are new ones. NULL: out of memory. */
static uint32_t *roots_and_operands(wg_graph *g, const uint32_t *root, int *roots, const wgi_reached *n,
                                    bool *more)
{
    size_t room = (size_t)*roots;
    for (uint32_t k = 0; k < n->count; k++)
        room += wgx_hints(g->node[n->node[k]].op)->lazy ? g->node[n->node[k]].operands : 0;
    uint32_t *all = wgi_temp(g, sizeof *all * WGI_MAX(room, 1));
    if (!all) return NULL;
    memcpy(all, root, sizeof *all * (size_t)*roots);
    *more = false;
    for (uint32_t k = 0; k < n->count; k++) {
        const wgi_node *y = &g->node[n->node[k]];
        if (!wgx_hints(y->op)->lazy || is_given(g, n->node[k], NULL)) continue;
        WGI_EACH_OPERAND(j, y) {
            if (is_lazy(y->op, j)) continue;
            *more |= wgi_reached_at(n, wgi_in(y)[j]) == WGI_NOT_REACHED;
            all[(*roots)++] = wgi_in(y)[j];
        }
    }
    return all;
}

/* All that the roots need, but what lazy operands alone need: a node that has some runs it (run_lazy). */
static bool reach_needed(wg_graph *g, const uint32_t *root, int roots, wgi_reached *n)
{
    bool more = g->lazy;
    bool ok = wgi_reach(g, &g->temp, root, roots, 0, more ? ends_walk : is_given, NULL, n);
    while (ok && more) {
        int all = roots;
        const uint32_t *r = roots_and_operands(g, root, &all, n, &more);
        ok = r && (!more || wgi_reach(g, &g->temp, r, all, 0, ends_walk, NULL, n));
    }
    return ok;
}

/* Marks and lists the nodes that must be computed so that the roots have values: of each op its first output.
 * The time is in proportion to their number, also where they are far from each other in a long graph. */
static bool needed_of(wg_graph *g, const uint32_t *root, int roots, wgi_reached *n)
{
    if (!reach_needed(g, root, roots, n)) return false;
    uint32_t count = 0;
    for (uint32_t k = 0; k < n->count; k++) {
        const uint32_t i = n->node[k];
        if (g->node[i].output || is_given(g, i, NULL)) continue;
        g->marked[i] = 1;
        n->node[count++] = i;
    }
    n->count = count;
    return true;
}

static bool interpret(wg_graph *g, const uint32_t *root, int roots)
{
    enum { WIDE = 16 }; /* nodes are spread wide if there are so many indices for each of them */
    wgi_place place = wgi_temp_place(g);
    wgi_reached n;
    bool ok;
    /* If the last node is the root and every other node is an operand, then all nodes are needed. But
     * after a plan has run, the values that it did not leave behind may not be needed. */
    if (roots == 1 && root[0] == g->count - 1 && g->loose == 1 && !g->now.rans && !g->lazy)
        ok = run_range(g, 1, root[0], true);
    else if ((ok = needed_of(g, root, roots, &n)) && n.count) {
        const uint32_t first = n.node[0], last = n.node[n.count - 1];
        ok = (last - first) / WIDE >= n.count ? run_list(g, &n) : run_range(g, first, last, false);
    }
    wgi_temp_rewind(g, place);
    return ok;
}

bool wgi_interpret(wg_graph *g, const uint32_t *root, int roots)
{
    wgi_busy_begin(g);
    const bool ok = interpret(g, root, roots);
    return wgi_busy_end(g) && ok;
}

/* ---- gradients ---- */

/* Where gradients belong that nodes of the derivative make. A product H v may belong where v is. NULL: out of
 * memory. */
static void *const *places_of(wg_graph *g, const wgi_request *r, const wg_node gx[])
{
    const size_t bytes = sizeof(void *) * (g->count - g->run.derived + 1);
    void **into = wgi_temp(g, bytes);
    if (into) memset(into, 0, bytes);
    for (int i = 0; into && !r->along && i < r->targets; i++)
        if (!wg_is_none(gx[i]) && gx[i].index >= g->run.derived)
            into[gx[i].index - g->run.derived] = r->into[i];
    return into;
}

bool wgi_interpret_request(wg_graph *g, const wgi_request *r, const wg_node gx[], const uint32_t all[], int n)
{
    if (r->backward && !(g->run.into = places_of(g, r, gx))) return false;
    const bool ok = wgi_interpret(g, all, n);
    g->run.into = NULL;
    if (!ok) return false;
    wgi_roots_done(g, r);
    for (int i = 0; i < r->targets; i++) {
        const uint32_t k = gx[i].index;
        r->reached[i] = !wg_is_none(gx[i]);
        const void *value = r->reached[i] ? wgi_value(g, k) : NULL;
        if (value && value != r->into[i]) memcpy(r->into[i], value, wgi_value_bytes(&g->node[k]));
    }
    return true;
}
