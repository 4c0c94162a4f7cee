/* child.c: the program `rsvg-convert` runs in a process of its own, under a time limit.
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

/* The text is the first stream. The descriptors are above 2: the dup2 calls for the child must not overwrite
 * one of them. */
static bool open_streams(int stream[STREAMS], const wgi_strbuf *text)
{
    for (int i = 0; i < STREAMS; i++) {
        const int raw = memfd_create("wengert", MFD_CLOEXEC);
        if (raw < 0) return false;
        stream[i] = fcntl(raw, F_DUPFD_CLOEXEC, 3);
        close(raw);
        if (stream[i] < 0) return false;
    }
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
