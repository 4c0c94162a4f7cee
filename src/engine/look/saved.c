/* saved.c: the list of all that a training consists of. */
#include "look/saved.h"
#include "wgx/state.h"

/* ---- counting ---- */

wg_params *wgi_saved_set(const wg_context *c, int k)
{
    int n = 0;
    for (const wg_params *p = c->params; p; p = p->next) n++;
    for (wg_params *p = c->params; p; p = p->next)
        if (--n == k) return p;
    return NULL;
}

/* Its k, as of wgi_saved_set. */
static int number_of(const wg_params *root)
{
    int n = 0;
    for (const wg_params *p = root->next; p; p = p->next) n++;
    return n;
}

wgi_stepper *wgi_saved_stepper(const wg_context *c, int k)
{
    int n = 0;
    for (const wg_params *p = c->params; p; p = p->next)
        for (const wgi_stepper *s = p->steppers; s; s = s->next) n++;
    for (const wg_params *p = c->params; p; p = p->next)
        for (wgi_stepper *s = p->steppers; s; s = s->next)
            if (--n == k) return s;
    return NULL;
}

wg_average *wgi_saved_average(const wg_context *c, int k)
{
    int n = 0;
    for (const wg_params *p = c->params; p; p = p->next)
        for (const wg_average *a = p->averages; a; a = a->next) n++;
    for (const wg_params *p = c->params; p; p = p->next)
        for (wg_average *a = p->averages; a; a = a->next)
            if (--n == k) return a;
    return NULL;
}

/* The graph in which derivative rules are traced is the library's own. Of a graph that draws anew there is
 * nothing to keep, and how many there are may depend on when memory is collected. */
static bool is_kept(const wg_context *c, const wg_graph *g) { return g != c->graphs.tracer && !g->anew; }

wg_graph *wgi_saved_graph(const wg_context *c, int k)
{
    int n = 0;
    for (const wg_graph *g = c->graphs.first; g; g = g->next) n += is_kept(c, g);
    for (wg_graph *g = c->graphs.first; g; g = g->next)
        if (is_kept(c, g) && --n == k) return g;
    return NULL;
}

/* ---- the list ---- */

/* Without items it counts: n and bytes of names. */
typedef struct lister {
    wgx_saved *item;
    int n;
    char *text;
    size_t bytes;
} lister;

static void put(lister *l, wg_tensor t, bool state, const char *format, ...) WG_PRINTF(4, 5);
static void put(lister *l, wg_tensor t, bool state, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const size_t length = (size_t)vsnprintf(NULL, 0, format, args) + 1;
    if (l->item) {
        vsnprintf(l->text, length, format, again);
        l->item[l->n] = (wgx_saved){ l->text, t, state };
        l->text += length;
    }
    va_end(again);
    va_end(args);
    l->n++, l->bytes += length;
}

/* The name of a parameter in the file. */
static const char *name_of(const wgi_parameter *q, int set, char *buf, size_t size)
{
    if (!set) return q->name;
    snprintf(buf, size, "params:%d:%s", set, q->name);
    return buf;
}

static void put_params(lister *l, const wg_params *root, int set)
{
    char buf[600];
    for (size_t i = 0; i < root->count; i++) {
        const wgi_parameter *q = root->item[i];
        put(l, (wg_tensor){ q->dtype, q->shape, q->data }, q->state, "%s", name_of(q, set, buf, sizeof buf));
    }
}

/* An array has memory after the first step that has used it. */
static void put_moments(lister *l, const wgi_stepper *s, unsigned moments, int k, int set)
{
    char buf[600];
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(s->p, &i));)
        for (int j = 0; j < WGI_MOMENTS && !q->state; j++) {
            char *array = moments >> j & 1 ? q->piece->moment[j] : NULL;
            if (!array) continue;
            put(l, (wg_tensor){ q->dtype, q->shape, array + (size_t)q->at * wg_dtype_size(q->dtype) }, false,
                "%s:%d:%s:%s", s->kind->name, k, s->kind->moment[j], name_of(q, set, buf, sizeof buf));
        }
}

/* The steps that parameters have missed, of those that have missed any. */
static void put_missed(lister *l, wgi_stepper *s, int k, int set)
{
    char buf[600];
    wg_optim *o = (wg_optim *)(void *)s;
    if (!s->kind->rates || !wgi_ages_update(o)) return;
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(s->p, &i));) {
        const int64_t *missed = &o->age[q->number - 1].missed;
        if (!q->state && *missed)
            put(l, wg_view(WG_I64, missed, WG_SCALAR), false, "%s:%d:missed:%s", s->kind->name, k,
                name_of(q, set, buf, sizeof buf));
    }
}

/* What an optimizer with a step of its own keeps. */
static void put_kept(lister *l, const wgi_stepper *s, int k)
{
    for (int j = 0; j < WGI_KEEPS; j++)
        if (s->kind->kept[j] && s->kept[j])
            put(l, wg_view_f64(s->kept[j], WG_SHAPE((int64_t)s->kept_count[j])), false, "%s:%d:%s",
                s->kind->name, k, s->kind->kept[j]);
}

static void put_optimizer(lister *l, wgi_stepper *s, int k)
{
    const wgi_optim_state o = wgi_optim_state_of((wg_optim *)(void *)s);
    put_moments(l, s, o.moments, k, number_of(s->p->root));
    put_missed(l, s, k, number_of(s->p->root));
    put(l, wg_view(WG_I64, o.steps, WG_SCALAR), false, "%s:%d:steps", s->kind->name, k);
    put(l, wg_view_f64(o.rate, WG_SHAPE(WGI_RATES)), false, "%s:%d:rates", s->kind->name, k);
    put(l, wg_view_f64(o.lr, WG_SCALAR), false, "%s:%d:lr", s->kind->name, k);
    put_kept(l, s, k);
}

static void put_average(lister *l, wg_average *a, int k)
{
    char buf[600];
    const int set = number_of(a->p->root);
    put(l, wg_view(WG_I64, &a->steps, WG_SCALAR), false, "average:%d:steps", k);
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(a->p, &i));) {
        const double *mean = wgi_average_at(a, q);
        if (mean)
            put(l, wg_view_f64(mean, q->shape), false, "average:%d:mean:%s", k,
                name_of(q, set, buf, sizeof buf));
    }
}

/* The end of an open evaluation raises the epoch: a resumed training has none open. */
static void put_graph(lister *l, wg_graph *g, int k)
{
    g->now.saved = g->now.epoch + (g->now.open && !g->now.frozen && !g->now.peeked);
    put(l, wg_view(WG_I64, &g->now.saved, WG_SCALAR), false, "graph:%d:epoch", k);
}

static void put_all(lister *l, wg_context *c)
{
    wg_params *p;
    wgi_stepper *s;
    wg_average *a;
    wg_graph *g;
    put(l, wg_view(WG_I64, &c->o.seed, WG_SCALAR), false, "wengert:seed");
    if (c->draws) put(l, wg_view(WG_I64, &c->draws, WG_SCALAR), false, "wengert:draws");
    for (int k = 0; (p = wgi_saved_set(c, k)); k++) put_params(l, p, k);
    for (int k = 0; (s = wgi_saved_stepper(c, k)); k++) put_optimizer(l, s, k);
    for (int k = 0; (a = wgi_saved_average(c, k)); k++) put_average(l, a, k);
    for (int k = 0; (g = wgi_saved_graph(c, k)); k++) put_graph(l, g, k);
    for (const wgi_saved_memory *m = c->saved; m; m = m->next) put(l, m->memory, false, "memory:%s", m->name);
}

/* Then the values of parameters are not their own. */
static bool averages_in_use(wg_context *c)
{
    wg_average *a;
    for (int k = 0; (a = wgi_saved_average(c, k)); k++)
        if (a->own) {
            wgi_fail(c, a->used, "average_use", WG_ERROR_USE,
                     "a training cannot be saved or resumed while averages are in use: call "
                     "wg_average_use(a, false) first");
            return true;
        }
    return false;
}

wgx_saved *wgx_saved_list(wg_context *c, int *n)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "saved_list: the context is NULL"), NULL;
    lister l = { 0 };
    int unused;
    n = n ? n : &unused;
    *n = 0;
    if (!wgi_ok(c) || averages_in_use(c)) return NULL;
    put_all(&l, c);
    wgx_saved *list = wg_alloc(c, 1, (size_t)l.n * sizeof *list + l.bytes);
    if (!list) return NULL;
    *n = l.n;
    l = (lister){ .item = list, .text = (char *)(list + l.n) };
    put_all(&l, c);
    return list;
}
