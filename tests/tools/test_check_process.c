/* test_check_process.c: check --run CMD: programs in sh and awk that answer as they should, and programs that
 * misbehave in each way. Each message says what to do. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_process, .init = wgt_make_folder, .fini = wgt_remove_folder);

static wgt_result run_at(const char *cmd, const char *at)
{
    return RUN("check", "--run", cmd, "--at", at, "--timeout", "20");
}

Test(check_process, one_that_computes_for_ever_is_killed_with_its_children)
{
    const char *mark = wgt_in_folder("alive");
    char cmd[600];
    snprintf(cmd, sizeof cmd, "read x; (sleep 3; touch %s) & while :; do sleep 1; done", mark);
    const wgt_result r = RUN("check", "--run", cmd, "--at", "[1, 2]", "--timeout", "0.5");
    cr_expect_eq(r.status, 3);
    cr_expect(strstr(r.err, "no answer within 0.5 s") && strstr(r.err, "The program has read the point"),
              "%s", r.err);
    RUN("check", "--run", "sleep 4", "--at", "1", "--timeout", "4");
    cr_expect_eq(wgt_files(), 0, "a child of the program goes on");
}

Test(check_process, what_it_leaves_behind_is_killed)
{
    char cmd[600];
    snprintf(cmd, sizeof cmd, "(sleep 2; touch %s) >/dev/null 2>&1 & read x; exit 7", wgt_in_folder("alive"));
    cr_expect_eq(run_at(cmd, "1").status, 3);
    RUN("check", "--run", "sleep 3", "--at", "1", "--timeout", "3");
    cr_expect_eq(wgt_files(), 0, "a child of the program goes on");
}

/* The point is larger than the pipe, so the line comes while a part of it is not sent. */
Test(check_process, a_line_before_the_point_is_read)
{
    char at[300];
    const char *path = wgt_in_folder("x.npy");
    EXPECT(0, "", NULL, "eval", "-e", "ones(20000) / 3", "-o", path);
    snprintf(at, sizeof at, "@%s", path);
    const wgt_result r = run_at("head -c 10 >/dev/null; echo hello; sleep 3", at);
    cr_expect_eq(r.status, 3);
    cr_expect(strstr(r.err, "a line before the point was read: \"hello\""), "%s", r.err);
}

Test(check_process, cases_of_a_file) { wgt_run_cases("tests/tools/process.txt", NULL); }
