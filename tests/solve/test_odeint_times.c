/* test_odeint_times.c: wg_odeint with its times as a node: gradients by them against closed forms and
 * differences. */
#include "turning.h"

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
                cr_expect_lt(error_of(wg_select(y, 0, i), times[i + 1] - times[0]), 1e-8);
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

/* The Jacobian has the columns -y'(t) and y'(t), in every way of running. */
Test(odeint_times, jacobian)
{
    static const wg_options ways[] = { { .interpret = 1 },
                                       { .interpret = -1 },
                                       { .interpret = -1, .threads = 2 } };
    const double times[2] = { 0.25, 1.5 };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (int adjoint = 0; adjoint < 2; adjoint++) {
            turn m = turn_start(&ways[i]);
            wg_node t = wg_input(m.g, "t", wg_view_f64(times, WG_SHAPE(2)));
            wg_node y = wg_odeint(m.y0, turning, m.rate, 0, 0, .t = t, .rtol = 1e-10, .atol = 1e-12,
                                  .adjoint = adjoint);
            double at[2], j[4] = { 0 };
            turned(times[1] - times[0], at);
            const double e[2] = { -A * at[0] - B * at[1], -A * at[1] + B * at[0] };
            cr_expect_eq(wg_copy_f64(wg_jacobian(y, t), j, 4), WG_OK, "%s", wg_message(m.c));
            for (int k = 0; k < 4; k++)
                cr_expect_float_eq(j[k], k % 2 ? e[k / 2] : -e[k / 2], 1e-7, "%d: %d: %g", adjoint, k, j[k]);
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
                          0, 0);
            double d[2], h[2], gy;
            wg_node dt = wg_grad(y, t);
            wg_copy_f64(dt, d, 2);
            wg_copy_f64(wg_grad(wg_select(dt, 0, 1), t), h, 2);
            gy = wg_item(wg_grad(y, y0));
            cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
            cr_expect_float_eq(d[1], cos(e) * y2, 1e-7);
            cr_expect_float_eq(d[0], -cos(s) * y2, 1e-7);
            cr_expect_float_eq(h[1], (cos(e) * cos(e) - sin(e)) * y2, 1e-6, "%d %d: %g", adjoint, fixed,
                               h[1]);
            cr_expect_float_eq(h[0], -cos(e) * cos(s) * y2, 1e-6, "%d %d: %g", adjoint, fixed, h[0]);
            cr_expect_float_eq(gy, y2 / 2, 1e-7);
            wgt_finish(c, NULL);
        }
}

static wg_node net(wg_node t, wg_node y, void *user)
{
    wg_node W = wg_param(wg_graph_of(y), user, "W", WG_SHAPE(3, 3), wg_normal(0, 0.8));
    return wg_tanh(wg_add(wg_matmul(y, W), wg_sin(t)));
}

/* By differences of the loss, which is an independent method; a graph that is kept follows its times. */
Test(odeint_times, gradients_by_the_times_beside_differences)
{
    for (int fixed = 0; fixed < 2; fixed++) {
        WGT_WORLD(WG_F64, NULL);
        static const double x[3] = { 1, -0.5, 0.25 };
        double times[3] = { 0.1, 0.7, 1.3 }, got[3];
        wg_node t = wg_input(g, "t", wg_view_f64(times, WG_SHAPE(3))),
                y0 = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(1, 3)));
        wg_node L = wg_sum(wg_sin(wg_odeint(y0, net, p, 0, 0, .t = t, .rtol = 1e-3, .steps = 7,
                                            .method = fixed ? WG_ODE_MIDPOINT : 0)));
        wg_node d = wg_grad(L, t);
        cr_assert_eq(wg_copy_f64(d, got, 3), WG_OK, "%s", wg_message(c));
        for (int i = 0; i < 3; i++) {
            double v[2];
            for (int sign = 0; sign < 2; sign++) {
                double to[3] = { times[0], times[1], times[2] };
                to[i] += sign ? 1e-5 : -1e-5;
                wg_input_set(t, wg_view_f64(to, WG_SHAPE(3)));
                v[sign] = wg_item(L);
            }
            cr_expect_float_eq(got[i], (v[1] - v[0]) / 2e-5, 1e-8, "%d: %g", i, got[i]);
        }
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
