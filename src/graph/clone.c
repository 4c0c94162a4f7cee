/* clone.c: wg_replay builds a graph again in another graph, by the same builders, with another float dtype.
 * The gradient check works on such a clone in f64. */
#include "graph/graph.h"

typedef struct cloning {
    wg_graph *from, *into;
    wg_dtype floats;
    wg_node *map;
} cloning;

static wg_dtype dtype_of(const cloning *r, wg_dtype t) { return wg_dtype_is_float(t) ? r->floats : t; }

static wg_node clone_leaf(cloning *r, uint32_t i)
{
    wgi_node *n = &r->from->node[i];
    wg_dtype t = dtype_of(r, (wg_dtype)n->dtype);
    if (n->op == &wgi_op_number) return wgi_leaf_number(r->into, n->here, n->number, t);
    if (n->op == &wgi_op_stream)
        return wgi_handle(r->into, wgi_cell_leaf(r->into, n->here, n->op, WG_I64, *n->cell, 0));
    /* of a parameter the present value, which may be newer than the evaluation */
    const void *data = wgi_has_parameter(n) ? n->parameter->data : wgi_value(r->from, i);
    wgi_place place = wgi_arena_place(&r->into->temp);
    void *copy = wgi_arena_alloc(&r->into->temp, (size_t)wgi_size(n->shape) * wg_dtype_size(t));
    if (!copy || !data) return wgi_error_node(r->into);
    wgi_convert(t, copy, (wg_dtype)n->dtype, data, wgi_size(n->shape));
    wg_node y = wg_input_at(n->here, r->into, wg_node_name(wgi_handle(r->from, i)),
                            (wg_tensor){ t, *n->shape, copy });
    wgi_arena_rewind(&r->into->temp, place);
    return y;
}

/* A copy of the options, in which a float dtype is the clone's. */
static const void *attr_of(cloning *r, const wgi_node *n, void *own)
{
    memcpy(own, n->attr, n->op->attr_size);
    for (const wg_attr_row *a = n->op->attrs; a && a->name; a++)
        if (a->kind == WG_ATTR_DTYPE) {
            wg_dtype *t = (wg_dtype *)(void *)((char *)own + a->offset);
            *t = dtype_of(r, *t);
        }
    return own;
}

static bool clone_node(cloning *r, uint32_t i)
{
    const wgi_node *n = &r->from->node[i];
    if (wgi_is_leaf(n)) {
        r->map[i] = clone_leaf(r, i);
        return wg_node_ok(r->map[i]);
    }
    if (n->output) return true;
    _Alignas(16) char attr[256];
    wgi_place place = wgi_arena_place(&r->from->temp);
    wg_node *x = wgi_arena_alloc(&r->from->temp, sizeof *x * n->operands);
    for (uint32_t k = 0; x && k < n->operands; k++) x[k] = r->map[wgi_in(n)[k]];
    wg_node y =
        x ? wg_apply(n->here, n->op, x, (int)n->operands, n->op->attr_size ? attr_of(r, n, attr) : NULL)
          : wgi_error_node(r->into);
    wgi_arena_rewind(&r->from->temp, place);
    if (n->name) wg_name_at(n->here, y, r->from->names.text[n->name]);
    bool whole = wg_node_op(y) == n->op;
    if (whole) r->into->node[y.index].flags |= n->flags & WGI_DERIVED;
    for (int j = 0; j < wgi_outputs(n->op); j++)
        r->map[i + (uint32_t)j] =
            whole ? wg_part_at(n->here, y, j) : y; /* a cast to its operand's dtype is the operand */
    return wg_node_ok(y);
}

/* Marks the nodes that `root` is computed from. Of an op with several outputs the first one is marked,
 * too. */
static void mark_needed(const wg_graph *g, uint32_t root, unsigned char *need)
{
    need[root] = 1;
    for (uint32_t i = root + 1; i-- > 1;) {
        const wgi_node *n = &g->node[i];
        if (!need[i] || wgi_is_leaf(n)) continue;
        need[i - n->output] = 1;
        for (uint32_t k = 0; k < n->operands; k++) need[wgi_in(n)[k]] = 1;
    }
}

wg_node wg_replay(wg_node root, wg_graph *into, wg_dtype floats, wg_node *map)
{
    wg_graph *from = root.graph;
    if (!from && into) wgi_is_node(into->c, root, "", "replay", 0, "the root");
    if (!from || !into || into == from || !wgi_ok(into->c) ||
        !wgi_usable(root, wg_node_site(root), "replay", "the root"))
        return wgi_error_node(into);
    wgi_place place = wgi_arena_place(&from->temp);
    uint32_t count = from->count;
    cloning r = { from, into, floats, wgi_arena_zeroed(&from->temp, sizeof *map * count) };
    unsigned char *need = wgi_arena_zeroed(&from->temp, count);
    wg_node y = wgi_error_node(into);
    if (r.map && need) {
        mark_needed(from, root.index, need);
        bool ok = true;
        for (uint32_t i = 1; i <= root.index && ok; i++) ok = !need[i] || clone_node(&r, i);
        y = ok ? r.map[root.index] : y;
        if (map) memcpy(map, r.map, sizeof *map * count);
    }
    wgi_arena_rewind(&from->temp, place);
    return y;
}
