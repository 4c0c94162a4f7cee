/* test_check_target.c: what `wengert check` checks: by default, and with --all. */
#include <stdio.h>
#include <string.h>

#include "wgcommand.h"

TestSuite(check_target, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(check_target, all_ops_pass, .timeout = 600)
{
    const wgt_result r = RUN("check", "--all");
    cr_expect_eq(r.status, 0, "%s%s", r.out, r.err);
    cr_expect(strstr(r.out, "lu_det") && strstr(r.out, "softmax"), "%s", r.out);
}

/* The kernels of these read triangles or other parts of their matrix. The parts move with it. A is one matrix
 * for two right-hand sides in the last. */
Test(check_target, rules_beside_parts_of_a_matrix_are_right)
{
    static char *const texts[] = { "A = [[2, 1], [1, 3]]; log(det(A))",
                                   "A = [[2, 1], [1, 3]]; b = [1, 2]; sum(solve(A, b)^2)",
                                   "A = [[2, 1], [1, 3]]; b = [[[1], [2]], [[3], [5]]]; sum(solve(A, b)^2)" };
    for (int i = 0; i < 3; i++) EXPECT(0, NULL, NULL, "check", "-e", texts[i]);
}
