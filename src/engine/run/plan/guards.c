/* guards.c: what a plan computes in some runs only. An op may have operands that it reads only where a bool
 * of another one, the guard, is true (wg_op.lazy). The steps of nodes that nothing else reads ask the guard
 * first, and do nothing where it is false everywhere. A node that two guards lead to, or that was made before
 * its guard, is computed always; so is what may be computed once only. */
#include "run/plan/plan.h"

enum { UNREAD = UINT32_MAX };

/* One more reader of x, that runs where the guard is true; 0: always. A node before the guard is computed
 * before it is known. */
static void read_by(wgi_work *w, uint32_t x, uint32_t guard)
{
    if (x <= guard) guard = 0;
    w->guard[x] = w->guard[x] == UNREAD || w->guard[x] == guard ? guard : 0;
}

static void spread(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (w->guard[i] == UNREAD || w->rep[i] != i || wgi_work_given(w, i)) return;
    if (n->output) {
        read_by(w, i - n->output, w->guard[i]);
        return;
    }
    WGI_EACH_OPERAND(k, n) {
        const bool lazy = wgx_hints(n->op)->lazy >> k % 32 & 1;
        const uint32_t own = lazy ? wgi_work_in(w, n, (uint32_t)wgx_hints(n->op)->lazy_if) : 0;
        read_by(w, wgi_work_in(w, n, k), w->guard[i] ? w->guard[i] : own);
    }
}

void wgi_find_guards(wgi_work *w)
{
    bool any = false;
    w->guard = wgi_work_temp(w, w->n, sizeof *w->guard);
    for (uint32_t i = 1; i < w->n && !any && !w->failed; i++)
        any = w->need[i] && wgx_hints(w->node[i].op)->lazy;
    if (!any) return;
    for (uint32_t i = 1; i < w->n; i++) w->guard[i] = wgi_is_once(w->node[i].op) ? 0 : UNREAD;
    for (int k = 0; k < w->asked->count; k++) w->guard[w->rep[w->asked->node[k]]] = 0;
    for (uint32_t i = w->n; i-- > 1;)
        if (w->need[i]) spread(w, i);
    for (uint32_t i = 1; i < w->n; i++) w->guard[i] = w->guard[i] == UNREAD ? 0 : w->guard[i];
}
