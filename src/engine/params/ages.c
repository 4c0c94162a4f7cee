/* ages.c: how many steps each parameter has taken. Adam and its relatives correct the bias of moments that
 * began at zero, by the number of steps that have gone into them. A parameter that a step did not reach has
 * missed that step: its count is that of the optimizer less those that it has missed. */
#include "params/stepping.h"

bool wgi_ages_update(wg_optim *o)
{
    wg_params *root = o->s.p->root;
    wg_context *c = root->c;
    if (!o->s.kind->rates) return true;
    for (size_t i = 0; i < o->ages; i++)
        if (!o->age[i].steps_now) o->age[i].missed += (int64_t)(o->s.steps - o->aged_at);
    if (!WGI_GROW(c, o->age, o->age_room, root->count)) return false;
    for (; o->ages < root->count; o->ages++) o->age[o->ages] = (wgi_age){ .missed = (int64_t)o->s.steps };
    o->aged_at = o->s.steps;
    return true;
}

bool wgi_ages_forget(wg_optim *o)
{
    o->ages = 0;
    o->late_count = 0;
    if (!wgi_ages_update(o)) return false;
    for (size_t i = 0; i < o->ages; i++) o->age[i].missed = 0;
    return true;
}

uint64_t wgi_age_missed(const wg_optim *o, const wgi_parameter *q)
{
    return q->number <= o->ages ? (uint64_t)o->age[q->number - 1].missed : 0;
}

/* The rates of parameters that have missed so many steps; NULL: out of memory. */
static double *rates_of(wg_optim *o, uint64_t missed)
{
    if (!missed) return o->s.rate;
    size_t i = 0;
    while (i < o->late_count && o->late[i].missed != missed) i++;
    if (i == o->late_count) o->late[o->late_count++] = (wgi_late){ .missed = missed };
    o->late[i].used = true;
    return o->late[i].rate;
}

/* Forgets the rates that no parameter uses, and makes room for as many as there can be. */
static bool late_room(wg_optim *o)
{
    size_t kept = 0;
    for (size_t i = 0; i < o->late_count; i++)
        if (o->late[i].used) o->late[kept++] = o->late[i];
    o->late_count = kept;
    return WGI_GROW(o->s.p->root->c, o->late, o->late_room, kept + (size_t)o->stretches);
}

bool wgi_late_rates_make(wg_optim *o)
{
    bool any = o->late_count > 0;
    for (int i = 0; i < o->stretches; i++) any |= o->list[i].how.missed != 0;
    if (!any) return true;
    if (!late_room(o)) return false;
    for (size_t i = 0; i < o->late_count; i++) o->late[i].used = false;
    for (int i = 0; i < o->stretches; i++) o->list[i].u.rate = rates_of(o, o->list[i].how.missed);
    return true;
}

void wgi_late_rates(wg_optim *o)
{
    for (size_t i = 0; i < o->late_count; i++)
        if (o->late[i].used)
            o->s.kind->rates(o->options, (double)(o->s.steps + 1 - WGI_MIN(o->late[i].missed, o->s.steps)),
                             o->late[i].rate);
}

void wgi_ages_free(wg_optim *o)
{
    wg_free(o->s.p->root->c, o->age);
    wg_free(o->s.p->root->c, o->late);
}
