/* test_tape_views.c: programs of scalars that read the elements of tensors. Their gradients have the
 * bits that plans and nodes give, for single elements, parts of parts, parts that overlap, and elements
 * that are used several times or never. */
#include <math.h>
#include <string.h>

#include "wgnearest.h"
#include "wgtest.h"

enum { VECTOR = 7, ROWS = 2, COLUMNS = 3, ALL = VECTOR + ROWS * COLUMNS + 1, MOST = 6000 };

/* Where the operands of a program come from: each is a bit. */
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
    wg_node vector, matrix, scalar, input, half[2];
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
    l.scalar = wg_param(g, p, "s", WG_SCALAR, wg_const(0.5));
    l.input = wg_input(g, "in", single ? wg_view_f32(f, WG_SHAPE(VECTOR)) : wg_view_f64(v, WG_SHAPE(VECTOR)));
    if (from & PARTS) {
        l.half[0] = wg_slice(l.vector, .from = 1, .to = 3);
        l.half[1] = wg_slice(l.vector, .from = 3, .to = 6);
    }
    return l;
}

/* An element of what `kind` says, drawn by r. */
static wg_node element(const leaves *l, wgt_random *r, unsigned kind)
{
    const int64_t i = wgt_below(r, VECTOR), row = wgt_below(r, ROWS), column = wgt_below(r, COLUMNS);
    switch (kind) {
    case SLICES: return wg_slice(l->vector, .from = i, .to = i + 1);
    case SQUEEZED: return wg_squeeze(wg_slice(l->vector, .from = i, .to = i + 1), 0);
    case MATRIX: {
        wg_node x = wg_slice(l->matrix, .from = row, .to = row + 1);
        x = wg_slice(x, .axis = 1, .from = column, .to = column + 1);
        return wg_reshape(x, WG_SCALAR);
    }
    case PARTS: return wg_slice(l->half[row], .from = column % 2, .to = column % 2 + 1);
    case OVERLAPPING:
        return wg_slice(wg_slice(l->vector, .from = row, .to = row + 4), .from = i % 4, .to = i % 4 + 1);
    case RESHAPED: {
        wg_node x = wg_reshape(l->matrix, WG_SHAPE(ROWS * COLUMNS));
        return wg_squeeze(wg_slice(x, .from = i % 6, .to = i % 6 + 1), -1);
    }
    case INPUTS: return wg_slice(l->input, .from = i, .to = i + 1);
    }
    return l->scalar;
}

static wg_node drawn(const leaves *l, wgt_random *r)
{
    const unsigned kind = 1U << wgt_below(r, 8);
    return element(l, r, kind & l->from);
}

static wg_node next(wgt_random *r, wg_node a, wg_node b)
{
    switch (wgt_below(r, 10)) {
    case 0: return wg_add(a, b);
    case 1: return wg_mul(a, b);
    case 2: return wg_sub(b, a);
    case 3: return wg_mul(-0.0, a);
    case 4: return wg_tanh(a);
    case 5: return wg_div(a, wg_add(wg_square(b), 1));
    case 6: return wg_neg(a);
    case 7: return wg_maximum(a, b);
    case 8: return wg_square(wg_sin(a));
    }
    return wg_mul(0.75, a);
}

static wg_node program(wg_graph *g, wg_params *p, uint64_t seed, unsigned from, int size)
{
    wg_node x[MOST];
    wgt_random r = { seed };
    wg_begin(g, WG_TRAIN);
    leaves l = leaves_of(g, p, from);
    int n = 0;
    for (; n < 4; n++) x[n] = drawn(&l, &r);
    x[n++] = wg_mul(l.scalar, x[0]);
    for (; n < size; n++) {
        wg_node a = x[n - 1 - (int)wgt_below(&r, 4)];
        wg_node b = wgt_below(&r, 3) ? x[wgt_below(&r, n)] : drawn(&l, &r);
        x[n] = next(&r, a, b);
    }
    return wg_reshape(x[n - 1], WG_SCALAR);
}

typedef struct answer {
    double value, gradient[ALL];
    int taped; /* how many gradients the tape has computed */
} answer;

static void count_tapes(void *user, const char *line) { *(int *)user += strstr(line, ": tape: ") != NULL; }

static answer run(wg_options o, wg_dtype t, uint64_t seed, unsigned from, int size)
{
    answer a = { .taped = 0 };
    o.trace = WG_TRACE_REQUEST, o.on_trace = count_tapes, o.user = &a.taped;
    wg_context *c = wgt_start(NULL, t, &o);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    for (int k = 0; k < 2; k++) {
        wg_node y = program(g, p, seed, from, size);
        cr_assert_eq(wg_backward(y, p), WG_OK, "program %llu: %s", (unsigned long long)seed, wg_message(c));
        a.value = wg_item(y);
    }
    cr_assert_eq(wg_params_size(p), ALL);
    wg_params_get_grad(p, a.gradient);
    wgt_finish(c, NULL);
    return a;
}

static bool same(double a, double b)
{
    return (a == b && !signbit(a) == !signbit(b)) || (isnan(a) && isnan(b));
}

static void compare(wg_dtype t, uint64_t seed, unsigned from, int size, bool taped)
{
    const wg_options way[] = { { 0 },
                               { .without = WG_WITHOUT_SHORT | WG_WITHOUT_REBUILD },
                               { .interpret = -1 },
                               { .interpret = 1, .without = WG_WITHOUT_TAPE } };
    const answer want = run((wg_options){ .interpret = 1, .without = WG_WITHOUT_ALL }, t, seed, from, size);
    cr_assert_eq(want.taped, 0);
    for (int k = 0; k < (size > 1000 ? 2 : 4); k++) {
        const answer got = run(way[k], t, seed, from, size);
        cr_assert(same(got.value, want.value), "program %llu", (unsigned long long)seed);
        for (int i = 0; i < ALL; i++)
            cr_assert(same(got.gradient[i], want.gradient[i]),
                      "way %d, program %llu of %u, element %d: %a, %a", k, (unsigned long long)seed, from, i,
                      got.gradient[i], want.gradient[i]);
        if (taped && k < 2) cr_assert_gt(got.taped, 0, "program %llu of %u", (unsigned long long)seed, from);
    }
}

Test(views, of_elements_are_run_by_the_tape)
{
    const unsigned from[] = { SLICES, SQUEEZED, SLICES | INPUTS, MATRIX, PARTS, RESHAPED, SQUEEZED | MATRIX };
    for (uint64_t seed = 0; seed < 35; seed++)
        compare(seed % 2 ? WG_F32 : WG_F64, seed, from[seed % 7], 10 + (int)(seed * 7), true);
}

Test(views, of_overlapping_parts_have_the_same_bits)
{
    for (uint64_t seed = 100; seed < 140; seed++)
        compare(seed % 2 ? WG_F32 : WG_F64, seed, seed % 3 ? EVERYTHING : SLICES | OVERLAPPING,
                10 + (int)(seed - 100) * 4, false);
}

Test(views, in_large_programs_have_the_same_bits)
{
    const unsigned from[] = { SLICES, SQUEEZED | INPUTS, MATRIX, PARTS | SQUEEZED, RESHAPED };
    for (uint64_t seed = 200; seed < 205; seed++) compare(WG_F64, seed, from[seed - 200], MOST, seed != 203);
}

/* The sum of i x[i]^2 over the elements with an odd i has the derivative 2 i x[i], and 0 by the others. */
Test(views, gradients_have_their_closed_form)
{
    enum { N = 20000 };
    static double x[N], d[N];
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    for (int i = 0; i < N; i++) x[i] = sin(i);
    for (int round = 0; round < 2; round++) {
        wg_begin(g, WG_TRAIN);
        wg_node v = wg_param(g, p, "x", WG_SHAPE(N), wg_values(x)), sum = wg_none;
        for (int i = 1; i < N; i += 2) {
            wg_node e = wg_mul(i, wg_square(wg_slice(v, .from = i, .to = i + 1)));
            sum = i > 1 ? wg_add(sum, e) : e;
        }
        wg_backward(sum, p);
        wg_params_get_grad(p, d);
        for (int i = 0; i < N; i++) cr_assert_eq(d[i], i % 2 ? WGT_NEAREST(2 * (i * x[i])) : 0, "%d", i);
    }
    wgt_finish(c, NULL);
}

/* A value that is an element of a parameter does not change with the parameter. */
Test(views, keep_their_value_when_the_parameter_changes)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.25 });
    wg_node v = wg_param(g, p, "x", WG_SHAPE(2), wg_values((double[]){ 3, 5 }));
    wg_node e = wg_slice(v, .from = 1, .to = 2), y = wg_mul(e, e);
    cr_assert_eq(wg_item(e), 5);
    wg_backward(y, p);
    wg_optim_step(o);
    cr_assert_eq(wg_item(e), 5);
    cr_assert_eq(wg_item(y), 25);
    wgt_finish(c, NULL);
}

/* A mistake in a loop over elements is reported as elsewhere, after any number of calls that were right. */
Test(views, mistakes_are_found)
{
    enum { N = 6000 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_input(g, "x", wg_view_f64((double[N]){ 1 }, WG_SHAPE(N)));
    for (int i = 0; i <= N; i++) wg_squeeze(wg_slice(x, .from = i, .to = i + 1), 0);
    wgt_expect_error(c, WG_ERROR_SHAPE, "6000:6001 is not a part of axis 0 of x [6000]");
    cr_assert_eq(wg_graph_nodes(g), 2 + 2 * N);
    for (int i = 0; i < 2; i++) wg_squeeze(wg_graph_node(g, 2 + i), i);
    wgt_expect_error(c, WG_ERROR_SHAPE, "no axis 1");
    wg_node gone = wg_slice(x, .from = 1, .to = 2);
    for (int i = 0; i < 2; i++, wg_graph_rewind(g, gone.index)) wg_squeeze(gone, 0);
    wgt_expect_error(c, WG_ERROR_USE, "gone is a node that the graph no longer has");
    wgt_finish(c, NULL);
}
