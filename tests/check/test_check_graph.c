/* test_check_graph.c: the gradient check of graphs. It works on a clone of the graph in double, and does not
 * change the graph. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wgcheck.h"

Test(check_graph, theta_cubed_at_one)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    float at = 1;
    wg_node theta = wg_input(g, "theta", wg_view_f32(&at, WG_SCALAR));
    wg_node f = wg_pow(theta, 3);
    wg_check *two = wg_gradcheck(f, NULL, .eps = 0.01);
    wg_check *one = wg_gradcheck_nodes(f, &theta, 1, .eps = 0.01, .one_sided = true);
    cr_assert_eq(wg_check_facts_of(two)->inputs, 1);
    cr_expect_str_eq(wg_check_input_at(two, 0).name, "theta");
    cr_expect_float_eq(wg_check_input_at(two, 0).numeric[0], 3.0001, 1e-9);
    cr_expect_float_eq(wg_check_input_at(two, 0).analytic[0], 3, 1e-14);
    cr_expect_float_eq(wg_check_input_at(one, 0).numeric[0], 3.0301, 1e-9);
    wg_check_free(two), wg_check_free(one);
}

static const double start[2] = { -1.2, 1 };

static wg_node component(wg_node x, int i)
{
    return wg_reshape(wg_slice(x, .axis = 0, .from = i, .to = i + 1), WG_SCALAR);
}

static wg_node rosenbrock_node(wg_node x)
{
    wg_node x0 = component(x, 0), x1 = component(x, 1);
    return wg_add(wg_square(wg_sub(1, x0)), wg_mul(100, wg_square(wg_sub(x1, wg_square(x0)))));
}

Test(check_graph, rosenbrock)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double b = 1 - 1.44, right[2] = { -2 * 2.2 + 400 * 1.2 * b, 200 * b };
    wg_node x = wg_input(g, "x", wg_view_f64(start, WG_SHAPE(2)));
    wg_check *r = wg_gradcheck(rosenbrock_node(x), NULL);
    cr_assert_eq(wg_check_facts_of(r)->inputs, 1);
    for (int i = 0; i < 2; i++) cr_expect_float_eq(wg_check_input_at(r, 0).analytic[i], right[i], 1e-11);
    cr_expect_float_eq(wg_check_facts_of(r)->value, 24.2, 1e-13);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

/* A network with all that a check could change by mistake: batch norm's averages, dropout's masks, f32
 * parameters. */

enum { ROWS = 12, COLUMNS = 5, CLASSES = 3 };

typedef struct network {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    float x[ROWS * COLUMNS];
    int32_t y[ROWS];
} network;

static network make_network(wg_dtype t)
{
    network n = { .c = wgt_start(NULL, t, &WG_OPTS(wg_start_opts, .seed = 5, .threads = 1)) };
    wgt_random random = { 17 };
    n.g = wg_graph_new(n.c), n.p = wg_params_new(n.c);
    for (int i = 0; i < ROWS * COLUMNS; i++) n.x[i] = (float)wgt_uniform(&random, -1, 1);
    for (int i = 0; i < ROWS; i++) n.y[i] = (int32_t)wgt_below(&random, CLASSES);
    return n;
}

static wg_node loss_of(network *n, double keep_prob)
{
    wg_begin(n->g, WG_TRAIN);
    wg_node x =
        wg_cast(wg_input(n->g, "x", wg_view_f32(n->x, WG_SHAPE(ROWS, COLUMNS))), wg_context_dtype(n->c));
    wg_node y = wg_input(n->g, "y", wg_view_i32(n->y, WG_SHAPE(ROWS)));
    wg_node h = wg_tanh(wg_nn_batch_norm(wg_nn_dense(x, n->p, "fc1", 4, .bias = false), n->p, "bn"));
    if (keep_prob < 1) h = wg_dropout(h, .keep_prob = keep_prob);
    return wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "out", CLASSES), y);
}

/* All parameters and states, as bytes one after another, for the caller to free. */
static char *bytes_of(const wg_params *p, size_t *size)
{
    char *all = NULL;
    *size = 0;
    for (int i = 0; i < wg_params_count(p); i++) {
        wg_tensor t = wg_params_tensor(p, i);
        size_t n = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
        all = realloc(all, *size + n + 1);
        memcpy(all + *size, t.data, n);
        *size += n;
    }
    return all;
}

Test(check_graph, a_network_in_f32_is_checked_in_f64)
{
    WGT_ENDS network n = make_network(WG_F32);
    wg_check *r = wg_gradcheck(loss_of(&n, 0.7), n.p);
    cr_expect_lt(wg_check_facts_of(r)->ratio, 1e-6, "%g: f32 differences would be wrong in all digits",
                 wg_check_facts_of(r)->ratio);
    cr_expect_eq(wg_check_facts_of(r)->inputs, 5, "fc1.W bn.gamma bn.beta out.W out.b: no states, no inputs");
    for (int i = 0; i < wg_check_facts_of(r)->inputs; i++) {
        wg_check_input in = wg_check_input_at(r, i);
        cr_expect_geq(wg_params_find(n.p, in.name), 0, "%s", in.name);
        cr_expect_str_eq(in.op, "param");
        cr_expect(strstr(in.where, "test_check_graph.c:"), "%s", in.where);
        cr_expect_eq(in.verdict, WG_PASS, "%s: %s", in.name, in.reason);
    }
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

Test(check_graph, nothing_is_changed)
{
    network n = make_network(WG_F64), m = make_network(WG_F64);
    size_t size, size_after;
    wg_node loss = loss_of(&n, 0.5);
    double before = wg_item(loss);
    char *bytes = bytes_of(n.p, &size);
    uint64_t epoch = wgx_graph_epoch(n.g);
    int64_t nodes = wg_graph_nodes(n.g);

    wg_check *r = wg_gradcheck(loss, n.p);
    cr_expect_eq(wg_check_facts_of(r)->value, before, "the same masks: %.17g, %.17g",
                 wg_check_facts_of(r)->value, before);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);

    char *bytes_after = bytes_of(n.p, &size_after);
    cr_expect_eq(size, size_after);
    cr_expect_eq(memcmp(bytes, bytes_after, size), 0, "parameters or states have changed");
    cr_expect_eq(wgx_graph_epoch(n.g), epoch);
    cr_expect_eq(wg_graph_nodes(n.g), nodes);
    cr_expect_eq(wg_item(loss), before);
    wg_check_free(r);
    free(bytes), free(bytes_after);

    /* Later masks, gradients and states are those of a run that was never checked. */
    cr_assert_eq(wg_item(loss_of(&m, 0.5)), before);
    for (int step = 0; step < 3; step++) {
        wg_node a = loss_of(&n, 0.5), b = loss_of(&m, 0.5);
        wg_check_free(wg_gradcheck(a, n.p)); /* before anything of it has run */
        wg_backward(a, n.p), wg_backward(b, m.p);
        cr_expect_eq(wg_item(a), wg_item(b), "step %d", step);
        bytes = bytes_of(n.p, &size), bytes_after = bytes_of(m.p, &size_after);
        cr_expect(size == size_after && memcmp(bytes, bytes_after, size) == 0, "step %d", step);
        free(bytes), free(bytes_after);
    }
    wgt_finish(n.c, NULL), wgt_finish(m.c, NULL);
}

Test(check_graph, the_values_read_before_are_still_there)
{
    WGT_ENDS network n = make_network(WG_F32);
    wg_node loss = loss_of(&n, 0.5);
    wg_tensor t = wg_value(loss);
    float before = *(float *)t.data;
    wg_check_free(wg_gradcheck(loss, n.p));
    cr_expect_eq(*(float *)t.data, before);
}

Test(check_graph, the_report_outlives_the_context_and_repeats)
{
    char *text[2];
    for (int k = 0; k < 2; k++) {
        network n = make_network(WG_F32);
        wg_check *r = wg_gradcheck(loss_of(&n, 0.5), n.p);
        wgt_finish(n.c, NULL);
        text[k] = wgt_report(r);
        wg_check_free(r);
    }
    cr_expect_str_eq(text[0], text[1]);
    cr_expect(strstr(text[0], "out.W["), "%s", text[0]);
    cr_expect(strstr(text[0], "verdict PASS"), "%s", text[0]);
    free(text[0]), free(text[1]);
}

/* ---- graphs that show nothing ---- */

Test(check_graph, nan_is_inconclusive)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double at[2] = { 1, -1 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2)));
    wg_check *r = wg_gradcheck(wg_sum(wg_log(x)), NULL);
    wgt_expect_report(r, "NaN");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
    cr_expect_eq(wg_failed(c), WG_OK);
}

/* Of 300 components those from 200 on are so near to zero that a step leads below it, where there is no
 * logarithm. */
static wg_check *check_by(int threads, int64_t *evaluations)
{
    WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = threads));
    double x[300], y[300];
    for (int i = 0; i < 300; i++) x[i] = i < 200 ? 0.5 + 0.01 * i : 1e-6, y[i] = 0.1 * i - 3;
    wg_node a = wg_input(g, "a", wg_view_f64(x, WG_SHAPE(300))),
            b = wg_input(g, "b", wg_view_f64(y, WG_SHAPE(300)));
    wg_check *r = wg_gradcheck(wg_sum(wg_mul(wg_log(a), wg_tanh(b))), NULL, .eps = 1e-5);
    *evaluations = wg_check_facts_of(r)->evaluations;
    return r;
}

Test(check_graph, threads_change_nothing)
{
    int64_t count[2];
    wg_check *one = check_by(1, &count[0]), *two = check_by(2, &count[1]);
    cr_expect_eq(count[0], count[1]);
    cr_expect_eq(wg_check_verdict(one), wg_check_verdict(two));
    for (int k = 0; k < 2; k++) {
        wg_check_input p = wg_check_input_at(one, k), q = wg_check_input_at(two, k);
        cr_expect_str_eq(p.reason, q.reason);
        cr_expect(p.verdict == q.verdict && p.worst == q.worst && p.ratio == q.ratio);
        cr_expect(memcmp(p.numeric, q.numeric, 300 * sizeof *p.numeric) == 0);
    }
    cr_expect(strstr(wg_check_input_at(two, 0).reason, "a[200]"), "%s", wg_check_input_at(two, 0).reason);
    wg_check_free(one), wg_check_free(two);
}

typedef struct visitors {
    int now, most;
} visitors;

static int visited(size_t n, const double *x, size_t m, double *y, void *user)
{
    visitors *v = user;
    int now = __atomic_add_fetch(&v->now, 1, __ATOMIC_SEQ_CST);
    if (now > v->most) v->most = now;
    usleep(200); /* any time does */
    y[0] = 0;
    for (size_t i = 0; i < n; i++) y[0] += x[i] * x[i];
    __atomic_sub_fetch(&v->now, 1, __ATOMIC_SEQ_CST);
    return m != 1;
}
static int visited_back(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    (void)m, (void)user;
    for (size_t i = 0; i < n; i++) gx[i] = 2 * x[i] * gy[0];
    return 0;
}

/* A function of the user's has memory of its own, and is called by one thread at a time. */
Test(check_graph, a_users_function_is_called_by_one_thread_at_a_time)
{
    WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = 4));
    visitors v = { 0 };
    double at[64];
    for (int i = 0; i < 64; i++) at[i] = 0.1 * i;
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(64)));
    wg_node f = wg_extern(x, WG_SCALAR, .forward = visited, .backward = visited_back, .user = &v);
    wg_check *r = wg_gradcheck(f, NULL);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    cr_expect_eq(v.most, 1);
}

Test(check_graph, nothing_to_compare)
{
    WGT_ENDS network n = make_network(WG_F64);
    wg_check *r = wg_gradcheck(wg_sum(wg_square(wg_scalar(n.g, 3))), n.p);
    wgt_expect_report(r, "nothing to compare");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
    cr_expect_eq(wgt_verdict(wg_gradcheck_nodes(wg_scalar(n.g, 3), NULL, 0)), WG_INCONCLUSIVE);
}

static void no_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) {}

Test(check_graph, inputs_without_a_derivative_do_not_count)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double a[3] = { 1, 2, 3 }, b[3] = { 2, 1, 4 };
    wg_node x = wg_input(g, "x", wg_view_f64(a, WG_SHAPE(3)));
    wg_node z = wg_input(g, "z", wg_view_f64(b, WG_SHAPE(3)));
    wg_node f = wg_sum(wg_mul(wg_square(x), wg_custom_vjp(wg_square(z), &z, 1, no_vjp)));
    wg_check *r = wg_gradcheck(f, NULL);
    cr_expect_eq(wg_check_facts_of(r)->inputs, 2);
    wgt_expect_report(r, "not checked");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck_nodes(f, ((wg_node[]){ x, z }), 2)), WG_INCONCLUSIVE,
                 "who asks gets an answer");
    r = wg_gradcheck_nodes(f, ((wg_node[]){ x, x }), 2);
    cr_expect_eq(wg_check_facts_of(r)->inputs, 1, "a node that is given twice is one input");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    cr_expect_eq(wg_failed(c), WG_OK);
}

static void same_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = gy; }

/* A bias before batch norm has the gradient zero, and what rounding leaves of it no slope shows: the other
 * parts decide. So it is with a rule of one's own, too. */
Test(check_graph, a_gradient_that_f_does_not_show)
{
    WGT_ENDS network n = make_network(WG_F64);
    wg_node x = wg_cast(wg_input(n.g, "x", wg_view_f32(n.x, WG_SHAPE(ROWS, COLUMNS))), WG_F64);
    wg_node h = wg_nn_batch_norm(wg_nn_dense(x, n.p, "fc1", 4), n.p, "bn");
    wg_check *r = wg_gradcheck(wg_mean(wg_square(wg_tanh(h))), n.p);
    cr_assert_eq(wg_check_facts_of(r)->inputs, 4);
    cr_expect_str_eq(wg_check_input_at(r, 1).name, "fc1.b");
    cr_expect_eq(wg_check_input_at(r, 1).verdict, WG_INCONCLUSIVE);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    h = wg_custom_vjp(h, &h, 1, same_vjp);
    r = wg_gradcheck(wg_mean(wg_square(wg_tanh(h))), n.p);
    cr_expect_eq(wg_check_input_at(r, 1).verdict, WG_INCONCLUSIVE);
    wgt_expect_report(r, "the exact gradient is zero, and all that runs is rounding");
    int marks;
    wg_check_marks(r, n.g, &marks);
    cr_expect_eq(marks, 3, "the three that pass");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

Test(check_graph, a_part_of_the_parameters)
{
    WGT_ENDS network n = make_network(WG_F64);
    wg_node loss = loss_of(&n, 1);
    wg_check *r = wg_gradcheck(loss, wg_params_in(n.p, "out"));
    cr_assert_eq(wg_check_facts_of(r)->inputs, 2);
    cr_expect_str_eq(wg_check_input_at(r, 0).name, "out.W");
    cr_expect_str_eq(wg_check_input_at(r, 1).name, "out.b");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

/* ---- mistakes ---- */

Test(check_graph, mistakes_are_named)
{
    WGT_GRAPH(WG_F64, NULL);
    double a[3] = { 1, 2, 3 };
    wg_node x = wg_input(g, "x", wg_view_f64(a, WG_SHAPE(3)));
    wg_node y = wg_square(x), f = wg_sum(y);

    wg_check *r = wg_gradcheck(y, NULL);
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE, "not a scalar");

    r = wg_gradcheck_nodes(f, &y, 1);
    wgt_expect_report(r, "computed");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);

    cr_expect_eq(wgt_verdict(wg_gradcheck(wg_number(3), NULL)), WG_INCONCLUSIVE);
    cr_expect_eq(wgt_verdict(wg_gradcheck(wg_none, NULL)), WG_INCONCLUSIVE);
    if (wg_failed(c)) wg_recover(c);

    wg_begin(g, WG_TRAIN);
    cr_expect_eq(wgt_verdict(wg_gradcheck(f, NULL)), WG_INCONCLUSIVE);
    wgt_expect_error(c, WG_ERROR_USE, "test_check_graph.c:");

    wg_fail(c, WG_HERE, WG_ERROR_USER, "a mistake of before");
    r = wg_gradcheck(f, NULL);
    wgt_expect_report(r, "a mistake of before");
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
    wgt_drop(c, NULL);
}

static void *no_memory(void *user, void *p, size_t old_size, size_t new_size)
{
    return (void)user, (void)old_size, (void)new_size, p;
}

Test(check_graph, without_memory)
{
    wg_allocator none = { no_memory, NULL };
    wg_context *c = wg_start(.allocator = &none);
    cr_expect_neq(wg_failed(c), WG_OK);
    cr_expect_eq(wgt_verdict(wg_gradcheck(wg_none, NULL)), WG_INCONCLUSIVE);
    wg_finish(c, NULL);
}

/* Every allocation of the user's context fails in turn: the check reports it, or works without that
 * memory. */
Test(check_graph, failing_allocations)
{
    int64_t failed = 1;
    for (int64_t k = 1; failed; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F32, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_node W = wg_param(g, p, "W", WG_SHAPE(3, 2), wg_xavier());
        wg_node loss = wg_sum(wg_tanh(W));
        m.fail_at = m.calls + k;
        wg_check *r = wg_gradcheck(loss, p);
        failed = m.failed;
        cr_expect_neq(wg_check_verdict(r), WG_FAIL);
        cr_expect(failed || wg_check_verdict(r) == WG_PASS);
        wg_check_free(r);
        wgt_drop(c, &m);
    }
}

/* The rule of x^3 by its exponent is NaN where x is negative, in f32 as in f64. */
Test(check_graph, a_power_of_a_negative_base_in_f32)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    const wg_node x = wg_input(g, "x", wg_view_f32((float[]){ -1.5f, 2, -0.25f }, WG_SHAPE(3)));
    cr_expect_eq(wgt_verdict(wg_gradcheck(wg_sum(wg_pow(x, 3)), NULL)), WG_PASS);
}
