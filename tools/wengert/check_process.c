/* check_process.c: check --run CMD --at VALUE: f and its gradient come from another program, in any language.
 * It reads points, one line of n numbers each. It answers a point with 1 + n numbers, f and then its
 * gradient, on one line or on several. It ends at the end of its input. If it ends before, f has no value at
 * that point, and the program is started again. At the point that was given this is an error. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tool.h"
#include "child.h"

/* Seconds for an answer, and for the rest of one whose gradient has begun: so a program that prints too few
 * numbers is found soon. */
static const double STANDARD_TIMEOUT = 60, REST_TIMEOUT = 5;

typedef struct process {
    const args *a;
    child c;
    double timeout;
    bool timeout_given;
    char *text;     /* room for a point */
    char shown[64]; /* the last line of the answer, cut */
    int answers;
    int digits;          /* the largest number of significant digits of a number in the answers */
    const double *given; /* the point that was given */
    bool is_given;       /* whether an answer at that point is waited for */
    bool failed;
} process;

/* ---- what can go wrong ---- */

WG_PRINTF(2, 3) static bool wrong(process *p, const char *format, ...)
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

/* At a point that is not the given one. It is started again, and what it says is not shown any more. */
static bool start_again(process *p, bool killed, int code)
{
    char why[300];
    snprintf(why, sizeof why, "the program ended, %s %d%s%s",
             killed ? "killed by signal" : "with exit status", code,
             *p->c.last ? "; its last line on standard error: " : "", p->c.last);
    wg_check_no_value(why);
    if (!child_start(&p->c, args_value(p->a, "run"))) return wrong(p, "cannot be started again");
    p->c.is_quiet = true;
    return false;
}

static bool ended(process *p)
{
    const int status = child_stop(&p->c, 1);
    const bool killed = WIFSIGNALED(status);
    if (!p->c.killed && !p->is_given)
        return start_again(p, killed, killed ? WTERMSIG(status) : WEXITSTATUS(status));
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
    return wrong(p, "answer %d is \"%s\"; %zu number%s expected: f and its gradient%s", p->answers, p->shown,
                 n + 1, n ? "s" : "", what);
}

/* How many significant digits a number is written with. */
static int digits_of(const char *s, const char *end)
{
    int n = 0;
    for (; s < end && !strchr("eEdD", *s); s++) n += (*s >= '1' && *s <= '9') || (*s == '0' && n > 0);
    return n;
}

/* Behind the index that R prints before values: [1] 24.2 */
static const char *behind_index(const char *line)
{
    const char *s = line + strspn(line, " \t");
    const size_t n = *s == '[' ? strspn(s + 1, "0123456789") : 0;
    return n && s[n + 1] == ']' && s[n + 2 + strspn(s + n + 2, child_between)] ? s + n + 2 : line;
}

static void show(process *p, const char *line)
{
    size_t n = strlen(line);
    while (n && strchr(" \t\r", line[n - 1])) n--;
    snprintf(p->shown, sizeof p->shown, "%.*s%s", n > 60 ? 57 : (int)n, line, n > 60 ? "..." : "");
    make_printable(p->shown);
}

/* Reads the numbers of a line of an answer, of which *have are there already. */
static bool read_line(process *p, size_t n, size_t *have, double *f, double *g)
{
    char what[80];
    const char *s = behind_index(p->c.line);
    show(p, p->c.line);
    for (s += strspn(s, child_between); *s; s += strspn(s, child_between)) {
        double v;
        const char *end = wgx_number_in(s, &v);
        const int length = (int)strcspn(s, child_between);
        snprintf(what, sizeof what, "; '%.*s' is no number", length > 20 ? 20 : length, s);
        if (end != s + length) return bad_answer(p, n, what);
        if (*have > n) return bad_answer(p, n, "; it has more");
        const int digits = digits_of(s, end);
        p->digits = digits > p->digits ? digits : p->digits;
        if (*have == 0) *f = v;
        else if (g) g[*have - 1] = v;
        ++*have;
        s = end;
    }
    return true;
}

/* An answer that is not complete: no more of it has come. */
static bool cut_short(process *p, size_t n, size_t have, double seconds)
{
    char what[200];
    if (seconds > 0)
        snprintf(
            what, sizeof what,
            "; it has %zu, and no more came within %g s%s: the program must print them all, on one line or "
            "more, and flush",
            have, seconds, p->timeout_given ? " (--timeout)" : "");
    else snprintf(what, sizeof what, "; it has %zu, and the program ended", have);
    bad_answer(p, n, what);
    child_stop(&p->c, 0);
    return false;
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

static bool no_line(process *p, child_news news)
{
    switch (news) {
    case CHILD_EARLY: return early(p);
    case CHILD_ENDED: return ended(p);
    case CHILD_LONG: return wrong(p, "answer %d is a line without an end", p->answers + 1);
    case CHILD_STOPPED: return false;
    default: return silent(p);
    }
}

static bool answer(process *p, size_t n, size_t length, double *f, double *g)
{
    const size_t most = 64 * n + 4096;
    size_t have = 0;
    if (child_unread(&p->c)) return early(p);
    child_news news = child_ask(&p->c, p->text, length, p->timeout, most);
    if (news != CHILD_LINE) return no_line(p, news);
    p->answers++;
    if (!read_line(p, n, &have, f, g)) return false;
    /* A line of brackets alone is the end of the answer before, or the beginning of this one. */
    if (!have && !strpbrk(p->c.line, ",;[]()")) return bad_answer(p, n, "; it has 0");
    while (have <= n) {
        const double seconds = have > 1 && !p->timeout_given ? REST_TIMEOUT : p->timeout;
        news = child_more(&p->c, seconds, most);
        if (news == CHILD_ENDED && !p->is_given) return ended(p);
        if (news == CHILD_SILENT || news == CHILD_ENDED)
            return cut_short(p, n, have, news == CHILD_SILENT ? seconds : 0);
        if (news != CHILD_LINE) return no_line(p, news);
        if (!read_line(p, n, &have, f, g)) return false;
    }
    return true;
}

static double ask(size_t n, const double *x, double *g, void *user)
{
    process *p = user;
    double f = NAN;
    size_t at = 0;
    p->is_given = !memcmp(x, p->given, n * sizeof *x);
    for (size_t i = 0; i < n && !p->failed; i++)
        at += (size_t)sprintf(p->text + at, "%.17g%c", x[i], i + 1 < n ? ' ' : '\n');
    const bool ok = !p->failed && !check_interrupted() && answer(p, n, at, &f, g);
    for (size_t i = 0; !ok && g && i < n; i++) g[i] = NAN;
    return ok ? f : NAN;
}

/* ---- the check ---- */

/* Few digits are a noise of f. Writes to `to` what that means for a check that shows nothing because of
 * it. */
static bool too_few_digits(const process *p, const wg_check *r, char *to, size_t room)
{
    const double noise = 0.5 * pow(10, 1 - p->digits) * fabs(wg_check_facts_of(r)->value);
    to[0] = 0;
    if (!isfinite(noise) || p->digits >= 15 || p->digits == 0 || wg_check_verdict(r) != WG_INCONCLUSIVE)
        return false;
    for (int k = 0; k < wg_check_facts_of(r)->inputs; k++) {
        const wg_check_input in = wg_check_input_at(r, k);
        for (int64_t i = 0; i < wg_shape_size(in.shape); i++)
            if (!isfinite(in.analytic[i])) return false;
    }
    snprintf(to, room,
             "the program prints %d digits, so that f carries noise %.0e: print with %%.17g (Python: repr)",
             p->digits, noise);
    return true;
}

/* Prints the report. Returns the exit status. */
static int report(const process *p, const wg_check *r)
{
    char few[300] = "";
    const bool open = !wg_check_facts_of(r)->stopped && too_few_digits(p, r, few, sizeof few);
    if (p->a->json) {
        json j = json_start(stdout);
        json_text(&j, "verdict", wg_verdict_name(open ? WG_INCONCLUSIVE : wg_check_verdict(r)));
        check_json(&j, r);
        json_text(&j, "reason", few);
        json_finish(&j);
    } else if (open) printf("verdict INCONCLUSIVE: %s\n", few);
    else wg_check_print(r, stdout);
    return wg_check_facts_of(r)->stopped ? EXIT_INTERRUPTED : open ? EXIT_UNSURE : wg_check_exit(r);
}

static int check_at(const args *a, const wg_tensor *x, const wg_gradcheck_opts *o)
{
    const size_t n = (size_t)wg_shape_size(x->shape);
    process p = { .a = a,
                  .timeout = STANDARD_TIMEOUT,
                  .timeout_given = args_has(a, "timeout"),
                  .given = x->data,
                  .text = malloc(32 * n + 1) };
    int status = EXIT_TEXT;
    const bool number = args_double(a, "timeout", &p.timeout);
    if (!number || !(p.timeout > 0)) {
        free(p.text);
        return number ? tool_wrong(a, "--timeout: a positive number of seconds") : EXIT_FLAGS;
    }
    wg_gradcheck_opts own = *o;
    wg_check *r = NULL;
    signal(SIGPIPE, SIG_IGN);
    check_watch(&own);
    if (p.text && child_start(&p.c, args_value(a, "run")))
        r = wg_gradcheck_fn_at(WG_HERE, ask, n, x->data, &p, &own);
    else wrong(&p, "cannot be started");
    check_quiet();
    child_stop(&p.c, p.failed ? 0 : 1);
    check_unwatch();
    if (!p.failed && !strncmp(wg_check_facts_of(r)->reason, "names: ", 7))
        status = tool_wrong(a, "--%s", wg_check_facts_of(r)->reason);
    else if (!p.failed) status = report(&p, r);
    wg_check_free(r);
    free(p.text);
    return status;
}

/* Numbers with blanks, commas or brackets of another kind between them, as the list that is meant: "[-1.2,
 * 1]". False: it is none, or has fewer than two. */
static bool is_list(const char *text, char *to, size_t room)
{
    double v;
    int count = 0;
    size_t length = (size_t)snprintf(to, room, "[");
    for (text += strspn(text, " \t\n,;(){}"); *text; count++) {
        const char *end = wgx_number_in(text, &v);
        if (end == text || length + (size_t)(end - text) + 4 > room) return false;
        length += (size_t)snprintf(to + length, room - length, "%s%.*s", count ? ", " : "", (int)(end - text),
                                   text);
        text = end + strspn(end, " \t\n,;(){}");
    }
    snprintf(to + length, room - length, "]");
    return count > 1;
}

bool check_point(const args *a)
{
    const char *at = args_value(a, "at");
    char list[400], words[400];
    size_t length = at ? (size_t)snprintf(words, sizeof words, "%s", at) : sizeof words;
    for (int i = 0; i < a->operands && length < sizeof words; i++)
        length += (size_t)snprintf(words + length, sizeof words - length, " %s", a->operand[i]);
    if (length >= sizeof words || *words == '[' || !is_list(words, list, sizeof list)) return true;
    tool_wrong(a, "--at %s: several numbers are written as a list: --at '%s'", words, list);
    return false;
}

int check_process(const args *a)
{
    wg_gradcheck_opts o =
        WG_OPTS(wg_gradcheck_opts, .name = args_value(a, "run"), .names = args_value(a, "names"));
    const char *at = args_value(a, "at");
    int status = EXIT_FLAGS;
    if (!at) return tool_wrong(a, "--run needs --at, the point: --at '[-1.2, 1]'");
    if (!check_opts(a, &o)) return EXIT_FLAGS;
    model m = { .a = a, .c = wg_start() };
    wg_tensor x = model_literal(&m, "at", "", at);
    double *point = x.data ? wg_alloc(m.c, (size_t)wg_shape_size(x.shape) + 1, sizeof *point) : NULL;
    for (int64_t i = 0; point && i < wg_shape_size(x.shape); i++) point[i] = wg_tensor_item(&x, i);
    if (point && wg_shape_size(x.shape) > 0) {
        char name[128] = "x";
        for (int k = 0; k < x.shape.rank; k++)
            snprintf(name + strlen(name), 20, "%c%lld", k ? ',' : '[', (long long)x.shape.dim[k]);
        if (x.shape.rank) strcat(name, "]");
        if (!o.names) o.names = name;
        wg_tensor t = wg_view_f64(point, x.shape);
        status = check_at(a, &t, &o);
    } else if (model_ok(&m)) {
        status = tool_wrong(a, "--at: an empty point");
    } else {
        status = m.status;
    }
    model_close(&m);
    return status;
}
