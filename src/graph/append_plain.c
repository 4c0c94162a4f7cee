/* append_plain.c: the short way to make a node. Most nodes are of a plain op: elementwise, without options,
 * with one or two operands of one dtype. Such a node is made here, without the general rules of apply.c. Its
 * record is the same.
 *
 * A graph keeps a table of the plain ops that it has met. In a graph of many nodes, which is a program of
 * scalars, the table also keeps the record of the op's last node of float scalars. The next such node is a
 * copy of that record with other operands, site, scope and hash. wg_apply1 and wg_apply2 take the operands as
 * values, not as an array, so that they stay in registers. The operands are checked as everywhere.
 *
 * Invariant, while count < quick: the build does not repeat the last one, no call is open that is remembered,
 * and there is room for a node. */
#include "graph/graph.h"

enum { NO_DTYPE = 0xFF }; /* the dtype of a kind that has no record to copy */

/* Writes op to the table; false: it is not plain. */
static bool learn_op(wg_graph *g, const wg_op *op)
{
    if (wgi_without(g->c, WG_WITHOUT_SHORT) || op->kind != WG_MAP || op->shape || op->rewrite ||
        op->attr_size || (op->promote && op->promote != WG_PROMOTE_FLOAT) || op->operands < 1 ||
        op->operands > 2 || (!op->kernel[0] && !op->map) || !wgi_op_can_be_plain(op))
        return false;
    if (g->plain.kinds == WGI_OPS / 2) g->plain.kinds = 0, memset(g->plain.kind, 0, sizeof g->plain.kind);
    g->plain.kinds++;
    wgi_plain_op *k = wgi_plain_place(g, op);
    k->node.op = op, k->node.dtype = NO_DTYPE;
    return true;
}

/* Lets the next nodes be copies of records. Below `most` their calls are remembered, outside of other
 * calls. */
static bool may_copy(wg_graph *g)
{
    const wgi_build *b = &g->build;
    const bool large = g->count >= b->share_from;
    if (b->again || (!large && (b->open || b->within || g->count >= b->most))) return false;
    const uint32_t next = g->count < WGI_EARLY_FROM ? WGI_EARLY_FROM : WGI_MIN(b->most, b->share_from);
    g->plain.remember = !large;
    g->plain.quick = large ? g->room : WGI_MIN(g->room, next);
    if (g->count >= WGI_EARLY_FROM && !g->plain.early) wgi_early_begin(g);
    return true;
}

static void learn_scalar(wg_graph *g, const wgi_node *y)
{
    if (!(y->flags & WGI_EVEN) || !may_copy(g)) return;
    wgi_plain_op *k = wgi_plain_place(g, y->op);
    k->node = *y;
    k->node.flags = WGI_SCALAR | WGI_EVEN;
    k->hash = wgi_hash_of(y->op, y->shape, y->dtype | y->operands << 16);
    k->number = g->plain.number;
}

static bool in_graph(const wg_graph *g, wg_node x)
{
    return x.graph == g && x.generation == g->generation && x.index < g->count && x.index;
}

/* The leaf of a number that stands beside an operand of dtype t. 0: t is no float type, or there is no
 * memory. */
static uint32_t plain_number(wg_graph *g, wg_site here, wg_node x, wg_dtype t)
{
    return wg_is_none(x) || !wg_dtype_is_float(t) ? 0
                                                  : wgi_leaf_number(g, here, wgi_number_value(x), t).index;
}

uint32_t wgi_apply_plain(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n)
{
    if (n < 1 || n > 2 || (wgi_plain_place(g, op)->node.op != op && !learn_op(g, op)) || n != op->operands)
        return 0;
    int lead = !x[0].graph; /* the first operand that is a node; the other one may be a number */
    if (lead == n || !in_graph(g, x[lead])) return 0;
    const wgi_node *m = &g->node[x[lead].index];
    const wg_shape *shape = m->shape;
    wg_dtype t = (wg_dtype)m->dtype;
    uint32_t a = x[lead].index, b = 0;
    const bool floats = op->promote == WG_PROMOTE_FLOAT || !op->kernel[0];
    if (t == WG_BOOL || wg_dtype_is_stored(t) || (floats && !wg_dtype_is_float(t))) return 0;
    if (n == 2 && x[!lead].graph) {
        if (!in_graph(g, x[1])) return 0;
        b = x[1].index;
        m = &g->node[b];
        if (m->dtype != t || (m->shape != shape && m->shape->rank && shape->rank)) return 0;
        shape = m->shape->rank ? m->shape : shape;
    } else if (n == 2) {
        uint32_t number = plain_number(g, here, x[!lead], t);
        if (!number) return 0;
        b = lead ? a : number;
        a = lead ? number : a;
    }
    if (g->count >= g->room && !wgi_room(g)) return 0;
    bool scalar = wgi_size(shape) == 1, even = scalar && wg_dtype_is_float(t);
    wgi_node *y = &g->node[g->count];
    y->op = op, y->shape = shape, y->in[0] = a, y->in[1] = b, y->attr = NULL, y->here = here;
    y->hash =
        wgi_hash_after(y[-1].hash, wgi_hash_of(op, shape, t | (uint32_t)n << 16), (uint64_t)b << 32 | a);
    y->name = 0, y->operands = (uint32_t)n, y->dtype = (uint8_t)t, y->output = 0;
    y->rewritten = false;
    y->flags = even ? WGI_SCALAR | WGI_EVEN : 0;
    g->weight += scalar ? 0 : (double)wgi_size(shape);
    wgi_use(g, a);
    if (n == 2) wgi_use(g, b);
    learn_scalar(g, y);
    const uint32_t i = wgi_node_count(g, y);
    if (g->plain.early) wgi_early_node(g, i);
    return i;
}

/* ---- nodes of float scalars, copied from the last node of their kind ---- */

/* Each rare case is a function of its own, called last and with the same arguments. So the common case is
 * short and saves no registers. */
#define OUT __attribute__((noinline)) static

OUT wg_node apply1(wg_site here, wg_node x, const wg_op *op) { return wg_apply(here, op, &x, 1, NULL); }

OUT wg_node apply2(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    return wg_apply(here, op, (wg_node[]){ a, b }, 2, NULL);
}

/* The kind whose record can be copied for a node of op with operand x; NULL: there is none. */
static inline wgi_plain_op *kind_of(wg_graph *g, const wg_op *op, int n, wg_node x)
{
    if (g->count >= g->plain.quick || x.generation != g->generation || x.index >= g->count) return NULL;
    const wgi_node *m = &g->node[x.index];
    wgi_plain_op *k = wgi_plain_place(g, op);
    const bool same = k->node.op == op && k->node.operands == (uint32_t)n && k->node.shape == m->shape &&
                      k->node.dtype == m->dtype;
    return m->flags & WGI_SCALAR && same ? k : NULL;
}

/* The node of operands a and b, the same kind of node as k->node. x is an operand, and no number. */
static inline wg_node quick(wg_graph *g, wg_site here, wgi_plain_op *k, wg_node x, uint64_t a, uint64_t b)
{
    uint64_t in = b << 32 | a;
    wgi_node *y = &g->node[g->count];
    wgi_use(g, x.index);
    __builtin_prefetch(y + WGI_AHEAD, 1);
    *y = k->node;
    y->in[0] = (uint32_t)in, y->in[1] = (uint32_t)(in >> 32), y->here = here;
    y->hash = wgi_hash_after(y[-1].hash, k->hash, in);
    x.index = wgi_node_count(g, y);
    if (g->plain.remember) wgi_remember_node(g, x.index);
    if (g->plain.early)
        wgi_early_value(g, k, y, (uint32_t)a, k->node.operands == 1 ? (uint32_t)a : (uint32_t)b);
    return x;
}

/* The same with one number as operand, where calls are remembered: then numbers are not shared. */
static wg_node with_number(wg_site here, wg_node a, wg_node b, const wg_op *op, wgi_plain_op *k)
{
    const wg_node x = a.graph ? a : b;
    wg_graph *g = x.graph;
    const uint32_t first = g->count;
    const char *before = g->arena.at;
    if (first + 1 >= g->plain.quick) return apply2(here, a, b, op);
    const uint32_t leaf =
        wgi_leaf_number(g, here, wgi_number_value(a.graph ? b : a), (wg_dtype)k->node.dtype).index;
    if (!leaf) return wgi_error_node(g);
    g->plain.remember = false;
    const wg_node y = quick(g, here, k, x, a.graph ? a.index : leaf, a.graph ? leaf : b.index);
    g->plain.remember = true;
    wgi_remember_call(g, first, before, y.index, (wg_node[]){ a, b }, 2);
    return y;
}

/* A node with one number as operand, where the last node of the same op and dtype had another number. The
 * leaf of this number is looked up; if there is none, the general way makes it. */
OUT wg_node other_number(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_node x = a.graph ? a : b;
    wg_graph *g = x.graph;
    wgi_plain_op *k = kind_of(g, op, 2, x);
    uint64_t bits = wgi_number_bits(a.graph ? b : a);
    if (g->plain.remember) return with_number(here, a, b, op, k);
    k->number = wgi_number_place(g, bits, k->node.dtype);
    if (!wgi_holds_number(k->number, bits, k->node.dtype)) return apply2(here, a, b, op);
    return quick(g, here, k, x, a.graph ? a.index : k->number->leaf, a.graph ? k->number->leaf : b.index);
}

OUT wg_node number_first(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = b.graph;
    wgi_plain_op *k = g ? kind_of(g, op, 2, b) : NULL;
    if (!k) return apply2(here, a, b, op);
    if (!wgi_holds_number(k->number, wgi_number_bits(a), k->node.dtype)) return other_number(here, a, b, op);
    return quick(g, here, k, b, k->number->leaf, b.index);
}

OUT wg_node two_nodes(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = a.graph;
    wgi_plain_op *k = b.graph == g ? kind_of(g, op, 2, a) : NULL;
    if (!k || kind_of(g, op, 2, b) != k) return apply2(here, a, b, op);
    wgi_use(g, b.index);
    return quick(g, here, k, a, a.index, b.index);
}

wg_node wg_apply1(wg_site here, wg_node x, const wg_op *op)
{
    wg_graph *g = x.graph;
    wgi_plain_op *k = g ? kind_of(g, op, 1, x) : NULL;
    return k ? quick(g, here, k, x, x.index, 0) : apply1(here, x, op);
}

wg_node wg_apply2(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = a.graph;
    if (!g) return number_first(here, a, b, op);
    if (b.graph) return two_nodes(here, a, b, op);
    wgi_plain_op *k = kind_of(g, op, 2, a);
    if (!k) return apply2(here, a, b, op);
    if (!wgi_holds_number(k->number, wgi_number_bits(b), k->node.dtype)) return other_number(here, a, b, op);
    return quick(g, here, k, a, a.index, k->number->leaf);
}
