/* processes.c: a command that mpirun has started several times: rank 0 speaks, and an error is printed once.
 * What a process prints is held back until all have met at the end, but for the notes of rank 0. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

static struct {
    bool held, met, failed;
    int real[2], memory[2]; /* of standard output and standard error */
    FILE *notes;
    char said[1000];  /* the last error of this process */
    char before[200]; /* "rank 2 on node17: " */
    bool speaks;      /* this process prints the error */
} now = { .speaks = true };

FILE *tool_notes(void) { return now.held ? now.notes : stderr; }

void tool_said(const char *text) { snprintf(now.said, sizeof now.said, "%s", text); }

static int hold_stream(int i)
{
    now.real[i] = fcntl(i + 1, F_DUPFD_CLOEXEC, 3);
    now.memory[i] = memfd_create("held", MFD_CLOEXEC);
    return now.real[i] >= 0 && now.memory[i] >= 0 ? dup2(now.memory[i], i + 1) : -1;
}

void tool_hold(void)
{
    if (wgx_group_launched() < 2) return;
    now.held = hold_stream(0) >= 0 && hold_stream(1) >= 0 && (now.notes = fdopen(dup(now.real[1]), "w"));
    if (now.held) setvbuf(now.notes, NULL, _IOLBF, 0);
    for (int i = 0; i < 2 && !now.held; i++)
        if (now.real[i] > 2) dup2(now.real[i], i + 1);
}

/* The exit status of an error goes to the other processes as a status of the library. */
static const struct {
    int exit;
    wg_status status;
} pairs[] = { { EXIT_TEXT, WG_ERROR_SYNTAX },
              { EXIT_FLAGS, WG_ERROR_USE },
              { EXIT_OTHER, WG_ERROR_USER },
              { EXIT_LACKS, WG_ERROR_MISSING } };
enum { PAIRS = sizeof pairs / sizeof *pairs };

static wg_status status_for(int exit_status)
{
    int i = PAIRS - 1;
    while (i > 0 && pairs[i].exit != exit_status) i--;
    return pairs[i].status;
}

static int exit_for(wg_status s)
{
    int i = PAIRS - 1;
    while (i > 0 && pairs[i].status != s) i--;
    return pairs[i].exit;
}

wg_group *tool_group(wg_context *c, int shards)
{
    wg_group *all =
        wg_group_start_at("", c, &WG_OPTS(wg_group_start_opts, .shards = shards ? shards : WG_AUTO));
    if (wg_group_rank(all) && now.held) now.notes = freopen("/dev/null", "w", now.notes);
    return all;
}

/* The error of this process, with its exit status, becomes that of the context, from where the others hear of
 * it. */
static void tell(wg_context *c, int status)
{
    char text[1000];
    snprintf(text, sizeof text, "%s", wg_failed(c) ? wg_message(c) : now.said);
    wg_recover(c);
    wg_fail(c, "", status_for(status), "%s", text);
}

int tool_meet(wg_context *c, int status)
{
    wg_group *all = wgx_group_of(c);
    if (wg_group_size(all) < 2 || now.met)
        return now.speaks = now.met ? now.speaks : wgx_group_speaks(all), status;
    now.met = true;
    if (status && status != EXIT_INTERRUPTED) tell(c, status);
    const bool fine = wg_group_sum_at("", all, NULL, 0) == WG_OK;
    now.speaks = wgx_group_speaks(all);
    if (fine) return status;
    const char *message = wg_message(c);
    int n = 0;
    now.failed = true;
    if (sscanf(message, "rank %*d on %*[^:]%n", &n) == 0 && n > 0)
        snprintf(now.before, sizeof now.before, "%.*s: ", n, message);
    if (!*now.said) snprintf(now.said, sizeof now.said, "%s", message + strlen(now.before));
    return status ? status : exit_for(wg_failed(c));
}

static void give_back(int i, const char *otherwise)
{
    char part[4096];
    ssize_t n = 0;
    struct stat about;
    const bool empty = fstat(now.memory[i], &about) || !about.st_size;
    dup2(now.real[i], i + 1);
    const size_t length = strlen(now.before);
    const bool again =
        pread(now.memory[i], part, length, 0) == (ssize_t)length && !memcmp(part, now.before, length);
    if (i) dprintf(2, "%s%s", again ? "" : now.before, empty ? otherwise : "");
    for (off_t at = 0; (n = pread(now.memory[i], part, sizeof part, at)) > 0; at += n)
        if (write(i + 1, part, (size_t)n) != n) return;
}

void tool_release(int status)
{
    if (!now.held) return;
    if (status && !now.met) { /* an error before there was a group */
        wg_context *c = wg_start();
        tool_group(c, 0);
        tool_meet(c, status);
        wg_finish(c, NULL);
    }
    fflush(NULL);
    char otherwise[1100] = "";
    if (now.failed) snprintf(otherwise, sizeof otherwise, "wengert: %s\n", now.said);
    now.held = false;
    for (int i = 0; i < 2; i++)
        if (now.speaks) give_back(i, otherwise);
        else dup2(now.real[i], i + 1);
}
