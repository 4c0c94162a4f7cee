/* append.c: a record becomes a node. Here it gets its structure hash and its flags, and the graph's counts
 * are raised. */
#include <math.h>

#include "graph/graph.h"

enum { WARN_AT = 10000000 };

static bool grow_zeroed(wg_context *c, void *list, size_t *capacity, size_t need, size_t size)
{
    size_t was = *capacity;
    char *p;
    if (need > was && !wgi_grow(c, list, capacity, need, size)) return false;
    memcpy(&p, list, sizeof p);
    memset(p + was * size, 0, (*capacity - was) * size);
    return true;
}

bool wgi_room(wg_graph *g)
{
    wg_context *c = g->c;
    if (g->busy.depth || g->shut) {
        wgi_fail(c, NULL, "graph", WG_ERROR_USE, "%s", WGI_BUSY);
        return false;
    }
    if (g->count >= INT32_MAX) {
        wgi_fail(c, NULL, "graph", WG_ERROR_MEMORY, "more than 2^31 nodes since wg_begin");
        return false;
    }
    size_t need = (size_t)g->count + 1;
    if (!WGI_GROW(c, g->node, g->node_capacity, need) ||
        !grow_zeroed(c, &g->value, &g->value_capacity, need, sizeof *g->value) ||
        !grow_zeroed(c, &g->marked, &g->marked_capacity, need, sizeof *g->marked))
        return false;
    if (g->count == WARN_AT && wgi_warns(c, WGI_WARN_NODES, g->node[g->count - 1].here))
        wgi_warn_at(c, g->node[g->count - 1].here, "graph",
                    "10,000,000 nodes since wg_begin: is a wg_begin missing in a loop?");
    size_t all =
        WGI_MIN(WGI_MIN(g->node_capacity, g->value_capacity), WGI_MIN(g->marked_capacity, INT32_MAX));
    g->room = (uint32_t)(g->count < WARN_AT ? WGI_MIN(all, WARN_AT) : all);
    return true;
}

static inline double weight_of(const wgi_node *n)
{
    const wg_class kind = n->op->kind;
    if (!n->shape->rank || kind == WG_LEAF || kind == WG_ALIAS) return 0;
    /* What no memory holds counts as 2^40, so that sums stay exact, also when nodes are taken away again. */
    const double size = fmin((double)wgi_size(n->shape), 0x1p40);
    return kind == WG_MAP ? (size == 1 ? 0 : size) : kind == WG_CONTRACT ? 64 * size : size;
}

double wgi_node_weight(const wgi_node *n) { return weight_of(n); }

wgi_node *wgi_slot(wg_graph *g)
{
    if (g->count >= g->room && !wgi_room(g)) return NULL;
    return memset(&g->node[g->count], 0, sizeof *g->node);
}

static inline uint64_t node_hash(uint64_t h, const wgi_node *n)
{
    uint32_t meta = n->dtype | (uint32_t)n->output << 8 | n->operands << 16;
    wgi_hash own = wgi_hash_of(n->op, n->shape, meta);
    if (wgi_is_leaf(n)) return wgi_hash_after(h, own, 0);
    const uint32_t *in = wgi_in(n);
    h = wgi_hash_after(h, own, (n->operands > 0 ? in[0] : 0) | (uint64_t)(n->operands > 1 ? in[1] : 0) << 32);
    for (uint32_t i = 2; i < n->operands; i++) h = wgi_mix(h, in[i]);
    return n->op->attr_size ? wgi_mix(h, wgi_attr_hash(n->op, n->attr)) : h;
}

uint64_t wgi_node_hash(uint64_t prefix, const wgi_node *n) { return node_hash(prefix, n); }

uint32_t wgi_node_finish(wg_graph *g, wgi_node *n)
{
    if (g->build.repeats && !g->build.open) wgi_rebuild_differs(g);
    n->hash = node_hash(g->count ? n[-1].hash : 0x5EED + (uint64_t)g->mode, n);
    n->flags = !wgi_is_leaf(n) ? 0 : n->op == &wgi_op_param ? WGI_USED : WGI_USED | WGI_FIXED;
    if (wgi_size(n->shape) == 1 && wg_dtype_is_float((wg_dtype)n->dtype) && g->count) n->flags |= WGI_SCALAR;
    n->spent = 0;
    n->answers = (wgx_hints(n->op)->exact || wgi_is_ruled(n)) && wgi_may_answer(g, n);
    g->weight += weight_of(n);
    g->lazy |= wgx_hints(n->op)->lazy != 0;
    WGI_EACH_OPERAND(k, n) wgi_use(g, wgi_in(n)[k]);
    return wgi_node_count(g, n);
}

uint32_t wgi_append(wg_graph *g, const wgi_node *n)
{
    wgi_node *slot = wgi_slot(g);
    if (!slot) return 0;
    *slot = *n;
    return wgi_node_finish(g, slot);
}

uint32_t wgi_append_copy(wg_graph *g, const wgi_node *n, double weight)
{
    if (g->build.repeats && !g->build.open) wgi_rebuild_differs(g);
    if (g->count >= g->room && !wgi_room(g)) return 0;
    wgi_node *y = &g->node[g->count];
    *y = *n;
    y->spent = 0;
    y->hash = 0, y->scope = g->names.scope, y->name = 0, y->rewritten = false;
    g->weight += weight;
    g->loose = WGI_UNKNOWN; /* the operands are not marked as used */
    return g->count++;
}

void wgi_forget_in_lists(wg_graph *g, uint32_t mark)
{
    while (g->params && g->param[g->params - 1] >= mark) g->params--;
    if (g->params < g->tabled) wgi_leaves_forget(g);
    if (g->earlier) wgi_earlier_forget(g, mark);
    size_t kept = 0, assigned = 0;
    for (size_t i = 0; i < g->results.kepts; i++)
        if (g->results.kept[i] < mark) g->results.kept[kept++] = g->results.kept[i];
    for (size_t i = 0; i < g->results.assigns; i++)
        if (g->results.assign[i].state < mark && g->results.assign[i].value < mark)
            g->results.assign[assigned++] = g->results.assign[i];
    while (g->results.count && g->results.list[g->results.count - 1] >= mark) g->results.count--;
    g->results.kepts = kept;
    g->results.assigns = assigned;
}

/* A node that only removed nodes used keeps the flag WGI_USED. So `loose` is not known from now on. */
void wgi_forget(wg_graph *g, uint32_t mark)
{
    wgi_forget_in_lists(g, mark);
    for (uint32_t i = mark; i < g->count; i++) g->weight -= wgi_node_weight(&g->node[i]);
    memset(g->value + mark, 0, sizeof *g->value * (g->count - mark));
    if (mark < g->count) wgi_restamp(g, mark);
    g->count = mark;
    g->loose = WGI_UNKNOWN;
    for (int k = 0; k < WGI_NUMBERS; k++)
        if (g->plain.number[k].leaf >= mark) g->plain.number[k] = (wgi_number){ 0 };
    if (mark < g->build.share_from) g->plain.quick = 0;
    if (mark < WGI_EAGER_FROM && g->now.eager) wgi_eager_drop(g);
    wgi_rebuild_forget(g, mark);
}
