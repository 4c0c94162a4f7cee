/* test_strangers_all.c: more of test_strangers.c, and names of files that are none, for `make whole`. */
#include "strangers.h"

TestSuite(strangers_all, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(strangers_all, no_terminal_obeys_a_file) { expect_quiet("eval controls $more_controls", 1000); }
Test(strangers_all, no_name_of_a_file_reads_or_writes_other_memory) { expect_quiet("names", 800); }
