/* test_plan_view.c: what wg_plan_look says about a plan. FLOPs and bytes follow formulas. Two values that are
 * needed at the same time never share memory, which is found from the steps alone. Looking at a plan changes
 * nothing. */
#include <math.h>
#include <string.h>

#include "random_graph.h"
#include "wgtest.h"

static const double short_time = 1e-4;

static wg_plan *reading(wg_node n) { return wg_plan_look(n, .seconds = short_time); }
static wg_plan *training(wg_node n, wg_params *p)
{
    return wg_plan_look(n, .params = p, .seconds = short_time);
}

static wg_node filled(wg_graph *g, const char *name, wg_shape s)
{
    static const double zeros[1 << 14];
    return wg_input(g, name, wg_view_f64(zeros, s));
}

static double flops_of(const wg_plan *p, const char *op)
{
    double sum = 0;
    for (int i = 0; i < p->ops; i++) sum += strcmp(p->op[i].op, op) == 0 ? p->op[i].flops : 0;
    return sum;
}

/* ---- FLOPs, bytes ---- */

static void expect_product(wg_graph *g, wg_node y, double flops)
{
    wg_plan *p = reading(y);
    cr_assert(p, "%s", wg_message(wg_graph_context(g)));
    cr_expect_eq(flops_of(p, "matmul"), flops, "%g, not %g", flops_of(p, "matmul"), flops);
    wg_plan_free(p);
}

Test(plan_view, a_product_counts_2_m_n_k)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node a = filled(g, "a", WG_SHAPE(3, 5)), b = filled(g, "b", WG_SHAPE(5, 7));
    expect_product(g, wg_matmul(a, b), 2 * 3 * 7 * 5);
    expect_product(g, wg_matmul(wg_transpose(b), wg_transpose(a)), 2 * 3 * 7 * 5);
    expect_product(g, wg_matmul(filled(g, "u", WG_SHAPE(5)), b), 2 * 7 * 5);
    expect_product(g, wg_matmul(filled(g, "s", WG_SHAPE(4, 3, 5)), filled(g, "t", WG_SHAPE(4, 5, 7))),
                   4 * 2 * 3 * 7 * 5);
    expect_product(g, wg_matmul(filled(g, "v", WG_SHAPE(4, 1, 3, 5)), filled(g, "w", WG_SHAPE(2, 5, 7))),
                   8 * 2 * 3 * 7 * 5);
}

Test(plan_view, the_gradients_of_a_product_cost_two_more)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(11, 7), wg_zeros()),
            V = wg_param(g, p, "V", WG_SHAPE(7, 13), wg_zeros());
    wg_node L = wg_sum(wg_square(wg_matmul(wg_matmul(filled(g, "x", WG_SHAPE(5, 11)), W), V)));
    wg_plan *q = training(L, p);
    /* x W, (x W) V; dV = (x W)' dy, dh = dy V', dW = x' dh: no gradient by x is asked for */
    cr_assert_eq(flops_of(q, "matmul"), 2 * 5 * 7 * 11 * 2 + 2 * 5 * 13 * 7 * 3);
    wg_plan_free(q);
}

Test(plan_view, elementwise_ops_count_elements_times_their_cost)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = filled(g, "x", WG_SHAPE(50, 20)), row = filled(g, "row", WG_SHAPE(20));
    wg_plan *p = reading(wg_exp(wg_add(x, row)));
    cr_assert_eq(flops_of(p, "add"), 1000);
    cr_assert_eq(flops_of(p, "exp"), 1000 * wg_op_find("exp")->cost);
    cr_assert_eq(p->steps, 1);
    cr_assert_eq(p->step[0].flops, flops_of(p, "add") + flops_of(p, "exp"));
    cr_assert_eq(p->step[0].ops, 2);
    wg_plan_free(p);
    p = reading(wg_concat((wg_node[]){ x, x }, 2));
    cr_assert_eq(p->step[0].flops, 0, "moving numbers is no arithmetic");
    wg_plan_free(p);
}

Test(plan_view, each_buffer_is_read_and_written_once_a_step)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = filled(g, "x", WG_SHAPE(100, 30)), row = filled(g, "row", WG_SHAPE(30));
    wg_plan *p = reading(wg_mul(wg_add(x, row), wg_sub(x, row)));
    cr_assert_eq(p->steps, 1);
    cr_assert_eq(p->step[0].read_bytes, 8 * (3000 + 30));
    cr_assert_eq(p->step[0].write_bytes, 8 * 3000);
    cr_assert_eq(p->inputs, 8 * (3000 + 30));
    cr_assert_eq(p->workspace, 0);
    cr_assert_geq(p->results, 8 * 3000);
    wg_plan_free(p);
}

/* Bytes that go to memory and back: what is neither read once at the start nor left at the end. */
static double passes(const wg_plan *p, double whole)
{
    double bytes = 0;
    for (int i = 0; i < p->steps; i++) bytes += p->step[i].read_bytes + p->step[i].write_bytes;
    return floor(bytes / whole);
}

/* However a mean is written, its gradient does not wait for its value: w and x are read once, the gradient is
 * written once. */
Test(plan_view, the_gradient_of_a_mean_takes_no_pass_of_its_own)
{
    enum { N = 1 << 14 };
    for (int way = 0; way < 6; way++) {
        WGT_IN_WORLD(WG_F64, NULL);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(N), wg_zeros()), x = filled(g, "x", WG_SHAPE(N)),
                d = wg_sub(w, x);
        wg_node loss = way == 0   ? wg_mean(wg_square(d))
                       : way == 1 ? wg_div(wg_sum(wg_square(d)), N)
                       : way == 2 ? wg_mul(0.5, wg_mean(wg_square(d)))
                       : way == 3 ? wg_mse(w, x)
                       : way == 4 ? wg_div(wg_mul(wg_sum(wg_tanh(d)), 3), 7)
                                  : wg_neg(wg_mean(wg_mul(d, wg_sigmoid(d))));
        wg_plan *q = training(loss, p);
        cr_assert(q, "%s", wg_message(c));
        cr_expect_eq(passes(q, 8 * N), 3, "way %d: %g passes", way, passes(q, 8 * N));
        wg_plan_free(q);
    }
}

/* ---- memory ---- */

static bool alive_at_once(const wg_plan_buffer *a, const wg_plan_buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}
static bool apart(const wg_plan_buffer *a, const wg_plan_buffer *b)
{
    return a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset;
}

/* A fused group may write a value into the memory of one that it reads for the last time. */
static bool taken_over(const wg_plan *p, const wg_plan_buffer *a, const wg_plan_buffer *b)
{
    return a->last == b->first && a->offset == b->offset && p->step[a->last].tile > 0;
}

static void expect_memory_apart(const wg_plan *p)
{
    for (int i = 0; i < p->buffers; i++) {
        const wg_plan_buffer *a = &p->buffer[i];
        if (a->where != WG_PLAN_WORK && a->where != WG_PLAN_RESULT) continue;
        cr_assert_leq(a->offset + a->bytes, a->where == WG_PLAN_WORK ? p->workspace : p->results,
                      "%s ends outside", a->name);
        for (int j = 0; j < i; j++) {
            const wg_plan_buffer *b = &p->buffer[j];
            if (a->where != b->where || !alive_at_once(a, b) || apart(a, b) || !a->bytes || !b->bytes)
                continue;
            cr_assert(taken_over(p, a, b) || taken_over(p, b, a),
                      "%s (%zu bytes at %zu, steps %d to %d) and %s (%zu at %zu, %d to %d) overlap", a->name,
                      a->bytes, a->offset, a->first, a->last, b->name, b->bytes, b->offset, b->first,
                      b->last);
        }
    }
}

/* A buffer that a step reads was given from outside or written by an earlier step, and its lifetime covers
 * both. */
static void expect_read_after_written(const wg_plan *p)
{
    for (int s = 0; s < p->steps; s++) {
        for (int k = 0; k < p->step[s].reads; k++) {
            const wg_plan_buffer *b = &p->buffer[p->step[s].read[k]];
            cr_assert(b->bytes == 0 || (b->first < s && b->last >= s),
                      "step %d reads %s, needed from %d to %d", s, b->name, b->first, b->last);
        }
        for (int k = 0; k < p->step[s].writes; k++) {
            const wg_plan_buffer *b = &p->buffer[p->step[s].write[k]];
            cr_assert(b->first >= 0 && b->first <= s && b->last >= s, "step %d writes %s", s, b->name);
        }
    }
}

static void expect_ops_in_order(const wg_plan *p)
{
    int ops = 0;
    for (int s = 0; s < p->steps; s++) {
        cr_assert_eq(p->step[s].first_op, ops);
        ops += p->step[s].ops;
    }
    cr_assert_eq(ops, p->ops);
    for (int i = 0; i < p->ops; i++)
        for (int k = 0; k < p->op[i].operands; k++)
            cr_assert(p->op[i].operand[k] < i && p->op[i].operand[k] >= -p->buffers);
}

static void expect_sums(const wg_plan *p)
{
    double seconds = 0, read, written;
    for (int s = 0; s < p->steps; s++) {
        read = written = 0;
        seconds += p->step[s].seconds;
        cr_assert_geq(p->step[s].seconds, 0);
        for (int k = 0; k < p->step[s].reads; k++) read += (double)p->buffer[p->step[s].read[k]].bytes;
        for (int k = 0; k < p->step[s].writes; k++) written += (double)p->buffer[p->step[s].write[k]].bytes;
        cr_assert_leq(p->step[s].read_bytes, read, "more than the buffers hold");
        cr_assert_leq(p->step[s].write_bytes, written);
    }
    cr_assert_lt(fabs(seconds - p->seconds), 1e-9 + 1e-9 * seconds);
}

static void expect_sound(wg_plan *p, wg_context *c)
{
    cr_assert(p, "%s", wg_message(c));
    expect_memory_apart(p);
    expect_read_after_written(p);
    expect_ops_in_order(p);
    expect_sums(p);
    wg_plan_free(p);
}

Test(plan_view, no_two_buffers_in_use_overlap_in_random_graphs)
{
    uint64_t seed = wgt_seed();
    for (uint64_t i = 0; i < 200; i++) {
        random_calls *calls = random_calls_draw(seed, i, WG_F64, i % 8 == 0 ? GRAPH_LARGE : 0);
        wg_context *c =
            wgt_start(NULL, WG_F64, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1 + (int)(i % 2)));
        random_graph r = { .g = wg_graph_new(c), .p = wg_params_new(c), .calls = calls, .shift_leaf = -1 };
        random_graph_build(&r);
        expect_sound(reading(r.loss), c);
        expect_sound(wg_plan_look(r.loss, .wrt = r.leaf, .wrt_count = r.leaves, .seconds = short_time), c);
        wgt_drop(c, NULL);
        random_calls_free(calls);
    }
}

static wg_node network(wg_graph *g, wg_params *p, wg_mode mode)
{
    static const int32_t classes[16];
    wg_begin(g, mode);
    wg_node x = wg_cast(filled(g, "x", WG_SHAPE(16, 12)), WG_F32),
            y = wg_input(g, "y", wg_view_i32(classes, WG_SHAPE(16)));
    wg_node h =
        wg_dropout(wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, "a", 32, .bias = false), p, "n")), .drop = 0.2);
    return wg_softmax_cross_entropy(wg_nn_dense(h, p, "b", 10), y);
}

Test(plan_view, no_two_buffers_in_use_overlap_in_a_network)
{
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 2));
    expect_sound(training(network(g, p, WG_TRAIN), p), c);
    expect_sound(reading(network(g, p, WG_EVAL)), c);
}

Test(plan_view, gradients_are_made_in_place_and_take_no_room_among_the_results)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(64, 64), wg_zeros());
    wg_plan *q = training(wg_sum(wg_square(wg_matmul(wg_fill(g, 1, WG_SHAPE(8, 64)), W))), p);
    cr_assert_eq(q->gradients, 64 * 64 * 4);
    cr_assert_eq(q->parameters, 64 * 64 * 4);
    cr_assert_leq(q->results, 64, "the loss");
    wg_plan_free(q);
}

/* ---- names ---- */

Test(plan_view, names_are_the_users)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(300), wg_zeros()), h = wg_name(wg_tanh(w), "h");
    wg_plan *q = training(wg_sum(wg_mul(h, h)), p);
    bool have_h = false, have_gradient = false, derived = false;
    for (int i = 0; i < q->ops; i++) {
        have_h |= strcmp(q->op[i].name, "h") == 0 && strcmp(q->op[i].op, "tanh") == 0 && !q->op[i].derived;
        derived |= q->op[i].derived;
    }
    for (int i = 0; i < q->buffers; i++)
        have_gradient |= q->buffer[i].where == WG_PLAN_GRADIENT && strcmp(q->buffer[i].name, "w\u2032") == 0;
    cr_assert(have_h && have_gradient && derived);
    wg_plan_free(q);
}

/* ---- nothing changes ---- */

Test(plan_view, looking_changes_nothing)
{
    double after[2][2];
    for (int look = 0; look < 2; look++) {
        WGT_IN_WORLD(WG_F32, NULL);
        wg_optim *o = wg_sgd(p, .lr = 0.1);
        for (int step = 0; step < 3; step++) {
            wg_node L = network(g, p, WG_TRAIN);
            int64_t nodes = wg_graph_nodes(g);
            uint64_t epoch = wgx_graph_epoch(g);
            for (int k = 0; look && k < 2; k++) wg_plan_free(k ? reading(L) : training(L, p));
            wg_backward(L, p);
            for (int k = 0; look && k < 2; k++) wg_plan_free(k ? reading(L) : training(L, p));
            cr_assert_eq(wg_graph_nodes(g), nodes);
            cr_assert_eq(wgx_graph_epoch(g), epoch);
            wg_optim_step(o);
            if (look) wg_plan_free(training(L, p));
            after[look][0] = wg_item(L);
        }
        wg_tensor W = wg_params_tensor(p, 0);
        after[look][1] = wg_tensor_item(&W, 5);
    }
    cr_assert_eq(memcmp(after[0], after[1], sizeof after[0]), 0, "%.17g %.17g, %.17g %.17g", after[0][0],
                 after[1][0], after[0][1], after[1][1]);
}

/* ---- mistakes ---- */

Test(plan_view, mistakes_are_named)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_zeros());
    cr_assert_null(wg_plan_look(w, .params = p));
    wgt_expect_error(c, WG_ERROR_SHAPE, "gradients are of one float, the root is f64 [3]");
    wg_begin(g, WG_TRAIN);
    cr_assert_null(wg_plan_look(w));
    wgt_expect_error(c, WG_ERROR_USE, "before the last wg_begin");
    cr_assert_null(wg_plan_look(wg_none));
    wg_plan_free(NULL);
    static const int32_t seven = 7;
    wg_node y = wg_input(g, "y", wg_view_i32(&seven, WG_SHAPE(1)));
    cr_assert_null(wg_plan_look(wg_softmax_cross_entropy(filled(g, "x", WG_SHAPE(1, 3)), y)));
    wgt_expect_error(c, WG_ERROR_VALUE, "label out of range");
}

Test(plan_view, a_leaf_has_no_steps)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_plan *p = reading(filled(g, "x", WG_SHAPE(3)));
    cr_assert(p && p->steps == 0 && p->workspace == 0 && p->seconds == 0);
    wg_plan_free(p);
}

static void look_at_a_product(wg_context *c)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(12, 4), wg_zeros()),
            x = wg_cast(filled(g, "x", WG_SHAPE(3, 12)), WG_F32);
    wg_plan *q = training(wg_name(wg_sum(wg_tanh(wg_add(wg_matmul(x, W), 1))), "L"), p);
    cr_assert(q || wg_failed(c) == WG_ERROR_MEMORY, "no plan and no error");
    wg_plan_free(q);
}
Test(plan_view, every_failed_allocation_is_survived)
{
    wgt_each_allocation_fails(NULL, 1000, look_at_a_product);
}

/* ---- limits ---- */

Test(plan_view, the_bound_is_the_larger_of_two_times)
{
    wg_limits l = {
        .f32 = 1e9, .f64 = 5e8, .bytes = { 100, 1000, 10000, 100000 }, .bandwidth = { 8e9, 4e9, 2e9, 1e9 }
    };
    wg_plan_step s = { .read_bytes = 600, .write_bytes = 200, .flops = 200, .dtype = WG_F64 };
    wgx_bound b = wgx_plan_bound(&s, &l); /* 800 bytes fit in no less than 1000: 100 ns; 200 FLOPs: 400 ns */
    cr_assert(!b.by_memory && fabs(b.seconds - 400e-9) < 1e-15);
    s.dtype = WG_F32, s.flops = 10;
    b = wgx_plan_bound(&s, &l);
    cr_assert(b.by_memory && b.level == 0 && fabs(b.seconds - 100e-9) < 1e-15);
    s.read_bytes = 3e5;
    b = wgx_plan_bound(&s, &l);
    cr_assert(b.by_memory && b.level == 3 && fabs(b.seconds - 300200e-9) < 1e-15);
}

Test(plan_view, limits_are_measured)
{
    WGT_IN_CONTEXT(WG_F32, &WG_OPTS(wg_start_opts, .threads = 2));
    wg_limits l;
    cr_assert_eq(wg_limits_measure(c, &l), WG_OK);
    cr_assert(l.f32 > 0 && isfinite(l.f32) && l.f64 > 0 && isfinite(l.f64));
    for (int i = 0; i < WG_LEVELS; i++) {
        cr_assert(l.bandwidth[i] > 0 && isfinite(l.bandwidth[i]));
        cr_assert(i == 0 || l.bytes[i] > l.bytes[i - 1]);
    }
}
