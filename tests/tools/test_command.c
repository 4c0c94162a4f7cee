/* test_command.c: the command as a user's shell sees it: output, messages, exit status. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"
#include "wgshell.h"
#include "wgtest.h"

TestSuite(command, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- eval ---- */

Test(command, eval_json)
{
    wgt_result r = RUN("eval", wgt_script(wgt_logistic), "--print", "w,L", "--json");
    cr_expect_eq(r.status, 0);
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"L\"", "value") - log1p(exp(-1.1))) < 1e-15);
    cr_expect(strstr(r.out, "\"w\":{\"value\":[0.5,-0.29999999999999999],\"shape\":[2],\"dtype\":\"f64\"}"),
              "%s", r.out);
    cr_expect(strstr(r.out, "\"mode\":\"eval\"") && strstr(r.out, "\"last\":\"L\""));
    r = RUN("eval", "-e", "ones(1001)", "--json");
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "\"value\":null") && wgt_json_number(r.out, "summary", "mean") == 1, "%s", r.out);
    cr_expect(fabs(wgt_json_number(r.out, "summary", "norm") - sqrt(1001)) < 1e-12);
    r = RUN("eval", "-e", "arange(1001)", "--json", "--full");
    wgt_expect_json(r.out);
    cr_expect(strstr(r.out, "\"value\":[0,1,2,3,") && strstr(r.out, ",999,1000],\"shape\":[1001]"), "%s",
              r.out);
    r = RUN("grad", "-e", "x = arange(1001); sum(x^2)", "--wrt", "x", "--json", "--full");
    cr_expect(strstr(r.out, "[0,2,4,6,") && strstr(r.out, ",1998,2000]"), "%s", r.out);
    r = RUN("eval", "-e", "f(x) = (x, x^2); (a, b) = f(3)", "--json");
    cr_expect(strstr(r.out, "\"a\":{\"value\":3") && strstr(r.out, "\"b\":{\"value\":9"), "%s", r.out);
    r = RUN("eval", "-e", "f(x) = (x, x^2); f(3)");
    cr_expect_str_eq(r.out, "3\n9\n");
}

Test(command, eval_writes_and_reads_npy)
{
    char set[1000];
    const char *path = wgt_in_folder("v.npy");
    EXPECT(0, "", NULL, "eval", "-e", "[[1,2],[3,4.5]]", "-o", path);
    snprintf(set, sizeof set, "x=@%s", path);
    EXPECT(0, "10.5\n", NULL, "eval", "-e", "sum(x)", "--set", set);
    const char *folder = wgt_in_folder("values/");
    EXPECT(0, "", NULL, "eval", "-e", "(a, b) = ([1, 2], 40)", "-o", folder);
    EXPECT(0, "", NULL, "eval", "-e", "(a, b) = ([1, 2], 40)", "-o", folder);
    char other[1000];
    snprintf(set, sizeof set, "a=@%sa.npy", folder);
    snprintf(other, sizeof other, "b=@%sb.npy", folder);
    EXPECT(0, "43\n", NULL, "eval", "-e", "sum(a) + b", "--set", set, "--set", other);
}

/* ---- grad ---- */

Test(command, grad_of_any_name)
{
    wgt_result r = RUN("grad", wgt_script(wgt_logistic), "--wrt", "a,z,w,b", "--json");
    double a = 1 / (1 + exp(-1.1));
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "grads", "a") + 1 / a) < 1e-14);
    cr_expect(fabs(wgt_json_number(r.out, "grads", "z") - (a - 1)) < 1e-15);
    cr_expect(fabs(wgt_json_number(r.out, "grads", "b") - (a - 1)) < 1e-15);
    cr_expect(fabs(wgt_json_number(r.out, "{", "loss") - log1p(exp(-1.1))) < 1e-15);
}

/* f = x^2 exp(y): f_xx = 2 e^y, f_xy = 2 x e^y, f_yy = x^2 e^y. */
/* The value is that of the convention, and a note says so. Where no kink lies exactly at the point there is
 * none. */
Test(command, a_second_derivative_at_a_kink_has_a_note)
{
    EXPECT(0, "0\n", "note: abs, -e:1:8, is at a kink", "grad", "-e", "x=0; y=abs(x)*abs(-x)", "--wrt", "x",
           "--order", "2");
    EXPECT(0, "d2y/dx dx 0\n", "note: norm, -e:1:8, is at a kink", "grad", "-e", "x=0; y=norm([x])^2",
           "--hessian");
    EXPECT(0, "0\n", "note: relu, -e:1:12, is at a kink", "eval", "-e",
           "x=0; y=x^2*relu(x); grad(grad(y, x), x)");
    EXPECT(0, "0\n", "note: softsign, -e:1:1, is at a kink", "grad", "-e", "softsign(x)", "--set", "x=0",
           "--order", "2");
    EXPECT(0, "d2/dx dx 0\n", "note: softsign, -e:1:1, is at a kink", "grad", "-e", "softsign(x)", "--set",
           "x=0", "--hessian");
    EXPECT(0, "0\n", "note: abs, -e:1:8, is at a kink", "eval", "-e",
           "x=0; y=abs(x)^2; L=sin(grad(y, x)); grad(L, x)");
    EXPECT(0, "0 6\n", "note: abs, -e:1:25", "eval", "-e",
           "x=[0,1]; h(t)=grad(grad(abs(t)^3,t),t); map(h,x)");
    static const char *const quiet[][6] = { { "grad", "-e", "x=0; y=abs(x)*abs(-x)", "--hessian", "--quiet" },
                                            { "grad", "-e", "x=0; y=abs(x)*abs(-x)" },
                                            { "grad", "-e", "x=1e-9; y=abs(x)*abs(-x)", "--hessian" },
                                            { "grad", "-e", "x=[0, 1, 2]; y=norm(x)", "--hessian" },
                                            { "grad", "-e", "x=0; hard_swish(x)", "--hessian" },
                                            { "eval", "-e", "x=1; g=grad(x^2, x); L=abs(g-2); grad(L, x)" },
                                            { "grad", "-e", "x=[1, 1]; y=logsumexp(x)", "--hessian" },
                                            { "grad", "-e", "x=[1, 1]; y=sum(softmax(x)^2)", "--hessian" },
                                            { "eval", "-e", "x=0; grad(abs(x), x)" },
                                            { "grad", "-e", "x=[1, 2]; sum(relu([3*x[0]-x[1], -x[1]])^2)",
                                              "--hessian" },
                                            { "eval", "-e", "x=1; y=x^2*relu(x); grad(grad(y, x), x)" } };
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++) {
        const wgt_result r = RUN(quiet[i][0], quiet[i][1], quiet[i][2], quiet[i][3], quiet[i][4]);
        cr_expect_eq(r.status, 0, "%s", r.err);
        cr_expect_str_eq(r.err, "", "%s", quiet[i][2]);
    }
}

Test(command, hessian_is_the_closed_form)
{
    wgt_result r =
        RUN("grad", "-e", "x^2 * exp(y)", "--set", "x=1.5", "--set", "y=0.7", "--hessian", "--json");
    double e = exp(0.7), want[] = { 2 * e, 3 * e, 3 * e, 2.25 * e };
    cr_expect_eq(r.status, 0);
    wgt_expect_json(r.out);
    const char *row[] = { strstr(r.out, "\"x\":{"), strstr(r.out, "\"y\":{") };
    cr_assert(row[0] && row[1], "%s", r.out);
    for (int i = 0; i < 4; i++) {
        double v = wgt_json_number(row[i / 2] + 4, "", i % 2 ? "y" : "x");
        cr_expect(fabs(v - want[i]) <= 1e-12 * want[i], "%d: %.17g, not %.17g", i, v, want[i]);
    }
}

/* ---- check ---- */

/* ((1 + h)^3 - (1 - h)^3) / 2h = 3 + h^2; ((1 + h)^3 - 1) / h = 3 + 3h + h^2; h = 0.01. */
Test(command, check_of_the_course)
{
    wgt_result r = RUN("check", "-e", "theta^3", "--set", "theta=1", "--eps", "0.01", "--json");
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"inputs\"", "numeric") - 3.0001) < 1e-9, "%s", r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"inputs\"", "analytic") - 3) < 1e-14, "%s", r.out);
    r = RUN("check", "-e", "theta^3", "--set", "theta=1", "--eps", "0.01", "--json", "--one-sided");
    wgt_expect_json(r.out);
    cr_expect(fabs(wgt_json_number(r.out, "\"inputs\"", "numeric") - 3.0301) < 1e-9, "%s", r.out);
}

Test(command, check_draws)
{
    EXPECT(0, NULL, NULL, "check", "-e", "sin(x)", "--set", "x=1", "--draw", wgt_in_folder("graph.dot"));
}

/* ---- ops, doctor, version, help ---- */

Test(command, what_needs_no_program)
{
    static char *const lists[][4] = { { "ops", "--json" },    { "ops", "softmax", "--json" },
                                      { "doctor", "--json" }, { "version", "--json" },
                                      { "help", "--json" },   { "help", "grad", "--json" } };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const char *argv[] = { "wengert", lists[i][0], lists[i][1], lists[i][2], NULL };
        wgt_result r = wgt_run_command(argv);
        cr_expect_eq(r.status, 0, "%s: %s", lists[i][0], r.err);
        wgt_expect_json(r.out);
    }
    EXPECT(0, "wengert " WG_VERSION "\n", NULL, "version");
}

Test(command, every_command_has_help)
{
    const wgt_result all = RUN("--help");
    int count = 0;
    for (const char *at = all.out; (at = strstr(at, "\n  ")); at++) {
        char name[20], usage[60];
        if (at[3] == ' ' || sscanf(at, " %19[a-z]", name) != 1) continue; /* the rest of a sentence */
        const wgt_result r = RUN(name, "--help");
        snprintf(usage, sizeof usage, "usage: wengert %s", name);
        cr_expect_eq(r.status, 0);
        cr_expect(!strncmp(r.out, usage, strlen(usage)) && strstr(r.out, "\nexamples:\n"), "%s", r.out);
        count++;
    }
    cr_expect_eq(count, 17, "%d commands", count);
}

/* ---- mistakes ---- */

/* A file of x alone, for a program that owns z.W and z.b. */
Test(command, load_wants_all_parameters)
{
    static const char file[] =
        "\x40\0\0\0\0\0\0\0{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}          "
        "\0\0\0\0\0\0\0";
    EXPECT(3, "", "--load: the file has x; the program's z.W, z.b are not in it", "eval", "-e",
           "x = input(m, 2); z = dense(x, 3)", "--load", wgt_file("x.safetensors", file, sizeof file));
}

Test(command, hostile_files)
{
    static char deep[20001];
    memset(deep, '(', sizeof deep - 1);
    EXPECT(3, "", "64 deep", "eval", wgt_script(deep));
    EXPECT(3, "", "zero byte", "eval", wgt_file("z.wg", "x = 1\n\0y", 8));
    EXPECT(3, "", NULL, "eval", wgt_file("v.npy", "\x93NUMPY\1\0", 8));
    static const char header[] = "\x93NUMPY\1\0\x46\0{'descr': '<f8', 'fortran_order': False, 'shape': (9,), "
                                 "}              \n12345678";
    char set[1000];
    snprintf(set, sizeof set, "x=@%s", wgt_file("short.npy", header, sizeof header - 1));
    EXPECT(3, "", "short.npy", "eval", "-e", "x", "--set", set);
    EXPECT(3, "", NULL, "eval", wgt_folder());
    EXPECT(3, "", NULL, "eval", "-e", "x = input(m, 784)", "--data", wgt_folder());
}

Test(command, cases_of_a_file) { wgt_run_cases("tests/tools/commands.txt", NULL); }

/* ---- columns of a file as values ---- */

static void expect_of_csv(const char *text, const char *end, int status, const char *out, const char *err)
{
    static const char exam[] = "hours,passed,room\n1,no,3\n2.5,yes,1\n4,yes,2\n";
    char program[1000];
    const char *path = wgt_file("exam.csv", exam, sizeof exam - 1);
    snprintf(program, sizeof program, "%s(\"%s\"%s", text, path, end);
    EXPECT(status, out, err, "eval", "-e", program);
}

Test(command, csv_as_a_call)
{
    expect_of_csv("h, p = csv", ", \"hours\", \"passed\"); [sum(h), p[0], p[1], p[2]]", 0, "7.5 0 1 1\n",
                  NULL);
    expect_of_csv("h, p, r = csv", "); [h[1], p[1], r[1]]", 0, "2.5 1 1\n", NULL);
    expect_of_csv("r = csv", ", \"room\"); r", 0, "r 3 1 2\n", NULL);
    expect_of_csv("f(name) = csv", ", name); a = f(\"hours\"); b = f(\"room\"); a + b", 0, "4 3.5 6\n", NULL);
    expect_of_csv("m = csv", ", \"hours:room\")", 3, "",
                  "column 'passed' has words, which become class numbers: name it alone");
    expect_of_csv("h = csv", ", \"hour\")", 3, "", "no column 'hour'; did you mean 'hours'?");
    expect_of_csv("h, p = csv", ", \"hours\")", 3, "", "2 names for 1 value");
}

/* Numbers with signs of other programs are numbers; what only begins as one is a word. */
Test(command, csv_with_marked_numbers)
{
    static const char *const rows[] = { "\"1,5\",x\n\"2,5\",y\n", "3%,x\n4%,y\n", "€3,x\n€4,y\n",
                                        "\"1,234\",x\n\"2,345.5\",y\n" },
                             *const sums[] = { "4 0 1\n", "0.07 0 1\n", "7 0 1\n", "3579.5 0 1\n" };
    char program[1000], file[100];
    for (int i = 0; i < 4; i++) {
        snprintf(file, sizeof file, "a,b\n%s", rows[i]);
        snprintf(program, sizeof program, "x, y = csv(\"%s\"); [sum(x), y[0], y[1]]",
                 wgt_file("marked.csv", file, strlen(file)));
        EXPECT(0, sums[i], NULL, "eval", "-e", program);
    }
    static const char words[] = "a,b\n18-25,1.2.3\n26-30,1.2.4\n", other[] = "a;b\n1;2\n3;4\n";
    snprintf(program, sizeof program, "x, y = csv(\"%s\"); x + y",
             wgt_file("words.csv", words, sizeof words - 1));
    EXPECT(0, "0 2\n", NULL, "eval", "-e", program);
    const char *path = wgt_file("other.csv", other, sizeof other - 1);
    snprintf(program, sizeof program, "x = csv(\"%s\")", path);
    EXPECT(0, "x.0 1 3\nx.1 2 4\n", NULL, "eval", "-e", program);
    snprintf(program, sizeof program, "x, y = csv(\"%s\", separator=\";\"); x + y", path);
    EXPECT(0, "3 7\n", NULL, "eval", "-e", program);
}

/* A field that is no number is a mistake if others are numbers. */
Test(command, csv_with_a_wrong_field)
{
    static const char bad[] = "a,b\n1,2\n3,x\n";
    char program[1000];
    snprintf(program, sizeof program, "csv(\"%s\", \"b\")", wgt_file("bad.csv", bad, sizeof bad - 1));
    EXPECT(3, "", "bad.csv:3:3: b: 'x' is no number, and the column has numbers: type=\"b=word\" makes",
           "eval", "-e", program);
}

/* In each command some allocations and some calls of files fail, one at a time. */
Test(command, survives_each_call_that_fails)
{
#ifdef __GLIBC__
    wgt_needs("python3");
    if (wgt_sanitized()) return; /* it has its own malloc */
    fprintf(stderr, "%s",
            wgt_shell_or_skip("$compile -shared -fPIC -O1 -o \"$in/failing.so\" tests/tools/failing.c -ldl\n"
                              "python3 -B tests/tools/failing.py \"$build/wengert\" \"$in/failing.so\" "
                              "\"$in/f\" ${WG_FAILING:-2}"));
#endif
}
