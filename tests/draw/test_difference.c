/* The option `beside`: two graphs in one picture. What each test expects follows from the two programs. */
#include "picture.h"

#include <stdlib.h>

static char *svg_of(wg_node root, wg_draw_opts o)
{
    o.id = "q";
    return pic_text(root, "svg", o);
}

/* x w and its relu are in both; the mean is of another node with a bias b in the second. */
static wg_node program(wg_graph *g, bool second)
{
    static const double x[] = { 1, 2 }, w[] = { 3, -1 }, b[] = { 0.5 };
    wg_begin(g, WG_TRAIN);
    wg_node xs = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(1, 2)));
    wg_node z = wg_matmul(xs, wg_input(g, "w", wg_view_f64(w, WG_SHAPE(2, 1))));
    z = wg_name(z, "z");
    if (second) z = wg_name(wg_add(z, wg_input(g, "b", wg_view_f64(b, WG_SHAPE(1)))), "s");
    return wg_name(wg_sum(wg_relu(z)), "y");
}

/* z = 3 - 2 = 1; y is 1 in the first and 1.5 in the second. b and s are in the second alone. */
Test(difference, two_programs)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_graph *g = wg_graph_new(c), *h = wg_graph_new(c);
    wg_node one = program(g, false), two = program(h, true);
    char *svg = svg_of(one, WG_OPTS(wg_draw_opts, .beside = two, .values = true, .legend = true));
    HAS(svg, "0 only in the first, 2 only in the second");
    cr_expect_eq(pic_count(svg, ">only in the second<"), 2);
    HAS(svg, ">the second: 1.5<", ">only in the second graph<");
    HAS_NOT(svg, ">only in the first<");
    svg = svg_of(two, WG_OPTS(wg_draw_opts, .beside = one));
    HAS(svg, "2 only in the first, 0 only in the second");
    cr_expect_eq(pic_count(svg, ">only in the first<"), 2);
}

Test(difference, graphs_in_other_modes_are_called_by_them)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_graph *g = wg_graph_new(c), *h = wg_graph_new(c);
    wg_node one = program(g, false);
    wg_begin(h, WG_EVAL);
    wg_node two = wg_name(wg_sum(wg_name(wg_fill(h, 2, WG_SHAPE(2)), "other")), "y");
    SHOWS(svg_of(one, WG_OPTS(wg_draw_opts, .beside = two)), "only in train", "only in eval");
    SHOWS(svg_of(two, WG_OPTS(wg_draw_opts, .beside = one)), "only in train", "only in eval");
}

#if WG_WITH_GRAPHVIZ
/* The first has the edges x-z, w-z, z-relu, relu-y; the second has also b-s, z-s, and s-relu for z-relu. */
Test(difference, edges_of_both)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_graph *g = wg_graph_new(c), *h = wg_graph_new(c);
    wg_node one = program(g, false);
    char *dot = pic_dot(one, &WG_OPTS(wg_draw_opts, .beside = program(h, true), .backward = true));
    pic_expect_counts(dot, 5 + 2, 2 * (4 + 3), 4 + 3);
}
#endif

Test(difference, of_equal_graphs_there_is_none)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_graph *g = wg_graph_new(c), *h = wg_graph_new(c);
    wg_node one = program(g, true), two = program(h, true);
    static const char *const fits[] = { NULL, "slide", "page" };
    for (int i = 0; i < 3; i++) {
        SHOWS(svg_of(one,
                     WG_OPTS(wg_draw_opts, .beside = two, .values = true, .backward = true, .fit = fits[i])),
              "0 only in the first, 0 only in the second, 0 differ", "!the second:");
    }
}

/* Programs of n calls, of which each draws its op at random: each box is in the picture once, whatever the
 * pairs are. */
Test(difference, of_random_programs)
{
    wgt_random r = { 3 };
    for (int round = 0; round < 30; round++) {
        WGT_IN_CONTEXT(WG_F64, NULL);
        wg_node y[2];
        for (int i = 0; i < 2; i++) {
            wg_graph *g = wg_graph_new(c);
            wg_begin(g, WG_TRAIN);
            y[i] = wg_scalar(g, 0.5);
            for (int k = (int)(20 * wgt_unit(&r)) + 1; k; k--) {
                const double which = wgt_unit(&r);
                y[i] = which < 0.3 ? wg_tanh(y[i]) : which < 0.6 ? wg_exp(y[i]) : wg_sin(y[i]);
            }
        }
        char *one = svg_of(y[0], WG_OPTS(wg_draw_opts, .level = "ops")),
             *two = svg_of(y[1], WG_OPTS(wg_draw_opts, .level = "ops"));
        char *both = svg_of(y[0], WG_OPTS(wg_draw_opts, .level = "ops", .beside = y[1]));
        const int only = pic_count(both, ">only in the first<"),
                  other = pic_count(both, ">only in the second<");
        const char *box = "id=\"q-n";
        cr_expect_gt(pic_count(one, box), 1);
        cr_expect_eq(pic_count(both, box), pic_count(one, box) + other, "round %d", round);
        cr_expect_eq(pic_count(both, box), pic_count(two, box) + only, "round %d", round);
    }
}

Test(difference, mistakes)
{
    WGT_IN_CONTEXT(WG_F64, NULL), *other = wgt_start(NULL, WG_F64, NULL);
    wg_node one = program(wg_graph_new(c), false), far = program(wg_graph_new(other), false);
    cr_expect_null(wg_draw_text(one, .format = "svg", .beside = far));
    wgt_expect_error(c, WG_ERROR_USE, ".beside is no node of a graph of this context");
    cr_expect_null(wg_draw_text(one, .format = "txt", .beside = one));
    wgt_expect_error(c, WG_ERROR_VALUE, ".beside goes with a graph's picture");
}
