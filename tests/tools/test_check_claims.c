/* test_check_claims.c: claims of programs, `check LEFT == RIGHT`. A claim that is true in mathematics holds,
 * however ill-conditioned its sides are; a wrong one fails, at any magnitude, beside any other element. And
 * gradients from elsewhere (--grad), and what is checked by default. The numbers are chosen by hand. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_claims, .init = wgt_make_folder, .fini = wgt_remove_folder);

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

Test(check_claims, cases_of_a_file) { wgt_run_cases("tests/tools/claims.txt", NULL); }

Test(check_claims, as_many_gradients_as_are_given)
{
    const char *argv[200] = { "wengert", "check", "-e", "L = sum(x^3)", "--set", "x=[1,2]" };
    for (int i = 0; i < 70; i++)
        argv[6 + 2 * i] = "--grad", argv[7 + 2 * i] = i < 69 ? "x=[3,12]" : "x=[3,13]";
    const wgt_result r = wgt_run_command(argv);
    cr_expect_eq(r.status, 1, "%s%s", r.out, r.err);
}

Test(check_claims, given_gradients_of_a_file) { wgt_run_cases("tests/tools/given.txt", NULL); }
