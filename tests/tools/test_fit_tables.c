/* test_fit_tables.c: the commands fit and predict. */
#include "wgcommand.h"
#include "wgshell.h"

TestSuite(fit_tables, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* The tables of other programs, and hostile ones: tests/tables/forms.txt, hostile.txt. */
Test(fit_tables, tables_of_other_programs)
{
    wgt_shell_or_skip("python=$(command -v python3) || { echo 'skipped: no python3 here'; exit 0; }\n"
                      "$python tests/tools/forms.py \"$build/wengert\" tests/tables \"$in\"");
}

Test(fit_tables, cases_of_a_file) { wgt_run_cases("tests/tools/fit.txt", NULL); }
