/* view.c: views are made here, and the paths of gradients in them. */
#include "view/equation.h"

wg_status wgi_view_make(wgi_view *v, wgi_pool *pool, wg_graph *g, const wg_node root[], int roots,
                        wgi_view_level level)
{
    *v = (wgi_view){ .c = wg_graph_context(g), .pool = pool, .g = g, .level = level };
    v->ops = wgi_view_ops_new(pool);
    wgi_view_find_items(v, root, roots);
    if (!pool->failed) wgi_view_find_names(v);
    if (!pool->failed) wgi_view_fold(v, root, roots);
    if (!pool->failed) wgi_view_name_gradients(v);
    if (!pool->failed) wgi_view_find_expressions(v);
    return pool->failed ? WG_ERROR_MEMORY : WG_OK;
}

/* ---- the path of a gradient ---- */

enum { ABOVE_WANTED = 1, BELOW_ROOT = 2 };

static bool has_gradient(const wgi_view *v, int64_t i)
{
    return wg_gradient_dtype(wg_node_dtype(wgi_item_node(v, i))) != WG_DEFAULT_DTYPE;
}

/* Without wishes: the parameters; if there are none, the inputs. */
static void mark_wanted(const wgi_view *v, const wg_node wrt[], int n, unsigned char *on)
{
    bool params = false;
    for (int64_t i = 0; i < v->items; i++) params |= wg_node_leaf(wgi_item_node(v, i)) == WG_LEAF_PARAM;
    for (int64_t i = 0; !wrt && i < v->items; i++)
        if (wg_node_leaf(wgi_item_node(v, i)) == (params ? WG_LEAF_PARAM : WG_LEAF_INPUT))
            on[i] = ABOVE_WANTED;
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
            if (at >= 0 && wg_op_has_derivative(y->op, k)) on[at] |= BELOW_ROOT;
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
