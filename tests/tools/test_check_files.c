/* test_check_files.c: the files that check writes, and what is said of those that cannot be written. */
#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "wgcheck.h"
#include "wgcommand.h"
#include "../../tools/json.c"
#include "../../tools/check_files.c"

TestSuite(check_files, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- by the command ---- */

/* f is NaN at the largest steps: x - 0.1 < 0. */
Test(check_files, the_best_step_is_one_where_f_is_finite)
{
    const char *path = wgt_in_folder("s.svg");
    EXPECT(0, NULL, NULL, "check", "-e", "log(x)", "--set", "x=0.05", "--sweep", path);
    char *svg = pic_read(path);
    const char *best = strstr(svg, "best step ");
    cr_assert(best);
    cr_expect(strtod(best + strlen("best step "), NULL) < 1e-2, "%.60s", best);
    cr_expect(strncmp(strstr(best, "error ") + 6, "nan", 3) != 0, "%.60s", best);
}

Test(check_files, the_sweep_as_json)
{
    const wgt_result r =
        RUN("check", "-e", "x^2", "--set", "x=3", "--json", "--sweep", wgt_in_folder("s.svg"));
    cr_expect_eq(r.status, 0, "%s%s", r.out, r.err);
    cr_expect_eq(wgt_json_number(r.out, "\"sweep\":{", "yours"), 6);
    cr_expect_eq(wgt_json_number(r.out, "\"sweep\":{", "noise"), wgt_json_number(r.out, "\"eps\"", "noise"));
}

/* ---- a case: the command's own code, as no op of the library has a wrong rule ---- */

static const char *case_path;

const char *args_value(const args *a, const char *name)
{
    (void)a;
    return !strcmp(name, "case") ? case_path : NULL;
}

/* The derivative of x^2 is said to be x: a finding of wg_custom_vjp, which cannot be written as a program. */
static void wrong_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, x[0]);
}

Test(check_files, a_case_that_cannot_be_written_leaves_the_file)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    failures f = { "" };
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 0.7 }, WG_SHAPE(1)));
    WGT_FREED wg_check *r =
        wg_gradcheck_nodes(wg_sum(wg_custom_vjp(wg_mul(x, x), &x, 1, wrong_rule)), &x, 1, NULL);
    cr_assert_str_eq(wg_check_finding_at(r, 0).stage, "rule");
    case_path = wgt_file("old.c", "int old;\n", 9);
    write_case(NULL, r, &f);
    cr_expect(strstr(f.text, "no finding can be written as a program"), "%s", f.text);
    cr_expect_eq(wgt_load(case_path).n, 9);
}
