/* test_stages.c: the later stages of the gradient check: each can be stopped, says that it had no memory, and
 * gives the reasons that are true. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgcheck.h"

static const double at[] = { 0.4, -0.7, 1.1 };

/* ---- ops: y = x^3 ---- */

static double cube_of(double x, const void *attr) { return (void)attr, x * x * x; }

/* Right at first order. Its own derivative is wrong. */
static void held_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(3, wg_mul(x[0], wg_add(wg_stop_gradient(x[0]), wg_mul(0, gy)))));
}
static const wg_op held_cube = { .name = "held_cube", .operands = 1, .map = cube_of, .vjp = held_rule };

/* Right when it is asked for the first time, while the node is alone; then wrong. */
static int asked;
static void later_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(asked++ ? 2 : 3, wg_mul(gy, wg_square(x[0])));
}
static const wg_op later_cube = { .name = "later_cube", .operands = 1, .map = cube_of, .vjp = later_rule };

typedef struct subject {
    wg_context *c;
    wg_node loss;
} subject;

static subject make(const wg_op *op)
{
    subject s = { .c = wgt_start(NULL, WG_F64, NULL) };
    wg_graph *g = wg_graph_new(s.c);
    wg_node x = wg_tanh(wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3))));
    s.loss = wg_sum(wg_exp(op ? wg_apply(WG_HERE, op, &x, 1, NULL) : x));
    asked = 0;
    return s;
}

static int count(const wg_check *r, const char *stage)
{
    int n = 0;
    for (int i = 0; i < wg_check_facts_of(r)->findings; i++)
        n += !strcmp(wg_check_finding_at(r, i).stage, stage);
    return n;
}

/* ---- stops ---- */

typedef struct stopper {
    int64_t calls, stop_at; /* 0: never */
    char stages[1000], last[100];
} stopper;

static bool count_calls(void *user, const char *stage, double share)
{
    stopper *s = user;
    cr_expect(share >= 0 && share <= 1, "%s %g", stage, share);
    if (!strstr(s->stages, stage)) strcat(s->stages, stage);
    snprintf(s->last, sizeof s->last, "%s", stage);
    return ++s->calls != s->stop_at;
}

static wg_check *check_until(const wg_op *op, wg_gradcheck_opts o, stopper *s)
{
    WGT_ENDS subject k = make(op);
    o.progress = count_calls, o.progress_user = s;
    wg_check *r = wg_gradcheck_at(WG_HERE, k.loss, NULL, &o);
    return r;
}

/* Stops a check at each of its calls. */
static void stop_everywhere(const wg_op *op, wg_gradcheck_opts o, const char *stage,
                            void (*look)(const wg_check *r, const stopper *s))
{
    stopper all = { 0 };
    wg_check_free(check_until(op, o, &all));
    cr_expect(strstr(all.stages, stage), "%s: %s", stage, all.stages);
    for (int64_t k = 1; k <= all.calls; k++) {
        stopper s = { .stop_at = k };
        WGT_FREED wg_check *r = check_until(op, o, &s);
        cr_expect_eq(s.calls, k, "%lld: called after it had said stop", (long long)k);
        cr_expect(wg_check_facts_of(r)->stopped);
        look(r, &s);
    }
}

static void is_inconclusive(const wg_check *r, const stopper *s)
{
    cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE, "%s", s->last);
    cr_expect_str_eq(wg_check_facts_of(r)->reason, "stopped");
}

static void what_was_found_fails(const wg_check *r, const stopper *s)
{
    cr_expect_eq(wg_check_verdict(r), wg_check_facts_of(r)->findings ? WG_FAIL : WG_INCONCLUSIVE, "%s",
                 s->last);
}

Test(stages, second_derivatives_are_stopped)
{
    stop_everywhere(NULL, WG_OPTS(wg_gradcheck_opts, .order = 2), "second derivatives", is_inconclusive);
    stop_everywhere(&held_cube, WG_OPTS(wg_gradcheck_opts, .order = 2), "second derivatives",
                    what_was_found_fails);
}

/* The course's scale says nothing of second derivatives. */
Test(stages, a_second_derivative_that_was_found_wrong_fails_by_the_course_too)
{
    stop_everywhere(&held_cube, WG_OPTS(wg_gradcheck_opts, .order = 2, .eps = 1e-7), "differences",
                    what_was_found_fails);
}

static void finds_no_frontier_after_a_stop(const wg_check *r, const stopper *s)
{
    what_was_found_fails(r, s);
    if (strncmp(s->last, "slopes", 6) == 0) cr_expect_eq(count(r, "frontier"), 0, "%s", s->last);
}

Test(stages, the_search_for_the_frontier_is_stopped)
{
    stopper never = { 0 };
    wg_check *r = check_until(&later_cube, WG_OPTS(wg_gradcheck_opts), &never);
    cr_expect_eq(count(r, "frontier"), 1);
    cr_expect_str_eq(wg_check_finding_at(r, 0).stage, "frontier");
    wg_check_free(r);
    stop_everywhere(&later_cube, WG_OPTS(wg_gradcheck_opts), "where it becomes wrong",
                    finds_no_frontier_after_a_stop);
}

static void no_point_is_blamed(const wg_check *r, const stopper *s)
{
    for (int i = 0; i < wg_check_facts_of(r)->points; i++) {
        const wg_check_point p = wg_check_point_at(r, i);
        cr_expect_str_neq(p.why, "f has no value there", "%s: %s", s->last, p.text);
        cr_expect(!strstr(s->last, "slopes at the given") || p.used || !strcmp(p.why, "stopped"),
                  "%s: %s: %s", s->last, p.text, p.why);
    }
}

Test(stages, a_stop_is_not_said_to_be_a_point_without_a_value)
{
    stop_everywhere(NULL, WG_OPTS(wg_gradcheck_opts), "slopes 1 % away", no_point_is_blamed);
}

/* ---- memory ---- */

static wg_check *check_second(wg_node loss, const wg_allocator *memory)
{
    return wg_gradcheck(loss, NULL, .order = 2, .allocator = memory);
}

/* A check without an allocator of its own takes its memory, and that of the report, from the context's. */
Test(stages, the_memory_is_that_of_the_context)
{
    for (int threads = 1; threads <= 2; threads++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, &WG_OPTS(wg_start_opts, .threads = threads));
        wg_graph *g = wg_graph_new(c);
        const double three = 3;
        wg_node loss = wg_square(wg_input(g, "x", wg_view_f64(&three, WG_SCALAR)));
        const int64_t before = m.blocks;
        wg_check *r = wg_gradcheck(loss, NULL);
        cr_expect_eq(wg_check_verdict(r), WG_PASS);
        cr_expect_gt(m.blocks, before);
        wg_check_free(r);
        wgt_finish(c, &m);
    }
}

/* With the k-th allocation failing. Returns whether there was one. */
static bool check_without(int64_t k, bool for_ever, const char *whole)
{
    wgt_memory m = { .fail_at = k, .for_ever = for_ever };
    const wg_allocator memory = { wgt_resize, &m };
    subject s = make(NULL);
    wg_check *r = check_second(s.loss, &memory);
    char *text = wgt_report(r);
    const bool same = !strcmp(text, whole), said = wg_check_verdict(r) == WG_INCONCLUSIVE &&
                                                   strstr(wg_check_facts_of(r)->reason, "memory");
    cr_expect(m.failed ? same || said : same, "%lld: %s", (long long)k, text);
    free(text);
    wg_check_free(r);
    cr_expect_eq(m.blocks, 0, "%lld", (long long)k);
    wgt_finish(s.c, NULL);
    return m.failed > 0;
}

static void check_without_memory(bool for_ever)
{
    subject s = make(NULL);
    wg_check *r = check_second(s.loss, NULL);
    char *whole = wgt_report(r);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    wgt_finish(s.c, NULL);
    int64_t k = 1;
    while (check_without(k, for_ever, whole)) k += 1 + k / 300;
    cr_expect_gt(k, 100);
    free(whole);
}

Test(stages, second_derivatives_without_memory) { check_without_memory(false); }
Test(stages, second_derivatives_when_memory_ends) { check_without_memory(true); }

/* ---- what is counted ---- */

static int gradients;
static double half_square(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i] / 2;
    for (size_t i = 0; g && i < n; i++) g[i] = user && i == 1 ? 2 * x[i] : x[i];
    gradients += g != NULL;
    return sum;
}

Test(stages, each_gradient_is_counted)
{
    gradients = 0;
    WGT_FREED wg_check *r = wg_gradcheck_fn(half_square, 3, at, NULL);
    cr_expect_eq(wg_check_facts_of(r)->gradients, gradients);
}

static double infinite(size_t n, const double *x, double *g, void *user)
{
    (void)x, (void)user;
    for (size_t i = 0; g && i < n; i++) g[i] = 1;
    return INFINITY;
}

Test(stages, what_was_not_computed_is_not_zero)
{
    WGT_FREED wg_check *r = wg_gradcheck_fn(infinite, 3, at, NULL);
    cr_expect_eq(wg_check_input_at(r, 0).zeros, 0);
}

/* The course's differences are of every third component here, and the wrong one is none of them. */
Test(stages, the_worst_component_is_that_by_slopes)
{
    static double x[3000];
    int64_t row;
    for (int i = 0; i < 3000; i++) x[i] = 1 + i % 7;
    WGT_FREED wg_check *r = wg_gradcheck_fn(half_square, 3000, x, &gradients);
    cr_assert(isnan(wg_check_input_at(r, 0).numeric[1]), "the component was sampled");
    cr_expect_eq(wg_check_worst(r, 0, &row, 1), 1);
    cr_expect_eq(row, 1);
}

/* ---- what is said of second derivatives ---- */

static int half(size_t n, const double *x, size_t m, double *y, void *user)
{
    (void)m, (void)user;
    *y = half_square(n, x, NULL, NULL);
    return 0;
}
static int half_back(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    (void)m;
    const double factor = (*(int *)user)-- > 0 ? 1 : 2;
    for (size_t i = 0; i < n; i++) gx[i] = factor * x[i] * *gy;
    return 0;
}

/* A backward function that is right while its node is alone, and then wrong. It has no second derivative. */
Test(stages, the_reason_why_second_derivatives_were_not_compared)
{
    int shown = 0;
    for (int right = 1; right < 40 && !shown; right++) {
        int left = right;
        WGT_IN_GRAPH(WG_F64, NULL);
        wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(3)));
        wg_node y = wg_extern(x, WG_SCALAR, .forward = half, .backward = half_back, .user = &left);
        WGT_FREED wg_check *r = wg_gradcheck(y, NULL, .order = 2);
        shown = count(r, "slope") > 0 && !count(r, "rule");
        if (shown)
            wgt_expect_report(
                r, "H u could not be compared with slopes of the gradient: second derivative by x: ");
    }
    cr_expect(shown);
}

Test(stages, a_wrong_second_derivative_in_a_drawing)
{
    WGT_ENDS subject s = make(&held_cube);
    WGT_FREED wg_check *r = wg_gradcheck(s.loss, NULL, .order = 2);
    int n;
    const wg_node_mark *m = wg_check_marks(r, wg_graph_of(s.loss), &n);
    cr_assert_geq(n, 1);
    for (int i = 1; i < n; i++) cr_expect_eq(m[i].kind, WG_MARK_PASSED, "the gradients before it are right");
    cr_expect(strstr(m[0].text, "wrong second derivative by "), "%s", m[0].text);
}

Test(stages, the_operand_of_a_wrong_second_derivative)
{
    WGT_ENDS subject s = make(&held_cube);
    WGT_FREED wg_check *r = wg_gradcheck(s.loss, NULL, .order = 2);
    cr_assert_gt(wg_check_facts_of(r)->findings, 0);
    const wg_check_finding f = wg_check_finding_at(r, 0);
    char text[300];
    cr_expect(strstr(f.by, "operand 0 (tanh, tests/check/test_stages.c:") == f.by, "'%s'", f.by);
    snprintf(text, sizeof text, "FAIL second derivative: held_cube, %s, by %s", f.where, f.by);
    wgt_expect_report(r, text);
}

Test(stages, what_the_second_order_has_shown)
{
    WGT_ENDS subject s = make(NULL);
    wg_check *r = check_second(s.loss, NULL);
    const wg_check_second n = wg_check_facts_of(r)->second;
    cr_expect_eq(n.order, 2);
    cr_expect(n.rules > 0 && n.whole && !n.zero, "%lld", (long long)n.rules);
    cr_expect(n.resolution < 1e-3);
    cr_expect_str_eq(n.reason, "");
    wg_check_free(r);
    r = wg_gradcheck(s.loss, NULL);
    cr_expect_eq(wg_check_facts_of(r)->second.order, 1);
    wg_check_free(r);
}

/* ---- cases ---- */

static void double_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(6, wg_square(x[0])));
}
static const wg_op wrong_cube = { .name = "wrong_cube", .operands = 1, .map = cube_of, .vjp = double_rule };

/* Each kept case has the values of the node's operand. */
Test(stages, a_report_keeps_few_cases)
{
    enum { SIZE = 1 << 12, NODES = 16 };
    static double x[SIZE];
    int64_t bytes[2];
    for (int i = 0; i < SIZE; i++) x[i] = 0.5 + 1e-5 * i;
    for (int many = 0; many < 2; many++) {
        wgt_memory m = { 0 };
        const wg_allocator memory = { wgt_resize, &m };
        WGT_IN_GRAPH(WG_F64, NULL);
        wg_node y = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(SIZE))), sum = y;
        for (int i = 0; i < (many ? NODES : 8); i++) {
            const wg_node operand = wg_add(y, i);
            sum = wg_add(sum, wg_apply(WG_HERE, &wrong_cube, &operand, 1, NULL));
        }

        WGT_FREED wg_check *r = wg_gradcheck(wg_mean(sum), NULL, .allocator = &memory);
        cr_expect_eq(count(r, "rule"), many ? NODES : 8);
        bytes[many] = m.bytes;
    }
    cr_expect_lt(bytes[1] - bytes[0], (int64_t)(NODES - 8) * SIZE * 4, "%lld, %lld", (long long)bytes[0],
                 (long long)bytes[1]);
}
