/* test_formulas.c: three steps of each optimizer, each with a rate of its own, against its published formula,
 * which is written down here in long double. The loss is linear, so that the gradients are the numbers given
 * here. */
#include <math.h>

#include "wgtest.h"

typedef long double real;

/* One element: the parameter and what the optimizer keeps. */
typedef struct element {
    real w, m, v, x, product;
} element;

enum { N = 6, STEPS = 3 };
static const double first[N] = { 1.5, -0.75, 0.3, -2.25, 0.001, 0.5 };
static const double rates[STEPS] = { 0.125, 0.25, 0.0625 };
static const double slopes[STEPS][N] = { { 0.5, -1.25, 2, 0.125, 0, 2 },
                                         { -0.25, -0.5, 4, 1, 0.03, 0.25 },
                                         { 3, 0.75, -1, -0.5, 0, 0.125 } };

/* ---- the formulas ---- */

static void by_sgd(element *e, real g, real lr, int t) { e->w -= lr * g; }

static void by_momentum(element *e, real g, real lr, int t)
{
    e->m = 0.8L * e->m + 0.2L * g;
    e->w -= lr * e->m;
}
static void by_classical(element *e, real g, real lr, int t)
{
    e->m = 0.8L * e->m + g;
    e->w -= lr * e->m;
}
static void by_nesterov(element *e, real g, real lr, int t)
{
    e->m = 0.8L * e->m + 0.2L * g;
    e->w -= lr * (0.8L * e->m + 0.2L * g);
}
static void by_classical_nesterov(element *e, real g, real lr, int t)
{
    e->m = 0.8L * e->m + g;
    e->w -= lr * (g + 0.8L * e->m);
}

static void by_velocity(element *e, real g, real lr, int t)
{
    e->m = 0.8L * e->m - lr * g;
    e->w += e->m;
}
/* The notes of CS231n: v_prev = v, v = mu v - lr g, x += -mu v_prev + (1 + mu) v. */
static void by_velocity_nesterov(element *e, real g, real lr, int t)
{
    const real before = e->m;
    e->m = 0.8L * e->m - lr * g;
    e->w += -0.8L * before + 1.8L * e->m;
}

static void averages(element *e, real g)
{
    e->m = 0.8L * e->m + 0.2L * g;
    e->v = 0.95L * e->v + 0.05L * g * g;
}
static void by_adam(element *e, real g, real lr, int t)
{
    averages(e, g);
    e->w -= lr * (e->m / (1 - powl(0.8L, t))) / (sqrtl(e->v / (1 - powl(0.95L, t))) + 1e-3L);
}
static void by_amsgrad(element *e, real g, real lr, int t)
{
    averages(e, g);
    e->x = fmaxl(e->x, e->v);
    e->w -= lr * (e->m / (1 - powl(0.8L, t))) / (sqrtl(e->x / (1 - powl(0.95L, t))) + 1e-3L);
}
static void by_adamax(element *e, real g, real lr, int t)
{
    averages(e, g);
    e->x = fmaxl(0.95L * e->x, fabsl(g) + 1e-3L);
    e->w -= lr / (1 - powl(0.8L, t)) * e->m / e->x;
}
static real mu(int t) { return 0.8L * (1 - powl(0.96L, 0.5L * t) / 2); }
static void by_nadam(element *e, real g, real lr, int t)
{
    averages(e, g);
    e->product = t == 1 ? mu(1) : e->product * mu(t);
    real ahead = mu(t + 1) * e->m / (1 - e->product * mu(t + 1)) + (1 - mu(t)) * g / (1 - e->product);
    e->w -= lr * ahead / (sqrtl(e->v / (1 - powl(0.95L, t))) + 1e-3L);
}
static void by_lion(element *e, real g, real lr, int t)
{
    real c = 0.8L * e->m + 0.2L * g;
    e->w -= c > 0 ? lr : c < 0 ? -lr : 0;
    e->m = 0.95L * e->m + 0.05L * g;
}
static void by_adagrad(element *e, real g, real lr, int t)
{
    e->v += g * g;
    e->w -= lr * g / (sqrtl(0.1L + e->v) + 1e-3L);
}
static void by_adadelta(element *e, real g, real lr, int t)
{
    e->v = 0.95L * e->v + 0.05L * g * g;
    real d = sqrtl(e->x + 1e-3L) / sqrtl(e->v + 1e-3L) * g;
    e->x = 0.95L * e->x + 0.05L * d * d;
    e->w -= lr * d;
}
static void rmsprop(element *e, real g, real lr, bool centered, real momentum)
{
    e->v = 0.95L * e->v + 0.05L * g * g;
    e->m = 0.95L * e->m + 0.05L * g;
    e->x = momentum * e->x + g / (sqrtl(e->v - (centered ? e->m * e->m : 0)) + 1e-3L);
    e->w -= lr * e->x;
}
static void by_rmsprop(element *e, real g, real lr, int t) { rmsprop(e, g, lr, false, 0); }
static void by_centered(element *e, real g, real lr, int t) { rmsprop(e, g, lr, true, 0); }
static void by_pushed(element *e, real g, real lr, int t) { rmsprop(e, g, lr, false, 0.8L); }
static void by_both(element *e, real g, real lr, int t) { rmsprop(e, g, lr, true, 0.8L); }

/* ---- the optimizers ---- */

#define ALL_ADAM \
    { "beta1", 0.8 }, { "beta2", 0.95 }, { "eps", 1e-3 }
#define ALL_RMS \
    { "rho", 0.95 }, { "eps", 1e-3 }
static const struct rule {
    const char *kind;
    void (*step)(element *e, real g, real lr, int t);
    wg_optim_setting setting[4];
} rules[] = {
    { "sgd", by_sgd, { { NULL, 0 } } },
    { "momentum", by_momentum, { { "beta", 0.8 } } },
    { "momentum", by_classical, { { "beta", 0.8 }, { "classical", 1 } } },
    { "momentum", by_nesterov, { { "beta", 0.8 }, { "nesterov", 1 } } },
    { "momentum", by_classical_nesterov, { { "beta", 0.8 }, { "classical", 1 }, { "nesterov", 1 } } },
    { "momentum", by_velocity, { { "beta", 0.8 }, { "velocity", 1 } } },
    { "momentum", by_velocity_nesterov, { { "beta", 0.8 }, { "velocity", 1 }, { "nesterov", 1 } } },
    { "adam", by_adam, { ALL_ADAM } },
    { "adam", by_amsgrad, { ALL_ADAM, { "amsgrad", 1 } } },
    { "adamw", by_adam, { ALL_ADAM } },
    { "adamax", by_adamax, { ALL_ADAM } },
    { "nadam", by_nadam, { ALL_ADAM, { "psi", 0.5 } } },
    { "lion", by_lion, { { "beta1", 0.8 }, { "beta2", 0.95 } } },
    { "adagrad", by_adagrad, { { "initial", 0.1 }, { "eps", 1e-3 } } },
    { "adadelta", by_adadelta, { ALL_RMS } },
    { "rmsprop", by_rmsprop, { ALL_RMS } },
    { "rmsprop", by_centered, { ALL_RMS, { "centered", 1 } } },
    { "rmsprop", by_pushed, { ALL_RMS, { "momentum", 0.8 } } },
    { "rmsprop", by_both, { ALL_RMS, { "momentum", 0.8 }, { "centered", 1 } } },
};
enum { ALL = sizeof rules / sizeof *rules };

/* How parameters decay beside the step. */
typedef struct decay {
    double weight_decay, l1;
    bool coupled, all;
} decay;

static wg_optim *make(wg_params *p, const struct rule *k, const decay *d)
{
    wg_optim_setting s[9] = { { "lr", rates[0] },
                              { "weight_decay", d->weight_decay },
                              { "l1", d->l1 },
                              { "coupled", d->coupled },
                              { "decay_all", d->all } };
    int n = 5;
    for (int i = 0; i < 4 && k->setting[i].name; i++) s[n++] = k->setting[i];
    return wg_optim_named(p, k->kind, s, n);
}

/* ---- steps ---- */

static void step_by_formula(const struct rule *k, element *e, real g, const decay *d, int t)
{
    const real lr = rates[t - 1], decays = d->all ? d->weight_decay : 0, l1 = d->all ? d->l1 : 0, was = e->w;
    k->step(e, d->coupled ? g + decays * e->w : g, lr, t);
    if (!d->coupled) e->w -= lr * decays * was;
    e->w = copysignl(fmaxl(fabsl(e->w) - lr * l1, 0), e->w);
}

static void step(wg_graph *g, wg_params *p, wg_optim *o, const double *x)
{
    wg_begin(g, WG_TRAIN);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(N), wg_values(first));
    wg_backward(wg_sum(wg_mul(w, wg_input(g, "x", wg_view_f64(x, WG_SHAPE(N))))), p);
    wg_optim_step(o);
}

static void by_hand(int i, const decay *d)
{
    WGT_WORLD(WG_F64, NULL);
    const struct rule *k = &rules[i];
    wg_optim *o = make(p, k, d);
    cr_assert(o, "rule %d: %s", i, wg_message(c));
    element e[N] = { 0 };
    double w[N];
    for (int j = 0; j < N; j++) e[j].w = first[j];
    for (int t = 1; t <= STEPS; t++) {
        wg_optim_set_lr(o, rates[t - 1]);
        step(g, p, o, slopes[t - 1]);
        wg_params_get(p, w);
        for (int j = 0; j < N; j++) {
            step_by_formula(k, &e[j], slopes[t - 1][j], d, t);
            cr_assert(fabsl(w[j] - e[j].w) < 1e-12L, "rule %d, %s, step %d: %.17g, not %.17Lg", i, k->kind, t,
                      w[j], e[j].w);
        }
    }
    wgt_finish(c, NULL);
}

Test(formulas, three_steps_by_hand)
{
    for (int i = 0; i < ALL; i++) by_hand(i, &(decay){ 0 });
}

/* Nesterov's method on J = w^2 - 10 w + 25 from 0, as Sutskever et al. 2013 write it: p += v, where
 * v = mu v - lr J'(p + mu v). w is p + mu v. */
static void nesterov_ahead(bool velocity)
{
    WGT_WORLD(WG_F64, NULL);
    wg_momentum_opts o = WG_OPTS(wg_momentum_opts, .lr = rates[0], .beta = 0.9, .nesterov = true);
    o.velocity = velocity, o.classical = !velocity;
    wg_optim *s = wg_momentum_at(WG_HERE, p, &o);
    long double place = 0, v = 0;
    for (int t = 0; t < 9; t++) {
        const double lr = velocity ? rates[t % STEPS] : rates[0];
        wg_optim_set_lr(s, lr);
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(0));
        wg_backward(wg_add(wg_sub(wg_square(w), wg_mul(10, w)), 25), p);
        wg_optim_step(s);
        v = 0.9L * v - lr * (2 * (place + 0.9L * v) - 10);
        place += v;
        cr_expect(fabsl(wg_params_item(p, "w") - (place + 0.9L * v)) < 1e-13L, "step %d: %.17g, not %.17Lg",
                  t, wg_params_item(p, "w"), place + 0.9L * v);
    }
    wgt_finish(c, NULL);
}
Test(formulas, nesterov_takes_the_gradient_ahead)
{
    nesterov_ahead(false);
    nesterov_ahead(true);
}

Test(formulas, decay_is_a_part_of_the_step_or_of_the_gradient)
{
    for (int i = 0; i < ALL; i++)
        for (int k = 0; k < 8; k++) by_hand(i, &(decay){ 0.25, k & 1 ? 0.75 : 0, k & 2, k & 4 });
}

/* A parameter that the threshold has reached is exactly zero. */
Test(formulas, l1_makes_zeros)
{
    WGT_WORLD(WG_F32, NULL);
    wg_optim *o = wg_sgd(p, .lr = 0.25, .l1 = 1);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(1, 4), wg_values((double[]){ 1, 0.25, -0.125, -1 }));
    wg_backward(wg_sum(wg_mul(0, w)), p);
    wg_optim_step(o);
    double is[4], want[4] = { 0.75, 0, 0, -0.75 };
    wg_params_get(p, is);
    for (int i = 0; i < 4; i++) cr_assert_eq(is[i], want[i]);
    wgt_finish(c, NULL);
}

/* AdamW decays by 0.01 where Adam does not decay. */
Test(formulas, adamw_decays_by_default)
{
    for (int matrix = 0; matrix < 2; matrix++) {
        WGT_WORLD(WG_F64, NULL);
        wg_optim *o = wg_adamw(p, .lr = 0.5);
        wg_node w = wg_param(g, p, "w", matrix ? WG_SHAPE(1, 1) : WG_SHAPE(1), wg_const(1));
        wg_backward(wg_sum(wg_mul(0, w)), p);
        wg_optim_step(o);
        cr_assert_eq(wg_params_item(p, "w"), matrix ? 1 - 0.5 * 0.01 : 1);
        wgt_finish(c, NULL);
    }
}

/* ---- rmsprop ---- */

/* The variance of equal gradients is 0. It is computed as a difference of two averages, which may round to
 * less than 0. */
Test(formulas, rmsprop_has_no_root_of_less_than_nothing)
{
    for (int k = 1; k < 100; k++) {
        WGT_WORLD(WG_F32, NULL);
        wg_optim *s = wg_rmsprop(p, .lr = 1e-6, .rho = 0.5, .centered = true);
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
Test(formulas, rmsprop_has_the_arrays_that_it_uses)
{
    size_t bytes[4];
    for (int k = 0; k < 4; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *s = wg_rmsprop(p, .momentum = k & 1 ? 0.5 : 0, .centered = k & 2);
        wg_backward(wg_sum(wg_param(g, p, "w", WG_SHAPE(100000), wg_zeros())), p);
        int64_t before = m.bytes;
        wg_optim_step(s);
        bytes[k] = (size_t)(m.bytes - before);
        wgt_finish(c, &m);
    }
    for (int k = 1; k < 4; k++)
        cr_assert_eq((bytes[k] - bytes[0] + 400000) / 800000, k == 3 ? 2 : 1, "%d: %zu", k, bytes[k]);
}
