/* test_numbers.c: wgx_number_in against strtod, for numbers as programs print them, with Fortran's exponents,
 * and what is no number or ends earlier. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
