/* test_strided.c: plans read slices where they lie and write operands of a concat where they belong. The bits
 * are those of the interpreter, which runs the kernels of slice and concat, for runs of any length, threads
 * and dtypes, with and without gradients, and whatever a program keeps. */
#include <stdlib.h>
#include <string.h>

#include "run/plan/plan.h"
#include "wgtest.h"

/* ---- programs: of x, whose axis 1 has four parts ---- */

typedef wg_node (*program)(wg_node x, wg_node *kept);

static wg_node part(wg_node x, int k)
{
    const int64_t n = wg_node_shape(x).dim[1] / 4;
    return wg_slice(x, .axis = 1, .from = k * n, .to = (k + 1) * n);
}

/* The gates of an LSTM: the gradient of x is a concat of four. */
static wg_node gates(wg_node x, wg_node *kept)
{
    wg_node i = wg_sigmoid(part(x, 0)), f = wg_sigmoid(part(x, 1)), g = wg_tanh(part(x, 2));
    *kept = wg_mul(i, g);
    wg_node c = wg_add(wg_mul(f, g), *kept);
    return wg_mul(wg_sigmoid(part(x, 3)), wg_tanh(c));
}

/* Pairs that are turned, one behind the other. A slice is kept, so it has memory of its own. */
static wg_node turned(wg_node x, wg_node *kept)
{
    wg_node a = part(x, 0), b = part(x, 2), angle = part(x, 1);
    *kept = b;
    wg_node u = wg_sub(wg_mul(a, wg_cos(angle)), wg_mul(b, wg_sin(angle)));
    wg_node v = wg_add(wg_mul(b, wg_cos(angle)), wg_mul(a, wg_sin(angle)));
    return wg_concat(((wg_node[]){ u, v }), 2, 1);
}

/* Operands of a concat that something else reads, that two items compute, or that are equal. */
static wg_node shared(wg_node x, wg_node *kept)
{
    wg_node a = wg_exp(part(x, 0)), b = wg_square(part(x, 1)), c = wg_sum(b);
    *kept = wg_concat(((wg_node[]){ a, b, a }), 3, 1);
    return wg_concat(((wg_node[]){ wg_mul(*kept, c), wg_neg(part(x, 3)) }), 2, 1);
}

/* Slices that are read by more than elementwise nodes, are broadcast, or are slices of slices. */
static wg_node other_readers(wg_node x, wg_node *kept)
{
    wg_node a = part(x, 1), b = part(part(x, 0), 3), first = wg_slice(part(x, 2), .axis = 0, .to = 1);
    *kept = wg_sum(a, .axes = WG_AXES(-1), .keepdims = true);
    wg_node y = wg_add(wg_mul(a, *kept), wg_mul(part(x, 2), first));
    return wg_add(y, wg_sum(wg_square(b)));
}

static const program programs[] = { gates, turned, shared, other_readers };
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* ---- one way of running ---- */

typedef struct way {
    wg_dtype dtype;
    int interpret, threads;
    bool gradient, keep;
} way;

enum { RESULTS = 3, ROUNDS = 3 };

typedef struct results {
    wg_tensor t[RESULTS]; /* copies */
    int count;
    int copies; /* steps of slice and concat, of the plan that ran last */
} results;

static void add(results *r, wg_node n)
{
    wg_tensor t = wg_value(n);
    const size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    void *copy = malloc(bytes + 1);
    if (bytes) memcpy(copy, t.data, bytes);
    t.data = copy;
    r->t[r->count++] = t;
}

static void finish(results *r)
{
    for (int i = 0; i < r->count; i++) free(r->t[i].data);
    r->count = 0;
}

static int copies_of(const wgi_plan *p)
{
    int n = 0;
    for (int i = 0; p && i < p->steps; i++) {
        const wg_op *op = p->step[i].tiles || p->step[i].rows ? NULL : p->step[i].of->op;
        n += op && (!strcmp(op->name, "slice") || !strcmp(op->name, "concat"));
    }
    return n;
}

/* Builds and reads three times, since the plan of a request depends on what the builds before have read. */
static results run(program f, wg_shape shape, way w)
{
    wg_context *c = wgt_start(NULL, w.dtype, &(wg_options){ .interpret = w.interpret, .threads = w.threads });
    wg_graph *g = wg_graph_new(c);
    const int64_t n = wg_shape_size(shape);
    wgt_random seed = { 7 };
    double *v = malloc((size_t)n * sizeof *v + 1);
    for (int64_t i = 0; i < n; i++) v[i] = wgt_uniform(&seed, -2, 2);
    results r = { .count = 0 };
    for (int round = 0; round < ROUNDS; round++) {
        wg_node kept, gradient = wg_none;
        finish(&r);
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_cast(wg_input_borrow(g, "x", wg_view(WG_F64, v, shape)), w.dtype);
        wg_node y = f(x, &kept);
        if (w.keep) wg_keep(kept);
        if (w.gradient) gradient = wg_grad(wg_sum(wg_mul(y, wg_sin(y))), x);
        add(&r, w.gradient ? gradient : y);
        if (w.gradient) add(&r, y);
        if (w.keep) add(&r, kept);
    }
    r.copies = copies_of(c->plans);
    wgt_finish(c, NULL);
    free(v);
    return r;
}

/* All ways against the interpreter. */
static void compare(int f, wg_shape shape, wg_dtype t)
{
    for (int what = 0; what < 4; what++) {
        const bool gradient = what & 1, keep = what >> 1;
        results a = run(programs[f], shape, (way){ t, 1, 1, gradient, keep });
        for (int threads = 1; threads <= 2; threads++) {
            results b = run(programs[f], shape, (way){ t, -1, threads, gradient, keep });
            cr_assert_eq(a.count, b.count);
            for (int i = 0; i < a.count; i++)
                cr_assert(wgt_same_numbers(&a.t[i], &b.t[i]),
                          "program %d, [%lld, %lld], %s: result %d, %d threads, gradient %d, keep %d", f,
                          (long long)shape.dim[0], (long long)shape.dim[1], wg_dtype_name(t), i, threads,
                          gradient, keep);
            finish(&b);
        }
        finish(&a);
    }
}

/* ---- bits ---- */

Test(strided, runs_of_any_length)
{
    static const wg_shape shapes[] = { { 2, { 1, 64 } },       { 2, { 5, 16 } },    { 2, { 32, 512 } },
                                       { 2, { 130, 4 * 37 } }, { 2, { 3, 16400 } }, { 3, { 7, 16, 30 } },
                                       { 3, { 40, 4, 17 } },   { 2, { 2100, 64 } }, { 4, { 2, 4, 3, 100 } },
                                       { 2, { 9, 4 * 1024 } }, { 3, { 3, 16, 1 } } };
    for (int f = 0; f < PROGRAMS; f++)
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            compare(f, shapes[k], WG_F32);
            compare(f, shapes[k], WG_F64);
        }
}

/* ---- steps ---- */

Test(strided, the_gates_of_a_cell_and_their_gradient_are_not_copied)
{
    for (int64_t units = 16; units <= 2048; units *= 4) {
        results r = run(gates, WG_SHAPE(32, 4 * units), (way){ WG_F32, -1, 1, true, false });
        cr_assert_eq(r.copies, 0, "%lld units: %d copies", (long long)units, r.copies);
        finish(&r);
    }
}

Test(strided, a_slice_that_is_read_later_is_copied)
{
    results r = run(turned, WG_SHAPE(64, 512), (way){ WG_F32, -1, 1, false, true });
    cr_assert_geq(r.copies, 1);
    finish(&r);
}
