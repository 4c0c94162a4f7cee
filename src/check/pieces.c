/* pieces.c: functions with kinks as one of the smooth functions that they are made of, and other graphs in
 * which nodes stand still. */
#include "check/check_private.h"

bool wgi_freeze(wg_check *r, wgi_frozen *z, const unsigned char *held, wg_node *map)
{
    const int64_t nodes = wg_graph_nodes(z->moving);
    z->from = wg_alloc(r->c, (size_t)nodes, sizeof *z->from);
    z->to = wg_alloc(r->c, (size_t)nodes, sizeof *z->to);
    z->g = wg_graph_new(r->c);
    if (wg_failed(r->c)) return false;
    wg_tensor t;
    for (int64_t i = 1; i < nodes; i++) /* an input begins with the value that the node has */
        if (held[i]) wgi_check_peek(r, wg_graph_node(z->moving, i), &t);
    z->root =
        wgi_check_replay(z->moving_root, z->g, z->moving, &WG_OPTS(wg_replay_opts, .held = held, .map = map));
    for (int64_t i = 1; i < nodes; i++)
        if (held[i] && !wg_is_none(map[i]))
            z->from[z->count] = wg_graph_node(z->moving, i), z->to[z->count++] = map[i];
    return !wg_failed(r->c) && wg_node_ok(z->root);
}

void wgi_frozen_settle(wg_check *r, const wgi_frozen *z, const wg_node at[])
{
    wg_tensor t;
    for (int k = 0; z->g && k < z->n; k++)
        if (!wg_is_none(z->moving_x[k]) && !wg_is_none(at[k]) && wgi_check_peek(r, at[k], &t))
            wg_input_set_at("", z->moving_x[k], t);
    for (int i = 0; z->g && i < z->count; i++)
        if (wgi_check_peek(r, z->from[i], &t)) wg_input_set_at("", z->to[i], t);
}

void wgi_frozen_close(wg_check *r, wgi_frozen *z)
{
    wg_free(r->c, z->moving_x), wg_free(r->c, z->x), wg_free(r->c, z->from), wg_free(r->c, z->to);
    wg_graph_free(z->moving), wg_graph_free(z->g);
    *z = (wgi_frozen){ 0 };
}

/* Whether a piece of the function has one value of the node: a mask, numbers of elements, a rounded number.
 * */
static bool is_choice(wg_node n)
{
    if (wg_node_leaf(n) != WG_LEAF_NONE) return false;
    const wg_op *op = wg_node_op(n);
    return !wg_dtype_is_float(wg_node_dtype(n)) || wg_op_is(op, "stop_gradient") ||
           (op->library == op && op->zero == WG_EVERY_OPERAND);
}

static bool has_kinks(wg_node root)
{
    for (int64_t i = 1; i <= root.index; i++) {
        const wg_node n = wg_graph_node(wg_graph_of(root), i);
        if (is_choice(n) || (wg_node_leaf(n) == WG_LEAF_NONE && wg_node_op(n)->kinked)) return true;
    }
    return false;
}

/* map: the nodes of the pieces, by node of the function. */
static bool hold_choices(wg_check *r, wgi_frozen *p, const wg_node *map, const wg_node also[], int more)
{
    const int64_t nodes = wg_graph_nodes(p->moving);
    unsigned char *held = wg_alloc(r->c, (size_t)nodes, 1);
    wg_node *to = wg_alloc(r->c, (size_t)nodes, sizeof *to);
    if (wg_failed(r->c)) return false;
    for (int64_t i = 1; i < nodes; i++) held[i] = is_choice(wg_graph_node(p->moving, i));
    for (int i = 0; i < more; i++) held[map[also[i].index].index] = 1;
    held[0] = 0; /* of nodes that the pieces have not */
    const bool ok = wgi_freeze(r, p, held, to);
    for (int k = 0; ok && k < p->n; k++)
        p->x[k] = wg_is_none(p->moving_x[k]) ? wg_none : to[p->moving_x[k].index];
    wg_free(r->c, held), wg_free(r->c, to);
    return ok;
}

static bool are_equal(wg_check *r, wg_node a, wg_node b)
{
    wg_tensor s, t;
    if (!wgi_check_peek(r, a, &s) || !wgi_check_peek(r, b, &t)) return false;
    for (int64_t i = 0, n = wg_shape_size(s.shape); i < n; i++)
        if (wg_tensor_item(&s, i) != wg_tensor_item(&t, i)) return false;
    return true;
}

void wgi_pieces_open(wg_check *r, wgi_frozen *p, wg_node root, const wg_node x[], int n, const wg_node also[],
                     int more)
{
    wg_graph *g = wg_graph_of(root);
    *p = (wgi_frozen){ .n = n };
    if (!has_kinks(root)) return;
    p->moving = wg_graph_new(r->c);
    wg_node *map = wg_alloc(r->c, (size_t)wg_graph_nodes(g), sizeof *map);
    p->moving_x = wg_alloc(r->c, (size_t)n, sizeof *p->moving_x);
    p->x = wg_alloc(r->c, (size_t)n, sizeof *p->x);
    if (!wg_failed(r->c))
        p->moving_root =
            wgi_check_replay(root, p->moving, g, &WG_OPTS(wg_replay_opts, .map = map, .pieces = true));
    bool ok = !wg_failed(r->c) && wg_node_ok(p->moving_root);
    for (int k = 0; ok && k < n; k++) p->moving_x[k] = wg_is_none(x[k]) ? wg_none : map[x[k].index];
    ok = ok && hold_choices(r, p, map, also, more) && are_equal(r, p->root, root);
    wg_free(r->c, map);
    wgi_check_recover(r);
    if (!ok) wgi_frozen_close(r, p);
}
