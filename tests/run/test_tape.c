/* test_tape.c: programs of scalars. The first run computes their gradients as numbers, without nodes. They
 * must have the bits that a plan computes, and those of the nodes that wg_grad appends, for all ops and for
 * operands that are used several times. */
#include <math.h>
#include <string.h>

#include "wgtest.h"

enum { PARAMS = 4, MOST = 400 };

static double twice(double x, const void *attr) { return (void)attr, 2 * x; }
static void twice_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)y, (void)x;
    gx[0] = wg_mul_at(here, gy, wg_number(2));
}
static const wg_op twice_op = { .name = "twice", .operands = 1, .map = twice, .vjp = twice_vjp };

static double step(double x, const void *attr) { return (void)attr, x > 0.25; }
static const wg_op step_op = { .name = "step", .adjoint = "flat", .none = 1, .operands = 1, .map = step };

/* The next node of a random program; the tape cannot run those of kind 16 and above. */
static wg_node next(wgt_random *r, wg_node a, wg_node b, wg_node c, uint64_t kinds)
{
    switch (wgt_next(r) % kinds) {
    case 0: return wg_add(a, b);
    case 1: return wg_mul(a, b);
    case 2: return wg_sub(a, b);
    case 3: return wg_mul(a, 0.75);
    case 4: return wg_sub(0.5, a);
    case 5: return wg_tanh(a);
    case 6: return wg_sigmoid(a);
    case 7: return wg_relu(a);
    case 8: return wg_sin(a);
    case 9: return wg_maximum(a, b);
    case 10: return wg_apply(WG_HERE, &twice_op, &a, 1, NULL);
    case 11: return wg_div(a, wg_add(wg_square(b), 1));
    case 12: return wg_leaky_relu(a, .slope = 0.1);
    case 13: return wg_softplus(a);
    case 14: return wg_mul(a, a);
    case 15: return wg_exp(wg_neg(wg_abs(a)));
    case 16: return wg_where(wg_greater(a, b), b, c);
    case 17: return wg_add(a, wg_apply(WG_HERE, &step_op, &b, 1, NULL));
    }
    return wg_sum(wg_mul(wg_broadcast_to(a, WG_SHAPE(3)), b));
}

static wg_node program(wg_graph *g, wg_params *p, uint64_t seed, uint64_t kinds)
{
    static const char *const names[PARAMS] = { "a", "b", "c", "d" };
    wg_node x[MOST];
    wgt_random r = { seed };
    wg_begin(g, WG_TRAIN);
    int n = 0, size = 10 + (int)(wgt_next(&r) % (MOST - 10));
    for (; n < PARAMS; n++) x[n] = wg_param(g, p, names[n], WG_SCALAR, wg_const(0.3 * n - 0.5));
    bool f32 = wg_context_dtype(wg_graph_context(g)) == WG_F32;
    x[n++] = wg_input(
        g, "in", f32 ? wg_view_f32((float[]){ 0.7F }, WG_SCALAR) : wg_view_f64((double[]){ 0.7 }, WG_SCALAR));
    for (; n < size; n++) {
        /* mostly recent operands, so that programs are deep; some old ones, so that many share */
        wg_node a = x[n - 1 - (int)(wgt_next(&r) % (uint64_t)(n < 8 ? n : 8))],
                b = x[wgt_next(&r) % (uint64_t)n], c = x[wgt_next(&r) % (uint64_t)n];
        x[n] = next(&r, a, b, c, kinds);
    }
    return x[n - 1];
}

typedef struct answer {
    double value, gradient[PARAMS];
    bool reached;
} answer;

static answer by_backward(wg_dtype t, int interpret, uint64_t seed, uint64_t kinds, bool read)
{
    wg_context *c = wgt_start(NULL, t, &(wg_options){ .interpret = interpret });
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node y = program(g, p, seed, kinds);
    answer a = { .reached = true };
    if (read) a.value = wg_item(y);
    if (wg_backward(y, p) == WG_ERROR_GRADIENT) {
        a.reached = false;
        wg_recover(c);
    }
    a.value = wg_item(y);
    if (a.reached) wg_params_get_grad(p, a.gradient);
    wgt_finish(c, NULL);
    return a;
}

static answer by_nodes(wg_dtype t, uint64_t seed, uint64_t kinds)
{
    wg_context *c = wgt_start(NULL, t, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node y = program(g, p, seed, kinds);
    answer a = { .value = wg_item(y) };
    for (int i = 0; i < PARAMS; i++) {
        wg_node x = wg_graph_node(g, 1 + i);
        cr_assert_str_eq(wg_node_op_name(x), "param");
        wg_node d = wg_grad(y, x);
        if (wg_failed(c)) wg_recover(c);
        else a.gradient[i] = wg_item(d);
        a.reached |= a.gradient[i] != 0;
    }
    wgt_finish(c, NULL);
    return a;
}

static void same(double a, double b, const char *what, uint64_t seed)
{
    cr_assert((a == b && !signbit(a) == !signbit(b)) || (isnan(a) && isnan(b)), "program %llu, %s: %a, %a",
              (unsigned long long)seed, what, a, b);
}

static void compare(wg_dtype t, uint64_t kinds, uint64_t seed)
{
    answer nodes = by_nodes(t, seed, kinds);
    for (int way = 0; way < 4; way++) {
        answer a = by_backward(t, way / 2 ? -1 : 0, seed, kinds, way % 2);
        same(a.value, nodes.value, "value", seed);
        if (a.reached) /* where no gradient is reached, wg_grad gives zeros or the same error */
            for (int i = 0; i < PARAMS; i++) same(a.gradient[i], nodes.gradient[i], "gradient", seed);
        else cr_assert_not(nodes.reached, "program %llu", (unsigned long long)seed);
    }
}

Test(sweep, programs_of_scalars_have_the_bits_of_plans_and_nodes)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        compare(WG_F64, 16, seed);
        compare(WG_F32, 16, seed);
    }
}

/* The tape cannot run ops without a derivative, comparisons, or values that are no scalars. Then nodes are
 * made instead. */
Test(sweep, what_is_no_case_for_it_has_the_same_bits)
{
    for (uint64_t seed = 100; seed < 160; seed++) compare(seed % 2 ? WG_F32 : WG_F64, 19, seed);
}

/* d/dx of x multiplied n times by a and increased by b is a^n. */
Test(sweep, a_long_chain_has_its_closed_form)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node x0 = wg_param(g, p, "x", WG_SCALAR, wg_const(1)), x = x0;
    double d = 0;
    for (int i = 0; i < 100000; i++) x = wg_add(wg_mul(x, 1.00001), 1e-3);
    wg_backward(x, p);
    wg_params_get_grad(p, &d);
    cr_assert_lt(wgt_relative(d, pow(1.00001, 100000)), 1e-11); /* 1e5 roundings of 2^-53 each */
    cr_assert_lt(wgt_relative(wg_item(x), exp(1e5 * log1p(1e-5)) + 1e-3 * expm1(1e5 * log1p(1e-5)) / 1e-5),
                 1e-10);
    wgt_finish(c, NULL);
}

/* A plan keeps only the values of results. The tape needs the others too, so the backward that follows must
 * not use it. */
Test(sweep, after_a_planned_forward_run)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    double got[PARAMS] = { 0 };
    answer want = by_nodes(WG_F64, 7, 16);
    for (int k = 0; k < 3;
         k++) { /* the value's structure is known from the second turn on, the gradient's is not */
        wg_node y = program(g, p, 7, 16);
        wg_item(y);
        if (k == 2) wg_backward(y, p);
    }
    wg_params_get_grad(p, got);
    for (int i = 0; i < PARAMS; i++) same(got[i], want.gradient[i], "gradient", 7);
    wgt_finish(c, NULL);
}

/* A loss that is a leaf must not change what later graphs compute. */
Test(sweep, a_leaf_as_the_loss)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_param(g, p, "a", WG_SCALAR, wg_const(3));
    wg_backward(wg_scalar(g, 2), p);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "the loss reaches no parameter of p");
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_neg(wg_param(g, p, "a", WG_SCALAR, wg_const(3))), y = wg_square(x);
    wg_sin(y), wg_cos(y);
    cr_assert_eq(wg_item(wg_mul(y, y)), 81);
    wgt_finish(c, NULL);
}

/* A kernel call that is kept for the sum of one operand is not one for the sum of two. */
Test(tape, sums_of_one_and_of_two_scalars_are_told_apart)
{
    for (int without = 0; without < 2; without++) {
        wg_context *c =
            wgt_start(NULL, WG_F64,
                      &(wg_options){ .threads = 1, .interpret = 1, .without = without ? WG_WITHOUT_ALL : 0 });
        wg_graph *g = wg_graph_new(c);
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 3 }, WG_SCALAR)), one = wg_addn(&x, 1),
                two = wg_addn(((wg_node[]){ one, x }), 2), again = wg_addn(&two, 1);
        cr_expect_eq(wg_item(again), 6);
        cr_expect_eq(wg_item(one), 3);
        wgt_finish(c, NULL);
    }
}

/* Values y = op(a, b) by the tape, or without it by the kernel, of all pairs of x[]. */
static void values_of_pairs(const wg_op *op, wg_dtype t, unsigned without, const double *x, int n, double *y)
{
    wg_context *c = wgt_start(NULL, t, &(wg_options){ .interpret = 1, .without = without });
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_EVAL);
    for (int i = 0; i < n * n; i++) {
        wg_node in[2] = { wg_cast(wg_scalar(g, x[i / n]), t), wg_cast(wg_scalar(g, x[i % n]), t) };
        y[i] = wg_item(wg_apply(WG_HERE, op, in, op->operands, NULL));
    }
    wgt_finish(c, NULL);
}

Test(sweep, the_arithmetic_of_an_op_is_what_its_kernel_computes)
{
    const double x[] = { 0, -0.0, 1, -1.5, 3, 1e-310, 0x1p-149, 1e30, -1e300, INFINITY, -INFINITY, NAN };
    enum { N = sizeof x / sizeof *x };
    int ops = 0;
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        if (op->arithmetic == WG_BY_KERNEL) continue;
        ops++;
        for (wg_dtype t = WG_F32; t <= WG_F64; t++) {
            double by_tape[N * N], by_kernel[N * N];
            values_of_pairs(op, t, 0, x, N, by_tape);
            values_of_pairs(op, t, WG_WITHOUT_TAPE, x, N, by_kernel);
            for (uint64_t k = 0; k < N * N; k++) same(by_tape[k], by_kernel[k], op->name, k);
        }
    }
    cr_expect_eq(ops, 6);
}
