/* test_shapes.c: shapes at the limits and beyond. Every function that takes a shape refuses one that is not
 * valid, before it counts the elements. Operands with as many axes as a shape can have work everywhere. The
 * sanitizers find what no assertion can. */
#include <math.h>
#include <string.h>

#include "wengert/lang.h"
#include "wgfiles.h"
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

typedef struct world {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node x; /* [2, 3] */
} world;

static world start(void)
{
    world w = { .c = wgt_start(NULL, WG_F64, NULL) };
    w.g = wg_graph_new(w.c);
    w.p = wg_params_new(w.c);
    w.x = wg_input(w.g, "x", wg_view_f64((double[6]){ 1, 2, 3, 4, 5, 6 }, WG_SHAPE(2, 3)));
    return w;
}

/* Each call must fail. The error is then forgotten, for the next call. */
static void refused(world *w, const char *what, int i)
{
    cr_assert_neq(wg_failed(w->c), WG_OK, "%s takes bad shape %d", what, i);
    wg_recover(w->c);
}

Test(shapes, what_is_no_shape_has_no_size)
{
    for (int i = 0; i < BAD; i++) cr_assert_eq(wg_shape_size(bad[i]), -1, "bad shape %d", i);
    cr_assert_eq(wg_shape_size(WG_SCALAR), 1);
    cr_assert_eq(wg_shape_size(WG_SHAPE(3, 0, 5)), 0);
    cr_assert_eq(wg_shape_size(WG_SHAPE(1 << 30, (1 << 29))), INT64_C(1) << 59);
    cr_assert(!wg_shape_equal(bad[0], bad[1]) && wg_shape_equal(bad[1], bad[1]));
}

Test(shapes, leaves_and_parameters_refuse_what_is_no_shape)
{
    world w = start();
    double data[2] = { 1, 2 };
    for (int i = 0; i < BAD; i++) {
        wg_tensor t = wg_view_f64(data, bad[i]);
        wg_input(w.g, "a", t), refused(&w, "wg_input", i);
        wg_input_borrow(w.g, "b", t), refused(&w, "wg_input_borrow", i);
        wg_input_set(w.x, t), refused(&w, "wg_input_set", i);
        wg_param(w.g, w.p, "w", bad[i], wg_he()), refused(&w, "wg_param", i);
        wg_state(w.g, w.p, "s", bad[i], wg_zeros()), refused(&w, "wg_state", i);
        wg_params_make(w.p, "m", t, false), refused(&w, "wg_params_make", i);
        wg_fill(w.g, 1, bad[i]), refused(&w, "wg_fill", i);
        wg_any(w.g, bad[i]), refused(&w, "wg_any", i);
        wg_between(w.g, 0, 1, bad[i]), refused(&w, "wg_between", i);
        wg_any_class(w.g, 3, bad[i]), refused(&w, "wg_any_class", i);
        cr_assert(wg_tensor_item(&t, 0) != wg_tensor_item(&t, 0), "an element of no shape");
    }
    wgt_finish(w.c, NULL);
}

/* The shape of the next build's input at the same place is not valid. It must be refused before it is
 * compared with the old one. */
Test(shapes, a_build_like_the_last_but_for_a_bad_shape)
{
    for (int i = 0; i < BAD; i++) {
        world w = start();
        for (int build = 0; build < 2; build++) {
            wg_begin(w.g, WG_TRAIN);
            wg_shape s = build ? bad[i] : WG_SHAPE(1);
            wg_input(w.g, "x", wg_view_f64((double[1]){ 1 }, s));
            if (build) refused(&w, "wg_input", i);
        }
        wgt_finish(w.c, NULL);
    }
}

static int copy_first(size_t n, const double *x, size_t m, double *y, void *user)
{
    for (size_t i = 0; i < m; i++) y[i] = i < n ? x[i] : 0;
    return 0;
}

Test(shapes, ops_refuse_what_is_no_shape)
{
    world w = start();
    wg_extern_opts o = { .name = "copy", .forward = copy_first };
    for (int i = 0; i < BAD; i++) {
        wg_reshape(w.x, bad[i]), refused(&w, "wg_reshape", i);
        wg_broadcast_to(wg_sum(w.x), bad[i]), refused(&w, "wg_broadcast_to", i);
        wg_sum_to(w.x, bad[i]), refused(&w, "wg_sum_to", i);
        wg_extern(w.x, bad[i], &o), refused(&w, "wg_extern", i);
    }
    wg_one_hot(w.x, INT64_MAX), refused(&w, "wg_one_hot", 0);
    wg_slice(w.x, .axis = INT32_MIN), refused(&w, "wg_slice", 0);
    wg_slice(w.x, .from = INT64_MIN, .to = INT64_MAX), refused(&w, "wg_slice", 1);
    wg_slice(w.x, .from = INT64_MAX, .to = INT64_MIN), refused(&w, "wg_slice", 2);
    wg_node big = wg_fill(w.g, 1, WG_SHAPE(HUGE_SIZE, 1)), wide = wg_fill(w.g, 1, WG_SHAPE(1, HUGE_SIZE));
    wg_add(big, wide), refused(&w, "wg_add", 0);
    wg_matmul(big, wide), refused(&w, "wg_matmul", 0);
    wg_concat(((wg_node[]){ big, wide }), 2, INT32_MIN), refused(&w, "wg_concat", 0);
    wgt_finish(w.c, NULL);
}

Test(shapes, lists_of_axes_that_are_none_are_refused)
{
    world w = start();
    const int none[8] = { 0 }, far[2] = { 0, INT32_MAX };
    const wg_axis lists[] = { wg_axes_of(9, none),
                              wg_axes_of(-1, none),
                              wg_axes_of(INT32_MAX, none),
                              INT32_MIN,
                              WG_AXES(INT32_MAX),
                              wg_axes_of(2, far),
                              0.5,
                              NAN,
                              INFINITY };
    for (int i = 0; i < 9; i++) {
        wg_sum(w.x, .axes = lists[i]), refused(&w, "wg_sum", i);
        wg_mean(w.x, .axes = lists[i]), refused(&w, "wg_mean", i);
        wg_max(w.x, .axes = lists[i]), refused(&w, "wg_max", i);
        wg_var(w.x, .axes = lists[i]), refused(&w, "wg_var", i);
        wg_logsumexp(w.x, .axes = lists[i]), refused(&w, "wg_logsumexp", i);
        wg_argmax(w.x, .axis = lists[i]), refused(&w, "wg_argmax", i);
        wg_softmax(w.x, .axis = lists[i]), refused(&w, "wg_softmax", i);
        wg_log_softmax(w.x, .axis = lists[i]), refused(&w, "wg_log_softmax", i);
        wg_transpose(w.x, .axes = lists[i]), refused(&w, "wg_transpose", i);
    }
    wgt_finish(w.c, NULL);
}

Test(shapes, files_data_sets_and_programs_refuse_what_is_no_shape, .init = wgt_make_folder,
     .fini = wgt_remove_folder)
{
    world w = start();
    double data[2] = { 1, 2 };
    wg_program *q = wg_program_text(w.c, "t.wg", "x = input(2)\nsum(x)\n");
    for (int i = 0; i < BAD; i++) {
        wg_tensor t = wg_view_f64(data, bad[i]), good = wg_view_f64(data, WG_SHAPE(2));
        wg_npy_write(w.c, wgt_in_folder("a.npy"), t), refused(&w, "wg_npy_write", i);
        wg_data_from(w.c, t, good), refused(&w, "wg_data_from", i);
        wg_data_from(w.c, good, t), refused(&w, "wg_data_from", i);
        wg_program_set(q, "x", t), refused(&w, "wg_program_set", i);
    }
    wg_program_set(q, "x", wg_view_f64(NULL, WG_SHAPE(2))), refused(&w, "wg_program_set", BAD);
    wgt_finish(w.c, NULL);
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
    case 4: return wg_softmax(x, .axis = WG_AXES(2));
    case 5: return wg_log_softmax(x, .axis = WG_AXES(0));
    case 6: return wg_transpose(x);
    case 7: return wg_transpose(x, .axes = WG_AXES(7, 0, 6, 1, 5, 2, 4, 3));
    case 8: return wg_slice(x, .axis = 5, .from = 1, .to = 3);
    case 9: return wg_concat(((wg_node[]){ x, wg_square(x), x }), 3, -3);
    case 10: return wg_gather(x, rows);
    case 11: return wg_matmul(x, square);
    case 12: return wg_matmul(x, two);
    case 13: return wg_matmul(x, wg_transpose(x, .axes = WG_AXES(0, 1, 2, 3, 4, 5, 7, 6)));
    case 14: return wg_dense(x, square, two);
    case 15: return wg_layer_norm(x, two, two);
    case 16: return wg_batch_norm(x, two, two);
    case 17: return wg_squeeze(x, 3);
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
            WGT_GRAPH(WG_F64, &(wg_options){ .interpret = interpret, .threads = 1 });
            wg_node x = wg_any(g, eight), v = wg_any(g, eight), y = by_op(i, x);
            more = !wg_is_none(y);
            if (more) check_derivatives(x, v, y);
            cr_assert_eq(wg_failed(c), WG_OK, "op %d: %s", i, wg_message(c));
            wgt_finish(c, NULL);
        }
}

Test(shapes, a_ninth_axis_is_refused)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    world w = { .c = c, .g = wg_graph_new(c) };
    wg_node x = wg_any(w.g, eight), classes = wg_any_class(w.g, 2, eight);
    wg_expand(x, 0), refused(&w, "wg_expand", 0);
    wg_one_hot(classes, 3), refused(&w, "wg_one_hot", 0);
    wg_gather(x, wg_any_class(w.g, 2, WG_SHAPE(1, 1))), refused(&w, "wg_gather", 0);
    wgt_finish(c, NULL);
}
