/* reached.c: which parameters have gradients, and which optimizer may use them. wg_backward sets the
 * gradients of one set, which may be a part of another; a step uses those of the optimizer's set up.
 *
 * Invariant: of two sets that overlap at most one has a reached_by that is not 0. So a set that has one
 * can tell that no other wg_backward has changed the `reached` of its parameters since. */
#include "params/params.h"

static bool within(const char *prefix, const wg_params *p)
{
    return !prefix || (p->prefix && strncmp(p->prefix, prefix, strlen(prefix)) == 0);
}

bool wgi_params_overlap(const wg_params *p, const wg_params *q)
{
    return p->root == q->root && (within(p->prefix, q) || within(q->prefix, p));
}

void wgi_gradients_come(wg_params *p, wg_node loss, bool add)
{
    p->root->gradients = true;
    p->root->backwards++;
    for (wgi_stepper *s = p->root->steppers; s; s = s->next) {
        if (s->p != p && !wgi_params_overlap(s->p, p)) continue;
        s->whole = !add && within(p->prefix, s->p);
        s->fresh = true, s->finite = false;
        s->loss = loss;
    }
}

void wgi_gradients_clear(wg_params *p)
{
    wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(p, &i));) q->reached = false;
}

void wgi_gradients_change(wg_params *p, uint64_t request)
{
    wg_params *root = p->root;
    for (wgi_stepper *s = root->steppers; s; s = s->next)
        if (!s->fresh && wgi_params_overlap(s->p, p)) wgi_gradients_clear(s->p);
    if (wgi_params_overlap(root, p)) root->reached_by = 0;
    for (size_t i = 0; i < root->subs; i++)
        if (wgi_params_overlap(root->sub[i], p)) root->sub[i]->reached_by = 0;
    p->reached_by = request;
    root->marked = ++root->c->last.structure;
}

void wgi_gradients_lost(wg_params *p)
{
    wgi_gradients_change(p, 0);
    wgi_gradients_clear(p);
    p->root->backwards++;
    if (p == p->root) p->gradients = false;
    for (wgi_stepper *s = p->root->steppers; s; s = s->next)
        if (wgi_params_overlap(s->p, p)) s->fresh = s->finite = false, s->used_here = NULL;
}

bool wgi_gradients_any(const wg_params *p)
{
    const wgi_parameter *q = NULL;
    for (size_t i = 0; p->root->gradients && (q = wgi_params_next(p, &i));)
        if (q->reached) return true;
    return false;
}

/* Whether a step has used gradients of p. */
static bool any_used(const wg_params *p)
{
    bool used = false;
    for (const wgi_stepper *s = p->root->steppers; s; s = s->next)
        used |= !s->fresh && wgi_params_overlap(s->p, p) && wgi_gradients_any(s->p);
    return used;
}

bool wgi_gradients_to_add_to(wg_params *p)
{
    if (any_used(p)) wgi_gradients_change(p, 0);
    return wgi_gradients_any(p);
}
