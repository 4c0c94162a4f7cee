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
