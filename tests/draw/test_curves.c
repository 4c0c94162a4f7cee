/* test_curves.c: charts of curves: well-formed SVG whatever the data, with axes, names and gaps where they
 * belong. */
#include "picture.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

static char *draw_curves(const char *title, const wg_curve *curves, int n)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *path = pic_path("curve.svg");
    cr_assert_eq(wg_draw_curves(c, path, title, "epoch", "loss", curves, n), WG_OK, "%s", wg_message(c));
    char *svg = pic_read(path);
    free(path);
    wgt_finish(c, NULL);
    return svg;
}

/* Every tag that opens is closed in order, and no raw ampersand or quote breaks an attribute. */
static void expect_well_formed(const char *xml)
{
    char stack[64][32];
    int depth = 0;
    for (const char *s = xml; (s = strchr(s, '<')); s++) {
        const char *end = strchr(s, '>');
        cr_assert(end, "an open tag");
        if (s[1] == '?' || s[1] == '!') continue;
        size_t n = strcspn(s + 1 + (s[1] == '/'), " />\n");
        cr_assert(n > 0 && n < 32 && isalpha((unsigned char)s[1 + (s[1] == '/')]), "not a tag: %.40s", s);
        if (s[1] == '/') {
            cr_assert(depth > 0 && strncmp(stack[--depth], s + 2, n) == 0 && !stack[depth][n],
                      "%.20s closes <%s>", s, stack[depth]);
        } else if (end[-1] != '/') {
            cr_assert_lt(depth, 64);
            snprintf(stack[depth++], 32, "%.*s", (int)n, s + 1);
        }
    }
    cr_assert_eq(depth, 0);
    for (const char *s = xml; (s = strchr(s, '&')); s++)
        cr_assert(strcspn(s, ";") < 8, "a raw ampersand: %.20s", s);
}

Test(curves, have_axes_names_and_gaps)
{
    double a[] = { 1, 0.5, NAN, 0.3, 0.2 }, b[] = { 0.9, 0.8, 0.7, INFINITY, 0.6 };
    wg_curve curves[] = { { "train", NULL, a, 5 }, { "dev", NULL, b, 5 } };
    char *svg = draw_curves("Loss", curves, 2);
    expect_well_formed(svg);
    HAS(svg, ">epoch<");
    HAS(svg, ">loss<");
    HAS(svg, ">Loss<");
    HAS(svg, "train 0.2");
    HAS(svg, "dev 0.6");
    HAS(svg, "#0072B2");
    HAS(svg, "#D55E00");
    HAS(svg, "prefers-color-scheme: dark");
    HAS_NOT(svg, "nan");
    HAS_NOT(svg, "inf");
    const char *path = strstr(svg, "class=\"curve\"");
    cr_assert_eq(pic_count(path, "M"), 2 + 2 + 2 + 2, "two pieces a curve, two legend lines, two end marks");
    free(svg);
    pic_clean_up();
}

Test(curves, the_y_axis_is_logarithmic_over_a_thousand)
{
    double wide[] = { 100, 1, 0.01 }, narrow[] = { 10, 1, 0.1 }, negative[] = { 1000, -1, 0.001 };
    wg_curve k = { "a", NULL, wide, 3 };
    char *svg = draw_curves("", &k, 1);
    HAS(svg, ">0.01<");
    HAS(svg, ">0.1<");
    HAS(svg, ">10<");
    HAS(svg, ">100<");
    free(svg);
    k.y = narrow;
    svg = draw_curves("", &k, 1);
    HAS_NOT(svg, ">0.1<");
    HAS(svg, ">0<");
    free(svg);
    k.y = negative;
    svg = draw_curves("", &k, 1);
    HAS(svg, ">800<");
    free(svg);
    pic_clean_up();
}

Test(curves, odd_data_are_drawn)
{
    double one[] = { 5 }, same[] = { 2, 2, 2 }, none[] = { NAN, NAN }, huge[] = { 1e308, -1e308, 1e-310, 0 },
           tiny[] = { 0, 5e-324 };
    const wg_curve cases[] = { { "one", NULL, one, 1 },          { "same", NULL, same, 3 },
                               { "none", NULL, none, 2 },        { "huge", NULL, huge, 4 },
                               { "tiny", NULL, tiny, 2 },        { NULL, NULL, one, 0 },
                               { "<&>\"\\\n\xff", NULL, one, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *svg = draw_curves("<&>\"\\\n\xff", &cases[i], 1);
        expect_well_formed(svg);
        HAS_NOT(svg, "nan");
        HAS_NOT(svg, "inf");
        free(svg);
    }
    char *svg = draw_curves("all", cases, 7);
    expect_well_formed(svg);
    free(svg);
    svg = draw_curves("nothing", NULL, 0);
    expect_well_formed(svg);
    free(svg);
    pic_clean_up();
}

/* Of a million points at most four are drawn for each half pixel of the picture's 760 pixels. The extremes
 * are among them. */
Test(curves, long_curves_stay_small)
{
    int n = 1000000;
    double *y = malloc((size_t)n * sizeof *y);
    for (int i = 0; i < n; i++) y[i] = sin(i * 0.37);
    y[777777] = 50;
    wg_curve k = { "s", NULL, y, n };
    char *svg = draw_curves("long", &k, 1);
    cr_assert_lt(strlen(svg), 760 * 2 * 4 * 12 + 4000, "%zu bytes", strlen(svg));
    const char *path = strstr(svg, "class=\"curve\"");
    double top = 1e9;
    for (const char *s = path; *s && *s != '>'; s++)
        if (*s == 'M' || *s == 'L') top = fmin(top, atof(strchr(s, ' ')));
    cr_assert_lt(top, 80, "the spike is lost: the highest point is at %g", top);
    free(svg), free(y);
    pic_clean_up();
}

Test(curves, a_bad_path_is_an_error)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    double y[] = { 1, 2 };
    wg_curve k = { "a", NULL, y, 2 };
    cr_assert_eq(wg_draw_curves(c, "/nowhere/at/all.svg", "t", "x", "y", &k, 1), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.svg");
    cr_assert_eq(wg_draw_curves(c, NULL, "t", "x", "y", &k, 1), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "test_curves.c:");
    wgt_finish(c, NULL);
}

/* ---- two logarithmic axes ---- */

static int circles_of(const char *svg, double x[], double y[], int most)
{
    int n = 0;
    for (const char *s = svg; (s = strstr(s, "r=\"3.2\"/>\n")) && n < most; s++) {
        const char *start = s;
        while (strncmp(start, "<circle", 7)) start--;
        cr_assert_eq(sscanf(start, "<circle cx=\"%lf\" cy=\"%lf\"", &x[n], &y[n]), 2);
        n++;
    }
    return n;
}

/* y = 100 x^2 at powers of ten: equal distances, and y falls by two powers where x falls by one. The axes
 * end at powers of ten, so the first and the last point lie in corners. */
Test(curves, points_lie_where_logarithms_say)
{
    enum { POINTS = 5 };
    const double x[POINTS] = { 1, 0.1, 0.01, 0.001, 1e-4 }, y[POINTS] = { 100, 1, 0.01, 1e-4, 1e-6 },
                 ends[2] = { 1e-4, 1 }, flat[2] = { 1e-3, 1e-3 };
    double cx[POINTS + 1], cy[POINTS + 1];
    const wg_curve curve = { "a & b", x, y, POINTS }, guide = { "flat <", ends, flat, 2 };
    const wg_chart_mark mark[] = { { 0.01, "here" }, { 1e9, "outside" } };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *path = pic_path("loglog.svg");
    cr_assert_eq(
        wg_draw_loglog(c, path, &((wg_loglog){ "t", "step", "error", &curve, &guide, 1, 1, mark, 2 })),
        WG_OK);
    char *svg = pic_read(path);
    expect_well_formed(svg);
    cr_assert_eq(circles_of(svg, cx, cy, POINTS + 1), POINTS);
    const double dx = (cx[POINTS - 1] - cx[0]) / (POINTS - 1), dy = (cy[POINTS - 1] - cy[0]) / (POINTS - 1);
    cr_expect(dx < 0 && dy > 0, "x grows to the right and y upwards");
    for (int i = 0; i < POINTS; i++) {
        cr_expect_float_eq(cx[i], cx[0] + i * dx, 0.11);
        cr_expect_float_eq(cy[i], cy[0] + i * dy, 0.11);
    }
    HAS(svg, ">step<");
    HAS(svg, ">error<");
    HAS(svg, "a &amp; b");
    HAS(svg, "flat &lt;");
    HAS(svg, ">here<");
    HAS(svg, "10⁻⁶");
    HAS_NOT(svg, "outside");
    cr_expect_eq(wg_draw_loglog(c, NULL, NULL), WG_ERROR_VALUE);
    wg_recover(c);
    free(svg), free(path);
    wgt_finish(c, NULL);
}

Test(curves, two_logarithmic_axes_without_points)
{
    const double x[2] = { 0, -1 }, y[2] = { NAN, INFINITY };
    const wg_curve curve = { "none", x, y, 2 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *path = pic_path("empty.svg");
    cr_assert_eq(
        wg_draw_loglog(c, path, &((wg_loglog){ .curve = &curve, .curves = 1, .guide = &curve, .guides = 1 })),
        WG_OK);
    char *svg = pic_read(path);
    expect_well_formed(svg);
    HAS_NOT(svg, "nan");
    HAS_NOT(svg, "inf");
    free(svg), free(path);
    wgt_finish(c, NULL);
}
