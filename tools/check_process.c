/* check_process.c: check --run CMD --at VALUE: f and its gradient come from another program, in any language.
 * The program is started once. It reads points, one line of n numbers each. It answers a point with one line:
 * f, then the n numbers of the gradient. It ends at the end of its input. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tool.h"
#include "child.h"

static const double STANDARD_TIMEOUT = 60;

typedef struct process {
    const args *a;
    child c;
    double timeout;
    char *text; /* room for a point */
    int answers;
    int digits; /* the largest number of significant digits of a number in the answers */
    bool failed;
} process;

/* ---- what can go wrong ---- */

static bool wrong(process *p, const char *format, ...) WG_PRINTF(2, 3);
static bool wrong(process *p, const char *format, ...)
{
    char what[900];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    check_quiet();
    if (!p->failed) tool_fail(p->a, EXIT_TEXT, "--run: %s", what);
    p->failed = true;
    return false;
}

static bool ended(process *p)
{
    const int status = child_stop(&p->c, 1);
    const bool killed = WIFSIGNALED(status);
    if (p->c.killed)
        return wrong(p, "the program closed its standard output after %d answer%s, and went on%s%s",
                     p->answers, p->answers == 1 ? "" : "s",
                     *p->c.last ? "; its last line on standard error: " : "", p->c.last);
    return wrong(p, "the program ended before it answered, %s %d, after %d answer%s%s%s",
                 killed ? "killed by signal" : "with exit status",
                 killed ? WTERMSIG(status) : WEXITSTATUS(status), p->answers, p->answers == 1 ? "" : "s",
                 *p->c.last ? "; its last line on standard error: " : "", p->c.last);
}

static bool silent(process *p)
{
    const bool read = child_has_read(&p->c), buffered = read && child_answers_at_end(&p->c);
    wrong(p, "no answer within %g s (--timeout), after %d answer%s. %s", p->timeout, p->answers,
          p->answers == 1 ? "" : "s",
          buffered
              ? "The answer came when the input ended: the program must flush standard output after each "
                "line (C: fflush(stdout); Python: print(..., flush=True); awk -W interactive)"
          : read
              ? "The program has read the point. It computes, or it does not end its answer with a new line, "
                "or it does not flush standard output after each line (C: fflush(stdout); Python: "
                "print(..., flush=True); awk -W interactive)"
              : "The program has not read the point: it must read lines from standard input");
    child_stop(&p->c, 0);
    return false;
}

/* ---- one answer ---- */

static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) *text = ' ';
}

static bool bad_answer(process *p, size_t n, const char *what)
{
    char line[64];
    size_t length = strlen(p->c.line);
    while (length && strchr(" \t\r", p->c.line[length - 1])) length--;
    snprintf(line, sizeof line, "%.*s%s", length > 60 ? 57 : (int)length, p->c.line,
             length > 60 ? "..." : "");
    make_printable(line);
    return wrong(p, "answer %d is \"%s\"; %zu numbers expected: f and its gradient, on one line%s",
                 p->answers, line, n + 1, what);
}

/* How many significant digits a number is written with. */
static int digits_of(const char *s, const char *end)
{
    int n = 0;
    for (; s < end && *s != 'e' && *s != 'E'; s++) n += (*s >= '1' && *s <= '9') || (*s == '0' && n > 0);
    return n;
}

static bool read_answer(process *p, size_t n, double *f, double *g)
{
    char what[80];
    const char *s = p->c.line;
    p->answers++;
    for (size_t i = 0; i <= n; i++) {
        char *end;
        double v = strtod(s, &end);
        const char *word = s + strspn(s, " \t\r");
        const int length = (int)strcspn(word, " \t\r");
        if (end == s && *word)
            snprintf(what, sizeof what, "; '%.*s' is no number", length > 20 ? 20 : length, word);
        else snprintf(what, sizeof what, "; it has %zu", i);
        if (end == s) return bad_answer(p, n, what);
        int digits = digits_of(s, end);
        p->digits = digits > p->digits ? digits : p->digits;
        if (i == 0) *f = v;
        else if (g) g[i - 1] = v;
        s = end + (*end == ',');
    }
    return !s[strspn(s, " \t\r")] || bad_answer(p, n, "; it has more");
}

/* A line that is no answer: it came before the next point was sent. */
static bool early(process *p)
{
    char line[64];
    const char *more = child_unread(&p->c);
    const size_t all = strcspn(more, "\r\n");
    snprintf(line, sizeof line, "%.*s", all > 60 ? 60 : (int)all, more);
    make_printable(line);
    if (!p->answers)
        return wrong(p, "a line before the point was read: \"%s\"; messages belong on standard error", line);
    return wrong(p, "more than one line behind answer %d: \"%s\"; messages belong on standard error",
                 p->answers, line);
}

static bool answer(process *p, size_t n, size_t length, double *f, double *g)
{
    if (child_unread(&p->c)) return early(p);
    switch (child_ask(&p->c, p->text, length, p->timeout, 64 * n + 4096)) {
    case CHILD_LINE: return read_answer(p, n, f, g);
    case CHILD_EARLY: return early(p);
    case CHILD_ENDED: return ended(p);
    case CHILD_LONG: return wrong(p, "answer %d is a line without an end", p->answers + 1);
    case CHILD_STOPPED: return false;
    default: return silent(p);
    }
}

static double ask(size_t n, const double *x, double *g, void *user)
{
    process *p = user;
    double f = NAN;
    size_t at = 0;
    for (size_t i = 0; i < n && !p->failed; i++)
        at += (size_t)sprintf(p->text + at, "%.17g%c", x[i], i + 1 < n ? ' ' : '\n');
    const bool ok = !p->failed && !check_interrupted() && answer(p, n, at, &f, g);
    for (size_t i = 0; !ok && g && i < n; i++) g[i] = NAN;
    return ok ? f : NAN;
}

/* ---- the check ---- */

/* Few digits are a noise of f. Writes to `to` what that means, if a check that does not fail could say
 * little. */
static bool too_few_digits(const process *p, const wg_check *r, char *to, size_t room)
{
    static const double ENOUGH = 1e-6;
    const double noise = 0.5 * pow(10, 1 - p->digits) * fabs(wg_check_value(r)),
                 resolution = wg_check_input_at(r, 0).resolution;
    const wg_check_input in = wg_check_input_at(r, 0);
    to[0] = 0;
    for (int64_t i = 0; i < in.shape.dim[0]; i++)
        if (!isfinite(in.analytic[i])) return false;
    if (!isfinite(noise) || p->digits >= 15 || p->digits == 0 || wg_check_verdict(r) == WG_FAIL ||
        resolution < ENOUGH)
        return false;
    snprintf(to, room,
             "the program prints %d digits: f carries noise %.0e, and no component can be judged better than "
             "%.0e of its size; print with %%.17g (Python: repr)",
             p->digits, noise, resolution);
    return true;
}

/* Prints the report, then writes the file of --sweep. */
static int report(const process *p, const wg_check *r)
{
    char few[300] = "";
    bool written, open = !wg_check_stopped(r) && too_few_digits(p, r, few, sizeof few);
    json j;
    if (p->a->json) {
        json_start(&j, stdout);
        json_text(&j, "verdict", wg_verdict_name(open ? WG_INCONCLUSIVE : wg_check_verdict(r)));
        check_json(&j, r);
        json_text(&j, "reason", few);
        written = check_files(p->a, r, wg_none, &j);
        json_finish(&j);
    } else {
        if (open) printf("verdict INCONCLUSIVE: %s\n", few);
        else wg_check_print(r, stdout);
        written = check_files(p->a, r, wg_none, NULL);
    }
    if (!written) return EXIT_OTHER;
    return wg_check_stopped(r) ? EXIT_INTERRUPTED : open ? EXIT_UNSURE : wg_check_exit(r);
}

static int check_at(const args *a, const wg_tensor *x, const wg_gradcheck_opts *o)
{
    const size_t n = (size_t)wg_shape_size(x->shape);
    process p = { .a = a, .timeout = STANDARD_TIMEOUT, .text = malloc(32 * n + 1) };
    int status = EXIT_TEXT;
    const bool number = args_double(a, "timeout", &p.timeout);
    if (!number || !(p.timeout > 0)) {
        free(p.text);
        return number ? tool_fail(a, EXIT_FLAGS, "--timeout: a positive number of seconds") : EXIT_FLAGS;
    }
    wg_gradcheck_opts own = *o;
    wg_check *r = NULL;
    signal(SIGPIPE, SIG_IGN);
    check_watch(&own);
    if (p.text && child_start(&p.c, args_value(a, "run"))) r = wg_gradcheck_fn(ask, n, x->data, &p, &own);
    else wrong(&p, "cannot be started");
    check_quiet();
    child_stop(&p.c, p.failed ? 0 : 1);
    check_unwatch();
    if (!p.failed) status = report(&p, r);
    wg_check_free(r);
    free(p.text);
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
