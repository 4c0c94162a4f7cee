/* clone.c: wg_replay builds a graph again in another graph, by the same builders. The gradient check works on
 * clones: one in f64, one in the dtypes of the user. */
#include "graph/graph.h"
#include "graph/composites.h"

#include "wengert/ops.h"
#include "wgx/graph.h"
#include "wgx/params.h"

typedef struct cloning {
    wg_graph *from, *into;
    wg_node *map;
    wg_replay_opts o; /* the last member: a struct of options has no others behind it */
} cloning;

static wg_dtype dtype_of(const cloning *r, wg_dtype t)
{
    return wg_dtype_is_float(t) && r->o.floats ? r->o.floats : t;
}

/* An input with the present value of node i. */
static wg_node clone_value(cloning *r, uint32_t i)
{
    wgi_node *n = &r->from->node[i];
    wg_dtype t = dtype_of(r, (wg_dtype)n->dtype);
    /* of a parameter the present value, which may be newer than the evaluation */
    if (wgi_is_lost(r->from, n))
        return WGI_FAIL_NODE(r->into, n->here, "replay", WG_ERROR_USE,
                             "%s has changed since, and its value was not kept", n->parameter->name);
    const void *data = wgi_has_parameter(n) ? n->parameter->data : wgi_value(r->from, i);
    wgi_place place = wgi_temp_place(r->into);
    void *copy = wgi_temp(r->into, (size_t)wgi_size(n->shape) * wg_dtype_size(t));
    if (!copy || !data) return wgi_error_node(r->into);
    wgi_convert(t, copy, (wg_dtype)n->dtype, data, wgi_size(n->shape));
    wg_node y = wg_input_at(n->here, r->into, wg_node_name(wgi_handle(r->from, i)),
                            (wg_tensor){ t, *n->shape, copy });
    wgi_temp_rewind(r->into, place);
    return y;
}

static wg_node clone_leaf(cloning *r, uint32_t i)
{
    wgi_node *n = &r->from->node[i];
    if (n->op == &wgi_op_number)
        return wgi_leaf_number(r->into, n->here, n->number, dtype_of(r, (wg_dtype)n->dtype));
    if (n->op == &wgi_op_stream)
        return wgi_handle(r->into, wgi_cell_leaf(r->into, n->here, n->op, WG_I64, *n->cell, 0));
    if (!wgi_has_parameter(n) || !r->o.params) return clone_value(r, i);
    const wg_node was = wgi_handle(r->from, i);
    wg_init init = wg_zeros();
    if (wg_dtype_is_stored((wg_dtype)n->dtype) && n->dtype != WG_U8) init.dtype = (wg_dtype)n->dtype;
    return (wgx_node_is_state(was) ? wg_state_at : wg_param_at)(n->here, r->into, r->o.params,
                                                                wg_node_name(was), *n->shape, init);
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

static bool is_held(const cloning *r, uint32_t i) { return r->o.held && r->o.held[i]; }

/* The results of node n with the operands x. A cast to its operand's dtype is the operand. */
static bool clone_call(cloning *r, const wgi_node *n, const wg_node x[], wg_node y[])
{
    _Alignas(16) char own[256];
    const wg_op *op = n->op;
    const void *attr = op->attr_size ? attr_of(r, n, own) : NULL;
    if (r->o.pieces && op->users && op->kind == WG_ALIAS) return y[0] = x[0], true;
    if (r->o.pieces && op->kinked && wgi_op_is_ours(op)) {
        wgi_call_expand(r->into, wg_inside(n->here), op, x, (int)n->operands, attr, y);
        return wg_node_ok(y[0]);
    }
    y[0] = wg_apply(n->here, op, x, (int)n->operands, attr);
    if (!wg_node_ok(y[0])) return false;
    const bool whole = r->into->node[y[0].index].op == op;
    if (whole) r->into->node[y[0].index].flags |= n->flags & WGI_DERIVED;
    for (int j = 1; j < wgi_outputs(op); j++) y[j] = whole ? wg_part_at(n->here, y[0], j) : y[0];
    return true;
}

/* Notes what stands for node i. */
static bool note(cloning *r, uint32_t i, wg_node y)
{
    r->map[i] = r->o.each && wg_node_ok(y) ? r->o.each(r->o.each_user, wgi_handle(r->from, i), y) : y;
    return wg_node_ok(r->map[i]);
}

/* An op that refuses the dtype: with operands cast back to their own, and results cast from them. */
static bool clone_in_own_dtype(cloning *r, uint32_t i, wg_node x[], wgi_place place)
{
    const wgi_node *n = &r->from->node[i];
    const wg_dtype floats = r->o.floats;
    wg_recover(r->into->c);
    WGI_EACH_OPERAND(k, n) x[k] = wg_cast_at(n->here, x[k], (wg_dtype)r->from->node[wgi_in(n)[k]].dtype);
    r->o.floats = 0;
    wg_node y[WG_MAX_OUTPUTS];
    bool ok = clone_call(r, n, x, y);
    r->o.floats = floats;
    wgi_temp_rewind(r->from, place);
    for (int j = 0; ok && j < wgi_outputs(n->op); j++)
        ok = note(r, i + (uint32_t)j, wg_cast_at(n->here, y[j], dtype_of(r, wg_node_dtype(y[j]))));
    return ok;
}

static bool clone_node(cloning *r, uint32_t i)
{
    const wgi_node *n = &r->from->node[i];
    if (wgi_is_leaf(n) || is_held(r, i))
        return note(r, i, is_held(r, i) ? clone_value(r, i) : clone_leaf(r, i));
    if (n->output) return true;
    r->into->c->widens |= r->o.floats == WG_F64 && n->dtype == WG_F32 && wgi_op_asks(n->op);
    wgi_place place = wgi_temp_place(r->from);
    wg_node *x = wgi_temp(r->from, sizeof *x * n->operands);
    for (uint32_t k = 0; x && k < n->operands; k++) x[k] = r->map[wgi_in(n)[k]];
    wg_node y[WG_MAX_OUTPUTS];
    const bool ok = x && clone_call(r, n, x, y);
    if (x && !ok && wg_failed(r->into->c) == WG_ERROR_DTYPE && r->o.floats)
        return clone_in_own_dtype(r, i, x, place);
    wgi_temp_rewind(r->from, place);
    const char *name = ok && n->name ? r->from->names.text[n->name & ~(uint32_t)WGI_OF_LAYER] : NULL;
    if (name && n->name & WGI_OF_LAYER) wgx_layer_node(y[0], name);
    else if (name) wg_name_at(n->here, y[0], name);
    bool noted = ok;
    for (int j = 0; noted && j < wgi_outputs(n->op); j++) noted = note(r, i + (uint32_t)j, y[j]);
    return noted;
}

/* A walk does not go on behind such a node. */
static bool ends_at(const wg_graph *g, uint32_t i, const void *arg) { return is_held(arg, i); }

WG_OPTION_ROWS(wg_replay_opts)

wg_node wg_replay_at(wg_site here, wg_node root, wg_graph *into, const wg_replay_opts *o)
{
    WG_OPTIONS_FILL(wg_replay_opts, o);
    if (!into) return wg_fail(NULL, here, WG_ERROR_USE, "replay: the graph is NULL"), wg_none;
    if (!into->generation && !into->busy.depth)
        return WGI_FAIL_NODE(into, here, "replay", WG_ERROR_USE, "the graph was freed");
    wg_graph *from = root.graph;
    if (!from) wgi_is_node(into->c, root, here, "replay", 0, "the root");
    if (from == into)
        return WGI_FAIL_NODE(into, here, "replay", WG_ERROR_USE, "the root is in the same graph");
    if (!from || !wgi_ok(into->c) || !wgi_usable(root, here, "replay", "the root") ||
        !wg_options_fit(into->c, here, "replay", wg_replay_opts_rows(), o))
        return wgi_error_node(into);
    if (o->floats && !wg_dtype_is_float(o->floats))
        return WGI_FAIL_NODE(into, here, "replay", WG_ERROR_DTYPE, "floats can become f32 or f64, not %s",
                             wg_dtype_name(o->floats));
    if (o->params && o->params->c != into->c)
        return WGI_FAIL_NODE(into, here, "replay", WG_ERROR_USE, "the parameters belong to another context");
    if (o->guards && into->c != from->c) into->c->graphs.guarded = from;
    wgi_place place = wgi_temp_place(from);
    uint32_t count = from->count;
    cloning r = { from, into,
                  o->map ? memset(o->map, 0, sizeof *r.map * count)
                         : wgi_temp_zeroed(from, sizeof *r.map * count),
                  *o };
    wg_node y = wgi_error_node(into);
    wgi_unwritten u;
    wgi_reached needed;
    if (r.map && wgi_as_written(from, 0, root.index, NULL, 0, &u)) {
        bool ok = wgi_reach(from, &from->temp, &root.index, 1, 0, ends_at, &r, &needed);
        for (uint32_t k = 0; ok && k < needed.count; k++) ok = clone_node(&r, needed.node[k]);
        y = ok ? r.map[root.index] : y;
        wgi_as_rewritten(from, &u);
    }
    wgi_temp_rewind(from, place);
    return y;
}

/* ---- for bindings ---- */

typedef struct standing { /* what stands for some nodes */
    const wg_node *was, *now;
    int n;
} standing;

static wg_node stands_for(void *user, wg_node was, wg_node now)
{
    const standing *s = user;
    for (int k = 0; k < s->n; k++)
        if (s->was[k].index == was.index) return s->now[k];
    return now;
}

wg_node wgx_replay_onto_at(wg_site here, wg_node root, wg_graph *into, const wg_node was[],
                           const wg_node now[], int n)
{
    WG_USER_CALL(here, "replay_onto");
    standing s = { was, now, was && now ? n : 0 };
    return wg_replay_at(here, root, into, &WG_OPTS(wg_replay_opts, .each = stands_for, .each_user = &s));
}
