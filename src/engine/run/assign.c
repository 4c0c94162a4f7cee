/* assign.c: the next values of states, which wg_backward and wg_commit store (eval.c).
 *
 * Invariant: of two assignments of one state the later one reads the earlier one's value. So the last is the
 * one that holds, and no call loses what another has assigned. */
#include "graph/composites.h"
#include "run/run.h"

/* The last assignment of the state; NULL: there is none. */
static const wgi_assignment *assignment_of(const wg_graph *g, uint32_t state)
{
    for (size_t i = g->results.assigns; i-- > 0;)
        if (g->results.assign[i].state == state) return &g->results.assign[i];
    return NULL;
}

/* Whether node y is made from node x. The walk is by levels, since x is mostly near. */
static bool reads(wg_graph *g, uint32_t y, uint32_t x)
{
    wgi_place place = wgi_temp_place(g);
    uint32_t *list = y < x ? NULL : wgi_temp(g, sizeof *list * ((size_t)y - x + 1));
    size_t count = 0;
    if (list) g->marked[list[count++] = y] = 1;
    for (size_t k = 0; k < count && !g->marked[x]; k++) {
        const wgi_node n = wgi_composites_record(wgi_handle(g, list[k])); /* as it was written */
        for (uint32_t j = 0; j < n.operands && !wgi_is_leaf(&n); j++) {
            const uint32_t i = wgi_in(&n)[j];
            if (i >= x && !g->marked[i]) g->marked[list[count++] = i] = 1;
        }
    }
    const bool found = list && g->marked[x];
    while (count) g->marked[list[--count]] = 0;
    wgi_temp_rewind(g, place);
    return found;
}

/* Records why the state cannot get the value, and is false. */
static bool fits(wg_graph *g, wg_site here, wg_node state, wg_node value)
{
    const wgi_node *s = wgi_node_of(state), *v = wgi_node_of(value);
    const wgi_assignment *before = assignment_of(g, state.index);
    char a[80], b[80];
    if (s->op != &wgi_op_state || value.graph != g)
        wgi_fail(g->c, here, "assign", WG_ERROR_USE,
                 "the first operand must be a wg_state node of the same graph, not %s", s->op->name);
    else if (s->shape != v->shape || s->dtype != v->dtype)
        wgi_fail(g->c, here, "assign", WG_ERROR_SHAPE, "the state is %s %s, the value %s %s",
                 wg_dtype_name((wg_dtype)s->dtype), wg_shape_text(*s->shape, a, sizeof a),
                 wg_dtype_name((wg_dtype)v->dtype), wg_shape_text(*v->shape, b, sizeof b));
    else if (before && !reads(g, value.index, before->value))
        wgi_fail(g->c, here, "assign", WG_ERROR_USE,
                 "%s has a next value already (%s, %s), which this one does not read: make it from "
                 "wg_assigned(state)",
                 s->parameter->name, wgi_called_name(g, before->value),
                 wg_site_place(g->node[before->value].here));
    else return true;
    return false;
}

void wg_assign_at(wg_site here, wg_node state, wg_node value)
{
    wg_graph *g = state.graph;
    wg_context *c = wgi_context_of((wg_node[]){ state, value }, 2);
    if (!wgi_ok(c) || !wgi_is_node(c, state, here, "assign", 0, "the state") ||
        !wgi_is_node(c, value, here, "assign", 1, "the value") || !fits(g, here, state, value))
        return;
    const wgi_assignment *before = assignment_of(g, state.index);
    if (before && before->value == value.index) return;
    if (WGI_GROW(c, g->results.assign, g->results.assign_capacity, g->results.assigns + 1))
        g->results.assign[g->results.assigns++] = (wgi_assignment){ state.index, value.index };
}

wg_node wg_assigned_at(wg_site here, wg_node state)
{
    const wgi_node *s = wgi_node_of(state);
    if (!s || !state.index) return wgi_is_node(NULL, state, here, "assigned", 0, "the state"), state;
    if (s->op != &wgi_op_state)
        return WGI_FAIL_NODE(state.graph, here, "assigned", WG_ERROR_USE,
                             "the operand must be a wg_state node, not %s", s->op->name);
    const wgi_assignment *last = assignment_of(state.graph, state.index);
    return last ? wgi_handle(state.graph, last->value) : state;
}
