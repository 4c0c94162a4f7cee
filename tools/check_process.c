/* check_process.c: check --run CMD --at VALUE: f and its gradient come from another program, in any language.
 * The program is started once. It reads points, one line of n numbers each. It answers a point with one line:
 * f, then the n numbers of the gradient. It ends at the end of its input. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"

extern char **environ;

typedef struct process {
    const args *a;
    pid_t id;
    FILE *to, *from;
    char *line;
    size_t room;
    int answers;
    int digits; /* the largest number of significant digits of a number in the answers */
    bool failed;
} process;

/* ---- the process ---- */

static bool wrong(process *p, const char *what)
{
    if (!p->failed) tool_fail(p->a, EXIT_TEXT, "--run: %s", what);
    p->failed = true;
    return false;
}

static bool start(process *p, const char *cmd)
{
    int in[2], out[2];
    posix_spawn_file_actions_t f;
    char *const argv[] = { "sh", "-c", (char *)(uintptr_t)cmd, NULL };
    if (pipe(in)) return wrong(p, "no pipe");
    if (pipe(out)) {
        close(in[0]), close(in[1]);
        return wrong(p, "no pipe");
    }
    posix_spawn_file_actions_init(&f);
    posix_spawn_file_actions_adddup2(&f, in[0], 0);
    posix_spawn_file_actions_adddup2(&f, out[1], 1);
    for (int k = 0; k < 2; k++) {
        posix_spawn_file_actions_addclose(&f, in[k]);
        posix_spawn_file_actions_addclose(&f, out[k]);
    }
    int failed = posix_spawn(&p->id, "/bin/sh", &f, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&f);
    close(in[0]);
    close(out[1]);
    p->to = fdopen(in[1], "w");
    p->from = fdopen(out[0], "r");
    return failed || !p->to || !p->from ? wrong(p, "cannot be started") : true;
}

static void stop(process *p)
{
    int status = 0;
    if (p->to) fclose(p->to);
    if (p->from) fclose(p->from);
    if (p->id > 0)
        while (waitpid(p->id, &status, 0) < 0 && errno == EINTR) continue;
    free(p->line);
}

static bool ended(process *p)
{
    int status = 0;
    char what[120];
    fclose(p->to);
    p->to = NULL;
    while (waitpid(p->id, &status, 0) < 0 && errno == EINTR) continue;
    p->id = 0;
    snprintf(what, sizeof what, "the program ended before it answered, %s %d",
             WIFSIGNALED(status) ? "killed by signal" : "with exit status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return wrong(p, what);
}

/* ---- one answer ---- */

static bool bad_answer(process *p, size_t n)
{
    char what[200];
    size_t length = strcspn(p->line, "\r\n");
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)p->line[i] < 0x20 || p->line[i] == 0x7f) p->line[i] = ' ';
    snprintf(what, sizeof what,
             "answer %d is \"%.*s%s\"; %zu numbers expected: f and its gradient, on one line", p->answers,
             length > 60 ? 60 : (int)length, p->line, length > 60 ? "..." : "", n + 1);
    return wrong(p, what);
}

/* How many significant digits a number is written with. */
static int digits_of(const char *s, const char *end)
{
    int n = 0;
    for (; s < end && *s != 'e' && *s != 'E'; s++) n += (*s >= '1' && *s <= '9') || (*s == '0' && n > 0);
    return n;
}

static bool answer(process *p, size_t n, double *f, double *g)
{
    if (getline(&p->line, &p->room, p->from) < 0) return ended(p);
    p->answers++;
    const char *s = p->line;
    for (size_t i = 0; i <= n; i++) {
        char *end;
        double v = strtod(s, &end);
        if (end == s) return bad_answer(p, n);
        int digits = digits_of(s, end);
        p->digits = digits > p->digits ? digits : p->digits;
        if (i == 0) *f = v;
        else if (g) g[i - 1] = v;
        s = end + (*end == ',');
    }
    return !s[strspn(s, " \t\r\n")] || bad_answer(p, n);
}

static double ask(size_t n, const double *x, double *g, void *user)
{
    process *p = user;
    double f = NAN;
    for (size_t i = 0; i < n && !p->failed; i++) fprintf(p->to, "%.17g%c", x[i], i + 1 < n ? ' ' : '\n');
    if (!p->failed && fflush(p->to)) ended(p);
    if (!p->failed) answer(p, n, &f, g);
    for (size_t i = 0; p->failed && g && i < n; i++) g[i] = NAN;
    return p->failed ? NAN : f;
}

/* ---- the check ---- */

/* Few digits are a noise of f. Writes to `to` what that means, if a check that does not fail could say
 * little. */
static bool too_few_digits(const process *p, const wg_check *r, char *to, size_t room)
{
    static const double ENOUGH = 1e-6;
    const double noise = 0.5 * pow(10, 1 - p->digits) * fabs(wg_check_value(r)),
                 resolution = wg_check_input_at(r, 0).resolution;
    to[0] = 0;
    if (p->digits >= 15 || p->digits == 0 || wg_check_verdict(r) == WG_FAIL || resolution < ENOUGH)
        return false;
    snprintf(to, room,
             "the program prints %d digits: f carries noise %.0e, and no component can be judged better than "
             "%.0e of its size; print with %%.17g (Python: repr)",
             p->digits, noise, resolution);
    return true;
}

static int report(const process *p, const wg_check *r)
{
    char few[300];
    bool open = too_few_digits(p, r, few, sizeof few);
    json j;
    if (p->a->json) {
        json_start(&j, stdout);
        json_text(&j, "verdict", wg_verdict_name(open ? WG_INCONCLUSIVE : wg_check_verdict(r)));
        check_json(&j, r);
        json_text(&j, "reason", few);
        json_finish(&j);
    } else if (open) {
        printf("verdict INCONCLUSIVE: %s\n", few);
    } else {
        wg_check_print(r, stdout);
    }
    return open ? EXIT_UNSURE : wg_check_exit(r);
}

static int check_at(const args *a, const wg_tensor *x, const wg_gradcheck_opts *o)
{
    process p = { .a = a };
    int status = EXIT_TEXT;
    signal(SIGPIPE, SIG_IGN);
    if (start(&p, args_value(a, "run"))) {
        wg_check *r = wg_gradcheck_fn(ask, (size_t)wg_shape_size(x->shape), x->data, &p, o);
        if (!p.failed) status = report(&p, r);
        wg_check_free(r);
    }
    stop(&p);
    return status;
}

int check_process(const args *a)
{
    wg_gradcheck_opts o = { .name = args_value(a, "run") };
    const char *at = args_value(a, "at");
    int status = EXIT_FLAGS;
    if (!at) return tool_fail(a, EXIT_FLAGS, "--run needs --at, the point");
    if (!check_opts(a, &o)) return EXIT_FLAGS;
    model m = { .a = a, .c = wg_start(NULL) };
    wg_tensor x = model_literal(&m, "at", "", at);
    double *point = x.data ? wg_alloc(m.c, (size_t)wg_shape_size(x.shape) + 1, sizeof *point) : NULL;
    for (int64_t i = 0; point && i < wg_shape_size(x.shape); i++) point[i] = wg_tensor_item(&x, i);
    if (point && wg_shape_size(x.shape) > 0) {
        wg_tensor t = wg_view_f64(point, x.shape);
        status = check_at(a, &t, &o);
    } else if (model_ok(&m)) {
        status = tool_fail(a, EXIT_FLAGS, "--at: an empty point");
    } else {
        status = m.status;
    }
    model_close(&m);
    return status;
}
