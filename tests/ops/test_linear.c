/* test_linear.c: linear algebra by the equations that define the results, at sizes where products and
 * LAPACK are used: cholesky, triangular_solve, solve, inverse, det, logdet, slogdet; eigh, qr, svd, with
 * their conventions of sign, and at values that are 0 or equal. Small matrices of every rank:
 * test_formula_values.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

#define MATRIX2(g, ...) INPUT(g, WG_SHAPE(2, 2), __VA_ARGS__)

/* ---- singular, large and empty matrices ---- */

Test(linear, determinants_at_their_ends)
{
    wg_graph *g = graph(WG_F64);
    wg_node singular = MATRIX2(g, 1, 2, 2, 4), sign, log;
    cr_expect(wg_slogdet(singular, &sign, &log));
    EXPECT(sign, WG_F64, WG_SCALAR, 0);
    EXPECT(log, WG_F64, WG_SCALAR, -INFINITY);
    EXPECT(wg_grad(sign, singular), WG_F64, WG_SHAPE(2, 2), 0, 0, 0, 0);
    EXPECT(wg_logdet(singular), WG_F64, WG_SCALAR, -INFINITY);
    wgt_expect_mistake(wg_grad(wg_logdet(singular), singular), "is singular: pivot 1");
    EXPECT_NEAR(wg_logdet(wg_mul(MATRIX2(g, 1, 0, 0, 1), 1e300)), WG_F64, WG_SCALAR,
                1381.5510557964274); /* 600 ln 10 */
    EXPECT(wg_det(wg_input(g, "a", wg_view_f64(NULL, WG_SHAPE(0, 0)))), WG_F64, WG_SCALAR, 1);
    /* Of a matrix that is not symmetric the mean with its transpose: here that is [4, 2; 2, 5]. */
    EXPECT_NEAR(wg_cholesky(MATRIX2(g, 4, 3, 1, 5)), WG_F64, WG_SHAPE(2, 2), 2, 0, 1, 2);
    done(g);
}

/* A singular matrix, one of whose columns is exchanged alone, beside one that is
 * regular; a determinant of 1e-400 whose cofactors are 1e-200. */
Test(linear, determinants_of_several_matrices)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = INPUT(g, WG_SHAPE(3, 2, 2), 2, 4, 1, 2, 1, 2, 3, 4, 1e-200, 0, 0, 1e-200), y = wg_det(a);
    EXPECT(y, WG_F64, WG_SHAPE(3), 0, -2, 0);
    wgt_expect_node(__LINE__, slope(y, a), WG_F64, WG_SHAPE(3, 2, 2),
                    WANT(2, -1, -4, 2, 4, -3, -2, 1, 1e-200, 0, 0, 1e-200), 1e-15);
    done(g);
}

/* ---- messages name the call ---- */

typedef struct refused {
    double a[4]; /* where the derivative does not exist */
    wg_node (*loss)(wg_node a);
    const char *text;
} refused;

static wg_node weighted(wg_node y) { return wg_sum(wg_mul(y, INPUT(y.graph, WG_SHAPE(2, 2), 1, 2, 3, 4))); }
static wg_node of_vectors(wg_node a)
{
    wg_node w, v;
    return wg_eigh(a, &w, &v) ? weighted(v) : wg_none;
}
static wg_node of_left(wg_node a)
{
    wg_node u, s, vt;
    return wg_svd(a, &u, &s, &vt) ? weighted(u) : wg_none;
}
static wg_node of_right(wg_node a)
{
    wg_node u, s, vt;
    return wg_svd(a, &u, &s, &vt) ? weighted(vt) : wg_none;
}
static wg_node of_q(wg_node a)
{
    wg_node q, r;
    return wg_qr(a, &q, &r) ? weighted(q) : wg_none;
}
static wg_node of_r(wg_node a)
{
    wg_node q, r;
    return wg_qr(a, &q, &r) ? weighted(r) : wg_none;
}
static wg_node of_logdet(wg_node a) { return wg_logdet(a); }
static wg_node of_inverse(wg_node a) { return wg_logdet(wg_mul(wg_inverse(wg_add(a, 0)), 0)); }
static wg_node of_slogdet(wg_node a)
{
    wg_node sign, log;
    return wg_slogdet(a, &sign, &log) ? log : wg_none;
}

static const refused refusals[] = {
    { { 1, 0, 0, 1 }, of_vectors, ": eigh: a [2,2] has an eigenvalue or singular value twice" },
    { { 1, 0, 0, 1 }, of_left, ": svd: a [2,2] has an eigenvalue or singular value twice" },
    { { 1, 0, 0, 1 }, of_right, ": svd: a [2,2] has an eigenvalue or singular value twice" },
    { { 1, 0, 0, 0 }, of_q, ": qr: there is no derivative: a [2,2] is singular: pivot 1" },
    { { 1, 0, 0, 0 }, of_r, ": qr: there is no derivative: a [2,2] is singular: pivot 1" },
    { { 1, 2, 2, 4 }, of_logdet, ": logdet: there is no derivative: a [2,2] is singular: pivot 1" },
    { { 1, 2, 2, 4 }, of_slogdet, ": slogdet: there is no derivative: a [2,2] is singular: pivot 1" },
    { { 1, 0, 0, 1 },
      of_inverse,
      ": logdet: there is no derivative: wg_mul(wg_inverse(wg_add(a, 0)), 0) [2,2] is singular: pivot 0" },
};

/* At the first backward, by the nodes of the derivative; and at the fifth, when a plan has run, whose nodes
 * are there no longer. */
Test(linear, refused_derivatives_name_the_call)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        for (int good = 0; good <= 4; good += 4) {
            WGT_WORLD(WG_F64, NULL);
            for (int k = 0; k <= good; k++) {
                wg_begin(g, WG_TRAIN);
                wg_node a = wg_param(g, p, "a", WG_SHAPE(2, 2), wg_zeros());
                wg_params_assign(p, "a", k < good ? (const double[]){ 3, 1, 1, 2 } : refusals[i].a, 4);
                wg_node y = refusals[i].loss(a);
                if (k < good && refusals[i].loss == of_inverse) continue;
                wg_backward(y, p);
                if (k < good) cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
            }
            cr_expect(strstr(wg_message(c), refusals[i].text), "refusal %zu after %d: \"%s\"", i, good,
                      wg_message(c));
            wgt_drop(c, NULL);
        }
}

/* ---- by the equations, at sizes where products are used ---- */

/* Numbers between -1 and 1; in the diagonal `diagonal` more. */
static wg_node random_matrix(wg_graph *g, wg_dtype t, int64_t m, int64_t n, double diagonal)
{
    wgt_random r = { 11 };
    double *v = malloc((size_t)(m * n) * sizeof *v);
    for (int64_t i = 0; i < m * n; i++) v[i] = wgt_uniform(&r, -1, 1) + (i % (n + 1) == 0 ? diagonal : 0);
    wg_node x = wg_input(g, "m", wg_view_f64(v, WG_SHAPE(m, n)));
    free(v);
    return wg_cast(x, t);
}

/* The largest element of a - b, as a part of the largest of b. */
static double apart(wg_node a, wg_node b)
{
    return wg_item(wg_div(wg_max(wg_abs(wg_sub(a, b))), wg_max(wg_abs(b))));
}
static double unit_of(wg_dtype t) { return t == WG_F64 ? 0x1p-52 : 0x1p-23; }

static void compare_triangles(wg_graph *g, wg_dtype t, int64_t n, int64_t k)
{
    const double most = 8 * unit_of(t);
    wg_node a = random_matrix(g, t, n, n, (double)n), b = random_matrix(g, t, n, k, 0);
    wg_node low = wg_tril(a), up = wg_triu(a), low_t = wg_transpose(low), up_t = wg_transpose(up);
    cr_expect_lt(apart(wg_matmul(low, wg_triangular_solve(a, b)), b), most);
    cr_expect_lt(apart(wg_matmul(up, wg_triangular_solve(a, b, .upper = true)), b), most);
    cr_expect_lt(apart(wg_matmul(low_t, wg_triangular_solve(a, b, .transposed = true)), b), most);
    cr_expect_lt(apart(wg_matmul(up_t, wg_triangular_solve(a, b, .upper = true, .transposed = true)), b),
                 most);
}

/* The residue of elimination with pivots is some units of n |a| |x|, whatever the condition of a is
 * (Higham 2002, section 9.3). */
static void compare_solutions(wg_graph *g, wg_dtype t, int64_t n, int64_t k)
{
    wg_node a = random_matrix(g, t, n, n, 0), b = random_matrix(g, t, n, k, 0), x = wg_solve(a, b);
    wg_node residue = wg_max(wg_abs(wg_sub(wg_matmul(a, x), b)));
    wg_node size = wg_mul(wg_mul(wg_max(wg_abs(a)), wg_max(wg_abs(x))), (double)n);
    cr_expect_lt(wg_item(wg_div(residue, size)), 8 * unit_of(t), "%d rows", (int)n);
    wg_node s = wg_add(wg_matmul(a, wg_transpose(a)),
                       wg_cast(wg_equal(wg_index_along(a, .axis = 0), wg_index_along(a, .axis = 1)), t));
    wg_node l = wg_cholesky(s);
    cr_expect_lt(apart(wg_matmul(l, wg_transpose(l)), s), 16 * unit_of(t), "%d rows", (int)n);
    cr_expect_lt(apart(wg_tril(l), l), 1e-300);
    /* ln det of the same by both triangles */
    wg_node log = wg_mul(wg_sum(wg_log(wg_diagonal(l))), 2);
    cr_expect_lt(apart(wg_logdet(s), log), 1e4 * unit_of(t));
}

static void compare_sizes(wg_context *c, void *with)
{
    static const int64_t size[][2] = { { 31, 3 }, { 32, 1 }, { 33, 70 }, { 65, 64 }, { 150, 65 } };
    wg_graph *g = wg_graph_new(c);
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        for (int t = 0; t < 2; t++) {
            wg_begin(g, WG_TRAIN);
            compare_triangles(g, t ? WG_F64 : WG_F32, size[i][0], size[i][1]);
            compare_solutions(g, t ? WG_F64 : WG_F32, size[i][0], size[i][1]);
            cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        }
}
Test(linear, many_rows) { wgt_on_each_isa(compare_sizes, NULL); }

/* ---- several matrices, several threads ---- */

/* Rows [from, to) of three matrices of 40 rows, solved with a vector. */
static wg_node solved_rows(wg_graph *g, int64_t from, int64_t to)
{
    wg_node a = wg_reshape(random_matrix(g, WG_F64, 3, 40 * 41, 0), WG_SHAPE(3, 40, 41));
    a = wg_slice(a, .axis = 0, .from = from, .to = to);
    return wg_solve(wg_slice(a, .axis = 2, .to = 40), wg_slice(a, .axis = 2, .from = 40));
}
Test(linear, a_matrix_among_others_has_the_same_bits)
{
    wg_graph *g = graph(WG_F64);
    wg_node all = solved_rows(g, 0, 3);
    for (int64_t i = 0; i < 3; i++) {
        wg_tensor a = wg_value(wg_slice(all, .axis = 0, .from = i, .to = i + 1)),
                  b = wg_value(solved_rows(g, i, i + 1));
        cr_expect(wgt_same_bits(&a, &b), "matrix %d", (int)i);
    }
    done(g);
}

static wg_node sum_of_all(wg_graph *g)
{
    wg_node a = random_matrix(g, WG_F64, 130, 130, 130), b = random_matrix(g, WG_F64, 130, 150, 0);
    wg_node l = wg_cholesky(a), y = wg_triangular_solve(l, b), x = wg_solve(a, y);
    return wg_add(wg_sum(wg_mul(x, b)), wg_logdet(a));
}
Test(linear, threads_change_no_bit)
{
    double v[3], gradient[3];
    for (int threads = 1; threads <= 3; threads++) {
        WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = threads, .interpret = threads < 3 ? -1 : 1));
        for (int round = 0; round < 3; round++) {
            wg_begin(g, WG_TRAIN);
            wg_node y = sum_of_all(g);
            v[threads - 1] = wg_item(y);
            gradient[threads - 1] = wg_item(wg_norm(wg_grad(y, wg_graph_node(g, 1))));
        }
        wgt_finish(c, NULL);
    }
    for (int i = 1; i < 3; i++)
        cr_expect(v[i] == v[0] && gradient[i] == gradient[0], "%.17g %.17g", v[i], v[0]);
}

/* ---- decompositions by hand ---- */

/* How far columns of x are from orthogonal unit vectors. */
static double skew(wg_node x)
{
    wg_node p = wg_matmul(wg_transpose(x), x);
    return apart(
        p, wg_cast(wg_equal(wg_index_along(p, .axis = 0), wg_index_along(p, .axis = 1)), wg_node_dtype(x)));
}

/* Of columns of zeros, of equal rows, and of a row; one value is far below the largest. */
Test(decompositions, of_less_than_the_full_rank)
{
    wg_graph *g = graph(WG_F64);
    wg_node q, r, u, s, vt, row = INPUT(g, WG_SHAPE(1, 2), -3, 4);
    cr_assert(wg_qr(INPUT(g, WG_SHAPE(3, 1), 0, 0, 0), &q, &r));
    EXPECT(r, WG_F64, WG_SHAPE(1, 1), 0);
    cr_assert(wg_svd(row, &u, &s, &vt));
    EXPECT_NEAR(s, WG_F64, WG_SHAPE(1), 5);
    EXPECT_NEAR(vt, WG_F64, WG_SHAPE(1, 2), -0.6, 0.8);
    cr_assert(wg_svd(MATRIX2(g, 1, 1, 1, 1), &u, &s, &vt));
    cr_expect_lt(skew(u) + skew(vt), 1e-15);
    cr_expect_lt(wg_item(wg_max(wg_abs(wg_sub(s, VECTOR(g, 2, 0))))), 1e-15);
    cr_assert(wg_svd(wg_mul(MATRIX2(g, 0, 0, 0, 1), 1e300), &u, &s, &vt));
    EXPECT_NEAR(s, WG_F64, WG_SHAPE(2), 1e300, 0);
    done(g);
}

/* ---- decompositions by the equations ---- */

static bool ascends(wg_node w, double sign)
{
    double *v = wgt_values(w);
    bool fine = true;
    for (int64_t i = 1; i < wg_shape_size(wg_node_shape(w)); i++) fine &= sign * v[i] >= sign * v[i - 1];
    free(v);
    return fine;
}
/* Of each column the first element of at least 0.7 of its largest is positive. */
static bool has_sign(wg_node x)
{
    const wg_shape s = wg_node_shape(x);
    double *v = wgt_values(x);
    bool fine = true;
    for (int64_t c = 0; c < s.dim[1]; c++) {
        double most = 0;
        int64_t i = 0;
        for (int64_t r = 0; r < s.dim[0]; r++) most = fmax(most, fabs(v[r * s.dim[1] + c]));
        while (fabs(v[i * s.dim[1] + c]) < 0.7 * most) i++;
        fine &= v[i * s.dim[1] + c] > 0;
    }
    free(v);
    return fine;
}

static void compare_eigh(wg_graph *g, wg_dtype t, int64_t n, double most)
{
    wg_node x = random_matrix(g, t, n, n, 0), s = wg_add(x, wg_transpose(x)), w, v;
    wg_eigh(s, &w, &v);
    cr_expect_lt(apart(wg_matmul(wg_mul(v, w), wg_transpose(v)), s), most, "%d", (int)n);
    cr_expect_lt(skew(v), most);
    cr_expect(ascends(w, 1) && has_sign(v));
}
static void compare_qr(wg_graph *g, wg_dtype t, int64_t m, int64_t n, double most)
{
    wg_node x = random_matrix(g, t, m, n, 0), q, r;
    wg_qr(x, &q, &r);
    cr_expect_lt(apart(wg_matmul(q, r), x), most, "%d x %d", (int)m, (int)n);
    cr_expect_lt(skew(q), most);
    cr_expect_eq(wg_item(wg_max(wg_abs(wg_tril(r, .offset = -1)))), 0);
    cr_expect_geq(wg_item(wg_min(wg_diagonal(r))), 0);
}
static void compare_svd(wg_graph *g, wg_dtype t, int64_t m, int64_t n, double most)
{
    wg_node x = random_matrix(g, t, m, n, 0), u, s, vt;
    wg_svd(x, &u, &s, &vt);
    cr_expect_lt(apart(wg_matmul(wg_mul(u, s), vt), x), most, "%d x %d", (int)m, (int)n);
    cr_expect_lt(skew(u), most);
    cr_expect_lt(skew(wg_transpose(vt)), most);
    cr_expect(ascends(s, -1) && has_sign(u));
}

/* Rounding errors of a decomposition are some units for each row. */
static void compare_decompositions(wg_context *c, void *with)
{
    static const int64_t size[][2] = { { 1, 1 },   { 5, 5 },   { 8, 8 },    { 9, 9 },   { 33, 33 },
                                       { 90, 90 }, { 7, 3 },   { 3, 7 },    { 70, 40 }, { 40, 70 },
                                       { 200, 5 }, { 6, 150 }, { 150, 140 } };
    wg_graph *g = wg_graph_new(c);
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        for (int f64 = 0; f64 < 2; f64++) {
            const int64_t m = size[i][0], n = size[i][1];
            const wg_dtype t = f64 ? WG_F64 : WG_F32;
            const double most = (f64 ? 0x1p-52 : 0x1p-23) * (10 + (double)(m < n ? n : m));
            wg_begin(g, WG_TRAIN);
            if (m == n) compare_eigh(g, t, n, most);
            compare_qr(g, t, m, n, most);
            compare_svd(g, t, m, n, most);
            cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        }
}
Test(decompositions, equations_hold) { wgt_on_each_isa(compare_decompositions, NULL); }

/* ---- values that are equal or close ---- */

/* f = sum c w^2 of close eigenvalues tells them apart. By perturbation its second derivative along E01 +
 * E10 at diag(w) is 4 (c1 w1 - c0 w0) / (w1 - w0). Rounding of w costs 2^-53 of the largest: 1e-6 of the
 * gap. */
Test(decompositions, close_values_that_are_told_apart)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = INPUT(g, WG_SHAPE(3, 3), 1e-10, 0, 0, 0, 3e-10, 0, 0, 0, 1), w, v, h;
    wg_node along = INPUT(g, WG_SHAPE(3, 3), 0, 1, 0, 1, 0, 0, 0, 0, 0);
    cr_assert(wg_eigh(a, &w, &v));
    wg_node f = wg_sum(wg_mul(VECTOR(g, 1, 2, 3), wg_square(w)));
    cr_assert_eq(wg_hvp(f, &a, &along, 1, &h), WG_OK);
    cr_expect(wgt_relative(wg_item(wg_sum(wg_mul(along, h))), 4 * (6e-10 - 1e-10) / 2e-10) < 1e-5);
    done(g);
}

/* The smallest of equal eigenvalues is no smooth function: its Hessian is an error. */
Test(decompositions, an_eigenvalue_of_equal_ones_has_no_hessian)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = MATRIX2(g, 1, 0, 0, 1), w, v, h;
    wg_eigh(x, &w, &v);
    wg_hvp(wg_select(w, .axis = 0, .index = 0), &x, &x, 1, &h);
    wgt_expect_mistake(h, "has an eigenvalue or singular value twice");
    wgt_expect_mistake(wg_grad(wg_select(wg_select(v, .axis = 0, .index = 0), .axis = 0, .index = 0), x),
                       "has an eigenvalue or singular value twice");
    done(g);
}
