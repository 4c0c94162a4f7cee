/* optim_state.c: what one optimizer goes on from, for bindings: its arrays by parameter, and counts of
 * steps. */
#include "params/stepping.h"
#include "wgx/optim.h"
#include "wgx/update.h"

static bool is_there(const wg_optim *o, const char *who)
{
    return o || wgi_fail(NULL, NULL, who, WG_ERROR_USE, "the optimizer is NULL") == WG_OK;
}

void wgx_optim_keep_gradients(wg_optim *o, bool on)
{
    if (is_there(o, "optim_keep_gradients")) o->keeps = on;
}

void wgx_optim_zero_grad(wg_optim *o)
{
    if (!is_there(o, "optim_zero_grad")) return;
    o->s.fresh = false;
    o->s.used_here = NULL;
}

/* Parameter i of the optimizer's set; NULL: there is none. */
static wgi_parameter *parameter(const wg_optim *o, int i)
{
    wgi_parameter *q = NULL;
    for (size_t at = 0; i >= 0 && (q = wgi_params_next(o->s.p, &at));)
        if (!i--) break;
    return q;
}

/* The number among all of the kind of array k that is used; -1: there is none. */
static int array(const wg_optim *o, int k)
{
    const unsigned used = o ? wgi_optim_state_of((wg_optim *)(uintptr_t)o).moments : 0;
    for (int j = 0; j < WGI_MOMENTS && k >= 0; j++)
        if (used >> j & 1 && !k--) return j;
    return -1;
}

static void *place(const wgi_parameter *q, int j)
{
    char *first = q->piece->moment[j];
    return first ? first + (size_t)q->at * wg_dtype_size(q->dtype) : NULL;
}

const char *wgx_optim_array_name(const wg_optim *o, int k)
{
    const int j = is_there(o, "optim_array_name") ? array(o, k) : -1;
    return j < 0 ? NULL : o->s.kind->moment[j];
}

wg_tensor wgx_optim_array(const wg_optim *o, int k, int i)
{
    const int j = is_there(o, "optim_array") ? array(o, k) : -1;
    const wgi_parameter *q = j < 0 ? NULL : parameter(o, i);
    return q && !q->state ? (wg_tensor){ q->dtype, q->shape, place(q, j) } : (wg_tensor){ 0 };
}

wg_status wgx_optim_set_array_at(wg_site here, wg_optim *o, int k, int i, wg_tensor t)
{
    const char *who = "optim_set_array";
    if (!o) return wgi_fail(NULL, here, who, WG_ERROR_USE, "the optimizer is NULL");
    wg_context *c = o->s.p->c;
    if (!wgi_ok(c)) return wg_failed(c);
    const int j = array(o, k);
    const wgi_parameter *q = parameter(o, i);
    char a[80], b[80];
    if (j < 0) return wgi_fail(c, here, who, WG_ERROR_USE, "%s has no array %d", o->s.kind->name, k);
    if (!q || q->state) return wgi_fail(c, here, who, WG_ERROR_USE, "the set has no parameter %d", i);
    if (!t.data || t.dtype != q->dtype || !wg_shape_equal(t.shape, q->shape))
        return wgi_fail(c, here, who, WG_ERROR_SHAPE, "%s of %s: %s %s is given, the parameter is %s %s",
                        o->s.kind->moment[j], wgi_name_in(o->s.p, q), wg_dtype_name(t.dtype),
                        wg_shape_text(t.shape, a, sizeof a), wg_dtype_name(q->dtype),
                        wg_shape_text(q->shape, b, sizeof b));
    if (!wgi_store_moments(q->piece, c, 1U << j)) return wg_failed(c);
    if (q->size) memcpy(place(q, j), t.data, (size_t)q->size * wg_dtype_size(q->dtype));
    o->list_of = 0; /* it has the arrays' places */
    return WG_OK;
}

int64_t wgx_optim_steps(wg_optim *o, int i)
{
    const wgi_parameter *q = is_there(o, "optim_steps") ? parameter(o, i) : NULL;
    if (!q || q->state || !wgi_ages_update(o)) return 0;
    return (int64_t)(o->s.steps - (o->s.kind->rates ? wgi_age_missed(o, q) : 0));
}

wg_status wgx_optim_set_steps_at(wg_site here, wg_optim *o, const int64_t *steps, int n)
{
    const char *who = "optim_set_steps";
    if (!o) return wgi_fail(NULL, here, who, WG_ERROR_USE, "the optimizer is NULL");
    wg_context *c = o->s.p->c;
    if (!wgi_ok(c)) return wg_failed(c);
    int64_t most = 0;
    for (int i = 0; i < n; i++) {
        if (!steps || steps[i] < 0)
            return wgi_fail(c, here, who, WG_ERROR_VALUE, "no number of steps for parameter %d", i);
        most = WGI_MAX(most, steps[i]);
    }
    o->s.steps = (uint64_t)most;
    if (!wgi_ages_forget(o)) return wg_failed(c);
    const wgi_parameter *q;
    int i = 0;
    for (size_t at = 0; o->s.kind->rates && (q = wgi_params_next(o->s.p, &at)); i++)
        o->age[q->number - 1].missed = most - (i < n ? steps[i] : 0);
    memset(o->s.rate, 0, sizeof o->s.rate);
    wgi_store_clear_moments(o->s.p);
    wgi_stepper_forget(&o->s);
    o->list_of = 0;
    return WG_OK;
}

/* ---- for writers of programs ---- */

wg_params *wgx_optim_params(const wg_optim *o) { return o->s.p; }

bool wgx_optim_manner(const wg_optim *o, int number, wgx_manner *m)
{
    const wgi_parameter *q = parameter(o, number);
    if (!q || q->state || q->frozen || !wgi_params_holds(o->s.p, q)) return false;
    *m = (wgx_manner){ .kind = o->s.kind->name, .options = o->options };
    if (o->s.kind->step) return true; /* lbfgs: it has no options of decay */
    const wgi_manner how = wgi_manner_of(o, q);
    m->lr = how.lr, m->keep = how.keep, m->coupled = how.coupled, m->shrink = how.shrink, m->lazy = how.lazy;
    return true;
}
