/* test_copies.c: snapshots, copies and blends of sets; parameters that are frozen; sets that are sealed. */
#include <fnmatch.h>
#include <string.h>

#include "wgtest.h"

static wg_params *set_of(wg_context *c, float first)
{
    wg_params *p = wg_params_new(c);
    const float w[2] = { first, 2 * first };
    const int64_t count = (int64_t)first;
    wg_params_make(p, "a.W", wg_view_f32(w, WG_SHAPE(2)), false);
    wg_params_make(p, "a.count", wg_view_i64(&count, WG_SCALAR), true);
    return p;
}

static double at(const wg_params *p, const char *name, int64_t i)
{
    const int k = wg_params_find(p, name);
    cr_assert_geq(k, 0, "no %s", name);
    const wg_tensor t = wg_params_tensor(p, k);
    return wg_tensor_item(&t, i);
}

/* ---- values ---- */

Test(copies, a_snapshot_brings_the_values_back)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = set_of(c, 1);
    wg_snapshot *s = wg_params_snapshot(p);
    wg_params_assign(p, "a.W", (double[]){ 7, 8 }, 2);
    wg_params_make(p, "later", wg_view_f32((float[]){ 5 }, WG_SCALAR), false);
    cr_expect_eq(wg_params_restore(p, s), WG_OK);
    cr_expect_eq(at(p, "a.W", 0), 1);
    cr_expect_eq(at(p, "a.W", 1), 2);
    cr_expect_eq(at(p, "later", 0), 5);
    WGT_REFUSED(c, USE, "the snapshot is of another set", wg_params_restore(wg_params_in(p, "a"), s));
    wg_snapshot_free(s);
}

/* A part's snapshot leaves the other parts alone. */
Test(copies, a_snapshot_of_a_part)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = set_of(c, 1), *a = wg_params_in(p, "a");
    wg_params_make(p, "b", wg_view_f32((float[]){ 5 }, WG_SCALAR), false);
    wg_snapshot *s = wg_params_snapshot(a);
    wg_params_assign(p, "a.W", (double[]){ 7, 8 }, 2);
    wg_params_assign(p, "b", (double[]){ 9 }, 1);
    wg_params_restore(a, s);
    cr_expect_eq(at(p, "a.W", 1), 2);
    cr_expect_eq(at(p, "b", 0), 9);
}

Test(copies, a_copy_makes_what_is_not_there)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *from = set_of(c, 3), *to = wg_params_new(c);
    cr_expect_eq(wg_params_copy(to, from), WG_OK);
    cr_expect_eq(wg_params_count(to), 2);
    cr_expect_eq(at(to, "a.W", 1), 6);
    cr_expect_eq(at(to, "a.count", 0), 3);
    cr_expect(wg_params_is_state(to, wg_params_find(to, "a.count")));
    wg_params_assign(from, "a.W", (double[]){ 1, 1 }, 2);
    cr_expect_eq(at(to, "a.W", 1), 6);
    cr_expect_eq(wg_params_copy(wg_params_in(to, "target"), wg_params_in(to, "a")), WG_OK);
    cr_expect_eq(at(to, "target.W", 1), 6, "parts of one set");
}

/* (1 - tau) to + tau from: 0.75 * 4 + 0.25 * 8 = 5, exact in binary. */
Test(copies, a_blend)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *from = set_of(c, 8), *to = set_of(c, 4);
    cr_expect_eq(wg_params_blend(to, from, 0.25), WG_OK);
    cr_expect_eq(at(to, "a.W", 0), 5);
    cr_expect_eq(at(to, "a.W", 1), 10);
    cr_expect_eq(at(to, "a.count", 0), 8, "integers are copied");
    cr_expect_eq(at(from, "a.W", 0), 8);
    WGT_REFUSED(c, VALUE, "tau 1.5: must be in [0, 1]", wg_params_blend(to, from, 1.5));
}

Test(copies, what_does_not_fit_changes_nothing)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *from = set_of(c, 8), *to = set_of(c, 4);
    wg_params_make(from, "b", wg_view_f32((float[]){ 5 }, WG_SCALAR), false);
    wg_params_make(to, "b", wg_view_f64((double[]){ 5 }, WG_SCALAR), false);
    WGT_REFUSED(c, SHAPE, "b is a f64 parameter [], and b is a f32 parameter []", wg_params_copy(to, from));
    cr_expect_eq(at(to, "a.W", 0), 4);
}

/* ---- frozen ---- */

static wgt_world net_new(void)
{
    wgt_world n = wgt_world_new(NULL, WG_F64, NULL);
    n.o = wg_sgd(n.p, .lr = 0.5);
    return n;
}

/* loss = body * 2 + head * 3 */
static void step(wgt_world *n)
{
    wg_begin(n->g, WG_TRAIN);
    wg_node body = wg_param(n->g, n->p, "body.w", WG_SCALAR, wg_const(1));
    wg_node head = wg_param(n->g, n->p, "head.w", WG_SCALAR, wg_const(1));
    wg_backward(wg_add(wg_mul(body, 2), wg_mul(head, 3)), n->p);
    wg_optim_step(n->o);
}

/* Without the frozen part, each step moves body by -0.5 * 2 and head by -0.5 * 3. */
Test(frozen, it_has_no_gradient_and_no_step_until_it_is_free_again)
{
    WGT_ENDS wgt_world n = net_new();
    step(&n);
    step(&n);
    cr_expect_eq(wg_params_item(n.p, "body.w"), -1);
    cr_expect_eq(wg_params_freeze(n.p, "body.*", true), WG_OK);
    for (int k = 0; k < 3; k++) step(&n);
    cr_expect_eq(wg_params_item(n.p, "body.w"), -1);
    cr_expect_eq(wg_params_item(n.p, "head.w"), 1 - 5 * 1.5);
    cr_expect_null(wg_params_grad(n.p, wg_params_find(n.p, "body.w")).data);
    cr_expect_eq(wg_params_grad_norm(n.p), 3);
    wg_params_freeze(n.p, "*", false);
    step(&n);
    cr_expect_eq(wg_params_item(n.p, "body.w"), -2);
}

/* Between wg_backward and the step: the gradient is dropped. */
Test(frozen, after_a_backward)
{
    WGT_ENDS wgt_world n = net_new();
    step(&n);
    wg_begin(n.g, WG_TRAIN);
    wg_node body = wg_param(n.g, n.p, "body.w", WG_SCALAR, wg_const(1));
    wg_node head = wg_param(n.g, n.p, "head.w", WG_SCALAR, wg_const(1));
    wg_backward(wg_mul(body, head), n.p);
    wg_params_freeze(wg_params_in(n.p, "body"), "w", true);
    wg_optim_step(n.o);
    cr_expect_eq(wg_params_item(n.p, "body.w"), 0, "1 - 0.5 * 2");
    cr_expect_eq(wg_params_item(n.p, "head.w"), -0.5, "1 - 0.5 * 3, then - 0.5 * 0");
}

Test(frozen, parameters_that_are_made_later_and_all_of_them)
{
    WGT_ENDS wgt_world n = net_new();
    wg_params_freeze(n.p, "b*", true);
    step(&n);
    cr_expect_eq(wg_params_item(n.p, "body.w"), 1);
    cr_expect_eq(wg_params_item(n.p, "head.w"), -0.5);
    wg_params_freeze(n.p, "head.?", true);
    step(&n);
    wgt_expect_error(n.c, WG_ERROR_GRADIENT, "no parameter of p that is not frozen is in this graph");
    WGT_REFUSED(n.c, VALUE, "a pattern is missing", wg_params_freeze(n.p, "", true));
}

/* Of random calls, each repeated now and then, the last one that matches a parameter counts. */
Test(frozen, by_the_last_pattern_that_matches)
{
    static const char *const names[] = { "a.w", "a.b", "c.w", "c.b" }, *const patterns[] = { "*", "a.*",
                                                                                             "*.w", "c.?" };
    wgt_random r = { wgt_seed() };
    for (int run = 0; run < 200; run++) {
        WGT_IN_WORLD(WG_F64, NULL);
        bool frozen[4] = { false };
        wg_node loss = wg_scalar(g, 0);
        for (int k = 0; k < 8; k++) {
            const uint64_t of = wgt_below(&r, 5), on = wgt_below(&r, 2);
            const char *pattern = of == 4 ? "a.w" : patterns[of];
            if (of == 4) wg_params_freeze(wg_params_in(p, "a"), "w", on);
            else wg_params_freeze(p, pattern, on);
            for (int i = 0; i < 4; i++) frozen[i] = fnmatch(pattern, names[i], 0) == 0 ? on : frozen[i];
        }
        for (int i = 0; i < 4; i++) loss = wg_add(loss, wg_param(g, p, names[i], WG_SCALAR, wg_const(1)));
        wg_param(g, p, "free", WG_SCALAR, wg_const(1));
        wg_params_freeze(p, "free", false);
        wg_backward(wg_add(loss, wg_param(g, p, "free", WG_SCALAR, wg_const(1))), p);
        for (int i = 0; i < 4; i++)
            cr_expect_eq(!wg_params_grad(p, wg_params_find(p, names[i])).data, frozen[i], "%s", names[i]);
    }
}

/* Batch normalisation that holds still: its averages stay, too. */
Test(frozen, states_keep_their_values)
{
    WGT_ENDS wgt_world n = net_new();
    const double x[4] = { 1, 2, 3, 6 };
    wg_params_freeze(n.p, "bn.*", true);
    wg_begin(n.g, WG_TRAIN);
    wg_node y = wg_nn_batch_norm(wg_input(n.g, "x", wg_view_f64(x, WG_SHAPE(4, 1))), n.p, "bn");
    wg_node w = wg_param(n.g, n.p, "w", WG_SHAPE(4, 1), wg_const(1));
    wg_backward(wg_sum(wg_mul(w, y)), n.p);
    cr_expect_eq(wg_params_item(n.p, "bn.mean"), 0);
    wg_params_freeze(n.p, "bn.*", false);
    wg_begin(n.g, WG_TRAIN);
    y = wg_nn_batch_norm(wg_input(n.g, "x", wg_view_f64(x, WG_SHAPE(4, 1))), n.p, "bn");
    wg_backward(wg_sum(wg_square(y)), n.p);
    cr_expect_lt(wgt_relative(wg_params_item(n.p, "bn.mean"), 0.1 * 3), 1e-15, "0.1 of the mean");
}

/* ---- sealed ---- */

Test(sealed, an_unknown_name_is_an_error_with_the_nearest)
{
    WGT_ENDS wgt_world n = net_new();
    step(&n);
    wg_params_seal(n.p, true);
    step(&n);
    cr_expect_eq(wg_failed(n.c), WG_OK);
    wg_param(n.g, n.p, "boddy.w", WG_SCALAR, wg_zeros());
    wgt_expect_error(n.c, WG_ERROR_USE,
                     "there is no boddy.w, and the set is sealed (wg_params_seal): it takes no "
                     "new parameters; did you mean body.w?");
    wg_params_seal(n.p, false);
    wg_begin(n.g, WG_TRAIN);
    wg_param(n.g, n.p, "boddy.w", WG_SCALAR, wg_zeros());
}
