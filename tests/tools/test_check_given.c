/* test_check_given.c: check --grad NAME=VALUE: a gradient from elsewhere beside the library's. L =
 * sum(x^3) has the gradient 3 x^2; the numbers are worked out by hand. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_given, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(check_given, json)
{
    const wgt_result r =
        RUN("check", "-e", "L = sum(x^3)", "--set", "x=[1,2]", "--grad", "x=[3,13]", "--json");
    cr_expect_eq(r.status, 1);
    wgt_expect_json(r.out);
    cr_expect_eq(wgt_json_number(r.out, "\"given\"", "index"), 1);
    cr_expect_eq(wgt_json_number(r.out, "\"given\"", "yours"), 13);
    cr_expect_eq(wgt_json_number(r.out, "\"given\"", "library"), 12);
    cr_expect_eq(wgt_json_number(r.out, "\"given\"", "wrong"), 1);
}

Test(check_given, as_many_as_are_given)
{
    const char *argv[200] = { "wengert", "check", "-e", "L = sum(x^3)", "--set", "x=[1,2]" };
    for (int i = 0; i < 70; i++)
        argv[6 + 2 * i] = "--grad", argv[7 + 2 * i] = i < 69 ? "x=[3,12]" : "x=[3,13]";
    const wgt_result r = wgt_run_command(argv);
    cr_expect_eq(r.status, 1, "%s%s", r.out, r.err);
}

Test(check_given, cases_of_a_file) { wgt_run_cases("tests/tools/given.txt", NULL); }
