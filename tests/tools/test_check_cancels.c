/* test_check_cancels.c: gradients that run, held against the exact ones: one that is off by a percent does
 * not pass, in f64 and f32, and a right one beside it does not fail. cancelling.txt has the programs. */
#include <stdio.h>
#include <string.h>

#include "wgcommand.h"

Test(check_cancels, no_verdict_is_excused)
{
    char line[600], kind[10], dtype[4], by[16];
    int at = 0, programs[2] = { 0 };
    FILE *in = fopen("tests/tools/cancelling.txt", "r");
    cr_assert_not_null(in);
    while (fgets(line, sizeof line, in)) {
        if (sscanf(line, "%9s %3s %15[^:]: %n", kind, dtype, by, &at) != 3 || *line == '#') continue;
        const bool cancels = !strcmp(kind, "cancels");
        const wgt_result r = RUN("check", "--dtype", dtype, "--of", "y", "--wrt", by, "-e", line + at);
        cr_expect(cancels ? r.status == 1 || r.status == 5 : r.status == 0 || r.status == 5,
                  "status %d: %s%s", r.status, line, r.out);
        programs[cancels]++;
    }
    fclose(in);
    cr_expect(programs[false] > 10 && programs[true] > 20);
}
