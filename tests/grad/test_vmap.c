/* test_vmap.c: wg_vmap: gradients of each example against closed forms, random nodes, states, C functions,
 * ops of the user, refusals. test_registry_vmap.c compares all ops of the library with loops. */
#include <math.h>
#include <string.h>

#include "graph/graph.h"
#include "wgnearest.h"
#include "wgnode.h"

enum { N = 5, D = 3 };

static const double batch[N * D] = { 1, 2, -1, 0.5, -0.25, 2, -3, 1, 0.75, 0, 1.5, -2, 4, -1, 0.125 };
static const double target[N] = { 1, -2, 0.5, 3, -1 };

static wg_node scalar(wg_graph *g, const char *name, double v)
{
    return wg_input(g, name, wg_view_f64(&v, WG_SCALAR));
}

/* ---- gradients of each example ---- */

typedef struct linear {
    wg_node x, t, w, b, loss, X, T;
} linear;

static linear linear_model(wg_graph *g, wg_params *p)
{
    static const double w[D] = { 0.5, -1.5, 2 }, zeros[D] = { 0 };
    linear m = { .x = wg_input(g, "x", wg_view_f64(zeros, WG_SHAPE(D))), .t = scalar(g, "t", 0) };
    m.w = wg_param(g, p, "w", WG_SHAPE(D), wg_values(w));
    m.b = wg_param(g, p, "b", WG_SCALAR, wg_const(0.25));
    m.loss = wg_mul(wg_square(wg_sub(wg_add(wg_dot(m.w, m.x), m.b), m.t)), 0.5);
    m.X = wg_input(g, "X", wg_view_f64(batch, WG_SHAPE(N, D)));
    m.T = wg_input(g, "T", wg_view_f64(target, WG_SHAPE(N)));
    return m;
}

/* L = (w x + b - t)^2 / 2: dL/dw = r x, dL/db = r with the residual r. All numbers are exact. */
Test(vmap, gradients_of_each_example_of_a_linear_model)
{
    WGT_WORLD(WG_F64, NULL);
    linear m = linear_model(g, p);
    wg_node gx[2], each[2], x[2] = { m.x, m.t }, rows[2] = { m.X, m.T };
    double dw[N * D], db[N];
    wg_grads(m.loss, ((wg_node[]){ m.w, m.b }), 2, gx);
    cr_assert_eq(wg_vmaps(gx, 2, x, rows, 2, each), WG_OK);
    wg_copy_f64(each[0], dw, N * D);
    wg_copy_f64(each[1], db, N);
    for (int i = 0; i < N; i++) {
        const double *a = batch + i * D, r = 0.5 * a[0] - 1.5 * a[1] + 2 * a[2] + 0.25 - target[i];
        cr_assert_eq(db[i], r);
        for (int k = 0; k < D; k++) cr_assert_eq(dw[i * D + k], r * a[k], "%d, %d", i, k);
    }
    wgt_finish(c, NULL);
}

/* ---- which nodes ---- */

Test(vmap, of_nodes_that_do_not_depend_on_x_of_x_itself_and_of_computed_x)
{
    WGT_GRAPH(WG_F64, NULL);
    const double rows[2] = { 10, 20 };
    double got[2];
    wg_node a = scalar(g, "a", 3), b = wg_mul(a, 2), d = wg_add(b, a),
            R = wg_input(g, "R", wg_view_f64(rows, WG_SHAPE(2)));
    cr_assert_eq(wg_vmap(a, a, R).index, R.index);
    wg_copy_f64(wg_vmap(d, b, R), got, 2); /* a stays 3 */
    cr_assert(got[0] == 13 && got[1] == 23);
    wg_copy_f64(wg_vmap(d, a, R), got, 2);
    cr_assert(got[0] == 30 && got[1] == 60);
    wg_copy_f64(wg_vmap(a, d, R), got, 2); /* a does not depend on d */
    cr_assert(got[0] == 3 && got[1] == 3);
    wg_node to;
    wg_vmaps(&d, 1, ((wg_node[]){ a, b }), ((wg_node[]){ R, wg_neg(R) }), 2,
             &to); /* b is replaced, not made of a */
    wg_copy_f64(to, got, 2);
    cr_assert(got[0] == 0 && got[1] == 0);
    wgt_finish(c, NULL);
}

/* ---- random nodes, states ---- */

Test(vmap, all_rows_have_the_draws_of_y)
{
    WGT_GRAPH(WG_F64, NULL);
    static double ones[100], rows[4 * 100];
    for (int i = 0; i < 100; i++) ones[i] = 1;
    for (int i = 0; i < 400; i++) rows[i] = 1 + i / 100;
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64(ones, WG_SHAPE(100)));
    wg_node y = wg_dropout(x, .keep_prob = 0.5);
    wg_node all = wg_vmap(y, x, wg_input(g, "R", wg_view_f64(rows, WG_SHAPE(4, 100))));
    wg_node slope = wg_vmap(wg_grad(wg_sum(y), x), x, wg_input(g, "R", wg_view_f64(rows, WG_SHAPE(4, 100))));
    double one[100], got[400], d[400];
    int kept = 0;
    wg_copy_f64(y, one, 100), wg_copy_f64(all, got, 400), wg_copy_f64(slope, d, 400);
    for (int i = 0; i < 400; i++) {
        cr_assert_eq(got[i], one[i % 100] * rows[i]);
        cr_assert_eq(d[i], one[i % 100]);
        kept += got[i] != 0;
    }
    cr_assert(kept > 100 && kept < 300);
    wgt_finish(c, NULL);
}

/* The state gets the value of y's own graph, once. */
Test(vmap, repeats_no_assignment)
{
    WGT_WORLD(WG_F64, NULL);
    const double rows[2] = { 5, 6 };
    double got[2];
    wg_node s = wg_state(g, p, "s", WG_SCALAR, wg_const(1)), x = scalar(g, "x", 2), y = wg_add(s, x);
    wg_assign(s, y);
    wg_node all = wg_vmap(y, x, wg_input(g, "R", wg_view_f64(rows, WG_SHAPE(2))));
    wg_commit(g);
    wg_copy_f64(all, got, 2);
    cr_assert(got[0] == 6 && got[1] == 7);
    cr_assert_eq(wg_params_item(p, "s"), 3);
    wgt_finish(c, NULL);
}

/* ---- C functions and ops of the user ---- */

Test(vmap, calls_a_c_function_for_each_row)
{
    WGT_GRAPH(WG_F64, NULL);
    double got[N * D];
    wg_node x = wg_input(g, "x", wg_view_f64(batch, WG_SHAPE(D)));
    wg_node y = wgt_cube(x), R = wg_input(g, "R", wg_view_f64(batch, WG_SHAPE(N, D)));
    wgt_cubes = 0;
    wg_copy_f64(wg_vmap(y, x, R), got, N * D);
    cr_assert_eq(wgt_cubes, N);
    for (int i = 0; i < N * D; i++) cr_assert_eq(got[i], batch[i] * batch[i] * batch[i]);
    wg_copy_f64(wg_vmap(wg_grad(wg_sum(y), x), x, R), got, N * D);
    for (int i = 0; i < N * D; i++) cr_assert_eq(got[i], 3 * batch[i] * batch[i]);
    wgt_finish(c, NULL);
}

/* y = x turned by one place along the last axis. runs counts calls of the kernel. */
static int runs;
static bool turn_kernel(const wg_kernel *k)
{
    const int64_t n = k->xt[0].shape->dim[k->xt[0].shape->rank - 1], all = wg_shape_size(*k->xt[0].shape);
    for (int64_t i = 0; i < all; i++)
        ((double *)k->y[0])[i] = ((const double *)k->x[0])[i / n * n + (i % n + 1) % n];
    runs++;
    return true;
}
static const wg_op turn = { .name = "turn", .operands = 1, .kind = WG_OPAQUE, .kernel = { turn_kernel } },
                   turn_rows = { .name = "turn_rows",
                                 .operands = 1,
                                 .kind = WG_OPAQUE,
                                 .kernel = { turn_kernel },
                                 .leads = true };

/* y = x from its end to its beginning, along no axes along all of them. */
static bool back_kernel(const wg_kernel *k)
{
    const int64_t all = wg_shape_size(*k->xt[0].shape);
    for (int64_t i = 0; i < all; i++) ((double *)k->y[0])[i] = ((const double *)k->x[0])[all - 1 - i];
    return runs++, true;
}
static const wg_attr_row back_rows[] = { { .name = "axes", .kind = WG_ATTR_AXES }, { 0 } };
static const wg_op back = { .name = "back",
                            .operands = 1,
                            .kind = WG_OPAQUE,
                            .kernel = { back_kernel },
                            .attr_size = sizeof(wg_axes),
                            .attrs = back_rows,
                            .leads = true };

static double third(double x, const void *attr) { return x / 3; }
static const wg_op third_op = { .name = "third", .operands = 1, .map = third };

static bool of_one_axis(wg_rule *r) { return wg_rule_rank(r, 0, 1, 1); }
static const wg_op picky = { .name = "picky", .operands = 1, .map = third, .shape = of_one_axis };

Test(vmap, of_ops_of_the_user)
{
    WGT_GRAPH(WG_F64, NULL);
    static const wg_op *const ops[] = { &turn, &turn_rows, &third_op, &picky, &back };
    wg_node x = wg_input(g, "x", wg_view_f64(batch, WG_SHAPE(D))),
            R = wg_input(g, "R", wg_view_f64(batch, WG_SHAPE(N, D)));
    for (int k = 0; k < 5; k++) {
        double got[N * D];
        runs = 0;
        wg_copy_f64(wg_vmap(wg_apply(WG_HERE, ops[k], &x, 1, k == 4 ? &(wg_axes){ 0 } : NULL), x, R), got,
                    N * D);
        cr_assert_eq(runs, k % 4 == 0 ? N : k == 1 ? 1 : 0, "%d: %d runs", k, runs);
        for (int i = 0; i < N * D; i++)
            cr_assert_eq(got[i], k == 4  ? batch[i / D * D + D - 1 - i % D]
                                 : k < 2 ? batch[i / D * D + (i % D + 1) % D]
                                         : WGT_NEAREST(batch[i] / 3));
    }
    wgt_finish(c, NULL);
}

/* ---- a graph that is built again ---- */

Test(vmap, is_found_again_in_the_next_build)
{
    WGT_WORLD(WG_F64, NULL);
    for (int build = 0; build < 4; build++) {
        wg_begin(g, WG_EVAL);
        linear m = linear_model(g, p);
        wg_node gw = wg_grad(m.loss, m.w), each = wg_vmap(gw, m.x, m.X);
        cr_assert_eq(g->build.repeats, build > 0, "build %d", build);
        wg_value(each);
    }
    wgt_finish(c, NULL);
}

/* ---- mistakes ---- */

Test(vmap, refuses_what_does_not_fit)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_graph *other = wg_graph_new(c);
    const float few[2] = { 1, 2 };
    wg_node x = wg_input(g, "x", wg_view_f64(batch, WG_SHAPE(D))), y = wg_sum(wg_square(x)),
            R = wg_input(g, "R", wg_view_f64(batch, WG_SHAPE(N, D))), s = scalar(g, "s", 1), to;
    WGT_REFUSED(c, SHAPE, "test_vmap.c", wg_vmap(y, x, x));
    WGT_REFUSED(c, SHAPE, "vmap: x: shape [3], but for an input [3] it must be [n,3]", wg_vmap(y, x, x));
    WGT_REFUSED(c, SHAPE, "vmap: R: shape [5,3], but for an input [] it must be [n]", wg_vmap(y, s, R));
    wg_vmap(y, s, wg_input(g, "f", wg_view_f32(few, WG_SHAPE(2))));
    wgt_expect_error(c, WG_ERROR_DTYPE, "the input is f64: say wg_cast");
    wg_vmaps(&y, 1, ((wg_node[]){ x, s }), ((wg_node[]){ R, wg_sum(R, .axis = 0) }), 2, &to);
    wgt_expect_error(c, WG_ERROR_SHAPE, "rows 2: 3 rows, but another input has 5");
    wg_vmap(y, x, wg_input(other, "R", wg_view_f64(batch, WG_SHAPE(N, D))));
    wgt_expect_error(c, WG_ERROR_USE, "another graph than the output's");
    WGT_REFUSED(c, USE, "a number, and must be a node", wg_vmap(y, wg_number(2), R));
    WGT_REFUSED(c, USE, "is wg_none", wg_vmap(y, x, wg_none));
    WGT_REFUSED(c, USE, "is wg_none", wg_vmap(wg_none, x, R));
    WGT_REFUSED(c, USE, "takes outputs, inputs, their rows", wg_vmaps(&y, 1, NULL, &R, 1, &to));
    wgt_finish(c, NULL);
}

/* The message names the op that would have too many axes, and its line. */
Test(vmap, of_more_axes_than_there_can_be_names_the_op)
{
    WGT_GRAPH(WG_F64, NULL);
    const double rows[2] = { 1, 2 };
    char text[120];
    wg_node x = scalar(g, "x", 2), R = wg_input(g, "R", wg_view_f64(rows, WG_SHAPE(2)));
    const int line = __LINE__ + 1;
    wg_node y = wg_exp(wg_broadcast_to(x, WG_SHAPE(1, 1, 1, 1, 1, 1, 1, 3)));
    snprintf(text, sizeof text,
             "vmap: broadcast_to (%s:%d) would have 9 axes with the axis of rows; at most 8", __FILE__, line);
    wg_vmap(y, x, R);
    wgt_expect_error(c, WG_ERROR_SHAPE, text);
    wgt_finish(c, NULL);
}

/* ---- memory ---- */

static void map_much(wg_context *c)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    linear m = linear_model(g, p);
    wg_node f = wg_fill(g, 1, WG_SHAPE(D)),
            h = wg_batch_norm(wg_reshape(m.x, WG_SHAPE(D, 1)), wg_fill(g, 1, WG_SHAPE(1)),
                              wg_fill(g, 0, WG_SHAPE(1)));
    wg_node y = wg_add(wgt_cube(m.x), wg_layer_norm(m.x, f, wg_softmax(m.x)));
    wg_value(wg_vmap(wg_add(wg_grad(m.loss, m.x), wg_add(y, wg_reshape(h, WG_SHAPE(D)))), m.x, m.X));
}

Test(vmap, every_failed_allocation_is_survived)
{
    wgt_each_allocation_fails(&WG_OPTS(wg_start_opts, .dtype = WG_F64), 2000, map_much);
}
