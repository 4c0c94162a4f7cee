/* progress.c: what a long check says meanwhile, and signals. On a terminal a line on standard error says
 * after a second what is being done; it is rewritten in place and erased at the end. The first SIGINT
 * (Ctrl-C), SIGTERM or SIGHUP stops the check, which then reports what it has found. The second one ends
 * the program of --run and the command. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"
#include "child.h"

enum { SIGNALS = 3 };
static const int signals[SIGNALS] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction before[SIGNALS];
static bool caught[SIGNALS];
static volatile sig_atomic_t interrupted;
static struct {
    bool shown, terminal;
    double next; /* when the line may be written */
    const char *stage;
    double begun, from; /* of the stage: when it was first shown, and at which share */
} state = { .stage = "" };

/* Calls only functions that a signal handler may call. */
static void on_signal(int number)
{
    if (interrupted) {
        child_kill();
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = number;
}

bool check_interrupted(void) { return interrupted; }

void check_quiet(void)
{
    if (state.shown) fputs("\r\033[K", stderr);
    state.shown = false;
}

static bool tell(void *user, const char *stage, double share)
{
    (void)user;
    if (interrupted) return false;
    if (!state.terminal) return true;
    const double t = tool_now();
    if (t < state.next) return true;
    if (strcmp(stage, state.stage)) state.stage = stage, state.begun = t, state.from = share;
    const double more = (t - state.begun) * (1 - share) / (share - state.from);
    fprintf(stderr, "\r\033[K%s  %.0f %%", stage, 100 * share);
    if (t > state.begun + 1 && more >= 0 && more < 1e5) fprintf(stderr, ", about %.0f s more", more);
    state.shown = true;
    state.next = t + 0.1;
    return true;
}

void signals_catch(void)
{
    struct sigaction a = { .sa_handler = on_signal };
    sigemptyset(&a.sa_mask);
    for (int i = 0; i < SIGNALS; i++)
        if (!caught[i] && !sigaction(signals[i], NULL, &before[i]) && before[i].sa_handler != SIG_IGN)
            caught[i] = !sigaction(signals[i], &a, NULL);
}

void check_watch(wg_gradcheck_opts *o)
{
    signals_catch();
    state.terminal = terminal_moves(STDERR_FILENO);
    state.next = tool_now() + 1;
    o->progress = tell;
}

void check_unwatch(void)
{
    check_quiet();
    for (int i = 0; i < SIGNALS; i++)
        if (caught[i]) caught[i] = sigaction(signals[i], &before[i], NULL) != 0;
}
