/* picked_nodes.c: which items of a view a picture shows, and which of them lie on the gradient's path.
 *
 * Each picked node has a position; positions are in creation order, so operands stand before their
 * consumers. A number has no position: it is written in the formulas of its consumers.
 */
#include "draw/draw_private.h"
#include "wgx/base.h"

#include <string.h>

enum { ROOT_MOST = 24 };

/* ---- picking ---- */

/* A view of the root; of the operands of the failed call; or of the whole graph. */
static wg_status make_view(wgi_picture *p, wg_node root)
{
    wg_node roots[4] = { root };
    int n = wg_node_ok(root);
    for (int k = 0; p->failure && k < p->failure->operands && k < 4; k++)
        if (wg_node_ok(p->failure->operand[k])) roots[n++] = p->failure->operand[k];
    if (!n && !wg_is_none(root))
        roots[n++] = wg_graph_node(p->g, 0); /* a failed call without operands: nothing */
    return wgi_view_make(&p->view, p->pool, p->g, roots, n,
                         wgi_level_of(p->o) == WGI_LEVEL_OPS || wgi_is_circuit(p->o) ? WGI_OPS : WGI_WRITTEN,
                         p->failure ? NULL : p->here, p->o->source);
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
            const int32_t at = *wgi_operand(v, &v->item[i], k);
            if (at >= 0 && wgi_item_leaf(v, at) == WG_LEAF_PARAM && is_in_sibling(v, i, at)) shared[at] = 1;
        }
}

/* ---- positions ---- */

static void number_item(wgi_picture *p, int64_t i, int32_t *position)
{
    p->at.index[p->at.nodes] = wgi_item_node(&p->view, i).index, p->at.item[p->at.nodes] = (int32_t)i;
    position[i] = (int32_t)p->at.nodes++;
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
        p->at.shared[p->at.nodes] = 1;
        number_item(p, k, position);
    }
}

/* Fills the position of each item. A number has none, unless it is the root. Parameters that a series shares
 * stand before its first part, so that all parts are alike. */
static void number_items(wgi_picture *p, wg_node root, int32_t *position, unsigned char *shared)
{
    const wgi_view *v = &p->view;
    find_shared(v, shared);
    for (int64_t i = 0; i < v->items; i++) position[i] = WGI_NUMBER;
    bool any = memchr(shared, 1, (size_t)v->items);
    for (int64_t i = 0; i < v->items; i++) {
        wg_node n = wgi_item_node(v, i);
        if (v->item[i].is_inline && n.index != root.index) continue;
        if (any && position[i] < 0) number_shared(p, i, position, shared);
        if (position[i] < 0) number_item(p, i, position);
    }
}

static void list_operands(wgi_picture *p, const int32_t *position)
{
    for (int64_t i = 0; i < p->at.nodes; i++)
        p->at.first[i + 1] = p->at.first[i] + wgi_item_at(p, i)->operands;
    if (!(p->at.arg = wgi_pool_take(p->pool, p->at.first[p->at.nodes], sizeof *p->at.arg))) return;
    for (int64_t i = 0; i < p->at.nodes; i++)
        for (int k = 0; k < wgi_item_at(p, i)->operands; k++) {
            const int32_t at = *wgi_operand(&p->view, wgi_item_at(p, i), k);
            p->at.arg[p->at.first[i] + k] = at >= 0 ? position[at] : WGI_ABSENT;
        }
}

void wgi_pick_nodes(wgi_picture *p, wg_node root)
{
    const int64_t count = wg_graph_nodes(p->g);
    if (make_view(p, root) != WG_OK) return;
    if (!p->o->backward && !p->o->steps && !p->format->is_page) wgi_view_open_twins(&p->view);
    const int64_t items = p->view.items;
    int32_t *position = wgi_pool_take(p->pool, items, sizeof *position);
    unsigned char *shared = wgi_pool_take(p->pool, items, 1);
    p->at.shared = wgi_pool_take(p->pool, items, 1);
    p->at.position = wgi_pool_take(p->pool, count, sizeof *p->at.position);
    p->at.index = wgi_pool_take(p->pool, items, sizeof *p->at.index);
    p->at.item = wgi_pool_take(p->pool, items, sizeof *p->at.item);
    p->at.first = wgi_pool_take(p->pool, items + 1, sizeof *p->at.first);
    p->at.on_path = wgi_pool_take(p->pool, items, 1);
    p->at.box_of = wgi_pool_take(p->pool, items, sizeof *p->at.box_of);
    if (p->pool->failed) return;
    number_items(p, root, position, shared);
    for (int64_t i = 0; i < count; i++)
        p->at.position[i] = p->view.item_of[i] < 0 ? WGI_ABSENT : position[p->view.item_of[i]];
    list_operands(p, position);
}

/* ---- names ---- */

const char *wgi_nearest_name(const wgi_picture *p, const char *word, size_t length, bool gradients)
{
    wgx_nearest_word near = wgx_nearest_to(wgi_pool_part(p->pool, word, length));
    for (int64_t i = 0; i < p->at.nodes; i++) {
        const char *name = wgi_item_at(p, i)->name, *d = wgi_pool_format(p->pool, "d%s", name);
        wgx_nearest_try(&near, name, strlen(name));
        if (gradients && p->at.on_path[i]) wgx_nearest_try(&near, d, strlen(d));
    }
    return near.best ? wgi_pool_format(p->pool, "; did you mean '%s'?", near.best) : "";
}

/* Whether a node of the picture is called as the gradient of another. */
static bool has_gradient_name(const wgi_picture *p)
{
    const wgi_view *v = &p->view;
    if (v->items > WGI_READ_MOST) return false;
    for (int64_t i = 0; i < v->items; i++) {
        if (v->item[i].source == WGI_NAME_GRADIENT) return true;
        if (v->item[i].name[0] != 'd' || !v->item[i].name[1] || v->item[i].source > WGI_NAME_GRADIENT)
            continue;
        for (int64_t k = 0; k < p->at.nodes; k++)
            if (p->at.on_path[k] && wgi_view_looks_alike(v->item[i].name + 1, wgi_item_at(p, k)->name))
                return true;
    }
    return false;
}

static void name_gradients(wgi_picture *p)
{
    const wgi_item *y = wgi_item_at(p, p->at.position[p->root.index]);
    p->view.has_locals = p->o->edges != NULL;
    if (has_gradient_name(p))
        p->view.partial_of =
            wgi_enclosed(p->pool, wgi_symbol(&p->view, y, ROOT_MOST), y->source >= WGI_NAME_EXPRESSION);
}

/* ---- the gradient's path ---- */

void wgi_find_gradient_path(wgi_picture *p)
{
    const wg_draw_opts *o = p->o;
    /* nothing was computed: every float has an unknown gradient */
    for (int64_t i = 0; p->failure && i < p->at.nodes; i++)
        p->at.on_path[i] = wgi_is_float(wgi_node_at(p, i));
    if (p->failure || !wg_node_ok(p->root) || p->at.position[p->root.index] < 0) return;
    unsigned char *on = wgi_pool_take(p->pool, p->view.items, 1);
    if (!on) return;
    wgi_view_find_path(&p->view, p->view.item_of[p->root.index], o->wrt, o->wrt_count, on);
    for (int64_t i = 0; i < p->at.nodes; i++) p->at.on_path[i] = on[p->at.item[i]];
    name_gradients(p);
}
