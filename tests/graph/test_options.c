/* test_options.c: options by name. An option by position is an error at the call, by the text of its site; a
 * slice to 0 is empty, and one without .to goes up to the end. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

static wg_node matrix(wg_graph *g)
{
    static const float v[6] = { 1, 2, 3, 4, 5, 6 };
    return wg_input(g, "x", wg_view_f32(v, WG_SHAPE(2, 3)));
}

/* A sum at a call with this text of arguments, of which the first is the operand. */
static wg_node sum_written(wg_context *c, wg_graph *g, const char *text)
{
    char marked[200];
    snprintf(marked, sizeof marked, "\2%s", text);
    return wg_sum_at(wg_site_keep(c, marked, "model.c:7"), &WG_OPTS(wg_reduce_args, .x = matrix(g)));
}

/* Of every builder: test_odd_calls.c. */
Test(options, without_a_name_are_refused_by_the_text_of_the_call)
{
    static const struct {
        const char *text, *option;
    } bad[] = {
        { "x, 0", "0" },
        { "x,1", "1" },
        { "x, axis", "axis" },
        { "x, .keepdims = true, 1", "1" },
        { "x, WG_AXES(0, 1)", "WG_AXES(0, 1)" },
        { "f(a, b), 0", "0" },
        { "(wg_node){ g, 1, 2 }, 0", "0" },
        { "named(x, \"a, .b\"), 0", "0" },
        { "x[i, .a], 0", "0" },
        { "x, 'a'", "'a'" },
    };
    WGT_IN_GRAPH(WG_F32, NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char expected[200];
        snprintf(expected, sizeof expected, "model.c:7: sum: %s is an option without its name",
                 bad[i].option);
        for (int again = 0; again < 2; again++) {
            cr_assert_not(wg_node_ok(sum_written(c, g, bad[i].text)));
            wgt_expect_error(c, WG_ERROR_USE, expected);
        }
    }
}

Test(options, with_a_name_are_taken_whatever_the_operand_looks_like)
{
    static const char *const good[] = { "x",
                                        "x, .keepdims = true",
                                        "x,.axes = WG_AXES(0, 1),.keepdims = f(1, 2)",
                                        "x, . keepdims = true",
                                        "x, .keepdims = true,",
                                        "(wg_node){ g, 1, 2 }, .axes = { 1, { 0 } }",
                                        "named(x, \"a, 0\"), .keepdims = true",
                                        "named(x, \"\\\", 0\"), .keepdims = ',' == 44",
                                        "" };
    WGT_IN_GRAPH(WG_F32, NULL);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(wg_node_ok(sum_written(c, g, good[i])), "%s: %s", good[i], wg_message(c));
    /* a site of the user's own, and no site at all, have no options to look at */
    cr_assert(wg_node_ok(wg_sum_at("x, 0\nmodel.c:7", &WG_OPTS(wg_reduce_args, .x = matrix(g)))));
    cr_assert(wg_node_ok(wg_sum_at(NULL, &WG_OPTS(wg_reduce_args, .x = matrix(g)))));
}

/* Whether the compiler takes the statement without a word. */
static bool compiles(const char *statement)
{
    char path[] = "/tmp/wg_options_XXXXXX.c", command[400];
    int file = mkstemps(path, 2);
    FILE *f = file < 0 ? NULL : fdopen(file, "w");
    cr_assert_not_null(f);
    fprintf(f,
            "#include \"wengert/wengert.h\"\nvoid f(wg_node x, wg_node y);\nvoid f(wg_node x, wg_node y)\n");
    fprintf(f, "{\n    (void)y;\n    %s;\n}\n", statement);
    fclose(f);
    snprintf(command, sizeof command,
             "%s -std=c11 -Wall -Wextra -Werror -fsyntax-only -Iinclude %s 2>/dev/null", wgt_compiler(),
             path);
    int status = system(command);
    remove(path);
    return status == 0;
}

Test(options, by_position_do_not_pass_the_compiler)
{
    cr_expect(compiles("wg_sum(x)"));
    cr_expect(compiles("wg_sum(x, .axis = 0, .keepdims = true)"));
    cr_expect(compiles("wg_sum(x, .axis = 1), wg_softmax(y, .axis = 0), wg_cumsum(y, .axis = -1)"));
    cr_expect(
        compiles("const int i = 1; wg_axes a = WG_AXES(i, 0); wg_sum(x, .axis = i), wg_sum(y, .axes = a)"));
    cr_expect_not(compiles("wg_sum(x, .axes = \"0\")"));
    cr_expect_not(compiles("wg_sum(x, .axes = { 1, { 0 } })"));
    cr_expect(compiles("wg_mse(x, y, .reduction = WG_SUM)"));
    cr_expect(compiles("wg_slice(x, .axis = 1, .to = 0)"));
    cr_expect_not(compiles("wg_sum(x, 0)"));
    cr_expect_not(compiles("wg_mse(x, y, 0)"));
    cr_expect_not(compiles("wg_slice(x, .axis = 0, 0, 1)"));
    cr_expect_not(compiles("wg_nn_dense(x, 0, \"fc\", 64, 0)"));
}

/* ---- axes ---- */

static void expect_two(wg_node n, double a, double b)
{
    double v[6] = { 0 };
    wg_copy_f64(n, v, (size_t)wg_shape_size(wg_node_shape(n)));
    cr_expect(v[0] == a && v[1] == b, "%s: %g %g, not %g %g", wg_node_site(n), v[0], v[1], a, b);
}

/* x is 1 2 3 / 4 5 6. A number is that axis, 0 too; what another call in the text says is nobody's here. */
Test(options, an_axis_is_a_number_or_a_list)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_node x = matrix(g);
    const int zero = 0;
    const wg_axes list = WG_AXES(0);
    expect_two(wg_sum(x, .axis = 0), 5, 7);
    expect_two(wg_sum(x, .axis = zero), 5, 7);
    expect_two(wg_sum(x, .axes = list), 5, 7);
    expect_two(wg_sum(x, .axis = 1), 6, 15);
    expect_two(wg_sum(x, .keepdims = true, .axis = -1), 6, 15);
    expect_two(wg_argmax(x, .axis = 0), 1, 1);
    expect_two(wg_argmax(x, .axis = 1), 2, 2);
    expect_two(wg_cumsum(x, .axis = 1), 1, 3);
    expect_two(wg_transpose(x, .axes = WG_AXES(1, 0)), 1, 4);
    cr_expect_eq(wg_item(wg_sum(wg_sum(x, .axis = 0))), 21);
    cr_expect_eq(wg_item(wg_sum(wg_sum(x, .axis = 0), .keepdims = true)), 21);
    wg_node own = wg_sum_at(WG_HERE, &WG_OPTS(wg_reduce_args, .x = x, .axis = 0));
    expect_two(own, 5, 7);
    /* rows of one number are all beta, 0; columns of two are -1 and 1 */
    expect_two(wg_round(wg_slice(wg_nn_layer_norm(x, p, "a", .axis = 0), .axis = 1, .to = 1)), -1, 1);
    cr_expect(wg_node_ok(wg_param(g, p, "a.gamma", WG_SHAPE(2), wg_zeros())));

    wg_sum(x, .axis = 2), wgt_expect_error(c, WG_ERROR_SHAPE, "sum: no axis 2 in x [2,3]");
    wg_sum(x, .axes = WG_AXES(0, 99)), wgt_expect_error(c, WG_ERROR_SHAPE, "sum: no axis 99 in x [2,3]");
    wg_sum(x, .axes = WG_AXES(1, 1)), wgt_expect_error(c, WG_ERROR_SHAPE, "axis 1 twice for x [");
    wg_sum(x, .axis = 0, .axes = list);
    wgt_expect_error(c, WG_ERROR_USE, "sum: say axis or axes, not both, for x [");
    wg_sum(x, .axes = WG_AXES());
    wgt_expect_error(c, WG_ERROR_SHAPE, "an empty list of axes for x [");
    wg_sum(x, .axes = WG_AXES(0, 0, 0, 0, 0, 0, 0, 0, 0)),
        wgt_expect_error(c, WG_ERROR_SHAPE, "9 axes for x [");
    wg_reduce_args bare = { .x = x }, number = WG_OPTS(wg_reduce_args, .x = x);
    number.axes.mark = NULL; /* .axes = 0 */
    wg_sum_at(WG_HERE, &number);
    wgt_expect_error(c, WG_ERROR_USE, "axes is no list: write .axis = 1 or .axes = WG_AXES(1)");
    wg_sum_at(WG_HERE, &bare);
    wgt_expect_error(
        c, WG_ERROR_USE,
        "sum: the options do not begin with those of WG_OPTS: write WG_OPTS(wg_reduce_args, ...)");
    wg_leaky_relu(x, .slope = NAN),
        wgt_expect_error(c, WG_ERROR_VALUE, "leaky_relu: slope nan: must be a number");
    wg_dropout(x, .keep_prob = 0), wgt_expect_error(c, WG_ERROR_VALUE, "keep_prob 0: must be in (0, 1]");
}

/* ---- slices ---- */

Test(options, a_slice_to_0_is_empty_and_one_without_an_end_goes_to_the_end)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    wg_node x = matrix(g);
    for (int t = 0; t <= 3; t++) cr_expect_eq(wg_dim(wg_slice(x, .axis = 1, .to = t), 1), t);
    for (int t = 0; t <= 3; t++) cr_expect_eq(wg_dim(wg_slice(x, .axis = 1, .from = t), 1), 3 - t);
    cr_expect_eq(wg_dim(wg_slice(x, .axis = 1, .from = 1, .to = WG_END), 1), 2);
    cr_expect_eq(wg_dim(wg_slice(x, .axis = 1, .from = WG_END), 1), 0);
    cr_expect_eq(wg_dim(wg_slice(x, .axis = 1, .from = -2, .to = -1), 1), 1);
    cr_expect_eq(wg_dim(wg_slice(x, .axis = 0), 0), 2);
    /* a member called .to is not the option */
    struct {
        int to;
    } a = { 1 };
    cr_expect_eq(wg_dim(wg_slice(x, .axis = 1, .from = a.to), 1), 2);
    /* as a struct */
    cr_expect_eq(wg_dim(wg_slice_at(WG_HERE, &WG_OPTS(wg_slice_args, .x = x, .axis = 1)), 1), 3);
    cr_expect_eq(wg_dim(wg_slice_at(WG_HERE, &WG_OPTS(wg_slice_args, .x = x, .axis = 1, .to = 0)), 1), 0);
    wg_slice(x, .axis = 1, .from = 2, .to = 0);
    wgt_expect_error(c, WG_ERROR_SHAPE, "2:0 is not a part of axis 1 of x [2,3]: the end is WG_END, 0 is 0");
}

/* The sum of what came before: a program that looks at the past alone must not see the future at t = 0. */
Test(options, a_causal_loop_sees_nothing_at_its_first_step)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    for (int build = 0; build < 3; build++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = matrix(g);
        for (int t = 0; t < 3; t++) {
            wg_node past = wg_slice(x, .axis = 1, .to = t);
            /* rows 1 2 3 and 4 5 6: before t stand 0; 1 and 4; 1, 2, 4 and 5 */
            cr_expect_eq(wg_item(wg_sum(past)), t == 0 ? 0 : t == 1 ? 5 : 12, "t = %d", t);
        }
        cr_expect_eq(wg_item(wg_sum(wg_grad(wg_sum(wg_slice(x, .axis = 1, .to = 0)), x))), 0);
    }
}
