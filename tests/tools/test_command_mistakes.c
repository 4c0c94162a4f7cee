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
    { { "lesson" }, NULL, 4, { "lesson is not part of this version", NULL } },
};

/* Of the digits, w gets none. */
#define UNFED "x = input(m, 64)\nw = input(m)\nJ = mean(x) * sum(w)\n"

/* Names, files and texts that would write to the terminal what they like. */
#define RED "\x1b[31m\r\xff"
static const mistake hostile[] = {
    { { RED }, NULL, 2, { "\\x1b[31m\\x0d\\xff", NULL } },
    { { "eval", RED ".wg" }, NULL, 3, { "\\x1b[31m\\x0d\\xff.wg", NULL } },
    { { "eval", "-e", RED }, NULL, 3, { NULL, NULL } },
    { { "eval", "-e", "1 +" RED }, NULL, 3, { NULL, NULL } },
    { { "eval", "P" }, "x = 1\ny = x + " RED "\n", 3, { NULL, NULL } },
    { { "eval", "P" }, "x = zeros([2]) # " RED "\nx @ q" RED, 3, { NULL, NULL } },
    { { "eval", "-e", "x", "--set", RED "=1" }, NULL, 2, { "\\x1b[31m", NULL } },
    { { "eval", "-e", "x", "--set", "x=" RED }, NULL, 2, { "a control character, byte 0x1b", NULL } },
    { { "eval", "-e", "x", "--set", "x=@" RED ".npy" }, NULL, 3, { "\\x1b[31m", NULL } },
    { { "eval", "-e", "1", "--" RED }, NULL, 2, { "\\x1b[31m", NULL } },
    { { "eval", "-e", "1", "--print", RED }, NULL, 2, { "\\x1b[31m", NULL } },
    { { "draw", "-e", "1", "-o", "/nonexistent/" RED ".svg" }, NULL, 6, { "\\x1b[31m", NULL } },
    { { "ops", RED }, NULL, 2, { "\\x1b[31m", NULL } },
    { { "help", RED }, NULL, 2, { "\\x1b[31m", NULL } },
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
    { { "check", "-e", "x^2", "--draw", "a.bmp" },
      NULL,
      2,
      { "--draw a.bmp: a picture ends in .svg", NULL } },
    { { "check", "-e", "x^2", "--case", "a.txt" }, NULL, 2, { "--case a.txt: a program ends in .c", NULL } },
    { { "check", "--run", "cat", "--at", "1", "--timeout", "abc" },
      NULL,
      2,
      { "--timeout abc: not a number\n", NULL } },
    { { "check", "--run", "cat", "--at", "1", "--timeout", "0" }, NULL, 2, { "a positive number", NULL } },
    { { "check", "--run", "cat", "--at", "[]" }, NULL, 2, { "--at: an empty point", NULL } },
    { { "check", "-e", "x^2", "--eps", "nan" }, NULL, 2, { "--eps nan: not a finite number", NULL } },
    { { "check", "-e", "x^2", "--order", "3" }, NULL, 2, { "--order 3: 1 or 2", NULL } },
    { { "check", "--all", "p.wg" }, NULL, 2, { "p.wg: no FILE with --all", NULL } },
    { { "eval", "-e", "x", "--set", "x=@" }, NULL, 2, { "--set x: the name of a file is missing", NULL } },
    { { "eval", "-e", "x", "--set", "x=[[1],[2,3]]" }, NULL, 2, { "rows of unequal length", "2 here" } },
    { { "eval", "-e", "x", "--data", "moons:" }, NULL, 2, { "--data moons:: not a number of rows", NULL } },
    { { "eval", "-e", "x", "--data", "digits", "--map", "x=z" },
      NULL,
      2,
      { "--map x=z: the data have the columns x and y", NULL } },
    { { "eval", "-e", "q", "--data", "digits", "--map", "q=x,q=y" },
      NULL,
      2,
      { "--map q=x,q=y: q is given two columns", NULL } },
    { { "eval", "-e", "x", "--data", "digits", "--rows", "9999" }, NULL, 2, { "the data have 1797", NULL } },
    { { "eval", "P", "--data", "digits" },
      UNFED,
      2,
      { "the input w gets no column", "the columns x and y" } },
    { { "eval", "P", "--data", "digits", "--print", "J" },
      UNFED,
      2,
      { "w gets no column", "--map w=COLUMN" } },
    { { "grad", "P", "--data", "digits" }, UNFED, 2, { "the input w gets no column", "--map w=COLUMN" } },
    { { "check", "P", "--data", "digits" }, UNFED, 2, { "the input w gets no column", "--map w=COLUMN" } },
    { { "draw", "P", "--data", "digits", "-o", "x.svg" },
      UNFED,
      2,
      { "w gets no column", "--map w=COLUMN" } },
    { { "step", "P", "--data", "digits" }, UNFED, 2, { "the input w gets no column", "--map w=COLUMN" } },
    { { "train", "P", "--data", "digits" }, UNFED, 2, { "the input w gets no column", "--map w=COLUMN" } },
    { { "eval", "-e", "x", "--set", "x=1", "--set", "x=2" },
      NULL,
      2,
      { "--set x is given twice, 1 and 2", "once" } },
    { { "eval", "-e", "clip([1, 2], 3, 1)" }, NULL, 3, { "-e:1:1: clip: low 3 is above high 1", NULL } },
    { { "eval", "-e", "binary_cross_entropy([0.5, 1.5], [1, 1])" },
      NULL,
      3,
      { "a probability is not in [0, 1]", "at index 1" } },
    { { "draw", "-e", "x", "--for", "slides", "--format", "svg" },
      NULL,
      2,
      { "--for slides: no such choice: slide, page or screen", NULL } },
    { { "draw", "-e", "x", "--style", "card", "--format", "svg" },
      NULL,
      2,
      { "--style card: no such choice: cards or circuit", NULL } },
    { { "draw", "-e", "x", "--overlay", "cost", "--format", "svg" },
      NULL,
      2,
      { "--overlay cost: no such choice: time, bytes, gradient or nan", NULL } },
    { { "draw", "-e", "x", "--engine", "neato", "--format", "svg" },
      NULL,
      2,
      { "--engine neato: no such choice: own or dot", NULL } },
    { { "draw", "-e", "x", "-o", "a.bmp" }, NULL, 2, { "-o a.bmp: the ending says no format", ".svg" } },
    { { "completion", "tcsh" }, NULL, 2, { "'tcsh' is no shell that it knows", "bash, zsh or fish" } },
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
    { { "eval", "P" }, "f(a) = a @ a\nf([[1, 2]])\n", 3, { "p.wg:1:10 (called at p.wg:2:1): matmul", "@" } },
    { { "eval", "P", "--print", "h.1.y" },
      "f(x) = { z = 2 * x; z + 1 }\nh = repeat(3, f, 1)\n",
      2,
      { "no name 'h.1.y'; did you mean 'h.", NULL } },
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
    { { "eval", "/dev/zero" }, NULL, 3, { "/dev/zero: a program text of more than 1 MiB", NULL } },
    { { "eval", "-e", "x and y" }, NULL, 3, { "-e:1:3: write logical_and(a, b)", NULL } },
    { { "eval", "-e", "not x" }, NULL, 3, { "-e:1:5: write logical_not(x)", NULL } },
    { { "eval", "-e", "if x > 0: 1" }, NULL, 3, { "-e:1:4: ", "write where(c, a, b)" } },
    { { "eval", "-e", "for i in x: 1" }, NULL, 3, { "-e:1:5: the language has no loops", NULL } },
    { { "eval", "-e", "def f(x): x" }, NULL, 3, { "-e:1:5: a function is written f(x) = x^2", NULL } },
    { { "eval", "-e", "return 3" },
      NULL,
      3,
      { "-e:1:8: the value of a program, or of a block, is that of its", NULL } },
    { { "eval", "-e", "x = [1,2]; x.shape" }, NULL, 3, { "only .T, the transpose, can follow a dot", NULL } },
    { { "eval", "-e", "x = 1; x += 1" }, NULL, 3, { "-e:1:11: a name is bound at the start", NULL } },
    { { "eval", "-e", "3 = x" }, NULL, 3, { "-e:1:3: only a name can be bound", NULL } },
    { { "eval", "-e", "[[1,2],[3]]" }, NULL, 3, { "-e:1:8: rows of unequal length", NULL } },
    { { "eval", "-e", "zeros(2.5)" }, NULL, 3, { "-e:1:7: a size must be a whole number", "2.5" } },
    { { "eval", "-e", "zeros(1e30)" }, NULL, 3, { "-e:1:7: a size must be", NULL } },
    { { "eval", "-e", "x = [1,2]; x[5]" }, NULL, 3, { "-e:1:14: an index must be", "from -2 to 1, not 5" } },
    { { "eval", "-e", "sum([1,2], axis=0, axis=1)" }, NULL, 3, { "-e:1:20: 'axis' is given twice", NULL } },
    { { "eval", "-e", "softmax([1,2], temperature=0)" },
      NULL,
      3,
      { "temperature is 0, must be above", NULL } },
    { { "eval", "-e", "accuracy(zeros(0,3), zeros(0))" }, NULL, 3, { "accuracy: ", "[0,3] has no rows" } },
    { { "eval", "-e", "bce_with_logits(zeros(8,1), zeros(8))" },
      NULL,
      3,
      { "shapes differ", "squeeze(x, -1) makes [8] of the first" } },
    { { "eval", "-e", "inverse([[1,2],[2,4]])" }, NULL, 3, { "the matrix is singular", NULL } },
    { { "eval", "-e", "argmax([1,2])", "--load", "/" }, NULL, 3, { "/: cannot be read", "Is a directory" } },
    { { "check", "--run", "false", "--at", "1" }, NULL, 3, { "ended before it answered", "status 1" } },
};

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

/* What a terminal would take for a command of its own. */
static void expect_plain(const char *text)
{
    for (const char *s = text; *s; s += wg_utf8_length(s) ? wg_utf8_length(s) : 1)
        cr_expect(wg_utf8_length(s) && ((unsigned char)*s >= ' ' || *s == '\n' || *s == '\t') && *s != '\x7f',
                  "byte %02x in: %s", (unsigned char)*s, text);
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
    expect_plain(r.err);
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

Test(command_mistakes, no_message_writes_control_bytes_to_the_terminal)
{
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) expect_answer(&hostile[i]);
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
