/* recompute_chain.c: a chain of steps with few kept states, by the binomial schedule of Griewank and Walther
 * (2000), Algorithm 799: revolve. With `keep` states and each step computed at most r times more, a chain can
 * have B(keep, r) = (keep + r)! / (keep! r!) steps. A chain is cut into two: the first part is computed again
 * with all states, the second is not, and has one state less, since the state between them is kept. */
#include "wengert/implicit.h"

#include "grad/grad.h"

typedef struct chain {
    wg_site here;
    wg_step_fn f;
    void *user;
} chain;

/* Steps of a chain. */
typedef struct piece {
    const chain *c;
    int from, steps, keep;
} piece;

/* (keep + r)! / (keep! r!). A double, since it may be very large. */
static double most_steps(int keep, int r)
{
    double b = 1;
    for (int i = 1; i <= r; i++) b = b * ((double)keep + i) / i;
    return b;
}

/* The steps of the first part, of `steps` > 1: both parts can be done with as few repetitions as possible. */
static int first_part(int steps, int keep)
{
    int r = 1;
    if (keep == 1) return steps - 1;
    while (most_steps(keep, r) < steps) r++;
    const double most = most_steps(keep, r - 1), rest = most_steps(keep - 1, r - 1);
    return most < steps - rest ? (int)most : steps - (int)rest;
}

static wg_node run(wg_node x, void *user)
{
    piece p = *(const piece *)user;
    const chain *c = p.c;
    while (p.steps > 1 && wg_node_ok(x)) {
        piece first = { c, p.from, first_part(p.steps, p.keep), p.keep };
        x = wg_recompute_at(c->here, x, run, &first);
        p.from += first.steps, p.steps -= first.steps, p.keep -= p.keep > 1;
    }
    return wg_node_ok(x) ? c->f(x, p.from, c->user) : x;
}

WG_OPTION_ROWS(wg_recompute_chain_args)

wg_node wg_recompute_chain_at(wg_site here, const wg_recompute_chain_args *a)
{
    static const char *const what = "recompute_chain";
    WGI_CHECK_MARK(what, wg_recompute_chain_args, a);
    wg_graph *g = a->x.graph;
    wg_context *c = g ? g->c : NULL;
    if (!wg_options_fit(c, here, what, wg_recompute_chain_args_rows(), a) ||
        !wgi_is_node(c, a->x, here, what, 0, "the state") || !wgi_ok(c))
        return wgi_error_node(g);
    if (!a->f) return WGI_FAIL_NODE(g, here, what, WG_ERROR_USE, "the function of a step is NULL");
    if (a->steps < 0)
        return WGI_FAIL_NODE(g, here, what, WG_ERROR_USE, "steps is %d, and must not be negative", a->steps);
    const chain all = { wg_inside(here), a->f, a->user };
    piece p = { &all, 0, a->steps, WGI_MIN(a->keep, a->steps) };
    if (a->keep == WG_AUTO)
        for (p.keep = 1; most_steps(p.keep, 2) < a->steps;) p.keep++;
    const size_t assigns = g->results.assigns;
    const wg_node y = a->steps ? run(a->x, &p) : a->x;
    wgi_assigns_undo(g, assigns);
    return y;
}
