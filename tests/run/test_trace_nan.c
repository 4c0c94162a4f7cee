/* test_trace_nan.c: a NaN is found where it arose, forward and backward, in every way of running, and looking
 * for it changes nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

/* Asserts that the context failed with a message that has all of these parts, in order. Forgets the error. */
static void expect(wg_context *c, int line, const char *const parts[], int n)
{
    const char *at = wg_message(c);
    cr_assert_eq(wg_failed(c), WG_ERROR_VALUE, "line %d: %s", line, at);
    for (int i = 0; i < n; i++) {
        const char *found = strstr(at, parts[i]);
        cr_assert(found, "line %d: no \"%s\" in \"%s\"", line, parts[i], wg_message(c));
        at = found + strlen(parts[i]);
    }
    wg_recover(c);
}
#define EXPECT_PARTS(c, ...)                                  \
    expect(c, __LINE__, (const char *const[]){ __VA_ARGS__ }, \
           (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)))

/* "file:line" of the line after the next one, in a static buffer of its own. */
static const char *place(int line)
{
    static char text[8][200];
    static int k;
    k = (k + 1) % 8;
    snprintf(text[k], sizeof text[k], "(%s:%d)", __FILE__, line);
    return text[k];
}

static wgt_world open_world(wg_dtype t, int interpret, unsigned without)
{
    wgt_world w = wgt_world_new(
        NULL, t, &WG_OPTS(wg_start_opts, .interpret = interpret, .without = without, .threads = 2));
    w.o = wg_sgd(w.p, .lr = 0.5);
    return w;
}

static wg_node values(wgt_world w, const char *name, int64_t n, const double *v)
{
    return wg_param(w.g, w.p, name, WG_SHAPE(n), wg_values(v));
}

/* ---- forward ---- */

Test(trace_nan, a_loss_that_is_nan_is_an_error_which_says_where)
{
    for (int i = 0; i < 12; i++) {
        WGT_ENDS wgt_world w = open_world(i & 1 ? WG_F32 : WG_F64, i % 3 - 1, i & 4 ? WG_WITHOUT_ALL : 0);
        for (int step = 0; step < 3; step++) { /* anew, by a plan, again */
            wg_begin(w.g, WG_TRAIN);
            wg_node p = values(w, "p", 4, (double[]){ 0.25, 2, -0.5, 1 });
            wg_node twice = wg_mul(p, 2);
            const char *here = place(__LINE__ + 1);
            wg_node l = wg_log(twice);
            wg_node loss = wg_neg(wg_mean(wg_square(l)));
            cr_assert_eq(wg_backward(loss, w.p), WG_ERROR_VALUE);
            EXPECT_PARTS(w.c, "backward: loss is nan.", "The first nan is in log ", here,
                         ": its value [4] is 1 nan of 4, the first at [2]",
                         "twice [4] is from -1 to 4, -1 there");
            cr_assert_eq(wg_optim_step(w.o), WG_ERROR_USE);
            wgt_expect_error(w.c, WG_ERROR_USE, "there are no gradients");
        }
    }
}

Test(trace_nan, infinities_that_make_a_nan_are_found_too)
{
    WGT_ENDS wgt_world w = open_world(WG_F64, 0, 0);
    wg_node p = values(w, "p", 3, (double[]){ 0.5, 0, 1 });
    const char *log = place(__LINE__ + 1);
    wg_node l = wg_log(p);
    const char *mul = place(__LINE__ + 1);
    wg_node y = wg_mul(p, l);
    wg_backward(wg_sum(y), w.p);
    EXPECT_PARTS(w.c, "The first nan is in mul ", mul, "[3] is 1 nan of 3, the first at [1]",
                 "p [3] is from 0 to 1, 0 there", "l [3] is 1 inf of 3, the first at [1]",
                 "-inf there. The first inf is in log ", log, "p [3] is from 0 to 1, 0 there");
}

Test(trace_nan, an_input_or_a_parameter_with_nan_is_named)
{
    WGT_ENDS wgt_world w = open_world(WG_F64, 0, 0);
    wg_node p = values(w, "p", 2, (double[]){ 1, 2 });
    const char *here = place(__LINE__ + 1);
    wg_node x = wg_input(w.g, "pixels", wg_view_f64((double[]){ 1, NAN }, WG_SHAPE(2)));
    wg_backward(wg_sum(wg_mul(p, x)), w.p);
    EXPECT_PARTS(w.c, "The first nan is in input pixels ", here, "[2] is 1 nan of 2, the first at [1]");
    wg_begin(w.g, WG_TRAIN);
    p = wg_param(w.g, w.p, "p", WG_SHAPE(2), wg_zeros());
    wg_backward(wg_sum(p), w.p);
    const char *step = place(__LINE__ + 1);
    wg_optim_step(w.o);
    wg_params_set(w.p, (double[]){ 1, INFINITY });
    wg_begin(w.g, WG_TRAIN);
    p = wg_param(w.g, w.p, "p", WG_SHAPE(2), wg_zeros());
    wg_backward(wg_sum(wg_sub(p, p)), w.p);
    char at[220];
    snprintf(at, sizeof at, "%.*s", (int)strlen(step) - 2, step + 1);
    EXPECT_PARTS(w.c, "The first nan is in sub ", "The first inf is in param p ", "[2] is 1 inf of 2",
                 "The last step was that at ", at);
}

Test(trace_nan, the_step_of_the_parameters_own_optimizer_is_named)
{
    for (int k = 0; k < 2; k++) {
        WGT_IN_WORLD(WG_F64, NULL);
        wg_optim *a = wg_sgd(wg_params_in(p, "a")), *b = wg_sgd(wg_params_in(p, "b"));
        wg_node x = wg_param(g, p, k ? "b.x" : "a.x", WG_SCALAR, wg_const(1)),
                y = wg_param(g, p, k ? "a.x" : "b.x", WG_SCALAR, wg_const(1));
        wg_backward(wg_mul(x, y), p);
        const char *step = place(__LINE__ + 1);
        wg_optim_step(k ? b : a);
        wg_optim_step(k ? a : b);
        wg_params_assign(p, k ? "b.x" : "a.x", (double[]){ NAN }, 1);
        wg_backward(wg_mul(x, y), p);
        char at[220];
        snprintf(at, sizeof at, "The last step was that at %.*s:", (int)strlen(step) - 2, step + 1);
        EXPECT_PARTS(c, "The first nan is in param ", at);
    }
}

/* ---- backward ---- */

Test(trace_nan, a_derivative_that_is_infinite_is_found_at_its_op)
{
    for (int i = 0; i < 12; i++) {
        WGT_ENDS wgt_world w = open_world(i & 1 ? WG_F32 : WG_F64, i % 3 - 1, i & 4 ? WG_WITHOUT_ALL : 0);
        for (int step = 0; step < 3; step++) {
            wg_begin(w.g, WG_TRAIN);
            wg_node before = values(w, "first", 2, (double[]){ 1, 2 });
            wg_node x = values(w, "x", 4, (double[]){ 4, 0, 9, 1 });
            const char *here = place(__LINE__ + 1);
            wg_node root = wg_sqrt(x);
            cr_assert_eq(wg_backward(wg_add(wg_sum(root), wg_sum(before)), w.p), WG_OK);
            cr_assert_eq(wg_optim_step(w.o), WG_ERROR_VALUE);
            EXPECT_PARTS(w.c, "step: the gradient of x [4] is 1 inf of 4, the first at [1]",
                         "no parameter was changed", "The first inf is in the derivative of sqrt ", here,
                         "x [4] is from 0 to 9, 0 there");
            double now[6];
            wg_params_get(w.p, now);
            cr_assert(!memcmp(now, (double[]){ 1, 2, 4, 0, 9, 1 }, sizeof now));
        }
    }
}

/* A factor 0 hides the infinite slope of sqrt forward, not backward. where would hide both. */
Test(trace_nan, a_nan_that_a_factor_has_hidden_is_found)
{
    WGT_ENDS wgt_world w = open_world(WG_F64, 0, 0);
    wg_node x = values(w, "x", 3, (double[]){ 4, 0, 9 });
    const char *here = place(__LINE__ + 1);
    wg_node root = wg_sqrt(x);
    cr_assert_eq(wg_backward(wg_sum(wg_where(wg_greater(x, 0), root, 0)), w.p), WG_OK);
    cr_assert_eq(wg_backward(wg_sum(wg_mul(wg_cast(wg_greater(x, 0), WG_F64), root)), w.p), WG_OK);
    wg_optim_step(w.o);
    EXPECT_PARTS(w.c, "the gradient of x [3] is 1 nan of 3, the first at [1]",
                 "The first nan is in the derivative of sqrt ", here, "x [3] is from 0 to 9, 0 there",
                 "The gradient that comes to it [3] is from 0 to 1, 0 there");
}

/* The micro-batch that made the NaN is gone. */
Test(trace_nan, gradients_of_an_earlier_graph_are_said_to_be)
{
    WGT_ENDS wgt_world w = open_world(WG_F64, 0, 0);
    wg_node x = values(w, "x", 1, (double[]){ 0 });
    wg_backward(wg_sum(wg_sqrt(x)), w.p);
    wg_begin(w.g, WG_TRAIN);
    wg_backward_add(wg_sum(values(w, "x", 1, NULL)), w.p);
    wg_optim_step(w.o);
    EXPECT_PARTS(w.c, "the gradient of x [1] is inf",
                 "The last wg_backward did not make it: an earlier one did.");
    wg_backward(wg_sum(wg_sqrt(values(w, "x", 1, NULL))), w.p);
    wg_begin(w.g, WG_TRAIN);
    wg_optim_step(w.o);
    EXPECT_PARTS(w.c, "the gradient of x [1] is inf: no parameter was changed.");
    cr_assert(!strstr(wg_message(w.c), "The first"));
    wg_backward(wg_sum(wg_sqrt(values(w, "x", 1, NULL))), w.p);
    wg_graph_free(w.g);
    wg_optim_step(w.o);
    EXPECT_PARTS(w.c, "the gradient of x [1] is inf: no parameter was changed.");
}

/* ---- infinite losses ---- */

typedef struct heard {
    int count;
    char text[2000];
} heard;

static void hear(void *user, const char *text)
{
    heard *h = user;
    h->count++;
    snprintf(h->text, sizeof h->text, "%s", text);
}

/* The loss overflows, its gradients do not. */
Test(trace_nan, a_loss_that_is_infinite_is_a_warning)
{
    heard h = { 0 };
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .on_warning = hear, .user = &h));
    wg_optim *o = wg_sgd(p, .lr = 0.25);
    for (int i = 0; i < 4; i++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_param(g, p, "x", WG_SCALAR, wg_const(0x1p80));
        wg_backward(wg_square(x), p);
        wg_optim_step(o); /* x is halved */
        cr_assert_eq(h.count, i < 4 ? 1 : 0);
    }
    cr_assert(strstr(h.text, "backward: wg_square(x) is inf. The first inf is in square "), "%s", h.text);
    char value[32];
    snprintf(value, sizeof value, "x is %g", 0x1p80); /* printf rounds as the caller does */
    cr_assert(strstr(h.text, value), "%s", h.text);
    cr_assert_eq(wg_params_item(p, "x"), 0x1p76);
}

/* ---- wg_trace_nan ---- */

static char *traced(wg_node n, wg_params *p, bool *found)
{
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    *found = wg_trace_nan(n, p, f);
    fclose(f);
    cr_assert_eq(*found, wg_trace_nan(n, p, NULL));
    return text;
}

static int random_calls(size_t n, const double *x, size_t m, double *y, void *user)
{
    for (size_t i = 0; i < m; i++) y[i] = x[i] + ++*(int *)user;
    return 0;
}

/* A model with dropout, a state, and a function whose calls can be counted. */
static wg_node model(wg_graph *g, wg_params *p, int *calls, wg_node *dropped)
{
    wg_node x = wg_param(g, p, "x", WG_SHAPE(64), wg_uniform(1, 2));
    wg_node s = wg_state(g, p, "s", WG_SCALAR, wg_const(1));
    *dropped = wg_dropout(x, .keep_prob = 0.5);
    wg_assign(s, wg_add(s, 1));
    wg_extern_opts o =
        WG_OPTS(wg_extern_opts, .name = "calls", .forward = random_calls, .user = calls, .impure = true);
    wg_node e = wg_extern_at(WG_HERE, wg_mul(wg_sum(*dropped), 0), WG_SCALAR, &o);
    return wg_add(wg_mul(s, wg_sum(wg_sqrt(wg_mul(*dropped, 0)))), e);
}

Test(trace_nan, it_changes_nothing_and_sees_the_same_evaluation)
{
    for (int i = 0; i < 6; i++) {
        double got[2][5];
        for (int with = 0; with < 2; with++) {
            int calls = 0;
            WGT_ENDS wgt_world w = open_world(WG_F64, i % 3 - 1, 0);
            for (int step = 0; step < 5; step++) {
                wg_node dropped;
                bool found;
                wg_begin(w.g, WG_TRAIN);
                wg_node loss = model(w.g, w.p, &calls, &dropped);
                wg_keep(loss);
                if (i & 1) wg_item(loss);
                int64_t nodes = wg_graph_nodes(w.g);
                wg_backward(loss, w.p);
                int called = calls;
                if (with) {
                    char *text = traced(loss, w.p, &found);
                    cr_assert(found, "sqrt has no derivative at 0");
                    cr_assert(strstr(text, "The gradient of x [64] is "), "%s", text);
                    free(text);
                    cr_assert_eq(called, calls, "a function is called a second time");
                    cr_assert_eq(nodes, wg_graph_nodes(w.g));
                }
                got[with][step] = wg_item(loss) + (double)wgx_graph_epoch(w.g);
            }
            cr_assert_eq(wg_params_item(w.p, "s"), 6);
        }
        cr_assert(!memcmp(got[0], got[1], sizeof got[0]));
    }
}

/* The number of zeros that dropout makes is that of the evaluation. */
Test(trace_nan, random_draws_are_those_of_the_evaluation)
{
    WGT_ENDS wgt_world w = open_world(WG_F64, 0, 0);
    for (int step = 0; step < 5; step++) {
        bool found;
        char want[40];
        wg_begin(w.g, WG_TRAIN);
        wg_node x = wg_fill(w.g, 1, WG_SHAPE(1000));
        wg_node y = wg_log(wg_dropout(x, .keep_prob = 0.5));
        double *v = wgt_values(y);
        int zeros = 0;
        for (int i = 0; i < 1000; i++) zeros += isinf(v[i]) != 0;
        free(v);
        char *text = traced(wg_sum(y), NULL, &found);
        snprintf(want, sizeof want, "[1000] is %d inf of 1000", zeros);
        cr_assert(found && strstr(text, want), "%s is not in %s", want, text);
        free(text);
    }
}

Test(trace_nan, it_works_on_any_graph_at_any_time)
{
    bool found;
    WGT_ENDS wgt_world w = open_world(WG_F64, 0, 0);
    wg_node x = values(w, "x", 2, (double[]){ 1, 2 }), fine = wg_sum(wg_log(x)), bad = wg_log(wg_sub(x, 2));
    char *text = traced(fine, w.p, &found);
    cr_assert(!found && !*text);
    free(text);
    wg_add(x, wg_fill(w.g, 1, WG_SHAPE(3))); /* the context fails */
    text = traced(bad, w.p, &found);
    cr_assert(found && strstr(text, "log ") && strstr(text, "[2] is 1 nan and 1 inf of 2"), "%s", text);
    free(text);
    wgt_expect_error(w.c, WG_ERROR_SHAPE, "do not broadcast");
    cr_assert(!wg_trace_nan(wg_none, NULL, NULL));
    cr_assert(!wg_trace_nan(wg_number(NAN), NULL, NULL));
    wg_begin(w.g, WG_EVAL);
    cr_assert(!wg_trace_nan(bad, NULL, NULL));
    int32_t label = 7;
    wg_node z = wg_log(wg_fill(w.g, -1, WG_SHAPE(1, 3)));
    wg_node l = wg_softmax_cross_entropy(z, wg_input(w.g, "y", wg_view_i32(&label, WG_SHAPE(1))));
    cr_assert(!wg_trace_nan(l, NULL, NULL), "a graph that cannot be computed");
}

/* Whatever memory is missing, nothing is recorded and nothing is lost. */
Test(trace_nan, it_needs_no_memory_to_be_harmless)
{
    for (int64_t k = 1; k < 200; k += 3) {
        WGT_IN_COUNTED(WG_F64, NULL);
        wg_node x = wg_param(g, p, "x", WG_SHAPE(2), wg_zeros()), y = wg_sum(wg_sqrt(x));
        wg_backward(y, p);
        m.fail_at = m.calls + k;
        wg_trace_nan(y, p, NULL);
        m.fail_at = 0;
        cr_assert_eq(wg_failed(c), WG_OK);
        cr_assert_eq(wg_item(y), 0);
    }
}
