/* repeat.c: a loop on one graph asks for the same gradients at every step. The last request of wg_backward is remembered with
 * the plan that answered it; where nothing has changed that could lead to another request or another plan, the next is this one.
 *
 * Invariant: the remembered request's plan is in the context's list, or NULL. */
#include "run/plan/plan.h"

/* What a request is made of are the nodes up to the loss, the parameters among them (all by `leaves`), and what is to be kept
 * or assigned besides, of which there must be none, as there was none before. NULL: it would not be the last one. */
wgi_request *wgi_repeat(wg_graph *g, const wg_params *p, uint32_t loss)
{
    wgi_asked *a = &g->asked;
    bool same = a->request.plan && !wgi_without(g->c, WG_WITHOUT_BIND) && a->leaves == g->leaves && a->request.loss == loss &&
                a->p == p && a->params == g->params && !g->kepts && !g->assigns && !a->request.plan->stale;
    return same ? &a->request : NULL;
}

/* Room for a request that is not the same, which may be the next. */
bool wgi_repeat_room(wg_graph *g, wgi_request *r)
{
    wgi_asked *a = &g->asked;
    a->request.plan = NULL;
    if (g->params > a->room) {
        wg_free(g->c, (void *)a->into);
        a->room = 0;
        a->into = wgi_raw(g->c, g->params, sizeof *a->into + sizeof *a->reached);
        if (!a->into) return false;
        a->room = g->params;
        a->reached = (bool *)(void *)(a->into + a->room);
    }
    r->into = a->into, r->reached = a->reached;
    r->id = ++g->c->structures;
    return true;
}

void wgi_repeat_remember(wg_graph *g, const wg_params *p, const wgi_request *r)
{
    wgi_asked *a = &g->asked;
    if (!r->plan || !r->fresh || r->roots > 1) return; /* more roots than the loss: kept or assigned ones */
    a->p = p, a->params = g->params, a->leaves = g->leaves;
    a->request = *r;
    a->request.root = r->plan->root;
    a->request.target = r->plan->target;
}
