/* torch.c: talks to torch_bench.py through pipes: one line is the question, one line the answer. The pipes
 * are closed on exec. Otherwise a second PyTorch process would inherit the pipe of the first, and the first
 * would never see the end of its input.
 */
#include "torch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct torch {
    pid_t pid;
    FILE *to, *from;
    char line[512];
};

static void keep_memory(void)
{
    setenv("MALLOC_MMAP_MAX_", "0", 1);
    setenv("MALLOC_TRIM_THRESHOLD_", "9999999999", 1);
    setenv("MALLOC_TOP_PAD_", "67108864", 1);
}

static void let_memory_go(void)
{
    unsetenv("MALLOC_MMAP_MAX_");
    unsetenv("MALLOC_TRIM_THRESHOLD_");
    unsetenv("MALLOC_TOP_PAD_");
}

/* Debian's PyTorch needs Debian's Python, and another Python may come first in PATH. */
static void child(const char *script, bool keep, const int in[2], const int out[2])
{
    const char *python = getenv("BENCH_PYTHON");
    dup2(in[0], 0), dup2(out[1], 1);
    keep ? keep_memory() : let_memory_go();
    if (python) execlp(python, python, script, (char *)NULL);
    execl("/usr/bin/python3", "python3", script, (char *)NULL);
    execlp("python3", "python3", script, (char *)NULL);
    _exit(127);
}

static bool read_line(torch *t)
{
    if (!fgets(t->line, sizeof t->line, t->from)) {
        snprintf(t->line, sizeof t->line, "error no reply");
        return false;
    }
    t->line[strcspn(t->line, "\n")] = 0;
    return true;
}

static torch *connect_child(const char *script, bool keep)
{
    int in[2], out[2];
    torch *t = calloc(1, sizeof *t);
    if (!t || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || (t->pid = fork()) < 0) return free(t), NULL;
    if (t->pid == 0) child(script, keep, in, out);
    close(in[0]), close(out[1]);
    t->to = fdopen(in[1], "w"), t->from = fdopen(out[0], "r");
    return t;
}

torch *torch_start(const char *script, bool keep, char *why, size_t size)
{
    signal(SIGPIPE, SIG_IGN);
    torch *t = connect_child(script, keep);
    if (t && read_line(t) && strncmp(t->line, "ready ", 6) == 0) {
        memmove(t->line, t->line + 6, strlen(t->line + 6) + 1);
        return t;
    }
    snprintf(why, size, "%s", t && strncmp(t->line, "missing", 7) == 0 ? t->line + 8 : "no Python");
    torch_stop(t);
    return NULL;
}

const char *torch_version(const torch *t) { return t->line; }

void torch_stop(torch *t)
{
    if (!t) return;
    fclose(t->to), fclose(t->from);
    waitpid(t->pid, NULL, 0);
    free(t);
}

const char *torch_ask(torch *t, const char *request)
{
    fprintf(t->to, "%s\n", request), fflush(t->to);
    if (read_line(t) && strncmp(t->line, "error", 5) != 0) return t->line;
    fprintf(stderr, "torch: %s: %s\n", request, t->line);
    return NULL;
}

void torch_least(const char *reply, double best[BENCH_PARTS])
{
    char *at = (char *)(uintptr_t)reply;
    for (int i = 0; i < BENCH_PARTS && *at; i++) {
        double seconds = strtod(at, &at);
        if (seconds < best[i]) best[i] = seconds;
        at += strspn(at, " ");
    }
}

double torch_answer(torch *t, const char *work, int size)
{
    char request[128];
    snprintf(request, sizeof request, "answer %s %d", work, size);
    const char *reply = torch_ask(t, request);
    return reply && strcmp(reply, "none") != 0 ? atof(reply) : NAN;
}

bool torch_round(torch *t, const char *work, int size, int repetitions, double rep_seconds, double cap,
                 double best[BENCH_PARTS])
{
    char request[128];
    snprintf(request, sizeof request, "run %s %d %d %g %g", work, size, repetitions, rep_seconds, cap);
    const char *reply = torch_ask(t, request);
    if (reply) torch_least(reply, best);
    return reply != NULL;
}
