/* lesson_read.c: reads a lesson: its head, its paragraphs and blocks, and the texts of its programs. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "lesson.h"

static const char *const kinds[] = { "wg", "check", "ask", "plot", "draw", "slide", "try", "rule" };
enum { KINDS = sizeof kinds / sizeof *kinds, MOST_BYTES = 1 << 20, MOST_DIGITS = 17 };

/* ---- texts ---- */

span span_trim(span s)
{
    while (s.n && strchr(" \t\r\n", s.at[s.n - 1])) s.n--;
    while (s.n && strchr(" \t", *s.at)) s.at++, s.n--;
    return s;
}

bool span_begins(span s, const char *word)
{
    const int n = (int)strlen(word);
    return s.n >= n && !memcmp(s.at, word, (size_t)n) && (s.n == n || s.at[n] == ' ');
}

static span span_of(const char *from, const char *to) { return (span){ from, (int)(to - from) }; }

/* Behind the first n bytes, without blanks. */
static span rest_of(span s, int n) { return span_trim((span){ s.at + n, s.n - n }); }

static span word_of(span s)
{
    int n = 0;
    while (n < s.n && s.at[n] != ' ') n++;
    return (span){ s.at, n };
}

span lesson_line(const lesson *l, int i)
{
    span s = span_of(l->line[i - 1], l->line[i]);
    while (s.n && strchr(" \t\r\n", s.at[s.n - 1])) s.n--;
    return s;
}

span lesson_lines(const lesson *l, int from, int lines)
{
    const span last = lesson_line(l, from + lines - 1);
    return span_of(l->line[from - 1], last.at + last.n);
}

int lesson_line_of(const lesson *l, const char *at)
{
    int low = 1, high = l->lines > 1 ? l->lines : 1;
    while (low < high) {
        const int middle = low + (high - low + 1) / 2;
        if (l->line[middle - 1] <= at) low = middle;
        else high = middle - 1;
    }
    return low;
}

span lesson_title_of(const lesson *l, const lesson_part *p) { return span_trim(lesson_line(l, p->line)); }

bool lesson_wrong(lesson *l, const char *at, const char *format, ...)
{
    char text[700];
    va_list list;
    const int line = lesson_line_of(l, at);
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    const span s = lesson_line(l, line);
    l->status = tool_fail(l->a, EXIT_TEXT, "%s:%d:%d: %s\n  %.*s", l->file, line,
                          (int)(at - l->line[line - 1]) + 1, text, s.n < 200 ? s.n : 200, s.at);
    return false;
}

/* ---- what stands in lines ---- */

static bool is_relation(const char *s) { return (*s == '=' && s[1] == '=') || *s == '<' || *s == '>'; }

void lesson_claim_of(span line, span *claim, span *note)
{
    const char *end = line.at + line.n;
    int depth = 0;
    bool related = false, right = false; /* a relation stands before; something behind it does */
    *claim = *note = line;
    for (const char *s = line.at; s < end; s++) {
        depth += strchr("([{", *s) ? 1 : strchr(")]}", *s) ? -1 : 0;
        if (depth == 0 && is_relation(s)) related = true, right = false, s += s[1] == '=';
        else if (*s != ' ') right = related;
        if (*s != ' ' || s + 1 == end || s[1] != ' ' || depth || !right) continue;
        const span behind = span_trim(span_of(s, end));
        if (span_begins(behind, "within")) {
            s = behind.at - 1;
            continue;
        }
        *claim = span_trim(span_of(line.at, s)), *note = behind;
        return;
    }
    *claim = span_trim(line), note->n = 0;
}

void lesson_try_of(span line, span *what, span *claim)
{
    const char *end = line.at + line.n, *s = line.at;
    while (s + 1 < end && !(s[0] == '=' && s[1] == '>')) s++;
    const bool found = s + 1 < end, then = span_begins(line, "then");
    *what = then ? (span){ line.at, 0 } : span_trim(span_of(line.at, found ? s : end));
    *claim = found && !then ? span_trim(span_of(s + 2, end)) : (span){ end, 0 };
}

span lesson_then_of(const lesson *l, const lesson_part *p, int i)
{
    const span next = i + 1 < p->line + p->lines ? lesson_line(l, i + 1) : (span){ NULL, 0 };
    return next.n && span_begins(next, "then") ? rest_of(next, (int)strlen("then")) : (span){ next.at, 0 };
}

const char *lesson_value_in(span line, const char *s, span *expression, int *digits, const char **end)
{
    bool code = false;
    const char *stop = line.at + line.n;
    for (; s < stop && (*s != '{' || code); s++) code ^= *s == '`';
    if (s == stop) return NULL;
    const char *close = s + 1, *colon = NULL;
    int depth = 0;
    for (; close < stop && (*close != '}' || depth); close++) {
        depth += strchr("([{", *close) ? 1 : strchr(")]}", *close) ? -1 : 0;
        if (*close == ':' && !depth) colon = close;
    }
    const bool letters = colon && close - colon == 8 && !memcmp(colon, ":letters", 8);
    *digits = letters ? LESSON_LETTERS : colon ? atoi(colon + 1) : 0;
    *expression = span_trim(span_of(s + 1, colon ? colon : close));
    *end = close < stop ? close + 1 : stop;
    return s;
}

/* ---- programs ---- */

static lesson_program *program_of(lesson *l, span name, const char *at)
{
    for (int i = 0; i < l->programs; i++)
        if ((int)strlen(l->program[i].name) == name.n && !memcmp(l->program[i].name, name.at, (size_t)name.n))
            return &l->program[i];
    if (l->programs == LESSON_PROGRAMS)
        return lesson_wrong(l, at, "more than %d programs", LESSON_PROGRAMS), NULL;
    if (name.n >= (int)sizeof l->program->name) return lesson_wrong(l, name.at, "the name is too long"), NULL;
    lesson_program *p = &l->program[l->programs];
    const size_t n = strlen(l->source);
    p->text = wg_alloc(l->c, n + 1, 1), p->code = wg_alloc(l->c, n + 1, 1);
    if (!p->text || !p->code) return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), NULL;
    for (size_t i = 0; i < n; i++) p->text[i] = p->code[i] = l->source[i] == '\n' ? '\n' : ' ';
    memcpy(p->name, name.at, (size_t)name.n);
    l->programs++;
    return p;
}

/* Writes a text of the file, or n bytes of another one, at its place. */
static void put(const lesson *l, int program, span s, const char *text)
{
    memcpy(l->program[program].text + (s.at - l->source), text, (size_t)s.n);
}
static void copy(const lesson *l, int program, span s) { put(l, program, s, s.at); }

static void copy_code(const lesson *l, int program, span s)
{
    copy(l, program, s);
    memcpy(l->program[program].code + (s.at - l->source), s.at, (size_t)s.n);
}

/* The {EXPR} of a line are statements of the program. */
static bool read_values(lesson *l, int program, span line)
{
    span x;
    int digits;
    const char *end;
    for (const char *s = line.at; (s = lesson_value_in(line, s, &x, &digits, &end)); s = end) {
        if (end[-1] != '}')
            return lesson_wrong(l, s, "a value stands on one line: {EXPRESSION} or {EXPRESSION:DIGITS}");
        if (!x.n) return lesson_wrong(l, s, "no expression stands between { and }");
        if (digits != LESSON_LETTERS && (digits < 0 || digits > MOST_DIGITS))
            return lesson_wrong(l, s, "a value has at most %d digits", MOST_DIGITS);
        copy(l, program, x), put(l, program, span_of(end - 1, end), ";");
    }
    return true;
}

/* ---- blocks ---- */

static bool read_tries(lesson *l, const lesson_part *p)
{
    span what = { NULL, 0 }, claim;
    for (int i = p->line; i < p->line + p->lines; i++) {
        const bool exercise = what.n; /* in the line before */
        lesson_try_of(lesson_line(l, i), &what, &claim);
        if (!what.n && lesson_line(l, i).n && !exercise)
            return lesson_wrong(l, what.at, "a line `then TEXT` is the answer of the exercise above it");
        if (what.n && l->tries++ == LESSON_TRIES)
            return lesson_wrong(l, what.at, "more than %d exercises", LESSON_TRIES);
        if (!read_values(l, p->program, lesson_line(l, i))) return false;
    }
    return true;
}

/* A title, then lines of text. */
static bool read_rule(lesson *l, const lesson_part *p)
{
    if (p->lines < 2)
        return lesson_wrong(l, l->line[p->line - 1], "a rule has a title and at least one line");
    for (int i = p->line; i < p->line + p->lines; i++)
        if (!read_values(l, p->program, lesson_line(l, i))) return false;
    return true;
}

static bool read_checks(lesson *l, const lesson_part *p)
{
    span claim, note;
    for (int i = p->line; i < p->line + p->lines; i++) {
        lesson_claim_of(lesson_line(l, i), &claim, &note);
        const char *brace = memchr(note.at, '{', (size_t)note.n);
        if (brace) return lesson_wrong(l, brace, "a value, {EXPRESSION}, stands in a paragraph or in ask");
        copy(l, p->program, claim);
    }
    return true;
}

/* Line `skip` of those of ask that begin with the word, from that of the answer on; what stands behind the
 * word, up to the next such line, is the text. */
static span ask_line(const lesson *l, const lesson_part *p, const char *word, int skip)
{
    static const char *const words[] = { "answer", "hint", "then", "wrong" };
    bool answered = false;
    for (int i = p->line; i < p->line + p->lines; i++) {
        answered |= span_begins(lesson_line(l, i), "answer");
        if (!answered || !span_begins(lesson_line(l, i), word) || skip--) continue;
        int k = i + 1;
        for (bool is = false; k < p->line + p->lines && !is; k += !is)
            for (int w = 0; w < 4; w++) is |= span_begins(lesson_line(l, k), words[w]);
        return rest_of(span_of(l->line[i - 1], l->line[k - 1]), (int)strlen(word));
    }
    return (span){ NULL, 0 };
}

int lesson_find(span name, const lesson *all, int count)
{
    int k = 0;
    while (k < count && !(span_begins(name, all[k].name) && name.n == (int)strlen(all[k].name))) k++;
    return k;
}

span lesson_question(const lesson *l, const lesson_part *p)
{
    return lesson_lines(l, p->line, lesson_line_of(l, p->answer.at) - p->line);
}

/* A guess ends before two blanks, or, if there are none in its line, before the first one. */
bool lesson_mistake(const lesson *l, const lesson_part *p, int i, span *guess, span *text)
{
    const span s = ask_line(l, p, "wrong", i);
    if (!s.at) return false;
    const char *end = memchr(s.at, '\n', (size_t)s.n), *first = NULL, *at = s.at;
    if (!end) end = s.at + s.n;
    for (int depth = 0; at < end && (depth || at[0] != ' ' || at[1] != ' '); at++) {
        depth += strchr("([{", *at) ? 1 : strchr(")]}", *at) ? -1 : 0;
        if (!depth && *at == ' ' && !first) first = at;
    }
    if (at == end && first) at = first;
    *guess = span_of(s.at, at), *text = span_trim(span_of(at, s.at + s.n));
    return true;
}

static bool read_mistakes(lesson *l, const lesson_part *p)
{
    span guess, text;
    for (int i = 0; lesson_mistake(l, p, i, &guess, &text); i++) {
        const char *line = l->line[lesson_line_of(l, guess.at) - 1];
        if (i == LESSON_MISTAKES)
            return lesson_wrong(l, line, "a question has at most %d usual mistakes", LESSON_MISTAKES);
        if (!text.n)
            return lesson_wrong(l, line, "a usual mistake is written: wrong GUESS  TEXT, what to say of it");
        if (text.n > 1 && strchr("+-*/^@<>=", *text.at) && text.at[1] == ' ')
            return lesson_wrong(l, text.at, "behind a GUESS with blanks stand two blanks, then the text");
        copy(l, p->program, guess);
        if (guess.at[guess.n] == ' ') put(l, p->program, (span){ guess.at + guess.n, 1 }, ";");
        text.n = (int)strcspn(text.at, "\n"); /* read_ask reads the lines behind */
        if (!read_values(l, p->program, text)) return false;
    }
    return true;
}

static bool read_ask(lesson *l, lesson_part *p)
{
    static const char within[] = " within ";
    span answer = ask_line(l, p, "answer", 0);
    const char *at = l->line[p->line - 1];
    if (!answer.at) return lesson_wrong(l, at, "ask needs a line: answer EXPRESSION within NUMBER");
    if (span_begins(lesson_line(l, p->line), "answer"))
        return lesson_wrong(l, at, "ask begins with the question");
    int n = answer.n - (int)strlen(within);
    while (n > 0 && memcmp(answer.at + n, within, strlen(within)) != 0) n--;
    if (n <= 0) return lesson_wrong(l, answer.at, "an answer is written: answer EXPRESSION within NUMBER");
    p->answer = span_trim((span){ answer.at, n }), p->within = rest_of(answer, n + (int)strlen(within));
    p->hint = ask_line(l, p, "hint", 0), p->then = ask_line(l, p, "then", 0);
    if (!p->then.at) return lesson_wrong(l, at, "ask needs a line: then TEXT, which says why");
    copy(l, p->program, p->answer), put(l, p->program, (span){ answer.at + n, 1 }, ";");
    copy(l, p->program, p->within);
    for (int i = p->line, answered = lesson_line_of(l, answer.at); i < p->line + p->lines; i++) {
        const bool other = i == answered || (i > answered && span_begins(lesson_line(l, i), "wrong"));
        if (!other && !read_values(l, p->program, lesson_line(l, i))) return false;
    }
    return read_mistakes(l, p);
}

static bool read_plot(lesson *l, lesson_part *p)
{
    p->plot = l->program[p->program].plots++;
    if (l->plots++ == LESSON_PLOTS)
        return lesson_wrong(l, l->line[p->line - 2], "more than %d blocks plot", LESSON_PLOTS);
    if (p->lines < 2)
        return lesson_wrong(l, l->line[p->line - 1], "plot has a line with its title, then what it draws");
    for (int i = p->line + 1; i < p->line + p->lines; i++) copy(l, p->program, lesson_line(l, i));
    put(l, p->program, (span){ l->line[p->line + p->lines - 1], 1 }, "}");
    return true;
}

static bool slide_number(span *s, double *to)
{
    char *end;
    *to = strtod(s->at, &end);
    if (!s->n || end == s->at || end > s->at + s->n) return false;
    *s = rest_of(*s, (int)(end - s->at));
    return true;
}

static bool slide_word(span *s, const char *word)
{
    if (!span_begins(*s, word)) return false;
    *s = rest_of(*s, (int)strlen(word));
    return true;
}

static bool read_slide(lesson *l, const lesson_part *p)
{
    lesson_slide *k = &l->slide;
    double frames = 49;
    span s = span_trim(lesson_line(l, p->line));
    const span name = word_of(s), all = s;
    if (k->line) return lesson_wrong(l, s.at, "a lesson has one slide, and there is one in line %d", k->line);
    k->line = p->line, k->program = p->program;
    s = rest_of(s, name.n);
    bool fine = name.n && name.n < (int)sizeof k->range.name && slide_word(&s, "from") &&
                slide_number(&s, &k->range.from) && slide_word(&s, "to") && slide_number(&s, &k->range.to) &&
                k->range.from < k->range.to;
    k->range.log = fine && slide_word(&s, "log");
    if (fine && slide_word(&s, "in")) fine = slide_number(&s, &frames) && frames >= 2 && frames <= 200;
    if (!fine || s.n || (k->range.log && !(k->range.from > 0)))
        return lesson_wrong(
            l, all.at,
            "a slide is written: NAME from A to B, then perhaps log, and in N: the frames, 2 to 200; "
            "or step from 0 to N");
    memcpy(k->range.name, name.at, (size_t)name.n);
    k->frames = (int)frames;
    if (!strcmp(k->range.name, "step")) k->steps = (int)k->range.to, k->frames = 0;
    return true;
}

static span next_word(span *rest)
{
    const span w = word_of(*rest);
    *rest = rest_of(*rest, w.n);
    return w;
}

/* A flag, --NAME VALUE or --NAME=VALUE. */
static bool read_draw_flag(lesson *l, span w, span *rest)
{
    const char *equals = w.n > 2 ? memchr(w.at, '=', (size_t)w.n) : NULL;
    const size_t n = (size_t)((equals ? equals : w.at + w.n) - w.at);
    const flag *f = n > 2 && !memcmp(w.at, "--", 2) ? guest_flag(w.at + 2, n - 2) : NULL;
    if (!f)
        return lesson_wrong(
            l, w.at,
            "draw: %.*s may not stand in a lesson: a block has NAME, wrt NAMES, and flags that name "
            "no file, such as --values",
            w.n < 60 ? w.n : 60, w.at);
    if (!f->value && equals) return lesson_wrong(l, w.at, "draw: --%s takes no value", f->name);
    if (f->value && !equals && !next_word(rest).n)
        return lesson_wrong(l, w.at, "draw: --%s takes a value", f->name);
    return true;
}

/* NAME, wrt NAMES, and flags. */
static bool read_draw(lesson *l, const lesson_part *p)
{
    enum { MOST = 500 };
    span rest = p->lines > 1 ? span_trim(lesson_line(l, p->line + 1)) : (span){ l->line[p->line - 1], 0 };
    if (rest.n > MOST) return lesson_wrong(l, rest.at, "draw: more than %d characters", MOST);
    if (!rest.n || *rest.at == '-')
        return lesson_wrong(l, l->line[p->line - 1], "draw has a line with its title, then NAME [wrt NAMES]");
    if (l->draws++ == LESSON_DRAWS)
        return lesson_wrong(l, l->line[p->line - 2], "more than %d blocks draw", LESSON_DRAWS);
    next_word(&rest);
    for (span w; (w = next_word(&rest)).n;) {
        const bool wrt = span_begins(w, "wrt");
        if (!wrt && !read_draw_flag(l, w, &rest)) return false;
        for (w.n = 0; wrt && (!w.n || w.at[w.n - 1] == ',') && rest.n;) w = next_word(&rest);
    }
    return true;
}

static bool read_block(lesson *l, lesson_part *p)
{
    if (p->lines == 0) return lesson_wrong(l, l->line[p->line - 2], "the block is empty");
    if (p->left_out) return true;
    switch (p->kind) {
    case PART_PROGRAM:
        if (!l->first_program) l->first_program = p->line;
        for (int i = p->line; i < p->line + p->lines; i++) copy_code(l, p->program, lesson_line(l, i));
        return true;
    case PART_CHECK:
        put(l, p->program, (span){ l->line[p->line - 2], 7 }, "check {");
        put(l, p->program, (span){ l->line[p->line + p->lines - 1], 1 }, "}");
        return read_checks(l, p);
    case PART_ASK: return read_ask(l, p);
    case PART_PLOT: return read_plot(l, p);
    case PART_SLIDE: return read_slide(l, p);
    case PART_TRY: return read_tries(l, p);
    case PART_DRAW: return read_draw(l, p);
    case PART_RULE: return read_rule(l, p);
    default: return true;
    }
}

static bool read_kind(lesson *l, span word, part_kind *kind)
{
    char text[40], names[200] = "";
    for (int i = 0; i < KINDS; i++) {
        if ((int)strlen(kinds[i]) == word.n && !memcmp(kinds[i], word.at, (size_t)word.n))
            return *kind = (part_kind)(PART_PROGRAM + i), true;
        snprintf(names + strlen(names), sizeof names - strlen(names), i ? ", %s" : "%s", kinds[i]);
    }
    snprintf(text, sizeof text, "%.*s", word.n, word.at);
    const char *near = wgx_nearest(text, kinds, KINDS);
    if (near) return lesson_wrong(l, word.at, "no block '%s'; did you mean '%s'?", text, near);
    return lesson_wrong(l, word.at, "no block '%s'; there are %s", text, names);
}

/* The words behind the kind: the name of the program, and of wg its settings. */
static bool read_words(lesson *l, span s, lesson_part *p)
{
    span name = { s.at, 0 };
    bool f32 = false, eval = false;
    for (span w; (w = word_of(s)).n; s = rest_of(s, w.n)) {
        const bool setting = p->kind == PART_PROGRAM;
        if (setting && span_begins(w, "f32")) f32 = true;
        else if (setting && span_begins(w, "eval")) eval = true;
        else if (name.n) return lesson_wrong(l, w.at, "%.*s: a block has the name of one program", w.n, w.at);
        else name = w;
    }
    lesson_program *g = program_of(l, name, s.at);
    if (!g) return false;
    g->f32 |= f32, g->eval |= eval;
    p->program = (int)(g - l->program);
    return true;
}

/* With --only K all programs and plots are read, since claims name them, and of the rest what stands behind
 * block K, without a slider. */
static void place(lesson *l, lesson_part *p)
{
    if (p->kind == PART_PROGRAM) l->blocks++;
    p->block = l->blocks;
    p->left_out = l->only && p->kind != PART_PROGRAM && p->kind != PART_PLOT &&
                  (p->block != l->only || p->kind == PART_SLIDE);
}

/* A block from its fence in line i. *next: the line behind its other fence. */
static bool read_fence(lesson *l, int i, int *next)
{
    lesson_part *p = &l->part[l->parts++];
    const span s = rest_of(lesson_line(l, i), 3), word = word_of(s);
    int end = i + 1;
    while (end <= l->lines && strncmp(l->line[end - 1], "```", 3) != 0) end++;
    if (end > l->lines)
        return lesson_wrong(l, l->line[i - 1], "a block without an end: a line ``` is missing");
    *p = (lesson_part){ .line = i + 1, .lines = end - i - 1 };
    *next = end + 1;
    if (!read_kind(l, word, &p->kind)) return false;
    place(l, p);
    return (p->left_out || read_words(l, rest_of(s, word.n), p)) && read_block(l, p);
}

/* ---- the file ---- */

/* Names with commas between them; - is none. */
static bool read_names(lesson *l, span s, span to[], int *n, int most, const char *what)
{
    for (span w; (w = word_of(s)).n; s = rest_of(s, w.n)) {
        const span name = { w.at, w.n - (w.at[w.n - 1] == ',') };
        if (span_begins(name, "-")) continue;
        if (*n == most) return lesson_wrong(l, w.at, "more than %d %s", most, what);
        to[(*n)++] = name;
    }
    return true;
}

/* STATEMENTS wrt NAMES. */
static bool read_graph(lesson *l, span s)
{
    static const char wrt[] = " wrt ";
    int n = s.n - (int)strlen(wrt);
    while (n > 0 && memcmp(s.at + n, wrt, strlen(wrt)) != 0) n--;
    if (n <= 0) return lesson_wrong(l, s.at, "a graph is written: graph: EXPRESSION wrt NAMES");
    l->graph = span_trim((span){ s.at, n }), l->graph_wrt = rest_of(s, n + (int)strlen(wrt));
    return true;
}

static bool read_head(lesson *l, span line)
{
    span s;
    if (span_begins(line, "notes:")) return l->notes = rest_of(line, 6), true;
    if (span_begins(line, "topic:")) return l->topic = rest_of(line, 6), true;
    if (span_begins(line, "graph:")) return read_graph(l, rest_of(line, 6));
    if (span_begins(line, "number:")) {
        s = rest_of(line, 7);
        l->number = atoi(s.at);
        return (l->number >= 1 && l->number < 1000) || lesson_wrong(l, s.at, "a number from 1 on");
    }
    if (span_begins(line, "uses:"))
        return read_names(l, rest_of(line, 5), l->use, &l->uses, LESSON_USES, "functions");
    return span_begins(line, "after:") &&
           read_names(l, rest_of(line, 6), l->after, &l->afters, LESSON_AFTER, "lessons");
}

/* Paragraphs, headings and blocks from line i on. */
static bool read_parts(lesson *l, int i)
{
    while (i <= l->lines) {
        const span s = lesson_line(l, i);
        if (!s.n) {
            i++;
        } else if (!strncmp(s.at, "```", 3)) {
            if (!read_fence(l, i, &i)) return false;
        } else {
            lesson_part *p = &l->part[l->parts++];
            *p = (lesson_part){ PART_TEXT, .line = i };
            if (span_begins(s, "##")) p->kind = PART_HEADING;
            place(l, p);
            do {
                if (!p->left_out && !read_values(l, 0, lesson_line(l, i))) return false;
                i++;
            } while (p->kind == PART_TEXT && i <= l->lines && lesson_line(l, i).n &&
                     strncmp(l->line[i - 1], "```", 3) != 0);
            p->lines = i - p->line;
        }
    }
    return true;
}

static void find_lines(lesson *l)
{
    int n = 0;
    for (const char *s = l->source; *s; s += strcspn(s, "\n"), s += *s != 0) l->line[n++] = s;
    l->line[n] = l->source + strlen(l->source);
    l->lines = n;
}

static void name_of(lesson *l, const char *file)
{
    const char *slash = strrchr(file, '/'), *s = slash ? slash + 1 : file, *dot = strrchr(s, '.');
    snprintf(l->name, sizeof l->name, "%.*s", dot ? (int)(dot - s) : (int)strlen(s), s);
    for (char *c = l->name; *c; c++) /* it stands in pages, and in names of pictures */
        if (!isalnum((unsigned char)*c) && !strchr("-_.", *c)) *c = '-';
}

static bool check_only(lesson *l)
{
    if (l->only <= l->blocks) return true;
    l->status = tool_wrong(l->a, "--only %d: %s has %d blocks wg", l->only, l->file, l->blocks);
    return false;
}

bool lesson_read(lesson *l, const args *a, const char *file, const char *source)
{
    long long only = 0;
    *l = (lesson){ .a = a, .file = file, .source = source };
    if (!args_long(a, "only", 1, &only)) return l->status = EXIT_FLAGS, false;
    l->only = (int)(only < MOST_BYTES ? only : MOST_BYTES);
    name_of(l, file);
    if (!*source) return l->status = tool_fail(a, EXIT_TEXT, "%s: the file is empty", file), false;
    if (strlen(source) > MOST_BYTES)
        return l->status = tool_fail(a, EXIT_TEXT, "%s: a lesson has at most 1 MiB", file), false;
    size_t n = 2;
    for (const char *s = source; *s; s++) n += *s == '\n';
    l->c = wg_start();
    l->line = wg_alloc(l->c, n + 1, sizeof *l->line);
    l->part = wg_alloc(l->c, n, sizeof *l->part);
    if (!l->line || !l->part) return l->status = tool_fail(a, EXIT_OTHER, "out of memory"), false;
    find_lines(l);
    const char *bad = guest_byte(source, strlen(source));
    if (bad)
        return lesson_wrong(l, bad, "the byte %02X, which no text in UTF-8 has here", (unsigned char)*bad);
    int i = 1;
    while (i < l->lines && !lesson_line(l, i).n) i++;
    if (!span_begins(lesson_line(l, i), "#"))
        return lesson_wrong(l, l->line[i - 1], "a lesson begins with its title: # Title");
    l->title = rest_of(lesson_line(l, i), 1);
    for (i++; i <= l->lines && lesson_line(l, i).n && read_head(l, lesson_line(l, i)); i++) continue;
    if (!l->status && i <= l->lines && lesson_line(l, i).n)
        lesson_wrong(
            l, l->line[i - 1],
            "below the title stand topic:, number:, after:, notes:, uses: and graph:, then an empty line");
    return !l->status && lesson_use(l) && program_of(l, (span){ source, 0 }, source) && read_parts(l, i) &&
           check_only(l);
}

bool lesson_read_text(lesson *l, const args *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = f ? calloc(MOST_BYTES + 2, 1) : NULL;
    const size_t n = text ? fread(text, 1, MOST_BYTES + 1, f) : 0;
    const bool failed = !f || !text || ferror(f);
    *l = (lesson){ .a = a };
    if (failed) l->status = tool_fail(a, EXIT_OTHER, "%s: %s", path, strerror(errno));
    else if (memchr(text, 0, n))
        l->status = tool_fail(a, EXIT_TEXT, "%s: it has bytes 0, so it is no text", path);
    if (f) fclose(f);
    l->owned = text;
    return !l->status;
}

bool lesson_read_file(lesson *l, const args *a, const char *path)
{
    if (!lesson_read_text(l, a, path)) return false;
    char *text = l->owned, *folder = guest_around(path);
    const bool fine = lesson_read(l, a, path, text);
    l->owned = text, l->folder = folder;
    if (!folder) l->status = tool_fail(a, EXIT_OTHER, "out of memory");
    return fine && folder;
}

void lesson_forget(lesson *l)
{
    for (int i = 0; i < l->programs; i++) {
        if (l->program[i].m.c) wg_finish(l->program[i].m.c, NULL);
        l->program[i].m.c = NULL;
    }
}

int lesson_close(lesson *l)
{
    lesson_forget(l);
    if (l->c) wg_finish(l->c, NULL);
    free(l->owned), free(l->folder), free(l->functions);
    return l->status;
}
