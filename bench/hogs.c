/* hogs.c: busy processes are this program, executed anew. A plain fork would share this program's memory with
 * them, and its next writes would have to copy each page. */
#include "hogs.h"

#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 8, LONGEST = 600 /* seconds */ };
static const char word[] = "--busy-process";
static pid_t hog[MOST];
static int hogs;

bool hogs_start(int n)
{
    char *argv[] = { "bench", (char *)word, NULL };
    for (hogs = 0; hogs < n && hogs < MOST; hogs++)
        if (posix_spawn(&hog[hogs], "/proc/self/exe", NULL, NULL, argv, environ)) return hogs_stop(), false;
    return true;
}

void hogs_stop(void)
{
    for (; hogs > 0; hogs--) kill(hog[hogs - 1], SIGKILL), waitpid(hog[hogs - 1], NULL, 0);
}

bool hogs_am_one(int argc, char *argv[]) { return argc == 2 && strcmp(argv[1], word) == 0; }

void hogs_be_one(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LONGEST); /* if the parent ended before the line above */
    for (volatile unsigned long count = 0;; count++) continue;
}
