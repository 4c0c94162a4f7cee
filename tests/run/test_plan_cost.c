/* test_plan_cost.c: the cost of compiling a plan, counted in probes and bytes, never by the clock. It is in
 * proportion to the size of the program, and a program that a plan does not make faster is not compiled. */
#include <string.h>

#include "run/plan/plan.h"
#include "wgtest.h"

/* ---- memory of the workspace: first fit, against a map of cells ---- */

enum { CELLS = 4096, CELL = 64, BLOCKS = 600 };

typedef struct block {
    size_t at, size; /* size 0: none */
} block;

static size_t first_fit(const bool used[], size_t cells)
{
    size_t at = 0;
    for (size_t k = 0; k < cells; k++)
        if (used[at + k]) at += k + 1, k = (size_t)-1;
    return at;
}

static void mark(bool used[], const block *b, bool on) { memset(used + b->at / CELL, on, b->size / CELL); }

Test(plan_cost, memory_is_given_out_by_first_fit)
{
    static bool used[2 * CELLS];
    WGT_IN_GRAPH(WG_F32, NULL);
    wgi_work w = { .g = g };
    block b[BLOCKS] = { 0 };
    wgt_random r = { wgt_seed() };
    for (int step = 0; step < 60000; step++) {
        block *o = &b[wgt_below(&r, BLOCKS)];
        if (o->size) {
            cr_assert(wgi_holes_reserve(&w.holes, &w));
            wgi_holes_give(&w.holes, o->at, o->size);
            mark(used, o, false);
            o->size = 0;
        } else {
            o->size = CELL * (size_t)(wgt_below(&r, 4) ? 1 : 1 + wgt_below(&r, 12));
            o->at = wgi_holes_take(&w.holes, o->size);
            cr_assert_eq(o->at, CELL * first_fit(used, o->size / CELL), "step %d", step);
            mark(used, o, true);
        }
        size_t top = 2 * CELLS;
        while (top && !used[top - 1]) top--;
        cr_assert_eq(w.holes.top, CELL * top, "step %d", step);
    }
}

/* n blocks, of which every second is freed, in the order in which a backward pass frees values. Then n blocks
 * of twice the size. */
static double probes_of(int n)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wgi_work w = { .g = wg_graph_new(c) };
    for (int i = 0; i < n; i++) cr_assert_eq(wgi_holes_take(&w.holes, CELL), (size_t)i * CELL);
    for (int i = 0; i < n; i += 2) {
        cr_assert(wgi_holes_reserve(&w.holes, &w));
        wgi_holes_give(&w.holes, (size_t)i * CELL, CELL);
    }
    for (int i = 0; i < n; i++) wgi_holes_take(&w.holes, 2 * CELL);
    for (int i = 0; i < n; i += 2) cr_assert_eq(wgi_holes_take(&w.holes, CELL), (size_t)i * CELL);
    return (double)w.holes.probes;
}

Test(plan_cost, a_hole_is_found_in_logarithmic_time)
{
    double few = probes_of(10000), many = probes_of(40000);
    cr_expect_lt(few, 10000 * 60.0, "%g", few);
    cr_expect_lt(many, 5 * few, "%g and %g", few, many);
}

/* ---- programs ---- */

typedef wg_node (*program)(wg_graph *g, wg_params *p, int n);

enum { LEAVES = 16 };

static void leaves_of(wg_graph *g, wg_params *p, wg_shape s, wg_node w[LEAVES])
{
    char name[16];
    for (int i = 0; i < LEAVES; i++) {
        snprintf(name, sizeof name, "w%d", i);
        w[i] = wg_param(g, p, name, s, wg_const(0.01 * (i + 1)));
    }
}

static wg_node mixed_op(int i, wg_node a, wg_node b)
{
    switch (i % 4) {
    case 0: return wg_add(a, b);
    case 1: return wg_mul(a, b);
    case 2: return wg_tanh(a);
    }
    return wg_sub(a, b);
}

static wg_node chain(wg_graph *g, wg_params *p, int n)
{
    wg_node w[LEAVES], y;
    leaves_of(g, p, WG_SCALAR, w);
    y = w[0];
    for (int i = 0; i < n; i++) y = mixed_op(i, y, w[i % LEAVES]);
    return y;
}

static wg_node fan(wg_graph *g, wg_params *p, int n)
{
    wg_node w[LEAVES], y;
    leaves_of(g, p, WG_SCALAR, w);
    y = w[0];
    for (int i = 0; i < n / 2; i++) y = wg_add(y, mixed_op(i, w[i % LEAVES], w[i * 7 % LEAVES]));
    return y;
}

static wg_node vectors(wg_graph *g, wg_params *p, int n)
{
    wg_node w[LEAVES], y;
    leaves_of(g, p, WG_SHAPE(8), w);
    y = w[0];
    for (int i = 0; i < n; i++) y = mixed_op(i, y, w[i % LEAVES]);
    return wg_sum(y);
}

/* Each node has a parameter of its own. */
static wg_node many_leaves(wg_graph *g, wg_params *p, int n)
{
    char name[16];
    wg_node y = wg_param(g, p, "first", WG_SHAPE(2), wg_const(1));
    for (int i = 0; i < n / 2; i++) {
        snprintf(name, sizeof name, "w%d", i);
        y = mixed_op(i, y, wg_tanh(wg_param(g, p, name, WG_SHAPE(2), wg_const(0.5))));
    }
    return wg_sum(y);
}

typedef struct cost {
    double probes, bytes;
} cost;

/* Over all plans of three builds. A build reads a value, then asks for gradients. For these the first plan is
 * compiled again, so that it keeps the values that the gradients need. */
static cost cost_of(program build, int n)
{
    WGT_IN_COUNTED(WG_F32, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = -1));
    for (int k = 0; k < 3; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node y = build(g, p, n);
        wg_item(y);
        wg_backward(y, p);
    }
    cost sum = { 0, (double)m.bytes };
    for (const wgi_plan *q = c->plans.first; q; q = q->older) sum.probes += (double)q->probes;
    return sum;
}

/* A search takes at most some logarithms of the number of nodes. */
Test(plan_cost, compiling_is_linear)
{
    enum { N = 5000, MANY = 20000, LOGARITHMS = 64 };
    const program all[] = { chain, fan, vectors, many_leaves };
    for (int i = 0; i < 4; i++) {
        cost few = cost_of(all[i], N), many = cost_of(all[i], MANY);
        cr_expect_lt(few.probes, (double)LOGARITHMS * N, "program %d: %g", i, few.probes);
        cr_expect_lt(many.probes, (double)LOGARITHMS * MANY, "program %d: %g", i, many.probes);
        cr_expect_lt(many.bytes, 5 * few.bytes, "program %d: %g bytes, then %g", i, few.bytes, many.bytes);
    }
}

/* ---- many graphs in one context ---- */

enum { GRAPHS_MOST = 600, ROUNDS_WARM = 4, ROUNDS = 3 };

static void step_of(wg_graph *g, wg_params *p, double *loss)
{
    wg_begin(g, WG_TRAIN);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2, 4), wg_const(0.5));
    wg_node y = wg_sum(wg_tanh(wg_mul(w, 0.5)));
    wg_backward(y, p);
    *loss = wg_item(y);
}

static double probes_in(const wg_context *c)
{
    double sum = 0;
    for (const wgi_plan *q = c->plans.first; q; q = q->older) sum += (double)q->probes;
    return sum;
}

/* The places that are looked at in a step, when n graphs are kept and have an open evaluation each. In the
 * middle each second one is freed, in no order of their making, and new ones take their place. */
static double probes_of_graphs(int n)
{
    static wg_graph *all[GRAPHS_MOST];
    WGT_IN_GRAPH(WG_F32, NULL);
    double loss, first = 0, before = 0;
    (void)g;
    wg_params *p = wg_params_new(c);
    for (int i = 0; i < n; i++) all[i] = wg_graph_new(c);
    for (int k = 0; k < ROUNDS_WARM + ROUNDS; k++) {
        for (int i = k % 2; i < n && k < 2; i += 2)
            wg_graph_free(all[i * 7 % n]), all[i * 7 % n] = wg_graph_new(c);
        if (k == ROUNDS_WARM) before = probes_in(c);
        for (int i = 0; i < n; i++) {
            step_of(all[i], p, &loss);
            if (!first) first = loss;
            cr_expect_eq(loss, first, "graph %d of %d, round %d: %g, not %g", i, n, k, loss, first);
        }
    }
    cr_expect_eq(c->graphs.count, n + 1);
    for (const wgi_plan *q = c->plans.first; q; q = q->older)
        cr_expect_leq(q->place_count, n + 2 * WGI_PLACES, "%d graphs: %d places", n, q->place_count);
    return (probes_in(c) - before) / (ROUNDS * n);
}

/* A graph finds the place of its plan at once: it costs what it is, not what its context holds. */
Test(plan_cost, graphs_cost_what_they_are)
{
    const double few = probes_of_graphs(31), many = probes_of_graphs(599);
    cr_expect_leq(few, WGI_PLACES, "%g", few);
    cr_expect_leq(many, WGI_MAX(few, 1), "%g, and with few graphs %g", many, few);
}

/* ---- whether it pays ---- */

typedef struct run {
    int builds_until_compiled; /* 0: never */
    double value, gradient;
} run;

static run built(program build, int n, int times, int interpret)
{
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = interpret));
    run r = { 0 };
    for (int k = 1; k <= times; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node y = build(g, p, n);
        wg_backward(y, p);
        r.value = wg_item(y);
        if (c->plans.count && !r.builds_until_compiled) r.builds_until_compiled = k;
    }
    wg_tensor d = wg_params_grad(p, 0);
    r.gradient = wg_tensor_item(&d, 0);
    return r;
}

static run the_same_in_all_modes(program build, int n, int times)
{
    run a = built(build, n, times, 0), b = built(build, n, 1, 1), c = built(build, n, 1, -1);
    cr_expect(a.value == b.value && a.value == c.value, "%a %a %a", a.value, b.value, c.value);
    cr_expect(a.gradient == b.gradient && a.gradient == c.gradient, "%a %a %a", a.gradient, b.gradient,
              c.gradient);
    return a;
}

Test(plan_cost, a_small_graph_is_compiled_at_second_sight)
{
    cr_expect_eq(the_same_in_all_modes(vectors, WGI_SHARE_FROM / 4, 4).builds_until_compiled, 2);
}

/* A plan of scalars saves so little in each run that it must run often to pay for its making. */
Test(plan_cost, a_small_program_of_scalars_is_compiled_when_it_has_been_seen_often)
{
    int builds = the_same_in_all_modes(chain, 8, 100).builds_until_compiled;
    cr_expect(builds > 2 && builds < 50, "%d", builds);
}

Test(plan_cost, a_large_program_of_scalars_is_not_compiled)
{
    const int n = WGI_SHARE_FROM;
    cr_expect_eq(the_same_in_all_modes(chain, n, 100).builds_until_compiled, 0);
    cr_expect_eq(the_same_in_all_modes(fan, n, 100).builds_until_compiled, 0);
}

/* It is not compiled at its second run, but it is compiled some time. */
Test(plan_cost, a_large_program_of_vectors_is_compiled_when_it_has_been_seen_often)
{
    int builds = the_same_in_all_modes(vectors, 2 * WGI_SHARE_FROM, 100).builds_until_compiled;
    cr_expect(builds > 2 || WGI_SHARE_FROM < 4096, "%d", builds);
    cr_expect(builds > 1 && builds < 50, "%d", builds);
}

/* ---- structures that were never seen ---- */

/* Products by W [wide, wide] and tanh, another order for each k. */
static wg_node fresh(wg_graph *g, wg_params *p, int64_t wide, int k)
{
    wg_node W = wg_param(g, p, "W", WG_SHAPE(wide, wide), wg_const(0.01)), h = W;
    for (int i = 0; i < 12; i++) h = k >> i & 1 ? wg_matmul(h, W) : wg_tanh(h);
    return wg_sum(h);
}

/* How many of 20 structures were compiled. */
static uint64_t compiled_of_fresh(int64_t wide)
{
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .threads = 1));
    for (int k = 0; k < 20; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node y = fresh(g, p, wide, 64 + 97 * k);
        wg_backward(y, p);
        cr_assert(isfinite(wg_item(y)));
    }
    return c->last.plan;
}

/* Small products are interpreted until their structure comes again; large ones are worth a plan at once. */
Test(plan_cost, a_structure_that_was_never_seen_is_compiled_if_it_is_work_enough)
{
    cr_expect_eq(compiled_of_fresh(16), 0);
    cr_expect_geq(compiled_of_fresh(128), 20);
}

/* ---- memory of many plans ---- */

typedef struct turns {
    uint64_t compiled; /* plans, in the last turn */
    size_t bytes;      /* of the plans that are kept */
} turns;

/* Builds programs of the lengths 1 to LENGTHS in turn, again and again. */
enum { LENGTHS = 24, TURNS = 6 };

static turns cycle(int64_t plan_bytes)
{
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .threads = 1, .plan_bytes = plan_bytes));
    uint64_t before = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        before = c->last.plan;
        for (int n = 1; n <= LENGTHS; n++) {
            wg_begin(g, WG_TRAIN);
            wg_node y = vectors(g, p, 8 * n);
            wg_backward(y, p);
            cr_assert(isfinite(wg_item(y)));
            cr_assert(plan_bytes == WG_AUTO || c->plans.bytes <= (size_t)plan_bytes || c->plans.count == 1);
        }
    }
    turns t = { c->last.plan - before, c->plans.bytes };
    return t;
}

/* A program that is seen again has two plans: the first keeps all values, the second those that were read.
 * The first ones are freed before any second one, so that half the memory is enough for all programs. */
Test(plan_cost, plans_that_keep_all_are_freed_first)
{
    const turns all = cycle(WG_AUTO), some = cycle((int64_t)(all.bytes * 6 / 10));
    cr_expect_eq(all.compiled, 0);
    cr_expect_eq(some.compiled, 0);
    cr_expect_gt(cycle((int64_t)(all.bytes / 4)).compiled, 0);
}

/* ---- what a plan's memory holds ---- */

/* A gate of an LSTM at each time: the same few signatures again and again. */
static wg_node recurrent(wg_graph *g, wg_params *p, int length)
{
    wg_node W = wg_param(g, p, "W", WG_SHAPE(8, 16), wg_normal(0, 1)), h = wg_fill(g, 0.5, WG_SHAPE(4, 8));
    for (int t = 0; t < length; t++) {
        wg_node z = wg_matmul(h, W), a = wg_slice(z, .axis = 1, .to = 8),
                b = wg_slice(z, .axis = 1, .from = 8);
        h = wg_add(wg_mul(wg_sigmoid(a), h), wg_tanh(b));
    }
    return wg_mean(h);
}

static size_t bytes_of_steps(const wgi_plan *p)
{
    size_t bytes = (size_t)p->steps * (sizeof *p->step + sizeof *p->chunks);
    for (int i = 0; i < p->steps; i++) {
        const wgi_program *t = p->step[i].tiles;
        if (t) bytes += sizeof *t + (size_t)t->instrs * sizeof *t->instr;
        for (int k = 0; t && k < t->instrs; k++) bytes += (size_t)t->instr[k].of->operands * sizeof(wgi_ref);
        if (!t) bytes += (size_t)(p->step[i].of->operands + p->step[i].of->outputs) * sizeof(uint32_t);
    }
    return bytes;
}

/* Nodes, steps, buffers, and for each node its place and what becomes of its value. What a signature has is
 * there once, and at most a quarter is between the lists and behind them. */
Test(plan_cost, a_plan_takes_what_its_lists_take)
{
    WGT_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = -1));
    wg_backward(recurrent(g, p, 200), p);
    size_t lists = 0, all = 0;
    for (const wgi_plan *q = c->plans.first; q; q = q->older) {
        lists += q->of.n * (sizeof *q->of.node + 2 * sizeof *q->of.at + 4) + bytes_of_steps(q) +
                 q->buffers * (sizeof *q->buffer + sizeof(void *)) + (size_t)q->results * sizeof *q->result +
                 q->shapes * sizeof *q->shape;
        all += wgi_arena_bytes(&q->arena);
    }
    cr_expect_gt(lists, 100000);
    cr_expect_leq(all, lists + lists / 4, "%zu bytes, lists of %zu", all, lists);
    wgt_finish(c, NULL);
}
