/* child.c: a program that answers lines with lines, in a process group of its own. It is read with a time
 * limit. What it writes to standard error goes to ours; its last line is kept for messages. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"
#include "child.h"

extern char **environ;

enum { IN, OUT, ERR, PIPES };

static volatile sig_atomic_t group; /* of the child that runs; 0: none */

static void close_end(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

bool child_start(child *c, const char *cmd)
{
    int ends[PIPES][2];
    posix_spawn_file_actions_t f;
    posix_spawnattr_t a;
    char *const argv[] = { "sh", "-c", (char *)(uintptr_t)cmd, NULL };
    *c = (child){ .to = -1, .from = -1, .err = -1 };
    for (int k = 0; k < PIPES; k++)
        if (pipe2(ends[k], O_CLOEXEC)) {
            while (k-- > 0) close(ends[k][0]), close(ends[k][1]);
            return false;
        }
    posix_spawn_file_actions_init(&f);
    posix_spawnattr_init(&a);
    sigset_t standard; /* we ignore SIGPIPE; its pipelines need it */
    sigemptyset(&standard), sigaddset(&standard, SIGPIPE);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigdefault(&a, &standard);
    for (int k = 0; k < PIPES; k++) posix_spawn_file_actions_adddup2(&f, ends[k][k != IN], k);
    const int failed = posix_spawn(&c->id, "/bin/sh", &f, &a, argv, environ);
    posix_spawn_file_actions_destroy(&f);
    posix_spawnattr_destroy(&a);
    for (int k = 0; k < PIPES; k++) close(ends[k][k != IN]);
    c->to = ends[IN][1], c->from = ends[OUT][0], c->err = ends[ERR][0];
    fcntl(c->to, F_SETFL, O_NONBLOCK);
    if (failed) c->id = 0;
    group = c->id;
    return !failed;
}

/* ---- reading ---- */

/* Keeps the last line that is not empty. */
static void keep_last(child *c, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n') {
            c->line_ended = true;
            continue;
        }
        if (c->line_ended) c->last_size = 0;
        c->line_ended = false;
        if (c->last_size + 1 < sizeof c->last) c->last[c->last_size++] = text[i];
        c->last[c->last_size] = 0;
    }
}

static void read_errors(child *c)
{
    char text[1000];
    const ssize_t n = read(c->err, text, sizeof text);
    if (n <= 0) {
        if (n == 0 || errno != EINTR) close_end(&c->err);
        return;
    }
    if (!c->is_quiet) fwrite(text, 1, (size_t)n, stderr);
    keep_last(c, text, (size_t)n);
}

/* False: there is nothing more, or a line is too long. */
static bool read_output(child *c)
{
    enum { LONGEST = 1 << 29 };
    if (c->size > LONGEST) return false;
    if (c->size + 4096 > c->room) {
        char *more = realloc(c->buffer, 2 * c->room + 8192);
        if (!more) return false;
        c->buffer = more, c->room = 2 * c->room + 8192;
    }
    const ssize_t n = read(c->from, c->buffer + c->size, c->room - c->size - 1);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    c->size += (size_t)n;
    c->buffer[c->size] = 0;
    return true;
}

/* Takes the first line out of the buffer. */
static bool take_line(child *c)
{
    char *end = c->size > c->taken ? memchr(c->buffer + c->taken, '\n', c->size - c->taken) : NULL;
    if (!end) return false;
    *end = 0;
    c->line = c->buffer + c->taken;
    c->taken = (size_t)(end - c->buffer) + 1;
    return true;
}

const char child_between[] = " \t\r\n,;[]()";

const char *child_unread(const child *c)
{
    size_t i = c->taken;
    while (i < c->size && c->buffer[i] && strchr(child_between, c->buffer[i])) i++;
    return i < c->size ? c->buffer + i : NULL;
}

/* Waits for what the next line needs, and does it. */
static child_news step(child *c, const char **text, size_t *n, double end, size_t most)
{
    struct pollfd p[] = { { *n ? c->to : -1, POLLOUT, 0 }, { c->from, POLLIN, 0 }, { c->err, POLLIN, 0 } };
    const double left = end - tool_now();
    if (left <= 0) return CHILD_SILENT;
    const int ready = poll(p, PIPES, left > 1 ? 1000 : (int)(1000 * left) + 1);
    if (check_interrupted()) return CHILD_STOPPED;
    if (ready <= 0) return CHILD_BUSY;
    if (p[ERR].revents) read_errors(c);
    if (p[OUT].revents && !read_output(c)) return CHILD_ENDED;
    if (*n && child_unread(c)) return CHILD_EARLY;
    if (*n) c->taken = c->size;
    if (p[OUT].revents && take_line(c)) return CHILD_LINE;
    if (c->size - c->taken > most) return CHILD_LONG;
    if (!p[IN].revents) return CHILD_BUSY;
    const ssize_t wrote = write(c->to, *text, *n);
    if (wrote < 0 && errno != EAGAIN && errno != EINTR) *n = 0; /* it does not read; it may still answer */
    if (wrote > 0) *text += wrote, *n -= (size_t)wrote;
    return CHILD_BUSY;
}

static bool is_blank(const char *line) { return !line[strspn(line, " \t\r")]; }

child_news child_ask(child *c, const char *text, size_t n, double seconds, size_t most)
{
    const double end = tool_now() + seconds;
    child_news news = CHILD_BUSY;
    bool skipped = !c->lines;
    c->size = c->taken = 0;
    while (news == CHILD_BUSY) {
        news = step(c, &text, &n, end, most);
        if (news != CHILD_LINE || skipped || !is_blank(c->line)) continue;
        skipped = true;
        if (!take_line(c)) news = CHILD_BUSY;
    }
    c->lines += news == CHILD_LINE;
    return news;
}

child_news child_more(child *c, double seconds, size_t most)
{
    const double end = tool_now() + seconds;
    const char *nothing = "";
    size_t n = 0;
    child_news news = take_line(c) ? CHILD_LINE : CHILD_BUSY;
    while (news == CHILD_BUSY) news = step(c, &nothing, &n, end, most);
    return news;
}

bool child_has_read(const child *c)
{
    int waiting = 0;
    return !ioctl(c->to, FIONREAD, &waiting) && !waiting;
}

bool child_answers_at_end(child *c)
{
    close_end(&c->to);
    return child_more(c, 1, SIZE_MAX) == CHILD_LINE;
}

/* ---- the end ---- */

void child_kill(void)
{
    if (group) kill(-group, SIGKILL);
}

static bool has_ended(const child *c)
{
    siginfo_t s = { 0 };
    return c->id > 0 && !waitid(P_PID, (id_t)c->id, &s, WEXITED | WNOHANG | WNOWAIT) && s.si_pid == c->id;
}

/* Its group is killed before it is waited for: until then no other group can have the number. */
static int reap(child *c)
{
    int status = 0;
    if (c->id <= 0) return 0;
    kill(-c->id, SIGKILL);
    group = 0;
    while (waitpid(c->id, &status, 0) < 0 && errno == EINTR) continue;
    c->id = 0;
    return status;
}

int child_stop(child *c, double seconds)
{
    const double end = tool_now() + seconds;
    close_end(&c->to);
    while (c->err >= 0 && tool_now() < end && !check_interrupted()) {
        struct pollfd p = { c->err, POLLIN, 0 };
        if (poll(&p, 1, 50) > 0) read_errors(c);
        else if (has_ended(c)) break;
    }
    while (c->id > 0 && !has_ended(c) && tool_now() < end && !check_interrupted())
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    if (c->id > 0) c->killed = !has_ended(c);
    const int status = reap(c);
    close_end(&c->from), close_end(&c->err);
    free(c->buffer);
    c->buffer = NULL, c->size = c->taken = c->room = 0;
    return status;
}
