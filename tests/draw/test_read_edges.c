/* test_read_edges.c: lines, heads and labels between boxes: tests/draw/places.py and read_edges.py read
 * them. */
#include "picture.h"
#include "wengert/ops.h"
#include "wgshell.h"

TestSuite(read_edges, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* By central differences of each op, and by the sums over paths. */
Test(read_edges, local_derivatives_are_those_of_the_ops)
{
    PIC_NEEDS_DOT;
    wgt_needs("python3");
    fprintf(stderr, "%s",
            wgt_shell("python3 -B tests/draw/read_edges.py \"$build/wengert\" --programs ${WG_PICTURES:-40} "
                      "--nested ${WG_PICTURES:-8} --seed ${WG_SEED:-1}"));
}

/* Lines, heads, boxes and values of SVG and TikZ, units and weights of nets, against JSON. */
Test(read_edges, each_line_and_unit_is_in_its_place)
{
    wgt_needs("python3");
    fprintf(stderr, "%s",
            wgt_shell("python3 -B tests/draw/places.py \"$build/wengert\" --programs ${WG_PICTURES:-24} "
                      "--nets ${WG_NETS:-8} --seed ${WG_SEED:-1}"));
}

static void expect_refused(wg_node root, const wg_draw_opts *o, const char *words)
{
    wg_context *c = wg_graph_context(wg_graph_of(root));
    cr_expect_null(wg_draw_text_at(WG_HERE, root, o));
    HAS(wg_message(c), words);
    wg_recover(c);
}

/* Edges have one number only between scalars. */
Test(read_edges, the_first_node_that_is_no_scalar_is_named)
{
    WGT_GRAPH(WG_F64, NULL);
    const double v[2] = { 1, 2 };
    wg_node w = wg_name(wg_input(g, "w", wg_view_f64(v, WG_SHAPE(2))), "w"), J = wg_sum(wg_mul(w, w));
    expect_refused(J, &WG_OPTS(wg_draw_opts, .format = "svg", .edges = "local"), "'w' is [2]");
    expect_refused(J, &WG_OPTS(wg_draw_opts, .format = "svg", .edges = "all"), ".edges \"all\": local");
    expect_refused(J, &WG_OPTS(wg_draw_opts, .format = "txt", .edges = "local"), ".edges goes with");
    expect_refused(J, &WG_OPTS(wg_draw_opts, .format = "svg", .style = "neurons", .edges = "local"),
                   ".edges");
    wgt_finish(c, NULL);
}

/* Boxes without a name have their expressions, in brackets. */
Test(read_edges, brackets_of_labels_close)
{
    WGT_GRAPH(WG_F64, NULL);
    const double v = 3;
    wg_node a = wg_input(g, "a", wg_view_f64(&v, WG_SCALAR));
    wg_node J = wg_name(wg_add(wg_square(a), a), "J");
    const char *dot = pic_dot(J, &WG_OPTS(wg_draw_opts, .edges = "local"));
    SHOWS(dot, "\"∂(a²)/∂a = 2 a = 6\"", "\"∂J/∂(a²) = 1\"", "\"∂J/∂a = 1\"");
    wgt_finish(c, NULL);
}

/* Of s = a² + a in one box the derivative is 2 a + 1: along both ways. */
Test(read_edges, ways_through_a_box_are_added)
{
    WGT_GRAPH(WG_F64, NULL);
    const double v = 3;
    wg_node a = wg_input(g, "a", wg_view_f64(&v, WG_SCALAR));
    wg_scope_push(g, "f");
    wg_node s = wg_name(wg_add(wg_square(a), a), "s");
    wg_scope_pop(g);
    wg_node J = wg_name(wg_mul(s, 2), "J");
    SHOWS(pic_dot(J, &WG_OPTS(wg_draw_opts, .edges = "local", .depth = 1)), "\"∂s/∂a = 7\"");
    wgt_finish(c, NULL);
}

/* A whole graph of which the root does not use all, and one of no float. */
Test(read_edges, nodes_that_the_root_does_not_use_have_no_labels)
{
    WGT_GRAPH(WG_F64, NULL);
    const double v = 3;
    wg_node a = wg_input(g, "a", wg_view_f64(&v, WG_SCALAR)), b = wg_mul(a, a);
    wg_name(wg_exp(a), "e"), wg_name(b, "b");
    wg_node J = wg_name(wg_mul(b, a), "J");
    char *path = pic_path("g.svg");
    cr_assert_eq(wg_draw_graph(g, path, .edges = "local"), WG_OK, "%s", wg_message(c));
    HAS(pic_read(path), "tag");
    cr_assert_eq(wg_draw(wg_greater(J, a), path, .edges = "local"), WG_OK, "%s", wg_message(c));
    HAS_NOT(pic_read(path), "∂");
    wgt_finish(c, NULL);
    pic_clean_up();
}
