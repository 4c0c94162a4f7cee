/* test_dot.c: what programs read from DOT: IDs and attributes; and the same as a graph of libcgraph. */
#include <math.h>
#include <stdlib.h>

#include "picture.h"

#define ALL WG_OPTS(wg_draw_opts, .values = true, .backward = true)

/* ---- attributes ---- */

/* All digits: the number that is read back is the graph's. */
static void expect_number(const char *dot, const char *node, const char *name, double wanted)
{
    const char *text = pic_attribute(dot, node, name);
    cr_assert(text && *text, "%s has no %s", node, name);
    char *end;
    const double got = strtod(text, &end);
    cr_expect(got == wanted && !*end, "%s of %s: %s, not %.17g", name, node, text, wanted);
}

NEURON_TEST(dot, numbers_shapes_and_sites_are_read_back)
{
    char *dot = pic_dot(n.L, &ALL);
    wg_node x[] = { n.z, n.b, n.L }, dx[3];
    cr_assert_eq(wg_grads(n.L, x, 3, dx), WG_OK);
    expect_number(dot, "z", "wg_value", wg_item(n.z));
    expect_number(dot, "L", "wg_value", wg_item(n.L));
    expect_number(dot, "z", "wg_grad", wg_item(dx[0]));
    expect_number(dot, "b", "wg_grad", wg_item(dx[1]));
    expect_number(dot, "L", "wg_grad", 1);
    cr_expect_str_eq(pic_attribute(dot, "x", "wg_value"), "[1,-2]");
    cr_expect_str_eq(pic_attribute(dot, "x", "wg_shape"), "[2]");
    cr_expect_str_eq(pic_attribute(dot, "z", "wg_shape"), "[]");
    cr_expect_str_eq(pic_attribute(dot, "y", "wg_grad"), "", "y has no gradient here");
    SHOWS(pic_attribute(dot, "z", "wg_site"), "picture.c:");
    dot = pic_dot(n.L, &WG_OPTS(wg_draw_opts, .values = true, .backward = true, .hide = "a"));
    cr_expect_str_eq(pic_attribute(dot, "a", "wg_value"), "", "it is hidden");
}

GRAPH_TEST(dot, numbers_that_are_none)
{
    const double v[] = { NAN, INFINITY, -INFINITY, 0 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2, 2)));
    char *dot = pic_dot(wg_name(wg_neg(x), "y"), &WG_OPTS(wg_draw_opts, .values = true));
    cr_expect_str_eq(pic_attribute(dot, "x", "wg_value"), "[[\"nan\",\"inf\"],[\"-inf\",0]]");
}

/* Older readers take at most 16,384 bytes. The norm of n numbers 0.1 is 0.1 times the root of n. */
GRAPH_TEST(dot, many_numbers_are_a_summary)
{
    static double v[10000];
    for (int i = 0; i < 10000; i++) v[i] = 0.1;
    for (int n = 900; n <= 10000; n += 9100) {
        wg_begin(g, WG_EVAL);
        wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(n)));
        char *dot = pic_dot(wg_sum(x), &WG_OPTS(wg_draw_opts, .values = true));
        const char *text = pic_attribute(dot, "x", "wg_value"), *norm = strstr(text, "\"norm\":");
        cr_assert(norm && strlen(text) < 16000, "%.300s", text);
        cr_expect_float_eq(atof(norm + 7), 0.1 * sqrt(n), 1e-9);
    }
}

/* ---- IDs ---- */

/* A name is the ID if it can stand in quotes as it is and no other node has it. */
GRAPH_TEST(dot, names_are_ids)
{
    static const char *const names[] = { "W",  "layer.0.W", "größe", "node", "a b", "-3.5",       "W",
                                         "n7", "a\"b",      "a\\",   "<b>",  "%3",  "line\nbreak" };
    enum { NAMES = sizeof names / sizeof *names, PLAIN = 6 };
    wg_node sum = wg_none;
    for (int i = 0; i < NAMES; i++) {
        const double v = i;
        wg_node x = wg_input_at(WG_HERE, g, names[i], wg_view_f64(&v, WG_SCALAR));
        sum = i ? wg_add(sum, x) : x;
    }
    char *dot = pic_dot(sum, &WG_OPTS(wg_draw_opts, .values = true, .fold = false));
    pic_expect_counts(dot, 2 * NAMES - 1, 2 * (NAMES - 1), 0);
    for (int i = 0; i < PLAIN; i++) expect_number(dot, names[i], "wg_value", i);
    for (int i = PLAIN + 1; i < NAMES; i++) {
        const char *value = pic_attribute(dot, names[i], "wg_value");
        cr_expect(!value || atof(value) != i, "%s is an ID", names[i]);
    }
}

/* ---- as a graph ---- */

Test(dot, the_graph_outlives_its_context)
{
    PIC_NEURON;
    const char *text = pic_dot(n.L, &ALL);
    cr_expect_str_eq(pic_agraph(c, n.L, &ALL), text);
}

NEURON_TEST(dot, what_is_no_graph)
{
    cr_expect_null(wg_draw_agraph(wg_none));
    cr_expect_null(wg_draw_agraph(n.x, .backward = true));
    wgt_expect_error(c, WG_ERROR_SHAPE, "gradients are of one float");
    cr_expect_null(wg_draw_agraph(n.L, .level = "deep"));
    wgt_expect_error(c, WG_ERROR_VALUE, "written, ops or plan");
}

/* ---- errors ---- */

static wgt_memory memory;
static int drawn_after_error;

static void draw_again(void *user, wg_status s, const char *message)
{
    memory.fail_at = 0;
    wg_context *c = wg_start(.threads = 1, .on_warning = wg_no_warnings);
    drawn_after_error += wg_draw_graph(wg_graph_new(c), pic_path("again.dot")) == WG_OK;
    wg_finish(c, NULL);
}

/* The function of the user may draw DOT itself, while the first call is not over: also inside libcgraph's
 * lock. */
Test(dot, an_error_may_draw, .fini = pic_clean_up)
{
    PIC_NEEDS_DOT;
    int failed = 0;
    for (const char *dot = NULL; !dot; failed += !dot) {
        wg_context *c =
            wgt_start(&memory, WG_F64, &WG_OPTS(wg_start_opts, .on_error = draw_again, .threads = 1));
        const wg_node root = pic_layers(c, 100);
        memory.fail_at = memory.calls + 1 + failed;
        dot = pic_agraph(c, root, &WG_OPTS(wg_draw_opts, .most = 1000));
        cr_expect_eq(drawn_after_error, failed + !dot, "allocation %d", failed + 1);
    }
    cr_expect_gt(failed, 20); /* the last three while the graph is made: names and labels are in a pool */
}
