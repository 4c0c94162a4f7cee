/* test_matrix_values.c: first values that are orthogonal, an identity, sparse, or truncated. */
#include <math.h>

#include "wgtest.h"

/* The first values of a parameter, to free. */
static double *first_values(wg_dtype t, const char *name, wg_shape s, wg_init init)
{
    WGT_GRAPH(t, NULL);
    double *v = wgt_values(wg_param(g, wg_params_new(c), name, s, init));
    wgt_finish(c, NULL);
    return v;
}

/* The largest distance of the products of columns (or rows) from those of orthonormal ones times gain. */
static double far_from_orthonormal(const double *v, int n, int m, bool rows, double gain)
{
    double worst = 0;
    for (int a = 0; a < (rows ? n : m); a++)
        for (int b = 0; b <= a; b++) {
            double sum = 0;
            for (int i = 0; i < (rows ? m : n); i++)
                sum += rows ? v[a * m + i] * v[b * m + i] : v[i * m + a] * v[i * m + b];
            worst = fmax(worst, fabs(sum - (a == b ? gain * gain : 0)));
        }
    return worst;
}

Test(matrix_values, orthogonal)
{
    static const int shapes[][2] = { { 1, 1 },   { 2, 2 }, { 5, 3 }, { 3, 5 },
                                     { 40, 40 }, { 1, 7 }, { 7, 1 }, { 33, 64 } };
    for (int k = 0; k < 8; k++)
        for (int f32 = 0; f32 < 2; f32++) {
            const int n = shapes[k][0], m = shapes[k][1];
            wg_init twice = wg_orthogonal();
            twice.a = 2;
            double *v = first_values(f32 ? WG_F32 : WG_F64, "W", WG_SHAPE(n, m), twice);
            cr_assert_lt(far_from_orthonormal(v, n, m, m > n, 2), f32 ? 1e-5 : 1e-13, "%d x %d", n, m);
            free(v);
        }
    /* Q of the normal numbers of the same stream: one column is theirs, divided by its length. */
    double *z = first_values(WG_F64, "W", WG_SHAPE(9, 1), wg_normal(0, 1)),
           *q = first_values(WG_F64, "W", WG_SHAPE(9, 1), wg_orthogonal()), length = 0;
    for (int i = 0; i < 9; i++) length += z[i] * z[i];
    for (int i = 0; i < 9; i++) cr_expect_float_eq(q[i], z[i] / sqrt(length), 1e-14);
    free(z), free(q);
    double *v = first_values(WG_F64, "W", WG_SHAPE(2, 3, 4), wg_orthogonal());
    cr_assert_lt(far_from_orthonormal(v, 6, 4, false, 1), 1e-14);
    free(v);
    cr_assert_null(first_values(WG_F64, "W", WG_SHAPE(0, 3), wg_orthogonal()));
}

/* A uniformly distributed orthogonal matrix of 2 x 2: the angle of the first column is uniform, and
 * reflections are as frequent as rotations. 2,000 of them: each count within 5 standard deviations. */
Test(matrix_values, orthogonal_matrices_are_uniform)
{
    enum { ALL = 2000, SECTORS = 8 };
    int sector[SECTORS] = { 0 }, rotations = 0;
    WGT_WORLD(WG_F64, NULL);
    for (int i = 0; i < ALL; i++) {
        char name[20];
        snprintf(name, sizeof name, "W%d", i);
        double v[4];
        wg_copy_f64(wg_param(g, p, name, WG_SHAPE(2, 2), wg_orthogonal()), v, 4);
        sector[(int)((atan2(v[2], v[0]) / acos(-1) + 1) / 2 * SECTORS) % SECTORS]++;
        rotations += v[0] * v[3] - v[1] * v[2] > 0;
    }
    wgt_finish(c, NULL);
    for (int k = 0; k < SECTORS; k++)
        cr_assert(fabs(sector[k] - ALL / 8.0) < 5 * sqrt(ALL / 8.0 * 7 / 8), "sector %d: %d", k, sector[k]);
    cr_assert(fabs(rotations - ALL / 2.0) < 5 * sqrt(ALL / 4.0), "%d rotations", rotations);
}

Test(matrix_values, identity)
{
    double *v = first_values(WG_F32, "W", WG_SHAPE(3, 4), wg_identity());
    for (int i = 0; i < 12; i++) cr_assert_eq(v[i], i / 4 == i % 4);
    free(v);
}

Test(matrix_values, sparse_columns)
{
    enum { IN = 40, OUT = 300 };
    double *v = first_values(WG_F64, "W", WG_SHAPE(IN, OUT), wg_sparse(0.9, 0.1)), square = 0;
    int at[IN] = { 0 };
    for (int j = 0; j < OUT; j++) {
        int zeros = 0;
        for (int i = 0; i < IN; i++) {
            zeros += v[i * OUT + j] == 0;
            at[i] += v[i * OUT + j] != 0;
            square += v[i * OUT + j] * v[i * OUT + j];
        }
        cr_assert_eq(zeros, 36);
    }
    /* 4 of 40 in each of 300 columns: 30 in a row, within 5 standard deviations; the variance of 1,200
     * draws */
    for (int i = 0; i < IN; i++) cr_assert(fabs(at[i] - 30.0) < 5 * sqrt(30 * 0.9), "row %d: %d", i, at[i]);
    cr_assert(fabs(square / 1200 / 0.01 - 1) < 5 * sqrt(2.0 / 1200));
    free(v);
    v = first_values(WG_F64, "W", WG_SHAPE(10, 1), wg_sparse(0.25, 1)), at[0] = 0;
    for (int i = 0; i < 10; i++) at[0] += v[i] == 0;
    cr_assert_eq(at[0], 3, "at least so large a share");
    free(v);
    v = first_values(WG_F64, "W", WG_SHAPE(4, 2), wg_sparse(1, 1));
    for (int i = 0; i < 8; i++) cr_assert_eq(v[i], 0);
    free(v);
}

/* Of a normal number within 2 deviations the variance is 1 - 4 phi(2) / (2 Phi(2) - 1), phi the density. */
Test(matrix_values, truncated_normal)
{
    enum { N = 40000 };
    const double phi = exp(-2) / sqrt(2 * acos(-1)), var = 1 - 4 * phi / erf(sqrt(2));
    for (int f32 = 0; f32 < 2; f32++) {
        double *v = first_values(f32 ? WG_F32 : WG_F64, "W", WG_SHAPE(N), wg_truncated_normal(3, 0.5));
        double mean = 0, square = 0;
        for (int i = 0; i < N; i++) {
            const double z = (v[i] - 3) / 0.5;
            cr_assert_leq(fabs(z), 2 + 1e-6);
            mean += z / N, square += z * z / N;
        }
        cr_assert(fabs(mean) < 5 * sqrt(var / N), "mean %g", mean);
        cr_assert(fabs(square - var) < 5 * sqrt(2.0 / N), "variance %g, not %g", square, var);
        free(v);
    }
}

Test(matrix_values, a_range_or_a_deviation_may_be_nothing)
{
    for (int k = 0; k < 2; k++) {
        double *v = first_values(WG_F64, "W", WG_SHAPE(3), k ? wg_normal(3, 0) : wg_uniform(3, 3));
        for (int i = 0; i < 3 && v; i++) cr_expect_eq(v[i], 3);
        free(v);
    }
}

Test(matrix_values, mistakes_are_named)
{
    static const char *const text[] = { "v [3]", "v [2,2,2]", "a share of zeros of 1.5" };
    for (int i = 0; i < 3; i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        const wg_init init[] = { wg_orthogonal(), wg_identity(), wg_sparse(1.5, 1) };
        wg_param(g, wg_params_new(c), "v", i ? WG_SHAPE(2, 2, 2) : WG_SHAPE(3), init[i]);
        wgt_expect_error(c, i == 2 ? WG_ERROR_VALUE : WG_ERROR_SHAPE, i == 2 ? text[2] : "first values of");
    }
}
