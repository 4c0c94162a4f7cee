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
        if (m && m->answers && (n == 1 || wgi_is_number(x[!k]) || wgi_number_in(x[!k], &number))) return true;
    }
    return false;
}
