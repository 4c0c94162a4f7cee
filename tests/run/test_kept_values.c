/* test_kept_values.c: wgx_params_keep_values, wgx_graph_draw_anew, wgx_graph_watch_by: what was made of
 * parameters keeps its number, by whatever call they change, and each random node draws anew. */
#include <string.h>

#include "wengert/average.h"
#include "wgtest.h"
#include "wgnearest.h"

/* Each of the calls that change w [2, -1], whose gradient is [1, 1], gives it the values in `to`. */
#define TO_5_7 \
    (double[]) { 5, 7 }
#define CHANGES(X)                                                                              \
    X("assign", wg_params_assign(p, "w", TO_5_7, 2), 5, 7)                                      \
    X("assign_tensor", wg_params_assign_tensor(p, "w", wg_view_f64(TO_5_7, WG_SHAPE(2))), 5, 7) \
    X("set", wg_params_set(p, TO_5_7), 5, 7)                                                    \
    X("step", wg_optim_step(o), 1.5, -1.5)                                                      \
    X("restore", wg_params_restore(p, was), 4, 4)                                               \
    X("copy", wg_params_copy(p, q), 3, 9)                                                       \
    X("blend", wg_params_blend(p, q, 0.5), 2.5, 4)                                              \
    X("average", wg_average_use(a, true), 4, 4)                                                 \
    X("resume", wg_resume(c, path), 4, 4)
enum { ALL = 9 };

static void change(int k, wg_context *c, wg_params *p, wg_params *q, wg_optim *o, wg_snapshot *was,
                   wg_average *a, const char *path, double to[2])
{
    int i = 0;
#define ONE(name, call, x, y)     \
    if (i++ == k) {               \
        call;                     \
        to[0] = (x), to[1] = (y); \
    }
    CHANGES(ONE)
    cr_assert_eq(i, ALL);
}

static void expect(wg_node n, double x, double y, const char *what, int k)
{
    const double *v = wg_value(n).data;
    cr_assert(v && v[0] == x && v[1] == y, "change %d: %s", k, what);
}

Test(kept_values, numbers_stay_by_whatever_call_the_parameters_change)
{
    for (int k = 0; k < ALL; k++)
        for (int way = 0; way < 6; way++) { /* read before; interpreted, in a plan, by default */
            WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = way % 3 - 1, .threads = 1));
            wg_params *q = wg_params_new(c);
            wg_optim *o = wg_sgd(p, .lr = 0.5);
            double to[2] = { 0, 0 };
            const char *path = "kept_values.run";
            wg_params_make(q, "w", wg_view_f64((double[]){ 3, 9 }, WG_SHAPE(2)), false);
            wg_params_make(p, "w", wg_view_f64((double[]){ 4, 4 }, WG_SHAPE(2)), false);
            wg_average *a = wg_average_new(p, .decay = 0.5);
            wg_average_step(a);
            wg_snapshot *was = wg_params_snapshot(p);
            cr_assert_eq(wg_save(c, path), WG_OK);
            wg_params_assign(p, "w", (double[]){ 2, -1 }, 2);
            wgx_params_keep_values(p, WG_KEEP);
            wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_zeros()), view = wg_reshape(w, WG_SHAPE(2, 1)),
                    y = wg_mul(w, 3), s = wg_sum(w);
            if (way > 2) wg_value(y), wg_value(view);
            wg_backward(s, p);
            change(k, c, p, q, o, was, a, path, to);
            remove(path);
            cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
            expect(y, 6, -3, "made before", k);
            expect(wg_add(y, 1), 7, -2, "made of it afterwards", k);
            expect(view, 2, -1, "a view", k);
            expect(w, 2, -1, "the node itself", k);
            cr_expect(!wgx_node_is_current(w) && wgx_node_is_current(y));
            wg_node now = wg_param(g, p, "w", WG_SHAPE(2), wg_zeros());
            expect(now, to[0], to[1], "the next node", k);
            expect(wg_add(y, now), 6 + to[0], -3 + to[1], "both", k);
            /* d/dw of sum(3 was . now): 3 now + 3 was */
            wg_backward(wg_sum(wg_mul(y, now)), p);
            const double *d = wg_params_grad(p, wg_params_find(p, "w")).data;
            cr_assert(d && d[0] == 3 * to[0] + 6 && d[1] == 3 * to[1] - 3, "change %d: the gradient", k);
            wg_backward_add(wg_sum(y), p);
            d = wg_params_grad(p, wg_params_find(p, "w")).data;
            cr_assert(d && d[0] == 3 * to[0] + 9 && d[1] == 3 * to[1], "change %d: by the old node alone", k);
            expect(y, 6, -3, "still", k);
            if (a && k == 7) wg_average_use(a, false);
        }
}

/* A graph that is begun again and again, in which all changes between two begins: the same numbers as in a
 * new one. */
Test(kept_values, a_graph_is_begun_again)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wgx_params_keep_values(p, WG_KEEP);
    wg_optim *o = wg_sgd(p, .lr = 0.25);
    double x = 1;
    for (int step = 0; step < 20; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1)), old = wg_mul(w, w);
        wg_backward(old, p);
        wg_optim_step(o);
        const double before = x;
        x -= 0.25 * 2 * x;
        wg_node both = wg_add(old, wg_param(g, p, "w", WG_SCALAR, wg_const(1)));
        cr_assert_eq(wg_item(both), WGT_NEAREST(before * before + x), "step %d", step);
        wg_backward(both, p); /* 2 before + 1 */
        wg_optim_step(o);
        x -= 0.25 * (2 * before + 1);
        cr_assert_eq(wg_params_item(p, "w"), x, "step %d", step);
    }
    wg_optim_free(o);
    wg_begin(g, WG_TRAIN);
    wg_params_free(p);
}

/* Parameters may be freed before the numbers that were made of them are read. */
Test(kept_values, numbers_outlive_the_set)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wg_params *q = wg_params_new(c);
    wgx_params_keep_values(q, WG_KEEP);
    wg_node y = wg_mul(wg_param(g, q, "w", WG_SCALAR, wg_const(2)), 3);
    wg_params_assign(q, "w", (double[]){ 5 }, 1);
    wg_params_free(q);
    cr_expect_eq(wg_item(y), WGT_NEAREST(6));
    wg_begin(g, WG_TRAIN);
    cr_expect_eq(wg_item(wg_param(g, p, "w", WG_SCALAR, wg_const(4))), WGT_NEAREST(4));
}

Test(kept_values, a_graph_of_which_nobody_has_a_value_gets_no_copies)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wgx_graph_watch watch = { .live = 0 };
    wgx_params_keep_values(p, WG_KEEP);
    wgx_graph_watch_by(g, &watch);
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2));
    wg_params_assign(p, "w", (double[]){ 5 }, 1);
    cr_expect(watch.changed && wgx_node_is_current(w));
    watch = (wgx_graph_watch){ .live = 1 };
    wg_params_assign(p, "w", (double[]){ 6 }, 1);
    cr_expect(watch.changed && !wgx_node_is_current(w));
}

/* The masks of two graphs, of two builds and of two nodes differ; after the same number they are the same. */
Test(draw_anew, no_two_nodes_draw_the_same)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    (void)p;
    enum { N = 64, ALL_DRAWS = 12 };
    double drawn[2][ALL_DRAWS][N];
    for (int round = 0; round < 2; round++) {
        wgx_context_set_draws(c, 40);
        for (int k = 0; k < ALL_DRAWS; k += 2) {
            wg_graph *h = k < 6 ? g : wg_graph_new(c);
            wgx_graph_draw_anew(h, true);
            wg_begin(h, WG_TRAIN);
            for (int i = 0; i < 2; i++)
                wg_copy_f64(wg_random_uniform(h, WG_SHAPE(N)), drawn[round][k + i], N);
        }
        cr_expect_eq(wgx_context_draws(c), 40 + ALL_DRAWS);
    }
    cr_expect_arr_eq(drawn[0], drawn[1], sizeof drawn[0]);
    for (int i = 0; i < ALL_DRAWS; i++)
        for (int k = 0; k < i; k++)
            cr_expect(memcmp(drawn[0][i], drawn[0][k], sizeof drawn[0][i]) != 0, "%d %d", i, k);
}

Test(draw_anew, a_resumed_training_draws_on)
{
    double first[8], again[8];
    for (int round = 0; round < 2; round++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
        (void)p;
        wgx_graph_draw_anew(g, true);
        wg_begin(g, WG_TRAIN);
        if (!round) wg_item(wg_sum(wg_random_uniform(g, WG_SHAPE(8))));
        if (!round) wg_save(c, "draw_anew.run");
        else cr_assert(wg_resume(c, "draw_anew.run"));
        wg_copy_f64(wg_random_uniform(g, WG_SHAPE(8)), round ? again : first, 8);
    }
    remove("draw_anew.run");
    cr_expect_arr_eq(first, again, sizeof first);
}

/* A gradient of one's own: as of wg_backward, none, beside one of wg_backward, and what is refused. */
Test(set_grad, a_step_uses_it)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wg_params_make(p, "a", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)), false);
    wg_params_make(p, "b", wg_view_f64((double[]){ 5 }, WG_SCALAR), false);
    wg_optim *o = wg_sgd(p, .lr = 0.5);
    wg_params_set_grad(p, "a", wg_view_f32((float[]){ 2, -4 }, WG_SHAPE(2)));
    cr_expect_eq(wg_optim_step(o), WG_OK);
    const double *a = wg_params_tensor(p, 0).data, *b = wg_params_tensor(p, 1).data;
    cr_expect(a[0] == 0 && a[1] == 4 && b[0] == 5);
    WGT_REFUSED(c, USE, "the gradients were used by the step", wg_optim_step(o));
    wg_node loss = wg_mul(wg_param(g, p, "b", WG_SCALAR, wg_zeros()), 3);
    wg_backward(loss, p);
    wg_params_set_grad(p, "a", wg_view_f64((double[]){ 1, 1 }, WG_SHAPE(2)));
    wg_optim_step(o);
    cr_expect(a[0] == -0.5 && a[1] == 3.5 && b[0] == 3.5);
    wg_params_set_grad(p, "a", wg_view_f64((double[]){ 1, 1 }, WG_SHAPE(2)));
    wg_params_set_grad(p, "b", wg_view_f64((double[]){ 1 }, WG_SCALAR));
    wg_params_set_grad(p, "a", (wg_tensor){ 0 });
    cr_expect_null(wg_params_grad(p, 0).data);
    wg_optim_step(o);
    cr_expect(a[0] == -0.5 && b[0] == 3);
    WGT_REFUSED(c, VALUE, "no parameter z", wg_params_set_grad(p, "z", (wg_tensor){ 0 }));
    WGT_REFUSED(c, SHAPE, "a is [2], the tensor is f64 []",
                wg_params_set_grad(p, "a", wg_view_f64((double[]){ 1 }, WG_SCALAR)));
}

/* Plans and last requests that were bound to copies: builds with and without a change in turn, each by the
 * formula y = sum(v w w), dy/dv = w w, dy/dw = 2 v w of four elements, at the numbers that the build was made
 * with. */
Test(kept_values, no_plan_reads_a_copy_of_an_earlier_build)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wg_params *q = wg_params_new(c);
    double w = 1;
    wgx_params_keep_values(p, WG_KEEP), wgx_params_keep_values(q, WG_KEEP);
    for (int step = 0; step < 60; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node W = wg_param(g, p, "w", WG_SHAPE(4), wg_const(1)),
                V = wg_param(g, q, "v", WG_SHAPE(4), wg_const(2)), y = wg_sum(wg_mul(wg_mul(V, W), W));
        const double was = w;
        if (step % 7 < 5 && step < 50) w = step + 2, wg_params_assign(p, "w", (double[]){ w, w, w, w }, 4);
        wg_backward(y, q);
        const double *d = wg_params_grad(q, 0).data;
        cr_assert(d && d[0] == was * was && d[3] == was * was, "step %d: %g for %g", step, d ? d[0] : 0,
                  was * was);
        wg_backward(y, p);
        d = wg_params_grad(p, 0).data;
        cr_assert(d && d[0] == 4 * was, "step %d: %g for %g", step, d ? d[0] : 0, 4 * was);
    }
}

/* The leaf of a parameter is found after a change and a rewind, in two graphs. */
Test(kept_values, a_rewound_leaf_is_made_again)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wg_graph *h = wg_graph_new(c);
    wgx_params_keep_values(p, WG_KEEP);
    for (int round = 0; round < 3; round++) {
        const int64_t mark = (wg_scalar(g, 1), wgx_graph_mark(g));
        wg_param(g, p, "w", WG_SCALAR, wg_const(2)), wg_param(h, p, "w", WG_SCALAR, wg_const(2));
        wg_param(g, p, "w", WG_SCALAR, wg_const(2));
        wg_params_assign(p, "w", (double[]){ 3 + round }, 1);
        wgx_graph_rewind(g, mark);
        cr_expect_eq(wg_item(wg_param(h, p, "w", WG_SCALAR, wg_const(2))), WGT_NEAREST(3 + round));
        cr_expect_eq(wg_item(wg_param(g, p, "w", WG_SCALAR, wg_const(2))), WGT_NEAREST(3 + round), "%s",
                     wg_message(c));
    }
}

/* ---- no copies, if all that somebody has is computed ---- */

static wg_node held[3];
static int helds;
static int held_nodes(const wgx_graph_watch *watch, wg_node *to, int room)
{
    for (int k = 0; watch && k < helds && k < room; k++) to[k] = held[k];
    return helds;
}

/* y is a result: its number and what is made of it stay, and what would need w as it was is an error. */
Test(kept_values, what_was_not_kept_is_an_error)
{
    for (int interpret = -1; interpret <= 1; interpret++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = interpret));
        wgx_graph_watch watch = { .live = 1, .nodes = held_nodes };
        wgx_params_keep_values(p, WG_KEEP);
        wgx_graph_watch_by(g, &watch);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2)), y = wg_square(w),
                view = wg_reshape(w, WG_SHAPE(2, 1)),
                other = wg_mul(wg_param(g, p, "v", WG_SHAPE(2), wg_const(3)), 5);
        held[0] = y, helds = 1;
        expect(y, 4, 4, "read", 0);
        wg_backward(wg_sum(y), p); /* then nothing of y is left to be asked for */
        wg_params_assign(p, "w", (double[]){ 5, 7 }, 2);
        expect(y, 4, 4, "after the change", 0);
        expect(wg_add(y, 1), 5, 5, "made of it", 0);
        wg_node now = wg_param(g, p, "w", WG_SHAPE(2), wg_zeros());
        expect(wg_mul(y, now), 20, 28, "beside the new node", 0);
        wg_node by_now = wg_sum(wg_mul(wg_stop_gradient(y), now));
        cr_expect_eq(wg_backward(by_now, p), WG_OK, "%s", wg_message(c));
        const double *d = wg_params_grad(p, wg_params_find(p, "w")).data;
        cr_expect(d && d[0] == 4 && d[1] == 4);
        WGT_REFUSED(c, USE, "w was not computed before the parameters changed", wg_value(w));
        WGT_REFUSED(c, USE, "as they were before they changed", wg_value(view));
        WGT_REFUSED(c, USE, "as they were before they changed", wg_value(other));
        WGT_REFUSED(c, USE, "as they were before they changed", wg_value(wg_mul(w, 3)));
        WGT_REFUSED(c, USE, "as they were before they changed", wg_backward(wg_sum(wg_mul(y, now)), p));
        WGT_REFUSED(c, USE, "as they were before they changed",
                    wg_item(wg_sum(wg_grad(wg_sum(wg_mul(y, now)), w))));
        /* the derivative of tanh(k) by now needs k, which is made of a value that nobody has read */
        wg_node k = wg_mul(now, wg_stop_gradient(other)), h = wg_tanh(k);
        WGT_REFUSED(c, USE, "as they were before they changed", wg_backward(wg_sum(h), p));
        expect(y, 4, 4, "still", 0);
        wg_begin(g, WG_TRAIN);
        w = wg_param(g, p, "w", WG_SHAPE(2), wg_zeros());
        expect(wg_mul(w, 2), 10, 14, "in the next build", 0);
        helds = 0;
    }
}

/* The tape leaves no mark behind on a parameter that has changed, where the next build has another node. */
Test(kept_values, a_backward_after_a_change_leaves_no_mark)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = 1));
    wgx_params_keep_values(p, WG_KEEP);
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), x = wg_scalar(g, 5),
            v = wg_param(g, p, "v", WG_SCALAR, wg_const(3)), y = wg_mul(wg_mul(w, x), v);
    wg_params_set(p, (double[]){ 3, 4 });
    cr_expect_eq(wg_backward(y, p), WG_OK, "%s", wg_message(c));
    wg_begin(g, WG_TRAIN);
    wg_node z = wg_square(wg_square(wg_param(g, p, "w", WG_SCALAR, wg_const(2))));
    cr_assert_eq(z.index, v.index);
    cr_expect_eq(wg_backward(z, p), WG_OK, "%s", wg_message(c));
    cr_expect_eq(wg_item(z), 81);
}

/* A NaN whose graph has lost a value: an error that names no place, and no crash. */
Test(kept_values, a_nan_beside_a_lost_value)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wgx_graph_watch watch = { .live = 1, .nodes = held_nodes };
    wg_params *q = wg_params_new(c);
    wgx_params_keep_values(p, WG_KEEP);
    wgx_graph_watch_by(g, &watch);
    wg_node y = wg_square(wg_param(g, p, "w", WG_SCALAR, wg_const(2)));
    held[0] = y, helds = 1;
    wg_backward(y, p);
    wg_item(y);
    wg_params_assign(p, "w", (double[]){ 7 }, 1);
    wg_node v = wg_param(g, q, "v", WG_SCALAR, wg_const(3)),
            l = wg_mul(wg_log(wg_mul(wg_stop_gradient(y), -1)), v);
    cr_expect(!wg_trace_nan(l, NULL, NULL));
    WGT_REFUSED(c, VALUE, "wg_sum(l) is nan", wg_backward(wg_sum(l), q));
    helds = 0;
}

/* One value that is not computed yet is enough, if it is made of the set. */
Test(kept_values, an_unread_value_is_a_reason_to_copy)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1));
    wgx_graph_watch watch = { .live = 1, .nodes = held_nodes };
    wgx_params_keep_values(p, WG_KEEP);
    wgx_graph_watch_by(g, &watch);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2)), y = wg_square(w),
            x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    held[0] = y, held[1] = wg_mul(x, 2), helds = 2;
    wg_params_assign(p, "w", (double[]){ 5, 7 }, 2);
    expect(wg_mul(w, 1), 2, 2, "copied", 0);
    expect(y, 4, 4, "unread", 0);
    helds = 0;
}
