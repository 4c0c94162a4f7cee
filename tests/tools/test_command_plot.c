/* test_command_plot.c: `wengert plot`: the points of its curves are the values of the program. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"
#include "wgshell.h"

TestSuite(command_plot, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* The points of the file that LaTeX would draw: "(1,2)" after "coordinates". How many there are. */
static int points_of(const char *command, double x[], double y[], int most)
{
    char text[400];
    snprintf(text, sizeof text, "\"$build/wengert\" plot %s --format tex", command);
    const char *s = strstr(wgt_shell(text), "coordinates");
    int n = 0;
    cr_assert(s, "no coordinates");
    for (; (s = strchr(s, '(')) && n < most && sscanf(s, "(%lf,%lf)", &x[n], &y[n]) == 2; s++) n++;
    return n;
}

Test(command_plot, points_are_values)
{
    double x[20], y[20];
    cr_assert_eq(points_of("-e 'z^2 - z' --over z=-2:4 --points 7", x, y, 20), 7);
    for (int i = 0; i < 7; i++) {
        cr_expect_float_eq(x[i], i - 2, 1e-12);
        cr_expect_float_eq(y[i], x[i] * x[i] - x[i], 1e-12, "%g: %g", x[i], y[i]);
    }
    cr_assert_eq(points_of("-e 'log(z)/log(10)' --over z=1e-3:1e3:log --points 7", x, y, 20), 7);
    for (int i = 0; i < 7; i++) {
        cr_expect_float_eq(x[i], pow(10, i - 3), 1e-6 * x[i]);
        cr_expect_float_eq(y[i], i - 3, 1e-6);
    }
}

/* A point at a time: what is drawn of the whole program, such as a gradient, is that of the number. */
Test(command_plot, a_gradient_at_each_point)
{
    double x[20], y[20];
    cr_assert_eq(points_of("-e 'J = (w - 5)^2; grad(J, w)' --over w=0:10 --points 6", x, y, 20), 6);
    for (int i = 0; i < 6; i++) cr_expect_float_eq(y[i], 2 * (x[i] - 5), 1e-12, "%g: %g", x[i], y[i]);
}

Test(command_plot, cases_of_a_file) { wgt_run_cases("tests/tools/plot.txt", NULL); }

/* The slider opens at the program's own value, to the last digit; the ends and the steps that were asked for
 * stay. Of each row: the value, the range, how many places there are, and one that is there, too. */
Test(command_plot, a_slider_opens_at_the_programs_own_value)
{
    static const char *const row[][4] = {
        { "1", "0.1:3", "49", "3" },
        { "0.3", "0.1:3", "49", "0.1" },
        { "1", "0:3", "49", "1.062" },
        { "1", "1:3", "49", "3" },
        { "3", "1:3", "49", "1" },
        { "1.01", "1:3", "50", "1" },
        { "2.99", "1:3", "50", "3" },
        { "0.3", "1:3", "50", "1" },
        { "4", "1:3", "50", "3" },
        { "1", "0:3:1", "4", "2" },
        { "1.5", "0:3:1", "5", "2" },
        { "0.3", "0:1:0.1", "11", "0.4" },
        { "1", "0.1:3:log", "49", "0.1073" },
        { "0.05", "0.1:3:log", "50", "3" },
        { "0.3", "-1:0.5", "49", "0" },
        { "-2", "-1:0.5", "50", "-1" },
        { "0.1234567", "0:1", "49", "0.5" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char command[400], count[80], own[80], other[80];
        int first = 0;
        snprintf(
            command, sizeof command,
            "\"$build/wengert\" plot -e 'a = %s; plot line a*z over z in 0:1' --slide a=%s --format html",
            row[i][0], row[i][1]);
        snprintf(count, sizeof count, "\"range\" min=\"1\" max=\"%s\" value=", row[i][2]);
        snprintf(own, sizeof own, "\"a = %s\"", row[i][0]);
        snprintf(other, sizeof other, "\"a = %s\"", row[i][3]);
        const char *said = wgt_shell(command), *range = strstr(said, count),
                   *name = strstr(said, "\"names\":[");
        cr_expect(range, "%s %s: not %s places", row[i][0], row[i][1], row[i][2]);
        cr_expect(strstr(said, other), "%s %s: %s is not there", row[i][0], row[i][1], row[i][3]);
        cr_assert(name && sscanf(strstr(said, "value=\""), "value=\"%d", &first) == 1);
        for (name += 9; --first > 0; name = strchr(name, ',') + 1) {}
        cr_expect(!strncmp(name, own, strlen(own)), "%s %s: opens at %.20s", row[i][0], row[i][1], name);
    }
}

/* Each program of the examples draws one figure in at most five lines, and with a slider if its first line
 * says so. */
Test(command_plot, programs_of_the_examples)
{
    const char *said = wgt_shell(
        "PATH=$(cd $build && pwd):$PATH; mkdir $in/plots && cp examples/plots/*.wg $in/plots && cd $in/plots "
        "|| exit 1\n"
        "for f in *.wg; do\n"
        "    [ $(grep -vc '^#' $f) -le 5 ] || { echo \"$f: more than five lines\"; exit 1; }\n"
        "    wengert plot $f -o ${f%.wg}.svg || exit 1\n"
        "    command=$(sed -n '1s/^#.*wengert/wengert/p' $f)\n"
        "    [ -z \"$command\" ] || { $command && grep -q type=.range ${f%.wg}.html && echo slider; } || "
        "exit 1\n"
        "done; ls *.svg | wc -l");
    cr_expect_eq(atoi(strrchr(said, 'r') + 1), 14, "%s", said);
}

/* The confusion matrix counts what eval says: the rows whose class is the greatest score. A program and data
 * that are not there take nothing from the rest. */
Test(command_plot, the_folder_of_a_training)
{
    const char *said = wgt_shell(
        "PATH=$(cd $build && pwd):$PATH; cd $in || exit 1\n"
        "printf 'x = input(m, 2); y = input(m, classes=2)\\nlogits = dense(tanh(dense(x, 8)), 2)\\n"
        "loss = softmax_cross_entropy(logits, y); hits = sum(argmax(logits, axis=-1) == y)\\n"
        "train(loss, metrics=[mean(argmax(logits, axis=-1) == y)], epochs=4)' >net.wg\n"
        "wengert train net.wg --data moons:120 -o run >/dev/null 2>&1 || exit 1\n"
        "wengert plot run -o out --format tex 2>/dev/null || exit 1\n"
        "right=$(wengert eval net.wg --data moons:120 --load run/weights.safetensors --print hits "
        "2>/dev/null)\n"
        "grep -c \"Confusion: ${right#hits } of 120 rows are right\" out/confusion.tex\n"
        "rm run/trained.wg; wengert plot run --json -o out 2>/dev/null; echo status $?\n"
        "printf 'x1,x2,label\\n0,0,a\\n1,1,b\\n0,1,a\\n' >t.csv; sed 's/epochs=4/epochs=1, batch=2/' net.wg "
        ">csv.wg\n"
        "wengert train csv.wg --data t.csv --map x=x1:x2,y=label -o words >/dev/null 2>&1 || exit 1\n"
        "wengert plot words -o out --format svg >/dev/null 2>&1 || exit 1; grep -c '>a<' out/regions.svg\n"
        "rm t.csv; wengert plot words -o left --format svg 2>&1; echo status $?; wengert plot run | wc -l");
    cr_expect(strstr(said, "out/curves.tex\nout/weights.tex\nout/confusion.tex\nout/regions.tex\n1\n"), "%s",
              said);
    cr_expect(strstr(said, "\"files\":[\"out/curves.svg\",\"out/weights.svg\"]}\nstatus 0\n1\n"), "%s", said);
    cr_expect(strstr(said, "t.csv"), "%s", said);
    cr_expect(strstr(said, "left/curves.svg\nleft/weights.svg\nstatus "), "%s", said);
}
