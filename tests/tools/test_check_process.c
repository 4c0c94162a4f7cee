/* test_check_process.c: check --run CMD: programs in sh and awk that answer as they should, and programs that
 * misbehave in each way. Each message says what to do. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_process, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* f = x1^2 + x1 x2, with its gradient. An awk for each line: what awk prints is flushed when it ends. */
#define LINE(numbers) \
    "while read x; do echo \"$x\" | awk '{ printf \"%.17g %.17g %.17g\\n\", " numbers " }'; done"
#define RIGHT LINE("$1*$1 + $1*$2, 2*$1 + $2, $1")

static wgt_result run_at(const char *cmd, const char *at)
{
    return RUN("check", "--run", cmd, "--at", at, "--timeout", "20");
}

static void expect(int status, const char *out, const char *err, const char *cmd)
{
    const wgt_result r = run_at(cmd, "[1.5, -0.5]");
    cr_expect_eq(r.status, status, "%s: status %d: %s%s", cmd, r.status, r.out, r.err);
    if (out) cr_expect(strstr(r.out, out), "%s: no '%s' in %s", cmd, out, r.out);
    if (err) cr_expect(strstr(r.err, err), "%s: no '%s' in %s", cmd, err, r.err);
}

Test(check_process, one_that_answers)
{
    expect(0, "verdict PASS", NULL, RIGHT);
    expect(0, "verdict PASS", NULL, "echo hello >&2; " RIGHT);
    expect(1, "verdict FAIL", NULL, LINE("$1*$1 + $1*$2, 2*$1, $1"));
}

Test(check_process, one_that_does_not_flush)
{
    const wgt_result r =
        RUN("check", "--run", "awk '{ print $1, 1, 0 }'", "--at", "[1, 2]", "--timeout", "1");
    cr_expect_eq(r.status, 3, "%s%s", r.out, r.err);
    cr_expect(strstr(r.err, "no answer within 1 s") && strstr(r.err, "after 0 answers") &&
                  strstr(r.err, "The answer came when the input ended") && strstr(r.err, "fflush"),
              "%s", r.err);
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

Test(check_process, one_that_ends_early)
{
    expect(3, NULL,
           "ended before it answered, with exit status 7, after 1 answer; its last line on standard error: "
           "ZeroDivisionError: division by zero",
           "read x; echo 1 2 3; echo Traceback >&2; echo 'ZeroDivisionError: division by zero' >&2; exit 7");
    expect(3, NULL, "ended before it answered, killed by signal 9, after 0 answers", "kill -9 $$");
    expect(3, NULL, "with exit status 127", "/no/such/program");
    expect(3, NULL, "with exit status 0", "true");
    expect(3, NULL, "with exit status 0", "exec >&-; cat >/dev/null");
}

Test(check_process, answers_that_are_none)
{
    expect(3, NULL, "answer 1 is \"1 2 3 4\"; 3 numbers expected: f and its gradient; it has more",
           "while read x; do echo 1 2 3 4; done");
    expect(3, NULL, "answer 1 is \"2 3 4\"; 3 numbers expected: f and its gradient; it has more",
           "while read x; do echo 1; echo 2 3 4; done");
    expect(3, NULL, "answer 1 is \"\"; 3 numbers expected: f and its gradient; it has 0",
           "while read x; do echo; done");
    expect(3, NULL,
           "answer 1 is \"2\"; 3 numbers expected: f and its gradient; it has 2, and the program ended",
           "read x; echo 1; echo 2");
    expect(3, NULL, "'loss' is no number", "while read x; do echo loss 1 2; done");
    expect(3, NULL, "more than one line behind answer 1: \"debug\"",
           "while read x; do printf '1 2 3\\ndebug\\n'; done");
    expect(3, NULL, "a line without an end", "read x; while :; do printf '1 2 3 '; done");
}

/* On one line or on several, in brackets or not: as Fortran, Python, NumPy, Julia and R print them. */
#define ROWS(format, numbers) \
    "while read x; do echo \"$x\" | awk '{ printf \"" format "\", " numbers " }'; done"
#define NUMBERS(format) ROWS(format, "$1*$1 + $1*$2, 2*$1 + $2, $1")
Test(check_process, answers_on_several_lines)
{
    expect(0, "verdict PASS", NULL, NUMBERS("%.17g\\n%.17g %.17g\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("%.17g\\n%.17g\\n%.17g\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("%.17g %.17g\\n%.17g\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("%.17g\\n\\n%.17g, %.17g\\n\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("(%.17g, [%.17g, %.17g])\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("%.17g\\n[[%.17g]\\n [%.17g]]\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("[1] %.17g\\n[1] %.17g\\n[2] %.17g\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("%.17gD+00\\n %.17gd+00 %.17gD+00\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("(%.17g, [\\n  %.17g,\\n  %.17g\\n])\\n"));
    expect(0, "verdict PASS", NULL, NUMBERS("[\\n%.17g,\\n[%.17g\\n,%.17g]\\n]\\n\\n"));
    expect(3, NULL,
           "answer 1 is \"[]\"; 3 numbers expected: f and its gradient; it has 0, and the program ended",
           "read x; echo []");
    expect(3, NULL, "more than one line behind answer 1: \"debug\"",
           "while read x; do printf '1 2 3\\n]\\ndebug\\n'; done");
}

static void expect_late(const char *message, const char *cmd, const char *seconds)
{
    const wgt_result r = seconds ? RUN("check", "--run", cmd, "--at", "[1, 2]", "--timeout", seconds)
                                 : RUN("check", "--run", cmd, "--at", "[1, 2]");
    cr_expect_eq(r.status, 3, "%s%s", r.out, r.err);
    cr_expect(strstr(r.err, message), "no '%s' in %s", message, r.err);
}

/* A program that prints too few numbers waits for the next point. */
Test(check_process, answers_that_are_not_complete)
{
    const char *two = "while read x; do echo 1 2; done";
    expect_late(
        "answer 1 is \"1 2\"; 3 numbers expected: f and its gradient; it has 2, and no more came within 0.3 "
        "s (--timeout): the program must print them all, on one line or more, and flush",
        two, "0.3");
    expect_late("it has 2, and no more came within 5 s: the program must print them all", two, NULL);
    expect_late(
        "answer 2 is \"1\"; 3 numbers expected: f and its gradient; it has 1, and no more came within 0.5 s",
        "read x; echo 1 2 3; while read x; do echo 1; done", "0.5");
}

Test(check_process, numbers_that_are_none)
{
    expect(5, "f is NaN at the point itself", NULL, "while read x; do echo nan 1 2; done");
    expect(5, "f is infinite at the point itself", NULL, "while read x; do echo inf 1 2; done");
    expect(5, "component 1 of the gradient is NaN", NULL, "while read x; do echo 1 2 nan; done");
}

Test(check_process, a_line_without_numbers_behind_each_answer)
{
    expect(
        0, "verdict PASS", NULL,
        "while read x; do echo \"$x\" | awk '{ printf \"%.17g %.17g %.17g\\n\\n\", $1*$1 + $1*$2, 2*$1 + $2, "
        "$1 }'; done");
    expect(
        0, "verdict PASS", NULL,
        "while read x; do echo \"$x 1\" | awk '{ printf \"%.17g %.17g %.17g\\n\", $1*$1 + $1*$2, 2*$1 + $2, "
        "$1 }'; sleep 0.001; echo; done");
    expect(0, "verdict PASS", NULL,
           "while read x; do echo \"$x 1\" | awk '{ printf \"[%.17g\\n%.17g %.17g\\n\", $1*$1 + $1*$2, 2*$1 "
           "+ $2, "
           "$1 }'; sleep 0.001; echo ']'; done");
}

/* A pipeline of the program whose writer ends by SIGPIPE. */
Test(check_process, pipelines_of_the_program_end)
{
    const wgt_result r = run_at("yes | head -n 1 >/dev/null; " RIGHT, "[1.5, -0.5]");
    cr_expect_eq(r.status, 0, "%s%s", r.out, r.err);
    cr_expect_str_eq(r.err, "");
}

Test(check_process, one_that_closes_its_output)
{
    expect(3, NULL, "the program closed its standard output after 1 answer, and went on",
           "read x; echo 1 2 3; read x; exec >&-; sleep 20");
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
