/* test_evidence.c: what a report says beside the verdict: what was compared and where, what could hide, which
 * parameters count, in which order findings stand. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wengert/op.h"
#include "wgcheck.h"

/* ---- plain functions ---- */

enum { N = 5 };

/* sum of x^2. The gradient is wrong at 1 and 3. */
static double squares(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * x[i];
        if (g) g[i] = 2 * x[i] + (i == 1) + 10 * (i == 3);
    }
    return sum;
}

Test(evidence, wrong_components_are_counted_and_the_worst_is_first)
{
    const double x[N] = { 1, 2, 3, 4, 5 };
    int64_t row[N] = { -1 };
    wg_check *r = wg_gradcheck_fn(squares, N, x, NULL);
    const wg_check_input in = wg_check_input_at(r, 0);
    cr_expect_eq(in.wrong, 2);
    cr_expect_eq(in.alone, N);
    cr_expect_eq(in.course, N);
    cr_assert_eq(wg_check_worst(r, 0, row, N), N);
    cr_expect_eq(row[0], 3);
    cr_expect_eq(row[1], 1);
    cr_expect_eq(wg_check_worst(r, 0, row, 1), 1);
    cr_expect_eq(wg_check_worst(r, 1, row, 1), 0, "there is no such input");
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

/* 0 for x < 0: no component shows anything there. */
static double half(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] > 0 ? sin(x[i]) : 0;
        if (g) g[i] = x[i] > 0 ? cos(x[i]) : 0;
    }
    return sum;
}

Test(evidence, components_that_are_zero_everywhere_show_nothing)
{
    const double x[N] = { 1, -2, 0.5, -4, -5 };
    wg_check *r = wg_gradcheck_fn(half, N, x, NULL);
    cr_expect_eq(wg_check_input_at(r, 0).zeros, 3);
    wgt_expect_report(r, "of a typical component of x could hide (5 compared, each alone and together in ");
    wgt_expect_report(r, "; 3 of its components are zero everywhere and show nothing\n");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

Test(evidence, points_that_were_used)
{
    const double x[N] = { 1, 2, 0.5, 1.4, 0.7 };
    double g[N];
    half(N, x, g, NULL);
    wg_check *r = wg_gradcheck_fn(half, N, x, NULL), *given = wg_gradcheck_values(half, N, x, g, NULL);
    cr_assert_eq(wg_check_facts_of(r)->points, 4);
    for (int i = 0; i < 4; i++) {
        const wg_check_point p = wg_check_point_at(r, i), q = wg_check_point_at(given, i);
        cr_expect_eq(p.used, i != 2, "%s: %s", p.text, p.why);
        cr_expect_str_eq(p.why, i == 2 ? "not needed" : "");
        cr_expect_eq(p.differ, 0);
        cr_expect(!p.used || p.clear > 0, "%s", p.text);
        cr_expect_eq(q.used, i == 0);
        cr_expect(i == 0 || strstr(q.why, "at the given point alone"), "%s", q.why);
    }
    cr_expect_eq(wg_check_point_at(r, 0).clear, N);
    cr_expect_eq(wg_check_point_at(r, 4).used, false);
    cr_expect_gt(wg_check_facts_of(r)->gradients, 2);
    cr_expect_eq(wg_check_facts_of(given)->gradients, 0, "its gradient is numbers");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    cr_expect_eq(wgt_verdict(given), WG_PASS);
}

Test(evidence, a_check_of_one_number)
{
    const double x = 0.5;
    wg_check *r = wg_gradcheck_fn(half, 1, &x, NULL);
    wgt_expect_report(r, " of x could hide\n");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

/* ---- graphs ---- */

Test(evidence, unreached_and_empty_parameters_do_not_spoil_the_verdict)
{
    for (int course = 0; course < 2; course++) {
        WGT_IN_WORLD(WG_F64, NULL);
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_uniform(1, 2)),
                none = wg_param(g, p, "none", WG_SHAPE(0), wg_zeros());
        wg_param(g, p, "other", WG_SHAPE(2), wg_zeros());
        wg_node loss = wg_add(wg_sum(wg_square(w)), wg_sum(none));
        wg_check *r = wg_gradcheck(loss, p, .eps = course ? 1e-7 : WG_AUTO);
        cr_assert_eq(wg_check_facts_of(r)->unreached, 1);
        cr_expect_str_eq(wg_check_unreached_at(r, 0), "other");
        cr_expect_str_eq(wg_check_unreached_at(r, 1), "");
        cr_assert_eq(wg_check_facts_of(r)->inputs, 2);
        cr_expect(!wg_check_input_at(r, 0).left_out && wg_check_input_at(r, 1).left_out);
        cr_expect_eq(wg_check_input_at(r, 0).node, w.index);
        wgt_expect_report(r, "none  not checked: it is empty");
        wgt_expect_report(r, "not reached, loss does not depend on it: other\n");
        cr_expect_eq(wgt_verdict(r), WG_PASS);
    }
}

/* Of nodes of the user's choice the others are compared. */
Test(evidence, unreached_nodes_do_not_spoil_the_verdict)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    double a[2] = { 1, 2 }, b[2] = { 3, 4 };
    const wg_node x = wg_input(g, "x", wg_view_f64(a, WG_SHAPE(2))),
                  other = wg_input(g, "other", wg_view_f64(b, WG_SHAPE(2))), loss = wg_sum(wg_square(x));
    wg_check *r = wg_gradcheck_nodes(loss, ((wg_node[]){ other, x, other, other, other, other }), 6);
    cr_assert_eq(wg_check_facts_of(r)->inputs, 1);
    cr_expect_eq(wg_check_facts_of(r)->unreached, 1);
    cr_expect_eq(wg_check_input_at(r, 0).node, x.index);
    cr_expect_str_eq(wg_check_unreached_at(r, 0), "other");
    wgt_expect_report(r, "does not depend on");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    r = wg_gradcheck_nodes(loss, &other, 1);
    cr_expect(strstr(wg_check_facts_of(r)->reason, "does not depend on other"), "%s",
              wg_check_facts_of(r)->reason);
    cr_expect_eq(wgt_verdict(r), WG_INCONCLUSIVE);
}

Test(evidence, a_bf16_parameter_is_said_not_to_be_trained)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_uniform(1, 2)),
            half = wg_param(g, p, "half", WG_SHAPE(3), wg_init_as(WG_BF16, wg_uniform(1, 2)));
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_mul(w, wg_cast(half, WG_F64))), p);
    cr_expect_eq(wg_check_facts_of(r)->unreached, 0);
    wgt_expect_report(r, "not checked, f16 and bf16 are not trained: half; freeze by wg_params_freeze");
}

/* y = x^2 with the derivative 3 x. */
static bool square_kernel(const wg_kernel *k)
{
    const double *x = k->x[0];
    double *y = k->y[0];
    for (int64_t i = k->begin; i < k->end; i++) y[i] = x[i] * x[i];
    return true;
}

static bool same(wg_rule *r) { return r->y[0] = r->x[0], true; }

static void square_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(3, wg_mul(gy, x[0]));
}

static const wg_op my_square = { .name = "my_square",
                                 .operands = 1,
                                 .kind = WG_MAP,
                                 .shape = same,
                                 .kernel = { square_kernel },
                                 .vjp = square_rule };

Test(evidence, the_finding_nearest_to_the_cause_is_first)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node h = wg_tanh(wg_nn_dense(wg_any(g, WG_SHAPE(4, 3)), p, "fc", 2));
    wg_node s = wg_apply(WG_HERE, &my_square, &h, 1, NULL);
    wg_check *r = wg_gradcheck(wg_sum(wg_exp(s)), p);
    const int n = wg_check_facts_of(r)->findings;
    cr_assert_gt(n, 1, "the parameters before it are wrong too");
    cr_expect_str_eq(wg_check_finding_at(r, 0).stage, "rule");
    cr_expect_eq(wg_check_finding_at(r, 0).node, s.index);
    cr_expect_str_eq(wg_check_finding_at(r, 0).op, "my_square");
    for (int i = 1; i < n; i++) cr_expect_str_eq(wg_check_finding_at(r, i).stage, "slope");
    cr_expect_eq(wg_check_facts_of(r)->rules.not_built, 0);
    cr_expect_gt(wg_check_facts_of(r)->rules.compared, 3);
    cr_expect_eq(wgt_verdict(r), WG_FAIL);
}

Test(evidence, the_same_bytes_for_any_number_of_threads)
{
    char *text[3];
    for (int i = 0; i < 3; i++) {
        WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 3, .threads = i + 1));
        wg_begin(g, WG_TRAIN);
        wg_node h = wg_tanh(wg_nn_dense(wg_any(g, WG_SHAPE(6, 30)), p, "fc1", 20));
        wg_node wide = wg_cast(h, WG_F64), s = wg_apply("h\nmodel.c:7", &my_square, &wide, 1, NULL);
        WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_exp(s)), p);
        cr_expect_eq(wg_check_verdict(r), WG_FAIL);
        text[i] = wgt_report(r);
        if (i) cr_expect_str_eq(text[i], text[0]);
    }
    for (int i = 0; i < 3; i++) free(text[i]);
}

/* ---- marks for drawings ---- */

static const wg_node_mark *mark_of(const wg_node_mark *m, int n, wg_node node)
{
    for (int i = 0; i < n; i++)
        if (m[i].node.index == node.index) return &m[i];
    return NULL;
}

Test(evidence, marks_a_wrong_node_and_those_before_it)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    const double v[3] = { 0.3, -0.5, 1.5 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(3))), h = wg_tanh(x),
            stop = wg_stop_gradient(wg_input(g, "k", wg_view_f64(v, WG_SHAPE(3)))), z = wg_add(h, stop);
    wg_node s = wg_apply(WG_HERE, &my_square, &z, 1, NULL), e = wg_exp(s), loss = wg_sum(wg_mul(e, h));
    WGT_FREED wg_check *r = wg_gradcheck_nodes(loss, &x, 1);
    int n;
    const wg_node_mark *m = wg_check_marks(r, g, &n);
    cr_assert_eq(n, 4, "%d: s; z, h, x", n);
    cr_assert(mark_of(m, n, s));
    cr_expect_eq(mark_of(m, n, s)->kind, WG_MARK_WRONG);
    cr_expect(strstr(mark_of(m, n, s)->text, "wrong gradient by operand 0 at ["), "%s",
              mark_of(m, n, s)->text);
    cr_expect(strstr(mark_of(m, n, s)->text, "divided by 1.5"), "%s", mark_of(m, n, s)->text);
    double right = 0, yours = 0;
    sscanf(strchr(mark_of(m, n, s)->text, '\n') + 1, "%lf, and not %lf", &right, &yours);
    cr_expect_float_eq(yours, 1.5 * right, 1e-5 * fabs(right), "%s", mark_of(m, n, s)->text);
    const wg_node affected[] = { z, h, x }, not [] = { stop, e, loss };
    for (int i = 0; i < 3; i++) {
        cr_expect(mark_of(m, n, affected[i]) && mark_of(m, n, affected[i])->kind == WG_MARK_AFFECTED, "%d",
                  i);
        cr_expect_null(mark_of(m, n, not [i]), "%d", i);
    }
    char *dot =
        wg_draw_text_at(WG_HERE, loss, &WG_OPTS(wg_draw_opts, .format = "svg", .marks = m, .mark_count = n));
    cr_assert(dot);
    cr_expect(strstr(dot, "class=\"wrong\"") && strstr(dot, "class=\"affected\""), "%s", dot);
    cr_expect(strstr(dot, "wrong gradient by operand 0"), "%s", dot);
    wg_free(c, dot);
}

Test(evidence, a_gradient_that_passes_is_marked_so)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    const double v = 0.3;
    wg_node x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    wg_check *r = wg_gradcheck(wg_exp(x), NULL);
    int n = -1;
    const wg_node_mark *m = wg_check_marks(r, g, &n);
    cr_assert_eq(n, 1);
    cr_expect_eq(m->node.index, x.index);
    cr_expect_eq(m->kind, WG_MARK_PASSED);
    cr_expect(strstr(m->text, "gradient checked"), "%s", m->text);
    cr_expect_eq(wgt_verdict(r), WG_PASS);
}

Test(evidence, of_many_parameters_that_pass_the_rest_is_counted)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node h = wg_any(g, WG_SHAPE(2, 3));
    for (int k = 0; k < 6; k++) h = wg_tanh(wg_nn_dense(h, p, (const char[]){ (char)('a' + k), 0 }, 2));
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(h), p);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);
    wgt_expect_report(r, "\n  and 4 more pass\n");
}

/* ---- colour ---- */

/* What is printed to a terminal. */
static char *on_terminal(const wg_check *r)
{
    char *text = calloc(1, 20000);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    cr_assert(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    FILE *out = fdopen(slave, "w");
    cr_assert(out);
    wg_check_print(r, out);
    fflush(out);
    for (size_t n = 0; !strstr(text, "verdict ") ||
                       !strstr(strstr(text, "verdict "), " evaluations");) { /* the last line's end */
        const ssize_t got = read(master, text + n, 19999 - n);
        cr_assert_gt(got, 0);
        n += (size_t)got;
    }
    fclose(out), close(master);
    return text;
}

Test(evidence, colour_only_on_a_terminal_and_without_no_color)
{
    const double x = 1;
    WGT_FREED wg_check *r = wg_gradcheck_fn(half, 1, &x, NULL);
    setenv("TERM", "xterm", 1), unsetenv("NO_COLOR");
    char *colour = on_terminal(r), *plain = wgt_report(r);
    cr_expect(strstr(colour, "verdict \033[1;32mPASS\033[0m"), "%s", colour);
    cr_expect_not(strchr(plain, '\033'));
    setenv("NO_COLOR", "1", 1);
    char *no = on_terminal(r);
    cr_expect_not(strchr(no, '\033'), "%s", no);
    free(colour), free(plain), free(no);
}

/* ---- how exact f is, and how often it may be asked ---- */

/* x1^2 + 3 x2^2 + ..., times 1 + user, a share of noise that differs at each point. */
static int asked;
static double noisy_squares(size_t n, const double *x, double *g, void *user)
{
    const double *noise = user;
    double f = 0;
    uint64_t bits = 7;
    asked++;
    for (size_t i = 0; i < n; i++) {
        uint64_t of_x;
        memcpy(&of_x, &x[i], sizeof of_x);
        bits = (bits ^ of_x) * 0x9e3779b97f4a7c15u;
        bits ^= bits >> 29;
        f += (double)(2 * i + 1) * x[i] * x[i];
        if (g) g[i] = (double)(4 * i + 2) * x[i] * (1 + noise[1]);
    }
    return f * (1 + noise[0] * ((double)(bits % 2001) / 1000 - 1));
}

static double size = 1; /* of x */
static wg_check *check_noisy(size_t n, double noise, double wrong, const wg_gradcheck_opts *o)
{
    double x[100];
    for (size_t i = 0; i < n; i++) x[i] = size * (1 + 0.1 * (double)i);
    asked = 0;
    return wg_gradcheck_fn_at(WG_HERE, noisy_squares, n, x, (double[]){ noise, wrong }, o);
}

/* Where f is exact to 1e-6, an error of 1e-8 is none, and one of 10 % is one. The resolution is no
 * smaller. */
Test(evidence, what_the_accuracy_of_f_explains_is_no_error)
{
    const wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts, .accuracy = 1e-6);
    cr_expect_eq(wgt_verdict(check_noisy(3, 1e-6, 0, &o)), WG_PASS);
    cr_expect_eq(wgt_verdict(check_noisy(3, 0, 1e-8, &WG_OPTS(wg_gradcheck_opts))), WG_FAIL);
    WGT_FREED wg_check *r = check_noisy(3, 0, 1e-8, &o);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);
    cr_expect_gt(wg_check_input_at(r, 0).resolution, 1e-6);
    cr_expect_eq(wgt_verdict(check_noisy(3, 1e-6, 0.1, &o)), WG_FAIL);
    for (size = 1e-4; size < 1e5; size *= 1e4) { /* it is a share of f */
        cr_expect_eq(wgt_verdict(check_noisy(3, 0, 1e-8, &o)), WG_PASS, "%g", size);
        cr_expect_eq(wgt_verdict(check_noisy(3, 0, 0.1, &o)), WG_FAIL, "%g", size);
    }
}

Test(evidence, few_evaluations_are_enough_for_a_verdict)
{
    static const size_t sizes[] = { 1, 2, 10, 64, 100 };
    static const int64_t allowed[] = { 60, 200, 500 };
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 3; j++) {
            const wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts, .evaluations = allowed[j]);
            WGT_FREED wg_check *r = check_noisy(sizes[i], 0, 0, &o);
            cr_expect_eq(wg_check_verdict(r), WG_PASS, "%zu, %d", sizes[i], (int)allowed[j]);
            cr_expect_leq(asked, allowed[j] * 1.3 + 20, "%zu, %d: %d", sizes[i], (int)allowed[j], asked);
            wgt_expect_report(r, "could hide");
            cr_expect_eq(wgt_verdict(check_noisy(sizes[i], 0, 0.01, &o)), WG_FAIL);
        }
    cr_expect_eq(wgt_verdict(check_noisy(2, 0, 0, &WG_OPTS(wg_gradcheck_opts, .evaluations = 5))),
                 WG_INCONCLUSIVE);
}

/* One draw misses an error of e with the probability 0.8 * 10 bars / e: the report of one draw may not claim
 * what three draws show. */
Test(evidence, fewer_draws_show_less)
{
    WGT_FREED wg_check *few = check_noisy(100, 0, 0, &WG_OPTS(wg_gradcheck_opts, .evaluations = 60));
    WGT_FREED wg_check *all = check_noisy(100, 0, 0, &WG_OPTS(wg_gradcheck_opts));
    cr_expect_gt(wg_check_input_at(few, 0).resolution, 50 * wg_check_input_at(all, 0).resolution);
}

/* ---- many equal numbers ---- */

static double valleys(size_t n, const double *x, double *g, void *user)
{
    double f = 0;
    for (size_t i = 0; i < n; i++) {
        const double b = 1 - x[i] * x[i];
        f += (x[i] - 0.7) * (x[i] - 0.7) + 100 * b * b;
        if (g) g[i] = (2 * (x[i] - 0.7) - 400 * x[i] * b) * (user && i == n / 2 ? 1.1 : 1);
    }
    return f;
}

/* Where all terms of a sum are equal they all round alike, and beside the point they do not. */
Test(evidence, a_sum_of_equal_terms_is_seen)
{
    enum { MANY = 50000 };
    static double x[MANY];
    for (int i = 0; i < MANY; i++) x[i] = -1.2;
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(valleys, MANY, x, NULL)), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(valleys, MANY, x, x)), WG_FAIL);
}
