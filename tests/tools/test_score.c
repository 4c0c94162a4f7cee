/* test_score.c: `make score` counts: what it prints follows from the sources and from logs of runs. */
#include <string.h>

#include "wgshell.h"

TestSuite(score, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const char *row(const char *name)
{
    static char script[400];
    snprintf(script, sizeof script, "BUILD=\"$in/b\" tools/score.sh | sed -n 's/^ *%s  *//p'", name);
    return wgt_shell(script);
}

Test(score, of_a_build_without_runs_has_no_numbers_of_runs)
{
    wgt_shell("mkdir \"$in/b\"");
    cr_expect_str_eq(row("tests that passed, plain"), "not run here: make test\n");
    cr_expect_str_eq(row("with hostile memory"), "not run here: make hostile\n");
    cr_expect(strstr(row("random graphs, run in every way or by differences"), "not run here"));
}

Test(score, adds_up_the_logs)
{
    wgt_shell("mkdir -p \"$in/b/tests/x\" \"$in/b/hostile/tests\" && cd \"$in/b/tests/x\" &&\n"
              "echo '[====] Synthesis: Tested: 8 | Passing: 7 | Failing: 1 | Crashing: 0' >a.log\n"
              "echo '[====] Synthesis: Tested: 5 | Passing: 5 | Failing: 0 | Crashing: 0' >b.log\n"
              "printf '%s\\n' 'exp: elements compared with differences: 30' 'random graphs: 400' "
              "'random graphs: 10' 'exp: allocations that failed: 12' >>b.log\n"
              "cp a.log ../../hostile/tests");
    cr_expect_str_eq(row("tests that passed, plain"), "12\n");
    cr_expect_str_eq(row("with hostile memory"), "7\n");
    cr_expect_str_eq(row("elements of their gradients, compared with differences"), "30\n");
    cr_expect_str_eq(row("allocations of theirs that failed, one by one"), "12\n");
    cr_expect_str_eq(row("random graphs, run in every way or by differences"), "410\n");
    wgt_shell("[ $(BUILD=\"$in/b\" tools/score.sh | sed -n 's/^test programs *//p') = "
              "$(find tests -name 'test_*.c' | wc -l) ]");
}
