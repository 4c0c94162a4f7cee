/* test_graph.c: graphs that are grown, rewound, read and differentiated in unusual orders: addresses, states,
 * several outputs, targets made after the loss, marks. Each test is for a mistake that was once made. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"
#include "wgtest.h"

enum { MODES = 3 };

#define MODE(mode) (&WG_OPTS(wg_start_opts, .interpret = (mode)-1, .threads = 1))

Test(graph, a_parameter_made_after_the_loss_is_not_reached)
{
    for (int between = 0; between < 100; between++) {
        WGT_IN_WORLD(WG_F64, MODE(between % MODES));
        wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_const(2)), loss = wg_sum(wg_square(w));
        for (int i = 0; i < between; i++) wg_scalar(g, i);
        wg_node v = wg_param(g, p, "v", WG_SHAPE(5), wg_zeros());
        wg_backward(loss, p);
        cr_assert_eq(((double *)wg_params_grad(p, 0).data)[1], 4);
        cr_assert_null(wg_params_grad(p, 1).data);
        cr_assert_eq(((double *)wg_value(wg_grad(loss, v)).data)[0], 0);
    }
}

/* At one call, in one graph built again: the parameter may not be taken from the last build. */
Test(graph, dtypes_that_change_between_builds)
{
    WGT_IN_WORLD(WG_F32, NULL);
    for (int i = 0; i < 3; i++) {
        wg_begin(g, WG_TRAIN);
        wg_param(g, p, "w", WG_SHAPE(2), wg_init_as(i < 2 ? WG_F64 : WG_F32, wg_zeros()));
    }
    wgt_expect_error(c, WG_ERROR_DTYPE, "w is asked for as f32 and was made as f64 at");
}

Test(graph, what_is_frozen_between_two_backwards_of_a_loss_is_not_reached)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_WORLD(WG_F64, MODE(mode));
        wg_optim *o = wg_sgd(p, .lr = 0.5);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_const(2)),
                loss = wg_sum(wg_add(wg_square(w), wg_param(g, p, "v", WG_SCALAR, wg_const(2))));
        for (int k = 0; k < 4; k++) {
            wg_backward(loss, p);
            if (k == 2) wg_params_freeze(p, "w", true);
            wg_optim_step(o);
        }
        cr_assert_null(wg_params_grad(p, 0).data);
        cr_assert_eq(wg_params_grad_norm(p), 3);
    }
}

Test(graph, a_copy_draws_the_same_numbers)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_GRAPH(WG_F64, MODE(mode));
        for (int build = 0; build < 3; build++) {
            wg_begin(g, WG_TRAIN);
            wg_node y = wg_dropout(wg_fill(g, 1, WG_SHAPE(64)), .drop = 0.5);
            const wg_tensor v = wg_value(y);
            wg_graph *s = wgi_graph_copy(g);
            const wg_tensor copied = wg_value(wg_graph_node(s, y.index));
            cr_assert(wgt_same_bits(&v, &copied), "build %d", build);
            wg_graph_free(s);
        }
    }
}

Test(graph, what_is_only_peeked_at_changes_no_draws)
{
    double drawn[2][64];
    for (int peeks = 0; peeks < 2; peeks++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        wg_tensor t;
        if (peeks) wgx_peek(wg_dropout(wg_fill(g, 1, WG_SHAPE(64)), .drop = 0.5), &t);
        wg_begin(g, WG_TRAIN);
        wg_copy_f64(wg_dropout(wg_fill(g, 1, WG_SHAPE(64)), .drop = 0.5), drawn[peeks], 64);
    }
    cr_assert_arr_eq(drawn[0], drawn[1], sizeof drawn[0]);
}

Test(graph, of_two_nodes_for_a_parameter_the_one_given_last_counts)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_given both[] = { { "v", wg_scalar(g, 1) }, { "w", wg_scalar(g, 2) } };
    wg_params *q = wg_params_with(wg_params_with(p, both, 2), (wg_given[]){ { "w", wg_scalar(g, 3) } }, 1);
    cr_assert_eq(wg_item(wg_param(g, q, "v", WG_SCALAR, wg_zeros())), 1);
    cr_assert_eq(wg_item(wg_param(g, q, "w", WG_SCALAR, wg_zeros())), 3);
}

Test(graph, the_gradient_of_a_later_output_is_found)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_GRAPH(WG_F64, MODE(mode));
        double data[6] = { 1, 2, 3, 4, 5, 9 }, got[2];
        wg_node x = wg_input(g, "x", wg_view_f64(data, WG_SHAPE(3, 2)));
        wg_node y = wg_batch_norm(x, wg_fill(g, 1, WG_SHAPE(2)), wg_fill(g, 0, WG_SHAPE(2))),
                mean = wg_part(y, 1);
        wg_copy_f64(wg_grad(wg_sum(wg_mul(3, mean)), mean), got, 2);
        cr_assert(got[0] == 3 && got[1] == 3);
    }
}

Test(graph, values_stay_where_they_are_while_the_graph_grows)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_GRAPH(WG_F64, MODE(mode));
        wg_node three = wg_scalar(g, 3), r = wg_reshape(three, WG_SHAPE(1));
        double *value = wg_value(three).data;
        cr_assert_eq(wg_item(r), 3);
        for (int i = 0; i < 100000; i++) wg_scalar(g, 7);
        cr_assert_eq(*value, 3);
        cr_assert_eq(wg_item(r), 3);
        cr_assert_eq(wg_item(wg_mul(r, 2)), 6);
    }
}

Test(graph, a_view_of_a_state_sees_the_old_value_for_the_rest_of_the_evaluation)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_WORLD(WG_F64, MODE(mode));
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1)),
                s = wg_state(g, p, "s", WG_SHAPE(1), wg_const(2));
        wg_node r = wg_reshape(s, WG_SCALAR), twice = wg_mul(r, 2);
        wg_assign(s, wg_add(s, 10));
        cr_assert_eq(wg_item(twice), 4);
        wg_backward(wg_mul(w, twice), p);
        cr_assert_eq(wg_params_item(p, "s"), 12);
        cr_assert_eq(wg_item(wg_add(r, 0.5)), 2.5);
    }
}

Test(graph, a_commit_ends_what_another_graph_may_read)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_graph *h = wg_graph_new(c);
    wg_node s = wg_state(g, p, "s", WG_SCALAR, wg_const(1)), t = wg_state(h, p, "s", WG_SCALAR, wg_const(1));
    wg_node a = wg_mul(t, 1), b = wg_mul(t, 2);
    cr_assert_eq(wg_item(a), 1);
    wg_assign(s, wg_add(s, 10));
    wg_commit(g);
    WGT_REFUSED(c, USE, "b was not computed before the parameters changed", wg_item(b));
    cr_assert_eq(wg_item(a), 1);
}

Test(graph, input_set_never_writes_into_a_borrowed_array)
{
    static const double mine[2] = { 1, 2 };
    WGT_IN_GRAPH(WG_F64, MODE(1));
    wg_node x = wg_input_borrow(g, "x", wg_view_f64(mine, WG_SHAPE(2)));
    wg_input_set(x, wg_view_f64((double[]){ 3, 4 }, WG_SHAPE(2)));
    cr_assert_eq(wg_item(wg_sum(x)), 7);
    cr_assert_eq(mine[0], 1);
    wg_node nothing = wg_input_borrow(g, "n", wg_view(WG_F64, NULL, WG_SHAPE(0, 3)));
    cr_assert_eq(wg_item(wg_sum(nothing)), 0);
}

Test(graph, a_rewind_forgets_assignments_kept_nodes_layers_and_streams)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_WORLD(WG_F64, MODE(mode));
        double once[8], again[8];
        wg_node s1 = wg_state(g, p, "s1", WG_SCALAR, wg_const(1)),
                s2 = wg_state(g, p, "s2", WG_SCALAR, wg_const(5));
        wg_node low = wg_add(s2, 1), x = wg_fill(g, 1, WG_SHAPE(2, 4));
        int64_t mark = wgx_graph_mark(g);
        wg_assign(s1, wg_mul(s1, 100));
        wg_assign(s2, low);
        wg_nn_dense(x, p, "fc", 3);
        wg_copy_f64(wg_dropout(x, .drop = 0.5), once, 8);
        wgx_graph_rewind(g, mark);
        wg_add(s1, 1);
        wg_nn_dense(x, p, "fc", 3);
        wg_copy_f64(wg_dropout(x, .drop = 0.5), again, 8);
        cr_assert_arr_eq(once, again, sizeof once);
        wg_commit(g);
        cr_assert_eq(wg_params_item(p, "s1"), 1);
        cr_assert_eq(wg_params_item(p, "s2"), 6);
    }
}

/* y was removed, and z has its place. */
Test(graph, a_node_that_was_removed_is_refused_though_its_place_is_taken)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_WORLD(WG_F64, MODE(mode));
        wg_node x = wg_param(g, p, "x", WG_SCALAR, wg_const(2));
        const int64_t mark = wgx_graph_mark(g);
        wg_node y = wg_mul(x, 3);
        cr_assert_eq(wg_item(y), 6);
        wgx_graph_rewind(g, mark);
        wg_node z = wg_add(x, 100);
        WGT_REFUSED(c, USE, "is a node that the graph no longer has", wg_item(y));
        WGT_REFUSED(c, USE, "is a node that the graph no longer has", wg_add(y, 1));
        WGT_REFUSED(c, USE, "is a node that the graph no longer has", wg_add(x, y));
        WGT_REFUSED(c, USE, "is a node that the graph no longer has", wg_backward(y, p));
        WGT_REFUSED(c, USE, "is a node that the graph no longer has", wg_grad(z, y));
        WGT_REFUSED(c, USE, "is a node that the graph no longer has", wg_keep(y));
        WGT_REFUSED(c, USE, "is a node that the graph no longer has", wg_name(y, "y"));
        cr_assert(wg_node_ok(x) && wg_node_ok(z) && !wg_node_ok(y));
        cr_assert_eq(wg_item(z), 102);
        cr_assert_eq(wg_item(wg_mul(x, z)), 204);
    }
}

enum { MOST_NODES = 300 };

typedef struct remembered { /* a handle and, while its node is there, its value */
    wg_node n;
    int64_t at;
    double value;
    bool there;
} remembered;

/* Forgets what was made from node `mark` on. */
static void forget(remembered *k, int count, int64_t mark)
{
    for (int i = 0; i < count; i++) k[i].there = k[i].there && k[i].at < mark;
}

/* Nodes are made and removed at random. A handle is good exactly as long as its node is there. */
Test(graph, handles_mean_their_own_node_or_none_however_nodes_come_and_go)
{
    for (int mode = 0; mode < 3 * MODES; mode++) {
        WGT_IN_WORLD(WG_F64, MODE(mode % MODES));
        wgt_random r = { wgt_seed() + (uint64_t)mode };
        static remembered k[MOST_NODES];
        int count = 0;
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1));
        for (int i = 0; i < 3000; i++) {
            const uint64_t what = wgt_below(&r, 24);
            if (what == 0) wg_begin(g, WG_TRAIN), forget(k, count, 0);
            if (what == 0) w = wg_param(g, p, "w", WG_SCALAR, wg_const(1));
            if (what == 1) wg_backward(wg_square(w), p);
            if (what == 2 || what == 3) {
                const int64_t to = 2 + (int64_t)wgt_below(&r, (uint64_t)wg_graph_nodes(g));
                wgx_graph_rewind(g, to);
                forget(k, count, to);
            }
            const int at = count < MOST_NODES ? count++ : (int)wgt_below(&r, MOST_NODES);
            const double value = (double)wgt_below(&r, 1000);
            wg_node n = what % 2 ? wg_scalar(g, value) : wg_mul(w, value);
            k[at] = (remembered){ n, wg_graph_nodes(g) - 1, value, true };
            const remembered *some = &k[wgt_below(&r, (uint64_t)count)];
            cr_assert_eq(wg_node_ok(some->n), some->there);
            if (some->there) cr_assert_eq(wg_item(some->n), some->value);
            else WGT_REFUSED(c, USE, "is a node", wg_item(some->n));
        }
    }
}

/* After a rewind other nodes may get the same numbers. They must not be taken for those that had been run
 * before. */
Test(graph, plans_of_before_a_rewind_are_not_taken_for_others)
{
    WGT_IN_GRAPH(WG_F64, MODE(0));
    for (int first = 1; first >= 0; first--) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_fill(g, 2, WG_SHAPE(3));
        int64_t before = wgx_graph_mark(g);
        wg_node a = wg_mul(x, 3);
        wg_item(wg_sum(a));
        int64_t mark = wgx_graph_mark(g);
        wg_node b = wg_add(a, 1);
        wg_value(b);
        wgx_graph_rewind(g, first ? mark : before);
        if (!first) a = wg_mul(x, 3), wg_sum(a);
        cr_assert_eq(wg_item(wg_sum(wg_mul(a, 2))), 36);
    }
}

Test(graph, sizes_that_no_memory_holds_are_an_error)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_GRAPH(WG_F64, MODE(mode));
        for (int i = 0; i < 4; i++) wg_keep(wg_fill(g, i, WG_SHAPE(INT64_C(1) << 59)));
        wg_item(wg_add(wg_scalar(g, 1), 1));
        cr_assert_eq(wg_failed(c), WG_ERROR_MEMORY);
        wgt_drop(c, NULL);
    }
}

/* ---- large graphs, where equal numbers share a leaf ---- */

static wg_node many(wg_node x, int n)
{
    wg_node s = x;
    for (int k = 1; k < n; k++) s = wg_add(s, x);
    return s;
}

/* A whole number beside i32 is i32 where it fits, else i64. */
Test(graph, a_number_beside_small_integers)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    static const double numbers[] = { 3, -3, 2147483647, -2147483648, 3e9, -3e9 };
    const wg_node x = wg_cast(wg_input(g, "x", wg_view_f64((double[]){ 0 }, WG_SHAPE(1))), WG_I32);
    for (int i = 0; i < 6; i++) {
        const wg_node y = wg_add(x, numbers[i]), z = wg_add(numbers[i], x);
        cr_expect_eq(wg_node_dtype(y), fabs(numbers[i]) > 2.5e9 ? WG_I64 : WG_I32, "%g", numbers[i]);
        cr_expect_eq(wg_item(y), numbers[i]);
        cr_expect_eq(wg_node_dtype(z), wg_node_dtype(y));
        cr_expect_eq(wg_item(z), numbers[i]);
    }
}

Test(graph, equal_scalars_are_variables_of_their_own)
{
    WGT_IN_GRAPH(WG_F64, MODE(0));
    many(wg_scalar(g, 1), 5000);
    wg_node a = wg_scalar(g, 2), b = wg_scalar(g, 2);
    cr_assert_eq(wg_item(wg_grad(wg_mul(a, wg_square(b)), a)), 4);
}

/* A number of another build, or one that was removed, must not be taken for the scalar that now has its
 * index. */
Test(graph, a_scalar_is_not_taken_for_a_number_that_was_there)
{
    WGT_IN_GRAPH(WG_F64, MODE(0));
    for (int k = 0; k < 3; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node s = many(wg_scalar(g, 1), 5000);
        if (k != 1) wg_mul(s, 2);
        if (k == 2) wgx_graph_rewind(g, s.index + 1);
        if (k == 0) continue;
        wg_node a = wg_scalar(g, 2);
        cr_assert_eq(wg_item(wg_grad(wg_mul(a, wg_mul(a, 2)), a)), 8);
    }
}

/* d/dw v (u n w)^2 = 2 v (u n)^2 w, also where u, v or n equals a number of a derivative rule, now or in the
 * last run. */
Test(graph, a_plans_derivative_shares_no_number_with_the_user)
{
    enum { N = 5000 };
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_WORLD(WG_F64, MODE(mode));
        for (int k = 0; k < 5; k++) {
            double u = k < 3 ? 1 : 4, v = k < 3 ? 2 : 8, d = 0;
            wg_begin(g, WG_TRAIN);
            wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(0.5));
            wg_backward(wg_mul(wg_square(wg_mul(many(w, N), u)), v), p);
            wg_params_get_grad(p, &d);
            cr_assert_eq(d, v * (u * N) * (u * N), "mode %d, build %d: %g", mode, k, d);
        }
    }
}

/* Nothing is run. Sizes this large must not overflow anywhere. */
Test(graph, many_nodes_of_the_largest_size_can_be_built)
{
    WGT_IN_GRAPH(WG_F64, MODE(0));
    wg_node x = wg_fill(g, 1, WG_SHAPE(1 << 29, 1 << 30));
    for (int k = 0; k < 40; k++) x = wg_exp(x);
    cr_assert(
        wg_node_ok(wg_matmul(wg_fill(g, 1, WG_SHAPE(1 << 29, 1)), wg_fill(g, 1, WG_SHAPE(1, 1 << 29)))));
    cr_assert_eq(wg_item(wg_scalar(g, 3)), 3);
}

/* Each scope is entered twice, from the first to the last. A linear search among them would take minutes. */
enum { SCOPES = 1 << 18 };

Test(graph, the_same_path_is_the_same_scope_among_very_many)
{
    WGT_IN_GRAPH(WG_F64, MODE(0));
    for (int build = 0; build < 2; build++) {
        const char **path = malloc(SCOPES * sizeof *path);
        wg_begin(g, WG_TRAIN);
        wg_name(wg_scalar(g, 1), "layer.7"); /* a name is no scope */
        for (int again = 0; again < 2; again++)
            for (int i = 0; i < SCOPES; i++) {
                wg_scope_push_i(g, "layer", i);
                const char *now = wg_node_scope(wg_scalar(g, i));
                wg_scope_pop(g);
                if (again) cr_assert(now == path[i], "scope %d is another", i);
                path[i] = now;
            }
        cr_assert_str_eq(path[7], "layer.7");
        cr_assert_str_eq(path[SCOPES - 1], "layer.262143");
        free((void *)path);
    }
}

static const char *scope_now(wg_graph *g) { return wg_node_scope(wg_scalar(g, 0)); }

Test(graph, a_path_is_one_scope_however_it_was_entered)
{
    WGT_IN_GRAPH(WG_F64, MODE(0));
    wg_scope_push(g, "a/b");
    const char *both = scope_now(g);
    wg_scope_pop(g);
    wg_scope_push(g, "a");
    const char *a = scope_now(g);
    wg_scope_push(g, "b");
    cr_assert(scope_now(g) == both && a != both);
    wg_scope_push(g, "b");
    cr_assert_str_eq(scope_now(g), "a/b/b");
    for (int i = 0; i < 3; i++) wg_scope_pop(g);
    cr_assert_str_eq(scope_now(g), "");
    wg_scope_push(g, "a");
    cr_assert(scope_now(g) == a);
    wg_scope_pop(g);
    wg_scope_push(g, "");
    wg_scope_push(g, "a");
    cr_assert(scope_now(g) == a);
    wg_scope_push_i(g, "", -1);
    wg_scope_push_i(g, "b", INT64_MIN);
    cr_assert_str_eq(scope_now(g), "a/.-1/b.-9223372036854775808");
}

/* A build that enters scopes which exist already still takes over the nodes of the last build, and they stay
 * valid. */
Test(graph, scopes_entered_again_between_calls_leave_the_calls_of_the_last_build_alone)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_GRAPH(WG_F64, MODE(mode));
        for (int build = 0; build < 6; build++) {
            wg_begin(g, WG_TRAIN);
            wg_scope_push(g, "a_scope_with_a_long_name");
            wg_node x = wg_any(g, WG_SHAPE(3, 4)), y = wg_sum(x, .axis = 0);
            for (int i = 0; i < build % 3; i++) {
                wg_scope_push(g, i ? "b" : "another_scope_with_a_long_name");
                wg_scope_pop(g);
            }
            wg_node z = wg_sum(wg_concat(((wg_node[]){ y, y, y, y }), 4), .axis = 0);
            cr_assert_float_eq(wg_item(z), 4 * wg_item(wg_sum(x)), 1e-12);
            cr_assert_str_eq(wg_node_scope(z), "a_scope_with_a_long_name");
            wg_scope_pop(g);
        }
    }
}

Test(graph, equal_nodes_are_those_that_are_written_the_same)
{
    for (int mode = 0; mode < MODES; mode++) {
        WGT_IN_WORLD(WG_F64, MODE(mode));
        wg_node a = wg_param(g, p, "a", WG_SHAPE(2, 3), wg_const(2)),
                b = wg_param(g, p, "b", WG_SHAPE(2, 3), wg_const(3)), found[4];
        wg_node first = wg_sum(wg_mul(a, b), .axis = 1), second = wg_sum(wg_mul(a, b), .axis = 1);
        wg_node other = wg_sum(wg_mul(a, b), .axis = 0), swapped = wg_sum(wg_mul(b, a), .axis = 1);
        wg_node drawn = wg_bernoulli(g, WG_SHAPE(2, 3), wg_mul(a, 0.25)),
                again = wg_bernoulli(g, WG_SHAPE(2, 3), wg_mul(a, 0.25));
        wg_node y = wg_add(wg_add(wg_add(first, swapped), wg_mul(second, 2)), wg_sum(other));
        cr_assert_eq(wgx_equal_nodes(y, wg_sum(wg_mul(a, b), .axis = 1), found, 4), 2);
        cr_expect(found[0].index == first.index && found[1].index == second.index);
        cr_expect_eq(wgx_equal_nodes(y, swapped, found, 4), 1);
        cr_expect_eq(wgx_equal_nodes(y, wg_mul(a, b), found, 1), 3);
        cr_expect_eq(wgx_equal_nodes(y, wg_sum(wg_mul(a, b), .axis = 1, .keepdims = true), found, 4), 0);
        cr_expect_eq(wgx_equal_nodes(wg_mul(first, 2), wg_mul(first, 3), found, 4), 0);
        cr_expect_eq(wgx_equal_nodes(wg_sum(wg_mul(first, 2)), wg_mul(first, 2), found, 4), 1);
        cr_expect_eq(wgx_equal_nodes(wg_sum(drawn), again, found, 4), 0);
        cr_expect_eq(wgx_equal_nodes(wg_sum(drawn), drawn, found, 4), 1);
        for (int named = 0; named < 2; named++) {
            const wg_tensor three = wg_view_f64((double[]){ 3 }, WG_SCALAR);
            wg_node u = wg_input(g, named ? "u" : "", three), v = wg_input(g, named ? "v" : "", three);
            cr_expect_eq(wgx_equal_nodes(wg_add(u, v), u, found, 4), named ? 1 : 2);
        }
        cr_expect_eq(wgx_equal_nodes(y, y, found, 4), 1);
        cr_expect_eq(wgx_equal_nodes(wg_sum(a), b, found, 4), 0);
        cr_expect(wg_depends_on(y, a) && wg_depends_on(y, first) && wg_depends_on(y, y));
        cr_expect(!wg_depends_on(y, drawn) && !wg_depends_on(a, y) && !wg_depends_on(second, first));
    }
}
