/* test_score.c: `make score` counts: what it prints follows from the sources and from logs of runs. */
#include <string.h>

#include "wgshell.h"

TestSuite(score, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const char *row(const char *name)
{
    static char script[400];
    snprintf(script, sizeof script,
             "{ BUILD=\"$in/b\" tools/build/score.sh || true; } 2>&1 | sed -n 's/^ *%s  *//p'", name);
    return wgt_shell(script);
}

Test(score, of_a_build_without_runs_has_no_numbers_of_runs)
{
    wgt_shell("mkdir \"$in/b\"");
    cr_expect_str_eq(row("tests that passed, plain"), "not run here: make test\n");
    cr_expect_str_eq(row("with hostile memory, under sanitizers"),
                     "not run here: make whole KINDS=hostile\n");
    cr_expect(strstr(row("random graphs, run in every way or by differences"), "not run here"));
    cr_expect_str_eq(row("score: a figure"), "is missing; the lines above say what to run\n");
    wgt_shell("! BUILD=\"$in/b\" tools/build/score.sh");
}

Test(score, adds_up_the_logs)
{
    wgt_shell("cd \"$in\" && mkdir -p b/results/plain/x b/results/graphs b/results/hostile/x && cd "
              "b/results/plain/x &&\n"
              "echo '[====] Synthesis: Tested: 8 | Passing: 7 | Failing: 1 | Crashing: 0' >a.log\n"
              "echo '[====] Synthesis: Tested: 5 | Passing: 5 | Failing: 0 | Crashing: 0' >b.log\n"
              "printf '%s\\n' 'exp: elements compared with differences: 30' 'random graphs: 400' "
              "'exp: allocations that failed: 12' >>b.log\n"
              "cp a.log ../../hostile/x; echo 'random graphs: 4000' >../../graphs/g.log\n"
              "printf '#!/bin/sh\\necho found 7\\n' >../../../corpus && chmod +x ../../../corpus");
    cr_expect_str_eq(row("tests that passed, plain"), "12\n");
    cr_expect_str_eq(row("with hostile memory, under sanitizers"), "7\n");
    cr_expect_str_eq(row("elements of their gradients, compared with differences"), "30\n");
    cr_expect_str_eq(row("allocations of theirs that failed, one by one"), "12\n");
    cr_expect_str_eq(row("random graphs, run in every way or by differences"), "4000\n");
    cr_expect_str_eq(row("score:"), "");
    wgt_shell("BUILD=\"$in/b\" tools/build/score.sh");
    wgt_shell(
        "[ $({ BUILD=\"$in/b\" tools/build/score.sh || true; } 2>&1 | sed -n 's/^test programs *//p') = "
        "$(find tests -name 'test_*.c' | wc -l) ]");
}
