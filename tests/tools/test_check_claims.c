/* test_check_claims.c: claims of programs, `check LEFT == RIGHT`. A claim that is true in mathematics holds,
 * however ill-conditioned its sides are; a wrong one fails, at any magnitude, beside any other element. The
 * numbers are chosen by hand. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_claims, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* Asserts the exit status of the check of a text, and that its output has `what` in it. */
static void expect(int status, const char *what, const char *text)
{
    const wgt_result r = RUN("check", "-e", text);
    cr_expect_eq(r.status, status, "%s: status %d: %s%s", text, r.status, r.out, r.err);
    cr_expect(strstr(r.out, what), "%s: no '%s' in\n%s", text, what, r.out);
}

Test(check_claims, any_magnitude)
{
    expect(1, "right = 2 x left everywhere", "x = [3e-21, 5e-21]; check x == 2*x");
    expect(1, "left = 2 x right everywhere", "x = [3e-21, 5e-21]; check 2*x == x");
    expect(1, "left 0.001, right 0.002 at [1]: off by 0.001", "x = [1e12, 1e-3]; check x == [1e12, 2e-3]");
    expect(1, "at [1]: off by 1e-14", "x = [1e12, 1e-3]; check x == [1e12, 1.00000000001e-3]");
    expect(0, "holds", "x = [1e12, 1e-3]; check x*x/x == x");
    expect(0, "holds", "x = [3e-21, 5e-21]; check exp(log(x)) == x");
    expect(1, "FAILS", "x = 1e-170; check x == 1.000000001e-170");
}

Test(check_claims, true_ones_hold_when_digits_cancel)
{
    expect(0, "holds", "x = 1; check (x + 1e-9) - x == 1e-9");
    expect(0, "holds", "x = [-1e3, 2e5, 0.3]; check sqrt(x^2 + 1) - x == 1 / (sqrt(x^2 + 1) + x)");
    expect(0, "holds", "x = [1, 2, 3]; check sum(grad(sum(softmax(x)), x)) == 0");
    expect(0, "holds", "x = 1e8; check (x + 1)^2 - x^2 - 2*x == 1");
    expect(0, "holds", "x = 1e-5; check (1 - cos(x)) / x^2 == 2 * sin(x/2)^2 / x^2");
    expect(0, "holds",
           "x = normal(40, 30, seed=1); m = mean(x, axis=0); check mean((x - m)^2) == mean(x^2) - mean(m^2)");
    expect(0, "holds",
           "x = normal(20, 500, seed=1); W = normal(500, 4, seed=2); check x @ W == (W.T @ x.T).T");
    expect(0, "holds", "x = -3; check x^2 == x*x; check x^3 == x*x*x");
    expect(0, "holds", "x = 0.1; check 10*x == 1");
    expect(0, "holds", "x = [1, 2]; check softmax(x) == exp(x) / sum(exp(x))");
    expect(0, "holds", "x = [1, 2, 3]; d = dropout(x, keep_prob=0.5); check d * x / x == d");
}

Test(check_claims, wrong_ones_fail_when_digits_cancel)
{
    expect(1, "left 1.000000000001", "x = 1; check x + 1e-12 == x");
    expect(1, "FAILS", "x = 1; check (x + 1e-9) - x == 1.00001e-9");
    expect(1, "FAILS", "x = 1e-3; check (1 - cos(x)) / x^2 == 0.5");
    expect(1, "FAILS",
           "x = normal(20, 500, seed=1); W = normal(500, 4, seed=2); check x @ W * 1.0000000001 == x @ W");
}

Test(check_claims, nothing_is_shown_below_what_rounding_can_do)
{
    expect(5, "both are below", "x = 1; check (x + 1e-17) - x + 1e-18 == 5e-17 + ((x + 2e-17) - x)");
    expect(0, "1 of 2 elements are below", "x = [1, 1e20]; check (x + 0.5) - x + 0.25 == [0.75, 0.75]");
}

Test(check_claims, what_is_not_finite)
{
    expect(5, "both sides are NaN at [0]: that shows nothing", "check [nan, 1] == [nan, 1]");
    expect(5, "left is NaN, right is 1: nothing to compare", "x = 0; check x / x == 1");
    expect(5, "right is NaN at [1], left is 2", "check [1, 2] == [1, nan]");
    expect(1, "left 2, right 3 at [1]", "check [nan, 2] == [nan, 3]");
    expect(0, "holds", "check [inf, -inf, 1] == [inf, -inf, 1]");
    expect(1, "left inf, right -inf", "check [inf, 1] == [-inf, 1]");
    expect(0, "1 of 2 elements are below what rounding can do",
           "s = [1, -1e9]; check sqrt(s^2 + 1) - s == 1 / (sqrt(s^2 + 1) + s)"); /* 1 / 0 by rounding */
    expect(1, "left inf, right 1000", "x = 1000; check log(exp(x)) == x");
}

Test(check_claims, what_would_make_it_hold)
{
    expect(1, "right = -1 x left everywhere", "x = [1, 2, 4]; check sin(x) == -sin(x)");
    expect(1, "right = 7 x left (m = 7)", "x = input(m); check mean(x) == sum(x)");
    expect(1, "right = 5 x left everywhere (the size of axis 1 is 5)",
           "x = normal(2, 5, seed=1); check x == 5*x");
    expect(1, "right - left = 0.5 everywhere", "x = [1, 2, 4]; check x == x + 0.5");
    expect(1, "With one side transposed", "x = [[1, 2], [3, 4]]; check x @ x == (x @ x).T");
    expect(1, "shapes differ.  With one side transposed", "x = [[1, 2, 3], [4, 5, 6]]; check x.T == x");
    expect(1, "sum(x, axis=1) would hold", "x = [[1, 2], [3, 5]]; check x @ [1, 1] == sum(x)");
    expect(1, "1 of 3 elements differ\n", "x = [1, 2, 4]; check x == [1, 2, 5]");
}

Test(check_claims, sides_that_broadcast)
{
    expect(1, "left [3], right []: shapes differ.  Broadcast to [3], right has the same values",
           "x = [1, 2, 3]; check x * 0 == 0");
    expect(1, "left [1,2], right [2]: shapes differ.  Broadcast to [1,2], right", "check [[1, 2]] == [1, 2]");
    expect(1, "shapes differ\n", "check [1, 2, 3] == 1");
}

Test(check_claims, json_has_the_numbers)
{
    const wgt_result r = RUN("check", "-e", "x = [[1, 2], [3, 4]]; check x == [[1, 2], [3, 5]]", "--json");
    cr_expect_eq(r.status, 1);
    wgt_expect_json(r.out);
    cr_expect_eq(wgt_json_number(r.out, "\"claims\"", "index"), 3);
    cr_expect_eq(wgt_json_number(r.out, "\"claims\"", "left"), 4);
    cr_expect_eq(wgt_json_number(r.out, "\"claims\"", "right"), 5);
    cr_expect_eq(wgt_json_number(r.out, "\"claims\"", "wrong"), 1);
}

/* Identities of mathematics, some of them with sides that lose most digits. */
static const char identities[] =
    "x = normal(12, 9, seed=%d)\n"
    "w = normal(9, 5, seed=%d)\n"
    "p = exp(x / 3)\n"
    "s = 1000 * x\n"
    "m = mean(x, axis=0)\n"
    "check softmax(x) == exp(x) / sum(exp(x), axis=1, keepdims=true)\n"
    "check log(exp(x)) == x\n"
    "check (x @ w).T == w.T @ x.T\n"
    "check sqrt(s^2 + 1) - s == 1 / (sqrt(s^2 + 1) + s)\n"
    "check tanh(x) == (exp(x) - exp(-x)) / (exp(x) + exp(-x))\n"
    "check (s + 1)^2 - s^2 - 2*s == ones(12, 9)\n"
    "check mean((x - m)^2, axis=0) == mean(x^2, axis=0) - m^2\n"
    "check sum(x) == sum(sum(x, axis=1))\n"
    "check sin(x)^2 + cos(x)^2 == ones(12, 9)\n"
    "check sin(2*s) == 2 * sin(s) * cos(s)\n"
    "check logsumexp(s, axis=1) == log(sum(exp(s - max(s, axis=1, keepdims=true)), axis=1)) + max(s, "
    "axis=1)\n"
    "check p^2.5 == p * p * sqrt(p)\n"
    "check sigmoid(x) == 1 / (1 + exp(-x))\n"
    "check sum(p @ w) == sum(sum(p, axis=0) @ w)\n"
    "check layer_norm(x, ones(9), zeros(9), eps=0) == (x - mean(x, axis=1, keepdims=true)) / sqrt(mean((x - "
    "mean(x, axis=1, keepdims=true))^2, axis=1, keepdims=true))\n"
    "check exp(x) * exp(-x) == ones(12, 9)\n"
    "check cumsum(x, axis=1) - x == cumsum(x, axis=1, exclusive=true)\n";

Test(check_claims, identities_hold_for_any_numbers)
{
    for (int seed = 1; seed <= 16; seed++) {
        char text[4000];
        snprintf(text, sizeof text, identities, 2 * seed, 2 * seed + 1);
        const wgt_result r = RUN("check", wgt_script(text), "--dtype", seed % 2 ? "f64" : "f32");
        const char *summary = strstr(r.out, "\nclaims: ");
        cr_expect_null(summary, "seed %d: %s", seed, r.out);
        cr_expect(strstr(r.out, "holds"));
    }
}
