/* test_command_step.c: `wengert step`: the steps of a program as text, all at once and one by one. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wgcommand.h"

TestSuite(command_step, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- in a terminal ---- */

/* Writes the answers, one after each prompt, and returns all that the terminal shows. */
static const char *talk(const char *program, const char *answers)
{
    static char shown[1 << 16];
    const int terminal = wgt_open_terminal();
    const pid_t child = fork();
    if (!child) {
        const int side = open(ptsname(terminal), O_RDWR);
        dup2(side, 0), dup2(side, 1);
        execl(wgt_binary(), "wengert", "step", program, "--wrt", "w", (char *)NULL);
        _exit(127);
    }
    size_t n = 0, from = 0;
    struct pollfd ready = { terminal, POLLIN, 0 };
    while (n < sizeof shown - 1 && poll(&ready, 1, -1) > 0) {
        const ssize_t got = read(terminal, shown + n, sizeof shown - 1 - n);
        if (got <= 0) break;
        shown[n += (size_t)got] = 0;
        if (!strstr(shown + from, "quit ") || !*answers) continue;
        from = n;
        const char line[2] = { *answers++, '\n' };
        cr_assert_eq(write(terminal, line + (*line == '\n'), *line == '\n' ? 1 : 2), *line == '\n' ? 1 : 2);
    }
    int status = -1;
    waitpid(child, &status, 0);
    close(terminal);
    cr_expect_eq(status, 0);
    return shown;
}

Test(command_step, goes_on_and_back_in_a_terminal)
{
    const char *shown = talk(wgt_script(wgt_logistic), "\n\nb\nq"), *second;
    cr_expect(strstr(shown, "given"), "%s", shown);
    second = strstr(shown, "   2  ");
    cr_assert(second && strstr(second, "   1  "), "%s", shown);
    cr_expect(strstr(strstr(second, "   1  "), "   2  "), "%s", shown);
    cr_expect(!strstr(shown, "   3  "), "%s", shown);
    shown = talk(wgt_script("w = 2\ny = 3*w\n"), "\n\n\nq");
    const char *end = strstr(shown, "(end) "), *dw = strstr(shown, "dw = ");
    cr_expect(dw && end > dw, "%s", shown);
}
