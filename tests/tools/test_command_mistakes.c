/* test_command_mistakes.c: wrong inputs to the command. Each is answered by a line that says what is wrong,
 * where, and what to do, with the exit status of its kind; with --json by an object on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "wgcommand.h"

TestSuite(command_mistakes, .init = wgt_make_folder, .fini = wgt_remove_folder);

enum { WORDS = 10 };

typedef struct mistake {
    const char *word[WORDS]; /* "P": the file p.wg with the text, "D": the folder */
    const char *text;        /* of p.wg */
    int status;
    const char *says[2]; /* parts of the message */
} mistake;

static const mistake commands[] = {
    { { "evla", "-e", "1" }, NULL, 2, { "no command 'evla'", "did you mean 'eval'" } },
    { { "frobnicate" }, NULL, 2, { "no command 'frobnicate'", "'wengert help' lists them" } },
    { { "P" }, "x = 1", 2, { "no command: say what to do", "wengert check" } },
    { { "help", "chek" }, NULL, 2, { "no topic 'chek'", "did you mean 'check'" } },
    { { "help", "langage" }, NULL, 2, { "no topic 'langage'", "did you mean 'language'" } },
    { { "ops", "sofmax" }, NULL, 2, { "no op 'sofmax'", "did you mean 'softmax'" } },
    { { "ops", "gard" }, NULL, 2, { "no op 'gard'", "did you mean 'grad'" } },
    { { "ops", "ln" }, NULL, 2, { "no op 'ln'", "log(x)" } },
    { { "version", "now" }, NULL, 2, { "takes no 'now'", "usage: wengert version" } },
    { { "train", "P" }, "x = 1", 4, { "train is not part of this version", NULL } },
};

static const mistake flags[] = {
    { { "eval" }, NULL, 2, { "no program given", "usage: wengert eval" } },
    { { "eval", "a.wg", "b.wg" }, NULL, 2, { "one file at a time", "usage" } },
    { { "eval", "P", "-e", "1" }, "x = 1", 2, { "a file or -e, not both", NULL } },
    { { "eval", "-e" }, NULL, 2, { "'-e' needs a value", NULL } },
    { { "eval", "-e", "1", "--pint", "x" }, NULL, 2, { "no flag '--pint'", "did you mean '--print'" } },
    { { "eval", "-e", "1", "-json" }, NULL, 2, { "no flag '-json'", "two dashes: --json" } },
    { { "eval", "-e", "1", "--quiet=2" }, NULL, 2, { "'--quiet' takes no value", NULL } },
    { { "eval", "-e", "1", "--seed", "1", "--seed", "2" },
      NULL,
      2,
      { "--seed is given twice, 1 and 2", "once" } },
    { { "eval", "-e", "1", "--seed", "99999999999999999999" }, NULL, 2, { "--seed 9999", "64 bits" } },
    { { "eval", "-e", "1", "--digits", "0" }, NULL, 2, { "--digits 0: not a whole number from 1 on", NULL } },
    { { "eval", "-e", "1", "--digits", "40" }, NULL, 2, { "--digits 40: 1 to 17", NULL } },
    { { "eval", "-e", "1", "--dtype", "f16" }, NULL, 2, { "--dtype f16: no such choice", "f32 or f64" } },
    { { "eval", "-e", "x", "--set", "x" }, NULL, 2, { "--set x", "NAME=VALUE was expected" } },
    { { "eval", "-e", "x", "--set", "x=[1,2" }, NULL, 2, { "--set x:1:1", "never closed" } },
    { { "eval", "-e", "sum(weights)", "--set", "wieghts=1" }, NULL, 2, { "no name 'wieghts'", "'weights'" } },
    { { "eval", "-e", "w = 1; z = w + 1", "--set", "z=1" }, NULL, 2, { "z is computed at -e:1", "inputs" } },
    { { "eval", "-e", "loss = 1", "--print", "los" }, NULL, 2, { "--print: no name 'los'", "'loss'" } },
    { { "eval", "-e", "1", "-o", "v.txt" }, NULL, 2, { "-o v.txt", ".npy" } },
    { { "eval", "-e", "1", "--rows", "3" }, NULL, 2, { "--rows without --data", NULL } },
    { { "eval", "-e", "x", "--data", "didgits" },
      NULL,
      2,
      { "--data didgits: no such data", "digits, flower:N" } },
    { { "grad", "-e", "x = 2; x^2", "--wrt", "y" }, NULL, 2, { "--wrt: no name 'y'", NULL } },
    { { "grad", "-e", "x = [1, 2]; sum(x)", "--order", "2" }, NULL, 2, { "one scalar name", "--wrt x" } },
    { { "check", "--op", "tahn" }, NULL, 2, { "--op tahn: no such op", "did you mean 'tanh'" } },
    { { "check", "-e", "x^2", "--at", "1" }, NULL, 2, { "--at: only with --run CMD", NULL } },
};

static const mistake programs[] = {
    { { "eval", "P" },
      "bias = 1\ny = 2 * bais\n",
      3,
      { "p.wg:2:9: no name 'bais'", "did you mean 'bias' (line 1)" } },
    { { "eval", "P" }, "y = 2 * q\n", 3, { "p.wg:1:9: no name 'q'", "q = input(m, 3)" } },
    { { "eval", "-e", "bias = 1; x * bais" }, NULL, 3, { "-e:1:15: no name 'bais'", "did you mean 'bias'" } },
    { { "eval", "-e", "e^2" }, NULL, 3, { "-e:1:1: no name 'e'", "exp(x)" } },
    { { "eval", "-e", "x = [1, 2]; x^T" }, NULL, 3, { "-e:1:15: no name 'T'", "x.T" } },
    { { "eval", "-e", "ln(2)" }, NULL, 3, { "-e:1:1: no op 'ln'", "log(x)" } },
    { { "eval", "-e", "min(2, 3)" }, NULL, 3, { "-e:1:8: min takes 1 operand", "minimum(a, b)" } },
    { { "eval", "-e", "2 \xe2\x88\x92 1" }, NULL, 3, { "-e:1:3: '\xe2\x88\x92'", "write -" } },
    { { "eval", "-e",
        "2\xc3\x97"
        "3" },
      NULL,
      3,
      { "-e:1:2: '\xc3\x97'", "write *" } },
    { { "eval", "-e", "x = 3; x\xc2\xb2" }, NULL, 3, { "-e:1:9: '\xc2\xb2'", "write ^2" } },
    { { "eval", "-e", "\xcf\x83(1)" }, NULL, 3, { "-e:1:1: '\xcf\x83'", "sigmoid(x)" } },
    { { "eval", "-e", "\xff" }, NULL, 3, { "-e:1:1: byte 0xff", "UTF-8" } },
    { { "eval", "-e", "2x" }, NULL, 3, { "-e:1:2: a number beside a name", "a product is written with *" } },
    { { "eval", "-e", "sofmax([1])" }, NULL, 3, { "-e:1:1: no op 'sofmax'", "did you mean 'softmax'" } },
    { { "eval", "-e", "sum([1], 0)" },
      NULL,
      3,
      { "-e:1:10: sum takes 1 operand", "options are named: axis" } },
    { { "eval", "-e", "dropout([1], 0.8)" }, NULL, 3, { "-e:1:14: dropout takes 1", "keep_prob" } },
    { { "eval", "-e", "zeros(5, 4) @ zeros(3, 2)" }, NULL, 3, { "-e:1:13: matmul", "[5,4]" } },
    { { "eval", "P" }, "", 3, { "p.wg: the program has no value", "write an expression" } },
    { { "grad", "-e", "3" }, NULL, 3, { "the value depends on no input", "x = 3" } },
    { { "eval", "-e", "(1" }, NULL, 3, { "-e:1:1: this bracket is never closed", NULL } },
    { { "eval", "P" }, "x = 1\nx = 2\n", 3, { "p.wg:2:1: 'x' is bound already, in line 1", "one value" } },
    { { "eval", "P" }, "f(x) = x^2\n", 4, { "p.wg:1:1: functions", "not part of this version" } },
    { { "eval", "/nonexistent.wg" }, NULL, 3, { "/nonexistent.wg: cannot be read", "No such file" } },
    { { "eval", "D" }, NULL, 3, { "cannot be read", "Is a directory" } },
    { { "eval", "-e", "@/nonexistent.wg" }, NULL, 3, { "/nonexistent.wg: cannot be read", "No such file" } },
    { { "eval", "-e", "x", "--load", "/nonexistent.safetensors" },
      NULL,
      3,
      { "/nonexistent.safetensors", "No such" } },
    { { "eval", "-e", "x", "--set", "x=@/nonexistent.npy" },
      NULL,
      3,
      { "/nonexistent.npy", "No such file" } },
    { { "grad", "-e", "x = [1, 2]; x * 2" }, NULL, 3, { "grad: ", "sum or mean" } },
    { { "eval", "-e", "1", "-o", "/nonexistent/v.npy" }, NULL, 6, { "/nonexistent/v.npy", "No such file" } },
};

/* Fills argv. Returns how many words there are. */
static int words_of(const mistake *m, const char *argv[WORDS + 3])
{
    static char file[1000];
    int n = 0;
    if (m->text) snprintf(file, sizeof file, "%s", wgt_script(m->text));
    argv[n++] = "wengert";
    for (int i = 0; i < WORDS && m->word[i]; i++)
        argv[n++] = !strcmp(m->word[i], "P") ? file : !strcmp(m->word[i], "D") ? wgt_folder() : m->word[i];
    argv[n] = NULL;
    return n;
}

static void expect_answer(const mistake *m)
{
    const char *argv[WORDS + 3], *last = NULL;
    const int n = words_of(m, argv);
    wgt_result r = wgt_run_command(argv);
    for (int i = 1; i < n; i++) last = argv[i];
    cr_expect_eq(r.status, m->status, "%s ... %s: status %d, not %d: %s", argv[1], last, r.status, m->status,
                 r.err);
    cr_expect_str_empty(r.out, "%s ... %s: %s", argv[1], last, r.out);
    for (int i = 0; i < 2 && m->says[i]; i++)
        cr_expect(strstr(r.err, m->says[i]), "%s ... %s: '%s' is not in: %s", argv[1], last, m->says[i],
                  r.err);
    if (!strcmp(last, "-e")) return; /* --json would be its value */
    argv[n] = "--json", argv[n + 1] = NULL;
    r = wgt_run_command(argv);
    cr_expect_eq(r.status, m->status, "%s ... %s --json: %d", argv[1], last, r.status);
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "\"error\":{\"status\":"), "%s", r.out);
}

Test(command_mistakes, in_commands)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) expect_answer(&commands[i]);
}

Test(command_mistakes, in_flags)
{
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) expect_answer(&flags[i]);
}

Test(command_mistakes, in_programs_and_files)
{
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) expect_answer(&programs[i]);
}

/* A name that was given a value is no mistake, even in a file; names that differ in digits alone are none. */
Test(command_mistakes, what_is_none)
{
    EXPECT(0, "6\n", NULL, "eval", wgt_script("2 * q"), "--set", "q=3");
    EXPECT(0, "6\n", NULL, "eval", "-e", "bias = 1; 2 * bais", "--set", "bais=3");
    EXPECT(0, NULL, "w2 drawn at random", "eval", "-e", "w1 = 1; w1 * w2");
    EXPECT(0, "9\n", NULL, "eval", "-e", "e^2", "--set", "e=3");
}

Test(command_mistakes, the_caret_stands_below_its_character)
{
    EXPECT(3, "", "\n  y = \xc3\xa4 * 3\n      ^\n", "eval", "-e", "y = \xc3\xa4 * 3");
}

/* With standard output closed nothing can be printed, and what is written to files stays clean. */
Test(command_mistakes, a_closed_standard_output_is_an_error)
{
    char script[3000], text[100] = "";
    const char *binary = getenv("WENGERT_BIN"), *build = getenv("WG_BUILD");
    snprintf(script, sizeof script, "%s%s eval -e 7 >&- 2>'%s'",
             binary  ? binary
             : build ? build
                     : "build",
             binary ? "" : "/wengert", wgt_in_folder("err"));
    const int status = system(script);
    cr_expect_eq(WEXITSTATUS(status), 6);
    FILE *f = fopen(wgt_in_folder("err"), "r");
    cr_assert(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    cr_expect(strstr(text, "standard output: Bad file descriptor"), "%s", text);
}
