/* test_check_given.c: check --grad NAME=VALUE: a gradient from elsewhere beside the library's. L =
 * sum(x^3) has the gradient 3 x^2; the numbers are worked out by hand. */
#include <string.h>

#include "wgcommand.h"

TestSuite(check_given, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* With x = [[1,2],[3,4]]: the gradient is [[3,12],[27,48]]. */
static void expect(int status, const char *what, const char *grad)
{
    char flag[300];
    snprintf(flag, sizeof flag, "x=%s", grad);
    const wgt_result r = RUN("check", "-e", "L = sum(x^3)", "--set", "x=[[1,2],[3,4]]", "--grad", flag);
    cr_expect_eq(r.status, status, "%s: status %d: %s%s", grad, r.status, r.out, r.err);
    cr_expect(strstr(r.out, what) || strstr(r.err, what), "%s: no '%s' in %s%s", grad, what, r.out, r.err);
}

Test(check_given, the_worst_component_and_how_many)
{
    expect(0, "pass", "[[3,12],[27,48]]");
    expect(1, "1 of 4 components differ, most at [1,1]: yours 47, autodiff 48", "[[3,12],[27,47]]");
    expect(1, "2 of 4 components differ, most at [0,1]: yours 13, autodiff 12", "[[3.5,13],[27,48]]");
}

Test(check_given, hypotheses)
{
    expect(1, "yours/autodiff = -1 everywhere: the sign is wrong", "[[-3,-12],[-27,-48]]");
    expect(1, "yours/autodiff = 2 everywhere: a factor 2 too much", "[[6,24],[54,96]]");
    expect(1, "yours/autodiff = 0.5 everywhere: a factor 2 is missing", "[[1.5,6],[13.5,24]]");
    expect(1, "yours/autodiff = 3 everywhere\n", "[[9,36],[81,144]]");
    expect(1, "yours is the transpose", "[[3,27],[12,48]]");
    expect(1, "yours is zero: a path is missing", "[[0,0],[0,0]]");
    expect(1,
           "yours - autodiff = 0.01 times the parameter: a regulariser, 0.005 sum of its squares, that the "
           "loss here",
           "[[3.01,12.02],[27.03,48.04]]");
    expect(1,
           "yours - autodiff = -0.01 times the parameter: a regulariser, 0.005 sum of its squares, that "
           "yours "
           "lacks",
           "[[2.99,11.98],[26.97,47.96]]");
    expect(1, "yours - autodiff = 0.25 everywhere", "[[3.25,12.25],[27.25,48.25]]");
    expect(1, "constant along axis 0: autodiff's sum over it", "[[30,60],[30,60]]");
    expect(1, "constant along axis 1: autodiff's mean over it", "[[7.5,7.5],[37.5,37.5]]");
    expect(1, "only index 1 of axis 0 is wrong, the last one", "[[3,12],[26,47]]");
    expect(1, "only index 0 of axis 1 is wrong, the first one", "[[4,12],[29,48]]");
}

Test(check_given, sum_and_mean_over_the_batch)
{
    wgt_result r = RUN("check", "-e", "x = input(m, 2); w = [1, -1]; L = mean(x @ w)", "--set",
                       "x=[[1,2],[3,4],[5,9]]", "--grad", "w=[9,15]");
    cr_expect_eq(r.status, 1);
    cr_expect(strstr(r.out, "yours/autodiff = 3 everywhere: the sum where the loss takes the mean (m = 3)"),
              "%s", r.out);
    r = RUN("check", "-e", "x = input(m, 2); w = [1, -1]; L = sum(x @ w)", "--set", "x=[[1,2],[3,4],[5,9]]",
            "--grad", "w=[3,5]");
    cr_expect_eq(r.status, 1);
    cr_expect(strstr(r.out, "the mean where the loss takes the sum (m = 3)"), "%s", r.out);
}

Test(check_given, shapes)
{
    expect(3, "--grad x: yours has shape [3], x has [2,2]\n", "[1,2,3]");
    expect(3, "yours has shape [4], x has [2,2]: its numbers, in order, agree", "[3,12,27,48]");
    expect(3, "yours has shape [2,2,2], x has [2,2]: summed over axis 0 it agrees",
           "[[[1,10],[20,40]],[[2,2],[7,8]]]");
    EXPECT(3, NULL, "yours has shape [2,1], x has [1,2]: transposed it agrees", "check", "-e", "L = sum(x^3)",
           "--set", "x=[[1,2]]", "--grad", "x=[[3],[12]]");
}

/* Numbers of another program have its precision: of f32, or of the digits that it prints. */
Test(check_given, precision)
{
    const char *const program = "x = [0.1, 0.7, 1e-9]; L = sum(sin(x))"; /* the gradient is cos(x) */
    EXPECT(0, NULL, NULL, "check", "-e", program, "--grad", "x=[0.9950041652780258, 0.7648421872844885, 1]");
    EXPECT(1, NULL, NULL, "check", "-e", program, "--grad", "x=[0.9950041652790258, 0.7648421872844885, 1]");
    EXPECT(0, NULL, NULL, "check", "-e", program, "--grad", "x=[0.995004, 0.764842, 1]");
    EXPECT(0, NULL, NULL, "check", "-e", program, "--grad", "x=[0.99500418, 0.76484221, 1]");
    EXPECT(1, NULL, NULL, "check", "-e", program, "--grad", "x=[0.995004, 0.764852, 1]");
    wgt_result r = RUN("check", "-e", program, "--grad", "x=[0.995, 0.765, 1]");
    cr_expect_eq(r.status, 5, "%s", r.out);
    cr_expect(strstr(r.out, "inconclusive: yours has 3 digits, and agrees in these: give more"), "%s", r.out);
    EXPECT(1, NULL, NULL, "check", "-e", program, "--grad", "x=[0.995, 0.767, 1]");
    /* A small component beside a large one. */
    EXPECT(1, NULL, NULL, "check", "-e", "x = [1e9, 1e-3]; L = sum(x^2)", "--grad", "x=[2e9, 3e-3]");
    EXPECT(0, NULL, NULL, "check", "-e", "x = [1e9, 1e-3]; L = sum(x^2)", "--grad", "x=[2e9, 0.002]");
}

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
    EXPECT(2, "", "--grad x,y: one name was expected", "check", "-e", "L = sum(x*y)", "--set", "x=[1,2]",
           "--set", "y=[1,2]", "--grad", "x,y=[1,2]");
}
