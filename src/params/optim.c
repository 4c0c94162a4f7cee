/* optim.c: optimizers: parameters and gradients in, parameters out; nothing here knows of graphs. The updates themselves are
 * kernels, ops/update.c. */
#include "params/params.h"

#include "kernel/update.h"

/* Elements of a piece that are updated in one pass. */
typedef struct stretch {
    int64_t     from, to;
    wgi_rates   rates; /* keep is the stretch's own, all else a step's */
    wg_type     type;
    const void *x[1];
    void       *y[3];
    wg_kernel   k; /* of the whole stretch */
} stretch;

struct wg_optim {
    wg_params *p;
    wgi_update kind;
    double     lr, beta1, beta2, eps, decay;
    bool       classical, decay_all;
    uint64_t   steps;
    stretch   *list; /* what a step updates */
    int       *chunks;
    size_t     room;
    int        stretches;
    bool       wide;    /* for threads */
    uint64_t   list_of; /* the gradients that it was made for, and the rate */
    double     list_lr;
};

static double standard(double v, double otherwise) { return v == WG_ZERO ? 0 : v != 0 ? v : otherwise; }

static wg_optim *make(wg_params *p, wg_optim all)
{
    if (!p || !wgi_ok(p->c)) return NULL;
    bool sane =
        all.lr >= 0 && isfinite(all.lr) && all.beta1 >= 0 && all.beta1 < 1 && all.beta2 >= 0 && all.beta2 < 1 && all.decay >= 0;
    if (!sane) {
        wgi_fail(p->c, NULL, "optimizer", WG_ERROR_VALUE,
                 "lr %g, beta %g and %g, weight_decay %g: lr and decay must be at least 0, betas in [0, 1)", all.lr, all.beta1,
                 all.beta2, all.decay);
        return NULL;
    }
    if (p->root->optimized) {
        wgi_fail(p->c, NULL, "optimizer", WG_ERROR_USE, "these parameters have an optimizer already: free it first");
        return NULL;
    }
    wg_optim *o = wg_alloc(p->c, 1, sizeof *o);
    if (!o) return NULL;
    *o = all;
    o->p = p;
    p->root->optimized = true;
    return o;
}

wg_optim *wg_sgd(wg_params *p, const wg_sgd_opts *u)
{
    wg_sgd_opts o = u ? *u : (wg_sgd_opts){ 0 };
    return make(
        p, (wg_optim){
               .kind = WGI_SGD, .lr = standard(o.lr, 0.01), .decay = standard(o.weight_decay, 0), .decay_all = o.decay_all });
}

wg_optim *wg_momentum(wg_params *p, const wg_momentum_opts *u)
{
    wg_momentum_opts o = u ? *u : (wg_momentum_opts){ 0 };
    return make(p, (wg_optim){ .kind = WGI_MOMENTUM,
                               .lr = standard(o.lr, 0.01),
                               .beta1 = standard(o.beta, 0.9),
                               .classical = o.classical,
                               .decay = standard(o.weight_decay, 0),
                               .decay_all = o.decay_all });
}

wg_optim *wg_adam(wg_params *p, const wg_adam_opts *u)
{
    wg_adam_opts o = u ? *u : (wg_adam_opts){ 0 };
    return make(p, (wg_optim){ .kind = WGI_ADAM,
                               .lr = standard(o.lr, 1e-3),
                               .beta1 = standard(o.beta1, 0.9),
                               .beta2 = standard(o.beta2, 0.999),
                               .eps = standard(o.eps, 1e-8),
                               .decay = standard(o.weight_decay, 0),
                               .decay_all = o.decay_all });
}

void wg_optim_free(wg_optim *o)
{
    if (!o) return;
    wg_params *root = o->p->root;
    wgi_store_drop_moments(root);
    root->optimized = false;
    wg_free(root->c, o->list);
    wg_free(root->c, o);
}

void wg_optim_set_lr(wg_optim *o, double lr)
{
    if (o && !(lr >= 0 && isfinite(lr))) wgi_fail(o->p->c, NULL, "optim_set_lr", WG_ERROR_VALUE, "lr %g", lr);
    else if (o) o->lr = lr;
}

double wg_optim_lr(const wg_optim *o) { return o ? o->lr : 0; }

double wg_optim_clip_norm(wg_optim *o, double max_norm)
{
    double norm = o ? wg_params_grad_norm(o->p) : NAN;
    if (o && !(max_norm >= 0))
        wgi_fail(o->p->c, NULL, "optim_clip_norm", WG_ERROR_VALUE, "max_norm %g: must be at least 0", max_norm);
    if (!(max_norm >= 0)) return norm;
    if (!(norm > max_norm)) return norm;
    double scale = max_norm / norm;
    for (size_t k = 0; k < o->p->root->count; k++) {
        wgi_parameter *q = o->p->root->item[k];
        if (!q->reached || !wgi_params_holds(o->p, q)) continue;
        for (int64_t i = 0; i < q->size; i++)
            if (q->dtype == WG_F32) ((float *)q->grad)[i] *= (float)scale;
            else ((double *)q->grad)[i] *= scale;
    }
    return norm;
}

static bool moves(const wg_optim *o, const wgi_parameter *q) { return q->reached && wgi_params_holds(o->p, q); }

static wg_status ready(wg_site here, const wg_optim *o)
{
    wg_params *root = o->p->root;
    if (!wgi_ok(root->c)) return wg_failed(root->c);
    if (root->gradients == WGI_GRAD_NONE)
        return wgi_fail(root->c, here, "step", WG_ERROR_USE, "there are no gradients: wg_backward comes first");
    if (root->gradients == WGI_GRAD_USED)
        return wgi_fail(root->c, here, "step", WG_ERROR_USE, "the gradients were used by the step at %s",
                        wg_site_place(root->used_here));
    return WG_OK;
}

enum { LINE = 16 };

static bool update(const wg_optim *o, const wg_kernel *k) { return wgi_update_kernels[o->kind][o->p->c->isa](k); }

/* A share of stretch i, cut at cache lines. */
static bool update_part(void *arg, int i, int chunk, int chunks, int thread)
{
    const wg_optim *o = arg;
    const stretch  *s = &o->list[i];
    int64_t         size = s->to - s->from, lines = (size + LINE - 1) / LINE, begin = lines * chunk / chunks * LINE;
    int64_t         end = WGI_MIN(lines * (chunk + 1) / chunks * LINE, size);
    size_t          at = (size_t)begin * wg_dtype_size(s->type.dtype);
    const void     *x[] = { (const char *)s->x[0] + at };
    void           *y[3];
    wg_kernel       k = s->k;
    for (int j = 0; j < 3; j++) y[j] = s->y[j] ? (char *)s->y[j] + at : NULL;
    k.begin = begin, k.end = end, k.x = x, k.y = y;
    (void)thread;
    return begin >= end || update(o, &k);
}

static void take_rates(const wg_optim *o, wgi_rates *r)
{
    double t = (double)o->steps;
    r->lr = o->lr, r->beta1 = o->beta1, r->beta2 = o->beta2, r->eps = o->eps;
    r->one1 = o->kind == WGI_MOMENTUM && o->classical ? 1 : 1 - o->beta1;
    r->one2 = 1 - o->beta2;
    if (o->kind != WGI_ADAM) return;
    r->c1 = 1 / (1 - pow(o->beta1, t));
    r->c2 = 1 / (1 - pow(o->beta2, t));
}

static double keep_of(const wg_optim *o, const wgi_parameter *q)
{
    return o->decay_all || q->shape.rank >= 2 ? 1 - o->lr * o->decay : 1;
}

static void stretch_kernel(stretch *s, const wgi_piece *piece)
{
    size_t at = (size_t)s->from * wg_dtype_size(piece->dtype);
    void  *y[] = { piece->data, piece->moment[0], piece->moment[1] };
    for (int j = 0; j < 3; j++) s->y[j] = y[j] ? (char *)y[j] + at : NULL;
    s->x[0] = (char *)piece->grad + at;
    s->type = (wg_type){ NULL, piece->dtype };
    s->k = (wg_kernel){ .end = s->to - s->from, .x = s->x, .y = s->y, .xt = &s->type, .yt = &s->type, .attr = &s->rates };
}

/* The stretches of a piece: neighbours that move alike are one, zeros between them included. */
static int stretches_of(const wg_optim *o, const wgi_piece *s, stretch *to)
{
    int n = 0;
    for (const wgi_parameter *q = s->first, *before = NULL; q; before = q, q = q->next_in_piece) {
        double keep = keep_of(o, q);
        if (!moves(o, q)) continue;
        if (n && before && moves(o, before) && to[n - 1].rates.keep == keep) to[n - 1].to = q->at + q->size;
        else to[n++] = (stretch){ .from = q->at, .to = q->at + q->size, .rates.keep = keep };
    }
    for (int i = 0; i < n; i++) stretch_kernel(&to[i], s);
    return n;
}

/* Room for as many as there are parameters: scratch lives with the optimizer. */
static bool list_room(wg_optim *o, wg_params *root)
{
    if (o->room >= root->count) return true;
    wg_free(root->c, o->list);
    o->list = wg_alloc(root->c, root->count, sizeof *o->list + sizeof *o->chunks);
    o->room = o->list ? root->count : 0;
    if (o->list) o->chunks = (int *)(void *)(o->list + root->count);
    return o->list != NULL;
}

static bool prepare(wg_optim *o, wg_params *root)
{
    static const int moments[WGI_UPDATES] = { [WGI_MOMENTUM] = 1, [WGI_ADAM] = 2 };
    for (wgi_piece *s = root->pieces; s; s = s->next)
        for (const wgi_parameter *q = s->first; q; q = q->next_in_piece)
            if (moves(o, q) && !wgi_store_moments(s, root->c, moments[o->kind])) return false;
    return list_room(o, root);
}

enum { WIDE = 16384 };

/* What a step updates: as in the step before, if the gradients are of the same parameters. */
static bool list_find(wg_optim *o, wg_params *root)
{
    if (o->list_of == root->reached_by && o->list_of && o->list_lr == o->lr) return true;
    o->list_of = 0;
    if (!prepare(o, root)) return false;
    o->stretches = 0;
    o->wide = false;
    for (wgi_piece *s = root->pieces; s; s = s->next) o->stretches += stretches_of(o, s, o->list + o->stretches);
    for (int i = 0; i < o->stretches; i++) {
        o->chunks[i] = (int)WGI_MIN((o->list[i].to - o->list[i].from) / WIDE + 1, 4 * root->c->o.threads);
        o->wide |= o->chunks[i] > 1;
    }
    o->list_of = root->reached_by;
    o->list_lr = o->lr;
    return true;
}

wg_status wg_optim_step_at(wg_site here, wg_optim *o)
{
    if (!o) return WG_ERROR_USE;
    wg_params *root = o->p->root;
    wg_status  status = ready(here, o);
    if (!status && !list_find(o, root)) status = wg_failed(root->c);
    if (status) return status;
    o->steps++;
    for (int i = 0; i < o->stretches; i++) take_rates(o, &o->list[i].rates);
    if (o->wide) wgi_parts_run(update_part, o, o->chunks, o->stretches, root->c->o.threads);
    else
        for (int i = 0; i < o->stretches; i++) update(o, &o->list[i].k);
    root->version++;
    root->gradients = WGI_GRAD_USED;
    root->used_here = here;
    return WG_OK;
}

void wg_mean_add(wg_mean *m, double value, double weight)
{
    if (weight <= 0) return;
    m->weight += weight;
    m->value += (value - m->value) * (weight / m->weight);
}
