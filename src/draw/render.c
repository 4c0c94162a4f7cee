/* render.c: runs the programs `dot` and `rsvg-convert` on a text under a time limit.
 *
 * `dot` is a process of its own because its layout may not end and its library leaks memory. A program
 * reads the text from a socket: a pipe would raise SIGPIPE in the caller's process if the program died.
 * At the limit it is killed with its process group.
 */
#include "draw/svg.h"

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

enum {
    SECONDS = 20,
    /* The most pixels that a PNG by cairo has along a side, and how many a px of the picture has. */
    PNG_MOST = 32767,
    PNG_ZOOM = 2
};

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

static int spawn_with(process *p, int in, int out, int err, const char *const argv[], char **env)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, standard;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_adddup2(&files, err, 2);
    sigemptyset(&none), sigemptyset(&standard), sigaddset(&standard, SIGPIPE);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &standard);
    int error = posix_spawnp(&p->pid, argv[0], &files, &attr, (char *const *)(uintptr_t)argv, env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return error;
}

/* 0, or the error number. */
static int start(process *p, wg_context *c, const char *const argv[])
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
    char **env = environment(c);
    int error = !env                                                                    ? ENOMEM
                : open_pair(in, true) && open_pair(out, false) && open_pair(err, false) ? 0
                                                                                        : errno;
    if (!error) error = spawn_with(p, in[1], out[1], err[1], argv, env);
    wg_free(c, env);
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

static void feed(process *p, const wgi_strbuf *text, size_t *sent)
{
    ssize_t n = send(p->in, text->at + *sent, text->length - *sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) *sent += (size_t)n;
    else if (errno != EAGAIN && errno != EINTR)
        *sent = text->length; /* the program has closed its input; its error output says why */
    if (*sent == text->length) close_end(&p->in);
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
static bool talk(process *p, const wgi_strbuf *text, wgi_strbuf *out, wgi_strbuf *err, double limit)
{
    size_t sent = 0;
    while (p->out >= 0 || p->err >= 0) {
        double left = limit - now();
        if (left <= 0) return false;
        struct pollfd f[] = { { p->in, POLLOUT, 0 }, { p->out, POLLIN, 0 }, { p->err, POLLIN, 0 } };
        if (poll(f, 3, left > 1 ? 1000 : (int)(left * 1000) + 1) < 0 && errno != EINTR) return false;
        if (f[0].revents) feed(p, text, &sent);
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

static bool absent(int error) { return error == ENOENT || error == 127; }

/* Both programs exit with 0 when they have scaled a picture down that cairo holds for too large, and say
 * so. */
static wg_status judge(const wgi_picture *p, const char *program, int status, bool in_time, double seconds,
                       const wgi_strbuf *out, const wgi_strbuf *err)
{
    if (out->failed || err->failed) return WG_ERROR_MEMORY;
    if (!in_time)
        return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_USE,
                             "draw: `%s` was stopped after %g seconds: draw a smaller part, fold more "
                             "(.fold, .most), or allow .seconds",
                             program, seconds);
    bool scaled = strstr(wgi_strbuf_text(err), "too large for cairo");
    if (status == 0 && out->length && !scaled) return WG_OK;
    int first_line = (int)strcspn(wgi_strbuf_text(err), "\n");
    return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_USE, "draw: `%s` failed with status %d: %.*s", program,
                         status, first_line < 300 ? first_line : 300, wgi_strbuf_text(err));
}

/* *error: the number of the error that kept the program from starting; 0: it ran. */
static wg_status run(const wgi_picture *picture, const char *const argv[], const wgi_strbuf *text,
                     wgi_strbuf *out, int *error)
{
    process p = { .pid = -1, .in = -1, .out = -1, .err = -1 };
    const double seconds = wg_or_standard(picture->o->seconds, SECONDS), limit = now() + seconds;
    *error = start(&p, out->c, argv);
    if (*error) return WG_ERROR_MISSING;
    wgi_strbuf err = { .c = out->c };
    bool in_time = talk(&p, text, out, &err, limit);
    int status = end(&p, in_time ? limit : 0);
    if (in_time && status == 127) *error = status;
    wg_status s = *error ? WG_ERROR_MISSING : judge(picture, argv[0], status, in_time, seconds, out, &err);
    wgi_strbuf_free(&err);
    return s;
}

static bool is_png(const wgi_picture *p) { return strcmp(p->format->name, "png") == 0; }
static bool is_svg(const wgi_picture *p) { return strcmp(p->format->name, "svg") == 0; }

wg_status wgi_render_dot(wgi_picture *p, wgi_strbuf *out)
{
    int error;
    wgi_strbuf dot = { .c = p->c };
    const char *argv[] = { "dot", wgi_pool_format(p->pool, "-T%s", p->format->name), NULL, NULL, NULL };
    if (is_png(p)) argv[2] = "-Gdpi=144";
    if (!is_svg(p)) argv[argv[2] ? 3 : 2] = "-Gbgcolor=white";
    wgi_format_dot.write(p, &dot);
    wg_status s = wgi_no_memory(p, &dot, WG_OK);
    if (s == WG_OK) s = run(p, argv, &dot, out, &error);
    else error = 0;
    wgi_strbuf_free(&dot);
    if (s == WG_OK && is_svg(p)) add_style(out);
    if (!error) return s;
    if (!absent(error))
        return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_MISSING, "draw: the program `dot` cannot be started: %s",
                             strerror(error));
    return WGI_DRAW_FAIL(
        p->c, p->here, WG_ERROR_MISSING,
        "draw: the program `dot` is not found: install Graphviz (apt-get install graphviz); .dot and "
        ".svg files can be written without it");
}

/* By the program `dot`, if there is one. */
static wg_status without_rsvg(wgi_picture *p, wgi_strbuf *out)
{
    bool failed_before = wg_failed(p->c);
    wgi_strbuf_clear(out);
    wg_status s = wgi_render_dot(p, out);
    if (s != WG_ERROR_MISSING || failed_before) return s;
    wg_recover(p->c);
    return WGI_DRAW_FAIL(
        p->c, p->here, s,
        "draw: a %s needs the program `rsvg-convert` (apt-get install librsvg2-bin) or `dot` (apt-get "
        "install graphviz): neither is found; .svg files can be written without them",
        p->format->name);
}

wg_status wgi_image_write(wgi_picture *p, const double size[2], wgi_strbuf *svg, wgi_strbuf *out)
{
    int error;
    const char *argv[] = { "rsvg-convert",
                           "--format",
                           p->format->name,
                           "--background-color=white",
                           is_png(p) ? "--zoom=2" : NULL,
                           NULL };
    if (is_svg(p)) {
        wgi_strbuf_free(out);
        *out = *svg, *svg = (wgi_strbuf){ .c = p->c };
        return WG_OK;
    }
    if (is_png(p) && !(PNG_ZOOM * size[0] <= PNG_MOST && PNG_ZOOM * size[1] <= PNG_MOST))
        return WGI_REFUSE(
            p,
            "draw: the PNG would have %.0f x %.0f pixels, at most %d are possible along a side: draw a "
            "smaller part, fold more, or write svg",
            PNG_ZOOM * size[0], PNG_ZOOM * size[1], PNG_MOST);
    wg_status s = run(p, argv, svg, out, &error);
    if (!error) return s;
    if (!p->o->steps) return without_rsvg(p, out);
    return WGI_DRAW_FAIL(
        p->c, p->here, WG_ERROR_MISSING,
        "draw: steps as %s need the program `rsvg-convert` (apt-get install librsvg2-bin); .svg "
        "files can be written without it",
        p->format->name);
}

const wgi_format wgi_format_png = {
    .name = "png", .write = wgi_svg_write, .write_steps = wgi_film_write, .is_image = true
};
const wgi_format wgi_format_pdf = {
    .name = "pdf", .write = wgi_svg_write, .write_steps = wgi_film_write, .is_image = true
};
