/* test_check_waits.c: check --run CMD: programs that do not answer in time. These tests use little of the
 * processor, but they wait. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_waits, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(check_waits, one_that_computes_for_ever_is_killed_with_its_children)
{
    char cmd[600];
    snprintf(cmd, sizeof cmd,
             "read x; (echo here; exec sleep 1000000) >'%s' 2>&1 & while :; do sleep 1; done", wgt_watched());
    const wgt_result r = RUN("check", "--run", cmd, "--at", "[1, 2]", "--timeout", "10");
    cr_expect_eq(r.status, 3);
    cr_expect(strstr(r.err, "no answer within 10 s") && strstr(r.err, "The program has read the point"), "%s",
              r.err);
    wgt_expect_ended();
}

Test(check_waits, cases_of_a_file) { wgt_run_cases("tests/tools/waits.txt", NULL); }
