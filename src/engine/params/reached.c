/* reached.c: which parameters have gradients, and which optimizer may use them. wg_backward sets the
 * gradients of one set, which may be a part of another; a step uses those of the optimizer's set up.
 *
 * Invariant: of two sets that overlap at most one has a reached_by that is not 0, and the `reached` of its
 * parameters are as that request has set them. Who changes a `reached` calls wgi_gradients_change or
 * wgi_gradients_clear before, which forget the requests of all sets that hold such a parameter. */
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

/* The `reached` of parameters of p may change: no request is known that has set them. */
static void forget_requests(wg_params *p)
{
    wg_params *root = p->root;
    root->reached_by = 0; /* it holds all parameters */
    for (size_t i = 0; i < root->subs; i++)
        if (wgi_params_overlap(root->sub[i], p)) root->sub[i]->reached_by = 0;
    p->reached_by = 0;
    root->marked = ++root->c->last.structure;
}

void wgi_gradients_clear(wg_params *p)
{
    wgi_parameter *q;
    forget_requests(p);
    for (size_t i = 0; (q = wgi_params_next(p, &i));) q->reached = false;
}

void wgi_gradients_change(wg_params *p)
{
    forget_requests(p);
    for (wgi_stepper *s = p->root->steppers; s; s = s->next)
        if (!s->fresh && wgi_params_overlap(s->p, p)) wgi_gradients_clear(s->p);
}

bool wgi_gradients_are_of(const wg_params *p, uint64_t request)
{
    if (p->reached_by != request) return false;
    for (const wgi_stepper *s = p->root->steppers; s; s = s->next)
        if (!s->fresh && wgi_params_overlap(s->p, p) && !within(p->prefix, s->p)) return false;
    return true;
}

void wgi_gradients_lost(wg_params *p)
{
    wgi_gradients_change(p);
    wgi_gradients_clear(p);
    p->root->backwards++;
    if (p == p->root) p->gradients = false;
    for (wgi_stepper *s = p->root->steppers; s; s = s->next) {
        if (!wgi_params_overlap(s->p, p)) continue;
        s->fresh = s->fresh && wgi_gradients_any(s->p); /* those beside p are as they were */
        s->whole = s->finite = false;
        if (!s->fresh) s->used_here = NULL;
    }
}

bool wgi_gradients_any(const wg_params *p)
{
    const wgi_parameter *q = NULL;
    for (size_t i = 0; p->root->gradients && (q = wgi_params_next(p, &i));)
        if (q->reached) return true;
    return false;
}

static bool is_used(const wgi_parameter *q)
{
    const wgi_stepper *s = q->owner->steppers;
    while (s && !wgi_params_holds(s->p, q)) s = s->next;
    return s && !s->fresh;
}

bool wgi_gradients_to_add_to(const wg_params *p)
{
    const wgi_parameter *q;
    for (size_t i = 0; p->root->gradients && (q = wgi_params_next(p, &i));)
        if (q->reached && !is_used(q)) return true;
    return false;
}
