/* picked_nodes.c: which items of a view a picture shows, and which of them lie on the gradient's path.
 *
 * Each picked node has a position; positions are in creation order, so operands stand before their
 * consumers. A number has no position: it is written in the formulas of its consumers.
 */
#include "draw/draw_private.h"

#include "wengert/op.h"

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
    return wgi_view_make(&p->view, p->g, roots, n, p->o->ops ? WGI_OPS : WGI_WRITTEN);
}

/* Fills the position of each item. A number has none, unless it is the root. */
static void number_items(wgi_picture *p, wg_node root, int32_t *position)
{
    const wgi_view *v = &p->view;
    for (int64_t i = 0; i < v->items; i++) {
        wg_node n = wgi_item_node(v, i);
        position[i] = WGI_NUMBER;
        if (wgi_is_inline_number(n) && n.index != root.index) continue;
        p->index[p->nodes] = n.index, p->item[p->nodes] = (int32_t)i;
        position[i] = (int32_t)p->nodes++;
    }
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
    if (ok) {
        number_items(p, root, position);
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

/* ---- the gradient's path: from the root to the nodes whose gradients are asked for ---- */

enum { ABOVE_WANTED = 1, BELOW_ROOT = 2 };

static void mark_wanted(wgi_picture *p)
{
    const wg_draw_opts *o = p->o;
    for (int64_t i = 0; !o->wrt && i < p->nodes; i++) {
        wgi_box_kind kind = wgi_kind_of_box(p, wgi_node_at(p, i));
        if (kind == WGI_BOX_INPUT || kind == WGI_BOX_PARAMETER) p->on_path[i] = ABOVE_WANTED;
    }
    for (int k = 0; o->wrt && k < o->wrt_count; k++) {
        wg_node x = o->wrt[k];
        if (wg_graph_of(x) == p->g && wg_node_ok(x) && p->position[x.index] >= 0)
            p->on_path[p->position[x.index]] = ABOVE_WANTED;
    }
}

static void mark_above_wanted(wgi_picture *p)
{
    for (int64_t i = 0; i < p->nodes; i++) {
        bool wanted = p->on_path[i];
        for (int64_t a = p->first[i]; a < p->first[i + 1]; a++)
            wanted |= p->arg[a] >= 0 && p->on_path[p->arg[a]];
        p->on_path[i] = wanted && wgi_is_float(wgi_node_at(p, i)) ? ABOVE_WANTED : 0;
    }
}

static void mark_below_root(wgi_picture *p)
{
    p->on_path[p->position[p->root.index]] |= BELOW_ROOT;
    for (int64_t i = p->nodes - 1; i >= 0; i--) {
        const wg_op *op = wgi_item_at(p, i)->op;
        for (int64_t a = p->first[i]; p->on_path[i] & BELOW_ROOT && a < p->first[i + 1]; a++)
            if (p->arg[a] >= 0 && wg_op_has_derivative(op, (int)(a - p->first[i])))
                p->on_path[p->arg[a]] |= BELOW_ROOT;
    }
}

void wgi_find_gradient_path(wgi_picture *p)
{
    if (p->has_failure) { /* nothing was computed: every float has an unknown gradient */
        for (int64_t i = 0; i < p->nodes; i++) p->on_path[i] = wgi_is_float(wgi_node_at(p, i));
        return;
    }
    if (!wg_node_ok(p->root) || p->position[p->root.index] < 0) return;
    mark_wanted(p);
    mark_above_wanted(p);
    mark_below_root(p);
    for (int64_t i = 0; i < p->nodes; i++) p->on_path[i] = p->on_path[i] == (ABOVE_WANTED | BELOW_ROOT);
}
