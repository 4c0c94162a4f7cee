/* test_case.c: the small program that a wrong rule is written as compiles, and its check fails. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "check/case_op.h"
#include "wgcheck.h"
#include "wgfiles.h"

TestSuite(case, .init = wgt_make_folder, .fini = wgt_remove_folder);

enum { ROWS = 12, COLUMNS = 7 };

static wg_check *check(wg_context *c)
{
    wg_graph *g = wg_graph_new(c);
    double x[ROWS * COLUMNS];
    int64_t on[ROWS * COLUMNS];
    wg_begin(g, WG_TRAIN);
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = 0.1234567 + 0.005 * (i % 17), on[i] = i % 3;
    x[5 * COLUMNS + 4] = 0.7654321, on[5 * COLUMNS + 4] = 1;
    wg_node p[2] = { wg_input(g, "x", wg_view_f64(x, WG_SHAPE(ROWS, COLUMNS))),
                     wg_input(g, "on", wg_view_i64(on, WG_SHAPE(ROWS, COLUMNS))) };
    wg_node y = wg_apply(WG_HERE, &my_part, p, 2, &(options){ 1.5 });
    return wg_gradcheck_nodes(wg_sum(wg_exp(y)), p, 1, NULL);
}

static int run(const char *command, char *out, size_t size)
{
    FILE *p = popen(command, "r");
    cr_assert(p);
    out[fread(out, 1, size - 1, p)] = 0;
    const int status = pclose(p);
    cr_assert(WIFEXITED(status), "%s", out);
    return WEXITSTATUS(status);
}

Test(case, compiles_and_fails)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_check *r = check(c);
    cr_assert_gt(wg_check_findings(r), 0);
    cr_expect_eq(wg_check_finding_at(r, 0).element, 5 * COLUMNS + 4);
    const char *folder = wgt_folder(), *build = getenv("WG_BUILD") ? getenv("WG_BUILD") : "build";
    char path[1000], command[4000], text[8000];
    snprintf(path, sizeof path, "%s/case.c", folder);
    FILE *out = fopen(path, "w");
    cr_assert(wg_check_write_case(r, 0, out));
    cr_expect_not(wg_check_write_case(r, wg_check_findings(r) - 1, out), "it is of no rule");
    fclose(out);
    wg_check_free(r);
    wgt_finish(c, NULL);

    snprintf(path, sizeof path, "%s/op.c", folder);
    out = fopen(path, "w");
    fprintf(out, "#include \"check/case_op.h\"\n");
    fclose(out);
    snprintf(command, sizeof command,
             "exec 2>&1; %s -Iinclude -Itests '%s/case.c' '%s/op.c' -o '%s/case' -L'%s' -lwengert -lm &&"
             "LD_LIBRARY_PATH='%s' '%s/case'",
             wgt_compiler(), folder, folder, folder, build, build, folder);
    cr_expect_eq(run(command, text, sizeof text), 1, "%s", text);
    cr_expect(strstr(text, "FAIL my_part") && strstr(text, " by operand x0"), "%s", text);
    snprintf(command, sizeof command, "cat '%s/case.c'", folder);
    run(command, text, sizeof text);
    cr_expect(strstr(text, "static const double x0[] = { 0.8 };"), "one element is enough: %s", text);
    cr_expect(strstr(text, "WG_SHAPE(1, 1)"), "%s", text);
}
