/* test_shapes.c: shapes at the limits and beyond. Operands with as many axes as a shape can have work
 * everywhere. The sanitizers find what no assertion can. That all functions refuse what is no shape, and
 * lists of axes that are none, is tested by test_odd_calls.c; here are those which have more to refuse it
 * by. */
#include <math.h>

#include "wengert/lang.h"
#include "wgtest.h"

enum { BAD = 7 };
#define HUGE_SIZE (INT64_C(1) << 40)

/* Too many axes, too few, a negative size, products of sizes that overflow or that no memory could hold. */
static const wg_shape bad[BAD] = {
    { 9, { 1, 1, 1, 1, 1, 1, 1, 1 } },
    { 1000000, { 1 } },
    { -1, { 1 } },
    { 2, { 3, -4 } },
    { 2, { INT64_MIN, -1 } },
    { 3, { HUGE_SIZE, HUGE_SIZE, 2 } },
    { 3, { HUGE_SIZE, 0, HUGE_SIZE } },
};

/* Each call must fail. The error is then forgotten, for the next call. */
static void refused(wg_context *c, const char *what, int i)
{
    cr_assert_neq(wg_failed(c), WG_OK, "%s takes bad shape %d", what, i);
    wg_recover(c);
}

Test(shapes, what_is_no_shape_has_no_size)
{
    for (int i = 0; i < BAD; i++) cr_assert_eq(wg_shape_size(bad[i]), -1, "bad shape %d", i);
    cr_assert_eq(wg_shape_size(WG_SCALAR), 1);
    cr_assert_eq(wg_shape_size(WG_SHAPE(3, 0, 5)), 0);
    cr_assert_eq(wg_shape_size(WG_SHAPE(1 << 30, (1 << 29))), INT64_C(1) << 59);
    cr_assert(!wg_shape_equal(bad[0], bad[1]) && wg_shape_equal(bad[1], bad[1]));
}

/* In the second build the shape of the input at the same place is none. It must be refused before it is
 * compared with the old one. */
Test(shapes, new_parameters_inputs_of_programs_and_builds_like_the_last_refuse_what_is_no_shape)
{
    for (int i = 0; i < BAD; i++) {
        WGT_IN_WORLD(WG_F64, NULL);
        double data[2] = { 1, 2 };
        const wg_tensor t = wg_view_f64(data, bad[i]);
        wg_program *q = wg_program_text(c, "t.wg", "x = input(2)\nsum(x)\n");
        wg_param(g, p, "w", bad[i], wg_he()), refused(c, "wg_param", i);
        wg_state(g, p, "s", bad[i], wg_zeros()), refused(c, "wg_state", i);
        wg_params_make(p, "m", t, false), refused(c, "wg_params_make", i);
        wg_program_set(q, "x", t), refused(c, "wg_program_set", i);
        wg_program_set(q, "x", wg_view_f64(NULL, WG_SHAPE(2))), refused(c, "wg_program_set of nothing", i);
        cr_assert(isnan(wg_tensor_item(&t, 0)), "an element of no shape");
        for (int build = 0; build < 2; build++) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "x", build ? t : wg_view_f64(data, WG_SHAPE(2)));
            if (build) refused(c, "wg_input", i);
            else wg_input_set(x, t), refused(c, "wg_input_set", i);
        }
    }
}

Test(shapes, results_that_no_memory_could_hold_are_refused)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node big = wg_fill(g, 1, WG_SHAPE(HUGE_SIZE, 1)), wide = wg_fill(g, 1, WG_SHAPE(1, HUGE_SIZE));
    wg_one_hot(wg_fill(g, 1, WG_SHAPE(2, 3)), .count = INT64_MAX), refused(c, "wg_one_hot", 0);
    wg_slice(big, .axis = 0, .from = INT64_MIN, .to = INT64_MAX), refused(c, "wg_slice", 1);
    wg_slice(big, .axis = 0, .from = INT64_MAX, .to = INT64_MIN), refused(c, "wg_slice", 2);
    wg_add(big, wide), refused(c, "wg_add", 0);
    wg_matmul(big, wide), refused(c, "wg_matmul", 0);
}

/* ---- eight axes ---- */

static const wg_shape eight = { 8, { 2, 1, 2, 1, 1, 3, 1, 2 } };

/* Functions that take a float operand of any rank, one a row. */
static wg_node by_op(int i, wg_node x)
{
    wg_graph *g = wg_graph_of(x);
    wg_node rows = wg_input(g, "", wg_view_i64((int64_t[1]){ 1 }, WG_SHAPE(1)));
    wg_node two = wg_fill(g, 2, WG_SHAPE(2)), square = wg_fill(g, 0.5, WG_SHAPE(2, 2));
    switch (i) {
    case 0: return wg_sum(x, .axes = WG_AXES(0, 2, 5, 7));
    case 1: return wg_max(x, .axes = WG_AXES(0, 5), .keepdims = true);
    case 2: return wg_var(x, .axes = WG_AXES(2, 7));
    case 3: return wg_logsumexp(x, .axes = WG_AXES(0, 7));
    case 4: return wg_softmax(x, .axis = 2);
    case 5: return wg_log_softmax(x, .axis = 0);
    case 6: return wg_transpose(x);
    case 7: return wg_transpose(x, .axes = WG_AXES(7, 0, 6, 1, 5, 2, 4, 3));
    case 8: return wg_slice(x, .axis = 5, .from = 1, .to = 3);
    case 9: return wg_concat(((wg_node[]){ x, wg_square(x), x }), 3, .axis = -3);
    case 10: return wg_gather(x, rows);
    case 11: return wg_matmul(x, square);
    case 12: return wg_matmul(x, two);
    case 13: return wg_matmul(x, wg_transpose(x, .axes = WG_AXES(0, 1, 2, 3, 4, 5, 7, 6)));
    case 14: return wg_dense(x, square, two);
    case 15: return wg_layer_norm(x, two, two);
    case 16: return wg_batch_norm(x, two, two);
    case 17: return wg_squeeze(x, .axis = 3);
    case 18: return wg_broadcast_to(x, WG_SHAPE(2, 3, 2, 1, 2, 3, 1, 2));
    case 19: return wg_sum_to(x, WG_SHAPE(1, 1, 2));
    case 20: return wg_mul(x, wg_fill(g, 3, WG_SHAPE(4, 1, 1, 2)));
    case 21: return wg_mse(x, wg_square(x));
    case 22: return wg_softmax_cross_entropy(x, wg_softmax(x));
    case 23: return wg_dropout(x, .drop = 0.5);
    case 24: return wg_dot(x, x);
    }
    return wg_none;
}

static void check_derivatives(wg_node x, wg_node v, wg_node y)
{
    wg_node loss = wg_sum(wg_square(y)), hv;
    wg_value(y);
    wg_value(wg_grad(loss, x));
    wg_value(wg_jvp(y, &x, &v, 1));
    wg_hvp(loss, &x, &v, 1, &hv);
    wg_value(hv);
}

/* Value, gradient, tangent and Hessian product of each function. No call may fail, and the sanitizers must
 * find nothing. */
Test(shapes, operands_of_eight_axes_work_everywhere)
{
    for (int interpret = -1; interpret <= 1; interpret += 2)
        for (int i = 0, more = 1; more; i++) {
            WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret, .threads = 1));
            wg_node x = wg_any(g, eight), v = wg_any(g, eight), y = by_op(i, x);
            more = !wg_is_none(y);
            if (more) check_derivatives(x, v, y);
            cr_assert_eq(wg_failed(c), WG_OK, "op %d: %s", i, wg_message(c));
        }
}

Test(shapes, a_ninth_axis_is_refused)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = wg_any(g, eight), classes = wg_any_class(g, 2, eight);
    wg_expand_dims(x, .axis = 0), refused(c, "wg_expand", 0);
    wg_one_hot(classes, .count = 3), refused(c, "wg_one_hot", 0);
    wg_gather(x, wg_any_class(g, 2, WG_SHAPE(1, 1))), refused(c, "wg_gather", 0);
}
