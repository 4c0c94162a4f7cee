/* optim.c: makes optimizers and does their steps. It knows no graph and names no optimizer; those are in
 * src/optim/. */
#include "params/params.h"

/* Elements [from, to) of a piece that are updated in one pass. */
typedef struct stretch {
    int64_t from, to;
    wgi_update u; /* the update of all these elements */
} stretch;

struct wg_optim {
    wgi_stepper s;
    double rate[WGI_RATES];
    uint64_t steps;
    stretch *list; /* what a step updates; made by list_find */
    int *chunks;   /* of the parts of a step: step_part */
    size_t room;
    int stretches;
    bool wide;         /* a stretch is long enough for several threads */
    wgi_timing timing; /* of steps of several threads */
    bool overflows;    /* this step has made a parameter NaN or infinite */
    uint64_t list_of;  /* the list was made when the set's `marked` was this, and for list_lr */
    double list_lr;
    uint64_t options[]; /* wg_x_opts of the kind, with defaults filled in */
};

/* ---- options ---- */

static double *number_at(const wg_optim *o, size_t offset)
{
    return (double *)(void *)((char *)(uintptr_t)o->options + offset);
}
static bool *switch_at(const wg_optim *o, size_t offset)
{
    return (bool *)(void *)((char *)(uintptr_t)o->options + offset);
}

static bool fill_in(wg_optim *o, const wgi_optim_option *row)
{
    wg_context *c = o->s.p->c;
    double *v = row->is_bool ? NULL : number_at(o, row->offset);
    if (!v) return true;
    *v = *v == WG_ZERO ? 0 : *v != 0 ? *v : row->standard;
    if (*v >= 0 && *v < row->below) return true;
    if (isinf(row->below))
        wgi_fail(c, o->s.here, o->s.kind->name, WG_ERROR_VALUE, "%s %g: must be finite and at least 0",
                 row->name, *v);
    else
        wgi_fail(c, o->s.here, o->s.kind->name, WG_ERROR_VALUE, "%s %g: must be in [0, %g)", row->name, *v,
                 row->below);
    return false;
}

static bool take_options(wg_optim *o, const void *options)
{
    bool good = true;
    if (options) memcpy(o->options, options, o->s.kind->size);
    for (int i = 0; good && i < o->s.kind->options; i++) good = fill_in(o, &o->s.kind->option[i]);
    return good;
}

/* The name of a parameter that both sets have; NULL: there is none yet. */
static const char *in_both(const wg_params *p, const wg_params *q)
{
    for (size_t i = 0; i < p->root->count; i++) {
        const wgi_parameter *x = p->root->item[i];
        if (!x->state && wgi_params_holds(p, x) && wgi_params_holds(q, x)) return x->name;
    }
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

wg_optim *wgi_optim_new(wg_site here, wg_params *p, const wgi_optimizer *kind, const void *options)
{
    if (!p || !wgi_ok(p->c) || !is_free(here, p, kind)) return NULL;
    wg_optim *o = wg_alloc(p->c, 1, sizeof *o + kind->size);
    if (!o) return NULL;
    o->s = (wgi_stepper){ .p = p, .kind = kind, .here = wg_site_keep(p->c, "", wg_site_place(here)) };
    if (!take_options(o, options)) {
        wg_free(p->c, o);
        return NULL;
    }
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
    wg_free(root->c, o->list);
    wg_free(root->c, o);
}

void wg_optim_set_lr_at(wg_site here, wg_optim *o, double lr)
{
    if (o && !(lr >= 0 && isfinite(lr)))
        wgi_fail(o->s.p->c, here, "optim_set_lr", WG_ERROR_VALUE, "lr %g", lr);
    else if (o) *number_at(o, o->s.kind->lr) = lr;
}

double wg_optim_lr(const wg_optim *o) { return o ? *number_at(o, o->s.kind->lr) : 0; }

static bool is_updated(const wg_optim *o, const wgi_parameter *q)
{
    return q->reached && wgi_params_holds(o->s.p, q);
}

/* Why there are no gradients to use. */
static wg_status not_ready(wg_site here, const wg_optim *o)
{
    wg_context *c = o->s.p->c;
    if (!wgi_ok(c)) return wg_failed(c);
    if (!o->s.used_here)
        return wgi_fail(c, here, "step", WG_ERROR_USE, "there are no gradients: wg_backward comes first");
    return wgi_fail(c, here, "step", WG_ERROR_USE, "the gradients were used by the step at %s",
                    wg_site_place(o->s.used_here));
}

static void *at_element(const void *array, int64_t i, wg_dtype t)
{
    return array ? (char *)(uintptr_t)array + (size_t)i * wg_dtype_size(t) : NULL;
}

/* The update of n elements of `all`, from element `from` on. */
static wgi_update part_of(const wgi_update *all, int64_t from, int64_t n)
{
    wgi_update u = *all;
    u.n = n;
    u.w = at_element(all->w, from, u.dtype);
    u.g = at_element(all->g, from, u.dtype);
    for (int j = 0; j < WGI_MOMENTS; j++) u.moment[j] = at_element(all->moment[j], from, u.dtype);
    return u;
}

/* Chunk `chunk` of part i of a step. The first parts look at the gradients of each stretch, and stop the step
 * if one is NaN or infinite. The other parts update the stretches. Chunks end at lines. */
static bool step_part(void *arg, int i, int chunk, int chunks, int thread)
{
    wg_optim *o = arg;
    const wgi_update *all = &o->list[i % o->stretches].u;
    int64_t lines = all->n / WGI_LINE, begin = lines * chunk / chunks, end = lines * (chunk + 1) / chunks;
    wgi_update u = part_of(all, begin * WGI_LINE, (end - begin) * WGI_LINE);
    (void)thread;
    u.look = i < o->stretches;
    u.write = !u.look;
    wgi_updated how = o->s.kind->update[o->s.p->c->isa](&u);
    if (how == WGI_OVERFLOWED) __atomic_store_n(&o->overflows, true, __ATOMIC_RELAXED);
    return how != WGI_REFUSED;
}

static double keep_of(const wg_optim *o, const wgi_parameter *q)
{
    bool decays = q->shape.rank >= 2 || *switch_at(o, o->s.kind->decay_all);
    return decays ? 1 - *number_at(o, o->s.kind->lr) * *number_at(o, o->s.kind->weight_decay) : 1;
}

static void stretch_update(const wg_optim *o, stretch *s, const wgi_piece *piece)
{
    wgi_update all = {
        .dtype = piece->dtype, .w = piece->data, .g = piece->grad, .options = o->options, .rate = o->rate
    };
    all.look = all.write = true;
    all.lr = *number_at(o, o->s.kind->lr);
    all.keep = s->u.keep;
    memcpy(all.moment, piece->moment, sizeof all.moment);
    s->u = part_of(&all, s->from, s->to - s->from);
}

static int64_t line_after(int64_t at) { return (at + WGI_LINE - 1) / WGI_LINE * WGI_LINE; }

/* The stretches of a piece. Neighbours that are updated with the same `keep` are one stretch. A stretch ends
 * with a line. */
static int stretches_of(const wg_optim *o, const wgi_piece *s, stretch *to)
{
    int n = 0;
    for (const wgi_parameter *q = s->first, *before = NULL; q; before = q, q = q->next_in_piece) {
        double keep = keep_of(o, q);
        int64_t end = line_after(q->at + q->size);
        if (!is_updated(o, q)) continue;
        if (n && before && is_updated(o, before) && to[n - 1].u.keep == keep) to[n - 1].to = end;
        else to[n++] = (stretch){ .from = q->at, .to = end, .u.keep = keep };
    }
    for (int i = 0; i < n; i++) stretch_update(o, &to[i], s);
    return n;
}

/* Memory for as many stretches as there are parameters. */
static bool list_room(wg_optim *o, wg_params *root)
{
    if (o->room >= root->count) return true;
    wg_free(root->c, o->list);
    o->list = wg_alloc(root->c, root->count, sizeof *o->list + 2 * sizeof *o->chunks);
    o->room = o->list ? root->count : 0;
    if (o->list) o->chunks = (int *)(void *)(o->list + root->count);
    return o->list != NULL;
}

/* The moments that are used, as bits. */
static unsigned moments_of(const wg_optim *o)
{
    unsigned named = 0;
    for (int j = 0; j < WGI_MOMENTS; j++) named |= o->s.kind->moment[j] ? 1U << j : 0;
    return o->s.kind->moments ? o->s.kind->moments(o->options) : named;
}

wgi_optim_state wgi_optim_state_of(wg_optim *o)
{
    return (wgi_optim_state){ &o->steps, o->rate, number_at(o, o->s.kind->lr), moments_of(o) };
}

static bool prepare(wg_optim *o, wg_params *root)
{
    unsigned moments = moments_of(o);
    for (wgi_piece *s = root->pieces; s; s = s->next)
        for (const wgi_parameter *q = s->first; q; q = q->next_in_piece)
            if (is_updated(o, q) && !wgi_store_moments(s, root->c, moments)) return false;
    return list_room(o, root);
}

enum { WIDE = 16384 }; /* about the elements of a chunk */

static bool list_is_right(const wg_optim *o, const wg_params *root)
{
    return o->list_of == root->marked && o->list_of && o->list_lr == wg_optim_lr(o);
}

/* Makes the list of what a step updates. */
static __attribute__((noinline)) bool list_make(wg_optim *o, wg_params *root)
{
    o->list_of = 0;
    if (!prepare(o, root)) return false;
    o->stretches = 0;
    o->wide = false;
    for (wgi_piece *s = root->pieces; s; s = s->next)
        o->stretches += stretches_of(o, s, o->list + o->stretches);
    for (int i = 0; i < o->stretches; i++) {
        o->chunks[i] = (int)WGI_MIN((o->list[i].to - o->list[i].from) / WIDE + 1, 4 * root->c->o.threads);
        o->chunks[i + o->stretches] = o->chunks[i];
        o->wide |= o->chunks[i] > 1;
    }
    o->list_of = root->marked;
    o->list_lr = wg_optim_lr(o);
    return true;
}

/* ---- numbers that are not finite ---- */

/* The first parameter of the step whose gradient, or with `values` whose value, has NaN or infinities. *text:
 * its name, shape and their places. NULL: none has. */
static const wgi_parameter *first_bad(const wg_optim *o, bool values, char *text, size_t size)
{
    char shape[96], range[256];
    for (size_t k = 0; k < o->s.p->root->count; k++) {
        const wgi_parameter *q = o->s.p->root->item[k];
        if (!is_updated(o, q)) continue;
        wgi_range r = wgi_range_of(q->dtype, values ? q->data : q->grad, q->size);
        if (wgi_range_is_finite(&r)) continue;
        snprintf(text, size, "%.120s %s is %s", q->name, wg_shape_text(q->shape, shape, sizeof shape),
                 wgi_range_text(&r, &q->shape, range, sizeof range));
        return q;
    }
    return NULL;
}

/* Refuses gradients that are NaN or infinite. `then`: what the call does not do. */
static wg_status refuse(wg_site here, const wg_optim *o, const char *what, const char *then)
{
    char text[512], why[512] = "";
    const wg_params *root = o->s.p->root;
    const wgi_parameter *q = first_bad(o, false, text, sizeof text);
    if (!q) return WG_OK;
    if (root->explain) root->explain(root->loss, q, why, sizeof why);
    return wgi_fail(root->c, here, what, WG_ERROR_VALUE, "the gradient of %s: %s.%s%s", text, then,
                    *why ? " " : "", why);
}

/* The step has been done, but it made parameters NaN or infinite. */
static wg_status fail_overflow(wg_site here, wg_optim *o)
{
    char text[512];
    o->overflows = false;
    if (!first_bad(o, true, text, sizeof text)) return WG_OK;
    return wgi_fail(o->s.p->c, here, "step", WG_ERROR_VALUE,
                    "after this step %s, though the gradients are finite: the rate %g is too large", text,
                    wg_optim_lr(o));
}

/* ---- steps ---- */

static __attribute__((noinline)) bool step_in_parts(wg_optim *o)
{
    bool ok = true;
    if (o->wide) return wgi_region_run(o->s.p->c, &o->timing, step_part, o, o->chunks, 2 * o->stretches);
    for (int i = 0; i < 2 * o->stretches && ok; i++) ok = step_part(o, i, 0, 1, 0);
    return ok;
}

/* One stretch is looked at and updated by one call. */
static inline bool step_at_once(wg_optim *o)
{
    wgi_updated how = o->s.kind->update[o->s.p->c->isa](&o->list->u);
    o->overflows = how == WGI_OVERFLOWED;
    return how != WGI_REFUSED;
}

static inline bool run(wg_optim *o)
{
    return o->stretches == 1 && !o->wide ? step_at_once(o) : step_in_parts(o);
}

static __attribute__((noinline)) bool run_with_rates(wg_optim *o)
{
    double was[WGI_RATES];
    memcpy(was, o->rate, sizeof was);
    o->s.kind->rates(o->options, (double)(o->steps + 1), o->rate);
    if (run(o)) return true;
    memcpy(o->rate, was, sizeof was);
    return false;
}

wg_status wg_optim_step_at(wg_site here, wg_optim *o)
{
    if (!o) return WG_ERROR_USE;
    wg_params *root = o->s.p->root;
    if (!wgi_ok(root->c) || !o->s.fresh) return not_ready(here, o);
    if (!list_is_right(o, root) && !list_make(o, root)) return wg_failed(root->c);
    if (!(o->s.kind->rates ? run_with_rates(o) : run(o)))
        return refuse(here, o, "step", "no parameter was changed");
    o->steps++;
    root->version++;
    o->s.fresh = false;
    o->s.used_here = here;
    o->s.p->trained = true;
    return o->overflows ? fail_overflow(here, o) : WG_OK;
}

/* ---- clipping ---- */

static void scale_gradients(const wg_optim *o, double scale)
{
    for (size_t k = 0; k < o->s.p->root->count; k++) {
        wgi_parameter *q = o->s.p->root->item[k];
        if (!is_updated(o, q)) continue;
        for (int64_t i = 0; i < q->size; i++)
            if (q->dtype == WG_F32) ((float *)q->grad)[i] *= (float)scale;
            else ((double *)q->grad)[i] *= scale;
    }
}

double wg_optim_clip_norm_at(wg_site here, wg_optim *o, double max_norm)
{
    double norm = o ? wg_params_grad_norm_at(here, o->s.p) : NAN;
    if (o && !(max_norm >= 0))
        wgi_fail(o->s.p->c, here, "optim_clip_norm", WG_ERROR_VALUE, "max_norm %g: must be at least 0",
                 max_norm);
    else if (o && !isfinite(norm) && !refuse(here, o, "optim_clip_norm", "no gradient was scaled"))
        wgi_fail(o->s.p->c, here, "optim_clip_norm", WG_ERROR_VALUE,
                 "the sum of the squares of the gradients exceeds the largest double");
    if (max_norm >= 0 && isfinite(norm) && norm > max_norm) scale_gradients(o, max_norm / norm);
    return norm;
}

void wg_mean_add(wg_mean *m, double value, double weight)
{
    if (weight <= 0) return;
    m->weight += weight;
    m->value += (value - m->value) * (weight / m->weight);
}
