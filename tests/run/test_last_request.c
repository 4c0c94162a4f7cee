/* test_last_request.c: the same gradients are asked for again and again. A change between two steps must have
 * its effect in the next step. Losses are linear in the parameters, so every gradient is known. */
#include "wgtest.h"

enum { AGAIN = 5 }; /* steps after which a plan is remembered */

#define VECTOR(...) wg_view_f32((float[]){ __VA_ARGS__ }, WG_SHAPE(2))

static void expect_gradient(wg_params *p, int i, double a, double b)
{
    wg_tensor t = wg_params_grad(p, i);
    cr_assert(t.data);
    cr_assert_eq(wg_tensor_item(&t, 0), a, "%g instead of %g", wg_tensor_item(&t, 0), a);
    cr_assert_eq(wg_tensor_item(&t, 1), b, "%g instead of %g", wg_tensor_item(&t, 1), b);
}

static wg_node param(wg_graph *g, wg_params *p, const char *name)
{
    return wg_param(g, p, name, WG_SHAPE(2), wg_const(1));
}

/* A step, so that the next backward is a new evaluation. */
static void step(wg_node loss, wg_params *p, wg_optim *o)
{
    wg_backward(loss, p);
    wg_optim_step(o);
}

Test(repeat, inputs)
{
    WGT_IN_WORLD(WG_F32, NULL);
    float lent[] = { 1, 2 };
    wg_node x = wg_input(g, "x", VECTOR(3, 4)), y = wg_input_borrow(g, "y", wg_view_f32(lent, WG_SHAPE(2)));
    wg_node v = param(g, p, "a"), w = param(g, p, "b");
    wg_node loss = wg_sum(wg_add(wg_mul(v, x), wg_mul(w, y)));
    wg_optim *o = wg_sgd(p, .lr = 0.5);
    for (int i = 0; i < AGAIN; i++) step(loss, p, o);
    wg_input_set(x, VECTOR(5, 6));
    for (int i = 0; i < AGAIN; i++) {
        step(loss, p, o);
        expect_gradient(p, 0, 5, 6);
        expect_gradient(p, 1, 1, 2);
    }
    lent[0] = 7;
    step(loss, p, o);
    expect_gradient(p, 1, 7, 2);
    wg_input_set(y, VECTOR(8, 9)); /* from now on it has bytes of its own */
    lent[0] = 100;
    for (int i = 0; i < AGAIN; i++) {
        step(loss, p, o);
        expect_gradient(p, 1, 8, 9);
    }
    /* a = 1 - lr (5 * 3 + 6 * 5), of whole numbers */
    double a[4];
    wg_params_get(p, a);
    cr_assert_eq(a[0], 1 - 0.5 * (AGAIN * 3 + (2 * AGAIN + 1) * 5));
}

Test(repeat, parameters_written_between)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_node w = param(g, p, "w"), loss = wg_mul(wg_sum(wg_mul(w, w)), 0.5);
    wg_optim *o = wg_sgd(p, .lr = 0.25);
    for (int i = 0; i < AGAIN; i++) step(loss, p, o);
    for (int i = 0; i < AGAIN; i++) {
        wg_params_assign(p, "w", (double[]){ i, 2 }, 2);
        wg_backward(loss, p);
        expect_gradient(p, 0, i, 2);
        cr_assert_eq(wg_item(loss), 0.5 * (i * i + 4));
        wg_optim_step(o);
        cr_assert_eq(wg_item(loss), 0.5 * (i * i + 4), "a result stays");
    }
}

Test(repeat, graph_grows)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_node x = wg_input(g, "x", VECTOR(3, 4)), h = wg_mul(param(g, p, "a"), x), loss = wg_sum(h);
    wg_optim *o = wg_sgd(p);
    for (int i = 0; i < AGAIN; i++) step(loss, p, o);
    wg_node more = wg_sum(wg_add(h, wg_mul(param(g, p, "b"), 2)));
    for (int i = 0; i < AGAIN; i++) {
        step(loss, p, o);
        expect_gradient(p, 0, 3, 4);
        cr_assert_null(wg_params_grad(p, 1).data);
        step(more, p, o);
        expect_gradient(p, 1, 2, 2);
    }
    wg_keep(h);
    for (int i = 0; i < 2; i++) {
        double a[4];
        wg_params_get(p, a);
        step(loss, p, o);
        cr_assert_eq(*(const float *)wg_value(h).data, (float)((float)a[0] * 3), "kept through the step");
    }
}

Test(repeat, added_and_of_some)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_params *some = wg_params_in(p, "b");
    wg_node x = wg_input(g, "x", VECTOR(3, 4));
    wg_node v = param(g, p, "a"), w = param(g, p, "b.w");
    wg_node loss = wg_sum(wg_mul(wg_mul(v, x), w));
    wg_optim *o = wg_sgd(p, .lr = 0);
    for (int i = 0; i < AGAIN; i++) {
        step(loss, p, o);
        wg_backward(loss, p);
        wg_backward_add(loss, p);
        expect_gradient(p, 0, 6, 8);
        expect_gradient(p, 1, 6, 8);
        wg_optim_step(o);
        wg_backward(loss, some);
        cr_assert_null(wg_params_grad(p, 0).data);
        expect_gradient(p, 1, 3, 4);
        wg_optim_step(o);
    }
}

/* A step changes the parameters that the last backward has reached, with the rates that are set now. */
Test(repeat, optimizer)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(1)), b = wg_param(g, p, "b", WG_SCALAR, wg_const(1));
    wg_node both = wg_add(wg_mul(a, 2), b), one = wg_mul(a, 2);
    wg_optim *o = wg_sgd(p, .lr = 0.5, .weight_decay = 0.5, .decay_all = true);
    double expect[2] = { 1, 1 }, found[2];
    for (int i = 0; i < 4 * AGAIN; i++) {
        double lr = i < 2 * AGAIN ? 0.5 : 0.25;
        wg_optim_set_lr(o, lr);
        bool all = i / AGAIN % 2 == 0;
        step(all ? both : one, p, o);
        expect[0] = (float)((float)(1 - lr * 0.5) * (float)expect[0]) - (float)(lr * 2);
        if (all) expect[1] = (float)((float)(1 - lr * 0.5) * (float)expect[1]) - (float)lr;
        for (int k = 0; k < 2; k++) expect[k] = (float)expect[k];
        wg_params_get(p, found);
        for (int k = 0; k < 2; k++)
            cr_assert_float_eq(found[k], expect[k], 1e-6, "step %d: %g, not %g", i, found[k], expect[k]);
    }
}

/* Built again with a change that is no part of the structure: another set of parameters, another array,
 * another number. */
Test(repeat, built_again)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    wg_params *p[2] = { wg_params_new(c), wg_params_new(c) };
    wg_optim *o[2] = { wg_sgd(p[0]), wg_sgd(p[1]) };
    float lent[2][2] = { { 1, 2 }, { 3, 4 } };
    for (int i = 0; i < 8 * AGAIN; i++) {
        int set = i / AGAIN % 2, array = i / AGAIN / 2 % 2;
        double number = i / AGAIN < 6 ? 2 : i;
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input_borrow(g, "x", wg_view_f32(lent[array], WG_SHAPE(2)));
        wg_node loss = wg_sum(wg_mul(wg_mul(param(g, p[set], "w"), x), number));
        wg_backward(loss, p[set]);
        expect_gradient(p[set], 0, lent[array][0] * number, lent[array][1] * number);
        wg_optim_step(o[set]);
    }
}

/* Large programs share the leaves of equal numbers, also with the 2 of the rule of a square. */
Test(repeat, a_number_that_a_rule_has_too)
{
    enum { MANY = 5000 };
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = -1));
    for (int i = 0; i < 4 * AGAIN; i++) {
        const double number = i < 2 * AGAIN ? 2 : 8;
        double d = 0;
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(0.5)), sum = w;
        for (int k = 1; k < MANY; k++) sum = wg_add(sum, w);
        wg_backward(wg_mul(wg_square(sum), number), p);
        wg_params_get_grad(p, &d);
        cr_assert_eq(d, number * 2 * (0.5 * MANY) * MANY, "build %d", i);
    }
}

/* A node that one build keeps or assigns is no result in the next build. */
Test(repeat, kept_and_assigned_before)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_optim *o = wg_sgd(p);
    for (int i = 0; i < 4 * AGAIN; i++) {
        int way = i / AGAIN;
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", VECTOR(3, 4)), s = wg_state(g, p, "s", WG_SHAPE(2), wg_zeros());
        wg_node h = wg_mul(param(g, p, "w"), x), loss = wg_sum(h);
        if (way == 0) wg_keep(h);
        if (way == 2) wg_assign(s, h);
        step(loss, p, o);
        wg_value(h);
        if (way % 2) wgt_expect_error(c, WG_ERROR_USE, "h was not computed before the parameters changed");
        else cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    }
}

/* Between two steps more structures are run than plans are kept. */
Test(repeat, plan_gone)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_graph *other = wg_graph_new(c);
    wg_node x = wg_input(g, "x", VECTOR(3, 4)), loss = wg_sum(wg_mul(param(g, p, "w"), x));
    wg_optim *o = wg_sgd(p);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < AGAIN; i++) step(loss, p, o);
        for (int n = 1; n < 100; n++)
            for (int twice = 0; twice < 2; twice++) {
                wg_begin(other, WG_TRAIN);
                wg_node y = wg_input(other, "y", VECTOR(1, 1));
                for (int i = 0; i < n; i++) y = wg_add(y, 1);
                cr_assert_eq(wg_item(wg_sum(y)), 2 * (n + 1));
            }
        wg_input_set(x, VECTOR((float)round, 9));
        step(loss, p, o);
        expect_gradient(p, 0, round, 9);
    }
}

/* A step that fails names its op and changes no parameter. The next step without the mistake succeeds. */
Test(repeat, failing)
{
    WGT_IN_WORLD(WG_F32, NULL);
    int32_t row = 1;
    wg_node rows = wg_input(g, "rows", wg_view_i32(&row, WG_SHAPE(1)));
    wg_node loss = wg_sum(wg_gather(param(g, p, "w"), rows));
    wg_optim *o = wg_sgd(p, .lr = 1);
    double before[2], after[2];
    for (int round = 0; round < 3; round++) {
        row = 1;
        wg_input_set(rows, wg_view_i32(&row, WG_SHAPE(1)));
        for (int i = 0; i < AGAIN; i++) step(loss, p, o);
        expect_gradient(p, 0, 0, 1);
        wg_params_get(p, before);
        row = 2;
        wg_input_set(rows, wg_view_i32(&row, WG_SHAPE(1)));
        step(loss, p, o);
        wgt_expect_error(c, WG_ERROR_VALUE, "gather");
        wg_params_get(p, after);
        cr_assert(before[0] == after[0] && before[1] == after[1]);
        WGT_REFUSED(c, USE, "wg_backward comes first", wg_optim_step(o));
    }
}

/* Two graphs of one structure run in turn. They share one plan. */
Test(repeat, in_turn)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_graph *g[2] = { wg_graph_new(c), wg_graph_new(c) };
    wg_params *p = wg_params_new(c);
    wg_node loss[2];
    for (int k = 0; k < 2; k++)
        loss[k] = wg_sum(wg_mul(param(g[k], p, k ? "b" : "a"), wg_input(g[k], "x", VECTOR((float)k + 1, 5))));
    wg_optim *o = wg_sgd(p);
    for (int i = 0; i < 6 * AGAIN; i++) {
        int k = i < 2 * AGAIN ? i % 2 : i / AGAIN % 2;
        step(loss[k], p, o);
        expect_gradient(p, k, k + 1, 5);
        cr_assert_null(wg_params_grad(p, 1 - k).data);
    }
}

/* ---- gradients that a step has used ---- */

/* Every order of seven calls of wg_backward, wg_backward_add and wg_optim_step, on the sum of squares of w =
 * [1, 1]: the gradient is 2 w, or is added to one that no step has used. Powers of 2 are exact. */
static void follow(int order, char *text)
{
    enum { CALLS = 7 };
    WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    double w = 1, gradient = 0;
    bool fresh = false;
    u.o = wg_sgd(u.p, .lr = 0.25);
    for (int k = 0; k < CALLS; k++, order /= 3) {
        const int what = order % 3;
        text[k] = "bas"[what], text[k + 1] = 0;
        wg_begin(u.g, WG_TRAIN);
        wg_node loss = wg_sum(wg_square(wg_param(u.g, u.p, "w", WG_SHAPE(2), wg_const(1))));
        if (what == 0) wg_backward(loss, u.p);
        if (what == 1) wg_backward_add(loss, u.p);
        if (what < 2) gradient = 2 * w + (what && fresh ? gradient : 0);
        if (what == 2 && fresh) wg_optim_step(u.o), w -= 0.25 * gradient;
        fresh = what < 2;
        double seen[2];
        wg_params_get(u.p, seen);
        cr_assert_eq(seen[1], w, "%s: w is %g, not %g", text, seen[1], w);
        if (fresh) wg_params_get_grad(u.p, seen);
        cr_assert(!fresh || seen[1] == gradient, "%s: the gradient is %g, not %g", text, seen[1], gradient);
    }
}

Test(last_request, every_order_of_gradients_and_steps)
{
    char text[16];
    for (int order = 0; order < 3 * 3 * 3 * 3 * 3 * 3 * 3; order++) follow(order, text);
}

/* ---- two losses, each of a part of one set, in graphs that are kept; one optimizer for both ---- */

typedef struct part {
    double w, gradient;
    bool reached;
} part;

/* The losses are a^2 and b^2 / 2 of each element, so that a step by 1/4 multiplies by 1/2 or 3/4: all numbers
 * are exact. order: a digit for each call. */
static void follow_parts(wg_context *c, int order, int calls, char *text)
{
    wg_params *p = wg_params_new(c), *of[2] = { wg_params_in(p, "a"), wg_params_in(p, "b") };
    wg_graph *g[2] = { wg_graph_new(c), wg_graph_new(c) };
    wg_node loss[2];
    part half[2] = { { .w = 1 }, { .w = 1 } };
    bool used = true;
    for (int i = 0; i < 2; i++) {
        wg_node w = wg_param(g[i], of[i], "w", WG_SHAPE(3), wg_const(1));
        loss[i] = wg_mul(wg_sum(wg_square(w)), i ? 0.5 : 1);
    }
    wg_optim *o = wg_sgd(p, .lr = 0.25);
    for (int k = 0; k < calls; k++, order /= 4) {
        const int what = order % 4, i = what == 1;
        text[k] = "ABas"[what], text[k + 1] = 0;
        if (what == 3 && used) continue;
        if (what == 3) {
            wg_optim_step(o);
            for (int j = 0; j < 2; j++)
                if (half[j].reached) half[j].w -= 0.25 * half[j].gradient;
            used = true;
        } else {
            if (what == 2) wg_backward_add(loss[i], of[i]);
            else wg_backward(loss[i], of[i]);
            if (used) half[0].reached = half[1].reached = used = false;
            const double before = what == 2 && half[i].reached ? half[i].gradient : 0;
            half[i] = (part){ half[i].w, before + (i ? 1 : 2) * half[i].w, true };
        }
        double seen[6];
        wg_params_get(p, seen);
        cr_assert(!wg_failed(c), "%s: %s", text, wg_message(c));
        cr_assert(seen[2] == half[0].w && seen[5] == half[1].w, "%s: %g and %g instead of %g and %g", text,
                  seen[2], seen[5], half[0].w, half[1].w);
    }
    for (int i = 0; i < 2; i++) wg_graph_free(g[i]);
    wg_optim_free(o);
    wg_params_free(p);
}

Test(last_request, every_order_of_losses_of_parts)
{
    enum { CALLS = 7, ORDERS = 4 * 4 * 4 * 4 * 4 * 4 * 4 };
    char text[64];
    for (int interpret = -1; interpret <= 1; interpret++) {
        WGT_IN_CONTEXT(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret));
        for (int order = 0; order < ORDERS; order++) follow_parts(c, order, CALLS, text);
    }
    WGT_IN_CONTEXT(WG_F64, NULL); /* the same seven calls again and again */
    for (int order = 0; order < ORDERS; order += 13) follow_parts(c, order * (ORDERS + 1), 2 * CALLS, text);
}
