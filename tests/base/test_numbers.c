/* test_numbers.c: wgx_number_in against strtod, for numbers as programs print them, with Fortran's exponents,
 * and what is no number or ends earlier. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "wgtest.h"
#include "wglocale.h"

static void expect(const char *text, double want, const char *rest)
{
    double got = -77;
    const char *end = wgx_number_in(text, &got);
    cr_expect(!memcmp(&got, &want, sizeof got) || (isnan(got) && isnan(want)), "'%s' is %.17g", text, got);
    cr_expect_str_eq(end, rest, "'%s' ends before '%s'", text, end);
}

Test(numbers, by_hand)
{
    expect("1.0D+01", 10, ""), expect("-2.5d-3,", -0.0025, ","), expect("1.D0", 1, ""),
        expect("1D+2", 100, "");
    expect("0.2420000000000000D+02", 24.2, ""), expect(" \t12 13", 12, " 13"), expect("-0", -0.0, "");
    expect("+.5", 0.5, ""), expect("5.", 5, ""), expect("1e400", INFINITY, ""),
        expect("-1.0D400", -INFINITY, "");
    expect("nan", NAN, ""), expect("-inf", -INFINITY, ""), expect("0x1p-3", 0.125, "");
    expect("2d1", 2, "d1"), expect("1e", 1, "e"), expect("1.5d", 1.5, "d"), expect("1e+", 1, "e+");
    expect("1,5", 1, ",5"), expect("", -77, ""), expect("x1", -77, "x1"), expect(".", -77, "."),
        expect("-", -77, "-");
    expect("9007199254740993", 9007199254740992, ""), expect("1e22", 1e22, ""), expect("1e23", 1e23, "");
}

/* The nearest double, as strtod gives it; the letter of the exponent does not matter. */
Test(numbers, are_those_of_strtod)
{
    wgt_random r = { 9 };
    for (int i = 0; i < 300000; i++) {
        const double x = wgt_uniform(&r, -1, 1) * pow(10, floor(wgt_uniform(&r, -25, 26)));
        const int digits = (int)wgt_below(&r, 19);
        char text[80];
        snprintf(text, sizeof text, i % 3 == 0 ? "%.*g" : i % 3 == 1 ? "%.*e" : "%.*f", digits, x);
        const double want = strtod(text, NULL);
        expect(text, want, "");
        char *e = strchr(text, 'e');
        if (e) *e = i % 2 ? 'D' : 'd', expect(text, want, "");
    }
}

Test(numbers, have_a_point_in_every_locale)
{
    wgt_comma_locale();
    expect("0.1234567890123456789", 0.1234567890123456789, "");
}

/* docs/inside/arithmetic.md: towards 0, to the nearest end of the range, and NaN is 0. */
Test(numbers, that_are_floats_become_integers)
{
    const double from[] = { NAN, -2.75, 0x1p70, -INFINITY };
    const int64_t to[] = { 0, -2, INT64_MAX, INT64_MIN };
    for (int f32 = 0; f32 < 2; f32++)
        for (int i = 0; i < 4; i++) {
            int64_t y = 7;
            const float narrow = (float)from[i];
            wgi_convert(WG_I64, &y, f32 ? WG_F32 : WG_F64, f32 ? (const void *)&narrow : &from[i], 1);
            cr_expect_eq(y, to[i], "%g as %s is %lld", from[i], f32 ? "f32" : "f64", (long long)y);
        }
}

/* Axes of size 0 are left out of the product, so that no product of the others overflows. */
Test(numbers, of_elements_are_limited_where_there_are_none)
{
    const int64_t large = INT64_C(1) << 40;
    cr_expect(wg_shape_size(WG_SHAPE(large, 0)) == 0 && wg_shape_size(WG_SHAPE(0, large)) == 0);
    cr_expect(wg_shape_size(WG_SHAPE(0, large, large)) == -1 &&
              wg_shape_size(WG_SHAPE(large, large, 0)) == -1);
}
