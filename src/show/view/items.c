/* items.c: which nodes are items of a view.
 *
 * A call is one item if nothing outside it uses a node of it but its result. A call of which something
 * else is used is opened: the calls within it and its own nodes are items. */
#include <string.h>

#include "view/view.h"
#include "wengert/op.h"
#include "wgx/graph.h"
#include "wgx/op.h"

enum { OPENINGS = 8 }; /* after so many rounds of opening every call is open */

typedef struct finder {
    wgi_view *v;
    int64_t nodes, calls;
    unsigned char *needed; /* by node */
    unsigned char *open;   /* by call */
    int32_t *owner;        /* by node: the outermost call that made it and is not open; or -1 */
} finder;

/* Calls nest, and a call stands behind the calls within it. */
static void find_owners(finder *f)
{
    for (int64_t i = 0; i < f->nodes; i++) f->owner[i] = -1;
    for (int64_t k = f->calls - 1; k >= 0; k--) {
        const wgx_call c = wgx_graph_call(f->v->g, k);
        if (f->open[k] || f->owner[c.first] >= 0) continue;
        for (int64_t i = c.first; i < c.after; i++) f->owner[i] = (int32_t)k;
    }
}

/* A cast that the library made because operands had several dtypes: its site has no text of arguments. One of
 * what the same call has computed is a part of that call: arange(4). */
static bool is_silent_cast(const finder *f, wg_node n)
{
    const wg_site here = wg_node_site(n);
    if (f->v->level != WGI_WRITTEN || !wgx_op_is(wg_node_op(n), "cast") || *wg_node_name(n) || !here)
        return false;
    const wg_node x = wg_node_operand(n, 0);
    return !strchr(here, '\n') &&
           (wg_node_leaf(x) != WG_LEAF_NONE || strcmp(wg_site_place(wg_node_site(x)), here));
}

/* Marks what the call, or the node itself, takes. */
static void need_operands(finder *f, int64_t call, wg_node n)
{
    const int count = call >= 0 ? wgx_graph_call(f->v->g, call).operands : wg_node_operands(n);
    for (int k = 0; k < count; k++) {
        const wg_node x = call >= 0 ? wgx_graph_call_operand(f->v->g, call, k) : wg_node_operand(n, k);
        if (wg_node_ok(x)) f->needed[x.index] = 1;
    }
}

/* The roots; of none: the nodes that nothing uses. A node within a call is none: nobody asked for it. */
static void need_roots(finder *f, const wg_node root[], int roots)
{
    memset(f->needed, 0, (size_t)f->nodes);
    for (int k = 0; k < roots; k++)
        if (wg_node_ok(root[k])) f->needed[root[k].index] = 1;
    if (roots) return;
    for (int64_t i = 1; i < f->nodes; i++) need_operands(f, -1, wg_graph_node(f->v->g, i));
    for (int64_t i = 1; i < f->nodes; i++) {
        const int32_t call = f->owner[i];
        f->needed[i] = !f->needed[i] && (call < 0 || wgx_graph_call(f->v->g, call).result.index == i);
    }
}

/* Marks all that the marked nodes are made from. Returns how many calls it has opened: if any, the marks
 * are of no use. */
static int64_t find_needed(finder *f)
{
    int64_t opened = 0;
    for (int64_t i = f->nodes - 1; i > 0; i--) {
        const int32_t call = f->owner[i];
        if (!f->needed[i]) continue;
        if (call >= 0 && wgx_graph_call(f->v->g, call).result.index != i)
            opened += !f->open[call], f->open[call] = 1;
        else need_operands(f, call, wg_graph_node(f->v->g, i));
    }
    return opened;
}

/* A call of an op that asks its operands (graph/exact.c) is an op of its own, of whatever it was made. */
static void find(finder *f, const wg_node root[], int roots)
{
    for (int64_t k = 0; k < f->calls; k++) {
        const wg_op *op = wgx_graph_call(f->v->g, k).op;
        f->open[k] = f->v->level == WGI_OPS && !wgx_hints(op)->asks && !wgx_hints(op)->own;
    }
    for (int round = 0;; round++) {
        find_owners(f);
        need_roots(f, root, roots);
        if (!find_needed(f)) return;
        if (round == OPENINGS) memset(f->open, 1, (size_t)f->calls);
    }
}

/* ---- the list ---- */

static wgi_item item_of(const finder *f, int64_t i)
{
    const wg_node n = wg_graph_node(f->v->g, i);
    const int64_t call = f->owner[i];
    wgi_item y = { .node = (uint32_t)i, .call = call, .name = "" };
    if (call >= 0) {
        const wgx_call c = wgx_graph_call(f->v->g, call);
        y.op = c.op, y.attr = c.attr, y.here = c.here, y.operands = c.operands;
    } else
        y.op = wg_node_op(n), y.attr = wg_attr(n), y.here = wg_node_site(n), y.operands = wg_node_operands(n);
    return y;
}

/* A silent cast is the item that it casts. */
static void number_items(finder *f)
{
    wgi_view *v = f->v;
    int64_t args = 0;
    for (int64_t i = 0; i < f->nodes; i++) {
        const wg_node n = wg_graph_node(v->g, i);
        v->item_of[i] = WGI_NO_ITEM;
        if (!f->needed[i]) continue;
        if (f->owner[i] < 0 && is_silent_cast(f, n)) {
            v->item_of[i] = v->item_of[wg_node_operand(n, 0).index];
            continue;
        }
        v->item[v->items] = item_of(f, i);
        v->item[v->items].first = args;
        args += v->item[v->items].operands;
        v->item_of[i] = (int32_t)v->items++;
    }
}

/* The nodes within a call belong to its item. */
static void number_inner_nodes(wgi_view *v)
{
    for (int64_t k = 0; k < v->items; k++) {
        if (v->item[k].call < 0) continue;
        const wgx_call c = wgx_graph_call(v->g, v->item[k].call);
        for (int64_t i = c.first; i < c.after; i++) v->item_of[i] = (int32_t)k;
    }
}

static void list_operands(wgi_view *v)
{
    const wgi_item *last = v->items ? &v->item[v->items - 1] : NULL;
    v->arg = wgi_pool_take(v->pool, last ? last->first + last->operands : 0, sizeof *v->arg);
    for (int64_t i = 0; v->arg && i < v->items; i++) {
        const wgi_item *y = &v->item[i];
        for (int k = 0; k < y->operands; k++) {
            const wg_node x = y->call >= 0 ? wgx_graph_call_operand(v->g, y->call, k)
                                           : wg_node_operand(wgi_item_node(v, i), k);
            const int32_t at = wg_node_ok(x) ? v->item_of[x.index] : WGI_NO_ITEM;
            v->arg[y->first + k] = at;
        }
    }
}

void wgi_view_find_items(wgi_view *v, const wg_node root[], int roots)
{
    finder f = { v, wg_graph_nodes(v->g), wgx_graph_calls(v->g), NULL, NULL, NULL };
    f.needed = wgi_pool_take(v->pool, f.nodes, 1);
    f.open = wgi_pool_take(v->pool, f.calls, 1);
    f.owner = wgi_pool_take(v->pool, f.nodes, sizeof *f.owner);
    v->item_of = wgi_pool_take(v->pool, f.nodes, sizeof *v->item_of);
    v->item = wgi_pool_take(v->pool, f.nodes, sizeof *v->item);
    if (v->pool->failed) return;
    find(&f, root, roots);
    number_items(&f);
    number_inner_nodes(v);
    list_operands(v);
}
