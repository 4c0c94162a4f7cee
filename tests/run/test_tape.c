/* test_tape.c: programs of scalars, and of elements of tensors: single elements, parts of parts, parts that
 * overlap, elements that are used several times or never. The first run computes their gradients as numbers,
 * without nodes. They must have the bits that plans and the nodes of derivatives give, for all ops and for
 * operands that are used several times. */
#include <math.h>
#include <string.h>

#include "wgnearest.h"
#include "wgtest.h"

enum { SCALARS = 4, VECTOR = 7, ROWS = 2, COLUMNS = 3, ALL = VECTOR + ROWS * COLUMNS + SCALARS, MOST = 6000 };

/* Where the operands of a program come from, besides parameters that are scalars: each is a bit. */
enum {
    SLICES = 1,       /* elements of the vector, of shape [1] */
    SQUEEZED = 2,     /* the same as scalars */
    MATRIX = 4,       /* a row of the matrix, made anew for each, and of it an element */
    PARTS = 8,        /* elements of two parts of the vector that have no element in common */
    OVERLAPPING = 16, /* elements of parts that have */
    RESHAPED = 32,    /* elements of the matrix as a vector */
    INPUTS = 64,      /* elements of an input */
    EVERYTHING = 127
};

typedef struct leaves {
    wg_graph *g;
    wg_node vector, matrix, scalar[SCALARS], input, half[2];
    unsigned from;
} leaves;

static leaves leaves_of(wg_graph *g, wg_params *p, unsigned from)
{
    const bool single = wg_context_dtype(wg_graph_context(g)) == WG_F32;
    const double v[VECTOR] = { 0.5, -0.25, 0.75, 1.5, -1, 0.125, 2 };
    const double m[ROWS * COLUMNS] = { 0.25, 1, -0.5, 0.375, -0.875, 1.25 };
    float f[VECTOR];
    for (int i = 0; i < VECTOR; i++) f[i] = (float)v[i];
    leaves l = { .g = g, .from = from };
    l.vector = wg_param(g, p, "v", WG_SHAPE(VECTOR), wg_values(v));
    l.matrix = wg_param(g, p, "m", WG_SHAPE(ROWS, COLUMNS), wg_values(m));
    for (int i = 0; i < SCALARS; i++)
        l.scalar[i] =
            wg_param(g, p, (const char *[]){ "a", "b", "c", "d" }[i], WG_SCALAR, wg_const(0.3 * i - 0.5));
    l.input = wg_input(g, "in", single ? wg_view_f32(f, WG_SHAPE(VECTOR)) : wg_view_f64(v, WG_SHAPE(VECTOR)));
    if (from & PARTS) {
        l.half[0] = wg_slice(l.vector, .axis = 0, .from = 1, .to = 3);
        l.half[1] = wg_slice(l.vector, .axis = 0, .from = 3, .to = 6);
    }
    return l;
}

/* An element of what `kind` says, drawn by r. */
static wg_node element(const leaves *l, wgt_random *r, unsigned kind)
{
    const int64_t i = wgt_below(r, VECTOR), row = wgt_below(r, ROWS), column = wgt_below(r, COLUMNS);
    switch (kind) {
    case SLICES: return wg_slice(l->vector, .axis = 0, .from = i, .to = i + 1);
    case SQUEEZED: return wg_squeeze(wg_slice(l->vector, .axis = 0, .from = i, .to = i + 1), .axis = 0);
    case MATRIX: {
        wg_node x = wg_slice(l->matrix, .axis = 0, .from = row, .to = row + 1);
        x = wg_slice(x, .axis = 1, .from = column, .to = column + 1);
        return wg_reshape(x, WG_SCALAR);
    }
    case PARTS: return wg_slice(l->half[row], .axis = 0, .from = column % 2, .to = column % 2 + 1);
    case OVERLAPPING:
        return wg_slice(wg_slice(l->vector, .axis = 0, .from = row, .to = row + 4), .axis = 0, .from = i % 4,
                        .to = i % 4 + 1);
    case RESHAPED: {
        wg_node x = wg_reshape(l->matrix, WG_SHAPE(ROWS * COLUMNS));
        return wg_squeeze(wg_slice(x, .axis = 0, .from = i % 6, .to = i % 6 + 1), .axis = -1);
    }
    case INPUTS: return wg_slice(l->input, .axis = 0, .from = i, .to = i + 1);
    }
    return l->scalar[i % SCALARS];
}

static wg_node drawn(const leaves *l, wgt_random *r)
{
    const unsigned kind = 1U << wgt_below(r, 8);
    return element(l, r, kind & l->from);
}

static double twice(double x, const void *attr) { return (void)attr, 2 * x; }
static void twice_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)y, (void)x;
    gx[0] = wg_mul_at(here, gy, wg_number(2));
}
static const wg_op twice_op = { .name = "twice", .operands = 1, .map = twice, .vjp = twice_vjp };

static double step(double x, const void *attr) { return (void)attr, x > 0.25; }
static const wg_op step_op = { .name = "step", .adjoint = "flat", .none = 1, .operands = 1, .map = step };

/* The next node of a random program. SIMPLE: the tape runs these kinds. ANY: also those that it cannot run:
 * ops without a derivative, comparisons, values that are no scalars, and neg(neg(x)), which is x, but whose
 * derivative passes by both. Then nodes are made instead. */
enum { SIMPLE = 17, ANY = 21 };

static wg_node next(wgt_random *r, wg_node a, wg_node b, wg_node c, int64_t kinds)
{
    switch (wgt_below(r, kinds)) {
    case 0: return wg_add(a, b);
    case 1: return wg_mul(a, b);
    case 2: return wg_sub(b, a);
    case 3: return wg_mul(-0.0, a);
    case 4: return wg_tanh(a);
    case 5: return wg_div(a, wg_add(wg_square(b), 1));
    case 6: return wg_exp(wg_neg(wg_abs(a)));
    case 7: return wg_maximum(a, b);
    case 8: return wg_square(wg_sin(a));
    case 9: return wg_mul(0.75, a);
    case 10: return wg_sub(0.5, a);
    case 11: return wg_sigmoid(a);
    case 12: return wg_relu(a);
    case 13: return wg_apply(WG_HERE, &twice_op, &a, 1, NULL);
    case 14: return wg_leaky_relu(a, .slope = 0.1);
    case 15: return wg_softplus(a);
    case 16: return wg_mul(a, a);
    case 17: return wg_neg(a);
    case 18: return wg_where(wg_greater(a, b), b, c);
    case 19: return wg_add(a, wg_apply(WG_HERE, &step_op, &b, 1, NULL));
    }
    return wg_sum(wg_mul(wg_broadcast_to(wg_reshape(a, WG_SCALAR), WG_SHAPE(3)), b));
}

static wg_node program(wg_graph *g, wg_params *p, uint64_t seed, unsigned from, int size, int64_t kinds)
{
    wg_node x[MOST];
    wgt_random r = { seed };
    wg_begin(g, WG_TRAIN);
    leaves l = leaves_of(g, p, from);
    int n = 0;
    for (; n < 4; n++) x[n] = drawn(&l, &r);
    x[n++] = wg_mul(l.scalar[0], x[0]);
    for (; n < size; n++) { /* mostly recent operands, so that programs are deep; some old ones */
        wg_node a = x[n - 1 - (int)wgt_below(&r, 4)], c = x[wgt_below(&r, n)];
        wg_node b = wgt_below(&r, 3) ? x[wgt_below(&r, n)] : drawn(&l, &r);
        x[n] = next(&r, a, b, c, kinds);
    }
    return wg_reshape(x[n - 1], WG_SCALAR);
}

typedef struct answer {
    double value, gradient[ALL];
    bool reached;
    int taped; /* how many gradients the tape has computed */
} answer;

static void count_tapes(void *user, const char *line) { *(int *)user += strstr(line, ": tape: ") != NULL; }

static answer run(wg_start_opts o, wg_dtype t, uint64_t seed, unsigned from, int size, int64_t kinds)
{
    answer a = { .taped = 0 };
    o.trace = WG_TRACE_REQUEST, o.on_trace = count_tapes, o.user = &a.taped;
    WGT_IN_WORLD(t, &o);
    for (int k = 0; k < 3; k++) { /* the structure of the value may be known before that of the gradient is */
        wg_node y = program(g, p, seed, from, size, kinds);
        if (seed % 4 > 1) wg_item(y);
        a.reached = wg_backward(y, p) == WG_OK;
        if (!a.reached) wgt_expect_error(c, WG_ERROR_GRADIENT, "backward");
        a.value = wg_item(y);
    }
    cr_assert_eq(wg_params_size(p), ALL);
    if (a.reached) wg_params_get_grad(p, a.gradient);
    return a;
}

static bool same(double a, double b)
{
    return (a == b && !signbit(a) == !signbit(b)) || (isnan(a) && isnan(b));
}

static void compare(wg_dtype t, uint64_t seed, unsigned from, int size, int64_t kinds, bool taped)
{
    const wg_start_opts way[] = { WG_OPTS(wg_start_opts),
                                  WG_OPTS(wg_start_opts, .without = WG_WITHOUT_SHORT | WG_WITHOUT_REBUILD),
                                  WG_OPTS(wg_start_opts, .interpret = -1),
                                  WG_OPTS(wg_start_opts, .interpret = 1, .without = WG_WITHOUT_TAPE) };
    const answer want =
        run(WG_OPTS(wg_start_opts, .interpret = 1, .without = WG_WITHOUT_ALL), t, seed, from, size, kinds);
    cr_assert_eq(want.taped, 0);
    for (int k = 0; k < (size > 1000 ? 2 : 4); k++) {
        const answer got = run(way[k], t, seed, from, size, kinds);
        cr_assert_eq(got.reached, want.reached, "program %llu", (unsigned long long)seed);
        cr_assert(same(got.value, want.value), "program %llu", (unsigned long long)seed);
        for (int i = 0; i < ALL; i++)
            cr_assert(same(got.gradient[i], want.gradient[i]),
                      "way %d, program %llu of %u, element %d: %a, %a", k, (unsigned long long)seed, from, i,
                      got.gradient[i], want.gradient[i]);
        if (taped && k < 2) cr_assert_gt(got.taped, 0, "program %llu of %u", (unsigned long long)seed, from);
    }
}

Test(tape, has_the_bits_of_plans_and_nodes)
{
    const unsigned some[] = { SLICES, SQUEEZED, SLICES | INPUTS, MATRIX, PARTS, RESHAPED, SQUEEZED | MATRIX };
    for (uint64_t seed = 0; seed < 60; seed++) {
        const wg_dtype t = seed % 2 ? WG_F32 : WG_F64;
        compare(t, seed, 0, 10 + (int)(seed * 6), SIMPLE, true);
        compare(t, seed, seed % 3 ? 0 : EVERYTHING, 10 + (int)(seed * 6), ANY, false);
        if (seed < 35) compare(t, seed, some[seed % 7], 10 + (int)(seed * 7), SIMPLE, true);
        if (seed < 40)
            compare(t, seed, seed % 3 ? EVERYTHING : SLICES | OVERLAPPING, 10 + (int)seed * 4, SIMPLE, false);
    }
}

Test(tape, in_large_programs)
{
    const unsigned from[] = { SLICES, SQUEEZED | INPUTS, MATRIX, PARTS | SQUEEZED, RESHAPED };
    for (uint64_t seed = 200; seed < 205; seed++)
        compare(WG_F64, seed, from[seed - 200], MOST, SIMPLE, seed != 203);
}

/* The sum of i x[i]^2 over the elements with an odd i has the derivative 2 i x[i], and 0 by the others. */
Test(tape, gradients_of_elements_have_their_closed_form)
{
    enum { N = 20000 };
    static double x[N], d[N];
    WGT_IN_WORLD(WG_F64, NULL);
    for (int i = 0; i < N; i++) x[i] = sin(i);
    for (int round = 0; round < 2; round++) {
        wg_begin(g, WG_TRAIN);
        wg_node v = wg_param(g, p, "x", WG_SHAPE(N), wg_values(x)), sum = wg_none;
        for (int i = 1; i < N; i += 2) {
            wg_node e = wg_mul(i, wg_square(wg_slice(v, .axis = 0, .from = i, .to = i + 1)));
            sum = i > 1 ? wg_add(sum, e) : e;
        }
        wg_backward(sum, p);
        wg_params_get_grad(p, d);
        for (int i = 0; i < N; i++) cr_assert_eq(d[i], i % 2 ? WGT_NEAREST(2 * (i * x[i])) : 0, "%d", i);
    }
}

enum { THREE = 3 };

/* The gradient of the sum of all elements of three parts of a vector, times the factor. */
static void gradient_of_parts(unsigned without, const int *const part[THREE], double times, double d[4])
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .without = without));
    wg_node v = wg_param(g, p, "v", WG_SHAPE(4), wg_const(1)), sum = wg_none;
    for (int k = 0; k < THREE; k++) {
        wg_node x = wg_slice(v, .axis = 0, .from = part[k][0], .to = part[k][1]);
        for (int i = 0; i < part[k][1] - part[k][0]; i++) {
            wg_node e = wg_mul(wg_squeeze(wg_slice(x, .axis = 0, .from = i, .to = i + 1), .axis = 0), times);
            sum = k || i ? wg_add(sum, e) : e;
        }
    }
    wg_backward(sum, p);
    wg_params_get_grad(p, d);
}

/* An element of one part alone has the gradient -0 + 0, which is 0; one of equal parts -0. */
Test(tape, parts_that_begin_together_have_the_bits_of_nodes)
{
    static const int all[6][2] = { { 0, 1 }, { 0, 2 }, { 0, 3 }, { 1, 2 }, { 1, 3 }, { 2, 3 } };
    for (int k = 0; k < 6 * 6 * 6 * 2; k++) {
        const int *const part[] = { all[k / 72], all[k / 12 % 6], all[k / 2 % 6] };
        const double times = k % 2 ? 1 : -0.0;
        double tape[4], nodes[4];
        gradient_of_parts(0, part, times, tape);
        gradient_of_parts(WG_WITHOUT_TAPE, part, times, nodes);
        for (int i = 0; i < 4; i++)
            cr_expect(tape[i] == nodes[i] && signbit(tape[i]) == signbit(nodes[i]),
                      "%d:%d, %d:%d and %d:%d, element %d: %g, not %g", part[0][0], part[0][1], part[1][0],
                      part[1][1], part[2][0], part[2][1], i, tape[i], nodes[i]);
    }
}

/* A value that is an element of a parameter does not change with the parameter. */
Test(tape, elements_keep_their_value_when_the_parameter_changes)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_optim *o = wg_sgd(p, .lr = 0.25);
    wg_node v = wg_param(g, p, "x", WG_SHAPE(2), wg_values((double[]){ 3, 5 }));
    wg_node e = wg_slice(v, .axis = 0, .from = 1, .to = 2), y = wg_mul(e, e);
    cr_assert_eq(wg_item(e), 5);
    wg_backward(y, p);
    wg_optim_step(o);
    cr_assert_eq(wg_item(e), 5);
    cr_assert_eq(wg_item(y), 25);
}

/* A mistake in a loop over elements is reported as elsewhere, after any number of calls that were right. */
Test(tape, mistakes_in_a_loop_over_elements_are_found)
{
    enum { N = 6000 };
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = wg_input(g, "x", wg_view_f64((double[N]){ 1 }, WG_SHAPE(N)));
    for (int i = 0; i <= N; i++) wg_squeeze(wg_slice(x, .axis = 0, .from = i, .to = i + 1), .axis = 0);
    wgt_expect_error(c, WG_ERROR_SHAPE, "6000:6001 is not a part of axis 0 of x [6000]");
    cr_assert_eq(wg_graph_nodes(g), 2 + 2 * N);
    for (int i = 0; i < 2; i++) wg_squeeze(wg_graph_node(g, 2 + i), .axis = i);
    wgt_expect_error(c, WG_ERROR_SHAPE, "no axis 1");
    wg_node gone = wg_slice(x, .axis = 0, .from = 1, .to = 2);
    for (int i = 0; i < 2; i++, wgx_graph_rewind(g, gone.index)) wg_squeeze(gone, .axis = 0);
    wgt_expect_error(c, WG_ERROR_USE, "gone is a node that the graph no longer has");
}

/* A loss that is a leaf must not change what later graphs compute. */
Test(tape, a_leaf_as_the_loss)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_param(g, p, "a", WG_SCALAR, wg_const(3));
    WGT_REFUSED(c, GRADIENT, "the loss reaches no parameter of p", wg_backward(wg_scalar(g, 2), p));
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_neg(wg_param(g, p, "a", WG_SCALAR, wg_const(3))), y = wg_square(x);
    wg_sin(y), wg_cos(y);
    cr_assert_eq(wg_item(wg_mul(y, y)), 81);
}

/* A kernel call that is kept for the sum of one operand is not one for the sum of two. */
Test(tape, sums_of_one_and_of_two_scalars_are_told_apart)
{
    for (int without = 0; without < 2; without++) {
        WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = 1,
                                      .without = without ? WG_WITHOUT_ALL : 0));
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 3 }, WG_SCALAR)), one = wg_addn(&x, 1),
                two = wg_addn(((wg_node[]){ one, x }), 2), again = wg_addn(&two, 1);
        cr_expect_eq(wg_item(again), 6);
        cr_expect_eq(wg_item(one), 3);
    }
}

/* Values y = op(a, b) by the tape, or without it by the kernel, of all pairs of x[]. */
static void values_of_pairs(const wg_op *op, wg_dtype t, unsigned without, const double *x, int n, double *y)
{
    WGT_IN_GRAPH(t, &WG_OPTS(wg_start_opts, .interpret = 1, .without = without));
    wg_begin(g, WG_EVAL);
    for (int i = 0; i < n * n; i++) {
        wg_node in[2] = { wg_cast(wg_scalar(g, x[i / n]), t), wg_cast(wg_scalar(g, x[i % n]), t) };
        y[i] = wg_item(wg_apply(WG_HERE, op, in, op->operands, NULL));
    }
}

Test(tape, the_arithmetic_of_an_op_is_what_its_kernel_computes)
{
    const double x[] = { 0, -0.0, 1, -1.5, 3, 1e-310, 0x1p-149, 1e30, -1e300, INFINITY, -INFINITY, NAN };
    enum { N = sizeof x / sizeof *x };
    int ops = 0;
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        if (wgx_hints(op)->arithmetic == WG_BY_KERNEL) continue;
        ops++;
        for (wg_dtype t = WG_F32; t <= WG_F64; t++) {
            double by_tape[N * N], by_kernel[N * N];
            values_of_pairs(op, t, 0, x, N, by_tape);
            values_of_pairs(op, t, WG_WITHOUT_TAPE, x, N, by_kernel);
            for (int k = 0; k < N * N; k++)
                cr_assert(same(by_tape[k], by_kernel[k]), "%s, pair %d: %a, %a", op->name, k, by_tape[k],
                          by_kernel[k]);
        }
    }
    cr_expect_eq(ops, 6);
}
