/* exact.c: questions for exact expressions. The ops answer them. */
#include "graph/exact.h"

#include "graph/graph.h"

enum { DEEPEST = 16 };

wg_node wgi_exact_of(const wgi_exact *ask, wg_node y)
{
    const wgi_node *n = wgi_node_of(y);
    if (!n || !y.index || !n->answers || ask->depth >= DEEPEST || !wg_dtype_is_float((wg_dtype)n->dtype) ||
        (y.graph->rule.op && y.index < y.graph->rule.watch.first))
        return wg_none;
    wgi_exact next = *ask;
    next.depth++;
    return wgx_hints(wgi_called_op(n))->exact(&next, y);
}

bool wgi_number_in(wg_node n, double *value)
{
    const wgi_node *x = wgi_node_of(n);
    while (x && wgx_hints(x->op)->repeats) x = &n.graph->node[wgi_in(x)[0]];
    return x && x->op == &wgi_op_number && (*value = x->number, true);
}

bool wgi_may_ask(const wg_node x[], int n)
{
    double number;
    for (int k = 0; k < n; k++) {
        const wgi_node *m = wgi_node_of(x[k]);
        if (!m || !m->answers) continue;
        if (n == 1 || wgi_is_number(x[!k]) || wgi_number_in(x[!k], &number)) return true;
        if (wgx_hints(m->op)->arithmetic != WG_MULTIPLIES) continue;
        WGI_EACH_OPERAND(j, m) /* a - a b */
            if (x[k].graph->node[wgi_in(m)[j]].op == wgi_node_of(x[!k])->op) return true;
    }
    return false;
}

bool wgi_is_rounded(wg_node y)
{
    y.graph->rule.rounds = true;
    return y.graph->rule.rounded;
}

bool wgi_rounds(wg_graph *g, const wgi_node *n, bool rounded)
{
    const wg_op_hints *h = wgx_hints(n->op);
    double c;
    if (wgi_is_leaf(n) || n->rewritten) return false; /* what was written in the place of a call is exact */
    if (h->arithmetic != WG_ADDS && h->arithmetic != WG_SUBTRACTS) return rounded && h->exact && !h->source;
    for (uint32_t k = 0; n->operands == 2 && k < 2; k++) /* beside a number that has asked it for its rest */
        if (g->node[wgi_in(n)[!k]].answers && wgi_number_in(wgi_handle(g, wgi_in(n)[k]), &c)) return rounded;
    return true;
}

bool *wgi_meets_sums(wg_graph *g, const wgi_reached *r)
{
    bool *meets = wgi_temp_zeroed(g, r->count);
    for (uint32_t l = r->count; meets && l-- > 0;) {
        const wgi_node *n = &g->node[r->node[l]];
        if (!wgi_rounds(g, n, meets[l])) continue;
        WGI_EACH_OPERAND(k, n) {
            const uint32_t at = wgi_reached_at(r, wgi_in(n)[k]);
            if (at != WGI_NOT_REACHED) meets[at] = true;
        }
    }
    return meets;
}
