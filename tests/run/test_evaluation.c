/* test_evaluation.c: what the headers promise about reads, inputs, states and random draws of one
 * evaluation. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "run/run.h"
#include "wgnearest.h"
#include "wgtest.h"

static wg_node vector(wg_graph *g, const char *name, double a, double b)
{
    return wg_input(g, name, wg_view_f64((double[]){ a, b }, WG_SHAPE(2)));
}

/* ---- evaluation ---- */

Test(evaluation, once_a_parameter_moved_only_results_can_be_read_however_it_was_run)
{
    for (int mode = -1; mode <= 1; mode++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = mode, .threads = 1));
        wg_optim *o = wg_sgd(p, .lr = 0.1);
        for (int step = 0; step < 3; step++) {
            wg_begin(g, WG_TRAIN);
            wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(3)), h = wg_mul(w, 2), read = wg_add(w, 10),
                    kept = wg_keep(wg_add(w, 20));
            wg_node L = wg_square(h);
            double v = wg_params_item(p, "w");
            cr_assert_eq(wg_item(read), WGT_NEAREST(v + 10));
            wg_backward(L, p);
            wg_optim_step(o);
            cr_assert_eq(wg_item(L), WGT_NEAREST(4 * v * v), "the loss is a result");
            cr_assert_eq(wg_item(read), WGT_NEAREST(v + 10));
            cr_assert_eq(wg_item(kept), WGT_NEAREST(v + 20));
            WGT_REFUSED(c, USE, "h was not computed before the parameters changed", wg_item(h));
        }
    }
}

/* wg_keep makes h a result of the next run. The next run is a backward, a step, or the read of a node that is
 * no result yet. Whether the bytes of h are still there (they are when nothing is planned) must make no
 * difference. */
/* However the gradient is computed, and whatever was read before. */
Test(evaluation, what_a_loss_compares_can_be_read_after_a_step)
{
    static const float data[8] = { 1, -2, 3, 0.5f, -1, 2, 4, -3 };
    static const int32_t label[4] = { 0, 2, 1, 2 };
    for (int interpret = -1; interpret <= 1; interpret++)
        for (int way = 0; way < 6; way++) {
            WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = interpret));
            wg_optim *o = wg_sgd(p);
            for (int step = 0; step < 5; step++) {
                if (way % 2 == 0 || !step) wg_begin(g, WG_TRAIN);
                wg_node x = wg_input(g, "x", wg_view_f32(data, WG_SHAPE(4, 2)));
                wg_node y = wg_input(g, "y", wg_view_i32(label, WG_SHAPE(4)));
                wg_node h = wg_matmul(x, wg_param(g, p, "W", WG_SHAPE(2, 3), wg_he())), z = wg_mul(h, 2),
                        t = wg_tanh(z);
                wg_node L = way < 4 ? wg_softmax_cross_entropy(z, y) : wg_mse(t, wg_sigmoid(z));
                if (way > 1) L = wg_add(wg_mul(L, 0.5), wg_l2(g, p, 0.1));
                if (way == 3 && !step) wg_item(wg_sum(wg_softmax(z)));
                float before[12];
                for (int i = 0; i < 12; i++) {
                    const float *w = wg_params_tensor(p, 0).data;
                    before[i] = 2 * (data[i / 3 * 2] * w[i % 3] + data[i / 3 * 2 + 1] * w[3 + i % 3]);
                }
                wg_backward(L, p);
                wg_optim_step(o);
                const float *v = wg_value(way < 4 ? z : t).data;
                cr_assert(v, "way %d, step %d: %s", way, step, wg_message(c));
                for (int i = 0; i < 12; i++)
                    cr_assert_float_eq(v[i], way < 4 ? before[i] : tanhf(before[i]), 1e-5, "%d: %g, not %g",
                                       i, (double)v[i], (double)before[i]);
                WGT_REFUSED(c, USE, "h was not computed before the parameters changed", wg_value(h));
            }
        }
}

Test(evaluation, what_is_kept_late_is_a_result_from_the_next_run_on)
{
    for (int how = -1; how <= 1; how++)
        for (int reads = 0; reads < 3; reads++) {
            WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = how, .threads = 1));
            wg_optim *o = wg_sgd(p);
            wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2)), h = wg_mul(w, vector(g, "x", 3, 4)),
                    L = wg_sum(h);
            wg_backward(L, p);
            wg_keep(h);
            if (reads) cr_assert_eq(wg_item(L), 14);
            if (reads == 2) cr_assert_eq(wg_item(wg_square(L)), 196);
            wg_optim_step(o);
            const double *v = wg_value(h).data;
            if (reads == 2) cr_assert(v && v[0] == 6 && v[1] == 8);
            else wgt_expect_error(c, WG_ERROR_USE, "h was not computed before the parameters changed");
        }
}

Test(evaluation, a_parameter_that_was_read_keeps_its_value_of_then)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_optim *o = wg_sgd(p, .lr = 1);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(1), wg_const(3)), view = wg_reshape(w, WG_SCALAR);
    cr_assert_eq(wg_item(w), 3);
    cr_assert_eq(wg_item(view), 3);
    wg_backward(wg_sum(w), p);
    wg_optim_step(o);
    cr_assert_eq(wg_params_item(p, "w"), 2);
    cr_assert_eq(wg_item(w), 3);
    cr_assert_eq(wg_item(view), 3);
}

static void no_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) {}

/* Both are views of the state's memory, which a commit changes. */
Test(evaluation, what_shows_a_state_keeps_its_value_of_then)
{
    for (int k = 0; k < 6; k++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = k % 3 - 1));
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1)),
                s = wg_state(g, p, "s", WG_SHAPE(1), wg_const(2)),
                view = k < 3 ? wg_reshape(s, WG_SCALAR) : wg_custom_vjp(s, &w, 1, no_rule);
        wg_assign(s, wg_add(s, 10));
        cr_assert_eq(wg_item(wg_mul(view, 2)), 4);
        wg_commit(g);
        cr_assert_eq(wg_item(wg_add(view, 0.5)), 2.5, "%d", k);
    }
}

Test(evaluation, full_batch_loops_on_a_fixed_graph_work)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_optim *o = wg_sgd(p, .lr = 0.1);
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_zeros()),
            L = wg_add(wg_sub(wg_square(w), wg_mul(10, w)), 25);
    for (int k = 1; k <= 50; k++) {
        wg_backward(L, p);
        wg_optim_step(o);
        double want = 5 - 5 * pow(0.8, k); /* w - 5 shrinks by 1 - 2 lr a step */
        cr_assert(fabs(wg_params_item(p, "w") - want) < 1e-12 * 5, "step %d: %.17g, not %.17g", k,
                  wg_params_item(p, "w"), want);
    }
}

Test(evaluation, input_set_ends_it_and_a_wrong_tensor_is_refused)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = vector(g, "x", 1, 2), s = wg_sum(wg_square(x));
    cr_assert_eq(wg_item(s), 5);
    wg_input_set(x, wg_view_f64((double[]){ 3, 4 }, WG_SHAPE(2)));
    cr_assert_eq(wg_item(s), 25);
    wg_input_set(x, wg_view_f64((double[]){ 3, 4, 5 }, WG_SHAPE(3)));
    wgt_expect_error(c, WG_ERROR_SHAPE, "\"x\" is f64 [2], the tensor f64 [3]");
}

Test(evaluation, an_input_is_copied_a_borrowed_one_is_not)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double data[2] = { 1, 2 };
    wg_node a = wg_input(g, "a", wg_view_f64(data, WG_SHAPE(2))),
            b = wg_input_borrow(g, "b", wg_view_f64(data, WG_SHAPE(2)));
    data[0] = 100;
    cr_assert_eq(wg_item(wg_sum(a)), 3);
    cr_assert_eq(wg_item(wg_sum(b)), 102);
}

Test(evaluation, states_are_committed_by_a_backward_that_succeeds_once_and_by_nothing_else)
{
    for (int mode = -1; mode <= 1; mode++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = mode, .threads = 1));
        for (int k = 0; k < 3; k++) {
            wg_begin(g, WG_TRAIN);
            wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1)),
                    m = wg_state(g, p, "m", WG_SCALAR, wg_const(0));
            wg_node next = wg_add(m, 1);
            wg_assign(m, next);
            wg_item(wg_mul(w, 2));
            wg_item(next);
            cr_assert_eq(wg_params_item(p, "m"), k, "a read commits nothing");
            wg_backward(wg_square(w), p);
            cr_assert_eq(wg_params_item(p, "m"), k + 1);
            wg_backward(wg_square(w), p);
            cr_assert_eq(wg_params_item(p, "m"), k + 1, "once an evaluation");
            cr_assert_eq(wg_item(m), k, "this evaluation sees the old value");
            cr_assert_eq(wg_item(wg_mul(m, 10)), 10 * k);
        }
        wg_begin(g, WG_TRAIN);
        wg_node m = wg_state(g, p, "m", WG_SCALAR, wg_const(0));
        wg_assign(m, wg_mul(m, 2));
        wg_commit(g);
        cr_assert_eq(wg_params_item(p, "m"), 6);
        for (int frozen = 1; frozen >= 0; frozen--) {
            wg_params_freeze(p, "m", frozen);
            wg_begin(g, WG_TRAIN);
            m = wg_state(g, p, "m", WG_SCALAR, wg_const(0));
            wg_assign(m, wg_mul(m, 2));
            wg_commit(g);
            cr_assert_eq(wg_params_item(p, "m"), frozen ? 6 : 12, "a frozen one holds still");
        }
    }
}

/* The evaluation that a read has opened ends: it is of the old w. */
Test(evaluation, a_commit_after_a_change_of_parameters_stores_new_values)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1)), m = wg_state(g, p, "m", WG_SCALAR, wg_const(0));
    wg_node next = wg_mul(w, 2);
    wg_assign(m, next);
    wg_item(next);
    wg_params_set(p, (double[]){ 3 });
    wg_commit(g);
    cr_assert_eq(wg_params_item(p, "m"), 6);
}

/* ---- nodes that are made, or read first, after the parameters have changed ---- */

typedef struct late {
    wg_node w, x, s, read, kept, loss, apart, own;
    wg_graph *g;
} late;

/* What such a node may be made of: of results, inputs, numbers, draws, and parameters of other sets. */
static wg_node late_node(const late *k, int i)
{
    switch (i) {
    case 0: return wg_mul(k->x, 3);
    case 1: return k->apart;
    case 2: return wg_add(k->loss, 1);
    case 3: return wg_mul(wg_square(k->read), k->x);
    case 4: return wg_sub(k->kept, k->loss);
    case 5: return wg_mul(wg_scalar(k->g, 4), 2);
    case 6: return wg_mul(k->own, k->loss);
    case 7: return wg_mul(wg_dropout(wg_fill(k->g, 1, WG_SHAPE(1)), .drop = 0.5), 8);
    default: return wg_none;
    }
}

/* What it may not be made of. */
static wg_node stale_node(const late *k, int i)
{
    switch (i) {
    case 0: return wg_add(k->w, 1);
    case 1: return k->w;
    case 2: return wg_add(k->s, k->x);
    case 3: return wg_mul(wg_mul(k->w, k->x), k->loss);
    case 4: return wg_reshape(k->w, WG_SHAPE(1));
    default: return wg_none;
    }
}

static late late_new(wg_graph *g, wg_params *p, wg_params *q)
{
    late k = { .g = g };
    k.x = wg_input(g, "x", wg_view_f64((double[]){ 5 }, WG_SCALAR));
    k.w = wg_param(g, p, "w", WG_SCALAR, wg_const(3)), k.s = wg_state(g, p, "s", WG_SCALAR, wg_const(7));
    k.own = wg_param(g, q, "own", WG_SCALAR, wg_const(2)), k.apart = wg_square(k.x);
    k.read = wg_mul(k.w, 2), k.kept = wg_keep(wg_mul(k.w, 5)), k.loss = wg_square(wg_mul(k.w, k.x));
    wg_item(k.read);
    return k;
}

/* The same numbers as where no step was made. wg_keep of a node that reads w stays refused, and changes
 * nothing for others. */
Test(evaluation, what_does_not_read_a_changed_parameter_can_be_read_after_a_step)
{
    for (int mode = 0; mode < 6; mode++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = mode % 3 - 1));
        wg_params *q = wg_params_new(c);
        wg_graph *h = wg_graph_new(c);
        wg_optim *o = wg_sgd(p, .lr = 0.1);
        for (int step = 0; step < 4; step++) {
            wg_begin(g, WG_TRAIN), wg_begin(h, WG_TRAIN);
            wgx_graph_set_epoch(h, wgx_graph_epoch(g));
            const late twin = late_new(h, p, q), k = late_new(g, p, q);
            double want[8];
            wg_item(twin.loss);
            for (int i = 0; i < 8; i++) want[i] = wg_item(late_node(&twin, i));
            wg_backward(k.loss, p);
            wg_optim_step(o);
            if (mode > 2) wg_keep(wg_mul(k.w, 100));
            for (int i = 0; i < 8; i++) cr_expect_eq(wg_item(late_node(&k, i)), want[i], "%d", i);
            for (int i = 0; i < 5; i++)
                WGT_REFUSED(c, USE, "was not computed before the parameters changed",
                            wg_item(stale_node(&k, i)));
            for (int i = 0; i < 7; i++) /* without the draw, which would be the second */
                cr_expect_eq(wg_item(late_node(&k, i)), want[i], "%d", i);
        }
    }
}

/* ---- a state that is assigned twice ---- */

/* n = 2 gets (n + 1) * 10, in whichever way the second value reads the first, and n + 1 after a rewind. */
Test(evaluation, an_assignment_goes_on_from_the_one_before)
{
    for (int mode = -1; mode <= 1; mode++)
        for (int way = 0; way < 4; way++) {
            WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = mode));
            wg_node n = wg_state(g, p, "n", WG_SCALAR, wg_const(2)), next = wg_add(n, 1);
            wg_assign(n, next);
            wg_assign(n, next);
            const int64_t mark = wgx_graph_mark(g);
            wg_node second = wg_mul(way ? next : wg_assigned(n), 10);
            for (int k = 0; k < 1000 && way == 2; k++) second = wg_add(wg_sub(second, k), k);
            wg_assign(n, second);
            if (way == 3) wgx_graph_rewind(g, mark);
            cr_expect_eq(wg_item(wg_assigned(n)), way == 3 ? 3 : 30);
            wg_commit(g);
            cr_expect_eq(wg_params_item(p, "n"), way == 3 ? 3 : 30);
            cr_expect_eq(wg_item(n), 2);
        }
}

/* The first holds. Another state may have any value. */
Test(evaluation, an_assignment_that_would_lose_another_one_is_refused)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node n = wg_state(g, p, "n", WG_SCALAR, wg_const(2)), m = wg_state(g, p, "m", WG_SCALAR, wg_const(0));
    wg_node before = wg_mul(n, 7), next = wg_add(n, 1);
    wg_assign(n, next);
    char first[80];
    snprintf(first, sizeof first, "n has a next value already (add, %s)", wg_site_place(wg_node_site(next)));
    WGT_REFUSED(c, USE, first, wg_assign(n, wg_add(n, 10)));
    WGT_REFUSED(c, USE, first, wg_assign(n, before));
    WGT_REFUSED(c, USE, first, wg_assign(n, n));
    wg_assign(m, before);
    WGT_REFUSED(c, USE, "m has a next value already (mul", wg_assign(m, next));
    WGT_REFUSED(c, SHAPE, "the state is f64 [], the value f32 []", wg_assign(n, wg_cast(next, WG_F32)));
    WGT_REFUSED(c, SHAPE, "the state is f64 [], the value f64 [1]",
                wg_assign(n, wg_reshape(next, WG_SHAPE(1))));
    WGT_REFUSED(c, USE, "must be a wg_state node", wg_assigned(next));
    WGT_REFUSED(c, USE, "is wg_none", wg_assigned(wg_none));
    wg_commit(g);
    cr_expect_eq(wg_params_item(p, "n"), 3);
    cr_expect_eq(wg_params_item(p, "m"), 14);
}

/* ---- what a set has that is not in the graph ---- */

/* H = 2 by w, 0 by what is in another graph. */
Test(evaluation, a_product_with_the_hessian_has_a_place_for_each_parameter)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_graph *other = wg_graph_new(c);
    wg_params *part = wg_params_in(p, "part");
    double v[3] = { 5, 7, 11 }, out[3] = { -1, -1, -1 };
    wg_param(other, part, "v", WG_SHAPE(2), wg_zeros());
    wg_node loss = wg_square(wg_param(g, p, "w", WG_SCALAR, wg_const(3)));
    wg_params_hvp(part, loss, v, out);
    cr_expect(out[0] == 0 && out[1] == 0 && out[2] == -1);
    wg_params_hvp(p, loss, v, out);
    cr_expect(out[0] == 0 && out[1] == 0 && out[2] == 2 * 11, "%g %g %g", out[0], out[1], out[2]);
}

Test(evaluation, a_label_is_one_of_the_classes)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node y = wg_input(g, "y", wg_view_i32((int32_t[]){ 4, 5 }, WG_SHAPE(2)));
    WGT_REFUSED(c, VALUE, "5 at index 1 of y [2], must be from 0 to 4",
                wg_value(wg_softmax_cross_entropy(wg_fill(g, 1, WG_SHAPE(2, 5)), y)));
}

/* ---- random draws ---- */

static void masks(bool more, int evaluations, double *last)
{
    WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .seed = 3, .threads = 1));
    for (int k = 0; k < evaluations; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_fill(g, 1, WG_SHAPE(64));
        if (more) wg_item(wg_sum(wg_relu(x)));
        wg_copy_f64(wg_dropout(x, .keep_prob = 0.5), last, 64);
    }
}

Test(random, adding_a_relu_or_a_read_changes_no_mask_and_evaluations_do)
{
    double a[64], b[64], third[64];
    masks(false, 2, a);
    masks(true, 2, b);
    masks(false, 3, third);
    cr_assert_arr_eq(a, b, sizeof a);
    cr_assert(memcmp(a, third, sizeof a) != 0);
}

/* As a line search asks. */
Test(random, a_loss_that_is_asked_for_again_draws_the_same)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node x = wg_param(g, p, "x", WG_SHAPE(64), wg_const(1)),
            loss = wg_sum(wg_dropout(x, .keep_prob = 0.5));
    double seen, gradient[64];
    wg_backward(loss, p);
    void *again = wgi_loss_again.open(loss, p, &seen);
    for (int k = 0; k < 3; k++) cr_expect_eq(wgi_loss_again.at(again, gradient), seen);
    wgi_loss_again.close(again);
    cr_expect_eq(seen, wg_item(loss));
}

Test(random, peeking_uses_up_no_epoch)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_tensor t;
    uint64_t epoch = wgx_graph_epoch(g);
    cr_assert(wgx_peek(wg_dropout(wg_fill(g, 1, WG_SHAPE(8)), .drop = 0.5), &t));
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wgx_graph_epoch(g), epoch);
}

/* No evaluation keeps large values because they could be read, not even the first. */
Test(evaluation, values_that_nobody_reads_take_no_memory)
{
    enum { N = 1 << 20, LINKS = 12 };
    WGT_IN_WORLD(WG_F32, NULL);
    float *v = calloc(N, sizeof *v);
    size_t least = SIZE_MAX, most = 0;
    for (int evaluation = 0; evaluation < 6; evaluation++) {
        wg_begin(g, WG_TRAIN);
        wg_node y = wg_mul(wg_input(g, "x", wg_view_f32(v, WG_SHAPE(N))),
                           wg_param(g, p, "w", WG_SCALAR, wg_const(1)));
        for (int i = 0; i < LINKS; i++) y = wg_add(wg_sin(y), 1);
        wg_backward(wg_sum(y), p);
        size_t bytes = wg_graph_bytes(g);
        most = bytes > most ? bytes : most;
        least = bytes < least ? bytes : least;
    }
    cr_assert_lt(most - least, (size_t)N * sizeof *v);
    cr_assert_eq(wg_graph_bytes(g), least);
    free(v);
}

/* A failed wg_backward leaves some values behind. What runs then must not be taken for what runs after a
 * fresh start. */
Test(evaluation, a_read_after_a_failed_run_teaches_nothing_wrong)
{
    enum { N = 64, ROWS = 4096 };
    WGT_IN_WORLD(WG_F32, NULL);
    float *ones = malloc(sizeof *ones * N * ROWS);
    for (int i = 0; i < N * ROWS; i++) ones[i] = 1;
    wg_node w = wg_param(g, p, "w", WG_SHAPE(N), wg_const(3)), h = wg_mul(w, w);
    wg_node index = wg_input(g, "index", wg_view_i32((int32_t[]){ N }, WG_SHAPE(1)));
    wg_node loss = wg_sum(wg_gather(h, index));
    wg_node b = wg_mul(h, wg_input(g, "ones", wg_view_f32(ones, WG_SHAPE(ROWS, N))));
    WGT_REFUSED(c, VALUE, "64", wg_backward(loss, p));
    for (int round = 0; round < 3; round++) {
        wg_tensor t = wg_value(b);
        cr_assert(t.data && wg_tensor_item(&t, N * ROWS - 1) == 9);
        wg_input_set(index, wg_view_i32((int32_t[]){ round }, WG_SHAPE(1)));
    }
    free(ones);
}
