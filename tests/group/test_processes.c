/* test_processes.c: training by several processes of mpirun: tests/group/processes.sh. */
#include "wgshell.h"

TestSuite(processes, .init = wgt_make_folder, .fini = wgt_remove_folder);

static void holds(const char *part)
{
    char command[200];
    snprintf(command, sizeof command, "build=$build tests/group/processes.sh %s", part);
    fprintf(stderr, "%s", wgt_shell(command));
}

Test(processes, leave_the_same_bytes) { holds("bits"); }
Test(processes, killed_and_resumed) { holds("kills"); }
Test(processes, have_one_error) { holds("faults"); }
Test(processes, that_come_apart) { holds("apart"); }
Test(processes, end_by_signals) { holds("signals"); }
Test(processes, a_full_disk)
{
    fprintf(stderr, "%s", wgt_shell_or_skip("build=$build tests/group/processes.sh disk"));
}
Test(processes, by_python_and_c) { holds("languages"); }
Test(processes, by_other_launchers) { holds("launchers"); }
Test(processes, by_mpich) { holds("mpich"); }
