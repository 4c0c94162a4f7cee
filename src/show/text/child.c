/* child.c: what runs in a process of its own: the program `rsvg-convert`, under a time limit, and functions
 * that a library may end.
 *
 * Texts go through files in memory, so that neither side waits for the other. At the limit a process is
 * killed with its process group. */
#include "text/text.h"
#include "wengert/op.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
    SECONDS = 20,
    /* The most pixels that a PNG by cairo has along a side, and how many a px of the picture has. */
    PNG_MOST = 32767,
    PNG_ZOOM = 2
};

enum { IN, OUT, ERR, STREAMS };

/* ---- starting ---- */

static void close_streams(int stream[STREAMS])
{
    for (int i = 0; i < STREAMS; i++)
        if (stream[i] >= 0) close(stream[i]);
}

/* A descriptor above 2: what the child has for its streams must not overwrite it. -1: there is none. */
static int memory_file(void)
{
    const int raw = memfd_create("wengert", MFD_CLOEXEC);
    const int file = raw < 0 ? -1 : fcntl(raw, F_DUPFD_CLOEXEC, 3);
    if (raw >= 0) close(raw);
    return file;
}

/* The text is the first stream. */
static bool open_streams(int stream[STREAMS], const wgi_strbuf *text)
{
    for (int i = 0; i < STREAMS; i++)
        if ((stream[i] = memory_file()) < 0) return false;
    ssize_t n = 0;
    for (size_t at = 0; at < text->length && n >= 0; at += (size_t)n)
        n = pwrite(stream[IN], text->at + at, text->length - at, (off_t)at);
    return n >= 0;
}

/* The caller's environment, and a date for the files that hold one: equal pictures give equal bytes. */
static char **environment(wg_context *c)
{
    size_t n = 0;
    while (environ[n]) n++;
    char **list = wg_alloc(c, n + 2, sizeof *list);
    for (size_t i = 0; list && i < n; i++) list[i] = environ[i];
    if (list && !getenv("SOURCE_DATE_EPOCH")) list[n] = (char *)(uintptr_t) "SOURCE_DATE_EPOCH=0";
    return list;
}

/* 0, or the error number. */
static int spawn(pid_t *pid, const int stream[STREAMS], const char *const argv[], char **env)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, standard;
    posix_spawn_file_actions_init(&files);
    for (int i = 0; i < STREAMS; i++) posix_spawn_file_actions_adddup2(&files, stream[i], i);
    sigemptyset(&none), sigemptyset(&standard), sigaddset(&standard, SIGPIPE);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &standard);
    int error = posix_spawnp(pid, argv[0], &files, &attr, (char *const *)(uintptr_t)argv, env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return error;
}

/* ---- running ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Waits until the limit, then kills. Returns the exit status, -1 if the program was killed, and 0 if the
 * status is not available because the caller's process ignores SIGCHLD or waits for all its children
 * itself. */
static int end(pid_t pid, double limit, bool *in_time)
{
    int status = 0;
    pid_t got;
    *in_time = true;
    while ((got = waitpid(pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        if (now() >= limit) *in_time = false, kill(-pid, SIGKILL);
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    }
    if (got < 0) return 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void read_stream(int stream, wgi_strbuf *to)
{
    char bytes[16384];
    ssize_t n;
    for (off_t at = 0; !to->failed && (n = pread(stream, bytes, sizeof bytes, at)) > 0; at += n)
        wgi_strbuf_add(to, bytes, (size_t)n);
}

/* ---- a program ---- */

static wg_status stopped(const wgi_child *r, const char *program, double seconds)
{
    return WGI_DRAW_FAIL(r->c, r->here, WG_ERROR_USE, "%s: `%s` was stopped after %g seconds: %s%s", r->call,
                         program, seconds, r->smaller, r->seconds_named ? ", or allow .seconds" : "");
}

static bool absent(int error) { return error == ENOENT || error == 127; }

/* The program exits with 0 when it has scaled a picture down that cairo holds for too large, and says so. */
static wg_status judge(const wgi_child *r, const char *program, int status, bool in_time, double seconds,
                       const wgi_strbuf *out, const wgi_strbuf *err)
{
    if (out->failed || err->failed) return WG_ERROR_MEMORY;
    if (!in_time) return stopped(r, program, seconds);
    bool scaled = strstr(wgi_strbuf_text(err), "too large for cairo");
    if (status == 0 && out->length && !scaled) return WG_OK;
    int first_line = (int)strcspn(wgi_strbuf_text(err), "\n");
    return WGI_DRAW_FAIL(r->c, r->here, WG_ERROR_USE, "%s: `%s` failed with status %d: %.*s", r->call,
                         program, status, first_line < 300 ? first_line : 300, wgi_strbuf_text(err));
}

/* *error: the number of the error that kept the program from starting; 0: it ran. */
static wg_status run(const wgi_child *r, const char *const argv[], const wgi_strbuf *text, wgi_strbuf *out,
                     int *error)
{
    const double seconds = r->seconds_named ? r->seconds : SECONDS, limit = now() + seconds;
    int stream[STREAMS] = { -1, -1, -1 };
    char **env = environment(out->c);
    pid_t pid = -1;
    *error = !env ? ENOMEM : open_streams(stream, text) ? spawn(&pid, stream, argv, env) : errno;
    wg_free(out->c, env);
    wg_status s = WG_ERROR_MISSING;
    if (!*error) {
        wgi_strbuf err = { .c = out->c };
        bool in_time;
        const int status = end(pid, limit, &in_time);
        read_stream(stream[OUT], out), read_stream(stream[ERR], &err);
        if (in_time && status == 127) *error = status;
        else s = judge(r, argv[0], status, in_time, seconds, out, &err);
        wgi_strbuf_free(&err);
    }
    close_streams(stream);
    return s;
}

/* ---- a function ---- */

static void leave(void) { _exit(EXIT_FAILURE); }

/* In the child. When a library calls exit(), `leave` comes first: no function that the caller's program has
 * for its end is called, and no text that waits in a stream of that program is written. What a library says
 * is dropped, and a crash writes no core. The child ends with the thread that waits for it. A 0 behind the
 * text says that the text is whole. */
static _Noreturn void work(wgi_work_fn f, void *with, int file)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 0);
    close(STDERR_FILENO);
    FILE *to = atexit(leave) ? NULL : fdopen(file, "w");
    if (to && f(with, to) && !putc(0, to)) fflush(to);
    _exit(EXIT_SUCCESS);
}

/* Returns when the child has ended: 0, or the error number. The child handles no signal: the handlers are
 * those of the caller's program. It may be waited for by others, or by nobody: its text says how it ended. */
static int fork_work(wgi_work_fn f, void *with, int file)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = fork();
    const int error = errno;
    if (!pid) work(f, with, file);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    return pid < 0 ? error : 0;
}

wg_status wgi_work_apart(const wgi_child *r, wgi_work_fn f, void *with, wgi_strbuf *out)
{
    const int file = memory_file();
    const int error = file < 0 ? errno : fork_work(f, with, file);
    if (!error) read_stream(file, out);
    if (file >= 0) close(file);
    if (error && error != ENOMEM)
        return WGI_DRAW_FAIL(r->c, r->here, WG_ERROR_MISSING, "%s: no process can be started: %s", r->call,
                             strerror(error));
    const bool whole = out->length && !out->at[out->length - 1];
    out->length -= whole;
    return whole && !out->failed ? WG_OK : WG_ERROR_MEMORY;
}

/* ---- images ---- */

wg_status wgi_render(const wgi_child *r, const char *format, const double size[2], const wgi_strbuf *svg,
                     wgi_strbuf *out)
{
    const bool png = strcmp(format, "png") == 0;
    int error;
    const char *argv[] = { "rsvg-convert",          "--format", format, "--background-color=white",
                           png ? "--zoom=2" : NULL, NULL };
    if (png && !(PNG_ZOOM * size[0] <= PNG_MOST && PNG_ZOOM * size[1] <= PNG_MOST))
        return WGI_DRAW_FAIL(
            r->c, r->here, WG_ERROR_VALUE,
            "%s: the PNG would have %.0f x %.0f pixels, at most %d are possible along a side: %s, or "
            "write svg",
            r->call, PNG_ZOOM * size[0], PNG_ZOOM * size[1], PNG_MOST, r->smaller);
    const wg_status s = run(r, argv, svg, out, &error);
    if (!error) return s;
    if (!absent(error))
        return WGI_DRAW_FAIL(r->c, r->here, WG_ERROR_MISSING,
                             "%s: the program `rsvg-convert` cannot be started: %s", r->call,
                             strerror(error));
    return WGI_DRAW_FAIL(
        r->c, r->here, WG_ERROR_MISSING,
        "%s: a %s needs the program `rsvg-convert` (apt-get install librsvg2-bin); %s can be written "
        "without it",
        r->call, format, r->without);
}
