/* test_errors.c: what error.h promises: the first mistake is reported with its place, and nothing after it
 * does harm. */
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "wgtest.h"

#define HERE_LINE(text, line) snprintf(text, sizeof text, "%s:%d: ", __FILE__, line)

/* ---- what a message says of an array ---- */

static void expect_range(const double *v, int64_t n, wg_shape s, const char *text)
{
    char buf[200];
    const wgi_range r = wgi_range_of(WG_F64, v, n);
    cr_expect_str_eq(wgi_range_text(&r, &s, buf, sizeof buf), text);
}
#define RANGE(s, text, ...) expect_range((const double[]){ __VA_ARGS__ }, wg_shape_size(s), s, text)

Test(errors, the_range_of_an_array)
{
    RANGE(WG_SHAPE(1), "2.5", 2.5);
    RANGE(WG_SHAPE(1), "nan", NAN);
    RANGE(WG_SHAPE(3), "from -3 to 4", 1, -3, 4);
    RANGE(WG_SHAPE(3), "3 nan of 3, the first at [0]", NAN, NAN, NAN);
    RANGE(WG_SHAPE(2, 2), "2 inf of 4, the first at [0,1], the rest from -2 to 7", 7, INFINITY, -2,
          -INFINITY);
    RANGE(WG_SHAPE(2, 2), "1 nan and 1 inf of 4, the first at [1,0], the rest from 0 to 1", 0, 1, NAN,
          INFINITY);
    const wgi_range none = wgi_range_of(WG_F64, NULL, 0);
    char buf[100];
    cr_expect_str_eq(wgi_range_text(&none, &WG_SHAPE(0), buf, sizeof buf), "empty");
}

static wg_node vector(wg_graph *g, const char *name, double a, double b)
{
    return wg_input(g, name, wg_view_f64((double[]){ a, b }, WG_SHAPE(2)));
}

Test(errors, a_mistake_is_reported_with_the_users_line_names_and_shapes)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_node h = wg_fill(g, 1, WG_SHAPE(32, 784)), W = wg_fill(g, 1, WG_SHAPE(785, 10));
    char place[200];
    HERE_LINE(place, __LINE__ + 1);
    wg_node bad = wg_matmul(h, W);
    cr_assert_eq(strncmp(wg_message(c), place, strlen(place)), 0, "%s", wg_message(c));
    cr_assert_not_null(strstr(wg_message(c), "matmul: inner dimensions differ: h [32,784] @ W [785,10]"),
                       "%s", wg_message(c));
    char first[1024];
    snprintf(first, sizeof first, "%s", wg_message(c));
    wg_node next = wg_relu(wg_add(bad, 1));
    wg_add(vector(g, "a", 1, 2), wg_fill(g, 0, WG_SHAPE(3)));
    cr_assert_str_eq(wg_message(c), first, "the first error stays");
    cr_assert(isnan(wg_item(wg_sum(next))));
    cr_assert_null(wg_value(next).data);
    wgt_drop(c, NULL);
}

Test(errors, a_composite_or_a_gradient_names_the_users_line)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    char place[200];
    HERE_LINE(place, __LINE__ + 1);
    wg_mse(vector(g, "a", 1, 2), wg_fill(g, 0, WG_SHAPE(3)));
    cr_assert_eq(strncmp(wg_message(c), place, strlen(place)), 0, "%s", wg_message(c));
    wg_recover(c);
    wg_begin(g, WG_TRAIN);
    wg_node a = vector(g, "a", 1, 2), y = wg_square(a);
    cr_assert_not_null(strstr(wg_site_place(wg_node_site(wg_grad(wg_sum(y), a))), "test_errors.c"));
    wgt_finish(c, NULL);
}

Test(errors, loops_end_by_themselves)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_data *d = wg_data_digits(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p);
    wg_graph *g = wg_graph_new(c);
    wg_batch b;
    int steps = 0;
    while (wg_data_next(d, &b, 100)) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", b.x),
                W = wg_param(g, p, "W", WG_SHAPE(steps == 3 ? 63 : 64, 10), wg_zeros());
        wg_backward(wg_mean(wg_square(wg_matmul(x, W))), p);
        wg_optim_step(o);
        steps++;
    }
    cr_assert_eq(steps, 4);
    cr_assert_eq(wg_failed(c), WG_ERROR_SHAPE);
    cr_assert_not_null(strstr(wg_message(c), "W [63,10] was made as a parameter [64,10] at"), "%s",
                       wg_message(c));
    wgt_drop(c, NULL);
}

Test(errors, only_recover_forgives_and_begin_does_not)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_add(vector(g, "a", 1, 2), wg_fill(g, 0, WG_SHAPE(3)));
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_failed(c), WG_ERROR_SHAPE);
    cr_assert(isnan(wg_item(wg_add(wg_scalar(g, 1), 1))));
    wg_recover(c);
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_item(wg_add(wg_scalar(g, 1), 1)), 2);
    wg_interrupt(c);
    wg_recover(c); /* an interrupt that waits, too */
    cr_assert_eq(wg_item(wg_sum(vector(g, "a", 1, 2))), 3);
    wgt_finish(c, NULL);
}

Test(errors, a_failed_step_changes_no_parameter)
{
    for (int mode = -1; mode <= 1; mode++) {
        wg_context *c = wgt_start(NULL, WG_F64, &WG_OPTS(wg_start_opts, .interpret = mode, .threads = 1));
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *o = wg_adam(p);
        double before[6], after[6];
        int32_t labels[2] = { 1, 3 }; /* three classes: 3 is out of range */
        wg_node x = wg_fill(g, 1, WG_SHAPE(2, 2)), W = wg_param(g, p, "W", WG_SHAPE(2, 3), wg_he());
        wg_node m = wg_state(g, p, "m", WG_SCALAR, wg_const(5));
        wg_params_get(p, before);
        wg_assign(m, wg_add(m, 1));
        wg_backward(
            wg_softmax_cross_entropy(wg_matmul(x, W), wg_input(g, "y", wg_view_i32(labels, WG_SHAPE(2)))), p);
        wg_optim_step(o);
        cr_assert_not_null(strstr(wg_message(c), "label out of range"), "%s", wg_message(c));
        wg_recover(c);
        wg_params_get(p, after);
        cr_assert_arr_eq(before, after, sizeof before);
        cr_assert_eq(wg_params_item(p, "m"), 5, "nothing is committed by a failed run");
        WGT_REFUSED(c, USE, "no gradients", wg_optim_step(o));
        wgt_finish(c, NULL);
    }
}

Test(errors, each_kind_of_warning_is_told_once_at_a_line)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    for (int again = 0; again < 2; again++)
        for (int k = 0; k < 4; k++)
            cr_expect_eq(
                wgi_warns(c, k & 1 ? WGI_WARN_PAIRS : WGI_WARN_LOSS, k & 2 ? "y\nx.c:1" : "y\nx.c:2"), !again,
                "%d", k);
}

Test(errors, an_argument_ends_at_its_own_comma)
{
    static const char *const want[] = { "(a, b)", "{1, 2}", "x[i, j]", "\"), (\"", "z" };
    char text[40];
    for (int k = 0; k < 5; k++)
        cr_expect_str_eq(
            wgx_site_argument("(a, b), {1, 2}, x[i, j], \"), (\", z\nx.c:1", k, text, sizeof text), want[k]);
}

Test(errors, a_word_is_meant_that_differs_by_one_letter_or_from_seven_letters_on_by_two)
{
    static const char *const pairs[][3] = { { "matmil", "matmul", "matmul" },
                                            { "matnil", "matmul", NULL },
                                            { "softnix", "softmax", "softmax" },
                                            { "soptnix", "softmax", NULL } };
    for (int k = 0; k < 4; k++) cr_expect_eq(wgx_nearest(pairs[k][0], &pairs[k][1], 1), pairs[k][2], "%d", k);
    static const char *const alike[] = { "softmax", "matmul", "matmal", "matmol" };
    cr_expect_eq(wgx_nearest("matmil", alike, 4), alike[1], "of equally near ones the first");
    cr_expect_eq(wgx_nearest("matmol", alike, 4), alike[3], "the nearest");
}

Test(errors, the_beginning_of_a_word_is_another_word)
{
    static const char *const variables[] = { "WG_TRACE", "WG_WITHOUT" };
    for (int i = 0; i < 2; i++) {
        setenv(variables[i], "rebuild,re", 1);
        wg_context *c = wg_start();
        wgt_expect_error(c, WG_ERROR_VALUE, "no \"re\"; there are");
        wg_finish(c, NULL);
        unsetenv(variables[i]);
    }
}

/* ---- texts that a terminal can show ---- */

Test(errors, a_plain_text_has_no_control_bytes_and_is_utf8)
{
    static const char *const pairs[][2] = {
        { "a\tb\nc", "a\tb\nc" },
        { "\x1b[31mred\r\x7f", "\\x1b[31mred\\x0d\\x7f" },
        { "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x8d\x8e", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x8d\x8e" },
        { "\xc2\x9b", "\\xc2\\x9b" }, /* C1: the start of a terminal's sequence */
        { "\xc0\xaf \xed\xa0\x80", "\\xc0\\xaf \\xed\\xa0\\x80" }, /* no shortest form; a surrogate */
        { "\xc3", "\\xc3" },
        { NULL, "" },
    };
    char text[80];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        cr_expect_str_eq(wgx_plain_text(pairs[i][0], text, sizeof text), pairs[i][1]);
    cr_expect_str_eq(wgx_plain_text("ab\xc3\xa4", text, 4), "ab", "whole characters: %s", text);
    cr_expect_str_eq(wgx_plain_text("ab\x1b", text, 6), "ab");
}

/* All errors pass one function. A message that is cut is cut between characters. */
Test(errors, a_message_is_plain_text)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_param(g, p, "\x1b]0;title\a\xff", WG_SHAPE(2), wg_zeros());
    cr_expect(strstr(wg_message(c), "\\x1b]0;title\\x07\\xff"), "%s", wg_message(c));
    wg_recover(c);
    wg_npy_read(c, "no\r\x9bsuch");
    cr_expect(strstr(wg_message(c), "no\\x0d\\x9bsuch"), "%s", wg_message(c));
    wg_recover(c);
    for (int begin = 0; begin < 4; begin++) {
        char longer[2000] = "abc", *at = longer + begin;
        for (; at < longer + 1990; at += 3) memcpy(at, "\xe2\x82\xac", 4);
        wg_fail(c, NULL, WG_ERROR_USE, "%s", longer);
        for (const char *s = wg_message(c); *s; s += wgx_utf8_length(s)) cr_assert(wgx_utf8_length(s));
        cr_expect_gt(strlen(wg_message(c)), 1000);
        wg_recover(c);
    }
    wgt_drop(c, NULL);
}

/* ---- contexts that go from thread to thread ---- */

enum { HANDS = 3 };

/* A thread that does what it is given, one thing after the other. */
typedef struct hand {
    pthread_t thread;
    sem_t given, done;
    void (*f)(void *);
    void *with;
} hand;
static hand hands[HANDS];

static void *work(void *of)
{
    hand *h = of;
    for (;;) {
        sem_wait(&h->given);
        if (!h->f) return NULL;
        h->f(h->with);
        sem_post(&h->done);
    }
}

static void in(int i, void (*f)(void *), void *with)
{
    hands[i].f = f, hands[i].with = with;
    sem_post(&hands[i].given);
    if (f) sem_wait(&hands[i].done);
    else pthread_join(hands[i].thread, NULL);
}

static void hands_up(void)
{
    for (int i = 0; i < HANDS; i++) {
        sem_init(&hands[i].given, 0, 0), sem_init(&hands[i].done, 0, 0);
        pthread_create(&hands[i].thread, NULL, work, &hands[i]);
    }
}

static void hands_down(void)
{
    for (int i = 0; i < HANDS; i++) in(i, NULL, NULL);
}

static void start(void *c) { *(wg_context **)c = wgt_start(NULL, WG_F64, NULL); }
static void finish(void *c) { wg_finish(*(wg_context **)c, NULL); }
static void recover(void *c) { wg_recover(*(wg_context **)c); }
static void build(void *c) { wg_graph_new(*(wg_context **)c); }
static void mistake(void *c) { wg_scope_pop(wg_graph_new(*(wg_context **)c)); }
static void call_on_null(void *c) { (void)c, wg_optim_step(NULL); }
static void expect_lost(void *c)
{
    wgt_expect_error(*(wg_context **)c, WG_ERROR_USE, "the optimizer is NULL");
}
static void expect_no_error(void *c) { cr_expect_eq(wg_failed(*(wg_context **)c), WG_OK); }

TestSuite(handed, .init = hands_up, .fini = hands_down);

/* A context is started, fails and is recovered or finished in any threads. Then a call on NULL in any thread
 * is the error of the context that this thread has. */
Test(handed, a_context_that_has_failed_elsewhere_hides_no_error)
{
    for (int k = 0; k < HANDS * HANDS * HANDS * HANDS * 2; k++) {
        const int s = k % 3, f = k / 3 % 3, r = k / 9 % 3, n = k / 27 % 3;
        wg_context *one, *other;
        in(s, start, &one);
        in(f, mistake, &one);
        if (k / 81) in(r, recover, &one);
        else in(r, finish, &one);
        in(n, start, &other);
        in(n, call_on_null, NULL);
        in(n, expect_lost, &other);
        in(n, expect_no_error, &other);
        in(n, finish, &other);
        if (k / 81) in((r + k) % 3, finish, &one);
    }
}

/* A call on NULL in the thread that has the context, which goes on to another one. */
Test(handed, the_error_of_a_call_on_null_goes_with_the_context)
{
    for (int k = 0; k < HANDS * HANDS * HANDS; k++) {
        const int s = k % 3, n = k / 3 % 3, r = k / 9;
        wg_context *one;
        in(s, start, &one);
        in(n, build, &one);
        in(n, call_on_null, NULL);
        in(r, expect_lost, &one);
        in(r, finish, &one);
    }
}

/* Of the contexts of the thread the first that is asked has it; those of other threads have not. */
Test(handed, such_an_error_is_that_of_one_context)
{
    for (int n = 0; n < HANDS; n++) {
        wg_context *c[4];
        for (int i = 0; i < 4; i++) in(i < 3 ? i : n, start, &c[i]);
        in(n, call_on_null, NULL);
        for (int i = 0; i < 3; i++)
            if (i != n) in(i, expect_no_error, &c[i]);
        in((n + 1) % 3, expect_lost, &c[3]);
        in(n, expect_no_error, &c[n]);
        in(n, mistake, &c[n]); /* from now on it is no news in this thread */
        in((n + 1) % 3, build, &c[3]);
        in(n, build, &c[3]);
        in(n, call_on_null, NULL);
        in(n, expect_no_error, &c[3]);
        for (int i = 0; i < 4; i++) in((i + 1) % 3, finish, &c[i]);
    }
}
