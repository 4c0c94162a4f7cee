/* test_decompositions.c: eigh, qr, svd, lstsq, outer: by hand, and by the equations that define them,
 * at sizes where loops and where LAPACK are used; conventions of sign, equal values, mistakes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

#define MATRIX2(g, ...) INPUT(g, WG_SHAPE(2, 2), __VA_ARGS__)

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

/* ---- by hand ---- */

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

/* ---- by the equations ---- */

/* Numbers between -1 and 1. */
static wg_node random_matrix(wg_graph *g, wg_dtype t, int64_t m, int64_t n)
{
    wgt_random r = { 5 };
    double *v = malloc((size_t)(m * n) * sizeof *v);
    for (int64_t i = 0; i < m * n; i++) v[i] = wgt_uniform(&r, -1, 1);
    wg_node x = wg_input(g, "m", wg_view_f64(v, WG_SHAPE(m, n)));
    free(v);
    return wg_cast(x, t);
}
static double apart(wg_node a, wg_node b)
{
    return wg_item(wg_div(wg_max(wg_abs(wg_sub(a, b))), wg_max(wg_abs(b))));
}
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
    wg_node x = random_matrix(g, t, n, n), s = wg_add(x, wg_transpose(x)), w, v;
    wg_eigh(s, &w, &v);
    cr_expect_lt(apart(wg_matmul(wg_mul(v, w), wg_transpose(v)), s), most, "%d", (int)n);
    cr_expect_lt(skew(v), most);
    cr_expect(ascends(w, 1) && has_sign(v));
}
static void compare_qr(wg_graph *g, wg_dtype t, int64_t m, int64_t n, double most)
{
    wg_node x = random_matrix(g, t, m, n), q, r;
    wg_qr(x, &q, &r);
    cr_expect_lt(apart(wg_matmul(q, r), x), most, "%d x %d", (int)m, (int)n);
    cr_expect_lt(skew(q), most);
    cr_expect_eq(wg_item(wg_max(wg_abs(wg_tril(r, .offset = -1)))), 0);
    cr_expect_geq(wg_item(wg_min(wg_diagonal(r))), 0);
}
static void compare_svd(wg_graph *g, wg_dtype t, int64_t m, int64_t n, double most)
{
    wg_node x = random_matrix(g, t, m, n), u, s, vt;
    wg_svd(x, &u, &s, &vt);
    cr_expect_lt(apart(wg_matmul(wg_mul(u, s), vt), x), most, "%d x %d", (int)m, (int)n);
    cr_expect_lt(skew(u), most);
    cr_expect_lt(skew(wg_transpose(vt)), most);
    cr_expect(ascends(s, -1) && has_sign(u));
}

/* Rounding errors of a decomposition are some units for each row. */
static void compare_sizes(wg_context *c, void *with)
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
Test(decompositions, equations_hold) { wgt_on_each_isa(compare_sizes, NULL); }

/* The gradient of ln det of x x^T by four ways is the same: 2 x^-T for square x. */
Test(decompositions, derivatives_agree_with_each_other)
{
    wg_graph *g = graph(WG_F64);
    const int64_t sizes[] = { 4, 40 };
    for (int i = 0; i < 2; i++) {
        wg_node x = random_matrix(g, WG_F64, sizes[i], sizes[i]), q, r, u, s, vt, w, v;
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
    wg_node left = random_matrix(g, WG_F64, m, m), right = symmetric ? left : random_matrix(g, WG_F64, n, n),
            q, p;
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
        u = wg_cos(wg_mul(random_matrix(g, WG_F64, m, n), 9));
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

/* ---- mistakes ---- */

static void expect_mistake(wg_node y, const char *text)
{
    wg_context *c = wg_graph_context(wg_graph_of(y));
    cr_expect(isnan(wg_item(wg_sum(y))));
    cr_expect(strstr(wg_message(c), text), "\"%s\" is not in \"%s\"", text, wg_message(c));
    wg_recover(c);
}

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
    expect_mistake(wg_grad(wg_select(wg_select(b, 0, 0), 0, 0), unit),
                   "has an eigenvalue or singular value twice");
    cr_expect(wg_svd(broken, &a, &b, &d));
    expect_mistake(b, "has a number that is not finite");
    cr_expect(wg_qr(broken, &a, &b));
    expect_mistake(b, "has a number that is not finite");
    cr_expect(wg_eigh(broken, &a, &b));
    expect_mistake(b, "has a number that is not finite");
    expect_mistake(wg_lstsq(wg_mul(unit, 0), VECTOR(g, 1, 2)), "is singular: pivot 0");
    done(g);
}
