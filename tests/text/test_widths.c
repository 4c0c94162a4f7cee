/* test_widths.c: numbers as texts, and widths of texts: never less than those that Helvetica's maker
 * publishes. */
#include <math.h>
#include <string.h>

#include "text/text.h"
#include "wgtest.h"

/* From Adobe's font metrics of Helvetica and Helvetica-Bold, in thousandths. */
static const struct {
    const char *text;
    int regular, bold;
} helvetica[] = { { "A", 667, 722 }, { "W", 944, 944 }, { "i", 222, 278 },    { "m", 833, 889 },
                  { "0", 556, 556 }, { " ", 278, 278 }, { "x", 500, 556 },    { "@", 1015, 975 },
                  { "é", 556, 556 }, { "%", 889, 889 }, { "Wi", 1166, 1222 }, { "AmA", 2167, 2333 } };

Test(metric, is_at_least_helveticas)
{
    for (size_t i = 0; i < sizeof helvetica / sizeof *helvetica; i++) {
        double r = wgi_text_width(helvetica[i].text, 1000, WGI_REGULAR),
               b = wgi_text_width(helvetica[i].text, 1000, WGI_BOLD);
        cr_expect(r >= helvetica[i].regular && r < 1.35 * helvetica[i].regular, "%s: %g", helvetica[i].text,
                  r);
        cr_expect(b >= helvetica[i].bold && b < 1.35 * helvetica[i].bold, "%s bold: %g", helvetica[i].text,
                  b);
    }
}

Test(metric, adds_and_scales)
{
    const char *a = "σ(z) = ", *b = "1 / (1 + e⁻ᶻ) · Wᵀx̂ → ∂L";
    char both[100] = "";
    strcat(strcat(both, a), b);
    for (int face = WGI_REGULAR; face <= WGI_MONO; face++) {
        double wa = wgi_text_width(a, 12, face), wb = wgi_text_width(b, 12, face);
        cr_expect_float_eq(wgi_text_width(both, 12, face), wa + wb, 1e-9);
        cr_expect_float_eq(wgi_text_width(both, 36, face), 3 * (wa + wb), 1e-9);
    }
    cr_expect_eq(wgi_text_width("", 12, WGI_REGULAR), 0);
}

Test(metric, marks_have_no_width_and_ideographs_an_em)
{
    cr_expect_eq(wgi_text_width("x\u0302", 10, WGI_REGULAR), wgi_text_width("x", 10, WGI_REGULAR));
    cr_expect_eq(wgi_text_width("\u4e2d\u6587", 10, WGI_MONO), 20);
    cr_expect_eq(wgi_text_width("\u200b", 10, WGI_BOLD), 0);
    cr_expect_eq(wgi_text_width("\xff", 10, WGI_BOLD), wgi_text_width("\uFFFD", 10, WGI_BOLD));
    cr_expect_eq(wgi_text_width("ij=", 10, WGI_MONO), 3 * wgi_text_width("W", 10, WGI_MONO));
}

Test(metric, a_fitting_start_fits)
{
    const char *s = "αβγ→x₁ of 中文";
    double all = wgi_text_width(s, 14, WGI_REGULAR);
    for (double w = 0; w < all + 20; w += 1.7) {
        char part[64] = "";
        size_t n = wgi_text_fitting(s, 14, WGI_REGULAR, w);
        memcpy(part, s, n);
        cr_expect(wgi_text_width(part, 14, WGI_REGULAR) <= w + 1e-9);
        cr_expect((s[n] & 0xC0) != 0x80, "a character is cut");
        cr_expect(n == strlen(s) || w < all);
    }
}

/* ---- numbers ---- */

/* Four digits of what has more than six, as a decimal number up to five places before the point. */
Test(numbers, large_ones_have_a_power_of_ten)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    static const double x[] = { 12345.67, 123456.7, 0.0001, 0.00001, 1234560, -2.5 };
    wgi_strbuf b = { .c = c };
    for (int k = 0; k < 6; k++) wgi_put_number(&b, x[k]), wgi_strbuf_put(&b, " ");
    cr_expect_str_eq(b.at, "12345.7 1.235·10⁵ 0.0001 10⁻⁵ 1.23456·10⁶ −2.5 ");
    wgi_strbuf_free(&b);
}

/* Pages read "-" as minus infinity. */
Test(numbers, json_has_texts_for_infinities)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wgi_strbuf b = { .c = c };
    wgi_json_open(&b, "[");
    for (int k = 0; k < 3; k++) wgi_json_number(&b, (double[]){ -INFINITY, INFINITY, NAN }[k], true);
    cr_expect_str_eq(b.at, "[\"-\",\"+\",null");
    wgi_strbuf_free(&b);
}

/* ---- in a terminal ---- */

/* A text that does not fit ends with dots, and is no wider than it may be; one that fits is whole. */
Test(columns, a_text_that_is_cut_fits)
{
    static const char *const texts[] = { "abcdefghijklmnopqrstuvwxyz", "x, y, z, w, a long rest of it",
                                         "中文中文中文中文", "αβγ→x₁ of 中文, and more",
                                         "e\u0301e\u0301e\u0301" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int most = 1; most < 40; most++) {
            WGT_IN_CONTEXT(WG_F64, NULL);
            wgi_strbuf b = { .c = c };
            wgi_strbuf_fit(&b, texts[i], most);
            const int all = wgi_columns(texts[i]), n = wgi_columns(b.at);
            cr_expect_leq(n, most, "%d columns of %d: %s", n, most, b.at);
            cr_expect_eq(!strcmp(b.at, texts[i]), all <= most, "%d columns: %s", most, b.at);
            cr_expect(all <= most || !strcmp(b.at + strlen(b.at) - strlen("…"), "…"), "%s", b.at);
            cr_expect(all <= most || strchr(texts[i], ',') || n >= most - 1, "%d columns of %d: %s", n, most,
                      b.at);
            wg_free(c, b.at);
        }
}
