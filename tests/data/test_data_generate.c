/* test_data_generate.c: generated sets against their closed forms. */
#include <math.h>

#include "wgdata.h"

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
    wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_flower(c, 4000);
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
    wgt_finish(c, NULL);
}

/* Class 0 has theta in 0 .. pi and class 1 half a turn more. With the sign of sin 4 theta the petals of class
 * 0 point into the octants 0, 5, 2, 7, counted from the second axis, and those of class 1 into the others.
 * The noise 0.2 puts 5 % of the angles beyond their half turn, and 2 % of the radii on the other side. */
Test(generated, petals_of_the_flower)
{
    static const int class_of[8] = { 0, 1, 0, 1, 1, 0, 1, 0 };
    wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_flower(c, 4000);
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
    wgt_finish(c, NULL);
}

/* Class 0 lies around a circle at (0, 0), class 1 at (1, 0.5); the mean radius is 1 + 0.2^2 / 2 to second
 * order. */
Test(generated, moons)
{
    wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_moons(c, 4001);
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
    wgt_finish(c, NULL);
}

Test(generated, xor)
{
    wg_context *c = wgt_seeded(0);
    wg_data *d = wg_data_xor(c, 4000);
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
    wgt_finish(c, NULL);
}

Test(generated, by_seed)
{
    wg_context *c = wgt_seeded(1), *e = wgt_seeded(1), *f = wgt_seeded(2);
    wg_tensor a = wg_data_x(wg_data_flower(c, 50)), b = wg_data_x(wg_data_flower(e, 50)),
              o = wg_data_x(wg_data_flower(f, 50));
    cr_expect_arr_eq(a.data, b.data, 400);
    cr_expect_arr_neq(a.data, o.data, 400);
    wgt_finish(c, NULL), wgt_finish(e, NULL), wgt_finish(f, NULL);
}

Test(generated, of_few_rows)
{
    wg_context *c = wgt_seeded(1);
    for (int n = 0; n < 4; n++) {
        expect_halves(wg_data_flower(c, n), n);
        expect_halves(wg_data_moons(c, n), n);
        cr_expect_eq(wg_data_rows(wg_data_xor(c, n)), n);
    }
    cr_expect_null(wg_data_moons(c, -1));
    wgt_expect_error(c, WG_ERROR_VALUE, "-1 rows");
    wgt_finish(c, NULL);
}
