/* wgshell.c: see wgshell.h. */
#include "wgshell.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "wgtest.h"

const char *wgt_shell(const char *commands)
{
    static char text[1 << 14], script[1 << 14];
    const char *build = getenv("WG_BUILD");
    snprintf(script, sizeof script,
             "exec 2>&1; set -u; in='%s' build='%s' compile='%s'\n"
             "said_by() { env -u MAKEFLAGS -u MAKELEVEL make -s -o all BUILD=\"$build\" \"$@\"; }\n"
             "make_it() { said_by \"$@\" >/dev/null; }\n"
             "need() { command -v \"$1\" >/dev/null || { echo \"skipped: no $1 here\"; exit 0; }; }\n%s",
             wgt_folder(), build ? build : "build", wgt_compiler(), commands);
    FILE *out = popen(script, "r");
    cr_assert(out);
    text[fread(text, 1, sizeof text - 1, out)] = 0;
    int status = pclose(out);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s\n%s", commands, text);
    return text;
}

const char *wgt_shell_or_skip(const char *commands)
{
    const char *text = wgt_shell(commands);
    if (!strncmp(text, "skipped", strlen("skipped"))) cr_skip_test("%s", text);
    return text;
}
