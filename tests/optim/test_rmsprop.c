/* test_rmsprop.c: RMSprop against its formula. */
#include <math.h>

#include "wgtest.h"

/* One element by the published recurrences; how far it has gone in all, and how far away it was. */
typedef struct element {
    double w, v, a, b, way, most;
} element;

static void published(element *e, double g, const wg_rmsprop_opts *o)
{
    e->v = o->rho * e->v + (1 - o->rho) * g * g;
    e->a = o->rho * e->a + (1 - o->rho) * g;
    e->b = o->momentum * e->b + g / (sqrt(o->centered ? e->v - e->a * e->a : e->v) + o->eps);
    e->w -= o->lr * e->b;
    e->way += fabs(o->lr * e->b);
    e->most = fmax(e->most, fabs(e->w));
}

/* Of both signs and exact in f32; each element has its own magnitude. */
static double gradient(int t, int i)
{
    int k = (t * 37 + i * 11) % 31 - 15;
    return ldexp(k ? k : 7, i - 6);
}

/* The relative errors of a step: v and a are averages over 1 / (1 - rho) steps of three roundings each and of
 * rho's own, b is one over 1 / (1 - momentum); v - a^2 is not small beside v here. Then each step rounds
 * w. */
static double bound(const element *e, int steps, const wg_rmsprop_opts *o)
{
    return 2 * steps * e->most + (8 / (1 - o->rho) + 8 / (1 - o->momentum)) * e->way;
}

enum { N = 13 };

static void rmsprop_step(wg_dtype t, wg_graph *g, wg_params *p, wg_optim *s, const double x[N])
{
    float narrow[N];
    for (int i = 0; i < N; i++) narrow[i] = (float)x[i];
    wg_begin(g, WG_TRAIN);
    wg_node n = wg_param(g, p, "w", WG_SHAPE(N), wg_zeros());
    wg_node k =
        wg_input(g, "x", t == WG_F32 ? wg_view_f32(narrow, WG_SHAPE(N)) : wg_view_f64(x, WG_SHAPE(N)));
    wg_backward(wg_sum(wg_mul(n, k)), p);
    wg_optim_step(s);
}

/* The loss is linear in w: gradients are these, whatever errors w has. */
static void rmsprop_by_formula(wg_dtype t, const wg_rmsprop_opts *given, const wg_rmsprop_opts *meant)
{
    double unit = t == WG_F32 ? 0x1p-24 : 0x1p-53, x[N], w[N];
    element e[N] = { 0 };
    wg_context *c = wgt_start(NULL, t, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *s = wg_rmsprop(p, given);
    for (int k = 1; k <= 1000; k++) {
        for (int i = 0; i < N; i++) published(&e[i], x[i] = gradient(k, i), meant);
        rmsprop_step(t, g, p, s, x);
        wg_params_get(p, w);
        for (int i = 0; i < N; i++)
            cr_assert(fabs(w[i] - e[i].w) <= unit * bound(&e[i], k, meant),
                      "%s, step %d, element %d: %.17g, not %.17g", wg_dtype_name(t), k, i, w[i], e[i].w);
    }
    wgt_finish(c, NULL);
}

Test(optimizers, rmsprop_is_its_formula)
{
    for (int i = 0; i < 2; i++) {
        wg_dtype t = i ? WG_F32 : WG_F64;
        rmsprop_by_formula(t, NULL, &(wg_rmsprop_opts){ .lr = 0.01, .rho = 0.99, .eps = 1e-8 });
        for (int k = 0; k < 4; k++) {
            wg_rmsprop_opts o = {
                .lr = 0.02, .rho = 0.875, .eps = 0.001, .momentum = k & 1 ? 0.75 : 0, .centered = k & 2
            };
            rmsprop_by_formula(t, &o, &o);
        }
        rmsprop_by_formula(t, &(wg_rmsprop_opts){ .lr = 0.5, .rho = WG_ZERO, .eps = 0.5 },
                           &(wg_rmsprop_opts){ .lr = 0.5, .rho = 0, .eps = 0.5 });
    }
}

/* The variance of equal gradients is 0. It is computed as a difference of two averages, which may round to
 * less than 0. */
Test(optimizers, rmsprop_has_no_root_of_less_than_nothing)
{
    for (int k = 1; k < 100; k++) {
        wg_context *c = wgt_start(NULL, WG_F32, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *s = wg_rmsprop(p, &(wg_rmsprop_opts){ .lr = 1e-6, .rho = 0.5, .centered = true });
        for (int t = 0; t < 60; t++) {
            wg_begin(g, WG_TRAIN);
            wg_backward(wg_mul(k / 7.0, wg_param(g, p, "w", WG_SCALAR, wg_zeros())), p);
            wg_optim_step(s);
            cr_assert(isfinite(wg_params_item(p, "w")), "step %d of gradients %d / 7", t, k);
        }
        wgt_finish(c, NULL);
    }
}

/* Moments that the options do not use have no memory. */
Test(optimizers, rmsprop_has_the_arrays_that_it_uses)
{
    size_t bytes[4];
    for (int k = 0; k < 4; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *s = wg_rmsprop(p, &(wg_rmsprop_opts){ .momentum = k & 1 ? 0.5 : 0, .centered = k & 2 });
        wg_backward(wg_sum(wg_param(g, p, "w", WG_SHAPE(100000), wg_zeros())), p);
        int64_t before = m.bytes;
        wg_optim_step(s);
        bytes[k] = (size_t)(m.bytes - before);
        wgt_finish(c, &m);
    }
    for (int k = 1; k < 4; k++)
        cr_assert_eq((bytes[k] - bytes[0] + 400000) / 800000, k == 3 ? 2 : 1, "%d: %zu", k, bytes[k]);
}
