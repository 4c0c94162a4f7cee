/* test_odeint.c: wg_odeint against closed forms: values, orders of convergence, gradients through the
 * steps and by the adjoint, times, mistakes. */
#include <math.h>
#include <string.h>

#include "wgtest.h"

/* ---- an equation with a closed solution ---- */

static const double A = 0.3, B = 2; /* decay and angular speed */

/* y' = [[-a, -b], [b, -a]] y: y(t) = e^(-a t) R(b t) y0, with the rotation R. */
static wg_node turning(wg_node t, wg_node y, void *user)
{
    wg_node *p = user; /* a, b */
    wg_node sides[2] = { wg_neg(p[1]), p[1] }, other = wg_flip(y, .axis = 0);
    wg_node turn = wg_mul(other, wg_concat(sides, 2));
    return wg_sub(turn, wg_mul(p[0], y));
}

typedef struct turn {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node y0, rate[2];
} turn;

static const double start[2] = { 1.5, -0.5 };

static turn turn_start(const wg_start_opts *o)
{
    turn m = { .c = wgt_start(NULL, WG_F64, o) };
    m.g = wg_graph_new(m.c), m.p = wg_params_new(m.c);
    m.y0 = wg_param(m.g, m.p, "y0", WG_SHAPE(2), wg_values(start));
    m.rate[0] = wg_param(m.g, m.p, "a", WG_SHAPE(1), wg_const(A));
    m.rate[1] = wg_param(m.g, m.p, "b", WG_SHAPE(1), wg_const(B));
    return m;
}

static void turned(double t, double y[2])
{
    const double e = exp(-A * t), c = cos(B * t), s = sin(B * t);
    y[0] = e * (c * start[0] - s * start[1]), y[1] = e * (s * start[0] + c * start[1]);
}

static double error_of(wg_node y, double t)
{
    double v[2], e[2];
    turned(t, e);
    if (wg_copy_f64(y, v, 2) != WG_OK) return INFINITY;
    return hypot(v[0] - e[0], v[1] - e[1]);
}

/* y' = y cos t: y = y0 e^(sin t). */
static wg_node by_time(wg_node t, wg_node y, void *user) { return wg_mul(wg_cos(t), y); }

/* y' = t^k: a method of order k + 1 has no error but rounding, in one step and in three. */
static wg_node power_of_time(wg_node t, wg_node y, void *user)
{
    return wg_add(wg_pow(t, *(const double *)user), wg_mul(0, y));
}

Test(odeint, a_method_is_exact_up_to_its_order)
{
    static const double order[] = {
        [WG_ODE_DORMAND_PRINCE] = 5, [WG_ODE_EULER] = 1, [WG_ODE_MIDPOINT] = 2, [WG_ODE_RK4] = 4
    };
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int m = 0; m < WG_ODE_METHODS; m++)
        for (double k = 0; k < order[m]; k++)
            for (int steps = 1; steps < 4; steps += 2) {
                wg_begin(g, WG_EVAL);
                wg_node y = wg_odeint(wg_scalar(g, 0.25), power_of_time, &k, 1, 3, .method = (wg_ode_method)m,
                                      .steps = steps);
                const double want = 0.25 + (pow(3, k + 1) - 1) / (k + 1);
                cr_expect_float_eq(wg_item(y), want, 1e-9 * want, "method %d, t^%g, %d steps: %.17g", m, k,
                                   steps, wg_item(y));
            }
}

Test(odeint, adaptive_steps_reach_the_tolerance)
{
    turn m = turn_start(NULL);
    for (double tol = 1e-4; tol > 1e-12; tol /= 100) {
        wg_node y = wg_odeint(m.y0, turning, m.rate, 0, 3, .rtol = tol, .atol = tol);
        cr_expect_lt(error_of(y, 3), 20 * tol, "%g", tol);
    }
    cr_expect_lt(error_of(wg_odeint(m.y0, turning, m.rate, 0, -1, .rtol = 1e-9), -1),
                 1e-7); /* back in time */
    wgt_finish(m.c, NULL);
}

Test(odeint, fixed_steps_converge_by_their_order)
{
    turn m = turn_start(NULL);
    static const struct {
        wg_ode_method method;
        double order;
    } all[] = { { WG_ODE_EULER, 1 }, { WG_ODE_MIDPOINT, 2 }, { WG_ODE_RK4, 4 } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        double e[2];
        for (int k = 0; k < 2; k++)
            e[k] = error_of(wg_odeint(m.y0, turning, m.rate, 0, 1, .method = all[i].method, .steps = 64 << k),
                            1);
        cr_expect_float_eq(log2(e[0] / e[1]), all[i].order, 0.1, "method %zu: %g", i, log2(e[0] / e[1]));
    }
    wgt_finish(m.c, NULL);
}

/* L = w . y(1) + v . y(2). With R(bt)' w = the rotation back: dL/dy0 = sum e^(-at) R(-bt) w, dL/da = -
 * sum t w . y(t), dL/db = sum t w . J y(t), J the rotation by a right angle. */
static void check_gradients(turn *m, wg_node y, double tolerance, const char *name)
{
    static const double w[2][2] = { { 1, 2 }, { -0.5, 0.25 } };
    double e[4] = { 0 }, got[4];
    for (int i = 0; i < 2; i++) {
        const double t = i + 1, d = exp(-A * t), c = cos(B * t), s = sin(B * t), *v = w[i];
        double at[2];
        turned(t, at);
        e[0] += d * (c * v[0] + s * v[1]), e[1] += d * (-s * v[0] + c * v[1]);
        e[2] -= t * (v[0] * at[0] + v[1] * at[1]);
        e[3] += t * (-v[0] * at[1] + v[1] * at[0]);
    }
    wg_node weights = wg_input(m->g, "w", wg_view_f64(w[0], WG_SHAPE(2, 2)));
    cr_assert_eq(wg_backward(wg_sum(wg_mul(weights, y)), m->p), WG_OK, "%s", wg_message(m->c));
    wg_params_get_grad(m->p, got);
    for (int k = 0; k < 4; k++)
        cr_expect_float_eq(got[k], e[k], tolerance, "%s: %d: %g, %g", name, k, got[k], e[k]);
}

Test(odeint, gradients_are_those_of_the_matrix_exponential)
{
    const wg_start_opts ways[] = { WG_OPTS(wg_start_opts, .interpret = 1),
                                   WG_OPTS(wg_start_opts, .interpret = -1),
                                   WG_OPTS(wg_start_opts, .interpret = -1, .threads = 2) };
    const double times[] = { 1, 2 };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (int adjoint = 0; adjoint < 2; adjoint++) {
            turn m = turn_start(&ways[i]);
            wg_node y = wg_odeint(m.y0, turning, m.rate, 0, 2, .times = times, .count = 2, .rtol = 1e-10,
                                  .atol = 1e-12, .adjoint = adjoint);
            check_gradients(&m, y, 1e-8, adjoint ? "adjoint" : "steps");
            wgt_finish(m.c, NULL);
            m = turn_start(&ways[i]);
            y = wg_odeint(m.y0, turning, m.rate, 0, 2, .times = times, .count = 2, .method = WG_ODE_RK4,
                          .steps = 200, .adjoint = adjoint);
            check_gradients(&m, y, 1e-8, adjoint ? "adjoint, fixed" : "steps, fixed");
            wgt_finish(m.c, NULL);
        }
}

/* ---- a net ---- */

enum { WIDTH = 3, HIDDEN = 4 };

static wg_node net(wg_node t, wg_node y, void *user)
{
    wg_graph *g = wg_graph_of(y);
    wg_node W = wg_param(g, user, "W", WG_SHAPE(WIDTH, HIDDEN), wg_normal(0, 0.8));
    wg_node V = wg_param(g, user, "V", WG_SHAPE(HIDDEN, WIDTH), wg_normal(0, 0.8));
    wg_node b = wg_param(g, user, "b", WG_SHAPE(HIDDEN), wg_const(0.2));
    return wg_matmul(wg_tanh(wg_add(wg_matmul(y, W), wg_mul(b, t))), V);
}

static wg_node net_loss(wg_graph *g, wg_params *p, const wg_odeint_args *o)
{
    static const double x[2 * WIDTH] = { 1, -0.5, 0.25, 0.5, 2, -1 };
    wg_odeint_args a = *o;
    a.x = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(2, WIDTH)));
    a.f = net, a.user = p, a.from = 0, a.to = 1;
    return wg_mean(wg_square(wg_odeint_at(WG_HERE, &a)));
}

/* The differences of the loss are an independent method: of the steps' gradient to rounding. */
Test(odeint, passes_the_gradient_check)
{
    WGT_WORLD(WG_F64, NULL);
    cr_expect(wg_check_passes(wg_gradcheck(net_loss(g, p, &WG_OPTS(wg_odeint_args, .rtol = 1e-5)), p)));
    wgt_finish(c, NULL);
}

/* The adjoint has the error of its method. Where that is some percent of a component nothing can be said. */
Test(odeint, the_check_knows_the_error_of_the_adjoint)
{
    const wg_odeint_args fine[] = {
        WG_OPTS(wg_odeint_args, .adjoint = true), WG_OPTS(wg_odeint_args, .adjoint = true, .rtol = 1e-3),
        WG_OPTS(wg_odeint_args, .adjoint = true, .method = WG_ODE_RK4, .steps = 20),
        WG_OPTS(wg_odeint_args, .adjoint = true, .method = WG_ODE_MIDPOINT, .steps = 50)
    };
    const wg_odeint_args coarse =
        WG_OPTS(wg_odeint_args, .adjoint = true, .method = WG_ODE_EULER, .steps = 4);
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        WGT_WORLD(WG_F64, NULL);
        cr_expect(wg_check_passes(wg_gradcheck(net_loss(g, p, &fine[i]), p)), "%zu", i);
        wgt_finish(c, NULL);
    }
    WGT_WORLD(WG_F64, NULL);
    wg_check *r = wg_gradcheck(net_loss(g, p, &coarse), p);
    cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE);
    cr_expect(strstr(wg_check_facts_of(r)->reason, "odeint, "), "%s", wg_check_facts_of(r)->reason);
    wg_check_free(r);
    wgt_finish(c, NULL);
}

/* As the steps become smaller the adjoint's gradient becomes that of the steps: by order 4. */
Test(odeint, the_adjoint_converges_to_the_gradient_of_the_steps)
{
    double far[2], v[2][64];
    for (int i = 0; i < 2; i++) {
        for (int adjoint = 0; adjoint < 2; adjoint++) {
            WGT_WORLD(WG_F64, NULL);
            const wg_odeint_args o =
                WG_OPTS(wg_odeint_args, .method = WG_ODE_RK4, .steps = 8 << i, .adjoint = adjoint);
            wg_backward(net_loss(g, p, &o), p);
            wg_params_get_grad(p, v[adjoint]);
            far[i] = wgt_distance(v[0], v[1], (size_t)wg_params_size(p));
            wgt_finish(c, NULL);
        }
    }
    cr_expect_lt(far[0], 1e-4);
    cr_expect_float_eq(log2(far[0] / far[1]), 4, 0.7, "%g, %g", far[0], far[1]);
}

/* Second order: by the gradient's own derivative. y = y0 e^(k t): d2y/dk2 = t^2 y. */
static wg_node growth(wg_node t, wg_node y, void *user) { return wg_mul(*(wg_node *)user, y); }

Test(odeint, second_order)
{
    for (int adjoint = 0; adjoint < 2; adjoint++) {
        WGT_GRAPH(WG_F64, NULL);
        wg_node k = wg_scalar(g, 0.75), y0 = wg_scalar(g, 2);
        wg_node y = wg_odeint(y0, growth, &k, 0, 1.5, .rtol = 1e-10, .atol = 1e-12, .adjoint = adjoint);
        wg_node d = wg_grad(y, k), d2 = wg_grad(d, k);
        const double e = 2 * exp(0.75 * 1.5);
        cr_expect_float_eq(wg_item(d), 1.5 * e, 1e-7);
        cr_expect_float_eq(wg_item(d2), 2.25 * e, 1e-6, "%d: %g", adjoint, wg_item(d2));
        wgt_finish(c, NULL);
    }
}

/* y = y0 e^(k t) for many y0, by the rows of one. */
Test(odeint, rows_and_jacobians)
{
    for (int adjoint = 0; adjoint < 2; adjoint++) {
        WGT_GRAPH(WG_F64, NULL);
        const double many[3] = { 1, -2, 0.5 }, e = exp(0.75);
        wg_node k = wg_scalar(g, 0.75), one = wg_input(g, "one", wg_view_f64(many, WG_SCALAR));
        wg_node all = wg_input(g, "all", wg_view_f64(many, WG_SHAPE(3)));
        wg_node y = wg_odeint(one, growth, &k, 0, 1, .method = WG_ODE_RK4, .adjoint = adjoint);
        wg_node rows = wg_vmap(y, one, all),
                of = wg_odeint(all, growth, &k, 0, 1, .rtol = 1e-9, .adjoint = adjoint);
        double v[3], d[3], j[9], of_grads[3];
        wg_copy_f64(rows, v, 3);
        wg_copy_f64(wg_grad(wg_sum(rows), all), d, 3);
        wg_copy_f64(wg_vmap(wg_grad(y, one), one, all), of_grads, 3);
        wg_copy_f64(wg_jacobian(of, all), j, 9);
        for (int i = 0; i < 3; i++) {
            cr_expect_float_eq(v[i], many[i] * e, 1e-8);
            cr_expect_float_eq(d[i], e, 1e-8);
            cr_expect_float_eq(of_grads[i], e, 1e-8);
            for (int l = 0; l < 3; l++) cr_expect_float_eq(j[3 * i + l], i == l ? e : 0, 1e-7);
        }
        wgt_finish(c, NULL);
    }
}

/* The adjoint keeps the solution alone. (Without it the plan of this linear equation keeps no step
 * either.) */
Test(odeint, the_adjoint_takes_less_memory)
{
    size_t bytes[2];
    for (int adjoint = 0; adjoint < 2; adjoint++) {
        WGT_WORLD(WG_F64, NULL);
        wg_node y0 = wg_param(g, p, "y0", WG_SHAPE(50000), wg_normal(0, 1)), k = wg_scalar(g, -0.5);
        wg_node y =
            wg_odeint(wg_tanh(y0), growth, &k, 0, 1, .method = WG_ODE_RK4, .steps = 50, .adjoint = adjoint);
        wg_backward(wg_mean(wg_square(wg_sin(y))), p);
        bytes[adjoint] = wg_graph_bytes(g);
        wgt_finish(c, NULL);
    }
    cr_expect_lt(bytes[1] * 2, bytes[0], "%zu, %zu", bytes[1], bytes[0]);
}

/* 0.1 + 0.2 is the double after 0.3. */
Test(odeint, times_may_differ_by_rounding)
{
    turn m = turn_start(NULL);
    const double times[][4] = { { 0.3, 0.1 + 0.2, 1 }, { 1e-15, 0.5, 0.5, 1 }, { 0, 0x1p-1074, 1e-300, 1 } };
    for (int k = 0; k < 3; k++)
        for (int adjoint = 0; adjoint < 2; adjoint++) {
            const int n = k ? 4 : 3;
            wg_node y = wg_odeint(m.y0, turning, m.rate, 0, 1, .rtol = 1e-9, .atol = 1e-9, .times = times[k],
                                  .count = n, .adjoint = adjoint);
            cr_assert(wg_node_ok(y), "%s", wg_message(m.c));
            for (int i = 0; i < n; i++)
                cr_expect_lt(error_of(wg_select(y, .axis = 0, .index = i), times[k][i]), 1e-7);
            wg_node dy;
            wg_grads(wg_sum(wg_select(y, .axis = 0, .index = -1)), &m.y0, 1,
                     &dy); /* of e^(-A) R(B): the sums of its columns */
            double d[2] = { 0 };
            wg_copy_f64(dy, d, 2);
            cr_expect_float_eq(d[0], exp(-A) * (cos(B) + sin(B)), 1e-7);
            cr_expect_float_eq(d[1], exp(-A) * (cos(B) - sin(B)), 1e-7);
        }
    wgt_finish(m.c, NULL);
}

/* y' = (y1, 0), from (1, 0): an element that stays 0 has an error of 0, which a tolerance of 0 allows. */
static wg_node grows(wg_node t, wg_node y, void *user)
{
    return wg_mul(y, wg_input(y.graph, "which", wg_view_f64((double[]){ 1, 0 }, WG_SHAPE(2))));
}

Test(odeint, a_tolerance_may_be_zero)
{
    turn m = turn_start(NULL);
    double v[2] = { 0 };
    cr_expect_lt(error_of(wg_odeint(m.y0, turning, m.rate, 0, 3, .rtol = 1e-8, .atol = 0), 3), 1e-6);
    cr_expect_lt(error_of(wg_odeint(m.y0, turning, m.rate, 0, 3, .rtol = 0, .atol = 1e-8), 3), 1e-6);
    wg_node y = wg_input(m.g, "y", wg_view_f64((double[]){ 1, 0 }, WG_SHAPE(2)));
    wg_copy_f64(wg_odeint(y, grows, NULL, 0, 1, .rtol = 1e-9, .atol = 0), v, 2);
    cr_expect_float_eq(v[0], exp(1), 1e-7);
    cr_expect_eq(v[1], 0);
    wgt_finish(m.c, NULL);
}

/* ---- mistakes ---- */

static wg_node of_another_shape(wg_node t, wg_node y, void *user) { return wg_sum(y); }
static wg_node blows_up(wg_node t, wg_node y, void *user) { return wg_square(y); }

Test(odeint, mistakes)
{
    turn m = turn_start(NULL);
    const double back[] = { 1, 0.5 };
    wg_node one = wg_scalar(m.g, 1), y;
    WGT_REFUSED(m.c, VALUE, "odeint: the function is NULL", wg_odeint(m.y0, NULL, NULL, 0, 1));
    y = wg_odeint(m.y0, of_another_shape, NULL, 0, 1);
    wgt_expect_error(m.c, WG_ERROR_SHAPE, "the function returns [] f64, the state is [2] f64");
    y = wg_odeint(m.y0, turning, m.rate, 0, 1, .times = back, .count = 2);
    wgt_expect_error(m.c, WG_ERROR_VALUE, "time 2 is 0.5");
    const double outside[][2] = { { 1, 2.5 }, { 1, -0.5 }, { 0.5, 1 }, { 2.5, 1 } };
    for (int i = 0; i < 4; i++) { /* from 0 to 2, and the way back */
        y = wg_odeint(m.y0, turning, m.rate, i ? 2 : 0, i ? 0 : 2, .times = outside[i], .count = 2);
        wgt_expect_error(m.c, WG_ERROR_VALUE, i < 3 ? "time 2 is" : "time 1 is");
    }
    y = wg_odeint(one, blows_up, NULL, 0, 2); /* y = 1 / (1 - t) */
    wgt_expect_error(m.c, WG_ERROR_VALUE, "is still too long for the tolerance");
    WGT_REFUSED(m.c, VALUE, "20 steps were tried", wg_odeint(m.y0, turning, m.rate, 0, 100, .most = 20));
    WGT_REFUSED(m.c, VALUE, "the times must be finite", wg_odeint(m.y0, turning, m.rate, 0, NAN));
    y = wg_odeint(m.y0, turning, m.rate, 0, 1, .rtol = 0, .atol = 0);
    wgt_expect_error(m.c, WG_ERROR_VALUE, "rtol and atol must not both be 0");
    const double wrong[] = { -1, NAN, INFINITY };
    for (int i = 0; i < 6; i++) {
        char text[60];
        y = wg_odeint(m.y0, turning, m.rate, 0, 1, .rtol = i < 3 ? wrong[i] : 0,
                      .atol = i < 3 ? 0 : wrong[i - 3]);
        snprintf(text, sizeof text, "%s %g: must be in [0, inf)", i < 3 ? "rtol" : "atol", wrong[i % 3]);
        wgt_expect_error(m.c, WG_ERROR_VALUE, text);
    }
    WGT_REFUSED(m.c, DTYPE, "must be a float", wg_odeint(wg_cast(m.y0, WG_I32), turning, m.rate, 0, 1));
    cr_expect(!wg_node_ok(y));
    wgt_finish(m.c, NULL);
}

static void solve_small(wg_context *c)
{
    for (int adjoint = 0; adjoint < 2; adjoint++) {
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_node t = wg_input(g, "t", wg_view_f64((double[]){ 0, 1 }, WG_SHAPE(2))), L;
        L = net_loss(g, p, &WG_OPTS(wg_odeint_args, .rtol = 1e-2, .adjoint = adjoint, .t = t));
        wg_item(wg_sum(wg_grad(L, t)));
        wg_backward(L, p);
    }
}
Test(odeint, survives_every_failing_allocation)
{
    wgt_each_allocation_fails(&WG_OPTS(wg_start_opts, .dtype = WG_F64), 30, solve_small);
}

/* y' = y (1 - y): the second stretch begins at the time 1, and the 1 of the equation is no time. A large
 * graph has one leaf for equal numbers. Exact: y(t) = y0 / (y0 + (1 - y0) e^-t), dy/dy0 = e^-t / (y0 + (1
 * - y0) e^-t)^2. */
static wg_node logistic(wg_node t, wg_node y, void *user)
{
    (void)t, (void)user;
    return wg_mul(y, wg_sub(1, y));
}
Test(odeint, a_constant_that_equals_a_time_stays_a_constant)
{
    static const double y0 = 0.2, times[] = { 1, 2 };
    for (int adjoint = 0; adjoint < 2; adjoint++)
        for (int steps = 10; steps <= 270; steps *= 3) {
            WGT_GRAPH(WG_F64, NULL);
            wg_begin(g, WG_TRAIN);
            wg_node y = wg_input(g, "y", wg_view_f64(&y0, WG_SCALAR));
            wg_node at = wg_odeint(y, logistic, NULL, 0, 2, .times = times, .count = 2, .adjoint = adjoint,
                                   .method = WG_ODE_RK4, .steps = steps);
            const double e = exp(-2.0), below = y0 + (1 - y0) * e, h = 1.0 / steps;
            cr_expect_float_eq(wg_item(wg_grad(wg_select(at, .axis = 0, .index = 1), y)), e / below / below,
                               1e-12 + h * h * h * h, "%d steps", steps);
            wgt_finish(c, NULL);
        }
}

/* ---- times as a node ---- */

/* y(t) = R y0 with y' = turning(y) = (-A I + B J) y; dL/dt_i = w_i . y'(t_i), dL/dt_0 = -sum w_i . R(t_i -
 * t_0) y'(0): the equation does not depend on the time, so a later start is as earlier ends. */
Test(odeint_times, gradients_by_the_times)
{
    static const double w[3][2] = { { 1, 2 }, { -0.5, 0.25 }, { 0.75, -1 } }, times[4] = { 0.25, 1, 1, 2.5 };
    for (int fixed = 0; fixed < 2; fixed++)
        for (int adjoint = 0; adjoint < 2; adjoint++) {
            turn m = turn_start(NULL);
            wg_node t = wg_input(m.g, "t", wg_view_f64(times, WG_SHAPE(4)));
            wg_node y =
                wg_odeint(m.y0, turning, m.rate, 0, 0, .t = t, .rtol = 1e-10, .atol = 1e-12, .steps = 400,
                          .method = fixed ? WG_ODE_RK4 : WG_ODE_DORMAND_PRINCE, .adjoint = adjoint);
            cr_assert(wg_shape_equal(wg_node_shape(y), WG_SHAPE(3, 2)), "%s", wg_message(m.c));
            double e[4] = { 0 }, got[4];
            for (int i = 0; i < 3; i++) {
                double at[2];
                turned(times[i + 1] - times[0], at);
                cr_expect_lt(error_of(wg_select(y, .axis = 0, .index = i), times[i + 1] - times[0]), 1e-8);
                e[i + 1] = w[i][0] * (-A * at[0] - B * at[1]) + w[i][1] * (-A * at[1] + B * at[0]);
                e[0] -= e[i + 1];
            }
            wg_node weights = wg_input(m.g, "w", wg_view_f64(w[0], WG_SHAPE(3, 2))), d,
                    L = wg_sum(wg_mul(weights, y));
            wg_grads(L, &t, 1, &d);
            cr_assert_eq(wg_copy_f64(d, got, 4), WG_OK, "%s", wg_message(m.c));
            for (int i = 0; i < 4; i++)
                cr_expect_float_eq(got[i], e[i], 1e-7, "%d %d: %d: %.10g %.10g", fixed, adjoint, i, got[i],
                                   e[i]);
            wgt_finish(m.c, NULL);
        }
}

/* y' = y cos t from y(s) = 2: y(t) = 2 e^(sin t - sin s), dy/dt = cos t y, dy/ds = -cos s y, d2y/dt2 =
 * (cos^2 t - sin t) y, d2y/dtds = -cos t cos s y; and the parameter of f keeps its gradient. */
Test(odeint_times, gradients_by_the_times_of_an_equation_with_time)
{
    const double times[2] = { 0.5, 2 }, s = 0.5, e = 2, y2 = 2 * exp(sin(2) - sin(0.5));
    for (int adjoint = 0; adjoint < 2; adjoint++)
        for (int fixed = 0; fixed < 2; fixed++) {
            WGT_GRAPH(WG_F64, NULL);
            wg_node y0 = wg_scalar(g, 2), t = wg_input(g, "t", wg_view_f64(times, WG_SHAPE(2)));
            wg_node y =
                wg_select(wg_odeint(y0, by_time, NULL, 0, 0, .t = t, .rtol = 1e-10, .atol = 1e-12,
                                    .steps = 400, .method = fixed ? WG_ODE_RK4 : 0, .adjoint = adjoint),
                          .axis = 0, .index = 0);
            double d[2], h[2], gy;
            wg_node dt = wg_grad(y, t);
            wg_copy_f64(dt, d, 2);
            wg_copy_f64(wg_grad(wg_select(dt, .axis = 0, .index = 1), t), h, 2);
            gy = wg_item(wg_grad(y, y0));
            cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
            cr_expect_float_eq(wg_item(y), y2, 1e-7);
            cr_expect_float_eq(d[1], cos(e) * y2, 1e-7);
            cr_expect_float_eq(d[0], -cos(s) * y2, 1e-7);
            cr_expect_float_eq(h[1], (cos(e) * cos(e) - sin(e)) * y2, 1e-6, "%d %d: %g", adjoint, fixed,
                               h[1]);
            cr_expect_float_eq(h[0], -cos(e) * cos(s) * y2, 1e-6, "%d %d: %g", adjoint, fixed, h[0]);
            cr_expect_float_eq(gy, y2 / 2, 1e-7);
            wgt_finish(c, NULL);
        }
}

Test(odeint_times, mistakes)
{
    turn m = turn_start(NULL);
    const double back[] = { 1, 0.5 }, turns[] = { 0, 1, 0.5 };
    wg_node one = wg_scalar(m.g, 1), t = wg_input(m.g, "t", wg_view_f64(turns, WG_SHAPE(3))), y;
    y = wg_odeint(m.y0, turning, m.rate, 0, 1, .t = one);
    wgt_expect_error(m.c, WG_ERROR_SHAPE, "t \"\" is f64 []: it must be at least two floats");
    y = wg_odeint(m.y0, turning, m.rate, 0, 1, .t = m.y0, .times = back, .count = 2);
    wgt_expect_error(m.c, WG_ERROR_USE, ".t is given, and .times or .count");
    y = wg_odeint(m.y0, turning, m.rate, 0, 1, .t = t, .count = 2);
    wgt_expect_error(m.c, WG_ERROR_USE, ".t is given, and .times or .count");
    wg_graph *other = wg_graph_new(m.c);
    y = wg_odeint(m.y0, turning, m.rate, 0, 1, .t = wg_input(other, "s", wg_view_f64(turns, WG_SHAPE(3))));
    wgt_expect_error(m.c, WG_ERROR_USE, "t \"s\" belongs to another graph than the state");
    y = wg_odeint(m.y0, turning, m.rate, 0, 1, .t = t);
    wgt_expect_error(m.c, WG_ERROR_VALUE, "time 1 is 1: times must go on from 0 to 0.5");
    cr_expect(!wg_node_ok(y));
    wgt_finish(m.c, NULL);
}
