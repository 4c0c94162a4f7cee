/* The maps in the circles of the style "neurons". A map is read back from the SVG: how many of its areas a
 * point lies in is its level. What is expected is the closed form of the net. */
#include <math.h>
#include <stdlib.h>

#include "picture.h"
#include "wengert/draw.h"
#include "wglang.h"

enum { SIDE = 20, LEVELS = 8, UNIT = 20, CORNERS = 2000 };

/* ---- reading ---- */

/* Whether the point lies in the area of a path "M1 2l3 4-5 6z...", by the even-odd rule. */
static bool is_within(const char *d, double x, double y)
{
    double px[CORNERS], py[CORNERS];
    bool in = false;
    while (*d == 'M') {
        char *end;
        int n = 1;
        px[0] = strtod(d + 1, &end), py[0] = strtod(end, &end);
        for (end += *end == 'l'; *end != 'z' && n < CORNERS; n++)
            px[n] = px[n - 1] + strtod(end, &end), py[n] = py[n - 1] + strtod(end, &end);
        cr_assert_eq(*end, 'z');
        for (int i = 0, j = n - 1; i < n; j = i++)
            if ((py[i] > y) != (py[j] > y) && x < px[i] + (y - py[i]) * (px[j] - px[i]) / (py[j] - py[i]))
                in = !in;
        d = end + 1;
    }
    return in;
}

/* Map number `unit` of a picture, from the first input on; "" if there is none in its circle. */
static const char *map_of(const char *svg, int unit)
{
    const char *at = svg;
    for (int i = 0; i <= unit; i++) {
        at = strstr(at + 1, "<g class=\"unit\">");
        cr_assert(at, "%d", unit);
    }
    const char *next = strstr(at + 1, "<g class=\"unit\">"), *map = strstr(at, "<g class=\"heat\"");
    return map && (!next || map < next) ? map : "";
}

/* The level at a point in cells from the lower left corner: below 0 for values below 0. */
static int level_at(const char *map, double x, double y)
{
    int level[2] = { 0, 0 };
    for (int s = 0; s < 2 && *map; s++) {
        const char *at = strstr(map, s ? "<g class=\"cold\">" : "<g class=\"warm\">"),
                   *end = strstr(at, "</g>");
        for (int k = 1; (at = strstr(at + 1, " d=\"")) && at < end; k++) {
            const bool in = is_within(at + 4, UNIT * x, UNIT * y);
            if (in) cr_expect_eq(level[s], k - 1); /* each area is within the one before */
            level[s] += in;
        }
    }
    cr_expect(!level[0] || !level[1]);
    return level[0] - level[1];
}

/* ---- nets ---- */

static double place(double i) { return -2 + 4 * (i + 0.5) / SIDE; }

/* The program with the points of a square of -2 to 2 as x. */
static char *drawn(const char *program, wg_draw_opts o)
{
    static double x[SIDE * SIDE][2];
    for (int i = 0; i < SIDE * SIDE; i++) x[i][0] = place(i % SIDE), x[i][1] = place(i / SIDE);
    wgt_run r = wgt_program(program);
    wg_program_set(r.q, "x", wg_view_f64(x[0], WG_SHAPE(SIDE * SIDE, 2)));
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    o.style = "neurons", o.heatmaps = true, o.id = "s";
    char *svg = pic_text(wg_program_last(r.q), "svg", o);
    pic_expect_well_formed(svg);
    wgt_drop(r.c, NULL);
    return svg;
}

typedef double form(double x, double y);

static int level_of(double v, double most)
{
    const int level = (int)floor(LEVELS * fabs(v) / most + 0.5);
    return v < 0 ? -level : level;
}

/* At each point of the grid the level is that of the closed form there, or within a tenth of a cell: so far a
 * border may lie off. */
static void expect_map(const char *map, form *f, double most)
{
    int different = 0;
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            const int is = level_at(map, i + 0.5, j + 0.5);
            int low = LEVELS, high = -LEVELS;
            for (int k = 0; k < 9; k++) {
                const int near =
                    level_of(f(place(i + 0.1 * (k % 3 - 1)), place(j + 0.1 * (k / 3 - 1))), most);
                low = near < low ? near : low, high = near > high ? near : high;
            }
            cr_expect(low <= is && is <= high, "(%d, %d): %d, not in [%d, %d]", i, j, is, low, high);
            different += is != level_of(f(place(i), place(j)), most);
        }
    cr_expect(different <= SIDE * SIDE / 20, "%d", different);
}

static double first(double x, double y) { return x; }
static double second(double x, double y) { return y; }
static double tanh_of_sum(double x, double y) { return tanh(x + y); }
static double saddle(double x, double y) { return x * y; }
static double bent(double x, double y) { return fmax(0, x - y) - fmax(0, y); }

static double most_of(form *f)
{
    double most = 0;
    for (int i = 0; i < SIDE * SIDE; i++) most = fmax(most, fabs(f(place(i % SIDE), place(i / SIDE))));
    return most;
}

Test(heatmaps, a_map_has_the_levels_of_the_closed_form)
{
    const char *svg = drawn("x = input(m, 2); h = tanh(x @ [[1], [1]])", WG_OPTS(wg_draw_opts));
    expect_map(map_of(svg, 0), first, most_of(first));
    expect_map(map_of(svg, 1), second, most_of(second));
    expect_map(map_of(svg, 2), tanh_of_sum, most_of(tanh_of_sum));
    SHOWS(svg, "x₁ = −2 … 2 (right)", "x₂ =", "2 (up)", "orange: above 0", "dashed: w &lt; 0",
          "!red, dashed");
}

/* The line x1 + x2 = 0 parts the colours: orange lies above it, blue below. */
Test(heatmaps, colours_change_at_the_line)
{
    const char *svg = drawn("x = input(m, 2); h = tanh(x @ [[1], [1]])", WG_OPTS(wg_draw_opts)),
               *map = map_of(svg, 2);
    for (int k = 0; k < SIDE * SIDE; k++) {
        const int i = k % SIDE, j = k / SIDE, above = i + j - (SIDE - 1),
                  level = level_at(map, i + 0.5, j + 0.5);
        cr_expect(above ? above * level > 0 : !level, "(%d, %d): %d", i, j, level);
    }
}

Test(heatmaps, saddles_and_bends_of_deeper_layers)
{
    const char *svg =
        drawn("x = input(m, 2); f = x[:, 0:1] * x[:, 1:2]; z = f @ [[2]]", WG_OPTS(wg_draw_opts));
    expect_map(map_of(svg, 0), saddle, most_of(saddle));
    expect_map(map_of(svg, 1), saddle, most_of(saddle));
    svg =
        drawn("x = input(m, 2); h = relu(x @ [[1, 0], [-1, 1]]); z = h @ [[1], [-1]]", WG_OPTS(wg_draw_opts));
    expect_map(map_of(svg, 4), bent, most_of(bent));
}

/* The unit that x1 + x2 - 99 never wakes is white; one that is a tenth of the other of its layer is pale. */
Test(heatmaps, units_of_a_layer_are_compared_and_dead_ones_are_white)
{
    const char *svg =
        drawn("x = input(m, 2); h = relu(x @ [[1, 1, 0.1], [0, 1, 0]] + [0, -99, 0])", WG_OPTS(wg_draw_opts));
    const double most = place(SIDE - 1);
    for (int i = 0; i < SIDE; i++) {
        const int level = level_of(fmax(0, place(i)), most), is = level_at(map_of(svg, 2), i + 0.5, 3.5);
        cr_expect(abs(is - level) <= 1, "%d: %d", i, is);
        cr_expect_eq(level_at(map_of(svg, 3), i + 0.5, 3.5), 0);
        cr_expect(level_at(map_of(svg, 4), i + 0.5, 3.5) <= 1);
    }
    HAS_NOT(strndup(map_of(svg, 3), (size_t)(map_of(svg, 4) - map_of(svg, 3))), "<path");
    svg = drawn("x = input(m, 2); h = relu(x @ [[1], [1]] + [-99])", WG_OPTS(wg_draw_opts));
    cr_expect_str_eq(map_of(svg, 2), "");
}

Test(heatmaps, two_calls_give_the_same_bytes)
{
    static const char net[] =
        "x = input(m, 2); h = tanh(dense(x, 8)); k = relu(dense(h, 4)); z = dense(k, 2)";
    const char *svg = drawn(net, WG_OPTS(wg_draw_opts)), *again = drawn(net, WG_OPTS(wg_draw_opts));
    cr_expect_str_eq(svg, again);
    cr_expect(strlen(svg) < 45000, "%zu", strlen(svg));
    cr_expect_eq(pic_count(svg, "<g class=\"unit\">"), 2 + 8 + 4 + 2);
    cr_expect_eq(pic_count(svg, "<line"), 16 + 32 + 8);
    /* names stand below their circles */
    SHOWS(pic_plain((char *)(uintptr_t)svg), ">x2<", ">h8<", ">k4<", ">z2<");
}

Test(heatmaps, nan_is_said_and_inf_has_the_full_colour)
{
    SHOWS(drawn("x = input(m, 2); h = sqrt(x @ [[1], [0]])", WG_OPTS(wg_draw_opts)), ">NaN<");
    const char *svg = drawn("x = input(m, 2); h = relu(x @ [[inf], [0.0]])", WG_OPTS(wg_draw_opts));
    HAS_NOT(svg, ">NaN<");
    for (int i = 0; i < SIDE; i++)
        cr_expect_eq(level_at(map_of(svg, 2), i + 0.5, 3.5), i < SIDE / 2 ? 0 : LEVELS);
}

/* ---- what cannot be ---- */

static void refused(const char *program, wg_draw_opts o, const char *why)
{
    WGT_ENDS wgt_run r = wgt_build(program, WG_EVAL);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    o.heatmaps = true, o.format = o.format ? o.format : "svg";
    cr_expect_null(wg_draw_text_at(WG_HERE, wg_program_last(r.q), &o));
    wgt_expect_error(r.c, WG_ERROR_VALUE, why);
}

Test(heatmaps, what_cannot_be_is_refused)
{
    static const char net[] = "x = [[1, 2], [3, 4]]; h = tanh(x @ [[1.0], [1]])";
#define NEURONS(...) WG_OPTS(wg_draw_opts, .style = "neurons", __VA_ARGS__)
    refused(net, NEURONS(.title = ""), "no input of two columns, input(m, 2), has the points of a square");
    refused("x = input(16, 2); h = tanh(x @ [[1.0], [1]])", NEURONS(.title = ""), "points of a square");
    refused(net, WG_OPTS(wg_draw_opts), ".heatmaps are those of .style \"neurons\", not of \"cards\"");
    refused(net, WG_OPTS(wg_draw_opts, .style = "blocks"), "not of \"blocks\"");
    refused(net, NEURONS(.values = true), ".values and .heatmaps: a circle has a number or a map");
    refused(net, NEURONS(.format = "html"), "is drawn as svg, png or pdf, not as html");
    refused("x = reshape(concat([arange(4) + 0*arange(4), 1 + arange(28)]), [16, 2]); h = x @ [[1.0], [1]]",
            NEURONS(.title = ""), "points of a square");
}

/* A layer that sees no single point. */
Test(heatmaps, each_layer_needs_a_value_for_each_point)
{
    refused("a = reshape(arange(4), [4, 1]) + zeros(4, 4); x = stack([reshape(a.T, [16]), reshape(a, [16])], "
            "axis=1); u = mean(x, axis=0); h = tanh(u @ [[1.0], [1]])",
            NEURONS(.title = ""), "'u' has no value for each of the 16 points of 'x'");
}

/* Examples in columns. */
Test(heatmaps, examples_may_stand_in_columns)
{
    const char *svg =
        drawn("x = input(m, 2); u = x.T; W = param(1, 2, init=1); h = tanh(W @ u)", WG_OPTS(wg_draw_opts));
    expect_map(map_of(svg, 2), tanh_of_sum, most_of(tanh_of_sum));
}

Test(heatmaps, failing_memory)
{
    static const char net[] = "a = reshape(arange(4), [4, 1]) + zeros(4, 4); x = stack([reshape(a.T, [16]), "
                              "reshape(a, [16])], axis=1); z = tanh(x @ [[1.0, 2], [1, -1]])";
    for (int64_t at = 1;; at += at < 30 ? 1 : 7) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_program *q = wg_program_text(c, "t.wg", net);
        wg_program_build(q, wg_graph_new(c), wg_params_new(c), WG_EVAL);
        cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        m.fail_at = m.calls + at;
        char *text = wg_draw_text(wg_program_last(q), .format = "svg", .style = "neurons", .heatmaps = true);
        cr_expect(text || wg_failed(c) == WG_ERROR_MEMORY, "%s", wg_message(c));
        const bool last = !m.failed;
        wg_free(c, text);
        wgt_drop(c, &m);
        if (last) break;
    }
}
