/* optim.c: makes optimizers and does their steps. It knows no graph and names no optimizer; those are in
 * src/engine/optim/. */
#include "params/stepping.h"
#include "base/floats.h"
#include "wengert/op.h"
#include "wgx/optim.h"

/* The name of a parameter that both sets have; NULL: there is none yet. */
static const char *in_both(const wg_params *p, const wg_params *q)
{
    const wgi_parameter *x;
    for (size_t i = 0; (x = wgi_params_next(p, &i));)
        if (!x->state && wgi_params_holds(q, x)) return x->name;
    return NULL;
}

/* No parameter may have two optimizers: false if one of p has another. */
static bool is_free(wg_site here, const wg_params *p, const wgi_optimizer *kind)
{
    const wgi_stepper *s = p->root->steppers;
    while (s && !wgi_params_overlap(s->p, p)) s = s->next;
    if (!s) return true;
    const char *name = in_both(s->p, p);
    wgi_fail(p->c, here, kind->name, WG_ERROR_USE,
             "%s%s an optimizer already, %s of %s: free that first, or give each a part of its own by "
             "wg_params_in",
             name ? name : "the set", " has", s->kind->name, wg_site_place(s->here));
    return false;
}

/* eps, if the optimizer has it. NAN: it has none. */
static double eps_of(const wgi_optimizer *kind, const void *options)
{
    const wg_option_list *all = kind->options();
    for (int i = 0; i < all->count; i++)
        if (!strcmp(all->option[i].name, "eps")) return wg_option_value(&all->option[i], options);
    return NAN;
}

/* Squares of gradients vanish below 1e-45 in f32 and below 5e-324 in f64. A smaller eps than these does not
 * hide that, and the step would be gradients divided by eps. With eps 0 it is infinite, which is an error by
 * itself. */
static bool eps_hides_squares(wg_site here, const char *who, const wg_params *p, const wgi_optimizer *kind,
                              const void *options)
{
    const double eps = kind->divides ? eps_of(kind, options) : NAN;
    const wgi_parameter *q;
    for (size_t i = 0; eps > 0 && (q = wgi_params_next(p, &i));) {
        const double least = q->dtype == WG_F32 ? 1e-18 : 1e-157;
        if (eps < least)
            return wgi_fail(p->c, here, who, WG_ERROR_VALUE,
                            "eps of %s is %g: squares of small gradients vanish in %s, as of %.120s. It must "
                            "be at least %g",
                            kind->name, eps, wg_dtype_name(q->dtype), q->name, least) == WG_OK;
    }
    return true;
}

/* Whether options that are each in their ranges can stand together. */
static bool stand(wg_site here, const char *who, const wg_params *p, const wgi_optimizer *kind,
                  const void *options)
{
    const char *clash = kind->clash ? kind->clash(options) : NULL;
    if (clash) wgi_fail(p->c, here, who, WG_ERROR_USE, "%s", clash);
    return !clash && eps_hides_squares(here, who, p, kind, options);
}

/* Parameters that are made later are looked at by the first step with them. */
wg_optim *wgi_optim_new(wg_site here, wg_params *p, const wgi_optimizer *kind, const void *options)
{
    const wg_option_list *list = kind->options();
    if (!wgi_set_ok(here, p, kind->name) || !is_free(here, p, kind) ||
        !wg_options_fit(p->c, here, kind->name, list, options) || !stand(here, kind->name, p, kind, options))
        return NULL;
    wg_optim *o = wg_alloc(p->c, 1, sizeof *o + list->size);
    if (!o) return NULL;
    o->s = (wgi_stepper){ .p = p, .kind = kind, .here = wg_site_keep(p->c, "", wg_site_place(here)) };
    memcpy(o->options, options, list->size);
    o->s.fresh = wgi_gradients_any(p);
    o->s.next = p->root->steppers;
    p->root->steppers = &o->s;
    return o;
}

void wg_optim_free(wg_optim *o)
{
    if (!o) return;
    wg_params *root = o->s.p->root;
    wgi_stepper **at = &root->steppers;
    while (*at != &o->s) at = &(*at)->next;
    *at = o->s.next;
    if (root->steppers) wgi_store_clear_moments(o->s.p);
    else wgi_store_drop_moments(root);
    wgi_groups_free(o);
    wgi_ages_free(o);
    for (int i = 0; i < WGI_KEEPS; i++) wg_free(root->c, o->s.kept[i]);
    wg_free(root->c, o->list);
    wg_free(root->c, o);
}

void wg_optim_set_lr_at(wg_site here, wg_optim *o, double lr)
{
    if (!o) {
        wg_fail(NULL, here, WG_ERROR_USE, "optim_set_lr: the optimizer is NULL");
        return;
    }
    if (!(lr >= 0 && isfinite(lr))) wgi_fail(o->s.p->c, here, "optim_set_lr", WG_ERROR_VALUE, "lr %g", lr);
    else *wgi_optim_number(o, o->s.kind->lr) = lr;
}

/* Sets the option in options, which are a copy of the optimizer's. */
static bool set_option(wg_site here, const wg_optim *o, const char *name, double value, void *options)
{
    const char *who = "optim_set_option";
    wg_context *c = o->s.p->c;
    const wgi_optimizer *kind = o->s.kind;
    const wg_option_list *list = kind->options();
    int i = 0;
    while (name && i < list->count && strcmp(list->option[i].name, name) != 0) i++;
    if (!name || i == list->count || !wg_option_set(&list->option[i], options, value))
        return wgi_fail(c, here, who, WG_ERROR_USE, "%s has no option '%s' that can be %g", kind->name,
                        name ? name : "", value) == WG_OK;
    if (!wg_options_fit(c, here, who, list, options)) return false;
    if (kind->moments && kind->moments(o->options) != kind->moments(options))
        return wgi_fail(c, here, who, WG_ERROR_USE, "%s decides which arrays %s keeps: make a new optimizer",
                        name, kind->name) == WG_OK;
    return stand(here, who, o->s.p, kind, options);
}

wg_status wgx_optim_set_option_at(wg_site here, wg_optim *o, const char *name, double value)
{
    if (!o) return wgi_fail(NULL, here, "optim_set_option", WG_ERROR_USE, "the optimizer is NULL");
    wg_context *c = o->s.p->c;
    if (!wgi_ok(c)) return wg_failed(c);
    const size_t size = o->s.kind->options()->size;
    void *options = wg_alloc(c, size, 1);
    if (!options) return wg_failed(c);
    memcpy(options, o->options, size);
    if (set_option(here, o, name, value, options)) {
        memcpy(o->options, options, size);
        o->list_of = 0;
    }
    wg_free(c, options);
    return wg_failed(c);
}

double wg_optim_lr(const wg_optim *o) { return o ? wgi_optim_rate(o) : 0; }

/* Why there are no gradients to use. */
static wg_status not_ready(wg_site here, const wg_optim *o)
{
    wg_context *c = o->s.p->c;
    if (!wgi_ok(c)) return wg_failed(c);
    if (!o->s.used_here)
        return wgi_fail(c, here, "optim_step", WG_ERROR_USE,
                        "there are no gradients: wg_backward comes first");
    return wgi_fail(c, here, "optim_step", WG_ERROR_USE, "the gradients were used by the step at %s",
                    wg_site_place(o->s.used_here));
}

/* ---- steps ---- */

/* One stretch is looked at and updated by one call. */
static inline bool step_at_once(wg_optim *o)
{
    wgi_update u = o->list->u;
    u.look = !o->known;
    wgi_updated how = o->s.kind->update[o->s.p->c->isa](&u);
    o->overflows = how == WGI_OVERFLOWED;
    return how != WGI_REFUSED;
}

static inline bool run(wg_optim *o)
{
    return o->stretches == 1 && !o->wide && !o->in_blocks ? step_at_once(o) : wgi_stretches_step(o);
}

static __attribute__((noinline)) bool run_with_rates(wg_optim *o)
{
    double was[WGI_RATES];
    memcpy(was, o->s.rate, sizeof was);
    o->s.kind->rates(o->options, (double)(o->s.steps + 1), o->s.rate);
    if (o->late_count) wgi_late_rates(o);
    if (run(o)) return true;
    memcpy(o->s.rate, was, sizeof was);
    for (size_t i = 0; i < o->late_count; i++) memset(o->late[i].rate, 0, sizeof o->late[i].rate);
    return false;
}

bool wgi_stepper_keeps(wgi_stepper *s, int i, size_t count)
{
    wg_context *c = s->p->c;
    if (s->kept[i] && s->kept_count[i] == count) return true;
    wg_free(c, s->kept[i]);
    s->kept[i] = wg_alloc(c, WGI_MAX(count, 1), sizeof(double));
    s->kept_count[i] = s->kept[i] ? count : 0;
    return s->kept[i] != NULL;
}

void wgi_stepper_forget(wgi_stepper *s)
{
    for (int i = 0; i < WGI_KEEPS; i++)
        if (s->kept[i]) memset(s->kept[i], 0, s->kept_count[i] * sizeof(double));
}

static void done(wg_site here, wg_optim *o)
{
    o->s.steps++;
    o->s.p->root->version++;
    o->s.fresh = o->keeps && !o->s.kind->step;
    o->s.used_here = here;
    o->s.p->trained = true;
}

/* A step that is no update of element by element. */
static wg_status step_of_its_own(wg_site here, wg_optim *o)
{
    wg_status s = wgi_optim_refuse(here, o, "optim_step", "no parameter was changed");
    if (s == WG_OK) wgi_params_will_change(o->s.p);
    if (s == WG_OK) s = o->s.kind->step(here, &o->s, o->options);
    if (s == WG_OK) done(here, o);
    return s;
}

static bool list_is_right(const wg_optim *o, const wg_params *root)
{
    return o->list_of == root->marked && o->list_of && o->list_lr == wgi_optim_rate(o);
}

/* Whether a user may have written to a gradient. */
static bool any_lent(const wg_params *p)
{
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(p, &i));)
        if (q->reached && q->lent) return true;
    return false;
}

static wg_status step(wg_site here, wg_optim *o)
{
    wg_params *root = o->s.p->root;
    if (o->keeps && wgi_ok(root->c) && !o->s.fresh) return WG_OK;
    if (!wgi_ok(root->c) || !o->s.fresh) return not_ready(here, o);
    if (o->s.kind->step) return step_of_its_own(here, o);
    if (!list_is_right(o, root) &&
        (!eps_hides_squares(here, "optim_step", o->s.p, o->s.kind, o->options) || !wgi_stretches_make(o)))
        return wg_failed(root->c);
    o->known = o->s.finite && !any_lent(o->s.p);
    wgi_params_will_change(root);
    if (!(o->s.kind->rates ? run_with_rates(o) : run(o)))
        return wgi_optim_refuse(here, o, "optim_step", "no parameter was changed");
    done(here, o);
    return o->overflows ? wgi_optim_overflow(here, o) : WG_OK;
}

wg_status wg_optim_step_at(wg_site here, wg_optim *o)
{
    if (!o) return wgi_fail(NULL, here, "optim_step", WG_ERROR_USE, "the optimizer is NULL");
    const wgi_floats was = wgi_floats_enter();
    const wg_status s = step(here, o);
    wgi_floats_leave(was);
    return s;
}

void wg_mean_add(wg_mean *m, double value, double weight)
{
    if (!m || !(weight > 0)) return;
    m->weight += weight;
    m->value += (value - m->value) * (weight / m->weight);
}
