/* test_lbfgs.c: L-BFGS: minima that are known, its line search, what it leaves as it was, and its
 * errors. */
#include <math.h>

#include "wgtest.h"

static wgt_world start(wg_dtype t, const wg_lbfgs_opts *o)
{
    wgt_world u = wgt_world_new(NULL, t, NULL);
    u.o = wg_lbfgs_at(WG_HERE, u.p, o);
    return u;
}

/* Rosenbrock's function of n variables: sum 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2. The minimum is 0 at
 * 1. */
static wg_node rosenbrock(const wgt_world *u, int n)
{
    double first[64];
    for (int i = 0; i < n; i++) first[i] = i % 2 ? 1 : -1.2;
    wg_node x = wg_param(u->g, u->p, "x", WG_SHAPE(n), wg_values(first));
    wg_node a = wg_slice(x, .axis = 0, .to = n - 1), b = wg_slice(x, .axis = 0, .from = 1);
    return wg_add(wg_mul(100, wg_sum(wg_square(wg_sub(b, wg_square(a))))), wg_sum(wg_square(wg_sub(1, a))));
}

/* So many steps, until the norm of the gradient is below the bound. */
static int minimise(const wgt_world *u, wg_node (*f)(const wgt_world *u, int n), int n, int most,
                    double bound)
{
    for (int i = 0; i < most; i++) {
        wg_begin(u->g, WG_TRAIN);
        wg_backward(f(u, n), u->p);
        if (wg_params_grad_norm(u->p) < bound) return i;
        wg_optim_step(u->o);
    }
    return most;
}

/* The first step tries min(1, 1/|g|) of the gradient, as PyTorch's does: of w^2 / 2 from 1/4 it is the
 * minimum, from 4 it is 3. */
Test(lbfgs, the_first_step)
{
    static const double from[] = { 0.25, 4, -0.5, -8 }, to[] = { 0, 3, 0, -7 };
    for (int i = 0; i < 4; i++) {
        const wgt_world u = start(WG_F64, &WG_OPTS(wg_lbfgs_opts, .evaluations = 1));
        wg_begin(u.g, WG_TRAIN);
        const wg_node w = wg_param(u.g, u.p, "w", WG_SCALAR, wg_const(from[i]));
        wg_backward(wg_div(wg_square(w), 2), u.p);
        wg_optim_step(u.o);
        cr_expect_eq(*(double *)wg_params_tensor(u.p, 0).data, to[i]);
        wgt_finish(u.c, NULL);
    }
}

/* PyTorch's L-BFGS needs 37, 97 and 388 steps from here. */
Test(lbfgs, rosenbrock)
{
    static const int sizes[] = { 2, 10, 64 };
    for (int k = 0; k < 3; k++) {
        wgt_world u = start(WG_F64, &WG_OPTS(wg_lbfgs_opts));
        double x[64];
        static const int bounds[] = { 60, 150, 600 };
        const int steps = minimise(&u, rosenbrock, sizes[k], 600, 1e-8);
        cr_assert_lt(steps, bounds[k], "%d variables: %d steps", sizes[k], steps);
        wg_params_get(u.p, x);
        for (int i = 0; i < sizes[k]; i++) cr_assert(fabs(x[i] - 1) < 1e-7, "x[%d] is %.17g", i, x[i]);
        wgt_finish(u.c, NULL);
    }
}

/* The condition number is 1,000. */
static wg_node bowl(const wgt_world *u, int n)
{
    double c[8], a[8];
    for (int i = 0; i < 8; i++) c[i] = pow(10, 3 * i / 7.0), a[i] = i - 3.5;
    wg_node x = wg_param(u->g, u->p, "x", WG_SHAPE(8), wg_zeros());
    x = wg_sub(x, wg_cast(wg_input(u->g, "a", wg_view_f64(a, WG_SHAPE(8))), wg_node_dtype(x)));
    return wg_sum(
        wg_mul(wg_cast(wg_input(u->g, "c", wg_view_f64(c, WG_SHAPE(8))), wg_node_dtype(x)), wg_square(x)));
}

Test(lbfgs, bowl)
{
    for (int f32 = 0; f32 < 2; f32++) {
        wgt_world u = start(f32 ? WG_F32 : WG_F64, &WG_OPTS(wg_lbfgs_opts));
        double x[8];
        minimise(&u, bowl, 8, 60, f32 ? 0 : 1e-9);
        wg_params_get(u.p, x);
        for (int i = 0; i < 8; i++)
            cr_assert(fabs(x[i] - (i - 3.5)) < (f32 ? 1e-3 : 1e-9), "x[%d] is %.17g", i, x[i]);
        wgt_finish(u.c, NULL);
    }
}

/* The loss of a step is never larger than that of the step before, and comes to the minimum, 0, or to that
 * beside it, 3.973940. Without a history, which is the steepest descent, the way is long. */
Test(lbfgs, the_loss_falls)
{
    static const double below[] = { 1e-20, 1e-20, 3.973941, 2.5 };
    for (int k = 0; k < 4; k++) {
        const wg_lbfgs_opts o[] = { WG_OPTS(wg_lbfgs_opts), WG_OPTS(wg_lbfgs_opts, .lr = 100),
                                    WG_OPTS(wg_lbfgs_opts, .lr = 1e-6, .history = 3),
                                    WG_OPTS(wg_lbfgs_opts, .history = 0, .evaluations = 3) };
        wgt_world u = start(WG_F64, &o[k]);
        double before = INFINITY;
        for (int i = 0; i < 150; i++) {
            wg_begin(u.g, WG_TRAIN);
            wg_node L = rosenbrock(&u, 6);
            wg_backward(L, u.p);
            const double now = wg_item(L);
            cr_assert_leq(now, before, "options %d, step %d", k, i);
            before = now;
            wg_optim_step(u.o);
            cr_assert_eq(wg_item(L), now, "the loss that was read before stays");
        }
        cr_expect_lt(before, below[k], "options %d: %g", k, before);
        wgt_finish(u.c, NULL);
    }
}

/* Beyond 1 the logarithm is NaN: the search has to come back. The minimum of -log(1 - x^2) - x is at
 * sqrt(2) - 1. The loss there is not 0, so its rounding hides moves below the root of 2^-53. */
static wg_node walled(const wgt_world *u, int n)
{
    wg_node x = wg_param(u->g, u->p, "x", WG_SCALAR, wg_const(-0.5));
    return wg_sub(wg_neg(wg_log(wg_sub(1, wg_square(x)))), x);
}

Test(lbfgs, numbers_that_are_not_finite_bound_the_search)
{
    wgt_world u = start(WG_F64, &WG_OPTS(wg_lbfgs_opts, .lr = 1000));
    minimise(&u, walled, 1, 50, 1e-12);
    cr_assert(fabs(wg_params_item(u.p, "x") - (sqrt(2) - 1)) < 1e-7, "%g", wg_params_item(u.p, "x"));
    wgt_finish(u.c, NULL);
}

/* Parameters that the loss does not reach stay, also when earlier losses did; so do states, gradients, and
 * parameters of another optimizer. */
Test(lbfgs, what_stays)
{
    wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    wg_params *a = wg_params_in(u.p, "a");
    u.o = wg_lbfgs(a);
    wg_optim *other = wg_sgd(wg_params_in(u.p, "b"), .lr = 0.125);
    for (int i = 0; i < 6; i++) {
        wg_begin(u.g, WG_TRAIN);
        wg_node x = wg_param(u.g, u.p, "a.x", WG_SCALAR, wg_const(3)),
                y = wg_param(u.g, u.p, "a.y", WG_SCALAR, wg_const(2)),
                b = wg_param(u.g, u.p, "b.w", WG_SCALAR, wg_const(1)),
                s = wg_state(u.g, u.p, "a.s", WG_SCALAR, wg_const(0));
        wg_assign(s, wg_add(s, 1));
        wg_node L = wg_add(wg_mul(2, wg_square(wg_sub(x, 1))), wg_square(b));
        if (i < 2) L = wg_add(L, wg_add(wg_square(wg_sub(y, x)), wg_square(y)));
        const double y_was = wg_params_item(u.p, "a.y"), b_was = wg_params_item(u.p, "b.w");
        wg_backward(L, u.p);
        double g[3], after[3];
        wg_params_get_grad(u.p, g);
        wg_optim_step(u.o);
        wg_params_get_grad(u.p, after);
        cr_assert(!memcmp(g, after, sizeof g));
        cr_assert_eq(wg_params_item(u.p, "a.s"), i + 1);
        if (i >= 2) cr_assert_eq(wg_params_item(u.p, "a.y"), y_was);
        cr_assert_eq(wg_params_item(u.p, "b.w"), b_was);
        wg_optim_step(other);
        cr_assert_eq(wg_params_item(u.p, "b.w"), b_was - 0.125 * 2 * b_was);
    }
    cr_assert(fabs(wg_params_item(u.p, "a.x") - 1) < 1e-6);
    wgt_finish(u.c, NULL);
}

/* (x - 1)^2 + (y - 2)^2 + x y: with y fixed the minimum is at x = 1 - y / 2. */
static wg_node saddle(const wgt_world *u, int n)
{
    wg_node x = wg_param(u->g, u->p, "x", WG_SCALAR, wg_const(5)),
            y = wg_param(u->g, u->p, "y", WG_SCALAR, wg_const(5));
    return wg_add(wg_add(wg_square(wg_sub(x, 1)), wg_square(wg_sub(y, 2))), wg_mul(x, y));
}

Test(lbfgs, frozen_parameters_stay)
{
    wgt_world u = start(WG_F64, &WG_OPTS(wg_lbfgs_opts));
    minimise(&u, saddle, 0, 2, 0);
    const double y = wg_params_item(u.p, "y");
    wg_params_freeze(u.p, "y", true);
    minimise(&u, saddle, 0, 20, 1e-10);
    cr_assert_eq(wg_params_item(u.p, "y"), y);
    cr_assert(fabs(wg_params_item(u.p, "x") - (1 - y / 2)) < 1e-9);
    wgt_finish(u.c, NULL);
}

/* The first loss is a^2 + b^2, whose Hessian 2 I ties a to b in nothing; the later ones read a alone. Then a
 * moves as one number does: to where the line through its last two slopes is zero. b stays. */
Test(lbfgs, what_a_later_loss_does_not_read_stays)
{
    wgt_world u = start(WG_F64, &WG_OPTS(wg_lbfgs_opts));
    double a[3], b[3];
    for (int step = 0; step < 3; step++) {
        wg_begin(u.g, WG_TRAIN);
        wg_node x = wg_param(u.g, u.p, "a", WG_SCALAR, wg_const(3));
        wg_node y = wg_param(u.g, u.p, "b", WG_SCALAR, wg_const(4));
        wg_backward(step ? wg_cosh(wg_sub(x, 5)) : wg_add(wg_square(x), wg_square(y)), u.p);
        wg_optim_step(u.o);
        a[step] = wg_params_item(u.p, "a"), b[step] = wg_params_item(u.p, "b");
    }
    const double slope = (sinh(a[1] - 5) - sinh(a[0] - 5)) / (a[1] - a[0]);
    cr_expect_float_eq(a[2], a[1] - sinh(a[1] - 5) / slope, 1e-12);
    cr_expect_float_eq(b[2], b[0], 1e-15);
    wgt_finish(u.c, NULL);
}

/* After another optimizer has changed its part, the loss at the start is computed anew. */
Test(lbfgs, after_the_step_of_another)
{
    wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    wg_optim *other = wg_sgd(wg_params_in(u.p, "b"), .lr = 0.25);
    u.o = wg_lbfgs(wg_params_in(u.p, "a"));
    for (int i = 0; i < 60; i++) {
        wg_begin(u.g, WG_TRAIN);
        wg_node x = wg_param(u.g, u.p, "a.x", WG_SCALAR, wg_const(3)),
                b = wg_param(u.g, u.p, "b.w", WG_SCALAR, wg_const(1));
        wg_backward(wg_add(wg_square(wg_sub(x, b)), wg_square(wg_sub(b, 2))), u.p);
        wg_optim_step(other);
        wg_optim_step(u.o);
    }
    cr_assert(fabs(wg_params_item(u.p, "a.x") - 2) < 1e-8 && fabs(wg_params_item(u.p, "b.w") - 2) < 1e-8);
    wgt_finish(u.c, NULL);
}

/* Random numbers of a step are the same in all of its evaluations: the loss falls for them. */
Test(lbfgs, dropout_is_the_same_within_a_step)
{
    wgt_world u = start(WG_F64, &WG_OPTS(wg_lbfgs_opts));
    for (int i = 0; i < 20; i++) {
        wg_begin(u.g, WG_TRAIN);
        wgx_graph_freeze(u.g, true);
        wg_node x = wg_param(u.g, u.p, "x", WG_SHAPE(50), wg_const(1));
        wg_node L = wg_sum(wg_square(wg_sub(wg_dropout(x, .keep_prob = 0.5), 3)));
        wg_backward(L, u.p);
        wg_optim_step(u.o);
    }
    double x[50];
    wg_params_get(u.p, x);
    int at_1 = 0, at_1_5 = 0; /* dropped in each step, or doubled */
    for (int i = 0; i < 50; i++) at_1 += x[i] == 1, at_1_5 += fabs(x[i] - 1.5) < 1e-9;
    cr_assert_eq(at_1 + at_1_5, 50);
    cr_assert(at_1 > 5 && at_1_5 > 5);
    wgt_finish(u.c, NULL);
}

Test(lbfgs, mistakes_are_named)
{
    wgt_world u = start(WG_F64, &WG_OPTS(wg_lbfgs_opts));
    wg_backward(rosenbrock(&u, 4), u.p);
    WGT_REFUSED(u.c, USE, "optim_clip_norm: lbfgs compares losses along a line", wg_optim_clip_norm(u.o, 1));
    wg_optim_clip_value(u.o, 1);
    wgt_expect_error(u.c, WG_ERROR_USE, "optim_clip_value: lbfgs compares losses along a line");
    wg_optim_group(u.o, "*", .lr = 1);
    wgt_expect_error(u.c, WG_ERROR_USE, "optim_group: lbfgs has one rate for all parameters");
    wg_backward_add(rosenbrock(&u, 4), u.p);
    WGT_REFUSED(u.c, USE, "lbfgs needs the gradients of one wg_backward", wg_optim_step(u.o));
    wg_backward(rosenbrock(&u, 4), u.p);
    wg_begin(u.g, WG_TRAIN);
    WGT_REFUSED(u.c, USE, "its graph was begun anew or freed", wg_optim_step(u.o));
    wg_backward(rosenbrock(&u, 4), u.p);
    wg_optim_step(u.o);
    WGT_REFUSED(u.c, USE, "the gradients were used by the step at", wg_optim_step(u.o));
    wgt_finish(u.c, NULL);
}

/* Each allocation of a step fails once: the parameters are as before, and the next step goes on. */
Test(lbfgs, no_memory)
{
    for (int64_t k = 1;; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wgt_world u = { c, wg_graph_new(c), wg_params_new(c), NULL };
        u.o = wg_lbfgs(u.p);
        double x[4], y[4];
        wg_backward(rosenbrock(&u, 4), u.p);
        wg_params_get(u.p, x);
        m.fail_at = m.calls + k;
        wg_optim_step(u.o);
        const bool failed = m.failed;
        m.fail_at = 0;
        if (failed && wg_failed(c)) {
            wgt_expect_error(c, WG_ERROR_MEMORY, "no memory");
            wg_params_get(u.p, y);
            cr_assert(!memcmp(x, y, sizeof x), "allocation %lld", (long long)k);
            wg_optim_step(u.o);
        }
        wg_params_get(u.p, y);
        cr_assert(memcmp(x, y, sizeof x));
        wgt_finish(c, &m);
        if (!failed) break;
    }
}
