/* append_plain.c: the short way to make a node. Most nodes are of a plain op: elementwise, without options,
 * with one or two operands of one dtype. Such a node is made here, without the general rules of apply.c. Its
 * record is the same.
 *
 * A graph keeps a table of the plain ops that it has met. In a graph of many nodes, which is a program of
 * scalars, the table also keeps the record of the op's last node of float scalars. The next such node is a
 * copy of that record with other operands, site, scope and hash. wg_apply1 and wg_apply2 take the operands as
 * values, not as an array, so that they stay in registers. The operands are checked as everywhere. Views of a
 * loop, by which such a program takes the elements of a vector, are copies of the last one.
 *
 * There values are computed while nodes are made: the record, the operands and their values are in the cache
 * then, and to come back later costs as much again. Nobody can tell: these values are those that the first
 * read would compute. So they are dropped when it would compute others, because parameters or inputs have
 * changed since. Where the program has set another arithmetic (base/floats.h) no value is eager. Nodes that
 * have no eager value, as their kernel fails, or an operand has none, are computed when they are read. Values
 * are eager as long as no evaluation is open, and in graphs whose weight is 0.
 *
 * Invariant, while count < quick: the build does not repeat the last one, no call is open that is remembered,
 * and there is room for a node. */
#include "base/floats.h"
#include "graph/exact.h"
#include "graph/graph.h"

/* NO_DTYPE: the dtype of a kind that has no record to copy. CELLS: values that get memory together. */
enum { NO_DTYPE = 0xFF, CELLS = 512 };

/* The entry of op among the plain ops, or the free entry for it. */
static inline wgi_plain_op *place(wg_graph *g, const wg_op *op)
{
    wgi_plain_op *k = &g->plain.kind[wgi_op_place(op)];
    while (k->node.op != op && k->node.op) k = k + 1 < g->plain.kind + WGI_OPS ? k + 1 : g->plain.kind;
    return k;
}

/* ---- eager values ---- */

/* The value of a leaf that cannot change unnoticed. NULL: node i is no such leaf, or has no value. */
static const void *eager_leaf(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    if (wgi_has_parameter(n)) return g->value[i] = n->parameter->data; /* the next time it is found at once */
    if (n->op == &wgi_op_input && n->input->borrowed) return NULL;     /* the caller may write to it */
    return n->op == &wgi_op_stream ? NULL : wgi_value_of_leaf(n);
}

static bool eager_room(wg_graph *g)
{
    g->plain.cell = wgi_arena_alloc(&g->values, CELLS * sizeof *g->plain.cell);
    g->plain.cell_end = g->plain.cell ? g->plain.cell + CELLS : NULL;
    return g->plain.cell;
}

/* Fills the call of the kernel for scalars of dtype t. */
static void prepare(wg_graph *g, wgi_plain_op *k, wg_dtype t)
{
    static const unsigned char step[2] = { 1, 1 };
    const wg_op *op = k->node.op;
    int isa = g->c->isa;
    while (isa > 0 && !op->kernel[isa]) isa--;
    k->fn = wgi_op_is_ours(op) && !op->users && !op->impure ? op->kernel[isa] : NULL;
    k->type[0] = k->type[1] = (wg_type){ g->node[0].shape, t };
    k->k = (wg_kernel){ .end = 1,
                        .operands = op->operands,
                        .outputs = 1,
                        .x = k->x,
                        .y = &k->y,
                        .step = step,
                        .xt = k->type,
                        .yt = k->type,
                        .fault = &g->plain.fault };
    wgi_fault_clear(&g->plain.fault);
}

/* Calls k's kernel. False: there is no value. */
static bool eager_call(wg_graph *g, wgi_plain_op *k, wg_dtype t, const void *a, const void *b, void *y)
{
    if (!k->type[0].shape || k->type[0].dtype != t) prepare(g, k, t);
    if (!k->fn) return false;
    k->x[0] = a, k->x[1] = b, k->y = y;
    if (k->fn(&k->k)) return true;
    wgi_fault_clear(k->k.fault);
    return false;
}

static inline const void *eager_operand(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    return g->value[i] ? g->value[i] : n->op == &wgi_op_number ? n->cell : eager_leaf(g, i);
}

/* The value of node n, of kind k and with the operands a and b. Of one operand: b is a. */
__attribute__((always_inline)) static inline void eager_value(wg_graph *g, wgi_plain_op *k, const wgi_node *n,
                                                              uint32_t a, uint32_t b)
{
    const void *p = eager_operand(g, a), *q = eager_operand(g, b);
    if (!p || !q || (g->plain.cell == g->plain.cell_end && !eager_room(g))) return;
    void *y = g->plain.cell;
    if (wgx_hints(n->op)->arithmetic)
        wgi_arithmetic(wgx_hints(n->op)->arithmetic, n->dtype == WG_F32, p, q, y);
    else if (!eager_call(g, k, (wg_dtype)n->dtype, p, q, y)) return;
    g->value[n - g->node] = y;
    g->plain.cell++;
}

/* An element of a tensor that has a value. */
static void element(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i], *x = &g->node[n->in[0]];
    const char *from = eager_operand(g, n->in[0]);
    const int64_t at = from && wgi_size(n->shape) == 1 ? wgi_view_at(n, x) : -1;
    if (at < 0 || (g->plain.cell == g->plain.cell_end && !eager_room(g))) return;
    const size_t size = wg_dtype_size((wg_dtype)n->dtype);
    from += (size_t)at * size;
    if (size == sizeof(double)) memcpy(g->plain.cell, from, sizeof(double));
    else memcpy(g->plain.cell, from, size);
    g->value[i] = g->plain.cell++;
}

/* Computes the value of node i, if it can be computed eagerly. */
static void eager_node(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    if (n->flags & WGI_EVEN) {
        wgi_plain_op *k = place(g, n->op);
        if (k->node.op == n->op) eager_value(g, k, n, n->in[0], n->in[n->operands - 1]);
    } else if (wgx_hints(n->op)->view) element(g, i);
}

/* The parameters' values, while their records can be fetched ahead. */
static void leaves(wg_graph *g)
{
    enum { AHEAD = 16 };
    for (size_t k = 0; k < g->params; k++) {
        if (k + AHEAD < g->params) __builtin_prefetch(g->node[g->param[k + AHEAD]].parameter);
        eager_leaf(g, g->param[k]);
    }
}

/* From now on values are computed when nodes are made, and at once for the nodes that are there. */
static void eager_begin(wg_graph *g)
{
    wg_context *c = g->c;
    if (g->plain.eager || g->now.open || g->now.eager || g->weight != 0 || c->o.interpret < 0 ||
        wgi_without(c, WG_WITHOUT_TAPE | WG_WITHOUT_EAGER) || c->o.trace & WG_TRACE_VALUE ||
        g->build.within || !wgi_ok(c))
        return;
    if (wgi_floats_get() != 0 || !wgi_valued(g, 1, 1)) return;
    g->plain.eager = g->now.eager = true;
    g->plain.cell = g->plain.cell_end = NULL;
    leaves(g);
    for (uint32_t i = 1; i < g->count; i++)
        if (!wgi_is_leaf(&g->node[i])) eager_node(g, i);
}

static void end(wg_graph *g)
{
    g->plain.eager = g->now.eager = false;
    g->plain.cell = g->plain.cell_end = NULL;
}

void wgi_eager_drop(wg_graph *g)
{
    end(g);
    memset(g->value, 0, sizeof *g->value * g->count);
    wgi_arena_reset(&g->values);
    g->now.spans = 0;
}

void wgi_eager_take(wg_graph *g)
{
    end(g);
    if (g->weight != 0 || wgi_params_changed(g)) wgi_eager_drop(g);
    else g->now.span[0].last = g->count - 1;
}

/* ---- plain ops ---- */

/* Writes op to the table; false: it is not plain. */
static bool learn_op(wg_graph *g, const wg_op *op)
{
    if (wgi_without(g->c, WG_WITHOUT_SHORT) || op->kind != WG_MAP || op->shape ||
        (wgx_hints(op)->rewrite && !wgx_hints(op)->asks) || op->attr_size ||
        (op->promote && op->promote != WG_PROMOTE_FLOAT) || op->operands < 1 || op->operands > 2 ||
        (!op->kernel[0] && !op->map) || !wgi_op_can_be_plain(op))
        return false;
    if (g->plain.kinds == WGI_OPS / 2) g->plain.kinds = 0, memset(g->plain.kind, 0, sizeof g->plain.kind);
    g->plain.kinds++;
    wgi_plain_op *k = place(g, op);
    k->node.op = op, k->node.dtype = NO_DTYPE;
    return true;
}

/* Lets the next nodes be copies of records. Below `most` their calls are remembered, outside of other
 * calls. */
static bool may_copy(wg_graph *g)
{
    const wgi_build *b = &g->build;
    const bool large = g->count >= b->share_from;
    if (b->repeats || (!large && (b->open || b->within || g->count >= b->most))) return false;
    const uint32_t next = g->count < WGI_EAGER_FROM ? WGI_EAGER_FROM : WGI_MIN(b->most, b->share_from);
    g->plain.remember = !large;
    g->plain.quick = large ? g->room : WGI_MIN(g->room, next);
    if (g->count >= WGI_EAGER_FROM && !g->plain.eager) eager_begin(g);
    return true;
}

static void learn_scalar(wg_graph *g, const wgi_node *y)
{
    if (!(y->flags & WGI_EVEN) || !may_copy(g)) return;
    wgi_plain_op *k = place(g, y->op);
    k->node = *y;
    k->node.flags = WGI_SCALAR | WGI_EVEN;
    k->hands_on = wgx_hints(y->op)->exact && !wgx_hints(y->op)->source;
    k->hash = wgi_hash_of(y->op, y->shape, y->dtype | y->operands << 16);
    k->number = g->plain.number;
}

static bool in_graph(const wg_graph *g, wg_node x) { return x.graph == g && x.index && wgi_has_node(g, x); }

/* The leaf of a number that stands beside an operand of dtype t. 0: t is no float type, or there is no
 * memory. */
static uint32_t plain_number(wg_graph *g, wg_site here, wg_node x, wg_dtype t)
{
    return wg_is_none(x) || !wg_dtype_is_float(t) ? 0
                                                  : wgi_leaf_number(g, here, wgi_number_value(x), t).index;
}

/* Of a pair: both answer, or one does beside a number. */
static inline bool both_answer(const wgi_node *a, const wgi_node *b)
{
    return (a->answers || a->op == &wgi_op_number) && (b->answers || b->op == &wgi_op_number);
}

uint32_t wgi_apply_plain(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n)
{
    if (n < 1 || n > 2 || (place(g, op)->node.op != op && !learn_op(g, op)) || n != op->operands) return 0;
    int lead = !x[0].graph; /* the first operand that is a node; the other one may be a number */
    if (lead == n || !in_graph(g, x[lead])) return 0;
    const wgi_node *m = &g->node[x[lead].index];
    const wg_shape *shape = m->shape;
    wg_dtype t = (wg_dtype)m->dtype;
    bool answers = m->answers;
    uint32_t a = x[lead].index, b = 0;
    const bool floats = op->promote == WG_PROMOTE_FLOAT || !op->kernel[0];
    if (t == WG_BOOL || wg_dtype_is_stored(t) || (floats && !wg_dtype_is_float(t))) return 0;
    if (n == 2 && x[!lead].graph) {
        if (!in_graph(g, x[1])) return 0;
        b = x[1].index;
        m = &g->node[b];
        if (m->dtype != t || (m->shape != shape && m->shape->rank && shape->rank)) return 0;
        if (wgx_hints(op)->asks && (answers || m->answers) && wgi_may_ask(x, n)) return 0;
        answers = wgx_hints(op)->exact && (answers || m->answers) && both_answer(&g->node[a], m);
        shape = m->shape->rank ? m->shape : shape;
    } else if (wgx_hints(op)->asks && answers) return 0;
    else if (n == 2) {
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
    y->rewritten = false, y->spent = 0,
    y->answers = wgx_hints(op)->exact && (answers || wgx_hints(op)->source);
    y->flags = even ? WGI_SCALAR | WGI_EVEN : 0;
    g->weight += scalar ? 0 : WGI_MIN((double)wgi_size(shape), 0x1p40); /* as wgi_node_weight */
    wgi_use(g, a);
    if (n == 2) wgi_use(g, b);
    learn_scalar(g, y);
    const uint32_t i = wgi_node_count(g, y);
    if (g->plain.eager) eager_node(g, i);
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
    if (g->count >= g->plain.quick || x.generation != g->stamp || x.index >= g->count) return NULL;
    const wgi_node *m = &g->node[x.index];
    wgi_plain_op *k = place(g, op);
    const bool same = k->node.op == op && k->node.operands == (uint32_t)n && k->node.shape == m->shape &&
                      k->node.dtype == m->dtype;
    return m->flags & WGI_SCALAR && same ? k : NULL;
}

/* The node of operands a and b, the same kind of node as k->node. x is an operand, and no number; of two
 * nodes one that does not answer, if there is one. */
OUT wg_node quick(wg_graph *g, wg_site here, wgi_plain_op *k, wg_node x, uint64_t a, uint64_t b)
{
    uint64_t in = b << 32 | a;
    wgi_node *y = &g->node[g->count];
    wgi_use(g, x.index);
    __builtin_prefetch(y + WGI_AHEAD, 1);
    *y = k->node;
    if (k->hands_on) y->answers = g->node[x.index].answers;
    y->in[0] = (uint32_t)in, y->in[1] = (uint32_t)(in >> 32), y->here = here;
    y->hash = wgi_hash_after(y[-1].hash, k->hash, in);
    x.index = wgi_node_count(g, y), x.generation = g->stamp;
    if (g->plain.remember) wgi_remember_call(g, x.index, g->arena.at, x.index, NULL);
    if (g->plain.eager) eager_value(g, k, y, (uint32_t)a, k->node.operands == 1 ? (uint32_t)a : (uint32_t)b);
    return x;
}

/* A node with one number as operand, where the last node of the same kind had another number. The leaf of
 * this number is looked up; if there is none, the general way makes it. Where calls are remembered, numbers
 * are not shared. */
OUT wg_node other_number(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    const wg_node x = a.graph ? a : b;
    wg_graph *g = x.graph;
    wgi_plain_op *k = kind_of(g, op, 2, x);
    const uint32_t first = g->count;
    const char *before = g->arena.at;
    const bool remembers = g->plain.remember;
    const uint64_t bits = wgi_number_bits(a.graph ? b : a);
    uint32_t leaf;
    if (remembers) {
        if (first + 1 >= g->plain.quick) return apply2(here, a, b, op);
        leaf = wgi_leaf_number(g, here, wgi_number_value(a.graph ? b : a), (wg_dtype)k->node.dtype).index;
        if (!leaf) return wgi_error_node(g);
    } else {
        k->number = wgi_number_place(g, bits, k->node.dtype);
        if (!wgi_holds_number(k->number, bits, k->node.dtype)) return apply2(here, a, b, op);
        leaf = k->number->leaf;
    }
    g->plain.remember = false;
    const wg_node y = quick(g, here, k, x, a.graph ? a.index : leaf, a.graph ? leaf : b.index);
    g->plain.remember = remembers;
    if (remembers) wgi_remember_call(g, first, before, y.index, (wg_node[]){ a, b });
    return y;
}

/* Whether op may get an answer from x, alone or beside a number (exact.c). */
static inline bool may_ask(const wg_op *op, wg_node x)
{
    return wgx_hints(op)->asks && x.graph->node[x.index].answers;
}

OUT wg_node number_first(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = b.graph;
    wgi_plain_op *k = g ? kind_of(g, op, 2, b) : NULL;
    if (!k || may_ask(op, b)) return apply2(here, a, b, op);
    if (!wgi_holds_number(k->number, wgi_number_bits(a), k->node.dtype)) return other_number(here, a, b, op);
    return quick(g, here, k, b, k->number->leaf, b.index);
}

OUT wg_node two_nodes(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = a.graph;
    wgi_plain_op *k = b.graph == g ? kind_of(g, op, 2, a) : NULL;
    if (!k || kind_of(g, op, 2, b) != k) return apply2(here, a, b, op);
    const wgi_node *m = &g->node[a.index], *n = &g->node[b.index];
    const bool answers = m->answers;
    if (wgx_hints(op)->asks && (answers || n->answers) &&
        (m->op == &wgi_op_number || n->op == &wgi_op_number))
        return apply2(here, a, b, op);
    wgi_use(g, answers ? a.index : b.index);
    return quick(g, here, k, answers ? b : a, a.index, b.index);
}

wg_node wg_apply1(wg_site here, wg_node x, const wg_op *op)
{
    wg_graph *g = x.graph;
    wgi_plain_op *k = g ? kind_of(g, op, 1, x) : NULL;
    return k && !may_ask(op, x) ? quick(g, here, k, x, x.index, 0) : apply1(here, x, op);
}

wg_node wg_apply2(wg_site here, wg_node a, wg_node b, const wg_op *op)
{
    wg_graph *g = a.graph;
    if (!g) return number_first(here, a, b, op);
    if (b.graph) return two_nodes(here, a, b, op);
    wgi_plain_op *k = kind_of(g, op, 2, a);
    if (!k || may_ask(op, a)) return apply2(here, a, b, op);
    if (!wgi_holds_number(k->number, wgi_number_bits(b), k->node.dtype)) return other_number(here, a, b, op);
    return quick(g, here, k, a, a.index, k->number->leaf);
}

/* ---- views of a loop: they have the same op, site, shapes and dtype, and differ in their options ---- */

/* Nothing is forgotten when nodes are removed: whatever node of op stands at the index that is kept is
 * as good as the last one. */
static uint32_t *last_of(wg_graph *g, const wg_op *op)
{
    for (int k = 0; k < WGI_VIEWS; k++)
        if (g->plain.view[k].op == op) return &g->plain.view[k].node;
    return NULL;
}

void wgi_view_note(wg_graph *g, uint32_t i)
{
    const wg_op *op = g->node[i].op;
    if (g->plain.eager) eager_node(g, i);
    uint32_t *at = last_of(g, op);
    if (at) *at = i;
    if (at || wgi_without(g->c, WG_WITHOUT_SHORT)) return;
    memmove(g->plain.view + 1, g->plain.view, sizeof *g->plain.view * (WGI_VIEWS - 1));
    g->plain.view[0] = (wgi_last_view){ op, i };
}

const wgi_node *wgi_view_before(wg_site here, const wg_op *op, wg_node x)
{
    wg_graph *g = x.graph;
    if (!g || !x.index || !wgi_has_node(g, x)) return NULL;
    wgi_limits_at_call(g);
    const uint32_t *at =
        g->count < g->build.most || g->build.repeats || g->count >= g->room ? NULL : last_of(g, op);
    const wgi_node *n = at && *at < g->count ? &g->node[*at] : NULL;
    if (!n || n->op != op || n->here != here) return NULL;
    const wgi_node *before = &g->node[n->in[0]], *now = &g->node[x.index];
    return before->shape == now->shape && before->dtype == now->dtype ? n : NULL;
}

wg_node wgi_view_like(wg_site here, const wgi_node *last, wg_node x, const void *attr)
{
    wg_graph *g = x.graph;
    wgi_node *y = &g->node[g->count];
    __builtin_prefetch(y + WGI_AHEAD, 1);
    *y = *last;
    y->in[0] = x.index, y->attr = attr, y->here = here, y->name = 0, y->rewritten = false;
    y->answers = wgx_hints(last->op)->exact && g->node[x.index].answers;
    y->flags &= WGI_SCALAR;
    y->hash = wgi_node_hash(y[-1].hash, y);
    wgi_use(g, x.index);
    const uint32_t i = wgi_node_count(g, y);
    if (g->plain.eager) eager_node(g, i);
    return wgi_handle(g, i);
}
