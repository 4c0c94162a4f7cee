/* test_check_stop.c: the command's check on a terminal: a line of progress, and Ctrl-C. The terminal is a
 * pseudo-terminal of the test. And the report's bytes for any number of threads. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wgcommand.h"

TestSuite(check_stop, .init = wgt_make_folder, .fini = wgt_remove_folder);

typedef struct session {
    pid_t id;
    int err; /* our end of its standard error */
    char text[1 << 14];
    size_t size;
    char out[300]; /* the file of its standard output */
} session;

/* Starts `wengert check`. terminal: standard error is a terminal. */
static session start(const char *const argv[], bool terminal)
{
    session s = { 0 };
    int ends[2];
    if (terminal) {
        ends[0] = wgt_open_terminal();
        ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
    } else {
        cr_assert(!pipe2(ends, O_CLOEXEC));
    }
    snprintf(s.out, sizeof s.out, "%s", wgt_in_folder("out"));
    s.id = wgt_start_command(argv, s.out, ends[1]);
    close(ends[1]);
    s.err = ends[0];
    return s;
}

/* Reads standard error until it holds `what`, or ends. All is read, however much there is: a command whose
 * terminal is full waits. The last half of what there is room for is kept. */
static bool read_until(session *s, const char *what)
{
    while (!strstr(s->text, what)) {
        if (s->size > sizeof s->text / 2) {
            s->size /= 2;
            memmove(s->text, s->text + s->size, strlen(s->text + s->size) + 1);
            s->size = strlen(s->text);
        }
        const ssize_t n = read(s->err, s->text + s->size, sizeof s->text - s->size - 1);
        if (n <= 0) break;
        s->size += (size_t)n, s->text[s->size] = 0;
    }
    return strstr(s->text, what);
}

static int end(session *s)
{
    read_until(s, "no such text");
    const int status = wgt_wait_command(s->id);
    close(s->err);
    return status;
}

static const char *text_of(const char *path)
{
    static wgt_bytes f;
    f = wgt_load(path);
    f.b[f.n < sizeof f.b ? f.n : sizeof f.b - 1] = 0;
    return (const char *)f.b;
}

static const char *const quick[] = {
    "wengert",   "check", "--run", "while read x; do sleep 0.02; echo \"$x 1\"; done", "--at", "3",
    "--timeout", "1000",  NULL
};

/* A function that takes a tenth of a second, by a program. From the 16th answer on it waits for the file. */
static const char slow[] =
    "n=0; while read x; do sleep 0.1; n=$((n + 1)); until [ $n -lt 16 -o -e '%s' ]; do "
    "sleep 0.01; done; echo \"$x 1\"; done";

Test(check_stop, a_line_of_progress_on_a_terminal)
{
    session s = start(quick, true);
    cr_expect(read_until(&s, "slopes at the given point"), "%s", s.text);
    cr_expect_eq(end(&s), 0, "%s", s.text);
    cr_expect(strstr(text_of(s.out), "verdict PASS"), "%s", text_of(s.out));
    const size_t n = strlen(s.text);
    cr_expect(n > 4 && !strcmp(s.text + n - 4, "\r\033[K"), "the line is not erased: %s", s.text);
}

Test(check_stop, no_line_without_a_terminal)
{
    session s = start(quick, false);
    cr_expect_eq(end(&s), 0);
    cr_expect_str_eq(s.text, "");
}

/* A busy machine takes longer, and the line is written more often than the room for the text allows: what is
 * not read would hold the command up. */
Test(check_stop, more_on_a_terminal_than_there_is_room_for)
{
    static const char *const loud[] = {
        "wengert", "check", "--run",     "while read x; do printf '%0900d\\n' 7 >&2; echo \"$x 1\"; done",
        "--at",    "3",     "--timeout", "1000",
        NULL
    };
    session s = start(loud, true);
    cr_expect_eq(end(&s), 0, "%s", s.text);
    cr_expect(strstr(text_of(s.out), "verdict PASS"), "%s", text_of(s.out));
}

static void interrupt(bool json)
{
    char cmd[600];
    snprintf(cmd, sizeof cmd, slow, wgt_in_folder("go"));
    const char *const argv[] = {
        "wengert", "check", "--run", cmd, "--at", "3", "--timeout", "1000", json ? "--json" : NULL, NULL
    };
    session s = start(argv, true);
    cr_expect(read_until(&s, "%"), "no progress: %s", s.text);
    kill(s.id, SIGINT);
    wgt_file("go", "", 0);
    cr_expect_eq(end(&s), 130, "%s", s.text);
    remove(wgt_in_folder("go"));
    const char *text = text_of(s.out);
    if (json) wgt_expect_json(text);
    cr_expect(!json || strstr(text, ",\"reason\":\"\"}\n"), "%s", text);
    cr_expect(strstr(text, json ? "\"partial\":true" : "\npartial: stopped at "), "%s", text);
    cr_expect(json || strstr(text, "verdict INCONCLUSIVE: stopped"), "%s", text);
}

Test(check_stop, an_interruption_gives_the_partial_report)
{
    interrupt(false);
    interrupt(true);
}

/* The program of --run computes, and never reads again. */
Test(check_stop, other_signals_end_the_program_too)
{
    static const int signals[] = { SIGTERM, SIGHUP };
    for (int i = 0; i < 2; i++) {
        char cmd[600];
        snprintf(cmd, sizeof cmd,
                 "(echo here; echo go >&2; exec sleep 1000000) >'%s' & while :; do sleep 1; done",
                 wgt_watched());
        const char *const argv[] = {
            "wengert", "check", "--run", cmd, "--at", "3", "--timeout", "1000", NULL
        };
        session s = start(argv, false);
        cr_expect(read_until(&s, "go"), "%s", s.text);
        kill(s.id, signals[i]);
        cr_expect_eq(end(&s), 130, "%s", s.text);
        cr_expect(strstr(text_of(s.out), "stopped"), "%s", text_of(s.out));
        wgt_expect_ended();
    }
}

/* A picture that takes long: the check has ended, so Ctrl-C ends the command. */
Test(check_stop, a_signal_behind_the_check_ends_the_command)
{
    char path[5000], file[300], picture[300];
    char slow_picture[1200], drawing[300];
    snprintf(picture, sizeof picture, "%s", wgt_in_folder("a.png"));
    snprintf(drawing, sizeof drawing, "%s", wgt_in_folder("drawing"));
    snprintf(slow_picture, sizeof slow_picture,
             "#!/bin/sh\necho $$ >'%s.new'\nmv '%s.new' '%s'\nexec sleep 1000000\n", drawing, drawing,
             drawing);
    snprintf(file, sizeof file, "%s", wgt_file("rsvg-convert", slow_picture, strlen(slow_picture)));
    cr_assert(!chmod(file, 0700));
    *strrchr(file, '/') = 0;
    snprintf(path, sizeof path, "%s:%s", file, getenv("PATH"));
    setenv("PATH", path, 1);
    const char *const argv[] = {
        "wengert", "check", "-e", "sin(x)", "--set", "x=1", "--draw", picture, NULL
    };
    session s = start(argv, false);
    while (access(drawing, F_OK) && !wgt_command_ended(s.id)) usleep(10000); /* any time does */
    cr_assert(!access(drawing, F_OK), "no picture was made");
    cr_expect(strstr(text_of(s.out), "PASS"), "%s", text_of(s.out));
    kill(s.id, SIGINT);
    cr_expect_eq(wgt_wait_command(s.id), 1000 + SIGINT);
    kill(atoi(text_of(drawing)), SIGKILL);
    close(s.err);
}

/* A net that takes a quarter of a minute to check. */
static const char net[] = "x = normal(200, 300, seed=1)\nW = param(300, 300, init=xavier)\n"
                          "V = param(300, 300, init=xavier)\nL = mean(tanh(tanh(tanh(x @ W) @ V) @ W)^2)\n"
                          "check L == 1\n";

Test(check_stop, the_check_of_a_program_is_interrupted)
{
    char file[300];
    snprintf(file, sizeof file, "%s", wgt_script(net));
    const char *const argv[] = { "wengert", "check", file, NULL };
    session s = start(argv, true);
    cr_expect(read_until(&s, "%"), "no progress: %s", s.text);
    kill(s.id, SIGINT);
    cr_expect_eq(end(&s), 130, "%s", s.text);
    cr_expect(strstr(text_of(s.out), "\npartial: stopped at "), "%s", text_of(s.out));
    cr_expect(strstr(text_of(s.out), "L == 1  FAILS"), "the claims are judged: %s", text_of(s.out));
}

/* More than 64 components, so that several threads compute differences. */
Test(check_stop, json_has_the_same_bytes_for_any_number_of_threads)
{
    static const char text[] =
        "x = normal(6, 8, seed=1)\nW = param(8, 9, init=xavier)\nL = mean(tanh(x @ W)^2)\n";
    wgt_result one = { 0 };
    for (int threads = 1; threads <= 4; threads *= 2) {
        setenv("WG_NUM_THREADS", (const char[]){ (char)('0' + threads), 0 }, 1);
        const wgt_result r = RUN("check", wgt_script(text), "--json");
        cr_expect_eq(r.status, 0, "%s%s", r.out, r.err);
        wgt_expect_json(r.out);
        if (threads == 1) one = r;
        cr_expect_str_eq(r.out, one.out, "%d threads", threads);
    }
    unsetenv("WG_NUM_THREADS");
}
