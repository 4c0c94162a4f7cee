/* test_score.c: `make score` counts and compares: what it prints follows from the sources and from logs of
 * runs. tests/score: where mistakes are made. */
#include <string.h>

#include "wgshell.h"

TestSuite(score, .init = wgt_make_folder, .fini = wgt_remove_folder);

#define SCORE "BUILD=\"$in/b\" SCORE=\"$in/kept\" tools/build/score.sh"

static const char *row(const char *name)
{
    static char script[400];
    snprintf(script, sizeof script, "{ " SCORE " || true; } 2>&1 | sed -n 's/^ *%s  *//p'", name);
    return wgt_shell(script);
}

Test(score, of_a_build_without_runs_has_no_numbers_of_runs)
{
    wgt_shell("mkdir \"$in/b\"");
    cr_expect_str_eq(row("tests that passed, plain"), "not run here: make test\n");
    cr_expect_str_eq(row("with hostile memory, under sanitizers"),
                     "not run here: make whole KINDS=hostile\n");
    cr_expect(strstr(row("random graphs, run in every way or by differences"), "not run here"));
    cr_expect_str_eq(row("branches taken and lines run, in percent"),
                     "not run here: make score RUN=branches\n");
    cr_expect_str_eq(row("score: a figure"), "is missing; the lines above say what to run\n");
    wgt_shell("! " SCORE);
    wgt_shell("! RUN=all " SCORE " 2>/dev/null");
}

/* Logs of which each figure is known. */
static const char logs[] =
    "cd \"$in\" && mkdir -p b/results/plain/x b/results/graphs b/results/hostile/x b/score && cd "
    "b/results/plain/x &&\n"
    "echo '[====] Synthesis: Tested: 8 | Passing: 7 | Failing: 1 | Crashing: 0' >a.log\n"
    "echo '[====] Synthesis: Tested: 5 | Passing: 5 | Failing: 0 | Crashing: 0' >b.log\n"
    "printf '%s\\n' 'exp: elements compared with differences: 30' 'random graphs: 400' "
    "'allocations that failed: 12' 'inputs of fuzzers: 501' 'writes that failed: 2' >>b.log\n"
    "cp a.log ../../hostile/x; echo 'random graphs: 4000' >../../graphs/g.log\n"
    "printf '25 mistakes of seed 1, ops\\t19 23 of 25, 1 live\\n' >../../../score/mutants.txt\n"
    "printf '#!/bin/sh\\necho found 7\\n' >../../../corpus && chmod +x ../../../corpus";

Test(score, adds_up_the_logs)
{
    wgt_shell(logs);
    cr_expect_str_eq(row("tests that passed, plain"), "12\n");
    cr_expect_str_eq(row("with hostile memory, under sanitizers"), "7\n");
    cr_expect_str_eq(row("elements of their gradients, compared with differences"), "30\n");
    cr_expect_str_eq(row("allocations that failed, one by one"), "12\n");
    cr_expect_str_eq(row("inputs of the fuzzers that were tried"), "501\n");
    cr_expect_str_eq(row("random graphs, run in every way or by differences"), "4000\n");
    cr_expect_str_eq(row("25 mistakes of seed 1, ops"), "19 23 of 25, 1 live\n");
    cr_expect_str_eq(row("score:"), "");
    wgt_shell(SCORE);
    wgt_shell("[ $({ " SCORE " || true; } 2>&1 | sed -n 's/^test programs *//p') = "
              "$(find tests -name 'test_*.c' | wc -l) ]");
}

Test(score, names_a_figure_that_has_fallen)
{
    wgt_shell(logs);
    wgt_shell("printf 'measured elsewhere\\t5\\n' >\"$in/kept\" && KEEP=1 " SCORE);
    cr_expect_str_eq(wgt_shell("grep -E ', ops\t|elsewhere' \"$in/kept\""),
                     "25 mistakes of seed 1, ops\t19 23 of 25, 1 live\nmeasured elsewhere\t5\n");
    wgt_shell("sed -i 's/: 501/: 502/' \"$in\"/b/results/plain/x/b.log");
    wgt_shell(SCORE);
    wgt_shell("sed -i 's/19 23/20 22/' \"$in/b/score/mutants.txt\"");
    cr_expect_str_eq(row("fallen:"),
                     "25 mistakes of seed 1, ops: 19 23 of 25, 1 live; now 20 22 of 25, 1 live\n");
    wgt_shell("! " SCORE);
    wgt_shell("KEEP=1 " SCORE " && " SCORE);
}

/* Operators, conditions and statements of a small file; its constants. */
Test(score, makes_mistakes_at_places_that_can_be_read)
{
    wgt_needs("python3");
    wgt_shell(
        "printf '%s\\n' 'static const double BAR = 1e-3;' 'enum { FEW = 4 };' 'int f(int a)' '{' "
        "'    if (a < FEW && 0.25 > BAR) return 1;' '    a += 2;' '    return a * a;' '}' >\"$in/a.c\"");
    cr_expect_str_eq(
        wgt_shell("cd tests/score && python3 -B -c 'import sys, sites\n"
                  "for s in sites.sites_of(sys.argv[1]): print(s.kind, s.wrong, sep=\": \")\n"
                  "for m in sites.thresholds_of(sys.argv[1:], []): print(m[0].wrong)' \"$in/a.c\""),
        "4 is (4 + 1): (4 + 1)\nnegated: !(a < FEW && 0.25 > BAR)\n< is <=: a <= FEW && 0.25 > BAR\n"
        "&& is ||: a < FEW || 0.25 > BAR\n0.25 is (0.25 + 1): (0.25 + 1)\n> is >=: a < FEW && 0.25 >= BAR\n"
        "1 is 0: 0\ndeleted: \nassign: a -= 2;\n2 is (2 + 1): (2 + 1)\n* is /: a / a\n"
        "10 * FEW\nFEW / 10\n10 * 0.25\n0.25 / 10\n10 * BAR\nBAR / 10\n");
    wgt_shell("cd tests/score && python3 -B -c 'import sys, sites; f = sys.argv[1]\n"
              "print(sites.mutated(f, list(enumerate(sites.sites_of(f)))))' \"$in/a.c\" >\"$in/b.c\" &&"
              "[ $(grep -o wgm \"$in/b.c\" | wc -l) = 11 ] && cc -Dwgm= -fsyntax-only \"$in/b.c\"");
    wgt_shell_or_skip("need git; RUN=mutants CHANGED=none " SCORE " 2>/dev/null; [ $? = 2 ]");
}
