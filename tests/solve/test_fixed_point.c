/* test_fixed_point.c: wg_fixed_point against closed forms and the implicit function theorem; convergence,
 * graphs that are kept, mistakes. */
#include <math.h>
#include <string.h>

#include "wgtest.h"

/* ---- Kepler's equation: E = M + e sin E ---- */

typedef struct orbit {
    wg_node M, e;
} orbit;

static wg_node kepler(wg_node E, void *user)
{
    orbit *o = user;
    return wg_add(o->M, wg_mul(o->e, wg_sin(E)));
}

/* dE = (dM + sin E de) / (1 - e cos E), d2E/dM2 = -e sin E / (1 - e cos E)^3, by all orders of forward and
 * reverse mode. */
Test(fixed_point, of_the_equation_of_kepler)
{
    for (int how = -1; how < 2; how++)
        for (int steps = 0; steps < 200; steps += 150) {
            WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .interpret = how));
            orbit o = { wg_scalar(g, 1.25), wg_scalar(g, 0.6) };
            wg_node E = wg_fixed_point(o.M, kepler, &o, .tol = 1e-14,
                                       .adjoint_steps = steps ? steps : WG_AUTO),
                    one = wg_scalar(g, 1);
            const double v = wg_item(E), q = 1 - 0.6 * cos(v), second = -0.6 * sin(v) / (q * q * q);
            cr_expect_float_eq(v - 0.6 * sin(v), 1.25, 1e-13);
            wg_node x[2] = { o.M, o.e }, t[2] = { wg_scalar(g, 2), wg_scalar(g, -3) }, d[2];
            cr_expect_float_eq(wg_item(wg_jvp(E, x, t, 2)), (2 - 3 * sin(v)) / q, 1e-11, "%s", wg_message(c));
            wg_grads(E, x, 2, d);
            wg_node dE = wg_jvp(E, &o.M, &one, 1);
            cr_expect_float_eq(wg_item(dE), 1 / q, 1e-12);
            cr_expect_float_eq(wg_item(d[0]), 1 / q, 1e-12);
            cr_expect_float_eq(wg_item(d[1]), sin(v) / q, 1e-12);
            const wg_node seconds[] = { wg_grad(d[0], o.M), wg_grad(dE, o.M), wg_jvp(d[0], &o.M, &one, 1),
                                        wg_jvp(dE, &o.M, &one, 1) };
            for (int i = 0; i < 4; i++) cr_expect_float_eq(wg_item(seconds[i]), second, 1e-11, "order %d", i);
            wgt_finish(c, NULL);
        }
}

/* ---- z = tanh(W z + b) ---- */

enum { N = 5, WIDE = 80 };

typedef struct layer {
    wg_node W, b;
} layer;

static wg_node equilibrium(wg_node z, void *user)
{
    layer *l = user;
    return wg_tanh(wg_add(wg_matmul(z, l->W), l->b));
}

/* x becomes the solution of a x = x. */
static void eliminate(int n, double *a, double *x)
{
    for (int p = 0; p < n; p++)
        for (int i = 0; i < n; i++) {
            const double f = a[i * n + p] / a[p * n + p];
            if (i == p) continue;
            for (int j = p; j < n; j++) a[i * n + j] -= f * a[p * n + j];
            x[i] -= f * x[p];
        }
    for (int i = 0; i < n; i++) x[i] /= a[i * n + i];
}

/* With s = 1 - z^2: J = diag(s) W'. u = (I - J')^-1 2 z / n, dL/db = s u, dL/dW = z (s u)'. */
static void check_equilibrium(int n, const wg_start_opts *o)
{
    WGT_WORLD(WG_F64, o);
    layer l = { wg_param(g, p, "W", WG_SHAPE(n, n), wg_normal(0, 0.4 / sqrt(n))),
                wg_param(g, p, "b", WG_SHAPE(n), wg_normal(0, 1)) };
    wg_node z0 = wg_fill(g, 0, WG_SHAPE(1, n)), z = wg_fixed_point(z0, equilibrium, &l, .tol = 1e-13);
    cr_assert_eq(wg_backward(wg_mean(wg_square(z)), p), WG_OK, "%s", wg_message(c));
    double *v = wgt_values(z), *W = wgt_values(l.W), *a = calloc((size_t)(n * n), sizeof *a),
           *u = calloc((size_t)n, sizeof *u), *got = calloc((size_t)(n * n + n), sizeof *got);
    wg_params_get_grad(p, got);
    for (int i = 0; i < n; i++) { /* row i of I - J': W[i][j] s[j] */
        u[i] = 2 * v[i] / n;
        for (int j = 0; j < n; j++) a[i * n + j] = (i == j) - W[i * n + j] * (1 - v[j] * v[j]);
    }
    eliminate(n, a, u);
    for (int j = 0; j < n; j++) {
        const double gb = (1 - v[j] * v[j]) * u[j];
        cr_expect_float_eq(got[n * n + j], gb, 1e-11, "b %d: %g %g", j, got[n * n + j], gb);
        for (int i = 0; i < n; i++) cr_expect_float_eq(got[i * n + j], v[i] * gb, 1e-11, "W %d %d", i, j);
    }
    free(v), free(W), free(a), free(u), free(got);
    wgt_finish(c, NULL);
}

Test(fixed_point, has_the_derivative_of_the_implicit_function_theorem)
{
    const wg_start_opts ways[] = { WG_OPTS(wg_start_opts, .interpret = 1),
                                   WG_OPTS(wg_start_opts, .interpret = -1),
                                   WG_OPTS(wg_start_opts, .interpret = -1, .threads = 2) };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        check_equilibrium(N, &ways[i]);    /* by the matrix */
        check_equilibrium(WIDE, &ways[i]); /* by iteration */
    }
}

/* Halves of cosines, z = x + cos(z) / 2: dz/dx = 1 / (1 + sin(z) / 2), for any number of axes. */
static wg_node half_cosine(wg_node z, void *user) { return wg_add(wg_mul(wg_cos(z), 0.5), *(wg_node *)user); }

Test(fixed_point, has_a_derivative_for_any_number_of_axes)
{
    const double at[2] = { 0.7, -0.4 };
    for (int rank = 1; rank <= WG_MAX_RANK; rank++) {
        WGT_GRAPH(WG_F64, NULL);
        wg_shape s = { rank, { 0 } };
        for (int i = 0; i < rank; i++) s.dim[i] = i == rank - 1 ? 2 : 1;
        wg_node x = wg_input(g, "x", wg_view_f64(at, s)), z = wg_fixed_point(wg_mul(x, 0), half_cosine, &x);
        double v[2], gx[2];
        cr_expect_eq(wg_copy_f64(z, v, 2), WG_OK);
        cr_expect_eq(wg_copy_f64(wg_grad(wg_sum(z), x), gx, 2), WG_OK, "%d axes: %s", rank, wg_message(c));
        for (int i = 0; i < 2; i++) cr_expect_float_eq(gx[i], 1 / (1 + sin(v[i]) / 2), 1e-9, "%d axes", rank);
        wgt_finish(c, NULL);
    }
}

/* z = (NaN, 0.5) z: the second component goes to 0. */
static wg_node half_nan(wg_node z, void *user) { return wg_mul(wg_sqrt(*(wg_node *)user), z); }
Test(fixed_point, a_nan_beside_a_component_that_converges)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node b = wg_input(g, "b", wg_view_f64((double[]){ -1, 0.25 }, WG_SHAPE(2)));
    wg_fixed_point(wg_fill(g, 1, WG_SHAPE(2)), half_nan, &b);
    wgt_expect_error(c, WG_ERROR_VALUE, "is not finite after 1 iterations");
    wgt_finish(c, NULL);
}

static wg_node equilibrium_loss(wg_graph *g, wg_params *p, int n, int steps)
{
    layer l = { wg_param(g, p, "W", WG_SHAPE(n, n), wg_normal(0, 0.3)),
                wg_param(g, p, "b", WG_SHAPE(n), wg_normal(0, 1)) };
    wg_node z0 = wg_fill(g, 0.1, WG_SHAPE(2, n));
    return wg_mean(wg_square(wg_fixed_point(z0, equilibrium, &l, .tol = 1e-12, .adjoint_steps = steps)));
}

/* ---- forward mode ---- */

/* <w, J v> = <J' w, v>, for a z of few elements and of many. The direction by which z depends on nothing
 * gives 0. */
Test(fixed_point, forward_is_the_transpose_of_reverse)
{
    for (int n = N; n <= WIDE; n += WIDE - N) {
        WGT_WORLD(WG_F64, NULL);
        layer l = { wg_param(g, p, "W", WG_SHAPE(n, n), wg_normal(0, 0.4 / sqrt(n))),
                    wg_param(g, p, "b", WG_SHAPE(n), wg_normal(0, 1)) };
        wg_node z0 = wg_fill(g, 0, WG_SHAPE(1, n)), z = wg_fixed_point(z0, equilibrium, &l, .tol = 1e-13);
        wg_node x[2] = { l.W, l.b }, v[2], d[2], w = wg_sin(z0);
        v[0] = wg_cos(l.W), v[1] = wg_sin(l.b), w = wg_cos(wg_mul(3, z));
        wg_node forward = wg_sum(wg_mul(w, wg_jvp(z, x, v, 2)));
        wg_vjp(z, w, x, 2, d);
        wg_node reverse = wg_add(wg_sum(wg_mul(d[0], v[0])), wg_sum(wg_mul(d[1], v[1])));
        cr_expect_float_eq(wg_item(forward), wg_item(reverse), 1e-10, "%s", wg_message(c));
        cr_expect(fabs(wg_item(reverse)) > 1e-3);
        cr_expect_eq(wg_item(wg_sum(wg_jvp(z, &z0, &z0, 1))), 0);
        wgt_finish(c, NULL);
    }
}

/* ---- Anderson's method ---- */

/* z = B z + b with B = [[0, -2], [2, 0]], which has no eigenvalue below 1: z = (I - B)^-1 b, and (I -
 * B)^-1 = [[1, -2], [2, 1]] / 5. */
static wg_node far_turn(wg_node z, void *user)
{
    layer *l = user;
    return wg_add(wg_matmul(l->W, z), l->b);
}

Test(fixed_point, method_of_anderson)
{
    WGT_GRAPH(WG_F64, NULL);
    const double B[4] = { 0, -2, 2, 0 }, b[2] = { 1, 3 };
    layer l = { wg_input(g, "B", wg_view_f64(B, WG_SHAPE(2, 2))),
                wg_input(g, "b", wg_view_f64(b, WG_SHAPE(2))) };
    wg_node z = wg_fixed_point(l.b, far_turn, &l, .anderson = 4, .tol = 1e-12, .most = 12);
    double v[2], d[2];
    wg_copy_f64(z, v, 2);
    cr_expect_float_eq(v[0], (1 - 6) / 5., 1e-11);
    cr_expect_float_eq(v[1], (2 + 3) / 5., 1e-11);
    wg_copy_f64(wg_grad(wg_sum(z), l.b), d, 2);
    cr_expect_float_eq(d[0], 3 / 5., 1e-12);
    cr_expect_float_eq(d[1], -1 / 5., 1e-12);
    z = wg_fixed_point(l.b, far_turn, &l, .tol = 1e-12, .most = 12);
    wgt_expect_error(c, WG_ERROR_VALUE, "not converged after 12 iterations");
    z = wg_fixed_point(l.b, far_turn, &l, .anderson = 17);
    wgt_expect_error(c, WG_ERROR_VALUE, "anderson 17: must be in [0, 16]");
    wgt_finish(c, NULL);
}

/* ---- many at a time ---- */

Test(fixed_point, jacobians_and_rows)
{
    WGT_GRAPH(WG_F64, NULL);
    const double M[3] = { 0.5, 1.25, 2 }, one = 0.1; /* the slowest to converge */
    orbit o = { wg_input(g, "M", wg_view_f64(M, WG_SHAPE(3))), wg_scalar(g, 0.6) };
    wg_node E = wg_fixed_point(o.M, kepler, &o, .tol = 1e-14, .most = 200);
    double v[3], j[9], h[9];
    wg_copy_f64(E, v, 3);
    wg_copy_f64(wg_jacobian(E, o.M), j, 9);
    wg_copy_f64(wg_hessian(wg_sum(E), o.M, o.M), h, 9);
    for (int i = 0; i < 9; i++) {
        const double e = v[i / 3], q = 1 - 0.6 * cos(e);
        cr_expect_float_eq(j[i], i % 4 ? 0 : 1 / q, 1e-12);
        cr_expect_float_eq(h[i], i % 4 ? 0 : -0.6 * sin(e) / (q * q * q), 1e-11);
    }
    orbit single = { wg_input(g, "m", wg_view_f64(&one, WG_SCALAR)), o.e };
    wg_node e = wg_fixed_point(single.M, kepler, &single, .tol = 1e-14, .most = 200);
    wg_node rows = wg_vmap(e, single.M, o.M), by_rows = wg_vmap(wg_grad(e, single.M), single.M, o.M);
    double of_rows[3], of_e[3], gradients[3];
    wg_copy_f64(rows, of_e, 3);
    wg_copy_f64(by_rows, gradients, 3);
    wg_copy_f64(wg_grad(wg_sum(rows), o.M), of_rows, 3);
    for (int i = 0; i < 3; i++) {
        cr_expect_float_eq(of_e[i], v[i], 1e-12);
        cr_expect_float_eq(of_rows[i], 1 / (1 - 0.6 * cos(v[i])), 1e-11);
        cr_expect_float_eq(gradients[i], 1 / (1 - 0.6 * cos(v[i])), 1e-11);
    }
    wgt_finish(c, NULL);
}

/* ---- graphs that are kept ---- */

Test(fixed_point, new_inputs_of_a_graph_that_is_kept)
{
    WGT_GRAPH(WG_F64, NULL);
    double M = 1.25;
    orbit o = { wg_input(g, "M", wg_view_f64(&M, WG_SCALAR)), wg_scalar(g, 0.6) };
    wg_node E = wg_fixed_point(wg_scalar(g, 1), kepler, &o, .tol = 1e-12), d = wg_grad(E, o.M);
    for (int i = 0; i < 4; i++) { /* near the first input the iterations are enough */
        M = 1.25 + 1e-3 * i;
        wg_input_set(o.M, wg_view_f64(&M, WG_SCALAR));
        const double v = wg_item(E);
        cr_expect_float_eq(v - 0.6 * sin(v), M, 1e-11);
        cr_expect_float_eq(wg_item(d), 1 / (1 - 0.6 * cos(v)), 1e-10);
    }
    M = 0.05; /* here they converge more slowly */
    wg_input_set(o.M, wg_view_f64(&M, WG_SCALAR));
    cr_expect(isnan(wg_item(E)));
    wgt_expect_error(c, WG_ERROR_VALUE, "an iteration has not converged");
    wgt_finish(c, NULL);
}

/* ---- wg_settled ---- */

/* tol (1 + max |before|) is 0.5 (1 + 3) = 2. */
Test(fixed_point, settled_is_its_operand_or_an_error)
{
    static const struct {
        double last;
        bool settled;
    } all[] = { { 5, true }, { 5.001, false }, { 1, true }, { NAN, false }, { INFINITY, false } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        WGT_GRAPH(WG_F64, NULL);
        const bool both = isinf(all[i].last); /* inf - inf is no number */
        const double x[2] = { 1, all[i].last }, before[2] = { 2, both ? INFINITY : 3 };
        wg_node y = wg_settled(wg_input(g, "x", wg_view_f64(x, WG_SHAPE(2))),
                               wg_input(g, "before", wg_view_f64(before, WG_SHAPE(2))), .tol = 0.5);
        double v[2];
        cr_expect_eq(wg_copy_f64(y, v, 2) == WG_OK, all[i].settled, "%zu", i);
        if (all[i].settled) cr_expect(v[0] == 1 && v[1] == x[1]);
        else wgt_expect_error(c, WG_ERROR_VALUE, "its last step is above the tolerance, at index 1");
        wgt_finish(c, NULL);
    }
}

/* ---- mistakes ---- */

static wg_node doubled(wg_node z, void *user) { return wg_add(wg_mul(2, z), 1); }
static wg_node squared(wg_node z, void *user) { return wg_square(z); }
static wg_node of_another_shape(wg_node z, void *user) { return wg_fill(wg_graph_of(z), 1, WG_SHAPE(3)); }

Test(fixed_point, mistakes)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node z = wg_scalar(g, 1), y;
    y = wg_fixed_point(z, doubled, NULL, .most = 7); /* 1, 3, 7, ...: the step after 7 is 2^7 */
    wgt_expect_error(c, WG_ERROR_VALUE,
                     "fixed_point: not converged after 7 iterations: max |f(z) - z| is 128");
    y = wg_fixed_point(wg_scalar(g, 10), squared, NULL); /* 10^(2^k) */
    wgt_expect_error(c, WG_ERROR_VALUE, "f(z) - z is not finite after 9 iterations");
    WGT_REFUSED(c, VALUE, "the function is NULL", wg_fixed_point(z, NULL, NULL));
    y = wg_fixed_point(z, of_another_shape, NULL);
    wgt_expect_error(c, WG_ERROR_SHAPE, "the function returns [3] f64, z is [] f64");
    WGT_REFUSED(c, VALUE, "tol -1: must be in (0, inf)", wg_fixed_point(z, doubled, NULL, .tol = -1));
    cr_expect(!wg_node_ok(y));
    orbit o = { wg_scalar(g, 1.25), wg_scalar(g, 0.6) };
    y = wg_grad(wg_fixed_point(z, kepler, &o, .adjoint_steps = 1), o.M);
    cr_expect(isnan(wg_item(y)));
    wgt_expect_error(c, WG_ERROR_VALUE, "an iteration has not converged");
    wgt_finish(c, NULL);
}

Test(fixed_point, survives_every_failing_allocation)
{
    for (int steps = 0; steps < 100; steps += 60)
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            bool failed = true;
            for (int64_t at = 1; failed; at += 1 + at / 30) {
                wgt_memory mem = { .fail_at = at, .for_ever = for_ever };
                wg_context *c = wgt_start(&mem, WG_F64, NULL);
                wg_graph *g = wg_graph_new(c);
                wg_params *p = wg_params_new(c);
                wg_node loss = equilibrium_loss(g, p, 3, steps),
                        b = wg_param_at(WG_HERE, g, p, "b", WG_SHAPE(3), wg_zeros());
                wg_item(wg_jvp(loss, &b, &b, 1));
                wg_backward(loss, p);
                failed = mem.failed > 0;
                wgt_drop(c, &mem);
            }
        }
}

/* The slopes are those of iterations that end where they change by tol: in f32 by 1e-5. */
static wg_node pull(wg_node z, void *user)
{
    const wg_node *n = user;
    return wg_tanh(wg_add(wg_matmul(z, wg_mul(n[0], 0.3)), n[1]));
}

Test(fixed_point, passes_the_gradient_check)
{
    static const wg_dtype dtypes[] = { WG_F64, WG_F32 };
    for (int i = 0; i < 4; i++) {
        WGT_WORLD(dtypes[i / 2], NULL);
        wg_node n[] = { wg_param(g, p, "W", WG_SHAPE(3, 3), wg_normal(0, 0.5)),
                        wg_param(g, p, "x", WG_SHAPE(2, 3), wg_normal(0, 1)) };
        wg_node z = wg_fixed_point(wg_mul(n[1], 0), pull, n, .adjoint_steps = i % 2 ? 60 : WG_AUTO);
        cr_expect(wg_check_passes(wg_gradcheck(wg_mean(wg_square(z)), p)), "%d", i);
        wgt_finish(c, NULL);
    }
}
