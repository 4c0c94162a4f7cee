/* test_fit_tables.c: the commands fit and predict. */
#include <math.h>
#include <string.h>

#include "wgcommand.h"
#include "wgshell.h"

TestSuite(fit_tables, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* The tables of other programs, and hostile ones: tests/tables/forms.txt, hostile.txt. */
Test(fit_tables, tables_of_other_programs)
{
    wgt_shell_or_skip("python=$(command -v python3) || { echo 'skipped: no python3 here'; exit 0; }\n"
                      "$python tests/tools/forms.py \"$build/wengert\" tests/tables \"$in\"");
}

/* Of 15 rows three are tested, and all of them are printed: what each is, and what the net says. */
Test(fit_tables, r_squared_is_about_the_mean_of_the_tested_rows)
{
    const char *said =
        wgt_shell("seq 15 | awk 'BEGIN { print \"a,b\" } { print $1 \",\" $1 * $1 }' > \"$in/n.csv\"\n"
                  "\"$build/wengert\" fit \"$in/n.csv\" --predict b -o \"$in/run\" --epochs 5 2> /dev/null");
    const char *at = strstr(said, "R^2 ");
    double got = 0, y[3], p[3], squares = 0, around = 0;
    cr_assert(at && sscanf(at, "R^2 %lf", &got) == 1, "%s", said);
    for (int i = 0; i < 3; i++) {
        cr_assert((at = strstr(at, "\n  is ")) &&
                      sscanf(at++, " is %lf, and the net says %lf", &y[i], &p[i]) == 2,
                  "%s", said);
        squares += (p[i] - y[i]) * (p[i] - y[i]);
    }
    for (int i = 0; i < 3; i++) around += pow(y[i] - (y[0] + y[1] + y[2]) / 3, 2);
    cr_expect_float_eq(got, 1 - squares / around, 1e-4, "%s", said);
}

/* Noise of 300 rows is not learned: of 1,000 others the net is off by little more than the noise, 0.67. */
Test(fit_tables, a_small_set_is_not_learned_by_heart)
{
    const char *said =
        wgt_shell("rows() { awk -v n=$1 -v s=$2 'function u() { s = (s * 16807) % 2147483647; return s / "
                  "1073741823.5 - 1 }\n"
                  "BEGIN { print \"a,b,c,d,e,f,g,h,y\"; for (i = 0; i < n; i++) { t = \"\"\n"
                  "    for (k = 0; k < 8; k++) { v[k] = u(); t = t sprintf(\"%.4f,\", v[k]) }\n"
                  "    print t sprintf(\"%.4f\", v[0] - v[1] + u() + u()) } }'; }\n"
                  "rows 300 11 > \"$in/t.csv\"; rows 1000 12 > \"$in/n.csv\"\n"
                  "for seed in 0 1 2; do \"$build/wengert\" fit \"$in/t.csv\" --predict y -o \"$in/s\" "
                  "--seed $seed -q\n"
                  "\"$build/wengert\" predict \"$in/s\" \"$in/n.csv\" -o \"$in/o.csv\" 2>&1; done");
    double sum = 0, off;
    int n = 0;
    for (const char *at = said; (at = strstr(at, "\noff by ")); n++) {
        cr_assert(sscanf(at++, " off by %lf", &off) == 1, "%s", said);
        sum += off;
    }
    cr_expect(n == 3 && sum / n < 0.735, "off by %g: %s", sum / n, said);
}

Test(fit_tables, cases_of_a_file) { wgt_run_cases("tests/tools/fit.txt", NULL); }
