/* test_lessons.c: `wengert lesson`: reading, claims, exercises; and that the claims of all lessons hold. */
#include "wgcommand.h"
#include "wgshell.h"

TestSuite(lessons, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(lessons, cases_of_a_file) { wgt_run_cases("tests/tools/lessons.txt", NULL); }

Test(lessons, all_claims_hold)
{
    const char *said = wgt_shell("\"$build/wengert\" lesson --all || echo status $?");
    cr_expect(!strstr(said, "✗") && !strstr(said, "status") && strstr(said, " lessons, "), "%s", said);
}
