/* test_command.c: the command as a user's shell sees it: output, messages, exit status. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"

TestSuite(command, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- eval ---- */

Test(command, eval_prints_short_numbers)
{
    /* e^5 = 148.413, e^2 = 7.38906, e^-1 = 0.367879, e^3 = 20.0855; their sum is 176.256. */
    EXPECT(0, "0.8420 0.04192 0.002087 0.1140\n", NULL, "eval", "-e", "softmax([5,2,-1,3])");
    EXPECT(0, "z 1.1\na 0.750260\nL 0.287335\n", NULL, "eval", wgt_script(wgt_logistic), "--print", "z,a,L");
    EXPECT(0, "L 0.287335\n", NULL, "eval", wgt_script(wgt_logistic));
    EXPECT(0, "100\n", NULL, "eval", "-e", "10^2");
    EXPECT(0, "W [2,2]\n  1 2\n  3 4\n", NULL, "eval", "-e", "W = [[1,2],[3,4]]");
    EXPECT(0, "0.3\n", NULL, "eval", "-e", "0.1 + 0.2");
    EXPECT(0, "1.41421\n", NULL, "eval", "-e", "sqrt(2)");
}

Test(command, eval_sets_values)
{
    EXPECT(0, "8\n", NULL, "eval", "-e", "x^3", "--set", "x=2");
    EXPECT(0, "32\n", NULL, "eval", "-e", "dot(x, w)", "--set", "x=[1,2,3]", "--set", "w=[4,5,6]");
    EXPECT(2, "", "no name 'q'", "eval", wgt_script(wgt_logistic), "--set", "q=1");
    EXPECT(2, "", "did you mean 'weights'", "eval", "-e", "sum(weights)", "--set", "wieghts=[1]");
    EXPECT(2, "", "z is computed at", "eval", wgt_script(wgt_logistic), "--set", "z=1");
    EXPECT(2, "", "NAME=VALUE", "eval", "-e", "x", "--set", "x");
    EXPECT(2, "", "--set x:1:4", "eval", "-e", "x", "--set", "x=[1,");
}

Test(command, eval_json)
{
    wgt_result r = RUN("eval", wgt_script(wgt_logistic), "--print", "w,L", "--json");
    cr_expect_eq(r.status, 0);
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"L\"", "value") - log1p(exp(-1.1))) < 1e-15);
    cr_expect(strstr(r.out, "\"w\":{\"value\":[0.5,-0.29999999999999999],\"shape\":[2],\"dtype\":\"f64\"}"),
              "%s", r.out);
    cr_expect(strstr(r.out, "\"mode\":\"eval\"") && strstr(r.out, "\"last\":\"L\""));
    r = RUN("eval", "-e", "[nan, inf, -inf]", "--json");
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "[\"nan\",\"inf\",\"-inf\"]"), "%s", r.out);
    r = RUN("eval", "-e", "ones(1001)", "--json");
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "\"value\":null") && wgt_json_number(r.out, "summary", "mean") == 1, "%s", r.out);
    cr_expect(fabs(wgt_json_number(r.out, "summary", "norm") - sqrt(1001)) < 1e-12);
    r = RUN("eval", "-e", "1/3", "--json", "--dtype", "f32");
    cr_expect(strstr(r.out, "0.333333343") && strstr(r.out, "f32"), "%s", r.out);
}

Test(command, eval_writes_and_reads_npy)
{
    char set[1000];
    const char *path = wgt_in_folder("v.npy");
    EXPECT(0, "", NULL, "eval", "-e", "[[1,2],[3,4.5]]", "-o", path);
    snprintf(set, sizeof set, "x=@%s", path);
    EXPECT(0, "10.5\n", NULL, "eval", "-e", "sum(x)", "--set", set);
    EXPECT(6, "", NULL, "eval", "-e", "1", "-o", "/nonexistent/folder/v.npy");
    EXPECT(2, "", "ends in .npy", "eval", "-e", "1", "-o", "/nonexistent/folder/v.txt");
    EXPECT(0, "[] (shape [0])\n", NULL, "eval", "-e", "zeros(0)");
}

Test(command, eval_takes_data)
{
    EXPECT(0, "y 0 1 2 3 4\n", "data digits: 5 rows", "eval", "-e",
           "x = input(m, 64); y = input(m, classes=10); y", "--data", "digits", "--rows", "5");
    EXPECT(0, NULL, "data digits: 3 rows    images <- x [64]", "eval", "-e",
           "images = input(m, 64); mean(images)", "--data", "digits", "--rows", "3", "--map", "images=x");
    EXPECT(2, NULL, "no name 'z'", "eval", "-e", "x = input(m, 64); x", "--data", "digits", "--map", "z=x");
    EXPECT(2, "", "wengert: --map x=foo: the data have", "eval", "-e", "sum(foo)", "--data", "moons:10",
           "--map", "x=foo");
    EXPECT(2, NULL, "no such data", "eval", "-e", "x", "--data", "didgits");
    EXPECT(3, NULL, "declared [m,65]", "eval", "-e", "x = input(m, 65)", "--data", "digits");
    /* A row of one number is [n] or [n,1], as the input wants it. */
    EXPECT(0, "2\n", NULL, "eval", "-e", "y = input(m, 1); sum(y * 0, axis=0) + 2", "--data", "moons:4");
    EXPECT(2, NULL, "the data have the columns x and y; --map", "eval", "-e", "q", "--data", "digits");
}

/* ---- grad ---- */

Test(command, grad_of_any_name)
{
    wgt_result r = RUN("grad", wgt_script(wgt_logistic), "--wrt", "a,z,w,b", "--json");
    double a = 1 / (1 + exp(-1.1));
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "grads", "a") + 1 / a) < 1e-14);
    cr_expect(fabs(wgt_json_number(r.out, "grads", "z") - (a - 1)) < 1e-15);
    cr_expect(fabs(wgt_json_number(r.out, "grads", "b") - (a - 1)) < 1e-15);
    cr_expect(fabs(wgt_json_number(r.out, "{", "loss") - log1p(exp(-1.1))) < 1e-15);
    EXPECT(0, "dL/dz -0.249740\ndL/dw -0.2497 0.4995\n", NULL, "grad", wgt_script(wgt_logistic), "--wrt",
           "z,w");
}

Test(command, grad_of_higher_order)
{
    EXPECT(0, "6\n", NULL, "grad", "-e", "x^3", "--set", "x=2", "--wrt", "x", "--order", "3");
    EXPECT(0, "12\n", NULL, "grad", "-e", "x^3", "--set", "x=2", "--wrt", "x", "--order", "2");
    EXPECT(0, "0\n", NULL, "grad", "-e", "x^3", "--set", "x=2", "--wrt", "x", "--order", "4");
    EXPECT(2, "", "one scalar name", "grad", "-e", "sum(x)", "--set", "x=[1,2]", "--order", "2");
    EXPECT(0, "83.2604\n", NULL, "grad", "-e", "exp(x) * x", "--set", "x=0.5", "--order",
           "50"); /* (x + n) e^x */
}

/* Each order needs a multiple of the nodes of the last: a refusal comes before the time and memory are
 * spent. */
Test(command, grad_of_an_order_that_is_out_of_reach_is_refused)
{
#define TANH "sin(exp(tanh(x * x + 1)))"
    EXPECT(3, "", "--order 1000000000 is out of reach", "grad", "-e", TANH, "--set", "x=1", "--order",
           "1000000000");
    EXPECT(3, "", "--order 14 is out of reach", "grad", "-e", TANH, "--set", "x=1", "--order", "14");
    EXPECT(3, "", "order 1 added", "grad", "-e", "exp(x)", "--set", "x=1", "--order", "9223372036854775807");
}

/* f = x^2 exp(y): f_xx = 2 e^y, f_xy = 2 x e^y, f_yy = x^2 e^y. */
Test(command, hessian_is_the_closed_form)
{
    wgt_result r =
        RUN("grad", "-e", "x^2 * exp(y)", "--set", "x=1.5", "--set", "y=0.7", "--hessian", "--json");
    double e = exp(0.7), want[] = { 2 * e, 3 * e, 3 * e, 2.25 * e };
    cr_expect_eq(r.status, 0);
    wgt_expect_json(r.out);
    const char *row[] = { strstr(r.out, "\"x\":{"), strstr(r.out, "\"y\":{") };
    cr_assert(row[0] && row[1], "%s", r.out);
    for (int i = 0; i < 4; i++) {
        double v = wgt_json_number(row[i / 2] + 4, "", i % 2 ? "y" : "x");
        cr_expect(fabs(v - want[i]) <= 1e-12 * want[i], "%d: %.17g, not %.17g", i, v, want[i]);
    }
}

/* y = [x0 x1, x0^2]: J = [[x1, x0], [2 x0, 0]] at (3, 5). */
Test(command, jacobian_both_ways)
{
    for (int forward = 0; forward < 2; forward++) {
        wgt_result r = RUN("grad", "-e", "x = [3, 5]; [x[0] * x[1], x[0]^2]", "--jacobian", "--json",
                           forward ? "--forward" : "--json");
        wgt_expect_json(r.out);
        cr_expect(strstr(r.out, "\"jacobian\":{\"x\":[[5,3],[6,0]]}"), "%s%s", r.out, r.err);
    }
    EXPECT(0, "d/dx 75 60\n", NULL, "grad", "-e", "x = [2, 5]; 3 * x[0] * x[1]^2", "--forward");
}

/* ---- check ---- */

/* ((1 + h)^3 - (1 - h)^3) / 2h = 3 + h^2; ((1 + h)^3 - 1) / h = 3 + 3h + h^2; h = 0.01. */
Test(command, check_of_the_course)
{
    wgt_result r = RUN("check", "-e", "theta^3", "--set", "theta=1", "--eps", "0.01", "--json");
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"inputs\"", "numeric") - 3.0001) < 1e-9, "%s", r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"inputs\"", "analytic") - 3) < 1e-14, "%s", r.out);
    r = RUN("check", "-e", "theta^3", "--set", "theta=1", "--eps", "0.01", "--json", "--one-sided");
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"inputs\"", "numeric") - 3.0301) < 1e-9, "%s", r.out);
    r = RUN("check", "-e", "theta^3", "--set", "theta=1", "--course");
    cr_expect_eq(r.status, 0, "%s", r.out);
    cr_expect(strstr(r.out, "differences with one step alone: no rules, no slopes\n"), "%s", r.out);
    r = RUN("check", "-e", "theta^3", "--set", "theta=1", "--course", "--order", "2");
    cr_expect_eq(r.status, 2, "%s", r.out);
}

Test(command, check_gives_all_evidence_as_json)
{
    wgt_result r = RUN("check", "-e", "x = [1, -2]; n = zeros(0); sum(relu(x)) + sum(n)", "--json");
    wgt_expect_json(r.out);
    cr_expect_eq(r.status, 0, "%s", r.out);
    cr_expect(strstr(r.out, "\"rules\":{\"compared\":"), "%s", r.out);
    cr_expect(strstr(r.out, "\"coverage\":{\"components\":2,\"course\":2,\"alone\":2,"), "%s", r.out);
    cr_expect(strstr(r.out, "\"zeros\":1}"), "%s", r.out);
    cr_expect(strstr(r.out, "{\"point\":\"1 % away\",\"used\":true,\"why\":\"\","), "%s", r.out);
    cr_expect(strstr(r.out, "\"counts\":false") && strstr(r.out, "\"reason\":\"it is empty\""), "%s", r.out);
    cr_expect(strstr(r.out, "\"seed\":0") && strstr(r.out, "\"word\":\"great\""), "%s", r.out);
    cr_expect_not(strstr(r.out, "second"), "the same bytes in each run: %s", r.out);
}

Test(command, check_draws)
{
    const char *sweep = wgt_in_folder("sweep.svg"), *graph = wgt_in_folder("graph.dot");
    EXPECT(0, NULL, NULL, "check", "-e", "sin(x)", "--set", "x=[1,2]", "--sweep", sweep, "--sweep-of",
           "x[1]");
    EXPECT(6, NULL, "--sweep-of q: no such component", "check", "-e", "sin(x)", "--set", "x=1", "--sweep",
           sweep, "--sweep-of", "q");
    EXPECT(2, NULL, "without --sweep", "check", "-e", "sin(x)", "--set", "x=1", "--sweep-of", "q");
    EXPECT(0, NULL, NULL, "check", "--run", "while read x; do echo \"$x 1\"; done", "--at", "3", "--sweep",
           sweep);
    EXPECT(0, NULL, NULL, "check", "-e", "sin(x)", "--set", "x=1", "--draw", graph);
    EXPECT(0, NULL, "--case: no rule of a node is wrong: /nonexistent/c.c is not written", "check", "-e",
           "sin(x)", "--set", "x=1", "--case", "/nonexistent/c.c");
    EXPECT(6, NULL, "/nonexistent/", "check", "-e", "sin(x)", "--set", "x=1", "--sweep",
           "/nonexistent/a.svg");
}

/* Flags that a way of checking does not use. */
Test(command, check_takes_the_flags_of_its_way)
{
    EXPECT(2, "", "--draw: not with --run", "check", "--run", "cat", "--at", "1", "--draw", "a.svg");
    EXPECT(2, "", "--op: not with --run", "check", "--run", "cat", "--at", "1", "--op", "tanh");
    EXPECT(2, "", "--set: not with --run", "check", "--run", "cat", "--at", "1", "--set", "x=1");
    EXPECT(2, "", "m.wg: no FILE with --run", "check", "m.wg", "--run", "cat", "--at", "1");
    EXPECT(2, "", "--sweep: not with --op", "check", "--op", "tanh", "--sweep", "a.svg");
    EXPECT(2, "", "--grad: not with --all", "check", "--all", "--grad", "x=1");
    EXPECT(2, "", "--all: not with --op", "check", "--all", "--op", "tanh");
    EXPECT(2, "", "--eps: not with --grad", "check", "-e", "x^2", "--set", "x=1", "--grad", "x=2", "--eps",
           "1");
    EXPECT(2, "", "--at: only with --run", "check", "-e", "x^2", "--set", "x=1", "--at", "1");
    EXPECT(2, "", "--timeout: only with --run", "check", "-e", "x^2", "--set", "x=1", "--timeout", "1");
    const wgt_result r = RUN("check", "--op", "tanh", "--timeout", "1", "--json");
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "--timeout: not with --op"), "%s", r.out);
}

static const char blackboard[] =
    "x = normal(5, 4, seed=1);  W = normal(4, 3, seed=2);  b = zeros(3);  y = one_hot([0, 2, 1, 1, 0], 3)\n"
    "m = 5\nz = x @ W + b\na = softmax(z)\nL = -sum(y * log(a)) / m\n"
    "check grad(L, z) == (a - y) / m\ncheck grad(L, W) == x.T @ (a - y) / m\n";

Test(command, claims_hold_or_fail)
{
    char text[1000];
    wgt_result r = RUN("check", wgt_script(blackboard));
    cr_expect_eq(r.status, 0, "%s%s", r.out, r.err);
    cr_expect(strstr(r.out, "p.wg:6  grad(L, z) == (a - y) / m        holds"), "%s", r.out);
    cr_expect(strstr(r.out, "p.wg:7  grad(L, W) == x.T @ (a - y) / m  holds"), "%s", r.out);
    snprintf(text, sizeof text, "%scheck grad(L, b) == mean(a - y)\n", blackboard);
    r = RUN("check", wgt_script(text));
    cr_expect_eq(r.status, 1);
    cr_expect(strstr(r.out, "FAILS  left [3], right []: shapes differ.  mean(a - y, axis=0) would hold"),
              "%s", r.out);
    snprintf(text, sizeof text, "%scheck grad(L, z) == (a - y)\n", blackboard);
    r = RUN("check", wgt_script(text), "--json");
    cr_expect_eq(r.status, 1);
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "\"claims\":[{\"line\":6,") &&
                  strstr(r.out, "{\"line\":8,\"text\":\"grad(L, z) == (a - y)\",\"verdict\":\"fail\""),
              "%s", r.out);
}

Test(command, claims_are_not_fooled_by_cancellation_or_smallness)
{
    EXPECT(0, NULL, NULL, "check", "-e", "x = 1; check (x + 1e-9) - x == 1e-9");
    EXPECT(1, NULL, NULL, "check", "-e", "x = 1; check x + 1e-12 == x");
    EXPECT(1, NULL, NULL, "check", "-e", "x = 1; check (x + 1e-16) * 1e-17 == x * 2e-17");
    EXPECT(5, NULL, NULL, "check", "-e", "x = 0; check x / x == 1");
    EXPECT(0, NULL, NULL, "check", "-e", "x = normal(1000, seed=1); check sum(x) == dot(x, ones(1000))");
}

Test(command, claims_have_the_last_word)
{
    wgt_result r = RUN("check", "-e", "x = 3; L = x^2; check L == 9; check grad(L, x) == 6; check L == 8");
    cr_expect_eq(r.status, 1);
    cr_expect(strstr(r.out, "\nclaims: 2 hold, 1 FAILS; gradients PASS\n"), "%s", r.out);
    EXPECT(1, NULL, NULL, "check", "-e", "check 1 == 2");
    EXPECT(0, NULL, NULL, "check", "-e", "check 1 == 1");
    r = RUN("check", "-e", "check 1 == 2", "--json");
    cr_expect_eq(r.status, 1);
    wgt_expect_json(r.out);
}

Test(command, check_says_what_was_drawn)
{
    EXPECT(0, NULL, "no data given: x, y drawn at random, m = 7, seed 3", "check", "-e",
           "x = input(m, 2); y = input(m); L = sum(sigmoid(x)[:, 0] * y) / m", "--seed", "3");
}

Test(command, check_of_gradients_from_elsewhere)
{
    EXPECT(0, NULL, NULL, "check", "-e", "sum(x^2)", "--set", "x=[1,2]", "--grad", "x=[2,4]");
    wgt_result r = RUN("check", "-e", "sum(x^2)", "--set", "x=[1,2]", "--grad", "x=[4,8]");
    cr_expect_eq(r.status, 1);
    cr_expect(strstr(r.out, "yours/autodiff = 2 everywhere"), "%s", r.out);
    EXPECT(1, NULL, NULL, "check", "-e", "sum(x^2)", "--set", "x=[1,2]", "--grad", "x=[2,5]");
    EXPECT(1, "  x        [1,2]      yours is NaN at [0,1]   FAIL\n", NULL, "check", "-e",
           "x = [[1, 2]]; sum(x^2)", "--grad", "x=[[2,nan]]");
    EXPECT(5, "  x        []         autodiff's is inf: nothing to compare   inconclusive\n", NULL, "check",
           "-e", "log(x)", "--set", "x=0", "--grad", "x=1");
    EXPECT(3, NULL, "shape [3]", "check", "-e", "sum(x^2)", "--set", "x=[1,2]", "--grad", "x=[2,4,6]");
}

Test(command, check_of_ops)
{
    EXPECT(0, NULL, NULL, "check", "--op", "tanh");
    wgt_result r = RUN("check", "--op", "softmax", "--json");
    cr_expect_eq(r.status, 0, "%s%s", r.out, r.err);
    wgt_expect_json(r.out);
    EXPECT(2, NULL, "no such op", "check", "--op", "tahn");
}

/* f(x) = x. */
Test(command, check_of_another_program)
{
    EXPECT(0, NULL, NULL, "check", "--run", "while read x; do echo \"$x 1\"; done", "--at", "3");
    EXPECT(1, NULL, NULL, "check", "--run", "while read x; do echo \"$x 2\"; done", "--at", "3");
    wgt_result r =
        RUN("check", "--run", "while read x; do printf '%.6g 1\\n' $x; done", "--at", "3.14159265");
    cr_expect_eq(r.status, 5, "%s%s", r.out, r.err);
    cr_expect(strstr(r.out, "prints 6 digits"), "%s", r.out);
    EXPECT(3, NULL, "answer 1 is \"1\"; 2 numbers expected", "check", "--run",
           "while read x; do echo 1; done", "--at", "3");
    EXPECT(3, NULL, "answer 1 is \"f = 24.2\"; 3 numbers expected", "check", "--run",
           "while read x; do echo f = 24.2; done", "--at", "[1,2]");
    EXPECT(3, NULL, "ended before it answered, with exit status 7", "check", "--run", "read x; exit 7",
           "--at", "3");
    EXPECT(2, NULL, "--at", "check", "--run", "true");
}

Test(command, inconclusive_can_be_allowed)
{
    EXPECT(5, NULL, NULL, "check", "-e", "x > 1");
    EXPECT(0, NULL, NULL, "check", "-e", "x > 1", "--allow", "inconclusive");
    EXPECT(2, NULL, "only inconclusive", "check", "-e", "x > 1", "--allow", "failed");
}

/* ---- the examples ---- */

Test(command, examples_hold)
{
    EXPECT(0, NULL, NULL, "check", "examples/logistic.wg");
    EXPECT(0, NULL, NULL, "check", "examples/cat.wg");
    EXPECT(0, NULL, NULL, "check", "examples/bn.wg");
    EXPECT(0, NULL, NULL, "check", "examples/softmax.wg");
    wgt_result r = RUN("check", "examples/softmax_wrong.wg");
    cr_expect_eq(r.status, 1);
    cr_expect(strstr(r.out, "mean(a - y, axis=0) would hold"), "%s", r.out);
}

/* ---- ops, doctor, version, help ---- */

Test(command, what_needs_no_program)
{
    static char *const lists[][4] = { { "ops", "--json" },    { "ops", "softmax", "--json" },
                                      { "doctor", "--json" }, { "version", "--json" },
                                      { "help", "--json" },   { "help", "grad", "--json" } };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const char *argv[] = { "wengert", lists[i][0], lists[i][1], lists[i][2], NULL };
        wgt_result r = wgt_run_command(argv);
        cr_expect_eq(r.status, 0, "%s: %s", lists[i][0], r.err);
        wgt_expect_json(r.out);
    }
    EXPECT(0, "wengert " WG_VERSION "\n", NULL, "version");
    EXPECT(2, "", "did you mean 'softmax'", "ops", "sofmax");
    wgt_result r = RUN("ops", "--markdown");
    cr_expect(strstr(r.out, "| `softmax` |"), "%s", r.out);
}

Test(command, every_command_has_help)
{
    static char *const names[] = { "eval", "grad", "check", "draw", "ops", "doctor", "version", "help" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        wgt_result r = RUN(names[i], "--help");
        cr_expect_eq(r.status, 0);
        cr_expect(strstr(r.out, "usage: wengert ") && strstr(r.out, "--json") && strstr(r.out, "examples:"),
                  "%s", r.out);
    }
}

/* ---- mistakes ---- */

Test(command, wrong_flags)
{
    EXPECT(2, "", "did you mean 'eval'", "evla");
    EXPECT(2, "", "did you mean '--print'", "eval", "-e", "1", "--pint", "x");
    EXPECT(2, "", "needs a value", "eval", "-e");
    EXPECT(2, "", "no program given", "eval");
    EXPECT(2, "", "not both", "eval", "p.wg", "-e", "1");
    EXPECT(2, "", "takes no 'extra'", "version", "extra");
    EXPECT(2, "", "f32 or f64", "eval", "-e", "1", "--dtype", "f16");
    EXPECT(2, "", "did you mean 'weights'", "grad", "-e", "weights^2", "--wrt", "weihgts");
    EXPECT(2, "", "not a whole number", "eval", "-e", "1", "--seed", "one");
    EXPECT(4, "", "lesson is not part of this version", "lesson", "p.wg");
    EXPECT(3, "", "the program has no value", "eval", "-e", "f(x) = x");
}

Test(command, errors_in_programs)
{
    EXPECT(3, "", "p.wg:2:5: no name 'lables'; did you mean 'labels' (line 1)?\n  sum(lables)\n      ^~~~~~",
           "eval", wgt_script("labels = input(m)\nsum(lables)"));
    EXPECT(3, "", "p.wg:3:7: matmul: ", "eval", wgt_script("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W\n"));
    EXPECT(3, "", "\n  z = x @ W\n        ^\n", "eval",
           wgt_script("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W\n"));
    EXPECT(3, "", "p.wg:1:", "eval", wgt_script("gather([1, 2], [0, 5])"));
    EXPECT(3, "", "cannot be read", "eval", "/nonexistent.wg");
    wgt_result r = RUN("eval", wgt_script("labels = input(m)\nsum(lables)"), "--json");
    wgt_expect_json(r.out);
    cr_expect_eq(r.status, 3);
    cr_expect(strstr(r.out, "\"error\":{\"status\":3,\"message\":") &&
                  strstr(r.out, "\"line\":2,\"column\":5}"),
              "%s", r.out);
    r = RUN("eval", "-e", "\xff\x01\"", "--json");
    wgt_expect_json(r.out);
    r = RUN("eval", "-e", "1", "--pint", "--json");
    wgt_expect_json(r.out);
}

/* A file of x alone, for a program that owns z.W and z.b. */
Test(command, load_wants_all_parameters)
{
    static const char file[] =
        "\x40\0\0\0\0\0\0\0{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}          "
        "\0\0\0\0\0\0\0";
    EXPECT(3, "", "--load: the file has x; the program's z.W, z.b are not in it", "eval", "-e",
           "x = input(m, 2); z = dense(x, 3)", "--load", wgt_file("x.safetensors", file, sizeof file));
}

Test(command, messages_speak_of_the_program)
{
    EXPECT(3, "", "take its sum or mean", "eval", "-e", "x = [1, 2]; grad(x * 2, x)");
    EXPECT(3, "", "grad: wg_a*2 [2] is not", "eval", "-e", "wg_a = [1, 2]; grad(wg_a*2, wg_a)");
}

Test(command, hostile_files)
{
    EXPECT(3, "", "neither a regular file nor a pipe", "eval", "-e", "x", "--set", "x=@/dev/zero");
    EXPECT(3, "", "neither a regular file nor a pipe", "eval", "-e", "x", "--load", "/dev/zero");

    static char deep[20001];
    memset(deep, '(', sizeof deep - 1);
    EXPECT(3, "", "64 deep", "eval", wgt_script(deep));
    EXPECT(3, "", "zero byte", "eval", wgt_file("z.wg", "x = 1\n\0y", 8));
    EXPECT(3, "", NULL, "eval", wgt_file("v.npy", "\x93NUMPY\1\0", 8));
    static const char header[] = "\x93NUMPY\1\0\x46\0{'descr': '<f8', 'fortran_order': False, 'shape': (9,), "
                                 "}              \n12345678";
    char set[1000];
    snprintf(set, sizeof set, "x=@%s", wgt_file("short.npy", header, sizeof header - 1));
    EXPECT(3, "", "short.npy", "eval", "-e", "x", "--set", set);
    EXPECT(3, "", NULL, "eval", "-e", "x", "--load", wgt_script("no weights"));
    EXPECT(3, "", NULL, "eval", wgt_folder());
    EXPECT(3, "", NULL, "eval", "-e", "x = input(m, 784)", "--data", wgt_folder());
}
