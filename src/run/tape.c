/* tape.c: programs of scalars, run without a plan. Forward, one call of a kernel is used for all nodes of
 * an op and its dtypes. Backward, gradients are numbers, and no node is made for them: the derivative rule
 * of an op is traced once into a list of calls, which is run for each node of the op.
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

enum { CELLS = 512 };

typedef wgi_kept_call kept_call;

void wgi_tape_begin(wgi_tape *t, wg_graph *g)
{
    t->g = g;
    for (int k = 0; k <= WGI_TAPE_CALLS; k++) t->call[k].c.op = NULL;
    t->cell = t->end = NULL;
}

static inline bool is_scalar(const wg_graph *g, const wgi_node *n)
{
    return n->flags & WGI_EVEN || (n->operands <= 2 && wgi_is_scalar_map(g, n));
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

static inline __attribute__((always_inline)) bool run_call(wgi_tape *t, kept_call *c, const wgi_node *n,
                                                           uint32_t i)
{
    for (int k = 0; k < 2; k++)
        if (c->in[k] != n->in[k]) {
            c->in[k] = n->in[k];
            c->c.x[k] = wgi_value(t->g, n->in[k]);
        }
    c->c.y = t->g->value[i] = t->cell++;
    return wgi_call(c->c.op, c->c.fn, &c->c.k);
}

/* Each of the first kinds of node is called from its own place in the code. The processor predicts the
 * target of a call by the place of the call: from one place it would be wrong at each change of kind,
 * which costs as much as the rest of a node. */
static inline __attribute__((always_inline)) bool run_scalar(wgi_tape *t, const wgi_node *n, uint32_t i,
                                                             uint32_t types)
{
#define SITE(j)                                                      \
    do {                                                             \
        if (t->call[j].c.op == n->op && t->call[j].types == types) { \
            bool ok = run_call(t, &t->call[j], n, i);                \
            __asm__ volatile("" : "+r"(ok) : "i"(j));                \
            return ok;                                               \
        }                                                            \
    } while (0)
    SITE(0);
    SITE(1);
    SITE(2);
    SITE(3);
    SITE(4);
    SITE(5);
#undef SITE
    kept_call *c = t->call;
    while (c < t->call + WGI_TAPE_CALLS && c->c.op) c++;
    if (c->c.op != n->op || c->types != types) keep_call(t, c, n, types);
    return run_call(t, c, n, i);
}

static inline uint32_t types_of(const wg_graph *g, const wgi_node *n)
{
    if (n->flags & WGI_EVEN) return n->dtype * 0x10101u;
    const wgi_node *a = &g->node[n->in[0]], *b = n->operands > 1 ? &g->node[n->in[1]] : a;
    uint32_t more = n->operands - (uint32_t)n->op->operands; /* 0, but for an op of any number of operands */
    return a->dtype | (uint32_t)b->dtype << 8 | (uint32_t)n->dtype << 16 | more << 24;
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
        if (!is_scalar(g, n)) return i;
        if (t->cell == t->end && !cells(t, last - i + 1)) return 0;
        if (!run_scalar(t, n, i, types_of(g, n))) {
            g->value[i] = NULL;
            wgi_fault_report(g, n->op, n->here, &t->fault);
            return 0;
        }
        g->marked[i] = 0;
    }
    return i;
}

/* ---- backward ---- */

enum { SITES = 6, WANTED = 1 << WGI_TAPE_OPERANDS };

/* The nodes of one op and dtype, and the operands of the last of them. The next node often has one of
 * these operands too. */
typedef struct site {
    uintptr_t key; /* the op's address plus the dtype; 0: none */
    wgi_trace *trace[WANTED];
    uint32_t in[WGI_TAPE_OPERANDS];
    uint32_t bit[WGI_TAPE_OPERANDS]; /* 1 << k if the gradient of in[k] is wanted, else 0 */
    const void *x[WGI_TAPE_OPERANDS];
} site;
_Static_assert(_Alignof(wg_op) >= 8 && WG_DTYPE_COUNT <= 8, "the key of a site");

typedef struct backward {
    wg_graph *g;
    uint32_t lo;
    uint64_t *adjoint; /* gradients, by node - lo; a node has one when it is marked */
    site site[SITES];
    int next;
} backward;

static bool is_differentiable(const wg_graph *g, const wgi_node *n)
{
    return wgi_is_scalar_map(g, n) && n->op->vjp && n->op->operands == (int)n->operands &&
           n->op->outputs <= 1 && wg_dtype_is_float((wg_dtype)n->dtype);
}

static site *site_new(backward *b, const wgi_node *n, uintptr_t key)
{
    site *at = &b->site[b->next++ % SITES];
    if (!is_differentiable(b->g, n)) return NULL;
    *at = (site){ .key = key };
    return at;
}

static inline site *site_of(backward *b, const wgi_node *n)
{
    uintptr_t key = (uintptr_t)n->op + n->dtype;
    for (int j = 0; j < SITES; j++)
        if (b->site[j].key == key) return &b->site[j];
    return site_new(b, n, key);
}

/* Notes that operand k is node i. */
static inline void set_operand(const backward *b, site *at, uint32_t k, uint32_t i)
{
    const wg_graph *g = b->g;
    at->in[k] = i;
    at->x[k] = wgi_value(g, i);
    at->bit[k] = i >= b->lo && !(g->node[i].flags & WGI_FIXED) ? 1U << k : 0;
}

/* Fills variable[] with the addresses of what the rule reads, and `wanted` with a bit for each operand
 * whose gradient is wanted. False: the tape cannot run this node. Its value may be missing, when a plan
 * has run and left only its results behind. */
static inline bool read_operands(const backward *b, site *at, uint32_t i, const void *variable[],
                                 uint32_t *wanted)
{
    const wg_graph *g = b->g;
    const wgi_node *n = &g->node[i];
    variable[WGI_GY] = &b->adjoint[i - b->lo], variable[WGI_Y] = g->value[i];
    if (n->flags & WGI_EVEN) { /* with one operand, in[1] is the error node: no gradient of it is wanted */
        if (at->in[0] != n->in[0]) set_operand(b, at, 0, n->in[0]);
        if (at->in[1] != n->in[1]) set_operand(b, at, 1, n->in[1]);
        variable[WGI_X] = at->x[0], variable[WGI_X + 1] = at->x[1];
        *wanted = at->bit[0] | at->bit[1];
        return variable[WGI_Y] && variable[WGI_X] && (variable[WGI_X + 1] || n->operands == 1);
    }
    const uint32_t *in = wgi_in(n);
    bool ok = variable[WGI_Y] && n->shape == g->node[0].shape && n->operands <= WGI_TAPE_OPERANDS;
    *wanted = 0;
    for (uint32_t k = 0; ok && k < n->operands; k++) {
        if (at->in[k] != in[k]) set_operand(b, at, k, in[k]);
        variable[WGI_X + k] = at->x[k];
        *wanted |= at->bit[k];
        ok = at->x[k] && g->node[in[k]].dtype == n->dtype;
    }
    return ok;
}

static inline void contribute(backward *b, uint32_t i, uint32_t t, const void *gx)
{
    uint64_t *to = &b->adjoint[i - b->lo];
    bool first = !b->g->marked[i];
    b->g->marked[i] = 1;
    if (t == WG_F32)
        *(float *)(void *)to = first ? *(const float *)gx : *(float *)(void *)to + *(const float *)gx;
    else *(double *)(void *)to = first ? *(const double *)gx : *(double *)(void *)to + *(const double *)gx;
}

/* Runs the rule of node i, and adds to the gradients of its operands. False: the tape cannot, or an error
 * was recorded. */
static inline bool visit(backward *b, uint32_t i)
{
    wg_graph *g = b->g;
    const wgi_node *n = &g->node[i];
    const void *variable[WGI_VARIABLES];
    uint32_t wanted;
    site *at = site_of(b, n);
    if (!at || !read_operands(b, at, i, variable, &wanted)) return false;
    if (!at->trace[wanted]) at->trace[wanted] = wgi_trace_of(g->c, n, wanted);
    wgi_trace *t = at->trace[wanted];
    if (!t || !t->usable) return false;
    for (int j = 0; j < t->patches; j++) *t->patch[j].slot = variable[t->patch[j].variable];
    for (int j = 0; j < t->calls; j++)
        if (!wgi_call(t->call[j].op, t->call[j].fn, &t->call[j].k)) {
            wgi_fault_report(g, n->op, wg_inside(n->here), &t->fault);
            return false;
        }
    for (uint32_t k = 0; wanted; k++, wanted >>= 1)
        if (wanted & 1)
            contribute(b, wgi_in(n)[k], n->dtype, t->gx[k] ? t->gx[k] : variable[t->gx_variable[k]]);
    return true;
}

static void write_gradients(backward *b, wgi_request *r)
{
    wg_graph *g = b->g;
    for (int k = 0; k < r->targets; k++) {
        uint32_t i = r->target[k];
        r->reached[k] = g->marked[i];
        if (r->reached[k])
            memcpy(r->into[k], &b->adjoint[i - b->lo], wg_dtype_size((wg_dtype)g->node[i].dtype));
    }
    r->blocked = 0;
}

bool wgi_tape_backward(wg_graph *g, wgi_request *r)
{
    backward b = { .g = g, .lo = r->loss };
    for (int k = 0; k < r->targets; k++) b.lo = WGI_MIN(b.lo, r->target[k]);
    const wgi_node *loss = &g->node[r->loss];
    wgi_place place = wgi_arena_place(&g->temp);
    bool ok = loss->shape == g->node[0].shape;
    b.adjoint = ok ? wgi_arena_alloc(&g->temp, sizeof *b.adjoint * ((size_t)r->loss - b.lo + 1)) : NULL;
    if (!b.adjoint) return false;
    g->marked[r->loss] = 1;
    wgi_convert((wg_dtype)loss->dtype, &b.adjoint[r->loss - b.lo], WG_F64, &(double){ 1 }, 1);
    uint32_t i = r->loss + 1;
    while (ok && (i = wgi_marked_below(g, i, b.lo)) != UINT32_MAX) {
        __builtin_prefetch(&g->node[i] - WGI_AHEAD);
        if (g->node[i].op == &wgi_op_param) continue; /* a target is a parameter */
        g->marked[i] = 0;
        ok = visit(&b, i);
    }
    if (ok) write_gradients(&b, r);
    memset(g->marked + b.lo, 0, ok ? 1 : i - b.lo);
    g->marked[r->loss] = 0; /* if the loss is a leaf, the walk did not clear it */
    for (size_t k = 0; k < g->params; k++) g->marked[g->param[k]] = 0;
    wgi_arena_rewind(&g->temp, place);
    return ok;
}
