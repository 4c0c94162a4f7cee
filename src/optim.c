/* optim.c: optimizers: parameters and gradients in, parameters out; nothing here knows of graphs. Updates are computed in the
 * parameter's dtype, rates in double and rounded once. */
#include "wgi.h"

typedef enum optim_kind { SGD, MOMENTUM, ADAM } optim_kind;

struct wg_optim {
    wg_params *p;
    optim_kind kind;
    double     lr, beta1, beta2, eps, decay;
    bool       classical, decay_all;
    uint64_t   steps;
};

static double standard(double v, double otherwise) { return v == WG_ZERO ? 0 : v != 0 ? v : otherwise; }

static wg_optim *make(wg_params *p, wg_optim all)
{
    if (!p || !wgi_ok(p->c))
        return NULL;
    bool sane = all.lr >= 0 && isfinite(all.lr) && all.beta1 >= 0 && all.beta1 < 1 && all.beta2 >= 0 && all.beta2 < 1 && all.decay >= 0;
    if (!sane) {
        wgi_fail(p->c, NULL, "optimizer", WG_ERROR_VALUE, "lr %g, beta %g and %g, weight_decay %g: lr and decay must be at least 0, betas in [0, 1)",
                 all.lr, all.beta1, all.beta2, all.decay);
        return NULL;
    }
    if (p->root->optimized) {
        wgi_fail(p->c, NULL, "optimizer", WG_ERROR_USE, "these parameters have an optimizer already: free it first");
        return NULL;
    }
    wg_optim *o = wg_alloc(p->c, 1, sizeof *o);
    if (!o)
        return NULL;
    *o = all;
    o->p = p;
    p->root->optimized = true;
    return o;
}

wg_optim *wg_sgd(wg_params *p, const wg_sgd_opts *u)
{
    wg_sgd_opts o = u ? *u : (wg_sgd_opts){ 0 };
    return make(p, (wg_optim){ .kind = SGD, .lr = standard(o.lr, 0.01), .decay = standard(o.weight_decay, 0), .decay_all = o.decay_all });
}

wg_optim *wg_momentum(wg_params *p, const wg_momentum_opts *u)
{
    wg_momentum_opts o = u ? *u : (wg_momentum_opts){ 0 };
    return make(p, (wg_optim){ .kind = MOMENTUM, .lr = standard(o.lr, 0.01), .beta1 = standard(o.beta, 0.9), .classical = o.classical,
                               .decay = standard(o.weight_decay, 0), .decay_all = o.decay_all });
}

wg_optim *wg_adam(wg_params *p, const wg_adam_opts *u)
{
    wg_adam_opts o = u ? *u : (wg_adam_opts){ 0 };
    return make(p, (wg_optim){ .kind = ADAM, .lr = standard(o.lr, 1e-3), .beta1 = standard(o.beta1, 0.9), .beta2 = standard(o.beta2, 0.999),
                               .eps = standard(o.eps, 1e-8), .decay = standard(o.weight_decay, 0), .decay_all = o.decay_all });
}

void wg_optim_free(wg_optim *o)
{
    if (!o)
        return;
    wg_params *root = o->p->root;
    for (size_t i = 0; i < root->count; i++)
        for (int k = 0; k < 2; k++) {
            wg_free(root->c, root->item[i]->slot[k]);
            root->item[i]->slot[k] = NULL;
        }
    root->optimized = false;
    wg_free(root->c, o);
}

void wg_optim_set_lr(wg_optim *o, double lr)
{
    if (o && !(lr >= 0 && isfinite(lr)))
        wgi_fail(o->p->c, NULL, "optim_set_lr", WG_ERROR_VALUE, "lr %g", lr);
    else if (o)
        o->lr = lr;
}

double wg_optim_lr(const wg_optim *o) { return o ? o->lr : 0; }

double wg_optim_clip_norm(wg_optim *o, double max_norm)
{
    double norm = o ? wg_params_grad_norm(o->p) : NAN;
    if (!(norm > max_norm))
        return norm;
    double scale = max_norm / norm;
    for (size_t k = 0; k < o->p->root->count; k++) {
        wgi_parameter *q = o->p->root->item[k];
        if (!q->reached || !wgi_params_holds(o->p, q))
            continue;
        for (int64_t i = 0; i < q->size; i++)
            if (q->dtype == WG_F32)
                ((float *)q->grad)[i] *= (float)scale;
            else
                ((double *)q->grad)[i] *= scale;
    }
    return norm;
}

/* ---- the updates; SGD w -= lr g; momentum v = beta v + (1 - beta) g (classical: + g), w -= lr v; Adam as Kingma and Ba 2015,
 * algorithm 1; decay w -= lr decay w first ---- */

typedef struct rates {
    double lr, beta1, beta2, one1, one2, c1, c2, eps, keep;
} rates;

#define UPDATES(T, NAME, ROOT)                                                                                    \
    static void NAME(optim_kind kind, const rates *r, int64_t n, T *restrict w, const T *restrict g, T *restrict m, T *restrict v) \
    {                                                                                                             \
        const T lr = (T)r->lr, b1 = (T)r->beta1, b2 = (T)r->beta2, o1 = (T)r->one1, o2 = (T)r->one2;              \
        const T c1 = (T)r->c1, c2 = (T)r->c2, eps = (T)r->eps, keep = (T)r->keep;                                 \
        if (kind == SGD)                                                                                          \
            for (int64_t i = 0; i < n; i++)                                                                       \
                w[i] = keep * w[i] - lr * g[i];                                                                   \
        else if (kind == MOMENTUM)                                                                                \
            for (int64_t i = 0; i < n; i++) {                                                                     \
                m[i] = b1 * m[i] + o1 * g[i];                                                                     \
                w[i] = keep * w[i] - lr * m[i];                                                                   \
            }                                                                                                     \
        else                                                                                                      \
            for (int64_t i = 0; i < n; i++) {                                                                     \
                m[i] = b1 * m[i] + o1 * g[i];                                                                     \
                v[i] = b2 * v[i] + o2 * (g[i] * g[i]);                                                            \
                w[i] = keep * w[i] - lr * (m[i] * c1) / (ROOT(v[i] * c2) + eps);                                  \
            }                                                                                                     \
    }
UPDATES(float, update_f32, sqrtf)
UPDATES(double, update_f64, sqrt)

static bool slots(wg_context *c, const wg_optim *o, wgi_parameter *q)
{
    for (int k = 0; k < (o->kind == ADAM ? 2 : o->kind == MOMENTUM); k++)
        if (!q->slot[k] && !(q->slot[k] = wg_alloc(c, (size_t)WGI_MAX(q->size, 1), wg_dtype_size(q->dtype))))
            return false;
    return true;
}

static bool moves(const wg_optim *o, const wgi_parameter *q) { return q->reached && wgi_params_holds(o->p, q); }

static wg_status ready(wg_site here, const wg_optim *o)
{
    wg_params *root = o->p->root;
    if (!wgi_ok(root->c))
        return wg_failed(root->c);
    if (root->gradients == WGI_GRAD_NONE)
        return wgi_fail(root->c, here, "step", WG_ERROR_USE, "there are no gradients: wg_backward comes first");
    if (root->gradients == WGI_GRAD_USED)
        return wgi_fail(root->c, here, "step", WG_ERROR_USE, "the gradients were used by the step at %s", wg_site_place(root->used_here));
    return WG_OK;
}

wg_status wg_optim_step_at(wg_site here, wg_optim *o)
{
    if (!o)
        return WG_ERROR_USE;
    wg_params *root = o->p->root;
    wg_status  s = ready(here, o);
    for (size_t k = 0; !s && k < root->count; k++)
        if (moves(o, root->item[k]) && !slots(root->c, o, root->item[k]))
            s = wg_failed(root->c);
    if (s)
        return s;
    double t = (double)++o->steps;
    rates  r = { .lr = o->lr, .beta1 = o->beta1, .beta2 = o->beta2, .eps = o->eps };
    r.one1 = o->kind == MOMENTUM && o->classical ? 1 : 1 - o->beta1;
    r.one2 = 1 - o->beta2;
    r.c1 = 1 / (1 - pow(o->beta1, t));
    r.c2 = 1 / (1 - pow(o->beta2, t));
    for (size_t k = 0; k < root->count; k++) {
        wgi_parameter *q = root->item[k];
        if (!moves(o, q))
            continue;
        r.keep = o->decay_all || q->shape.rank >= 2 ? 1 - o->lr * o->decay : 1;
        if (q->dtype == WG_F32)
            update_f32(o->kind, &r, q->size, q->data, q->grad, q->slot[0], q->slot[1]);
        else
            update_f64(o->kind, &r, q->size, q->data, q->grad, q->slot[0], q->slot[1]);
    }
    root->version++;
    root->gradients = WGI_GRAD_USED;
    root->used_here = here;
    return WG_OK;
}

void wg_mean_add(wg_mean *m, double value, double weight)
{
    if (weight <= 0)
        return;
    m->weight += weight;
    m->value += (value - m->value) * (weight / m->weight);
}
