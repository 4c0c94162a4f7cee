/* test_command_mistakes.c: wrong inputs to the command. Each is answered by a line that says what is wrong,
 * where, and what to do, with the exit status of its kind; with --json by an object on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "wgcommand.h"

TestSuite(command_mistakes, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* A file of Python, by its name, where a program is expected. */
Test(command_mistakes, a_program_of_another_language)
{
    const char *file = wgt_in_folder("f.py");
    FILE *f = fopen(file, "w");
    cr_assert(f && fputs("import math\n", f) >= 0 && !fclose(f));
    wgt_result r = RUN("check", file);
    cr_expect_eq(r.status, 3);
    cr_expect(strstr(r.err, "f.py:1:8: a program has one file"), "%s", r.err);
    cr_expect(strstr(r.err, "wengert check --run 'python3 ") && strstr(r.err, "f.py' --at POINT"), "%s",
              r.err);
    r = RUN("check", file, "--json");
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "\"hint\":\"a file of Python"), "%s", r.out);
}

/* What a terminal would take for a command of its own. */
static void expect_plain(const char *text)
{
    for (const char *s = text; *s; s += wgx_utf8_length(s) ? wgx_utf8_length(s) : 1)
        cr_expect(wgx_utf8_length(s) && ((unsigned char)*s >= ' ' || *s == '\n' || *s == '\t') &&
                      *s != '\x7f',
                  "byte %02x in: %s", (unsigned char)*s, text);
}

/* Nothing is printed but the message; with --json it is an object. */
static void expect_answer(const char *const argv[], int n, const wgt_result *r)
{
    const char *with_json[64];
    cr_expect_str_empty(r->out, "%s ... %s: %s", argv[1], argv[n - 1], r->out);
    expect_plain(r->err);
    if (!strcmp(argv[n - 1], "-e")) return; /* --json would be its value */
    memcpy(with_json, argv, (size_t)n * sizeof *argv);
    with_json[n] = "--json", with_json[n + 1] = NULL;
    const wgt_result j = wgt_run_command(with_json);
    cr_expect_eq(j.status, r->status, "%s ... %s --json: %d", argv[1], argv[n - 1], j.status);
    wgt_expect_json(j.out);
    cr_expect(strstr(j.out, "\"error\":{\"status\":"), "%s", j.out);
}

Test(command_mistakes, each_has_its_answer) { wgt_run_cases("tests/tools/mistakes.txt", expect_answer); }

/* A warning is one line with its place, whatever the command does. --quiet drops it. */
Test(command_mistakes, a_loss_of_all_pairs_is_warned_of_by_each_command)
{
    static const char text[] = "x = input(m, 2)\ny = input(m)\nz = dense(x, 1)\nJ = mean((z - y)^2)\n",
                      rows[] = "a,b,y\n1,2,3\n4,5,6\n7,8,1\n";
    const char *p = wgt_script(text), *data = wgt_file("d.csv", rows, strlen(rows)),
               *svg = wgt_in_folder("x.svg");
    const char *const calls[][6] = { { "eval" },  { "grad", "--wrt", "x" },
                                     { "check" }, { "draw", "-o", svg },
                                     { "step" },  { "train", "--loss", "J", "--epochs", "2" } };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (int quiet = 0; quiet < 2; quiet++) {
            const char *argv[16] = { "wengert", calls[i][0], p,       "--data",
                                     data,      "--map",     "x=a:b", quiet ? "-q" : "" };
            int n = 7 + quiet;
            for (int k = 1; k < 6 && calls[i][k]; k++) argv[n++] = calls[i][k];
            argv[n] = NULL;
            const wgt_result r = wgt_run_command(argv);
            const char *first = strstr(r.err, "warning: "), *place = strstr(r.err, "p.wg:4:13: ");
            cr_expect_eq(r.status, 0, "%s: %s", calls[i][0], r.err);
            cr_expect_eq(!first, quiet, "%s: %s", calls[i][0], r.err);
            cr_expect(!first || (place && !strstr(first + 1, "warning: ")), "%s: %s", calls[i][0], r.err);
        }
}

/* With standard output closed nothing can be printed, and what is written to files stays clean. */
Test(command_mistakes, a_closed_standard_output_is_an_error)
{
    char script[3000], text[100] = "";
    snprintf(script, sizeof script, "%s eval -e 7 >&- 2>'%s'", wgt_binary(), wgt_in_folder("err"));
    const int status = system(script);
    cr_expect_eq(WEXITSTATUS(status), 6);
    FILE *f = fopen(wgt_in_folder("err"), "r");
    cr_assert(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    cr_expect(strstr(text, "standard output: Bad file descriptor"), "%s", text);
}
