/* test_check_process.c: check --run CMD: programs in sh and awk that answer as they should, and programs that
 * misbehave in each way. Each message says what to do. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_process, .init = wgt_make_folder, .fini = wgt_remove_folder);

static wgt_result run_at(const char *cmd, const char *at)
{
    return RUN("check", "--run", cmd, "--at", at, "--timeout", "1000");
}

/* It ends when its child runs. */
Test(check_process, what_it_leaves_behind_is_killed)
{
    char cmd[1200];
    const char *begun = wgt_in_folder("begun");
    snprintf(cmd, sizeof cmd,
             "(echo here; : >'%s'; exec sleep 1000000) >'%s' 2>&1 & until [ -e '%s' ]; do :; done; exit 7",
             begun, wgt_watched(), begun);
    cr_expect_eq(run_at(cmd, "1").status, 3);
    wgt_expect_ended();
}

/* The point is larger than the pipe, so the line comes while a part of it is not sent. */
Test(check_process, a_line_before_the_point_is_read)
{
    char at[300];
    const char *path = wgt_in_folder("x.npy");
    EXPECT(0, "", NULL, "eval", "-e", "ones(20000) / 3", "-o", path);
    snprintf(at, sizeof at, "@%s", path);
    const wgt_result r = run_at("head -c 10 >/dev/null; echo hello; sleep 1000000", at);
    cr_expect_eq(r.status, 3);
    cr_expect(strstr(r.err, "a line before the point was read: \"hello\""), "%s", r.err);
}

Test(check_process, cases_of_a_file) { wgt_run_cases("tests/tools/process.txt", NULL); }
