/* test_check_target.c: what `wengert check` checks: by default, and with --all. */
#include <stdio.h>
#include <string.h>

#include "wgcommand.h"

TestSuite(check_target, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* The kernels of these read triangles or other parts of their matrix. The parts move with it. A is one matrix
 * for two right-hand sides in the last. */
Test(check_target, rules_beside_parts_of_a_matrix_are_right)
{
    static char *const texts[] = { "A = [[2, 1], [1, 3]]; log(det(A))",
                                   "A = [[2, 1], [1, 3]]; b = [1, 2]; sum(solve(A, b)^2)",
                                   "A = [[2, 1], [1, 3]]; b = [[[1], [2]], [[3], [5]]]; sum(solve(A, b)^2)" };
    for (int i = 0; i < 3; i++) EXPECT(0, NULL, NULL, "check", "-e", texts[i]);
}

static void expect_target(const char *program, const char *name)
{
    char head[80];
    const wgt_result r = RUN("check", "-e", program);
    snprintf(head, sizeof head, "gradcheck %s  ", name);
    cr_expect(r.status == 0 && strstr(r.out, head), "%s: %s%s", head, r.out, r.err);
}

/* An accuracy is a scalar without a derivative. */
Test(check_target, the_last_scalar_with_a_derivative)
{
    expect_target("x = [1, 2]; L = sum(x^3); accuracy = mean((x > 1.5) == [0, 1])", "L");
    expect_target("x = [1, 2]; L = sum(x^3); best = mean(argmax(x) == 1)", "L");
    expect_target("x = [1, 2]; L = sum(x^3); penalty = L + sum(x^2)", "penalty");
    expect_target("x = [1, 2]; L = sum(x^3); p = softmax(x)", "L");
    expect_target("x = [1, 2]; sum(x^3)", "x = [1, 2]; sum(x^3)");
}

Test(check_target, what_the_claims_differentiate)
{
    expect_target("x = 3; L = x^2; M = x^3; check grad(L, x) == 6", "L");
    expect_target("x = 3; L = x^2; M = L * x; N = x; check grad(L, x) == 6; check grad(M, x) == 27", "M");
    expect_target("x = 3; L = x^2; M = x^3; check grad(grad(L, x), x) == 2", "L");
}
