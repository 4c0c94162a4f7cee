/* groups.c: the manner in which an optimizer updates a parameter, by the options of the optimizer and of the
 * groups that the parameter is in. */
#include "params/stepping.h"
#include "wengert/op.h"

#include <fnmatch.h>

static bool is_in(const wg_optim *o, const wgi_group *k, const wgi_parameter *q)
{
    return fnmatch(k->pattern, wgi_name_in(o->s.p, q), 0) == 0;
}

static const wgi_parameter *any_in(const wg_optim *o, const wgi_group *k)
{
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(o->s.p, &i));)
        if (!q->state && is_in(o, k, q)) break;
    return q;
}

bool wgi_groups_are_met(wg_optim *o)
{
    for (wgi_group *k = o->groups; k; k = k->next) {
        if (k->tried) continue;
        if (!any_in(o, k)) {
            wgi_fail(o->s.p->c, k->here, "optim_group", WG_ERROR_USE, "no parameter matches \"%s\"",
                     k->pattern);
            return false;
        }
        k->tried = true;
    }
    return true;
}

/* ---- manners ---- */

static bool given(double v) { return v != WG_AUTO; }

wgi_manner wgi_manner_of(const wg_optim *o, const wgi_parameter *q)
{
    const wgi_optimizer *kind = o->s.kind;
    const bool decays = q->shape.rank >= 2 || wgi_optim_switch(o, kind->decay_all);
    double lr = wgi_optim_rate(o), decay = decays ? *wgi_optim_number(o, kind->weight_decay) : 0;
    double l1 = decays ? *wgi_optim_number(o, kind->l1) : 0;
    bool lazy = false;
    for (const wgi_group *k = o->groups; k; k = k->next) {
        if (!is_in(o, k, q)) continue;
        if (!k->o.decay) decay = l1 = 0;
        if (given(k->o.lr_scale)) lr = wgi_optim_rate(o) * k->o.lr_scale;
        if (given(k->o.lr)) lr = k->o.lr;
        if (given(k->o.weight_decay)) decay = k->o.weight_decay;
        if (given(k->o.l1)) l1 = k->o.l1;
        lazy |= k->o.lazy;
    }
    const bool coupled = wgi_optim_switch(o, kind->coupled);
    return (wgi_manner){ .lr = lr,
                         .keep = coupled ? 1 : 1 - lr * decay,
                         .coupled = coupled ? decay : 0,
                         .shrink = lr * l1,
                         .lazy = lazy,
                         .missed = wgi_age_missed(o, q) };
}

/* ---- groups ---- */

/* A later group of the same pattern says g: whether k then says anything still. */
static bool says_more(wgi_group *k, const wg_group_opts *g)
{
    wg_group_opts *o = &k->o;
    if (given(g->lr) || given(g->lr_scale)) o->lr = o->lr_scale = WG_AUTO;
    if (given(g->weight_decay) || !g->decay) o->weight_decay = WG_AUTO;
    if (given(g->l1) || !g->decay) o->l1 = WG_AUTO;
    o->decay |= !g->decay;
    o->lazy &= !g->lazy;
    return given(o->lr) || given(o->lr_scale) || given(o->weight_decay) || given(o->l1) || !o->decay ||
           o->lazy;
}

/* Puts k behind the others, and frees those to which it leaves nothing to say. */
static void append(wg_optim *o, wgi_group *k)
{
    wgi_group **at = &o->groups, *old;
    while ((old = *at)) {
        const bool same = strcmp(old->pattern, k->pattern) == 0;
        k->tried |= same && old->tried;
        if (!same || says_more(old, &k->o)) {
            at = &old->next;
            continue;
        }
        *at = old->next;
        wg_free(o->s.p->c, old);
    }
    *at = k;
}

WG_OPTION_ROWS(wg_group_opts)

wg_status wg_optim_group_at(wg_site here, wg_optim *o, const char *pattern, const wg_group_opts *g)
{
    WG_OPTIONS_FILL(wg_group_opts, g);
    if (!o) return wg_fail(NULL, here, WG_ERROR_USE, "optim_group: the optimizer is NULL");
    wg_context *c = o->s.p->c;
    if (!wgi_ok(c)) return wg_failed(c);
    if (!pattern) return wgi_fail(c, here, "optim_group", WG_ERROR_USE, "no pattern");
    if (o->s.kind->step)
        return wgi_fail(c, here, "optim_group", WG_ERROR_USE,
                        "%s has one rate for all parameters, and no decay", o->s.kind->name);
    if (!wg_options_fit(c, here, "optim_group", wg_group_opts_rows(), g)) return wg_failed(c);
    if (given(g->lr) && given(g->lr_scale))
        return wgi_fail(c, here, "optim_group", WG_ERROR_USE,
                        "lr and lr_scale both give the rate: say one of them");
    wgi_group *k = wg_alloc(c, 1, sizeof *k + strlen(pattern) + 1);
    if (!k) return wg_failed(c);
    k->o = *g;
    k->pattern = strcpy((char *)(k + 1), pattern);
    k->here = wg_site_keep(c, "", wg_site_place(here));
    append(o, k);
    o->list_of = 0;
    o->s.p->root->lazy |= g->lazy;
    return WG_OK;
}

void wgi_groups_free(wg_optim *o)
{
    for (wgi_group *k = o->groups, *next; k; k = next) {
        next = k->next;
        wg_free(o->s.p->c, k);
    }
}
