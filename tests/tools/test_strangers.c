/* test_strangers.c: files of strangers make the command do nothing but what SECURITY.md says. */
#include "strangers.h"

TestSuite(strangers, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(strangers, lessons_open_nothing_but_what_they_are_given) { expect_quiet("lessons", 230); }
Test(strangers, folders_of_trainings_open_nothing_else) { expect_quiet("folders", 200); }
Test(strangers, no_terminal_obeys_a_file) { expect_quiet("eval controls $few_controls", 140); }
