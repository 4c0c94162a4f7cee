/* wgshell.h: runs commands of a shell. */
#ifndef WGSHELL_H
#define WGSHELL_H

#include "wgfiles.h"

/* Runs a shell's commands in the sources' folder and returns what they wrote, to standard error too. It is
 * valid until the next call. The test fails unless the status is 0. $in is the test's folder, $build the
 * build, $compile the compiler of the build and its sanitizers; `make_it` runs make there, which builds
 * nothing anew, and prints nothing; `said_by` does the same and prints. */
const char *wgt_shell(const char *commands);
/* The same; the test is skipped if "skipped" is the first word that they write. `need PROGRAM` writes it, and
 * ends the commands, where the program is not in PATH. */
const char *wgt_shell_or_skip(const char *commands);

#endif
