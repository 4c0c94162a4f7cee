/* test_rows.c: row groups: reductions over the last axis that run together with elementwise ops, block
 * by block of rows. The bits are those of the interpreter, for all shapes, threads and dtypes, with and
 * without gradients, and whatever a program keeps. The memory is no more than without row groups. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/plan/plan.h"
#include "wgtest.h"

/* ---- programs ---- */

typedef struct operands {
    wg_node x, gamma, beta;
} operands;

typedef wg_node (*program)(operands o, wg_node *kept);

static wg_node mean_of_rows(wg_node x) { return wg_mean(x, .axes = WG_AXES(-1), .keepdims = true); }
static wg_node sum_of_rows(wg_node x) { return wg_sum(x, .axes = WG_AXES(-1), .keepdims = true); }
static wg_node max_of_rows(wg_node x) { return wg_max(x, .axes = WG_AXES(-1), .keepdims = true); }

static wg_node layer_norm(operands o, wg_node *kept)
{
    wg_node d = wg_sub(o.x, mean_of_rows(o.x));
    wg_node s = wg_sqrt(wg_add(mean_of_rows(wg_square(d)), 1e-5));
    *kept = s;
    return wg_add(wg_mul(wg_div(d, s), o.gamma), o.beta);
}

static wg_node rms_norm(operands o, wg_node *kept)
{
    wg_node s = wg_sqrt(wg_add(mean_of_rows(wg_square(o.x)), 1e-5));
    *kept = wg_div(o.x, s);
    return wg_mul(*kept, o.gamma);
}

static wg_node softmax(operands o, wg_node *kept)
{
    wg_node e = wg_exp(wg_sub(o.x, max_of_rows(o.x)));
    *kept = e;
    return wg_div(e, sum_of_rows(e));
}

/* The sum has no axis of size 1: it gets one by a reshape. */
static wg_node unit_rows(operands o, wg_node *kept)
{
    wg_shape s = wg_node_shape(o.x);
    wg_node norm = wg_sqrt(wg_add(wg_sum(wg_square(o.x), .axes = WG_AXES(-1)), 1e-12));
    *kept = norm;
    s.dim[s.rank - 1] = 1;
    return wg_div(o.x, wg_reshape(norm, s));
}

static wg_node logsumexp(operands o, wg_node *kept)
{
    wg_node m = max_of_rows(o.x);
    *kept = wg_sub(o.x, m);
    return wg_add(wg_log(sum_of_rows(wg_exp(*kept))), m);
}

/* Values of rows are read by other rows: such items are in no group together. */
static wg_node shifted(operands o, wg_node *kept)
{
    const wg_shape s = wg_node_shape(o.x);
    wg_node d = wg_sub(o.x, mean_of_rows(o.x));
    wg_node above = wg_slice(d, .axis = 0, .from = s.dim[0] / 2, .to = s.dim[0] / 2 + 1);
    wg_node below = wg_slice(d, .axis = 0, .from = 0, .to = 1);
    *kept = above;
    wg_node y = wg_mul(wg_add(d, above), wg_sub(mean_of_rows(wg_square(d)), below));
    return wg_add(y, sum_of_rows(wg_mul(y, o.gamma)));
}

/* Two sums of the same operand, and a sum over all rows in between. */
static wg_node two_moments(operands o, wg_node *kept)
{
    wg_node a = mean_of_rows(o.x), b = mean_of_rows(wg_square(o.x)), all = wg_mean(wg_mul(o.x, o.gamma));
    *kept = wg_sub(b, wg_square(a));
    return wg_div(wg_sub(o.x, a), wg_add(wg_sqrt(wg_abs(*kept)), wg_abs(all)));
}

/* In a square matrix the sums of the rows fit the columns, too: there each row reads the sums of all. */
static wg_node by_columns(operands o, wg_node *kept)
{
    const wg_shape s = wg_node_shape(o.x);
    wg_node e = wg_exp(o.x);
    *kept = s.rank == 2 && s.dim[0] == s.dim[1] ? wg_sum(e, .axes = 1) : sum_of_rows(e);
    return wg_sub(*kept, e);
}

static const program programs[] = { layer_norm, rms_norm, softmax,     unit_rows,
                                    logsumexp,  shifted,  two_moments, by_columns };
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* ---- one way of running ---- */

typedef struct way {
    wg_dtype dtype;
    int interpret, threads;
    unsigned without;
    bool gradient, keep;
} way;

enum { RESULTS = 5, LEAVES = 3, ROUNDS = 3 };

typedef struct results {
    wg_tensor t[RESULTS]; /* copies */
    int count;
    size_t work;   /* the largest workspace of a plan */
    int groups;    /* row groups of all plans */
    size_t blocks; /* the largest memory for the values of a block */
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

static void *some(wg_dtype t, int64_t n, uint64_t seed)
{
    wgt_random r = { seed };
    void *v = malloc((size_t)n * wg_dtype_size(t) + 1);
    for (int64_t i = 0; i < n; i++) {
        const double u = (double)(wgt_next(&r) % 8192) / 1024 - 4;
        if (t == WG_F32) ((float *)v)[i] = (float)u;
        else ((double *)v)[i] = u;
    }
    return v;
}

static void look_at_plans(const wg_context *c, results *r)
{
    for (const wgi_plan *p = c->plans; p; p = p->older) {
        r->work = p->work > r->work ? p->work : r->work;
        for (int i = 0; i < p->steps; i++) {
            const wgi_rows *s = p->step[i].rows;
            r->groups += s != NULL;
            if (s && s->bytes > r->blocks) r->blocks = s->bytes;
        }
    }
}

/* Builds and reads three times, since the plan of a request depends on what the builds before have
 * read. */
static results run(program f, wg_shape shape, way w)
{
    wg_context *c = wgt_start(
        NULL, w.dtype,
        &(wg_options){ .seed = 1, .interpret = w.interpret, .threads = w.threads, .without = w.without });
    wg_graph *g = wg_graph_new(c);
    const int64_t columns = shape.dim[shape.rank - 1];
    const wg_shape shapes[LEAVES] = { shape, WG_SHAPE(columns), WG_SHAPE(columns) };
    void *v[LEAVES];
    results r = { .count = 0 };
    for (int k = 0; k < LEAVES; k++) v[k] = some(w.dtype, wg_shape_size(shapes[k]), (uint64_t)k + 1);
    for (int round = 0; round < ROUNDS; round++) {
        static const char *const names[] = { "x", "gamma", "beta" };
        wg_node leaf[LEAVES], kept, gradient[LEAVES];
        finish(&r);
        wg_begin(g, WG_TRAIN);
        for (int k = 0; k < LEAVES; k++)
            leaf[k] = wg_input_borrow(g, names[k], wg_view(w.dtype, v[k], shapes[k]));
        wg_node y = f((operands){ leaf[0], leaf[1], leaf[2] }, &kept);
        if (w.keep) wg_keep(kept);
        if (w.gradient) {
            wg_node loss = wg_sum(wg_mul(y, wg_sin(wg_add(y, leaf[1]))));
            for (int k = 0; k < LEAVES - 1; k++) gradient[k] = wg_grad(loss, leaf[k]);
            for (int k = 0; k < LEAVES - 1; k++) wg_keep(gradient[k]);
        }
        add(&r, y);
        for (int k = 0; w.gradient && k < LEAVES - 1; k++) add(&r, gradient[k]);
        if (w.keep) add(&r, kept);
    }
    look_at_plans(c, &r);
    wgt_finish(c, NULL);
    for (int k = 0; k < LEAVES; k++) free(v[k]);
    return r;
}

static void expect_same(int f, wg_shape shape, way w, const results *a, const results *b)
{
    cr_assert_eq(a->count, b->count);
    for (int i = 0; i < a->count; i++)
        cr_assert(
            wgt_same_numbers(&a->t[i], &b->t[i]),
            "program %d, [%lld, %lld], %s: result %d, interpret %d, %d threads, without %#x, gradient %d, "
            "keep %d",
            f, (long long)shape.dim[0], (long long)shape.dim[1], wg_dtype_name(w.dtype), i, w.interpret,
            w.threads, w.without, w.gradient, w.keep);
}

/* All ways against the interpreter. */
static void compare(int f, wg_shape shape, wg_dtype t)
{
    for (int what = 0; what < 4; what++) {
        const bool gradient = what & 1, keep = what >> 1;
        results a = run(programs[f], shape, (way){ t, 1, 1, WG_WITHOUT_ALL, gradient, keep });
        const way others[] = { { t, -1, 1, 0, gradient, keep },
                               { t, -1, 2, 0, gradient, keep },
                               { t, -1, 1, WG_WITHOUT_ROWS, gradient, keep } };
        for (int k = 0; k < 3; k++) {
            results b = run(programs[f], shape, others[k]);
            expect_same(f, shape, others[k], &a, &b);
            finish(&b);
        }
        finish(&a);
    }
}

/* ---- bits ---- */

Test(rows, few_rows_and_columns)
{
    static const wg_shape shapes[] = { { 2, { 1, 1000 } }, { 2, { 1000, 1 } }, { 2, { 1, 1 } },
                                       { 2, { 2, 7 } },    { 2, { 33, 7 } },   { 2, { 3, 0 } } };
    for (int f = 0; f < PROGRAMS; f++)
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            if (!wg_shape_size(shapes[k]) && (programs[f] == softmax || programs[f] == logsumexp)) continue;
            compare(f, shapes[k], WG_F32);
            compare(f, shapes[k], WG_F64);
        }
}

Test(rows, short_rows)
{
    for (int f = 0; f < PROGRAMS; f++) {
        compare(f, WG_SHAPE(5003, 7), WG_F32);
        compare(f, WG_SHAPE(3001, 7), WG_F64);
        compare(f, WG_SHAPE(1500, 64), WG_F32);
    }
}

Test(rows, long_rows)
{
    for (int f = 0; f < PROGRAMS; f++) {
        compare(f, WG_SHAPE(101, 1000), WG_F32);
        compare(f, WG_SHAPE(23, 4097), WG_F32);
        compare(f, WG_SHAPE(17, 4097), WG_F64);
    }
}

Test(rows, several_axes_of_rows)
{
    for (int f = 0; f < PROGRAMS; f++) {
        compare(f, WG_SHAPE(5, 40, 300), WG_F32);
        compare(f, WG_SHAPE(7, 1, 30, 200), WG_F32);
    }
}

Test(rows, square)
{
    for (int f = 0; f < PROGRAMS; f++) compare(f, WG_SHAPE(300, 300), WG_F32);
}

/* ---- values ---- */

/* Layer normalisation in long double. */
Test(rows, a_layer_norm_by_parts_has_the_values_of_its_formula)
{
    enum { ROWS = 96, COLUMNS = 513 };
    results r = run(layer_norm, WG_SHAPE(ROWS, COLUMNS), (way){ WG_F64, -1, 1, 0, false, false });
    double *x = some(WG_F64, ROWS * COLUMNS, 1), *gamma = some(WG_F64, COLUMNS, 2),
           *beta = some(WG_F64, COLUMNS, 3);
    cr_assert_gt(r.groups, 0);
    for (int i = 0; i < ROWS; i++) {
        long double mean = 0, variance = 0;
        const double *row = x + (size_t)i * COLUMNS;
        for (int j = 0; j < COLUMNS; j++) mean += (long double)row[j] / COLUMNS;
        for (int j = 0; j < COLUMNS; j++) variance += (row[j] - mean) * (row[j] - mean) / COLUMNS;
        for (int j = 0; j < COLUMNS; j++) {
            const long double y = (row[j] - mean) / sqrtl(variance + 1e-5L) * gamma[j] + beta[j];
            const double got = ((const double *)r.t[0].data)[i * COLUMNS + j];
            cr_assert_lt(fabsl(y - got), 1e-13L, "[%d,%d]: %.17g", i, j, got);
        }
    }
    free(x), free(gamma), free(beta), finish(&r);
}

/* ---- which steps, and how much memory ---- */

/* Where nothing else is asked for, the values between are in memory for a block alone. */
Test(rows, values_between_have_memory_for_a_block)
{
    const wg_shape shape = WG_SHAPE(2048, 256);
    for (int f = 0; f < PROGRAMS; f++) {
        results a = run(programs[f], shape, (way){ WG_F32, -1, 1, 0, false, false }),
                b = run(programs[f], shape, (way){ WG_F32, -1, 1, WG_WITHOUT_ROWS, false, false });
        cr_expect_gt(a.groups, 0, "program %d", f);
        cr_expect_eq(b.groups, 0, "program %d", f);
        cr_expect_leq(a.work, b.work, "program %d: %zu bytes of work, without groups %zu", f, a.work, b.work);
        if (programs[f] == layer_norm || programs[f] == softmax || programs[f] == unit_rows) {
            cr_expect_lt(a.work, 4096, "program %d: %zu bytes of work", f, a.work);
            cr_expect_lt(a.blocks, 1 << 18, "program %d: %zu bytes of a block", f, a.blocks);
        }
        finish(&a), finish(&b);
    }
}

Test(rows, gradients_take_no_more_memory)
{
    const wg_shape shape = WG_SHAPE(2048, 256);
    for (int f = 0; f < PROGRAMS; f++) {
        results a = run(programs[f], shape, (way){ WG_F32, -1, 1, 0, true, false }),
                b = run(programs[f], shape, (way){ WG_F32, -1, 1, WG_WITHOUT_ROWS, true, false });
        cr_expect_leq(a.work, b.work, "program %d: %zu bytes of work, without groups %zu", f, a.work, b.work);
        finish(&a), finish(&b);
    }
}
