/* test_figure_axes.c: ticks, places and numbers of axes, against their definitions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure_private.h"
#include "wgtest.h"

enum { CASES = 20000 };

/* The number that a text of wgi_axis_number stands for. */
static double number_of(const char *text)
{
    static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
    const bool negative = strncmp(text, "−", strlen("−")) == 0;
    if (negative) text += strlen("−");
    char *end;
    double m =
        strncmp(text, "10", 2) == 0 && text[2] && !strchr("0123456789.", text[2]) ? 1 : strtod(text, &end);
    const char *power = strstr(text, "10");
    const char *dot = strstr(text, "·");
    if (dot) power = dot + strlen("·");
    if ((dot || m == 1) && power && power[2] && (unsigned char)power[2] > 127) {
        const char *s = power + 2;
        int e = 0, sign = 1;
        if (strncmp(s, "⁻", strlen("⁻")) == 0) sign = -1, s += strlen("⁻");
        for (; *s;) {
            int digit = -1;
            for (int i = 0; i < 10; i++)
                if (strncmp(s, raised[i], strlen(raised[i])) == 0) digit = i;
            cr_assert(digit >= 0, "not a power: %s", text);
            e = 10 * e + digit, s += strlen(raised[digit]);
        }
        m *= pow(10, sign * e);
    }
    return negative ? -m : m;
}

/* Ticks are whole multiples of a step that is 1, 2 or 5 times a power of ten; they fill the axis; their
 * texts say their values. */
Test(figure_axes, linear_ticks_are_round)
{
    wgt_random r = { wgt_seed() };
    for (int i = 0; i < CASES; i++) {
        const double span = pow(10, wgt_uniform(&r, -12, 12)), low = wgt_uniform(&r, -3, 3) * span;
        wgi_axis *a = calloc(1, sizeof *a);
        a->low = low, a->high = low + span;
        wgi_axis_ticks(a, 3 + (int)wgt_below(&r, 6));
        cr_assert(a->ticks >= 2 && a->ticks <= 14, "%d ticks over %g", a->ticks, span);
        const double step = a->tick[1] - a->tick[0], m = step / pow(10, floor(log10(step) + 1e-6));
        cr_assert(fabs(m - 1) < 1e-5 || fabs(m - 2) < 1e-5 || fabs(m - 5) < 1e-5, "step %g", step);
        cr_assert(a->tick[0] - step < a->low && a->tick[a->ticks - 1] + step > a->high, "a tick is missing");
        for (int k = 0; k < a->ticks; k++) {
            cr_assert(a->tick[k] >= a->low - 1e-6 * step && a->tick[k] <= a->high + 1e-6 * step);
            cr_assert(fabs(a->tick[k] / step - round(a->tick[k] / step)) < 1e-6, "%g is no multiple of %g",
                      a->tick[k], step);
            cr_assert(fabs(number_of(a->text[k]) - a->tick[k]) <= 1e-6 * step, "%s for %.17g", a->text[k],
                      a->tick[k]);
        }
        free(a);
    }
}

Test(figure_axes, logarithmic_places_are_those_of_logarithms)
{
    wgi_axis a = { .low = 1e-9, .high = 1e3, .logarithmic = true };
    for (int e = -9; e <= 3; e++) cr_expect_float_eq(wgi_axis_unit(&a, pow(10, e)), (e + 9) / 12.0, 1e-12);
    cr_expect_float_eq(wgi_axis_value(&a, 0.5), 1e-3, 1e-12);
    cr_expect_not(wgi_axis_shows(&a, 0));
    cr_expect_not(wgi_axis_shows(&a, -1));
    cr_expect_not(wgi_axis_shows(&a, NAN));
    cr_expect(wgi_axis_shows(&a, 1e-20));
    a.reversed = true;
    cr_expect_float_eq(wgi_axis_unit(&a, 1e3), 0, 1e-12);
    cr_expect_float_eq(wgi_axis_value(&a, 0), 1e3, 1e-9);
}

/* The ticks of several powers of ten are powers of ten. Over two powers they are 1, 2 and 5 times them,
 * and together with the minor ones all of 1, 2, ..., 9, 10, 20, ..., 100. */
Test(figure_axes, logarithmic_ticks)
{
    for (int low = -40; low < 30; low += 7)
        for (int span = 2; span < 60; span += 5) {
            wgi_axis *a = calloc(1, sizeof *a);
            a->low = pow(10, low), a->high = pow(10, low + span), a->logarithmic = true;
            wgi_axis_ticks(a, 7);
            cr_assert(a->ticks >= 2 && a->ticks <= 9, "%d ticks over %d powers", a->ticks, span);
            for (int k = 0; k < a->ticks; k++) {
                const double m = a->tick[k] / pow(10, floor(log10(a->tick[k]) + 1e-9));
                cr_assert(fabs(m - 1) < 1e-9 || (span == 2 && (fabs(m - 2) < 1e-9 || fabs(m - 5) < 1e-9)),
                          "%g", m);
                cr_assert(wgt_relative(number_of(a->text[k]), a->tick[k]) < 1e-9, "%s for %g", a->text[k],
                          a->tick[k]);
            }
            if (span == 2) cr_assert_eq(a->minors + a->ticks, 19);
            free(a);
        }
}

Test(figure_axes, numbers_have_so_many_digits)
{
    static const struct {
        double v;
        int digits;
        const char *text;
    } known[] = { { 1.6e-9, 4, "1.6·10⁻⁹" },  { -1.3333333, 4, "−1.333" }, { 0, 4, "0" },
                  { 1e6, 4, "10⁶" },          { -1e-12, 4, "−10⁻¹²" },     { 9.9996, 4, "10" },
                  { 0.28731, 4, "0.2873" },   { 123456, 4, "123456" },     { 9.8e-5, 4, "9.8·10⁻⁵" },
                  { INFINITY, 4, "∞" },       { -INFINITY, 4, "−∞" },      { 0.1, 3, "0.1" },
                  { 2.5e300, 3, "2.5·10³⁰⁰" } };
    char text[WGI_TICK_TEXT];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        wgi_axis_number(text, sizeof text, known[i].v, known[i].digits);
        cr_expect_str_eq(text, known[i].text);
    }
    wgi_axis_number(text, sizeof text, NAN, 4);
    cr_expect_str_eq(text, "NaN");
}

Test(figure_axes, places_have_inverses)
{
    wgt_random r = { wgt_seed() + 1 };
    for (int i = 0; i < CASES; i++) {
        wgi_axis a = { .low = wgt_uniform(&r, -5, 5), .reversed = i & 1, .logarithmic = i & 2 };
        if (a.logarithmic) a.low = pow(10, a.low);
        a.high = a.low * (a.low > 0 ? 1 : -1) + wgt_uniform(&r, 0.1, 9) + fabs(a.low);
        const double u = wgt_unit(&r);
        cr_assert_float_eq(wgi_axis_unit(&a, wgi_axis_value(&a, u)), u, 1e-9);
    }
}

/* Limits by what is shown, by the options, and of nothing at all. */
Test(figure_axes, limits)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "");
    wgi_axis x = { 0 }, y = { 0 };
    wg_panel *p = wg_panel_new(f, "");
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(x.low < x.high && y.low < y.high);
    wg_series *s = wg_panel_line(p, "");
    for (int i = 0; i < 5; i++) wg_series_add(s, i, 10 * i);
    wg_series_add(s, 1e9, NAN);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(x.low == 0 && x.high == 4 && y.low <= 0 && y.high >= 40 && y.high < 50, "gaps do not count");
    p = wg_panel_new(f, "", .x = { .low = -1, .high = NAN }, .y = { .scale = WG_SCALE_AUTO });
    s = wg_panel_line(p, "");
    wg_series_add(s, 0, 1e-4), wg_series_add(s, 7, 1);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(x.low == -1 && x.high == 7 && y.logarithmic && y.low < 1e-4);
    p = wg_panel_new(f, "");
    s = wg_panel_bars(p, "");
    wg_series_bar(s, "a", 3), wg_series_bar(s, "b", 5), wg_series_bar(s, "a", 1);
    wgi_find_ranges(&f->pool, p, &x, &y);
    cr_expect(y.low == 0 && x.names == 2 && x.low < -0.4 && x.high > 1.4);
    wgt_finish(c, NULL);
}
