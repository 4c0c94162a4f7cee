/* test_check_cases.c: graphs that gradient checks are known to get wrong. Right gradients never fail.
 * Functions of this kind stand in tests/corpus/functions.txt. */
#include "wgcheck.h"

/* ---- graphs ---- */

enum { ROWS = 10, COLUMNS = 4, CLASSES = 3 };

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    double x[ROWS * COLUMNS];
    int32_t y[ROWS];
} net;

static net make_net(uint64_t seed)
{
    net n = { .c = wgt_start(NULL, WG_F32, &WG_OPTS(wg_start_opts, .seed = seed, .threads = 1)) };
    wgt_random random = { seed };
    n.g = wg_graph_new(n.c), n.p = wg_params_new(n.c);
    for (int i = 0; i < ROWS * COLUMNS; i++) n.x[i] = wgt_uniform(&random, -1, 1);
    for (int i = 0; i < ROWS; i++) n.y[i] = n.x[i * COLUMNS] > 0 ? 1 : n.x[i * COLUMNS + 1] > 0 ? 2 : 0;
    return n;
}

static wg_node input_of(net *n)
{
    wg_begin(n->g, WG_TRAIN);
    return wg_cast(wg_input(n->g, "x", wg_view_f64(n->x, WG_SHAPE(ROWS, COLUMNS))), WG_F32);
}

static wg_node classes_of(net *n, wg_node h)
{
    return wg_softmax_cross_entropy(h, wg_input(n->g, "y", wg_view_i32(n->y, WG_SHAPE(ROWS))));
}

Test(check_cases, a_trained_softmax_classifier_passes)
{
    WGT_ENDS net n = make_net(4);
    wg_optim *o = wg_adam(n.p, .lr = 0.1);
    for (int step = 0; step < 1000; step++) {
        wg_backward(classes_of(&n, wg_nn_dense(input_of(&n), n.p, "out", CLASSES)), n.p);
        wg_optim_step(o);
    }
    wg_node loss = classes_of(&n, wg_nn_dense(input_of(&n), n.p, "out", CLASSES));
    cr_expect_lt(wg_item(loss), 0.05);
    cr_expect_eq(wgt_verdict(wg_gradcheck(loss, n.p)), WG_PASS);
    wg_optim_free(o);
}

static wg_node tiny(net *n, bool halved)
{
    const wg_init small = wg_normal(0, 1e-4);
    wg_node h = input_of(n);
    h = wg_relu(wg_nn_dense(h, n->p, "fc1", 8, .W_init = small, .b_init = small));
    h = wg_relu(wg_nn_dense(h, n->p, "fc2", 8, .W_init = small, .b_init = small));
    h = wg_nn_dense(h, n->p, "out", CLASSES, .W_init = small, .b_init = small);
    if (halved) h = wg_add(wg_mul(0.5, h), wg_stop_gradient(wg_mul(0.5, h)));
    return classes_of(n, h);
}

Test(check_cases, nets_of_relu_with_tiny_weights_do_not_fail)
{
    for (uint64_t seed = 1; seed <= 80; seed++) {
        WGT_ENDS net n = make_net(seed);
        WGT_FREED wg_check *r = wg_gradcheck(tiny(&n, false), n.p);
        cr_expect_eq(wg_check_verdict(r), WG_PASS, "%d: %s", (int)seed, wg_check_facts_of(r)->reason);
    }
}

/* 100 components, so that they are compared in directions: each direction has many kinks at the point. */
static wg_node units(wg_graph *g, const double at[100], wg_vjp_rule rule)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(50, 2)));
    wg_node y = wg_custom_vjp(wg_relu(x), &x, 1, rule), left = wg_slice(y, .axis = 1, .from = 0, .to = 1);
    return wg_sum(wg_sub(left, wg_slice(y, .axis = 1, .from = 1, .to = 2)));
}
static void relu_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_cast(wg_greater(x[0], 0), WG_F64));
}
static void leaky_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_where(wg_greater(x[0], 0), gy, wg_mul(gy, 0.01));
}

Test(check_cases, many_kinks_at_the_point)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double at[100] = { 0 };
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, relu_rule), NULL)), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, leaky_rule), NULL)), WG_FAIL);
    for (int i = 0; i < 100; i++) at[i] = i % 3 ? 1e-9 * (i - 50) : 0.1 * (i - 50);
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, relu_rule), NULL)), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, leaky_rule), NULL)), WG_FAIL);
}

/* relu at 0 has every slope from 0 to 1; a rule of the user may give another one than the library. */
static void at_zero(wg_node gy, const wg_node x[], wg_node gx[], double slope)
{
    gx[0] = wg_mul(gy, wg_where(wg_equal(x[0], 0), wg_add(wg_mul(x[0], 0), slope),
                                wg_cast(wg_greater(x[0], 0), WG_F64)));
}
static void one_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    at_zero(gy, x, gx, 1);
}
static void half_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    at_zero(gy, x, gx, 0.5);
}
static void two_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    at_zero(gy, x, gx, 2);
}

Test(check_cases, each_slope_at_a_kink_is_right)
{
    static const wg_vjp_rule rule[] = { one_rule, half_rule, two_rule };
    WGT_IN_GRAPH(WG_F64, NULL);
    const double at[3] = { 0, 1.5, -2 };
    for (int i = 0; i < 3; i++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3)));
        wg_check *r = wg_gradcheck(wg_sum(wg_custom_vjp(wg_relu(x), &x, 1, rule[i])), NULL);
        cr_expect_eq(wgt_verdict(r), i < 2 ? WG_PASS : WG_FAIL, "%d", i);
    }
}

Test(check_cases, ties_and_differences_near_zero)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double four[4] = { 1, 1, 1, 1 }, near[4] = { 1, 1 - 1e-9, 1 + 1e-12, 1 };
    wg_node x = wg_input(g, "x", wg_view_f64(four, WG_SHAPE(4))),
            y = wg_input(g, "y", wg_view_f64(near, WG_SHAPE(4)));
    const wg_node f[] = { wg_max(x),
                          wg_square(wg_max(x)),
                          wg_max(y),
                          wg_sum(wg_abs(wg_sub(x, y))),
                          wg_sum(wg_maximum(x, y)),
                          wg_sum(wg_minimum(y, 1)) };
    for (int i = 0; i < (int)(sizeof f / sizeof *f); i++)
        cr_expect_eq(wgt_verdict(wg_gradcheck(f[i], NULL)), WG_PASS, "%d", i);
}

/* ---- what shows nothing ---- */

Test(check_cases, empty_and_unreached_inputs_do_not_count)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double at[2] = { 0.5, -2 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))),
            none = wg_input(g, "none", wg_view_f64(at, WG_SHAPE(2, 0)));
    wg_node off = wg_input(g, "off", wg_view_f64(at, WG_SHAPE(2)));
    wg_node f = wg_add(wg_sum(wg_exp(x)), wg_add(wg_sum(none), wg_sum(wg_mul(off, 0))));
    wg_check *r = wg_gradcheck(f, NULL);
    cr_assert_eq(wg_check_facts_of(r)->inputs, 3);
    wgt_expect_report(r, "none    not checked: it is empty");
    wgt_expect_report(r, "off     inconclusive: all zero");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}
