/* composites.c: the list of calls that are not simply nodes. A call that is within another one stands
 * before it.
 *
 * Invariant: the calls are in the order of `after`. While a build repeats the last one, the list is that
 * of the last build: the calls with after <= count have been made again. */
#include "graph/composites.h"

#include "graph/graph.h"
#include "wgx/graph.h"

/* The first call that made nodes beyond `mark`. */
static size_t beyond(const wg_graph *g, uint32_t mark)
{
    size_t low = 0, high = g->composites;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (g->composite[middle].after > mark) high = middle;
        else low = middle + 1;
    }
    return low;
}

void wgi_composites_forget(wg_graph *g, uint32_t mark) { g->composites = beyond(g, mark); }

/* Whether the call made a node by a rewrite, and the node is there. This build may have reused the node of an
 * earlier one. A node that was made anew is not marked as rewritten, unless by an entry of this build. */
static bool is_there(const wg_graph *g, const wgi_composite *w)
{
    if (w->how == WGI_AS_IT_IS) return false;
    if (w->generation == g->generation) return true;
    if (w->after > g->count || !g->node[w->result].rewritten) return false;
    for (size_t i = beyond(g, w->result); i < g->composites && g->composite[i].after <= g->count; i++)
        if (g->composite[i].generation == g->generation && g->composite[i].result == w->result) return false;
    return true;
}

void wgi_composites_differ(wg_graph *g, uint32_t mark)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->composites; i++) {
        const wgi_composite *w = &g->composite[i];
        if (w->after <= mark || w->generation == g->generation || is_there(g, w)) g->composite[kept++] = *w;
    }
    g->composites = kept;
}

/* Where the call belongs. If the build repeats the last one, but this call was made anew, it has an entry.
 * While a request is made anew, calls of the last build may stand behind it. */
static wgi_composite *entry(wg_graph *g, const wg_op *op, uint32_t first)
{
    size_t i = beyond(g, g->count - 1);
    for (; i < g->composites && g->composite[i].after == g->count; i++)
        if (g->composite[i].op == op && g->composite[i].first == first) return &g->composite[i];
    if (!WGI_GROW(g->c, g->composite, g->composite_capacity, g->composites + 1)) return NULL;
    memmove(&g->composite[i + 1], &g->composite[i], (g->composites++ - i) * sizeof *g->composite);
    return &g->composite[i];
}

/* A later build that writes another call, whose node is the same, has another structure: its derivatives are
 * others. */
static void mix_into_hash(wg_graph *g, const wg_op *op, const uint32_t in[], int n, const void *attr)
{
    uint64_t *h = &g->node[g->count - 1].hash; /* valid.c knows it by the node's mark */
    *h = wgi_mix(*h, (uintptr_t)op);
    for (int k = 0; k < n; k++) *h = wgi_mix(*h, in[k]);
    if (attr) *h = wgi_mix(*h, wgi_attr_hash(op, attr));
}

/* Whether node i hands a gradient on to its operand k. Numbers get none. */
static bool hands_on(const wg_graph *g, uint32_t i, uint32_t k)
{
    const bool helps = k < 32 && g->node[i].op->zero >> k & 1;
    return !helps && g->node[wgi_in(&g->node[i])[k]].op != &wgi_op_number;
}

/* The first node before `first` to which the nodes from `first` on hand a gradient on. */
static uint32_t lowest_read(const wg_graph *g, uint32_t first)
{
    uint32_t low = first;
    for (uint32_t i = first; i < g->count; i++)
        for (uint32_t k = 0; !wgi_is_leaf(&g->node[i]) && k < g->node[i].operands; k++)
            if (hands_on(g, i, k)) low = WGI_MIN(low, wgi_in(&g->node[i])[k]);
    return low;
}

bool wgi_composites_add(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n,
                        const void *attr, uint32_t first, wg_node result, wgi_how how)
{
    if (!wg_node_ok(result) || result.index < first) return true; /* it made no node */
    uint32_t *in = wgi_arena_alloc(&g->arena, sizeof *in * (size_t)n);
    void *copy = op->attr_size ? wgi_arena_alloc(&g->arena, op->attr_size) : NULL;
    if (!in || (op->attr_size && !copy)) return false;
    for (int k = 0; k < n; k++) in[k] = x[k].graph ? x[k].index : 0;
    if (copy) memcpy(copy, attr, op->attr_size);
    wgi_composite *w = entry(g, op, first);
    if (!w) return false;
    wgi_node *made = &g->node[result.index];
    if (how != WGI_AS_IT_IS && made->rewritten != WGI_WRITTEN)
        made->rewritten = how & 3; /* a call within this one may be */
    if (how == WGI_WRITTEN)        /* the tape, which runs EVEN nodes, leaves its derivative to others */
        g->node[result.index].flags &= (uint8_t)~WGI_EVEN;
    if (how != WGI_AS_IT_IS && result.index == g->count - 1) mix_into_hash(g, op, in, n, copy);
    *w = (wgi_composite){ op,
                          here,
                          copy,
                          in,
                          (uint32_t)n,
                          first,
                          g->count,
                          result.index,
                          g->generation,
                          how == WGI_OWN ? lowest_read(g, first) : 0,
                          (uint8_t)how };
    return true;
}

/* ---- nodes as they were written ---- */

static wgi_node as_written(const wgi_node *n, const wgi_composite *w)
{
    wgi_node y = *n;
    y.op = w->op, y.attr = w->attr, y.operands = w->operands;
    if (w->operands > 2) y.list = (uint32_t *)(uintptr_t)w->in;
    else memcpy(y.in, w->in, sizeof *w->in * w->operands);
    return y;
}

/* Of two entries the later one is the call that the user wrote. */
wgi_node wgi_composites_record(wg_node n)
{
    const wg_graph *g = n.graph;
    wgi_node y = g->node[n.index];
    if (!y.rewritten) return y;
    for (size_t i = beyond(g, n.index); i < g->composites && g->composite[i].first <= n.index; i++)
        if (g->composite[i].result == n.index && is_there(g, &g->composite[i]))
            y = as_written(&g->node[n.index], &g->composite[i]);
    return y;
}

/* Whether a node is computed from what the call's nodes read. */
static bool is_made_of_read(const wg_graph *g, const wgi_composite *w, wg_node n)
{
    for (uint32_t i = w->first; i < w->after; i++)
        for (uint32_t k = 0; !wgi_is_leaf(&g->node[i]) && k < g->node[i].operands; k++) {
            const uint32_t read = wgi_in(&g->node[i])[k];
            if (read < WGI_MIN(n.index, w->first) && hands_on(g, i, k) &&
                wg_depends_on(n, wgi_handle(n.graph, read)))
                return true;
        }
    return false;
}

/* Whether one of n nodes is computed between what the call's nodes read and the call's result. */
static bool is_passed_by(const wg_graph *g, const wgi_composite *w, const wg_node by[], int n)
{
    for (int k = 0; k < n; k++)
        if (by[k].index > w->low && by[k].index < w->result && !wgi_is_leaf(&g->node[by[k].index]) &&
            is_made_of_read(g, w, by[k]))
            return true;
    return false;
}

bool wgi_passed_by(const wg_graph *g, wg_node n, uint32_t to)
{
    for (size_t i = beyond(g, n.index); i < g->composites && g->composite[i].first <= to; i++) {
        const wgi_composite *w = &g->composite[i];
        if (w->how == WGI_OWN && is_there(g, w) && is_passed_by(g, w, &n, 1)) return true;
    }
    return false;
}

bool wgi_as_written(wg_graph *g, uint32_t from, uint32_t to, const wg_node by[], int n, wgi_unwritten *u)
{
    const size_t first = beyond(g, from), end = g->composites;
    size_t count = 0;
    *u = (wgi_unwritten){ .count = 0 };
    for (size_t i = first; i < end && g->composite[i].first <= to; i++)
        count += is_there(g, &g->composite[i]);
    if (!count) return true;
    u->was = wgi_temp(g, sizeof *u->was * count);
    u->at = wgi_temp(g, sizeof *u->at * count);
    if (!u->was || !u->at) return false;
    for (size_t i = first; count; i++) {
        const wgi_composite *w = &g->composite[i];
        if (!is_there(g, w)) continue;
        count--;
        if (by && w->how == WGI_OWN && !is_passed_by(g, w, by, n)) continue;
        u->was[u->count] = g->node[w->result];
        u->at[u->count++] = w->result;
        g->node[w->result] = as_written(&g->node[w->result], w);
    }
    return true;
}

void wgi_as_rewritten(wg_graph *g, const wgi_unwritten *u)
{
    for (size_t i = u->count; i-- > 0;) {
        wgi_node *n = &g->node[u->at[i]];
        const unsigned char flags = n->flags; /* nodes that were made meanwhile may use it */
        *n = u->was[i];
        n->flags = flags;
    }
}

/* ---- operands of losses ---- */

static const wgi_composite *loss_call(const wg_graph *g, uint32_t i)
{
    for (size_t k = beyond(g, i); k < g->composites && g->composite[k].first <= i; k++)
        if (g->composite[k].result == i && wgx_hints(g->composite[k].op)->loss) return &g->composite[k];
    return NULL;
}

/* Adds i to a list, if it is computed and not there yet. */
static int list_once(const wg_graph *g, uint32_t i, uint32_t to[], int n)
{
    int k = 0;
    while (k < n && to[k] != i) k++;
    if (k == n && n < WGI_LOSS_NODES && i && !wgi_is_leaf(&g->node[i])) to[n++] = i;
    return n;
}

int wgi_loss_nodes(const wg_graph *g, uint32_t loss, uint32_t to[WGI_LOSS_NODES])
{
    uint32_t sum[WGI_LOSS_NODES] = { loss };
    int sums = 1, found = 1;
    to[0] = loss;
    for (int at = 0; g->composites && at < sums; at++) {
        const wgi_node *n = &g->node[sum[at]];
        const wgi_composite *w = loss_call(g, sum[at]);
        for (uint32_t k = 0; w && k < w->operands; k++) found = list_once(g, w->in[k], to, found);
        for (uint32_t k = 0; !w && n->op->kind == WG_MAP && k < n->operands; k++)
            if (wgi_size(g->node[wgi_in(n)[k]].shape) == 1) sums = list_once(g, wgi_in(n)[k], sum, sums);
    }
    return found;
}

/* ---- what the user has called ---- */

bool wgi_is_derived(const wgi_node *n) { return n->flags & WGI_DERIVED && n->here && !strchr(n->here, '\n'); }

static const wgi_composite *outermost(const wg_graph *g, uint32_t i)
{
    for (size_t k = beyond(g, g->count); k-- > 0;)
        if (g->composite[k].first <= i && i < g->composite[k].after) return &g->composite[k];
    return NULL;
}

const wgi_composite *wgi_call_of(const wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    const wgi_composite *call = outermost(g, i);
    for (uint32_t k = 0; !call && !wgi_is_leaf(n) && n->here && k < n->operands; k++) {
        const wgi_composite *of = outermost(g, wgi_in(n)[k]);
        if (of && of->here != n->here && wg_inside(of->here) == n->here) call = of;
    }
    return call;
}

const char *wgi_called_name(const wg_graph *g, uint32_t i)
{
    const wgi_composite *call = wgi_call_of(g, i);
    if (wgi_is_derived(&g->node[i])) return "a derivative";
    return call ? call->op->name : g->node[i].op->name;
}

/* ---- looking at calls ---- */

int64_t wgx_graph_calls(const wg_graph *g) { return g && g->count ? (int64_t)beyond(g, g->count) : 0; }

wgx_call wgx_graph_call(const wg_graph *g, int64_t i)
{
    if (i < 0 || i >= wgx_graph_calls(g)) return (wgx_call){ .op = NULL };
    const wgi_composite *w = &g->composite[i];
    return (wgx_call){ .op = w->op,
                       .attr = w->attr,
                       .here = w->here,
                       .operands = (int)w->operands,
                       .first = w->first,
                       .after = w->after,
                       .result = wg_graph_node(g, w->result) };
}

wg_node wgx_graph_call_operand(const wg_graph *g, int64_t i, int k)
{
    if (i < 0 || i >= wgx_graph_calls(g) || k < 0 || k >= (int)g->composite[i].operands) return wg_none;
    const uint32_t x = g->composite[i].in[k];
    return x ? wg_graph_node(g, x) : wg_none;
}
