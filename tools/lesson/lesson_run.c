/* lesson_run.c: builds the programs of a lesson, judges its claims, and computes what its text and pictures
 * show. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "lesson.h"

enum { SHOWN = 6, MANY = 5, WORDS = 64 };

/* ---- programs and claims ---- */

/* A name that is never bound would be drawn at random. */
static bool all_bound(lesson *l, const wg_program *q)
{
    char name[200];
    const char *drawn = wg_program_drawn(q);
    if (!*drawn) return true;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(drawn, ", "), drawn);
    const int line = wgx_program_line(q, name);
    return lesson_wrong(l, l->line[line > 0 && line <= l->lines ? line - 1 : 0],
                        "%s has no value: a lesson binds all its names, as %s = 1", name, name);
}

/* Claims and pictures would show the parameters before the training. */
static bool trains_nothing(lesson *l, const wg_program *q)
{
    const wgx_training *t = wgx_program_training(q);
    if (!t) return true;
    const char *at = l->line[t->line - 1];
    return lesson_wrong(
        l, at + strspn(at, " \t"),
        "a lesson carries out no %s(...): write the steps as scan(step, w0, arange(100)), and "
        "use what comes out",
        t->minimizes ? "minimize" : "train");
}

/* The text of program i with plot "TITLE" { in the lines of titles, which are longer there than in the file.
 * NULL: out of memory. free() it. */
static char *text_with_titles(const lesson *l, int i)
{
    enum { MOST = 190 }; /* bytes of a text of the language */
    char *text = NULL;
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    const char *from = l->program[i].text;
    for (int k = 0; out && k < l->parts; k++) {
        const lesson_part *p = &l->part[k];
        if (p->kind != PART_PLOT || p->program != i) continue;
        const span s = lesson_title_of(l, p);
        const char *title = l->program[i].text + (l->line[p->line - 1] - l->source);
        const bool fits = s.n <= MOST && !(memchr(s.at, '"', (size_t)s.n) && memchr(s.at, '\'', (size_t)s.n));
        const char quote = memchr(s.at, '"', (size_t)s.n) ? '\'' : '"';
        fprintf(out, "%.*splot %c%.*s%c {", (int)(title - from), from, quote, fits ? s.n : 0, s.at, quote);
        from = strchr(title, '\n');
    }
    if (out) fputs(from, out), tool_text_end(out, &text);
    return text;
}

static bool build(lesson *l, lesson_program *p)
{
    model *m = &p->m;
    char *text;
    if (!model_begin(m, l->a, p->eval ? WG_EVAL : WG_TRAIN, p->f32 ? WG_F32 : WG_F64)) return false;
    text = text_with_titles(l, (int)(p - l->program));
    if (!text) return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
    m->q = wgx_program_lesson(m->c, l->file, text, l->functions);
    free(text);
    if (l->folder) guest_limit(m->q, l->a, l->folder);
    const bool fine = model_ok(m) && model_build(m);
    l->status = m->status;
    wgx_program_keep(m->q, WG_KEEP_ALL);
    return fine && trains_nothing(l, m->q) && all_bound(l, m->q);
}

bool lesson_build(lesson *l)
{
    for (int i = 0; i < l->programs; i++)
        if (!build(l, &l->program[i])) return false;
    return true;
}

/* A guess that is right, or that stands there twice, would have two answers. */
static bool judge_ask(lesson *l, const lesson_part *p)
{
    double answer, within, guess[LESSON_MISTAKES];
    span s, text;
    for (int i = 0; lesson_mistake(l, p, i, &s, &text); i++) {
        if (!lesson_item(l, p->program, p->answer, &answer) ||
            !lesson_item(l, p->program, p->within, &within) || !lesson_item(l, p->program, s, &guess[i]))
            return false;
        if (!isfinite(guess[i])) return lesson_wrong(l, s.at, "a guess is a finite number");
        if (fabs(guess[i] - answer) <= within)
            return lesson_wrong(l, s.at, "%.*s is right: the answer is %g within %g", s.n, s.at, answer,
                                within);
        for (int k = 0; k < i; k++)
            if (fabs(guess[i] - guess[k]) <= within) {
                lesson_mistake(l, p, k, &s, &text);
                const int line = lesson_line_of(l, s.at);
                lesson_mistake(l, p, i, &s, &text);
                return lesson_wrong(l, s.at,
                                    "the guess %g stands in line %d already: they differ by at most "
                                    "%g, as far as an answer may be off",
                                    guess[k], line, within);
            }
    }
    return true;
}

bool lesson_judge(lesson *l)
{
    for (int i = 0; i < l->parts; i++)
        if (l->part[i].kind == PART_ASK && !l->part[i].left_out && !judge_ask(l, &l->part[i])) return false;
    for (int i = 0; i < l->programs; i++) {
        lesson_program *p = &l->program[i];
        p->claims = wgx_program_claims(p->m.q);
        p->claim = wg_alloc(l->c, (size_t)p->claims + 1, sizeof *p->claim);
        p->claim_in = wg_alloc(l->c, (size_t)l->lines + 2, sizeof *p->claim_in);
        for (int k = 0; p->claim && p->claim_in && k < p->claims; k++) {
            if (!claim_judge(&p->m, k, &p->claim[k])) return l->status = p->m.status, false;
            int *in = &p->claim_in[p->claim[k].line];
            if (!*in) *in = k + 1;
            p->holds += p->claim[k].verdict == WG_PASS;
        }
    }
    return true;
}

int lesson_claims(const lesson *l, int *holds)
{
    int all = 0;
    *holds = 0;
    for (int i = 0; i < l->programs; i++) all += l->program[i].claims, *holds += l->program[i].holds;
    return all;
}

const claim_result *lesson_claim(const lesson *l, const lesson_part *p, int line)
{
    const lesson_program *g = &l->program[p->program];
    const int i = g->claim_in ? g->claim_in[line] : 0;
    return i ? &g->claim[i - 1] : NULL;
}

/* ---- values ---- */

bool lesson_value(lesson *l, int program, const char *at, wg_tensor *t)
{
    const int line = lesson_line_of(l, at);
    model *m = &l->program[program].m;
    const wg_node n = wgx_program_node_at(m->q, line, (int)(at - l->line[line - 1]) + 1);
    if (wg_is_none(n)) return lesson_wrong(l, at, "an expression with a value was expected");
    const bool fine = model_value(m, n, t);
    l->status = m->status;
    return fine;
}

bool lesson_item(lesson *l, int program, span expression, double *v)
{
    wg_tensor t;
    if (!lesson_value(l, program, expression.at, &t)) return false;
    if (wg_shape_size(t.shape) != 1)
        return lesson_wrong(l, expression.at, "a guess, an answer and its tolerance are one number each");
    *v = wg_tensor_item(&t, 0);
    return true;
}

void lesson_number(double v, int digits, char *to, size_t room)
{
    static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
    char text[40];
    size_t n = 0;
    const bool all = digits == LESSON_ALL_DIGITS;
    if (!digits || all) digits = all ? 15 : SHOWN;
    do snprintf(text, sizeof text, "%.*g", digits, isnan(v) ? NAN : v);
    while (all && strtod(text, NULL) != v && digits++ < 17);
    char *power = strchr(text, 'e');
    if (power) *power++ = 0;
    const bool one = power && (!strcmp(text, "1") || !strcmp(text, "-1"));
    for (const char *s = text; *s && n + 4 < room; s++)
        if (*s == '-') n += (size_t)snprintf(to + n, room - n, "−");
        else if (!one) to[n++] = *s;
    to[n] = 0;
    if (!power || n + 24 > room) return;
    n += (size_t)snprintf(to + n, room - n, one ? "10" : "·10");
    if (*power == '-') n += (size_t)snprintf(to + n, room - n, "⁻");
    for (power++; *power == '0' && power[1];) power++;
    for (; *power; power++) n += (size_t)snprintf(to + n, room - n, "%s", raised[*power - '0']);
}

static void say_number(double v, int digits, char *to, size_t room)
{
    char text[80];
    lesson_number(v, digits, text, sizeof text);
    const size_t sign = v < 0 ? strlen("−") : 0, whole = sign + strspn(text + sign, "0123456789");
    size_t n = 0;
    for (size_t i = 0; text[i] && n + 2 < room; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0) to[n++] = ',';
        to[n++] = text[i];
    }
    to[n] = 0;
    if (isnan(v)) snprintf(to, room, "NaN");
}

bool lesson_guess(lesson *l, const lesson_part *p, int i, double *v, char number[100], span *text)
{
    span guess;
    if (!lesson_mistake(l, p, i, &guess, text) || !lesson_item(l, p->program, guess, v)) return false;
    say_number(*v, 0, number, 100);
    return true;
}

bool lesson_find_mistake(lesson *l, const lesson_part *p, double guess, int *i)
{
    double within, v;
    span s, text;
    if (!lesson_item(l, p->program, p->within, &within)) return false;
    for (*i = 0; lesson_mistake(l, p, *i, &s, &text); ++*i) {
        if (!lesson_item(l, p->program, s, &v)) return false;
        if (fabs(guess - v) <= within) return true;
    }
    *i = LESSON_MISTAKES;
    return true;
}

/* Of more than MANY elements the first ones are shown, with few digits, or with all. */
static void list_text(const wg_tensor *t, int digits, char *to, size_t room)
{
    char number[80];
    const int64_t all = wg_shape_size(t->shape), shown = all > MANY ? 3 : all;
    size_t n = 0;
    if (all > MANY && digits != LESSON_ALL_DIGITS) digits = LESSON_DIGITS;
    if (t->shape.rank) n += (size_t)snprintf(to, room, "[");
    for (int64_t i = 0; i < shown; i++) {
        const double v = wg_tensor_item(t, i);
        if (t->dtype == WG_BOOL) snprintf(number, sizeof number, "%s", v != 0 ? "true" : "false");
        else lesson_number(v, digits, number, sizeof number);
        n += (size_t)snprintf(to + n, room - n, i ? ", %s" : "%s", number);
    }
    if (t->shape.rank) snprintf(to + n, room - n, all > shown ? ", …]" : "]");
}

void lesson_say(const wg_tensor *t, int digits, char *to, size_t room)
{
    char number[80];
    const int64_t all = wg_shape_size(t->shape);
    size_t n = 0;
    if (t->dtype == WG_BOOL || t->shape.rank > 1 || all > MANY || !all) {
        list_text(t, digits, to, room);
        return;
    }
    for (int64_t i = 0; i < all; i++) {
        say_number(wg_tensor_item(t, i), digits, number, sizeof number);
        n += (size_t)snprintf(to + n, room - n, "%s%s", !i ? "" : i + 1 < all ? ", " : " and ", number);
    }
}

/* ---- pictures ---- */

wg_figure *lesson_new_figure(lesson *l, const lesson_part *p, bool titled)
{
    char title[200];
    const span s = lesson_title_of(l, p);
    snprintf(title, sizeof title, "%.*s", s.n, s.at);
    return wg_figure_new(l->program[p->program].m.c, titled ? title : "",
                         .description = titled ? NULL : title);
}

wg_figure *lesson_figure(lesson *l, const lesson_part *p, wg_figure *f)
{
    model *m = &l->program[p->program].m;
    f = wg_program_figure(m->q, p->plot, f ? f : lesson_new_figure(l, p, true));
    if (!model_ok(m)) l->status = m->status, f = NULL;
    return f;
}

/* The words of a line, separated by zeros in `text`. Behind wrt the names are one word, "w,b". */
static int words_of(span s, char *text, size_t room, char *word[], int most)
{
    int n = 0;
    size_t used = 0;
    bool names = false;
    for (const char *at = s.at, *end = s.at + s.n; at < end && n < most;) {
        const char *from = at;
        while (at < end && *at != ' ') at++;
        const size_t length = (size_t)(at - from);
        while (at < end && *at == ' ') at++;
        if (used + length + 1 >= room) break;
        const bool joins = names && n && word[n - 1][0] && word[n - 1][strlen(word[n - 1]) - 1] == ',';
        if (joins) used--;
        else word[n++] = text + used;
        memcpy(text + used, from, length);
        text[used += length] = 0, used++;
        if (n > 1 && !strcmp(word[n - 2], "wrt")) names = true;
        if (!joins && word[n - 1][0] == '-') names = false;
    }
    return n;
}

/* Whether the word is a flag of pictures, which text has not. *words: how many words it takes. */
static bool is_of_pictures(const char *word, int *words)
{
    static const char *const of_pictures[] = { "depth",  "diff",      "dir",     "edges", "for",
                                               "legend", "no-scopes", "overlay", "style" };
    const size_t n = strncmp(word, "--", 2) ? 0 : strcspn(word + 2, "=");
    const flag *f = n ? guest_flag(word + 2, n) : NULL;
    *words = 1 + (f && f->value && !word[2 + n]);
    for (size_t i = 0; f && i < sizeof of_pictures / sizeof *of_pictures; i++)
        if (!strcmp(of_pictures[i], f->name)) return true;
    return false;
}

/* Whether the word is this flag, as --NAME or --NAME=VALUE. *words: how many words it takes with its
 * value. */
static bool is_flag(const char *word, const char *name, int *words)
{
    const size_t n = strlen(name);
    *words = strlen(word) > n ? 1 : 2;
    return !strncmp(word, name, n) && (!word[n] || word[n] == '=');
}

/* Whether the words have the flag: --NAME, --NAME VALUE or --NAME=VALUE. value NULL: any. */
static bool has_flag(char *const word[], int words, const char *name, const char *value)
{
    const size_t n = strlen(name);
    for (int i = 1; i < words; i++) {
        if (strncmp(word[i], name, n) != 0 || (word[i][n] && word[i][n] != '=')) continue;
        const char *given = word[i][n] ? word[i] + n + 1 : i + 1 < words ? word[i + 1] : "";
        if (!value || !strcmp(given, value)) return true;
    }
    return false;
}

/* Runs the command draw. In the terminal it chooses what fits. */
bool lesson_draw(lesson *l, const lesson_part *p, const char *path, const char *id, bool narrow)
{
    static char wrt[] = "--wrt", back[] = "--backward", fit[] = "--for", page[] = "page",
                values[] = "--values", dir[] = "--dir", down[] = "TB";
    char text[1000], *word[WORDS], *list[2 * WORDS];
    args a;
    const lesson_program *g = &l->program[p->program];
    const int words = words_of(span_trim(lesson_line(l, p->line + 1)), text, sizeof text, word, WORDS);
    const char *const head[] = { "draw", "-e",    l->functions, "-q",    "--mode", g->eval ? "eval" : "train",
                                 "-e",   g->code, "--of",       word[0], "-o",     path,
                                 "--id", id };
    int n = 0, heads = (int)(sizeof head / sizeof *head) - (path ? 0 : 4);
    bool backward = false;
    for (int i = 0; i < heads; i++)
        if (l->functions || i < 1 || i > 2) list[n++] = (char *)(intptr_t)head[i];
    for (int i = 1, skipped; i < words; i++) {
        if ((!path && is_of_pictures(word[i], &skipped)) || (narrow && is_flag(word[i], fit, &skipped))) {
            i += skipped - 1;
            continue;
        }
        const bool by = !strcmp(word[i], "wrt");
        list[n++] = by ? wrt : word[i];
        backward |= by;
    }
    if (backward) list[n++] = back;
    if (!path || !has_flag(word, words, "--style", "blocks")) list[n++] = values; /* blocks have none */
    if (path && !narrow && !has_flag(word, words, fit, NULL) && !has_flag(word, words, "--steps", NULL))
        list[n++] = fit, list[n++] = page;
    if (narrow) list[n++] = dir, list[n++] = down;
    list[n] = NULL;
    int status = args_read(&a, &cmd_draw, n, list);
    if (status == ARGS_HELP) status = tool_wrong(&a, "draw: a block draws, and takes no '--help'");
    else if (status < 0) status = cmd_draw.run(&a);
    args_free(&a);
    if (status) fprintf(stderr, "  %s:%d: in this block draw\n", l->file, p->line + 1);
    return !(l->status = status);
}

bool lesson_turns(const lesson *l, const lesson_part *p)
{
    char text[1000], *word[WORDS];
    const int words = words_of(span_trim(lesson_line(l, p->line + 1)), text, sizeof text, word, WORDS);
    return !has_flag(word, words, "--style", NULL) && !has_flag(word, words, "--dir", NULL) &&
           !has_flag(word, words, "--steps", NULL);
}

/* The main program without the lines of the file between its blocks. NULL: out of memory. free() it. */
static char *main_program(const lesson *l)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    for (int i = 0; out && i < l->parts; i++) {
        const lesson_part *p = &l->part[i];
        if (p->kind != PART_PROGRAM || p->program) continue;
        const span s = lesson_lines(l, p->line, p->lines);
        fprintf(out, "%.*s\n", s.n, s.at);
    }
    if (out) tool_text_end(out, &text);
    return text;
}

bool lesson_stepper(lesson *l, const char *path)
{
    args a;
    char *program = main_program(l), *list[20], *root = strndup(l->graph.at, (size_t)l->graph.n),
         *names = strndup(l->graph_wrt.at, (size_t)l->graph_wrt.n);
    const char *const words[] = { "draw",  "-q",  "-e",         l->functions, "-e",   program, "-e", root,
                                  "--wrt", names, "--backward", "--format",   "html", "-o",    path };
    int n = 0, status;
    for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
        if (l->functions || i < 2 || i > 3) list[n++] = (char *)(intptr_t)words[i];
    list[n] = NULL;
    if (!program || !root || !names) status = tool_fail(l->a, EXIT_OTHER, "out of memory");
    else {
        status = args_read(&a, &cmd_draw, n, list);
        if (status < 0) status = cmd_draw.run(&a);
        args_free(&a);
    }
    free(program), free(root), free(names);
    if (status) fprintf(stderr, "  %s:%d: in the line graph:\n", l->file, lesson_line_of(l, l->graph.at));
    return !(l->status = status);
}

/* ---- text ---- */

void lesson_escape(FILE *out, const char *s, int n, bool html)
{
    for (int i = 0; i < n; i++)
        if (html && s[i] == '&') fputs("&amp;", out);
        else if (html && s[i] == '<') fputs("&lt;", out);
        else if (html && s[i] == '"') fputs("&quot;", out);
        else fputc(s[i] == '\n' ? ' ' : s[i], out);
}

/* [text](lesson:NAME): a link in a site; elsewhere the name stands behind the text. */
static bool put_lesson_link(lesson *l, FILE *out, span text, span name, bool html)
{
    int n = 0;
    while (n < name.n && (isalnum((unsigned char)name.at[n]) || name.at[n] == '-')) n++;
    if (!n || n < name.n)
        return lesson_wrong(l, name.at, "a link to a lesson is written [WORDS](lesson:NAME)");
    const bool site = html && args_has(l->a, "all");
    if (site) fprintf(out, "<a href=\"%.*s.html\">", n, name.at);
    lesson_escape(out, text.at, text.n, html);
    if (site) fputs("</a>", out);
    else fprintf(out, " (lesson %.*s)", n, name.at);
    return true;
}

/* [text](address) at s: how many bytes it has; 0: there is none; -1: after a message. */
static int put_link(lesson *l, FILE *out, const char *s, const char *end, bool html)
{
    const char *close = memchr(s, ']', (size_t)(end - s)),
               *last = close && close + 1 < end && close[1] == '(' ? memchr(close, ')', (size_t)(end - close))
                                                                   : NULL;
    static const char to_lesson[] = "lesson:";
    const int scheme = (int)strlen(to_lesson), length = last ? (int)(last - close) - 2 : 0;
    if (!last) return 0;
    const span text = { s + 1, (int)(close - s) - 1 };
    if (length >= scheme && !memcmp(close + 2, to_lesson, (size_t)scheme)) {
        const span name = { close + 2 + scheme, length - scheme };
        return put_lesson_link(l, out, text, name, html) ? (int)(last - s) + 1 : -1;
    }
    if (!guest_address(close + 2, (size_t)length))
        return lesson_wrong(l, close + 2, "a link goes to http, https, #PLACE or a file: %.*s", length,
                            close + 2) -
               1;
    if (html) fputs("<a href=\"", out), lesson_escape(out, close + 2, length, true), fputs("\">", out);
    lesson_escape(out, text.at, text.n, html);
    if (html) fputs("</a>", out);
    return (int)(last - s) + 1;
}

/* Where links can be in a text. Each search goes on where the one before ended, so that a text of brackets is
 * read once. */
typedef struct link_search {
    const char *end, *close, *last; /* the next ], and the last ) of the text; NULL: there is none */
} link_search;

static bool may_be_link(link_search *k, const char *at)
{
    if (k->close && k->close < at) k->close = memchr(at, ']', (size_t)(k->end - at));
    return k->close && k->last && k->close + 1 < k->last && k->close[1] == '(';
}

/* The word at s: a name of the program with a number stands in a text as in formulas, W1 as W₁. How many
 * bytes it has. */
static int put_word(const lesson *l, int program, FILE *out, const char *s, const char *end)
{
    char name[40], equation[50], text[80];
    int n = 0;
    while (s + n < end && n + 1 < (int)sizeof name && (isalnum((unsigned char)s[n]) || s[n] == '_')) n++;
    snprintf(name, sizeof name, "%.*s", n, s);
    snprintf(equation, sizeof equation, "%s = 0", name);
    const bool number = n && isdigit((unsigned char)name[n - 1]) && !isdigit((unsigned char)*name),
               known = number && program < l->programs &&
                       !wg_is_none(wg_program_node(l->program[program].m.q, name)) &&
                       wg_formula_print(equation, WG_FORMULA_UNICODE, text, sizeof text) >= 0;
    fprintf(out, "%.*s", known ? (int)strcspn(text, " ") : n, known ? text : name);
    return n;
}

/* 0 is a blank, 1 to 26 are a to z; another number is a "?". */
static void put_letters(const wg_tensor *t, FILE *out)
{
    for (int64_t i = 0; i < wg_shape_size(t->shape); i++) {
        const double k = wg_tensor_item(t, i);
        fputc(k >= 0 && k < 27 ? " abcdefghijklmnopqrstuvwxyz"[(int)k] : '?', out);
    }
}

bool lesson_text(lesson *l, int program, span s, FILE *out, bool html)
{
    char number[600];
    span x;
    int digits;
    bool code = false;
    wg_tensor t;
    link_search links = { s.at + s.n, memchr(s.at, ']', (size_t)s.n), memrchr(s.at, ')', (size_t)s.n) };
    const char *end = s.at + s.n, *close, *value = lesson_value_in(s, s.at, &x, &digits, &close);
    span formula = lesson_formula_in(s, s.at);
    for (const char *at = s.at; at < end;) {
        while (formula.at && formula.at <= at) formula = lesson_formula_in(s, formula.at + formula.n + 1);
        const int link = *at == '[' && !code && may_be_link(&links, at) ? put_link(l, out, at, end, html) : 0;
        if (link < 0) return false;
        if (link) {
            at += link;
        } else if (formula.at == at + 1 && !code) {
            if (!lesson_typeset(l, program, formula, out, html)) return false;
            at = formula.at + formula.n + 1;
        } else if (at == value) {
            if (!lesson_value(l, program, x.at, &t)) return false;
            if (digits == LESSON_LETTERS) put_letters(&t, out);
            else lesson_say(&t, digits, number, sizeof number), fputs(number, out);
            at = close, value = lesson_value_in(s, at, &x, &digits, &close);
        } else if (*at == '`') {
            code = !code, at++;
            if (html) fputs(code ? "<code>" : "</code>", out);
        } else {
            const int word = code ? 0 : put_word(l, program, out, at, end);
            if (!word) lesson_escape(out, at, 1, html);
            at += word ? word : 1;
        }
    }
    return true;
}

/* ---- claims with their numbers ---- */

/* As many digits as it takes to see the tolerance. */
static int digits_for(double v, double within)
{
    const double n = within > 0 && v != 0 ? ceil(log10(fabs(v) / within)) + 1 : 7;
    return n > 12 ? 12 : n > 4 ? (int)n : 4;
}

bool lesson_sides(lesson *l, const lesson_part *p, const claim_result *r, int digits, claim_sides *to)
{
    lesson_program *g = &l->program[p->program];
    const wgx_claim k = wgx_program_claim(g->m.q, (int)(r - g->claim));
    wg_tensor t[3];
    const bool within = !wg_is_none(k.within);
    if (!model_value(&g->m, k.left, &t[0]) || !model_value(&g->m, k.right, &t[1]) ||
        (within && !model_value(&g->m, k.within, &t[2])))
        return l->status = g->m.status, false;
    if (!digits)
        digits = digits_for(r->right, within       ? wg_tensor_item(&t[2], 0)
                                      : k.relation ? fabs(r->right) * 1e-3
                                                   : 0);
    list_text(&t[0], digits, to->left, sizeof to->left);
    list_text(&t[1], digits, to->right, sizeof to->right);
    *to->within = 0;
    if (within) list_text(&t[2], 3, to->within, sizeof to->within);
    to->relation = k.relation;
    return true;
}
