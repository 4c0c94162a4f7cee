/* lesson_print.c: a lesson in a terminal: its text, its questions, and the numbers beside those that were
 * expected. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"

typedef struct printer {
    lesson *l;
    const char *folder; /* NULL: pictures go into the terminal */
    bool asks;          /* a reader can answer */
    int pictures;
} printer;

bool lesson_wrapped(lesson *l, int program, FILE *out, int column, span s)
{
    char *text = NULL;
    size_t n = 0;
    FILE *memory = tool_text_begin(&text, &n);
    bool fine = memory && lesson_text(l, program, s, memory, false);
    if (!memory || !tool_text_end(memory, &text))
        fine = false, l->status = tool_fail(l->a, EXIT_OTHER, "out of memory");
    if (fine) print_wrapped(out, column, text + strspn(text, " "));
    free(text);
    return fine;
}

static bool print_text(const printer *k, int program, int column, span s)
{
    return lesson_wrapped(k->l, program, stdout, column, s);
}

static bool print_titled(const printer *k, int program, const char *title, span s)
{
    fputs(title, stdout);
    return print_text(k, program, text_columns(title), s);
}

static void print_code(const lesson *l, const lesson_part *p)
{
    for (int i = p->line; i < p->line + p->lines; i++)
        printf("    %.*s\n", lesson_line(l, i).n, lesson_line(l, i).at);
    if (p->line != l->first_program || !l->uses) return;
    printf("\n    # and of the course's functions, which --program prints: ");
    for (int i = 0; i < l->uses; i++) printf("%s%.*s", i ? ", " : "", l->use[i].n, l->use[i].at);
    putchar('\n');
}

static bool print_claim(const printer *k, const lesson_part *p, int line, int width)
{
    const claim_result *r = lesson_claim(k->l, p, line);
    span claim, note;
    claim_sides s;
    lesson_claim_of(lesson_line(k->l, line), &claim, &note);
    if (!r || !lesson_sides(k->l, p, r, 0, &s)) return !r;
    const bool holds = r->verdict == WG_PASS;
    char text[300];
    snprintf(text, sizeof text, "%.*s", claim.n, claim.at);
    printf("  %s %s%*s  came out %s\n", holds ? "✓" : "✗", text,
           width - text_columns(text) > 0 ? width - text_columns(text) : 0, "", s.left);
    if (!holds) printf("      %s\n", r->why);
    if (!note.n) return true;
    fputs("      ", stdout);
    return print_text(k, p->program, 6, note);
}

static bool print_claims(const printer *k, const lesson_part *p)
{
    int width = 0;
    span claim, note;
    for (int i = p->line; i < p->line + p->lines; i++) {
        lesson_claim_of(lesson_line(k->l, i), &claim, &note);
        width = claim.n > width && claim.n <= 50 ? claim.n : width;
    }
    for (int i = p->line; i < p->line + p->lines; i++)
        if (!print_claim(k, p, i, width)) return false;
    return true;
}

/* ---- questions ---- */

/* Takes the commas out of 1,000 and 1,000,000. Another comma is that of 0,5. */
static void read_commas(char *s)
{
    const size_t first = strspn(s += *s == '-', "0123456789");
    size_t end = first;
    while (s[end] == ',' && strspn(s + end + 1, "0123456789") == 3) end += 4;
    const bool thousands = first && first < 4 && *s != '0' && end > first && !strchr(s + end, ',');
    for (char *comma = s; (comma = strchr(comma, ','));)
        if (thousands) memmove(comma, comma + 1, strlen(comma));
        else *comma = '.';
}

/* Asks until there is a number or nothing. False: the reader leaves. *given: there is a number. */
static bool read_guess(const lesson_part *p, bool *given, double *guess)
{
    char line[200], *end;
    *given = false;
    for (;;) {
        printf("Your guess%s, or Enter to see it; q leaves: ", p->hint.at ? " (h: a hint)" : "");
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin) || line[0] == 'q') return putchar('\n'), false;
        if (line[0] == '\n') return true;
        if (line[0] == 'h' && p->hint.at) {
            printf("Hint: %.*s\n", p->hint.n, p->hint.at);
            continue;
        }
        read_commas(line);
        *guess = strtod(line, &end);
        if (end > line) return *given = true;
        printf("A number is asked for.\n");
    }
}

/* Of a reader at a terminal it has three guesses. *said: what to say before the answer. False: the reader
 * leaves, or after a message. */
static bool ask_reader(const printer *k, const lesson_part *p, double right, double within, char said[40])
{
    double guess;
    bool given;
    for (int left = LESSON_GUESSES - 1; left >= 0; left--) {
        int i;
        span s, text;
        if (!read_guess(p, &given, &guess)) return false;
        if (!given) return strcpy(said, "Answer"), true;
        const double off = fabs(guess - right);
        if (off <= within) return strcpy(said, "Right"), true;
        if (!lesson_find_mistake(k->l, p, guess, &i)) return false;
        const bool mistake = i < LESSON_MISTAKES && lesson_mistake(k->l, p, i, &s, &text);
        if (mistake && !print_text(k, p->program, 0, text)) return false;
        if (!mistake && left) puts("Not yet.");
        if (!mistake && left == LESSON_GUESSES - 1 && p->hint.at &&
            !print_titled(k, p->program, "Hint: ", p->hint))
            return false;
        snprintf(said, 40, "%.3g off", off);
    }
    return true;
}

static bool print_mistakes(const printer *k, const lesson_part *p)
{
    char number[100], title[110];
    span text;
    double v;
    for (int i = 0; lesson_guess(k->l, p, i, &v, number, &text); i++) {
        if (!i) puts("Usual mistakes:");
        snprintf(title, sizeof title, "  %s: ", number);
        if (!print_titled(k, p->program, title, text)) return false;
    }
    return !k->l->status;
}

static bool print_ask(const printer *k, const lesson_part *p)
{
    wg_tensor answer;
    char number[400], said[40] = "Answer", title[500];
    double within;
    if (!lesson_value(k->l, p->program, p->answer.at, &answer) ||
        !lesson_item(k->l, p->program, p->within, &within) ||
        !print_titled(k, p->program, "Predict: ", lesson_question(k->l, p)))
        return false;
    const double right = wg_tensor_item(&answer, 0);
    if (k->asks ? !ask_reader(k, p, right, within, said) : !print_mistakes(k, p)) return false;
    lesson_say(&answer, 0, number, sizeof number);
    snprintf(title, sizeof title, "%s: %s. ", said, number);
    return print_titled(k, p->program, title, p->then);
}

/* ---- pictures ---- */

static bool print_picture(printer *k, const lesson_part *p)
{
    lesson *l = k->l;
    char path[4200] = "", id[100];
    k->pictures++;
    snprintf(id, sizeof id, "%s-%d", l->name, k->pictures);
    const size_t length = k->folder ? strlen(k->folder) : 0;
    if (length)
        snprintf(path, sizeof path, "%s%s%s.svg", k->folder, k->folder[length - 1] == '/' ? "" : "/", id);
    const span title = lesson_title_of(l, p);
    if (k->folder || p->kind == PART_DRAW)
        printf("%.*s%s%s\n", title.n, title.at, k->folder ? ": " : "", path);
    fflush(stdout);
    if (p->kind == PART_DRAW) return lesson_draw(l, p, k->folder ? path : NULL, id, false);
    wg_figure *f = lesson_figure(l, p, NULL);
    if (!f) return false;
    if (wg_figure_save(f, k->folder ? path : "-") == WG_OK) return true;
    model_ok(&l->program[p->program].m);
    return !(l->status = EXIT_OTHER);
}

static bool print_tries(const printer *k, const lesson_part *p)
{
    span what, claim;
    puts("Change a line:");
    for (int i = p->line, n = 1; i < p->line + p->lines; i++) {
        char number[20];
        lesson_try_of(lesson_line(k->l, i), &what, &claim);
        if (!what.n) continue;
        snprintf(number, sizeof number, "%3d. ", n++);
        if (!print_titled(k, p->program, number, what)) return false;
    }
    return true;
}

static bool print_rule(const printer *k, const lesson_part *p)
{
    for (int i = p->line; i < p->line + p->lines; i++)
        if (!print_titled(k, p->program, i == p->line ? "Rule: " : "    ", lesson_line(k->l, i)))
            return false;
    return true;
}

/* ---- all ---- */

static bool print_part(printer *k, const lesson_part *p)
{
    const span all = lesson_lines(k->l, p->line, p->lines);
    switch (p->kind) {
    case PART_TEXT: return print_text(k, 0, 0, all);
    case PART_HEADING: return printf("== %.*s\n", all.n - 3, all.at + 3) > 0;
    case PART_PROGRAM: return print_code(k->l, p), true;
    case PART_CHECK: return print_claims(k, p);
    case PART_ASK: return print_ask(k, p);
    case PART_PLOT:
    case PART_DRAW: return print_picture(k, p);
    case PART_SLIDE:
        return printf("(On the page a slider moves %s: --page)\n",
                      k->l->slide.frames ? k->l->slide.range.name : "the steps") > 0;
    case PART_TRY: return print_tries(k, p);
    case PART_RULE: return print_rule(k, p);
    case PART_KINDS: break;
    }
    return true;
}

bool lesson_print(lesson *l, const char *folder)
{
    printer k = { l, folder, isatty(0) && isatty(1), 0 };
    printf("%.*s\n", l->title.n, l->title.at);
    for (int i = 0; i < l->title.n; i++) putchar('=');
    putchar('\n');
    for (int i = 0; i < l->parts; i++) {
        putchar('\n');
        if (!print_part(&k, &l->part[i])) return false;
    }
    return true;
}

/* What line i of a part says in words, where {values} stand; n 0: it says nothing. */
static span words_of(const lesson *l, const lesson_part *p, int i)
{
    span line = lesson_line(l, i), claim, note;
    if (p->kind == PART_PROGRAM || p->kind == PART_SLIDE) return (span){ line.at, 0 };
    if ((p->kind == PART_PLOT || p->kind == PART_DRAW) && i > p->line) return (span){ line.at, 0 };
    if (p->kind == PART_ASK && span_begins(line, "answer")) return (span){ line.at, 0 };
    if (p->kind != PART_CHECK) return line;
    lesson_claim_of(line, &claim, &note);
    return note;
}

/* Each {EXPR} of the text, and how it is printed. */
static void put_values(lesson *l, json *j)
{
    char expression[400], text[600];
    span x;
    int digits;
    wg_tensor t;
    for (const lesson_part *p = l->part; p < l->part + l->parts; p++)
        for (int i = p->line; i < p->line + p->lines; i++) {
            const span line = words_of(l, p, i);
            const char *s = line.at, *end;
            for (; line.n && (s = lesson_value_in(line, s, &x, &digits, &end)); s = end) {
                if (digits == LESSON_LETTERS || !lesson_value(l, p->program, x.at, &t)) continue;
                snprintf(expression, sizeof expression, "%.*s", x.n, x.at);
                lesson_say(&t, digits, text, sizeof text);
                json_object(j, NULL);
                json_whole(j, "line", i), json_text(j, "expression", expression);
                json_whole(j, "digits", digits), json_text(j, "text", text);
                json_end(j);
            }
        }
}

void lesson_json(lesson *l)
{
    static const json_row rows[] = { JSON_ROW(claim_result, line),    JSON_ROW(claim_result, text),
                                     JSON_ROW(claim_result, verdict), JSON_ROW(claim_result, left),
                                     JSON_ROW(claim_result, right),   JSON_ROW(claim_result, error),
                                     JSON_ROW(claim_result, allowed), JSON_AS("reason", claim_result, why) };
    char title[300];
    int holds;
    const int all = lesson_claims(l, &holds);
    json j = json_start(stdout);
    snprintf(title, sizeof title, "%.*s", l->title.n, l->title.at);
    json_text(&j, "lesson", l->name);
    json_text(&j, "title", title);
    json_text(&j, "verdict", holds == all ? "pass" : "fail");
    json_array(&j, "claims");
    for (int i = 0; i < l->programs; i++)
        for (int k = 0; k < l->program[i].claims; k++) json_record(&j, NULL, rows, &l->program[i].claim[k]);
    json_end(&j);
    json_array(&j, "values");
    put_values(l, &j);
    json_end(&j);
    json_finish(&j);
}
