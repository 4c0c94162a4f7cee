/* test_data.c: published facts about the embedded digits, what the headers promise about batches, failed
 * contexts, failing memory. */
#include <math.h>
#include <string.h>

#include "wgdata.h"

/* ---- the digits ---- */

/* https://scikit-learn.org/stable/datasets/toy_dataset.html and the documentation of load_digits publish
 * these. */
Test(digits, counts)
{
    static const int published[10] = { 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 };
    int count[10] = { 0 };
    wg_context *c = wgt_seeded(0);
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
    wgt_finish(c, NULL);
}

Test(digits, first_digit_and_range)
{
    static const int zero[64] = { 0, 0, 5,  13, 9,  1,  0, 0, 0, 0, 13, 15, 10, 15, 5, 0,
                                  0, 3, 15, 2,  0,  11, 8, 0, 0, 4, 12, 0,  0,  8,  8, 0,
                                  0, 5, 8,  0,  0,  9,  8, 0, 0, 4, 11, 0,  1,  12, 7, 0,
                                  0, 2, 14, 5,  10, 12, 0, 0, 0, 0, 6,  13, 10, 0,  0, 0 };
    wg_context *c = wgt_seeded(0);
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
    wgt_finish(c, NULL);
}

Test(digits, takes_the_dtype_of_the_context)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_tensor x = wg_data_x(wg_data_digits(c));
    cr_assert_eq(x.dtype, WG_F64);
    cr_expect_eq(((const double *)x.data)[2], 5.0 / 16);
    cr_expect_eq(wg_data_x(wg_data_moons(c, 3)).dtype, WG_F64);
    wgt_finish(c, NULL);
}

/* ---- batches ---- */

Test(batches, short_last_one)
{
    wg_context *c = wgt_seeded(1);
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
    wgt_finish(c, NULL);
}

Test(batches, every_row_once_an_epoch_with_its_label)
{
    wg_context *c = wgt_seeded(5);
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
    wgt_finish(c, NULL);
}

Test(batches, order_is_of_seed_and_epoch_alone)
{
    int a[3][60], b[3][60], other[60];
    wg_context *c = wgt_seeded(7), *e = wgt_seeded(7), *f = wgt_seeded(8);
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
    wgt_finish(c, NULL), wgt_finish(e, NULL), wgt_finish(f, NULL);
}

/* Each of 6 orders of 3 rows about 1000 times in 6000 epochs: chi squared with 5 degrees of freedom stays
 * below 30 but once in 60,000 seeds. */
Test(batches, all_orders_are_equally_likely)
{
    int count[27] = { 0 }, o[3];
    wg_context *c = wgt_seeded(3);
    wg_data *d = wgt_numbered(c, 3, 3);
    double chi = 0;
    for (int k = 0; k < 6000; k++) {
        cr_assert_eq(wgt_epoch_order(d, 2, o, 3), 3);
        count[o[0] * 9 + o[1] * 3 + o[2]]++;
    }
    for (int k = 0; k < 27; k++)
        if (count[k]) chi += pow(count[k] - 1000, 2) / 1000;
    cr_expect_lt(chi, 30, "chi squared %g", chi);
    wgt_finish(c, NULL);
}

Test(batches, unshuffled)
{
    int o[10];
    wg_context *c = wgt_seeded(1);
    wg_data *d = wgt_numbered(c, 10, 2);
    wg_data_shuffle(d, false);
    cr_assert_eq(wgt_epoch_order(d, 3, o, 10), 10);
    for (int i = 0; i < 10; i++) cr_expect_eq(o[i], i);
    wg_data_shuffle(d, true);
    wgt_epoch_order(d, 3, o, 10);
    int moved = 0;
    for (int i = 0; i < 10; i++) moved += o[i] != i;
    cr_expect_gt(moved, 0);
    wgt_finish(c, NULL);
}

Test(batches, live_until_the_second_next_call)
{
    wg_context *c = wgt_seeded(1);
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
    wgt_finish(c, NULL);
}

Test(batches, all_keeps_the_place)
{
    wg_context *c = wgt_seeded(1);
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
    wgt_finish(c, NULL);
}

Test(batches, size_below_one)
{
    wg_context *c = wgt_seeded(1);
    wg_batch b;
    cr_expect_not(wg_data_next(wgt_numbered(c, 3, 2), &b, 0));
    wgt_expect_error(c, WG_ERROR_VALUE, "a batch of 0 rows");
    wgt_finish(c, NULL);
}

Test(batches, without_labels_and_of_any_rank)
{
    wg_context *c = wgt_seeded(1);
    double v[12] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
    wg_data *d = wg_data_from(c, wg_view_f64(v, WG_SHAPE(2, 3, 2)), (wg_tensor){ 0 });
    wg_batch b;
    v[0] = 99;
    wg_data_shuffle(d, false);
    cr_assert(wg_data_next(d, &b, 5));
    cr_expect(b.n == 2 && !b.y.data && wg_shape_equal(b.x.shape, WG_SHAPE(2, 3, 2)) && b.x.dtype == WG_F64);
    for (int i = 0; i < 12; i++) cr_expect_eq(((const double *)b.x.data)[i], i);
    wgt_finish(c, NULL);
}

Test(batches, empty_sets)
{
    wg_context *c = wgt_seeded(1);
    wg_data *d = wg_data_from(c, wg_view_f32(NULL, WG_SHAPE(0, 3)), (wg_tensor){ 0 });
    wg_data *narrow = wg_data_from(c, wg_view_f32(NULL, WG_SHAPE(5, 0)), (wg_tensor){ 0 });
    wg_batch b;
    cr_expect_not(wg_data_next(d, &b, 4));
    cr_expect_eq(wg_data_epoch(d), 1);
    cr_expect(wg_data_next(narrow, &b, 4) && b.n == 4 && wg_shape_equal(b.x.shape, WG_SHAPE(4, 0)));
    cr_expect_eq(wg_data_rows(wg_data_split(d, 0.5)), 0);
    wgt_finish(c, NULL);
}

Test(batches, rows_of_x_and_y_differ)
{
    float x[6] = { 0 };
    int32_t y[2] = { 0 };
    wg_context *c = wgt_seeded(1);
    cr_expect_null(wg_data_from(c, wg_view_f32(x, WG_SHAPE(3, 2)), wg_view_i32(y, WG_SHAPE(2))));
    wgt_expect_error(c, WG_ERROR_SHAPE, "x has 3 rows, y has 2");
    wgt_finish(c, NULL);
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
    wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_moons(c, 10);
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
    wgt_finish(c, NULL);
}

static void use_everything(wg_context *c)
{
    wg_data *d = wg_data_flower(c, 40), *mine = wgt_numbered(c, 12, 3);
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

Test(robust, every_allocation_fails) { wgt_each_allocation_fails(1000, use_everything); }
