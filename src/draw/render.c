/* render.c: runs the program `dot` on a DOT text under a time limit.
 *
 * `dot` is a process of its own because its layout may not end and its library leaks memory. It reads the
 * text from a socket: a pipe would raise SIGPIPE in the caller's process if `dot` died. At the limit it is
 * killed with its process group.
 */
#include "draw/draw_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { SECONDS = 20 };

/* Our ends of the program's three streams, -1 when closed. */
typedef struct process {
    pid_t pid;
    int in, out, err;
} process;

static void close_end(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

/* ---- starting ---- */

/* The descriptors are above 2: the dup2 calls for the child must not overwrite one of them. */
static bool open_pair(int pair[2], bool is_socket)
{
    int raw[2];
    if ((is_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, raw) : pipe2(raw, O_CLOEXEC)) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        pair[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, 3);
        close(raw[i]);
    }
    if (pair[0] >= 0 && pair[1] >= 0) return true;
    close_end(&pair[0]), close_end(&pair[1]);
    return false;
}

static int spawn_with(process *p, int in, int out, int err, const char *format)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, standard;
    char kind[16];
    const char *argv[] = { "dot", kind, NULL, NULL, NULL };
    snprintf(kind, sizeof kind, "-T%s", format);
    if (strcmp(format, "png") == 0) argv[2] = "-Gdpi=144";
    if (strcmp(format, "svg") != 0) argv[argv[2] ? 3 : 2] = "-Gbgcolor=white";
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_adddup2(&files, err, 2);
    sigemptyset(&none), sigemptyset(&standard), sigaddset(&standard, SIGPIPE);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &standard);
    int error = posix_spawnp(&p->pid, "dot", &files, &attr, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return error;
}

/* 0, or the error number. */
static int start(process *p, const char *format)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
    int error = open_pair(in, true) && open_pair(out, false) && open_pair(err, false) ? 0 : errno;
    if (!error) error = spawn_with(p, in[1], out[1], err[1], format);
    close_end(&in[1]), close_end(&out[1]), close_end(&err[1]);
    p->in = in[0], p->out = out[0], p->err = err[0];
    if (error) close_end(&p->in), close_end(&p->out), close_end(&p->err);
    return error;
}

/* ---- input and output ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void feed(process *p, const wgi_strbuf *dot, size_t *sent)
{
    ssize_t n = send(p->in, dot->at + *sent, dot->length - *sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) *sent += (size_t)n;
    else if (errno != EAGAIN && errno != EINTR)
        *sent = dot->length; /* the program has closed its input; its error output says why */
    if (*sent == dot->length) close_end(&p->in);
}

static void drain(int *fd, wgi_strbuf *to)
{
    char bytes[16384];
    ssize_t n = read(*fd, bytes, sizeof bytes);
    if (n > 0) wgi_strbuf_add(to, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR)) close_end(fd);
}

/* Sends the text and reads both outputs until the program has closed them. false: the limit was reached
 * first. */
static bool talk(process *p, const wgi_strbuf *dot, wgi_strbuf *out, wgi_strbuf *err, double limit)
{
    size_t sent = 0;
    while (p->out >= 0 || p->err >= 0) {
        double left = limit - now();
        if (left <= 0) return false;
        struct pollfd f[] = { { p->in, POLLOUT, 0 }, { p->out, POLLIN, 0 }, { p->err, POLLIN, 0 } };
        if (poll(f, 3, left > 1 ? 1000 : (int)(left * 1000) + 1) < 0 && errno != EINTR) return false;
        if (f[0].revents) feed(p, dot, &sent);
        if (f[1].revents) drain(&p->out, out);
        if (f[2].revents) drain(&p->err, err);
    }
    return true;
}

/* Waits until the limit, then kills. Returns the exit status, -1 if the program was killed, and 0 if the
 * status is not available because the caller's process ignores SIGCHLD or waits for all its children
 * itself. */
static int end(process *p, double limit)
{
    int status = 0;
    pid_t got;
    close_end(&p->in), close_end(&p->out), close_end(&p->err);
    while ((got = waitpid(p->pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        if (now() >= limit) kill(-p->pid, SIGKILL);
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    }
    if (got < 0) return 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- rendering ---- */

/* On a dark page everything outside the boxes becomes light; boxes keep their colours. */
static const char dark[] =
    "<style>@media (prefers-color-scheme: dark) { .graph > text, .cluster text { fill: #c9d1d9 } "
    ".edge.forward path { stroke: #9aa4af } .edge.forward polygon { fill: #9aa4af; stroke: #9aa4af } "
    ".edge.backward path { stroke: #ff8a80 } .edge.backward polygon { fill: #ff8a80; stroke: #ff8a80 } "
    "}</style>\n";

static void add_style(wgi_strbuf *svg)
{
    char *group = svg->at ? strstr(svg->at, "<g ") : NULL;
    if (!group) return;
    wgi_strbuf all = { .c = svg->c };
    wgi_strbuf_add(&all, svg->at, (size_t)(group - svg->at));
    wgi_strbuf_put(&all, dark);
    wgi_strbuf_add(&all, group, svg->length - (size_t)(group - svg->at));
    wgi_strbuf_free(all.failed ? &all : svg);
    if (!all.failed) *svg = all;
}

static wg_status no_program(wg_context *c, wg_site here, int error)
{
    if (error != ENOENT && error != 127)
        return WGI_DRAW_FAIL(c, here, WG_ERROR_MISSING, "draw: the program `dot` cannot be started: %s",
                             strerror(error));
    return WGI_DRAW_FAIL(c, here, WG_ERROR_MISSING,
                         "draw: the program `dot` is not found: install Graphviz (apt-get install graphviz); "
                         "a .dot file can be written without it");
}

static wg_status judge(wg_site here, int status, bool in_time, double seconds, const wgi_strbuf *out,
                       const wgi_strbuf *err)
{
    wg_context *c = out->c;
    if (out->failed || err->failed) return WG_ERROR_MEMORY;
    if (!in_time)
        return WGI_DRAW_FAIL(c, here, WG_ERROR_USE,
                             "draw: `dot` was stopped after %g seconds: draw a smaller part, fold more "
                             "(.fold, .most), or allow .seconds",
                             seconds);
    if (status == 127) return no_program(c, here, status);
    if (status == 0 && out->length) return WG_OK;
    int first_line = (int)strcspn(wgi_strbuf_text(err), "\n");
    return WGI_DRAW_FAIL(c, here, WG_ERROR_USE, "draw: `dot` failed with status %d: %.*s", status,
                         first_line < 300 ? first_line : 300, wgi_strbuf_text(err));
}

wg_status wgi_render(wg_site here, wgi_strbuf *dot, const char *format, double seconds, wgi_strbuf *out)
{
    if (strcmp(format, "dot") == 0) {
        *out = *dot, *dot = (wgi_strbuf){ .c = out->c };
        return WG_OK;
    }
    process p = { .pid = -1, .in = -1, .out = -1, .err = -1 };
    seconds = seconds > 0 ? seconds : SECONDS;
    double limit = now() + seconds;
    int error = start(&p, format);
    if (error) return no_program(out->c, here, error);
    wgi_strbuf err = { .c = out->c };
    bool in_time = talk(&p, dot, out, &err, limit);
    int status = end(&p, in_time ? limit : 0);
    wg_status s = judge(here, status, in_time, seconds, out, &err);
    wgi_strbuf_free(&err);
    if (s == WG_OK && strcmp(format, "svg") == 0) add_style(out);
    return s;
}
