/* picked_nodes.c: which nodes a picture shows, and which of them lie on the gradient's path.
 *
 * Each picked node has a position; positions are in creation order, so operands stand before their consumers.
 * A number has no position: it is written in the formulas of its consumers.
 */
#include "draw/draw_private.h"

#include "wengert/op.h"

/* ---- picking ---- */

/* The root, or the operands of the failed call, and all below them. */
static void pick_below(wgi_picture *p, wg_node root)
{
    int64_t top = 0;
    if (wg_node_ok(root)) top = root.index, p->position[top] = 0;
    for (int k = 0; p->has_failure && k < p->failure.operands && k < 4; k++) {
        wg_node x = p->failure.operand[k];
        if (!wg_node_ok(x)) continue;
        p->position[x.index] = 0;
        if (x.index > top) top = x.index;
    }
    for (int64_t i = top; i > 0; i--) {
        wg_node n = wg_graph_node(p->g, i);
        for (int k = 0; p->position[i] != WGI_ABSENT && k < wg_node_operands(n); k++) {
            wg_node x = wg_node_operand(n, k);
            if (wg_node_ok(x)) p->position[x.index] = 0;
        }
    }
}

/* A number has no position, unless it is the root. */
static void number_nodes(wgi_picture *p, wg_node root)
{
    int64_t count = wg_graph_nodes(p->g);
    for (int64_t i = 1; i < count; i++) {
        if (p->position[i] == WGI_ABSENT) continue;
        wg_node n = wg_graph_node(p->g, i);
        if (wgi_is_inline_number(n) && n.index != root.index) p->position[i] = WGI_NUMBER;
        else p->index[p->nodes] = (uint32_t)i, p->position[i] = (int32_t)p->nodes++;
    }
}

static bool list_operands(wgi_picture *p)
{
    for (int64_t i = 0; i < p->nodes; i++)
        p->first[i + 1] = p->first[i] + wg_node_operands(wgi_node_at(p, i));
    if (!(p->arg = wgi_picture_alloc(p, p->first[p->nodes], sizeof *p->arg))) return false;
    for (int64_t i = 0; i < p->nodes; i++)
        for (int64_t a = p->first[i]; a < p->first[i + 1]; a++) {
            wg_node x = wg_node_operand(wgi_node_at(p, i), (int)(a - p->first[i]));
            p->arg[a] = wg_node_ok(x) ? p->position[x.index] : WGI_ABSENT;
        }
    return true;
}

bool wgi_pick_nodes(wgi_picture *p, wg_node root)
{
    int64_t count = wg_graph_nodes(p->g);
    p->position = wgi_picture_alloc(p, count, sizeof *p->position);
    p->index = wgi_picture_alloc(p, count, sizeof *p->index);
    if (!p->position || !p->index) return false;
    for (int64_t i = 0; i < count; i++) p->position[i] = wg_is_none(root) && i > 0 ? 0 : WGI_ABSENT;
    if (!wg_is_none(root)) pick_below(p, root);
    number_nodes(p, root);
    p->first = wgi_picture_alloc(p, p->nodes + 1, sizeof *p->first);
    p->on_path = wgi_picture_alloc(p, p->nodes, 1);
    p->box_of = wgi_picture_alloc(p, p->nodes, sizeof *p->box_of);
    return p->first && p->on_path && p->box_of && list_operands(p);
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
        const wg_op *op = wg_node_op(wgi_node_at(p, i));
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
