/* test_data.c: published facts about the embedded digits; what the headers promise about batches, splits and
 * normalisation; generated sets; failed contexts, failing memory. */
#include <math.h>
#include <string.h>

#include "wgdata.h"
#include "wgfiles.h"

TestSuite(batches, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- the digits ---- */

/* https://scikit-learn.org/stable/datasets/toy_dataset.html and the documentation of load_digits publish
 * these. */
Test(digits, counts)
{
    static const int published[10] = { 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 };
    int count[10] = { 0 };
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_digits(c);
    wg_tensor x = wg_data_x(d), y = wg_data_y(d);
    cr_assert_eq(wg_data_rows(d), 1797);
    cr_assert(x.dtype == WG_F32 && wg_shape_equal(x.shape, WG_SHAPE(1797, 64)));
    cr_assert(y.dtype == WG_I32 && wg_shape_equal(y.shape, WG_SHAPE(1797)));
    for (int i = 0; i < 1797; i++) {
        cr_assert(wgt_i32_at(y, i) >= 0 && wgt_i32_at(y, i) < 10);
        count[wgt_i32_at(y, i)]++;
    }
    for (int k = 0; k < 10; k++) cr_expect_eq(count[k], published[k], "class %d: %d", k, count[k]);
    cr_expect(strstr(wg_data_about(d), "Alpaydin") && strstr(wg_data_about(d), "CC BY 4.0"));
}

Test(digits, first_digit_and_range)
{
    static const int zero[64] = { 0, 0, 5,  13, 9,  1,  0, 0, 0, 0, 13, 15, 10, 15, 5, 0,
                                  0, 3, 15, 2,  0,  11, 8, 0, 0, 4, 12, 0,  0,  8,  8, 0,
                                  0, 5, 8,  0,  0,  9,  8, 0, 0, 4, 11, 0,  1,  12, 7, 0,
                                  0, 2, 14, 5,  10, 12, 0, 0, 0, 0, 6,  13, 10, 0,  0, 0 };
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_digits(c);
    wg_tensor x = wg_data_x(d);
    for (int k = 0; k < 64; k++) cr_expect_eq(wgt_f32_at(x, k), (float)zero[k] / 16, "pixel %d", k);
    cr_expect_eq(wgt_i32_at(wg_data_y(d), 0), 0);
    float least = 1, most = 0;
    for (int64_t i = 0; i < 1797 * 64; i++) {
        least = fminf(least, wgt_f32_at(x, i)), most = fmaxf(most, wgt_f32_at(x, i));
        cr_assert_eq(wgt_f32_at(x, i) * 16, rintf(wgt_f32_at(x, i) * 16));
    }
    cr_expect(least == 0 && most == 1);
}

Test(digits, takes_the_dtype_of_the_context)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_tensor x = wg_data_x(wg_data_digits(c));
    cr_assert_eq(x.dtype, WG_F64);
    cr_expect_eq(((const double *)x.data)[2], 5.0 / 16);
    cr_expect_eq(wg_data_x(wg_data_make(c, "moons", 3)).dtype, WG_F64);
}

/* ---- batches ---- */

Test(batches, short_last_one)
{
    WGT_ENDS wg_context *c = wgt_seeded(1);
    wg_data *d = wgt_numbered(c, 10, 3);
    wg_batch b;
    for (int epoch = 0; epoch < 3; epoch++) {
        cr_assert_eq(wg_data_epoch(d), epoch);
        for (int k = 0; k < 3; k++) {
            cr_assert(wg_data_next(d, &b, 4));
            cr_expect_eq(b.n, k < 2 ? 4 : 2);
            cr_expect(wg_shape_equal(b.x.shape, WG_SHAPE(b.n, 2)) &&
                      wg_shape_equal(b.y.shape, WG_SHAPE(b.n)));
        }
        cr_assert_not(wg_data_next(d, &b, 4));
    }
}

Test(batches, every_row_once_an_epoch_with_its_label)
{
    WGT_ENDS wg_context *c = wgt_seeded(5);
    wg_data *d = wgt_numbered(c, 101, 7);
    for (int epoch = 0; epoch < 4; epoch++) {
        int seen[101] = { 0 };
        for (wg_batch b; wg_data_next(d, &b, 8);)
            for (int64_t i = 0; i < b.n; i++) {
                int row = (int)wgt_f32_at(b.x, 2 * i);
                cr_assert(row >= 0 && row < 101);
                seen[row]++;
                cr_expect_eq(wgt_f32_at(b.x, 2 * i + 1), 100 + (float)row);
                cr_expect_eq(wgt_i32_at(b.y, i), row % 7);
            }
        for (int i = 0; i < 101; i++) cr_expect_eq(seen[i], 1, "row %d: %d times", i, seen[i]);
    }
}

Test(batches, order_is_of_seed_and_epoch_alone)
{
    int a[3][60], b[3][60], other[60];
    WGT_ENDS wg_context *c = wgt_seeded(7), *e = wgt_seeded(7), *f = wgt_seeded(8);
    wg_data *p = wgt_numbered(c, 60, 2), *q = wgt_numbered(e, 60, 5), *r = wgt_numbered(f, 60, 2);
    wg_batch first;
    wg_data_next(wgt_numbered(e, 9, 2), &first, 2);
    for (int k = 0; k < 3; k++) {
        cr_assert_eq(wgt_epoch_order(p, 7, a[k], 60), 60);
        cr_assert_eq(wgt_epoch_order(q, 60, b[k], 60), 60);
        cr_expect_arr_eq(a[k], b[k], sizeof a[k], "epoch %d", k);
    }
    wgt_epoch_order(r, 7, other, 60);
    cr_expect_arr_neq(a[0], a[1], sizeof a[0]);
    cr_expect_arr_neq(a[0], other, sizeof other);
}

/* Each of 6 orders of 3 rows about 1000 times in 6000 epochs: chi squared with 5 degrees of freedom stays
 * below 30 but once in 60,000 seeds. */
Test(batches, all_orders_are_equally_likely)
{
    int count[27] = { 0 }, o[3];
    WGT_ENDS wg_context *c = wgt_seeded(3);
    wg_data *d = wgt_numbered(c, 3, 3);
    double chi = 0;
    for (int k = 0; k < 6000; k++) {
        cr_assert_eq(wgt_epoch_order(d, 2, o, 3), 3);
        count[o[0] * 9 + o[1] * 3 + o[2]]++;
    }
    for (int k = 0; k < 27; k++)
        if (count[k]) chi += pow(count[k] - 1000, 2) / 1000;
    cr_expect_lt(chi, 30, "chi squared %g", chi);
}

Test(batches, unshuffled)
{
    int o[10];
    WGT_ENDS wg_context *c = wgt_seeded(1);
    wg_data *d = wgt_numbered(c, 10, 2);
    wg_data_shuffle(d, false);
    cr_assert_eq(wgt_epoch_order(d, 3, o, 10), 10);
    for (int i = 0; i < 10; i++) cr_expect_eq(o[i], i);
    wg_data_shuffle(d, true);
    wgt_epoch_order(d, 3, o, 10);
    int moved = 0;
    for (int i = 0; i < 10; i++) moved += o[i] != i;
    cr_expect_gt(moved, 0);
}

Test(batches, live_until_the_second_next_call)
{
    WGT_ENDS wg_context *c = wgt_seeded(1);
    wg_data *d = wgt_numbered(c, 64, 2);
    wg_batch b[2];
    float copy[16];
    cr_assert(wg_data_next(d, &b[0], 8));
    for (int k = 1; k < 8; k++) {
        memcpy(copy, b[(k + 1) % 2].x.data, sizeof copy);
        cr_assert(wg_data_next(d, &b[k % 2], 8));
        cr_expect_arr_eq(copy, b[(k + 1) % 2].x.data, sizeof copy, "batch %d", k);
        cr_expect_neq(b[0].x.data, b[1].x.data);
    }
}

Test(batches, all_keeps_the_place)
{
    WGT_ENDS wg_context *c = wgt_seeded(1);
    wg_data *d = wgt_numbered(c, 10, 2);
    wg_batch b, all;
    cr_assert(wg_data_next(d, &b, 6));
    wg_data_all(d, &all);
    cr_assert_eq(all.n, 10);
    for (int i = 0; i < 10; i++)
        cr_expect(wgt_f32_at(all.x, 2 * i) == (float)i && wgt_i32_at(all.y, i) == i % 2);
    cr_assert(wg_data_next(d, &b, 6));
    cr_expect_eq(b.n, 4);
    cr_expect_eq(wg_data_epoch(d), 0);
}

/* A file that was saved after any number of batches, none and all of an epoch among them, goes on there. */
Test(batches, go_on_from_a_file)
{
    enum { ROWS = 7, BATCH = 3 };
    const double rows[ROWS] = { 0, 1, 2, 3, 4, 5, 6 };
    for (int given = 0; given < 8; given++) {
        wg_batch b;
        double next[2][4][BATCH] = { 0 };
        for (int again = 0; again < 2; again++) {
            WGT_IN_CONTEXT(WG_F64, NULL);
            wg_data *d = wg_data_from(c, wg_view_f64(rows, WG_SHAPE(ROWS)), (wg_tensor){ 0 });
            for (int k = 0; !again && k < given;) k += wg_data_next(d, &b, BATCH);
            if (!again) wg_save(c, wgt_in_folder("run"));
            else cr_assert(wg_resume(c, wgt_in_folder("run")), "%d batches: %s", given, wg_message(c));
            for (int k = 0; k < 4;)
                if (wg_data_next(d, &b, BATCH))
                    memcpy(next[again][k++], b.x.data, (size_t)b.n * sizeof(double));
        }
        cr_expect_arr_eq(next[0], next[1], sizeof next[0], "after %d batches", given);
    }
}

Test(batches, without_labels_and_of_any_rank)
{
    WGT_ENDS wg_context *c = wgt_seeded(1);
    double v[12] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
    wg_data *d = wg_data_from(c, wg_view_f64(v, WG_SHAPE(2, 3, 2)), (wg_tensor){ 0 });
    wg_batch b;
    v[0] = 99;
    wg_data_shuffle(d, false);
    cr_assert(wg_data_next(d, &b, 5));
    cr_expect(b.n == 2 && !b.y.data && wg_shape_equal(b.x.shape, WG_SHAPE(2, 3, 2)) && b.x.dtype == WG_F64);
    for (int i = 0; i < 12; i++) cr_expect_eq(((const double *)b.x.data)[i], i);
}

Test(batches, empty_sets)
{
    WGT_ENDS wg_context *c = wgt_seeded(1);
    wg_data *d = wg_data_from(c, wg_view_f32(NULL, WG_SHAPE(0, 3)), (wg_tensor){ 0 });
    wg_data *narrow = wg_data_from(c, wg_view_f32(NULL, WG_SHAPE(5, 0)), (wg_tensor){ 0 });
    wg_batch b;
    cr_expect_not(wg_data_next(d, &b, 4));
    cr_expect_eq(wg_data_epoch(d), 1);
    cr_expect(wg_data_next(narrow, &b, 4) && b.n == 4 && wg_shape_equal(b.x.shape, WG_SHAPE(4, 0)));
    cr_expect_eq(wg_data_rows(wg_data_split(d, 0.5)), 0);
}

Test(batches, mistakes_are_named)
{
    float x[6] = { 0 };
    int32_t y[2] = { 0 };
    WGT_ENDS wg_context *c = wgt_seeded(1);
    wg_batch b;
    cr_expect_not(wg_data_next(wgt_numbered(c, 3, 2), &b, 0));
    wgt_expect_error(c, WG_ERROR_VALUE, "a batch of 0 rows");
    cr_expect_null(wg_data_from(c, wg_view_f32(x, WG_SHAPE(3, 2)), wg_view_i32(y, WG_SHAPE(2))));
    wgt_expect_error(c, WG_ERROR_SHAPE, "x has 3 rows, y has 2");
}

/* ---- failed contexts, no data, no memory ---- */

Test(robust, no_data)
{
    wg_batch b = { .n = 5 };
    cr_expect_not(wg_data_next(NULL, &b, 3));
    cr_expect_eq(b.n, 0);
    wg_data_all(NULL, &b);
    wg_data_normalise(NULL, "x");
    wg_data_normalise_like(NULL, NULL);
    wg_data_shuffle(NULL, true);
    wg_data_free(NULL);
    cr_expect(wg_data_rows(NULL) == 0 && !wg_data_x(NULL).data && !wg_data_y(NULL).data &&
              wg_data_about(NULL)[0] == 0);
    cr_expect_null(wg_data_split(NULL, 0.5));
}

Test(robust, loops_end_on_a_failed_context)
{
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_make(c, "moons", 10);
    wg_batch b;
    int batches = 0;
    for (int epoch = wg_data_epoch(d); epoch < 5; epoch = wg_data_epoch(d))
        while (wg_data_next(d, &b, 4))
            if (++batches == 4) wg_fail(c, WG_HERE, WG_ERROR_USER, "stop");
    cr_expect_eq(batches, 4);
    cr_expect_null(wg_data_digits(c));
    cr_expect_null(wg_data_split(d, 0.5));
    wg_recover(c);
    cr_expect_not_null(wg_data_split(d, 0.5));
    cr_expect_eq(wg_data_rows(d), 5);
}

static void use_everything(wg_context *c)
{
    wg_data *d = wg_data_make(c, "flower", 40), *mine = wgt_numbered(c, 12, 3);
    wg_data *dev = wg_data_split(d, 0.25), *test = wg_data_split(dev, 0.5);
    wg_batch b;
    wg_data_normalise(d, "x");
    wg_data_normalise_like(mine, d);
    while (wg_data_next(d, &b, 7)) continue;
    wg_data_next(mine, &b, 5);
    wg_data_next(mine, &b, 20);
    wg_data_free(dev);
    wg_data_split(test, 0.5);
}

Test(robust, every_allocation_fails) { wgt_each_allocation_fails(NULL, 1000, use_everything); }

/* ---- splits ---- */

Test(split, keeps_proportions)
{
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *train = wg_data_digits(c);
    int before[10] = { 0 }, after[10] = { 0 };
    for (int i = 0; i < 1797; i++) before[wgt_i32_at(wg_data_y(train), i)]++;
    wg_data *dev = wg_data_split(train, 0.2);
    cr_assert_eq(wg_data_rows(dev), 359);
    cr_assert_eq(wg_data_rows(train), 1438);
    for (int i = 0; i < 359; i++) after[wgt_i32_at(wg_data_y(dev), i)]++;
    for (int k = 0; k < 10; k++)
        cr_expect_lt(fabs(after[k] - 0.2 * before[k]), 1, "class %d: %d of %d", k, after[k], before[k]);
}

Test(split, every_row_is_on_one_side_in_its_old_order)
{
    WGT_ENDS wg_context *c = wgt_seeded(2);
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
}

Test(split, is_drawn_by_seed)
{
    float rows[3][20];
    uint64_t seeds[3] = { 4, 4, 5 };
    for (int k = 0; k < 3; k++) {
        WGT_ENDS wg_context *c = wgt_seeded(seeds[k]);
        wg_data *dev = wg_data_split(wgt_numbered(c, 100, 2), 0.2);
        cr_assert_eq(wg_data_rows(dev), 20);
        for (int i = 0; i < 20; i++) rows[k][i] = wgt_f32_at(wg_data_x(dev), 2 * i);
    }
    cr_expect_arr_eq(rows[0], rows[1], sizeof rows[0]);
    cr_expect_arr_neq(rows[0], rows[2], sizeof rows[0]);
}

/* Where every row is a class of its own, no class number is preferred: the mean of 300 of 0 .. 999 has the
 * deviation 289 / sqrt(300) * sqrt(0.7) = 14. */
Test(split, prefers_no_class_number)
{
    WGT_ENDS wg_context *c = wgt_seeded(6);
    wg_data *dev = wg_data_split(wgt_numbered(c, 1000, 1000), 0.3);
    double sum = 0;
    cr_assert_eq(wg_data_rows(dev), 300);
    for (int i = 0; i < 300; i++) sum += wgt_i32_at(wg_data_y(dev), i);
    cr_expect_float_eq(sum / 300, 499.5, 5 * 14, "mean %g", sum / 300);
}

Test(split, of_all_and_of_nothing)
{
    WGT_ENDS wg_context *c = wgt_seeded(6);
    wg_data *d = wgt_numbered(c, 10, 3), *none = wg_data_split(d, 0), *all = wg_data_split(d, 1);
    cr_expect(wg_data_rows(none) == 0 && wg_data_rows(all) == 10 && wg_data_rows(d) == 0);
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
    WGT_ENDS wg_context *c = wgt_seeded(0);
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
}

Test(normalise, in_double)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_data *d = wg_data_make(c, "flower", 400);
    double mean, variance;
    wg_data_normalise(d, "x");
    for (int k = 0; k < 2; k++) {
        column(d, k, &mean, &variance);
        cr_expect(fabs(mean) < 1e-12 && fabs(variance - 1) < 1e-12, "column %d: %g %g", k, mean, variance);
    }
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
    WGT_ENDS wg_context *c = wgt_seeded(0);
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
    WGT_ENDS wg_context *c = wgt_seeded(3);
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
}

Test(normalise, followers_survive_the_first_set)
{
    WGT_ENDS wg_context *c = wgt_seeded(3);
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
}

/* A set that follows a part of a normalised set takes the numbers of the whole. */
Test(normalise, parts_hand_on_what_they_inherited)
{
    WGT_ENDS wg_context *c = wgt_seeded(3);
    wg_data *train = column_of(c, 0, 2), *test = column_of(c, 5, 7);
    wg_data_normalise(train, "x");
    wg_data_normalise_like(test, wg_data_split(train, 0.5));
    expect_column(test, 4, 6);
}

Test(normalise, twice_is_an_error_that_changes_nothing)
{
    WGT_ENDS wg_context *c = wgt_seeded(3);
    wg_data *d = column_of(c, 0, 2), *e = column_of(c, 4, 6);
    wg_data_normalise_like(e, d);
    wg_data_normalise(e, "x");
    wg_data_normalise(d, "x");
    expect_column(d, 0, 2);
    expect_column(e, -1, 1);
    wgt_expect_error(c, WG_ERROR_USE,
                     "a set that was split from it or read with .like is normalised already: normalise this "
                     "set first");
}

/* y = 3, 5, 7, 9 has mean 6 and standard deviation sqrt(5). x stays as it is. */
Test(normalise, targets)
{
    static const double x[4] = { 1, 2, 3, 4 }, y[4] = { 3, 5, 7, 9 };
    WGT_IN_CONTEXT(WG_F64, NULL);
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
    WGT_REFUSED(c, USE, "the set is normalised already", wg_data_normalise(part, "y"));
    WGT_REFUSED(c, DTYPE, "y is not f32 or f64", wg_data_normalise(wg_data_digits(c), "y"));
    WGT_REFUSED(c, USE, "say what to normalise: \"x\" or \"y\"",
                wg_data_normalise(wg_data_make(c, "xor", 4), "z"));
}

/* The same rows, epochs and splits; what happens to one does not happen to the other. */
Test(split, of_a_copy)
{
    wg_context *c = wgt_seeded(4);
    wg_data *d = wgt_numbered(c, 40, 4);
    int order[2][40];
    wgx_data_seed(d, 9);
    wgt_epoch_order(d, 7, order[0], 40);
    wg_data_normalise(d, "x");
    wg_data *e = wg_data_copy(d);
    wg_tensor x = wg_data_x(d), y = wg_data_y(d), x2 = wg_data_x(e), y2 = wg_data_y(e);
    cr_assert(wgt_same_bits(&x, &x2) && wgt_same_bits(&y, &y2));
    cr_assert_eq(wg_data_epoch(e), 1);
    double mu[2], sigma[2];
    wg_data_scale(d, "x", 1, &mu[0], &sigma[0]), wg_data_scale(e, "x", 1, &mu[1], &sigma[1]);
    cr_assert(mu[0] == mu[1] && sigma[0] == sigma[1] && sigma[0] > 1);
    wg_data *a = wg_data_split(e, 0.25);
    cr_assert_eq(wg_data_rows(d), 40);
    wg_data *b = wg_data_split(d, 0.25);
    x = wg_data_x(a), x2 = wg_data_x(b);
    cr_assert(wgt_same_bits(&x, &x2));
    cr_assert_eq(wgt_epoch_order(d, 7, order[0], 40), 30);
    cr_assert_eq(wgt_epoch_order(e, 7, order[1], 40), 30);
    cr_assert_eq(memcmp(order[0], order[1], 30 * sizeof(int)), 0);
    wg_data_free(d);
    cr_assert_eq(wgt_epoch_order(e, 7, order[1], 40), 30);
    WGT_REFUSED(c, USE, "data_copy: the data set is NULL", wg_data_copy(NULL));
    wgt_finish(c, NULL);
}

Test(split, mistakes_are_named)
{
    WGT_ENDS wg_context *c = wgt_seeded(0);
    cr_expect_null(wg_data_split(wgt_numbered(c, 10, 2), 20));
    wgt_expect_error(c, WG_ERROR_VALUE, "between 0 and 1");
    cr_expect_null(wg_data_split(wgt_numbered(c, 10, 2), NAN));
    wgt_expect_error(c, WG_ERROR_VALUE, "between 0 and 1");
}

Test(normalise, mistakes_are_named_and_change_nothing)
{
    WGT_ENDS wg_context *c = wgt_seeded(3);
    wg_data *d = column_of(c, 0, 2), *e = column_of(c, 4, 6);
    const wg_tensor none = { 0 }, integers = wg_view_i32((int32_t[]){ 1, 2, 3, 4 }, WG_SHAPE(2, 2)),
                    no_rows = wg_view_f32(NULL, WG_SHAPE(0, 2)),
                    one_nan = wg_view_f32((float[]){ 1, 2, 3, 4, 5, NAN }, WG_SHAPE(2, 3));
    WGT_REFUSED(c, USE, "data_normalise: the set has no y", wg_data_normalise(d, "y"));
    wg_data_normalise_like(e, d);
    WGT_REFUSED(c, USE, "takes its own normalisation from this one", wg_data_normalise_like(d, e));
    expect_column(d, 0, 2);
    WGT_REFUSED(c, VALUE, "NaN at row 1, column 2", wg_data_normalise(wg_data_from(c, one_nan, none), "x"));
    WGT_REFUSED(c, DTYPE, "not f32 or f64", wg_data_normalise(wg_data_from(c, integers, none), "x"));
    WGT_REFUSED(c, VALUE, "no rows", wg_data_normalise(wg_data_from(c, no_rows, none), "x"));
    WGT_REFUSED(c, SHAPE, "numbers of columns",
                wg_data_normalise_like(column_of(c, 1, 2), wg_data_make(c, "moons", 4)));
}

/* ---- generated sets against their closed forms ---- */

static void expect_halves(const wg_data *d, int64_t n)
{
    int64_t ones = 0;
    cr_assert_eq(wg_data_rows(d), n);
    cr_assert(wg_shape_equal(wg_data_x(d).shape, WG_SHAPE(n, 2)) && wg_data_y(d).dtype == WG_I32);
    for (int64_t i = 0; i < n; i++) ones += wgt_i32_at(wg_data_y(d), i);
    cr_expect_eq(ones, n / 2);
}

/* With r = 4 sin 4 theta + e the distance of |r| from 4 |sin 4 theta| is at most |e|: its mean square at most
 * 0.04. */
Test(generated, flower)
{
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_make(c, "flower", 4000);
    wg_tensor x = wg_data_x(d);
    double squares = 0, radius = 0;
    expect_halves(d, 4000);
    for (int i = 0; i < 4000; i++) {
        double a = wgt_f32_at(x, 2 * i), b = wgt_f32_at(x, 2 * i + 1), r = hypot(a, b);
        squares += pow(r - 4 * fabs(sin(4 * atan2(a, b))), 2) / 4000;
        radius += r * r / 4000;
    }
    cr_expect(squares < 0.04 * 1.1 && squares > 0.02, "mean square %g", squares);
    cr_expect_float_eq(radius, 8.04, 0.5, "mean of r^2: %g", radius);
}

/* Class 0 has theta in 0 .. pi and class 1 half a turn more. With the sign of sin 4 theta the petals of class
 * 0 point into the octants 0, 5, 2, 7, counted from the second axis, and those of class 1 into the others.
 * The noise 0.2 puts 5 % of the angles beyond their half turn, and 2 % of the radii on the other side. */
Test(generated, petals_of_the_flower)
{
    static const int class_of[8] = { 0, 1, 0, 1, 1, 0, 1, 0 };
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_make(c, "flower", 4000);
    wg_tensor x = wg_data_x(d);
    int right = 0, petal[8] = { 0 };
    for (int i = 0; i < 4000; i++) {
        double angle = atan2(wgt_f32_at(x, 2 * i), wgt_f32_at(x, 2 * i + 1)), eighth = atan(1);
        int k = (int)floor((angle < 0 ? angle + 8 * eighth : angle) / eighth) % 8;
        petal[k]++;
        right += class_of[k] == wgt_i32_at(wg_data_y(d), i);
    }
    cr_expect_gt(right, 3600, "%d", right);
    for (int k = 0; k < 8; k++) cr_expect(petal[k] > 400 && petal[k] < 600, "petal %d: %d", k, petal[k]);
}

/* Class 0 lies around a circle at (0, 0), class 1 at (1, 0.5); the mean radius is 1 + 0.2^2 / 2 to second
 * order. */
Test(generated, moons)
{
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_make(c, "moons", 4001);
    wg_tensor x = wg_data_x(d);
    double mean[2] = { 0 }, square[2] = { 0 }, middle[2] = { 0 }, height[2] = { 0 };
    int n[2] = { 2001, 2000 };
    expect_halves(d, 4001);
    for (int i = 0; i < 4001; i++) {
        int k = wgt_i32_at(wg_data_y(d), i);
        double r = hypot(wgt_f32_at(x, 2 * i) - k, wgt_f32_at(x, 2 * i + 1) - 0.5 * k);
        mean[k] += r / n[k], square[k] += (r - 1) * (r - 1) / n[k];
        middle[k] += wgt_f32_at(x, 2 * i) / n[k];
        height[k] += wgt_f32_at(x, 2 * i + 1) / n[k];
    }
    for (int k = 0; k < 2; k++) {
        cr_expect_float_eq(mean[k], 1.02, 0.025, "class %d: mean radius %g", k, mean[k]);
        cr_expect_float_eq(square[k], 0.04, 0.008, "class %d: %g", k, square[k]);
        cr_expect_float_eq(middle[k], k, 0.03, "class %d: middle %g", k, middle[k]);
    }
    cr_expect_float_eq(height[0], 2 / 3.14159265, 0.05);
    cr_expect_float_eq(height[1], 0.5 - 2 / 3.14159265, 0.05);
}

Test(generated, xor)
{
    WGT_ENDS wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_make(c, "xor", 4000);
    wg_tensor x = wg_data_x(d);
    double square = 0;
    expect_halves(d, 4000);
    for (int i = 0; i < 4000; i++) {
        double a = wgt_f32_at(x, 2 * i), b = wgt_f32_at(x, 2 * i + 1);
        cr_assert(fabs(a) <= 1 && fabs(b) <= 1);
        cr_expect_eq(wgt_i32_at(wg_data_y(d), i), (a > 0) != (b > 0), "row %d", i);
        square += (a * a + b * b) / 8000;
    }
    cr_expect_float_eq(square, 1.0 / 3, 0.02, "mean square %g", square);
}

Test(generated, by_seed)
{
    WGT_ENDS wg_context *c = wgt_seeded(1), *e = wgt_seeded(1), *f = wgt_seeded(2);
    wg_tensor a = wg_data_x(wg_data_make(c, "flower", 50)), b = wg_data_x(wg_data_make(e, "flower", 50)),
              o = wg_data_x(wg_data_make(f, "flower", 50));
    cr_expect_arr_eq(a.data, b.data, 400);
    cr_expect_arr_neq(a.data, o.data, 400);
}

Test(generated, of_few_rows)
{
    WGT_ENDS wg_context *c = wgt_seeded(1);
    for (int n = 1; n < 5; n++) {
        expect_halves(wg_data_make(c, "flower", n), n);
        expect_halves(wg_data_make(c, "moons", n), n);
        cr_expect_eq(wg_data_rows(wg_data_make(c, "xor", n)), n);
    }
    cr_expect_null(wg_data_make(c, "moons", -1));
    wgt_expect_error(c, WG_ERROR_VALUE, "-1 rows");
}

/* ---- sets by name ---- */

/* The sum of all grey levels, from 0 to 16, and how many digits there are of each kind, in UCI's file. */
Test(named, digits_have_the_bits_of_their_function)
{
    static const int of_class[10] = { 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 };
    WGT_ENDS wg_context *c = wgt_seeded(4);
    wg_data *set = wg_data_digits(c), *d = wg_data_make(c, "digits", 0);
    const wg_tensor a = wg_data_x(set), b = wg_data_x(d), y = wg_data_y(set), z = wg_data_y(d);
    cr_expect(wgt_same_numbers(&a, &b) && wgt_same_numbers(&y, &z));
    cr_expect_str_eq(wg_data_about(d), wg_data_about(set));
    double sum = 0;
    int count[10] = { 0 };
    for (int64_t i = 0; i < 1797 * 64; i++) sum += 16 * wg_tensor_item(&b, i);
    for (int64_t i = 0; i < 1797; i++) count[(int)wg_tensor_item(&z, i)]++;
    cr_expect_eq(sum, 561718, "%.17g", sum);
    cr_expect_arr_eq(count, of_class, sizeof of_class);
}

Test(named, kinds)
{
    WGT_ENDS wg_context *c = wgt_seeded(4);
    static const int64_t rows[] = { 400, 400, 400, 400, 400, 400, 400, 365, 1797, 40000 };
    int n = 0;
    for (; wgx_data_kind(n); n++) {
        wg_data *d = wg_data_make(c, wgx_data_kind(n), 0);
        cr_assert_eq(wg_data_rows(d), rows[n], "%s: %s", wgx_data_kind(n), wg_message(c));
        cr_expect_eq(wg_data_y(d).dtype == WG_I32, strcmp(wgx_data_kind(n), "houses") != 0 &&
                                                       strcmp(wgx_data_kind(n), "temperatures") != 0);
    }
    cr_expect_eq(n, 10);
    cr_expect_null(wgx_data_kind(-1));
}

/* Row i + 1 of x is row i of y. How often each letter comes is counted in the file that the table was made
 * from. */
Test(named, text_of_letters)
{
    WGT_ENDS wg_context *c = wgt_seeded(4);
    static const char begins[] = "alice was beginning to get very tired of sitting by her sister on the bank";
    static const int often[27] = { 8092, 2651, 491,  666,  1497, 3845, 639,  757, 2153,
                                   2187, 24,   306,  1527, 645,  2119, 2584, 435, 43,
                                   1596, 1972, 3032, 975,  221,  854,  32,   636, 21 };
    wg_data *d = wg_data_make(c, "text", 0);
    const wg_tensor x = wg_data_x(d), y = wg_data_y(d);
    int count[27] = { 0 };
    for (int i = 0; begins[i]; i++)
        cr_expect_eq(wgt_f32_at(x, i), begins[i] == ' ' ? 0 : begins[i] - 'a' + 1, "letter %d", i);
    for (int i = 0; i < 40000; i++) {
        const int k = (int)wgt_f32_at(x, i);
        cr_assert(k >= 0 && k <= 26 && k == wgt_f32_at(x, i));
        cr_expect(i == 39999 || wgt_f32_at(x, i + 1) == wgt_i32_at(y, i), "letter %d", i);
        count[k]++;
    }
    cr_expect_arr_eq(count, often, sizeof often);
    const wg_tensor few = wg_data_x(wg_data_make(c, "text", 5));
    cr_expect(few.shape.rank == 1 && few.shape.dim[0] == 5);
}

/* The mean of the squared distance from the middles is 2 noise^2, with a deviation of 2 noise^2 / sqrt(n). */
Test(named, noise_and_classes)
{
    WGT_ENDS wg_context *c = wgt_seeded(4);
    const int n = 20000;
    for (int classes = 1; classes < 6; classes++) {
        wg_data *d = wg_data_make(c, "blobs", n, .noise = 0.25, .classes = classes, .seed = 7);
        const wg_tensor x = wg_data_x(d), y = wg_data_y(d);
        double squares = 0;
        int count[6] = { 0 };
        for (int i = 0; i < n; i++) {
            const int k = wgt_i32_at(y, i);
            const double t = 2 * 3.14159265358979 * k / classes;
            squares +=
                pow(wgt_f32_at(x, 2 * i) - 2 * cos(t), 2) + pow(wgt_f32_at(x, 2 * i + 1) - 2 * sin(t), 2);
            count[k]++;
        }
        cr_expect_float_eq(squares / n, 0.125, 5 * 0.125 / sqrt(n), "%d classes: %g", classes, squares / n);
        for (int k = 0; k < classes; k++) cr_expect(abs(count[k] - n / classes) <= 1);
    }
}

Test(named, seed_of_the_set_or_of_the_context)
{
    WGT_ENDS wg_context *c = wgt_seeded(4), *zero = wgt_seeded(0);
    const wg_tensor a = wg_data_x(wg_data_make(c, "spirals", 30)),
                    b = wg_data_x(wg_data_make(zero, "spirals", 30, .seed = 4)),
                    d = wg_data_x(wg_data_make(c, "spirals", 30, .seed = 0)),
                    e = wg_data_x(wg_data_make(zero, "spirals", 30));
    cr_expect(wgt_same_numbers(&a, &b) && wgt_same_numbers(&d, &e) && !wgt_same_numbers(&a, &d));
}

Test(named, wrong_calls)
{
    static const struct {
        const char *name;
        int64_t n;
        const char *option;
        double value;
        const char *says;
    } cases[] = {
        { "moon", 3, NULL, 0, "no data 'moon'; did you mean 'moons'?" },
        { "nothing", 3, NULL, 0, "there are flower, moons, xor, circles, blobs" },
        { "moons", -1, NULL, 0, "-1 rows" },
        { "moons", 3, "noise", -1, "noise -1: must be in [0, inf)" },
        { "moons", 3, "noise", NAN, "noise nan: must be in [0, inf)" },
        { "moons", 3, "noise", INFINITY, "noise inf: must be in [0, inf)" },
        { "moons", 3, "classes", 3, "3 classes" },
        { "houses", 3, "classes", 3, "it has numbers instead" },
        { "blobs", 3, "classes", -1, "classes -1: must be in [1, 1000]" },
        { "blobs", 3, "classes", 0, "classes 0: must be in [1, 1000]" },
        { "blobs", 3, "classes", 1001, "classes 1001: must be in [1, 1000]" },
        { "blobs", 3, "seed", -2, "seed -2: must be in [0, inf)" },
        { "digits", 1798, NULL, 0, "1798 rows; there are 1797" },
        { "digits", 3, "noise", 1, "neither noise nor a seed" },
        { "digits", 3, "noise", 0, "neither noise nor a seed" },
        { "digits", 3, "seed", 1, "neither noise nor a seed" },
        { "digits", 3, "seed", 0, "neither noise nor a seed" },
        { "text", 40001, NULL, 0, "40001 rows; there are 40000" },
        { "text", 3, "noise", 0, "neither noise nor a seed" },
        { "text", 3, "classes", 3, "3 classes" },
        { "circles", INT64_MAX / 4, NULL, 0, "more bytes than can be counted" },
    };
    const wg_option_list *list = wg_options_of("wg_make_opts");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WGT_ENDS wg_context *c = wgt_seeded(4);
        wg_make_opts o = WG_OPTS(wg_make_opts);
        for (int k = 0; cases[i].option && k < list->count; k++)
            if (!strcmp(list->option[k].name, cases[i].option))
                cr_assert(wg_option_set(&list->option[k], &o, cases[i].value));
        cr_expect_null(wg_data_make_at(WG_HERE, c, cases[i].name, cases[i].n, &o));
        cr_expect(strstr(wg_message(c), cases[i].says), "%s: %s", cases[i].says, wg_message(c));
        wg_recover(c);
    }
}

/* ---- folds ---- */

/* The folds of n rows with some classes: each row is in one, and the sizes differ by at most one, in all and
 * of each class. */
static void expect_folds(int n, int classes, int of)
{
    WGT_ENDS wg_context *c = wgt_seeded(n);
    int seen[200] = { 0 }, size[20] = { 0 }, count[20][8] = { { 0 } };
    for (int f = 0; f < of; f++) {
        int64_t row[200];
        int32_t class[200];
        for (int i = 0; i < n; i++) row[i] = i, class[i] = (i * i + 3 * i) % classes;
        wg_data *d = wg_data_from(c, wg_view_i64(row, WG_SHAPE(n)),
                                  classes > 1 ? wg_view_i32(class, WG_SHAPE(n)) : (wg_tensor){ 0 });
        wg_data *out = wg_data_fold(d, f, of);
        cr_assert(out, "%s", wg_message(c));
        cr_expect_eq(wg_data_rows(d) + wg_data_rows(out), n);
        size[f] = (int)wg_data_rows(out);
        for (int i = 0; i < size[f]; i++) {
            const int at = (int)((const int64_t *)wg_data_x(out).data)[i];
            seen[at]++, count[f][class[at]]++;
        }
    }
    for (int i = 0; i < n; i++) cr_assert_eq(seen[i], 1, "row %d of %d", i, n);
    for (int f = 1; f < of; f++) {
        cr_expect(abs(size[f] - size[0]) <= 1, "%d rows, fold %d: %d and %d", n, f, size[f], size[0]);
        for (int k = 0; k < classes; k++)
            for (int g = 0; g < f; g++)
                cr_expect(abs(count[f][k] - count[g][k]) <= 1, "%d rows, %d classes, class %d", n, classes,
                          k);
    }
}

Test(folds, have_each_row_once_and_the_classes_in_proportion)
{
    static const int n[] = { 5, 10, 11, 37, 100, 199 };
    for (int i = 0; i < 6; i++)
        for (int classes = 1; classes < 8; classes += 2)
            for (int of = 2; of <= 5; of++) expect_folds(n[i], classes, of);
}

Test(folds, of_a_seed)
{
    WGT_ENDS wg_context *c = wgt_seeded(3);
    wg_data *a = wg_data_make(c, "moons", 50), *b = wg_data_make(c, "moons", 50),
            *d = wg_data_make(c, "moons", 50);
    wgx_data_seed(b, 3);
    wgx_data_seed(d, 4);
    const wg_tensor x = wg_data_x(wg_data_fold(a, 1, 5)), y = wg_data_x(wg_data_fold(b, 1, 5)),
                    z = wg_data_x(wg_data_fold(d, 1, 5));
    cr_expect(wgt_same_numbers(&x, &y) && !wgt_same_numbers(&x, &z));
    wg_batch one, other;
    wg_data_next(a, &one, 40), wg_data_next(d, &other, 40);
    cr_expect_not(wgt_same_numbers(&one.x, &other.x));
}

Test(folds, wrong_calls)
{
    static const struct {
        int i, of;
        const char *says;
    } cases[] = { { 0, 1, "1 folds of 6 rows" },
                  { 0, 7, "7 folds of 6 rows" },
                  { 3, 3, "fold 3 of 3: they count from 0 to 2" },
                  { -1, 3, "fold -1 of 3" } };
    for (int i = 0; i < 4; i++) {
        WGT_ENDS wg_context *c = wgt_seeded(3);
        cr_expect_null(wg_data_fold(wg_data_make(c, "moons", 6), cases[i].i, cases[i].of));
        cr_expect(strstr(wg_message(c), cases[i].says), "%s: %s", cases[i].says, wg_message(c));
        wg_recover(c);
    }
}
