/* progress.c: what a long check says meanwhile, and Ctrl-C. On a terminal a line on standard error says
 * after a second what is being done; it is rewritten in place and erased at the end. The first Ctrl-C
 * stops the check, which then reports what it has found. The second one ends the program as always. */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

static volatile sig_atomic_t interrupted;
static struct {
    bool shown, terminal;
    double next; /* when the line may be written */
} state;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_interrupt(int signal_number) { interrupted = signal_number; }

bool check_interrupted(void) { return interrupted; }

static void erase(void)
{
    if (state.shown) fputs("\r\033[K", stderr);
    state.shown = false;
}

static bool tell(void *user, const char *stage, double share)
{
    (void)user;
    if (interrupted) return false;
    if (!state.terminal) return true;
    const double t = now();
    if (t < state.next) return true;
    fprintf(stderr, "\r\033[K%s  %.0f %%", stage, 100 * share);
    state.shown = true;
    state.next = t + 0.1;
    return true;
}

void check_watch(wg_gradcheck_opts *o)
{
    struct sigaction a = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND }, before;
    sigemptyset(&a.sa_mask);
    if (!interrupted && !sigaction(SIGINT, NULL, &before) && before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &a, NULL);
    state.terminal = isatty(STDERR_FILENO);
    state.next = now() + 1;
    o->progress = tell;
}

void check_unwatch(void) { erase(); }
