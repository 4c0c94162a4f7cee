/* test_draw.c: pictures of graphs: the same bytes always, and every number shown is the graph's. */
#include "picture.h"
#include "wglocale.h"

#include <math.h>
#include <stdlib.h>

/* ---- the same bytes always ---- */

static char *draw_layers(void)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    char *dot = pic_dot(pic_layers(c, 8),
                        &WG_OPTS(wg_draw_opts, .values = true, .backward = true, .title = "eight layers"));
    cr_assert(dot, "%s", wg_message(c));
    return dot;
}

Test(draw, same_bytes_in_any_locale)
{
    char *first = draw_layers(), half[8];
    wgt_comma_locale();
    char *again = draw_layers();
    cr_assert_str_eq(again, first);
    snprintf(half, sizeof half, "%.1f", 0.5);
    cr_assert_str_eq(half, "0,5", "drawing changed the locale");
}

/* ---- what is in the picture ---- */

/* x w b y, mul sum z a, log mul, sub log sub mul, add L are 16; the number 1 stands in its consumers'
 * formulas. */
NEURON_TEST(draw, neuron_is_read_back)
{
    char *dot = pic_dot(n.L, NULL);
    pic_expect_counts(dot, 16, 17, 0);
    HAS_NOT(dot, "record");
    dot = pic_dot(n.L, &WG_OPTS(wg_draw_opts, .backward = true));
    pic_expect_counts(dot, 16, 30, 13); /* none to x and y, which are no parameters, and to 1 - y */
    dot = pic_dot(n.L, &WG_OPTS(wg_draw_opts, .backward = true, .wrt = (wg_node[]){ n.w, n.b, n.x, n.y },
                                .wrt_count = 4));
    pic_expect_counts(dot, 16, 34, 17);
}

GRAPH_TEST(draw, squares_have_two_edges)
{
    double v = 3;
    wg_node x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    char *dot = pic_dot(wg_mul(x, x), NULL);
    pic_expect_counts(dot, 2, 2, 0);
}

/* Eight layers: each a parameter, a product, a tanh; x and the sum. 16 clusters: two a layer. */
Test(draw, scopes_are_clusters)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_node root = pic_layers(c, 8);
    char *dot = pic_dot(root, NULL);
    pic_expect_counts(dot, 26, 25, 0);
    cr_assert_eq(pic_count(dot, "subgraph cluster_"), 16);
    HAS(dot, "layer.7");
    dot = pic_dot(root, &WG_OPTS(wg_draw_opts, .scopes = false));
    cr_assert_eq(pic_count(dot, "subgraph"), 0);
}

/* ---- failed graphs ---- */

Test(draw, a_failed_call_is_drawn)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_params *p = wg_params_new(c);
    double v[6] = { 0 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2, 3)));
    wg_node W = wg_param(g, p, "W", WG_SHAPE(4, 5), wg_zeros());
    wg_node h = wg_tanh(x);
    wg_node bad = wg_relu(wg_matmul(h, W));
    char message[1024];
    PIC_NEEDS_DOT;
    snprintf(message, sizeof message, "%s", wg_message(c));
    cr_assert_neq(wg_failed(c), WG_OK);
    for (int whole = 0; whole < 2; whole++) {
        char *path = pic_path("failed.dot");
        cr_assert_eq(whole ? wg_draw_graph(g, path, .values = true, .backward = true) : wg_draw(bad, path),
                     WG_OK);
        char *dot = pic_read(path);
        HAS(dot, "class=failed", ">failed<", "matmul(h, W)", "[2,3]", "[4,5]", "#ffcdd2", "test_draw.c:");
        HAS_NOT(dot, "<b>bad");
        cr_assert_eq(pic_count(dot, "class=parameter"), 1);
        cr_assert_eq(pic_count(dot, "class=input"), 1);
        if (whole) HAS(dot, " = –<");
    }
    cr_assert_str_eq(wg_message(c), message, "drawing changed the error");
    wgt_drop(c, NULL);
    pic_clean_up();
}

NEURON_TEST(draw, mistakes_are_named)
{
    char *path = pic_path("no.bmp");
    cr_assert_eq(wg_draw(n.L, path), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "the format must be dot, svg, png, pdf, html, tex, json or txt");
    cr_assert_eq(wg_draw(n.w, "w.dot", .backward = true), WG_ERROR_SHAPE);
    wgt_expect_error(c, WG_ERROR_SHAPE, "[2]");
    cr_assert_eq(wg_draw(n.L, "/nowhere/at/all.svg"), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.svg");
    cr_assert_eq(wg_draw(wg_none, "none.dot"), WG_ERROR_USE);
    cr_assert_eq(wg_draw_graph(NULL, "none.dot"), WG_ERROR_USE);
    wg_begin(wg_graph_of(n.L), WG_TRAIN);
    cr_assert_eq(wg_draw(n.L, "old.dot"), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "test_draw.c:");
}

GRAPH_TEST(draw, a_mark_within_a_composite_call_is_on_its_box)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3 }, WG_SHAPE(3)));
    wg_node J = wg_name(wg_mean(x), "J");
    const wg_node_mark mark = { wg_graph_node(g, J.index - 1), WG_MARK_WRONG, "wrong here" };
    SHOWS(pic_dot(J, &WG_OPTS(wg_draw_opts, .marks = &mark, .mark_count = 1)), "wrong here");
}

/* ---- overlays ---- */

GRAPH_TEST(draw, nan_begins_once_in_a_chain)
{
    const double v = -1;
    wg_node y = wg_name(
        wg_exp(wg_name(wg_mul(wg_name(wg_log(wg_input(g, "x", wg_view_f64(&v, WG_SCALAR))), "a"), 2), "b")),
        "y");
    char *svg = pic_text(y, "svg", WG_OPTS(wg_draw_opts, .overlay = "nan"));
    cr_expect_eq(pic_count(svg, "NaN or infinity begins here"), 1);
}

GRAPH_TEST(draw, times_of_the_computed_boxes_alone)
{
    static const double ones[32] = { 1 };
    wg_node x = wg_input(g, "x", wg_view_f64(ones, WG_SHAPE(8, 4))),
            w = wg_input(g, "w", wg_view_f64(ones, WG_SHAPE(4, 8)));
    const wg_node y = wg_sum(wg_square(wg_matmul(x, w)));
    const int bars = pic_count(pic_text(y, "svg", WG_OPTS(wg_draw_opts, .overlay = "time")), "class=\"bar\"");
    cr_expect(bars >= 1 && bars <= 3, "%d: inputs take no time", bars);
    cr_expect_null(wg_draw_text(y, .format = "svg", .overlay = "speed"));
    wgt_expect_error(c, WG_ERROR_VALUE, "time, bytes, gradient or nan");
}
