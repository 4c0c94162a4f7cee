/* clip.c: bounds on gradients before a step. */
#include "base/floats.h"
#include "params/stepping.h"
#include "wengert/op.h"

/* n elements of a gradient times to / norm. */
typedef struct scaling {
    wg_dtype dtype;
    double to, norm;
    void *at;
    int64_t n;
} scaling;

/* The quotient may be subnormal, or 0: then the division comes first. */
#define SCALE(T, LEAST)                                                       \
    do {                                                                      \
        T *g = s->at;                                                         \
        const T by = (T)scale;                                                \
        for (int64_t i = begin; i < end && scale >= (LEAST); i++) g[i] *= by; \
        for (int64_t i = begin; i < end && !(scale >= (LEAST)); i++)          \
            g[i] = (T)((double)g[i] / s->norm * s->to);                       \
    } while (0)
static bool scale_chunk(void *arg, int part, int chunk, int chunks, int thread)
{
    const scaling *s = arg;
    const double scale = s->to / s->norm;
    const int64_t begin = s->n * chunk / chunks, end = s->n * (chunk + 1) / chunks;
    if (s->dtype == WG_F32) SCALE(float, 0x1p-126);
    else SCALE(double, 0x1p-1022);
    return true;
}

static void scale_gradients(wg_optim *o, double to, double norm)
{
    enum { WIDE = 1 << 16 }; /* elements from which on threads pay */
    wg_context *c = o->s.p->c;
    const wgi_parameter *q;
    for (size_t k = 0; (q = wgi_params_next(o->s.p, &k));)
        for (int64_t j = 0; q->reached && j < wgi_gradient_parts(q); j++) {
            scaling s = { .dtype = q->dtype, .to = to, .norm = norm };
            wgi_gradient_part(q, j, &s.n, &s.at);
            const int chunks = s.n < WIDE ? 1 : 4 * c->o.threads;
            if (chunks > 1) wgi_region_run(c, &o->s.scaling, scale_chunk, &s, &chunks, 1);
            else scale_chunk(&s, 0, 0, 1, 0);
        }
}

/* Whether the step may be made with other gradients than those of the loss. */
static bool may_clip(wg_site here, const wg_optim *o, const char *what)
{
    if (!o->s.kind->step) return true;
    if (wgi_ok(o->s.p->c))
        wgi_fail(o->s.p->c, here, what, WG_ERROR_USE,
                 "%s compares losses along a line: it needs the gradients of the loss as they are",
                 o->s.kind->name);
    return false;
}

static double clip_norm(wg_site here, wg_optim *o, double max_norm)
{
    wg_context *c = o->s.p->c;
    const double norm = wg_params_grad_norm_at(here, o->s.p);
    if (!(max_norm >= 0))
        wgi_fail(c, here, "optim_clip_norm", WG_ERROR_VALUE, "max_norm %g: must be at least 0", max_norm);
    else if (!isfinite(norm) && !wgi_optim_refuse(here, o, "optim_clip_norm", "no gradient was scaled"))
        wgi_fail(c, here, "optim_clip_norm", WG_ERROR_VALUE,
                 "the norm of the gradients exceeds the largest double");
    o->s.finite = o->s.fresh && isfinite(norm);
    if (max_norm >= 0 && isfinite(norm) && norm > max_norm) scale_gradients(o, max_norm, norm);
    return norm;
}

double wg_optim_clip_norm_at(wg_site here, wg_optim *o, double max_norm)
{
    WG_USER_CALL(here, "optim_clip_norm");
    if (!o) return wg_fail(NULL, here, WG_ERROR_USE, "optim_clip_norm: the optimizer is NULL"), NAN;
    if (!may_clip(here, o, "optim_clip_norm")) return NAN;
    const wgi_floats was = wgi_floats_enter();
    const double norm = clip_norm(here, o, max_norm);
    wgi_floats_leave(was);
    return norm;
}

#define CLIP(T)                                                                                  \
    do {                                                                                         \
        T *g = at;                                                                               \
        const T most = (T)max;                                                                   \
        for (int64_t i = 0; i < n; i++) g[i] = g[i] > most ? most : g[i] < -most ? -most : g[i]; \
    } while (0)

/* NaN stays NaN: the step refuses it. */
static void clip_gradient(const wgi_parameter *q, double max)
{
    if (q->rows) q->rows->finite = false;
    for (int64_t k = 0; k < wgi_gradient_parts(q); k++) {
        int64_t n;
        void *at;
        wgi_gradient_part(q, k, &n, &at);
        if (q->dtype == WG_F32) CLIP(float);
        else CLIP(double);
    }
}

wg_status wg_optim_clip_value_at(wg_site here, wg_optim *o, double max)
{
    if (!o) return wg_fail(NULL, here, WG_ERROR_USE, "optim_clip_value: the optimizer is NULL");
    const wg_params *root = o->s.p->root;
    if (!wgi_ok(root->c)) return wg_failed(root->c);
    if (!may_clip(here, o, "optim_clip_value")) return wg_failed(root->c);
    if (!(max >= 0))
        return wgi_fail(root->c, here, "optim_clip_value", WG_ERROR_VALUE, "max %g: must be at least 0", max);
    if (!root->gradients)
        return wgi_fail(root->c, here, "optim_clip_value", WG_ERROR_USE,
                        "there are no gradients: no wg_backward succeeded before");
    const wgi_parameter *q;
    for (size_t k = 0; (q = wgi_params_next(o->s.p, &k));)
        if (q->reached) clip_gradient(q, max);
    return WG_OK;
}
