/* test_extern.c: C functions of the caller's in plans that several graphs share. */
#include <math.h>
#include <string.h>

#include "wgtest.h"

static int identity_until(size_t n, const double *x, size_t m, double *y, void *user)
{
    memcpy(y, x, n * sizeof *y);
    return *(const int *)user;
}

static int negate_until(size_t n, const double *x, size_t m, double *y, void *user)
{
    for (size_t i = 0; i < n; i++) y[i] = -x[i];
    return *(const int *)user;
}

static int ones_until(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    memcpy(gx, gy, n * sizeof *gx);
    return ((const int *)user)[1];
}

/* Runs a graph with one function after graphs of the same structure with others, three times each: so that it
 * is planned. */
static void run_named(wg_graph *g, wg_params *p, const char *name, const wg_extern_opts *like)
{
    for (int build = 0; build < 3; build++) {
        wg_extern_opts o = *like;
        o.name = name;
        wg_begin(g, WG_TRAIN);
        wg_backward(
            wg_sum(wg_extern_at(WG_HERE, wg_param(g, p, "w", WG_SHAPE(3), wg_const(2)), WG_SHAPE(3), &o)), p);
    }
}

Test(extern_op, a_failure_names_its_own_function_whatever_was_planned_before)
{
    for (int interpret = -1; interpret <= 1; interpret++) {
        WGT_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret, .threads = 1));
        int status[2] = { 0, 0 };
        wg_extern_opts one = WG_OPTS(wg_extern_opts, .forward = identity_until, .backward = ones_until,
                                     .user = status),
                       other = one;
        other.forward = negate_until;
        run_named(g, p, "first", &one);
        run_named(g, p, "second", &one);
        run_named(g, p, "third", &other);
        cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        status[0] = 5;
        run_named(g, p, "second", &one);
        wgt_expect_error(c, WG_ERROR_USER, "second did not return 0 but 5");
        run_named(g, p, "third", &other);
        wgt_expect_error(c, WG_ERROR_USER, "third did not return 0 but 5");
        run_named(g, p, "fourth", &one);
        wgt_expect_error(c, WG_ERROR_USER, "fourth did not return 0 but 5");
        status[0] = 0, status[1] = 6;
        run_named(g, p, "second", &one);
        wgt_expect_error(c, WG_ERROR_USER, "second did not return 0 but 6");
        run_named(g, p, "fourth", &other);
        wgt_expect_error(c, WG_ERROR_USER, "fourth did not return 0 but 6");
        wgt_finish(c, NULL);
    }
}

/* ---- plans that run stay, however few bytes plans may have ---- */

typedef struct nested {
    wg_graph *g;
    wg_params *p;
    int length;
} nested;

/* Each call makes plans of another graph, of which each is more than all may have. */
static int twice_and_plans(size_t n, const double *x, size_t m, double *y, void *user)
{
    nested *in = user;
    (void)m;
    in->length++;
    wg_begin(in->g, WG_TRAIN);
    wg_node w = wg_param(in->g, in->p, "W", WG_SHAPE(2, 2), wg_const(0.5)), z = w;
    for (int i = 0; i < in->length; i++) z = wg_tanh(wg_matmul(z, w));
    wg_backward(wg_mean(z), in->p);
    for (size_t i = 0; i < n; i++) y[i] = 2 * x[i];
    return 0;
}

Test(extern_op, a_plan_that_runs_is_not_freed_for_the_plans_of_its_function)
{
    wg_context *c =
        wgt_start(NULL, WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = -1, .plan_bytes = 1));
    nested in = { wg_graph_new(c), wg_params_new(c), 0 };
    wg_graph *g = wg_graph_new(c);
    for (int k = 0; k < 8; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_fill(g, 2, WG_SHAPE(3));
        const wg_extern_opts o =
            WG_OPTS(wg_extern_opts, .name = "twice", .forward = twice_and_plans, .user = &in, .impure = true);
        wg_node y = wg_sum(wg_tanh(wg_extern_at(WG_HERE, wg_tanh(w), WG_SHAPE(3), &o)));
        cr_expect_float_eq(wg_item(y), 3 * tanh(2 * tanh(2)), 1e-15 * 16);
    }
    wgt_finish(c, NULL);
}

static int count_up(size_t n, const double *x, size_t m, double *y, void *user)
{
    int *calls = user;
    (void)n, (void)x;
    for (size_t i = 0; i < m; i++) y[i] = *calls;
    ++*calls;
    return 0;
}

/* Two equal calls are two calls, in every way of running. */
Test(extern_op, impure_calls_are_all_made)
{
    for (int interpret = -1; interpret <= 1; interpret++) {
        WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = interpret));
        int calls = 0;
        for (int turn = 0; turn < 6; turn++) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_fill(g, 1, WG_SHAPE(4)), a[2];
            for (int k = 0; k < 2; k++)
                a[k] = wg_extern(x, WG_SHAPE(4), .forward = count_up, .user = &calls, .impure = true);
            cr_expect_eq(fabs(wg_item(wg_sum(wg_sub(a[1], a[0])))), 4, "interpret %d, turn %d", interpret,
                         turn);
            cr_expect_eq(calls, 2 * (turn + 1));
        }
    }
}
