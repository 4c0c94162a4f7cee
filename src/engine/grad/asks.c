/* asks.c: what functions of the user say while the derivative of a request is made. A rule may read a
 * variable of the user's program, and that may be another at the next run. So a plan that is made of the
 * derivative must ask again at each run: run/plan/asked.c. */
#include "grad/grad.h"

wgi_asking wgi_ask_begins(wg_graph *g, uint32_t y)
{
    wgi_asking k = { .to = g->rule.asks,
                     .first = g->count,
                     .users = g->rule.users,
                     .share_from = g->build.share_from,
                     .outer = g->rule.watch };
    g->rule.asks = NULL; /* a call within this one is not noted: it is made again when this one is */
    /* Two numbers that happen to be equal now may be different ones at the next run. */
    g->build.share_from = UINT32_MAX;
    g->rule.watch = (wgi_watch){ .y = y, .from = k.to->mark, .first = g->count };
    return k;
}

/* An answer that is a number becomes a leaf: a plan takes new numbers in leaves alone. */
static void numbers_to_leaves(wg_graph *g, wg_site here, const wg_node x[], wg_node said[], uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        if (!wgi_is_number(said[k]) || wgi_is_zero(said[k]) || !x[k].graph) continue;
        const wg_dtype t = wg_gradient_dtype((wg_dtype)g->node[x[k].index].dtype);
        if (wg_dtype_is_float(t)) said[k] = wgi_number_to_leaf(g, here, said[k], t);
    }
}

static uint32_t word_of(wg_node n)
{
    return n.graph ? n.index : wgi_is_number(n) ? WGI_SAID_ZERO : WGI_SAID_NONE;
}

void wgi_ask_ends(wg_graph *g, wg_site here, const wgi_asking *k, wgi_ask q, const wg_node x[],
                  wg_node said[])
{
    wgi_asks *a = k->to;
    const size_t words = (size_t)q.operands + q.answers;
    if (!q.expands) numbers_to_leaves(g, here, x, said, q.answers);
    a->looked |= g->rule.watch.looked;
    a->users += g->rule.users - k->users + 1;
    g->rule.asks = a, g->rule.watch = k->outer, g->build.share_from = k->share_from;
    if (!WGI_GROW(g->c, a->ask, a->capacity, a->count + 1) ||
        !WGI_GROW(g->c, a->node, a->node_capacity, a->nodes + words))
        return;
    q.first = k->first, q.after = g->count, q.at = (uint32_t)a->nodes;
    for (uint32_t i = 0; i < q.operands; i++) a->node[a->nodes++] = word_of(x[i]);
    for (uint32_t i = 0; i < q.answers; i++) a->node[a->nodes++] = word_of(said[i]);
    a->ask[a->count++] = q;
}

bool wgi_expand(wg_graph *g, wg_site here, const wg_op *op, const void *attr, uint32_t i, const wg_node x[],
                int n, wg_node y[])
{
    const wgi_outer outer = wgi_rule_begin(g, op, x, n);
    const wgi_asking k = wgi_ask_begin(g, op, i);
    op->expand(here, x, n, attr, y);
    for (int j = 0; j < wgi_outputs(op); j++)
        if (y[j].graph && (y[j].graph != g || !wgi_has_node(g, y[j])))
            y[j] = WGI_FAIL_NODE(
                g, here, op->name, WG_ERROR_USE,
                "the expansion gives a node that its graph does not have: it makes nodes in that "
                "of its operands, wg_graph_of(x[0]), each time that it is called");
    if (k.to)
        wgi_ask_ends(g, here, &k,
                     (wgi_ask){ .op = op,
                                .expands = true,
                                .y = i,
                                .operands = (uint32_t)n,
                                .answers = (uint32_t)wgi_outputs(op) },
                     x, y);
    wgi_rule_end(g, outer);
    return wgi_ok(g->c);
}
