/* test_jacobian.c: Jacobians and Hessians against closed forms, in both modes, in parts, of C functions and
 * of ops without a forward derivative; what they leave behind. test_registry_vmap.c compares those of all ops
 * with gradients, test_gradients.c has those of many axes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

/* ---- closed forms ---- */

static double *waves(size_t n, double step, double scale)
{
    double *v = calloc(n, sizeof *v);
    for (size_t i = 0; i < n; i++) v[i] = scale * sin(1 + step * (double)i);
    return v;
}

/* y = tanh(W x): J = diag(1 - y^2) W. */
static void expect_layer(wg_context *c, int m, int n)
{
    wg_graph *g = wg_graph_new(c);
    double *W = waves((size_t)(m * n), 0.7, 1 / sqrt(n)), *x = waves((size_t)n, 1.3, 1);
    double *J = calloc((size_t)(m * n), sizeof *J);
    wg_node a = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(n))),
            y = wg_tanh(wg_matmul(wg_input(g, "W", wg_view_f64(W, WG_SHAPE(m, n))), a));
    wg_copy_f64(wg_jacobian(y, a), J, (size_t)(m * n));
    for (int i = 0; i < m; i++) {
        double h = 0;
        for (int k = 0; k < n; k++) h += W[i * n + k] * x[k];
        double slope = 1 / (cosh(h) * cosh(h));
        for (int k = 0; k < n; k++)
            cr_assert_float_eq(J[i * n + k], slope * W[i * n + k], 1e-13, "%d by %d: %d, %d", m, n, i, k);
    }
    free(W), free(x), free(J);
    wg_graph_free(g);
}

Test(jacobian, of_a_layer_is_its_closed_form_whichever_side_is_shorter)
{
    for (int interpret = -1; interpret <= 1; interpret++) {
        wg_context *c =
            wgt_start(NULL, WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = interpret));
        static const int sides[][2] = { { 1, 5 }, { 5, 1 }, { 4, 4 }, { 3, 50 }, { 50, 3 }, { 37, 41 } };
        for (size_t k = 0; k < sizeof sides / sizeof *sides; k++) expect_layer(c, sides[k][0], sides[k][1]);
        wgt_finish(c, NULL);
    }
}

/* y = sum of tanh(W x)^2: with h = tanh(W x), d = 1 - h^2 the Hessian is W' diag(2 d^2 - 4 h^2 d) W. */
Test(jacobian, the_hessian_of_a_layer_is_its_closed_form)
{
    enum { N = 23, M = 31 };
    WGT_GRAPH(WG_F64, NULL);
    double *W = waves(M * N, 0.9, 0.3), *x = waves(N, 1.1, 1), H[N * N];
    wg_node a = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(N)));
    wg_node h = wg_tanh(wg_matmul(wg_input(g, "W", wg_view_f64(W, WG_SHAPE(M, N))), a));
    wg_copy_f64(wg_hessian(wg_sum(wg_square(h)), a, a), H, N * N);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < M; k++) {
                double z = 0;
                for (int l = 0; l < N; l++) z += W[k * N + l] * x[l];
                double t = tanh(z), d = 1 - t * t;
                sum += (2 * d * d - 4 * t * t * d) * W[k * N + i] * W[k * N + j];
            }
            cr_assert_float_eq(H[i * N + j], sum, 1e-13, "%d, %d: %g, not %g", i, j, H[i * N + j], sum);
        }
    free(W), free(x);
    wgt_finish(c, NULL);
}

/* The Jacobian by a matrix: y = A X B, dy[i,j] / dX[k,l] = A[i,k] B[l,j]. */
Test(jacobian, by_a_matrix)
{
    WGT_GRAPH(WG_F64, NULL);
    double *A = waves(6, 0.5, 1), *X = waves(12, 0.6, 1), *B = waves(20, 0.7, 1), J[2 * 5 * 3 * 4];
    wg_node x = wg_input(g, "X", wg_view_f64(X, WG_SHAPE(3, 4)));
    wg_node y = wg_matmul(wg_matmul(wg_input(g, "A", wg_view_f64(A, WG_SHAPE(2, 3))), x),
                          wg_input(g, "B", wg_view_f64(B, WG_SHAPE(4, 5))));
    wg_node j = wg_jacobian(y, x);
    cr_assert(wg_shape_equal(wg_node_shape(j), WG_SHAPE(2, 5, 3, 4)));
    wg_copy_f64(j, J, 120);
    for (int i = 0; i < 120; i++)
        cr_assert_float_eq(J[i], A[i / 60 * 3 + i / 4 % 3] * B[i % 4 * 5 + i / 12 % 5], 1e-15);
    free(A), free(X), free(B);
    wgt_finish(c, NULL);
}

/* ---- parts ---- */

/* y = x^3 + sum of x, through many nodes, so that the rows are computed in parts: J = diag(3 x^2) + 1. */
Test(jacobian, in_parts_is_the_same)
{
    enum { N = 700 };
    WGT_GRAPH(WG_F64, NULL);
    double *v = waves(N, 1.7, 1), *J = calloc(N * N, sizeof *J);
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(N))), y = wg_add(wg_mul(wg_square(x), x), wg_sum(x));
    for (int i = 0; i < 10; i++) y = wg_neg(wg_mul(wg_sub(0, y), wg_fill(g, 1, WG_SHAPE(N))));
    for (int i = 0; i < 10; i++) y = wg_mul(wg_mul(y, 2), wg_number(0.5));
    int64_t nodes = wg_graph_nodes(g);
    wg_node j = wg_jacobian(y, x);
    cr_expect_gt(wg_graph_nodes(g), nodes + 60, "the rows are in one part");
    wg_copy_f64(j, J, N * N);
    for (int i = 0; i < N * N; i++) {
        double want = 1 + (i % N == i / N ? 3 * v[i % N] * v[i % N] : 0);
        cr_assert_float_eq(J[i], want, 1e-14);
    }
    free(v), free(J);
    wgt_finish(c, NULL);
}

/* The Jacobian itself has 128,000 bytes, and its parts once more. It took 1 GB. */
Test(jacobian, of_many_elements_by_two_needs_little_memory)
{
    enum { M = 8000 };
    WGT_GRAPH(WG_F64, NULL);
    double *t = waves(M, 0.01, 2), J[2 * M];
    const double at[2] = { 1.5, 0.25 };
    wg_node a = wg_input(g, "a", wg_view_f64(at, WG_SHAPE(2))),
            T = wg_input(g, "t", wg_view_f64(t, WG_SHAPE(M)));
    wg_node y = wg_mul(wg_slice(a, .axis = 0, .to = 1), wg_exp(wg_mul(wg_slice(a, .axis = 0, .from = 1), T)));
    wg_copy_f64(wg_jacobian(y, a), J, 2 * M);
    for (int i = 0; i < M; i++) {
        const double e = exp(0.25 * t[i]);
        cr_assert_float_eq(J[2 * i], e, 1e-15 * e);
        cr_assert_float_eq(J[2 * i + 1], 1.5 * t[i] * e, 1e-14);
    }
    cr_expect_lt(wg_graph_bytes(g), 4 << 20, "%zu bytes", wg_graph_bytes(g));
    free(t);
    wgt_finish(c, NULL);
}

/* ---- what is left behind ---- */

/* A plan does not keep what is computed on the way to a Jacobian. What is read afterwards is the same. */
static void read_after(int interpret, bool first, double out[4 + 2])
{
    WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = interpret));
    const double at[2] = { 0.5, -0.75 };
    for (int build = 0; build < 4; build++) {
        wg_begin(g, WG_EVAL);
        wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))), e = wg_exp(x);
        wg_node j = wg_jacobian(wg_mul(e, wg_sum(wg_square(e))), x);
        if (first) wg_value(j);
        wg_node s = wg_grad(wg_sum(wg_square(j)), x);
        wg_copy_f64(s, out + 4, 2);
        wg_copy_f64(j, out, 4);
    }
    wgt_finish(c, NULL);
}

Test(jacobian, what_is_read_after_it_is_the_same)
{
    double want[6], got[6];
    read_after(1, false, want);
    for (int interpret = -1; interpret <= 1; interpret++)
        for (int first = 0; first < 2; first++) {
            read_after(interpret, first, got);
            cr_assert(!memcmp(want, got, sizeof want), "%d, %d", interpret, first);
        }
}

/* d/dx of the sum of the Jacobian of x^3 is 6 x, and once more 6. */
Test(jacobian, has_derivatives)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[3] = { 1, -2, 0.5 };
    double one[3], two[27];
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3))), j = wg_jacobian(wg_mul(wg_square(x), x), x);
    wg_copy_f64(wg_grad(wg_sum(j), x), one, 3);
    wg_copy_f64(wg_jacobian(j, x), two, 27);
    for (int i = 0; i < 3; i++) cr_assert_float_eq(one[i], 6 * at[i], 1e-14);
    for (int i = 0; i < 27; i++)
        cr_assert_float_eq(two[i], i / 9 == i / 3 % 3 && i / 9 == i % 3 ? 6 * at[i % 3] : 0, 1e-14);
    wgt_finish(c, NULL);
}

/* The Jacobian has the dtype of x, as gradients have. */
Test(jacobian, has_the_dtype_of_x)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[2] = { 3, 4 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))), y = wg_square(wg_cast(x, WG_F32));
    wg_node j[2] = { wg_jacobian(y, x), wg_jacobian(wg_sum(y), x) };
    for (int k = 0; k < 2; k++) cr_assert_eq(wg_node_dtype(j[k]), WG_F64);
    double got[4];
    wg_copy_f64(j[0], got, 4);
    cr_assert(got[0] == 6 && got[1] == 0 && got[2] == 0 && got[3] == 8);
    wgt_finish(c, NULL);
}

Test(jacobian, of_nothing_and_by_nothing)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node none = wg_fill(g, 1, WG_SHAPE(0)), x = wg_fill(g, 2, WG_SHAPE(3));
    wg_node a = wg_jacobian(wg_mul(none, wg_sum(x)), x), b = wg_jacobian(wg_add(wg_sum(none), x), none);
    cr_assert(wg_shape_equal(wg_node_shape(a), WG_SHAPE(0, 3)));
    cr_assert(wg_shape_equal(wg_node_shape(b), WG_SHAPE(3, 0)));
    wg_value(a), wg_value(b);
    wgt_finish(c, NULL);
}

/* ---- C functions, and ops without a forward derivative ---- */

static int forwards, backwards;
static int twice_and_square(size_t n, const double *x, size_t m, double *y, void *user)
{
    forwards++;
    for (size_t i = 0; i < m; i++) y[i] = i < n ? 2 * x[i] : x[i - n] * x[i - n];
    return 0;
}
static int its_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    backwards++;
    for (size_t i = 0; i < n; i++) gx[i] = 2 * gy[i] + (n + i < m ? 2 * x[i] * gy[n + i] : 0);
    return 0;
}

/* Tangents of a C function take a call for each element of its result, so gradients are taken. */
Test(jacobian, of_a_c_function_takes_a_call_for_each_row)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[2] = { 3, -5 };
    const double want[8] = { 2, 0, 0, 2, 6, 0, 0, -10 };
    wg_extern_opts o =
        WG_OPTS(wg_extern_opts, .name = "f", .forward = twice_and_square, .backward = its_adjoint);
    double got[8];
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2)));
    forwards = backwards = 0;
    wg_copy_f64(wg_jacobian(wg_extern_at(WG_HERE, x, WG_SHAPE(4), &o), x), got, 8);
    cr_assert(!memcmp(got, want, sizeof want));
    cr_assert(forwards <= 1 && backwards == 4, "%d calls forward, %d backward", forwards, backwards);
    wgt_finish(c, NULL);
}

static bool square_kernel(const wg_kernel *k)
{
    const double *x = k->x[0];
    for (int64_t i = 0; i < wg_shape_size(*k->xt[0].shape); i++) ((double *)k->y[0])[i] = x[i] * x[i];
    return true;
}
static bool slope_kernel(const wg_kernel *k)
{
    const double *x = k->x[0], *gy = k->x[1];
    for (int64_t i = 0; i < wg_shape_size(*k->xt[0].shape); i++) ((double *)k->y[0])[i] = 2 * x[i] * gy[i];
    return true;
}
static const wg_op slope = { .name = "slope", .operands = 2, .kind = WG_OPAQUE, .kernel = { slope_kernel } };
static void square_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_apply(here, &slope, (wg_node[]){ x[0], gy }, 2, NULL);
}
static const wg_op own_square = {
    .name = "own_square", .operands = 1, .kind = WG_OPAQUE, .kernel = { square_kernel }, .vjp = square_vjp
};

/* The tangent of own_square would be the derivative of slope, which has none. It is not zero: wg_jvp refuses
 * it, also where it is a part of a sum. The Jacobian is that of gradients. */
Test(jacobian, of_an_op_without_a_forward_derivative)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[3] = { 1, 2, 3 };
    double got[9];
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3))), v = wg_fill(g, 1, WG_SHAPE(3));
    wg_node y = wg_add(wg_apply(WG_HERE, &own_square, &x, 1, NULL), x);
    wg_copy_f64(wg_jacobian(y, x), got, 9);
    for (int i = 0; i < 9; i++) cr_assert_eq(got[i], i % 4 ? 0 : 2 * at[i / 3] + 1);
    wg_jvp(y, &x, &v, 1);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "own_square has no forward derivative: its rule makes slope");
    wgt_finish(c, NULL);
}

/* ---- mistakes ---- */

Test(jacobian, refuses_what_has_none)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[3] = { 1, 2, 3 };
    const int32_t whole[3] = { 1, 2, 3 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3))),
            k = wg_input(g, "k", wg_view_i32(whole, WG_SHAPE(3)));
    wg_jacobian(wg_mul(x, 2), k);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "jacobian: k is i32: only f32 and f64 have derivatives");
    WGT_REFUSED(c, GRADIENT, "is i64: only f32 and f64 have derivatives",
                wg_jacobian(wg_argmax(x, .axis = 0), x));
    wg_jacobian(wg_stop_gradient(x), x);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "jacobian: every path to x ends at stop_gradient");
    wg_jacobian(wg_sum(wg_stop_gradient(x)), x);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "jacobian: every path to x ends at stop_gradient");
    wgt_finish(c, NULL);
}
