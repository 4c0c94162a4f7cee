/* steps.c: 1,000 steps of each optimizer in f64. Prints a line for each case: its name and the
 * parameters at the end. compare.py makes the same steps with PyTorch. */
#include <math.h>
#include <stdio.h>

#include "wengert/wengert.h"

enum { N = 24, STEPS = 1000 };

#define DECAY .decay_all = true, .weight_decay
#define CASES(X)                                                                                           \
    X(sgd, sgd, .lr = 0.05)                                                                                \
    X(sgd_coupled, sgd, .lr = 0.05, .coupled = true, DECAY = 0.125)                                        \
    X(momentum, momentum, .lr = 0.01, .classical = true)                                                   \
    X(nesterov, momentum, .lr = 0.01, .classical = true, .nesterov = true, .coupled = true, DECAY = 0.125) \
    X(adam, adam, .lr = 0.01)                                                                              \
    X(adam_coupled, adam, .lr = 0.01, .coupled = true, DECAY = 0.125)                                      \
    X(amsgrad, adam, .lr = 0.01, .amsgrad = true)                                                          \
    X(adamw, adamw, .lr = 0.01, .decay_all = true)                                                         \
    X(adamw_amsgrad, adamw, .lr = 0.01, .amsgrad = true, DECAY = 0.5)                                      \
    X(adamax, adamax, .lr = 0.01)                                                                          \
    X(adamax_coupled, adamax, .lr = 0.01, .coupled = true, DECAY = 0.125)                                  \
    X(nadam, nadam, .lr = 0.01)                                                                            \
    X(nadam_coupled, nadam, .lr = 0.01, .psi = 0.02, .coupled = true, DECAY = 0.125)                       \
    X(adagrad, adagrad, .lr = 0.1)                                                                         \
    X(adagrad_coupled, adagrad, .lr = 0.1, .initial = 0.5, .coupled = true, DECAY = 0.125)                 \
    X(adadelta, adadelta, .lr = 0.5)                                                                       \
    X(adadelta_coupled, adadelta, .lr = 1, .rho = 0.95, .coupled = true, DECAY = 0.125)                    \
    X(rmsprop, rmsprop, .lr = 0.01)                                                                        \
    X(rmsprop_all, rmsprop, .lr = 0.01, .centered = true, .momentum = 0.5, .coupled = true, DECAY = 0.125)

#define MAKER(name, kind, ...) \
    static wg_optim *make_##name(wg_params *p) { return wg_##kind(p, __VA_ARGS__); }
CASES(MAKER)

/* Numbers of both signs that are exact in both programs. */
static double push(int t, int i) { return ((t * 37 + i * 11) % 31 - 15) / 16.0; }

/* L = sum(c (w - a)^2) / 2 + sum(x w), where x changes from step to step */
static wg_node loss(wg_graph *g, wg_params *p, int t)
{
    double first[N], c[N], a[N], x[N];
    for (int i = 0; i < N; i++) {
        first[i] = (i - 11) / 8.0, c[i] = (1 + i % 5) / 4.0, a[i] = (i % 7 - 3) / 2.0;
        x[i] = push(t, i);
    }
    const wg_shape s = WG_SHAPE(N);
    wg_node w = wg_param(g, p, "w", s, wg_values(first)), C = wg_input(g, "c", wg_view_f64(c, s)),
            A = wg_input(g, "a", wg_view_f64(a, s)), X = wg_input(g, "x", wg_view_f64(x, s));
    return wg_add(wg_mul(0.5, wg_sum(wg_mul(C, wg_square(wg_sub(w, A))))), wg_sum(wg_mul(X, w)));
}

static void steps(const char *name, wg_optim *(*make)(wg_params *p))
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = make(p);
    double w[N];
    for (int t = 1; t <= STEPS; t++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(loss(g, p, t), p);
        wg_optim_step(o);
    }
    wg_params_get(p, w);
    printf("%s", name);
    for (int i = 0; i < N; i++) printf(" %.17g", w[i]);
    printf("\n");
    wg_finish(c, stderr);
}

/* L-BFGS on 1e8 times the sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2. The factor is for PyTorch,
 * which forgets moves whose curvature is less than 1e-10 whatever the scale of the loss. */
static void search(const char *name, int most)
{
    enum { VARIABLES = 8 };
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_lbfgs(p, .history = 5);
    double x[VARIABLES];
    for (int i = 0; i < VARIABLES; i++) x[i] = i % 2 ? 1 : -1.2;
    for (int t = 0; t < most; t++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(VARIABLES), wg_values(x));
        wg_node a = wg_slice(w, .axis = 0, .to = VARIABLES - 1), b = wg_slice(w, .axis = 0, .from = 1);
        wg_node far = wg_mul(100, wg_sum(wg_square(wg_sub(b, wg_square(a)))));
        wg_backward(wg_mul(1e8, wg_add(far, wg_sum(wg_square(wg_sub(1, a))))), p);
        wg_optim_step(o);
    }
    wg_params_get(p, x);
    printf("%s", name);
    for (int i = 0; i < VARIABLES; i++) printf(" %.17g", x[i]);
    printf("\n");
    wg_finish(c, stderr);
}

int main(void)
{
#define RUN(name, kind, ...) steps(#name, make_##name);
    CASES(RUN)
    search("lbfgs_15", 15);
    search("lbfgs_1000", 1000);
    return 0;
}
