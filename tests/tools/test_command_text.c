/* test_command_text.c: what the command prints: numbers, tables in a terminal and in a pipe, notes; and where
 * it reads programs from. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wgcommand.h"
#include "wgshell.h"

TestSuite(command_text, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- numbers ---- */

static int count(const char *text, char ch)
{
    int n = 0;
    for (; *text; text++) n += *text == ch;
    return n;
}

Test(command_text, a_pipe_gets_every_element)
{
    wgt_result r = RUN("eval", "-e", "arange(5000)");
    cr_expect_eq(count(r.out, ' '), 4999);
    cr_expect_not(strstr(r.out, "..."));
    r = RUN("eval", "-e", "zeros(60, 40)");
    cr_expect_eq(count(r.out, '\n'), 60);
    cr_expect_eq(count(r.out, '0'), 2400);
}

/* What eval, grad, step, draw, check, train and lesson print, against JSON and Python. */
Test(command_text, numbers_are_those_of_json)
{
    wgt_needs("python3");
    fprintf(
        stderr, "%s",
        wgt_shell("python3 -B tests/tools/read_texts.py \"$build/wengert\" --programs ${WG_TEXTS:-8} "
                  "--lessons ${WG_TEXTS:-4} --seed ${WG_SEED:-1} lessons/exploding.md lessons/softmax.md"));
}

/* ---- in a terminal ---- */

/* What the command shows in a terminal of so many columns. */
static const char *shown(int columns, const char *const words[])
{
    static char text[1 << 16];
    const int terminal = wgt_open_terminal();
    const int side = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    cr_assert_eq(
        ioctl(side, TIOCSWINSZ, &(struct winsize){ .ws_col = (unsigned short)columns, .ws_row = 40 }), 0);
    const pid_t child = fork();
    if (!child) {
        unsetenv("COLUMNS");
        dup2(side, 1);
        close(side), close(terminal);
        execv(wgt_binary(), (char *const *)(uintptr_t)words);
        _exit(127);
    }
    close(side);
    size_t n = 0;
    ssize_t got;
    while (n < sizeof text - 1 && (got = read(terminal, text + n, sizeof text - 1 - n)) > 0) n += (size_t)got;
    text[n] = 0;
    int status = -1;
    waitpid(child, &status, 0);
    close(terminal);
    cr_expect_eq(status, 0);
    return text;
}
#define SHOWN(columns, ...) shown(columns, (const char *const[]){ "wengert", __VA_ARGS__, NULL })

Test(command_text, a_terminal_gets_what_fits)
{
    cr_expect_str_eq(SHOWN(40, "eval", "-e", "arange(100, 200)"),
                     "100 101 102 103 104 105 106 107 ... 199\r\n(cut to this terminal: a pipe gets all 100 "
                     "elements)\r\n");
    cr_expect_str_eq(SHOWN(40, "eval", "-e", "arange(100, 110)"),
                     "100 101 102 103 104 105 106 107 108 109\r\n");
    const char *text = SHOWN(60, "eval", "-e", "zeros(60, 80) + 1/3");
    cr_expect_eq(count(text, '\n'), 22, "%s", text); /* 19 rows, ..., the last, and the note */
    cr_expect_leq(wgt_widest(text), 60, "%s", text);
}

Test(command_text, help_is_as_wide_as_the_terminal)
{
    static const int widths[] = { 60, 80, 100 };
    static const char *const topics[] = { "eval", "check", "draw", "language" };
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 4; k++) {
            const char *text = SHOWN(widths[i], "help", topics[k]), *end = strstr(text, "examples:");
            cr_expect(!end || wgt_widest(end) > 0);
            if (end) *strstr((char *)(uintptr_t)text, "examples:") = 0; /* shells take no broken lines */
            text = strchr(text, '\n') + 1;                              /* behind the usage */
            cr_expect_leq(wgt_widest(text), widths[i], "help %s: %s", topics[k], text);
        }
}

Test(command_text, no_escapes_in_tables)
{
    cr_expect_not(strchr(SHOWN(80, "ops"), 27));
    cr_expect_not(strchr(SHOWN(80, "doctor"), 27));
}

/* ---- what help and ops know ---- */

Test(command_text, ops_know_the_calls_of_the_language)
{
    static char *const names[] = { "grad", "input", "param", "dense", "permute", "l2" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        wgt_result r = RUN("ops", names[i]);
        cr_expect_eq(r.status, 0, "%s", r.err);
        cr_expect(strstr(r.out, "call of the language") && strstr(r.out, names[i]), "%s", r.out);
        r = RUN("ops", names[i], "--json");
        wgt_expect_json(r.out);
        r = RUN("help", names[i]);
        cr_expect_eq(r.status, 0, "%s", r.err);
    }
}

/* Each call has its row in the pages of the language, too. */
Test(command_text, help_language_has_every_call)
{
    static char page[1 << 16];
    wgt_result r = RUN("help", "language");
    FILE *f = popen("cat docs/language.md docs/language/*.md", "r");
    cr_assert(f);
    page[fread(page, 1, sizeof page - 1, f)] = 0;
    pclose(f);
    for (int i = 0; i < wgx_builtin_count(); i++) {
        char call[80], row[80];
        snprintf(call, sizeof call, "%s(", wgx_builtin_at(i).name);
        snprintf(row, sizeof row, "`%s", wgx_builtin_at(i).name);
        cr_expect(strstr(r.out, call), "%s", call);
        cr_expect(strstr(page, row), "%s is not in docs/language.md, docs/language/", row);
    }
}

/* The example of the page is a program that holds. */
Test(command_text, the_example_of_the_language_holds)
{
    wgt_result r = RUN("help", "language");
    char *end = strstr(r.out, "\n\n");
    cr_assert(end);
    *end = 0;
    EXPECT(0, NULL, NULL, "check", wgt_script(r.out));
}

/* ---- notes, and where programs come from ---- */

Test(command_text, programs_are_joined_or_read)
{
    char at[1100];
    snprintf(at, sizeof at, "@%s", wgt_script("w = 2\nw * 3\n"));
    EXPECT(0, "6\n", NULL, "eval", "-e", at);
    EXPECT(2, "", "give no other -e", "eval", "-e", at, "-e", "1");
    EXPECT(3, "", "UTF-16", "eval", wgt_file("p.wg", "\xFF\xFEw\0=\0", 6));
}

/* ---- doctor ---- */

Test(command_text, doctor_says_what_a_bug_report_needs)
{
    static const char *const keys[] = { "wengert: ", "compiler: ",     "libc: ",      "processor: ",
                                        "kernels: ", "threads: ",      "blas: ",      "commit: ",
                                        "dot: ",     "rsvg-convert: ", "environment:" };
    setenv("OPENBLAS_CORETYPE", "Haswell", 1);
    wgt_result r = RUN("doctor");
    cr_expect_eq(r.status, 0);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        cr_expect(strstr(r.out, keys[i]), "%s: %s", keys[i], r.out);
    cr_expect(strstr(r.out, "OPENBLAS_CORETYPE=Haswell"), "%s", r.out);
    r = RUN("doctor", "--json");
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "\"environment\":\"") && strstr(r.out, "\"commit\":\""), "%s", r.out);
}

Test(command_text, cases_of_a_file) { wgt_run_cases("tests/tools/text.txt", NULL); }
