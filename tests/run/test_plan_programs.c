/* test_plan_programs.c: programs whose ops plans run together: reductions over the last axis with elementwise
 * ops, block by block of rows; slices that are read where they lie; arrays larger than the caches, which are
 * fetched ahead and written past the caches. The bits are those of the interpreter without any fast way, for
 * all shapes, threads and dtypes, with and without gradients, and whatever a program keeps. The memory is no
 * more than without row groups. */
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

static wg_node mean_of_rows(wg_node x) { return wg_mean(x, .axis = -1, .keepdims = true); }
static wg_node sum_of_rows(wg_node x) { return wg_sum(x, .axis = -1, .keepdims = true); }
static wg_node max_of_rows(wg_node x) { return wg_max(x, .axis = -1, .keepdims = true); }

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
    wg_node norm = wg_sqrt(wg_add(wg_sum(wg_square(o.x), .axis = -1), 1e-12));
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
    *kept = s.rank == 2 && s.dim[0] == s.dim[1] ? wg_sum(e, .axis = 1) : sum_of_rows(e);
    return wg_sub(*kept, e);
}

/* ---- of x, whose axis 1 has four parts ---- */

static wg_node part(wg_node x, int k)
{
    const int64_t n = wg_node_shape(x).dim[1] / 4;
    return wg_slice(x, .axis = 1, .from = k * n, .to = (k + 1) * n);
}

/* The gates of an LSTM: the gradient of x is a concat of four. */
static wg_node gates(operands o, wg_node *kept)
{
    wg_node x = o.x;
    wg_node i = wg_sigmoid(part(x, 0)), f = wg_sigmoid(part(x, 1)), g = wg_tanh(part(x, 2));
    *kept = wg_mul(i, g);
    wg_node c = wg_add(wg_mul(f, g), *kept);
    return wg_mul(wg_sigmoid(part(x, 3)), wg_tanh(c));
}

/* Pairs that are turned, one behind the other. A slice is kept, so it has memory of its own. */
static wg_node turned(operands o, wg_node *kept)
{
    wg_node x = o.x;
    wg_node a = part(x, 0), b = part(x, 2), angle = part(x, 1);
    *kept = b;
    wg_node u = wg_sub(wg_mul(a, wg_cos(angle)), wg_mul(b, wg_sin(angle)));
    wg_node v = wg_add(wg_mul(b, wg_cos(angle)), wg_mul(a, wg_sin(angle)));
    return wg_concat(((wg_node[]){ u, v }), 2, .axis = 1);
}

/* Slices whose results are joined by a concat, which something else reads. */
static wg_node shared(operands o, wg_node *kept)
{
    wg_node x = o.x;
    wg_node a = wg_exp(part(x, 0)), b = wg_square(part(x, 1)), c = wg_sum(b);
    *kept = wg_concat(((wg_node[]){ a, b, a }), 3, .axis = 1);
    return wg_concat(((wg_node[]){ wg_mul(*kept, c), wg_neg(part(x, 3)) }), 2, .axis = 1);
}

/* Slices that are read by more than elementwise nodes, are broadcast, or are slices of slices. */
static wg_node other_readers(operands o, wg_node *kept)
{
    wg_node x = o.x;
    wg_node a = part(x, 1), b = part(part(x, 0), 3), first = wg_slice(part(x, 2), .axis = 0, .to = 1);
    *kept = wg_sum(a, .axis = -1, .keepdims = true);
    wg_node y = wg_add(wg_mul(a, *kept), wg_mul(part(x, 2), first));
    return wg_add(y, wg_sum(wg_square(b)));
}

/* ---- of x and a row ---- */

static wg_node chain(operands o, wg_node *kept)
{
    wg_node t = *kept = wg_tanh(wg_add(wg_mul(o.x, 1.1), 0.1));
    return wg_sum(wg_add(wg_mul(t, wg_sigmoid(o.gamma)), wg_relu(o.x)));
}

static wg_node product(operands o, wg_node *kept) { return wg_sum(*kept = wg_mul(o.x, o.gamma)); }

static const struct {
    const char *name;
    program f;
    bool in_blocks; /* the values between have no memory but of a block */
} programs[] = { { "layer_norm", layer_norm, true },
                 { "softmax", softmax, true },
                 { "unit_rows", unit_rows, true },
                 { "rms_norm", rms_norm, false },
                 { "logsumexp", logsumexp, false },
                 { "shifted", shifted, false },
                 { "two_moments", two_moments, false },
                 { "by_columns", by_columns, false },
                 { "gates", gates, false },
                 { "turned", turned, false },
                 { "shared", shared, false },
                 { "other_readers", other_readers, false },
                 { "chain", chain, false },
                 { "product", product, false } };
enum { ROWS = 8, PARTS = 12, PROGRAMS = sizeof programs / sizeof *programs }; /* ends of the groups */

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
    int copies;    /* steps of slice and concat, of the plan that ran last */
} results;

static void add(results *r, wg_node n) { r->t[r->count++] = wgt_copied(wg_value(n)); }

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

static int copies_of(const wgi_plan *p)
{
    int n = 0;
    for (int i = 0; p && i < p->steps; i++) {
        const wg_op *op = p->step[i].tiles || p->step[i].rows ? NULL : p->step[i].of->op;
        n += op && (!strcmp(op->name, "slice") || !strcmp(op->name, "concat"));
    }
    return n;
}

static void look_at_plans(const wg_context *c, results *r)
{
    for (const wgi_plan *p = c->plans.first; p; p = p->older) {
        r->work = p->work > r->work ? p->work : r->work;
        for (int i = 0; i < p->steps; i++) {
            const wgi_rows *s = p->step[i].rows;
            r->groups += s != NULL;
            if (s && s->bytes > r->blocks) r->blocks = s->bytes;
        }
    }
    r->copies = copies_of(c->plans.first);
}

static bool is_large(wg_shape s) { return wg_shape_size(s) > 1 << 20; }

/* Builds and reads three times, since the plan of a request depends on what the builds before have
 * read; a large program once. */
static results run(program f, wg_shape shape, way w)
{
    WGT_GRAPH(w.dtype, &WG_OPTS(wg_start_opts, .seed = 1, .interpret = w.interpret, .threads = w.threads,
                                .without = w.without));
    const int64_t columns = shape.dim[shape.rank - 1];
    const wg_shape shapes[LEAVES] = { shape, WG_SHAPE(columns), WG_SHAPE(columns) };
    void *v[LEAVES];
    results r = { .count = 0 };
    for (int k = 0; k < LEAVES; k++) v[k] = some(w.dtype, wg_shape_size(shapes[k]), (uint64_t)k + 1);
    for (int round = 0; round < (is_large(shape) ? 1 : ROUNDS); round++) {
        static const char *const names[] = { "x", "gamma", "beta" };
        wg_node leaf[LEAVES], kept, gradient[LEAVES];
        finish(&r);
        wg_begin(g, WG_TRAIN);
        for (int k = 0; k < LEAVES; k++)
            leaf[k] = wg_input_borrow(g, names[k], wg_view(w.dtype, v[k], shapes[k]));
        wg_node y = f((operands){ leaf[0], leaf[1], leaf[2] }, &kept);
        if (w.keep) wg_keep(kept);
        if (w.gradient) {
            const wg_shape s = wg_node_shape(y);
            const bool row = s.rank && s.dim[s.rank - 1] == columns;
            wg_node loss = wg_sum(wg_mul(y, wg_sin(row ? wg_add(y, leaf[1]) : y)));
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
        cr_assert(wgt_same_numbers(&a->t[i], &b->t[i]),
                  "%s, [%lld, %lld], %s: result %d, interpret %d, %d threads, without %#x, gradient %d, "
                  "keep %d",
                  programs[f].name, (long long)shape.dim[0], (long long)shape.dim[1], wg_dtype_name(w.dtype),
                  i, w.interpret, w.threads, w.without, w.gradient, w.keep);
}

/* All ways against the interpreter. */
static void compare(int f, wg_shape shape, wg_dtype t)
{
    for (int what = is_large(shape); what < (is_large(shape) ? 2 : 4); what++) {
        const bool gradient = what & 1, keep = what >> 1;
        results a = run(programs[f].f, shape, (way){ t, 1, 1, WG_WITHOUT_ALL, gradient, keep });
        const way others[] = { { t, -1, 1, 0, gradient, keep },
                               { t, -1, 2, 0, gradient, keep },
                               { t, -1, 1, WG_WITHOUT_ROWS, gradient, keep } };
        for (int k = 0; k < 3; k++) {
            results b = run(programs[f].f, shape, others[k]);
            expect_same(f, shape, others[k], &a, &b);
            finish(&b);
        }
        finish(&a);
    }
}

/* ---- bits ---- */

#define BOTH (1 << WG_F32 | 1 << WG_F64)

Test(plan_programs, have_the_bits_of_the_interpreter)
{
    static const struct {
        int first, end;  /* programs */
        unsigned dtypes; /* bits */
        wg_shape shape;
    } cases[] = {
        { 0, ROWS, BOTH, { 2, { 1, 1000 } } },
        { 0, ROWS, BOTH, { 2, { 1000, 1 } } },
        { 0, ROWS, BOTH, { 2, { 1, 1 } } },
        { 0, ROWS, BOTH, { 2, { 2, 7 } } },
        { 0, ROWS, BOTH, { 2, { 33, 7 } } },
        { 0, ROWS, BOTH, { 2, { 3, 0 } } },
        /* short rows, long rows, several axes of rows, a square */
        { 0, ROWS, 1 << WG_F32, { 2, { 5003, 7 } } },
        { 0, ROWS, 1 << WG_F64, { 2, { 3001, 7 } } },
        { 0, ROWS, 1 << WG_F32, { 2, { 1500, 64 } } },
        { 0, ROWS, 1 << WG_F32, { 2, { 101, 1000 } } },
        { 0, ROWS, BOTH, { 2, { 17, 4097 } } },
        { 0, ROWS, 1 << WG_F32, { 3, { 5, 40, 300 } } },
        { 0, ROWS, 1 << WG_F32, { 4, { 7, 1, 30, 200 } } },
        { 0, ROWS, 1 << WG_F32, { 2, { 300, 300 } } },
        /* runs of any length */
        { ROWS, PARTS, BOTH, { 2, { 1, 64 } } },
        { ROWS, PARTS, BOTH, { 2, { 5, 16 } } },
        { ROWS, PARTS, BOTH, { 2, { 32, 512 } } },
        { ROWS, PARTS, BOTH, { 2, { 130, 4 * 37 } } },
        { ROWS, PARTS, BOTH, { 2, { 3, 16400 } } },
        { ROWS, PARTS, BOTH, { 3, { 7, 16, 30 } } },
        { ROWS, PARTS, BOTH, { 3, { 40, 4, 17 } } },
        { ROWS, PARTS, BOTH, { 2, { 2100, 64 } } },
        { ROWS, PARTS, BOTH, { 4, { 2, 4, 3, 100 } } },
        { ROWS, PARTS, BOTH, { 2, { 9, 4 * 1024 } } },
        { ROWS, PARTS, BOTH, { 3, { 3, 16, 1 } } },
        /* 20 MB, and no whole number of tiles; a row that is broadcast; few elements */
        { PARTS, PROGRAMS, 1 << WG_F32, { 2, { 1, (5 << 20) + 777 } } },
        { PARTS, PROGRAMS, 1 << WG_F32, { 2, { 7, 30011 } } },
        { PARTS, PROGRAMS, 1 << WG_F32, { 2, { 1, 1 } } },
        { PARTS, PROGRAMS, 1 << WG_F32, { 2, { 1, 1019 } } },
        { PARTS, PROGRAMS, 1 << WG_F32, { 2, { 1, 2546 } } },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int f = cases[k].first; f < cases[k].end; f++) {
            const bool empty = !wg_shape_size(cases[k].shape); /* which has no largest element */
            if (empty && (programs[f].f == softmax || programs[f].f == logsumexp)) continue;
            for (wg_dtype t = WG_F32; t <= WG_F64; t++)
                if (cases[k].dtypes >> t & 1) compare(f, cases[k].shape, t);
        }
}

/* ---- which steps, and how much memory ---- */

/* Where nothing else is asked for, the values between are in memory for a block alone. */
Test(plan_programs, values_between_have_memory_for_a_block)
{
    const wg_shape shape = WG_SHAPE(2048, 256);
    for (int f = 0; f < ROWS; f++) {
        results a = run(programs[f].f, shape, (way){ WG_F32, -1, 1, 0, false, false }),
                b = run(programs[f].f, shape, (way){ WG_F32, -1, 1, WG_WITHOUT_ROWS, false, false });
        cr_expect_gt(a.groups, 0, "%s", programs[f].name);
        cr_expect_eq(b.groups, 0, "%s", programs[f].name);
        cr_expect_leq(a.work, b.work, "%s: %zu bytes of work, without groups %zu", programs[f].name, a.work,
                      b.work);
        if (programs[f].in_blocks) {
            cr_expect_lt(a.work, 4096, "%s: %zu bytes of work", programs[f].name, a.work);
            cr_expect_lt(a.blocks, 1 << 18, "%s: %zu bytes of a block", programs[f].name, a.blocks);
        }
        finish(&a), finish(&b);
    }
}

Test(plan_programs, gradients_take_no_more_memory)
{
    const wg_shape shape = WG_SHAPE(2048, 256);
    for (int f = 0; f < ROWS; f++) {
        results a = run(programs[f].f, shape, (way){ WG_F32, -1, 1, 0, true, false }),
                b = run(programs[f].f, shape, (way){ WG_F32, -1, 1, WG_WITHOUT_ROWS, true, false });
        cr_expect_leq(a.work, b.work, "%s: %zu bytes of work, without groups %zu", programs[f].name, a.work,
                      b.work);
        finish(&a), finish(&b);
    }
}

/* The gradient of x is a concat, which is a step. */
Test(plan_programs, the_gates_of_a_cell_are_not_copied)
{
    for (int64_t units = 16; units <= 2048; units *= 4) {
        for (int gradient = 0; gradient < 2; gradient++) {
            results r = run(gates, WG_SHAPE(32, 4 * units), (way){ WG_F32, -1, 1, 0, gradient, false });
            cr_assert_eq(r.copies, gradient, "%lld units: %d copies", (long long)units, r.copies);
            finish(&r);
        }
    }
}

Test(plan_programs, a_slice_that_is_read_later_is_copied)
{
    results r = run(turned, WG_SHAPE(64, 512), (way){ WG_F32, -1, 1, 0, false, true });
    cr_assert_geq(r.copies, 1);
    finish(&r);
}

/* x times 1 is x itself. Here x is a parameter, and no gradient may use a parameter's memory. */
Test(plan_programs, a_gradient_that_is_a_parameter_has_memory_of_its_own)
{
    enum { N = 100 };
    float v[2][N];
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .interpret = -1));
    for (int i = 0; i < N; i++) v[0][i] = (float)i / 8, v[1][i] = 3 - (float)i / 16;
    for (int k = 0; k < 2; k++) wg_params_make(p, k ? "w" : "x", wg_view_f32(v[k], WG_SHAPE(N)), false);
    wg_node x = wg_param(g, p, "x", WG_SHAPE(N), wg_zeros()),
            w = wg_param(g, p, "w", WG_SHAPE(N), wg_zeros());
    wg_backward(wg_sum(wg_mul(x, w)), p);
    for (int k = 0; k < 2; k++) {
        cr_assert_eq(memcmp(wg_params_grad(p, k).data, v[!k], sizeof v[k]), 0);
        cr_assert_neq(wg_params_grad(p, k).data, wg_params_tensor(p, !k).data);
    }
}
