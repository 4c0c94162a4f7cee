/* test_data_split.c: proportions of splits, and normalisation shared by a set and its parts. */
#include <math.h>

#include "wgdata.h"

/* ---- splits ---- */

Test(split, keeps_proportions)
{
    wg_context *c = wgt_seeded(0);
    wg_data *train = wg_data_digits(c);
    int before[10] = { 0 }, after[10] = { 0 };
    for (int i = 0; i < 1797; i++) before[wgt_i32_at(wg_data_y(train), i)]++;
    wg_data *dev = wg_data_split(train, 0.2);
    cr_assert_eq(wg_data_rows(dev), 359);
    cr_assert_eq(wg_data_rows(train), 1438);
    for (int i = 0; i < 359; i++) after[wgt_i32_at(wg_data_y(dev), i)]++;
    for (int k = 0; k < 10; k++)
        cr_expect_lt(fabs(after[k] - 0.2 * before[k]), 1, "class %d: %d of %d", k, after[k], before[k]);
    wgt_finish(c, NULL);
}

Test(split, every_row_is_on_one_side_in_its_old_order)
{
    wg_context *c = wgt_seeded(2);
    wg_data *train = wgt_numbered(c, 90, 4), *dev = wg_data_split(train, 0.3);
    wg_data *sides[2] = { train, dev };
    int seen[90] = { 0 };
    for (int s = 0; s < 2; s++)
        for (int64_t i = 0, last = -1; i < wg_data_rows(sides[s]); i++) {
            int row = (int)wgt_f32_at(wg_data_x(sides[s]), 2 * i);
            cr_expect_gt(row, last);
            cr_expect_eq(wgt_f32_at(wg_data_x(sides[s]), 2 * i + 1), 100 + (float)row);
            cr_expect_eq(wgt_i32_at(wg_data_y(sides[s]), i), row % 4);
            seen[row]++, last = row;
        }
    cr_expect_eq(wg_data_rows(dev), 27);
    for (int i = 0; i < 90; i++) cr_expect_eq(seen[i], 1);
    int o[90];
    cr_expect_eq(wgt_epoch_order(train, 10, o, 90), 63);
    wgt_finish(c, NULL);
}

Test(split, is_drawn_by_seed)
{
    float rows[3][20];
    uint64_t seeds[3] = { 4, 4, 5 };
    for (int k = 0; k < 3; k++) {
        wg_context *c = wgt_seeded(seeds[k]);
        wg_data *dev = wg_data_split(wgt_numbered(c, 100, 2), 0.2);
        cr_assert_eq(wg_data_rows(dev), 20);
        for (int i = 0; i < 20; i++) rows[k][i] = wgt_f32_at(wg_data_x(dev), 2 * i);
        wgt_finish(c, NULL);
    }
    cr_expect_arr_eq(rows[0], rows[1], sizeof rows[0]);
    cr_expect_arr_neq(rows[0], rows[2], sizeof rows[0]);
}

/* Where every row is a class of its own, no class number is preferred: the mean of 300 of 0 .. 999 has the
 * deviation 289 / sqrt(300) * sqrt(0.7) = 14. */
Test(split, prefers_no_class_number)
{
    wg_context *c = wgt_seeded(6);
    wg_data *dev = wg_data_split(wgt_numbered(c, 1000, 1000), 0.3);
    double sum = 0;
    cr_assert_eq(wg_data_rows(dev), 300);
    for (int i = 0; i < 300; i++) sum += wgt_i32_at(wg_data_y(dev), i);
    cr_expect_float_eq(sum / 300, 499.5, 5 * 14, "mean %g", sum / 300);
    wgt_finish(c, NULL);
}

Test(split, of_all_and_of_nothing)
{
    wg_context *c = wgt_seeded(6);
    wg_data *d = wgt_numbered(c, 10, 3), *none = wg_data_split(d, 0), *all = wg_data_split(d, 1);
    cr_expect(wg_data_rows(none) == 0 && wg_data_rows(all) == 10 && wg_data_rows(d) == 0);
    wgt_finish(c, NULL);
}

Test(split, wrong_share)
{
    wg_context *c = wgt_seeded(0);
    cr_expect_null(wg_data_split(wgt_numbered(c, 10, 2), 20));
    wgt_expect_error(c, WG_ERROR_VALUE, "between 0 and 1");
    wgt_finish(c, NULL);
    c = wgt_seeded(0);
    cr_expect_null(wg_data_split(wgt_numbered(c, 10, 2), NAN));
    wgt_expect_error(c, WG_ERROR_VALUE, "between 0 and 1");
    wgt_finish(c, NULL);
}

/* ---- normalisation ---- */

static void column(const wg_data *d, int k, double *mean, double *variance)
{
    wg_tensor x = wg_data_x(d);
    int64_t n = wg_data_rows(d), columns = wg_shape_size(x.shape) / n;
    *mean = *variance = 0;
    for (int64_t i = 0; i < n; i++) *mean += wg_tensor_item(&x, i * columns + k) / (double)n;
    for (int64_t i = 0; i < n; i++)
        *variance += pow(wg_tensor_item(&x, i * columns + k) - *mean, 2) / (double)n;
}

Test(normalise, mean_zero_variance_one)
{
    wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_digits(c);
    bool flat[64];
    double mean, variance;
    for (int k = 0; k < 64; k++) {
        column(d, k, &mean, &variance);
        flat[k] = variance == 0;
    }
    cr_assert(flat[0] && flat[32] && !flat[3]);
    wg_data_normalise(d, "x");
    for (int k = 0; k < 64; k++) {
        column(d, k, &mean, &variance);
        cr_expect_lt(fabs(mean), 1e-6, "column %d: mean %g", k, mean);
        if (flat[k]) cr_expect(mean == 0 && variance == 0, "column %d is flat", k);
        else cr_expect_lt(fabs(variance - 1), 1e-5, "column %d: variance %g", k, variance);
    }
    wgt_finish(c, NULL);
}

Test(normalise, in_double)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_data *d = wg_data_flower(c, 400);
    double mean, variance;
    wg_data_normalise(d, "x");
    for (int k = 0; k < 2; k++) {
        column(d, k, &mean, &variance);
        cr_expect(fabs(mean) < 1e-12 && fabs(variance - 1) < 1e-12, "column %d: %g %g", k, mean, variance);
    }
    wgt_finish(c, NULL);
}

/* Rows 0 and 2: mu 1, sigma 1. A set that follows maps v to v - 1, whatever its own values. */
static wg_data *column_of(wg_context *c, double a, double b)
{
    double v[2] = { a, b };
    return wg_data_from(c, wg_view_f64(v, WG_SHAPE(2, 1)), (wg_tensor){ 0 });
}

static void expect_column(const wg_data *d, double a, double b)
{
    const double *v = wg_data_x(d).data;
    cr_expect(v[0] == a && v[1] == b, "%g %g, not %g %g", v[0], v[1], a, b);
}

Test(normalise, like_another_before_and_after)
{
    wg_context *c = wgt_seeded(0);
    wg_data *train = column_of(c, 0, 2), *before = column_of(c, 5, 7), *after = column_of(c, 10, 20),
            *third = column_of(c, 1, 1);
    wg_data_normalise_like(before, train);
    wg_data_normalise_like(third, before);
    expect_column(before, 5, 7);
    wg_data_normalise(train, "x");
    wg_data_normalise_like(after, train);
    expect_column(train, -1, 1);
    expect_column(before, 4, 6);
    expect_column(after, 9, 19);
    expect_column(third, 0, 0);
    wgt_finish(c, NULL);
}

static void row_values(const wg_data *d, float *value_of_row)
{
    wg_tensor x = wg_data_x(d), y = wg_data_y(d);
    for (int64_t i = 0; i < wg_data_rows(d); i++) value_of_row[wgt_i32_at(y, i)] = wgt_f32_at(x, 2 * i);
}

/* y is the row's number: rows are followed through splits. mu and sigma are of the rows that train had when
 * it was normalised, and hold for the parts split off before and after. */
Test(normalise, splits_before_and_after)
{
    wg_context *c = wgt_seeded(3);
    wg_data *train = wgt_numbered(c, 50, 50), *before = wg_data_split(train, 0.2);
    double mean, variance;
    float v[50];
    column(train, 0, &mean, &variance);
    wg_data_normalise(train, "x");
    wg_data *after = wg_data_split(train, 0.25), *part = wg_data_split(before, 0.5);
    cr_assert(wg_data_rows(train) == 30 && wg_data_rows(after) == 10 && wg_data_rows(before) == 5 &&
              wg_data_rows(part) == 5);
    row_values(train, v), row_values(after, v), row_values(before, v), row_values(part, v);
    for (int i = 0; i < 50; i++)
        cr_expect_float_eq(v[i], (i - mean) / sqrt(variance), 1e-6, "row %d: %g", i, v[i]);
    wgt_finish(c, NULL);
}

Test(normalise, followers_survive_the_first_set)
{
    wg_context *c = wgt_seeded(3);
    wg_data *train = column_of(c, 0, 2), *dev = column_of(c, 3, 4), *test = column_of(c, 5, 6);
    wg_data_normalise_like(dev, train);
    wg_data_normalise_like(test, dev);
    wg_data_free(dev);
    wg_data_normalise(train, "x");
    expect_column(test, 4, 5);
    wg_data_free(train);
    wg_data *last = column_of(c, 7, 8);
    wg_data_normalise_like(last, test);
    expect_column(last, 6, 7);
    wg_data_free(NULL);
    wgt_finish(c, NULL);
}

/* A set that follows a part of a normalised set takes the numbers of the whole. */
Test(normalise, parts_hand_on_what_they_inherited)
{
    wg_context *c = wgt_seeded(3);
    wg_data *train = column_of(c, 0, 2), *test = column_of(c, 5, 7);
    wg_data_normalise(train, "x");
    wg_data_normalise_like(test, wg_data_split(train, 0.5));
    expect_column(test, 4, 6);
    wgt_finish(c, NULL);
}

Test(normalise, twice_is_an_error_that_changes_nothing)
{
    wg_context *c = wgt_seeded(3);
    wg_data *d = column_of(c, 0, 2), *e = column_of(c, 4, 6);
    wg_data_normalise_like(e, d);
    wg_data_normalise(e, "x");
    wg_data_normalise(d, "x");
    expect_column(d, 0, 2);
    expect_column(e, -1, 1);
    wgt_expect_error(c, WG_ERROR_USE,
                     "a set that was split from it or read with .like is normalised already: normalise this "
                     "set first");
    wgt_finish(c, NULL);
}

Test(normalise, of_a_set_without_y)
{
    wg_context *c = wgt_seeded(3);
    wg_data *d = column_of(c, 0, 2);
    wg_data_normalise(d, "y");
    wgt_expect_error(c, WG_ERROR_USE, "data_normalise: the set has no y");
    expect_column(d, 0, 2);
    wgt_finish(c, NULL);
}

Test(normalise, in_a_circle)
{
    wg_context *c = wgt_seeded(3);
    wg_data *d = column_of(c, 0, 2), *e = column_of(c, 4, 6);
    wg_data_normalise_like(e, d);
    wg_data_normalise_like(d, e);
    wgt_expect_error(c, WG_ERROR_USE, "takes its own normalisation from this one");
    wgt_finish(c, NULL);
}

Test(data_from, names_the_place_of_a_nan)
{
    wg_context *c = wgt_seeded(3);
    float v[6] = { 1, 2, 3, 4, 5, NAN };
    wg_data_normalise(wg_data_from(c, wg_view_f32(v, WG_SHAPE(2, 3)), (wg_tensor){ 0 }), "x");
    wgt_expect_error(c, WG_ERROR_VALUE, "NaN at row 1, column 2");
    wgt_finish(c, NULL);
}

Test(normalise, wants_floats_rows_and_equal_columns)
{
    int32_t v[4] = { 1, 2, 3, 4 };
    wg_context *c = wgt_seeded(3);
    wg_data_normalise(wg_data_from(c, wg_view_i32(v, WG_SHAPE(2, 2)), (wg_tensor){ 0 }), "x");
    wgt_expect_error(c, WG_ERROR_DTYPE, "not f32 or f64");
    wgt_finish(c, NULL);
    c = wgt_seeded(3);
    wg_data_normalise(wg_data_from(c, wg_view_f32(NULL, WG_SHAPE(0, 2)), (wg_tensor){ 0 }), "x");
    wgt_expect_error(c, WG_ERROR_VALUE, "no rows");
    wgt_finish(c, NULL);
    c = wgt_seeded(3);
    wg_data_normalise_like(column_of(c, 1, 2), wg_data_moons(c, 4));
    wgt_expect_error(c, WG_ERROR_SHAPE, "numbers of columns");
    wgt_finish(c, NULL);
}

/* y = 3, 5, 7, 9 has mean 6 and standard deviation sqrt(5). x stays as it is. */
Test(normalise, targets)
{
    static const double x[4] = { 1, 2, 3, 4 }, y[4] = { 3, 5, 7, 9 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_data *d = wg_data_from(c, wg_view_f64(x, WG_SHAPE(4, 1)), wg_view_f64(y, WG_SHAPE(4)));
    wg_data *other = wg_data_from(c, wg_view_f64(x, WG_SHAPE(4, 1)), wg_view_f64(y, WG_SHAPE(4)));
    wg_data *part;
    double mu, sigma;
    wg_data_scale(d, "y", 0, &mu, &sigma);
    cr_expect(mu == 0 && sigma == 1);
    wg_data_normalise(d, "y");
    wg_data_normalise_like(other, d);
    wg_data_scale(d, "y", 0, &mu, &sigma);
    cr_expect(mu == 6 && sigma == sqrt(5));
    wg_data_scale(d, "y", 1, &mu, &sigma);
    cr_expect(mu == 0 && sigma == 1);
    for (int i = 0; i < 4; i++) {
        cr_expect_eq(((const double *)wg_data_x(d).data)[i], x[i]);
        cr_expect_eq(((const double *)wg_data_y(d).data)[i], (y[i] - 6) / sqrt(5));
        cr_expect_eq(((const double *)wg_data_y(other).data)[i], (y[i] - 6) / sqrt(5));
    }
    part = wg_data_split(other, 0.5);
    wg_data_normalise(d, "x");
    wg_data_scale(part, "x", 0, &mu, &sigma);
    cr_expect(mu == 2.5 && sigma == sqrt(1.25));
    wg_data_scale(part, "y", 0, &mu, &sigma);
    cr_expect(mu == 6 && sigma == sqrt(5));
    wg_data_normalise(part, "y");
    wgt_expect_error(c, WG_ERROR_USE, "the set is normalised already");
    wg_data_normalise(wg_data_digits(c), "y");
    wgt_expect_error(c, WG_ERROR_DTYPE, "y is not f32 or f64");
    wg_data_normalise(wg_data_xor(c, 4), "z");
    wgt_expect_error(c, WG_ERROR_USE, "say what to normalise: \"x\" or \"y\"");
    wgt_finish(c, NULL);
}
