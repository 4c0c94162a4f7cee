/* remembered_derivative.c: requests for derivatives (wg_grad, wg_jvp, ...) among the remembered calls. Such a
 * request appends many nodes, which follow from its operands and the nodes below. So it is remembered as one
 * call: its rules are not run again, and the calls within it are not remembered.
 *
 * Its nodes do not count for the limits of remembered calls and of shared numbers: the graph that the user
 * has written is as small as before. */
#include "graph/graph.h"

enum { DERIVATIVE = 0xFF }; /* in place of a number of operands */

/* What a request was given and what it returned. An operand takes two words: whether it is a number, and its
 * bits or its index. */
typedef struct listed {
    uint32_t operands, results;
    uint64_t word[];
} listed;

static uint64_t word_of(wg_node x) { return x.graph ? x.index : wgi_number_bits(x); }

static bool same_list(const wg_graph *g, const listed *l, const wg_node x[], int n, int m)
{
    bool same = l && l->operands == (uint32_t)n && l->results == (uint32_t)m;
    for (int k = 0; k < n && same; k++)
        same = l->word[2 * k] == !x[k].graph && l->word[2 * k + 1] == word_of(x[k]) &&
               (!x[k].graph || (x[k].graph == g && x[k].generation == g->generation));
    return same;
}

static const listed *list_of(wg_graph *g, const wg_node x[], int n, const wg_node y[], int m)
{
    listed *l = wgi_arena_alloc(&g->arena, sizeof *l + sizeof *l->word * (size_t)(2 * n + m));
    if (!l) return NULL;
    l->operands = (uint32_t)n, l->results = (uint32_t)m;
    for (int k = 0; k < n; k++) {
        l->word[2 * k] = !x[k].graph;
        l->word[2 * k + 1] = word_of(x[k]);
    }
    for (int k = 0; k < m; k++) l->word[2 * n + k] = y[k].index;
    return l;
}

static void count_derived(wg_graph *g, uint32_t nodes)
{
    g->build.most += g->build.most ? nodes : 0;
    g->build.share_from += nodes;
}

bool wgi_derived_again(wg_graph *g, wg_site here, const wg_op *what, const wg_node x[], int n, wg_node y[],
                       int m)
{
    const wgi_called *c = wgi_again_at(g, here, what);
    const listed *l = c ? c->attr : NULL;
    if (!same_list(g, l, x, n, m)) return false;
    const uint32_t nodes = c->after - c->first;
    wgi_again_reuse(g);
    count_derived(g, nodes);
    for (int k = 0; k < m; k++) y[k] = wgi_handle(g, (uint32_t)l->word[2 * n + k]);
    return true;
}

wgi_calling wgi_derived_begin(wg_graph *g)
{
    const wgi_calling k = wgi_call_begin(g);
    g->build.within++;
    if (g->build.within == 1) g->rule.users = false;
    return k;
}

void wgi_derived_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *what, const wg_node x[], int n,
                     const wg_node y[], int m)
{
    g->build.within--;
    if (k.at == WGI_NO_CALL) return;
    const bool repeats = wgi_ok(g->c) && !g->rule.users && wgi_only_nodes(g, k.first);
    const listed *l = repeats ? list_of(g, x, n, y, m) : NULL;
    wgi_called *c = wgi_call_close(g, k, here, wg_none);
    c->operands = DERIVATIVE, c->attr = l, c->op = l ? what : NULL;
    count_derived(g, g->count - k.first);
    /* Numbers may have been shared within. A later build may reuse these nodes, so nothing else shares
     * them. */
    memset(g->plain.number, 0, sizeof g->plain.number);
    g->plain.quick = 0;
}

void wgi_derived_forget(wg_graph *g, const wgi_called *c)
{
    const uint32_t nodes = c->operands == DERIVATIVE ? c->after - c->first : 0;
    g->build.most -= g->build.most ? nodes : 0;
    g->build.share_from -= nodes;
}
