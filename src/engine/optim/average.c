/* average.c: running averages of parameters. It stands beside the optimizers since it is compiled like
 * them. */
#include "base/floats.h"
#include "optim/optim.h"
#include "params/params.h"
#include "wengert/op.h"

/* The next parameter or state that has an average; NULL: no more. Begin with { 0 }. */
typedef struct walk {
    size_t item, at; /* at: where the averages of the last one are */
    size_t end;      /* and where they end */
} walk;
static wgi_parameter *next(const wg_average *a, walk *w)
{
    wgi_parameter *q;
    while ((q = wgi_params_next(a->p, &w->item)) && !wg_dtype_is_float(q->dtype)) continue;
    if (q) w->at = w->end, w->end += (size_t)q->size;
    return q;
}

static size_t elements_of(const wg_average *a)
{
    walk w = { 0 };
    while (next(a, &w)) continue;
    return w.end;
}

WG_OPTION_ROWS(wg_average_opts)

wg_average *wg_average_new_at(wg_site here, wg_params *p, const wg_average_opts *o)
{
    WG_OPTIONS_FILL(wg_average_opts, o);
    if (!wgi_set_ok(here, p, "average_new")) return NULL;
    if (!wg_options_fit(p->c, here, "average_new", wg_average_opts_rows(), o)) return NULL;
    wg_average *a = wg_alloc(p->c, 1, sizeof *a);
    if (!a) return NULL;
    *a = (wg_average){ .next = p->root->averages, .p = p, .decay = o->decay };
    return p->root->averages = a;
}

void wg_average_free(wg_average *a)
{
    if (!a) return;
    wg_context *c = a->p->c;
    wg_average **at = &a->p->root->averages;
    while (*at != a) at = &(*at)->next;
    *at = a->next;
    wg_free(c, a->mean);
    wg_free(c, a->own);
    wg_free(c, a);
}

/* ---- all elements ---- */

#define EACH(body)                                        \
    do {                                                  \
        const int64_t n = q->size;                        \
        if (q->dtype == WG_F32)                           \
            for (int64_t i = 0; i < n; i++) body(float);  \
        else                                              \
            for (int64_t i = 0; i < n; i++) body(double); \
    } while (0)

static void move(const wgi_parameter *q, double *restrict mean, double share)
{
#define MOVE(T) mean[i] += share * ((double)((const T *)q->data)[i] - mean[i])
    const wgi_floats was = wgi_floats_enter();
    EACH(MOVE);
    wgi_floats_leave(was);
}

/* Parameters that are new begin with their values. */
static void begin(const wgi_parameter *q, double *restrict mean)
{
    wgi_convert(WG_F64, mean, q->dtype, q->data, q->size);
}

wg_status wg_average_step_at(wg_site here, wg_average *a)
{
    if (!a) return wg_fail(NULL, here, WG_ERROR_USE, "average_step: the average is NULL");
    wg_params *root = a->p->root;
    if (!wgi_ok(root->c)) return wg_failed(root->c);
    if (a->own)
        return wgi_fail(
            root->c, here, "average_step", WG_ERROR_USE,
            "the parameters have the averages as their values: call wg_average_use(a, false) first");
    const size_t known = a->count, n = elements_of(a);
    if (!WGI_GROW(root->c, a->mean, a->room, n)) return wg_failed(root->c);
    const double share = a->decay > 0 ? 1 - a->decay : 1 / (double)(a->steps + 1);
    walk w = { 0 };
    for (const wgi_parameter *q; (q = next(a, &w));)
        if (w.at < known) move(q, a->mean + w.at, share);
        else begin(q, a->mean + w.at);
    a->count = n;
    a->steps++;
    return WG_OK;
}

/* ---- in a file ---- */

/* Where the averages of q are, or will be. */
static size_t place_of(const wg_average *a, const wgi_parameter *q)
{
    walk w = { 0 };
    while (next(a, &w) != q) continue;
    return w.at;
}

double *wgi_average_at(const wg_average *a, const wgi_parameter *q)
{
    walk w = { 0 };
    for (const wgi_parameter *k; w.end < a->count && (k = next(a, &w));)
        if (k == q) return a->mean + w.at;
    return NULL;
}

bool wgi_average_room(wg_average *a) { return WGI_GROW(a->p->c, a->mean, a->room, elements_of(a)); }

void wgi_average_begin(wg_average *a)
{
    walk w = { 0 };
    a->count = a->steps = 0;
    for (const wgi_parameter *q; (q = next(a, &w));) begin(q, a->mean + w.at);
}

void wgi_average_set(wg_average *a, const wgi_parameter *q, const double *values)
{
    const size_t at = place_of(a, q), end = at + (size_t)q->size;
    if (q->size) memcpy(a->mean + at, values, (size_t)q->size * sizeof *values);
    a->count = WGI_MAX(a->count, end);
}

/* ---- use ---- */

/* Exchanges: the values of the parameters go to `own`, if that is not NULL, and get those of `from`. For
 * averages of other parameters that are in use nothing has changed. */
static void exchange(const wg_average *a, double *own, const double *from)
{
    walk w = { 0 };
    wgi_params_will_change(a->p);
    for (const wgi_parameter *q; w.end < a->count && (q = next(a, &w));) {
        if (own) wgi_convert(WG_F64, own + w.at, q->dtype, q->data, q->size);
        wgi_convert(q->dtype, q->data, WG_F64, from + w.at, q->size);
    }
    const uint64_t version = a->p->root->version++;
    for (wg_average *b = a->p->root->averages; b; b = b->next)
        if (b->own && b->version == version) b->version++;
}

static wg_status use(wg_site here, wg_average *a)
{
    if (!a->steps)
        return wgi_fail(a->p->c, here, "average_use", WG_ERROR_USE,
                        "there are no averages before wg_average_step");
    for (const wg_average *b = a->p->root->averages; b; b = b->next)
        if (b->own && wgi_params_overlap(b->p, a->p))
            return wgi_fail(a->p->c, here, "average_use", WG_ERROR_USE,
                            "other averages of the set are in use");
    a->own = wg_alloc(a->p->c, WGI_MAX(a->count, 1), sizeof *a->own);
    if (!a->own) return wg_failed(a->p->c);
    exchange(a, a->own, a->mean);
    a->used = here;
    a->version = a->p->root->version;
    return WG_OK;
}

static wg_status use_no_more(wg_site here, wg_average *a)
{
    const bool changed = a->p->root->version != a->version;
    exchange(a, NULL, a->own);
    wg_free(a->p->c, a->own);
    a->own = NULL;
    if (!changed) return WG_OK;
    return wgi_fail(a->p->c, here, "average_use", WG_ERROR_USE,
                    "parameters were changed while the averages were in use: the changes are lost");
}

/* The parameters get their own values back also after an error. */
wg_status wg_average_use_at(wg_site here, wg_average *a, bool on)
{
    if (!a) return wg_fail(NULL, here, WG_ERROR_USE, "average_use: the average is NULL");
    if (on == (a->own != NULL)) return wg_failed(a->p->c);
    if (!on) return use_no_more(here, a);
    return wgi_ok(a->p->c) ? use(here, a) : wg_failed(a->p->c);
}
