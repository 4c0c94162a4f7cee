/* test_recompute.c: wg_recompute and wg_recompute_chain: the same bits as without, the steps that are
 * computed against the formula of Griewank and Walther, memory, random nodes, states, C functions,
 * nesting, second order, refusals. */
#include <math.h>
#include <string.h>

#include "wgnode.h"

enum { ROWS = 6, WIDTH = 5 };

/* ---- a net with blocks ---- */

typedef struct net {
    wg_params *p;
    int block;
    bool again, outer; /* recompute blocks; recompute pairs of blocks, which consist of such */
    bool shared;       /* all blocks have the weights of the first */
} net;

static wg_node block(wg_node x, void *user)
{
    net *n = user;
    char w[16], b[16];
    const int i = n->shared ? 0 : n->block;
    n->block++;
    snprintf(w, sizeof w, "W%d", i), snprintf(b, sizeof b, "b%d", i);
    wg_graph *g = wg_graph_of(x);
    wg_node W = wg_param(g, n->p, w, WG_SHAPE(WIDTH, WIDTH), wg_normal(0, 0.7));
    wg_node h = wg_tanh(wg_dense(x, W, wg_param(g, n->p, b, WG_SHAPE(WIDTH), wg_const(0.1))));
    wg_node noise = wg_random_normal(g, WG_SHAPE(WIDTH));
    h = wg_add(wg_dropout(h, .drop = 0.3), wg_mul(0.1, noise));
    return wg_add(x, wg_mul(wg_sigmoid(h), wg_softmax(h)));
}

static wg_node pair(wg_node x, void *user)
{
    net *n = user;
    for (int i = 0; i < 2; i++) x = n->again ? wg_recompute(x, block, n) : block(x, n);
    return x;
}

static wg_node loss_of(wg_graph *g, net *n, const double *x)
{
    wg_node h = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(ROWS, WIDTH)));
    n->block = 0;
    for (int i = 0; i < 3; i++) h = n->outer ? wg_recompute(h, pair, n) : pair(h, n);
    return wg_mean(wg_square(h));
}

enum { ROUNDS = 3, MOST = 512 };

/* The loss and all gradients of some evaluations, one below the other. Returns how many numbers. */
static int train(wg_start_opts o, net n, double out[])
{
    WGT_GRAPH(WG_F64, &o);
    wgt_random r = { 5 };
    double x[ROWS * WIDTH];
    int at = 0;
    n.p = wg_params_new(c);
    wg_optim *opt = wg_sgd(n.p, .lr = 0.1);
    for (int i = 0; i < ROUNDS; i++) {
        for (int k = 0; k < ROWS * WIDTH; k++) x[k] = wgt_uniform(&r, -1, 1);
        wg_begin(g, WG_TRAIN);
        wg_node loss = loss_of(g, &n, x);
        if (i == 1) out[at++] = wg_item(loss);
        wg_backward(loss, n.p);
        out[at++] = wg_item(loss);
        wg_params_get_grad(n.p, out + at);
        at += (int)wg_params_size(n.p);
        wg_optim_step(opt);
    }
    cr_assert_leq(at, ROUNDS * MOST);
    wgt_finish(c, NULL);
    return at;
}

enum { WAYS = 6 };
static wg_start_opts way(size_t i)
{
    const wg_start_opts all[WAYS] = { WG_OPTS(wg_start_opts, .interpret = 1),
                                      WG_OPTS(wg_start_opts, .interpret = -1),
                                      WG_OPTS(wg_start_opts),
                                      WG_OPTS(wg_start_opts, .interpret = -1, .threads = 2),
                                      WG_OPTS(wg_start_opts, .interpret = -1, .without = WG_WITHOUT_TILES),
                                      WG_OPTS(wg_start_opts, .interpret = 1, .without = WG_WITHOUT_ALL) };
    return all[i];
}

Test(recompute, has_the_bits_of_the_same_without)
{
    static double plain[ROUNDS * MOST], again[ROUNDS * MOST];
    const int n = train(way(0), (net){ 0 }, plain);
    for (size_t w = 0; w < WAYS; w++)
        for (int outer = 0; outer < 2; outer++)
            for (int inner = 1 - outer; inner < 2; inner++) {
                const net by = { .again = inner, .outer = outer };
                cr_assert_eq(train(way(w), by, again), n);
                for (int k = 0; k < n; k++)
                    cr_assert(wgt_ulps(plain[k], again[k]) == 0, "way %zu, outer %d, inner %d: number %d", w,
                              outer, inner, k);
            }
}

Test(recompute, sums_gradients_of_shared_weights_by_parts)
{
    static double plain[ROUNDS * MOST], again[ROUNDS * MOST];
    const int n = train(way(0), (net){ .shared = true }, plain);
    for (size_t w = 0; w < WAYS; w++) {
        cr_assert_eq(train(way(w), (net){ .shared = true, .again = true, .outer = true }, again), n);
        cr_expect_lt(wgt_distance(plain, again, (size_t)n), 1e-13, "way %zu", w);
    }
}

/* ---- chains ---- */

/* x = x + sin(k x) / 8: one sine a step. */
static wg_node step(wg_node x, int i, void *user)
{
    return wg_add(x, wg_mul(0.125, wg_sin(wg_mul(x, *(wg_node *)user))));
}

static int sines(wg_graph *g)
{
    int n = 0;
    for (int64_t i = 0; i < wg_graph_nodes(g); i++) n += !strcmp(wg_node_op_name(wg_graph_node(g, i)), "sin");
    return n;
}

/* Steps beyond those of the value, by exhaustion: t(l, s) = min over m of m + t(l - m, s - 1) + t(m, s). */
static int fewest(int steps, int keep)
{
    static int t[64][64];
    for (int s = 1; s <= keep; s++)
        for (int l = 1; l <= steps; l++) {
            t[l][s] = l == 1 ? 0 : s == 1 ? l * (l - 1) / 2 : INT32_MAX;
            for (int m = 1; s > 1 && m < l; m++) {
                const int by = m + t[l - m][s - 1] + t[m][s];
                if (by < t[l][s]) t[l][s] = by;
            }
        }
    return t[steps][keep];
}

static double chain_gradient(wg_context *c, int steps, int keep, double *dk, int *count)
{
    wg_graph *g = wg_graph_new(c);
    const double values[3] = { 0.5, -1, 2 };
    wg_node x = wg_input(g, "x", wg_view_f64(values, WG_SHAPE(3))), k = wg_scalar(g, 1.5), y = x, gx[2];
    if (keep < 0)
        for (int i = 0; i < steps; i++) y = step(y, i, &k);
    else y = wg_recompute_chain(x, step, &k, steps, .keep = keep);
    wg_grads(wg_sum(wg_square(y)), ((wg_node[]){ x, k }), 2, gx);
    *count = sines(g);
    *dk = wg_item(gx[1]);
    double first = wg_item(wg_sum(gx[0]));
    wg_graph_free(g);
    return first;
}

Test(recompute, chains_compute_the_fewest_steps)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (int steps = 1; steps < 40; steps += steps < 12 ? 1 : 9) {
        double dk, plain_dk;
        int count;
        const double plain = chain_gradient(c, steps, -1, &plain_dk, &count);
        for (int keep = 1; keep < 8; keep++) {
            const double again = chain_gradient(c, steps, keep, &dk, &count);
            cr_expect_eq(count, steps + fewest(steps, keep), "%d steps, keep %d", steps, keep);
            cr_expect(wgt_ulps(plain, again) == 0, "%d steps, keep %d", steps, keep);
            cr_expect_float_eq(dk, plain_dk, 1e-13 * (1 + fabs(plain_dk)), "%d steps, keep %d", steps, keep);
        }
        chain_gradient(c, steps, INT32_MAX, &dk, &count);
        cr_expect_eq(count, 2 * steps - 1, "%d steps, all states kept", steps);
        chain_gradient(c, steps, WG_AUTO, &dk, &count);
        cr_expect_leq(count, 3 * steps);
    }
    wgt_finish(c, NULL);
}

Test(recompute, a_chain_of_no_steps_is_its_first_state)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_scalar(g, 3);
    cr_expect_eq(wg_recompute_chain(x, step, &x, 0).index, x.index);
    wgt_finish(c, NULL);
}

/* ---- memory ---- */

enum { CELLS = 20000, STEPS = 60 };

/* Ten values a step. */
static wg_node long_step(wg_node x, int i, void *user)
{
    wg_node k = *(wg_node *)user;
    for (int j = 0; j < 3; j++) x = wg_add(x, wg_roll(wg_mul(wg_tanh(x), k), .axis = 0, .shift = 1));
    return x;
}

/* What the plan of the gradient takes: workspace and results. */
static size_t plan_bytes(int keep)
{
    WGT_WORLD(WG_F64, NULL);
    wg_node x = wg_param(g, p, "x", WG_SHAPE(CELLS), wg_normal(0, 1));
    wg_node k = wg_param(g, p, "k", WG_SHAPE(CELLS), wg_const(0.1)), y = x;
    if (keep < 0)
        for (int i = 0; i < STEPS; i++) y = long_step(y, i, &k);
    else y = wg_recompute_chain(x, long_step, &k, STEPS, .keep = keep);
    wg_backward(wg_mean(wg_square(y)), p);
    const size_t bytes = wg_graph_bytes(g);
    wgt_finish(c, NULL);
    return bytes;
}

/* A step has three values that the gradient reads: the slope of a tanh whose result is added is that of the
 * result. Kept are 60 steps of them, or `keep` states and one step. The rest are a few values of the backward
 * part, and the nodes. */
Test(recompute, takes_less_memory)
{
    const size_t state = CELLS * sizeof(double), plain = plan_bytes(-1);
    cr_expect_gt(plain, 3 * STEPS * state);
    cr_expect_lt(plan_bytes(STEPS), (STEPS + 40) * state);
    cr_expect_lt(plan_bytes(10), (10 + 40) * state);
    cr_expect_lt(plan_bytes(10) * 5, plain);
}

/* ---- what is computed once ---- */

static wg_node with_c(wg_node x, void *user)
{
    wg_node y = wgt_cube(wg_sin(x));
    wg_assign(*(wg_node *)user, wg_mean(y));
    return wg_exp(y);
}

/* y = exp(sin^3 x): dy/dx = y 3 sin^2 x cos x. */
Test(recompute, calls_c_functions_once)
{
    for (int how = -1; how < 2; how++) {
        WGT_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = how));
        const double at[3] = { 0.5, -1, 2 };
        wg_node x = wg_param(g, p, "x", WG_SHAPE(3), wg_values(at));
        wg_node s = wg_state(g, p, "s", WG_SCALAR, wg_const(0)), loss;
        wgt_cubes = 0;
        loss = wg_sum(wg_recompute(x, with_c, &s));
        wg_backward(loss, p);
        double gx[3], mean = 0;
        wg_params_get_grad(p, gx);
        for (int k = 0; k < 3; k++) {
            const double a = sin(at[k]);
            cr_expect_float_eq(gx[k], exp(a * a * a) * 3 * a * a * cos(at[k]), 1e-14);
            mean += a * a * a / 3;
        }
        cr_expect_eq(wgt_cubes, 1);
        cr_expect_float_eq(wg_params_item(p, "s"), mean, 1e-15);
        wgt_finish(c, NULL);
    }
}

/* ---- higher orders, many directions ---- */

static wg_node quartic(wg_node x, void *user) { return wg_mul(wg_square(wg_square(x)), *(wg_node *)user); }
static wg_node twice_quartic(wg_node x, void *user)
{
    return wg_recompute(wg_mul(2, wg_recompute(x, quartic, user)), quartic, user);
}

/* y = k (2 k x^4)^4 = 16 k^5 x^16. */
Test(recompute, derivatives_of_any_order)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[2] = { 0.75, 1.25 }, kv = 0.5, k5 = pow(kv, 5);
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))), k = wg_scalar(g, kv);
    wg_node y = wg_sum(wg_recompute(x, twice_quartic, &k));
    wg_node d = wg_grad(y, x), d2 = wg_grad(wg_sum(d), x), d3 = wg_grad(wg_sum(d2), x), hv;
    wg_node dk = wg_grad(y, k), h = wg_hessian(y, x, x), one = wg_fill(g, 1, WG_SHAPE(2));
    wg_hvp(y, &x, &one, 1, &hv);
    wg_node j = wg_jvp(d, &x, &one, 1);
    /* y = f x^16: derivatives of the orders 1, 2, 2, 2, 3 */
    const wg_node all[] = { d, d2, hv, j, d3 };
    const double factor[] = { 16, 240, 240, 240, 3360 };
    const int power[] = { 15, 14, 14, 14, 13 };
    double v[4], by_k = 0;
    for (int n = 0; n < 5; n++) {
        wg_copy_f64(all[n], v, 2);
        for (int i = 0; i < 2; i++)
            cr_expect_float_eq(v[i], 16 * k5 * factor[n] * pow(at[i], power[n]), 1e-12 * v[i],
                               "derivative %d", n);
    }
    wg_copy_f64(h, v, 4);
    for (int i = 0; i < 2; i++) {
        cr_expect_float_eq(v[3 * i], 16 * k5 * 240 * pow(at[i], 14), 1e-12 * v[3 * i]);
        cr_expect_eq(v[1 + i], 0);
        by_k += 80 * pow(kv, 4) * pow(at[i], 16);
    }
    cr_expect_float_eq(wg_item(dk), by_k, 1e-12 * by_k);
    wgt_finish(c, NULL);
}

Test(recompute, rows_of_a_part_are_those_of_a_loop)
{
    WGT_GRAPH(WG_F64, NULL);
    const double at[2] = { 0.75, 1.25 }, all[6] = { 0.5, 1, -1, 2, 0.25, 1.5 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))), k = wg_scalar(g, 0.5);
    wg_node rows = wg_input(g, "rows", wg_view_f64(all, WG_SHAPE(3, 2)));
    wg_node y = wg_recompute(x, twice_quartic, &k), d = wg_grad(wg_sum(y), x);
    wg_node many = wg_vmap(d, x, rows), of_rows = wg_grad(wg_sum(wg_vmap(y, x, rows)), rows);
    double v[6], w[6];
    wg_copy_f64(many, v, 6);
    wg_copy_f64(of_rows, w, 6);
    for (int i = 0; i < 6; i++) {
        const double e = 8 * pow(all[i], 15);
        cr_expect_float_eq(v[i], e, 1e-12 * (1 + fabs(e)));
        cr_expect_float_eq(w[i], e, 1e-12 * (1 + fabs(e)));
    }
    wg_node j = wg_jacobian(y, x);
    wg_copy_f64(j, v, 4);
    cr_expect_float_eq(v[0], 8 * pow(at[0], 15), 1e-12);
    cr_expect_eq(v[1], 0);
    wgt_finish(c, NULL);
}

/* ---- graphs that are kept ---- */

Test(recompute, new_inputs_of_a_graph_that_is_kept)
{
    WGT_GRAPH(WG_F64, NULL);
    double at[2] = { 0.75, 1.25 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))), k = wg_scalar(g, 0.5);
    wg_node d = wg_grad(wg_sum(wg_recompute(x, twice_quartic, &k)), x);
    for (int i = 0; i < 5; i++) {
        double v[2];
        at[0] = 0.5 + 0.1 * i;
        wg_input_set(x, wg_view_f64(at, WG_SHAPE(2)));
        wg_copy_f64(d, v, 2);
        cr_expect_float_eq(v[0], 8 * pow(at[0], 15), 1e-12);
    }
    wgt_finish(c, NULL);
}

/* ---- parts that compute nothing, mistakes ---- */

static wg_node same(wg_node x, void *user) { return x; }
static wg_node other(wg_node x, void *user) { return *(wg_node *)user; }
static wg_node nothing(wg_node x, void *user) { return wg_none; }

Test(recompute, a_part_without_nodes_is_what_it_returns)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_scalar(g, 2), k = wg_scalar(g, 3);
    cr_expect_eq(wg_recompute(x, same, NULL).index, x.index);
    cr_expect_eq(wg_recompute(x, other, &k).index, k.index);
    wgt_finish(c, NULL);
}

Test(recompute, mistakes)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_graph *another = wg_graph_new(c);
    wg_node x = wg_scalar(g, 2), far = wg_scalar(another, 1);
    cr_expect(!wg_node_ok(wg_recompute(x, NULL, NULL)));
    wgt_expect_error(c, WG_ERROR_USE, "recompute: the function is NULL");
    cr_expect(!wg_node_ok(wg_recompute(x, nothing, NULL)));
    wgt_expect_error(c, WG_ERROR_USE, "the result of the function is wg_none");
    cr_expect(!wg_node_ok(wg_recompute(x, other, &far)));
    wgt_expect_error(c, WG_ERROR_USE, "the result of the function is a node of another graph");
    cr_expect(!wg_node_ok(wg_recompute_chain(x, step, &x, -1)));
    wgt_expect_error(c, WG_ERROR_USE, "steps is -1");
    cr_expect(!wg_node_ok(wg_recompute_chain(x, step, &x, 3, .keep = -2)));
    wgt_expect_error(c, WG_ERROR_VALUE, "keep -2: must be in [1, inf)");
    cr_expect(!wg_node_ok(wg_recompute_chain(x, NULL, &x, 3)));
    wgt_expect_error(c, WG_ERROR_USE, "the function of a step is NULL");
    wgt_finish(c, NULL);
}

static void small_training(wg_context *c)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    net n = { .p = p, .again = true, .outer = true };
    double x[ROWS * WIDTH] = { 1, 2, 3 };
    for (int i = 0; i < 2 && !wg_failed(c); i++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(loss_of(g, &n, x), p);
    }
}

Test(recompute, survives_every_failing_allocation)
{
    wgt_each_allocation_fails(&WG_OPTS(wg_start_opts, .dtype = WG_F64, .interpret = -1), 40, small_training);
}
