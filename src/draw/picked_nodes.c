/* picked_nodes.c: which items of a view a picture shows, and which of them lie on the gradient's path.
 *
 * Each picked node has a position; positions are in creation order, so operands stand before their
 * consumers. A number has no position: it is written in the formulas of its consumers.
 */
#include "draw/draw_private.h"

#include <string.h>

enum { ROOT_MOST = 24 };

/* ---- picking ---- */

/* A view of the root; of the operands of the failed call; or of the whole graph. */
static wg_status make_view(wgi_picture *p, wg_node root)
{
    wg_node roots[4] = { root };
    int n = wg_node_ok(root);
    for (int k = 0; p->has_failure && k < p->failure.operands && k < 4; k++)
        if (wg_node_ok(p->failure.operand[k])) roots[n++] = p->failure.operand[k];
    if (!n && !wg_is_none(root))
        roots[n++] = wg_graph_node(p->g, 0); /* a failed call without operands: nothing */
    return wgi_view_make(&p->view, p->g, roots, n,
                         wgi_level_of(p->o) == WGI_LEVEL_OPS || wgi_is_circuit(p->o) ? WGI_OPS : WGI_WRITTEN);
}

/* ---- parameters of a series ---- */

/* Whether an item is in another scope of the parameter's series: in h.2, and the parameter in h.1. */
static bool is_in_sibling(const wgi_view *v, int64_t i, int64_t parameter)
{
    size_t a, b;
    const char *x = wg_node_scope(wgi_item_node(v, i)), *y = wg_node_scope(wgi_item_node(v, parameter));
    const size_t n = wgi_series_scope(y, &b), m = wgi_series_scope(x, &a);
    return n && m && a == b && strncmp(x, y, a) == 0 && (n != m || strncmp(x, y, n) != 0);
}

/* shared[]: by item. */
static void find_shared(const wgi_view *v, unsigned char *shared)
{
    for (int64_t i = 0; i < v->items; i++)
        for (int k = 0; k < v->item[i].operands; k++) {
            const int32_t at = v->arg[v->item[i].first + k];
            if (at >= 0 && wg_node_leaf(wgi_item_node(v, at)) == WG_LEAF_PARAM && is_in_sibling(v, i, at))
                shared[at] = 1;
        }
}

/* ---- positions ---- */

static void number_item(wgi_picture *p, int64_t i, int32_t *position)
{
    p->index[p->nodes] = wgi_item_node(&p->view, i).index, p->item[p->nodes] = (int32_t)i;
    position[i] = (int32_t)p->nodes++;
}

/* The shared parameters of the scope that item i is in, if it is the first one there. */
static void number_shared(wgi_picture *p, int64_t i, int32_t *position, const unsigned char *shared)
{
    const wgi_view *v = &p->view;
    size_t name;
    const char *scope = wg_node_scope(wgi_item_node(v, i));
    const size_t n = wgi_series_scope(scope, &name);
    const char *before = i ? wg_node_scope(wgi_item_node(v, i - 1)) : "";
    if (wgi_series_scope(before, &name) == n && strncmp(before, scope, n) == 0) return;
    for (int64_t k = i; n && k < v->items; k++) {
        const char *other = wg_node_scope(wgi_item_node(v, k));
        if (wgi_series_scope(other, &name) != n || strncmp(other, scope, n) != 0) break;
        if (!shared[k] || position[k] >= 0) continue;
        p->shared[p->nodes] = 1;
        number_item(p, k, position);
    }
}

/* Fills the position of each item. A number has none, unless it is the root. Parameters that a series shares
 * stand before its first part, so that all parts are alike. */
static bool number_items(wgi_picture *p, wg_node root, int32_t *position)
{
    const wgi_view *v = &p->view;
    unsigned char *shared = wgi_picture_alloc(p, v->items, 1);
    p->shared = wgi_picture_alloc(p, v->items, 1);
    if (!shared || !p->shared) return wg_free(p->c, shared), false;
    find_shared(v, shared);
    for (int64_t i = 0; i < v->items; i++) position[i] = WGI_NUMBER;
    bool any = memchr(shared, 1, (size_t)v->items);
    for (int64_t i = 0; i < v->items; i++) {
        wg_node n = wgi_item_node(v, i);
        if (v->item[i].is_inline && n.index != root.index) continue;
        if (any && position[i] < 0) number_shared(p, i, position, shared);
        if (position[i] < 0) number_item(p, i, position);
    }
    wg_free(p->c, shared);
    return true;
}

static bool list_operands(wgi_picture *p, const int32_t *position)
{
    const wgi_view *v = &p->view;
    for (int64_t i = 0; i < p->nodes; i++) p->first[i + 1] = p->first[i] + wgi_item_at(p, i)->operands;
    if (!(p->arg = wgi_picture_alloc(p, p->first[p->nodes], sizeof *p->arg))) return false;
    for (int64_t i = 0; i < p->nodes; i++)
        for (int k = 0; k < wgi_item_at(p, i)->operands; k++) {
            const int32_t at = v->arg[wgi_item_at(p, i)->first + k];
            p->arg[p->first[i] + k] = at >= 0 ? position[at] : WGI_ABSENT;
        }
    return true;
}

bool wgi_pick_nodes(wgi_picture *p, wg_node root)
{
    const int64_t count = wg_graph_nodes(p->g);
    if (make_view(p, root) != WG_OK) return false;
    int32_t *position = wgi_picture_alloc(p, p->view.items, sizeof *position);
    p->position = wgi_picture_alloc(p, count, sizeof *p->position);
    p->index = wgi_picture_alloc(p, p->view.items, sizeof *p->index);
    p->item = wgi_picture_alloc(p, p->view.items, sizeof *p->item);
    bool ok = position && p->position && p->index && p->item;
    ok = ok && number_items(p, root, position);
    if (ok) {
        for (int64_t i = 0; i < count; i++)
            p->position[i] = p->view.item_of[i] < 0 ? WGI_ABSENT : position[p->view.item_of[i]];
        p->first = wgi_picture_alloc(p, p->nodes + 1, sizeof *p->first);
        p->on_path = wgi_picture_alloc(p, p->nodes, 1);
        p->box_of = wgi_picture_alloc(p, p->nodes, sizeof *p->box_of);
        ok = p->first && p->on_path && p->box_of && list_operands(p, position);
    }
    wg_free(p->c, position);
    return ok;
}

/* ---- names of gradients ---- */

/* Whether a node of the picture is called as the gradient of another. */
static bool has_gradient_name(const wgi_picture *p)
{
    const wgi_view *v = &p->view;
    if (v->items > WGI_READ_MOST) return false;
    for (int64_t i = 0; i < v->items; i++) {
        if (v->item[i].source == WGI_NAME_GRADIENT) return true;
        if (v->item[i].name[0] != 'd' || !v->item[i].name[1] || v->item[i].source > WGI_NAME_GRADIENT)
            continue;
        for (int64_t k = 0; k < p->nodes; k++)
            if (p->on_path[k] && wgi_view_looks_alike(v->item[i].name + 1, wgi_item_at(p, k)->name))
                return true;
    }
    return false;
}

/* false: no memory. */
static bool name_gradients(wgi_picture *p)
{
    if (!has_gradient_name(p)) return true;
    wgi_strbuf b = { .c = p->c };
    const wgi_item *y = wgi_item_at(p, p->position[p->root.index]);
    wgi_strbuf_put(&b, y->source >= WGI_NAME_EXPRESSION ? "(" : "");
    wgi_put_symbol(&b, y, ROOT_MOST);
    wgi_strbuf_put(&b, y->source >= WGI_NAME_EXPRESSION ? ")" : "");
    char *name = b.failed ? NULL : wgi_view_keep(&p->view, b.length + 1);
    if (name) p->view.partial_of = strcpy(name, wgi_strbuf_text(&b));
    wgi_strbuf_free(&b);
    return name;
}

/* ---- the gradient's path ---- */

bool wgi_find_gradient_path(wgi_picture *p)
{
    const wg_draw_opts *o = p->o;
    if (p->has_failure) { /* nothing was computed: every float has an unknown gradient */
        for (int64_t i = 0; i < p->nodes; i++) p->on_path[i] = wgi_is_float(wgi_node_at(p, i));
        return true;
    }
    if (!wg_node_ok(p->root) || p->position[p->root.index] < 0) return true;
    unsigned char *on = wgi_picture_alloc(p, p->view.items, 1);
    if (!on) return false;
    wgi_view_find_path(&p->view, p->view.item_of[p->root.index], o->wrt, o->wrt_count, on);
    for (int64_t i = 0; i < p->nodes; i++) p->on_path[i] = on[p->item[i]];
    wg_free(p->c, on);
    return name_gradients(p);
}
