/* graph.h: the list of nodes, how a node is made, what a graph remembers of its last build, and where
 * values are. Invariant: the operands of a node have smaller indices than the node. So a walk over a
 * graph is a loop. */
#ifndef WGI_GRAPH_H
#define WGI_GRAPH_H

#include "graph/given.h"
#include "graph/graph_structs.h"
#include "wgx/graph.h"
#include "wgx/op.h"

/* ---- core_ops.c ---- */

extern const wg_op wgi_op_error, wgi_op_number, wgi_op_input, wgi_op_param, wgi_op_state, wgi_op_stream;
extern const wg_op wgi_op_identity; /* in ops/custom.c, as its samples use other ops */

extern const wg_op wgi_op_after, wgi_op_recompute; /* in grad/recompute.c */

/* The value of operand 0, which the expansion of an op has made from the other operands, with the rule of
 * that op. Users see the op, its operands and its options. */
typedef struct wgi_ruled {
    const wg_op *op;
    uint64_t attr[28];
} wgi_ruled;
extern const wg_op wgi_op_ruled, wgi_op_same;
static inline bool wgi_is_ruled(const wgi_node *n) { return n->op == &wgi_op_ruled; }
static inline const wg_op *wgi_called_op(const wgi_node *n)
{
    return wgi_is_ruled(n) ? ((const wgi_ruled *)n->attr)->op : n->op;
}

/* A loop over nodes prefetches the record that is so many records ahead: one page of 4 KiB, because the
 * processor's own prefetching stops at the end of a page. */
enum { WGI_AHEAD = 64 };
/* The place of an op in a table of WGI_OPS. If it belongs to another op, look at the places behind it.
 * Descriptors are at regular distances, so their addresses must be mixed. */
static inline uint32_t wgi_op_place(const wg_op *op)
{
    return (uint32_t)((uint64_t)(uintptr_t)op * 0x9E3779B97F4A7C15u >> 58);
}

/* Memory for the use of one call, which goes back to the place where it began. */
static inline void *wgi_temp(wg_graph *g, size_t size) { return wgi_arena_alloc(&g->temp, size); }
static inline void *wgi_temp_zeroed(wg_graph *g, size_t size) { return wgi_arena_zeroed(&g->temp, size); }
static inline wgi_place wgi_temp_place(const wg_graph *g) { return wgi_arena_place(&g->temp); }
static inline void wgi_temp_rewind(wg_graph *g, wgi_place place) { wgi_arena_rewind(&g->temp, place); }

/* ---- what a record or a handle says ---- */

/* The numbers of the operands of a record. */
#define WGI_EACH_OPERAND(k, n) for (uint32_t k = 0; k < (n)->operands; k++)

static inline void wgi_leaf_moved(wg_graph *g) { g->build.leaves = ++g->c->last.structure; }
static inline bool wgi_has_failed(const wg_graph *g)
{
    return g->failure.op && g->failed_at == g->c->last.recovery;
}
static inline bool wgi_is_leaf(const wgi_node *n) { return n->op->kind == WG_LEAF; }
static inline bool wgi_has_parameter(const wgi_node *n)
{
    return n->op == &wgi_op_param || n->op == &wgi_op_state;
}
/* ---- earlier.c: nodes of parameters that have changed since ---- */

/* What the node's parameter was, if q is a copy of it; NULL: it is none, or it was freed. */
wgi_parameter *wgi_earlier_of(const wg_graph *g, const wgi_parameter *q);
/* Writes the nodes that were of parameters of p, and of none that is frozen. `to` has room for
 * g->earliers. */
size_t wgi_earlier_targets(const wg_graph *g, const wg_params *p, uint32_t *to);
bool wgi_has_nodes_of(const wg_graph *g, const wg_params *p); /* param.c */
/* Whether the value of node i, if it was computed now, would read a parameter of which `is` is true. What is
 * a result is there, and not computed. True, too, without memory. */
typedef bool (*wgi_parameter_fn)(const wg_graph *g, const wgi_parameter *q, const void *arg);
bool wgi_reads(wg_graph *g, uint32_t i, wgi_parameter_fn is, const void *arg);
void wgi_spend(wg_graph *g, uint32_t loss); /* after a backward: see wgi_node.spent */
/* Whether n is such a node of which nothing was kept. */
bool wgi_is_lost(const wg_graph *g, const wgi_node *n);
/* Whether the request cannot be answered without such a node. Then an error is recorded. */
bool wgi_needs_lost(wg_graph *g, const wgi_request *r);
void wgi_earlier_freed(wg_graph *g, const wg_params *root); /* the set is freed */
void wgi_earlier_forget(wg_graph *g, uint32_t mark);        /* nodes from mark on are removed */

static inline bool wgi_can_build(const wg_graph *g) { return g && g->count && wgi_ok(g->c); }
static inline int wgi_outputs(const wg_op *op) { return op->outputs ? op->outputs : 1; }
static inline const uint32_t *wgi_in(const wgi_node *n) { return n->operands <= 2 ? n->in : n->list; }
/* Whether n, of an op that hands questions on, may answer: by operands that may. An elementwise op of two
 * operands needs both, or a number beside one. */
static inline bool wgi_may_answer(const wg_graph *g, const wgi_node *n)
{
    const wg_op *op = wgi_called_op(n);
    const uint32_t *in = wgi_in(n);
    bool any = false, all = true;
    if (!wgx_hints(op)->exact || wgx_hints(op)->source) return wgx_hints(op)->source;
    WGI_EACH_OPERAND(k, n) any |= g->node[in[k]].answers;
    for (uint32_t k = 0; any && op->kind == WG_MAP && n->operands == 2 && k < 2; k++)
        all &= g->node[in[k]].answers || g->node[in[k]].op == &wgi_op_number;
    return any && all;
}
uint32_t wgi_new_stamp(wg_context *c);
void wgi_restamp(wg_graph *g, uint32_t mark);           /* nodes from mark on have been removed */
uint32_t wgi_past_stamp(const wg_graph *g, uint32_t i); /* of a node before g->since: handle.c */
static inline uint32_t wgi_stamp(const wg_graph *g, uint32_t i)
{
    return i >= g->since ? g->stamp : wgi_past_stamp(g, i);
}
static inline wg_node wgi_handle(wg_graph *g, uint32_t i)
{
    wg_node n;
    n.graph = g, n.index = i, n.generation = wgi_stamp(g, i);
    return n;
}
/* Whether x, a handle of this graph, has a node: of this build, and not removed. */
static inline bool wgi_has_node(const wg_graph *g, wg_node x)
{
    if (x.generation == g->stamp) return x.index < g->count; /* no older node has this stamp */
    return x.index < g->since && x.generation == wgi_past_stamp(g, x.index);
}
static inline bool wgi_is_number(wg_node n) { return !n.graph && !wg_is_none(n); }
static inline uint64_t wgi_number_bits(wg_node n) { return ~(n.index | (uint64_t)n.generation << 32); }
double wgi_number_value(wg_node n);
/* NULL: of an earlier generation, or its node was taken away */
static inline wgi_node *wgi_node_of(wg_node n)
{
    const wg_graph *g = n.graph;
    return g && wgi_has_node(g, n) ? &g->node[n.index] : NULL;
}

/* Whether op belongs to the library: then its results depend on operands and options alone. An op of
 * the user may do anything, even if its descriptor is a copy of one of ours. */
static inline bool wgi_op_is_ours(const wg_op *op) { return wgx_hints(op)->library == op; }

/* ---- append.c ---- */

uint32_t wgi_append(wg_graph *g, const wgi_node *n); /* appends a copy of *n; 0: out of memory */
/* The same in two steps, without the copy: fill the zeroed record of wgi_slot (NULL: out of memory), then
 * finish it. */
wgi_node *wgi_slot(wg_graph *g);
uint32_t wgi_node_finish(wg_graph *g, wgi_node *n);
/* Appends *n, a copy of another node with other operands, without a hash. Only for nodes that are removed
 * before anybody asks for the structure of the graph. weight: wgi_node_weight(n). 0: out of memory. */
uint32_t wgi_append_copy(wg_graph *g, const wgi_node *n, double weight);
bool wgi_room(wg_graph *g);                  /* makes room for one more node; false: an error is recorded */
void wgi_forget(wg_graph *g, uint32_t mark); /* removes the nodes from mark on */
void wgi_forget_in_lists(wg_graph *g, uint32_t mark); /* only from the lists of parameters, results and
                                                       * states */
/* Inside a derivative rule: records that it may make no leaf but a number, and is true. */
void wgi_rule_refuse(wg_graph *g, wg_site here, const char *what, const char *name);
static inline bool wgi_rule_makes(wg_graph *g, wg_site here, const char *what, const char *name)
{
    if (!g->rule.op) return false;
    wgi_rule_refuse(g, here, what, name);
    return true;
}
/* Whether a function of the user is called for op: what it does may change from call to call. */
static inline bool wgi_op_asks(const wg_op *op) { return op->users || !wgi_op_is_ours(op); }
/* busy.c: between these two calls the graph gets no node, and its context no error. If the rule that `by`
 * calls has tried to use it, that is an error of by's context. */
void wgi_shut(wg_graph *g);
void wgi_unshut(wg_graph *g, wg_graph *by);
/* The dtype of numbers beside no float, and of what names none: within a rule, a rewrite or an expansion that
 * of the op's floats, so that where(x > 0, 1, 0.5) fits x there; else the context's. */
static inline wg_dtype wgi_default_dtype(const wg_graph *g)
{
    return g->rule.floats ? g->rule.floats : g->c->o.dtype;
}
/* It is that of the first float among x, if there is one, until wgi_floats_end is given what this gives. */
static inline wg_dtype wgi_floats_begin(wg_graph *g, const wg_node x[], int n)
{
    const wg_dtype outer = g->rule.floats;
    for (int k = 0; k < n; k++) {
        const wg_dtype t = x[k].graph == g ? (wg_dtype)g->node[x[k].index].dtype : WG_DEFAULT_DTYPE;
        if (wg_dtype_is_float(t)) return g->rule.floats = t, outer;
    }
    return outer;
}
static inline void wgi_floats_end(wg_graph *g, wg_dtype outer) { g->rule.floats = outer; }
/* Calls the expansion of op, which has one. */
static inline void wgi_call_expand(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n,
                                   const void *attr, wg_node y[])
{
    const wg_dtype outer = wgi_floats_begin(g, x, n);
    op->expand(here, x, n, attr, y);
    wgi_floats_end(g, outer);
}
/* These two stand around a call of op's derivative rule, or of its expansion in place of a rule.
 * wgi_rule_end must be given the result of wgi_rule_begin. x: nodes of the op's floats. */
typedef struct wgi_outer {
    const wg_op *op;
    wg_dtype floats;
} wgi_outer;
static inline wgi_outer wgi_rule_begin(wg_graph *g, const wg_op *op, const wg_node x[], int n)
{
    const wgi_outer outer = { g->rule.op, wgi_floats_begin(g, x, n) };
    g->rule.op = op;
    g->rule.users += wgi_op_asks(op);
    if (g->c->graphs.guarded) wgi_shut(g->c->graphs.guarded);
    return outer;
}
static inline void wgi_rule_end(wg_graph *g, wgi_outer outer)
{
    if (g->c->graphs.guarded) wgi_unshut(g->c->graphs.guarded, g);
    g->rule.op = outer.op;
    wgi_floats_end(g, outer.floats);
}
/* Between these two calls g->rule.watch.looked becomes true when a node is asked for its operands,
 * name, site or parameters, or one but y for its options, if it was there before. wgi_rule_watched must
 * be given the result of wgi_rule_watch, and returns whether nothing of this has happened. */
static inline wgi_watch wgi_rule_watch(wg_graph *g, uint32_t y)
{
    const wgi_watch outer = g->rule.watch;
    g->rule.watch = (wgi_watch){ .y = y, .first = g->count };
    return outer;
}
static inline bool wgi_rule_watched(wg_graph *g, wgi_watch outer)
{
    const bool looked = g->rule.watch.looked;
    g->rule.watch = outer;
    g->rule.watch.looked |= looked;
    return !looked;
}
static inline void wgi_rule_looks(wg_node n)
{
    if (!n.graph) return;
    wgi_watch *w = &n.graph->rule.watch;
    w->looked |= n.index >= w->from && n.index < w->first;
}
/* The same for what is a property of the whole graph. */
static inline void wgi_rule_looks_around(const wg_graph *g)
{
    if (g && g->rule.op) ((wg_graph *)(uintptr_t)g)->rule.watch.looked = true;
}
static inline bool wgi_holds_number(const wgi_number *at, uint64_t bits, uint32_t t)
{
    return at->bits == bits && at->dtype == t && at->leaf;
}
/* The entry of a number in the table of shared numbers, or the entry that it is to be written to: see
 * wgi_leaf_number. There are two for each number. */
static inline wgi_number *wgi_number_place(wg_graph *g, uint64_t bits, uint32_t t)
{
    wgi_number *a = &g->plain.number[bits * 0x9E3779B97F4A7C15u >> 58],
               *b = g->plain.number + ((a - g->plain.number) ^ 1);
    return wgi_holds_number(b, bits, t) || (!b->leaf && a->leaf && !wgi_holds_number(a, bits, t)) ? b : a;
}
/* The structure hash of a node is made from the hash of the node before (prefix), the node's own part, and
 * the first two operands (second << 32 | first). The own part does not depend on the prefix. So when nodes
 * are made one after the other, each waits for the one before by a single multiplication only. */
static inline wgi_hash wgi_hash_of(const wg_op *op, const wg_shape *shape, uint32_t meta)
{
    return (wgi_hash){ (uint64_t)(uintptr_t)op ^ (uint64_t)(uintptr_t)shape * 0xC2B2AE3D27D4EB4Fu,
                       0xA0761D6478BD642Fu + meta * 0xD6E8FEB86659FD93u };
}
static inline uint64_t wgi_hash_after(uint64_t prefix, wgi_hash own, uint64_t operands)
{
    unsigned __int128 h = (unsigned __int128)(prefix ^ own.x) * (own.y + operands);
    return (uint64_t)h ^ (uint64_t)(h >> 64);
}
/* Notes that node i is an operand. */
static inline void wgi_use(wg_graph *g, uint32_t i)
{
    wgi_node *x = &g->node[i];
    if (x->flags & WGI_USED) return;
    x->flags |= WGI_USED;
    g->loose--;
}
/* Every way to make a node ends here. y must be the record behind the last node, with its hash and
 * flags set, and wgi_use must have been called for its operands. */
static inline uint32_t wgi_node_count(wg_graph *g, wgi_node *y)
{
    y->scope = g->names.scope;
    g->loose += !(y->flags & WGI_USED);
    return g->count++;
}
/* The structure hash of n behind a node of hash `prefix`. Numbers, addresses, names and sites are no
 * part of it. */
uint64_t wgi_node_hash(uint64_t prefix, const wgi_node *n);
/* The number of elements of n, times 64 for a product; 0 for scalars, elementwise nodes of one element,
 * views and leaves. */
double wgi_node_weight(const wgi_node *n);

/* ---- leaf.c, scopes.c, handle.c, node.c, graph.c ---- */

/* A leaf that holds `bits`: a number or a stream. 0: out of memory. */
uint32_t wgi_cell_leaf(wg_graph *g, wg_site here, const wg_op *op, wg_dtype t, uint64_t bits, double number);
wg_node wgi_leaf_number(wg_graph *g, wg_site here, double v, wg_dtype t); /* shared in large graphs */
/* Forgets the names and scopes since there were so many texts, and so many scopes. */
void wgi_texts_cut(wg_graph *g, size_t texts, size_t scopes);
/* How many nameless streams the scope has; NULL: out of memory, if it has none. */
wgi_stream_count *wgi_streams_of(wg_graph *g, uint32_t scope);
/* x, or if it is a number a leaf that holds it. */
wg_node wgi_number_to_leaf(wg_graph *g, wg_site here, wg_node x, wg_dtype t);
/* The index of a copy of s among the texts of the graph; 0: out of memory. */
uint32_t wgi_text(wg_graph *g, const char *s);
wg_node wgi_error_node(wg_graph *g);
/* Records an error and is the error node. The arguments after g are those of wgi_fail after the context. */
#define WGI_FAIL_NODE(g, ...) (wgi_fail((g)->c, __VA_ARGS__), wgi_error_node(g))
/* Whether the handle can be used. If not, records why, unless n is the error node, whose error is recorded
 * already. `what` is called, and `which` names the operand. */
bool wgi_usable(wg_node n, wg_site here, const char *what, const char *which);
/* The same for a handle that may be no node: a number or wg_none is an error of c, which may be NULL. The
 * text of the argument with this index names the operand if the site has it, else `which` does. */
bool wgi_is_node(wg_context *c, wg_node n, wg_site here, const char *what, int argument, const char *which);
/* The context of the first node among these, or NULL. */
wg_context *wgi_context_of(const wg_node x[], int n);
/* Records that a pointer argument is NULL. `which` says what it should have been: "parameter set". */
wg_status wgi_fail_null(wg_context *c, wg_site here, const char *what, const char *which);

/* ---- what wg_backward warns of ---- */

/* Notes a call of an op that does nothing, or learns nothing, in WG_EVAL. */
static inline void wgi_idle_note(wg_graph *g, const char *op, wg_site here)
{
    wgi_habits *h = &g->habits;
    if (g->mode != WG_EVAL || (h->idle && h->idle_in == g->generation)) return;
    h->idle = op, h->idle_at = here, h->idle_in = g->generation;
    h->idle_node = g->count, h->idle_call = g->build.at;
}
/* Forgets the note if the call is not one of the present build. An earlier build's call must have been
 * repeated: it is one of those before the call that the build is at. */
static inline void wgi_idle_forget(wg_graph *g)
{
    wgi_habits *h = &g->habits;
    const uint32_t calls = g->build.at - (h->idle_in != g->generation && g->build.at);
    if (h->idle_node > g->count || h->idle_call > calls) h->idle = NULL;
}

/* Unit vectors: row i is 1 at element from + i of x, else 0. The result is [n, elements of x] in the
 * dtype of x. In ops/index.c. */
wg_node wgi_unit_rows(wg_site here, wg_node x, int64_t from, int64_t n);

/* ---- copy.c ---- */

/* Another graph with the same nodes, to be freed by wg_graph_free before g changes. Options, operand lists,
 * inputs and numbers are not copied: both graphs point to the same ones. NULL: out of memory. */
wg_graph *wgi_graph_copy(const wg_graph *g);

/* ---- attr.c ---- */

uint64_t wgi_attr_hash(const wg_op *op, const void *attr);
bool wgi_attr_equal(const wg_op *op, const void *a, const void *b);

/* Whether the options' fields are equal. Never compare bytes: those between the fields are as the caller's
 * stack was. */
static inline bool wgi_options_same(const wg_op *op, const void *a, const void *b)
{
    return !op->attr_size || wgi_attr_equal(op, a, b);
}

/* ---- kinds.c ---- */

/* Three questions whose answers are kept for a kind: the type of a call's result (apply.c), the nodes of a
 * derivative rule (grad/grad.c), a call of the kernel (run/fast/kind_calls.c). */
typedef enum wgi_kind_answer {
    WGI_KIND_TYPE,
    WGI_KIND_RULE,
    WGI_KIND_CALL,
    WGI_KIND_ANSWERS
} wgi_kind_answer;

/* OPERANDS, OPTIONS (bytes): a kind has at most so many. WORDS: of a rule: two types, an op, and an op and a
 * type for each operand. */
enum { WGI_KIND_OPERANDS = 4, WGI_KIND_OPTIONS = 80, WGI_KIND_WORDS = 3 + 2 * WGI_KIND_OPERANDS };

/* What the answer follows from: an op of the library, its options, and as words types and ops. */
typedef struct wgi_kind {
    const wg_op *op;
    const void *attr;
    int words;
    uintptr_t word[WGI_KIND_WORDS];
} wgi_kind;

/* Records of shapes are aligned to 64 bytes, and descriptors of ops to 8: a small number fits in. */
static inline uintptr_t wgi_type_word(const wg_shape *s, unsigned dtype) { return (uintptr_t)s + dtype; }
static inline wg_type wgi_type_of_word(uintptr_t w)
{
    return (wg_type){ (const wg_shape *)(w & ~(uintptr_t)63), (wg_dtype)(w & 63) };
}
static inline void wgi_kind_add(wgi_kind *k, uintptr_t word) { k->word[k->words++] = word; }

/* The head of an answer, which stands behind it. UNKNOWN: the one who asks may fill the answer in. NEVER: the
 * general way must be taken each time. */
typedef struct wgi_kind_entry {
    wgi_kind kind; /* op NULL: a free entry */
    enum { WGI_KIND_UNKNOWN, WGI_KIND_USABLE, WGI_KIND_NEVER } state;
    bool busy; /* may not be given to another kind now */
    _Alignas(16) char options[WGI_KIND_OPTIONS];
} wgi_kind_entry;

static inline bool wgi_op_has_kinds(const wg_op *op)
{
    return wgx_hints(op)->library == op && op->attr_size <= WGI_KIND_OPTIONS && op->outputs <= 1;
}
/* The answer of `size` bytes that is kept for the kind; a new one is UNKNOWN. NULL: there is none, as kinds
 * are switched off, out of memory, or all places are busy. Valid until the next call. */
void *wgi_kind_entry_of(wg_context *c, wgi_kind_answer which, size_t size, const wgi_kind *k);

/* ---- append_plain.c ---- */

/* Appends a node of a plain op whose operands have one dtype, and shapes that are equal or scalar. The
 * record is the same as by the general way (apply.c). 0: the op or the operands are not of this kind,
 * or there is no memory. */
uint32_t wgi_apply_plain(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n);

/* Notes that node i is the last view of its op. */
void wgi_view_note(wg_graph *g, uint32_t i);
/* The last view of op, if it was made at the same call site from an operand of the same shape and dtype
 * as x. NULL: there is none, or calls are remembered. The caller must see to it that a call with x has
 * a result of the same shape. */
const wgi_node *wgi_view_before(wg_site here, const wg_op *op, wg_node x);
/* Appends a view of x like that one. attr: its options, in the graph's arena. */
wg_node wgi_view_like(wg_site here, const wgi_node *last, wg_node x, const void *attr);

/* A call that has failed, and has called a function of the user to make nodes, assigns nothing to states. */
static inline void wgi_assigns_undo(wg_graph *g, size_t assigns)
{
    if (!wgi_ok(g->c)) g->results.assigns = WGI_MIN(g->results.assigns, assigns);
}

/* ---- remembered.c ---- */

#define WGI_NO_CALL UINT32_MAX
typedef struct wgi_calling { /* a call that has begun; the fields are those of wgi_called */
    uint32_t at, first;      /* at: its index among the remembered calls, or WGI_NO_CALL */
    const char *before;
} wgi_calling;
void wgi_rebuild_begin(wg_graph *g, wg_mode mode);   /* a new build begins; resets the arena */
void wgi_rebuild_differs(wg_graph *g);               /* from here on this build differs from the last one */
void wgi_rebuild_forget(wg_graph *g, uint32_t mark); /* the nodes from mark on are removed */
/* The same for calls that began at the mark and made no node. */
void wgi_rebuild_forget_empty(wg_graph *g, uint32_t mark);
/* If the last build made the same call here, reuses its nodes and returns the index of its result. Else
 * 0. */
uint32_t wgi_rebuild_call(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n,
                          const void *attr);
/* For leaves, which compare more than a call. wgi_rebuild_at: the remembered call, if it is of the same
 * op and site and begins at the same node, scope and place of the arena. wgi_rebuild_reuse then reuses
 * its nodes and returns the result's index. */
const wgi_called *wgi_rebuild_at(const wg_graph *g, wg_site here, const wg_op *op);
uint32_t wgi_rebuild_reuse(wg_graph *g);
/* To be called when a call of a builder begins, before it makes nodes: see wgi_build.limits_at. */
void wgi_limits_set(wg_graph *g);
static inline void wgi_limits_at_call(wg_graph *g)
{
    if (g->count >= g->build.share_from && !g->build.limits_at) wgi_limits_set(g);
}
/* Whatever appends nodes stands between wgi_call_begin and wgi_call_end (for a leaf wgi_leaf_end, which
 * returns `result`). */
wgi_calling wgi_call_begin(wg_graph *g);
void wgi_call_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, const wg_node x[], int n,
                  const void *attr, wg_node result);
wg_node wgi_leaf_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, wg_node result);

/* Remembers the call of a plain op with the operands x[], which has made the nodes [first, i]. x NULL:
 * they are those of node i, none of which is a number. */
void wgi_remember_call(wg_graph *g, uint32_t first, const char *before, uint32_t i, const wg_node x[]);
/* Makes the node of a plain op by the short way, and remembers the call. 0: it cannot; then nothing was
 * made. */
uint32_t wgi_remember_plain(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n);

/* If the last build made the same request here for the derivative `what` of the operands x[0 .. n), reuses
 * its nodes, fills y[0 .. m) and is true. */
bool wgi_derived_reuse(wg_graph *g, wg_site here, const wg_op *what, const wg_node x[], int n, wg_node y[],
                       int m);
/* These two stand around a request that is made anew. */
wgi_calling wgi_derived_begin(wg_graph *g);
void wgi_derived_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *what, const wg_node x[], int n,
                     const wg_node y[], int m);

/* Nodes that are made between these two calls leave no trace: the graph is as before, and a build that
 * repeats the last one goes on. They get no values. wgi_aside_end must be given the result of
 * wgi_aside_begin. */
typedef struct wgi_aside {
    uint32_t count, mark; /* mark: the first such node */
    uint32_t since, stamp;
    size_t texts, scopes;
    size_t pasts, lists; /* lists: how many entries those of wgi_forget_in_lists have */
    wgi_place arena;
    double weight;
    bool repeats, lazy;
} wgi_aside;
wgi_aside wgi_aside_begin(wg_graph *g);
void wgi_aside_end(wg_graph *g, const wgi_aside *a);
/* Removes the nodes so far. place: of the arena, after wgi_aside_begin. */
void wgi_aside_again(wg_graph *g, const wgi_aside *a, wgi_place place);

/* ---- param.c ---- */

uint32_t wgi_leaf_of(wg_graph *g, const wgi_parameter *q); /* the leaf of q in g; 0: there is none */
void wgi_leaves_forget(wg_graph *g); /* to be called when nodes of param[] are removed */

/* ---- layer_names.c ---- */

/* Frees the names that were taken when the graph had `mark` nodes or more. */
void wgi_layers_rewind(wg_graph *g, uint32_t mark);
/* The layer whose call made node i; NULL: none is known. Sites that two calls share do not tell them apart:
 * then it is the later one. */
const wgi_layer_name *wgi_layer_of(const wg_graph *g, uint32_t i);
void wgi_layers_forget(wg_graph *g, const wg_params *root); /* the set is freed */
void wgi_layers_free(wg_graph *g);

/* ---- reach.c ---- */

/* Nodes by rising index: `node` lists them. The position of a node in the list is its local index. */
typedef struct wgi_reached {
    uint32_t *node;
    uint32_t *table; /* by index - node[0]: the position, or WGI_NOT_REACHED; NULL: the nodes lie far apart */
    uint32_t count;
} wgi_reached;
#define WGI_NOT_REACHED UINT32_MAX
/* Whether a walk does not go on from node i to its operands. */
typedef bool (*wgi_stop_fn)(const wg_graph *g, uint32_t i, const void *arg);
/* Lists the roots and all nodes that they are made from, but none below `from`. stop may be NULL. A
 * node that the walk stops at is in the list; all other nodes are there with all outputs of their op.
 * Memory is from a. Uses g->marked. False: out of memory. */
bool wgi_reach(wg_graph *g, wgi_arena *a, const uint32_t *root, int roots, uint32_t from, wgi_stop_fn stop,
               const void *arg, wgi_reached *r);
/* A node is `rounded` if it, or what is as near to a number as it, is added to something that has not asked
 * for its rest (exact.h). There the rounded value counts, and so the slope must be that of the rounded value.
 * Whether the operands of n are so, if n is or is not. */
bool wgi_rounds(wg_graph *g, const wgi_node *n, bool rounded);
/* By position in the list, for all of its nodes. Memory is from g->temp. NULL: out of memory. */
bool *wgi_meets_sums(wg_graph *g, const wgi_reached *r);
/* The order of two indices of nodes, for qsort and bsearch. */
int wgi_by_index(const void *a, const void *b);
/* The position of node i in the list, or WGI_NOT_REACHED. wgi_reached_far: without a table. */
uint32_t wgi_reached_far(const wgi_reached *r, uint32_t i);
static inline uint32_t wgi_reached_at(const wgi_reached *r, uint32_t i)
{
    if (!r->count || i < r->node[0] || i > r->node[r->count - 1]) return WGI_NOT_REACHED;
    return r->table ? r->table[i - r->node[0]] : wgi_reached_far(r, i);
}
/* The highest marked node of [from, below); UINT32_MAX: there is none. Unmarked nodes are passed eight at a
 * time, so that a program with few marked nodes in a long graph costs little. */
static inline uint32_t wgi_marked_below(const wg_graph *g, uint32_t below, uint32_t from)
{
    uint64_t eight;
    while (below > from) {
        if (g->marked[--below]) return below;
        while (below - from >= sizeof eight &&
               (memcpy(&eight, g->marked + below - sizeof eight, sizeof eight), !eight))
            below -= (uint32_t)sizeof eight;
    }
    return UINT32_MAX;
}

/* ---- valid.c ---- */

/* Whether hashes, flags and counts agree with the records. For asserts only: it takes time in proportion to
 * the nodes. */
bool wgi_graph_valid(const wg_graph *g);

/* ---- rule.c ---- */

/* Keeps the first call that failed, for drawings (wgx_graph_failure). */
void wgi_failed_call(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n);

/* ---- attr.c, descriptor.c ---- */

bool wgi_op_is_right(wg_graph *g, wg_site here, const wg_op *op); /* false: an error says what is wrong */
bool wgi_op_can_be_plain(const wg_op *op);                        /* the same, without an error */

/* ---- values.c ---- */

/* Whether parameters of the graph have changed since its evaluation was opened. */
static inline bool wgi_params_changed(const wg_graph *g)
{
    for (size_t i = 0; i < g->now.uses; i++)
        if (g->now.use[i].p->version != g->now.use[i].version) return true;
    return false;
}

/* ---- one operation ---- */

/* The result of `what` on a and b, where it is an operation of its own. */
#define ARITHMETIC_(T)                                               \
    static inline T wgi_arithmetic_##T(wg_arithmetic what, T a, T b) \
    {                                                                \
        switch (what) {                                              \
        case WG_ADDS: return a + b;                                  \
        case WG_SUBTRACTS: return a - b;                             \
        case WG_MULTIPLIES: return a * b;                            \
        case WG_DIVIDES: return a / b;                               \
        case WG_NEGATES: return -a;                                  \
        case WG_BY_KERNEL: break;                                    \
        }                                                            \
        return a;                                                    \
    }
ARITHMETIC_(float)
ARITHMETIC_(double)
#undef ARITHMETIC_

/* The same for operands and a result in memory, all f32 (single) or all f64. */
static inline void wgi_arithmetic(wg_arithmetic what, bool single, const void *a, const void *b, void *y)
{
    if (single) *(float *)y = wgi_arithmetic_float(what, *(const float *)a, *(const float *)b);
    else *(double *)y = wgi_arithmetic_double(what, *(const double *)a, *(const double *)b);
}

/* Where view n begins in its operand x, in elements; -1: it has a value of its own. */
static inline int64_t wgi_view_at(const wgi_node *n, const wgi_node *x)
{
    if (wgx_hints(n->op)->view == WG_VIEW_WHOLE) return 0;
    const wg_type xt = { x->shape, (wg_dtype)x->dtype }, yt = { n->shape, (wg_dtype)n->dtype };
    const wg_kernel k = { .operands = 1, .outputs = 1, .xt = &xt, .yt = &yt, .attr = n->attr };
    return wgx_hints(n->op)->alias ? wgx_hints(n->op)->alias(&k) : -1;
}

/* ---- append_plain.c: eager values ---- */

/* Ends that values are computed when nodes are made. The eager values go. */
void wgi_eager_drop(wg_graph *g);
/* Ends that, as an evaluation is opened. The eager values are among its values, if they are still right. */
__attribute__((cold)) void wgi_eager_take(wg_graph *g);

/* ---- values.c: the evaluation ---- */
/* Opens the evaluation, unless it is open. */
static inline void wgi_open(wg_graph *g)
{
    if (g->now.open) return;
    if (g->now.eager) wgi_eager_take(g);
    g->now.open = true;
    g->now.committed = false;
    g->now.serial = ++g->c->last.evaluation;
    g->now.trail = 0x7121;
    g->now.missed = false;
    g->now.lowest = UINT32_MAX;
    for (size_t i = 0; i < g->now.uses; i++) g->now.use[i].version = g->now.use[i].p->version;
}
/* The same for a call that uses the evaluation. If the call fails, g->now.peeked must get the result: then
 * nobody has used the evaluation but for calls that leave no trace. */
static inline bool wgi_use_begin(wg_graph *g)
{
    const bool unused = !g->now.open || g->now.peeked;
    wgi_open(g);
    g->now.peeked = false;
    return unused;
}

void wgi_close(wg_graph *g); /* ends the evaluation */
/* wgx_hold of a value of g, where it is now. NULL: out of memory, and t->data is NULL. */
wgx_held *wgi_hold(wg_graph *g, wg_tensor *t);
void wgi_held_keep(wg_graph *g); /* call it before the memory of g->values is used again: held.c */
/* Call this when memory of g->arena is given to what a rewind to an earlier mark leaves: it then gives no
 * memory back. */
static inline void wgi_unmark(wg_graph *g) { g->marks = 0; }
/* Call wgi_log before a request, and wgi_unlog when nodes from `mark` on are of no more use: requests that
 * have left no value behind but of such nodes, the last ones, are undone, with the memory that they took.
 * Returns whether no older request has left one of such a node. */
bool wgi_log(wg_graph *g);
bool wgi_unlog(wg_graph *g, uint32_t mark);
/* Call this before value[i] is set for nodes [first, last]. The end of the evaluation clears only the
 * entries of such nodes. False: out of memory. */
static inline bool wgi_valued(wg_graph *g, uint32_t first, uint32_t last)
{
    const size_t own = g->now.logs ? g->now.log[g->now.logs - 1].spans : 0;
    wgi_span *s = g->now.spans > own ? g->now.span + g->now.spans - 1 : NULL;
    g->now.lowest = WGI_MIN(g->now.lowest, first);
    if (s && first <= s->last + 1 && last + 1 >= s->first) {
        s->first = WGI_MIN(s->first, first);
        s->last = WGI_MAX(s->last, last);
        return true;
    }
    if (!WGI_GROW(g->c, g->now.span, g->now.span_capacity, g->now.spans + 1)) return false;
    g->now.span[g->now.spans++] = (wgi_span){ first, last };
    return true;
}
void *wgi_value_of_leaf(const wgi_node *n); /* NULL: n is no leaf */
size_t wgi_value_bytes(const wgi_node *n);
/* The value of node i in this evaluation; NULL: not computed. */
static inline void *wgi_value(const wg_graph *g, uint32_t i)
{
    return g->value[i] ? g->value[i] : wgi_value_of_leaf(&g->node[i]);
}

/* Makes node i a result: it may be read after the parameters have changed. */
void wgi_result(wg_graph *g, uint32_t i);
static inline bool wgi_may_be_parameter(const wgi_node *n)
{
    return n->op->kind == WG_LEAF || n->op->kind == WG_ALIAS;
}
/* Copies the value of node i if it is in a parameter's memory, where it would change with the parameter. */
bool wgi_own_bytes(wg_graph *g, uint32_t i);
/* To be called for each root of a request when its value is there. */
static inline void wgi_root_done(wg_graph *g, const wgi_request *r, uint32_t i)
{
    if (!r->quiet || g->node[i].flags & WGI_KEPT) wgi_result(g, i);
}

/* ---- busy.c ---- */

#define WGI_BUSY "values of this graph are being computed: a C function must not use the graph that calls it"

static inline void wgi_busy_enter(wg_graph *g)
{
    if (g->busy.depth++) return;
    g->busy = (wgi_busy){ g->busy.depth, g->generation, g->room, g->plain.quick, g->since, g->stamp };
    g->generation = g->room = g->plain.quick = g->since = g->stamp = 0;
    g->build.within++;
    g->c->graphs.busy++;
}
static inline void wgi_busy_leave(wg_graph *g)
{
    if (--g->busy.depth) return;
    g->generation = g->busy.generation, g->room = g->busy.room, g->plain.quick = g->busy.quick;
    g->since = g->busy.since, g->stamp = g->busy.stamp;
    g->build.within--;
    g->c->graphs.busy--;
}

/* Between these two calls functions of the user may be called, and must not use g, nor the graph that g is a
 * copy of. wgi_busy_end says whether the context has no error. */
static inline void wgi_busy_begin(wg_graph *g)
{
    for (; g; g = g->copy_of) wgi_busy_enter(g);
}
static inline bool wgi_busy_end(wg_graph *g)
{
    const wg_context *c = g->c;
    for (; g; g = g->copy_of) wgi_busy_leave(g);
    return wgi_ok(c);
}

/* Whether g is busy, or a rule or a function that builds a part of g is at work. Then it records that `what`
 * is refused. */
bool wgi_is_busy(wg_graph *g, wg_site here, const char *what);

/* ---- params_with.c ---- */

/* The node that stands for the parameter, or layer.name, of p->with; wg_none: none does. */
wg_node wgi_with_node(wg_site here, wg_graph *g, const wg_params *p, const char *layer, const char *name,
                      const wg_shape *s, bool state);
void wgi_with_end(wg_graph *g); /* frees all of the graph */

/* ---- unused.c ---- */

/* Frees them, unless a call on a graph of c has begun and not ended. */
void wgi_free_unused(wg_context *c);
/* The same if it is worth it. For the end of a call of the user that has removed nodes. */
static inline void wgi_look_for_unused(wg_context *c)
{
    if (c->litter > c->litter_limit) wgi_free_unused(c);
}

#endif
