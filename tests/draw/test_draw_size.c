/* test_draw_size.c: pictures of large graphs: what repeats is drawn once, and what does not is refused with
 * its size. */
#include "picture.h"

#include <stdlib.h>

static wg_node make_chain(wg_context *c, int64_t length)
{
    static const double start = 0.5;
    wg_graph *g = wg_graph_new(c);
    wg_node h = wg_input(g, "x", wg_view_f64(&start, WG_SCALAR));
    for (int64_t i = 0; i < length; i++) h = wg_sin(h);
    return h;
}

Test(draw_size, a_million_nodes_are_folded)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_node root = make_chain(c, 1000000);
    SHOWS(pic_text(root, "dot", WG_OPTS(wg_draw_opts, .values = true)), "×1,000,000", "sin");
    cr_assert_null(wg_draw_text(root, .format = "dot", .fold = false));
    wgt_expect_error(c, WG_ERROR_VALUE, "1000001");
}

GRAPH_TEST(draw_size, what_does_not_repeat_is_refused_with_its_size)
{
    wgt_random r = { 5 };
    double v = 0.5;
    wg_node h = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    for (int i = 0; i < 3000; i++)
        h = wgt_below(&r, 2) ? wg_sin(h) : wgt_below(&r, 2) ? wg_tanh(h) : wg_square(h);
    cr_assert_null(wg_draw_text(h, .format = "dot"));
    cr_assert_eq(wg_failed(c), WG_ERROR_VALUE);
    HAS(wg_message(c), "more than 400");
    HAS(wg_message(c), "3001 nodes");
    wg_recover(c);
    char *dot = pic_dot(h, &WG_OPTS(wg_draw_opts, .most = 4000, .fold = false));
    cr_assert(dot);
}

/* Layers of four nodes with parameters of their own become one box; ends and scopes remain. */
Test(draw_size, repeated_layers_are_folded)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_node root = pic_layers(c, 200);
    char *dot = pic_dot(root, NULL);
    cr_assert(dot, "%s", wg_message(c));
    HAS(dot, "×200", "param → matmul → tanh", "1,800 parameters");
    pic_expect_counts(dot, 3, 2, 0);
    dot = pic_dot(root, &WG_OPTS(wg_draw_opts, .most = 10000, .backward = true));
    cr_assert_eq(pic_count(dot, "class=parameter"), 200);
}

static wg_node make_unrolled(wg_context *c, int steps)
{
    static const double v[4] = { 0.1, 0.2, 0.3, 0.4 };
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_const(0.1)),
            U = wg_param(g, p, "U", WG_SHAPE(2, 2), wg_const(0.2));
    wg_node b = wg_param(g, p, "b", WG_SHAPE(2), wg_zeros()),
            h = wg_input(g, "h0", wg_view_f64(v, WG_SHAPE(2, 2)));
    for (int t = 0; t < steps; t++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", t);
        wg_scope_push_i(g, "t", t);
        wg_node x = wg_input_at(WG_HERE, g, name, wg_view_f64(v, WG_SHAPE(2, 2)));
        wg_node xU = wg_matmul(x, U), hW = wg_matmul(h, W), sum = wg_add(xU, hW);
        h = wg_tanh(wg_add(sum, b));
        wg_scope_pop(g);
    }
    return wg_name(wg_sum(h), "L");
}

Test(draw_size, shared_parameters_do_not_stop_dot)
{
    wgt_needs("dot");
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_node root = make_unrolled(c, 60);
    char *svg = pic_by_dot(root, &WG_OPTS(wg_draw_opts, .backward = true, .values = true));
    cr_assert_eq(pic_count(svg, "<g id=\"node"), 3 + 1 + 60 * 6 + 1 + 3 * 59,
                 "a copy of each shared parameter at each use but the first");
    pic_clean_up();
}
