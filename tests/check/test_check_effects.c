/* test_check_effects.c: the gradient check has no side effect. A training with checks between its steps is
 * bit for bit the training without them. The report does not depend on the number of threads. Memory that
 * runs out at any place, or a stop, changes nothing and leaks nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgcheck.h"

enum { ROWS = 10, COLUMNS = 4, CLASSES = 3, STEPS = 20 };

/* A net with all that a check could change by mistake: draws of dropout, averages of batch normalisation, and
 * an optimizer with moments. */
typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    float x[ROWS * COLUMNS];
    int32_t y[ROWS];
} net;

static void open_net(net *n, wg_dtype t, int threads, wgt_memory *m)
{
    wgt_random random = { 23 };
    *n = (net){ .c = wgt_start(m, t, &WG_OPTS(wg_start_opts, .seed = 9, .threads = threads)) };
    n->g = wg_graph_new(n->c), n->p = wg_params_new(n->c);
    for (int i = 0; i < ROWS * COLUMNS; i++) n->x[i] = (float)wgt_uniform(&random, -1, 1);
    for (int i = 0; i < ROWS; i++) n->y[i] = (int32_t)wgt_below(&random, CLASSES);
}

static wg_node build(net *n)
{
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_cast(wg_input(n->g, "x", wg_view_f32(n->x, WG_SHAPE(ROWS, COLUMNS))),
                        wg_context_dtype(n->c)),
            y = wg_input(n->g, "y", wg_view_i32(n->y, WG_SHAPE(ROWS)));
    wg_node h = wg_tanh(wg_nn_batch_norm(wg_nn_dense(x, n->p, "fc", 5, .bias = false), n->p, "bn"));
    h = wg_dropout(h, .keep_prob = 0.7);
    return wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "out", CLASSES), y);
}

static void step(net *n, wg_node loss)
{
    wg_backward(loss, n->p);
    if (!n->o) n->o = wg_adam(n->p, .lr = 0.02);
    wg_optim_step(n->o);
}

/* Everything that a step leaves behind: parameters, states and gradients, for the caller to free. */
static char *bytes_of(const net *n, size_t *size)
{
    char *all = NULL;
    *size = 0;
    for (int i = 0; i < 2 * wg_params_count(n->p); i++) {
        const wg_tensor t = i % 2 ? wg_params_grad(n->p, i / 2) : wg_params_tensor(n->p, i / 2);
        const size_t bytes = t.data ? (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype) : 0;
        all = realloc(all, *size + bytes + 1);
        if (bytes) memcpy(all + *size, t.data, bytes);
        *size += bytes;
    }
    return all;
}

static void expect_same(const net *a, const net *b, int64_t at)
{
    size_t n, m;
    char *x = bytes_of(a, &n), *y = bytes_of(b, &m);
    cr_expect(n == m && n > 0 && !memcmp(x, y, n), "%lld: parameters, states or gradients differ",
              (long long)at);
    free(x), free(y);
}

/* ---- trainings ---- */

static void train_twins(wg_dtype t, int threads)
{
    net a, b;
    open_net(&a, t, threads, NULL), open_net(&b, t, threads, NULL);
    for (int i = 0; i < STEPS; i++) {
        wg_node checked = build(&a), plain = build(&b);
        if (i % 2) wg_item(checked), wg_item(plain); /* before the check, or not yet */
        wg_check *r = wg_gradcheck(checked, a.p);
        cr_expect_neq(wg_check_verdict(r), WG_FAIL, "step %d: %s", i, wg_check_facts_of(r)->reason);
        wg_check_free(r);
        cr_expect_eq(wg_graph_nodes(a.g), wg_graph_nodes(b.g));
        cr_expect_eq(wgx_graph_epoch(a.g), wgx_graph_epoch(b.g));
        step(&a, checked), step(&b, plain);
        const double x = wg_item(checked), y = wg_item(plain);
        cr_expect(memcmp(&x, &y, sizeof x) == 0, "step %d: loss %.17g, %.17g", i, x, y);
        expect_same(&a, &b, i);
        if (i % 5 == 0) wg_check_free(wg_gradcheck(checked, a.p)); /* after the parameters moved */
    }
    wgt_finish(a.c, NULL), wgt_finish(b.c, NULL);
}

Test(check_effects, a_checked_training_has_the_bits_of_one_that_is_not)
{
    train_twins(WG_F32, 1);
    train_twins(WG_F64, 2);
}

/* ---- threads ---- */

static char *report_by(int threads, const wg_gradcheck_opts *o)
{
    net n;
    open_net(&n, WG_F32, threads, NULL);
    wg_check *r = wg_gradcheck_at(WG_HERE, build(&n), n.p, o);
    char *text = wgt_report(r);
    wg_check_free(r);
    wgt_finish(n.c, NULL);
    return text;
}

Test(check_effects, the_report_has_the_same_bytes_for_any_number_of_threads)
{
    const wg_gradcheck_opts opts[] = { WG_OPTS(wg_gradcheck_opts), WG_OPTS(wg_gradcheck_opts, .eps = 1e-4),
                                       WG_OPTS(wg_gradcheck_opts, .components = 3) };
    for (int k = 0; k < 3; k++) {
        char *one = report_by(1, &opts[k]);
        cr_expect(strstr(one, "verdict PASS"), "%s", one);
        for (int threads = 2; threads <= 4; threads++) {
            char *more = report_by(threads, &opts[k]);
            cr_expect_str_eq(one, more, "%d threads", threads);
            free(more);
        }
        free(one);
    }
}

/* ---- memory ---- */

static wg_check *check_with(const net *n, wg_node loss, wgt_memory *m)
{
    const wg_allocator memory = { wgt_resize, m };
    return wg_gradcheck(loss, n->p, .allocator = &memory);
}

/* Checks with the k-th allocation of the check failing. whole: the report with all memory. Returns whether
 * there was one. */
static bool check_without(const net *n, wg_node loss, int64_t k, bool for_ever, const char *whole)
{
    wgt_memory m = { .fail_at = k, .for_ever = for_ever };
    wg_check *r = check_with(n, loss, &m);
    const wg_verdict v = wg_check_verdict(r);
    char *text = wgt_report(r);
    /* Without the memory of a plan a graph is interpreted. Then the report is the same. */
    const bool same = !strcmp(text, whole),
               said = v == WG_INCONCLUSIVE && strstr(wg_check_facts_of(r)->reason, "memory");
    cr_expect(m.failed ? same || said : same, "%lld: %s", (long long)k, text);
    free(text);
    wg_check_free(r);
    cr_expect_eq(m.blocks, 0, "%lld: %lld blocks left", (long long)k, (long long)m.blocks);
    cr_expect_eq(m.bytes, 0, "%lld: %lld bytes left", (long long)k, (long long)m.bytes);
    return m.failed > 0;
}

static void check_without_memory(bool for_ever)
{
    net a, b;
    open_net(&a, WG_F32, 1, NULL), open_net(&b, WG_F32, 1, NULL);
    wg_node checked = build(&a), plain = build(&b);
    const int64_t nodes = wg_graph_nodes(a.g);
    int64_t k = 1;
    wgt_memory all = { 0 };
    wg_check *r = check_with(&a, checked, &all);
    char *whole = wgt_report(r);
    wg_check_free(r);
    /* Every allocation up to a hundred, later ones more and more seldom: there are thousands, mostly
     * alike. */
    for (; check_without(&a, checked, k, for_ever, whole); k += 1 + k / 100)
        cr_assert_eq(wg_failed(a.c), WG_OK, "%lld: %s", (long long)k, wg_message(a.c));
    free(whole);
    cr_expect_gt(k, 100);
    cr_expect_eq(wg_graph_nodes(a.g), nodes);
    for (int i = 0; i < 3; i++, checked = build(&a), plain = build(&b)) {
        step(&a, checked), step(&b, plain);
        expect_same(&a, &b, i);
    }
    wgt_finish(a.c, NULL), wgt_finish(b.c, NULL);
}

Test(check_effects, memory_that_fails_once) { check_without_memory(false); }
Test(check_effects, memory_that_ends) { check_without_memory(true); }

/* ---- a check that is stopped ---- */

typedef struct stopper {
    int64_t calls, stop_at; /* 0: never */
    char stages[1000];
    double share;
    const char *stage;
} stopper;

static bool count_calls(void *user, const char *stage, double share)
{
    stopper *s = user;
    cr_expect(share >= 0 && share <= 1, "%s %g", stage, share);
    if (!strstr(s->stages, stage)) strcat(s->stages, stage), s->share = 0;
    else
        cr_expect(share >= s->share || strcmp(stage, s->stage) != 0, "%s: %g after %g", stage, share,
                  s->share);
    s->share = share, s->stage = stage;
    return ++s->calls != s->stop_at;
}

static wg_check *check_until(const net *n, wg_node loss, stopper *s)
{
    return wg_gradcheck(loss, n->p, .progress = count_calls, .progress_user = s);
}

Test(check_effects, a_stopped_check_changes_nothing)
{
    net a, b;
    stopper all = { 0 };
    open_net(&a, WG_F32, 1, NULL), open_net(&b, WG_F32, 1, NULL);
    wg_node checked = build(&a), plain = build(&b);
    wg_check_free(check_until(&a, checked, &all));
    cr_expect(strstr(all.stages, "rules of the nodes") && strstr(all.stages, "what runs") &&
                  strstr(all.stages, "differences") && strstr(all.stages, "slopes at the given point"),
              "%s", all.stages);
    for (int64_t k = 1; k <= all.calls; k += 1 + k / 50) {
        stopper s = { .stop_at = k };
        wg_check *r = check_until(&a, checked, &s);
        cr_expect_eq(s.calls, k, "%lld: called after it had said stop", (long long)k);
        cr_expect(wg_check_facts_of(r)->stopped);
        cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE, "%lld", (long long)k);
        cr_expect_str_eq(wg_check_facts_of(r)->reason, "stopped");
        cr_expect_eq(wg_check_facts_of(r)->findings, 0);
        wgt_expect_report(r, "\npartial: stopped at ");
        wg_check_free(r);
        cr_expect_eq(wg_graph_nodes(a.g), wg_graph_nodes(b.g));
        cr_expect_eq(wgx_graph_epoch(a.g), wgx_graph_epoch(b.g));
    }
    for (int i = 0; i < 3; i++, checked = build(&a), plain = build(&b)) {
        step(&a, checked), step(&b, plain);
        expect_same(&a, &b, i);
    }
    wgt_finish(a.c, NULL), wgt_finish(b.c, NULL);
}

/* x^2 with the derivative 3 x. */
static double square(double x, const void *attr) { return (void)attr, x * x; }
static void three_x(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(3, x[0]));
}
static const wg_op wrong_square = { .name = "wrong_square", .operands = 1, .map = square, .vjp = three_x };

/* What has failed before the stop has failed, and a finding has its numbers. */
Test(check_effects, what_was_found_before_the_stop_counts)
{
    static const double x[] = { 0.5, -1, 2 };
    stopper all = { 0 };
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node in = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(3))),
            loss = wg_sum(wg_apply(WG_HERE, &wrong_square, &in, 1, NULL));
    wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts, .progress = count_calls, .progress_user = &all);
    wg_check_free(wg_gradcheck_at(WG_HERE, loss, NULL, &o));
    int failed = 0;
    for (int64_t k = 1; k <= all.calls; k++) {
        stopper s = { .stop_at = k };
        o.progress_user = &s;
        WGT_FREED wg_check *r = wg_gradcheck_at(WG_HERE, loss, NULL, &o);
        failed += wg_check_verdict(r) == WG_FAIL;
        cr_expect_eq(wg_check_verdict(r), wg_check_facts_of(r)->findings ? WG_FAIL : WG_INCONCLUSIVE);
        for (int i = 0; i < wg_check_facts_of(r)->findings; i++) {
            const wg_check_finding f = wg_check_finding_at(r, i);
            cr_expect(isfinite(f.yours) && isfinite(f.numeric), "%lld", (long long)k);
        }
        cr_expect(!failed || wg_check_verdict(r) == WG_FAIL, "%lld: a finding was lost", (long long)k);
    }
    cr_expect(failed > 10 && failed < all.calls, "%d of %lld", failed, (long long)all.calls);
}

/* user NULL: with the right gradient. */
static double sum_of_squares(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
    for (size_t i = 0; g && i < n; i++) g[i] = (user ? 3 : 2) * x[i];
    return sum;
}

Test(check_effects, a_function_is_stopped)
{
    static const double x[] = { 0.5, -1, 2 };
    for (int wrong = 0; wrong < 2; wrong++) {
        stopper all = { 0 };
        int failed = 0;
        wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts, .progress = count_calls, .progress_user = &all);
        wg_check_free(wg_gradcheck_fn_at(WG_HERE, sum_of_squares, 3, x, wrong ? &all : NULL, &o));
        for (int64_t k = 1; k <= all.calls; k++) {
            stopper s = { .stop_at = k };
            o.progress_user = &s;
            WGT_FREED wg_check *r =
                wg_gradcheck_fn_at(WG_HERE, sum_of_squares, 3, x, wrong ? &all : NULL, &o);
            const wg_verdict v = wg_check_verdict(r);
            failed += v == WG_FAIL;
            cr_expect(v == WG_INCONCLUSIVE || (v == WG_FAIL && wrong), "%lld: %s", (long long)k,
                      wg_verdict_name(v));
            cr_expect(wg_check_facts_of(r)->stopped);
        }
        cr_expect_eq(failed > 0, wrong);
    }
}

/* ---- rules that use a graph of the program, and not that of their operands ---- */

static wg_graph *programs; /* the graph that the rules know */
static int rule_number;
static double same(double x, const void *attr) { return (void)attr, x; }

static void rule_of_program(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_graph *g = programs;
    (void)here, (void)y;
    switch (rule_number) {
    case 0: gx[0] = wg_matmul(gy, wg_add(wg_eye(g, 3, 3), wg_matmul(wg_swap(x[0]), wg_mul(0, x[0])))); break;
    case 1: gx[0] = wg_mul(gy, wg_fill(g, 1, WG_SHAPE(3, 3))); break;
    case 2: gx[0] = wg_fill(g, 1, WG_SHAPE(3, 3)); break;
    case 3: gx[0] = wg_solve(wg_eye(g, 3, 3), gy); break;
    case 4: gx[0] = wg_mul(wg_fill(g, 1, WG_SHAPE(3, 3)), gy); break;
    case 5: gx[0] = wg_mul(gy, wg_item(wg_fill(g, 1, WG_SCALAR))); break;
    case 6: gx[0] = wg_name(wg_mul(gy, 1), "a name"), wg_add(wg_scalar(g, 1), 1); break;
    case 7: gx[0] = wg_keep(wg_mul(gy, wg_scalar(g, 1))); break;
    case 8: gx[0] = wg_where(wg_greater(wg_eye(g, 3, 3), 0.5), gy, gy); break;
    case 9:
        gx[0] =
            wg_concat(((wg_node[]){ wg_select(gy, .axis = 0, .index = 0), wg_fill(g, 1, WG_SHAPE(3)) }), 2);
        break;
    default: gx[0] = wg_matmul(gy, wg_eye(wg_graph_of(gy), 3, 3)); break; /* the right way */
    }
}
static const wg_op of_program = { .name = "of_program", .operands = 1, .map = same, .vjp = rule_of_program };

/* Such a check has no verdict, and says what to write. The graph, its context and its gradients are as
 * before. */
Test(check_effects, rules_that_use_a_graph_of_the_program)
{
    for (rule_number = 0; rule_number <= 10; rule_number++) {
        WGT_IN_WORLD(WG_F64, NULL);
        programs = g;
        wg_node w = wg_param(g, p, "w", WG_SHAPE(3, 3), wg_normal(0, 1));
        wg_node loss = wg_sum(wg_square(wg_apply(WG_HERE, &of_program, &w, 1, NULL)));
        const int64_t nodes = wg_graph_nodes(g);
        wg_check *r = wg_gradcheck(loss, p);
        const wg_verdict v = wg_check_verdict(r);
        const char *said = wg_check_facts_of(r)->reason;
        cr_expect_eq(v, rule_number < 10 ? WG_INCONCLUSIVE : WG_PASS, "rule %d: %s", rule_number, said);
        cr_expect(rule_number == 10 || strstr(said, "wg_graph_of(gy)"), "rule %d: %s", rule_number, said);
        wg_check_free(r);
        cr_expect_eq(wg_graph_nodes(g), nodes, "rule %d", rule_number);
        cr_expect_eq(wg_failed(c), WG_OK, "rule %d", rule_number);
        wg_node twice = wg_mul(loss, 2);
        cr_expect_eq(wg_item(twice), 2 * wg_item(loss));
    }
}
