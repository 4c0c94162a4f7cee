/* tape.c: programs of scalars, run without a plan: forward. Arithmetic is done in place, and one call of a
 * kernel is used for all nodes of another op and its dtypes. */
#include "run/fast/tape.h"

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

typedef wgi_tape_call tape_call;

wgi_tape *wgi_tape_begin(wg_graph *g)
{
    wgi_tape *t = wgi_without(g->c, WG_WITHOUT_TAPE) ? NULL : wgi_arena_alloc(&g->temp, sizeof *t);
    if (!t) return NULL;
    t->g = g;
    for (int k = 0; k < WGI_TAPE_CALLS; k++) t->call[k].c.op = NULL;
    t->cell = t->end = NULL;
    return t;
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

static void keep_call(wgi_tape *t, tape_call *c, const wgi_node *n, uint32_t types)
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
    tape_call *c = &t->call[at];
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
        if (n->flags & WGI_EVEN && wgx_hints(n->op)->arithmetic)
            wgi_arithmetic(wgx_hints(n->op)->arithmetic, n->dtype == WG_F32, wgi_value(g, n->in[0]),
                           wgi_value(g, n->in[n->operands - 1]), g->value[i]);
        else if (element) {
            if (!read_element(g, n, i)) {
                g->value[i] = NULL;
                return i;
            }
        } else if (!run_call(t, n, i, types_of(g, n))) {
            g->value[i] = NULL;
            wgi_fault_report(g, i, n->op, n->here, &t->fault);
            return 0;
        }
        g->marked[i] = 0;
    }
    return i;
}
