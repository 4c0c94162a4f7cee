/* test_sparse.c: sparse Jacobians against closed forms and against whole ones. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

/* ---- many elements, against closed forms ---- */

enum { N = 20000 };

/* y[i] = x[i]^2 + sin(x[i + 1]), and y[n - 1] = x[n - 1]^2: two diagonals. */
static wg_node two_diagonals(wg_node x)
{
    wg_node first = wg_slice(x, .axis = 0, .to = N - 1), next = wg_slice(x, .axis = 0, .from = 1),
            last = wg_slice(x, .axis = 0, .from = N - 1);
    return wg_concat(((wg_node[]){ wg_add(wg_square(first), wg_sin(next)), wg_square(last) }), 2);
}
static wg_pattern diagonals(int32_t *row, int32_t *column)
{
    wg_pattern p = { 2 * N - 1, row, column };
    for (int k = 0; k < p.count; k++) row[k] = k / 2, column[k] = k / 2 + k % 2;
    return p;
}
static double of_diagonals(int row, int column, const double *x)
{
    return row == column ? 2 * x[row] : cos(x[column]);
}

/* y[0] = sum of x^2, y[i] = x[i]^3: the first row and the diagonal. By columns there are as many colours as
 * elements, whose vectors would take 3 GB; by rows there are two. */
static wg_node dense_row(wg_node x)
{
    wg_node all = wg_reshape(wg_sum(wg_square(x)), WG_SHAPE(1)), rest = wg_slice(x, .axis = 0, .from = 1);
    return wg_concat(((wg_node[]){ all, wg_mul(wg_square(rest), rest) }), 2);
}
static wg_pattern row_and_diagonal(int32_t *row, int32_t *column)
{
    for (int i = 0; i < 2 * N - 1; i++) row[i] = i < N ? 0 : i - N + 1, column[i] = i < N ? i : i - N + 1;
    return (wg_pattern){ 2 * N - 1, row, column };
}
static double of_row_and_diagonal(int row, int column, const double *x)
{
    return row ? 3 * x[column] * x[column] : 2 * x[column];
}

static const struct {
    const char *name;
    wg_node (*y)(wg_node x);
    wg_pattern (*pattern)(int32_t *row, int32_t *column);
    double (*wanted)(int row, int column, const double *x);
} large[] = { { "two diagonals", two_diagonals, diagonals, of_diagonals },
              { "a dense row", dense_row, row_and_diagonal, of_row_and_diagonal } };

Test(sparse, of_many_elements_is_its_closed_form)
{
    static double x[N], j[2 * N];
    static int32_t row[2 * N], column[2 * N];
    for (int i = 0; i < N; i++) x[i] = sin(i);
    for (int i = 0; i < 2; i++) {
        WGT_GRAPH(WG_F64, NULL);
        const wg_pattern p = large[i].pattern(row, column);
        wg_node a = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(N)));
        wg_copy_f64(wg_jacobian_sparse(large[i].y(a), a, p), j, (size_t)p.count);
        for (int64_t k = 0; k < p.count; k++)
            cr_assert_float_eq(j[k], large[i].wanted(row[k], column[k], x), 1e-14, "%s, element %lld: %g",
                               large[i].name, (long long)k, j[k]);
        cr_expect_lt(wg_graph_bytes(g), 64 << 20, "%s: %zu bytes", large[i].name, wg_graph_bytes(g));
        wgt_finish(c, NULL);
    }
}

/* ---- against the whole Jacobian ---- */

enum { ROWS = 12, COLUMNS = 9 };

/* A pattern in random order, and a matrix that is not zero there. share: of the elements. */
static wg_pattern random_pattern(wgt_random *r, double share, int32_t *row, int32_t *column, double *W)
{
    wg_pattern p = { 0, row, column };
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        W[i] = wgt_unit(r) < share ? wgt_unit(r) - 0.5 : 0;
        if (W[i] == 0) continue;
        int64_t at = (int64_t)(wgt_unit(r) * (double)++p.count);
        row[p.count - 1] = row[at], column[p.count - 1] = column[at];
        row[at] = i / COLUMNS, column[at] = i % COLUMNS;
    }
    return p;
}

/* y = tanh(W x), of x [3,3] and y [12], or of their transposes; built three times. */
static void compare(wgt_random *r, double share, const wg_start_opts *way, bool turned)
{
    WGT_GRAPH(WG_F64, way);
    int32_t row[ROWS * COLUMNS], column[ROWS * COLUMNS];
    double W[ROWS * COLUMNS], x[COLUMNS], whole[ROWS * COLUMNS], got[ROWS * COLUMNS], sum[COLUMNS];
    const wg_pattern p = random_pattern(r, share, row, column, W);
    for (int build = 0; build < 3; build++) {
        for (int i = 0; i < COLUMNS; i++) x[i] = wgt_unit(r);
        wg_begin(g, WG_EVAL);
        wg_node a = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(3, 3))), f = wg_reshape(a, WG_SHAPE(COLUMNS));
        wg_node y = wg_tanh(wg_matmul(wg_input(g, "W", wg_view_f64(W, WG_SHAPE(ROWS, COLUMNS))), f));
        if (turned) y = wg_reshape(y, WG_SHAPE(4, 3));
        wg_node j = wg_jacobian_sparse(y, a, p), s = wg_grad(wg_sum(j), a);
        wg_copy_f64(j, got, (size_t)p.count);
        wg_copy_f64(s, sum, COLUMNS);
        wg_copy_f64(wg_jacobian(y, a), whole, ROWS * COLUMNS);
        for (int64_t k = 0; k < p.count; k++)
            cr_assert_float_eq(got[k], whole[row[k] * COLUMNS + column[k]], 1e-15, "element %lld",
                               (long long)k);
        /* d/dx of the sum of w (1 - y^2), by y' = (1 - y^2) W */
        for (int i = 0; i < COLUMNS; i++) {
            double wanted = 0;
            for (int m = 0; m < ROWS; m++) {
                double h = 0, w = 0;
                for (int n = 0; n < COLUMNS; n++) h += W[m * COLUMNS + n] * x[n], w += W[m * COLUMNS + n];
                const double y1 = tanh(h);
                wanted += w * -2 * y1 * (1 - y1 * y1) * W[m * COLUMNS + i];
            }
            cr_assert_float_eq(sum[i], wanted, 1e-14);
        }
    }
    wgt_finish(c, NULL);
}

Test(sparse, of_random_patterns_is_that_of_the_whole)
{
    const wg_start_opts ways[] = { WG_OPTS(wg_start_opts, .threads = 1),
                                   WG_OPTS(wg_start_opts, .interpret = 1),
                                   WG_OPTS(wg_start_opts, .interpret = -1) };
    static const double share[] = { 0.05, 0.3, 1 };
    wgt_random r = { 77 };
    for (int i = 0; i < 36; i++) compare(&r, share[i % 3], &ways[i / 3 % 3], i % 2);
}

/* Every element twice, in one column; and nothing at all. */
Test(sparse, repeats_and_none)
{
    WGT_GRAPH(WG_F32, NULL);
    const float at[2] = { 3, 4 };
    const int32_t row[4] = { 1, 0, 1, 0 }, column[4] = { 1, 0, 1, 0 };
    float got[4];
    wg_node x = wg_input(g, "x", wg_view_f32(at, WG_SHAPE(2))), y = wg_square(x);
    wg_copy_f32(wg_jacobian_sparse(y, x, (wg_pattern){ 4, row, column }), got, 4);
    cr_assert(got[0] == 8 && got[1] == 6 && got[2] == 8 && got[3] == 6);
    cr_assert(wg_shape_equal(wg_node_shape(wg_jacobian_sparse(y, x, (wg_pattern){ 0 })), WG_SHAPE(0)));
    wgt_finish(c, NULL);
}

Test(sparse, of_a_c_function_takes_one_adjoint_for_a_diagonal)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[4] = { 1, 2, 3, 4 };
    const int32_t i[4] = { 0, 1, 2, 3 };
    double got[4];
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(4)));
    wg_copy_f64(wg_jacobian_sparse(wgt_cube(x), x, (wg_pattern){ 4, i, i }), got, 4);
    for (int k = 0; k < 4; k++) cr_assert_eq(got[k], 3 * at[k] * at[k]);
    cr_assert_eq(wgt_cube_adjoints, 1, "%d calls", wgt_cube_adjoints);
    wgt_finish(c, NULL);
}

/* ---- mistakes ---- */

Test(sparse, refuses_patterns_that_do_not_fit)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[3] = { 1, 2, 3 };
    const int32_t row[2] = { 0, 3 }, column[2] = { 0, 1 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3))), y = wg_square(x);
    WGT_REFUSED(c, SHAPE, "element 1 of the pattern is in row 3 and column 1, but the Jacobian is 3 by 3",
                wg_jacobian_sparse(y, x, (wg_pattern){ 2, row, column }));
    wg_jacobian_sparse(y, x, (wg_pattern){ 2, row, NULL });
    wgt_expect_error(c, WG_ERROR_USE, "a pattern of 2 elements without its rows or columns");
    wg_jacobian_sparse(y, x, (wg_pattern){ -1, row, column });
    wgt_expect_error(c, WG_ERROR_USE, "a pattern of -1 elements");
    wg_jacobian_sparse(wg_argmax(x, .axis = 0), x, (wg_pattern){ 1, row, column });
    wgt_expect_error(c, WG_ERROR_GRADIENT, "jacobian_sparse: wg_argmax(x, .axis = 0) is i64");
    wgt_finish(c, NULL);
}
