/* test_command_step.c: `wengert step`: the steps of a program as text, all at once and one by one. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wgcommand.h"

TestSuite(command_step, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* Lecture 1: z = 1.1, a = .7503, L = .2873; dz = a - y = -.2497, dw = dz x = [-.2497, .4995]. */
Test(command_step, shows_values_and_terms)
{
    wgt_result r = RUN("step", wgt_script(wgt_logistic), "--wrt", "w,b");
    cr_expect_eq(r.status, 0, "%s", r.err);
    const char *const in_order[] = { "given\n",
                                     "x = [1, −2]\n",
                                     "forward\n",
                                     "a = σ(z) = ",
                                     " = 0.7503\n",
                                     "L = ",
                                     " = 0.2873\n",
                                     "backward\n",
                                     "dL = 1\n",
                                     "dz = da · a (1 − a) = −1.333 · 0.1874 = −0.2497\n",
                                     "db = dz = −0.2497\n" };
    const char *at = r.out;
    for (size_t i = 0; i < sizeof in_order / sizeof *in_order; i++) {
        const char *next = strstr(at, in_order[i]);
        cr_assert(next, "\"%s\" is not where it should be in %s", in_order[i], r.out);
        at = next;
    }
    cr_expect(strstr(r.out, " = [−0.2497, 0.4995]\n") && !strstr(r.out, "dx = ") && !strchr(r.out, '\033'));
}

Test(command_step, keeps_to_its_width)
{
    wgt_result r = RUN("step", wgt_script(wgt_logistic), "--width", "50");
    int columns = 0;
    cr_expect_eq(r.status, 0, "%s", r.err);
    for (const char *s = r.out; *s; s++) {
        columns = *s == '\n' ? 0 : columns + (((unsigned char)*s & 0xC0) != 0x80);
        cr_assert_leq(columns, 50, "%s", r.out);
    }
}

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
    while (n < sizeof shown - 1 && poll(&ready, 1, 20000) > 0) {
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

Test(command_step, goes_on_and_back_in_a_terminal, .timeout = 60)
{
    const char *shown = talk(wgt_script(wgt_logistic), "\n\nb\nq"), *second;
    cr_expect(strstr(shown, "given"), "%s", shown);
    second = strstr(shown, "   2  ");
    cr_assert(second && strstr(second, "   1  "), "%s", shown);
    cr_expect(strstr(strstr(second, "   1  "), "   2  "), "%s", shown);
    cr_expect(!strstr(shown, "   3  "), "%s", shown);
}
