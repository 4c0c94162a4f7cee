/* strangers.h: the tests of strangers.sh. */
#include "wgshell.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Runs cases of strangers.sh, each of which prints a line if something is wrong; then it prints how many
 * there were. */
static void expect_quiet(const char *cases, int least)
{
    char commands[400];
    snprintf(commands, sizeof commands,
             ". tests/tools/strangers.sh\ncases=0; usual | sort -u >\"$in/usual\"; %s; echo $cases", cases);
    const char *said = wgt_shell_or_skip(commands);
    cr_expect(atoi(said) >= least, "%s", said);
}
