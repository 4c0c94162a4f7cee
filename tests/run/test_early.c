/* test_early.c: in a large program of scalars values are computed while nodes are made. Whoever reads them
 * sees the parameters and inputs as they are at the first read, as everywhere. All values here are whole
 * numbers or sums of few powers of two, so they are exact. */
#include "wgtest.h"

enum { BEFORE = 10000 };

static wgt_world start(unsigned without)
{
    wgt_world s = wgt_world_new(NULL, WG_F64, &WG_OPTS(wg_start_opts, .without = without));
    s.o = wg_sgd(s.p, .lr = 1);
    return s;
}

static wg_node parameter(wgt_world *s) { return wg_param(s->g, s->p, "x", WG_SCALAR, wg_const(3)); }

/* x, after thousands of nodes: 1 is added and subtracted again. */
static wg_node far(wg_node x)
{
    for (int i = 0; i < BEFORE; i++) x = i % 2 ? wg_sub(x, 1) : wg_add(x, 1);
    return x;
}

static const unsigned ways[] = { 0, WG_WITHOUT_TAPE, WG_WITHOUT_SHORT, WG_WITHOUT_ALL };
#define FOR_EACH_WAY(s)                  \
    for (int way_ = 0; way_ < 4; way_++) \
        for (wgt_world s = start(ways[way_]); s.c; wgt_finish(s.c, NULL), s.c = NULL)

Test(early, parameters_are_those_of_the_first_read)
{
    FOR_EACH_WAY(s)
    for (int round = 0; round < 2; round++) {
        wg_begin(s.g, WG_TRAIN);
        wg_node x = parameter(&s), y = wg_square(far(x));
        wg_params_set(s.p, &(double){ 5 });
        cr_assert_eq(wg_item(y), 25);
        wg_node z = wg_mul(y, 2);
        cr_assert_eq(wg_item(z), 50);
        wg_backward(z, s.p);
        double d = 0;
        wg_params_get_grad(s.p, &d);
        cr_assert_eq(d, 20);
        wg_params_set(s.p, &(double){ 3 });
    }
}

/* What has been read stays as it was, also the parameter itself. */
Test(early, a_step_changes_no_result)
{
    FOR_EACH_WAY(s)
    {
        wg_node x = parameter(&s), kept = wg_keep(wg_add(x, 4)), y = wg_square(far(x));
        cr_assert_eq(wg_item(x), 3);
        wg_backward(y, s.p);
        wg_optim_step(s.o);
        cr_assert_eq(wg_item(x), 3);
        cr_assert_eq(wg_item(y), 9);
        cr_assert_eq(wg_item(kept), 7);
        wg_begin(s.g, WG_TRAIN);
        cr_assert_eq(wg_item(wg_square(far(parameter(&s)))), 9, "3 - 2 3 = -3");
        wg_node z = far(parameter(&s));
        cr_assert_eq(wg_item(z), -3);
    }
}

Test(early, inputs_are_those_of_the_first_read)
{
    FOR_EACH_WAY(s)
    {
        double own = 1, borrowed = 2;
        wg_node a = wg_input(s.g, "a", wg_view_f64(&own, WG_SCALAR));
        wg_node b = wg_input_borrow(s.g, "b", wg_view_f64(&borrowed, WG_SCALAR));
        wg_node x = far(a), y = wg_mul(far(b), x);
        own = 10, borrowed = 20;
        cr_assert_eq(wg_item(y), 20, "a was copied, b was not");
        wg_input_set(a, wg_view_f64((double[]){ 7 }, WG_SCALAR));
        cr_assert_eq(wg_item(y), 140);
        wg_node z = far(wg_add(y, a));
        wg_input_set(a, wg_view_f64((double[]){ 8 }, WG_SCALAR));
        cr_assert_eq(wg_item(z), 168);
        wg_begin(s.g, WG_TRAIN);
        a = wg_input(s.g, "a", wg_view_f64(&own, WG_SCALAR));
        z = far(a);
        wg_input_set(a, wg_view_f64((double[]){ 8 }, WG_SCALAR));
        cr_assert_eq(wg_item(z), 8);
    }
}

Test(early, removed_nodes_have_no_value)
{
    FOR_EACH_WAY(s)
    {
        wg_node x = parameter(&s), y = far(x);
        for (int k = 0; k < 3; k++) {
            const int64_t mark = k < 2 ? wgx_graph_mark(s.g) : 3;
            wg_node z = wg_mul(y, k + 2);
            if (k == 1) cr_assert_eq(wg_item(far(z)), 9);
            wgx_graph_rewind(s.g, mark);
        }
        cr_assert_eq(wg_item(wg_square(far(x))), 9);
    }
}

/* Beside tensors, plans run. */
Test(early, tensors_that_come_later)
{
    FOR_EACH_WAY(s)
    for (int round = 0; round < 4; round++) {
        wg_begin(s.g, WG_TRAIN);
        wg_node x = parameter(&s), y = far(x), v = wg_fill(s.g, 2, WG_SHAPE(1000));
        wg_node loss = wg_add(wg_sum(wg_mul(v, y)), wg_square(wg_slice(v, .axis = 0, .from = 3, .to = 4)));
        if (round % 2) cr_assert_eq(wg_item(loss), 6004);
        wg_backward(loss, s.p);
        double d = 0;
        wg_params_get_grad(s.p, &d);
        cr_assert_eq(d, 2000);
        cr_assert_eq(wg_item(loss), 6004);
    }
}

/* States change when wg_backward has succeeded. */
Test(early, states_keep_their_value_in_an_evaluation)
{
    FOR_EACH_WAY(s)
    for (int round = 0; round < 3; round++) {
        wg_begin(s.g, WG_TRAIN);
        wg_node t = wg_state(s.g, s.p, "t", WG_SCALAR, wg_const(0)), x = parameter(&s), y = wg_mul(far(t), x);
        wg_assign(t, wg_add(t, 1));
        wg_backward(y, s.p);
        cr_assert_eq(wg_item(y), 3 * round);
        cr_assert_eq(wg_item(t), round);
    }
}

/* y = a b c with a rule of its own: a node of four operands among the scalars. */
static void product_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    for (int k = 0; k < 3; k++) gx[k] = wg_mul(gy, wg_mul(x[(k + 1) % 3], x[(k + 2) % 3]));
}

Test(early, a_node_of_many_operands)
{
    FOR_EACH_WAY(s)
    {
        wg_node x = parameter(&s), two = wg_add(x, -1), four = wg_add(x, 1);
        wg_node y =
            wg_custom_vjp(wg_mul(x, wg_mul(two, four)), ((wg_node[]){ x, two, four }), 3, product_rule);
        wg_backward(far(y), s.p);
        cr_expect_eq(wg_item(y), 3 * 2 * 4);
        cr_expect_eq(*(double *)wg_params_grad(s.p, 0).data, 2 * 4 + 3 * 4 + 3 * 2);
    }
}
