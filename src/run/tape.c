/* tape.c: programs of scalars, run without a plan. Forward, arithmetic is done in place, and one call of a
 * kernel is used for all nodes of another op and its dtypes. Backward, gradients are numbers, and no node is
 * made for them: the derivative rule of an op is traced once into a list of steps, which is run for each node
 * of the op.
 *
 * Invariant: backward, the same operations are done in the same order as by the nodes that grad.c would
 * append. So the bits are the same. If a node is no scalar, or its rule cannot be traced, nothing is done
 * here and grad.c is used. */
#include "run/tape.h"

void wgi_scalar_call_make(wgi_scalar_call *c, const wg_graph *g, const wgi_node *n, const wg_dtype t[],
                          wg_fault *fault)
{
    static const unsigned char step[WGI_TAPE_OPERANDS] = { 1, 1, 1, 1 };
    const wg_shape *shape = g->node[0].shape;
    *c = (wgi_scalar_call){ .op = n->op,
                            .fn = wgi_kernel_of(n->op, g->c->isa),
                            .yt = { shape, (wg_dtype)n->dtype } };
    for (uint32_t k = 0; k < n->operands; k++) c->xt[k] = (wg_type){ shape, t[k] };
    wgi_signature s = wgi_signature_of(n, c->fn, c->xt, &c->yt);
    c->k = wgi_kernel_call(&s, c->x, &c->y, step, (wgi_setting){ g->c->o.seed, g->now.epoch, fault });
    c->k.end = 1;
}

/* ---- forward ---- */

enum { CELLS = 512, FEW = 4 };

typedef wgi_kept_call kept_call;

void wgi_tape_begin(wgi_tape *t, wg_graph *g)
{
    t->g = g;
    for (int k = 0; k < WGI_TAPE_CALLS; k++) t->call[k].c.op = NULL;
    t->cell = t->end = NULL;
}

static inline bool is_scalar(const wgi_node *n)
{
    return n->flags & WGI_EVEN || (n->operands <= 2 && wgi_is_scalar_map(n));
}

/* One element of an operand. */
static inline bool is_element(const wgi_node *n)
{
    return n->op->kind == WG_ALIAS && wgi_size(n->shape) == 1;
}

static bool cells(wgi_tape *t, uint32_t most)
{
    size_t n = WGI_MIN(most, CELLS);
    t->cell = wgi_arena_alloc(&t->g->values, n * sizeof *t->cell);
    t->end = t->cell ? t->cell + n : NULL;
    return t->cell;
}

static void keep_call(wgi_tape *t, kept_call *c, const wgi_node *n, uint32_t types)
{
    const wg_dtype type[2] = { (wg_dtype)(types & 0xFF), (wg_dtype)(types >> 8 & 0xFF) };
    c->types = types;
    c->in[0] = c->in[1] = 0;
    wgi_scalar_call_make(&c->c, t->g, n, type, &t->fault);
    wgi_fault_clear(&t->fault);
}

static bool run_call(wgi_tape *t, const wgi_node *n, uint32_t i, uint32_t types)
{
    uint32_t at = wgi_op_place(n->op) % WGI_TAPE_CALLS;
    for (int k = 0; k < FEW && t->call[at].c.op && t->call[at].c.op != n->op; k++)
        at = (at + 1) % WGI_TAPE_CALLS;
    kept_call *c = &t->call[at];
    if (c->c.op != n->op || c->types != types) keep_call(t, c, n, types);
    for (int k = 0; k < 2; k++)
        if (c->in[k] != n->in[k]) {
            c->in[k] = n->in[k];
            c->c.x[k] = wgi_value(t->g, n->in[k]);
        }
    c->c.y = t->g->value[i];
    return wgi_call(c->c.op, c->c.fn, &c->c.k);
}

static inline uint32_t types_of(const wg_graph *g, const wgi_node *n)
{
    if (n->flags & WGI_EVEN) return n->dtype * 0x10101u;
    const wgi_node *a = &g->node[n->in[0]], *b = n->operands > 1 ? &g->node[n->in[1]] : a;
    uint32_t more = n->operands - (uint32_t)n->op->operands; /* 0, but for an op of any number of operands */
    return a->dtype | (uint32_t)b->dtype << 8 | (uint32_t)n->dtype << 16 | more << 24;
}

/* Copies the element that node i is. So its value does not change with the parameter that it may be of.
 * False: the op has no address for it. */
static bool read_element(const wg_graph *g, const wgi_node *n, uint32_t i)
{
    const uint32_t x = wgi_in(n)[0];
    const int64_t at = wgi_view_at(n, &g->node[x]);
    const size_t size = wg_dtype_size((wg_dtype)n->dtype);
    if (at < 0) return false;
    memcpy(g->value[i], (const char *)wgi_value(g, x) + (size_t)at * size, size);
    return true;
}

uint32_t wgi_tape_forward(wgi_tape *t, uint32_t i, uint32_t last, bool all)
{
    wg_graph *g = t->g;
    for (; i <= last; i++) {
        const wgi_node *n = &g->node[i];
        __builtin_prefetch(n + WGI_AHEAD);
        if (!wgi_is_due(g, i, all)) {
            i += all ? 0 : wgi_unmarked_from(g, i + 1, last);
            continue;
        }
        const bool element = !is_scalar(n);
        if (element && !is_element(n)) return i;
        if (t->cell == t->end && !cells(t, last - i + 1)) return 0;
        g->value[i] = t->cell++;
        if (n->flags & WGI_EVEN && n->op->arithmetic)
            wgi_arithmetic(n->op->arithmetic, n->dtype == WG_F32, wgi_value(g, n->in[0]),
                           wgi_value(g, n->in[n->operands - 1]), g->value[i]);
        else if (element) {
            if (!read_element(g, n, i)) {
                g->value[i] = NULL;
                return i;
            }
        } else if (!run_call(t, n, i, types_of(g, n))) {
            g->value[i] = NULL;
            wgi_fault_report(g, n->op, n->here, &t->fault);
            return 0;
        }
        g->marked[i] = 0;
    }
    return i;
}

/* ---- backward ---- */

static inline bool is_even_or_map(const wgi_node *n) { return n->flags & WGI_EVEN || n->op->kind == WG_MAP; }

enum { SITES = 32, WANTED = 1 << WGI_TAPE_OPERANDS };

/* The traces of an op for nodes of one dtype. A hash table of them is emptied when it is half full. */
typedef struct site {
    uintptr_t key; /* the op's address plus the dtype; 0: none */
    wgi_trace *trace[WANTED];
} site;
_Static_assert(_Alignof(wg_op) >= 8 && WG_DTYPE_COUNT <= 8, "the key of a site");

typedef struct backward {
    wg_graph *g;
    uint32_t lo;
    uint64_t *adjoint; /* gradients, by node - lo; a node has one when it is marked */
    int sites;
    site site[SITES];
} backward;

static bool is_differentiable(const wgi_node *n)
{
    return wgi_is_scalar_map(n) && n->op->vjp && n->op->operands == (int)n->operands && n->op->outputs <= 1 &&
           wg_dtype_is_float((wg_dtype)n->dtype);
}

static site *site_new(backward *b, const wgi_node *n, uintptr_t key)
{
    if (!is_differentiable(n)) return NULL;
    if (b->sites == SITES / 2) b->sites = 0, memset(b->site, 0, sizeof b->site);
    uint32_t k = wgi_op_place(n->op) % SITES;
    while (b->site[k].key) k = (k + 1) % SITES;
    b->site[k].key = key;
    b->sites++;
    return &b->site[k];
}

static inline site *site_of(backward *b, const wgi_node *n)
{
    const uintptr_t key = (uintptr_t)n->op + n->dtype;
    for (uint32_t k = wgi_op_place(n->op) % SITES; b->site[k].key; k = (k + 1) % SITES)
        if (b->site[k].key == key) return &b->site[k];
    return site_new(b, n, key);
}

/* The value of operand i, and in *bit whether its gradient is wanted. Nodes without a value of their own are
 * leaves. */
static inline const void *operand(const backward *b, uint32_t i, uint32_t *bit)
{
    const void *v = b->g->value[i];
    *bit = i >= b->lo && (v || !(b->g->node[i].flags & WGI_FIXED));
    return v ? v : wgi_value_of_leaf(&b->g->node[i]);
}

/* Fills variable[] with the addresses of what the rule of node i reads, and `wanted` with a bit for each
 * operand whose gradient is wanted. False: the tape cannot run this node. Its value may be missing, when a
 * plan has run and left only its results behind. */
static inline bool read_operands(const backward *b, uint32_t i, const void *variable[], uint32_t *wanted)
{
    const wg_graph *g = b->g;
    const wgi_node *n = &g->node[i];
    const void **x = variable + WGI_X;
    uint32_t bit = 0;
    variable[WGI_GY] = &b->adjoint[i - b->lo], variable[WGI_Y] = g->value[i];
    if (n->flags & WGI_EVEN) {
        x[0] = operand(b, n->in[0], wanted);
        if (n->operands > 1) x[1] = operand(b, n->in[1], &bit);
        *wanted |= bit << 1;
        return variable[WGI_Y] && x[0] && (n->operands == 1 || x[1]);
    }
    const uint32_t *in = wgi_in(n);
    bool ok = variable[WGI_Y] && wgi_size(n->shape) == 1 && n->operands <= WGI_TAPE_OPERANDS;
    *wanted = 0;
    for (uint32_t k = 0; ok && k < n->operands; k++) {
        x[k] = operand(b, in[k], &bit);
        *wanted |= bit << k;
        ok = x[k] && g->node[in[k]].dtype == n->dtype;
    }
    return ok;
}

/* The gradient of node i, for adding to it. It begins as -0, so the first contribution keeps its bits. */
static inline uint64_t *adjoint_to_change(const backward *b, uint32_t i)
{
    b->g->marked[i] = 1;
    return &b->adjoint[i - b->lo];
}

static inline void run_short(const backward *b, const wgi_trace *t, const uint32_t *in, bool single,
                             const void *const variable[], uint32_t wanted)
{
    for (uint32_t k = 0; wanted >> k; k++) {
        const wgi_rule_step *s = &t->last[k];
        const void *p = variable[s->a], *q = variable[s->b];
        if (!(wanted >> k & 1)) continue;
        void *to = adjoint_to_change(b, in[k]);
        if (single) *(float *)to += wgi_arithmetic_float(s->what, *(const float *)p, *(const float *)q);
        else *(double *)to += wgi_arithmetic_double(s->what, *(const double *)p, *(const double *)q);
    }
}

static bool run_long(const backward *b, wgi_trace *t, const uint32_t *in, bool single,
                     const void *const variable[], uint32_t wanted)
{
    for (uint32_t v = 0; v < WGI_VARIABLES; v++)
        if (t->reads >> v & 1) memcpy(&t->cell[v], variable[v], single ? sizeof(float) : sizeof(double));
    for (int j = 0; j < t->steps; j++) {
        const wgi_rule_step *s = &t->step[j];
        if (s->what) wgi_arithmetic(s->what, single, &t->cell[s->a], &t->cell[s->b], &t->cell[s->y]);
        else if (!wgi_call(s->call->op, s->call->fn, &s->call->k)) return false;
    }
    for (uint32_t k = 0; wanted >> k; k++) {
        if (!(wanted >> k & 1)) continue;
        void *to = adjoint_to_change(b, in[k]);
        wgi_arithmetic(WG_ADDS, single, to, &t->cell[t->gx[k]], to);
    }
    return true;
}

/* Runs the rule of node i, and adds to the gradients of its operands. False: the tape cannot, or an error
 * was recorded. */
static inline bool visit(backward *b, uint32_t i)
{
    wg_graph *g = b->g;
    const wgi_node *n = &g->node[i];
    const void *variable[WGI_VARIABLES];
    const bool single = n->dtype == WG_F32;
    uint32_t wanted;
    site *at = site_of(b, n);
    if (!at || !read_operands(b, i, variable, &wanted)) return false;
    if (!at->trace[wanted]) at->trace[wanted] = wgi_trace_of(g->c, n, wanted);
    wgi_trace *t = at->trace[wanted];
    if (!t || !t->usable) return false;
    if (t->is_short) return run_short(b, t, wgi_in(n), single, variable, wanted), true;
    if (run_long(b, t, wgi_in(n), single, variable, wanted)) return true;
    wgi_fault_report(g, n->op, wg_inside(n->here), &t->fault);
    return false;
}

/* Adds the gradient of a view to that of its operand. A tensor has, in place of a gradient, the address
 * of its record. False: the tape cannot, or an error was recorded. */
static bool visit_view(const backward *b, uint32_t i)
{
    const wgi_node *n = &b->g->node[i];
    if (n->op->kind != WG_ALIAS || !n->op->view) return false;
    const uint32_t in = n->in[0];
    const wgi_node *x = &b->g->node[in];
    uint64_t *own = &b->adjoint[i - b->lo];
    uint32_t wanted;
    operand(b, in, &wanted);
    if (!wanted) return true;
    const bool first = !b->g->marked[in];
    uint64_t *to = adjoint_to_change(b, in);
    if (wgi_size(x->shape) == 1) {
        wgi_arithmetic(WG_ADDS, n->dtype == WG_F32, to, own, to);
        return true;
    }
    const void *gy = wgi_size(n->shape) == 1 ? own : wgi_tensor_gradient(*own);
    return (!first || wgi_tensor_begin(b->g, x, n->op->view, to)) && wgi_tensor_add(*to, n, x, gy);
}

/* Sets all gradients to -0 of the dtype. */
static void clear_adjoints(const backward *b, size_t n, bool single)
{
    const float zero_f32[2] = { -0.0F, -0.0F };
    const double zero_f64 = -0.0;
    uint64_t zero;
    memcpy(&zero, single ? (const void *)zero_f32 : (const void *)&zero_f64, sizeof zero);
    for (size_t k = 0; k < n; k++) b->adjoint[k] = zero;
}

static void write_gradients(backward *b, wgi_request *r)
{
    wg_graph *g = b->g;
    for (int k = 0; k < r->targets; k++) {
        uint32_t i = r->target[k];
        r->reached[k] = g->marked[i];
        if (!r->reached[k]) continue;
        const wgi_node *x = &g->node[i];
        const uint64_t *own = &b->adjoint[i - b->lo];
        if (wgi_size(x->shape) == 1) memcpy(r->into[k], own, wg_dtype_size((wg_dtype)x->dtype));
        else memcpy(r->into[k], wgi_tensor_gradient(*own), wgi_value_bytes(x));
    }
    r->blocked = 0;
}

bool wgi_tape_backward(wg_graph *g, wgi_request *r)
{
    backward b = { .g = g, .lo = r->loss };
    for (int k = 0; k < r->targets; k++) b.lo = WGI_MIN(b.lo, r->target[k]);
    const wgi_node *loss = &g->node[r->loss];
    wgi_place place = wgi_arena_place(&g->temp);
    bool ok = wgi_size(loss->shape) == 1;
    b.adjoint = ok ? wgi_arena_alloc(&g->temp, sizeof *b.adjoint * ((size_t)r->loss - b.lo + 1)) : NULL;
    if (!b.adjoint) return false;
    clear_adjoints(&b, (size_t)r->loss - b.lo + 1, loss->dtype == WG_F32);
    g->marked[r->loss] = 1;
    wgi_convert((wg_dtype)loss->dtype, &b.adjoint[r->loss - b.lo], WG_F64, &(double){ 1 }, 1);
    uint32_t i = r->loss + 1;
    while (ok && (i = wgi_marked_below(g, i, b.lo)) != UINT32_MAX) {
        __builtin_prefetch(&g->node[i] - WGI_AHEAD);
        if (wgi_is_leaf(&g->node[i])) { /* the mark of a parameter says that it has a gradient */
            g->marked[i] = g->node[i].op == &wgi_op_param;
            continue;
        }
        g->marked[i] = 0;
        ok = is_even_or_map(&g->node[i]) ? visit(&b, i) : visit_view(&b, i);
    }
    if (ok) write_gradients(&b, r);
    memset(g->marked + b.lo, 0, ok ? 1 : i - b.lo);
    g->marked[r->loss] = 0; /* if the loss is a leaf, the walk did not clear it */
    for (size_t k = 0; k < g->params; k++) g->marked[g->param[k]] = 0;
    wgi_arena_rewind(&g->temp, place);
    return ok;
}
