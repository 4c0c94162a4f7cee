/* remembered.c: the calls of a build are remembered, and the next build reuses their nodes. Most graphs are
 * built again in the same way. As long as the calls of a build are those of the last one, the nodes that they
 * would make are there already.
 *
 * Invariant, while g->build.repeats: nodes [0, count) have the structure that they had at this point of the
 * last build. The records behind them, up to the end of the remembered calls, and what these point to in the
 * arena, are as the last build left them. So a call that begins at the same node and the same place of the
 * arena, with the same op, site, operands and options, would write the bytes that are there. A call that
 * differs only in a number is made anew. It keeps the invariant if it ends at the same node and place, with
 * the same hash. */
#include "graph/graph.h"
#include "graph/composites.h"

/* The nodes that were reused have the flag WGI_USED of the last build, whose other nodes this build may not
 * have. Set the flags anew. */
static void count_uses(wg_graph *g)
{
    g->loose = 0;
    for (uint32_t i = 1; i < g->count; i++) {
        wgi_node *n = &g->node[i];
        if (wgi_is_leaf(n)) continue;
        n->flags &= (uint8_t)~WGI_USED;
        g->loose++;
        WGI_EACH_OPERAND(k, n) wgi_use(g, wgi_in(n)[k]);
    }
}

/* Raises both limits for a graph of vectors, or takes that back. */
static void set_vectors(wg_graph *g, bool vectors)
{
    enum { BY = 1 << 30 };
    if (g->build.vectors == vectors) return;
    g->build.vectors = vectors;
    g->build.share_from += vectors ? BY : -BY;
    g->build.most += !g->build.most ? 0 : vectors ? BY : -BY;
}

void wgi_limits_set(wg_graph *g)
{
    if (g->build.open || g->build.within) return;
    g->build.limits_at = g->count;
    set_vectors(g, g->weight >= WGI_VECTORS * (double)g->count);
}

/* This build differs from the last one from node `from` on, at the latest. */
static void stop_from(wg_graph *g, uint32_t from)
{
    if (g->build.repeats)
        wgi_trace_line(g->c, WG_TRACE_REBUILD, "rebuild: %s the last build at node %u, call %u of %zu",
                       g->build.at < g->build.calls ? "differs from" : "goes on beyond", g->count,
                       g->build.at, g->build.calls);
    if (g->build.repeats && g->loose < WGI_UNKNOWN) count_uses(g);
    wgi_idle_forget(g);
    wgi_composites_differ(g, g->build.open ? g->build.open_from : from);
    g->build.repeats = false;
    g->build.calls = g->build.at;
    g->build.structure = g->build.leaves = ++g->c->last.structure;
}

void wgi_rebuild_differs(wg_graph *g) { stop_from(g, g->count); }

/* If the last build stopped early and then allocated, it overwrote the options and operands of the calls that
 * it had not reached. Forget those calls. */
static void forget_overwritten(wg_graph *g)
{
    if (g->build.repeats && g->build.at < g->build.calls && g->build.call[g->build.at].before != g->arena.at)
        g->build.calls = g->build.at;
}

void wgi_rebuild_begin(wg_graph *g, wg_mode mode)
{
    forget_overwritten(g);
    wgi_arena_reset(&g->arena);
    g->build.repeats = g->build.calls > 0 && mode == g->mode;
    g->build.at = 0;
    if (g->build.repeats)
        wgi_trace_line(g->c, WG_TRACE_REBUILD, "rebuild: %zu calls of the last build are there",
                       g->build.calls);
    if (g->build.repeats) return;
    wgi_composites_forget(g, 0);
    wgi_rebuild_differs(g);
}

enum { DERIVATIVE = 0xFF }; /* in place of a number of operands: a request for derivatives */

/* The limits count the nodes of derivatives out. */
static void count_derived(wg_graph *g, const wgi_called *c, int sign)
{
    const int64_t nodes = c->operands == DERIVATIVE ? sign * (int64_t)(c->after - c->first) : 0;
    g->build.most += g->build.most ? (uint32_t)nodes : 0;
    g->build.share_from += (uint32_t)nodes;
}

void wgi_rebuild_forget(wg_graph *g, uint32_t mark)
{
    wgi_composites_forget(g, mark);
    g->build.at = (uint32_t)(g->build.repeats ? g->build.at : g->build.calls);
    wgi_rebuild_differs(g);
    if (mark < g->build.limits_at) {
        g->build.limits_at = 0;
        set_vectors(g, false);
    }
    /* A call stands before the calls within it. It may reach beyond the mark where they do not. */
    for (size_t i = g->build.calls; i-- > 0;)
        if (g->build.call[i].after > mark) {
            count_derived(g, &g->build.call[i], -1);
            g->build.calls = i;
        }
    g->build.at = (uint32_t)g->build.calls;
    wgi_idle_forget(g);
}

void wgi_rebuild_forget_empty(wg_graph *g, uint32_t mark)
{
    wgi_build *b = &g->build;
    while (b->calls && b->call[b->calls - 1].first >= mark) count_derived(g, &b->call[--b->calls], -1);
    b->at = (uint32_t)b->calls;
}

static bool same_operands(const wg_graph *g, const wgi_called *c, const wg_node x[], int n)
{
    for (int k = 0; k < n; k++) {
        if (c->numbers >> k & 1 ? x[k].graph || wgi_number_bits(x[k]) != c->x[k]
                                : x[k].graph != g || x[k].index != c->x[k] ||
                                      (x[k].generation != g->stamp && !wgi_has_node(g, x[k])))
            return false;
    }
    return true;
}

static bool at_call(const wg_graph *g, const wgi_called *c, wg_site here, const wg_op *op)
{
    return c->op == op && c->here == here && c->first == g->count && c->scope == g->names.scope &&
           c->before == g->arena.at;
}

uint32_t wgi_rebuild_reuse(wg_graph *g)
{
    const wgi_called *c = &g->build.call[g->build.at];
    wgi_limits_at_call(g);
    for (uint32_t i = c->first; i < c->after; i++) g->node[i].name = 0;
    g->count = c->after;
    g->loose = c->loose;
    g->weight = c->weight;
    g->build.at = c->skip;
    wgi_arena_rewind(&g->arena, c->then);
    return c->result;
}

const wgi_called *wgi_rebuild_at(const wg_graph *g, wg_site here, const wg_op *op)
{
    const wgi_called *c = g->build.repeats && !g->build.within && g->build.at < g->build.calls
                              ? &g->build.call[g->build.at]
                              : NULL;
    return c && at_call(g, c, here, op) ? c : NULL;
}

uint32_t wgi_rebuild_call(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n,
                          const void *attr)
{
    const wgi_called *c = wgi_rebuild_at(g, here, op);
    if (!c || c->operands != n || !same_operands(g, c, x, n)) return 0;
    if (op->attr_size && !wgi_attr_equal(op, attr, c->attr)) return 0;
    return wgi_rebuild_reuse(g);
}

/* ---- remembering ---- */

/* Calls that make no node, as those that fail do, could else be remembered without end. */
static bool is_full(const wg_graph *g)
{
    enum { LEAST = 256, FOR_EACH_NODE = 4 };
    return g->count >= g->build.most || g->build.at >= LEAST + FOR_EACH_NODE * (uint64_t)g->count;
}

wgi_calling wgi_call_begin(wg_graph *g)
{
    wgi_calling k = { .at = WGI_NO_CALL, .first = g->count, .before = g->arena.at };
    if (g->build.within) return k;
    wgi_limits_at_call(g);
    if (g->build.repeats && (g->build.at == g->build.calls || is_full(g))) wgi_rebuild_differs(g);
    if (is_full(g)) return k;
    g->plain.quick = 0; /* within this call, calls are remembered the general way */
    if (!WGI_GROW(g->c, g->build.call, g->build.capacity, (size_t)g->build.at + 1)) return k;
    k.at = g->build.at++;
    if (!g->build.repeats) {
        g->build.calls = g->build.at;
        wgi_called *c = &g->build.call[k.at];
        c->op = NULL, c->operands = 0, c->after = 0; /* nothing is known of it until it ends */
    }
    if (!g->build.open++) g->build.open_from = k.first;
    return k;
}

/* Whether the nodes from `first` on have no leaves but numbers. Other leaves are known outside of the graph's
 * records. */
static bool only_nodes(const wg_graph *g, uint32_t first)
{
    for (uint32_t i = first; i < g->count; i++)
        if (wgi_is_leaf(&g->node[i]) && g->node[i].op != &wgi_op_number) return false;
    return true;
}

/* Whether a call with the same operands and options makes the same nodes. Rules and expansions of the library
 * do. Those of a user may depend on anything. */
static bool comparable(const wg_graph *g, const wg_op *op, uint32_t first, int n)
{
    bool asks = op->shape || wgx_hints(op)->rewrite || (!op->kernel[0] && !op->map);
    return n <= WGI_CALL_OPERANDS && only_nodes(g, first) && (!asks || wgi_op_is_ours(op));
}

static const void *attr_copy(wg_graph *g, const wg_op *op, const void *attr)
{
    void *copy = op->attr_size && attr ? wgi_arena_alloc(&g->arena, op->attr_size) : NULL;
    return copy ? memcpy(copy, attr, op->attr_size) : NULL;
}

/* Fills what is the same for every call, in its place: this is done for each node of a new build. */
static inline void note_call(const wg_graph *g, wgi_called *c, wg_site here, uint32_t first,
                             const char *before, uint32_t result)
{
    c->op = NULL, c->here = here, c->attr = NULL, c->operands = c->numbers = 0;
    c->scope = g->names.scope, c->first = first, c->after = g->count, c->result = result;
    c->skip = g->build.at, c->loose = g->loose, c->weight = g->weight, c->hash = g->node[g->count - 1].hash;
    c->before = before, c->then = wgi_arena_place(&g->arena);
}

static inline void note_operands(wgi_called *c, const wg_op *op, const wg_node x[], int n)
{
    c->op = op, c->operands = (uint8_t)n;
    for (int k = 0; k < n; k++) {
        c->numbers |= (uint8_t)(!x[k].graph << k);
        c->x[k] = x[k].graph ? x[k].index : wgi_number_bits(x[k]);
    }
}

/* Ends the call k. Its record has no op, operands and options yet: so it is never compared with. */
static wgi_called *call_close(wg_graph *g, wgi_calling k, wg_site here, wg_node result)
{
    wgi_called *c = &g->build.call[k.at];
    g->build.open--;
    if (g->build.repeats && c->first == k.first && c->after == g->count && c->skip == g->build.at &&
        c->scope == g->names.scope && c->hash == g->node[g->count - 1].hash && c->then.at == g->arena.at) {
        g->loose = c->loose; /* nodes made anew are not marked as operands of the nodes that are reused */
        wgi_leaf_moved(g);
    } else if (g->build.repeats) {
        stop_from(g, k.first);
    }
    note_call(g, c, here, k.first, k.before, result.index);
    /* Numbers may have been shared within the call. Later calls do not share them, since a build that
     * reuses the call's nodes does not look for numbers among them. */
    if (g->count >= g->build.share_from) {
        memset(g->plain.number, 0, sizeof g->plain.number);
        g->plain.quick = 0;
    }
    return c;
}

void wgi_call_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, const wg_node x[], int n,
                  const void *attr, wg_node result)
{
    if (k.at == WGI_NO_CALL) return;
    bool repeats = result.index && comparable(g, op, k.first, n);
    const void *copy = repeats && op->attr_size ? attr_copy(g, op, attr) : NULL;
    if (repeats && op->attr_size && attr && !copy) repeats = false;
    wgi_called *c = call_close(g, k, here, result);
    if (!repeats) return;
    note_operands(c, op, x, n);
    c->attr = copy;
}

/* For a call of a plain op this does what wgi_call_begin and wgi_call_end do for others: programs of scalars
 * are mostly such calls. */
void wgi_remember_call(wg_graph *g, uint32_t first, const char *before, uint32_t i, const wg_node x[])
{
    wgi_build *b = &g->build;
    if (b->open || b->within || !WGI_GROW(g->c, b->call, b->capacity, (size_t)b->at + 1)) return;
    const wgi_node *n = &g->node[i];
    wgi_called *c = &b->call[b->at++];
    b->calls = b->at;
    note_call(g, c, n->here, first, before, i);
    if (x) note_operands(c, n->op, x, (int)n->operands);
    else c->op = n->op, c->operands = (uint8_t)n->operands, c->x[0] = n->in[0], c->x[1] = n->in[1];
}

uint32_t wgi_remember_plain(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n)
{
    const wgi_build *b = &g->build;
    if (b->open || b->within || g->count >= b->most) return 0;
    const uint32_t first = g->count;
    const char *before = g->arena.at;
    const uint32_t i = wgi_apply_plain(here, op, g, x, n);
    if (i) wgi_remember_call(g, first, before, i, x);
    return i;
}

wg_node wgi_leaf_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, wg_node result)
{
    if (k.at != WGI_NO_CALL) call_close(g, k, here, result)->op = result.index ? op : NULL;
    return result;
}

/* ---- derivatives ---- */

/* A request for derivatives (wg_grad, wg_jvp, ...) appends many nodes, which follow from its operands and the
 * nodes below. So it is remembered as one call: its rules are not run again, and the calls within it are not
 * remembered. Its nodes do not count for the limits of remembered calls and of shared numbers: the graph that
 * the user has written is as small as before. */

/* What a request was given and what it returned. An operand takes two words: whether it is a number, and its
 * bits or its index. */
typedef struct listed {
    uint32_t operands, results;
    uint64_t word[];
} listed;

static uint64_t word_of(wg_node x) { return x.graph ? x.index : wgi_number_bits(x); }

static bool same_list(const wg_graph *g, const listed *l, const wg_node x[], int n, int m)
{
    bool same = l && l->operands == (uint32_t)n && l->results == (uint32_t)m;
    for (int k = 0; k < n && same; k++)
        same = l->word[2 * k] == !x[k].graph && l->word[2 * k + 1] == word_of(x[k]) &&
               (!x[k].graph || (x[k].graph == g && wgi_has_node(g, x[k])));
    return same;
}

static const listed *list_of(wg_graph *g, const wg_node x[], int n, const wg_node y[], int m)
{
    listed *l = wgi_arena_alloc(&g->arena, sizeof *l + sizeof *l->word * (size_t)(2 * n + m));
    if (!l) return NULL;
    l->operands = (uint32_t)n, l->results = (uint32_t)m;
    for (int k = 0; k < n; k++) {
        l->word[2 * k] = !x[k].graph;
        l->word[2 * k + 1] = word_of(x[k]);
    }
    for (int k = 0; k < m; k++) l->word[2 * n + k] = y[k].index;
    return l;
}

bool wgi_derived_reuse(wg_graph *g, wg_site here, const wg_op *what, const wg_node x[], int n, wg_node y[],
                       int m)
{
    const wgi_called *c = wgi_rebuild_at(g, here, what);
    const listed *l = c ? c->attr : NULL;
    if (!same_list(g, l, x, n, m)) return false;
    wgi_rebuild_reuse(g);
    count_derived(g, c, 1);
    for (int k = 0; k < m; k++) y[k] = wgi_handle(g, (uint32_t)l->word[2 * n + k]);
    return true;
}

wgi_calling wgi_derived_begin(wg_graph *g)
{
    const wgi_calling k = wgi_call_begin(g);
    g->build.within++;
    if (g->build.within == 1) g->rule.users = 0;
    return k;
}

void wgi_derived_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *what, const wg_node x[], int n,
                     const wg_node y[], int m)
{
    g->build.within--;
    if (k.at == WGI_NO_CALL) return;
    const bool repeats = wgi_ok(g->c) && !g->rule.users && only_nodes(g, k.first);
    const listed *l = repeats ? list_of(g, x, n, y, m) : NULL;
    wgi_called *c = call_close(g, k, here, wg_none);
    c->operands = DERIVATIVE, c->attr = l, c->op = l ? what : NULL;
    count_derived(g, c, 1);
}

/* ---- nodes that leave no trace ---- */

/* Of a build that repeats the last one, the records of the calls that it has not reached yet stay as they
 * are: the nodes are made behind them. */
wgi_aside wgi_aside_begin(wg_graph *g)
{
    wgi_build *b = &g->build;
    wgi_aside a = { .count = g->count,
                    .arena = wgi_arena_place(&g->arena),
                    .weight = g->weight,
                    .repeats = b->repeats,
                    .lazy = g->lazy,
                    .since = g->since,
                    .stamp = g->stamp,
                    .pasts = g->pasts,
                    .texts = g->names.texts,
                    .scopes = g->names.scopes.count,
                    .lists = g->results.kepts + g->results.count + g->results.assigns + g->params };
    const wgi_called *last = NULL;
    for (uint32_t i = b->at; b->repeats && i < b->calls; i = last->skip) last = &b->call[i];
    if (last) g->count = last->after, wgi_arena_rewind(&g->arena, last->then);
    b->within++;
    b->repeats = false;
    g->names.fleeting = true;
    g->plain.quick = 0;
    a.mark = g->count;
    wgi_restamp(g, a.mark); /* their handles are those of no later node */
    return a;
}

void wgi_aside_again(wg_graph *g, const wgi_aside *a, wgi_place place)
{
    if (g->composites && g->composite[g->composites - 1].after > a->mark) wgi_composites_forget(g, a->mark);
    if (g->results.kepts + g->results.count + g->results.assigns + g->params != a->lists)
        wgi_forget_in_lists(g, a->mark);
    g->count = a->mark; /* none of them has a value: reads are refused (wg_graph.rule.aside) */
    wgi_texts_cut(g, a->texts, a->scopes);
    g->names.fleeting = true;
    g->stamp = wgi_new_stamp(g->c);
    wgi_arena_rewind(&g->arena, place);
}

void wgi_aside_end(wg_graph *g, const wgi_aside *a)
{
    wgi_aside_again(g, a, a->arena);
    g->names.fleeting = false;
    g->build.within--;
    g->build.repeats = a->repeats;
    g->count = a->count, g->weight = a->weight, g->lazy = a->lazy;
    g->since = a->since, g->stamp = a->stamp, g->pasts = a->pasts;
    g->loose = WGI_UNKNOWN; /* operands are marked as used by nodes that are gone */
}
