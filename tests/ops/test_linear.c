/* test_linear.c: linear algebra by hand, by the equations that define the results at sizes where products
 * and LAPACK are used, and its mistakes: cholesky, triangular_solve, solve, inverse, det, logdet, slogdet;
 * eigh, qr, svd, lstsq, with their conventions of sign and of equal values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

#define MATRIX2(g, ...) INPUT(g, WG_SHAPE(2, 2), __VA_ARGS__)
#define MATRIX3(g, ...) INPUT(g, WG_SHAPE(3, 3), __VA_ARGS__)

/* ---- by hand ---- */

Test(linear, cholesky_by_hand)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = MATRIX3(g, 4, 2, -2, 2, 10, 2, -2, 2, 6);
    EXPECT_NEAR(wg_cholesky(a), WG_F64, WG_SHAPE(3, 3), 2, 0, 0, 1, 3, 0, -1, 1, 2);
    /* Of a matrix that is not symmetric the mean with its transpose: here that is [4, 2; 2, 5]. */
    EXPECT_NEAR(wg_cholesky(MATRIX2(g, 4, 3, 1, 5)), WG_F64, WG_SHAPE(2, 2), 2, 0, 1, 2);
    /* L22 = sqrt(a22 - a21^2 / a11): by a11 a21^2 / (2 a11^2 L22), by a21 and a12 -a21 / (2 a11 L22),
     * by a22 1 / (2 L22) */
    wg_node x = MATRIX2(g, 4, 2, 2, 5), l = wg_cholesky(x);
    EXPECT_NEAR(wg_grad(wg_select(wg_select(l, 0, 1), 0, 1), x), WG_F64, WG_SHAPE(2, 2), 1.0 / 16, -1.0 / 8,
                -1.0 / 8, 1.0 / 4);
    wg_node whole = wg_cast(MATRIX2(g, 9, 0, 0, 4), WG_I32);
    EXPECT(wg_cholesky(whole), WG_F64, WG_SHAPE(2, 2), 3, 0, 0, 2);
    done(g);
}

Test(linear, determinants_by_hand)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = MATRIX3(g, 1, 2, 3, 4, 5, 6, 7, 8, 10), sign, log, minus = wg_neg(a);
    cr_expect_float_eq(wg_item(wg_det(a)), -3, 1e-14);
    double *v = wgt_values(wg_grad(wg_det(a), a));
    const double cofactor[] = { 2, 2, -3, 4, -11, 6, -3, 6, -3 };
    for (int i = 0; i < 9; i++) cr_expect_float_eq(v[i], cofactor[i], 1e-13);
    free(v);
    cr_expect(wg_slogdet(a, &sign, &log));
    cr_expect_eq(wg_item(sign), -1);
    cr_expect_float_eq(wg_item(log), 1.0986122886681098, 1e-14); /* ln 3 */
    cr_expect_float_eq(wg_item(wg_logdet(minus)), 1.0986122886681098, 1e-14);
    EXPECT(wg_grad(sign, a), WG_F64, WG_SHAPE(3, 3), 0, 0, 0, 0, 0, 0, 0, 0, 0);
    EXPECT(wg_det(MATRIX3(g, 0, 1, 0, 0, 0, 1, 1, 0, 0)), WG_F64, WG_SCALAR,
           1); /* a cycle of three is even */
    EXPECT(wg_det(MATRIX2(g, 0, 1, 1, 0)), WG_F64, WG_SCALAR, -1);
    EXPECT(wg_det(MATRIX2(g, 1, 2, 2, 4)), WG_F64, WG_SCALAR, 0);
    EXPECT(wg_logdet(MATRIX2(g, 1, 2, 2, 4)), WG_F64, WG_SCALAR, -INFINITY);
    wg_slogdet(MATRIX2(g, 1, 2, 2, 4), &sign, &log);
    EXPECT(sign, WG_F64, WG_SCALAR, 0);
    wg_node huge = wg_mul(MATRIX2(g, 1, 0, 0, 1), 1e300);
    EXPECT_NEAR(wg_logdet(huge), WG_F64, WG_SCALAR, 1381.5510557964274); /* 600 ln 10 */
    EXPECT(wg_det(wg_input(g, "a", wg_view_f64(NULL, WG_SHAPE(0, 0)))), WG_F64, WG_SCALAR, 1);
    done(g);
}

/* ---- determinants of singular matrices: derivatives against expansion by minors ---- */

enum { SIZE = 4 };
typedef long double square[SIZE][SIZE];

/* By the first row. */
static long double expansion(int n, const square a)
{
    long double sum = 0;
    for (int c = 0; n > 1 && c < n; c++) {
        square minor = { { 0 } };
        for (int i = 1; i < n; i++)
            for (int j = 0; j < n - 1; j++) minor[i - 1][j] = a[i][j + (j >= c)];
        sum += (c % 2 ? -1 : 1) * a[0][c] * expansion(n - 1, minor);
    }
    return n == 0 ? 1 : n == 1 ? a[0][0] : sum;
}
static long double cofactor(int n, const square a, int r, int c)
{
    square minor = { { 0 } };
    for (int i = 0; i < n - 1; i++)
        for (int j = 0; j < n - 1; j++) minor[i][j] = a[i + (i >= r)][j + (j >= c)];
    return ((r + c) % 2 ? -1 : 1) * expansion(n - 1, minor);
}
/* The derivative of a cofactor in the direction b, of matrices of up to 4 rows: it is a polynomial of
 * degree 3 at most, whose differences of order 4 have no error but rounding. */
static long double cofactor_along(int n, const square a, const square b, int r, int c)
{
    static const int step[] = { -2, -1, 1, 2 }, factor[] = { 1, -8, 8, -1 };
    long double sum = 0;
    for (int k = 0; k < 4; k++) {
        square at;
        for (int i = 0; i < SIZE * SIZE; i++)
            at[i / SIZE][i % SIZE] = a[i / SIZE][i % SIZE] + step[k] * b[i / SIZE][i % SIZE];
        sum += factor[k] * cofactor(n, at, r, c);
    }
    return sum / 12;
}

/* Matrix `kind` of n rows and rank r: a product of matrices of whole numbers, exact; the same by a third,
 * so that its rank is r but for rounding; E, whose pivots are 0 where there are any; a shifted E. */
static void of_rank(int n, int r, int kind, wgt_random *random, double a[SIZE * SIZE])
{
    double left[SIZE][SIZE], right[SIZE][SIZE];
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            left[i][j] = (double)wgt_below(random, 7) - 3 + 4 * (i == j),
            right[i][j] = (double)wgt_below(random, 7) - 3 + 5 * (i == j);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < r; k++) sum += left[i][k] * right[k][j];
            a[i * n + j] = kind == 0   ? sum
                           : kind == 1 ? sum / 3
                           : kind == 2 ? i == j && i < r
                                       : j == i + 1 && i < r;
        }
}

static void expect_matrix(const char *what, int n, int r, int kind, wg_node y, const square want,
                          long double scale, double unit)
{
    double *v = wgt_values(y);
    cr_assert(v, "%s: %s", what, wg_message(wg_graph_context(wg_graph_of(y))));
    for (int i = 0; i < n * n; i++)
        cr_expect(fabsl(v[i] - want[i / n][i % n]) <= 256 * unit * scale,
                  "%s, %d rows of rank %d, kind %d: [%d] is %.17g, not %.17Lg", what, n, r, kind, i, v[i],
                  want[i / n][i % n]);
    free(v);
}

/* The gradient, the Hessian times b by two reverse sweeps and by forward over reverse, and of the whole
 * Hessian the same product. unit: the rounding of the dtype. */
static int compare_determinant(int n, int r, int kind, wg_dtype t, wgt_random *random)
{
    double v[SIZE * SIZE] = { 0 }, w[SIZE * SIZE] = { 0 };
    square a = { { 0 } }, b = { { 0 } }, first, second;
    long double size = 0;
    of_rank(n, r, kind, random, v);
    for (int i = 0; i < n * n; i++) {
        w[i] = (double)wgt_below(random, 5) - 2;
        a[i / n][i % n] = t == WG_F32 ? (float)v[i] : v[i], b[i / n][i % n] = w[i];
        size = fmaxl(size, fabsl(a[i / n][i % n]));
    }
    for (int i = 0; i < n * n; i++)
        first[i / n][i % n] = cofactor(n, a, i / n, i % n),
                         second[i / n][i % n] = cofactor_along(n, a, b, i / n, i % n);
    wg_graph *g = graph(t);
    const wg_shape s = WG_SHAPE(n, n);
    wg_node x = wg_cast(wg_input(g, "a", wg_view_f64(v, s)), t),
            u = wg_cast(wg_input(g, "b", wg_view_f64(w, s)), t), hv;
    wg_node y = wg_det(x), d = wg_grad(y, x);
    const double unit = t == WG_F64 ? 0x1p-53 : 0x1p-24;
    expect_matrix("gradient", n, r, kind, d, first, powl(size, n - 1), unit);
    wg_hvp(y, &x, &u, 1, &hv);
    long double scale = 2 * powl(size, n > 2 ? n - 2 : 0), most = 0;
    for (int i = 0; i < n * n; i++) most = fmaxl(most, fabsl(first[i / n][i % n]));
    /* A regular matrix: d times two inverses, each as exact as the condition |a| most / d lets it be. */
    const long double det = fabsl(expansion(n, a));
    if (r == n && kind < 2) scale += most * most / det * size * most / det;
    expect_matrix("reverse over reverse", n, r, kind, hv, second, scale, unit);
    expect_matrix("forward over reverse", n, r, kind, wg_jvp(d, &x, &u, 1), second, scale, unit);
    wg_node h = wg_reshape(wg_hessian(y, x, x), WG_SHAPE(n * n, n * n));
    expect_matrix("Hessian", n, r, kind, wg_reshape(wg_matmul(h, wg_reshape(u, WG_SHAPE(n * n))), s), second,
                  scale, unit);
    done(g);
    return 4 * n * n;
}

Test(linear, derivatives_of_determinants_of_every_rank)
{
    wgt_random random = { 3 };
    int matrices = 0, compared = 0;
    for (int n = 1; n <= SIZE; n++)
        for (int r = 0; r <= n; r++)
            for (int kind = 0; kind < 4; kind++)
                for (int again = 0; again < (kind < 2 ? 5 : 1); again++)
                    for (int t = 0; t < 2; t++, matrices++)
                        compared += compare_determinant(n, r, kind, t ? WG_F64 : WG_F32, &random);
    fprintf(stderr, "determinants: %d matrices, %d derivatives\n", matrices, compared);
}

/* A matrix that is singular beside one that is not; a determinant of 1e-400 whose cofactors are 1e-200. */
Test(linear, determinants_of_several_matrices)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = INPUT(g, WG_SHAPE(3, 2, 2), 1, 2, 2, 4, 1, 2, 3, 4, 1e-200, 0, 0, 1e-200), y = wg_det(a);
    EXPECT(y, WG_F64, WG_SHAPE(3), 0, -2, 0);
    wgt_expect_node(__LINE__, slope(y, a), WG_F64, WG_SHAPE(3, 2, 2),
                    WANT(4, -2, -2, 1, 4, -3, -2, 1, 1e-200, 0, 0, 1e-200), 1e-15);
    done(g);
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
                       wg_cast(wg_equal(wg_index_along(a, 0), wg_index_along(a, 1)), t));
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
    a = wg_slice(a, .from = from, .to = to);
    return wg_solve(wg_slice(a, .axis = 2, .to = 40), wg_slice(a, .axis = 2, .from = 40));
}
Test(linear, a_matrix_among_others_has_the_same_bits)
{
    wg_graph *g = graph(WG_F64);
    wg_node all = solved_rows(g, 0, 3);
    for (int64_t i = 0; i < 3; i++) {
        wg_tensor a = wg_value(wg_slice(all, .from = i, .to = i + 1)), b = wg_value(solved_rows(g, i, i + 1));
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
        WGT_GRAPH(WG_F64, &(wg_options){ .threads = threads, .interpret = threads < 3 ? -1 : 1 });
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

/* ---- mistakes ---- */

Test(linear, mistakes)
{
    wg_graph *g = graph(WG_F64);
    wg_node K = MATRIX2(g, 1, 2, 2, 1), A = MATRIX2(g, 1, 2, 2, 4), N = MATRIX2(g, 1, NAN, 2, 4),
            b = VECTOR(g, 1, 2);
    wgt_expect_mistake(wg_cholesky(K), "cholesky: K is not positive definite: pivot 1");
    wgt_expect_mistake(wg_cholesky(N), "cholesky: N has a number that is not finite");
    wgt_expect_mistake(wg_triangular_solve(wg_triu(A, .offset = 1), b), "is singular: pivot 0");
    wgt_expect_mistake(wg_solve(A, b), "lu_solve: the matrix is singular: pivot 1");
    wgt_expect_mistake(wg_inverse(A), "lu_solve: the matrix is singular: pivot 1");
    wgt_expect_mistake(wg_solve(N, b), "lu: the matrix has a number that is not finite");
    wgt_expect_mistake(wg_grad(wg_logdet(A), A), "is singular: pivot 1");
    EXPECT(wg_grad(wg_det(A), A), WG_F64, WG_SHAPE(2, 2), 4, -2, -2, 1);
    wgt_expect_mistake(wg_logdet(wg_neg(MATRIX2(g, 1, 0, 0, -1))),
                       "has a determinant below 0: wg_slogdet gives");
    wg_node both = wg_concat(((wg_node[]){ wg_expand(A, 0), wg_expand(K, 0) }), 2, 0);
    wgt_expect_mistake(wg_cholesky(both), "both is not positive definite: pivot 1");
    wgt_expect_mistake(
        wg_cholesky(wg_add(both, wg_reshape(VECTOR(g, 1, 0, 0, 1, 0, 0, 0, 0), WG_SHAPE(2, 2, 2)))),
        "is not positive definite: pivot 1 of matrix 1");
    EXPECT_VECTOR(wg_solve(MATRIX2(g, 2, 0, 0, 4), b), 0.5, 0.5);
    done(g);
}

Test(linear, mistakes_of_shape)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node wide = INPUT(g, WG_SHAPE(1, 2), 1, 2), A = MATRIX2(g, 1, 2, 2, 4), sign, log;
    cr_expect(!wg_node_ok(wg_cholesky(wide)));
    wgt_expect_error(c, WG_ERROR_SHAPE, "cholesky: wide [1,2] is not square");
    cr_expect(!wg_node_ok(wg_solve(A, VECTOR(g, 1, 2, 3))));
    wgt_expect_error(c, WG_ERROR_SHAPE, "has not as many rows as A [2,2]");
    cr_expect(!wg_slogdet(wide, &sign, &log) && wg_is_none(sign) && wg_is_none(log));
    wgt_expect_error(c, WG_ERROR_SHAPE, "wide [1,2] is not square");
    done(g);
}

static void expect_within(int line, wg_node y, const double *want, size_t n, double most)
{
    double *v = wgt_values(y);
    cr_assert(v && (size_t)wg_shape_size(wg_node_shape(y)) == n, "line %d: %s", line,
              wg_message(wg_graph_context(wg_graph_of(y))));
    for (size_t i = 0; i < n; i++)
        cr_expect_float_eq(v[i], want[i], most, "line %d: element %d is %.17g, not %.17g", line, (int)i, v[i],
                           want[i]);
    free(v);
}
#define EXPECT_WITHIN(y, ...) expect_within(__LINE__, y, WANT(__VA_ARGS__), 1e-14)

/* ---- decompositions by hand ---- */

Test(decompositions, qr_by_hand)
{
    wg_graph *g = graph(WG_F64);
    wg_node q, r;
    cr_assert(wg_qr(MATRIX2(g, -3, 1, 4, 2), &q, &r));
    EXPECT_WITHIN(q, -0.6, 0.8, 0.8, 0.6);
    EXPECT_WITHIN(r, 5, 1, 0, 2);
    cr_assert(wg_qr(INPUT(g, WG_SHAPE(1, 3), -2, 4, 6), &q, &r));
    EXPECT_WITHIN(q, -1);
    EXPECT_WITHIN(r, 2, -4, -6);
    cr_assert(wg_qr(INPUT(g, WG_SHAPE(3, 1), 0, 0, 0), &q, &r));
    EXPECT_WITHIN(r, 0);
    done(g);
}

Test(decompositions, svd_by_hand)
{
    wg_graph *g = graph(WG_F64);
    const double h = 0.70710678118654752;
    wg_node x = MATRIX2(g, 0, 2, -3, 0), u, s, vt;
    cr_assert(wg_svd(x, &u, &s, &vt));
    EXPECT_WITHIN(s, 3, 2);
    EXPECT_WITHIN(u, 0, 1, 1, 0);
    EXPECT_WITHIN(vt, -1, 0, 0, 1);
    EXPECT_WITHIN(slope(s, x), 0, 1, -1, 0); /* U V^T */
    wg_node row = INPUT(g, WG_SHAPE(1, 2), -3, 4);
    cr_assert(wg_svd(row, &u, &s, &vt));
    EXPECT_WITHIN(u, 1);
    EXPECT_WITHIN(s, 5);
    EXPECT_WITHIN(vt, -0.6, 0.8);
    EXPECT_WITHIN(wg_grad(wg_select(wg_select(vt, 0, 0), 0, 1), row), 0.096, 0.072); /* d (x1 / |x|) */
    cr_assert(wg_svd(MATRIX2(g, 1, 1, 1, 1), &u, &s, &vt));
    EXPECT_WITHIN(s, 2, 0);
    EXPECT_WITHIN(wg_select(vt, 0, 0), h, h);
    EXPECT_WITHIN(wg_matmul(vt, wg_transpose(vt)), 1, 0, 0, 1);
    EXPECT_WITHIN(wg_matmul(u, wg_transpose(u)), 1, 0, 0, 1);
    cr_assert(wg_svd(wg_mul(MATRIX2(g, 0, 0, 0, 1), 1e300), &u, &s, &vt));
    EXPECT_NEAR(s, WG_F64, WG_SHAPE(2), 1e300, 0);
    done(g);
}

/* ---- decompositions by the equations ---- */

/* How far columns of x are from orthogonal unit vectors. */
static double skew(wg_node x)
{
    wg_node p = wg_matmul(wg_transpose(x), x);
    return apart(p, wg_cast(wg_equal(wg_index_along(p, 0), wg_index_along(p, 1)), wg_node_dtype(x)));
}
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

/* The gradient of ln det of x x^T by four ways is the same: 2 x^-T for square x. */
Test(decompositions, derivatives_agree_with_each_other)
{
    wg_graph *g = graph(WG_F64);
    const int64_t sizes[] = { 4, 40 };
    for (int i = 0; i < 2; i++) {
        wg_node x = random_matrix(g, WG_F64, sizes[i], sizes[i], 0), q, r, u, s, vt, w, v;
        wg_qr(x, &q, &r);
        wg_svd(x, &u, &s, &vt);
        wg_eigh(wg_matmul(x, wg_transpose(x)), &w, &v);
        wg_node want = wg_mul(wg_transpose(wg_inverse(x)), 2);
        cr_expect_lt(apart(wg_grad(wg_mul(wg_sum(wg_log(wg_diagonal(r))), 2), x), want), 1e-9);
        cr_expect_lt(apart(wg_grad(wg_mul(wg_sum(wg_log(s)), 2), x), want), 1e-9);
        cr_expect_lt(apart(wg_grad(wg_sum(wg_log(w)), x), want),
                     1e-6); /* x x^T has the square of the condition */
        /* Put together again, the parts are x, whose derivative is the identity. */
        wg_node weights = wg_cos(wg_mul(x, 9));
        wg_node loss = wg_sum(wg_mul(wg_matmul(q, r), weights)),
                other = wg_sum(wg_mul(wg_matmul(wg_mul(u, s), vt), weights));
        wg_node exact = wg_grad(wg_sum(wg_mul(x, weights)), x);
        cr_expect_lt(apart(wg_grad(loss, x), exact), 1e-9);
        cr_expect_lt(apart(wg_grad(other, x), exact), 1e-8);
    }
    done(g);
}

/* ---- functions of eigenvalues and of singular values that are equal ---- */

/* A smooth function that does not know one eigenvalue from another is a polynomial of the matrix, or a
 * limit of those: the sums of squares, of cubes, the square of the first, the product of sum and squares. */
enum { POLYNOMIALS = 4 };
static wg_node of_values(wg_node w, int f)
{
    wg_node squares = wg_sum(wg_square(w));
    return f == 0   ? squares
           : f == 1 ? wg_sum(wg_mul(w, wg_square(w)))
           : f == 2 ? wg_square(squares)
                    : wg_mul(squares, wg_sum(w));
}
static wg_node of_matrix(wg_node x, int f)
{
    wg_node s = wg_mul(wg_add(x, wg_transpose(x)), 0.5), squares = wg_sum(wg_square(s));
    return f == 0   ? squares
           : f == 1 ? wg_sum(wg_mul(wg_matmul(s, s), s))
           : f == 2 ? wg_square(squares)
                    : wg_mul(squares, wg_sum(wg_diagonal(s)));
}
/* Of singular values, even ones: they are smooth where a value is 0. */
static wg_node of_singular_values(wg_node s, int f)
{
    wg_node squares = wg_sum(wg_square(s));
    return f == 0   ? squares
           : f == 1 ? wg_sum(wg_square(wg_square(s)))
           : f == 2 ? wg_square(squares)
                    : wg_sum(wg_log(wg_add(wg_square(s), 1)));
}
static wg_node of_any_matrix(wg_node x, int f)
{
    wg_node squares = wg_sum(wg_square(x)), p = wg_matmul(wg_transpose(x), x);
    return f == 0   ? squares
           : f == 1 ? wg_sum(wg_square(p))
           : f == 2
               ? wg_square(squares)
               : wg_logdet(wg_add(p, wg_cast(wg_equal(wg_index_along(p, 0), wg_index_along(p, 1)), WG_F64)));
}

/* a and b are two ways of one function of x: value, gradient, and the product of the Hessian with u by
 * reverse over reverse, by forward over reverse and of the whole Hessian. */
static int compare_ways(const char *what, int f, wg_node a, wg_node b, wg_node x, wg_node u, double most)
{
    const int64_t n = wg_shape_size(wg_node_shape(x));
    wg_node ga = wg_grad(a, x), gb = wg_grad(b, x), ha, hb;
    wg_hvp(a, &x, &u, 1, &ha);
    wg_hvp(b, &x, &u, 1, &hb);
    wg_node whole = wg_matmul(wg_reshape(wg_hessian(a, x, x), WG_SHAPE(n, n)), wg_reshape(u, WG_SHAPE(n)));
    wg_node got[] = { a, ga, ha, wg_jvp(ga, &x, &u, 1), wg_reshape(whole, wg_node_shape(x)) },
            want[] = { b, gb, hb, hb, hb };
    for (int i = 0; i < 5; i++) {
        wg_node size = wg_maximum(wg_max(wg_abs(want[i])), 1);
        const double off = wg_item(wg_div(wg_max(wg_abs(wg_sub(got[i], want[i]))), size));
        cr_expect(off <= (i < 2 ? 1e-13 : most), "%s, function %d, way %d: %g (%s)", what, f, i, off,
                  wg_message(wg_graph_context(wg_graph_of(a))));
    }
    wg_recover(wg_graph_context(wg_graph_of(a)));
    return 5;
}

/* The matrix with these values: diagonal, so that equal values are equal to the bit, or turned by
 * reflections, so that rounding parts them: then half the digits are left. */
static wg_node with_values(wg_graph *g, int64_t m, int64_t n, const double *value, bool turned,
                           bool symmetric)
{
    double a[16] = { 0 };
    for (int64_t i = 0; i < m && i < n; i++) a[i * n + i] = value[i];
    wg_node x = wg_input(g, "a", wg_view_f64(a, WG_SHAPE(m, n)));
    if (!turned) return x;
    wg_node left = random_matrix(g, WG_F64, m, m, 0),
            right = symmetric ? left : random_matrix(g, WG_F64, n, n, 0), q, p;
    wg_qr(left, &q, NULL);
    wg_qr(right, &p, NULL);
    x = wg_matmul(wg_matmul(q, x), wg_transpose(p));
    double *v = wgt_values(x);
    x = wg_input(g, "a", wg_view_f64(v, WG_SHAPE(m, n)));
    free(v);
    return x;
}

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

Test(decompositions, smooth_functions_of_equal_values)
{
    static const double value[][4] = { { 1, 2, 3, 5 }, { 2, 2, 3, 4 },  { 2, 2, 2, 1 },   { 0, 0, 1, 1 },
                                       { 0, 0, 0, 0 }, { -1, 1, 1, 2 }, { -1, -1, 1, 1 }, { 2, 2, 2, 5 },
                                       { 3, 3, 3, 3 }, { 0, 0, 0, 2 } };
    static const int64_t shape[][2] = { { 3, 3 }, { 4, 4 }, { 4, 3 }, { 2, 4 } };
    int points = 0, compared = 0;
    for (int i = 0; i < 10 * 4 * 2 * POLYNOMIALS; i++, points++) {
        const int64_t m = shape[i / 8 % 4][0], n = shape[i / 8 % 4][1];
        const bool turned = i / 4 % 2;
        const int f = i % 4;
        wg_graph *g = graph(WG_F64);
        wg_node x, u, w, v, s, vt;
        char what[64];
        snprintf(what, sizeof what, "values %d, %s, %dx%d", i / 32, turned ? "turned" : "diagonal", (int)m,
                 (int)n);
        const double most = turned ? 1e-6 : 1e-12;
        x = with_values(g, m, n, value[i / 32], turned, m == n);
        u = wg_cos(wg_mul(random_matrix(g, WG_F64, m, n, 0), 9));
        if (m == n) {
            wg_eigh(x, &w, &v);
            compared += compare_ways(what, f, of_values(w, f), of_matrix(x, f), x, u, most);
        }
        wg_svd(x, &w, &s, &vt);
        compared += compare_ways(what, f, of_singular_values(s, f), of_any_matrix(x, f), x, u, most);
        done(g);
    }
    fprintf(stderr, "equal values: %d points, %d derivatives\n", points, compared);
}

/* The smallest of equal eigenvalues is no smooth function: its Hessian is an error. */
Test(decompositions, an_eigenvalue_of_equal_ones_has_no_hessian)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = MATRIX2(g, 1, 0, 0, 1), w, v, h;
    wg_eigh(x, &w, &v);
    wg_hvp(wg_select(w, 0, 0), &x, &x, 1, &h);
    wg_item(wg_sum(h));
    cr_expect(strstr(wg_message(wg_graph_context(g)), "has an eigenvalue or singular value twice"));
    wg_recover(wg_graph_context(g));
    done(g);
}

/* ---- mistakes of decompositions ---- */

Test(decompositions, mistakes)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6), a, b, d;
    cr_expect(!wg_eigh(x, &a, &b) && wg_is_none(a) && wg_is_none(b));
    wgt_expect_error(c, WG_ERROR_SHAPE, "eigh: x [2,3] is not square");
    cr_expect(!wg_svd(VECTOR(g, 1, 2), &a, &b, &d) && wg_is_none(d));
    wgt_expect_error(c, WG_ERROR_SHAPE, "svd: ");
    cr_expect(!wg_node_ok(wg_lstsq(x, x)));
    wgt_expect_error(c, WG_ERROR_SHAPE, "lstsq: x [2,3] has fewer rows than columns");
    wg_node unit = MATRIX2(g, 1, 0, 0, 1), broken = MATRIX2(g, 1, NAN, 0, 1);
    cr_expect(wg_eigh(unit, &a, &b));
    EXPECT_WITHIN(a, 1, 1);
    EXPECT_WITHIN(slope(a, unit), 1, 0, 0, 1);
    wgt_expect_mistake(wg_grad(wg_select(wg_select(b, 0, 0), 0, 0), unit),
                       "has an eigenvalue or singular value twice");
    cr_expect(wg_svd(broken, &a, &b, &d));
    wgt_expect_mistake(b, "has a number that is not finite");
    cr_expect(wg_qr(broken, &a, &b));
    wgt_expect_mistake(b, "has a number that is not finite");
    cr_expect(wg_eigh(broken, &a, &b));
    wgt_expect_mistake(b, "has a number that is not finite");
    wgt_expect_mistake(wg_lstsq(wg_mul(unit, 0), VECTOR(g, 1, 2)), "is singular: pivot 0");
    done(g);
}
