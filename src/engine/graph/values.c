/* values.c: the values of an evaluation: when it is open, where the values are, which nodes are results.
 * Invariant: value[i] is NULL, or the address of node i's value in the open evaluation. Leaves have NULL,
 * unless their value was copied (wgi_own_bytes), or eager values were computed from a parameter. Without an
 * open evaluation all entries are NULL, but for the eager values of a program of scalars (append_plain.c). */
#include "graph/graph.h"

void wgi_close(wg_graph *g)
{
    if (!g->now.open) {
        if (g->now.eager) wgi_eager_drop(g);
        return;
    }
    for (size_t k = 0; k < g->now.spans; k++) {
        void **first = g->value + g->now.span[k].first;
        const size_t n = (size_t)g->now.span[k].last - g->now.span[k].first + 1;
        if (n == 1) *first = NULL; /* mostly */
        else memset(first, 0, n * sizeof *first);
    }
    g->now.spans = g->now.rans = g->now.mapped = g->now.logs = 0;
    for (size_t i = 0; i < g->results.count; i++)
        if (g->results.list[i] < g->count) g->node[g->results.list[i]].flags &= (uint8_t)~WGI_RESULT;
    g->results.count = 0;
    wgi_held_keep(g);
    if (g->run.gives_back) wgi_arena_free(&g->values);
    else wgi_arena_reset(&g->values);
    g->run.gives_back = false;
    g->now.open = false;
    g->now.epoch += !g->now.frozen && !g->now.peeked;
}

bool wgi_log(wg_graph *g)
{
    wgi_evaluation *e = &g->now;
    if (!WGI_GROW(g->c, e->log, e->log_capacity, e->logs + 1)) return false;
    if (e->logs) e->log[e->logs - 1].lowest = e->lowest;
    e->log[e->logs++] = (wgi_before){ e->rans, e->spans, e->trail, wgi_arena_place(&g->values), 0 };
    e->lowest = UINT32_MAX;
    return true;
}

bool wgi_unlog(wg_graph *g, uint32_t mark)
{
    wgi_evaluation *e = &g->now;
    while (e->logs && e->lowest >= mark) {
        const wgi_before *b = &e->log[--e->logs];
        if (!g->held) wgi_arena_rewind(&g->values, b->values);
        e->rans = b->rans, e->spans = b->spans, e->trail = b->trail;
        e->mapped = WGI_MIN(e->mapped, e->rans);
        e->lowest = e->logs ? e->log[e->logs - 1].lowest : 0;
    }
    for (size_t k = 0; k < e->spans; k++)
        if (e->span[k].last >= mark) return false;
    return true;
}

size_t wgi_value_bytes(const wgi_node *n)
{
    return (size_t)wgi_size(n->shape) * wg_dtype_size((wg_dtype)n->dtype);
}

bool wgi_own_bytes(wg_graph *g, uint32_t i)
{
    uint32_t base = i;
    while (g->node[base].op->kind == WG_ALIAS) base = wgi_in(&g->node[base])[0];
    const wgi_node *b = &g->node[base];
    if (!wgi_has_parameter(b)) return true;
    const char *p = g->value[i], *from = b->parameter->data;
    if (p && (p < from || p >= from + WGI_MAX(wgi_value_bytes(b), 1))) return true;
    size_t n = wgi_value_bytes(&g->node[i]);
    void *copy = wgi_arena_alloc(&g->values, n);
    if (!copy || !wgi_valued(g, i, i)) return false;
    g->value[i] = memcpy(copy, p ? p : from, n);
    return true;
}

void wgi_result(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    if (n->flags & WGI_RESULT || (wgi_may_be_parameter(n) && !wgi_own_bytes(g, i))) return;
    if (!WGI_GROW(g->c, g->results.list, g->results.capacity, g->results.count + 1)) return;
    g->results.list[g->results.count++] = i;
    g->node[i].flags |= WGI_RESULT;
}

void *wgi_value_of_leaf(const wgi_node *n)
{
    if (n->op == &wgi_op_number || n->op == &wgi_op_stream) return n->cell;
    if (wgi_has_parameter(n)) return n->parameter->data;
    return n->op == &wgi_op_input ? n->input->data : NULL;
}
