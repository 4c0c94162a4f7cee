/* view.c: views are made here, and the paths of gradients in them. */
#include "view/equation.h"
#include "wgx/graph.h"
#include "wgx/op.h"

#include <string.h>

wg_status wgi_view_make(wgi_view *v, wgi_pool *pool, wg_graph *g, const wg_node root[], int roots,
                        wgi_view_level level, wg_site here, const char *source)
{
    *v = (wgi_view){ .c = wg_graph_context(g), .pool = pool, .g = g, .level = level, .source = source };
    v->ops = wgi_view_ops_new(pool);
    wgi_view_find_items(v, root, roots);
    if (!pool->failed)
        wgi_view_find_names(v, roots && wg_node_ok(*root) ? v->item_of[root->index] : WGI_NO_ITEM, here);
    if (!pool->failed) wgi_view_fold(v, root, roots);
    if (!pool->failed) wgi_view_name_gradients(v);
    if (!pool->failed) wgi_view_find_looks(v);
    if (!pool->failed) wgi_view_find_expressions(v);
    return pool->failed ? WG_ERROR_MEMORY : WG_OK;
}

/* ---- the path of a gradient ---- */

enum { ABOVE_WANTED = 1, BELOW_ROOT = 2 };

static bool has_gradient(const wgi_view *v, int64_t i)
{
    return wg_gradient_dtype(wg_node_dtype(wgi_item_node(v, i))) != WG_DEFAULT_DTYPE;
}

/* Whether the item is one number that is the length of some axis of another one: m in Σ/m. */
static bool is_size(const wgi_view *v, int64_t i)
{
    wg_tensor t;
    const wg_node n = wgi_item_node(v, i);
    if (wg_node_leaf(n) != WG_LEAF_INPUT || wg_node_shape(n).rank || !wgx_peek(n, &t) || !t.data)
        return false;
    for (int64_t k = 0; k < v->items; k++) {
        const wg_shape s = wgi_item_shape(v, k);
        for (int d = 0; d < s.rank; d++)
            if ((double)s.dim[d] == wg_tensor_item(&t, 0)) return true;
    }
    return false;
}

static bool is_label(const wg_op *op, int k)
{
    char name[8];
    return wgx_hints(op)->loss && wgx_op_operand_name(op, k, name, sizeof name) && strcmp(name, "y") == 0;
}

/* Whether the item is a sum, maybe negated or times a number. */
static bool is_sum(const wgi_view *v, int64_t i)
{
    for (; v->item[i].operands;) {
        const wgi_item *y = &v->item[i];
        if (wgx_op_is(y->op, "sum")) return true;
        if (!wgx_op_is(y->op, "neg") && !wgx_op_is(y->op, "mul")) return false;
        const int32_t a = v->arg[y->first], b = v->arg[y->first + y->operands - 1];
        const int32_t next = v->item[b].operands ? b : a;
        if (next < 0) return false;
        i = next;
    }
    return false;
}

/* Marks the inputs that are more than the labels of a loss, or a size by which something is divided. */
static void mark_inputs(const wgi_view *v, unsigned char *on)
{
    for (int64_t i = 0; i < v->items; i++)
        for (int k = 0; k < v->item[i].operands; k++) {
            const int32_t at = v->arg[v->item[i].first + k];
            const wg_op *op = v->item[i].op;
            const bool under = k == 1 && wgx_op_is(op, "div");
            const bool mean = under && at >= 0 && v->arg[v->item[i].first] >= 0 &&
                              is_sum(v, v->arg[v->item[i].first]) && is_size(v, at);
            if (at >= 0 && !is_label(op, k) && !mean && wgi_item_leaf(v, at) == WG_LEAF_INPUT)
                on[at] = ABOVE_WANTED;
        }
}

/* Without wishes: the parameters; if there are none, the inputs. */
static void mark_wanted(const wgi_view *v, const wg_node wrt[], int n, unsigned char *on)
{
    bool params = false;
    for (int64_t i = 0; i < v->items; i++) params |= wgi_item_leaf(v, i) == WG_LEAF_PARAM;
    for (int64_t i = 0; !wrt && params && i < v->items; i++)
        if (wgi_item_leaf(v, i) == WG_LEAF_PARAM) on[i] = ABOVE_WANTED;
    if (!wrt && !params) mark_inputs(v, on);
    for (int k = 0; wrt && k < n; k++)
        if (wg_graph_of(wrt[k]) == v->g && wg_node_ok(wrt[k]) && v->item_of[wrt[k].index] >= 0)
            on[v->item_of[wrt[k].index]] = ABOVE_WANTED;
}

static void mark_above_wanted(const wgi_view *v, unsigned char *on)
{
    for (int64_t i = 0; i < v->items; i++) {
        const wgi_item *y = &v->item[i];
        bool wanted = on[i];
        for (int k = 0; k < y->operands; k++) {
            const int32_t at = v->arg[y->first + k];
            wanted |= at >= 0 && on[at];
        }
        on[i] = wanted && has_gradient(v, i) ? ABOVE_WANTED : 0;
    }
}

static void mark_below_root(const wgi_view *v, int64_t root, unsigned char *on)
{
    on[root] |= BELOW_ROOT;
    for (int64_t i = root; i >= 0; i--) {
        const wgi_item *y = &v->item[i];
        for (int k = 0; on[i] & BELOW_ROOT && k < y->operands; k++) {
            const int32_t at = v->arg[y->first + k];
            if (at >= 0 && wgx_op_has_derivative(y->op, k)) on[at] |= BELOW_ROOT;
        }
    }
}

void wgi_view_find_path(const wgi_view *v, int64_t root, const wg_node wrt[], int n, unsigned char *on_path)
{
    mark_wanted(v, wrt, n, on_path);
    mark_above_wanted(v, on_path);
    mark_below_root(v, root, on_path);
    for (int64_t i = 0; i < v->items; i++) on_path[i] = on_path[i] == (ABOVE_WANTED | BELOW_ROOT);
}
