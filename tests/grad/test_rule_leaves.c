/* test_rule_leaves.c: a derivative rule may use operands, results and numbers. A rule that makes an input, a
 * parameter, a state or a stream is refused by name, with the same message however the derivative is run.
 * Numbers work in all ways. */
#include <string.h>

#include "wgtest.h"

enum { ROUNDS = 5 };

typedef enum leaf { INPUT, PARAM, STATE, STREAM, UNUSED, LEAVES } leaf;

static leaf making;
static wg_params *set;

static const char *const refused[LEAVES] = { "input: \"mask\": the derivative rule of gate ",
                                             "param: \"mask\": the derivative rule of gate ",
                                             "state: \"mask\": the derivative rule of gate ",
                                             "stream: the derivative rule of gate ",
                                             "input: \"mask\": the derivative rule of gate " };

static wg_node leaf_like(wg_site here, wg_node x)
{
    static const float ones[6] = { 1, 1, 1, 1, 1, 1 };
    wg_graph *g = wg_graph_of(x);
    switch (making) {
    case PARAM: return wg_param_at(here, g, set, "mask", wg_node_shape(x), wg_const(1));
    case STATE: return wg_state_at(here, g, set, "mask", wg_node_shape(x), wg_const(1));
    case STREAM: return wg_cast_at(here, wg_stream(here, g, NULL), WG_F32);
    default: return wg_input_at(here, g, "mask", wg_view_f32(ones, wg_node_shape(x)));
    }
}

static void gate_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_node m = leaf_like(here, x[0]);
    gx[0] = making == UNUSED ? wg_neg_at(here, gy) : wg_mul_at(here, gy, m);
}

static double negated(double x, const void *attr) { return -x; }
static const wg_op gate_op = { .name = "gate", .operands = 1, .map = negated, .vjp = gate_vjp };

typedef wg_node (*builder)(wg_graph *g, wg_params *p);

static wg_node gated(wg_graph *g, wg_params *p, wg_shape s)
{
    wg_node w = wg_param(g, p, "w", s, wg_const(2));
    return wg_sum(wg_mul(wg_apply(WG_HERE, &gate_op, &w, 1, NULL), w));
}
static wg_node of_scalars(wg_graph *g, wg_params *p)
{
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2));
    return wg_mul(wg_apply(WG_HERE, &gate_op, &w, 1, NULL), w);
}
static wg_node of_tensors(wg_graph *g, wg_params *p) { return gated(g, p, WG_SHAPE(2, 3)); }

typedef void (*asker)(wg_node loss, wg_node w, wg_params *p);

static void backward(wg_node loss, wg_node w, wg_params *p) { wg_backward(loss, p); }
static void read_and_backward(wg_node loss, wg_node w, wg_params *p)
{
    wg_item(loss);
    wg_backward(loss, p);
}
static void grad(wg_node loss, wg_node w, wg_params *p) { wg_grad(loss, w); }
static void jvp(wg_node loss, wg_node w, wg_params *p) { wg_jvp(loss, &w, &w, 1); }

static void expect_refusal(int interpret, builder build, asker ask)
{
    WGT_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = interpret));
    set = wg_params_new(c);
    for (int k = 0; k < ROUNDS; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node loss = build(g, p), w = wg_graph_node(g, 1);
        cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        ask(loss, w, p);
        wgt_expect_error(c, WG_ERROR_USE, refused[making]);
        cr_assert_eq(wg_params_count(set), 0);
        cr_assert(wg_item(loss) < 0, "the graph is as it was");
    }
    wgt_finish(c, NULL);
}

Test(rule_leaves, are_refused_in_every_mode)
{
    const builder builds[] = { of_scalars, of_tensors };
    const asker asks[] = { backward, read_and_backward, grad, jvp };
    for (making = 0; making < LEAVES; making++)
        for (int interpret = -1; interpret <= 1; interpret++)
            for (int b = 0; b < 2; b++)
                for (int a = 0; a < 4; a++) expect_refusal(interpret, builds[b], asks[a]);
}

/* The same by the caller's own rule, and by the expansion of an op that has no rule. */
static wg_node customised(wg_graph *g, wg_params *p)
{
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2));
    return wg_sum(wg_custom_vjp(wg_neg(w), &w, 1, gate_vjp));
}

static void open_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    y[0] = wg_mul_at(here, x[0],
                     wg_input_at(here, wg_graph_of(x[0]), "mask", wg_view_f32((float[]){ -1 }, WG_SCALAR)));
}
static const wg_op open_op = { .name = "open", .operands = 1, .map = negated, .expand = open_expand };
static wg_node expanded(wg_graph *g, wg_params *p)
{
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2));
    return wg_sum(wg_apply(WG_HERE, &open_op, &w, 1, NULL));
}

static void expect_named(builder build, const char *text)
{
    WGT_WORLD(WG_F32, NULL);
    for (int k = 0; k < ROUNDS; k++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(build(g, p), p);
        wgt_expect_error(c, WG_ERROR_USE, text);
    }
    wgt_finish(c, NULL);
}

Test(rule_leaves, are_refused_with_the_name_of_the_op)
{
    making = INPUT;
    expect_named(customised, "the derivative rule of custom_vjp ");
    expect_named(expanded, "the derivative rule of open ");
}

/* ---- numbers: y = x, with the derivative 2 + 3 = 5 ---- */

static void five_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_node three = wg_fill_at(here, wg_graph_of(y), 3, wg_node_shape(x[0]));
    gx[0] = wg_mul_at(here, gy, wg_add_at(here, three, wg_scalar_at(here, wg_graph_of(y), 2)));
}
static double same(double x, const void *attr) { return x; }
static const wg_op five_op = { .name = "five", .operands = 1, .map = same, .vjp = five_vjp };

static void expect_five(int interpret, wg_shape s, int64_t n)
{
    WGT_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = interpret));
    for (int k = 0; k < ROUNDS; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", s, wg_const(2)), y = wg_apply(WG_HERE, &five_op, &w, 1, NULL);
        wg_node loss = s.rank ? wg_sum(y) : y;
        if (k % 2) cr_assert_eq(wg_item(loss), 2.0 * (double)n);
        wg_backward(loss, p);
        wg_tensor d = wg_params_grad(p, 0);
        for (int64_t i = 0; i < n; i++) cr_assert_eq(wg_tensor_item(&d, i), 5);
        cr_assert_eq(wg_item(wg_sum(wg_grad(loss, w))), 5.0 * (double)n);
    }
    wgt_finish(c, NULL);
}

Test(rule_leaves, numbers_are_no_such_leaves)
{
    for (int interpret = -1; interpret <= 1; interpret++) {
        expect_five(interpret, WG_SCALAR, 1);
        expect_five(interpret, WG_SHAPE(2, 3), 6);
    }
}

/* ---- what a rule keeps is gone with the nodes of wg_backward ---- */

static void keeping_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_keep(wg_neg_at(here, gy));
}
static const wg_op keeping_op = { .name = "keeping", .operands = 1, .map = negated, .vjp = keeping_vjp };

Test(rule_leaves, what_a_rule_keeps_is_forgotten_with_it)
{
    WGT_WORLD(WG_F32, NULL);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_const(2)),
            y = wg_apply(WG_HERE, &keeping_op, &w, 1, NULL);
    wg_node loss = wg_sum(y);
    for (int k = 0; k < ROUNDS; k++) {
        wg_backward(loss, p);
        wg_tensor d = wg_params_grad(p, 0);
        cr_assert_eq(wg_tensor_item(&d, 0), -1);
        wg_params_assign(p, "w", (double[]){ k, 1, 1 }, 3);
    }
    wgt_finish(c, NULL);
}
