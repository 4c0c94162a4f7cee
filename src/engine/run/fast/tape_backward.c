/* tape_backward.c: the gradients of a program of scalars, as numbers. No node is made for them: the
 * derivative rule of an op is traced once into a list of steps, which is run for each node of the op.
 *
 * Invariant: the same operations are done in the same order as by the nodes that grad.c would append. So
 * the bits are the same. If a node is no scalar, or its rule cannot be traced, nothing is done here and
 * grad.c is used. */
#include "run/fast/tape.h"

/* ---- the gradient of a tensor of which a program of scalars reads elements, or parts with elements ---- */

/* grad.c makes a tensor of zeros around the gradient of each part, and adds them: contributions to
 * equal parts are added, and parts that have no element in common are put side by side. So an element
 * that no part has is +0, and the others are sums of contributions to one part. Here each contribution
 * is added in its place. Contributions to parts that overlap and are not equal would be added to zeros,
 * which changes -0 to +0. They are refused. */

/* part[e]: where the part of element e begins, plus 1; 0: it is in no part that has contributed. */
typedef struct tensor {
    wg_view_kind view;
    uint32_t size;
    uint32_t *part;
    void *gradient;
} tensor;

static tensor *tensor_of(uint64_t record) { return (tensor *)(uintptr_t)record; }

/* Begins the gradient of tensor x, to which views of one kind contribute, and writes its address to *record.
 * False: the tape cannot, or there is no memory. */
static bool tensor_begin(wg_graph *g, const wgi_node *x, wg_view_kind view, uint64_t *record)
{
    const int64_t size = wgi_size(x->shape);
    tensor *t = size < UINT32_MAX ? wgi_arena_alloc(&g->temp, sizeof *t) : NULL;
    if (!t) return false;
    *t = (tensor){ .view = view, .size = (uint32_t)size };
    t->part = wgi_arena_zeroed(&g->temp, sizeof *t->part * (size_t)size);
    t->gradient = wgi_arena_zeroed(&g->temp, wgi_value_bytes(x));
    *record = (uint64_t)(uintptr_t)t;
    return t->part && t->gradient;
}

/* Whether elements [at, at + n) are in no part yet, and in *equal whether they are a part. */
static bool is_free(const tensor *t, uint32_t at, uint32_t n, bool *equal)
{
    const uint32_t *part = t->part + at;
    bool is_new = true;
    *equal = part[n - 1] == at + 1 && (at + n == t->size || part[n] != at + 1);
    for (uint32_t e = 0; e < n && is_new; e++) is_new = !part[e];
    return is_new;
}

static void add(void *to, const void *from, uint32_t n, bool single)
{
    for (uint32_t e = 0; single && e < n; e++) ((float *)to)[e] += ((const float *)from)[e];
    for (uint32_t e = 0; !single && e < n; e++) ((double *)to)[e] += ((const double *)from)[e];
}

/* Adds gy, the gradient of view n of x. False: the sum would not have the bits of grad.c's. */
static bool tensor_add(uint64_t record, const wgi_node *n, const wgi_node *x, const void *gy)
{
    tensor *t = tensor_of(record);
    const int64_t from = wgi_view_at(n, x), count = wgi_size(n->shape);
    if (wgx_hints(n->op)->view != t->view || from < 0 || count == 0) return false;
    const uint32_t at = (uint32_t)from;
    const size_t size = wg_dtype_size((wg_dtype)n->dtype);
    char *to = (char *)t->gradient + at * size;
    if (count == 1 && !t->part[at]) { /* mostly */
        t->part[at] = at + 1;
        if (size == sizeof(float)) memcpy(to, gy, sizeof(float));
        else memcpy(to, gy, sizeof(double));
        return true;
    }
    bool equal;
    if (is_free(t, at, (uint32_t)count, &equal)) {
        memcpy(to, gy, (size_t)count * size);
        for (int64_t e = 0; e < count; e++) t->part[at + e] = at + 1;
        return true;
    }
    if (equal) add(to, gy, (uint32_t)count, n->dtype == WG_F32);
    return equal;
}

/* ---- one node ---- */

static inline bool is_even_or_map(const wgi_node *n) { return n->flags & WGI_EVEN || n->op->kind == WG_MAP; }

enum { SITES = 32, WANTED = 1 << WGI_TAPE_OPERANDS };
/* In the mark of a node, beside 1. */
enum { ROUNDED = 2 };

/* The traces of an op for nodes of one dtype. A hash table of them is emptied when it is half full. */
typedef struct site {
    uintptr_t key;                /* the op's address plus the dtype; 0: none */
    bool sums;                    /* what it adds up is rounded, as a rule (wgi_rounds) */
    bool spreads;                 /* its operands are rounded, or may be if it is */
    wgi_trace *trace[2 * WANTED]; /* from WANTED on of nodes that are rounded */
} site;
_Static_assert(WG_DTYPE_COUNT <= sizeof(wg_op), "the key of a site");

typedef struct backward {
    wg_graph *g;
    uint32_t lo;
    uint64_t *adjoint; /* gradients, by node - lo; a node has one when it is marked */
    bool rounds;       /* the marks say which nodes are rounded */
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
    const wg_op_hints *h = wgx_hints(n->op);
    b->site[k].key = key;
    b->site[k].sums = h->arithmetic == WG_ADDS || h->arithmetic == WG_SUBTRACTS;
    b->site[k].spreads = b->site[k].sums || (h->exact && !h->source);
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

/* Fills variable[] with the addresses of what the rule of node i may read, whose record is n, and `wanted`
 * with a bit for each operand whose gradient is wanted. False: the tape cannot run this node. An address is
 * NULL where there is no value: a plan has run and left only its results behind, or the node was rewritten
 * and nothing reads its operand. */
static inline bool read_operands(const backward *b, uint32_t i, const wgi_node *n, const void *variable[],
                                 uint32_t *wanted)
{
    const wg_graph *g = b->g;
    const void **x = variable + WGI_X;
    uint32_t bit = 0;
    variable[WGI_GY] = &b->adjoint[i - b->lo], variable[WGI_Y] = g->value[i];
    if (n->flags & WGI_EVEN) {
        x[0] = operand(b, n->in[0], wanted);
        if (n->operands > 1) x[1] = operand(b, n->in[1], &bit);
        *wanted |= bit << 1;
        return true;
    }
    const uint32_t *in = wgi_in(n);
    bool ok = wgi_size(n->shape) == 1 && n->operands <= WGI_TAPE_OPERANDS;
    *wanted = 0;
    for (uint32_t k = 0; ok && k < n->operands; k++) {
        x[k] = operand(b, in[k], &bit);
        *wanted |= bit << k;
        ok = g->node[in[k]].dtype == n->dtype;
    }
    return ok;
}

static inline bool has_values(const wgi_trace *t, const void *const variable[])
{
    for (uint32_t left = t->reads; left; left &= left - 1)
        if (!variable[__builtin_ctz(left)]) return false;
    return true;
}

/* The gradient of node i, for adding to it. It begins as -0, so the first contribution keeps its bits. */
static inline uint64_t *adjoint_to_change(const backward *b, uint32_t i)
{
    b->g->marked[i] |= 1;
    return &b->adjoint[i - b->lo];
}

/* Adds what the rule gives for operand k to the gradient `to`. */
static inline void contribute(const wgi_trace *t, uint32_t k, bool single, const void *const variable[],
                              uint64_t *to)
{
    const wgi_rule_step *s = &t->last[k];
    const void *p = variable[s->a], *q = variable[s->b];
    if (single) *(float *)(void *)to += wgi_arithmetic_float(s->what, *(const float *)p, *(const float *)q);
    else *(double *)(void *)to += wgi_arithmetic_double(s->what, *(const double *)p, *(const double *)q);
}

static inline void run_short(const backward *b, const wgi_trace *t, const uint32_t *in, bool single,
                             const void *const variable[], uint32_t wanted)
{
    for (uint32_t k = 0; wanted >> k; k++)
        if (wanted >> k & 1) contribute(t, k, single, variable, adjoint_to_change(b, in[k]));
}

/* The same by all steps of the trace. False: a kernel has failed, and nothing was added. */
static inline bool run_long(const backward *b, const wgi_trace *t, const uint32_t *in, bool single,
                            const void *const variable[], uint32_t wanted)
{
    for (uint32_t left = t->reads; left; left &= left - 1) {
        const int v = __builtin_ctz(left);
        if (single) memcpy(&t->cell[v], variable[v], sizeof(float));
        else memcpy(&t->cell[v], variable[v], sizeof(double));
    }
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

/* Whether the marks say which nodes are rounded, or no rule asks for it. The first time that one does the
 * tape has begun without. */
static inline bool knows_rounding(const backward *b)
{
    return b->rounds || !b->g->c->graphs.tracer->rule.rounds;
}

/* Marks the operands of n as rounded, if they are. */
static void spread(const backward *b, const wgi_node *n, bool rounded)
{
    const bool rounds = wgi_rounds(b->g, n, rounded);
    WGI_EACH_OPERAND(k, n)
        if (rounds && b->g->marked[wgi_in(n)[k]]) b->g->marked[wgi_in(n)[k]] |= ROUNDED;
}

/* Runs the rule of node i, whose record is n, and adds to the gradients of its operands. False: the tape
 * cannot, or an error was recorded. */
static inline bool visit(backward *b, uint32_t i, const wgi_node *n, bool rounded)
{
    wg_graph *g = b->g;
    const void *variable[WGI_VARIABLES];
    const bool single = n->dtype == WG_F32;
    uint32_t wanted;
    site *at = site_of(b, n);
    if (!at || !read_operands(b, i, n, variable, &wanted)) return false;
    const uint32_t which = wanted + rounded * WANTED;
    if (!at->trace[which]) at->trace[which] = wgi_trace_of(g->c, n, wanted, rounded, &g->temp);
    wgi_trace *t = at->trace[which];
    if (!t || !t->usable || !has_values(t, variable) || !knows_rounding(b)) return false;
    if (t->is_short) run_short(b, t, wgi_in(n), single, variable, wanted);
    else if (!run_long(b, t, wgi_in(n), single, variable, wanted)) {
        wgi_fault_report(g, 0, n->op, wg_inside(n->here), &t->fault);
        return false;
    }
    if (b->rounds && at->spreads) spread(b, n, rounded);
    return true;
}

/* The same for a node that a rewrite has made: its derivative is that of the call that was written. */
static bool visit_written(backward *b, uint32_t i, bool rounded)
{
    const wgi_node n = wgi_composites_record(wgi_handle(b->g, i));
    return is_even_or_map(&n) && visit(b, i, &n, rounded);
}

/* Visits node i and the marked nodes below it, as long as they are EVEN. Returns the first other marked
 * node, or UINT32_MAX. The arrays are in local variables: marks are bytes, and for the compiler a byte
 * that is written may be one of an address. */
__attribute__((always_inline)) static inline uint32_t visit_even(const backward *b, uint32_t i, bool single,
                                                                 bool rounds)
{
    const wg_graph *g = b->g;
    const wgi_node *node = g->node;
    void *const *const value = g->value;
    uint8_t *marked = g->marked;
    uint64_t *adjoint = b->adjoint;
    const uint32_t lo = b->lo;
    while (i != UINT32_MAX) {
        const wgi_node *n = &node[i];
        __builtin_prefetch(n - WGI_AHEAD);
        const site *at = &b->site[wgi_op_place(n->op) % SITES];
        if (!(n->flags & WGI_EVEN) || at->key != (uintptr_t)n->op + n->dtype) break;
        const uint32_t in0 = n->in[0], in1 = n->in[1], two = n->operands > 1;
        const void *variable[WGI_VARIABLES];
        uint32_t wanted = in0 >= lo && (value[in0] || !(node[in0].flags & WGI_FIXED));
        if (two) wanted |= (in1 >= lo && (value[in1] || !(node[in1].flags & WGI_FIXED))) << 1;
        const bool rounded = rounds && marked[i] & ROUNDED;
        const wgi_trace *t = at->trace[wanted + rounded * WANTED];
        variable[WGI_GY] = &adjoint[i - lo], variable[WGI_Y] = value[i];
        variable[WGI_X] = value[in0] ? value[in0] : wgi_value_of_leaf(&node[in0]);
        variable[WGI_X + 1] = !two ? NULL : value[in1] ? value[in1] : wgi_value_of_leaf(&node[in1]);
        if (!t || !t->usable || !variable[WGI_Y] || !variable[WGI_X] || (two && !variable[WGI_X + 1])) break;
        if (t->is_short) {
            if (wanted & 1) marked[in0] |= 1, contribute(t, 0, single, variable, &adjoint[in0 - lo]);
            if (wanted & 2) marked[in1] |= 1, contribute(t, 1, single, variable, &adjoint[in1 - lo]);
        } else if (!run_long(b, t, n->in, single, variable, wanted)) break; /* visit does it again */
        if (rounds && (at->sums || (rounded && at->spreads))) spread(b, n, rounded);
        marked[i] = 0;
        i = i > lo && marked[i - 1] ? i - 1 : wgi_marked_below(g, i, lo);
    }
    return i;
}

/* Adds the gradient of a view to that of its operand. A tensor has, in place of a gradient, the address
 * of its record. False: the tape cannot, or an error was recorded. */
static bool visit_view(const backward *b, uint32_t i, bool rounded)
{
    const wgi_node *n = &b->g->node[i];
    if (n->op->kind != WG_ALIAS || !wgx_hints(n->op)->view) return false;
    const uint32_t in = n->in[0];
    const wgi_node *x = &b->g->node[in];
    uint64_t *own = &b->adjoint[i - b->lo];
    uint32_t wanted;
    operand(b, in, &wanted);
    if (!wanted) return true;
    const bool first = !b->g->marked[in];
    uint64_t *to = adjoint_to_change(b, in);
    if (b->rounds) spread(b, n, rounded);
    if (wgi_size(x->shape) == 1) {
        wgi_arithmetic(WG_ADDS, n->dtype == WG_F32, to, own, to);
        return true;
    }
    const void *gy = wgi_size(n->shape) == 1 ? own : tensor_of(*own)->gradient;
    return (!first || tensor_begin(b->g, x, wgx_hints(n->op)->view, to)) && tensor_add(*to, n, x, gy);
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
        r->reached[k] = g->marked[i] & 1;
        if (!r->reached[k]) continue;
        const wgi_node *x = &g->node[i];
        const uint64_t *own = &b->adjoint[i - b->lo];
        if (k + 16 < r->targets) __builtin_prefetch(r->into[k + 16], 1);
        if (x->dtype == WG_F64 && wgi_size(x->shape) == 1) {
            memcpy(r->into[k], own, sizeof(double));
            continue;
        }
        if (wgi_size(x->shape) == 1) memcpy(r->into[k], own, wg_dtype_size((wg_dtype)x->dtype));
        else memcpy(r->into[k], tensor_of(*own)->gradient, wgi_value_bytes(x));
    }
    r->blocked = 0;
}

bool wgi_tape_backward(wg_graph *g, wgi_request *r)
{
    backward b = { .g = g, .lo = r->loss, .rounds = g->c->graphs.tracer && g->c->graphs.tracer->rule.rounds };
    for (int k = 0; k < r->targets; k++) b.lo = WGI_MIN(b.lo, r->target[k]);
    const wgi_node *loss = &g->node[r->loss];
    wgi_place place = wgi_arena_place(&g->temp);
    bool ok = wgi_size(loss->shape) == 1;
    b.adjoint = ok ? wgi_arena_alloc(&g->temp, sizeof *b.adjoint * ((size_t)r->loss - b.lo + 1)) : NULL;
    if (!b.adjoint) return false;
    clear_adjoints(&b, (size_t)r->loss - b.lo + 1, loss->dtype == WG_F32);
    g->marked[r->loss] = 1;
    wgi_convert((wg_dtype)loss->dtype, &b.adjoint[r->loss - b.lo], WG_F64, &(double){ 1 }, 1);
    const bool single = loss->dtype == WG_F32;
    uint32_t i = r->loss + 1;
    while (ok && (i = wgi_marked_below(g, i, b.lo)) != UINT32_MAX) {
        i = b.rounds ? visit_even(&b, i, single, true)
            : single ? visit_even(&b, i, true, false)
                     : visit_even(&b, i, false, false);
        if (i == UINT32_MAX) break;
        if (wgi_is_leaf(&g->node[i])) { /* the mark of a parameter says that it has a gradient */
            g->marked[i] = g->node[i].op == &wgi_op_param;
            continue;
        }
        const bool rounded = g->marked[i] & ROUNDED;
        g->marked[i] = 0;
        const wgi_node *n = &g->node[i];
        ok = n->rewritten == WGI_WRITTEN ? visit_written(&b, i, rounded)
             : is_even_or_map(n)         ? visit(&b, i, n, rounded)
                                         : visit_view(&b, i, rounded);
    }
    if (ok) write_gradients(&b, r);
    /* A parameter that has changed since is none of g->param: its mark would be there in the next build. */
    memset(g->marked + b.lo, 0, g->earliers ? (size_t)r->loss - b.lo + 1 : ok ? 1 : i - b.lo);
    g->marked[r->loss] = 0; /* if the loss is a leaf, the walk did not clear it */
    for (size_t k = 0; k < g->params; k++) g->marked[g->param[k]] = 0;
    wgi_arena_rewind(&g->temp, place);
    return ok;
}
